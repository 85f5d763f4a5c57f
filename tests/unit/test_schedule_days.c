/* test_schedule_days.c: no units of a day are left idle while there is work that they could do.
 * New playlists of many sizes, few creations a day: on full days a plan takes not one day more than
 * its units and its creations need in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/cases.h"
#include "support/chance.h"
#include "support/plans.h"

#define CATEGORIES_MAX 80
#define SEEDS 400
#define WRITE_UNITS 50
#define KEEP_UNITS 100
/* Of each day's units: the reads of a day do not take those of a write. */
#define READ_UNITS 45

struct family {
    int64_t writes, creates; /* of the whole plan */
    int64_t smallest_first;  /* days when playlists are made from the smallest on */
};

static uint64_t chance_state;

static int below(int64_t limit)
{
    return (int)chance_range(&chance_state, 0, limit - 1);
}

/* Days that so much needs when so much of it can be done today and on each other day. */
static int64_t days(int64_t all, int64_t today, int64_t a_day)
{
    return all <= today ? 1 : 1 + (all - today + a_day - 1) / a_day;
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Days on which all creations go to the smallest ones left; `sizes` are sorted. */
static int64_t smallest_first(const int *sizes, int64_t count)
{
    int64_t a_day = pl_today.units_left / WRITE_UNITS, open = 0, made = 0, result = 0, i;

    while (made < count || open > 0) {
        for (i = 0; i < pl_today.limits.creates && made < count; i++) open += 1 + sizes[made++];
        open = open > a_day ? open - a_day : 0;
        result++;
    }
    return result;
}

/* Categories of 1 to 155 videos, the small ones more or less frequent, and a quota. */
static struct family make_family(uint64_t seed)
{
    int sizes[CATEGORIES_MAX], skew, most, tries, i, video = 0;
    struct family family = {0};
    char key[16];

    chance_state = seed;
    family.creates = 2 + below(CATEGORIES_MAX - 1);
    skew = 1 + below(4);
    most = 5 + below(151);
    for (i = 0; i < family.creates; i++) {
        struct ys_category_spec spec = {.key = key, .priority = below(3)};
        (void)snprintf(key, sizeof key, "c%03d", i);
        sizes[i] = 1 + below(most);
        for (tries = 1; tries < skew; tries++) {
            int other = 1 + below(most);
            if (other < sizes[i]) sizes[i] = other;
        }
        (void)pl_category_spec(&spec, video, video + sizes[i] - 1);
        video += sizes[i];
        family.writes += 1 + sizes[i];
    }
    pl_today.limits.creates = pl_today.creates_left = 1 + below(14);
    pl_today.units_left = WRITE_UNITS * (20 + below(180)) + READ_UNITS;
    pl_today.limits.keep_units = KEEP_UNITS;
    pl_today.limits.daily_units = pl_today.units_left + KEEP_UNITS;
    qsort(sizes, (size_t)family.creates, sizeof *sizes, by_size);
    family.smallest_first = smallest_first(sizes, family.creates);
    return family;
}

static int64_t fewest_days(const struct family *family)
{
    int64_t a_day = (pl_today.limits.daily_units - KEEP_UNITS) / WRITE_UNITS;
    int64_t by_units = days(family->writes, pl_today.units_left / WRITE_UNITS, a_day);
    int64_t by_creates = days(family->creates, pl_today.creates_left, pl_today.limits.creates);

    return by_units > by_creates ? by_units : by_creates;
}

/* Whether making the smallest first would have taken longer. */
static bool full_days(uint64_t seed)
{
    struct family family = make_family(seed);

    pl_make();
    assert_int_equal(pl_preview.write_units, family.writes * WRITE_UNITS);
    if (pl_preview.days != fewest_days(&family))
        fail_msg("seed %llu: %lld days, %lld are enough", (unsigned long long)seed,
                 (long long)pl_preview.days, (long long)fewest_days(&family));
    return family.smallest_first > pl_preview.days;
}

static void test_full_days(void **state)
{
    int seeds = 0, saved = 0;
    uint64_t seed;

    for (seed = 1; seed <= SEEDS; seed++) {
        if (!cases_take((long)seed - 1)) continue;
        (void)pl_set_up(state);
        pl_old(YS_OLD_KEEP);
        saved += full_days(seed);
        seeds++;
        (void)pl_tear_down(state);
    }
    print_message("# %d of %d plans would take longer with the smallest playlists first\n", saved,
                  seeds);
    assert_true(saved > 0);
}

/* Today's creations are used up in part: the order stands when even the largest playlists leave
 * units over, at the price of one day at most. */
static void test_a_day_that_has_begun(void **state)
{
    uint64_t seed;

    for (seed = 1; seed <= SEEDS; seed++) {
        struct family family;
        if (!cases_take((long)seed - 1)) continue;
        (void)pl_set_up(state);
        pl_old(YS_OLD_KEEP);
        family = make_family(seed);
        pl_today.units_left -= WRITE_UNITS * below(pl_today.units_left / WRITE_UNITS + 1);
        pl_today.creates_left = below(pl_today.limits.creates + 1);
        pl_make();
        if (pl_preview.days > 1 + fewest_days(&family))
            fail_msg("seed %llu: %lld days, %lld are enough", (unsigned long long)seed,
                     (long long)pl_preview.days, (long long)fewest_days(&family));
        (void)pl_tear_down(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_days),
        cmocka_unit_test(test_a_day_that_has_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
