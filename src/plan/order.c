/* order.c: patience sorting; see order.h. */
#include "plan/order.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

#define NOTHING ((size_t)-1)

enum ys_status ys_run_add(struct ys_run *run, int64_t rank, size_t *at, struct ys_error *err)
{
    size_t low = 0, high = run->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->tails[middle] < rank) low = middle + 1;
        else high = middle;
    }
    if (low == run->count) {
        YS_TRY(YS_GROW(run->tails, run->capacity, run->count, err));
        run->count++;
    }
    run->tails[low] = rank;
    if (at) *at = low;
    return YS_OK;
}

void ys_run_free(struct ys_run *run)
{
    ys_free(run->tails);
    memset(run, 0, sizeof *run);
}

/* Walks the rows; per row, `before` is the last row of the run that it goes on with. */
static enum ys_status chain(const int64_t *ranks, size_t count, size_t *before, size_t *ends,
                            struct ys_run *run, struct ys_error *err)
{
    size_t i, at;

    for (i = 0; i < count; i++) {
        if (ranks[i] == YS_NO_RANK) continue;
        YS_TRY(ys_run_add(run, ranks[i], &at, err));
        before[i] = at == 0 ? NOTHING : ends[at - 1];
        ends[at] = i;
    }
    return YS_OK;
}

enum ys_status ys_order_keep(const int64_t *ranks, size_t count, bool *keep, size_t *length,
                             struct ys_error *err)
{
    size_t *before = ys_alloc_zero(count, sizeof *before);
    size_t *ends = ys_alloc_zero(count, sizeof *ends);
    struct ys_run run = {0};
    enum ys_status status = YS_OK;
    size_t i;

    if (count > 0) memset(keep, 0, count * sizeof *keep);
    if (count > 0 && (!before || !ends)) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (status == YS_OK) status = chain(ranks, count, before, ends, &run, err);
    if (status == YS_OK && run.count > 0)
        for (i = ends[run.count - 1]; i != NOTHING; i = before[i]) keep[i] = true;
    if (status == YS_OK && length) *length = run.count;
    ys_run_free(&run);
    ys_free(before);
    ys_free(ends);
    return status;
}
