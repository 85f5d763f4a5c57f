/* test_map.c: the hash map from text to numbers against a plain list, and with failing memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "support/fail_alloc.h"

#define KEYS 5000

/* Some stand in their slot, others are too long for it. */
static void key_of(int n, char out[32])
{
    (void)snprintf(out, 32, n % 2 == 0 ? "key-%d" : "a long name for %d", n);
}

static void test_empty(void **state)
{
    struct ys_map map;
    int64_t value = 7;

    (void)state;
    ys_map_init(&map);
    assert_false(ys_map_get(&map, "", &value));
    assert_false(ys_map_get(&map, "a", &value));
    assert_int_equal(value, 7);
    assert_int_equal(map.count, 0);
    ys_map_free(&map);
    ys_map_free(&map); /* again is fine: it is empty */
}

static void test_put_and_get(void **state)
{
    struct ys_map map;
    int64_t value = 0;
    char key[32];
    int i;

    (void)state;
    ys_map_init(&map);
    for (i = 0; i < KEYS; i++) {
        key_of(i, key);
        assert_int_equal(ys_map_put(&map, key, i, NULL), YS_OK);
        assert_int_equal(map.count, i + 1);
    }
    assert_int_equal(map.capacity & (map.capacity - 1), 0);
    assert_true(map.count * 3 <= map.capacity * 2);
    for (i = 0; i < KEYS; i++) {
        key_of(i, key);
        assert_true(ys_map_get(&map, key, &value));
        assert_int_equal(value, i);
        assert_true(ys_map_get(&map, key, NULL));
    }
    key_of(KEYS, key);
    assert_false(ys_map_get(&map, key, &value));
    assert_int_equal(value, KEYS - 1);
    ys_map_free(&map);
    assert_int_equal(map.count, 0);
    assert_false(ys_map_get(&map, "key-2", NULL));
}

static void test_put_again_replaces(void **state)
{
    struct ys_map map;
    int64_t value = 0;

    (void)state;
    ys_map_init(&map);
    assert_int_equal(ys_map_put(&map, "a", INT64_MAX, NULL), YS_OK);
    assert_int_equal(ys_map_put(&map, "a", INT64_MIN, NULL), YS_OK);
    assert_int_equal(map.count, 1);
    assert_true(ys_map_get(&map, "a", &value));
    assert_true(value == INT64_MIN);
    ys_map_free(&map);
}

/* Keys are copied, and one that is the beginning of another is another; "" is a key. */
static void test_keys(void **state)
{
    struct ys_map map;
    char key[16] = "abc";
    int64_t value = 0;

    (void)state;
    ys_map_init(&map);
    assert_int_equal(ys_map_put(&map, key, 1, NULL), YS_OK);
    key[2] = '\0';
    assert_int_equal(ys_map_put(&map, key, 2, NULL), YS_OK);
    assert_int_equal(ys_map_put(&map, "", 3, NULL), YS_OK);
    (void)snprintf(key, sizeof key, "xyz");
    assert_true(ys_map_get(&map, "abc", &value));
    assert_int_equal(value, 1);
    assert_true(ys_map_get(&map, "ab", &value));
    assert_int_equal(value, 2);
    assert_true(ys_map_get(&map, "", &value));
    assert_int_equal(value, 3);
    assert_false(ys_map_get(&map, "xyz", &value));
    ys_map_free(&map);
}

/* Whichever allocation fails: YS_ENOMEM, what was there stays, and the next put works. */
static void test_memory(void **state)
{
    int64_t value = 0;
    char key[32];
    long nth;
    int i, failures = 0;

    (void)state;
    for (nth = 1; nth < 200; nth++) {
        struct ys_map map;
        struct ys_error err = {0};
        ys_map_init(&map);
        fail_alloc_start(nth, false);
        for (i = 0; i < 100; i++) {
            enum ys_status status;
            key_of(i, key);
            status = ys_map_put(&map, key, i, &err);
            if (status == YS_OK) continue;
            failures++;
            assert_int_equal(status, YS_ENOMEM);
            assert_int_equal(map.count, i);
            assert_false(ys_map_get(&map, key, NULL));
            assert_int_equal(ys_map_put(&map, key, i, &err), YS_OK);
        }
        (void)fail_alloc_stop();
        for (i = 0; i < 100; i++) {
            key_of(i, key);
            assert_true(ys_map_get(&map, key, &value));
            assert_int_equal(value, i);
        }
        ys_map_free(&map);
    }
    assert_true(failures > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),    cmocka_unit_test(test_put_and_get),
        cmocka_unit_test(test_put_again_replaces), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
