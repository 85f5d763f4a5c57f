/* error.c: filling in struct ys_error.
 *
 * Messages are built in a local buffer first: an argument may be the very message that is being
 * replaced. Nothing here allocates. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ERRNO_BYTES 256

enum ys_status ys_fail(struct ys_error *err, enum ys_status status, const char *format, ...)
{
    char message[YS_ERROR_BYTES];
    va_list args;

    if (err == NULL) return status;
    va_start(args, format);
    ys_vformat(message, sizeof message, format, args);
    va_end(args);
    err->status = status;
    ys_copy(err->message, sizeof err->message,
            message[0] != '\0' ? message : ys_status_sentence(status));
    return status;
}

void ys_error_prefix(struct ys_error *err, const char *format, ...)
{
    char prefix[YS_ERROR_BYTES];
    char before[YS_ERROR_BYTES];
    size_t prefix_bytes;
    va_list args;

    if (err == NULL) return;
    va_start(args, format);
    ys_vformat(prefix, sizeof prefix - 2, format, args);
    va_end(args);
    prefix_bytes = strlen(prefix);
    memcpy(prefix + prefix_bytes, ": ", 3);
    prefix_bytes += 2;
    memcpy(before, err->message, sizeof before);
    before[sizeof before - 1] = '\0';
    memcpy(err->message, prefix, prefix_bytes);
    ys_copy(err->message + prefix_bytes, sizeof err->message - prefix_bytes, before);
}

void ys_error_clear(struct ys_error *err)
{
    if (err == NULL) return;
    err->status = YS_OK;
    err->message[0] = '\0';
}

/* strerror_r has two forms: POSIX's fills the buffer and returns a number, GNU's returns the text,
 * in the buffer or not. */
static const char *posix_reason(int result, const char *buffer)
{
    return result == 0 ? buffer : "unknown error";
}

static const char *gnu_reason(const char *result, const char *buffer)
{
    return result != NULL ? result : buffer;
}

void ys_errno_text(int number, char *out, size_t out_bytes)
{
    char buffer[ERRNO_BYTES] = "";

    ys_copy(out, out_bytes,
            _Generic(strerror_r(number, buffer, sizeof buffer),
                int: posix_reason,
                char *: gnu_reason)(strerror_r(number, buffer, sizeof buffer), buffer));
}

void ys_require_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "ytsync: broken invariant at %s:%d: %s\n", file, line, condition);
    abort();
}
