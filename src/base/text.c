/* text.c: UTF-8, trimming, cleaning of JSON escapes, and the rules that YouTube has for titles,
 * descriptions and ids. Strings belong to the caller; only ys_dup allocates. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define VIDEO_ID_BYTES 11
#define PLAYLIST_ID_BYTES_MIN 2
/* How much of an offending text a message shows. */
#define SHOWN_BYTES 120

/* ------------------------------------------------------------------ UTF-8 */

/* Length of the sequence that `lead` begins; 0 when no sequence begins so. */
static size_t sequence_bytes(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    if (lead >= 0xF0 && lead <= 0xF4) return 4;
    return 0;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Decodes one well-formed sequence (shortest form, no surrogate, up to U+10FFFF) and returns its
 * length; 0 when there is none. */
static size_t decode(const char *text, const char *end, uint32_t *out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint32_t lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t bytes = sequence_bytes((unsigned char)*text);
    uint32_t code;

    if (bytes == 0 || bytes > (size_t)(end - text)) return 0;
    code = (unsigned char)*text & lead_mask[bytes];
    for (size_t i = 1; i < bytes; i++) {
        if (!is_continuation(text[i])) return 0;
        code = code << 6 | ((unsigned char)text[i] & 0x3F);
    }
    if (code < smallest[bytes] || code > 0x10FFFF) return 0;
    if (code >= 0xD800 && code <= 0xDFFF) return 0;
    *out = code;
    return bytes;
}

uint32_t ys_utf8_next(const char **text, const char *end)
{
    uint32_t code = 0;
    size_t bytes;

    if (*text >= end) return 0;
    bytes = decode(*text, end, &code);
    if (bytes == 0) {
        *text += 1;
        return YS_UTF8_REPLACEMENT;
    }
    *text += bytes;
    return code;
}

bool ys_utf8_valid(const char *text, size_t bytes)
{
    const char *end = text + bytes;

    while (text < end) {
        uint32_t code = 0;
        size_t sequence = (unsigned char)*text < 0x80 ? 1 : decode(text, end, &code);

        if (sequence == 0) return false;
        text += sequence;
    }
    return true;
}

size_t ys_codepoints(const char *text)
{
    const char *end = text + strlen(text);
    size_t count = 0;

    while (text < end) {
        (void)ys_utf8_next(&text, end);
        count++;
    }
    return count;
}

size_t ys_utf8_cut(const char *text, size_t bytes)
{
    size_t lead = bytes;

    /* At most three continuation bytes stand before the end of a sequence that is cut. */
    while (lead > 0 && bytes - lead < 3 && is_continuation(text[lead - 1])) lead--;
    if (lead == 0) return bytes;
    lead--;
    return sequence_bytes((unsigned char)text[lead]) > bytes - lead ? lead : bytes;
}

/* The control characters, C0 and C1, but tab and line feed. */
static bool is_control(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0);
}

/* ------------------------------------------------------------------ copying */

static bool copy_bytes(char *out, size_t out_bytes, const char *text, size_t bytes)
{
    bool whole = bytes < out_bytes;

    if (out_bytes == 0) return false;
    if (!whole) bytes = ys_utf8_cut(text, out_bytes - 1);
    memcpy(out, text, bytes);
    out[bytes] = '\0';
    return whole;
}

bool ys_copy(char *out, size_t out_bytes, const char *text)
{
    if (text == NULL) text = "";
    return copy_bytes(out, out_bytes, text, strlen(text));
}

/* Makes `text` fit to be shown, in place: it does not grow. */
static void mend(char *text)
{
    const char *at = text, *end = text + strlen(text);
    bool was_broken = false; /* a sequence of which bytes are missing becomes one '?' */

    while (at < end) {
        const char *start = at;
        uint32_t code = ys_utf8_next(&at, end);
        size_t bytes = (size_t)(at - start);
        bool broken = code == YS_UTF8_REPLACEMENT && bytes == 1;

        if (broken || is_control(code)) {
            if (!broken || !was_broken) *text++ = '?';
        } else {
            memmove(text, start, bytes);
            text += bytes;
        }
        was_broken = broken;
    }
    *text = '\0';
}

void ys_vformat(char *out, size_t out_bytes, const char *format, va_list args)
{
    int length = vsnprintf(out, out_bytes, format, args);

    if (out_bytes == 0) return;
    if (length < 0) out[0] = '\0';
    else if ((size_t)length >= out_bytes) out[ys_utf8_cut(out, out_bytes - 1)] = '\0';
    mend(out);
}

void ys_format(char *out, size_t out_bytes, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ys_vformat(out, out_bytes, format, args);
    va_end(args);
}

void ys_hide(char *text, const char *secret)
{
    size_t length = secret != NULL ? strlen(secret) : 0;

    if (length == 0) return;
    for (char *at = text; (at = strstr(at, secret)) != NULL; at += length) memset(at, '*', length);
}

char *ys_dup(const char *text)
{
    size_t bytes;
    char *copy;

    if (text == NULL) return NULL;
    bytes = strlen(text) + 1;
    copy = ys_alloc(bytes);
    if (copy != NULL) memcpy(copy, text, bytes);
    return copy;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The part of `text` between the blanks at both ends. */
static const char *trimmed(const char *text, size_t *bytes)
{
    size_t length;

    while (is_blank(*text)) text++;
    length = strlen(text);
    while (length > 0 && is_blank(text[length - 1])) length--;
    *bytes = length;
    return text;
}

bool ys_trim_copy(char *out, size_t out_bytes, const char *text)
{
    size_t bytes = 0;
    const char *start = trimmed(text != NULL ? text : "", &bytes);

    return copy_bytes(out, out_bytes, start, bytes);
}

/* ------------------------------------------------------------------ JSON escapes */

#define ESCAPE_BYTES 6 /* \uXXXX */

/* The value of the \uXXXX escape at `text`; -1 when there is none. */
static int32_t escape_value(const char *text, size_t bytes)
{
    int32_t value = 0;

    if (bytes < ESCAPE_BYTES || text[0] != '\\' || text[1] != 'u') return -1;
    for (size_t i = 2; i < ESCAPE_BYTES; i++) {
        char c = text[i];
        int32_t digit;

        if (c >= '0' && c <= '9') digit = c - '0';
        else if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
        else return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_low_surrogate(int32_t value)
{
    return value >= 0xDC00 && value <= 0xDFFF;
}

/* Cleans the escape at text[0] == '\\' and returns how many bytes it takes. */
static size_t clean_escape(char *text, size_t bytes)
{
    int32_t value = escape_value(text, bytes);

    if (value < 0) {
        if (bytes > 1 && text[1] == '\0') return 1; /* the raw NUL has its turn */
        return bytes > 1 ? 2 : 1;
    }
    if (value >= 0xD800 && value <= 0xDBFF &&
        is_low_surrogate(escape_value(text + ESCAPE_BYTES, bytes - ESCAPE_BYTES))) {
        return (size_t)2 * ESCAPE_BYTES;
    }
    if (value == 0 || (value >= 0xD800 && value <= 0xDFFF)) {
        memcpy(text + 2, "FFFD", ESCAPE_BYTES - 2);
    }
    return ESCAPE_BYTES;
}

void ys_json_clean(char *text, size_t bytes)
{
    size_t at = 0;

    while (at < bytes) {
        if (text[at] == '\\') {
            at += clean_escape(text + at, bytes - at);
        } else {
            if (text[at] == '\0') text[at] = ' ';
            at++;
        }
    }
}

/* ------------------------------------------------------------------ YouTube's rules */

/* `text` as it can stand in a message: one line, valid UTF-8, cut when long. */
static void show(char out[SHOWN_BYTES], const char *text)
{
    const char *end = text + strlen(text);
    size_t bytes = 0;

    while (text < end) {
        const char *start = text;
        uint32_t code = ys_utf8_next(&text, end);
        size_t sequence = (size_t)(text - start);
        bool plain = code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0) &&
                     (code != YS_UTF8_REPLACEMENT || sequence == 3);

        if (bytes + sequence + sizeof "..." > SHOWN_BYTES) {
            memcpy(out + bytes, "...", 3);
            bytes += 3;
            break;
        }
        memcpy(out + bytes, plain ? start : "?", plain ? sequence : 1);
        bytes += plain ? sequence : 1;
    }
    out[bytes] = '\0';
}

/* A '<' with a '>' somewhere behind it; YouTube takes that for markup and refuses it. */
static bool has_brackets(const char *text, size_t bytes)
{
    const char *open = memchr(text, '<', bytes);

    return open != NULL && memchr(open, '>', bytes - (size_t)(open - text)) != NULL;
}

/* The control characters, C0 and C1; tab and line breaks only when `breaks` is false. */
static bool has_control(const char *text, size_t bytes, bool breaks_allowed)
{
    const char *end = text + bytes;

    while (text < end) {
        uint32_t code = ys_utf8_next(&text, end);

        if (breaks_allowed && (code == '\t' || code == '\n' || code == '\r')) continue;
        if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;
    }
    return false;
}

static size_t count_codepoints(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    size_t count = 0;

    for (; text < end; count++) (void)ys_utf8_next(&text, end);
    return count;
}

enum ys_status ys_title_check(const char *title, struct ys_error *err)
{
    char shown[SHOWN_BYTES];
    const char *start;
    size_t bytes = 0, count;

    if (title == NULL) return ys_fail(err, YS_EINVAL, "A playlist title is missing.");
    start = trimmed(title, &bytes);
    show(shown, title);
    if (bytes == 0) {
        return ys_fail(err, YS_EINVAL,
                       "The playlist title \"%s\" is empty; YouTube wants at least one character.",
                       shown);
    }
    if (!ys_utf8_valid(start, bytes)) {
        return ys_fail(err, YS_EINVAL, "The playlist title \"%s\" is not valid UTF-8 text.",
                       shown);
    }
    if (has_control(start, bytes, false)) {
        return ys_fail(err, YS_EINVAL,
                       "The playlist title \"%s\" contains a line break or another control "
                       "character.",
                       shown);
    }
    count = count_codepoints(start, bytes);
    if (count > YS_TITLE_CODEPOINTS_MAX) {
        return ys_fail(err, YS_EINVAL,
                       "The playlist title \"%s\" has %zu characters; YouTube takes at most %d.",
                       shown, count, YS_TITLE_CODEPOINTS_MAX);
    }
    if (has_brackets(start, bytes)) {
        return ys_fail(err, YS_EINVAL,
                       "The playlist title \"%s\" has a '<' followed by a '>', which YouTube "
                       "refuses.",
                       shown);
    }
    return YS_OK;
}

enum ys_status ys_description_check(const char *description, struct ys_error *err)
{
    char shown[SHOWN_BYTES];
    size_t bytes, count;

    if (description == NULL) return YS_OK;
    bytes = strlen(description);
    show(shown, description);
    if (!ys_utf8_valid(description, bytes)) {
        return ys_fail(err, YS_EINVAL, "The description \"%s\" is not valid UTF-8 text.", shown);
    }
    if (has_control(description, bytes, true)) {
        return ys_fail(err, YS_EINVAL, "The description \"%s\" contains a control character.",
                       shown);
    }
    count = count_codepoints(description, bytes);
    if (count > YS_DESCRIPTION_CODEPOINTS_MAX) {
        return ys_fail(err, YS_EINVAL,
                       "The description \"%s\" has %zu characters; YouTube takes at most %d.",
                       shown, count, YS_DESCRIPTION_CODEPOINTS_MAX);
    }
    if (has_brackets(description, bytes)) {
        return ys_fail(err, YS_EINVAL,
                       "The description \"%s\" has a '<' followed by a '>', which YouTube "
                       "refuses.",
                       shown);
    }
    return YS_OK;
}

/* Length of `id` when all of it is of [A-Za-z0-9_-], else 0. */
static size_t id_bytes(const char *id)
{
    size_t bytes = 0;

    if (id == NULL) return 0;
    for (; id[bytes] != '\0'; bytes++) {
        char c = id[bytes];

        if (bytes >= YS_ID_BYTES) return 0;
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-')) {
            return 0;
        }
    }
    return bytes;
}

bool ys_video_id_valid(const char *id)
{
    return id_bytes(id) == VIDEO_ID_BYTES;
}

bool ys_playlist_id_valid(const char *id)
{
    size_t bytes = id_bytes(id);

    return bytes >= PLAYLIST_ID_BYTES_MIN && bytes < YS_ID_BYTES;
}
