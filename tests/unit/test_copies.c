/* test_copies.c: which row is which entry, when a video stands there several times: as few as
 * possible move, and no copy is lost on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/copies.h"

#define ROWS_MAX 8
#define VIDEOS 4
#define MANY 1100 /* copies of one video: more pairs than are looked at */

static const char *const videos[VIDEOS] = {"a", "b", "c", "d"};
static struct ys_error err;

/* A playlist of the letters' videos. */
static struct ys_snap_playlist list(struct ys_snap_item *items, const char *letters)
{
    struct ys_snap_playlist playlist = {.items = items};

    for (; *letters; letters++)
        items[playlist.item_count++].video_id = videos[*letters - 'a'];
    return playlist;
}

/* Matches two lists of letters; the videos of the letters in `gone` are private or deleted. */
static void match(const char *wanted, const char *rows, const char *gone, struct ys_copies *out)
{
    struct ys_snap_item entries[ROWS_MAX], items[ROWS_MAX];
    struct ys_snap_playlist then = list(entries, wanted), now = list(items, rows);
    struct ys_map map;

    ys_map_init(&map);
    for (; *gone; gone++)
        assert_int_equal(ys_map_put(&map, videos[*gone - 'a'], 1, &err), YS_OK);
    assert_int_equal(ys_copies_match(&then, &now, &map, out, &err), YS_OK);
    ys_map_free(&map);
}

/* Rows as the numbers of their entries, "-": surplus, "!": it moves. */
static void expect(const char *wanted, const char *rows, const char *gone, const char *expected)
{
    char text[3 * ROWS_MAX + 1] = "";
    struct ys_copies copies;
    size_t i, at = 0;

    match(wanted, rows, gone, &copies);
    for (i = 0; rows[i]; i++) {
        bool surplus = copies.entry_of[i] == YS_NO_ENTRY;
        text[at++] = (char)(surplus ? '-' : (char)('0' + copies.entry_of[i]));
        if (!surplus && !copies.keeps[i]) text[at++] = '!';
    }
    text[at] = '\0';
    assert_string_equal(text, expected);
    ys_copies_free(&copies);
}

static void test_which_row_is_which_entry(void **state)
{
    (void)state;
    expect("abc", "abc", "", "012");
    expect("abc", "", "", "");
    expect("", "ab", "", "--");
    expect("abca", "aabc", "", "3!012");    /* the second copy went to the front */
    expect("abcab", "cabab", "", "2!0134");
    expect("aab", "b", "", "2");
    expect("ab", "aab", "", "-01");          /* either copy would do; one is surplus */
    expect("abc", "dcab", "", "-2!01");
    expect("aba", "a", "", "0");
}

static void test_private_and_deleted_ones_neither_keep_nor_move(void **state)
{
    (void)state;
    expect("abc", "bac", "b", "1!02"); /* b is matched: nothing is to be added for it */
    expect("bbb", "bb", "b", "0!1!");
}

/* ---------------------------------------------------------------- by chance */

static uint64_t random_state = 7;

static unsigned next_random(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

static void random_letters(char *out)
{
    size_t count = next_random(ROWS_MAX + 1), i;
    unsigned kinds = 1 + next_random(VIDEOS);

    for (i = 0; i < count; i++) out[i] = (char)('a' + next_random(kinds));
    out[count] = '\0';
}

/* Length of a longest common subsequence, by the plain recurrence. */
static size_t longest_common(const char *x, const char *y, const char *gone)
{
    size_t table[ROWS_MAX + 1][ROWS_MAX + 1] = {{0}}, i, j;

    for (i = 1; i <= strlen(x); i++)
        for (j = 1; j <= strlen(y); j++) {
            size_t best = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j] : table[i][j - 1];
            if (x[i - 1] == y[j - 1] && !strchr(gone, x[i - 1]))
                best = table[i - 1][j - 1] + 1 > best ? table[i - 1][j - 1] + 1 : best;
            table[i][j] = best;
        }
    return table[strlen(x)][strlen(y)];
}

static size_t count_of(const char *letters, char letter)
{
    size_t count = 0;

    for (; *letters; letters++) count += *letters == letter;
    return count;
}

/* Each video has as many entries matched as it can have. */
static void check_counts(const char *wanted, const char *rows, const struct ys_copies *copies)
{
    size_t video, i;

    for (video = 0; video < VIDEOS; video++) {
        char letter = videos[video][0];
        size_t most = count_of(wanted, letter), matched = 0;
        if (count_of(rows, letter) < most) most = count_of(rows, letter);
        for (i = 0; rows[i]; i++)
            matched += rows[i] == letter && copies->entry_of[i] != YS_NO_ENTRY;
        assert_int_equal(matched, most);
    }
}

static void check(const char *wanted, const char *rows, const char *gone)
{
    struct ys_copies copies;
    size_t i, kept = 0, next = 0;

    match(wanted, rows, gone, &copies);
    for (i = 0; rows[i]; i++) {
        size_t entry = copies.entry_of[i];
        if (entry == YS_NO_ENTRY) {
            assert_false(copies.keeps[i]);
            continue;
        }
        assert_true(entry < strlen(wanted) && copies.row_of[entry] == i);
        assert_int_equal(rows[i], wanted[entry]);
        if (!copies.keeps[i]) continue;
        assert_null(strchr(gone, rows[i]));
        assert_true(entry >= next); /* they stand in order */
        next = entry + 1;
        kept++;
    }
    for (i = 0; wanted[i]; i++)
        if (copies.row_of[i] != YS_NO_ENTRY)
            assert_int_equal(copies.entry_of[copies.row_of[i]], i);
    assert_int_equal(kept, longest_common(wanted, rows, gone));
    check_counts(wanted, rows, &copies);
    ys_copies_free(&copies);
}

static void test_as_few_as_possible_move(void **state)
{
    char wanted[ROWS_MAX + 1], rows[ROWS_MAX + 1];
    int round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        random_letters(wanted);
        random_letters(rows);
        check(wanted, rows, round % 3 ? "" : "b");
    }
}

/* ---------------------------------------------------------------- a thousand copies */

/* The nth row is the nth entry then, and those of other videos keep their places too. */
static void test_very_many_copies(void **state)
{
    static struct ys_snap_item entries[MANY + 2], items[MANY + 2];
    struct ys_snap_playlist then = {.items = entries, .item_count = MANY + 2},
                            now = {.items = items, .item_count = MANY + 2};
    struct ys_copies copies;
    struct ys_map gone;
    size_t i;

    (void)state;
    for (i = 0; i < MANY + 2; i++) entries[i].video_id = items[i].video_id = "a";
    entries[0].video_id = items[MANY + 1].video_id = "b"; /* it went from the top to the end */
    entries[5].video_id = items[4].video_id = "c";
    ys_map_init(&gone);
    assert_int_equal(ys_copies_match(&then, &now, &gone, &copies, &err), YS_OK);
    for (i = 0; i < MANY + 2; i++) {
        assert_int_equal(copies.keeps[i], i != MANY + 1);
        assert_int_equal(copies.entry_of[i], i == MANY + 1 ? 0 : i + 1);
    }
    ys_copies_free(&copies);
    ys_map_free(&gone);
}

static void test_nothing_is_there(void **state)
{
    struct ys_snap_item entries[ROWS_MAX];
    struct ys_snap_playlist then = list(entries, "ab");
    struct ys_copies copies;
    struct ys_map gone;

    (void)state;
    ys_map_init(&gone);
    assert_int_equal(ys_copies_match(&then, NULL, &gone, &copies, &err), YS_OK);
    assert_true(copies.row_of[0] == YS_NO_ENTRY && copies.row_of[1] == YS_NO_ENTRY);
    ys_copies_free(&copies);
    ys_map_free(&gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_row_is_which_entry),
        cmocka_unit_test(test_private_and_deleted_ones_neither_keep_nor_move),
        cmocka_unit_test(test_as_few_as_possible_move),
        cmocka_unit_test(test_very_many_copies),
        cmocka_unit_test(test_nothing_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
