/* error.h: filling in struct ys_error, and the two grades of assertion. */
#ifndef YS_BASE_ERROR_H
#define YS_BASE_ERROR_H

#include "ytsync.h"

/* Sets status and message (formatted by ys_format, cut at YS_ERROR_BYTES) and returns `status`, so
 * that callers write `return ys_fail(err, YS_EINVAL, "...")`. err may be NULL. */
enum ys_status ys_fail(struct ys_error *err, enum ys_status status, const char *format, ...)
    YS_PRINTF(3, 4);
/* Puts "context: " before the message that is there. */
void ys_error_prefix(struct ys_error *err, const char *format, ...) YS_PRINTF(2, 3);
void ys_error_clear(struct ys_error *err);
/* What the system says about an errno, "No such file or directory"; safe with threads. */
void ys_errno_text(int number, char *out, size_t out_bytes);

/* A broken invariant of ours: prints where and aborts, in every build. Never on input. */
#define YS_REQUIRE(condition)                                                                    \
    ((condition) ? (void)0 : ys_require_failed(#condition, __FILE__, __LINE__))
_Noreturn void ys_require_failed(const char *condition, const char *file, int line);

/* Returns from the enclosing function when `expression` is not YS_OK. */
#define YS_TRY(expression)                                                                       \
    do {                                                                                         \
        enum ys_status ys_try_status = (expression);                                             \
        if (ys_try_status != YS_OK) return ys_try_status;                                        \
    } while (0)

#endif
