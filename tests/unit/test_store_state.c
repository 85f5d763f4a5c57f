/* test_store_state.c: the state file beside the database notices an old copy, is never wrong when
 * it is torn or older itself, and carries the day's usage over to a new database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/statefile.h"
#include "support/scratch.h"
#include "support/stores.h"

static char path[SCRATCH_PATH_BYTES], state_path[SCRATCH_PATH_BYTES], copy[SCRATCH_PATH_BYTES];

static int set_up(void **state)
{
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    (void)scratch_path(state_path, "library.db.state");
    (void)scratch_path(copy, "copy.db");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

/* Makes `commits` transactions. */
static void work(int commits)
{
    struct ys_store *store = stores_open(path);
    for (int i = 0; i < commits; i++) {
        stores_begin(store);
        stores_commit(store);
    }
    ys_store_close(store);
}

static void read_state(struct ys_state_record *out)
{
    ys_state_peek(state_path, out);
}

static void test_the_state_file_follows_each_commit(void **state)
{
    struct ys_store *store = stores_open(path);
    struct ys_state_record record;
    (void)state;
    for (int i = 0; i < 3; i++) {
        stores_begin(store);
        ys_store_note_usage(store, 20779, 50 * (i + 1));
        stores_commit(store);
        read_state(&record);
        assert_string_equal(record.database_id, store->database_id);
        assert_true(record.commit_counter == store->commit_counter);
        assert_true(record.usage_day == 20779 && record.usage_units == 50 * (i + 1));
    }
    assert_true(stores_number(store, "SELECT CAST(value AS BIGINT) FROM meta"
                                     " WHERE key = 'commit_counter'") == store->commit_counter);
    ys_store_close(store);
}

static void test_a_rollback_counts_nothing(void **state)
{
    struct ys_store *store = stores_open(path);
    struct ys_state_record before, after;
    (void)state;
    read_state(&before);
    stores_begin(store);
    (void)stores_account(store, "UC1");
    ys_store_rollback(store);
    read_state(&after);
    assert_true(before.commit_counter == after.commit_counter);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM accounts"), 0);
    ys_store_close(store);
}

static void put_old_copy_back(void)
{
    work(3);
    stores_copy(path, copy);
    work(4);
    stores_copy(copy, path);
}

static void test_an_old_copy_is_refused(void **state)
{
    struct ys_error err = {0};
    (void)state;
    put_old_copy_back();
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBSTALE, path, "old copy", "change 3", "change 7",
                             "--accept-old", NULL));
    /* Being refused changes nothing. */
    assert_int_equal(stores_try(path, &err), YS_EDBSTALE);
}

static void test_an_old_copy_is_accepted_when_told(void **state)
{
    struct ys_store_options options = {.path = path, .accept_old = true};
    struct ys_store *store = NULL;
    struct ys_error err = {0};
    (void)state;
    put_old_copy_back();
    assert_int_equal(ys_store_open(&store, &options, NULL, &err), YS_OK);
    assert_true(store->stale_accepted);
    assert_true(store->commit_counter > 7);
    ys_store_close(store);

    /* From now on it is the current one, and remembered as one that has to be listed anew. */
    store = stores_open(path);
    assert_true(store->stale_accepted);
    assert_int_equal(ys_store_relisted(store, &err), YS_OK);
    assert_false(store->stale_accepted);
    ys_store_close(store);
    store = stores_open(path);
    assert_false(store->stale_accepted);
    ys_store_close(store);
}

static void test_a_current_database_is_not_marked_by_accept_old(void **state)
{
    struct ys_store_options options = {.path = path, .accept_old = true};
    struct ys_store *store = NULL;
    (void)state;
    work(2);
    assert_int_equal(ys_store_open(&store, &options, NULL, NULL), YS_OK);
    assert_false(store->stale_accepted);
    assert_true(store->commit_counter == 2);
    ys_store_close(store);
}

static void test_a_torn_or_older_state_file_refuses_nothing(void **state)
{
    struct ys_state_record record;
    size_t bytes = 0;
    char *text;
    (void)state;
    work(2);
    stores_copy(state_path, copy);
    work(2);
    stores_copy(copy, state_path); /* older */
    assert_int_equal(stores_try(path, NULL), YS_OK);

    text = stores_file(state_path, &bytes);
    for (size_t i = 0; i < bytes - 1; i++) { /* each byte damaged in turn */
        char other = (char)(text[i] ^ 1);
        stores_overwrite(state_path, (long)i, &other, 1);
        read_state(&record);
        if (record.database_id[0]) print_message("byte %zu of the state file is not checked\n", i);
        assert_string_equal(record.database_id, "");
        stores_overwrite(state_path, (long)i, &text[i], 1);
    }
    for (size_t cut = 0; cut < bytes; cut += 7) {
        assert_int_equal(truncate(state_path, (off_t)cut), 0);
        read_state(&record);
        assert_string_equal(record.database_id, "");
        assert_int_equal(stores_try(path, NULL), YS_OK); /* and writes it whole again; */
        read_state(&record);
        assert_true(record.database_id[0] != '\0');
        assert_true(record.commit_counter == 0); /* the counter comes with the next commit */
    }
    assert_int_equal(unlink(state_path), 0);
    assert_int_equal(stores_try(path, NULL), YS_OK);
    free(text);
}

static void test_usage_outlives_its_database(void **state)
{
    struct ys_store *store = stores_open(path);
    struct ys_state_record record;
    int64_t day = 0, units = 0;
    char old_id[33];
    (void)state;
    ys_store_known_usage(store, &day, &units);
    assert_true(day == 0 && units == 0);
    memcpy(old_id, store->database_id, sizeof old_id);
    ys_store_note_usage(store, 20779, 4321);
    stores_begin(store);
    stores_commit(store);
    ys_store_close(store);

    assert_int_equal(unlink(path), 0);
    store = stores_open(path);
    assert_string_not_equal(store->database_id, old_id);
    ys_store_known_usage(store, &day, &units);
    assert_true(day == 20779 && units == 4321);
    stores_begin(store); /* the first commits of the new one do not lose it */
    stores_commit(store);
    ys_store_close(store);
    read_state(&record);
    assert_string_not_equal(record.database_id, old_id);
    assert_true(record.usage_day == 20779 && record.usage_units == 4321);
    assert_int_equal(stores_try(path, NULL), YS_OK);
}

/* A runner counts units; `pause` beside it commits too and knows of fewer. */
static void test_a_second_process_does_not_lower_what_the_first_wrote(void **state)
{
    struct ys_store *runner = stores_open(path), *other = stores_open(path);
    struct ys_state_record record;
    (void)state;
    ys_store_note_usage(runner, 20779, 900);
    stores_begin(runner);
    stores_commit(runner);
    stores_begin(other);
    stores_commit(other);
    read_state(&record);
    assert_true(record.usage_units == 900);
    assert_true(record.commit_counter == 2);
    /* A new day starts low and replaces the higher figure of the day before, never the reverse. */
    ys_store_note_usage(runner, 20780, 1);
    stores_begin(runner);
    stores_commit(runner);
    ys_store_note_usage(other, 20779, 5000);
    stores_begin(other);
    stores_commit(other);
    read_state(&record);
    assert_true(record.usage_day == 20780 && record.usage_units == 1);
    ys_store_close(other);
    ys_store_close(runner);
}

static void test_records_replace_each_other_whole(void **state)
{
    struct ys_state_record record = {.commit_counter = INT64_MAX,
                                     .usage_day = 99999,
                                     .usage_units = 10000000};
    struct ys_state_record back;
    size_t first = 0, second = 0;
    int fd = -1;
    (void)state;
    memset(record.database_id, 'a', 32);
    assert_int_equal(ys_state_open(state_path, &fd, NULL), YS_OK);
    assert_true(ys_state_write(fd, &record));
    free(stores_file(state_path, &first));
    ys_state_read(fd, &back);
    assert_true(back.commit_counter == INT64_MAX && back.usage_units == 10000000);
    memset(record.database_id, 'b', 32); /* another database: its counter is its own */
    record.commit_counter = 1;
    assert_true(ys_state_write(fd, &record));
    free(stores_file(state_path, &second));
    assert_int_equal(first, second);
    ys_state_read(fd, &back);
    assert_true(back.commit_counter == 1);
    ys_state_close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_state_file_follows_each_commit),
        TEST(test_a_rollback_counts_nothing),
        TEST(test_an_old_copy_is_refused),
        TEST(test_an_old_copy_is_accepted_when_told),
        TEST(test_a_current_database_is_not_marked_by_accept_old),
        TEST(test_a_torn_or_older_state_file_refuses_nothing),
        TEST(test_usage_outlives_its_database),
        TEST(test_a_second_process_does_not_lower_what_the_first_wrote),
        TEST(test_records_replace_each_other_whole),
    };
    return cmocka_run_group_tests_name("store state file", tests, NULL, NULL);
}
