/* test_jobs.c: rows of jobs, operations, drops and errors: what is stored comes back, flags and
 * leases, each operation's way from intent to outcome, rows that no program wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "store/jobs.h"
#include "store/operations.h"
#include "support/stores.h"

static struct ys_store *store;
static int64_t account;
static struct ys_error err;

static void ok(enum ys_status status)
{
    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), err.message);
}

static int set_up(void **state)
{
    (void)state;
    err = (struct ys_error){0};
    store = stores_memory();
    stores_begin(store);
    account = stores_account(store, "UC1");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static int64_t new_job(const char *reference)
{
    struct ys_row_job row = {.account_id = account, .channel_id = "UC1", .created_at_ms = 1000,
                             .policy_hash = "abc"};
    int64_t id = 0;

    (void)ys_copy(row.reference, sizeof row.reference, reference);
    ok(ys_job_insert(store, &row, "{}", &id, &err));
    return id;
}

static struct ys_row_job job_of(int64_t id)
{
    struct ys_row_job row;
    bool found = false;

    ok(ys_job_find(store, id, &row, &found, &err));
    assert_true(found);
    return row;
}

/* ---------------------------------------------------------------- jobs */

static void test_a_new_job(void **state)
{
    struct ys_row_job row;
    int64_t newest = 77;
    bool found = true;

    (void)state;
    ok(ys_job_find(store, 0, &row, &found, &err));
    assert_false(found);
    ok(ys_job_newest(store, &newest, &err));
    assert_int_equal(newest, 0);
    row = job_of(new_job("3f9a1c07"));
    assert_int_equal(row.stage, YS_STAGE_PENDING);
    assert_int_equal(row.pause_reason, YS_PAUSE_NONE);
    assert_false(row.pause_requested);
    assert_string_equal(row.channel_id, "UC1");
    assert_string_equal(row.reference, "3f9a1c07");
    assert_string_equal(row.policy_hash, "abc");
    assert_int_equal(row.created_at_ms, 1000);
    assert_int_equal(row.backup_id + row.units_used + row.started_at_ms + row.finished_at_ms, 0);
    ok(ys_job_find(store, row.id + 1, &row, &found, &err));
    assert_false(found);
}

static void test_update(void **state)
{
    struct ys_row_job row = job_of(new_job("a")), back;

    (void)state;
    stores_exec(store, "INSERT INTO backup_snapshots (id, file, sha256, bytes, playlists, items,"
                       " videos, trigger_name, at) VALUES (5, 'f', 's', 1, 1, 1, 1, 't', 1)");
    row.stage = YS_STAGE_PAUSED;
    row.paused_from = YS_STAGE_ADD_VIDEOS;
    row.pause_reason = YS_PAUSE_QUOTA_EXHAUSTED;
    row.resets_at_ms = 50;
    row.started_at_ms = 20;
    row.backup_id = 5;
    ok(ys_job_update(store, &row, &err));
    back = job_of(row.id);
    assert_int_equal(back.stage, YS_STAGE_PAUSED);
    assert_int_equal(back.paused_from, YS_STAGE_ADD_VIDEOS);
    assert_int_equal(back.pause_reason, YS_PAUSE_QUOTA_EXHAUSTED);
    assert_int_equal(back.resets_at_ms, 50);
    assert_int_equal(back.started_at_ms, 20);
    assert_int_equal(back.backup_id, 5);
    /* What it was paused from is forgotten with the pause. */
    row.stage = YS_STAGE_ADD_VIDEOS;
    row.pause_reason = YS_PAUSE_NONE;
    ok(ys_job_update(store, &row, &err));
    assert_int_equal(job_of(row.id).paused_from, YS_STAGE_PENDING);
}

/* id 0 is the unfinished one; the newest is the newest, finished or not. */
static void test_unfinished_and_newest(void **state)
{
    static const enum ys_stage finished[] = {YS_STAGE_COMPLETED, YS_STAGE_FAILED,
                                             YS_STAGE_CANCELLED};
    struct ys_row_job row;
    int64_t newest, last = 0;
    bool found;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        char reference[9];
        (void)snprintf(reference, sizeof reference, "ref%zu", i);
        last = new_job(reference);
        row = job_of(last);
        row.stage = finished[i];
        ok(ys_job_update(store, &row, &err));
    }
    ok(ys_job_find(store, 0, &row, &found, &err));
    assert_false(found);
    last = new_job("open");
    ok(ys_job_find(store, 0, &row, &found, &err));
    assert_true(found);
    assert_int_equal(row.id, last);
    ok(ys_job_newest(store, &newest, &err));
    assert_int_equal(newest, last);
}

/* Two marks with one reference could not be told apart. */
static void test_references_are_unique(void **state)
{
    struct ys_row_job row = {.account_id = account, .channel_id = "UC1", .reference = "same"};
    int64_t id;

    (void)state;
    (void)new_job("same");
    assert_int_not_equal(ys_job_insert(store, &row, "{}", &id, &err), YS_OK);
}

static void test_flags(void **state)
{
    struct ys_row_job row = job_of(new_job("a"));

    (void)state;
    ok(ys_job_set_pause_requested(store, row.id, true, &err));
    ok(ys_job_set_confirmed(store, row.id, 123, &err));
    ok(ys_job_add_units(store, row.id, 50, &err));
    ok(ys_job_add_units(store, row.id, 1, &err));
    row = job_of(row.id);
    assert_true(row.pause_requested);
    assert_int_equal(row.delete_confirmed_at_ms, 123);
    assert_int_equal(row.units_used, 51);
    /* A stage change does not touch them. */
    row.pause_requested = false;
    row.delete_confirmed_at_ms = 0;
    row.stage = YS_STAGE_BACKUP;
    ok(ys_job_update(store, &row, &err));
    row = job_of(row.id);
    assert_true(row.pause_requested);
    assert_int_equal(row.delete_confirmed_at_ms, 123);
    ok(ys_job_set_pause_requested(store, row.id, false, &err));
    assert_false(job_of(row.id).pause_requested);
}

static void test_lease(void **state)
{
    struct ys_row_job mine = job_of(new_job("a")), theirs = mine;

    (void)state;
    ok(ys_job_take_lease(store, &mine, "runner-1", 5000, &err));
    assert_int_equal(mine.lease_epoch, 1);
    ok(ys_job_set_pause_requested(store, mine.id, true, &err));
    ok(ys_job_set_confirmed(store, mine.id, 9, &err));
    ok(ys_job_guard(store, &mine, &err));
    assert_true(mine.pause_requested);
    assert_int_equal(mine.delete_confirmed_at_ms, 9);
    assert_int_equal(stores_number(store, "SELECT lease_expires_at FROM sync_jobs"), 5000);
    ok(ys_job_take_lease(store, &theirs, "runner-2", 7000, &err));
    assert_int_equal(theirs.lease_epoch, 2);
    assert_int_equal(ys_job_guard(store, &mine, &err), YS_ELEASE);
    assert_true(stores_error(&err, YS_ELEASE, "job 1", NULL));
    assert_int_equal(stores_number(store, "SELECT lease_expires_at FROM sync_jobs"), 7000);
    ok(ys_job_guard(store, &theirs, &err));
    theirs.id = 99;
    assert_int_equal(ys_job_take_lease(store, &theirs, "runner-3", 1, &err), YS_ENOTFOUND);
}

/* Another process cancelled it: the runner learns it from its guard; other stages are its own. */
static void test_guard_sees_a_cancel(void **state)
{
    struct ys_row_job row = job_of(new_job("a"));

    (void)state;
    ok(ys_job_take_lease(store, &row, "runner-1", 5000, &err));
    row.stage = YS_STAGE_ADD_VIDEOS; /* not stored yet */
    ok(ys_job_guard(store, &row, &err));
    assert_int_equal(row.stage, YS_STAGE_ADD_VIDEOS);
    stores_exec(store, "UPDATE sync_jobs SET stage = 'cancelled'");
    ok(ys_job_guard(store, &row, &err));
    assert_int_equal(row.stage, YS_STAGE_CANCELLED);
}

static void test_charged(void **state)
{
    int64_t job = new_job("a"), units = -1;

    (void)state;
    ok(ys_job_charged(store, job, &units, &err));
    assert_int_equal(units, 0);
    stores_exec(store, "INSERT INTO quota_usage (project, day, method, units, job_id, sent_at)"
                       " VALUES ('p', 1, 'm', 50, 1, 5), ('p', 1, 'm', 1, 1, 6),"
                       " ('p', 1, 'm', 50, 2, 7)");
    ok(ys_job_charged(store, job, &units, &err));
    assert_int_equal(units, 51);
}

static void test_unknown_words_are_refused(void **state)
{
    static const char *const spoils[] = {"UPDATE sync_jobs SET stage = 'dancing'",
                                         "UPDATE sync_jobs SET stage = 'paused', paused_from = 'x'",
                                         "UPDATE sync_jobs SET pause_reason = 'bored'"};
    struct ys_row_job row;
    bool found;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        char reference[9];
        (void)snprintf(reference, sizeof reference, "r%zu", i);
        (void)new_job(reference);
        stores_exec(store, spoils[i]);
        assert_int_equal(ys_job_find(store, 1, &row, &found, &err), YS_EDBCORRUPT);
        assert_true(stores_error(&err, YS_EDBCORRUPT, "sync_jobs", "1", NULL));
        stores_exec(store, "UPDATE sync_jobs SET stage = 'pending', paused_from = '',"
                           " pause_reason = ''");
    }
}

/* ---------------------------------------------------------------- drops and errors */

static char lines[1024];

static bool drop_line(void *ctx, const char *video_id, const char *rule)
{
    int *left = ctx;
    size_t used = strlen(lines);

    (void)snprintf(lines + used, sizeof lines - used, "%s %s\n", video_id, rule);
    return --*left > 0;
}

static void test_drops(void **state)
{
    int64_t job = new_job("a");
    int all = 100, one = 1;

    (void)state;
    ok(ys_drop_add(store, job, "video-00002", "gone", &err));
    ok(ys_drop_add(store, job, "video-00001", "old", &err));
    ok(ys_drop_add(store, job, "video-00001", "again", &err));
    lines[0] = '\0';
    ok(ys_drop_walk(store, job, drop_line, &all, &err));
    assert_string_equal(lines, "video-00001 old\nvideo-00002 gone\n");
    lines[0] = '\0';
    ok(ys_drop_walk(store, job, drop_line, &one, &err));
    assert_string_equal(lines, "video-00001 old\n");
    lines[0] = '\0';
    ok(ys_drop_walk(store, job + 1, drop_line, &all, &err));
    assert_string_equal(lines, "");
}

static bool error_line(void *ctx, const struct ys_error_record *error)
{
    int *left = ctx;
    size_t used = strlen(lines);

    (void)snprintf(lines + used, sizeof lines - used, "%lld %s %s %s %s %lld\n",
                   (long long)error->operation_id, ys_stage_name(error->stage), error->entity,
                   error->reason, error->message, (long long)error->at_ms);
    return --*left > 0;
}

static void test_errors(void **state)
{
    int64_t job = new_job("a"), count = 0;
    struct ys_row_op op = {.job_id = job, .seq = 1, .kind = YS_OP_ITEM_INSERT};
    struct ys_error_record record = {.job_id = job, .stage = YS_STAGE_ADD_VIDEOS,
                                     .entity = "video-00001", .reason = "videoNotFound",
                                     .message = "No such video.", .at_ms = 7};
    int all = 100;

    (void)state;
    ok(ys_op_insert(store, &op, &record.operation_id, &err));
    ok(ys_joberror_add(store, &record, &err));
    record.operation_id = 0;
    record.stage = YS_STAGE_BACKUP;
    ok(ys_joberror_add(store, &record, &err));
    lines[0] = '\0';
    ok(ys_joberror_walk(store, job, error_line, &all, &err));
    assert_string_equal(lines, "1 add_videos video-00001 videoNotFound No such video. 7\n"
                               "0 backup video-00001 videoNotFound No such video. 7\n");
    ok(ys_joberror_count(store, job, &count, &err));
    assert_int_equal(count, 2);
    ok(ys_joberror_count(store, job + 1, &count, &err));
    assert_int_equal(count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_new_job),
        TEST(test_update),
        TEST(test_unfinished_and_newest),
        TEST(test_references_are_unique),
        TEST(test_flags),
        TEST(test_lease),
        TEST(test_guard_sees_a_cancel),
        TEST(test_charged),
        TEST(test_unknown_words_are_refused),
        TEST(test_drops),
        TEST(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
