/* test_quota.c: the ledger alone, without clock and network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "store/quota.h"
#include "support/scratch.h"
#include "support/stores.h"

#define DAY INT64_C(20000)
#define NOW (DAY * YS_MS_PER_DAY)

struct ledger {
    struct ys_store *store;
    struct ys_quota_limits limits;
    struct ys_error err;
};

static int setup(void **state)
{
    static struct ledger ledger;

    ledger = (struct ledger){.store = stores_memory(), .limits = {1000, 100, 3}};
    *state = &ledger;
    return 0;
}

static int teardown(void **state)
{
    ys_store_close(((struct ledger *)*state)->store);
    return 0;
}

static void ok(const struct ledger *ledger, enum ys_status status)
{
    if (status == YS_OK) return;
    print_error("%s: %s\n", ys_status_name(status), ledger->err.message);
    fail();
}

/* Books at a time; *id of the call. */
static enum ys_grant book_at(struct ledger *ledger, int64_t day, int64_t day2, int64_t units,
                             bool create, int64_t now_ms, int64_t *id)
{
    struct ys_quota_call call = {.project = "default", .day = day, .day2 = day2,
                                 .method = "a.method", .units = units, .create = create,
                                 .job_id = 3, .operation_id = 4, .now_ms = now_ms};
    enum ys_grant grant;
    int64_t ignored;

    stores_begin(ledger->store);
    ok(ledger, ys_quota_book(ledger->store, &call, &ledger->limits, &grant, id ? id : &ignored,
                             &ledger->err));
    stores_commit(ledger->store);
    return grant;
}

static enum ys_grant book(struct ledger *ledger, int64_t day, int64_t day2, int64_t units,
                          bool create, int64_t *id)
{
    return book_at(ledger, day, day2, units, create, NOW, id);
}

static void settle(struct ledger *ledger, int64_t id, int64_t first, int64_t last)
{
    stores_begin(ledger->store);
    ok(ledger, ys_quota_settle(ledger->store, id, first, last, NOW + 5, 200, "", &ledger->err));
    stores_commit(ledger->store);
}

static struct ys_quota_day get(struct ledger *ledger, int64_t day)
{
    struct ys_quota_day out;

    ok(ledger, ys_quota_day_get(ledger->store, "default", day, &ledger->limits, &out,
                                &ledger->err));
    return out;
}

static void assert_day(struct ledger *ledger, int64_t day, int64_t reserved, int64_t used,
                       int64_t creates)
{
    struct ys_quota_day now = get(ledger, day);

    assert_int_equal(now.reserved, reserved);
    assert_int_equal(now.used, used);
    assert_int_equal(now.creates_used, creates);
}

/* ------------------------------------------------------------------ units */

static void test_unused_day(void **state)
{
    struct ledger *ledger = *state;
    struct ys_quota_day day = get(ledger, DAY);
    int64_t last;

    assert_int_equal(day.day, DAY);
    assert_int_equal(day.limit_units, 1000);
    assert_int_equal(day.creates_limit, 3);
    assert_int_equal(day.used + day.reserved + day.creates_used + day.late_refusals, 0);
    ok(ledger, ys_quota_last_day(ledger->store, "default", &last, &ledger->err));
    assert_int_equal(last, -1);
    assert_int_equal(stores_number(ledger->store, "SELECT COUNT(*) FROM quota_days"), 0);
}

/* The headroom stays free to the unit. */
static void test_keep_exactly(void **state)
{
    struct ledger *ledger = *state;
    int64_t id, i, last;

    for (i = 0; i < 17; i++) assert_int_equal(book(ledger, DAY, -1, 50, false, &id), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 51, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY, -1, 49, false, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 2, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_NO_UNITS);
    assert_day(ledger, DAY, 900, 0, 0);
    settle(ledger, id, DAY, DAY);
    assert_day(ledger, DAY, 850, 50, 0);
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY + 1, -1, 900, false, NULL), YS_GRANT_OK);
    ok(ledger, ys_quota_last_day(ledger->store, "default", &last, &ledger->err));
    assert_int_equal(last, DAY + 1);
}

static void test_projects_apart(void **state)
{
    struct ledger *ledger = *state;
    struct ys_quota_day other;

    assert_int_equal(book(ledger, DAY, -1, 900, false, NULL), YS_GRANT_OK);
    ok(ledger, ys_quota_day_get(ledger->store, "other", DAY, &ledger->limits, &other,
                                &ledger->err));
    assert_int_equal(other.reserved, 0);
}

/* Changed settings count at once, on the same day. */
static void test_changed_limits(void **state)
{
    struct ledger *ledger = *state;

    assert_int_equal(book(ledger, DAY, -1, 900, false, NULL), YS_GRANT_OK);
    ledger->limits.daily_units = 1001;
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_OK);
    ledger->limits.keep_units = 90;
    assert_int_equal(book(ledger, DAY, -1, 11, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY, -1, 10, false, NULL), YS_GRANT_OK);
    ledger->limits.daily_units = 500;
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(get(ledger, DAY).limit_units, 500);
}

/* ------------------------------------------------------------------ two days */

static void test_two_days(void **state)
{
    static const struct {
        int64_t first, last, used, used2;
    } cases[] = {{DAY, DAY, 50, 0}, {DAY + 1, DAY + 1, 0, 50}, {DAY, DAY + 1, 50, 50}};
    struct ledger *ledger = *state;
    int64_t id, used = 0, used2 = 0, creates = 0, creates2 = 0;
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(book(ledger, DAY, DAY + 1, 50, i < 2, &id), YS_GRANT_OK);
        assert_day(ledger, DAY, 50, used, creates + (i < 2));
        assert_day(ledger, DAY + 1, 50, used2, creates2 + (i < 2));
        settle(ledger, id, cases[i].first, cases[i].last);
        used += cases[i].used;
        used2 += cases[i].used2;
        creates += i < 2 && cases[i].used > 0; /* freed on the day that it did not touch */
        creates2 += i < 2 && cases[i].used2 > 0;
        assert_day(ledger, DAY, 0, used, creates);
        assert_day(ledger, DAY + 1, 0, used2, creates2);
    }
}

/* When one of the two days has no room, neither is booked. */
static void test_two_days_refused(void **state)
{
    struct ledger *ledger = *state;

    assert_int_equal(book(ledger, DAY + 1, -1, 880, false, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, DAY + 1, 50, true, NULL), YS_GRANT_NO_UNITS);
    assert_day(ledger, DAY, 0, 0, 0);
    assert_day(ledger, DAY + 1, 880, 0, 0);
    assert_int_equal(book(ledger, DAY + 1, DAY + 2, 50, true, NULL), YS_GRANT_NO_UNITS);
    assert_day(ledger, DAY + 2, 0, 0, 0);
    assert_int_equal(stores_number(ledger->store, "SELECT COUNT(*) FROM quota_usage"), 1);
}

/* The clock was wrong at booking: the day that the server charged is booked too. */
static void test_touched_another_day(void **state)
{
    struct ledger *ledger = *state;
    int64_t id;

    assert_int_equal(book(ledger, DAY + 1, -1, 50, true, &id), YS_GRANT_OK);
    settle(ledger, id, DAY, DAY);
    assert_day(ledger, DAY, 0, 50, 1);
    assert_day(ledger, DAY + 1, 0, 0, 0);
    assert_int_equal(get(ledger, DAY).limit_units, 1000);
    assert_int_equal(book(ledger, DAY, -1, 50, true, &id), YS_GRANT_OK);
    settle(ledger, id, DAY, DAY + 1);
    assert_day(ledger, DAY, 0, 100, 2);
    assert_day(ledger, DAY + 1, 0, 50, 1);
    assert_int_equal(book(ledger, DAY, -1, 7, false, &id), YS_GRANT_OK);
    settle(ledger, id, DAY + 2, DAY + 3);
    assert_day(ledger, DAY, 0, 100, 2);
    assert_day(ledger, DAY + 2, 0, 7, 0);
    assert_day(ledger, DAY + 3, 0, 7, 0);
}

/* ------------------------------------------------------------------ ends of calls */

static void test_settled_once(void **state)
{
    struct ledger *ledger = *state;
    int64_t id;

    assert_int_equal(book(ledger, DAY, -1, 50, false, &id), YS_GRANT_OK);
    settle(ledger, id, DAY, DAY);
    settle(ledger, id, DAY, DAY);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_release(ledger->store, id, NOW, &ledger->err));
    stores_commit(ledger->store);
    settle(ledger, 4711, DAY, DAY);
    assert_day(ledger, DAY, 0, 50, 0);
    assert_int_equal(stores_number(ledger->store, "SELECT units = 50 AND job_id = 3 AND"
                                                  " operation_id = 4 AND http_status = 200"
                                                  " FROM quota_usage"), 1);
}

static void test_release(void **state)
{
    struct ledger *ledger = *state;
    int64_t id;

    assert_int_equal(book(ledger, DAY, DAY + 1, 50, true, &id), YS_GRANT_OK);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_release(ledger->store, id, NOW, &ledger->err));
    ok(ledger, ys_quota_release(ledger->store, id, NOW, &ledger->err));
    stores_commit(ledger->store);
    assert_day(ledger, DAY, 0, 0, 0);
    assert_day(ledger, DAY + 1, 0, 0, 0);
    settle(ledger, id, DAY, DAY);
    assert_day(ledger, DAY, 0, 0, 0);
    assert_int_equal(stores_number(ledger->store, "SELECT units FROM quota_usage"), 0);
}

static void test_recover(void **state)
{
    struct ledger *ledger = *state;
    int64_t id, i;

    assert_int_equal(book(ledger, DAY, -1, 50, true, &id), YS_GRANT_OK);
    settle(ledger, id, DAY, DAY);
    assert_int_equal(book(ledger, DAY, DAY + 1, 50, true, &id), YS_GRANT_OK);
    for (i = 0; i < 2; i++) {
        stores_begin(ledger->store);
        ok(ledger, ys_quota_recover(ledger->store, "default", NOW + 9, &ledger->err));
        stores_commit(ledger->store);
        assert_day(ledger, DAY, 0, 100, 2);
        assert_day(ledger, DAY + 1, 0, 50, 1);
    }
    settle(ledger, id, DAY, DAY); /* too late: it counts on both days */
    assert_day(ledger, DAY + 1, 0, 50, 1);
    assert_int_equal(stores_number(ledger->store, "SELECT COUNT(*) FROM quota_usage"
                                                  " WHERE done_at = 0"), 0);
}

static void test_extra_and_raise(void **state)
{
    struct ledger *ledger = *state;
    struct ys_quota_call call = {.project = "default", .day = DAY, .day2 = -1,
                                 .method = "a.method", .units = 950, .now_ms = NOW};

    stores_begin(ledger->store);
    ok(ledger, ys_quota_extra(ledger->store, &call, &ledger->limits, &ledger->err));
    stores_commit(ledger->store);
    assert_day(ledger, DAY, 0, 950, 0); /* past the headroom: it happened */
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_NO_UNITS);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_raise(ledger->store, "default", DAY, 900, &ledger->limits, &ledger->err));
    ok(ledger, ys_quota_raise(ledger->store, "default", DAY + 1, 30, &ledger->limits,
                              &ledger->err));
    stores_commit(ledger->store);
    assert_day(ledger, DAY, 0, 950, 0);
    assert_day(ledger, DAY + 1, 0, 30, 0);
}

/* ------------------------------------------------------------------ what the server says */

static void test_exhausted(void **state)
{
    struct ledger *ledger = *state;

    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_OK);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_set_exhausted(ledger->store, "default", DAY, 77, &ledger->err));
    ok(ledger, ys_quota_set_exhausted(ledger->store, "default", DAY, 99, &ledger->err));
    stores_commit(ledger->store);
    assert_int_equal(get(ledger, DAY).exhausted_at_ms, 77);
    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY, DAY + 1, 1, false, NULL), YS_GRANT_NO_UNITS);
    assert_int_equal(book(ledger, DAY + 1, -1, 1, false, NULL), YS_GRANT_OK);
}

static void test_hold(void **state)
{
    struct ledger *ledger = *state;

    assert_int_equal(book(ledger, DAY, -1, 1, false, NULL), YS_GRANT_OK);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_set_hold(ledger->store, "default", DAY, NOW + 900, &ledger->err));
    stores_commit(ledger->store);
    assert_int_equal(get(ledger, DAY).late_refusals, 1);
    assert_int_equal(book_at(ledger, DAY, -1, 1, false, NOW + 899, NULL), YS_GRANT_HELD);
    assert_int_equal(book_at(ledger, DAY, -1, 1, false, NOW + 900, NULL), YS_GRANT_OK);
}

/* ------------------------------------------------------------------ creations */

static void refuse_creation(struct ledger *ledger, int64_t day)
{
    int64_t id;

    assert_int_equal(book_at(ledger, day, -1, 50, true, NOW + 10 * YS_MS_PER_DAY, &id),
                     YS_GRANT_OK);
    settle(ledger, id, day, day);
    stores_begin(ledger->store);
    ok(ledger, ys_quota_create_refused(ledger->store, "default", day, NOW + 3600000,
                                       &ledger->err));
    stores_commit(ledger->store);
}

static void test_creations(void **state)
{
    struct ledger *ledger = *state;
    int64_t i;

    for (i = 0; i < 3; i++)
        assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_NO_CREATES);
    assert_int_equal(book(ledger, DAY, -1, 50, false, NULL), YS_GRANT_OK);
    ledger->limits.creates = 4;
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_NO_CREATES);
    assert_int_equal(book(ledger, DAY + 1, -1, 50, true, NULL), YS_GRANT_OK);
}

/* A first refusal cools down, a second ends the day and teaches a limit. */
static void test_creations_refused(void **state)
{
    struct ledger *ledger = *state;

    ledger->limits.creates = 10;
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    refuse_creation(ledger, DAY);
    assert_int_equal(get(ledger, DAY).creates_used, 2);
    assert_int_equal(get(ledger, DAY).creates_limit, 10);
    assert_int_equal(book_at(ledger, DAY, -1, 50, true, NOW + 3599999, NULL),
                     YS_GRANT_NO_CREATES);
    assert_int_equal(book_at(ledger, DAY, -1, 50, false, NOW + 3599999, NULL), YS_GRANT_OK);
    assert_int_equal(book_at(ledger, DAY, -1, 50, true, NOW + 3600000, NULL), YS_GRANT_OK);
    refuse_creation(ledger, DAY);
    assert_int_equal(get(ledger, DAY).creates_limit, 3);
    assert_int_equal(get(ledger, DAY).creates_used, 3);
    assert_int_equal(book_at(ledger, DAY, -1, 50, true, NOW + YS_MS_PER_DAY, NULL),
                     YS_GRANT_NO_CREATES);
}

/* What was learned recovers by one a day, never above the setting. */
static void test_learned_limit(void **state)
{
    struct ledger *ledger = *state;
    int64_t i;

    ledger->limits.creates = 6;
    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    refuse_creation(ledger, DAY);
    refuse_creation(ledger, DAY);
    assert_int_equal(get(ledger, DAY).creates_limit, 1);
    assert_int_equal(book(ledger, DAY, -1, 50, false, NULL), YS_GRANT_OK); /* keeps it */
    assert_int_equal(get(ledger, DAY).creates_limit, 1);
    for (i = 1; i < 9; i++) {
        assert_int_equal(get(ledger, DAY + i).creates_limit, i < 5 ? 1 + i : 6);
        if (i % 2) /* days with and without a row of their own */
            assert_int_equal(book(ledger, DAY + i, -1, 50, true, NULL), YS_GRANT_OK);
    }
    assert_int_equal(get(ledger, DAY + 2).creates_limit, 3);
}

/* A raised setting is not mistaken for a limit that recovers. */
static void test_raised_setting(void **state)
{
    struct ledger *ledger = *state;

    assert_int_equal(book(ledger, DAY, -1, 50, true, NULL), YS_GRANT_OK);
    refuse_creation(ledger, DAY); /* one refusal teaches nothing */
    ledger->limits.creates = 20;
    assert_int_equal(get(ledger, DAY + 1).creates_limit, 20);
    assert_int_equal(get(ledger, DAY).creates_limit, 20);
    ledger->limits.creates = 2;
    assert_int_equal(get(ledger, DAY + 1).creates_limit, 2);
}

/* ------------------------------------------------------------------ all of it at once */

static uint64_t next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return *random >> 33;
}

struct open_call {
    int64_t id, day, day2, units;
};

/* Random calls: reserved is what is open, and nothing goes past the limit. */
static void run_random(struct ledger *ledger, uint64_t seed)
{
    struct open_call open[40];
    size_t count = 0;
    int64_t used[4] = {0}, reserved[4] = {0}, step, k;

    for (step = 0; step < 300; step++) {
        if (count < 40 && next_random(&seed) % 2) {
            struct open_call *call = &open[count];
            call->day = DAY + (int64_t)(next_random(&seed) % 3);
            call->day2 = next_random(&seed) % 4 ? -1 : call->day + 1;
            call->units = next_random(&seed) % 2 ? 50 : 1;
            if (book(ledger, call->day, call->day2, call->units, false, &call->id) != YS_GRANT_OK)
                continue;
            reserved[call->day - DAY] += call->units;
            if (call->day2 >= 0) reserved[call->day2 - DAY] += call->units;
            count++;
        } else if (count > 0) {
            size_t which = next_random(&seed) % count;
            struct open_call call = open[which];
            bool second = call.day2 >= 0 && next_random(&seed) % 2;
            open[which] = open[--count];
            reserved[call.day - DAY] -= call.units;
            if (call.day2 >= 0) reserved[call.day2 - DAY] -= call.units;
            settle(ledger, call.id, call.day, second ? call.day2 : call.day);
            used[call.day - DAY] += call.units;
            if (second) used[call.day2 - DAY] += call.units;
        }
        for (k = 0; k < 4; k++) {
            assert_day(ledger, DAY + k, reserved[k], used[k], 0);
            assert_true(reserved[k] + used[k] <= 900);
        }
    }
}

static void test_random(void **state)
{
    uint64_t seed;

    for (seed = 1; seed <= 10; seed++) {
        run_random(*state, seed);
        (void)teardown(state);
        (void)setup(state);
    }
}

/* Two connections to one file never pass the limit together. */
static void test_two_connections(void **state)
{
    struct ledger both[2];
    char path[SCRATCH_PATH_BYTES];
    int64_t granted = 0, i;

    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    for (i = 0; i < 2; i++)
        both[i] = (struct ledger){.store = stores_open(path), .limits = {1000, 100, 3}};
    for (i = 0; i < 60; i++) granted += book(&both[i % 2], DAY, -1, 50, false, NULL) == YS_GRANT_OK;
    assert_int_equal(granted, 18);
    for (i = 0; i < 2; i++) {
        assert_day(&both[i], DAY, 900, 0, 0);
        ys_store_close(both[i].store);
    }
    scratch_remove();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_unused_day),      TEST(test_keep_exactly),
        TEST(test_projects_apart),  TEST(test_changed_limits),
        TEST(test_two_days),        TEST(test_two_days_refused),
        TEST(test_touched_another_day), TEST(test_settled_once),
        TEST(test_release),         TEST(test_recover),
        TEST(test_extra_and_raise), TEST(test_exhausted),
        TEST(test_hold),            TEST(test_creations),
        TEST(test_creations_refused), TEST(test_learned_limit),
        TEST(test_raised_setting),  TEST(test_random),
        TEST(test_two_connections),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
