/* login.c: the Lua type ytsync.login, one sign-in under way, and the functions of the module about
 * sign-ins that are kept. No secret passes through here: files are named by their paths. */
#include "base/spawn.h"
#include "base/text.h"
#include "lua/rows.h"

#define LOGIN "ytsync.login"
/* One call waits no longer, so that Ctrl-C is met soon. */
#define WAIT_MAX_MS 60000

struct login_handle {
    struct ys_login *login; /* NULL: closed */
    struct ys_lua_state *state;
};

/* ------------------------------------------------------------------ life */

static int login_close(lua_State *L)
{
    struct login_handle *handle = luaL_checkudata(L, 1, LOGIN);
    if (handle->login) {
        ys_login_close(handle->login);
        handle->login = NULL;
        handle->state->handles_open--;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* core.login{...} -> login */
static int core_login(lua_State *L)
{
    static const char *const known[] = {"client", "write", "clock", NULL};
    static const char what[] = "the options of login";
    struct ys_error err = {.status = YS_OK};
    ys_lua_check_table(L, 1, false);
    lua_settop(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    int refused = ys_lua_unknown_key(L, 1, what, known);
    if (refused) return refused;
    struct ys_lua_state *state = ys_lua_state(L);
    struct ys_login_options options = {
        .client_path = ys_lua_field_text(L, 1, what, "client", true),
        .clock_path = ys_lua_field_text(L, 1, what, "clock", false),
        .write = ys_lua_field_boolean(L, 1, what, "write"),
        .env = state->env,
    };
    struct login_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
    *handle = (struct login_handle){.state = state};
    luaL_setmetatable(L, LOGIN);
    enum ys_status status = ys_login_open(&handle->login, &options, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    state->handles_open++;
    return 1;
}

static struct ys_login *use(lua_State *L)
{
    return ((struct login_handle *)luaL_checkudata(L, 1, LOGIN))->login;
}

static int closed(lua_State *L)
{
    return ys_lua_failf(L, YS_ECLOSED, "the login is closed");
}

/* ------------------------------------------------------------------ methods */

static int login_url(lua_State *L)
{
    struct ys_login *login = use(L);
    if (!login) return closed(L);
    lua_pushstring(L, ys_login_url(login));
    return 1;
}

/* login:wait(ms) -> whether the browser came back */
static int login_wait(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer timeout_ms = luaL_checkinteger(L, 2);
    bool arrived = false;
    struct ys_login *login = use(L);
    if (!login) return closed(L);
    if (timeout_ms < 0) timeout_ms = 0;
    if (timeout_ms > WAIT_MAX_MS) timeout_ms = WAIT_MAX_MS;
    enum ys_status status = ys_login_wait(login, timeout_ms, &arrived, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushboolean(L, arrived);
    return 1;
}

static int login_paste(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *address = ys_lua_text(L, 2);
    struct ys_login *login = use(L);
    if (!login) return closed(L);
    return ys_lua_done(L, ys_login_paste(login, address, &err), &err);
}

static int login_finish(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *path = ys_lua_text(L, 2);
    struct ys_login *login = use(L);
    if (!login) return closed(L);
    return ys_lua_done(L, ys_login_finish(login, path, &err), &err);
}

/* ------------------------------------------------------------------ what is kept */

/* core.signin(path) -> what is known of it */
static int core_signin(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_signin_record record;
    enum ys_status status = ys_signin_get(ys_lua_text(L, 1), &record, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_signin_record, &record);
    return 1;
}

/* core.signin_adopt(from, to, channel id, channel title) */
static int core_signin_adopt(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_channel_record channel = {.fetched_at_ms = 0};
    const char *from = ys_lua_text(L, 1), *to = ys_lua_text(L, 2);
    (void)ys_copy(channel.id, sizeof channel.id, ys_lua_text(L, 3));
    (void)ys_copy(channel.title, sizeof channel.title, ys_lua_text(L, 4));
    return ys_lua_done(L, ys_signin_adopt(from, to, &channel, &err), &err);
}

static int core_signin_remove(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    return ys_lua_done(L, ys_signin_remove(ys_lua_text(L, 1), &err), &err);
}

/* core.signin_revoke(path [, clock]) */
static int core_signin_revoke(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *path = ys_lua_text(L, 1);
    const char *clock = lua_isnoneornil(L, 2) ? NULL : ys_lua_text(L, 2);
    return ys_lua_done(L, ys_signin_revoke(path, clock, ys_lua_state(L)->env, &err), &err);
}

/* core.client_keep(from, to) */
static int core_client_keep(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *from = ys_lua_text(L, 1), *to = ys_lua_text(L, 2);
    return ys_lua_done(L, ys_client_keep(from, to, &err), &err);
}

/* core.open_with(program, address) -> whether it could be started */
static int core_open_with(lua_State *L)
{
    const char *program = ys_lua_text(L, 1), *address = ys_lua_text(L, 2);
    lua_pushboolean(L, ys_spawn_detached(program, address));
    return 1;
}

/* session:whoami() -> {id, title}, how many playlists */
static int session_whoami(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_channel_record channel;
    int64_t playlists = 0;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_session_whoami(session, &channel, &playlists, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_channel_record, &channel);
    lua_pushinteger(L, playlists);
    return 2;
}

static int session_use_signin(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *path = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    return ys_lua_done(L, ys_session_use_signin(session, path, &err), &err);
}

/* session:health() -> {free_bytes, clock_known, clock_off} */
static int session_health(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_health_record health;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_session_health(session, &health, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_health_record, &health);
    return 1;
}

void ys_lua_login_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"url", login_url},       {"wait", login_wait}, {"paste", login_paste},
        {"finish", login_finish}, {NULL, NULL},
    };
    static const luaL_Reg of_session[] = {{"whoami", session_whoami},
                                         {"use_signin", session_use_signin},
                                         {"health", session_health},
                                         {NULL, NULL}};
    ys_lua_new_type(L, LOGIN, methods, login_close);
    ys_lua_add_methods(L, YS_LUA_SESSION, of_session);
}

void ys_lua_login_functions(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"login", core_login},
        {"client_keep", core_client_keep},
        {"signin", core_signin},
        {"signin_adopt", core_signin_adopt},
        {"signin_remove", core_signin_remove},
        {"signin_revoke", core_signin_revoke},
        {"open_with", core_open_with},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
