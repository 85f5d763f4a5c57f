/* fail_alloc.h: makes the Nth allocation of libytsync fail, and those after it too if asked. */
#ifndef TESTS_FAIL_ALLOC_H
#define TESTS_FAIL_ALLOC_H

#include <stdbool.h>

/* From now on allocation number `nth` (1 is the next) fails; with `from_then_on` also all after
 * it. 0 fails none, but counts. */
void fail_alloc_start(long nth, bool from_then_on);
/* Ends it and returns how many allocations were asked for since the start. */
long fail_alloc_stop(void);
/* Meanwhile allocations are neither counted nor refused. */
void fail_alloc_pause(bool pause);

#endif
