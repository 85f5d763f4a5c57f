/* assignment.h: who carries on what: a matching of greatest gain between categories (left) and
 * playlists (right), with the prices that prove it.
 *
 * Successive shortest augmenting paths over the sparse pairs, exact. Each left side takes at most
 * one right side and the other way round; both may stay alone. Pure.
 *
 * The proof (linear programming duality): prices >= 0 with left price + right price >= gain for
 * every pair bound every matching's gain from above by their sum; the matching found reaches it. */
#ifndef YS_PLAN_ASSIGNMENT_H
#define YS_PLAN_ASSIGNMENT_H

#include "base/error.h"

#define YS_ALONE ((size_t)-1)

struct ys_pair {
    size_t left, right;
    int64_t gain;          /* > 0; at most one pair for two sides */
};

struct ys_assignment {
    size_t *match;         /* per left side: its right side, or YS_ALONE */
    int64_t *left_price;
    int64_t *right_price;
    int64_t gain;          /* of the matching; equals the sum of all prices */
};

/* `pairs` is sorted by left side, then right side. Equal optima are told apart by that order
 * alone, so the same input gives the same answer. Free with ys_assignment_free. */
YS_CHECKED enum ys_status ys_assign(struct ys_assignment *out, size_t left_count,
                                    size_t right_count, const struct ys_pair *pairs,
                                    size_t pair_count, struct ys_error *err);
void ys_assignment_free(struct ys_assignment *assignment);

#endif
