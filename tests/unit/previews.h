/* previews.h: fault-free runs drawn from a seed, compared with what their plans predicted. */
#ifndef TESTS_PREVIEWS_H
#define TESTS_PREVIEWS_H

#include <stdint.h>

/* Plans and runs the worlds of the seeds first..last; fails the test when units or days differ.
 * With YTSYNC_SEED just that one. The databases are in memory. */
void previews_run(uint64_t first, uint64_t last);

#endif
