/* places.c: where the rows of an ordered lane stand, and where a task's row belongs.
 *
 * An operation says what it stands after, in its category's order; the index is worked out here,
 * when its request is built, from a model of the live playlist: the last listing and what was
 * written since. Rows are put in place by others that are in place ("placed"): the longest run of
 * the listing, without rows that are still to be moved or taken out, and every row that was placed
 * since. Operations come in the order of their ranks, so everything that comes before in the order
 * is in place when an operation's turn comes (plan/fill.c). */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plan/order.h"
#include "sync/engine.h"

bool ys_lane_has_places(const struct ys_lane *lane)
{
    return lane->ordered && !lane->self_sorted;
}

static struct ys_place *find_place(const struct ys_lane *lane, const char *item_id)
{
    size_t i;

    for (i = 0; i < lane->place_count; i++)
        if (strcmp(lane->places[i].item_id, item_id) == 0) return &lane->places[i];
    return NULL;
}

static enum ys_status add_place(struct ys_lane *lane, const char *item_id, int64_t position,
                                int64_t rank, struct ys_error *err)
{
    struct ys_place place = {.position = position, .rank = rank};

    YS_TRY(YS_GROW(lane->places, lane->place_capacity, lane->place_count, err));
    place.item_id = ys_dup(item_id);
    if (!place.item_id) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    lane->places[lane->place_count++] = place;
    return YS_OK;
}

/* ---------------------------------------------------------------- reading */

/* Which place of its video in the order each row has. A task says so of the row that it added or
 * moves; the other rows of a video have its other places, in the order in which they stand. */
struct ranking {
    const struct ys_agenda *agenda;
    size_t lane;
    struct ys_map named;       /* item id -> rank, by the tasks */
    bool *taken;               /* per rank of the lane */
};

static enum ys_status read_tasks(struct ranking *ranking, struct ys_error *err)
{
    const struct ys_agenda *agenda = ranking->agenda;
    size_t i;

    for (i = agenda->lanes[ranking->lane].head; i != YS_NO_TASK; i = agenda->tasks[i].next) {
        const struct ys_task *task = &agenda->tasks[i];
        const char *item = task->kind == YS_OP_ITEM_MOVE ? task->item_id : task->remote_id;
        int64_t rank;
        if (!ys_op_kind_places(task->kind)) continue;
        rank = ys_agenda_rank(agenda, ranking->lane, task->video_id, task->nth);
        if (rank < 0) continue;
        ranking->taken[rank] = true;
        if (item[0]) YS_TRY(ys_map_put(&ranking->named, item, rank, err));
    }
    return YS_OK;
}

/* -1: the order has no place for it. A row beyond them shares the video's last one. */
static int64_t rank_of_row(struct ranking *ranking, const struct ys_listed_item *item, bool leaves)
{
    const struct ys_agenda *agenda = ranking->agenda;
    int64_t rank, last = -1, first_free = -1, number;
    size_t home;

    if (item->availability != YS_AVAILABILITY_LIVE) return -1;
    if (ys_map_get(&ranking->named, item->id, &rank)) return rank;
    if (!ys_map_get(&agenda->homes, item->video_id, &number)) return -1;
    for (home = (size_t)number; home != YS_NO_TASK; home = agenda->home_list[home].next) {
        if (agenda->home_list[home].lane != ranking->lane) continue;
        rank = agenda->home_list[home].rank; /* falling: the last one is met first */
        if (last < 0) last = rank;
        if (!ranking->taken[rank]) first_free = rank;
    }
    if (leaves || first_free < 0) return last;
    ranking->taken[first_free] = true;
    return first_free;
}

/* Item ids of the lane's rows that no other is put in place by: still to be moved, or to go. */
static enum ys_status loose_rows(const struct ys_agenda *agenda, const struct ys_lane *lane,
                                 struct ys_map *loose, struct ys_error *err)
{
    size_t i;

    for (i = lane->head; i != YS_NO_TASK; i = agenda->tasks[i].next) {
        const struct ys_task *task = &agenda->tasks[i];
        if (task->kind == YS_OP_ITEM_DELETE ||
            (task->kind == YS_OP_ITEM_MOVE && task->status != YS_OP_STATUS_DONE))
            YS_TRY(ys_map_put(loose, task->item_id, 1, err));
    }
    return YS_OK;
}

/* Marks the rows that keep their place. */
static enum ys_status mark_placed(struct ys_lane *lane, const struct ys_map *loose,
                                  struct ys_error *err)
{
    int64_t *ranks = ys_alloc_zero(lane->place_count, sizeof *ranks);
    bool *keep = ys_alloc_zero(lane->place_count, sizeof *keep);
    enum ys_status status = YS_OK;
    size_t i;

    if (!ranks || !keep) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; status == YS_OK && i < lane->place_count; i++)
        ranks[i] = ys_map_get(loose, lane->places[i].item_id, NULL) ? YS_NO_RANK
                                                                    : lane->places[i].rank;
    if (status == YS_OK) status = ys_order_keep(ranks, lane->place_count, keep, NULL, err);
    for (i = 0; status == YS_OK && i < lane->place_count; i++) lane->places[i].placed = keep[i];
    ys_free(ranks);
    ys_free(keep);
    return status;
}

static enum ys_status read_rows(struct ranking *ranking, struct ys_lane *lane,
                                const struct ys_listing *listing, const struct ys_map *loose,
                                struct ys_error *err)
{
    size_t i;

    ranking->taken = ys_alloc_zero((size_t)lane->home_count, sizeof *ranking->taken);
    if (!ranking->taken) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(read_tasks(ranking, err));
    for (i = 0; i < listing->count; i++) {
        const struct ys_listed_item *item = &listing->items[i];
        bool leaves = ys_map_get(loose, item->id, NULL);
        YS_TRY(add_place(lane, item->id, item->position, rank_of_row(ranking, item, leaves), err));
    }
    return mark_placed(lane, loose, err);
}

enum ys_status ys_engine_read_places(struct ys_engine *engine, size_t number,
                                     const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    struct ranking ranking = {.agenda = &engine->agenda, .lane = number};
    struct ys_map loose;
    enum ys_status status;

    ys_lane_forget_places(lane);
    if (!ys_lane_has_places(lane)) return YS_OK;
    ys_map_init(&loose);
    ys_map_init(&ranking.named);
    status = loose_rows(&engine->agenda, lane, &loose, err);
    if (status == YS_OK) status = read_rows(&ranking, lane, listing, &loose, err);
    ys_free(ranking.taken);
    ys_map_free(&ranking.named);
    ys_map_free(&loose);
    return status;
}

/* ---------------------------------------------------------------- asking */

int64_t ys_engine_position(const struct ys_engine *engine, size_t number)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    const struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    const struct ys_place *before = NULL, *own;
    int64_t rank, position;
    size_t i;

    rank = ys_agenda_rank(&engine->agenda, task->lane, task->video_id, task->nth);
    if (!task->positional || !ys_lane_has_places(lane) || rank < 0) return -1;
    for (i = 0; i < lane->place_count; i++)
        if (lane->places[i].placed && lane->places[i].rank < rank &&
            (!before || lane->places[i].rank > before->rank))
            before = &lane->places[i];
    position = before ? before->position + 1 : 0;
    own = task->kind == YS_OP_ITEM_MOVE ? find_place(lane, task->item_id) : NULL;
    /* A row that moves leaves a gap behind, which those after it close. */
    return own && own->position < position ? position - 1 : position;
}

bool ys_engine_in_place(const struct ys_engine *engine, size_t number, const char *item_id,
                        bool *listed)
{
    const struct ys_lane *lane = &engine->agenda.lanes[number];
    const struct ys_place *own = find_place(lane, item_id);
    size_t i;

    *listed = own != NULL;
    if (!own) return false;
    if (own->rank < 0) return true;
    for (i = 0; i < lane->place_count; i++) {
        const struct ys_place *other = &lane->places[i];
        if (!other->placed || other == own) continue;
        if (other->rank < own->rank && other->position > own->position) return false;
        if (other->rank > own->rank && other->position < own->position) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- keeping up */

void ys_engine_keep_place(struct ys_engine *engine, size_t number, const char *item_id)
{
    struct ys_place *own = find_place(&engine->agenda.lanes[number], item_id);

    if (own && own->rank >= 0) own->placed = true;
}

void ys_engine_unplaced(struct ys_engine *engine, size_t number, const char *item_id)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    struct ys_place *own = find_place(lane, item_id);
    int64_t position;
    size_t i;

    if (!own) return;
    position = own->position;
    ys_free(own->item_id);
    *own = lane->places[--lane->place_count];
    for (i = 0; i < lane->place_count; i++)
        if (lane->places[i].position > position) lane->places[i].position--;
}

enum ys_status ys_engine_placed(struct ys_engine *engine, size_t number, const char *item_id,
                                int64_t position, struct ys_error *err)
{
    struct ys_task *task = &engine->agenda.tasks[number];
    struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    size_t i;

    if (!task->positional || !ys_lane_has_places(lane)) return YS_OK;
    /* Not where it was asked to be: the playlist is not as we think. It is listed again, when
     * listings show this write too. */
    if (task->position < 0 || position != task->position) {
        int64_t at_ms = ys_env_mono_ms(engine->env) + engine->agenda.settle_ms;
        lane->surveyed = false;
        if (at_ms > lane->ready_ms) lane->ready_ms = at_ms;
        return YS_OK;
    }
    ys_engine_unplaced(engine, task->lane, item_id);
    for (i = 0; i < lane->place_count; i++)
        if (lane->places[i].position >= position) lane->places[i].position++;
    YS_TRY(add_place(lane, item_id, position,
                     ys_agenda_rank(&engine->agenda, task->lane, task->video_id, task->nth), err));
    lane->places[lane->place_count - 1].placed = true;
    return YS_OK;
}

/* ---------------------------------------------------------------- checking */

/* Queues a move of a row that an insert of this job put elsewhere. */
static enum ys_status queue_move(struct ys_engine *engine, size_t number, size_t insert,
                                 struct ys_error *err)
{
    const struct ys_task *from = &engine->agenda.tasks[insert];
    struct ys_row_op row = {.job_id = engine->job.id,
                            .kind = YS_OP_ITEM_MOVE,
                            .category = engine->agenda.lanes[number].category,
                            .playlist_id = engine->agenda.lanes[number].playlist_id,
                            .item_id = from->remote_id,
                            .video_id = from->video_id,
                            .title = from->title,
                            .copies = 1,
                            .nth = from->nth,
                            .rule = "it was added, but stands elsewhere than the order says"};
    struct ys_task added = {.kind = YS_OP_ITEM_MOVE,
                            .status = YS_OP_STATUS_PENDING,
                            .lane = number,
                            .copies = 1,
                            .nth = from->nth,
                            .positional = true,
                            .item_id = from->remote_id,
                            .video_id = from->video_id,
                            .title = from->title,
                            .remote_id = ""};

    YS_TRY(ys_op_last_seq(engine->store, engine->job.id, &row.seq, err));
    added.seq = ++row.seq;
    YS_TRY(ys_op_insert(engine->store, &row, &added.id, err));
    return ys_agenda_add(&engine->agenda, &added, err);
}

/* Moves a row once more, but not for ever. */
static enum ys_status move_again(struct ys_engine *engine, size_t task, int64_t *queued,
                                 struct ys_error *err)
{
    const struct ys_task *move = &engine->agenda.tasks[task];

    YS_TRY(ys_op_reopen(engine->store, move->id, err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_PENDING);
    if (move->attempts >= YS_ATTEMPTS_MAX)
        return ys_engine_failed(engine, task, "never_in_place",
                                "YouTube took it each time, but never showed it in its place.",
                                err);
    ys_agenda_reopen(&engine->agenda, task);
    (*queued)++;
    return YS_OK;
}

/* The task that moves the row, or YS_NO_TASK. */
static size_t move_of(const struct ys_engine *engine, size_t number, const char *item_id)
{
    size_t i;

    for (i = engine->agenda.lanes[number].head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next)
        if (engine->agenda.tasks[i].kind == YS_OP_ITEM_MOVE &&
            strcmp(engine->agenda.tasks[i].item_id, item_id) == 0)
            return i;
    return YS_NO_TASK;
}

enum ys_status ys_engine_check_order(struct ys_engine *engine, size_t number, int64_t *queued,
                                     struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t i, next;

    *queued = 0;
    if (!ys_lane_has_places(lane)) return YS_OK;
    for (i = lane->head; i != YS_NO_TASK; i = next) {
        const struct ys_task *task = &engine->agenda.tasks[i];
        const char *item = task->kind == YS_OP_ITEM_MOVE ? task->item_id : task->remote_id;
        size_t move;
        bool listed;

        next = task->next;
        if (!task->positional || task->seen || task->status != YS_OP_STATUS_DONE) continue;
        if (!item[0]) continue;
        if (ys_engine_in_place(engine, number, item, &listed) || !listed) continue;
        move = move_of(engine, number, item);
        if (move == i) YS_TRY(move_again(engine, i, queued, err));
        if (move != YS_NO_TASK) continue;
        YS_TRY(queue_move(engine, number, i, err));
        lane->verified = false;
        (*queued)++;
    }
    return YS_OK;
}
