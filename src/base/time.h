/* time.h: calendar arithmetic on int64_t milliseconds UTC; no time zone state of the process
 * is read or changed. */
#ifndef YS_BASE_TIME_H
#define YS_BASE_TIME_H

#include "ytsync.h"

#define YS_MS_PER_S INT64_C(1000)
#define YS_MS_PER_MINUTE INT64_C(60000)
#define YS_MS_PER_HOUR INT64_C(3600000)
#define YS_MS_PER_DAY INT64_C(86400000)
#define YS_DAY_TEXT_BYTES 11
#define YS_TIME_TEXT_BYTES 25
#define YS_HTTP_DATE_BYTES 30

struct ys_civil { int64_t year; int month, day, hour, minute, second, millisecond; };

void ys_civil_from_ms(int64_t ms, struct ys_civil *out);
int64_t ys_civil_to_ms(const struct ys_civil *civil);

/* The quota day: the calendar day in America/Los_Angeles as days since 1970-01-01. The rule of
 * the US Energy Policy Act of 2005 (second Sunday of March to first Sunday of November, 02:00
 * local) is computed, so it needs no zone files. */
int64_t ys_pacific_day(int64_t ms);
/* The instant at which that day begins, UTC. Days have 23, 24 or 25 hours. */
int64_t ys_pacific_day_start_ms(int64_t day);
/* "2026-11-22" */
void ys_day_text(int64_t day, char out[YS_DAY_TEXT_BYTES]);
bool ys_day_parse(const char *text, int64_t *day);

/* RFC 3339 "2026-11-22T10:00:00Z"; with ".123" before the Z when there are milliseconds, so that
 * reading gives the same number back. On the way in any fraction, numeric offsets, and a space
 * for the T are understood. */
void ys_time_text(int64_t ms, char out[YS_TIME_TEXT_BYTES]);
bool ys_time_parse(const char *text, int64_t *ms);
/* The three HTTP-date forms of RFC 9110 5.6.7 (IMF-fixdate, RFC 850, asctime). Two-digit years are
 * 1970 to 2069; the weekday must be one but is not compared with the date. */
bool ys_http_date_parse(const char *text, int64_t *ms);
void ys_http_date_text(int64_t ms, char out[YS_HTTP_DATE_BYTES]);
/* ISO 8601 durations of the API, "PT1H2M3S", "P1DT2S", "P0D", "P1W"; whole numbers of weeks, days,
 * hours, minutes and seconds (years and months have no fixed length). Seconds. */
bool ys_duration_parse(const char *text, int64_t *seconds);

#endif
