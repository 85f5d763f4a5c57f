/* test_preview.c: the preview is the truth (P6): on fault-free runs, one start a day, the units and
 * days predicted are those charged, to the unit. The first 500 of 1,000 runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "previews.h"

static void test_units_and_days_are_as_predicted(void **state)
{
    (void)state;
    previews_run(1, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_units_and_days_are_as_predicted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
