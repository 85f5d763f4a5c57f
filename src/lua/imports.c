/* imports.c: the session's methods about exports of Google Takeout. */
#include "lua/rows.h"

/* Parts of one export: Google makes a new archive for each 2 GB. */
#define PATHS_MAX 512

static void add_note(void *rows, const struct ys_takeout_note *note)
{
    (void)ys_lua_rows_add(rows, note); /* a failure is told when the rows are pushed */
}

/* session:import_takeout{paths = {...}} -> counts, notes. Stack: 1 session, 2 options. */
static int session_import_takeout(lua_State *L)
{
    static const char *const known[] = {"paths", NULL};
    static const char what[] = "the options of import_takeout";
    struct ys_error err = {.status = YS_OK};
    struct ys_takeout_result result = {0};
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, false);
    lua_settop(L, 2);
    int refused = ys_lua_unknown_key(L, 2, what, known);
    if (refused) return refused;
    int64_t count = ys_lua_field_list(L, 2, what, "paths");
    if (count < 1 || count > PATHS_MAX)
        return ys_lua_failf(L, YS_EINVAL, "%s: 'paths' must name 1 to %d files or folders", what,
                            PATHS_MAX);
    luaL_checkstack(L, (int)count + LUA_MINSTACK, NULL);
    const char **paths = lua_newuserdatauv(L, (size_t)count * sizeof *paths, 0);
    for (int64_t i = 0; i < count; i++) {
        lua_pushvalue(L, 3); /* the list; each path stays on the stack above it */
        paths[i] = ys_lua_element_text(L, i + 1, what, true);
        lua_remove(L, -2);
    }
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_takeout_note_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status =
        ys_takeout_import(session, paths, (size_t)count, add_note, rows, &result, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_takeout_record, &result);
    int pushed = ys_lua_rows_push(L, rows, YS_OK, &err);
    return pushed == 1 ? 2 : pushed;
}

static int session_forget_import(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *playlist_id = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    return ys_lua_done(L, ys_takeout_forget(session, playlist_id, &err), &err);
}

/* session:match_import() -> {imported, listed, common} */
static int session_match_import(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_import_match match;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_session_match_import(session, &match, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_import_match_record, &match);
    return 1;
}

void ys_lua_imports_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"import_takeout", session_import_takeout},
        {"forget_import", session_forget_import},
        {"match_import", session_match_import},
        {NULL, NULL},
    };
    ys_lua_add_methods(L, YS_LUA_SESSION, methods);
}
