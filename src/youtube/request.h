/* request.h: building the requests that ytsync can send; there are no others.
 *
 * Privacy, title and description are always sent: what an update leaves out of a named part is
 * wiped, and an omitted privacy means public (YOUTUBE_API section 4). A playlist whose privacy
 * is not known (YS_PRIVACY_UNSET) can therefore not be sent: YS_EINVAL. */
#ifndef YS_YOUTUBE_REQUEST_H
#define YS_YOUTUBE_REQUEST_H

#include "youtube/methods.h"

#define YS_URL_BYTES_MAX ((size_t)8 << 10)
#define YS_BODY_BYTES_MAX ((size_t)256 << 10)

/* A request without credentials. Owns its buffers; free with ys_request_free. */
struct ys_request {
    enum ys_method method;
    struct ys_buf url;          /* path and query; the base URL is put before it when sent */
    struct ys_buf body;         /* empty for none */
    char if_none_match[128];    /* "" for none */
};

/* All mutable fields of a playlist that ytsync reads and sends back. */
struct ys_playlist_fields {
    const char *title;
    const char *description;
    enum ys_privacy privacy;
    const char *default_language;  /* "" for none */
    const char *localizations;     /* JSON object or "" for none */
    const char *podcast_status;    /* status.podcastStatus as read, "" or NULL for none */
};

void ys_request_free(struct ys_request *request);

/* Each initialises *request (which must not own anything) and fails with YS_EINVAL on an id of
 * impossible form, YS_ETOOBIG or YS_ENOMEM. page_token "" or NULL: the first page. */
YS_CHECKED enum ys_status ys_request_channel(struct ys_request *request, struct ys_error *err);
YS_CHECKED enum ys_status ys_request_playlists(struct ys_request *request,
                                               const char *page_token, struct ys_error *err);
YS_CHECKED enum ys_status ys_request_playlists_by_id(struct ys_request *request,
                                                     const char *const *ids, size_t count,
                                                     struct ys_error *err);
YS_CHECKED enum ys_status ys_request_playlist_insert(struct ys_request *request,
                                                     const struct ys_playlist_fields *fields,
                                                     struct ys_error *err);
YS_CHECKED enum ys_status ys_request_playlist_update(struct ys_request *request, const char *id,
                                                     const struct ys_playlist_fields *fields,
                                                     struct ys_error *err);
YS_CHECKED enum ys_status ys_request_playlist_delete(struct ys_request *request, const char *id,
                                                     struct ys_error *err);
/* video_id NULL: the whole playlist. */
YS_CHECKED enum ys_status ys_request_items(struct ys_request *request, const char *playlist_id,
                                           const char *video_id, const char *page_token,
                                           struct ys_error *err);
YS_CHECKED enum ys_status ys_request_items_by_id(struct ys_request *request,
                                                 const char *const *ids, size_t count,
                                                 struct ys_error *err);
/* position -1: append (none is sent). */
YS_CHECKED enum ys_status ys_request_item_insert(struct ys_request *request,
                                                 const char *playlist_id, const char *video_id,
                                                 int64_t position, struct ys_error *err);
YS_CHECKED enum ys_status ys_request_item_update(struct ys_request *request, const char *item_id,
                                                 const char *playlist_id, const char *video_id,
                                                 int64_t position, struct ys_error *err);
YS_CHECKED enum ys_status ys_request_item_delete(struct ys_request *request, const char *item_id,
                                                 struct ys_error *err);
YS_CHECKED enum ys_status ys_request_videos(struct ys_request *request, const char *const *ids,
                                            size_t count, struct ys_error *err);

#endif
