/* test_limiter.c: the pacing keeps its rate, its caps and its holds; time is an argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/limiter.h"
#include "net/retry.h"

#define T0 INT64_C(5000000)
#define WALL INT64_C(1790319600000)

static struct ys_limiter made(int64_t per_second, int64_t reads_max, int64_t writes_max)
{
    struct ys_limiter_config config = {per_second, reads_max, writes_max};
    struct ys_limiter limiter;

    ys_limiter_init(&limiter, &config, T0);
    return limiter;
}

/* One request that comes back at once. */
static void pass(struct ys_limiter *limiter, int64_t now_ms)
{
    ys_limiter_take(limiter, false, now_ms);
    ys_limiter_done(limiter, false, YS_PACE_OK, -1, 0, now_ms);
}

/* Lets as many requests pass as the limiter allows up to `until_ms`, and counts them. */
static int64_t flood(struct ys_limiter *limiter, int64_t *now_ms, int64_t until_ms)
{
    int64_t count = 0;

    while (*now_ms < until_ms) {
        int64_t wait_ms = ys_limiter_wait_ms(limiter, false, *now_ms);

        assert_true(wait_ms >= 0);
        if (wait_ms > 0) {
            *now_ms += wait_ms;
            continue;
        }
        pass(limiter, *now_ms);
        count++;
    }
    return count;
}

static void test_first_leaves_at_once(void **state)
{
    struct ys_limiter limiter = made(2, 4, 2);

    (void)state;
    assert_int_equal(ys_limiter_wait_ms(&limiter, true, T0), 0);
    pass(&limiter, T0);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0), 500);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0 + 100), 400);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0 + 500), 0);
}

/* Within 1 % below the rate over a long time, and never above it. */
static void test_rate_is_kept(void **state)
{
    static const int64_t rates[] = {1, 2, 3, 7, 10, 33, 150, 999};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct ys_limiter limiter = made(rates[i], 4, 2);
        int64_t now_ms = T0;
        int64_t count = flood(&limiter, &now_ms, T0 + 100000);

        assert_in_range(count, rates[i] * 99, rates[i] * 100 + rates[i] / 10 + 1);
    }
}

/* After any idle time the burst is a tenth of a second's worth and one more. */
static void test_burst_is_bounded(void **state)
{
    struct ys_limiter limiter = made(100, 4, 2);
    int64_t now_ms = T0 + 3600000;
    int64_t burst = 0;

    (void)state;
    while (ys_limiter_wait_ms(&limiter, false, now_ms) == 0) {
        pass(&limiter, now_ms);
        burst++;
    }
    assert_int_equal(burst, 11);
}

static void test_concurrency_caps(void **state)
{
    struct ys_limiter limiter = made(1000, 3, 2);
    int64_t now_ms = T0;

    (void)state;
    for (int i = 0; i < 2; i++) ys_limiter_take(&limiter, true, now_ms += 10);
    assert_int_equal(ys_limiter_wait_ms(&limiter, true, now_ms + 10), -1);
    for (int i = 0; i < 3; i++) ys_limiter_take(&limiter, false, now_ms += 10);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, now_ms + 10), -1);
    assert_int_equal(limiter.reads, 3);
    assert_int_equal(limiter.writes, 2);
    ys_limiter_done(&limiter, true, YS_PACE_OTHER, -1, 0, now_ms);
    assert_int_equal(ys_limiter_wait_ms(&limiter, true, now_ms + 10), 0);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, now_ms + 10), -1);
}

static void refuse(struct ys_limiter *limiter, int64_t retry_after_ms, uint64_t random,
                   int64_t now_ms)
{
    ys_limiter_take(limiter, true, now_ms);
    ys_limiter_done(limiter, true, YS_PACE_THROTTLED, retry_after_ms, random, now_ms);
}

static void test_refusal_halves_and_holds(void **state)
{
    struct ys_limiter limiter = made(10, 4, 2);

    (void)state;
    refuse(&limiter, -1, 250, T0);
    assert_int_equal(limiter.rate_milli, 5000);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0), YS_BACKOFF_BASE_MS + 250);
    assert_int_equal(ys_limiter_wait_ms(&limiter, true, T0 + 1249), 1);
    assert_int_equal(ys_limiter_wait_ms(&limiter, true, T0 + 1250), 0);
    /* Again and again: the hold grows, the rate stops at one in ten seconds. */
    for (int64_t i = 1, now_ms = T0; i < 12; i++) {
        now_ms += 3600000;
        refuse(&limiter, -1, UINT64_MAX, now_ms);
        assert_true(limiter.hold_until_ms > now_ms);
        assert_true(limiter.hold_until_ms <= now_ms + YS_BACKOFF_BASE_MS + YS_BACKOFF_MAX_MS);
    }
    assert_int_equal(limiter.rate_milli, 100);
    assert_int_equal(limiter.throttles, 12);
}

/* Two that left together and are refused together are one sign of too much speed. */
static void test_refusals_of_one_burst_count_once(void **state)
{
    struct ys_limiter limiter = made(100, 4, 4);

    (void)state;
    for (int i = 0; i < 3; i++) ys_limiter_take(&limiter, true, T0 + i * 10);
    ys_limiter_done(&limiter, true, YS_PACE_THROTTLED, -1, 0, T0 + 50);
    ys_limiter_done(&limiter, true, YS_PACE_THROTTLED, -1, 0, T0 + 60);
    assert_int_equal(limiter.rate_milli, 50000);
    assert_int_equal(limiter.throttles, 1);
    assert_int_equal(limiter.hold_until_ms, T0 + 50 + YS_BACKOFF_BASE_MS);
    /* ... but a longer wait that the server names holds. */
    ys_limiter_done(&limiter, true, YS_PACE_THROTTLED, 30000, 0, T0 + 70);
    assert_int_equal(limiter.rate_milli, 50000);
    assert_int_equal(limiter.hold_until_ms, T0 + 70 + 30000);
}

static void test_server_wait_wins(void **state)
{
    struct ys_limiter limiter = made(10, 4, 2);

    (void)state;
    refuse(&limiter, 7000, UINT64_MAX, T0);
    assert_int_equal(limiter.hold_until_ms, T0 + 7000);
    limiter = made(10, 4, 2);
    refuse(&limiter, INT64_MAX, 0, T0);
    assert_int_equal(limiter.hold_until_ms, T0 + YS_RETRY_AFTER_MAX_MS);
}

static void test_success_recovers_step_by_step(void **state)
{
    struct ys_limiter limiter = made(10, 4, 2);
    int64_t now_ms = T0, before;

    (void)state;
    refuse(&limiter, -1, 0, T0);
    before = limiter.rate_milli;
    now_ms = limiter.hold_until_ms;
    for (int i = 0; i < 10; i++) {
        assert_true(limiter.rate_milli < 10000);
        now_ms += 1000;
        pass(&limiter, now_ms);
        assert_true(limiter.rate_milli > before);
        before = limiter.rate_milli;
    }
    assert_int_equal(limiter.rate_milli, 10000);
    assert_int_equal(limiter.throttles, 0);
    pass(&limiter, now_ms + 1000);
    assert_int_equal(limiter.rate_milli, 10000);
}

/* A success that left before the refusal does not speed up; other faults change nothing. */
static void test_old_success_and_other_faults(void **state)
{
    struct ys_limiter limiter = made(100, 4, 4);

    (void)state;
    ys_limiter_take(&limiter, false, T0);
    refuse(&limiter, -1, 0, T0 + 10);
    ys_limiter_done(&limiter, false, YS_PACE_OK, -1, 0, T0 + 20);
    assert_int_equal(limiter.rate_milli, 50000);
    assert_int_equal(limiter.throttles, 1);
    ys_limiter_take(&limiter, false, T0 + 5000);
    ys_limiter_done(&limiter, false, YS_PACE_OTHER, -1, 0, T0 + 5001);
    assert_int_equal(limiter.rate_milli, 50000);
    assert_int_equal(limiter.throttles, 1);
}

/* Whoever waits as long as wait_ms says may leave; one millisecond less is too early. */
static void test_waits_are_exact(void **state)
{
    struct ys_limiter limiter = made(7, 4, 4);
    int64_t now_ms = T0;
    uint32_t seed = 12345;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t wait_ms = ys_limiter_wait_ms(&limiter, false, now_ms);

        seed = seed * 1664525u + 1013904223u;
        if (wait_ms > 0) {
            assert_true(ys_limiter_wait_ms(&limiter, false, now_ms + wait_ms - 1) > 0);
            now_ms += wait_ms;
            assert_int_equal(ys_limiter_wait_ms(&limiter, false, now_ms), 0);
        }
        ys_limiter_take(&limiter, false, now_ms);
        ys_limiter_done(&limiter, false, (seed >> 28) == 0 ? YS_PACE_THROTTLED : YS_PACE_OK,
                        (seed >> 26) == 0 ? 500 : -1, seed, now_ms);
        now_ms += (int64_t)(seed >> 24);
    }
}

static void test_clock_that_goes_back(void **state)
{
    struct ys_limiter limiter = made(10, 4, 4);

    (void)state;
    pass(&limiter, T0);
    assert_true(ys_limiter_wait_ms(&limiter, false, T0 - 100000) > 0);
    assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0 + 100), 0);
}

static void test_state_survives_a_restart(void **state)
{
    struct ys_limiter limiter = made(10, 4, 2), after = made(10, 4, 2);
    char text[128];

    (void)state;
    refuse(&limiter, 60000, 0, T0);
    ys_limiter_save(&limiter, T0 + 1000, WALL, text);
    ys_limiter_load(&after, text, 77, WALL + 9000); /* another monotonic clock, 9 s later */
    assert_int_equal(after.rate_milli, 5000);
    assert_int_equal(after.throttles, 1);
    assert_int_equal(after.hold_until_ms, 77 + 50000);
    assert_int_equal(ys_limiter_wait_ms(&after, true, 77), 50000);
    assert_int_equal(after.reads + after.writes, 0);
    /* A wall clock that moved back: the whole hold. */
    after = made(10, 4, 2);
    ys_limiter_load(&after, text, 77, WALL - 86400000);
    assert_int_equal(after.hold_until_ms, 77 + 59000);
    /* Days later nothing is held; a lower configured rate is kept. */
    after = made(3, 4, 2);
    ys_limiter_load(&after, text, 77, WALL + 86400000);
    assert_int_equal(ys_limiter_wait_ms(&after, true, 77), 0);
    assert_int_equal(after.rate_milli, 3000);
}

/* A process that is started again and again sends no more than one that runs on. */
static void test_restarts_give_no_tokens(void **state)
{
    struct ys_limiter limiter = made(1, 4, 2);
    char text[128];

    (void)state;
    pass(&limiter, T0);
    for (int i = 0; i < 5; i++) {
        ys_limiter_save(&limiter, T0, WALL, text);
        limiter = made(1, 4, 2);
        ys_limiter_load(&limiter, text, T0, WALL);
        assert_int_equal(ys_limiter_wait_ms(&limiter, false, T0), 1000);
    }
}

static void test_garbage_is_ignored(void **state)
{
    static const char *const texts[] = {
        "", "x", "1", "1 2 3", "2 5000 1 0 0 1790319600000", "1 -5 0 0 0 1", "1 0 0 0 0 1",
        "1 5000 1 0 0 1 more", "1 99999999999999999999999999 0 0 0 1", "1 5000 1 -1 0 1",
        "1 5000 1 0 -1 1",
    };
    struct ys_limiter fresh = made(10, 4, 2);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ys_limiter limiter = made(10, 4, 2);

        ys_limiter_load(&limiter, texts[i], T0, WALL);
        assert_int_equal(limiter.rate_milli, fresh.rate_milli);
        assert_int_equal(limiter.hold_until_ms, fresh.hold_until_ms);
        assert_int_equal(limiter.tokens_milli, fresh.tokens_milli);
        assert_int_equal(limiter.throttles, 0);
    }
    ys_limiter_load(&fresh, NULL, T0, WALL);
    assert_int_equal(fresh.rate_milli, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_leaves_at_once),
        cmocka_unit_test(test_rate_is_kept),
        cmocka_unit_test(test_burst_is_bounded),
        cmocka_unit_test(test_concurrency_caps),
        cmocka_unit_test(test_refusal_halves_and_holds),
        cmocka_unit_test(test_refusals_of_one_burst_count_once),
        cmocka_unit_test(test_server_wait_wins),
        cmocka_unit_test(test_success_recovers_step_by_step),
        cmocka_unit_test(test_old_success_and_other_faults),
        cmocka_unit_test(test_waits_are_exact),
        cmocka_unit_test(test_clock_that_goes_back),
        cmocka_unit_test(test_state_survives_a_restart),
        cmocka_unit_test(test_restarts_give_no_tokens),
        cmocka_unit_test(test_garbage_is_ignored),
    };

    return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
