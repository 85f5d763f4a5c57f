/* test_response.c: the recorded replies parse; what deviates from the shape is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "support/shared.h"
#include "youtube/response.h"

#define SEEN_MAX 64

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

/* Copies of what the callbacks saw. */
struct seen_row {
    char id[YS_ID_BYTES], title[YS_TITLE_BYTES], owner[128], playlist[YS_ID_BYTES];
    char video[16], description[64], extra[64];
    enum ys_privacy privacy;
    enum ys_availability availability;
    int64_t number, time_ms;
};

struct seen {
    size_t count;
    struct seen_row rows[SEEN_MAX];
};

static struct seen_row *next_row(struct seen *seen)
{
    assert_true(seen->count < SEEN_MAX);
    return &seen->rows[seen->count++];
}

#define COPY(field, text) (void)snprintf(row->field, sizeof row->field, "%s", text)

static enum ys_status see_channel(void *ctx, const struct ys_api_channel *channel,
                                  struct ys_error *err)
{
    struct seen_row *row = next_row(ctx);

    (void)err;
    COPY(id, channel->id);
    COPY(title, channel->title);
    return YS_OK;
}

static enum ys_status see_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                   struct ys_error *err)
{
    struct seen_row *row = next_row(ctx);

    (void)err;
    COPY(id, playlist->id);
    COPY(title, playlist->title);
    COPY(description, playlist->description);
    COPY(owner, playlist->channel_id);
    (void)snprintf(row->extra, sizeof row->extra, "%s|%s|%s", playlist->default_language,
                   playlist->localizations, playlist->podcast_status);
    row->privacy = playlist->privacy;
    row->number = playlist->item_count;
    row->time_ms = playlist->published_at_ms;
    return YS_OK;
}

static enum ys_status see_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct seen_row *row = next_row(ctx);

    (void)err;
    COPY(id, item->id);
    COPY(title, item->title);
    COPY(owner, item->owner_title);
    COPY(playlist, item->playlist_id);
    COPY(video, item->video_id);
    row->availability = item->availability;
    row->number = item->position;
    row->time_ms = item->added_at_ms;
    return YS_OK;
}

static enum ys_status see_video(void *ctx, const struct ys_api_video *video, struct ys_error *err)
{
    struct seen_row *row = next_row(ctx);

    (void)err;
    COPY(id, video->id);
    COPY(title, video->title);
    COPY(owner, video->channel_title);
    COPY(description, video->description);
    COPY(extra, video->tags);
    row->number = video->duration_s;
    row->time_ms = video->published_at_ms;
    return YS_OK;
}

/* A buffer that is exactly as large as the text, so that ASan sees a read behind its end. */
static struct ys_buf buffer_of(const char *text)
{
    struct ys_buf body;

    ys_buf_init(&body, strlen(text));
    ys_buf_text_add(&body, text);
    return body;
}

enum parser { CHANNELS, PLAYLISTS, ITEMS, VIDEOS, PLAYLIST, ITEM };

static enum ys_status parse(enum parser parser, const char *text, struct ys_page *page,
                            struct seen *seen, struct ys_error *err)
{
    struct ys_buf body = buffer_of(text);
    enum ys_status status = YS_EINTERNAL;

    *seen = (struct seen){0};
    switch (parser) {
    case CHANNELS: status = ys_parse_channels(json, &body, page, see_channel, seen, err); break;
    case PLAYLISTS: status = ys_parse_playlists(json, &body, page, see_playlist, seen, err); break;
    case ITEMS: status = ys_parse_items(json, &body, page, see_item, seen, err); break;
    case VIDEOS: status = ys_parse_videos(json, &body, page, see_video, seen, err); break;
    case PLAYLIST: status = ys_parse_playlist(json, &body, see_playlist, seen, err); break;
    case ITEM: status = ys_parse_item(json, &body, see_item, seen, err); break;
    }
    ys_buf_free(&body);
    return status;
}

/* ------------------------------------------------------------------ recorded replies */

#define PY "recorded/python-youtube/testdata/"

static const struct {
    const char *file;
    enum parser parser;
    int64_t rows, total;
    const char *next_page_token;
} recorded[] = {
    {PY "apidata/channels/info.json", CHANNELS, 1, 1, ""},
    {PY "apidata/channels/info_multiple.json", CHANNELS, 2, 2, ""},
    {PY "modeldata/channels/channel_api_response.json", CHANNELS, 1, 1, ""},
    {PY "apidata/playlists/playlists_mine.json", PLAYLISTS, 2, 2, ""},
    {PY "apidata/playlists/playlists_multi.json", PLAYLISTS, 2, 2, ""},
    {PY "apidata/playlists/playlists_paged_1.json", PLAYLISTS, 10, 422, "CAoQAA"},
    {PY "apidata/playlists/playlists_paged_2.json", PLAYLISTS, 10, 422, ""},
    {PY "apidata/playlists/playlists_single.json", PLAYLISTS, 1, 1, ""},
    {PY "modeldata/playlists/playlist_api_response.json", PLAYLISTS, 5, 416, NULL},
    {PY "apidata/playlist_items/playlist_items_filter_video.json", ITEMS, 1, 1, ""},
    {PY "apidata/playlist_items/playlist_items_multi.json", ITEMS, 2, 2, ""},
    {PY "apidata/playlist_items/playlist_items_paged_1.json", ITEMS, 10, 13, "CAoQAA"},
    {PY "apidata/playlist_items/playlist_items_paged_2.json", ITEMS, 3, 13, ""},
    {PY "apidata/playlist_items/playlist_items_single.json", ITEMS, 1, 1, ""},
    {PY "modeldata/playlist_items/playlist_item_api_response.json", ITEMS, 3, 3, ""},
    {"recorded/other/robbieclarken-playlistItems.list-2018.json", ITEMS, 3, 3, ""},
    {"recorded/ypl/playlistItems.list-public-deleted-private.json", ITEMS, 3, 3, ""},
    {PY "apidata/videos/videos_chart_paged_1.json", VIDEOS, 5, 8, "CAUQAA"},
    {PY "apidata/videos/videos_chart_paged_2.json", VIDEOS, 3, 8, ""},
    {PY "apidata/videos/videos_info_multi.json", VIDEOS, 2, 2, ""},
    {PY "apidata/videos/videos_info_single.json", VIDEOS, 1, 1, ""},
    {PY "apidata/videos/videos_myrating_paged_1.json", VIDEOS, 2, 3, "CAIQAA"},
    {PY "apidata/videos/videos_myrating_paged_2.json", VIDEOS, 1, 3, ""},
    {PY "modeldata/videos/video_api_response.json", VIDEOS, 1, 1, ""},
    {PY "apidata/playlists/insert_response.json", PLAYLIST, 1, 0, NULL},
    {PY "modeldata/playlists/playlist_info.json", PLAYLIST, 1, 0, NULL},
    {PY "apidata/playlist_items/insert_response.json", ITEM, 1, 0, NULL},
    {PY "modeldata/playlist_items/playlist_item_info.json", ITEM, 1, 0, NULL},
};

static void test_recorded(void **state)
{
    struct seen seen;

    (void)state;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        struct ys_error err = {0};
        struct ys_page page = {0};
        size_t bytes;
        char *text = shared_read(recorded[i].file, &bytes);

        if (parse(recorded[i].parser, text, &page, &seen, &err) != YS_OK) {
            fail_msg("%s: %s", recorded[i].file, err.message);
        }
        assert_int_equal(seen.count, recorded[i].rows);
        if (recorded[i].parser != PLAYLIST && recorded[i].parser != ITEM) {
            assert_int_equal(page.rows, recorded[i].rows);
            assert_int_equal(page.total_results, recorded[i].total);
            assert_true(strlen(page.etag) > 10);
            if (recorded[i].next_page_token != NULL) {
                assert_string_equal(page.next_page_token, recorded[i].next_page_token);
            }
        }
        for (size_t n = 0; n < seen.count; n++) {
            bool live = seen.rows[n].availability == YS_AVAILABILITY_LIVE;

            assert_true(seen.rows[n].id[0] != '\0');
            assert_int_equal(seen.rows[n].title[0] != '\0', live);
        }
        free(text);
    }
}

/* An error body, or a reply of another method, is no empty list. */
static void test_recorded_by_the_wrong_parser(void **state)
{
    static const char *const others[] = {
        PY "error_response.json", PY "apidata/error_permission_resp.json",
        PY "error_response_simple.json",
        PY "apidata/channels/update_resp.json", PY "apidata/videos/get_rating_response.json",
        PY "apidata/videos/insert_response.json", PY "modeldata/channels/channel_info.json",
        PY "modeldata/playlists/playlist_status.json",
    };
    struct seen seen;
    struct ys_error err;
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char *text = shared_read(others[i], &bytes);

        for (int parser = CHANNELS; parser <= ITEM; parser++) {
            assert_int_equal(parse((enum parser)parser, text, NULL, &seen, &err), YS_EREPLY);
            assert_int_equal(seen.count, 0);
            assert_true(strlen(err.message) > 0);
        }
        free(text);
    }
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        char *text = shared_read(recorded[i].file, &bytes);

        for (int parser = CHANNELS; parser <= ITEM; parser++) {
            enum ys_status wanted = parser == (int)recorded[i].parser ? YS_OK : YS_EREPLY;

            assert_int_equal(parse((enum parser)parser, text, NULL, &seen, &err), wanted);
        }
        free(text);
    }
}

static void test_recorded_public_deleted_private(void **state)
{
    struct seen seen;
    size_t bytes;
    char *text;

    (void)state;
    text = shared_read("recorded/ypl/playlistItems.list-public-deleted-private.json", &bytes);
    assert_int_equal(parse(ITEMS, text, NULL, &seen, NULL), YS_OK);
    assert_int_equal(seen.rows[0].availability, YS_AVAILABILITY_LIVE);
    assert_string_equal(seen.rows[0].title, "Two Hours of House");
    assert_string_equal(seen.rows[0].owner, "A Mix Channel");
    assert_string_equal(seen.rows[0].video, "x0public001");
    assert_int_equal(seen.rows[0].time_ms, INT64_C(1582577181000));
    assert_int_equal(seen.rows[1].availability, YS_AVAILABILITY_DELETED);
    assert_string_equal(seen.rows[1].title, "");
    assert_string_equal(seen.rows[1].video, "x0deleted02");
    assert_int_equal(seen.rows[2].availability, YS_AVAILABILITY_PRIVATE);
    assert_string_equal(seen.rows[2].title, "");
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(seen.rows[i].number, i);
        assert_string_equal(seen.rows[i].playlist, "PLx0recordedpagex0000000000000000a");
    }
    free(text);
}

static enum ys_status keep_text(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    char **out = ctx;

    (void)err;
    *out = strdup(ys_json_text(row, 0));
    return *out != NULL ? YS_OK : YS_ENOMEM;
}

/* Four recorded pages of one playlist: short pages in the middle, 198 of 200. They were asked for
 * without the snippet, which is refused as it stands; with one put in they parse. */
static void test_recorded_short_pages(void **state)
{
    static const int64_t rows[] = {49, 49, 50, 50};
    static const char with_snippet[] =
        "SELECT json_set(?1,'$.items',(SELECT json_group_array(json_insert(value,'$.snippet',"
        "json_object('playlistId','PLx','position',key,'resourceId',json_object('videoId',"
        "json_extract(value,'$.contentDetails.videoId'))))) FROM json_each(?1,'$.items')))";

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct ys_error err = {0};
        struct ys_page page;
        struct seen seen;
        char name[64];
        char *text, *filled = NULL;
        size_t bytes;

        (void)snprintf(name, sizeof name, "recorded/other/autodj-data%d-playlistItems.list.json",
                       i + 1);
        text = shared_read(name, &bytes);
        assert_int_equal(parse(ITEMS, text, &page, &seen, &err), YS_EREPLY);
        assert_non_null(strstr(err.message, "\"snippet\""));
        assert_int_equal(ys_json_rows(json, with_snippet, text, bytes, keep_text, &filled, NULL),
                         YS_OK);
        assert_int_equal(parse(ITEMS, filled, &page, &seen, &err), YS_OK);
        assert_int_equal(page.rows, rows[i]);
        assert_int_equal(page.total_results, 200);
        assert_int_equal(page.next_page_token[0] != '\0', i < 3);
        free(filled);
        free(text);
    }
}

/* ------------------------------------------------------------------ shapes */

static void test_playlist_fields(void **state)
{
    struct seen seen;

    (void)state;
    assert_int_equal(
        parse(PLAYLIST,
              "{\"kind\":\"youtube#playlist\",\"etag\":\"e\",\"id\":\"PLx\",\"snippet\":{"
              "\"publishedAt\":\"2022-11-15T13:38:09Z\",\"channelId\":\"UCx\",\"title\":\"T\","
              "\"description\":\"D\",\"defaultLanguage\":\"en\"},\"status\":{\"privacyStatus\":"
              "\"unlisted\",\"podcastStatus\":\"enabled\"},\"contentDetails\":{\"itemCount\":7},"
              "\"localizations\":{\"de\":{\"title\":\"t\"}},\"player\":{\"new\":[1]}}",
              NULL, &seen, NULL),
        YS_OK);
    assert_string_equal(seen.rows[0].id, "PLx");
    assert_string_equal(seen.rows[0].title, "T");
    assert_string_equal(seen.rows[0].description, "D");
    assert_string_equal(seen.rows[0].owner, "UCx");
    assert_string_equal(seen.rows[0].extra, "en|{\"de\":{\"title\":\"t\"}}|enabled");
    assert_int_equal(seen.rows[0].privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(seen.rows[0].number, 7);
    assert_int_equal(seen.rows[0].time_ms, INT64_C(1668519489000));
    assert_int_equal(parse(PLAYLIST,
                           "{\"kind\":\"youtube#playlist\",\"id\":\"PLx\",\"snippet\":{"
                           "\"title\":\"\"}}",
                           NULL, &seen, NULL),
                     YS_OK);
    assert_string_equal(seen.rows[0].description, "");
    assert_string_equal(seen.rows[0].extra, "||");
    assert_int_equal(seen.rows[0].privacy, YS_PRIVACY_UNSET);
    assert_int_equal(seen.rows[0].number, -1);
    assert_int_equal(seen.rows[0].time_ms, 0);
}

static void test_video_fields(void **state)
{
    struct seen seen;

    (void)state;
    assert_int_equal(
        parse(VIDEOS,
              "{\"kind\":\"youtube#videoListResponse\",\"items\":["
              "{\"kind\":\"youtube#video\",\"id\":\"aaaaaaaaaaa\",\"snippet\":{\"title\":\"T\","
              "\"description\":\"D\",\"channelTitle\":\"C\",\"tags\":[\"a\",\"b\\\"\"],"
              "\"publishedAt\":\"2017-05-21T17:00:01.000Z\"},\"contentDetails\":{\"duration\":"
              "\"PT1H2M3S\"}},"
              "{\"kind\":\"youtube#video\",\"id\":\"bbbbbbbbbbb\",\"snippet\":{\"title\":\"L\"},"
              "\"contentDetails\":{\"duration\":\"rubbish\"}}]}",
              NULL, &seen, NULL),
        YS_OK);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.rows[0].title, "T");
    assert_string_equal(seen.rows[0].owner, "C");
    assert_string_equal(seen.rows[0].extra, "[\"a\",\"b\\\"\"]");
    assert_int_equal(seen.rows[0].number, 3723);
    assert_int_equal(seen.rows[0].time_ms, INT64_C(1495386001000));
    assert_string_equal(seen.rows[1].extra, "[]");
    assert_int_equal(seen.rows[1].number, -1);
}

static void test_availability(void **state)
{
    static const struct {
        const char *status, *owner;
        enum ys_availability availability;
        const char *title;
    } cases[] = {
        {"", "", YS_AVAILABILITY_LIVE, "Private video"},
        {",\"status\":{}", "", YS_AVAILABILITY_LIVE, "Private video"},
        {",\"status\":{\"privacyStatus\":\"public\"}", "", YS_AVAILABILITY_LIVE, "Private video"},
        {",\"status\":{\"privacyStatus\":\"unlisted\"}", "", YS_AVAILABILITY_LIVE, "Private video"},
        {",\"status\":{\"privacyStatus\":\"private\"}", "", YS_AVAILABILITY_PRIVATE, ""},
        {",\"status\":{\"privacyStatus\":\"private\"}", ",\"videoOwnerChannelId\":\"UCme\"",
         YS_AVAILABILITY_LIVE, "Private video"},
        {",\"status\":{\"privacyStatus\":\"privacyStatusUnspecified\"}", "",
         YS_AVAILABILITY_DELETED, ""},
    };
    struct seen seen;
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"kind\":\"youtube#playlistItem\",\"id\":\"UEx\",\"snippet\":{"
                       "\"title\":\"Private video\",\"playlistId\":\"PLx\",\"position\":0,"
                       "\"resourceId\":{\"videoId\":\"aaaaaaaaaaa\"}%s}%s}",
                       cases[i].owner, cases[i].status);
        assert_int_equal(parse(ITEM, text, NULL, &seen, NULL), YS_OK);
        assert_int_equal(seen.rows[0].availability, cases[i].availability);
        assert_string_equal(seen.rows[0].title, cases[i].title);
    }
}

#define LIST(kind, items) "{\"kind\":\"youtube#" kind "ListResponse\",\"items\":" items "}"
#define ITEM_WITH(snippet, rest)                                                                 \
    LIST("playlistItem",                                                                         \
         "[{\"kind\":\"youtube#playlistItem\",\"id\":\"UEx\",\"snippet\":{" snippet "}" rest "}]")
#define GOOD_ITEM "\"playlistId\":\"PLx\",\"resourceId\":{\"videoId\":\"aaaaaaaaaaa\"}"

/* Each names the member at fault. */
static void test_wrong_shapes(void **state)
{
    static const struct {
        enum parser parser;
        const char *text, *words;
    } cases[] = {
        {ITEMS, "[]", "kind"},
        {ITEMS, "null", "kind"},
        {ITEMS, "{}", "kind"},
        {ITEMS, "{\"kind\":\"youtube#playlistItemListResponse\"}", "\"items\""},
        {ITEMS, LIST("playlistItem", "{}"), "\"items\""},
        {ITEMS, LIST("playlistItem", "null"), "\"items\""},
        {ITEMS, LIST("playlistItem", "[1]"), "\"items\""},
        {ITEMS, LIST("playlistItem", "[\"text\"]"), "\"items\""},
        {ITEMS, LIST("playlistItem", "[null]"), "\"items\""},
        {ITEMS, LIST("playlistItem", "[[]]"), "\"items\""},
        {ITEMS, LIST("playlistItem", "[{}]"), "\"kind\""},
        {ITEMS, LIST("playlistItem", "[{\"kind\":\"youtube#video\",\"id\":\"x\"}]"), "snippet"},
        {ITEMS, ITEM_WITH("\"position\":0,\"resourceId\":{\"videoId\":\"a\"}", ""), "playlistId"},
        {ITEMS, ITEM_WITH("\"position\":0,\"playlistId\":\"PLx\"", ""), "resourceId.videoId"},
        {ITEMS, ITEM_WITH("\"position\":0,\"playlistId\":\"PL x\","
                          "\"resourceId\":{\"videoId\":\"a\"}", ""), "playlistId"},
        {ITEMS, ITEM_WITH("\"position\":0,\"playlistId\":\"PLx\","
                          "\"resourceId\":{\"videoId\":\"a&b\"}", ""), "videoId"},
        {ITEMS, ITEM_WITH(GOOD_ITEM, ""), "position"},
        {ITEMS, ITEM_WITH("\"position\":-1," GOOD_ITEM, ""), "position"},
        {ITEMS, ITEM_WITH("\"position\":\"0\"," GOOD_ITEM, ""), "position"},
        {ITEMS, ITEM_WITH("\"position\":0.5," GOOD_ITEM, ""), "position"},
        {ITEMS, ITEM_WITH("\"position\":0,\"title\":7," GOOD_ITEM, ""), "title"},
        {ITEMS, ITEM_WITH("\"position\":0,\"publishedAt\":\"soon\"," GOOD_ITEM, ""), "publishedAt"},
        {ITEMS,
         ITEM_WITH("\"position\":0," GOOD_ITEM, ",\"status\":{\"privacyStatus\":\"secret\"}"),
         "privacyStatus"},
        {PLAYLISTS, LIST("playlist", "[{\"kind\":\"youtube#playlist\",\"id\":\"PLx\"}]"),
         "snippet"},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"\",\"snippet\":{\"title\":\"T\"}}",
         "\"id\""},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"P/x\",\"snippet\":{\"title\":\"T\"}}",
         "\"id\""},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"PLx\",\"snippet\":{\"title\":\"T\"},"
                   "\"status\":{\"privacyStatus\":\"friends\"}}", "privacyStatus"},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"PLx\",\"snippet\":{\"title\":\"T\"},"
                   "\"contentDetails\":{\"itemCount\":-2}}", "itemCount"},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"PLx\",\"snippet\":{\"title\":\"T\"},"
                   "\"localizations\":[]}", "localizations"},
        {PLAYLIST, "{\"kind\":\"youtube#playlist\",\"id\":\"PLx\",\"snippet\":{}}", "title"},
        {VIDEOS, LIST("video", "[{\"kind\":\"youtube#video\",\"id\":\"a\",\"snippet\":{"
                               "\"title\":\"T\",\"tags\":\"x\"}}]"), "tags"},
        {CHANNELS, LIST("channel", "[{\"kind\":\"youtube#channel\"}]"), "\"id\""},
        {PLAYLISTS, "{\"kind\":\"youtube#playlistListResponse\",\"nextPageToken\":5,\"items\":[]}",
         "nextPageToken"},
    };
    struct seen seen;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_error err = {0};

        if (parse(cases[i].parser, cases[i].text, NULL, &seen, &err) != YS_EREPLY ||
            strstr(err.message, cases[i].words) == NULL) {
            fail_msg("%s\ngave: %s", cases[i].text, err.message);
        }
        assert_int_equal(seen.count, 0);
    }
}

static void test_empty_lists(void **state)
{
    struct ys_page page;
    struct seen seen;

    (void)state;
    assert_int_equal(parse(CHANNELS, "{\"kind\":\"youtube#channelListResponse\"}", &page, &seen,
                           NULL),
                     YS_OK);
    assert_int_equal(page.rows, 0);
    assert_int_equal(page.total_results, -1);
    assert_int_equal(parse(CHANNELS,
                           "{\"kind\":\"youtube#channelListResponse\",\"items\":\"none\"}",
                           &page, &seen, NULL),
                     YS_EREPLY);
    assert_int_equal(parse(ITEMS, LIST("playlistItem", "[]"), &page, &seen, NULL), YS_OK);
    assert_int_equal(page.rows, 0);
    assert_int_equal(seen.count, 0);
}

/* A page token or a page beyond its limit is refused; an etag beyond it is only forgotten. */
static void test_limits(void **state)
{
    static char text[64 * 1024];
    char filler[YS_PAGE_TOKEN_BYTES + 1];
    struct ys_page page;
    struct seen seen;
    size_t bytes;

    (void)state;
    memset(filler, 'a', YS_PAGE_TOKEN_BYTES);
    filler[YS_PAGE_TOKEN_BYTES] = '\0';
    (void)snprintf(text, sizeof text,
                   "{\"kind\":\"youtube#videoListResponse\",\"etag\":\"%s\",\"nextPageToken\":"
                   "\"%s\",\"items\":[]}", filler, filler + 1);
    assert_int_equal(parse(VIDEOS, text, &page, &seen, NULL), YS_OK);
    assert_string_equal(page.etag, "");
    assert_string_equal(page.next_page_token, filler + 1);
    (void)snprintf(text, sizeof text,
                   "{\"kind\":\"youtube#videoListResponse\",\"nextPageToken\":\"%s\","
                   "\"items\":[]}", filler);
    assert_int_equal(parse(VIDEOS, text, &page, &seen, NULL), YS_EREPLY);
    for (int rows = 50; rows <= 51; rows++) {
        bytes = (size_t)snprintf(text, sizeof text,
                                 "{\"kind\":\"youtube#videoListResponse\",\"items\":[");
        for (int i = 0; i < rows; i++) {
            bytes += (size_t)snprintf(text + bytes, sizeof text - bytes,
                                      "%s{\"kind\":\"youtube#video\",\"id\":\"a%d\",\"snippet\":{"
                                      "\"title\":\"T\"}}", i > 0 ? "," : "", i);
        }
        (void)snprintf(text + bytes, sizeof text - bytes, "]}");
        assert_int_equal(parse(VIDEOS, text, &page, &seen, NULL),
                         rows == 50 ? YS_OK : YS_EREPLY);
        assert_int_equal(seen.count, rows == 50 ? 50 : 0);
    }
}

static enum ys_status refuse(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    (void)ctx;
    (void)item;
    return ys_fail(err, YS_EDB, "no");
}

static void test_callback_error_comes_through(void **state)
{
    struct ys_buf body = buffer_of(ITEM_WITH("\"position\":0," GOOD_ITEM, ""));
    struct ys_error err;

    (void)state;
    assert_int_equal(ys_parse_items(json, &body, NULL, refuse, NULL, &err), YS_EDB);
    assert_string_equal(err.message, "no");
    ys_buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_recorded_by_the_wrong_parser),
        cmocka_unit_test(test_recorded_public_deleted_private),
        cmocka_unit_test(test_recorded_short_pages),
        cmocka_unit_test(test_playlist_fields),
        cmocka_unit_test(test_video_fields),
        cmocka_unit_test(test_availability),
        cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_empty_lists),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_callback_error_comes_through),
    };

    return cmocka_run_group_tests_name("response", tests, open_json, close_json);
}
