/* test_restore_order.c: a restore brings back the order of playlists that are still there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "restores.h"
#include "sync/session.h"

#define SEEDS 12

/* ---------------------------------------------------------------- the order */

/* The user only moved entries, one of two copies too: as many moves bring them back, nothing else
 * is done, and a second restore finds nothing to do. */
static void test_moved_entries_go_back(void **state)
{
    struct ys_preview preview;
    struct ys_plan *plan;
    char *before, *after;

    (void)state;
    rs_library(56);
    rs_back_up();
    before = rs_dump();
    rs_move(rs_jazz, 0, 3);
    rs_move(rs_jazz, 6, 1);
    rs_move(rs_rock, 4, 0);
    plan = rs_plan("1");
    ys_plan_preview(plan, &preview);
    assert_int_equal(rs_moves(plan), 3);
    assert_int_equal(ys_plan_count(plan), 3);
    assert_int_equal(preview.undo.entries_moved, 3);
    assert_int_equal(preview.undo.units, 150);
    rs_start(plan);
    rs_finish();
    assert_int_equal(ys_sim_request_count(rs_world.sim, YS_SIM_M_ITEMS_UPDATE), 3);
    after = rs_dump();
    assert_string_equal(after, before);
    plan = rs_plan("1");
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
    free(before);
    free(after);
}

static void shuffle(const char *playlist_id, int count, unsigned *chance)
{
    int i;

    for (i = 0; i < count; i++) {
        *chance = *chance * 1103515245u + 12345u;
        rs_move(playlist_id, (*chance >> 16) % (unsigned)count, (*chance >> 8) % (unsigned)count);
    }
}

/* Entries are shuffled, taken out, put in twice and thrice; with copies, over many days, killed on
 * the way and with lost replies. */
static void test_the_order_comes_back_whatever_happened(void **state)
{
    unsigned chance, seed;

    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        char *before, *after, item[YS_ID_BYTES];
        enum ys_status status = YS_OK;
        struct ys_plan *plan;
        size_t operations;
        int steps;
        bool more = true;

        chance = seed * 7919u;
        rs_library(600 + seed);
        world_set(&rs_world, "quota.daily", 1000);
        shelf_put(&rs_world, rs_jazz, 2);
        rs_back_up();
        before = rs_dump();
        shuffle(rs_jazz, 9, &chance);
        shuffle(rs_rock, 5, &chance);
        if (seed % 2) {
            shelf_item_at(&rs_world, rs_jazz, seed % 9, item);
            world_ok(&rs_world, ys_sim_item_remove(rs_world.sim, item, &rs_world.err));
        }
        shelf_put(&rs_world, rs_jazz, 1 + (int)seed % 6);
        plan = rs_plan("1");
        operations = ys_plan_count(plan);
        rs_start(plan);
        if (seed % 3 == 0)
            world_fault(&rs_world, "playlistItems.update#2=effect+close");
        if (seed % 4 == 1)
            world_fault(&rs_world, seed % 8 == 1 ? "playlistItems.insert#1=effect+close"
                                                 : "playlistItems.insert#1=close");
        for (steps = 0; more || status != YS_OK; steps++) {
            assert_true(steps < 10000);
            chance = chance * 1103515245u + 12345u;
            if (steps < 200 && (chance >> 16) % 12 == 0) {
                world_crash(&rs_world);
                world_session(&rs_world);
                world_ok(&rs_world, ys_job_open(rs_world.session, 0, &rs_world.job, &rs_world.err));
            }
            status = ys_job_step(rs_world.job, 1000, &more, &rs_world.err);
            if (status == YS_EQUOTA || status == YS_ENETWORK) {
                int64_t wait = ys_job_wait_ms(rs_world.job);
                ys_sim_clock_advance(&rs_world.clock, wait > 0 ? wait : 1000);
                more = true;
                status = YS_OK;
            } else if (status != YS_OK) {
                fail_msg("seed %u: %s: %s", seed, ys_status_name(status), rs_world.err.message);
            }
        }
        assert_int_equal(shelf_count(&rs_world, YS_OP_STATUS_DONE), operations);
        after = rs_dump();
        assert_string_equal(after, before);
        free(before);
        free(after);
        if (seed < SEEDS) world_close(&rs_world);
    }
}

/* ---------------------------------------------------------------- copies */

static void remove_row(const char *playlist_id, int64_t position)
{
    char item[YS_ID_BYTES];

    shelf_item_at(&rs_world, playlist_id, position, item);
    world_ok(&rs_world, ys_sim_item_remove(rs_world.sim, item, &rs_world.err));
}

/* Two copies of a video are put back, and the first of them only by a second request: the other one
 * is not taken for its double. */
static void test_a_repeated_insert_beside_another_copy(void **state)
{
    static const char *const faults[] = {"playlistItems.insert#1=close",
                                         "playlistItems.insert#1=effect+close",
                                         "playlistItems.insert#2=close"};
    char *before, *after;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        rs_library(70 + i);
        shelf_put(&rs_world, rs_jazz, 2); /* a third copy, at the end */
        rs_back_up();
        before = rs_dump();
        remove_row(rs_jazz, 8);
        remove_row(rs_jazz, 1);
        rs_start(rs_plan("1"));
        world_fault(&rs_world, faults[i]);
        rs_finish();
        assert_int_equal(shelf_total(&rs_world, YS_OP_ITEM_INSERT), 2);
        assert_int_equal(shelf_total(&rs_world, YS_OP_ITEM_DELETE), 0);
        after = rs_dump();
        assert_string_equal(after, before);
        free(before);
        free(after);
        if (i + 1 < sizeof faults / sizeof faults[0]) world_close(&rs_world);
    }
}

/* The user puts a copy back by hand before the job gets there: that one is brought to its place. */
static void test_a_copy_that_the_user_put_back_meanwhile(void **state)
{
    char *before, *after;

    (void)state;
    rs_library(58);
    rs_back_up();
    before = rs_dump();
    remove_row(rs_jazz, 6); /* the second copy of 2 */
    rs_start(rs_plan("1"));
    shelf_put(&rs_world, rs_jazz, 2);
    rs_move(rs_jazz, 7, 3);
    rs_finish();
    after = rs_dump();
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* YouTube sorts it by itself: nothing is moved, and that is said. */
static void test_a_sorted_playlist_keeps_its_order(void **state)
{
    struct ys_plan *plan;

    (void)state;
    rs_library(57);
    rs_back_up();
    rs_move(rs_jazz, 0, 3);
    rs_fetch();
    world_ok(&rs_world, ys_store_begin(rs_world.session->store, &rs_world.err));
    world_ok(&rs_world, ys_playlist_set_self_sorted(rs_world.session->store, rs_jazz, true,
                                                    &rs_world.err));
    world_ok(&rs_world, ys_store_commit(rs_world.session->store, &rs_world.err));
    plan = rs_plan("1");
    assert_int_equal(ys_plan_count(plan), 0);
    assert_non_null(strstr(ys_plan_warning(plan, 0), "1 playlists do not get their order back"));
    ys_plan_free(plan);
}

#define TEST(name) cmocka_unit_test_teardown(name, rs_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_moved_entries_go_back),
        TEST(test_the_order_comes_back_whatever_happened),
        TEST(test_a_repeated_insert_beside_another_copy),
        TEST(test_a_copy_that_the_user_put_back_meanwhile),
        TEST(test_a_sorted_playlist_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
