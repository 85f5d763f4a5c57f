/* test_db_file.c: opening files, good and bad, two connections on one, damage, and every
 * allocation failing, ours and SQLite's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "db/db.h"
#include "support/fail_alloc.h"
#include "support/scratch.h"

#define OUR_ID 0x59545359

static char path[SCRATCH_PATH_BYTES];
static struct ys_error err;

#define OK(expression)                                                                           \
    do {                                                                                         \
        enum ys_status ok_status = (expression);                                                 \
        if (ok_status != YS_OK) fail_msg("%s: %s", ys_status_name(ok_status), err.message);      \
    } while (0)

static void check_refused(enum ys_status status, enum ys_status wanted, const char *part)
{
    assert_int_equal(status, wanted);
    if (strstr(err.message, part) == NULL) fail_msg("\"%s\" lacks \"%s\"", err.message, part);
    assert_int_equal(err.message[strlen(err.message) - 1], '.');
}

static int make_scratch(void **state)
{
    (void)state;
    ys_error_clear(&err);
    scratch_make();
    scratch_path(path, "main.db");
    return 0;
}

static int remove_scratch(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static struct ys_db *open_ours(void)
{
    const struct ys_db_options options = {.path = path, .application_id = OUR_ID};
    struct ys_db *db = NULL;

    OK(ys_db_open(&db, &options, &err));
    return db;
}

/* A database of ours with a table of 500 rows. */
static struct ys_db *make_ours(void)
{
    struct ys_db *db = open_ours();

    OK(ys_db_begin(db, &err));
    OK(ys_db_set_application_id(db, OUR_ID, &err));
    OK(ys_db_exec(db,
                  "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
                  "CREATE INDEX by_a ON t (a);"
                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                  " INSERT INTO t (a) SELECT 'row number ' || i FROM n",
                  &err));
    OK(ys_db_commit(db, &err));
    return db;
}

static enum ys_status try_text(struct ys_db *db, const char *sql, char out[64])
{
    struct ys_stmt *stmt;
    bool row = false;

    out[0] = '\0';
    YS_TRY(ys_db_prepare(db, sql, &stmt, &err));
    YS_TRY(ys_step(stmt, &row, &err));
    if (row) (void)snprintf(out, 64, "%s", ys_col_text(stmt, 0));
    ys_stmt_done(stmt);
    return YS_OK;
}

static void check_value(struct ys_db *db, const char *sql, const char *wanted)
{
    char value[64];

    OK(try_text(db, sql, value));
    assert_string_equal(value, wanted);
}

static void check_open_fails(const struct ys_db_options *options, enum ys_status status,
                             const char *part)
{
    struct ys_db *db = (struct ys_db *)&db;

    check_refused(ys_db_open(&db, options, &err), status, part);
    assert_null(db);
}

static long file_bytes(const char *name)
{
    struct stat info;

    return stat(name, &info) == 0 ? (long)info.st_size : -1;
}

/* ------------------------------------------------------------------ opening */

static void test_settings(void **state)
{
    struct ys_db *db = make_ours();

    (void)state;
    assert_string_equal(ys_db_path(db), path);
    check_value(db, "PRAGMA journal_mode", "wal");
    check_value(db, "PRAGMA synchronous", "2");
    check_value(db, "PRAGMA foreign_keys", "1");
    check_value(db, "PRAGMA trusted_schema", "0");
    check_value(db, "PRAGMA mmap_size", "0");
    check_value(db, "PRAGMA application_id", "1498698585");
    check_refused(ys_db_exec(db, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema", &err),
                  YS_EDB, "may not be modified");
    ys_db_close(db);
    ys_db_close(NULL);
    db = open_ours();
    check_value(db, "SELECT count(*) FROM t", "500");
    ys_db_close(db);
}

static void test_memory_has_no_log(void **state)
{
    const struct ys_db_options options = {.path = ":memory:", .application_id = OUR_ID};
    struct ys_db *db = NULL;

    (void)state;
    OK(ys_db_open(&db, &options, &err));
    check_value(db, "PRAGMA journal_mode", "memory");
    ys_db_close(db);
}

static void test_missing_files(void **state)
{
    char folder[SCRATCH_PATH_BYTES];
    struct ys_db_options options = {.path = path, .must_exist = true};

    (void)state;
    check_open_fails(&options, YS_ENOTFOUND, "There is no database \"");
    options = (struct ys_db_options){.path = path, .read_only = true};
    check_open_fails(&options, YS_ENOTFOUND, "main.db\".");
    assert_int_equal(file_bytes(path), -1);
    options = (struct ys_db_options){.path = scratch_path(folder, "no/such.db")};
    check_open_fails(&options, YS_EIO, "unable to open database file; No such file or directory");
    options.path = scratch_path(folder, "");
    check_open_fails(&options, YS_EIO, "could not be opened");
    options.path = NULL;
    check_open_fails(&options, YS_EINVAL, "needs a file name");
    options.path = "";
    check_open_fails(&options, YS_EINVAL, "needs a file name");
    options = (struct ys_db_options){.path = path, .vfs = "no such vfs"};
    check_open_fails(&options, YS_EDB, "no such vfs");
}

static void test_read_only(void **state)
{
    const struct ys_db_options options = {
        .path = path, .read_only = true, .application_id = OUR_ID};
    struct ys_db *db = make_ours();

    (void)state;
    ys_db_close(db);
    OK(ys_db_open(&db, &options, &err));
    check_value(db, "SELECT a FROM t WHERE id = 7", "row number 7");
    check_refused(ys_db_exec(db, "DELETE FROM t", &err), YS_EIO, "readonly");
    check_value(db, "SELECT count(*) FROM t", "500");
    ys_db_close(db);
}

/* No URI: such a name is a file like any other. */
static void test_names_are_not_uris(void **state)
{
    const struct ys_db_options options = {.path = "file:ytsync-test.db?mode=memory"};
    struct ys_db *db = NULL;
    char before[SCRATCH_PATH_BYTES], folder[SCRATCH_PATH_BYTES];

    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch_path(folder, ".")), 0);
    OK(ys_db_open(&db, &options, &err));
    OK(ys_db_exec(db, "CREATE TABLE t (a)", &err));
    ys_db_close(db);
    assert_true(file_bytes("file:ytsync-test.db?mode=memory") > 0);
    assert_int_equal(chdir(before), 0);
}

/* ------------------------------------------------------------------ not ours, not whole */

static void test_files_that_are_no_databases(void **state)
{
    static char text[5000];
    const struct ys_db_options options = {.path = path};

    (void)state;
    memset(text, 'x', sizeof text);
    /* From 2 on: a file of one byte is an empty one to SQLite. */
    for (size_t bytes = 2; bytes <= sizeof text; bytes = bytes * 3 + 7) {
        scratch_write(path, "main.db", text, bytes);
        check_open_fails(&options, YS_EDBFOREIGN,
                         "is not a ytsync database (SQLite: file is not a database)");
        assert_int_equal(file_bytes(path), bytes);
    }
}

static void check_foreign(const char *sql)
{
    const struct ys_db_options any = {.path = path}, ours = {.path = path,
                                                            .application_id = OUR_ID};
    struct ys_db *db = NULL;
    sqlite3 *raw = NULL;
    char mode[64];

    (void)unlink(path);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(raw), SQLITE_OK);
    check_open_fails(&ours, YS_EDBFOREIGN, "but one of another program; name another file.");
    /* Still in the mode that its program gave it: nothing was written. */
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_close(raw), SQLITE_OK);
    OK(ys_db_open(&db, &(struct ys_db_options){.path = path, .read_only = true}, &err));
    OK(try_text(db, "PRAGMA journal_mode", mode));
    assert_string_equal(mode, "delete");
    ys_db_close(db);
    OK(ys_db_open(&db, &any, &err));
    ys_db_close(db);
}

static void test_databases_of_other_programs(void **state)
{
    const struct ys_db_options ours = {.path = path, .application_id = OUR_ID};
    struct ys_db *db = NULL;

    (void)state;
    check_foreign("CREATE TABLE places (url TEXT)");
    check_foreign("PRAGMA application_id = 12; PRAGMA user_version = 1");
    check_foreign("PRAGMA user_version = 4; VACUUM");
    /* An empty file, and an empty database, are free to take. */
    scratch_write(path, "main.db", "", 0);
    OK(ys_db_open(&db, &ours, &err));
    ys_db_close(db);
    OK(ys_db_open(&db, &ours, &err));
    ys_db_close(db);
}

static void overwrite(long from, long bytes)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, from, SEEK_SET), 0);
    for (long i = 0; i < bytes; i++) assert_true(fputc(0xA5, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void test_damage(void **state)
{
    const struct ys_db_options options = {.path = path, .application_id = OUR_ID};
    struct ys_db *db = make_ours();
    char value[64];

    (void)state;
    OK(ys_db_check(db, false, &err));
    ys_db_close(db);
    assert_true(file_bytes(path) >= 4 * 4096);
    overwrite(2 * 4096, file_bytes(path) - 2L * 4096);
    OK(ys_db_open(&db, &options, &err));
    check_refused(ys_db_check(db, true, &err), YS_EDBCORRUPT, "main.db\" is damaged (SQLite: ");
    check_refused(ys_db_check(db, false, &err), YS_EDBCORRUPT, "main.db\" is damaged (SQLite: ");
    check_refused(try_text(db, "SELECT sum(length(a)) FROM t NOT INDEXED", value), YS_EDBCORRUPT,
                  "is damaged (SQLite: database disk image is malformed)");
    ys_db_close(db);
    assert_int_equal(truncate(path, 4096), 0); /* cut off: an error, and no signal */
    check_open_fails(&options, YS_EDBCORRUPT, "main.db\" is damaged (SQLite: ");
}

/* ------------------------------------------------------------------ two connections */

static void test_two_connections(void **state)
{
    struct ys_db *one = make_ours(), *two = open_ours();

    (void)state;
    OK(ys_db_begin(one, &err));
    OK(ys_db_exec(one, "DELETE FROM t", &err));
    check_value(two, "SELECT count(*) FROM t", "500"); /* readers do not wait */
    check_refused(ys_db_begin(two, &err), YS_ELOCKED, "is in use by another program");
    assert_false(ys_db_in_transaction(two));
    OK(ys_db_commit(one, &err));
    OK(ys_db_begin(two, &err));
    check_value(two, "SELECT count(*) FROM t", "0");
    ys_db_rollback(two);
    ys_db_close(one);
    ys_db_close(two);
}

/* Closing with a transaction and a statement open drops what was not committed. */
static void test_close_in_the_middle(void **state)
{
    struct ys_db *db = make_ours();
    struct ys_stmt *stmt = NULL;
    bool row = false;

    (void)state;
    OK(ys_db_begin(db, &err));
    OK(ys_db_exec(db, "DELETE FROM t WHERE id > 10", &err));
    OK(ys_db_prepare(db, "SELECT a FROM t", &stmt, &err));
    OK(ys_step(stmt, &row, &err));
    ys_db_close(db);
    db = open_ours();
    check_value(db, "SELECT count(*) FROM t", "500");
    ys_db_close(db);
}

/* ------------------------------------------------------------------ memory */

static enum ys_status work(void)
{
    const struct ys_db_options options = {.path = path, .application_id = OUR_ID};
    enum ys_status status;
    struct ys_db *db = NULL;
    struct ys_stmt *stmt;
    char value[64];

    status = ys_db_open(&db, &options, &err);
    if (status != YS_OK) return status;
    status = ys_db_begin(db, &err);
    if (status != YS_OK) goto out;
    status = ys_db_prepare(db, "INSERT INTO t (a) VALUES (?1)", &stmt, &err);
    if (status != YS_OK) goto out;
    ys_bind_text(stmt, 1, "a text that is long enough to need memory of its own");
    status = ys_run(stmt, &err);
    if (status != YS_OK) goto out;
    status = try_text(db, "SELECT a || a FROM t ORDER BY a DESC", value);
    if (status == YS_OK) status = ys_db_commit(db, &err);
out:
    if (status != YS_OK) {
        ys_db_rollback(db);
        assert_false(ys_db_in_transaction(db));
    }
    ys_db_close(db);
    return status;
}

static void check_rows(const char *count)
{
    struct ys_db *db = open_ours();

    check_value(db, "SELECT count(*) FROM t", count);
    OK(ys_db_check(db, false, &err));
    ys_db_close(db);
}

static void test_our_allocations_fail(void **state)
{
    long count;

    (void)state;
    ys_db_close(make_ours());
    fail_alloc_start(0, false);
    OK(work());
    count = fail_alloc_stop();
    assert_true(count >= 5);
    for (long nth = 1; nth <= count; nth++) {
        enum ys_status status;

        fail_alloc_start(nth, false);
        status = work();
        (void)fail_alloc_stop();
        check_refused(status, YS_ENOMEM, "Memory ran out while ");
    }
    check_rows("501");
}

static sqlite3_mem_methods real_memory;
static long sqlite_asked, sqlite_failing;

static bool sqlite_allowed(void)
{
    return ++sqlite_asked != sqlite_failing;
}

static void *failing_malloc(int bytes)
{
    return sqlite_allowed() ? real_memory.xMalloc(bytes) : NULL;
}

static void *failing_realloc(void *memory, int bytes)
{
    return sqlite_allowed() ? real_memory.xRealloc(memory, bytes) : NULL;
}

static void use_failing_memory(bool on)
{
    sqlite3_mem_methods failing;

    assert_int_equal(sqlite3_shutdown(), SQLITE_OK);
    if (on) assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    failing = real_memory;
    if (on) {
        failing.xMalloc = failing_malloc;
        failing.xRealloc = failing_realloc;
    }
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
}

/* SQLite can do without some of its allocations (caches); then the work succeeds, and it must be
 * there. In all other cases it must not. */
static void test_sqlites_allocations_fail(void **state)
{
    long total, rows = 500;
    char count[32];
    int failures = 0;

    (void)state;
    ys_db_close(make_ours());
    use_failing_memory(true);
    sqlite_failing = 0;
    sqlite_asked = 0;
    OK(work());
    rows++;
    total = sqlite_asked;
    assert_in_range(total, 50, 5000);
    for (long nth = 1; nth <= total; nth += nth < 40 ? 1 : 3) {
        enum ys_status status;

        ys_error_clear(&err);
        sqlite_asked = 0;
        sqlite_failing = nth;
        status = work();
        sqlite_failing = 0;
        if (status == YS_OK) {
            rows++;
        } else {
            check_refused(status, YS_ENOMEM, "Memory ran out while working with the database");
            failures++;
        }
    }
    use_failing_memory(false);
    assert_true(failures > 20);
    (void)snprintf(count, sizeof count, "%ld", rows);
    check_rows(count);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(test_settings),
        WITH_FILES(test_memory_has_no_log),
        WITH_FILES(test_missing_files),
        WITH_FILES(test_read_only),
        WITH_FILES(test_names_are_not_uris),
        WITH_FILES(test_files_that_are_no_databases),
        WITH_FILES(test_databases_of_other_programs),
        WITH_FILES(test_damage),
        WITH_FILES(test_two_connections),
        WITH_FILES(test_close_in_the_middle),
        WITH_FILES(test_our_allocations_fail),
        WITH_FILES(test_sqlites_allocations_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
