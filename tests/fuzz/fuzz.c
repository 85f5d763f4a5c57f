/* fuzz.c: see fuzz.h. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct fuzz_target fuzz_targets[] = {
#define X(name) {#name, fuzz_##name},
    FUZZ_TARGET_MAP(X)
#undef X
};
const size_t fuzz_target_count = sizeof fuzz_targets / sizeof fuzz_targets[0];

struct ys_json *fuzz_reader(void)
{
    static struct ys_json *json;

    if (json == NULL) YS_REQUIRE(ys_json_new(&json, NULL) == YS_OK);
    return json;
}

char *fuzz_string(const uint8_t *data, size_t bytes)
{
    const void *end = bytes > 0 ? memchr(data, 0, bytes) : NULL;
    size_t length = end != NULL ? (size_t)((const uint8_t *)end - data) : bytes;
    char *text = malloc(length + 1);

    YS_REQUIRE(text != NULL);
    if (length > 0) memcpy(text, data, length);
    text[length] = '\0';
    return text;
}

struct ys_buf fuzz_buf(const uint8_t *data, size_t bytes)
{
    struct ys_buf buf;

    ys_buf_init(&buf, bytes + 1);
    if (bytes == 0) return buf;
    buf.data = malloc(bytes + 1);
    YS_REQUIRE(buf.data != NULL);
    memcpy(buf.data, data, bytes);
    buf.data[bytes] = '\0';
    buf.bytes = bytes;
    buf.capacity = bytes + 1;
    return buf;
}

void fuzz_check_words(const char *text)
{
    const char *at = text, *end = text + strlen(text);

    FUZZ_CHECK(ys_utf8_valid(text, strlen(text)));
    while (at < end) {
        uint32_t code = ys_utf8_next(&at, end);
        FUZZ_CHECK(code >= 0x20 && !(code >= 0x7F && code < 0xA0));
    }
}

void fuzz_check_error(enum ys_status status, const struct ys_error *err, ...)
{
    va_list args;
    int wanted;
    bool found = false;

    if (status == YS_OK) return;
    va_start(args, err);
    while ((wanted = va_arg(args, int)) != YS_OK) found = found || wanted == (int)status;
    va_end(args);
    FUZZ_CHECK(found);
    FUZZ_CHECK(err->status == status);
    FUZZ_CHECK(err->message[0] != '\0');
    FUZZ_CHECK(ys_utf8_valid(err->message, strlen(err->message)));
}
