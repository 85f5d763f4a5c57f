/* assignment.c: see assignment.h.
 *
 * As a shortest path problem: cost of a pair = -gain; staying alone costs 0. Left sides enter one
 * by one; each finds the cheapest alternating path to a free right side, or to a left side that
 * would rather stay alone. Reduced costs (cost - left - right potential) stay >= 0, so Dijkstra
 * applies. Potentials u <= 0 and v <= 0; prices are their negatives.
 *
 * Invariant between rounds: u[i] + v[j] <= -gain(i, j) for all pairs, u[i] <= 0, with equality for
 * matched pairs, and u[i] = 0 for a left side that was let alone; v[j] = 0 for a free right
 * side. */
#include "plan/assignment.h"

#include <string.h>

#include "base/alloc.h"

#define FAR INT64_MAX

struct heap_entry {
    int64_t distance;
    size_t right;
};

struct solver {
    size_t left_count, right_count;
    const struct ys_pair *pairs;
    size_t *first;          /* per left side: its first pair; one more at the end */
    int64_t *u, *v;
    size_t *match;          /* left -> right */
    size_t *owner;          /* right -> left */
    int64_t *distance;      /* per right side, of this round */
    size_t *via;            /* per right side: the left side that reached it */
    size_t *touched;        /* right sides with a distance, of this round */
    size_t touched_count;
    bool *settled;          /* per right side */
    struct heap_entry *heap;
    size_t heap_count, heap_capacity;
};

/* ---------------------------------------------------------------- heap */

/* Smaller distance first; among equals the smaller right side, for the sake of determinism. */
static bool before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->distance < b->distance || (a->distance == b->distance && a->right < b->right);
}

static enum ys_status push(struct solver *solver, int64_t distance, size_t right,
                           struct ys_error *err)
{
    struct heap_entry entry = {distance, right}, *heap;
    size_t at = solver->heap_count;

    if (at == solver->heap_capacity) {
        size_t capacity = solver->heap_capacity ? solver->heap_capacity * 2 : 64;
        heap = ys_realloc(solver->heap, capacity * sizeof *heap);
        if (!heap) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        solver->heap = heap;
        solver->heap_capacity = capacity;
    }
    heap = solver->heap;
    solver->heap_count++;
    for (; at > 0 && before(&entry, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = entry;
    return YS_OK;
}

static struct heap_entry pop(struct solver *solver)
{
    struct heap_entry *heap = solver->heap, top = heap[0], last = heap[--solver->heap_count];
    size_t at = 0, child;

    for (;; at = child) {
        child = 2 * at + 1;
        if (child >= solver->heap_count) break;
        if (child + 1 < solver->heap_count && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &last)) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

/* ---------------------------------------------------------------- one round */

/* Looks at every pair of a left side that is `base` away. */
static enum ys_status relax(struct solver *solver, size_t left, int64_t base,
                            struct ys_error *err)
{
    size_t i;

    for (i = solver->first[left]; i < solver->first[left + 1]; i++) {
        size_t right = solver->pairs[i].right;
        int64_t reach = base - solver->pairs[i].gain - solver->u[left] - solver->v[right];
        if (solver->settled[right] || reach >= solver->distance[right]) continue;
        if (solver->distance[right] == FAR) solver->touched[solver->touched_count++] = right;
        solver->distance[right] = reach;
        solver->via[right] = left;
        YS_TRY(push(solver, reach, right, err));
    }
    return YS_OK;
}

/* The left side that stays alone at the end of the path, or the free right side. */
struct path_end {
    size_t left, right;    /* one of them is YS_ALONE */
    int64_t distance;
};

/* Dijkstra from an entering left side. Staying alone costs -u[i] more for the left side i. */
static enum ys_status search(struct solver *solver, size_t start, struct path_end *end,
                             struct ys_error *err)
{
    *end = (struct path_end){start, YS_ALONE, -solver->u[start]};
    solver->touched_count = 0;
    solver->heap_count = 0;
    YS_TRY(relax(solver, start, 0, err));
    while (solver->heap_count > 0) {
        struct heap_entry next = pop(solver);
        size_t owner;
        if (solver->settled[next.right] || next.distance > solver->distance[next.right]) continue;
        if (next.distance >= end->distance) break;
        solver->settled[next.right] = true;
        owner = solver->owner[next.right];
        if (owner == YS_ALONE) {
            *end = (struct path_end){YS_ALONE, next.right, next.distance};
            break;
        }
        if (next.distance - solver->u[owner] < end->distance)
            *end = (struct path_end){owner, YS_ALONE, next.distance - solver->u[owner]};
        YS_TRY(relax(solver, owner, next.distance, err));
    }
    return YS_OK;
}

/* Moves the potentials so that the path's pairs become tight, and forgets the round. */
static void reprice(struct solver *solver, size_t start, const struct path_end *end)
{
    size_t i;

    solver->u[start] += end->distance;
    for (i = 0; i < solver->touched_count; i++) {
        size_t right = solver->touched[i];
        if (solver->settled[right] && solver->distance[right] < end->distance) {
            int64_t change = end->distance - solver->distance[right];
            solver->v[right] -= change;
            solver->u[solver->owner[right]] += change;
        }
        solver->settled[right] = false;
    }
}

/* Flips the path that ends at `right`: each left side on it takes the right side it reached. */
static void flip(struct solver *solver, size_t start, size_t right)
{
    for (;;) {
        size_t left = solver->via[right], former = solver->match[left];
        solver->match[left] = right;
        solver->owner[right] = left;
        if (left == start) return;
        right = former;
    }
}

static enum ys_status enter(struct solver *solver, size_t start, struct ys_error *err)
{
    struct path_end end;
    size_t i, right;

    /* The largest potential that keeps the new left side's reduced costs >= 0. */
    solver->u[start] = 0;
    for (i = solver->first[start]; i < solver->first[start + 1]; i++) {
        int64_t most = -solver->pairs[i].gain - solver->v[solver->pairs[i].right];
        if (most < solver->u[start]) solver->u[start] = most;
    }
    YS_TRY(search(solver, start, &end, err));
    reprice(solver, start, &end);
    if (end.right != YS_ALONE) {
        flip(solver, start, end.right);
    } else if (end.left != start) {
        right = solver->match[end.left];
        solver->match[end.left] = YS_ALONE;
        flip(solver, start, right);
    }
    for (i = 0; i < solver->touched_count; i++) solver->distance[solver->touched[i]] = FAR;
    return YS_OK;
}

/* ---------------------------------------------------------------- the whole */

static void release(struct solver *solver)
{
    ys_free(solver->first);
    ys_free(solver->u);
    ys_free(solver->v);
    ys_free(solver->match);
    ys_free(solver->owner);
    ys_free(solver->distance);
    ys_free(solver->via);
    ys_free(solver->touched);
    ys_free(solver->settled);
    ys_free(solver->heap);
}

static enum ys_status prepare(struct solver *solver, size_t pair_count, struct ys_error *err)
{
    size_t i, left = 0;

    solver->first = ys_alloc_zero(solver->left_count + 1, sizeof *solver->first);
    solver->u = ys_alloc_zero(solver->left_count, sizeof *solver->u);
    solver->match = ys_alloc_zero(solver->left_count, sizeof *solver->match);
    solver->v = ys_alloc_zero(solver->right_count, sizeof *solver->v);
    solver->owner = ys_alloc_zero(solver->right_count, sizeof *solver->owner);
    solver->distance = ys_alloc_zero(solver->right_count, sizeof *solver->distance);
    solver->via = ys_alloc_zero(solver->right_count, sizeof *solver->via);
    solver->touched = ys_alloc_zero(solver->right_count, sizeof *solver->touched);
    solver->settled = ys_alloc_zero(solver->right_count, sizeof *solver->settled);
    if (!solver->first || !solver->u || !solver->match || !solver->v || !solver->owner ||
        !solver->distance || !solver->via || !solver->touched || !solver->settled)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < pair_count; i++) {
        YS_REQUIRE(solver->pairs[i].left < solver->left_count &&
                   solver->pairs[i].left >= left && solver->pairs[i].gain > 0 &&
                   solver->pairs[i].right < solver->right_count);
        for (; left < solver->pairs[i].left; left++) solver->first[left + 1] = i;
    }
    for (; left < solver->left_count; left++) solver->first[left + 1] = pair_count;
    for (i = 0; i < solver->left_count; i++) solver->match[i] = YS_ALONE;
    for (i = 0; i < solver->right_count; i++) {
        solver->owner[i] = YS_ALONE;
        solver->distance[i] = FAR;
    }
    return YS_OK;
}

enum ys_status ys_assign(struct ys_assignment *out, size_t left_count, size_t right_count,
                         const struct ys_pair *pairs, size_t pair_count, struct ys_error *err)
{
    struct solver solver = {.left_count = left_count, .right_count = right_count, .pairs = pairs};
    enum ys_status status = prepare(&solver, pair_count, err);
    size_t i;

    memset(out, 0, sizeof *out);
    for (i = 0; i < left_count && status == YS_OK; i++) status = enter(&solver, i, err);
    if (status == YS_OK) {
        for (i = 0; i < left_count; i++) out->gain -= solver.u[i];
        for (i = 0; i < right_count; i++) out->gain -= solver.v[i];
        for (i = 0; i < left_count; i++) solver.u[i] = -solver.u[i];
        for (i = 0; i < right_count; i++) solver.v[i] = -solver.v[i];
        out->match = solver.match;
        out->left_price = solver.u;
        out->right_price = solver.v;
        solver.match = NULL;
        solver.u = solver.v = NULL;
    }
    release(&solver);
    return status;
}

void ys_assignment_free(struct ys_assignment *assignment)
{
    ys_free(assignment->match);
    ys_free(assignment->left_price);
    ys_free(assignment->right_price);
    memset(assignment, 0, sizeof *assignment);
}
