/* agenda.c: the job in memory: building and changing it; schedule.c decides over it. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plan/schedule.h"

void ys_agenda_init(struct ys_agenda *agenda, int64_t settle_ms)
{
    memset(agenda, 0, sizeof *agenda);
    ys_arena_init(&agenda->arena);
    ys_map_init(&agenda->lane_index);
    ys_map_init(&agenda->homes);
    ys_map_init(&agenda->drops);
    agenda->settle_ms = settle_ms;
}

void ys_agenda_free(struct ys_agenda *agenda)
{
    size_t i;

    for (i = 0; i < agenda->lane_count; i++) {
        ys_map_free(&agenda->lanes[i].present);
        ys_lane_forget_places(&agenda->lanes[i]);
        ys_free(agenda->lanes[i].places);
    }
    ys_free(agenda->lanes);
    ys_free(agenda->tasks);
    ys_free(agenda->home_list);
    ys_map_free(&agenda->lane_index);
    ys_map_free(&agenda->homes);
    ys_map_free(&agenda->drops);
    ys_arena_free(&agenda->arena);
    memset(agenda, 0, sizeof *agenda);
}

enum ys_status ys_agenda_lane(struct ys_agenda *agenda, const char *category,
                              const char *playlist_id, size_t *out, struct ys_error *err)
{
    struct ys_lane lane = {.head = YS_NO_TASK,
                           .tail = YS_NO_TASK,
                           .cursor = YS_NO_TASK,
                           .ready_ms = YS_NEVER_MS,
                           .settle_ms = YS_NEVER_MS,
                           .last_add_ms = YS_NEVER_MS,
                           .last_write_ms = YS_NEVER_MS,
                           .listed_ms = YS_NEVER_MS,
                           .proved_ms = YS_NEVER_MS,
                           .metadata_ms = YS_NEVER_MS,
                           .created_ms = YS_NEVER_MS};
    char key[YS_TITLE_BYTES + 2];
    int64_t number;

    (void)snprintf(key, sizeof key, "%s%s", category[0] ? "c:" : "p:",
                   category[0] ? category : playlist_id);
    if (ys_map_get(&agenda->lane_index, key, &number)) {
        *out = (size_t)number;
        return YS_OK;
    }
    lane.category = ys_arena_dup(&agenda->arena, category);
    if (!lane.category) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    (void)ys_copy(lane.playlist_id, sizeof lane.playlist_id, playlist_id);
    ys_map_init(&lane.present);
    YS_TRY(YS_GROW(agenda->lanes, agenda->lane_capacity, agenda->lane_count, err));
    YS_TRY(ys_map_put(&agenda->lane_index, key, (int64_t)agenda->lane_count, err));
    *out = agenda->lane_count;
    agenda->lanes[agenda->lane_count++] = lane;
    return YS_OK;
}

/* Counts an unfinished task in or out. */
static void count_open(struct ys_agenda *agenda, const struct ys_task *task, int change)
{
    agenda->open[ys_op_kind_stage(task->kind)] += change;
    agenda->lanes[task->lane].open[task->kind] += change;
}

bool ys_op_kind_places(enum ys_op_kind kind)
{
    return kind == YS_OP_ITEM_INSERT || kind == YS_OP_ITEM_MOVE;
}

/* Whether tasks of the kind wait until the rows of their lane are there. */
static bool waits_for_rows(enum ys_op_kind kind)
{
    return kind == YS_OP_PLAYLIST_PUBLISH || ys_op_kind_stage(kind) == YS_STAGE_DELETE_PLAYLISTS;
}

/* Puts a task into the chain of its lane: at the end, unless a row is to be placed after all when
 * what waits for the rows stands there already. */
static void link_task(struct ys_agenda *agenda, struct ys_lane *lane, size_t number)
{
    struct ys_task *task = &agenda->tasks[number];
    size_t before = lane->tail, i;

    if (ys_op_kind_places(task->kind) && before != YS_NO_TASK &&
        waits_for_rows(agenda->tasks[before].kind)) {
        before = YS_NO_TASK;
        for (i = lane->head; !waits_for_rows(agenda->tasks[i].kind); i = agenda->tasks[i].next)
            before = i;
    }
    task->next = before == YS_NO_TASK ? lane->head : agenda->tasks[before].next;
    if (before == YS_NO_TASK) lane->head = number;
    else agenda->tasks[before].next = number;
    if (task->next == YS_NO_TASK) lane->tail = number;
    if (task->next != YS_NO_TASK || lane->cursor == YS_NO_TASK) lane->cursor = lane->head;
}

enum ys_status ys_agenda_add(struct ys_agenda *agenda, const struct ys_task *task,
                             struct ys_error *err)
{
    struct ys_task copy = *task;
    struct ys_lane *lane = &agenda->lanes[task->lane];

    copy.video_id = ys_arena_dup(&agenda->arena, task->video_id);
    copy.item_id = ys_arena_dup(&agenda->arena, task->item_id);
    copy.remote_id = ys_arena_dup(&agenda->arena, task->remote_id);
    copy.title = ys_arena_dup(&agenda->arena, task->title);
    if (!copy.video_id || !copy.item_id || !copy.remote_id || !copy.title)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (copy.positional) lane->ordered = true;
    copy.position = -1;
    YS_TRY(YS_GROW(agenda->tasks, agenda->task_capacity, agenda->task_count, err));
    agenda->tasks[agenda->task_count] = copy;
    link_task(agenda, lane, agenda->task_count);
    agenda->task_count++;
    if (ys_task_finished(&copy)) agenda->finished++;
    else count_open(agenda, &copy, 1);
    return YS_OK;
}

void ys_agenda_set_status(struct ys_agenda *agenda, size_t task, enum ys_op_status status)
{
    struct ys_task *entry = &agenda->tasks[task];
    bool was_finished = ys_task_finished(entry);

    entry->status = status;
    if (ys_task_finished(entry) == was_finished) return;
    count_open(agenda, entry, was_finished ? 1 : -1);
    agenda->finished += was_finished ? -1 : 1;
}

enum ys_status ys_agenda_add_home(struct ys_agenda *agenda, const char *video_id, size_t lane,
                                  struct ys_error *err)
{
    struct ys_home home = {.lane = lane, .next = YS_NO_TASK, .nth = 1,
                           .rank = agenda->lanes[lane].home_count++};
    int64_t first;
    size_t other;

    if (ys_map_get(&agenda->homes, video_id, &first)) home.next = (size_t)first;
    for (other = home.next; other != YS_NO_TASK; other = agenda->home_list[other].next)
        home.nth += agenda->home_list[other].lane == lane;
    YS_TRY(YS_GROW(agenda->home_list, agenda->home_capacity, agenda->home_count, err));
    YS_TRY(ys_map_put(&agenda->homes, video_id, (int64_t)agenda->home_count, err));
    agenda->home_list[agenda->home_count++] = home;
    agenda->lanes[lane].destination = true;
    return YS_OK;
}

int64_t ys_agenda_rank(const struct ys_agenda *agenda, size_t lane, const char *video_id,
                       int64_t nth)
{
    int64_t number;
    size_t home;

    if (!ys_map_get(&agenda->homes, video_id, &number)) return -1;
    for (home = (size_t)number; home != YS_NO_TASK; home = agenda->home_list[home].next)
        if (agenda->home_list[home].lane == lane && agenda->home_list[home].nth == nth)
            return agenda->home_list[home].rank;
    return -1;
}

void ys_lane_forget_places(struct ys_lane *lane)
{
    size_t i;

    for (i = 0; i < lane->place_count; i++) ys_free(lane->places[i].item_id);
    lane->place_count = 0;
}

size_t ys_lane_task(struct ys_agenda *agenda, struct ys_lane *lane)
{
    while (lane->cursor != YS_NO_TASK && ys_task_finished(&agenda->tasks[lane->cursor]))
        lane->cursor = agenda->tasks[lane->cursor].next;
    return lane->cursor;
}

void ys_agenda_reopen(struct ys_agenda *agenda, size_t task)
{
    struct ys_lane *lane = &agenda->lanes[agenda->tasks[task].lane];

    ys_agenda_set_status(agenda, task, YS_OP_STATUS_PENDING);
    agenda->tasks[task].seen = false;
    lane->cursor = lane->head;
    lane->verified = false;
    lane->stopped = false;
    lane->gone = false;
}

/* Each with the line of the policy that would settle it. */
static const char not_wanted[] = "no category wants it and the policy does not drop it; otherwise ="
                                 " \"drop\" or a category for the rest would settle it";
static const char not_seen[] = "it was not seen in its new playlist; a new plan adds it, and gone ="
                               " \"forget\" lets it go when it is private or deleted";

const char *ys_agenda_objection(const struct ys_agenda *agenda, size_t lane,
                                const char *video_id, int64_t own_copies)
{
    int64_t number, copies;
    size_t home;

    if (ys_map_get(&agenda->drops, video_id, NULL)) return NULL;
    if (!ys_map_get(&agenda->homes, video_id, &number))
        return not_wanted;
    for (home = (size_t)number; home != YS_NO_TASK; home = agenda->home_list[home].next) {
        const struct ys_home *at = &agenda->home_list[home];
        if (at->lane == lane && own_copies > 1) continue;
        if (at->lane == lane) return "its only copy is the one that would be taken out";
        if (!ys_map_get(&agenda->lanes[at->lane].present, video_id, &copies) || copies < 1)
            return not_seen;
    }
    return NULL;
}

size_t ys_agenda_place(const struct ys_agenda *agenda, size_t lane, const char *video_id)
{
    int64_t number;
    size_t home, place = YS_NO_TASK;

    if (ys_map_get(&agenda->drops, video_id, NULL) ||
        !ys_map_get(&agenda->homes, video_id, &number))
        return YS_NO_TASK;
    for (home = (size_t)number; home != YS_NO_TASK; home = agenda->home_list[home].next)
        if (place == YS_NO_TASK || place == lane) place = agenda->home_list[home].lane;
    return place;
}
