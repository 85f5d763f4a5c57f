/* client.c: a client's life, and sending and taking of single exchanges; see client.h. What has to
 * do with days and the quota ledger stands in client_ledger.c. */
#include "youtube/client_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"

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
    client->tokens = options->tokens;
    client->newest_day = -1;
    client->last_write_mono_ms = INT64_MIN;
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
    size_t i;

    if (!client) return;
    for (i = 0; i < YS_FLIGHTS_MAX; i++)
        if (client->flights[i].state == YS_FLIGHT_BACK)
            ys_exchange_free(&client->flights[i].exchange);
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
    return client->token != NULL || client->tokens != NULL;
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

int64_t ys_client_wait_ms(struct ys_client *client, enum ys_method method)
{
    return ys_limiter_wait_ms(&client->limiter, ys_method_info(method)->write,
                              ys_env_mono_ms(client->env));
}

/* ---------------------------------------------------------------- sending */

static struct ys_flight *free_flight(struct ys_client *client)
{
    size_t i;

    for (i = 0; i < YS_FLIGHTS_MAX; i++)
        if (client->flights[i].state == YS_FLIGHT_FREE) return &client->flights[i];
    return NULL;
}

int64_t ys_client_last_write_ms(const struct ys_client *client)
{
    return client->last_write_mono_ms;
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

/* The reply's Date was the server's time at some moment of the flight, cut to whole seconds. Where
 * that leaves room for a skew of 0, our clock is believed. What contradicts the replies before
 * it shows that a clock was set; then it alone counts. */
static void learn_skew(struct ys_client *client, const struct ys_exchange *exchange,
                       int64_t date_ms)
{
    int64_t done_ms = ys_env_wall_ms(client->env);
    int64_t sent_ms = done_ms - (exchange->done_mono_ms - exchange->sent_mono_ms);
    int64_t least_ms = date_ms - done_ms, most_ms = date_ms + YS_MS_PER_S - sent_ms;

    if (client->skew_known && least_ms <= client->skew_most_ms &&
        most_ms >= client->skew_least_ms) {
        if (client->skew_least_ms > least_ms) least_ms = client->skew_least_ms;
        if (client->skew_most_ms < most_ms) most_ms = client->skew_most_ms;
    }
    client->skew_known = true;
    client->skew_least_ms = least_ms;
    client->skew_most_ms = most_ms;
    client->skew_ms = least_ms <= 0 && most_ms >= 0 ? 0 : least_ms + (most_ms - least_ms) / 2;
    client->server_ms = date_ms;
    client->server_mono_ms = exchange->done_mono_ms;
    client->server_wall_ms = done_ms;
}

/* A reply arrived (or none ever will): times, skew, verdict, limiter. */
static void arrived(struct ys_client *client, struct ys_flight *flight)
{
    struct ys_exchange *exchange = &flight->exchange;
    const struct ys_method_info *info = ys_method_info(exchange->booking.method);
    enum ys_limiter_outcome pace = YS_PACE_OK;
    int64_t date_ms, random;

    exchange->done_mono_ms = ys_env_mono_ms(client->env);
    if (info->write) client->last_write_mono_ms = exchange->done_mono_ms;
    if (exchange->reply.wire == YS_WIRE_REPLY) {
        client->heard = true;
        client->heard_mono_ms = exchange->done_mono_ms;
        client->heard_wall_ms = ys_env_wall_ms(client->env);
    }
    if (exchange->reply.wire == YS_WIRE_REPLY &&
        ys_http_date_parse(exchange->reply.date, &date_ms))
        learn_skew(client, exchange, date_ms);
    exchange->done_at_ms = ys_client_now_ms(client);
    ys_classify(client->json, exchange->booking.method, &exchange->reply, exchange->done_at_ms,
                &exchange->outcome);
    /* A server could say it back. */
    ys_hide(exchange->outcome.message, client->token);
    ys_client_token_after(client, flight);
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

/* False when this process stood still since the call was booked, or its machine slept. Asked before
 * it is handed to the transport, and by that once more before it leaves. */
static bool claim_is_fresh(void *ctx)
{
    const struct ys_flight *flight = ctx;
    const struct ys_booking *booking = &flight->exchange.booking;

    return ys_env_mono_ms(flight->env) - booking->mono_ms <= YS_CLAIM_MS &&
           ys_env_wall_ms(flight->env) - booking->wall_ms <= YS_CLAIM_MS;
}

void ys_client_send(struct ys_client *client, const struct ys_booking *booking,
                    const struct ys_request *request, uint64_t tag)
{
    const struct ys_method_info *info = ys_method_info(booking->method);
    struct ys_flight *flight = free_flight(client);
    struct ys_error err = {0};
    enum ys_status status;
    bool no_token;
    struct ys_http_request http = {
        .method = info->verb,
        .body = request->body.bytes ? ys_buf_text(&request->body) : NULL,
        .body_bytes = request->body.bytes,
        .if_none_match = request->if_none_match[0] ? request->if_none_match : NULL,
        .is_write = info->write,
        .timeout_ms = YS_REQUEST_TIMEOUT_MS,
        .may_leave = claim_is_fresh,
        .may_leave_ctx = flight,
    };
    struct ys_buf url;

    YS_REQUIRE(flight); /* the limiter's caps keep the number below YS_FLIGHTS_MAX */
    memset(flight, 0, sizeof *flight);
    flight->state = YS_FLIGHT_OUT;
    flight->env = client->env;
    flight->wire_tag = ++client->next_wire_tag;
    flight->exchange.tag = tag;
    flight->exchange.booking = *booking;
    flight->exchange.sent_at_ms = ys_client_now_ms(client);
    flight->exchange.sent_mono_ms = ys_env_mono_ms(client->env);
    flight->exchange.clock_known = ys_client_clock_known(client);
    if (info->write) client->last_write_mono_ms = flight->exchange.sent_mono_ms;
    status = ys_client_token_before(client, &err);
    no_token = status != YS_OK;
    http.token = client->token;
    flight->token_number = client->token_number;
    ys_buf_init(&url, YS_URL_BYTES_MAX);
    ys_buf_text_add(&url, client->base_url);
    ys_buf_text_add(&url, ys_buf_text(&request->url));
    http.url = ys_buf_text(&url);
    if (status == YS_OK) status = ys_buf_check(&url, "The request's URL", &err);
    if (status == YS_OK && !claim_is_fresh(flight))
        status = ys_fail(&err, YS_ENETWORK, "It was too late to send it.");
    if (status == YS_OK)
        status = ys_transport_start(client->transport, &http, flight->wire_tag, &err);
    ys_buf_free(&url);
    if (status != YS_OK) {
        not_sent(flight, &err);
        arrived(client, flight);
        if (no_token) ys_client_token_failed(&flight->exchange.outcome, &err);
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

enum ys_status ys_outcome_fail(const struct ys_outcome *outcome, enum ys_method method,
                               struct ys_error *err)
{
    if (outcome->status == YS_OK) return YS_OK;
    return ys_fail(err, outcome->status, "%s: %s", ys_method_info(method)->name,
                   outcome->message[0] ? outcome->message
                                       : ys_status_sentence(outcome->status));
}
