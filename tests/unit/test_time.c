/* test_time.c: the calendar, the Pacific day against known instants and against the system's tz
 * database where there is one, and the texts of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time.h"

#define ZONE "America/Los_Angeles"
#define ZONE_FILE "/usr/share/zoneinfo/" ZONE

/* ------------------------------------------------------------------ calendar */

static void check_civil(int64_t ms, int64_t year, int month, int day, int hour, int milli)
{
    struct ys_civil civil;

    ys_civil_from_ms(ms, &civil);
    assert_int_equal(civil.year, year);
    assert_int_equal(civil.month, month);
    assert_int_equal(civil.day, day);
    assert_int_equal(civil.hour, hour);
    assert_int_equal(civil.millisecond, milli);
    assert_int_equal(ys_civil_to_ms(&civil), ms);
}

static void test_known_dates(void **state)
{
    (void)state;
    check_civil(0, 1970, 1, 1, 0, 0);
    check_civil(-1, 1969, 12, 31, 23, 999);
    check_civil(INT64_C(951782400000), 2000, 2, 29, 0, 0);
    check_civil(INT64_C(4107542400000), 2100, 3, 1, 0, 0); /* 2100 is no leap year */
    check_civil(INT64_C(4107542399999), 2100, 2, 28, 23, 999);
    check_civil(INT64_C(-62135596800000), 1, 1, 1, 0, 0);
    check_civil(INT64_C(253402300799999), 9999, 12, 31, 23, 999);
}

/* Day by day from 1600 to 2400, counted by hand. */
static void test_every_day_of_two_eras(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct ys_civil first = {.year = 1600, .month = 1, .day = 1};
    int64_t ms = ys_civil_to_ms(&first);

    (void)state;
    assert_int_equal(ms, INT64_C(-11676096000000));
    for (int year = 1600; year < 2400; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap ? 1 : 0);

            for (int day = 1; day <= length; day++, ms += YS_MS_PER_DAY) {
                struct ys_civil civil;

                ys_civil_from_ms(ms + 1, &civil);
                if (civil.year != year || civil.month != month || civil.day != day) {
                    fail_msg("%d-%02d-%02d went wrong", year, month, day);
                }
                if (ys_civil_to_ms(&civil) != ms + 1) fail_msg("%d-%02d-%02d", year, month, day);
            }
        }
    }
}

/* ------------------------------------------------------------------ Pacific days */

static int64_t day_number(const char *text)
{
    int64_t day = 0;

    assert_true(ys_day_parse(text, &day));
    return day;
}

static int64_t instant(const char *text)
{
    int64_t ms = 0;

    assert_true(ys_time_parse(text, &ms));
    return ms;
}

/* The day begins at `start`, and not a millisecond before. */
static void check_day(const char *text, const char *start, int hours)
{
    int64_t day = day_number(text), start_ms = instant(start);

    assert_int_equal(ys_pacific_day_start_ms(day), start_ms);
    assert_int_equal(ys_pacific_day(start_ms), day);
    assert_int_equal(ys_pacific_day(start_ms - 1), day - 1);
    assert_int_equal(ys_pacific_day_start_ms(day + 1) - start_ms, hours * YS_MS_PER_HOUR);
}

static void test_known_pacific_days(void **state)
{
    (void)state;
    /* From a live answer: window_start_time 1790319600. */
    assert_int_equal(ys_pacific_day_start_ms(day_number("2026-09-25")), INT64_C(1790319600000));
    check_day("2026-09-25", "2026-09-25T07:00:00Z", 24);
    check_day("2026-11-22", "2026-11-22T08:00:00Z", 24);
    check_day("2026-03-07", "2026-03-07T08:00:00Z", 24);
    check_day("2026-03-08", "2026-03-08T08:00:00Z", 23);
    check_day("2026-03-09", "2026-03-09T07:00:00Z", 24);
    check_day("2026-10-31", "2026-10-31T07:00:00Z", 24);
    check_day("2026-11-01", "2026-11-01T07:00:00Z", 25);
    check_day("2026-11-02", "2026-11-02T08:00:00Z", 24);
    check_day("2007-03-11", "2007-03-11T08:00:00Z", 23);
    check_day("2007-11-04", "2007-11-04T07:00:00Z", 25);
    check_day("2027-03-14", "2027-03-14T08:00:00Z", 23); /* the latest second Sunday */
    check_day("2032-11-07", "2032-11-07T07:00:00Z", 25); /* the latest first Sunday */
    check_day("2037-11-01", "2037-11-01T07:00:00Z", 25);
    check_day("2038-03-14", "2038-03-14T08:00:00Z", 23); /* beyond 32 bits */
    check_day("2027-12-31", "2027-12-31T08:00:00Z", 24);
    check_day("2028-01-01", "2028-01-01T08:00:00Z", 24);
    check_day("2028-02-29", "2028-02-29T08:00:00Z", 24);
}

/* All instants of the two days on which the clocks change belong to them. */
static void test_minutes_around_the_changes(void **state)
{
    static const char *const days[] = {"2026-03-08", "2026-11-01"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        int64_t day = day_number(days[i]);
        int64_t end_ms = ys_pacific_day_start_ms(day + 1);

        for (int64_t ms = ys_pacific_day_start_ms(day); ms < end_ms; ms += YS_MS_PER_MINUTE) {
            assert_int_equal(ys_pacific_day(ms), day);
            assert_int_equal(ys_pacific_day(ms + YS_MS_PER_MINUTE - 1), day);
        }
    }
}

/* The day of `ms` and the hour by the C library's zone. */
static int64_t system_day(int64_t ms, int *hour)
{
    int64_t seconds = ms / 1000 - (ms % 1000 < 0);
    time_t now = (time_t)seconds;
    struct tm local;
    struct ys_civil civil = {0};

    /* lint: allow banned: the C library is what we compare with */
    assert_non_null(localtime_r(&now, &local));
    civil.year = local.tm_year + 1900;
    civil.month = local.tm_mon + 1;
    civil.day = local.tm_mday;
    *hour = local.tm_hour;
    return ys_civil_to_ms(&civil) / YS_MS_PER_DAY;
}

static void check_against_system(int64_t first, int64_t last)
{
    for (int64_t day = first; day <= last; day++) {
        int64_t start_ms = ys_pacific_day_start_ms(day);
        int64_t next_ms = ys_pacific_day_start_ms(day + 1);
        int64_t length_ms = next_ms - start_ms;
        int hour = -1;

        if (system_day(start_ms, &hour) != day || hour != 0) {
            fail_msg("day %lld begins at another time", (long long)day);
        }
        if (system_day(next_ms - 1, &hour) != day || hour != 23) {
            fail_msg("day %lld ends at another time", (long long)day);
        }
        if (length_ms % YS_MS_PER_HOUR != 0 || length_ms < 23 * YS_MS_PER_HOUR ||
            length_ms > 25 * YS_MS_PER_HOUR) {
            fail_msg("day %lld has no 23 to 25 hours", (long long)day);
        }
        for (int64_t ms = start_ms; ms < next_ms; ms += 3 * YS_MS_PER_HOUR + 7) {
            if (ys_pacific_day(ms) != day) fail_msg("%lld is of another day", (long long)ms);
        }
        if (ys_pacific_day(next_ms - 1) != day) fail_msg("end of day %lld", (long long)day);
    }
}

static void test_sweep_against_the_tz_database(void **state)
{
    char *zone_before = getenv("TZ"), *kept;

    (void)state;
    if (access(ZONE_FILE, R_OK) != 0) {
        print_message("skipped: there is no " ZONE_FILE "\n");
        skip();
    }
    kept = zone_before != NULL ? strdup(zone_before) : NULL;
    assert_int_equal(setenv("TZ", ":" ZONE, 1), 0);
    tzset();
    check_against_system(day_number("2007-01-01"), day_number("2099-12-31"));
    if (kept != NULL) {
        assert_int_equal(setenv("TZ", kept, 1), 0);
        free(kept);
    } else {
        assert_int_equal(unsetenv("TZ"), 0);
    }
    tzset();
}

/* ------------------------------------------------------------------ texts */

static void test_day_text(void **state)
{
    static const char *const bad[] = {"",           "2026-11-2",   "2026-11-222", "2026-13-01",
                                      "2026-00-01", "2026-02-29",  "2026-11-31",  "2026-11-00",
                                      "2026/11/22", " 2026-11-22", "2026-11-22 ", "-026-11-22"};
    char text[YS_DAY_TEXT_BYTES];
    int64_t day = 0;

    (void)state;
    ys_day_text(0, text);
    assert_string_equal(text, "1970-01-01");
    assert_true(ys_day_parse("2028-02-29", &day));
    ys_day_text(day, text);
    assert_string_equal(text, "2028-02-29");
    ys_day_text(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31");
    ys_day_text(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ys_day_parse(bad[i], &day));
    }
    assert_false(ys_day_parse(NULL, &day));
}

static void test_time_text(void **state)
{
    static const int64_t round[] = {0, 1, -1, 1790319600000, 1790319600123, 253402300799999};
    char text[YS_TIME_TEXT_BYTES];

    (void)state;
    ys_time_text(INT64_C(1790319600000), text);
    assert_string_equal(text, "2026-09-25T07:00:00Z");
    ys_time_text(INT64_C(1790319600007), text);
    assert_string_equal(text, "2026-09-25T07:00:00.007Z");
    for (size_t i = 0; i < sizeof round / sizeof round[0]; i++) {
        ys_time_text(round[i], text);
        assert_int_equal(instant(text), round[i]);
    }
    ys_time_text(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    ys_time_text(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void test_time_parse(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-09-25",
        "2026-09-25T07:00:00",
        "2026-09-25T07:00Z",
        "2026-09-25T24:00:00Z",
        "2026-09-25T07:60:00Z",
        "2026-09-25T07:00:61Z",
        "2026-02-29T07:00:00Z",
        "2026-09-25T07:00:00.Z",
        "2026-09-25T07:00:00ZZ",
        "2026-09-25T07:00:00+0200",
        "2026-09-25T07:00:00+24:00",
        "2026-09-25T07:00:00+02:60",
        "2026-09-25X07:00:00Z",
        "26-09-25T07:00:00Z",
    };
    const int64_t seven = INT64_C(1790319600000);
    int64_t ms = 0;

    (void)state;
    assert_int_equal(instant("2026-09-25T07:00:00Z"), seven);
    assert_int_equal(instant("2026-09-25t07:00:00z"), seven);
    assert_int_equal(instant("2026-09-25 07:00:00Z"), seven);
    assert_int_equal(instant("2026-09-25T07:00:00+00:00"), seven);
    assert_int_equal(instant("2026-09-25T09:30:00+02:30"), seven);
    assert_int_equal(instant("2026-09-25T00:00:00-07:00"), seven);
    assert_int_equal(instant("2026-09-25T07:00:00.5Z"), seven + 500);
    assert_int_equal(instant("2026-09-25T07:00:00.1239999999999Z"), seven + 123);
    assert_int_equal(instant("2016-12-31T23:59:60Z"), instant("2017-01-01T00:00:00Z"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (ys_time_parse(bad[i], &ms)) fail_msg("\"%s\" was read", bad[i]);
    }
    assert_false(ys_time_parse(NULL, &ms));
}

static void test_http_dates(void **state)
{
    static const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                       "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};
    static const char *const bad[] = {"",
                                      "Sun",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 31 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Foo 1994 08:49:37 GMT",
                                      "Sun, 06-Nov-94 08:49:37 GMT",
                                      "Sunday, 06 Nov 1994 08:49:37 GMT",
                                      "Sun Nov 6 08:49:37 1994",
                                      "Sun Nov  6 08:49:37 94"};
    char text[YS_HTTP_DATE_BYTES];
    int64_t ms = 0;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ms = 0;
        assert_true(ys_http_date_parse(good[i], &ms));
        assert_int_equal(ms, INT64_C(784111777000));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (ys_http_date_parse(bad[i], &ms)) fail_msg("\"%s\" was read", bad[i]);
    }
    assert_false(ys_http_date_parse(NULL, &ms));
    assert_true(ys_http_date_parse("Saturday, 22-Nov-69 00:00:00 GMT", &ms));
    assert_int_equal(ms, instant("2069-11-22T00:00:00Z"));
    assert_true(ys_http_date_parse("Wed Nov 22 08:49:37 2026", &ms));
    assert_int_equal(ms, instant("2026-11-22T08:49:37Z"));
    ys_http_date_text(INT64_C(784111777999), text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    for (int64_t day = -5; day < 400; day++) {
        ys_http_date_text(day * YS_MS_PER_DAY, text);
        assert_true(ys_http_date_parse(text, &ms));
        assert_int_equal(ms, day * YS_MS_PER_DAY);
    }
    ys_http_date_text(0, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
    ys_http_date_text(-1, text);
    assert_string_equal(text, "Wed, 31 Dec 1969 23:59:59 GMT");
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        {"PT1H2M3S", 3723}, {"P1DT2S", 86402}, {"P0D", 0},        {"PT0S", 0},
        {"PT4M", 240},      {"P1W", 604800},   {"P1W2DT1H", 781200}, {"PT100M", 6000},
        {"PT999999999999S", INT64_C(999999999999)},
    };
    static const char *const bad[] = {"",      "P",      "PT",     "P1DT",   "PT1",   "PTS",
                                      "1H",    "PT1X",   "PT1S2M", "PT1H1H", "P1H",   "PT1D",
                                      "P1Y",   "P1M",    "PT1.5S", "PT-1S",  "PT1ST", "P1D1W",
                                      "PT1S ", "PT1000000000000S"};
    int64_t seconds = 0;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!ys_duration_parse(good[i].text, &seconds)) fail_msg("\"%s\"", good[i].text);
        assert_int_equal(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (ys_duration_parse(bad[i], &seconds)) fail_msg("\"%s\" was read", bad[i]);
    }
    assert_false(ys_duration_parse(NULL, &seconds));
}

/* Nothing overflows, whatever a server or a file says. */
static void test_extremes(void **state)
{
    struct ys_civil civil;

    (void)state;
    ys_civil_from_ms(INT64_MAX, &civil);
    assert_int_equal(ys_civil_to_ms(&civil), INT64_MAX);
    ys_civil_from_ms(INT64_MIN + YS_MS_PER_DAY, &civil);
    assert_int_equal(civil.millisecond, 192);
    assert_true(ys_pacific_day(INT64_MAX) > ys_pacific_day(0));
    assert_true(ys_pacific_day(INT64_MIN) < ys_pacific_day(0));
    assert_true(ys_pacific_day_start_ms(INT64_MAX) > 0);
    assert_true(ys_pacific_day_start_ms(INT64_MIN) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_dates),
        cmocka_unit_test(test_every_day_of_two_eras),
        cmocka_unit_test(test_known_pacific_days),
        cmocka_unit_test(test_minutes_around_the_changes),
        cmocka_unit_test(test_sweep_against_the_tz_database),
        cmocka_unit_test(test_day_text),
        cmocka_unit_test(test_time_text),
        cmocka_unit_test(test_time_parse),
        cmocka_unit_test(test_http_dates),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
