/* library.c: queries over accounts, playlists and playlist items.
 *
 * Writers run inside the caller's transaction. A callback may run other queries, but not the
 * walk that it is called from, and it does not write to what is walked. */
#include "store/library.h"

#include "base/text.h"
#include "store/imports.h"
#include "store/rows.h"

/* ---- accounts */

enum ys_status ys_account_put(struct ys_store *store, const char *channel_id, const char *title,
                              int64_t *id_out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_import_adopt(store, channel_id, title, err));
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO accounts (name, channel_id, title) VALUES (?2, ?1, ?2)"
                         " ON CONFLICT (channel_id) DO UPDATE SET title = excluded.title"
                         " RETURNING id",
                         &stmt, err));
    ys_bind_text(stmt, 1, channel_id);
    ys_bind_str(stmt, 2, title);
    return ys_run_number(stmt, NULL, id_out, err);
}

enum ys_status ys_account_get(struct ys_store *store, int64_t *id_out,
                              struct ys_channel_record *out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    *id_out = 0;
    *out = (struct ys_channel_record){.fetched_at_ms = 0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT id, channel_id, title, fetched_at FROM accounts"
                         " ORDER BY fetched_at DESC, id DESC LIMIT 1",
                         &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK;
    enum ys_status status =
        ys_row_text(stmt, 1, out->id, sizeof out->id, "accounts", "(last)", "channel_id", err);
    if (status == YS_OK)
        status = ys_row_text(stmt, 2, out->title, sizeof out->title, "accounts", out->id, "title",
                             err);
    if (status == YS_OK) {
        *id_out = ys_col_int(stmt, 0);
        out->fetched_at_ms = ys_col_int(stmt, 3);
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_account_fetched(struct ys_store *store, int64_t id, int64_t at_ms,
                                  struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, "UPDATE accounts SET fetched_at = ?2 WHERE id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, id);
    ys_bind_int(stmt, 2, at_ms);
    return ys_run(stmt, err);
}

/* ---- playlists */

enum ys_status ys_playlist_put(struct ys_store *store, int64_t account_id,
                               const struct ys_row_playlist *row, int64_t *id_out,
                               struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool found = false;
    if (row->privacy == YS_PRIVACY_UNSET)
        return ys_fail(err, YS_EINVAL, "Playlist %s came without its privacy.", row->youtube_id);
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO playlists (youtube_id, account_id, title, description, default_language,"
        " localizations, privacy, item_count, etag, published_at, fetched_at, made_by_job,"
        " podcast_status)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CASE WHEN ?8 < 0 THEN 0 ELSE ?8 END, ?9, ?10, ?11,"
        " ?12, ?13)"
        " ON CONFLICT (youtube_id) DO UPDATE SET title = excluded.title,"
        " description = excluded.description, default_language = excluded.default_language,"
        " localizations = excluded.localizations, privacy = excluded.privacy,"
        " podcast_status = excluded.podcast_status,"
        " item_count = CASE WHEN ?8 < 0 THEN playlists.item_count ELSE ?8 END,"
        " etag = excluded.etag, published_at = excluded.published_at,"
        " fetched_at = excluded.fetched_at,"
        " made_by_job = CASE WHEN ?12 = 0 THEN playlists.made_by_job ELSE ?12 END,"
        " deleted_from_youtube_at = 0, account_id = excluded.account_id, source = 'youtube'"
        " WHERE playlists.account_id = excluded.account_id OR playlists.source <> 'youtube'"
        " RETURNING id",
        &stmt, err));
    ys_bind_text(stmt, 1, row->youtube_id);
    ys_bind_int(stmt, 2, account_id);
    ys_bind_str(stmt, 3, row->title);
    ys_bind_str(stmt, 4, row->description);
    ys_bind_str(stmt, 5, row->default_language);
    ys_bind_str(stmt, 6, row->localizations);
    ys_bind_text(stmt, 7, ys_privacy_name(row->privacy));
    ys_bind_int(stmt, 8, row->item_count);
    ys_bind_str(stmt, 9, row->etag);
    ys_bind_int(stmt, 10, row->published_at_ms);
    ys_bind_int(stmt, 11, row->fetched_at_ms);
    ys_bind_int(stmt, 12, row->made_by_job);
    ys_bind_str(stmt, 13, row->podcast_status);
    YS_TRY(ys_run_number(stmt, &found, id_out, err));
    if (found) return YS_OK;
    return ys_fail(err, YS_ECHANNEL, "Playlist %s belongs to another channel in this database.",
                   row->youtube_id);
}

#define PLAYLIST_COLUMNS                                                                         \
    "p.id, p.account_id, p.youtube_id, p.title, p.description, p.default_language,"              \
    " p.localizations, p.etag, p.privacy, p.item_count, p.published_at, p.fetched_at,"           \
    " p.listed_at, p.listed_count, p.listed_etag, p.self_sorted, p.made_by_job,"                 \
    " p.deleted_from_youtube_at,"                                                                \
    " COALESCE((SELECT MIN(c.key) FROM categories c WHERE c.account_id = p.account_id"           \
    "  AND c.youtube_playlist_id = p.youtube_id), ''),"                                          \
    " (SELECT COUNT(*) FROM playlist_items i WHERE i.playlist_id = p.id), p.podcast_status,"       \
    " p.source"

static enum ys_status playlist_read(struct ys_stmt *stmt, struct ys_row_playlist *row,
                                    struct ys_error *err)
{
    row->id = ys_col_int(stmt, 0);
    row->account_id = ys_col_int(stmt, 1);
    row->youtube_id = ys_col_text(stmt, 2);
    row->title = ys_col_text(stmt, 3);
    row->description = ys_col_text(stmt, 4);
    row->default_language = ys_col_text(stmt, 5);
    row->localizations = ys_col_text(stmt, 6);
    row->etag = ys_col_text(stmt, 7);
    const char *privacy = ys_col_text(stmt, 8);
    row->item_count = ys_col_int(stmt, 9);
    row->published_at_ms = ys_col_int(stmt, 10);
    row->fetched_at_ms = ys_col_int(stmt, 11);
    row->listed_at_ms = ys_col_int(stmt, 12);
    row->listed_count = ys_col_int(stmt, 13);
    row->listed_etag = ys_col_text(stmt, 14);
    row->self_sorted = ys_col_int(stmt, 15) != 0;
    row->made_by_job = ys_col_int(stmt, 16);
    row->deleted_at_ms = ys_col_int(stmt, 17);
    row->category = ys_col_text(stmt, 18);
    row->rows = ys_col_int(stmt, 19);
    row->podcast_status = ys_col_text(stmt, 20);
    const char *source = ys_col_text(stmt, 21);
    if (!ys_privacy_from_name(privacy, &row->privacy) || row->privacy == YS_PRIVACY_UNSET)
        return ys_row_refuse(err, "playlists", row->youtube_id, "privacy", privacy);
    if (!ys_source_from_name(source, &row->source))
        return ys_row_refuse(err, "playlists", row->youtube_id, "source", source);
    return YS_OK;
}

/* Steps to the end or to the callback's "stop". *count: how many rows it was given. */
static enum ys_status playlist_steps(struct ys_stmt *stmt, ys_row_playlist_fn each, void *ctx,
                                     int64_t *count, struct ys_error *err)
{
    bool row = false, more = true;
    while (more) {
        struct ys_row_playlist playlist;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        enum ys_status status = playlist_read(stmt, &playlist, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
        (*count)++;
        more = each(ctx, &playlist);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_playlist_find(struct ys_store *store, const char *youtube_id,
                                ys_row_playlist_fn each, void *ctx, bool *found,
                                struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    int64_t count = 0;
    *found = false;
    YS_TRY(ys_db_prepare(
        store->db, "SELECT " PLAYLIST_COLUMNS " FROM playlists p WHERE p.youtube_id = ?1", &stmt,
        err));
    ys_bind_text(stmt, 1, youtube_id);
    YS_TRY(playlist_steps(stmt, each, ctx, &count, err));
    *found = count > 0;
    return YS_OK;
}

enum ys_status ys_playlist_walk(struct ys_store *store, int64_t account_id, bool with_deleted,
                                ys_row_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    int64_t count = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT " PLAYLIST_COLUMNS " FROM playlists p"
                         " WHERE p.account_id = ?1 AND (?2 = 1 OR p.deleted_from_youtube_at = 0)"
                         " AND p.source = 'youtube' ORDER BY p.title, p.youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    ys_bind_int(stmt, 2, with_deleted ? 1 : 0);
    return playlist_steps(stmt, each, ctx, &count, err);
}

enum ys_status ys_playlist_walk_imported(struct ys_store *store, int64_t account_id,
                                         ys_row_playlist_fn each, void *ctx,
                                         struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    int64_t count = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT " PLAYLIST_COLUMNS " FROM playlists p"
                         " WHERE p.account_id = ?1 AND p.source <> 'youtube'"
                         " ORDER BY p.title, p.youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return playlist_steps(stmt, each, ctx, &count, err);
}

/* What a deleted playlist held is no longer anywhere; its origins stay. */
#define DELETED_COLUMNS " listed_at = 0, listed_etag = '', listed_count = -1, item_count = 0"

enum ys_status ys_playlist_sweep(struct ys_store *store, int64_t account_id, int64_t since_ms,
                                 int64_t *gone_out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    if (gone_out) *gone_out = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE playlists SET deleted_from_youtube_at = ?3," DELETED_COLUMNS
                         " WHERE account_id = ?1 AND fetched_at < ?2"
                         " AND deleted_from_youtube_at = 0 AND source = 'youtube'",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    ys_bind_int(stmt, 2, since_ms);
    ys_bind_int(stmt, 3, ys_env_wall_ms(&store->env));
    YS_TRY(ys_run(stmt, err));
    if (gone_out) *gone_out = ys_db_changes(store->db);
    YS_TRY(ys_db_prepare(store->db,
                         "DELETE FROM playlist_items WHERE playlist_id IN (SELECT id FROM"
                         " playlists WHERE account_id = ?1 AND deleted_from_youtube_at <> 0)",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return ys_run(stmt, err);
}

/* Runs a prepared statement whose ?1 is a playlist's YouTube id. */
static enum ys_status playlist_change(struct ys_store *store, const char *sql,
                                      const char *youtube_id, int64_t value, bool has_value,
                                      bool must_be, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    if (has_value) ys_bind_int(stmt, 2, value);
    YS_TRY(ys_run(stmt, err));
    if (must_be && ys_db_changes(store->db) == 0)
        return ys_fail(err, YS_ENOTFOUND, "There is no playlist %s in the database.", youtube_id);
    return YS_OK;
}

#define DELETE_ITEMS                                                                             \
    "DELETE FROM playlist_items WHERE playlist_id ="                                             \
    " (SELECT id FROM playlists WHERE youtube_id = ?1)"

enum ys_status ys_playlist_deleted(struct ys_store *store, const char *youtube_id, int64_t at_ms,
                                   struct ys_error *err)
{
    YS_TRY(playlist_change(store,
                           "UPDATE playlists SET deleted_from_youtube_at = ?2," DELETED_COLUMNS
                           " WHERE youtube_id = ?1",
                           youtube_id, at_ms, true, true, err));
    return playlist_change(store, DELETE_ITEMS, youtube_id, 0, false, false, err);
}

enum ys_status ys_playlist_made(struct ys_store *store, const char *youtube_id, int64_t job_id,
                                struct ys_error *err)
{
    return playlist_change(store, "UPDATE playlists SET made_by_job = ?2 WHERE youtube_id = ?1",
                           youtube_id, job_id, true, true, err);
}

enum ys_status ys_playlist_set_self_sorted(struct ys_store *store, const char *youtube_id,
                                           bool self_sorted, struct ys_error *err)
{
    return playlist_change(store, "UPDATE playlists SET self_sorted = ?2 WHERE youtube_id = ?1",
                           youtube_id, self_sorted, true, true, err);
}

/* ---- items */

/* The playlist that an item is put into. *origin: whether it counts as a place where the user
 * kept videos (what ytsync made or fills does not). */
static enum ys_status item_playlist(struct ys_store *store, const char *youtube_id, int64_t *id,
                                    char title[YS_TITLE_BYTES], bool *origin,
                                    struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT p.id, p.title, p.made_by_job, EXISTS (SELECT 1 FROM categories c"
                         " WHERE c.account_id = p.account_id"
                         " AND c.youtube_playlist_id = p.youtube_id)"
                         " FROM playlists p WHERE p.youtube_id = ?1",
                         &stmt, err));
    ys_bind_text(stmt, 1, youtube_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (!row)
        return ys_fail(err, YS_ENOTFOUND, "There is no playlist %s in the database.", youtube_id);
    *id = ys_col_int(stmt, 0);
    *origin = ys_col_int(stmt, 2) == 0 && ys_col_int(stmt, 3) == 0;
    enum ys_status status = ys_row_text(stmt, 1, title, YS_TITLE_BYTES, "playlists", youtube_id,
                                        "title", err);
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status item_write(struct ys_store *store, int64_t playlist, int64_t video,
                                 const struct ys_row_item *row, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO playlist_items (youtube_id, playlist_id, video_id, position, added_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (youtube_id) DO UPDATE SET playlist_id = excluded.playlist_id,"
        " video_id = excluded.video_id, position = excluded.position,"
        " added_at = CASE WHEN excluded.added_at = 0 THEN playlist_items.added_at"
        " ELSE excluded.added_at END",
        &stmt, err));
    ys_bind_text(stmt, 1, row->youtube_id);
    ys_bind_int(stmt, 2, playlist);
    ys_bind_int(stmt, 3, video);
    ys_bind_int(stmt, 4, row->position);
    ys_bind_int(stmt, 5, row->added_at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_origin_put(struct ys_store *store, int64_t video, const char *playlist_id,
                             const char *title, int64_t added_at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(
        store->db,
        "INSERT INTO origins (video_id, playlist_youtube_id, playlist_title, added_at)"
        " VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (video_id, playlist_youtube_id) DO UPDATE SET added_at = excluded.added_at"
        " WHERE excluded.added_at > 0"
        " AND (origins.added_at = 0 OR excluded.added_at < origins.added_at)",
        &stmt, err));
    ys_bind_int(stmt, 1, video);
    ys_bind_text(stmt, 2, playlist_id);
    ys_bind_text(stmt, 3, title);
    ys_bind_int(stmt, 4, added_at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_item_put(struct ys_store *store, const char *playlist_id,
                           const struct ys_row_item *row, struct ys_error *err)
{
    char title[YS_TITLE_BYTES];
    int64_t playlist = 0, video = 0;
    bool origin = false;
    YS_TRY(item_playlist(store, playlist_id, &playlist, title, &origin, err));
    YS_TRY(ys_video_seen(store, row->video_id, row->title, row->channel, row->availability,
                         &video, err));
    YS_TRY(item_write(store, playlist, video, row, err));
    if (!origin) return YS_OK;
    return ys_origin_put(store, video, playlist_id, title, row->added_at_ms, err);
}

enum ys_status ys_item_make_room(struct ys_store *store, const char *playlist_id,
                                 const char *item_id, int64_t position, struct ys_error *err)
{
    static const char *const shifts[] = {
        "UPDATE playlist_items SET position = position - 1 WHERE playlist_id ="
        " (SELECT id FROM playlists WHERE youtube_id = ?1) AND position >"
        " (SELECT i.position FROM playlist_items i WHERE i.youtube_id = ?2) AND ?3 >= 0",
        "UPDATE playlist_items SET position = position + 1 WHERE playlist_id ="
        " (SELECT id FROM playlists WHERE youtube_id = ?1) AND youtube_id <> ?2"
        " AND position >= ?3",
    };
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        struct ys_stmt *stmt = NULL;
        YS_TRY(ys_db_prepare(store->db, shifts[i], &stmt, err));
        ys_bind_text(stmt, 1, playlist_id);
        ys_bind_text(stmt, 2, item_id);
        ys_bind_int(stmt, 3, position);
        YS_TRY(ys_run(stmt, err));
    }
    return YS_OK;
}

enum ys_status ys_items_replace_begin(struct ys_store *store, const char *playlist_id,
                                      struct ys_error *err)
{
    YS_TRY(playlist_change(store,
                           "UPDATE playlists SET listed_at = 0, listed_etag = '',"
                           " listed_count = -1 WHERE youtube_id = ?1",
                           playlist_id, 0, false, true, err));
    return playlist_change(store, DELETE_ITEMS, playlist_id, 0, false, false, err);
}

enum ys_status ys_items_replace_end(struct ys_store *store, const char *playlist_id,
                                    int64_t count, const char *etag, int64_t at_ms,
                                    struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE playlists SET listed_at = ?2, listed_count = ?3,"
                         " listed_etag = ?4 WHERE youtube_id = ?1",
                         &stmt, err));
    ys_bind_text(stmt, 1, playlist_id);
    ys_bind_int(stmt, 2, at_ms);
    ys_bind_int(stmt, 3, count);
    ys_bind_str(stmt, 4, etag);
    YS_TRY(ys_run(stmt, err));
    if (ys_db_changes(store->db) > 0) return YS_OK;
    return ys_fail(err, YS_ENOTFOUND, "There is no playlist %s in the database.", playlist_id);
}

enum ys_status ys_playlist_doubt(struct ys_store *store, const char *youtube_id,
                                 struct ys_error *err)
{
    return playlist_change(store,
                           "UPDATE playlists SET listed_etag = '', listed_count = -1"
                           " WHERE youtube_id = ?1",
                           youtube_id, 0, false, false, err);
}

enum ys_status ys_item_remove(struct ys_store *store, const char *item_id, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, "DELETE FROM playlist_items WHERE youtube_id = ?1", &stmt,
                         err));
    ys_bind_text(stmt, 1, item_id);
    return ys_run(stmt, err);
}

#define ITEM_SELECT                                                                              \
    "SELECT i.youtube_id, p.youtube_id, v.youtube_id, i.position, i.added_at, v.availability,"   \
    " v.title, v.channel FROM playlists p"                                                       \
    " JOIN playlist_items i ON i.playlist_id = p.id JOIN videos v ON v.id = i.video_id"

static enum ys_status item_steps(struct ys_stmt *stmt, ys_row_item_fn each, void *ctx,
                                 struct ys_error *err)
{
    bool row = false, more = true;
    while (more) {
        struct ys_row_item item;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        item.youtube_id = ys_col_text(stmt, 0);
        item.playlist_id = ys_col_text(stmt, 1);
        item.video_id = ys_col_text(stmt, 2);
        item.position = ys_col_int(stmt, 3);
        item.added_at_ms = ys_col_int(stmt, 4);
        const char *availability = ys_col_text(stmt, 5);
        item.title = ys_col_text(stmt, 6);
        item.channel = ys_col_text(stmt, 7);
        if (!ys_availability_from_name(availability, &item.availability)) {
            enum ys_status status = ys_row_refuse(err, "videos", item.video_id, "availability",
                                                  availability);
            ys_stmt_done(stmt);
            return status;
        }
        more = each(ctx, &item);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_item_find(struct ys_store *store, const char *item_id, ys_row_item_fn each,
                            void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, ITEM_SELECT " WHERE i.youtube_id = ?1", &stmt, err));
    ys_bind_text(stmt, 1, item_id);
    return item_steps(stmt, each, ctx, err);
}

enum ys_status ys_item_walk(struct ys_store *store, const char *playlist_id, ys_row_item_fn each,
                            void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         ITEM_SELECT " WHERE p.youtube_id = ?1 ORDER BY i.position, i.youtube_id",
                         &stmt, err));
    ys_bind_text(stmt, 1, playlist_id);
    return item_steps(stmt, each, ctx, err);
}

enum ys_status ys_item_walk_all(struct ys_store *store, int64_t account_id, ys_row_item_fn each,
                                void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         ITEM_SELECT
                         " WHERE p.account_id = ?1 AND p.deleted_from_youtube_at = 0"
                         " AND p.source = 'youtube'"
                         " ORDER BY p.youtube_id, i.position, i.youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return item_steps(stmt, each, ctx, err);
}

enum ys_status ys_item_walk_imported(struct ys_store *store, int64_t account_id,
                                     ys_row_item_fn each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         ITEM_SELECT " WHERE p.account_id = ?1 AND p.source <> 'youtube'"
                                     " ORDER BY p.youtube_id, i.position, i.youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    return item_steps(stmt, each, ctx, err);
}
