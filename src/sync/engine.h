/* engine.h: carrying out a job, turn by turn.
 *
 * A turn: the replies that came back are settled and the next operations are claimed, all in ONE
 * transaction; only after its commit do the claimed requests leave. Then at most one read that a
 * lane needs (survey, metadata, verification, proof, the fate of an unknown write), or a wait.
 *
 * Invariants (DESIGN section 6)
 *   - No request leaves whose operation is not `in_flight` in a committed transaction with its
 *     units reserved.
 *   - An operation leaves `in_flight` only by an outcome: done, pending again (certainly not
 *     applied), failed, or unknown; and `unknown` only by a look at YouTube.
 *   - At most one write per lane is in flight.
 *   - Every transaction carries the job's lease (store/fence.h): after a takeover this runner
 *     writes nothing more, and sends nothing whose claim is older than half a lease. */
#ifndef YS_SYNC_ENGINE_H
#define YS_SYNC_ENGINE_H

#include "library/fetch.h"
#include "library/record.h"
#include "plan/schedule.h"
#include "store/jobs.h"
#include "store/operations.h"

/* An operation is tried at most this often before it is parked as failed. */
#define YS_ATTEMPTS_MAX 8
/* When a job that could not reach YouTube may try again. */
#define YS_NETWORK_REST_MS INT64_C(60000)
/* Tags of exchanges: job, lease epoch and task in one number, so that what an earlier engine of
 * this process left on the wire is never taken for an exchange of this one. */
#define YS_TAG_TASK_BITS 24
#define YS_TAG_EPOCH_BITS 16
#define YS_TAG_JOB_BITS 21
#define YS_TASKS_MAX ((size_t)(1 << YS_TAG_TASK_BITS) - 1)
/* A lease outlives the longest turn (a request and its settling), and a claim half of the lease
 * under which it was made: ys_client_send. */
#define YS_LEASE_MS (2 * YS_CLAIM_MS)
/* The reason of an operation that is skipped by the policy's word; others wait for their lane. */
#define YS_REASON_POLICY "policy"
/* Events wait for their reader up to this number; older ones are dropped. */
#define YS_EVENTS_MAX 512

struct ys_engine {
    struct ys_client *client;    /* borrowed */
    struct ys_store *store;      /* borrowed */
    const struct ys_env *env;    /* borrowed */
    const char *backup_dir;      /* borrowed */
    struct ys_row_job job;
    struct ys_agenda agenda;
    uint64_t tag_base;           /* exchanges of task n bear tag_base + 1 + n */
    bool leased;                 /* the lease was taken */
    bool started;                /* this process checked the channel */
    int64_t failures_in_a_row;   /* exchanges that never got an answer */
    int64_t throttles_in_a_row;
    bool stopping;               /* nothing new is claimed; what is out is awaited */
    bool resting;                /* an outcome asks for a pause once nothing is in flight */
    enum ys_pause_reason rest_reason;
    int64_t rest_resets_at_ms;
    struct ys_error rest_error;  /* status and words of that pause, or of what broke */
    bool undecided;              /* an operation failed since the last turn */
    bool proof_file_written;     /* by this process, before its first delete */
    bool broken;                 /* a turn failed half way: memory and store may differ */
    struct ys_event *events;     /* a ring */
    size_t event_first, event_count, event_capacity;
};

/* Loads an unfinished job. The client's session holds the runner lock. */
YS_CHECKED enum ys_status ys_engine_open(struct ys_engine **out, struct ys_client *client,
                                         const char *backup_dir, int64_t job_id,
                                         struct ys_error *err);
void ys_engine_close(struct ys_engine *engine);
/* See ys_job_step, ys_job_next_event, ys_job_wait_ms, ys_job_decide and ys_job_stop. */
YS_CHECKED enum ys_status ys_engine_step(struct ys_engine *engine, int64_t timeout_ms,
                                         bool *more_out, struct ys_error *err);
bool ys_engine_next_event(struct ys_engine *engine, struct ys_event *out);
int64_t ys_engine_wait_ms(struct ys_engine *engine);
YS_CHECKED enum ys_status ys_engine_decide(struct ys_engine *engine, int64_t operation_id,
                                           enum ys_decision decision, struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_stop(struct ys_engine *engine, struct ys_error *err);

/* ---- between the files of the engine */

/* Begins a transaction that carries the lease: YS_ELEASE when another runner has it, and then no
 * transaction is open. The flags that others set are read anew. */
YS_CHECKED enum ys_status ys_engine_begin(struct ys_engine *engine, struct ys_error *err);

/* load.c */
YS_CHECKED enum ys_status ys_engine_load(struct ys_engine *engine, struct ys_error *err);

/* request.c: builds the request of a task from its row. */
YS_CHECKED enum ys_status ys_engine_request(struct ys_engine *engine, size_t task,
                                            struct ys_request *out, bool *needed,
                                            struct ys_error *err);

/* rest.c: coming to rest. Asking keeps the first reason; the pause is taken by ys_engine_rest once
 * nothing is in flight, and returned as its status. */
void ys_engine_ask_rest(struct ys_engine *engine, enum ys_pause_reason reason,
                        enum ys_status status, int64_t resets_at_ms, const char *message);
YS_CHECKED enum ys_status ys_engine_ask_quota_rest(struct ys_engine *engine,
                                                   enum ys_method method, const char *why,
                                                   struct ys_error *err);
/* A read that failed: YS_OK with a rest asked for when a person or time can mend it, else its
 * status. */
YS_CHECKED enum ys_status ys_engine_read_failed(struct ys_engine *engine, enum ys_status status,
                                                const struct ys_error *why,
                                                struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_rest(struct ys_engine *engine, struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_rest_for_user(struct ys_engine *engine, struct ys_error *err);
/* YS_ESTATE: the job has ended, and how. */
YS_CHECKED enum ys_status ys_engine_ended(const struct ys_engine *engine, struct ys_error *err);
/* Stores the job's row, with an entry in the log, in a transaction of its own. */
YS_CHECKED enum ys_status ys_engine_store_job(struct ys_engine *engine, const char *action,
                                              struct ys_error *err);

/* outcome.c: what an exchange means for its task; inside the turn's transaction. */
YS_CHECKED enum ys_status ys_engine_outcome(struct ys_engine *engine, size_t task,
                                            struct ys_exchange *exchange, struct ys_error *err);
/* A task is done: what it changed on YouTube is recorded in the library too. `before`: what
 * ys_engine_state said before the store learned of the change; NULL: the store knows nothing of it
 * yet. */
YS_CHECKED enum ys_status ys_engine_done(struct ys_engine *engine, size_t task,
                                         const char *before, const char *remote_id,
                                         const char *reason, struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_failed(struct ys_engine *engine, size_t task,
                                           const char *reason, const char *message,
                                           struct ys_error *err);
/* Nothing more can be done to a lane: its open tasks are skipped with the reason. */
YS_CHECKED enum ys_status ys_engine_stop_lane(struct ys_engine *engine, size_t lane,
                                              const char *reason, const char *message,
                                              struct ys_error *err);
/* The same, and what stood in its playlist does not count as seen any more (P1). */
YS_CHECKED enum ys_status ys_engine_lane_gone(struct ys_engine *engine, size_t lane,
                                              const char *reason, const char *message,
                                              struct ys_error *err);
/* One task is not carried out; the reason goes on record. */
YS_CHECKED enum ys_status ys_engine_skipped(struct ys_engine *engine, size_t task,
                                            const char *reason, const char *message,
                                            struct ys_error *err);
/* Certainly not applied: pending again, not before `wait_ms` from now. */
YS_CHECKED enum ys_status ys_engine_again(struct ys_engine *engine, size_t task,
                                          const char *reason, const char *message,
                                          int64_t wait_ms, struct ys_error *err);
/* A playlist was created, or found by its mark. */
YS_CHECKED enum ys_status ys_engine_created(struct ys_engine *engine, size_t task,
                                            const char *playlist_id, struct ys_error *err);

/* look.c: surveys, metadata, verification. Each reads first, then writes what it found in a
 * transaction of its own. */
typedef enum ys_status (*ys_with_listing_fn)(struct ys_engine *engine, size_t lane,
                                             const struct ys_listing *listing,
                                             struct ys_error *err);
/* Lists the lane's playlist, and runs `body` over the listing in one transaction. */
YS_CHECKED enum ys_status ys_engine_look(struct ys_engine *engine, size_t lane,
                                         ys_with_listing_fn body, struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_survey(struct ys_engine *engine, size_t lane,
                                           struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_metadata(struct ys_engine *engine, size_t lane,
                                             struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_verify(struct ys_engine *engine, size_t lane,
                                           struct ys_error *err);
/* Reads one playlist's fields by id; *found false when YouTube does not know it. Stored. */
YS_CHECKED enum ys_status ys_engine_read_playlist(struct ys_engine *engine,
                                                  const char *playlist_id, bool *found,
                                                  struct ys_error *err);

/* Keeps what a complete listing said: the rows in the store, in the lane who stands there and, when
 * it is ordered, where. Inside a transaction. */
YS_CHECKED enum ys_status ys_engine_remember(struct ys_engine *engine, size_t number,
                                             const struct ys_listing *listing,
                                             struct ys_error *err);

/* places.c: where the rows of an ordered lane stand, and where a task's row belongs. */
bool ys_lane_has_places(const struct ys_lane *lane);
YS_CHECKED enum ys_status ys_engine_read_places(struct ys_engine *engine, size_t number,
                                                const struct ys_listing *listing,
                                                struct ys_error *err);
/* The position to ask for, -1: none is sent. */
int64_t ys_engine_position(const struct ys_engine *engine, size_t number);
/* Whether a row of the last listing stands where the order wants it. *listed false: it is not
 * there. */
bool ys_engine_in_place(const struct ys_engine *engine, size_t number, const char *item_id,
                        bool *listed);
/* A row that was to be moved is in its place: others are put in place by it from now on. */
void ys_engine_keep_place(struct ys_engine *engine, size_t number, const char *item_id);
/* A write was applied to the row, which now stands at `position`. */
YS_CHECKED enum ys_status ys_engine_placed(struct ys_engine *engine, size_t number,
                                           const char *item_id, int64_t position,
                                           struct ys_error *err);
void ys_engine_unplaced(struct ys_engine *engine, size_t number, const char *item_id);
/* After a verification's listing: rows that this job placed and that stand elsewhere are moved
 * (again); *queued is how many. */
YS_CHECKED enum ys_status ys_engine_check_order(struct ys_engine *engine, size_t number,
                                                int64_t *queued, struct ys_error *err);

/* proof.c: what deletes rest on. Lists a doomed playlist, and stores why each of its entries may
 * go; one that may not stops the lane. */
YS_CHECKED enum ys_status ys_engine_prove(struct ys_engine *engine, size_t lane,
                                          struct ys_error *err);
/* Before a delete is claimed, inside the turn's transaction: *kept when its row has to stay (the
 * task is skipped then). Other kinds need no proof. */
YS_CHECKED enum ys_status ys_engine_proved(struct ys_engine *engine, size_t task, bool *kept,
                                           struct ys_error *err);
/* Writes proof-JOB.csv; nothing for a job without deletes. */
YS_CHECKED enum ys_status ys_engine_proof_file(struct ys_engine *engine, struct ys_error *err);
/* Asks to rest for the second yes, with what was proved. */
YS_CHECKED enum ys_status ys_engine_ask_confirmation(struct ys_engine *engine,
                                                     struct ys_error *err);

/* restore.c: whether the job is a restore, and what its end takes away: the categories that it made
 * up, and the mark that its playlists are ytsync's. */
bool ys_restores(const struct ys_row_job *job);
YS_CHECKED enum ys_status ys_restore_settle(struct ys_store *store, const struct ys_row_job *job,
                                            struct ys_error *err);

/* reconcile.c: what became of a task whose outcome nobody saw. */
YS_CHECKED enum ys_status ys_engine_reconcile(struct ys_engine *engine, size_t task,
                                              struct ys_error *err);

/* history.c: what the store has of a task's playlist, or of the entry `item_id`, as JSON; nothing
 * when it is not there. The buffer is made by ys_engine_state_init. */
void ys_engine_state_init(struct ys_buf *state);
YS_CHECKED enum ys_status ys_engine_state(struct ys_engine *engine, size_t task,
                                          const char *item_id, struct ys_buf *out,
                                          struct ys_error *err);

/* events.c */
void ys_engine_event(struct ys_engine *engine, enum ys_event_kind kind, size_t task,
                     const char *reason, const char *text);
/* An entry of the audit log. before, after: JSON or "". */
YS_CHECKED enum ys_status ys_engine_log(struct ys_engine *engine, size_t task,
                                        const char *action, const char *entity,
                                        const char *before, const char *after,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_engine_error_row(struct ys_engine *engine, size_t task,
                                              const char *reason, const char *message,
                                              struct ys_error *err);

#endif
