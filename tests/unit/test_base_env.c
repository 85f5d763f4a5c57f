/* test_base_env.c: calls reach the environment or, where it has no member, the system; the clock
 * file moves all its clocks together. Nothing here waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/env.h"
#include "base/error.h"
#include "base/text.h"
#include "support/fail_alloc.h"
#include "support/scratch.h"

struct fake {
    int64_t wall_ms, mono_ms, slept_ms;
    unsigned char random;
    int randoms;
    enum ys_log_level level;
    char logged[4096];
};

static int64_t fake_wall(void *ctx)
{
    return ((struct fake *)ctx)->wall_ms;
}

static int64_t fake_mono(void *ctx)
{
    return ((struct fake *)ctx)->mono_ms;
}

static void fake_sleep(void *ctx, int64_t duration_ms)
{
    ((struct fake *)ctx)->slept_ms += duration_ms;
}

/* Always the same byte. */
static void fake_random(void *ctx, void *out, size_t bytes)
{
    struct fake *fake = ctx;

    fake->randoms++;
    for (size_t i = 0; i < bytes; i++) ((unsigned char *)out)[i] = fake->random;
}

static void fake_log(void *ctx, enum ys_log_level level, const char *message)
{
    struct fake *fake = ctx;

    fake->level = level;
    ys_copy(fake->logged, sizeof fake->logged, message);
}

static struct ys_env fake_env(struct fake *fake)
{
    return (struct ys_env){fake, fake_wall, fake_mono, fake_sleep, fake_random, fake_log};
}

/* ------------------------------------------------------------------ calls */

static void test_calls_reach_the_environment(void **state)
{
    struct fake fake = {.wall_ms = 11, .mono_ms = 22, .random = 7};
    struct ys_env env = fake_env(&fake);
    unsigned char bytes[3] = {0};

    (void)state;
    assert_int_equal(ys_env_wall_ms(&env), 11);
    assert_int_equal(ys_env_mono_ms(&env), 22);
    ys_env_sleep_ms(&env, 500);
    ys_env_sleep_ms(&env, 0);
    ys_env_sleep_ms(&env, -3);
    assert_int_equal(fake.slept_ms, 500);
    ys_env_random(&env, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\7\7\7", 3);
    ys_env_log(&env, YS_LOG_WARN, "%d %s", 3, "left");
    assert_int_equal(fake.level, YS_LOG_WARN);
    assert_string_equal(fake.logged, "3 left");
}

static void test_long_log_lines_are_cut_between_characters(void **state)
{
    struct fake fake = {0};
    struct ys_env env = fake_env(&fake);
    char text[4000];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof text; i += 2) memcpy(text + i, "\xC3\xA9", 3);
    ys_env_log(&env, YS_LOG_INFO, "x%s", text);
    assert_in_range(strlen(fake.logged), 2040, 2047);
    assert_true(ys_utf8_valid(fake.logged, strlen(fake.logged)));
    ys_env_log(NULL, YS_LOG_INFO, "nobody listens");
}

static void test_missing_members_are_the_systems(void **state)
{
    struct ys_env env = {0}, complete;
    struct fake fake = {.wall_ms = 11};
    int64_t before_ms = (int64_t)time(NULL) * 1000;
    unsigned char first[16] = {0}, second[16] = {0};

    (void)state;
    assert_in_range(ys_env_wall_ms(&env), before_ms, before_ms + 3600000);
    assert_in_range(ys_env_wall_ms(NULL), before_ms, before_ms + 3600000);
    assert_true(ys_env_mono_ms(&env) <= ys_env_mono_ms(NULL));
    ys_env_random(&env, first, sizeof first);
    ys_env_random(NULL, second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
    ys_env_sleep_ms(&env, -1);
    ys_env_log(&env, YS_LOG_INFO, "dropped");
    ys_env_log(ys_env_system(), YS_LOG_INFO, "dropped");
    env.ctx = &fake;
    env.wall_ms = fake_wall;
    complete = ys_env_complete(&env);
    assert_int_equal(complete.wall_ms(complete.ctx), 11);
    assert_non_null(complete.mono_ms);
    assert_ptr_equal(complete.mono_ms, ys_env_system()->mono_ms);
    assert_ptr_equal(complete.sleep_ms, ys_env_system()->sleep_ms);
    assert_ptr_equal(complete.random, ys_env_system()->random);
    assert_ptr_equal(complete.log, ys_env_system()->log);
    complete = ys_env_complete(NULL);
    assert_ptr_equal(complete.wall_ms, ys_env_system()->wall_ms);
}

static void test_random_below(void **state)
{
    struct fake fake = {.random = 0xFF};
    struct ys_env env = fake_env(&fake);
    int seen[6] = {0};

    (void)state;
    for (int i = 0; i < 6000; i++) {
        uint64_t value = ys_env_random_below(NULL, 6);

        assert_true(value < 6);
        seen[value]++;
    }
    for (int i = 0; i < 6; i++) assert_in_range(seen[i], 700, 1300); /* 1000 expected, sd 29 */
    assert_int_equal(ys_env_random_below(NULL, 1), 0);
    /* 2^64 - 1 would favour the low numbers below 3 * 2^62, so it is drawn again; a source that
     * never changes must not hang the program. */
    assert_true(ys_env_random_below(&env, UINT64_C(3) << 62) < UINT64_C(3) << 62);
    assert_in_range(fake.randoms, 2, 1000);
    fake.randoms = 0;
    assert_int_equal(ys_env_random_below(&env, UINT64_C(1) << 63), (UINT64_C(1) << 63) - 1);
    assert_int_equal(fake.randoms, 1);
}

/* ------------------------------------------------------------------ clock file */

static int make_scratch(void **state)
{
    (void)state;
    scratch_make();
    return 0;
}

static int remove_scratch(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static void test_clock_file_moves_all(void **state)
{
    struct fake fake = {.wall_ms = 1000, .mono_ms = 50, .random = 3};
    struct ys_env inner = fake_env(&fake), one, two;
    struct ys_clock_file *first = NULL, *second = NULL;
    char path[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};
    unsigned char byte = 0;

    (void)state;
    scratch_path(path, "clock");
    assert_int_equal(ys_clock_file_create(path, 7000, &err), YS_OK);
    assert_int_equal(ys_clock_file_open(&first, path, &inner, &err), YS_OK);
    assert_int_equal(ys_clock_file_open(&second, path, &inner, &err), YS_OK);
    one = ys_clock_file_env(first);
    two = ys_clock_file_env(second);
    assert_int_equal(ys_env_wall_ms(&one), 8000);
    assert_int_equal(ys_env_mono_ms(&two), 7050);
    ys_env_sleep_ms(&one, 86400000);
    assert_int_equal(fake.slept_ms, 0);
    assert_int_equal(ys_env_wall_ms(&two), 86408000);
    assert_int_equal(ys_env_mono_ms(&one), 86407050);
    one.sleep_ms(one.ctx, -5);
    assert_int_equal(ys_env_wall_ms(&two), 86408000);
    /* Made anew while it is mapped: the wall clock follows, the monotonic one stays. */
    assert_int_equal(ys_clock_file_create(path, 0, &err), YS_OK);
    assert_int_equal(ys_env_wall_ms(&one), 1000);
    assert_int_equal(ys_env_mono_ms(&one), 86407050);
    ys_env_random(&one, &byte, 1);
    assert_int_equal(byte, 3);
    ys_env_log(&two, YS_LOG_INFO, "100%% %s", "sure");
    assert_string_equal(fake.logged, "100% sure");
    ys_clock_file_close(first);
    ys_clock_file_close(second);
    ys_clock_file_close(NULL);
}

static void test_clock_file_keeps_within_bounds(void **state)
{
    struct fake fake = {.wall_ms = 1000};
    struct ys_env inner = fake_env(&fake), env;
    struct ys_clock_file *clock = NULL;
    char path[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};
    int64_t wild = INT64_MAX;

    (void)state;
    scratch_write(path, "clock", &wild, sizeof wild);
    assert_int_equal(ys_clock_file_open(&clock, path, &inner, &err), YS_OK);
    env = ys_clock_file_env(clock);
    assert_in_range(ys_env_wall_ms(&env), 1, INT64_C(4000000000000));
    ys_env_sleep_ms(&env, INT64_MAX);
    ys_clock_file_close(clock);
    assert_int_equal(ys_clock_file_create(path, INT64_MIN, &err), YS_EINVAL);
    assert_string_equal(err.message, "The clock cannot be moved by more than a hundred years.");
}

static void check_open_fails(const char *path, enum ys_status status, const char *part)
{
    struct ys_clock_file *clock = (struct ys_clock_file *)&clock;
    struct ys_error err = {0};

    assert_int_equal(ys_clock_file_open(&clock, path, NULL, &err), status);
    assert_null(clock);
    if (strstr(err.message, part) == NULL) fail_msg("\"%s\" lacks \"%s\"", err.message, part);
}

static void test_bad_clock_files(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};

    (void)state;
    check_open_fails(NULL, YS_EINVAL, "has no name");
    check_open_fails(scratch_path(path, "none"), YS_EIO, "opened: No such file or directory.");
    check_open_fails(scratch_write(path, "short", "1234567", 7), YS_EINVAL, "not a clock file");
    check_open_fails(scratch_write(path, "long", "123456789", 9), YS_EINVAL, "not a clock file");
    check_open_fails(scratch_path(path, ""), YS_EIO, "directory");
    assert_int_equal(ys_clock_file_create(scratch_path(path, "no/such"), 0, &err), YS_EIO);
    assert_non_null(strstr(err.message, "could not be created: No such file or directory."));
    assert_int_equal(ys_clock_file_create(NULL, 0, &err), YS_EINVAL);
    assert_int_equal(ys_clock_file_create(scratch_path(path, "clock"), 0, &err), YS_OK);
    fail_alloc_start(1, true);
    check_open_fails(path, YS_ENOMEM, "Memory ran out");
    (void)fail_alloc_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_reach_the_environment),
        cmocka_unit_test(test_long_log_lines_are_cut_between_characters),
        cmocka_unit_test(test_missing_members_are_the_systems),
        cmocka_unit_test(test_random_below),
        cmocka_unit_test(test_clock_file_moves_all),
        cmocka_unit_test(test_clock_file_keeps_within_bounds),
        cmocka_unit_test(test_bad_clock_files),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
