/* buffer.c: the growable byte buffer of buffer.h.
 *
 * Invariants: data == NULL exactly when capacity == 0; else bytes < capacity,
 * capacity <= bytes_max + 1 and data[bytes] == 0. The buffer owns `data`. */
#include "base/buffer.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define BUFFER_FIRST_CAPACITY 256

void ys_buf_init(struct ys_buf *buf, size_t bytes_max)
{
    *buf = (struct ys_buf){.bytes_max = bytes_max < SIZE_MAX ? bytes_max : SIZE_MAX - 1};
}

void ys_buf_free(struct ys_buf *buf)
{
    ys_free(buf->data);
    ys_buf_init(buf, buf->bytes_max);
}

void ys_buf_clear(struct ys_buf *buf)
{
    buf->bytes = 0;
    buf->failed = YS_OK;
    if (buf->data != NULL) buf->data[0] = '\0';
}

/* Makes room for `bytes` more and the NUL; false (and the sticky failure) when it cannot. */
static bool reserve(struct ys_buf *buf, size_t bytes)
{
    size_t needed, capacity;
    char *data;

    if (buf->failed != YS_OK) return false;
    if (bytes > buf->bytes_max - buf->bytes) {
        buf->failed = YS_ETOOBIG;
        return false;
    }
    needed = buf->bytes + bytes + 1;
    if (needed <= buf->capacity) return true;
    capacity = buf->capacity < BUFFER_FIRST_CAPACITY ? BUFFER_FIRST_CAPACITY : buf->capacity;
    while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity > buf->bytes_max + 1) capacity = buf->bytes_max + 1;
    data = ys_realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failed = YS_ENOMEM;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    buf->data[buf->bytes] = '\0';
    return true;
}

void ys_buf_add(struct ys_buf *buf, const void *data, size_t bytes)
{
    if (bytes == 0 || !reserve(buf, bytes)) return;
    memcpy(buf->data + buf->bytes, data, bytes);
    buf->bytes += bytes;
    buf->data[buf->bytes] = '\0';
}

void ys_buf_text_add(struct ys_buf *buf, const char *text)
{
    if (text != NULL) ys_buf_add(buf, text, strlen(text));
}

void ys_buf_printf(struct ys_buf *buf, const char *format, ...)
{
    va_list args, again;
    int length;

    if (buf->failed != YS_OK) return;
    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        buf->failed = YS_ENOMEM; /* glibc: the only reasons are memory and INT_MAX */
    } else if (reserve(buf, (size_t)length)) {
        (void)vsnprintf(buf->data + buf->bytes, (size_t)length + 1, format, again);
        buf->bytes += (size_t)length;
    }
    va_end(again);
}

static void json_escape(struct ys_buf *buf, unsigned char byte)
{
    switch (byte) {
    case '"': ys_buf_add(buf, "\\\"", 2); break;
    case '\\': ys_buf_add(buf, "\\\\", 2); break;
    case '\n': ys_buf_add(buf, "\\n", 2); break;
    case '\r': ys_buf_add(buf, "\\r", 2); break;
    case '\t': ys_buf_add(buf, "\\t", 2); break;
    default: ys_buf_printf(buf, "\\u%04x", (unsigned)byte); break;
    }
}

static bool json_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

void ys_buf_json(struct ys_buf *buf, const char *text)
{
    const char *at = text != NULL ? text : "";
    const char *end = at + strlen(at);

    ys_buf_add(buf, "\"", 1);
    while (at < end && buf->failed == YS_OK) {
        const char *start = at;

        while (at < end && json_plain((unsigned char)*at)) at++;
        ys_buf_add(buf, start, (size_t)(at - start));
        if (at == end) break;
        start = at;
        if ((unsigned char)*at < 0x80) {
            json_escape(buf, (unsigned char)*at++);
        } else if (ys_utf8_next(&at, end) == YS_UTF8_REPLACEMENT) {
            ys_buf_add(buf, "\xEF\xBF\xBD", 3);
        } else {
            ys_buf_add(buf, start, (size_t)(at - start));
        }
    }
    ys_buf_add(buf, "\"", 1);
}

/* The unreserved characters of RFC 3986, section 2.3. */
static bool url_plain(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~';
}

void ys_buf_url(struct ys_buf *buf, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    if (text == NULL) return;
    for (const char *at = text; *at != '\0' && buf->failed == YS_OK; at++) {
        unsigned char byte = (unsigned char)*at;

        if (url_plain(byte)) {
            ys_buf_add(buf, at, 1);
        } else {
            char escaped[3] = {'%', hex[byte >> 4], hex[byte & 15]};
            ys_buf_add(buf, escaped, sizeof escaped);
        }
    }
}

const char *ys_buf_text(const struct ys_buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

enum ys_status ys_buf_check(const struct ys_buf *buf, const char *what, struct ys_error *err)
{
    switch (buf->failed) {
    case YS_OK: return YS_OK;
    case YS_ETOOBIG:
        return ys_fail(err, YS_ETOOBIG, "%s would be larger than the limit of %zu bytes.", what,
                       buf->bytes_max);
    default:
        return ys_fail(err, buf->failed, "Memory ran out while building %s.", what);
    }
}
