/* test_plan.c: from a library and a target to operations: which playlist carries a category, what
 * is added, taken out, renamed, shown, deleted, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fail_alloc.h"
#include "support/plans.h"

/* ---------------------------------------------------------------- who carries a category */

static void test_a_new_playlist(void **state)
{
    const struct ys_planned *create;

    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 3);
    (void)pl_category("Jazz", 1, 3);
    pl_make();
    create = pl_first(YS_OP_PLAYLIST_CREATE, "Jazz");
    assert_string_equal(create->title, "Jazz");
    assert_string_equal(create->playlist_id, "");
    assert_string_equal(create->description, "");
    assert_int_equal(create->privacy, YS_PRIVACY_PRIVATE);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz"), 3);
    assert_string_equal(pl_first(YS_OP_ITEM_INSERT, "Jazz")->video_id, pl_video(1));
    assert_string_equal(pl_first(YS_OP_ITEM_INSERT, "Jazz")->rule, "a rule");
    assert_int_equal(pl_first(YS_OP_ITEM_INSERT, "Jazz")->copies, 1);
    assert_int_equal(ys_plan_count(pl_plan), 4);
    assert_int_equal(pl_preview.write_units, 200);
    assert_int_equal(pl_preview.adopted, 0);
}

static void test_adopted_by_title(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 2);
    (void)pl_category("jazz key", 5, 5);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "j", .title = " Jazz "}, 1, 4);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "j"), 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_UPDATE, "j"), 0);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "j"), 2);
    assert_string_equal(pl_first(YS_OP_ITEM_INSERT, "j")->playlist_id, "PLjazz");
    assert_int_equal(pl_preview.adopted, 1);
    assert_int_equal(pl_preview.already_there, 2);
}

/* The playlist that carried the category before is carried on, whatever it is called now; another
 * one of the category's title is then just an old playlist. */
static void test_adopted_by_mapping(void **state)
{
    (void)state;
    (void)pl_playlist("PLother", "Jazz");
    pl_items(1, 1);
    pl_at(pl_playlist("PLmine", "Renamed"))->category = "Jazz";
    (void)pl_category("Jazz", 1, 1);
    pl_make();
    assert_string_equal(pl_first(YS_OP_ITEM_INSERT, "Jazz")->playlist_id, "PLmine");
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PLother");
}

static void test_adopted_by_id(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .playlist_id = "PLthis"};

    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLjazz", "Jazz");
    (void)pl_playlist("PLthis", "Trumpets");
    (void)pl_category_spec(&spec, 1, 1);
    pl_make();
    assert_string_equal(pl_first(YS_OP_ITEM_INSERT, "Jazz")->playlist_id, "PLthis");
    spec.playlist_id = "PLnowhere";
    pl_old(YS_OLD_KEEP);
    (void)pl_category_spec(&spec, 1, 1);
    pl_refused(YS_EPOLICY, "\"Jazz\"", "PLnowhere", "fetch", NULL);
}

static void test_two_of_one_title(void **state)
{
    (void)state;
    (void)pl_playlist("PLone", "Jazz");
    pl_items(1, 3);
    (void)pl_playlist("PLtwo", "Jazz");
    pl_items(4, 4);
    (void)pl_category("Jazz", 1, 4);
    pl_refused(YS_EPOLICY, "\"Jazz\"", "PLone", "3 videos", "PLtwo", "1 videos", "playlist =",
               NULL);
    /* An id settles it; the other one is then an old playlist like any. */
    pl_old(YS_OLD_DELETE);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Jazz", .playlist_id = "PLone"}, 1, 4);
    pl_make();
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PLtwo");
    assert_non_null(ys_plan_warning(pl_plan, 0));
    assert_non_null(strstr(ys_plan_warning(pl_plan, 0), "PLone"));
    assert_null(ys_plan_warning(pl_plan, 1));
}

static void test_two_categories_one_playlist(void **state)
{
    (void)state;
    (void)pl_playlist("PLone", "Jazz");
    (void)pl_category("Jazz", 1, 1);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "More", .playlist_id = "PLone"}, 2, 2);
    pl_refused(YS_EPOLICY, "\"Jazz\"", "\"More\"", "PLone", NULL);
}

static void test_protected(void **state)
{
    (void)state;
    (void)pl_playlist("PLkeep", "Wedding");
    pl_items(1, 3);
    (void)pl_category("Jazz", 1, 3);
    assert_int_equal(ys_target_protect(pl_target, "PLkeep", &pl_err), YS_OK);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, NULL), 1); /* nor is it carried on */
    assert_null(pl_block("PLkeep"));
    (void)pl_category("Wedding", 4, 4);
    pl_refused(YS_EPOLICY, "\"Wedding\"", "PLkeep", "never", NULL);
}

static void test_channel(void **state)
{
    (void)state;
    (void)pl_category("Jazz", 1, 1);
    assert_int_equal(ys_target_set_channel(pl_target, "UCmine", &pl_err), YS_OK);
    pl_make();
    assert_int_equal(ys_target_set_channel(pl_target, "UCother", &pl_err), YS_OK);
    pl_refused(YS_ECHANNEL, "UCother", "UCmine", "\"Mine\"", NULL);
}

/* ---------------------------------------------------------------- what is added and taken out */

static void test_takeouts(void **state)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    size_t i;

    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 3);
    pl_items(2, 2);  /* a second copy */
    pl_items(10, 10);/* belongs to Rock */
    pl_items(20, 20);/* dropped */
    pl_items(30, 30);/* nobody's */
    for (i = 0; i < 3; i++) {
        bool keep = olds[i] == YS_OLD_KEEP;
        pl_old(olds[i]);
        (void)pl_category("Jazz", 1, 3);
        (void)pl_category("Rock", 10, 10);
        pl_drop(20, 20);
        pl_make();
        assert_int_equal(pl_count(YS_OP_ITEM_DELETE, "Jazz"), keep ? 0 : 3);
        assert_int_equal(pl_count(YS_OP_ITEM_DELETE, "Rock"), 0);
        assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Rock"), 1);
        assert_int_equal(pl_preview.delete_playlists.units, keep ? 0 : 150);
    }
    assert_string_equal(pl_first(YS_OP_ITEM_DELETE, NULL)->rule, "a second copy");
    assert_string_equal(pl_first(YS_OP_ITEM_DELETE, NULL)->video_id, pl_video(2));
    assert_string_equal(pl_plan->ops[pl_plan->op_count - 1].rule, "the policy drops it");
}

/* An entry that cannot be inserted elsewhere stays where it stands. */
static void test_gone_entries_are_not_taken_out(void **state)
{
    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_item(10, YS_AVAILABILITY_PRIVATE);
    pl_item(11, YS_AVAILABILITY_DELETED);
    (void)pl_category("Jazz", 1, 0);
    (void)pl_category("Rock", 10, 11);
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_DELETE, NULL), 0);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 0);
    assert_int_equal(pl_preview.unavailable, 2);
}

static void test_gone_videos(void **state)
{
    (void)state;
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 2);
    pl_item(3, YS_AVAILABILITY_PRIVATE);
    pl_item(4, YS_AVAILABILITY_DELETED);
    (void)pl_category("Jazz", 1, 4);
    assert_int_equal(ys_target_protect(pl_target, "PLold", &pl_err), YS_OK);
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz"), 2);
    assert_int_equal(pl_preview.unavailable, 2);
}

/* keep_newest: what is dropped leaves the playlist that ytsync made under any `old`; the user's own
 * one loses nothing under "keep", and says so. */
static void test_a_trimmed_playlist(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .trimmed = true};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        bool made = i == 0;
        pl_old(YS_OLD_KEEP);
        if (made) {
            pl_at(pl_playlist("PLjazz", "Jazz"))->made_by_job = 3;
            pl_items(1, 4);
            pl_items(3, 3); /* a second copy, and one that belongs elsewhere: both stay */
            pl_items(9, 9);
        } else {
            pl_at(0)->made_by_job = 0;
        }
        (void)pl_category_spec(&spec, 3, 5);
        (void)pl_category("Rock", 9, 9);
        pl_drop(1, 1);
        pl_make();
        assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz"), 1);
        assert_int_equal(pl_count(YS_OP_ITEM_DELETE, NULL), made ? 1 : 0);
        if (made) {
            assert_string_equal(pl_first(YS_OP_ITEM_DELETE, "Jazz")->video_id, pl_video(1));
            assert_string_equal(pl_first(YS_OP_ITEM_DELETE, "Jazz")->rule, "the policy drops it");
            assert_null(ys_plan_warning(pl_plan, 0));
        } else {
            assert_string_equal(ys_plan_warning(pl_plan, 0),
                                "\"Jazz\" is your own playlist: with old = \"keep\" 1 video in it "
                                "that the policy drops stays.");
        }
    }
}

static void test_no_more_than_a_playlist_holds(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLfull", "Full");
    pl_items(1, 4000);
    (void)pl_category("Full", 3001, 5000);
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 1000);
    assert_int_equal(ys_target_add_video(pl_target, 0, pl_video(5001), "", &pl_err), YS_OK);
    pl_refused(YS_EPOLICY, "\"Full\"", "5001", "5000", "take out some that do not belong", NULL);
    /* A new playlist has the same limit, without the videos that cannot be inserted. */
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLother", "Other");
    pl_item(6000, YS_AVAILABILITY_DELETED);
    (void)pl_category("New", 1, 5000);
    assert_int_equal(ys_target_add_video(pl_target, 0, pl_video(6000), "", &pl_err), YS_OK);
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 5000);
}

/* ---------------------------------------------------------------- how it looks, who sees it */

static void test_new_privacy(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .description = "Trumpets",
                                    .new_privacy = YS_PRIVACY_UNLISTED};
    const struct ys_planned *publish;

    (void)state;
    (void)pl_category_spec(&spec, 1, 1);
    pl_make();
    assert_int_equal(pl_first(YS_OP_PLAYLIST_CREATE, NULL)->privacy, YS_PRIVACY_PRIVATE);
    assert_string_equal(pl_first(YS_OP_PLAYLIST_CREATE, NULL)->description, "Trumpets");
    publish = pl_first(YS_OP_PLAYLIST_PUBLISH, NULL);
    assert_int_equal(publish->privacy, YS_PRIVACY_UNLISTED);
    assert_string_equal(publish->title, "Jazz");
    assert_true(publish > pl_first(YS_OP_ITEM_INSERT, NULL)); /* after what is in it */
    spec.new_privacy = YS_PRIVACY_PRIVATE;
    pl_old(YS_OLD_DELETE);
    (void)pl_category_spec(&spec, 1, 1);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_PUBLISH, NULL), 0);
}

/* P5: more visible only when complete, less visible at once, and neither unless the policy says. */
static void test_privacy_of_a_carried_on_playlist(void **state)
{
    static const struct {
        enum ys_privacy has, wants;
        int kind;                     /* -1: nothing is planned */
    } cases[] = {
        {YS_PRIVACY_PRIVATE, YS_PRIVACY_UNSET, -1},
        {YS_PRIVACY_PUBLIC, YS_PRIVACY_UNSET, -1},
        {YS_PRIVACY_PUBLIC, YS_PRIVACY_PUBLIC, -1},
        {YS_PRIVACY_PRIVATE, YS_PRIVACY_UNLISTED, YS_OP_PLAYLIST_PUBLISH},
        {YS_PRIVACY_PRIVATE, YS_PRIVACY_PUBLIC, YS_OP_PLAYLIST_PUBLISH},
        {YS_PRIVACY_UNLISTED, YS_PRIVACY_PUBLIC, YS_OP_PLAYLIST_PUBLISH},
        {YS_PRIVACY_UNLISTED, YS_PRIVACY_PRIVATE, YS_OP_PLAYLIST_UPDATE},
        {YS_PRIVACY_PUBLIC, YS_PRIVACY_UNLISTED, YS_OP_PLAYLIST_UPDATE},
        {YS_PRIVACY_PUBLIC, YS_PRIVACY_PRIVATE, YS_OP_PLAYLIST_UPDATE},
    };
    size_t i, jazz = pl_playlist("PLjazz", "Jazz");

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_category_spec spec = {.key = "Jazz", .privacy = cases[i].wants,
                                        .new_privacy = YS_PRIVACY_PUBLIC};
        pl_at(jazz)->privacy = cases[i].has;
        pl_old(YS_OLD_REUSE);
        (void)pl_category_spec(&spec, 1, 1);
        pl_make();
        assert_int_equal(ys_plan_count(pl_plan), cases[i].kind < 0 ? 1 : 2);
        if (cases[i].kind < 0) continue;
        assert_int_equal(pl_first((enum ys_op_kind)cases[i].kind, "Jazz")->privacy, cases[i].wants);
        assert_int_equal(pl_plan->ops[0].kind == YS_OP_PLAYLIST_UPDATE,
                         cases[i].kind == YS_OP_PLAYLIST_UPDATE);
    }
}

static void test_description(void **state)
{
    static const struct {
        const char *has, *wants;
        bool update;
    } cases[] = {
        {"mine", NULL, false},
        {"mine", "mine", false},
        {"mine\n", "mine", false},
        {"mine\n\nmade by ytsync, job 3f9a1c07-12", "mine", false},
        {"made by ytsync, job 3f9a1c07-12", "", false},
        {"made by ytsync, job 3f9a1c07-12", "new", true},
        {"mine", "", true},
        {"", "new", true},
    };
    size_t i, jazz = pl_playlist("PLjazz", "Jazz");

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_category_spec spec = {.key = "Jazz", .description = cases[i].wants};
        pl_at(jazz)->description = cases[i].has;
        pl_old(YS_OLD_REUSE);
        (void)pl_category_spec(&spec, 1, 0);
        pl_make();
        assert_int_equal(pl_count(YS_OP_PLAYLIST_UPDATE, NULL), cases[i].update);
        if (cases[i].update)
            assert_string_equal(pl_first(YS_OP_PLAYLIST_UPDATE, NULL)->description, cases[i].wants);
    }
}

/* One update for title and description; what the policy does not name is left as it is found. */
static void test_rename(void **state)
{
    const struct ys_planned *update;
    struct ys_category_spec spec = {.key = "Jazz", .title = "Jazz & more"};

    (void)state;
    pl_old(YS_OLD_REUSE);
    pl_at(pl_playlist("PLjazz", "Jazz"))->category = "Jazz";
    (void)pl_category_spec(&spec, 1, 0);
    pl_make();
    update = pl_first(YS_OP_PLAYLIST_UPDATE, "Jazz");
    assert_string_equal(update->title, "Jazz & more");
    assert_string_equal(update->found, "Jazz");
    assert_string_equal(update->playlist_id, "PLjazz");
    assert_null(update->description);
    assert_int_equal(update->privacy, YS_PRIVACY_UNSET);
}

/* P8: under old = "keep" nothing of the user's is changed; ytsync's own playlists are its own. */
static void test_keep_changes_nothing_of_the_users(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .title = "New name", .description = "new",
                                    .privacy = YS_PRIVACY_PUBLIC, .playlist_id = "PLjazz"};
    size_t jazz = pl_playlist("PLjazz", "Jazz");

    (void)state;
    pl_items(1, 2);
    pl_items(2, 2);
    pl_old(YS_OLD_KEEP);
    (void)pl_category_spec(&spec, 1, 3);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz"), 1);
    assert_non_null(ys_plan_warning(pl_plan, 0));
    assert_non_null(strstr(ys_plan_warning(pl_plan, 0), "keep"));
    pl_at(jazz)->made_by_job = 3;
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_PUBLISH, "Jazz"), 1);
    assert_null(ys_plan_warning(pl_plan, 0));
}

/* ---------------------------------------------------------------- nothing left, no memory */

static void test_a_second_plan_is_empty(void **state)
{
    size_t jazz;

    (void)state;
    pl_old(YS_OLD_DELETE);
    jazz = pl_playlist("PLjazz", "Jazz");
    pl_items(1, 60);
    pl_item(61, YS_AVAILABILITY_DELETED);
    pl_at(jazz)->description = "made by ytsync, job 3f9a1c07-1";
    (void)pl_category("Jazz", 1, 61);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 0);
    assert_int_equal(pl_preview.units, 0);
    assert_int_equal(pl_preview.days, 0);
    assert_int_equal(pl_preview.plain_units, 0);
    assert_int_equal(pl_preview.already_there, 61);
    assert_false(ys_plan_item(pl_plan, 0, &(struct ys_plan_item){0}));
    assert_false(ys_plan_block(pl_plan, 0, &(struct ys_plan_block){0}));
}

static void test_an_empty_target(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 3);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 0);
}

/* Whichever allocation fails: YS_ENOMEM and no plan. */
static void test_memory(void **state)
{
    long nth, failures = 0;
    bool through = false;

    (void)state;
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 30);
    (void)pl_playlist("PLolder", "Older");
    pl_items(20, 99);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "a", .description = "d"}, 1, 40);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "b", .privacy = YS_PRIVACY_PUBLIC}, 41,
                           90);
    pl_drop(95, 99);
    for (nth = 1; !through; nth++) {
        struct ys_plan *plan = NULL;
        enum ys_status status;
        fail_alloc_start(nth, false);
        status = ys_plan_build(&pl_library, pl_target, &pl_today, &plan, &pl_err);
        through = fail_alloc_stop() < nth;
        if (status != YS_OK) {
            failures++;
            assert_int_equal(status, YS_ENOMEM);
            assert_null(plan);
        }
        ys_plan_free(plan);
    }
    assert_true(failures > 50);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_new_playlist),
        TEST(test_adopted_by_title),
        TEST(test_adopted_by_mapping),
        TEST(test_adopted_by_id),
        TEST(test_two_of_one_title),
        TEST(test_two_categories_one_playlist),
        TEST(test_protected),
        TEST(test_channel),
        TEST(test_takeouts),
        TEST(test_gone_entries_are_not_taken_out),
        TEST(test_gone_videos),
        TEST(test_a_trimmed_playlist),
        TEST(test_no_more_than_a_playlist_holds),
        TEST(test_new_privacy),
        TEST(test_privacy_of_a_carried_on_playlist),
        TEST(test_description),
        TEST(test_rename),
        TEST(test_keep_changes_nothing_of_the_users),
        TEST(test_a_second_plan_is_empty),
        TEST(test_an_empty_target),
        TEST(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
