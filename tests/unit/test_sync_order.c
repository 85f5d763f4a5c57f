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
#include "support/cases.h"
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
    size_t i, j, ran = 0;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
            if (!cases_take((long)(2 * i + j))) continue;
            if (ran++ > 0) world_close(&world);
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

/* The user moves rows while the job runs: what it placed itself is in order when it ends or after
 * the next one, and the rest after that one. */
static void test_edits_meanwhile(void **state)
{
    static const char *const faults[] = {"playlistItems.insert#3+4=edit:move",
                                         "playlistItems.update#1+2=edit:move",
                                         "playlistItems.insert#2+3=edit:remove"};
    size_t i;
    int rounds;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (i > 0) world_close(&world);
        open_world(7, 6, 40);
        assert_true(world_start(&world));
        world_fault(&world, faults[i]);
        assert_int_equal(world_finish(&world), YS_OK);
        for (rounds = 0; rounds < 3; rounds++) {
            ys_env_sleep_ms(&world.env, 120000);
            world_session(&world);
            if (!world_start(&world)) break;
            assert_int_equal(world_finish(&world), YS_OK);
        }
        assert_true(rounds < 3);
        if (i < 2) world_check_end(&world);
    }
}

/* The process dies after every number of steps and starts again. */
static void test_crashes(void **state)
{
    int64_t crash_after, steps, crashes;
    bool more;

    (void)state;
    for (crash_after = 2; crash_after < 24; crash_after += 7) {
        enum ys_status status = YS_OK;
        if (crash_after > 2) world_close(&world);
        open_world(6, 6, 24);
        assert_true(world_start(&world));
        world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
        for (steps = 0, crashes = 0; status == YS_OK; steps++) {
            if (!world.job) status = ys_job_open(world.session, 0, &world.job, &world.err);
            if (status == YS_OK) status = ys_job_step(world.job, 1000, &more, &world.err);
            if (status == YS_OK && !more) break;
            if (steps % crash_after == crash_after - 1 && crashes++ < 100) {
                world_crash(&world);
                world_session(&world);
            }
        }
        world_ok(&world, status);
        world_check_end(&world);
        world_check_quota(&world, 10000);
    }
}

/* ---------------------------------------------------------------- single rows */

static char jazz_id[YS_ID_BYTES];

/* "Jazz" holds the videos 3, 1, 2; an ordered category wants 1 to 4. */
static struct ys_target *jazz_out_of_order(bool self_sorted)
{
    struct ys_sim_playlist playlist = {.title = "Jazz", .privacy = YS_PRIVACY_PRIVATE,
                                       .self_sorted = self_sorted};
    struct ys_category_spec spec = {.key = "Jazz", .ordered = true};
    struct ys_target *target;

    shelf_open(&world, 41, 4);
    world_ok(&world, ys_sim_playlist_add(world.sim, &playlist, jazz_id, &world.err));
    shelf_put(&world, jazz_id, 3);
    shelf_put(&world, jazz_id, 1);
    shelf_put(&world, jazz_id, 2);
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_category(&world, target, &spec, 1, 4);
    return target;
}

/* YouTube refuses the first position; then nothing asks for one, and nothing is moved. */
static void test_a_playlist_that_youtube_sorts(void **state)
{
    struct ys_target *target = jazz_out_of_order(true);
    struct ys_operation_record op;
    struct ys_plan *plan;

    (void)state;
    shelf_start(&world, target);
    assert_int_equal(world_finish(&world), YS_OK);
    assert_int_equal(shelf_copies(&world, "Jazz", 4), 1);
    op = shelf_operation(&world, YS_OP_ITEM_MOVE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(op.error,
                        "The video video-00003 keeps its place: YouTube sorts \"Jazz\" by itself. "
                        "Set its sorting to \"Manual\" on YouTube to have the order of the "
                        "policy.");
    world_session(&world);
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_category(&world, target, &(struct ys_category_spec){.key = "Jazz", .ordered = true}, 1,
                   4);
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_target_free(target);
    assert_int_equal(ys_plan_count(plan), 0);
    assert_non_null(strstr(ys_plan_warning(plan, 0), "YouTube sorts \"Jazz\" by itself"));
    ys_plan_free(plan);
}

/* The row that was to be moved is taken out by hand: it is not moved, and the rest is done. */
static void test_a_row_that_is_gone(void **state)
{
    struct ys_target *target = jazz_out_of_order(false);
    struct ys_operation_record op;
    char item[YS_ID_BYTES];

    (void)state;
    shelf_start(&world, target);
    shelf_item_at(&world, jazz_id, 0, item);
    world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    ys_env_sleep_ms(&world.env, 60000);
    assert_int_equal(world_finish(&world), YS_OK);
    op = shelf_operation(&world, YS_OP_ITEM_MOVE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(op.error, "The video video-00003 is not in \"Jazz\" any more, so it is not "
                                  "moved there.");
    assert_int_equal(shelf_copies(&world, "Jazz", 4), 1);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_UPDATE), 0);
}

/* The user moved it there already. */
static void test_a_row_that_is_in_its_place(void **state)
{
    struct ys_target *target = jazz_out_of_order(false);
    char item[YS_ID_BYTES];

    (void)state;
    shelf_start(&world, target);
    shelf_item_at(&world, jazz_id, 0, item);
    world_ok(&world, ys_sim_item_move(world.sim, item, 2, &world.err));
    ys_env_sleep_ms(&world.env, 60000);
    assert_int_equal(world_finish(&world), YS_OK);
    (void)shelf_operation(&world, YS_OP_ITEM_MOVE, YS_OP_STATUS_DONE);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_UPDATE), 0);
    shelf_item_at(&world, jazz_id, 3, item);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_preview_is_the_truth),
        TEST(test_rows_that_were_moved),
        TEST(test_single_faults),
        TEST(test_edits_meanwhile),
        TEST(test_crashes),
        TEST(test_a_playlist_that_youtube_sorts),
        TEST(test_a_row_that_is_gone),
        TEST(test_a_row_that_is_in_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
