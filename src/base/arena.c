/* arena.c: blocks in a list; large requests get a block of their own. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "base/alloc.h"

#define BLOCK_BYTES ((size_t)64 << 10)
#define FIRST_ELEMENTS 16

struct ys_arena_block {
    struct ys_arena_block *older;
    size_t used, bytes;
    alignas(max_align_t) unsigned char data[];
};

void ys_arena_init(struct ys_arena *arena)
{
    arena->newest = NULL;
}

void ys_arena_free(struct ys_arena *arena)
{
    while (arena->newest) {
        struct ys_arena_block *older = arena->newest->older;
        ys_free(arena->newest);
        arena->newest = older;
    }
}

void *ys_arena_alloc(struct ys_arena *arena, size_t bytes)
{
    struct ys_arena_block *block = arena->newest;
    size_t align = alignof(max_align_t), room;

    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = (bytes + align - 1) / align * align;
    if (!block || block->bytes - block->used < bytes) {
        room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = ys_alloc(sizeof *block + room);
        if (!block) return NULL;
        block->older = arena->newest;
        block->used = 0;
        block->bytes = room;
        arena->newest = block;
    }
    block->used += bytes;
    return block->data + block->used - bytes;
}

const char *ys_arena_dup(struct ys_arena *arena, const char *text)
{
    size_t bytes = text ? strlen(text) + 1 : 1;
    char *copy = ys_arena_alloc(arena, bytes);

    if (copy) memcpy(copy, text ? text : "", bytes);
    return copy;
}

enum ys_status ys_grow(void **items, size_t *capacity, size_t count, size_t element_bytes,
                       struct ys_error *err)
{
    size_t wanted = *capacity ? *capacity * 2 : FIRST_ELEMENTS;
    void *grown;

    if (count < *capacity) return YS_OK;
    if (wanted > SIZE_MAX / element_bytes) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    grown = ys_realloc(*items, wanted * element_bytes);
    if (!grown) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    *items = grown;
    *capacity = wanted;
    return YS_OK;
}
