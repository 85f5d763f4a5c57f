/* test_backup.c: snapshots of the library, whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "library/backup.h"
#include "net/json.h"
#include "support/fail_alloc.h"
#include "support/scratch.h"
#include "support/stores.h"

/* 2026-11-22T10:00:00Z: STORES_WALL_MS */
#define NAME(n) "backup-20261122-100000-" n ".jsonl"

struct world {
    struct ys_store *store;
    int64_t account;
    char folder[SCRATCH_PATH_BYTES];
    struct ys_error err;
};

static void ok(const struct world *world, enum ys_status status)
{
    if (status == YS_OK) return;
    print_error("%s: %s\n", ys_status_name(status), world->err.message);
    fail();
}

static const char odd_title[] = "Jazz \"late\" \\ night\n\t\xF0\x9F\x8E\xB7 caf\xC3\xA9 </script>";

static void fill_playlists(struct world *world)
{
    struct ys_row_playlist row = {.youtube_id = "PLodd",
                                  .title = odd_title,
                                  .description = "Two\nlines",
                                  .default_language = "de",
                                  .localizations = "{\"de\":\n {\"title\":\"\xC3\x9C\"}}",
                                  .privacy = YS_PRIVACY_UNLISTED,
                                  .item_count = 3,
                                  .etag = "e",
                                  .published_at_ms = INT64_C(1600000000123),
                                  .fetched_at_ms = STORES_WALL_MS};
    int64_t id;

    (void)stores_playlist(world->store, world->account, "PLone", "One");
    (void)stores_playlist(world->store, world->account, "PLgone", "Gone");
    ok(world, ys_playlist_put(world->store, world->account, &row, &id, &world->err));
    ok(world, ys_playlist_set_self_sorted(world->store, "PLodd", true, &world->err));
}

static void fill_videos(struct world *world)
{
    struct ys_video_record video = {.id = "videoodd001",
                                    .title = odd_title,
                                    .channel = "K\xC3\xA4nal",
                                    .description = "\x01 control",
                                    .tags_json = "[\"a \\\"b\\\"\",\"\xE6\x97\xA5\"]",
                                    .duration_s = 61,
                                    .published_at_ms = 1000,
                                    .availability = YS_AVAILABILITY_LIVE};
    int64_t category;

    stores_item(world->store, "PLone", "UEone1", "video000001", 0, 5000);
    stores_item(world->store, "PLone", "UEone2", "video000002", 1, 0);
    stores_item(world->store, "PLone", "UEone3", "video000001", 2, 7000);
    stores_item(world->store, "PLodd", "UEodd1", "videoodd001", 0, 9000);
    stores_item(world->store, "PLgone", "UEgon1", "video000009", 0, 100);
    ok(world, ys_video_put(world->store, &video, STORES_WALL_MS, &world->err));
    ok(world, ys_playlist_deleted(world->store, "PLgone", 12345, &world->err));
    ok(world, ys_category_put(world->store, world->account, "jazz", "Jazz", "PLodd", &category,
                              &world->err));
    ok(world, ys_category_add(world->store, category, "videoodd001", 1, 1, "title 'jazz'",
                              &world->err));
}

static int setup(void **state)
{
    static struct world world;

    scratch_make();
    memset(&world, 0, sizeof world);
    (void)scratch_path(world.folder, "backups");
    world.store = stores_memory();
    stores_begin(world.store);
    world.account = stores_account(world.store, "UCmine");
    fill_playlists(&world);
    fill_videos(&world);
    /* Another account of the same database is none of this backup's business. */
    (void)stores_playlist(world.store, stores_account(world.store, "UCother"), "PLother", "X");
    stores_item(world.store, "PLother", "UEoth1", "videoother1", 0, 1);
    stores_commit(world.store);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    ys_store_close(world->store);
    scratch_remove();
    return 0;
}

static enum ys_status create(struct world *world, struct ys_row_backup *out)
{
    world->err = (struct ys_error){0};
    return ys_backup_create(world->store, world->account, world->folder, "job 3", out,
                            &world->err);
}

static enum ys_status verify(struct world *world, const char *file, const char *sha256)
{
    struct ys_row_backup out;

    world->err = (struct ys_error){0};
    return ys_backup_verify(file, sha256, &out, &world->err);
}

static int files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;

    if (!dir) return 0;
    while ((entry = readdir(dir)) != NULL) count += entry->d_name[0] != '.';
    (void)closedir(dir);
    return count;
}

/* ------------------------------------------------------------------ content */

static void test_record(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out, seen;
    char sha256[YS_SHA256_TEXT_BYTES], *text;
    struct stat info;
    size_t bytes;
    bool found;

    ok(world, create(world, &out));
    assert_non_null(strstr(out.file, "/backups/" NAME("1")));
    assert_int_equal(out.playlists, 2);
    assert_int_equal(out.items, 4);
    assert_int_equal(out.videos, 4); /* three in playlists, one seen before */
    assert_string_equal(out.trigger_name, "job 3");
    assert_int_equal(out.at_ms, STORES_WALL_MS);
    assert_int_equal(files_in(world->folder), 1);
    assert_int_equal(stat(out.file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_size, out.bytes);
    assert_int_equal(stat(world->folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    text = stores_file(out.file, &bytes);
    assert_non_null(text);
    assert_int_equal(bytes, out.bytes);
    assert_true(ys_sha256_hex(text, bytes, sha256));
    assert_string_equal(sha256, out.sha256);
    free(text);
    ok(world, ys_backup_find(world->store, out.id, &seen, &found, &world->err));
    assert_true(found);
    assert_string_equal(seen.file, out.file);
    assert_string_equal(seen.sha256, out.sha256);
    assert_int_equal(seen.items, 4);
    world->err = (struct ys_error){0};
    ok(world, ys_backup_verify(out.file, out.sha256, &seen, &world->err));
    assert_int_equal(seen.bytes, out.bytes);
    assert_int_equal(seen.playlists, 2);
    assert_int_equal(seen.items, 4);
    assert_int_equal(seen.videos, 4);
    assert_string_equal(seen.trigger_name, "job 3");
    assert_int_equal(seen.at_ms, STORES_WALL_MS);
    assert_string_equal(seen.sha256, out.sha256);
}

/* Line `number` (from 1) of a text. */
static char *line_of(char *text, int number)
{
    while (--number > 0) text = strchr(text, '\n') + 1;
    *strchr(text, '\n') = '\0';
    return text;
}

static void test_lines(void **state)
{
    static const char *const expected[] = {
        "{\"ytsync_backup\":2,\"program\":\"" YS_VERSION "\",\"channel_id\":\"UCmine\","
        "\"channel_title\":\"A collector\",\"fetched_at\":null,\"trigger\":\"job 3\","
        "\"at\":\"2026-11-22T10:00:00Z\"}",
        "{\"kind\":\"playlist\",\"id\":\"PLodd\",\"title\":\"Jazz \\\"late\\\" \\\\ night\\n\\t"
        "\xF0\x9F\x8E\xB7 caf\xC3\xA9 </script>\",\"description\":\"Two\\nlines\","
        "\"privacy\":\"unlisted\",\"default_language\":\"de\","
        "\"localizations\":{\"de\":  {\"title\":\"\xC3\x9C\"}},"
        "\"podcast_status\":\"\","
        "\"published_at\":\"2020-09-13T12:26:40.123Z\",\"listed_at\":null,\"item_count\":3,"
        "\"rows\":1,\"made_by_job\":0,\"self_sorted\":true}",
        "{\"kind\":\"playlist\",\"id\":\"PLone\",\"title\":\"One\",\"description\":\"\","
        "\"privacy\":\"private\",\"default_language\":\"\",\"localizations\":null,"
        "\"podcast_status\":\"\","
        "\"published_at\":null,\"listed_at\":null,\"item_count\":0,\"rows\":3,"
        "\"made_by_job\":0,\"self_sorted\":false}",
        "{\"kind\":\"item\",\"id\":\"UEodd1\",\"playlist\":\"PLodd\",\"video\":\"videoodd001\","
        "\"position\":0,\"added_at\":\"1970-01-01T00:00:09Z\"}",
        "{\"kind\":\"item\",\"id\":\"UEone1\",\"playlist\":\"PLone\",\"video\":\"video000001\","
        "\"position\":0,\"added_at\":\"1970-01-01T00:00:05Z\"}",
        "{\"kind\":\"item\",\"id\":\"UEone2\",\"playlist\":\"PLone\",\"video\":\"video000002\","
        "\"position\":1,\"added_at\":null}",
        NULL, /* the third */
        NULL, NULL, NULL, /* three plain videos */
        "{\"kind\":\"video\",\"id\":\"videoodd001\",\"title\":\"Jazz \\\"late\\\" \\\\ night\\n\\t"
        "\xF0\x9F\x8E\xB7 caf\xC3\xA9 </script>\",\"channel\":\"K\xC3\xA4nal\","
        "\"availability\":\"live\",\"description\":\"\\u0001 control\","
        "\"tags\":[\"a \\\"b\\\"\",\"\xE6\x97\xA5\"],\"duration_s\":61,"
        "\"published_at\":\"1970-01-01T00:00:01Z\",\"fetched_at\":\"2026-11-22T10:00:00Z\"}",
        "{\"kind\":\"origin\",\"video\":\"video000009\",\"playlist\":\"PLgone\","
        "\"playlist_title\":\"Gone\",\"added_at\":\"1970-01-01T00:00:00.100Z\"}",
    };
    struct world *world = *state;
    struct ys_row_backup out;
    size_t i, bytes;
    char *text;

    ok(world, create(world, &out));
    for (i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        text = stores_file(out.file, &bytes);
        if (expected[i]) assert_string_equal(line_of(text, (int)i + 1), expected[i]);
        free(text);
    }
    text = stores_file(out.file, &bytes);
    assert_non_null(strstr(text, "{\"kind\":\"category\",\"key\":\"jazz\",\"title\":\"Jazz\","
                                 "\"playlist\":\"PLodd\",\"protected\":false}\n"));
    assert_non_null(strstr(text, "{\"kind\":\"category_video\",\"category\":\"jazz\","
                                 "\"video\":\"videoodd001\",\"rank\":1,\"nth\":1,"
                                 "\"rule\":\"title 'jazz'\"}\n"));
    assert_non_null(strstr(text, "\n{\"kind\":\"end\",\"lines\":17,\"playlists\":2,\"items\":4,"
                                 "\"videos\":4,\"origins\":4,\"categories\":1,"
                                 "\"category_videos\":1,\"policies\":0,\"sha256\":\""));
    assert_null(strstr(text, "other"));
    assert_int_equal(text[bytes - 1], '\n');
    free(text);
}

/* What a column holds that should be JSON and is not does not spoil the file. */
static void test_spoilt_columns(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    char *text;
    size_t bytes;

    stores_exec(world->store, "UPDATE videos SET tags = '[1,' WHERE youtube_id = 'video000001';"
                              "UPDATE playlists SET localizations = 'no \"json'"
                              " WHERE youtube_id = 'PLone'");
    ok(world, create(world, &out));
    text = stores_file(out.file, &bytes);
    assert_non_null(strstr(text, "\"tags\":\"[1,\""));
    assert_non_null(strstr(text, "\"localizations\":\"no \\\"json\""));
    free(text);
}

static void test_several(void **state)
{
    struct world *world = *state;
    struct ys_row_backup first, second, third;
    char path[SCRATCH_PATH_BYTES + 64];

    ok(world, create(world, &first));
    ok(world, create(world, &second));
    assert_non_null(strstr(second.file, NAME("2")));
    assert_string_equal(first.sha256, second.sha256); /* the same state, the same bytes */
    assert_true(second.id != first.id);
    /* What a crash left behind is in nobody's way and is not touched. */
    (void)snprintf(path, sizeof path, "%s/" NAME("3") ".tmp", world->folder);
    assert_int_equal(link(first.file, path), 0);
    ok(world, create(world, &third));
    assert_non_null(strstr(third.file, NAME("4")));
    assert_int_equal(files_in(world->folder), 4);
    ok(world, verify(world, first.file, first.sha256));
}

static void test_empty(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;

    stores_begin(world->store);
    world->account = stores_account(world->store, "UCempty");
    stores_commit(world->store);
    ok(world, create(world, &out));
    assert_int_equal(out.playlists + out.items + out.videos, 0);
    world->account = 99;
    assert_int_equal(create(world, &out), YS_ENOTFOUND);
    assert_int_equal(files_in(world->folder), 1);
    assert_int_equal(out.id, 0);
}

/* More than one block, with lines longer than a block. */
static void test_large(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    char id[32], *description = malloc(200001);
    struct ys_video_record video = {.title = "Long", .channel = "", .tags_json = "[]"};
    int i;

    memset(description, 'x', 200000);
    description[200000] = '\0';
    stores_begin(world->store);
    for (i = 0; i < 3000; i++) {
        (void)snprintf(id, sizeof id, "UElarge%05d", i);
        (void)snprintf(video.id, sizeof video.id, "vlarge%05d", i);
        stores_item(world->store, "PLone", id, video.id, i, i);
    }
    video.description = description;
    ok(world, ys_video_put(world->store, &video, 1, &world->err));
    stores_commit(world->store);
    free(description);
    ok(world, create(world, &out));
    assert_int_equal(out.items, 3004);
    assert_true(out.bytes > 800000);
    ok(world, verify(world, out.file, out.sha256));
}

/* ------------------------------------------------------------------ damage */

/* Each byte of the file flipped in turn, in two ways: always found. */
static void test_flips(void **state)
{
    static const unsigned char flips[] = {0x01, 0x20, 0x80};
    struct world *world = *state;
    struct ys_row_backup out;
    size_t bytes, i, k;
    char *text, byte;

    ok(world, create(world, &out));
    text = stores_file(out.file, &bytes);
    for (i = 0; i < bytes; i++) {
        k = i % sizeof flips;
        byte = (char)(text[i] ^ flips[k]);
        stores_overwrite(out.file, (long)i, &byte, 1);
        if (verify(world, out.file, NULL) != YS_EBACKUP) {
            print_error("byte %zu flipped, not found\n", i);
            fail();
        }
        assert_non_null(strstr(world->err.message, out.file));
        stores_overwrite(out.file, (long)i, &text[i], 1);
    }
    free(text);
    ok(world, verify(world, out.file, out.sha256));
}

/* Every bit of the smallest backup there is: a flipped one is found, and the file is named. */
static void test_every_bit(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    size_t bytes, i;
    char *text, byte;
    int bit;

    stores_begin(world->store);
    world->account = stores_account(world->store, "UCempty");
    stores_exec(world->store, "DELETE FROM origins");
    stores_commit(world->store);
    ok(world, create(world, &out));
    text = stores_file(out.file, &bytes);
    for (i = 0; i < bytes; i++) {
        for (bit = 0; bit < 8; bit++) {
            byte = (char)(text[i] ^ (1 << bit));
            stores_overwrite(out.file, (long)i, &byte, 1);
            if (verify(world, out.file, NULL) != YS_EBACKUP) {
                print_error("bit %d of byte %zu flipped, not found\n", bit, i);
                fail();
            }
            assert_non_null(strstr(world->err.message, out.file));
        }
        stores_overwrite(out.file, (long)i, &text[i], 1);
    }
    free(text);
    ok(world, verify(world, out.file, out.sha256));
}

/* Cut after each byte. */
static void test_truncated(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    int64_t left;

    ok(world, create(world, &out));
    for (left = out.bytes - 1; left >= 0; left--) {
        assert_int_equal(truncate(out.file, left), 0);
        assert_int_equal(verify(world, out.file, NULL), YS_EBACKUP);
    }
    assert_true(stores_error(&world->err, YS_EBACKUP, "empty", NULL));
}

static enum ys_status verify_text(struct world *world, const char *text)
{
    char path[SCRATCH_PATH_BYTES];

    (void)scratch_write(path, "given.jsonl", text, strlen(text));
    return verify(world, path, NULL);
}

static void test_strange_files(void **state)
{
    struct world *world = *state;
    char path[SCRATCH_PATH_BYTES];

    assert_int_equal(verify_text(world, "{\"ytsync_backup\":3,\"anything\":[]}\n"), YS_EBACKUP);
    assert_true(stores_error(&world->err, YS_EBACKUP, "newer ytsync", "format 3", NULL));
    (void)verify_text(world, "{\"ytsync_backup\":0,\"at\":\"2026-01-01T00:00:00Z\"}\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "line 1", NULL));
    (void)verify_text(world, "{\"ytsync_backup\":1,\"at\":\"yesterday\"}\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "line 1", NULL));
    (void)verify_text(world, "{\"hello\":1}\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "not a backup", NULL));
    (void)verify_text(world, "Video ID,Title\nabc,def\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "not a backup", NULL));
    (void)verify_text(world, "{\"ytsync_backup\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n"
                             "{\"kind\":\"song\"}\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "line 2", "kind", NULL));
    (void)verify_text(world, "{\"ytsync_backup\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "line 2", "empty", NULL));
    (void)verify_text(world, "{\"ytsync_backup\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n");
    assert_true(stores_error(&world->err, YS_EBACKUP, "cut off", NULL));
    (void)verify(world, scratch_path(path, "nothing-there"), NULL);
    assert_true(stores_error(&world->err, YS_EBACKUP, "No such file", NULL));
    (void)verify(world, scratch_path(path, ""), NULL); /* a folder */
    assert_int_equal(world->err.status, YS_EBACKUP);
    (void)verify(world, "/dev/zero", NULL); /* a line without end */
    assert_true(stores_error(&world->err, YS_EBACKUP, "line 1", "longer", NULL));
}

static void test_after_the_end(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out, other;
    FILE *file;

    ok(world, create(world, &out));
    ok(world, create(world, &other));
    assert_int_equal(verify(world, other.file, "0000"), YS_EBACKUP);
    assert_true(stores_error(&world->err, YS_EBACKUP, "not the one", "0000", NULL));
    file = fopen(out.file, "a");
    (void)fputs("{}\n", file);
    (void)fclose(file);
    (void)verify(world, out.file, NULL);
    assert_true(stores_error(&world->err, YS_EBACKUP, "after the end", NULL));
}

/* ------------------------------------------------------------------ what cannot be written */

static void assert_nothing_left(struct world *world, int files)
{
    assert_int_equal(files_in(world->folder), files);
    assert_int_equal(stores_number(world->store, "SELECT COUNT(*) FROM backup_snapshots"), 0);
    assert_false(ys_db_in_transaction(world->store->db));
}

/* The disk is full after each of many lengths. */
static void test_disk_full(void **state)
{
    struct world *world = *state;
    struct rlimit before, tight;
    struct ys_row_backup out;
    int64_t bytes, room;

    ok(world, create(world, &out));
    bytes = out.bytes;
    assert_int_equal(unlink(out.file), 0);
    stores_exec(world->store, "DELETE FROM backup_snapshots");
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (room = 0; room < bytes; room += bytes / 7) {
        tight = before;
        tight.rlim_cur = (rlim_t)room;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        enum ys_status status = create(world, &out);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, YS_EBACKUP);
        assert_true(stores_error(&world->err, YS_EBACKUP, "cannot be written", world->folder,
                                 NULL));
        assert_int_equal(out.id, 0);
        assert_nothing_left(world, 0);
    }
    ok(world, create(world, &out));
}

static void test_bad_folders(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    char path[SCRATCH_PATH_BYTES];

    (void)scratch_write(path, "a-file", "x", 1);
    (void)scratch_path(world->folder, "a-file");
    assert_int_equal(create(world, &out), YS_EBACKUP);
    assert_true(stores_error(&world->err, YS_EBACKUP, "a-file", NULL));
    (void)scratch_path(world->folder, "a-file/below");
    assert_int_equal(create(world, &out), YS_EBACKUP);
    (void)scratch_path(world->folder, "made/on/the/way");
    ok(world, create(world, &out));
    assert_non_null(strstr(out.file, "/made/on/the/way/" NAME("1")));
    stores_exec(world->store, "DELETE FROM backup_snapshots");
    (void)ys_copy(world->folder, sizeof world->folder, "/proc/nowhere");
    assert_int_equal(create(world, &out), YS_EBACKUP);
    assert_nothing_left(world, 0);
    if (geteuid() == 0) return; /* root may write anywhere */
    (void)scratch_path(world->folder, "closed");
    assert_int_equal(mkdir(world->folder, 0500), 0);
    assert_int_equal(create(world, &out), YS_EBACKUP);
    assert_true(stores_error(&world->err, YS_EBACKUP, "Permission denied", NULL));
}

/* Each allocation fails once: all or nothing. */
static void test_memory(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;
    enum ys_status status = YS_ENOMEM;
    long nth;

    for (nth = 1; status != YS_OK; nth++) {
        assert_true(nth < 5000);
        fail_alloc_start(nth, false);
        status = create(world, &out);
        if (fail_alloc_stop() < nth && status != YS_OK) fail();
        if (status == YS_OK) break;
        assert_int_equal(status, YS_ENOMEM);
        assert_nothing_left(world, 0);
    }
    assert_true(nth > 5);
    ok(world, verify(world, out.file, out.sha256));
}

/* A row that cannot be read stops the backup, it is not left out. */
static void test_spoilt_row(void **state)
{
    struct world *world = *state;
    struct ys_row_backup out;

    stores_exec(world->store,
                "UPDATE videos SET availability = 'who knows' WHERE youtube_id = 'video000002'");
    assert_int_equal(create(world, &out), YS_EDBCORRUPT);
    assert_nothing_left(world, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_record),        TEST(test_lines),         TEST(test_spoilt_columns),
        TEST(test_several),       TEST(test_empty),         TEST(test_large),
        TEST(test_flips),         TEST(test_truncated),     TEST(test_strange_files),
        TEST(test_every_bit),         TEST(test_truncated),     TEST(test_strange_files),
        TEST(test_after_the_end), TEST(test_disk_full),     TEST(test_bad_folders),
        TEST(test_memory),        TEST(test_spoilt_row),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
