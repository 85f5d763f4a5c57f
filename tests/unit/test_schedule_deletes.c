/* test_schedule_deletes.c: what comes next when rows and playlists are to go: the barrier, fresh
 * listings and proofs, the second yes (P1, P8). */
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

/* ---------------------------------------------------------------- deleting */

/* A category with one insert, one playlist to take a row out of, and a doomed playlist. */
struct scene {
    size_t a, b, d;           /* lanes */
    size_t insert, takeout, remove;
};

static struct scene build_scene(void)
{
    struct scene scene = {.a = ag_category("a", "PLa"), .b = ag_category("b", "PLb")};

    scene.d = ag_doomed("PLd", 120);
    ag.lanes[scene.a].surveyed = ag.lanes[scene.b].surveyed = true;
    ag.lanes[scene.a].destination = ag.lanes[scene.b].destination = true;
    scene.insert = ag_add(scene.a, YS_OP_ITEM_INSERT, "video-00001");
    scene.takeout = ag_add(scene.b, YS_OP_ITEM_DELETE, "video-00001");
    scene.remove = ag_add(scene.d, YS_OP_PLAYLIST_DELETE, "");
    return scene;
}

/* P8: while an insert is pending, in flight, unknown or not verified, nothing is taken out, proved
 * or deleted, whatever was agreed to. */
static void test_the_barrier(void **state)
{
    struct scene scene = build_scene();

    (void)state;
    ag_moment.confirmed = true;
    ag_expect_write(scene.insert);
    ag_moment.units_left = 49; /* a takeout would not fit either; a proof would */
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 1000;
    ag_moment.may_write = false;
    ag_expect_wait(INT64_MAX);
    ag_moment.may_write = true;
    ag_becomes(scene.insert, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    ag_becomes(scene.insert, YS_OP_STATUS_UNKNOWN);
    ag.lanes[scene.a].looked = true;
    ag.lanes[scene.a].settle_ms = T0 + 1000;
    ag_expect_wait(T0 + 1000);
    ag_becomes(scene.insert, YS_OP_STATUS_DONE);
    ag.lanes[scene.a].last_add_ms = T0;
    ag_expect_wait(T0 + SETTLE_MS);
    ag_moment.now_ms += SETTLE_MS;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
}

/* Failed and skipped inserts hold nothing back here: the proofs see to what depends on them. */
static void test_failed_inserts_are_no_barrier(void **state)
{
    static const enum ys_op_status over[] = {YS_OP_STATUS_FAILED, YS_OP_STATUS_SKIPPED};
    struct scene scene = build_scene();
    size_t i;

    (void)state;
    ag_listed(scene.a);
    ag_listed(scene.b);
    for (i = 0; i < 2; i++) {
        ag_becomes(scene.insert, over[i]);
        ag_expect_write(scene.takeout);
    }
}

static void test_destinations_are_listed_before_takeouts(void **state)
{
    struct scene scene = build_scene();

    (void)state;
    ag_becomes(scene.insert, YS_OP_STATUS_DONE);
    ag.lanes[scene.a].verified = ag.lanes[scene.b].verified = true;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
    ag_listed(scene.a);
    ag_expect_lane(YS_ACT_VERIFY, scene.b);
    ag_listed(scene.b);
    ag_expect_write(scene.takeout);
    /* Good for ten minutes, and only when they were listed settle_ms after the last insert. */
    ag_moment.now_ms = T0 + YS_DESTINATION_MS - 1;
    ag_expect_write(scene.takeout);
    ag_moment.now_ms++;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
    ag_listed(scene.a);
    ag_listed(scene.b);
    ag.lanes[scene.a].last_add_ms = ag_moment.now_ms - SETTLE_MS + 1;
    ag_expect_wait(ag_moment.now_ms + 1);
    ag_moment.now_ms++;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
}

/* However long that takes: a listing made meanwhile could be too old in the end. */
static void test_no_destination_is_listed_while_another_settles(void **state)
{
    struct scene scene = build_scene();

    (void)state;
    ag_becomes(scene.insert, YS_OP_STATUS_DONE);
    ag.lanes[scene.a].verified = ag.lanes[scene.b].verified = true;
    ag.lanes[scene.b].last_add_ms = T0;
    ag_expect_wait(T0 + SETTLE_MS);
    ag_moment.now_ms += SETTLE_MS;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
}

/* A later inbox is not read with the units that an earlier one needs. */
static void test_takeouts_keep_their_units(void **state)
{
    size_t a = ag_doomed("PLa", 10), b = ag_doomed("PLb", 10);
    size_t first = ag_add(a, YS_OP_ITEM_DELETE, "video-00001"), second;

    (void)state;
    (void)ag_add(a, YS_OP_ITEM_DELETE, "video-00002");
    second = ag_add(b, YS_OP_ITEM_DELETE, "video-00003");
    ag_moment.units_left = 101; /* the listing of "a" and both of its rows */
    ag_expect_lane(YS_ACT_SURVEY, a);
    ag_listed(a);
    ag_moment.units_left = 100;
    ag_expect_write(first);
    ag_becomes(first, YS_OP_STATUS_IN_FLIGHT);
    ag_moment.units_left = 50 + 50;
    ag_expect_wait(INT64_MAX); /* the listing of "b" would leave it without its row */
    ag_moment.units_left = 50 + 51;
    ag_expect_lane(YS_ACT_SURVEY, b);
    ag_listed(b);
    ag_moment.units_left = 50 + 50;
    ag_expect_write(second);
}

static void test_gone_playlists_are_not_listed(void **state)
{
    struct scene scene = build_scene();

    (void)state;
    ag_becomes(scene.insert, YS_OP_STATUS_SKIPPED);
    ag_listed(scene.b);
    ag.lanes[scene.a].stopped = ag.lanes[scene.a].gone = true;
    ag_expect_write(scene.takeout);
    /* One that only refuses more videos can be listed, and has to be. */
    ag.lanes[scene.a].gone = false;
    ag_expect_lane(YS_ACT_VERIFY, scene.a);
    /* One that was never made cannot. */
    ag.lanes[scene.a].playlist_id[0] = '\0';
    ag_expect_write(scene.takeout);
}

/* Playlists come after the takeouts, and after a look at their destinations since then. */
static void test_playlists_come_last(void **state)
{
    struct scene scene = build_scene();

    (void)state;
    ag_becomes(scene.insert, YS_OP_STATUS_DONE);
    ag_listed(scene.a);
    ag_listed(scene.b);
    ag_expect_write(scene.takeout);
    ag_becomes(scene.takeout, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_wait(INT64_MAX);
    ag_becomes(scene.takeout, YS_OP_STATUS_UNKNOWN);
    ag.lanes[scene.b].looked = true;
    ag.lanes[scene.b].settle_ms = T0 + 5;
    ag_expect_wait(T0 + 5);
    ag_becomes(scene.takeout, YS_OP_STATUS_DONE);
    ag.lanes[scene.b].last_write_ms = T0 + 1;
    ag_moment.now_ms = T0 + 2;
    ag_expect_wait(T0 + 1 + SETTLE_MS);
    ag_moment.now_ms = T0 + 1 + SETTLE_MS;
    ag_expect_lane(YS_ACT_VERIFY, scene.b);
    ag_listed(scene.b);
    ag_expect_lane(YS_ACT_PROVE, scene.d);
}

static void test_confirmation_after_all_proofs(void **state)
{
    size_t d = ag_doomed("PLd", 10), e = ag_doomed("PLe", 200);
    size_t first = ag_add(d, YS_OP_PLAYLIST_DELETE, "");
    size_t second = ag_add(e, YS_OP_PLAYLIST_DELETE, "");

    (void)state;
    ag_expect_lane(YS_ACT_PROVE, d);
    ag.lanes[d].proved_ms = T0;
    ag_expect_lane(YS_ACT_PROVE, e);
    ag_moment.units_left = 3;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 4;
    ag_expect_lane(YS_ACT_PROVE, e);
    ag.lanes[e].proved_ms = T0;
    assert_int_equal(ag_next(), YS_ACT_CONFIRM);
    /* Proofs may be old by the time of the yes; then they are made again, one per delete. */
    ag_moment.now_ms = T0 + 24 * 3600 * 1000;
    ag_moment.units_left = 1000;
    assert_int_equal(ag_next(), YS_ACT_CONFIRM);
    ag_moment.confirmed = true;
    ag_expect_lane(YS_ACT_PROVE, d);
    ag.lanes[d].proved_ms = ag_moment.now_ms;
    ag_expect_write(first);
    ag_moment.now_ms += YS_PROOF_MS - 1;
    ag_expect_write(first);
    ag_moment.now_ms++;
    ag_expect_lane(YS_ACT_PROVE, d);
    ag.lanes[d].proved_ms = ag_moment.now_ms;
    ag_becomes(first, YS_OP_STATUS_IN_FLIGHT);
    ag_expect_lane(YS_ACT_PROVE, e);
    ag.lanes[e].proved_ms = ag_moment.now_ms;
    ag_expect_write(second);
    ag_becomes(first, YS_OP_STATUS_DONE);
    ag_becomes(second, YS_OP_STATUS_DONE);
    assert_int_equal(ag_next(), YS_ACT_DONE);
}

/* A playlist that failed its proof is stopped; the others need the yes all the same. */
static void test_stopped_proofs(void **state)
{
    size_t d = ag_doomed("PLd", 10), e = ag_doomed("PLe", 10);

    (void)state;
    ag_becomes(ag_add(d, YS_OP_PLAYLIST_DELETE, ""), YS_OP_STATUS_SKIPPED);
    (void)ag_add(e, YS_OP_PLAYLIST_DELETE, "");
    ag.lanes[d].stopped = true;
    ag_expect_lane(YS_ACT_PROVE, e);
    ag.lanes[e].proved_ms = T0;
    assert_int_equal(ag_next(), YS_ACT_CONFIRM);
    ys_agenda_set_status(&ag, 1, YS_OP_STATUS_SKIPPED);
    ag.lanes[e].stopped = true;
    assert_int_equal(ag_next(), YS_ACT_DONE);
}

/* A proof for which no delete can follow today is not made. */
static void test_no_units_for_deletes(void **state)
{
    size_t d = ag_doomed("PLd", 120), remove = ag_add(d, YS_OP_PLAYLIST_DELETE, "");

    (void)state;
    ag_moment.confirmed = true;
    ag_moment.units_left = 52;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
    ag_moment.units_left = 53;
    ag_expect_lane(YS_ACT_PROVE, d);
    ag.lanes[d].proved_ms = T0;
    ag_moment.units_left = 50;
    ag_expect_write(remove);
    ag_moment.units_left = 49;
    assert_int_equal(ag_next(), YS_ACT_NO_UNITS);
}

/* The fate of one lost delete holds back no other. */
static void test_unknown_deletes(void **state)
{
    size_t d = ag_doomed("PLd", 10), e = ag_doomed("PLe", 10);
    size_t first = ag_add(d, YS_OP_PLAYLIST_DELETE, "");
    size_t second = ag_add(e, YS_OP_PLAYLIST_DELETE, "");

    (void)state;
    ag_moment.confirmed = true;
    ag.lanes[d].proved_ms = ag.lanes[e].proved_ms = T0;
    ag_becomes(first, YS_OP_STATUS_UNKNOWN);
    ag.lanes[d].settle_ms = T0 + 50;
    ag_expect_lane(YS_ACT_SETTLE, d);
    ag.lanes[d].looked = true;
    ag_expect_write(second);
    ag_becomes(second, YS_OP_STATUS_DONE);
    ag_expect_wait(T0 + 50);
    ag_moment.now_ms = T0 + 50;
    ag_expect_lane(YS_ACT_SETTLE, d);
}

/* ---------------------------------------------------------------- objections */

static void objects(size_t lane, const char *video, int64_t own_copies, const char *words)
{
    const char *why = ys_agenda_objection(&ag, lane, video, own_copies);

    if (!words) {
        if (why) fail_msg("%s: %s", video, why);
        return;
    }
    assert_non_null(why);
    assert_non_null(strstr(why, words));
}

static void test_objections(void **state)
{
    size_t a = ag_category("a", "PLa"), b = ag_category("b", "PLb"), d = ag_doomed("PLd", 5);

    (void)state;
    objects(d, "video-00001", 0, "no category wants it");
    assert_int_equal(ys_map_put(&ag.drops, "video-00001", 1, NULL), YS_OK);
    objects(d, "video-00001", 0, NULL);
    assert_int_equal(ys_agenda_add_home(&ag, "video-00002", a, NULL), YS_OK);
    assert_true(ag.lanes[a].destination);
    objects(d, "video-00002", 0, "not seen");
    ag_sees(a, "video-00002", 1);
    objects(d, "video-00002", 0, NULL);
    objects(b, "video-00002", 1, NULL);
    /* In its own home only a second copy may go. */
    objects(a, "video-00002", 1, "only copy");
    objects(a, "video-00002", 0, "only copy");
    objects(a, "video-00002", 2, NULL);
    /* With two homes it has to be in both. */
    assert_int_equal(ys_agenda_add_home(&ag, "video-00002", b, NULL), YS_OK);
    objects(d, "video-00002", 0, "not seen");
    ag_sees(b, "video-00002", 0);
    objects(d, "video-00002", 0, "not seen");
    ag_sees(b, "video-00002", 3);
    objects(d, "video-00002", 0, NULL);
    /* A playlist that is gone shows nothing any more. */
    ys_map_free(&ag.lanes[a].present);
    objects(d, "video-00002", 0, "not seen");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, ag_set_up, ag_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_barrier),
        TEST(test_failed_inserts_are_no_barrier),
        TEST(test_destinations_are_listed_before_takeouts),
        TEST(test_no_destination_is_listed_while_another_settles),
        TEST(test_takeouts_keep_their_units),
        TEST(test_gone_playlists_are_not_listed),
        TEST(test_playlists_come_last),
        TEST(test_confirmation_after_all_proofs),
        TEST(test_stopped_proofs),
        TEST(test_no_units_for_deletes),
        TEST(test_unknown_deletes),
        TEST(test_objections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
