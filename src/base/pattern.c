/* pattern.c: see pattern.h. A pattern is read into items first; each is one character class with
 * how often it comes, a capture's begin or end, or one of the special forms. */
#include "base/pattern.h"

#include <ctype.h>
#include <string.h>

enum item_kind { CHARACTER, ANY, SET, OPEN, CLOSE, POSITION, BALANCED, FRONTIER, AGAIN, END };

struct reader {
    const char *at, *end;
    struct ys_pattern *out;
    size_t captures, open;
};

/* ------------------------------------------------------------------ reading */

static bool in_class(unsigned char c, char name)
{
    bool yes = false;

    switch (tolower((unsigned char)name)) {
    case 'a': yes = isalpha(c); break;
    case 'c': yes = iscntrl(c); break;
    case 'd': yes = isdigit(c); break;
    case 'g': yes = isgraph(c); break;
    case 'l': yes = islower(c); break;
    case 'p': yes = ispunct(c); break;
    case 's': yes = isspace(c); break;
    case 'u': yes = isupper(c); break;
    case 'w': yes = isalnum(c); break;
    case 'x': yes = isxdigit(c); break;
    case 'z': yes = c == 0; break; /* Lua 5.1's */
    default: return (unsigned char)name == c;
    }
    return isupper((unsigned char)name) ? !yes : yes;
}

static void add_char(struct ys_pattern_item *item, unsigned char c)
{
    item->set[c / 8] = (uint8_t)(item->set[c / 8] | (1u << (c % 8)));
}

static bool has_char(const struct ys_pattern_item *item, unsigned char c)
{
    return ((unsigned)item->set[c / 8] >> (c % 8)) & 1u;
}

static void add_class(struct ys_pattern_item *item, char name)
{
    for (int c = 0; c < 256; c++)
        if (in_class((unsigned char)c, name)) add_char(item, (unsigned char)c);
}

/* The inside of [...]; `at` is behind the bracket. */
static const char *read_set(struct reader *reader, struct ys_pattern_item *item)
{
    static const char missing[] = "malformed pattern (missing ']')";
    bool none_of = reader->at < reader->end && *reader->at == '^';
    bool first = true;

    item->kind = SET;
    if (none_of) reader->at++;
    for (;; first = false) {
        if (reader->at >= reader->end) return missing;
        char c = *reader->at++;
        if (c == ']' && !first) break;
        if (c == '%') {
            if (reader->at >= reader->end) return "malformed pattern (ends with '%')";
            add_class(item, *reader->at++);
        } else if (reader->end - reader->at >= 2 && *reader->at == '-' && reader->at[1] != ']') {
            for (int k = (unsigned char)c; k <= (unsigned char)reader->at[1]; k++)
                add_char(item, (unsigned char)k);
            reader->at += 2;
        } else {
            add_char(item, (unsigned char)c);
        }
    }
    for (size_t i = 0; none_of && i < sizeof item->set; i++)
        item->set[i] = (uint8_t)~item->set[i];
    return NULL;
}

/* What follows a %; sets *single when a quantifier may follow. */
static const char *read_escape(struct reader *reader, struct ys_pattern_item *item, bool *single)
{
    if (reader->at >= reader->end) return "malformed pattern (ends with '%')";
    char c = *reader->at++;
    *single = false;
    if (c == 'b') {
        if (reader->end - reader->at < 2) return "malformed pattern (missing arguments to '%b')";
        item->kind = BALANCED;
        item->first = (uint8_t)reader->at[0];
        item->second = (uint8_t)reader->at[1];
        reader->at += 2;
        return NULL;
    }
    if (c == 'f') {
        if (reader->at >= reader->end || *reader->at != '[')
            return "missing '[' after '%f' in pattern";
        reader->at++;
        const char *problem = read_set(reader, item);
        item->kind = FRONTIER;
        return problem;
    }
    if (isdigit((unsigned char)c)) {
        item->kind = AGAIN;
        item->first = (uint8_t)(c - '1');
        return c == '0' || item->first >= reader->captures ? "invalid capture index in pattern"
                                                           : NULL;
    }
    *single = true;
    item->kind = isalpha((unsigned char)c) ? SET : CHARACTER;
    item->first = (uint8_t)c;
    if (item->kind == SET) add_class(item, c);
    return NULL;
}

static const char *read_bracket(struct reader *reader, struct ys_pattern_item *item)
{
    if (reader->captures >= YS_PATTERN_CAPTURES_MAX) return "too many captures";
    reader->captures++;
    if (reader->at < reader->end && *reader->at == ')') {
        reader->at++;
        item->kind = POSITION;
    } else {
        item->kind = OPEN;
        reader->open++;
    }
    return NULL;
}

static const char *read_item(struct reader *reader)
{
    struct ys_pattern_item *item;
    const char *problem = NULL;
    bool single = true;

    if (reader->out->count >= YS_PATTERN_ITEMS_MAX) return "pattern too complex";
    item = &reader->out->items[reader->out->count++];
    memset(item, 0, sizeof *item);
    item->times = '1';
    char c = *reader->at++;
    if (c == '(') {
        single = false;
        problem = read_bracket(reader, item);
    } else if (c == ')') {
        single = false;
        item->kind = CLOSE;
        if (reader->open == 0) return "invalid pattern capture";
        reader->open--;
    } else if (c == '$' && reader->at == reader->end) {
        single = false;
        item->kind = END;
    } else if (c == '%') {
        problem = read_escape(reader, item, &single);
    } else if (c == '[') {
        problem = read_set(reader, item);
    } else {
        item->kind = c == '.' ? ANY : CHARACTER;
        item->first = (uint8_t)c;
    }
    if (!problem && single && reader->at < reader->end && strchr("*+-?", *reader->at))
        item->times = (uint8_t)*reader->at++;
    return problem;
}

const char *ys_pattern_read(struct ys_pattern *out, const char *text, size_t bytes, bool anchor)
{
    struct reader reader = {.at = text, .end = text + bytes, .out = out};
    const char *problem = NULL;

    out->count = 0;
    out->anchored = anchor && bytes > 0 && text[0] == '^';
    if (out->anchored) reader.at++;
    while (!problem && reader.at < reader.end) problem = read_item(&reader);
    if (!problem && reader.open > 0) problem = "unfinished capture";
    return problem;
}

/* ------------------------------------------------------------------ matching */

static const char *go(struct ys_pattern_match *match, size_t index, const char *at);

static bool spend(struct ys_pattern_match *match)
{
    if (--*match->steps_left >= 0) return true;
    match->exhausted = true;
    return false;
}

static bool fits(const struct ys_pattern_match *match, const struct ys_pattern_item *item,
                 const char *at)
{
    if (at >= match->end) return false;
    if (item->kind == ANY) return true;
    if (item->kind == CHARACTER) return item->first == (uint8_t)*at;
    return has_char(item, (unsigned char)*at);
}

/* As many as there are, then fewer. */
static const char *greedy(struct ys_pattern_match *match, size_t index, const char *at,
                          ptrdiff_t least)
{
    const struct ys_pattern_item *item = &match->pattern->items[index];
    ptrdiff_t count = 0;

    while (fits(match, item, at + count)) {
        if (!spend(match)) return NULL;
        count++;
    }
    for (; count >= least; count--) {
        const char *end = go(match, index + 1, at + count);
        if (end || match->exhausted || match->problem) return end;
    }
    return NULL;
}

/* As few as possible, then more. */
static const char *lazy(struct ys_pattern_match *match, size_t index, const char *at)
{
    const struct ys_pattern_item *item = &match->pattern->items[index];

    for (;; at++) {
        const char *end = go(match, index + 1, at);
        if (end || match->exhausted || match->problem) return end;
        if (!fits(match, item, at)) return NULL;
    }
}

static const char *open_capture(struct ys_pattern_match *match, size_t index, const char *at)
{
    size_t number = match->capture_count++;
    bool position = match->pattern->items[index].kind == POSITION;

    match->captures[number] =
        (struct ys_pattern_capture){.from = at, .bytes = position ? YS_PATTERN_POSITION : 0};
    match->open[number] = !position;
    const char *end = go(match, index + 1, at);
    if (!end) match->capture_count--;
    return end;
}

static const char *close_capture(struct ys_pattern_match *match, size_t index, const char *at)
{
    size_t number = match->capture_count;

    while (number > 0 && !match->open[number - 1]) number--;
    if (number == 0) {
        match->problem = "invalid pattern capture";
        return NULL;
    }
    number--;
    match->captures[number].bytes = at - match->captures[number].from;
    match->open[number] = false;
    const char *end = go(match, index + 1, at);
    if (!end) match->open[number] = true;
    return end;
}

/* Where a stretch with as many `first` as `second` ends; NULL when none begins here. */
static const char *balanced(struct ys_pattern_match *match, const struct ys_pattern_item *item,
                            const char *at)
{
    ptrdiff_t level = 1;

    if (at >= match->end || (uint8_t)*at != item->first) return NULL;
    for (at++; at < match->end && spend(match); at++) {
        if ((uint8_t)*at == item->second) {
            if (--level == 0) return at + 1;
        } else if ((uint8_t)*at == item->first) {
            level++;
        }
    }
    return NULL;
}

static bool on_frontier(const struct ys_pattern_match *match, const struct ys_pattern_item *item,
                        const char *at)
{
    unsigned char before = at == match->text ? '\0' : (unsigned char)at[-1];
    unsigned char here = at == match->end ? '\0' : (unsigned char)*at;

    return !has_char(item, before) && has_char(item, here);
}

static const char *again(struct ys_pattern_match *match, const struct ys_pattern_item *item,
                         const char *at)
{
    const struct ys_pattern_capture *capture = &match->captures[item->first];

    if (match->open[item->first] || capture->bytes == YS_PATTERN_POSITION) {
        match->problem = "invalid capture index in pattern";
        return NULL;
    }
    if (match->end - at < capture->bytes ||
        memcmp(at, capture->from, (size_t)capture->bytes) != 0)
        return NULL;
    *match->steps_left -= capture->bytes / 8;
    return at + capture->bytes;
}

/* An item that is no class: where it ends when it fits here. */
static const char *special(struct ys_pattern_match *match, const struct ys_pattern_item *item,
                           const char *at)
{
    switch (item->kind) {
    case BALANCED: return balanced(match, item, at);
    case FRONTIER: return on_frontier(match, item, at) ? at : NULL;
    case AGAIN: return again(match, item, at);
    case END: return at == match->end ? at : NULL;
    default: return fits(match, item, at) ? at + 1 : NULL;
    }
}

/* Matches the items from `index` on; returns where that ends. */
static const char *go_on(struct ys_pattern_match *match, size_t index, const char *at)
{
    for (; at && index < match->pattern->count; index++) {
        const struct ys_pattern_item *item = &match->pattern->items[index];
        if (!spend(match)) return NULL;
        if (item->kind == OPEN || item->kind == POSITION) return open_capture(match, index, at);
        if (item->kind == CLOSE) return close_capture(match, index, at);
        switch (item->times) {
        case '*': return greedy(match, index, at, 0);
        case '+': return greedy(match, index, at, 1);
        case '-': return lazy(match, index, at);
        case '?':
            if (fits(match, item, at)) {
                const char *end = go(match, index + 1, at + 1);
                if (end || match->exhausted || match->problem) return end;
            }
            break;
        default: at = special(match, item, at); break;
        }
    }
    return at;
}

static const char *go(struct ys_pattern_match *match, size_t index, const char *at)
{
    if (match->depth >= YS_PATTERN_DEPTH_MAX) {
        match->problem = "pattern too complex";
        return NULL;
    }
    match->depth++;
    const char *end = go_on(match, index, at);
    match->depth--;
    return end;
}

const char *ys_pattern_try(struct ys_pattern_match *match, const char *at)
{
    match->capture_count = 0;
    match->depth = 0;
    return go(match, 0, at);
}
