/* test_store_oom.c: whichever allocation fails, opening, writing and walking a store end with
 * YS_ENOMEM, leak nothing (ASan and valgrind look) and leave a store that works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fail_alloc.h"
#include "support/scratch.h"
#include "support/stores.h"

/* The first ones each, later ones in growing steps: there are hundreds, and each costs an open. */
static long next_one(long nth)
{
    return nth + 1 + nth / 16;
}

/* Far above what any of these asks for. */
#define ALLOCATIONS_MAX 20000

static void open_with_failures(const char *path)
{
    struct ys_error err = {0};
    long nth = 0, failures = 0;
    for (;;) {
        nth = next_one(nth);
        fail_alloc_start(nth, false);
        enum ys_status status = stores_try(path, &err);
        if (fail_alloc_stop() < nth) { /* all have had their turn, this time none failed */
            assert_int_equal(status, YS_OK);
            break;
        }
        /* A checksum of the state file that cannot be made is a weaker check, no failure. */
        if (status != YS_OK) {
            failures++;
            assert_int_equal(status, YS_ENOMEM);
            assert_true(err.message[0] != '\0');
        }
        assert_true(nth < ALLOCATIONS_MAX);
    }
    assert_true(failures > 10);
}

static void test_opening_in_memory(void **state)
{
    (void)state;
    open_with_failures(":memory:");
}

static void test_opening_a_file(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    open_with_failures(path); /* new at first, then an existing one */
    open_with_failures(path);
    assert_int_equal(stores_try(path, NULL), YS_OK);
    scratch_remove();
}

static bool count_video(void *ctx, const struct ys_video_record *video)
{
    *(int *)ctx += video->id[0] != '\0';
    return true;
}

static enum ys_status put_and_walk(struct ys_store *store, struct ys_error *err)
{
    struct ys_row_item row = {.youtube_id = "i1", .video_id = "v1", .added_at_ms = 1};
    int count = 0;
    YS_TRY(ys_store_begin(store, err));
    enum ys_status status = ys_item_put(store, "PLa", &row, err);
    if (status == YS_OK) status = ys_video_walk(store, 1, count_video, &count, err);
    if (status == YS_OK) {
        assert_int_equal(count, 1);
        return ys_store_commit(store, err);
    }
    ys_store_rollback(store);
    return status;
}

static void test_writing_and_walking(void **state)
{
    struct ys_error err = {0};
    long nth = 0;
    (void)state;
    for (;;) {
        struct ys_store *store = stores_memory();
        stores_begin(store);
        (void)stores_playlist(store, stores_account(store, "UC1"), "PLa", "A");
        stores_commit(store);
        fail_alloc_start(++nth, false);
        enum ys_status status = put_and_walk(store, &err);
        (void)fail_alloc_stop();
        assert_false(ys_db_in_transaction(store->db));
        if (status != YS_OK) {
            assert_int_equal(status, YS_ENOMEM);
            assert_int_equal(put_and_walk(store, &err), YS_OK);
        }
        assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM playlist_items"), 1);
        ys_store_close(store);
        if (status == YS_OK) break;
        assert_true(nth < ALLOCATIONS_MAX);
    }
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_in_memory),
        cmocka_unit_test(test_opening_a_file),
        cmocka_unit_test(test_writing_and_walking),
    };
    return cmocka_run_group_tests_name("store out of memory", tests, NULL, NULL);
}
