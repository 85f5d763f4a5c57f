/* ledger.c: the server's own count of quota, the creation throttle, and the log of requests.
 *
 * A request is booked when it arrives and refused when the day has not enough left; what a
 * refused request did not cost is given back. The day is the Pacific calendar day, turned
 * reset_late_ms after midnight. Its rows are never deleted: they are the history for tests. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "sim/api.h"
#include "sim/ledger.h"
#include "sim/truth.h"

int64_t ys_sim_today(const struct ys_sim *sim)
{
    return ys_pacific_day(ys_sim_wall(sim) - sim->options.reset_late_ms);
}

/* The server's count of a day never runs backwards when its clock is moved: rows are by day. */
static enum ys_status book(struct ys_sim *sim, int64_t used, int64_t others, int64_t requests,
                           int64_t refused, int64_t creates, struct ys_error *err)
{
    return ys_sim_exec(sim, err,
                       "INSERT INTO quota (day, used, others, limit_units, requests, refused,"
                       " creates) VALUES (?1, ?2, ?3, ?7, ?4, ?5, ?6) ON CONFLICT (day) DO"
                       " UPDATE SET used = used + ?2, others = others + ?3, requests ="
                       " requests + ?4, refused = refused + ?5, creates = creates + ?6,"
                       " limit_units = ?7",
                       YS_ARGS(YS_I(ys_sim_today(sim)), YS_I(used), YS_I(others),
                               YS_I(requests), YS_I(refused), YS_I(creates),
                               YS_I(sim->options.quota_daily_units)));
}

enum ys_status ys_sim_spend(struct ys_sim *sim, int64_t units, struct ys_error *err)
{
    return book(sim, 0, units, 0, 0, 0, err);
}

void ys_sim_refuse_exhausted(struct ys_sim_call *call, enum ys_sim_exhausted_form form)
{
    struct ys_sim *sim = call->sim;
    if (form == YS_SIM_EXHAUSTED_429) {
        int64_t start = ys_pacific_day_start_ms(ys_sim_today(sim));
        ys_sim_refuse_day(call->reply, start, sim->options.quota_daily_units);
        (void)snprintf(call->reason, sizeof call->reason, "rateLimitExceeded");
        call->done = true;
        return;
    }
    ys_sim_call_refuse(call, YS_SIM_NO_QUOTA);
}

enum ys_status ys_sim_charge(struct ys_sim_call *call, int64_t units, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    int64_t used = 0;
    YS_TRY(ys_sim_number(sim, 0, &used, err, "SELECT used + others FROM quota WHERE day = ?1",
                         YS_ARGS(YS_I(ys_sim_today(sim)))));
    if (used + units > sim->options.quota_daily_units) {
        ys_sim_refuse_exhausted(call, sim->options.exhausted_form);
        return book(sim, 0, 0, 0, 1, 0, err);
    }
    call->units += units;
    return book(sim, units, 0, 1, 0, 0, err);
}

enum ys_status ys_sim_uncharge(struct ys_sim_call *call, int64_t units, struct ys_error *err)
{
    if (units > call->units) units = call->units;
    if (units <= 0) return YS_OK;
    call->units -= units;
    return book(call->sim, -units, 0, 0, 0, 0, err);
}

/* ------------------------------------------------------------------ creation throttle */

enum ys_status ys_sim_create_allowed(struct ys_sim_call *call, bool *allowed,
                                     struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    int64_t today = 0, hour = 0;
    *allowed = true;
    if (sim->options.creates_per_day > 0)
        YS_TRY(ys_sim_number(sim, 0, &today, err, "SELECT creates FROM quota WHERE day = ?1",
                             YS_ARGS(YS_I(ys_sim_today(sim)))));
    if (sim->options.creates_per_hour > 0)
        YS_TRY(ys_sim_number(sim, 0, &hour, err,
                             "SELECT count(*) FROM creates WHERE mono_ms > ?1",
                             YS_ARGS(YS_I(ys_sim_mono(sim) - YS_MS_PER_HOUR))));
    if ((sim->options.creates_per_day > 0 && today >= sim->options.creates_per_day) ||
        (sim->options.creates_per_hour > 0 && hour >= sim->options.creates_per_hour)) {
        *allowed = false;
        return ys_sim_call_refuse(call, YS_SIM_NO_CREATES);
    }
    return YS_OK;
}

enum ys_status ys_sim_create_booked(struct ys_sim *sim, struct ys_error *err)
{
    YS_TRY(ys_sim_exec(sim, err, "INSERT INTO creates (mono_ms) VALUES (?1)",
                       YS_ARGS(YS_I(ys_sim_mono(sim)))));
    return book(sim, 0, 0, 0, 0, 1, err);
}

/* ------------------------------------------------------------------ log */

enum ys_status ys_sim_log_request(struct ys_sim_call *call, const char *fault,
                                  struct ys_error *err)
{
    const struct ys_sim_event *event = &call->event;
    return ys_sim_exec(call->sim, err,
                       "INSERT INTO requests VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                       " ?11, ?12, ?13)",
                       YS_ARGS(YS_I(event->number), YS_I(ys_sim_wall(call->sim)),
                               YS_I(ys_sim_mono(call->sim)), YS_I(call->method),
                               YS_I(call->units), YS_I(call->reply->status),
                               YS_I(call->reply->wire), YS_I(event->effect),
                               YS_T(call->reason), YS_T(fault), YS_T(event->playlist_id),
                               YS_T(event->video_id), YS_T(event->item_id)));
}
