/* hash.c: SHA-256 by libcrypto.
 *
 * libcrypto allocates when a hash is begun; from then on a failure would be a broken library, and
 * since a wrong checksum must never be trusted, that aborts. */
#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/text.h"

#define SHA256_BYTES 32

struct ys_sha256 {
    EVP_MD_CTX *ctx;
};

struct ys_sha256 *ys_sha256_new(void)
{
    struct ys_sha256 *hash = ys_alloc_zero(1, sizeof *hash);

    if (hash == NULL) return NULL;
    hash->ctx = EVP_MD_CTX_new();
    if (hash->ctx == NULL || EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL) != 1) {
        ys_sha256_end(hash, NULL);
        return NULL;
    }
    return hash;
}

void ys_sha256_add(struct ys_sha256 *hash, const void *data, size_t bytes)
{
    if (bytes == 0) return;
    YS_REQUIRE(EVP_DigestUpdate(hash->ctx, data, bytes) == 1);
}

void ys_sha256_end(struct ys_sha256 *hash, char out[YS_SHA256_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_bytes = 0;

    if (hash == NULL) return;
    if (out != NULL) {
        YS_REQUIRE(EVP_DigestFinal_ex(hash->ctx, digest, &digest_bytes) == 1);
        YS_REQUIRE(digest_bytes == SHA256_BYTES);
        for (size_t i = 0; i < SHA256_BYTES; i++) {
            out[2 * i] = hex[digest[i] >> 4];
            out[2 * i + 1] = hex[digest[i] & 15];
        }
        out[2 * SHA256_BYTES] = '\0';
    }
    EVP_MD_CTX_free(hash->ctx);
    ys_free(hash);
}

bool ys_sha256_hex(const void *data, size_t bytes, char out[YS_SHA256_TEXT_BYTES])
{
    struct ys_sha256 *hash = ys_sha256_new();

    out[0] = '\0';
    if (hash == NULL) return false;
    ys_sha256_add(hash, data, bytes);
    ys_sha256_end(hash, out);
    return true;
}
