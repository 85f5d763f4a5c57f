/* fuzz_date.c: the texts of times. What is read can be written and read again as the same. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "fuzz/fuzz.h"
#include "net/retry.h"

/* The times that texts can show: the years 0 to 9999. */
#define FIRST_MS (INT64_C(-719528) * YS_MS_PER_DAY)
#define LAST_MS (INT64_C(2932897) * YS_MS_PER_DAY - 1)

static void check_retry_after(const char *text)
{
    static const int64_t clocks[] = {0, INT64_C(1790319600000), -1, INT64_C(253402300799999)};
    size_t i;

    for (i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        int64_t wait = ys_retry_after_ms(text, clocks[i]);
        FUZZ_CHECK(wait >= -1 && wait <= YS_RETRY_AFTER_MAX_MS);
    }
}

static void check_http_date(const char *text)
{
    char shown[YS_HTTP_DATE_BYTES];
    int64_t ms, again;

    if (!ys_http_date_parse(text, &ms)) return;
    if (ms < FIRST_MS || ms > LAST_MS) return; /* a leap second at the very end */
    ys_http_date_text(ms, shown);
    FUZZ_CHECK(strlen(shown) == YS_HTTP_DATE_BYTES - 1);
    FUZZ_CHECK(ys_http_date_parse(shown, &again) && again == ms);
}

static void check_time(const char *text)
{
    char shown[YS_TIME_TEXT_BYTES];
    int64_t ms, again;

    if (!ys_time_parse(text, &ms)) return;
    /* An offset, or a leap second, may lead out of what a text can show, but not far. */
    FUZZ_CHECK(ms >= FIRST_MS - YS_MS_PER_DAY && ms <= LAST_MS + YS_MS_PER_DAY);
    if (ms < FIRST_MS || ms > LAST_MS) return;
    ys_time_text(ms, shown);
    FUZZ_CHECK(ys_time_parse(shown, &again) && again == ms);
}

static void check_day(int64_t day)
{
    char shown[YS_DAY_TEXT_BYTES];
    int64_t again, start = ys_pacific_day_start_ms(day);
    int64_t length = ys_pacific_day_start_ms(day + 1) - start;

    ys_day_text(day, shown);
    FUZZ_CHECK(ys_day_parse(shown, &again) && again == day);
    /* At both ends of the calendar the day before or after cannot be told. */
    if (day <= FIRST_MS / YS_MS_PER_DAY || day >= LAST_MS / YS_MS_PER_DAY) return;
    FUZZ_CHECK(length >= 23 * YS_MS_PER_HOUR && length <= 25 * YS_MS_PER_HOUR);
    FUZZ_CHECK(ys_pacific_day(start) == day);
    FUZZ_CHECK(ys_pacific_day(start - 1) == day - 1);
    FUZZ_CHECK(ys_pacific_day(start + length - 1) == day);
}

void fuzz_date(const uint8_t *data, size_t bytes)
{
    char *text = fuzz_string(data, bytes);
    int64_t value;

    check_retry_after(text);
    check_http_date(text);
    check_time(text);
    if (ys_day_parse(text, &value)) check_day(value);
    if (ys_duration_parse(text, &value)) FUZZ_CHECK(value >= 0);
    free(text);
}
