/* test_lua_oom.c: every allocation of open, plan and close fails once, in Lua and in C; no crash,
 * no leak, and the database opens again afterwards. The script is tests/lua/binding_memory.lua. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fail_alloc.h"
#include "support/lua_world.h"
#include "support/scratch.h"

/* More allocations than the script makes: reaching it means that the sweep does not end. */
#define SWEEP_MAX 20000

static struct lua_world world;

static int set_up(void **state)
{
    struct lua_memory memory;
    lua_State *L;

    (void)state;
    scratch_make();
    lua_world_open(&world, 3);
    L = lua_world_state(&world, &memory);
    /* The library is read once; the sweeps work on what is stored then. */
    if (luaL_dostring(L, "return function(db) local core = require 'ytsync.core'\n"
                         "local s = assert(core.open{db = db, token = 'sim-token',"
                         " api_url = 'http://127.0.0.1:1'})\n"
                         "assert(s:fetch()) return s:close() end") != LUA_OK ||
        lua_world_call(L, "memory.db") != LUA_OK) {
        print_message("%s\n", lua_tostring(L, -1));
        return 1;
    }
    lua_close(L);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lua_world_close(&world);
    scratch_remove();
    return 0;
}

/* Calls the script in a state of its own while allocations fail: Lua's, or those of C. Anything but
 * success and want of memory, raised or returned, fails the test. Returns whether it succeeded;
 * *asked is how many allocations of that kind there were. */
static bool run(long nth, bool of_lua, bool from_then_on, long *asked)
{
    char path[SCRATCH_PATH_BYTES];
    struct lua_memory memory;
    lua_State *L = lua_world_state(&world, &memory);

    lua_world_load(L, "binding_memory.lua");
    lua_pushstring(L, scratch_path(path, "memory.db"));
    lua_gc(L, LUA_GCCOLLECT);
    lua_memory_fail(&memory, of_lua ? nth : 0, from_then_on);
    fail_alloc_start(of_lua ? 0 : nth, from_then_on);
    int status = lua_pcall(L, 1, 2, 0);
    *asked = fail_alloc_stop();
    if (of_lua) *asked = memory.asked;
    lua_memory_fail(&memory, 0, false);

    bool done = status == LUA_OK && lua_toboolean(L, -2);
    if (!done && status != LUA_ERRMEM && strcmp(luaL_tolstring(L, -1, NULL), "out_of_memory") != 0)
        fail_msg("allocation %ld: %s", nth, lua_tostring(L, -1));
    lua_close(L);
    assert_int_equal(memory.bytes, 0);
    return done;
}

/* Lets each allocation fail in turn, until there are no more. */
static void sweep(bool of_lua, bool from_then_on, long failures_min)
{
    long asked = 0, failures = 0;

    for (long nth = 1; nth < SWEEP_MAX; nth++) {
        bool done = run(nth, of_lua, from_then_on, &asked);
        if (!done) failures++;
        if (asked < nth) {
            assert_true(done);
            assert_true(failures >= failures_min);
            return;
        }
    }
    fail_msg("the sweep did not end");
}

/* Lua collects and asks once more, so that most of these end well: a full collection at every
 * allocation. */
static void test_lua_once(void **state)
{
    (void)state;
    sweep(true, false, 0);
}

static void test_lua_from_then_on(void **state)
{
    (void)state;
    sweep(true, true, 100);
}

/* The core's allocations, and those of the binding's own records and rows. */
static void test_core(void **state)
{
    (void)state;
    sweep(false, false, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lua_once),
        cmocka_unit_test(test_lua_from_then_on),
        cmocka_unit_test(test_core),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
