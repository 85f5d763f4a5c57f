/* test_fetch_stops.c: a fetch that is stopped, runs out of quota, loses its token or its process,
 * meets faults: what was read stays, and the next one takes it up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "sim/library.h"
#include "support/fail_alloc.h"
#include "support/rig.h"

static int setup(void **state)
{
    static struct rig rig;

    rig_start(&rig);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    rig_close(*state);
    return 0;
}

/* ------------------------------------------------------------------ progress and stops */

struct watching {
    int64_t calls, stop_at, playlists, items, videos, units;
    char last[16];
};

static bool watch(void *ctx, const struct ys_fetch_progress *progress)
{
    struct watching *watching = ctx;

    assert_true(progress->done >= 0 && progress->done <= progress->total);
    assert_true(progress->units >= watching->units);
    watching->units = progress->units;
    if (strcmp(progress->what, "playlists") == 0) watching->playlists = progress->done;
    else if (strcmp(progress->what, "items") == 0) {
        watching->items = progress->done;
        /* The units are today's, not those of the phases that are over. */
        if (progress->total == 60) assert_true(progress->units >= 1 + 2 + progress->done);
    }
    else if (strcmp(progress->what, "videos") == 0) watching->videos = progress->done;
    else fail();
    return ++watching->calls != watching->stop_at;
}

static enum ys_status watched_fetch(struct rig *rig, struct watching *watching,
                                    struct ys_fetch_result *result)
{
    rig->err = (struct ys_error){0};
    return ys_fetch_library(rig->client, NULL, false, 0, watch, watching, result, &rig->err);
}

static void test_progress(void **state)
{
    struct rig *rig = *state;
    struct watching watching = {0};
    struct ys_fetch_result result;

    rig_playlists(rig, 60, 3);
    RIG(rig, watched_fetch(rig, &watching, &result));
    assert_int_equal(watching.playlists, 60);
    assert_int_equal(watching.items, 60);
    assert_int_equal(watching.videos, 180);
    assert_int_equal(watching.units, result.units);
    assert_int_equal(watching.calls, 2 + 60 + 4);
}

/* Stopped at each call in turn: what was read stays, and the next fetch takes it up. */
static void test_stop_anywhere(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    int64_t listed = 0, stop;
    enum ys_status status = YS_EINTERRUPTED;

    rig_playlists(rig, 60, 3);
    for (stop = 1; status != YS_OK; stop++) {
        struct watching watching = {.stop_at = 1 + stop % 7};
        assert_true(stop < 200);
        status = watched_fetch(rig, &watching, &result);
        assert_int_equal(ys_client_in_flight(rig->client), 0);
        listed += result.playlists_listed;
        if (status != YS_OK) rig_fails(rig, status, YS_EINTERRUPTED, "stored", NULL);
    }
    assert_int_equal(listed, 60); /* nothing was listed twice */
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, true);
    rig->interrupted = 1;
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EINTERRUPTED, NULL);
    assert_int_equal(rig_number(rig, "SELECT SUM(reserved) FROM quota_days"), 0);
}

/* The day's quota ends in the middle; the rest comes the next day. */
static void test_quota_in_the_middle(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    int64_t day = ys_pacific_day(YS_SIM_START_WALL_MS), listed;

    rig_playlists(rig, 80, 3);
    rig_set(rig, "quota.keep", 0);
    rig_set(rig, "quota.daily", 50);
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EQUOTA, "quota.daily", NULL);
    assert_int_equal(rig_charged(rig, day), 50);
    listed = result.playlists_listed;
    assert_int_equal(listed, 47);
    assert_int_equal(result.units, 50);
    ys_sim_clock_advance(&rig->clock, ys_pacific_day_start_ms(day + 1) + 70000 -
                                          rig->clock.wall_ms);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 80 - listed);
    assert_int_equal(result.units, 1 + 2 + 33 + 5);
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, true);
}

/* The server ends it, while our ledger had room. */
static void test_server_says_used_up(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 40, 1);
    RIG(rig, ys_sim_spend(rig->sim, 9980, &rig->err));
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EQUOTA, NULL);
    assert_true(result.playlists_listed > 0);
    ys_sim_clock_advance(&rig->clock, YS_MS_PER_DAY);
    RIG(rig, rig_fetch(rig, false, &result));
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, false);
}

static void test_token_dies(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 40, 1);
    rig_fault(rig, "playlistItems.list#10=revoke");
    rig_fails(rig, rig_fetch(rig, false, &result), YS_EAUTH, NULL);
    assert_true(result.playlists_listed >= 5);
    RIG(rig, ys_sim_token_add(rig->sim, YS_SIM_TOKEN, YS_SIM_CHANNEL_ID, NULL, 0, &rig->err));
    RIG(rig, rig_fetch(rig, false, &result));
    rig_same_as_truth(rig);
}

/* The process dies at each request in turn and starts again. */
static void die_at(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    struct rig *rig = ctx;

    (void)sim;
    (void)event;
    rig->interrupted = 1;
}

static void test_crashes(void **state)
{
    struct rig *rig = *state;
    enum ys_status status = YS_EINTERRUPTED;
    int64_t tries = 0;

    rig_playlists(rig, 30, 60);
    while (status != YS_OK) {
        assert_true(++tries < 300);
        rig->interrupted = 0;
        ys_sim_set_hook(rig->sim, tries % 3 ? die_at : NULL, rig);
        status = rig_fetch(rig, false, NULL);
        rig_crash(rig);
    }
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, false);
}

/* ------------------------------------------------------------------ the sample, with everything */

static void test_sample_with_faults(void **state)
{
    struct rig *rig = *state;
    struct ys_sim_library_options library;
    struct ys_fetch_result result;

    ys_sim_library_options_init(&library);
    library.playlists = 40;
    library.videos = 900;
    RIG(rig, ys_sim_library_sample(rig->sim, &library, &rig->err));
    ys_sim_options(rig->sim)->short_page_permille = 100;
    ys_sim_options(rig->sim)->double_row_permille = 20;
    ys_sim_options(rig->sim)->total_lie_permille = 20;
    rig_fault(rig, "read%40=503");
    rig_fault(rig, "read%10=close");
    rig_fault(rig, "read%10=truncated");
    rig_fault(rig, "read%10=429");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 40);
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, false);
    assert_int_equal(result.units, ys_sim_quota_total(rig->sim));
}

/* Each allocation fails once, ours or the simulator's: never a half result, never a crash. */
static void test_memory(void **state)
{
    struct rig *rig = *state;
    long nth, asked;

    rig_playlists(rig, 4, 2);
    rig_playlist(rig, "Long", 120, NULL);
    RIG(rig, rig_fetch(rig, false, NULL));
    fail_alloc_start(0, false);
    RIG(rig, rig_fetch(rig, true, NULL));
    asked = fail_alloc_stop();
    assert_true(asked > 300);
    for (nth = 1; nth <= asked; nth += 3) {
        fail_alloc_start(nth, false);
        enum ys_status status = rig_fetch(rig, true, NULL);
        (void)fail_alloc_stop();
        if (status == YS_OK) rig_same_as_truth(rig);
        assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 128);
        rig_crash(rig); /* what the simulator could not answer is of no interest */
        rig->interrupted = 0;
    }
    ys_sim_clock_advance(&rig->clock, YS_MS_PER_DAY); /* the ledger is as full as it was */
    RIG(rig, rig_fetch(rig, true, NULL));
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, false);
}

/* An old copy of the database was taken: everything is listed anew, whatever it says. */
static void test_stale_copy(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 4, 2);
    RIG(rig, rig_fetch(rig, false, NULL));
    rig->store->stale_accepted = true;
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 4);
    assert_false(rig->store->stale_accepted);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_progress),
        TEST(test_stop_anywhere),
        TEST(test_quota_in_the_middle),
        TEST(test_server_says_used_up),
        TEST(test_token_dies),
        TEST(test_crashes),
        TEST(test_sample_with_faults),
        TEST(test_memory),
        TEST(test_stale_copy),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
