/* guard.h: limits on what a script's own code may take: instructions, CPU time, memory.
 *
 * While a guard is set, a count hook takes from its instructions, the allocator counts, and
 * functions that work in C for long (patterns.c) take from the same instructions. Once a limit is
 * reached the guard is tripped: the hook fires on every instruction and pcall (ours: the script has
 * no other) passes the error on, so that whatever runs ends, up to the call that set the guard. */
#ifndef YS_LUA_GUARD_H
#define YS_LUA_GUARD_H

#include "lua/binding.h"

enum ys_lua_trip { YS_LUA_TRIP_NONE, YS_LUA_TRIP_TIME, YS_LUA_TRIP_PATTERN, YS_LUA_TRIP_MEMORY };

/* Functions that were running when a limit was reached, innermost first. */
#define YS_LUA_TRIP_FRAMES_MAX 12
struct ys_lua_trip_frame {
    char source[LUA_IDSIZE];
    int line;
};

struct ys_lua_guard {
    struct ys_lua_guard *outer;
    lua_State *L;
    int64_t limit, left;          /* instructions */
    int64_t since_ms;             /* the first look after a reset; negative: none yet */
    int64_t cpu_since_ms;         /* CPU time at a later one; negative: not asked for yet */
    int64_t bytes_max;            /* that one call may keep */
    int64_t bytes, bytes_made;    /* kept and allocated since the last reset */
    int64_t bytes_total;          /* kept since the beginning */
    int64_t bytes_total_max;
    lua_Alloc alloc;
    void *alloc_ctx;
    bool refused;                 /* an allocation, by this guard */
    enum ys_lua_trip tripped;
    struct ys_lua_trip_frame frames[YS_LUA_TRIP_FRAMES_MAX];
    int frame_count;
};

/* The guard that is set in this state, or NULL. */
struct ys_lua_guard *ys_lua_guard(lua_State *L);
/* Ends what runs under the guard, by an error. */
int ys_lua_guard_trip(lua_State *L, struct ys_lua_guard *guard, enum ys_lua_trip why);

int ys_lua_guarded(lua_State *L); /* core.guarded */
int ys_lua_charge(lua_State *L);  /* core.charge */
int ys_lua_pcall(lua_State *L);   /* core.pcall */

/* patterns.c: string.find, match, gmatch and gsub of a script. */
extern const luaL_Reg ys_lua_patterns[];

#endif
