/* machine.h: the stages of a job and the moves between them; the one table of both. */
#ifndef YS_SYNC_MACHINE_H
#define YS_SYNC_MACHINE_H

#include "store/jobs.h"

bool ys_machine_allows(enum ys_stage from, enum ys_stage to);
bool ys_stage_finished(enum ys_stage stage);

/* Each changes the row in memory only; the caller stores it (ys_job_update) in the same
 * transaction as what caused the move. A move that the table lacks is YS_ESTATE. */
YS_CHECKED enum ys_status ys_machine_move(struct ys_row_job *job, enum ys_stage to,
                                          int64_t now_ms, struct ys_error *err);
YS_CHECKED enum ys_status ys_machine_pause(struct ys_row_job *job, enum ys_pause_reason reason,
                                           int64_t resets_at_ms, struct ys_error *err);
/* Back to the stage that the pause left. */
YS_CHECKED enum ys_status ys_machine_resume(struct ys_row_job *job, struct ys_error *err);

/* A person takes up again what failed: from completed or any working stage after the backup to
 * where operations begin; a paused job keeps its pause. */
YS_CHECKED enum ys_status ys_machine_reopen(struct ys_row_job *job, struct ys_error *err);

#endif
