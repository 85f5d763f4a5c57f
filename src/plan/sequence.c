/* sequence.c: in which order a plan is carried out. Categories follow each other so that the first
 * ones are finished early: the higher priority first, then the fewer units, then as the policy has
 * them. Each category's operations stay together and as they are; what is given up comes last. The
 * operations are stored in this order, and the engine's lanes stand in it; which playlist is made
 * when creations are scarce, schedule.c decides. */
#include <stdlib.h>

#include "base/alloc.h"
#include "plan/plan.h"

int ys_plan_by_turn(const void *a, const void *b)
{
    const struct ys_plan_turn *x = a, *y = b;

    if (x->priority != y->priority) return x->priority > y->priority ? -1 : 1;
    if (x->units != y->units) return x->units < y->units ? -1 : 1;
    return x->category < y->category ? -1 : x->category > y->category;
}

/* The category's number; the plan's number of categories for an operation that has none. Keys are
 * shared, so those of one category are one pointer. */
static size_t category_of(const struct ys_plan *plan, const struct ys_map *keys, size_t op,
                          size_t last)
{
    const char *key = plan->ops[op].category;
    int64_t number;

    if (last < plan->category_count && plan->categories[last].key == key) return last;
    return ys_map_get(keys, key, &number) ? (size_t)number : plan->category_count;
}

/* places[i]: where operation i belongs. */
static enum ys_status find_places(const struct ys_plan *plan, struct ys_plan_turn *turns,
                                  size_t *places, const struct ys_map *keys, struct ys_error *err)
{
    size_t *begin, categories = plan->category_count, number = 0, at = 0, i;

    for (i = 0; i < plan->op_count; i++) {
        places[i] = number = category_of(plan, keys, i, number);
        turns[number].count++;
        turns[number].units += ys_op_units(plan->ops[i].kind);
    }
    qsort(turns, categories, sizeof *turns, ys_plan_by_turn);
    begin = ys_alloc_zero(categories + 1, sizeof *begin);
    if (!begin) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i <= categories; i++) {
        begin[turns[i].category] = at;
        at += turns[i].count;
    }
    for (i = 0; i < plan->op_count; i++) places[i] = begin[places[i]]++;
    ys_free(begin);
    return YS_OK;
}

/* Brings each operation to its place, cycle by cycle. */
static void permute(struct ys_planned *ops, size_t *places, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        while (places[i] != i) {
            size_t to = places[i];
            struct ys_planned op = ops[to];
            ops[to] = ops[i];
            ops[i] = op;
            places[i] = places[to];
            places[to] = to;
        }
    }
}

enum ys_status ys_plan_sequence(struct ys_plan *plan, struct ys_error *err)
{
    struct ys_plan_turn *turns = ys_alloc_zero(plan->category_count + 1, sizeof *turns);
    size_t *places = ys_alloc_zero(plan->op_count, sizeof *places);
    enum ys_status status = YS_OK;
    struct ys_map keys;
    size_t i;

    ys_map_init(&keys);
    if (!turns || !places) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < plan->category_count && status == YS_OK; i++) {
        turns[i].category = i;
        turns[i].priority = plan->categories[i].wanted->priority;
        status = ys_map_put(&keys, plan->categories[i].key, (int64_t)i, err);
    }
    if (status == YS_OK) {
        turns[plan->category_count].category = plan->category_count;
        status = find_places(plan, turns, places, &keys, err);
    }
    if (status == YS_OK) permute(plan->ops, places, plan->op_count);
    ys_map_free(&keys);
    ys_free(turns);
    ys_free(places);
    return status;
}
