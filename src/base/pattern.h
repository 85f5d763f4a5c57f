/* pattern.h: Lua's patterns with a limit on the work that one may make.
 *
 * Lua's own matcher tries every way in which the parts of a pattern can share a text; some
 * patterns need more tries than the universe has seconds, and nothing can stop it meanwhile. This
 * one means the same (Lua 5.4 manual, 6.4.1) and counts its steps. Pure, no allocation. */
#ifndef YS_BASE_PATTERN_H
#define YS_BASE_PATTERN_H

#include "base/error.h"

#define YS_PATTERN_ITEMS_MAX 400
#define YS_PATTERN_CAPTURES_MAX 32
/* A pattern's parts that wait for each other, like calls of functions. */
#define YS_PATTERN_DEPTH_MAX 200

struct ys_pattern_item {
    uint8_t kind;      /* enum item_kind of pattern.c */
    uint8_t times;     /* '1', '*', '+', '-' or '?' */
    uint8_t first, second; /* a character; both of %bxy; the number of %1 */
    uint8_t set[32];   /* bits of the characters of a class or set */
};

struct ys_pattern {
    struct ys_pattern_item items[YS_PATTERN_ITEMS_MAX];
    size_t count;
    bool anchored; /* begins with ^ */
};

struct ys_pattern_capture {
    const char *from;
    ptrdiff_t bytes; /* YS_PATTERN_POSITION for () */
};
#define YS_PATTERN_POSITION (-1)

struct ys_pattern_match {
    const struct ys_pattern *pattern;
    const char *text, *end;
    int64_t *steps_left; /* taken from while matching */
    struct ys_pattern_capture captures[YS_PATTERN_CAPTURES_MAX];
    bool open[YS_PATTERN_CAPTURES_MAX];
    size_t capture_count;
    int depth;
    const char *problem; /* why the pattern cannot be used, or NULL */
    bool exhausted;      /* the steps are used up */
};

/* Reads a pattern. NULL, or what is wrong with it, in Lua's words. `anchor`: a leading ^ is one. */
const char *ys_pattern_read(struct ys_pattern *out, const char *text, size_t bytes, bool anchor);
/* Tries the pattern at `at`, which lies in match->text..end. Returns where the match ends, or NULL:
 * none, or `problem`, or `exhausted`. Captures that are still open are a problem. */
const char *ys_pattern_try(struct ys_pattern_match *match, const char *at);

#endif
