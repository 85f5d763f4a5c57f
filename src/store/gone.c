/* gone.c: see gone.h. */
#include "store/gone.h"

#include "base/buffer.h"
#include "store/rows.h"

/* Titles of the playlists of one video; see ORIGINS_BYTES_MAX in videos.c. */
#define TITLES_BYTES_MAX ((size_t)4 << 20)

/* Origins of playlists that are in no account go with every account, as in ys_video_walk. */
#define GONE_OF_ACCOUNT                                                                          \
    " FROM videos v WHERE v.availability <> 'live' AND (EXISTS (SELECT 1 FROM playlist_items i"  \
    "  JOIN playlists p ON p.id = i.playlist_id WHERE i.video_id = v.id"                         \
    "  AND p.account_id = ?1 AND p.deleted_from_youtube_at = 0)"                                 \
    " OR EXISTS (SELECT 1 FROM origins o LEFT JOIN playlists op"                                 \
    "  ON op.youtube_id = o.playlist_youtube_id WHERE o.video_id = v.id"                         \
    "  AND (op.id IS NULL OR op.account_id = ?1)))"

/* Those that hold it come first; what is there now is not told a second time as an origin. */
static const char places_sql[] =
    "SELECT DISTINCT s.here, s.title FROM ("
    " SELECT 1 AS here, p.title AS title FROM playlist_items i"
    " JOIN playlists p ON p.id = i.playlist_id"
    " WHERE i.video_id = ?1 AND p.account_id = ?2 AND p.deleted_from_youtube_at = 0"
    " UNION ALL"
    " SELECT 0 AS here, o.playlist_title AS title FROM origins o"
    " LEFT JOIN playlists op ON op.youtube_id = o.playlist_youtube_id"
    " WHERE o.video_id = ?1 AND (op.id IS NULL OR op.account_id = ?2)"
    " AND NOT EXISTS (SELECT 1 FROM playlist_items oi WHERE oi.playlist_id = op.id"
    "  AND oi.video_id = o.video_id AND op.deleted_from_youtube_at = 0)"
    ") s ORDER BY s.here DESC, s.title";

struct walk {
    struct ys_store *store;
    int64_t account_id;
    struct ys_buf here, before;
};

enum ys_status ys_gone_count(struct ys_store *store, int64_t account_id, int64_t *count,
                             struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;

    YS_TRY(ys_db_prepare(store->db, "SELECT COUNT(*)" GONE_OF_ACCOUNT, &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return ys_run_number(stmt, NULL, count, err);
}

static enum ys_status read_places(struct walk *walk, int64_t video_id, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;

    ys_buf_clear(&walk->here);
    ys_buf_clear(&walk->before);
    YS_TRY(ys_db_prepare(walk->store->db, places_sql, &stmt, err));
    ys_bind_int(stmt, 1, video_id);
    ys_bind_int(stmt, 2, walk->account_id);
    for (;;) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        struct ys_buf *list = ys_col_int(stmt, 0) != 0 ? &walk->here : &walk->before;
        if (list->bytes > 0) ys_buf_text_add(list, "; ");
        ys_buf_text_add(list, ys_col_text(stmt, 1));
    }
    YS_TRY(ys_buf_check(&walk->here, "the playlists of a video", err));
    return ys_buf_check(&walk->before, "the playlists of a video", err);
}

static enum ys_status read_row(struct walk *walk, struct ys_stmt *stmt, struct ys_row_gone *row,
                               struct ys_error *err)
{
    const char *availability = ys_col_text(stmt, 4);

    row->youtube_id = ys_col_text(stmt, 1);
    row->title = ys_col_text(stmt, 2);
    row->channel = ys_col_text(stmt, 3);
    row->live_at_ms = ys_col_int(stmt, 5);
    if (!ys_availability_from_name(availability, &row->availability))
        return ys_row_refuse(err, "videos", row->youtube_id, "availability", availability);
    YS_TRY(read_places(walk, ys_col_int(stmt, 0), err));
    row->here = ys_buf_text(&walk->here);
    row->before = ys_buf_text(&walk->before);
    return YS_OK;
}

static enum ys_status walk_rows(struct walk *walk, ys_row_gone_fn each, void *ctx,
                                struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    struct ys_row_gone gone;
    enum ys_status status = YS_OK;
    bool row = false, more = true;

    YS_TRY(ys_db_prepare(walk->store->db,
                         "SELECT v.id, v.youtube_id, v.title, v.channel, v.availability,"
                         " v.live_at" GONE_OF_ACCOUNT " ORDER BY v.youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, walk->account_id);
    while (more) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        status = read_row(walk, stmt, &gone, err);
        more = status == YS_OK && each(ctx, &gone);
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_gone_walk(struct ys_store *store, int64_t account_id, ys_row_gone_fn each,
                            void *ctx, struct ys_error *err)
{
    struct walk walk = {.store = store, .account_id = account_id};
    enum ys_status status;

    ys_buf_init(&walk.here, TITLES_BYTES_MAX);
    ys_buf_init(&walk.before, TITLES_BYTES_MAX);
    status = walk_rows(&walk, each, ctx, err);
    ys_buf_free(&walk.before);
    ys_buf_free(&walk.here);
    return status;
}

enum ys_status ys_gone_untitled(struct ys_store *store, ys_id_fn each, void *ctx,
                                struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT youtube_id FROM videos WHERE availability <> 'live'"
                         " AND title = '' ORDER BY youtube_id",
                         &stmt, err));
    while (more) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        more = each(ctx, ys_col_text(stmt, 0));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_gone_name(struct ys_store *store, const char *youtube_id, const char *title,
                            const char *channel, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE videos SET title = ?2,"
                         " channel = CASE WHEN channel = '' THEN ?3 ELSE channel END"
                         " WHERE youtube_id = ?1 AND title = '' AND availability <> 'live'",
                         &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    ys_bind_str(stmt, 2, title);
    ys_bind_str(stmt, 3, channel);
    return ys_run(stmt, err);
}
