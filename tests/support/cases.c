/* cases.c: see cases.h. */
#include "support/cases.h"

#include <stdlib.h>
#include <string.h>

bool cases_all(void)
{
    const char *cases = getenv("YTSYNC_CASES");

    return cases && strcmp(cases, "all") == 0;
}

long cases_step(long step)
{
    const char *cases = getenv("YTSYNC_CASES");
    long share = cases && strncmp(cases, "1/", 2) == 0 ? strtol(cases + 2, NULL, 10) : 1;

    if (cases_all()) return 1;
    return share > 1 ? step * share : step;
}

long cases_first(long step)
{
    const char *seed = getenv("YTSYNC_SEED");

    return 1 + (seed ? (long)(strtoull(seed, NULL, 10) % (unsigned long)cases_step(step)) : 0);
}

bool cases_take(long number)
{
    return (number + 1 - cases_first(1)) % cases_step(1) == 0;
}
