/* library.h: queries over the stored library: accounts, playlists, items, videos, origins,
 * categories. Writers run inside a transaction that the caller began. A callback may run other
 * queries, but neither the walk that it is called from nor writes to what is walked. */
#ifndef YS_STORE_LIBRARY_H
#define YS_STORE_LIBRARY_H

#include "store/store.h"

struct ys_row_playlist {
    int64_t id, account_id;
    const char *youtube_id, *title, *description, *default_language, *localizations, *etag;
    const char *podcast_status;
    enum ys_privacy privacy;
    int64_t item_count, published_at_ms, fetched_at_ms;
    int64_t listed_at_ms, listed_count;
    const char *listed_etag;
    bool self_sorted;
    int64_t made_by_job, deleted_at_ms;
    const char *category;      /* key of the category that it carries, "" for none */
    int64_t rows;              /* items in the store */
    enum ys_source source;
};

struct ys_row_item {
    const char *youtube_id, *playlist_id, *video_id; /* all YouTube's ids */
    int64_t position, added_at_ms;
    enum ys_availability availability;               /* of the video */
    const char *title, *channel;                     /* of the video, last known; "" unknown */
};

typedef bool (*ys_row_playlist_fn)(void *ctx, const struct ys_row_playlist *row);
typedef bool (*ys_row_item_fn)(void *ctx, const struct ys_row_item *row);

/* ---- accounts */
/* Stores or renews the account of a channel and returns its row id. */
YS_CHECKED enum ys_status ys_account_put(struct ys_store *store, const char *channel_id,
                                         const char *title, int64_t *id_out,
                                         struct ys_error *err);
/* The account last fetched; *id_out 0 when there is none. */
YS_CHECKED enum ys_status ys_account_get(struct ys_store *store, int64_t *id_out,
                                         struct ys_channel_record *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_account_fetched(struct ys_store *store, int64_t id, int64_t at_ms,
                                             struct ys_error *err);

/* ---- playlists */
/* Inserts or renews by youtube_id. Reads of row: youtube_id, title, description,
 * default_language, localizations, podcast_status, privacy, item_count (kept when -1), etag,
 * published_at_ms, fetched_at_ms; made_by_job is set when not 0. Clears deleted_from_youtube_at. An
 * existing row of another account is YS_ECHANNEL. */
YS_CHECKED enum ys_status ys_playlist_put(struct ys_store *store, int64_t account_id,
                                          const struct ys_row_playlist *row, int64_t *id_out,
                                          struct ys_error *err);
/* *found false when there is no such playlist. Text is copied into the caller's row only while
 * `each` runs: a callback of one row. */
YS_CHECKED enum ys_status ys_playlist_find(struct ys_store *store, const char *youtube_id,
                                           ys_row_playlist_fn each, void *ctx, bool *found,
                                           struct ys_error *err);
/* Those that YouTube listed, by title (bytewise), then youtube_id. */
YS_CHECKED enum ys_status ys_playlist_walk(struct ys_store *store, int64_t account_id,
                                           bool with_deleted, ys_row_playlist_fn each, void *ctx,
                                           struct ys_error *err);
/* Those that are known from Takeout alone, in the same order. */
YS_CHECKED enum ys_status ys_playlist_walk_imported(struct ys_store *store, int64_t account_id,
                                                    ys_row_playlist_fn each, void *ctx,
                                                    struct ys_error *err);
/* Marks playlists of the account that a complete listing begun at `since_ms` did not return
 * (fetched_at < since_ms) as deleted, and removes their items from playlist_items. */
YS_CHECKED enum ys_status ys_playlist_sweep(struct ys_store *store, int64_t account_id,
                                            int64_t since_ms, int64_t *gone_out,
                                            struct ys_error *err);
YS_CHECKED enum ys_status ys_playlist_deleted(struct ys_store *store, const char *youtube_id,
                                              int64_t at_ms, struct ys_error *err);
/* It turned out that this job made it. */
YS_CHECKED enum ys_status ys_playlist_made(struct ys_store *store, const char *youtube_id,
                                           int64_t job_id, struct ys_error *err);
/* Whether YouTube sorts it by itself, and so refuses positions (Takeout, or a refusal, told). */
YS_CHECKED enum ys_status ys_playlist_set_self_sorted(struct ys_store *store,
                                                      const char *youtube_id, bool self_sorted,
                                                      struct ys_error *err);

/* ---- items and videos */
/* Stores what a listing said of a video: creates it, keeps the last known title and channel when
 * the new ones are "" , sets availability. Returns its row id. */
YS_CHECKED enum ys_status ys_video_seen(struct ys_store *store, const char *youtube_id,
                                        const char *title, const char *channel,
                                        enum ys_availability availability, int64_t *id_out,
                                        struct ys_error *err);
/* One listed item: item row, video row, and the origin (unless the playlist was made by
 * ytsync or carries a category). */
YS_CHECKED enum ys_status ys_item_put(struct ys_store *store, const char *playlist_id,
                                      const struct ys_row_item *row, struct ys_error *err);
/* A video (by row id) was seen in this playlist. Keeps the title of first sight and the earliest
 * time that is known. */
YS_CHECKED enum ys_status ys_origin_put(struct ys_store *store, int64_t video,
                                        const char *playlist_id, const char *title,
                                        int64_t added_at_ms, struct ys_error *err);
/* Brings the other rows of the playlist to where they stand once the item, which may be there
 * already, stands at `position`. */
YS_CHECKED enum ys_status ys_item_make_room(struct ys_store *store, const char *playlist_id,
                                            const char *item_id, int64_t position,
                                            struct ys_error *err);
/* Replaces the items of a playlist by a complete listing: ys_items_replace_begin, one ys_item_put
 * per row, then _end with the listing's count and the playlist's etag at that time. */
YS_CHECKED enum ys_status ys_items_replace_begin(struct ys_store *store, const char *playlist_id,
                                                 struct ys_error *err);
YS_CHECKED enum ys_status ys_items_replace_end(struct ys_store *store, const char *playlist_id,
                                               int64_t count, const char *etag, int64_t at_ms,
                                               struct ys_error *err);
/* What is stored of its items may not be what is there, whatever count and etag say: the next fetch
 * lists it anew. */
YS_CHECKED enum ys_status ys_playlist_doubt(struct ys_store *store, const char *youtube_id,
                                            struct ys_error *err);
YS_CHECKED enum ys_status ys_item_remove(struct ys_store *store, const char *item_id,
                                         struct ys_error *err);
/* One item; `each` is not called when it is not there. */
YS_CHECKED enum ys_status ys_item_find(struct ys_store *store, const char *item_id,
                                       ys_row_item_fn each, void *ctx, struct ys_error *err);
/* Items of a playlist by position, then id. */
YS_CHECKED enum ys_status ys_item_walk(struct ys_store *store, const char *playlist_id,
                                       ys_row_item_fn each, void *ctx, struct ys_error *err);
/* Every item of every live playlist of the account that YouTube listed, by playlist id, position,
 * item id. */
YS_CHECKED enum ys_status ys_item_walk_all(struct ys_store *store, int64_t account_id,
                                           ys_row_item_fn each, void *ctx, struct ys_error *err);
/* The same of those that are known from Takeout alone. */
YS_CHECKED enum ys_status ys_item_walk_imported(struct ys_store *store, int64_t account_id,
                                                ys_row_item_fn each, void *ctx,
                                                struct ys_error *err);

/* Metadata from videos.list. */
YS_CHECKED enum ys_status ys_video_put(struct ys_store *store,
                                       const struct ys_video_record *video, int64_t at_ms,
                                       struct ys_error *err);
/* Asked for and not answered. One that stands in no playlist that YouTube listed counts as deleted
 * from then on. Of another, what is known stays as it was, and how old it is too, since the silence
 * may be a passing one (rules go by tags); but from `older_than_ms` or before it is believed: then
 * description and tags go, and fetched_at is set. It is set, too, when nothing was known. */
YS_CHECKED enum ys_status ys_video_absent(struct ys_store *store, const char *youtube_id,
                                          int64_t older_than_ms, int64_t at_ms,
                                          struct ys_error *err);
/* YouTube refused the video, so what is known of it may be out of date: the playlists that hold it
 * count as changed, and the next fetch lists them anew. */
YS_CHECKED enum ys_status ys_video_doubt(struct ys_store *store, const char *youtube_id,
                                         struct ys_error *err);
typedef bool (*ys_id_fn)(void *ctx, const char *id);
/* `known`: there is metadata, but too old. */
typedef bool (*ys_want_fn)(void *ctx, const char *id, bool known);
/* Live videos that stand in a playlist of the account and have no metadata, or metadata from
 * `older_than_ms` or before (0: none is too old), or from after `newer_than_ms` (by a clock that
 * was wrong); by id, at most `max`. One call for all of them is cheaper than one for each 50: every
 * call looks at all videos. */
YS_CHECKED enum ys_status ys_video_want_metadata(struct ys_store *store, int64_t account_id,
                                                 int64_t older_than_ms, int64_t newer_than_ms,
                                                 int64_t max, ys_want_fn each, void *ctx,
                                                 struct ys_error *err);
/* Drops what YouTube said until `older_than_ms` and nothing renews: all that is known of live
 * videos that stand in no playlist any more (*videos many; where they were seen stays), and the
 * description and tags of those that are gone (ids, titles, channels, lengths and dates are the
 * user's note of what was there). */
YS_CHECKED enum ys_status ys_video_drop_old(struct ys_store *store, int64_t older_than_ms,
                                            int64_t *videos, struct ys_error *err);
/* See ys_videos_each in ytsync.h. */
YS_CHECKED enum ys_status ys_video_walk(struct ys_store *store, int64_t account_id,
                                        ys_video_fn each, void *ctx, struct ys_error *err);

/* ---- categories */
/* Stores a category; playlist_id NULL keeps the mapping that is there. */
YS_CHECKED enum ys_status ys_category_put(struct ys_store *store, int64_t account_id,
                                          const char *key, const char *title,
                                          const char *playlist_id, int64_t *id_out,
                                          struct ys_error *err);
/* Forgets which videos the account's categories want; the categories stay. nth: of the video's
 * copies, from 1; only restores want more than one. */
YS_CHECKED enum ys_status ys_category_clear(struct ys_store *store, int64_t account_id,
                                            struct ys_error *err);
YS_CHECKED enum ys_status ys_category_add(struct ys_store *store, int64_t category_id,
                                          const char *video_id, int64_t nth, int64_t rank,
                                          const char *rule, struct ys_error *err);
/* In the order in which they were first stored. */
YS_CHECKED enum ys_status ys_category_walk(struct ys_store *store, int64_t account_id,
                                           ys_category_fn each, void *ctx, struct ys_error *err);

/* ---- backups and the log */
struct ys_row_backup {
    int64_t id;
    char file[1024];
    char sha256[65];
    int64_t bytes, playlists, items, videos;
    char trigger_name[YS_NAME_BYTES];
    int64_t at_ms;
};
YS_CHECKED enum ys_status ys_backup_put(struct ys_store *store, const struct ys_row_backup *row,
                                        int64_t *id_out, struct ys_error *err);
YS_CHECKED enum ys_status ys_backup_find(struct ys_store *store, int64_t id,
                                         struct ys_row_backup *out, bool *found,
                                         struct ys_error *err);
/* All of them, oldest first. */
typedef bool (*ys_row_backup_fn)(void *ctx, const struct ys_row_backup *row);
YS_CHECKED enum ys_status ys_backup_walk(struct ys_store *store, ys_row_backup_fn each, void *ctx,
                                         struct ys_error *err);
/* Takes it off the record, jobs included: its file is about to go. */
YS_CHECKED enum ys_status ys_backup_forget(struct ys_store *store, int64_t id,
                                           struct ys_error *err);

/* ---- policies: the texts that jobs were planned by, for backups */
struct ys_row_policy {
    const char *hash, *text;
    int64_t kept_at_ms;
};
typedef bool (*ys_row_policy_fn)(void *ctx, const struct ys_row_policy *row);
YS_CHECKED enum ys_status ys_policy_put(struct ys_store *store, const char *hash,
                                        const char *text, int64_t at_ms, struct ys_error *err);
/* The one kept last; nothing when there is none. */
YS_CHECKED enum ys_status ys_policy_last(struct ys_store *store, ys_row_policy_fn each, void *ctx,
                                         struct ys_error *err);

/* Appends to the audit log. before and after: JSON text or NULL; at_ms 0: now. */
YS_CHECKED enum ys_status ys_log_add(struct ys_store *store, const struct ys_log_record *entry,
                                     struct ys_error *err);
/* Entries of this action about this entity, oldest first. */
YS_CHECKED enum ys_status ys_log_find(struct ys_store *store, const char *action,
                                      const char *entity, ys_log_fn each, void *ctx,
                                      struct ys_error *err);
YS_CHECKED enum ys_status ys_log_walk(struct ys_store *store, const struct ys_log_filter *filter,
                                      ys_log_fn each, void *ctx, struct ys_error *err);

#endif
