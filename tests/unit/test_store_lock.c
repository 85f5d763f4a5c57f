/* test_store_lock.c: one runner at a time; who holds the lock is named; the kernel frees it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "library/prooffile.h"
#include "store/lock.h"
#include "support/scratch.h"
#include "support/stores.h"

static char path[SCRATCH_PATH_BYTES], lock_path[SCRATCH_PATH_BYTES];

static int set_up(void **state)
{
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    (void)scratch_path(lock_path, "library.db.lock");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

/* A child that takes the lock and holds it until it is killed. */
static pid_t start_holder(void)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct ys_store *store = stores_open(path);
        byte = ys_store_lock(store, NULL) == YS_OK ? 'y' : 'n';
        if (write(ready[1], &byte, 1) != 1) _exit(1);
        for (;;) (void)pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    assert_int_equal(byte, 'y');
    return child;
}

static void kill_holder(pid_t child)
{
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void test_another_process_is_refused_and_named(void **state)
{
    struct ys_store *store;
    struct ys_error err = {0};
    char holder[64], host[128] = "";
    (void)state;
    pid_t child = start_holder();
    (void)snprintf(holder, sizeof holder, "pid %ld on ", (long)child);
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    store = stores_open(path);
    assert_int_equal(ys_store_lock(store, &err), YS_ELOCKED);
    assert_true(stores_error(&err, YS_ELOCKED, holder, host, "since 2026-11-22T10:00:00", lock_path,
                             NULL));
    assert_int_equal(store->lock_fd, -1);
    assert_true(ys_lock_is_held(lock_path));
    /* Reading and flags need no lock. */
    assert_int_equal(ys_store_setting_set(store, "quota.keep", 7, &err), YS_OK);
    kill_holder(child);
    assert_false(ys_lock_is_held(lock_path));
    assert_int_equal(ys_store_lock(store, &err), YS_OK);
    ys_store_close(store);
}

static void test_two_sessions_of_one_process_exclude_each_other(void **state)
{
    struct ys_store *one = stores_open(path), *other = stores_open(path);
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_store_lock(one, &err), YS_OK);
    assert_int_equal(ys_store_lock(one, &err), YS_OK); /* again is fine */
    assert_int_equal(ys_store_lock(other, &err), YS_ELOCKED);
    /* Looking at the file does not drop the lock. */
    assert_true(ys_lock_is_held(lock_path));
    assert_true(ys_lock_is_held(lock_path));
    assert_int_equal(ys_store_lock(other, &err), YS_ELOCKED);
    ys_store_unlock(one);
    ys_store_unlock(one);
    assert_int_equal(ys_store_lock(other, &err), YS_OK);
    ys_store_close(other);
    assert_false(ys_lock_is_held(lock_path));
    ys_store_close(one);
}

static void test_the_text_goes_with_the_lock(void **state)
{
    struct ys_store *store = stores_open(path);
    size_t bytes = 0;
    char *text, mine[64];
    (void)state;
    assert_int_equal(ys_store_lock(store, NULL), YS_OK);
    text = stores_file(lock_path, &bytes);
    (void)snprintf(mine, sizeof mine, "pid %ld on ", (long)getpid());
    assert_non_null(strstr(text, mine));
    free(text);
    ys_store_close(store);
    text = stores_file(lock_path, &bytes);
    assert_int_equal(bytes, 0);
    free(text);
}

/* A host may have forked while it held the lock: giving it back works all the same. */
static void test_a_forked_child_does_not_keep_the_lock(void **state)
{
    struct ys_store *store = stores_open(path);
    (void)state;
    assert_int_equal(ys_store_lock(store, NULL), YS_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        for (;;) (void)pause();
    ys_store_unlock(store);
    assert_false(ys_lock_is_held(lock_path));
    kill_holder(child);
    ys_store_close(store);
}

/* The lock file is replaced under a runner that stands still, and another one goes to work: the
 * first one writes nothing more, neither rows nor the files beside the database nor the note of its
 * end. */
static void test_a_runner_that_was_taken_over_writes_nothing(void **state)
{
    struct ys_store *first = stores_open(path), *second;
    char state_path[SCRATCH_PATH_BYTES], folder[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};
    size_t bytes = 0;
    char *before, *after;
    (void)state;
    (void)scratch_path(state_path, "library.db.state");
    assert_int_equal(ys_store_lock(first, &err), YS_OK);
    assert_int_equal(ys_store_setting_set(first, "quota.keep", 1, &err), YS_OK);
    assert_int_equal(unlink(lock_path), 0);
    second = stores_open(path);
    assert_int_equal(ys_store_lock(second, &err), YS_OK);
    assert_int_equal(ys_store_setting_set(second, "quota.keep", 2, &err), YS_OK);
    before = stores_file(state_path, &bytes);
    assert_int_equal(ys_store_begin(first, &err), YS_ELEASE);
    assert_true(stores_error(&err, YS_ELEASE, path, "took the database", "stops", NULL));
    assert_int_equal(ys_store_setting_set(first, "quota.keep", 3, &err), YS_ELEASE);
    (void)scratch_path(folder, "backups");
    assert_int_equal(ys_proof_file_write(first, 1, folder, &err), YS_ELEASE);
    assert_int_equal(access(folder, F_OK), -1);
    ys_store_close(first);
    after = stores_file(state_path, &bytes);
    assert_memory_equal(before, after, bytes);
    assert_int_equal(stores_number(second, "SELECT value = '0' FROM meta WHERE key = 'clean'"), 1);
    assert_int_equal(stores_number(second, "SELECT value = '2' FROM settings"), 1);
    assert_int_equal(ys_store_setting_set(second, "quota.keep", 4, &err), YS_OK);
    ys_store_unlock(second);
    assert_int_equal(stores_number(second, "SELECT value = '1' FROM meta WHERE key = 'clean'"), 1);
    ys_store_close(second);
    free(before);
    free(after);
}

static void test_a_lock_file_that_cannot_be_made(void **state)
{
    struct ys_store *store = stores_open(path);
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(symlink("/nowhere/at/all", lock_path), 0);
    assert_int_equal(ys_store_lock(store, &err), YS_EIO);
    assert_true(stores_error(&err, YS_EIO, lock_path, "cannot be opened", NULL));
    assert_int_equal(unlink(lock_path), 0);
    ys_store_close(store);
}

static void test_in_memory_there_is_nobody_to_exclude(void **state)
{
    struct ys_store *store = stores_memory();
    (void)state;
    assert_int_equal(ys_store_lock(store, NULL), YS_OK);
    ys_store_unlock(store);
    ys_store_close(store);
    assert_false(ys_lock_is_held(lock_path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_another_process_is_refused_and_named),
        TEST(test_two_sessions_of_one_process_exclude_each_other),
        TEST(test_the_text_goes_with_the_lock),
        TEST(test_a_forked_child_does_not_keep_the_lock),
        TEST(test_a_runner_that_was_taken_over_writes_nothing),
        TEST(test_a_lock_file_that_cannot_be_made),
        TEST(test_in_memory_there_is_nobody_to_exclude),
    };
    return cmocka_run_group_tests_name("store lock", tests, NULL, NULL);
}
