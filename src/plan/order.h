/* order.h: which rows of a playlist may keep their place when it gets an order.
 *
 * A row that moves costs as much as one that is inserted, so as few as possible move: all but a
 * longest strictly increasing subsequence of the ranks. Copies of one video have one rank, and
 * "strictly" keeps at most one of them: the subsequence also says which copy that is. Pure. */
#ifndef YS_PLAN_ORDER_H
#define YS_PLAN_ORDER_H

#include "base/error.h"

/* The rank of a row that the order does not concern. */
#define YS_NO_RANK (-1)

/* Length of the longest strictly increasing subsequence of the ranks added so far. */
struct ys_run {
    int64_t *tails;        /* per length: the smallest rank that ends a run of that length */
    size_t count, capacity;
};

/* Adds the rank of the next row, n log n over all. *at (may be NULL): the length, less one, of
 * the longest run that ends with it. YS_ENOMEM. */
YS_CHECKED enum ys_status ys_run_add(struct ys_run *run, int64_t rank, size_t *at,
                                     struct ys_error *err);
void ys_run_free(struct ys_run *run);

/* Marks the rows of one longest run in keep[0..count-1] (the others false); *length (may be NULL)
 * is how many they are. Rows of YS_NO_RANK are never marked. YS_ENOMEM. */
YS_CHECKED enum ys_status ys_order_keep(const int64_t *ranks, size_t count, bool *keep,
                                        size_t *length, struct ys_error *err);

#endif
