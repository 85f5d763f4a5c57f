/* test_db.c: statements, transactions and the look at the schema, in memory. Opening files is in
 * test_db_file.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "db/db.h"

static struct ys_db *db;
static struct ys_error err;

#define OK(expression)                                                                           \
    do {                                                                                         \
        enum ys_status ok_status = (expression);                                                 \
        if (ok_status != YS_OK) fail_msg("%s: %s", ys_status_name(ok_status), err.message);      \
    } while (0)

static void check_refused(enum ys_status status, enum ys_status wanted, const char *part)
{
    assert_int_equal(status, wanted);
    assert_int_equal(err.status, wanted);
    if (strstr(err.message, part) == NULL) fail_msg("\"%s\" lacks \"%s\"", err.message, part);
    assert_int_equal(err.message[strlen(err.message) - 1], '.');
}

static int open_memory(void **state)
{
    const struct ys_db_options options = {.path = ":memory:"};

    (void)state;
    ys_error_clear(&err);
    if (ys_db_open(&db, &options, &err) != YS_OK) return -1;
    return ys_db_exec(db,
                      "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT UNIQUE,"
                      " size BIGINT NOT NULL DEFAULT 0 CHECK (size >= 0))",
                      &err) == YS_OK
               ? 0
               : -1;
}

static int close_memory(void **state)
{
    (void)state;
    ys_db_close(db);
    db = NULL;
    return 0;
}

static struct ys_stmt *take(const char *sql)
{
    struct ys_stmt *stmt = NULL;

    OK(ys_db_prepare(db, sql, &stmt, &err));
    return stmt;
}

static int64_t query(const char *sql)
{
    struct ys_stmt *stmt = take(sql);
    bool row = false;
    int64_t value;

    OK(ys_step(stmt, &row, &err));
    assert_true(row);
    value = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return value;
}

static void insert(const char *title, int64_t size)
{
    struct ys_stmt *stmt = take("INSERT INTO notes (title, size) VALUES (?1, ?2)");

    ys_bind_text(stmt, 1, title);
    ys_bind_int(stmt, 2, size);
    OK(ys_run(stmt, &err));
}

/* ------------------------------------------------------------------ statements */

static void test_bind_and_read(void **state)
{
    struct ys_stmt *stmt;
    bool row = false;

    (void)state;
    insert("r\xC3\xA9sum\xC3\xA9", INT64_MAX);
    assert_int_equal(ys_db_changes(db), 1);
    assert_int_equal(ys_db_last_id(db), 1);
    insert(NULL, 0);
    assert_int_equal(ys_db_last_id(db), 2);
    stmt = take("SELECT id, title, size FROM notes ORDER BY id");
    OK(ys_step(stmt, &row, &err));
    assert_true(row);
    assert_int_equal(ys_col_int(stmt, 0), 1);
    assert_string_equal(ys_col_text(stmt, 1), "r\xC3\xA9sum\xC3\xA9");
    assert_false(ys_col_null(stmt, 1));
    assert_true(ys_col_int(stmt, 2) == INT64_MAX);
    OK(ys_step(stmt, &row, &err));
    assert_true(row);
    assert_true(ys_col_null(stmt, 1));
    assert_string_equal(ys_col_text(stmt, 1), "");
    assert_int_equal(ys_col_int(stmt, 1), 0);
    OK(ys_step(stmt, &row, &err));
    assert_false(row);
    ys_stmt_done(stmt);
    ys_stmt_done(NULL);
}

static void test_bound_text_is_copied_and_forgotten(void **state)
{
    const char *sql = "SELECT ?1 IS NULL, ?1";
    struct ys_stmt *stmt = take(sql);
    char text[] = "before";
    bool row = false;

    (void)state;
    ys_bind_text(stmt, 1, text);
    memcpy(text, "after!", sizeof text);
    OK(ys_step(stmt, &row, &err));
    assert_string_equal(ys_col_text(stmt, 1), "before");
    ys_stmt_done(stmt);
    assert_int_equal(query(sql), 1);
    stmt = take(sql); /* taken and bound, but never stepped */
    ys_bind_text(stmt, 1, "left over");
    assert_int_equal(query(sql), 1);
}

static void test_cache_goes_by_text(void **state)
{
    char sql[] = "SELECT 1";
    struct ys_stmt *first = take(sql), *again;

    (void)state;
    ys_stmt_done(first);
    again = take("SELECT 1");
    assert_ptr_equal(first, again);
    ys_stmt_done(again);
    sql[7] = '2';
    again = take(sql);
    assert_ptr_not_equal(first, again);
    ys_stmt_done(again);
    assert_int_equal(query("SELECT 1;\n "), 1);
}

/* Three times as many texts as there are slots, each twice; all give their own number. */
static void test_cache_is_bounded(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3 * YS_DB_STATEMENTS_MAX; i++) {
            char sql[64];

            (void)snprintf(sql, sizeof sql, "SELECT %d", i);
            assert_int_equal(query(sql), i);
        }
    }
}

/* The statement that was used longest ago makes room, a taken one never does. */
static void test_cache_gives_up_the_oldest(void **state)
{
    struct ys_stmt *held = take("SELECT 1000"), *young;
    char sql[64];
    bool row = false;

    (void)state;
    for (int i = 0; i < YS_DB_STATEMENTS_MAX - 1; i++) {
        (void)snprintf(sql, sizeof sql, "SELECT %d", i);
        assert_int_equal(query(sql), i);
    }
    assert_int_equal(query("SELECT 0"), 0); /* young again: SELECT 1 is the oldest */
    young = take("SELECT 0");
    ys_stmt_done(young);
    assert_int_equal(query("SELECT 2000"), 2000);
    assert_ptr_equal(take("SELECT 0"), young);
    OK(ys_step(held, &row, &err));
    assert_int_equal(ys_col_int(held, 0), 1000);
}

static void test_too_many_unfinished(void **state)
{
    struct ys_stmt *stmt = NULL;
    char sql[64];

    (void)state;
    for (int i = 0; i < YS_DB_STATEMENTS_MAX; i++) {
        (void)snprintf(sql, sizeof sql, "SELECT %d", i);
        (void)take(sql);
    }
    check_refused(ys_db_prepare(db, "SELECT 'more'", &stmt, &err), YS_EINTERNAL,
                  "statements on the database \":memory:\" were not finished");
    assert_null(stmt);
}

static void test_misuse_is_refused(void **state)
{
    struct ys_stmt *stmt = take("SELECT id FROM notes"), *other = NULL;
    bool row = false;

    (void)state;
    insert("a", 1);
    insert("b", 2);
    OK(ys_step(stmt, &row, &err));
    check_refused(ys_db_prepare(db, "SELECT id FROM notes", &other, &err), YS_EINTERNAL,
                  "still in use");
    OK(ys_step(stmt, &row, &err));
    assert_int_equal(ys_col_int(stmt, 0), 2);
    OK(ys_step(stmt, &row, &err));
    check_refused(ys_step(stmt, &row, &err), YS_EINTERNAL, "used after it was finished");
    assert_false(row);
    check_refused(ys_run(take("SELECT id FROM notes"), &err), YS_EINTERNAL, "gave rows");
    assert_int_equal(query("SELECT id FROM notes"), 1);
    check_refused(ys_db_prepare(db, "SELECT 1; SELECT 2", &other, &err), YS_EINTERNAL,
                  "not exactly one statement");
    check_refused(ys_db_prepare(db, " ", &other, &err), YS_EINTERNAL, "not exactly one statement");
    stmt = take("SELECT ?1");
    ys_bind_int(stmt, 2, 5);
    check_refused(ys_step(stmt, &row, &err), YS_EINTERNAL, "refused an operation");
    assert_int_equal(query("SELECT 5"), 5);
}

static void test_sql_errors_are_sentences(void **state)
{
    struct ys_stmt *stmt = NULL;

    (void)state;
    check_refused(ys_db_prepare(db, "SELEC 1", &stmt, &err), YS_EDB,
                  "The database \":memory:\" refused an operation (SQLite: near \"SELEC\": syntax "
                  "error): \"SELEC 1\".");
    check_refused(ys_db_prepare(db, "SELECT \"no such column\" FROM notes", &stmt, &err), YS_EDB,
                  "no such column");
    insert("a", 1);
    stmt = take("INSERT INTO notes (title, size) VALUES (?1, ?2)");
    ys_bind_text(stmt, 1, "a");
    ys_bind_int(stmt, 2, 1);
    check_refused(ys_run(stmt, &err), YS_EDB, "UNIQUE constraint failed: notes.title");
    stmt = take("INSERT INTO notes (title, size) VALUES (?1, ?2)");
    ys_bind_text(stmt, 1, "b");
    ys_bind_int(stmt, 2, -1);
    check_refused(ys_run(stmt, &err), YS_EDB, "CHECK constraint failed");
    insert("b", 1);
    check_refused(ys_db_exec(db, "CREATE TABLE notes (a)", &err), YS_EDB, "already exists");
    assert_int_equal(ys_db_exec(db, "nonsense", NULL), YS_EDB);
}

static void test_returning(void **state)
{
    struct ys_stmt *stmt;
    bool row = false;

    (void)state;
    insert("a", 3);
    OK(ys_db_begin(db, &err));
    stmt = take("UPDATE notes SET size = size - ?1 WHERE size >= ?1 RETURNING size");
    ys_bind_int(stmt, 1, 2);
    OK(ys_step(stmt, &row, &err));
    assert_true(row);
    assert_int_equal(ys_col_int(stmt, 0), 1);
    ys_stmt_done(stmt);
    stmt = take("UPDATE notes SET size = size - ?1 WHERE size >= ?1 RETURNING size");
    ys_bind_int(stmt, 1, 2);
    OK(ys_step(stmt, &row, &err));
    assert_false(row);
    OK(ys_db_commit(db, &err));
    assert_int_equal(query("SELECT size FROM notes"), 1);
}

/* ------------------------------------------------------------------ transactions */

static void test_transactions(void **state)
{
    (void)state;
    assert_false(ys_db_in_transaction(db));
    OK(ys_db_begin(db, &err));
    assert_true(ys_db_in_transaction(db));
    insert("kept", 1);
    check_refused(ys_db_begin(db, &err), YS_EINTERNAL, "inside another");
    OK(ys_db_commit(db, &err));
    assert_false(ys_db_in_transaction(db));
    check_refused(ys_db_commit(db, &err), YS_EINTERNAL, "no transaction");
    OK(ys_db_begin(db, &err));
    insert("dropped", 1);
    ys_db_rollback(db);
    assert_false(ys_db_in_transaction(db));
    ys_db_rollback(db);
    ys_db_rollback(NULL);
    assert_int_equal(query("SELECT count(*) FROM notes"), 1);
}

static void test_rollback_with_a_statement_open(void **state)
{
    struct ys_stmt *stmt;
    bool row = false;

    (void)state;
    insert("a", 1);
    insert("b", 1);
    OK(ys_db_begin(db, &err));
    insert("c", 1);
    stmt = take("SELECT id FROM notes ORDER BY id");
    OK(ys_step(stmt, &row, &err));
    ys_db_rollback(db);
    assert_false(ys_db_in_transaction(db));
    ys_stmt_done(stmt);
    assert_int_equal(query("SELECT count(*) FROM notes"), 2);
}

/* DDL and data go together. */
static void test_ddl_rolls_back(void **state)
{
    (void)state;
    OK(ys_db_begin(db, &err));
    OK(ys_db_exec(db, "CREATE TABLE more (a); INSERT INTO more VALUES (1), (2)", &err));
    assert_int_equal(query("SELECT count(*) FROM more"), 2);
    OK(ys_db_set_user_version(db, 5, &err));
    OK(ys_db_set_application_id(db, 77, &err));
    ys_db_rollback(db);
    assert_int_equal(query("SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), 0);
    assert_int_equal(query("PRAGMA user_version"), 0);
    assert_int_equal(query("PRAGMA application_id"), 0);
}

/* ------------------------------------------------------------------ header, checks, schema */

static void test_header_numbers(void **state)
{
    int64_t value = -1;

    (void)state;
    OK(ys_db_user_version(db, &value, &err));
    assert_int_equal(value, 0);
    OK(ys_db_set_user_version(db, INT32_MAX, &err));
    OK(ys_db_user_version(db, &value, &err));
    assert_int_equal(value, INT32_MAX);
    OK(ys_db_set_application_id(db, 0x59545359, &err));
    OK(ys_db_application_id(db, &value, &err));
    assert_int_equal(value, 0x59545359);
    check_refused(ys_db_set_user_version(db, INT64_C(1) << 31, &err), YS_EINVAL, "user_version");
    check_refused(ys_db_set_application_id(db, INT64_MIN, &err), YS_EINVAL, "application_id");
}

static void test_foreign_keys(void **state)
{
    (void)state;
    OK(ys_db_exec(db, "CREATE TABLE lines (note BIGINT NOT NULL REFERENCES notes(id))", &err));
    check_refused(ys_db_exec(db, "INSERT INTO lines VALUES (7)", &err), YS_EDB,
                  "FOREIGN KEY constraint failed");
    OK(ys_db_foreign_key_check(db, &err));
    OK(ys_db_begin(db, &err));
    check_refused(ys_db_foreign_keys(db, false, &err), YS_EINTERNAL, "inside a transaction");
    ys_db_rollback(db);
    OK(ys_db_foreign_keys(db, false, &err));
    OK(ys_db_exec(db, "INSERT INTO lines VALUES (7)", &err));
    OK(ys_db_foreign_keys(db, true, &err));
    check_refused(ys_db_foreign_key_check(db, &err), YS_EDBCORRUPT,
                  "row 1 of table \"lines\" refers to a row of \"notes\" that is not there");
    OK(ys_db_check(db, true, &err));
    OK(ys_db_check(db, false, &err));
}

static bool add_column(void *ctx, const struct ys_db_column *column)
{
    ys_buf_printf(ctx, "%s %s %d %s %lld; ", column->name, column->type, column->not_null,
                  column->default_value != NULL ? column->default_value : "-",
                  (long long)column->key_position);
    return true;
}

static bool stop_at_once(void *ctx, const struct ys_db_column *column)
{
    (void)column;
    (*(int *)ctx)++;
    return false;
}

static bool add_object(void *ctx, const struct ys_db_object *object)
{
    ys_buf_printf(ctx, "%s %s %s %.6s; ", object->type, object->name, object->table, object->sql);
    return strcmp(object->name, "stop") != 0;
}

static void test_schema_walks(void **state)
{
    struct ys_buf seen;
    int calls = 0;

    (void)state;
    ys_buf_init(&seen, 10000);
    OK(ys_db_exec(db,
                  "CREATE TABLE pairs (b TEXT NOT NULL DEFAULT 'x', a BIGINT, c,"
                  " PRIMARY KEY (a, b));"
                  "CREATE INDEX stop ON pairs (c)",
                  &err));
    OK(ys_db_columns(db, "notes", add_column, &seen, &err));
    assert_string_equal(ys_buf_text(&seen), "id INTEGER 0 - 1; title TEXT 0 - 0; "
                                            "size BIGINT 1 0 0; ");
    ys_buf_clear(&seen);
    OK(ys_db_columns(db, "pairs", add_column, &seen, &err));
    assert_string_equal(ys_buf_text(&seen), "b TEXT 1 'x' 2; a BIGINT 0 - 1; c  0 - 0; ");
    ys_buf_clear(&seen);
    OK(ys_db_columns(db, "nothing", add_column, &seen, &err));
    assert_string_equal(ys_buf_text(&seen), "");
    OK(ys_db_columns(db, "pairs", stop_at_once, &calls, &err));
    OK(ys_db_columns(db, "pairs", stop_at_once, &calls, &err));
    assert_int_equal(calls, 2);
    OK(ys_db_exec(db, "CREATE TABLE other (c); CREATE INDEX by_c ON other (c)", &err));
    OK(ys_db_objects(db, add_object, &seen, &err));
    assert_string_equal(ys_buf_text(&seen), "index by_c other CREATE; index stop pairs CREATE; ");
    ys_buf_clear(&seen);
    OK(ys_db_exec(db, "DROP INDEX stop; DROP TABLE other", &err));
    OK(ys_db_objects(db, add_object, &seen, &err));
    assert_string_equal(ys_buf_text(&seen),
                        "table notes notes CREATE; table pairs pairs CREATE; ");
    ys_buf_free(&seen);
}

static void test_ids_are_never_used_twice(void **state)
{
    char sql[128];

    (void)state;
    (void)snprintf(sql, sizeof sql, "CREATE TABLE things (id %s, a)", ys_db_id_column(db));
    OK(ys_db_exec(db, sql, &err));
    OK(ys_db_exec(db, "INSERT INTO things (a) VALUES (1), (2); DELETE FROM things", &err));
    OK(ys_db_exec(db, "INSERT INTO things (a) VALUES (3)", &err));
    assert_int_equal(query("SELECT id FROM things"), 3);
}

#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, open_memory, close_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_MEMORY(test_bind_and_read),
        IN_MEMORY(test_bound_text_is_copied_and_forgotten),
        IN_MEMORY(test_cache_goes_by_text),
        IN_MEMORY(test_cache_is_bounded),
        IN_MEMORY(test_cache_gives_up_the_oldest),
        IN_MEMORY(test_too_many_unfinished),
        IN_MEMORY(test_misuse_is_refused),
        IN_MEMORY(test_sql_errors_are_sentences),
        IN_MEMORY(test_returning),
        IN_MEMORY(test_transactions),
        IN_MEMORY(test_rollback_with_a_statement_open),
        IN_MEMORY(test_ddl_rolls_back),
        IN_MEMORY(test_header_numbers),
        IN_MEMORY(test_foreign_keys),
        IN_MEMORY(test_schema_walks),
        IN_MEMORY(test_ids_are_never_used_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
