/* core.c: the module ytsync.core: what belongs to no handle, and the state's own data.
 *
 *   version, config_keys      open{...} -> session       on_interrupt(session)
 *   sha256(text) -> hex       isatty(fd) -> boolean      exists(path) -> boolean
 *   columns(fd) -> integer or nil
 *   notify(words, text, limit_ms) -> exit code of the program, or -1
 *   mkdir_p(path) -> true     handles() -> how many sessions, plans, jobs, ... are open
 *   login{...} -> login, and signin*, client_keep, open_with: login.c
 *   fold, matcher: match.c    guarded, charge, pcall: guard.c    patterns: patterns.c
 *   sim: sim.c                create, csv: file.c */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/notify.h"
#include "base/path.h"
#include "base/text.h"
#include "lua/guard.h"
#include "lua/rows.h"

/* ------------------------------------------------------------------ per Lua state */

/* Names of one folder that are looked at. */
#define NAMES_BYTES_MAX ((size_t)4 << 20)

/* Its address is the key of the state's data in the registry. */
static const char state_key;

struct ys_lua_state *ys_lua_state(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
    struct ys_lua_state *state = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (!state) luaL_error(L, "ytsync.core is not loaded in this Lua state");
    return state;
}

void ys_lua_set_world(lua_State *L, const struct ys_env *env, struct ys_transport *transport)
{
    struct ys_lua_state *state = ys_lua_state(L);
    state->env = env;
    state->transport = transport;
}

static void new_state(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key) == LUA_TNIL) {
        struct ys_lua_state *state = lua_newuserdatauv(L, sizeof *state, 0);
        memset(state, 0, sizeof *state);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
    }
    lua_pop(L, 1);
}

/* ------------------------------------------------------------------ types */

void ys_lua_new_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction close)
{
    if (luaL_newmetatable(L, type)) {
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "__close");
        lua_pushstring(L, type);
        lua_setfield(L, -2, "__metatable");
        lua_newtable(L);
        lua_pushcfunction(L, close);
        lua_setfield(L, -2, "close");
        if (methods) luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

void ys_lua_add_methods(lua_State *L, const char *type, const luaL_Reg *methods)
{
    luaL_getmetatable(L, type);
    lua_getfield(L, -1, "__index");
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 2);
}

/* ------------------------------------------------------------------ functions */

static int core_sha256(lua_State *L)
{
    size_t bytes = 0;
    char hex[YS_SHA256_TEXT_BYTES];
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *text = lua_tolstring(L, 1, &bytes);
    if (!ys_sha256_hex(text, bytes, hex)) return ys_lua_fail(L, YS_ENOMEM, NULL);
    lua_pushstring(L, hex);
    return 1;
}

static int core_isatty(lua_State *L)
{
    lua_Integer fd = luaL_checkinteger(L, 1);
    lua_pushboolean(L, fd >= 0 && fd <= 65535 && isatty((int)fd));
    return 1;
}

/* core.columns(fd) -> integer, or nil when it is no terminal, or one that does not say */
static int core_columns(lua_State *L)
{
    struct winsize size = {.ws_col = 0};
    lua_Integer fd = luaL_checkinteger(L, 1);
    bool known = fd >= 0 && fd <= 65535 && ioctl((int)fd, TIOCGWINSZ, &size) == 0;
    if (!known || size.ws_col == 0) lua_pushnil(L);
    else lua_pushinteger(L, size.ws_col);
    return 1;
}

static int core_exists(lua_State *L)
{
    lua_pushboolean(L, ys_path_exists(ys_lua_text(L, 1)));
    return 1;
}

static int core_mkdir_p(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    enum ys_status status = ys_path_make(ys_lua_text(L, 1), &err);
    return ys_lua_done(L, status, &err);
}

/* core.notify(words, text, limit_ms) -> the program's exit code, -1 when it goes on by itself */
static int core_notify(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *words[YS_NOTIFY_WORDS_MAX];
    int code = -1;
    luaL_checktype(L, 1, LUA_TTABLE);
    const char *text = ys_lua_text(L, 2);
    lua_Integer limit_ms = luaL_checkinteger(L, 3);
    lua_Unsigned count = lua_rawlen(L, 1);
    luaL_argcheck(L, count >= 1 && count <= YS_NOTIFY_WORDS_MAX, 1, "no list of words");
    luaL_argcheck(L, limit_ms >= 0 && limit_ms <= 60000, 3, "at most a minute");
    luaL_checkstack(L, YS_NOTIFY_WORDS_MAX + LUA_MINSTACK, NULL);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1); /* it stays on the stack while it is used */
        words[i] = ys_lua_text(L, lua_gettop(L));
    }
    enum ys_status status = ys_notify(words, (size_t)count, text, limit_ms, &code, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushinteger(L, code);
    return 1;
}

/* Names end with a NUL each; a name cannot hold one. */
struct names {
    char *data;           /* NULL: they are only counted */
    size_t bytes, room;
};

static bool add_name(void *ctx, const char *name)
{
    struct names *names = ctx;
    size_t bytes = strlen(name) + 1;
    if (names->data && bytes > names->room - names->bytes) return false;
    if (names->data) memcpy(names->data + names->bytes, name, bytes);
    names->bytes += bytes;
    return names->bytes < NAMES_BYTES_MAX;
}

/* core.files(folder) -> names in it, in no order; {} when it cannot be read. They are copied before
 * anything is pushed, since a push may raise while the folder is open. */
static int core_files(lua_State *L)
{
    struct names names = {.data = NULL};
    const char *folder = ys_lua_text(L, 1);
    ys_path_each(folder, add_name, &names);
    names.room = names.bytes;
    names.data = lua_newuserdatauv(L, names.room + 1, 0);
    names.bytes = 0;
    ys_path_each(folder, add_name, &names);
    lua_newtable(L);
    lua_Integer count = 0;
    for (const char *at = names.data; at < names.data + names.bytes; at += strlen(at) + 1) {
        lua_pushstring(L, at);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static int core_handles(lua_State *L)
{
    lua_pushinteger(L, ys_lua_state(L)->handles_open);
    return 1;
}

static void push_config_keys(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; ys_config_key(i); i++) {
        lua_pushstring(L, ys_config_key(i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

LUAMOD_API int luaopen_ytsync_core(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"open", ys_lua_open},     {"on_interrupt", ys_lua_on_interrupt},
        {"sha256", core_sha256},   {"isatty", core_isatty},
        {"columns", core_columns},
        {"notify", core_notify},
        {"exists", core_exists},   {"mkdir_p", core_mkdir_p},
        {"handles", core_handles}, {"fold", ys_lua_fold},
        {"matcher", ys_lua_matcher}, {"guarded", ys_lua_guarded},
        {"charge", ys_lua_charge}, {"pcall", ys_lua_pcall},
        {"files", core_files},
        {"create", ys_lua_create}, {"csv", ys_lua_csv},
        {"sim", ys_lua_sim},
        {NULL, NULL},
    };
    luaL_checkversion(L);
    new_state(L);
    ys_lua_rows_type(L);
    ys_lua_session_type(L);
    ys_lua_library_type(L);
    ys_lua_imports_type(L);
    ys_lua_plan_type(L);
    ys_lua_job_type(L);
    ys_lua_match_type(L);
    ys_lua_guard_type(L);
    ys_lua_login_type(L);
    ys_lua_probe_type(L);
    ys_lua_sim_type(L);
    ys_lua_safety_type(L);
    ys_lua_file_type(L);
    luaL_newlib(L, functions);
    ys_lua_login_functions(L);
    lua_newtable(L);
    luaL_setfuncs(L, ys_lua_patterns, 0);
    lua_setfield(L, -2, "patterns");
    lua_pushliteral(L, YS_VERSION);
    lua_setfield(L, -2, "version");
    push_config_keys(L);
    lua_setfield(L, -2, "config_keys");
    return 1;
}
