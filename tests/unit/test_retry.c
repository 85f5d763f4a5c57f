/* test_retry.c: backoff, Retry-After and the retry budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/retry.h"

/* 2026-09-25 00:00:00 in Los Angeles, from a recorded reply. */
#define NOW INT64_C(1790319600000)

static void test_backoff_doubles_and_stops(void **state)
{
    (void)state;
    assert_int_equal(ys_backoff_ms(1, 0, 0), 0);
    assert_int_equal(ys_backoff_ms(1, 0, 1000), 1000);
    assert_int_equal(ys_backoff_ms(1, 0, 1001), 0); /* full jitter: 0..1000 */
    assert_int_equal(ys_backoff_ms(2, 0, 2000), 2000);
    assert_int_equal(ys_backoff_ms(5, 0, 16000), 16000);
    assert_int_equal(ys_backoff_ms(7, 0, 64000), 64000);
    assert_int_equal(ys_backoff_ms(8, 0, 64000), 64000);
    for (int64_t attempt = -3; attempt < 200; attempt++) {
        int64_t wait_ms = ys_backoff_ms(attempt, 0, UINT64_MAX / 3);

        assert_in_range(wait_ms, 0, YS_BACKOFF_MAX_MS);
    }
    assert_in_range(ys_backoff_ms(INT64_MAX, 0, UINT64_MAX), 0, YS_BACKOFF_MAX_MS);
}

/* The floor is kept, and there is jitter above it: two that were refused together part. */
static void test_backoff_floor(void **state)
{
    (void)state;
    assert_int_equal(ys_backoff_ms(1, 1000, 0), 1000);
    assert_int_equal(ys_backoff_ms(1, 1000, 17), 1017);
    assert_int_equal(ys_backoff_ms(1, -50, 0), 0);
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *header;
        int64_t wait_ms;
    } cases[] = {
        {"0", 0},
        {"120", 120000},
        {"  7 ", 7000},
        {"3600", YS_RETRY_AFTER_MAX_MS},
        {"3601", YS_RETRY_AFTER_MAX_MS},
        {"99999999999999999999", YS_RETRY_AFTER_MAX_MS},
        {"Fri, 25 Sep 2026 07:00:30 GMT", 30000},
        {"Friday, 25-Sep-26 07:01:00 GMT", 60000},
        {"Fri Sep 25 07:00:05 2026", 5000},
        {"Fri, 25 Sep 2026 06:59:00 GMT", 0},
        {"Fri, 25 Sep 2037 07:00:30 GMT", YS_RETRY_AFTER_MAX_MS},
        {"", -1},
        {" ", -1},
        {"-5", -1},
        {"5.5", -1},
        {"5s", -1},
        {"soon", -1},
        {"Fri, 99 Sep 2026 07:00:30 GMT", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t wait_ms = ys_retry_after_ms(cases[i].header, NOW);

        if (wait_ms != cases[i].wait_ms) print_error("header \"%s\"\n", cases[i].header);
        assert_int_equal(wait_ms, cases[i].wait_ms);
    }
    assert_int_equal(ys_retry_after_ms(NULL, NOW), -1);
}

static void test_budget(void **state)
{
    struct ys_retry_budget budget;
    int retries = 0;

    (void)state;
    ys_retry_budget_init(&budget);
    while (ys_retry_budget_take(&budget)) retries++;
    assert_int_equal(retries, YS_RETRY_BUDGET_MAX);
    for (int i = 0; i < 9; i++) {
        ys_retry_budget_success(&budget);
        assert_false(ys_retry_budget_take(&budget));
    }
    ys_retry_budget_success(&budget);
    assert_true(ys_retry_budget_take(&budget));
    assert_false(ys_retry_budget_take(&budget));
    for (int i = 0; i < 100000; i++) ys_retry_budget_success(&budget);
    for (retries = 0; ys_retry_budget_take(&budget); retries++) continue;
    assert_int_equal(retries, YS_RETRY_BUDGET_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff_doubles_and_stops),
        cmocka_unit_test(test_backoff_floor),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_budget),
    };

    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
