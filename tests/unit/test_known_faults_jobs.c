/* test_known_faults_jobs.c: faults that other tools of this kind are known for, each a test of its
 * name: what a job does. `make mutations` takes the protection against each out and demands that
 * its test fails; tests/mutations/list.lua says which line protects. The rest stands in
 * test_known_faults_edges.c.
 *
 * YTSYNC_TEST=name runs one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/shelf.h"

#define VIDEOS 9
#define CATEGORIES 3
/* Rests of a job that should have come to an end long before. */
#define RESTS_MAX 40

static struct world world;
static char old_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void must(enum ys_status status)
{
    world_ok(&world, status);
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

/* "Old" holds all videos; each third of them belongs to a category that has no playlist yet; the
 * last `unwanted` of them belong nowhere. */
static struct ys_target *policy_over_old(enum ys_old old, int unwanted)
{
    struct ys_target *target = shelf_policy(&world, old);

    shelf_want_thirds(&world, target, YS_PRIVACY_UNSET, 1, VIDEOS - unwanted);
    return target;
}

static void open_old(uint64_t seed)
{
    shelf_open(&world, seed, VIDEOS + 1);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 1, VIDEOS, old_id);
}

/* Every video stands once where it belongs, and nowhere was a write done twice. */
static void exactly_once(void)
{
    int i;

    for (i = 1; i <= VIDEOS; i++)
        assert_int_equal(shelf_copies(&world, shelf_thirds[i % CATEGORIES], i), 1);
    for (i = 0; i < CATEGORIES; i++)
        assert_int_equal(ys_truth_title_count(world.sim, shelf_thirds[i]), 1);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT), CATEGORIES);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_ITEMS_INSERT), VIDEOS);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_ITEMS_DELETE), 0);
}

static int64_t lost(void)
{
    struct ys_truth_report report;

    must(ys_truth_compare(world.sim, &report, &world.err));
    return report.lost;
}

/* ---------------------------------------------------------------- lost between two steps */

/* Steps until YouTube has done something of that kind which is not on record yet; false when the
 * job comes to its end or rest before. */
static bool until_unrecorded(enum ys_sim_method method, enum ys_op_kind kind, int64_t before)
{
    bool more = true;

    while (more) {
        if (ys_job_step(world.job, 1, &more, &world.err) != YS_OK) return false;
        if (ys_sim_effect_count(world.sim, method) <= before) continue;
        return shelf_operation(&world, kind, YS_OP_STATUS_IN_FLIGHT).id > 0;
    }
    return false;
}

/* The process dies after YouTube did what it was asked for and before that is on record. The
 * listings of the next process show nothing of it for half a minute. */
static void test_crash_between_success_and_commit(void **state)
{
    static const struct {
        enum ys_sim_method method;
        enum ys_op_kind kind;
        int64_t before;
    } points[] = {
        {YS_SIM_M_PLAYLISTS_INSERT, YS_OP_PLAYLIST_CREATE, 0},
        {YS_SIM_M_PLAYLISTS_INSERT, YS_OP_PLAYLIST_CREATE, 1},
        {YS_SIM_M_ITEMS_INSERT, YS_OP_ITEM_INSERT, 0},
        {YS_SIM_M_ITEMS_INSERT, YS_OP_ITEM_INSERT, 4},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (i > 0) world_close(&world);
        open_old(200 + i);
        ys_sim_options(world.sim)->lag_min_ms = ys_sim_options(world.sim)->lag_max_ms = 30000;
        shelf_start(&world, policy_over_old(YS_OLD_KEEP, 0));
        assert_true(until_unrecorded(points[i].method, points[i].kind, points[i].before));
        world_crash(&world);
        world_session(&world);
        finish();
        exactly_once();
    }
}

/* A reply that is lost, and a listing that is too young to show what became of the write. */
static void test_absence_inside_the_lag_proves_nothing(void **state)
{
    (void)state;
    open_old(210);
    ys_sim_options(world.sim)->lag_min_ms = 20000;
    ys_sim_options(world.sim)->lag_max_ms = 30000;
    shelf_start(&world, policy_over_old(YS_OLD_KEEP, 0));
    world_fault(&world, "playlists.insert#2=effect+close");
    world_fault(&world, "playlistItems.insert#1=effect+close");
    world_fault(&world, "playlistItems.insert#5=effect+500");
    finish();
    exactly_once();
}

/* What is on record as done never runs ahead of what YouTube has done. */
static void test_409_aborted_is_not_already_there(void **state)
{
    bool more = true;

    (void)state;
    open_old(211);
    shelf_start(&world, policy_over_old(YS_OLD_KEEP, 0));
    world_fault(&world, "playlistItems.insert#2+3=409");
    while (more) {
        struct ys_job_record job;
        must(ys_job_step(world.job, 10, &more, &world.err));
        job = shelf_job(&world);
        assert_true(job.add_videos.done <=
                    ys_sim_effect_count(world.sim, YS_SIM_M_ITEMS_INSERT));
    }
    exactly_once();
}

/* ---------------------------------------------------------------- lost by a delete */

/* A video that could not be added keeps its old playlist. */
static void test_failed_add_then_delete(void **state)
{
    struct ys_operation_record failed, stays;

    (void)state;
    open_old(220);
    shelf_start(&world, policy_over_old(YS_OLD_DELETE, 0));
    world_fault(&world, "playlistItems.insert#3=reason:failedPrecondition");
    finish();
    assert_int_equal(lost(), 0);
    failed = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_FAILED);
    stays = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(stays.playlist_id, old_id);
    assert_non_null(strstr(stays.error, failed.video_id));
    assert_true(shelf_has(&world, old_id));
}

/* Videos that are listed under no category ("Uncategorised") in a playlist that would go. */
static void test_uncategorised_videos_in_the_plan(void **state)
{
    struct ys_target *target;
    struct ys_plan_block block;
    struct ys_plan_item item;
    struct ys_plan *plan;
    size_t i;

    (void)state;
    open_old(221);
    target = policy_over_old(YS_OLD_DELETE, 2);
    must(ys_plan_make(world.session, target, &plan, &world.err));
    for (i = 0; ys_plan_item(plan, i, &item); i++)
        assert_int_not_equal(item.kind, YS_OP_PLAYLIST_DELETE);
    assert_true(ys_plan_block(plan, 0, &block));
    assert_string_equal(block.playlist_id, old_id);
    assert_int_equal(block.videos, 2);
    ys_plan_free(plan);
    shelf_start(&world, target);
    finish();
    assert_int_equal(lost(), 0);
    assert_true(shelf_has(&world, old_id));
}

/* One that comes into it after the plan was made. */
static void test_uncategorised_videos_added_meanwhile(void **state)
{
    (void)state;
    open_old(222);
    shelf_start(&world, policy_over_old(YS_OLD_DELETE, 0));
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    shelf_put(&world, old_id, VIDEOS + 1);
    must(ys_truth_snapshot(world.sim, &world.err));
    finish();
    assert_int_equal(lost(), 0);
    assert_true(shelf_has(&world, old_id));
}

/* A playlist that a job made is that of its category also under another name and in a later job
 * that gives old playlists up. */
static void test_deleting_a_playlist_that_the_job_made(void **state)
{
    struct ys_truth_playlist made;
    struct ys_plan_item item;
    struct ys_target *target;
    struct ys_plan *plan;
    size_t i;

    (void)state;
    open_old(223);
    shelf_start(&world, policy_over_old(YS_OLD_DELETE, 0));
    world_fault(&world, "playlists.insert#1=effect+close");
    finish();
    exactly_once();
    must(ys_truth_playlist_titled(world.sim, shelf_thirds[0], &made, &world.err));
    must(ys_sim_playlist_edit(world.sim, made.id, "Another name", NULL, YS_PRIVACY_UNSET,
                              &world.err));
    world_session(&world);
    target = policy_over_old(YS_OLD_DELETE, 0);
    must(ys_plan_make(world.session, target, &plan, &world.err));
    for (i = 0; ys_plan_item(plan, i, &item); i++)
        assert_int_equal(item.kind, YS_OP_PLAYLIST_UPDATE); /* its name, and nothing else */
    ys_plan_free(plan);
    shelf_start(&world, target);
    finish();
    assert_true(shelf_has(&world, made.id));
    assert_int_equal(ys_sim_effects_on(world.sim, YS_SIM_M_PLAYLISTS_DELETE, made.id, NULL), 0);
    exactly_once();
}

/* ---------------------------------------------------------------- again and again */

static void test_second_run_adds_nothing_again(void **state)
{
    struct ys_target *target;
    struct ys_plan *plan;

    (void)state;
    open_old(230);
    shelf_start(&world, policy_over_old(YS_OLD_KEEP, 0));
    finish();
    world_session(&world);
    target = policy_over_old(YS_OLD_KEEP, 0);
    must(ys_plan_make(world.session, target, &plan, &world.err));
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
    ys_target_free(target);
    exactly_once();
}

/* Runs the job through its rests to its end; fails the test when it asks for a playlist more often
 * than `creates_max`, or does not end. */
static void ends_within(int64_t creates_max)
{
    enum ys_status status;
    int rests;

    for (rests = 0; rests < RESTS_MAX; rests++) {
        bool more = true;
        do {
            status = ys_job_step(world.job, 1000, &more, &world.err);
            if (ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT) > creates_max)
                fail_msg("asked for a playlist more than %d times", (int)creates_max);
        } while (more && status == YS_OK);
        if (status == YS_OK) return;
        assert_true(ys_job_wait_ms(world.job) >= 0);
        must(ys_session_sleep(world.session, ys_job_wait_ms(world.job) + 1000, &world.err));
    }
    fail_msg("the job does not end: %s", world.err.message);
}

/* Refused for good: asked for once each, and the job ends and says so. */
static void test_permanent_create_failure_ends(void **state)
{
    (void)state;
    open_old(231);
    shelf_start(&world, policy_over_old(YS_OLD_DELETE, 0));
    world_fault(&world, "playlists.insert#1+100000=reason:invalidPlaylistSnippet");
    ends_within(CATEGORIES);
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_job(&world).failed, CATEGORIES);
    assert_true(shelf_has(&world, old_id));
    assert_int_equal(lost(), 0);
}

/* A failure that looks like a passing one each time is given up after a number of attempts. */
static void test_passing_failure_for_ever_ends(void **state)
{
    (void)state;
    open_old(232);
    shelf_start(&world, policy_over_old(YS_OLD_DELETE, 0));
    world_fault(&world, "playlists.insert#1+100000=409");
    ends_within(8 * CATEGORIES);
    assert_int_equal(shelf_job(&world).failed, CATEGORIES);
    assert_non_null(strstr(
        shelf_operation(&world, YS_OP_PLAYLIST_CREATE, YS_OP_STATUS_FAILED).error,
        "Given up after 8 attempts"));
    assert_true(shelf_has(&world, old_id));
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_crash_between_success_and_commit),
        TEST(test_absence_inside_the_lag_proves_nothing),
        TEST(test_409_aborted_is_not_already_there),
        TEST(test_failed_add_then_delete),
        TEST(test_uncategorised_videos_in_the_plan),
        TEST(test_uncategorised_videos_added_meanwhile),
        TEST(test_deleting_a_playlist_that_the_job_made),
        TEST(test_second_run_adds_nothing_again),
        TEST(test_permanent_create_failure_ends),
        TEST(test_passing_failure_for_ever_ends),
    };

    cmocka_set_test_filter(getenv("YTSYNC_TEST"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
