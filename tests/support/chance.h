/* chance.h: seeded chance for tests; nothing else in them may be random. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64 */
static inline uint64_t chance_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* least..most, both included */
static inline int64_t chance_range(uint64_t *state, int64_t least, int64_t most)
{
    return least + (int64_t)(chance_next(state) % (uint64_t)(most - least + 1));
}

static inline bool chance_permille(uint64_t *state, int permille)
{
    return (int)(chance_next(state) % 1000) < permille;
}

static inline bool chance_one_in(uint64_t *state, int count)
{
    return chance_range(state, 1, count) == 1;
}

#endif
