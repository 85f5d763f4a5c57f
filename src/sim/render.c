/* render.c: resources as the API writes them. Field names, their order and what is left out
 * follow recorded replies. Etags are hashes of what a resource says, without pictures: a
 * playlist's does not change when two of its items are swapped. */
#include <string.h>

#include "base/time.h"
#include "sim/api.h"

static void text_field(struct ys_buf *out, const char *name, const char *value)
{
    ys_buf_printf(out, "\"%s\":", name);
    ys_buf_json(out, value ? value : "");
}

static void time_field(struct ys_buf *out, const char *name, int64_t ms)
{
    char text[YS_TIME_TEXT_BYTES];
    ys_time_text(ms - ((ms % 1000) + 1000) % 1000, text);
    ys_buf_printf(out, "\"%s\":\"%s\"", name, text);
}

/* The five pictures of a video; NULL or "": the three of a playlist without any. */
static void thumbnails(struct ys_buf *out, const char *video_id)
{
    static const struct { const char *key, *file; int width, height; } sizes[] = {
        {"default", "default", 120, 90},    {"medium", "mqdefault", 320, 180},
        {"high", "hqdefault", 480, 360},    {"standard", "sddefault", 640, 480},
        {"maxres", "maxresdefault", 1280, 720}};
    bool none = !video_id || !*video_id;
    ys_buf_text_add(out, "\"thumbnails\":{");
    for (size_t i = 0; i < (none ? 3u : 5u); i++) {
        ys_buf_printf(out, "%s\"%s\":{\"url\":\"https://i.ytimg.com/", i ? "," : "",
                      sizes[i].key);
        if (none) ys_buf_text_add(out, "img/no_thumbnail.jpg");
        else ys_buf_printf(out, "vi/%s/%s.jpg", video_id, sizes[i].file);
        ys_buf_printf(out, "\",\"width\":%d,\"height\":%d}", sizes[i].width, sizes[i].height);
    }
    ys_buf_text_add(out, "}");
}

static void localized(struct ys_buf *out, const char *title, const char *description)
{
    ys_buf_text_add(out, ",\"localized\":{");
    text_field(out, "title", title);
    ys_buf_text_add(out, ",");
    text_field(out, "description", description);
    ys_buf_text_add(out, "}");
}

/* {"kind":...,"etag":...,"id":... and the hash of the resource into the page's. */
static void head(struct ys_buf *out, const char *kind, const char *id,
                 const struct ys_sim_hash *own, struct ys_sim_hash *hash)
{
    char etag[YS_SIM_ETAG_BYTES];
    ys_sim_hash_etag(own, etag);
    ys_buf_printf(out, "{\"kind\":\"%s\",\"etag\":\"%s\",", kind, etag);
    text_field(out, "id", id);
    if (hash) ys_sim_hash_text(hash, etag);
}

void ys_sim_render_playlist(struct ys_buf *out, const struct ys_sim_pl_row *row, unsigned parts,
                            struct ys_sim_hash *hash)
{
    struct ys_sim_hash own;
    ys_sim_hash_init(&own);
    ys_sim_hash_text(&own, row->id);
    ys_sim_hash_text(&own, row->title);
    ys_sim_hash_text(&own, row->description);
    ys_sim_hash_int(&own, (int64_t)row->privacy * 65536 + row->items);
    ys_sim_hash_int(&own, parts);
    head(out, "youtube#playlist", row->id, &own, hash);
    if (parts & YS_SIM_PART_SNIPPET) {
        ys_buf_text_add(out, ",\"snippet\":{");
        time_field(out, "publishedAt", row->published_ms);
        ys_buf_text_add(out, ",");
        text_field(out, "channelId", row->channel_id);
        ys_buf_text_add(out, ",");
        text_field(out, "title", row->title);
        ys_buf_text_add(out, ",");
        text_field(out, "description", row->description);
        ys_buf_text_add(out, ",");
        thumbnails(out, row->thumb_video_id);
        ys_buf_text_add(out, ",");
        text_field(out, "channelTitle", row->channel_title);
        if (row->language && *row->language) {
            ys_buf_text_add(out, ",");
            text_field(out, "defaultLanguage", row->language);
        }
        localized(out, row->title, row->description);
        ys_buf_text_add(out, "}");
    }
    if (parts & YS_SIM_PART_STATUS)
        ys_buf_printf(out, ",\"status\":{\"privacyStatus\":\"%s\"}",
                      ys_privacy_name(row->privacy));
    if (parts & YS_SIM_PART_CONTENT)
        ys_buf_printf(out, ",\"contentDetails\":{\"itemCount\":%lld}", (long long)row->items);
    if (parts & YS_SIM_PART_PLAYER) {
        ys_buf_text_add(out, ",\"player\":{\"embedHtml\":");
        ys_buf_json(out, "<iframe width=\"640\" height=\"360\" src=\"http://www.youtube.com/"
                         "embed/videoseries\" frameborder=\"0\" allowfullscreen></iframe>");
        ys_buf_text_add(out, "}");
    }
    ys_buf_text_add(out, "}");
}

/* ------------------------------------------------------------------ items */

static void item_snippet(struct ys_buf *out, const struct ys_sim_it_row *row, bool shown)
{
    const char *title = row->title, *description = row->description;
    if (!shown) {
        bool is_private = row->availability == YS_AVAILABILITY_PRIVATE;
        title = is_private ? "Private video" : "Deleted video";
        description = is_private ? "This video is private." : "This video is unavailable.";
    }
    ys_buf_text_add(out, ",\"snippet\":{");
    time_field(out, "publishedAt", row->added_ms);
    ys_buf_text_add(out, ",");
    text_field(out, "channelId", row->channel_id);
    ys_buf_text_add(out, ",");
    text_field(out, "title", title);
    ys_buf_text_add(out, ",");
    text_field(out, "description", description);
    ys_buf_text_add(out, ",");
    if (shown) thumbnails(out, row->video_id);
    else ys_buf_text_add(out, "\"thumbnails\":{}");
    ys_buf_text_add(out, ",");
    text_field(out, "channelTitle", row->channel_title);
    ys_buf_text_add(out, ",");
    text_field(out, "playlistId", row->playlist_id);
    ys_buf_printf(out, ",\"position\":%lld,\"resourceId\":{\"kind\":\"youtube#video\",",
                  (long long)row->position);
    text_field(out, "videoId", row->video_id);
    ys_buf_text_add(out, "}");
    if (shown) {
        ys_buf_text_add(out, ",");
        text_field(out, "videoOwnerChannelTitle", row->owner_title);
        ys_buf_text_add(out, ",");
        text_field(out, "videoOwnerChannelId", row->owner_id);
    }
    ys_buf_text_add(out, "}");
}

void ys_sim_render_item(struct ys_buf *out, const struct ys_sim_it_row *row, unsigned parts,
                        struct ys_sim_hash *hash)
{
    static const char *const privacy[] = {"public", "private", "privacyStatusUnspecified"};
    struct ys_sim_hash own;
    bool shown = row->availability == YS_AVAILABILITY_LIVE ||
                 (row->availability == YS_AVAILABILITY_PRIVATE && row->own);
    ys_sim_hash_init(&own);
    ys_sim_hash_text(&own, row->id);
    ys_sim_hash_text(&own, row->video_id);
    ys_sim_hash_text(&own, row->title);
    ys_sim_hash_text(&own, row->note);
    ys_sim_hash_int(&own, row->position * 8 + (int64_t)row->availability);
    ys_sim_hash_int(&own, parts);
    head(out, "youtube#playlistItem", row->id, &own, hash);
    if (parts & YS_SIM_PART_SNIPPET) item_snippet(out, row, shown);
    if (parts & YS_SIM_PART_CONTENT) {
        ys_buf_text_add(out, ",\"contentDetails\":{");
        text_field(out, "videoId", row->video_id);
        if (*row->note) {
            ys_buf_text_add(out, ",");
            text_field(out, "note", row->note);
        }
        if (shown) {
            ys_buf_text_add(out, ",");
            time_field(out, "videoPublishedAt", row->video_published_ms);
        }
        ys_buf_text_add(out, "}");
    }
    if (parts & YS_SIM_PART_STATUS)
        ys_buf_printf(out, ",\"status\":{\"privacyStatus\":\"%s\"}", privacy[row->availability]);
    ys_buf_text_add(out, "}");
}

/* ------------------------------------------------------------------ videos, channels */

static void duration(struct ys_buf *out, int64_t seconds)
{
    int64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
    ys_buf_text_add(out, "\"duration\":\"P");
    if (days) ys_buf_printf(out, "%lldD", (long long)days);
    ys_buf_text_add(out, "T");
    if (hours) ys_buf_printf(out, "%lldH", (long long)hours);
    if (minutes) ys_buf_printf(out, "%lldM", (long long)minutes);
    if (seconds % 60 || seconds < 60) ys_buf_printf(out, "%lldS", (long long)(seconds % 60));
    ys_buf_text_add(out, "\"");
}

static void video_snippet(struct ys_buf *out, const struct ys_sim_vid_row *row)
{
    ys_buf_text_add(out, ",\"snippet\":{");
    time_field(out, "publishedAt", row->published_ms);
    ys_buf_text_add(out, ",");
    text_field(out, "channelId", row->channel_id);
    ys_buf_text_add(out, ",");
    text_field(out, "title", row->title);
    ys_buf_text_add(out, ",");
    text_field(out, "description", row->description);
    ys_buf_text_add(out, ",");
    thumbnails(out, row->id);
    ys_buf_text_add(out, ",");
    text_field(out, "channelTitle", row->channel_title);
    if (strcmp(row->tags_json, "[]") != 0) ys_buf_printf(out, ",\"tags\":%s", row->tags_json);
    ys_buf_printf(out, ",\"categoryId\":\"%lld\",\"liveBroadcastContent\":\"none\"",
                  (long long)row->category_id);
    localized(out, row->title, row->description);
    ys_buf_text_add(out, "}");
}

void ys_sim_render_video(struct ys_buf *out, const struct ys_sim_vid_row *row, unsigned parts,
                         struct ys_sim_hash *hash)
{
    struct ys_sim_hash own;
    ys_sim_hash_init(&own);
    ys_sim_hash_text(&own, row->id);
    ys_sim_hash_text(&own, row->title);
    ys_sim_hash_text(&own, row->description);
    ys_sim_hash_text(&own, row->tags_json);
    ys_sim_hash_int(&own, parts);
    head(out, "youtube#video", row->id, &own, hash);
    if (parts & YS_SIM_PART_SNIPPET) video_snippet(out, row);
    if (parts & YS_SIM_PART_CONTENT) {
        ys_buf_text_add(out, ",\"contentDetails\":{");
        duration(out, row->duration_s);
        ys_buf_text_add(out, ",\"dimension\":\"2d\",\"definition\":\"hd\",\"caption\":\"false\","
                             "\"licensedContent\":true,\"contentRating\":{},"
                             "\"projection\":\"rectangular\"}");
    }
    if (parts & YS_SIM_PART_STATUS)
        ys_buf_printf(out,
                      ",\"status\":{\"uploadStatus\":\"processed\",\"privacyStatus\":\"%s\","
                      "\"license\":\"youtube\",\"embeddable\":true,"
                      "\"publicStatsViewable\":true,\"madeForKids\":false}",
                      row->availability == YS_AVAILABILITY_PRIVATE ? "private" : "public");
    if (parts & YS_SIM_PART_STATISTICS) {
        uint64_t views = own.a % 900000 + 100;
        ys_buf_printf(out,
                      ",\"statistics\":{\"viewCount\":\"%llu\",\"likeCount\":\"%llu\","
                      "\"favoriteCount\":\"0\",\"commentCount\":\"%llu\"}",
                      (unsigned long long)views, (unsigned long long)(views / 40),
                      (unsigned long long)(views / 500));
    }
    ys_buf_text_add(out, "}");
}

void ys_sim_render_channel(struct ys_buf *out, const struct ys_sim_ch_row *row, unsigned parts,
                           struct ys_sim_hash *hash)
{
    struct ys_sim_hash own;
    ys_sim_hash_init(&own);
    ys_sim_hash_text(&own, row->id);
    ys_sim_hash_text(&own, row->title);
    ys_sim_hash_int(&own, parts);
    head(out, "youtube#channel", row->id, &own, hash);
    if (parts & YS_SIM_PART_SNIPPET) {
        ys_buf_text_add(out, ",\"snippet\":{");
        text_field(out, "title", row->title);
        ys_buf_text_add(out, ",\"description\":\"\",");
        time_field(out, "publishedAt", row->created_ms);
        ys_buf_text_add(out, ",\"thumbnails\":{\"default\":{\"url\":\"https://yt3.ggpht.com/"
                             "simulated=s88-c-k-c0x00ffffff-no-rj\",\"width\":88,"
                             "\"height\":88}}");
        localized(out, row->title, "");
        ys_buf_text_add(out, "}");
    }
    if (parts & YS_SIM_PART_CONTENT)
        ys_buf_printf(out,
                      ",\"contentDetails\":{\"relatedPlaylists\":{\"likes\":\"LL\","
                      "\"uploads\":\"UU%s\"}}",
                      strlen(row->id) > 2 ? row->id + 2 : "");
    if (parts & YS_SIM_PART_STATISTICS)
        ys_buf_printf(out,
                      ",\"statistics\":{\"viewCount\":\"0\",\"subscriberCount\":\"0\","
                      "\"hiddenSubscriberCount\":false,\"videoCount\":\"%lld\"}",
                      (long long)row->videos);
    if (parts & YS_SIM_PART_STATUS)
        ys_buf_text_add(out, ",\"status\":{\"privacyStatus\":\"public\",\"isLinked\":true,"
                             "\"longUploadsStatus\":\"longUploadsUnspecified\"}");
    ys_buf_text_add(out, "}");
}
