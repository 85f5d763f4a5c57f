/* fence.h: keeps a runner that was taken over from writing.
 *
 * Two marks in the database say whose turn it is: `meta.runner` counts the holders of the runner
 * lock, and a job's lease has an epoch that each taking raises. A store remembers the ones that it
 * took, and every transaction of it begins with a look at them: a process that stood still
 * (SIGSTOP, a frozen container) while somebody replaced its lock file and went to work finds
 * another number there and writes nothing, not even on its way out. */
#ifndef YS_STORE_FENCE_H
#define YS_STORE_FENCE_H

#include "store/store.h"

/* The first statements of a transaction: YS_ELEASE when another one took over. The first
 * transaction under the runner lock takes the mark. */
YS_CHECKED enum ys_status ys_fence_pass(struct ys_store *store, struct ys_error *err);
/* The transaction was committed. */
void ys_fence_committed(struct ys_store *store);
/* Before the lock is given back: notes the clean end, if it is ours to note. */
void ys_fence_clean_end(struct ys_store *store);

#endif
