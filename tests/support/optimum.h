/* optimum.h: a little model of a clean-up, made by chance, and the fewest writes that it takes,
 * found without the planner: a state (playlists with rows), a target, and what each way of sharing
 * old playlists out costs, from first principles. */
#ifndef TESTS_OPTIMUM_H
#define TESTS_OPTIMUM_H

#include "support/plans.h"

#define OPT_PLAYLISTS_MAX 200
#define OPT_CATEGORIES_MAX 200
#define OPT_VIDEOS_MAX 1200
#define OPT_ROWS_MAX 40

struct opt_playlist {
    int rows[OPT_ROWS_MAX];          /* video numbers, doubled ones too */
    int row_count;
    int carries;                     /* the category that it carries, or -1 */
    enum ys_privacy privacy;
    bool protected, inbox, self_sorted, made, source;
    bool retitled;                   /* it carries its category under another title */
};

struct opt_category {
    int rank[OPT_VIDEOS_MAX];        /* of each video, -1: not wanted */
    int sequence[OPT_VIDEOS_MAX];
    int count;
    int playlist;                    /* that carries it, or -1 */
    bool ordered;
    enum ys_privacy privacy;         /* UNSET: not said */
    enum ys_privacy new_privacy;
};

struct opt_case {
    enum ys_old old;
    int playlist_count, category_count, video_count;
    bool gone[OPT_VIDEOS_MAX], dropped[OPT_VIDEOS_MAX];
    bool sources;                    /* some are named */
    struct opt_playlist playlists[OPT_PLAYLISTS_MAX];
    struct opt_category categories[OPT_CATEGORIES_MAX];
};

/* Draws a case: at most so many playlists, categories and videos. The same seed, the same case. */
void opt_draw(struct opt_case *out, uint64_t seed, int playlists, int categories, int videos);
/* Builds it as pl_library and pl_target (support/plans.h). */
void opt_build(const struct opt_case *at);

/* Writes that make the category's playlist from nothing; from that old playlist (-1: it cannot). */
int64_t opt_new_writes(const struct opt_case *at, int number);
int64_t opt_reuse_writes(const struct opt_case *at, int number, int old);
/* Whether an old playlist must be deleted when no category carries it on. */
bool opt_deletable(const struct opt_case *at, int number);
/* The fewest writes of any choice who carries on what, by trying them all. */
int64_t opt_fewest_writes(const struct opt_case *at);
/* Checks that the operations of pl_plan lead to the target. */
void opt_check_plan(const struct opt_case *at);

#endif
