/* sqlite.c: db.h on SQLite: failures in words, opening, transactions. Statements are in
 * sqlite_stmt.c, header fields, checks and the look at the schema in sqlite_schema.c.
 *
 * Invariants: those of sqlite_internal.h, and: nothing is written to a database before it was
 * seen to be empty or ours. The file is untrusted: no functions or views of the schema get at
 * anything (trusted_schema off, defensive on), and it is read, not mapped, so that a short file is
 * an error and no signal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "db/sqlite_internal.h"

#define REASON_BYTES 128
#define BUSY_TIMEOUT_MAX_MS 3600000

/* ------------------------------------------------------------------ errors */

static enum ys_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return YS_OK;
    case SQLITE_NOTADB:
        return YS_EDBFOREIGN;
    case SQLITE_CORRUPT:
        return YS_EDBCORRUPT;
    case SQLITE_NOMEM:
        return YS_ENOMEM;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
    case SQLITE_CANTOPEN:
        return YS_EIO;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return YS_ELOCKED;
    case SQLITE_TOOBIG:
        return YS_ELIMIT;
    case SQLITE_INTERRUPT:
        return YS_EINTERRUPTED;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return YS_EINTERNAL;
    default:
        return YS_EDB;
    }
}

/* The system's reason behind an I/O error: "; No space left on device", or "". */
static void system_reason(struct ys_db *db, int code, char out[REASON_BYTES])
{
    int number = db->raw != NULL ? sqlite3_system_errno(db->raw) : 0;
    int kind = code & 0xff;

    out[0] = '\0';
    if (number == 0 || (kind != SQLITE_IOERR && kind != SQLITE_CANTOPEN)) return;
    memcpy(out, "; ", 3);
    ys_errno_text(number, out + 2, REASON_BYTES - 2);
}

/* Puts a failure into words. `said` is SQLite's message, `sql` the statement or NULL. */
enum ys_status ys_sqlite_fail_with(struct ys_db *db, int code, const char *said, const char *sql,
                                   struct ys_error *err)
{
    enum ys_status status = status_of(code);
    char reason[REASON_BYTES];

    system_reason(db, code, reason);
    switch (status) {
    case YS_ENOMEM:
        return ys_fail(err, status, "Memory ran out while working with the database \"%s\".",
                       db->path);
    case YS_EDBFOREIGN:
        return ys_fail(err, status,
                       "\"%s\" is not a ytsync database (SQLite: %s); name another file.", db->path,
                       said);
    case YS_EDBCORRUPT:
        return ys_fail(err, status, "The database file \"%s\" is damaged (SQLite: %s).", db->path,
                       said);
    case YS_EIO:
        return ys_fail(err, status,
                       "The database file \"%s\" could not be opened, read or written "
                       "(SQLite: %s%s).",
                       db->path, said, reason);
    case YS_ELOCKED:
        return ys_fail(err, status,
                       "The database \"%s\" is in use by another program (SQLite: %s); try again "
                       "when that has finished.",
                       db->path, said);
    case YS_EINTERRUPTED:
        return ys_fail(err, status, "Work on the database \"%s\" was interrupted.", db->path);
    default:
        return ys_fail(err, status,
                       "The database \"%s\" refused an operation (SQLite: %s)%s%.120s%s", db->path,
                       said, sql != NULL ? ": \"" : ".", sql != NULL ? sql : "",
                       sql != NULL ? "\"." : "");
    }
}

/* The last call on the connection returned `code`. */
enum ys_status ys_sqlite_fail(struct ys_db *db, int code, const char *sql, struct ys_error *err)
{
    return ys_sqlite_fail_with(
        db, code, db->raw != NULL ? sqlite3_errmsg(db->raw) : sqlite3_errstr(code), sql, err);
}

/* ------------------------------------------------------------------ transactions */

enum ys_status ys_db_exec(struct ys_db *db, const char *sql, struct ys_error *err)
{
    int code;

    YS_TRY(ys_sqlite_settle(db, err));
    code = sqlite3_exec(db->raw, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? YS_OK : ys_sqlite_fail(db, code, sql, err);
}

static enum ys_status run_raw(struct ys_db *db, sqlite3_stmt *raw, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    int code = sqlite3_step(raw);

    if (code != SQLITE_DONE) status = ys_sqlite_fail(db, code, sqlite3_sql(raw), err);
    (void)sqlite3_reset(raw);
    return status;
}

enum ys_status ys_sqlite_settle(struct ys_db *db, struct ys_error *err)
{
    enum ys_status status = YS_OK;

    if (!db->rollback_due) return YS_OK;
    if (sqlite3_get_autocommit(db->raw) == 0) status = run_raw(db, db->rollback, err);
    db->rollback_due = sqlite3_get_autocommit(db->raw) == 0;
    return db->rollback_due ? status : YS_OK;
}

enum ys_status ys_db_begin(struct ys_db *db, struct ys_error *err)
{
    YS_TRY(ys_sqlite_settle(db, err));
    if (ys_db_in_transaction(db)) {
        return ys_fail(err, YS_EINTERNAL, "A transaction was begun inside another one.");
    }
    return run_raw(db, db->begin, err);
}

enum ys_status ys_db_commit(struct ys_db *db, struct ys_error *err)
{
    if (!ys_db_in_transaction(db)) {
        return ys_fail(err, YS_EINTERNAL, "There is no transaction to commit.");
    }
    return run_raw(db, db->commit, err);
}

void ys_db_rollback(struct ys_db *db)
{
    if (db == NULL || !ys_db_in_transaction(db)) return;
    db->rollback_due = true;
    if (ys_sqlite_settle(db, NULL) != YS_OK) return; /* is made up for at the next call */
}

bool ys_db_in_transaction(const struct ys_db *db)
{
    return sqlite3_get_autocommit(db->raw) == 0 && !db->rollback_due;
}

/* ------------------------------------------------------------------ open and close */

/* Opens the file. SQLite would take a name that begins with "file:" for a URI where it was built
 * so. */
static enum ys_status open_file(struct ys_db *db, const struct ys_db_options *options,
                                struct ys_error *err)
{
    bool may_create = !options->read_only && !options->must_exist;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    bool looks_like_uri = strncmp(db->path, "file:", 5) == 0;
    size_t name_bytes = strlen(db->path) + sizeof "./";
    char *name = ys_alloc(name_bytes);
    int code;

    if (name == NULL) return ys_sqlite_fail_with(db, SQLITE_NOMEM, "", NULL, err);
    (void)snprintf(name, name_bytes, "%s%s", looks_like_uri ? "./" : "", db->path);
    flags |= options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (may_create) flags |= SQLITE_OPEN_CREATE;
    code = sqlite3_open_v2(name, &db->raw, flags, options->vfs);
    ys_free(name);
    if (code == SQLITE_OK) return YS_OK;
    if ((code & 0xff) == SQLITE_CANTOPEN && !may_create &&
        sqlite3_system_errno(db->raw) == ENOENT) {
        return ys_fail(err, YS_ENOTFOUND, "There is no database \"%s\".", db->path);
    }
    return ys_sqlite_fail(db, code, NULL, err);
}

/* What needs no look into the file. */
static enum ys_status configure(struct ys_db *db, const struct ys_db_options *options,
                                struct ys_error *err)
{
    static const struct {
        int option, value;
    } switches[] = {
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    int64_t timeout_ms = options->busy_timeout_ms;

    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        /* An option that this SQLite lacks is refused; the ones that count are checked where
         * they are used (foreign keys). */
        (void)sqlite3_db_config(db->raw, switches[i].option, switches[i].value, NULL);
    }
    if (timeout_ms < 0) timeout_ms = 0;
    if (timeout_ms > BUSY_TIMEOUT_MAX_MS) timeout_ms = BUSY_TIMEOUT_MAX_MS;
    (void)sqlite3_busy_timeout(db->raw, (int)timeout_ms);
    YS_TRY(ys_db_foreign_keys(db, true, err));
    return ys_db_exec(db, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON", err);
}

/* All three in one read transaction: another process may be making the database meanwhile. */
static enum ys_status read_owner(struct ys_db *db, int64_t *objects, int64_t *id, int64_t *version,
                                 struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_db_exec(db, "BEGIN", err));
    status = ys_sqlite_query_int(db, "SELECT count(*) FROM sqlite_schema", objects, err);
    if (status == YS_OK) status = ys_db_application_id(db, id, err);
    if (status == YS_OK) status = ys_db_user_version(db, version, err);
    /* After a failure the caller closes the connection. */
    return status == YS_OK ? ys_db_exec(db, "COMMIT", err) : status;
}

/* Reads the header and refuses what belongs to another program. */
static enum ys_status check_owner(struct ys_db *db, int64_t application_id, struct ys_error *err)
{
    int64_t objects = 0, version = 0, id = 0;

    YS_TRY(read_owner(db, &objects, &id, &version, err));
    if (application_id == 0 || id == application_id) return YS_OK;
    if (id == 0 && objects == 0 && version == 0) return YS_OK;
    return ys_fail(err, YS_EDBFOREIGN,
                   "\"%s\" is not a ytsync database but one of another program; name another "
                   "file.",
                   db->path);
}

static enum ys_status use_wal(struct ys_db *db, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db, "PRAGMA journal_mode = WAL", &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (!row || strcmp(ys_col_text(stmt, 0), "wal") != 0) {
        status = ys_fail(err, YS_EDB,
                         "The database \"%s\" cannot have a write-ahead log where it lies; keep "
                         "it on a local disk.",
                         db->path);
    }
    ys_sqlite_release(stmt);
    return status;
}

static enum ys_status prepare_transactions(struct ys_db *db, struct ys_error *err)
{
    const struct {
        const char *sql;
        sqlite3_stmt **out;
    } statements[] = {
        {"BEGIN IMMEDIATE", &db->begin},
        {"COMMIT", &db->commit},
        {"ROLLBACK", &db->rollback},
    };

    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        int code = sqlite3_prepare_v3(db->raw, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      statements[i].out, NULL);

        if (code != SQLITE_OK) return ys_sqlite_fail(db, code, statements[i].sql, err);
    }
    return YS_OK;
}

static enum ys_status set_up(struct ys_db *db, const struct ys_db_options *options,
                             struct ys_error *err)
{
    YS_TRY(open_file(db, options, err));
    YS_TRY(configure(db, options, err));
    YS_TRY(check_owner(db, options->application_id, err));
    if (!options->read_only && strcmp(options->path, ":memory:") != 0) YS_TRY(use_wal(db, err));
    YS_TRY(ys_db_exec(db, "PRAGMA synchronous = FULL", err));
    return prepare_transactions(db, err);
}

enum ys_status ys_db_open(struct ys_db **out, const struct ys_db_options *options,
                          struct ys_error *err)
{
    enum ys_status status;
    struct ys_db *db;

    *out = NULL;
    if (options->path == NULL || options->path[0] == '\0') {
        return ys_fail(err, YS_EINVAL, "A database needs a file name.");
    }
    db = ys_alloc_zero(1, sizeof *db);
    if (db != NULL) db->path = ys_dup(options->path);
    if (db == NULL || db->path == NULL) {
        ys_free(db);
        return ys_fail(err, YS_ENOMEM, "Memory ran out while opening the database \"%s\".",
                       options->path);
    }
    for (size_t i = 0; i < YS_SQLITE_BUCKETS; i++) db->buckets[i] = YS_SQLITE_NO_SLOT;
    for (size_t i = 0; i < YS_DB_STATEMENTS_MAX; i++) db->slots[i].db = db;
    status = set_up(db, options, err);
    if (status != YS_OK) {
        ys_db_close(db);
        return status;
    }
    *out = db;
    return YS_OK;
}

void ys_db_close(struct ys_db *db)
{
    if (db == NULL) return;
    for (size_t i = 0; i < YS_DB_STATEMENTS_MAX; i++) ys_sqlite_release(&db->slots[i]);
    (void)sqlite3_finalize(db->begin);
    (void)sqlite3_finalize(db->commit);
    (void)sqlite3_finalize(db->rollback);
    (void)sqlite3_close_v2(db->raw);
    ys_free(db->path);
    ys_free(db);
}

const char *ys_db_path(const struct ys_db *db)
{
    return db->path;
}
