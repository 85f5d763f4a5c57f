/* fuzz_reply.c: replies of the API as structs. Whatever comes, a row that reaches the caller has
 * what callers rely on, and a page that is taken has told all its rows. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "youtube/response.h"

#define FNV_PRIME UINT64_C(1099511628211)

struct seen {
    int64_t rows;
    uint64_t digest;       /* of everything that was told, in order */
};

static void tell_number(struct seen *seen, int64_t number)
{
    seen->digest = (seen->digest ^ (uint64_t)number) * FNV_PRIME;
}

static void tell(struct seen *seen, const char *text)
{
    FUZZ_CHECK(text != NULL);
    FUZZ_CHECK(ys_utf8_valid(text, strlen(text)));
    for (; *text != '\0'; text++) tell_number(seen, (unsigned char)*text);
    tell_number(seen, 0x100);
}

static void check_id(const char *id)
{
    FUZZ_CHECK(id[0] != '\0' && strlen(id) < YS_ID_BYTES);
    FUZZ_CHECK(strpbrk(id, " /?&%#\"'\\\r\n\t") == NULL);
}

static void check_json(const char *text, const char *type)
{
    struct ys_error err = {0};
    char *copy = ys_dup(text);

    FUZZ_CHECK(copy != NULL);
    FUZZ_CHECK(ys_json_check(fuzz_reader(), copy, strlen(copy), &err) == YS_OK);
    FUZZ_CHECK(copy[0] == type[0]);
    free(copy);
}

static enum ys_status each_channel(void *ctx, const struct ys_api_channel *channel,
                                   struct ys_error *err)
{
    struct seen *seen = ctx;

    (void)err;
    seen->rows++;
    check_id(channel->id);
    tell(seen, channel->id);
    tell(seen, channel->title);
    return YS_OK;
}

static enum ys_status each_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                    struct ys_error *err)
{
    struct seen *seen = ctx;

    (void)err;
    seen->rows++;
    check_id(playlist->id);
    FUZZ_CHECK(ys_playlist_id_valid(playlist->id));
    FUZZ_CHECK((int)playlist->privacy >= 0 && playlist->privacy < YS_PRIVACY_COUNT);
    FUZZ_CHECK(playlist->item_count >= -1);
    if (playlist->localizations[0] != '\0') check_json(playlist->localizations, "{");
    tell(seen, playlist->id);
    tell(seen, playlist->etag);
    tell(seen, playlist->channel_id);
    tell(seen, playlist->title);
    tell(seen, playlist->description);
    tell(seen, playlist->default_language);
    tell(seen, playlist->localizations);
    tell(seen, playlist->podcast_status);
    tell_number(seen, playlist->published_at_ms);
    return YS_OK;
}

static enum ys_status each_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct seen *seen = ctx;

    (void)err;
    seen->rows++;
    check_id(item->id);
    check_id(item->playlist_id);
    check_id(item->video_id);
    FUZZ_CHECK(item->position >= 0);
    FUZZ_CHECK((int)item->availability >= 0 && item->availability < YS_AVAILABILITY_COUNT);
    if (item->availability != YS_AVAILABILITY_LIVE) FUZZ_CHECK(item->title[0] == '\0');
    tell(seen, item->id);
    tell(seen, item->etag);
    tell(seen, item->playlist_id);
    tell(seen, item->video_id);
    tell(seen, item->title);
    tell(seen, item->owner_title);
    tell_number(seen, item->position);
    tell_number(seen, item->added_at_ms);
    return YS_OK;
}

static enum ys_status each_video(void *ctx, const struct ys_api_video *video,
                                 struct ys_error *err)
{
    struct seen *seen = ctx;

    (void)err;
    seen->rows++;
    check_id(video->id);
    check_json(video->tags, "[");
    FUZZ_CHECK(video->duration_s >= -1);
    tell(seen, video->id);
    tell(seen, video->title);
    tell(seen, video->description);
    tell(seen, video->channel_title);
    tell(seen, video->tags);
    tell_number(seen, video->duration_s);
    tell_number(seen, video->published_at_ms);
    return YS_OK;
}

static enum ys_status parse(int kind, struct ys_buf *body, struct ys_page *page,
                            struct seen *seen, struct ys_error *err)
{
    struct ys_json *json = fuzz_reader();

    switch (kind) {
    case 0: return ys_parse_channels(json, body, page, each_channel, seen, err);
    case 1: return ys_parse_playlists(json, body, page, each_playlist, seen, err);
    case 2: return ys_parse_items(json, body, page, each_item, seen, err);
    case 3: return ys_parse_videos(json, body, page, each_video, seen, err);
    case 4: return ys_parse_playlist(json, body, each_playlist, seen, err);
    default: return ys_parse_item(json, body, each_item, seen, err);
    }
}

void fuzz_reply(const uint8_t *data, size_t bytes)
{
    struct ys_buf body;
    struct ys_page page = {.rows = -2}, again;
    struct seen first = {0}, second = {0};
    struct ys_error err = {0}, err_again = {0};
    enum ys_status status;
    int kind;

    if (bytes == 0) return;
    kind = data[0] % 6; /* '0' is 0 */
    body = fuzz_buf(data + 1, bytes - 1);
    status = parse(kind, &body, &page, &first, &err);
    fuzz_check_error(status, &err, YS_EREPLY, YS_OK);
    FUZZ_CHECK(first.rows <= YS_PAGE_ROWS_MAX);
    if (status == YS_OK && kind < 4) {
        FUZZ_CHECK(page.rows == first.rows);
        FUZZ_CHECK(page.total_results >= -1);
        FUZZ_CHECK(strlen(page.next_page_token) < YS_PAGE_TOKEN_BYTES);
        FUZZ_CHECK(strlen(page.etag) < sizeof page.etag);
    }
    if (status == YS_OK && kind >= 4) FUZZ_CHECK(first.rows == 1);
    /* The body was cleaned, which changes nothing of what it says. */
    again = page;
    FUZZ_CHECK(parse(kind, &body, &again, &second, &err_again) == status);
    FUZZ_CHECK(first.rows == second.rows && first.digest == second.digest);
    ys_buf_free(&body);
}
