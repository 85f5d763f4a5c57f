/* test_store_open.c: what can be opened as a database, what is refused and in which words, and
 * that what is refused is left as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/netfs.h"
#include "store/schema.h"
#include "support/scratch.h"
#include "support/stores.h"

static char path[SCRATCH_PATH_BYTES];

static int set_up(void **state)
{
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static int mode_of(const char *suffix)
{
    char name[SCRATCH_PATH_BYTES + 8];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &info) == 0 ? (int)(info.st_mode & 0777) : -1;
}

static void test_new_database_is_private_and_ours(void **state)
{
    struct ys_store *store = stores_open(path);
    struct ys_error err = {0};
    int64_t application = 0, version = 0;
    char id[33];

    (void)state;
    assert_int_equal(ys_db_application_id(store->db, &application, &err), YS_OK);
    assert_true(application == YS_APPLICATION_ID);
    assert_int_equal(ys_db_user_version(store->db, &version, &err), YS_OK);
    assert_true((size_t)version == ys_schema_version());
    assert_int_equal(strlen(store->database_id), 32);
    memcpy(id, store->database_id, sizeof id);
    assert_int_equal(ys_store_lock(store, &err), YS_OK);
    stores_begin(store);
    (void)stores_account(store, "UC1");
    stores_commit(store);
    assert_int_equal(mode_of(""), 0600);
    assert_int_equal(mode_of("-wal"), 0600);
    assert_int_equal(mode_of("-shm"), 0600);
    assert_int_equal(mode_of(".state"), 0600);
    assert_int_equal(mode_of(".lock"), 0600);
    ys_store_close(store);

    store = stores_open(path);
    assert_string_equal(store->database_id, id);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM accounts"), 1);
    ys_store_close(store);
}

static void test_two_databases_have_two_ids(void **state)
{
    struct ys_store *one = stores_memory(), *other = stores_memory();
    (void)state;
    assert_string_not_equal(one->database_id, other->database_id);
    ys_store_close(one);
    ys_store_close(other);
}

static void test_an_empty_file_is_a_new_database(void **state)
{
    (void)state;
    (void)scratch_write(path, "library.db", "", 0);
    assert_int_equal(stores_try(path, NULL), YS_OK);
}

static void test_a_missing_file(void **state)
{
    struct ys_store_options options = {.path = path, .must_exist = true};
    struct ys_store *store = (void *)&options;
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_store_open(&store, &options, NULL, &err), YS_ENOTFOUND);
    assert_null(store);
    assert_true(stores_error(&err, YS_ENOTFOUND, path, "Fetch", "--db", NULL));
    assert_int_equal(mode_of(""), -1);
    assert_int_equal(mode_of(".state"), -1);
}

static void test_bad_places(void **state)
{
    char place[SCRATCH_PATH_BYTES], file[SCRATCH_PATH_BYTES], long_name[2048];
    struct ys_error err = {0};
    (void)state;
    (void)stores_try(scratch_path(place, "nowhere/library.db"), &err);
    assert_true(stores_error(&err, YS_EIO, "nowhere", "No such file", "--db", NULL));
    (void)scratch_write(file, "file", "x", 1);
    (void)stores_try(scratch_path(place, "file/library.db"), &err);
    assert_true(stores_error(&err, YS_EIO, "file", "--db", NULL));
    (void)scratch_path(place, "folder");
    assert_int_equal(mkdir(place, 0700), 0);
    (void)stores_try(place, &err);
    assert_true(stores_error(&err, YS_EDBFOREIGN, place, "not a file", "--db", NULL));
    (void)stores_try("", &err);
    assert_true(stores_error(&err, YS_EINVAL, "No database file", NULL));
    memset(long_name, 'x', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    (void)stores_try(long_name, &err);
    assert_true(stores_error(&err, YS_EINVAL, "too long", NULL));
}

static void test_no_permission(void **state)
{
    char place[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: root may do everything\n");
        skip();
    }
    (void)scratch_path(place, "closed");
    assert_int_equal(mkdir(place, 0500), 0);
    (void)stores_try(scratch_path(place, "closed/library.db"), &err);
    assert_true(stores_error(&err, YS_EIO, "closed", "Permission denied", "--db", NULL));
    assert_int_equal(stores_try(path, &err), YS_OK);
    assert_int_equal(chmod(path, 0400), 0);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EIO, path, "Permission denied", NULL));
}

/* What is refused is not changed by one byte, and nothing is put beside it. */
static void refused_untouched(const char *remedy)
{
    struct ys_error err = {0};
    size_t before_bytes = 0, after_bytes = 0;
    char *before = stores_file(path, &before_bytes);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBFOREIGN, path, remedy, "--db", NULL));
    char *after = stores_file(path, &after_bytes);
    assert_int_equal(before_bytes, after_bytes);
    assert_memory_equal(before, after, before_bytes);
    assert_int_equal(mode_of(".state"), -1);
    assert_int_equal(mode_of("-wal"), -1);
    free(before);
    free(after);
}

static void test_a_database_of_another_program(void **state)
{
    (void)state;
    stores_raw(path, "PRAGMA journal_mode = DELETE; CREATE TABLE bookmarks (url TEXT);");
    refused_untouched("not a database of ytsync");
    stores_raw(path, "PRAGMA journal_mode = DELETE; PRAGMA application_id = 252006675;");
    refused_untouched("left alone");
}

static void test_no_database_at_all(void **state)
{
    char text[8192];
    (void)state;
    memset(text, 'n', sizeof text);
    (void)scratch_write(path, "library.db", text, sizeof text);
    refused_untouched("not a database of ytsync");
    (void)scratch_write(path, "library.db", "dear diary\n", 11);
    refused_untouched("not a database of ytsync");
}

static void test_a_newer_database(void **state)
{
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(stores_try(path, &err), YS_OK);
    stores_raw(path, "PRAGMA user_version = 999;");
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBNEWER, path, "999", "newer ytsync", "--db", NULL));
}

/* With the state file beside it, "no database" means that ours was damaged. */
static void test_a_damaged_header(void **state)
{
    static const char zeros[100];
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(stores_try(path, &err), YS_OK);
    stores_overwrite(path, 0, zeros, sizeof zeros);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBCORRUPT, path, "damaged", "Put back a copy", NULL));
}

static void test_a_damaged_schema_page(void **state)
{
    char junk[2000];
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(stores_try(path, &err), YS_OK);
    memset(junk, 0xA5, sizeof junk);
    stores_overwrite(path, 100, junk, sizeof junk);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBCORRUPT, path, "damaged", "Put back a copy", NULL));
}

static void test_a_cut_file(void **state)
{
    struct ys_error err = {0};
    struct stat info;
    (void)state;
    assert_int_equal(stores_try(path, &err), YS_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBCORRUPT, path, "Put back a copy", NULL));
}

/* A runner that dies leaves its mark: the next open looks at every page. */
static void die_as_runner(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* Static, so that valgrind knows it for held and not lost when the child dies. */
        static struct ys_store *volatile held;
        struct ys_store *store = held = stores_open(path);
        if (ys_store_lock(store, NULL) != YS_OK) _exit(1);
        stores_begin(store);
        int64_t account = stores_account(store, "UC1");
        (void)stores_playlist(store, account, "PLone", "One");
        for (int i = 0; i < 2000; i++) {
            char item[32], video[32];
            (void)snprintf(item, sizeof item, "item%d", i);
            (void)snprintf(video, sizeof video, "video%d", i);
            stores_item(store, "PLone", item, video, i, 1);
        }
        stores_commit(store);
        if (ys_db_exec(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL) != YS_OK) _exit(1);
        _exit(0);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_an_unclean_end_is_checked_once(void **state)
{
    struct ys_store *store;
    (void)state;
    die_as_runner();
    store = stores_open(path);
    assert_non_null(strstr(stores_logged(), "checking the database"));
    ys_store_close(store);
    store = stores_open(path);
    assert_string_equal(stores_logged(), "");
    ys_store_close(store);
}

static void test_damage_is_found_after_an_unclean_end(void **state)
{
    static const char zeros[4096];
    struct ys_error err = {0};
    (void)state;
    die_as_runner();
    struct ys_store *store = stores_open(path); /* the root page of an index, so that nothing
                                                  * that opening reads is on it */
    int64_t page = stores_number(store, "SELECT rootpage FROM sqlite_schema"
                                        " WHERE name = 'playlist_items_by_video'");
    stores_begin(store);
    stores_commit(store);
    stores_exec(store, "UPDATE meta SET value = '0' WHERE key = 'clean'");
    ys_store_close(store);
    stores_overwrite(path, (long)((page - 1) * 4096), zeros, sizeof zeros);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBCORRUPT, path, "damaged", "Put back a copy", NULL));
}

static void test_a_runner_at_work_is_no_unclean_end(void **state)
{
    struct ys_store *runner = stores_open(path), *other;
    (void)state;
    assert_int_equal(ys_store_lock(runner, NULL), YS_OK);
    stores_begin(runner);
    stores_commit(runner);
    other = stores_open(path);
    assert_string_equal(stores_logged(), "");
    ys_store_close(other);
    ys_store_close(runner);
    other = stores_open(path);
    assert_string_equal(stores_logged(), "");
    ys_store_close(other);
}

/* ---- the schema is compared */

static void expect_schema(const char *sql, const char *what, const char *statement)
{
    struct ys_error err = {0};
    assert_int_equal(stores_try(path, &err), YS_OK);
    stores_raw(path, sql);
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBSCHEMA, path, what, statement, NULL));
    /* The statement does mend it. */
    const char *begin = strstr(err.message, "mend it: ");
    assert_non_null(begin);
    stores_raw(path, begin + strlen("mend it: "));
    assert_int_equal(stores_try(path, &err), YS_OK);
}

static void test_a_missing_column(void **state)
{
    (void)state;
    expect_schema("ALTER TABLE videos DROP COLUMN duration_s;", "table videos has no column",
                  "ALTER TABLE videos ADD COLUMN duration_s BIGINT NOT NULL DEFAULT -1;");
}

static void test_a_missing_column_without_default(void **state)
{
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(stores_try(path, &err), YS_OK);
    stores_raw(path, "ALTER TABLE accounts DROP COLUMN title;");
    (void)stores_try(path, &err);
    assert_true(stores_error(&err, YS_EDBSCHEMA,
                             "ALTER TABLE accounts ADD COLUMN title TEXT NOT NULL DEFAULT '';",
                             NULL));
}

static void test_a_column_of_another_type(void **state)
{
    (void)state;
    expect_schema("ALTER TABLE videos DROP COLUMN fetched_at;"
                  "ALTER TABLE videos ADD COLUMN fetched_at TEXT NOT NULL DEFAULT '';",
                  "\"TEXT NOT NULL DEFAULT ''\" and should be \"BIGINT NOT NULL DEFAULT 0\"",
                  "RENAME COLUMN fetched_at TO fetched_at_old;");
}

static void test_an_unknown_column(void **state)
{
    (void)state;
    expect_schema("ALTER TABLE meta ADD COLUMN mood TEXT;", "table meta has a column mood",
                  "ALTER TABLE meta DROP COLUMN mood;");
}

static void test_a_missing_index(void **state)
{
    (void)state;
    expect_schema("DROP INDEX playlists_by_account;", "the index playlists_by_account is missing",
                  "CREATE INDEX playlists_by_account ON playlists (account_id, title);");
}

static void test_another_index(void **state)
{
    (void)state;
    expect_schema("DROP INDEX playlists_by_account;"
                  "CREATE INDEX playlists_by_account ON playlists (title);",
                  "the index playlists_by_account is not the expected one",
                  "DROP index playlists_by_account; CREATE INDEX");
}

static void test_a_missing_table(void **state)
{
    (void)state;
    expect_schema("DROP TABLE settings;", "the table settings is missing",
                  "CREATE TABLE settings (");
}

static void test_an_unknown_trigger(void **state)
{
    (void)state;
    expect_schema("CREATE TRIGGER eager AFTER INSERT ON videos BEGIN DELETE FROM meta; END;",
                  "a trigger eager", "DROP trigger eager;");
}

/* ---- links, network file systems */

static void test_a_link_leads_to_the_file_itself(void **state)
{
    char link[SCRATCH_PATH_BYTES];
    struct ys_store *store, *by_link;
    struct ys_error err = {0};
    (void)state;
    store = stores_open(path);
    assert_int_equal(symlink(path, scratch_path(link, "link.db")), 0);
    by_link = stores_open(link);
    assert_string_equal(by_link->database_id, store->database_id);
    assert_int_equal(ys_store_lock(store, &err), YS_OK);
    assert_int_equal(ys_store_lock(by_link, &err), YS_ELOCKED);
    ys_store_close(by_link);
    ys_store_close(store);
}

static void test_network_file_systems(void **state)
{
    (void)state;
    assert_string_equal(ys_netfs_name(0x6969, ""), "NFS");
    assert_string_equal(ys_netfs_name(0xFF534D42, ""), "CIFS");
    assert_string_equal(ys_netfs_name(0x517B, ""), "SMB");
    assert_string_equal(ys_netfs_name(0xFE534D42, ""), "SMB2");
    assert_string_equal(ys_netfs_name(0x01021997, ""), "9P");
    assert_string_equal(ys_netfs_name(0x65735546, "fuse.sshfs"), "sshfs");
    assert_null(ys_netfs_name(0x65735546, "fuse.gocryptfs"));
    assert_null(ys_netfs_name(0x65735546, ""));
    assert_null(ys_netfs_name(0xEF53, ""));     /* ext4 */
    assert_null(ys_netfs_name(0x794C7630, "")); /* overlayfs */
    assert_null(ys_netfs_name(0x01021994, "")); /* tmpfs */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_database_is_private_and_ours),
        TEST(test_two_databases_have_two_ids),
        TEST(test_an_empty_file_is_a_new_database),
        TEST(test_a_missing_file),
        TEST(test_bad_places),
        TEST(test_no_permission),
        TEST(test_a_database_of_another_program),
        TEST(test_no_database_at_all),
        TEST(test_a_newer_database),
        TEST(test_a_damaged_header),
        TEST(test_a_damaged_schema_page),
        TEST(test_a_cut_file),
        TEST(test_an_unclean_end_is_checked_once),
        TEST(test_damage_is_found_after_an_unclean_end),
        TEST(test_a_runner_at_work_is_no_unclean_end),
        TEST(test_a_missing_column),
        TEST(test_a_missing_column_without_default),
        TEST(test_a_column_of_another_type),
        TEST(test_an_unknown_column),
        TEST(test_a_missing_index),
        TEST(test_another_index),
        TEST(test_a_missing_table),
        TEST(test_an_unknown_trigger),
        TEST(test_a_link_leads_to_the_file_itself),
        TEST(test_network_file_systems),
    };
    return cmocka_run_group_tests_name("store open", tests, NULL, NULL);
}
