/* test_sim_library.c: the sample library and libraries from files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "sim/library.h"
#include "support/box.h"
#include "support/scratch.h"
#include "support/shared.h"

static char *dump(struct box *box)
{
    struct ys_buf text;

    ys_buf_init(&text, 64 << 20);
    BOX(box, ys_truth_dump(box->sim, true, &text, &box->err));
    char *copy = ys_dup(ys_buf_text(&text));
    ys_buf_free(&text);
    assert_non_null(copy);
    return copy;
}

struct look {
    struct box *box;
    int64_t empty, bad_titles, made_by_api;
    bool cjk, emoji, plain;
};

static bool look_at(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct look *look = ctx;

    look->empty += playlist->items == 0;
    look->bad_titles += ys_title_check(playlist->title, NULL) != YS_OK;
    look->made_by_api += playlist->made_by_api;
    look->cjk = look->cjk || strstr(playlist->title, "\xe9\x9f\xb3") != NULL;
    look->emoji = look->emoji || strstr(playlist->title, "\xf0\x9f") != NULL;
    look->plain = look->plain || strcmp(playlist->title, "Jazz") == 0;
    return true;
}

static void test_sample(void **state)
{
    struct box *box = *state;
    struct ys_truth_report report;
    struct look look = {.box = box};

    BOX(box, ys_sim_library_sample(box->sim, NULL, &box->err));
    BOX(box, ys_truth_compare(box->sim, &report, &box->err));
    assert_int_equal(report.playlists_now, 87);
    assert_in_range(report.videos_now, 3850, 3999); /* of 4,000, some are gone */
    assert_in_range(report.items_now, 4400, 5200);
    assert_int_equal(report.items_before, report.items_now);
    assert_in_range(report.doubled_before, 1, 40);
    assert_int_equal(report.lost, 0);
    BOX(box, ys_truth_playlists(box->sim, NULL, look_at, &look, &box->err));
    assert_int_equal(look.empty, 0);
    assert_int_equal(look.bad_titles, 0);
    assert_int_equal(look.made_by_api, 0);
    assert_true(look.cjk && look.emoji && look.plain);
    /* It cost nothing and left no trace in the log. */
    assert_int_equal(ys_sim_quota_total(box->sim), 0);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_METHOD_COUNT), 0);
    /* A video looks like one. */
    assert_int_equal(box_get(box, "playlists", "part=contentDetails&mine=true&maxResults=50"),
                     200);
    assert_int_equal(box_length(box, "items"), 50);
    assert_string_equal(ys_sim_library_genre(0), "Jazz");
    assert_null(ys_sim_library_genre(1000));
}

static void test_sample_from_seed(void **state)
{
    struct box *box = *state;
    static struct box other;
    struct ys_sim_library_options options;
    char *first, *second;

    ys_sim_library_options_init(&options);
    options.videos = 300;
    options.playlists = 40;
    options.seed = 3;
    BOX(box, ys_sim_library_sample(box->sim, &options, &box->err));
    first = dump(box);
    for (int same = 1; same >= 0; same--) {
        box_init(&other);
        box_open(&other);
        if (!same) options.seed = 4;
        BOX(&other, ys_sim_library_sample(other.sim, &options, &other.err));
        second = dump(&other);
        if (same) assert_string_equal(first, second);
        else assert_string_not_equal(first, second);
        free(second);
        box_close(&other);
    }
    free(first);
    options.playlists = YS_SIM_LIBRARY_PLAYLISTS_MAX + 1;
    assert_int_equal(ys_sim_library_sample(box->sim, &options, &box->err), YS_EINVAL);
}

static void test_sample_sizes(void **state)
{
    struct box *box = *state;
    struct ys_sim_library_options options;

    ys_sim_library_options_init(&options);
    options.playlists = 1;
    options.videos = 20;
    BOX(box, ys_sim_library_sample(box->sim, &options, &box->err));
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 1);
    /* More than fit into the lists. */
    options.videos = 9000;
    assert_int_equal(ys_sim_library_sample(box->sim, &options, &box->err), YS_ELIMIT);
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 1); /* all or nothing */
    options.playlists = 120;
    options.videos = 9000;
    BOX(box, ys_sim_library_sample(box->sim, &options, &box->err));
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 121);
}

static void test_load(void **state)
{
    struct box *box = *state;
    char path[SCRATCH_PATH_BYTES];
    int64_t lines = 0;
    static const char good[] =
        "{\"id\":\"aaaaaaaaaaa\",\"title\":\"One\",\"channel\":\"C\",\"categoryId\":10,"
        "\"tags\":[\"x\",\"y\"],\"publishedAt\":\"2020-02-03T04:05:06Z\",\"duration_s\":61}\n"
        "\n"
        "{\"id\":\"bbbbbbbbbbb\",\"title\":\"Two\",\"availability\":\"deleted\"}\n"
        "{\"playlist\":\"Mine\",\"privacy\":\"unlisted\",\"id\":\"PLabc\",\"items\":["
        "\"aaaaaaaaaaa\",{\"id\":\"bbbbbbbbbbb\",\"added_ms\":1500000000000},\"ccccccccccc\"]}\n";
    static const char *const bad[] = {
        "{\"id\":\"aaaaaaaaaaa\",\"title\":\"One\"", "{\"id\":\"short\",\"title\":\"One\"}\n",
        "{\"id\":\"aaaaaaaaaaa\"}\n", "{\"playlist\":\"P\",\"privacy\":\"hidden\"}\n",
        "{\"id\":\"aaaaaaaaaaa\",\"title\":\"One\",\"publishedAt\":\"yesterday\"}\n"};

    scratch_make();
    (void)scratch_write(path, "good.jsonl", good, sizeof good - 1);
    BOX(box, ys_sim_library_load(box->sim, path, NULL, &lines, &box->err));
    assert_int_equal(lines, 4);
    (void)box_get(box, "playlistItems", "part=snippet,status&playlistId=PLabc");
    assert_int_equal(box_length(box, "items"), 3);
    assert_string_equal(box_text(box, "items[0].snippet.title"), "One");
    assert_string_equal(box_text(box, "items[1].snippet.publishedAt"), "2017-07-14T02:40:00Z");
    assert_string_equal(box_text(box, "items[2].status.privacyStatus"),
                        "privacyStatusUnspecified");
    (void)box_get(box, "videos", "part=snippet,contentDetails&id=aaaaaaaaaaa");
    assert_string_equal(box_text(box, "items[0].contentDetails.duration"), "PT1M1S");
    assert_string_equal(box_text(box, "items[0].snippet.publishedAt"), "2020-02-03T04:05:06Z");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)scratch_write(path, "bad.jsonl", bad[i], strlen(bad[i]));
        box->err = (struct ys_error){0};
        assert_int_not_equal(ys_sim_library_load(box->sim, path, NULL, NULL, &box->err), YS_OK);
        assert_non_null(strstr(box->err.message, "bad.jsonl:1"));
    }
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 1);
    scratch_remove();
    assert_int_equal(ys_sim_library_load(box->sim, path, NULL, NULL, &box->err), YS_EIO);
}

static void test_group(void **state)
{
    struct box *box = *state;
    const char *folder = getenv("YTSYNC_SHARED");
    char path[1024];
    struct ys_truth_report report;
    struct ys_truth_playlist music;
    size_t bytes;
    char *text = shared_read("real-videos.jsonl", &bytes);

    if (text == NULL) skip();
    free(text);
    (void)snprintf(path, sizeof path, "%s/data/real-videos.jsonl",
                   folder != NULL ? folder : "../shared");
    BOX(box, ys_sim_library_group(box->sim, path, NULL, 85, 8, &box->err));
    BOX(box, ys_truth_compare(box->sim, &report, &box->err));
    assert_int_equal(report.playlists_now, 85);
    assert_int_equal(report.videos_now, 2334);
    assert_true(report.items_now > 2 * report.videos_now); /* they overlap */
    assert_int_equal(report.doubled_before, 0);
    BOX(box, ys_truth_playlist_titled(box->sim, "Music", &music, &box->err));
    assert_int_equal(music.items, 332);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sample, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_sample_from_seed, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_sample_sizes, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_load, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_group, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
