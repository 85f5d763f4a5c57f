/* records.c: jobs, operations and errors as people and hosts read them. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "library/prooffile.h"
#include "sync/machine.h"
#include "sync/session.h"

/* What only a person can do now. */
static void needs_you(const struct ys_row_job *job, const struct ys_op_totals *totals,
                      char out[512])
{
    const char *text = "";
    int64_t failed = totals->create_playlists.failed + totals->add_videos.failed +
                     totals->delete_playlists.failed;

    out[0] = '\0';
    if (job->stage == YS_STAGE_PAUSED) {
        switch (job->pause_reason) {
        case YS_PAUSE_USER_PAUSED: text = "Run `resume` to let it go on."; break;
        case YS_PAUSE_CONFIRMATION:
            text = "Everything is verified. Run `run --delete` to delete the old playlists, or "
                   "`cancel` to keep them.";
            break;
        case YS_PAUSE_AUTH_ERROR:
            text = "Give a fresh access token (YTSYNC_ACCESS_TOKEN), then `run`.";
            break;
        case YS_PAUSE_ERRORS_COLLECTED:
            text = "Look at the errors with `status`. Then `run` goes on without what failed, "
                   "`retry --failed` takes it up again, and `cancel` gives the job up.";
            break;
        case YS_PAUSE_POLICY_ERROR: text = "Correct the policy, then `run`."; break;
        default: break;
        }
    }
    if (text[0]) (void)ys_copy(out, 512, text);
    else if (failed > 0)
        (void)snprintf(out, 512,
                       "%lld operations failed. `status` shows them with their reasons, `retry "
                       "--failed` takes them up again.",
                       (long long)failed);
}

static enum ys_status fill_job(struct ys_session *session, const struct ys_row_job *row,
                               struct ys_job_record *out, struct ys_error *err)
{
    struct ys_op_totals totals;
    struct ys_row_backup backup;
    bool found = false;

    YS_TRY(ys_op_totals(session->store, row->id, &totals, err));
    if (row->backup_id > 0)
        YS_TRY(ys_backup_find(session->store, row->backup_id, &backup, &found, err));
    out->id = row->id;
    out->stage = row->stage;
    out->paused_from = row->paused_from;
    out->pause_reason = row->pause_reason;
    out->pause_requested = row->pause_requested;
    out->create_playlists = totals.create_playlists;
    out->add_videos = totals.add_videos;
    out->delete_playlists = totals.delete_playlists;
    out->total = totals.create_playlists.total + totals.add_videos.total +
                 totals.delete_playlists.total;
    out->done = out->total - totals.unfinished;
    out->failed = totals.create_playlists.failed + totals.add_videos.failed +
                  totals.delete_playlists.failed;
    out->unknown = totals.unknown;
    YS_TRY(ys_job_charged(session->store, row->id, &out->units_used, err));
    out->created_at_ms = row->created_at_ms;
    out->started_at_ms = row->started_at_ms;
    out->finished_at_ms = row->finished_at_ms;
    out->resets_at_ms = row->resets_at_ms;
    (void)ys_copy(out->channel_id, sizeof out->channel_id, row->channel_id);
    (void)ys_copy(out->policy_hash, sizeof out->policy_hash, row->policy_hash);
    if (found) (void)ys_copy(out->backup_file, sizeof out->backup_file, backup.file);
    needs_you(row, &totals, out->needs_you);
    return YS_OK;
}

enum ys_status ys_job_get(struct ys_session *session, int64_t id, struct ys_job_record *out,
                          struct ys_error *err)
{
    struct ys_row_job row;
    bool found;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_job_find(session->store, id, &row, &found, err));
    if (!found && id > 0)
        return ys_fail(err, YS_ENOTFOUND, "There is no job %lld; `status` shows the last one.",
                       (long long)id);
    if (!found) {
        YS_TRY(ys_job_newest(session->store, &id, err));
        if (id == 0) return YS_OK;
        YS_TRY(ys_job_find(session->store, id, &row, &found, err));
    }
    return fill_job(session, &row, out, err);
}

struct operations_walk {
    ys_operation_fn each;
    void *ctx;
};

static bool each_operation(void *ctx, const struct ys_row_op *row)
{
    struct operations_walk *walk = ctx;
    struct ys_operation_record record = {
        .id = row->id,
        .job_id = row->job_id,
        .seq = row->seq,
        .kind = row->kind,
        .status = row->status,
        .attempts = row->attempts,
        .units = row->units,
        .intent_at_ms = row->intent_at_ms,
        .done_at_ms = row->done_at_ms,
    };

    (void)ys_copy(record.category, sizeof record.category, row->category);
    (void)ys_copy(record.playlist_id, sizeof record.playlist_id, row->playlist_id);
    (void)ys_copy(record.title, sizeof record.title, row->title);
    (void)ys_copy(record.video_id, sizeof record.video_id, row->video_id);
    (void)ys_copy(record.remote_id, sizeof record.remote_id, row->remote_id);
    (void)ys_copy(record.rule, sizeof record.rule, row->rule);
    (void)ys_copy(record.error, sizeof record.error, row->error[0] ? row->error : row->reason);
    return walk->each(walk->ctx, &record);
}

enum ys_status ys_operations_each(struct ys_session *session, int64_t job_id,
                                  ys_operation_fn each, void *ctx, struct ys_error *err)
{
    struct operations_walk walk = {.each = each, .ctx = ctx};

    return ys_op_walk(session->store, job_id, each_operation, &walk, err);
}

enum ys_status ys_errors_each(struct ys_session *session, int64_t job_id, ys_error_fn each,
                              void *ctx, struct ys_error *err)
{
    return ys_joberror_walk(session->store, job_id, each, ctx, err);
}

/* ---------------------------------------------------------------- proofs */

enum ys_status ys_proofs_each(struct ys_session *session, int64_t job_id, ys_proof_fn each,
                              void *ctx, struct ys_error *err)
{
    return ys_proof_walk(session->store, job_id, each, ctx, err);
}

enum ys_status ys_proofs_sum(struct ys_session *session, int64_t job_id,
                             struct ys_proof_summary *out, struct ys_error *err)
{
    return ys_proof_summary(session->store, job_id, out, err);
}

void ys_proofs_file(struct ys_session *session, int64_t job_id, char out[1024])
{
    char name[YS_PROOF_FILE_BYTES];

    ys_proof_file_name(job_id, name);
    ys_format(out, 1024, "%.960s/%s", session->backup_dir, name);
}
