/* test_lua_sync.c: the binding over the real engine and a simulated YouTube: a whole sync, what a
 * progress function may do, and both with a collector that never rests. The scripts are
 * tests/lua/binding_*.lua. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/truth.h"
#include "support/lua_world.h"
#include "support/scratch.h"

static int set_up(void **state)
{
    static struct lua_world world;

    scratch_make();
    lua_world_open(&world, 7);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    lua_world_close(*state);
    scratch_remove();
    return 0;
}

static void test_whole_sync(void **state)
{
    struct lua_world *world = *state;
    struct ys_truth_report report;
    struct ys_error err = {0};
    struct lua_memory memory;
    lua_State *L = lua_world_state(world, &memory);

    assert_int_equal(ys_truth_snapshot(world->sim, &err), YS_OK);
    lua_world_run(L, "binding_sync.lua", "sync.db");
    lua_close(L);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(ys_truth_compare(world->sim, &report, &err), YS_OK);
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.doubled, 0);
    assert_int_equal(report.playlists_now, 3);
}

static void test_callbacks(void **state)
{
    struct lua_memory memory;
    lua_State *L = lua_world_state(*state, &memory);

    lua_world_run(L, "binding_callbacks.lua", "callbacks.db");
    lua_close(L);
    assert_int_equal(memory.bytes, 0);
}

static void test_handles(void **state)
{
    struct lua_memory memory;
    lua_State *L = lua_world_state(*state, &memory);

    lua_world_run(L, "binding_handles.lua", "handles.db");
    lua_close(L);
    assert_int_equal(memory.bytes, 0);
}

static void collect(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    (void)lua_gc(L, LUA_GCSTEP, 0);
}

/* Generational, and a step of the collector at every call of a function. */
static void test_busy_collector(void **state)
{
    static const char *const scripts[] = {"binding_sync.lua", "binding_handles.lua"};

    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct lua_memory memory;
        lua_State *L = lua_world_state(*state, &memory);
        (void)lua_gc(L, LUA_GCGEN, 0, 0);
        lua_sethook(L, collect, LUA_MASKCALL, 0);
        lua_world_run(L, scripts[i], i == 0 ? "sync.db" : "handles.db");
        lua_close(L);
        assert_int_equal(memory.bytes, 0);
    }
}

/* Nothing is closed by the script: closing the state does it, in its own order, and the next
 * state can open the same database. */
static void test_state_closes_all(void **state)
{
    static const char script[] =
        "local core, db = require 'ytsync.core', ...\n"
        "keep = {}\n"
        "local s = assert(core.open{db = db, token = 'sim-token',"
        " api_url = 'http://127.0.0.1:1'})\n"
        "assert(s:fetch())\n"
        "keep[1] = s:plan{categories = {{key = 'A', videos = {{'video-0001A', 'x'}}}}}\n"
        "keep[2] = s\n"
        "keep[3] = assert(s:start(keep[1]))\n"
        "assert(keep[3]:step(1000) ~= nil)\n"
        "keep[4] = s:plan{}\n"
        "return assert(s:cancel())";

    for (int round = 0; round < 3; round++) {
        struct lua_memory memory;
        lua_State *L = lua_world_state(*state, &memory);
        assert_int_equal(luaL_loadstring(L, script), LUA_OK);
        int status = lua_world_call(L, "closing.db");
        if (status != LUA_OK) print_message("%s\n", lua_tostring(L, -1));
        assert_int_equal(status, LUA_OK);
        lua_close(L);
        assert_int_equal(memory.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_sync, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_callbacks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_handles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_busy_collector, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state_closes_all, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
