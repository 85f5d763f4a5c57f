/* test_probe.c: `doctor --probe` in the core: what it finds under several behaviours of YouTube,
 * and that its test playlist goes again, whatever goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

#define VIDEOS 6

static struct world world;
static struct ys_probe_record found;

static int set_up(void **state)
{
    struct ys_sim_video video = {.title = "A video", .availability = YS_AVAILABILITY_LIVE};
    struct ys_sim_playlist playlist = {.title = "Mine"};
    struct ys_fetch_result fetched;
    char list[YS_ID_BYTES], id[24];
    int i;

    (void)state;
    world_init(&world, 21);
    world_open(&world);
    world_ok(&world, ys_sim_playlist_add(world.sim, &playlist, list, &world.err));
    for (i = 0; i < VIDEOS; i++) {
        (void)snprintf(id, sizeof id, "video-%05d", i);
        video.id = id;
        world_ok(&world, ys_sim_video_put(world.sim, &video, &world.err));
        world_ok(&world, ys_sim_item_add(world.sim, list, id, -1, 0, NULL, &world.err));
    }
    world_ok(&world, ys_truth_snapshot(world.sim, &world.err));
    world_session(&world);
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, &fetched, &world.err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void fails(enum ys_status got, enum ys_status status, const char *words)
{
    if (got != status)
        fail_msg("%s instead of %s: %s", ys_status_name(got), ys_status_name(status),
                 world.err.message);
    if (!strstr(world.err.message, words))
        fail_msg("\"%s\" lacks \"%s\"", world.err.message, words);
}

static int64_t used(void)
{
    struct ys_quota_record quota;

    world_ok(&world, ys_quota_get(world.session, &quota, &world.err));
    assert_int_equal(quota.reserved_units, 0);
    return quota.used_units;
}

struct leftovers {
    int count;
    char id[YS_ID_BYTES];
    char title[YS_TITLE_BYTES];
    int64_t items;
};

static bool note_leftover(void *ctx, const struct ys_playlist_record *playlist)
{
    struct leftovers *leftovers = ctx;

    leftovers->count++;
    (void)snprintf(leftovers->id, sizeof leftovers->id, "%s", playlist->id);
    (void)snprintf(leftovers->title, sizeof leftovers->title, "%s", playlist->title);
    leftovers->items = playlist->item_count;
    return true;
}

static struct leftovers left(void)
{
    struct leftovers leftovers = {.count = 0};

    world_ok(&world, ys_probe_leftovers(world.session, note_leftover, &leftovers, &world.err));
    return leftovers;
}

/* One playlist of the user's is all there is. */
static void check_gone(void)
{
    struct ys_truth_report report;

    assert_false(found.left);
    ys_sim_clock_advance(&world.clock, 60000);
    assert_int_equal(left().count, 0);
    world_ok(&world, ys_truth_compare(world.sim, &report, &world.err));
    assert_int_equal(report.playlists_now, 1);
    assert_int_equal(report.lost, 0);
}

static void test_without_lag(void **state)
{
    int64_t before = used();

    (void)state;
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    assert_int_equal(strncmp(found.title, "ytsync test playlist ", 21), 0);
    assert_string_equal(found.place, "end");
    assert_int_equal(found.units, used() - before);
    assert_in_range(found.units, 250, YS_PROBE_UNITS_USUAL);
    assert_int_equal(found.refused, 0);
    assert_true(found.added.seen_ms >= 0);
    assert_int_equal(found.added.unseen_ms, -1);
    assert_true(found.taken_out.seen_ms >= 0);
    assert_true(found.deleted.seen_ms >= 0);
    check_gone();
}

static void test_with_lag(void **state)
{
    (void)state;
    ys_sim_options(world.sim)->lag_min_ms = 2000;
    ys_sim_options(world.sim)->lag_max_ms = 3000;
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    /* Steps of 250 ms, then of a second. */
    assert_in_range(found.added.unseen_ms, 1000, 3000);
    assert_in_range(found.added.seen_ms, 1700, 4000);
    assert_true(found.added.seen_ms > found.added.unseen_ms);
    assert_in_range(found.added_more.seen_ms, 1700, 4000);
    assert_in_range(found.taken_out.seen_ms, 1700, 4000);
    assert_string_equal(found.place, "end");
    assert_true(found.units <= YS_PROBE_UNITS_MAX);
    check_gone();
}

static void test_never_seen(void **state)
{
    (void)state;
    ys_sim_options(world.sim)->lag_min_ms = 10 * 60 * 1000;
    ys_sim_options(world.sim)->lag_max_ms = 10 * 60 * 1000;
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    assert_int_equal(found.added.seen_ms, -1);
    assert_true(found.added.unseen_ms > 10000);
    assert_string_equal(found.place, "");
    assert_int_equal(found.taken_out.unseen_ms, -1);
    assert_true(found.units <= YS_PROBE_UNITS_MAX);
    ys_sim_options(world.sim)->lag_min_ms = 0;
    ys_sim_options(world.sim)->lag_max_ms = 0;
    ys_sim_clock_advance(&world.clock, 20 * 60 * 1000);
    check_gone();
}

static void test_at_the_top(void **state)
{
    (void)state;
    ys_sim_options(world.sim)->made_add_to_top = true;
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    assert_string_equal(found.place, "top");
    check_gone();
}

static void test_refused_for_now(void **state)
{
    (void)state;
    world_fault(&world, "playlistItems.insert#1=409");
    world_fault(&world, "playlists.delete#1=409"); /* of which nobody knows whether it was done */
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    assert_int_equal(found.refused, 2);
    assert_in_range(found.units, 350, YS_PROBE_UNITS_MAX);
    check_gone();
}

/* Whatever fails in the middle, the test playlist goes. */
static void test_failures(void **state)
{
    static const struct {
        const char *fault;
        enum ys_status status;
        const char *words;
    } cases[] = {
        {"playlists.insert#1=403forbidden", YS_EFORBIDDEN, "playlists.insert"},
        {"playlists.insert#1=429creates", YS_ECREATES, ""},
        {"playlistItems.insert#1=404", YS_ENOTFOUND, "playlistItems.insert"},
        {"playlistItems.insert#2=400", YS_EAPI, "playlistItems.insert"},
        {"playlistItems.insert#1=effect+close", YS_EUNKNOWN, "whether it took effect"},
        {"playlistItems.insert#2=500", YS_EUNKNOWN, "whether it took effect"},
        {"playlistItems.insert#1=effect+notjson", YS_EREPLY, ""},
        {"playlistItems.delete#1=effect+timeout", YS_EUNKNOWN, "playlistItems.delete"},
        {"playlistItems.list#1=403forbidden", YS_EFORBIDDEN, "playlistItems.list"},
        {"playlists.insert#1=effect+timeout", YS_EUNKNOWN, "playlists.insert"},
        {"playlists.insert#1=effect+notjson", YS_EREPLY, ""},
        {"write#1=403scope", YS_EAUTH, "insufficient authentication scopes"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world_fault(&world, cases[i].fault);
        fails(ys_probe(world.session, &found, &world.err), cases[i].status, cases[i].words);
        ys_sim_faults_clear(world.sim);
        if (found.left) fail_msg("%s: the test playlist is left", cases[i].fault);
        check_gone();
        ys_sim_clock_advance(&world.clock, 24 * 3600 * 1000); /* another day's units */
    }
}

/* A delete whose outcome nobody saw is looked up. */
static void test_unseen_delete(void **state)
{
    (void)state;
    world_fault(&world, "playlists.delete#1=effect+close");
    world_ok(&world, ys_probe(world.session, &found, &world.err));
    check_gone();
}

static void test_quota(void **state)
{
    int64_t before;

    (void)state;
    world_set(&world, "quota.daily", 590); /* keep is 100 */
    before = used();
    fails(ys_probe(world.session, &found, &world.err), YS_EQUOTA,
          "The probe is begun only when 500 units are left of the day");
    assert_string_equal(found.title, "");
    assert_true(used() - before <= 1);
    check_gone();
}

/* Others spent the day in the middle: what is left is found the next day, and goes. */
static void test_quota_in_the_middle(void **state)
{
    struct leftovers leftovers;

    (void)state;
    world_fault(&world, "playlistItems.insert#2+1000=quota403");
    world_fault(&world, "playlists.delete#1+1000=quota403");
    fails(ys_probe(world.session, &found, &world.err), YS_EQUOTA, "");
    assert_true(found.left);
    assert_true(found.added.seen_ms >= 0);
    ys_sim_faults_clear(world.sim);
    ys_sim_clock_advance(&world.clock, 24 * 3600 * 1000);
    leftovers = left();
    assert_int_equal(leftovers.count, 1);
    assert_string_equal(leftovers.title, found.title);
    assert_int_equal(leftovers.items, 1);
    world_ok(&world, ys_probe_remove(world.session, leftovers.id, &world.err));
    found.left = false;
    check_gone();
    world_ok(&world, ys_probe_remove(world.session, leftovers.id, &world.err)); /* gone already */
}

/* The process dies at each of its requests; another one finds what is left. */
static void crash_at(int64_t request)
{
    struct leftovers leftovers;
    char spec[64];

    (void)snprintf(spec, sizeof spec, "any#%lld+1000=effect+timeout", (long long)request);
    world_fault(&world, spec);
    if (ys_probe(world.session, &found, &world.err) == YS_OK)
        fail_msg("the probe got along without request %lld", (long long)request);
    world_crash(&world);
    ys_sim_faults_clear(world.sim);
    ys_sim_clock_advance(&world.clock, 25LL * 3600 * 1000);
    world_session(&world);
    leftovers = left();
    assert_true(leftovers.count <= 1);
    if (leftovers.count == 1)
        world_ok(&world, ys_probe_remove(world.session, leftovers.id, &world.err));
    found.left = false;
    check_gone();
}

static void test_crashes(void **state)
{
    int64_t request;

    (void)state;
    for (request = 1; request <= 12; request++) crash_at(request);
}

/* Never deleted: what is not private, what somebody put something into, what only looks alike. */
static void test_not_ours(void **state)
{
    struct ys_sim_playlist alike = {.title = "ytsync test playlist 00000000"};
    struct leftovers leftovers;
    char id[YS_ID_BYTES];

    (void)state;
    world_ok(&world, ys_sim_playlist_add(world.sim, &alike, id, &world.err));
    world_fault(&world, "playlists.delete#1+1000=403forbidden");
    fails(ys_probe(world.session, &found, &world.err), YS_EFORBIDDEN, "playlists.delete");
    assert_true(found.left);
    ys_sim_faults_clear(world.sim);
    leftovers = left();
    assert_int_equal(leftovers.count, 1);
    assert_string_equal(leftovers.title, found.title);
    fails(ys_probe_remove(world.session, id, &world.err), YS_ECHANGED, "no private test playlist");
    world_ok(&world, ys_sim_item_add(world.sim, leftovers.id, "video-00005", -1, 0, NULL,
                                     &world.err));
    fails(ys_probe_remove(world.session, leftovers.id, &world.err), YS_ECHANGED,
          "Somebody put something else into the test playlist");
    world_ok(&world, ys_sim_playlist_edit(world.sim, leftovers.id, NULL, NULL, YS_PRIVACY_PUBLIC,
                                          &world.err));
    fails(ys_probe_remove(world.session, leftovers.id, &world.err), YS_ECHANGED,
          "no private test playlist");
    assert_int_equal(left().count, 0);
    assert_int_equal(ys_truth_title_count(world.sim, found.title), 1);
    assert_int_equal(ys_truth_title_count(world.sim, alike.title), 1);
}

static void test_needs_videos(void **state)
{
    struct ys_error err;
    int i;
    char id[24];

    (void)state;
    for (i = 0; i < VIDEOS - 1; i++) {
        (void)snprintf(id, sizeof id, "video-%05d", i);
        world_ok(&world, ys_sim_video_set(world.sim, id, YS_AVAILABILITY_DELETED, &err));
    }
    fails(ys_probe(world.session, &found, &world.err), YS_ENOTFOUND, "Run `fetch` first.");
    assert_string_equal(found.title, "");
    check_gone();
}

static void test_stopped(void **state)
{
    (void)state;
    ys_session_interrupt(world.session);
    fails(ys_probe(world.session, &found, &world.err), YS_EINTERRUPTED, "");
    found.left = false;
    check_gone();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_without_lag),     CASE(test_with_lag),
        CASE(test_never_seen),      CASE(test_at_the_top),
        CASE(test_refused_for_now), CASE(test_failures),
        CASE(test_unseen_delete),   CASE(test_quota),
        CASE(test_quota_in_the_middle), CASE(test_crashes),
        CASE(test_not_ours),        CASE(test_needs_videos),
        CASE(test_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
