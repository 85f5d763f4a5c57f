/* test_torture_disk.c: whichever operation of the disk fails (opening, writing, syncing, shortening
 * or deleting a file), once or from then on, with an I/O error or because the disk is full, and
 * also when the power goes right after: a call ends with words that name the file, and a fresh
 * process finishes the job with nothing lost or doubled.
 *
 * The database is on the disk in memory. The real files beside it (lock, state file, backups) are
 * made to fail by limits of the process: no file more, no byte more in a file. Single calls: every
 * operation; whole syncs: one in so many, and all of them in `make soak`. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/resource.h>

#include "support/cases.h"
#include "support/torture.h"

/* Files that one process has open at a time, and bytes of its largest, are below these. */
#define FILES_MAX 16
#define FILE_BYTES_MAX 20000

static struct memvfs *disk;

/* ---------------------------------------------------------------- the database's disk */

enum kind { ERROR, FULL };

static struct {
    const struct torture_fault *fault;
    long nth, asked;
    char what[64];             /* what failed first */
} failing;

static enum memvfs_answer fail_nth(void *ctx, enum memvfs_op op, const char *file)
{
    const struct torture_fault *fault = failing.fault;
    bool now;

    (void)ctx;
    /* A full disk refuses new bytes alone. */
    if (fault->kind == FULL && op != MEMVFS_WRITE && op != MEMVFS_OPEN) return MEMVFS_GO_ON;
    if (++failing.asked == failing.nth)
        (void)snprintf(failing.what, sizeof failing.what, "%s %.40s", memvfs_op_name(op), file);
    now = fault->for_good ? failing.asked >= failing.nth : failing.asked == failing.nth;
    if (!now) return MEMVFS_GO_ON;
    return fault->kind == FULL ? MEMVFS_FAIL_FULL : MEMVFS_FAIL_IO;
}

static void start(const struct torture_fault *fault, long nth)
{
    failing.fault = fault;
    failing.nth = nth;
    failing.asked = 0;
    failing.what[0] = '\0';
    memvfs_set_hook(disk, fail_nth, NULL);
}

static long stop(const struct torture_fault *fault)
{
    (void)fault;
    memvfs_set_hook(disk, NULL, NULL);
    return failing.asked;
}

static void check(const struct torture_fault *fault, long nth, enum ys_status status,
                  const struct ys_error *err)
{
    if (status == YS_OK) return;
    if ((status != YS_EIO && status != YS_EBACKUP) || err->message[0] == '\0')
        fail_msg("%s at operation %ld (%s): %s: %s", fault->name, nth, failing.what,
                 ys_status_name(status), err->message);
}

static void lose_power(const struct torture_fault *fault)
{
    (void)fault;
    memvfs_power_loss(disk);
}

/* A disk that turns read-only is one that fails for good. */
static const struct torture_fault faults[] = {
    {"I/O error", start, stop, check, NULL, ERROR, false},
    {"I/O errors for good", start, stop, check, NULL, ERROR, true},
    {"disk full", start, stop, check, NULL, FULL, false},
    {"disk full for good", start, stop, check, NULL, FULL, true},
    {"I/O error, then no power", start, stop, check, lose_power, ERROR, false},
    {"disk full for good, then no power", start, stop, check, lose_power, FULL, true},
};
#define FAULTS (sizeof faults / sizeof faults[0])

static void test_calls(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FAULTS; i++)
        if (!faults[i].after) torture_calls(disk, &faults[i]);
}

static void test_failing_all_the_way(void **state)
{
    size_t i;
    long first;

    (void)state;
    for (i = 0; i < FAULTS; i++)
        for (first = cases_first(4); !faults[i].after && first <= 32; first += cases_step(4))
            torture_all_the_way(disk, &faults[i], first);
}

static void test_whole_sync(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FAULTS; i++)
        assert_true(torture_sync(disk, &faults[i], 60) > 10 / cases_step(1));
}

/* ---------------------------------------------------------------- the real files */

/* One process under a limit of the system; whether it came through. */
static bool process_within(unsigned resource, rlim_t most)
{
    struct torture torture;
    struct rlimit before, now;
    struct ys_error err;
    enum ys_status status;

    torture_begin(&torture, disk);
    assert_int_equal(getrlimit(resource, &before), 0);
    now = before;
    now.rlim_cur = most;
    assert_int_equal(setrlimit(resource, &now), 0);
    status = torture_process(&torture, &err);
    assert_int_equal(setrlimit(resource, &before), 0);
    if (status != YS_OK && status != YS_EIO && status != YS_EBACKUP)
        fail_msg("within %ld: %s: %s", (long)most, ys_status_name(status), err.message);
    torture_end(&torture);
    return status == YS_OK;
}

static void test_no_more_files(void **state)
{
    int lowest = dup(STDERR_FILENO), files, failures = 0;

    (void)state;
    assert_true(lowest > 0);
    (void)close(lowest);
    for (files = 0; files < FILES_MAX; files++)
        failures += !process_within(RLIMIT_NOFILE, (rlim_t)lowest + (rlim_t)files);
    assert_in_range(failures, 2, FILES_MAX - 1);
}

static void test_no_more_bytes(void **state)
{
    rlim_t bytes;
    int runs = 0, failures = 0;

    (void)state;
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    for (bytes = 0; bytes < FILE_BYTES_MAX; bytes += 10 + bytes / 4, runs++)
        failures += !process_within(RLIMIT_FSIZE, bytes);
    assert_in_range(failures, 2, runs - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_failing_all_the_way),
        cmocka_unit_test(test_whole_sync),
        cmocka_unit_test(test_no_more_files),
        cmocka_unit_test(test_no_more_bytes),
    };
    int failed;

    disk = torture_disk();
    failed = cmocka_run_group_tests_name("the disk fails", tests, NULL, NULL);
    memvfs_free(disk);
    return failed;
}
