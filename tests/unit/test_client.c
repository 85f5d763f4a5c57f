/* test_client.c: tokens, booking, retries and series of reads against a simulated YouTube, whose
 * own ledger must never show more than ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "support/rig.h"
#include "support/scratch.h"

#define DAY_OF(rig) ys_pacific_day((rig)->clock.wall_ms)

static int setup(void **state)
{
    static struct rig rig;

    rig_start(&rig);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    rig_close(*state);
    return 0;
}

static void pass(struct rig *rig, int64_t duration_ms)
{
    ys_sim_clock_advance(&rig->clock, duration_ms);
}

static int64_t requests(struct rig *rig)
{
    return ys_sim_request_count(rig->sim, YS_SIM_METHOD_COUNT);
}

static struct ys_quota_record quota(struct rig *rig)
{
    struct ys_quota_record record;

    RIG(rig, ys_client_quota(rig->client, &record, &rig->err));
    return record;
}

static int64_t open_at(struct rig *rig, enum ys_method method)
{
    int64_t at_ms;

    RIG(rig, ys_client_open_at(rig->client, method, &at_ms, &rig->err));
    return at_ms;
}

/* ------------------------------------------------------------------ tokens */

static void test_no_token(void **state)
{
    struct rig *rig = *state;
    struct ys_client_options options = {.store = rig->store, .transport = rig->transport,
                                        .env = &rig->env, .base_url = "http://127.0.0.1:1",
                                        .project = "default"};

    ys_client_free(rig->client);
    RIG(rig, ys_client_new(&rig->client, &options, &rig->err));
    assert_false(ys_client_has_token(rig->client));
    rig_fails(rig, rig_read(rig), YS_ENOTOKEN, "YTSYNC_ACCESS_TOKEN", NULL);
    rig_fails(rig, rig_insert(rig, "PLx", 1, NULL), YS_ENOTOKEN, NULL);
    assert_int_equal(requests(rig), 0);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM quota_usage"), 0);
    RIG(rig, ys_client_set_token(rig->client, YS_SIM_TOKEN, &rig->err));
    RIG(rig, rig_read(rig));
}

static void test_bad_tokens(void **state)
{
    static const char *const tokens[] = {"", "two words", "line\nbreak", "tab\t", "caf\xC3\xA9",
                                         "\x7f"};
    struct rig *rig = *state;
    char lengthy[5000];
    size_t i;

    for (i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        rig->err = (struct ys_error){0};
        rig_fails(rig, ys_client_set_token(rig->client, tokens[i], &rig->err), YS_ENOTOKEN,
                  "token", NULL);
        if (tokens[i][0]) assert_null(strstr(rig->err.message, tokens[i]));
    }
    memset(lengthy, 'a', sizeof lengthy);
    lengthy[sizeof lengthy - 1] = '\0';
    rig_fails(rig, ys_client_set_token(rig->client, lengthy, &rig->err), YS_ENOTOKEN, NULL);
    RIG(rig, rig_read(rig)); /* the good one is still in use */
}

/* ------------------------------------------------------------------ booking */

static void test_exact(void **state)
{
    struct rig *rig = *state;
    struct ys_quota_record record;
    char id[YS_ID_BYTES];
    int64_t units, creates;

    rig_playlist(rig, "A", 3, id);
    RIG(rig, rig_read(rig));
    RIG(rig, rig_insert(rig, id, 1, NULL));
    rig_fails(rig, rig_insert(rig, id, 999, NULL), YS_EAPI, "playlistItems.insert", NULL);
    RIG(rig, rig_create(rig, "B", NULL));
    assert_int_equal(rig_charged(rig, DAY_OF(rig)), 151);
    rig_ledger_covers(rig, true);
    record = quota(rig);
    assert_int_equal(record.used_units, 151);
    assert_int_equal(record.reserved_units, 0);
    assert_int_equal(record.limit_units, 10000);
    assert_int_equal(record.keep_units, 100);
    assert_int_equal(record.remaining_units, 10000 - 100 - 151);
    assert_int_equal(record.creates_used, 1);
    assert_int_equal(record.creates_limit, 10);
    assert_false(record.exhausted);
    assert_int_equal(record.resets_at_ms, ys_pacific_day_start_ms(DAY_OF(rig) + 1));
    RIG(rig, ys_client_remaining(rig->client, &units, &creates, &rig->err));
    assert_int_equal(units, record.remaining_units);
    assert_int_equal(creates, 9);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), rig->clock.wall_ms);
}

/* The headroom stays free, to the unit, on the server's side too. */
static void test_keep_exactly(void **state)
{
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    int64_t done = 0, before;

    rig_playlist(rig, "A", 3, id);
    rig_set(rig, "quota.daily", 500);
    rig_set(rig, "quota.keep", 123);
    while (rig_insert(rig, id, 1, NULL) == YS_OK) done++;
    assert_int_equal(done, 7);
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EQUOTA, "50 units", "quota.keep", NULL);
    while (rig_read(rig) == YS_OK) done++;
    assert_int_equal(done, 7 + 27);
    assert_int_equal(rig_charged(rig, DAY_OF(rig)), 377);
    before = requests(rig);
    rig_fails(rig, rig_read(rig), YS_EQUOTA, "1 units", NULL);
    assert_int_equal(requests(rig), before);
    assert_int_equal(quota(rig).remaining_units, 0);
    assert_int_equal(open_at(rig, YS_METHOD_CHANNELS_LIST),
                     ys_pacific_day_start_ms(DAY_OF(rig) + 1) + 3000);
    pass(rig, open_at(rig, YS_METHOD_CHANNELS_LIST) - rig->clock.wall_ms);
    RIG(rig, rig_insert(rig, id, 1, NULL));
    assert_int_equal(rig_charged(rig, DAY_OF(rig)), 50);
    rig_ledger_covers(rig, true);
}

/* What certainly never left costs nothing and is not a creation. */
static void test_not_sent(void **state)
{
    struct rig *rig = *state;
    struct ys_outcome outcome;

    ys_sim_transport_set_down(rig->transport, true);
    rig_fails(rig, rig_create(rig, "B", &outcome), YS_ENETWORK, NULL);
    assert_int_equal(quota(rig).used_units + quota(rig).reserved_units, 0);
    assert_int_equal(quota(rig).creates_used, 0);
    rig_fails(rig, rig_read(rig), YS_ENETWORK, NULL);
    assert_int_equal(quota(rig).used_units + quota(rig).reserved_units, 0);
    ys_sim_transport_set_down(rig->transport, false);
    RIG(rig, rig_create(rig, "B", &outcome));
    assert_int_equal(quota(rig).creates_used, 1);
    rig_ledger_covers(rig, true);
}

/* A write whose outcome nobody saw is booked in full and is never repeated. */
static void test_unknown_outcome(void **state)
{
    static const char *const faults[] = {"timeout", "effect+timeout", "close", "effect+close",
                                         "500", "effect+502", "cut"};
    struct rig *rig = *state;
    struct ys_outcome outcome;
    char id[YS_ID_BYTES], spec[64];
    size_t i;

    rig_playlist(rig, "A", 3, id);
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int64_t before = requests(rig);
        (void)snprintf(spec, sizeof spec, "playlistItems.insert#1=%s", faults[i]);
        rig_fault(rig, spec);
        (void)rig_insert(rig, id, 1, &outcome);
        assert_int_equal(outcome.verdict, YS_VERDICT_UNKNOWN);
        assert_int_equal(rig->err.status, YS_EUNKNOWN);
        assert_int_equal(requests(rig) - before, 1);
    }
    assert_int_equal(quota(rig).used_units, 350);
    rig_ledger_covers(rig, true);
}

/* Repeats that a library below sent by itself are charged calls. */
static void test_repeats(void **state)
{
    struct rig *rig = *state;
    struct ys_exchange exchange = {.reply = {.wire = YS_WIRE_REPLY, .http_status = 200,
                                             .sends = 3}};

    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_book(rig->client, YS_METHOD_ITEMS_INSERT, 1, 2, &exchange.booking,
                            &rig->err));
    exchange.done_at_ms = rig->clock.wall_ms;
    exchange.outcome.verdict = YS_VERDICT_DONE;
    RIG(rig, ys_client_settle(rig->client, &exchange, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    assert_int_equal(quota(rig).used_units, 150);
}

/* ------------------------------------------------------------------ crashes */

static void test_crash_in_flight(void **state)
{
    struct rig *rig = *state;
    struct ys_booking booking;
    struct ys_request request;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A", 3, id);
    RIG(rig, ys_request_item_insert(&request, id, "vid00000001", -1, &rig->err));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_book(rig->client, YS_METHOD_ITEMS_INSERT, 1, 2, &booking, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_client_send(rig->client, &booking, &request, 5);
    ys_request_free(&request);
    assert_int_equal(ys_client_in_flight(rig->client), 1);
    assert_int_equal(quota(rig).reserved_units, 50);
    RIG(rig, ys_transport_poll(rig->transport, 1000, &rig->err)); /* it has its effect */
    rig_crash(rig);
    assert_int_equal(quota(rig).reserved_units, 0);
    assert_int_equal(quota(rig).used_units, 50);
    assert_int_equal(rig_charged(rig, DAY_OF(rig)), 50);
    rig_ledger_covers(rig, true);
}

/* A reply that nobody took is freed with the client; replies keep their owners apart. */
static void test_tags(void **state)
{
    struct rig *rig = *state;
    struct ys_exchange exchange;
    uint64_t tag;

    for (tag = 10; tag < 13; tag++) {
        struct ys_booking booking;
        struct ys_request request;
        RIG(rig, ys_request_channel(&request, &rig->err));
        while (ys_client_wait_ms(rig->client, YS_METHOD_CHANNELS_LIST) > 0)
            pass(rig, ys_client_wait_ms(rig->client, YS_METHOD_CHANNELS_LIST));
        RIG(rig, ys_store_begin(rig->store, &rig->err));
        RIG(rig, ys_client_book(rig->client, YS_METHOD_CHANNELS_LIST, 0, 0, &booking,
                                &rig->err));
        RIG(rig, ys_store_commit(rig->store, &rig->err));
        ys_client_send(rig->client, &booking, &request, tag);
        ys_request_free(&request);
    }
    RIG(rig, rig_read(rig)); /* a series beside them neither takes nor loses them */
    while (ys_client_in_flight(rig->client) > 0)
        RIG(rig, ys_client_poll(rig->client, 1000, &rig->err));
    assert_false(ys_client_take(rig->client, 1, 9, &exchange));
    assert_true(ys_client_take(rig->client, 11, 11, &exchange));
    assert_int_equal(exchange.tag, 11);
    assert_int_equal(exchange.outcome.verdict, YS_VERDICT_DONE);
    assert_true(exchange.done_mono_ms > exchange.sent_mono_ms);
    ys_exchange_free(&exchange);
    assert_false(ys_client_take(rig->client, 11, 11, &exchange));
}

/* The ledger of a lost database lives on in the state file. */
static void test_lost_database(void **state)
{
    struct rig own;
    char path[SCRATCH_PATH_BYTES], other[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_make();
    rig_init(&own, 1, YS_SIM_START_WALL_MS);
    own.store_path = scratch_path(path, "library.db");
    rig_open(&own);
    RIG(&own, ys_store_lock(own.store, &own.err));
    RIG(&own, rig_create(&own, "B", NULL));
    RIG(&own, rig_read(&own));
    ys_store_close(own.store);
    own.store = NULL;
    assert_int_equal(rename(path, scratch_path(other, "moved.db")), 0);
    (void)remove(scratch_path(other, "library.db-wal"));
    rig_crash(&own);
    assert_int_equal(quota(&own).used_units, 51);
    rig_ledger_covers(&own, true);
    rig_close(&own);
    scratch_remove();
}

/* ------------------------------------------------------------------ pace and retries */

/* A dead server is not hammered: the budget ends what single limits would allow. */
static void test_retry_budget(void **state)
{
    struct rig *rig = *state;
    int64_t i;

    rig_fault(rig, "read%1000=503");
    for (i = 0; i < 30; i++) rig_fails(rig, rig_read(rig), YS_ENETWORK, "channels.list", NULL);
    assert_int_equal(requests(rig), 30 + YS_RETRY_BUDGET_MAX);
    assert_int_equal(quota(rig).used_units, requests(rig));
    ys_sim_faults_clear(rig->sim);
    for (i = 0; i < 10; i++) RIG(rig, rig_read(rig));
    rig_fault(rig, "read#1=503"); /* ten successes earned one retry */
    RIG(rig, rig_read(rig));
    rig_fault(rig, "read#1=503");
    rig_fails(rig, rig_read(rig), YS_ENETWORK, NULL);
    rig_ledger_covers(rig, true);
}

static void test_attempts(void **state)
{
    struct rig *rig = *state;
    int64_t before = rig->clock.mono_ms;

    rig_fault(rig, "read#1+5=500");
    RIG(rig, rig_read(rig));
    assert_int_equal(requests(rig), 6);
    assert_true(rig->clock.mono_ms - before > 1000); /* with growing pauses */
    rig_crash(rig);
    rig_fault(rig, "read#1+6=500");
    rig_fails(rig, rig_read(rig), YS_ENETWORK, NULL);
    assert_int_equal(requests(rig), 12);
}

static void test_retry_after(void **state)
{
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    int64_t before = rig->clock.mono_ms;

    rig_playlist(rig, "A", 3, id);
    rig_fault(rig, "read#1=429:30");
    RIG(rig, rig_read(rig));
    assert_true(rig->clock.mono_ms - before >= 30000);
    rig_fault(rig, "playlistItems.insert#1=429:300");
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_ETHROTTLED, NULL); /* writes: the caller's */
    assert_true(ys_client_wait_ms(rig->client, YS_METHOD_CHANNELS_LIST) > 290000);
    /* Pace survives a restart. */
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_save(rig->client, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    rig_crash(rig);
    assert_true(ys_client_wait_ms(rig->client, YS_METHOD_CHANNELS_LIST) > 290000);
}

/* ------------------------------------------------------------------ interrupts */

static void interrupt_at_third(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    struct rig *rig = ctx;

    (void)sim;
    if (event->phase == YS_SIM_AFTER && event->number >= 3) rig->interrupted = 1;
}

static void test_interrupt(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char id[YS_ID_BYTES];
    int64_t before;

    rig_playlist(rig, "A", 3, id);
    rig_playlists(rig, 30, 2);
    ys_sim_set_hook(rig->sim, interrupt_at_third, rig);
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EINTERRUPTED, NULL);
    assert_int_equal(ys_client_in_flight(rig->client), 0);
    assert_int_equal(quota(rig).reserved_units, 0);
    assert_true(requests(rig) < 12);
    assert_true(ys_client_interrupted(rig->client));
    before = requests(rig);
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EINTERRUPTED, "nothing was sent", NULL);
    rig_fails(rig, rig_read(rig), YS_EINTERRUPTED, NULL);
    assert_int_equal(requests(rig), before);
    rig_ledger_covers(rig, true);
    ys_sim_set_hook(rig->sim, NULL, NULL);
    rig->interrupted = 0;
    RIG(rig, rig_insert(rig, id, 1, NULL));
}

/* ------------------------------------------------------------------ a store that fails */

/* A turn that cannot be stored leaves no half of it, and the client works on. */
static void test_store_fails(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES];

    rig_playlist(rig, "A", 40, a);
    rig_playlists(rig, 12, 20);
    RIG(rig, rig_fetch(rig, false, &result));
    RIG(rig, ys_db_exec(rig->store->db,
                        "CREATE TEMP TRIGGER no BEFORE INSERT ON playlist_items"
                        " WHEN NEW.position = 15 BEGIN SELECT RAISE(ABORT, 'no more'); END",
                        &rig->err));
    rig_fails(rig, rig_fetch(rig, true, &result), YS_EDB, "no more", NULL);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 280);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlists WHERE listed_at = 0"), 0);
    assert_false(ys_db_in_transaction(rig->store->db));
    rig_fails(rig, rig_fetch(rig, true, &result), YS_EDB, NULL);
    RIG(rig, ys_db_exec(rig->store->db, "DROP TRIGGER no", &rig->err));
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(result.playlists_listed, 13);
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, false);
    /* What the failed turns had booked and sent is all accounted for. */
    rig_crash(rig);
    rig_ledger_covers(rig, false);
    assert_int_equal(quota(rig).reserved_units, 0);
}

/* The booking itself cannot be stored: nothing leaves, and no place at the limiter is lost. */
static void test_booking_fails(void **state)
{
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    int64_t i;

    rig_playlist(rig, "A", 3, id);
    RIG(rig, rig_read(rig));
    RIG(rig, ys_db_exec(rig->store->db,
                        "CREATE TEMP TRIGGER no BEFORE INSERT ON quota_usage"
                        " BEGIN SELECT RAISE(ABORT, 'no more'); END",
                        &rig->err));
    for (i = 0; i < 10; i++) {
        rig_fails(rig, rig_read(rig), YS_EDB, NULL);
        rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EDB, NULL);
    }
    assert_int_equal(requests(rig), 1);
    RIG(rig, ys_db_exec(rig->store->db, "DROP TRIGGER no", &rig->err));
    /* The commit fails: the trigger's row breaks a deferred foreign key. */
    RIG(rig, ys_db_exec(rig->store->db,
                        "CREATE TABLE child (p BIGINT REFERENCES accounts(id)"
                        " DEFERRABLE INITIALLY DEFERRED);"
                        "CREATE TEMP TRIGGER late AFTER INSERT ON quota_usage"
                        " BEGIN INSERT INTO child VALUES (4711); END",
                        &rig->err));
    for (i = 0; i < 10; i++) {
        rig_fails(rig, rig_read(rig), YS_EDB, NULL);
        rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EDB, NULL);
    }
    assert_int_equal(requests(rig), 1);
    RIG(rig, ys_db_exec(rig->store->db, "DROP TRIGGER late", &rig->err));
    RIG(rig, rig_read(rig));
    RIG(rig, rig_insert(rig, id, 1, NULL));
    rig_ledger_covers(rig, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_no_token),
        TEST(test_bad_tokens),
        TEST(test_exact),
        TEST(test_keep_exactly),
        TEST(test_not_sent),
        TEST(test_unknown_outcome),
        TEST(test_repeats),
        TEST(test_crash_in_flight),
        TEST(test_tags),
        cmocka_unit_test(test_lost_database),
        TEST(test_retry_budget),
        TEST(test_attempts),
        TEST(test_retry_after),
        TEST(test_interrupt),
        TEST(test_store_fails),
        TEST(test_booking_fails),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
