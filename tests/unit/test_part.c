/* test_part.c: parts by units, over random libraries: a part never takes more than it may, and when
 * nothing fits, the units that are named as enough are just enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/cases.h"
#include "support/chance.h"
#include "support/plans.h"

#define SEEDS 400
#define VIDEOS 24
#define LISTS_MAX 5
#define WRITE_UNITS 50

static uint64_t chance_state;

static int below(int limit)
{
    return (int)chance_range(&chance_state, 0, limit - 1);
}

/* Overlapping lists; categories that adopt some of them, want some videos each, and drop some. */
static void make_family(uint64_t seed)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    int lists, categories, list, video, i;
    char id[8], title[8];

    chance_state = seed;
    lists = 1 + below(LISTS_MAX);
    categories = 1 + below(LISTS_MAX);
    for (list = 0; list < lists; list++) {
        (void)snprintf(id, sizeof id, "PL%d", list);
        (void)snprintf(title, sizeof title, "%c%d", below(2) ? 'c' : 'l', list);
        (void)pl_playlist(id, title);
        for (video = 1; video <= VIDEOS; video++)
            if (below(3) == 0) pl_items(video, video);
    }
    pl_old(olds[below(3)]);
    for (i = 0; i < categories; i++) {
        struct ys_category_spec spec = {.key = title, .priority = below(2)};
        (void)snprintf(title, sizeof title, "c%d", i);
        (void)pl_category_spec(&spec, 1, 0);
        for (video = 1; video < VIDEOS; video++)
            if (below(categories + 1) == 0)
                assert_int_equal(ys_target_add_video(pl_target, (size_t)i, pl_video(video),
                                                     "a rule", &pl_err),
                                 YS_OK);
    }
    pl_drop(VIDEOS, VIDEOS);
}

static enum ys_status plan_within(int64_t max_units)
{
    struct ys_plan_options options = {.max_units = max_units};
    enum ys_status status;

    ys_plan_free(pl_plan);
    pl_plan = NULL;
    status = ys_plan_build_part(&pl_library, pl_target, &pl_today, &options, &pl_plan, &pl_err);
    if (status == YS_OK) ys_plan_preview(pl_plan, &pl_preview);
    return status;
}

/* The units that the refusal names. */
static int64_t enough(void)
{
    const char *number = strstr(pl_err.message, "takes ");

    assert_non_null(number);
    return strtoll(number + strlen("takes "), NULL, 10);
}

static void fits(int64_t max_units, uint64_t seed)
{
    if (pl_preview.units > max_units)
        fail_msg("seed %llu: %lld units, %lld were allowed", (unsigned long long)seed,
                 (long long)pl_preview.units, (long long)max_units);
}

/* The least part takes as much as is said, but for reads that may be needed and are not. */
static bool least_part(uint64_t seed)
{
    int64_t units;

    if (plan_within(1) == YS_OK) return false; /* nothing is to be done */
    units = enough();
    assert_int_equal(plan_within(units - 1), YS_EINVAL);
    if (plan_within(units) != YS_OK)
        fail_msg("seed %llu: %s", (unsigned long long)seed, pl_err.message);
    fits(units, seed);
    if (pl_preview.units <= units - WRITE_UNITS)
        fail_msg("seed %llu: %lld units are said, %lld are taken", (unsigned long long)seed,
                 (long long)units, (long long)pl_preview.units);
    return true;
}

static void test_parts_by_units(void **state)
{
    int64_t max_units;
    int parts = 0;
    uint64_t seed;

    for (seed = 1; seed <= SEEDS; seed++) {
        if (!cases_take((long)seed - 1)) continue;
        (void)pl_set_up(state);
        make_family(seed);
        parts += least_part(seed);
        pl_today.units_left = below(800); /* more days, more reads */
        for (max_units = 40; max_units < 1600; max_units += 130)
            if (plan_within(max_units) == YS_OK) fits(max_units, seed);
        (void)pl_tear_down(state);
    }
    assert_true(parts > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts_by_units)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
