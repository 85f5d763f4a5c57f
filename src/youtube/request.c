/* request.c: the URLs and JSON bodies of every request that ytsync can send.
 *
 * A URL is path, `part`, the one filter that the method takes, paging, `prettyPrint=false`. Ids
 * are checked before they are written, so they need no escaping; page tokens are escaped.
 * Ownership: on failure a request owns nothing. */
#include "youtube/request.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

void ys_request_free(struct ys_request *request)
{
    ys_buf_free(&request->url);
    ys_buf_free(&request->body);
}

/* ------------------------------------------------------------------ pieces */

/* Ids of playlist items are base64url, padded with '=' in old data (YOUTUBE_API section 2). */
static bool item_id_valid(const char *id)
{
    size_t length = id != NULL ? strlen(id) : 0;

    if (length < 1 || length >= YS_ID_BYTES) return false;
    return strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") ==
           length;
}

static bool playlist_id_valid(const char *id)
{
    return id != NULL && ys_playlist_id_valid(id);
}

static bool video_id_valid(const char *id)
{
    return id != NULL && ys_video_id_valid(id);
}

static enum ys_status bad_id(const char *what, struct ys_error *err)
{
    return ys_fail(err, YS_EINVAL, "The id of a %s has an impossible form.", what);
}

static void begin(struct ys_request *request, enum ys_method method)
{
    const struct ys_method_info *info = ys_method_info(method);

    *request = (struct ys_request){.method = method};
    ys_buf_init(&request->url, YS_URL_BYTES_MAX);
    ys_buf_init(&request->body, YS_BODY_BYTES_MAX);
    ys_buf_printf(&request->url, "%s?", info->path);
    if (info->part[0] != '\0') ys_buf_printf(&request->url, "part=%s", info->part);
}

static enum ys_status finish(struct ys_request *request, struct ys_error *err)
{
    enum ys_status status;

    status = ys_buf_check(&request->url, "the URL of a request", err);
    if (status == YS_OK) status = ys_buf_check(&request->body, "the body of a request", err);
    if (status != YS_OK) ys_request_free(request);
    return status;
}

static void add_paging(struct ys_request *request, const char *page_token)
{
    ys_buf_printf(&request->url, "&maxResults=%d&prettyPrint=false", YS_PAGE_ROWS_MAX);
    if (page_token != NULL && page_token[0] != '\0') {
        ys_buf_text_add(&request->url, "&pageToken=");
        ys_buf_url(&request->url, page_token);
    }
}

/* "&id=a,b,c" of ids that `valid` takes. */
static enum ys_status add_ids(struct ys_request *request, const char *const *ids, size_t count,
                              bool (*valid)(const char *id), const char *what,
                              struct ys_error *err)
{
    if (count < 1 || count > YS_PAGE_ROWS_MAX) {
        return ys_fail(err, YS_EINVAL, "A request takes 1 to %d ids, not %zu.", YS_PAGE_ROWS_MAX,
                       count);
    }
    ys_buf_text_add(&request->url, "&id=");
    for (size_t i = 0; i < count; i++) {
        if (!valid(ids[i])) return bad_id(what, err);
        if (i > 0) ys_buf_text_add(&request->url, ",");
        ys_buf_text_add(&request->url, ids[i]);
    }
    return YS_OK;
}

/* ------------------------------------------------------------------ lists */

enum ys_status ys_request_channel(struct ys_request *request, struct ys_error *err)
{
    begin(request, YS_METHOD_CHANNELS_LIST);
    ys_buf_text_add(&request->url, "&mine=true&prettyPrint=false");
    return finish(request, err);
}

enum ys_status ys_request_playlists(struct ys_request *request, const char *page_token,
                                    struct ys_error *err)
{
    begin(request, YS_METHOD_PLAYLISTS_LIST);
    ys_buf_text_add(&request->url, "&mine=true");
    add_paging(request, page_token);
    return finish(request, err);
}

/* Lists by id name their size too: the default is 5 rows (YOUTUBE_API section 2). */
static enum ys_status list_by_id(struct ys_request *request, enum ys_method method,
                                 const char *const *ids, size_t count,
                                 bool (*valid)(const char *id), const char *what,
                                 struct ys_error *err)
{
    enum ys_status status;

    begin(request, method);
    status = add_ids(request, ids, count, valid, what, err);
    if (status != YS_OK) {
        ys_request_free(request);
        return status;
    }
    /* maxResults is refused beside id by videos.list, and needed by the others. */
    if (method == YS_METHOD_VIDEOS_LIST) {
        ys_buf_text_add(&request->url, "&prettyPrint=false");
    } else {
        add_paging(request, NULL);
    }
    return finish(request, err);
}

enum ys_status ys_request_playlists_by_id(struct ys_request *request, const char *const *ids,
                                          size_t count, struct ys_error *err)
{
    return list_by_id(request, YS_METHOD_PLAYLISTS_LIST, ids, count, playlist_id_valid,
                      "playlist", err);
}

enum ys_status ys_request_items_by_id(struct ys_request *request, const char *const *ids,
                                      size_t count, struct ys_error *err)
{
    return list_by_id(request, YS_METHOD_ITEMS_LIST, ids, count, item_id_valid, "playlist item",
                      err);
}

enum ys_status ys_request_videos(struct ys_request *request, const char *const *ids, size_t count,
                                 struct ys_error *err)
{
    return list_by_id(request, YS_METHOD_VIDEOS_LIST, ids, count, video_id_valid, "video", err);
}

enum ys_status ys_request_items(struct ys_request *request, const char *playlist_id,
                                const char *video_id, const char *page_token,
                                struct ys_error *err)
{
    begin(request, YS_METHOD_ITEMS_LIST);
    if (!playlist_id_valid(playlist_id) || (video_id != NULL && !video_id_valid(video_id))) {
        ys_request_free(request);
        return bad_id(playlist_id_valid(playlist_id) ? "video" : "playlist", err);
    }
    ys_buf_printf(&request->url, "&playlistId=%s", playlist_id);
    if (video_id != NULL) ys_buf_printf(&request->url, "&videoId=%s", video_id);
    add_paging(request, page_token);
    return finish(request, err);
}

/* ------------------------------------------------------------------ playlists */

static bool present(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void add_member(struct ys_buf *body, const char *name, const char *value)
{
    ys_buf_printf(body, "\"%s\":", name);
    ys_buf_json(body, value);
}

static enum ys_status check_fields(const struct ys_playlist_fields *fields, struct ys_error *err)
{
    size_t bytes = fields->localizations != NULL ? strlen(fields->localizations) : 0;

    if (!present(fields->title)) {
        return ys_fail(err, YS_EINVAL, "A playlist needs a title.");
    }
    if (fields->privacy <= YS_PRIVACY_UNSET || fields->privacy >= YS_PRIVACY_COUNT) {
        return ys_fail(err, YS_EINVAL,
                       "The privacy of playlist \"%s\" is not known, and YouTube takes a missing "
                       "one for public.",
                       fields->title);
    }
    if (bytes > 0 && (fields->localizations[0] != '{' || fields->localizations[bytes - 1] != '}')) {
        return ys_fail(err, YS_EINVAL, "The localizations of playlist \"%s\" are no JSON object.",
                       fields->title);
    }
    return YS_OK;
}

/* The members of a playlist resource behind the id. Title, description and privacy always;
 * what is optional only when it is there, because an empty language is an error. */
static void add_playlist(struct ys_buf *body, const struct ys_playlist_fields *fields)
{
    ys_buf_text_add(body, "\"snippet\":{");
    add_member(body, "title", fields->title);
    ys_buf_text_add(body, ",");
    add_member(body, "description", fields->description);
    if (present(fields->default_language)) {
        ys_buf_text_add(body, ",");
        add_member(body, "defaultLanguage", fields->default_language);
    }
    ys_buf_text_add(body, "},\"status\":{");
    add_member(body, "privacyStatus", ys_privacy_name(fields->privacy));
    if (present(fields->podcast_status)) {
        ys_buf_text_add(body, ",");
        add_member(body, "podcastStatus", fields->podcast_status);
    }
    ys_buf_text_add(body, "}");
    if (present(fields->localizations)) {
        ys_buf_text_add(body, ",\"localizations\":");
        ys_buf_text_add(body, fields->localizations);
    }
}

static enum ys_status write_playlist(struct ys_request *request, enum ys_method method,
                                     const char *id, const struct ys_playlist_fields *fields,
                                     struct ys_error *err)
{
    begin(request, method);
    if (present(fields->localizations)) ys_buf_text_add(&request->url, ",localizations");
    ys_buf_text_add(&request->url, "&prettyPrint=false");
    ys_buf_text_add(&request->body, "{");
    if (id != NULL) ys_buf_printf(&request->body, "\"id\":\"%s\",", id);
    add_playlist(&request->body, fields);
    ys_buf_text_add(&request->body, "}");
    return finish(request, err);
}

enum ys_status ys_request_playlist_insert(struct ys_request *request,
                                          const struct ys_playlist_fields *fields,
                                          struct ys_error *err)
{
    *request = (struct ys_request){.method = YS_METHOD_PLAYLISTS_INSERT};
    YS_TRY(check_fields(fields, err));
    return write_playlist(request, YS_METHOD_PLAYLISTS_INSERT, NULL, fields, err);
}

enum ys_status ys_request_playlist_update(struct ys_request *request, const char *id,
                                          const struct ys_playlist_fields *fields,
                                          struct ys_error *err)
{
    *request = (struct ys_request){.method = YS_METHOD_PLAYLISTS_UPDATE};
    if (!playlist_id_valid(id)) return bad_id("playlist", err);
    YS_TRY(check_fields(fields, err));
    return write_playlist(request, YS_METHOD_PLAYLISTS_UPDATE, id, fields, err);
}

static enum ys_status delete_by_id(struct ys_request *request, enum ys_method method,
                                   const char *id, struct ys_error *err)
{
    begin(request, method);
    ys_buf_printf(&request->url, "id=%s&prettyPrint=false", id);
    return finish(request, err);
}

enum ys_status ys_request_playlist_delete(struct ys_request *request, const char *id,
                                          struct ys_error *err)
{
    *request = (struct ys_request){.method = YS_METHOD_PLAYLISTS_DELETE};
    if (!playlist_id_valid(id)) return bad_id("playlist", err);
    return delete_by_id(request, YS_METHOD_PLAYLISTS_DELETE, id, err);
}

/* ------------------------------------------------------------------ items */

static enum ys_status write_item(struct ys_request *request, enum ys_method method,
                                 const char *item_id, const char *playlist_id,
                                 const char *video_id, int64_t position, struct ys_error *err)
{
    *request = (struct ys_request){.method = method};
    if (!playlist_id_valid(playlist_id)) return bad_id("playlist", err);
    if (!video_id_valid(video_id)) return bad_id("video", err);
    if (position < -1 || position > YS_PLAYLIST_ITEMS_MAX) {
        return ys_fail(err, YS_EINVAL, "A playlist has no position %" PRId64 ".", position);
    }
    begin(request, method);
    ys_buf_text_add(&request->url, "&prettyPrint=false");
    ys_buf_text_add(&request->body, "{");
    if (item_id != NULL) ys_buf_printf(&request->body, "\"id\":\"%s\",", item_id);
    ys_buf_printf(&request->body, "\"snippet\":{\"playlistId\":\"%s\",", playlist_id);
    /* 0 is sent as it is: without a position YouTube appends (YOUTUBE_API section 4). */
    if (position >= 0) ys_buf_printf(&request->body, "\"position\":%" PRId64 ",", position);
    ys_buf_printf(&request->body,
                  "\"resourceId\":{\"kind\":\"youtube#video\",\"videoId\":\"%s\"}}}", video_id);
    return finish(request, err);
}

enum ys_status ys_request_item_insert(struct ys_request *request, const char *playlist_id,
                                      const char *video_id, int64_t position,
                                      struct ys_error *err)
{
    return write_item(request, YS_METHOD_ITEMS_INSERT, NULL, playlist_id, video_id, position,
                      err);
}

enum ys_status ys_request_item_update(struct ys_request *request, const char *item_id,
                                      const char *playlist_id, const char *video_id,
                                      int64_t position, struct ys_error *err)
{
    *request = (struct ys_request){.method = YS_METHOD_ITEMS_UPDATE};
    if (!item_id_valid(item_id)) return bad_id("playlist item", err);
    return write_item(request, YS_METHOD_ITEMS_UPDATE, item_id, playlist_id, video_id, position,
                      err);
}

enum ys_status ys_request_item_delete(struct ys_request *request, const char *item_id,
                                      struct ys_error *err)
{
    *request = (struct ys_request){.method = YS_METHOD_ITEMS_DELETE};
    if (!item_id_valid(item_id)) return bad_id("playlist item", err);
    return delete_by_id(request, YS_METHOD_ITEMS_DELETE, item_id, err);
}
