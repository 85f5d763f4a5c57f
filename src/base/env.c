/* env.c: the system's clocks, sleep and random, and calls through struct ys_env.
 *
 * The functions take an environment with missing members too: each falls back to the system's. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "base/env.h"

#include <limits.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "base/text.h"

#define LOG_MESSAGE_BYTES 2048
/* A true random source is rejected less than every second time; a test's may be constant. */
#define RANDOM_TRIES_MAX 64

/* ------------------------------------------------------------------ the system */

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now = {0};

    YS_REQUIRE(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ys_cpu_ms(void)
{
    return clock_ms(CLOCK_THREAD_CPUTIME_ID);
}

int64_t ys_cheap_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

static int64_t system_wall_ms(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_MONOTONIC);
}

static void system_sleep_ms(void *ctx, int64_t duration_ms)
{
    struct timespec wait;

    (void)ctx;
    if (duration_ms <= 0) return;
    wait.tv_sec = (time_t)(duration_ms / 1000);
    wait.tv_nsec = (long)(duration_ms % 1000) * 1000000;
    (void)nanosleep(&wait, NULL); /* a signal ends it early, as env.h says */
}

static void system_random(void *ctx, void *out, size_t bytes)
{
    unsigned char *at = out;

    (void)ctx;
    while (bytes > 0) {
        int part = bytes > INT_MAX ? INT_MAX : (int)bytes;

        YS_REQUIRE(RAND_bytes(at, part) == 1);
        at += part;
        bytes -= (size_t)part;
    }
}

static void system_log(void *ctx, enum ys_log_level level, const char *message)
{
    (void)ctx;
    (void)level;
    (void)message;
}

const struct ys_env *ys_env_system(void)
{
    static const struct ys_env env = {
        .ctx = NULL,
        .wall_ms = system_wall_ms,
        .mono_ms = system_mono_ms,
        .sleep_ms = system_sleep_ms,
        .random = system_random,
        .log = system_log,
    };
    return &env;
}

struct ys_env ys_env_complete(const struct ys_env *env)
{
    struct ys_env complete = *ys_env_system();

    if (env == NULL) return complete;
    complete.ctx = env->ctx;
    if (env->wall_ms != NULL) complete.wall_ms = env->wall_ms;
    if (env->mono_ms != NULL) complete.mono_ms = env->mono_ms;
    if (env->sleep_ms != NULL) complete.sleep_ms = env->sleep_ms;
    if (env->random != NULL) complete.random = env->random;
    if (env->log != NULL) complete.log = env->log;
    return complete;
}

/* ------------------------------------------------------------------ calls */

int64_t ys_env_wall_ms(const struct ys_env *env)
{
    return env != NULL && env->wall_ms != NULL ? env->wall_ms(env->ctx) : system_wall_ms(NULL);
}

int64_t ys_env_mono_ms(const struct ys_env *env)
{
    return env != NULL && env->mono_ms != NULL ? env->mono_ms(env->ctx) : system_mono_ms(NULL);
}

void ys_env_sleep_ms(const struct ys_env *env, int64_t duration_ms)
{
    if (duration_ms <= 0) return;
    if (env != NULL && env->sleep_ms != NULL) {
        env->sleep_ms(env->ctx, duration_ms);
    } else {
        system_sleep_ms(NULL, duration_ms);
    }
}

void ys_env_random(const struct ys_env *env, void *out, size_t bytes)
{
    if (env != NULL && env->random != NULL) {
        env->random(env->ctx, out, bytes);
    } else {
        system_random(NULL, out, bytes);
    }
}

uint64_t ys_env_random_below(const struct ys_env *env, uint64_t below)
{
    uint64_t value = 0, rest;

    YS_REQUIRE(below > 0);
    rest = (UINT64_MAX % below + 1) % below; /* how many values at the top would favour some */
    for (int i = 0; i < RANDOM_TRIES_MAX; i++) {
        ys_env_random(env, &value, sizeof value);
        if (value <= UINT64_MAX - rest) break;
    }
    return value % below;
}

void ys_env_log(const struct ys_env *env, enum ys_log_level level, const char *format, ...)
{
    char message[LOG_MESSAGE_BYTES];
    va_list args;
    int length;

    if (env == NULL || env->log == NULL || env->log == system_log) return;
    va_start(args, format);
    length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length < 0) return;
    if ((size_t)length >= sizeof message) {
        message[ys_utf8_cut(message, sizeof message - 1)] = '\0';
    }
    env->log(env->ctx, level, message);
}
