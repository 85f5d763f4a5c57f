/* test_sync_order.c: ordered categories over whole syncs: rows are added in their place and moved
 * there, with and without faults, and a second plan finds nothing to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/env.h"
#include "support/shelf.h"

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

static struct world world;

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void open_world(uint64_t seed, int64_t playlists, int64_t videos)
{
    world_init(&world, seed);
    world.ordered = true;
    world_open(&world);
    world_library(&world, playlists, videos);
    world_session(&world);
}

static void finish_and_check(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
    world_check_end(&world);
    world_check_quota(&world, 10000);
}

static int64_t planned(const struct ys_plan *plan, enum ys_op_kind kind)
{
    struct ys_plan_item item;
    int64_t count = 0;
    size_t i;

    for (i = 0; ys_plan_item(plan, i, &item); i++) count += item.kind == kind;
    return count;
}

static void check_nothing_left(void)
{
    struct ys_plan *plan;

    world_session(&world);
    plan = world_plan(&world);
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
}

/* Units and days are those of the preview, moves included, also over several days. */
static void run_as_previewed(uint64_t seed, int64_t daily, bool *moved)
{
    struct ys_preview preview;
    struct ys_plan *plan;
    int64_t before;

    open_world(seed, 8, 60);
    world_set(&world, "quota.daily", daily);
    plan = world_plan(&world);
    *moved = planned(plan, YS_OP_ITEM_MOVE) > 0;
    ys_plan_preview(plan, &preview);
    before = ys_sim_quota_total(world.sim);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
    finish_and_check();
    assert_int_equal(ys_sim_quota_total(world.sim) - before, preview.units);
    check_nothing_left();
}

static void test_the_preview_is_the_truth(void **state)
{
    uint64_t seed;
    bool moved, any = false;

    (void)state;
    for (seed = 1; seed <= 6; seed++) {
        run_as_previewed(seed, seed % 2 ? 10000 : 1200, &moved);
        any = any || moved;
        if (seed < 6) world_close(&world);
    }
    assert_true(any);
}

/* The playlists are in order already, then a few rows are taken elsewhere by hand: each costs a
 * move, and nothing else is done. */
static void test_rows_that_were_moved(void **state)
{
    struct ys_truth_playlist playlist;
    struct ys_plan *plan;
    char item[YS_ID_BYTES];

    (void)state;
    open_world(11, 6, 60);
    assert_true(world_start(&world));
    finish_and_check();
    world_ok(&world, ys_truth_playlist_titled(world.sim, "Category 1", &playlist, &world.err));
    shelf_item_at(&world, playlist.id, 0, item);
    world_ok(&world, ys_sim_item_move(world.sim, item, 3, &world.err));
    shelf_item_at(&world, playlist.id, 5, item);
    world_ok(&world, ys_sim_item_move(world.sim, item, 1, &world.err));
    ys_env_sleep_ms(&world.env, 60000);
    world_session(&world);
    plan = world_plan(&world);
    assert_int_equal(planned(plan, YS_OP_ITEM_MOVE), 2);
    assert_int_equal(ys_plan_count(plan), 2);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
    finish_and_check();
    check_nothing_left();
}

/* Every fault once, at the first and third request that it fits. */
static void test_single_faults(void **state)
{
    static const char *const faults[] = {
        "playlistItems.update#%d=effect+close",   "playlistItems.update#%d=close",
        "playlistItems.update#%d=effect+500",     "playlistItems.update#%d=500",
        "playlistItems.update#%d=effect+timeout", "playlistItems.update#%d=timeout",
        "playlistItems.update#%d=409",            "playlistItems.update#%d=429:30",
        "playlistItems.update#%d=truncated",      "playlistItems.update#%d=notjson",
        "playlistItems.update#%d=reason:invalidPlaylistItemPosition",
        "playlistItems.insert#%d=effect+close",   "playlistItems.insert#%d=timeout",
        "playlistItems.insert#%d=reason:invalidPlaylistItemPosition",
        "playlistItems.insert#%d=truncated",      "playlistItems.list#%d=hiderow:1",
    };
    static const int numbers[] = {1, 3};
    char spec[128];
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
            if (i + j > 0) world_close(&world);
            open_world(5, 6, 40);
            assert_true(world_start(&world));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)snprintf(spec, sizeof spec, faults[i], numbers[j]);
#pragma GCC diagnostic pop
            print_message("# %s\n", spec);
            world_fault(&world, spec);
            finish_and_check();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_preview_is_the_truth),
        TEST(test_rows_that_were_moved),
        TEST(test_single_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
