/* leftovers.c: see leftovers.h. */
#include "store/leftovers.h"

/* Of ended jobs: sent, and the outcome or its effect not seen. The last job that completed has
 * looked at all that it added, but in playlists that were given up on the way; what earlier ones
 * left was closed before it began. */
#define LEFT_OVER                                                                                \
    " o.job_id IN (SELECT id FROM sync_jobs WHERE stage IN ('cancelled', 'failed')"              \
    "  UNION SELECT max(id) FROM sync_jobs WHERE stage = 'completed')"                           \
    " AND o.attempts > 0 AND (o.status IN ('in_flight', 'unknown')"                              \
    " OR (o.status = 'done' AND o.seen_at = 0 AND (o.kind IN ('item_insert', 'item_move')"       \
    "  OR o.job_id IN (SELECT id FROM sync_jobs WHERE stage <> 'completed'))))"

enum ys_status ys_leftovers_count(struct ys_store *store, struct ys_leftovers *out,
                                  struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *out = (struct ys_leftovers){0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT count(*),"
                         " coalesce(sum(CASE WHEN o.status = 'done' THEN 1 ELSE 0 END), 0),"
                         " coalesce(max(o.intent_at), 0) FROM sync_operations o"
                         " WHERE" LEFT_OVER,
                         &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (row) {
        out->unseen = ys_col_int(stmt, 1);
        out->on_wire = ys_col_int(stmt, 0) - out->unseen;
        out->newest_intent_ms = ys_col_int(stmt, 2);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_leftovers_close(struct ys_store *store, int64_t at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET seen_at = ?1,"
                         " status = CASE WHEN status = 'done' THEN 'done' ELSE 'skipped' END,"
                         " reason = CASE WHEN status = 'done' THEN reason ELSE 'cancelled' END,"
                         " done_at = CASE WHEN status = 'done' THEN done_at ELSE ?1 END"
                         " WHERE id IN (SELECT o.id FROM sync_operations o WHERE" LEFT_OVER ")",
                         &stmt, err));
    ys_bind_int(stmt, 1, at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_op_doubt_creates(struct ys_store *store, int64_t job_id, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_operations SET status = 'unknown', attempts = 0"
                         " WHERE job_id = ?1 AND kind = 'playlist_create'"
                         " AND status IN ('pending', 'in_flight', 'unknown')",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    return ys_run(stmt, err);
}

enum ys_status ys_op_unpublished(struct ys_store *store, ys_unpublished_fn each, void *ctx,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = true, go_on = true;

    /* Of playlists that the same job created: those of others are published by comparison. */
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT o.playlist_id,"
                         " CASE WHEN o.playlist_id = '' THEN j.reference ELSE '' END"
                         " FROM sync_operations o JOIN sync_jobs j ON j.id = o.job_id"
                         " WHERE o.kind = 'playlist_publish' AND o.status <> 'done'"
                         " AND EXISTS (SELECT 1 FROM sync_operations c WHERE c.job_id = o.job_id"
                         "  AND c.category = o.category AND c.kind = 'playlist_create')"
                         " AND NOT EXISTS (SELECT 1 FROM sync_operations d"
                         "  WHERE d.playlist_id = o.playlist_id AND d.playlist_id <> ''"
                         "  AND d.kind = 'playlist_publish' AND d.status = 'done')"
                         " ORDER BY o.id",
                         &stmt, err));
    while (go_on) {
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        go_on = each(ctx, ys_col_text(stmt, 0), ys_col_text(stmt, 1));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}
