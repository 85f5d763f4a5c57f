/* guard.c: see guard.h.
 *
 *   guarded(limits, handler, body) -> true, results... | false, error, why, frames
 *       limits = {instructions, bytes, bytes_total}; body gets the guard; why is "time", "pattern",
 *       "memory" or nil; frames = {{source, line}, ...} of what ran when the limit was reached
 *   guard:reset()     the next call has its full share again
 *   charge(n)         takes n instructions from the guard that is set
 *   pcall(f, ...)     Lua's, but for a tripped guard
 *
 * Memory: the allocator is ours while the guard is set. A refusal makes Lua collect its garbage and
 * ask once more; only then it raises, and that error runs no message handler, so the frames are
 * noted at the refusal. Reading the call stack there allocates nothing. */
#include "lua/guard.h"

#include <string.h>

#include "base/env.h"

#define GUARD_TYPE "ytsync.guard"
/* Instructions between two looks. */
#define STEP 1000
/* What a pcall counts for. */
#define PCALL_COST 2000
/* CPU time of one call: what instructions do not show (copying, comparing long texts). */
#define CPU_MS_MAX 300
/* Allocated by one call, kept or not: copying costs time too. */
#define BYTES_MADE_FACTOR 8

struct ys_lua_guard *ys_lua_guard(lua_State *L)
{
    return ys_lua_state(L)->guard;
}

/* ------------------------------------------------------------------ tripping */

static void note_frames(struct ys_lua_guard *guard)
{
    lua_Debug ar;

    guard->frame_count = 0;
    for (int level = 0; guard->frame_count < YS_LUA_TRIP_FRAMES_MAX; level++) {
        if (!lua_getstack(guard->L, level, &ar)) return;
        if (!lua_getinfo(guard->L, "Sl", &ar) || ar.currentline <= 0) continue;
        struct ys_lua_trip_frame *frame = &guard->frames[guard->frame_count++];
        memcpy(frame->source, ar.short_src, sizeof frame->source);
        frame->line = ar.currentline;
    }
}

static void on_count(lua_State *L, lua_Debug *ar);

static void trip(lua_State *L, struct ys_lua_guard *guard, enum ys_lua_trip why)
{
    if (guard->tripped == YS_LUA_TRIP_NONE) {
        guard->tripped = why;
        if (why != YS_LUA_TRIP_MEMORY) note_frames(guard);
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    }
}

int ys_lua_guard_trip(lua_State *L, struct ys_lua_guard *guard, enum ys_lua_trip why)
{
    trip(L, guard, why);
    lua_pushliteral(L, "a limit was reached");
    return lua_error(L);
}

static void spend(lua_State *L, struct ys_lua_guard *guard, int64_t instructions)
{
    if (guard->tripped == YS_LUA_TRIP_NONE) {
        guard->left -= instructions;
        if (guard->left > 0) return;
    }
    ys_lua_guard_trip(L, guard, YS_LUA_TRIP_TIME);
}

/* Whether a call took its CPU time. Asking for that is dear on some systems, so it is asked for
 * only when that much time went by on the clock; from there on it is counted. */
static bool used_up(struct ys_lua_guard *guard)
{
    if (guard->cpu_since_ms >= 0) return ys_cpu_ms() - guard->cpu_since_ms > CPU_MS_MAX;
    int64_t now_ms = ys_cheap_ms();
    if (guard->since_ms < 0) guard->since_ms = now_ms;
    if (now_ms - guard->since_ms > CPU_MS_MAX) guard->cpu_since_ms = ys_cpu_ms();
    return false;
}

static void on_count(lua_State *L, lua_Debug *ar)
{
    struct ys_lua_guard *guard = ys_lua_guard(L);

    (void)ar;
    if (!guard) {
        lua_sethook(L, NULL, 0, 0);
        return;
    }
    if (used_up(guard)) guard->left = 0;
    spend(L, guard, STEP);
}

/* ------------------------------------------------------------------ memory */

static bool too_much(const struct ys_lua_guard *guard, int64_t more, int64_t made)
{
    return guard->bytes + more > guard->bytes_max ||
           guard->bytes_total + more > guard->bytes_total_max ||
           guard->bytes_made + made > guard->bytes_max * BYTES_MADE_FACTOR;
}

static void *counting_alloc(void *ctx, void *block, size_t old_bytes, size_t new_bytes)
{
    struct ys_lua_guard *guard = ctx;
    int64_t before = block ? (int64_t)old_bytes : 0;
    int64_t more = (int64_t)new_bytes - before;

    if (more > 0 && too_much(guard, more, (int64_t)new_bytes)) {
        guard->refused = true;
        note_frames(guard);
        return NULL;
    }
    void *got = guard->alloc(guard->alloc_ctx, block, old_bytes, new_bytes);
    if (got || new_bytes == 0) {
        guard->bytes += more;
        guard->bytes_total += more;
        if (more > 0) guard->bytes_made += (int64_t)new_bytes;
    }
    return got;
}

/* ------------------------------------------------------------------ the script's functions */

int ys_lua_charge(lua_State *L)
{
    lua_Integer instructions = luaL_checkinteger(L, 1);
    struct ys_lua_guard *guard = ys_lua_guard(L);
    if (guard && instructions > 0) spend(L, guard, instructions);
    return 0;
}

int ys_lua_pcall(lua_State *L)
{
    struct ys_lua_guard *guard = ys_lua_guard(L);
    luaL_checkany(L, 1);
    if (guard) spend(L, guard, PCALL_COST);
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    if (guard && guard->tripped != YS_LUA_TRIP_NONE)
        return ys_lua_guard_trip(L, guard, guard->tripped);
    if (guard && status == LUA_ERRMEM && guard->refused)
        return ys_lua_guard_trip(L, guard, YS_LUA_TRIP_MEMORY);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}

static void reset(struct ys_lua_guard *guard)
{
    guard->left = guard->limit;
    guard->since_ms = guard->cpu_since_ms = -1;
    guard->bytes = guard->bytes_made = 0;
}

static int guard_reset(lua_State *L)
{
    reset(luaL_checkudata(L, 1, GUARD_TYPE));
    return 0;
}

static int guard_close(lua_State *L)
{
    (void)L; /* it owns nothing */
    return 0;
}

void ys_lua_guard_type(lua_State *L)
{
    static const luaL_Reg methods[] = {{"reset", guard_reset}, {NULL, NULL}};
    ys_lua_new_type(L, GUARD_TYPE, methods, guard_close);
}

/* ------------------------------------------------------------------ the guarded call */

static int push_trip(lua_State *L, const struct ys_lua_guard *guard)
{
    static const char *const names[] = {"", "time", "pattern", "memory"};
    lua_pushboolean(L, 0);
    lua_pushliteral(L, "a limit was reached");
    lua_pushstring(L, names[guard->tripped]);
    lua_createtable(L, guard->frame_count, 0);
    for (int i = 0; i < guard->frame_count; i++) {
        lua_createtable(L, 2, 0);
        lua_pushstring(L, guard->frames[i].source);
        lua_rawseti(L, -2, 1);
        lua_pushinteger(L, guard->frames[i].line);
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, i + 1);
    }
    return 4;
}

/* Calls body(guard) with `handler` under the guard. Stack: limits, handler, body, guard. Leaves the
 * results, or the error, above. */
static int call_under(lua_State *L, struct ys_lua_guard *guard)
{
    struct ys_lua_state *state = ys_lua_state(L);
    lua_Hook hook = lua_gethook(L);
    int mask = lua_gethookmask(L), count = lua_gethookcount(L);
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 4);
    guard->alloc = lua_getallocf(L, &guard->alloc_ctx);
    guard->outer = state->guard;
    state->guard = guard;
    lua_setallocf(L, counting_alloc, guard);
    lua_sethook(L, on_count, LUA_MASKCOUNT, STEP);
    int status = lua_pcall(L, 1, LUA_MULTRET, 2);
    lua_sethook(L, hook, mask, count);
    lua_setallocf(L, guard->alloc, guard->alloc_ctx);
    state->guard = guard->outer;
    if (status == LUA_ERRMEM && guard->refused && guard->tripped == YS_LUA_TRIP_NONE)
        guard->tripped = YS_LUA_TRIP_MEMORY;
    return status;
}

int ys_lua_guarded(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_settop(L, 3);
    struct ys_lua_guard *guard = lua_newuserdatauv(L, sizeof *guard, 0);
    memset(guard, 0, sizeof *guard);
    luaL_setmetatable(L, GUARD_TYPE);
    guard->L = L;
    guard->limit = ys_lua_field_integer(L, 1, "limits", "instructions", 0);
    guard->bytes_max = ys_lua_field_integer(L, 1, "limits", "bytes", 0);
    guard->bytes_total_max = ys_lua_field_integer(L, 1, "limits", "bytes_total", 0);
    reset(guard);
    int status = call_under(L, guard);
    if (guard->tripped != YS_LUA_TRIP_NONE) return push_trip(L, guard);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 5);
    return lua_gettop(L) - 4;
}
