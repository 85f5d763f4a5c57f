/* test_plan_parts.c: categories that one playlist does not hold: numbered parts, and who goes into
 * which of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/plans.h"

/* The playlist that the plan inserts a video into, by its title; "" for none. */
static const char *goes_to(int video)
{
    size_t i;

    for (i = 0; i < pl_plan->op_count; i++)
        if (pl_plan->ops[i].kind == YS_OP_ITEM_INSERT &&
            strcmp(pl_plan->ops[i].video_id, pl_video(video)) == 0)
            return pl_plan->ops[i].title;
    return "";
}

static void ordered(int from, int to)
{
    struct ys_category_spec spec = {.key = "Jazz", .ordered = true};

    (void)pl_category_spec(&spec, from, to);
}

static void test_one_is_enough(void **state)
{
    (void)state;
    (void)pl_category("Jazz", 1, 4500);
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, NULL), 1);
    assert_null(ys_plan_warning(pl_plan, 0));
}

static void test_the_first_division(void **state)
{
    (void)state;
    (void)pl_category("Rock", 20000, 20001);
    (void)pl_category("Jazz", 1, 9001);
    pl_make();
    assert_int_equal(pl_plan->category_count, 4);
    assert_string_equal(pl_plan->categories[1].key, "Jazz");
    assert_string_equal(pl_plan->categories[2].key, "Jazz 2");
    assert_string_equal(pl_plan->categories[3].title, "Jazz 3");
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz"), 4500);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz 2"), 4500);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "Jazz 3"), 1);
    assert_string_equal(goes_to(4500), "Jazz");
    assert_string_equal(goes_to(4501), "Jazz 2");
    assert_string_equal(goes_to(9001), "Jazz 3");
    assert_string_equal(ys_plan_warning(pl_plan, 0),
                        "The category \"Jazz\" has 9001 videos and stands in 3 playlists, \"Jazz\" "
                        "to \"Jazz 3\": one takes at most 5000.");
}

/* A part of the last run keeps its videos, also when one playlist would be enough by now. */
static void test_the_parts_of_the_last_run(void **state)
{
    (void)state;
    pl_at(pl_playlist("PL1", "Jazz"))->category = "Jazz";
    pl_items(1, 100);
    pl_at(pl_playlist("PL2", "Jazz 2"))->category = "Jazz 2";
    pl_items(101, 150);
    (void)pl_category("Jazz", 1, 151);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    assert_string_equal(goes_to(151), "Jazz");
    /* The last part has nothing left: it is an old playlist like others. */
    pl_old(YS_OLD_DELETE);
    (void)pl_category("Jazz", 1, 100);
    pl_drop(101, 150);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PL2");
}

/* A category that the policy calls so itself is none of our parts. */
static void test_a_category_of_that_name(void **state)
{
    (void)state;
    pl_at(pl_playlist("PL1", "Jazz"))->category = "Jazz";
    pl_items(1, 3);
    pl_at(pl_playlist("PL2", "Jazz 2"))->category = "Jazz 2";
    pl_items(3, 4);
    (void)pl_category("Jazz", 1, 3);
    (void)pl_category("Jazz 2", 3, 4);
    pl_make();
    assert_int_equal(pl_plan->category_count, 2);
    assert_int_equal(ys_plan_count(pl_plan), 0);
    pl_old(YS_OLD_KEEP);
    (void)pl_category("Jazz", 1, 4501);
    (void)pl_category("Jazz 2", 9000, 9001);
    pl_refused(YS_EPOLICY, "\"Jazz 2\"", "gets numbered parts",
               "Give the other one another name and title", NULL);
}

/* In an ordered category a video goes to the part of the one before it, while there is room. */
static void test_ordered_parts(void **state)
{
    (void)state;
    (void)pl_playlist("PL1", "Jazz");
    pl_items(1, 4000);
    (void)pl_playlist("PL2", "Jazz 2");
    pl_items(4101, 8000);
    pl_old(YS_OLD_KEEP);
    ordered(1, 8010);
    pl_make();
    assert_string_equal(goes_to(4001), "Jazz");
    assert_string_equal(goes_to(4100), "Jazz");
    assert_string_equal(goes_to(8001), "Jazz 2");
    assert_int_equal(pl_count(YS_OP_ITEM_MOVE, NULL), 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, NULL), 0);
}

/* Rows on the way count: the videos that leave do so at the very end. */
static void test_no_room_on_the_way(void **state)
{
    (void)state;
    (void)pl_playlist("PL1", "Jazz");
    pl_items(10001, 14900);
    (void)pl_category("Jazz", 1, 101);
    (void)pl_category("Rock", 10001, 14000);
    pl_refused(YS_EPOLICY, "\"Jazz\"", "would hold 5001 videos on the way", "at most 5000",
               "4900 of them are there now", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_is_enough),
        TEST(test_the_first_division),
        TEST(test_the_parts_of_the_last_run),
        TEST(test_a_category_of_that_name),
        TEST(test_ordered_parts),
        TEST(test_no_room_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
