/* restore.h: from what is there now to what was there once: the snapshot of a backup as a plan.
 *
 * A playlist of then is known by its id; when that is gone, by its title. One that is not there at
 * all is made anew, private until it is filled;
 * one that is there gets its title, description and privacy of then, the entries that it lacks (as
 * many copies of a video as it had), the order of then (unless YouTube sorts it), and loses the
 * entries that it has beyond them. What came later is
 * not lost by that (P1): an entry whose video stands in no playlist of then stays, and so do the
 * user's own playlists of later; only those that ytsync made go, each of whose videos has a place.
 * What cannot come back is named: entries whose videos are private or deleted now. Pure. */
#ifndef YS_PLAN_RESTORE_H
#define YS_PLAN_RESTORE_H

#include "plan/plan.h"

/* Categories of a restore bear this before the id of their playlist of then, so that nobody takes
 * them for a policy's. */
#define YS_RESTORE_KEY "restore:"
/* policy_hash of its job: this and the number of the backup. */
#define YS_RESTORE_HASH "restore "

/* Adds to an empty plan what turns `now` into `was`: operations, categories, losses, blocks. `only`
 * (ids of playlists of then; NULL: all) leaves the rest as it is. */
YS_CHECKED enum ys_status ys_restore_operations(struct ys_plan *plan,
                                                const struct ys_snapshot *now,
                                                const struct ys_snapshot *was,
                                                const struct ys_map *only,
                                                struct ys_error *err);
/* The same as a whole plan with its forecast. `hash` becomes its policy hash. */
YS_CHECKED enum ys_status ys_plan_restore(const struct ys_snapshot *now,
                                          const struct ys_snapshot *was,
                                          const struct ys_map *only, const char *hash,
                                          const struct ys_plan_today *today,
                                          struct ys_plan **out, struct ys_error *err);

#endif
