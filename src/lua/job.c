/* job.c: the Lua type ytsync.job, and the session's methods about jobs. */
#include <string.h>

#include "lua/rows.h"

/* One call of job:events() hands out at most so many; the rest comes with the next call. */
#define EVENTS_MAX 10000
/* session:log without a limit. */
#define LOG_LIMIT_DEFAULT 100

/* ------------------------------------------------------------------ getting one */

static void release_job(void *job)
{
    ys_job_close(job);
}

/* session:start(plan) -> job */
static int session_start(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_job *job = NULL;
    ys_lua_session_check(L, 1);
    luaL_checkudata(L, 2, YS_LUA_PLAN);
    struct ys_lua_handle *handle = ys_lua_handle_new(L, YS_LUA_JOB, 1);
    if (!handle) return ys_lua_fail(L, YS_ENOMEM, NULL);
    struct ys_session *session = ys_lua_session_use(L, 1);
    struct ys_plan *plan = ys_lua_handle_use(L, 2, YS_LUA_PLAN, false);
    enum ys_status status = YS_OK;
    if (session && plan) status = ys_job_start(session, plan, &job, &err);
    if (job) {
        ys_lua_handle_fill(handle, job, release_job);
        return 1;
    }
    ys_lua_handle_close(handle);
    if (!session) return ys_lua_session_unusable(L, 1);
    if (!plan) return ys_lua_handle_unusable(L, 2, YS_LUA_PLAN);
    return ys_lua_fail(L, status, &err);
}

/* session:job([id]) -> job */
static int session_job(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_job *job = NULL;
    ys_lua_session_check(L, 1);
    lua_Integer id = luaL_optinteger(L, 2, 0);
    struct ys_lua_handle *handle = ys_lua_handle_new(L, YS_LUA_JOB, 1);
    if (!handle) return ys_lua_fail(L, YS_ENOMEM, NULL);
    struct ys_session *session = ys_lua_session_use(L, 1);
    enum ys_status status = YS_OK;
    if (session) status = ys_job_open(session, id, &job, &err);
    if (job) {
        ys_lua_handle_fill(handle, job, release_job);
        return 1;
    }
    ys_lua_handle_close(handle);
    return session ? ys_lua_fail(L, status, &err) : ys_lua_session_unusable(L, 1);
}

/* ------------------------------------------------------------------ the job's methods */

static int job_close(lua_State *L)
{
    return ys_lua_handle_close_method(L, YS_LUA_JOB);
}

static struct ys_job *job_use(lua_State *L)
{
    return ys_lua_handle_use(L, 1, YS_LUA_JOB, true);
}

static int job_unusable(lua_State *L)
{
    return ys_lua_handle_unusable(L, 1, YS_LUA_JOB);
}

/* job:step(timeout_ms) -> true: there is more; false: completed */
static int job_step(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    bool more = false;
    lua_Integer timeout_ms = luaL_checkinteger(L, 2);
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    enum ys_status status = ys_job_step(job, timeout_ms, &more, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushboolean(L, more);
    return 1;
}

static int job_events(lua_State *L)
{
    struct ys_event event;
    luaL_checkudata(L, 1, YS_LUA_JOB);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_event_record);
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    for (int i = 0; i < EVENTS_MAX && ys_job_next_event(job, &event); i++)
        if (!ys_lua_rows_add(rows, &event)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

static int job_wait_ms(lua_State *L)
{
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    lua_pushinteger(L, ys_job_wait_ms(job));
    return 1;
}

/* job:decide(operation id, "retry" | "skip" | "pause" | "fail") */
static int job_decide(lua_State *L)
{
    static const struct {
        const char *name;
        enum ys_decision decision;
    } decisions[] = {
        {"retry", YS_DECIDE_RETRY},
        {"skip", YS_DECIDE_SKIP},
        {"pause", YS_DECIDE_PAUSE},
        {"fail", YS_DECIDE_FAIL},
    };
    struct ys_error err = {.status = YS_OK};
    lua_Integer operation_id = luaL_checkinteger(L, 2);
    const char *name = ys_lua_text(L, 3);
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++) {
        if (strcmp(name, decisions[i].name) != 0) continue;
        enum ys_status status = ys_job_decide(job, operation_id, decisions[i].decision, &err);
        return ys_lua_done(L, status, &err);
    }
    return ys_lua_failf(L, YS_EINVAL,
                        "unknown decision '%.50s'; it can be retry, skip, pause or fail", name);
}

static int job_stop(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    enum ys_status status = ys_job_stop(job, &err);
    return ys_lua_done(L, status, &err);
}

static int job_id(lua_State *L)
{
    struct ys_job *job = job_use(L);
    if (!job) return job_unusable(L);
    lua_pushinteger(L, ys_job_id(job));
    return 1;
}

/* ------------------------------------------------------------------ the session's view of jobs */

typedef enum ys_status (*job_order_fn)(struct ys_session *session, int64_t id,
                                       struct ys_error *err);

/* session:pause([id]) and its like -> true */
static int order(lua_State *L, job_order_fn give)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer id = luaL_optinteger(L, 2, 0);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = give(session, id, &err);
    return ys_lua_done(L, status, &err);
}

static int session_pause(lua_State *L)
{
    return order(L, ys_job_pause);
}

static int session_resume(lua_State *L)
{
    return order(L, ys_job_resume);
}

static int session_cancel(lua_State *L)
{
    return order(L, ys_job_cancel);
}

static int session_confirm(lua_State *L)
{
    return order(L, ys_job_confirm);
}

/* session:retry_failed([id]) -> how many operations are open again */
static int session_retry_failed(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    int64_t count = 0;
    lua_Integer id = luaL_optinteger(L, 2, 0);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_job_retry_failed(session, id, &count, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushinteger(L, count);
    return 1;
}

/* session:status([id]) -> job record; `paused_from` is "" unless the job is paused */
static int session_status(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_job_record record;
    lua_Integer id = luaL_optinteger(L, 2, 0);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_job_get(session, id, &record, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_job_record, &record);
    if (record.stage != YS_STAGE_PAUSED) {
        lua_pushliteral(L, "");
        lua_setfield(L, -2, "paused_from");
    }
    return 1;
}

static bool add_operation(void *rows, const struct ys_operation_record *operation)
{
    return ys_lua_rows_add(rows, operation);
}

static bool add_error(void *rows, const struct ys_error_record *error)
{
    return ys_lua_rows_add(rows, error);
}

static bool add_log(void *rows, const struct ys_log_record *entry)
{
    return ys_lua_rows_add(rows, entry);
}

static bool add_category(void *rows, const struct ys_category_record *category)
{
    return ys_lua_rows_add(rows, category);
}

static int session_operations(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer id = luaL_checkinteger(L, 2);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_operation_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_operations_each(session, id, add_operation, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

static int session_errors(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer id = luaL_checkinteger(L, 2);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_error_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_errors_each(session, id, add_error, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* session:log{job = id, video = id, playlist = id, actor = name, since = ms, limit = n} -> array */
static int session_log(lua_State *L)
{
    static const char *const known[] = {"job",   "video", "playlist", "actor",
                                        "since", "limit", NULL};
    static const char what[] = "the options of log";
    struct ys_error err = {.status = YS_OK};
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, true);
    int refused = ys_lua_unknown_key(L, 2, what, known);
    if (refused) return refused;
    struct ys_log_filter filter = {
        .job_id = ys_lua_field_integer(L, 2, what, "job", 0),
        .video_id = ys_lua_field_text(L, 2, what, "video", false),
        .playlist_id = ys_lua_field_text(L, 2, what, "playlist", false),
        .actor = ys_lua_field_text(L, 2, what, "actor", false),
        .since_ms = ys_lua_field_integer(L, 2, what, "since", 0),
        .limit = ys_lua_field_integer(L, 2, what, "limit", LOG_LIMIT_DEFAULT),
    };
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_log_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_log_each(session, &filter, add_log, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

static int session_categories(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_category_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_categories_each(session, add_category, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

void ys_lua_job_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"step", job_step},     {"events", job_events}, {"wait_ms", job_wait_ms},
        {"decide", job_decide}, {"stop", job_stop},     {"id", job_id},
        {NULL, NULL},
    };
    static const luaL_Reg session_methods[] = {
        {"start", session_start},           {"job", session_job},
        {"pause", session_pause},           {"resume", session_resume},
        {"cancel", session_cancel},         {"confirm", session_confirm},
        {"status", session_status},         {"operations", session_operations},
        {"errors", session_errors},         {"log", session_log},
        {"categories", session_categories}, {"retry_failed", session_retry_failed},
        {NULL, NULL},
    };
    ys_lua_new_type(L, YS_LUA_JOB, methods, job_close);
    ys_lua_add_methods(L, YS_LUA_SESSION, session_methods);
}
