/* test_lua_states.c: two Lua states in one process do not meet, also not in two threads. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "support/lua_world.h"
#include "support/scratch.h"

#define STATES 2

static struct lua_world worlds[STATES];

static int set_up(void **state)
{
    (void)state;
    scratch_make();
    for (uint64_t i = 0; i < STATES; i++) lua_world_open(&worlds[i], i + 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < STATES; i++) lua_world_close(&worlds[i]);
    scratch_remove();
    return 0;
}

/* Runs a text with the path of `file`; its first result is compared with `wanted`. */
static void check_text(lua_State *L, const char *text, const char *file, const char *wanted)
{
    if (luaL_loadstring(L, text) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
    if (lua_world_call(L, file) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
    assert_string_equal(luaL_tolstring(L, -2, NULL), wanted);
    lua_settop(L, 0);
}

static const char open_it[] =
    "core = require 'ytsync.core'\n"
    "s, message = core.open{db = ..., token = 'sim-token', api_url = 'http://127.0.0.1:1'}\n"
    "return s and 'open' or message";

static void test_interleaved(void **state)
{
    struct lua_memory memory[STATES];
    lua_State *a = lua_world_state(&worlds[0], &memory[0]);
    lua_State *b = lua_world_state(&worlds[1], &memory[1]);

    (void)state;
    check_text(a, open_it, "a.db", "open");
    check_text(b, open_it, "b.db", "open");
    check_text(a, "return s:config_set('quota.daily', 5000)", "", "5000");
    check_text(b, "return s:config_get('quota.daily')", "", "10000");
    check_text(a, "return s:fetch().playlists", "", "3");
    check_text(b, "return select(3, s:playlists())", "", "not_found");
    check_text(b, "return s:fetch().playlists", "", "3");
    check_text(a, "p = s:plan{categories = {{key = 'A', videos = {{'video-0001A'}}}}} return 1", "",
               "1");
    check_text(a, "return core.handles()", "", "2");
    check_text(b, "return core.handles()", "", "1");
    lua_close(a);
    assert_int_equal(memory[0].bytes, 0);
    check_text(b, "return s:fetch().playlists", "", "3");
    check_text(b, "return core.handles()", "", "1");
    lua_close(b);
    assert_int_equal(memory[1].bytes, 0);
}

/* The one thing that states share: one session at a time has the signals. */
static void test_signals(void **state)
{
    struct lua_memory memory[STATES];
    lua_State *a = lua_world_state(&worlds[0], &memory[0]);
    lua_State *b = lua_world_state(&worlds[1], &memory[1]);
    struct sigaction before, now;

    (void)state;
    assert_int_equal(signal(SIGINT, SIG_DFL) == SIG_ERR, false);
    assert_int_equal(sigaction(SIGTERM, NULL, &before), 0);
    check_text(a, open_it, "a.db", "open");
    check_text(b, open_it, "b.db", "open");
    check_text(a, "return core.on_interrupt(s)", "", "true");
    check_text(b, "return select(3, core.on_interrupt(s))", "", "wrong_state");

    assert_int_equal(raise(SIGINT), 0);
    check_text(a, "return select(3, s:sleep(1000))", "", "interrupted");
    check_text(b, "return s:sleep(1000)", "", "true");
    /* The second one would end the process now. */
    assert_int_equal(sigaction(SIGINT, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_DFL);
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_DFL);

    check_text(a, "return core.on_interrupt(s)", "", "true");
    assert_int_equal(raise(SIGTERM), 0);
    check_text(a, "return select(3, s:sleep(1000))", "", "interrupted");
    lua_close(a);

    check_text(b, "return core.on_interrupt(s)", "", "true");
    lua_close(b);
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_true(now.sa_handler == before.sa_handler);
}

/* A signal that is ignored (nohup, a job in the background) stays so. */
static void test_ignored_signal(void **state)
{
    struct lua_memory memory;
    lua_State *L = lua_world_state(&worlds[0], &memory);

    (void)state;
    assert_true(signal(SIGINT, SIG_IGN) != SIG_ERR);
    check_text(L, open_it, "a.db", "open");
    check_text(L, "return core.on_interrupt(s)", "", "true");
    assert_int_equal(raise(SIGINT), 0);
    check_text(L, "return s:sleep(1000)", "", "true");
    check_text(L, "return s:close()", "", "true");
    lua_close(L);
    assert_true(signal(SIGINT, SIG_DFL) == SIG_IGN);
}

/* A sync in each of two threads at once. */
static void *sync_in_thread(void *arg)
{
    const size_t number = *(size_t *)arg;
    struct lua_memory memory;
    lua_State *L = lua_world_state(&worlds[number], &memory);

    lua_world_run(L, "binding_sync.lua", number == 0 ? "thread-0.db" : "thread-1.db");
    lua_close(L);
    return NULL;
}

static void test_threads(void **state)
{
    size_t numbers[STATES] = {0, 1};
    pthread_t threads[STATES];

    (void)state;
    for (int i = 0; i < STATES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sync_in_thread, &numbers[i]), 0);
    for (int i = 0; i < STATES; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    /* Each database has a folder of its own: both jobs have the number 1. */
    for (int i = 0; i < STATES; i++) {
        char path[SCRATCH_PATH_BYTES];
        assert_true(ys_path_exists(scratch_path(
            path, i == 0 ? "thread-0.db.backups/proof-1.csv" : "thread-1.db.backups/proof-1.csv")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_interleaved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ignored_signal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
