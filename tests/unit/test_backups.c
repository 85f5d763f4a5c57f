/* test_backups.c: backups as a session offers them: found, proved, compared, removed, exported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csvout.h"
#include "base/path.h"
#include "support/shelf.h"
#include "support/stores.h"

static struct world world;
static char jazz_id[YS_ID_BYTES], rock_id[YS_ID_BYTES], new_id[YS_ID_BYTES];

static int set_up(void **state)
{
    (void)state;
    shelf_open(&world, 41, 20);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PRIVATE, 1, 5, jazz_id);
    shelf_playlist(&world, "Rock", YS_PRIVACY_PUBLIC, 6, 8, rock_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static struct ys_backup_record create(void)
{
    struct ys_backup_record out;
    struct ys_fetch_result fetched;

    world_ok(&world, ys_fetch(world.session, true, NULL, NULL, &fetched, &world.err));
    world_ok(&world, ys_backups_create(world.session, "by hand", &out, &world.err));
    return out;
}

static bool count_backup(void *ctx, const struct ys_backup_record *backup)
{
    int64_t *count = ctx;

    assert_true(backup->id > 0 && backup->sha256[0] && backup->file[0]);
    ++*count;
    return true;
}

static int64_t on_record(void)
{
    int64_t count = 0;

    world_ok(&world, ys_backups_each(world.session, count_backup, &count, &world.err));
    return count;
}

/* ---------------------------------------------------------------- finding, proving */

static void test_finding(void **state)
{
    struct ys_backup_record first, second, found;

    (void)state;
    shelf_is(&world, ys_backups_create(world.session, "x", &first, &world.err), YS_ENOTFOUND,
             "run `fetch` first");
    first = create();
    second = create();
    assert_int_equal(on_record(), 2);
    assert_int_equal(first.playlists, 2);
    assert_int_equal(first.items, 8);
    assert_string_equal(first.trigger, "by hand");
    world_ok(&world, ys_backups_find(world.session, "1", &found, &world.err));
    assert_string_equal(found.file, first.file);
    world_ok(&world, ys_backups_find(world.session, "last", &found, &world.err));
    assert_int_equal(found.id, second.id);
    world_ok(&world, ys_backups_find(world.session, first.file, &found, &world.err));
    assert_int_equal(found.id, first.id);
    world_ok(&world, ys_backups_find(world.session, world.db_path, &found, &world.err));
    assert_int_equal(found.id, 0); /* a file, but none on record */
    shelf_is(&world, ys_backups_find(world.session, "7", &found, &world.err), YS_ENOTFOUND,
             "There is no backup \"7\"; `backup list`");
    shelf_is(&world, ys_backups_verify(world.session, world.db_path, &found, &world.err),
             YS_EBACKUP, "is not usable");
    world_ok(&world, ys_backups_verify(world.session, "1", &found, &world.err));
    assert_int_equal(found.id, 1);
    assert_int_equal(found.items, 8);
}

/* A whole file in the place of another: right in itself, but not what is on record. */
static void test_exchanged(void **state)
{
    struct ys_backup_record first, second, found;

    (void)state;
    first = create();
    shelf_put(&world, jazz_id, 9);
    second = create();
    stores_copy(second.file, first.file);
    shelf_is(&world, ys_backups_verify(world.session, "1", &found, &world.err), YS_EBACKUP,
             "is not the one that was written");
}

/* ---------------------------------------------------------------- comparing */

#define TOLD_BYTES 4096
static char told[TOLD_BYTES];

static bool tell(void *ctx, const struct ys_difference *difference)
{
    size_t at = strlen(told);

    (void)ctx;
    (void)snprintf(told + at, TOLD_BYTES - at, "%s %s %s%s>%s %lld\n",
                   ys_difference_name(difference->kind), difference->playlist_title,
                   difference->video_id, difference->before, difference->after,
                   (long long)difference->videos);
    return true;
}

static const char *diff(const char *a, const char *b)
{
    told[0] = '\0';
    world_ok(&world, ys_backups_diff(world.session, a, b, tell, NULL, &world.err));
    return told;
}

static void test_diff(void **state)
{
    char item[YS_ID_BYTES];

    (void)state;
    shelf_put(&world, jazz_id, 1); /* a second copy */
    (void)create();
    (void)create();
    assert_string_equal(diff("1", "2"), "");
    world_ok(&world, ys_truth_item_of(world.sim, jazz_id, "video-00001", item, &world.err));
    world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    shelf_put(&world, jazz_id, 9);
    world_ok(&world, ys_sim_playlist_edit(world.sim, jazz_id, "My Jazz", "words",
                                          YS_PRIVACY_UNLISTED, &world.err));
    (void)create();
    /* The first copy went, so the one that both have stands elsewhere. */
    assert_string_equal(diff("2", "3"),
                        "title My Jazz Jazz>My Jazz 0\n"
                        "description My Jazz > 0\n"
                        "privacy My Jazz private>unlisted 0\n"
                        "video_gone My Jazz video-00001> 0\n"
                        "video_new My Jazz video-00009> 0\n"
                        "order My Jazz > 0\n");
    world_ok(&world, ys_sim_playlist_remove(world.sim, rock_id, &world.err));
    ys_sim_clock_advance(&world.clock, INT64_C(600000)); /* a young one may only lag */
    shelf_playlist(&world, "Soul", YS_PRIVACY_PRIVATE, 10, 11, new_id);
    (void)create();
    (void)diff("3", "4");
    assert_non_null(strstr(told, "playlist_gone Rock > 3\n"));
    assert_non_null(strstr(told, "playlist_new Soul > 2\n"));
    (void)diff("4", "3");
    assert_non_null(strstr(told, "playlist_new Rock > 3\n"));
    shelf_is(&world, ys_backups_diff(world.session, "4", "9", tell, NULL, &world.err),
             YS_ENOTFOUND, "\"9\"");
}

/* ---------------------------------------------------------------- removing */

static void test_prune(void **state)
{
    struct ys_backup_record all[4], found;
    struct ys_target *target;
    int64_t gone = 0;
    int i;

    (void)state;
    target = shelf_policy(&world, YS_OLD_KEEP);
    shelf_want(&world, target, "Jazz", 1, 9);
    shelf_start(&world, target);
    shelf_until(&world, YS_OP_ITEM_INSERT, 1); /* its backup, number 1, is written */
    for (i = 0; i < 4; i++) all[i] = create();
    shelf_is(&world, ys_backups_prune(world.session, 0, NULL, NULL, &world.err), YS_EINVAL,
             "At least one");
    world_ok(&world, ys_backups_prune(world.session, 2, count_backup, &gone, &world.err));
    assert_int_equal(gone, 2); /* not that of the unfinished job */
    assert_int_equal(on_record(), 3);
    assert_false(ys_path_exists(all[0].file) || ys_path_exists(all[1].file));
    assert_true(ys_path_exists(all[2].file) && ys_path_exists(all[3].file));
    world_ok(&world, ys_backups_verify(world.session, "1", &found, &world.err));
    assert_int_equal(unlink(all[2].file), 0); /* by hand */
    world_ok(&world, world_finish(&world));
    world_ok(&world, ys_backups_prune(world.session, 1, NULL, NULL, &world.err));
    assert_int_equal(on_record(), 1);
    assert_true(ys_path_exists(all[3].file));
    assert_string_equal(shelf_job(&world).backup_file, "");
}

/* ---------------------------------------------------------------- tables, policy */

static void test_export(void **state)
{
    char folder[600], path[700];
    size_t bytes;
    char *text;

    (void)state;
    world_ok(&world, ys_sim_playlist_edit(world.sim, rock_id, "=HYPERLINK(1)", "a \"b\"",
                                          YS_PRIVACY_UNSET, &world.err));
    (void)create();
    (void)snprintf(folder, sizeof folder, "%s.tables/of it", world.db_path);
    world_ok(&world, ys_backups_export(world.session, "last", folder, &world.err));
    (void)snprintf(path, sizeof path, "%s/playlists.csv", folder);
    text = stores_file(path, &bytes);
    assert_memory_equal(text, YS_CSVOUT_MARK "\"playlist id\"", 16);
    assert_non_null(strstr(text, "\"'=HYPERLINK(1)\",\"a \"\"b\"\"\",\"public\","));
    free(text);
    (void)snprintf(path, sizeof path, "%s/entries.csv", folder);
    text = stores_file(path, &bytes);
    assert_non_null(strstr(text, "\"3\",\"video-00003\","));
    free(text);
    (void)snprintf(path, sizeof path, "%s/videos.csv", folder);
    text = stores_file(path, &bytes);
    assert_non_null(strstr(text, "\r\n\"video-00008\","));
    free(text);
}

static void test_the_policy_is_in_it(void **state)
{
    struct ys_backup_record backup;
    size_t bytes;
    char *text;

    (void)state;
    world_ok(&world, ys_policy_keep(world.session, "abc", "return\n1", &world.err));
    world_ok(&world, ys_policy_keep(world.session, "abc", "return\n1", &world.err));
    backup = create();
    text = stores_file(backup.file, &bytes);
    assert_non_null(strstr(text, "{\"kind\":\"policy\",\"hash\":\"abc\",\"text\":\"return\\n1\","));
    assert_non_null(strstr(text, "\"policies\":1,\"sha256\""));
    free(text);
    world_ok(&world, ys_backups_verify(world.session, "last", &backup, &world.err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finding), TEST(test_exchanged), TEST(test_diff), TEST(test_prune),
        TEST(test_export),  TEST(test_the_policy_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
