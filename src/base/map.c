/* map.c: open addressing with linear probing over FNV-1a, at most two thirds full. Short keys, as
 * ids of videos are, stand in their slot: to look one up in a large map touches one place in
 * memory. */
#include "base/map.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define NEAR_BYTES 16

struct ys_map_slot {
    char *key; /* NULL: free; `near`, or memory of its own */
    uint64_t hash;
    int64_t value;
    char near[NEAR_BYTES];
};

#define FIRST_CAPACITY 64
/* FNV-1a, 64 bits: offset basis and prime as published by its authors. */
#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t hash_text(const char *text)
{
    uint64_t hash = FNV_BASIS;

    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    return hash;
}

void ys_map_init(struct ys_map *map)
{
    memset(map, 0, sizeof *map);
}

void ys_map_free(struct ys_map *map)
{
    size_t i;

    for (i = 0; i < map->capacity; i++)
        if (map->slots[i].key != map->slots[i].near) ys_free(map->slots[i].key);
    ys_free(map->slots);
    ys_map_init(map);
}

/* The slot of the key, or the free one where it belongs. */
static struct ys_map_slot *slot_of(struct ys_map_slot *slots, size_t capacity, const char *key,
                                   uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);

    while (slots[at].key && (slots[at].hash != hash || strcmp(slots[at].key, key) != 0))
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static enum ys_status grow(struct ys_map *map, struct ys_error *err)
{
    size_t capacity = map->capacity ? map->capacity * 2 : FIRST_CAPACITY;
    struct ys_map_slot *slots = ys_alloc(capacity * sizeof *slots);
    size_t i;

    if (!slots) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    memset(slots, 0, capacity * sizeof *slots);
    for (i = 0; i < map->capacity; i++) {
        const struct ys_map_slot *old = &map->slots[i];
        struct ys_map_slot *slot;
        if (!old->key) continue;
        slot = slot_of(slots, capacity, old->key, old->hash);
        *slot = *old;
        if (old->key == old->near) slot->key = slot->near;
    }
    ys_free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return YS_OK;
}

enum ys_status ys_map_put(struct ys_map *map, const char *key, int64_t value,
                          struct ys_error *err)
{
    struct ys_map_slot *slot;
    uint64_t hash = hash_text(key);

    if ((map->count + 1) * 3 > map->capacity * 2) YS_TRY(grow(map, err));
    slot = slot_of(map->slots, map->capacity, key, hash);
    if (!slot->key) {
        slot->key = ys_copy(slot->near, NEAR_BYTES, key) ? slot->near : ys_dup(key);
        if (!slot->key) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        slot->hash = hash;
        map->count++;
    }
    slot->value = value;
    return YS_OK;
}

bool ys_map_get(const struct ys_map *map, const char *key, int64_t *value)
{
    const struct ys_map_slot *slot;

    if (map->capacity == 0) return false;
    slot = slot_of(map->slots, map->capacity, key, hash_text(key));
    if (!slot->key) return false;
    if (value) *value = slot->value;
    return true;
}
