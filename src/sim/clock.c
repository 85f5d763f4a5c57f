/* clock.c: the virtual clock of tests; see sim.h. */
#include <stdio.h>

#include "sim/internal.h"

static int64_t clock_wall_ms(void *ctx)
{
    const struct ys_sim_clock *clock = ctx;
    return clock->wall_ms;
}

static int64_t clock_mono_ms(void *ctx)
{
    const struct ys_sim_clock *clock = ctx;
    return clock->mono_ms;
}

static void clock_sleep_ms(void *ctx, int64_t duration_ms)
{
    struct ys_sim_clock *clock = ctx;
    if (duration_ms <= 0) return;
    clock->slept_ms += duration_ms;
    ys_sim_clock_advance(clock, duration_ms);
}

static void clock_random(void *ctx, void *out, size_t bytes)
{
    struct ys_sim_clock *clock = ctx;
    unsigned char *to = out;
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (i % 8 == 0) word = ys_sim_next(&clock->random_state);
        to[i] = (unsigned char)(word >> (8 * (i % 8)));
    }
}

static void clock_log(void *ctx, enum ys_log_level level, const char *message)
{
    const struct ys_sim_clock *clock = ctx;
    if (!clock->log_to_stderr || level < clock->log_level_min) return;
    fprintf(stderr, "[%lld] %s\n", (long long)clock->mono_ms, message);
}

void ys_sim_clock_init(struct ys_sim_clock *clock, uint64_t seed, int64_t wall_ms)
{
    *clock = (struct ys_sim_clock){.wall_ms = wall_ms,
                                   .mono_ms = 1000000,
                                   .random_state = ys_sim_mix(seed ^ 0x636c6f636bu)};
}

void ys_sim_clock_advance(struct ys_sim_clock *clock, int64_t duration_ms)
{
    YS_REQUIRE(duration_ms >= 0);
    clock->wall_ms += duration_ms;
    clock->mono_ms += duration_ms;
}

void ys_sim_clock_jump_wall(struct ys_sim_clock *clock, int64_t delta_ms)
{
    clock->wall_ms += delta_ms;
}

struct ys_env ys_sim_clock_env(struct ys_sim_clock *clock)
{
    return (struct ys_env){.ctx = clock,
                           .wall_ms = clock_wall_ms,
                           .mono_ms = clock_mono_ms,
                           .sleep_ms = clock_sleep_ms,
                           .random = clock_random,
                           .log = clock_log};
}
