/* limiter.h: how fast requests may leave. Pure: state + event + now -> state + wait.
 *
 * A token bucket paces all requests; reads and writes have concurrency caps of their own. A
 * refusal for speed (429, rateLimitExceeded) halves the rate and holds everything back; success
 * adds to the rate step by step up to the configured one. Times are monotonic milliseconds. */
#ifndef YS_NET_LIMITER_H
#define YS_NET_LIMITER_H

#include "ytsync.h"

struct ys_limiter_config {
    int64_t per_second;   /* requests per second at most, >= 1 */
    int64_t reads_max;    /* concurrent */
    int64_t writes_max;
};

struct ys_limiter {
    struct ys_limiter_config config;
    int64_t rate_milli;        /* current requests per 1000 seconds */
    int64_t tokens_milli;      /* thousandths of a token */
    int64_t refilled_at_ms;
    int64_t hold_until_ms;     /* nothing leaves before */
    int64_t throttles;         /* consecutive refusals for speed */
    int64_t reads, writes;     /* in flight */
};

enum ys_limiter_outcome { YS_PACE_OK, YS_PACE_THROTTLED, YS_PACE_OTHER };

void ys_limiter_init(struct ys_limiter *limiter, const struct ys_limiter_config *config,
                     int64_t now_ms);
/* 0: a request of this kind may leave now. -1: not before one in flight comes back. Else the
 * wait for a token or the end of the hold. */
int64_t ys_limiter_wait_ms(const struct ys_limiter *limiter, bool write, int64_t now_ms);
/* Takes the token; only after wait said 0. */
void ys_limiter_take(struct ys_limiter *limiter, bool write, int64_t now_ms);
/* A request came back. retry_after_ms < 0: the server named none. `random` is any number, for
 * the jitter of the backoff. */
void ys_limiter_done(struct ys_limiter *limiter, bool write, enum ys_limiter_outcome outcome,
                     int64_t retry_after_ms, uint64_t random, int64_t now_ms);
/* State across restarts, as one line of text; wall time because monotonic clocks restart. */
void ys_limiter_save(const struct ys_limiter *limiter, int64_t now_ms, int64_t wall_ms,
                     char out[128]);
/* Garbage is ignored: the limiter stays as initialised. */
void ys_limiter_load(struct ys_limiter *limiter, const char *text, int64_t now_ms,
                     int64_t wall_ms);

#endif
