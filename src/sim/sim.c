/* sim.c: opening a state, its tables, and the few database words that the other files use. */

#include "base/alloc.h"
#include "base/env.h"
#include "sim/internal.h"
#include "sim/record.h"

static const char schema[] =
    "CREATE TABLE counters (requests BIGINT NOT NULL, ids_made BIGINT NOT NULL);"
    "INSERT INTO counters VALUES (0, 0);"
    "CREATE TABLE accounts (channel_id TEXT PRIMARY KEY, title TEXT, created_ms BIGINT NOT NULL);"
    "CREATE TABLE tokens (token TEXT PRIMARY KEY, channel_id TEXT NOT NULL, scope TEXT NOT NULL,"
    " expires_ms BIGINT NOT NULL, revoked BIGINT NOT NULL);"
    "CREATE TABLE codes (code TEXT PRIMARY KEY, challenge TEXT NOT NULL, redirect TEXT NOT NULL,"
    " scope TEXT NOT NULL, channel_id TEXT NOT NULL, expires_ms BIGINT NOT NULL);"
    "CREATE TABLE refresh_tokens (token TEXT PRIMARY KEY, channel_id TEXT NOT NULL,"
    " scope TEXT NOT NULL, revoked BIGINT NOT NULL);"
    "CREATE TABLE videos (id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL,"
    " channel_id TEXT NOT NULL, channel_title TEXT NOT NULL, tags TEXT NOT NULL,"
    " published_ms BIGINT NOT NULL, duration_s BIGINT NOT NULL, category_id BIGINT NOT NULL,"
    " availability BIGINT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE playlists (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " channel_id TEXT NOT NULL, published_ms BIGINT NOT NULL, self_sorted BIGINT NOT NULL,"
    " add_to_top BIGINT NOT NULL, made_by_api BIGINT NOT NULL, born_mono_ms BIGINT,"
    " busy_until_ms BIGINT NOT NULL, settled_ms BIGINT NOT NULL, items BIGINT NOT NULL,"
    " deleted_ms BIGINT);"
    "CREATE INDEX playlists_channel ON playlists (channel_id, key);"
    "CREATE TABLE playlist_versions (key INTEGER PRIMARY KEY, playlist BIGINT NOT NULL,"
    " title TEXT NOT NULL, description TEXT NOT NULL, privacy BIGINT NOT NULL,"
    " language TEXT NOT NULL, seen_from_ms BIGINT NOT NULL, seen_until_ms BIGINT NOT NULL);"
    "CREATE INDEX versions_playlist ON playlist_versions (playlist, seen_until_ms);"
    "CREATE TABLE items (key INTEGER PRIMARY KEY, id TEXT NOT NULL, playlist BIGINT NOT NULL,"
    " video_id TEXT NOT NULL, rank BIGINT NOT NULL, added_ms BIGINT NOT NULL, note TEXT NOT NULL,"
    " live BIGINT NOT NULL, seen_from_ms BIGINT NOT NULL, seen_until_ms BIGINT NOT NULL);"
    "CREATE INDEX items_id ON items (id);"
    "CREATE INDEX items_rank ON items (playlist, live, rank);"
    "CREATE INDEX items_video ON items (video_id, playlist);"
    "CREATE TABLE requests (number INTEGER PRIMARY KEY, wall_ms BIGINT NOT NULL,"
    " mono_ms BIGINT NOT NULL, method BIGINT NOT NULL, units BIGINT NOT NULL,"
    " status BIGINT NOT NULL, wire BIGINT NOT NULL, effect BIGINT NOT NULL, reason TEXT NOT NULL,"
    " fault TEXT NOT NULL, playlist_id TEXT NOT NULL, video_id TEXT NOT NULL,"
    " item_id TEXT NOT NULL);"
    "CREATE TABLE quota (day INTEGER PRIMARY KEY, used BIGINT NOT NULL, others BIGINT NOT NULL,"
    " limit_units BIGINT NOT NULL, requests BIGINT NOT NULL, refused BIGINT NOT NULL,"
    " creates BIGINT NOT NULL);"
    "CREATE TABLE creates (key INTEGER PRIMARY KEY, mono_ms BIGINT NOT NULL);"
    "CREATE TABLE snapshot_playlists (id TEXT PRIMARY KEY);"
    "CREATE TABLE snapshot_items (playlist_id TEXT NOT NULL, video_id TEXT NOT NULL,"
    " copies BIGINT NOT NULL, PRIMARY KEY (playlist_id, video_id));";

void ys_sim_options_init(struct ys_sim_options *options)
{
    *options = (struct ys_sim_options){.seed = 1,
                                       .quota_daily_units = YS_SIM_QUOTA_DAILY_UNITS,
                                       .exhausted_form = YS_SIM_EXHAUSTED_403,
                                       .failed_cost_full = true,
                                       .young_write_ms = 1000,
                                       .young_read_ms = 2000,
                                       .page_token_life_ms = INT64_C(6) * 3600 * 1000,
                                       .playlists_max = 1000,
                                       .extra_total = 2};
}

/* ------------------------------------------------------------------ database words */

enum ys_status ys_sim_query(struct ys_sim *sim, struct ys_stmt **out, struct ys_error *err,
                            const char *sql, const struct ys_sim_arg *args, size_t count)
{
    YS_TRY(ys_db_prepare(sim->db, sql, out, err));
    for (size_t i = 0; i < count; i++) {
        if (args[i].is_text) ys_bind_text(*out, (int)i + 1, args[i].text);
        else ys_bind_int(*out, (int)i + 1, args[i].number);
    }
    return YS_OK;
}

enum ys_status ys_sim_exec(struct ys_sim *sim, struct ys_error *err, const char *sql,
                           const struct ys_sim_arg *args, size_t count)
{
    struct ys_stmt *stmt;
    YS_TRY(ys_sim_query(sim, &stmt, err, sql, args, count));
    return ys_run(stmt, err);
}

enum ys_status ys_sim_number(struct ys_sim *sim, int64_t fallback, int64_t *out,
                             struct ys_error *err, const char *sql,
                             const struct ys_sim_arg *args, size_t count)
{
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err, sql, args, count));
    enum ys_status status = ys_step(stmt, &row, err);
    *out = status == YS_OK && row && !ys_col_null(stmt, 0) ? ys_col_int(stmt, 0) : fallback;
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_begin(struct ys_sim *sim, struct ys_error *err)
{
    if (sim->depth == 0) YS_TRY(ys_db_begin(sim->db, err));
    sim->depth++;
    return YS_OK;
}

enum ys_status ys_sim_end(struct ys_sim *sim, enum ys_status status, struct ys_error *err)
{
    YS_REQUIRE(sim->depth > 0);
    if (--sim->depth > 0) return status;
    if (status == YS_OK) status = ys_db_commit(sim->db, err);
    if (status != YS_OK) ys_db_rollback(sim->db);
    return status;
}

/* ------------------------------------------------------------------ life */

/* What was settled before the state was opened: monotonic clocks start anew. */
static enum ys_status settle(struct ys_sim *sim, struct ys_error *err)
{
    static const char *const statements[] = {
        "DELETE FROM items WHERE live = 0",
        "DELETE FROM playlist_versions WHERE seen_until_ms < 9223372036854775807",
        "UPDATE items SET seen_from_ms = -9223372036854775807 WHERE seen_from_ms > "
        "-9223372036854775807",
        "UPDATE playlist_versions SET seen_from_ms = -9223372036854775807",
        "UPDATE playlists SET born_mono_ms = NULL, busy_until_ms = -9223372036854775807, "
        "settled_ms = -9223372036854775807",
        "DELETE FROM creates"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        YS_TRY(ys_db_exec(sim->db, statements[i], err));
    YS_TRY(ys_sim_number(sim, 0, &sim->request_number, err,
                         "SELECT coalesce(max(number), 0) FROM requests", NULL, 0));
    return ys_sim_number(sim, 0, &sim->ids_made, err, "SELECT ids_made FROM counters", NULL, 0);
}

static enum ys_status create(struct ys_sim *sim, struct ys_error *err)
{
    const char *token = sim->options.token ? sim->options.token : YS_SIM_TOKEN;
    YS_TRY(ys_db_exec(sim->db, schema, err));
    YS_TRY(ys_db_set_user_version(sim->db, YS_SIM_FORMAT, err));
    YS_TRY(ys_sim_account_add(sim, YS_SIM_CHANNEL_ID, YS_SIM_CHANNEL_TITLE, NULL, err));
    return ys_sim_token_add(sim, token, YS_SIM_CHANNEL_ID, NULL, 0, err);
}

/* A file is ours when it is empty or has our tables and format number. */
static enum ys_status prepare_state(struct ys_sim *sim, const char *path, struct ys_error *err)
{
    int64_t tables = 0, ours = 0, format = 0;
    YS_TRY(ys_sim_number(sim, 0, &tables, err,
                         "SELECT count(*) FROM sqlite_master WHERE type = 'table'", NULL, 0));
    YS_TRY(ys_db_user_version(sim->db, &format, err));
    if (tables == 0) {
        YS_TRY(ys_sim_begin(sim, err));
        return ys_sim_end(sim, create(sim, err), err);
    }
    YS_TRY(ys_sim_number(sim, 0, &ours, err,
                         "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN "
                         "('playlist_versions', 'snapshot_items', 'counters')",
                         NULL, 0));
    if (ours != 3 || format != YS_SIM_FORMAT)
        return ys_fail(err, YS_EDBFOREIGN, "%s is not the state of a simulated YouTube", path);
    YS_TRY(ys_sim_begin(sim, err));
    return ys_sim_end(sim, settle(sim, err), err);
}

enum ys_status ys_sim_open(struct ys_sim **out, const struct ys_sim_options *options,
                           struct ys_error *err)
{
    enum ys_status status;
    const char *path = options->state_path ? options->state_path : ":memory:";
    struct ys_sim *sim = ys_alloc_zero(1, sizeof *sim);
    *out = NULL;
    if (!sim) return ys_fail(err, YS_ENOMEM, "no memory for the simulated YouTube");
    sim->options = *options;
    sim->env = ys_env_complete(options->env);
    sim->random = ys_sim_mix(options->seed);
    struct ys_db_options db = {.path = path, .busy_timeout_ms = 2000};
    status = ys_db_open(&sim->db, &db, err);
    if (status == YS_OK) status = ys_json_new(&sim->json, err);
    if (status == YS_OK) status = prepare_state(sim, path, err);
    if (status == YS_OK) status = ys_sim_record_open(&sim->record, options->record_path, err);
    sim->options.state_path = NULL;
    sim->options.record_path = NULL;
    sim->options.token = NULL;
    sim->options.env = NULL;
    if (status != YS_OK) {
        ys_sim_close(sim);
        return status;
    }
    *out = sim;
    return YS_OK;
}

void ys_sim_close(struct ys_sim *sim)
{
    if (!sim) return;
    ys_sim_record_close(sim->record);
    ys_json_free(sim->json);
    ys_db_close(sim->db);
    ys_free(sim);
}

struct ys_sim_options *ys_sim_options(struct ys_sim *sim)
{
    return &sim->options;
}

const struct ys_env *ys_sim_env(const struct ys_sim *sim)
{
    return &sim->env;
}

void ys_sim_set_hook(struct ys_sim *sim, ys_sim_hook_fn hook, void *ctx)
{
    sim->hook = hook;
    sim->hook_ctx = ctx;
}

/* ------------------------------------------------------------------ methods */

static const struct {
    const char *name;
    int64_t units;
    bool is_write;
} methods[YS_SIM_METHOD_COUNT] = {
#define X(code, name, verb, resource, units, write) {name, units, write},
    YS_SIM_METHOD_MAP(X)
#undef X
};

const char *ys_sim_method_name(enum ys_sim_method method)
{
    return (unsigned)method < YS_SIM_METHOD_COUNT ? methods[method].name : "unknown";
}

int64_t ys_sim_method_units(enum ys_sim_method method)
{
    return (unsigned)method < YS_SIM_METHOD_COUNT ? methods[method].units : 1;
}

bool ys_sim_method_is_write(enum ys_sim_method method)
{
    return (unsigned)method < YS_SIM_METHOD_COUNT && methods[method].is_write;
}

enum ys_status ys_sim_bulk_begin(struct ys_sim *sim, struct ys_error *err)
{
    if (sim->bulk) return ys_fail(err, YS_ESTATE, "bulk changes are under way already");
    YS_TRY(ys_sim_begin(sim, err));
    sim->bulk = true;
    return YS_OK;
}

enum ys_status ys_sim_bulk_end(struct ys_sim *sim, struct ys_error *err)
{
    if (!sim->bulk) return ys_fail(err, YS_ESTATE, "no bulk changes are under way");
    sim->bulk = false;
    return ys_sim_end(sim, YS_OK, err);
}
