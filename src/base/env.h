/* env.h: the outside world as functions; see struct ys_env in ytsync.h. */
#ifndef YS_BASE_ENV_H
#define YS_BASE_ENV_H

#include "ytsync.h"

/* The system's clocks, sleep (ends early on a signal), random (libcrypto) and a log that drops
 * everything. */
const struct ys_env *ys_env_system(void);
/* CPU time that this thread has used, and a clock that is cheap to read, whatever the environment:
 * for limits on what a script may take, which are about this machine and not about the world. */
int64_t ys_cpu_ms(void);
int64_t ys_cheap_ms(void);
/* A copy of `env` whose missing members are the system's. NULL gives the system's. */
struct ys_env ys_env_complete(const struct ys_env *env);

int64_t ys_env_wall_ms(const struct ys_env *env);
int64_t ys_env_mono_ms(const struct ys_env *env);
void ys_env_sleep_ms(const struct ys_env *env, int64_t duration_ms);
void ys_env_random(const struct ys_env *env, void *out, size_t bytes);
/* A number in [0, below); below > 0. */
uint64_t ys_env_random_below(const struct ys_env *env, uint64_t below);
void ys_env_log(const struct ys_env *env, enum ys_log_level level, const char *format, ...)
    YS_PRINTF(3, 4);

/* A clock that follows a file shared with a simulator (YTSYNC_CLOCK): the file holds one
 * native int64_t, the milliseconds to add to the real clocks; it is mapped shared. Sleeping
 * adds to it instead of waiting. `inner` gives the real clocks, random and log and must outlive
 * the clock. */
struct ys_clock_file;
YS_CHECKED enum ys_status ys_clock_file_open(struct ys_clock_file **out, const char *path,
                                             const struct ys_env *inner, struct ys_error *err);
void ys_clock_file_close(struct ys_clock_file *clock);
struct ys_env ys_clock_file_env(struct ys_clock_file *clock);
/* Creates (or truncates) such a file with `offset_ms` in it. */
YS_CHECKED enum ys_status ys_clock_file_create(const char *path, int64_t offset_ms,
                                               struct ys_error *err);

#endif
