/* test_plan_order.c: ordered categories in a plan: what moves and what keeps its place, which copy
 * stays, after what each row comes to stand, and what carrying on an old playlist costs then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/order.h"
#include "support/plans.h"

#define ROWS_MAX 9

/* ---------------------------------------------------------------- the longest run */

static size_t longest_by_trying(const int64_t *ranks, size_t count)
{
    size_t best = 0, chosen, i;
    unsigned set;

    for (set = 0; set < 1u << count; set++) {
        int64_t last = YS_NO_RANK;
        for (i = 0, chosen = 0; i < count; i++) {
            if (!(set & 1u << i)) continue;
            if (ranks[i] <= last) break;
            last = ranks[i];
            chosen++;
        }
        if (i == count && chosen > best) best = chosen;
    }
    return best;
}

static void test_the_longest_run(void **state)
{
    uint64_t random = 12345;
    int64_t ranks[ROWS_MAX];
    bool keep[ROWS_MAX];
    size_t round, i, count, length, kept;

    (void)state;
    for (round = 0; round < 4000; round++) {
        int64_t last = YS_NO_RANK;
        count = round % (ROWS_MAX + 1);
        for (i = 0; i < count; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            ranks[i] = (int64_t)((random >> 33) % 7) - 1;
        }
        assert_int_equal(ys_order_keep(ranks, count, keep, &length, &pl_err), YS_OK);
        assert_int_equal(length, longest_by_trying(ranks, count));
        for (i = 0, kept = 0; i < count; i++) {
            if (!keep[i]) continue;
            assert_true(ranks[i] > last);
            last = ranks[i];
            kept++;
        }
        assert_int_equal(kept, length);
    }
}

/* ---------------------------------------------------------------- plans */

/* An ordered category that wants the videos in this sequence, up to 0. */
static void ordered(const char *key, const int *videos)
{
    struct ys_category_spec spec = {.key = key, .ordered = true};
    size_t category = pl_category_spec(&spec, 1, 0);

    for (; *videos; videos++)
        assert_int_equal(ys_target_add_video(pl_target, category, pl_video(*videos), "", &pl_err),
                         YS_OK);
}

static void rows(const char *id, const char *title, const int *videos)
{
    (void)pl_playlist(id, title);
    for (; *videos; videos++) pl_items(*videos, *videos);
}

#define LIST(...) ((const int[]){__VA_ARGS__, 0})

static void expect(size_t at, enum ys_op_kind kind, int video, const char *anchor)
{
    struct ys_plan_item item;

    assert_true(ys_plan_item(pl_plan, at, &item));
    assert_int_equal(item.kind, kind);
    assert_string_equal(item.video_id, pl_video(video));
    assert_string_equal(item.anchor, anchor);
}

static void test_without_an_order_nothing_moves(void **state)
{
    (void)state;
    rows("PLjazz", "Jazz", LIST(3, 2, 1));
    (void)pl_category("Jazz", 1, 4);
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    expect(0, YS_OP_ITEM_INSERT, 4, "");
}

static void test_inserts_in_their_place_are_free(void **state)
{
    (void)state;
    rows("PLjazz", "Jazz", LIST(2, 9, 4));
    ordered("Jazz", LIST(1, 2, 3, 4, 5));
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 3);
    expect(0, YS_OP_ITEM_INSERT, 1, YS_ANCHOR_TOP);
    expect(1, YS_OP_ITEM_INSERT, 3, pl_video(2));
    expect(2, YS_OP_ITEM_INSERT, 5, pl_video(4));
}

static void test_all_but_a_longest_run_move(void **state)
{
    (void)state;
    rows("PLjazz", "Jazz", LIST(5, 1, 2, 4, 3));
    ordered("Jazz", LIST(1, 2, 3, 4, 5, 6));
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_MOVE, "Jazz"), 2);
    assert_int_equal(ys_plan_count(pl_plan), 3);
    assert_int_equal(pl_preview.add_videos.units, 150);
    assert_int_equal(pl_preview.already_there, 5);
    expect(2, YS_OP_ITEM_INSERT, 6, pl_video(5));
    assert_string_equal(pl_first(YS_OP_ITEM_MOVE, NULL)->rule, "its place in the order");
    assert_string_equal(pl_first(YS_OP_ITEM_MOVE, NULL)->playlist_id, "PLjazz");
    assert_non_null(strstr(pl_first(YS_OP_ITEM_MOVE, NULL)->item_id, "item-"));
}

/* Of two copies the one that stands in order stays, and the other is taken out. */
static void test_the_copy_that_stays(void **state)
{
    const char *first;

    (void)state;
    rows("PLjazz", "Jazz", LIST(3, 1, 2, 3));
    first = pl_at(0)->items[0].id;
    ordered("Jazz", LIST(1, 2, 3));
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_MOVE, NULL), 0);
    assert_int_equal(ys_plan_count(pl_plan), 1);
    assert_string_equal(pl_first(YS_OP_ITEM_DELETE, "Jazz")->item_id, first);
    assert_string_equal(pl_first(YS_OP_ITEM_DELETE, "Jazz")->rule, "a second copy");
}

/* A private or deleted entry stands where it stands, and nothing is put behind it. */
static void test_unavailable_rows_are_not_moved(void **state)
{
    (void)state;
    (void)pl_playlist("PLjazz", "Jazz");
    pl_items(3, 3);
    pl_item(1, YS_AVAILABILITY_PRIVATE);
    ordered("Jazz", LIST(1, 2, 3));
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    expect(0, YS_OP_ITEM_INSERT, 2, YS_ANCHOR_TOP);
}

static void expect_warning(const char *words)
{
    const char *warning;
    size_t i;

    for (i = 0; (warning = ys_plan_warning(pl_plan, i)) != NULL; i++)
        if (strstr(warning, words)) return;
    fail_msg("no warning says \"%s\"", words);
}

static void test_your_own_playlist_under_keep(void **state)
{
    (void)state;
    rows("PLjazz", "Jazz", LIST(2, 1, 3));
    pl_old(YS_OLD_KEEP);
    ordered("Jazz", LIST(1, 2, 3, 4));
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    expect(0, YS_OP_ITEM_INSERT, 4, pl_video(3));
    expect_warning("\"Jazz\" is your own playlist: with old = \"keep\" the 1 videos in it that "
                   "stand out of order stay where they are.");
    /* One that ytsync made is put in order. */
    pl_at(0)->made_by_job = 1;
    pl_make();
    assert_int_equal(pl_count(YS_OP_ITEM_MOVE, NULL), 1);
    assert_null(ys_plan_warning(pl_plan, 0));
}

static void test_a_playlist_that_youtube_sorts(void **state)
{
    (void)state;
    rows("PLjazz", "Jazz", LIST(3, 2, 1));
    pl_at(0)->self_sorted = true;
    ordered("Jazz", LIST(1, 2, 3, 4));
    pl_make();
    assert_int_equal(ys_plan_count(pl_plan), 1);
    expect(0, YS_OP_ITEM_INSERT, 4, "");
    expect_warning("YouTube sorts \"Jazz\" by itself and takes no positions");
    expect_warning("Set its sorting to \"Manual\" on YouTube, then fetch and plan again.");
}

/* Which of two old playlists is carried on: the moves count. */
static void test_moves_count_in_the_choice(void **state)
{
    (void)state;
    rows("PLa", "A", LIST(5, 4, 3, 2, 1));
    rows("PLb", "B", LIST(1, 2, 3, 4));
    ordered("Jazz", LIST(1, 2, 3, 4, 5));
    pl_make();
    assert_string_equal(pl_plan->categories[0].playlist_id, "PLb");
    assert_int_equal(pl_count(YS_OP_ITEM_MOVE, NULL), 0);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 1);
    assert_int_equal(pl_plan->savings, pl_plan->savings_bound);
    /* Without an order the fuller one is. */
    pl_old(YS_OLD_DELETE);
    (void)pl_category("Jazz", 1, 5);
    pl_make();
    assert_string_equal(pl_plan->categories[0].playlist_id, "PLa");
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 0);
}

static void test_what_youtube_sorts_is_not_carried_on(void **state)
{
    (void)state;
    rows("PLa", "A", LIST(1, 2, 3, 4, 5));
    pl_at(0)->self_sorted = true;
    ordered("Jazz", LIST(1, 2, 3, 4, 5));
    pl_make();
    assert_int_equal(pl_count(YS_OP_PLAYLIST_CREATE, NULL), 1);
    assert_int_equal(pl_count(YS_OP_ITEM_INSERT, NULL), 5);
    assert_int_equal(pl_count(YS_OP_PLAYLIST_DELETE, NULL), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, pl_set_up, pl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_run),
        TEST(test_without_an_order_nothing_moves),
        TEST(test_inserts_in_their_place_are_free),
        TEST(test_all_but_a_longest_run_move),
        TEST(test_the_copy_that_stays),
        TEST(test_unavailable_rows_are_not_moved),
        TEST(test_your_own_playlist_under_keep),
        TEST(test_a_playlist_that_youtube_sorts),
        TEST(test_moves_count_in_the_choice),
        TEST(test_what_youtube_sorts_is_not_carried_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
