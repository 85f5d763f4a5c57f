/* test_overview.c: what a plan says of each playlist and day, what taking it back would cost, and
 * parts of plans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/plans.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)

static struct ys_plan_playlist row_of(const char *title_then)
{
    struct ys_plan_playlist row;
    size_t i;

    for (i = 0; ys_plan_playlist(pl_plan, i, &row); i++)
        if (strcmp(row.title_then, title_then) == 0) return row;
    fail_msg("no playlist \"%s\" in the plan", title_then);
    return row;
}

static void part(const char *only, int64_t max_units)
{
    struct ys_plan_options options = {.only = &only, .only_count = only != NULL,
                                      .max_units = max_units};

    ys_plan_free(pl_plan);
    pl_plan = NULL;
    if (ys_plan_build_part(&pl_library, pl_target, &pl_today, &options, &pl_plan, &pl_err) !=
        YS_OK)
        fail_msg("%s", pl_err.message);
    ys_plan_preview(pl_plan, &pl_preview);
}

/* "old a" holds most of A and one of B; "old b" holds the rest of both and is given up; C has a
 * playlist of its title with one video that nobody wants. */
static void a_library(void)
{
    (void)pl_playlist("PLc", "C");
    pl_items(21, 22);
    pl_items(90, 90);
    (void)pl_playlist("PLa", "old a");
    pl_items(1, 6);
    pl_items(11, 11);
    (void)pl_playlist("PLb", "old b");
    pl_items(7, 8);
    pl_items(12, 13);
    (void)pl_category("A", 1, 8);
    (void)pl_category("B", 11, 13);
    (void)pl_category("C", 21, 22);
}

static void test_what_becomes_of_each_playlist(void **state)
{
    struct ys_plan_playlist row;

    (void)state;
    a_library();
    pl_make();
    row = row_of("A");
    assert_string_equal(row.title_now, "old a");
    assert_string_equal(row.playlist_id, "PLa");
    assert_true(row.carried_on);
    assert_int_equal(row.rows_now, 7);
    assert_int_equal(row.inserts, 2);
    assert_int_equal(row.takeouts, 1);
    assert_int_equal(row.rows_then, 8);
    assert_int_equal(row.units, 50 + 100 + 50);
    row = row_of("C");
    assert_string_equal(row.title_now, "C");
    assert_int_equal(row.units, 0);
    assert_int_equal(row.ready_at_ms, 0);
    assert_int_equal(row.strangers, 1);
    assert_int_equal(row.rows_then, 3);
}

static void test_a_playlist_that_is_given_up_has_a_row(void **state)
{
    struct ys_plan_playlist row;

    (void)state;
    a_library();
    (void)pl_playlist("PLx", "copy");
    pl_item(21, YS_AVAILABILITY_LIVE);
    pl_at(3)->privacy = YS_PRIVACY_PUBLIC;
    pl_make();
    row = row_of("");
    assert_string_equal(row.category, "");
    assert_string_equal(row.playlist_id, "PLx");
    assert_string_equal(row.title_now, "copy");
    assert_int_equal(row.privacy_now, YS_PRIVACY_PUBLIC);
    assert_int_equal(row.rows_now, 1);
    assert_int_equal(row.rows_then, 0);
    assert_int_equal(row.units, 50);
    assert_int_equal(row.ready_at_ms, PLANS_NOW_MS);
}

static void test_units_of_rows_are_the_writes(void **state)
{
    struct ys_plan_playlist row;
    int64_t units = 0;
    size_t i;

    (void)state;
    a_library();
    (void)pl_playlist("PLx", "copy");
    pl_item(21, YS_AVAILABILITY_LIVE);
    pl_make();
    for (i = 0; ys_plan_playlist(pl_plan, i, &row); i++) units += row.units;
    assert_int_equal(units, pl_preview.write_units);
}

static void test_days_add_up_to_the_forecast(void **state)
{
    struct ys_plan_day day, last = {0};
    int64_t units = 0, reads = 0, writes = 0, ready = 0;
    size_t i;

    (void)state;
    (void)pl_playlist("PLold", "old");
    pl_items(1, 100);
    (void)pl_category("A", 1, 60);
    (void)pl_category("B", 61, 100);
    pl_today.limits.daily_units = 1100;
    pl_today.units_left = 1000;
    pl_old(YS_OLD_KEEP);
    (void)pl_category("A", 1, 60);
    (void)pl_category("B", 61, 100);
    pl_make();
    for (i = 0; ys_plan_day(pl_plan, i, &day); i++) {
        assert_true(day.units <= 1000);
        assert_true(day.starts_at_ms > last.starts_at_ms);
        assert_int_equal(day.units, day.reads + 50 * day.writes);
        units += day.units;
        reads += day.reads;
        writes += day.writes;
        ready += day.ready;
        last = day;
    }
    assert_int_equal(i, pl_preview.days);
    assert_int_equal(units, pl_preview.units);
    assert_int_equal(reads, pl_preview.read_units);
    assert_int_equal(writes, pl_plan->op_count);
    assert_int_equal(ready, 2);
    assert_int_equal(last.starts_at_ms, pl_preview.ends_at_ms);
    /* B takes fewer units. */
    assert_int_equal(row_of("A").ready_at_ms, last.starts_at_ms);
    assert_true(row_of("B").ready_at_ms < last.starts_at_ms);
}

/* Days are calendar days in California: 25 hours when summer time ends. */
static void test_days_follow_the_calendar(void **state)
{
    struct ys_plan_day day;
    int64_t first;

    (void)state;
    assert_true(ys_time_parse("2026-10-31T18:00:00Z", &pl_today.now_ms));
    first = ys_pacific_day(pl_today.now_ms);
    pl_today.limits.daily_units = 1100;
    pl_today.units_left = 1000;
    pl_old(YS_OLD_KEEP);
    (void)pl_playlist("PLold", "old");
    pl_items(1, 50);
    (void)pl_category("A", 1, 50);
    pl_make();
    assert_true(ys_plan_day(pl_plan, 1, &day));
    assert_int_equal(day.starts_at_ms, ys_pacific_day_start_ms(first + 1));
    assert_true(ys_plan_day(pl_plan, 2, &day));
    assert_int_equal(day.starts_at_ms,
                     ys_pacific_day_start_ms(first + 1) + 25 * YS_MS_PER_HOUR);
}

/* ---------------------------------------------------------------- taking it back */

static void test_undo_counts_each_kind(void **state)
{
    struct ys_undo *undo = &pl_preview.undo;

    (void)state;
    a_library();
    (void)pl_playlist("PLx", "copy");
    pl_items(21, 22);
    pl_item(60, YS_AVAILABILITY_DELETED);
    pl_at(3)->privacy = YS_PRIVACY_PUBLIC;
    pl_drop(60, 60);
    pl_make();
    /* A: renamed, two in, one out. B carries "old b" on: renamed, one in, two out. */
    assert_int_equal(undo->playlists_changed, 2);
    assert_int_equal(undo->entries_taken_out, 3);
    /* Three that were taken out; of the deleted playlist two, the third cannot come back. */
    assert_int_equal(undo->entries_put_back, 5);
    assert_int_equal(undo->entries_lost, 1);
    assert_int_equal(undo->playlists_made, 1);
    assert_int_equal(undo->playlists_deleted, 0);
    assert_int_equal(undo->units, 50 * (2 + 3 + 5 + 1 + 1)); /* the last: it was public */
    assert_int_equal(undo->days, 1);
}

/* Under keep only what was made is deleted: its entries go with it. */
static void test_undo_of_new_playlists_is_their_deletion(void **state)
{
    (void)state;
    a_library();
    pl_old(YS_OLD_KEEP);
    (void)pl_category("A", 1, 8);
    (void)pl_category("B", 11, 13);
    pl_make();
    assert_int_equal(pl_preview.undo.playlists_deleted, 2);
    assert_int_equal(pl_preview.undo.units, 100);
}

static void test_undo_takes_days_for_creations(void **state)
{
    char id[16];
    int i;

    (void)state;
    for (i = 0; i < 25; i++) {
        (void)snprintf(id, sizeof id, "PL%02d", i);
        (void)pl_playlist(id, id);
    }
    (void)pl_category("A", 1, 0);
    pl_make();
    assert_int_equal(pl_preview.undo.playlists_made, 24);
    assert_int_equal(pl_preview.undo.days, 3);
}

/* ---------------------------------------------------------------- parts */

static void test_a_part_has_only_the_named_playlist(void **state)
{
    (void)state;
    a_library();
    part("A", 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_UPDATE, NULL), 1);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "A"), 2);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "B"), 0);
    /* Video 11 belongs to B, which is left out and does not hold it: it stays. */
    assert_int_equal(pl_count(YS_OP_ITEM_DELETE, NULL), 0);
    assert_int_equal(pl_preview.create_playlists.count, 1);
    assert_int_equal(pl_preview.add_videos.count, 2);
    assert_int_equal(pl_preview.delete_playlists.count, 0);
    assert_int_equal(pl_preview.write_units, 150);
    /* The playlist that B would carry on is not B's yet. */
    assert_string_equal(row_of("B").playlist_id, "");
    assert_int_equal(row_of("B").units, 0);
    /* The plain way of this part makes A alone, and fills it. */
    assert_int_equal(pl_plan->plain_creates, 1);
}

static void test_a_part_takes_out_what_is_at_home_already(void **state)
{
    (void)state;
    (void)pl_playlist("PLa", "A");
    pl_items(1, 3);
    pl_items(11, 11);
    (void)pl_playlist("PLb", "B");
    pl_items(11, 11);
    (void)pl_category("A", 1, 4);
    (void)pl_category("B", 11, 12);
    part("A", 0);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, "A"), 1);
    assert_int_equal(pl_count(YS_OP_ITEM_DELETE, "A"), 1);
    assert_int_equal(pl_plan->op_count, 2);
}

static void test_a_part_deletes_what_depends_on_nothing_outside(void **state)
{
    (void)state;
    (void)pl_playlist("PL1", "all of A, and one of B");
    pl_items(1, 3);
    pl_items(11, 11);
    (void)pl_playlist("PLA", "A");
    pl_items(1, 9);
    (void)pl_playlist("PL2", "some of A");
    pl_items(1, 2);
    (void)pl_category("A", 1, 10);
    (void)pl_category("B", 11, 40);
    part("A", 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
    assert_string_equal(pl_first(YS_OP_PLAYLIST_DELETE, NULL)->playlist_id, "PL2");
}

static void test_a_part_fits_into_its_units(void **state)
{
    (void)state;
    (void)pl_playlist("PLold", "old");
    pl_items(1, 100);
    pl_old(YS_OLD_KEEP);
    (void)pl_category("A", 1, 60);
    (void)pl_category("B", 61, 70);
    (void)pl_category("C", 71, 100);
    part(NULL, 1000);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "B"), 1);
    assert_int_equal(pl_plan->op_count, 11);
    assert_true(pl_preview.units <= 1000);
    part(NULL, 100000);
    assert_int_equal(pl_plan->op_count, 103);
}

/* What has its turn first comes into the part first: the higher priority, then the fewer units. */
static void test_a_part_is_filled_in_turn(void **state)
{
    (void)state;
    (void)pl_playlist("PLold", "old");
    pl_items(1, 40);
    pl_old(YS_OLD_KEEP);
    (void)pl_category("A", 1, 12);
    (void)pl_category("B", 13, 18);
    (void)pl_category("C", 19, 27);
    part(NULL, 1000);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "A"), 0);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "B"), 1);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "C"), 1);
    pl_target->categories[0].priority = 1;
    part(NULL, 1000);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "A"), 1);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, "B"), 0);
}

static void test_too_small_a_part_is_refused(void **state)
{
    struct ys_plan_options options = {.max_units = 200};
    const char *nobody = "Jaz";

    (void)state;
    (void)pl_playlist("PLold", "old");
    pl_items(1, 20);
    pl_old(YS_OLD_KEEP);
    (void)pl_category("A", 1, 20);
    assert_int_equal(ys_plan_build_part(&pl_library, pl_target, &pl_today, &options, &pl_plan,
                                        &pl_err),
                     YS_EINVAL);
    assert_string_equal(pl_err.message, "Nothing fits into 200 units: the smallest playlist takes "
                                        "1055. Allow as many, or do all.");
    options = (struct ys_plan_options){.only = &nobody, .only_count = 1};
    assert_int_equal(ys_plan_build_part(&pl_library, pl_target, &pl_today, &options, &pl_plan,
                                        &pl_err),
                     YS_EINVAL);
    assert_string_equal(pl_err.message, "The policy has no playlist \"Jaz\".");
}

/* ---------------------------------------------------------------- what blocks */

static void test_blocks_tell_their_causes(void **state)
{
    const struct ys_plan_block *block;

    (void)state;
    (void)pl_playlist("PLold", "old");
    pl_items(1, 3);
    pl_items(50, 51);
    pl_item(60, YS_AVAILABILITY_PRIVATE);
    (void)pl_playlist("PLother", "other");
    pl_items(1, 3);
    (void)pl_category("A", 1, 3);
    pl_make();
    block = pl_block("PLold");
    YS_REQUIRE(block != NULL);
    assert_int_equal(block->videos, 3);
    assert_int_equal(block->unmatched, 2);
    assert_int_equal(block->gone, 1);
}

static void test_the_certificate_is_in_the_preview(void **state)
{
    (void)state;
    a_library();
    pl_make();
    assert_true(pl_preview.no_cheaper_way);
    assert_int_equal(pl_preview.reused, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_becomes_of_each_playlist),
        TEST(test_a_playlist_that_is_given_up_has_a_row),
        TEST(test_units_of_rows_are_the_writes),
        TEST(test_days_add_up_to_the_forecast),
        TEST(test_days_follow_the_calendar),
        TEST(test_undo_counts_each_kind),
        TEST(test_undo_of_new_playlists_is_their_deletion),
        TEST(test_undo_takes_days_for_creations),
        TEST(test_a_part_has_only_the_named_playlist),
        TEST(test_a_part_takes_out_what_is_at_home_already),
        TEST(test_a_part_deletes_what_depends_on_nothing_outside),
        TEST(test_a_part_fits_into_its_units),
        TEST(test_a_part_is_filled_in_turn),
        TEST(test_too_small_a_part_is_refused),
        TEST(test_blocks_tell_their_causes),
        TEST(test_the_certificate_is_in_the_preview),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
