/* retry.c: backoff, Retry-After and the retry budget of retry.h; all pure.
 *
 * Google's guidance (YOUTUBE_API section 6): min(2^n s + random, maximum), maximum 32 or 64 s;
 * here the whole wait is drawn at random ("full jitter") so that clients spread out. */
#include "net/retry.h"

#include <string.h>

#include "base/time.h"

/* A successful request gives back this many tenths of a retry. */
#define SUCCESS_TENTHS 1
#define CREDIT_TENTHS 10
/* 64 s is reached at the seventh attempt; higher exponents would only overflow. */
#define BACKOFF_DOUBLINGS_MAX 10
/* Delta-seconds with more digits are longer than any wait that is taken. */
#define DELTA_DIGITS_MAX 9

int64_t ys_backoff_ms(int64_t attempt, int64_t floor_ms, uint64_t random)
{
    int64_t doublings = attempt < 1 ? 0 : attempt - 1;
    int64_t ceiling_ms;

    if (doublings > BACKOFF_DOUBLINGS_MAX) doublings = BACKOFF_DOUBLINGS_MAX;
    ceiling_ms = (int64_t)YS_BACKOFF_BASE_MS << doublings;
    if (ceiling_ms > YS_BACKOFF_MAX_MS) ceiling_ms = YS_BACKOFF_MAX_MS;
    if (floor_ms < 0) floor_ms = 0;
    return floor_ms + (int64_t)(random % ((uint64_t)ceiling_ms + 1));
}

static int64_t delta_seconds(const char *text, size_t digits)
{
    int64_t seconds = 0;

    if (digits > DELTA_DIGITS_MAX) return YS_RETRY_AFTER_MAX_MS;
    for (size_t i = 0; i < digits; i++) seconds = seconds * 10 + (text[i] - '0');
    return seconds * YS_MS_PER_S;
}

int64_t ys_retry_after_ms(const char *header, int64_t now_ms)
{
    size_t digits, rest;
    int64_t wait_ms, at_ms;

    if (header == NULL) return -1;
    header += strspn(header, " \t");
    digits = strspn(header, "0123456789");
    rest = digits + strspn(header + digits, " \t");
    if (digits > 0 && header[rest] == '\0') {
        wait_ms = delta_seconds(header, digits);
    } else if (ys_http_date_parse(header, &at_ms)) {
        wait_ms = at_ms > now_ms ? at_ms - now_ms : 0;
    } else {
        return -1;
    }
    return wait_ms > YS_RETRY_AFTER_MAX_MS ? YS_RETRY_AFTER_MAX_MS : wait_ms;
}

void ys_retry_budget_init(struct ys_retry_budget *budget)
{
    budget->tenths = (int64_t)YS_RETRY_BUDGET_MAX * CREDIT_TENTHS;
}

bool ys_retry_budget_take(struct ys_retry_budget *budget)
{
    if (budget->tenths < CREDIT_TENTHS) return false;
    budget->tenths -= CREDIT_TENTHS;
    return true;
}

void ys_retry_budget_success(struct ys_retry_budget *budget)
{
    budget->tenths += SUCCESS_TENTHS;
    if (budget->tenths > (int64_t)YS_RETRY_BUDGET_MAX * CREDIT_TENTHS) {
        budget->tenths = (int64_t)YS_RETRY_BUDGET_MAX * CREDIT_TENTHS;
    }
}
