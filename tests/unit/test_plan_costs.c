/* test_plan_costs.c: which old playlists may go and why others stay, what a plan costs against the
 * plain way, and how many days it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/plans.h"

/* ---------------------------------------------------------------- playlists that may go */

static void test_only_with_delete(void **state)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    size_t i;

    (void)state;
    (void)pl_playlist("PLempty", "Empty");
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 2);
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 2);
    for (i = 0; i < 3; i++) {
        pl_old(olds[i]);
        (void)pl_category("Jazz", 1, 2);
        pl_make();
        assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), olds[i] == YS_OLD_DELETE ? 2 : 0);
        assert_int_equal(pl_preview.blocked, 0);
    }
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PLempty");
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->rule, "it is empty");
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->title, "Empty");
    assert_int_equal(pl_preview.delete_playlists.count, 2);
    assert_int_equal(pl_preview.delete_playlists.units, 100);
}

static void expect_block(const char *playlist_id, int64_t videos, const char *video_id,
                         const char *words)
{
    const struct ys_plan_block *block = pl_block(playlist_id);

    assert_non_null(block);
    assert_int_equal(block->videos, videos);
    assert_string_equal(block->video_id, video_id);
    if (!strstr(block->reason, words)) fail_msg("\"%s\" lacks \"%s\"", block->reason, words);
    if (!strstr(block->reason, block->title)) fail_msg("\"%s\" lacks its title", block->reason);
}

/* Each with the reason and the line of the policy that would settle it. */
static void test_blocks(void **state)
{
    struct ys_plan_block block;

    (void)state;
    (void)pl_playlist("PLmany", "Many");
    pl_items(1, 1);
    pl_items(30, 34);
    (void)pl_playlist("PLone", "One");
    pl_items(30, 30);
    (void)pl_playlist("PLgone", "Gone");
    pl_item(40, YS_AVAILABILITY_DELETED);
    (void)pl_playlist("PLwanted", "Wanted but private");
    pl_item(50, YS_AVAILABILITY_PRIVATE);
    pl_at(pl_playlist("PLunread", "Unread"))->listed = false;
    (void)pl_playlist("PLgoes", "Goes");
    pl_items(1, 1);
    pl_items(60, 60);
    (void)pl_playlist("PLjazz", "Jazz");
    (void)pl_category("Jazz", 1, 1);
    assert_int_equal(ys_target_add_video(pl_target, 0, pl_video(50), "", &pl_err), YS_OK);
    pl_drop(60, 60);
    pl_make();
    assert_int_equal(pl_preview.blocked, 5);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PLgoes");
    expect_block("PLmany", 5, pl_video(30), "otherwise = \"drop\"");
    expect_block("PLone", 1, pl_video(30), "otherwise = \"drop\"");
    expect_block("PLgone", 1, pl_video(40), "gone = \"forget\"");
    expect_block("PLwanted", 1, pl_video(50), "gone = \"forget\"");
    expect_block("PLunread", 0, "", "could not be read");
    assert_true(ys_plan_block(pl_plan, 4, &block));
    assert_false(ys_plan_block(pl_plan, 5, &block));
}

/* An entry that is private now, but stands in its category already, is not lost. */
static void test_gone_but_at_home(void **state)
{
    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_item(1, YS_AVAILABILITY_PRIVATE);
    (void)pl_playlist("PLold", "Old");
    pl_item(1, YS_AVAILABILITY_PRIVATE);
    (void)pl_category("Jazz", 1, 1);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
    assert_int_equal(pl_preview.blocked, 0);
    /* Wanted by two categories, and only in one. */
    (void)pl_category("Rock", 1, 1);
    pl_make();
    assert_null(pl_block("PLjazz"));
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 0);
}

static void test_sources_and_protected(void **state)
{
    (void)state;
    (void)pl_playlist("PLa", "A");
    pl_items(1, 1);
    (void)pl_playlist("PLb", "B");
    pl_items(1, 1);
    (void)pl_playlist("PLc", "C");
    pl_items(1, 1);
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 1);
    (void)pl_category("Jazz", 1, 1);
    assert_int_equal(ys_target_add_source(pl_target, "PLb", &pl_err), YS_OK);
    assert_int_equal(ys_target_add_source(pl_target, "PLc", &pl_err), YS_OK);
    assert_int_equal(ys_target_protect(pl_target, "PLc", &pl_err), YS_OK);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PLb");
}

/* Whether the operations of a category stand together, in the order of their stages, from `at` on;
 * *at is behind them then. */
static bool stand_together(const char *category, size_t *at)
{
    size_t begin = *at, i;

    for (; *at < pl_plan->op_count && strcmp(pl_plan->ops[*at].category, category) == 0; ++*at)
        if (*at > begin && ys_op_kind_stage(pl_plan->ops[*at - 1].kind) >
                               ys_op_kind_stage(pl_plan->ops[*at].kind))
            return false;
    for (i = *at; i < pl_plan->op_count; i++)
        if (strcmp(pl_plan->ops[i].category, category) == 0) return false;
    return *at > begin;
}

/* The higher priority first, then the fewer units, then as the policy has them. */
static void test_sequence(void **state)
{
    size_t at = 0;

    (void)state;
    (void)pl_playlist("PLall", "All");
    pl_items(1, 20);
    (void)pl_category("Five", 1, 5);
    (void)pl_category("Three", 6, 8);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Later", .priority = -1}, 9, 9);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Soon", .priority = 2}, 10, 16);
    (void)pl_category("Also three", 17, 19);
    (void)pl_category("All", 1, 20);
    pl_make();
    assert_true(stand_together("Soon", &at));
    assert_true(stand_together("Three", &at));
    assert_true(stand_together("Also three", &at));
    assert_true(stand_together("Five", &at));
    assert_true(stand_together("Later", &at));
    assert_int_equal(at, pl_plan->op_count);
}

/* Renames, inserts, publications, takeouts of one category after the other, then deletes. */
static void test_order(void **state)
{
    size_t at = 0;

    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 2);
    pl_items(9, 9);
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 5);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Jazz", .privacy = YS_PRIVACY_PUBLIC},
                           1, 5);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Rock",
                                                      .new_privacy = YS_PRIVACY_PUBLIC}, 8, 9);
    assert_int_equal(ys_target_add_source(pl_target, "PLold", &pl_err), YS_OK);
    pl_make();
    assert_true(stand_together("Rock", &at));
    assert_true(stand_together("Jazz", &at));
    assert_int_equal(at, pl_plan->op_count - 1);
    assert_int_equal(pl_plan->ops[pl_plan->op_count - 1].kind, YS_OP_PLAYLIST_DELETE);
}

/* ---------------------------------------------------------------- the plain way */

/* Create all, add all, publish what is to be seen, delete all that is given up or carried on. */
static void test_plain_units(void **state)
{
    int64_t expected;

    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 10);
    pl_item(11, YS_AVAILABILITY_DELETED);
    (void)pl_playlist("PLold", "Old");
    pl_items(5, 14);
    (void)pl_playlist("PLstays", "Stays");
    pl_items(99, 99);
    (void)pl_category("Jazz", 1, 11);
    (void)pl_category_spec(&(struct ys_category_spec){.key = "Rock",
                                                      .new_privacy = YS_PRIVACY_UNLISTED}, 12, 14);
    assert_int_equal(ys_target_add_source(pl_target, "PLold", &pl_err), YS_OK);
    pl_make();
    /* Two creates, 13 inserts (one video cannot be), one publication, two deletes. */
    expected = 50 * (2 + 13 + 1 + 2);
    assert_int_equal(pl_preview.plain_units, expected);
    assert_true(pl_preview.write_units < expected);
    pl_today.limits.daily_units = 500;
    pl_make();
    assert_int_equal(pl_preview.plain_days, 1); /* today has 9,900 */
    pl_today.units_left = 230;                  /* four writes, and eight on each other day */
    pl_make();
    assert_int_equal(pl_preview.plain_days, 1 + (expected / 50 - 4 + 7) / 8);
    pl_today.limits.creates = 1;                /* none today: two days more */
    pl_today.creates_left = 0;
    pl_today.limits.daily_units = 10000;
    pl_make();
    assert_int_equal(pl_preview.plain_days, 3);
    pl_today.creates_left = 10;
    /* Under "keep" nothing is deleted. */
    pl_old(YS_OLD_KEEP);
    (void)pl_category("Jazz", 1, 12);
    pl_make();
    assert_int_equal(pl_preview.plain_units, 50 * (1 + 11));
}

static void test_units_are_the_sum(void **state)
{
    struct ys_plan_item item;
    int64_t units = 0;
    size_t i;

    (void)state;
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 70);
    (void)pl_category("Jazz", 1, 40);
    (void)pl_category("Rock", 41, 70);
    pl_make();
    for (i = 0; ys_plan_item(pl_plan, i, &item); i++) {
        assert_int_equal(item.units, 50);
        assert_non_null(item.rule);
        assert_true(item.rule[0] != '\0');
        units += item.units;
    }
    assert_int_equal(i, ys_plan_count(pl_plan));
    assert_int_equal(units, pl_preview.write_units);
    assert_int_equal(units, pl_preview.create_playlists.units + pl_preview.add_videos.units +
                                pl_preview.delete_playlists.units);
    assert_int_equal(pl_preview.units, pl_preview.write_units + pl_preview.read_units);
}

/* ---------------------------------------------------------------- reads and days */

/* One new playlist of three videos: the channel twice, the list of playlists, one verification. */
static void test_reads_of_a_new_playlist(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLold", "Old");
    pl_items(1, 3);
    (void)pl_category("Jazz", 1, 3);
    pl_make();
    assert_int_equal(pl_preview.read_units, 2 + 1 + 1);
    assert_int_equal(pl_preview.days, 1);
    assert_int_equal(pl_preview.ends_at_ms, PLANS_NOW_MS);
}

/* An adopted one of 120 rows that gets three: surveyed (3 pages) and verified (3 pages); a doomed
 * one of 60 rows is proved (2 pages); the listing that verified is fresh enough for the proof. */
static void test_reads_before_deletes(void **state)
{
    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(1, 120);
    (void)pl_playlist("PLold", "Old");
    pl_items(64, 123);
    (void)pl_category("Jazz", 1, 123);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
    assert_int_equal(pl_preview.read_units, 2 + 1 + 3 + 3 + 2);
}

/* An update reads the fields that it sends back. */
static void test_reads_before_updates(void **state)
{
    struct ys_category_spec spec = {.key = "Jazz", .description = "new"};

    (void)state;
    pl_old(YS_OLD_REUSE);
    (void)pl_playlist("PLjazz", "Jazz");
    (void)pl_category_spec(&spec, 1, 0);
    pl_make();
    assert_int_equal(pl_preview.write_units, 50);
    assert_int_equal(pl_preview.read_units, 2 + 1 + 1);
}

/* 20 new playlists, five creations a day: four days, whatever the units allow. */
static void test_days_by_creations(void **state)
{
    char key[16];
    int i;

    (void)state;
    pl_old(YS_OLD_KEEP);
    pl_today.limits.creates = pl_today.creates_left = 5;
    for (i = 0; i < 20; i++) {
        (void)snprintf(key, sizeof key, "c%d", i);
        (void)pl_category(key, 10 * i, 10 * i + 1);
    }
    pl_make();
    assert_int_equal(pl_preview.write_units, 20 * 150);
    assert_int_equal(pl_preview.days, 4);
    assert_int_equal(pl_preview.ends_at_ms,
                     ys_pacific_day_start_ms(ys_pacific_day(PLANS_NOW_MS) + 3));
    pl_today.creates_left = 0; /* none today: one day more */
    pl_make();
    assert_int_equal(pl_preview.days, 5);
    pl_today.limits.creates = pl_today.creates_left = 20;
    pl_make();
    assert_int_equal(pl_preview.days, 1);
}

static void test_days_by_units(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    (void)pl_category("Jazz", 1, 500);
    pl_make();
    /* 25,050 units of writes at 9,900 a day. */
    assert_int_equal(pl_preview.write_units, 25050);
    assert_int_equal(pl_preview.days, 3);
    pl_today.units_left = 0; /* today is used up */
    pl_make();
    assert_int_equal(pl_preview.days, 4);
    pl_today.units_left = 9900;
    pl_today.limits.daily_units = 1000;
    pl_make();
    assert_true(pl_preview.days >= 1 + (25050 - 9900 + 899) / 900);
    assert_true(pl_preview.days <= 2 + (25050 - 9900 + 849) / 850);
}

/* A quota that allows no write at all: the forecast says "never" and does not hang. */
static void test_no_day_is_enough(void **state)
{
    (void)state;
    pl_old(YS_OLD_KEEP);
    pl_today.limits.daily_units = 130;
    pl_today.units_left = 30;
    (void)pl_category("Jazz", 1, 3);
    pl_make();
    assert_int_equal(pl_preview.write_units, 200);
    assert_int_equal(pl_preview.days, YS_NEVER_DAYS);
    assert_int_equal(pl_preview.ends_at_ms, 0);
    assert_int_equal(pl_preview.plain_days, YS_NEVER_DAYS);
    assert_non_null(strstr(ys_plan_warning(pl_plan, 0), "With 130 units a day, of which 100 are "
                                                        "kept free, this plan never ends"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_only_with_delete),
        TEST(test_blocks),
        TEST(test_gone_but_at_home),
        TEST(test_sources_and_protected),
        TEST(test_sequence),
        TEST(test_order),
        TEST(test_plain_units),
        TEST(test_units_are_the_sum),
        TEST(test_reads_of_a_new_playlist),
        TEST(test_reads_before_deletes),
        TEST(test_reads_before_updates),
        TEST(test_days_by_creations),
        TEST(test_days_by_units),
        TEST(test_no_day_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
