/* test_sync_trouble.c: whole syncs through trouble: tokens that expire, throttles, limits on
 * creations, decisions over failed operations, lost leases, doubles, and a new process in every
 * stage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/db.h"
#include "support/shelf.h"
#include "sync/session.h"

static struct world world;

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* Under old = "keep" each category gets a playlist of its own, else old ones are carried on where
 * that is cheaper. */
static void open_sample(uint64_t seed, size_t categories, enum ys_old old)
{
    world_init(&world, seed);
    world.categories = categories;
    world.old = old;
    world_open(&world);
    world_library(&world, 8, 40);
    world_session(&world);
}

static void start(void)
{
    assert_true(world_start(&world));
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

static void finish_and_check(void)
{
    finish();
    world_check_end(&world);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 0);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 0);
}

/* ---------------------------------------------------------------- sign-in */

/* The token dies on a write: the job waits for a new one, and no operation is the worse for it. */
static void test_token_expires(void **state)
{
    static const char *const faults[] = {"write#4=revoke", "playlistItems.insert#9=revoke",
                                         "playlists.delete#1=revoke",
                                         "playlistItems.list#4=revoke"};
    struct ys_job_record job;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (i > 0) world_close(&world);
        open_sample(40 + i, 5, YS_OLD_DELETE);
        start();
        world_fault(&world, faults[i]);
        shelf_is(&world, world_steps(&world), YS_EAUTH, NULL);
        assert_null(strstr(world.err.message, YS_SIM_TOKEN));
        job = shelf_job(&world);
        assert_int_equal(job.stage, YS_STAGE_PAUSED);
        assert_int_equal(job.pause_reason, YS_PAUSE_AUTH_ERROR);
        assert_non_null(strstr(job.needs_you, "token"));
        assert_int_equal(ys_job_wait_ms(world.job), -1);
        /* Another try with the dead token is refused before anything is written. */
        shelf_is(&world, world_steps(&world), YS_EAUTH, NULL);
        world_ok(&world, ys_sim_token_add(world.sim, "new-token", YS_SIM_CHANNEL_ID, NULL, 0,
                                          &world.err));
        world_ok(&world, ys_session_set_token(world.session, "new-token", &world.err));
        world_ok(&world, world_steps(&world));
        world_check_end(&world);
        assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 0);
    }
}

/* ---------------------------------------------------------------- throttles and limits */

static void test_creations_are_throttled(void **state)
{
    struct ys_sim_quota quota;
    int64_t i, days = 0;

    (void)state;
    open_sample(50, 9, YS_OLD_KEEP);
    ys_sim_options(world.sim)->creates_per_day = 3;
    start();
    finish_and_check();
    for (i = 0; ys_sim_quota_nth(world.sim, i, &quota, NULL) == YS_OK; i++) {
        assert_true(quota.creates <= 3);
        days += quota.creates > 0;
    }
    assert_int_equal(days, 3);
}

static void test_creations_per_hour(void **state)
{
    (void)state;
    open_sample(51, 9, YS_OLD_KEEP);
    ys_sim_options(world.sim)->creates_per_hour = 4;
    start();
    finish_and_check();
}

/* Our own limit: no more than quota.creates a day are asked for. */
static void test_creations_by_config(void **state)
{
    struct ys_sim_quota quota;
    int64_t i;

    (void)state;
    open_sample(52, 7, YS_OLD_KEEP);
    world_set(&world, "quota.creates", 2);
    start();
    finish_and_check();
    for (i = 0; ys_sim_quota_nth(world.sim, i, &quota, NULL) == YS_OK; i++)
        assert_true(quota.creates <= 2);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT), 7);
}

/* Refusals for speed, one after the other: the job rests and no operation is given up for it. */
static void test_slow_down(void **state)
{
    (void)state;
    open_sample(53, 5, YS_OLD_DELETE);
    start();
    world_fault(&world, "write#4+40=429");
    shelf_is(&world, world_steps(&world), YS_ETHROTTLED, NULL);
    assert_true(ys_job_wait_ms(world.job) > 0);
    finish_and_check();
}

/* The channel is full of playlists: a person has to make room, then the job goes on. */
static void test_too_many_playlists(void **state)
{
    (void)state;
    open_sample(54, 5, YS_OLD_KEEP);
    ys_sim_options(world.sim)->playlists_max = ys_truth_playlist_count(world.sim, NULL) + 2;
    start();
    assert_int_not_equal(world_steps(&world), YS_OK);
    assert_int_equal(shelf_job(&world).pause_reason, YS_PAUSE_ERRORS_COLLECTED);
    assert_int_equal(shelf_job(&world).failed, 0);
    ys_sim_options(world.sim)->playlists_max = 1000;
    finish_and_check();
}

/* A server that answers every write with 500: the job rests, longer each time, instead of trying
 * operation after operation. */
static void test_a_server_in_trouble(void **state)
{
    int64_t sent, rests = 0;

    (void)state;
    open_sample(55, 5, YS_OLD_DELETE);
    start();
    world_fault(&world, "write#3+100000=500");
    while (rests < 6) {
        enum ys_status status = world_steps(&world);
        shelf_is(&world, status, YS_ENETWORK, NULL);
        assert_true(ys_job_wait_ms(world.job) > 0);
        world_ok(&world, ys_session_sleep(world.session, ys_job_wait_ms(world.job), &world.err));
        rests++;
    }
    sent = ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_INSERT) +
           ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT);
    assert_true(sent < 30);
    assert_int_equal(shelf_job(&world).failed, 0);
    ys_sim_faults_clear(world.sim);
    finish();
    world_check_end(&world);
}

/* ---------------------------------------------------------------- decisions */

struct decider {
    enum ys_decision decision;
    int64_t decided;
    bool create;               /* only over a failed creation */
};

/* Steps to the end of the job or its rest, deciding over each failed operation. */
static enum ys_status run_deciding(struct decider *decider)
{
    struct ys_event event;
    enum ys_status status = YS_OK;
    bool more = true;

    while (more && status == YS_OK) {
        world.err = (struct ys_error){0};
        status = ys_job_step(world.job, 1000, &more, &world.err);
        while (ys_job_next_event(world.job, &event)) {
            if (event.kind != YS_EVENT_ERROR) continue;
            if (decider->create && event.operation.kind != YS_OP_PLAYLIST_CREATE) continue;
            decider->decided++;
            assert_int_equal(event.operation.status, YS_OP_STATUS_FAILED);
            assert_true(event.reason[0] != '\0');
            world_ok(&world, ys_job_decide(world.job, event.operation.id, decider->decision,
                                           &world.err));
        }
    }
    return status;
}

static void test_retry(void **state)
{
    static const char *const faults[] = {
        "playlistItems.insert#1=reason:videoNotFound",
        "playlistItems.insert#7=400",
        "playlists.insert#2=reason:invalidPlaylistSnippet",
        "playlists.delete#1=reason:playlistForbidden",
    };
    struct decider decider;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (i > 0) world_close(&world);
        open_sample(60 + i, 3, i == 2 ? YS_OLD_KEEP : YS_OLD_DELETE);
        start();
        world_fault(&world, faults[i]);
        decider = (struct decider){.decision = YS_DECIDE_RETRY};
        world_ok(&world, run_deciding(&decider));
        assert_int_equal(decider.decided, 1);
        world_check_end(&world);
        assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 0);
        assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 0);
    }
}

/* The very last operation fails: the policy is asked before the job is complete. */
static void test_retry_of_the_last_operation(void **state)
{
    struct decider decider = {.decision = YS_DECIDE_RETRY};
    char spec[64];
    int64_t deletes;

    (void)state;
    open_sample(64, 3, YS_OLD_DELETE);
    start();
    deletes = shelf_total(&world, YS_OP_PLAYLIST_DELETE);
    assert_true(deletes > 1);
    (void)snprintf(spec, sizeof spec, "playlists.delete#%lld=400", (long long)deletes);
    world_fault(&world, spec);
    world_ok(&world, run_deciding(&decider));
    assert_int_equal(decider.decided, 1);
    world_check_end(&world);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 0);
}

static void test_skip(void **state)
{
    struct decider decider = {.decision = YS_DECIDE_SKIP};
    struct ys_operation_record skipped;

    (void)state;
    open_sample(65, 5, YS_OLD_DELETE);
    start();
    world_fault(&world, "playlistItems.insert#3=reason:videoNotFound");
    world_ok(&world, run_deciding(&decider));
    assert_int_equal(decider.decided, 1);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 0);
    skipped = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_SKIPPED);
    assert_non_null(strstr(skipped.error, "policy skips"));
    /* A skipped insert is not a drop: the video is still somewhere. */
    assert_true(ys_truth_copies(world.sim, NULL, skipped.video_id) > 0);
}

static void test_pause_and_fail(void **state)
{
    struct decider decider = {.decision = YS_DECIDE_PAUSE};

    (void)state;
    open_sample(66, 5, YS_OLD_DELETE);
    start();
    world_fault(&world, "playlistItems.insert#3=reason:videoNotFound");
    world_fault(&world, "playlistItems.insert#5=reason:videoNotFound");
    shelf_is(&world, run_deciding(&decider), YS_EPAUSED, "policy pauses");
    assert_int_equal(shelf_job(&world).pause_reason, YS_PAUSE_ERRORS_COLLECTED);
    decider.decision = YS_DECIDE_FAIL; /* it stays failed */
    world_ok(&world, run_deciding(&decider));
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 2);
    assert_int_equal(shelf_job(&world).failed, 2);
}

static void test_wrong_decisions(void **state)
{
    struct ys_operation_record done;

    (void)state;
    open_sample(67, 5, YS_OLD_DELETE);
    start();
    shelf_is(&world, ys_job_decide(world.job, 99999, YS_DECIDE_RETRY, &world.err), YS_ESTATE,
             "99999");
    shelf_until(&world, YS_OP_ITEM_INSERT, 1);
    done = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_DONE);
    shelf_is(&world, ys_job_decide(world.job, done.id, YS_DECIDE_SKIP, &world.err), YS_ESTATE,
             "not failed");
    finish();
    shelf_is(&world, ys_job_decide(world.job, done.id, YS_DECIDE_RETRY, &world.err), YS_ESTATE,
             "ended");
}

/* ---------------------------------------------------------------- leases and processes */

/* Another runner took the job over: this one writes nothing any more, on YouTube or on record. */
static void test_lease_lost(void **state)
{
    struct ys_job_record before;
    int64_t sent;
    bool more = true;

    (void)state;
    open_sample(70, 5, YS_OLD_DELETE);
    start();
    shelf_until(&world, YS_OP_ITEM_INSERT, 3);
    world_ok(&world, ys_job_stop(world.job, &world.err));
    world_ok(&world, ys_db_exec(world.session->store->db,
                                "UPDATE sync_jobs SET lease_epoch = lease_epoch + 1", &world.err));
    before = shelf_job(&world);
    sent = ys_sim_request_count(world.sim, YS_SIM_METHOD_COUNT);
    shelf_is(&world, ys_job_step(world.job, 100, &more, &world.err), YS_ELEASE, "took job");
    assert_false(more);
    shelf_is(&world, ys_job_step(world.job, 100, &more, &world.err), YS_ELEASE, NULL);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_METHOD_COUNT), sent);
    assert_int_equal(shelf_job(&world).stage, before.stage);
    assert_int_equal(shelf_job(&world).units_used, before.units_used);
    ys_job_close(world.job);
    world.job = NULL;
    finish_and_check();
}

/* Stopped at any step, nothing is left in flight or unknown, and no look back is needed. */
static void test_stop_leaves_nothing_open(void **state)
{
    int64_t steps, i;
    bool more = true;

    (void)state;
    open_sample(68, 4, YS_OLD_KEEP);
    start();
    for (steps = 5; more && steps < 60; steps += 9) {
        for (i = 0; i < steps && more; i++)
            world_ok(&world, ys_job_step(world.job, i % 3 == 0 ? 1 : 300, &more, &world.err));
        world_ok(&world, ys_job_stop(world.job, &world.err));
        assert_int_equal(shelf_count(&world, YS_OP_STATUS_IN_FLIGHT), 0);
        assert_int_equal(shelf_count(&world, YS_OP_STATUS_UNKNOWN), 0);
        world_session(&world);
        if (more) world_ok(&world, ys_job_open(world.session, 0, &world.job, &world.err));
    }
    finish_and_check();
}

/* The process dies in each stage and at each rest; the next one goes on where it stood. */
static void test_a_new_process_in_every_stage(void **state)
{
    static const struct {
        enum ys_old old;
        enum ys_op_kind kind;
        int64_t done;
    } points[] = {
        {YS_OLD_KEEP, YS_OP_PLAYLIST_CREATE, 0},   {YS_OLD_KEEP, YS_OP_PLAYLIST_CREATE, 1},
        {YS_OLD_KEEP, YS_OP_PLAYLIST_CREATE, 3},   {YS_OLD_KEEP, YS_OP_ITEM_INSERT, 20},
        {YS_OLD_KEEP, YS_OP_PLAYLIST_PUBLISH, 1},  {YS_OLD_KEEP, YS_OP_PLAYLIST_PUBLISH, 2},
        {YS_OLD_DELETE, YS_OP_PLAYLIST_UPDATE, 2}, {YS_OLD_DELETE, YS_OP_ITEM_INSERT, 1},
        {YS_OLD_DELETE, YS_OP_ITEM_DELETE, 1},     {YS_OLD_DELETE, YS_OP_PLAYLIST_DELETE, 1},
        {YS_OLD_DELETE, YS_OP_PLAYLIST_DELETE, 3},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (i > 0) world_close(&world);
        world_init(&world, 71 + i);
        world.categories = 3;
        world.old = points[i].old;
        if (world.old == YS_OLD_KEEP) world.privacy = YS_PRIVACY_UNLISTED;
        world_open(&world);
        world_library(&world, 8, 40);
        world_session(&world);
        start();
        shelf_until(&world, points[i].kind, points[i].done);
        world_session(&world);
        finish_and_check();
        world_check_quota(&world, 10000);
    }
}

/* In the middle of the backup: the fetch is interrupted, and the backup is made by the next one. */
static void test_a_new_process_in_the_backup(void **state)
{
    bool more;

    (void)state;
    open_sample(80, 5, YS_OLD_DELETE);
    start();
    world_fault(&world, "playlists.list#1=timeout");
    world_fault(&world, "playlists.list#2+10=500");
    shelf_is(&world, ys_job_step(world.job, 100, &more, &world.err), YS_ENETWORK, NULL);
    assert_int_equal(shelf_job(&world).paused_from, YS_STAGE_BACKUP);
    assert_string_equal(shelf_job(&world).backup_file, "");
    ys_sim_faults_clear(world.sim);
    world_session(&world);
    finish_and_check();
    assert_true(shelf_job(&world).backup_file[0] != '\0');
}

/* No write leaves before a backup was made and read back. */
static void test_no_backup_no_write(void **state)
{
    struct ys_options options = {.backup_dir = "/proc/nowhere", .access_token = YS_SIM_TOKEN};

    (void)state;
    open_sample(81, 5, YS_OLD_DELETE);
    start();
    ys_job_close(world.job);
    ys_session_close(world.session);
    world.job = NULL;
    options.db_path = world.db_path;
    options.env = &world.env;
    options.transport = world.transport;
    world_ok(&world, ys_session_open(&world.session, &options, &world.err));
    assert_int_not_equal(world_steps(&world), YS_OK);
    assert_true(world.err.message[0] != '\0');
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_INSERT), 0);
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_BACKUP);
    world_session(&world);
    finish_and_check();
}

/* ---------------------------------------------------------------- doubles */

/* The listings hide our own insert for longer than it is waited for, so it is sent again; once both
 * show, the second copy is taken out. */
static void test_our_own_double_is_taken_out(void **state)
{
    struct ys_target *target;

    (void)state;
    shelf_open(&world, 90, 6);
    target = shelf_policy(&world, YS_OLD_KEEP);
    shelf_want(&world, target, "Jazz", 1, 6);
    shelf_start(&world, target);
    shelf_until(&world, YS_OP_ITEM_INSERT, 2);
    ys_sim_options(world.sim)->lag_min_ms = ys_sim_options(world.sim)->lag_max_ms = 300000;
    world_fault(&world, "playlistItems.insert#1=effect+close");
    shelf_until(&world, YS_OP_ITEM_INSERT, 4);
    ys_sim_options(world.sim)->lag_min_ms = ys_sim_options(world.sim)->lag_max_ms = 0;
    world_ok(&world, ys_job_stop(world.job, &world.err));
    world_ok(&world, ys_session_sleep(world.session, 400000, &world.err));
    finish();
    for (int i = 1; i <= 6; i++) assert_int_equal(shelf_copies(&world, "Jazz", i), 1);
}

/* A copy that the user added beside ours is the user's. */
static void test_the_users_double_stays(void **state)
{
    struct ys_truth_playlist jazz;
    struct ys_target *target;

    (void)state;
    shelf_open(&world, 91, 6);
    target = shelf_policy(&world, YS_OLD_KEEP);
    shelf_want(&world, target, "Jazz", 1, 6);
    shelf_start(&world, target);
    world_fault(&world, "playlistItems.insert#1+2=409");
    shelf_until(&world, YS_OP_ITEM_INSERT, 3);
    world_ok(&world, ys_truth_playlist_titled(world.sim, "Jazz", &jazz, &world.err));
    shelf_put(&world, jazz.id, 1);
    shelf_put(&world, jazz.id, 2);
    finish();
    assert_int_equal(shelf_copies(&world, "Jazz", 1), 2);
    assert_int_equal(shelf_copies(&world, "Jazz", 2), 2);
    assert_int_equal(shelf_copies(&world, "Jazz", 3), 1);
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_token_expires),
        TEST(test_creations_are_throttled),
        TEST(test_creations_per_hour),
        TEST(test_creations_by_config),
        TEST(test_slow_down),
        TEST(test_too_many_playlists),
        TEST(test_a_server_in_trouble),
        TEST(test_retry),
        TEST(test_retry_of_the_last_operation),
        TEST(test_skip),
        TEST(test_pause_and_fail),
        TEST(test_wrong_decisions),
        TEST(test_lease_lost),
        TEST(test_stop_leaves_nothing_open),
        TEST(test_a_new_process_in_every_stage),
        TEST(test_a_new_process_in_the_backup),
        TEST(test_no_backup_no_write),
        TEST(test_our_own_double_is_taken_out),
        TEST(test_the_users_double_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
