/* test_undo.c: what taking a job back costs is what the preview of the job said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "restores.h"
#include "support/cases.h"
#include "support/memvfs.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define JOBS 200
#define VIDEOS 14 /* that a policy may want */

static const char *const titles[] = {"A", "B", "C", "D"};
static struct memvfs *disk;
static unsigned random_state;

static unsigned next_random(unsigned below)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % below;
}

/* Some playlists of the user's, overlapping, in any order, some with a second copy; maybe one that
 * has all videos, so that an undo finds a place of before for each. */
static void random_library(void)
{
    unsigned playlists = 1 + next_random(3), i, moves;
    char id[16], playlist[YS_ID_BYTES];

    for (i = 0; i < playlists; i++) {
        int from = 1 + (int)next_random(7), count = 1 + (int)next_random(8);
        enum ys_privacy privacy = next_random(2) ? YS_PRIVACY_PRIVATE : YS_PRIVACY_PUBLIC;
        shelf_playlist(&rs_world, titles[i], privacy, from, from + count - 1, playlist);
        if (next_random(3) == 0) shelf_put(&rs_world, playlist, from);
        moves = next_random(2) * (unsigned)count;
        for (; moves > 0; moves--) {
            unsigned row = next_random((unsigned)count);
            rs_move(playlist, row, next_random((unsigned)count));
        }
    }
    if (next_random(2))
        shelf_playlist(&rs_world, "All", YS_PRIVACY_UNLISTED, 1, VIDEOS, playlist);
    if (next_random(3) == 0)
        world_ok(&rs_world, ys_sim_video_set(rs_world.sim, shelf_video(3, id),
                                             YS_AVAILABILITY_PRIVATE, &rs_world.err));
}

/* A category wants about half of the videos, in any order. */
static void want_by_chance(struct ys_target *target, size_t category)
{
    int order[VIDEOS], i;
    char id[16];

    for (i = 0; i < VIDEOS; i++) {
        int at = (int)next_random((unsigned)i + 1);
        order[i] = order[at];
        order[at] = i + 1;
    }
    for (i = 0; i < VIDEOS; i++)
        if (next_random(2))
            world_ok(&rs_world, ys_target_add_video(target, category, shelf_video(order[i], id),
                                                    "by chance", &rs_world.err));
}

/* Some categories under names that are there, or not; any `old`. */
static struct ys_target *random_policy(void)
{
    struct ys_target *target = shelf_policy(&rs_world, (enum ys_old)next_random(3));
    unsigned categories = 1 + next_random(3), i;
    size_t index;

    for (i = 0; i < categories; i++) {
        struct ys_category_spec spec = {.key = titles[next_random(2) + 2 * i % 4]};
        spec.new_privacy = (enum ys_privacy)next_random(4);
        spec.ordered = next_random(4) > 0;
        spec.priority = next_random(3);
        spec.trimmed = next_random(4) == 0;
        if (ys_target_add_category(target, &spec, &index, &rs_world.err) == YS_OK)
            want_by_chance(target, index);
    }
    if (next_random(2)) shelf_drop(&rs_world, target, 12, 13);
    return target;
}

static int64_t write_units(void)
{
    static const enum ys_sim_method writes[] = {
        YS_SIM_M_PLAYLISTS_INSERT, YS_SIM_M_PLAYLISTS_UPDATE, YS_SIM_M_PLAYLISTS_DELETE,
        YS_SIM_M_ITEMS_INSERT,     YS_SIM_M_ITEMS_UPDATE,     YS_SIM_M_ITEMS_DELETE};
    int64_t units = 0;
    size_t i;

    for (i = 0; i < sizeof writes / sizeof writes[0]; i++)
        units += 50 * ys_sim_request_count(rs_world.sim, writes[i]);
    return units;
}

/* Of all runs: how often what the test is about occurred. */
static struct {
    int64_t jobs, exact, moves_planned, moves_undone, brought_back;
} seen;

/* Whether nothing stands in the way of the library as it was: nothing that came later stays. */
static bool is_complete(const struct ys_plan *undo)
{
    struct ys_plan_block block;
    size_t i;

    for (i = 0; ys_plan_warning(undo, i); i++)
        if (strstr(ys_plan_warning(undo, i), "entries stay that came later")) return false;
    return !ys_plan_block(undo, 0, &block);
}

static void carry_out(struct ys_plan *plan)
{
    if (ys_plan_count(plan) == 0) {
        ys_plan_free(plan);
        return;
    }
    rs_start(plan);
    rs_finish();
}

/* Takes the job back: what was said, what is planned and what is paid are one. `as_planned`: each
 * of the job's operations was carried out. */
static void undo(int64_t job, const struct ys_preview *said, bool as_planned, unsigned seed)
{
    struct ys_preview preview;
    struct ys_plan *plan;
    int64_t paid;

    rs_fetch();
    world_ok(&rs_world, ys_undo_plan(rs_world.session, job, &plan, &rs_world.err));
    ys_plan_preview(plan, &preview);
    seen.moves_undone += rs_moves(plan);
    if (as_planned && (preview.write_units != said->undo.units ||
                       rs_moves(plan) != said->undo.entries_moved))
        fail_msg("seed %u: the preview said %lld units and %lld moves, the undo plans %lld and "
                 "%lld", seed, (long long)said->undo.units, (long long)said->undo.entries_moved,
                 (long long)preview.write_units, (long long)rs_moves(plan));
    paid = write_units();
    carry_out(plan);
    paid = write_units() - paid;
    if (paid != preview.write_units)
        fail_msg("seed %u: the undo plans %lld units and costs %lld", seed,
                 (long long)preview.write_units, (long long)paid);
}

/* Afterwards a second undo has nothing to do, and the library is what it was. */
static void check_undone(int64_t job, const char *before, unsigned seed)
{
    struct ys_plan *plan;
    bool complete;
    char *after;

    rs_fetch();
    world_ok(&rs_world, ys_undo_plan(rs_world.session, job, &plan, &rs_world.err));
    complete = is_complete(plan);
    if (ys_plan_count(plan) > 0)
        fail_msg("seed %u: %zu operations are left", seed, ys_plan_count(plan));
    ys_plan_free(plan);
    if (!complete) return;
    after = rs_dump();
    if (strcmp(before, after) != 0)
        fail_msg("seed %u: the library was\n%s\nand is\n%s", seed, before, after);
    seen.brought_back++;
    free(after);
}

/* One job and its undo, unless the policy made no job. */
static void undo_costs_what_was_said(unsigned seed)
{
    struct ys_preview preview;
    struct ys_target *target;
    struct ys_plan *plan;
    char *before;
    int64_t job, left;

    random_state = seed * 2654435761u + 1;
    random_library();
    target = random_policy();
    before = rs_dump();
    world_ok(&rs_world, ys_plan_make(rs_world.session, target, &plan, &rs_world.err));
    ys_target_free(target);
    ys_plan_preview(plan, &preview);
    seen.moves_planned += rs_moves(plan);
    if (ys_plan_count(plan) > 0) {
        rs_start(plan);
        job = ys_job_id(rs_world.job);
        rs_finish();
        left = shelf_count(&rs_world, YS_OP_STATUS_SKIPPED) +
               shelf_count(&rs_world, YS_OP_STATUS_FAILED);
        ys_sim_clock_advance(&rs_world.clock, DAY_MS);
        world_session(&rs_world);
        undo(job, &preview, left == 0, seed);
        check_undone(job, before, seed);
        seen.jobs++;
        seen.exact += left == 0;
    } else {
        ys_plan_free(plan);
    }
    free(before);
}

static void test_an_undo_costs_what_was_said(void **state)
{
    const char *given = getenv("YTSYNC_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 1;
    long share = cases_step(1);

    (void)state;
    memvfs_alone();
    disk = memvfs_new("undo");
    assert_non_null(disk);
    for (; seen.jobs < (given ? 1 : JOBS / share); seed++) {
        assert_true(seed < 10 * JOBS || given);
        memvfs_reset(disk, seed);
        memvfs_set_time(disk, YS_SIM_START_WALL_MS);
        shelf_open_on(&rs_world, memvfs_name(disk), seed, 20);
        undo_costs_what_was_said(seed);
        world_close(&rs_world);
    }
    memvfs_free(disk);
    if (given) return;
    assert_in_range(seen.exact, 150 / share, JOBS);
    assert_in_range(seen.brought_back, 80 / share, JOBS);
    assert_in_range(seen.moves_planned, 100 / share, 10000);
    assert_in_range(seen.moves_undone, 100 / share, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_undo_costs_what_was_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
