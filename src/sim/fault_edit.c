/* fault_edit.c: faults that are edits: the user, or the owner of a video, does something on the
 * website while requests are under way. What is edited is the playlist (video) that the request
 * is about, else one drawn from the account's. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/fault_apply.h"

/* A text from the first column of a query's nth row, drawn by chance; "" when there is none.
 * `count_sql` counts what `sql` (with the offset as ?2) lists; both take `arg` as ?1. */
static enum ys_status draw(struct ys_sim *sim, const char *count_sql, const char *sql,
                           const char *arg, char out[YS_ID_BYTES], struct ys_error *err)
{
    struct ys_stmt *stmt;
    int64_t count = 0;
    bool row = false;
    out[0] = '\0';
    YS_TRY(ys_sim_number(sim, 0, &count, err, count_sql, YS_ARGS(YS_T(arg))));
    if (count == 0) return YS_OK;
    int64_t at = (int64_t)ys_sim_below(&sim->random, (uint64_t)count);
    YS_TRY(ys_sim_query(sim, &stmt, err, sql, YS_ARGS(YS_T(arg), YS_I(at))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) (void)ys_copy(out, YS_ID_BYTES, ys_col_text(stmt, 0));
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status draw_playlist(struct ys_sim_call *call, char out[YS_ID_BYTES],
                                    struct ys_error *err)
{
    struct ys_sim_pl playlist;
    bool found = false;
    const char *asked = call->event.playlist_id;
    if (*asked) YS_TRY(ys_sim_pl_find(call->sim, asked, &found, &playlist, err));
    if (found && !playlist.deleted) {
        (void)ys_copy(out, YS_ID_BYTES, asked);
        return YS_OK;
    }
    return draw(call->sim,
                "SELECT count(*) FROM playlists WHERE deleted_ms IS NULL AND channel_id = ?1",
                "SELECT id FROM playlists WHERE deleted_ms IS NULL AND channel_id = ?1"
                " ORDER BY key LIMIT 1 OFFSET ?2",
                *call->channel_id ? call->channel_id : YS_SIM_CHANNEL_ID, out, err);
}

static enum ys_status draw_item(struct ys_sim *sim, const char *playlist_id,
                                char out[YS_ID_BYTES], struct ys_error *err)
{
    return draw(sim,
                "SELECT count(*) FROM items WHERE live = 1 AND playlist = (SELECT key FROM"
                " playlists WHERE id = ?1)",
                "SELECT id FROM items WHERE live = 1 AND playlist = (SELECT key FROM playlists"
                " WHERE id = ?1) ORDER BY rank LIMIT 1 OFFSET ?2",
                playlist_id, out, err);
}

static enum ys_status draw_video(struct ys_sim *sim, char out[YS_ID_BYTES], struct ys_error *err)
{
    return draw(sim, "SELECT count(*) FROM videos WHERE availability = 0 AND id <> ?1",
                "SELECT id FROM videos WHERE availability = 0 AND id <> ?1 ORDER BY id LIMIT 1"
                " OFFSET ?2",
                "", out, err);
}

static enum ys_status edit_items(struct ys_sim_call *call, const char *what,
                                 const struct ys_sim_pl *playlist, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    char item[YS_ID_BYTES], video[YS_ID_BYTES];
    bool add = strcmp(what, "add") == 0 || strcmp(what, "swap") == 0;
    bool take = strcmp(what, "remove") == 0 || strcmp(what, "swap") == 0;
    YS_TRY(draw_item(sim, playlist->id, item, err));
    YS_TRY(draw_video(sim, video, err));
    if (strcmp(what, "move") == 0 && *item && playlist->items > 1)
        return ys_sim_item_move(sim, item,
                                (int64_t)ys_sim_below(&sim->random, (uint64_t)playlist->items),
                                err);
    if (take && *item) YS_TRY(ys_sim_item_remove(sim, item, err));
    int64_t count = playlist->items - (take && *item ? 1 : 0);
    if (add && *video && count < YS_PLAYLIST_ITEMS_MAX)
        YS_TRY(ys_sim_item_add(sim, playlist->id, video,
                               (int64_t)ys_sim_below(&sim->random, (uint64_t)count + 1), 0, NULL,
                               err));
    return YS_OK;
}

static enum ys_status edit(struct ys_sim_call *call, const char *what, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    struct ys_sim_pl playlist;
    char id[YS_ID_BYTES], title[64];
    bool found = false;
    (void)snprintf(title, sizeof title, "Edited meanwhile (%lld)",
                   (long long)call->event.number);
    if (strcmp(what, "create") == 0) {
        struct ys_sim_playlist spec = {.title = title, .privacy = YS_PRIVACY_PRIVATE};
        return ys_sim_playlist_add(sim, &spec, NULL, err);
    }
    YS_TRY(draw_playlist(call, id, err));
    if (!*id) return YS_OK;
    YS_TRY(ys_sim_pl_find(sim, id, &found, &playlist, err));
    if (strcmp(what, "delete") == 0) return ys_sim_playlist_remove(sim, id, err);
    if (strcmp(what, "rename") == 0)
        return ys_sim_playlist_edit(sim, id, title, NULL, YS_PRIVACY_UNSET, err);
    if (strcmp(what, "privacy") == 0)
        return ys_sim_playlist_edit(sim, id, NULL, NULL,
                                    playlist.privacy == YS_PRIVACY_PUBLIC ? YS_PRIVACY_PRIVATE
                                                                          : YS_PRIVACY_PUBLIC,
                                    err);
    return edit_items(call, what, &playlist, err);
}

static enum ys_status change_video(struct ys_sim_call *call, const char *to, struct ys_error *err)
{
    enum ys_availability availability;
    struct ys_sim_vid video;
    char id[YS_ID_BYTES];
    if (!ys_availability_from_name(to, &availability)) return YS_OK;
    (void)ys_copy(id, sizeof id, call->event.video_id);
    YS_TRY(ys_sim_vid_find(call->sim, id, &video, err));
    if (!video.known) YS_TRY(draw_video(call->sim, id, err));
    return *id ? ys_sim_video_set(call->sim, id, availability, err) : YS_OK;
}

enum ys_status ys_sim_fault_edit(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule,
                                 struct ys_error *err)
{
    const char *header = call->request->authorization;
    switch (rule->kind) {
    case YS_SIM_FAULT_REVOKE:
        return ys_sim_exec(call->sim, err, "UPDATE tokens SET revoked = 1 WHERE token = ?1",
                           YS_ARGS(YS_T(header && strlen(header) > 7 ? header + 7 : "")));
    case YS_SIM_FAULT_VIDEO: return change_video(call, rule->arg, err);
    case YS_SIM_FAULT_EDIT: return edit(call, rule->arg, err);
    default: return YS_OK;
    }
}
