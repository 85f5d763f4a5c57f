/* test_client_days.c: midnights, wrong clocks, used-up days and creations against a simulated
 * YouTube, whose own ledger must never show more than ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "support/cases.h"
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

/* ------------------------------------------------------------------ midnight */

/* One slow write sent `before_ms` before a midnight, and what is booked on either side of it. */
static void around_midnight(int64_t day, int64_t before_ms, int64_t delay_ms)
{
    struct rig own;
    char id[YS_ID_BYTES], spec[64];
    int64_t midnight = ys_pacific_day_start_ms(day);
    struct ys_outcome outcome;

    rig_init(&own, (uint64_t)(before_ms + 100000), midnight - before_ms - 10000);
    own.options.young_write_ms = 0;
    rig_open(&own);
    rig_playlist(&own, "A", 3, id);
    RIG(&own, rig_read(&own)); /* shows the skew */
    assert_true(own.clock.wall_ms < midnight - before_ms);
    pass(&own, midnight - before_ms - own.clock.wall_ms);
    (void)snprintf(spec, sizeof spec, "playlistItems.insert#1=delay:%lld", (long long)delay_ms);
    rig_fault(&own, spec);
    RIG(&own, rig_insert(&own, id, 1, &outcome));
    rig_ledger_covers(&own, false);
    /* Booked on a day that it did not touch only within the margin of 3 s. */
    if (before_ms > 4000 + delay_ms) assert_int_equal(rig_booked(&own, day), 0);
    if (before_ms < -4000) assert_int_equal(rig_booked(&own, day - 1), 1);
    if (before_ms > 0 && before_ms < delay_ms) {
        assert_int_equal(rig_booked(&own, day), 50);
        assert_int_equal(rig_booked(&own, day - 1), 51);
    }
    assert_int_equal(rig_number(&own, "SELECT SUM(reserved) FROM quota_days"), 0);
    rig_close(&own);
}

static void test_midnight(void **state)
{
    static const char *const days[] = {
        "2026-11-21", "2026-11-01", "2026-11-02", "2027-03-14", "2027-03-15", "2028-03-01",
    };
    int64_t day, before_ms;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof days / sizeof days[0]; i++) {
        assert_true(ys_day_parse(days[i], &day));
        for (before_ms = -9000; before_ms <= 75000; before_ms += cases_step(3000))
            around_midnight(day, before_ms, before_ms % 2 ? 100 : 20000);
        around_midnight(day, 1, 100);
        around_midnight(day, 100, 100);
        around_midnight(day, 0, 100);
    }
}

/* While a call may touch both days, both must have room. */
static void test_midnight_needs_both(void **state)
{
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    int64_t midnight = ys_pacific_day_start_ms(DAY_OF(rig) + 1);

    rig_playlist(rig, "A", 3, id);
    rig_set(rig, "quota.keep", 0);
    rig_set(rig, "quota.daily", 120);
    RIG(rig, rig_insert(rig, id, 1, NULL));
    RIG(rig, rig_insert(rig, id, 1, NULL));
    pass(rig, midnight - 30000 - rig->clock.wall_ms);
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EQUOTA, NULL);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), midnight + 3000);
    pass(rig, midnight + 1000 - rig->clock.wall_ms);
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EQUOTA, NULL);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), midnight + 3000);
    pass(rig, 2000);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), rig->clock.wall_ms);
    RIG(rig, rig_insert(rig, id, 1, NULL));
    rig_ledger_covers(rig, true);
}

/* ------------------------------------------------------------------ wrong clocks */

/* Our clock is off by `skew_ms`, near a midnight of the server's. */
static void with_skew(int64_t skew_ms, int64_t before_ms, bool first_lost)
{
    struct rig own;
    char id[YS_ID_BYTES];
    int64_t day, i;

    assert_true(ys_day_parse("2026-11-22", &day));
    rig_init(&own, (uint64_t)(before_ms + 100000), ys_pacific_day_start_ms(day) - before_ms);
    own.skew_ms = skew_ms;
    rig_open(&own);
    rig_playlist(&own, "A", 3, id);
    if (first_lost) rig_fault(&own, "channels.list#1=close");
    for (i = 0; i < 6; i++) {
        RIG(&own, rig_read(&own));
        RIG(&own, rig_insert(&own, id, 1, NULL));
        pass(&own, 1500);
    }
    /* The server's clock is known now. */
    int64_t off_ms = ys_client_now_ms(own.client) - own.clock.wall_ms;
    assert_true(off_ms > -2500 && off_ms < 2500);
    if (!first_lost || (skew_ms > -60000 && skew_ms < 60000)) rig_ledger_covers(&own, false);
    rig_crash(&own);
    for (i = 0; i < 3; i++) RIG(&own, rig_insert(&own, id, 1, NULL));
    if (!first_lost || (skew_ms > -60000 && skew_ms < 60000)) rig_ledger_covers(&own, false);
    rig_close(&own);
}

static void test_skew(void **state)
{
    static const int64_t skews[] = {
        0, 1500, -1500, 30000, -30000, 59000, -59000, 61000, -61000, 2 * YS_MS_PER_HOUR,
        -2 * YS_MS_PER_HOUR, 36 * YS_MS_PER_HOUR, -36 * YS_MS_PER_HOUR, 400 * YS_MS_PER_DAY,
        -400 * YS_MS_PER_DAY,
    };
    static const int64_t befores[] = {3 * YS_MS_PER_HOUR, 90000, 61000, 10000, 1000, 0, -1000,
                                      -10000, -3 * YS_MS_PER_HOUR};
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof skews / sizeof skews[0]; i++)
        for (k = 0; k < sizeof befores / sizeof befores[0]; k++) {
            if (!cases_take((long)(i + k))) continue;
            with_skew(skews[i], befores[k], false);
            with_skew(skews[i], befores[k], true);
        }
}

/* A wall clock that is set back moves neither our time nor the ledger's day back. */
static void test_clock_goes_back(void **state)
{
    struct rig *rig = *state;
    int64_t day = DAY_OF(rig), before, now;

    RIG(rig, rig_read(rig));
    before = ys_client_now_ms(rig->client);
    rig->skew_ms = -30 * YS_MS_PER_HOUR;
    now = ys_client_now_ms(rig->client);
    assert_true(now >= before - 1000 && now <= before + 1000);
    RIG(rig, ys_client_day(rig->client, &now, &rig->err));
    assert_int_equal(now, day);
    RIG(rig, rig_read(rig));
    assert_int_equal(rig_booked(rig, day), 2);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM quota_days"), 1);
    /* A new process does not know the skew, but it knows the newest day. */
    rig_crash(rig);
    RIG(rig, ys_client_day(rig->client, &now, &rig->err));
    assert_int_equal(now, day);
    RIG(rig, rig_read(rig));
    assert_int_equal(rig_booked(rig, day), 3);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM quota_days"), 1);
    /* And forward: corrected with the next reply. */
    rig->skew_ms = 50 * YS_MS_PER_HOUR;
    RIG(rig, rig_read(rig));
    RIG(rig, ys_client_day(rig->client, &now, &rig->err));
    assert_int_equal(now, day);
    RIG(rig, rig_read(rig));
    rig_ledger_covers(rig, false);
    assert_int_equal(rig_booked(rig, day), 5);
}

/* A laptop that slept: the monotonic clock stood still, the wall clock did not. */
static void test_suspend(void **state)
{
    struct rig *rig = *state;
    int64_t day = DAY_OF(rig), now;

    RIG(rig, rig_read(rig));
    ys_sim_clock_jump_wall(&rig->clock, YS_MS_PER_DAY);
    RIG(rig, ys_client_day(rig->client, &now, &rig->err));
    assert_int_equal(now, day + 1);
    RIG(rig, rig_read(rig));
    rig_ledger_covers(rig, true);
}

/* A write is on its way when our clock is set to after a midnight; no reply comes. It was charged
 * on the day on which it left. `heard`: another reply corrects the clock before it is booked. */
static void set_in_flight(struct rig *rig, const char *fault, bool heard)
{
    struct ys_booking booking;
    struct ys_request request;
    struct ys_exchange exchange;
    char id[YS_ID_BYTES];
    int64_t day = DAY_OF(rig);

    rig_playlist(rig, "A", 3, id);
    pass(rig, ys_pacific_day_start_ms(day + 1) - 20 * YS_MS_PER_MINUTE - rig->clock.wall_ms);
    RIG(rig, rig_read(rig));
    rig_fault(rig, fault);
    RIG(rig, ys_request_item_insert(&request, id, "vid00000001", -1, &rig->err));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_book(rig->client, YS_METHOD_ITEMS_INSERT, 1, 2, &booking, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_client_send(rig->client, &booking, &request, 5);
    ys_request_free(&request);
    RIG(rig, ys_client_poll(rig->client, 2000, &rig->err));
    rig->skew_ms = 77 * YS_MS_PER_MINUTE;
    while (ys_client_in_flight(rig->client) > 0)
        RIG(rig, ys_client_poll(rig->client, YS_REQUEST_TIMEOUT_MS, &rig->err));
    if (heard) RIG(rig, rig_read(rig));
    assert_true(ys_client_take(rig->client, 5, 5, &exchange));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_settle(rig->client, &exchange, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_exchange_free(&exchange);
    assert_int_equal(rig_charged(rig, day), heard ? 52 : 51);
    assert_int_equal(rig_booked(rig, day), heard ? 52 : 51);
    rig_ledger_covers(rig, false);
}

static void test_clock_set_in_flight(void **state)
{
    set_in_flight(*state, "playlistItems.insert#1=effect+timeout", false);
}

static void test_clock_set_in_flight_and_corrected(void **state)
{
    set_in_flight(*state, "playlistItems.insert#1=effect+timeout", true);
}

/* A process that ended shortly before midnight booked a call on both days, so the next day has a
 * row already. The first call of the next process gets no reply: it counts on both days as well. */
static void test_first_reply_lost_before_midnight(void **state)
{
    struct rig *rig = *state;
    int64_t day = DAY_OF(rig), midnight = ys_pacific_day_start_ms(day + 1);

    pass(rig, midnight - 100000 - rig->clock.wall_ms);
    RIG(rig, rig_read(rig));
    rig_crash(rig);
    pass(rig, midnight - 76000 - rig->clock.wall_ms);
    rig_fault(rig, "channels.list#1=close");
    RIG(rig, rig_read(rig));
    assert_int_equal(rig_charged(rig, day), 3);
    rig_ledger_covers(rig, false);
}

/* ------------------------------------------------------------------ the day is used up */

static void used_up(struct rig *rig, enum ys_sim_exhausted_form form)
{
    char id[YS_ID_BYTES];
    int64_t before, midnight = ys_pacific_day_start_ms(DAY_OF(rig) + 1);
    struct ys_quota_record record;

    ys_sim_options(rig->sim)->exhausted_form = form;
    rig_playlist(rig, "A", 3, id);
    RIG(rig, rig_insert(rig, id, 1, NULL));
    RIG(rig, ys_sim_spend(rig->sim, 9940, &rig->err)); /* 10 units left */
    rig_fails(rig, rig_insert(rig, id, 1, NULL), YS_EQUOTA, NULL);
    record = quota(rig);
    assert_true(record.exhausted);
    assert_int_equal(record.remaining_units, 0);
    before = requests(rig);
    rig_fails(rig, rig_read(rig), YS_EQUOTA, NULL);
    assert_int_equal(requests(rig), before);
    assert_int_equal(open_at(rig, YS_METHOD_CHANNELS_LIST), midnight + 3000);
    rig_crash(rig); /* stays known */
    rig_fails(rig, rig_read(rig), YS_EQUOTA, NULL);
    assert_int_equal(requests(rig), before);
    pass(rig, midnight + 65000 - rig->clock.wall_ms);
    RIG(rig, rig_insert(rig, id, 1, NULL));
    assert_false(quota(rig).exhausted);
    rig_ledger_covers(rig, false);
}

static void test_used_up_403(void **state)
{
    used_up(*state, YS_SIM_EXHAUSTED_403);
}

static void test_used_up_429(void **state)
{
    used_up(*state, YS_SIM_EXHAUSTED_429);
}

/* The server's day turns late. Asked again after 15, 30 and 60 minutes, no more often. */
static void late_reset(struct rig *rig, enum ys_sim_exhausted_form form, int64_t late_ms,
                       int64_t waits, bool opens)
{
    int64_t midnight = ys_pacific_day_start_ms(DAY_OF(rig) + 1), before, probes = 0, at_ms;
    static const int64_t wait_minutes[] = {15, 30, 60, 60, 60};

    ys_sim_options(rig->sim)->exhausted_form = form;
    ys_sim_options(rig->sim)->reset_late_ms = late_ms;
    RIG(rig, rig_read(rig));
    RIG(rig, ys_sim_spend(rig->sim, 9999, &rig->err));
    rig_fails(rig, rig_read(rig), YS_EQUOTA, NULL);
    at_ms = open_at(rig, YS_METHOD_CHANNELS_LIST);
    assert_int_equal(at_ms, midnight + 3000);
    before = requests(rig);
    for (;;) {
        pass(rig, at_ms - rig->clock.wall_ms);
        if (rig_read(rig) == YS_OK) break;
        assert_int_equal(rig->err.status, YS_EQUOTA);
        at_ms = open_at(rig, YS_METHOD_CHANNELS_LIST);
        if (quota(rig).exhausted) break;
        assert_true(probes < waits);
        assert_true(at_ms - rig->clock.wall_ms > wait_minutes[probes] * 60000 - 2000);
        assert_true(at_ms - rig->clock.wall_ms <= wait_minutes[probes] * 60000);
        probes++;
        rig_fails(rig, rig_read(rig), YS_EQUOTA, "not reset", NULL); /* nothing is sent */
    }
    assert_int_equal(probes, waits);
    assert_int_equal(requests(rig) - before, probes + 1);
    assert_int_equal(quota(rig).exhausted, !opens);
    if (opens) RIG(rig, rig_read(rig));
    else assert_int_equal(at_ms, ys_pacific_day_start_ms(DAY_OF(rig) + 1) + 3000);
    rig_ledger_covers(rig, false);
}

static void test_late_reset_403(void **state)
{
    late_reset(*state, YS_SIM_EXHAUSTED_403, 50 * YS_MS_PER_MINUTE, 3, true);
}

static void test_late_reset_429(void **state)
{
    late_reset(*state, YS_SIM_EXHAUSTED_429, 10 * YS_MS_PER_MINUTE, 1, true);
}

/* Never comes: without a word on the window, three probes are enough. */
static void test_late_reset_never(void **state)
{
    late_reset(*state, YS_SIM_EXHAUSTED_403, 5 * YS_MS_PER_HOUR, 3, false);
}

/* The reply names yesterday's window: then it is late, however long it takes. */
static void test_late_reset_by_window(void **state)
{
    late_reset(*state, YS_SIM_EXHAUSTED_429, 220 * YS_MS_PER_MINUTE, 5, true);
}

/* Several calls refused together count as one refusal. */
static void test_late_reset_burst(void **state)
{
    struct rig *rig = *state;
    int64_t midnight = ys_pacific_day_start_ms(DAY_OF(rig) + 1);
    struct ys_fetch_result result;

    rig_playlists(rig, 20, 1);
    RIG(rig, rig_read(rig));
    rig_set(rig, "pace.per_second", 100);
    pass(rig, midnight + 70000 - rig->clock.wall_ms);
    rig_fault(rig, "playlistItems.list#3+9=quota403");
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EQUOTA, NULL);
    assert_true(ys_sim_request_count(rig->sim, YS_SIM_M_ITEMS_LIST) >= 5);
    assert_int_equal(rig_number(rig, "SELECT MAX(late_refusals) FROM quota_days"), 1);
    assert_int_equal(rig_number(rig, "SELECT MAX(exhausted_at) FROM quota_days"), 0);
    ys_sim_faults_clear(rig->sim);
    pass(rig, open_at(rig, YS_METHOD_ITEMS_LIST) - rig->clock.wall_ms);
    RIG(rig, rig_fetch(rig, false, &result));
    rig_same_as_truth(rig);
}

/* After much use, or later in the day, it is not late but used up. */
static void test_not_late(void **state)
{
    struct rig *rig = *state;
    int64_t midnight = ys_pacific_day_start_ms(DAY_OF(rig) + 1);

    pass(rig, midnight + 4 * YS_MS_PER_HOUR - rig->clock.wall_ms);
    rig_fault(rig, "channels.list#1=quota403");
    rig_fails(rig, rig_read(rig), YS_EQUOTA, NULL);
    assert_true(quota(rig).exhausted);
}

/* ------------------------------------------------------------------ creations */

static void test_create_limit(void **state)
{
    struct rig *rig = *state;
    char title[32];
    int64_t i, before;

    rig_set(rig, "quota.creates", 3);
    for (i = 0; i < 3; i++) {
        (void)snprintf(title, sizeof title, "New %lld", (long long)i);
        RIG(rig, rig_create(rig, title, NULL));
    }
    before = requests(rig);
    rig_fails(rig, rig_create(rig, "Too many", NULL), YS_ECREATES, "quota.creates", NULL);
    assert_int_equal(requests(rig), before);
    assert_int_equal(open_at(rig, YS_METHOD_PLAYLISTS_INSERT),
                     ys_pacific_day_start_ms(DAY_OF(rig) + 1) + 3000);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), rig->clock.wall_ms);
    pass(rig, open_at(rig, YS_METHOD_PLAYLISTS_INSERT) - rig->clock.wall_ms);
    RIG(rig, rig_create(rig, "The next day", NULL));
}

static void test_create_throttle(void **state)
{
    struct rig *rig = *state;
    int64_t refused_at, i;
    char title[32];

    ys_sim_options(rig->sim)->creates_per_day = 4;
    for (i = 0; i < 4; i++) {
        (void)snprintf(title, sizeof title, "New %lld", (long long)i);
        RIG(rig, rig_create(rig, title, NULL));
    }
    rig_fails(rig, rig_create(rig, "Fifth", NULL), YS_ECREATES, NULL);
    refused_at = rig->clock.wall_ms;
    rig_fails(rig, rig_create(rig, "Sixth", NULL), YS_ECREATES, NULL);
    assert_int_equal(ys_sim_request_count(rig->sim, YS_SIM_M_PLAYLISTS_INSERT), 5);
    assert_true(open_at(rig, YS_METHOD_PLAYLISTS_INSERT) >= refused_at + YS_MS_PER_HOUR - 2000);
    assert_int_equal(open_at(rig, YS_METHOD_ITEMS_INSERT), rig->clock.wall_ms);
    assert_int_equal(quota(rig).creates_used, 4);
    pass(rig, open_at(rig, YS_METHOD_PLAYLISTS_INSERT) - rig->clock.wall_ms);
    rig_fails(rig, rig_create(rig, "Fifth again", NULL), YS_ECREATES, NULL);
    assert_int_equal(quota(rig).creates_limit, 4);
    assert_int_equal(open_at(rig, YS_METHOD_PLAYLISTS_INSERT),
                     ys_pacific_day_start_ms(DAY_OF(rig) + 1) + 3000);
    pass(rig, open_at(rig, YS_METHOD_PLAYLISTS_INSERT) - rig->clock.wall_ms);
    assert_int_equal(quota(rig).creates_limit, 5); /* one more than was learned */
    RIG(rig, rig_create(rig, "The next day", NULL));
    pass(rig, 9 * YS_MS_PER_DAY);
    assert_int_equal(quota(rig).creates_limit, 10);
    rig_ledger_covers(rig, true);
}

/* ------------------------------------------------------------------ everything at once */

/* Faults, wrong clocks, crashes, over some days and midnights: the ledger is never behind. The
 * headroom is touched only when our clock is set under a running process. */
static void long_run(uint64_t seed, bool set_while_running)
{
    int64_t most = set_while_running ? 900 : 800;
    struct rig own;
    char id[YS_ID_BYTES];
    int64_t step, i;
    struct ys_quota_day day;

    rig_init(&own, seed, YS_SIM_START_WALL_MS);
    own.options.exhausted_form = seed % 2 ? YS_SIM_EXHAUSTED_429 : YS_SIM_EXHAUSTED_403;
    rig_open(&own);
    rig_playlist(&own, "A", 3, id);
    rig_set(&own, "quota.daily", 900);
    ys_sim_options(own.sim)->quota_daily_units = 900;
    rig_fault(&own, "any%40=503");
    rig_fault(&own, "any%20=effect+close");
    rig_fault(&own, "any%10=timeout");
    rig_fault(&own, "write%20=delay:40000");
    for (step = 0; step < 150; step++) {
        uint64_t random = ys_env_random_below(&own.world, 100);
        if (random < 40) (void)rig_read(&own);
        else if (random < 80) (void)rig_insert(&own, id, 1, NULL);
        else if (random < 86 && set_while_running)
            own.skew_ms = (int64_t)ys_env_random_below(&own.world, 59000) - 29500;
        else if (random < 90) {
            own.skew_ms = (int64_t)ys_env_random_below(&own.world, 59000) - 29500;
            rig_crash(&own);
        }
        else if (random < 95)
            pass(&own, (int64_t)ys_env_random_below(&own.world, 5 * YS_MS_PER_HOUR));
        else if (own.clock.wall_ms < ys_pacific_day_start_ms(DAY_OF(&own) + 1) - 40000)
            pass(&own, ys_pacific_day_start_ms(DAY_OF(&own) + 1) - 40000 - own.clock.wall_ms);
        rig_ledger_covers(&own, false);
    }
    for (i = DAY_OF(&own) - 30; i <= DAY_OF(&own); i++) {
        RIG(&own, ys_quota_day_get(own.store, "default", i, ys_client_limits(own.client), &day,
                                   &own.err));
        if (!set_while_running) assert_true(day.used + day.reserved <= 800);
        assert_true(rig_charged(&own, i) <= most);
    }
    rig_close(&own);
}

static void test_long_runs(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 40; seed += (uint64_t)cases_step(1)) long_run(seed, seed % 2 == 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_midnight),
        TEST(test_midnight_needs_both),
        cmocka_unit_test(test_skew),
        TEST(test_clock_goes_back),
        TEST(test_suspend),
        TEST(test_first_reply_lost_before_midnight),
        TEST(test_clock_set_in_flight),
        TEST(test_clock_set_in_flight_and_corrected),
        TEST(test_used_up_403),
        TEST(test_used_up_429),
        TEST(test_late_reset_403),
        TEST(test_late_reset_429),
        TEST(test_late_reset_never),
        TEST(test_late_reset_by_window),
        TEST(test_late_reset_burst),
        TEST(test_not_late),
        TEST(test_create_limit),
        TEST(test_create_throttle),
        cmocka_unit_test(test_long_runs),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
