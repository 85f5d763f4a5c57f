/* test_base_match.c: folded texts, and the matcher over them: against a plain search, with failing
 * memory, at its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/matcher.h"
#include "base/pattern.h"
#include "support/fail_alloc.h"

#define ROUNDS 400
#define TEXTS 12
#define WORDS_MAX 8

static const char *folded(struct ys_fold *fold, const char *text)
{
    assert_int_equal(ys_fold_text(fold, text, strlen(text), NULL), YS_OK);
    return fold->data;
}

static void test_fold(void **state)
{
    static const char *const cases[][2] = {
        {"", "\1 \2"},
        {"!?", "\1 \2"},
        {"So What (Live)", "\1 so what live \2"},
        {"Stra\xC3\x9F" "e", "\1 strasse \2"},
        {"Beyonc\xC3\xA9 beyonce\xCC\x81", "\1 beyonce beyonce \2"},
        {"\xE6\x97\xA5\xE6\x9C\xAC jazz", "\1 \xE6\x97\xA5 \xE6\x9C\xAC jazz \2"},
        {"C++ C# a+b", "\1 c++ c# a b \2"},
        {"\xFF" "a\xC3", "\1 a \2"},
        {"\xEF\xBC\xA1\xEF\xBC\xA2", "\1 ab \2"},
        {"\xC5\x82\xC3\xB8\xC4\x91", "\1 lod \2"},
        {"\1 \2", "\1 \2"},
    };
    struct ys_fold fold;

    (void)state;
    ys_fold_init(&fold);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(folded(&fold, cases[i][0]), cases[i][1]);
    assert_true(ys_fold_text(&fold, "-", 1, NULL) == YS_OK && ys_fold_empty(&fold));
    ys_fold_free(&fold);
}

/* A text of few short words, so that matches are many. */
static void random_words(uint64_t *seed, char *out, size_t words)
{
    out[0] = '\0';
    for (size_t i = 0; i < words; i++) {
        char word[4] = {0};
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        for (int k = 0; k < 1 + (int)(*seed >> 40) % 3; k++)
            word[k] = (char)('a' + (int)(*seed >> (44 + 2 * k)) % 2);
        (void)snprintf(out + strlen(out), 5, "%s ", word);
    }
}

static void test_against_search(void **state)
{
    uint64_t seed = 7;
    struct ys_fold text, word;

    (void)state;
    ys_fold_init(&text);
    ys_fold_init(&word);
    for (int round = 0; round < ROUNDS; round++) {
        struct ys_matcher *matcher = NULL;
        char words[TEXTS][WORDS_MAX * 4 + 1], in[WORDS_MAX * 4 + 1];
        uint64_t groups = 0, texts = 0;
        assert_int_equal(ys_matcher_new(&matcher, NULL), YS_OK);
        for (uint32_t i = 0; i < TEXTS; i++) {
            random_words(&seed, words[i], 1 + i % 3);
            assert_int_equal(ys_matcher_add(matcher, YS_MATCH_WORDS, words[i], strlen(words[i]), i,
                                            i / 2, NULL), YS_OK);
        }
        assert_int_equal(ys_matcher_build(matcher, NULL), YS_OK);
        random_words(&seed, in, WORDS_MAX);
        (void)folded(&text, in);
        ys_matcher_scan(matcher, text.data, text.bytes, &groups, &texts);
        for (uint32_t i = 0; i < TEXTS; i++) {
            char *inside = ys_alloc(word.capacity + 256);
            (void)folded(&word, words[i]);
            (void)snprintf(inside, 256, "%.*s", (int)word.bytes - 2, word.data + 1);
            assert_int_equal((texts >> i) & 1, strstr(text.data, inside) != NULL);
            if ((texts >> i) & 1) assert_true((groups >> (i / 2)) & 1);
            ys_free(inside);
        }
        ys_matcher_free(matcher);
    }
    ys_fold_free(&text);
    ys_fold_free(&word);
}

static void test_limits(void **state)
{
    struct ys_matcher *matcher = NULL;
    struct ys_error err = {0};
    char *big = malloc(YS_MATCHER_STATES_MAX + 10);

    (void)state;
    assert_int_equal(ys_matcher_new(&matcher, NULL), YS_OK);
    assert_int_equal(ys_matcher_add(matcher, YS_MATCH_WORDS, "--", 2, 0, 0, &err), YS_EINVAL);
    assert_string_equal(err.message,
                        "\"--\" holds no letter and no digit, so it would never be found.");
    assert_true(ys_matcher_is_empty(matcher));
    memset(big, 'a', YS_MATCHER_STATES_MAX + 1);
    assert_int_equal(ys_matcher_add(matcher, YS_MATCH_WORDS, big, YS_MATCHER_STATES_MAX + 1, 0, 0,
                                    NULL), YS_OK);
    assert_int_equal(ys_matcher_build(matcher, &err), YS_ELIMIT);
    assert_non_null(strstr(err.message, "have more than 262144 bytes"));
    ys_matcher_free(matcher);
    free(big);
}

/* Everything once; YS_ENOMEM or YS_OK. */
static enum ys_status use_all(void)
{
    struct ys_matcher *matcher = NULL;
    struct ys_fold fold;
    uint64_t groups = 0, texts = 0;
    enum ys_status status = ys_matcher_new(&matcher, NULL);

    ys_fold_init(&fold);
    if (status == YS_OK)
        status = ys_matcher_add(matcher, YS_MATCH_ARTIST, "M\xC3\xA4x", 4, 0, 0, NULL);
    if (status == YS_OK) status = ys_matcher_add(matcher, YS_MATCH_WORDS, "a*b", 3, 1, 1, NULL);
    if (status == YS_OK) status = ys_matcher_build(matcher, NULL);
    if (status == YS_OK) status = ys_fold_text(&fold, "m\xC3\xA4xVEVO", 8, NULL);
    if (status == YS_OK) {
        ys_matcher_scan(matcher, fold.data, fold.bytes, &groups, &texts);
        assert_int_equal(groups, 1);
    }
    ys_fold_free(&fold);
    ys_matcher_free(matcher);
    return status;
}

static void test_out_of_memory(void **state)
{
    int nth = 1;

    (void)state;
    for (;; nth++) {
        fail_alloc_start(nth, false);
        enum ys_status status = use_all();
        (void)fail_alloc_stop();
        if (status == YS_OK) break;
        assert_int_equal(status, YS_ENOMEM);
    }
    assert_true(nth > 5);
}

static void test_pattern_steps(void **state)
{
    static struct ys_pattern pattern;
    char text[101];
    int64_t steps = 100000;
    struct ys_pattern_match match = {.pattern = &pattern, .text = text, .end = text + 100,
                                     .steps_left = &steps};

    (void)state;
    memset(text, 'a', sizeof text);
    assert_null(ys_pattern_read(&pattern, ".-.-.-.-b", 9, true));
    assert_null(ys_pattern_try(&match, text));
    assert_true(match.exhausted);
    assert_true(steps < 0 && steps > -10);
    steps = 100000;
    match.exhausted = false;
    assert_null(ys_pattern_read(&pattern, "(a-)aa", 6, true));
    assert_ptr_equal(ys_pattern_try(&match, text), text + 2);
    assert_int_equal(match.captures[0].bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_against_search),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_pattern_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
