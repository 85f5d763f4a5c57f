/* state.c: playlists and videos in the state, and the edits that tests and users make behind
 * the API's back. */
#include <string.h>

#include "base/text.h"
#include "sim/state.h"

/* ------------------------------------------------------------------ playlists */

int64_t ys_sim_pl_seen(struct ys_sim *sim, const struct ys_sim_pl *playlist)
{
    int64_t seen = ys_sim_seen_from(sim);
    return seen > playlist->settled_ms ? seen : playlist->settled_ms;
}

enum ys_status ys_sim_pl_find(struct ys_sim *sim, const char *id, bool *found,
                              struct ys_sim_pl *out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT p.key, p.id, p.channel_id, p.published_ms, p.self_sorted,"
                        " p.add_to_top, p.born_mono_ms, p.busy_until_ms, p.settled_ms, p.items,"
                        " p.deleted_ms, v.privacy FROM playlists p LEFT JOIN playlist_versions v"
                        " ON v.playlist = p.key AND v.seen_until_ms = ?2 WHERE p.id = ?1",
                        YS_ARGS(YS_T(id), YS_I(YS_SIM_FOREVER))));
    enum ys_status status = ys_step(stmt, found, err);
    if (status == YS_OK && *found) {
        *out = (struct ys_sim_pl){.key = ys_col_int(stmt, 0),
                                  .published_ms = ys_col_int(stmt, 3),
                                  .self_sorted = ys_col_int(stmt, 4) != 0,
                                  .add_to_top = ys_col_int(stmt, 5) != 0,
                                  .born_mono_ms = ys_col_null(stmt, 6) ? INT64_MIN
                                                                       : ys_col_int(stmt, 6),
                                  .busy_until_ms = ys_col_int(stmt, 7),
                                  .settled_ms = ys_col_int(stmt, 8),
                                  .items = ys_col_int(stmt, 9),
                                  .deleted = !ys_col_null(stmt, 10),
                                  .privacy = (enum ys_privacy)ys_col_int(stmt, 11)};
        (void)ys_copy(out->id, sizeof out->id, ys_col_text(stmt, 1));
        (void)ys_copy(out->channel_id, sizeof out->channel_id, ys_col_text(stmt, 2));
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_pl_create(struct ys_sim *sim, const struct ys_sim_playlist *spec, bool born,
                                char id_out[YS_ID_BYTES], struct ys_error *err)
{
    const char *channel_id = spec->channel_id ? spec->channel_id : YS_SIM_CHANNEL_ID;
    enum ys_privacy privacy = spec->privacy == YS_PRIVACY_UNSET ? YS_PRIVACY_PUBLIC
                                                                : spec->privacy;
    int64_t published_ms = spec->published_at_ms ? spec->published_at_ms
                                                 : ys_sim_wall(sim);
    int64_t now = ys_sim_mono(sim), seen = ys_sim_seen_from(sim);
    if (spec->id) (void)ys_copy(id_out, YS_ID_BYTES, spec->id);
    else YS_TRY(ys_sim_new_playlist_id(sim, id_out, err));
    /* The API's times have whole seconds. */
    published_ms -= ((published_ms % 1000) + 1000) % 1000;
    YS_TRY(ys_sim_exec(sim, err,
                       "INSERT INTO playlists (id, channel_id, published_ms, self_sorted,"
                       " add_to_top, made_by_api, born_mono_ms, busy_until_ms, settled_ms, items)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?6, ?7, NULL), ?8, ?9, 0)",
                       YS_ARGS(YS_T(id_out), YS_T(channel_id), YS_I(published_ms),
                               YS_I(spec->self_sorted), YS_I(spec->add_to_top), YS_I(born),
                               YS_I(now), YS_I(INT64_MIN),
                               YS_I(seen > now ? seen : INT64_MIN))));
    return ys_sim_exec(sim, err,
                       "INSERT INTO playlist_versions (playlist, title, description, privacy,"
                       " language, seen_from_ms, seen_until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                       " ?7)",
                       YS_ARGS(YS_I(ys_db_last_id(sim->db)),
                               YS_T(spec->title ? spec->title : ""),
                               YS_T(spec->description ? spec->description : ""), YS_I(privacy),
                               YS_T(spec->language ? spec->language : ""), YS_I(seen),
                               YS_I(YS_SIM_FOREVER)));
}

enum ys_status ys_sim_pl_revise(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                const struct ys_sim_pl_fields *fields, struct ys_error *err)
{
    int64_t now = ys_sim_mono(sim), seen = ys_sim_pl_seen(sim, playlist), old = 0;
    YS_TRY(ys_sim_number(sim, 0, &old, err,
                         "SELECT key FROM playlist_versions WHERE playlist = ?1 AND"
                         " seen_until_ms = ?2",
                         YS_ARGS(YS_I(playlist->key), YS_I(YS_SIM_FOREVER))));
    if (old == 0) return ys_fail(err, YS_EINTERNAL, "playlist %s has no version", playlist->id);
    if (fields->privacy != YS_PRIVACY_UNSET) playlist->privacy = fields->privacy;
    YS_TRY(ys_sim_exec(sim, err,
                       "INSERT INTO playlist_versions (playlist, title, description, privacy,"
                       " language, seen_from_ms, seen_until_ms) SELECT playlist,"
                       " coalesce(?2, title), coalesce(?3, description), ?4,"
                       " coalesce(?5, language), ?6, seen_until_ms FROM playlist_versions"
                       " WHERE key = ?1",
                       YS_ARGS(YS_I(old), YS_T(fields->title), YS_T(fields->description),
                               YS_I(playlist->privacy), YS_T(fields->language), YS_I(seen))));
    if (seen > now) {
        playlist->settled_ms = seen;
        YS_TRY(ys_sim_exec(sim, err, "UPDATE playlists SET settled_ms = ?2 WHERE key = ?1",
                           YS_ARGS(YS_I(playlist->key), YS_I(seen))));
        return ys_sim_exec(sim, err,
                           "UPDATE playlist_versions SET seen_until_ms = ?2 WHERE key = ?1",
                           YS_ARGS(YS_I(old), YS_I(seen)));
    }
    /* Versions that nobody can see any more go. */
    return ys_sim_exec(sim, err,
                       "DELETE FROM playlist_versions WHERE playlist = ?1 AND"
                       " (key = ?2 OR seen_until_ms <= ?3)",
                       YS_ARGS(YS_I(playlist->key), YS_I(old), YS_I(now)));
}

enum ys_status ys_sim_pl_delete(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                struct ys_error *err)
{
    int64_t now = ys_sim_mono(sim), seen = ys_sim_pl_seen(sim, playlist);
    playlist->deleted = true;
    playlist->items = 0;
    playlist->privacy = YS_PRIVACY_UNSET;
    YS_TRY(ys_sim_exec(sim, err,
                       "UPDATE playlists SET deleted_ms = ?2, items = 0 WHERE key = ?1",
                       YS_ARGS(YS_I(playlist->key), YS_I(ys_sim_wall(sim)))));
    if (seen <= now) {
        YS_TRY(ys_sim_exec(sim, err, "DELETE FROM items WHERE playlist = ?1",
                           YS_ARGS(YS_I(playlist->key))));
        return ys_sim_exec(sim, err, "DELETE FROM playlist_versions WHERE playlist = ?1",
                           YS_ARGS(YS_I(playlist->key)));
    }
    YS_TRY(ys_sim_exec(sim, err, "UPDATE playlists SET settled_ms = ?2 WHERE key = ?1",
                       YS_ARGS(YS_I(playlist->key), YS_I(seen))));
    YS_TRY(ys_sim_exec(sim, err,
                       "UPDATE items SET live = 0, seen_until_ms = ?2 WHERE playlist = ?1 AND"
                       " live = 1",
                       YS_ARGS(YS_I(playlist->key), YS_I(seen))));
    return ys_sim_exec(sim, err,
                       "UPDATE playlist_versions SET seen_until_ms = ?2 WHERE playlist = ?1 AND"
                       " seen_until_ms = ?3",
                       YS_ARGS(YS_I(playlist->key), YS_I(seen), YS_I(YS_SIM_FOREVER)));
}

enum ys_status ys_sim_pl_set_busy(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                  int64_t until_ms, struct ys_error *err)
{
    playlist->busy_until_ms = until_ms;
    return ys_sim_exec(sim, err, "UPDATE playlists SET busy_until_ms = ?2 WHERE key = ?1",
                       YS_ARGS(YS_I(playlist->key), YS_I(until_ms)));
}

/* ------------------------------------------------------------------ videos */

enum ys_status ys_sim_vid_find(struct ys_sim *sim, const char *id, struct ys_sim_vid *out,
                               struct ys_error *err)
{
    struct ys_stmt *stmt;
    *out = (struct ys_sim_vid){.availability = YS_AVAILABILITY_DELETED};
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT availability, channel_id FROM videos WHERE id = ?1",
                        YS_ARGS(YS_T(id))));
    enum ys_status status = ys_step(stmt, &out->known, err);
    if (status == YS_OK && out->known) {
        out->availability = (enum ys_availability)ys_col_int(stmt, 0);
        (void)ys_copy(out->channel_id, sizeof out->channel_id, ys_col_text(stmt, 1));
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_video_put(struct ys_sim *sim, const struct ys_sim_video *video,
                                struct ys_error *err)
{
    char channel_id[YS_ID_BYTES];
    const char *channel = video->channel_title ? video->channel_title : "";
    if (!ys_video_id_valid(video->id))
        return ys_fail(err, YS_EINVAL, "\"%s\" is not a video id", video->id ? video->id : "");
    if (video->channel_id) (void)ys_copy(channel_id, sizeof channel_id, video->channel_id);
    else ys_sim_channel_id(channel, channel_id);
    return ys_sim_exec(sim, err,
                       "INSERT INTO videos VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
                       " ON CONFLICT (id) DO UPDATE SET title = ?2, description = ?3,"
                       " channel_id = ?4, channel_title = ?5, tags = ?6, published_ms = ?7,"
                       " duration_s = ?8, category_id = ?9, availability = ?10",
                       YS_ARGS(YS_T(video->id), YS_T(video->title ? video->title : ""),
                               YS_T(video->description ? video->description : ""),
                               YS_T(channel_id), YS_T(channel),
                               YS_T(video->tags_json ? video->tags_json : "[]"),
                               YS_I(video->published_at_ms), YS_I(video->duration_s),
                               YS_I(video->category_id ? video->category_id : 22),
                               YS_I(video->availability)));
}

enum ys_status ys_sim_video_set(struct ys_sim *sim, const char *video_id,
                                enum ys_availability availability, struct ys_error *err)
{
    YS_TRY(ys_sim_exec(sim, err, "UPDATE videos SET availability = ?2 WHERE id = ?1",
                       YS_ARGS(YS_T(video_id), YS_I(availability))));
    if (ys_db_changes(sim->db) == 0)
        return ys_fail(err, YS_ENOTFOUND, "there is no video %s", video_id);
    return YS_OK;
}

/* ------------------------------------------------------------------ edits */

static enum ys_status need_playlist(struct ys_sim *sim, const char *id, struct ys_sim_pl *out,
                                    struct ys_error *err)
{
    bool found = false;
    YS_TRY(ys_sim_pl_find(sim, id, &found, out, err));
    if (!found || out->deleted)
        return ys_fail(err, YS_ENOTFOUND, "there is no playlist %s", id);
    return YS_OK;
}

static enum ys_status need_item(struct ys_sim *sim, const char *id, struct ys_sim_it *item,
                                struct ys_sim_pl *playlist, struct ys_error *err)
{
    bool found = false;
    YS_TRY(ys_sim_it_find(sim, id, &found, item, err));
    if (!found) return ys_fail(err, YS_ENOTFOUND, "there is no playlist item %s", id);
    enum ys_status status = need_playlist(sim, item->playlist_id, playlist, err);
    if (status != YS_OK) ys_sim_it_free(item);
    return status;
}

enum ys_status ys_sim_playlist_add(struct ys_sim *sim, const struct ys_sim_playlist *playlist,
                                   char *id_out, struct ys_error *err)
{
    char id[YS_ID_BYTES];
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = ys_sim_pl_create(sim, playlist, false, id, err);
    if (status == YS_OK && id_out) (void)ys_copy(id_out, YS_ID_BYTES, id);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_playlist_edit(struct ys_sim *sim, const char *playlist_id,
                                    const char *title, const char *description,
                                    enum ys_privacy privacy, struct ys_error *err)
{
    struct ys_sim_pl playlist;
    struct ys_sim_pl_fields fields = {title, description, NULL, privacy};
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = need_playlist(sim, playlist_id, &playlist, err);
    if (status == YS_OK) status = ys_sim_pl_revise(sim, &playlist, &fields, err);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_playlist_remove(struct ys_sim *sim, const char *playlist_id,
                                      struct ys_error *err)
{
    struct ys_sim_pl playlist;
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = need_playlist(sim, playlist_id, &playlist, err);
    if (status == YS_OK) status = ys_sim_pl_delete(sim, &playlist, err);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_item_add(struct ys_sim *sim, const char *playlist_id, const char *video_id,
                               int64_t position, int64_t added_at_ms, char *id_out,
                               struct ys_error *err)
{
    struct ys_sim_pl playlist;
    char id[YS_ID_BYTES];
    int64_t added_ms = added_at_ms ? added_at_ms : ys_sim_wall(sim);
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = need_playlist(sim, playlist_id, &playlist, err);
    if (status == YS_OK && playlist.items >= YS_PLAYLIST_ITEMS_MAX)
        status = ys_fail(err, YS_ELIMIT, "playlist %s is full", playlist_id);
    if (status == YS_OK && position > playlist.items)
        status = ys_fail(err, YS_EINVAL, "playlist %s has no position %lld", playlist_id,
                         (long long)position);
    if (status == YS_OK)
        status = ys_sim_it_insert(sim, &playlist, video_id,
                                  position < 0 ? playlist.items : position, added_ms, "", id,
                                  err);
    if (status == YS_OK && id_out) (void)ys_copy(id_out, YS_ID_BYTES, id);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_item_remove(struct ys_sim *sim, const char *item_id, struct ys_error *err)
{
    struct ys_sim_pl playlist;
    struct ys_sim_it item = {0};
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = need_item(sim, item_id, &item, &playlist, err);
    if (status == YS_OK) status = ys_sim_it_remove(sim, &playlist, &item, err);
    ys_sim_it_free(&item);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_item_move(struct ys_sim *sim, const char *item_id, int64_t position,
                                struct ys_error *err)
{
    struct ys_sim_pl playlist;
    struct ys_sim_it item = {0};
    YS_TRY(ys_sim_begin(sim, err));
    enum ys_status status = need_item(sim, item_id, &item, &playlist, err);
    if (status == YS_OK && (position < 0 || position >= playlist.items))
        status = ys_fail(err, YS_EINVAL, "playlist %s has no position %lld", playlist.id,
                         (long long)position);
    if (status == YS_OK) status = ys_sim_it_move(sim, &playlist, &item, position, NULL, err);
    ys_sim_it_free(&item);
    return ys_sim_end(sim, status, err);
}
