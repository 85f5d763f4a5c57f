/* jobs.h: rows of sync_jobs, job_drops and sync_errors. Writers run inside a transaction. */
#ifndef YS_STORE_JOBS_H
#define YS_STORE_JOBS_H

#include "store/store.h"

#define YS_REFERENCE_BYTES 9

/* What a runner needs of its job. */
struct ys_row_job {
    int64_t id, account_id;
    char channel_id[YS_ID_BYTES];
    char reference[YS_REFERENCE_BYTES];
    enum ys_stage stage, paused_from;
    enum ys_pause_reason pause_reason;
    bool pause_requested;
    int64_t delete_confirmed_at_ms;
    char policy_hash[65];
    int64_t backup_id;             /* 0: none yet */
    int64_t units_used, resets_at_ms;
    int64_t created_at_ms, started_at_ms, finished_at_ms;
    int64_t lease_epoch;
};

YS_CHECKED enum ys_status ys_job_insert(struct ys_store *store, const struct ys_row_job *row,
                                        const char *plan_json, int64_t *id_out,
                                        struct ys_error *err);
/* By id; id 0: the unfinished one of any channel. *found false when there is none. An unknown
 * stage or reason is YS_EDBCORRUPT and names the row. */
YS_CHECKED enum ys_status ys_job_find(struct ys_store *store, int64_t id, struct ys_row_job *out,
                                      bool *found, struct ys_error *err);
/* The newest job, finished or not. */
YS_CHECKED enum ys_status ys_job_newest(struct ys_store *store, int64_t *id_out,
                                        struct ys_error *err);
/* Takes the lease: epoch + 1, owner and expiry set; the new epoch in row->lease_epoch. */
YS_CHECKED enum ys_status ys_job_take_lease(struct ys_store *store, struct ys_row_job *row,
                                            const char *owner, int64_t expires_at_ms,
                                            struct ys_error *err);
/* First statement of every turn: rereads the flags that others may set. YS_ELEASE when another
 * epoch than the row's has the lease. */
YS_CHECKED enum ys_status ys_job_guard(struct ys_store *store, struct ys_row_job *row,
                                       struct ys_error *err);
/* Stores stage, paused_from, pause_reason, resets_at, started_at, finished_at, backup_id. */
YS_CHECKED enum ys_status ys_job_update(struct ys_store *store, const struct ys_row_job *row,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_job_add_units(struct ys_store *store, int64_t id, int64_t units,
                                           struct ys_error *err);
/* What its calls were charged, reads included: the ledger's figure. */
YS_CHECKED enum ys_status ys_job_charged(struct ys_store *store, int64_t id, int64_t *units,
                                         struct ys_error *err);
YS_CHECKED enum ys_status ys_job_set_pause_requested(struct ys_store *store, int64_t id,
                                                     bool requested, struct ys_error *err);
YS_CHECKED enum ys_status ys_job_set_confirmed(struct ys_store *store, int64_t id, int64_t at_ms,
                                               struct ys_error *err);

/* A restore has ended: its playlists are the user's (as those were that they stand for), and the
 * categories whose keys begin with `prefix` are forgotten. */
YS_CHECKED enum ys_status ys_job_restored(struct ys_store *store, int64_t id, const char *prefix,
                                          struct ys_error *err);

YS_CHECKED enum ys_status ys_drop_add(struct ys_store *store, int64_t job_id,
                                      const char *video_id, const char *rule,
                                      struct ys_error *err);
typedef bool (*ys_drop_fn)(void *ctx, const char *video_id, const char *rule);
YS_CHECKED enum ys_status ys_drop_walk(struct ys_store *store, int64_t job_id, ys_drop_fn each,
                                       void *ctx, struct ys_error *err);

YS_CHECKED enum ys_status ys_joberror_add(struct ys_store *store,
                                          const struct ys_error_record *record,
                                          struct ys_error *err);
YS_CHECKED enum ys_status ys_joberror_walk(struct ys_store *store, int64_t job_id,
                                           ys_error_fn each, void *ctx, struct ys_error *err);
YS_CHECKED enum ys_status ys_joberror_count(struct ys_store *store, int64_t job_id,
                                            int64_t *count, struct ys_error *err);

/* category_videos of the job's account with their category keys, by category id, then rank. */
typedef bool (*ys_assigned_fn)(void *ctx, const char *category, const char *video_id);
YS_CHECKED enum ys_status ys_assigned_walk(struct ys_store *store, int64_t account_id,
                                           ys_assigned_fn each, void *ctx,
                                           struct ys_error *err);

#endif
