/* fail_alloc.c: a hook behind base/alloc.h for torture tests. */
#include "support/fail_alloc.h"

#include "base/alloc.h"

static long asked, failing;
static bool all_after, paused;

static bool allow(size_t bytes)
{
    (void)bytes;
    if (paused) return true;
    asked++;
    if (failing == 0) return true;
    return all_after ? asked < failing : asked != failing;
}

void fail_alloc_start(long nth, bool from_then_on)
{
    asked = 0;
    failing = nth;
    all_after = from_then_on;
    paused = false;
    ys_alloc_hook = allow;
}

long fail_alloc_stop(void)
{
    ys_alloc_hook = NULL;
    return asked;
}

void fail_alloc_pause(bool pause)
{
    paused = pause;
}
