/* chaos.c: what goes wrong, and when. All of it is drawn from the storm's own random state; what is
 * switched off draws nothing. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "storm.h"

#define JUMP_MAX_MS (2 * 3600 * 1000)
#define SPEND_MAX_UNITS 800
#define TOKEN_LIFE_MS (3600 * 1000)

/* ---------------------------------------------------------------- the end of a process */

/* For enumeration: the next point of the list. */
static enum memvfs_answer scripted(struct storm *storm, enum storm_point point)
{
    size_t next = storm->kills_done;

    if (next == storm->kill_count || storm->points != storm->kill_at[next]) return MEMVFS_GO_ON;
    storm->kills_done++;
    storm->last_kill_kind = point;
    return storm->kill_after[next] ? MEMVFS_DIE_AFTER : MEMVFS_DIE_BEFORE;
}

static int permille_of(const struct storm *storm, enum storm_point point)
{
    switch (point) {
    case STORM_COMMIT: return storm->scenario.crash_commit_permille;
    case STORM_SEND: return storm->scenario.crash_send_permille;
    case STORM_REPLY: return storm->scenario.crash_reply_permille;
    default: return 0;
    }
}

enum memvfs_answer chaos_point(struct storm *storm, enum storm_point point, const char *what,
                               const char *file)
{
    static const char *const names[] = {
#define X(code, name) name,
        STORM_POINT_MAP(X)
#undef X
    };
    enum memvfs_answer answer;

    if (storm->log && storm->points < storm->log_max)
        storm->log[storm->points] =
            (struct storm_point_info){.kind = point, .on_wire = storm->on_wire > 0};
    storm->points++;
    storm->points_by_kind[point]++;
    answer = scripted(storm, point);
    if (answer == MEMVFS_GO_ON && !storm->calm) {
        int permille = permille_of(storm, point);
        bool dies = permille > 0 ? chance_permille(&storm->random, permille)
                                 : point == STORM_WRITE &&
                                       storm->scenario.crash_write_permyriad > 0 &&
                                       chance_range(&storm->random, 0, 9999) <
                                           storm->scenario.crash_write_permyriad;
        if (dies)
            answer = chance_one_in(&storm->random, 2) ? MEMVFS_DIE_BEFORE : MEMVFS_DIE_AFTER;
    }
    if (answer != MEMVFS_GO_ON)
        storm_note(storm, "DIES %s %s (%s %s), point %lld",
                   answer == MEMVFS_DIE_AFTER ? "after" : "before", names[point], what, file,
                   (long long)storm->points);
    return answer;
}

static enum memvfs_answer at_disk(void *ctx, enum memvfs_op op, const char *file)
{
    struct storm *storm = ctx;

    if (!storm->calm && storm->disk_fail_in > 0 && op != MEMVFS_DELETE &&
        --storm->disk_fail_in == 0) {
        enum memvfs_answer how = storm->disk_fail_how;
        if (op != MEMVFS_WRITE && op != MEMVFS_OPEN) how = MEMVFS_FAIL_IO;
        storm->disk_failed = true;
        storm_note(storm, "disk: %s of %s fails%s", memvfs_op_name(op), file,
                   how == MEMVFS_FAIL_FULL ? ", no space" : "");
        return how;
    }
    return chaos_point(storm, op == MEMVFS_SYNC ? STORM_COMMIT : STORM_WRITE, memvfs_op_name(op),
                       file);
}

void chaos_install(struct storm *storm)
{
    size_t i;

    memvfs_set_hook(storm->disk, at_disk, storm);
    for (i = 0; i < storm->scenario.fault_count; i++)
        storm_must(storm, ys_sim_fault(storm->sim, storm->scenario.faults[i], &storm->err));
}

/* ---------------------------------------------------------------- happenings */

static bool happens(struct storm *storm, int permille)
{
    return permille > 0 && chance_permille(&storm->random, permille);
}

void chaos_request(struct storm *storm, const struct ys_sim_event *event)
{
    if (storm->calm) return;
    if (happens(storm, storm->scenario.edit_permille)) user_edit(storm, event->playlist_id);
    if (happens(storm, storm->scenario.availability_permille)) user_change_video(storm);
}

/* Another process does something to the job; the status of its act. */
static enum ys_status visit(struct storm *storm, const char *what,
                            enum ys_status (*act)(struct ys_session *, int64_t,
                                                  struct ys_error *))
{
    enum ys_status status;
    struct ys_session *visitor = life_visit(storm, &status);

    if (!visitor) return status; /* it died, or the disk failed */
    storm->err = (struct ys_error){0};
    status = act(visitor, 0, &storm->err);
    ys_session_close(visitor);
    storm_note(storm, "another process: %s: %s", what, ys_status_name(status));
    if (status != YS_OK && status != YS_ENOTFOUND && !life_is_dead(storm) && !storm->disk_failed)
        storm_fail(storm, "%s from another process: %s: %s", what, ys_status_name(status),
                   storm->err.message);
    return status;
}

static void pause_or_resume(struct storm *storm)
{
    bool pause = !storm->paused;
    enum ys_status status = visit(storm, pause ? "pause" : "resume",
                                  pause ? ys_job_pause : ys_job_resume);

    /* What was told to have failed may have been committed. */
    storm->paused = pause && status == YS_OK;
}

static void second_runner(struct storm *storm)
{
    enum ys_status status;
    struct ys_session *visitor = life_visit(storm, &status);
    struct ys_job *job = NULL;

    if (!visitor) return;
    storm->err = (struct ys_error){0};
    status = ys_job_open(visitor, 0, &job, &storm->err);
    ys_job_close(job);
    ys_session_close(visitor);
    storm_note(storm, "a second runner: %s", ys_status_name(status));
    if (status == YS_OK && storm->job)
        storm_fail(storm, "a second runner opened the job that this one holds");
}

static void expire_token(struct storm *storm)
{
    enum ys_status status = ys_sim_token_revoke(storm->sim, storm->token, &storm->err);

    storm_note(storm, "the token expires");
    if (status != YS_ENOTFOUND) storm_must(storm, status); /* one that was never good */
}

void chaos_sign_in(struct storm *storm)
{
    bool odd = !storm->calm && happens(storm, storm->scenario.refused_permille);
    bool other = odd && chance_one_in(&storm->random, 2);

    (void)snprintf(storm->token, sizeof storm->token, "token-%lld", (long long)++storm->tokens);
    if (odd) storm_note(storm, other ? "another account signs in" : "the sign-in is refused");
    if (other || !odd)
        storm_must(storm, ys_sim_token_add(storm->sim, storm->token,
                                           other ? STORM_OTHER_CHANNEL : YS_SIM_CHANNEL_ID, NULL,
                                           0, &storm->err));
    if (storm->session)
        storm_must(storm, ys_session_set_token(storm->session, storm->token, &storm->err));
}

/* The policy is edited: most videos belong elsewhere. A job that runs is cancelled, or ends as it
 * was planned; the next plan is by the new policy. */
static void edit_policy(struct storm *storm)
{
    storm->policy.edits++;
    storm_note(storm, "the policy is edited");
    if (storm->job && chance_one_in(&storm->random, 2))
        (void)visit(storm, "cancel", ys_job_cancel);
}

static void arm_disk(struct storm *storm)
{
    storm->disk_fail_in = (int)chance_range(&storm->random, 1, 60);
    storm->disk_fail_how = chance_one_in(&storm->random, 2) ? MEMVFS_FAIL_IO : MEMVFS_FAIL_FULL;
}

static void jump(struct storm *storm)
{
    storm->skew_ms += chance_range(&storm->random, -JUMP_MAX_MS, JUMP_MAX_MS);
    if (chance_one_in(&storm->random, 3)) storm->skew_ms = 0;
    storm->guesses++;
    storm_note(storm, "the wall clock jumps; it is %lld ms off", (long long)storm->skew_ms);
}

void chaos_step(struct storm *storm)
{
    const struct scenario *scenario = &storm->scenario;

    if (storm->calm || life_is_dead(storm)) return;
    if (happens(storm, scenario->jump_permille)) jump(storm);
    if (happens(storm, scenario->spend_permille)) {
        int64_t units = chance_range(&storm->random, 1, SPEND_MAX_UNITS);
        storm_note(storm, "somebody else spends %lld units", (long long)units);
        storm_must(storm, ys_sim_spend(storm->sim, units, &storm->err));
    }
    if (happens(storm, scenario->token_permille)) expire_token(storm);
    if (happens(storm, scenario->down_permille)) {
        bool down = chance_one_in(&storm->random, 2);
        storm_note(storm, "the network is %s", down ? "down" : "up");
        ys_sim_transport_set_down(storm->wire, down);
    }
    if (happens(storm, scenario->disk_permille)) arm_disk(storm);
    if (storm->job && happens(storm, scenario->pause_permille * (storm->paused ? 10 : 1)))
        pause_or_resume(storm);
    if (storm->job && happens(storm, scenario->cancel_permille))
        (void)visit(storm, "cancel", ys_job_cancel);
    if (storm->job && happens(storm, scenario->second_runner_permille)) second_runner(storm);
    if (happens(storm, scenario->policy_permille)) edit_policy(storm);
}

void chaos_end(struct storm *storm)
{
    storm->calm = true;
    ys_sim_faults_clear(storm->sim);
    storm->disk_fail_in = 0;
    ys_sim_options(storm->sim)->short_page_permille = 0;
    ys_sim_options(storm->sim)->double_row_permille = 0;
    ys_sim_options(storm->sim)->total_lie_permille = 0;
    if (storm->wire) ys_sim_transport_set_down(storm->wire, false);
    storm_note(storm, "---- the storm is over");
}
