/* fail_sqlite.h: makes the Nth allocation of SQLite fail, and those after it too if asked. */
#ifndef TESTS_FAIL_SQLITE_H
#define TESTS_FAIL_SQLITE_H

#include <stdbool.h>

/* Puts itself between SQLite and the heap; before SQLite is used for the first time. */
void fail_sqlite_install(void);
/* As fail_alloc.h's. */
void fail_sqlite_start(long nth, bool from_then_on);
long fail_sqlite_stop(void);
/* Meanwhile allocations are neither counted nor refused. */
void fail_sqlite_pause(bool pause);

#endif
