/* host.c: a small Lua 5.4 interpreter with ytsync.core linked in.
 *
 * The sanitizer build runs the Lua suites in it: AddressSanitizer reports false leaks for a module
 * that was loaded with dlopen and unloaded at exit, and it must be in the program from the start.
 *
 *     lua-host FILE [ARG...]        lua-host -e TEXT
 *
 * The state is closed at the end, also after an error, so that whatever the binding does not
 * release in __gc is a leak. os.exit is replaced by one that unwinds to here for the same reason.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int luaopen_ytsync_core(lua_State *L);

enum { EXIT_USAGE = 64 };

/* Its address is the name of the exit request in the registry; nothing is stored in it. */
static char exit_key;

/* os.exit([code]): ends the program by an error that no message handler adds to. Code that runs it
 * inside pcall would catch it, so the wish is also written down and honoured at the end. */
static int host_exit(lua_State *L)
{
    lua_Integer code = EXIT_SUCCESS;
    if (lua_isboolean(L, 1)) {
        code = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    } else {
        code = luaL_optinteger(L, 1, EXIT_SUCCESS);
    }
    lua_pushinteger(L, code);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &exit_key);
    lua_pushlightuserdata(L, &exit_key);
    return lua_error(L);
}

/* The code that os.exit asked for, or otherwise. */
static int exit_code(lua_State *L, int otherwise)
{
    int code = otherwise;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &exit_key) == LUA_TNUMBER) {
        code = (int)lua_tointeger(L, -1);
    }
    lua_pop(L, 1);
    return code;
}

static int add_traceback(lua_State *L)
{
    if (lua_touserdata(L, 1) == (void *)&exit_key) {
        return 1;
    }
    const char *message = luaL_tolstring(L, 1, NULL);
    luaL_traceback(L, L, message, 1);
    return 1;
}

static void open_libraries(lua_State *L)
{
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_ytsync_core);
    lua_setfield(L, -2, "ytsync.core");
    lua_pop(L, 1);
    lua_getglobal(L, "os");
    lua_pushcfunction(L, host_exit);
    lua_setfield(L, -2, "exit");
    lua_pop(L, 1);
}

static void set_arg_table(lua_State *L, int argc, char **argv, int script)
{
    lua_createtable(L, argc, 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, (lua_Integer)i - script);
    }
    lua_setglobal(L, "arg");
}

/* Loads and runs the script; the state's arg table is set. */
static int run(lua_State *L, int argc, char **argv)
{
    bool is_text = strcmp(argv[1], "-e") == 0;
    int script = is_text ? 2 : 1;
    if (script >= argc) {
        fprintf(stderr, "lua-host: -e needs a text\n");
        return EXIT_USAGE;
    }
    set_arg_table(L, argc, argv, script);
    lua_pushcfunction(L, add_traceback);
    int status = is_text ? luaL_loadstring(L, argv[script]) : luaL_loadfile(L, argv[script]);
    if (status == LUA_OK) {
        status = lua_pcall(L, 0, 0, -2);
    }
    if (status == LUA_OK) {
        return exit_code(L, EXIT_SUCCESS);
    }
    if (lua_touserdata(L, -1) != (void *)&exit_key) {
        fprintf(stderr, "lua-host: %s\n", luaL_tolstring(L, -1, NULL));
        return EXIT_FAILURE;
    }
    return exit_code(L, EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: lua-host FILE [ARG...] | lua-host -e TEXT\n");
        return EXIT_USAGE;
    }
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fprintf(stderr, "lua-host: memory ran out\n");
        return EXIT_FAILURE;
    }
    open_libraries(L);
    int code = run(L, argc, argv);
    lua_close(L);
    return code;
}
