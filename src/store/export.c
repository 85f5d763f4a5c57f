/* export.c: see export.h. */
#include "store/export.h"

#include "store/rows.h"

enum ys_status ys_library_count(struct ys_store *store, int64_t account_id,
                                struct ys_library_counts *out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    *out = (struct ys_library_counts){.playlists = 0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT COUNT(DISTINCT p.id), COUNT(i.id), COUNT(DISTINCT i.video_id)"
                         " FROM playlists p LEFT JOIN playlist_items i ON i.playlist_id = p.id"
                         " WHERE p.account_id = ?1 AND p.deleted_from_youtube_at = 0"
                         " AND p.source = 'youtube'",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK;
    out->playlists = ys_col_int(stmt, 0);
    out->items = ys_col_int(stmt, 1);
    out->videos = ys_col_int(stmt, 2);
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_export_account(struct ys_store *store, int64_t account_id,
                                 struct ys_channel_record *out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    *out = (struct ys_channel_record){.fetched_at_ms = 0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT channel_id, title, fetched_at FROM accounts WHERE id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, account_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return ys_fail(err, YS_ENOTFOUND, "No channel has been fetched yet.");
    enum ys_status status =
        ys_row_text(stmt, 0, out->id, sizeof out->id, "accounts", "(one)", "channel_id", err);
    if (status == YS_OK)
        status = ys_row_text(stmt, 1, out->title, sizeof out->title, "accounts", out->id, "title",
                             err);
    if (status == YS_OK) out->fetched_at_ms = ys_col_int(stmt, 2);
    ys_stmt_done(stmt);
    return status;
}

/* Origins of playlists that are in no account (gone before the first fetch) have no owner; they
 * go with every account, as in ys_video_walk. */
#define ORIGINS_OF_ACCOUNT                                                                       \
    " FROM origins o LEFT JOIN playlists op ON op.youtube_id = o.playlist_youtube_id"            \
    " WHERE (op.id IS NULL OR op.account_id = ?1)"

static const char videos_sql[] =
    "SELECT v.youtube_id, v.title, v.channel, v.description, v.tags, v.duration_s,"
    " v.published_at, v.fetched_at, v.availability FROM videos v WHERE v.id IN ("
    " SELECT i.video_id FROM playlist_items i JOIN playlists p ON p.id = i.playlist_id"
    "  WHERE p.account_id = ?1 AND p.deleted_from_youtube_at = 0"
    " UNION SELECT o.video_id" ORIGINS_OF_ACCOUNT
    " UNION SELECT w.id FROM videos w JOIN category_videos c ON c.video_youtube_id = w.youtube_id"
    "  JOIN categories g ON g.id = c.category_id WHERE g.account_id = ?1"
    ") ORDER BY v.youtube_id";

static enum ys_status video_read(struct ys_stmt *stmt, struct ys_row_video *row,
                                 struct ys_error *err)
{
    const char *availability = ys_col_text(stmt, 8);
    row->youtube_id = ys_col_text(stmt, 0);
    row->title = ys_col_text(stmt, 1);
    row->channel = ys_col_text(stmt, 2);
    row->description = ys_col_text(stmt, 3);
    row->tags = ys_col_text(stmt, 4);
    row->duration_s = ys_col_int(stmt, 5);
    row->published_at_ms = ys_col_int(stmt, 6);
    row->fetched_at_ms = ys_col_int(stmt, 7);
    if (!ys_availability_from_name(availability, &row->availability))
        return ys_row_refuse(err, "videos", row->youtube_id, "availability", availability);
    return YS_OK;
}

/* One row of any walk: reads it and calls back. */
typedef enum ys_status (*row_fn)(struct ys_stmt *stmt, const void *each, void *ctx, bool *more,
                                 struct ys_error *err);

static enum ys_status walk(struct ys_store *store, const char *sql, int64_t account_id,
                           row_fn give, const void *each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;
    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    while (more) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        enum ys_status status = give(stmt, each, ctx, &more, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

static enum ys_status give_video(struct ys_stmt *stmt, const void *each, void *ctx, bool *more,
                                 struct ys_error *err)
{
    struct ys_row_video row;
    YS_TRY(video_read(stmt, &row, err));
    *more = (*(const ys_row_video_fn *)each)(ctx, &row);
    return YS_OK;
}

enum ys_status ys_export_videos(struct ys_store *store, int64_t account_id, ys_row_video_fn each,
                                void *ctx, struct ys_error *err)
{
    return walk(store, videos_sql, account_id, give_video, &each, ctx, err);
}

static enum ys_status give_origin(struct ys_stmt *stmt, const void *each, void *ctx, bool *more,
                                  struct ys_error *err)
{
    struct ys_row_origin row = {
        .video_id = ys_col_text(stmt, 0),
        .playlist_id = ys_col_text(stmt, 1),
        .playlist_title = ys_col_text(stmt, 2),
        .added_at_ms = ys_col_int(stmt, 3),
    };
    (void)err;
    *more = (*(const ys_row_origin_fn *)each)(ctx, &row);
    return YS_OK;
}

enum ys_status ys_export_origins(struct ys_store *store, int64_t account_id,
                                 ys_row_origin_fn each, void *ctx, struct ys_error *err)
{
    return walk(store,
                "SELECT (SELECT v.youtube_id FROM videos v WHERE v.id = o.video_id) AS video,"
                " o.playlist_youtube_id, o.playlist_title, o.added_at" ORIGINS_OF_ACCOUNT
                " ORDER BY o.playlist_youtube_id, video",
                account_id, give_origin, &each, ctx, err);
}

static enum ys_status give_category(struct ys_stmt *stmt, const void *each, void *ctx, bool *more,
                                    struct ys_error *err)
{
    struct ys_row_category row = {
        .key = ys_col_text(stmt, 0),
        .title = ys_col_text(stmt, 1),
        .playlist_id = ys_col_text(stmt, 2),
        .is_protected = ys_col_int(stmt, 3) != 0,
    };
    (void)err;
    *more = (*(const ys_row_category_fn *)each)(ctx, &row);
    return YS_OK;
}

enum ys_status ys_export_categories(struct ys_store *store, int64_t account_id,
                                    ys_row_category_fn each, void *ctx, struct ys_error *err)
{
    return walk(store,
                "SELECT key, title, youtube_playlist_id, protected FROM categories"
                " WHERE account_id = ?1 ORDER BY key",
                account_id, give_category, &each, ctx, err);
}

static enum ys_status give_category_video(struct ys_stmt *stmt, const void *each, void *ctx,
                                          bool *more, struct ys_error *err)
{
    struct ys_row_category_video row = {
        .category = ys_col_text(stmt, 0),
        .video_id = ys_col_text(stmt, 1),
        .rule = ys_col_text(stmt, 2),
        .nth = ys_col_int(stmt, 3),
        .rank = ys_col_int(stmt, 4),
    };
    (void)err;
    *more = (*(const ys_row_category_video_fn *)each)(ctx, &row);
    return YS_OK;
}

enum ys_status ys_export_category_videos(struct ys_store *store, int64_t account_id,
                                         ys_row_category_video_fn each, void *ctx,
                                         struct ys_error *err)
{
    return walk(store,
                "SELECT g.key, c.video_youtube_id, c.rule, c.nth, c.rank"
                " FROM category_videos c JOIN categories g ON g.id = c.category_id"
                " WHERE g.account_id = ?1 ORDER BY g.key, c.rank, c.video_youtube_id",
                account_id, give_category_video, &each, ctx, err);
}
