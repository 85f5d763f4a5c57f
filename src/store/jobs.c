/* jobs.c: see jobs.h. */
#include "store/jobs.h"

#include <string.h>

#include "base/text.h"
#include "store/rows.h"

#define JOB_COLUMNS                                                                              \
    "id, account_id, channel_id, reference, stage, paused_from, pause_reason, pause_requested,"  \
    " delete_confirmed_at, policy_hash, backup_id, units_used, resets_at, created_at,"           \
    " started_at, finished_at, lease_epoch"
#define UNFINISHED "stage NOT IN ('completed', 'failed', 'cancelled')"

enum ys_status ys_job_insert(struct ys_store *store, const struct ys_row_job *row,
                             const char *plan_json, int64_t *id_out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool got;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO sync_jobs (account_id, channel_id, reference, stage,"
                         " policy_hash, plan, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                         " RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, row->account_id);
    ys_bind_text(stmt, 2, row->channel_id);
    ys_bind_text(stmt, 3, row->reference);
    ys_bind_text(stmt, 4, ys_stage_name(row->stage));
    ys_bind_text(stmt, 5, row->policy_hash);
    ys_bind_text(stmt, 6, plan_json);
    ys_bind_int(stmt, 7, row->created_at_ms);
    YS_TRY(ys_step(stmt, &got, err));
    YS_REQUIRE(got);
    *id_out = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

/* Reads the row that the statement stands on; refuses values that this program does not know. */
static enum ys_status read_job(struct ys_stmt *stmt, struct ys_row_job *out, struct ys_error *err)
{
    const char *stage = ys_col_text(stmt, 4), *from = ys_col_text(stmt, 5);
    const char *reason = ys_col_text(stmt, 6);

    memset(out, 0, sizeof *out);
    out->id = ys_col_int(stmt, 0);
    out->account_id = ys_col_int(stmt, 1);
    (void)ys_copy(out->channel_id, sizeof out->channel_id, ys_col_text(stmt, 2));
    (void)ys_copy(out->reference, sizeof out->reference, ys_col_text(stmt, 3));
    if (!ys_stage_from_name(stage, &out->stage))
        return ys_row_refuse_id(err, "sync_jobs", out->id, "stage", stage);
    if (from[0] && !ys_stage_from_name(from, &out->paused_from))
        return ys_row_refuse_id(err, "sync_jobs", out->id, "paused_from", from);
    if (!ys_pause_from_name(reason, &out->pause_reason))
        return ys_row_refuse_id(err, "sync_jobs", out->id, "pause_reason", reason);
    out->pause_requested = ys_col_int(stmt, 7) != 0;
    out->delete_confirmed_at_ms = ys_col_int(stmt, 8);
    (void)ys_copy(out->policy_hash, sizeof out->policy_hash, ys_col_text(stmt, 9));
    out->backup_id = ys_col_int(stmt, 10);
    out->units_used = ys_col_int(stmt, 11);
    out->resets_at_ms = ys_col_int(stmt, 12);
    out->created_at_ms = ys_col_int(stmt, 13);
    out->started_at_ms = ys_col_int(stmt, 14);
    out->finished_at_ms = ys_col_int(stmt, 15);
    out->lease_epoch = ys_col_int(stmt, 16);
    return YS_OK;
}

enum ys_status ys_job_find(struct ys_store *store, int64_t id, struct ys_row_job *out,
                           bool *found, struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status = YS_OK;

    if (id > 0) {
        YS_TRY(ys_db_prepare(store->db, "SELECT " JOB_COLUMNS " FROM sync_jobs WHERE id = ?1",
                             &stmt, err));
        ys_bind_int(stmt, 1, id);
    } else {
        YS_TRY(ys_db_prepare(store->db,
                             "SELECT " JOB_COLUMNS " FROM sync_jobs WHERE " UNFINISHED
                             " ORDER BY id LIMIT 1",
                             &stmt, err));
    }
    YS_TRY(ys_step(stmt, found, err));
    if (*found) status = read_job(stmt, out, err);
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_job_newest(struct ys_store *store, int64_t *id_out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *id_out = 0;
    YS_TRY(ys_db_prepare(store->db, "SELECT id FROM sync_jobs ORDER BY id DESC LIMIT 1", &stmt,
                         err));
    YS_TRY(ys_step(stmt, &row, err));
    if (row) *id_out = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_job_take_lease(struct ys_store *store, struct ys_row_job *row,
                                 const char *owner, int64_t expires_at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool got;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_jobs SET lease_epoch = lease_epoch + 1, lease_owner = ?2,"
                         " lease_expires_at = ?3 WHERE id = ?1 RETURNING lease_epoch",
                         &stmt, err));
    ys_bind_int(stmt, 1, row->id);
    ys_bind_text(stmt, 2, owner);
    ys_bind_int(stmt, 3, expires_at_ms);
    YS_TRY(ys_step(stmt, &got, err));
    if (got) row->lease_epoch = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    if (!got)
        return ys_fail(err, YS_ENOTFOUND, "There is no job %lld.", (long long)row->id);
    return YS_OK;
}

enum ys_status ys_job_guard(struct ys_store *store, struct ys_row_job *row, struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_stage stage = row->stage;
    bool got;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT pause_requested, delete_confirmed_at, stage FROM sync_jobs"
                         " WHERE id = ?1 AND lease_epoch = ?2",
                         &stmt, err));
    ys_bind_int(stmt, 1, row->id);
    ys_bind_int(stmt, 2, row->lease_epoch);
    YS_TRY(ys_step(stmt, &got, err));
    if (got) {
        row->pause_requested = ys_col_int(stmt, 0) != 0;
        row->delete_confirmed_at_ms = ys_col_int(stmt, 1);
        (void)ys_stage_from_name(ys_col_text(stmt, 2), &stage);
    }
    ys_stmt_done(stmt);
    if (!got)
        return ys_fail(err, YS_ELEASE,
                       "Another runner took job %lld over. This one stops and writes nothing more.",
                       (long long)row->id);
    if (stage == YS_STAGE_CANCELLED) row->stage = stage;
    return YS_OK;
}

enum ys_status ys_job_update(struct ys_store *store, const struct ys_row_job *row,
                             struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_jobs SET stage = ?2, paused_from = ?3, pause_reason = ?4,"
                         " resets_at = ?5, started_at = ?6, finished_at = ?7, backup_id = ?8"
                         " WHERE id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, row->id);
    ys_bind_text(stmt, 2, ys_stage_name(row->stage));
    ys_bind_text(stmt, 3,
                 row->stage == YS_STAGE_PAUSED ? ys_stage_name(row->paused_from) : "");
    ys_bind_text(stmt, 4, ys_pause_name(row->pause_reason));
    ys_bind_int(stmt, 5, row->resets_at_ms);
    ys_bind_int(stmt, 6, row->started_at_ms);
    ys_bind_int(stmt, 7, row->finished_at_ms);
    if (row->backup_id > 0) ys_bind_int(stmt, 8, row->backup_id);
    return ys_run(stmt, err);
}

/* UPDATE of one job with one number. */
static enum ys_status update_one(struct ys_store *store, const char *sql, int64_t id,
                                 int64_t value, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_int(stmt, 1, id);
    ys_bind_int(stmt, 2, value);
    return ys_run(stmt, err);
}

enum ys_status ys_job_add_units(struct ys_store *store, int64_t id, int64_t units,
                                struct ys_error *err)
{
    return update_one(store, "UPDATE sync_jobs SET units_used = units_used + ?2 WHERE id = ?1",
                      id, units, err);
}

enum ys_status ys_job_charged(struct ys_store *store, int64_t id, int64_t *units,
                              struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(store->db, "SELECT sum(units) FROM quota_usage WHERE job_id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    YS_TRY(ys_step(stmt, &row, err));
    YS_REQUIRE(row);
    *units = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_job_set_pause_requested(struct ys_store *store, int64_t id, bool requested,
                                          struct ys_error *err)
{
    return update_one(store, "UPDATE sync_jobs SET pause_requested = ?2 WHERE id = ?1", id,
                      requested ? 1 : 0, err);
}

enum ys_status ys_job_set_confirmed(struct ys_store *store, int64_t id, int64_t at_ms,
                                    struct ys_error *err)
{
    return update_one(store, "UPDATE sync_jobs SET delete_confirmed_at = ?2 WHERE id = ?1", id,
                      at_ms, err);
}

enum ys_status ys_job_restored(struct ys_store *store, int64_t id, const char *prefix,
                               struct ys_error *err)
{
    static const char *const statements[] = {
        ("DELETE FROM category_videos WHERE category_id IN (SELECT g.id FROM categories g"
         " WHERE substr(g.key, 1, length(?2)) = ?2)"),
        "DELETE FROM categories WHERE substr(key, 1, length(?2)) = ?2",
        "UPDATE playlists SET made_by_job = 0 WHERE made_by_job = ?1 AND length(?2) > 0",
    };
    struct ys_stmt *stmt;
    size_t i;

    for (i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        YS_TRY(ys_db_prepare(store->db, statements[i], &stmt, err));
        if (i == 2) ys_bind_int(stmt, 1, id);
        ys_bind_text(stmt, 2, prefix);
        YS_TRY(ys_run(stmt, err));
    }
    return YS_OK;
}

enum ys_status ys_drop_add(struct ys_store *store, int64_t job_id, const char *video_id,
                           const char *rule, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO job_drops (job_id, video_id, rule) VALUES (?1, ?2, ?3)"
                         " ON CONFLICT (job_id, video_id) DO NOTHING",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    ys_bind_text(stmt, 2, video_id);
    ys_bind_text(stmt, 3, rule);
    return ys_run(stmt, err);
}

enum ys_status ys_drop_walk(struct ys_store *store, int64_t job_id, ys_drop_fn each, void *ctx,
                            struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = true, go_on = true;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT video_id, rule FROM job_drops WHERE job_id = ?1"
                         " ORDER BY video_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    while (go_on) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        go_on = each(ctx, ys_col_text(stmt, 0), ys_col_text(stmt, 1));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_joberror_add(struct ys_store *store, const struct ys_error_record *record,
                               struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO sync_errors (job_id, operation_id, stage, entity, reason,"
                         " message, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         &stmt, err));
    ys_bind_int(stmt, 1, record->job_id);
    if (record->operation_id > 0) ys_bind_int(stmt, 2, record->operation_id);
    ys_bind_text(stmt, 3, ys_stage_name(record->stage));
    ys_bind_text(stmt, 4, record->entity);
    ys_bind_text(stmt, 5, record->reason);
    ys_bind_text(stmt, 6, record->message);
    ys_bind_int(stmt, 7, record->at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_joberror_walk(struct ys_store *store, int64_t job_id, ys_error_fn each,
                                void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt;
    struct ys_error_record record;
    bool row = true, go_on = true;
    enum ys_status status;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT id, job_id, operation_id, stage, entity, reason, message, at"
                         " FROM sync_errors WHERE job_id = ?1 ORDER BY id",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    while (go_on) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        memset(&record, 0, sizeof record);
        record.id = ys_col_int(stmt, 0);
        record.job_id = ys_col_int(stmt, 1);
        record.operation_id = ys_col_int(stmt, 2);
        if (!ys_stage_from_name(ys_col_text(stmt, 3), &record.stage)) {
            status = ys_row_refuse_id(err, "sync_errors", record.id, "stage",
                                      ys_col_text(stmt, 3));
            ys_stmt_done(stmt);
            return status;
        }
        (void)ys_copy(record.entity, sizeof record.entity, ys_col_text(stmt, 4));
        (void)ys_copy(record.reason, sizeof record.reason, ys_col_text(stmt, 5));
        (void)ys_copy(record.message, sizeof record.message, ys_col_text(stmt, 6));
        record.at_ms = ys_col_int(stmt, 7);
        go_on = each(ctx, &record);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_joberror_count(struct ys_store *store, int64_t job_id, int64_t *count,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(store->db, "SELECT count(*) FROM sync_errors WHERE job_id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, job_id);
    YS_TRY(ys_step(stmt, &row, err));
    *count = row ? ys_col_int(stmt, 0) : 0;
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_assigned_walk(struct ys_store *store, int64_t account_id, ys_assigned_fn each,
                                void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = true, go_on = true;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT c.key, v.video_youtube_id FROM category_videos v"
                         " JOIN categories c ON c.id = v.category_id WHERE c.account_id = ?1"
                         " ORDER BY c.id, v.rank, v.video_youtube_id",
                         &stmt, err));
    ys_bind_int(stmt, 1, account_id);
    while (go_on) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        go_on = each(ctx, ys_col_text(stmt, 0), ys_col_text(stmt, 1));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}
