/* test_writes.c: the three single writes: what they do, cost, refuse, and say when nobody saw the
 * outcome. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static struct world world;
static char list[YS_ID_BYTES];     /* a playlist of the library */
static char stranger[YS_ID_BYTES]; /* somebody else's */

static int set_up(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_sim_video video = {.title = "A video", .availability = YS_AVAILABILITY_LIVE};
    struct ys_sim_playlist playlist = {.title = "Mine"};
    char channel[YS_ID_BYTES], id[24];
    int i;

    (void)state;
    world_init(&world, 12);
    world_open(&world);
    for (i = 0; i < 4; i++) {
        (void)snprintf(id, sizeof id, "video-%05d", i);
        video.id = id;
        world_ok(&world, ys_sim_video_put(world.sim, &video, &world.err));
    }
    world_ok(&world, ys_sim_playlist_add(world.sim, &playlist, list, &world.err));
    world_ok(&world, ys_sim_account_add(world.sim, NULL, "Somebody", channel, &world.err));
    playlist.channel_id = channel;
    world_ok(&world, ys_sim_playlist_add(world.sim, &playlist, stranger, &world.err));
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
    if (words && !strstr(world.err.message, words))
        fail_msg("\"%s\" lacks \"%s\"", world.err.message, words);
}

static int64_t used(void)
{
    struct ys_quota_record quota;

    world_ok(&world, ys_quota_get(world.session, &quota, &world.err));
    assert_int_equal(quota.reserved_units, 0);
    return quota.used_units;
}

static char logged[512];

static bool log_line(void *ctx, const struct ys_log_record *entry)
{
    size_t at = strlen(logged);

    (void)ctx;
    (void)snprintf(logged + at, sizeof logged - at, "%s %s %s\n", entry->actor, entry->action,
                   entry->entity);
    return true;
}

static void test_create(void **state)
{
    struct ys_truth_playlist made;
    char id[YS_ID_BYTES], expected[256];
    int64_t before = used();

    (void)state;
    world_ok(&world, ys_playlist_create(world.session, " Neu ", "Text", YS_PRIVACY_UNSET, id,
                                        &world.err));
    world_ok(&world, ys_truth_playlist(world.sim, id, &made, &world.err));
    assert_string_equal(made.title, "Neu");
    assert_int_equal(made.privacy, YS_PRIVACY_PRIVATE);
    /* The first write of a session also asks whose token it is. */
    assert_int_equal(used() - before, 51);
    world_ok(&world, ys_playlist_create(world.session, "Public", NULL, YS_PRIVACY_PUBLIC, id,
                                        &world.err));
    world_ok(&world, ys_truth_playlist(world.sim, id, &made, &world.err));
    assert_int_equal(made.privacy, YS_PRIVACY_PUBLIC);
    assert_int_equal(used() - before, 101);
    logged[0] = '\0';
    world_ok(&world, ys_log_each(world.session, &(struct ys_log_filter){.limit = 1}, log_line, NULL,
                                &world.err));
    (void)snprintf(expected, sizeof expected, "user playlist_create %s\n", id);
    assert_string_equal(logged, expected);
}

static void test_refused_creates(void **state)
{
    char id[YS_ID_BYTES], longer[200];
    int64_t before = used();

    (void)state;
    memset(longer, 't', sizeof longer);
    longer[151] = '\0';
    fails(ys_playlist_create(world.session, " ", NULL, YS_PRIVACY_UNSET, id, &world.err), YS_EINVAL,
          NULL);
    fails(ys_playlist_create(world.session, NULL, NULL, YS_PRIVACY_UNSET, id, &world.err),
          YS_EINVAL, NULL);
    fails(ys_playlist_create(world.session, longer, NULL, YS_PRIVACY_UNSET, id, &world.err),
          YS_EINVAL, "150");
    fails(ys_playlist_create(world.session, "T", "<b>", YS_PRIVACY_UNSET, id, &world.err),
          YS_EINVAL, "description");
    fails(ys_playlist_create(world.session, "T", NULL, (enum ys_privacy)9, id, &world.err),
          YS_EINVAL, NULL);
    assert_string_equal(id, "");
    assert_int_equal(used(), before + 1); /* none of them left, save the look at the channel */
}

static void test_add_video(void **state)
{
    char item[YS_ID_BYTES], id[YS_ID_BYTES], truth[YS_ID_BYTES];

    (void)state;
    world_ok(&world, ys_playlist_add_video(world.session, list, "video-00001", item, &world.err));
    world_ok(&world, ys_truth_item_of(world.sim, list, "video-00001", truth, &world.err));
    assert_string_equal(item, truth);
    /* Doubles are the caller's business. */
    world_ok(&world, ys_playlist_add_video(world.session, list, "video-00001", item, &world.err));
    assert_int_equal(ys_truth_copies(world.sim, list, "video-00001"), 2);
    /* One that was made here needs no fetch. */
    world_ok(&world, ys_playlist_create(world.session, "Neu", NULL, YS_PRIVACY_UNSET, id,
                                        &world.err));
    world_ok(&world, ys_session_sleep(world.session, 5000, &world.err));
    world_ok(&world, ys_playlist_add_video(world.session, id, "video-00002", item, &world.err));
    assert_int_equal(ys_truth_copies(world.sim, id, "video-00002"), 1);
}

/* P11: no request leaves for a playlist that no listing of the own channel returned. */
static void test_other_playlists_are_left_alone(void **state)
{
    char item[YS_ID_BYTES] = "x";
    int64_t before = ys_sim_request_count(world.sim, YS_SIM_METHOD_COUNT);

    (void)state;
    fails(ys_playlist_add_video(world.session, stranger, "video-00001", item, &world.err),
          YS_ENOTFOUND, stranger);
    assert_string_equal(item, "");
    fails(ys_playlist_add_video(world.session, "WL", "video-00001", item, &world.err), YS_ENOTFOUND,
          "fetch");
    fails(ys_playlist_add_video(world.session, NULL, "video-00001", item, &world.err), YS_EINVAL,
          NULL);
    fails(ys_playlist_delete(world.session, stranger, &world.err), YS_ENOTFOUND, "fetch");
    fails(ys_playlist_delete(world.session, NULL, &world.err), YS_EINVAL, NULL);
    assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_METHOD_COUNT), before);
    fails(ys_playlist_add_video(world.session, list, "no video", item, &world.err), YS_EINVAL,
          NULL);
    fails(ys_playlist_add_video(world.session, list, "video-99999", item, &world.err), YS_EAPI,
          "playlistItems.insert");
}

static void test_delete(void **state)
{
    struct ys_truth_playlist gone;

    (void)state;
    world_ok(&world, ys_playlist_delete(world.session, list, &world.err));
    assert_int_equal(ys_truth_playlist(world.sim, list, &gone, &world.err), YS_ENOTFOUND);
    fails(ys_playlist_delete(world.session, list, &world.err), YS_ENOTFOUND, list);
    world_ok(&world, ys_truth_playlist(world.sim, stranger, &gone, &world.err));
}

static void test_deleted_by_somebody_else(void **state)
{
    (void)state;
    world_ok(&world, ys_sim_playlist_remove(world.sim, list, &world.err));
    world_ok(&world, ys_playlist_delete(world.session, list, &world.err));
}

/* A reply that never came: said so, booked in full, sent once. */
static void test_unknown_outcomes(void **state)
{
    static const char *const faults[] = {"effect+close", "close", "effect+timeout", "500",
                                         "truncated"};
    char item[YS_ID_BYTES], spec[64];
    size_t i;

    (void)state;
    world_ok(&world, ys_playlist_add_video(world.session, list, "video-00000", item, &world.err));
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int64_t before = used();
        int64_t sent = ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_INSERT);
        (void)snprintf(spec, sizeof spec, "playlistItems.insert#1=%s", faults[i]);
        world_fault(&world, spec);
        fails(ys_playlist_add_video(world.session, list, "video-00002", item, &world.err),
              YS_EUNKNOWN, NULL);
        assert_string_equal(item, "");
        assert_int_equal(ys_sim_request_count(world.sim, YS_SIM_M_ITEMS_INSERT), sent + 1);
        assert_int_equal(used() - before, 50);
        ys_sim_faults_clear(world.sim);
    }
}

static void test_quota(void **state)
{
    char item[YS_ID_BYTES];
    int64_t left;

    (void)state;
    world_set(&world, "quota.daily", 200);
    left = 100 - used();
    assert_true(left >= 50 && left < 100);
    world_ok(&world, ys_playlist_add_video(world.session, list, "video-00001", item, &world.err));
    fails(ys_playlist_add_video(world.session, list, "video-00002", item, &world.err), YS_EQUOTA,
          "quota");
    assert_int_equal(ys_truth_copies(world.sim, list, "video-00002"), 0);
    world_set(&world, "quota.daily", 10000);
    world_set(&world, "quota.creates", 1);
    world_ok(&world, ys_playlist_create(world.session, "A", NULL, YS_PRIVACY_UNSET, item,
                                        &world.err));
    fails(ys_playlist_create(world.session, "B", NULL, YS_PRIVACY_UNSET, item, &world.err),
          YS_ECREATES, "quota.creates");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_create),
        TEST(test_refused_creates),
        TEST(test_add_video),
        TEST(test_other_playlists_are_left_alone),
        TEST(test_delete),
        TEST(test_deleted_by_somebody_else),
        TEST(test_unknown_outcomes),
        TEST(test_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
