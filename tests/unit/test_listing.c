/* test_listing.c: whole playlists, read from a simulated YouTube with all its quirks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
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

/* The listing must be what is really there. */
struct expected {
    const struct ys_listing *listing;
    size_t next;
};

static bool same_item(void *ctx, const struct ys_truth_item *item)
{
    struct expected *expected = ctx;
    const struct ys_listed_item *listed;

    assert_true(expected->next < expected->listing->count);
    listed = &expected->listing->items[expected->next++];
    assert_string_equal(listed->id, item->id);
    assert_string_equal(listed->video_id, item->video_id);
    assert_int_equal(listed->position, item->position);
    assert_int_equal(listed->availability, item->availability);
    return true;
}

static void assert_true_listing(struct rig *rig, const struct ys_listing *listing)
{
    struct expected expected = {.listing = listing};

    RIG(rig, ys_truth_items(rig->sim, listing->playlist_id, same_item, &expected, &rig->err));
    assert_int_equal(expected.next, listing->count);
}

static enum ys_status read_one(struct rig *rig, const char *id, struct ys_listing *out)
{
    rig->err = (struct ys_error){0};
    return ys_listing_read(rig->client, id, 7, out, &rig->err);
}

static int64_t pages(struct rig *rig)
{
    return ys_sim_request_count(rig->sim, YS_SIM_M_ITEMS_LIST);
}

static void test_lengths(void **state)
{
    static const int64_t lengths[] = {0, 1, 49, 50, 51, 100, 101, 230};
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    size_t i;

    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        int64_t before = pages(rig), full = (lengths[i] + 49) / 50;
        struct ys_listing listing;
        rig_playlist(rig, "A list", lengths[i], id);
        RIG(rig, read_one(rig, id, &listing));
        assert_true(listing.clean);
        assert_false(listing.gone || listing.refused);
        assert_int_equal(listing.count, lengths[i]);
        assert_int_equal(listing.total_results, lengths[i]);
        assert_int_equal(pages(rig) - before, full > 0 ? full : 1);
        assert_true_listing(rig, &listing);
        ys_listing_free(&listing);
    }
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM quota_usage WHERE job_id = 7"),
                     pages(rig));
    rig_ledger_covers(rig, true);
}

static void test_times_and_words(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES], video[16];
    size_t first = 99;

    rig_playlist(rig, "A list", 3, id);
    rig_video_id(2, video);
    RIG(rig, ys_sim_item_add(rig->sim, id, video, 0, YS_SIM_START_WALL_MS - 5000, NULL,
                             &rig->err));
    rig_video_id(3, video);
    RIG(rig, ys_sim_video_set(rig->sim, video, YS_AVAILABILITY_PRIVATE, &rig->err));
    rig_video_id(1, video);
    RIG(rig, ys_sim_video_set(rig->sim, video, YS_AVAILABILITY_DELETED, &rig->err));
    int64_t before_ms = rig->clock.wall_ms, before_mono_ms = rig->clock.mono_ms;
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.begun_at_ms >= before_ms);
    assert_true(listing.begun_at_ms < rig->clock.wall_ms);
    assert_true(listing.begun_mono_ms >= before_mono_ms);
    assert_true(listing.begun_mono_ms < rig->clock.mono_ms);
    assert_int_equal(listing.count, 4);
    assert_true_listing(rig, &listing);
    assert_int_equal(listing.items[0].added_at_ms, YS_SIM_START_WALL_MS - 5000);
    assert_string_equal(listing.items[0].title, "Video 2");
    assert_string_equal(listing.items[0].channel, "A channel");
    assert_string_equal(listing.items[1].title, ""); /* deleted: its stand-in says nothing */
    assert_string_equal(listing.items[3].title, "");
    rig_video_id(2, video);
    assert_int_equal(ys_listing_copies(&listing, video, &first), 2);
    assert_int_equal(first, 0);
    assert_int_equal(ys_listing_copies(&listing, "nosuchvideo", &first), 0);
    assert_ptr_equal(ys_listing_find(&listing, listing.items[2].id), &listing.items[2]);
    assert_null(ys_listing_find(&listing, "UEx"));
    ys_listing_free(&listing);
}

/* Pages that are short without being the last. */
static void test_short_pages(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 130, id);
    rig_fault(rig, "playlistItems.list#1=shortpage:7");
    rig_fault(rig, "playlistItems.list#2=shortpage:0");
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.clean);
    assert_int_equal(pages(rig), 5); /* 7, none, 50, 50, 23 */
    assert_true_listing(rig, &listing);
    ys_listing_free(&listing);
}

static void test_short_pages_everywhere(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    ys_sim_options(rig->sim)->short_page_permille = 800;
    rig_playlist(rig, "A list", 700, id);
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.clean);
    assert_true(pages(rig) > 14);
    assert_true_listing(rig, &listing);
    ys_listing_free(&listing);
}

/* A row that comes twice makes the attempt unclean; the next one is whole. */
static void test_doubled_row(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 120, id);
    rig_fault(rig, "playlistItems.list#2=doublerow");
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.clean);
    assert_int_equal(pages(rig), 6);
    assert_true_listing(rig, &listing);
    ys_listing_free(&listing);
}

/* A playlist that is never clean is taken when it is the same twice running. */
static void test_stable_but_never_clean(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 120, id);
    rig_fault(rig, "playlistItems.list#1+1000=total:2");
    RIG(rig, read_one(rig, id, &listing));
    assert_false(listing.clean);
    assert_int_equal(listing.total_results, 122);
    assert_int_equal(pages(rig), 6);
    assert_true_listing(rig, &listing);
    ys_listing_free(&listing);
}

static void test_doubled_everywhere(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 120, id);
    rig_fault(rig, "playlistItems.list#1+1000=doublerow");
    RIG(rig, read_one(rig, id, &listing));
    assert_false(listing.clean);
    assert_true_listing(rig, &listing); /* each item id once */
    ys_listing_free(&listing);
}

/* Somebody edits between the pages of the first attempt. */
static void test_edit_meanwhile(void **state)
{
    static const char *const edits[] = {"add", "remove", "move", "swap"};
    struct rig *rig = *state;
    char id[YS_ID_BYTES], spec[64];
    size_t i;

    for (i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        struct ys_listing listing;
        rig_playlist(rig, "A list", 160, id);
        (void)snprintf(spec, sizeof spec, "playlistItems.list#3=edit:%s", edits[i]);
        rig_fault(rig, spec);
        RIG(rig, read_one(rig, id, &listing));
        /* A swap or a move that touched only rows already read, or still unread, leaves no
         * trace: then the listing is that of before or after. */
        if (strcmp(edits[i], "add") == 0 || strcmp(edits[i], "remove") == 0)
            assert_true_listing(rig, &listing);
        assert_true(listing.clean);
        ys_listing_free(&listing);
    }
}

static void edit_always(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    struct rig *rig = ctx;
    char video[16];

    if (event->phase != YS_SIM_BEFORE || event->method != YS_SIM_M_ITEMS_LIST) return;
    rig_video_id(1, video);
    RIG(rig, ys_sim_item_add(sim, event->playlist_id, video, 0, 0, NULL, &rig->err));
}

static void test_always_edited(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 120, id);
    ys_sim_set_hook(rig->sim, edit_always, rig);
    rig_fails(rig, read_one(rig, id, &listing), YS_ESHIFTING, id, "4 times", NULL);
    assert_int_equal(pages(rig), 12);
    assert_int_equal(listing.count, 0);
    rig_ledger_covers(rig, true);
}

static void test_dead_token(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    rig_playlist(rig, "A list", 120, id);
    rig_fault(rig, "playlistItems.list#3=deadtoken");
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.clean);
    assert_int_equal(pages(rig), 6);
    ys_listing_free(&listing);
    rig_fault(rig, "playlistItems.list#1+1000=deadtoken");
    rig_fails(rig, read_one(rig, id, &listing), YS_ESHIFTING, "forgot", NULL);
    assert_int_equal(pages(rig), 6 + 8);
}

static void test_gone_and_refused(void **state)
{
    struct rig *rig = *state;
    struct ys_listing listing;
    char id[YS_ID_BYTES];

    RIG(rig, read_one(rig, "PLdoesnotexist00000000000000000001", &listing));
    assert_true(listing.gone);
    assert_false(listing.refused || listing.clean);
    assert_int_equal(listing.count, 0);
    ys_listing_free(&listing);
    rig_playlist(rig, "A list", 120, id);
    rig_fault(rig, "playlistItems.list#2=reason:playlistItemsNotAccessible");
    RIG(rig, read_one(rig, id, &listing));
    assert_true(listing.refused);
    assert_false(listing.gone || listing.clean);
    assert_int_equal(listing.count, 0); /* the first page's rows are no listing */
    assert_true(strlen(listing.message) > 10);
    ys_listing_free(&listing);
}

/* Faults that pass are waited out; the ledger has every try. */
static void test_passing_faults(void **state)
{
    static const char *const faults[] = {
        "500", "502", "503:2", "504", "429", "403rate", "close", "timeout", "cut",
        "truncated", "notjson", "empty", "shape", "hugebody", "408", "409",
    };
    struct rig *rig = *state;
    char id[YS_ID_BYTES], spec[64];
    size_t i;

    rig_playlist(rig, "A list", 120, id);
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct ys_listing listing;
        int64_t before = pages(rig);
        (void)snprintf(spec, sizeof spec, "playlistItems.list#2+2=%s", faults[i]);
        rig_fault(rig, spec);
        rig_crash(rig); /* a fresh retry budget */
        RIG(rig, read_one(rig, id, &listing));
        assert_true(listing.clean);
        assert_int_equal(pages(rig) - before, 5);
        assert_true_listing(rig, &listing);
        ys_listing_free(&listing);
        ys_sim_faults_clear(rig->sim);
    }
    rig_ledger_covers(rig, false);
}

static void test_faults_that_stay(void **state)
{
    static const struct {
        const char *spec;
        enum ys_status wanted;
    } cases[] = {
        {"playlistItems.list#2+99=503", YS_ENETWORK},
        {"playlistItems.list#2+99=close", YS_ENETWORK},
        {"playlistItems.list#2+99=shape", YS_EREPLY},
        {"playlistItems.list#2+99=truncated", YS_EREPLY},
        {"playlistItems.list#2+99=empty", YS_EREPLY},
        {"playlistItems.list#2=401", YS_EAUTH},
        {"playlistItems.list#2=403scope", YS_EAUTH},
        {"playlistItems.list#2=403disabled", YS_EFORBIDDEN},
        {"playlistItems.list#2=400", YS_EAPI},
    };
    struct rig *rig = *state;
    char id[YS_ID_BYTES];
    size_t i;

    rig_playlist(rig, "A list", 120, id);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_listing listing;
        rig_fault(rig, cases[i].spec);
        rig_crash(rig);
        rig_fails(rig, read_one(rig, id, &listing), cases[i].wanted, NULL);
        assert_int_equal(listing.count, 0);
        assert_null(strstr(rig->err.message, YS_SIM_TOKEN));
        ys_sim_faults_clear(rig->sim);
    }
    rig_ledger_covers(rig, false);
}

/* ------------------------------------------------------------------ several */

struct several {
    struct rig *rig;
    size_t done, gone, stop_after;
};

static enum ys_status take_listing(void *ctx, const struct ys_listing *listing,
                                   struct ys_error *err)
{
    struct several *several = ctx;

    assert_true(ys_db_in_transaction(several->rig->store->db));
    several->done++;
    if (listing->gone) several->gone++;
    else assert_true_listing(several->rig, listing);
    if (several->done == several->stop_after)
        return ys_fail(err, YS_EINTERRUPTED, "That is enough.");
    return YS_OK;
}

static void make_ids(struct rig *rig, size_t count, char (*ids)[YS_ID_BYTES], const char **list)
{
    size_t i;

    for (i = 0; i < count; i++) {
        rig_playlist(rig, "A list", (int64_t)(i * 17 % 160), ids[i]);
        list[i] = ids[i];
    }
}

static void test_many_at_once(void **state)
{
    struct rig *rig = *state;
    struct several several = {.rig = rig};
    char ids[30][YS_ID_BYTES];
    const char *list[31];
    int64_t units = 0;

    make_ids(rig, 30, ids, list);
    list[30] = "PLdoesnotexist00000000000000000001";
    rig_set(rig, "pace.reads", 8);
    rig_set(rig, "pace.per_second", 100);
    ys_sim_options(rig->sim)->short_page_permille = 200;
    ys_sim_options(rig->sim)->double_row_permille = 50;
    rig_fault(rig, "playlistItems.list%50=503");
    RIG(rig, ys_listings_read(rig->client, list, 31, 0, take_listing, &several, &units,
                              &rig->err));
    assert_int_equal(several.done, 31);
    assert_int_equal(several.gone, 1);
    assert_int_equal(units, ys_sim_quota_total(rig->sim));
    rig_ledger_covers(rig, true);
}

static void test_none_at_all(void **state)
{
    struct rig *rig = *state;
    int64_t units = 5;

    RIG(rig, ys_listings_read(rig->client, NULL, 0, 0, take_listing, NULL, &units, &rig->err));
    assert_int_equal(units, 0);
    assert_int_equal(pages(rig), 0);
}

/* The callback stops the series: what is in flight is still booked. */
static void test_stopped(void **state)
{
    struct rig *rig = *state;
    struct several several = {.rig = rig, .stop_after = 3};
    char ids[12][YS_ID_BYTES];
    const char *list[12];
    int64_t units = 0;

    make_ids(rig, 12, ids, list);
    rig->err = (struct ys_error){0};
    rig_fails(rig, ys_listings_read(rig->client, list, 12, 0, take_listing, &several, &units,
                                    &rig->err),
              YS_EINTERRUPTED, "enough", NULL);
    assert_true(several.done >= 3);
    assert_int_equal(ys_client_in_flight(rig->client), 0);
    assert_int_equal(units, ys_sim_quota_total(rig->sim));
    assert_int_equal(rig_number(rig, "SELECT SUM(reserved) FROM quota_days"), 0);
    rig_ledger_covers(rig, true);
    /* The client is as good as before. */
    several.stop_after = 0;
    RIG(rig, ys_listings_read(rig->client, list, 12, 0, take_listing, &several, NULL, &rig->err));
}

/* ------------------------------------------------------------------ storing */

static void test_store(void **state)
{
    struct rig *rig = *state;
    struct ys_row_playlist row = {.title = "A list", .etag = "etag-1",
                                  .privacy = YS_PRIVACY_PRIVATE, .item_count = 77};
    struct ys_listing listing;
    char id[YS_ID_BYTES];
    int64_t account, row_id;

    rig_playlist(rig, "A list", 60, id);
    RIG(rig, read_one(rig, id, &listing));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    rig_fails(rig, ys_listing_store(rig->store, &listing, &rig->err), YS_ENOTFOUND, id, NULL);
    RIG(rig, ys_account_put(rig->store, YS_SIM_CHANNEL_ID, "Me", &account, &rig->err));
    row.youtube_id = id;
    RIG(rig, ys_playlist_put(rig->store, account, &row, &row_id, &rig->err));
    RIG(rig, ys_listing_store(rig->store, &listing, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM playlist_items"), 60);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM origins"), 60);
    /* What YouTube said of the playlist, not the number of rows. */
    assert_int_equal(rig_number(rig, "SELECT listed_count FROM playlists"), 77);
    assert_int_equal(rig_number(rig, "SELECT listed_etag = 'etag-1' FROM playlists"), 1);
    assert_int_equal(rig_number(rig, "SELECT listed_at FROM playlists"), listing.begun_at_ms);
    ys_listing_free(&listing);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_lengths),
        TEST(test_times_and_words),
        TEST(test_short_pages),
        TEST(test_short_pages_everywhere),
        TEST(test_doubled_row),
        TEST(test_stable_but_never_clean),
        TEST(test_doubled_everywhere),
        TEST(test_edit_meanwhile),
        TEST(test_always_edited),
        TEST(test_dead_token),
        TEST(test_gone_and_refused),
        TEST(test_passing_faults),
        TEST(test_faults_that_stay),
        TEST(test_many_at_once),
        TEST(test_none_at_all),
        TEST(test_stopped),
        TEST(test_store),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
