/* test_request.c: every request that ytsync can send, to the byte, and what it refuses to send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/json.h"
#include "support/fail_alloc.h"
#include "youtube/request.h"

#define PLAYLIST "PLC90FB71F6ECE17F3"
#define VIDEO "-_sjqTHE0zo"
#define ITEM "UExDOTBGQjcxRjZFQ0UxN0YzLkRBQjRBMzU4MThBQUY5MTQ="

static struct ys_json *json;

static int open_json(void **state)
{
    (void)state;
    return ys_json_new(&json, NULL) == YS_OK ? 0 : -1;
}

static int close_json(void **state)
{
    (void)state;
    ys_json_free(json);
    return 0;
}

/* Checks and frees a request. `body` NULL: there is none. */
static void check(enum ys_status status, struct ys_request *request, enum ys_method method,
                  const char *url, const char *body)
{
    assert_int_equal(status, YS_OK);
    assert_int_equal(request->method, method);
    assert_string_equal(ys_buf_text(&request->url), url);
    assert_string_equal(request->if_none_match, "");
    if (body == NULL) {
        assert_int_equal(request->body.bytes, 0);
    } else {
        assert_string_equal(ys_buf_text(&request->body), body);
        assert_int_equal(ys_json_check(json, request->body.data, request->body.bytes, NULL),
                         YS_OK);
    }
    ys_request_free(request);
}

#define CHECK(call, method, url, body) check(call, &request, YS_METHOD_##method, url, body)

static void test_methods(void **state)
{
    int64_t reads = 0, writes = 0;

    (void)state;
    for (int method = 0; method < YS_METHOD_COUNT; method++) {
        const struct ys_method_info *info = ys_method_info((enum ys_method)method);

        assert_int_equal(info->write, info->verb != YS_HTTP_GET);
        assert_int_equal(info->cost_units, info->write ? 50 : 1);
        assert_ptr_equal(strstr(info->path, "/youtube/v3/"), info->path);
        assert_ptr_equal(strchr(info->name, '.') - strlen(strrchr(info->path, '/') + 1),
                         info->name);
        assert_int_equal(info->part[0] == '\0', info->verb == YS_HTTP_DELETE);
        assert_non_null(strstr(info->source, "1.1"));
        *(info->write ? &writes : &reads) += 1;
    }
    assert_int_equal(reads, 4);
    assert_int_equal(writes, 6);
}

static void test_lists(void **state)
{
    struct ys_request request;

    (void)state;
    CHECK(ys_request_channel(&request, NULL), CHANNELS_LIST,
          "/youtube/v3/channels?part=id,snippet&mine=true&prettyPrint=false", NULL);
    CHECK(ys_request_playlists(&request, NULL, NULL), PLAYLISTS_LIST,
          "/youtube/v3/playlists?part=id,snippet,status,contentDetails,localizations&mine=true"
          "&maxResults=50&prettyPrint=false",
          NULL);
    CHECK(ys_request_playlists(&request, "EAAa&x=1 /+", NULL), PLAYLISTS_LIST,
          "/youtube/v3/playlists?part=id,snippet,status,contentDetails,localizations&mine=true"
          "&maxResults=50&prettyPrint=false&pageToken=EAAa%26x%3D1%20%2F%2B",
          NULL);
    CHECK(ys_request_items(&request, PLAYLIST, NULL, "", NULL), ITEMS_LIST,
          "/youtube/v3/playlistItems?part=id,snippet,contentDetails,status&playlistId=" PLAYLIST
          "&maxResults=50&prettyPrint=false",
          NULL);
    CHECK(ys_request_items(&request, "LL", VIDEO, "CAoQAA", NULL), ITEMS_LIST,
          "/youtube/v3/playlistItems?part=id,snippet,contentDetails,status&playlistId=LL"
          "&videoId=" VIDEO "&maxResults=50&prettyPrint=false&pageToken=CAoQAA",
          NULL);
}

static void test_lists_by_id(void **state)
{
    const char *playlists[] = {PLAYLIST, "PL2"};
    const char *items[] = {ITEM};
    const char *videos[YS_PAGE_ROWS_MAX + 1];
    struct ys_request request;

    (void)state;
    CHECK(ys_request_playlists_by_id(&request, playlists, 2, NULL), PLAYLISTS_LIST,
          "/youtube/v3/playlists?part=id,snippet,status,contentDetails,localizations&id=" PLAYLIST
          ",PL2&maxResults=50&prettyPrint=false",
          NULL);
    CHECK(ys_request_items_by_id(&request, items, 1, NULL), ITEMS_LIST,
          "/youtube/v3/playlistItems?part=id,snippet,contentDetails,status&id=" ITEM
          "&maxResults=50&prettyPrint=false",
          NULL);
    for (int i = 0; i <= YS_PAGE_ROWS_MAX; i++) videos[i] = VIDEO;
    CHECK(ys_request_videos(&request, videos, 2, NULL), VIDEOS_LIST,
          "/youtube/v3/videos?part=id,snippet,contentDetails,status&id=" VIDEO "," VIDEO
          "&prettyPrint=false",
          NULL);
    assert_int_equal(ys_request_videos(&request, videos, YS_PAGE_ROWS_MAX, NULL), YS_OK);
    assert_true(request.url.bytes < 700);
    ys_request_free(&request);
    assert_int_equal(ys_request_videos(&request, videos, YS_PAGE_ROWS_MAX + 1, NULL), YS_EINVAL);
    assert_int_equal(ys_request_videos(&request, videos, 0, NULL), YS_EINVAL);
}

static void test_playlist_writes(void **state)
{
    struct ys_playlist_fields fields = {.title = "A \"b\"\n\xC3\xA9", .description = NULL,
                                        .privacy = YS_PRIVACY_PRIVATE};
    struct ys_request request;

    (void)state;
    CHECK(ys_request_playlist_insert(&request, &fields, NULL), PLAYLISTS_INSERT,
          "/youtube/v3/playlists?part=snippet,status&prettyPrint=false",
          "{\"snippet\":{\"title\":\"A \\\"b\\\"\\n\xC3\xA9\",\"description\":\"\"},"
          "\"status\":{\"privacyStatus\":\"private\"}}");
    fields = (struct ys_playlist_fields){.title = "T", .description = "D",
                                         .privacy = YS_PRIVACY_UNLISTED,
                                         .default_language = "en",
                                         .localizations = "{\"de\":{\"title\":\"t\"}}",
                                         .podcast_status = "enabled"};
    CHECK(ys_request_playlist_update(&request, PLAYLIST, &fields, NULL), PLAYLISTS_UPDATE,
          "/youtube/v3/playlists?part=snippet,status,localizations&prettyPrint=false",
          "{\"id\":\"" PLAYLIST "\",\"snippet\":{\"title\":\"T\",\"description\":\"D\","
          "\"defaultLanguage\":\"en\"},\"status\":{\"privacyStatus\":\"unlisted\","
          "\"podcastStatus\":\"enabled\"},\"localizations\":{\"de\":{\"title\":\"t\"}}}");
    CHECK(ys_request_playlist_delete(&request, PLAYLIST, NULL), PLAYLISTS_DELETE,
          "/youtube/v3/playlists?id=" PLAYLIST "&prettyPrint=false", NULL);
}

/* What would make a playlist public, or wipe something, by being left out. */
static void test_playlist_refusals(void **state)
{
    struct ys_playlist_fields good = {.title = "T", .description = "",
                                      .privacy = YS_PRIVACY_PUBLIC};
    struct ys_playlist_fields bad;
    struct ys_request request;
    struct ys_error err;

    (void)state;
    bad = good;
    bad.privacy = YS_PRIVACY_UNSET;
    assert_int_equal(ys_request_playlist_insert(&request, &bad, &err), YS_EINVAL);
    assert_non_null(strstr(err.message, "privacy"));
    assert_int_equal(ys_request_playlist_update(&request, PLAYLIST, &bad, &err), YS_EINVAL);
    ys_request_free(&request); /* harmless after a failure */
    bad.privacy = (enum ys_privacy)99;
    assert_int_equal(ys_request_playlist_insert(&request, &bad, &err), YS_EINVAL);
    bad = good;
    bad.title = "";
    assert_int_equal(ys_request_playlist_insert(&request, &bad, &err), YS_EINVAL);
    bad.title = NULL;
    assert_int_equal(ys_request_playlist_insert(&request, &bad, &err), YS_EINVAL);
    bad = good;
    bad.localizations = "[]";
    assert_int_equal(ys_request_playlist_insert(&request, &bad, &err), YS_EINVAL);
}

static void test_item_writes(void **state)
{
    struct ys_request request;

    (void)state;
    CHECK(ys_request_item_insert(&request, PLAYLIST, VIDEO, -1, NULL), ITEMS_INSERT,
          "/youtube/v3/playlistItems?part=snippet&prettyPrint=false",
          "{\"snippet\":{\"playlistId\":\"" PLAYLIST "\","
          "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":\"" VIDEO "\"}}}");
    /* Position 0 is sent: without it the video would land at the end. */
    CHECK(ys_request_item_insert(&request, PLAYLIST, VIDEO, 0, NULL), ITEMS_INSERT,
          "/youtube/v3/playlistItems?part=snippet&prettyPrint=false",
          "{\"snippet\":{\"playlistId\":\"" PLAYLIST "\",\"position\":0,"
          "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":\"" VIDEO "\"}}}");
    CHECK(ys_request_item_update(&request, ITEM, PLAYLIST, VIDEO, 4999, NULL), ITEMS_UPDATE,
          "/youtube/v3/playlistItems?part=snippet&prettyPrint=false",
          "{\"id\":\"" ITEM "\",\"snippet\":{\"playlistId\":\"" PLAYLIST "\",\"position\":4999,"
          "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":\"" VIDEO "\"}}}");
    CHECK(ys_request_item_delete(&request, ITEM, NULL), ITEMS_DELETE,
          "/youtube/v3/playlistItems?id=" ITEM "&prettyPrint=false", NULL);
    assert_int_equal(ys_request_item_insert(&request, PLAYLIST, VIDEO, -2, NULL), YS_EINVAL);
    assert_int_equal(
        ys_request_item_insert(&request, PLAYLIST, VIDEO, YS_PLAYLIST_ITEMS_MAX + 1, NULL),
        YS_EINVAL);
}

/* Ids that would change a URL or a body are refused everywhere. */
static void test_impossible_ids(void **state)
{
    static const char *const hostile[] = {
        NULL, "", "a b", "PL&id=x", "PL,PL2", "PL\"}", "PL\n", "PL%20", "PL#", "../x", "PL\xC3\xA9",
    };
    const struct ys_playlist_fields fields = {.title = "T", .privacy = YS_PRIVACY_PRIVATE};
    char too_long[YS_ID_BYTES + 1];
    struct ys_request request;

    (void)state;
    memset(too_long, 'a', YS_ID_BYTES);
    too_long[YS_ID_BYTES] = '\0';
    for (size_t i = 0; i <= sizeof hostile / sizeof hostile[0]; i++) {
        const char *id = i < sizeof hostile / sizeof hostile[0] ? hostile[i] : too_long;
        const char *ids[2] = {"PLgood", id};
        const char *videos[2] = {VIDEO, id};

        assert_int_equal(ys_request_playlists_by_id(&request, ids, 2, NULL), YS_EINVAL);
        assert_int_equal(ys_request_items_by_id(&request, ids, 2, NULL), YS_EINVAL);
        assert_int_equal(ys_request_videos(&request, videos, 2, NULL), YS_EINVAL);
        assert_int_equal(ys_request_items(&request, id, NULL, NULL, NULL), YS_EINVAL);
        assert_int_equal(ys_request_playlist_update(&request, id, &fields, NULL), YS_EINVAL);
        assert_int_equal(ys_request_playlist_delete(&request, id, NULL), YS_EINVAL);
        assert_int_equal(ys_request_item_insert(&request, id, VIDEO, -1, NULL), YS_EINVAL);
        assert_int_equal(ys_request_item_insert(&request, PLAYLIST, id, -1, NULL), YS_EINVAL);
        assert_int_equal(ys_request_item_update(&request, id, PLAYLIST, VIDEO, 0, NULL),
                         YS_EINVAL);
        assert_int_equal(ys_request_item_update(&request, ITEM, PLAYLIST, id, 0, NULL),
                         YS_EINVAL);
        assert_int_equal(ys_request_item_delete(&request, id, NULL), YS_EINVAL);
        if (id != NULL) {
            assert_int_equal(ys_request_items(&request, PLAYLIST, id, NULL, NULL), YS_EINVAL);
        }
    }
}

static void test_limits(void **state)
{
    static char huge[YS_BODY_BYTES_MAX + 1];
    struct ys_playlist_fields fields = {.title = "T", .privacy = YS_PRIVACY_PRIVATE};
    struct ys_request request;

    (void)state;
    memset(huge, 'a', sizeof huge - 1);
    assert_int_equal(ys_request_playlists(&request, huge, NULL), YS_ETOOBIG);
    fields.description = huge;
    assert_int_equal(ys_request_playlist_insert(&request, &fields, NULL), YS_ETOOBIG);
}

static void test_memory_runs_out(void **state)
{
    const struct ys_playlist_fields fields = {.title = "T", .privacy = YS_PRIVACY_PRIVATE};
    struct ys_request request;
    enum ys_status status = YS_ENOMEM;
    long nth;

    (void)state;
    for (nth = 1; status == YS_ENOMEM; nth++) {
        fail_alloc_start(nth, false);
        status = ys_request_playlist_insert(&request, &fields, NULL);
        (void)fail_alloc_stop();
    }
    assert_int_equal(status, YS_OK);
    assert_true(nth > 3); /* URL and body */
    ys_request_free(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_by_id),
        cmocka_unit_test(test_playlist_writes),
        cmocka_unit_test(test_playlist_refusals),
        cmocka_unit_test(test_item_writes),
        cmocka_unit_test(test_impossible_ids),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests_name("request", tests, open_json, close_json);
}
