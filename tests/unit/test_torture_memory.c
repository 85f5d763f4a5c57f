/* test_torture_memory.c: whichever allocation fails, ours or SQLite's, a call ends with YS_ENOMEM
 * or does what it should; nothing leaks (SQLite's memory is counted here, ours by ASan); the next
 * call works, and a fresh session finishes the job with nothing lost or doubled.
 *
 * Calls on a tiny library: every allocation. Opening, and the whole sync: some thousand and some
 * ten thousand allocations, each a whole sync of its own, so one in so many of them; `make soak`
 * takes all. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "db/db.h"
#include "support/fail_alloc.h"
#include "support/fail_sqlite.h"
#include "support/torture.h"

/* Far above what any of these asks for. */
#define ALLOCATIONS_MAX 1000000

static struct memvfs *disk;

/* Whose memory runs out, and whether it comes back. */
struct want {
    const char *name;
    void (*start)(long nth, bool from_then_on);
    long (*stop)(void);
    bool for_good;
};

static const struct want wants[] = {
    {"ours, once", fail_alloc_start, fail_alloc_stop, false},
    {"ours, for good", fail_alloc_start, fail_alloc_stop, true},
    {"SQLite's, once", fail_sqlite_start, fail_sqlite_stop, false},
    {"SQLite's, for good", fail_sqlite_start, fail_sqlite_stop, true},
};
#define WANTS (sizeof wants / sizeof wants[0])

static void check(const struct want *want, long nth, enum ys_status status,
                  const struct ys_error *err)
{
    if (status == YS_OK) return;
    if (status != YS_ENOMEM || err->message[0] == '\0')
        fail_msg("%s, allocation %ld: %s: %s", want->name, nth, ys_status_name(status),
                 err->message);
}

/* ---------------------------------------------------------------- single calls */

/* Something done with an open session that can be done again and again. */
typedef enum ys_status (*call_fn)(struct torture *torture, struct ys_error *err);

static enum ys_status call_fetch(struct torture *torture, struct ys_error *err)
{
    struct ys_fetch_result result;

    return ys_fetch(torture->session, true, NULL, NULL, &result, err);
}

static enum ys_status call_plan(struct torture *torture, struct ys_error *err)
{
    struct ys_plan *plan;
    enum ys_status status = torture_plan(torture, &plan, err);

    if (status == YS_OK) assert_true(ys_plan_count(plan) > 0);
    else assert_null(plan);
    ys_plan_free(plan);
    return status;
}

static enum ys_status call_start(struct torture *torture, struct ys_error *err)
{
    struct ys_plan *plan;
    struct ys_job *job = NULL;
    enum ys_status status = torture_plan(torture, &plan, err);

    if (status == YS_OK) status = ys_job_start(torture->session, plan, &job, err);
    if (status == YS_OK) assert_non_null(job);
    ys_plan_free(plan);
    ys_job_close(job);
    return status;
}

static bool count_one(void *ctx)
{
    ++*(int *)ctx;
    return true;
}

static bool count_playlist(void *ctx, const struct ys_playlist_record *playlist)
{
    return playlist->id[0] && count_one(ctx);
}

static bool count_video(void *ctx, const struct ys_video_record *video)
{
    return video->id[0] && video->playlist_ids_json[0] == '[' && count_one(ctx);
}

static bool count_operation(void *ctx, const struct ys_operation_record *operation)
{
    return operation->id > 0 && count_one(ctx);
}

static bool count_log(void *ctx, const struct ys_log_record *entry)
{
    return entry->id > 0 && count_one(ctx);
}

/* Everything that people read. */
static enum ys_status call_reads(struct torture *torture, struct ys_error *err)
{
    struct ys_session *session = torture->session;
    struct ys_channel_record channel;
    struct ys_quota_record quota;
    struct ys_job_record job;
    int playlists = 0, videos = 0, operations = 0, entries = 0;

    YS_TRY(ys_channel_get(session, &channel, err));
    YS_TRY(ys_quota_get(session, &quota, err));
    YS_TRY(ys_playlists_each(session, true, count_playlist, &playlists, err));
    YS_TRY(ys_videos_each(session, count_video, &videos, err));
    YS_TRY(ys_job_get(session, 0, &job, err));
    YS_TRY(ys_operations_each(session, job.id, count_operation, &operations, err));
    YS_TRY(ys_log_each(session, 0, 1000, count_log, &entries, err));
    assert_string_equal(channel.id, YS_SIM_CHANNEL_ID);
    assert_true(quota.used_units > 0 && job.id > 0);
    assert_true(playlists == 3 && videos == 6 && operations > 0 && entries > 0);
    return YS_OK;
}

static enum ys_status call_flags(struct torture *torture, struct ys_error *err)
{
    YS_TRY(ys_config_set(torture->session, "pace.reads", 5, err));
    YS_TRY(ys_session_set_token(torture->session, YS_SIM_TOKEN, err));
    YS_TRY(ys_job_pause(torture->session, 0, err));
    YS_TRY(ys_job_resume(torture->session, 0, err));
    return ys_job_confirm(torture->session, 0, err);
}

/* Fails each allocation of `call` in turn. */
static void each_allocation(struct torture *torture, const struct want *want, call_fn call,
                            bool ends_job)
{
    enum ys_status status;
    struct ys_error err;
    long nth, asked = LONG_MAX, failures = 0;

    for (nth = 0; asked >= nth;) {
        nth++;
        err = (struct ys_error){0};
        want->start(nth, want->for_good);
        status = call(torture, &err);
        asked = want->stop();
        check(want, nth, status, &err);
        failures += status != YS_OK;
        if (ends_job && ys_job_cancel(torture->session, 0, &err) != YS_OK)
            assert_int_equal(err.status, YS_ENOTFOUND);
        assert_true(nth < ALLOCATIONS_MAX);
    }
    assert_int_equal(status, YS_OK);
    assert_true(failures > 0);
}

static void open_rich(struct torture *torture)
{
    struct ys_error err;

    torture_begin(torture, disk);
    assert_int_equal(torture_open(torture, &err), YS_OK);
    assert_int_equal(ys_config_set(torture->session, "quota.daily", 10000000, &err), YS_OK);
}

static void test_calls(void **state)
{
    struct torture torture;
    struct ys_error err;
    size_t i;

    (void)state;
    for (i = 0; i < WANTS; i++) {
        open_rich(&torture);
        each_allocation(&torture, &wants[i], call_fetch, false);
        each_allocation(&torture, &wants[i], call_plan, false);
        each_allocation(&torture, &wants[i], call_start, true);
        assert_int_equal(call_start(&torture, &err), YS_OK);
        each_allocation(&torture, &wants[i], call_reads, false);
        each_allocation(&torture, &wants[i], call_flags, false);
        torture_close(&torture);
        torture_end(&torture);
    }
}

/* ---------------------------------------------------------------- a job that fails all the way */

/* Memory runs out again and again, each time a little later, until the job is through after all. */
static void fail_all_the_way(const struct want *want, long nth, long faster)
{
    struct torture torture;
    struct ys_error err;
    struct ys_job *job;
    enum ys_status status;

    open_rich(&torture);
    assert_int_equal(call_fetch(&torture, &err), YS_OK);
    assert_int_equal(call_start(&torture, &err), YS_OK);
    do {
        err = (struct ys_error){0};
        job = NULL;
        want->start(nth, want->for_good);
        status = ys_job_open(torture.session, 0, &job, &err);
        if (status == YS_OK) status = torture_run(&torture, job, &err);
        (void)want->stop();
        ys_job_close(job);
        check(want, nth, status, &err);
        nth += 1 + nth / faster;
        assert_true(nth < ALLOCATIONS_MAX);
    } while (status != YS_OK);
    torture_close(&torture);
    torture_end(&torture);
}

static void test_failing_all_the_way(void **state)
{
    size_t i;
    long first;

    (void)state;
    for (i = 0; i < WANTS; i++)
        for (first = torture_first(4); first <= 32; first += torture_step(4))
            fail_all_the_way(&wants[i], first, 16);
}

/* ---------------------------------------------------------------- rollback */

static enum ys_status count_rows(struct ys_db *db, int64_t *count, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db, "SELECT count(*) FROM t", &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    *count = row ? ys_col_int(stmt, 0) : -1;
    ys_stmt_done(stmt);
    return YS_OK;
}

/* A rollback needs memory too. When there is none, what was given up is seen by nobody, and it is
 * gone before anything else happens. */
static void test_rollback(void **state)
{
    const struct ys_db_options options = {.path = "rollback.db", .vfs = memvfs_name(disk)};
    struct ys_error err = {0};
    struct ys_db *db;
    enum ys_status status;
    long nth = 0, asked = LONG_MAX, failures = 0;
    int64_t count;

    (void)state;
    memvfs_reset(disk, 1);
    assert_int_equal(ys_db_open(&db, &options, &err), YS_OK);
    assert_int_equal(ys_db_exec(db, "CREATE TABLE t (x)", &err), YS_OK);
    while (asked >= nth) {
        nth++;
        assert_int_equal(ys_db_begin(db, &err), YS_OK);
        assert_int_equal(ys_db_exec(db, "INSERT INTO t VALUES (hex(zeroblob(9000)))", &err),
                         YS_OK);
        fail_sqlite_start(nth, true);
        ys_db_rollback(db);
        assert_false(ys_db_in_transaction(db));
        count = 0;
        status = count_rows(db, &count, &err);
        failures += status != YS_OK;
        if (status != YS_OK) assert_int_equal(status, YS_ENOMEM);
        assert_int_equal(count, 0);
        asked = fail_sqlite_stop();
        assert_int_equal(count_rows(db, &count, &err), YS_OK);
        assert_int_equal(count, 0);
    }
    assert_true(failures > 0);
    ys_db_close(db);
}

/* ---------------------------------------------------------------- opening, and the whole */

static void open_with_failures(const struct want *want, bool new_file, long step)
{
    struct torture torture;
    struct ys_error err;
    enum ys_status status;
    long nth, asked = LONG_MAX;

    torture_begin(&torture, disk);
    for (nth = torture_first(step) - torture_step(step); asked >= nth;) {
        nth += torture_step(step);
        if (new_file) memvfs_reset(disk, 1);
        want->start(nth, want->for_good);
        status = torture_open(&torture, &err);
        torture_close(&torture);
        asked = want->stop();
        check(want, nth, status, &err);
    }
    assert_int_equal(status, YS_OK);
    torture_end(&torture);
}

static void test_opening(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < WANTS; i++) {
        long step = wants[i].start == fail_alloc_start ? 4 : 50;
        open_with_failures(&wants[i], true, step);
        open_with_failures(&wants[i], false, step);
    }
}

static void whole_sync(const struct want *want, long step)
{
    struct torture torture;
    struct ys_error err;
    enum ys_status status;
    long nth, asked = LONG_MAX;

    for (nth = torture_first(step) - torture_step(step); asked >= nth;) {
        nth += torture_step(step);
        torture_begin(&torture, disk);
        want->start(nth, want->for_good);
        status = torture_process(&torture, &err);
        asked = want->stop();
        check(want, nth, status, &err);
        torture_end(&torture);
    }
    assert_int_equal(status, YS_OK);
}

static void test_whole_sync(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < WANTS; i++)
        whole_sync(&wants[i], wants[i].start == fail_alloc_start ? 20 : 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rollback),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_failing_all_the_way),
        cmocka_unit_test(test_opening),
        cmocka_unit_test(test_whole_sync),
    };
    int failed;

    fail_sqlite_install();
    disk = torture_disk();
    failed = cmocka_run_group_tests_name("memory runs out", tests, NULL, NULL);
    memvfs_free(disk);
    return failed;
}
