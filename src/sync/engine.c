/* engine.c: the loop; see engine.h for its invariants.
 *
 * Crash points: before the turn's commit nothing of the turn happened; after it, claimed requests
 * may or may not have left, and load.c takes them for unknown. */
#include "sync/engine.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "library/backup.h"
#include "store/leftovers.h"
#include "sync/machine.h"

#define CLAIMS_PER_TURN_MAX YS_IN_FLIGHT_MAX

/* A claimed task on its way to being sent. */
struct claim {
    size_t task;
    struct ys_booking booking;
    struct ys_request request;
};

/* ---------------------------------------------------------------- opening */

static void owner_text(struct ys_engine *engine, char out[YS_NAME_BYTES])
{
    uint64_t random;

    ys_env_random(engine->env, &random, sizeof random);
    (void)snprintf(out, YS_NAME_BYTES, "runner-%016llx", (unsigned long long)random);
}

static enum ys_status take_lease(struct ys_engine *engine, struct ys_error *err)
{
    char owner[YS_NAME_BYTES];
    enum ys_status status;

    owner_text(engine, owner);
    YS_TRY(ys_store_begin(engine->store, err));
    status = ys_job_take_lease(engine->store, &engine->job, owner,
                               ys_env_wall_ms(engine->env) + YS_LEASE_MS, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    else ys_store_lease(engine->store, engine->job.id, engine->job.lease_epoch, YS_LEASE_MS);
    engine->leased = status == YS_OK;
    engine->tag_base =
        ((uint64_t)engine->job.id & ((1u << YS_TAG_JOB_BITS) - 1))
            << (YS_TAG_EPOCH_BITS + YS_TAG_TASK_BITS) |
        ((uint64_t)engine->job.lease_epoch & ((1u << YS_TAG_EPOCH_BITS) - 1)) << YS_TAG_TASK_BITS;
    return status;
}

/* In an old copy of the database a creation is open that a newer one may have carried out. */
static enum ys_status doubt_creates(struct ys_engine *engine, struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_store_begin(engine->store, err));
    status = ys_op_doubt_creates(engine->store, engine->job.id, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

enum ys_status ys_engine_open(struct ys_engine **out, struct ys_client *client,
                              const char *backup_dir, int64_t job_id, struct ys_error *err)
{
    struct ys_engine *engine = ys_alloc_zero(1, sizeof *engine);
    enum ys_status status;
    bool found;

    *out = NULL;
    if (!engine) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    engine->client = client;
    engine->store = ys_client_store(client);
    engine->env = ys_client_env(client);
    engine->backup_dir = backup_dir;
    status = ys_job_find(engine->store, job_id, &engine->job, &found, err);
    if (status == YS_OK && !found)
        status = job_id > 0 ? ys_fail(err, YS_ENOTFOUND, "There is no job %lld.",
                                      (long long)job_id)
                            : ys_fail(err, YS_ENOTFOUND, "There is no unfinished job.");
    if (status == YS_OK && !ys_stage_finished(engine->job.stage)) {
        status = engine->store->stale_accepted ? doubt_creates(engine, err) : YS_OK;
        if (status == YS_OK) status = ys_engine_load(engine, err);
        if (status == YS_OK) status = take_lease(engine, err);
    }
    if (status == YS_OK) *out = engine;
    else ys_engine_close(engine);
    return status;
}

void ys_engine_close(struct ys_engine *engine)
{
    if (!engine) return;
    if (engine->leased)
        ys_store_unlease(engine->store, engine->job.id, engine->job.lease_epoch);
    ys_agenda_free(&engine->agenda);
    ys_free(engine->events);
    ys_free(engine);
}

/* ---------------------------------------------------------------- stages */

/* Whether every category is filled and verified. */
static bool categories_through(struct ys_engine *engine)
{
    size_t i;

    if (engine->agenda.open[YS_STAGE_ADD_VIDEOS] > 0) return false;
    for (i = 0; i < engine->agenda.lane_count; i++) {
        const struct ys_lane *lane = &engine->agenda.lanes[i];
        if (lane->category[0] && !lane->stopped && !lane->verified) return false;
    }
    return true;
}

static enum ys_stage stage_now(struct ys_engine *engine)
{
    if (engine->agenda.open[YS_STAGE_CREATE_PLAYLISTS] > 0) return YS_STAGE_CREATE_PLAYLISTS;
    if (!categories_through(engine)) return YS_STAGE_ADD_VIDEOS;
    if (engine->agenda.open[YS_STAGE_DELETE_PLAYLISTS] > 0) return YS_STAGE_DELETE_PLAYLISTS;
    return YS_STAGE_COMPLETED;
}

/* Moves the job forward, stage by stage, to where its operations stand; back only from deleting
 * to adding. Inside a transaction. */
static enum ys_status update_stage(struct ys_engine *engine, struct ys_error *err)
{
    static const enum ys_stage order[] = {YS_STAGE_BACKUP, YS_STAGE_CREATE_PLAYLISTS,
                                          YS_STAGE_ADD_VIDEOS, YS_STAGE_DELETE_PLAYLISTS,
                                          YS_STAGE_COMPLETED};
    enum ys_stage goal = stage_now(engine), before = engine->job.stage;
    size_t i;

    if (goal == YS_STAGE_COMPLETED && engine->undecided) return YS_OK;
    if (engine->job.stage == YS_STAGE_DELETE_PLAYLISTS && goal == YS_STAGE_ADD_VIDEOS)
        YS_TRY(ys_machine_move(&engine->job, goal, ys_client_now_ms(engine->client), err));
    for (i = 0; i + 1 < sizeof order / sizeof order[0] && engine->job.stage < goal; i++)
        if (engine->job.stage == order[i])
            YS_TRY(ys_machine_move(&engine->job, order[i + 1],
                                   ys_client_now_ms(engine->client), err));
    if (engine->job.stage == before) return YS_OK;
    if (engine->job.stage == YS_STAGE_COMPLETED)
        YS_TRY(ys_restore_settle(engine->store, &engine->job, err));
    ys_engine_event(engine, YS_EVENT_STAGE, YS_NO_TASK, "", ys_stage_label(engine->job.stage));
    YS_TRY(ys_engine_log(engine, YS_NO_TASK, "stage", ys_stage_name(engine->job.stage), "", "",
                         err));
    return ys_job_update(engine->store, &engine->job, err);
}

/* ---------------------------------------------------------------- starting */

/* Rereads the flags that others may have set. */
static enum ys_status read_flags(struct ys_engine *engine, struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_engine_begin(engine, err));
    status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

/* What the user changed on YouTube during a pause is looked at before anything is written or
 * deleted. */
static void forget_looks(struct ys_engine *engine)
{
    size_t i;

    for (i = 0; i < engine->agenda.lane_count; i++) {
        struct ys_lane *lane = &engine->agenda.lanes[i];
        lane->surveyed = false;
        lane->metadata_ms = lane->listed_ms = lane->proved_ms = YS_NEVER_MS;
    }
}

/* The first step of a process or after a pause: whose channel it is (P11; also the probe after a
 * late reset), and back to work from any pause but the user's. */
static enum ys_status start(struct ys_engine *engine, struct ys_error *err)
{
    struct ys_error why = {0};
    enum ys_status status;
    int64_t account;

    YS_TRY(read_flags(engine, err));
    if (engine->job.pause_requested || ys_stage_finished(engine->job.stage)) return YS_OK;
    if (engine->job.stage == YS_STAGE_PAUSED) {
        forget_looks(engine);
        YS_TRY(ys_machine_resume(&engine->job, err));
        YS_TRY(ys_engine_store_job(engine, "resumed", err));
    }
    status = ys_fetch_channel(engine->client, engine->job.channel_id, engine->job.id, &account,
                              &why);
    if (status != YS_OK) return ys_engine_read_failed(engine, status, &why, err);
    engine->started = true;
    return YS_OK;
}

static enum ys_status back_up(struct ys_engine *engine, struct ys_error *err)
{
    struct ys_fetch_result fetched;
    struct ys_row_backup backup;
    struct ys_error why = {0};
    char trigger[YS_NAME_BYTES];
    enum ys_status status;

    if (engine->job.stage == YS_STAGE_PENDING) {
        YS_TRY(ys_machine_move(&engine->job, YS_STAGE_BACKUP,
                               ys_client_now_ms(engine->client), err));
        ys_engine_event(engine, YS_EVENT_STAGE, YS_NO_TASK, "", ys_stage_label(YS_STAGE_BACKUP));
        YS_TRY(ys_engine_store_job(engine, "stage", err));
    }
    status = ys_fetch_library(engine->client, engine->job.channel_id, false, engine->job.id, NULL,
                              NULL, &fetched, &why);
    if (status != YS_OK) return ys_engine_read_failed(engine, status, &why, err);
    (void)snprintf(trigger, sizeof trigger, "job %lld", (long long)engine->job.id);
    YS_TRY(ys_backup_create(engine->store, engine->job.account_id, engine->backup_dir, trigger,
                            &backup, err));
    engine->job.backup_id = backup.id;
    YS_TRY(ys_machine_move(&engine->job, YS_STAGE_CREATE_PLAYLISTS,
                           ys_client_now_ms(engine->client), err));
    YS_TRY(ys_engine_store_job(engine, "backup", err));
    ys_engine_event(engine, YS_EVENT_NOTE, YS_NO_TASK, "backup", backup.file);
    return YS_OK;
}

/* ---------------------------------------------------------------- the turn */

/* Replies to this engine's requests are settled; those to an earlier one's are only booked: their
 * tasks are unknown and are looked for. */
static enum ys_status settle_replies(struct ys_engine *engine, struct ys_error *err)
{
    uint64_t first = engine->tag_base + 1, last = engine->tag_base + engine->agenda.task_count;
    struct ys_exchange exchange;
    enum ys_status status = YS_OK;

    while (status == YS_OK && ys_client_take(engine->client, 1, YS_TAG_OWN - 1, &exchange)) {
        status = ys_client_settle(engine->client, &exchange, err);
        if (status == YS_OK && exchange.tag >= first && exchange.tag <= last)
            status = ys_engine_outcome(engine, (size_t)(exchange.tag - first), &exchange, err);
        ys_exchange_free(&exchange);
    }
    return status;
}

static enum ys_status moment_now(struct ys_engine *engine, struct ys_moment *out,
                                 struct ys_error *err)
{
    int64_t creates, open_at;

    out->now_ms = ys_env_mono_ms(engine->env);
    YS_TRY(ys_client_remaining(engine->client, &out->units_left, &creates, err));
    YS_TRY(ys_client_open_at(engine->client, YS_METHOD_PLAYLISTS_INSERT, &open_at, err));
    out->creates_left = open_at <= ys_client_now_ms(engine->client) ? creates : 0;
    out->confirmed = engine->job.delete_confirmed_at_ms > 0;
    out->may_write = ys_client_wait_ms(engine->client, YS_METHOD_ITEMS_INSERT) == 0;
    return YS_OK;
}

/* A row that moves in a playlist that YouTube sorts keeps its place; one that leaves its playlist
 * has its proof first. */
static enum ys_status keep_row(struct ys_engine *engine, size_t number, bool *kept,
                               struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    char text[512];

    *kept = task->kind == YS_OP_ITEM_MOVE && engine->agenda.lanes[task->lane].self_sorted;
    if (!*kept) return ys_engine_proved(engine, number, kept, err);
    ys_format(text, sizeof text,
              "The video %s keeps its place: YouTube sorts \"%.150s\" by itself. Set its "
              "sorting to \"Manual\" on YouTube to have the order of the policy.",
              task->video_id, task->title);
    return ys_engine_skipped(engine, number, "self_sorted", text, err);
}

/* Books and marks one task; *claimed false when the ledger refused after all, or when the live
 * playlist is as wanted already, or the row has to stay. */
static enum ys_status claim_task(struct ys_engine *engine, size_t number, struct claim *claim,
                                 bool *claimed, struct ys_error *err)
{
    struct ys_task *task = &engine->agenda.tasks[number];
    struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    int64_t now = ys_client_now_ms(engine->client);
    enum ys_status status;
    bool needed, kept;

    *claimed = false;
    memset(claim, 0, sizeof *claim);
    claim->task = number;
    YS_TRY(keep_row(engine, number, &kept, err));
    if (kept) return YS_OK;
    YS_TRY(ys_engine_request(engine, number, &claim->request, &needed, err));
    if (!needed) {
        ys_request_free(&claim->request);
        return ys_engine_done(engine, number, NULL, "", "it was so already", err);
    }
    status = ys_client_book(engine->client, claim->request.method, engine->job.id, task->id,
                            &claim->booking, err);
    if (status == YS_OK) {
        status = ys_op_claim(engine->store, task->id, claim->booking.units, now, err);
        if (status == YS_OK)
            status = ys_job_add_units(engine->store, engine->job.id, claim->booking.units, err);
        if (status != YS_OK) ys_client_unbook(engine->client, &claim->booking);
    }
    if (status != YS_OK) {
        ys_request_free(&claim->request);
        return status;
    }
    task->attempts++;
    task->units += claim->booking.units;
    task->intent_at_ms = now;
    ys_agenda_set_status(&engine->agenda, number, YS_OP_STATUS_IN_FLIGHT);
    lane->busy = true;
    *claimed = true;
    return YS_OK;
}

static bool deletes(const struct ys_engine *engine, size_t task)
{
    return ys_op_kind_stage(engine->agenda.tasks[task].kind) == YS_STAGE_DELETE_PLAYLISTS;
}

/* Claims writes until something else has to be done; *action says what. */
static enum ys_status claim_all(struct ys_engine *engine, struct claim *claims, size_t *count,
                                struct ys_action *action, struct ys_error *err)
{
    struct ys_moment moment;
    enum ys_status status;
    bool claimed;

    *count = 0;
    for (;;) {
        YS_TRY(moment_now(engine, &moment, err));
        ys_agenda_next(&engine->agenda, &moment, action);
        if (action->kind != YS_ACT_WRITE || *count == CLAIMS_PER_TURN_MAX) return YS_OK;
        if (deletes(engine, action->task) && !engine->proof_file_written) {
            action->kind = YS_ACT_PROOF_FILE;
            return YS_OK;
        }
        status = claim_task(engine, action->task, &claims[*count], &claimed, err);
        if (status == YS_EQUOTA || status == YS_ECREATES) {
            action->kind = status == YS_EQUOTA ? YS_ACT_NO_UNITS : YS_ACT_NO_CREATES;
            return YS_OK;
        }
        if (status != YS_OK) return status;
        if (claimed) ++*count;
    }
}

static bool may_claim(const struct ys_engine *engine)
{
    return !engine->job.pause_requested && !engine->resting && !engine->stopping &&
           !ys_stage_finished(engine->job.stage) && !ys_client_interrupted(engine->client) &&
           ys_client_clock_known(engine->client);
}

/* Whether a read has to come first: in a new process, after a pause, and when this machine's clock
 * was set or it slept, since a write must not be booked on a guessed day. */
static bool must_start(const struct ys_engine *engine)
{
    return !engine->started || engine->job.stage == YS_STAGE_PAUSED ||
           (!ys_client_clock_known(engine->client) && ys_client_in_flight(engine->client) == 0);
}

/* One transaction: outcomes in, claims out; then the claimed requests leave. */
static enum ys_status turn(struct ys_engine *engine, struct ys_action *action,
                           struct ys_error *err)
{
    struct claim claims[CLAIMS_PER_TURN_MAX];
    size_t count = 0, i;
    enum ys_status status;

    *action = (struct ys_action){.kind = YS_ACT_WAIT, .wake_ms = INT64_MAX};
    YS_TRY(ys_engine_begin(engine, err));
    engine->undecided = false;
    status = settle_replies(engine, err);
    if (status == YS_OK && may_claim(engine))
        status = claim_all(engine, claims, &count, action, err);
    if (status == YS_OK && !ys_stage_finished(engine->job.stage))
        status = update_stage(engine, err);
    if (status == YS_OK) status = ys_client_save(engine->client, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    for (i = 0; i < count; i++) {
        if (status == YS_OK)
            ys_client_send(engine->client, &claims[i].booking, &claims[i].request,
                           engine->tag_base + 1 + claims[i].task);
        else
            ys_client_unbook(engine->client, &claims[i].booking);
        ys_request_free(&claims[i].request);
    }
    return status;
}

/* ---------------------------------------------------------------- between turns */

static enum ys_status read_action(struct ys_engine *engine, const struct ys_action *action,
                                  struct ys_error *err)
{
    struct ys_error why = {0};
    enum ys_status status;

    switch (action->kind) {
    case YS_ACT_SETTLE: status = ys_engine_reconcile(engine, action->task, &why); break;
    case YS_ACT_SURVEY: status = ys_engine_survey(engine, action->lane, &why); break;
    case YS_ACT_METADATA: status = ys_engine_metadata(engine, action->lane, &why); break;
    case YS_ACT_VERIFY: status = ys_engine_verify(engine, action->lane, &why); break;
    case YS_ACT_PROOF_FILE: return ys_engine_proof_file(engine, err);
    default: status = ys_engine_prove(engine, action->lane, &why); break;
    }
    return status == YS_OK ? YS_OK : ys_engine_read_failed(engine, status, &why, err);
}

/* Lets time pass: for replies when something is out, else on the clock. */
static enum ys_status wait_for(struct ys_engine *engine, int64_t wake_ms, int64_t timeout_ms,
                               struct ys_error *err)
{
    int64_t wait = timeout_ms, pace;
    int64_t now = ys_env_mono_ms(engine->env);

    if (wake_ms != INT64_MAX && wake_ms - now < wait) wait = wake_ms - now;
    pace = ys_client_wait_ms(engine->client, YS_METHOD_ITEMS_INSERT);
    if (pace > 0 && pace < wait) wait = pace;
    if (wait < 0) wait = 0;
    if (ys_client_in_flight(engine->client) > 0)
        return ys_client_poll(engine->client, wait, err);
    if (wait > 0) ys_env_sleep_ms(engine->env, wait);
    return YS_OK;
}

/* The job is complete, whatever becomes of the file: a failure is told, not returned. */
static void write_last_proof(struct ys_engine *engine)
{
    struct ys_error why = {0};

    if (ys_engine_proof_file(engine, &why) != YS_OK)
        ys_engine_event(engine, YS_EVENT_NOTE, YS_NO_TASK, "proof_file", why.message);
}

/* What a turn without work left to claim comes to, once nothing is in flight. */
static enum ys_status come_to_rest(struct ys_engine *engine, const struct ys_action *action,
                                   bool *more, struct ys_error *err)
{
    *more = false;
    if (engine->job.stage == YS_STAGE_COMPLETED) {
        write_last_proof(engine);
        return YS_OK;
    }
    if (ys_stage_finished(engine->job.stage)) return ys_engine_ended(engine, err);
    if (engine->resting) return ys_engine_rest(engine, err);
    if (engine->job.pause_requested) return ys_engine_rest_for_user(engine, err);
    if (ys_client_interrupted(engine->client))
        return ys_fail(err, YS_EINTERRUPTED,
                       "Stopped on request; everything that was sent is on record.");
    switch (action->kind) {
    case YS_ACT_NO_UNITS:
        YS_TRY(ys_engine_ask_quota_rest(engine, YS_METHOD_ITEMS_INSERT,
                                        "The day's quota is used up.", err));
        return ys_engine_rest(engine, err);
    case YS_ACT_NO_CREATES:
        YS_TRY(ys_engine_ask_quota_rest(engine, YS_METHOD_PLAYLISTS_INSERT,
                                        "No more playlists can be created today.", err));
        return ys_engine_rest(engine, err);
    case YS_ACT_CONFIRM:
        YS_TRY(ys_engine_ask_confirmation(engine, err));
        return ys_engine_rest(engine, err);
    case YS_ACT_DONE:
        /* The policy may still decide over what failed in this turn. */
        *more = engine->undecided;
        if (*more) return YS_OK;
        return ys_fail(err, YS_EINTERNAL,
                       "Nothing is left to do, but the job is not complete.");
    default:
        *more = true;
        return YS_OK;
    }
}

static bool is_read(enum ys_action_kind kind)
{
    return kind == YS_ACT_SETTLE || kind == YS_ACT_SURVEY || kind == YS_ACT_METADATA ||
           kind == YS_ACT_VERIFY || kind == YS_ACT_PROVE || kind == YS_ACT_PROOF_FILE;
}

/* One step of an engine whose last one left it whole. */
static enum ys_status step(struct ys_engine *engine, int64_t timeout_ms, bool *more,
                           struct ys_error *err)
{
    struct ys_action action;

    if (ys_stage_finished(engine->job.stage))
        return engine->job.stage == YS_STAGE_COMPLETED ? YS_OK : ys_engine_ended(engine, err);
    if (must_start(engine)) YS_TRY(start(engine, err));
    if (!engine->resting && !engine->job.pause_requested &&
        (engine->job.stage == YS_STAGE_PENDING || engine->job.stage == YS_STAGE_BACKUP)) {
        YS_TRY(back_up(engine, err));
        *more = !engine->resting;
        return engine->resting ? ys_engine_rest(engine, err) : YS_OK;
    }
    if (engine->resting && ys_client_in_flight(engine->client) == 0)
        return ys_engine_rest(engine, err);
    YS_TRY(turn(engine, &action, err));
    if (ys_client_in_flight(engine->client) == 0) {
        YS_TRY(come_to_rest(engine, &action, more, err));
        if (!*more) return YS_OK;
    }
    *more = true;
    if (is_read(action.kind)) return read_action(engine, &action, err);
    if (action.kind == YS_ACT_DONE) return YS_OK;
    return wait_for(engine, action.kind == YS_ACT_WAIT ? action.wake_ms : INT64_MAX, timeout_ms,
                    err);
}

enum ys_status ys_engine_step(struct ys_engine *engine, int64_t timeout_ms, bool *more,
                              struct ys_error *err)
{
    struct ys_error why = {0};
    enum ys_status status;

    *more = false;
    if (engine->broken)
        return ys_fail(err, engine->rest_error.status,
                       "The job cannot go on in this process: %s", engine->rest_error.message);
    status = step(engine, timeout_ms, more, &why);
    if (err) *err = why;
    if (status == YS_OK) return YS_OK;
    *more = false;
    if (engine->job.stage == YS_STAGE_PAUSED || status == YS_EINTERRUPTED ||
        ys_stage_finished(engine->job.stage))
        return status;
    engine->broken = true;
    engine->rest_error = why;
    return status;
}

int64_t ys_engine_wait_ms(struct ys_engine *engine)
{
    int64_t wait;

    if (engine->job.stage != YS_STAGE_PAUSED) return ys_stage_finished(engine->job.stage) ? -1 : 0;
    if (engine->job.resets_at_ms == 0) return -1;
    wait = engine->job.resets_at_ms - ys_client_now_ms(engine->client);
    return wait > 0 ? wait : 0;
}

/* ---------------------------------------------------------------- stopping */

enum ys_status ys_engine_stop(struct ys_engine *engine, struct ys_error *err)
{
    struct ys_action action;
    enum ys_status status;

    if (engine->broken) return YS_OK; /* what is out is taken for unknown by the next engine */
    engine->stopping = true;
    /* The first turn settles what came back already. */
    for (;;) {
        status = turn(engine, &action, err);
        if (status != YS_OK || ys_client_in_flight(engine->client) == 0) break;
        status = ys_client_poll(engine->client, YS_MS_PER_S, err);
        if (status != YS_OK) break;
    }
    engine->stopping = false;
    return status;
}
