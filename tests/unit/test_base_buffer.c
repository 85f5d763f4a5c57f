/* test_base_buffer.c: the growable buffer keeps its limit, its NUL and its first failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "support/fail_alloc.h"

static void check_text(const struct ys_buf *buf, const char *wanted)
{
    struct ys_error err = {0};

    assert_int_equal(ys_buf_check(buf, "a test", &err), YS_OK);
    assert_string_equal(ys_buf_text(buf), wanted);
    assert_int_equal(buf->bytes, strlen(wanted));
}

static void test_appends(void **state)
{
    struct ys_buf buf;

    (void)state;
    ys_buf_init(&buf, 1000);
    check_text(&buf, "");
    ys_buf_add(&buf, "", 0);
    ys_buf_text_add(&buf, NULL);
    ys_buf_text_add(&buf, "one ");
    ys_buf_add(&buf, "two!", 3);
    ys_buf_printf(&buf, " %d %s", 3, "four");
    check_text(&buf, "one two 3 four");
    ys_buf_clear(&buf);
    check_text(&buf, "");
    ys_buf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.bytes, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
    ys_buf_free(&buf);
    check_text(&buf, "");
    ys_buf_text_add(&buf, "again");
    check_text(&buf, "again");
    ys_buf_free(&buf);
}

/* Byte by byte up to the limit: the limit itself fits, one more does not. */
static void test_limit_is_exact(void **state)
{
    static const size_t limits[] = {1, 255, 256, 257, 511, 512, 5000};

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct ys_error err = {0};
        struct ys_buf buf;

        ys_buf_init(&buf, limits[i]);
        for (size_t n = 0; n < limits[i]; n++) {
            ys_buf_add(&buf, "x", 1);
            assert_int_equal(buf.data[buf.bytes], '\0');
            assert_true(buf.capacity <= limits[i] + 1);
        }
        assert_int_equal(ys_buf_check(&buf, "a page", &err), YS_OK);
        assert_int_equal(buf.bytes, limits[i]);
        ys_buf_add(&buf, "x", 1);
        assert_int_equal(ys_buf_check(&buf, "a page", &err), YS_ETOOBIG);
        assert_int_equal(buf.bytes, limits[i]);
        assert_non_null(strstr(err.message, "a page would be larger than the limit of "));
        ys_buf_free(&buf);
    }
}

static void test_failure_is_sticky(void **state)
{
    struct ys_buf buf;
    struct ys_error err = {0};

    (void)state;
    ys_buf_init(&buf, 10);
    ys_buf_text_add(&buf, "12345");
    ys_buf_printf(&buf, "%s", "678901");
    assert_int_equal(buf.failed, YS_ETOOBIG);
    ys_buf_add(&buf, "6", 1);
    ys_buf_json(&buf, "6");
    ys_buf_url(&buf, "6");
    ys_buf_printf(&buf, "6");
    assert_string_equal(ys_buf_text(&buf), "12345");
    assert_int_equal(ys_buf_check(&buf, "a test", &err), YS_ETOOBIG);
    ys_buf_clear(&buf);
    ys_buf_text_add(&buf, "1234567890");
    check_text(&buf, "1234567890");
    ys_buf_free(&buf);
}

static void test_huge_sizes_do_not_wrap(void **state)
{
    struct ys_buf buf;

    (void)state;
    ys_buf_init(&buf, SIZE_MAX);
    ys_buf_text_add(&buf, "abc");
    ys_buf_add(&buf, "abc", SIZE_MAX - 2);
    assert_int_equal(buf.failed, YS_ETOOBIG);
    assert_string_equal(ys_buf_text(&buf), "abc");
    ys_buf_free(&buf);
}

static void test_json(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"q\"b\\s", "\"q\\\"b\\\\s\""},
        {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\x7f\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5\""},
        {"a\xFFz", "\"a\xEF\xBF\xBDz\""},
        {"\xC3", "\"\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
        {NULL, "\"\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_buf buf;

        ys_buf_init(&buf, 1000);
        ys_buf_json(&buf, cases[i].in);
        check_text(&buf, cases[i].out);
        ys_buf_free(&buf);
    }
}

static void test_url(void **state)
{
    struct ys_buf buf;

    (void)state;
    ys_buf_init(&buf, 1000);
    ys_buf_url(&buf, "AZaz09-._~ &=/?%+\xC3\xA9\n");
    check_text(&buf, "AZaz09-._~%20%26%3D%2F%3F%25%2B%C3%A9%0A");
    ys_buf_url(&buf, NULL);
    check_text(&buf, "AZaz09-._~%20%26%3D%2F%3F%25%2B%C3%A9%0A");
    ys_buf_free(&buf);
}

static void build_much(struct ys_buf *buf)
{
    ys_buf_init(buf, 100000);
    for (int i = 0; i < 300; i++) {
        ys_buf_printf(buf, "%d,", i);
        ys_buf_json(buf, "text with \"quotes\"");
        ys_buf_url(buf, "a b");
    }
}

/* Whichever allocation fails: the buffer says so, holds a beginning of the whole, and the next
 * try succeeds. */
static void test_every_allocation_may_fail(void **state)
{
    struct ys_buf whole, buf;
    long count;

    (void)state;
    fail_alloc_start(0, false);
    build_much(&whole);
    count = fail_alloc_stop();
    assert_int_equal(whole.failed, YS_OK);
    assert_true(count >= 5);
    for (long nth = 1; nth <= count; nth++) {
        struct ys_error err = {0};

        fail_alloc_start(nth, false);
        build_much(&buf);
        (void)fail_alloc_stop();
        assert_int_equal(ys_buf_check(&buf, "the list", &err), YS_ENOMEM);
        assert_string_equal(err.message, "Memory ran out while building the list.");
        assert_memory_equal(ys_buf_text(&buf), whole.data, buf.bytes);
        assert_int_equal(ys_buf_text(&buf)[buf.bytes], '\0');
        ys_buf_free(&buf);
    }
    ys_buf_free(&whole);
}

static void test_alloc(void **state)
{
    unsigned char *zeros = ys_alloc_zero(7, 3);
    void *nothing = ys_alloc(0);

    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; i < 21; i++) assert_int_equal(zeros[i], 0);
    assert_non_null(nothing);
    assert_null(ys_alloc_zero(SIZE_MAX / 2, 3));
    fail_alloc_start(1, true);
    assert_null(ys_alloc(1));
    assert_null(ys_alloc_zero(1, 1));
    assert_null(ys_realloc(zeros, 100));
    assert_int_equal(fail_alloc_stop(), 3);
    ys_free(zeros);
    ys_free(nothing);
    ys_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_limit_is_exact),
        cmocka_unit_test(test_failure_is_sticky),
        cmocka_unit_test(test_huge_sizes_do_not_wrap),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_alloc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
