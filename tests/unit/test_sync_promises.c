/* test_sync_promises.c: the promises about what is the user's, over whole syncs: what is kept, what
 * is taken out and deleted and what not, when the user edits meanwhile or a video is lost (P1, P5,
 * P8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/shelf.h"
#include "support/stores.h"

static struct world world;
static char old_id[YS_ID_BYTES], other_id[YS_ID_BYTES], jazz_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* Runs the job to its end: sleeps through pauses, says yes. */
static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

static void nothing_lost(void)
{
    struct ys_truth_report report;

    world_ok(&world, ys_truth_compare(world.sim, &report, &world.err));
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.lost_rows, 0);
}

/* ---------------------------------------------------------------- old = "keep" */

#define KEPT_MAX 200
static struct kept {
    char id[YS_ID_BYTES], title[YS_TITLE_BYTES];
    enum ys_privacy privacy;
    char items[8192];
} before[KEPT_MAX];
static size_t before_count;

static bool add_item(void *ctx, const struct ys_truth_item *item)
{
    char *items = ctx;
    size_t at = strlen(items);

    assert_true(snprintf(items + at, 8192 - at, "%s,", item->id) < (int)(8192 - at));
    return true;
}

static bool remember(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct kept *kept = &before[before_count++];

    (void)ctx;
    assert_true(before_count <= KEPT_MAX);
    memcpy(kept->id, playlist->id, sizeof kept->id);
    memcpy(kept->title, playlist->title, sizeof kept->title);
    kept->privacy = playlist->privacy;
    kept->items[0] = '\0';
    world_ok(&world, ys_truth_items(world.sim, playlist->id, add_item, kept->items, &world.err));
    return true;
}

/* Every playlist of before is there, with its title and privacy, and its rows come first. */
static void check_kept(const char *filled_title)
{
    static char items[8192];
    struct ys_truth_playlist now;
    size_t i;

    for (i = 0; i < before_count; i++) {
        world_ok(&world, ys_truth_playlist(world.sim, before[i].id, &now, &world.err));
        assert_string_equal(now.title, before[i].title);
        assert_int_equal(now.privacy, before[i].privacy);
        items[0] = '\0';
        world_ok(&world, ys_truth_items(world.sim, now.id, add_item, items, &world.err));
        if (strcmp(now.title, filled_title) == 0)
            assert_memory_equal(items, before[i].items, strlen(before[i].items));
        else
            assert_string_equal(items, before[i].items);
    }
}

static void test_keep(void **state)
{
    struct ys_target *target;

    (void)state;
    world_init(&world, 21);
    world_open(&world);
    world_library(&world, 30, 200);
    world_session(&world);
    shelf_playlist(&world, "Category 2", YS_PRIVACY_PUBLIC, 1, 0, jazz_id);
    before_count = 0;
    world_ok(&world, ys_truth_playlists(world.sim, NULL, remember, NULL, &world.err));
    world.old = YS_OLD_KEEP;
    world.privacy = YS_PRIVACY_UNLISTED;
    target = shelf_policy(&world, YS_OLD_KEEP);
    ys_target_free(target);
    assert_true(world_start(&world));
    finish();
    check_kept("Category 2");
    nothing_lost();
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_PLAYLISTS_DELETE), 0);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_DELETE), 0);
    assert_int_equal(ys_sim_effects_on(world.sim, YS_SIM_M_PLAYLISTS_UPDATE, jazz_id, NULL), 0);
}

/* ---------------------------------------------------------------- taking out */

/* "Jazz" holds 1..3, 10 which belongs to "Rock", 20 which is dropped, 30 that nobody wants. */
static void jazz_with_strangers(enum ys_old old)
{
    struct ys_target *target;

    shelf_open(&world, 22, 40);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PUBLIC, 1, 3, jazz_id);
    shelf_put(&world, jazz_id, 2);
    shelf_put(&world, jazz_id, 10);
    shelf_put(&world, jazz_id, 20);
    shelf_put(&world, jazz_id, 30);
    world_ok(&world, ys_truth_snapshot(world.sim, &world.err));
    target = shelf_policy(&world, old);
    shelf_want(&world, target, "Jazz", 1, 4);
    shelf_want(&world, target, "Rock", 10, 12);
    shelf_drop(&world, target, 20, 20);
    shelf_start(&world, target);
}

static void test_rows_are_taken_out(void **state)
{
    struct ys_truth_playlist jazz;

    (void)state;
    jazz_with_strangers(YS_OLD_REUSE);
    finish();
    assert_int_equal(shelf_copies(&world, "Jazz", 2), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 4), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 10), 0);
    assert_int_equal(shelf_copies(&world, "Jazz", 20), 0);
    assert_int_equal(shelf_copies(&world, "Jazz", 30), 1);
    assert_int_equal(shelf_copies(&world, "Rock", 10), 1);
    world_ok(&world, ys_truth_playlist(world.sim, jazz_id, &jazz, &world.err));
    assert_int_equal(jazz.privacy, YS_PRIVACY_PUBLIC);
    assert_int_equal(jazz.items, 5);
}

/* The video cannot be added where it belongs: its row stays where it is, and says why. */
static void test_a_row_whose_video_did_not_arrive_stays(void **state)
{
    struct ys_operation_record kept;

    (void)state;
    jazz_with_strangers(YS_OLD_REUSE);
    world_ok(&world, ys_sim_video_set(world.sim, "video-00010", YS_AVAILABILITY_PRIVATE,
                                      &world.err));
    finish();
    assert_int_equal(shelf_copies(&world, "Rock", 10), 0);
    assert_int_equal(shelf_copies(&world, "Jazz", 10), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 20), 0);
    assert_int_equal(shelf_copies(&world, "Jazz", 2), 1);
    kept = shelf_operation(&world, YS_OP_ITEM_DELETE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(kept.video_id, "video-00010");
    assert_non_null(strstr(kept.error, "not seen in its new playlist"));
}

static bool count_item(void *ctx, const struct ys_item_record *item)
{
    (void)item;
    ++*(int *)ctx;
    return true;
}

static void put_two(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    int *deletes = ctx;

    (void)sim;
    if (event->phase != YS_SIM_BEFORE || event->method != YS_SIM_M_ITEMS_DELETE) return;
    if (++*deletes != 3) return;
    shelf_put(&world, jazz_id, 31);
    shelf_put(&world, jazz_id, 32);
}

/* Three rows leave, one came, and the user adds two after the last look: the number of entries is
 * what it was at first. The next fetch meets them all the same. */
static void test_edits_that_hide_behind_our_own(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_truth_playlist jazz;
    int deletes = 0;

    (void)state;
    jazz_with_strangers(YS_OLD_REUSE);
    ys_sim_set_hook(world.sim, put_two, &deletes);
    finish();
    ys_sim_set_hook(world.sim, NULL, NULL);
    world_ok(&world, ys_truth_playlist(world.sim, jazz_id, &jazz, &world.err));
    assert_int_equal(jazz.items, 7);
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, &fetched, &world.err));
    world_ok(&world, ys_items_each(world.session, jazz_id, count_item, &deletes, &world.err));
    assert_int_equal(deletes, 3 + 7);
}

/* As an old copy of the database says it, in which nothing was done yet and which has been accepted
 * and listed since: the playlist is found, and is not taken for empty. */
static void test_a_found_playlist_may_be_filled(void **state)
{
    struct ys_truth_playlist rock;

    (void)state;
    jazz_with_strangers(YS_OLD_REUSE);
    shelf_until(&world, YS_OP_ITEM_INSERT, 3);
    world_crash(&world);
    stores_raw(world.db_path,
               "UPDATE sync_operations SET status = 'unknown', attempts = 0, remote_id = ''"
               " WHERE kind = 'playlist_create';"
               "UPDATE sync_operations SET status = 'pending', attempts = 0, remote_id = '',"
               " playlist_id = '' WHERE kind = 'item_insert' AND category = 'Rock'");
    ys_sim_clock_advance(&world.clock, 300000);
    world_session(&world);
    finish();
    world_ok(&world, ys_truth_playlist_titled(world.sim, "Rock", &rock, &world.err));
    assert_int_equal(rock.items, 3);
    assert_int_equal(ys_sim_effects_on(world.sim, YS_SIM_M_ITEMS_INSERT, rock.id, NULL), 3);
}

/* ---------------------------------------------------------------- edits meanwhile */

/* "Old" holds 1..9 and "Other" 10..18; each video belongs to one of three categories in turn, so
 * that none of them is worth carrying on. */
static void two_old_playlists(uint64_t seed, enum ys_privacy privacy)
{
    static const char *const keys[] = {"Soul", "Jazz", "Rock"};
    struct ys_target *target;
    char id[16];
    int i;

    shelf_open(&world, seed, 60);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 1, 9, old_id);
    shelf_playlist(&world, "Other", YS_PRIVACY_PRIVATE, 10, 18, other_id);
    target = shelf_policy(&world, YS_OLD_DELETE);
    for (i = 0; i < 3; i++) {
        struct ys_category_spec spec = {.key = keys[i], .new_privacy = privacy};
        shelf_category(&world, target, &spec, 1, 0);
    }
    for (i = 1; i <= 18; i++)
        world_ok(&world, ys_target_add_video(target, (size_t)(i % 3), shelf_video(i, id), "in turn",
                                             &world.err));
    shelf_start(&world, target);
}

static char made_id[YS_ID_BYTES];  /* the playlist that the policy's category got */

static void find_made(const char *title)
{
    struct ys_truth_playlist playlist;

    world_ok(&world, ys_truth_playlist_titled(world.sim, title, &playlist, &world.err));
    memcpy(made_id, playlist.id, sizeof made_id);
}

static void test_a_video_added_to_a_doomed_playlist(void **state)
{
    struct ys_operation_record skipped;
    char doomed[YS_ID_BYTES];

    (void)state;
    two_old_playlists(23, YS_PRIVACY_PRIVATE);
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    skipped = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_PENDING);
    memcpy(doomed, skipped.playlist_id, sizeof doomed);
    shelf_put(&world, doomed, 50); /* by hand, after everything was proved */
    finish();
    assert_true(shelf_has(&world, doomed));
    skipped = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_SKIPPED);
    assert_string_equal(skipped.playlist_id, doomed);
    assert_non_null(strstr(skipped.error, "video-00050"));
    assert_non_null(strstr(skipped.error, "no category wants it"));
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    nothing_lost();
}

static void test_our_playlist_is_renamed(void **state)
{
    struct ys_truth_playlist now;

    (void)state;
    two_old_playlists(24, YS_PRIVACY_UNLISTED);
    shelf_until(&world, YS_OP_ITEM_INSERT, 2);
    find_made("Jazz");
    world_ok(&world, ys_sim_playlist_edit(world.sim, made_id, "My Jazz", "My words",
                                          YS_PRIVACY_UNSET, &world.err));
    finish();
    world_ok(&world, ys_truth_playlist(world.sim, made_id, &now, &world.err));
    assert_string_equal(now.title, "My Jazz");
    assert_int_equal(now.privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(ys_truth_title_count(world.sim, "Jazz"), 0);
    nothing_lost();
}

/* The user makes a carried-on playlist public between plan and update: the update leaves it so. */
static void test_privacy_changed_before_an_update(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .description = "new words"};
    struct ys_truth_playlist now;
    struct ys_target *target;

    (void)state;
    shelf_open(&world, 25, 10);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PRIVATE, 1, 3, jazz_id);
    target = shelf_policy(&world, YS_OLD_REUSE);
    shelf_category(&world, target, &spec, 1, 4);
    shelf_start(&world, target);
    world_ok(&world, ys_sim_playlist_edit(world.sim, jazz_id, NULL, NULL, YS_PRIVACY_PUBLIC,
                                          &world.err));
    finish();
    world_ok(&world, ys_truth_playlist(world.sim, jazz_id, &now, &world.err));
    assert_int_equal(now.privacy, YS_PRIVACY_PUBLIC);
    assert_int_equal(ys_sim_effect_count(world.sim, YS_SIM_M_PLAYLISTS_UPDATE), 1);
}

/* The user deletes our playlist: what was in it counts as unseen, and its sources stay. */
static void our_playlist_is_deleted(bool new_process)
{
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    find_made("Rock");
    world_ok(&world, ys_sim_playlist_remove(world.sim, made_id, &world.err));
    if (new_process) world_session(&world);
    finish();
    assert_true(shelf_has(&world, old_id) && shelf_has(&world, other_id));
    nothing_lost();
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 2);
}

static void test_our_playlist_is_deleted(void **state)
{
    (void)state;
    two_old_playlists(26, YS_PRIVACY_PRIVATE);
    our_playlist_is_deleted(false);
}

static void test_our_playlist_is_deleted_and_a_new_process(void **state)
{
    (void)state;
    two_old_playlists(26, YS_PRIVACY_PRIVATE);
    our_playlist_is_deleted(true);
}

/* Deleted while it is being filled. */
static void test_our_playlist_is_deleted_early(void **state)
{
    (void)state;
    two_old_playlists(27, YS_PRIVACY_PRIVATE);
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
    shelf_until(&world, YS_OP_ITEM_INSERT, 8);
    find_made("Rock");
    world_ok(&world, ys_sim_playlist_remove(world.sim, made_id, &world.err));
    finish();
    nothing_lost();
    assert_true(shelf_count(&world, YS_OP_STATUS_SKIPPED) > 0);
    /* The next plan makes it again and settles the rest. */
    assert_int_equal(ys_truth_title_count(world.sim, "Rock"), 0);
}

/* A video that was seen in its place and is taken out by the user stays out; its source stays. */
static void test_an_inserted_video_is_taken_out(void **state)
{
    char item[YS_ID_BYTES];

    (void)state;
    two_old_playlists(28, YS_PRIVACY_PRIVATE);
    shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
    find_made("Rock");
    world_ok(&world, ys_truth_item_of(world.sim, made_id, "video-00002", item, &world.err));
    world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    finish();
    assert_int_equal(ys_truth_copies(world.sim, made_id, "video-00002"), 0);
    assert_true(ys_truth_copies(world.sim, NULL, "video-00002") > 0);
    nothing_lost();
}

/* One that was never seen there is added again: a listing cannot tell who took it. */
static void test_a_video_that_was_never_listed_is_added_again(void **state)
{
    char item[YS_ID_BYTES];

    (void)state;
    two_old_playlists(29, YS_PRIVACY_PRIVATE);
    shelf_until(&world, YS_OP_ITEM_INSERT, 3);
    find_made("Jazz");
    if (ys_truth_item_of(world.sim, made_id, "video-00001", item, NULL) == YS_OK)
        world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    finish();
    assert_int_equal(ys_truth_copies(world.sim, made_id, "video-00001"), 1);
    nothing_lost();
}

/* ---------------------------------------------------------------- lost videos */

/* A failed insert blocks just the deletes that depend on it. */
static void test_failed_inserts_block_only_their_own(void **state)
{
    struct ys_operation_record failed, stays, gone;

    (void)state;
    two_old_playlists(30, YS_PRIVACY_PRIVATE);
    world_fault(&world, "playlistItems.insert#2=reason:failedPrecondition");
    finish();
    failed = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_FAILED);
    stays = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_SKIPPED);
    gone = shelf_operation(&world, YS_OP_PLAYLIST_DELETE, YS_OP_STATUS_DONE);
    assert_non_null(strstr(stays.error, failed.video_id));
    assert_int_equal(ys_truth_copies(world.sim, stays.playlist_id, failed.video_id), 1);
    assert_false(shelf_has(&world, gone.playlist_id));
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 1);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 1);
    assert_int_equal(shelf_job(&world).failed, 1);
    assert_non_null(strstr(shelf_job(&world).needs_you, "failed"));
    nothing_lost();
}

static void test_a_video_turns_private(void **state)
{
    struct ys_operation_record failed;

    (void)state;
    two_old_playlists(31, YS_PRIVACY_PRIVATE);
    shelf_until(&world, YS_OP_PLAYLIST_CREATE, 1);
    world_ok(&world, ys_sim_video_set(world.sim, "video-00018", YS_AVAILABILITY_PRIVATE,
                                      &world.err));
    finish();
    failed = shelf_operation(&world, YS_OP_ITEM_INSERT, YS_OP_STATUS_FAILED);
    assert_string_equal(failed.video_id, "video-00018");
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_FAILED), 1);
    assert_false(shelf_has(&world, old_id));
    assert_true(shelf_has(&world, other_id)); /* it holds the one that did not arrive */
    assert_int_equal(ys_truth_copies(world.sim, other_id, "video-00018"), 1);
    nothing_lost();
}

/* Listings that lag for half a minute. */
static void test_listings_lag(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 32; seed < 35; seed++) {
        world_init(&world, seed);
        world.options.lag_min_ms = 20000;
        world.options.lag_max_ms = 30000;
        world_open(&world);
        world_library(&world, 6, 30);
        world_session(&world);
        assert_true(world_start(&world));
        world_fault(&world, "playlistItems.insert#3=effect+close");
        world_fault(&world, "playlists.insert#2=effect+timeout");
        finish();
        world_check_end(&world);
        if (seed < 34) world_close(&world);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keep),
        TEST(test_rows_are_taken_out),
        TEST(test_a_row_whose_video_did_not_arrive_stays),
        TEST(test_edits_that_hide_behind_our_own),
        TEST(test_a_found_playlist_may_be_filled),
        TEST(test_a_video_added_to_a_doomed_playlist),
        TEST(test_our_playlist_is_renamed),
        TEST(test_privacy_changed_before_an_update),
        TEST(test_our_playlist_is_deleted),
        TEST(test_our_playlist_is_deleted_and_a_new_process),
        TEST(test_our_playlist_is_deleted_early),
        TEST(test_an_inserted_video_is_taken_out),
        TEST(test_a_video_that_was_never_listed_is_added_again),
        TEST(test_failed_inserts_block_only_their_own),
        TEST(test_a_video_turns_private),
        TEST(test_listings_lag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
