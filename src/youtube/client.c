/* client.c: booking, sending, taking and settling single exchanges; see client.h. */
#include "youtube/client_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"

/* The server's Date has a resolution of one second, and a reply is on its way for a while. */
#define MIDNIGHT_MARGIN_MS INT64_C(3000)
/* Before a reply showed the skew, our wall clock may be off; no more than this is assumed. */
#define UNKNOWN_SKEW_MARGIN_MS INT64_C(60000)
/* A skew below this is noise of the measurement. */
#define SKEW_NOISE_MS INT64_C(2000)
/* A refused day counts as reset late in its first hours while hardly used (DESIGN section 7). */
#define LATE_RESET_WINDOW_MS (3 * YS_MS_PER_HOUR)
#define LATE_RESET_SHARE 10
static const int64_t late_reset_waits_ms[] = {15 * YS_MS_PER_MINUTE, 30 * YS_MS_PER_MINUTE,
                                              60 * YS_MS_PER_MINUTE};
#define LATE_RESET_PROBES (sizeof late_reset_waits_ms / sizeof late_reset_waits_ms[0])
/* Cool-down after a refused creation (YOUTUBE_API 1.5: resets about hourly, one source). */
#define CREATE_COOL_DOWN_MS YS_MS_PER_HOUR

#define LIMITER_KEY "limiter"

static enum ys_status read_settings(struct ys_client *client, struct ys_error *err)
{
    struct ys_limiter_config pace = {0};
    struct {
        const char *key;
        int64_t *value;
    } wanted[] = {{"quota.daily", &client->limits.daily_units},
                  {"quota.keep", &client->limits.keep_units},
                  {"quota.creates", &client->limits.creates},
                  {"pace.per_second", &pace.per_second},
                  {"pace.reads", &pace.reads_max},
                  {"pace.writes", &pace.writes_max}};
    size_t i;

    for (i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        YS_TRY(ys_store_setting_get(client->store, wanted[i].key, wanted[i].value, err));
    if (pace.reads_max > YS_IN_FLIGHT_MAX / 2) pace.reads_max = YS_IN_FLIGHT_MAX / 2;
    if (pace.writes_max > YS_IN_FLIGHT_MAX / 2) pace.writes_max = YS_IN_FLIGHT_MAX / 2;
    ys_limiter_init(&client->limiter, &pace, ys_env_mono_ms(client->env));
    ys_retry_budget_init(&client->budget);
    return YS_OK;
}

enum ys_status ys_client_new(struct ys_client **out, const struct ys_client_options *options,
                             struct ys_error *err)
{
    struct ys_client *client = ys_alloc(sizeof *client);
    enum ys_status status = YS_ENOMEM;

    *out = NULL;
    if (!client) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    memset(client, 0, sizeof *client);
    client->store = options->store;
    client->transport = options->transport;
    client->env = options->env;
    client->interrupted = options->interrupted;
    client->newest_day = -1;
    (void)ys_copy(client->project, sizeof client->project, options->project);
    if (!ys_copy(client->base_url, sizeof client->base_url, options->base_url)) {
        status = ys_fail(err, YS_EINVAL, "The API URL is too long.");
        goto out;
    }
    status = ys_json_new(&client->json, err);
    if (status == YS_OK) status = read_settings(client, err);
    if (status == YS_OK && options->token)
        status = ys_client_set_token(client, options->token, err);
    if (status == YS_OK)
        status = ys_quota_last_day(client->store, client->project, &client->newest_day, err);
out:
    if (status == YS_OK)
        *out = client;
    else
        ys_client_free(client);
    return status;
}

void ys_client_free(struct ys_client *client)
{
    if (!client) return;
    ys_json_free(client->json);
    ys_free(client->token);
    ys_free(client);
}

/* A token is printable ASCII without spaces: anything else would be a header of its own. */
static bool token_valid(const char *token)
{
    const char *c;

    for (c = token; *c; c++)
        if (*c <= ' ' || *c > '~') return false;
    return c != token && c - token < YS_TOKEN_BYTES_MAX;
}

enum ys_status ys_client_set_token(struct ys_client *client, const char *token,
                                   struct ys_error *err)
{
    char *copy;

    if (!token_valid(token))
        return ys_fail(err, YS_ENOTOKEN,
                       "The access token is not usable: it is empty, too long, or holds spaces or "
                       "control characters. Give one token without quotes or line breaks.");
    copy = ys_dup(token);
    if (!copy) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_free(client->token);
    client->token = copy;
    return YS_OK;
}

bool ys_client_has_token(const struct ys_client *client)
{
    return client->token != NULL;
}

struct ys_json *ys_client_json(struct ys_client *client)
{
    return client->json;
}

struct ys_store *ys_client_store(struct ys_client *client)
{
    return client->store;
}

const struct ys_env *ys_client_env(struct ys_client *client)
{
    return client->env;
}

bool ys_client_interrupted(const struct ys_client *client)
{
    return client->interrupted && *client->interrupted;
}

const struct ys_quota_limits *ys_client_limits(const struct ys_client *client)
{
    return &client->limits;
}

int64_t ys_client_now_ms(struct ys_client *client)
{
    return ys_env_wall_ms(client->env) + client->skew_ms;
}

/* The ledger's day at a moment of the server's clock. */
static int64_t ledger_day(struct ys_client *client, int64_t at_ms)
{
    int64_t day = ys_pacific_day(at_ms);

    return client->skew_known || day > client->newest_day ? day : client->newest_day;
}

enum ys_status ys_client_day(struct ys_client *client, int64_t *day, struct ys_error *err)
{
    (void)err;
    *day = ledger_day(client, ys_client_now_ms(client));
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
    if (status == YS_OK && known_day >= 0)
        status = ys_quota_raise(client->store, client->project, known_day, known_units,
                                &client->limits, err);
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

int64_t ys_client_wait_ms(struct ys_client *client, enum ys_method method)
{
    return ys_limiter_wait_ms(&client->limiter, ys_method_info(method)->write,
                              ys_env_mono_ms(client->env));
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
    int64_t margin = client->skew_known ? MIDNIGHT_MARGIN_MS : UNKNOWN_SKEW_MARGIN_MS;
    struct ys_quota_call call = {
        .project = client->project,
        .day = ledger_day(client, now - margin),
        .day2 = ledger_day(client, now + YS_REQUEST_TIMEOUT_MS + margin),
        .method = info->name,
        .units = info->cost_units,
        .create = method == YS_METHOD_PLAYLISTS_INSERT,
        .job_id = job_id,
        .operation_id = operation_id,
        .now_ms = now,
    };
    enum ys_grant grant;

    if (!client->token)
        return ys_fail(err, YS_ENOTOKEN,
                       "There is no access token. Set YTSYNC_ACCESS_TOKEN to an OAuth 2.0 access "
                       "token with the scope youtube.force-ssl and call again.");
    if (call.day2 == call.day) call.day2 = -1;
    YS_TRY(ys_quota_book(client->store, &call, &client->limits, &grant, &out->usage_id, err));
    if (grant != YS_GRANT_OK) return booking_refused(client, grant, method, call.day, err);
    YS_TRY(note_usage(client, call.day2 >= 0 ? call.day2 : call.day, err));
    if (call.day > client->newest_day) client->newest_day = call.day;
    out->method = method;
    out->units = info->cost_units;
    ys_limiter_take(&client->limiter, info->write, ys_env_mono_ms(client->env));
    return YS_OK;
}

/* ---------------------------------------------------------------- sending */

static struct ys_flight *free_flight(struct ys_client *client)
{
    size_t i;

    for (i = 0; i < YS_FLIGHTS_MAX; i++)
        if (client->flights[i].state == YS_FLIGHT_FREE) return &client->flights[i];
    return NULL;
}

size_t ys_client_in_flight(const struct ys_client *client)
{
    size_t i, count = 0;

    for (i = 0; i < YS_FLIGHTS_MAX; i++) count += client->flights[i].state == YS_FLIGHT_OUT;
    return count;
}

/* Fills in what the transport would have said had it failed before sending. */
static void not_sent(struct ys_flight *flight, const struct ys_error *err)
{
    struct ys_http_reply *reply = &flight->exchange.reply;

    memset(reply, 0, sizeof *reply);
    ys_buf_init(&reply->body, 0);
    reply->tag = flight->wire_tag;
    reply->wire = YS_WIRE_NOT_SENT;
    reply->status = err->status;
    (void)ys_copy(reply->detail, sizeof reply->detail, err->message);
}

/* A reply arrived (or none ever will): times, skew, verdict, limiter. */
static void arrived(struct ys_client *client, struct ys_flight *flight)
{
    struct ys_exchange *exchange = &flight->exchange;
    const struct ys_method_info *info = ys_method_info(exchange->booking.method);
    enum ys_limiter_outcome pace = YS_PACE_OK;
    int64_t date_ms, random;

    exchange->done_mono_ms = ys_env_mono_ms(client->env);
    if (exchange->reply.wire == YS_WIRE_REPLY &&
        ys_http_date_parse(exchange->reply.date, &date_ms)) {
        int64_t skew = date_ms - ys_env_wall_ms(client->env);
        client->skew_known = true;
        client->skew_ms = skew < -SKEW_NOISE_MS || skew > SKEW_NOISE_MS ? skew : 0;
    }
    exchange->done_at_ms = ys_client_now_ms(client);
    ys_classify(client->json, exchange->booking.method, &exchange->reply, exchange->done_at_ms,
                &exchange->outcome);
    switch (exchange->outcome.verdict) {
    case YS_VERDICT_SLOW_DOWN: pace = YS_PACE_THROTTLED; break;
    case YS_VERDICT_RETRY:
    case YS_VERDICT_UNKNOWN: pace = YS_PACE_OTHER; break;
    default: ys_retry_budget_success(&client->budget); break;
    }
    ys_env_random(client->env, &random, sizeof random);
    ys_limiter_done(&client->limiter, info->write, pace, exchange->outcome.retry_after_ms,
                    (uint64_t)random, exchange->done_mono_ms);
    flight->state = YS_FLIGHT_BACK;
}

void ys_client_send(struct ys_client *client, const struct ys_booking *booking,
                    const struct ys_request *request, uint64_t tag)
{
    const struct ys_method_info *info = ys_method_info(booking->method);
    struct ys_flight *flight = free_flight(client);
    struct ys_error err = {0};
    struct ys_http_request http = {
        .method = info->verb,
        .token = client->token,
        .body = request->body.bytes ? ys_buf_text(&request->body) : NULL,
        .body_bytes = request->body.bytes,
        .if_none_match = request->if_none_match[0] ? request->if_none_match : NULL,
        .is_write = info->write,
        .timeout_ms = YS_REQUEST_TIMEOUT_MS,
    };
    struct ys_buf url;
    enum ys_status status;

    YS_REQUIRE(flight); /* the limiter's caps keep the number below YS_FLIGHTS_MAX */
    memset(flight, 0, sizeof *flight);
    flight->state = YS_FLIGHT_OUT;
    flight->wire_tag = ++client->next_wire_tag;
    flight->exchange.tag = tag;
    flight->exchange.booking = *booking;
    flight->exchange.sent_at_ms = ys_client_now_ms(client);
    flight->exchange.sent_mono_ms = ys_env_mono_ms(client->env);
    ys_buf_init(&url, YS_URL_BYTES_MAX);
    ys_buf_text_add(&url, client->base_url);
    ys_buf_text_add(&url, ys_buf_text(&request->url));
    http.url = ys_buf_text(&url);
    status = ys_buf_check(&url, "The request's URL", &err);
    if (status == YS_OK)
        status = ys_transport_start(client->transport, &http, flight->wire_tag, &err);
    ys_buf_free(&url);
    if (status != YS_OK) {
        not_sent(flight, &err);
        arrived(client, flight);
    }
}

enum ys_status ys_client_poll(struct ys_client *client, int64_t timeout_ms, struct ys_error *err)
{
    struct ys_http_reply reply;
    size_t i;

    YS_TRY(ys_transport_poll(client->transport, timeout_ms, err));
    while (ys_transport_complete(client->transport, &reply)) {
        for (i = 0; i < YS_FLIGHTS_MAX; i++)
            if (client->flights[i].state == YS_FLIGHT_OUT &&
                client->flights[i].wire_tag == reply.tag)
                break;
        if (i == YS_FLIGHTS_MAX) {
            ys_http_reply_free(&reply);
            return ys_fail(err, YS_EINTERNAL, "A reply came that nobody waits for.");
        }
        client->flights[i].exchange.reply = reply;
        arrived(client, &client->flights[i]);
    }
    return YS_OK;
}

bool ys_client_take(struct ys_client *client, uint64_t from, uint64_t to,
                    struct ys_exchange *out)
{
    size_t i;

    for (i = 0; i < YS_FLIGHTS_MAX; i++) {
        struct ys_flight *flight = &client->flights[i];
        if (flight->state != YS_FLIGHT_BACK) continue;
        if (flight->exchange.tag < from || flight->exchange.tag > to) continue;
        *out = flight->exchange;
        flight->state = YS_FLIGHT_FREE;
        return true;
    }
    return false;
}

void ys_exchange_free(struct ys_exchange *exchange)
{
    ys_http_reply_free(&exchange->reply);
}

/* ---------------------------------------------------------------- settling */

/* The server says that the day is used up: believe it, unless the day is young and our ledger
 * shows little use; then it is taken for a late reset and asked again after a while. */
static enum ys_status day_used_up(struct ys_client *client, const struct ys_exchange *exchange,
                                  int64_t day, struct ys_error *err)
{
    struct ys_quota_day now;
    int64_t since_ms = exchange->done_at_ms - ys_pacific_day_start_ms(day);

    if (exchange->outcome.window_start_ms > 0)
        day = ys_pacific_day(exchange->outcome.window_start_ms);
    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &now, err));
    if (since_ms < LATE_RESET_WINDOW_MS && now.late_refusals < (int64_t)LATE_RESET_PROBES &&
        now.used < now.limit_units / LATE_RESET_SHARE)
        return ys_quota_set_hold(client->store, client->project, day,
                                 exchange->done_at_ms + late_reset_waits_ms[now.late_refusals],
                                 err);
    return ys_quota_set_exhausted(client->store, client->project, day, exchange->done_at_ms,
                                  err);
}

/* Repeats that the HTTP library sent by itself are charged calls too. */
static enum ys_status book_repeats(struct ys_client *client, const struct ys_exchange *exchange,
                                   int64_t day, struct ys_error *err)
{
    struct ys_quota_call call = {
        .project = client->project,
        .day = day,
        .day2 = -1,
        .method = ys_method_info(exchange->booking.method)->name,
        .units = exchange->booking.units,
        .now_ms = exchange->done_at_ms,
    };
    int i;

    for (i = 1; i < exchange->reply.sends; i++)
        YS_TRY(ys_quota_extra(client->store, &call, &client->limits, err));
    return YS_OK;
}

enum ys_status ys_client_settle(struct ys_client *client, const struct ys_exchange *exchange,
                                struct ys_error *err)
{
    int64_t first = ledger_day(client, exchange->sent_at_ms - MIDNIGHT_MARGIN_MS);
    int64_t last = ledger_day(client, exchange->done_at_ms + MIDNIGHT_MARGIN_MS);
    const struct ys_outcome *outcome = &exchange->outcome;

    if (exchange->reply.wire == YS_WIRE_NOT_SENT)
        return ys_quota_release(client->store, exchange->booking.usage_id,
                                exchange->done_at_ms, err);
    YS_TRY(ys_quota_settle(client->store, exchange->booking.usage_id, first, last,
                           exchange->done_at_ms, outcome->http_status, outcome->reason, err));
    YS_TRY(book_repeats(client, exchange, last, err));
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

enum ys_status ys_client_open_at(struct ys_client *client, enum ys_method method,
                                 int64_t *at_ms, struct ys_error *err)
{
    const struct ys_method_info *info = ys_method_info(method);
    int64_t now = ys_client_now_ms(client), day;
    struct ys_quota_day today;
    int64_t free_units;

    YS_TRY(ys_client_day(client, &day, err));
    YS_TRY(ys_quota_day_get(client->store, client->project, day, &client->limits, &today, err));
    *at_ms = ys_pacific_day_start_ms(day + 1);
    if (today.exhausted_at_ms != 0) return YS_OK;
    free_units = today.limit_units - client->limits.keep_units - today.used - today.reserved;
    if (free_units < info->cost_units) return YS_OK;
    if (today.hold_until_ms > now) {
        *at_ms = today.hold_until_ms;
    } else if (method == YS_METHOD_PLAYLISTS_INSERT) {
        if (today.creates_used >= today.creates_limit) return YS_OK;
        if (today.creates_hold_until_ms > now) *at_ms = today.creates_hold_until_ms;
        else *at_ms = now;
    } else {
        *at_ms = now;
    }
    return YS_OK;
}

enum ys_status ys_outcome_fail(const struct ys_outcome *outcome, enum ys_method method,
                               struct ys_error *err)
{
    if (outcome->status == YS_OK) return YS_OK;
    return ys_fail(err, outcome->status, "%s: %s", ys_method_info(method)->name,
                   outcome->message[0] ? outcome->message
                                       : ys_status_sentence(outcome->status));
}
