/* export.h: walking all that the store holds of one account, for backups. Rows come in a fixed
 * order, so that two backups of one state are equal. A callback returns false to stop the walk
 * (which then returns YS_OK); its row's text is valid during the call.
 *
 * What belongs to an account: its live playlists with their items, the origins in playlists that
 * it has or ever had, its categories, and the videos that any of these name. */
#ifndef YS_STORE_EXPORT_H
#define YS_STORE_EXPORT_H

#include "store/library.h"

struct ys_library_counts {
    int64_t playlists, items;  /* live playlists and their rows */
    int64_t videos;            /* distinct ones in them */
};
YS_CHECKED enum ys_status ys_library_count(struct ys_store *store, int64_t account_id,
                                           struct ys_library_counts *out, struct ys_error *err);

/* The account itself; YS_ENOTFOUND when there is none of that row id. */
YS_CHECKED enum ys_status ys_export_account(struct ys_store *store, int64_t account_id,
                                            struct ys_channel_record *out, struct ys_error *err);

struct ys_row_video {
    const char *youtube_id, *title, *channel, *description, *tags; /* tags: a JSON array */
    int64_t duration_s, published_at_ms, fetched_at_ms;
    enum ys_availability availability;
};
typedef bool (*ys_row_video_fn)(void *ctx, const struct ys_row_video *row);
/* By id. */
YS_CHECKED enum ys_status ys_export_videos(struct ys_store *store, int64_t account_id,
                                           ys_row_video_fn each, void *ctx,
                                           struct ys_error *err);

struct ys_row_origin {
    const char *video_id, *playlist_id, *playlist_title;
    int64_t added_at_ms;
};
typedef bool (*ys_row_origin_fn)(void *ctx, const struct ys_row_origin *row);
/* By playlist, then video. */
YS_CHECKED enum ys_status ys_export_origins(struct ys_store *store, int64_t account_id,
                                            ys_row_origin_fn each, void *ctx,
                                            struct ys_error *err);

struct ys_row_category {
    const char *key, *title, *playlist_id; /* playlist_id "": none yet */
    bool is_protected;
};
typedef bool (*ys_row_category_fn)(void *ctx, const struct ys_row_category *row);
/* By key. */
YS_CHECKED enum ys_status ys_export_categories(struct ys_store *store, int64_t account_id,
                                               ys_row_category_fn each, void *ctx,
                                               struct ys_error *err);

struct ys_row_category_video {
    const char *category, *video_id, *rule;
    int64_t nth, rank;
};
typedef bool (*ys_row_category_video_fn)(void *ctx, const struct ys_row_category_video *row);
/* By category key, then rank, then video. */
YS_CHECKED enum ys_status ys_export_category_videos(struct ys_store *store, int64_t account_id,
                                                    ys_row_category_video_fn each, void *ctx,
                                                    struct ys_error *err);

#endif
