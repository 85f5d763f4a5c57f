/* test_sim_playlists.c: the simulator's playlists.list, insert, update and delete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/box.h"

#define INSERT(box, ...) box_call(box, "POST", "playlists", "part=snippet,status", __VA_ARGS__)
#define UPDATE(box, ...) box_call(box, "PUT", "playlists", "part=snippet,status", __VA_ARGS__)

static int remove_playlist(struct box *box, const char *id)
{
    char query[256];

    (void)snprintf(query, sizeof query, "id=%s", id);
    return box_call(box, "DELETE", "playlists", query, NULL);
}

/* ------------------------------------------------------------------ insert */

static void test_insert(void **state)
{
    struct box *box = *state;
    struct ys_truth_playlist made;

    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\" \\n Night jazz\\t\",\"description\":"
                                 "\"D\"},\"status\":{\"privacyStatus\":\"unlisted\"}}"),
                     200);
    assert_string_equal(box_text(box, "kind"), "youtube#playlist");
    assert_string_equal(box_text(box, "snippet.title"), "Night jazz");
    assert_string_equal(box_text(box, "snippet.localized.title"), "Night jazz");
    assert_string_equal(box_text(box, "snippet.description"), "D");
    assert_string_equal(box_text(box, "snippet.channelId"), YS_SIM_CHANNEL_ID);
    assert_string_equal(box_text(box, "snippet.publishedAt"), "2026-11-20T18:00:00Z");
    assert_string_equal(box_text(box, "status.privacyStatus"), "unlisted");
    assert_int_equal(strlen(box_text(box, "etag")), 27);
    assert_false(box_has(box, "contentDetails"));
    assert_int_equal(strlen(box_text(box, "id")), 34);
    assert_memory_equal(box->text, "PL", 2);
    BOX(box, ys_truth_playlist(box->sim, box_text(box, "id"), &made, &box->err));
    assert_string_equal(made.title, "Night jazz");
    assert_int_equal(made.privacy, YS_PRIVACY_UNLISTED);
    assert_true(made.made_by_api);
}

static void test_insert_defaults(void **state)
{
    struct box *box = *state;

    /* Without a privacy a playlist is public; so it is when status is not among the parts. */
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"A\"}}"), 200);
    assert_string_equal(box_text(box, "status.privacyStatus"), "public");
    assert_int_equal(box_call(box, "POST", "playlists", "part=snippet",
                              "{\"snippet\":{\"title\":\"B\"},\"status\":{\"privacyStatus\":"
                              "\"private\"}}"),
                     200);
    assert_false(box_has(box, "status"));
    struct ys_truth_playlist made;
    BOX(box, ys_truth_playlist_titled(box->sim, "B", &made, &box->err));
    assert_int_equal(made.privacy, YS_PRIVACY_PUBLIC);
    /* One title twice is two playlists. */
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"A\"}}"), 200);
    assert_int_equal(ys_truth_title_count(box->sim, "A"), 2);
}

static void test_insert_refused(void **state)
{
    struct box *box = *state;
    char title[700] = "";

    (void)INSERT(box, "{\"snippet\":{\"description\":\"x\"}}");
    box_refused(box, 400, "youtube.playlist", "playlistTitleRequired");
    (void)INSERT(box, "{\"snippet\":{\"title\":\" \\n \"}}");
    box_refused(box, 400, "youtube.playlist", "playlistTitleRequired");
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a <b> c\"}}");
    box_refused(box, 400, "youtube.playlist", "invalidPlaylistSnippet");
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a\",\"description\":\"<x y>\"}}");
    box_refused(box, 400, "youtube.playlist", "invalidPlaylistSnippet");
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"I <3 it, a > b? <\"}}"), 400);
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"> and then <\"}}"), 200);
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a\"},\"status\":{\"privacyStatus\":\"secret\"}}");
    box_refused(box, 400, "global", "badRequest");
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a\"},\"colour\":\"red\"}");
    box_refused(box, 400, "global", "badRequest");
    (void)INSERT(box, "{\"snippet\":{\"title\":7}}");
    box_refused(box, 400, "global", "badRequest");
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a\"");
    box_refused(box, 400, "global", "parseError");
    (void)box_call(box, "POST", "playlists", "part=snippet", NULL);
    box_refused(box, 400, "global", "parseError");
    (void)INSERT(box, "{\"snippet\":{\"title\":\"a\"},\"localizations\":{\"de\":{\"title\":"
                      "\"b\"}}}");
    box_refused(box, 400, "youtube.playlist", "defaultLanguageNotSetError");
    /* 150 code points are allowed, whatever they are; spaces around do not count. */
    for (size_t i = 0; i < 300; i += 2) memcpy(title + i, "\xc3\xa4", 3);
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"  %s \"}}", title), 200);
    (void)INSERT(box, "{\"snippet\":{\"title\":\"%sx\"}}", title);
    box_refused(box, 400, "youtube.playlist", "invalidPlaylistSnippet");
}

static void test_insert_limits(void **state)
{
    struct box *box = *state;

    ys_sim_options(box->sim)->playlists_max = 2;
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"A\"}}"), 200);
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"B\"}}"), 200);
    (void)INSERT(box, "{\"snippet\":{\"title\":\"C\"}}");
    box_refused(box, 400, "youtube.playlist", "maxPlaylistExceeded");
    ys_sim_options(box->sim)->playlists_max = 100;
    ys_sim_options(box->sim)->creates_per_day = 3;
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"C\"}}"), 200);
    (void)INSERT(box, "{\"snippet\":{\"title\":\"D\"}}");
    box_refused(box, 429, "youtube.CoreErrorDomain", "RATE_LIMIT_EXCEEDED");
    assert_string_equal(box_text(box, "error.status"), "RESOURCE_EXHAUSTED");
    ys_sim_clock_advance(&box->clock, INT64_C(86400000));
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"D\"}}"), 200);
    ys_sim_options(box->sim)->creates_per_day = 0;
    ys_sim_options(box->sim)->creates_per_hour = 1;
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"E\"}}"), 429);
    ys_sim_clock_advance(&box->clock, INT64_C(3600001));
    assert_int_equal(INSERT(box, "{\"snippet\":{\"title\":\"E\"}}"), 200);
}

/* ------------------------------------------------------------------ update, delete */

static void test_update(void **state)
{
    struct box *box = *state;
    struct ys_truth_playlist now;
    char id[YS_ID_BYTES];

    box_playlist(box, "Old", 0, id);
    BOX(box, ys_sim_playlist_edit(box->sim, id, NULL, "words", YS_PRIVACY_UNSET, &box->err));
    /* snippet alone leaves the privacy; a description that is left out is wiped. */
    assert_int_equal(box_call(box, "PUT", "playlists", "part=snippet",
                              "{\"id\":\"%s\",\"snippet\":{\"title\":\"New \"}}", id),
                     200);
    assert_string_equal(box_text(box, "snippet.title"), "New");
    assert_string_equal(box_text(box, "snippet.description"), "");
    BOX(box, ys_truth_playlist(box->sim, id, &now, &box->err));
    assert_int_equal(now.privacy, YS_PRIVACY_PRIVATE);
    /* status as a part without a value: public. */
    assert_int_equal(UPDATE(box, "{\"id\":\"%s\",\"snippet\":{\"title\":\"New\"}}", id), 200);
    assert_string_equal(box_text(box, "status.privacyStatus"), "public");
    assert_int_equal(UPDATE(box, "{\"id\":\"%s\",\"snippet\":{\"title\":\"New\"},\"status\":{"
                                 "\"privacyStatus\":\"unlisted\"}}", id),
                     200);
    assert_string_equal(box_text(box, "status.privacyStatus"), "unlisted");
    (void)UPDATE(box, "{\"id\":\"%s\",\"snippet\":{\"description\":\"x\"}}", id);
    box_refused(box, 400, "youtube.playlist", "playlistTitleRequired");
    (void)UPDATE(box, "{\"snippet\":{\"title\":\"x\"}}");
    box_refused(box, 400, "global", "required");
    (void)UPDATE(box, "{\"id\":\"PLnone\",\"snippet\":{\"title\":\"x\"}}");
    box_refused(box, 404, "youtube.playlist", "playlistNotFound");
    (void)UPDATE(box, "{\"id\":\"WL\",\"snippet\":{\"title\":\"x\"}}");
    box_refused(box, 400, "youtube.playlist", "playlistOperationUnsupported");
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_PLAYLISTS_UPDATE), 3);
}

static void test_deleted(void **state)
{
    struct box *box = *state;
    char id[YS_ID_BYTES];

    box_videos(box, 2);
    box_playlist(box, "Gone", 2, id);
    assert_int_equal(remove_playlist(box, id), 204);
    assert_int_equal(box->reply.body.bytes, 0);
    (void)remove_playlist(box, id);
    box_refused(box, 404, "youtube.playlist", "playlistNotFound");
    assert_string_equal(box_text(box, "error.errors[0].location"), "id");
    /* Measured: an update of a deleted playlist answers as if all were well. */
    assert_int_equal(UPDATE(box, "{\"id\":\"%s\",\"snippet\":{\"title\":\"Back\"}}", id), 200);
    assert_string_equal(box_text(box, "id"), id);
    assert_string_equal(box_text(box, "snippet.title"), "Back");
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 0);
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_PLAYLISTS_UPDATE), 0);
    assert_int_equal(box_get(box, "playlists", "part=id&id=%s", id), 200);
    assert_int_equal(box_length(box, "items"), 0);
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", id);
    box_refused(box, 404, "youtube.playlistItem", "playlistNotFound");
    (void)remove_playlist(box, "LL");
    box_refused(box, 400, "youtube.playlist", "playlistOperationUnsupported");
    (void)box_call(box, "DELETE", "playlists", "", NULL);
    box_refused(box, 400, "global", "required");
}

static void test_foreign(void **state)
{
    struct box *box = *state;
    char mine[YS_ID_BYTES], other[YS_ID_BYTES], theirs[YS_ID_BYTES];

    box_playlist(box, "Mine", 0, mine);
    BOX(box, ys_sim_account_add(box->sim, NULL, "Somebody", other, &box->err));
    BOX(box, ys_sim_token_add(box->sim, "their-token", other, NULL, 0, &box->err));
    struct ys_sim_playlist spec = {.channel_id = other, .title = "T", .privacy = YS_PRIVACY_PUBLIC};
    BOX(box, ys_sim_playlist_add(box->sim, &spec, theirs, &box->err));
    (void)UPDATE(box, "{\"id\":\"%s\",\"snippet\":{\"title\":\"x\"}}", theirs);
    box_refused(box, 403, "youtube.playlist", "playlistForbidden");
    (void)remove_playlist(box, theirs);
    box_refused(box, 403, "youtube.playlist", "playlistForbidden");
    assert_int_equal(box_get(box, "playlists", "part=id,snippet&id=%s,%s", theirs, mine), 200);
    assert_int_equal(box_length(box, "items"), 2);
    assert_string_equal(box_text(box, "items[0].snippet.channelTitle"), "Somebody");
    /* A private one of somebody else is left out like one that is not there. */
    box->token = "their-token";
    assert_int_equal(box_get(box, "playlists", "part=id&id=%s,%s", mine, theirs), 200);
    assert_int_equal(box_length(box, "items"), 1);
    assert_string_equal(box_text(box, "items[0].id"), theirs);
    assert_int_equal(box_get(box, "playlists", "part=id&channelId=" YS_SIM_CHANNEL_ID), 200);
    assert_int_equal(box_length(box, "items"), 0);
}

/* ------------------------------------------------------------------ list */

static void test_list(void **state)
{
    struct box *box = *state;
    char id[YS_ID_BYTES], token[64], title[32];

    box_videos(box, 3);
    for (int i = 0; i < 7; i++) {
        (void)snprintf(title, sizeof title, "List %d", i);
        box_playlist(box, title, i % 3, id);
    }
    assert_int_equal(box_get(box, "playlists", "part=snippet,contentDetails,status&mine=true"),
                     200);
    assert_string_equal(box_text(box, "kind"), "youtube#playlistListResponse");
    assert_int_equal(box_length(box, "items"), 5); /* the default page */
    assert_int_equal(box_number(box, "pageInfo.resultsPerPage"), 5);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 9); /* more than there are */
    assert_string_equal(box_text(box, "items[0].snippet.title"), "List 6");
    assert_int_equal(box_number(box, "items[1].contentDetails.itemCount"), 2);
    assert_false(box_has(box, "prevPageToken"));
    (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    assert_int_equal(box_get(box, "playlists", "part=snippet&mine=true&pageToken=%s", token), 200);
    assert_int_equal(box_length(box, "items"), 2);
    assert_string_equal(box_text(box, "items[1].snippet.title"), "List 0");
    assert_false(box_has(box, "nextPageToken"));
    assert_true(box_has(box, "prevPageToken"));
    assert_false(box_has(box, "items[0].status"));
    /* More than 50 is 50, without a word. */
    assert_int_equal(box_get(box, "playlists", "part=id&mine=true&maxResults=99"), 200);
    assert_int_equal(box_number(box, "pageInfo.resultsPerPage"), 50);
    (void)box_get(box, "playlists", "part=id");
    box_refused(box, 400, "youtube.parameter", "missingRequiredParameter");
    (void)box_get(box, "playlists", "part=id&mine=true&id=%s", id);
    box_refused(box, 400, "youtube.parameter", "incompatibleParameters");
    (void)box_get(box, "playlists", "part=id&mine=perhaps");
    box_refused(box, 400, "global", "invalidParameter");
    (void)box_get(box, "playlists", "part=id&mine=true&maxResults=-1");
    box_refused(box, 400, "global", "invalidParameter");
}

static void test_etag(void **state)
{
    struct box *box = *state;
    char id[YS_ID_BYTES], etag[64], item[YS_ID_BYTES], video[16];

    box_videos(box, 4);
    box_playlist(box, "One", 3, id);
    (void)box_get(box, "playlists", "part=snippet,contentDetails&id=%s", id);
    (void)ys_copy(etag, sizeof etag, box_text(box, "items[0].etag"));
    /* A swap of one video for another leaves the playlist's etag as it was. */
    BOX(box, ys_truth_item_of(box->sim, id, box_video_id(0, video), item, &box->err));
    BOX(box, ys_sim_item_remove(box->sim, item, &box->err));
    BOX(box, ys_sim_item_add(box->sim, id, box_video_id(3, video), 0, 0, NULL, &box->err));
    (void)box_get(box, "playlists", "part=snippet,contentDetails&id=%s", id);
    assert_string_equal(box_text(box, "items[0].etag"), etag);
    BOX(box, ys_sim_item_add(box->sim, id, box_video_id(0, video), 0, 0, NULL, &box->err));
    (void)box_get(box, "playlists", "part=snippet,contentDetails&id=%s", id);
    assert_string_not_equal(box_text(box, "items[0].etag"), etag);
    /* The whole page's etag, sent back, gets 304 for the same price. */
    (void)ys_copy(etag, sizeof etag, box_text(box, "etag"));
    box->if_none_match = etag;
    int64_t units = ys_sim_quota_total(box->sim);
    assert_int_equal(box_get(box, "playlists", "part=snippet,contentDetails&id=%s", id), 304);
    assert_int_equal(box->reply.body.bytes, 0);
    assert_int_equal(ys_sim_quota_total(box->sim), units + 1);
    BOX(box, ys_sim_playlist_edit(box->sim, id, "Two", NULL, YS_PRIVACY_UNSET, &box->err));
    assert_int_equal(box_get(box, "playlists", "part=snippet,contentDetails&id=%s", id), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_insert, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_insert_defaults, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_insert_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_insert_limits, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_update, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_deleted, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_foreign, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_list, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_etag, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
