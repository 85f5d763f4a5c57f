/* response.h: replies as plain structs. Text pointers are valid during the callback.
 *
 * A reply of the wrong kind or shape, or with an unknown enum value that matters, is
 * YS_EREPLY with a message that names the field; it is never an empty list. */
#ifndef YS_YOUTUBE_RESPONSE_H
#define YS_YOUTUBE_RESPONSE_H

#include "net/json.h"
#include "youtube/methods.h"

#define YS_PAGE_TOKEN_BYTES 1024

struct ys_page {
    char etag[128];
    char next_page_token[YS_PAGE_TOKEN_BYTES]; /* "": the last page */
    int64_t total_results;                     /* -1: not said */
    int64_t rows;                              /* items in this page */
};

struct ys_api_channel {
    const char *id, *title;
};

struct ys_api_playlist {
    const char *id, *etag, *channel_id, *title, *description;
    enum ys_privacy privacy;
    const char *default_language;  /* "" for none */
    const char *localizations;     /* JSON object or "" */
    const char *podcast_status;    /* "" for none */
    int64_t item_count;            /* -1: not in the reply */
    int64_t published_at_ms;
};

struct ys_api_item {
    const char *id, *etag, *playlist_id, *video_id;
    int64_t position;
    int64_t added_at_ms;
    const char *title;             /* "" for a deleted or private entry (not its stand-in) */
    const char *owner_title;       /* the video's channel, "" when not said */
    enum ys_availability availability; /* from the status part; LIVE when it is absent */
};

struct ys_api_video {
    const char *id, *title, *description, *channel_title, *channel_id;
    const char *tags;              /* JSON array, "[]" for none */
    int64_t duration_s;            /* -1: not known */
    int64_t published_at_ms;
};

typedef enum ys_status (*ys_api_channel_fn)(void *ctx, const struct ys_api_channel *channel,
                                            struct ys_error *err);
typedef enum ys_status (*ys_api_playlist_fn)(void *ctx, const struct ys_api_playlist *playlist,
                                             struct ys_error *err);
typedef enum ys_status (*ys_api_item_fn)(void *ctx, const struct ys_api_item *item,
                                         struct ys_error *err);
typedef enum ys_status (*ys_api_video_fn)(void *ctx, const struct ys_api_video *video,
                                          struct ys_error *err);

/* List replies. `body` is cleaned in place. *page may be NULL. An absent `items` key is an empty
 * list only for channels.list (YOUTUBE_API section 2). */
YS_CHECKED enum ys_status ys_parse_channels(struct ys_json *json, struct ys_buf *body,
                                            struct ys_page *page, ys_api_channel_fn each,
                                            void *ctx, struct ys_error *err);
YS_CHECKED enum ys_status ys_parse_playlists(struct ys_json *json, struct ys_buf *body,
                                             struct ys_page *page, ys_api_playlist_fn each,
                                             void *ctx, struct ys_error *err);
YS_CHECKED enum ys_status ys_parse_items(struct ys_json *json, struct ys_buf *body,
                                         struct ys_page *page, ys_api_item_fn each, void *ctx,
                                         struct ys_error *err);
YS_CHECKED enum ys_status ys_parse_videos(struct ys_json *json, struct ys_buf *body,
                                          struct ys_page *page, ys_api_video_fn each, void *ctx,
                                          struct ys_error *err);

/* What insert and update answer: one resource. */
YS_CHECKED enum ys_status ys_parse_playlist(struct ys_json *json, struct ys_buf *body,
                                            ys_api_playlist_fn each, void *ctx,
                                            struct ys_error *err);
YS_CHECKED enum ys_status ys_parse_item(struct ys_json *json, struct ys_buf *body,
                                        ys_api_item_fn each, void *ctx, struct ys_error *err);

#endif
