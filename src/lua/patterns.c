/* patterns.c: string.find, match, gmatch and gsub for scripts: Lua's, by a matcher that counts its
 * steps (base/pattern.h) and takes them from the guard that is set. */
#include <string.h>

#include "base/pattern.h"
#include "lua/guard.h"

/* Without a guard: some tenths of a second. */
#define STEPS_UNGUARDED 50000000

/* One call: the text, the pattern and what is left to spend. */
struct call {
    struct ys_lua_guard *guard;
    struct ys_pattern pattern;
    struct ys_pattern_match match;
    int64_t unguarded;
};

static void begin(lua_State *L, struct call *call, const char *text, size_t bytes, int pattern_arg,
                  bool anchor)
{
    size_t pattern_bytes = 0;
    const char *pattern = luaL_checklstring(L, pattern_arg, &pattern_bytes);
    const char *problem = ys_pattern_read(&call->pattern, pattern, pattern_bytes, anchor);
    if (problem) luaL_error(L, "%s", problem);
    call->guard = ys_lua_guard(L);
    call->unguarded = STEPS_UNGUARDED;
    memset(&call->match, 0, sizeof call->match);
    call->match.pattern = &call->pattern;
    call->match.text = text;
    call->match.end = text + bytes;
    call->match.steps_left = call->guard ? &call->guard->left : &call->unguarded;
}

/* Tries at one place; raises when the pattern cannot go on. */
static const char *try(lua_State *L, struct call *call, const char *at)
{
    const char *end = ys_pattern_try(&call->match, at);
    if (call->match.problem) luaL_error(L, "%s", call->match.problem);
    if (call->match.exhausted) {
        if (call->guard) ys_lua_guard_trip(L, call->guard, YS_LUA_TRIP_PATTERN);
        luaL_error(L, "the pattern took too long");
    }
    return end;
}

/* ------------------------------------------------------------------ captures */

static void push_capture(lua_State *L, const struct call *call, size_t number, const char *from,
                         const char *end)
{
    const struct ys_pattern_match *match = &call->match;
    if (number >= match->capture_count) {
        if (number > 0) luaL_error(L, "invalid capture index %%%d", (int)number + 1);
        lua_pushlstring(L, from, (size_t)(end - from));
    } else if (match->captures[number].bytes == YS_PATTERN_POSITION) {
        lua_pushinteger(L, match->captures[number].from - match->text + 1);
    } else {
        lua_pushlstring(L, match->captures[number].from, (size_t)match->captures[number].bytes);
    }
}

/* Pushes all captures, the whole match when there are none and `whole`. */
static int push_captures(lua_State *L, const struct call *call, const char *from, const char *end,
                         bool whole)
{
    size_t count = call->match.capture_count;
    if (count == 0 && whole) count = 1;
    luaL_checkstack(L, (int)count, "too many captures");
    for (size_t i = 0; i < count; i++) push_capture(L, call, i, from, end);
    return (int)count;
}

/* ------------------------------------------------------------------ find and match */

/* The place that `arg` names, counted from 0; past the end: bytes + 1. */
static size_t start_of(lua_State *L, int arg, size_t bytes)
{
    lua_Integer at = luaL_optinteger(L, arg, 1);
    if (at > 0) return at - 1 > (lua_Integer)bytes ? bytes + 1 : (size_t)(at - 1);
    if (at == 0 || -at > (lua_Integer)bytes) return 0;
    return bytes - (size_t)-at;
}

static int find_plain(lua_State *L, const char *text, size_t bytes, size_t start,
                      const char *wanted, size_t wanted_bytes)
{
    struct ys_lua_guard *guard = ys_lua_guard(L);
    const char *found = wanted_bytes == 0 ? text + start
                                          : memmem(text + start, bytes - start, wanted,
                                                   wanted_bytes);
    if (guard) guard->left -= (int64_t)(bytes - start) / 8;
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - text + 1);
    lua_pushinteger(L, found - text + (lua_Integer)wanted_bytes);
    return 2;
}

static int search(lua_State *L, bool find)
{
    size_t bytes = 0, wanted_bytes = 0;
    const char *text = luaL_checklstring(L, 1, &bytes);
    const char *wanted = luaL_checklstring(L, 2, &wanted_bytes);
    size_t start = start_of(L, 3, bytes);
    struct call call;
    if (start > bytes) {
        lua_pushnil(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || (strpbrk(wanted, "^$*+?.([%-") == NULL &&
                                         strlen(wanted) == wanted_bytes)))
        return find_plain(L, text, bytes, start, wanted, wanted_bytes);
    begin(L, &call, text, bytes, 2, true);
    for (const char *at = text + start; at <= call.match.end; at++) {
        const char *end = try(L, &call, at);
        if (end && find) {
            lua_pushinteger(L, at - text + 1);
            lua_pushinteger(L, end - text);
            return push_captures(L, &call, NULL, NULL, false) + 2;
        }
        if (end) return push_captures(L, &call, at, end, true);
        if (call.pattern.anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

static int script_find(lua_State *L)
{
    return search(L, true);
}

static int script_match(lua_State *L)
{
    return search(L, false);
}

/* ------------------------------------------------------------------ gmatch */

/* Upvalues: text, pattern, where to go on (from 0), where the last match ended (-1: none). */
static int next_match(lua_State *L)
{
    size_t bytes = 0;
    const char *text = lua_tolstring(L, lua_upvalueindex(1), &bytes);
    size_t start = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct call call;
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(2));
    begin(L, &call, text, bytes, 1, false);
    for (; start <= bytes; start++) {
        const char *end = try(L, &call, text + start);
        if (!end || end - text == last) continue;
        lua_pushinteger(L, end - text);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_copy(L, -1, lua_upvalueindex(4));
        return push_captures(L, &call, text + start, end, true);
    }
    return 0;
}

static int script_gmatch(lua_State *L)
{
    size_t bytes = 0;
    (void)luaL_checklstring(L, 1, &bytes);
    (void)luaL_checkstring(L, 2);
    size_t start = start_of(L, 3, bytes);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)start);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/* ------------------------------------------------------------------ gsub */

/* Adds the text at position 3 with its %0, %1 ... filled in. */
static void add_template(lua_State *L, luaL_Buffer *out, const struct call *call, const char *from,
                         const char *end)
{
    size_t bytes = 0;
    const char *text = lua_tolstring(L, 3, &bytes);
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] != '%') {
            luaL_addchar(out, text[i]);
            continue;
        }
        i++;
        if (i < bytes && text[i] == '%') {
            luaL_addchar(out, '%');
        } else if (i < bytes && text[i] == '0') {
            luaL_addlstring(out, from, (size_t)(end - from));
        } else if (i < bytes && text[i] >= '1' && text[i] <= '9') {
            push_capture(L, call, (size_t)(text[i] - '1'), from, end);
            luaL_tolstring(L, -1, NULL);
            lua_remove(L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
}

/* Adds what stands in place of one match. */
static void add_replacement(lua_State *L, luaL_Buffer *out, const struct call *call,
                            const char *from, const char *end)
{
    int type = lua_type(L, 3);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        add_template(L, out, call, from, end);
        return;
    }
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(L, call, from, end, true), 1);
    } else {
        push_capture(L, call, 0, from, end);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, from, (size_t)(end - from));
    } else if (!lua_isstring(L, -1)) {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    } else {
        luaL_addvalue(out);
    }
}

static int script_gsub(lua_State *L)
{
    size_t bytes = 0;
    const char *text = luaL_checklstring(L, 1, &bytes), *at = text, *last = NULL;
    int type = lua_type(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)bytes + 1), count = 0;
    struct call call;
    luaL_Buffer out;
    luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION ||
                            type == LUA_TTABLE, 3, "string/function/table");
    begin(L, &call, text, bytes, 2, true);
    luaL_buffinit(L, &out);
    while (count < most) {
        const char *end = try(L, &call, at);
        if (end && end != last) {
            count++;
            add_replacement(L, &out, &call, at, end);
            at = last = end;
        } else if (at < call.match.end) {
            luaL_addchar(&out, *at++);
        } else {
            break;
        }
        if (call.pattern.anchored) break;
    }
    luaL_addlstring(&out, at, (size_t)(call.match.end - at));
    luaL_pushresult(&out);
    lua_pushinteger(L, count);
    return 2;
}

const luaL_Reg ys_lua_patterns[] = {{"find", script_find},
                                    {"match", script_match},
                                    {"gmatch", script_gmatch},
                                    {"gsub", script_gsub},
                                    {NULL, NULL}};
