/* reader.c: series of reads with several in flight, single reads, and single writes.
 *
 * A turn is: take what came back, settle it and hand it to the caller, book what comes next, all
 * in one transaction; then send, then wait. A read that fails in passing is booked and sent again
 * after a backoff, at most YS_READ_ATTEMPTS_MAX times. */
#include <string.h>

#include "youtube/client_private.h"

#define YS_READ_ATTEMPTS_MAX 6
/* How long a turn waits for a reply before it looks at the interrupt flag again. */
#define TURN_MS 1000

struct pending_read {
    enum { SLOT_FREE, SLOT_READY, SLOT_BOOKED, SLOT_OUT } state;
    struct ys_request request;
    struct ys_booking booking;
    uint64_t number;           /* the caller's */
    uint64_t tag;
    int64_t attempts;
    int64_t not_before_mono_ms;
};

struct series {
    struct ys_client *client;
    struct ys_reader *reader;
    struct pending_read slots[YS_IN_FLIGHT_MAX];
    size_t slot_count;
    bool more;                 /* `next` may have another */
    enum ys_status failed;     /* first failure: nothing new is started, what is out is awaited */
    struct ys_error error;
    int64_t hold_ms;           /* how long nothing can be booked, for the wait */
};

static void fail_series(struct series *series, enum ys_status status,
                        const struct ys_error *err)
{
    if (series->failed != YS_OK) return;
    series->failed = status;
    series->error = *err;
}

static size_t count_in_state(const struct series *series, int state)
{
    size_t i, count = 0;

    for (i = 0; i < series->slot_count; i++) count += (int)series->slots[i].state == state;
    return count;
}

/* Whether a reply callback failed such that what it wrote may be half. */
static bool half_done(enum ys_status status)
{
    switch (status) {
    case YS_ENOMEM:
    case YS_EINTERNAL:
    case YS_EIO:
    case YS_EDB:
    case YS_EDBCORRUPT:
    case YS_EDBFOREIGN:
    case YS_EDBNEWER:
    case YS_EDBSTALE:
    case YS_EDBSCHEMA:
    case YS_ELEASE: return true;
    default: return false;
    }
}

static void release_slot(struct pending_read *slot)
{
    ys_request_free(&slot->request);
    memset(slot, 0, sizeof *slot);
}

/* Whether the outcome is one that the reader retries by itself. */
static bool passing(const struct ys_outcome *outcome)
{
    return outcome->verdict == YS_VERDICT_RETRY || outcome->verdict == YS_VERDICT_UNKNOWN ||
           outcome->verdict == YS_VERDICT_SLOW_DOWN;
}

/* Puts the read back to be sent again after a while; false when it was tried often enough. */
static bool try_again(struct series *series, struct pending_read *slot,
                      const struct ys_exchange *exchange)
{
    struct ys_client *client = series->client;
    uint64_t random;

    if (series->failed != YS_OK || slot->attempts >= YS_READ_ATTEMPTS_MAX ||
        !ys_retry_budget_take(&client->budget))
        return false;
    ys_env_random(client->env, &random, sizeof random);
    slot->state = SLOT_READY;
    slot->not_before_mono_ms = exchange->done_mono_ms + ys_backoff_ms(slot->attempts, 0, random);
    return true;
}

/* What a read that came back means: the caller's, again later, or the end of the series. Fails
 * when the turn has to be rolled back. */
static enum ys_status take_reply(struct series *series, struct pending_read *slot,
                                 struct ys_exchange *exchange, struct ys_error *out)
{
    struct ys_error err = {0};
    enum ys_status status;

    if (passing(&exchange->outcome) && try_again(series, slot, exchange)) return YS_OK;
    switch (exchange->outcome.verdict) {
    case YS_VERDICT_RETRY:
    case YS_VERDICT_UNKNOWN:
    case YS_VERDICT_SLOW_DOWN:
    case YS_VERDICT_TOKEN_EXPIRED:
    case YS_VERDICT_SIGN_IN:
    case YS_VERDICT_PROJECT_BLOCKED:
    case YS_VERDICT_DAY_USED_UP:
        status = ys_outcome_fail(&exchange->outcome, slot->booking.method, &err);
        break;
    default:
        status = series->reader->reply(series->reader->ctx, slot->number, exchange, &err);
        if (status == YS_EREPLY && try_again(series, slot, exchange)) return YS_OK;
        series->more = true;
    }
    release_slot(slot);
    if (status == YS_OK) return YS_OK;
    fail_series(series, status, &err);
    if (!half_done(status)) return YS_OK;
    if (out) *out = err;
    return status;
}

static enum ys_status settle_back(struct series *series, struct ys_error *err)
{
    struct ys_client *client = series->client;
    struct ys_exchange exchange;
    enum ys_status status;
    size_t i;

    while (ys_client_take(client, YS_TAG_READS, UINT64_MAX, &exchange)) {
        for (i = 0; i < series->slot_count; i++)
            if (series->slots[i].state == SLOT_OUT && series->slots[i].tag == exchange.tag) break;
        status = ys_client_settle(client, &exchange, err);
        /* One that is in no slot was left behind by a series that broke off; it is only booked. */
        if (status == YS_OK && i < series->slot_count) {
            if (exchange.reply.wire != YS_WIRE_NOT_SENT)
                series->reader->units += exchange.booking.units;
            status = take_reply(series, &series->slots[i], &exchange, err);
        }
        ys_exchange_free(&exchange);
        if (status != YS_OK) return status;
    }
    return YS_OK;
}

/* A slot with a request that may be booked now; asks the caller for one when none waits. */
static enum ys_status ready_slot(struct series *series, struct pending_read **out,
                                 struct ys_error *err)
{
    int64_t now = ys_env_mono_ms(series->client->env);
    struct pending_read *open = NULL;
    size_t i;

    *out = NULL;
    for (i = 0; i < series->slot_count; i++) {
        struct pending_read *slot = &series->slots[i];
        if (slot->state == SLOT_READY && slot->not_before_mono_ms <= now) {
            *out = slot;
            return YS_OK;
        }
        if (slot->state == SLOT_FREE && !open) open = slot;
    }
    if (!open || !series->more) return YS_OK;
    YS_TRY(series->reader->next(series->reader->ctx, &open->request, &open->number,
                                &series->more, err));
    if (!series->more) return YS_OK;
    open->state = SLOT_READY;
    *out = open;
    return YS_OK;
}

static enum ys_status book_ready(struct series *series, struct ys_error *err)
{
    struct ys_client *client = series->client;
    struct pending_read *slot;
    struct ys_error why = {0};
    enum ys_status status;

    series->hold_ms = 0;
    while (series->failed == YS_OK) {
        series->hold_ms = ys_client_wait_ms(client, YS_METHOD_PLAYLISTS_LIST);
        if (series->hold_ms != 0) return YS_OK;
        status = ready_slot(series, &slot, &why);
        if (status != YS_OK) fail_series(series, status, &why);
        if (status != YS_OK || !slot) return YS_OK;
        status = ys_client_book(client, slot->request.method, series->reader->job_id, 0,
                                &slot->booking, &why);
        if (status == YS_EQUOTA || status == YS_ENOTOKEN) {
            fail_series(series, status, &why);
            return YS_OK;
        }
        if (status != YS_OK) {
            if (err) *err = why;
            return status;
        }
        slot->attempts++;
        slot->tag = YS_TAG_READS + ++client->next_read_tag;
        slot->state = SLOT_BOOKED;
    }
    return YS_OK;
}

/* The turn's transaction is void, and so are its bookings. */
static void unbook_booked(struct series *series)
{
    size_t i;

    for (i = 0; i < series->slot_count; i++)
        if (series->slots[i].state == SLOT_BOOKED) {
            ys_client_unbook(series->client, &series->slots[i].booking);
            series->slots[i].state = SLOT_READY;
        }
}

static void send_booked(struct series *series)
{
    size_t i;

    for (i = 0; i < series->slot_count; i++) {
        struct pending_read *slot = &series->slots[i];
        if (slot->state != SLOT_BOOKED) continue;
        slot->state = SLOT_OUT;
        ys_client_send(series->client, &slot->booking, &slot->request, slot->tag);
    }
}

/* One transaction: settle what is back, book what comes next; then send. */
static enum ys_status turn(struct series *series, struct ys_error *err)
{
    struct ys_store *store = series->client->store;
    enum ys_status status;

    YS_TRY(ys_store_begin(store, err));
    status = settle_back(series, err);
    if (status == YS_OK) status = book_ready(series, err);
    if (status == YS_OK) status = ys_store_commit(store, err);
    if (status != YS_OK) {
        ys_store_rollback(store);
        unbook_booked(series);
        return status;
    }
    send_booked(series);
    return YS_OK;
}

/* Waits until something can have changed. */
static enum ys_status rest(struct series *series, struct ys_error *err)
{
    int64_t now = ys_env_mono_ms(series->client->env);
    int64_t wait = series->hold_ms > 0 && series->hold_ms < TURN_MS ? series->hold_ms : TURN_MS;
    size_t i;

    for (i = 0; i < series->slot_count; i++) {
        const struct pending_read *slot = &series->slots[i];
        int64_t due = slot->not_before_mono_ms - now;
        if (slot->state == SLOT_READY && due < wait) wait = due > 0 ? due : 1;
    }
    if (ys_client_in_flight(series->client) > 0)
        return ys_client_poll(series->client, wait, err);
    ys_env_sleep_ms(series->client->env, wait);
    return YS_OK;
}

enum ys_status ys_client_read(struct ys_client *client, struct ys_reader *reader,
                              struct ys_error *err)
{
    struct series series = {.client = client, .reader = reader, .more = true};
    struct ys_error interrupted = {.status = YS_EINTERRUPTED, .message = "Stopped on request."};
    enum ys_status status = YS_OK;
    size_t i;

    series.slot_count = (size_t)client->limiter.config.reads_max;
    reader->units = 0;
    for (;;) {
        if (ys_client_interrupted(client)) fail_series(&series, YS_EINTERRUPTED, &interrupted);
        status = turn(&series, err);
        if (status != YS_OK) break;
        if (count_in_state(&series, SLOT_OUT) == 0 &&
            (series.failed != YS_OK ||
             (!series.more && count_in_state(&series, SLOT_READY) == 0)))
            break;
        status = rest(&series, err);
        if (status != YS_OK) break;
    }
    for (i = 0; i < series.slot_count; i++) release_slot(&series.slots[i]);
    if (status == YS_OK && series.failed != YS_OK) {
        status = series.failed;
        if (err) *err = series.error;
    }
    return status;
}

/* ---------------------------------------------------------------- one read */

struct single {
    struct ys_request *request;
    struct ys_exchange *out;
    bool asked, answered;
};

static enum ys_status single_next(void *ctx, struct ys_request *request, uint64_t *number,
                                  bool *more, struct ys_error *err)
{
    struct single *single = ctx;

    (void)err;
    *more = !single->asked;
    if (single->asked) return YS_OK;
    *request = *single->request;
    memset(single->request, 0, sizeof *single->request);
    *number = 0;
    single->asked = true;
    return YS_OK;
}

static enum ys_status single_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                   struct ys_error *err)
{
    struct single *single = ctx;

    (void)number;
    (void)err;
    *single->out = *exchange;
    memset(&exchange->reply, 0, sizeof exchange->reply);
    ys_buf_init(&exchange->reply.body, 0);
    single->answered = true;
    return YS_OK;
}

enum ys_status ys_client_get(struct ys_client *client, struct ys_request *request,
                             int64_t job_id, struct ys_exchange *out, struct ys_error *err)
{
    struct single single = {.request = request, .out = out};
    struct ys_reader reader = {
        .ctx = &single, .next = single_next, .reply = single_reply, .job_id = job_id};
    enum ys_status status = ys_client_read(client, &reader, err);

    ys_request_free(request);
    if (status != YS_OK && single.answered) ys_exchange_free(out);
    return status;
}

/* ---------------------------------------------------------------- one write */

static enum ys_status book_one(struct ys_client *client, enum ys_method method,
                               struct ys_booking *booking, struct ys_error *err)
{
    enum ys_status status;
    int64_t wait;

    while ((wait = ys_client_wait_ms(client, method)) != 0) {
        if (ys_client_interrupted(client))
            return ys_fail(err, YS_EINTERRUPTED, "Stopped on request; nothing was sent.");
        if (wait < 0 || ys_client_in_flight(client) > 0)
            YS_TRY(ys_client_poll(client, wait > 0 && wait < TURN_MS ? wait : TURN_MS, err));
        else
            ys_env_sleep_ms(client->env, wait < TURN_MS ? wait : TURN_MS);
    }
    if (ys_client_interrupted(client))
        return ys_fail(err, YS_EINTERRUPTED, "Stopped on request; nothing was sent.");
    YS_TRY(ys_store_begin(client->store, err));
    status = ys_client_book(client, method, 0, 0, booking, err);
    if (status == YS_OK) {
        status = ys_store_commit(client->store, err);
        if (status != YS_OK) ys_client_unbook(client, booking);
    }
    if (status != YS_OK) ys_store_rollback(client->store);
    return status;
}

/* Books, sends and awaits a write. */
static enum ys_status write_once(struct ys_client *client, struct ys_request *request,
                                 struct ys_exchange *out, struct ys_error *err)
{
    struct ys_booking booking;
    uint64_t tag = YS_TAG_WRITES + ++client->next_write_tag;
    enum ys_status status = book_one(client, request->method, &booking, err);

    if (status != YS_OK) return status;
    ys_client_send(client, &booking, request, tag);
    while (!ys_client_take(client, tag, tag, out))
        YS_TRY(ys_client_poll(client, TURN_MS, err));
    status = ys_store_begin(client->store, err);
    if (status == YS_OK) status = ys_client_settle(client, out, err);
    if (status == YS_OK) status = ys_store_commit(client->store, err);
    if (status != YS_OK) {
        ys_store_rollback(client->store);
        ys_exchange_free(out);
    }
    return status;
}

enum ys_status ys_client_write(struct ys_client *client, struct ys_request *request,
                               struct ys_exchange *out, struct ys_error *err)
{
    enum ys_status status = write_once(client, request, out, err);

    /* Refused for a token that had ended: nothing was applied, and there is a new one. */
    if (status == YS_OK && strcmp(out->outcome.reason, YS_REASON_TOKEN_RENEWED) == 0) {
        ys_exchange_free(out);
        status = write_once(client, request, out, err);
    }
    ys_request_free(request);
    return status;
}
