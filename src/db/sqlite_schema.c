/* sqlite_schema.c: the header's numbers, integrity checks, and what the schema really is. */
#include <stdio.h>
#include <string.h>

#include "db/sqlite_internal.h"

#define PRAGMA_BYTES 64

/* ------------------------------------------------------------------ pragmas and checks */

/* The first column of the only row of `sql`. */
enum ys_status ys_sqlite_query_int(struct ys_db *db, const char *sql, int64_t *out,
                                   struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *out = 0;
    YS_TRY(ys_db_prepare(db, sql, &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (row) *out = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

/* Sets one of the 32-bit numbers in the file's header. */
static enum ys_status set_header(struct ys_db *db, const char *name, int64_t value,
                                 struct ys_error *err)
{
    char sql[PRAGMA_BYTES];

    if (value < INT32_MIN || value > INT32_MAX) {
        return ys_fail(err, YS_EINVAL, "%lld does not fit into the %s of a database.",
                       (long long)value, name);
    }
    (void)snprintf(sql, sizeof sql, "PRAGMA %s = %d", name, (int)value);
    return ys_db_exec(db, sql, err);
}

enum ys_status ys_db_user_version(struct ys_db *db, int64_t *out, struct ys_error *err)
{
    return ys_sqlite_query_int(db, "PRAGMA user_version", out, err);
}

enum ys_status ys_db_set_user_version(struct ys_db *db, int64_t version, struct ys_error *err)
{
    return set_header(db, "user_version", version, err);
}

enum ys_status ys_db_application_id(struct ys_db *db, int64_t *out, struct ys_error *err)
{
    return ys_sqlite_query_int(db, "PRAGMA application_id", out, err);
}

enum ys_status ys_db_set_application_id(struct ys_db *db, int64_t id, struct ys_error *err)
{
    return set_header(db, "application_id", id, err);
}

enum ys_status ys_db_foreign_keys(struct ys_db *db, bool on, struct ys_error *err)
{
    int is_on = -1, code;

    if (ys_db_in_transaction(db)) {
        return ys_fail(err, YS_EINTERNAL, "Foreign keys cannot be switched inside a transaction.");
    }
    code = sqlite3_db_config(db->raw, SQLITE_DBCONFIG_ENABLE_FKEY, on ? 1 : 0, &is_on);
    if (code != SQLITE_OK) return ys_sqlite_fail(db, code, NULL, err);
    if (is_on != (on ? 1 : 0)) {
        return ys_fail(err, YS_EDB, "This SQLite was built without foreign keys.");
    }
    return YS_OK;
}

enum ys_status ys_db_foreign_key_check(struct ys_db *db, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db, "PRAGMA foreign_key_check", &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (row) {
        status = ys_fail(err, YS_EDBCORRUPT,
                         "The database \"%s\" is damaged: row %lld of table \"%s\" refers to a "
                         "row of \"%s\" that is not there.",
                         db->path, (long long)ys_col_int(stmt, 1), ys_col_text(stmt, 0),
                         ys_col_text(stmt, 2));
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_db_check(struct ys_db *db, bool quick, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db, quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)", &stmt,
                         err));
    YS_TRY(ys_step(stmt, &row, err));
    if (!row || strcmp(ys_col_text(stmt, 0), "ok") != 0) {
        status = ys_fail(err, YS_EDBCORRUPT, "The database file \"%s\" is damaged (SQLite: %s).",
                         db->path, row ? ys_col_text(stmt, 0) : "the check gave no result");
    }
    ys_stmt_done(stmt);
    return status;
}

/* ------------------------------------------------------------------ schema */

const char *ys_db_id_column(const struct ys_db *db)
{
    (void)db;
    return "INTEGER PRIMARY KEY AUTOINCREMENT";
}

enum ys_status ys_db_columns(struct ys_db *db, const char *table, ys_db_column_fn each, void *ctx,
                             struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db,
                         "SELECT name, type, \"notnull\", dflt_value, pk"
                         " FROM pragma_table_xinfo(?1) ORDER BY cid",
                         &stmt, err));
    ys_bind_text(stmt, 1, table);
    for (;;) {
        struct ys_db_column column;

        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        column = (struct ys_db_column){
            .name = ys_col_text(stmt, 0),
            .type = ys_col_text(stmt, 1),
            .not_null = ys_col_int(stmt, 2) != 0,
            .default_value = ys_col_null(stmt, 3) ? NULL : ys_col_text(stmt, 3),
            .key_position = ys_col_int(stmt, 4),
        };
        if (!each(ctx, &column)) break;
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_db_objects(struct ys_db *db, ys_db_object_fn each, void *ctx,
                             struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(db,
                         "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                         " WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name",
                         &stmt, err));
    for (;;) {
        struct ys_db_object object;

        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        object = (struct ys_db_object){
            .type = ys_col_text(stmt, 0),
            .name = ys_col_text(stmt, 1),
            .table = ys_col_text(stmt, 2),
            .sql = ys_col_text(stmt, 3),
        };
        if (!each(ctx, &object)) break;
    }
    ys_stmt_done(stmt);
    return YS_OK;
}
