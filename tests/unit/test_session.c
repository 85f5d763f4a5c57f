/* test_session.c: opening a session, its settings and clock, whose token it is, two sessions on one
 * database, and the flags that any of them may set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/transport.h"
#include "support/scratch.h"
#include "support/world.h"

static struct world world;
static struct ys_session *other;       /* a second session on the same database */
static struct ys_transport *other_wire;

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 11);
    world_open(&world);
    world_library(&world, 6, 30);
    world_session(&world);
    other = NULL;
    other_wire = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_session_close(other);
    ys_transport_free(other_wire);
    world_close(&world);
    return 0;
}

/* The status is `status`, and the message holds each of the words (up to NULL). */
static void fails(enum ys_status got, enum ys_status status, ...)
{
    const char *word;
    va_list words;

    if (got != status)
        fail_msg("%s instead of %s: %s", ys_status_name(got), ys_status_name(status),
                 world.err.message);
    va_start(words, status);
    while ((word = va_arg(words, const char *)) != NULL)
        if (!strstr(world.err.message, word))
            fail_msg("\"%s\" lacks \"%s\"", world.err.message, word);
    va_end(words);
}

static void open_other(const char *token)
{
    struct ys_options options = {.db_path = world.db_path, .access_token = token,
                                 .env = &world.env};

    world_ok(&world, ys_sim_transport(&other_wire, world.sim, NULL, &world.err));
    options.transport = other_wire;
    world_ok(&world, ys_session_open(&other, &options, &world.err));
}

static int64_t writes_done(void)
{
    int64_t count = 0;
    int method;

    for (method = 0; method < YS_SIM_METHOD_COUNT; method++)
        if (ys_sim_method_is_write((enum ys_sim_method)method))
            count += ys_sim_request_count(world.sim, (enum ys_sim_method)method);
    return count;
}

static struct ys_job_record job_record(struct ys_session *session)
{
    struct ys_job_record record;

    world_ok(&world, ys_job_get(session, 0, &record, &world.err));
    return record;
}

/* ---------------------------------------------------------------- opening */

static void test_bad_options(void **state)
{
    char path[SCRATCH_PATH_BYTES], longer[2000];
    struct ys_options good = {.db_path = scratch_path(path, "other.db"), .env = &world.env}, bad;
    struct ys_session *session = (struct ys_session *)&world;

    (void)state;
#define REFUSED(status, ...) fails(ys_session_open(&session, &bad, &world.err), status, __VA_ARGS__)
    memset(longer, 'p', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    bad = good;
    bad.db_path = NULL;
    REFUSED(YS_EINVAL, "database file", NULL);
    assert_null(session);
    bad.db_path = "";
    REFUSED(YS_EINVAL, "database file", NULL);
    bad = good;
    bad.api_url = "http://www.googleapis.com";
    REFUSED(YS_EINVAL, "http://www.googleapis.com", NULL);
    bad.api_url = "ftp://127.0.0.1";
    REFUSED(YS_EINVAL, NULL);
    bad = good;
    bad.clock_path = "/tmp/clock";
    REFUSED(YS_EINVAL, "clock", "googleapis.com", NULL);
    bad = good;
    bad.project = longer;
    REFUSED(YS_EINVAL, "project", NULL);
    bad = good;
    bad.backup_dir = longer;
    REFUSED(YS_EINVAL, "backup", NULL);
    bad = good;
    bad.db_path = longer;
    REFUSED(YS_EINVAL, NULL);
    bad = good;
    bad.must_exist = true;
    REFUSED(YS_ENOTFOUND, "other.db", NULL);
    bad = good;
    bad.db_path = "/nowhere/at/all.db";
    assert_int_not_equal(ys_session_open(&session, &bad, &world.err), YS_OK);
    assert_null(session);
#undef REFUSED
    ys_session_close(NULL);
}

static void test_before_the_first_fetch(void **state)
{
    struct ys_target *target;
    struct ys_plan *plan = NULL;
    struct ys_job_record record = {.id = 9};
    struct ys_channel_record channel;

    (void)state;
    world_ok(&world, ys_target_new(&target, YS_OLD_KEEP, &world.err));
    fails(ys_plan_make(world.session, target, &plan, &world.err), YS_ENOTFOUND, "fetch", NULL);
    assert_null(plan);
    ys_target_free(target);
    fails(ys_playlists_each(world.session, false, NULL, NULL, &world.err), YS_ENOTFOUND, "fetch",
          NULL);
    world_ok(&world, ys_channel_get(world.session, &channel, &world.err));
    assert_string_equal(channel.id, "");
    record = job_record(world.session);
    assert_int_equal(record.id, 0);
    fails(ys_job_open(world.session, 0, &world.job, &world.err), YS_ENOTFOUND, "unfinished", NULL);
    fails(ys_job_open(world.session, 5, &world.job, &world.err), YS_ENOTFOUND, "5", NULL);
    assert_null(world.job);
    fails(ys_job_pause(world.session, 0, &world.err), YS_ENOTFOUND, NULL);
    fails(ys_job_cancel(world.session, 3, &world.err), YS_ENOTFOUND, "3", NULL);
    fails(ys_job_get(world.session, 3, &record, &world.err), YS_ENOTFOUND, "3", NULL);
}

/* ---------------------------------------------------------------- tokens and channels */

static void test_no_token(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_quota_record quota;
    struct ys_target *target;
    struct ys_plan *plan;
    char id[YS_ID_BYTES];

    (void)state;
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, &fetched, &world.err));
    world_crash(&world);
    open_other(NULL);
    fails(ys_fetch(other, false, NULL, NULL, &fetched, &world.err), YS_ENOTOKEN,
          "YTSYNC_ACCESS_TOKEN", NULL);
    fails(ys_playlist_create(other, "T", NULL, YS_PRIVACY_UNSET, id, &world.err), YS_ENOTOKEN,
          NULL);
    /* What needs no request works. */
    world_ok(&world, ys_quota_get(other, &quota, &world.err));
    world_ok(&world, ys_target_new(&target, YS_OLD_DELETE, &world.err));
    world_ok(&world, ys_plan_make(other, target, &plan, &world.err));
    ys_plan_free(plan);
    ys_target_free(target);
    fails(ys_session_set_token(other, NULL, &world.err), YS_ENOTOKEN, NULL);
    world_ok(&world, ys_session_set_token(other, YS_SIM_TOKEN, &world.err));
    world_ok(&world, ys_fetch(other, false, NULL, NULL, &fetched, &world.err));
    fails(ys_session_set_token(other, "two words\n", &world.err), YS_ENOTOKEN, "token", NULL);
    assert_null(strstr(world.err.message, "two words")); /* P9 */
    world_ok(&world, ys_fetch(other, false, NULL, NULL, &fetched, &world.err));
}

/* P11: a job is bound to its channel; another account's token is refused before any write, and
 * the job waits for the right one. */
static void test_wrong_channel(void **state)
{
    struct ys_job_record record;
    int64_t before;
    bool more;
    char id[YS_ID_BYTES];

    (void)state;
    world_ok(&world, ys_sim_account_add(world.sim, NULL, "Somebody else", id, &world.err));
    world_ok(&world, ys_sim_token_add(world.sim, "other-token", id, NULL, 0, &world.err));
    assert_true(world_start(&world));
    before = writes_done();
    world_ok(&world, ys_session_set_token(world.session, "other-token", &world.err));
    fails(ys_job_step(world.job, 0, &more, &world.err), YS_ECHANNEL, id, YS_SIM_CHANNEL_ID, NULL);
    assert_false(more);
    assert_int_equal(writes_done(), before);
    record = job_record(world.session);
    assert_int_equal(record.stage, YS_STAGE_PAUSED);
    assert_int_equal(record.pause_reason, YS_PAUSE_AUTH_ERROR);
    assert_true(record.needs_you[0] != '\0');
    assert_int_equal(ys_job_wait_ms(world.job), -1);
    /* A single write is refused, too. */
    fails(ys_playlist_create(world.session, "T", NULL, YS_PRIVACY_UNSET, id, &world.err),
          YS_ECHANNEL, NULL);
    assert_int_equal(writes_done(), before);
    world_ok(&world, ys_session_set_token(world.session, YS_SIM_TOKEN, &world.err));
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
}

/* ---------------------------------------------------------------- two sessions */

static void test_one_runner_at_a_time(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_job *job = NULL;
    struct ys_job_record record;
    struct ys_plan *plan;
    char id[YS_ID_BYTES];
    int64_t value;

    (void)state;
    plan = world_plan(&world);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    open_other(YS_SIM_TOKEN);
    fails(ys_fetch(other, false, NULL, NULL, &fetched, &world.err), YS_ELOCKED, NULL);
    fails(ys_job_open(other, 0, &job, &world.err), YS_ELOCKED, NULL);
    fails(ys_job_start(other, plan, &job, &world.err), YS_ELOCKED, NULL);
    assert_null(job);
    fails(ys_playlist_create(other, "T", NULL, YS_PRIVACY_UNSET, id, &world.err), YS_ELOCKED,
          NULL);
    ys_plan_free(plan);
    /* Looking, planning and the flags need no lock. */
    world_ok(&world, ys_job_get(other, 0, &record, &world.err));
    assert_int_equal(record.stage, YS_STAGE_PENDING);
    world_ok(&world, ys_config_get(other, "quota.daily", &value, &world.err));
    world_ok(&world, ys_job_pause(other, 0, &world.err));
    world_ok(&world, ys_job_resume(other, 0, &world.err));
    world_crash(&world);
    world_ok(&world, ys_job_open(other, 0, &job, &world.err));
    ys_job_close(job);
}

static void test_one_job_at_a_time(void **state)
{
    struct ys_plan *plan = world_plan(&world);
    struct ys_job *job = NULL;

    (void)state;
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    fails(ys_job_start(world.session, plan, &job, &world.err), YS_ESTATE, "Job 1", "cancel", NULL);
    assert_null(job);
    ys_job_close(world.job);
    world_ok(&world, ys_job_cancel(world.session, 0, &world.err));
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    assert_int_equal(ys_job_id(world.job), 2);
    ys_plan_free(plan);
}

/* Steps until a write is in flight. */
static void until_writing(void)
{
    int64_t before = writes_done();
    struct ys_event event;
    bool more = true;

    while (more && writes_done() < before + 3) {
        world_ok(&world, ys_job_step(world.job, 10, &more, &world.err));
        while (ys_job_next_event(world.job, &event)) continue;
    }
    assert_true(more);
}

/* What an event says of an operation is what is on record of it, its price too. */
static void test_events_tell_the_price(void **state)
{
    struct ys_event event;
    int done = 0;
    bool more = true;

    (void)state;
    assert_true(world_start(&world));
    while (more && done < 3) {
        world_ok(&world, ys_job_step(world.job, 10, &more, &world.err));
        while (ys_job_next_event(world.job, &event)) {
            if (event.kind != YS_EVENT_OPERATION) continue;
            assert_int_equal(event.operation.units, 50 * event.operation.attempts);
            done += event.operation.status == YS_OP_STATUS_DONE;
        }
    }
    assert_true(done >= 3);
}

/* A pause from another process: what is out comes back and is on record, nothing new leaves. */
static void test_pause_from_another_session(void **state)
{
    struct ys_job_record record;
    int64_t booked, job;
    bool more;

    (void)state;
    assert_true(world_start(&world));
    job = ys_job_id(world.job);
    open_other(NULL);
    until_writing();
    world_ok(&world, ys_job_pause(other, 0, &world.err));
    assert_true(job_record(other).pause_requested);
    booked = job_record(other).units_used;
    fails(world_steps(&world), YS_EPAUSED, "resume", NULL);
    record = job_record(other);
    assert_int_equal(record.stage, YS_STAGE_PAUSED);
    assert_int_equal(record.pause_reason, YS_PAUSE_USER_PAUSED);
    assert_int_equal(record.units_used, booked);
    assert_int_equal(record.unknown, 0);
    assert_non_null(strstr(record.needs_you, "resume"));
    /* Neither another step nor another start moves it. */
    fails(ys_job_step(world.job, 0, &more, &world.err), YS_EPAUSED, NULL);
    world_session(&world);
    fails(world_steps(&world), YS_EPAUSED, NULL);
    assert_int_equal(job_record(other).units_used, booked);
    assert_int_equal(ys_job_wait_ms(world.job), -1);
    world_ok(&world, ys_job_resume(other, job, &world.err));
    record = job_record(other);
    assert_int_not_equal(record.stage, YS_STAGE_PAUSED);
    assert_false(record.pause_requested);
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
    fails(ys_job_pause(other, job, &world.err), YS_ESTATE, "has ended", NULL);
    fails(ys_job_resume(other, job, &world.err), YS_ESTATE, NULL);
    fails(ys_job_confirm(other, job, &world.err), YS_ESTATE, NULL);
}

/* A cancel from another process stands, whatever the runner is about to store. */
static void test_cancel_from_another_session(void **state)
{
    struct ys_job_record record;
    struct ys_truth_report report;
    int64_t booked;
    bool more = true;

    (void)state;
    assert_true(world_start(&world));
    open_other(NULL);
    until_writing();
    world_ok(&world, ys_job_cancel(other, 0, &world.err));
    booked = job_record(other).units_used;
    fails(world_steps(&world), YS_ESTATE, "cancelled", NULL);
    fails(ys_job_step(world.job, 0, &more, &world.err), YS_ESTATE, NULL);
    assert_false(more);
    assert_int_equal(ys_job_wait_ms(world.job), -1);
    record = job_record(other);
    assert_int_equal(record.stage, YS_STAGE_CANCELLED);
    assert_true(record.finished_at_ms > 0);
    assert_int_equal(record.units_used, booked);
    fails(ys_job_cancel(other, record.id, &world.err), YS_ESTATE, NULL);
    /* What it did stays, and the next plan takes it up. */
    world_session(&world);
    assert_true(world_start(&world));
    world_ok(&world, world_finish(&world));
    world_ok(&world, ys_truth_compare(world.sim, &report, &world.err));
    world_check_end(&world);
}

/* The user cancels while the runner waits for a reply, after which it would store a pause. */
static void cancel_at_channels_list(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    (void)ctx;
    (void)sim;
    if (event->method == YS_SIM_M_CHANNELS_LIST && event->phase == YS_SIM_BEFORE)
        world_ok(&world, ys_job_cancel(other, 0, &world.err));
}

static void test_cancel_is_not_overwritten_by_a_pause(void **state)
{
    bool more = true;

    (void)state;
    assert_true(world_start(&world));
    until_writing();
    world_session(&world);
    open_other(NULL);
    world_ok(&world, ys_job_open(world.session, 0, &world.job, &world.err));
    world_ok(&world, ys_sim_token_revoke(world.sim, YS_SIM_TOKEN, &world.err));
    ys_sim_set_hook(world.sim, cancel_at_channels_list, NULL);
    fails(ys_job_step(world.job, 10, &more, &world.err), YS_ESTATE, "cancelled", NULL);
    ys_sim_set_hook(world.sim, NULL, NULL);
    assert_false(more);
    assert_int_equal(job_record(other).stage, YS_STAGE_CANCELLED);
    assert_true(job_record(other).finished_at_ms > 0);
}

static void test_confirm_from_another_session(void **state)
{
    struct ys_job_record record;

    (void)state;
    assert_true(world_start(&world));
    fails(world_steps(&world), YS_ECONFIRM, "second yes", NULL);
    record = job_record(world.session);
    assert_int_equal(record.pause_reason, YS_PAUSE_CONFIRMATION);
    assert_int_equal(record.paused_from, YS_STAGE_DELETE_PLAYLISTS);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_DELETE), 0);
    assert_non_null(strstr(record.needs_you, "cancel"));
    /* Without a yes it stays there. */
    fails(world_steps(&world), YS_ECONFIRM, NULL);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_DELETE), 0);
    open_other(NULL);
    world_ok(&world, ys_job_confirm(other, 0, &world.err));
    world_ok(&world, world_steps(&world));
    assert_int_equal(job_record(other).stage, YS_STAGE_COMPLETED);
    world_check_end(&world);
}

/* ---------------------------------------------------------------- settings, clock */

static void test_config(void **state)
{
    int64_t value = 0;
    size_t i;

    (void)state;
    world_ok(&world, ys_config_get(world.session, "quota.daily", &value, &world.err));
    assert_int_equal(value, 10000);
    world_set(&world, "quota.daily", 500);
    world_ok(&world, ys_config_get(world.session, "quota.daily", &value, &world.err));
    assert_int_equal(value, 500);
    for (i = 0; ys_config_key(i); i++)
        world_ok(&world, ys_config_get(world.session, ys_config_key(i), &value, &world.err));
    assert_int_equal(i, 7);
    fails(ys_config_set(world.session, "quota.day", 1, &world.err), YS_EINVAL, "quota.day", NULL);
    fails(ys_config_get(world.session, "nothing", &value, &world.err), YS_EINVAL, "nothing", NULL);
    fails(ys_config_set(world.session, "pace.writes", 0, &world.err), YS_EINVAL, "pace.writes",
          NULL);
    world_set(&world, "quota.daily", 10000);
    assert_true(world_start(&world));
    fails(ys_config_set(world.session, "quota.keep", 1, &world.err), YS_ESTATE, "job", NULL);
}

/* A setting that changes after a job was closed in the middle: no reply of the old requests is ever
 * taken for one of the new. */
static void test_config_after_an_unfinished_job(void **state)
{
    (void)state;
    assert_true(world_start(&world));
    until_writing();
    ys_job_close(world.job);
    world.job = NULL;
    world_set(&world, "quota.keep", 300);
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
    world_check_quota(&world, 10000);
}

/* The same with another job: the first one's replies settle nothing of the second. */
static void test_a_job_after_a_cancelled_one(void **state)
{
    (void)state;
    assert_true(world_start(&world));
    until_writing();
    ys_job_close(world.job);
    world.job = NULL;
    world_ok(&world, ys_job_cancel(world.session, 0, &world.err));
    assert_true(world_start(&world));
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
    world_check_quota(&world, 10000);
}

static void test_quota(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_quota_record quota;

    (void)state;
    world_set(&world, "quota.keep", 1000);
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, &fetched, &world.err));
    world_ok(&world, ys_quota_get(world.session, &quota, &world.err));
    assert_string_equal(quota.day, "2026-11-20");
    assert_int_equal(quota.limit_units, 10000);
    assert_int_equal(quota.keep_units, 1000);
    assert_int_equal(quota.used_units, fetched.units);
    assert_int_equal(quota.reserved_units, 0);
    assert_int_equal(quota.remaining_units, 9000 - fetched.units);
    assert_int_equal(quota.creates_limit, 10);
    assert_false(quota.exhausted);
    assert_true(quota.resets_at_ms > ys_session_now(world.session));
}

static void test_sleep_and_interrupt(void **state)
{
    struct ys_fetch_result fetched;
    int64_t now = ys_session_now(world.session);

    (void)state;
    world_ok(&world, ys_session_sleep(world.session, 5000, &world.err));
    assert_int_equal(ys_session_now(world.session), now + 5000);
    world_ok(&world, ys_session_sleep(world.session, 0, &world.err));
    world_ok(&world, ys_session_sleep(world.session, -5, &world.err));
    ys_session_interrupt(world.session);
    fails(ys_session_sleep(world.session, 5000, &world.err), YS_EINTERRUPTED, NULL);
    assert_int_equal(ys_session_now(world.session), now + 5000);
    /* Answered once: then the session goes on. */
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, &fetched, &world.err));
    assert_true(world_start(&world));
    until_writing();
    ys_session_interrupt(world.session);
    fails(world_steps(&world), YS_EINTERRUPTED, "on record", NULL);
    world_ok(&world, world_finish(&world));
    world_check_end(&world);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bad_options),
        TEST(test_before_the_first_fetch),
        TEST(test_no_token),
        TEST(test_wrong_channel),
        TEST(test_one_runner_at_a_time),
        TEST(test_one_job_at_a_time),
        TEST(test_events_tell_the_price),
        TEST(test_pause_from_another_session),
        TEST(test_cancel_from_another_session),
        TEST(test_cancel_is_not_overwritten_by_a_pause),
        TEST(test_confirm_from_another_session),
        TEST(test_config),
        TEST(test_config_after_an_unfinished_job),
        TEST(test_a_job_after_a_cancelled_one),
        TEST(test_quota),
        TEST(test_sleep_and_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
