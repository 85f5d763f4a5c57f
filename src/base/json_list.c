/* json_list.c: see json_list.h. */
#include "base/json_list.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

void ys_json_list_init(struct ys_json_list *list, const char *json, size_t bytes)
{
    list->at = json;
    list->end = json + bytes;
    list->started = false;
}

static enum ys_json_list_step list_bad(struct ys_json_list *list)
{
    list->at = NULL;
    return YS_JSON_LIST_BAD;
}

static void skip_space(struct ys_json_list *list)
{
    while (list->at < list->end && *list->at != '\0' && strchr(" \t\n\r", *list->at)) list->at++;
}

/* Takes `wanted` when it comes next. */
static bool take(struct ys_json_list *list, char wanted)
{
    if (list->at >= list->end || *list->at != wanted) return false;
    list->at++;
    return true;
}

static bool take_hex4(struct ys_json_list *list, uint32_t *out)
{
    if (list->end - list->at < 4) return false;
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = list->at[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else
            return false;
        value = value << 4 | digit;
    }
    list->at += 4;
    *out = value;
    return true;
}

/* After "\u": the code point, with the low half of a surrogate pair when there is one. */
static bool take_code_point(struct ys_json_list *list, uint32_t *out)
{
    uint32_t unit = 0;
    if (!take_hex4(list, &unit)) return false;
    bool high = unit >= 0xD800 && unit <= 0xDBFF;
    if (high && list->end - list->at >= 6 && list->at[0] == '\\' && list->at[1] == 'u') {
        const char *before = list->at;
        uint32_t low = 0;
        list->at += 2;
        if (!take_hex4(list, &low)) return false;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *out = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
        list->at = before; /* not its other half: it is read by itself */
    }
    *out = unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF) ? REPLACEMENT : unit;
    return true;
}

/* Writes UTF-8; returns its length. */
static size_t put_utf8(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = bytes; i-- > 1; code >>= 6)
        out[i] = (char)(unsigned char)(0x80 | (code & 0x3F));
    out[0] = (char)(unsigned char)(lead[bytes] | code);
    return bytes;
}

/* After a backslash: decodes into `out`; 0 when the escape is none. */
static size_t take_escape(struct ys_json_list *list, char out[4])
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (list->at >= list->end || *list->at == '\0') return 0;
    char c = *list->at++;
    uint32_t code = 0;
    if (c == 'u') return take_code_point(list, &code) ? put_utf8(out, code) : 0;
    const char *name = strchr(names, c);
    if (!name) return 0;
    out[0] = values[name - names];
    return 1;
}

/* After the opening quote. */
static bool take_string(struct ys_json_list *list, char *out, size_t *bytes)
{
    size_t length = 0;
    while (list->at < list->end) {
        char piece[4];
        size_t piece_bytes = 1;
        unsigned char c = (unsigned char)*list->at++;
        if (c == '"') {
            *bytes = length;
            return true;
        }
        if (c < 0x20) return false;
        piece[0] = (char)c;
        if (c == '\\') piece_bytes = take_escape(list, piece);
        if (piece_bytes == 0) return false;
        if (out) memcpy(out + length, piece, piece_bytes);
        length += piece_bytes;
    }
    return false;
}

enum ys_json_list_step ys_json_list_next(struct ys_json_list *list, char *out, size_t *bytes)
{
    if (!list->at) return YS_JSON_LIST_BAD;
    bool first = !list->started;
    skip_space(list);
    if (first) {
        if (!take(list, '[')) return list_bad(list);
        list->started = true;
        skip_space(list);
    }
    if (take(list, ']')) {
        skip_space(list);
        if (list->at != list->end) return list_bad(list);
        list->at = NULL;
        return YS_JSON_LIST_END;
    }
    if (!first) {
        if (!take(list, ',')) return list_bad(list);
        skip_space(list);
    }
    if (!take(list, '"') || !take_string(list, out, bytes)) return list_bad(list);
    return YS_JSON_LIST_ITEM;
}

bool ys_json_list_valid(const char *json, size_t bytes)
{
    struct ys_json_list list;
    size_t ignored;
    ys_json_list_init(&list, json, bytes);
    enum ys_json_list_step step;
    do step = ys_json_list_next(&list, NULL, &ignored);
    while (step == YS_JSON_LIST_ITEM);
    return step == YS_JSON_LIST_END;
}
