/* test_base_text.c: UTF-8 to the letter (compared with a slow decoder over all short byte
 * strings), copies, JSON cleaning, YouTube's rules for titles and ids, SHA-256. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/text.h"
#include "support/fail_alloc.h"

/* ------------------------------------------------------------------ UTF-8 */

static size_t encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static void test_all_code_points(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        bool valid = code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
        char text[5] = {0};
        size_t bytes = encode(code, text);
        const char *at = text;

        assert_int_equal(ys_utf8_valid(text, bytes), valid);
        assert_int_equal(ys_utf8_next(&at, text + bytes), valid ? code : YS_UTF8_REPLACEMENT);
        assert_int_equal(at - text, valid ? bytes : 1);
        for (size_t cut = 1; valid && cut < bytes; cut++) {
            assert_false(ys_utf8_valid(text, cut));
            assert_int_equal(ys_utf8_cut(text, cut), 0);
        }
        assert_int_equal(ys_utf8_cut(text, bytes), bytes);
    }
}

/* Whether the two bytes are valid UTF-8, by looking through all code points' encodings. */
static bool pair_valid(const char text[2])
{
    char wanted[4];

    if ((unsigned char)text[0] < 0x80 && (unsigned char)text[1] < 0x80) return true;
    for (uint32_t code = 0x80; code < 0x800; code++) {
        if (encode(code, wanted) == 2 && memcmp(wanted, text, 2) == 0) return true;
    }
    return false;
}

static void test_all_pairs_of_bytes(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first += first < 0xC0 && first > 0x82 ? 5 : 1) {
        for (unsigned second = 0; second < 256; second++) {
            char text[2] = {(char)first, (char)second};

            assert_int_equal(ys_utf8_valid(text, 2), pair_valid(text));
        }
    }
}

static void test_code_points_count(void **state)
{
    const char *at = "x";

    (void)state;
    assert_int_equal(ys_codepoints(""), 0);
    assert_int_equal(ys_codepoints("abc"), 3);
    assert_int_equal(ys_codepoints("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5"), 3);
    assert_int_equal(ys_codepoints("a\xFF\xC3"), 3);
    assert_int_equal(ys_utf8_next(&at, at), 0);
    assert_int_equal(*at, 'x');
}

static void test_cut_of_malformed_text(void **state)
{
    (void)state;
    assert_int_equal(ys_utf8_cut("\x80\x80\x80\x80\x80", 5), 5);
    assert_int_equal(ys_utf8_cut("\x80\x80", 2), 2);
    assert_int_equal(ys_utf8_cut("a\x80\x80", 3), 3);
    assert_int_equal(ys_utf8_cut("ab\xF0\x9F\x8E", 5), 2);
    assert_int_equal(ys_utf8_cut("", 0), 0);
}

/* ------------------------------------------------------------------ copies */

static void test_copy_never_splits(void **state)
{
    static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5z";
    static const size_t ends[] = {0, 1, 3, 6, 10, 11}; /* where characters end */

    (void)state;
    for (size_t out_bytes = 1; out_bytes <= sizeof text + 1; out_bytes++) {
        char out[sizeof text + 2];
        size_t wanted = 0;

        memset(out, '#', sizeof out);
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
            if (ends[i] < out_bytes) wanted = ends[i];
        }
        assert_int_equal(ys_copy(out, out_bytes, text), out_bytes >= sizeof text);
        assert_int_equal(strlen(out), wanted);
        assert_memory_equal(out, text, wanted);
        assert_int_equal(out[out_bytes], '#');
    }
}

/* Texts for people are whole UTF-8 and cannot steer a terminal, whatever goes into them. */
static void test_format(void **state)
{
    char out[64], small[6], none = '#';

    (void)state;
    ys_format(out, sizeof out, "\"%.4s\" %d\n\t.", "a\xE4\xB8\xAD\xE6\x96\x87", 7);
    assert_string_equal(out, "\"a\xE4\xB8\xAD\" 7\n\t.");
    ys_format(out, sizeof out, "%.5s|%.6s|", "a\xE4\xB8\xAD\xE6\x96\x87", "\xE6\x96\x87\xE6\x96");
    assert_string_equal(out, "a\xE4\xB8\xAD?|\xE6\x96\x87?|");
    ys_format(out, sizeof out, "%s", "\x1b[31m\r\x7f\xC2\x9B\xEF\xBF\xBD\xC3(");
    assert_string_equal(out, "?[31m???\xEF\xBF\xBD?(");
    ys_format(small, sizeof small, "%s", "abc\xE4\xB8\xAD");
    assert_string_equal(small, "abc");
    ys_format(&none, 0, "%s", "x");
    assert_int_equal(none, '#');
}

static void test_copy_edges(void **state)
{
    char out[4] = "###";

    (void)state;
    assert_false(ys_copy(out, 0, "x"));
    assert_int_equal(out[0], '#');
    assert_true(ys_copy(out, sizeof out, NULL));
    assert_string_equal(out, "");
}

static void test_dup(void **state)
{
    char *copy = ys_dup("text");

    (void)state;
    assert_string_equal(copy, "text");
    ys_free(copy);
    assert_null(ys_dup(NULL));
    fail_alloc_start(1, false);
    assert_null(ys_dup("text"));
    (void)fail_alloc_stop();
}

static void test_trim_copy(void **state)
{
    char out[16];

    (void)state;
    assert_true(ys_trim_copy(out, sizeof out, " \t\r\n a b \n"));
    assert_string_equal(out, "a b");
    assert_true(ys_trim_copy(out, sizeof out, " \n "));
    assert_string_equal(out, "");
    assert_true(ys_trim_copy(out, sizeof out, NULL));
    assert_string_equal(out, "");
    assert_true(ys_trim_copy(out, 4, "  abc               "));
    assert_string_equal(out, "abc");
    assert_false(ys_trim_copy(out, 4, " abcd "));
    assert_string_equal(out, "abc");
    assert_true(ys_trim_copy(out, sizeof out, "\xC2\xA0x")); /* no-break space stays */
    assert_string_equal(out, "\xC2\xA0x");
}

/* ------------------------------------------------------------------ JSON */

static void check_clean(const char *in, const char *out, size_t bytes)
{
    char text[64];

    assert_true(bytes < sizeof text);
    memset(text, '#', sizeof text);
    memcpy(text, in, bytes);
    ys_json_clean(text, bytes);
    assert_memory_equal(text, out, bytes);
    assert_int_equal(text[bytes], '#');
}

#define CLEAN(in, out)                                                                           \
    do {                                                                                         \
        assert_int_equal(sizeof(in), sizeof(out));                                               \
        check_clean(in, out, sizeof(in) - 1);                                                    \
    } while (0)

static void test_json_clean(void **state)
{
    (void)state;
    CLEAN("[\"plain \\n \\\" \\\\ \\u00e9\"]", "[\"plain \\n \\\" \\\\ \\u00e9\"]");
    CLEAN("\"a\\u0000b\"", "\"a\\uFFFDb\"");
    CLEAN("\"\\\\u0000\"", "\"\\\\u0000\""); /* an escaped backslash, then text */
    CLEAN("\"\\\\\\u0000\"", "\"\\\\\\uFFFD\"");
    CLEAN("\\ud83c\\udfb5", "\\ud83c\\udfb5");
    CLEAN("\\uD83C\\uDFB5", "\\uD83C\\uDFB5");
    CLEAN("\\ud83cx", "\\uFFFDx");
    CLEAN("\\ud83c\\n", "\\uFFFD\\n");
    CLEAN("\\ud83c", "\\uFFFD");
    CLEAN("\\udfb5", "\\uFFFD");
    CLEAN("\\udfb5\\ud83c", "\\uFFFD\\uFFFD");
    CLEAN("\\ud83c\\ud83c\\udfb5", "\\uFFFD\\ud83c\\udfb5");
    CLEAN("\\ud83c\\u0000", "\\uFFFD\\uFFFD");
    CLEAN("\\ud83c\\u0041", "\\uFFFD\\u0041");
    CLEAN("a\0b\\\0c", "a b\\ c");
    CLEAN("\\u12\0", "\\u12 ");
    CLEAN("\\u00zz\\u000", "\\u00zz\\u000");
    CLEAN("\\", "\\");
    CLEAN("", "");
}

/* ------------------------------------------------------------------ YouTube's rules */

static void check_refused(enum ys_status status, const struct ys_error *err, const char *part)
{
    assert_int_equal(status, YS_EINVAL);
    assert_int_equal(err->status, YS_EINVAL);
    if (strstr(err->message, part) == NULL) fail_msg("\"%s\" lacks \"%s\"", err->message, part);
    assert_true(ys_utf8_valid(err->message, strlen(err->message)));
    assert_null(strpbrk(err->message, "\n\r\t\x01"));
}

static void append(char *text, size_t text_bytes, const char *more)
{
    size_t bytes = strlen(text);

    assert_true(ys_copy(text + bytes, text_bytes - bytes, more));
}

static void test_titles(void **state)
{
    struct ys_error err = {0};
    char title[800] = "";

    (void)state;
    assert_int_equal(ys_title_check("Jazz", &err), YS_OK);
    assert_int_equal(ys_title_check(" \n Jazz > Blues < Rock \n", &err), YS_OK);
    check_refused(ys_title_check(NULL, &err), &err, "title is missing");
    check_refused(ys_title_check("", &err), &err, "is empty");
    check_refused(ys_title_check(" \t\n", &err), &err, "is empty");
    check_refused(ys_title_check("a <b> c", &err), &err,
                  "The playlist title \"a <b> c\" has a '<' followed by a '>'");
    check_refused(ys_title_check("a\nb", &err), &err, "\"a?b\" contains a line break");
    check_refused(ys_title_check("a\x7f", &err), &err, "control character");
    check_refused(ys_title_check("a\xC2\x85z", &err), &err, "control character");
    check_refused(ys_title_check("a\xFFz", &err), &err, "\"a?z\" is not valid UTF-8");
    for (int i = 0; i < 150; i++) append(title, sizeof title, "\xF0\x9F\x8E\xB5");
    assert_int_equal(ys_title_check(title, &err), YS_OK);
    append(title, sizeof title, "  ");
    assert_int_equal(ys_title_check(title, &err), YS_OK);
    append(title, sizeof title, "x");
    check_refused(ys_title_check(title, &err), &err, "has 153 characters; YouTube takes at most");
    assert_non_null(strstr(err.message, "...\""));
    check_refused(ys_title_check("", NULL), &err, "153");
}

static void test_descriptions(void **state)
{
    static char text[YS_DESCRIPTION_CODEPOINTS_MAX + 2];
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(ys_description_check(NULL, &err), YS_OK);
    assert_int_equal(ys_description_check("", &err), YS_OK);
    assert_int_equal(ys_description_check("two\r\n\tlines > here <", &err), YS_OK);
    check_refused(ys_description_check("<a>", &err), &err, "'<' followed by a '>'");
    check_refused(ys_description_check("\x01", &err), &err, "control character");
    check_refused(ys_description_check("\xC3", &err), &err, "not valid UTF-8");
    memset(text, 'x', YS_DESCRIPTION_CODEPOINTS_MAX);
    assert_int_equal(ys_description_check(text, &err), YS_OK);
    text[YS_DESCRIPTION_CODEPOINTS_MAX] = 'x';
    check_refused(ys_description_check(text, &err), &err, "has 5001 characters");
}

static void test_ids(void **state)
{
    char id[YS_ID_BYTES + 2];

    (void)state;
    assert_true(ys_video_id_valid("2sjqTHE0zok"));
    assert_true(ys_video_id_valid("-_AZaz09-_x"));
    assert_false(ys_video_id_valid("2sjqTHE0zo"));
    assert_false(ys_video_id_valid("2sjqTHE0zokk"));
    assert_false(ys_video_id_valid("2sjqTHE0zo/"));
    assert_false(ys_video_id_valid("2sjqTHE0z\xC3\xA9"));
    assert_false(ys_video_id_valid(" sjqTHE0zok"));
    assert_false(ys_video_id_valid(""));
    assert_false(ys_video_id_valid(NULL));
    assert_true(ys_playlist_id_valid("LL"));
    assert_true(ys_playlist_id_valid("PLxA687tYuMWhQ0KEqkTxwYlWsUyLAzPFX"));
    assert_false(ys_playlist_id_valid("P"));
    assert_false(ys_playlist_id_valid("PL&x=1"));
    assert_false(ys_playlist_id_valid(NULL));
    memset(id, 'x', sizeof id);
    id[YS_ID_BYTES - 1] = '\0';
    assert_true(ys_playlist_id_valid(id));
    id[YS_ID_BYTES - 1] = 'x';
    id[YS_ID_BYTES] = '\0';
    assert_false(ys_playlist_id_valid(id));
}

/* ------------------------------------------------------------------ SHA-256 */

/* The examples of FIPS 180-2, and one that spans many blocks. */
static void test_sha256(void **state)
{
    static const char million_a[] =
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    char out[YS_SHA256_TEXT_BYTES], block[1000];
    struct ys_sha256 *hash;

    (void)state;
    assert_true(ys_sha256_hex("abc", 3, out));
    assert_string_equal(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(ys_sha256_hex(NULL, 0, out));
    assert_string_equal(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    memset(block, 'a', sizeof block);
    hash = ys_sha256_new();
    assert_non_null(hash);
    for (int i = 0; i < 1000; i++) ys_sha256_add(hash, block, sizeof block);
    ys_sha256_add(hash, NULL, 0);
    ys_sha256_end(hash, out);
    assert_string_equal(out, million_a);
    hash = ys_sha256_new();
    ys_sha256_end(hash, NULL);
    ys_sha256_end(NULL, out);
    fail_alloc_start(1, false);
    assert_false(ys_sha256_hex("abc", 3, out));
    (void)fail_alloc_stop();
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_code_points),
        cmocka_unit_test(test_all_pairs_of_bytes),
        cmocka_unit_test(test_code_points_count),
        cmocka_unit_test(test_cut_of_malformed_text),
        cmocka_unit_test(test_copy_never_splits),
        cmocka_unit_test(test_copy_edges),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_dup),
        cmocka_unit_test(test_trim_copy),
        cmocka_unit_test(test_json_clean),
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
