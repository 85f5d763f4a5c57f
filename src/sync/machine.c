/* machine.c: the state machine of a job.
 *
 * States: pending, backup, create_playlists, add_videos, delete_playlists (working stages);
 * paused (with the stage that it left and a reason); completed, failed, cancelled (finished).
 *
 * Invariants
 *   - paused_from is set exactly while the stage is paused.
 *   - A pause that a user asked for is a flag of its own (pause_requested): no move clears it.
 *   - A move is stored in the transaction that holds what caused it, so a crash leaves either
 *     both or neither. Crash points are therefore the commits of the engine's turns: before the
 *     first, the job is pending; between two, it stands where the last one left it.
 */
#include "sync/machine.h"

#define BIT(stage) (1u << YS_STAGE_##stage)

/* Where each stage may move to. */
static const unsigned moves[YS_STAGE_COUNT] = {
    [YS_STAGE_PENDING] = BIT(BACKUP) | BIT(PAUSED) | BIT(FAILED) | BIT(CANCELLED),
    [YS_STAGE_BACKUP] = BIT(CREATE_PLAYLISTS) | BIT(PAUSED) | BIT(FAILED) | BIT(CANCELLED),
    [YS_STAGE_CREATE_PLAYLISTS] = BIT(ADD_VIDEOS) | BIT(PAUSED) | BIT(FAILED) | BIT(CANCELLED),
    [YS_STAGE_ADD_VIDEOS] = BIT(DELETE_PLAYLISTS) | BIT(PAUSED) | BIT(FAILED) | BIT(CANCELLED),
    /* back to add_videos: verification found work */
    [YS_STAGE_DELETE_PLAYLISTS] =
        BIT(ADD_VIDEOS) | BIT(COMPLETED) | BIT(PAUSED) | BIT(FAILED) | BIT(CANCELLED),
    [YS_STAGE_COMPLETED] = 0,
    /* to the stage that it left; ys_machine_resume sees to that */
    [YS_STAGE_PAUSED] = BIT(PENDING) | BIT(BACKUP) | BIT(CREATE_PLAYLISTS) | BIT(ADD_VIDEOS) |
                        BIT(DELETE_PLAYLISTS) | BIT(FAILED) | BIT(CANCELLED),
    [YS_STAGE_FAILED] = 0,
    [YS_STAGE_CANCELLED] = 0,
};

/* From where a person's word leads back to the first operations. */
static const unsigned reopens =
    BIT(CREATE_PLAYLISTS) | BIT(ADD_VIDEOS) | BIT(DELETE_PLAYLISTS) | BIT(COMPLETED);

bool ys_machine_allows(enum ys_stage from, enum ys_stage to)
{
    return (unsigned)from < YS_STAGE_COUNT && (unsigned)to < YS_STAGE_COUNT &&
           (moves[from] & (1u << to)) != 0;
}

bool ys_stage_finished(enum ys_stage stage)
{
    return stage == YS_STAGE_COMPLETED || stage == YS_STAGE_FAILED ||
           stage == YS_STAGE_CANCELLED;
}

enum ys_status ys_machine_move(struct ys_row_job *job, enum ys_stage to, int64_t now_ms,
                               struct ys_error *err)
{
    if (!ys_machine_allows(job->stage, to))
        return ys_fail(err, YS_ESTATE, "Job %lld is \"%s\" and cannot become \"%s\".",
                       (long long)job->id, ys_stage_name(job->stage), ys_stage_name(to));
    if (job->stage == YS_STAGE_PENDING && job->started_at_ms == 0) job->started_at_ms = now_ms;
    job->stage = to;
    job->paused_from = YS_STAGE_PENDING;
    job->pause_reason = YS_PAUSE_NONE;
    job->resets_at_ms = 0;
    if (ys_stage_finished(to)) job->finished_at_ms = now_ms;
    return YS_OK;
}

enum ys_status ys_machine_pause(struct ys_row_job *job, enum ys_pause_reason reason,
                                int64_t resets_at_ms, struct ys_error *err)
{
    enum ys_stage from = job->stage == YS_STAGE_PAUSED ? job->paused_from : job->stage;

    YS_REQUIRE(reason != YS_PAUSE_NONE);
    if (job->stage != YS_STAGE_PAUSED && !ys_machine_allows(job->stage, YS_STAGE_PAUSED))
        return ys_fail(err, YS_ESTATE, "Job %lld is \"%s\"; there is nothing to pause.",
                       (long long)job->id, ys_stage_name(job->stage));
    job->stage = YS_STAGE_PAUSED;
    job->paused_from = from;
    job->pause_reason = reason;
    job->resets_at_ms = resets_at_ms;
    return YS_OK;
}

enum ys_status ys_machine_resume(struct ys_row_job *job, struct ys_error *err)
{
    if (job->stage != YS_STAGE_PAUSED)
        return ys_fail(err, YS_ESTATE, "Job %lld is \"%s\", not paused.", (long long)job->id,
                       ys_stage_name(job->stage));
    return ys_machine_move(job, job->paused_from, 0, err);
}

enum ys_status ys_machine_reopen(struct ys_row_job *job, struct ys_error *err)
{
    bool paused = job->stage == YS_STAGE_PAUSED;
    enum ys_stage *stage = paused ? &job->paused_from : &job->stage;

    if ((reopens & (1u << *stage)) == 0)
        return ys_fail(err, YS_ESTATE, "In job %lld (%s) nothing was tried that could be retried.",
                       (long long)job->id, ys_stage_label(job->stage));
    *stage = YS_STAGE_CREATE_PLAYLISTS;
    job->finished_at_ms = 0;
    return YS_OK;
}
