/* leftovers.c: what a job that has ended wrote, and nobody has seen since.
 *
 * A cancelled job can leave requests on the wire, and listings lag behind its last writes, and
 * behind those of any job to a playlist that it gave up. A plan
 * made from such a listing would make and add once more what is there already. So before the
 * library is read for a plan, the time passes after which listings show all of it; what they say
 * then is the truth about those operations, and they are closed. Leftovers of long ago cost no
 * wait. */
#include "base/time.h"
#include "store/leftovers.h"
#include "sync/session.h"

/* A wall clock is never trusted to this much less than a day. */
#define LONG_AGO_MS YS_MS_PER_DAY
#define SLICE_MS YS_MS_PER_S

/* Monotonic time from which on listings show everything; INT64_MIN: they do. */
static enum ys_status shown_from(struct ys_session *session, struct ys_client *client,
                                 bool *any, int64_t *at_ms, struct ys_error *err)
{
    int64_t age_ms, settle_s, since_ms = session->began_mono_ms;
    struct ys_leftovers left;

    *at_ms = INT64_MIN;
    YS_TRY(ys_leftovers_count(session->store, &left, err));
    *any = left.on_wire + left.unseen > 0;
    age_ms = ys_session_now(session) - left.newest_intent_ms;
    if (!*any || age_ms > LONG_AGO_MS) return YS_OK;
    if (ys_client_last_write_ms(client) > since_ms) since_ms = ys_client_last_write_ms(client);
    YS_TRY(ys_store_setting_get(session->store, "pace.settle_s", &settle_s, err));
    *at_ms = since_ms + settle_s * YS_MS_PER_S;
    if (left.on_wire > 0) *at_ms += YS_REQUEST_TIMEOUT_MS;
    return YS_OK;
}

enum ys_status ys_session_await_leftovers(struct ys_session *session, struct ys_client *client,
                                          bool *any, struct ys_error *err)
{
    int64_t at_ms, left_ms;

    YS_TRY(shown_from(session, client, any, &at_ms, err));
    if (at_ms == INT64_MIN) return YS_OK; /* nothing to wait for */
    left_ms = at_ms - ys_env_mono_ms(&session->clock_env);
    if (left_ms > 0)
        ys_env_log(&session->clock_env, YS_LOG_INFO,
                   "Waiting up to %lld s until YouTube shows what the last job did.",
                   (long long)left_ms / YS_MS_PER_S + 1);
    while ((left_ms = at_ms - ys_env_mono_ms(&session->clock_env)) > 0) {
        if (session->interrupted) return ys_fail(err, YS_EINTERRUPTED, "Stopped on request.");
        if (left_ms > SLICE_MS) left_ms = SLICE_MS;
        if (ys_client_in_flight(client) > 0) YS_TRY(ys_client_poll(client, left_ms, err));
        else ys_env_sleep_ms(&session->clock_env, left_ms);
    }
    return YS_OK;
}

enum ys_status ys_session_close_leftovers(struct ys_session *session, struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_store_begin(session->store, err));
    status = ys_leftovers_close(session->store, ys_session_now(session), err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}

enum ys_status ys_session_refuse_leftovers(struct ys_session *session, struct ys_error *err)
{
    struct ys_leftovers left;

    YS_TRY(ys_leftovers_count(session->store, &left, err));
    if (left.on_wire + left.unseen == 0) return YS_OK;
    return ys_fail(err, YS_ECHANGED,
                   "The library was not read since a job ended. Fetch it and plan again.");
}
