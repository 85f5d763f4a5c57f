/* alloc.h: the one door to the heap.
 *
 * All allocations of libytsync (other than those inside its libraries) go through here, so that
 * a test can make the Nth one fail. Memory from here may be given to free() and the other way
 * round. */
#ifndef YS_BASE_ALLOC_H
#define YS_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* For tests only. When set it is asked before each allocation; false makes it fail. Set it while
 * one thread runs. */
extern bool (*ys_alloc_hook)(size_t bytes);

/* NULL when there is no memory. `bytes` 0 counts as 1. */
void *ys_alloc(size_t bytes);
/* `count` zeroed elements; NULL also when the product overflows. */
void *ys_alloc_zero(size_t count, size_t element_bytes);
/* Like realloc: on failure `memory` stays valid. NULL allocates. */
void *ys_realloc(void *memory, size_t bytes);
void ys_free(void *memory);

#endif
