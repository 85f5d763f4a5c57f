/* alloc.c: malloc and its kin behind the test hook. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

bool (*ys_alloc_hook)(size_t bytes) = NULL;

static bool allowed(size_t bytes)
{
    return ys_alloc_hook == NULL || ys_alloc_hook(bytes);
}

void *ys_alloc(size_t bytes)
{
    if (bytes == 0) bytes = 1;
    return allowed(bytes) ? malloc(bytes) : NULL;
}

void *ys_alloc_zero(size_t count, size_t element_bytes)
{
    if (count == 0 || element_bytes == 0) count = element_bytes = 1;
    if (count > SIZE_MAX / element_bytes) return NULL;
    return allowed(count * element_bytes) ? calloc(count, element_bytes) : NULL;
}

void *ys_realloc(void *memory, size_t bytes)
{
    if (bytes == 0) bytes = 1;
    return allowed(bytes) ? realloc(memory, bytes) : NULL;
}

void ys_free(void *memory)
{
    free(memory);
}
