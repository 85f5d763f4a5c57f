/* test_sync_costs.c: what an unknown outcome costs. Whole jobs with one fault each are held
 * against the same job without it: what took effect is never sent again, what did not is sent once
 * more, and all else that is charged are reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/cases.h"
#include "support/shelf.h"

#define VIDEOS 12
/* Reads that one unknown outcome may cost here, where each listing is one page: a look at once, one
 * when it is settled, and the read that the next attempt needs. */
#define EXTRA_READS_MAX 3

static struct world world;

struct cost {
    int64_t writes, reads, units;
};

/* Every kind of write is in it: "Jazz" gets a description, is put in order and loses an entry,
 * three playlists are created, filled and published, and "Old" is deleted. */
static void begin_job(void)
{
    struct ys_category_spec jazz = {.key = "Jazz", .description = "All of it.", .ordered = true};
    char jazz_id[YS_ID_BYTES], old_id[YS_ID_BYTES];
    struct ys_target *target;

    shelf_open(&world, 500, VIDEOS);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PRIVATE, 2, 3, jazz_id);
    shelf_put(&world, jazz_id, 5);
    shelf_put(&world, jazz_id, 1);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 4, VIDEOS, old_id);
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_category(&world, target, &jazz, 1, 3);
    shelf_want_thirds(&world, target, YS_PRIVACY_UNLISTED, 4, VIDEOS);
    shelf_start(&world, target);
    world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
}

static struct cost so_far(void)
{
    static const enum ys_sim_method writes[] = {
        YS_SIM_M_PLAYLISTS_INSERT, YS_SIM_M_PLAYLISTS_UPDATE, YS_SIM_M_PLAYLISTS_DELETE,
        YS_SIM_M_ITEMS_INSERT,     YS_SIM_M_ITEMS_UPDATE,     YS_SIM_M_ITEMS_DELETE};
    struct cost cost = {.units = ys_sim_quota_total(world.sim)};
    size_t i;

    for (i = 0; i < sizeof writes / sizeof writes[0]; i++)
        cost.writes += ys_sim_request_count(world.sim, writes[i]);
    cost.reads = ys_sim_request_count(world.sim, YS_SIM_METHOD_COUNT) - cost.writes;
    return cost;
}

/* What the job costs with that fault (NULL: none); everything ends in its place, once. */
static struct cost cost_with(const char *fault)
{
    struct ys_truth_report report;
    struct cost cost, before;

    begin_job();
    before = so_far();
    if (fault) world_fault(&world, fault);
    while (world_steps(&world) != YS_OK) {
        if (ys_job_wait_ms(world.job) < 0)
            fail_msg("%s: %s", fault ? fault : "no fault", world.err.message);
        world_ok(&world, ys_session_sleep(world.session, ys_job_wait_ms(world.job), &world.err));
    }
    cost = so_far();
    assert_int_equal(shelf_job(&world).failed, 0);
    assert_int_equal(shelf_count(&world, YS_OP_STATUS_SKIPPED), 0);
    world_ok(&world, ys_truth_compare(world.sim, &report, &world.err));
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.doubled, 0);
    world_check_quota(&world, 10000);
    world_close(&world);
    return (struct cost){.writes = cost.writes - before.writes,
                         .reads = cost.reads - before.reads,
                         .units = cost.units - before.units};
}

static void test_unknown_outcomes_cost_reads_only(void **state)
{
    static const char *const methods[] = {"playlists.insert", "playlists.update",
                                          "playlistItems.insert", "playlistItems.update",
                                          "playlistItems.delete", "playlists.delete"};
    static const struct {
        const char *what;
        int64_t writes; /* sent once more, because the first one had no effect */
    } faults[] = {
        {"effect+close", 0},    {"effect+timeout", 0},  {"effect+500", 0}, {"effect+503", 0},
        {"effect+408", 0},      {"truncated", 0},       {"notjson", 0},    {"empty", 0},
        {"cut", 0},             {"close", 1},           {"timeout", 1},    {"500", 1},
        {"503html", 1},         {"408", 1},             {"409", 1},
    };
    struct cost plain = cost_with(NULL);
    char spec[80];
    size_t i, j;

    (void)state;
    print_message("# extra reads (writes) of one unknown outcome:");
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) print_message(" %s", faults[i].what);
    for (j = 0; j < sizeof methods / sizeof methods[0]; j++) {
        print_message("\n# %s:", methods[j]);
        for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
            struct cost cost;
            if (!cases_take((long)(i + j))) continue;
            (void)snprintf(spec, sizeof spec, "%s#1=%s", methods[j], faults[i].what);
            cost = cost_with(spec);
            print_message(" %lld(%lld)", (long long)(cost.reads - plain.reads),
                          (long long)(cost.writes - plain.writes));
            if (cost.writes - plain.writes != faults[i].writes)
                fail_msg("%s: %lld writes more", spec, (long long)(cost.writes - plain.writes));
            assert_in_range(cost.reads - plain.reads, 0, EXTRA_READS_MAX);
            assert_int_equal(cost.units - plain.units,
                             50 * faults[i].writes + cost.reads - plain.reads);
        }
    }
    print_message("\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_outcomes_cost_reads_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
