/* copies.h: which row of a playlist is which entry of a wanted order, when a video may stand in
 * both several times.
 *
 * As few rows as possible move: those that keep their place are a longest common subsequence of the
 * two. What is left of a video takes its other entries from the front; rows beyond them are
 * surplus. Entries of private and deleted videos are matched, but neither kept nor moved. Pure. */
#ifndef YS_PLAN_COPIES_H
#define YS_PLAN_COPIES_H

#include "plan/snapshot.h"

#define YS_NO_ENTRY ((size_t)-1)

struct ys_copies {
    size_t *entry_of;      /* per row: the entry that it is, YS_NO_ENTRY: surplus */
    bool *keeps;           /* per row: it keeps its place */
    size_t *row_of;        /* per entry: the row that is it, YS_NO_ENTRY: none */
};

/* `rows` may be NULL: nothing is there. gone: the videos that are private or deleted now. Free it,
 * also after a failure. YS_ENOMEM. */
YS_CHECKED enum ys_status ys_copies_match(const struct ys_snap_playlist *wanted,
                                          const struct ys_snap_playlist *rows,
                                          const struct ys_map *gone, struct ys_copies *out,
                                          struct ys_error *err);
void ys_copies_free(struct ys_copies *copies);

#endif
