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
    bool read_only;
    bool must_exist;
    const char *vfs;     /* NULL: the default; tests name theirs */
    int64_t busy_timeout_ms;
};

/* Opens with WAL, synchronous=FULL, foreign keys on, busy timeout. */
YS_CHECKED enum ys_status ys_db_open(struct ys_db **out, const struct ys_db_options *options,
                                     struct ys_error *err);
void ys_db_close(struct ys_db *db);

/* Runs statements without parameters or results (DDL; may hold several). */
YS_CHECKED enum ys_status ys_db_exec(struct ys_db *db, const char *sql, struct ys_error *err);
/* BEGIN IMMEDIATE / COMMIT. Rollback never fails visibly. Transactions do not nest. */
YS_CHECKED enum ys_status ys_db_begin(struct ys_db *db, struct ys_error *err);
YS_CHECKED enum ys_status ys_db_commit(struct ys_db *db, struct ys_error *err);
void ys_db_rollback(struct ys_db *db);
bool ys_db_in_transaction(const struct ys_db *db);

/* Takes a cached statement for `sql`, reset and with all parameters NULL. */
YS_CHECKED enum ys_status ys_db_prepare(struct ys_db *db, const char *sql, struct ys_stmt **out,
                                        struct ys_error *err);
void ys_bind_int(struct ys_stmt *stmt, int index, int64_t value);
void ys_bind_text(struct ys_stmt *stmt, int index, const char *text); /* NULL binds NULL; copied */
void ys_bind_null(struct ys_stmt *stmt, int index);
/* *row: whether there is a row to read. A bind failure surfaces here. */
YS_CHECKED enum ys_status ys_step(struct ys_stmt *stmt, bool *row, struct ys_error *err);
/* Steps a statement that returns no rows, and finishes it. */
YS_CHECKED enum ys_status ys_run(struct ys_stmt *stmt, struct ys_error *err);
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
YS_CHECKED enum ys_status ys_db_foreign_keys(struct ys_db *db, bool on, struct ys_error *err);
YS_CHECKED enum ys_status ys_db_foreign_key_check(struct ys_db *db, struct ys_error *err);
/* quick: quick_check, else the full integrity_check. YS_EDBCORRUPT with the first finding. */
YS_CHECKED enum ys_status ys_db_check(struct ys_db *db, bool quick, struct ys_error *err);

#endif
