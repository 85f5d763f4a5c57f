/* session.c: the Lua type ytsync.session: its life, settings, quota, clock, and fetch. Its
 * methods about the library, plans and jobs stand in library.c, plan.c and job.c. */
#include "lua/rows.h"

/* ------------------------------------------------------------------ life */

/* close(), __gc and __close. A busy session is inside a call of the core: close() refuses then;
 * the collector gets here only when the whole state is closed from a progress function
 * (os.exit(code, true)), where the process ends and the kernel takes back what is left. */
static int session_close(lua_State *L)
{
    struct ys_lua_session *handle = ys_lua_session_check(L, 1);
    if (handle->busy) return ys_lua_session_unusable(L, 1);
    if (handle->session) {
        struct ys_session *session = handle->session;
        ys_lua_interrupt_forget(session);
        ys_lua_children_release(handle, false);
        handle->session = NULL;
        ys_session_close(session);
        handle->state->handles_open--;
    }
    ys_lua_log_free(handle->log);
    handle->log = NULL;
    lua_pushboolean(L, 1);
    return 1;
}

/* core.open{...} -> session */
int ys_lua_open(lua_State *L)
{
    static const char *const known[] = {"db",      "backup_dir", "api_url",    "token",
                                        "signin",  "token_command", "project", "clock",
                                        "must_exist", "accept_old", "log",     NULL};
    static const char what[] = "the options of open";
    struct ys_error err = {.status = YS_OK};
    ys_lua_check_table(L, 1, false);
    lua_settop(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    int refused = ys_lua_unknown_key(L, 1, what, known);
    if (refused) return refused;
    struct ys_lua_state *state = ys_lua_state(L);
    struct ys_options options = {
        .db_path = ys_lua_field_text(L, 1, what, "db", true),
        .backup_dir = ys_lua_field_text(L, 1, what, "backup_dir", false),
        .api_url = ys_lua_field_text(L, 1, what, "api_url", false),
        .access_token = ys_lua_field_text(L, 1, what, "token", false),
        .signin_path = ys_lua_field_text(L, 1, what, "signin", false),
        .token_command = ys_lua_field_text(L, 1, what, "token_command", false),
        .project = ys_lua_field_text(L, 1, what, "project", false),
        .clock_path = ys_lua_field_text(L, 1, what, "clock", false),
        .must_exist = ys_lua_field_boolean(L, 1, what, "must_exist"),
        .accept_old = ys_lua_field_boolean(L, 1, what, "accept_old"),
        .env = state->env,
        .transport = state->transport,
    };
    struct ys_lua_session *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    *handle = (struct ys_lua_session){.state = state};
    luaL_setmetatable(L, YS_LUA_SESSION);
    if (ys_lua_field_boolean(L, 1, what, "log")) {
        handle->log = ys_lua_log_new(state->env);
        if (!handle->log) return ys_lua_fail(L, YS_ENOMEM, NULL);
        options.env = ys_lua_log_env(handle->log);
    }
    enum ys_status status = ys_session_open(&handle->session, &options, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    state->handles_open++;
    return 1;
}

static int session_set_token(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *token = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_session_set_token(session, token, &err);
    return ys_lua_done(L, status, &err);
}

static int session_log_lines(lua_State *L)
{
    if (!ys_lua_session_use(L, 1)) return ys_lua_session_unusable(L, 1);
    return ys_lua_log_push(L, ys_lua_session_check(L, 1)->log);
}

/* Allowed while the session is busy: that is what it is for. */
static int session_interrupt(lua_State *L)
{
    struct ys_lua_session *handle = ys_lua_session_check(L, 1);
    if (!handle->session) return ys_lua_session_unusable(L, 1);
    ys_session_interrupt(handle->session);
    lua_pushboolean(L, 1);
    return 1;
}

/* ------------------------------------------------------------------ clock */

/* Reads a clock only, so it may be asked while the session is busy. */
static int session_now(lua_State *L)
{
    struct ys_lua_session *handle = ys_lua_session_check(L, 1);
    if (!handle->session) return ys_lua_session_unusable(L, 1);
    lua_pushinteger(L, ys_session_now(handle->session));
    return 1;
}

static int session_sleep(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer duration_ms = luaL_checkinteger(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_session_sleep(session, duration_ms, &err);
    return ys_lua_done(L, status, &err);
}

/* ------------------------------------------------------------------ settings, quota */

static int session_config_get(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    int64_t value = 0;
    const char *key = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_config_get(session, key, &value, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushinteger(L, value);
    return 1;
}

static int session_config_set(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *key = ys_lua_text(L, 2);
    lua_Integer value = luaL_checkinteger(L, 3);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_config_set(session, key, value, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushinteger(L, value);
    return 1;
}

static int session_quota(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_quota_record quota;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_quota_get(session, &quota, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_quota_record, &quota);
    return 1;
}

/* ------------------------------------------------------------------ fetch */

/* The script's progress function at `arg`'s key "progress", left on the stack, or nil. */
static void push_progress_function(lua_State *L, int arg)
{
    lua_pushliteral(L, "progress");
    int type = lua_rawget(L, arg);
    if (type != LUA_TNIL && type != LUA_TFUNCTION)
        luaL_error(L, "the options of fetch: 'progress' is a %s, it must be a function",
                   luaL_typename(L, -1));
}

/* session:fetch{full = bool, progress = function} -> counts. Stack: 1 session, 2 options,
 * 3 progress function or nil, 4 the text of its error. */
static int session_fetch(lua_State *L)
{
    static const char *const known[] = {"full", "progress", NULL};
    struct ys_error err = {.status = YS_OK};
    struct ys_fetch_result result = {0};
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, true);
    lua_settop(L, 2);
    int refused = ys_lua_unknown_key(L, 2, "the options of fetch", known);
    if (refused) return refused;
    bool full = ys_lua_field_boolean(L, 2, "the options of fetch", "full");
    push_progress_function(L, 2);
    lua_pushliteral(L, "the Lua stack is full");
    luaL_checkstack(L, LUA_MINSTACK, NULL);

    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    struct ys_lua_session *handle = ys_lua_session_check(L, 1);
    struct ys_lua_progress progress = {.L = L, .function = 3, .error_slot = 4, .status = LUA_OK};
    handle->busy = true;
    enum ys_status status = ys_fetch(session, full, lua_isnil(L, 3) ? NULL : ys_lua_on_progress,
                                     &progress, &result, &err);
    handle->busy = false;
    ys_lua_children_release(handle, true);

    if (progress.status != LUA_OK) return ys_lua_progress_fail(&progress);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_fetch_record, &result);
    return 1;
}

void ys_lua_session_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"set_token", session_set_token},
        {"interrupt", session_interrupt},
        {"now", session_now},
        {"sleep", session_sleep},
        {"config_get", session_config_get},
        {"config_set", session_config_set},
        {"quota", session_quota},
        {"fetch", session_fetch},
        {"log_lines", session_log_lines},
        {NULL, NULL},
    };
    ys_lua_new_type(L, YS_LUA_SESSION, methods, session_close);
}
