/* test_schedule.c: the one function that decides what comes next: creating, filling, verifying,
 * publishing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/agendas.h"

#define SETTLE_MS AG_SETTLE_MS
#define T0 AG_START_MS

/* ---------------------------------------------------------------- creating */

static void test_nothing_to_do(void **state)
{
    (void)state;
    assert_int_equal(ag_next(), YS_ACT_DONE);
    (void)ag_category("a", "PLa");
    assert_int_equal(ag_next(), YS_ACT_DONE);
}

static void test_creates_one_at_a_time(void **state)
{
    size_t a = ag_category("a", ""), b = ag_category("b", "");
    size_t first = ag_add(a, YS_OP_PLAYLIST_CREATE, "");
    size_t second = ag_add(b, YS_OP_PLAYLIST_CREATE, "");

    (void)state;
    ag_expect_write(first);
    ag_becomes(first, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    /* One whose outcome nobody saw may have taken effect: the next one waits for its fate. */
    ag_becomes(first, YS_OP_STATUS_UNKNOWN);
    ag.lanes[a].settle_ms = T0 + SETTLE_MS;
    ag_expect_lane(YS_ACT_SETTLE, a);
    assert_int_equal(ag_action.task, first);
    ag.lanes[a].looked = true;
    ag_expect_wait(T0 + SETTLE_MS);
    ag_becomes(first, YS_OP_STATUS_DONE);
    ag_expect_write(second);
}

static void test_creates_are_over_for_today(void **state)
{
    size_t a = ag_category("a", ""), b = ag_category("b", "PLb");
    size_t insert;

    (void)state;
    (void)ag_add(a, YS_OP_PLAYLIST_CREATE, "");
    ag_moment.creates_left = 0;
    assert_int_equal(ag_next(), YS_ACT_NO_CREATES);
    /* What has a playlist goes on meanwhile. */
    insert = ag_add(b, YS_OP_ITEM_INSERT, "video-00001");
    ag.lanes[b].surveyed = true;
    ag_expect_write(insert);
    ag_becomes(insert, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    ag_becomes(insert, YS_OP_STATUS_DONE);
    ag.lanes[b].last_add_ms = T0;
    ag_expect_wait(T0 + SETTLE_MS);
    ag_listed(b);
    assert_int_equal(ag_next(), YS_ACT_NO_CREATES);
    /* Without units for one it is the units that are missing. */
    ag_moment.units_left = 49;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
}

/* A category that is to be made and filled: `inserts` videos. Returns its create. */
static size_t new_playlist(const char *key, int inserts)
{
    size_t lane = ag_category(key, ""), create = ag_add(lane, YS_OP_PLAYLIST_CREATE, "");
    int i;

    for (i = 0; i < inserts; i++) (void)ag_add(lane, YS_OP_ITEM_INSERT, "video-00001");
    return create;
}

/* 50 for the playlist and for each insert, 1 for the listing: 101, 101, 551, 451. */
static void test_scarce_creates_leave_no_units_idle(void **state)
{
    size_t a = new_playlist("a", 1), b = new_playlist("b", 1);
    size_t c = new_playlist("c", 10);

    (void)state;
    (void)new_playlist("d", 8);
    /* Enough for all four: the order stands, whatever the day has. */
    ag_moment.creates_left = 4;
    ag_expect_write(a);
    /* "a" and "c" use up 652 units; for more, "c" and "d" are needed: up to 1,002. */
    ag_moment.creates_left = 2;
    ag_moment.units_left = 652;
    ag_expect_write(a);
    ag_moment.units_left = 653;
    ag_expect_write(c);
    ag_moment.units_left = 1002;
    ag_expect_write(c);
    /* Units are left over in any case: the order stands. */
    ag_moment.units_left = 1003;
    ag_expect_write(a);
    ag_moment.creates_left = 1;
    ag_moment.units_left = 552;
    ag_expect_write(a);
    ag_moment.units_left = 551;
    ag_expect_write(c);
    ag_moment.units_left = 101;
    ag_expect_write(a);
    ag_moment.creates_left = 3;
    ag_moment.units_left = 753;
    ag_expect_write(a);
    ag_becomes(a, YS_OP_STATUS_DONE);
    ag.lanes[ag.tasks[a].lane].surveyed = true;
    ag_becomes(a + 1, YS_OP_STATUS_DONE);
    ag.lanes[ag.tasks[a].lane].last_add_ms = T0;
    /* 652 units are left; the listing of "a" takes one of them. */
    ag_moment.creates_left = 2;
    ag_moment.units_left = 653;
    ag_expect_write(b);
    ag_listed(ag.tasks[a].lane);
    ag_expect_write(c);
}

/* What is on its way is paid: the same choice before it leaves, meanwhile and afterwards. */
static void test_which_playlist_does_not_depend_on_replies(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");
    size_t small = new_playlist("b", 1);

    (void)state;
    (void)new_playlist("c", 10);
    ag.lanes[a].surveyed = true;
    ag_moment.creates_left = 1;
    ag_moment.units_left = 152;
    ag_expect_write(insert);
    ag_moment.units_left -= 50;
    ag_becomes(insert, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_write(small);
    ag_becomes(insert, YS_OP_STATUS_DONE);
    ag.lanes[a].last_add_ms = T0;
    ag_expect_write(small);
    ag_moment.units_left++;
    ag_expect_write(small + 2);
}

/* The day's last creation is under way: what its playlist needs today is not for later ones. */
static void test_the_last_create_keeps_its_units(void **state)
{
    size_t create = new_playlist("a", 2), lane = ag.tasks[create].lane;
    size_t b = ag_category("b", "PLb");

    (void)state;
    (void)ag_add(b, YS_OP_ITEM_INSERT, "video-00003");
    ag_expect_write(create);
    ag_becomes(create, YS_OP_STATUS_IN_FLIGHT);
    ag_moment.creates_left = 0;
    ag_moment.units_left = 101 + 50; /* two inserts and a listing; the survey of "b" needs one */
    ag_expect_wait(INT64_MAX);
    ag_moment.units_left++;
    ag_expect_lane(YS_ACT_SURVEY, b);
    ag_moment.units_left--;
    ag_becomes(create, YS_OP_STATUS_DONE);
    ag.lanes[lane].surveyed = true;
    ag.lanes[lane].ready_ms = T0 + YS_AFTER_CREATE_MS;
    ag_expect_wait(T0 + YS_AFTER_CREATE_MS);
}

/* A later playlist is renamed with what the day has beyond the needs of the earlier ones; a new
 * one is made first, for a creation that is not used today is lost. */
static void test_a_rename_waits_for_its_turn(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");
    size_t b = ag_category("b", "PLb"), c;

    (void)state;
    (void)ag_add(b, YS_OP_PLAYLIST_UPDATE, "");
    ag.lanes[a].surveyed = true;
    ag_expect_write(insert);
    ag_becomes(insert, YS_OP_STATUS_IN_FLIGHT);
    ag_moment.units_left = 50 + 1 + 50; /* insert and listing of "a"; a rename takes a read too */
    ag_expect_wait(INT64_MAX);
    ag_becomes(insert, YS_OP_STATUS_DONE);
    ag.lanes[a].last_add_ms = T0;
    ag_moment.units_left = 1 + 51;
    ag_expect_lane(YS_ACT_METADATA, b);
    ag_moment.units_left--;
    ag_expect_wait(T0 + SETTLE_MS);
    c = new_playlist("c", 1);
    ag_expect_write(c);
}

/* The first write to a new playlist waits until it is old enough. */
static void test_a_new_playlist_is_left_alone_at_first(void **state)
{
    size_t a = ag_category("a", ""), create = ag_add(a, YS_OP_PLAYLIST_CREATE, "");
    size_t insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");

    (void)state;
    ag_becomes(create, YS_OP_STATUS_DONE);
    ag.lanes[a].surveyed = true;
    ag.lanes[a].ready_ms = T0 + YS_AFTER_CREATE_MS;
    ag_expect_wait(T0 + YS_AFTER_CREATE_MS);
    ag_moment.now_ms = T0 + YS_AFTER_CREATE_MS - 1;
    ag_expect_wait(T0 + YS_AFTER_CREATE_MS);
    ag_moment.now_ms++;
    ag_expect_write(insert);
}

static void test_update_reads_first(void **state)
{
    size_t a = ag_category("a", "PLa"), update = ag_add(a, YS_OP_PLAYLIST_UPDATE, "");

    (void)state;
    ag_expect_lane(YS_ACT_METADATA, a);
    ag.lanes[a].metadata_ms = T0;
    ag_expect_write(update);
    /* What was read a while ago is read again: the user may have changed it. */
    ag_moment.now_ms = T0 + YS_METADATA_MS - 1;
    ag_expect_write(update);
    ag_moment.now_ms = T0 + YS_METADATA_MS;
    ag_expect_lane(YS_ACT_METADATA, a);
    ag_moment.units_left = 51;
    ag_expect_lane(YS_ACT_METADATA, a);
    ag_moment.units_left = 50; /* the read would be for nothing */
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 51;
    ag_moment.may_write = false;
    ag_expect_wait(INT64_MAX);
}

/* ---------------------------------------------------------------- filling */

static void test_survey_before_the_first_write(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");

    (void)state;
    ag.lanes[a].rows = 101; /* three pages */
    ag_expect_lane(YS_ACT_SURVEY, a);
    ag_moment.units_left = 53;
    ag_expect_lane(YS_ACT_SURVEY, a);
    ag_moment.units_left = 52;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag.lanes[a].rows = 100; /* two pages, not three */
    ag_expect_lane(YS_ACT_SURVEY, a);
    ag_moment.may_write = false;
    ag_expect_wait(INT64_MAX);
    ag_moment.may_write = true;
    ag.lanes[a].surveyed = true;
    ag_expect_write(insert);
}

static void test_one_write_per_playlist(void **state)
{
    size_t a = ag_category("a", "PLa"), b = ag_category("b", "PLb");
    size_t a1 = ag_add(a, YS_OP_ITEM_INSERT, "video-00001"), b1;

    (void)state;
    (void)ag_add(a, YS_OP_ITEM_INSERT, "video-00002");
    b1 = ag_add(b, YS_OP_ITEM_INSERT, "video-00003");
    ag.lanes[a].surveyed = ag.lanes[b].surveyed = true;
    ag_expect_write(a1);
    ag_becomes(a1, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_write(b1);
    ag_becomes(b1, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    ag_becomes(a1, YS_OP_STATUS_DONE);
    ag_expect_write(a1 + 1);
    ag_moment.may_write = false;
    ag_expect_wait(INT64_MAX);
}

/* An unknown outcome holds its own playlist only, until it is settled. */
static void test_unknown_outcomes(void **state)
{
    size_t a = ag_category("a", "PLa"), b = ag_category("b", "PLb");
    size_t a1 = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");
    size_t a2 = ag_add(a, YS_OP_ITEM_INSERT, "video-00002");
    size_t b1 = ag_add(b, YS_OP_ITEM_INSERT, "video-00003");

    (void)state;
    ag.lanes[a].surveyed = ag.lanes[b].surveyed = true;
    ag_becomes(a1, YS_OP_STATUS_UNKNOWN);
    ag.lanes[a].settle_ms = T0 + 500;
    ag.lanes[a].ready_ms = T0 + 99999; /* looking needs not wait */
    ag_expect_lane(YS_ACT_SETTLE, a);
    assert_int_equal(ag_action.task, a1);
    ag.lanes[a].looked = true;
    ag_expect_write(b1);
    ag_becomes(b1, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(T0 + 500);
    ag_moment.now_ms = T0 + 500;
    ag_expect_lane(YS_ACT_SETTLE, a);
    ag_moment.units_left = 0;
    ag_becomes(b1, YS_OP_STATUS_DONE);
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 1000;
    ag.lanes[a].ready_ms = YS_NEVER_MS;
    ag_becomes(a1, YS_OP_STATUS_DONE);
    ag_expect_write(a2);
}

static void test_units(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");

    (void)state;
    ag.lanes[a].surveyed = true;
    ag_moment.units_left = 50;
    ag_expect_write(insert);
    ag_moment.units_left = 49;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    /* While something is out, its reply comes first. */
    ag_becomes(insert, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
}

static void test_verification(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");

    (void)state;
    ag.lanes[a].surveyed = true;
    ag_becomes(insert, YS_OP_STATUS_DONE);
    ag.lanes[a].last_add_ms = T0 - 1;
    ag_expect_wait(T0 - 1 + SETTLE_MS);
    ag_moment.now_ms = T0 - 2 + SETTLE_MS;
    ag_expect_wait(T0 - 1 + SETTLE_MS);
    ag_moment.now_ms++;
    ag.lanes[a].rows = 51;
    ag_moment.units_left = 1;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 2;
    ag_expect_lane(YS_ACT_VERIFY, a);
    ag.lanes[a].verified = true;
    assert_int_equal(ag_next(), YS_ACT_DONE);
    /* Verification found work: the lane starts over. */
    ys_agenda_reopen(&ag, insert);
    ag_moment.units_left = 100;
    ag_expect_write(insert);
}

/* Visible only when complete and verified (P5). */
static void test_publish_comes_last(void **state)
{
    size_t a = ag_category("a", "PLa"), insert = ag_add(a, YS_OP_ITEM_INSERT, "video-00001");
    size_t publish = ag_add(a, YS_OP_PLAYLIST_PUBLISH, "");

    (void)state;
    ag.lanes[a].surveyed = true;
    ag.lanes[a].metadata_ms = T0;
    ag_expect_write(insert);
    ag_becomes(insert, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    ag_becomes(insert, YS_OP_STATUS_DONE);
    ag.lanes[a].last_add_ms = T0;
    ag_expect_wait(T0 + SETTLE_MS);
    ag_moment.now_ms = T0 + SETTLE_MS;
    ag_expect_lane(YS_ACT_VERIFY, a);
    ag.lanes[a].verified = true;
    ag_expect_lane(YS_ACT_METADATA, a); /* what was read before is too old by now */
    ag.lanes[a].metadata_ms = ag_moment.now_ms;
    ag_expect_write(publish);
    ag_becomes(publish, YS_OP_STATUS_DONE);
    assert_int_equal(ag_next(), YS_ACT_DONE);
}

static void test_a_stopped_lane_rests(void **state)
{
    size_t a = ag_category("a", "PLa"), b = ag_category("b", "PLb");
    size_t b1;

    (void)state;
    ag_becomes(ag_add(a, YS_OP_ITEM_INSERT, "video-00001"), YS_OP_STATUS_SKIPPED);
    ag.lanes[a].stopped = true;
    assert_int_equal(ag_next(), YS_ACT_DONE);
    b1 = ag_add(b, YS_OP_ITEM_INSERT, "video-00002");
    ag.lanes[b].surveyed = true;
    ag_expect_write(b1);
}

/* ---------------------------------------------------------------- the agenda itself */

static void test_lanes_and_counters(void **state)
{
    size_t a = ag_category("a", "PLa"), d = ag_doomed("PLa", 1);
    size_t create = ag_add(a, YS_OP_PLAYLIST_CREATE, "");
    size_t insert = ag_add(a, YS_OP_ITEM_INSERT, "v");
    size_t remove = ag_add(d, YS_OP_PLAYLIST_DELETE, "");

    (void)state;
    assert_int_not_equal(a, d); /* a category named like an id is another lane */
    assert_int_equal(ag_lane_of("a", "whatever"), a);
    assert_int_equal(ag_lane_of("", "PLa"), d);
    assert_string_equal(ag.lanes[a].playlist_id, "PLa");
    assert_int_equal(ag.open[YS_STAGE_CREATE_PLAYLISTS], 1);
    assert_int_equal(ag.open[YS_STAGE_ADD_VIDEOS], 1);
    assert_int_equal(ag.open[YS_STAGE_DELETE_PLAYLISTS], 1);
    assert_int_equal(ys_lane_task(&ag, &ag.lanes[a]), create);
    ag_becomes(create, YS_OP_STATUS_DONE);
    ag_becomes(insert, YS_OP_STATUS_FAILED);
    ag_becomes(remove, YS_OP_STATUS_SKIPPED);
    assert_int_equal(ag.finished, 3);
    assert_int_equal(ys_lane_task(&ag, &ag.lanes[a]), YS_NO_TASK);
    ag.lanes[a].stopped = ag.lanes[a].gone = true;
    ys_agenda_reopen(&ag, insert);
    assert_int_equal(ys_lane_task(&ag, &ag.lanes[a]), insert);
    assert_false(ag.lanes[a].stopped || ag.lanes[a].gone || ag.lanes[a].verified);
    assert_int_equal(ag.open[YS_STAGE_ADD_VIDEOS], 1);
    assert_int_equal(ag.finished, 2);
    ag_becomes(insert, YS_OP_STATUS_DONE);
    /* A task that is added to a lane that was through is found. */
    create = ag_add(a, YS_OP_ITEM_DELETE, "v");
    assert_int_equal(ys_lane_task(&ag, &ag.lanes[a]), create);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, ag_set_up, ag_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_to_do),
        TEST(test_creates_one_at_a_time),
        TEST(test_creates_are_over_for_today),
        TEST(test_scarce_creates_leave_no_units_idle),
        TEST(test_which_playlist_does_not_depend_on_replies),
        TEST(test_the_last_create_keeps_its_units),
        TEST(test_a_rename_waits_for_its_turn),
        TEST(test_a_new_playlist_is_left_alone_at_first),
        TEST(test_update_reads_first),
        TEST(test_survey_before_the_first_write),
        TEST(test_one_write_per_playlist),
        TEST(test_unknown_outcomes),
        TEST(test_units),
        TEST(test_verification),
        TEST(test_publish_comes_last),
        TEST(test_a_stopped_lane_rests),
        TEST(test_lanes_and_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
