/* fold.c: see fold.h. ASCII is folded by a table; what lies between in other scripts is taken as
 * runs of code points through utf8proc, which knows Unicode. */
#include "base/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/text.h"

/* The longest decomposition of one code point is 18 code points (U+FDFA). */
#define DECOMPOSED_MAX 32
#define CAPACITY_FIRST 256
/* Bytes of UTF-8 per code point, and the space before a word. */
#define EMIT_BYTES_MAX 5
/* "  \1", " \2" and NUL. */
#define MARK_BYTES 8

struct range {
    int32_t first, last;
};

/* Marks that only vary a letter: they are dropped. */
static const struct range dropped_marks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0487}, {0x0591, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06ED}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF},
};

/* Scripts that are written without spaces, or (Hangul) with particles joined to words. */
static const struct range no_spaces[] = {
    {0x0E00, 0x0EFF}, {0x0F00, 0x0FFF}, {0x1000, 0x109F}, {0x1100, 0x11FF},   {0x1780, 0x17FF},
    {0x3005, 0x3007}, {0x3040, 0x30FF}, {0x3100, 0x318F}, {0x31A0, 0x31BF},   {0x31F0, 0x31FF},
    {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0x20000, 0x3FFFF},
};

/* Letters with a stroke and ligatures that Unicode does not take apart. */
static const struct {
    int32_t code;
    const char *plain;
} plain_letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"}, {0x0127, "h"},
    {0x0131, "i"},  {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"}, {0x0180, "b"},
};

#define BETWEEN '\0' /* parts words */
#define SUFFIX '\1'  /* + and # */

/* ASCII: what a letter or digit is folded to, or one of the two above. */
static const char folded_ascii[128] = {
    ['#'] = SUFFIX, ['+'] = SUFFIX, ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3',
    ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g',
    ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',
    ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',
    ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g',
    ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u',
    ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
};

static bool within(const struct range *ranges, size_t count, int32_t code)
{
    for (size_t i = 0; i < count && ranges[i].first <= code; i++)
        if (code <= ranges[i].last) return true;
    return false;
}

static bool has_no_spaces(int32_t code)
{
    return within(no_spaces, sizeof no_spaces / sizeof no_spaces[0], code);
}

static bool is_dropped(int32_t code)
{
    return within(dropped_marks, sizeof dropped_marks / sizeof dropped_marks[0], code);
}

void ys_fold_init(struct ys_fold *fold)
{
    *fold = (struct ys_fold){.bytes = 0};
}

void ys_fold_free(struct ys_fold *fold)
{
    ys_free(fold->data);
    ys_free(fold->codes);
    ys_fold_init(fold);
}

/* ------------------------------------------------------------------ writing words */

static bool make_room(struct ys_fold *fold, size_t more)
{
    if (fold->capacity - fold->bytes >= more) return true;
    if (fold->bytes > SIZE_MAX / 4 || more > SIZE_MAX / 4) return false;
    size_t capacity = fold->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : fold->capacity;
    while (capacity - fold->bytes < more) capacity *= 2;
    char *data = ys_realloc(fold->data, capacity);
    if (!data) return false;
    fold->data = data;
    fold->capacity = capacity;
    return true;
}

static void end_word(struct ys_fold *fold)
{
    fold->in_word = false;
    fold->suffix_bytes = 0;
}

/* Begins a word where none goes on. A "+" that turned out to stand between two letters is no part
 * of a word. */
static void go_on(struct ys_fold *fold)
{
    if (fold->suffix_bytes > 0) {
        fold->bytes -= fold->suffix_bytes;
        end_word(fold);
    }
    if (!fold->in_word) fold->data[fold->bytes++] = ' ';
    fold->in_word = true;
}

/* "C++" and "C#": signs that make a one-letter word another one. */
static void add_suffix(struct ys_fold *fold, char sign)
{
    size_t letter = fold->suffix_bytes + 1; /* from the end; the word's only one? */

    if (!fold->in_word || fold->suffix_bytes >= 2 || fold->bytes <= letter ||
        fold->data[fold->bytes - letter - 1] != ' ') {
        end_word(fold);
        return;
    }
    fold->data[fold->bytes++] = sign;
    fold->suffix_bytes++;
}

/* There is room for two bytes. */
static void emit_ascii(struct ys_fold *fold, unsigned char byte)
{
    char folded = folded_ascii[byte];

    if (folded == BETWEEN) {
        end_word(fold);
    } else if (folded == SUFFIX) {
        add_suffix(fold, (char)byte);
    } else {
        go_on(fold);
        fold->data[fold->bytes++] = folded;
    }
}

/* Folds ASCII from `text` on; returns where it ends. There is room for it, and for one byte more.
 * The common cases stand here, so that a title costs little. */
static const char *fold_ascii(struct ys_fold *fold, const char *text, const char *end)
{
    while (text < end && (unsigned char)*text < 0x80) {
        char folded = folded_ascii[(unsigned char)*text];
        if (folded > SUFFIX && fold->suffix_bytes == 0) {
            if (!fold->in_word) fold->data[fold->bytes++] = ' ';
            fold->in_word = true;
            fold->data[fold->bytes++] = folded;
        } else {
            emit_ascii(fold, (unsigned char)*text);
        }
        text++;
    }
    return text;
}

static void write_code(struct ys_fold *fold, int32_t code)
{
    fold->bytes += (size_t)utf8proc_encode_char(
        code, (utf8proc_uint8_t *)(fold->data + fold->bytes));
}

/* A word of one character: it neither continues one nor is continued. */
static void emit_alone(struct ys_fold *fold, int32_t code)
{
    end_word(fold);
    fold->data[fold->bytes++] = ' ';
    write_code(fold, code);
}

static bool is_mark(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

static bool is_letter_or_digit(utf8proc_category_t category)
{
    switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* There is room for EMIT_BYTES_MAX bytes. */
static void emit_code(struct ys_fold *fold, int32_t code)
{
    if (code < 0x80) {
        emit_ascii(fold, (unsigned char)code);
        return;
    }
    utf8proc_category_t category = utf8proc_category(code);
    if (has_no_spaces(code) && is_letter_or_digit(category)) {
        emit_alone(fold, code);
    } else if (is_mark(category)) {
        /* It belongs to what stands before it, also to a character that is a word alone. */
        if (fold->data[fold->bytes - 1] != YS_FOLD_BEGIN) write_code(fold, code);
    } else if (is_letter_or_digit(category)) {
        go_on(fold);
        write_code(fold, code);
    } else if (category == UTF8PROC_CATEGORY_SO ||
               (category == UTF8PROC_CATEGORY_CN && code >= 0x1F000)) {
        emit_alone(fold, code); /* or a symbol newer than the Unicode that utf8proc knows */
    } else {
        end_word(fold);
    }
}

/* ------------------------------------------------------------------ runs outside ASCII */

static bool add_code(struct ys_fold *fold, int32_t code)
{
    if (YS_GROW(fold->codes, fold->code_capacity, fold->code_count, NULL) != YS_OK) return false;
    fold->codes[fold->code_count++] = code;
    return true;
}

static bool add_plain(struct ys_fold *fold, int32_t code)
{
    if (is_dropped(code)) return true;
    for (size_t i = 0; i < sizeof plain_letters / sizeof plain_letters[0]; i++) {
        if (plain_letters[i].code != code) continue;
        for (const char *letter = plain_letters[i].plain; *letter; letter++)
            if (!add_code(fold, *letter)) return false;
        return true;
    }
    return add_code(fold, code);
}

/* Takes one code point apart and adds what is left of it. */
static bool add_decomposed(struct ys_fold *fold, int32_t code)
{
    utf8proc_int32_t parts[DECOMPOSED_MAX];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        code, parts, DECOMPOSED_MAX,
        (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                            UTF8PROC_IGNORE),
        &boundary);
    if (count < 0 || count > DECOMPOSED_MAX) return add_code(fold, ' ');
    for (utf8proc_ssize_t i = 0; i < count; i++)
        if (!add_plain(fold, parts[i])) return false;
    return true;
}

/* Folds the bytes outside ASCII that begin at `text`; returns where they end, NULL for want of
 * memory. */
static const char *fold_run(struct ys_fold *fold, const char *text, const char *end)
{
    fold->code_count = 0;
    while (text < end && (unsigned char)*text >= 0x80) {
        uint32_t code = ys_utf8_next(&text, end);
        bool added = code == YS_UTF8_REPLACEMENT ? add_code(fold, ' ')
                                                 : add_decomposed(fold, (int32_t)code);
        if (!added) return NULL;
    }
    if (fold->code_count == 0) return text;
    utf8proc_ssize_t count = utf8proc_normalize_utf32(
        fold->codes, (utf8proc_ssize_t)fold->code_count,
        (utf8proc_option_t)(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    if (count < 0 || !make_room(fold, (size_t)count * EMIT_BYTES_MAX + MARK_BYTES)) return NULL;
    for (utf8proc_ssize_t i = 0; i < count; i++) emit_code(fold, fold->codes[i]);
    return text;
}

enum ys_status ys_fold_text(struct ys_fold *fold, const char *text, size_t bytes,
                            struct ys_error *err)
{
    const char *end = text + bytes;

    fold->bytes = 0;
    end_word(fold);
    if (!make_room(fold, bytes + MARK_BYTES)) goto no_memory;
    fold->data[fold->bytes++] = YS_FOLD_BEGIN;
    while (text < end) {
        /* A byte of ASCII becomes at most one byte, and one more for the space before a run. */
        if (!make_room(fold, (size_t)(end - text) + MARK_BYTES)) goto no_memory;
        text = fold_ascii(fold, text, end);
        if (text < end) text = fold_run(fold, text, end);
        if (!text) goto no_memory;
    }
    if (!make_room(fold, MARK_BYTES)) goto no_memory;
    fold->data[fold->bytes++] = ' ';
    fold->data[fold->bytes++] = YS_FOLD_END;
    fold->data[fold->bytes] = '\0';
    return YS_OK;
no_memory:
    return ys_fail(err, YS_ENOMEM, "Memory ran out while a text of %zu bytes was folded.", bytes);
}

bool ys_fold_empty(const struct ys_fold *fold)
{
    return fold->bytes <= sizeof "\1 \2" - 1;
}
