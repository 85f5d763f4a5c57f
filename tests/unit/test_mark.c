/* test_mark.c: the short reference in the description of a created playlist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "youtube/mark.h"

static char made[8192];

/* The description with the mark of job "3f9a1c07", operation 12. */
static const char *marked(const char *description)
{
    char mark[YS_MARK_BYTES];
    struct ys_buf buf;

    ys_mark_text("3f9a1c07", 12, mark);
    ys_buf_init(&buf, sizeof made);
    ys_mark_add(&buf, description, mark);
    assert_int_equal(ys_buf_check(&buf, "it", NULL), YS_OK);
    memcpy(made, ys_buf_text(&buf), buf.bytes + 1);
    ys_buf_free(&buf);
    return made;
}

static void test_text(void **state)
{
    char mark[YS_MARK_BYTES];

    (void)state;
    ys_mark_text("3f9a1c07", 12, mark);
    assert_string_equal(mark, "made by ytsync, job 3f9a1c07-12");
    ys_mark_text("ffffffff", INT64_MAX, mark);
    assert_string_equal(mark, "made by ytsync, job ffffffff-9223372036854775807");
}

static void test_add(void **state)
{
    (void)state;
    assert_string_equal(marked(""), "made by ytsync, job 3f9a1c07-12");
    assert_string_equal(marked("Trumpets"), "Trumpets\n\nmade by ytsync, job 3f9a1c07-12");
}

/* Only the very mark counts, as the last line, whatever white space YouTube left behind it. */
static void test_is(void **state)
{
    char mark[YS_MARK_BYTES];

    (void)state;
    ys_mark_text("3f9a1c07", 12, mark);
    assert_true(ys_mark_is(marked(""), mark));
    assert_true(ys_mark_is(marked("Trumpets"), mark));
    assert_true(ys_mark_is("x\nmade by ytsync, job 3f9a1c07-12\n \r\n", mark));
    assert_false(ys_mark_is("", mark));
    assert_false(ys_mark_is("Trumpets", mark));
    assert_false(ys_mark_is("made by ytsync, job 3f9a1c07-1", mark));
    assert_false(ys_mark_is("made by ytsync, job 3f9a1c07-123", mark));
    assert_false(ys_mark_is("made by ytsync, job 3f9a1c07-12\nand more", mark));
    assert_false(ys_mark_is("once made by ytsync, job 3f9a1c07-12", mark));
}

static void test_body(void **state)
{
    static const char *const without[] = {"", "Trumpets", "two\nlines", "end\n", "made by hand",
                                          "made by ytsync, job"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof without / sizeof without[0]; i++)
        assert_int_equal(ys_mark_body_bytes(without[i]), strlen(without[i]));
    assert_int_equal(ys_mark_body_bytes(marked("")), 0);
    assert_int_equal(ys_mark_body_bytes(marked("Trumpets")), 8);
    assert_int_equal(ys_mark_body_bytes(marked("two\nlines")), 9);
    assert_int_equal(ys_mark_body_bytes("a\r\n\r\nmade by ytsync, job 00000000-1\n"), 1);
    /* A user's text behind the mark makes it a part of the text. */
    assert_int_equal(ys_mark_body_bytes("made by ytsync, job 1-1\nmine"), 28);
}

static void test_same(void **state)
{
    (void)state;
    assert_true(ys_mark_same("", ""));
    assert_true(ys_mark_same(marked(""), ""));
    assert_true(ys_mark_same(marked("Trumpets"), "Trumpets"));
    assert_true(ys_mark_same("Trumpets", " Trumpets\n"));
    assert_true(ys_mark_same(" Trumpets\n\n", "Trumpets"));
    assert_true(ys_mark_same("", " \n\t\r"));
    assert_false(ys_mark_same("Trumpet", "Trumpets"));
    assert_false(ys_mark_same("Trumpets", "Trumpet"));
    assert_false(ys_mark_same("two  words", "two words"));
    assert_false(ys_mark_same(marked("Trumpets"), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text), cmocka_unit_test(test_add),  cmocka_unit_test(test_is),
        cmocka_unit_test(test_body), cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
