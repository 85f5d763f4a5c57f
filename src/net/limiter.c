/* limiter.c: the pacing of limiter.h as arithmetic on a struct; no clock is read here.
 *
 * The bucket holds what arrives in BURST_MS plus one token, so within any span of t seconds
 * at most rate * (t + BURST_MS / 1000) + 1 requests leave.
 *
 * Invariants after init: RATE_MIN_MILLI <= rate_milli <= per_second * 1000,
 * 0 <= tokens_milli <= the bucket's size, 0 <= reads <= reads_max, 0 <= writes <= writes_max.
 * One request costs 1000 tokens_milli; rate_milli is thousandths of a request per second. */
#include "net/limiter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "net/retry.h"

#define TOKEN_MILLI INT64_C(1000)
/* The slowest pace that refusals can lead to: one request in ten seconds. */
#define RATE_MIN_MILLI INT64_C(100)
/* A success gives back a twentieth of the configured rate, so that a halved rate is whole again
 * after ten successes in a row. */
#define RATE_STEPS 20
#define PER_SECOND_MAX INT64_C(1000)
/* What a bucket can catch up at once: an event loop that wakes a little late loses nothing. */
#define BURST_MS INT64_C(100)
/* Longer pauses fill the bucket just as this does; keeps the products small. */
#define REFILL_MS_MAX INT64_C(600000)
#define THROTTLES_MAX INT64_C(1000)
#define STATE_VERSION 1

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    if (value < least) return least;
    return value > most ? most : value;
}

static int64_t rate_max_milli(const struct ys_limiter *limiter)
{
    return limiter->config.per_second * 1000;
}

static int64_t bucket_milli(const struct ys_limiter *limiter)
{
    return TOKEN_MILLI + limiter->rate_milli * BURST_MS / 1000;
}

void ys_limiter_init(struct ys_limiter *limiter, const struct ys_limiter_config *config,
                     int64_t now_ms)
{
    *limiter = (struct ys_limiter){.config = *config, .refilled_at_ms = now_ms};
    limiter->config.per_second = clamp(config->per_second, 1, PER_SECOND_MAX);
    if (limiter->config.reads_max < 1) limiter->config.reads_max = 1;
    if (limiter->config.writes_max < 1) limiter->config.writes_max = 1;
    limiter->rate_milli = rate_max_milli(limiter);
    limiter->tokens_milli = TOKEN_MILLI;
    limiter->hold_until_ms = now_ms;
}

/* Thousandths of a token that have arrived since the last refill. */
static int64_t arrived_milli(const struct ys_limiter *limiter, int64_t now_ms)
{
    int64_t elapsed_ms = clamp(now_ms - limiter->refilled_at_ms, 0, REFILL_MS_MAX);

    return elapsed_ms * limiter->rate_milli / 1000;
}

static int64_t tokens_at(const struct ys_limiter *limiter, int64_t now_ms)
{
    int64_t tokens_milli = limiter->tokens_milli + arrived_milli(limiter, now_ms);

    return clamp(tokens_milli, 0, bucket_milli(limiter));
}

/* Moves the refill mark only by the time that the whole thousandths took, so that fractions are
 * not lost at slow rates. */
static void refill(struct ys_limiter *limiter, int64_t now_ms)
{
    int64_t arrived = arrived_milli(limiter, now_ms);
    int64_t tokens_milli = limiter->tokens_milli + arrived;

    if (now_ms - limiter->refilled_at_ms > REFILL_MS_MAX ||
        tokens_milli >= bucket_milli(limiter)) {
        limiter->tokens_milli = clamp(tokens_milli, 0, bucket_milli(limiter));
        limiter->refilled_at_ms = now_ms;
        return;
    }
    limiter->tokens_milli = tokens_milli;
    limiter->refilled_at_ms +=
        (arrived * 1000 + limiter->rate_milli - 1) / limiter->rate_milli;
}

int64_t ys_limiter_wait_ms(const struct ys_limiter *limiter, bool write, int64_t now_ms)
{
    int64_t in_flight = write ? limiter->writes : limiter->reads;
    int64_t in_flight_max = write ? limiter->config.writes_max : limiter->config.reads_max;
    int64_t hold_ms = limiter->hold_until_ms - now_ms;
    int64_t missing_milli, token_ms, idle_ms;

    if (in_flight >= in_flight_max) return -1;
    if (hold_ms < 0) hold_ms = 0;
    missing_milli = TOKEN_MILLI - limiter->tokens_milli;
    if (tokens_at(limiter, now_ms) >= TOKEN_MILLI) return hold_ms;
    token_ms = (missing_milli * 1000 + limiter->rate_milli - 1) / limiter->rate_milli;
    idle_ms = now_ms - limiter->refilled_at_ms;
    if (idle_ms > 0) token_ms -= idle_ms;
    if (token_ms < 1) token_ms = 1;
    return token_ms > hold_ms ? token_ms : hold_ms;
}

void ys_limiter_take(struct ys_limiter *limiter, bool write, int64_t now_ms)
{
    YS_REQUIRE(ys_limiter_wait_ms(limiter, write, now_ms) == 0);
    refill(limiter, now_ms);
    limiter->tokens_milli -= TOKEN_MILLI;
    if (write) {
        limiter->writes++;
    } else {
        limiter->reads++;
    }
}

/* Several requests that left together are refused together: the first refusal halves the rate,
 * the others of the same hold only lengthen it if the server named a longer wait. */
static void throttle(struct ys_limiter *limiter, int64_t retry_after_ms, uint64_t random,
                     int64_t now_ms)
{
    bool first = now_ms >= limiter->hold_until_ms;
    int64_t hold_ms;

    if (!first && retry_after_ms < 0) return;
    if (first) {
        refill(limiter, now_ms);
        limiter->throttles = clamp(limiter->throttles + 1, 1, THROTTLES_MAX);
        limiter->rate_milli =
            clamp(limiter->rate_milli / 2, RATE_MIN_MILLI, rate_max_milli(limiter));
        limiter->tokens_milli = clamp(limiter->tokens_milli, 0, bucket_milli(limiter));
    }
    hold_ms = retry_after_ms >= 0 ? clamp(retry_after_ms, 0, YS_RETRY_AFTER_MAX_MS)
                                  : ys_backoff_ms(limiter->throttles, YS_BACKOFF_BASE_MS, random);
    if (now_ms + hold_ms > limiter->hold_until_ms) limiter->hold_until_ms = now_ms + hold_ms;
}

void ys_limiter_done(struct ys_limiter *limiter, bool write, enum ys_limiter_outcome outcome,
                     int64_t retry_after_ms, uint64_t random, int64_t now_ms)
{
    int64_t *in_flight = write ? &limiter->writes : &limiter->reads;

    YS_REQUIRE(*in_flight > 0);
    (*in_flight)--;
    if (outcome == YS_PACE_THROTTLED) {
        throttle(limiter, retry_after_ms, random, now_ms);
    } else if (outcome == YS_PACE_OK && now_ms >= limiter->hold_until_ms) {
        /* A success during a hold left before the refusal and says nothing about the pace. */
        refill(limiter, now_ms);
        limiter->throttles = 0;
        limiter->rate_milli = clamp(limiter->rate_milli + rate_max_milli(limiter) / RATE_STEPS,
                                    RATE_MIN_MILLI, rate_max_milli(limiter));
    }
}

void ys_limiter_save(const struct ys_limiter *limiter, int64_t now_ms, int64_t wall_ms,
                     char out[128])
{
    int64_t hold_ms = clamp(limiter->hold_until_ms - now_ms, 0, YS_RETRY_AFTER_MAX_MS);

    (void)snprintf(out, 128, "%d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                   STATE_VERSION, limiter->rate_milli, limiter->throttles,
                   tokens_at(limiter, now_ms), hold_ms, wall_ms);
}

/* Reads the `count` numbers that `text` consists of; false for anything else. */
static bool read_numbers(const char *text, int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *end;

        if (text[0] != '-' && (text[0] < '0' || text[0] > '9')) return false;
        errno = 0;
        numbers[i] = strtoll(text, &end, 10);
        if (errno != 0 || end == text || *end != (i + 1 < count ? ' ' : '\0')) return false;
        text = end + 1;
    }
    return true;
}

void ys_limiter_load(struct ys_limiter *limiter, const char *text, int64_t now_ms,
                     int64_t wall_ms)
{
    enum { VERSION, RATE, THROTTLES, TOKENS, HOLD, SAVED_AT, COUNT };
    int64_t saved[COUNT], away_ms, hold_ms;

    if (text == NULL || !read_numbers(text, saved, COUNT) || saved[VERSION] != STATE_VERSION ||
        saved[RATE] < 1 || saved[THROTTLES] < 0 || saved[TOKENS] < 0 || saved[HOLD] < 0 ||
        saved[SAVED_AT] < 0) {
        return;
    }
    /* A wall clock that moved back counts as no time away. */
    away_ms = clamp(wall_ms - saved[SAVED_AT], 0, YS_RETRY_AFTER_MAX_MS);
    hold_ms = clamp(saved[HOLD], 0, YS_RETRY_AFTER_MAX_MS) - away_ms;
    limiter->rate_milli = clamp(saved[RATE], RATE_MIN_MILLI, rate_max_milli(limiter));
    limiter->throttles = clamp(saved[THROTTLES], 0, THROTTLES_MAX);
    limiter->tokens_milli = clamp(saved[TOKENS], 0, bucket_milli(limiter));
    limiter->refilled_at_ms = now_ms - clamp(away_ms, 0, REFILL_MS_MAX);
    limiter->hold_until_ms = now_ms + clamp(hold_ms, 0, YS_RETRY_AFTER_MAX_MS);
    refill(limiter, now_ms);
}
