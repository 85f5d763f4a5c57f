/* test_preview.c: the preview is the truth (P6): on fault-free runs, one start a day, the units and
 * days predicted are those charged, to the unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

#define TEST(function) cmocka_unit_test(function)
#define RUNS 60

static int64_t days_used(struct world *world)
{
    struct ys_sim_quota quota;
    int64_t i, days = 0;

    for (i = 0; ys_sim_quota_nth(world->sim, i, &quota, NULL) == YS_OK; i++)
        days += quota.used_units > 0;
    return days;
}

/* One world drawn from the seed, planned, run to the end and compared. */
static void one_run(uint64_t seed)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE, YS_OLD_DELETE};
    struct world world;
    struct ys_preview preview;
    struct ys_plan *plan;
    enum ys_status status;
    int64_t before;

    world_init(&world, seed);
    world.categories = 2 + seed % 5;
    world.old = olds[seed % 4];
    world.privacy = seed % 3 == 0 ? YS_PRIVACY_UNLISTED : YS_PRIVACY_PRIVATE;
    world_open(&world);
    world_library(&world, 4 + (int64_t)(seed % 9), 20 + (int64_t)(seed * 7 % 90));
    world_session(&world);
    world_set(&world, "quota.daily", 800 + (int64_t)(seed * 37 % 3000));
    world_set(&world, "quota.creates", 1 + (int64_t)(seed % 6));
    plan = world_plan(&world);
    ys_plan_preview(plan, &preview);
    before = ys_sim_quota_total(world.sim);
    if (ys_plan_count(plan) > 0) {
        world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
        world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
        status = world_finish(&world);
        if (status != YS_OK) fail_msg("seed %llu: %s", (unsigned long long)seed, world.err.message);
    }
    ys_plan_free(plan);
    if (ys_sim_quota_total(world.sim) - before != preview.units ||
        (preview.days > 0 && days_used(&world) != preview.days))
        fail_msg("seed %llu: predicted %lld units in %lld days, charged %lld in %lld",
                 (unsigned long long)seed, (long long)preview.units, (long long)preview.days,
                 (long long)(ys_sim_quota_total(world.sim) - before),
                 (long long)days_used(&world));
    world_close(&world);
}

static void test_units_and_days_are_as_predicted(void **state)
{
    const char *given = getenv("YTSYNC_SEED");
    uint64_t seed;

    (void)state;
    if (given) one_run(strtoull(given, NULL, 10));
    for (seed = 1; !given && seed <= RUNS; seed++) one_run(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_units_and_days_are_as_predicted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
