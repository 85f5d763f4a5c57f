/* base64.c: see base64.h. */
#include "base/base64.h"

#include <string.h>

#include "base/text.h"

void ys_base64url(const void *data, size_t bytes, char *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *in = data;
    uint32_t bits = 0;
    int held = 0;

    for (size_t i = 0; i < bytes; i++) {
        bits = bits << 8 | in[i];
        for (held += 8; held >= 6; held -= 6) *out++ = alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0) *out++ = alphabet[bits << (6 - held) & 63];
    *out = '\0';
}

static unsigned nibble(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

bool ys_sha256_base64url(const char *text, char out[YS_SHA256_BASE64URL_BYTES])
{
    char hex[YS_SHA256_TEXT_BYTES];
    unsigned char sum[32];

    if (!ys_sha256_hex(text, strlen(text), hex)) return false;
    for (size_t i = 0; i < sizeof sum; i++)
        sum[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    ys_base64url(sum, sizeof sum, out);
    return true;
}
