/* response.c: replies of the API as plain structs, checked before anyone sees them.
 *
 * Each list is read by two queries: one over the envelope, one that turns the items into rows.
 * Every row query ends in a column that names the first member of the wrong JSON type (NULL when
 * all is well), so that a number where a title should be is an error and not a title.
 *
 * What makes a reply bad (YS_EREPLY): another kind than asked for, no items (channels.list
 * aside), a row without id, playlist, video or position, an unknown privacy, a time that is none.
 * What does not: members that ytsync does not know, absent optional members, short pages. */
#include "youtube/response.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

/* ------------------------------------------------------------------ queries */

/* `v` is one resource. The first member of the wrong type, by its path. */
#define TYPE_IS(path, type) " WHEN json_type(v,'$." path "') IS NOT '" type "' THEN '" path "'"
#define TYPE_MAY(path, type)                                                                     \
    " WHEN ifnull(json_type(v,'$." path "'),'null') NOT IN ('null','" type "') THEN '" path "'"
#define TEXT_IS(path) TYPE_IS(path, "text")
#define TEXT_MAY(path) TYPE_MAY(path, "text")
#define GET(path) "json_extract(v,'$." path "'),"
#define CHECK(tests) "CASE WHEN json_type(v) IS NOT 'object' THEN 'items'" tests " END "

#define FROM_ITEMS                                                                               \
    "FROM (WITH i AS MATERIALIZED (SELECT value AS v, type FROM json_each(?1,'$.items'))"        \
    " SELECT CASE type WHEN 'object' THEN v ELSE 'null' END AS v FROM i)"
#define FROM_ONE "FROM (SELECT ?1 AS v)"

#define CHANNEL_ROW GET("kind") GET("id") GET("snippet.title")                                   \
    CHECK(TEXT_IS("kind") TEXT_IS("id") TEXT_MAY("snippet.title"))

#define PLAYLIST_ROW                                                                             \
    GET("kind") GET("id") GET("etag") GET("snippet.channelId") GET("snippet.title")              \
    GET("snippet.description") GET("status.privacyStatus") GET("snippet.defaultLanguage")        \
    GET("localizations") GET("contentDetails.itemCount") GET("snippet.publishedAt")              \
    GET("status.podcastStatus")                                                                  \
    CHECK(TEXT_IS("kind") TEXT_IS("id") TEXT_MAY("etag") TYPE_IS("snippet", "object")            \
          TEXT_MAY("snippet.channelId") TEXT_IS("snippet.title")                                 \
          TEXT_MAY("snippet.description") TEXT_MAY("status.privacyStatus")                       \
          TEXT_MAY("snippet.defaultLanguage") TYPE_MAY("localizations", "object")                \
          TYPE_MAY("contentDetails.itemCount", "integer") TEXT_MAY("snippet.publishedAt")        \
          TEXT_MAY("status.podcastStatus"))

#define ITEM_ROW                                                                                 \
    GET("kind") GET("id") GET("etag") GET("snippet.playlistId") GET("snippet.resourceId.videoId") \
    GET("snippet.position") GET("snippet.publishedAt") GET("snippet.title")                      \
    GET("snippet.videoOwnerChannelTitle") GET("snippet.videoOwnerChannelId")                     \
    GET("status.privacyStatus")                                                                  \
    CHECK(TEXT_IS("kind") TEXT_IS("id") TEXT_MAY("etag") TYPE_IS("snippet", "object")            \
          TEXT_IS("snippet.playlistId") TEXT_IS("snippet.resourceId.videoId")                    \
          TYPE_IS("snippet.position", "integer") TEXT_MAY("snippet.publishedAt")                 \
          TEXT_MAY("snippet.title") TEXT_MAY("snippet.videoOwnerChannelTitle")                   \
          TEXT_MAY("snippet.videoOwnerChannelId") TEXT_MAY("status.privacyStatus"))

#define VIDEO_ROW                                                                                \
    GET("kind") GET("id") GET("snippet.title") GET("snippet.description")                        \
    GET("snippet.channelTitle") GET("snippet.tags") GET("contentDetails.duration")               \
    GET("snippet.publishedAt") GET("snippet.channelId")                                          \
    CHECK(TEXT_IS("kind") TEXT_IS("id") TYPE_IS("snippet", "object") TEXT_IS("snippet.title")    \
          TEXT_MAY("snippet.description") TEXT_MAY("snippet.channelTitle")                       \
          TYPE_MAY("snippet.tags", "array") TEXT_MAY("contentDetails.duration")                  \
          TEXT_MAY("snippet.publishedAt") TEXT_MAY("snippet.channelId"))

static const char envelope_query[] =
    "SELECT json_extract(v,'$.kind'), json_extract(v,'$.etag'),"
    " json_extract(v,'$.nextPageToken'), json_type(v,'$.nextPageToken'),"
    " json_extract(v,'$.pageInfo.totalResults'), json_type(v,'$.pageInfo.totalResults'),"
    " json_type(v,'$.items'), json_array_length(v,'$.items') " FROM_ONE;

/* ------------------------------------------------------------------ the common part */

/* What one kind of resource needs. `row` reads a row into the caller's callback. */
struct shape {
    const char *list_method;  /* what gives the list, for messages */
    const char *list_kind;    /* of the envelope; "" when there is no such list */
    const char *kind;         /* of one resource */
    const char *list_query, *one_query;
    int check_column;
    bool items_may_lack;      /* no `items` means none (YOUTUBE_API section 2) */
};

struct reading {
    const struct shape *shape;
    struct ys_page page;
    ys_json_row_fn convert;   /* ctx is the struct reading */
    union {
        ys_api_channel_fn channel;
        ys_api_playlist_fn playlist;
        ys_api_item_fn item;
        ys_api_video_fn video;
    } each;
    void *ctx;
    bool list;                /* the rows of a list, not one resource */
    int64_t row;              /* rows so far */
};

static enum ys_status bad_field(const struct reading *reading, const char *field,
                                struct ys_error *err)
{
    (void)ys_fail(err, YS_EREPLY, "YouTube's reply has no usable \"%s\" in %s %" PRId64 ".",
                  field, reading->shape->kind, reading->row);
    if (reading->list) ys_error_prefix(err, "%s", reading->shape->list_method);
    return YS_EREPLY;
}

/* Any id: opaque, but never a text that could change the meaning of a URL. */
static bool id_usable(const char *id)
{
    size_t length = strlen(id);

    return length >= 1 && length < YS_ID_BYTES &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") ==
               length;
}

static enum ys_status envelope(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_page *page = &reading->page;
    const char *kind = ys_json_text(row, 0);
    const char *items = ys_json_text(row, 6);

    if (strcmp(kind, reading->shape->list_kind) != 0) {
        return ys_fail(err, YS_EREPLY, "YouTube's reply is of kind \"%.64s\", not \"%s\".", kind,
                       reading->shape->list_kind);
    }
    if (strcmp(items, "array") != 0 && (items[0] != '\0' || !reading->shape->items_may_lack)) {
        return ys_fail(err, YS_EREPLY, "YouTube's reply of kind \"%s\" has no list \"items\".",
                       kind);
    }
    if (!ys_json_null(row, 3) && strcmp(ys_json_text(row, 3), "text") != 0) {
        return ys_fail(err, YS_EREPLY, "YouTube's reply has no usable \"nextPageToken\".");
    }
    if (!ys_copy(page->next_page_token, sizeof page->next_page_token, ys_json_text(row, 2))) {
        return ys_fail(err, YS_EREPLY, "YouTube's page token is longer than %d bytes.",
                       YS_PAGE_TOKEN_BYTES - 1);
    }
    /* A cut etag would never match; without one the page is simply read again. */
    if (!ys_copy(page->etag, sizeof page->etag, ys_json_text(row, 1))) page->etag[0] = '\0';
    page->total_results = -1;
    if (strcmp(ys_json_text(row, 5), "integer") == 0) page->total_results = ys_json_int(row, 4);
    if (page->total_results < 0) page->total_results = -1;
    page->rows = ys_json_int(row, 7);
    if (page->rows > YS_PAGE_ROWS_MAX) {
        return ys_fail(err, YS_EREPLY, "YouTube's page holds %" PRId64 " rows; %d were asked for.",
                       page->rows, YS_PAGE_ROWS_MAX);
    }
    return YS_OK;
}

/* Checks types, kind and id, then converts. Columns 0 and 1 are kind and id everywhere. */
static enum ys_status any_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    const char *wrong = ys_json_text(row, reading->shape->check_column);

    reading->row++;
    if (wrong[0] != '\0') return bad_field(reading, wrong, err);
    if (strcmp(ys_json_text(row, 0), reading->shape->kind) != 0) {
        return bad_field(reading, "kind", err);
    }
    if (!id_usable(ys_json_text(row, 1))) return bad_field(reading, "id", err);
    return reading->convert(reading, row, err);
}

static enum ys_status read_list(struct ys_json *json, struct ys_buf *body,
                                struct reading *reading, struct ys_page *page,
                                struct ys_error *err)
{
    enum ys_status status = ys_json_rows(json, envelope_query, body->data, body->bytes, envelope,
                                         reading, err);

    if (status == YS_EREPLY) ys_error_prefix(err, "%s", reading->shape->list_method);
    YS_TRY(status);
    reading->list = true;
    YS_TRY(ys_json_rows(json, reading->shape->list_query, body->data, body->bytes, any_row,
                        reading, err));
    if (page != NULL) *page = reading->page;
    return YS_OK;
}

static enum ys_status read_one(struct ys_json *json, struct ys_buf *body,
                               struct reading *reading, struct ys_error *err)
{
    return ys_json_rows(json, reading->shape->one_query, body->data, body->bytes, any_row,
                        reading, err);
}

/* 0 for an absent time. */
static enum ys_status read_time(const struct reading *reading, const struct ys_json_row *row,
                                int column, int64_t *out, struct ys_error *err)
{
    *out = 0;
    if (ys_json_null(row, column) || ys_time_parse(ys_json_text(row, column), out)) return YS_OK;
    return bad_field(reading, "snippet.publishedAt", err);
}

/* ------------------------------------------------------------------ channels */

static const struct shape channel_shape = {
    .list_method = "channels.list",
    .list_kind = "youtube#channelListResponse",
    .kind = "youtube#channel",
    .list_query = "SELECT " CHANNEL_ROW FROM_ITEMS,
    .check_column = 3,
    .items_may_lack = true,
};

static enum ys_status convert_channel(void *ctx, const struct ys_json_row *row,
                                      struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_api_channel channel = {.id = ys_json_text(row, 1), .title = ys_json_text(row, 2)};

    return reading->each.channel(reading->ctx, &channel, err);
}

enum ys_status ys_parse_channels(struct ys_json *json, struct ys_buf *body, struct ys_page *page,
                                 ys_api_channel_fn each, void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &channel_shape, .convert = convert_channel, .ctx = ctx};

    reading.each.channel = each;
    return read_list(json, body, &reading, page, err);
}

/* ------------------------------------------------------------------ playlists */

static const struct shape playlist_shape = {
    .list_method = "playlists.list",
    .list_kind = "youtube#playlistListResponse",
    .kind = "youtube#playlist",
    .list_query = "SELECT " PLAYLIST_ROW FROM_ITEMS,
    .one_query = "SELECT " PLAYLIST_ROW FROM_ONE,
    .check_column = 12,
};

/* "unlisted_new" stood beside "unlisted" in the API description of 2018 (YOUTUBE_API section
 * 4). Absent: UNSET, which no request can be built from. */
static bool read_privacy(const char *name, enum ys_privacy *out)
{
    if (strcmp(name, "unlisted_new") == 0) name = "unlisted";
    return ys_privacy_from_name(name, out);
}

static enum ys_status convert_playlist(void *ctx, const struct ys_json_row *row,
                                       struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_api_playlist playlist = {
        .id = ys_json_text(row, 1),
        .etag = ys_json_text(row, 2),
        .channel_id = ys_json_text(row, 3),
        .title = ys_json_text(row, 4),
        .description = ys_json_text(row, 5),
        .default_language = ys_json_text(row, 7),
        .localizations = ys_json_text(row, 8),
        .podcast_status = ys_json_text(row, 11),
        .item_count = ys_json_null(row, 9) ? -1 : ys_json_int(row, 9),
    };

    if (!ys_playlist_id_valid(playlist.id)) return bad_field(reading, "id", err);
    if (!read_privacy(ys_json_text(row, 6), &playlist.privacy)) {
        return bad_field(reading, "status.privacyStatus", err);
    }
    if (playlist.item_count < -1) return bad_field(reading, "contentDetails.itemCount", err);
    YS_TRY(read_time(reading, row, 10, &playlist.published_at_ms, err));
    return reading->each.playlist(reading->ctx, &playlist, err);
}

enum ys_status ys_parse_playlists(struct ys_json *json, struct ys_buf *body, struct ys_page *page,
                                  ys_api_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &playlist_shape, .convert = convert_playlist, .ctx = ctx};

    reading.each.playlist = each;
    return read_list(json, body, &reading, page, err);
}

enum ys_status ys_parse_playlist(struct ys_json *json, struct ys_buf *body,
                                 ys_api_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &playlist_shape, .convert = convert_playlist, .ctx = ctx};

    reading.each.playlist = each;
    return read_one(json, body, &reading, err);
}

/* ------------------------------------------------------------------ items */

static const struct shape item_shape = {
    .list_method = "playlistItems.list",
    .list_kind = "youtube#playlistItemListResponse",
    .kind = "youtube#playlistItem",
    .list_query = "SELECT " ITEM_ROW FROM_ITEMS,
    .one_query = "SELECT " ITEM_ROW FROM_ONE,
    .check_column = 11,
};

/* YOUTUBE_API section 4: the status part tells, never the title (a real video may be called
 * "Private video"). A private video of which the owner is named is the user's own and can be
 * seen. "privacyStatusUnspecified" is what a deleted video has. */
static bool read_availability(const char *privacy, bool owner_named,
                              enum ys_availability *out)
{
    enum ys_privacy known;

    *out = YS_AVAILABILITY_LIVE;
    if (strcmp(privacy, "privacyStatusUnspecified") == 0) {
        *out = YS_AVAILABILITY_DELETED;
        return true;
    }
    if (!read_privacy(privacy, &known)) return false;
    if (known == YS_PRIVACY_PRIVATE && !owner_named) *out = YS_AVAILABILITY_PRIVATE;
    return true;
}

static enum ys_status convert_item(void *ctx, const struct ys_json_row *row,
                                   struct ys_error *err)
{
    struct reading *reading = ctx;
    bool owner_named = ys_json_text(row, 9)[0] != '\0';
    struct ys_api_item item = {
        .id = ys_json_text(row, 1),
        .etag = ys_json_text(row, 2),
        .playlist_id = ys_json_text(row, 3),
        .video_id = ys_json_text(row, 4),
        .position = ys_json_int(row, 5),
        .title = ys_json_text(row, 7),
        .owner_title = ys_json_text(row, 8),
    };

    if (!ys_playlist_id_valid(item.playlist_id)) {
        return bad_field(reading, "snippet.playlistId", err);
    }
    if (!id_usable(item.video_id)) return bad_field(reading, "snippet.resourceId.videoId", err);
    if (item.position < 0) return bad_field(reading, "snippet.position", err);
    if (!read_availability(ys_json_text(row, 10), owner_named, &item.availability)) {
        return bad_field(reading, "status.privacyStatus", err);
    }
    if (item.availability != YS_AVAILABILITY_LIVE) item.title = "";
    YS_TRY(read_time(reading, row, 6, &item.added_at_ms, err));
    return reading->each.item(reading->ctx, &item, err);
}

enum ys_status ys_parse_items(struct ys_json *json, struct ys_buf *body, struct ys_page *page,
                              ys_api_item_fn each, void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &item_shape, .convert = convert_item, .ctx = ctx};

    reading.each.item = each;
    return read_list(json, body, &reading, page, err);
}

enum ys_status ys_parse_item(struct ys_json *json, struct ys_buf *body, ys_api_item_fn each,
                             void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &item_shape, .convert = convert_item, .ctx = ctx};

    reading.each.item = each;
    return read_one(json, body, &reading, err);
}

/* ------------------------------------------------------------------ videos */

static const struct shape video_shape = {
    .list_method = "videos.list",
    .list_kind = "youtube#videoListResponse",
    .kind = "youtube#video",
    .list_query = "SELECT " VIDEO_ROW FROM_ITEMS,
    .check_column = 9,
};

static enum ys_status convert_video(void *ctx, const struct ys_json_row *row,
                                    struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_api_video video = {
        .id = ys_json_text(row, 1),
        .title = ys_json_text(row, 2),
        .description = ys_json_text(row, 3),
        .channel_title = ys_json_text(row, 4),
        .channel_id = ys_json_text(row, 8),
        .tags = ys_json_null(row, 5) ? "[]" : ys_json_text(row, 5),
        .duration_s = -1,
    };

    /* Live streams carry durations such as "P0D"; what cannot be read is not known. */
    if (!ys_duration_parse(ys_json_text(row, 6), &video.duration_s)) video.duration_s = -1;
    YS_TRY(read_time(reading, row, 7, &video.published_at_ms, err));
    return reading->each.video(reading->ctx, &video, err);
}

enum ys_status ys_parse_videos(struct ys_json *json, struct ys_buf *body, struct ys_page *page,
                               ys_api_video_fn each, void *ctx, struct ys_error *err)
{
    struct reading reading = {.shape = &video_shape, .convert = convert_video, .ctx = ctx};

    reading.each.video = each;
    return read_list(json, body, &reading, page, err);
}
