/* test_sim_recorded.c: what the simulator says against what YouTube was recorded to say: refusals
 * member by member, resources by the names and kinds of their members. */
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
#include "support/shared.h"

static char list[YS_ID_BYTES], item[YS_ID_BYTES], gone_item[YS_ID_BYTES];

static int setup(void **state)
{
    struct box *box;
    char id[16];

    (void)box_setup(state);
    box = *state;
    box_videos(box, 5);
    box_playlist(box, "P", 3, list);
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(0, id), item, &box->err));
    BOX(box, ys_truth_item_of(box->sim, list, box_video_id(1, id), gone_item, &box->err));
    BOX(box, ys_sim_item_remove(box->sim, gone_item, &box->err));
    BOX(box, ys_sim_video_set(box->sim, box_video_id(3, id), YS_AVAILABILITY_PRIVATE, &box->err));
    return 0;
}

static enum ys_status append_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    (void)err;
    ys_buf_text_add(ctx, ys_json_text(row, 0));
    ys_buf_text_add(ctx, "\n");
    return YS_OK;
}

/* The rows of a query over a document, as lines. The caller frees them. */
static char *lines(struct box *box, const char *document, const char *sql)
{
    struct ys_buf out;
    char *copy = ys_dup(document), *text;

    assert_non_null(copy);
    ys_buf_init(&out, 4 << 20);
    BOX(box, ys_json_rows(box->json, sql, copy, strlen(copy), append_row, &out, &box->err));
    text = ys_dup(ys_buf_text(&out));
    assert_non_null(text);
    ys_buf_free(&out);
    free(copy);
    return text;
}

/* ------------------------------------------------------------------ refusals */

/* What a refusal says: every member with its value, in the order of their paths. */
static const char everything[] =
    "SELECT fullkey || ' = ' || atom FROM json_tree(?1) WHERE atom IS NOT NULL ORDER BY fullkey";

static void update_item(struct box *box, const char *id, const char *kind, int64_t position)
{
    (void)box_call(box, "PUT", "playlistItems", "part=snippet",
                   "{\"id\":\"%s\",\"snippet\":{\"playlistId\":\"%s\",\"position\":%lld,"
                   "\"resourceId\":{\"kind\":\"%s\",\"videoId\":\"%s\"}}}",
                   id, list, (long long)position, kind,
                   strcmp(id, item) == 0 ? "video000000" : "video000001");
}

static void insert_busy(struct box *box)
{
    box->busy_ms = 100;
    (void)box_insert(box, list, 4, -1, NULL);
    box->busy_ms = 0;
    (void)box_insert(box, list, 4, -1, NULL);
    ys_sim_clock_advance(&box->clock, 100);
}

static void call_wrong(struct box *box, int which)
{
    char query[256];

    switch (which) {
    case 0: (void)box_get(box, "playlistItems", "part=bogus&playlistId=%s", list); break;
    case 1: (void)box_get(box, "playlistItems", "part=id"); break;
    case 2: (void)box_get(box, "playlists", "part=id"); break;
    case 3: (void)box_get(box, "playlistItems", "part=id&playlistId=%s&pageToken=x", list); break;
    case 4: insert_busy(box); break;
    case 5: (void)box_call(box, "POST", "playlistItems", "part=snippet", "{\"snippet\":[]}"); break;
    case 6: (void)box_insert(box, list, 99, -1, NULL); break;
    case 7: (void)box_insert(box, list, 3, -1, NULL); break;
    case 8: (void)box_insert(box, "PLnone", 0, -1, NULL); break;
    case 9: update_item(box, item, "youtube#channel", 0); break;
    case 10: update_item(box, item, "youtube#video", 9); break;
    case 11: update_item(box, gone_item, "youtube#video", 0); break;
    case 12:
        (void)snprintf(query, sizeof query, "id=%s", gone_item);
        (void)box_call(box, "DELETE", "playlistItems", query, NULL);
        break;
    case 13:
        (void)box_call(box, "POST", "playlists", "part=snippet",
                       "{\"snippet\":{\"title\":\"<a>\"}}");
        break;
    case 14:
        (void)box_call(box, "PUT", "playlists", "part=snippet",
                       "{\"id\":\"%s\",\"snippet\":{\"title\":\"\"}}", list);
        break;
    case 15:
        (void)box_call(box, "PUT", "playlists", "part=snippet",
                       "{\"id\":\"%s\",\"snippet\":{\"title\":\"<a>\"}}", list);
        break;
    case 16:
        box->busy_ms = 100;
        (void)box_insert(box, list, 4, -1, NULL);
        box->busy_ms = 0;
        (void)box_call(box, "PUT", "playlists", "part=snippet",
                       "{\"id\":\"%s\",\"snippet\":{\"title\":\"T\"}}", list);
        break;
    case 17: (void)box_call(box, "DELETE", "playlists", "id=PLnone", NULL); break;
    default: (void)box_get(box, "playlistItems", "part=id&playlistId=PLnone"); break;
    }
}

static void test_refusals(void **state)
{
    static const char *const names[] = {
        "playlistItems.list unknownPart", "playlistItems.list missingRequiredParameter",
        "playlists.list missingRequiredParameter", "playlistItems.list invalidPageToken",
        "playlistItems.insert SERVICE_UNAVAILABLE", "playlistItems.insert badRequest",
        "playlistItems.insert videoNotFound", "playlistItems.insert failedPrecondition",
        "playlistItems.insert playlistNotFound", "playlistItems.update invalidResourceType",
        "playlistItems.update invalidPlaylistItemPosition", "playlistItems.update invalidSnippet",
        "playlistItems.delete playlistItemNotFound", "playlists.insert invalidPlaylistSnippet",
        "playlists.update playlistTitleRequired", "playlists.update invalidPlaylistSnippet",
        "playlists.update SERVICE_UNAVAILABLE", "playlists.delete playlistNotFound",
        "playlistItems.list playlistNotFound"};
    struct box *box = *state;
    char sql[256];
    size_t bytes;
    char *recorded = shared_read("errors/ypl-recorded-errors.json", &bytes);

    if (recorded == NULL) skip();
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        (void)snprintf(sql, sizeof sql, "SELECT json_extract(?1, '$.\"%s\"')", names[i]);
        char *one = lines(box, recorded, sql);
        char *wanted = lines(box, one, everything);
        assert_true(strlen(wanted) > 50);
        call_wrong(box, i);
        char *said = lines(box, ys_buf_text(&box->reply.body), everything);
        if (strcmp(said, wanted) != 0)
            fail_msg("%s:\nYouTube\n%s\nsimulator\n%s", names[i], wanted, said);
        free(said);
        free(wanted);
        free(one);
    }
    free(recorded);
}

/* Faults that nobody can provoke, against bodies collected from reports. */
static void test_collected_refusals(void **state)
{
    static const struct { const char *name, *fault; } cases[] = {
        {"403 quotaExceeded general bucket", "quota403"},
        {"403 insufficientPermissions", "403scope"},
        {"401 invalid token", "401"},
        {"401 youtubeSignupRequired", "401signup"},
        {"403 caller has no permission, misleading reason", "403forbidden"},
        {"409 videoAlreadyInPlaylist (special lists, WL; historical)", "409already"},
        {"400 keyInvalid", "reason:keyInvalid"}};
    struct box *box = *state;
    char sql[256], spec[128];
    size_t bytes;
    char *recorded = shared_read("errors/wild-errors.json", &bytes);

    if (recorded == NULL) skip();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(sql, sizeof sql, "SELECT json_extract(?1, '$.\"%s\".body')", cases[i].name);
        char *one = lines(box, recorded, sql);
        char *wanted = lines(box, one, everything);
        assert_true(strlen(wanted) > 50);
        (void)snprintf(spec, sizeof spec, "any=%s", cases[i].fault);
        ys_sim_faults_clear(box->sim);
        BOX(box, ys_sim_fault(box->sim, spec, &box->err));
        (void)box_get(box, "channels", "part=id&mine=true");
        char *said = lines(box, ys_buf_text(&box->reply.body), everything);
        if (strcmp(said, wanted) != 0)
            fail_msg("%s:\nYouTube\n%s\nsimulator\n%s", cases[i].name, wanted, said);
        free(said);
        free(wanted);
        free(one);
    }
    free(recorded);
}

/* ------------------------------------------------------------------ resources */

/* The members of a document with the kind of their values; pictures by name only. */
static const char members[] =
    "SELECT fullkey || ' ' || type FROM json_tree(?1) WHERE fullkey NOT GLOB '*.thumbnails.*'"
    " AND fullkey NOT GLOB '*.tags*' ORDER BY fullkey";

static void same_members(struct box *box, const char *name, const char *pick)
{
    size_t bytes;
    char sql[256];
    char *recorded = shared_read(name, &bytes);

    if (recorded == NULL) skip();
    (void)snprintf(sql, sizeof sql, "SELECT json_extract(?1, '%s')", pick);
    char *picked = lines(box, recorded, sql);
    char *own = lines(box, ys_buf_text(&box->reply.body), sql);
    char *wanted = lines(box, picked, members), *said = lines(box, own, members);
    if (strcmp(said, wanted) != 0)
        fail_msg("%s %s:\nYouTube\n%s\nsimulator\n%s", name, pick, wanted, said);
    free(wanted);
    free(said);
    free(own);
    free(picked);
    free(recorded);
}

static void test_inserted(void **state)
{
    struct box *box = *state;

    assert_int_equal(box_insert(box, list, 4, 0, NULL), 200);
    same_members(box,
                 "recorded/python-youtube/testdata/apidata/playlist_items/insert_response.json",
                 "$");
    assert_int_equal(box_call(box, "POST", "playlists", "part=snippet",
                              "{\"snippet\":{\"title\":\"Test playlist\"}}"),
                     200);
    same_members(box, "recorded/python-youtube/testdata/apidata/playlists/insert_response.json",
                 "$");
}

static void test_lists(void **state)
{
    struct box *box = *state;
    char id[16];

    (void)box_get(box, "channels", "part=snippet&mine=true");
    same_members(box, "recorded/python-youtube/testdata/apidata/channels/info.json", "$.pageInfo");
    (void)box_get(box, "playlists", "part=snippet&mine=true");
    same_members(box, "recorded/python-youtube/testdata/apidata/playlists/playlists_mine.json",
                 "$.items[0]");
    same_members(box, "recorded/python-youtube/testdata/apidata/playlists/playlists_mine.json",
                 "$.pageInfo");
    /* The recorded page: a good entry, a deleted one, a private one. */
    BOX(box, ys_sim_playlist_remove(box->sim, list, &box->err));
    box_playlist(box, "Q", 1, list);
    BOX(box, ys_sim_item_add(box->sim, list, "neverexists", -1, 0, NULL, &box->err));
    BOX(box, ys_sim_item_add(box->sim, list, box_video_id(3, id), -1, 0, NULL, &box->err));
    (void)box_get(box, "playlistItems",
                  "part=id,snippet,contentDetails,status&maxResults=50&playlistId=%s", list);
    same_members(box, "recorded/ypl/playlistItems.list-public-deleted-private.json", "$");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refusals, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_collected_refusals, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_inserted, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
