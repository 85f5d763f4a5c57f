/* test_takeout_oldest.c: exports of Google Takeout in the oldest form, JSON, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "takeouts.h"

static void test_oldest_form(void **state)
{
    (void)state;
    tk_take("playlists/Jazz, live.json", "\xEF\xBB\xBF [ " ENTRY("Rsxao9ptdmI", OLDEST) ", "
                                         ENTRY("-aBcDeFgHiJ", OLDEST) " ]\n");
    tk_take("playlists/watch-later.json", "[" ENTRY("dQw4w9WgXcQ", "WL") "]");
    assert_string_equal(tk_joined(), "Jazz, live|" OLDEST "|takeout|2:Rsxao9ptdmI@1430481600000\n"
                                     "Watch later|WL|watch_later|1:dQw4w9WgXcQ@1430481600000\n");
    tk_counts(3, 3, 0);
    assert_string_equal(ys_buf_text(&tk_notes), "");
}

static void test_bad_entries_have_a_line(void **state)
{
    (void)state;
    tk_take("Jazz.json", "[" ENTRY("Rsxao9ptdmI", OLDEST) ",\n{\"kind\": nonsense},\n7,\n"
                         ENTRY("short", OLDEST) ",\n" ENTRY("vgmqUhvQlww", "PLotherotherother1")
                         ",\n{\"kind\":\"youtube#playlistItem\",\"contentDetails\":{\"videoId\":"
                         "\"vgmqUhvQlww\"},\"snippet\":{\"playlistId\":\"" OLDEST "\"}},\n"
                         "{\"kind\": \"yo");
    assert_string_equal(tk_joined(), "Jazz|" OLDEST "|takeout|2:Rsxao9ptdmI@1430481600000\n");
    tk_counts(7, 2, 5);
    tk_told("Jazz.json:5: no entry of a playlist: {\"kind\": nonsense}");
    tk_told("Jazz.json:6: no entry of a playlist: 7");
    tk_told("Jazz.json:7: not the id of a video: { \"contentDetails\"");
    tk_told("Jazz.json:11: an entry of another playlist: { ");
    tk_told("Jazz.json:15: the time is not understood; the row is taken without it: ");
    tk_told("Jazz.json:16: the file is broken or cut off from here on: {\"kind\": \"yo");
    assert_int_equal(tk_takeout.result.undated, 1);
}

/* The file ends between two entries, or right behind one. */
static void test_entries_that_are_missing(void **state)
{
    (void)state;
    tk_take("Jazz.json", "[" ENTRY("Rsxao9ptdmI", OLDEST) ",\n");
    (void)tk_joined();
    tk_counts(1, 1, 0);
    tk_told("Jazz.json:5: the file ends before its list does");
}

/* What cannot be read in front of the entries or behind them hides none, and is told. */
static void test_what_stands_around_entries(void **state)
{
    (void)state;
    tk_take("Jazz.json", "[{},\n" ENTRY("Rsxao9ptdmI", OLDEST) "]\n" ENTRY("-aBcDeFgHiJ", OLDEST));
    assert_string_equal(tk_joined(), "Jazz|" OLDEST "|takeout|1:Rsxao9ptdmI@1430481600000\n");
    tk_counts(2, 1, 1);
    tk_told("Jazz.json:1: an entry of another playlist: {}");
    tk_told("Jazz.json:6: the list ends before the file does: what stands behind is left out");
}

static void test_entries_that_nobody_can_read(void **state)
{
    (void)state;
    tk_take("Jazz.json", "[{\"contentDetails\": {\"videoId\": \"Rsxao9ptdmI\"}, broken},\n");
    assert_string_equal(tk_joined(), "");
    tk_counts(0, 0, 0);
    tk_told("Jazz.json:0: left alone: none of its entries can be read");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tk_set_up, tk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_oldest_form),
        TEST(test_bad_entries_have_a_line),
        TEST(test_entries_that_are_missing),
        TEST(test_what_stands_around_entries),
        TEST(test_entries_that_nobody_can_read),
    };
    return cmocka_run_group_tests_name("takeout_oldest", tests, NULL, NULL);
}
