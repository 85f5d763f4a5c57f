/* test_plan_optimal.c: no plan is cheaper (P7): against every way of sharing the old playlists out,
 * in thousands of small cases; against the certificate, held against the cost model itself, in
 * large ones.
 *
 * YS_OPTIMAL_CASES says how many small cases (default 6,000), YS_OPTIMAL_SEED which come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/optimum.h"

#define SMALL_CASES 6000
#define LARGE_CASES 12
#define WRITE_UNITS 50

static struct opt_case at;

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void plan_case(uint64_t seed, int playlists, int categories, int videos)
{
    assert_int_equal(pl_set_up(NULL), 0);
    opt_draw(&at, seed, playlists, categories, videos);
    opt_build(&at);
    pl_make();
}

static void done(void)
{
    assert_int_equal(pl_tear_down(NULL), 0);
}

/* The certificate, from the plan's prices and this test's own costs: prices that pay for what every
 * pair saves bound what any choice saves, and this choice saves as much. */
static void check_certificate(uint64_t seed)
{
    int64_t unit = pl_plan->price_scale * pl_plan->price_scale, sum = 0, saved;
    int i, j;

    if (!pl_plan->category_prices) {
        assert_int_equal(at.old, YS_OLD_KEEP);
        return;
    }
    for (i = 0; i < at.category_count; i++) {
        assert_true(pl_plan->category_prices[i] >= 0);
        sum += pl_plan->category_prices[i];
        for (j = 0; j < at.playlist_count; j++) {
            int64_t reuse = at.categories[i].playlist < 0 ? opt_reuse_writes(&at, i, j) : -1;
            if (reuse < 0) continue;
            saved = opt_new_writes(&at, i) + opt_deletable(&at, j) - reuse;
            if (pl_plan->category_prices[i] + pl_plan->playlist_prices[j] < saved * unit)
                fail_msg("seed %llu: category %d and playlist %d save more than they are priced",
                         (unsigned long long)seed, i, j);
        }
    }
    for (j = 0; j < at.playlist_count; j++) {
        assert_true(pl_plan->playlist_prices[j] >= 0);
        sum += pl_plan->playlist_prices[j];
    }
    assert_int_equal(pl_plan->savings_bound, sum / unit);
    assert_int_equal(pl_plan->savings, sum / unit);
    assert_true(pl_preview.no_cheaper_way);
    assert_int_equal(pl_preview.bound_units, pl_preview.write_units);
}

static void test_small_cases_by_trying_all(void **state)
{
    uint64_t first = setting("YS_OPTIMAL_SEED", 1);
    uint64_t count = setting("YS_OPTIMAL_CASES", SMALL_CASES), seed;
    int64_t moves = 0, reused = 0, deletes = 0;

    (void)state;
    for (seed = first; seed < first + count; seed++) {
        int64_t fewest;
        plan_case(seed, 4, 4, 6);
        fewest = opt_fewest_writes(&at);
        if (pl_preview.write_units != fewest * WRITE_UNITS)
            fail_msg("YS_OPTIMAL_SEED=%llu: %lld units planned, %lld would do",
                     (unsigned long long)seed, (long long)pl_preview.write_units,
                     (long long)fewest * WRITE_UNITS);
        opt_check_plan(&at);
        check_certificate(seed);
        moves += pl_count(YS_OP_ITEM_MOVE, NULL);
        reused += pl_preview.reused;
        deletes += pl_count(YS_OP_PLAYLIST_DELETE, NULL);
        done();
    }
    print_message("# %lld moves, %lld carried on, %lld deleted\n", (long long)moves,
                  (long long)reused, (long long)deletes);
    if (count < 1000) return;
    /* The family has some of everything. */
    assert_true(moves > (int64_t)count / 40 && reused > (int64_t)count / 4);
    assert_true(deletes > (int64_t)count / 20);
}

static void test_large_cases_by_their_certificates(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= LARGE_CASES; seed++) {
        plan_case(seed, OPT_PLAYLISTS_MAX, OPT_CATEGORIES_MAX, OPT_VIDEOS_MAX);
        check_certificate(seed);
        done();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_cases_by_trying_all),
        cmocka_unit_test(test_large_cases_by_their_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
