/* test_other_server.c: the command against a server that is not simd: a tiny one with fixed answers
 * in the API's form. Its habits differ on purpose: chunked or not, indented JSON, small letters in
 * header names, no Date, members that nobody knows, a path before the API's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/env.h"
#include "support/http_server.h"
#include "support/scratch.h"
#include "support/shared.h"

#define TOKEN "the-token-of-this-test"
#define OUTPUT_BYTES 16384
#define REPLY_BYTES 65536
#define ROUTES 4
#define HEAD "{\"etag\": \"x\", \"newThing\": {\"a\": [1, null]},\n "

static const char channel[] =
    HEAD "\"kind\": \"youtube#channelListResponse\", \"items\": [\n"
    "  {\"kind\": \"youtube#channel\", \"id\": \"UCother\", \"snippet\": {\"title\": \"Other\"}}\n"
    " ], \"pageInfo\": {\"totalResults\": 1, \"resultsPerPage\": 5}}\n";

/* A playlist of one video. */
#define PLAYLIST(id, title, privacy)                                                             \
    "{\"kind\": \"youtube#playlist\", \"etag\": \"e\", \"id\": \"" id "\", \"snippet\": {"       \
    "\"publishedAt\": \"2024-02-26T12:22:09Z\", \"channelId\": \"UCother\", \"title\": \"" title \
    "\", \"description\": \"\", \"thumbnails\": {}}, \"status\": {\"privacyStatus\": \"" privacy \
    "\", \"later\": 7}, \"contentDetails\": {\"itemCount\": 1}}"
#define PLAYLISTS(rows, total)                                                                   \
    HEAD "\"kind\": \"youtube#playlistListResponse\", \"items\": [\n  " rows "\n ],\n"           \
    " \"pageInfo\": {\"totalResults\": " total ", \"resultsPerPage\": 50}}\n"
static const char playlists[] =
    PLAYLISTS(PLAYLIST("PLjazz", "Jazz", "private") ", "
              PLAYLIST("PLmisc", "K\xC3\xBC" "che", "public"), "2");

#define ITEMS(list, item, video)                                                                 \
    HEAD "\"kind\": \"youtube#playlistItemListResponse\", \"items\": [\n"                        \
    "  {\"kind\": \"youtube#playlistItem\", \"id\": \"" item "\", \"snippet\": {\"publishedAt\":"\
    " \"2024-03-01T00:00:00.5Z\", \"playlistId\": \"" list "\", \"title\": \"A title\","         \
    " \"position\": 0, \"resourceId\": {\"kind\": \"youtube#video\", \"videoId\": \"" video      \
    "\"}, \"videoOwnerChannelId\": \"UCx\", \"videoOwnerChannelTitle\": \"X\"},\n"               \
    "   \"status\": {\"privacyStatus\": \"public\"}}\n ],\n"                                     \
    " \"pageInfo\": {\"totalResults\": 1, \"resultsPerPage\": 50}}\n"
static const char jazz_items[] = ITEMS("PLjazz", "UEjazz1", "video-0001A");
static const char misc_items[] = ITEMS("PLmisc", "UEmisc1", "video-0002A");
static const char videos[] =
    HEAD "\"kind\": \"youtube#videoListResponse\", \"items\": [\n"
    "  {\"kind\": \"youtube#video\", \"id\": \"video-0002A\", \"snippet\": {\"title\": \"Bread\","
    " \"publishedAt\": \"2020-01-01T00:00:00Z\", \"channelTitle\": \"Baker\", \"tags\":"
    " [\"bread\"]}, \"contentDetails\": {\"duration\": \"PT1H2M3S\"}},\n"
    "  {\"kind\": \"youtube#video\", \"id\": \"video-0001A\", \"snippet\": {\"title\": \"So What\","
    " \"publishedAt\": \"2020-01-01T00:00:00Z\", \"channelTitle\": \"Band\"}}\n ],\n"
    " \"pageInfo\": {\"totalResults\": 2, \"resultsPerPage\": 2}}\n";
static const char no_videos[] =
    HEAD "\"kind\": \"youtube#videoListResponse\", \"items\": [],"
    " \"pageInfo\": {\"totalResults\": 0, \"resultsPerPage\": 3}}\n";

static const char policy[] =
    "local y = require \"ytsync.policy\"\n"
    "return y.policy { categories = { y.category \"Jazz\" { from = \"Jazz\", when = y.title"
    " \"so what\" }, y.category \"Bread\" { when = y.tag \"bread\" } } }\n";

/* ------------------------------------------------------------------ the server */

struct other {
    struct http_server *server;
    struct http_route routes[2 * ROUTES];
    size_t count;
    char prefix[32];
    char lines[2 * ROUTES][160];
    char replies[2 * ROUTES][REPLY_BYTES];
};

/* The answer to GET requests of a resource whose query begins so. */
static void answer(struct other *other, const char *resource, const char *query, const char *body)
{
    size_t i = other->count++, half = strlen(body) / 2;
    int bytes;

    assert_true(i < 2 * ROUTES);
    (void)snprintf(other->lines[i], sizeof other->lines[i], "GET %s/youtube/v3/%s?%s",
                   other->prefix, resource, query);
    if (i % 2 == 1)
        bytes = snprintf(other->replies[i], REPLY_BYTES,
                         "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                         "transfer-encoding: chunked\r\n\r\n"
                         "%zx\r\n%.*s\r\n%zx\r\n%s\r\n0\r\n\r\n",
                         half, (int)half, body, strlen(body) - half, body + half);
    else
        bytes = snprintf(other->replies[i], REPLY_BYTES,
                         "HTTP/1.1 200 Fine\r\nCONTENT-LENGTH: %zu\r\n\r\n%s", strlen(body), body);
    assert_true(bytes > 0 && bytes < REPLY_BYTES);
    other->routes[i] = (struct http_route){other->lines[i], other->replies[i]};
}

static void serve(struct other *other)
{
    other->server = http_server_serve(other->routes, other->count);
}

static int setup(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    *state = calloc(1, sizeof(struct other));
    scratch_make();
    (void)scratch_write(path, "policy.lua", policy, strlen(policy));
    return *state == NULL || ys_clock_file_create(scratch_path(path, "clock"), 0, NULL) != YS_OK;
}

static int teardown(void **state)
{
    struct other *other = *state;

    if (other->server != NULL) http_server_free(other->server);
    free(other);
    scratch_remove();
    return 0;
}

/* ------------------------------------------------------------------ the command */

/* Runs the command against the server; gives its exit code, and both outputs in one. Waits are
 * skipped. */
static int command(const struct other *other, const char *db, const char *words,
                   char out[OUTPUT_BYTES])
{
    const char *lua = getenv("YTSYNC_TEST_LUA");
    char line[4 * SCRATCH_PATH_BYTES], db_path[SCRATCH_PATH_BYTES];
    char policy_path[SCRATCH_PATH_BYTES], clock_path[SCRATCH_PATH_BYTES];
    int length, status;
    size_t bytes;
    FILE *pipe;

    length = snprintf(line, sizeof line,
                      "YTSYNC_ACCESS_TOKEN=" TOKEN " YTSYNC_API_URL='http://127.0.0.1:%d%s'"
                      " YTSYNC_DB='%s' YTSYNC_POLICY='%s' YTSYNC_CLOCK='%s' %s scripts/sync.lua %s"
                      " 2>&1 </dev/null",
                      http_server_port(other->server), other->prefix, scratch_path(db_path, db),
                      scratch_path(policy_path, "policy.lua"), scratch_path(clock_path, "clock"),
                      lua != NULL ? lua : "lua5.4", words);
    assert_true(length > 0 && (size_t)length < sizeof line);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    bytes = fread(out, 1, OUTPUT_BYTES - 1, pipe);
    out[bytes] = '\0';
    status = pclose(pipe);
    assert_null(strstr(out, TOKEN));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(const char *out, const char *words)
{
    if (strstr(out, words) == NULL) fail_msg("\"%s\" is not in:\n%s", words, out);
}

/* Ends the server; everything it saw is a request as the API wants it. */
static void check_seen(struct other *other, size_t least)
{
    size_t count = http_server_end(other->server), i;

    assert_true(count >= least);
    for (i = 0; i < count; i++) {
        const char *text = http_server_seen(other->server, i)->text;
        const char *line_end = strstr(text, "\r\n");
        const char *bearer = strstr(text, "\r\nAuthorization: Bearer " TOKEN "\r\n");

        if (bearer == NULL || strstr(text, TOKEN) < line_end) fail_msg("%s", text);
        expect(text, "\r\nHost: 127.0.0.1:");
        expect(text, "\r\nAccept-Encoding: gzip\r\n");
    }
}

/* ------------------------------------------------------------------ tests */

#define ITEMS_OF "part=id,snippet,contentDetails,status&playlistId="

static void small_library(struct other *other)
{
    answer(other, "channels", "", channel);
    answer(other, "playlists", "", playlists);
    answer(other, "playlistItems", ITEMS_OF "PLjazz", jazz_items);
    answer(other, "playlistItems", ITEMS_OF "PLmisc", misc_items);
    answer(other, "videos", "", videos);
    serve(other);
}

static void fetch_and_plan(struct other *other)
{
    char out[OUTPUT_BYTES];
    int code;

    small_library(other);
    code = command(other, "own.db", "fetch", out);
    if (code != 0) fail_msg("%s", out);
    expect(out, "Other: 2 playlists with 2 entries, 2 different videos.");
    assert_int_equal(command(other, "own.db", "plan --offline --exit-code", out), 2);
    expect(out, "1 playlist created; the new one is private while it is filled");
    expect(out, "1 video added; each playlist is listed again afterwards");
    assert_int_equal(command(other, "own.db", "fetch", out), 0); /* and again, incrementally */
    check_seen(other, 5);
}

static void test_fetch(void **state)
{
    fetch_and_plan(*state);
}

static void test_below_a_path(void **state)
{
    struct other *other = *state;

    (void)snprintf(other->prefix, sizeof other->prefix, "/some/proxy");
    fetch_and_plan(other);
}

/* Two addresses one after the other, the same program, a database each. */
static void test_two_servers(void **state)
{
    struct other *first = *state, *second;
    char out[OUTPUT_BYTES];

    second = calloc(1, sizeof *second);
    assert_non_null(second);
    small_library(first);
    answer(second, "channels", "", channel);
    answer(second, "playlists", "",
           PLAYLISTS(PLAYLIST("PLjazz", "Elsewhere", "private"), "1"));
    answer(second, "playlistItems", "", jazz_items);
    answer(second, "videos", "", no_videos);
    serve(second);
    assert_int_equal(command(first, "first.db", "fetch", out), 0);
    expect(out, "2 playlists with 2 entries");
    assert_int_equal(command(second, "second.db", "fetch", out), 0);
    expect(out, "1 playlist with 1 entry");
    check_seen(second, 4);
    http_server_free(second->server);
    free(second);
}

/* A page as YouTube was recorded to send it: a public, a deleted and a private entry. */
static void test_a_recorded_page(void **state)
{
    struct other *other = *state;
    char out[OUTPUT_BYTES];
    size_t bytes;
    char *page = shared_read("recorded/ypl/playlistItems.list-public-deleted-private.json", &bytes);
    char *about = shared_read("recorded/python-youtube/testdata/apidata/channels/info.json",
                              &bytes);

    answer(other, "channels", "", about);
    answer(other, "playlists", "",
           PLAYLISTS(PLAYLIST("PLx0recordedpagex0000000000000000a", "Recorded", "unlisted"), "1"));
    answer(other, "playlistItems", "", page);
    answer(other, "videos", "", no_videos);
    free(page);
    free(about);
    serve(other);
    assert_int_equal(command(other, "recorded.db", "fetch", out), 0);
    expect(out, "Google Developers: 1 playlist with 3 entries, 3 different videos.");
    assert_int_equal(command(other, "recorded.db", "check --json", out), 0);
    expect(out, "\"gone\": 2");
    check_seen(other, 3);
}

/* A word that no list of the API's has must never be taken for another one. */
static void test_an_unknown_privacy(void **state)
{
    struct other *other = *state;
    char out[OUTPUT_BYTES];

    answer(other, "channels", "", channel);
    answer(other, "playlists", "",
           PLAYLISTS(PLAYLIST("PLjazz", "Jazz", "private") ", "
                     PLAYLIST("PLmisc", "Misc", "friends"), "2"));
    serve(other);
    assert_int_equal(command(other, "own.db", "fetch --json", out), 1);
    expect(out, "playlists.list: ");
    expect(out, "\"status.privacyStatus\" in youtube#playlist 2");
    expect(out, "Nothing is lost");
    expect(out, "\"bad_reply\"");
}

/* A web server that is no API says 404 to everything. */
static void test_no_api_at_all(void **state)
{
    struct other *other = *state;
    char out[OUTPUT_BYTES];

    answer(other, "nothing", "", "");
    serve(other);
    assert_int_equal(command(other, "own.db", "fetch", out), 1);
    expect(out, "channels.list: The server answered HTTP 404");
    expect(out, "YTSYNC_API_URL");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fetch),
        TEST(test_below_a_path),
        TEST(test_two_servers),
        TEST(test_a_recorded_page),
        TEST(test_an_unknown_privacy),
        TEST(test_no_api_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
