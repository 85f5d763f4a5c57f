/* sqlite_internal.h: what the files of the SQLite driver share; nobody else includes it.
 *
 * Invariants
 *   - A connection belongs to one thread (NOMUTEX). It owns its statements; they live in slots
 *     whose addresses do not change.
 *   - A slot is free (raw NULL), idle (prepared, reset, no bindings), or taken (between
 *     ys_db_prepare and its finish). Only idle ones are given up for new texts.
 *   - BEGIN, COMMIT and ROLLBACK are prepared at open, so that a rollback needs no memory. */
#ifndef YS_DB_SQLITE_INTERNAL_H
#define YS_DB_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "db/db.h"

#if SQLITE_VERSION_NUMBER < 3038000
#error "ytsync needs SQLite 3.38 or newer"
#endif

#define YS_SQLITE_BUCKETS 64 /* a power of two */
#define YS_SQLITE_NO_SLOT (-1)

struct ys_stmt {
    struct ys_db *db;
    sqlite3_stmt *raw;
    char *sql;
    uint64_t hash;
    uint64_t last_use; /* the connection's use counter, for the choice of whom to give up */
    int next;          /* slot in the same bucket */
    bool taken;
    int failed;        /* SQLite code of a failed bind or column read; surfaces in ys_step */
};

struct ys_db {
    sqlite3 *raw;
    char *path;
    sqlite3_stmt *begin, *commit, *rollback;
    bool rollback_due; /* a rollback failed (want of memory); it comes before anything else */
    uint64_t uses;
    int buckets[YS_SQLITE_BUCKETS];
    struct ys_stmt slots[YS_DB_STATEMENTS_MAX];
};

/* Puts a failure with SQLite's `code` into words. `said` is SQLite's message; `sql` is the
 * statement or NULL. */
enum ys_status ys_sqlite_fail_with(struct ys_db *db, int code, const char *said, const char *sql,
                                   struct ys_error *err);
/* The same with the connection's own message: its last call returned `code`. */
enum ys_status ys_sqlite_fail(struct ys_db *db, int code, const char *sql, struct ys_error *err);
/* Makes up for a rollback that failed; without it nothing may be read or written, because what was
 * given up is still there. */
YS_CHECKED enum ys_status ys_sqlite_settle(struct ys_db *db, struct ys_error *err);
/* Ends a statement and frees its slot; a free slot is fine. */
void ys_sqlite_release(struct ys_stmt *stmt);
/* The first column of the first row of `sql`; 0 when there is none. */
YS_CHECKED enum ys_status ys_sqlite_query_int(struct ys_db *db, const char *sql, int64_t *out,
                                              struct ys_error *err);

#endif
