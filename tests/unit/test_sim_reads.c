/* test_sim_reads.c: the simulator's playlistItems.list, videos.list and channels.list: pages,
 * tokens, unavailable entries, and listings that lag behind writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/box.h"

/* Lists a whole playlist page by page and gives its videos as numbers, "0 1 2". */
static const char *listed(struct box *box, const char *list, int rows)
{
    static char out[BOX_TEXT_BYTES];
    char token[64] = "", path[64];

    out[0] = '\0';
    do {
        assert_int_equal(box_get(box, "playlistItems",
                                 "part=snippet&playlistId=%s&maxResults=%d&pageToken=%s", list,
                                 rows, token),
                         200);
        for (int64_t i = 0; i < box_length(box, "items"); i++) {
            (void)snprintf(path, sizeof path, "items[%lld].snippet.resourceId.videoId",
                           (long long)i);
            size_t at = strlen(out);
            (void)snprintf(out + at, sizeof out - at, "%s%ld", at ? " " : "",
                           strtol(box_text(box, path) + 5, NULL, 10));
        }
        (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    } while (*token);
    return out;
}

/* ------------------------------------------------------------------ pages */

static void test_pages(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], token[64], path[64];

    box_videos(box, 120);
    box_playlist(box, "P", 120, list);
    assert_int_equal(box_get(box, "playlistItems",
                             "part=snippet,status,contentDetails&playlistId=%s&maxResults=50",
                             list),
                     200);
    assert_string_equal(box_text(box, "kind"), "youtube#playlistItemListResponse");
    assert_int_equal(box_length(box, "items"), 50);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 120);
    assert_int_equal(box_number(box, "pageInfo.resultsPerPage"), 50);
    assert_string_equal(box_text(box, "items[7].status.privacyStatus"), "public");
    assert_string_equal(box_text(box, "items[7].contentDetails.videoPublishedAt"),
                        "2017-07-14T02:40:07Z");
    (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    assert_int_equal(box_get(box, "playlistItems",
                             "part=snippet&playlistId=%s&maxResults=50&pageToken=%s", list,
                             token),
                     200);
    for (int i = 0; i < 50; i++) {
        (void)snprintf(path, sizeof path, "items[%d].snippet.position", i);
        assert_int_equal(box_number(box, path), 50 + i);
    }
    (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&maxResults=50&pageToken=%s",
                  list, token);
    assert_int_equal(box_length(box, "items"), 20);
    assert_false(box_has(box, "nextPageToken"));
    /* Back by prevPageToken. */
    (void)ys_copy(token, sizeof token, box_text(box, "prevPageToken"));
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&maxResults=50&pageToken=%s",
                  list, token);
    assert_int_equal(box_number(box, "items[0].snippet.position"), 50);
}

static void test_tokens(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], other[YS_ID_BYTES], token[64];

    box_videos(box, 10);
    box_playlist(box, "P", 10, list);
    box_playlist(box, "Q", 10, other);
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    /* Of another query, changed, made up, or too old: the same refusal. */
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s&pageToken=%s", other, token);
    box_refused(box, 400, "youtube.parameter", "invalidPageToken");
    assert_string_equal(box_text(box, "error.errors[0].location"), "pageToken");
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s&pageToken=CAoQAA", list);
    box_refused(box, 400, "youtube.parameter", "invalidPageToken");
    (void)box_get(box, "playlists", "part=id&mine=true&pageToken=%s", token);
    box_refused(box, 400, "youtube.parameter", "invalidPageToken");
    ys_sim_clock_advance(&box->clock, ys_sim_options(box->sim)->page_token_life_ms);
    assert_int_equal(
        box_get(box, "playlistItems", "part=id&playlistId=%s&pageToken=%s", list, token), 200);
    ys_sim_clock_advance(&box->clock, 1);
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s&pageToken=%s", list, token);
    box_refused(box, 400, "youtube.parameter", "invalidPageToken");
}

static void test_filters(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], other[YS_ID_BYTES], item[YS_ID_BYTES], id[16];

    box_videos(box, 4);
    box_playlist(box, "P", 4, list);
    assert_int_equal(box_insert(box, list, 2, -1, NULL), 200);
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&videoId=%s", list,
                  box_video_id(2, id));
    assert_int_equal(box_length(box, "items"), 2);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 2);
    assert_int_equal(box_number(box, "items[0].snippet.position"), 2);
    assert_int_equal(box_number(box, "items[1].snippet.position"), 4);
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&videoId=nosuchvideo", list);
    assert_int_equal(box_length(box, "items"), 0);
    /* By id: what is not there is left out. */
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(3, id), item, &box->err));
    (void)box_get(box, "playlistItems", "part=snippet&id=%s,UEx", item);
    assert_int_equal(box_length(box, "items"), 1);
    assert_int_equal(box_number(box, "items[0].snippet.position"), 3);
    (void)box_get(box, "playlistItems", "part=snippet");
    box_refused(box, 400, "youtube.parameter", "missingRequiredParameter");
    assert_string_equal(box_text(box, "error.errors[0].location"), "parameters.");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&id=%s", list, item);
    box_refused(box, 400, "youtube.parameter", "incompatibleParameters");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=");
    box_refused(box, 400, "youtube.playlistItem", "playlistIdRequired");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=PLnone");
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=WL");
    box_refused(box, 403, "youtube.playlistItem", "watchLaterNotAccessible");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=HL");
    box_refused(box, 403, "youtube.playlistItem", "watchHistoryNotAccessible");
    assert_int_equal(box_get(box, "playlistItems", "part=snippet&playlistId=LL"), 200);
    assert_int_equal(box_length(box, "items"), 0);
    BOX(box, ys_sim_account_add(box->sim, NULL, "Somebody", other, &box->err));
    BOX(box, ys_sim_token_add(box->sim, "their-token", other, NULL, 0, &box->err));
    box->token = "their-token";
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s", list);
    box_refused(box, 403, "youtube.playlistItem", "playlistItemsNotAccessible");
}

/* ------------------------------------------------------------------ unavailable entries */

static void test_unavailable(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], id[16];

    box_videos(box, 3);
    box_playlist(box, "P", 3, list);
    BOX(box, ys_sim_video_set(box->sim, box_video_id(0, id), YS_AVAILABILITY_PRIVATE, &box->err));
    BOX(box, ys_sim_video_set(box->sim, box_video_id(1, id), YS_AVAILABILITY_DELETED, &box->err));
    BOX(box, ys_sim_item_add(box->sim, list, "neverexists", -1, 0, NULL, &box->err));
    (void)box_get(box, "playlistItems", "part=snippet,status,contentDetails&playlistId=%s", list);
    assert_int_equal(box_length(box, "items"), 4);
    assert_string_equal(box_text(box, "items[0].snippet.title"), "Private video");
    assert_string_equal(box_text(box, "items[0].snippet.description"), "This video is private.");
    assert_string_equal(box_text(box, "items[0].status.privacyStatus"), "private");
    assert_string_equal(box_text(box, "items[1].snippet.title"), "Deleted video");
    assert_string_equal(box_text(box, "items[1].snippet.description"),
                        "This video is unavailable.");
    assert_string_equal(box_text(box, "items[1].status.privacyStatus"),
                        "privacyStatusUnspecified");
    assert_string_equal(box_text(box, "items[1].snippet.resourceId.videoId"),
                        box_video_id(1, id));
    assert_int_equal(box_number(box, "items[1].snippet.position"), 1);
    for (int i = 0; i < 2; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "items[%d].snippet.videoOwnerChannelTitle", i);
        assert_false(box_has(box, path));
        (void)snprintf(path, sizeof path, "items[%d].contentDetails.videoPublishedAt", i);
        assert_false(box_has(box, path));
        (void)snprintf(path, sizeof path, "items[%d].snippet.thumbnails.default", i);
        assert_false(box_has(box, path));
        (void)snprintf(path, sizeof path, "items[%d].snippet.thumbnails", i);
        assert_true(box_has(box, path));
    }
    assert_string_equal(box_text(box, "items[3].snippet.title"), "Deleted video");
    /* videos.list does not speak of them. */
    (void)box_get(box, "videos", "part=id&id=video000000,video000001,video000002,neverexists");
    assert_int_equal(box_length(box, "items"), 1);
    assert_string_equal(box_text(box, "items[0].id"), "video000002");
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 1);
}

static void test_videos_and_channels(void **state)
{
    struct box *box = *state;
    char ids[1024] = "";

    box_videos(box, 1);
    (void)box_get(box, "videos", "part=snippet,contentDetails,status,statistics&id=video000000");
    assert_string_equal(box_text(box, "items[0].kind"), "youtube#video");
    assert_string_equal(box_text(box, "items[0].contentDetails.duration"), "PT1H2M3S");
    assert_string_equal(box_text(box, "items[0].snippet.categoryId"), "10");
    assert_string_equal(box_text(box, "items[0].snippet.tags[1]"), "two");
    assert_string_equal(box_text(box, "items[0].status.privacyStatus"), "public");
    assert_true(box_has(box, "items[0].statistics.viewCount"));
    for (size_t i = 0; i < 51; i++) memcpy(ids + 12 * i, "abcdefghijk,", 13);
    ids[12 * 51 - 1] = '\0';
    (void)box_get(box, "videos", "part=id&id=%s", ids);
    box_refused(box, 400, "youtube.parameter", "invalidFilters");
    (void)box_get(box, "videos", "part=id");
    box_refused(box, 400, "youtube.parameter", "missingRequiredParameter");
    (void)box_get(box, "videos", "part=id&chart=mostPopular");
    box_refused(box, 400, "youtube.video", "videoChartNotFound");
    (void)box_get(box, "channels", "part=snippet,contentDetails&mine=true");
    assert_string_equal(box_text(box, "items[0].id"), YS_SIM_CHANNEL_ID);
    assert_string_equal(box_text(box, "items[0].snippet.title"), YS_SIM_CHANNEL_TITLE);
    assert_string_equal(box_text(box, "items[0].contentDetails.relatedPlaylists.uploads"),
                        "UUsimulated0000000000000");
    (void)box_get(box, "channels", "part=snippet&id=UCnobody");
    assert_int_equal(box->reply.status, 200);
    assert_false(box_has(box, "items")); /* the key is missing then */
    (void)box_get(box, "channels", "part=snippet");
    box_refused(box, 400, "youtube.parameter", "missingRequiredParameter");
}

/* ------------------------------------------------------------------ quirks and lag */

static void test_quirks(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES];

    box_videos(box, 40);
    box_playlist(box, "P", 40, list);
    ys_sim_options(box->sim)->short_page_permille = 1000;
    /* Pages are short, and yet nothing is missing. */
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s&maxResults=10", list);
    assert_true(box_length(box, "items") < 10 && box_length(box, "items") > 0);
    assert_string_equal(listed(box, list, 10), box_order(box, list));
    ys_sim_options(box->sim)->short_page_permille = 0;
    ys_sim_options(box->sim)->double_row_permille = 1000;
    /* Each page after the first begins with the last row of the one before. */
    assert_non_null(strstr(listed(box, list, 10), " 8 9 9 10 11 "));
    ys_sim_options(box->sim)->double_row_permille = 0;
    ys_sim_options(box->sim)->total_lie_permille = 1000;
    bool lied = false;
    for (int i = 0; i < 10; i++) {
        (void)box_get(box, "playlistItems", "part=id&playlistId=%s&maxResults=10", list);
        lied = lied || box_number(box, "pageInfo.totalResults") != 40;
    }
    assert_true(lied);
}

static void test_lag_items(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], item[YS_ID_BYTES], id[16], query[256];

    box_videos(box, 5);
    box_playlist(box, "P", 3, list);
    ys_sim_options(box->sim)->lag_min_ms = 2000;
    ys_sim_options(box->sim)->lag_max_ms = 2000;
    assert_int_equal(box_insert(box, list, 3, 0, item), 200);
    /* The answer knows it, the lists do not, for two seconds. */
    assert_int_equal(box_number(box, "snippet.position"), 0);
    assert_string_equal(listed(box, list, 2), "0 1 2");
    (void)box_get(box, "playlistItems", "part=id&id=%s", item);
    assert_int_equal(box_length(box, "items"), 0);
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s&videoId=%s", list,
                  box_video_id(3, id));
    assert_int_equal(box_length(box, "items"), 0);
    (void)box_get(box, "playlists", "part=contentDetails&id=%s", list);
    assert_int_equal(box_number(box, "items[0].contentDetails.itemCount"), 3);
    ys_sim_clock_advance(&box->clock, 1000);
    (void)snprintf(query, sizeof query, "id=%s", item);
    assert_int_equal(box_call(box, "DELETE", "playlistItems", query, NULL), 204);
    assert_string_equal(box_order(box, list), "0 1 2");
    ys_sim_clock_advance(&box->clock, 1500);
    /* Inserted is seen now, taken out is not yet. */
    assert_string_equal(listed(box, list, 50), "3 0 1 2");
    ys_sim_clock_advance(&box->clock, 500);
    assert_string_equal(listed(box, list, 50), "0 1 2");
    (void)box_get(box, "playlists", "part=contentDetails&id=%s", list);
    assert_int_equal(box_number(box, "items[0].contentDetails.itemCount"), 3);
}

static void test_lag_playlists(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], query[256];

    ys_sim_options(box->sim)->lag_min_ms = 2000;
    ys_sim_options(box->sim)->lag_max_ms = 2000;
    assert_int_equal(box_call(box, "POST", "playlists", "part=snippet",
                              "{\"snippet\":{\"title\":\"New\"}}"),
                     200);
    (void)ys_copy(list, sizeof list, box_text(box, "id"));
    (void)box_get(box, "playlists", "part=snippet&mine=true");
    assert_int_equal(box_length(box, "items"), 0);
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    ys_sim_clock_advance(&box->clock, 2000);
    (void)box_get(box, "playlists", "part=snippet&mine=true");
    assert_int_equal(box_length(box, "items"), 1);
    assert_int_equal(box_call(box, "PUT", "playlists", "part=snippet",
                              "{\"id\":\"%s\",\"snippet\":{\"title\":\"Newer\"}}", list),
                     200);
    assert_string_equal(box_text(box, "snippet.title"), "Newer");
    (void)box_get(box, "playlists", "part=snippet&id=%s", list);
    assert_string_equal(box_text(box, "items[0].snippet.title"), "New");
    ys_sim_clock_advance(&box->clock, 2000);
    (void)box_get(box, "playlists", "part=snippet&id=%s", list);
    assert_string_equal(box_text(box, "items[0].snippet.title"), "Newer");
    (void)snprintf(query, sizeof query, "id=%s", list);
    assert_int_equal(box_call(box, "DELETE", "playlists", query, NULL), 204);
    (void)box_get(box, "playlists", "part=snippet&id=%s", list);
    assert_int_equal(box_length(box, "items"), 1); /* still seen */
    assert_int_equal(box_call(box, "DELETE", "playlists", query, NULL), 404);
    ys_sim_clock_advance(&box->clock, 2000);
    (void)box_get(box, "playlists", "part=snippet&id=%s", list);
    assert_int_equal(box_length(box, "items"), 0);
}

/* With random lag, what is seen of one playlist is at every moment a state that it had. */
static void test_lag_is_in_order(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], history[160][1024];
    int known = 0, seen = 0;

    box_videos(box, 200);
    box_playlist(box, "P", 0, list);
    ys_sim_options(box->sim)->lag_min_ms = 0;
    ys_sim_options(box->sim)->lag_max_ms = 3000;
    ys_sim_options(box->sim)->quota_daily_units = 1000000;
    for (int step = 0; step < 150; step++) {
        char item[YS_ID_BYTES], id[16];
        if (step % 3 == 2) {
            BOX(box, ys_truth_item_of(box->sim, list, box_video_id(step - 1, id), item,
                                      &box->err));
            if (step % 2) BOX(box, ys_sim_item_remove(box->sim, item, &box->err));
            else BOX(box, ys_sim_item_move(box->sim, item, 0, &box->err));
        } else {
            assert_int_equal(box_insert(box, list, step, step % 2 ? 0 : -1, NULL), 200);
        }
        (void)ys_copy(history[known++], sizeof history[0], box_order(box, list));
        ys_sim_clock_advance(&box->clock, 200);
        char view[1024];
        (void)ys_copy(view, sizeof view, listed(box, list, 50));
        int now = seen;
        while (now < known && strcmp(history[now], view) != 0) now++;
        if (!(now < known) && *view) fail_msg("step %d shows what never was: %s", step, view);
        if (now < known) seen = now;
    }
    ys_sim_clock_advance(&box->clock, 3000);
    assert_string_equal(listed(box, list, 50), box_order(box, list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pages, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_tokens, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_filters, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_unavailable, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_videos_and_channels, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_quirks, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_lag_items, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_lag_playlists, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_lag_is_in_order, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
