/* compare.c: compares the real schema with the one that a fresh database of the same migrations
 * has, table by table, column by column, index by index (DESIGN section 4: a migration that was
 * interrupted by hand, or a tool that skips a new column on an existing table in silence, is
 * noticed at once and not by a query that fails on day 9).
 *
 * The fresh database is made in memory for each comparison, so that there is no second list of
 * columns to keep. Tables are compared by their columns and not by the text of their CREATE,
 * which changes with each ALTER. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "store/rows.h"
#include "store/schema.h"

/* Far above what the schema has (some 20 objects, 200 columns): a file with more is not ours. */
#define PARTS_MAX 4096
#define DECLARATION_BYTES 192
#define WHAT_BYTES 320
#define STATEMENT_BYTES 600
#define KIND_BYTES 16

/* One table, column, index, trigger or view. `text` is a column's declaration ("BIGINT NOT NULL
 * DEFAULT 0"), an index's CREATE. */
struct part {
    char kind[KIND_BYTES];
    char *table, *name, *text;
    bool needs_value;  /* a column that may not be NULL and has no default */
};

struct shape {
    struct part *parts;
    size_t count, capacity;
    const char *table; /* whose columns are being read */
    enum ys_status status;
    struct ys_error *err;
};

/* ---- reading a schema */

static void shape_free(struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        ys_free(shape->parts[i].table);
        ys_free(shape->parts[i].name);
        ys_free(shape->parts[i].text);
    }
    ys_free(shape->parts);
}

static bool shape_grow(struct shape *shape)
{
    size_t capacity = shape->capacity ? shape->capacity * 2 : 256;
    if (shape->count < shape->capacity) return true;
    if (capacity > PARTS_MAX) {
        shape->status = ys_fail(shape->err, YS_EDBSCHEMA,
                                "The database has more than %d tables, columns and indexes; it "
                                "cannot be one of ytsync.",
                                PARTS_MAX);
        return false;
    }
    struct part *parts = ys_realloc(shape->parts, capacity * sizeof *parts);
    if (!parts) {
        shape->status = ys_fail(shape->err, YS_ENOMEM, "No memory is left for the schema.");
        return false;
    }
    shape->parts = parts;
    shape->capacity = capacity;
    return true;
}

static struct part *shape_add(struct shape *shape, const char *kind, const char *table,
                              const char *name, const char *text)
{
    if (!shape_grow(shape)) return NULL;
    struct part *part = &shape->parts[shape->count];
    memset(part, 0, sizeof *part);
    (void)ys_copy(part->kind, sizeof part->kind, kind);
    part->table = ys_dup(table);
    part->name = ys_dup(name);
    part->text = ys_dup(text ? text : "");
    shape->count++;
    if (part->table && part->name && part->text) return part;
    shape->status = ys_fail(shape->err, YS_ENOMEM, "No memory is left for the schema.");
    return NULL;
}

static bool read_column(void *ctx, const struct ys_db_column *column)
{
    struct shape *shape = ctx;
    char text[DECLARATION_BYTES];
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", column->type,
                   column->key_position ? " PRIMARY KEY" : "", column->not_null ? " NOT NULL" : "",
                   column->default_value ? " DEFAULT " : "",
                   column->default_value ? column->default_value : "");
    struct part *part = shape_add(shape, "column", shape->table, column->name, text);
    if (part) part->needs_value = column->not_null && !column->default_value;
    return part != NULL;
}

static bool read_object(void *ctx, const struct ys_db_object *object)
{
    struct shape *shape = ctx;
    bool is_table = strcmp(object->type, "table") == 0;
    return shape_add(shape, object->type, object->table, object->name,
                     is_table ? "" : object->sql) != NULL;
}

static enum ys_status shape_read(struct shape *shape, struct ys_db *db)
{
    YS_TRY(ys_db_objects(db, read_object, shape, shape->err));
    YS_TRY(shape->status);
    size_t objects = shape->count;
    for (size_t i = 0; i < objects; i++) {
        if (strcmp(shape->parts[i].kind, "table") != 0) continue;
        shape->table = shape->parts[i].name;
        YS_TRY(ys_db_columns(db, shape->table, read_column, shape, shape->err));
        YS_TRY(shape->status);
    }
    return YS_OK;
}

static const struct part *shape_find(const struct shape *shape, const struct part *like)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct part *part = &shape->parts[i];
        if (strcmp(part->kind, like->kind) == 0 && strcmp(part->name, like->name) == 0 &&
            strcmp(part->table, like->table) == 0)
            return part;
    }
    return NULL;
}

/* ---- putting a difference into words */

static enum ys_status differ(struct ys_error *err, const char *what, const char *statement)
{
    return ys_fail(err, YS_EDBSCHEMA,
                   "The database's tables are not as this ytsync expects: %s. This would mend "
                   "it: %s",
                   what, statement);
}

/* What to write behind ADD COLUMN: a column that may not be NULL needs a value for the rows that
 * are there. */
static const char *added_value(const struct part *column)
{
    if (!column->needs_value) return "";
    return strncmp(column->text, "TEXT", 4) == 0 ? " DEFAULT ''" : " DEFAULT 0";
}

static enum ys_status column_missing(const struct part *column, struct ys_error *err)
{
    char what[WHAT_BYTES], statement[STATEMENT_BYTES];
    (void)snprintf(what, sizeof what, "table %s has no column %s", column->table, column->name);
    (void)snprintf(statement, sizeof statement, "ALTER TABLE %s ADD COLUMN %s %s%s;",
                   column->table, column->name, column->text, added_value(column));
    return differ(err, what, statement);
}

static enum ys_status column_differs(const struct part *column, const struct part *is,
                                     struct ys_error *err)
{
    char what[WHAT_BYTES], statement[STATEMENT_BYTES];
    const char *table = column->table, *name = column->name;
    (void)snprintf(what, sizeof what, "the column %s of table %s is \"%s\" and should be \"%s\"",
                   name, table, is->text, column->text);
    (void)snprintf(statement, sizeof statement,
                   "ALTER TABLE %s RENAME COLUMN %s TO %s_old; ALTER TABLE %s ADD COLUMN %s %s%s; "
                   "UPDATE %s SET %s = %s_old; ALTER TABLE %s DROP COLUMN %s_old;",
                   table, name, name, table, name, column->text, added_value(column), table, name,
                   name, table, name);
    return differ(err, what, statement);
}

static enum ys_status part_missing(const struct part *part, const char *create,
                                   struct ys_error *err)
{
    char what[WHAT_BYTES], statement[STATEMENT_BYTES];
    (void)snprintf(what, sizeof what, "the %s %s is missing", part->kind, part->name);
    int bytes = snprintf(statement, sizeof statement, "%s;", create);
    if (bytes > 0 && (size_t)bytes < sizeof statement) return differ(err, what, statement);
    /* Half a statement mends nothing. */
    return ys_fail(err, YS_EDBSCHEMA,
                   "The database's tables are not as this ytsync expects: %s. "
                   YS_RESTORE_ADVICE,
                   what);
}

static enum ys_status part_differs(const struct part *part, struct ys_error *err)
{
    char what[WHAT_BYTES], statement[STATEMENT_BYTES];
    (void)snprintf(what, sizeof what, "the %s %s is not the expected one", part->kind,
                   part->name);
    (void)snprintf(statement, sizeof statement, "DROP %s %s; %s;", part->kind, part->name,
                   part->text);
    return differ(err, what, statement);
}

static enum ys_status part_unknown(const struct part *part, struct ys_error *err)
{
    char what[WHAT_BYTES], statement[STATEMENT_BYTES];
    if (strcmp(part->kind, "column") == 0) {
        (void)snprintf(what, sizeof what, "table %s has a column %s that is not known",
                       part->table, part->name);
        (void)snprintf(statement, sizeof statement, "ALTER TABLE %s DROP COLUMN %s;", part->table,
                       part->name);
    } else {
        (void)snprintf(what, sizeof what, "there is a %s %s that is not known", part->kind,
                       part->name);
        (void)snprintf(statement, sizeof statement, "DROP %s %s;", part->kind, part->name);
    }
    return differ(err, what, statement);
}

/* ---- comparing */

struct create_search {
    const char *name;
    char *sql;
};

static bool find_create(void *ctx, const struct ys_db_object *object)
{
    struct create_search *search = ctx;
    if (strcmp(object->name, search->name) != 0) return true;
    search->sql = ys_dup(object->sql);
    return false;
}

static enum ys_status table_missing(struct ys_db *fresh, const struct part *table,
                                    struct ys_error *err)
{
    struct create_search search = {.name = table->name};
    YS_TRY(ys_db_objects(fresh, find_create, &search, err));
    enum ys_status status = part_missing(table, search.sql ? search.sql : "", err);
    ys_free(search.sql);
    return status;
}

/* Tables come before their columns, and these before the indexes over them: mended in the order
 * in which they are reported, the statements work. */
static int rank_of(const struct part *part)
{
    if (strcmp(part->kind, "table") == 0) return 0;
    return strcmp(part->kind, "column") == 0 ? 1 : 2;
}

static enum ys_status part_compare(const struct shape *is, const struct part *part,
                                   struct ys_db *fresh, struct ys_error *err)
{
    const struct part *found = shape_find(is, part);
    int rank = rank_of(part);
    if (found && strcmp(found->text, part->text) == 0) return YS_OK;
    if (found) return rank == 1 ? column_differs(part, found, err) : part_differs(part, err);
    if (rank == 0) return table_missing(fresh, part, err);
    return rank == 1 ? column_missing(part, err) : part_missing(part, part->text, err);
}

static enum ys_status shapes_compare(const struct shape *is, const struct shape *wanted,
                                     struct ys_db *fresh, struct ys_error *err)
{
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; i < wanted->count; i++)
            if (rank_of(&wanted->parts[i]) == rank)
                YS_TRY(part_compare(is, &wanted->parts[i], fresh, err));
    for (size_t i = 0; i < is->count; i++)
        if (!shape_find(wanted, &is->parts[i])) return part_unknown(&is->parts[i], err);
    return YS_OK;
}

enum ys_status ys_schema_compare(struct ys_db *db, const struct ys_migration *migrations,
                                 size_t count, struct ys_error *err)
{
    struct shape is = {.err = err}, wanted = {.err = err};
    struct ys_db *fresh = NULL;
    struct ys_db_options options = {.path = ":memory:"};
    enum ys_status status = ys_db_open(&fresh, &options, err);
    if (status == YS_OK) status = ys_schema_run(fresh, migrations, count, err);
    if (status == YS_OK) status = shape_read(&wanted, fresh);
    if (status == YS_OK) status = shape_read(&is, db);
    if (status == YS_OK) status = shapes_compare(&is, &wanted, fresh, err);
    shape_free(&is);
    shape_free(&wanted);
    ys_db_close(fresh);
    return status;
}
