/* fence.c: see fence.h.
 *
 * `meta` holds: runner (how often the runner lock was taken), clean ('0' while a runner is at work
 * or after it died). Both are written in the first transaction under the lock, so that taking it
 * and giving it back again changes nothing in the database. */
#include "store/fence.h"

#include "store/rows.h"

#define META_RUNNER "runner"
#define META_CLEAN "clean"

static enum ys_status enter(struct ys_store *store, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool found;

    YS_TRY(ys_store_meta_set(store, META_CLEAN, "0", err));
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO meta (key, value) VALUES ('" META_RUNNER "', '1')"
                         " ON CONFLICT (key) DO UPDATE"
                         " SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
                         " RETURNING CAST(value AS BIGINT)",
                         &stmt, err));
    YS_TRY(ys_run_number(stmt, &found, &store->runner_taken, err));
    YS_REQUIRE(found);
    return YS_OK;
}

static enum ys_status still_runner(struct ys_store *store, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    int64_t runner = 0;
    bool found;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT CAST(value AS BIGINT) FROM meta WHERE key = '" META_RUNNER "'",
                         &stmt, err));
    YS_TRY(ys_run_number(stmt, &found, &runner, err));
    if (runner == store->runner) return YS_OK;
    return ys_fail(err, YS_ELEASE,
                   "Another ytsync took the database %s over while this process stood still. This "
                   "one stops and writes nothing more; what it had sent is looked up by the other.",
                   store->path);
}

/* Whoever writes under a lease renews it. */
static enum ys_status still_leased(struct ys_store *store, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool found;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE sync_jobs SET lease_expires_at = ?3"
                         " WHERE id = ?1 AND lease_epoch = ?2 RETURNING id",
                         &stmt, err));
    ys_bind_int(stmt, 1, store->leased_job);
    ys_bind_int(stmt, 2, store->lease_epoch);
    ys_bind_int(stmt, 3, ys_env_wall_ms(&store->env) + store->lease_ms);
    YS_TRY(ys_run_number(stmt, &found, NULL, err));
    if (found) return YS_OK;
    return ys_fail(err, YS_ELEASE,
                   "Another runner took job %lld over. This one stops and writes nothing more.",
                   (long long)store->leased_job);
}

enum ys_status ys_fence_pass(struct ys_store *store, struct ys_error *err)
{
    if (store->dirty_due)
        YS_TRY(enter(store, err));
    else if (store->lock_fd >= 0)
        YS_TRY(still_runner(store, err));
    return store->leased_job > 0 ? still_leased(store, err) : YS_OK;
}

void ys_fence_committed(struct ys_store *store)
{
    if (!store->dirty_due) return;
    store->dirty_due = false;
    store->runner = store->runner_taken;
}

static enum ys_status note_clean(struct ys_store *store, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE meta SET value = '1' WHERE key = '" META_CLEAN "' AND EXISTS"
                         " (SELECT 1 FROM meta AS mark WHERE mark.key = '" META_RUNNER "'"
                         " AND CAST(mark.value AS BIGINT) = ?1)",
                         &stmt, err));
    ys_bind_int(stmt, 1, store->runner);
    return ys_run(stmt, err);
}

void ys_fence_clean_end(struct ys_store *store)
{
    bool entered = store->lock_fd >= 0 && !store->dirty_due;

    store->dirty_due = false;
    if (!entered || ys_db_in_transaction(store->db)) return;
    /* When this fails the next open checks the database once more than it had to. */
    if (note_clean(store, NULL) != YS_OK)
        ys_env_log(&store->env, YS_LOG_WARN, "The clean end could not be noted.");
}

void ys_store_lease(struct ys_store *store, int64_t job_id, int64_t epoch, int64_t lease_ms)
{
    store->leased_job = job_id;
    store->lease_epoch = epoch;
    store->lease_ms = lease_ms;
}

void ys_store_unlease(struct ys_store *store, int64_t job_id, int64_t epoch)
{
    if (store->leased_job == job_id && store->lease_epoch == epoch) store->leased_job = 0;
}
