/* test_store_videos.c: videos and their origins outlive the playlists; the walk over all videos
 * tells what a policy sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/stores.h"

#define LINES_BYTES 8192

static struct ys_store *store;
static int64_t account;
static char lines[LINES_BYTES];

static int set_up(void **state)
{
    (void)state;
    lines[0] = '\0';
    store = stores_memory();
    stores_begin(store);
    account = stores_account(store, "UC1");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static bool video_line(void *ctx, const struct ys_video_record *video)
{
    int *left = ctx;
    size_t used = strlen(lines);
    (void)snprintf(lines + used, sizeof lines - used, "%s %lld %s %s %s\n", video->id,
                   (long long)video->saved_at_ms, ys_availability_name(video->availability),
                   video->playlists_json, video->playlist_ids_json);
    return --*left > 0;
}

static void expect_walk(const char *wanted)
{
    struct ys_error err = {0};
    int all = 1000;
    lines[0] = '\0';
    assert_int_equal(ys_video_walk(store, account, video_line, &all, &err), YS_OK);
    assert_string_equal(lines, wanted);
}

static void seen(const char *id, const char *title, enum ys_availability availability)
{
    struct ys_error err = {0};
    int64_t row = 0;
    assert_int_equal(ys_video_seen(store, id, title, "", availability, &row, &err), YS_OK);
    assert_true(row > 0);
}

/* ---- single videos */

static void test_the_last_known_title_is_kept(void **state)
{
    (void)state;
    seen("v1", "So What", YS_AVAILABILITY_LIVE);
    seen("v1", "", YS_AVAILABILITY_DELETED);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE title = 'So What'"
                                          " AND availability = 'deleted'"), 1);
    seen("v1", "So What (live)", YS_AVAILABILITY_LIVE);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE"
                                          " title = 'So What (live)' AND availability = 'live'"),
                     1);
}

struct full {
    int count;
    struct ys_video_record video;
    char title[64], channel[64], channel_id[64], description[64], tags[64];
};

static bool keep_full(void *ctx, const struct ys_video_record *video)
{
    struct full *full = ctx;
    full->count++;
    full->video = *video;
    (void)snprintf(full->title, sizeof full->title, "%s", video->title);
    (void)snprintf(full->channel, sizeof full->channel, "%s", video->channel);
    (void)snprintf(full->channel_id, sizeof full->channel_id, "%s", video->channel_id);
    (void)snprintf(full->description, sizeof full->description, "%s", video->description);
    (void)snprintf(full->tags, sizeof full->tags, "%s", video->tags_json);
    return true;
}

static void test_metadata(void **state)
{
    struct ys_video_record video = {.id = "v1",
                                    .title = "So What",
                                    .channel = "Miles Davis - Topic",
                                    .channel_id = "UCmiles",
                                    .description = "1959",
                                    .tags_json = "[\"jazz\"]",
                                    .duration_s = 562,
                                    .published_at_ms = 1234,
                                    .availability = YS_AVAILABILITY_LIVE};
    struct full full = {.count = 0};
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 77);
    assert_int_equal(ys_video_walk(store, account, keep_full, &full, NULL), YS_OK);
    assert_true(full.video.duration_s == -1); /* not known before videos.list answered */
    assert_string_equal(full.tags, "[]");
    assert_int_equal(ys_video_put(store, &video, 5000, NULL), YS_OK);
    assert_int_equal(ys_video_absent(store, "v1", 4999, 6000, NULL), YS_OK);
    assert_int_equal(ys_video_walk(store, account, keep_full, &full, NULL), YS_OK);
    assert_int_equal(full.count, 2);
    assert_string_equal(full.video.id, "v1");
    assert_string_equal(full.title, "So What");
    assert_string_equal(full.channel, "Miles Davis - Topic");
    assert_string_equal(full.description, "1959");
    assert_string_equal(full.tags, "[\"jazz\"]");
    assert_true(full.video.duration_s == 562 && full.video.published_at_ms == 1234);
    assert_true(full.video.saved_at_ms == 77);
    assert_int_equal(stores_number(store, "SELECT fetched_at FROM videos"), 5000);
    stores_exec(store, "UPDATE videos SET fetched_at = 0"); /* nothing known: asked once */
    assert_int_equal(ys_video_absent(store, "v1", 4999, 6000, NULL), YS_OK);
    assert_int_equal(stores_number(store, "SELECT fetched_at FROM videos"), 6000);
    stores_exec(store, "UPDATE videos SET fetched_at = 9000"); /* by a clock that was wrong */
    assert_int_equal(ys_video_absent(store, "v1", 4999, 6000, NULL), YS_OK);
    assert_int_equal(stores_number(store, "SELECT fetched_at FROM videos"), 6000);
}

static bool id_line(void *ctx, const char *id, bool known)
{
    int *left = ctx;
    size_t used = strlen(lines);
    (void)snprintf(lines + used, sizeof lines - used, "%s%s ", id, known ? "!" : "");
    return --*left > 0;
}

static void test_who_wants_metadata(void **state)
{
    int all = 1000, one = 1;
    struct ys_video_record video = {.id = "v2", .duration_s = 1};
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    (void)stores_playlist(store, stores_account(store, "UC2"), "PLother", "O");
    for (int i = 4; i >= 1; i--) {
        char item[16], id[16];
        (void)snprintf(item, sizeof item, "i%d", i);
        (void)snprintf(id, sizeof id, "v%d", i);
        stores_item(store, "PLa", item, id, i, 1);
    }
    stores_item(store, "PLother", "o1", "v0", 0, 1);
    seen("v3", "", YS_AVAILABILITY_PRIVATE);
    seen("v9", "in no playlist", YS_AVAILABILITY_LIVE);
    assert_int_equal(ys_video_put(store, &video, 5000, NULL), YS_OK);
#define WANT(older, newer, max, count)                                                           \
    (lines[0] = '\0',                                                                            \
     assert_int_equal(ys_video_want_metadata(store, account, older, newer, max, id_line, count,  \
                                             NULL), YS_OK))
    WANT(0, INT64_MAX, 50, &all);
    assert_string_equal(lines, "v1 v4 ");
    WANT(4999, 5000, 50, &all);
    assert_string_equal(lines, "v1 v4 ");
    WANT(5000, INT64_MAX, 50, &all);
    assert_string_equal(lines, "v1 v2! v4 ");
    WANT(0, 4999, 50, &all); /* from the future */
    assert_string_equal(lines, "v1 v2! v4 ");
    WANT(5000, INT64_MAX, 2, &all);
    assert_string_equal(lines, "v1 v2! ");
    WANT(5000, INT64_MAX, 9, &one);
    assert_string_equal(lines, "v1 ");
#undef WANT
}

/* What nothing renews goes after a time; ids, places and what names a video that is gone stay. */
static void test_old_data_goes(void **state)
{
    struct ys_video_record video = {.title = "Title",
                                    .channel = "Channel",
                                    .channel_id = "UCx",
                                    .description = "Words",
                                    .tags_json = "[\"tag\"]",
                                    .duration_s = 9,
                                    .published_at_ms = 8,
                                    .availability = YS_AVAILABILITY_LIVE};
    int64_t dropped = 0;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    for (int i = 1; i <= 4; i++) {
        char item[16];
        (void)snprintf(item, sizeof item, "i%d", i);
        (void)snprintf(video.id, sizeof video.id, "v%d", i);
        stores_item(store, "PLa", item, video.id, i, 1);
        assert_int_equal(ys_video_put(store, &video, i == 4 ? 6000 : 5000, NULL), YS_OK);
    }
    stores_exec(store, "UPDATE videos SET live_at = fetched_at");
    seen("v2", "", YS_AVAILABILITY_DELETED);
    assert_int_equal(ys_item_remove(store, "i3", NULL), YS_OK);
    assert_int_equal(ys_item_remove(store, "i4", NULL), YS_OK);

    assert_int_equal(ys_video_drop_old(store, 4999, &dropped, NULL), YS_OK);
    assert_int_equal(dropped, 0);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE tags <> '[]'"), 4);
    assert_int_equal(ys_video_drop_old(store, 5000, &dropped, NULL), YS_OK);
    assert_int_equal(dropped, 1);
#define KEPT(what) stores_number(store, "SELECT COUNT(*) FROM videos WHERE " what)
    assert_int_equal(KEPT("youtube_id = 'v1' AND title = 'Title' AND tags = '[\"tag\"]'"), 1);
    assert_int_equal(KEPT("youtube_id = 'v2' AND title = 'Title' AND channel = 'Channel'"
                          " AND duration_s = 9 AND published_at = 8 AND channel_id = 'UCx'"
                          " AND description = '' AND tags = '[]'"), 1);
    assert_int_equal(KEPT("youtube_id = 'v3' AND title = '' AND channel = '' AND channel_id = ''"
                          " AND description = '' AND tags = '[]' AND duration_s = -1"
                          " AND published_at = 0 AND fetched_at = 0"), 1);
    assert_int_equal(KEPT("youtube_id = 'v4' AND title = 'Title' AND tags = '[\"tag\"]'"), 1);
#undef KEPT
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM origins"), 4);
    assert_int_equal(ys_video_drop_old(store, 5000, &dropped, NULL), YS_OK);
    assert_int_equal(dropped, 0);
    /* One that was asked for because it is old, and not answered. */
    assert_int_equal(ys_video_absent(store, "v1", 4999, 7000, NULL), YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE youtube_id = 'v1'"
                                          " AND tags <> '[]' AND fetched_at = 5000"), 1);
    assert_int_equal(ys_video_absent(store, "v1", 5000, 7000, NULL), YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE youtube_id = 'v1'"
                                          " AND title = 'Title' AND duration_s = 9"
                                          " AND description = '' AND tags = '[]'"
                                          " AND fetched_at = 7000"), 1);
}

/* ---- origins and the walk */

static void test_the_walk_is_ordered_by_time_saved(void **state)
{
    (void)state;
    expect_walk("");
    (void)stores_playlist(store, account, "PLa", "A \"quoted\" title");
    (void)stores_playlist(store, account, "PLb", "B");
    stores_item(store, "PLa", "i1", "v1", 0, 500);
    stores_item(store, "PLb", "i2", "v1", 0, 300);
    stores_item(store, "PLb", "i3", "v2", 1, 400);
    stores_item(store, "PLb", "i4", "v0", 2, 400);
    expect_walk("v1 300 live [\"B\",\"A \\\"quoted\\\" title\"] [\"PLb\",\"PLa\"]\n"
                "v0 400 live [\"B\"] [\"PLb\"]\n"
                "v2 400 live [\"B\"] [\"PLb\"]\n");
}

static void test_origins_outlive_their_playlists(void **state)
{
    (void)state;
    (void)stores_playlist(store, account, "PLold", "Old");
    (void)stores_playlist(store, account, "PLnew", "New");
    stores_item(store, "PLold", "i1", "v1", 0, 100);
    stores_item(store, "PLold", "i2", "v2", 1, 110);
    (void)stores_playlist(store, account, "PLold", "Renamed"); /* the first title counts */
    stores_item(store, "PLold", "i1", "v1", 0, 100);
    stores_item(store, "PLnew", "i3", "v1", 0, 900);
    assert_int_equal(ys_playlist_deleted(store, "PLold", 1000, NULL), YS_OK);
    /* v2 is in no playlist any more and so no video of the library. */
    expect_walk("v1 100 live [\"Old\",\"New\"] [\"PLold\",\"PLnew\"]\n");
}

static void test_the_earliest_known_time_wins(void **state)
{
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 0); /* not known */
    expect_walk("v1 0 live [\"A\"] [\"PLa\"]\n");
    stores_item(store, "PLa", "i2", "v1", 1, 700);
    expect_walk("v1 700 live [\"A\"] [\"PLa\"]\n");
    stores_item(store, "PLa", "i3", "v1", 2, 900);
    expect_walk("v1 700 live [\"A\"] [\"PLa\"]\n");
    stores_item(store, "PLa", "i4", "v1", 3, 600);
    assert_int_equal(ys_item_remove(store, "i4", NULL), YS_OK); /* the origin remembers it */
    expect_walk("v1 600 live [\"A\"] [\"PLa\"]\n");
}

static void test_what_ytsync_made_or_fills_is_no_origin(void **state)
{
    struct ys_row_playlist made = {.youtube_id = "PLmade",
                                   .title = "Made",
                                   .privacy = YS_PRIVACY_PRIVATE,
                                   .made_by_job = 1};
    int64_t category = 0;
    (void)state;
    assert_int_equal(ys_playlist_put(store, account, &made, NULL, NULL), YS_OK);
    (void)stores_playlist(store, account, "PLreused", "Jazz");
    stores_item(store, "PLreused", "i1", "v1", 0, 100);
    assert_int_equal(ys_category_put(store, account, "Jazz", "Jazz", "PLreused", &category, NULL),
                     YS_OK);
    stores_item(store, "PLmade", "i2", "v2", 0, 200);
    stores_item(store, "PLreused", "i3", "v3", 1, 300);
    expect_walk("v1 100 live [\"Jazz\"] [\"PLreused\"]\n"
                "v2 200 live [] []\n"
                "v3 300 live [] []\n");
}

static void test_another_account_is_not_seen(void **state)
{
    (void)state;
    int64_t other = stores_account(store, "UC2");
    (void)stores_playlist(store, account, "PLmine", "Mine");
    (void)stores_playlist(store, other, "PLtheirs", "Theirs");
    stores_item(store, "PLtheirs", "i1", "v1", 0, 50);
    stores_item(store, "PLtheirs", "i2", "v2", 1, 60);
    stores_item(store, "PLmine", "i3", "v1", 0, 800);
    expect_walk("v1 800 live [\"Mine\"] [\"PLmine\"]\n");
    /* A playlist that was gone before the first fetch belongs to nobody's list and is told. */
    stores_exec(store, "INSERT INTO origins (video_id, playlist_youtube_id, playlist_title,"
                       " added_at) SELECT id, 'PLtakeout', 'Lost', 10 FROM videos"
                       " WHERE youtube_id = 'v1'");
    expect_walk("v1 10 live [\"Lost\",\"Mine\"] [\"PLtakeout\",\"PLmine\"]\n");
}

static void test_the_walk_stops_and_starts_again(void **state)
{
    int two = 2;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 1);
    stores_item(store, "PLa", "i2", "v2", 1, 2);
    stores_item(store, "PLa", "i3", "v3", 2, 3);
    assert_int_equal(ys_video_walk(store, account, video_line, &two, NULL), YS_OK);
    assert_string_equal(lines, "v1 1 live [\"A\"] [\"PLa\"]\nv2 2 live [\"A\"] [\"PLa\"]\n");
    expect_walk("v1 1 live [\"A\"] [\"PLa\"]\nv2 2 live [\"A\"] [\"PLa\"]\n"
                "v3 3 live [\"A\"] [\"PLa\"]\n");
}

static bool walk_again(void *ctx, const struct ys_video_record *video)
{
    struct ys_error *err = ctx;
    struct full full = {.count = 0};
    (void)video;
    (void)!ys_video_walk(store, account, keep_full, &full, err);
    return false;
}

static void test_a_walk_inside_itself_is_refused(void **state)
{
    struct ys_error inner = {0}, outer = {0};
    int all = 10;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 1);
    assert_int_equal(ys_video_walk(store, account, walk_again, &inner, &outer), YS_OK);
    assert_int_equal(inner.status, YS_EINTERNAL);
    assert_int_equal(ys_video_walk(store, account, video_line, &all, &outer), YS_OK);
}

static void test_an_unknown_availability_is_refused_by_name(void **state)
{
    struct ys_error err = {0};
    int all = 10;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 1);
    stores_commit(store);
    stores_exec(store, "UPDATE videos SET availability = 'hidden'");
    assert_int_equal(ys_video_walk(store, account, video_line, &all, &err), YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "videos", "v1", "availability", "hidden", NULL));
    stores_exec(store, "UPDATE videos SET availability = 'live'");
    assert_int_equal(ys_video_walk(store, account, video_line, &all, &err), YS_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_last_known_title_is_kept),
        TEST(test_metadata),
        TEST(test_who_wants_metadata),
        TEST(test_old_data_goes),
        TEST(test_the_walk_is_ordered_by_time_saved),
        TEST(test_origins_outlive_their_playlists),
        TEST(test_the_earliest_known_time_wins),
        TEST(test_what_ytsync_made_or_fills_is_no_origin),
        TEST(test_another_account_is_not_seen),
        TEST(test_the_walk_stops_and_starts_again),
        TEST(test_a_walk_inside_itself_is_refused),
        TEST(test_an_unknown_availability_is_refused_by_name),
    };
    return cmocka_run_group_tests_name("store videos", tests, NULL, NULL);
}
