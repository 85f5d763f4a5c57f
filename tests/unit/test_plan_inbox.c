/* test_plan_inbox.c: inboxes, whose videos leave them once they are in their place, over plans and
 * whole syncs; and the guards that keep a plan from being started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/plans.h"
#include "support/shelf.h"

static void inbox(const char *id)
{
    assert_int_equal(ys_target_add_inbox(pl_target, id, &pl_err), YS_OK);
}

static void expect_leaves(size_t at, int video, const char *rule)
{
    const struct ys_planned *op = &pl_plan->ops[at];

    assert_int_equal(op->kind, YS_OP_ITEM_DELETE);
    assert_string_equal(op->category, "");
    assert_string_equal(op->playlist_id, "PLinbox");
    assert_string_equal(op->title, "Inbox");
    assert_string_equal(op->video_id, pl_video(video));
    assert_string_equal(op->rule, rule);
}

/* What has a place or is dropped leaves; what nobody wants, and what can go nowhere, stays. Under
 * every `old`. */
static void test_what_leaves(void **state)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    size_t i, first;

    (void)state;
    (void)pl_playlist("PLinbox", "Inbox");
    pl_items(1, 2);
    pl_items(30, 31);
    pl_item(40, YS_AVAILABILITY_PRIVATE);
    for (i = 0; i < 3; i++) {
        pl_old(olds[i]);
        inbox("PLinbox");
        (void)pl_category("Jazz", 1, 2);
        assert_int_equal(ys_target_add_video(pl_target, 0, pl_video(40), "", &pl_err), YS_OK);
        pl_drop(31, 31);
        pl_make();
        assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, NULL), 1);
        assert_int_equal(pl_count(YS_OP_PLAYLIST_UPDATE, NULL), 0);
        assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 0);
        assert_int_equal(pl_count(YS_OP_ITEM_DELETE, NULL), 3);
        first = ys_plan_count(pl_plan) - 3;
        expect_leaves(first, 1, "it leaves the inbox when it is in its playlist");
        expect_leaves(first + 1, 2, "it leaves the inbox when it is in its playlist");
        expect_leaves(first + 2, 31, "the policy drops it");
    }
}

static void test_an_inbox_is_nothing_else(void **state)
{
    (void)state;
    (void)pl_playlist("PLinbox", "Inbox");
    pl_items(1, 1);
    (void)pl_category("Inbox", 1, 1);
    inbox("PLinbox");
    pl_refused(YS_EPOLICY, "\"Inbox\"", "PLinbox", "calls an inbox",
               "Give the category another title", NULL);
    pl_old(YS_OLD_KEEP);
    (void)pl_category("Jazz", 1, 1);
    inbox("PLinbox");
    assert_int_equal(ys_target_protect(pl_target, "PLinbox", &pl_err), YS_OK);
    pl_refused(YS_EPOLICY, "\"Inbox\"", "PLinbox", "says never to touch it",
               "Take it out of one of the two", NULL);
}

static void test_an_inbox_that_was_not_read(void **state)
{
    (void)state;
    pl_at(pl_playlist("PLinbox", "Inbox"))->listed = false;
    inbox("PLinbox");
    (void)pl_category("Jazz", 1, 1);
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_DELETE, NULL), 0);
    assert_string_equal(ys_plan_warning(pl_plan, 0),
                        "The videos of the inbox \"Inbox\" could not be read; they stay there.");
}

/* ---------------------------------------------------------------- guards */

static void guard(int64_t units, int64_t takeouts, int64_t deletes)
{
    struct ys_guards guards = {.units = units, .takeouts = takeouts, .deletes = deletes};

    assert_int_equal(ys_target_set_guards(pl_target, &guards, &pl_err), YS_OK);
    pl_make();
}

static void test_guards(void **state)
{
    const struct ys_guards wrong = {.units = -2, .takeouts = -1, .deletes = -1};
    struct ys_guards needs;

    (void)state;
    (void)pl_playlist("PLinbox", "Inbox");
    pl_items(1, 3);
    (void)pl_playlist("PLold", "Old");
    (void)pl_playlist("PLolder", "Older");
    (void)pl_playlist("PLoldest", "Oldest");
    (void)pl_category("Jazz", 1, 3);
    inbox("PLinbox");
    guard(-1, -1, -1);
    assert_null(ys_plan_guard(pl_plan));
    guard(pl_preview.units, 3, 2);
    assert_null(ys_plan_guard(pl_plan));
    guard(pl_preview.units - 1, -1, -1);
    assert_non_null(strstr(ys_plan_guard(pl_plan), "started: it needs "));
    assert_non_null(strstr(ys_plan_guard(pl_plan), " units (limit.units_per_run allows "));
    guard(-1, 2, -1);
    assert_string_equal(ys_plan_guard(pl_plan),
                        "This plan cannot be started: it takes out 3 videos "
                        "(limit.takeouts_per_run allows 2). Allow more in the policy, or do less "
                        "at a time.");
    assert_string_equal(ys_plan_warning(pl_plan, 0), ys_plan_guard(pl_plan));
    guard(-1, -1, 1);
    assert_non_null(strstr(ys_plan_guard(pl_plan), "it deletes 2 playlists "
                                                   "(limit.deletes_per_run allows 1). Allow"));
    ys_plan_needs(pl_plan, &needs);
    assert_int_equal(needs.units, pl_preview.units);
    assert_int_equal(needs.takeouts, 3);
    assert_int_equal(needs.deletes, 2);
    assert_int_equal(ys_target_set_guards(pl_target, &wrong, &pl_err), YS_EINVAL);
    assert_non_null(strstr(pl_err.message, "a number from 0 on, or -1 for no limit"));
}

static void test_all_exceeded_guards_are_told(void **state)
{
    char expected[256];

    (void)state;
    (void)pl_playlist("PLinbox", "Inbox");
    pl_items(1, 1);
    (void)pl_playlist("PLold", "Old");
    (void)pl_playlist("PLolder", "Older");
    (void)pl_category("Jazz", 1, 60);
    inbox("PLinbox");
    guard(1000, 0, 0);
    assert_true(pl_preview.units >= 3000 && pl_preview.units < 4000);
    (void)snprintf(expected, sizeof expected,
                   "This plan cannot be started: it deletes 1 playlist (limit.deletes_per_run "
                   "allows 0) and takes out 1 video (limit.takeouts_per_run allows 0) and needs "
                   "3,%03d units (limit.units_per_run allows 1,000). Allow more in the policy, or "
                   "do less at a time.",
                   (int)(pl_preview.units - 3000));
    assert_string_equal(ys_plan_guard(pl_plan), expected);
}

/* ---------------------------------------------------------------- whole syncs */

static struct world world;
static char inbox_id[YS_ID_BYTES];

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

static struct ys_target *open_inbox(int videos)
{
    struct ys_target *target;

    shelf_open(&world, 31, videos);
    shelf_playlist(&world, "Inbox", YS_PRIVACY_PRIVATE, 1, videos, inbox_id);
    target = shelf_policy(&world, YS_OLD_KEEP);
    world_ok(&world, ys_target_add_inbox(target, inbox_id, &world.err));
    return target;
}

static void test_a_sync_empties_the_inbox(void **state)
{
    struct ys_target *target = open_inbox(6);
    struct ys_preview preview;
    struct ys_plan *plan;
    int64_t before;

    (void)state;
    shelf_want(&world, target, "Jazz", 1, 4);
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_target_free(target);
    ys_plan_preview(plan, &preview);
    before = ys_sim_quota_total(world.sim);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
    finish();
    assert_int_equal(ys_sim_quota_total(world.sim) - before, preview.units);
    assert_int_equal(shelf_copies(&world, "Jazz", 1), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 4), 1);
    assert_int_equal(shelf_copies(&world, "Inbox", 1), 0);
    assert_int_equal(shelf_copies(&world, "Inbox", 4), 0);
    assert_int_equal(shelf_copies(&world, "Inbox", 5), 1);
    assert_int_equal(shelf_copies(&world, "Inbox", 6), 1);
}

/* A video whose insert is refused stays, and so does one that the user took out of its new place
 * before it was seen to be there; the others go. */
static void test_without_proof_it_stays(void **state)
{
    struct ys_target *target = open_inbox(4);

    (void)state;
    shelf_want(&world, target, "Jazz", 1, 4);
    world_fault(&world, "playlistItems.insert#2=reason:videoNotFound");
    shelf_start(&world, target);
    finish();
    assert_int_equal(shelf_copies(&world, "Jazz", 2), 0);
    assert_int_equal(shelf_copies(&world, "Inbox", 2), 1);
    assert_int_equal(shelf_copies(&world, "Inbox", 1), 0);
    assert_int_equal(shelf_copies(&world, "Inbox", 3), 0);
}

/* Taken out of the inbox by hand meanwhile: nothing is asked for. */
static void test_rows_that_are_gone_already(void **state)
{
    struct ys_target *target = open_inbox(3);
    char item[YS_ID_BYTES];

    (void)state;
    shelf_want(&world, target, "Jazz", 1, 3);
    shelf_start(&world, target);
    shelf_until(&world, YS_OP_ITEM_INSERT, 1);
    shelf_item_at(&world, inbox_id, 0, item);
    world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    finish();
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_DELETE), 2);
    assert_int_equal(shelf_copies(&world, "Inbox", 2), 0);
    assert_int_equal(shelf_copies(&world, "Jazz", 1), 1);
}

static void test_a_lost_reply_to_a_takeout(void **state)
{
    static const char *const faults[] = {"playlistItems.delete#1=effect+close",
                                         "playlistItems.delete#2=timeout",
                                         "playlistItems.delete#1=500"};
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        struct ys_target *target;
        if (i > 0) world_close(&world);
        target = open_inbox(3);
        shelf_want(&world, target, "Jazz", 1, 3);
        world_fault(&world, faults[i]);
        shelf_start(&world, target);
        finish();
        assert_int_equal(shelf_copies(&world, "Jazz", 3), 1);
        assert_int_equal(shelf_copies(&world, "Inbox", 1), 0);
        assert_int_equal(shelf_copies(&world, "Inbox", 3), 0);
    }
}

static void test_a_guard_stops_before_anything_happens(void **state)
{
    const struct ys_guards guards = {.units = -1, .takeouts = 2, .deletes = -1};
    struct ys_target *target = open_inbox(3);
    struct ys_plan *plan;

    (void)state;
    shelf_want(&world, target, "Jazz", 1, 3);
    world_ok(&world, ys_target_set_guards(target, &guards, &world.err));
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_target_free(target);
    shelf_is(&world, ys_job_start(world.session, plan, &world.job, &world.err), YS_ELIMIT,
             "it takes out 3 videos (limit.takeouts_per_run allows 2)");
    ys_plan_free(plan);
    assert_int_equal(shelf_job(&world).id, 0);
}

#define PLAN(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)
#define SYNC(function) cmocka_unit_test_teardown(function, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN(test_what_leaves),
        PLAN(test_an_inbox_is_nothing_else),
        PLAN(test_an_inbox_that_was_not_read),
        PLAN(test_guards),
        PLAN(test_all_exceeded_guards_are_told),
        SYNC(test_a_sync_empties_the_inbox),
        SYNC(test_without_proof_it_stays),
        SYNC(test_rows_that_are_gone_already),
        SYNC(test_a_lost_reply_to_a_takeout),
        SYNC(test_a_guard_stops_before_anything_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
