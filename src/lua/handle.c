/* handle.c: the life of plans and jobs below their session.
 *
 * A plan or job has two parts: the userdata, which Lua owns, and a record (struct ys_lua_child)
 * in the list of its session, which C owns. They point at each other. Either end may go first:
 *   - the userdata is closed or collected: the object is released and the record freed; while
 *     the session is busy the record stays behind as an orphan (its userdata pointer is NULL)
 *     and is released when the core has returned;
 *   - the session closes: all records go, each userdata is told that it is closed.
 * The session's userdata is still there when a child's finalizer runs, because the child holds
 * it by a user value: Lua finalizes both in one cycle at most, and frees neither before. */
#include <string.h>

#include "base/alloc.h"
#include "lua/binding.h"

struct ys_lua_child {
    struct ys_lua_child *previous, *next;
    struct ys_lua_session *owner;
    struct ys_lua_handle *handle; /* NULL: an orphan */
    void *object;                 /* NULL until it is filled */
    ys_lua_release_fn release;
};

/* ------------------------------------------------------------------ the session's side */

struct ys_lua_session *ys_lua_session_check(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, YS_LUA_SESSION);
}

struct ys_session *ys_lua_session_use(lua_State *L, int arg)
{
    struct ys_lua_session *handle = ys_lua_session_check(L, arg);
    return handle->busy ? NULL : handle->session;
}

static int busy_or_closed(lua_State *L, bool busy, const char *type)
{
    if (busy)
        return ys_lua_failf(L, YS_ESTATE,
                            "the session is busy: a progress function can only interrupt it");
    return ys_lua_failf(L, YS_ECLOSED, "the %s is closed", type);
}

int ys_lua_session_unusable(lua_State *L, int arg)
{
    return busy_or_closed(L, ys_lua_session_check(L, arg)->busy, "session");
}

static void child_free(struct ys_lua_child *child)
{
    if (child->handle) child->handle->child = NULL;
    if (child->previous)
        child->previous->next = child->next;
    else
        child->owner->children = child->next;
    if (child->next) child->next->previous = child->previous;
    if (child->object) {
        child->release(child->object);
        child->owner->state->handles_open--;
    }
    ys_free(child);
}

void ys_lua_children_release(struct ys_lua_session *session, bool orphans_only)
{
    struct ys_lua_child *child = session->children;
    while (child) {
        struct ys_lua_child *next = child->next;
        if (!orphans_only || !child->handle) child_free(child);
        child = next;
    }
}

/* ------------------------------------------------------------------ the child's side */

struct ys_lua_handle *ys_lua_handle_new(lua_State *L, const char *type, int session_arg)
{
    struct ys_lua_session *owner = ys_lua_session_check(L, session_arg);
    session_arg = lua_absindex(L, session_arg);
    struct ys_lua_handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    handle->child = NULL;
    luaL_setmetatable(L, type);
    lua_pushvalue(L, session_arg);
    lua_setiuservalue(L, -2, 1);

    struct ys_lua_child *child = ys_alloc_zero(1, sizeof *child);
    if (!child) return NULL;
    child->owner = owner;
    child->handle = handle;
    child->next = owner->children;
    if (child->next) child->next->previous = child;
    owner->children = child;
    handle->child = child;
    return handle;
}

void ys_lua_handle_fill(struct ys_lua_handle *handle, void *object, ys_lua_release_fn release)
{
    handle->child->object = object;
    handle->child->release = release;
    handle->child->owner->state->handles_open++;
}

void ys_lua_handle_close(struct ys_lua_handle *handle)
{
    struct ys_lua_child *child = handle->child;
    if (!child) return;
    if (child->owner->busy) {
        child->handle = NULL;
        handle->child = NULL;
    } else {
        child_free(child);
    }
}

void *ys_lua_handle_use(lua_State *L, int arg, const char *type, bool with_session)
{
    struct ys_lua_handle *handle = luaL_checkudata(L, arg, type);
    if (!handle->child || (with_session && handle->child->owner->busy)) return NULL;
    return handle->child->object;
}

int ys_lua_handle_unusable(lua_State *L, int arg, const char *type)
{
    struct ys_lua_handle *handle = luaL_checkudata(L, arg, type);
    bool open = handle->child && handle->child->object;
    return busy_or_closed(L, open, strrchr(type, '.') + 1);
}

int ys_lua_handle_close_method(lua_State *L, const char *type)
{
    ys_lua_handle_close(luaL_checkudata(L, 1, type));
    lua_pushnil(L); /* the session is kept alive no longer */
    lua_setiuservalue(L, 1, 1);
    lua_pushboolean(L, 1);
    return 1;
}
