/* transport.c: net/transport.h over ys_sim_handle, in virtual time.
 *
 * A slot goes FREE -> FLYING (its effect is to come at effect_at) -> LANDED (its reply is to come
 * at reply_at) -> FREE when the reply was taken. A request whose deadline comes first is reported
 * lost then; if it is still flying its slot lives on until the effect has happened. Deterministic:
 * latencies come from the sim's seed, events happen in the order of their times, then of their
 * starts. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/env.h"
#include "base/text.h"
#include "net/transport.h"
#include "sim/internal.h"

#define LATENCY_MIN_MS 80
#define LATENCY_MAX_MS 240
#define REFUSED_AFTER_MS 5

enum slot_state { SLOT_FREE, SLOT_FLYING, SLOT_LANDED };

struct slot {
    enum slot_state state;
    bool ready;            /* the answer below can be taken */
    bool taken;            /* it was taken; the effect is still to come */
    bool not_sent;
    uint64_t tag;
    uint64_t started;      /* order */
    int64_t effect_at, reply_at, deadline;
    enum ys_http_method method;
    char *path, *query, *authorization, *if_none_match, *body;
    size_t body_bytes;
    struct ys_sim_reply reply;
};

struct sim_transport {
    struct ys_transport base; /* first */
    struct ys_sim *sim;
    struct ys_sim_transport_options options;
    uint64_t random, starts;
    bool down;
    struct slot slots[YS_IN_FLIGHT_MAX];
};

static struct sim_transport *of(struct ys_transport *transport)
{
    return (struct sim_transport *)(void *)transport;
}

static void slot_free(struct slot *slot)
{
    ys_free(slot->path);
    ys_free(slot->query);
    ys_free(slot->authorization);
    ys_free(slot->if_none_match);
    ys_free(slot->body);
    ys_sim_reply_free(&slot->reply);
    *slot = (struct slot){.state = SLOT_FREE};
}

/* ------------------------------------------------------------------ start */

/* The path and the query of an absolute URL, as copies; false without memory. */
static bool split_url(const char *url, char **path, char **query)
{
    const char *at = strstr(url, "://");
    at = at ? at + 3 : url;
    at += strcspn(at, "/?");
    size_t length = strcspn(at, "?");
    *path = ys_alloc(length + 2);
    *query = ys_dup(at[length] == '?' ? at + length + 1 : "");
    if (!*path || !*query) return false;
    if (length == 0) (void)ys_copy(*path, 2, "/");
    else (void)snprintf(*path, length + 1, "%s", at);
    return true;
}

static char *bearer(const char *token)
{
    size_t bytes = strlen(token) + sizeof "Bearer ";
    char *out = ys_alloc(bytes);
    if (out) (void)snprintf(out, bytes, "Bearer %s", token);
    return out;
}

static bool fill(struct slot *slot, const struct ys_http_request *request)
{
    if (!split_url(request->url, &slot->path, &slot->query)) return false;
    if (request->token && !(slot->authorization = bearer(request->token))) return false;
    slot->if_none_match = ys_dup(request->if_none_match);
    if (request->if_none_match && !slot->if_none_match) return false;
    if (!request->body) return true;
    slot->body = ys_alloc(request->body_bytes + 1);
    if (!slot->body) return false;
    memcpy(slot->body, request->body, request->body_bytes);
    slot->body[request->body_bytes] = '\0';
    slot->body_bytes = request->body_bytes;
    return true;
}

static enum ys_status start(struct ys_transport *self, const struct ys_http_request *request,
                            uint64_t tag, struct ys_error *err)
{
    struct sim_transport *transport = of(self);
    struct slot *slot = NULL;
    int64_t now = ys_sim_mono(transport->sim);
    int64_t least = transport->options.latency_min_ms, most = transport->options.latency_max_ms;
    for (size_t i = 0; i < YS_IN_FLIGHT_MAX && !slot; i++)
        if (transport->slots[i].state == SLOT_FREE) slot = &transport->slots[i];
    if (!slot) return ys_fail(err, YS_ELIMIT, "more than %d requests in flight", YS_IN_FLIGHT_MAX);
    if (!strstr(request->url, "://"))
        return ys_fail(err, YS_EINVAL, "a request needs an absolute URL");
    ys_sim_reply_init(&slot->reply);
    if (!fill(slot, request)) {
        slot_free(slot);
        return ys_fail(err, YS_ENOMEM, "no memory for a request");
    }
    int64_t latency = least;
    if (most > least)
        latency += (int64_t)ys_sim_below(&transport->random, (uint64_t)(most - least + 1));
    slot->tag = tag;
    slot->started = ++transport->starts;
    slot->method = request->method;
    slot->deadline = request->timeout_ms > 0 ? now + request->timeout_ms : INT64_MAX;
    slot->effect_at = now + latency / 2;
    slot->reply_at = now + latency;
    if (transport->options.stall_permille > 0 &&
        ys_sim_below(&transport->random, 1000) < (uint64_t)transport->options.stall_permille) {
        int64_t most_ms = transport->options.stall_max_ms;
        int64_t stall_ms = (int64_t)ys_sim_below(&transport->random, (uint64_t)most_ms + 1);
        slot->effect_at += stall_ms;
        slot->reply_at += stall_ms;
    }
    slot->state = SLOT_FLYING;
    if (transport->down) {
        slot->not_sent = true;
        slot->state = SLOT_LANDED;
        slot->reply_at = now + REFUSED_AFTER_MS;
    }
    return YS_OK;
}

/* ------------------------------------------------------------------ events */

static enum ys_status land(struct sim_transport *transport, struct slot *slot,
                           struct ys_error *err)
{
    static const char *const verbs[] = {"GET", "POST", "PUT", "DELETE"};
    struct ys_sim_request request = {.method = verbs[slot->method],
                                     .path = slot->path,
                                     .query = slot->query,
                                     .authorization = slot->authorization,
                                     .if_none_match = slot->if_none_match,
                                     .body = slot->body,
                                     .body_bytes = slot->body_bytes,
                                     .busy_ms = slot->reply_at - slot->effect_at};
    YS_TRY(ys_sim_handle(transport->sim, &request, &slot->reply, err));
    slot->state = SLOT_LANDED;
    if (slot->taken) {
        slot_free(slot);
        return YS_OK;
    }
    slot->reply_at += slot->reply.delay_ms;
    if (slot->reply.wire == YS_SIM_WIRE_TIMEOUT || slot->reply.wire == YS_SIM_WIRE_SLOW)
        slot->reply_at = INT64_MAX;
    return YS_OK;
}

/* When the next thing happens to a slot; INT64_MAX: nothing does. */
static int64_t slot_next(const struct slot *slot)
{
    if (slot->state == SLOT_FREE) return INT64_MAX;
    int64_t next = slot->state == SLOT_FLYING ? slot->effect_at : INT64_MAX;
    if (slot->ready || slot->taken) return next;
    if (slot->state == SLOT_LANDED) next = slot->reply_at;
    return next < slot->deadline ? next : slot->deadline;
}

/* Lets everything happen that is due; *ready: something can be taken. */
static enum ys_status happen(struct sim_transport *transport, bool *ready, struct ys_error *err)
{
    int64_t now = ys_sim_mono(transport->sim);
    for (;;) {
        struct slot *next = NULL;
        for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
            struct slot *slot = &transport->slots[i];
            if (slot_next(slot) > now) continue;
            if (!next || slot_next(slot) < slot_next(next) ||
                (slot_next(slot) == slot_next(next) && slot->started < next->started))
                next = slot;
        }
        if (!next) break;
        if (next->state == SLOT_FLYING && next->effect_at <= now &&
            (next->ready || next->taken || next->effect_at <= next->deadline))
            YS_TRY(land(transport, next, err));
        else
            next->ready = true;
    }
    *ready = false;
    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++)
        if (transport->slots[i].ready && !transport->slots[i].taken) *ready = true;
    return YS_OK;
}

static enum ys_status poll(struct ys_transport *self, int64_t timeout_ms, struct ys_error *err)
{
    struct sim_transport *transport = of(self);
    int64_t start_at = ys_sim_mono(transport->sim);
    int64_t limit = timeout_ms > INT64_MAX - start_at ? INT64_MAX : start_at + timeout_ms;
    bool ready = false;
    for (;;) {
        int64_t next = INT64_MAX, now;
        YS_TRY(happen(transport, &ready, err));
        if (ready) return YS_OK;
        bool flying = false;
        for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
            const struct slot *slot = &transport->slots[i];
            if (slot->state != SLOT_FREE && !slot->taken) flying = true;
            if (slot_next(slot) < next) next = slot_next(slot);
        }
        now = ys_sim_mono(transport->sim);
        if (!flying || now >= limit || next == INT64_MAX) return YS_OK;
        int64_t until = next < limit ? next : limit;
        ys_env_sleep_ms(&transport->sim->env, until - now);
        /* A sleep that ended early was ended by somebody who wants the caller to look up. */
        if (ys_sim_mono(transport->sim) < until) return YS_OK;
    }
}

/* ------------------------------------------------------------------ complete */

static void lost(struct ys_http_reply *out, enum ys_status status, const char *detail)
{
    out->wire = YS_WIRE_LOST;
    out->status = status;
    (void)ys_copy(out->detail, sizeof out->detail, detail);
}

static void take_reply(struct slot *slot, struct ys_http_reply *out)
{
    struct ys_sim_reply *reply = &slot->reply;
    out->http_status = reply->status;
    (void)ys_sim_reply_header(reply, "Retry-After", out->retry_after, sizeof out->retry_after);
    (void)ys_sim_reply_header(reply, "Date", out->date, sizeof out->date);
    (void)ys_sim_reply_header(reply, "ETag", out->etag, sizeof out->etag);
    (void)ys_sim_reply_header(reply, "WWW-Authenticate", out->www_authenticate,
                              sizeof out->www_authenticate);
    if (reply->wire != YS_SIM_WIRE_REPLY) {
        lost(out, YS_ENETWORK, "the connection was closed before the reply was complete");
    } else if (reply->body.bytes > YS_REPLY_BODY_BYTES_MAX ||
               reply->headers.bytes > YS_REPLY_HEADER_BYTES_MAX) {
        lost(out, YS_ETOOBIG, "the reply is larger than allowed");
    } else {
        out->wire = YS_WIRE_REPLY;
        ys_buf_add(&out->body, reply->body.data, reply->body.bytes);
        if (out->body.failed != YS_OK) lost(out, out->body.failed, "no memory for the reply");
    }
}

static bool complete(struct ys_transport *self, struct ys_http_reply *out)
{
    struct sim_transport *transport = of(self);
    struct slot *slot = NULL;
    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
        struct slot *other = &transport->slots[i];
        if (other->ready && !other->taken && (!slot || other->started < slot->started))
            slot = other;
    }
    if (!slot) return false;
    *out = (struct ys_http_reply){.tag = slot->tag, .status = YS_OK, .sends = 1};
    ys_buf_init(&out->body, YS_REPLY_BODY_BYTES_MAX);
    if (slot->not_sent) {
        out->wire = YS_WIRE_NOT_SENT;
        out->status = YS_ENETWORK;
        out->sends = 0;
        (void)ys_copy(out->detail, sizeof out->detail, "the connection was refused");
    } else if (slot->state == SLOT_FLYING || slot->reply_at > slot->deadline) {
        if (slot->reply.wire == YS_SIM_WIRE_SLOW) out->http_status = slot->reply.status;
        lost(out, YS_ENETWORK, "no complete reply within the time limit");
    } else {
        take_reply(slot, out);
    }
    if (slot->state == SLOT_FLYING) slot->taken = true;
    else slot_free(slot);
    return true;
}

/* What has left may still arrive when the client is gone. */
static void destroy(struct ys_transport *self)
{
    struct sim_transport *transport = of(self);
    for (;;) {
        struct slot *next = NULL;
        for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
            struct slot *slot = &transport->slots[i];
            if (slot->state == SLOT_FLYING && (!next || slot->effect_at < next->effect_at))
                next = slot;
        }
        if (!next) break;
        next->taken = true;
        if (ys_sim_below(&transport->random, 1000) >=
                (uint64_t)transport->options.drop_effect_permille ||
            land(transport, next, NULL) != YS_OK)
            slot_free(next);
    }
    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++)
        if (transport->slots[i].state != SLOT_FREE) slot_free(&transport->slots[i]);
    ys_free(transport);
}

void ys_sim_transport_options_init(struct ys_sim_transport_options *options)
{
    *options = (struct ys_sim_transport_options){.latency_min_ms = LATENCY_MIN_MS,
                                                 .latency_max_ms = LATENCY_MAX_MS,
                                                 .drop_effect_permille = 500};
}

enum ys_status ys_sim_transport(struct ys_transport **out, struct ys_sim *sim,
                                const struct ys_sim_transport_options *options,
                                struct ys_error *err)
{
    static const struct ys_transport_ops ops = {start, poll, complete, destroy};
    struct sim_transport *transport = ys_alloc_zero(1, sizeof *transport);
    *out = NULL;
    if (!transport) return ys_fail(err, YS_ENOMEM, "no memory for the simulated transport");
    transport->base.ops = &ops;
    transport->sim = sim;
    if (options) transport->options = *options;
    else ys_sim_transport_options_init(&transport->options);
    /* A transport made anew (a client that was started again) draws other latencies. */
    transport->random = ys_sim_mix(sim->options.seed ^ 0x7472616e73u ^
                                   ((uint64_t)sim->request_number << 16));
    *out = &transport->base;
    return YS_OK;
}

void ys_sim_transport_set_down(struct ys_transport *transport, bool down)
{
    of(transport)->down = down;
}
