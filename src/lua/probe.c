/* probe.c: the session's methods about test playlists. */
#include "lua/rows.h"

/* session:probe() -> what was found; on failure nil, message, name, what was found until then */
static int session_probe(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_probe_record found;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    enum ys_status status = ys_probe(session, &found, &err);
    int results = status == YS_OK ? 0 : ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_probe_record, &found);
    return results + 1;
}

static bool add_playlist(void *rows, const struct ys_playlist_record *playlist)
{
    return ys_lua_rows_add(rows, playlist);
}

static int session_probe_leftovers(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_playlist_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_probe_leftovers(session, add_playlist, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

static int session_probe_remove(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *playlist_id = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    return ys_lua_done(L, ys_probe_remove(session, playlist_id, &err), &err);
}

void ys_lua_probe_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"probe", session_probe},
        {"probe_leftovers", session_probe_leftovers},
        {"probe_remove", session_probe_remove},
        {NULL, NULL},
    };
    ys_lua_add_methods(L, YS_LUA_SESSION, methods);
}
