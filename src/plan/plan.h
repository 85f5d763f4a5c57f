/* plan.h: from a snapshot and a target to operations. Pure: nothing is read or stored here.
 *
 * The way of the data: parts.c divides categories that no playlist holds, resolve.c says which
 * playlist carries which category, reuse.c which old ones are carried on by those that have none,
 * diff.c what has to be done to each, fill.c to its rows (order.c: which of them move), doomed.c
 * what leaves the inboxes and which old playlists may go, part.c leaves out what was not asked for,
 * overview.c says what becomes of each playlist, undo.c what taking it back would cost, forecast.c
 * what it costs in reads and days; plan.c puts them in order. Text in a plan lives in its arena. */
#ifndef YS_PLAN_PLAN_H
#define YS_PLAN_PLAN_H

#include "plan/snapshot.h"
#include "plan/target.h"
#include "store/quota.h"

#define YS_NO_PLAYLIST ((size_t)-1)

struct ys_planned {
    enum ys_op_kind kind;
    const char *category;     /* key, "" for none */
    const char *playlist_id;  /* "" for one that is still to be created */
    const char *item_id;      /* item_delete */
    const char *title;        /* wanted title of a playlist, or the title of the one concerned */
    const char *description;  /* wanted, NULL: it stays as it is */
    const char *video_id;
    const char *rule;
    const char *found;        /* the title before, for update and publish */
    const char *anchor;       /* "" for none, YS_ANCHOR_TOP, or the video that it stands after */
    enum ys_privacy privacy;
    int64_t copies;           /* item_insert: of the video there when it is done, 0: 1 */
    int64_t nth;              /* which of the video's copies in the category's order, 0: 1 */
    /* Rows of the snapshot's playlist, YS_NO_ROW for none: what an item_move moves, and what an
     * item_move or item_insert with an anchor comes to stand after; without such a row that is what
     * the operation with an anchor before this one placed, or the top. */
    size_t row, anchor_row;
};
#define YS_NO_ROW ((size_t)-1)

struct ys_plan_category {
    const struct ys_target_category *wanted; /* only while planning */
    const char *key, *title;
    size_t playlist;          /* number in the snapshot, YS_NO_PLAYLIST: to be created */
    const char *playlist_id;  /* "" for one to be created */
    bool reused;              /* an old playlist is carried on under a new name */
    bool left_out;            /* it is not in this part of the plan */
    int64_t rows_after;       /* expected rows when it is done */
    int64_t rows_now;
    int64_t inserts;
};

struct ys_plan_assignment {
    size_t category;
    const char *video_id, *rule;
    int64_t nth;              /* which of the video's copies in the category's order, from 1 */
};

struct ys_plan {
    struct ys_arena arena;
    int64_t account_id;
    char channel_id[YS_ID_BYTES];
    char policy_hash[65];
    struct ys_planned *ops;
    size_t op_count, op_capacity;
    struct ys_plan_category *categories;
    size_t category_count;
    struct ys_plan_assignment *assigned;
    size_t assigned_count, assigned_capacity;
    struct ys_wanted *drops;
    size_t drop_count, drop_capacity;
    struct ys_plan_block *blocks;
    size_t block_count, block_capacity;
    struct ys_plan_loss *losses; /* of a restore */
    size_t loss_count, loss_capacity;
    const char **warnings;
    size_t warning_count, warning_capacity;
    bool *carried;             /* per playlist of the snapshot: a category's; only while planning */
    struct ys_map stranded;    /* private or deleted videos that some category lacks; as above */
    int64_t playlists_now;     /* live playlists of the channel */
    bool imported;             /* made from an export: a figure, nothing to be carried out */
    int64_t plain_write_units, plain_creates; /* of the plain way */
    int64_t savings;           /* writes that carrying on saves against new playlists */
    int64_t savings_bound;     /* the most that any choice could save, by the matching's prices */
    /* The certificate: prices of the matching, in 1 / price_scale^2 of a write. They are >= 0, and
     * those of a category and a playlist together pay at least what the pair would save; so their
     * sum bounds what any choice saves. NULL under old = "keep", where nothing is chosen. */
    int64_t price_scale;
    int64_t *category_prices, *playlist_prices;
    const char *guard;         /* why it cannot be started, NULL: it can */
    struct ys_plan_playlist *playlists; /* of the categories in their order, then those given up */
    size_t playlist_count, playlist_capacity;
    struct ys_plan_day *days;  /* on which something is done */
    size_t day_count, day_capacity;
    struct ys_preview preview;
};

/* The anchor of what comes to stand first; no video id is that short. */
#define YS_ANCHOR_TOP "top"

/* What the forecast needs to know of today. */
struct ys_plan_today {
    struct ys_quota_limits limits;
    int64_t now_ms;            /* server wall time */
    int64_t units_left, creates_left;
    int64_t settle_ms;         /* the configured settle time */
    int64_t writes_max;        /* writes in flight at most */
};

YS_CHECKED enum ys_status ys_plan_build(const struct ys_snapshot *snapshot,
                                        const struct ys_target *target,
                                        const struct ys_plan_today *today, struct ys_plan **out,
                                        struct ys_error *err);

/* The same of a part (ys_plan_options; NULL: all of it). */
YS_CHECKED enum ys_status ys_plan_build_part(const struct ys_snapshot *snapshot,
                                             const struct ys_target *target,
                                             const struct ys_plan_today *today,
                                             const struct ys_plan_options *options,
                                             struct ys_plan **out, struct ys_error *err);

/* All but the forecast (reads, days) and what depends on it. */
YS_CHECKED enum ys_status ys_plan_operations(const struct ys_snapshot *snapshot,
                                             const struct ys_target *target,
                                             const struct ys_plan_today *today,
                                             const struct ys_plan_options *options,
                                             struct ys_plan **out, struct ys_error *err);

/* An empty plan for that library. */
YS_CHECKED enum ys_status ys_plan_new(const struct ys_snapshot *snapshot,
                                      const char *policy_hash, struct ys_plan **out,
                                      struct ys_error *err);
/* The parts, in the order in which they run. */
YS_CHECKED enum ys_status ys_plan_resolve(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                          const struct ys_target *target, struct ys_error *err);
/* Between them: which videos that cannot be inserted have no place yet. */
YS_CHECKED enum ys_status ys_plan_strand(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                         struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_reuse(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                        const struct ys_target *target, struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_diff(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                       const struct ys_target *target, struct ys_error *err);
/* Parts of diff: what is added to a category's playlist and moved in it; what is taken out. */
YS_CHECKED enum ys_status ys_plan_fill(struct ys_plan *plan, struct ys_plan_category *category,
                                       const struct ys_snapshot *snapshot,
                                       const struct ys_target *target, struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_takeouts(struct ys_plan *plan,
                                           const struct ys_plan_category *category,
                                           const struct ys_snapshot *snapshot,
                                           const struct ys_target *target, struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_doomed(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                         const struct ys_target *target, struct ys_error *err);
/* Leaves out what options->only and ->max_units do not ask for. YS_EINVAL: nothing is left. */
YS_CHECKED enum ys_status ys_plan_part(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                       const struct ys_target *target,
                                       const struct ys_plan_options *options,
                                       struct ys_error *err);
/* The error for that: the smallest part takes `least` units. */
YS_CHECKED enum ys_status ys_plan_nothing_fits(int64_t max_units, int64_t least,
                                               struct ys_error *err);
/* Which category has its turn when: the higher priority first, then the fewer units, then as the
 * policy has them. ys_plan_by_turn is qsort's comparison. */
struct ys_plan_turn {
    int64_t priority, units;
    size_t category;
    size_t count;              /* of its operations */
};
int ys_plan_by_turn(const void *a, const void *b);
/* Puts the operations into the order in which they are carried out. */
YS_CHECKED enum ys_status ys_plan_sequence(struct ys_plan *plan, struct ys_error *err);
/* Fills plan->playlists, but for ready_at_ms. */
YS_CHECKED enum ys_status ys_plan_overview(struct ys_plan *plan,
                                           const struct ys_snapshot *snapshot,
                                           const struct ys_target *target, struct ys_error *err);
/* What it would cost to bring the library of the snapshot back after the plan was carried out, by
 * the table of prices that the plan itself goes by. */
YS_CHECKED enum ys_status ys_plan_undo(const struct ys_plan *plan,
                                       const struct ys_snapshot *snapshot,
                                       const struct ys_quota_limits *limits,
                                       struct ys_undo *out, struct ys_error *err);
/* What leaves the inboxes. */
YS_CHECKED enum ys_status ys_plan_inboxes(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                          const struct ys_target *target, struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_forecast(struct ys_plan *plan,
                                           const struct ys_snapshot *snapshot,
                                           const struct ys_plan_today *today,
                                           struct ys_error *err);

/* Adds an operation; its texts are copied. */
YS_CHECKED enum ys_status ys_plan_add(struct ys_plan *plan, const struct ys_planned *op,
                                      struct ys_error *err);
YS_CHECKED enum ys_status ys_plan_warn(struct ys_plan *plan, struct ys_error *err,
                                       const char *format, ...) YS_PRINTF(3, 4);
/* Whether the playlist carries a category of the plan. */
bool ys_plan_carries(const struct ys_plan *plan, size_t playlist);
/* Whether the policy lets ytsync change an old playlist at all: it carries no category, is neither
 * protected nor an inbox, is one of the sources (if any are named), and its items were read. */
bool ys_plan_may_change(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                        const struct ys_target *target, size_t playlist);
/* Whether each video of an old playlist has another place or is dropped. */
bool ys_plan_may_go(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                    const struct ys_target *target, const struct ys_snap_playlist *playlist);
/* Says that a playlist stays: "TITLE" stays: VIDEO WHY (the first of counted->videos). */
YS_CHECKED enum ys_status ys_plan_block_add(struct ys_plan *plan,
                                            const struct ys_snap_playlist *playlist,
                                            const char *video_id, const char *why,
                                            const struct ys_plan_block *counted,
                                            struct ys_error *err);
/* Units of one operation of this kind. */
int64_t ys_op_units(enum ys_op_kind kind);

#endif
