/* load.c: the agenda of a job from its rows.
 *
 * What a dead process left in flight is unknown: it can still be on the wire for the length of a
 * request, counted from now (monotonic clocks of two processes cannot be compared). */
#include <string.h>

#include "base/text.h"
#include "sync/engine.h"

/* Walk callbacks cannot return a status: the first failure waits here. */
struct loading {
    struct ys_engine *engine;
    enum ys_status status;
    struct ys_error *err;
};

static enum ys_status load_op(struct ys_engine *engine, const struct ys_row_op *row,
                              struct ys_error *err)
{
    struct ys_task task = {
        .id = row->id,
        .seq = row->seq,
        .kind = row->kind,
        .status = row->status == YS_OP_STATUS_IN_FLIGHT ? YS_OP_STATUS_UNKNOWN : row->status,
        .attempts = row->attempts,
        .units = row->units,
        .copies = row->copies,
        .nth = row->nth,
        .intent_at_ms = row->intent_at_ms,
        .seen = row->seen_at_ms > 0,
        .positional = row->anchor[0] != '\0' || row->kind == YS_OP_ITEM_MOVE,
        .parked = row->status == YS_OP_STATUS_SKIPPED && strcmp(row->reason, YS_REASON_POLICY) != 0,
        .video_id = row->video_id,
        .item_id = row->item_id,
        .remote_id = row->remote_id,
        .title = row->title,
    };
    struct ys_lane *lane;

    YS_TRY(ys_agenda_lane(&engine->agenda, row->category, row->playlist_id, &task.lane, err));
    YS_TRY(ys_agenda_add(&engine->agenda, &task, err));
    lane = &engine->agenda.lanes[task.lane];
    if (row->playlist_id[0])
        (void)ys_copy(lane->playlist_id, sizeof lane->playlist_id, row->playlist_id);
    return YS_OK;
}

static bool each_op(void *ctx, const struct ys_row_op *row)
{
    struct loading *loading = ctx;

    loading->status = load_op(loading->engine, row, loading->err);
    return loading->status == YS_OK;
}

static bool each_category(void *ctx, const struct ys_category_record *category)
{
    struct loading *loading = ctx;
    struct ys_agenda *agenda = &loading->engine->agenda;
    size_t lane;

    loading->status = ys_agenda_lane(agenda, category->key, category->playlist_id, &lane,
                                     loading->err);
    if (loading->status == YS_OK && category->playlist_id[0])
        (void)ys_copy(agenda->lanes[lane].playlist_id, sizeof agenda->lanes[lane].playlist_id,
                      category->playlist_id);
    return loading->status == YS_OK;
}

static bool each_assigned(void *ctx, const char *category, const char *video_id)
{
    struct loading *loading = ctx;
    struct ys_agenda *agenda = &loading->engine->agenda;
    size_t lane;

    loading->status = ys_agenda_lane(agenda, category, "", &lane, loading->err);
    if (loading->status == YS_OK)
        loading->status = ys_agenda_add_home(agenda, video_id, lane, loading->err);
    return loading->status == YS_OK;
}

static bool each_drop(void *ctx, const char *video_id, const char *rule)
{
    struct loading *loading = ctx;

    (void)rule;
    loading->status = ys_map_put(&loading->engine->agenda.drops, video_id, 1, loading->err);
    return loading->status == YS_OK;
}

static void take_playlist(struct ys_lane *lane, const struct ys_row_playlist *row)
{
    lane->rows = row->rows > 0 ? (size_t)row->rows : 0;
    lane->self_sorted = row->self_sorted;
}

static bool each_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct loading *loading = ctx;
    struct ys_agenda *agenda = &loading->engine->agenda;
    size_t i;

    for (i = 0; i < agenda->lane_count; i++)
        if (strcmp(agenda->lanes[i].playlist_id, row->youtube_id) == 0)
            take_playlist(&agenda->lanes[i], row);
    return true;
}

/* What the rows say of a lane's state: whether its inserts were seen, whether it was given up, and
 * when an unknown outcome counts. */
static void derive_lane(struct ys_engine *engine, struct ys_lane *lane)
{
    int64_t now = ys_env_mono_ms(engine->env);
    const struct ys_task *task;
    size_t i;

    lane->verified = true;
    for (i = lane->head; i != YS_NO_TASK; i = task->next) {
        task = &engine->agenda.tasks[i];
        if (ys_op_kind_places(task->kind)) {
            bool proved = task->status == YS_OP_STATUS_DONE && task->seen;
            bool dead = task->status == YS_OP_STATUS_FAILED ||
                        task->status == YS_OP_STATUS_SKIPPED;
            if (!proved && !dead) lane->verified = false;
        }
        if (task->kind == YS_OP_PLAYLIST_CREATE &&
            (task->status == YS_OP_STATUS_FAILED || task->status == YS_OP_STATUS_SKIPPED))
            lane->stopped = true;
        /* Made by this job, perhaps a moment ago: a 404 is no answer yet. */
        if (task->kind == YS_OP_PLAYLIST_CREATE && task->status == YS_OP_STATUS_DONE)
            lane->created_ms = now;
        if (task->status == YS_OP_STATUS_UNKNOWN) {
            lane->settle_ms = now + YS_REQUEST_TIMEOUT_MS + engine->agenda.settle_ms;
            lane->last_write_ms = now + YS_REQUEST_TIMEOUT_MS;
            if (ys_op_kind_stage(task->kind) != YS_STAGE_DELETE_PLAYLISTS)
                lane->last_add_ms = lane->last_write_ms;
        }
    }
    /* What a newer database, now gone, wrote last may not show in listings yet. */
    if (engine->store->stale_accepted)
        lane->ready_ms = now + YS_REQUEST_TIMEOUT_MS + engine->agenda.settle_ms;
    /* Writes of a process that ended just now may not show in listings yet. */
    if (!lane->verified && lane->last_add_ms == YS_NEVER_MS) lane->last_add_ms = now;
}

enum ys_status ys_engine_load(struct ys_engine *engine, struct ys_error *err)
{
    struct loading loading = {.engine = engine, .err = err};
    int64_t settle_s;
    size_t i;

    YS_TRY(ys_store_setting_get(engine->store, "pace.settle_s", &settle_s, err));
    ys_agenda_init(&engine->agenda, settle_s * 1000);
    YS_TRY(ys_op_walk(engine->store, engine->job.id, each_op, &loading, err));
    YS_TRY(loading.status);
    if (engine->agenda.task_count > YS_TASKS_MAX)
        return ys_fail(err, YS_ELIMIT, "Job %lld has more than %zu operations.",
                       (long long)engine->job.id, YS_TASKS_MAX);
    YS_TRY(ys_assigned_walk(engine->store, engine->job.account_id, each_assigned, &loading,
                            err));
    YS_TRY(loading.status);
    YS_TRY(ys_category_walk(engine->store, engine->job.account_id, each_category, &loading,
                            err));
    YS_TRY(loading.status);
    YS_TRY(ys_drop_walk(engine->store, engine->job.id, each_drop, &loading, err));
    YS_TRY(loading.status);
    YS_TRY(ys_playlist_walk(engine->store, engine->job.account_id, false, each_playlist,
                            &loading, err));
    for (i = 0; i < engine->agenda.lane_count; i++)
        derive_lane(engine, &engine->agenda.lanes[i]);
    return YS_OK;
}
