/* fuzz_text.c: cleaning, cutting and quoting of texts from anywhere. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "youtube/words.h"

#define OUT_BYTES_MAX 64

static void check_shown(const char *text, size_t size)
{
    FUZZ_CHECK(strlen(text) < size);
    FUZZ_CHECK(ys_utf8_valid(text, strlen(text)));
    FUZZ_CHECK(strpbrk(text, "\r\x1b\x7f\x01") == NULL);
}

/* Copies into small sizes, so that sequences are cut at each place. */
static void check_copies(const char *text)
{
    bool valid = ys_utf8_valid(text, strlen(text));
    size_t size;

    for (size = 1; size <= OUT_BYTES_MAX; size += 1 + size / 4) {
        char *out = malloc(size);
        FUZZ_CHECK(out != NULL);
        FUZZ_CHECK(ys_copy(out, size, text) == (strlen(text) < size));
        FUZZ_CHECK(strncmp(out, text, strlen(out)) == 0);
        if (valid) FUZZ_CHECK(ys_utf8_valid(out, strlen(out)));
        (void)ys_trim_copy(out, size, text);
        if (valid) FUZZ_CHECK(ys_utf8_valid(out, strlen(out)));
        if (size >= 4) {
            ys_words_clean(out, size, text);
            FUZZ_CHECK(strlen(out) < size);
            fuzz_check_words(out);
            FUZZ_CHECK(out[0] != ' ' && strstr(out, "  ") == NULL);
        }
        ys_format(out, size, "%s", text);
        check_shown(out, size);
        ys_format(out, size, "%.7s>%.2s", text, text);
        check_shown(out, size);
        free(out);
    }
}

static enum ys_status same_text(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    const char *text = ctx, *shown = ys_json_text(row, 0);

    (void)err;
    FUZZ_CHECK(ys_utf8_valid(shown, strlen(shown)));
    if (ys_utf8_valid(text, strlen(text))) FUZZ_CHECK(strcmp(shown, text) == 0);
    return YS_OK;
}

static void check_quoting(char *text)
{
    struct ys_buf json, url;
    struct ys_error err = {0};

    ys_buf_init(&json, SIZE_MAX);
    ys_buf_text_add(&json, "[");
    ys_buf_json(&json, text);
    ys_buf_text_add(&json, "]");
    FUZZ_CHECK(ys_buf_check(&json, "text", &err) == YS_OK);
    FUZZ_CHECK(ys_json_rows(fuzz_reader(), "SELECT json_extract(?1,'$[0]')", json.data, json.bytes,
                            same_text, text, &err) == YS_OK);
    ys_buf_init(&url, SIZE_MAX);
    ys_buf_url(&url, text);
    FUZZ_CHECK(strpbrk(ys_buf_text(&url), " &?#/=+\"'<>\r\n") == NULL);
    ys_buf_free(&url);
    ys_buf_free(&json);
}

void fuzz_text(const uint8_t *data, size_t bytes)
{
    char *text = fuzz_string(data, bytes);
    struct ys_error err = {0};
    enum ys_status status;

    FUZZ_CHECK(ys_codepoints(text) <= strlen(text));
    if (bytes > 0) FUZZ_CHECK(ys_utf8_cut((const char *)data, bytes) <= bytes);
    check_copies(text);
    check_quoting(text);
    status = ys_title_check(text, &err);
    fuzz_check_error(status, &err, YS_EINVAL, YS_OK);
    if (status == YS_OK) FUZZ_CHECK(ys_codepoints(text) >= 1);
    if (status != YS_OK) fuzz_check_words(err.message);
    status = ys_description_check(text, &err);
    fuzz_check_error(status, &err, YS_EINVAL, YS_OK);
    if (status != YS_OK) fuzz_check_words(err.message);
    if (ys_video_id_valid(text)) FUZZ_CHECK(strlen(text) == 11 && ys_playlist_id_valid(text));
    free(text);
}
