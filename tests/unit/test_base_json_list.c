/* test_base_json_list.c: arrays of strings are decoded exactly, everything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_list.h"

#define TEXT_BYTES 256

/* Reads the whole list, decoding over the JSON text itself, as the binding does. The strings are
 * joined with '|'. */
static enum ys_json_list_step decode(const char *json, char joined[TEXT_BYTES])
{
    char text[TEXT_BYTES];
    size_t length = strlen(json), bytes = 0, used = 0;
    struct ys_json_list list;
    enum ys_json_list_step step;

    assert_true(length < sizeof text);
    memcpy(text, json, length + 1);
    ys_json_list_init(&list, text, length);
    while ((step = ys_json_list_next(&list, text, &bytes)) == YS_JSON_LIST_ITEM) {
        assert_true(used + bytes + 2 < TEXT_BYTES);
        memcpy(joined + used, text, bytes);
        used += bytes;
        joined[used++] = '|';
    }
    joined[used] = '\0';
    return step;
}

static void test_decodes(void **state)
{
    static const struct {
        const char *json, *joined;
    } cases[] = {
        {"[]", ""},
        {" [ ] \n", ""},
        {"[\"\"]", "|"},
        {"[\"a\",\"b c\",\"\"]", "a|b c||"},
        {"\t[ \"a\" ,\r\n \"b\" ]", "a|b|"},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t|"},
        {"[\"\\u0041\\u00e9\\u00E9\\u20ac\\uFFFF\"]", "A\xC3\xA9\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBF|"},
        {"[\"\\u007f\\u0080\\u07ff\\u0800\"]", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80|"},
        {"[\"\\ud83d\\ude00 \\uD800\\uDC00 \\udbff\\udfff\"]",
         "\xF0\x9F\x98\x80 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF|"},
        {"[\"J\xC3\xB6rg \xF0\x9F\x98\x80\"]", "J\xC3\xB6rg \xF0\x9F\x98\x80|"},
        {"[\"[,]{}\"]", "[,]{}|"},
        /* Lone surrogates and NUL. */
        {"[\"\\ud83d\"]", "\xEF\xBF\xBD|"},
        {"[\"\\ude00x\"]", "\xEF\xBF\xBDx|"},
        {"[\"\\ud83d\\n\"]", "\xEF\xBF\xBD\n|"},
        {"[\"\\ud83d\\u0041\"]", "\xEF\xBF\xBD" "A|"},
        {"[\"\\ud83d\\ud83d\\ude00\"]", "\xEF\xBF\xBD\xF0\x9F\x98\x80|"},
        {"[\"a\\u0000b\"]", "a\xEF\xBF\xBD" "b|"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char joined[TEXT_BYTES];
        assert_int_equal(decode(cases[i].json, joined), YS_JSON_LIST_END);
        assert_string_equal(joined, cases[i].joined);
        assert_true(ys_json_list_valid(cases[i].json, strlen(cases[i].json)));
    }
}

static void test_refuses(void **state)
{
    static const char *const cases[] = {
        "",           " ",           "[",           "]",            "null",
        "{}",         "\"a\"",       "[a]",         "[1]",          "[null]",
        "[\"a\"",     "[\"a",        "[\"a]",       "[\"a\",]",     "[,\"a\"]",
        "[\"a\"\"b\"]", "[\"a\",,\"b\"]", "[\"a\"] x", "[\"a\"]]", "[[\"a\"]]",
        "[\"\\x\"]",  "[\"\\\"]",    "[\"\\u12\"]", "[\"\\u12g4\"]", "[\"\\u 123\"]",
        "['a']",      "[\"a\nb\"]",  "[\"a\tb\"]",  "[\"\x01\"]",   "[\"\\ud83d\\u00\"]",
        "[\"\\U0041\"]", "[\"\\u\"]", "[\"a\" \"b\"]", "[\"a\"]\v", "\xEF\xBB\xBF[]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char joined[TEXT_BYTES];
        assert_int_equal(decode(cases[i], joined), YS_JSON_LIST_BAD);
        assert_false(ys_json_list_valid(cases[i], strlen(cases[i])));
    }
}

/* Every beginning of a good text is bad, and nothing behind its end is read: the bytes after it
 * are another list's. A NUL inside is no end either. */
static void test_bytes_count(void **state)
{
    static const char json[] = " [\"a\\u00e9\", \"\\ud83d\\ude00\"]";
    static const char with_nul[] = "[\"a\0b\"]", nul_space[] = "[\0]";

    (void)state;
    for (size_t bytes = 0; bytes < sizeof json - 1; bytes++)
        assert_false(ys_json_list_valid(json, bytes));
    assert_true(ys_json_list_valid(json, sizeof json - 1));
    assert_false(ys_json_list_valid(json, sizeof json));
    assert_true(ys_json_list_valid("[][]", 2));
    assert_false(ys_json_list_valid(with_nul, sizeof with_nul - 1));
    assert_false(ys_json_list_valid(nul_space, sizeof nul_space - 1));
}

/* Once it has ended or failed, it gives nothing more. */
static void test_end_is_final(void **state)
{
    struct ys_json_list list;
    size_t bytes = 0;

    (void)state;
    ys_json_list_init(&list, "[]", 2);
    assert_int_equal(ys_json_list_next(&list, NULL, &bytes), YS_JSON_LIST_END);
    assert_int_equal(ys_json_list_next(&list, NULL, &bytes), YS_JSON_LIST_BAD);
    ys_json_list_init(&list, "[1,\"a\"]", 7);
    assert_int_equal(ys_json_list_next(&list, NULL, &bytes), YS_JSON_LIST_BAD);
    assert_int_equal(ys_json_list_next(&list, NULL, &bytes), YS_JSON_LIST_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_bytes_count),
        cmocka_unit_test(test_end_is_final),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
