/* test_sync_days.c: how much of each day's quota a whole sync uses, in virtual time. On a day
 * without faults after which there was work left, at least 99 % of quota.daily less quota.keep is
 * used, or all but what no operation fits into; more than that never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world.h"

#define WRITE_UNITS 50

struct days {
    int64_t daily_units, keep_units;
    size_t categories;
    int64_t creates;            /* quota.creates */
    int64_t lag_ms;             /* lists see a write that much later */
    enum ys_privacy privacy;    /* of new playlists when they are complete */
    int64_t playlists, videos;
    int64_t least_days;         /* that it takes */
};

static void check_days(const struct world *world, const struct days *days)
{
    int64_t free_units = days->daily_units - days->keep_units;
    int64_t idle_units = free_units / 100 > WRITE_UNITS - 1 ? free_units / 100 : WRITE_UNITS - 1;
    struct ys_sim_quota quota, next;
    int64_t i;

    assert_int_equal(ys_sim_quota_nth(world->sim, 0, &quota, NULL), YS_OK);
    for (i = 1; ys_sim_quota_nth(world->sim, i, &next, NULL) == YS_OK; i++) {
        if (quota.used_units < free_units - idle_units || quota.used_units > free_units)
            fail_msg("day %lld: %lld units used, %lld are free", (long long)i,
                     (long long)quota.used_units, (long long)free_units);
        assert_int_equal(quota.refused, 0);
        quota = next;
    }
    assert_true(quota.used_units <= free_units);
    assert_true(i >= days->least_days);
}

static void sync_days(uint64_t seed, const struct days *days)
{
    struct world world;

    world_init(&world, seed);
    world.categories = days->categories;
    world.privacy = days->privacy;
    world.options.lag_min_ms = world.options.lag_max_ms = days->lag_ms;
    world_open(&world);
    world_library(&world, days->playlists, days->videos);
    world_session(&world);
    world_set(&world, "quota.daily", days->daily_units);
    world_set(&world, "quota.keep", days->keep_units);
    world_set(&world, "quota.creates", days->creates);
    assert_true(world_start(&world));
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
    world_check_quota(&world, days->daily_units - days->keep_units);
    check_days(&world, days);
    world_close(&world);
}

static void test_the_usual_quota(void **state)
{
    (void)state;
    sync_days(1, &(struct days){.daily_units = 10000, .keep_units = 1000, .categories = 8,
                                .creates = 10, .privacy = YS_PRIVACY_PRIVATE, .playlists = 30,
                                .videos = 500, .least_days = 3});
}

/* Listings that are late hold back only the playlists that they are about. */
static void test_late_listings(void **state)
{
    (void)state;
    sync_days(2, &(struct days){.daily_units = 10000, .keep_units = 1000, .categories = 8,
                                .creates = 10, .lag_ms = 3000, .privacy = YS_PRIVACY_UNLISTED,
                                .playlists = 40, .videos = 900, .least_days = 5});
}

/* Two playlists have to wait for another day's creations; what can be filled is filled. */
static void test_more_playlists_than_creations(void **state)
{
    (void)state;
    sync_days(3, &(struct days){.daily_units = 3000, .keep_units = 300, .categories = 12,
                                .creates = 5, .privacy = YS_PRIVACY_PRIVATE, .playlists = 20,
                                .videos = 300, .least_days = 6});
}

static void test_a_small_quota(void **state)
{
    (void)state;
    sync_days(4, &(struct days){.daily_units = 1000, .keep_units = 100, .categories = 4,
                                .creates = 10, .privacy = YS_PRIVACY_PRIVATE, .playlists = 10,
                                .videos = 80, .least_days = 5});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_usual_quota),
        cmocka_unit_test(test_late_listings),
        cmocka_unit_test(test_more_playlists_than_creations),
        cmocka_unit_test(test_a_small_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
