/* test_store_settings.c: settings have defaults, ranges and clear refusals; meta keeps text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/stores.h"

static struct ys_store *store;

static int set_up(void **state)
{
    (void)state;
    store = stores_memory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static int64_t get(const char *key)
{
    struct ys_error err = {0};
    int64_t value = -1;
    assert_int_equal(ys_store_setting_get(store, key, &value, &err), YS_OK);
    return value;
}

static const struct {
    const char *key;
    int64_t fallback, min, max;
} known[] = {
    {"quota.daily", 10000, 101, 10000000}, /* 101: above quota.keep */
    {"quota.keep", 100, 0, 9999},          /* 9999: below quota.daily */
    {"quota.creates", 10, 1, 1000},
    {"pace.per_second", 5, 1, 100},
    {"pace.reads", 4, 1, 32},
    {"pace.writes", 2, 1, 16},
    {"pace.settle_s", 60, 5, 3600},
};

static void test_defaults_and_ranges(void **state)
{
    struct ys_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *key = known[i].key;
        assert_string_equal(ys_store_setting_key(i), key);
        assert_true(get(key) == known[i].fallback);
        assert_int_equal(ys_store_setting_set(store, key, known[i].min - 1, &err), YS_EINVAL);
        assert_true(stores_error(&err, YS_EINVAL, key, NULL));
        assert_int_equal(ys_store_setting_set(store, key, known[i].max + 1, &err), YS_EINVAL);
        assert_true(get(key) == known[i].fallback);
        assert_int_equal(ys_store_setting_set(store, key, known[i].min, &err), YS_OK);
        assert_true(get(key) == known[i].min);
        assert_int_equal(ys_store_setting_set(store, key, known[i].max, &err), YS_OK);
        assert_true(get(key) == known[i].max);
        assert_int_equal(ys_store_setting_set(store, key, known[i].fallback, &err), YS_OK);
    }
    assert_null(ys_store_setting_key(sizeof known / sizeof known[0]));
}

static void test_refusals_name_key_and_range(void **state)
{
    struct ys_error err = {0};
    int64_t value = 0;
    (void)state;
    (void)!ys_store_setting_set(store, "pace.writes", 99, &err);
    assert_true(stores_error(&err, YS_EINVAL, "pace.writes", "1 to 16", "99", NULL));
    assert_int_equal(ys_store_setting_get(store, "quota.dialy", &value, &err), YS_EINVAL);
    assert_true(stores_error(&err, YS_EINVAL, "\"quota.dialy\"", "quota.daily", "pace.settle_s",
                             NULL));
    assert_int_equal(ys_store_setting_set(store, "", 1, &err), YS_EINVAL);
}

static void test_keep_stays_below_daily(void **state)
{
    struct ys_error err = {0};
    (void)state;
    (void)!ys_store_setting_set(store, "quota.keep", 10000, &err);
    assert_true(stores_error(&err, YS_EINVAL, "quota.keep 10000", "less than", "is 10000", NULL));
    (void)!ys_store_setting_set(store, "quota.daily", 100, &err);
    assert_true(stores_error(&err, YS_EINVAL, "quota.daily 100", "quota.keep is 100",
                             "Lower quota.keep first", NULL));
    assert_int_equal(ys_store_setting_set(store, "quota.keep", 0, &err), YS_OK);
    assert_int_equal(ys_store_setting_set(store, "quota.daily", 1, &err), YS_OK);
}

static void test_a_damaged_setting_is_refused(void **state)
{
    struct ys_error err = {0};
    int64_t value = 0;
    (void)state;
    stores_exec(store, "INSERT INTO settings VALUES ('quota.daily', 'plenty')");
    assert_int_equal(ys_store_setting_get(store, "quota.daily", &value, &err), YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "settings", "quota.daily", "plenty", NULL));
    stores_exec(store, "UPDATE settings SET value = '99999999999'");
    assert_int_equal(ys_store_setting_get(store, "quota.daily", &value, &err), YS_EDBCORRUPT);
}

static void test_settings_join_the_callers_transaction(void **state)
{
    (void)state;
    stores_begin(store);
    assert_int_equal(ys_store_setting_set(store, "pace.reads", 9, NULL), YS_OK);
    assert_int_equal(ys_store_meta_set(store, "limiter", "text", NULL), YS_OK);
    ys_store_rollback(store);
    assert_true(get("pace.reads") == 4);
    char text[16];
    assert_int_equal(ys_store_meta_get(store, "limiter", text, sizeof text, NULL), YS_OK);
    assert_string_equal(text, "");
}

static void test_meta(void **state)
{
    struct ys_error err = {0};
    char text[16];
    (void)state;
    assert_int_equal(ys_store_meta_set(store, "limiter", "rate 2.5", &err), YS_OK);
    assert_int_equal(ys_store_meta_get(store, "limiter", text, sizeof text, &err), YS_OK);
    assert_string_equal(text, "rate 2.5");
    assert_int_equal(ys_store_meta_set(store, "limiter", NULL, &err), YS_OK);
    assert_int_equal(ys_store_meta_get(store, "limiter", text, sizeof text, &err), YS_OK);
    assert_string_equal(text, "");
    assert_int_equal(ys_store_meta_set(store, "limiter", "longer than sixteen", &err), YS_OK);
    assert_int_equal(ys_store_meta_get(store, "limiter", text, sizeof text, &err),
                     YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "meta", "limiter", NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_defaults_and_ranges),
        TEST(test_refusals_name_key_and_range),
        TEST(test_keep_stays_below_daily),
        TEST(test_a_damaged_setting_is_refused),
        TEST(test_settings_join_the_callers_transaction),
        TEST(test_meta),
    };
    return cmocka_run_group_tests_name("store settings", tests, NULL, NULL);
}
