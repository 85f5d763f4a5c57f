/* sqlite_stmt.c: statements of db.h on SQLite, cached by their text.
 *
 * A small hash over the slots finds a text; when all slots are in use the idle statement that was
 * used longest ago is ended. See sqlite_internal.h for the states of a slot. */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "db/sqlite_internal.h"

/* ------------------------------------------------------------------ statements */

static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
    return hash;
}

static int *bucket_of(struct ys_db *db, uint64_t hash)
{
    return &db->buckets[hash & (YS_SQLITE_BUCKETS - 1)];
}

static struct ys_stmt *find_statement(struct ys_db *db, const char *sql, uint64_t hash)
{
    int slot = *bucket_of(db, hash);

    while (slot != YS_SQLITE_NO_SLOT) {
        struct ys_stmt *stmt = &db->slots[slot];

        if (stmt->hash == hash && strcmp(stmt->sql, sql) == 0) return stmt;
        slot = stmt->next;
    }
    return NULL;
}

void ys_sqlite_release(struct ys_stmt *stmt)
{
    struct ys_db *db = stmt->db;
    int self = (int)(stmt - db->slots);
    int *link;

    if (stmt->raw == NULL) return;
    link = bucket_of(db, stmt->hash);
    while (*link != self) {
        YS_REQUIRE(*link != YS_SQLITE_NO_SLOT);
        link = &db->slots[*link].next;
    }
    *link = stmt->next;
    (void)sqlite3_finalize(stmt->raw);
    ys_free(stmt->sql);
    *stmt = (struct ys_stmt){.db = db};
}

/* A free slot, if need be by giving up the idle statement that was used longest ago; NULL when
 * all are taken. */
static struct ys_stmt *free_slot(struct ys_db *db)
{
    struct ys_stmt *oldest = NULL;

    for (size_t i = 0; i < YS_DB_STATEMENTS_MAX; i++) {
        struct ys_stmt *stmt = &db->slots[i];

        if (stmt->raw == NULL) return stmt;
        if (!stmt->taken && (oldest == NULL || stmt->last_use < oldest->last_use)) oldest = stmt;
    }
    if (oldest != NULL) ys_sqlite_release(oldest);
    return oldest;
}

/* Whether nothing but blanks and semicolons follows the first statement. */
static bool tail_empty(const char *tail)
{
    return tail[strspn(tail, " \t\r\n;")] == '\0';
}

static enum ys_status make_statement(struct ys_db *db, const char *sql, uint64_t hash,
                                     struct ys_stmt **out, struct ys_error *err)
{
    struct ys_stmt *stmt = free_slot(db);
    sqlite3_stmt *raw = NULL;
    const char *tail = "";
    char *copy;
    int code;

    if (stmt == NULL) {
        return ys_fail(err, YS_EINTERNAL,
                       "More than %d statements on the database \"%s\" were not finished.",
                       YS_DB_STATEMENTS_MAX, db->path);
    }
    code = sqlite3_prepare_v3(db->raw, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, &tail);
    if (code != SQLITE_OK) return ys_sqlite_fail(db, code, sql, err);
    if (raw == NULL || !tail_empty(tail)) {
        (void)sqlite3_finalize(raw);
        return ys_fail(err, YS_EINTERNAL, "This is not exactly one statement: \"%.120s\".", sql);
    }
    copy = ys_dup(sql);
    if (copy == NULL) {
        (void)sqlite3_finalize(raw);
        return ys_sqlite_fail_with(db, SQLITE_NOMEM, "", NULL, err);
    }
    stmt->raw = raw;
    stmt->sql = copy;
    stmt->hash = hash;
    stmt->next = *bucket_of(db, hash);
    *bucket_of(db, hash) = (int)(stmt - db->slots);
    *out = stmt;
    return YS_OK;
}

/* Idle again: no row, no bindings. */
static void finish(struct ys_stmt *stmt)
{
    (void)sqlite3_reset(stmt->raw); /* repeats the error of the step, which was reported */
    (void)sqlite3_clear_bindings(stmt->raw);
    stmt->taken = false;
    stmt->failed = SQLITE_OK;
}

enum ys_status ys_db_prepare(struct ys_db *db, const char *sql, struct ys_stmt **out,
                             struct ys_error *err)
{
    uint64_t hash = hash_text(sql);
    struct ys_stmt *stmt;

    *out = NULL;
    YS_TRY(ys_sqlite_settle(db, err));
    stmt = find_statement(db, sql, hash);
    if (stmt == NULL) {
        enum ys_status status = make_statement(db, sql, hash, &stmt, err);

        if (stmt == NULL) return status;
    } else if (sqlite3_stmt_busy(stmt->raw)) {
        return ys_fail(err, YS_EINTERNAL, "A statement is still in use: \"%.120s\".", sql);
    } else if (stmt->taken) {
        finish(stmt);
    }
    stmt->taken = true;
    stmt->last_use = ++db->uses;
    *out = stmt;
    return YS_OK;
}

/* Keeps the first failure until ys_step. */
static void note_failure(struct ys_stmt *stmt, int code)
{
    if (code != SQLITE_OK && stmt->failed == SQLITE_OK) stmt->failed = code;
}

void ys_bind_int(struct ys_stmt *stmt, int index, int64_t value)
{
    note_failure(stmt, sqlite3_bind_int64(stmt->raw, index, value));
}

void ys_bind_text(struct ys_stmt *stmt, int index, const char *text)
{
    if (text == NULL) {
        ys_bind_null(stmt, index);
        return;
    }
    note_failure(stmt, sqlite3_bind_text64(stmt->raw, index, text, strlen(text), SQLITE_TRANSIENT,
                                           SQLITE_UTF8));
}

void ys_bind_null(struct ys_stmt *stmt, int index)
{
    note_failure(stmt, sqlite3_bind_null(stmt->raw, index));
}

enum ys_status ys_step(struct ys_stmt *stmt, bool *row, struct ys_error *err)
{
    enum ys_status status;
    int code;

    *row = false;
    if (!stmt->taken) {
        return ys_fail(err, YS_EINTERNAL, "A statement was used after it was finished: \"%.120s\".",
                       stmt->sql != NULL ? stmt->sql : "");
    }
    if (stmt->failed != SQLITE_OK) {
        status = ys_sqlite_fail_with(stmt->db, stmt->failed, sqlite3_errstr(stmt->failed),
                                     stmt->sql, err);
        finish(stmt);
        return status;
    }
    code = sqlite3_step(stmt->raw);
    if (code == SQLITE_ROW) {
        *row = true;
        return YS_OK;
    }
    status = code == SQLITE_DONE ? YS_OK : ys_sqlite_fail(stmt->db, code, stmt->sql, err);
    finish(stmt);
    return status;
}

enum ys_status ys_run(struct ys_stmt *stmt, struct ys_error *err)
{
    bool row = false;

    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK;
    finish(stmt);
    return ys_fail(err, YS_EINTERNAL, "A statement gave rows where none are expected: \"%.120s\".",
                   stmt->sql);
}

void ys_stmt_done(struct ys_stmt *stmt)
{
    if (stmt != NULL && stmt->taken) finish(stmt);
}

int64_t ys_col_int(struct ys_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->raw, column);
}

const char *ys_col_text(struct ys_stmt *stmt, int column)
{
    bool null = sqlite3_column_type(stmt->raw, column) == SQLITE_NULL;
    const unsigned char *text = sqlite3_column_text(stmt->raw, column);

    if (text != NULL) return (const char *)text;
    if (!null) note_failure(stmt, SQLITE_NOMEM);
    return "";
}

bool ys_col_null(struct ys_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->raw, column) == SQLITE_NULL;
}

int64_t ys_db_changes(struct ys_db *db)
{
    return sqlite3_changes64(db->raw);
}

int64_t ys_db_last_id(struct ys_db *db)
{
    return sqlite3_last_insert_rowid(db->raw);
}
