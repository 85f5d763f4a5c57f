/* test_operations.c: each operation's way from intent to outcome, as the store keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/jobs.h"
#include "store/leftovers.h"
#include "store/operations.h"
#include "support/stores.h"

static struct ys_store *store;
static int64_t job;
static struct ys_error err;

static void ok(enum ys_status status)
{
    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), err.message);
}

static int set_up(void **state)
{
    struct ys_row_job row = {.channel_id = "UC1", .reference = "ref"};

    (void)state;
    err = (struct ys_error){0};
    store = stores_memory();
    stores_begin(store);
    row.account_id = stores_account(store, "UC1");
    ok(ys_job_insert(store, &row, "{}", &job, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static int64_t add(int64_t seq, enum ys_op_kind kind, const char *category)
{
    struct ys_row_op row = {.job_id = job, .seq = seq, .kind = kind, .category = category,
                            .copies = 1};
    int64_t id = 0;

    ok(ys_op_insert(store, &row, &id, &err));
    return id;
}

/* The row, as numbers and one text; read within the callback. */
struct seen {
    enum ys_op_status status;
    int64_t attempts, units, intent_at_ms, done_at_ms, seen_at_ms;
    char remote_id[32], playlist_id[32], reason[32], error[64];
    bool has_description;
};

static bool see(void *ctx, const struct ys_row_op *row)
{
    struct seen *seen = ctx;

    seen->status = row->status;
    seen->attempts = row->attempts;
    seen->units = row->units;
    seen->intent_at_ms = row->intent_at_ms;
    seen->done_at_ms = row->done_at_ms;
    seen->seen_at_ms = row->seen_at_ms;
    seen->has_description = row->description != NULL;
    (void)snprintf(seen->remote_id, sizeof seen->remote_id, "%s", row->remote_id);
    (void)snprintf(seen->playlist_id, sizeof seen->playlist_id, "%s", row->playlist_id);
    (void)snprintf(seen->reason, sizeof seen->reason, "%s", row->reason);
    (void)snprintf(seen->error, sizeof seen->error, "%s", row->error);
    return true;
}

static struct seen look(int64_t id)
{
    struct seen seen = {0};
    bool found = false;

    ok(ys_op_find(store, id, see, &seen, &found, &err));
    assert_true(found);
    return seen;
}

static bool whole_row(void *ctx, const struct ys_row_op *row)
{
    (void)ctx;
    assert_int_equal(row->job_id, job);
    assert_int_equal(row->seq, 3);
    assert_int_equal(row->kind, YS_OP_PLAYLIST_UPDATE);
    assert_int_equal(row->status, YS_OP_STATUS_PENDING);
    assert_string_equal(row->category, "jazz");
    assert_string_equal(row->playlist_id, "PL1");
    assert_string_equal(row->item_id, "item");
    assert_string_equal(row->video_id, "video-00001");
    assert_string_equal(row->title, "Jazz");
    assert_string_equal(row->description, "");
    assert_int_equal(row->privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(row->copies, 2);
    assert_string_equal(row->found, "Old");
    assert_string_equal(row->rule, "because");
    assert_int_equal(row->attempts + row->units + row->intent_at_ms + row->done_at_ms, 0);
    return true;
}

static void test_what_is_stored_comes_back(void **state)
{
    struct ys_row_op row = {.job_id = job, .seq = 3, .kind = YS_OP_PLAYLIST_UPDATE,
                            .category = "jazz", .playlist_id = "PL1", .item_id = "item",
                            .video_id = "video-00001", .title = "Jazz", .description = "",
                            .privacy = YS_PRIVACY_UNLISTED, .copies = 2, .found = "Old",
                            .rule = "because"};
    int64_t id = 0;
    bool found = false;

    (void)state;
    ok(ys_op_insert(store, &row, &id, &err));
    ok(ys_op_find(store, id, whole_row, NULL, &found, &err));
    assert_true(found);
    ok(ys_op_find(store, id + 1, whole_row, NULL, &found, &err));
    assert_false(found);
    /* No description is not an empty one: it stays as it is. */
    assert_false(look(add(4, YS_OP_PLAYLIST_UPDATE, "jazz")).has_description);
    assert_true(look(id).has_description);
    /* One number per job once. */
    assert_int_not_equal(ys_op_insert(store, &row, &id, &err), YS_OK);
}

static void test_claim(void **state)
{
    int64_t id = add(1, YS_OP_ITEM_INSERT, "a");
    struct seen seen;

    (void)state;
    ok(ys_op_claim(store, id, 50, 1000, &err));
    seen = look(id);
    assert_int_equal(seen.status, YS_OP_STATUS_IN_FLIGHT);
    assert_int_equal(seen.attempts, 1);
    assert_int_equal(seen.units, 50);
    assert_int_equal(seen.intent_at_ms, 1000);
    /* Not a second time while it is out. */
    assert_int_equal(ys_op_claim(store, id, 50, 2000, &err), YS_EINTERNAL);
    assert_int_equal(look(id).attempts, 1);
    ok(ys_op_settle(store, id, YS_OP_STATUS_PENDING, NULL, "aborted", "Again.", 1500, &err));
    ok(ys_op_claim(store, id, 50, 2000, &err));
    seen = look(id);
    assert_int_equal(seen.attempts, 2);
    assert_int_equal(seen.units, 100);
    assert_int_equal(seen.intent_at_ms, 2000);
    assert_int_equal(ys_op_claim(store, 99, 50, 2000, &err), YS_EINTERNAL);
}

static void test_put_back(void **state)
{
    int64_t id = add(1, YS_OP_ITEM_INSERT, "a");
    struct seen seen;

    (void)state;
    assert_int_equal(ys_op_put_back(store, id, "r", "e", &err), YS_EINTERNAL);
    ok(ys_op_claim(store, id, 50, 1000, &err));
    ok(ys_op_put_back(store, id, "quotaExceeded", "No more today.", &err));
    seen = look(id);
    assert_int_equal(seen.status, YS_OP_STATUS_PENDING);
    assert_int_equal(seen.attempts, 0);
    assert_int_equal(seen.units, 50); /* it was charged all the same */
    assert_string_equal(seen.reason, "quotaExceeded");
    assert_string_equal(seen.error, "No more today.");
}

static void test_settle(void **state)
{
    static const enum ys_op_status final[] = {YS_OP_STATUS_DONE, YS_OP_STATUS_FAILED,
                                              YS_OP_STATUS_SKIPPED};
    struct seen seen;
    int64_t id;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        id = add((int64_t)i + 1, YS_OP_ITEM_INSERT, "a");
        ok(ys_op_claim(store, id, 50, 1000, &err));
        ok(ys_op_settle(store, id, YS_OP_STATUS_UNKNOWN, NULL, "timeout", "Lost.", 2000, &err));
        seen = look(id);
        assert_int_equal(seen.status, YS_OP_STATUS_UNKNOWN);
        assert_int_equal(seen.done_at_ms, 0);
        ok(ys_op_settle(store, id, final[i], "remote", NULL, NULL, 3000, &err));
        seen = look(id);
        assert_int_equal(seen.status, final[i]);
        assert_int_equal(seen.done_at_ms, 3000);
        assert_string_equal(seen.remote_id, "remote");
        assert_string_equal(seen.reason, "");
        assert_int_equal(ys_op_settle(store, id, YS_OP_STATUS_PENDING, NULL, "", "", 1, &err),
                         YS_EINTERNAL);
        assert_true(stores_error(&err, YS_EINTERNAL, "settled already", NULL));
        /* What it made stays known when it is opened again. */
        ok(ys_op_reopen(store, id, &err));
        seen = look(id);
        assert_int_equal(seen.status, YS_OP_STATUS_PENDING);
        assert_int_equal(seen.done_at_ms, 0);
        assert_string_equal(seen.remote_id, "remote");
        ok(ys_op_settle(store, id, YS_OP_STATUS_DONE, "", NULL, NULL, 4000, &err));
        assert_string_equal(look(id).remote_id, "remote");
    }
}

/* Reopening what is not finished changes nothing: an operation in flight stays in flight. */
static void test_reopen(void **state)
{
    int64_t id = add(1, YS_OP_ITEM_INSERT, "a");

    (void)state;
    ok(ys_op_claim(store, id, 50, 1000, &err));
    ok(ys_op_reopen(store, id, &err));
    assert_int_equal(look(id).status, YS_OP_STATUS_IN_FLIGHT);
}

static void test_seen(void **state)
{
    int64_t done = add(1, YS_OP_ITEM_INSERT, "a"), pending = add(2, YS_OP_ITEM_INSERT, "a");
    int64_t other = add(3, YS_OP_ITEM_INSERT, "b"), publish = add(4, YS_OP_PLAYLIST_PUBLISH, "a");

    (void)state;
    ok(ys_op_settle(store, done, YS_OP_STATUS_DONE, "x", NULL, NULL, 5, &err));
    ok(ys_op_settle(store, other, YS_OP_STATUS_DONE, "x", NULL, NULL, 5, &err));
    ok(ys_op_settle(store, publish, YS_OP_STATUS_DONE, "x", NULL, NULL, 5, &err));
    ok(ys_op_set_seen(store, job, "a", 99, &err));
    assert_int_equal(look(done).seen_at_ms, 99);
    assert_int_equal(look(pending).seen_at_ms, 0);
    assert_int_equal(look(other).seen_at_ms, 0);
    assert_int_equal(look(publish).seen_at_ms, 0);
    ok(ys_op_reopen(store, done, &err));
    assert_int_equal(look(done).seen_at_ms, 0);
}

static void test_set_playlist(void **state)
{
    int64_t create = add(1, YS_OP_PLAYLIST_CREATE, "a"), insert = add(2, YS_OP_ITEM_INSERT, "a");
    int64_t other = add(3, YS_OP_ITEM_INSERT, "b");

    (void)state;
    ok(ys_op_set_playlist(store, job, "a", "PLnew", &err));
    assert_string_equal(look(create).playlist_id, "PLnew");
    assert_string_equal(look(insert).playlist_id, "PLnew");
    assert_string_equal(look(other).playlist_id, "");
    ok(ys_op_set_playlist(store, job, "a", "PLother", &err));
    assert_string_equal(look(insert).playlist_id, "PLnew");
}

static void test_calls(void **state)
{
    int64_t count = -1, first = -1;

    (void)state;
    ok(ys_op_calls(store, 7, &count, &first, &err));
    assert_int_equal(count, 0);
    /* Refused, released without being sent, and another operation's: none of them can have done
     * anything here. */
    stores_exec(store,
                "INSERT INTO quota_usage (project, day, method, units, operation_id, sent_at,"
                " http_status) VALUES ('p', 1, 'm', 50, 7, 100, 409), ('p', 1, 'm', 0, 7, 110, 0),"
                " ('p', 1, 'm', 50, 8, 90, 200), ('p', 1, 'm', 50, 7, 120, 404)");
    ok(ys_op_calls(store, 7, &count, &first, &err));
    assert_int_equal(count, 0);
    stores_exec(store,
                "INSERT INTO quota_usage (project, day, method, units, operation_id, sent_at,"
                " http_status) VALUES ('p', 1, 'm', 50, 7, 140, 0), ('p', 1, 'm', 50, 7, 130, 503),"
                " ('p', 1, 'm', 50, 7, 150, 408), ('p', 1, 'm', 50, 7, 160, 200)");
    ok(ys_op_calls(store, 7, &count, &first, &err));
    assert_int_equal(count, 4);
    assert_int_equal(first, 130);
}

static void test_totals(void **state)
{
    struct ys_op_totals totals;
    int64_t id, seq = 0;

    (void)state;
    ok(ys_op_totals(store, job, &totals, &err));
    assert_int_equal(totals.unfinished, 0);
    ok(ys_op_last_seq(store, job, &seq, &err));
    assert_int_equal(seq, 0);
    id = add(1, YS_OP_PLAYLIST_CREATE, "a");
    ok(ys_op_claim(store, id, 50, 1, &err));
    ok(ys_op_settle(store, id, YS_OP_STATUS_DONE, "PL", NULL, NULL, 2, &err));
    id = add(2, YS_OP_ITEM_INSERT, "a");
    ok(ys_op_claim(store, id, 50, 1, &err));
    ok(ys_op_settle(store, id, YS_OP_STATUS_UNKNOWN, NULL, NULL, NULL, 2, &err));
    id = add(3, YS_OP_ITEM_INSERT, "a");
    ok(ys_op_settle(store, id, YS_OP_STATUS_FAILED, NULL, NULL, NULL, 2, &err));
    id = add(4, YS_OP_PLAYLIST_PUBLISH, "a");
    ok(ys_op_claim(store, id, 50, 1, &err));
    id = add(5, YS_OP_ITEM_DELETE, "a");
    ok(ys_op_settle(store, id, YS_OP_STATUS_SKIPPED, NULL, NULL, NULL, 2, &err));
    (void)add(9, YS_OP_PLAYLIST_DELETE, "");
    ok(ys_op_totals(store, job, &totals, &err));
    assert_int_equal(totals.create_playlists.total, 1);
    assert_int_equal(totals.create_playlists.done, 1);
    assert_int_equal(totals.create_playlists.units, 50);
    assert_int_equal(totals.add_videos.total, 3);
    assert_int_equal(totals.add_videos.failed, 1);
    assert_int_equal(totals.add_videos.units, 100);
    assert_int_equal(totals.delete_playlists.total, 2);
    assert_int_equal(totals.delete_playlists.skipped, 1);
    assert_int_equal(totals.unfinished, 3);
    assert_int_equal(totals.unknown, 1);
    ok(ys_op_last_seq(store, job, &seq, &err));
    assert_int_equal(seq, 9);
}

static bool in_order(void *ctx, const struct ys_row_op *row)
{
    int64_t *last = ctx;

    assert_true(row->seq > *last);
    *last = row->seq;
    return row->seq < 3;
}

static void test_walk(void **state)
{
    int64_t last = 0;

    (void)state;
    (void)add(4, YS_OP_ITEM_INSERT, "a");
    (void)add(1, YS_OP_ITEM_INSERT, "a");
    (void)add(3, YS_OP_ITEM_INSERT, "b");
    ok(ys_op_walk(store, job, in_order, &last, &err));
    assert_int_equal(last, 3); /* stopped there */
}

/* In an old copy whatever is open among the creations may have been carried out, and published. */
static void test_creates_of_an_old_copy(void **state)
{
    int64_t pending = add(1, YS_OP_PLAYLIST_CREATE, "a"), lost = add(2, YS_OP_PLAYLIST_CREATE, "b");
    int64_t done = add(3, YS_OP_PLAYLIST_CREATE, "c"), insert = add(4, YS_OP_ITEM_INSERT, "a");

    (void)state;
    ok(ys_op_claim(store, lost, 50, 1000, &err));
    ok(ys_op_settle(store, lost, YS_OP_STATUS_UNKNOWN, NULL, "timeout", "Lost.", 2000, &err));
    ok(ys_op_claim(store, done, 50, 1000, &err));
    ok(ys_op_settle(store, done, YS_OP_STATUS_DONE, "PLx", NULL, NULL, 2000, &err));
    ok(ys_op_doubt_creates(store, job, &err));
    assert_int_equal(look(pending).status, YS_OP_STATUS_UNKNOWN);
    assert_int_equal(look(lost).status, YS_OP_STATUS_UNKNOWN);
    assert_int_equal(look(lost).attempts, 0);
    assert_int_equal(look(done).status, YS_OP_STATUS_DONE);
    assert_int_equal(look(done).attempts, 1);
    assert_int_equal(look(insert).status, YS_OP_STATUS_PENDING);
}

static void test_unknown_words_are_refused(void **state)
{
    static const char *const spoils[] = {"UPDATE sync_operations SET kind = 'dance'",
                                         "UPDATE sync_operations SET kind = 'item_insert',"
                                         " status = 'maybe'",
                                         "UPDATE sync_operations SET status = 'done',"
                                         " privacy = 'secret'"};
    struct ys_op_totals totals;
    struct seen seen;
    int64_t id = add(1, YS_OP_ITEM_INSERT, "a"), last = 0;
    bool found;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        stores_exec(store, spoils[i]);
        assert_int_equal(ys_op_find(store, id, see, &seen, &found, &err), YS_EDBCORRUPT);
        assert_true(stores_error(&err, YS_EDBCORRUPT, "sync_operations", "1", NULL));
        assert_int_equal(ys_op_walk(store, job, in_order, &last, &err), YS_EDBCORRUPT);
    }
    stores_exec(store, "UPDATE sync_operations SET stage = 'nowhere'");
    assert_int_equal(ys_op_totals(store, job, &totals, &err), YS_EDBCORRUPT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_stored_comes_back),
        TEST(test_claim),
        TEST(test_put_back),
        TEST(test_settle),
        TEST(test_reopen),
        TEST(test_seen),
        TEST(test_set_playlist),
        TEST(test_calls),
        TEST(test_totals),
        TEST(test_walk),
        TEST(test_creates_of_an_old_copy),
        TEST(test_unknown_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
