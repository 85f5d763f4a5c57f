/* proofs.c: see proofs.h. */
#include "store/proofs.h"

#include "store/rows.h"

enum ys_status ys_proof_clear(struct ys_store *store, int64_t operation_id, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, "DELETE FROM job_proofs WHERE operation_id = ?1", &stmt,
                         err));
    ys_bind_int(stmt, 1, operation_id);
    return ys_run(stmt, err);
}

#define PUT_COLUMNS                                                                              \
    "INSERT INTO job_proofs (job_id, operation_id, playlist_id, playlist_title, item_id,"        \
    " video_id, position, listed_at, verdict, video_title, place_playlist_id, place_title,"      \
    " place_item_id, place_listed_at, rule)"
#define PUT_VALUES                                                                               \
    " ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"                                                       \
    " COALESCE((SELECT t.title FROM videos t WHERE t.youtube_id = ?6 AND t.title <> ''),"         \
    " ?10)"

/* An entry that this job takes out itself is no place for another copy. */
static const char put_placed[] =
    PUT_COLUMNS
    " SELECT" PUT_VALUES ", p.youtube_id, p.title, i.youtube_id, p.listed_at,"
    " COALESCE((SELECT c.rule FROM category_videos c JOIN categories g ON g.id = c.category_id"
    "  WHERE g.account_id = p.account_id AND g.key = ?12 AND c.video_youtube_id = ?6"
    "  AND c.nth = 1), '')"
    " FROM playlists p JOIN playlist_items i ON i.playlist_id = p.id"
    " JOIN videos v ON v.id = i.video_id"
    " WHERE p.youtube_id = ?11 AND v.youtube_id = ?6 AND i.youtube_id <> ?5"
    " AND (?3 <> ?11 OR NOT EXISTS (SELECT 1 FROM sync_operations o WHERE o.job_id = ?1"
    "  AND o.kind = 'item_delete' AND o.item_id = i.youtube_id))"
    " ORDER BY i.position, i.youtube_id LIMIT 1 RETURNING id";

static const char put_dropped[] =
    PUT_COLUMNS
    " SELECT" PUT_VALUES ", '', '', '', 0, d.rule FROM job_drops d"
    " WHERE d.job_id = ?1 AND d.video_id = ?6 RETURNING id";

static const char put_unaccounted[] =
    PUT_COLUMNS " VALUES (" PUT_VALUES ", '', '', '', 0, ?11) RETURNING id";

static enum ys_status put(struct ys_store *store, const struct ys_row_proof *row,
                          enum ys_proof_verdict verdict, const char *reason, bool *stored,
                          struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    const char *sql = verdict == YS_PROOF_PLACED    ? put_placed
                      : verdict == YS_PROOF_DROPPED ? put_dropped
                                                    : put_unaccounted;
    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_int(stmt, 1, row->job_id);
    ys_bind_int(stmt, 2, row->operation_id);
    ys_bind_str(stmt, 3, row->playlist_id);
    ys_bind_str(stmt, 4, row->playlist_title);
    ys_bind_text(stmt, 5, row->item_id);
    ys_bind_text(stmt, 6, row->video_id);
    ys_bind_int(stmt, 7, row->position);
    ys_bind_int(stmt, 8, row->listed_at_ms);
    ys_bind_text(stmt, 9, ys_proof_name(verdict));
    ys_bind_str(stmt, 10, row->video_title);
    if (verdict == YS_PROOF_PLACED) {
        ys_bind_str(stmt, 11, row->place_playlist_id);
        ys_bind_str(stmt, 12, row->category);
    } else if (verdict != YS_PROOF_DROPPED) {
        ys_bind_str(stmt, 11, reason);
    }
    return ys_run_number(stmt, stored, NULL, err);
}

enum ys_status ys_proof_put(struct ys_store *store, const struct ys_row_proof *row,
                            enum ys_proof_verdict *verdict_out, struct ys_error *err)
{
    bool stored = false;
    *verdict_out = row->verdict;
    YS_TRY(put(store, row, row->verdict, row->reason, &stored, err));
    if (stored) return YS_OK;
    const char *reason = row->verdict == YS_PROOF_DROPPED
                             ? "the policy's words that drop it are not on record"
                             : "no entry of it was seen in its new playlist";
    *verdict_out = YS_PROOF_UNACCOUNTED;
    return put(store, row, YS_PROOF_UNACCOUNTED, reason, &stored, err);
}

enum ys_status ys_proof_count(struct ys_store *store, int64_t operation_id, int64_t *rows,
                              int64_t *accounted, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    *rows = *accounted = 0;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT COUNT(*), COUNT(CASE WHEN verdict IN ('placed', 'dropped')"
                         " THEN 1 END) FROM job_proofs WHERE operation_id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, operation_id);
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK;
    *rows = ys_col_int(stmt, 0);
    *accounted = ys_col_int(stmt, 1);
    ys_stmt_done(stmt);
    return YS_OK;
}

#define OPEN "('pending', 'in_flight', 'unknown')"
#define NO_PROOF "NOT EXISTS (SELECT 1 FROM job_proofs x WHERE x.operation_id = o.id)"

static const char walk_sql[] =
    "SELECT o.seq, o.id, o.kind, o.status, r.verdict, r.video_id, r.video_title, r.playlist_id,"
    " r.playlist_title, r.item_id, r.position, r.listed_at, r.place_playlist_id, r.place_title,"
    " r.place_item_id, r.place_listed_at, r.rule"
    " FROM job_proofs r JOIN sync_operations o ON o.id = r.operation_id WHERE r.job_id = ?1"
    " UNION ALL"
    " SELECT o.seq, o.id, o.kind, o.status, 'waiting', v.youtube_id, v.title, p.youtube_id,"
    " p.title, i.youtube_id, i.position, p.listed_at, '', '', '', 0, ''"
    " FROM sync_operations o JOIN playlists p ON p.youtube_id = o.playlist_id"
    " JOIN playlist_items i ON i.playlist_id = p.id JOIN videos v ON v.id = i.video_id"
    " WHERE o.job_id = ?1 AND o.kind = 'playlist_delete' AND o.status IN " OPEN " AND " NO_PROOF
    " UNION ALL"
    " SELECT o.seq, o.id, o.kind, o.status, 'waiting', v.youtube_id, v.title, p.youtube_id,"
    " p.title, i.youtube_id, i.position, p.listed_at, '', '', '', 0, ''"
    " FROM sync_operations o JOIN playlist_items i ON i.youtube_id = o.item_id"
    " JOIN playlists p ON p.id = i.playlist_id JOIN videos v ON v.id = i.video_id"
    " WHERE o.job_id = ?1 AND o.kind = 'item_delete' AND o.status IN " OPEN " AND " NO_PROOF
    " ORDER BY 1, 11, 10";

static enum ys_status proof_read(struct ys_stmt *stmt, struct ys_proof_record *out,
                                 struct ys_error *err)
{
    out->operation_id = ys_col_int(stmt, 1);
    if (!ys_op_kind_from_name(ys_col_text(stmt, 2), &out->kind))
        return ys_row_refuse_id(err, "sync_operations", out->operation_id, "kind",
                                ys_col_text(stmt, 2));
    if (!ys_op_status_from_name(ys_col_text(stmt, 3), &out->status))
        return ys_row_refuse_id(err, "sync_operations", out->operation_id, "status",
                                ys_col_text(stmt, 3));
    if (!ys_proof_from_name(ys_col_text(stmt, 4), &out->verdict))
        return ys_row_refuse(err, "job_proofs", ys_col_text(stmt, 9), "verdict",
                             ys_col_text(stmt, 4));
    out->video_id = ys_col_text(stmt, 5);
    out->video_title = ys_col_text(stmt, 6);
    out->playlist_id = ys_col_text(stmt, 7);
    out->playlist_title = ys_col_text(stmt, 8);
    out->item_id = ys_col_text(stmt, 9);
    out->position = ys_col_int(stmt, 10);
    out->listed_at_ms = ys_col_int(stmt, 11);
    out->place_playlist_id = ys_col_text(stmt, 12);
    out->place_title = ys_col_text(stmt, 13);
    out->place_item_id = ys_col_text(stmt, 14);
    out->place_listed_at_ms = ys_col_int(stmt, 15);
    out->rule = ys_col_text(stmt, 16);
    return YS_OK;
}

enum ys_status ys_proof_walk(struct ys_store *store, int64_t job_id, ys_proof_fn each, void *ctx,
                             struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;
    YS_TRY(ys_db_prepare(store->db, walk_sql, &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    while (more) {
        struct ys_proof_record proof;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        enum ys_status status = proof_read(stmt, &proof, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
        more = each(ctx, &proof);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

struct summing {
    struct ys_proof_summary *out;
    int64_t kept_operation; /* whose playlist was counted as kept last */
};

static bool sum_proof(void *ctx, const struct ys_proof_record *proof)
{
    struct summing *summing = ctx;
    struct ys_proof_summary *out = summing->out;
    bool stays = proof->status == YS_OP_STATUS_SKIPPED || proof->status == YS_OP_STATUS_FAILED;

    if (proof->verdict == YS_PROOF_UNACCOUNTED) {
        out->unaccounted++;
        if (proof->kind == YS_OP_PLAYLIST_DELETE &&
            proof->operation_id != summing->kept_operation)
            out->kept_playlists++;
        summing->kept_operation = proof->operation_id;
    }
    if (stays) return true;
    out->entries++;
    out->placed += proof->verdict == YS_PROOF_PLACED;
    out->dropped += proof->verdict == YS_PROOF_DROPPED;
    out->waiting += proof->verdict == YS_PROOF_WAITING;
    return true;
}

enum ys_status ys_proof_summary(struct ys_store *store, int64_t job_id,
                                struct ys_proof_summary *out, struct ys_error *err)
{
    struct summing summing = {.out = out};
    struct ys_stmt *stmt = NULL;
    *out = (struct ys_proof_summary){.playlists = 0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT COUNT(*) FROM sync_operations WHERE job_id = ?1"
                         " AND kind = 'playlist_delete' AND status NOT IN ('skipped', 'failed')",
                         &stmt, err));
    ys_bind_int(stmt, 1, job_id);
    YS_TRY(ys_run_number(stmt, NULL, &out->playlists, err));
    return ys_proof_walk(store, job_id, sum_proof, &summing, err);
}
