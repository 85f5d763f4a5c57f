/* client_ledger.c: the client's clock and days, and booking and settling in the quota ledger; see
 * client.h.
 *
 * Invariant: whatever day of the server's clock a request was charged on, the ledger has it on that
 * day, in full, from before the request left. Where the day is in doubt it is booked on both. */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "youtube/client_private.h"

/* What our idea of the server's clock may be off by, besides what its replies leave open: the
 * clocks of its many machines. */
#define MIDNIGHT_MARGIN_LEAST_MS INT64_C(3000)
#define SERVERS_DIFFER_MS INT64_C(1500)
/* Before a reply showed the skew, and after our wall clock was set, that clock may be off; no more
 * than this is assumed. */
#define UNKNOWN_SKEW_MARGIN_MS INT64_C(60000)
/* Two clocks of one machine drift apart by less between two replies, unless one was set (or the
 * machine slept). */
#define CLOCK_SET_MS INT64_C(2000)
/* A refused day counts as reset late in its first hours while hardly used (DESIGN section 7). */
#define LATE_RESET_WINDOW_MS (3 * YS_MS_PER_HOUR)
#define LATE_RESET_SHARE 10
static const int64_t late_reset_waits_ms[] = {15 * YS_MS_PER_MINUTE, 30 * YS_MS_PER_MINUTE,
                                              60 * YS_MS_PER_MINUTE};
#define LATE_RESET_PROBES (sizeof late_reset_waits_ms / sizeof late_reset_waits_ms[0])
/* Cool-down after a refused creation (YOUTUBE_API 1.5: resets about hourly, one source). */
#define CREATE_COOL_DOWN_MS YS_MS_PER_HOUR

#define LIMITER_KEY "limiter"

/* Our wall clock follows the server's through suspends, our monotonic one through jumps of the
 * wall clock: a wall clock that was set back shows as less than what the monotonic one says. */
int64_t ys_client_now_ms(struct ys_client *client)
{
    int64_t by_wall = ys_env_wall_ms(client->env) + client->skew_ms, by_mono;

    if (!client->skew_known) return by_wall;
    by_mono = client->server_ms + ys_env_mono_ms(client->env) - client->server_mono_ms;
    return by_mono > by_wall ? by_mono : by_wall;
}

bool ys_client_skew(const struct ys_client *client, int64_t *ms)
{
    *ms = client->skew_ms;
    return client->skew_known;
}

bool ys_client_clock_known(const struct ys_client *client)
{
    int64_t set_ms = ys_env_wall_ms(client->env) - client->heard_wall_ms -
                     (ys_env_mono_ms(client->env) - client->heard_mono_ms);

    return client->heard && set_ms <= CLOCK_SET_MS && set_ms >= -CLOCK_SET_MS;
}

static int64_t midnight_margin_ms(const struct ys_client *client)
{
    int64_t below_ms = client->skew_ms - client->skew_least_ms;
    int64_t above_ms = client->skew_most_ms - client->skew_ms;
    int64_t margin_ms = SERVERS_DIFFER_MS + (below_ms > above_ms ? below_ms : above_ms);
    int64_t set_ms = ys_env_wall_ms(client->env) - client->server_wall_ms -
                     (ys_env_mono_ms(client->env) - client->server_mono_ms);

    if (!client->skew_known || set_ms > CLOCK_SET_MS || set_ms < -CLOCK_SET_MS)
        return UNKNOWN_SKEW_MARGIN_MS;
    return margin_ms > MIDNIGHT_MARGIN_LEAST_MS ? margin_ms : MIDNIGHT_MARGIN_LEAST_MS;
}

/* The days that something between two moments of the server's clock may touch. While the skew is
 * not known, a range that ends before the newest booked day means that our clock went back: then
 * it is that day. */
static void days_between(const struct ys_client *client, int64_t from_ms, int64_t to_ms,
                         int64_t *first, int64_t *last)
{
    int64_t margin = midnight_margin_ms(client);

    *first = ys_pacific_day(from_ms - margin);
    *last = ys_pacific_day(to_ms + margin);
    if (!client->skew_known && *last < client->newest_day) *first = *last = client->newest_day;
}

enum ys_status ys_client_day(struct ys_client *client, int64_t *day, struct ys_error *err)
{
    int64_t now = ys_client_now_ms(client), first, last;

    (void)err;
    days_between(client, now, now + YS_REQUEST_TIMEOUT_MS, &first, &last);
    *day = ys_pacific_day(now);
    if (*day < first) *day = first;
    return YS_OK;
}

enum ys_status ys_client_recover(struct ys_client *client, struct ys_error *err)
{
    char saved[128];
    int64_t known_day, known_units;
    enum ys_status status;

    YS_TRY(ys_store_meta_get(client->store, LIMITER_KEY, saved, sizeof saved, err));
    ys_limiter_load(&client->limiter, saved, ys_env_mono_ms(client->env),
                    ys_env_wall_ms(client->env));
    YS_TRY(ys_store_begin(client->store, err));
    status = ys_quota_recover(client->store, client->project, ys_client_now_ms(client), err);
    ys_store_known_usage(client->store, &known_day, &known_units);
    if (status == YS_OK && known_day > 0)
        status = ys_quota_raise(client->store, client->project, known_day, known_units,
                                &client->limits, err);
    if (known_day > client->newest_day) client->newest_day = known_day;
    if (status == YS_OK) status = ys_store_commit(client->store, err);
    if (status != YS_OK) ys_store_rollback(client->store);
    return status;
}

enum ys_status ys_client_save(struct ys_client *client, struct ys_error *err)
{
    char text[128];

    ys_limiter_save(&client->limiter, ys_env_mono_ms(client->env),
                    ys_env_wall_ms(client->env), text);
    return ys_store_meta_set(client->store, LIMITER_KEY, text, err);
}

/* ---------------------------------------------------------------- booking */

static enum ys_status booking_refused(struct ys_client *client, enum ys_grant grant,
                                      enum ys_method method, int64_t day, struct ys_error *err)
{
    char text[YS_DAY_TEXT_BYTES];

    ys_day_text(day, text);
    switch (grant) {
    case YS_GRANT_NO_CREATES:
        return ys_fail(err, YS_ECREATES,
                       "No more playlists can be created now: at most %lld a day "
                       "(config quota.creates), with a pause after a refusal.",
                       (long long)client->limits.creates);
    case YS_GRANT_HELD:
        return ys_fail(err, YS_EQUOTA,
                       "YouTube has not reset the quota of %s yet; it is asked again soon.",
                       text);
    default:
        return ys_fail(err, YS_EQUOTA,
                       "The quota of %s does not allow another %s (%lld units): the day has "
                       "%lld units, and %lld are kept free (config quota.daily, quota.keep).",
                       text, ys_method_info(method)->name,
                       (long long)ys_method_info(method)->cost_units,
                       (long long)client->limits.daily_units,
                       (long long)client->limits.keep_units);
    }
}

/* The state file keeps the day's figure even if the database is lost. */
static enum ys_status note_usage(struct ys_client *client, int64_t day, struct ys_error *err)
{
    struct ys_quota_day now;

    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &now, err));
    ys_store_note_usage(client->store, day, now.used + now.reserved);
    return YS_OK;
}

enum ys_status ys_client_book(struct ys_client *client, enum ys_method method, int64_t job_id,
                              int64_t operation_id, struct ys_booking *out,
                              struct ys_error *err)
{
    const struct ys_method_info *info = ys_method_info(method);
    int64_t now = ys_client_now_ms(client);
    struct ys_quota_call call = {
        .project = client->project,
        .method = info->name,
        .units = info->cost_units,
        .create = method == YS_METHOD_PLAYLISTS_INSERT,
        .job_id = job_id,
        .operation_id = operation_id,
        .now_ms = now,
    };
    enum ys_grant grant;

    if (!ys_client_has_token(client))
        return ys_fail(err, YS_ENOTOKEN,
                       "You are not signed in. Sign in with `login` (or set YTSYNC_ACCESS_TOKEN to "
                       "an OAuth 2.0 access token).");
    days_between(client, now, now + YS_REQUEST_TIMEOUT_MS, &call.day, &call.day2);
    if (call.day2 == call.day) call.day2 = -1;
    YS_TRY(ys_quota_book(client->store, &call, &client->limits, &grant, &out->usage_id, err));
    if (grant != YS_GRANT_OK) return booking_refused(client, grant, method, call.day, err);
    YS_TRY(note_usage(client, call.day2 >= 0 ? call.day2 : call.day, err));
    if (call.day > client->newest_day) client->newest_day = call.day;
    out->method = method;
    out->units = info->cost_units;
    out->wall_ms = ys_env_wall_ms(client->env);
    out->mono_ms = ys_env_mono_ms(client->env);
    ys_limiter_take(&client->limiter, info->write, ys_env_mono_ms(client->env));
    return YS_OK;
}

void ys_client_unbook(struct ys_client *client, const struct ys_booking *booking)
{
    ys_limiter_done(&client->limiter, ys_method_info(booking->method)->write, YS_PACE_OTHER, -1,
                    0, ys_env_mono_ms(client->env));
}

/* ---------------------------------------------------------------- settling */

/* When the call left, by the clock that we know now: the reply may have corrected it. */
static int64_t left_at_ms(const struct ys_exchange *exchange)
{
    return exchange->done_at_ms - (exchange->done_mono_ms - exchange->sent_mono_ms);
}

/* The server says that the day is used up: believe it, unless the day is young and our ledger
 * shows little use, or the reply names the day before as the one that is used up; then it is
 * taken for a late reset and asked again after a while. Calls that left before the day was held
 * back say nothing new. */
static enum ys_status day_used_up(struct ys_client *client, const struct ys_exchange *exchange,
                                  int64_t day, struct ys_error *err)
{
    struct ys_quota_day now;
    int64_t since_ms = exchange->done_at_ms - ys_pacific_day_start_ms(day), window_day = day;
    size_t probe;
    bool late;

    if (exchange->outcome.window_start_ms > 0)
        window_day = ys_pacific_day(exchange->outcome.window_start_ms);
    if (window_day > day) day = window_day;
    /* Makes the row where nothing was booked on that day yet. */
    YS_TRY(ys_quota_raise(client->store, client->project, day, 0, &client->limits, err));
    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &now, err));
    if (left_at_ms(exchange) < now.hold_until_ms) return YS_OK;
    late = since_ms < LATE_RESET_WINDOW_MS && now.late_refusals < (int64_t)LATE_RESET_PROBES &&
           now.used < now.limit_units / LATE_RESET_SHARE && window_day == day;
    if (!late && window_day == day)
        return ys_quota_set_exhausted(client->store, client->project, day, exchange->done_at_ms,
                                      err);
    probe = now.late_refusals < (int64_t)LATE_RESET_PROBES ? (size_t)now.late_refusals
                                                           : LATE_RESET_PROBES - 1;
    return ys_quota_set_hold(client->store, client->project, day,
                             exchange->done_at_ms + late_reset_waits_ms[probe], err);
}

/* Repeats that the HTTP library sent by itself are charged calls too. */
static enum ys_status book_repeats(struct ys_client *client, const struct ys_exchange *exchange,
                                   int64_t first, int64_t last, struct ys_error *err)
{
    struct ys_quota_call call = {
        .project = client->project,
        .day2 = -1,
        .method = ys_method_info(exchange->booking.method)->name,
        .units = exchange->booking.units,
        .now_ms = exchange->done_at_ms,
    };
    int i;

    for (i = 1; i < exchange->reply.sends; i++)
        for (call.day = first; call.day <= last; call.day++)
            YS_TRY(ys_quota_extra(client->store, &call, &client->limits, err));
    return YS_OK;
}

/* When it left, for the ledger. What a clock that was in step said then holds, even when it was set
 * or the machine slept since; else what we know of the clock by now. */
static int64_t flight_left_ms(struct ys_client *client, const struct ys_exchange *exchange)
{
    if (exchange->clock_known) return exchange->sent_at_ms;
    return ys_client_now_ms(client) - (ys_env_mono_ms(client->env) - exchange->sent_mono_ms);
}

enum ys_status ys_client_settle(struct ys_client *client, const struct ys_exchange *exchange,
                                struct ys_error *err)
{
    const struct ys_outcome *outcome = &exchange->outcome;
    int64_t first, last, left_ms, back_ms;

    if (exchange->reply.wire == YS_WIRE_NOT_SENT)
        return ys_quota_release(client->store, exchange->booking.usage_id,
                                exchange->done_at_ms, err);
    left_ms = flight_left_ms(client, exchange);
    back_ms = left_ms + exchange->done_mono_ms - exchange->sent_mono_ms;
    days_between(client, left_ms, back_ms, &first, &last);
    /* No reply has shown the server's clock yet: then the days on which it was booked stand. */
    YS_TRY(ys_quota_settle(client->store, exchange->booking.usage_id,
                           client->skew_known ? first : last + 1, last,
                           exchange->done_at_ms, outcome->http_status, outcome->reason, err));
    YS_TRY(book_repeats(client, exchange, first, last, err));
    if (outcome->verdict == YS_VERDICT_DAY_USED_UP)
        return day_used_up(client, exchange, last, err);
    if (outcome->verdict == YS_VERDICT_CREATE_LIMIT) {
        int64_t wait = outcome->retry_after_ms > CREATE_COOL_DOWN_MS ? outcome->retry_after_ms
                                                                     : CREATE_COOL_DOWN_MS;
        return ys_quota_create_refused(client->store, client->project, last,
                                       exchange->done_at_ms + wait, err);
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- what people ask */

enum ys_status ys_client_quota(struct ys_client *client, struct ys_quota_record *out,
                               struct ys_error *err)
{
    struct ys_quota_day now;
    int64_t day;

    YS_TRY(ys_client_day(client, &day, err));
    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &now, err));
    memset(out, 0, sizeof *out);
    ys_day_text(day, out->day);
    out->limit_units = now.limit_units;
    out->keep_units = client->limits.keep_units;
    out->used_units = now.used;
    out->reserved_units = now.reserved;
    out->remaining_units = now.limit_units - out->keep_units - now.used - now.reserved;
    if (out->remaining_units < 0 || now.exhausted_at_ms != 0) out->remaining_units = 0;
    out->creates_used = now.creates_used;
    out->creates_limit = now.creates_limit;
    out->resets_at_ms = ys_pacific_day_start_ms(day + 1);
    out->exhausted = now.exhausted_at_ms != 0;
    return YS_OK;
}

enum ys_status ys_client_remaining(struct ys_client *client, int64_t *units, int64_t *creates,
                                   struct ys_error *err)
{
    struct ys_quota_record now;

    YS_TRY(ys_client_quota(client, &now, err));
    *units = now.remaining_units;
    *creates = now.creates_limit - now.creates_used;
    if (*creates < 0) *creates = 0;
    return YS_OK;
}

int64_t ys_client_day_over_ms(struct ys_client *client, int64_t day)
{
    return ys_pacific_day_start_ms(day + 1) + midnight_margin_ms(client);
}

/* When one day allows a call; not before `at_ms`. */
static enum ys_status day_open_at(struct ys_client *client, enum ys_method method, int64_t day,
                                  int64_t *at_ms, struct ys_error *err)
{
    int64_t over_ms = ys_client_day_over_ms(client, day);
    bool create = method == YS_METHOD_PLAYLISTS_INSERT;
    struct ys_quota_day today;
    int64_t free_units, open_ms = *at_ms;

    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &today, err));
    free_units = today.limit_units - client->limits.keep_units - today.used - today.reserved;
    if (today.hold_until_ms > open_ms) open_ms = today.hold_until_ms;
    if (create && today.creates_hold_until_ms > open_ms) open_ms = today.creates_hold_until_ms;
    if (today.exhausted_at_ms != 0 || free_units < ys_method_info(method)->cost_units ||
        (create && today.creates_used >= today.creates_limit) || open_ms > over_ms)
        open_ms = over_ms;
    if (open_ms > *at_ms) *at_ms = open_ms;
    return YS_OK;
}

enum ys_status ys_client_open_at(struct ys_client *client, enum ys_method method,
                                 int64_t *at_ms, struct ys_error *err)
{
    int64_t now = ys_client_now_ms(client), day, last;

    days_between(client, now, now + YS_REQUEST_TIMEOUT_MS, &day, &last);
    *at_ms = now;
    for (; day <= last; day++) YS_TRY(day_open_at(client, method, day, at_ms, err));
    return YS_OK;
}
