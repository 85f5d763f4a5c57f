/* test_base_path.c: folders are made with those above them, for their owner alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/path.h"
#include "support/scratch.h"

static int make_scratch(void **state)
{
    (void)state;
    scratch_make();
    return 0;
}

static int remove_scratch(void **state)
{
    static const char *const folders[] = {"a/b/c", "a/b", "a"};
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        (void)rmdir(scratch_path(path, folders[i]));
    scratch_remove();
    return 0;
}

static void test_makes(void **state)
{
    struct ys_error err = {0};
    char path[SCRATCH_PATH_BYTES];
    struct stat info;

    (void)state;
    assert_false(ys_path_exists(scratch_path(path, "a")));
    assert_int_equal(ys_path_make(scratch_path(path, "a//b/c/"), &err), YS_OK);
    assert_int_equal(ys_path_make(scratch_path(path, "a/b/c"), &err), YS_OK);
    assert_true(ys_path_exists(scratch_path(path, "a/b/c")));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    assert_int_equal(ys_path_make("/", &err), YS_OK);
    assert_int_equal(ys_path_make(".", &err), YS_OK);
}

static void test_refuses(void **state)
{
    struct ys_error err = {0};
    char path[SCRATCH_PATH_BYTES], longest[YS_PATH_BYTES_MAX + 1];

    (void)state;
    scratch_write(path, "file", "x", 1);
    assert_int_equal(ys_path_make(path, &err), YS_EIO);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "cannot be made: a file has that name."));
    assert_int_equal(ys_path_make(scratch_path(path, "file/below"), &err), YS_EIO);
    assert_int_equal(ys_path_make("", &err), YS_EINVAL);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(ys_path_make(longest, &err), YS_ELIMIT);
    assert_int_equal(ys_path_make("/proc/no/such", &err), YS_EIO);
    assert_non_null(strstr(err.message, "The folder \"/proc/no\" cannot be made: "));
}

static void test_broken_link(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    assert_int_equal(symlink("nowhere", scratch_path(path, "link")), 0);
    assert_false(ys_path_exists(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_makes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_broken_link),
    };

    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
