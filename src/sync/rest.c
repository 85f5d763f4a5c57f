/* rest.c: how a job comes to rest. A pause is asked for when its reason appears, and taken when
 * nothing is in flight any more, so that no outcome is lost. */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "sync/engine.h"
#include "sync/machine.h"

enum ys_status ys_engine_begin(struct ys_engine *engine, struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_store_begin(engine->store, err));
    status = ys_job_guard(engine->store, &engine->job, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

enum ys_status ys_engine_store_job(struct ys_engine *engine, const char *action,
                                   struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_engine_begin(engine, err));
    /* Cancelled meanwhile: that stands. */
    status = ys_stage_finished(engine->job.stage)
                 ? YS_OK
                 : ys_job_update(engine->store, &engine->job, err);
    if (status == YS_OK)
        status = ys_engine_log(engine, YS_NO_TASK, action, ys_stage_name(engine->job.stage), "", "",
                               err);
    if (status == YS_OK) status = ys_client_save(engine->client, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

enum ys_status ys_engine_ended(const struct ys_engine *engine, struct ys_error *err)
{
    return ys_fail(err, YS_ESTATE, "Job %lld has ended: %s.", (long long)engine->job.id,
                   ys_stage_label(engine->job.stage));
}

void ys_engine_ask_rest(struct ys_engine *engine, enum ys_pause_reason reason,
                        enum ys_status status, int64_t resets_at_ms, const char *message)
{
    if (engine->resting) return;
    engine->resting = true;
    engine->rest_reason = reason;
    engine->rest_resets_at_ms = resets_at_ms;
    (void)ys_fail(&engine->rest_error, status, "%s", message);
}

enum ys_status ys_engine_ask_quota_rest(struct ys_engine *engine, enum ys_method method,
                                        const char *why, struct ys_error *err)
{
    int64_t at_ms, day;
    char when[YS_TIME_TEXT_BYTES], text[YS_ERROR_BYTES];

    YS_TRY(ys_client_open_at(engine->client, method, &at_ms, err));
    if (at_ms <= ys_client_now_ms(engine->client)) {
        YS_TRY(ys_client_day(engine->client, &day, err));
        at_ms = ys_client_day_over_ms(engine->client, day);
    }
    ys_time_text(at_ms, when);
    ys_format(text, sizeof text, "%.800s The job goes on at %s.", why, when);
    ys_engine_ask_rest(engine, YS_PAUSE_QUOTA_EXHAUSTED,
                       method == YS_METHOD_PLAYLISTS_INSERT ? YS_ECREATES : YS_EQUOTA, at_ms,
                       text);
    return YS_OK;
}

enum ys_status ys_engine_read_failed(struct ys_engine *engine, enum ys_status status,
                                     const struct ys_error *why, struct ys_error *err)
{
    switch (status) {
    case YS_EQUOTA:
        return ys_engine_ask_quota_rest(engine, YS_METHOD_PLAYLISTS_LIST, why->message, err);
    case YS_EAUTH:
    case YS_ENOTOKEN:
    case YS_EFORBIDDEN:
    case YS_ECHANNEL:
        ys_engine_ask_rest(engine, YS_PAUSE_AUTH_ERROR, status, 0, why->message);
        return YS_OK;
    case YS_ENETWORK:
    case YS_ETHROTTLED:
    case YS_EREPLY:
    case YS_ETOOBIG:
    case YS_EUNKNOWN:
    case YS_ESHIFTING:
        ys_engine_ask_rest(engine, YS_PAUSE_NETWORK_ERROR, status,
                           ys_client_now_ms(engine->client) + YS_NETWORK_REST_MS, why->message);
        return YS_OK;
    default:
        if (err) *err = *why;
        return status;
    }
}

enum ys_status ys_engine_rest(struct ys_engine *engine, struct ys_error *err)
{
    engine->resting = false;
    YS_TRY(ys_machine_pause(&engine->job, engine->rest_reason, engine->rest_resets_at_ms, err));
    YS_TRY(ys_engine_store_job(engine, "paused", err));
    if (ys_stage_finished(engine->job.stage)) return ys_engine_ended(engine, err);
    ys_engine_event(engine, YS_EVENT_STAGE, YS_NO_TASK, ys_pause_name(engine->rest_reason),
                    engine->rest_error.message);
    return ys_fail(err, engine->rest_error.status, "%s", engine->rest_error.message);
}

enum ys_status ys_engine_rest_for_user(struct ys_engine *engine, struct ys_error *err)
{
    static const char text[] = "The job is paused. `resume` lets it go on.";

    if (engine->job.stage == YS_STAGE_PAUSED &&
        engine->job.pause_reason == YS_PAUSE_USER_PAUSED)
        return ys_fail(err, YS_EPAUSED, "%s", text);
    ys_engine_ask_rest(engine, YS_PAUSE_USER_PAUSED, YS_EPAUSED, 0, text);
    return ys_engine_rest(engine, err);
}
