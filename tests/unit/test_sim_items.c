/* test_sim_items.c: the simulator's playlistItems.insert, update and delete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "sim/internal.h"
#include "support/box.h"

static int move_as(struct box *box, const char *playlist_id, const char *item_id, int video,
                   const char *position)
{
    char id[16];

    return box_call(box, "PUT", "playlistItems", "part=snippet",
                    "{\"id\":\"%s\",\"snippet\":{\"playlistId\":\"%s\",%s\"resourceId\":{\"kind\":"
                    "\"youtube#video\",\"videoId\":\"%s\"}}}",
                    item_id, playlist_id, position, box_video_id(video, id));
}

static int move_to(struct box *box, const char *playlist_id, int video, int64_t position)
{
    char item[YS_ID_BYTES], id[16], at[64];

    BOX(box, ys_truth_item_of(box->sim, playlist_id, box_video_id(video, id), item, &box->err));
    (void)snprintf(at, sizeof at, "\"position\":%lld,", (long long)position);
    return move_as(box, playlist_id, item, video, at);
}

static int remove_item(struct box *box, const char *item_id)
{
    char query[256];

    (void)snprintf(query, sizeof query, "id=%s", item_id);
    return box_call(box, "DELETE", "playlistItems", query, NULL);
}

/* ------------------------------------------------------------------ insert */

static void test_insert(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], item[YS_ID_BYTES], plain[YS_ID_BYTES], video[16];
    size_t bytes = sizeof plain - 1;

    box_videos(box, 6);
    box_playlist(box, "P", 3, list);
    assert_int_equal(box_insert(box, list, 3, -1, item), 200);
    assert_string_equal(box_text(box, "kind"), "youtube#playlistItem");
    assert_int_equal(box_number(box, "snippet.position"), 3);
    assert_string_equal(box_text(box, "snippet.title"), "Video number 3");
    assert_string_equal(box_text(box, "snippet.playlistId"), list);
    assert_string_equal(box_text(box, "snippet.resourceId.videoId"), box_video_id(3, video));
    assert_string_equal(box_text(box, "snippet.resourceId.kind"), "youtube#video");
    assert_string_equal(box_text(box, "snippet.channelTitle"), YS_SIM_CHANNEL_TITLE);
    assert_string_equal(box_text(box, "snippet.videoOwnerChannelTitle"), "Odd Channel");
    assert_string_equal(box_text(box, "snippet.publishedAt"), "2026-11-20T18:00:00Z");
    /* The id is base64url of the playlist's, a dot and 16 hex digits. */
    assert_true(ys_sim_base64url_decode(item, plain, &bytes));
    plain[bytes] = '\0';
    assert_int_equal(bytes, 34 + 1 + 16);
    assert_memory_equal(plain, list, 34);
    assert_int_equal(strspn(plain + 35, "0123456789ABCDEF"), 16);
    /* At its end, at its beginning, and between. */
    assert_int_equal(box_insert(box, list, 4, 4, NULL), 200);
    assert_int_equal(box_number(box, "snippet.position"), 4);
    assert_int_equal(box_insert(box, list, 5, 0, NULL), 200);
    assert_int_equal(box_insert(box, list, 0, 2, NULL), 200); /* a second copy is taken */
    assert_string_equal(box_order(box, list), "5 0 0 1 2 3 4");
    assert_int_equal(ys_truth_copies(box->sim, list, box_video_id(0, video)), 2);
    (void)box_insert(box, list, 1, 8, NULL);
    box_refused(box, 400, "youtube.playlistItem", "invalidPlaylistItemPosition");
    (void)box_insert(box, list, 1, 7, NULL);
    assert_int_equal(box->reply.status, 200);
}

static void test_insert_refused(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], id[16];

    box_videos(box, 3);
    box_playlist(box, "P", 1, list);
    BOX(box, ys_sim_video_set(box->sim, box_video_id(1, id), YS_AVAILABILITY_PRIVATE, &box->err));
    BOX(box, ys_sim_video_set(box->sim, box_video_id(2, id), YS_AVAILABILITY_DELETED, &box->err));
    (void)box_insert(box, list, 1, -1, NULL);
    box_refused(box, 400, "global", "failedPrecondition");
    assert_string_equal(box_text(box, "error.status"), "FAILED_PRECONDITION");
    (void)box_insert(box, list, 2, -1, NULL);
    box_refused(box, 404, "youtube.playlistItem", "videoNotFound");
    (void)box_insert(box, list, 777, -1, NULL);
    box_refused(box, 404, "youtube.playlistItem", "videoNotFound");
    (void)box_insert(box, "PLnone", 0, -1, NULL);
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    (void)box_insert(box, "WL", 0, -1, NULL);
    box_refused(box, 400, "youtube.playlistItem", "playlistOperationUnsupported");
    (void)box_insert(box, "", 0, -1, NULL);
    box_refused(box, 400, "youtube.playlistItem", "playlistIdRequired");
    (void)box_call(box, "POST", "playlistItems", "part=snippet",
                   "{\"snippet\":{\"playlistId\":\"%s\"}}", list);
    box_refused(box, 400, "youtube.playlistItem", "resourceIdRequired");
    (void)box_call(box, "POST", "playlistItems", "part=snippet",
                   "{\"snippet\":{\"playlistId\":\"%s\",\"resourceId\":{\"kind\":"
                   "\"youtube#channel\",\"videoId\":\"video000000\"}}}", list);
    box_refused(box, 400, "youtube.playlistItem", "invalidResourceType");
    (void)box_call(box, "POST", "playlistItems", "part=snippet",
                   "{\"snippet\":{\"playlistId\":\"%s\",\"position\":\"first\",\"resourceId\":{"
                   "\"kind\":\"youtube#video\",\"videoId\":\"video000000\"}}}", list);
    box_refused(box, 400, "global", "badRequest");
    (void)box_call(box, "POST", "playlistItems", "part=snippet,contentDetails",
                   "{\"snippet\":{\"playlistId\":\"%s\",\"resourceId\":{\"kind\":"
                   "\"youtube#video\",\"videoId\":\"video000000\"}},\"contentDetails\":{\"note\":"
                   "\"%0300d\"}}", list, 7);
    box_refused(box, 400, "youtube.playlistItem", "invalidContentDetails");
    assert_string_equal(box_order(box, list), "0");
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_ITEMS_INSERT), 0);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_M_ITEMS_INSERT), 10);
}

static void test_settings_of_playlists(void **state)
{
    struct box *box = *state;
    struct ys_sim_playlist sorted = {.title = "S", .self_sorted = true};
    struct ys_sim_playlist top = {.title = "T", .add_to_top = true};
    char list[YS_ID_BYTES];

    box_videos(box, 4);
    BOX(box, ys_sim_playlist_add(box->sim, &sorted, list, &box->err));
    assert_int_equal(box_insert(box, list, 0, -1, NULL), 200);
    (void)box_insert(box, list, 1, 0, NULL);
    box_refused(box, 400, "youtube.playlistItem", "manualSortRequired");
    assert_int_equal(box_insert(box, list, 1, -1, NULL), 200);
    (void)move_to(box, list, 1, 0);
    box_refused(box, 400, "youtube.playlistItem", "manualSortRequired");
    assert_string_equal(box_order(box, list), "0 1");
    /* The user's setting "add new videos to top" is where an insert without position goes. */
    BOX(box, ys_sim_playlist_add(box->sim, &top, list, &box->err));
    for (int i = 0; i < 3; i++) assert_int_equal(box_insert(box, list, i, -1, NULL), 200);
    assert_int_equal(box_number(box, "snippet.position"), 0);
    assert_int_equal(box_insert(box, list, 3, 3, NULL), 200);
    assert_string_equal(box_order(box, list), "2 1 0 3");
}

static void test_full(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], id[16];

    box_videos(box, 1);
    box_playlist(box, "Full", 0, list);
    BOX(box, ys_sim_bulk_begin(box->sim, &box->err));
    for (int i = 0; i < YS_PLAYLIST_ITEMS_MAX - 1; i++)
        BOX(box, ys_sim_item_add(box->sim, list, box_video_id(0, id), -1, 0, NULL, &box->err));
    BOX(box, ys_sim_bulk_end(box->sim, &box->err));
    assert_int_equal(box_insert(box, list, 0, -1, NULL), 200);
    (void)box_insert(box, list, 0, -1, NULL);
    box_refused(box, 403, "youtube.playlistItem", "playlistContainsMaximumNumberOfVideos");
    assert_int_equal(ys_sim_item_add(box->sim, list, id, -1, 0, NULL, &box->err), YS_ELIMIT);
}

static void test_own_private(void **state)
{
    struct box *box = *state;
    struct ys_sim_video own = {.id = "ownprivate1",
                               .title = "Mine",
                               .channel_id = YS_SIM_CHANNEL_ID,
                               .channel_title = YS_SIM_CHANNEL_TITLE,
                               .availability = YS_AVAILABILITY_PRIVATE};
    char list[YS_ID_BYTES];

    box_playlist(box, "P", 0, list);
    BOX(box, ys_sim_video_put(box->sim, &own, &box->err));
    assert_int_equal(box_call(box, "POST", "playlistItems", "part=snippet,status",
                              "{\"snippet\":{\"playlistId\":\"%s\",\"resourceId\":{\"kind\":"
                              "\"youtube#video\",\"videoId\":\"ownprivate1\"}}}", list),
                     200);
    assert_string_equal(box_text(box, "snippet.title"), "Mine");
    assert_string_equal(box_text(box, "status.privacyStatus"), "private");
}

/* ------------------------------------------------------------------ update */

static void test_move(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], item[YS_ID_BYTES], id[16];

    box_videos(box, 5);
    box_playlist(box, "P", 5, list);
    /* It lands at exactly that index after leaving its place. */
    assert_int_equal(move_to(box, list, 0, 3), 200);
    assert_int_equal(box_number(box, "snippet.position"), 3);
    assert_string_equal(box_order(box, list), "1 2 3 0 4");
    assert_int_equal(move_to(box, list, 4, 0), 200);
    assert_string_equal(box_order(box, list), "4 1 2 3 0");
    assert_int_equal(move_to(box, list, 4, 4), 200);
    assert_string_equal(box_order(box, list), "1 2 3 0 4");
    assert_int_equal(move_to(box, list, 2, 1), 200);
    assert_string_equal(box_order(box, list), "1 2 3 0 4");
    (void)move_to(box, list, 2, 5);
    box_refused(box, 400, "youtube.playlistItem", "invalidPlaylistItemPosition");
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(1, id), item, &box->err));
    (void)move_as(box, list, item, 1, "\"position\":-1,");
    box_refused(box, 400, "youtube.playlistItem", "invalidPlaylistItemPosition");
    /* Without a position the place is wiped too: to the end. The id stays. */
    assert_int_equal(move_as(box, list, item, 1, ""), 200);
    assert_string_equal(box_text(box, "id"), item);
    assert_string_equal(box_order(box, list), "2 3 0 4 1");
}

static void test_move_refused(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], other[YS_ID_BYTES], item[YS_ID_BYTES], id[16];

    box_videos(box, 3);
    box_playlist(box, "P", 2, list);
    box_playlist(box, "Q", 1, other);
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(1, id), item, &box->err));
    /* Another video, another playlist, a deleted item: one answer. */
    (void)move_as(box, list, item, 0, "\"position\":0,");
    box_refused(box, 400, "youtube.playlistItem", "invalidSnippet");
    (void)move_as(box, other, item, 1, "\"position\":0,");
    box_refused(box, 400, "youtube.playlistItem", "invalidSnippet");
    assert_int_equal(remove_item(box, item), 204);
    (void)move_as(box, list, item, 1, "\"position\":0,");
    box_refused(box, 400, "youtube.playlistItem", "invalidSnippet");
    (void)move_as(box, "PLnone", item, 1, "\"position\":0,");
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    (void)move_as(box, list, "", 1, "\"position\":0,");
    box_refused(box, 400, "youtube.playlistItem", "playlistItemIdRequired");
    assert_string_equal(box_order(box, list), "0");
}

static void test_note(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], item[YS_ID_BYTES], id[16];

    box_videos(box, 1);
    box_playlist(box, "P", 1, list);
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(0, id), item, &box->err));
    assert_int_equal(box_call(box, "PUT", "playlistItems", "part=snippet,contentDetails",
                              "{\"id\":\"%s\",\"snippet\":{\"playlistId\":\"%s\",\"position\":0,"
                              "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":"
                              "\"video000000\"}},\"contentDetails\":{\"note\":\"see 3:20\"}}",
                              item, list),
                     200);
    assert_string_equal(box_text(box, "contentDetails.note"), "see 3:20");
    /* Not a part of the update: it stays. A part without it: wiped. */
    assert_int_equal(move_to(box, list, 0, 0), 200);
    (void)box_get(box, "playlistItems", "part=contentDetails&id=%s", item);
    assert_string_equal(box_text(box, "items[0].contentDetails.note"), "see 3:20");
    assert_int_equal(box_call(box, "PUT", "playlistItems", "part=snippet,contentDetails",
                              "{\"id\":\"%s\",\"snippet\":{\"playlistId\":\"%s\",\"position\":0,"
                              "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":"
                              "\"video000000\"}}}", item, list),
                     200);
    (void)box_get(box, "playlistItems", "part=contentDetails&id=%s", item);
    assert_false(box_has(box, "items[0].contentDetails.note"));
}

/* Many moves and inserts in one place: ranks are made anew without a change of order. */
static void test_order_model(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], expected[BOX_TEXT_BYTES], id[16], item[YS_ID_BYTES];
    int model[400], count = 0;
    uint64_t random = 7;

    ys_sim_options(box->sim)->quota_daily_units = 1000000;
    box_videos(box, 400);
    box_playlist(box, "P", 0, list);
    for (int step = 0; step < 1200; step++) {
        uint64_t what = ys_sim_below(&random, 10);
        if (count < 2 || (what < 4 && step < 400)) {
            int at = (int)ys_sim_below(&random, (uint64_t)count + 1);
            if (step % 3 == 0) at = count / 2;
            assert_int_equal(box_insert(box, list, step % 400, at, NULL), 200);
            memmove(model + at + 1, model + at, sizeof model[0] * (size_t)(count - at));
            model[at] = step % 400;
            count++;
            continue;
        }
        int from = (int)ys_sim_below(&random, (uint64_t)count);
        int video = model[from];
        if (what == 9 && count > 50) {
            BOX(box, ys_truth_item_of(box->sim, list, box_video_id(video, id), item, &box->err));
            assert_int_equal(remove_item(box, item), 204);
            memmove(model + from, model + from + 1,
                    sizeof model[0] * (size_t)(count - from - 1));
            count--;
            continue;
        }
        int to = step % 2 ? 1 : (int)ys_sim_below(&random, (uint64_t)count);
        assert_int_equal(move_to(box, list, video, to), 200);
        memmove(model + from, model + from + 1, sizeof model[0] * (size_t)(count - from - 1));
        memmove(model + to + 1, model + to, sizeof model[0] * (size_t)(count - 1 - to));
        model[to] = video;
    }
    expected[0] = '\0';
    for (int i = 0; i < count; i++) {
        size_t at = strlen(expected);
        (void)snprintf(expected + at, sizeof expected - at, "%s%d", i ? " " : "", model[i]);
    }
    assert_string_equal(box_order(box, list), expected);
    struct ys_truth_playlist truth;
    BOX(box, ys_truth_playlist(box->sim, list, &truth, &box->err));
    assert_int_equal(truth.items, count);
}

/* ------------------------------------------------------------------ delete */

static void test_delete(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], item[YS_ID_BYTES], other[YS_ID_BYTES], theirs[YS_ID_BYTES], id[16];

    box_videos(box, 3);
    box_playlist(box, "P", 3, list);
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(1, id), item, &box->err));
    assert_int_equal(remove_item(box, item), 204);
    assert_int_equal(box->reply.body.bytes, 0);
    assert_string_equal(box_order(box, list), "0 2");
    (void)remove_item(box, item);
    box_refused(box, 404, "youtube.playlistItem", "playlistItemNotFound");
    assert_string_equal(box_text(box, "error.errors[0].location"), "id");
    (void)box_call(box, "DELETE", "playlistItems", "", NULL);
    box_refused(box, 400, "youtube.playlistItem", "playlistItemIdRequired");
    /* Items of a deleted playlist are gone with it. */
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(0, id), item, &box->err));
    BOX(box, ys_sim_playlist_remove(box->sim, list, &box->err));
    (void)remove_item(box, item);
    box_refused(box, 404, "youtube.playlistItem", "playlistItemNotFound");
    /* And those of others are not ours to take out, nor to add to. */
    BOX(box, ys_sim_account_add(box->sim, NULL, "Somebody", other, &box->err));
    struct ys_sim_playlist spec = {.channel_id = other, .title = "T"};
    BOX(box, ys_sim_playlist_add(box->sim, &spec, theirs, &box->err));
    BOX(box, ys_sim_item_add(box->sim, theirs, id, -1, 0, item, &box->err));
    (void)remove_item(box, item);
    box_refused(box, 403, "youtube.playlistItem", "playlistItemsNotAccessible");
    (void)box_insert(box, theirs, 1, -1, NULL);
    box_refused(box, 403, "youtube.playlistItem", "playlistItemsNotAccessible");
    assert_string_equal(box_order(box, theirs), "0");
}

/* ------------------------------------------------------------------ too early, at once */

static void test_young(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES];

    box_videos(box, 1);
    ys_sim_options(box->sim)->young_write_ms = 1000;
    ys_sim_options(box->sim)->young_read_ms = 2000;
    assert_int_equal(box_call(box, "POST", "playlists", "part=snippet",
                              "{\"snippet\":{\"title\":\"Young\"}}"),
                     200);
    (void)ys_copy(list, sizeof list, box_text(box, "id"));
    (void)box_insert(box, list, 0, -1, NULL);
    box_refused(box, 409, "youtube.CoreErrorDomain", "SERVICE_UNAVAILABLE");
    assert_string_equal(box_text(box, "error.status"), "ABORTED");
    assert_false(box_has(box, "error.errors[0].message"));
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    ys_sim_clock_advance(&box->clock, 1000);
    assert_int_equal(box_insert(box, list, 0, -1, NULL), 200);
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 404);
    ys_sim_clock_advance(&box->clock, 1000);
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 200);
    assert_int_equal(box_length(box, "items"), 1);
    /* The refused write was charged all the same. */
    assert_int_equal(ys_sim_quota_total(box->sim), 50 + 50 + 1 + 50 + 1 + 1);
}

static void test_busy(void **state)
{
    struct box *box = *state;
    char list[YS_ID_BYTES], other[YS_ID_BYTES];

    box_videos(box, 3);
    box_playlist(box, "P", 0, list);
    box_playlist(box, "Q", 0, other);
    box->busy_ms = 100;
    assert_int_equal(box_insert(box, list, 0, -1, NULL), 200);
    (void)box_insert(box, list, 1, -1, NULL);
    box_refused(box, 409, "youtube.CoreErrorDomain", "SERVICE_UNAVAILABLE");
    assert_int_equal(box_insert(box, other, 1, -1, NULL), 200);
    ys_sim_clock_advance(&box->clock, 100);
    assert_int_equal(box_insert(box, list, 1, -1, NULL), 200);
    assert_string_equal(box_order(box, list), "0 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_insert, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_insert_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_settings_of_playlists, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_full, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_own_private, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_move, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_move_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_note, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_order_model, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_delete, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_young, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_busy, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
