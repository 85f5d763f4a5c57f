/* lua_world.h: Lua states with ytsync.core in them, over a simulated YouTube in virtual time.
 *
 * A world is one simulated account with a small library (lua_world.c lists it), its clock and the
 * transport to it; its sessions keep their databases in the scratch folder. What goes wrong while
 * a world is set up aborts the test with the message. */
#ifndef TESTS_LUA_WORLD_H
#define TESTS_LUA_WORLD_H

#include <lauxlib.h>
#include <lua.h>

#include "net/transport.h"
#include "sim/sim.h"

struct lua_world {
    struct ys_sim_clock clock;
    struct ys_env env;
    struct ys_sim *sim;
    struct ys_transport *transport;
};

/* The memory of one Lua state, which can be made to run out. */
struct lua_memory {
    size_t bytes;         /* that the state has now */
    long asked;           /* requests for memory since the last lua_memory_fail */
    long failing;         /* which of them fails; 0: none */
    bool from_then_on;    /* and all after it */
};

void lua_world_open(struct lua_world *world, uint64_t seed);
void lua_world_close(struct lua_world *world);

/* A state with the standard libraries and ytsync.core, whose sessions use the world (NULL: the
 * system's clock and libcurl). Its memory is zeroed and filled in; it must outlive the state. */
lua_State *lua_world_state(const struct lua_world *world, struct lua_memory *memory);
/* From now on request number `nth` for memory fails (1 is the next; 0: none). */
void lua_memory_fail(struct lua_memory *memory, long nth, bool from_then_on);

/* Loads tests/lua/NAME, a file that returns a function, and leaves the function on the stack. */
void lua_world_load(lua_State *L, const char *name);
/* Calls the function on the stack with the path of `file` in the scratch folder. LUA_OK: its
 * first two results are left on the stack; else the error's text. */
int lua_world_call(lua_State *L, const char *file);
/* Both, and the function must return true: else prints what it returned and fails the test. */
void lua_world_run(lua_State *L, const char *name, const char *file);

#endif
