/* test_restore.c: a backup as a plan: the library is what it was, or it is said what cannot come
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "restores.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void restore(const char *which)
{
    rs_start(rs_plan(which));
    rs_finish();
}

struct ids {
    char ids[64][YS_ID_BYTES];
    size_t count;
};

static bool add_id(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct ids *ids = ctx;

    assert_true(ids->count < 64);
    memcpy(ids->ids[ids->count++], playlist->id, YS_ID_BYTES);
    return true;
}

static void delete_everything(void)
{
    static struct ids ids;
    size_t i;

    ids.count = 0;
    world_ok(&rs_world, ys_truth_playlists(rs_world.sim, NULL, add_id, &ids, &rs_world.err));
    for (i = 0; i < ids.count; i++)
        world_ok(&rs_world, ys_sim_playlist_remove(rs_world.sim, ids.ids[i], &rs_world.err));
    ys_sim_clock_advance(&rs_world.clock, DAY_MS);
    assert_int_equal(ys_truth_playlist_count(rs_world.sim, NULL), 0);
}

/* ---------------------------------------------------------------- everything is gone */

/* The user's again: nothing says that ytsync made them. */
static bool not_made(void *ctx, const struct ys_playlist_record *playlist)
{
    (void)ctx;
    assert_int_equal(playlist->made_by_job, 0);
    return true;
}

static bool no_category(void *ctx, const struct ys_category_record *category)
{
    (void)ctx;
    fail_msg("the category %s is left", category->key);
    return false;
}

static void test_everything_comes_back(void **state)
{
    struct ys_plan *plan;
    char *before, *after;

    (void)state;
    rs_library(51);
    rs_back_up();
    before = rs_dump();
    delete_everything();
    restore("last");
    after = rs_dump();
    assert_string_equal(after, before);
    /* A second restore finds them by their titles, both of "Rock" too, and is empty. */
    plan = rs_plan("1");
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
    world_ok(&rs_world, ys_playlists_each(rs_world.session, false, not_made, NULL, &rs_world.err));
    world_ok(&rs_world, ys_categories_each(rs_world.session, no_category, NULL, &rs_world.err));
    free(before);
    free(after);
}

/* Through many quota days, killed at random on the way. */
static void test_days_and_kills(void **state)
{
    int64_t kills = 0, steps = 0, day = 0;
    struct ys_preview preview;
    struct ys_plan_loss loss;
    struct ys_plan *plan;
    char *before, *after;
    unsigned chance = 12345;
    enum ys_status status = YS_OK;
    bool more = true;

    (void)state;
    world_init(&rs_world, 52);
    world_open(&rs_world);
    world_library(&rs_world, 12, 90);
    world_session(&rs_world);
    world_set(&rs_world, "quota.daily", 1500);
    rs_back_up();
    before = rs_dump();
    assert_true(rs_gone_lines > 0);
    delete_everything();
    plan = rs_plan("last");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.unavailable, rs_gone_lines); /* each is named */
    assert_true(ys_plan_loss(plan, (size_t)rs_gone_lines - 1, &loss));
    rs_start(plan);
    for (steps = 0; more || status != YS_OK; steps++) {
        assert_true(steps < 100000);
        chance = chance * 1103515245u + 12345u;
        if ((chance >> 16) % 40 == 0 && kills < 25) {
            kills++;
            world_crash(&rs_world);
            world_session(&rs_world);
            world_ok(&rs_world, ys_job_open(rs_world.session, 0, &rs_world.job, &rs_world.err));
        }
        status = ys_job_step(rs_world.job, 1000, &more, &rs_world.err);
        if (status == YS_EQUOTA || status == YS_ECREATES || status == YS_ENETWORK) {
            int64_t wait = ys_job_wait_ms(rs_world.job);
            day += wait > DAY_MS / 24;
            ys_sim_clock_advance(&rs_world.clock, wait > 0 ? wait : 1000);
            more = true;
            status = YS_OK;
        } else if (status != YS_OK) {
            fail_msg("%s: %s", ys_status_name(status), rs_world.err.message);
        }
    }
    assert_true(kills >= 10);
    assert_true(day >= 3);
    after = rs_dump();
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* What is private or deleted by then is named, by its last known title; the rest comes back. */
static void test_losses_are_named(void **state)
{
    struct ys_plan_loss loss;
    struct ys_preview preview;
    struct ys_plan *plan;

    (void)state;
    rs_library(53);
    rs_fetch(); /* its title is known from before */
    world_ok(&rs_world, ys_sim_video_set(rs_world.sim, "video-00005", YS_AVAILABILITY_DELETED,
                                      &rs_world.err));
    rs_back_up();
    delete_everything();
    plan = rs_plan("last");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.unavailable, 2);
    assert_true(ys_plan_loss(plan, 0, &loss));
    assert_string_equal(loss.video_id, "video-00005");
    assert_true(loss.title[0] != '\0');
    assert_string_equal(loss.playlist_title, "Jazz");
    assert_true(ys_plan_loss(plan, 1, &loss));
    assert_string_equal(loss.playlist_title, "Rock");
    assert_false(ys_plan_loss(plan, 2, &loss));
    assert_non_null(strstr(ys_plan_warning(plan, 0), "3 playlists are made anew: their addresses"));
    assert_non_null(strstr(ys_plan_warning(plan, 1), "2 entries do not come back"));
    rs_start(plan);
    rs_finish();
    assert_int_equal(shelf_copies(&rs_world, "Jazz", 1), 2);
    assert_int_equal(shelf_copies(&rs_world, "Jazz", 5), 0);
    assert_int_equal(shelf_job(&rs_world).failed, 0);
}

/* Private when the backup was made, live again since: it comes back. */
static void test_what_is_live_again_comes_back(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_preview preview;
    struct ys_plan *plan;

    (void)state;
    rs_library(58);
    world_ok(&rs_world, ys_sim_video_set(rs_world.sim, "video-00005", YS_AVAILABILITY_PRIVATE,
                                      &rs_world.err));
    rs_back_up();
    world_ok(&rs_world, ys_sim_video_set(rs_world.sim, "video-00005", YS_AVAILABILITY_LIVE,
                                      &rs_world.err));
    world_ok(&rs_world, ys_sim_playlist_remove(rs_world.sim, rs_jazz, &rs_world.err));
    ys_sim_clock_advance(&rs_world.clock, DAY_MS);
    /* Rock shows that it is live, when it is read again. */
    world_ok(&rs_world, ys_fetch(rs_world.session, true, NULL, NULL, &fetched, &rs_world.err));
    plan = rs_plan("last");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.unavailable, 0);
    rs_start(plan);
    rs_finish();
    assert_int_equal(shelf_copies(&rs_world, "Jazz", 5), 1);
    assert_int_equal(shelf_copies(&rs_world, "Jazz", 1), 2);
}

/* ---------------------------------------------------------------- a part, and what came later */

static void test_what_came_later_stays(void **state)
{
    struct ys_truth_playlist rock;
    struct ys_preview preview;
    struct ys_plan *plan;
    char mine[YS_ID_BYTES], item[YS_ID_BYTES];

    (void)state;
    rs_library(54);
    rs_back_up();
    shelf_playlist(&rs_world, "Mine", YS_PRIVACY_PRIVATE, 1, 3, mine); /* later, the user's own */
    shelf_put(&rs_world, rs_jazz, 30); /* in no playlist of then */
    shelf_put(&rs_world, rs_jazz, 7);  /* then in Rock */
    world_ok(&rs_world, ys_truth_item_of(rs_world.sim, rs_rock, "video-00006", item,
                                         &rs_world.err));
    world_ok(&rs_world, ys_sim_item_remove(rs_world.sim, item, &rs_world.err));
    world_ok(&rs_world, ys_sim_playlist_edit(rs_world.sim, rs_rock, "Pop", "", YS_PRIVACY_PUBLIC,
                                          &rs_world.err));
    plan = rs_plan("1");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.create_playlists.count, 1); /* Rock's title, words, privacy */
    assert_int_equal(preview.add_videos.count, 1);
    assert_int_equal(preview.delete_playlists.count, 1); /* 7 leaves Jazz; Mine is no concern */
    assert_non_null(strstr(ys_plan_warning(plan, 0), "1 entries stay that came later"));
    rs_start(plan);
    rs_finish();
    world_ok(&rs_world, ys_truth_playlist(rs_world.sim, rs_rock, &rock, &rs_world.err));
    assert_string_equal(rock.title, "Rock");
    assert_int_equal(rock.privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(ys_truth_copies(rs_world.sim, rs_rock, "video-00006"), 1);
    assert_int_equal(ys_truth_copies(rs_world.sim, rs_jazz, "video-00030"), 1);
    assert_int_equal(ys_truth_copies(rs_world.sim, rs_jazz, "video-00007"), 0);
    assert_true(shelf_has(&rs_world, mine));
    plan = rs_plan("1");
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
}

static void test_one_playlist(void **state)
{
    static const char *const jazz[] = {"Jazz"}, *const nothing[] = {"Soul"};
    struct ys_plan *plan;

    (void)state;
    rs_library(55);
    rs_back_up();
    delete_everything();
    rs_fetch();
    shelf_is(&rs_world, ys_restore_plan(rs_world.session, "1", nothing, 1, &plan, &rs_world.err),
             YS_ENOTFOUND, "The backup has no playlist \"Soul\".");
    world_ok(&rs_world, ys_restore_plan(rs_world.session, "1", jazz, 1, &plan, &rs_world.err));
    rs_start(plan);
    rs_finish();
    assert_int_equal(ys_truth_playlist_count(rs_world.sim, NULL), 1);
    assert_int_equal(shelf_copies(&rs_world, "Jazz", 2), 2);
    shelf_is(&rs_world, ys_undo_plan(rs_world.session, 9, &plan, &rs_world.err), YS_ENOTFOUND,
             "no job 9");
}

#define TEST(name) cmocka_unit_test_teardown(name, rs_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_everything_comes_back),
        TEST(test_days_and_kills),
        TEST(test_losses_are_named),
        TEST(test_what_is_live_again_comes_back),
        TEST(test_what_came_later_stays),
        TEST(test_one_playlist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
