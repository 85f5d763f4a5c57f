/* test_sim_truth.c: what tests are told about the simulated state: lost and doubled, text and
 * JSON; states in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "db/db.h"
#include "support/box.h"
#include "support/scratch.h"

static struct ys_truth_report compare(struct box *box)
{
    struct ys_truth_report report;

    BOX(box, ys_truth_compare(box->sim, &report, &box->err));
    return report;
}

static void item_of(struct box *box, const char *list, int video, char *out)
{
    char id[16];

    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(video, id), out, &box->err));
}

static void test_lost_and_doubled(void **state)
{
    struct box *box = *state;
    char a[YS_ID_BYTES], b[YS_ID_BYTES], item[YS_ID_BYTES], id[16];
    struct ys_truth_report report;

    box_videos(box, 6);
    box_playlist(box, "A", 4, a); /* 0 1 2 3 */
    box_playlist(box, "B", 2, b); /* 0 1 */
    BOX(box, ys_sim_item_add(box->sim, a, box_video_id(3, id), -1, 0, NULL, &box->err));
    BOX(box, ys_sim_video_set(box->sim, box_video_id(2, id), YS_AVAILABILITY_DELETED, &box->err));
    BOX(box, ys_truth_snapshot(box->sim, &box->err));
    report = compare(box);
    assert_int_equal(report.playlists_before, 2);
    assert_int_equal(report.items_before, 7);
    assert_int_equal(report.videos_before, 3); /* the deleted one is no video */
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.doubled, 0);
    assert_int_equal(report.doubled_before, 1);
    /* In one playlist less is not lost; in none is. */
    item_of(box, a, 0, item);
    BOX(box, ys_sim_item_remove(box->sim, item, &box->err));
    assert_int_equal(compare(box).lost, 0);
    item_of(box, b, 0, item);
    BOX(box, ys_sim_item_remove(box->sim, item, &box->err));
    assert_int_equal(compare(box).lost, 1);
    item_of(box, a, 2, item);
    BOX(box, ys_sim_item_remove(box->sim, item, &box->err));
    report = compare(box);
    assert_int_equal(report.lost, 1);
    assert_int_equal(report.lost_rows, 1);
    /* A second copy where there was one, a third where there were two, two in a new playlist. */
    BOX(box, ys_sim_item_add(box->sim, b, box_video_id(1, id), 0, 0, NULL, &box->err));
    assert_int_equal(compare(box).doubled, 1);
    BOX(box, ys_sim_item_add(box->sim, a, box_video_id(3, id), 0, 0, NULL, &box->err));
    assert_int_equal(compare(box).doubled, 2);
    box_playlist(box, "C", 1, b);
    BOX(box, ys_sim_item_add(box->sim, b, box_video_id(0, id), 0, 0, NULL, &box->err));
    report = compare(box);
    assert_int_equal(report.doubled, 3);
    assert_int_equal(report.lost, 0); /* it is back */
    assert_int_equal(report.playlists_now, 3);
    /* A deleted playlist takes its rows along. */
    BOX(box, ys_sim_playlist_remove(box->sim, a, &box->err));
    report = compare(box);
    assert_int_equal(report.playlists_now, 2);
    assert_int_equal(report.lost, 1); /* 3 */
    assert_int_equal(ys_truth_copies(box->sim, NULL, box_video_id(3, id)), 0);
}

static void test_text(void **state)
{
    struct box *box = *state;
    struct ys_buf text, again;
    char list[YS_ID_BYTES], id[16];

    box_videos(box, 2);
    box_playlist(box, "B", 2, list);
    box_playlist(box, "A", 0, list);
    BOX(box, ys_sim_video_set(box->sim, box_video_id(1, id), YS_AVAILABILITY_PRIVATE, &box->err));
    ys_buf_init(&text, 1 << 20);
    ys_buf_init(&again, 1 << 20);
    BOX(box, ys_truth_dump(box->sim, false, &text, &box->err));
    assert_string_equal(ys_buf_text(&text),
                        YS_SIM_CHANNEL_ID " \"A\" private, 0 items\n" YS_SIM_CHANNEL_ID
                                          " \"B\" private, 2 items\n"
                                          "    video000000 Video number 0\n"
                                          "    video000001 Video number 1 (private)\n");
    BOX(box, ys_truth_dump(box->sim, true, &again, &box->err));
    assert_non_null(strstr(ys_buf_text(&again), list));
    assert_null(strstr(ys_buf_text(&text), list));
    ys_buf_free(&text);
    ys_buf_free(&again);
}

static void test_json(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES];

    box_videos(box, 2);
    box_playlist(box, "\"Quoted\" \xe6\x97\xa5\xe6\x9c\xac", 2, list);
    BOX(box, ys_truth_snapshot(box->sim, &box->err));
    BOX(box, ys_truth_json(box->sim, true, &box->reply.body, &box->err));
    assert_string_equal(box_text(box, "playlists[0].id"), list);
    assert_string_equal(box_text(box, "playlists[0].title"),
                        "\"Quoted\" \xe6\x97\xa5\xe6\x9c\xac");
    assert_int_equal(box_length(box, "playlists[0].items"), 2);
    assert_string_equal(box_text(box, "playlists[0].items[1]"), "video000001");
    assert_int_equal(box_number(box, "report.lost"), 0);
    assert_int_equal(box_number(box, "report.items_now"), 2);
    ys_buf_clear(&box->reply.body);
    BOX(box, ys_truth_json(box->sim, false, &box->reply.body, &box->err));
    assert_false(box_has(box, "playlists[0].items"));
    assert_int_equal(box_number(box, "playlists[0].count"), 2);
}

/* ------------------------------------------------------------------ files */

static void test_file(void **state)
{
    static struct box box;
    static char path[SCRATCH_PATH_BYTES];
    char list[YS_ID_BYTES], item[YS_ID_BYTES], again[YS_ID_BYTES];

    (void)state;
    scratch_make();
    box_init(&box);
    box.options.state_path = scratch_path(path, "state.db");
    box.options.lag_min_ms = box.options.lag_max_ms = 5000;
    box_open(&box);
    box_videos(&box, 5);
    box_playlist(&box, "Kept", 2, list);
    assert_int_equal(box_insert(&box, list, 3, 0, item), 200);
    box_close(&box);
    /* The monotonic clock starts anew: what was on its way has arrived. */
    box_init(&box);
    box.clock.mono_ms = -50;
    box.options.state_path = path;
    box_open(&box);
    assert_string_equal(box_order(&box, list), "3 0 1");
    assert_int_equal(box_get(&box, "playlistItems", "part=snippet&playlistId=%s", list), 200);
    assert_int_equal(box_length(&box, "items"), 3);
    assert_int_equal(ys_sim_request_count(box.sim, YS_SIM_METHOD_COUNT), 2);
    assert_int_equal(ys_sim_quota_total(box.sim), 51);
    /* Ids are never given twice. */
    assert_int_equal(box_insert(&box, list, 4, 0, again), 200);
    assert_string_not_equal(again, item);
    box_close(&box);
    scratch_remove();
}

static void test_foreign_file(void **state)
{
    static struct box box;
    static char path[SCRATCH_PATH_BYTES];
    struct ys_db *db = NULL;

    (void)state;
    scratch_make();
    box_init(&box);
    struct ys_db_options options = {.path = scratch_path(path, "other.db")};
    BOX(&box, ys_db_open(&db, &options, &box.err));
    BOX(&box, ys_db_exec(db, "CREATE TABLE things (a TEXT)", &box.err));
    ys_db_close(db);
    box.options.state_path = path;
    assert_int_equal(ys_sim_open(&box.sim, &box.options, &box.err), YS_EDBFOREIGN);
    assert_null(box.sim);
    assert_non_null(strstr(box.err.message, path));
    scratch_remove();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lost_and_doubled, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_text, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_json, box_setup, box_teardown),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_foreign_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
