/* binding.h: what the files of the Lua binding share.
 *
 * The binding turns Lua calls into calls of ytsync.h and their results into Lua values; it holds
 * no logic of its own. Every method has the same shape: check the arguments (may raise) ->
 * call the core (no Lua runs meanwhile) -> push the results (may raise for want of memory).
 *
 * Invariants
 *   - A userdata is zeroed before it gets its metatable, and zero means closed; only then is
 *     anything acquired. Closing is idempotent, never raises, never calls Lua.
 *   - C memory that is alive while Lua runs hangs off a userdata, because any push can raise and
 *     any allocation can run a script's finalizer, which may close every handle that there is.
 *     So a handle is looked at (ys_lua_session_use and its like) right before the core is called.
 *   - No Lua error passes through a frame of the core: callback.c is the one place that calls a
 *     Lua function while the core is at work, and walks copy their rows (rows.h).
 *   - While the core is inside a call that runs a callback, its session is busy: methods answer
 *     wrong_state, and jobs and plans that are collected meanwhile are released afterwards.
 *   - No static data that changes, but for interrupt.c, which says why. What belongs to one Lua
 *     state hangs off its registry.
 *
 * Results: a value, or nil, message, status name. A wrong argument type raises. */
#ifndef YS_LUA_BINDING_H
#define YS_LUA_BINDING_H

#include <lauxlib.h>
#include <lua.h>

#include "ytsync.h"

#define YS_LUA_SESSION "ytsync.session"
#define YS_LUA_PLAN "ytsync.plan"
#define YS_LUA_JOB "ytsync.job"

LUAMOD_API int luaopen_ytsync_core(lua_State *L);

/* ------------------------------------------------------------------ per Lua state (core.c) */

/* One per Lua state, a userdata in its registry, alive until the last finalizer has run. */
struct ys_lua_guard;

struct ys_lua_state {
    struct ys_lua_guard *guard; /* the one that is set (guard.h), or NULL */
    int64_t handles_open;       /* sessions, plans and jobs; tests look for leaks with it */
    lua_State *caller;          /* of the protected call that is under way, else NULL */
    int64_t instructions_left;  /* of its budget */
    const struct ys_env *env;   /* for sessions opened from Lua; NULL: the system's */
    struct ys_transport *transport; /* likewise; NULL: libcurl */
};

/* The state's own data. Raises only when the module was never opened in this state. */
struct ys_lua_state *ys_lua_state(lua_State *L);
/* For C hosts, the simulator and tests: sessions opened from here on use these. Borrowed, they
 * must outlive the sessions. Call it after luaopen_ytsync_core. */
void ys_lua_set_world(lua_State *L, const struct ys_env *env, struct ys_transport *transport);
/* Makes the metatable of a type once per state: name, methods, close as __gc and __close. */
void ys_lua_new_type(lua_State *L, const char *type, const luaL_Reg *methods,
                     lua_CFunction close);
/* Adds methods to a type that exists. */
void ys_lua_add_methods(lua_State *L, const char *type, const luaL_Reg *methods);

/* ------------------------------------------------------------------ results (args.c) */

/* Pushes nil, message, status name and returns 3. */
int ys_lua_fail(lua_State *L, enum ys_status status, const struct ys_error *err);
int ys_lua_failf(lua_State *L, enum ys_status status, const char *format, ...) YS_PRINTF(3, 4);
/* Pushes true, or the failure. */
int ys_lua_done(lua_State *L, enum ys_status status, const struct ys_error *err);

/* ------------------------------------------------------------------ arguments (args.c) */

/* A string without NUL bytes; numbers are no strings here. Raises. The pointer lives as long as
 * the value stays on the stack. */
const char *ys_lua_text(lua_State *L, int arg);
/* Position `arg` holds a table (or, when `optional`, nothing, then it is made an empty one).
 * Tables are read raw, so one whose fields come from __index is refused. Raises. */
void ys_lua_check_table(lua_State *L, int arg, bool optional);
/* 0 when every key of the table is one of `known` (ends with NULL); else pushes the failure that
 * names the key, and returns 3. `what` says what the table is. */
int ys_lua_unknown_key(lua_State *L, int table, const char *what, const char *const *known);
/* Fields by key. A wrong type raises and names `what` and the key. The text's value is left on
 * the stack; NULL when it is nil and not required. */
const char *ys_lua_field_text(lua_State *L, int table, const char *what, const char *key,
                              bool required);
int64_t ys_lua_field_integer(lua_State *L, int table, const char *what, const char *key,
                             int64_t otherwise);
bool ys_lua_field_boolean(lua_State *L, int table, const char *what, const char *key);
/* Pushes table[key] when it is a table; false and nothing pushed when it is nil. */
bool ys_lua_field_table(lua_State *L, int table, const char *what, const char *key);
/* Pushes the list at table[key] and returns its length; for nil pushes nothing and returns -1.
 * Raises when it is no table, or one with keys besides 1..n: a set of ids, say, taken for an
 * empty list, would protect nothing. */
int64_t ys_lua_field_list(lua_State *L, int table, const char *what, const char *key);
/* Pushes element `index` of the list on the top of the stack, a string (`required`, or else "" for
 * nil). Raises. */
const char *ys_lua_element_text(lua_State *L, int64_t index, const char *what, bool required);
/* Pushes element `index`, a plain table. Raises. */
void ys_lua_element_table(lua_State *L, int64_t index, const char *what);

/* ------------------------------------------------------------------ handles (handle.c) */

struct ys_lua_child;

struct ys_lua_log;

/* The userdata of a session. */
struct ys_lua_session {
    struct ys_session *session;    /* NULL: closed */
    struct ys_lua_log *log;        /* NULL: nobody asked for it */
    struct ys_lua_state *state;
    struct ys_lua_child *children; /* open plans and jobs */
    bool busy;                     /* the core is in a call that runs a callback */
};

/* The userdata of a plan or a job; user value 1 is its session, which it keeps alive. */
struct ys_lua_handle {
    struct ys_lua_child *child; /* NULL: closed */
};

typedef void (*ys_lua_release_fn)(void *object);

/* The session at `arg`, or raises. */
struct ys_lua_session *ys_lua_session_check(lua_State *L, int arg);
/* The session when it can be used now; else NULL, and ys_lua_session_unusable says why. */
struct ys_session *ys_lua_session_use(lua_State *L, int arg);
int ys_lua_session_unusable(lua_State *L, int arg);
/* Releases children first; with `orphans_only` just those that were collected while the session
 * was busy. */
void ys_lua_children_release(struct ys_lua_session *session, bool orphans_only);

/* Pushes a closed handle of `type` that keeps the session at `session_arg` alive. NULL when
 * memory for its record runs out (the handle is on the stack all the same). */
struct ys_lua_handle *ys_lua_handle_new(lua_State *L, const char *type, int session_arg);
/* Gives the handle its object, to be released by `release` on close. Cannot fail. */
void ys_lua_handle_fill(struct ys_lua_handle *handle, void *object, ys_lua_release_fn release);
void ys_lua_handle_close(struct ys_lua_handle *handle);
/* The object at `arg` (raises on another type); NULL when it is closed, or when
 * `with_session` and its session is busy: ys_lua_handle_unusable says which. */
void *ys_lua_handle_use(lua_State *L, int arg, const char *type, bool with_session);
int ys_lua_handle_unusable(lua_State *L, int arg, const char *type);
/* The close method of every type with ys_lua_handle, by its type name. */
int ys_lua_handle_close_method(lua_State *L, const char *type);

/* ------------------------------------------------------------------ a session's log (log.c) */

/* Keeps what is logged; time, sleep and chance are those of `env` (NULL: the system's). */
struct ys_lua_log *ys_lua_log_new(const struct ys_env *env);
void ys_lua_log_free(struct ys_lua_log *log);
/* The environment to open the session with. */
const struct ys_env *ys_lua_log_env(const struct ys_lua_log *log);
/* Pushes what was kept since the last time, {{level, text}, ...}, and forgets it. */
int ys_lua_log_push(lua_State *L, struct ys_lua_log *log);

/* ------------------------------------------------------------------ calling Lua (callback.c) */

/* Instructions that one call of a script's function may take: some half a second, far beyond
 * what a progress display needs, and little enough to end an endless loop. */
#define YS_LUA_CALL_INSTRUCTIONS_MAX 50000000

/* The one place that calls Lua while the core is at work. Runs `entry` protected, with a
 * traceback, a stack check and the instruction budget; entry gets the value at `function` and
 * `ctx` as a light userdata, and returns one value. LUA_OK: that value is on the stack. Else the
 * stack is as before and the text of the error is at `error_slot`. Never raises. */
int ys_lua_call(lua_State *L, int function, lua_CFunction entry, void *ctx, int error_slot);

/* A fetch's progress function. Fill in L, function and error_slot (stack positions; keep
 * LUA_MINSTACK slots free) and give ys_lua_on_progress the struct as its context. */
struct ys_lua_progress {
    lua_State *L;
    int function;
    int error_slot;
    int status;                           /* LUA_OK, or how the function failed */
    const struct ys_fetch_progress *now;  /* during a call */
};
bool ys_lua_on_progress(void *ctx, const struct ys_fetch_progress *progress);
/* After the fetch: pushes nil, traceback, name. */
int ys_lua_progress_fail(const struct ys_lua_progress *progress);

/* ------------------------------------------------------------------ the files' types */

void ys_lua_session_type(lua_State *L);  /* session.c */
void ys_lua_library_type(lua_State *L);  /* library.c: more methods of the session */
void ys_lua_imports_type(lua_State *L);  /* imports.c: more methods of the session */
void ys_lua_plan_type(lua_State *L);     /* plan.c, with session:plan */
void ys_lua_job_type(lua_State *L);      /* job.c, with the session's methods about jobs */
void ys_lua_safety_type(lua_State *L);   /* safety.c: more methods of the session */
void ys_lua_rows_type(lua_State *L);     /* rows.c, for the binding itself */
void ys_lua_match_type(lua_State *L);    /* match.c: core.matcher's and core.fold's */
void ys_lua_guard_type(lua_State *L);    /* guard.c, likewise */
void ys_lua_login_type(lua_State *L);    /* login.c, with session:whoami */
void ys_lua_probe_type(lua_State *L);    /* probe.c: more methods of the session */
void ys_lua_login_functions(lua_State *L); /* login.c: into the table on top */
void ys_lua_sim_type(lua_State *L);      /* sim.c: core.sim's */
void ys_lua_file_type(lua_State *L);     /* file.c: core.create's */
int ys_lua_create(lua_State *L);         /* file.c: core.create */
int ys_lua_csv(lua_State *L);            /* file.c: core.csv */
int ys_lua_sim(lua_State *L);            /* sim.c: core.sim */
int ys_lua_open(lua_State *L);           /* session.c: core.open */
int ys_lua_fold(lua_State *L);           /* match.c: core.fold */
int ys_lua_matcher(lua_State *L);        /* match.c: core.matcher */
int ys_lua_on_interrupt(lua_State *L);   /* interrupt.c: core.on_interrupt */
/* The session is about to be closed: signals must not find it any more. */
void ys_lua_interrupt_forget(struct ys_session *session);

#endif
