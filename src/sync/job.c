/* job.c: plans and jobs of the public API: making and storing a plan, running a job, the flags
 * that any process may set, and what people read. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plan/plan.h"
#include "sync/machine.h"
#include "sync/session.h"

/* ---------------------------------------------------------------- plan */

enum ys_status ys_plan_make(struct ys_session *session, const struct ys_target *target,
                            struct ys_plan **out, struct ys_error *err)
{
    return ys_plan_make_with(session, target, NULL, out, err);
}

enum ys_status ys_session_today(struct ys_session *session, struct ys_plan_today *out,
                                struct ys_error *err)
{
    struct ys_client *client;
    int64_t settle_s;

    YS_TRY(ys_session_client(session, &client, err));
    out->limits = *ys_client_limits(client);
    out->now_ms = ys_client_now_ms(client);
    YS_TRY(ys_client_remaining(client, &out->units_left, &out->creates_left, err));
    YS_TRY(ys_store_setting_get(session->store, "pace.writes", &out->writes_max, err));
    YS_TRY(ys_store_setting_get(session->store, "pace.settle_s", &settle_s, err));
    out->settle_ms = settle_s * 1000;
    return YS_OK;
}

/* The day as it would be had the project so many units; what was used stays used. */
static enum ys_status suppose_units(struct ys_session *session, int64_t daily_units,
                                    struct ys_plan_today *today, struct ys_error *err)
{
    struct ys_quota_record now;
    struct ys_client *client;

    YS_TRY(ys_session_client(session, &client, err));
    YS_TRY(ys_client_quota(client, &now, err));
    today->limits.daily_units = daily_units;
    today->units_left = daily_units - now.keep_units - now.used_units - now.reserved_units;
    if (today->units_left < 0) today->units_left = 0;
    return YS_OK;
}

enum ys_status ys_plan_make_with(struct ys_session *session, const struct ys_target *target,
                                 const struct ys_plan_options *options, struct ys_plan **out,
                                 struct ys_error *err)
{
    struct ys_snapshot snapshot;
    struct ys_plan_today today;
    enum ys_status status;

    *out = NULL;
    YS_TRY(ys_session_today(session, &today, err));
    if (options && options->daily_units > 0)
        YS_TRY(suppose_units(session, options->daily_units, &today, err));
    YS_TRY(ys_snapshot_load(session->store, &snapshot, err));
    status = ys_plan_build_part(&snapshot, target, &today, options, out, err);
    ys_snapshot_free(&snapshot);
    return status;
}

/* ---------------------------------------------------------------- starting a job */

/* Categories with their videos, as the plan has them; what an older policy wanted is forgotten. */
static enum ys_status store_categories(struct ys_session *session, const struct ys_plan *plan,
                                       struct ys_error *err)
{
    int64_t id = 0, rank;
    size_t i, at = 0;

    YS_TRY(ys_category_clear(session->store, plan->account_id, err));
    for (i = 0; i < plan->category_count; i++) {
        const struct ys_plan_category *category = &plan->categories[i];
        YS_TRY(ys_category_put(session->store, plan->account_id, category->key, category->title,
                               category->playlist_id, &id, err));
        for (rank = 0; at < plan->assigned_count && plan->assigned[at].category == i; at++)
            YS_TRY(ys_category_add(session->store, id, plan->assigned[at].video_id,
                                   plan->assigned[at].nth, rank++, plan->assigned[at].rule,
                                   err));
    }
    return YS_OK;
}

static enum ys_status store_operations(struct ys_session *session, const struct ys_plan *plan,
                                       int64_t job_id, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < plan->op_count; i++) {
        const struct ys_planned *op = &plan->ops[i];
        struct ys_row_op row = {
            .job_id = job_id,
            .seq = (int64_t)i + 1,
            .kind = op->kind,
            .category = op->category,
            .playlist_id = op->playlist_id,
            .item_id = op->item_id,
            .video_id = op->video_id,
            .title = op->title,
            .description = op->description,
            .privacy = op->privacy,
            .copies = op->copies ? op->copies : 1,
            .anchor = op->anchor,
            .nth = op->nth,
            .found = op->found,
            .rule = op->rule,
        };
        YS_TRY(ys_op_insert(session->store, &row, NULL, err));
    }
    for (i = 0; i < plan->drop_count; i++)
        YS_TRY(ys_drop_add(session->store, job_id, plan->drops[i].video_id, plan->drops[i].rule,
                           err));
    return YS_OK;
}

static enum ys_status store_plan(struct ys_session *session, const struct ys_plan *plan,
                                 int64_t *job_id, struct ys_error *err)
{
    struct ys_row_job job = {.account_id = plan->account_id,
                             .stage = YS_STAGE_PENDING,
                             .created_at_ms = ys_session_now(session)};
    struct ys_row_job other;
    uint32_t random;
    char summary[256];
    bool busy;

    YS_TRY(ys_job_find(session->store, 0, &other, &busy, err));
    if (busy)
        return ys_fail(err, YS_ESTATE,
                       "Job %lld is not finished (%s). Let it go on with `run`, or end it with "
                       "`cancel`.",
                       (long long)other.id, ys_stage_label(other.stage));
    ys_env_random(&session->clock_env, &random, sizeof random);
    (void)snprintf(job.reference, sizeof job.reference, "%08x", random);
    (void)ys_copy(job.channel_id, sizeof job.channel_id, plan->channel_id);
    (void)ys_copy(job.policy_hash, sizeof job.policy_hash, plan->policy_hash);
    (void)snprintf(summary, sizeof summary,
                   "{\"units\":%lld,\"write_units\":%lld,\"read_units\":%lld,\"days\":%lld,"
                   "\"plain_units\":%lld}",
                   (long long)plan->preview.units, (long long)plan->preview.write_units,
                   (long long)plan->preview.read_units, (long long)plan->preview.days,
                   (long long)plan->preview.plain_units);
    YS_TRY(ys_job_insert(session->store, &job, summary, job_id, err));
    YS_TRY(store_categories(session, plan, err));
    return store_operations(session, plan, *job_id, err);
}

enum ys_status ys_job_start(struct ys_session *session, const struct ys_plan *plan,
                            struct ys_job **out, struct ys_error *err)
{
    struct ys_client *client;
    enum ys_status status;
    int64_t job_id;

    *out = NULL;
    if (plan->imported)
        return ys_fail(err, YS_ESTATE,
                       "This plan was made from a Takeout export, and only what YouTube itself has "
                       "listed is written to. Run `fetch`, then plan again.");
    if (plan->guard) return ys_fail(err, YS_ELIMIT, "%s", plan->guard);
    YS_TRY(ys_session_runner(session, &client, err));
    YS_TRY(ys_session_refuse_leftovers(session, err));
    YS_TRY(ys_store_begin(session->store, err));
    status = store_plan(session, plan, &job_id, err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) {
        ys_store_rollback(session->store);
        return status;
    }
    return ys_job_open(session, job_id, out, err);
}

enum ys_status ys_job_open(struct ys_session *session, int64_t id, struct ys_job **out,
                           struct ys_error *err)
{
    struct ys_client *client;
    struct ys_job *job;
    enum ys_status status;

    *out = NULL;
    YS_TRY(ys_session_runner(session, &client, err));
    job = ys_alloc_zero(1, sizeof *job);
    if (!job) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    job->session = session;
    status = ys_engine_open(&job->engine, client, session->backup_dir, id, err);
    if (status != YS_OK) {
        ys_free(job);
        return status;
    }
    session->jobs_open++;
    *out = job;
    return YS_OK;
}

void ys_job_close(struct ys_job *job)
{
    if (!job) return;
    job->session->jobs_open--;
    ys_engine_close(job->engine);
    ys_free(job);
}

enum ys_status ys_job_step(struct ys_job *job, int64_t timeout_ms, bool *more_out,
                           struct ys_error *err)
{
    return ys_session_answer(job->session,
                             ys_engine_step(job->engine, timeout_ms, more_out, err));
}

bool ys_job_next_event(struct ys_job *job, struct ys_event *out)
{
    return ys_engine_next_event(job->engine, out);
}

int64_t ys_job_wait_ms(struct ys_job *job)
{
    return ys_engine_wait_ms(job->engine);
}

enum ys_status ys_job_decide(struct ys_job *job, int64_t operation_id, enum ys_decision decision,
                             struct ys_error *err)
{
    return ys_engine_decide(job->engine, operation_id, decision, err);
}

enum ys_status ys_job_stop(struct ys_job *job, struct ys_error *err)
{
    return ys_engine_stop(job->engine, err);
}

int64_t ys_job_id(const struct ys_job *job)
{
    return job->engine->job.id;
}

/* ---------------------------------------------------------------- flags of any process */

/* Finds the job that a flag is meant for: unfinished, or YS_ESTATE. */
static enum ys_status flag_target(struct ys_session *session, int64_t id, struct ys_row_job *out,
                                  struct ys_error *err)
{
    bool found;

    YS_TRY(ys_job_find(session->store, id, out, &found, err));
    if (!found && id > 0)
        return ys_fail(err, YS_ENOTFOUND, "There is no job %lld; `status` shows the last one.",
                       (long long)id);
    if (!found) return ys_fail(err, YS_ENOTFOUND, "There is no unfinished job.");
    if (ys_stage_finished(out->stage))
        return ys_fail(err, YS_ESTATE, "Job %lld has ended (%s).", (long long)out->id,
                       ys_stage_label(out->stage));
    return YS_OK;
}

enum flag { FLAG_PAUSE, FLAG_RESUME, FLAG_CONFIRM, FLAG_CANCEL };

static enum ys_status set_flag(struct ys_session *session, enum flag flag,
                               struct ys_row_job *job, struct ys_error *err)
{
    struct ys_log_record entry = {.job_id = job->id, .at_ms = ys_session_now(session)};
    static const char *const actions[] = {"pause", "resume", "confirm", "cancel"};

    entry.before = entry.after = "";
    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, actions[flag]);
    YS_TRY(ys_log_add(session->store, &entry, err));
    switch (flag) {
    case FLAG_PAUSE: return ys_job_set_pause_requested(session->store, job->id, true, err);
    case FLAG_CONFIRM: return ys_job_set_confirmed(session->store, job->id, entry.at_ms, err);
    case FLAG_CANCEL:
        YS_TRY(ys_machine_move(job, YS_STAGE_CANCELLED, entry.at_ms, err));
        YS_TRY(ys_restore_settle(session->store, job, err));
        return ys_job_update(session->store, job, err);
    default: break;
    }
    YS_TRY(ys_job_set_pause_requested(session->store, job->id, false, err));
    if (job->stage != YS_STAGE_PAUSED || job->pause_reason != YS_PAUSE_USER_PAUSED) return YS_OK;
    YS_TRY(ys_machine_resume(job, err));
    return ys_job_update(session->store, job, err);
}

static enum ys_status flag(struct ys_session *session, enum flag which, int64_t id,
                           struct ys_error *err)
{
    struct ys_row_job job;
    enum ys_status status;

    YS_TRY(ys_store_begin(session->store, err));
    status = flag_target(session, id, &job, err);
    if (status == YS_OK) status = set_flag(session, which, &job, err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}

enum ys_status ys_job_pause(struct ys_session *session, int64_t id, struct ys_error *err)
{
    return flag(session, FLAG_PAUSE, id, err);
}

enum ys_status ys_job_resume(struct ys_session *session, int64_t id, struct ys_error *err)
{
    return flag(session, FLAG_RESUME, id, err);
}

enum ys_status ys_job_cancel(struct ys_session *session, int64_t id, struct ys_error *err)
{
    return flag(session, FLAG_CANCEL, id, err);
}

enum ys_status ys_job_confirm(struct ys_session *session, int64_t id, struct ys_error *err)
{
    return flag(session, FLAG_CONFIRM, id, err);
}

/* ---------------------------------------------------------------- what failed, again */

static enum ys_status retry_target(struct ys_session *session, int64_t id,
                                   struct ys_row_job *out, struct ys_error *err)
{
    int64_t newest;
    bool found;

    YS_TRY(ys_job_newest(session->store, &newest, err));
    if (newest == 0) return ys_fail(err, YS_ENOTFOUND, "There was no job yet.");
    YS_TRY(ys_job_find(session->store, id > 0 ? id : newest, out, &found, err));
    if (!found)
        return ys_fail(err, YS_ENOTFOUND, "There is no job %lld; `status` shows the last one.",
                       (long long)id);
    if (out->stage == YS_STAGE_CANCELLED)
        return ys_fail(err, YS_ESTATE,
                       "Job %lld was cancelled. What it left undone is taken up by the next `run`.",
                       (long long)out->id);
    if (out->id != newest)
        return ys_fail(err, YS_ESTATE,
                       "Job %lld is not the last one. What it left undone is taken up by the next "
                       "`run`.",
                       (long long)out->id);
    return YS_OK;
}

static enum ys_status retry(struct ys_session *session, struct ys_row_job *job, int64_t *count,
                            struct ys_error *err)
{
    struct ys_log_record entry = {.job_id = job->id, .at_ms = ys_session_now(session)};

    entry.before = entry.after = "";
    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, "retry");
    YS_TRY(ys_op_reopen_failed(session->store, job->id, YS_REASON_POLICY, count, err));
    if (*count == 0)
        return ys_fail(err, YS_ESTATE, "In job %lld nothing failed.", (long long)job->id);
    YS_TRY(ys_machine_reopen(job, err));
    YS_TRY(ys_job_update(session->store, job, err));
    /* The yes was given to what was verified then. */
    YS_TRY(ys_job_set_confirmed(session->store, job->id, 0, err));
    return ys_log_add(session->store, &entry, err);
}

enum ys_status ys_job_retry_failed(struct ys_session *session, int64_t id, int64_t *count_out,
                                   struct ys_error *err)
{
    struct ys_client *client;
    struct ys_row_job job;
    enum ys_status status;

    *count_out = 0;
    if (session->jobs_open > 0)
        return ys_fail(err, YS_ESTATE, "What failed cannot be retried while a job is open here.");
    YS_TRY(ys_session_runner(session, &client, err));
    YS_TRY(ys_store_begin(session->store, err));
    status = retry_target(session, id, &job, err);
    if (status == YS_OK) status = retry(session, &job, count_out, err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}
