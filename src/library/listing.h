/* listing.h: reading whole playlists item by item.
 *
 * A read of several pages is no snapshot (YOUTUBE_API section 4). A listing is `clean` when its
 * positions are exactly 0..n-1, no item id came twice and the count equals totalResults. One that
 * is not is read again; when the repeat gives the same rows it is taken as `stable` (some
 * playlists are never clean). Otherwise YS_ESHIFTING. A failed or partial read is an error, never
 * a short list. */
#ifndef YS_LIBRARY_LISTING_H
#define YS_LIBRARY_LISTING_H

#include "store/library.h"
#include "youtube/client.h"

#define YS_LISTING_ATTEMPTS_MAX 4
/* More rows than a playlist can hold means that something is wrong (5,000 plus what may be
 * doubled over pages). */
#define YS_LISTING_ROWS_MAX (2 * YS_PLAYLIST_ITEMS_MAX)

struct ys_listed_item {
    char id[YS_ID_BYTES];
    char video_id[16];
    int64_t position, added_at_ms;
    enum ys_availability availability;
    char *title, *channel;      /* owned by the listing */
};

struct ys_listing {
    char playlist_id[YS_ID_BYTES];
    struct ys_listed_item *items; /* by position, each item id once */
    size_t count;
    int64_t total_results;
    bool clean;
    bool gone;                  /* 404 playlistNotFound; then there are no items */
    bool refused;               /* 403/400: cannot be listed; message says why */
    char message[256];
    int64_t begun_at_ms;        /* server wall time when its last attempt began */
    int64_t begun_mono_ms;
};

void ys_listing_free(struct ys_listing *listing);
/* Copies of a video in the listing; the first one's index through *first when not NULL. */
size_t ys_listing_copies(const struct ys_listing *listing, const char *video_id, size_t *first);
/* The item of that id, or NULL. */
const struct ys_listed_item *ys_listing_find(const struct ys_listing *listing,
                                             const char *item_id);

/* Reads the named playlists, several at once, and hands each finished listing over, inside the
 * turn's transaction; the listing is freed afterwards. Returns the first failure. *units (may
 * be NULL) is kept up to date, so that `done` can look at it. */
typedef enum ys_status (*ys_listing_fn)(void *ctx, const struct ys_listing *listing,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_listings_read(struct ys_client *client,
                                           const char *const *playlist_ids, size_t count,
                                           int64_t job_id, ys_listing_fn done, void *ctx,
                                           int64_t *units, struct ys_error *err);
/* One playlist; *out is the caller's to free on YS_OK. */
YS_CHECKED enum ys_status ys_listing_read(struct ys_client *client, const char *playlist_id,
                                          int64_t job_id, struct ys_listing *out,
                                          struct ys_error *err);
/* Replaces the stored items of the playlist by the listing (not for gone or refused ones);
 * inside a transaction. The playlist must be in the store. */
YS_CHECKED enum ys_status ys_listing_store(struct ys_store *store,
                                           const struct ys_listing *listing,
                                           struct ys_error *err);

#endif
