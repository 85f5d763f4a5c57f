/* playlists.c: playlists.list, insert, update and delete. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "sim/api.h"

#define PLAYLIST_PARTS "contentDetails id localizations player snippet status"

/* Versions as a reader sees them at ?1, with the owner's name and the first video's id. The item
 * count is the true one once the playlist has settled, else that of the rows seen. */
#define SELECT_PLAYLIST                                                                          \
    "SELECT p.id, p.channel_id, coalesce(a.title, ''), p.published_ms, v.title, v.description,"  \
    " v.privacy, v.language, CASE WHEN p.settled_ms <= ?1 AND p.deleted_ms IS NULL THEN p.items" \
    " ELSE (SELECT count(*) FROM items i WHERE i.playlist = p.key AND i.seen_from_ms <= ?1 AND"  \
    " i.seen_until_ms > ?1) END, (SELECT i.video_id FROM items i WHERE i.playlist = p.key AND"   \
    " i.live = 1 ORDER BY i.rank LIMIT 1) FROM playlists p JOIN playlist_versions v ON"          \
    " v.playlist = p.key AND v.seen_from_ms <= ?1 AND v.seen_until_ms > ?1"                      \
    " LEFT JOIN accounts a ON a.channel_id = p.channel_id "

static void render(struct ys_stmt *stmt, struct ys_buf *out, unsigned parts,
                   struct ys_sim_hash *hash)
{
    struct ys_sim_pl_row row = {.id = ys_col_text(stmt, 0),
                                .channel_id = ys_col_text(stmt, 1),
                                .channel_title = ys_col_text(stmt, 2),
                                .published_ms = ys_col_int(stmt, 3),
                                .title = ys_col_text(stmt, 4),
                                .description = ys_col_text(stmt, 5),
                                .privacy = (enum ys_privacy)ys_col_int(stmt, 6),
                                .language = ys_col_text(stmt, 7),
                                .items = ys_col_int(stmt, 8),
                                .thumb_video_id = ys_col_text(stmt, 9)};
    ys_sim_render_playlist(out, &row, parts, hash);
}

/* ------------------------------------------------------------------ list */

struct id_list {
    struct ys_sim_page *page;
    int64_t now;
};

/* One playlist by id: private ones of others are left out like unknown ones. */
static enum ys_status list_one(struct ys_sim_call *call, const char *id, void *ctx,
                               struct ys_error *err)
{
    struct id_list *list = ctx;
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        SELECT_PLAYLIST
                        "WHERE p.id = ?2 AND (v.privacy <> 1 OR p.channel_id = ?3)",
                        YS_ARGS(YS_I(list->now), YS_T(id), YS_T(call->channel_id))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        if (ys_sim_page_item(call, list->page))
            render(stmt, &list->page->items, call->parts, &list->page->hash);
    }
    ys_stmt_done(stmt);
    return status;
}

/* A channel's playlists, newest first. Others' see the public ones only. */
static enum ys_status list_channel(struct ys_sim_call *call, struct ys_sim_page *page,
                                   const char *channel_id, int64_t now, int64_t *next,
                                   int64_t *total, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = true, own = strcmp(channel_id, call->channel_id) == 0;
    YS_TRY(ys_sim_number(call->sim, 0, total, err,
                         "SELECT count(*) FROM playlists p JOIN playlist_versions v ON"
                         " v.playlist = p.key AND v.seen_from_ms <= ?1 AND v.seen_until_ms > ?1"
                         " WHERE p.channel_id = ?2 AND (?3 OR v.privacy = 3)",
                         YS_ARGS(YS_I(now), YS_T(channel_id), YS_I(own))));
    int64_t rows = ys_sim_page_rows(call, page, *total);
    int64_t back = call->double_row && page->offset > 0 && page->rows > 1 ? 1 : 0;
    if (rows + back > page->rows) rows = page->rows - back;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        SELECT_PLAYLIST
                        "WHERE p.channel_id = ?2 AND (?3 OR v.privacy = 3)"
                        " ORDER BY p.key DESC LIMIT ?4 OFFSET ?5",
                        YS_ARGS(YS_I(now), YS_T(channel_id), YS_I(own), YS_I(rows + back),
                                YS_I(page->offset - back))));
    enum ys_status status = YS_OK;
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        if (ys_sim_page_item(call, page))
            render(stmt, &page->items, call->parts, &page->hash);
    }
    ys_stmt_done(stmt);
    if (page->offset + rows < *total) *next = page->offset + rows;
    return status;
}

/* "yes" and "no" of a boolean parameter; -1 for anything else. */
static int boolean(const char *text)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0) return 1;
    if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0) return 0;
    return -1;
}

enum ys_status ys_sim_playlists_list(struct ys_sim_call *call, struct ys_error *err)
{
    const char *ids = ys_sim_param(&call->params, "id");
    const char *mine = ys_sim_param(&call->params, "mine");
    const char *channel = ys_sim_param(&call->params, "channelId");
    struct ys_sim_page page;
    struct id_list list = {&page, ys_sim_mono(call->sim)};
    int64_t next = -1, total = 0;
    char key[YS_ID_BYTES * 2 + 32];
    if (mine && boolean(mine) < 0)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_PARAMETER, "Invalid value at 'mine'.",
                                     "mine");
    if (mine && boolean(mine) == 0) mine = NULL;
    int filters = (ids != NULL) + (mine != NULL) + (channel != NULL);
    if (filters == 0)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_NO_FILTER,
                                     "No filter selected. Expected one of: id, channelId, mine",
                                     NULL);
    if (filters > 1) return ys_sim_call_refuse(call, YS_SIM_NO_INCOMPATIBLE);
    (void)snprintf(key, sizeof key, "playlists|%.127s|%.127s", mine ? "mine" : "",
                   mine ? call->channel_id : channel ? channel : "");
    ys_sim_page_begin(call, &page, key);
    enum ys_status status = YS_OK;
    if (!call->done && ids) {
        status = ys_sim_each_id(call, ids, list_one, &list, err);
        total = page.count;
    } else if (!call->done) {
        status = list_channel(call, &page, mine ? call->channel_id : channel, list.now, &next,
                              &total, err);
        total += call->sim->options.extra_total;
    }
    if (status == YS_OK && !call->done)
        ys_sim_page_end(call, &page, "youtube#playlistListResponse", key, next, total, false);
    ys_sim_page_free(&page);
    return status;
}

/* ------------------------------------------------------------------ insert, update */

/* A '<' that a '>' follows later. */
static bool has_tag(const char *text)
{
    const char *open = strchr(text, '<');
    return open && strchr(open, '>');
}

/* Trims the title in place of input->title and checks the texts. */
static bool texts_refused(struct ys_sim_call *call)
{
    struct ys_sim_input *input = &call->input;
    char title[YS_TITLE_BYTES];
    if (!input->title) {
        ys_sim_call_refuse(call, YS_SIM_NO_TITLE);
        return true;
    }
    bool whole = ys_trim_copy(title, sizeof title, input->title);
    if (whole && !*title) {
        ys_sim_call_refuse(call, YS_SIM_NO_TITLE);
        return true;
    }
    const char *description = input->description ? input->description : "";
    if (!whole || ys_codepoints(title) > YS_TITLE_CODEPOINTS_MAX || has_tag(title) ||
        has_tag(description) || ys_codepoints(description) > YS_DESCRIPTION_CODEPOINTS_MAX) {
        ys_sim_call_refuse(call, YS_SIM_NO_PL_SNIPPET);
        return true;
    }
    (void)ys_copy(input->title, strlen(input->title) + 1, title);
    return false;
}

static bool privacy_refused(struct ys_sim_call *call, enum ys_privacy *out)
{
    const char *name = call->input.privacy;
    *out = YS_PRIVACY_PUBLIC;
    if (!name || (ys_privacy_from_name(name, out) && *out != YS_PRIVACY_UNSET)) return false;
    ys_sim_call_refuse_at(call, YS_SIM_NO_BAD_REQUEST,
                          "Invalid value at 'resource.status.privacy_status'.", NULL);
    return true;
}

/* Body and parts that both writing methods need; true: refused. */
static bool body_refused(struct ys_sim_call *call)
{
    const struct ys_sim_input *input = &call->input;
    if (!input->json) ys_sim_call_refuse(call, YS_SIM_NO_PARSE);
    else if (input->wrong) ys_sim_call_refuse(call, YS_SIM_NO_BAD_REQUEST);
    else if (input->localizations && !input->language)
        ys_sim_call_refuse(call, YS_SIM_NO_PL_LANGUAGE);
    return call->done;
}

/* Answers with a playlist as it truly is now (no lag). */
static enum ys_status answer(struct ys_sim_call *call, const char *id, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        "SELECT p.id, p.channel_id, coalesce(a.title, ''), p.published_ms,"
                        " v.title, v.description, v.privacy, v.language, p.items,"
                        " (SELECT i.video_id FROM items i WHERE i.playlist = p.key AND"
                        " i.live = 1 ORDER BY i.rank LIMIT 1) FROM playlists p JOIN"
                        " playlist_versions v ON v.playlist = p.key AND v.seen_until_ms = ?2"
                        " LEFT JOIN accounts a ON a.channel_id = p.channel_id WHERE p.id = ?1",
                        YS_ARGS(YS_T(id), YS_I(YS_SIM_FOREVER))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        ys_sim_reply_start(call->reply, 200, "application/json; charset=UTF-8");
        render(stmt, &call->reply->body, call->parts, NULL);
    }
    ys_stmt_done(stmt);
    if (status == YS_OK && !row)
        status = ys_fail(err, YS_EINTERNAL, "playlist %s vanished within a request", id);
    return status;
}

enum ys_status ys_sim_playlists_insert(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const struct ys_sim_input *input = &call->input;
    struct ys_sim_playlist spec = {.channel_id = call->channel_id};
    char id[YS_ID_BYTES];
    int64_t count = 0;
    bool allowed = false;
    if (body_refused(call) || texts_refused(call) || privacy_refused(call, &spec.privacy))
        return YS_OK;
    YS_TRY(ys_sim_number(sim, 0, &count, err,
                         "SELECT count(*) FROM playlists WHERE channel_id = ?1 AND deleted_ms"
                         " IS NULL",
                         YS_ARGS(YS_T(call->channel_id))));
    if (count >= sim->options.playlists_max) return ys_sim_call_refuse(call, YS_SIM_NO_PL_MAX);
    YS_TRY(ys_sim_create_allowed(call, &allowed, err));
    if (!allowed) return YS_OK;
    spec.title = input->title;
    spec.description = input->description;
    spec.language = input->language;
    spec.add_to_top = call->sim->options.made_add_to_top;
    /* Without status among the parts, the privacy in the body is not taken. */
    if (!(call->parts & YS_SIM_PART_STATUS)) spec.privacy = YS_PRIVACY_PUBLIC;
    YS_TRY(ys_sim_pl_create(sim, &spec, true, id, err));
    YS_TRY(ys_sim_create_booked(sim, err));
    call->event.effect = true;
    (void)ys_copy(call->event.playlist_id, sizeof call->event.playlist_id, id);
    return answer(call, id, err);
}

/* An update of a deleted playlist answers as if it had worked (measured). */
static void answer_deleted(struct ys_sim_call *call, const struct ys_sim_pl *playlist,
                           enum ys_privacy privacy)
{
    const struct ys_sim_input *input = &call->input;
    struct ys_sim_pl_row row = {.id = playlist->id,
                                .channel_id = playlist->channel_id,
                                .channel_title = call->channel_title,
                                .published_ms = playlist->published_ms,
                                .title = input->title,
                                .description = input->description ? input->description : "",
                                .privacy = privacy,
                                .language = ""};
    ys_sim_reply_start(call->reply, 200, "application/json; charset=UTF-8");
    ys_sim_render_playlist(&call->reply->body, &row, call->parts, NULL);
}

enum ys_status ys_sim_playlists_update(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const struct ys_sim_input *input = &call->input;
    struct ys_sim_pl playlist;
    enum ys_privacy privacy;
    bool found = false;
    if (body_refused(call)) return YS_OK;
    if (!input->id || !*input->id)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_REQUIRED, "Required parameter: id", "id");
    if (ys_sim_special_playlist(input->id))
        return ys_sim_call_refuse(call, YS_SIM_NO_PL_OPERATION);
    YS_TRY(ys_sim_pl_find(sim, input->id, &found, &playlist, err));
    if (!found) return ys_sim_call_refuse_at(call, YS_SIM_NO_PL_NOT_FOUND, NULL, "");
    if (strcmp(playlist.channel_id, call->channel_id) != 0)
        return ys_sim_call_refuse(call, YS_SIM_NO_PL_FORBIDDEN);
    if (texts_refused(call) || privacy_refused(call, &privacy)) return YS_OK;
    if (playlist.deleted) {
        answer_deleted(call, &playlist, privacy);
        return YS_OK;
    }
    if (ys_sim_write_clashes(call, &playlist)) return YS_OK;
    /* What a named part leaves out is wiped: no description is "", no privacy is public. */
    struct ys_sim_pl_fields fields = {.title = input->title,
                                      .description = input->description ? input->description
                                                                        : "",
                                      .language = input->language ? input->language : "",
                                      .privacy = privacy};
    if (!(call->parts & YS_SIM_PART_SNIPPET))
        fields.title = fields.description = fields.language = NULL;
    if (!(call->parts & YS_SIM_PART_STATUS)) fields.privacy = YS_PRIVACY_UNSET;
    YS_TRY(ys_sim_pl_revise(sim, &playlist, &fields, err));
    YS_TRY(ys_sim_write_done(call, &playlist, err));
    return answer(call, playlist.id, err);
}

/* ------------------------------------------------------------------ delete */

enum ys_status ys_sim_playlists_delete(struct ys_sim_call *call, struct ys_error *err)
{
    const char *id = ys_sim_param(&call->params, "id");
    struct ys_sim_pl playlist;
    bool found = false;
    if (!id || !*id)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_REQUIRED, "Required parameter: id", "id");
    if (ys_sim_special_playlist(id)) return ys_sim_call_refuse(call, YS_SIM_NO_PL_OPERATION);
    YS_TRY(ys_sim_pl_find(call->sim, id, &found, &playlist, err));
    if (!found || playlist.deleted) return ys_sim_call_refuse(call, YS_SIM_NO_PL_NOT_FOUND);
    if (strcmp(playlist.channel_id, call->channel_id) != 0)
        return ys_sim_call_refuse(call, YS_SIM_NO_PL_FORBIDDEN);
    if (ys_sim_write_clashes(call, &playlist)) return YS_OK;
    YS_TRY(ys_sim_pl_delete(call->sim, &playlist, err));
    YS_TRY(ys_sim_write_done(call, &playlist, err));
    ys_sim_reply_start(call->reply, 204, NULL);
    return YS_OK;
}
