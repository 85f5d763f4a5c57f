/* test_fetch.c: reading a simulated library into the store, with its price to the unit. */
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

/* ------------------------------------------------------------------ the channel */

static enum ys_status channel(struct rig *rig, const char *expected, int64_t *account)
{
    rig->err = (struct ys_error){0};
    return ys_fetch_channel(rig->client, expected, 0, account, &rig->err);
}

static void test_channel(void **state)
{
    struct rig *rig = *state;
    struct ys_channel_record record;
    int64_t account = 0, id = 0;

    RIG(rig, channel(rig, NULL, &account));
    assert_true(account > 0);
    RIG(rig, channel(rig, YS_SIM_CHANNEL_ID, &id));
    assert_int_equal(id, account);
    RIG(rig, ys_account_get(rig->store, &id, &record, &rig->err));
    assert_int_equal(id, account);
    assert_string_equal(record.id, YS_SIM_CHANNEL_ID);
    assert_string_equal(record.title, YS_SIM_CHANNEL_TITLE);
    assert_int_equal(ys_sim_quota_total(rig->sim), 2);
    rig_ledger_covers(rig, true);
}

static void test_wrong_channel(void **state)
{
    struct rig *rig = *state;
    int64_t account = 5;

    rig_fails(rig, channel(rig, "UCsomebodyelse0000000000", &account), YS_ECHANNEL,
              YS_SIM_CHANNEL_ID, "UCsomebodyelse0000000000", NULL);
    assert_int_equal(account, 0);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM accounts"), 0);
}

static void test_no_channel(void **state)
{
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    int64_t account;

    RIG(rig, ys_sim_account_add(rig->sim, NULL, NULL, id, &rig->err));
    RIG(rig, ys_sim_token_add(rig->sim, "other-token", id, NULL, 0, &rig->err));
    RIG(rig, ys_client_set_token(rig->client, "other-token", &rig->err));
    rig_fails(rig, channel(rig, NULL, &account), YS_EAUTH, "channel", NULL);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM accounts"), 0);
    rig_fault(rig, "channels.list#1=401");
    rig_fails(rig, channel(rig, NULL, &account), YS_EAUTH, NULL);
    RIG(rig, ys_client_set_token(rig->client, "never-issued", &rig->err));
    rig_fails(rig, channel(rig, NULL, &account), YS_EAUTH, NULL);
    assert_null(strstr(rig->err.message, "never-issued"));
}

/* ------------------------------------------------------------------ price */

static void test_empty_library(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 0);
    assert_int_equal(result.items, 0);
    assert_int_equal(result.videos, 0);
    assert_int_equal(result.units, 2);
    assert_int_equal(ys_sim_quota_total(rig->sim), 2);
    rig_same_as_truth(rig);
}

/* Every unit of a first fetch and of idle ones. */
static void test_price(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    int64_t before;

    rig_playlists(rig, 120, 3);       /* 120 pages */
    rig_playlist(rig, "Long", 101, NULL); /* 3 pages */
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 121);
    assert_int_equal(result.items, 461);
    assert_int_equal(result.videos, 461);
    assert_int_equal(result.playlists_listed, 121);
    assert_int_equal(result.units, 1 + 3 + 120 + 3 + 10); /* 461 videos: 10 pages */
    assert_int_equal(ys_sim_quota_total(rig->sim), result.units);
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, true);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE fetched_at > 0"), 461);
    assert_int_equal(rig_number(rig, "SELECT duration_s FROM videos"
                                     " WHERE youtube_id = 'vid00000005'"), 65);
    assert_int_equal(rig_number(rig, "SELECT fetched_at > 0 FROM accounts"), 1);

    before = ys_sim_quota_total(rig->sim);
    ys_sim_clock_advance(&rig->clock, YS_MS_PER_HOUR);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 3);
    assert_int_equal(result.playlists_listed, 0);
    assert_int_equal(result.items, 461);
    assert_int_equal(ys_sim_quota_total(rig->sim) - before, 4);

    /* After a week everything is listed once, and then not again. */
    ys_sim_clock_advance(&rig->clock, YS_FULL_LISTING_EVERY_MS);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 121);
    assert_int_equal(result.units, 1 + 3 + 123);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 4);
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(result.playlists_listed, 121);
    rig_ledger_covers(rig, true);
}

/* What YouTube said of videos is asked for again after 30 days, 50 a unit, and not before; a job's
 * fetch, whose reads are foretold, leaves it to the next one. */
static void test_data_age(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    int day;

    rig_playlists(rig, 40, 3);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 1 + 40 + 3);
    assert_int_equal(result.refreshed, 0);
    for (day = 1; day < 30; day++) {
        ys_sim_clock_advance(&rig->clock, YS_MS_PER_DAY);
        RIG(rig, rig_fetch(rig, false, &result));
        assert_int_equal(result.units, 1 + 1 + result.playlists_listed);
        assert_int_equal(result.refreshed, 0);
        assert_int_equal(result.playlists_listed, day % 7 == 0 ? 40 : 0);
    }
    rig_playlist(rig, "New", 51, NULL); /* these are young */
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 1 + 2 + 2);
    ys_sim_clock_advance(&rig->clock, YS_MS_PER_DAY);
    RIG(rig, ys_fetch_library(rig->client, NULL, false, 7, NULL, NULL, &result, &rig->err));
    assert_int_equal(result.units, 1 + 1);
    assert_int_equal(result.refreshed, 0);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 120);
    assert_int_equal(result.dropped, 0);
    assert_int_equal(result.units, 1 + 1 + 3);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 0);
    assert_int_equal(result.units, 1 + 1);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE fetched_at > 0"), 171);
    rig_ledger_covers(rig, true);
}

/* What nothing renews any more is dropped: a video that stands nowhere, the description of one that
 * is gone. What was stored by a clock that was wrong is not kept for ever. */
static void test_data_that_nothing_renews(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES], item[YS_ID_BYTES];

    rig_playlist(rig, "A", 4, a);
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, ys_truth_item_of(rig->sim, a, "vid00000001", item, &rig->err));
    RIG(rig, ys_sim_item_remove(rig->sim, item, &rig->err));
    RIG(rig, ys_sim_video_set(rig->sim, "vid00000002", YS_AVAILABILITY_DELETED, &rig->err));
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(result.dropped, 0);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE title <> ''"), 4);
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_db_exec(rig->store->db, "UPDATE videos SET fetched_at = 9e14"
                                        " WHERE youtube_id = 'vid00000003'", &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 1);

    ys_sim_clock_advance(&rig->clock, YS_DATA_AGE_MAX_MS);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 2);
    assert_int_equal(result.dropped, 1);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE youtube_id ="
                                     " 'vid00000001' AND title = '' AND fetched_at = 0"), 1);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE youtube_id ="
                                     " 'vid00000002' AND title = 'Video 2' AND tags = '[]'"
                                     " AND description = ''"), 1);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM origins"), 4);
    /* Back in a playlist, it is asked for like a new one. */
    RIG(rig, ys_sim_item_add(rig->sim, a, "vid00000001", -1, 0, NULL, &rig->err));
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 0);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE title <> ''"
                                     " AND fetched_at > 0"), 4);
}

/* A video that is listed as live and left out of one answer keeps what rules go by, and is asked
 * for again by the next fetch. */
static void test_one_silence_costs_no_tags(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    int64_t tagged;

    rig_playlist(rig, "A", 3, NULL);
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_db_exec(rig->store->db, "UPDATE videos SET tags = '[\"kept\"]'", &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_sim_clock_advance(&rig->clock, YS_DATA_AGE_MAX_MS);
    rig_fault(rig, "videos.list#1=hiderow:1");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 3);
    tagged = rig_number(rig, "SELECT COUNT(*) FROM videos WHERE tags = '[\"kept\"]'");
    assert_int_equal(tagged, 1);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 1);
    assert_int_equal(result.units, 1 + 1 + 1);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.refreshed, 0);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE tags = '[\"kept\"]'"), 0);
}

/* Only what changed is listed. */
static void test_changes(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES], b[YS_ID_BYTES], c[YS_ID_BYTES], item[YS_ID_BYTES];

    rig_playlist(rig, "A", 60, a);
    rig_playlist(rig, "B", 10, b);
    rig_playlist(rig, "C", 10, c);
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, ys_sim_item_add(rig->sim, a, "vid00000070", -1, 0, NULL, &rig->err));
    RIG(rig, ys_truth_item_of(rig->sim, b, "vid00000065", item, &rig->err));
    RIG(rig, ys_sim_item_remove(rig->sim, item, &rig->err));
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 2);
    assert_int_equal(result.units, 1 + 1 + 2 + 1);
    rig_same_as_truth(rig);
    RIG(rig, ys_sim_playlist_edit(rig->sim, c, "C, renamed", NULL, YS_PRIVACY_PUBLIC,
                                  &rig->err));
    rig_playlist(rig, "D", 1, NULL);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 4);
    rig_same_as_truth(rig);
    rig_ledger_covers(rig, true);
    /* The video that left B was there once. */
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM origins"), 82);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 2);
}

/* A swap that YouTube's figures do not show comes to light within a week, or by `full`. */
static void test_hidden_change(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES], item[YS_ID_BYTES];

    rig_playlist(rig, "A", 5, a);
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, ys_truth_item_of(rig->sim, a, "vid00000002", item, &rig->err));
    RIG(rig, ys_sim_item_move(rig->sim, item, 4, &rig->err));
    /* As if the etag had not moved. */
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_db_exec(rig->store->db, "UPDATE playlists SET listed_etag = etag", &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(result.playlists_listed, 1);
    rig_same_as_truth(rig);
}

/* A listing leaves the same row out each time it is read: its own total says so. It is not believed
 * at once, so the next fetch finds the row; a total that never agrees costs one listing more. */
static void test_hidden_row(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlist(rig, "A", 5, NULL);
    rig_fault(rig, "playlistItems.list#1+2=hiderow:1");
    RIG(rig, rig_fetch(rig, false, NULL));
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 4);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 1);
    rig_same_as_truth(rig);

    rig_playlist(rig, "B", 3, NULL);
    rig_fault(rig, "playlistItems.list#1+999=total:2");
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 1);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 0);
    rig_same_as_truth(rig);
}

/* ------------------------------------------------------------------ what goes away */

static void test_deleted_playlist(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES], b[YS_ID_BYTES];

    rig_playlist(rig, "A", 5, a);
    rig_playlist(rig, "B", 5, b);
    RIG(rig, rig_fetch(rig, false, NULL));
    RIG(rig, ys_sim_playlist_remove(rig->sim, a, &rig->err));
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 1 + 1); /* asked for by id */
    assert_int_equal(result.playlists, 1);
    rig_same_as_truth(rig);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlists"
                                     " WHERE deleted_from_youtube_at > 0"), 1);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 5);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM origins"), 10);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 2); /* not asked for again */
}

/* A playlist that the list leaves out is still there by id. */
static void test_left_out_of_list(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 3, 2);
    RIG(rig, rig_fetch(rig, false, NULL));
    rig_fault(rig, "playlists.list#1=hiderow:1");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 3);
    assert_int_equal(result.units, 3);
    rig_same_as_truth(rig);
}

/* Deleted between the list and its items. */
static void test_gone_between(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES];

    rig_playlist(rig, "A", 5, a);
    rig_playlist(rig, "B", 5, NULL);
    rig_fault(rig, "playlistItems.list#1=404");
    rig_fault(rig, "playlistItems.list#1=edit:delete");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 1);
    rig_same_as_truth(rig);
}

/* 404 on the items of a playlist that exists: it is asked again, and is not taken for empty. */
static void test_seems_gone(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES];

    rig_playlist(rig, "A", 5, a);
    rig_fault(rig, "playlistItems.list#1+2=404");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.items, 5);
    rig_same_as_truth(rig);
    ys_sim_faults_clear(rig->sim);
    RIG(rig, ys_sim_item_add(rig->sim, a, "vid00000001", -1, 0, NULL, &rig->err));
    rig_fault(rig, "playlistItems.list#1+99=404");
    rig_fails(rig, rig_fetch(rig, false, &result), YS_ESHIFTING, a, NULL);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 5);
    ys_sim_faults_clear(rig->sim);
    RIG(rig, rig_fetch(rig, false, &result));
    rig_same_as_truth(rig);
}

/* One that cannot be read keeps what is known of it and does not stop the rest. */
static void test_refused_playlist(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlist(rig, "A", 5, NULL);
    RIG(rig, rig_fetch(rig, false, NULL));
    rig_playlist(rig, "B", 5, NULL);
    rig_fault(rig, "playlistItems.list#1+99=reason:playlistItemsNotAccessible");
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(result.items, 5);
    ys_sim_faults_clear(rig->sim);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists_listed, 1); /* B was never listed */
    rig_same_as_truth(rig);
}

/* Lists that lag behind neither kill what is new nor revive what is gone. */
static void test_lag(void **state)
{
    struct rig *rig = *state;
    struct ys_row_playlist row = {.title = "New", .privacy = YS_PRIVACY_PRIVATE};
    struct ys_sim_playlist fresh = {.title = "New", .privacy = YS_PRIVACY_PRIVATE};
    char a[YS_ID_BYTES], b[YS_ID_BYTES];
    int64_t account, id;

    rig_playlist(rig, "A", 5, a);
    RIG(rig, channel(rig, NULL, &account));
    RIG(rig, rig_fetch(rig, false, NULL));
    ys_sim_options(rig->sim)->lag_min_ms = ys_sim_options(rig->sim)->lag_max_ms = 30000;
    /* Made by us and deleted by us a moment ago. */
    RIG(rig, ys_sim_playlist_add(rig->sim, &fresh, b, &rig->err));
    RIG(rig, ys_sim_playlist_remove(rig->sim, a, &rig->err));
    row.youtube_id = b;
    row.published_at_ms = rig->clock.wall_ms;
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_playlist_put(rig->store, account, &row, &id, &rig->err));
    RIG(rig, ys_playlist_deleted(rig->store, a, rig->clock.wall_ms, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    RIG(rig, rig_fetch(rig, false, NULL));
    rig_same_as_truth(rig);
    ys_sim_clock_advance(&rig->clock, 2 * YS_MS_PER_MINUTE);
    RIG(rig, rig_fetch(rig, false, NULL));
    rig_same_as_truth(rig);
}

/* ------------------------------------------------------------------ quirks of the list */

static void test_list_quirks(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 130, 1);
    ys_sim_options(rig->sim)->extra_total = 17;
    rig_fault(rig, "playlists.list#2=doublerow");
    rig_fault(rig, "playlists.list#3=shortpage:0");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 130);
    rig_same_as_truth(rig);
    rig_fault(rig, "playlists.list#2=deadtoken");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 2 + 3);
    rig_fault(rig, "playlists.list#1+999=total:1");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 1 + 3); /* the same lie on each page says nothing */
    ys_sim_faults_clear(rig->sim);
    rig_fault(rig, "playlists.list#1+999=deadtoken");
    rig_fails(rig, rig_fetch(rig, false, &result), YS_ESHIFTING, "4 times", NULL);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlists"
                                     " WHERE deleted_from_youtube_at = 0"), 130);
    ys_sim_faults_clear(rig->sim);
    rig_fault(rig, "playlists.list#2+999=doublerow"); /* never clean, but always the same */
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.playlists, 130);
    rig_ledger_covers(rig, true);
}

static void edit_list(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    struct ys_sim_playlist playlist = {.title = "One more", .privacy = YS_PRIVACY_PRIVATE};
    struct rig *rig = ctx;

    if (event->phase != YS_SIM_AFTER || event->method != YS_SIM_M_PLAYLISTS_LIST) return;
    if (event->number > 4) return;
    RIG(rig, ys_sim_playlist_add(sim, &playlist, NULL, &rig->err));
}

/* Playlists are made while the list is read: rows move from page to page. */
static void test_list_shifts(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;

    rig_playlists(rig, 110, 1);
    ys_sim_set_hook(rig->sim, edit_list, rig);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_true(result.playlists > 110);
    rig_same_as_truth(rig);
}

/* ------------------------------------------------------------------ videos */

static void test_videos(void **state)
{
    struct rig *rig = *state;
    struct ys_fetch_result result;
    char a[YS_ID_BYTES];

    rig_playlist(rig, "A", 60, a);
    RIG(rig, ys_sim_video_set(rig->sim, "vid00000001", YS_AVAILABILITY_PRIVATE, &rig->err));
    RIG(rig, ys_sim_video_set(rig->sim, "vid00000002", YS_AVAILABILITY_DELETED, &rig->err));
    /* Deleted between the listing and videos.list: absent without a word. */
    rig_fault(rig, "videos.list#1=video:deleted");
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.videos, 60);
    assert_int_equal(result.units, 1 + 1 + 2 + 2); /* 58 live ones */
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE duration_s > 0"), 57);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE fetched_at > 0"), 58);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM videos WHERE availability = 'private'"),
                     1);
    RIG(rig, rig_fetch(rig, false, &result));
    assert_int_equal(result.units, 2); /* absent ones are not asked for again and again */
    assert_int_equal(rig_number(rig, "SELECT title = 'Video 9' AND channel = 'A channel'"
                                     " AND tags = '[\"a\",\"b\"]' AND description <> ''"
                                     " FROM videos WHERE youtube_id = 'vid00000009'"), 1);
    /* A title that was known stays when the video goes. */
    RIG(rig, ys_sim_video_set(rig->sim, "vid00000009", YS_AVAILABILITY_PRIVATE, &rig->err));
    RIG(rig, rig_fetch(rig, true, &result));
    assert_int_equal(rig_number(rig, "SELECT title = 'Video 9' AND availability = 'private'"
                                     " FROM videos WHERE youtube_id = 'vid00000009'"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_channel),
        TEST(test_wrong_channel),
        TEST(test_no_channel),
        TEST(test_empty_library),
        TEST(test_price),
        TEST(test_data_age),
        TEST(test_data_that_nothing_renews),
        TEST(test_one_silence_costs_no_tags),
        TEST(test_changes),
        TEST(test_hidden_change),
        TEST(test_hidden_row),
        TEST(test_deleted_playlist),
        TEST(test_left_out_of_list),
        TEST(test_gone_between),
        TEST(test_seems_gone),
        TEST(test_refused_playlist),
        TEST(test_lag),
        TEST(test_list_quirks),
        TEST(test_list_shifts),
        TEST(test_videos),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
