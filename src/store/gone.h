/* gone.h: videos that have become private or were deleted: what is still known of them. Their rows
 * outlive their entries, so none is ever silently dropped. */
#ifndef YS_STORE_GONE_H
#define YS_STORE_GONE_H

#include "store/library.h"

struct ys_row_gone {
    const char *youtube_id, *title, *channel; /* the last that were known; "" for none */
    enum ys_availability availability;
    int64_t live_at_ms;        /* when it was last seen live, 0 when it never was */
    const char *here;          /* titles of the playlists that hold it now, "a; b" */
    const char *before;        /* and of those that once did */
};
typedef bool (*ys_row_gone_fn)(void *ctx, const struct ys_row_gone *row);

/* How many there are of the account: in its playlists, or once seen there. */
YS_CHECKED enum ys_status ys_gone_count(struct ys_store *store, int64_t account_id,
                                        int64_t *count, struct ys_error *err);
/* By video id. The callback returns false to stop. */
YS_CHECKED enum ys_status ys_gone_walk(struct ys_store *store, int64_t account_id,
                                       ys_row_gone_fn each, void *ctx, struct ys_error *err);
/* Ids of those of which no title is known, of all accounts, by id. */
YS_CHECKED enum ys_status ys_gone_untitled(struct ys_store *store, ys_id_fn each, void *ctx,
                                           struct ys_error *err);
/* Names one of which no title is known. Inside a transaction. */
YS_CHECKED enum ys_status ys_gone_name(struct ys_store *store, const char *youtube_id,
                                       const char *title, const char *channel,
                                       struct ys_error *err);

#endif
