/* test_store_library.c: accounts, playlists and their items, as a fetch stores and finds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/stores.h"

#define LINES_BYTES 4096

static struct ys_store *store;
static int64_t account;
static char lines[LINES_BYTES];

static int set_up(void **state)
{
    (void)state;
    lines[0] = '\0';
    store = stores_memory();
    stores_begin(store);
    account = stores_account(store, "UC1");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_store_close(store);
    return 0;
}

static void add_line(const char *text)
{
    size_t used = strlen(lines);
    (void)snprintf(lines + used, sizeof lines - used, "%s\n", text);
}

/* ---- accounts */

static void test_accounts(void **state)
{
    struct ys_channel_record channel;
    struct ys_error err = {0};
    int64_t other = 0, again = 0, id = 0;
    (void)state;
    assert_int_equal(ys_account_put(store, "UC2", "Second", &other, &err), YS_OK);
    assert_true(other != account);
    assert_int_equal(ys_account_put(store, "UC2", "Renamed", &again, &err), YS_OK);
    assert_true(again == other);
    assert_int_equal(ys_account_fetched(store, account, 2000, &err), YS_OK);
    assert_int_equal(ys_account_get(store, &id, &channel, &err), YS_OK);
    assert_true(id == account && channel.fetched_at_ms == 2000);
    assert_string_equal(channel.id, "UC1");
    assert_int_equal(ys_account_fetched(store, other, 3000, &err), YS_OK);
    assert_int_equal(ys_account_get(store, &id, &channel, &err), YS_OK);
    assert_true(id == other);
    assert_string_equal(channel.title, "Renamed");
}

static void test_no_account_yet(void **state)
{
    struct ys_store *fresh = stores_memory();
    struct ys_channel_record channel;
    int64_t id = 77;
    (void)state;
    assert_int_equal(ys_account_get(fresh, &id, &channel, NULL), YS_OK);
    assert_true(id == 0 && channel.fetched_at_ms == 0);
    assert_string_equal(channel.id, "");
    ys_store_close(fresh);
}

/* ---- playlists */

struct found {
    struct ys_row_playlist row;
    char title[YS_TITLE_BYTES], description[64], etag[64], category[64], listed_etag[64];
};

static bool keep_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct found *found = ctx;
    found->row = *row;
    (void)ys_copy(found->title, sizeof found->title, row->title);
    (void)ys_copy(found->description, sizeof found->description, row->description);
    (void)ys_copy(found->etag, sizeof found->etag, row->etag);
    (void)ys_copy(found->category, sizeof found->category, row->category);
    (void)ys_copy(found->listed_etag, sizeof found->listed_etag, row->listed_etag);
    return true;
}

static struct found find(const char *id)
{
    struct found found = {.title = ""};
    struct ys_error err = {0};
    bool there = false;
    assert_int_equal(ys_playlist_find(store, id, keep_playlist, &found, &there, &err), YS_OK);
    assert_true(there);
    return found;
}

static void test_a_playlist_is_stored_and_renewed(void **state)
{
    struct ys_row_playlist row = {.youtube_id = "PLa",
                                  .title = "Jazz",
                                  .description = "d",
                                  .privacy = YS_PRIVACY_UNLISTED,
                                  .item_count = 12,
                                  .etag = "e1",
                                  .published_at_ms = 5,
                                  .fetched_at_ms = 100,
                                  .made_by_job = 3};
    struct ys_error err = {0};
    int64_t id = 0, again = 0;
    bool there = true;
    (void)state;
    assert_int_equal(ys_playlist_put(store, account, &row, &id, &err), YS_OK);
    struct found found = find("PLa");
    assert_true(found.row.id == id && found.row.account_id == account);
    assert_string_equal(found.title, "Jazz");
    assert_string_equal(found.description, "d");
    assert_int_equal(found.row.privacy, YS_PRIVACY_UNLISTED);
    assert_true(found.row.item_count == 12 && found.row.published_at_ms == 5);
    assert_true(found.row.listed_count == -1 && found.row.listed_at_ms == 0);
    assert_true(found.row.made_by_job == 3 && found.row.rows == 0);
    assert_false(found.row.self_sorted);

    assert_int_equal(ys_playlist_set_self_sorted(store, "PLa", true, &err), YS_OK);
    assert_int_equal(ys_playlist_deleted(store, "PLa", 4444, &err), YS_OK);
    assert_true(find("PLa").row.deleted_at_ms == 4444);
    row = (struct ys_row_playlist){.youtube_id = "PLa",
                                   .title = "Jazz 2",
                                   .privacy = YS_PRIVACY_PUBLIC,
                                   .item_count = -1,
                                   .etag = "e2",
                                   .fetched_at_ms = 200};
    assert_int_equal(ys_playlist_put(store, account, &row, &again, &err), YS_OK);
    assert_true(again == id);
    found = find("PLa");
    assert_string_equal(found.title, "Jazz 2");
    assert_string_equal(found.description, "");
    assert_string_equal(found.etag, "e2");
    assert_int_equal(found.row.privacy, YS_PRIVACY_PUBLIC);
    assert_true(found.row.deleted_at_ms == 0 && found.row.made_by_job == 3);
    assert_true(found.row.self_sorted);
    assert_int_equal(ys_playlist_find(store, "PLnone", keep_playlist, &found, &there, &err), YS_OK);
    assert_false(there);
}

static void test_an_item_count_that_is_not_known_is_kept(void **state)
{
    struct ys_row_playlist row = {
        .youtube_id = "PLa", .title = "t", .privacy = YS_PRIVACY_PRIVATE, .item_count = 9};
    (void)state;
    assert_int_equal(ys_playlist_put(store, account, &row, NULL, NULL), YS_OK);
    row.item_count = -1;
    assert_int_equal(ys_playlist_put(store, account, &row, NULL, NULL), YS_OK);
    assert_true(find("PLa").row.item_count == 9);
    row.youtube_id = "PLb";
    assert_int_equal(ys_playlist_put(store, account, &row, NULL, NULL), YS_OK);
    assert_true(find("PLb").row.item_count == 0);
}

static void test_a_playlist_of_another_channel_is_refused(void **state)
{
    struct ys_row_playlist row = {
        .youtube_id = "PLa", .title = "Stolen", .privacy = YS_PRIVACY_PRIVATE};
    struct ys_error err = {0};
    (void)state;
    (void)stores_playlist(store, account, "PLa", "Mine");
    int64_t other = stores_account(store, "UC2");
    assert_int_equal(ys_playlist_put(store, other, &row, NULL, &err), YS_ECHANNEL);
    assert_true(stores_error(&err, YS_ECHANNEL, "PLa", "another channel", NULL));
    assert_string_equal(find("PLa").title, "Mine");
    row.privacy = YS_PRIVACY_UNSET;
    assert_int_equal(ys_playlist_put(store, account, &row, NULL, &err), YS_EINVAL);
    assert_int_equal(ys_playlist_deleted(store, "PLnone", 1, &err), YS_ENOTFOUND);
    assert_true(stores_error(&err, YS_ENOTFOUND, "PLnone", NULL));
    assert_int_equal(ys_playlist_set_self_sorted(store, "PLnone", true, &err), YS_ENOTFOUND);
}

static bool playlist_line(void *ctx, const struct ys_row_playlist *row)
{
    int *left = ctx;
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s %lld%s", row->youtube_id, row->title,
                   (long long)row->rows, row->deleted_at_ms ? " gone" : "");
    add_line(line);
    return --*left > 0;
}

static void test_the_walk_is_ordered_by_title_bytes(void **state)
{
    int all = 100, two = 2;
    (void)state;
    (void)stores_playlist(store, account, "PL1", "b");
    (void)stores_playlist(store, account, "PL3", "B");
    (void)stores_playlist(store, account, "PL2", "B");
    (void)stores_playlist(store, account, "PL4", "\xC3\xA4");
    (void)stores_playlist(store, stores_account(store, "UC2"), "PL9", "A of another channel");
    stores_item(store, "PL1", "i1", "v1", 0, 1);
    stores_item(store, "PL1", "i2", "v1", 1, 1);
    assert_int_equal(ys_playlist_deleted(store, "PL4", 5, NULL), YS_OK);
    assert_int_equal(ys_playlist_walk(store, account, true, playlist_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PL2 B 0\nPL3 B 0\nPL1 b 2\nPL4 \xC3\xA4 0 gone\n");
    lines[0] = '\0';
    assert_int_equal(ys_playlist_walk(store, account, false, playlist_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PL2 B 0\nPL3 B 0\nPL1 b 2\n");
    lines[0] = '\0';
    assert_int_equal(ys_playlist_walk(store, account, false, playlist_line, &two, NULL), YS_OK);
    assert_string_equal(lines, "PL2 B 0\nPL3 B 0\n");
}

static void test_sweep_marks_what_a_listing_did_not_return(void **state)
{
    struct ys_row_playlist row = {.youtube_id = "PLstays",
                                  .title = "t",
                                  .privacy = YS_PRIVACY_PRIVATE,
                                  .fetched_at_ms = STORES_WALL_MS + 10};
    int64_t other = stores_account(store, "UC2"), gone = -1;
    (void)state;
    (void)stores_playlist(store, account, "PLgone", "g");
    (void)stores_playlist(store, account, "PLstays", "s");
    (void)stores_playlist(store, other, "PLother", "o");
    stores_item(store, "PLgone", "i1", "v1", 0, 7);
    stores_item(store, "PLstays", "i2", "v1", 0, 9);
    stores_item(store, "PLother", "i3", "v1", 0, 9);
    assert_int_equal(ys_items_replace_end(store, "PLgone", 1, "e", 5, NULL), YS_OK);
    assert_int_equal(ys_playlist_put(store, account, &row, NULL, NULL), YS_OK);
    assert_int_equal(ys_playlist_sweep(store, account, STORES_WALL_MS + 5, &gone, NULL), YS_OK);
    assert_true(gone == 1);
    struct found found = find("PLgone");
    assert_true(found.row.deleted_at_ms == STORES_WALL_MS);
    assert_true(found.row.rows == 0 && found.row.listed_count == -1 && found.row.listed_at_ms == 0);
    assert_true(find("PLstays").row.deleted_at_ms == 0 && find("PLstays").row.rows == 1);
    assert_true(find("PLother").row.deleted_at_ms == 0 && find("PLother").row.rows == 1);
    /* The origins stay. */
    assert_int_equal(stores_number(store, "SELECT COUNT(*) FROM origins"
                                          " WHERE playlist_youtube_id = 'PLgone'"), 1);
    assert_int_equal(ys_playlist_sweep(store, account, STORES_WALL_MS + 5, &gone, NULL), YS_OK);
    assert_true(gone == 0);
}

static void test_an_unknown_privacy_is_refused_by_name(void **state)
{
    struct ys_error err = {0};
    struct found found;
    int all = 100;
    bool there = false;
    (void)state;
    (void)stores_playlist(store, account, "PLodd", "t");
    stores_commit(store);
    stores_exec(store, "UPDATE playlists SET privacy = 'friends'");
    assert_int_equal(ys_playlist_find(store, "PLodd", keep_playlist, &found, &there, &err),
                     YS_EDBCORRUPT);
    assert_true(stores_error(&err, YS_EDBCORRUPT, "playlists", "PLodd", "privacy", "friends",
                             NULL));
    assert_int_equal(ys_playlist_walk(store, account, true, playlist_line, &all, &err),
                     YS_EDBCORRUPT);
    stores_exec(store, "UPDATE playlists SET privacy = ''"); /* UNSET is no stored value either */
    assert_int_equal(ys_playlist_walk(store, account, true, playlist_line, &all, &err),
                     YS_EDBCORRUPT);
    stores_exec(store, "UPDATE playlists SET privacy = 'public'"); /* the statement was finished */
    assert_int_equal(ys_playlist_walk(store, account, true, playlist_line, &all, &err), YS_OK);
}

/* ---- items */

static bool item_line(void *ctx, const struct ys_row_item *row)
{
    int *left = ctx;
    char line[256];
    (void)snprintf(line, sizeof line, "%s %lld %s %s %s", row->playlist_id,
                   (long long)row->position, row->youtube_id, row->video_id,
                   ys_availability_name(row->availability));
    add_line(line);
    return --*left > 0;
}

static void test_items_are_walked_in_order(void **state)
{
    int all = 100, one = 1;
    (void)state;
    (void)stores_playlist(store, account, "PLb", "A title that sorts first");
    (void)stores_playlist(store, account, "PLa", "Z");
    (void)stores_playlist(store, account, "PLgone", "G");
    stores_item(store, "PLb", "i3", "v1", 1, 1);
    stores_item(store, "PLb", "i9", "v2", 0, 1);
    stores_item(store, "PLb", "i2", "v1", 1, 1); /* a doubled position: by id then */
    stores_item(store, "PLa", "i5", "v1", 0, 1);
    stores_item(store, "PLgone", "i7", "v1", 0, 1);
    assert_int_equal(ys_playlist_deleted(store, "PLgone", 5, NULL), YS_OK);
    assert_int_equal(ys_item_walk(store, "PLb", item_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PLb 0 i9 v2 live\nPLb 1 i2 v1 live\nPLb 1 i3 v1 live\n");
    lines[0] = '\0';
    assert_int_equal(ys_item_walk_all(store, account, item_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PLa 0 i5 v1 live\nPLb 0 i9 v2 live\n"
                               "PLb 1 i2 v1 live\nPLb 1 i3 v1 live\n");
    lines[0] = '\0';
    assert_int_equal(ys_item_walk_all(store, account, item_line, &one, NULL), YS_OK);
    assert_string_equal(lines, "PLa 0 i5 v1 live\n");
    assert_int_equal(ys_item_walk(store, "PLnone", item_line, &all, NULL), YS_OK);
}

static void test_an_item_is_renewed_by_its_id(void **state)
{
    int all = 100;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    stores_item(store, "PLa", "i1", "v1", 0, 500);
    stores_item(store, "PLa", "i1", "v1", 4, 0); /* moved; this reply tells no time */
    assert_int_equal(ys_item_walk(store, "PLa", item_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PLa 4 i1 v1 live\n");
    assert_int_equal(stores_number(store, "SELECT added_at FROM playlist_items"), 500);
    assert_int_equal(ys_item_remove(store, "i1", NULL), YS_OK);
    assert_int_equal(ys_item_remove(store, "i1", NULL), YS_OK); /* gone is gone */
    assert_true(find("PLa").row.rows == 0);
}

static void test_an_item_of_no_playlist(void **state)
{
    struct ys_row_item row = {.youtube_id = "i1", .video_id = "v1"};
    struct ys_error err = {0};
    (void)state;
    assert_int_equal(ys_item_put(store, "PLnone", &row, &err), YS_ENOTFOUND);
    assert_true(stores_error(&err, YS_ENOTFOUND, "PLnone", NULL));
    assert_int_equal(ys_items_replace_begin(store, "PLnone", &err), YS_ENOTFOUND);
    assert_int_equal(ys_items_replace_end(store, "PLnone", 0, "", 1, &err), YS_ENOTFOUND);
}

static void test_a_listing_replaces_the_items(void **state)
{
    int all = 100;
    (void)state;
    (void)stores_playlist(store, account, "PLa", "A");
    (void)stores_playlist(store, account, "PLb", "B");
    stores_item(store, "PLa", "old", "v1", 0, 1);
    stores_item(store, "PLb", "other", "v1", 0, 1);
    assert_int_equal(ys_items_replace_begin(store, "PLa", NULL), YS_OK);
    assert_true(find("PLa").row.listed_count == -1);
    stores_item(store, "PLa", "new", "v2", 0, 1);
    assert_int_equal(ys_items_replace_end(store, "PLa", 1, "etag7", 900, NULL), YS_OK);
    assert_int_equal(ys_item_walk_all(store, account, item_line, &all, NULL), YS_OK);
    assert_string_equal(lines, "PLa 0 new v2 live\nPLb 0 other v1 live\n");
    struct found found = find("PLa");
    assert_true(found.row.listed_count == 1 && found.row.listed_at_ms == 900);
    assert_string_equal(found.listed_etag, "etag7");
    /* Begun and not ended is not believed. */
    assert_int_equal(ys_items_replace_begin(store, "PLa", NULL), YS_OK);
    found = find("PLa");
    assert_true(found.row.listed_count == -1 && found.row.listed_at_ms == 0);
    assert_string_equal(found.listed_etag, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accounts),
        TEST(test_no_account_yet),
        TEST(test_a_playlist_is_stored_and_renewed),
        TEST(test_an_item_count_that_is_not_known_is_kept),
        TEST(test_a_playlist_of_another_channel_is_refused),
        TEST(test_the_walk_is_ordered_by_title_bytes),
        TEST(test_sweep_marks_what_a_listing_did_not_return),
        TEST(test_an_unknown_privacy_is_refused_by_name),
        TEST(test_items_are_walked_in_order),
        TEST(test_an_item_is_renewed_by_its_id),
        TEST(test_an_item_of_no_playlist),
        TEST(test_a_listing_replaces_the_items),
    };
    return cmocka_run_group_tests_name("store library", tests, NULL, NULL);
}
