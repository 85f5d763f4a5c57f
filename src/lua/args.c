/* args.c: arguments in, results out. See binding.h for the contracts. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lua/binding.h"

/* ------------------------------------------------------------------ results */

int ys_lua_fail(lua_State *L, enum ys_status status, const struct ys_error *err)
{
    bool told = err && err->message[0] != '\0';
    lua_pushnil(L);
    lua_pushstring(L, told ? err->message : ys_status_sentence(status));
    lua_pushstring(L, ys_status_name(status));
    return 3;
}

int ys_lua_failf(lua_State *L, enum ys_status status, const char *format, ...)
{
    struct ys_error err = {.status = status, .message = ""};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err.message, sizeof err.message, format, args);
    va_end(args);
    return ys_lua_fail(L, status, &err);
}

int ys_lua_done(lua_State *L, enum ys_status status, const struct ys_error *err)
{
    if (status != YS_OK) return ys_lua_fail(L, status, err);
    lua_pushboolean(L, 1);
    return 1;
}

/* ------------------------------------------------------------------ arguments */

const char *ys_lua_text(lua_State *L, int arg)
{
    size_t bytes = 0;
    luaL_checktype(L, arg, LUA_TSTRING);
    const char *text = lua_tolstring(L, arg, &bytes);
    luaL_argcheck(L, strlen(text) == bytes, arg, "string holds a NUL byte");
    return text;
}

void ys_lua_check_table(lua_State *L, int arg, bool optional)
{
    if (optional && lua_isnoneornil(L, arg)) {
        lua_settop(L, arg - 1);
        lua_newtable(L);
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    if (luaL_getmetafield(L, arg, "__index") != LUA_TNIL)
        luaL_argerror(L, arg, "plain table expected, this one has an __index");
}

/* Appends as much of "key, key, ..." as there is room for. */
static void join_known(char *out, size_t out_bytes, const char *const *known)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; known[i] && used < out_bytes; i++) {
        int n = snprintf(out + used, out_bytes - used, "%s%s", i > 0 ? ", " : "", known[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static bool is_known(lua_State *L, int index, const char *const *known)
{
    if (lua_type(L, index) != LUA_TSTRING) return false;
    const char *key = lua_tostring(L, index);
    for (size_t i = 0; known[i]; i++)
        if (strcmp(key, known[i]) == 0) return true;
    return false;
}

int ys_lua_unknown_key(lua_State *L, int table, const char *what, const char *const *known)
{
    char keys[512];
    table = lua_absindex(L, table);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        if (is_known(L, -1, known)) continue;
        join_known(keys, sizeof keys, known);
        /* A copy: lua_tolstring would change the key of a running traversal. */
        lua_pushvalue(L, -1);
        const char *key = lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER
                              ? lua_tostring(L, -1)
                              : luaL_typename(L, -1);
        return ys_lua_failf(L, YS_EINVAL, "unknown key '%.100s' in %s; it takes: %s", key, what,
                            keys);
    }
    return 0;
}

/* Pushes table[key], read raw; returns its type. */
static int push_field(lua_State *L, int table, const char *key)
{
    table = lua_absindex(L, table);
    lua_pushstring(L, key);
    return lua_rawget(L, table);
}

static void wrong_field(lua_State *L, const char *what, const char *key, const char *expected)
{
    const char *is = lua_isnil(L, -1) ? "missing"
                                      : lua_pushfstring(L, "a %s", luaL_typename(L, -1));
    luaL_error(L, "%s: '%s' is %s, it must be %s", what, key, is, expected);
}

const char *ys_lua_field_text(lua_State *L, int table, const char *what, const char *key,
                              bool required)
{
    size_t bytes = 0;
    int type = push_field(L, table, key);
    if (type == LUA_TNIL && !required) return NULL;
    if (type != LUA_TSTRING) wrong_field(L, what, key, "a string");
    const char *text = lua_tolstring(L, -1, &bytes);
    if (strlen(text) != bytes) luaL_error(L, "%s: '%s' holds a NUL byte", what, key);
    return text;
}

int64_t ys_lua_field_integer(lua_State *L, int table, const char *what, const char *key,
                             int64_t otherwise)
{
    int whole = 1;
    lua_Integer value = otherwise;
    int type = push_field(L, table, key);
    if (type != LUA_TNIL) {
        value = type == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
        if (type != LUA_TNUMBER || !whole) wrong_field(L, what, key, "a whole number");
    }
    lua_pop(L, 1);
    return value;
}

bool ys_lua_field_boolean(lua_State *L, int table, const char *what, const char *key)
{
    int type = push_field(L, table, key);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN) wrong_field(L, what, key, "true or false");
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

bool ys_lua_field_table(lua_State *L, int table, const char *what, const char *key)
{
    int type = push_field(L, table, key);
    if (type != LUA_TNIL && type != LUA_TTABLE) wrong_field(L, what, key, "a table");
    if (type == LUA_TNIL) lua_pop(L, 1);
    return type == LUA_TTABLE;
}

/* ------------------------------------------------------------------ lists */

int64_t ys_lua_field_list(lua_State *L, int table, const char *what, const char *key)
{
    int type = push_field(L, table, key);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return -1;
    }
    if (type != LUA_TTABLE) wrong_field(L, what, key, "a list");
    lua_Unsigned length = lua_rawlen(L, -1), seen = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        lua_Integer index = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (index < 1 || (lua_Unsigned)index > length)
            luaL_error(L, "%s: '%s' must be a list, but has the key %s", what, key,
                       luaL_tolstring(L, -1, NULL));
        seen++;
    }
    if (seen != length) luaL_error(L, "%s: the list '%s' has a hole", what, key);
    return (int64_t)length;
}

const char *ys_lua_element_text(lua_State *L, int64_t index, const char *what, bool required)
{
    size_t bytes = 0;
    int type = lua_rawgeti(L, -1, index);
    if (type == LUA_TNIL && !required) return "";
    if (type != LUA_TSTRING)
        luaL_error(L, "%s: element %I is a %s, it must be a string", what, (LUAI_UACINT)index,
                   luaL_typename(L, -1));
    const char *text = lua_tolstring(L, -1, &bytes);
    if (strlen(text) != bytes)
        luaL_error(L, "%s: element %I holds a NUL byte", what, (LUAI_UACINT)index);
    return text;
}

void ys_lua_element_table(lua_State *L, int64_t index, const char *what)
{
    if (lua_rawgeti(L, -1, index) != LUA_TTABLE)
        luaL_error(L, "%s: element %I is a %s, it must be a table", what, (LUAI_UACINT)index,
                   luaL_typename(L, -1));
}
