/* retry.h: how long to wait before the next attempt, and how often to try. Pure. */
#ifndef YS_NET_RETRY_H
#define YS_NET_RETRY_H

#include "ytsync.h"

#define YS_BACKOFF_BASE_MS 1000
#define YS_BACKOFF_MAX_MS 64000
/* A server that asks for more than this is taken at this (a broken header, or a ban). */
#define YS_RETRY_AFTER_MAX_MS INT64_C(3600000)

/* Truncated exponential backoff with full jitter, at least floor_ms: attempt counts from 1. */
int64_t ys_backoff_ms(int64_t attempt, int64_t floor_ms, uint64_t random);
/* Retry-After as delta-seconds or HTTP-date (against now_ms, wall). -1: absent or garbage. */
int64_t ys_retry_after_ms(const char *header, int64_t now_ms);

/* A retry budget: retries may be at most a share of what succeeds, so that a dead server is not
 * hammered. Starts with `YS_RETRY_BUDGET_MAX` credits; a retry takes one; ten successes give
 * one back. */
#define YS_RETRY_BUDGET_MAX 20
struct ys_retry_budget { int64_t tenths; };
void ys_retry_budget_init(struct ys_retry_budget *budget);
bool ys_retry_budget_take(struct ys_retry_budget *budget);
void ys_retry_budget_success(struct ys_retry_budget *budget);

#endif
