/* store.c: opening the store, its transactions, the runner lock's part in them.
 *
 * Order at open, each step meaning something to the next
 *   1. The folder: is it there, may it be written to, is it on this machine?
 *   2. The state file is read before the database: commits of another process between the two
 *      then make the database look newer, never older.
 *   3. The database: opened (which refuses a file of something else before it is changed),
 *      migrated, compared with what it should look like, checked page by page when the last
 *      runner did not end cleanly.
 *   4. The commit counter against the state file's: behind means that an old copy was put back.
 *
 * `meta` holds: database_id (made once), commit_counter, stale_accepted ('1' until everything was
 * listed anew), and what fence.c keeps there.
 *
 * The database file itself is opened by the driver alone. Opening and closing it here as well
 * would drop the POSIX locks that SQLite holds on it in the same process. */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "store/fence.h"
#include "store/lock.h"
#include "store/place.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/statefile.h"

#define BUSY_TIMEOUT_MS 10000
#define OPEN_TRIES_MAX 200
#define OPEN_PAUSE_MIN_MS 5
#define OPEN_PAUSE_SPREAD_MS 20
#define SIDE_PATH_BYTES (sizeof(((struct ys_store *)0)->path) + 16)
#define LOCK_SUFFIX ".lock"
#define STATE_SUFFIX ".state"
#define META_ID "database_id"
#define META_COUNTER "commit_counter"
#define META_CLEAN "clean"
#define META_STALE "stale_accepted"

static bool in_memory(const char *path)
{
    return strcmp(path, ":memory:") == 0;
}

static void side_path(const struct ys_store *store, const char *suffix,
                      char out[SIDE_PATH_BYTES])
{
    (void)snprintf(out, SIDE_PATH_BYTES, "%s%s", store->path, suffix);
}

/* ---- the database */

/* Adds file and remedy to the words of the driver and the migrations. `ours` is whether the state
 * file says that this was a database of ytsync. */
static enum ys_status explain(const char *path, bool ours, enum ys_status status,
                              struct ys_error *err)
{
    char detail[YS_ERROR_BYTES];
    switch (status) {
    case YS_EDBFOREIGN:
        if (ours)
            return ys_fail(err, YS_EDBCORRUPT,
                           "%s was a database of ytsync and is none now: its first bytes are "
                           "damaged, or something else was put in its place. " YS_RESTORE_ADVICE,
                           path);
        return ys_fail(err, status,
                       "%s is not a database of ytsync, so it was left alone. Choose another "
                       "file with --db.",
                       path);
    case YS_EDBCORRUPT:
        (void)ys_copy(detail, sizeof detail, err->message);
        if (strstr(detail, YS_RESTORE_ADVICE)) return status;
        return ys_fail(err, status, "%.700s " YS_RESTORE_ADVICE, detail);
    case YS_EDBNEWER:
    case YS_EDBSCHEMA:
        ys_error_prefix(err, "%s", path);
        return status;
    default:
        return status;
    }
}

static enum ys_status database_open(struct ys_store *store,
                                    const struct ys_store_options *options, struct ys_error *err)
{
    struct ys_db_options db_options = {
        .path = store->path,
        .application_id = YS_APPLICATION_ID,
        .vfs = options->vfs,
        .busy_timeout_ms = BUSY_TIMEOUT_MS,
    };
    YS_TRY(ys_db_open(&store->db, &db_options, err));
    enum ys_status status = ys_schema_migrate(store->db, err);
    if (status != YS_OK) {
        ys_db_close(store->db);
        store->db = NULL;
    }
    return status;
}

/* Two processes that make the same new database: the switch to a write-ahead log fails at once
 * when the other one is reading, without the wait that all other statements have. */
static enum ys_status database_open_patiently(struct ys_store *store,
                                              const struct ys_store_options *options,
                                              struct ys_error *err)
{
    int64_t give_up_ms = ys_env_mono_ms(&store->env) + BUSY_TIMEOUT_MS;
    enum ys_status status = database_open(store, options, err);
    for (int i = 1; i < OPEN_TRIES_MAX && status == YS_ELOCKED; i++) {
        if (ys_env_mono_ms(&store->env) >= give_up_ms) break;
        int64_t spread_ms = (int64_t)ys_env_random_below(&store->env, OPEN_PAUSE_SPREAD_MS);
        ys_env_sleep_ms(&store->env, OPEN_PAUSE_MIN_MS + spread_ms);
        status = database_open(store, options, err);
    }
    return status;
}

static enum ys_status meta_number(struct ys_store *store, const char *key, int64_t *out,
                                  struct ys_error *err)
{
    char text[32];
    YS_TRY(ys_store_meta_get(store, key, text, sizeof text, err));
    if (!ys_number_parse(text, out) || *out < 0)
        return ys_row_refuse(err, "meta", key, "value", text);
    return YS_OK;
}

/* Gives a new database its id, in the first transaction that ever runs on it. */
static enum ys_status identity_make(struct ys_store *store, struct ys_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[16];
    char id[sizeof store->database_id];
    struct ys_stmt *stmt = NULL;

    ys_env_random(&store->env, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    id[sizeof id - 1] = '\0';
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO meta (key, value)"
                         " VALUES ('" META_ID "', ?1), ('" META_COUNTER "', '0')"
                         " ON CONFLICT (key) DO NOTHING",
                         &stmt, err));
    ys_bind_text(stmt, 1, id);
    return ys_run(stmt, err);
}

static enum ys_status identity_load(struct ys_store *store, struct ys_error *err)
{
    YS_TRY(ys_store_meta_get(store, META_ID, store->database_id, sizeof store->database_id, err));
    if (store->database_id[0] == '\0') {
        YS_TRY(ys_db_begin(store->db, err));
        enum ys_status status = identity_make(store, err);
        if (status == YS_OK) status = ys_db_commit(store->db, err);
        if (status != YS_OK) ys_db_rollback(store->db);
        YS_TRY(status);
        YS_TRY(ys_store_meta_get(store, META_ID, store->database_id,
                                 sizeof store->database_id, err));
    }
    if (strlen(store->database_id) != sizeof store->database_id - 1)
        return ys_row_refuse(err, "meta", META_ID, "value", store->database_id);
    return meta_number(store, META_COUNTER, &store->commit_counter, err);
}

/* The page check after an unclean end. While a runner lives, the flag says only that. */
static enum ys_status unclean_check(struct ys_store *store, struct ys_error *err)
{
    char clean[8], lock_path[SIDE_PATH_BYTES];
    YS_TRY(ys_store_meta_get(store, META_CLEAN, clean, sizeof clean, err));
    if (strcmp(clean, "0") != 0) return YS_OK;
    side_path(store, LOCK_SUFFIX, lock_path);
    if (ys_lock_is_held(lock_path)) return YS_OK;
    ys_env_log(&store->env, YS_LOG_INFO,
               "The last run did not end by itself; checking the database.");
    YS_TRY(ys_db_check(store->db, true, err));
    /* A runner that started meanwhile holds the lock before it writes the flag. */
    YS_TRY(ys_store_begin(store, err));
    enum ys_status status = YS_OK;
    if (!ys_lock_is_held(lock_path)) status = ys_store_meta_set(store, META_CLEAN, "1", err);
    return ys_own_end(store, true, status, err);
}

/* ---- the state file */

static void state_follow(struct ys_store *store, int64_t commit_counter)
{
    struct ys_state_record record = {.commit_counter = commit_counter,
                                     .usage_day = store->usage_day,
                                     .usage_units = store->usage_units};
    if (store->state_fd < 0) return;
    (void)ys_copy(record.database_id, sizeof record.database_id, store->database_id);
    if (!ys_state_write(store->state_fd, &record))
        ys_env_log(&store->env, YS_LOG_WARN, "The state file beside %s could not be written.",
                   store->path);
}

/* An old copy that its user takes: the counter goes past the state file's, so that the copy is
 * the current one from now on. */
static enum ys_status stale_accept(struct ys_store *store, int64_t counter, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    char text[24];
    bool own = false;
    YS_TRY(ys_own_begin(store, &own, err));
    (void)snprintf(text, sizeof text, "%lld", (long long)counter);
    enum ys_status status = ys_store_meta_set(store, META_STALE, "1", err);
    if (status == YS_OK)
        status = ys_db_prepare(store->db,
                               "UPDATE meta SET value = ?1 WHERE key = '" META_COUNTER "'", &stmt,
                               err);
    if (status == YS_OK) {
        ys_bind_text(stmt, 1, text);
        status = ys_run(stmt, err);
    }
    return ys_own_end(store, own, status, err);
}

static enum ys_status stale_check(struct ys_store *store, const struct ys_state_record *record,
                                  bool accept_old, struct ys_error *err)
{
    char flag[8];
    bool same = strcmp(record->database_id, store->database_id) == 0;
    if (same && record->commit_counter > store->commit_counter) {
        if (!accept_old)
            return ys_fail(err, YS_EDBSTALE,
                           "The database %s is an old copy: it stands at change %lld, and the "
                           "state file beside it says that it had come to change %lld. Put the "
                           "newer one back; or give --accept-old, then everything is listed anew "
                           "before anything is written.",
                           store->path, (long long)store->commit_counter,
                           (long long)record->commit_counter);
        YS_TRY(stale_accept(store, record->commit_counter, err));
    }
    YS_TRY(ys_store_meta_get(store, META_STALE, flag, sizeof flag, err));
    store->stale_accepted = strcmp(flag, "1") == 0;
    return YS_OK;
}

/* ---- life */

static enum ys_status open_file(struct ys_store *store, const struct ys_store_options *options,
                                struct ys_error *err)
{
    struct ys_state_record record;
    char state_path[SIDE_PATH_BYTES];
    YS_TRY(ys_place_prepare(store->path, sizeof store->path, options->must_exist, err));
    side_path(store, STATE_SUFFIX, state_path);
    ys_state_peek(state_path, &record);
    store->usage_day = store->known_day = record.usage_day;
    store->usage_units = store->known_units = record.usage_units;

    enum ys_status status = database_open_patiently(store, options, err);
    if (status == YS_OK) status = identity_load(store, err);
    if (status == YS_OK) status = unclean_check(store, err);
    if (status != YS_OK)
        return explain(store->path, record.database_id[0] != '\0', status, err);
    YS_TRY(ys_state_open(state_path, &store->state_fd, err));
    YS_TRY(stale_check(store, &record, options->accept_old, err));
    /* Says whose it is. The counter follows with our first commit: what a killed process committed
     * last is in the database as we see it, but perhaps not yet on the disk. */
    if (strcmp(record.database_id, store->database_id) != 0) state_follow(store, 0);
    return YS_OK;
}

enum ys_status ys_store_open(struct ys_store **out, const struct ys_store_options *options,
                             const struct ys_env *env, struct ys_error *err)
{
    struct ys_error own_error; /* `explain` reads the driver's words, also for a caller of none */
    enum ys_status status;
    struct ys_store *store = NULL;

    *out = NULL;
    if (!err) err = &own_error;
    ys_error_clear(err);
    if (!options->path || options->path[0] == '\0')
        return ys_fail(err, YS_EINVAL, "No database file was named.");
    store = ys_alloc_zero(1, sizeof *store);
    if (!store) return ys_fail(err, YS_ENOMEM, "No memory is left for the database.");
    store->lock_fd = -1;
    store->state_fd = -1;
    store->env = ys_env_complete(env);
    if (!ys_copy(store->path, sizeof store->path, options->path)) {
        status = ys_fail(err, YS_EINVAL, "The name of the database file is too long: %.100s...",
                         options->path);
    } else if (in_memory(store->path)) {
        status = database_open(store, options, err);
        if (status == YS_OK) status = identity_load(store, err);
    } else {
        status = open_file(store, options, err);
    }
    if (status != YS_OK) {
        ys_store_close(store);
        return status;
    }
    *out = store;
    return YS_OK;
}

void ys_store_close(struct ys_store *store)
{
    if (!store) return;
    if (store->db) ys_store_rollback(store);
    ys_store_unlock(store);
    ys_db_close(store->db);
    ys_state_close(store->state_fd);
    ys_free(store);
}

enum ys_status ys_store_lock(struct ys_store *store, struct ys_error *err)
{
    char lock_path[SIDE_PATH_BYTES];
    if (store->lock_fd >= 0 || in_memory(store->path)) return YS_OK;
    side_path(store, LOCK_SUFFIX, lock_path);
    YS_TRY(ys_lock_take(lock_path, &store->env, &store->lock_fd, err));
    store->dirty_due = true;
    return YS_OK;
}

void ys_store_unlock(struct ys_store *store)
{
    if (store->lock_fd < 0) return;
    ys_fence_clean_end(store);
    ys_lock_free(store->lock_fd);
    store->lock_fd = -1;
}

/* ---- transactions */

enum ys_status ys_store_begin(struct ys_store *store, struct ys_error *err)
{
    YS_TRY(ys_db_begin(store->db, err));
    enum ys_status status = ys_fence_pass(store, err);
    if (status != YS_OK) ys_db_rollback(store->db);
    return status;
}

enum ys_status ys_store_commit(struct ys_store *store, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    int64_t counter = 0;
    bool found = false;
    enum ys_status status = ys_db_prepare(
        store->db,
        "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT)"
        " WHERE key = '" META_COUNTER "' RETURNING CAST(value AS BIGINT)",
        &stmt, err);
    if (status == YS_OK) status = ys_run_number(stmt, &found, &counter, err);
    if (status == YS_OK && !found)
        status = ys_row_refuse(err, "meta", META_COUNTER, "value", "(missing)");
    if (status == YS_OK) status = ys_db_commit(store->db, err);
    if (status != YS_OK) {
        ys_db_rollback(store->db);
        return status;
    }
    store->commit_counter = counter;
    ys_fence_committed(store);
    state_follow(store, counter);
    return YS_OK;
}

void ys_store_rollback(struct ys_store *store)
{
    ys_db_rollback(store->db);
}

enum ys_status ys_store_relisted(struct ys_store *store, struct ys_error *err)
{
    if (!store->stale_accepted) return YS_OK;
    YS_TRY(ys_store_meta_set(store, META_STALE, "0", err));
    store->stale_accepted = false;
    return YS_OK;
}

void ys_store_note_usage(struct ys_store *store, int64_t day, int64_t units)
{
    store->usage_day = day;
    store->usage_units = units;
}

void ys_store_known_usage(const struct ys_store *store, int64_t *day, int64_t *units)
{
    *day = store->known_day;
    *units = store->known_units;
}
