/* time.c: the proleptic Gregorian calendar on int64_t milliseconds, Pacific days, and the texts
 * of times: RFC 3339, HTTP-date, ISO 8601 durations.
 *
 * Nothing here reads a clock or a time zone of the process. Texts are limited to the years 0 to
 * 9999; a time outside is shown as the nearest one inside. */
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define DAYS_PER_ERA INT64_C(146097) /* 400 years */
#define YEARS_PER_ERA 400
#define DAY_MIN (-INT64_C(719528)) /* 0000-01-01 */
#define DAY_MAX INT64_C(2932896)   /* 9999-12-31 */
#define MS_MIN (DAY_MIN * YS_MS_PER_DAY)
#define MS_MAX ((DAY_MAX + 1) * YS_MS_PER_DAY - 1)
/* Local standard and daylight time of America/Los_Angeles. */
#define PST_BEHIND_MS (8 * YS_MS_PER_HOUR)
#define PDT_BEHIND_MS (7 * YS_MS_PER_HOUR)
#define SUNDAY 0
/* A two-digit year of an RFC 850 date below this is one of the 2000s. */
#define SHORT_YEAR_PIVOT 70
#define DURATION_DIGITS_MAX 12

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low) return low;
    return value > high ? high : value;
}

/* ------------------------------------------------------------------ calendar */

/* Years are counted from March here, so that the leap day is the last one; then the days before
 * a month are (153 * month + 2) / 5. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    int64_t era, year_of_era, day_of_year, shifted = year - (month <= 2);

    era = floor_div(shifted, YEARS_PER_ERA);
    year_of_era = shifted - era * YEARS_PER_ERA;
    day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - 719468; /* 0000-03-01 to 1970-01-01 */
}

static void civil_from_days(int64_t days, struct ys_civil *out)
{
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

    out->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = era * YEARS_PER_ERA + year_of_era + (out->month <= 2);
}

void ys_civil_from_ms(int64_t ms, struct ys_civil *out)
{
    int64_t days = floor_div(ms, YS_MS_PER_DAY);
    int64_t rest = ms % YS_MS_PER_DAY;

    if (rest < 0) rest += YS_MS_PER_DAY;
    civil_from_days(days, out);
    out->hour = (int)(rest / YS_MS_PER_HOUR);
    out->minute = (int)(rest / YS_MS_PER_MINUTE % 60);
    out->second = (int)(rest / YS_MS_PER_S % 60);
    out->millisecond = (int)(rest % YS_MS_PER_S);
}

int64_t ys_civil_to_ms(const struct ys_civil *civil)
{
    return days_from_civil(civil->year, civil->month, civil->day) * YS_MS_PER_DAY +
           civil->hour * YS_MS_PER_HOUR + civil->minute * YS_MS_PER_MINUTE +
           civil->second * YS_MS_PER_S + civil->millisecond;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static int weekday(int64_t days)
{
    return (int)(days + 4 - 7 * floor_div(days + 4, 7));
}

/* ------------------------------------------------------------------ Pacific days */

static int64_t nth_sunday(int64_t year, int month, int nth)
{
    int64_t first = days_from_civil(year, month, 1);

    return first + (7 + SUNDAY - weekday(first)) % 7 + 7 * (nth - 1);
}

/* The days (local) on which daylight time begins and ends in `year`. */
static void daylight_days(int64_t year, int64_t *begin, int64_t *end)
{
    *begin = nth_sunday(year, 3, 2);
    *end = nth_sunday(year, 11, 1);
}

int64_t ys_pacific_day(int64_t ms)
{
    struct ys_civil standard;
    int64_t begin, end, local_ms;

    ms = clamp(ms, MS_MIN, MS_MAX);
    local_ms = ms - PST_BEHIND_MS;
    ys_civil_from_ms(local_ms, &standard);
    daylight_days(standard.year, &begin, &end);
    /* Both changes are at 02:00 of the time that holds until then; in standard time that is
     * 02:00 in spring and 01:00 in autumn. */
    if (local_ms >= begin * YS_MS_PER_DAY + 2 * YS_MS_PER_HOUR &&
        local_ms < end * YS_MS_PER_DAY + YS_MS_PER_HOUR) {
        local_ms += PST_BEHIND_MS - PDT_BEHIND_MS;
    }
    return floor_div(local_ms, YS_MS_PER_DAY);
}

int64_t ys_pacific_day_start_ms(int64_t day)
{
    struct ys_civil civil;
    int64_t begin, end;

    day = clamp(day, DAY_MIN - 1, DAY_MAX + 1);
    civil_from_days(day, &civil);
    daylight_days(civil.year, &begin, &end);
    /* The changes come after midnight: the first day begins in the old time still. */
    return day * YS_MS_PER_DAY + (day > begin && day <= end ? PDT_BEHIND_MS : PST_BEHIND_MS);
}

/* ------------------------------------------------------------------ reading texts */

/* Reads exactly `digits` decimal digits and moves on. */
static bool read_number(const char **text, int digits, int *out)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        char c = **text;

        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
        (*text)++;
    }
    *out = value;
    return true;
}

static bool read_char(const char **text, char wanted)
{
    if (**text != wanted) return false;
    (*text)++;
    return true;
}

static bool read_literal(const char **text, const char *wanted)
{
    size_t bytes = strlen(wanted);

    if (strncmp(*text, wanted, bytes) != 0) return false;
    *text += bytes;
    return true;
}

/* Reads one of `count` names; *out is its index. */
static bool read_name(const char **text, const char *const *names, int count, int *out)
{
    for (int i = 0; i < count; i++) {
        if (read_literal(text, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* Whether the fields are a date and time; 60 is allowed for a leap second. */
static bool civil_valid(const struct ys_civil *civil)
{
    return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month) && civil->hour <= 23 &&
           civil->minute <= 59 && civil->second <= 60;
}

/* "2026-11-22" */
static bool read_date(const char **text, struct ys_civil *out)
{
    int year = 0;

    if (!read_number(text, 4, &year) || !read_char(text, '-') ||
        !read_number(text, 2, &out->month) || !read_char(text, '-') ||
        !read_number(text, 2, &out->day)) {
        return false;
    }
    out->year = year;
    return true;
}

/* "10:00:00" */
static bool read_clock(const char **text, struct ys_civil *out)
{
    return read_number(text, 2, &out->hour) && read_char(text, ':') &&
           read_number(text, 2, &out->minute) && read_char(text, ':') &&
           read_number(text, 2, &out->second);
}

/* ------------------------------------------------------------------ day and RFC 3339 */

void ys_day_text(int64_t day, char out[YS_DAY_TEXT_BYTES])
{
    struct ys_civil civil;

    civil_from_days(clamp(day, DAY_MIN, DAY_MAX), &civil);
    (void)snprintf(out, YS_DAY_TEXT_BYTES, "%04u-%02u-%02u", (unsigned)civil.year % 10000,
                   (unsigned)civil.month % 100, (unsigned)civil.day % 100);
}

bool ys_day_parse(const char *text, int64_t *day)
{
    struct ys_civil civil = {0};

    if (text == NULL || !read_date(&text, &civil) || *text != '\0' || !civil_valid(&civil)) {
        return false;
    }
    *day = days_from_civil(civil.year, civil.month, civil.day);
    return true;
}

void ys_time_text(int64_t ms, char out[YS_TIME_TEXT_BYTES])
{
    struct ys_civil civil;
    int bytes;

    ys_civil_from_ms(clamp(ms, MS_MIN, MS_MAX), &civil);
    bytes = snprintf(out, YS_TIME_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u",
                     (unsigned)civil.year % 10000, (unsigned)civil.month % 100,
                     (unsigned)civil.day % 100, (unsigned)civil.hour % 100,
                     (unsigned)civil.minute % 100, (unsigned)civil.second % 100);
    if (civil.millisecond != 0) {
        (void)snprintf(out + bytes, YS_TIME_TEXT_BYTES - (size_t)bytes, ".%03uZ",
                       (unsigned)civil.millisecond % 1000);
    } else {
        (void)snprintf(out + bytes, YS_TIME_TEXT_BYTES - (size_t)bytes, "Z");
    }
}

/* ".123456": any number of digits; what is finer than a millisecond is cut off. */
static bool read_fraction(const char **text, int *millisecond)
{
    int value = 0, digits = 0;

    if (!read_char(text, '.')) return true;
    for (; **text >= '0' && **text <= '9'; (*text)++, digits++) {
        if (digits < 3) value = value * 10 + (**text - '0');
    }
    for (int i = digits; i < 3; i++) value *= 10;
    *millisecond = value;
    return digits > 0;
}

/* "Z" or "+02:00"; *out is how far local time is ahead of UTC. */
static bool read_offset(const char **text, int64_t *out)
{
    int hours = 0, minutes = 0;
    bool ahead = **text == '+';

    *out = 0;
    if (read_char(text, 'Z') || read_char(text, 'z')) return true;
    if (!read_char(text, '+') && !read_char(text, '-')) return false;
    if (!read_number(text, 2, &hours) || !read_char(text, ':') ||
        !read_number(text, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *out = hours * YS_MS_PER_HOUR + minutes * YS_MS_PER_MINUTE;
    if (!ahead) *out = -*out;
    return true;
}

bool ys_time_parse(const char *text, int64_t *ms)
{
    struct ys_civil civil = {0};
    int64_t ahead_ms = 0;

    if (text == NULL || !read_date(&text, &civil)) return false;
    if (!read_char(&text, 'T') && !read_char(&text, 't') && !read_char(&text, ' ')) return false;
    if (!read_clock(&text, &civil) || !read_fraction(&text, &civil.millisecond) ||
        !read_offset(&text, &ahead_ms) || *text != '\0' || !civil_valid(&civil)) {
        return false;
    }
    *ms = ys_civil_to_ms(&civil) - ahead_ms;
    return true;
}

/* ------------------------------------------------------------------ HTTP-date */

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const long_day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};

static bool read_month(const char **text, int *month)
{
    if (!read_name(text, month_names, 12, month)) return false;
    *month += 1;
    return true;
}

/* "06 Nov 1994 08:49:37 GMT", after the day's name and ", " */
static bool read_imf_fixdate(const char *text, struct ys_civil *out)
{
    int year = 0;

    if (!read_number(&text, 2, &out->day) || !read_char(&text, ' ') ||
        !read_month(&text, &out->month) || !read_char(&text, ' ') ||
        !read_number(&text, 4, &year) || !read_char(&text, ' ') || !read_clock(&text, out) ||
        !read_literal(&text, " GMT") || *text != '\0') {
        return false;
    }
    out->year = year;
    return true;
}

/* "06-Nov-94 08:49:37 GMT", after the day's long name and ", " */
static bool read_rfc850(const char *text, struct ys_civil *out)
{
    int year = 0;

    if (!read_number(&text, 2, &out->day) || !read_char(&text, '-') ||
        !read_month(&text, &out->month) || !read_char(&text, '-') ||
        !read_number(&text, 2, &year) || !read_char(&text, ' ') || !read_clock(&text, out) ||
        !read_literal(&text, " GMT") || *text != '\0') {
        return false;
    }
    out->year = year + (year < SHORT_YEAR_PIVOT ? 2000 : 1900);
    return true;
}

/* "Nov  6 08:49:37 1994", after the day's name and a space */
static bool read_asctime(const char *text, struct ys_civil *out)
{
    int year = 0;

    if (!read_month(&text, &out->month) || !read_char(&text, ' ')) return false;
    if (read_char(&text, ' ')) {
        if (!read_number(&text, 1, &out->day)) return false;
    } else if (!read_number(&text, 2, &out->day)) {
        return false;
    }
    if (!read_char(&text, ' ') || !read_clock(&text, out) || !read_char(&text, ' ') ||
        !read_number(&text, 4, &year) || *text != '\0') {
        return false;
    }
    out->year = year;
    return true;
}

bool ys_http_date_parse(const char *text, int64_t *ms)
{
    struct ys_civil civil = {0};
    bool read;
    int day = 0;

    if (text == NULL) return false;
    /* The long names first: each begins with its short one. */
    if (read_name(&text, long_day_names, 7, &day)) {
        read = read_literal(&text, ", ") && read_rfc850(text, &civil);
    } else if (read_name(&text, day_names, 7, &day)) {
        read = read_literal(&text, ", ") ? read_imf_fixdate(text, &civil)
                                         : read_char(&text, ' ') && read_asctime(text, &civil);
    } else {
        read = false;
    }
    if (!read || !civil_valid(&civil)) return false;
    *ms = ys_civil_to_ms(&civil);
    return true;
}

void ys_http_date_text(int64_t ms, char out[YS_HTTP_DATE_BYTES])
{
    struct ys_civil civil;

    ms = clamp(ms, MS_MIN, MS_MAX);
    ys_civil_from_ms(ms, &civil);
    (void)snprintf(out, YS_HTTP_DATE_BYTES, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
                   day_names[weekday(floor_div(ms, YS_MS_PER_DAY))], (unsigned)civil.day % 100,
                   month_names[civil.month - 1], (unsigned)civil.year % 10000,
                   (unsigned)civil.hour % 100, (unsigned)civil.minute % 100,
                   (unsigned)civil.second % 100);
}

/* ------------------------------------------------------------------ ISO 8601 duration */

/* Reads a number and one of the designators of `units`, which must stand in that order.
 * *next_unit is the index from which on a designator may be used. */
static bool read_duration_part(const char **text, const char *units, size_t *next_unit,
                               char *designator, int64_t *value)
{
    const char *found;
    int digits = 0;

    *value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        if (++digits > DURATION_DIGITS_MAX) return false;
        *value = *value * 10 + (**text - '0');
    }
    if (digits == 0 || **text == '\0') return false;
    found = strchr(units + *next_unit, **text);
    if (found == NULL) return false;
    *designator = *found;
    *next_unit = (size_t)(found - units) + 1;
    (*text)++;
    return true;
}

bool ys_duration_parse(const char *text, int64_t *seconds)
{
    int64_t total = 0, value = 0;
    size_t next_unit = 0;
    const char *units = "WD";
    char designator = 0;

    if (text == NULL || !read_char(&text, 'P') || *text == '\0') return false;
    while (*text != '\0') {
        if (units[0] == 'W' && read_char(&text, 'T')) {
            units = "HMS";
            next_unit = 0;
        }
        if (!read_duration_part(&text, units, &next_unit, &designator, &value)) return false;
        switch (designator) {
        case 'W': total += value * 604800; break;
        case 'D': total += value * 86400; break;
        case 'H': total += value * 3600; break;
        case 'M': total += value * 60; break;
        default: total += value; break;
        }
    }
    *seconds = total;
    return true;
}
