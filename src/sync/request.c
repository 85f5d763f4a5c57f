/* request.c: the request of a task, built from its row at the moment of its claim. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sync/engine.h"
#include "youtube/mark.h"

/* Rows are only valid during their callback: what is needed is built right there. */
struct building {
    struct ys_engine *engine;
    const struct ys_lane *lane;
    int64_t position;                    /* to ask for, -1: none is sent */
    struct ys_request *out;
    struct ys_row_op op;                 /* texts valid only inside the callback */
    bool needed;
    enum ys_status status;
    struct ys_error *err;
};

/* What an update sends: the policy's word where it has one, else what is there. A title that the
 * user changed since the plan is the user's. */
static enum ys_status build_update(struct building *building, const struct ys_row_playlist *live)
{
    const struct ys_row_op *op = &building->op;
    struct ys_playlist_fields fields = {
        .title = op->title,
        .description = op->description,
        .privacy = op->privacy,
        .default_language = live->default_language,
        .localizations = live->localizations,
        .podcast_status = live->podcast_status,
    };
    char live_title[YS_TITLE_BYTES];
    struct ys_buf kept;
    enum ys_status status;

    if (fields.privacy == YS_PRIVACY_UNSET) fields.privacy = live->privacy;
    (void)ys_trim_copy(live_title, sizeof live_title, live->title);
    if (strcmp(live_title, op->title) != 0 && strcmp(live_title, op->found) != 0)
        fields.title = live_title;
    ys_buf_init(&kept, YS_BODY_BYTES_MAX);
    if (!fields.description) {
        ys_buf_add(&kept, live->description, ys_mark_body_bytes(live->description));
        fields.description = ys_buf_text(&kept);
    }
    building->needed = strcmp(live_title, fields.title) != 0 || live->privacy != fields.privacy ||
                       !ys_mark_same(live->description, fields.description);
    status = ys_buf_check(&kept, "The playlist's description", building->err);
    if (status == YS_OK)
        status = ys_request_playlist_update(building->out, building->lane->playlist_id, &fields,
                                            building->err);
    ys_buf_free(&kept);
    return status;
}

static bool with_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct building *building = ctx;

    building->status = build_update(building, row);
    return false;
}

static enum ys_status build_create(struct building *building)
{
    const struct ys_row_op *op = &building->op;
    char mark[YS_MARK_BYTES];
    struct ys_buf description;
    struct ys_playlist_fields fields = {.title = op->title,
                                        .privacy = op->privacy,
                                        .default_language = "",
                                        .localizations = ""};
    enum ys_status status;

    ys_mark_text(building->engine->job.reference, op->seq, mark);
    ys_buf_init(&description, YS_BODY_BYTES_MAX);
    ys_mark_add(&description, op->description ? op->description : "", mark);
    fields.description = ys_buf_text(&description);
    status = ys_buf_check(&description, "The playlist's description", building->err);
    if (status == YS_OK)
        status = ys_request_playlist_insert(building->out, &fields, building->err);
    ys_buf_free(&description);
    return status;
}

static enum ys_status build(struct building *building)
{
    const struct ys_row_op *op = &building->op;
    const char *playlist_id = building->lane->playlist_id;
    bool found = false;

    switch (op->kind) {
    case YS_OP_PLAYLIST_CREATE:
        return build_create(building);
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH:
        YS_TRY(ys_playlist_find(building->engine->store, playlist_id, with_playlist, building,
                                &found, building->err));
        if (!found)
            return ys_fail(building->err, YS_EINTERNAL, "Playlist %s is not in the store.",
                           playlist_id);
        return building->status;
    case YS_OP_ITEM_INSERT:
        return ys_request_item_insert(building->out, playlist_id, op->video_id,
                                      building->position, building->err);
    case YS_OP_ITEM_MOVE:
        return ys_request_item_update(building->out, op->item_id, playlist_id, op->video_id,
                                      building->position, building->err);
    case YS_OP_ITEM_DELETE:
        return ys_request_item_delete(building->out, op->item_id, building->err);
    case YS_OP_PLAYLIST_DELETE:
        return ys_request_playlist_delete(building->out, playlist_id, building->err);
    default:
        return ys_fail(building->err, YS_EINTERNAL, "Operation %lld is of a kind that is not "
                       "planned.", (long long)op->id);
    }
}

static bool with_op(void *ctx, const struct ys_row_op *row)
{
    struct building *building = ctx;

    building->op = *row;
    building->status = build(building);
    return false;
}

enum ys_status ys_engine_request(struct ys_engine *engine, size_t task, struct ys_request *out,
                                 bool *needed, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct building building = {.engine = engine,
                                .lane = &engine->agenda.lanes[entry->lane],
                                .position = ys_engine_position(engine, task),
                                .out = out,
                                .needed = true,
                                .err = err};
    bool found;

    YS_TRY(ys_op_find(engine->store, entry->id, with_op, &building, &found, err));
    if (!found)
        return ys_fail(err, YS_EDBCORRUPT, "Operation %lld is gone from the database.",
                       (long long)entry->id);
    entry->position = building.position;
    *needed = building.needed;
    return building.status;
}
