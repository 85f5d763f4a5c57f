/* playlist_items.c: playlistItems.list, insert, update and delete. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/api.h"

/* What an item says, joined with its video (one that is not known is a deleted one). */
#define ITEM_COLUMNS                                                                             \
    "SELECT i.id, p.id, p.channel_id, coalesce(a.title, ''), i.video_id, coalesce(v.title, '')," \
    " coalesce(v.description, ''), coalesce(v.channel_id, ''), coalesce(v.channel_title, ''),"   \
    " i.note, i.added_ms, coalesce(v.published_ms, 0), coalesce(v.availability, 2), i.rank"      \
    " FROM items i JOIN playlists p ON p.key = i.playlist"                                       \
    " LEFT JOIN videos v ON v.id = i.video_id"                                                   \
    " LEFT JOIN accounts a ON a.channel_id = p.channel_id "

static void render(struct ys_sim_call *call, struct ys_stmt *stmt, int64_t position,
                   struct ys_buf *out, struct ys_sim_hash *hash)
{
    struct ys_sim_it_row row = {.id = ys_col_text(stmt, 0),
                                .playlist_id = ys_col_text(stmt, 1),
                                .channel_id = ys_col_text(stmt, 2),
                                .channel_title = ys_col_text(stmt, 3),
                                .video_id = ys_col_text(stmt, 4),
                                .title = ys_col_text(stmt, 5),
                                .description = ys_col_text(stmt, 6),
                                .owner_id = ys_col_text(stmt, 7),
                                .owner_title = ys_col_text(stmt, 8),
                                .note = ys_col_text(stmt, 9),
                                .added_ms = ys_col_int(stmt, 10),
                                .video_published_ms = ys_col_int(stmt, 11),
                                .availability = (enum ys_availability)ys_col_int(stmt, 12),
                                .position = position};
    row.own = strcmp(row.owner_id, call->channel_id) == 0;
    ys_sim_render_item(out, &row, call->parts, hash);
}

/* ------------------------------------------------------------------ list */

struct list {
    struct ys_sim_page page;
    int64_t now;
    int64_t next, total;
};

/* Position of a row among those that a reader sees. */
static enum ys_status seen_position(struct ys_sim *sim, const char *playlist_id, int64_t rank,
                                    int64_t now, int64_t *out, struct ys_error *err)
{
    return ys_sim_number(sim, 0, out, err,
                         "SELECT count(*) FROM items WHERE playlist = (SELECT key FROM playlists"
                         " WHERE id = ?1) AND rank < ?2 AND seen_from_ms <= ?3 AND"
                         " seen_until_ms > ?3",
                         YS_ARGS(YS_T(playlist_id), YS_I(rank), YS_I(now)));
}

/* Renders all rows of a statement whose rows stand alone (by id, by video). */
static enum ys_status render_alone(struct ys_sim_call *call, struct list *list,
                                   struct ys_stmt *stmt, struct ys_error *err)
{
    enum ys_status status;
    bool row = false;
    int64_t position = 0;
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        status = seen_position(call->sim, ys_col_text(stmt, 1), ys_col_int(stmt, 13), list->now,
                               &position, err);
        if (status != YS_OK) break;
        if (ys_sim_page_item(call, &list->page))
            render(call, stmt, position, &list->page.items, &list->page.hash);
    }
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status list_by_id(struct ys_sim_call *call, const char *id, void *ctx,
                                 struct ys_error *err)
{
    struct list *list = ctx;
    struct ys_stmt *stmt;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        ITEM_COLUMNS "JOIN playlist_versions w ON w.playlist = p.key AND"
                        " w.seen_from_ms <= ?1 AND w.seen_until_ms > ?1 AND"
                        " (w.privacy <> 1 OR p.channel_id = ?3) WHERE i.id = ?2 AND"
                        " i.seen_from_ms <= ?1 AND i.seen_until_ms > ?1",
                        YS_ARGS(YS_I(list->now), YS_T(id), YS_T(call->channel_id))));
    return render_alone(call, list, stmt, err);
}

static enum ys_status list_by_video(struct ys_sim_call *call, struct list *list, int64_t playlist,
                                    const char *video_id, struct ys_error *err)
{
    struct ys_stmt *stmt;
    YS_TRY(ys_sim_number(call->sim, 0, &list->total, err,
                         "SELECT count(*) FROM items WHERE playlist = ?2 AND video_id = ?3 AND"
                         " seen_from_ms <= ?1 AND seen_until_ms > ?1",
                         YS_ARGS(YS_I(list->now), YS_I(playlist), YS_T(video_id))));
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        ITEM_COLUMNS "WHERE i.playlist = ?2 AND i.video_id = ?3 AND"
                        " i.seen_from_ms <= ?1 AND i.seen_until_ms > ?1 ORDER BY i.rank, i.key"
                        " LIMIT ?4 OFFSET ?5",
                        YS_ARGS(YS_I(list->now), YS_I(playlist), YS_T(video_id),
                                YS_I(list->page.rows), YS_I(list->page.offset))));
    if (list->page.offset + list->page.rows < list->total)
        list->next = list->page.offset + list->page.rows;
    return render_alone(call, list, stmt, err);
}

/* A page in order. A settled playlist is read by its index; one with changes under way by what
 * can be seen of it now. */
static enum ys_status list_playlist(struct ys_sim_call *call, struct list *list,
                                    const struct ys_sim_pl *playlist, struct ys_error *err)
{
    struct ys_sim_page *page = &list->page;
    struct ys_stmt *stmt;
    bool row = false, settled = playlist->settled_ms <= list->now;
    list->total = playlist->items;
    if (!settled)
        YS_TRY(ys_sim_number(call->sim, 0, &list->total, err,
                             "SELECT count(*) FROM items WHERE playlist = ?2 AND"
                             " seen_from_ms <= ?1 AND seen_until_ms > ?1",
                             YS_ARGS(YS_I(list->now), YS_I(playlist->key))));
    int64_t rows = ys_sim_page_rows(call, page, list->total);
    bool twice = call->double_row ||
                 ys_sim_chance(call->sim, call->sim->options.double_row_permille);
    int64_t back = twice && page->offset > 0 && page->rows > 1 ? 1 : 0;
    if (rows + back > page->rows) rows = page->rows - back;
    int64_t position = page->offset - back;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        settled ? ITEM_COLUMNS "WHERE i.playlist = ?2 AND i.live = 1 AND ?1 = ?1"
                                  " ORDER BY i.rank LIMIT ?3 OFFSET ?4"
                                : ITEM_COLUMNS "WHERE i.playlist = ?2 AND i.seen_from_ms <= ?1"
                                  " AND i.seen_until_ms > ?1 ORDER BY i.rank, i.key LIMIT ?3"
                                  " OFFSET ?4",
                        YS_ARGS(YS_I(list->now), YS_I(playlist->key), YS_I(rows + back),
                                YS_I(position))));
    enum ys_status status;
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        if (ys_sim_page_item(call, page))
            render(call, stmt, position, &page->items, &page->hash);
        position++;
    }
    ys_stmt_done(stmt);
    if (page->offset + rows < list->total) list->next = page->offset + rows;
    return status;
}

/* Whether a reader can see this playlist's items now; else refuses. */
static enum ys_status readable(struct ys_sim_call *call, const char *id, int64_t now, bool *out,
                               struct ys_sim_pl *playlist, struct ys_error *err)
{
    bool found = false;
    int64_t privacy = 0;
    *out = false;
    if (strcmp(id, "WL") == 0) return ys_sim_call_refuse(call, YS_SIM_NO_WATCH_LATER);
    if (strcmp(id, "HL") == 0) return ys_sim_call_refuse(call, YS_SIM_NO_HISTORY);
    YS_TRY(ys_sim_pl_find(call->sim, id, &found, playlist, err));
    if (found)
        YS_TRY(ys_sim_number(call->sim, 0, &privacy, err,
                             "SELECT privacy FROM playlist_versions WHERE playlist = ?1 AND"
                             " seen_from_ms <= ?2 AND seen_until_ms > ?2",
                             YS_ARGS(YS_I(playlist->key), YS_I(now))));
    /* Too young to be read, not seen yet, or gone. */
    if (!found || privacy == 0 ||
        (playlist->born_mono_ms != INT64_MIN &&
         now - playlist->born_mono_ms < call->sim->options.young_read_ms))
        return ys_sim_call_refuse(call, YS_SIM_NO_LIST_NOT_FOUND);
    if (privacy == YS_PRIVACY_PRIVATE && strcmp(playlist->channel_id, call->channel_id) != 0)
        return ys_sim_call_refuse(call, YS_SIM_NO_NOT_ACCESSIBLE);
    *out = true;
    return YS_OK;
}

/* Own likes and uploads are lists that exist and are empty here. */
static bool empty_special(const struct ys_sim_call *call, const char *id)
{
    if (strcmp(id, "LL") == 0) return true;
    return strncmp(id, "UU", 2) == 0 && strcmp(id + 2, call->channel_id + 2) == 0;
}

enum ys_status ys_sim_items_list(struct ys_sim_call *call, struct ys_error *err)
{
    const char *ids = ys_sim_param(&call->params, "id");
    const char *playlist_id = ys_sim_param(&call->params, "playlistId");
    const char *video_id = ys_sim_param(&call->params, "videoId");
    struct list list = {.now = ys_sim_mono(call->sim), .next = -1};
    struct ys_sim_pl playlist;
    char key[YS_ID_BYTES * 2 + 32];
    bool ok = true;
    enum ys_status status = YS_OK;
    if (!ids && !playlist_id)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_NO_FILTER,
                                     "No filter selected. Expected one of: id, playlistId",
                                     NULL);
    if (ids && (playlist_id || video_id)) return ys_sim_call_refuse(call, YS_SIM_NO_INCOMPATIBLE);
    if (playlist_id && !*playlist_id) return ys_sim_call_refuse(call, YS_SIM_NO_PLAYLIST_ID);
    (void)snprintf(key, sizeof key, "items|%.127s|%.127s", playlist_id ? playlist_id : "",
                   video_id ? video_id : "");
    ys_sim_page_begin(call, &list.page, key);
    if (!call->done && ids) {
        status = ys_sim_each_id(call, ids, list_by_id, &list, err);
        list.total = list.page.count;
    } else if (!call->done && !empty_special(call, playlist_id)) {
        status = readable(call, playlist_id, list.now, &ok, &playlist, err);
        if (status == YS_OK && ok)
            status = video_id ? list_by_video(call, &list, playlist.key, video_id, err)
                              : list_playlist(call, &list, &playlist, err);
    }
    if (status == YS_OK && !call->done)
        ys_sim_page_end(call, &list.page, "youtube#playlistItemListResponse", key, list.next,
                        list.total, false);
    ys_sim_page_free(&list.page);
    return status;
}

/* ------------------------------------------------------------------ writes */

/* Answers with an item as it truly is. */
static enum ys_status answer(struct ys_sim_call *call, const char *id, int64_t position,
                             struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(call->sim, &stmt, err, ITEM_COLUMNS "WHERE i.id = ?1 AND i.live = 1",
                        YS_ARGS(YS_T(id))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        ys_sim_reply_start(call->reply, 200, "application/json; charset=UTF-8");
        render(call, stmt, position, &call->reply->body, NULL);
    }
    ys_stmt_done(stmt);
    if (status == YS_OK && !row)
        status = ys_fail(err, YS_EINTERNAL, "item %s vanished within a request", id);
    return status;
}

/* What insert and update have in common of the body; true: refused. */
static bool body_refused(struct ys_sim_call *call)
{
    const struct ys_sim_input *input = &call->input;
    if (!input->json) ys_sim_call_refuse(call, YS_SIM_NO_PARSE);
    else if (input->wrong) ys_sim_call_refuse(call, YS_SIM_NO_BAD_REQUEST);
    else if (!input->playlist_id || !*input->playlist_id)
        ys_sim_call_refuse(call, YS_SIM_NO_PLAYLIST_ID);
    else if (!input->resource) ys_sim_call_refuse(call, YS_SIM_NO_RESOURCE_ID);
    else if (!input->resource_kind || strcmp(input->resource_kind, "youtube#video") != 0)
        ys_sim_call_refuse(call, YS_SIM_NO_RESOURCE_TYPE);
    else if (!input->video_id || !*input->video_id)
        ys_sim_call_refuse(call, YS_SIM_NO_RESOURCE_ID);
    else if (input->note && ys_codepoints(input->note) > YS_SIM_NOTE_CODEPOINTS_MAX)
        ys_sim_call_refuse(call, YS_SIM_NO_CONTENT_DETAILS);
    else if (ys_sim_special_playlist(input->playlist_id))
        ys_sim_call_refuse(call, YS_SIM_NO_OPERATION);
    return call->done;
}

/* Finds the playlist that a write is about, which must be the caller's; true: refused. */
static enum ys_status own_playlist(struct ys_sim_call *call, const char *id,
                                   struct ys_sim_pl *playlist, struct ys_error *err)
{
    bool found = false;
    YS_TRY(ys_sim_pl_find(call->sim, id, &found, playlist, err));
    if (!found || playlist->deleted) return ys_sim_call_refuse(call, YS_SIM_NO_PLAYLIST_NOT_FOUND);
    if (strcmp(playlist->channel_id, call->channel_id) != 0)
        return ys_sim_call_refuse(call, YS_SIM_NO_NOT_ACCESSIBLE);
    return YS_OK;
}

/* Whether the video can be put into a playlist; refuses otherwise. */
static enum ys_status insertable(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim_vid video;
    YS_TRY(ys_sim_vid_find(call->sim, call->input.video_id, &video, err));
    if (!video.known || video.availability == YS_AVAILABILITY_DELETED)
        return ys_sim_call_refuse(call, YS_SIM_NO_VIDEO_NOT_FOUND);
    if (video.availability == YS_AVAILABILITY_PRIVATE &&
        strcmp(video.channel_id, call->channel_id) != 0)
        return ys_sim_call_refuse(call, YS_SIM_NO_PRECONDITION);
    return YS_OK;
}

enum ys_status ys_sim_items_insert(struct ys_sim_call *call, struct ys_error *err)
{
    const struct ys_sim_input *input = &call->input;
    struct ys_sim_pl playlist;
    char id[YS_ID_BYTES];
    if (body_refused(call)) return YS_OK;
    YS_TRY(own_playlist(call, input->playlist_id, &playlist, err));
    if (call->done || ys_sim_write_clashes(call, &playlist)) return YS_OK;
    YS_TRY(insertable(call, err));
    if (call->done) return YS_OK;
    if (playlist.items >= YS_PLAYLIST_ITEMS_MAX) return ys_sim_call_refuse(call, YS_SIM_NO_FULL);
    if (input->has_position && playlist.self_sorted)
        return ys_sim_call_refuse(call, YS_SIM_NO_MANUAL_SORT);
    if (input->has_position && (input->position < 0 || input->position > playlist.items))
        return ys_sim_call_refuse(call, YS_SIM_NO_POSITION);
    int64_t position = input->has_position ? input->position
                       : playlist.add_to_top ? 0
                                             : playlist.items;
    bool noted = (call->parts & YS_SIM_PART_CONTENT) && input->note;
    YS_TRY(ys_sim_it_insert(call->sim, &playlist, input->video_id, position,
                            ys_sim_wall(call->sim), noted ? input->note : "", id, err));
    YS_TRY(ys_sim_write_done(call, &playlist, err));
    (void)ys_copy(call->event.item_id, sizeof call->event.item_id, id);
    return answer(call, id, position, err);
}

enum ys_status ys_sim_items_update(struct ys_sim_call *call, struct ys_error *err)
{
    const struct ys_sim_input *input = &call->input;
    struct ys_sim_pl playlist;
    struct ys_sim_it item = {0};
    bool found = false;
    if (input->json && !input->wrong && (!input->id || !*input->id))
        return ys_sim_call_refuse(call, YS_SIM_NO_ITEM_ID);
    if (body_refused(call)) return YS_OK;
    YS_TRY(own_playlist(call, input->playlist_id, &playlist, err));
    if (call->done) return YS_OK;
    enum ys_status status = ys_sim_it_find(call->sim, input->id, &found, &item, err);
    if (status != YS_OK) goto out;
    /* A deleted item, one of another playlist, or another video: the same answer. */
    if (!found || item.playlist != playlist.key || strcmp(item.video_id, input->video_id) != 0) {
        status = ys_sim_call_refuse(call, YS_SIM_NO_SNIPPET);
        goto out;
    }
    if (ys_sim_write_clashes(call, &playlist)) goto out;
    if (input->has_position && playlist.self_sorted) {
        status = ys_sim_call_refuse(call, YS_SIM_NO_MANUAL_SORT);
        goto out;
    }
    if (input->has_position && (input->position < 0 || input->position >= playlist.items)) {
        status = ys_sim_call_refuse(call, YS_SIM_NO_POSITION);
        goto out;
    }
    /* What a named part leaves out is wiped: no position is the place of an append. */
    int64_t position = playlist.items - 1;
    if (input->has_position) position = input->position;
    else if (playlist.self_sorted || !(call->parts & YS_SIM_PART_SNIPPET))
        status = ys_sim_it_position(call->sim, &item, &position, err);
    const char *note = !(call->parts & YS_SIM_PART_CONTENT) ? NULL
                       : input->note                        ? input->note
                                                            : "";
    if (status == YS_OK)
        status = ys_sim_it_move(call->sim, &playlist, &item, position, note, err);
    if (status == YS_OK) status = ys_sim_write_done(call, &playlist, err);
    if (status == YS_OK) status = answer(call, item.id, position, err);
out:
    ys_sim_it_free(&item);
    return status;
}

enum ys_status ys_sim_items_delete(struct ys_sim_call *call, struct ys_error *err)
{
    const char *id = ys_sim_param(&call->params, "id");
    struct ys_sim_pl playlist;
    struct ys_sim_it item = {0};
    bool found = false;
    if (!id || !*id) return ys_sim_call_refuse(call, YS_SIM_NO_ITEM_ID);
    enum ys_status status = ys_sim_it_find(call->sim, id, &found, &item, err);
    if (status != YS_OK) goto out;
    if (!found) {
        status = ys_sim_call_refuse(call, YS_SIM_NO_ITEM_NOT_FOUND);
        goto out;
    }
    (void)ys_copy(call->event.playlist_id, sizeof call->event.playlist_id, item.playlist_id);
    (void)ys_copy(call->event.video_id, sizeof call->event.video_id, item.video_id);
    status = own_playlist(call, item.playlist_id, &playlist, err);
    if (status != YS_OK || call->done || ys_sim_write_clashes(call, &playlist)) goto out;
    status = ys_sim_it_remove(call->sim, &playlist, &item, err);
    if (status == YS_OK) status = ys_sim_write_done(call, &playlist, err);
    if (status == YS_OK) ys_sim_reply_start(call->reply, 204, NULL);
out:
    ys_sim_it_free(&item);
    return status;
}
