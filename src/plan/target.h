/* target.h: what the policy wants, as the planner reads it; built through ys_target_* of
 * ytsync.h. Order of categories and of their videos is the order in which they were added. */
#ifndef YS_PLAN_TARGET_H
#define YS_PLAN_TARGET_H

#include "base/arena.h"
#include "base/map.h"

struct ys_wanted {
    const char *video_id;
    const char *rule;
};

struct ys_target_category {
    const char *key, *title;       /* title as YouTube would store it: trimmed */
    const char *description;       /* NULL: not the policy's business */
    const char *playlist_id;       /* NULL, or named by the policy */
    enum ys_privacy privacy;       /* UNSET: not the policy's business */
    enum ys_privacy new_privacy;   /* of a created playlist; never UNSET */
    int64_t priority;              /* the higher is carried out first */
    bool ordered;                  /* the order of `videos` is the playlist's */
    bool trimmed;                  /* rows leave it under any `old`, when ytsync made it */
    struct ys_wanted *videos;
    size_t video_count, video_capacity;
    struct ys_map index;           /* video id -> its number in `videos` */
    size_t part_count;             /* 0; of a numbered part: how many there are (parts.h) */
    size_t whole_count;            /* of the first part: videos of the category */
    const char *whole_key;         /* of a numbered part: the category's */
};

struct ys_target {
    struct ys_arena arena;
    enum ys_old old;
    struct ys_target_category *categories;
    size_t category_count, category_capacity;
    struct ys_wanted *drops;
    size_t drop_count, drop_capacity;
    struct ys_map drop_index;      /* video id -> its number in `drops` */
    struct ys_map homes;           /* video id -> first category that wants it */
    struct ys_map protect;         /* playlist ids */
    struct ys_map sources;
    struct ys_map inboxes;
    struct ys_guards guards;
    char channel_id[YS_ID_BYTES];  /* "" for any */
    char policy_hash[65];
};

#endif
