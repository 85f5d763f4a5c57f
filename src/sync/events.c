/* events.c: counters, events for the reader of a job, the audit log and error rows. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "sync/engine.h"

/* The slot for one more event; the oldest makes room when the ring is full. NULL: no memory, and
 * the event is lost (events inform; nothing depends on them). */
static struct ys_event *event_slot(struct ys_engine *engine)
{
    size_t at;

    if (!engine->events) {
        engine->events = ys_alloc(YS_EVENTS_MAX * sizeof *engine->events);
        if (!engine->events) return NULL;
        engine->event_capacity = YS_EVENTS_MAX;
    }
    if (engine->event_count == engine->event_capacity) {
        engine->event_first = (engine->event_first + 1) % engine->event_capacity;
        engine->event_count--;
    }
    at = (engine->event_first + engine->event_count++) % engine->event_capacity;
    memset(&engine->events[at], 0, sizeof engine->events[at]);
    return &engine->events[at];
}

void ys_engine_event(struct ys_engine *engine, enum ys_event_kind kind, size_t task,
                     const char *reason, const char *text)
{
    struct ys_event *event = event_slot(engine);

    if (!event) return;
    event->kind = kind;
    event->stage = engine->job.stage;
    event->done = engine->agenda.finished;
    event->total = (int64_t)engine->agenda.task_count;
    (void)ys_copy(event->reason, sizeof event->reason, reason);
    (void)ys_copy(event->text, sizeof event->text, text);
    if (task == YS_NO_TASK) return;
    const struct ys_task *entry = &engine->agenda.tasks[task];
    const struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    event->operation.id = entry->id;
    event->operation.job_id = engine->job.id;
    event->operation.seq = entry->seq;
    event->operation.kind = entry->kind;
    event->operation.status = entry->status;
    event->operation.attempts = entry->attempts;
    event->operation.units = entry->units;
    (void)ys_copy(event->operation.category, sizeof event->operation.category, lane->category);
    (void)ys_copy(event->operation.playlist_id, sizeof event->operation.playlist_id,
                  lane->playlist_id);
    (void)ys_copy(event->operation.title, sizeof event->operation.title, entry->title);
    (void)ys_copy(event->operation.video_id, sizeof event->operation.video_id,
                  entry->video_id);
    (void)ys_copy(event->operation.error, sizeof event->operation.error,
                  kind == YS_EVENT_ERROR ? text : "");
}

bool ys_engine_next_event(struct ys_engine *engine, struct ys_event *out)
{
    if (engine->event_count == 0) return false;
    *out = engine->events[engine->event_first];
    engine->event_first = (engine->event_first + 1) % engine->event_capacity;
    engine->event_count--;
    return true;
}

enum ys_status ys_engine_log(struct ys_engine *engine, size_t task, const char *action,
                             const char *entity, const char *before, const char *after,
                             struct ys_error *err)
{
    struct ys_log_record entry = {.job_id = engine->job.id,
                                  .at_ms = ys_client_now_ms(engine->client),
                                  .before = before,
                                  .after = after};

    if (task != YS_NO_TASK) {
        const struct ys_task *of = &engine->agenda.tasks[task];
        entry.operation_id = of->id;
        (void)ys_copy(entry.playlist_id, sizeof entry.playlist_id,
                      engine->agenda.lanes[of->lane].playlist_id);
        (void)ys_copy(entry.video_id, sizeof entry.video_id, of->video_id);
    }
    (void)ys_copy(entry.actor, sizeof entry.actor, "ytsync");
    (void)ys_copy(entry.action, sizeof entry.action, action);
    (void)ys_copy(entry.entity, sizeof entry.entity, entity);
    return ys_log_add(engine->store, &entry, err);
}

enum ys_status ys_engine_error_row(struct ys_engine *engine, size_t task, const char *reason,
                                   const char *message, struct ys_error *err)
{
    const struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_error_record record = {.job_id = engine->job.id,
                                     .operation_id = entry->id,
                                     .stage = ys_op_kind_stage(entry->kind),
                                     .at_ms = ys_client_now_ms(engine->client)};

    (void)ys_copy(record.entity, sizeof record.entity,
                  entry->video_id[0] ? entry->video_id
                                     : engine->agenda.lanes[entry->lane].playlist_id);
    (void)ys_copy(record.reason, sizeof record.reason, reason);
    (void)ys_copy(record.message, sizeof record.message, message);
    return ys_joberror_add(engine->store, &record, err);
}
