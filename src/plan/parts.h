/* parts.h: categories that one playlist cannot hold, as numbered parts: "Jazz", "Jazz 2", ...
 *
 * Parts are fixed before anything else is planned, each a category of its own from then on: a video
 * stays in the part in whose playlist it stands already; the others fill the parts up in their
 * order. The plan is the cheapest under that division. */
#ifndef YS_PLAN_PARTS_H
#define YS_PLAN_PARTS_H

#include "plan/snapshot.h"
#include "plan/target.h"

/* A part is filled up to this many videos; what is left of the 5,000 is for rows of the user's. */
#define YS_PART_VIDEOS_MAX ((size_t)4500)
/* In an ordered category a new video goes to the part of the one before it while that has fewer. */
#define YS_PART_VIDEOS_LIMIT ((size_t)4900)

struct ys_parts {
    struct ys_target target;     /* like the given one, with parts for categories */
    struct ys_arena arena;
    struct ys_map names;
    bool split;                  /* else `target` is just a copy of the given one's fields */
};

/* `target` is borrowed. Free with ys_parts_free, also after a failure. */
YS_CHECKED enum ys_status ys_parts_make(struct ys_parts *out, const struct ys_snapshot *snapshot,
                                        const struct ys_target *target, struct ys_error *err);
void ys_parts_free(struct ys_parts *parts);

#endif
