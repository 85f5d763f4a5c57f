/* matcher.c: see matcher.h.
 *
 * A text between stars is a part. Parts are the entries of the search tree; a text is found when
 * its parts were found one after the other. Taking the earliest end for each part is right: parts
 * are reported in the order of their ends, and an earlier end leaves more room for the rest.
 *
 * The tree is a table of states x classes: bytes that no part holds share class 0, which leads
 * back to the beginning. State 0 is the beginning. Once built, a cell holds where the row of the
 * next state begins, with REPORTS in it when something ends there. */
#include "base/matcher.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/text.h"

#define BYTE_VALUES 256
#define NONE UINT32_MAX
#define ARTIST_FORMS 3
#define REPORTS (UINT32_C(1) << 31)

/* A stretch of a text between two stars, in its folded form with its boundaries. */
struct part {
    const char *bytes; /* in the arena */
    uint32_t length;
    uint32_t entry;  /* of which entry it is a part */
    uint32_t number; /* which one of them, from 0 */
    uint32_t next;   /* the next part that ends in the same state, or NONE */
    bool last;
};

/* A way in which a text is found: one for words, several for an artist. */
struct entry {
    uint32_t text, group;
    uint32_t parts;
    bool always; /* stars alone */
    /* during a scan; of another scan when `scan` differs */
    uint64_t scan;
    uint32_t found; /* parts found so far */
    uint32_t end;   /* where the next one may begin */
};

struct ys_matcher {
    struct ys_arena arena;
    struct ys_fold fold;
    struct part *parts;
    size_t part_count, part_capacity;
    struct entry *entries;
    size_t entry_count, entry_capacity;
    uint8_t class_of[BYTE_VALUES];
    uint32_t class_count;
    uint32_t *next;       /* state_count rows of class_count */
    uint32_t *part_of;    /* by state: the first part that ends there, or NONE */
    uint32_t *shorter;    /* by state: the nearest suffix state with parts, or 0 */
    uint32_t *report;     /* by state: itself or `shorter`; 0 when there is nothing to report */
    uint32_t state_count;
    bool has_always; /* one of the entries is found in everything */
    uint64_t scans;
};

enum ys_status ys_matcher_new(struct ys_matcher **out, struct ys_error *err)
{
    struct ys_matcher *matcher = ys_alloc_zero(1, sizeof *matcher);

    *out = matcher;
    if (!matcher) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_arena_init(&matcher->arena);
    ys_fold_init(&matcher->fold);
    return YS_OK;
}

void ys_matcher_free(struct ys_matcher *matcher)
{
    if (!matcher) return;
    ys_arena_free(&matcher->arena);
    ys_fold_free(&matcher->fold);
    ys_free(matcher->parts);
    ys_free(matcher->entries);
    ys_free(matcher->next);
    ys_free(matcher->part_of);
    ys_free(matcher->shorter);
    ys_free(matcher->report);
    ys_free(matcher);
}

bool ys_matcher_is_empty(const struct ys_matcher *matcher)
{
    return matcher->entry_count == 0;
}

/* ------------------------------------------------------------------ adding */

static enum ys_status add_part(struct ys_matcher *matcher, const char *bytes, size_t length,
                               struct ys_error *err)
{
    struct entry *entry = &matcher->entries[matcher->entry_count - 1];

    YS_TRY(YS_GROW(matcher->parts, matcher->part_capacity, matcher->part_count, err));
    char *copy = ys_arena_alloc(&matcher->arena, length);
    if (!copy) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    memcpy(copy, bytes, length);
    matcher->parts[matcher->part_count++] =
        (struct part){.bytes = copy, .length = (uint32_t)length,
                      .entry = (uint32_t)(matcher->entry_count - 1), .number = entry->parts++};
    return YS_OK;
}

/* Where in a word text a stretch between stars lies. */
struct stretch {
    const char *from;
    size_t bytes;
    bool star_before, star_after; /* which touches it */
};

/* Adds a stretch that is folded already. `whole`: a side without a star is a side of the text. */
static enum ys_status add_folded(struct ys_matcher *matcher, const struct stretch *stretch,
                                 bool whole, struct ys_error *err)
{
    const char *data = matcher->fold.data;
    size_t from = 0, to = matcher->fold.bytes;

    if (stretch->star_before || !whole) from++;           /* the begin mark */
    if (stretch->star_before && stretch->from[0] != ' ') from++; /* the boundary of a word */
    if (stretch->star_after || !whole) to--;
    if (stretch->star_after && stretch->from[stretch->bytes - 1] != ' ') to--;
    return add_part(matcher, data + from, to - from, err);
}

static enum ys_status new_entry(struct ys_matcher *matcher, uint32_t text, uint32_t group,
                                struct ys_error *err)
{
    YS_TRY(YS_GROW(matcher->entries, matcher->entry_capacity, matcher->entry_count, err));
    matcher->entries[matcher->entry_count++] = (struct entry){.text = text, .group = group};
    return YS_OK;
}

/* Adds the stretches of `words` as the parts of the newest entry. */
static enum ys_status add_stretches(struct ys_matcher *matcher, const char *words, size_t bytes,
                                    bool whole, struct ys_error *err)
{
    const char *end = words + bytes, *at = words;

    while (at <= end) {
        const char *star = memchr(at, '*', (size_t)(end - at));
        struct stretch stretch = {.from = at,
                                  .bytes = (size_t)((star ? star : end) - at),
                                  .star_before = at > words,
                                  .star_after = star != NULL};
        if (stretch.bytes > 0) {
            YS_TRY(ys_fold_text(&matcher->fold, at, stretch.bytes, err));
            if (!ys_fold_empty(&matcher->fold))
                YS_TRY(add_folded(matcher, &stretch, whole, err));
        }
        if (!star) break;
        at = star + 1;
    }
    return YS_OK;
}

/* Adds "X - Topic" or "XVEVO" as a whole text. */
static enum ys_status add_form(struct ys_matcher *matcher, const char *words, size_t bytes,
                               bool vevo, struct ys_error *err)
{
    const char *tail = vevo ? "vevo \2" : " topic \2";
    char *form;
    size_t length = 0;

    YS_TRY(ys_fold_text(&matcher->fold, words, bytes, err));
    form = ys_alloc(matcher->fold.bytes + sizeof " topic \2");
    if (!form) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (size_t i = 0; i + 2 < matcher->fold.bytes; i++) /* without " \2" */
        if (!vevo || i < 2 || matcher->fold.data[i] != ' ')
            form[length++] = matcher->fold.data[i];
    memcpy(form + length, tail, strlen(tail));
    enum ys_status status = add_part(matcher, form, length + strlen(tail), err);
    ys_free(form);
    return status;
}

static enum ys_status add_artist_forms(struct ys_matcher *matcher, const char *words, size_t bytes,
                                       uint32_t text, uint32_t group, struct ys_error *err)
{
    if (memchr(words, '*', bytes)) return YS_OK; /* the star says how much more is meant */
    for (int vevo = 0; vevo < 2; vevo++) {
        YS_TRY(new_entry(matcher, text, group, err));
        YS_TRY(add_form(matcher, words, bytes, vevo == 1, err));
    }
    return YS_OK;
}

enum ys_status ys_matcher_add(struct ys_matcher *matcher, enum ys_match_kind kind,
                              const char *words, size_t bytes, uint32_t text, uint32_t group,
                              struct ys_error *err)
{
    if (matcher->entry_count + ARTIST_FORMS > YS_MATCHER_TEXTS_MAX)
        return ys_fail(err, YS_ELIMIT, "The rules hold more than %d texts.", YS_MATCHER_TEXTS_MAX);
    YS_TRY(new_entry(matcher, text, group, err));
    YS_TRY(add_stretches(matcher, words, bytes, kind == YS_MATCH_ARTIST, err));
    struct entry *entry = &matcher->entries[matcher->entry_count - 1];
    entry->always = entry->parts == 0;
    if (entry->always && !memchr(words, '*', bytes)) {
        matcher->entry_count--;
        return ys_fail(err, YS_EINVAL,
                       "\"%.*s\" holds no letter and no digit, so it would never be found.",
                       (int)(bytes < 100 ? bytes : 100), words);
    }
    matcher->has_always = matcher->has_always || entry->always;
    if (!entry->always) matcher->parts[matcher->part_count - 1].last = true;
    if (kind != YS_MATCH_ARTIST) return YS_OK;
    size_t before = matcher->part_count;
    YS_TRY(add_artist_forms(matcher, words, bytes, text, group, err));
    for (size_t i = before; i < matcher->part_count; i++) matcher->parts[i].last = true;
    return YS_OK;
}

/* ------------------------------------------------------------------ building */

/* Gives each byte that occurs a class; returns how many states there can be at most. */
static size_t number_classes(struct ys_matcher *matcher)
{
    size_t bytes = 1;

    matcher->class_count = 1;
    for (size_t i = 0; i < matcher->part_count; i++) {
        const struct part *part = &matcher->parts[i];
        bytes += part->length;
        for (uint32_t k = 0; k < part->length; k++) {
            uint8_t *class_of = &matcher->class_of[(unsigned char)part->bytes[k]];
            if (*class_of == 0) *class_of = (uint8_t)matcher->class_count++;
        }
    }
    return bytes;
}

static uint32_t *row(const struct ys_matcher *matcher, uint32_t state)
{
    return matcher->next + (size_t)state * matcher->class_count;
}

static void plant(struct ys_matcher *matcher)
{
    matcher->state_count = 1;
    for (size_t i = 0; i < matcher->part_count; i++) {
        struct part *part = &matcher->parts[i];
        uint32_t state = 0;
        for (uint32_t k = 0; k < part->length; k++) {
            uint32_t *to = row(matcher, state) + matcher->class_of[(unsigned char)part->bytes[k]];
            if (*to == 0) *to = matcher->state_count++;
            state = *to;
        }
        part->next = matcher->part_of[state];
        matcher->part_of[state] = (uint32_t)i;
    }
}

/* From numbers of states to places of their rows. */
static void point_at_rows(struct ys_matcher *matcher)
{
    size_t cells = (size_t)matcher->state_count * matcher->class_count;

    for (size_t i = 0; i < cells; i++) {
        uint32_t state = matcher->next[i];
        matcher->next[i] = state * matcher->class_count | (matcher->report[state] ? REPORTS : 0);
    }
}

/* Breadth first: where a state has no way on, it takes that of its longest suffix. `queue` has room
 * for every state, `suffix` is the suffix state of each. */
static void link_suffixes(struct ys_matcher *matcher, uint32_t *queue, uint32_t *suffix)
{
    size_t head = 0, tail = 0;

    queue[tail++] = 0;
    suffix[0] = 0;
    while (head < tail) {
        uint32_t state = queue[head++];
        uint32_t *ways = row(matcher, state);
        const uint32_t *others = row(matcher, suffix[state]);
        bool ends = matcher->part_of[suffix[state]] != NONE;
        matcher->shorter[state] = ends ? suffix[state] : matcher->shorter[suffix[state]];
        matcher->report[state] =
            matcher->part_of[state] != NONE ? state : matcher->shorter[state];
        for (uint32_t c = 1; c < matcher->class_count; c++) {
            if (ways[c] != 0) {
                suffix[ways[c]] = state == 0 ? 0 : others[c];
                queue[tail++] = ways[c];
            } else {
                ways[c] = state == 0 ? 0 : others[c];
            }
        }
    }
}

enum ys_status ys_matcher_build(struct ys_matcher *matcher, struct ys_error *err)
{
    size_t states = number_classes(matcher);
    uint32_t *queue = NULL, *suffix = NULL;
    enum ys_status status = YS_OK;

    if (states > YS_MATCHER_STATES_MAX)
        return ys_fail(err, YS_ELIMIT, "The texts of all rules together have more than %d bytes.",
                       YS_MATCHER_STATES_MAX);
    matcher->next = ys_alloc_zero(states * matcher->class_count, sizeof *matcher->next);
    matcher->part_of = ys_alloc_zero(states, sizeof *matcher->part_of);
    matcher->shorter = ys_alloc_zero(states, sizeof *matcher->shorter);
    matcher->report = ys_alloc_zero(states, sizeof *matcher->report);
    queue = ys_alloc_zero(states, sizeof *queue);
    suffix = ys_alloc_zero(states, sizeof *suffix);
    if (!matcher->next || !matcher->part_of || !matcher->shorter || !matcher->report || !queue ||
        !suffix) {
        status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
        goto out;
    }
    for (size_t i = 0; i < states; i++) matcher->part_of[i] = NONE;
    plant(matcher);
    link_suffixes(matcher, queue, suffix);
    point_at_rows(matcher);
out:
    ys_free(queue);
    ys_free(suffix);
    return status;
}

/* ------------------------------------------------------------------ scanning */

static void set_bit(uint64_t *bits, uint32_t number)
{
    bits[number / 64] |= UINT64_C(1) << (number % 64);
}

/* A part was found that ends before `end`. */
static void found(struct ys_matcher *matcher, const struct part *part, uint32_t end,
                  uint64_t *groups, uint64_t *texts)
{
    struct entry *entry = &matcher->entries[part->entry];

    if (part->number > 0 || !part->last) {
        if (entry->scan != matcher->scans) {
            entry->scan = matcher->scans;
            entry->found = entry->end = 0;
        }
        if (entry->found != part->number || end - part->length < entry->end) return;
        entry->found++;
        /* Two parts may share the space between their words. */
        entry->end = part->bytes[part->length - 1] == ' ' ? end - 1 : end;
        if (!part->last) return;
    }
    set_bit(groups, entry->group);
    set_bit(texts, entry->text);
}

void ys_matcher_scan(struct ys_matcher *matcher, const char *folded, size_t bytes,
                     uint64_t *groups, uint64_t *texts)
{
    uint32_t cell = 0; /* the row of state 0 begins there */

    matcher->scans++;
    for (size_t i = 0; matcher->has_always && i < matcher->entry_count; i++) {
        if (!matcher->entries[i].always) continue;
        set_bit(groups, matcher->entries[i].group);
        set_bit(texts, matcher->entries[i].text);
    }
    for (size_t i = 0; i < bytes; i++) {
        cell = matcher->next[(cell & ~REPORTS) + matcher->class_of[(unsigned char)folded[i]]];
        if (!(cell & REPORTS)) continue;
        uint32_t at = matcher->report[(cell & ~REPORTS) / matcher->class_count];
        for (; at != 0; at = matcher->shorter[at])
            for (uint32_t p = matcher->part_of[at]; p != NONE; p = matcher->parts[p].next)
                found(matcher, &matcher->parts[p], (uint32_t)(i + 1), groups, texts);
    }
}
