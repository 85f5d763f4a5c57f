/* compare.c: compares the real schema with the one that a fresh database of the same migrations
 * has, table by table, column by column, index by index (DESIGN section 4: a migration that was
 * interrupted by hand, or a tool that skips a new column on an existing table in silence, is
 * noticed at once and not by a query that fails on day 9).
 *
 * The fresh database is made in memory for each comparison, so that there is no second list of
 * columns to keep. Walks nest across the two connections only. */
#include <stdio.h>
#include <string.h>

#include "store/schema.h"

#define TYPE_BYTES 128
#define STATEMENT_BYTES 400

struct compare {
    struct ys_db *real, *fresh;
    struct ys_error *err;
    enum ys_status status;
    const char *table;                  /* whose columns are being compared */
    const struct ys_db_column *wanted;  /* what find_column looks for */
    const struct ys_db_object *object;  /* what find_object looks for */
    bool found, same;
    char is[TYPE_BYTES];                /* the found column's declaration */
};

static const char *text_of(const char *text)
{
    return text ? text : "";
}

/* "BIGINT NOT NULL DEFAULT 0" */
static void declaration(const struct ys_db_column *column, char out[TYPE_BYTES])
{
    (void)snprintf(out, TYPE_BYTES, "%s%s%s%s%s", column->type,
                   column->key_position ? " PRIMARY KEY" : "", column->not_null ? " NOT NULL" : "",
                   column->default_value ? " DEFAULT " : "", text_of(column->default_value));
}

/* The declaration for a column that is added to rows that are there: one that may not be NULL
 * needs a value for them. */
static void added_declaration(const struct ys_db_column *column, char out[TYPE_BYTES])
{
    declaration(column, out);
    size_t used = strlen(out);
    if (column->not_null && !column->default_value)
        (void)snprintf(out + used, TYPE_BYTES - used, " DEFAULT %s",
                       strcmp(column->type, "TEXT") == 0 ? "''" : "0");
}

static enum ys_status differ(struct compare *compare, const char *what, const char *statement)
{
    compare->status =
        ys_fail(compare->err, YS_EDBSCHEMA,
                "The database's tables are not as this ytsync expects: %s. This would mend it: %s",
                what, statement);
    return compare->status;
}

/* ---- columns */

static bool find_column(void *ctx, const struct ys_db_column *column)
{
    struct compare *compare = ctx;
    const struct ys_db_column *wanted = compare->wanted;
    if (strcmp(column->name, wanted->name) != 0) return true;
    compare->found = true;
    compare->same = strcmp(column->type, wanted->type) == 0 &&
                    column->not_null == wanted->not_null &&
                    column->key_position == wanted->key_position &&
                    strcmp(text_of(column->default_value), text_of(wanted->default_value)) == 0;
    declaration(column, compare->is);
    return false;
}

static void column_missing(struct compare *compare, const struct ys_db_column *column)
{
    char what[STATEMENT_BYTES], statement[STATEMENT_BYTES], type[TYPE_BYTES];
    added_declaration(column, type);
    (void)snprintf(what, sizeof what, "table %s has no column %s", compare->table, column->name);
    (void)snprintf(statement, sizeof statement, "ALTER TABLE %s ADD COLUMN %s %s;",
                   compare->table, column->name, type);
    (void)differ(compare, what, statement);
}

static void column_differs(struct compare *compare, const struct ys_db_column *column)
{
    char what[STATEMENT_BYTES], statement[STATEMENT_BYTES], type[TYPE_BYTES];
    declaration(column, type);
    (void)snprintf(what, sizeof what, "the column %s of table %s is \"%s\" and should be \"%s\"",
                   column->name, compare->table, compare->is, type);
    added_declaration(column, type);
    (void)snprintf(statement, sizeof statement,
                   "ALTER TABLE %s RENAME COLUMN %s TO %s_old; ALTER TABLE %s ADD COLUMN %s %s; "
                   "UPDATE %s SET %s = %s_old; ALTER TABLE %s DROP COLUMN %s_old;",
                   compare->table, column->name, column->name, compare->table, column->name, type,
                   compare->table, column->name, column->name, compare->table, column->name);
    (void)differ(compare, what, statement);
}

/* Per column of the fresh table. */
static bool expect_column(void *ctx, const struct ys_db_column *column)
{
    struct compare *compare = ctx;
    compare->wanted = column;
    compare->found = false;
    compare->status =
        ys_db_columns(compare->real, compare->table, find_column, compare, compare->err);
    if (compare->status != YS_OK) return false;
    if (!compare->found) column_missing(compare, column);
    else if (!compare->same) column_differs(compare, column);
    return compare->status == YS_OK;
}

/* Per column of the real table: is it expected at all? */
static bool refuse_column(void *ctx, const struct ys_db_column *column)
{
    struct compare *compare = ctx;
    char what[STATEMENT_BYTES], statement[STATEMENT_BYTES];
    compare->wanted = column;
    compare->found = false;
    compare->status =
        ys_db_columns(compare->fresh, compare->table, find_column, compare, compare->err);
    if (compare->status != YS_OK || compare->found) return compare->status == YS_OK;
    (void)snprintf(what, sizeof what, "table %s has a column %s that is not known",
                   compare->table, column->name);
    (void)snprintf(statement, sizeof statement, "ALTER TABLE %s DROP COLUMN %s;", compare->table,
                   column->name);
    (void)differ(compare, what, statement);
    return false;
}

/* ---- tables and indexes */

static bool find_object(void *ctx, const struct ys_db_object *object)
{
    struct compare *compare = ctx;
    const struct ys_db_object *wanted = compare->object;
    if (strcmp(object->name, wanted->name) != 0 || strcmp(object->type, wanted->type) != 0)
        return true;
    compare->found = true;
    compare->same = strcmp(text_of(object->sql), text_of(wanted->sql)) == 0;
    return false;
}

static bool look_up(struct compare *compare, struct ys_db *db, const struct ys_db_object *object)
{
    compare->object = object;
    compare->found = false;
    compare->status = ys_db_objects(db, find_object, compare, compare->err);
    return compare->status == YS_OK;
}

static void object_differs(struct compare *compare, const struct ys_db_object *object,
                           bool is_there)
{
    char what[STATEMENT_BYTES], statement[STATEMENT_BYTES];
    (void)snprintf(what, sizeof what, "the %s %s is %s", object->type, object->name,
                   is_there ? "not the expected one" : "missing");
    if (is_there)
        (void)snprintf(statement, sizeof statement, "DROP %s %s; %s;", object->type, object->name,
                       text_of(object->sql));
    else
        (void)snprintf(statement, sizeof statement, "%s;", text_of(object->sql));
    (void)differ(compare, what, statement);
}

/* Per object of the fresh database. Tables are compared by their columns: the text of their
 * CREATE changes with each ALTER. */
static bool expect_object(void *ctx, const struct ys_db_object *object)
{
    struct compare *compare = ctx;
    bool is_table = strcmp(object->type, "table") == 0;
    if (!look_up(compare, compare->real, object)) return false;
    if (!compare->found || (!is_table && !compare->same)) {
        object_differs(compare, object, compare->found);
        return false;
    }
    if (!is_table) return true;
    compare->table = object->name;
    enum ys_status status = ys_db_columns(compare->fresh, object->name, expect_column, compare,
                                          compare->err);
    if (compare->status == YS_OK) compare->status = status;
    return compare->status == YS_OK;
}

/* Per object of the real database. */
static bool refuse_object(void *ctx, const struct ys_db_object *object)
{
    struct compare *compare = ctx;
    char what[STATEMENT_BYTES], statement[STATEMENT_BYTES];
    if (!look_up(compare, compare->fresh, object)) return false;
    if (!compare->found) {
        (void)snprintf(what, sizeof what, "there is a %s %s that is not known", object->type,
                       object->name);
        (void)snprintf(statement, sizeof statement, "DROP %s %s;", object->type, object->name);
        (void)differ(compare, what, statement);
        return false;
    }
    if (strcmp(object->type, "table") != 0) return true;
    compare->table = object->name;
    enum ys_status status =
        ys_db_columns(compare->real, object->name, refuse_column, compare, compare->err);
    if (compare->status == YS_OK) compare->status = status;
    return compare->status == YS_OK;
}

static enum ys_status compare_both(struct compare *compare)
{
    enum ys_status status =
        ys_db_objects(compare->fresh, expect_object, compare, compare->err);
    if (compare->status != YS_OK) return compare->status;
    YS_TRY(status);
    status = ys_db_objects(compare->real, refuse_object, compare, compare->err);
    return compare->status != YS_OK ? compare->status : status;
}

enum ys_status ys_schema_compare(struct ys_db *db, const struct ys_migration *migrations,
                                 size_t count, struct ys_error *err)
{
    struct compare compare = {.real = db, .err = err};
    struct ys_db_options options = {.path = ":memory:"};
    enum ys_status status = ys_db_open(&compare.fresh, &options, err);
    if (status == YS_OK) status = ys_schema_run(compare.fresh, migrations, count, err);
    if (status == YS_OK) status = compare_both(&compare);
    ys_db_close(compare.fresh);
    return status;
}
