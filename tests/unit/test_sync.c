/* test_sync.c: the main job from end to end over the simulated YouTube, with and without faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/cases.h"
#include "support/world.h"

#define TEST(function) cmocka_unit_test(function)

static void small_world(struct world *world, uint64_t seed)
{
    world_init(world, seed);
    world_open(world);
    world_library(world, 8, 60);
    world_session(world);
}

static void finish_and_check(struct world *world)
{
    enum ys_status status = world_finish(world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world->err.message);
    world_check_end(world);
    world_check_quota(world, 10000);
}

/* A second plan over a finished library is empty. */
static void check_nothing_left(struct world *world)
{
    struct ys_plan *plan;

    world_session(world);
    plan = world_plan(world);
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
}

static void test_from_end_to_end(void **state)
{
    struct world world;

    (void)state;
    small_world(&world, 1);
    assert_true(world_start(&world));
    finish_and_check(&world);
    check_nothing_left(&world);
    world_close(&world);
}

static void test_over_several_days(void **state)
{
    struct world world;
    struct ys_sim_quota quota;

    (void)state;
    small_world(&world, 2);
    world_set(&world, "quota.daily", 1500);
    world_set(&world, "quota.keep", 100);
    assert_true(world_start(&world));
    finish_and_check(&world);
    assert_int_equal(ys_sim_quota_nth(world.sim, 2, &quota, NULL), YS_OK);
    assert_true(ys_sim_quota_peak(world.sim) <= 1400);
    check_nothing_left(&world);
    world_close(&world);
}

static void test_visible_when_complete(void **state)
{
    struct world world;

    (void)state;
    world_init(&world, 3);
    world.privacy = YS_PRIVACY_UNLISTED;
    world_open(&world);
    world_library(&world, 8, 60);
    world_session(&world);
    assert_true(world_start(&world));
    finish_and_check(&world);
    check_nothing_left(&world);
    world_close(&world);
}

/* The units that the preview says are the units that are charged. */
static void test_the_preview_is_the_truth(void **state)
{
    struct world world;
    struct ys_preview preview;
    struct ys_plan *plan;
    int64_t before;

    (void)state;
    small_world(&world, 4);
    plan = world_plan(&world);
    ys_plan_preview(plan, &preview);
    before = ys_sim_quota_total(world.sim);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
    finish_and_check(&world);
    assert_int_equal(preview.days, 1);
    assert_int_equal(ys_sim_quota_total(world.sim) - before, preview.units);
    world_close(&world);
}

/* Every fault once, at the first, third and tenth request that it fits. */
static void test_single_faults(void **state)
{
    static const struct {
        const char *method, *what;
    } faults[] = {
        {"playlistItems.insert", "effect+close"},
        {"playlistItems.insert", "close"},
        {"playlistItems.insert", "effect+500"},
        {"playlistItems.insert", "500"},
        {"playlistItems.insert", "effect+timeout"},
        {"playlistItems.insert", "timeout"},
        {"playlistItems.insert", "409"},
        {"playlistItems.insert", "429:30"},
        {"playlistItems.insert", "truncated"},
        {"playlistItems.insert", "notjson"},
        {"playlistItems.insert", "408"},
        {"playlistItems.insert", "503html"},
        {"playlists.insert", "effect+close"},
        {"playlists.insert", "effect+500"},
        {"playlists.insert", "500"},
        {"playlists.insert", "timeout"},
        {"playlists.insert", "409"},
        {"playlists.insert", "truncated"},
        {"playlists.delete", "effect+close"},
        {"playlists.delete", "close"},
        {"playlists.delete", "effect+timeout"},
        {"playlists.delete", "500"},
        {"playlistItems.list", "500"},
        {"playlistItems.list", "truncated"},
        {"playlistItems.list", "close"},
        {"playlists.list", "503"},
        {"playlistItems.list", "deadtoken"},
        {"playlistItems.list", "doublerow"},
        {"playlistItems.list", "shortpage:3"},
        {"write", "quota403"},
    };
    static const int numbers[] = {1, 3};
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
            struct world world;
            char spec[128];
            if (!cases_take((long)(2 * i + j))) continue;
            (void)snprintf(spec, sizeof spec, "%s#%d=%s", faults[i].method, numbers[j],
                           faults[i].what);
            world_init(&world, 5);
            world_open(&world);
            world_library(&world, 6, 24);
            world_session(&world);
            assert_true(world_start(&world));
            world_fault(&world, spec);
            print_message("# %s\n", spec);
            finish_and_check(&world);
            world_close(&world);
        }
    }
}

/* The process dies after every number of steps and starts again. */
static void test_crashes(void **state)
{
    struct world world;
    bool more;
    int64_t crash_after, steps, crashes = 0;

    (void)state;
    for (crash_after = 1; crash_after < 40; crash_after += 3) {
        enum ys_status status = YS_OK;
        world_init(&world, 6);
        world_open(&world);
        world_library(&world, 6, 24);
        world_session(&world);
        assert_true(world_start(&world));
        world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
        for (steps = 0; status == YS_OK; steps++) {
            if (!world.job) status = ys_job_open(world.session, 0, &world.job, &world.err);
            if (status == YS_OK) status = ys_job_step(world.job, 1000, &more, &world.err);
            if (status == YS_OK && !more) break;
            if (steps % crash_after == crash_after - 1 && crashes < 400) {
                crashes++;
                world_crash(&world);
                world_session(&world);
            }
        }
        world_ok(&world, status);
        world_check_end(&world);
        world_check_quota(&world, 10000);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_from_end_to_end),       TEST(test_over_several_days),
        TEST(test_visible_when_complete), TEST(test_the_preview_is_the_truth),
        TEST(test_single_faults),         TEST(test_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
