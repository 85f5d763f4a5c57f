/* cases.h: how many of a family of cases a run takes. YTSYNC_CASES=all takes every one (`make
 * soak`), 1/N a share of what `make test` takes (the sanitizer builds, which are many times as
 * slow); YTSYNC_SEED says which.
 *
 *     for (n = cases_first(step); n <= count; n += cases_step(step)) */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include <stdbool.h>

/* Of every `step` cases `make test` takes one. */
long cases_step(long step);
/* The first one, from 1 on. */
long cases_first(long step);
/* Whether this run takes a case of which `make test` takes every one; numbers from 0 on. */
bool cases_take(long number);
bool cases_all(void);

#endif
