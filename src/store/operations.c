/* operations.c: see operations.h. */
#include "store/operations.h"

#include <string.h>

#include "store/rows.h"

#define OP_COLUMNS                                                                               \
    "id, job_id, seq, kind, status, category, playlist_id, item_id, video_id, title,"            \
    " description, privacy, copies, found, rule, attempts, intent_at, done_at, remote_id,"       \
    " units, reason, error, seen_at, anchor, nth"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

enum ys_status ys_op_insert(struct ys_store *store, const struct ys_row_op *row, int64_t *id_out,
                            struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool got;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO sync_operations (job_id, seq, stage, kind, category,"
                         " playlist_id, item_id, video_id, title, description, privacy, copies,"
                         " found, rule, anchor, nth) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                         " ?10, ?11, ?12, ?13, ?14, ?15, ?16) RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, row->job_id);
    ys_bind_int(stmt, 2, row->seq);
    ys_bind_text(stmt, 3, ys_stage_name(ys_op_kind_stage(row->kind)));
    ys_bind_text(stmt, 4, ys_op_kind_name(row->kind));
    ys_bind_text(stmt, 5, or_empty(row->category));
    ys_bind_text(stmt, 6, or_empty(row->playlist_id));
    ys_bind_text(stmt, 7, or_empty(row->item_id));
    ys_bind_text(stmt, 8, or_empty(row->video_id));
    ys_bind_text(stmt, 9, or_empty(row->title));
    ys_bind_text(stmt, 10, row->description);
    ys_bind_text(stmt, 11, ys_privacy_name(row->privacy));
    ys_bind_int(stmt, 12, row->copies);
    ys_bind_text(stmt, 13, or_empty(row->found));
    ys_bind_text(stmt, 14, or_empty(row->rule));
    ys_bind_text(stmt, 15, or_empty(row->anchor));
    ys_bind_int(stmt, 16, row->nth > 0 ? row->nth : 1);
    YS_TRY(ys_step(stmt, &got, err));
    YS_REQUIRE(got);
    if (id_out) *id_out = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

static enum ys_status read_op(struct ys_stmt *stmt, struct ys_row_op *out, struct ys_error *err)
{
    const char *kind = ys_col_text(stmt, 3), *status = ys_col_text(stmt, 4);
    const char *privacy = ys_col_text(stmt, 11);

    out->id = ys_col_int(stmt, 0);
    if (!ys_op_kind_from_name(kind, &out->kind))
        return ys_row_refuse_id(err, "sync_operations", out->id, "kind", kind);
    if (!ys_op_status_from_name(status, &out->status))
        return ys_row_refuse_id(err, "sync_operations", out->id, "status", status);
    if (!ys_privacy_from_name(privacy, &out->privacy))
        return ys_row_refuse_id(err, "sync_operations", out->id, "privacy", privacy);
    out->job_id = ys_col_int(stmt, 1);
    out->seq = ys_col_int(stmt, 2);
    out->category = ys_col_text(stmt, 5);
    out->playlist_id = ys_col_text(stmt, 6);
    out->item_id = ys_col_text(stmt, 7);
    out->video_id = ys_col_text(stmt, 8);
    out->title = ys_col_text(stmt, 9);
    out->description = ys_col_null(stmt, 10) ? NULL : ys_col_text(stmt, 10);
    out->copies = ys_col_int(stmt, 12);
    out->found = ys_col_text(stmt, 13);
    out->rule = ys_col_text(stmt, 14);
    out->attempts = ys_col_int(stmt, 15);
    out->intent_at_ms = ys_col_int(stmt, 16);
    out->done_at_ms = ys_col_int(stmt, 17);
    out->remote_id = ys_col_text(stmt, 18);
    out->units = ys_col_int(stmt, 19);
    out->reason = ys_col_text(stmt, 20);
    out->error = ys_col_text(stmt, 21);
    out->seen_at_ms = ys_col_int(stmt, 22);
    out->anchor = ys_col_text(stmt, 23);
    out->nth = ys_col_int(stmt, 24);
    return YS_OK;
}

enum ys_status ys_op_find(struct ys_store *store, int64_t id, ys_row_op_fn each, void *ctx,
                          bool *found, struct ys_error *err)
{
    struct ys_stmt *stmt;
    struct ys_row_op row;
    enum ys_status status = YS_OK;

    YS_TRY(ys_db_prepare(store->db, "SELECT " OP_COLUMNS " FROM sync_operations WHERE id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    YS_TRY(ys_step(stmt, found, err));
    if (*found) {
        status = read_op(stmt, &row, err);
        if (status == YS_OK) (void)each(ctx, &row);
    }
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status op_steps(struct ys_stmt *stmt, ys_row_op_fn each, void *ctx,
                               struct ys_error *err)
{
    struct ys_row_op op;
    bool row = true, go_on = true;
    enum ys_status status = YS_OK;

    while (go_on && status == YS_OK) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        status = read_op(stmt, &op, err);
        if (status == YS_OK) go_on = each(ctx, &op);
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_op_walk(struct ys_store *store, int64_t job_id, ys_row_op_fn each, void *ctx,
                          struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT " OP_COLUMNS " FROM sync_operations WHERE job_id = ?1"
                         " ORDER BY seq",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    return op_steps(stmt, each, ctx, err);
}

enum ys_status ys_op_walk_doubtful(struct ys_store *store, const char *playlist_id,
                                   ys_row_op_fn each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt;

    /* All jobs, so that the index by job and status serves. */
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT " OP_COLUMNS " FROM sync_operations"
                         " WHERE job_id IN (SELECT j.id FROM sync_jobs j)"
                         " AND status IN ('pending', 'in_flight', 'unknown', 'failed', 'skipped')"
                         " AND (attempts > 0 OR status = 'unknown') AND playlist_id = ?1"
                         " ORDER BY id",
                         &stmt, err));
    ys_bind_text(stmt, 1, playlist_id);
    return op_steps(stmt, each, ctx, err);
}

enum ys_status ys_op_claim(struct ys_store *store, int64_t id, int64_t units, int64_t now_ms,
                           struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool claimed;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = 'in_flight',"
                         " attempts = attempts + 1, units = units + ?2, intent_at = ?3"
                         " WHERE id = ?1 AND status = 'pending' RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    ys_bind_int(stmt, 2, units);
    ys_bind_int(stmt, 3, now_ms);
    YS_TRY(ys_step(stmt, &claimed, err));
    ys_stmt_done(stmt);
    if (!claimed)
        return ys_fail(err, YS_EINTERNAL, "Operation %lld was claimed but is not pending.",
                       (long long)id);
    return YS_OK;
}

enum ys_status ys_op_settle(struct ys_store *store, int64_t id, enum ys_op_status status,
                            const char *remote_id, const char *reason, const char *error,
                            int64_t now_ms, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool final = status == YS_OP_STATUS_DONE || status == YS_OP_STATUS_FAILED ||
                 status == YS_OP_STATUS_SKIPPED;
    bool changed;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = ?2, reason = ?3, error = ?4,"
                         " done_at = ?5,"
                         " remote_id = CASE WHEN ?6 = '' THEN remote_id ELSE ?6 END"
                         " WHERE id = ?1 AND status IN ('pending', 'in_flight', 'unknown')"
                         " RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    ys_bind_text(stmt, 2, ys_op_status_name(status));
    ys_bind_text(stmt, 3, or_empty(reason));
    ys_bind_text(stmt, 4, or_empty(error));
    ys_bind_int(stmt, 5, final ? now_ms : 0);
    ys_bind_text(stmt, 6, or_empty(remote_id));
    YS_TRY(ys_step(stmt, &changed, err));
    ys_stmt_done(stmt);
    if (!changed)
        return ys_fail(err, YS_EINTERNAL, "Operation %lld is settled already.", (long long)id);
    return YS_OK;
}

enum ys_status ys_op_put_back(struct ys_store *store, int64_t id, const char *reason,
                              const char *error, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool changed;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = 'pending',"
                         " attempts = attempts - 1, reason = ?2, error = ?3"
                         " WHERE id = ?1 AND status = 'in_flight' RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    ys_bind_text(stmt, 2, or_empty(reason));
    ys_bind_text(stmt, 3, or_empty(error));
    YS_TRY(ys_step(stmt, &changed, err));
    ys_stmt_done(stmt);
    if (!changed)
        return ys_fail(err, YS_EINTERNAL, "Operation %lld is not in flight.", (long long)id);
    return YS_OK;
}

enum ys_status ys_op_calls(struct ys_store *store, int64_t id, int64_t *count,
                           int64_t *first_sent_ms, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT count(*), min(sent_at) FROM quota_usage"
                         " WHERE operation_id = ?1 AND units > 0"
                         " AND (http_status < 400 OR http_status = 408 OR http_status >= 500)",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    YS_TRY(ys_step(stmt, &row, err));
    YS_REQUIRE(row);
    *count = ys_col_int(stmt, 0);
    *first_sent_ms = ys_col_int(stmt, 1);
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_op_reopen(struct ys_store *store, int64_t id, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = 'pending', done_at = 0, seen_at = 0"
                         " WHERE id = ?1 AND status IN ('done', 'failed', 'skipped')",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    return ys_run(stmt, err);
}

enum ys_status ys_op_reopen_failed(struct ys_store *store, int64_t job_id,
                                   const char *but_reason, int64_t *count, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = true;

    *count = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = 'pending', attempts = 0,"
                         " done_at = 0, seen_at = 0, reason = '', error = ''"
                         " WHERE job_id = ?1 AND (status = 'failed'"
                         " OR (status = 'skipped' AND reason <> ?2)) RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    ys_bind_text(stmt, 2, but_reason);
    for (;;) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        ++*count;
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_op_set_seen(struct ys_store *store, int64_t job_id, const char *category,
                              int64_t at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET seen_at = ?3 WHERE job_id = ?1"
                         " AND category = ?2 AND kind IN ('item_insert', 'item_move')"
                         " AND status = 'done'",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    ys_bind_text(stmt, 2, category);
    ys_bind_int(stmt, 3, at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_op_set_playlist(struct ys_store *store, int64_t job_id, const char *category,
                                  const char *playlist_id, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET playlist_id = ?3"
                         " WHERE job_id = ?1 AND category = ?2 AND playlist_id = ''",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    ys_bind_text(stmt, 2, category);
    ys_bind_text(stmt, 3, playlist_id);
    return ys_run(stmt, err);
}

/* Adds one (stage, status, count, units) group to the totals. */
static void add_group(struct ys_op_totals *out, enum ys_stage stage, enum ys_op_status status,
                      int64_t count, int64_t units)
{
    struct ys_stage_result *result = stage == YS_STAGE_CREATE_PLAYLISTS ? &out->create_playlists
                                     : stage == YS_STAGE_ADD_VIDEOS     ? &out->add_videos
                                                                    : &out->delete_playlists;

    result->total += count;
    result->units += units;
    switch (status) {
    case YS_OP_STATUS_DONE: result->done += count; break;
    case YS_OP_STATUS_FAILED: result->failed += count; break;
    case YS_OP_STATUS_SKIPPED: result->skipped += count; break;
    case YS_OP_STATUS_UNKNOWN: out->unknown += count; /* fall through */
    default: out->unfinished += count; break;
    }
}

enum ys_status ys_op_totals(struct ys_store *store, int64_t job_id, struct ys_op_totals *out,
                            struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_stage stage;
    enum ys_op_status status;
    bool row;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT stage, status, count(*), sum(units) FROM sync_operations"
                         " WHERE job_id = ?1 GROUP BY stage, status ORDER BY stage, status",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    for (;;) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) break;
        if (!ys_stage_from_name(ys_col_text(stmt, 0), &stage) ||
            !ys_op_status_from_name(ys_col_text(stmt, 1), &status)) {
            ys_stmt_done(stmt);
            return ys_fail(err, YS_EDBCORRUPT,
                           "In the database, table sync_operations: job %lld has a stage or status "
                           "that means nothing to this ytsync. " YS_RESTORE_ADVICE,
                           (long long)job_id);
        }
        add_group(out, stage, status, ys_col_int(stmt, 2), ys_col_int(stmt, 3));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_op_last_seq(struct ys_store *store, int64_t job_id, int64_t *seq,
                              struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *seq = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT seq FROM sync_operations WHERE job_id = ?1"
                         " ORDER BY seq DESC LIMIT 1",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (row) *seq = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}
