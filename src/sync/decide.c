/* decide.c: settling a failed operation by the policy's word. */
#include "base/text.h"
#include "sync/engine.h"
#include "sync/machine.h"

/* Whether a task takes part when `failed` is tried again: itself, and what its lane's stop kept
 * from being tried at all. */
static bool reopens(const struct ys_agenda *agenda, size_t task, size_t failed)
{
    const struct ys_task *entry = &agenda->tasks[task];

    return task == failed || (agenda->lanes[entry->lane].stopped && entry->parked &&
                              entry->status == YS_OP_STATUS_SKIPPED);
}

static enum ys_status store_retry(struct ys_engine *engine, size_t failed, struct ys_error *err)
{
    const struct ys_agenda *agenda = &engine->agenda;
    size_t i;

    for (i = agenda->lanes[agenda->tasks[failed].lane].head; i != YS_NO_TASK;
         i = agenda->tasks[i].next)
        if (reopens(agenda, i, failed))
            YS_TRY(ys_op_reopen(engine->store, agenda->tasks[i].id, err));
    return YS_OK;
}

static void retry(struct ys_engine *engine, size_t failed)
{
    struct ys_agenda *agenda = &engine->agenda;
    size_t i, head = agenda->lanes[agenda->tasks[failed].lane].head;

    for (i = head; i != YS_NO_TASK; i = agenda->tasks[i].next) {
        if (!reopens(agenda, i, failed)) continue;
        ys_agenda_set_status(&engine->agenda, i, YS_OP_STATUS_PENDING);
        agenda->tasks[i].parked = false;
    }
    ys_agenda_reopen(agenda, failed);
}

static enum ys_status store_skip(struct ys_engine *engine, size_t failed, struct ys_error *err)
{
    int64_t id = engine->agenda.tasks[failed].id;

    YS_TRY(ys_op_reopen(engine->store, id, err));
    return ys_op_settle(engine->store, id, YS_OP_STATUS_SKIPPED, NULL, YS_REASON_POLICY,
                        "The policy skips it.", ys_client_now_ms(engine->client), err);
}

static enum ys_status redecide(struct ys_engine *engine, size_t failed, bool skip,
                               struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_engine_begin(engine, err));
    status = skip ? store_skip(engine, failed, err) : store_retry(engine, failed, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

enum ys_status ys_engine_decide(struct ys_engine *engine, int64_t operation_id,
                                enum ys_decision decision, struct ys_error *err)
{
    struct ys_agenda *agenda = &engine->agenda;
    size_t number;

    if (ys_stage_finished(engine->job.stage))
        return ys_fail(err, YS_ESTATE, "Job %lld has ended: %s.", (long long)engine->job.id,
                       ys_stage_label(engine->job.stage));
    for (number = 0; number < agenda->task_count; number++)
        if (agenda->tasks[number].id == operation_id) break;
    if (number == agenda->task_count || agenda->tasks[number].status != YS_OP_STATUS_FAILED)
        return ys_fail(err, YS_ESTATE, "Operation %lld has not failed.",
                       (long long)operation_id);
    switch (decision) {
    case YS_DECIDE_FAIL: return YS_OK;
    case YS_DECIDE_PAUSE:
        ys_engine_ask_rest(engine, YS_PAUSE_ERRORS_COLLECTED, YS_EPAUSED, 0,
                           "The policy pauses the job over an operation that failed.");
        return YS_OK;
    case YS_DECIDE_SKIP:
        YS_TRY(redecide(engine, number, true, err));
        ys_agenda_set_status(agenda, number, YS_OP_STATUS_SKIPPED);
        return YS_OK;
    default: break;
    }
    if (agenda->tasks[number].attempts >= YS_ATTEMPTS_MAX)
        return ys_fail(err, YS_ELIMIT, "Operation %lld was tried %d times already.",
                       (long long)operation_id, YS_ATTEMPTS_MAX);
    YS_TRY(redecide(engine, number, false, err));
    retry(engine, number);
    return YS_OK;
}
