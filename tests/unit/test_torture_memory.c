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
#include "support/cases.h"
#include "support/fail_alloc.h"
#include "support/fail_sqlite.h"
#include "support/torture.h"

static struct memvfs *disk;

enum kind { OURS, SQLITES };

static void start(const struct torture_fault *fault, long nth)
{
    if (fault->kind == OURS) fail_alloc_start(nth, fault->for_good);
    else fail_sqlite_start(nth, fault->for_good);
}

static long stop(const struct torture_fault *fault)
{
    return fault->kind == OURS ? fail_alloc_stop() : fail_sqlite_stop();
}

static void check(const struct torture_fault *fault, long nth, enum ys_status status,
                  const struct ys_error *err)
{
    if (status == YS_OK) return;
    if (status != YS_ENOMEM || err->message[0] == '\0')
        fail_msg("%s, allocation %ld: %s: %s", fault->name, nth, ys_status_name(status),
                 err->message);
}

static const struct torture_fault faults[] = {
    {"ours, once", start, stop, check, NULL, OURS, false},
    {"ours, for good", start, stop, check, NULL, OURS, true},
    {"SQLite's, once", start, stop, check, NULL, SQLITES, false},
    {"SQLite's, for good", start, stop, check, NULL, SQLITES, true},
};
#define FAULTS (sizeof faults / sizeof faults[0])

static void test_calls(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FAULTS; i++) torture_calls(disk, &faults[i]);
}

static void test_failing_all_the_way(void **state)
{
    size_t i;
    long first;

    (void)state;
    for (i = 0; i < FAULTS; i++)
        for (first = cases_first(4); first <= 32; first += cases_step(4))
            torture_all_the_way(disk, &faults[i], first);
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

static void open_with_failures(const struct torture_fault *fault, bool new_file, long step)
{
    struct torture torture;
    struct ys_error err;
    enum ys_status status;
    long nth = cases_first(step) - cases_step(step), asked = LONG_MAX;

    torture_begin(&torture, disk);
    while (asked >= nth) {
        nth += cases_step(step);
        if (new_file) memvfs_reset(disk, 1);
        start(fault, nth);
        status = torture_open(&torture, &err);
        torture_close(&torture);
        asked = stop(fault);
        check(fault, nth, status, &err);
    }
    assert_int_equal(status, YS_OK);
    torture_end(&torture);
}

static void test_opening(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FAULTS; i++) {
        long step = faults[i].kind == OURS ? 8 : 100;
        open_with_failures(&faults[i], true, step);
        open_with_failures(&faults[i], false, step);
    }
}

static void test_whole_sync(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FAULTS; i++)
        assert_true(torture_sync(disk, &faults[i], faults[i].kind == OURS ? 60 : 1500) >
                    10 / cases_step(1));
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
