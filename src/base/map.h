/* map.h: a hash map from text to a number, for sets and indexes built while planning.
 *
 * Iteration is not offered: order would differ from what the input says. Keys are copied. */
#ifndef YS_BASE_MAP_H
#define YS_BASE_MAP_H

#include "base/error.h"

struct ys_map_slot;
struct ys_map {
    struct ys_map_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void ys_map_init(struct ys_map *map);
void ys_map_free(struct ys_map *map);
/* Sets the value of a key; YS_ENOMEM. */
YS_CHECKED enum ys_status ys_map_put(struct ys_map *map, const char *key, int64_t value,
                                     struct ys_error *err);
/* False when the key is not there; *value is then untouched. value may be NULL. */
bool ys_map_get(const struct ys_map *map, const char *key, int64_t *value);

#endif
