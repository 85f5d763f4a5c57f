/* categories.c: the categories of a policy, their videos, and the playlist that carries each. */
#include "base/text.h"
#include "store/library.h"
#include "store/rows.h"

enum ys_status ys_category_put(struct ys_store *store, int64_t account_id, const char *key,
                               const char *title, const char *playlist_id, int64_t *id_out,
                               struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO categories (account_id, key, title, youtube_playlist_id)"
        " VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (account_id, key) DO UPDATE SET title = excluded.title,"
        " youtube_playlist_id = CASE WHEN ?5 = 1 THEN categories.youtube_playlist_id"
        " ELSE excluded.youtube_playlist_id END"
        " RETURNING id",
        &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    ys_bind_text(stmt, 2, key);
    ys_bind_text(stmt, 3, title && title[0] ? title : key);
    ys_bind_str(stmt, 4, playlist_id);
    ys_bind_int(stmt, 5, playlist_id ? 0 : 1);
    return ys_run_number(stmt, NULL, id_out, err);
}

enum ys_status ys_category_clear(struct ys_store *store, int64_t account_id,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "DELETE FROM category_videos WHERE category_id IN"
                         " (SELECT id FROM categories WHERE account_id = ?1)",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return ys_run(stmt, err);
}

enum ys_status ys_category_add(struct ys_store *store, int64_t category_id, const char *video_id,
                               int64_t nth, int64_t rank, const char *rule, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO category_videos (category_id, video_youtube_id, rank, rule,"
                         " nth) VALUES (?1, ?2, ?3, ?4, ?5)"
                         " ON CONFLICT (category_id, video_youtube_id, nth) DO NOTHING",
                         &stmt, err));
    ys_bind_int(stmt, 1, category_id);
    ys_bind_text(stmt, 2, video_id);
    ys_bind_int(stmt, 3, rank);
    ys_bind_str(stmt, 4, rule);
    ys_bind_int(stmt, 5, nth);
    return ys_run(stmt, err);
}

static enum ys_status category_read(struct ys_stmt *stmt, struct ys_category_record *record,
                                    struct ys_error *err)
{
    YS_TRY(ys_row_text(stmt, 0, record->key, sizeof record->key, "categories", "(a category)",
                       "key", err));
    YS_TRY(ys_row_text(stmt, 1, record->title, sizeof record->title, "categories", record->key,
                       "title", err));
    YS_TRY(ys_row_text(stmt, 2, record->playlist_id, sizeof record->playlist_id, "categories",
                       record->key, "youtube_playlist_id", err));
    record->videos = ys_col_int(stmt, 3);
    return YS_OK;
}

enum ys_status ys_category_walk(struct ys_store *store, int64_t account_id, ys_category_fn each,
                                void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT c.key, c.title, c.youtube_playlist_id,"
                         " (SELECT COUNT(*) FROM category_videos v WHERE v.category_id = c.id"
                         "  AND v.nth = 1)"
                         " FROM categories c WHERE c.account_id = ?1 ORDER BY c.id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    while (more) {
        struct ys_category_record record;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        enum ys_status status = category_read(stmt, &record, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
        more = each(ctx, &record);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}
