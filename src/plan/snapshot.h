/* snapshot.h: the stored library in memory, as the planner reads it. */
#ifndef YS_PLAN_SNAPSHOT_H
#define YS_PLAN_SNAPSHOT_H

#include "base/arena.h"
#include "base/map.h"
#include "store/library.h"

struct ys_snap_item {
    const char *id, *video_id;
    enum ys_availability availability;
};

struct ys_snap_playlist {
    const char *id, *title, *description; /* title trimmed */
    const char *category;                 /* key of the category that it carries, "" for none */
    enum ys_privacy privacy;
    int64_t made_by_job;
    bool self_sorted;                     /* YouTube sorts it: it refuses positions */
    bool unpublished;                     /* made to be published when full, and never was */
    bool listed;                          /* its items were read to the end at least once */
    struct ys_snap_item *items;           /* in order */
    size_t item_count, item_capacity;
};

struct ys_snapshot {
    struct ys_arena arena;
    int64_t account_id;
    struct ys_channel_record channel;
    bool imported;                        /* holds playlists that YouTube never listed */
    struct ys_snap_playlist *playlists;   /* by title, then id */
    size_t playlist_count, playlist_capacity;
    struct ys_map playlist_index;         /* id -> number in `playlists` */
    struct ys_map gone;                   /* ids of videos that are private or deleted */
};

/* Reads the account fetched last. YS_ENOTFOUND when nothing was ever fetched or imported. */
YS_CHECKED enum ys_status ys_snapshot_load(struct ys_store *store, struct ys_snapshot *out,
                                           struct ys_error *err);
/* An empty one, to be filled by hand. Strings are the arena's. */
void ys_snapshot_init(struct ys_snapshot *snapshot);
void ys_snapshot_free(struct ys_snapshot *snapshot);

#endif
