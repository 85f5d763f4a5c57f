/* test_sync_retry.c: what failed in a job is taken up again by a person's word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/shelf.h"

#define VIDEOS 9
#define CATEGORIES 3

static struct world world;
static char old_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* "Old" is given up for three new playlists; `fault` strikes meanwhile. Ends with the job's end. */
static void run_with(uint64_t seed, const char *fault)
{
    struct ys_target *target;

    shelf_open(&world, seed, VIDEOS);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 1, VIDEOS, old_id);
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_want_thirds(&world, target, YS_PRIVACY_UNSET, 1, VIDEOS);
    shelf_start(&world, target);
    if (fault) world_fault(&world, fault);
    world_ok(&world, world_finish(&world));
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    ys_sim_faults_clear(world.sim);
    world_session(&world);
}

static int64_t retry(void)
{
    int64_t count = 0;

    world.err = (struct ys_error){0};
    world_ok(&world, ys_job_retry_failed(world.session, 0, &count, &world.err));
    return count;
}

/* The job is open again, asks once more before it deletes, and ends with all in its place. */
static void finishes_after_all(void)
{
    struct ys_truth_report report;

    assert_int_not_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_job(&world).finished_at_ms, 0);
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    assert_true(shelf_has(&world, old_id));
    world_ok(&world, world_finish(&world));
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_job(&world).failed, 0);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 0);
    assert_string_equal(shelf_job(&world).needs_you, "");
    assert_false(shelf_has(&world, old_id));
    world_ok(&world, ys_truth_compare(world.sim, &report, &world.err));
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.doubled, 0);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_ITEMS_INSERT), VIDEOS);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT), CATEGORIES);
}

/* A video that could not be added, and the playlist that stayed because of it. */
static void test_an_insert_and_what_it_blocked(void **state)
{
    struct ys_job_record job;

    (void)state;
    run_with(1, "playlistItems.insert#4=reason:failedPrecondition");
    job = shelf_job(&world);
    assert_int_equal(job.failed, 1);
    assert_string_equal(job.needs_you,
                        "1 operations failed. `status` shows them with their reasons, "
                        "`retry --failed` takes them up again.");
    assert_true(shelf_has(&world, old_id));
    assert_int_equal(retry(), 2);
    finishes_after_all();
}

/* A playlist that could not be created, and its videos. */
static void test_a_create_and_its_videos(void **state)
{
    (void)state;
    run_with(2, "playlists.insert#2=reason:invalidPlaylistSnippet");
    assert_int_equal(shelf_job(&world).failed, 1);
    assert_int_equal(retry(), 1 + VIDEOS / CATEGORIES + 1);
    finishes_after_all();
}

/* One that was given up after all its attempts has them again. */
static void test_attempts_begin_anew(void **state)
{
    (void)state;
    run_with(3, "playlists.delete#1+8=409");
    assert_int_equal(
        shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_FAILED).attempts, 8);
    assert_int_equal(retry(), 1);
    world_fault(&world, "playlists.delete#1+3=409");
    finishes_after_all();
}

/* A delete that was refused. */
static void test_a_delete(void **state)
{
    (void)state;
    run_with(4, "playlists.delete#1=reason:playlistForbidden");
    assert_int_equal(shelf_job(&world).failed, 1);
    assert_int_equal(retry(), 1);
    finishes_after_all();
}

/* It fails again: it is refused once more, and ends as it did before. */
static void test_it_may_fail_again(void **state)
{
    (void)state;
    run_with(5, "playlistItems.insert#4=reason:videoNotFound");
    assert_int_equal(retry(), 2);
    world_fault(&world, "playlistItems.insert#1+1000=reason:videoNotFound");
    world_ok(&world, world_finish(&world));
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_job(&world).failed, 1);
    assert_true(shelf_has(&world, old_id));
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_INSERT), VIDEOS + 1);
}

/* In a job that rests the pause stays; what the policy skipped stays skipped. */
static void test_a_resting_job(void **state)
{
    struct ys_operation_record failed;
    int64_t count = 0;

    (void)state;
    run_with(6, NULL);
    world_close(&world);
    shelf_open(&world, 7, 6);
    {
        struct ys_target *target = shelf_policy(&world, YS_OLD_KEEP);
        shelf_want(&world, target, "Jazz", 1, 6);
        shelf_start(&world, target);
    }
    world_fault(&world, "playlistItems.insert#2+2=reason:videoNotFound");
    shelf_until(&world, YS_OP_ITEM_INSERT, 3);
    failed = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_FAILED);
    world_ok(&world, ys_job_decide(world.job, failed.id, YS_DECIDE_SKIP, &world.err));
    world_ok(&world, ys_job_pause(world.session, 0, &world.err));
    shelf_is(&world, world_steps(&world), YS_EPAUSED, NULL);
    shelf_is(&world, ys_job_retry_failed(world.session, 0, &count, &world.err), YS_ESTATE,
             "while a job is open here");
    world_session(&world);
    assert_int_equal(retry(), 1);
    assert_int_equal(shelf_job(&world).pause_reason, YS_PAUSE_USER_PAUSED);
    world_ok(&world, ys_job_resume(world.session, 0, &world.err));
    world_ok(&world, world_finish(&world));
    assert_int_equal(shelf_job(&world).failed, 0);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 2) + shelf_copies(&world, "Jazz", 3), 1);
}

static void test_refusals(void **state)
{
    int64_t count = 0;

    (void)state;
    shelf_open(&world, 8, VIDEOS);
    shelf_is(&world, ys_job_retry_failed(world.session, 0, &count, &world.err), YS_ENOTFOUND,
             "There was no job yet.");
    world_close(&world);
    run_with(9, NULL);
    shelf_is(&world, ys_job_retry_failed(world.session, 0, &count, &world.err), YS_ESTATE,
             "In job 1 nothing failed.");
    shelf_is(&world, ys_job_retry_failed(world.session, 7, &count, &world.err), YS_ENOTFOUND,
             "There is no job 7; `status` shows the last one.");
    {
        struct ys_target *target = shelf_policy(&world, YS_OLD_KEEP);
        shelf_want(&world, target, "More", 1, 2);
        shelf_start(&world, target);
    }
    world_session(&world);
    shelf_is(&world, ys_job_retry_failed(world.session, 1, &count, &world.err), YS_ESTATE,
             "Job 1 is not the last one.");
    world_ok(&world, ys_job_cancel(world.session, 2, &world.err));
    shelf_is(&world, ys_job_retry_failed(world.session, 0, &count, &world.err), YS_ESTATE,
             "Job 2 was cancelled.");
    assert_int_equal(count, 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_insert_and_what_it_blocked),
        TEST(test_a_create_and_its_videos),
        TEST(test_attempts_begin_anew),
        TEST(test_a_delete),
        TEST(test_it_may_fail_again),
        TEST(test_a_resting_job),
        TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
