/* store.h: opening the durable store, its transactions, its lock and its state file.
 *
 * Invariants
 *   - Every transaction goes through ys_store_begin and ys_store_commit: the commit counter in
 *     `meta` goes up by one with each, and the state file beside the database follows it, so
 *     that an old copy of the database is noticed (YS_EDBSTALE).
 *   - Who sends requests holds the runner lock: an OS lock on the file "<database>.lock", freed
 *     by the kernel when the process dies. The file's text says who holds it.
 *   - A runner that another one took over from writes nothing more: each transaction begins with
 *     a look at whose turn it is (fence.h), and fails with YS_ELEASE.
 *   - Reading and the flags (pause, confirm, settings) need no lock.
 * Files: <db>, <db>-wal, <db>-shm, <db>.lock, <db>.state. */
#ifndef YS_STORE_STORE_H
#define YS_STORE_STORE_H

#include "base/env.h"
#include "db/db.h"

/* "YTSY": says in the file's header that it is ours (application_id). */
#define YS_APPLICATION_ID INT64_C(0x59545359)

struct ys_store {
    struct ys_db *db;
    struct ys_env env;
    char path[1024];
    int lock_fd;             /* -1 while the runner lock is not held */
    int state_fd;            /* -1 for an in-memory store */
    char database_id[33];
    int64_t commit_counter;
    bool stale_accepted;     /* an old copy was taken with accept_old; see ys_store_relisted */
    int64_t usage_day, usage_units; /* what the state file shall hold, see ys_store_note_usage */
    int64_t known_day, known_units; /* what it held at open, see ys_store_known_usage */
    bool dirty_due;          /* the next transaction notes that a runner is at work */
    int64_t runner, runner_taken; /* our number among the holders of the lock, see fence.h */
    int64_t leased_job, lease_epoch, lease_ms; /* see ys_store_lease */
};

struct ys_store_options {
    const char *path;        /* ":memory:" for tests: no lock, no state file */
    bool must_exist;
    bool accept_old;
    const char *vfs;
};

YS_CHECKED enum ys_status ys_store_open(struct ys_store **out,
                                        const struct ys_store_options *options,
                                        const struct ys_env *env, struct ys_error *err);
void ys_store_close(struct ys_store *store);

/* Takes the runner lock; YS_ELOCKED with a message that says who holds it. Held until close or
 * release; taking it again is fine. */
YS_CHECKED enum ys_status ys_store_lock(struct ys_store *store, struct ys_error *err);
void ys_store_unlock(struct ys_store *store);

/* From now on every transaction of this store needs the job's lease of that epoch, and renews it
 * for lease_ms. Ended by ys_store_unlease with the same epoch. */
void ys_store_lease(struct ys_store *store, int64_t job_id, int64_t epoch, int64_t lease_ms);
void ys_store_unlease(struct ys_store *store, int64_t job_id, int64_t epoch);

YS_CHECKED enum ys_status ys_store_begin(struct ys_store *store, struct ys_error *err);
YS_CHECKED enum ys_status ys_store_commit(struct ys_store *store, struct ys_error *err);
void ys_store_rollback(struct ys_store *store);

/* After everything was listed anew: forgets that an old copy was taken (stale_accepted, which is
 * kept in `meta` over restarts). */
YS_CHECKED enum ys_status ys_store_relisted(struct ys_store *store, struct ys_error *err);

/* The day's booked units, written to the state file with the next commit. */
void ys_store_note_usage(struct ys_store *store, int64_t day, int64_t units);
/* What the state file said at open: units booked on its day by a database that is now gone or
 * newer; the quota ledger takes the higher figure. */
void ys_store_known_usage(const struct ys_store *store, int64_t *day, int64_t *units);

/* Settings: whole numbers with default and range; see ys_config_* in ytsync.h. */
YS_CHECKED enum ys_status ys_store_setting_get(struct ys_store *store, const char *key,
                                               int64_t *value, struct ys_error *err);
YS_CHECKED enum ys_status ys_store_setting_set(struct ys_store *store, const char *key,
                                               int64_t value, struct ys_error *err);
const char *ys_store_setting_key(size_t index);
/* Free text under a key of `meta` (limiter state, ...). out is "" when there is none. */
YS_CHECKED enum ys_status ys_store_meta_get(struct ys_store *store, const char *key, char *out,
                                            size_t out_bytes, struct ys_error *err);
YS_CHECKED enum ys_status ys_store_meta_set(struct ys_store *store, const char *key,
                                            const char *value, struct ys_error *err);

#endif
