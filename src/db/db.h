/* db.h: what the store needs from a database, and nothing of which database it is.
 *
 * One connection, one thread. Prepared statements are cached by their text (the pointer need
 * not be stable). A statement must be finished (stepped to its end, or ys_stmt_done) before it
 * is used again. Bind positions are 1-based like the ?1 in the text; columns are 0-based.
 *
 * Queries are portable between SQLite and PostgreSQL (see src/store/README or `make lint`):
 * parameters ?1 ?2, no LIKE, no scalar max(), explicit conflict targets, NULLS FIRST/LAST. */
#ifndef YS_DB_DB_H
#define YS_DB_DB_H

#include "base/error.h"

struct ys_db;
struct ys_stmt;

struct ys_db_options {
    const char *path;    /* a file, or ":memory:" */
    bool read_only;      /* also: must exist */
    bool must_exist;     /* YS_ENOTFOUND when it does not */
    /* Not 0: a database that bears another one and is not empty is refused (YS_EDBFOREIGN)
     * before anything is written to it. */
    int64_t application_id;
    const char *vfs;     /* NULL: the default; tests name theirs */
    int64_t busy_timeout_ms;
};

/* Opens with WAL (but not in memory or for reading only), synchronous=FULL, foreign keys on, busy
 * timeout. The file's header has been read when this returns: YS_EDBFOREIGN when it is no
 * database. */
YS_CHECKED enum ys_status ys_db_open(struct ys_db **out, const struct ys_db_options *options,
                                     struct ys_error *err);
/* Rolls back what is open, and ends all statements. NULL is allowed. */
void ys_db_close(struct ys_db *db);
/* The path as it was given. */
const char *ys_db_path(const struct ys_db *db);

/* Runs statements without parameters or results (DDL; may hold several). */
YS_CHECKED enum ys_status ys_db_exec(struct ys_db *db, const char *sql, struct ys_error *err);
/* BEGIN IMMEDIATE / COMMIT. Rollback never fails visibly, and without a transaction does nothing.
 * Transactions do not nest. After a failed commit the caller rolls back. */
YS_CHECKED enum ys_status ys_db_begin(struct ys_db *db, struct ys_error *err);
YS_CHECKED enum ys_status ys_db_commit(struct ys_db *db, struct ys_error *err);
void ys_db_rollback(struct ys_db *db);
bool ys_db_in_transaction(const struct ys_db *db);

/* Takes a cached statement for `sql`, reset and with all parameters NULL. It is the caller's until
 * it is finished; then it may be taken away, so take it anew for every run. YS_EINTERNAL when
 * the same text is being stepped through already. At most YS_DB_STATEMENTS_MAX are kept; the one
 * that was used longest ago makes room. */
#define YS_DB_STATEMENTS_MAX 128
YS_CHECKED enum ys_status ys_db_prepare(struct ys_db *db, const char *sql, struct ys_stmt **out,
                                        struct ys_error *err);
void ys_bind_int(struct ys_stmt *stmt, int index, int64_t value);
void ys_bind_text(struct ys_stmt *stmt, int index, const char *text); /* NULL binds NULL; copied */
void ys_bind_null(struct ys_stmt *stmt, int index);
/* *row: whether there is a row to read; without one, and on failure, the statement is finished. A
 * failure to bind, or to hand out a column, surfaces here. */
YS_CHECKED enum ys_status ys_step(struct ys_stmt *stmt, bool *row, struct ys_error *err);
/* Steps a statement that returns no rows, and finishes it. YS_EINTERNAL when it had a row. */
YS_CHECKED enum ys_status ys_run(struct ys_stmt *stmt, struct ys_error *err);
/* Finishes a statement; again is fine. Outside a transaction a write with RETURNING commits only
 * when it is stepped to its end: this would hide that the commit failed. */
void ys_stmt_done(struct ys_stmt *stmt);
int64_t ys_col_int(struct ys_stmt *stmt, int column);          /* 0 for NULL */
const char *ys_col_text(struct ys_stmt *stmt, int column);     /* "" for NULL; until next step */
bool ys_col_null(struct ys_stmt *stmt, int column);
int64_t ys_db_changes(struct ys_db *db);                       /* rows of the last write */
int64_t ys_db_last_id(struct ys_db *db);

/* What DDL and opening need. */
YS_CHECKED enum ys_status ys_db_user_version(struct ys_db *db, int64_t *out,
                                             struct ys_error *err);
YS_CHECKED enum ys_status ys_db_set_user_version(struct ys_db *db, int64_t version,
                                                 struct ys_error *err);
YS_CHECKED enum ys_status ys_db_application_id(struct ys_db *db, int64_t *out,
                                               struct ys_error *err);
YS_CHECKED enum ys_status ys_db_set_application_id(struct ys_db *db, int64_t id,
                                                   struct ys_error *err);
/* Not inside a transaction (YS_EINTERNAL), where it would do nothing. */
YS_CHECKED enum ys_status ys_db_foreign_keys(struct ys_db *db, bool on, struct ys_error *err);
/* YS_EDBCORRUPT with the first row whose parent is missing. */
YS_CHECKED enum ys_status ys_db_foreign_key_check(struct ys_db *db, struct ys_error *err);
/* quick: quick_check, else the full integrity_check. YS_EDBCORRUPT with the first finding. */
YS_CHECKED enum ys_status ys_db_check(struct ys_db *db, bool quick, struct ys_error *err);

/* The type of a column for ids that the database makes, never the same twice (%ID% in the
 * store's migrations). */
const char *ys_db_id_column(const struct ys_db *db);

/* What the schema really is. Strings are valid during the callback, which returns false to stop
 * (the walk then returns YS_OK) and must not start the same kind of walk again. */
struct ys_db_column {
    const char *name;
    const char *type;          /* as declared; "" when it was not */
    bool not_null;
    const char *default_value; /* the expression; NULL when there is none */
    int64_t key_position;      /* 1.. within the primary key, 0 outside */
};
typedef bool (*ys_db_column_fn)(void *ctx, const struct ys_db_column *column);
/* In the order of declaration; none when there is no such table. */
YS_CHECKED enum ys_status ys_db_columns(struct ys_db *db, const char *table,
                                        ys_db_column_fn each, void *ctx, struct ys_error *err);

struct ys_db_object {
    const char *type;  /* "table", "index", "trigger" or "view" */
    const char *name;
    const char *table; /* the one it belongs to */
    const char *sql;   /* its CREATE */
};
typedef bool (*ys_db_object_fn)(void *ctx, const struct ys_db_object *object);
/* Everything but the database's own (which includes the indexes behind UNIQUE and keys), by type
 * and name. */
YS_CHECKED enum ys_status ys_db_objects(struct ys_db *db, ys_db_object_fn each, void *ctx,
                                        struct ys_error *err);

#endif
