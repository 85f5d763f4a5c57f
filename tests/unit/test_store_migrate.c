/* test_store_migrate.c: a filled database is brought to a next, synthetic version without losing
 * a row; a migration that fails or breaks a reference leaves the version before. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/schema.h"
#include "support/scratch.h"
#include "support/stores.h"

#define PLAYLISTS 3
#define ITEMS 40

/* Rebuilds the parent table `playlists` with a column more: the case in which its children vanish
 * when foreign keys are on. */
static const char *const add_column[] = {
    "CREATE TABLE notes (id %ID%, text TEXT NOT NULL);",
    ("CREATE TABLE playlists_new (id %ID%, youtube_id TEXT NOT NULL UNIQUE,"
     " account_id BIGINT NOT NULL REFERENCES accounts(id), title TEXT NOT NULL,"
     " privacy TEXT NOT NULL, colour TEXT NOT NULL DEFAULT 'grey');"),
    ("INSERT INTO playlists_new (id, youtube_id, account_id, title, privacy)"
     " SELECT id, youtube_id, account_id, title, privacy FROM playlists;"),
    "DROP TABLE playlists;",
    "ALTER TABLE playlists_new RENAME TO playlists;",
};
static const char *const broken_sql[] = {
    "DELETE FROM videos WHERE id < 0;",
    "DROP TABLE settings;",
    "INSERT INTO nowhere VALUES (1);",
};
/* Leaves items without their videos. */
static const char *const broken_reference[] = {
    "DROP TABLE settings;",
    "DELETE FROM videos;",
};

#define MIGRATION(list) ((struct ys_migration){(list), sizeof(list) / sizeof((list)[0])})
#define RELEASED ((int64_t)ys_schema_version())
#define NEXT (RELEASED + 1)

/* All migrations that there are, and one more. */
static const struct ys_migration *released_and(struct ys_migration next)
{
    static struct ys_migration list[64];
    size_t count = ys_schema_version();
    assert_true(count < sizeof list / sizeof list[0]);
    memcpy(list, ys_schema_migrations(), count * sizeof list[0]);
    list[count] = next;
    return list;
}

static const char *version_text(const char *words, int64_t version)
{
    static char texts[2][32];
    static size_t at;
    char *text = texts[at++ % 2];
    (void)snprintf(text, sizeof texts[0], "%s%lld", words, (long long)version);
    return text;
}

static struct ys_store *store;

static int set_up(void **state)
{
    (void)state;
    store = stores_memory();
    stores_begin(store);
    int64_t account = stores_account(store, "UC1");
    for (int p = 0; p < PLAYLISTS; p++) {
        char playlist[16];
        (void)snprintf(playlist, sizeof playlist, "PL%d", p);
        (void)stores_playlist(store, account, playlist, "A playlist");
        for (int i = 0; i < ITEMS; i++) {
            char item[32], video[32];
            (void)snprintf(item, sizeof item, "item%d-%d", p, i);
            (void)snprintf(video, sizeof video, "video%d", (p * 7 + i) % ITEMS);
            stores_item(store, playlist, item, video, i, 1000 + i);
        }
    }
    stores_commit(store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static void check_rows(void)
{
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM playlists"), PLAYLISTS);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM playlist_items"),
                     PLAYLISTS * ITEMS);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos"), ITEMS);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM origins"), PLAYLISTS * ITEMS);
}

/* Foreign keys are on again: an item of no playlist is refused. */
static void check_keys_are_on(void)
{
    assert_int_not_equal(ys_db_exec(store->db,
                                    "INSERT INTO playlist_items (youtube_id, playlist_id,"
                                    " video_id, position) VALUES ('x', 999, 999, 0)",
                                    NULL),
                         YS_OK);
}

static void check_version(int64_t wanted)
{
    int64_t version = 0;
    assert_int_equal(ys_db_user_version(store->db, &version, NULL), YS_OK);
    assert_true(version == wanted);
}

static void test_a_filled_database_keeps_its_rows(void **state)
{
    const struct ys_migration *both = released_and(MIGRATION(add_column));
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_schema_run(store->db, both, (size_t)NEXT, &err), YS_OK);
    check_version(NEXT);
    check_rows();
    check_keys_are_on();
    assert_int_equal(
        stores_number(store, "SELECT COUNT(*) FROM playlists WHERE colour = 'grey'"), PLAYLISTS);
    assert_int_equal(ys_schema_compare(store->db, both, (size_t)NEXT, &err), YS_OK);
    /* Again does nothing. */
    assert_int_equal(ys_schema_run(store->db, both, (size_t)NEXT, &err), YS_OK);
    check_rows();
    /* The program of the version before refuses it. */
    assert_int_equal(ys_schema_migrate(store->db, &err), YS_EDBNEWER);
    assert_true(stores_error(&err, YS_EDBNEWER, version_text("version ", NEXT),
                             version_text("up to ", RELEASED), NULL));
}

static void test_a_fresh_and_a_migrated_database_are_the_same(void **state)
{
    const struct ys_migration *both = released_and(MIGRATION(add_column));
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_schema_compare(store->db, both, (size_t)NEXT, &err), YS_EDBSCHEMA);
    assert_true(stores_error(&err, YS_EDBSCHEMA, "table notes is missing",
                             "CREATE TABLE notes (id INTEGER PRIMARY KEY", NULL));
    assert_int_equal(ys_schema_run(store->db, both, (size_t)NEXT, &err), YS_OK);
    assert_int_equal(ys_schema_compare(store->db, both, (size_t)NEXT, &err), YS_OK);
}

/* Entries of the log from before the history learn whose they are. */
static void test_old_log_entries_learn_whose_they_are(void **state)
{
    struct ys_error err = {0};
    (void)state;
    stores_exec(store, "DROP INDEX operation_log_by_playlist");
    stores_exec(store, "ALTER TABLE operation_log DROP COLUMN playlist_id");
    stores_exec(store, "ALTER TABLE operation_log DROP COLUMN video_id");
    assert_int_equal(ys_db_set_user_version(store->db, 4, NULL), YS_OK);
    stores_exec(store, "INSERT INTO sync_jobs (id, account_id, channel_id, reference, stage,"
                       " created_at) VALUES (1, 1, 'UC1', 'r', 'completed', 5)");
    stores_exec(store, "INSERT INTO sync_operations (id, job_id, seq, stage, kind, playlist_id,"
                       " video_id) VALUES (7, 1, 1, 'add_videos', 'item_insert', 'PL1', 'video3')");
    stores_exec(store, "INSERT INTO operation_log (job_id, operation_id, at, actor, action, entity)"
                       " VALUES (1, 7, 10, 'ytsync', 'item_insert', 'item9'),"
                       " (0, 0, 20, 'user', 'item_insert', 'video4'),"
                       " (0, 0, 30, 'user', 'playlist_delete', 'PL2'),"
                       " (1, 0, 40, 'user', 'pause', ''),"
                       " (1, 0, 50, 'ytsync', 'stage', 'completed')");
    assert_int_equal(ys_schema_run(store->db, ys_schema_migrations(), 5, &err), YS_OK);
    check_version(5);
    check_rows();
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM operation_log WHERE at = 10"
                                          " AND playlist_id = 'PL1' AND video_id = 'video3'"),
                     1);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM operation_log WHERE at = 20"
                                          " AND playlist_id = '' AND video_id = 'video4'"),
                     1);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM operation_log WHERE at = 30"
                                          " AND playlist_id = 'PL2' AND video_id = ''"),
                     1);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM operation_log WHERE at > 30"
                                          " AND playlist_id = '' AND video_id = ''"),
                     2);
}

static void fails_and_leaves_all(const struct ys_migration *second, enum ys_status status)
{
    const struct ys_migration *both = released_and(*second);
    struct ys_error err = {0};
    assert_int_equal(ys_schema_run(store->db, both, (size_t)NEXT, &err), status);
    assert_true(stores_error(&err, status, version_text("version ", NEXT), "stays as it was",
                             NULL));
    assert_false(ys_db_in_transaction(store->db));
    check_version(RELEASED);
    check_rows();
    check_keys_are_on();
    assert_int_equal(ys_schema_migrate(store->db, &err), YS_OK); /* also the dropped table */
}

/* The schema is again what it was before the copies of a video had places of their own. */
static void forget_copies(void)
{
    stores_exec(store, "DROP TABLE category_videos");
    stores_exec(store, "CREATE TABLE category_videos (category_id BIGINT NOT NULL REFERENCES"
                       " categories(id), video_youtube_id TEXT NOT NULL,"
                       " count BIGINT NOT NULL DEFAULT 1, rank BIGINT NOT NULL,"
                       " rule TEXT NOT NULL DEFAULT '',"
                       " PRIMARY KEY (category_id, video_youtube_id))");
    stores_exec(store, "ALTER TABLE sync_operations DROP COLUMN nth");
}

/* What categories want, and the operations of a job that is not finished, are first copies. */
static void test_old_wants_are_first_copies(void **state)
{
    struct ys_error err = {0};
    (void)state;
    forget_copies();
    assert_int_equal(ys_db_set_user_version(store->db, 7, NULL), YS_OK);
    stores_exec(store, "INSERT INTO categories (id, account_id, key, title)"
                       " VALUES (1, 1, 'jazz', 'Jazz'), (2, 1, 'rock', 'Rock')");
    stores_exec(store, "INSERT INTO category_videos (category_id, video_youtube_id, rank, rule)"
                       " VALUES (1, 'video1', 0, 'from'), (1, 'video2', 1, 'title'),"
                       " (2, 'video1', 5, '')");
    stores_exec(store, "INSERT INTO sync_jobs (id, account_id, channel_id, reference, stage,"
                       " created_at) VALUES (1, 1, 'UC1', 'r', 'add_videos', 5)");
    stores_exec(store, "INSERT INTO sync_operations (id, job_id, seq, stage, kind, video_id)"
                       " VALUES (7, 1, 1, 'add_videos', 'item_insert', 'video1')");
    assert_int_equal(ys_schema_run(store->db, ys_schema_migrations(), 8, &err), YS_OK);
    check_version(8);
    check_rows();
    check_keys_are_on();
    assert_int_equal(ys_schema_compare(store->db, ys_schema_migrations(), 8, &err), YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM category_videos WHERE nth = 1"), 3);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM category_videos WHERE"
                                          " category_id = 1 AND video_youtube_id = 'video2'"
                                          " AND rank = 1 AND rule = 'title'"), 1);
    assert_int_equal(stores_number(store, "SELECT rank FROM category_videos"
                                          " WHERE category_id = 2"), 5);
    assert_int_equal(stores_number(store, "SELECT nth FROM sync_operations WHERE id = 7"), 1);
    stores_exec(store, "INSERT INTO category_videos (category_id, video_youtube_id, nth, rank)"
                       " VALUES (1, 'video1', 2, 2)");
}

/* Videos from before their channels' ids were kept are read again. */
static void test_old_videos_are_read_again(void **state)
{
    struct ys_error err = {0};
    (void)state;
    forget_copies();
    stores_exec(store, "ALTER TABLE videos DROP COLUMN channel_id");
    stores_exec(store, "ALTER TABLE videos DROP COLUMN live_at");
    stores_exec(store, "UPDATE videos SET fetched_at = 99");
    assert_int_equal(ys_db_set_user_version(store->db, 5, NULL), YS_OK);
    assert_int_equal(ys_schema_run(store->db, ys_schema_migrations(), (size_t)RELEASED, &err),
                     YS_OK);
    check_version(RELEASED);
    check_rows();
    assert_int_equal(ys_schema_compare(store->db, ys_schema_migrations(), (size_t)RELEASED, &err),
                     YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE channel_id = ''"
                                          " AND fetched_at = 0"), ITEMS);
}

/* An answer about a live video says that it was live then. */
static void test_live_is_taken_from_answers(void **state)
{
    struct ys_error err = {0};
    (void)state;
    forget_copies();
    stores_exec(store, "ALTER TABLE videos DROP COLUMN live_at");
    stores_exec(store, "UPDATE videos SET fetched_at = 99, availability = CASE WHEN id % 2 = 0"
                       " THEN 'live' ELSE 'deleted' END");
    assert_int_equal(ys_db_set_user_version(store->db, 6, NULL), YS_OK);
    assert_int_equal(ys_schema_run(store->db, ys_schema_migrations(), (size_t)RELEASED, &err),
                     YS_OK);
    assert_int_equal(ys_schema_compare(store->db, ys_schema_migrations(), (size_t)RELEASED, &err),
                     YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM videos WHERE live_at ="
                                          " CASE WHEN availability = 'live' THEN 99 ELSE 0 END"),
                     ITEMS);
}

static void test_a_failing_migration_leaves_the_version_before(void **state)
{
    struct ys_migration second = MIGRATION(broken_sql);
    (void)state;
    fails_and_leaves_all(&second, YS_EDB);
}

static void test_a_broken_reference_is_not_committed(void **state)
{
    struct ys_migration second = MIGRATION(broken_reference);
    (void)state;
    fails_and_leaves_all(&second, YS_EDBCORRUPT);
}

static void test_a_negative_version(void **state)
{
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_db_set_user_version(store->db, -5, &err), YS_OK);
    assert_int_equal(ys_schema_migrate(store->db, &err), YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "version is -5", "Put back", NULL));
}

/* Killed inside the transaction of a migration: the file opens as the version before with all its
 * rows. */
static void test_a_crash_inside_a_migration(void **state)
{
    const struct ys_migration *both = released_and(MIGRATION(add_column));
    char path[SCRATCH_PATH_BYTES];
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    ys_store_close(store);
    store = stores_open(path);
    stores_begin(store);
    (void)stores_playlist(store, stores_account(store, "UC1"), "PLx", "X");
    stores_commit(store);
    ys_store_close(store);

    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        store = stores_open(path);
        if (ys_db_begin(store->db, NULL) != YS_OK) _exit(1);
        if (ys_db_exec(store->db, both[RELEASED].statements[4 - 1] /* the DROP */, NULL) != YS_OK)
            _exit(1);
        if (ys_db_set_user_version(store->db, NEXT, NULL) != YS_OK) _exit(1);
        (void)raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    store = stores_open(path);
    check_version(RELEASED);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM playlists"), 1);
    assert_int_equal(ys_schema_run(store->db, both, (size_t)NEXT, NULL), YS_OK);
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM playlists"), 1);
    scratch_remove();
}

/* Two processes that open a new file at the same moment: both find it whole. */
static void test_two_at_once(void **state)
{
    enum { CHILDREN = 4 };
    char path[SCRATCH_PATH_BYTES], byte = 'g';
    pid_t children[CHILDREN];
    int go[2];
    (void)state;
    scratch_make();
    (void)scratch_path(path, "library.db");
    assert_int_equal(pipe(go), 0);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] > 0) continue;
        struct ys_error err = {0};
        if (read(go[0], &byte, 1) != 1) _exit(2);
        if (stores_try(path, &err) == YS_OK) _exit(0);
        (void)fprintf(stderr, "%s\n", err.message);
        _exit(1);
    }
    for (int i = 0; i < CHILDREN; i++) assert_int_equal(write(go[1], &byte, 1), 1);
    for (int i = 0; i < CHILDREN; i++) {
        int status = 1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    (void)close(go[0]);
    (void)close(go[1]);
    scratch_remove();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_filled_database_keeps_its_rows),
        TEST(test_a_fresh_and_a_migrated_database_are_the_same),
        TEST(test_old_log_entries_learn_whose_they_are),
        TEST(test_old_videos_are_read_again),
        TEST(test_live_is_taken_from_answers),
        TEST(test_old_wants_are_first_copies),
        TEST(test_a_failing_migration_leaves_the_version_before),
        TEST(test_a_broken_reference_is_not_committed),
        TEST(test_a_negative_version),
        TEST(test_a_crash_inside_a_migration),
        TEST(test_two_at_once),
    };
    return cmocka_run_group_tests_name("store migrate", tests, NULL, NULL);
}
