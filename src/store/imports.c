/* imports.c: see imports.h. */
#include "store/imports.h"

#include <stdio.h>
#include <string.h>

#include "store/rows.h"

/* What Watch Later is called whatever the language of the account: an origin of its own, so that a
 * policy can mean it by this name. */
#define WATCH_LATER_ID "WL"
#define WATCH_LATER_TITLE "Watch later"

enum ys_status ys_import_account(struct ys_store *store, int64_t *id_out, struct ys_error *err)
{
    struct ys_channel_record channel;
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_account_get(store, id_out, &channel, err));
    if (*id_out != 0) return YS_OK;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO accounts (name, channel_id, title)"
                         " VALUES ('" YS_IMPORT_CHANNEL "', '" YS_IMPORT_CHANNEL "', 'Takeout')"
                         " RETURNING id",
                         &stmt, err));
    return ys_run_number(stmt, NULL, id_out, err);
}

enum ys_status ys_import_adopt(struct ys_store *store, const char *channel_id, const char *title,
                               struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE accounts SET channel_id = ?1, name = ?2, title = ?2"
                         " WHERE channel_id = '" YS_IMPORT_CHANNEL "' AND NOT EXISTS"
                         " (SELECT 1 FROM accounts a WHERE a.channel_id = ?1)",
                         &stmt, err));
    ys_bind_text(stmt, 1, channel_id);
    ys_bind_str(stmt, 2, title);
    return ys_run(stmt, err);
}

/* ---- playlists */

struct known {
    int64_t id;
    enum ys_source source;
    bool gone;
};

static bool note_known(void *ctx, const struct ys_row_playlist *row)
{
    struct known *known = ctx;
    *known = (struct known){
        .id = row->id, .source = row->source, .gone = row->deleted_at_ms != 0};
    return false;
}

static enum ys_status set_sorted(struct ys_store *store, const struct ys_row_import *row,
                                 int64_t playlist, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    if (!row->sort_known) return YS_OK;
    YS_TRY(ys_db_prepare(store->db, "UPDATE playlists SET self_sorted = ?2 WHERE id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, playlist);
    ys_bind_int(stmt, 2, row->self_sorted ? 1 : 0);
    return ys_run(stmt, err);
}

static enum ys_status put_playlist(struct ys_store *store, int64_t account_id,
                                   const struct ys_row_import *row, int64_t *id_out,
                                   struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    enum ys_privacy privacy = row->privacy == YS_PRIVACY_UNSET ? YS_PRIVACY_PRIVATE : row->privacy;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO playlists (youtube_id, account_id, title, privacy, published_at, fetched_at,"
        " source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        " ON CONFLICT (youtube_id) DO UPDATE SET account_id = excluded.account_id,"
        " title = excluded.title, privacy = excluded.privacy,"
        " published_at = excluded.published_at, fetched_at = excluded.fetched_at,"
        " source = excluded.source RETURNING id",
        &stmt, err));
    ys_bind_text(stmt, 1, row->youtube_id);
    ys_bind_int(stmt, 2, account_id);
    ys_bind_str(stmt, 3, row->title);
    ys_bind_text(stmt, 4, ys_privacy_name(privacy));
    ys_bind_int(stmt, 5, row->created_at_ms);
    ys_bind_int(stmt, 6, row->at_ms);
    ys_bind_text(stmt, 7, ys_source_name(row->source));
    return ys_run_number(stmt, NULL, id_out, err);
}

static enum ys_status drop_items(struct ys_store *store, int64_t playlist, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, "DELETE FROM playlist_items WHERE playlist_id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, playlist);
    return ys_run(stmt, err);
}

enum ys_status ys_import_playlist(struct ys_store *store, int64_t account_id,
                                  const struct ys_row_import *row, int64_t *id_out,
                                  enum ys_import_outcome *outcome, struct ys_error *err)
{
    struct known known = {.source = YS_SOURCE_TAKEOUT};
    bool found = false;
    YS_TRY(ys_playlist_find(store, row->youtube_id, note_known, &known, &found, err));
    *id_out = known.id;
    if (found && known.source == YS_SOURCE_YOUTUBE) {
        *outcome = known.gone ? YS_IMPORT_GONE : YS_IMPORT_LISTED;
        return set_sorted(store, row, known.id, err);
    }
    *outcome = YS_IMPORT_STORED;
    YS_TRY(put_playlist(store, account_id, row, id_out, err));
    YS_TRY(drop_items(store, *id_out, err));
    return set_sorted(store, row, *id_out, err);
}

/* ---- entries */

static enum ys_status put_video(struct ys_store *store, const char *video_id, int64_t *id_out,
                                struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool found = false;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO videos (youtube_id) VALUES (?1)"
                         " ON CONFLICT (youtube_id) DO NOTHING RETURNING id",
                         &stmt, err));
    ys_bind_text(stmt, 1, video_id);
    YS_TRY(ys_run_number(stmt, &found, id_out, err));
    if (found) return YS_OK;
    YS_TRY(ys_db_prepare(store->db, "SELECT id FROM videos WHERE youtube_id = ?1", &stmt, err));
    ys_bind_text(stmt, 1, video_id);
    return ys_run_number(stmt, NULL, id_out, err);
}

enum ys_status ys_import_item(struct ys_store *store, int64_t playlist,
                              const struct ys_row_import *row, int64_t position,
                              const char *video_id, int64_t added_at_ms, struct ys_error *err)
{
    char item_id[2 * YS_ID_BYTES];
    struct ys_stmt *stmt = NULL;
    int64_t video = 0;
    YS_TRY(put_video(store, video_id, &video, err));
    (void)snprintf(item_id, sizeof item_id, YS_IMPORT_ITEM_PREFIX "%s:%lld", row->youtube_id,
                   (long long)position);
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO playlist_items (youtube_id, playlist_id, video_id, position, added_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
        &stmt, err));
    ys_bind_text(stmt, 1, item_id);
    ys_bind_int(stmt, 2, playlist);
    ys_bind_int(stmt, 3, video);
    ys_bind_int(stmt, 4, position);
    ys_bind_int(stmt, 5, added_at_ms);
    YS_TRY(ys_run(stmt, err));
    YS_TRY(ys_origin_put(store, video, row->youtube_id, row->title, added_at_ms, err));
    if (row->source != YS_SOURCE_WATCH_LATER || strcmp(row->title, WATCH_LATER_TITLE) == 0)
        return YS_OK;
    return ys_origin_put(store, video, WATCH_LATER_ID, WATCH_LATER_TITLE, added_at_ms, err);
}

/* ---- afterwards */

enum ys_status ys_import_forget(struct ys_store *store, const char *youtube_id,
                                struct ys_error *err)
{
    struct known known = {.source = YS_SOURCE_YOUTUBE};
    struct ys_stmt *stmt = NULL;
    bool found = false;
    YS_TRY(ys_playlist_find(store, youtube_id, note_known, &known, &found, err));
    if (!found || known.source == YS_SOURCE_YOUTUBE)
        return ys_fail(err, YS_ENOTFOUND,
                       "No playlist %s was imported, or YouTube has listed it since.",
                       youtube_id);
    YS_TRY(drop_items(store, known.id, err));
    YS_TRY(ys_db_prepare(store->db, "DELETE FROM playlists WHERE id = ?1", &stmt, err));
    ys_bind_int(stmt, 1, known.id);
    return ys_run(stmt, err);
}

/* An id of ours whose title a playlist of YouTube's has. */
#define SETTLED                                                                                  \
    "account_id = ?1 AND source = 'takeout' AND substr(youtube_id, 1, 8) = '" YS_IMPORT_ID_PREFIX \
    "' AND EXISTS (SELECT 1 FROM playlists q WHERE q.account_id = ?1 AND q.source = 'youtube'"   \
    " AND q.deleted_from_youtube_at = 0 AND q.title = playlists.title)"

static enum ys_status run_for(struct ys_store *store, const char *sql, int64_t account_id,
                              int64_t *number, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return number ? ys_run_number(stmt, NULL, number, err) : ys_run(stmt, err);
}

enum ys_status ys_import_settle(struct ys_store *store, int64_t account_id, int64_t *left_out,
                                struct ys_error *err)
{
    YS_TRY(run_for(store,
                   "DELETE FROM playlist_items WHERE playlist_id IN"
                   " (SELECT id FROM playlists WHERE " SETTLED ")",
                   account_id, NULL, err));
    YS_TRY(run_for(store, "DELETE FROM playlists WHERE " SETTLED, account_id, NULL, err));
    return run_for(store,
                   "SELECT COUNT(*) FROM playlists WHERE account_id = ?1 AND source = 'takeout'",
                   account_id, left_out, err);
}

enum ys_status ys_import_untitled(struct ys_store *store, int64_t account_id, int64_t *count,
                                  struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT COUNT(*) FROM videos v WHERE v.title = ''"
                         " AND v.availability = 'live' AND EXISTS (SELECT 1 FROM playlist_items i"
                         "  JOIN playlists p ON p.id = i.playlist_id WHERE i.video_id = v.id"
                         "  AND p.account_id = ?1 AND p.source <> 'youtube')",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return ys_run_number(stmt, NULL, count, err);
}
