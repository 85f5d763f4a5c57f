/* test_proof.c: what deletes rest on (P1): stored rows, the file beside the backups, and what is
 * said before the second yes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csvout.h"
#include "support/shelf.h"
#include "support/stores.h"

static struct world world;
static char jazz_id[YS_ID_BYTES], rock_id[YS_ID_BYTES], old_id[YS_ID_BYTES], other_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* "Jazz" is carried on: 1..3, 10 (belongs to "Rock") and a second 2. "Old" holds 4..6 and 20, which
 * is dropped; "Other" holds 7 and 30, which nobody wants. */
static void start(void)
{
    struct ys_target *target;

    shelf_open(&world, 31, 40);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PUBLIC, 1, 3, jazz_id);
    shelf_put(&world, jazz_id, 10);
    shelf_put(&world, jazz_id, 2);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 4, 6, old_id);
    shelf_put(&world, old_id, 20);
    shelf_playlist(&world, "Other", YS_PRIVACY_PRIVATE, 7, 7, other_id);
    shelf_playlist(&world, "Rock", YS_PRIVACY_PRIVATE, 11, 12, rock_id);
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_want(&world, target, "Jazz", 1, 7);
    shelf_want(&world, target, "Rock", 10, 12);
    shelf_drop(&world, target, 20, 20);
    shelf_start(&world, target);
    shelf_put(&world, other_id, 30); /* by hand, after the plan */
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

/* ---------------------------------------------------------------- rows */

struct seen {
    int64_t rows, placed, dropped, unaccounted, waiting;
    bool real;                       /* each PLACED names an entry that is there */
    const char *video_id;            /* of the row that is looked for */
    struct ys_proof_record found;
    char place_title[64], rule[256];
};

static bool see(void *ctx, const struct ys_proof_record *proof)
{
    struct seen *seen = ctx;
    char item_id[YS_ID_BYTES];

    seen->rows++;
    seen->placed += proof->verdict == YS_PROOF_PLACED;
    seen->dropped += proof->verdict == YS_PROOF_DROPPED;
    seen->unaccounted += proof->verdict == YS_PROOF_UNACCOUNTED;
    seen->waiting += proof->verdict == YS_PROOF_WAITING;
    if (proof->verdict == YS_PROOF_PLACED) {
        assert_true(proof->place_listed_at_ms > 0 && proof->listed_at_ms > 0);
        assert_string_not_equal(proof->place_item_id, proof->item_id);
        world_ok(&world, ys_truth_item_of(world.sim, proof->place_playlist_id, proof->video_id,
                                          item_id, &world.err));
        assert_string_equal(item_id, proof->place_item_id);
    }
    if (strcmp(proof->video_id, seen->video_id) == 0) {
        seen->found = *proof;
        (void)snprintf(seen->place_title, sizeof seen->place_title, "%s", proof->place_title);
        (void)snprintf(seen->rule, sizeof seen->rule, "%s", proof->rule);
    }
    return true;
}

static struct seen proofs(int video)
{
    static char id[16];
    struct seen seen = {.video_id = shelf_video(video, id)};

    world_ok(&world, ys_proofs_each(world.session, ys_job_id(world.job), see, &seen, &world.err));
    return seen;
}

static void test_rows(void **state)
{
    struct ys_proof_summary sum;
    struct seen seen;
    int64_t id;

    (void)state;
    start();
    id = ys_job_id(world.job);
    seen = proofs(4);
    assert_int_equal(seen.waiting, seen.rows); /* 10, a copy of 2, Old's and Other's */
    assert_int_equal(seen.rows, 2 + 4 + 1);
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, "1 old playlists can go");
    assert_non_null(strstr(world.err.message, "of their 6 entries"));
    assert_non_null(strstr(world.err.message, "5 were seen in their new place and 1 are dropped"));
    assert_non_null(strstr(world.err.message, "1 playlists stay. proof-1.csv lists each"));
    seen = proofs(10);
    assert_int_equal(seen.found.verdict, YS_PROOF_PLACED);
    assert_int_equal(seen.found.kind, YS_OP_ITEM_DELETE);
    assert_int_equal(seen.found.status, YS_OP_STATUS_DONE);
    assert_string_equal(seen.place_title, "Rock");
    assert_int_equal(seen.found.position, 3);
    seen = proofs(2);
    assert_string_equal(seen.place_title, "Jazz"); /* the copy that stays */
    seen = proofs(20);
    assert_int_equal(seen.found.verdict, YS_PROOF_DROPPED);
    assert_true(seen.rule[0] != '\0');
    seen = proofs(30);
    assert_int_equal(seen.found.verdict, YS_PROOF_UNACCOUNTED);
    assert_int_equal(seen.found.status, YS_OP_STATUS_SKIPPED);
    assert_non_null(strstr(seen.rule, "otherwise = \"drop\""));
    world_ok(&world, ys_proofs_sum(world.session, id, &sum, &world.err));
    assert_int_equal(sum.playlists, 1);
    assert_int_equal(sum.entries, 6);
    assert_int_equal(sum.placed, 5);
    assert_int_equal(sum.dropped, 1);
    assert_int_equal(sum.unaccounted, 1);
    assert_int_equal(sum.kept_playlists, 1);
    assert_int_equal(sum.waiting, 0);
    finish();
    assert_false(shelf_has(&world, old_id));
    assert_true(shelf_has(&world, other_id));
    seen = proofs(4); /* they stay when the playlist is gone */
    assert_int_equal(seen.rows, 8);
    assert_int_equal(seen.found.status, YS_OP_STATUS_DONE);
}

/* The video that holds a playlist back, and the policy line that would settle it, are named. */
static void test_the_message_names_the_line(void **state)
{
    struct ys_operation_record kept;

    (void)state;
    start();
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    kept = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(kept.playlist_id, other_id);
    assert_non_null(strstr(kept.error, "\"Other\" stays: the video video-00030"));
    assert_non_null(strstr(kept.error, "otherwise = \"drop\" or a category for the rest"));
}

/* A place that is gone from the stored listing between proof and claim: nothing is deleted. */
static void test_no_delete_without_rows(void **state)
{
    struct ys_store *store;
    enum ys_status status;

    (void)state;
    start();
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
    store = stores_open(world.db_path);
    stores_exec(store, "CREATE TRIGGER lose AFTER INSERT ON job_proofs WHEN NEW.verdict = 'placed'"
                       " BEGIN DELETE FROM job_proofs WHERE id = NEW.id; END");
    ys_store_close(store);
    status = world_steps(&world);
    shelf_is(&world, status, YS_EINTERNAL, "nothing was sent");
    assert_true(shelf_has(&world, old_id));
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_DELETE), 0);
}

/* ---------------------------------------------------------------- the file */

static char *proof_file(void)
{
    char path[1024];
    size_t bytes;
    char *text;

    ys_proofs_file(world.session, ys_job_id(world.job), path);
    text = stores_file(path, &bytes);
    return text;
}

static int lines_with(const char *text, const char *words)
{
    int count = 0;

    for (; (text = strstr(text, words)) != NULL; text++) count++;
    return count;
}

static void test_the_file(void **state)
{
    char *text;

    (void)state;
    start();
    assert_null(proof_file());
    while (ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_DELETE) == 0) {
        bool more;
        world_ok(&world, ys_job_step(world.job, 1000, &more, &world.err));
        assert_true(more);
    }
    text = proof_file(); /* before the first takeout left */
    assert_non_null(text);
    assert_memory_equal(text, YS_CSVOUT_MARK "\"video id\",\"video\"", 12);
    assert_int_equal(lines_with(text, "waits for its proof"), 2 + 4 + 2);
    free(text);
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    text = proof_file();
    assert_int_equal(lines_with(text, "\r\n"), 1 + 8);
    assert_int_equal(lines_with(text, "\"deleted\""), 2);
    assert_int_equal(lines_with(text, "\"not deleted yet\""), 4);
    assert_int_equal(lines_with(text, "\"stays\""), 2);
    assert_int_equal(lines_with(text, "\"seen in its new place\",\"Jazz\""), 1 + 3 + 1);
    assert_int_equal(lines_with(text, "\"dropped by the policy\""), 1);
    assert_int_equal(lines_with(text, "\"not accounted for: it stays\""), 1);
    free(text);
    finish();
    text = proof_file();
    assert_int_equal(lines_with(text, "\"deleted\""), 6);
    assert_int_equal(lines_with(text, "\"not deleted yet\""), 0);
    free(text);
}

/* No delete leaves when it cannot be written. */
static void test_the_file_cannot_be_written(void **state)
{
    char path[1024], taken[1040];

    (void)state;
    start();
    ys_proofs_file(world.session, ys_job_id(world.job), path);
    shelf_until(&world, YS_OP_ITEM_INSERT, 1); /* the backup is written */
    (void)snprintf(taken, sizeof taken, "%s.tmp", path);
    assert_int_equal(mkdir(taken, 0700), 0);
    shelf_is(&world, world_steps(&world), YS_EBACKUP, "Nothing is deleted without it.");
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_DELETE), 0);
    assert_int_equal(rmdir(taken), 0);
    world_session(&world);
    finish();
    assert_false(shelf_has(&world, old_id));
}

static void test_a_job_without_deletes_has_none(void **state)
{
    struct ys_target *target;

    (void)state;
    shelf_open(&world, 32, 10);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 1, 3, old_id);
    target = shelf_policy(&world, YS_OLD_KEEP);
    shelf_want(&world, target, "Jazz", 1, 3);
    shelf_start(&world, target);
    finish();
    assert_null(proof_file());
}

/* ---------------------------------------------------------------- csv */

static void test_formulas(void **state)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"plain", "\"plain\""},
        {"say \"hi\", all", "\"say \"\"hi\"\", all\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-abcDEF1234", "\"'-abcDEF1234\""},
        {"@x", "\"'@x\""},
        {"\t=1", "\"'\t=1\""},
        {"\xEF\xBC\x9D" "1", "\"'\xEF\xBC\x9D" "1\""},
        {"a=1", "\"a=1\""},
        {"", "\"\""},
    };
    struct ys_buf line;
    size_t i;

    (void)state;
    ys_buf_init(&line, 1000);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ys_buf_clear(&line);
        ys_csvout_text(&line, cases[i].text);
        assert_string_equal(ys_buf_text(&line), cases[i].field);
    }
    ys_buf_clear(&line);
    ys_buf_text_add(&line, YS_CSVOUT_MARK);
    ys_csvout_text(&line, "");
    ys_csvout_number(&line, -7);
    ys_csvout_time(&line, 0);
    ys_csvout_time(&line, 1000);
    ys_csvout_end(&line);
    ys_csvout_number(&line, 1);
    assert_string_equal(ys_buf_text(&line),
                        YS_CSVOUT_MARK "\"\",-7,\"\",\"1970-01-01T00:00:01Z\"\r\n1");
    ys_buf_free(&line);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows),
        TEST(test_the_message_names_the_line),
        TEST(test_no_delete_without_rows),
        TEST(test_the_file),
        TEST(test_the_file_cannot_be_written),
        TEST(test_a_job_without_deletes_has_none),
        cmocka_unit_test(test_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
