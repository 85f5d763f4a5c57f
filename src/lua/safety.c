/* safety.c: the session's methods about what keeps a library safe: proofs, backups. */
#include "lua/fields.h"

NAMER(enum ys_op_kind, op_kind_name)
NAMER(enum ys_op_status, op_status_name)
NAMER(enum ys_proof_verdict, proof_name)
NAMER(enum ys_difference_kind, difference_name)

/* ------------------------------------------------------------------ proofs */

static const struct ys_lua_field proof_fields[] = {
    INTEGER(ys_proof_record, "operation_id", operation_id),
    NAME(ys_proof_record, "kind", kind, op_kind_name_of),
    NAME(ys_proof_record, "status", status, op_status_name_of),
    NAME(ys_proof_record, "verdict", verdict, proof_name_of),
    POINTER(ys_proof_record, "video_id", video_id),
    POINTER(ys_proof_record, "video_title", video_title),
    POINTER(ys_proof_record, "playlist_id", playlist_id),
    POINTER(ys_proof_record, "playlist_title", playlist_title),
    POINTER(ys_proof_record, "item_id", item_id),
    INTEGER(ys_proof_record, "position", position),
    INTEGER(ys_proof_record, "listed_at", listed_at_ms),
    POINTER(ys_proof_record, "place_playlist_id", place_playlist_id),
    POINTER(ys_proof_record, "place_title", place_title),
    POINTER(ys_proof_record, "place_item_id", place_item_id),
    INTEGER(ys_proof_record, "place_listed_at", place_listed_at_ms),
    POINTER(ys_proof_record, "rule", rule),
};
static const struct ys_lua_record proof_record = {"proof", FIELDS(proof_fields), false};

static const struct ys_lua_field summary_fields[] = {
    INTEGER(ys_proof_summary, "playlists", playlists),
    INTEGER(ys_proof_summary, "entries", entries),
    INTEGER(ys_proof_summary, "placed", placed),
    INTEGER(ys_proof_summary, "dropped", dropped),
    INTEGER(ys_proof_summary, "unaccounted", unaccounted),
    INTEGER(ys_proof_summary, "waiting", waiting),
    INTEGER(ys_proof_summary, "kept_playlists", kept_playlists),
};
static const struct ys_lua_record summary_record = {"summary", FIELDS(summary_fields), false};

static bool add_proof(void *rows, const struct ys_proof_record *proof)
{
    return ys_lua_rows_add(rows, proof);
}

/* session:proofs(job) -> array */
static int session_proofs(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer id = luaL_checkinteger(L, 2);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &proof_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_proofs_each(session, id, add_proof, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* session:proof_summary(job) -> {playlists, ..., file} */
static int session_proof_summary(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_proof_summary summary;
    char file[1024];
    lua_Integer id = luaL_checkinteger(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_proofs_sum(session, id, &summary, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_proofs_file(session, id, file);
    ys_lua_push_record(L, &summary_record, &summary);
    lua_pushstring(L, file);
    lua_setfield(L, -2, "file");
    return 1;
}

/* ------------------------------------------------------------------ backups */

static const struct ys_lua_field backup_fields[] = {
    INTEGER(ys_backup_record, "id", id),
    TEXT(ys_backup_record, "file", file),
    TEXT(ys_backup_record, "sha256", sha256),
    INTEGER(ys_backup_record, "bytes", bytes),
    INTEGER(ys_backup_record, "playlists", playlists),
    INTEGER(ys_backup_record, "items", items),
    INTEGER(ys_backup_record, "videos", videos),
    TEXT(ys_backup_record, "trigger", trigger),
    INTEGER(ys_backup_record, "at", at_ms),
};
static const struct ys_lua_record backup_record = {"backup", FIELDS(backup_fields), false};

static const struct ys_lua_field difference_fields[] = {
    NAME(ys_difference, "kind", kind, difference_name_of),
    POINTER(ys_difference, "playlist_id", playlist_id),
    POINTER(ys_difference, "playlist_title", playlist_title),
    POINTER(ys_difference, "video_id", video_id),
    POINTER(ys_difference, "before", before),
    POINTER(ys_difference, "after", after),
    INTEGER(ys_difference, "videos", videos),
};
static const struct ys_lua_record difference_record = {"difference", FIELDS(difference_fields),
                                                       false};

static bool add_backup(void *rows, const struct ys_backup_record *backup)
{
    return ys_lua_rows_add(rows, backup);
}

static bool add_difference(void *rows, const struct ys_difference *difference)
{
    return ys_lua_rows_add(rows, difference);
}

/* session:backup_create([trigger]) and its like -> backup */
typedef enum ys_status (*backup_fn)(struct ys_session *session, const char *word,
                                    struct ys_backup_record *out, struct ys_error *err);

static int one_backup(lua_State *L, backup_fn call)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_backup_record record;
    const char *word = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = call(session, word, &record, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &backup_record, &record);
    return 1;
}

static int session_backup_create(lua_State *L)
{
    return one_backup(L, ys_backups_create);
}

static int session_backup_find(lua_State *L)
{
    return one_backup(L, ys_backups_find);
}

static int session_backup_verify(lua_State *L)
{
    return one_backup(L, ys_backups_verify);
}

static int session_backups(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &backup_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_backups_each(session, add_backup, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* session:backup_diff(a, b) -> array */
static int session_backup_diff(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *a = ys_lua_text(L, 2), *b = ys_lua_text(L, 3);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &difference_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_backups_diff(session, a, b, add_difference, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* session:backup_prune(keep) -> array of those that went */
static int session_backup_prune(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer keep = luaL_checkinteger(L, 2);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &backup_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_backups_prune(session, keep, add_backup, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* session:backup_export(which, folder), session:policy_keep(hash, text) -> true */
typedef enum ys_status (*two_words_fn)(struct ys_session *session, const char *first,
                                       const char *second, struct ys_error *err);

static int two_words(lua_State *L, two_words_fn call)
{
    struct ys_error err = {.status = YS_OK};
    const char *first = ys_lua_text(L, 2), *second = ys_lua_text(L, 3);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = call(session, first, second, &err);
    return ys_lua_done(L, status, &err);
}

static int session_backup_export(lua_State *L)
{
    return two_words(L, ys_backups_export);
}

static int session_policy_keep(lua_State *L)
{
    return two_words(L, ys_policy_keep);
}

/* ------------------------------------------------------------------ restore and undo */

static const struct ys_lua_field loss_fields[] = {
    POINTER(ys_plan_loss, "video_id", video_id),
    POINTER(ys_plan_loss, "title", title),
    POINTER(ys_plan_loss, "playlist_title", playlist_title),
};
static const struct ys_lua_record loss_record = {"loss", FIELDS(loss_fields), false};

static void release_plan(void *plan)
{
    ys_plan_free(plan);
}

/* The handle on the top of the stack gets the plan; else it is closed, and why is pushed. */
static int give_plan(lua_State *L, struct ys_lua_handle *handle, enum ys_status status,
                     struct ys_plan *plan, const struct ys_error *err)
{
    if (status == YS_OK) {
        ys_lua_handle_fill(handle, plan, release_plan);
        return 1;
    }
    ys_lua_handle_close(handle);
    return ys_lua_fail(L, status, err);
}

/* session:restore_plan(which, {playlist, ...}) -> plan */
static int session_restore_plan(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_plan *plan = NULL;
    ys_lua_session_check(L, 1);
    const char *which = ys_lua_text(L, 2);
    lua_settop(L, 3);
    ys_lua_check_table(L, 3, true);
    size_t count = lua_rawlen(L, 3);
    const char **names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 3, (lua_Integer)i + 1);
        names[i] = ys_lua_text(L, -1); /* the table keeps it alive */
        lua_pop(L, 1);
    }
    struct ys_lua_handle *handle = ys_lua_handle_new(L, YS_LUA_PLAN, 1);
    if (!handle) return ys_lua_fail(L, YS_ENOMEM, NULL);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) {
        ys_lua_handle_close(handle);
        return ys_lua_session_unusable(L, 1);
    }
    enum ys_status status = ys_restore_plan(session, which, names, count, &plan, &err);
    return give_plan(L, handle, status, plan, &err);
}

/* session:undo_plan(job) -> plan */
static int session_undo_plan(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_plan *plan = NULL;
    ys_lua_session_check(L, 1);
    lua_Integer id = luaL_checkinteger(L, 2);
    struct ys_lua_handle *handle = ys_lua_handle_new(L, YS_LUA_PLAN, 1);
    if (!handle) return ys_lua_fail(L, YS_ENOMEM, NULL);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) {
        ys_lua_handle_close(handle);
        return ys_lua_session_unusable(L, 1);
    }
    enum ys_status status = ys_undo_plan(session, id, &plan, &err);
    return give_plan(L, handle, status, plan, &err);
}

/* plan:losses() -> array */
static int plan_losses(lua_State *L)
{
    struct ys_plan_loss loss;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &loss_record);
    struct ys_plan *plan = ys_lua_handle_use(L, 1, YS_LUA_PLAN, false);
    if (!plan) return ys_lua_handle_unusable(L, 1, YS_LUA_PLAN);
    for (size_t i = 0; ys_plan_loss(plan, i, &loss); i++)
        if (!ys_lua_rows_add(rows, &loss)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

void ys_lua_safety_type(lua_State *L)
{
    static const luaL_Reg plan_methods[] = {{"losses", plan_losses}, {NULL, NULL}};
    static const luaL_Reg session_methods[] = {
        {"restore_plan", session_restore_plan},
        {"undo_plan", session_undo_plan},
        {"backups", session_backups},
        {"backup_create", session_backup_create},
        {"backup_find", session_backup_find},
        {"backup_verify", session_backup_verify},
        {"backup_diff", session_backup_diff},
        {"backup_prune", session_backup_prune},
        {"backup_export", session_backup_export},
        {"policy_keep", session_policy_keep},
        {"proofs", session_proofs},
        {"proof_summary", session_proof_summary},
        {NULL, NULL},
    };
    ys_lua_add_methods(L, YS_LUA_PLAN, plan_methods);
    ys_lua_add_methods(L, YS_LUA_SESSION, session_methods);
}
