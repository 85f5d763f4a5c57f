/* fail_sqlite.c: SQLite's allocator with a counter before it; see fail_sqlite.h. */
#include "support/fail_sqlite.h"

#include <sqlite3.h>

#include "base/error.h"

static sqlite3_mem_methods heap;
static long asked, failing;
static bool counting, paused, all_after;

static bool allow(void)
{
    if (!counting || paused) return true;
    asked++;
    if (failing == 0) return true;
    return all_after ? asked < failing : asked != failing;
}

static void *counted_malloc(int bytes)
{
    return allow() ? heap.xMalloc(bytes) : NULL;
}

static void *counted_realloc(void *memory, int bytes)
{
    return allow() ? heap.xRealloc(memory, bytes) : NULL;
}

void fail_sqlite_install(void)
{
    sqlite3_mem_methods mine;

    YS_REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap) == SQLITE_OK);
    mine = heap;
    mine.xMalloc = counted_malloc;
    mine.xRealloc = counted_realloc;
    YS_REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) == SQLITE_OK);
}

void fail_sqlite_start(long nth, bool from_then_on)
{
    asked = 0;
    failing = nth;
    all_after = from_then_on;
    paused = false;
    counting = true;
}

long fail_sqlite_stop(void)
{
    counting = false;
    return asked;
}

void fail_sqlite_pause(bool pause)
{
    paused = pause;
}
