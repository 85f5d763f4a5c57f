/* test_arena.c: memory given back at once: alignment, blocks, growing arrays, failing memory. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "support/fail_alloc.h"

#define MANY 20000

static void test_empty(void **state)
{
    struct ys_arena arena;

    (void)state;
    ys_arena_init(&arena);
    ys_arena_free(&arena);
    ys_arena_free(&arena);
    assert_null(arena.newest);
}

/* Everything is aligned, nothing overlaps, and what was written stays. */
static void test_many(void **state)
{
    static unsigned char *pieces[MANY];
    struct ys_arena arena;
    size_t i, j, bytes;

    (void)state;
    ys_arena_init(&arena);
    for (i = 0; i < MANY; i++) {
        bytes = i % 57;
        pieces[i] = ys_arena_alloc(&arena, bytes);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), bytes);
    }
    for (i = 0; i < MANY; i++)
        for (j = 0; j < i % 57; j++) assert_int_equal(pieces[i][j], i % 251);
    ys_arena_free(&arena);
    assert_null(arena.newest);
}

/* Requests above the size of a block, and small ones after them. */
static void test_large(void **state)
{
    static const size_t sizes[] = {1, 65535, 65536, 65537, 3, 1 << 20, 8};
    struct ys_arena arena;
    size_t i;

    (void)state;
    ys_arena_init(&arena);
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *piece = ys_arena_alloc(&arena, sizes[i]);
        assert_non_null(piece);
        memset(piece, 0xa5, sizes[i]);
    }
    assert_null(ys_arena_alloc(&arena, SIZE_MAX));
    assert_null(ys_arena_alloc(&arena, SIZE_MAX - 5));
    assert_non_null(ys_arena_alloc(&arena, 1));
    ys_arena_free(&arena);
}

static void test_dup(void **state)
{
    struct ys_arena arena;
    char text[] = "abc";
    const char *copy, *empty, *none;

    (void)state;
    ys_arena_init(&arena);
    copy = ys_arena_dup(&arena, text);
    empty = ys_arena_dup(&arena, "");
    none = ys_arena_dup(&arena, NULL);
    text[0] = 'x';
    assert_string_equal(copy, "abc");
    assert_string_equal(empty, "");
    assert_string_equal(none, "");
    ys_arena_free(&arena);
}

static void test_no_memory(void **state)
{
    struct ys_arena arena;
    const char *copy;

    (void)state;
    ys_arena_init(&arena);
    fail_alloc_start(1, true);
    assert_null(ys_arena_alloc(&arena, 10));
    assert_null(ys_arena_dup(&arena, "abc"));
    assert_int_equal(fail_alloc_stop(), 2);
    copy = ys_arena_dup(&arena, "abc");
    assert_string_equal(copy, "abc");
    fail_alloc_start(1, true);
    assert_non_null(ys_arena_alloc(&arena, 10)); /* there is room in the block */
    assert_null(ys_arena_alloc(&arena, 1 << 20));
    (void)fail_alloc_stop();
    assert_string_equal(copy, "abc");
    ys_arena_free(&arena);
}

static void test_growing(void **state)
{
    int64_t *items = NULL;
    size_t capacity = 0, count = 0, before;

    (void)state;
    while (count < 1000) {
        assert_int_equal(YS_GROW(items, capacity, count, NULL), YS_OK);
        assert_true(capacity > count);
        items[count] = (int64_t)count;
        count++;
    }
    before = capacity;
    assert_int_equal(YS_GROW(items, capacity, capacity - 1, NULL), YS_OK);
    assert_int_equal(capacity, before); /* there was room */
    while (count-- > 0) assert_int_equal(items[count], count);
    ys_free(items);
}

static void test_growing_without_memory(void **state)
{
    struct ys_error err = {0};
    int64_t *items = NULL, *before;
    size_t capacity = 0, huge = SIZE_MAX / 4;

    (void)state;
    assert_int_equal(YS_GROW(items, capacity, 0, &err), YS_OK);
    before = items;
    items[0] = 42;
    fail_alloc_start(1, true);
    assert_int_equal(YS_GROW(items, capacity, capacity, &err), YS_ENOMEM);
    (void)fail_alloc_stop();
    assert_int_equal(err.status, YS_ENOMEM);
    assert_ptr_equal(items, before);
    assert_int_equal(items[0], 42);
    assert_int_equal(YS_GROW(items, huge, huge, &err), YS_ENOMEM); /* the size would overflow */
    assert_ptr_equal(items, before);
    assert_int_equal(huge, SIZE_MAX / 4);
    ys_free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_large),     cmocka_unit_test(test_dup),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_growing),
        cmocka_unit_test(test_growing_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
