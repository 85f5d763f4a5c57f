/* test_gone.c: videos that have become private or were deleted: they keep their last known title,
 * are named by older backups, and stand in gone.csv. */
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

#include "library/backup.h"
#include "library/gone.h"
#include "support/rig.h"

#define FILE_BYTES_MAX 65536

struct scene {
    struct rig rig;
    char folder[256];
    char text[FILE_BYTES_MAX];
    int64_t account, count;
};

static int setup(void **state)
{
    static struct scene scene;
    const char *base = getenv("TMPDIR");

    memset(&scene, 0, sizeof scene);
    (void)snprintf(scene.folder, sizeof scene.folder, "%s/gone-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(scene.folder));
    rig_start(&scene.rig);
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    rig_close(&scene->rig);
    return 0;
}

/* A fetch of the whole library, then what a session does about the videos that are gone. */
static void fetch(struct scene *scene)
{
    struct rig *rig = &scene->rig;
    struct ys_channel_record channel;

    RIG(rig, rig_fetch(rig, true, NULL));
    RIG(rig, ys_account_get(rig->store, &scene->account, &channel, &rig->err));
    RIG(rig, ys_gone_names(rig->store, scene->folder, &rig->err));
    RIG(rig, ys_gone_file_write(rig->store, scene->account, scene->folder, &scene->count,
                                &rig->err));
}

/* The text of gone.csv, "" when there is none. */
static const char *content(struct scene *scene)
{
    char path[300];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/" YS_GONE_FILE, scene->folder);
    file = fopen(path, "rb");
    scene->text[0] = '\0';
    if (!file) return scene->text;
    scene->text[fread(scene->text, 1, sizeof scene->text - 1, file)] = '\0';
    (void)fclose(file);
    return scene->text;
}

static void expect(struct scene *scene, const char *words)
{
    if (!strstr(content(scene), words)) fail_msg("%s is not in:\n%s", words, scene->text);
}

static void set_video(struct scene *scene, int64_t number, enum ys_availability availability)
{
    char id[16];

    rig_video_id(number, id);
    RIG(&scene->rig, ys_sim_video_set(scene->rig.sim, id, availability, &scene->rig.err));
}

/* Nothing that the store knew of the titles is left: a new database. */
static void forget_titles(struct scene *scene)
{
    struct rig *rig = &scene->rig;

    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_db_exec(rig->store->db,
                        "UPDATE videos SET title = '', channel = '', live_at = 0"
                        " WHERE availability <> 'live'",
                        &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
}

/* ---------------------------------------------------------------- the list */

static void test_listed(void **state)
{
    struct scene *scene = *state;
    struct rig *rig = &scene->rig;
    char a[YS_ID_BYTES], item[YS_ID_BYTES];

    rig_playlist(rig, "=A, first", 3, a);
    rig_playlist(rig, "B", 2, NULL);
    RIG(rig, ys_sim_item_add(rig->sim, a, "vid00000004", -1, 0, NULL, &rig->err));
    fetch(scene);
    assert_int_equal(scene->count, 0);
    assert_string_equal(content(scene), "");

    set_video(scene, 1, YS_AVAILABILITY_DELETED);
    set_video(scene, 4, YS_AVAILABILITY_PRIVATE);
    ys_sim_clock_advance(&rig->clock, 3600000);
    fetch(scene);
    assert_int_equal(scene->count, 2);
    expect(scene, "\xEF\xBB\xBF\"video id\",\"title\",\"channel\",\"state\",\"is in\",\"was in\","
                  "\"last seen live\"\r\n");
    /* The titles are those of the first fetch, as is the time. */
    expect(scene, "\"vid00000001\",\"Video 1\",");
    expect(scene, ",\"deleted\",\"'=A, first\",\"\",\"2026-");
    expect(scene, "\"vid00000004\",\"Video 4\",");
    expect(scene, ",\"private\",\"'=A, first; B\",\"\",\"2026-");

    /* Its entries are taken out; it is not forgotten. */
    RIG(rig, ys_truth_item_of(rig->sim, a, "vid00000004", item, &rig->err));
    RIG(rig, ys_sim_item_remove(rig->sim, item, &rig->err));
    RIG(rig, ys_truth_item_of(rig->sim, a, "vid00000001", item, &rig->err));
    RIG(rig, ys_sim_item_remove(rig->sim, item, &rig->err));
    fetch(scene);
    assert_int_equal(scene->count, 2);
    expect(scene, ",\"private\",\"B\",\"'=A, first\",\"2026-");
    expect(scene, ",\"deleted\",\"\",\"'=A, first\",\"2026-");

    /* One that comes back is gone from the list; without any the list is empty. */
    set_video(scene, 4, YS_AVAILABILITY_LIVE);
    fetch(scene);
    assert_int_equal(scene->count, 1);
    assert_null(strstr(content(scene), "vid00000004"));
}

static void test_came_back(void **state)
{
    struct scene *scene = *state;

    rig_playlist(&scene->rig, "A", 2, NULL);
    set_video(scene, 1, YS_AVAILABILITY_PRIVATE);
    fetch(scene);
    /* Nobody ever knew a title of it, or saw it live. */
    expect(scene, "\"vid00000001\",\"\",\"\",\"private\",\"A\",\"\",\"\"\r\n");
    set_video(scene, 1, YS_AVAILABILITY_LIVE);
    fetch(scene);
    assert_int_equal(scene->count, 0);
    assert_non_null(strstr(content(scene), "\"last seen live\"\r\n"));
    assert_null(strstr(scene->text, "vid0"));
}

static void test_cannot_be_written(void **state)
{
    struct scene *scene = *state;
    struct rig *rig = &scene->rig;
    char path[300];

    rig_playlist(rig, "A", 2, NULL);
    set_video(scene, 1, YS_AVAILABILITY_DELETED);
    (void)snprintf(path, sizeof path, "%s/" YS_GONE_FILE, scene->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    RIG(rig, rig_fetch(rig, false, NULL));
    rig_fails(rig,
              ys_gone_file_write(rig->store, 1, scene->folder, &scene->count, &rig->err), YS_EIO,
              "The list of private and deleted videos ", path, "cannot be given its name",
              "The library itself was read and is stored.", NULL);
    assert_int_equal(rmdir(path), 0);
}

/* ---------------------------------------------------------------- titles */

static void test_named_by_backups(void **state)
{
    struct scene *scene = *state;
    struct rig *rig = &scene->rig;
    struct ys_row_backup first, second;
    char path[400];
    FILE *file;

    rig_playlist(rig, "A", 4, NULL);
    fetch(scene);
    RIG(rig, ys_backup_create(rig->store, scene->account, scene->folder, "test", &first,
                              &rig->err));
    set_video(scene, 1, YS_AVAILABILITY_DELETED);
    set_video(scene, 2, YS_AVAILABILITY_PRIVATE);
    fetch(scene);
    forget_titles(scene);
    ys_sim_clock_advance(&rig->clock, 60000);
    RIG(rig, ys_backup_create(rig->store, scene->account, scene->folder, "test", &second,
                              &rig->err));
    /* A file that says what is not so, and is not sound. */
    (void)snprintf(path, sizeof path, "%s/backup-20990101-000000-1.jsonl", scene->folder);
    file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs("{\"ytsync_backup\":2,\"program\":\"x\",\"channel_id\":\"UCx\",\"channel_title\":"
                "\"x\",\"trigger\":\"x\",\"at\":\"2099-01-01T00:00:00Z\"}\n"
                "{\"kind\":\"video\",\"id\":\"vid00000001\",\"title\":\"A lie\"}\n",
                file);
    (void)fclose(file);

    fetch(scene);
    expect(scene, "\"vid00000001\",\"Video 1\",");
    expect(scene, "\"vid00000002\",\"Video 2\",");
    assert_null(strstr(scene->text, "A lie"));
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE title = ''"), 0);
}

/* What was looked for in vain is not looked for again at each fetch. */
static void test_looked_once(void **state)
{
    struct scene *scene = *state;
    struct rig *rig = &scene->rig;
    struct ys_row_backup backup;

    rig_playlist(rig, "A", 3, NULL);
    fetch(scene);
    RIG(rig, ys_backup_create(rig->store, scene->account, scene->folder, "test", &backup,
                              &rig->err));
    char away[sizeof backup.file + 8];
    (void)snprintf(away, sizeof away, "%s.away", backup.file);
    assert_int_equal(rename(backup.file, away), 0);
    set_video(scene, 1, YS_AVAILABILITY_DELETED);
    fetch(scene);
    forget_titles(scene);
    fetch(scene); /* there is no backup to look through */
    assert_int_equal(rename(away, backup.file), 0);
    fetch(scene);
    expect(scene, "\"vid00000001\",\"\",");
    /* Another video without a title: everything is looked through, for both. */
    set_video(scene, 2, YS_AVAILABILITY_DELETED);
    fetch(scene);
    forget_titles(scene);
    fetch(scene);
    expect(scene, "\"vid00000001\",\"Video 1\",");
    expect(scene, "\"vid00000002\",\"Video 2\",");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_came_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cannot_be_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_named_by_backups, setup, teardown),
        cmocka_unit_test_setup_teardown(test_looked_once, setup, teardown),
    };
    return cmocka_run_group_tests_name("gone", tests, NULL, NULL);
}
