/* buffer.h: a growable byte buffer with a limit, always NUL-terminated.
 *
 * Errors are sticky: after the first failed append `failed` is set and later appends do
 * nothing, so that a builder checks once, at the end, with ys_buf_check. */
#ifndef YS_BASE_BUFFER_H
#define YS_BASE_BUFFER_H

#include <stdarg.h>

#include "base/error.h"

struct ys_buf {
    char *data;        /* NULL while empty; use ys_buf_text for a string that is never NULL */
    size_t bytes;      /* without the NUL */
    size_t capacity;
    size_t bytes_max;
    enum ys_status failed; /* YS_OK, YS_ENOMEM or YS_ETOOBIG */
};

void ys_buf_init(struct ys_buf *buf, size_t bytes_max);
void ys_buf_free(struct ys_buf *buf);
void ys_buf_clear(struct ys_buf *buf); /* keeps the memory, forgets the failure */
void ys_buf_add(struct ys_buf *buf, const void *data, size_t bytes);
void ys_buf_text_add(struct ys_buf *buf, const char *text);
void ys_buf_printf(struct ys_buf *buf, const char *format, ...) YS_PRINTF(2, 3);
/* Appends text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void ys_buf_json(struct ys_buf *buf, const char *text);
/* Appends text percent-encoded for a URL query. */
void ys_buf_url(struct ys_buf *buf, const char *text);
const char *ys_buf_text(const struct ys_buf *buf);
/* YS_OK, or the sticky failure with a message that names `what`. */
YS_CHECKED enum ys_status ys_buf_check(const struct ys_buf *buf, const char *what,
                                       struct ys_error *err);

#endif
