/* test_store_records.c: categories with their playlists, backups on record, the audit log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/stores.h"

static struct ys_store *store;
static int64_t account;
static char lines[4096];

static int set_up(void **state)
{
    (void)state;
    lines[0] = '\0';
    store = stores_memory();
    stores_begin(store);
    account = stores_account(store, "UC1");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

/* ---- categories */

static bool category_line(void *ctx, const struct ys_category_record *category)
{
    int *left = ctx;
    size_t used = strlen(lines);
    (void)snprintf(lines + used, sizeof lines - used, "%s|%s|%s|%lld\n", category->key,
                   category->title, category->playlist_id, (long long)category->videos);
    return --*left > 0;
}

static void expect_categories(const char *wanted)
{
    int all = 100;
    lines[0] = '\0';
    assert_int_equal(ys_category_walk(store, account, category_line, &all, NULL), YS_OK);
    assert_string_equal(lines, wanted);
}

static int64_t put(const char *key, const char *title, const char *playlist_id)
{
    int64_t id = 0;
    assert_int_equal(ys_category_put(store, account, key, title, playlist_id, &id, NULL), YS_OK);
    return id;
}

static void test_categories_keep_their_playlist(void **state)
{
    (void)state;
    int64_t music = put("music", NULL, NULL);
    put("art", "Art & such", "PLart");
    expect_categories("music|music||0\nart|Art & such|PLart|0\n");
    assert_true(put("music", "Music", "PLm") == music);
    put("art", "Art", NULL); /* keeps the mapping */
    expect_categories("music|Music|PLm|0\nart|Art|PLart|0\n");
    put("art", "Art", ""); /* takes it away */
    expect_categories("music|Music|PLm|0\nart|Art||0\n");
    lines[0] = '\0';
    int one = 1;
    assert_int_equal(ys_category_walk(store, account, category_line, &one, NULL), YS_OK);
    assert_string_equal(lines, "music|Music|PLm|0\n");
}

static void test_videos_of_a_category(void **state)
{
    (void)state;
    int64_t music = put("music", "Music", NULL), art = put("art", "Art", NULL);
    assert_int_equal(ys_category_add(store, music, "v1", 1, 1, "title matches", NULL), YS_OK);
    assert_int_equal(ys_category_add(store, music, "v2", 1, 2, NULL, NULL), YS_OK);
    assert_int_equal(ys_category_add(store, music, "v1", 1, 9, "again", NULL), YS_OK);
    assert_int_equal(ys_category_add(store, art, "v1", 1, 1, "", NULL), YS_OK);
    assert_int_equal(ys_category_add(store, art, "v1", 2, 3, "", NULL), YS_OK); /* a copy */
    expect_categories("music|Music||2\nart|Art||1\n");
    assert_int_equal(stores_number(store, "SELECT rank FROM category_videos"
                                          " WHERE rule = 'title matches'"), 1);
    assert_int_equal(ys_category_clear(store, account, NULL), YS_OK);
    expect_categories("music|Music||0\nart|Art||0\n");
}

static bool keep_category(void *ctx, const struct ys_row_playlist *row)
{
    (void)snprintf(ctx, 64, "%s", row->category);
    return true;
}

static void test_a_playlist_knows_its_category(void **state)
{
    char category[64] = "?";
    bool found = false;
    (void)state;
    (void)stores_playlist(store, account, "PLm", "Music");
    assert_int_equal(ys_playlist_find(store, "PLm", keep_category, category, &found, NULL), YS_OK);
    assert_string_equal(category, "");
    put("music", "Music", "PLm");
    assert_int_equal(ys_playlist_find(store, "PLm", keep_category, category, &found, NULL), YS_OK);
    assert_string_equal(category, "music");
}

static void test_a_category_of_no_account(void **state)
{
    struct ys_error err = {0};
    (void)state;
    assert_int_not_equal(ys_category_put(store, 999, "k", "t", NULL, NULL, &err), YS_OK);
    assert_true(err.message[0] != '\0');
}

/* ---- backups */

static void test_backups(void **state)
{
    struct ys_row_backup row = {.file = "/backups/one.jsonl",
                                .bytes = 12345,
                                .playlists = 87,
                                .items = 5000,
                                .videos = 4000,
                                .trigger_name = "run",
                                .at_ms = 777};
    struct ys_row_backup back;
    struct ys_error err = {0};
    int64_t id = 0;
    bool found = true;
    (void)state;
    memset(row.sha256, 'f', 64);
    assert_int_equal(ys_backup_put(store, &row, &id, &err), YS_OK);
    assert_int_equal(ys_backup_find(store, id, &back, &found, &err), YS_OK);
    assert_true(found && back.id == id && back.bytes == 12345 && back.playlists == 87);
    assert_true(back.items == 5000 && back.videos == 4000 && back.at_ms == 777);
    assert_string_equal(back.file, row.file);
    assert_string_equal(back.sha256, row.sha256);
    assert_string_equal(back.trigger_name, "run");
    assert_int_equal(ys_backup_find(store, id + 1, &back, &found, &err), YS_OK);
    assert_false(found);
    stores_commit(store);
    stores_exec(store, "UPDATE backup_snapshots SET sha256 = sha256 || 'toolong'");
    assert_int_equal(ys_backup_find(store, id, &back, &found, &err), YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "backup_snapshots", "sha256", NULL));
}

/* ---- the log */

static bool log_line(void *ctx, const struct ys_log_record *entry)
{
    int *left = ctx;
    size_t used = strlen(lines);
    (void)snprintf(lines + used, sizeof lines - used, "%lld %s %s %s [%s] [%s] at %lld\n",
                   (long long)entry->job_id, entry->actor, entry->action, entry->entity,
                   entry->before, entry->after, (long long)entry->at_ms);
    return --*left > 0;
}

static void log_it(int64_t job, const char *action, const char *before, const char *after,
                   int64_t at_ms)
{
    struct ys_log_record entry = {.job_id = job,
                                  .at_ms = at_ms,
                                  .actor = "ytsync",
                                  .entity = "PLa",
                                  .before = before,
                                  .after = after};
    (void)snprintf(entry.action, sizeof entry.action, "%s", action);
    assert_int_equal(ys_log_add(store, &entry, NULL), YS_OK);
}

static void test_the_newest_entries_oldest_first(void **state)
{
    struct ys_log_filter filter = {.limit = 2};
    int all = 100;
    (void)state;
    log_it(1, "first", NULL, NULL, 10);
    log_it(2, "second", "{\"a\":1}", "{\"a\":2}", 20);
    log_it(1, "third", "", "", 0); /* now */
    assert_int_equal(ys_log_walk(store, &filter, log_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "2 ytsync second PLa [{\"a\":1}] [{\"a\":2}] at 20\n"
                               "1 ytsync third PLa [] [] at 1795341600000\n");
    lines[0] = '\0';
    filter = (struct ys_log_filter){.job_id = 1, .limit = 100};
    assert_int_equal(ys_log_walk(store, &filter, log_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "1 ytsync first PLa [] [] at 10\n"
                               "1 ytsync third PLa [] [] at 1795341600000\n");
    lines[0] = '\0';
    filter.job_id = 5;
    assert_int_equal(ys_log_walk(store, &filter, log_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "");
}

static void log_of(const char *actor, const char *playlist, const char *video, int64_t at_ms)
{
    struct ys_log_record entry = {.at_ms = at_ms, .action = "seen", .before = "", .after = ""};
    (void)snprintf(entry.actor, sizeof entry.actor, "%s", actor);
    (void)snprintf(entry.entity, sizeof entry.entity, "%lld", (long long)at_ms);
    (void)snprintf(entry.playlist_id, sizeof entry.playlist_id, "%s", playlist);
    (void)snprintf(entry.video_id, sizeof entry.video_id, "%s", video);
    assert_int_equal(ys_log_add(store, &entry, NULL), YS_OK);
}

/* The times of the entries that pass, as "10 20 ". */
static void filtered(struct ys_log_filter filter, const char *expected)
{
    int all = 100;
    filter.limit = 100;
    lines[0] = '\0';
    assert_int_equal(ys_log_walk(store, &filter, log_line, &all, NULL), YS_OK);
    char times[256] = "";
    for (const char *at = lines; (at = strstr(at, "at ")) != NULL; at++)
        (void)snprintf(times + strlen(times), sizeof times - strlen(times), "%ld ",
                       strtol(at + 3, NULL, 10));
    assert_string_equal(times, expected);
}

static void test_filters_are_combined(void **state)
{
    (void)state;
    log_of("ytsync", "PLa", "v1", 10);
    log_of("ytsync", "PLb", "v1", 20);
    log_of("elsewhere", "PLa", "v2", 30);
    log_of("user", "PLa", "", 40);
    filtered((struct ys_log_filter){0}, "10 20 30 40 ");
    filtered((struct ys_log_filter){.video_id = "v1"}, "10 20 ");
    filtered((struct ys_log_filter){.playlist_id = "PLa"}, "10 30 40 ");
    filtered((struct ys_log_filter){.playlist_id = "PLa", .video_id = "v1"}, "10 ");
    filtered((struct ys_log_filter){.actor = YS_ACTOR_ELSEWHERE}, "30 ");
    filtered((struct ys_log_filter){.since_ms = 30}, "30 40 ");
    filtered((struct ys_log_filter){.since_ms = 20, .playlist_id = "PLa", .job_id = 1}, "");
    filtered((struct ys_log_filter){.video_id = "v1' OR '1'='1"}, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_categories_keep_their_playlist),
        TEST(test_videos_of_a_category),
        TEST(test_a_playlist_knows_its_category),
        TEST(test_a_category_of_no_account),
        TEST(test_backups),
        TEST(test_the_newest_entries_oldest_first),
        TEST(test_filters_are_combined),
    };
    return cmocka_run_group_tests_name("store records", tests, NULL, NULL);
}
