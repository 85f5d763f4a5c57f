/* callback.c: calls of Lua functions while the core is at work; nothing else does that.
 *
 * The call is protected, so no error passes through the core's frames; a function cannot yield
 * through it either. A count hook takes the instruction budget in steps. Once it is spent, the
 * hook fires on every instruction, so that a loop around pcall ends too. Coroutines that the
 * function makes inherit the hook and share the budget. A debugger's hook is left alone: then
 * there is no budget. */
#include "lua/rows.h"

#define STEP_INSTRUCTIONS 10000

/* ------------------------------------------------------------------ budget */

static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    struct ys_lua_state *state = ys_lua_state(L);
    if (!state->caller) {
        lua_sethook(L, NULL, 0, 0); /* a coroutine that outlived the call */
        return;
    }
    if (state->instructions_left > STEP_INSTRUCTIONS) {
        state->instructions_left -= STEP_INSTRUCTIONS;
        return;
    }
    state->instructions_left = 0;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    if (L != state->caller) lua_sethook(state->caller, on_count, LUA_MASKCOUNT, 1);
    luaL_error(L, "the function ran for more than %d instructions", YS_LUA_CALL_INSTRUCTIONS_MAX);
}

/* True when the budget is ours to end: not inside another call, and no other hook was there. */
static bool budget_begin(lua_State *L, struct ys_lua_state *state)
{
    if (state->caller || lua_gethook(L)) return false;
    state->caller = L;
    state->instructions_left = YS_LUA_CALL_INSTRUCTIONS_MAX;
    lua_sethook(L, on_count, LUA_MASKCOUNT, STEP_INSTRUCTIONS);
    return true;
}

static void budget_end(lua_State *L, struct ys_lua_state *state)
{
    if (lua_gethook(L) == on_count) lua_sethook(L, NULL, 0, 0);
    state->caller = NULL;
}

/* ------------------------------------------------------------------ the call */

/* Message handler: the text of any error value, with where it came from. */
static int add_traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

int ys_lua_call(lua_State *L, int function, lua_CFunction entry, void *ctx, int error_slot)
{
    function = lua_absindex(L, function);
    error_slot = lua_absindex(L, error_slot);
    int top = lua_gettop(L);
    if (!lua_checkstack(L, LUA_MINSTACK)) return LUA_ERRMEM;
    struct ys_lua_state *state = ys_lua_state(L);
    bool ours = budget_begin(L, state);
    lua_pushcfunction(L, add_traceback);
    lua_pushcfunction(L, entry);
    lua_pushvalue(L, function);
    lua_pushlightuserdata(L, ctx);
    int status = lua_pcall(L, 2, 1, top + 1);
    if (ours) budget_end(L, state);
    if (status == LUA_OK) {
        lua_remove(L, top + 1);
    } else {
        lua_replace(L, error_slot);
        lua_settop(L, top);
    }
    return status;
}

/* ------------------------------------------------------------------ a fetch's progress */

/* Arguments: the script's function and the struct. Returns false to stop, else true. */
static int call_progress(lua_State *L)
{
    struct ys_lua_progress *progress = lua_touserdata(L, 2);
    struct ys_fetch_progress now = *progress->now;
    lua_settop(L, 1);
    ys_lua_push_record(L, &ys_lua_progress_record, &now);
    lua_call(L, 1, 1);
    bool stop = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pushboolean(L, !stop);
    return 1;
}

bool ys_lua_on_progress(void *ctx, const struct ys_fetch_progress *now)
{
    struct ys_lua_progress *progress = ctx;
    lua_State *L = progress->L;
    if (progress->status != LUA_OK) return false;
    progress->now = now;
    progress->status =
        ys_lua_call(L, progress->function, call_progress, progress, progress->error_slot);
    progress->now = NULL;
    if (progress->status != LUA_OK) return false;
    bool go_on = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return go_on;
}

int ys_lua_progress_fail(const struct ys_lua_progress *progress)
{
    lua_State *L = progress->L;
    bool memory = progress->status == LUA_ERRMEM;
    lua_pushnil(L);
    if (lua_type(L, progress->error_slot) == LUA_TSTRING)
        lua_pushvalue(L, progress->error_slot);
    else
        lua_pushliteral(L, "the progress function failed, and so did telling why");
    lua_pushstring(L, ys_status_name(memory ? YS_ENOMEM : YS_EPOLICY));
    return 3;
}
