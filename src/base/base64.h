/* base64.h: base64url without padding (RFC 4648, 5), as OAuth wants it. */
#ifndef YS_BASE_BASE64_H
#define YS_BASE_BASE64_H

#include "ytsync.h"

/* Characters that `bytes` bytes become, with the NUL. */
#define YS_BASE64URL_BYTES(bytes) (((bytes) * 4 + 2) / 3 + 1)

/* `out` has YS_BASE64URL_BYTES(bytes). */
void ys_base64url(const void *data, size_t bytes, char *out);
/* base64url of the SHA-256 of a text. False when memory ran out. */
#define YS_SHA256_BASE64URL_BYTES YS_BASE64URL_BYTES(32)
YS_CHECKED bool ys_sha256_base64url(const char *text, char out[YS_SHA256_BASE64URL_BYTES]);

#endif
