/* test_assignment.c: the matching against brute force, and its prices as a proof of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/assignment.h"

#define TEST(function) cmocka_unit_test(function)
#define SIDES_MAX 6

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % below;
}

/* The best gain by trying everything. */
static int64_t best_gain(const struct ys_pair *pairs, size_t count, size_t left, size_t left_count,
                         unsigned taken)
{
    int64_t best, gain;
    size_t i;

    if (left == left_count) return 0;
    best = best_gain(pairs, count, left + 1, left_count, taken);
    for (i = 0; i < count; i++) {
        if (pairs[i].left != left || (taken & 1u << pairs[i].right)) continue;
        gain = pairs[i].gain +
               best_gain(pairs, count, left + 1, left_count, taken | 1u << pairs[i].right);
        if (gain > best) best = gain;
    }
    return best;
}

/* What makes the prices a proof, checked without looking at how they were found. */
static void check_proof(const struct ys_assignment *found, size_t left_count, size_t right_count,
                        const struct ys_pair *pairs, size_t count)
{
    int64_t prices = 0, gain = 0;
    size_t i, j, matched = 0;
    bool *taken = calloc(right_count + 1, sizeof *taken);

    assert_non_null(taken);
    for (i = 0; i < left_count; i++) {
        assert_true(found->left_price[i] >= 0);
        prices += found->left_price[i];
        if (found->match[i] == YS_ALONE) continue;
        assert_true(found->match[i] < right_count);
        assert_false(taken[found->match[i]]);
        taken[found->match[i]] = true;
        matched++;
    }
    for (j = 0; j < right_count; j++) {
        assert_true(found->right_price[j] >= 0);
        prices += found->right_price[j];
    }
    for (i = 0; i < count; i++) {
        assert_true(found->left_price[pairs[i].left] + found->right_price[pairs[i].right] >=
                    pairs[i].gain);
        if (found->match[pairs[i].left] == pairs[i].right) {
            gain += pairs[i].gain;
            matched--;
        }
    }
    assert_int_equal(matched, 0); /* each match is a pair */
    assert_int_equal(gain, found->gain);
    assert_int_equal(prices, found->gain);
    free(taken);
}

static size_t random_pairs(struct ys_pair *pairs, size_t left_count, size_t right_count,
                           uint64_t percent, uint64_t gain_max)
{
    size_t i, j, count = 0;

    for (i = 0; i < left_count; i++)
        for (j = 0; j < right_count; j++)
            if (draw(100) < percent)
                pairs[count++] = (struct ys_pair){i, j, 1 + (int64_t)draw(gain_max)};
    return count;
}

static void test_small_ones_against_brute_force(void **state)
{
    struct ys_pair pairs[SIDES_MAX * SIDES_MAX];
    struct ys_assignment found;
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 20000; seed++) {
        random_state = seed;
        size_t left = draw(SIDES_MAX + 1), right = draw(SIDES_MAX + 1);
        size_t count = random_pairs(pairs, left, right, 20 + draw(81), 1 + draw(12));
        assert_int_equal(ys_assign(&found, left, right, pairs, count, NULL), YS_OK);
        if (found.gain != best_gain(pairs, count, 0, left, 0))
            fail_msg("seed %llu: %lld is not the best gain", (unsigned long long)seed,
                     (long long)found.gain);
        check_proof(&found, left, right, pairs, count);
        ys_assignment_free(&found);
    }
}

static void test_large_ones_by_their_proof(void **state)
{
    enum { SIDE = 200 };
    struct ys_pair *pairs = calloc(SIDE * SIDE, sizeof *pairs);
    struct ys_assignment found;
    uint64_t seed;

    (void)state;
    assert_non_null(pairs);
    for (seed = 1; seed <= 60; seed++) {
        random_state = seed;
        size_t left = 1 + draw(SIDE), right = 1 + draw(SIDE);
        size_t count = random_pairs(pairs, left, right, 1 + draw(100), 1 + draw(5000));
        assert_int_equal(ys_assign(&found, left, right, pairs, count, NULL), YS_OK);
        check_proof(&found, left, right, pairs, count);
        ys_assignment_free(&found);
    }
    free(pairs);
}

static void test_nothing_to_match(void **state)
{
    struct ys_assignment found;

    (void)state;
    assert_int_equal(ys_assign(&found, 0, 0, NULL, 0, NULL), YS_OK);
    assert_int_equal(found.gain, 0);
    ys_assignment_free(&found);
    assert_int_equal(ys_assign(&found, 3, 2, NULL, 0, NULL), YS_OK);
    assert_true(found.match[2] == YS_ALONE);
    ys_assignment_free(&found);
}

/* "The list that is more than half mine" would give playlist 0 to category 0. */
static void test_the_greedy_choice_is_not_the_best(void **state)
{
    static const struct ys_pair pairs[] = {{0, 0, 10}, {0, 1, 9}, {1, 0, 8}};
    struct ys_assignment found;

    (void)state;
    assert_int_equal(ys_assign(&found, 2, 2, pairs, 3, NULL), YS_OK);
    assert_int_equal(found.gain, 17);
    assert_int_equal(found.match[0], 1);
    assert_int_equal(found.match[1], 0);
    ys_assignment_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_small_ones_against_brute_force),
        TEST(test_large_ones_by_their_proof),
        TEST(test_nothing_to_match),
        TEST(test_the_greedy_choice_is_not_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
