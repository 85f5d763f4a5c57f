/* plan.c: session:plan, and the Lua type ytsync.plan.
 *
 * The description of a target is a plain table, read raw. While it is read, the target hangs off
 * a userdata of its own, because a wrong type in the table raises. */
#include "base/error.h"
#include "lua/rows.h"

#define TARGET_TYPE "ytsync.target"

struct target_box {
    struct ys_target *target; /* NULL: none */
};

static int target_gc(lua_State *L)
{
    struct target_box *box = luaL_checkudata(L, 1, TARGET_TYPE);
    ys_target_free(box->target);
    box->target = NULL;
    return 0;
}

/* ------------------------------------------------------------------ from table to target */

typedef enum ys_status (*target_text_fn)(struct ys_target *target, const char *text,
                                         struct ys_error *err);

/* spec[key], when it is there. */
static enum ys_status read_text(lua_State *L, int spec, const char *key, target_text_fn give,
                                struct ys_target *target, struct ys_error *err)
{
    const char *text = ys_lua_field_text(L, spec, "the plan", key, false);
    enum ys_status status = text ? give(target, text, err) : YS_OK;
    lua_pop(L, 1);
    return status;
}

/* spec[key], a list of ids. */
static enum ys_status read_ids(lua_State *L, int spec, const char *key, target_text_fn give,
                               struct ys_target *target, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    int64_t length = ys_lua_field_list(L, spec, "the plan", key);
    for (int64_t i = 1; i <= length && status == YS_OK; i++) {
        status = give(target, ys_lua_element_text(L, i, key, true), err);
        lua_pop(L, 1);
    }
    if (length >= 0) lua_pop(L, 1);
    return status;
}

/* table[key], a list of {video id, rule}: to a category, or to the drops when it is NULL. */
static enum ys_status read_videos(lua_State *L, int table, const char *what, const char *key,
                                  struct ys_target *target, const size_t *category,
                                  struct ys_error *err)
{
    enum ys_status status = YS_OK;
    int64_t length = ys_lua_field_list(L, table, what, key);
    for (int64_t i = 1; i <= length && status == YS_OK; i++) {
        ys_lua_element_table(L, i, key);
        const char *video_id = ys_lua_element_text(L, 1, key, true);
        lua_insert(L, -2);
        const char *rule = ys_lua_element_text(L, 2, key, false);
        status = category ? ys_target_add_video(target, *category, video_id, rule, err)
                          : ys_target_drop_video(target, video_id, rule, err);
        lua_pop(L, 3);
    }
    if (length >= 0) lua_pop(L, 1);
    return status;
}

static enum ys_status read_privacy(lua_State *L, int table, const char *field,
                                   const struct ys_category_spec *spec, enum ys_privacy *out,
                                   struct ys_error *err)
{
    const char *privacy = ys_lua_field_text(L, table, "a category of the plan", field, false);
    if (!privacy || ys_privacy_from_name(privacy, out)) return YS_OK;
    return ys_fail(err, YS_EINVAL,
                   "unknown %s '%.50s' in the category \"%.100s\"; it can be private, unlisted or "
                   "public",
                   field, privacy, spec->key);
}

/* The category on the top of the stack. */
static enum ys_status read_category(lua_State *L, struct ys_target *target, struct ys_error *err)
{
    static const char what[] = "a category of the plan";
    struct ys_category_spec spec = {.privacy = YS_PRIVACY_UNSET};
    size_t index = 0;
    int table = lua_gettop(L);
    spec.key = ys_lua_field_text(L, table, what, "key", true);
    spec.title = ys_lua_field_text(L, table, what, "title", false);
    spec.description = ys_lua_field_text(L, table, what, "description", false);
    spec.playlist_id = ys_lua_field_text(L, table, what, "playlist_id", false);
    enum ys_status status = read_privacy(L, table, "privacy", &spec, &spec.privacy, err);
    if (status == YS_OK)
        status = read_privacy(L, table, "new_privacy", &spec, &spec.new_privacy, err);
    spec.ordered = ys_lua_field_boolean(L, table, what, "ordered");
    spec.priority = ys_lua_field_integer(L, table, what, "priority", 0);
    spec.trimmed = ys_lua_field_boolean(L, table, what, "trimmed");
    if (status == YS_OK) status = ys_target_add_category(target, &spec, &index, err);
    if (status == YS_OK) status = read_videos(L, table, spec.key, "videos", target, &index, err);
    lua_settop(L, table);
    return status;
}

/* spec.categories; *results as in read_spec. */
static enum ys_status read_categories(lua_State *L, int spec, struct ys_target *target,
                                      int *results, struct ys_error *err)
{
    static const char *const known[] = {"key",         "title",       "description", "privacy",
                                        "new_privacy", "playlist_id", "ordered",     "trimmed",
                                        "priority",    "videos",      NULL};
    enum ys_status status = YS_OK;
    int64_t length = ys_lua_field_list(L, spec, "the plan", "categories");
    for (int64_t i = 1; i <= length && status == YS_OK; i++) {
        ys_lua_element_table(L, i, "categories");
        *results = ys_lua_unknown_key(L, -1, "a category of the plan", known);
        if (*results) return YS_EINVAL;
        status = read_category(L, target, err);
        lua_pop(L, 1);
    }
    return status;
}

/* spec.limits; what it does not name has no limit. */
static enum ys_status read_guards(lua_State *L, int spec, struct ys_target *target, int *results,
                                  struct ys_error *err)
{
    static const char *const known[] = {"units", "takeouts", "deletes", NULL};
    static const char what[] = "the limits of the plan";
    struct ys_guards guards;
    if (!ys_lua_field_table(L, spec, "the plan", "limits")) return YS_OK;
    int table = lua_gettop(L);
    *results = ys_lua_unknown_key(L, table, what, known);
    if (*results) return YS_EINVAL;
    guards.units = ys_lua_field_integer(L, table, what, "units", -1);
    guards.takeouts = ys_lua_field_integer(L, table, what, "takeouts", -1);
    guards.deletes = ys_lua_field_integer(L, table, what, "deletes", -1);
    lua_settop(L, table - 1);
    return ys_target_set_guards(target, &guards, err);
}

/* Fills the target. On failure *results is the number of results that are on the stack already,
 * or 0 when `err` tells. */
static enum ys_status read_spec(lua_State *L, int spec, struct ys_target *target, int *results,
                                struct ys_error *err)
{
    YS_TRY(read_text(L, spec, "policy_hash", ys_target_set_policy_hash, target, err));
    YS_TRY(read_text(L, spec, "channel", ys_target_set_channel, target, err));
    YS_TRY(read_ids(L, spec, "protect", ys_target_protect, target, err));
    YS_TRY(read_ids(L, spec, "sources", ys_target_add_source, target, err));
    YS_TRY(read_ids(L, spec, "inboxes", ys_target_add_inbox, target, err));
    YS_TRY(read_guards(L, spec, target, results, err));
    YS_TRY(read_videos(L, spec, "the plan", "drops", target, NULL, err));
    return read_categories(L, spec, target, results, err);
}

/* ------------------------------------------------------------------ what is asked besides */

/* spec.daily_units, .max_units and .only. The list of keys is a userdata that is pushed; the keys
 * live as long as the description. */
static void read_options(lua_State *L, int spec, struct ys_plan_options *options)
{
    options->daily_units = ys_lua_field_integer(L, spec, "the plan", "daily_units", 0);
    options->max_units = ys_lua_field_integer(L, spec, "the plan", "max_units", 0);
    int64_t length = ys_lua_field_list(L, spec, "the plan", "only");
    if (length < 0) return;
    const char **keys = lua_newuserdatauv(L, ((size_t)length + 1) * sizeof *keys, 0);
    lua_insert(L, -2);
    for (int64_t i = 1; i <= length; i++) {
        keys[i - 1] = ys_lua_element_text(L, i, "only", true);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    options->only = keys;
    options->only_count = (size_t)length;
}

/* ------------------------------------------------------------------ session:plan */

static void release_plan(void *plan)
{
    ys_plan_free(plan);
}

/* session:plan{...} -> plan. Stack: 1 session, 2 description, then the keys of `only` if there are
 * any, the plan, the target. */
static int session_plan(lua_State *L)
{
    static const char *const known[] = {"old",       "policy_hash", "channel", "protect",
                                        "sources",   "inboxes",     "limits",  "drops",
                                        "categories", "only",       "daily_units",
                                        "max_units", NULL};
    struct ys_plan_options options = {.daily_units = 0};
    struct ys_error err = {.status = YS_OK};
    enum ys_old old = YS_OLD_KEEP;
    struct ys_plan *plan = NULL;
    int results = 0;
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, false);
    lua_settop(L, 2);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    results = ys_lua_unknown_key(L, 2, "the plan", known);
    if (results) return results;
    const char *name = ys_lua_field_text(L, 2, "the plan", "old", false);
    if (name && !ys_old_from_name(name, &old))
        return ys_lua_failf(L, YS_EINVAL, "unknown old = '%.50s'; it can be keep, reuse or delete",
                            name);
    lua_settop(L, 2);
    read_options(L, 2, &options);
    int base = lua_gettop(L);
    struct ys_lua_handle *handle = ys_lua_handle_new(L, YS_LUA_PLAN, 1);
    if (!handle) return ys_lua_fail(L, YS_ENOMEM, NULL);
    struct target_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->target = NULL;
    luaL_setmetatable(L, TARGET_TYPE);

    enum ys_status status = ys_target_new(&box->target, old, &err);
    if (status == YS_OK) status = read_spec(L, 2, box->target, &results, &err);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (status == YS_OK && !session) results = ys_lua_session_unusable(L, 1);
    if (status == YS_OK && session) {
        status = ys_plan_make_with(session, box->target, &options, &plan, &err);
        if (status == YS_OK) ys_lua_handle_fill(handle, plan, release_plan);
    }
    ys_target_free(box->target);
    box->target = NULL;
    if (results == 0 && status == YS_OK) {
        lua_settop(L, base + 1);
        return 1;
    }
    ys_lua_handle_close(handle);
    return results ? results : ys_lua_fail(L, status, &err);
}

/* ------------------------------------------------------------------ the plan's methods */

static int plan_close(lua_State *L)
{
    return ys_lua_handle_close_method(L, YS_LUA_PLAN);
}

static struct ys_plan *plan_use(lua_State *L)
{
    return ys_lua_handle_use(L, 1, YS_LUA_PLAN, false);
}

static int plan_unusable(lua_State *L)
{
    return ys_lua_handle_unusable(L, 1, YS_LUA_PLAN);
}

static int plan_preview(lua_State *L)
{
    struct ys_preview preview;
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    ys_plan_preview(plan, &preview);
    ys_lua_push_record(L, &ys_lua_preview_record, &preview);
    return 1;
}

static int plan_items(lua_State *L)
{
    struct ys_plan_item item;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_plan_item_record);
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    for (size_t i = 0; ys_plan_item(plan, i, &item); i++)
        if (!ys_lua_rows_add(rows, &item)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

static int plan_blocks(lua_State *L)
{
    struct ys_plan_block block;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_block_record);
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    for (size_t i = 0; ys_plan_block(plan, i, &block); i++)
        if (!ys_lua_rows_add(rows, &block)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

static int plan_playlists(lua_State *L)
{
    struct ys_plan_playlist playlist;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_plan_playlist_record);
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    for (size_t i = 0; ys_plan_playlist(plan, i, &playlist); i++)
        if (!ys_lua_rows_add(rows, &playlist)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

static int plan_days(lua_State *L)
{
    struct ys_plan_day day;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_plan_day_record);
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    for (size_t i = 0; ys_plan_day(plan, i, &day); i++)
        if (!ys_lua_rows_add(rows, &day)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

static int plan_warnings(lua_State *L)
{
    const char *warning;
    luaL_checkudata(L, 1, YS_LUA_PLAN);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_warning_record);
    struct ys_plan *plan = plan_use(L);
    if (!plan) return plan_unusable(L);
    for (size_t i = 0; (warning = ys_plan_warning(plan, i)) != NULL; i++)
        if (!ys_lua_rows_add(rows, &warning)) break;
    return ys_lua_rows_push(L, rows, YS_OK, NULL);
}

/* plan:guard() -> why it cannot be started, or nil; {units, takeouts, deletes} that it needs */
static int plan_guard(lua_State *L)
{
    struct ys_plan *plan = plan_use(L);
    struct ys_guards needs;
    if (!plan) return plan_unusable(L);
    ys_plan_needs(plan, &needs);
    lua_pushstring(L, ys_plan_guard(plan));
    ys_lua_push_record(L, &ys_lua_guards_record, &needs);
    return 2;
}

void ys_lua_plan_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"preview", plan_preview},   {"items", plan_items}, {"blocks", plan_blocks},
        {"warnings", plan_warnings}, {"playlists", plan_playlists}, {"days", plan_days},
        {"guard", plan_guard},       {NULL, NULL},
    };
    static const luaL_Reg session_methods[] = {{"plan", session_plan}, {NULL, NULL}};
    ys_lua_new_type(L, TARGET_TYPE, NULL, target_gc);
    ys_lua_new_type(L, YS_LUA_PLAN, methods, plan_close);
    ys_lua_add_methods(L, YS_LUA_SESSION, session_methods);
}
