/* videos.c: queries over videos and where they were seen (origins).
 *
 * A video's row outlives its places: titles and channels of videos that have become private or
 * deleted are the last ones that were known. */
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "store/library.h"
#include "store/rows.h"

/* The JSON list of one video's origins: a video is seen in some dozens of playlists; a channel
 * has at most some thousands, with titles of at most YS_TITLE_BYTES. */
#define ORIGINS_BYTES_MAX (4 * 1024 * 1024)

enum ys_status ys_video_seen(struct ys_store *store, const char *youtube_id, const char *title,
                             const char *channel, enum ys_availability availability,
                             int64_t *id_out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO videos (youtube_id, title, channel, availability, live_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (youtube_id) DO UPDATE SET"
        " title = CASE WHEN excluded.title = '' THEN videos.title ELSE excluded.title END,"
        " channel = CASE WHEN excluded.channel = '' THEN videos.channel"
        " ELSE excluded.channel END, availability = excluded.availability,"
        " live_at = CASE WHEN excluded.live_at = 0 THEN videos.live_at"
        " ELSE excluded.live_at END RETURNING id",
        &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    ys_bind_str(stmt, 2, title);
    ys_bind_str(stmt, 3, channel);
    ys_bind_text(stmt, 4, ys_availability_name(availability));
    ys_bind_int(stmt, 5,
                availability == YS_AVAILABILITY_LIVE ? ys_env_wall_ms(&store->env) : 0);
    return ys_run_number(stmt, NULL, id_out, err);
}

enum ys_status ys_video_put(struct ys_store *store, const struct ys_video_record *video,
                            int64_t at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO videos (youtube_id, title, channel, description, tags, duration_s,"
        " published_at, availability, fetched_at, channel_id, live_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (youtube_id) DO UPDATE SET"
        " title = CASE WHEN excluded.title = '' THEN videos.title ELSE excluded.title END,"
        " channel = CASE WHEN excluded.channel = '' THEN videos.channel"
        " ELSE excluded.channel END, description = excluded.description, tags = excluded.tags,"
        " duration_s = excluded.duration_s, published_at = excluded.published_at,"
        " availability = excluded.availability, fetched_at = excluded.fetched_at,"
        " channel_id = CASE WHEN excluded.channel_id = '' THEN videos.channel_id"
        " ELSE excluded.channel_id END,"
        " live_at = CASE WHEN excluded.live_at = 0 THEN videos.live_at"
        " ELSE excluded.live_at END",
        &stmt, err));
    ys_bind_text(stmt, 1, video->id);
    ys_bind_str(stmt, 2, video->title);
    ys_bind_str(stmt, 3, video->channel);
    ys_bind_str(stmt, 4, video->description);
    ys_bind_text(stmt, 5, video->tags_json && video->tags_json[0] ? video->tags_json : "[]");
    ys_bind_int(stmt, 6, video->duration_s);
    ys_bind_int(stmt, 7, video->published_at_ms);
    ys_bind_text(stmt, 8, ys_availability_name(video->availability));
    ys_bind_int(stmt, 9, at_ms);
    ys_bind_str(stmt, 10, video->channel_id);
    ys_bind_int(stmt, 11, video->availability == YS_AVAILABILITY_LIVE ? at_ms : 0);
    return ys_run(stmt, err);
}

#define LISTED                                                                                   \
    "EXISTS (SELECT 1 FROM playlist_items i JOIN playlists p ON p.id = i.playlist_id"            \
    " WHERE i.video_id = videos.id AND p.source = 'youtube')"

enum ys_status ys_video_absent(struct ys_store *store, const char *youtube_id,
                               int64_t older_than_ms, int64_t at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    /* What YouTube lists has an entry that says what became of the video; of one that is known
     * from Takeout alone, this silence is the only sign. */
    YS_TRY(ys_db_prepare(
        store->db,
        "UPDATE videos SET"
        " fetched_at = CASE WHEN fetched_at > ?3 AND fetched_at <= ?2 AND " LISTED
        " THEN fetched_at ELSE ?2 END,"
        " description = CASE WHEN fetched_at <= ?3 THEN '' ELSE description END,"
        " tags = CASE WHEN fetched_at <= ?3 THEN '[]' ELSE tags END,"
        " availability = CASE WHEN availability <> 'live' OR " LISTED
        " THEN availability ELSE 'deleted' END WHERE youtube_id = ?1",
        &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    ys_bind_int(stmt, 2, at_ms);
    ys_bind_int(stmt, 3, older_than_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_video_doubt(struct ys_store *store, const char *youtube_id,
                              struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE playlists SET listed_etag = '', listed_count = -1 WHERE id IN"
                         " (SELECT i.playlist_id FROM playlist_items i"
                         " JOIN videos v ON v.id = i.video_id WHERE v.youtube_id = ?1)",
                         &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    return ys_run(stmt, err);
}

enum ys_status ys_video_want_metadata(struct ys_store *store, int64_t account_id,
                                      int64_t older_than_ms, int64_t newer_than_ms, int64_t max,
                                      ys_want_fn each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT v.youtube_id, v.fetched_at FROM videos v"
                         " WHERE v.availability = 'live'"
                         " AND (v.fetched_at <= ?2 OR v.fetched_at > ?3)"
                         " AND EXISTS (SELECT 1 FROM playlist_items i"
                         "  JOIN playlists p ON p.id = i.playlist_id WHERE i.video_id = v.id"
                         "  AND p.account_id = ?1 AND p.deleted_from_youtube_at = 0)"
                         " ORDER BY v.youtube_id LIMIT ?4",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    ys_bind_int(stmt, 2, older_than_ms);
    ys_bind_int(stmt, 3, newer_than_ms);
    ys_bind_int(stmt, 4, max);
    while (more) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        more = each(ctx, ys_col_text(stmt, 0), ys_col_int(stmt, 1) > 0);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_video_drop_old(struct ys_store *store, int64_t older_than_ms, int64_t *videos,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE videos SET title = '', channel = '', channel_id = '',"
                         " description = '', tags = '[]', duration_s = -1, published_at = 0,"
                         " fetched_at = 0 WHERE availability = 'live'"
                         " AND fetched_at <= ?1 AND live_at <= ?1"
                         " AND (title <> '' OR channel <> '' OR fetched_at > 0)"
                         " AND NOT EXISTS (SELECT 1 FROM playlist_items i"
                         "  JOIN playlists p ON p.id = i.playlist_id"
                         "  WHERE i.video_id = videos.id AND p.deleted_from_youtube_at = 0)",
                         &stmt, err));
    ys_bind_int(stmt, 1, older_than_ms);
    YS_TRY(ys_run(stmt, err));
    *videos = ys_db_changes(store->db);
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE videos SET description = '', tags = '[]'"
                         " WHERE availability <> 'live' AND fetched_at <= ?1"
                         " AND (description <> '' OR tags <> '[]')",
                         &stmt, err));
    ys_bind_int(stmt, 1, older_than_ms);
    return ys_run(stmt, err);
}

/* ---- the walk over all videos
 *
 * One ordered pass over narrow rows (a video once per origin, videos by time saved), so that the
 * sort does not carry descriptions about; the wide columns are looked up by row id when a
 * video's last origin has gone by. */

/* Times of 0 are not known and must not win. Origins of another account's playlists are left
 * out; origins of playlists that are in no account (gone before the first fetch) stay in. */
static const char walk_sql[] =
    "SELECT s.video_id, s.saved_at, o.playlist_title, o.playlist_youtube_id FROM ("
    " SELECT t.video_id AS video_id, COALESCE(MIN(t.added_at), 0) AS saved_at FROM ("
    "  SELECT i.video_id AS video_id, NULLIF(i.added_at, 0) AS added_at FROM playlists p"
    "  JOIN playlist_items i ON i.playlist_id = p.id"
    "  WHERE p.account_id = ?1 AND p.deleted_from_youtube_at = 0"
    "  UNION ALL"
    "  SELECT g.video_id AS video_id, NULLIF(g.added_at, 0) AS added_at FROM origins g"
    "  LEFT JOIN playlists gp ON gp.youtube_id = g.playlist_youtube_id"
    "  WHERE (gp.id IS NULL OR gp.account_id = ?1) AND EXISTS (SELECT 1 FROM playlist_items gi"
    "   JOIN playlists gq ON gq.id = gi.playlist_id WHERE gi.video_id = g.video_id"
    "   AND gq.account_id = ?1 AND gq.deleted_from_youtube_at = 0)"
    " ) t GROUP BY t.video_id"
    ") s JOIN videos v ON v.id = s.video_id"
    " LEFT JOIN origins o ON o.video_id = s.video_id AND NOT EXISTS (SELECT 1 FROM playlists op"
    "  WHERE op.youtube_id = o.playlist_youtube_id AND op.account_id <> ?1)"
    " ORDER BY s.saved_at, v.youtube_id, o.added_at NULLS FIRST,"
    " o.playlist_youtube_id NULLS FIRST";

static const char wide_sql[] =
    "SELECT youtube_id, title, channel, description, tags, duration_s, published_at,"
    " availability, channel_id FROM videos WHERE id = ?1";

struct walk {
    struct ys_store *store;
    ys_video_fn each;
    void *ctx;
    int64_t video_id;         /* row id of the video whose origins go by; 0: none yet */
    int64_t saved_at_ms;
    struct ys_buf titles, ids; /* JSON arrays, not closed */
    bool more;
};

static void origin_append(struct ys_buf *list, const char *text)
{
    ys_buf_text_add(list, list->bytes > 1 ? "," : "");
    ys_buf_json(list, text);
}

static enum ys_status video_read(struct walk *walk, struct ys_stmt *stmt,
                                 struct ys_video_record *video, struct ys_error *err)
{
    const char *availability = ys_col_text(stmt, 7);
    YS_TRY(ys_row_text(stmt, 0, video->id, sizeof video->id, "videos", "(a video)", "youtube_id",
                       err));
    video->title = ys_col_text(stmt, 1);
    video->channel = ys_col_text(stmt, 2);
    video->channel_id = ys_col_text(stmt, 8);
    video->description = ys_col_text(stmt, 3);
    video->tags_json = ys_col_text(stmt, 4);
    video->duration_s = ys_col_int(stmt, 5);
    video->published_at_ms = ys_col_int(stmt, 6);
    video->saved_at_ms = walk->saved_at_ms;
    video->playlists_json = ys_buf_text(&walk->titles);
    video->playlist_ids_json = ys_buf_text(&walk->ids);
    if (!ys_availability_from_name(availability, &video->availability))
        return ys_row_refuse(err, "videos", video->id, "availability", availability);
    return YS_OK;
}

/* Hands out the video whose origins are complete. */
static enum ys_status video_emit(struct walk *walk, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    struct ys_video_record video;
    bool row = false;
    if (walk->video_id == 0) return YS_OK;
    ys_buf_text_add(&walk->titles, "]");
    ys_buf_text_add(&walk->ids, "]");
    YS_TRY(ys_buf_check(&walk->titles, "the playlists of a video", err));
    YS_TRY(ys_buf_check(&walk->ids, "the playlists of a video", err));
    YS_TRY(ys_db_prepare(walk->store->db, wide_sql, &stmt, err));
    ys_bind_int(stmt, 1, walk->video_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK; /* cannot be: the pass joined it */
    enum ys_status status = video_read(walk, stmt, &video, err);
    if (status == YS_OK) walk->more = walk->each(walk->ctx, &video);
    ys_stmt_done(stmt);
    return status;
}

static void video_begin(struct walk *walk, int64_t video_id, int64_t saved_at_ms)
{
    walk->video_id = video_id;
    walk->saved_at_ms = saved_at_ms;
    ys_buf_clear(&walk->titles);
    ys_buf_clear(&walk->ids);
    ys_buf_text_add(&walk->titles, "[");
    ys_buf_text_add(&walk->ids, "[");
}

static enum ys_status walk_steps(struct walk *walk, struct ys_stmt *stmt, struct ys_error *err)
{
    bool row = false;
    while (walk->more) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return video_emit(walk, err);
        int64_t video_id = ys_col_int(stmt, 0);
        if (video_id != walk->video_id) {
            YS_TRY(video_emit(walk, err));
            video_begin(walk, video_id, ys_col_int(stmt, 1));
        }
        if (ys_col_null(stmt, 3)) continue;
        origin_append(&walk->titles, ys_col_text(stmt, 2));
        origin_append(&walk->ids, ys_col_text(stmt, 3));
    }
    return YS_OK;
}

enum ys_status ys_video_walk(struct ys_store *store, int64_t account_id, ys_video_fn each,
                             void *ctx, struct ys_error *err)
{
    struct walk walk = {.store = store, .each = each, .ctx = ctx, .more = true};
    struct ys_stmt *stmt = NULL;
    ys_buf_init(&walk.titles, ORIGINS_BYTES_MAX);
    ys_buf_init(&walk.ids, ORIGINS_BYTES_MAX);
    enum ys_status status = ys_db_prepare(store->db, walk_sql, &stmt, err);
    if (status == YS_OK) {
        ys_bind_int(stmt, 1, account_id);
        status = walk_steps(&walk, stmt, err);
        ys_stmt_done(stmt);
    }
    ys_buf_free(&walk.ids);
    ys_buf_free(&walk.titles);
    return status;
}
