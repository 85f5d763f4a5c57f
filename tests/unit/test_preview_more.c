/* test_preview_more.c: the other 500 of the 1,000 runs of test_preview.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "previews.h"

static void test_units_and_days_are_as_predicted(void **state)
{
    (void)state;
    previews_run(501, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_units_and_days_are_as_predicted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
