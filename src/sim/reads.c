/* reads.c: videos.list, channels.list, and lists of ids. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/api.h"

enum ys_status ys_sim_each_id(struct ys_sim_call *call, const char *ids, ys_sim_id_fn each,
                              void *ctx, struct ys_error *err)
{
    char id[YS_ID_BYTES];
    int count = 1;
    for (const char *at = ids; *at; at++) count += *at == ',';
    if (count > YS_SIM_PAGE_ROWS_MAX) return ys_sim_call_refuse(call, YS_SIM_NO_FILTERS);
    for (const char *at = ids; *at;) {
        size_t length = strcspn(at, ",");
        size_t bytes = length;
        const char *word = at;
        while (bytes && *word == ' ') word++, bytes--;
        while (bytes && word[bytes - 1] == ' ') bytes--;
        at += length;
        if (*at == ',') at++;
        if (bytes == 0 || bytes >= sizeof id) continue; /* nothing has such an id */
        memcpy(id, word, bytes);
        id[bytes] = '\0';
        YS_TRY(each(call, id, ctx, err));
        if (call->done) break;
    }
    return YS_OK;
}

/* ------------------------------------------------------------------ videos.list */

/* Unknown, deleted and other people's private videos are left out without a word. */
static enum ys_status list_video(struct ys_sim_call *call, const char *id, void *ctx,
                                 struct ys_error *err)
{
    struct ys_sim_page *page = ctx;
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        "SELECT id, title, description, channel_id, channel_title, tags,"
                        " published_ms, duration_s, category_id, availability FROM videos"
                        " WHERE id = ?1 AND (availability = 0 OR (availability = 1 AND"
                        " channel_id = ?2))",
                        YS_ARGS(YS_T(id), YS_T(call->channel_id))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        struct ys_sim_vid_row video = {.id = ys_col_text(stmt, 0),
                                       .title = ys_col_text(stmt, 1),
                                       .description = ys_col_text(stmt, 2),
                                       .channel_id = ys_col_text(stmt, 3),
                                       .channel_title = ys_col_text(stmt, 4),
                                       .tags_json = ys_col_text(stmt, 5),
                                       .published_ms = ys_col_int(stmt, 6),
                                       .duration_s = ys_col_int(stmt, 7),
                                       .category_id = ys_col_int(stmt, 8),
                                       .availability =
                                           (enum ys_availability)ys_col_int(stmt, 9)};
        if (ys_sim_page_item(call, page))
            ys_sim_render_video(&page->items, &video, call->parts, &page->hash);
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_videos_list(struct ys_sim_call *call, struct ys_error *err)
{
    const char *ids = ys_sim_param(&call->params, "id");
    const char *chart = ys_sim_param(&call->params, "chart");
    const char *rating = ys_sim_param(&call->params, "myRating");
    struct ys_sim_page page;
    int filters = (ids != NULL) + (chart != NULL) + (rating != NULL);
    if (filters == 0)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_NO_FILTER,
                                     "No filter selected. Expected one of: id, chart, myRating",
                                     NULL);
    if (filters > 1 || (ids && ys_sim_param(&call->params, "pageToken")))
        return ys_sim_call_refuse(call, YS_SIM_NO_INCOMPATIBLE);
    /* There are no charts here; nobody has rated anything. */
    if (chart) return ys_sim_call_refuse(call, YS_SIM_NO_CHART);
    ys_sim_page_begin(call, &page, "videos");
    enum ys_status status = YS_OK;
    if (!call->done && ids) status = ys_sim_each_id(call, ids, list_video, &page, err);
    if (ids) page.rows = page.count;
    if (status == YS_OK && !call->done)
        ys_sim_page_end(call, &page, "youtube#videoListResponse", "videos", -1, page.count,
                        false);
    ys_sim_page_free(&page);
    return status;
}

/* ------------------------------------------------------------------ channels.list */

static enum ys_status list_channel(struct ys_sim_call *call, const char *id, void *ctx,
                                   struct ys_error *err)
{
    struct ys_sim_page *page = ctx;
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        "SELECT a.channel_id, a.title, a.created_ms, (SELECT count(*) FROM"
                        " videos v WHERE v.channel_id = a.channel_id AND v.availability = 0)"
                        " FROM accounts a WHERE a.channel_id = ?1 AND a.title IS NOT NULL",
                        YS_ARGS(YS_T(id))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        struct ys_sim_ch_row channel = {.id = ys_col_text(stmt, 0),
                                        .title = ys_col_text(stmt, 1),
                                        .created_ms = ys_col_int(stmt, 2),
                                        .videos = ys_col_int(stmt, 3)};
        if (ys_sim_page_item(call, page))
            ys_sim_render_channel(&page->items, &channel, call->parts, &page->hash);
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_channels_list(struct ys_sim_call *call, struct ys_error *err)
{
    static const char *const others[] = {"forHandle", "forUsername", "managedByMe"};
    const char *ids = ys_sim_param(&call->params, "id");
    const char *mine = ys_sim_param(&call->params, "mine");
    struct ys_sim_page page;
    enum ys_status status = YS_OK;
    int filters = (ids != NULL) + (mine != NULL);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        filters += ys_sim_param(&call->params, others[i]) != NULL;
    if (filters == 0)
        return ys_sim_call_refuse_at(call, YS_SIM_NO_NO_FILTER,
                                     "No filter selected. Expected one of: forHandle, "
                                     "forUsername, id, managedByMe, mine",
                                     NULL);
    if (filters > 1) return ys_sim_call_refuse(call, YS_SIM_NO_INCOMPATIBLE);
    ys_sim_page_begin(call, &page, "channels");
    if (!call->done && ids)
        status = ys_sim_each_id(call, ids, list_channel, &page, err);
    else if (!call->done && mine && strcmp(mine, "true") == 0)
        status = list_channel(call, call->channel_id, &page, err);
    /* Handles and names are not known here: no results, and then the key is missing. */
    if (status == YS_OK && !call->done)
        ys_sim_page_end(call, &page, "youtube#channelListResponse", "channels", -1, page.count,
                        true);
    ys_sim_page_free(&page);
    return status;
}
