/* arena.h: memory that is given back all at once: for structures built once and read often. */
#ifndef YS_BASE_ARENA_H
#define YS_BASE_ARENA_H

#include "base/error.h"

struct ys_arena_block;
struct ys_arena {
    struct ys_arena_block *newest;
};

void ys_arena_init(struct ys_arena *arena);
void ys_arena_free(struct ys_arena *arena);
/* NULL when there is no memory. Aligned for any object; not zeroed. */
void *ys_arena_alloc(struct ys_arena *arena, size_t bytes);
/* A copy of `text` (NULL counts as ""); NULL when there is no memory. */
const char *ys_arena_dup(struct ys_arena *arena, const char *text);

/* A growing array in plain memory: makes room for one more element. *items and *capacity are
 * changed; YS_ENOMEM leaves them as they were. */
YS_CHECKED enum ys_status ys_grow(void **items, size_t *capacity, size_t count,
                                  size_t element_bytes, struct ys_error *err);
#define YS_GROW(items, capacity, count, err)                                                     \
    ys_grow((void **)&(items), &(capacity), (count), sizeof *(items), (err))

#endif
