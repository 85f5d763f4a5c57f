/* test_schedule_runs.c: whole jobs decided by the schedule over random agendas, with random
 * outcomes: at every single decision its rules hold, and every job ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "support/agendas.h"

#define RUNS 400
#define DECISIONS_MAX 200000
#define FLIGHTS_MAX 4

struct run {
    uint64_t random;
    int64_t units, creates;           /* left of the day */
    int64_t daily_units, daily_creates, days;
    size_t flights[FLIGHTS_MAX], flight_count, writes_max;
    int64_t confirmed_at;             /* proofs of one confirmation: none before it */
};

static uint64_t chance(struct run *run, uint64_t below)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random % below;
}

static void build(struct run *run)
{
    size_t categories = 1 + chance(run, 6), doomed = chance(run, 6), i, j, lane;
    char key[32];

    for (i = 0; i < categories; i++) {
        bool adopted = chance(run, 2);
        (void)snprintf(key, sizeof key, "PL%zu", i);
        lane = ag_category(key, adopted ? key : "");
        ag.lanes[lane].rows = adopted ? chance(run, 300) : 0;
        ag.lanes[lane].destination = true;
        if (!adopted) (void)ag_add(lane, YS_OP_PLAYLIST_CREATE, "");
        else if (chance(run, 3) == 0) (void)ag_add(lane, YS_OP_PLAYLIST_UPDATE, "");
        for (j = chance(run, 40); j > 0; j--) (void)ag_add(lane, YS_OP_ITEM_INSERT, "v");
        if (chance(run, 3) == 0) (void)ag_add(lane, YS_OP_PLAYLIST_PUBLISH, "");
        if (adopted)
            for (j = chance(run, 4); j > 0; j--) (void)ag_add(lane, YS_OP_ITEM_DELETE, "v");
    }
    for (i = 0; i < doomed; i++) {
        (void)snprintf(key, sizeof key, "PLold%zu", i);
        lane = ag_doomed(key, chance(run, 300));
        (void)ag_add(lane, YS_OP_PLAYLIST_DELETE, "");
    }
}

/* ---------------------------------------------------------------- the rules */

static bool destroys(enum ys_op_kind kind)
{
    return ys_op_kind_stage(kind) == YS_STAGE_DELETE_PLAYLISTS;
}

static void no_adds_are_open(void)
{
    size_t i;

    for (i = 0; i < ag.task_count; i++)
        if (!ys_task_finished(&ag.tasks[i]) && !destroys(ag.tasks[i].kind))
            fail_msg("task %zu (%s, %s) is open before the deletes", i,
                     ys_op_kind_name(ag.tasks[i].kind), ys_op_status_name(ag.tasks[i].status));
}

static void destinations_are_fresh(bool for_playlists)
{
    size_t i;

    for (i = 0; i < ag.lane_count; i++) {
        const struct ys_lane *lane = &ag.lanes[i];
        int64_t since = for_playlists ? lane->last_write_ms : lane->last_add_ms;
        if (!lane->category[0] || lane->gone || !lane->playlist_id[0]) continue;
        assert_true(lane->listed_ms != YS_NEVER_MS);
        assert_true(lane->listed_ms > ag_moment.now_ms - YS_DESTINATION_MS);
        assert_true(since == YS_NEVER_MS || lane->listed_ms >= since + AG_SETTLE_MS);
    }
}

static void check_write(const struct run *run)
{
    const struct ys_task *task = &ag.tasks[ag_action.task];
    const struct ys_lane *lane = &ag.lanes[ag_action.lane];
    size_t i;

    assert_int_equal(task->lane, ag_action.lane);
    assert_int_equal(task->status, YS_OP_STATUS_PENDING);
    assert_false(lane->busy || lane->stopped);
    assert_true(lane->ready_ms <= ag_moment.now_ms);
    assert_true(run->units >= 50);
    assert_true(run->flight_count < run->writes_max);
    for (i = lane->head; &ag.tasks[i] != task; i = ag.tasks[i].next)
        assert_true(ys_task_finished(&ag.tasks[i])); /* strictly in order */
    switch (task->kind) {
    case YS_OP_PLAYLIST_CREATE:
        assert_true(run->creates > 0);
        for (i = 0; i < ag.task_count; i++)
            assert_false(ag.tasks[i].kind == YS_OP_PLAYLIST_CREATE &&
                         (ag.tasks[i].status == YS_OP_STATUS_IN_FLIGHT ||
                          ag.tasks[i].status == YS_OP_STATUS_UNKNOWN));
        break;
    case YS_OP_PLAYLIST_PUBLISH:
        assert_true(lane->verified); /* fall through */
    case YS_OP_PLAYLIST_UPDATE:
        assert_true(lane->metadata_ms > ag_moment.now_ms - YS_METADATA_MS);
        break;
    case YS_OP_ITEM_INSERT: assert_true(lane->surveyed); break;
    case YS_OP_ITEM_DELETE:
        no_adds_are_open();
        destinations_are_fresh(false);
        break;
    default:
        assert_true(ag_moment.confirmed);
        no_adds_are_open();
        for (i = 0; i < ag.task_count; i++)
            if (ag.tasks[i].kind == YS_OP_ITEM_DELETE)
                assert_true(ys_task_finished(&ag.tasks[i]));
        destinations_are_fresh(true);
        assert_true(lane->proved_ms > ag_moment.now_ms - YS_PROOF_MS);
        break;
    }
}

/* ---------------------------------------------------------------- what happens */

static void pass(int64_t duration_ms)
{
    ag_moment.now_ms += duration_ms;
}

static void stop_lane(size_t number, bool gone)
{
    struct ys_lane *lane = &ag.lanes[number];
    size_t i;

    lane->stopped = true;
    lane->gone = gone;
    for (i = lane->head; i != YS_NO_TASK; i = ag.tasks[i].next)
        if (!ys_task_finished(&ag.tasks[i])) ys_agenda_set_status(&ag, i, YS_OP_STATUS_SKIPPED);
}

static void done(size_t number)
{
    const struct ys_task *task = &ag.tasks[number];
    struct ys_lane *lane = &ag.lanes[task->lane];

    ys_agenda_set_status(&ag, number, YS_OP_STATUS_DONE);
    if (task->kind == YS_OP_PLAYLIST_CREATE) {
        (void)snprintf(lane->playlist_id, sizeof lane->playlist_id, "PLnew%zu", task->lane);
        lane->surveyed = true;
        lane->ready_ms = ag_moment.now_ms + YS_AFTER_CREATE_MS;
    }
    if (task->kind == YS_OP_ITEM_INSERT) lane->verified = false;
    if (task->kind == YS_OP_PLAYLIST_UPDATE) lane->metadata_ms = YS_NEVER_MS;
}

/* The oldest request that is out comes back: mostly well. */
static void reply(struct run *run)
{
    size_t number = run->flights[0], i;
    struct ys_lane *lane = &ag.lanes[ag.tasks[number].lane];

    for (i = 1; i < run->flight_count; i++) run->flights[i - 1] = run->flights[i];
    run->flight_count--;
    pass(1 + (int64_t)chance(run, 400));
    lane->busy = false;
    lane->last_write_ms = ag_moment.now_ms;
    if (!destroys(ag.tasks[number].kind)) lane->last_add_ms = ag_moment.now_ms;
    switch (chance(run, 20)) {
    case 0: /* nobody saw the outcome */
        ys_agenda_set_status(&ag, number, YS_OP_STATUS_UNKNOWN);
        lane->looked = false;
        lane->settle_ms = ag_moment.now_ms + AG_SETTLE_MS;
        break;
    case 1: /* certainly not applied */
        ys_agenda_set_status(&ag, number, YS_OP_STATUS_PENDING);
        lane->ready_ms = ag_moment.now_ms + (int64_t)chance(run, 5000);
        break;
    case 2:
        ys_agenda_set_status(&ag, number, YS_OP_STATUS_FAILED);
        if (ag.tasks[number].kind == YS_OP_PLAYLIST_CREATE) stop_lane(ag.tasks[number].lane, false);
        break;
    case 3:
        if (chance(run, 4) == 0) {
            ys_agenda_set_status(&ag, number, YS_OP_STATUS_FAILED);
            stop_lane(ag.tasks[number].lane, chance(run, 2) == 0);
            break;
        } /* fall through */
    default: done(number); break;
    }
}

static void verify(struct run *run, struct ys_lane *lane)
{
    size_t i;

    lane->verified = true;
    lane->listed_ms = ag_moment.now_ms;
    for (i = lane->head; i != YS_NO_TASK; i = ag.tasks[i].next)
        if (ag.tasks[i].kind == YS_OP_ITEM_INSERT && ag.tasks[i].status == YS_OP_STATUS_DONE &&
            !ag.tasks[i].seen) {
            ag.tasks[i].seen = chance(run, 100) != 0;
            if (!ag.tasks[i].seen) ys_agenda_reopen(&ag, i);
        }
}

static void look(struct run *run)
{
    struct ys_lane *lane = &ag.lanes[ag_action.lane];

    assert_true(run->units >= 1);
    run->units -= ag_action.kind == YS_ACT_METADATA || lane->rows == 0
                      ? 1
                      : (int64_t)((lane->rows + 49) / 50);
    assert_true(run->units >= 0);
    switch (ag_action.kind) {
    case YS_ACT_METADATA: lane->metadata_ms = ag_moment.now_ms; break;
    case YS_ACT_SURVEY:
        lane->surveyed = true;
        lane->listed_ms = ag_moment.now_ms;
        break;
    case YS_ACT_VERIFY: verify(run, lane); break;
    case YS_ACT_PROVE:
        no_adds_are_open();
        destinations_are_fresh(true);
        if (chance(run, 10) == 0) stop_lane(ag_action.lane, false);
        else lane->proved_ms = ag_moment.now_ms;
        break;
    default:
        assert_int_equal(ag.tasks[ag_action.task].status, YS_OP_STATUS_UNKNOWN);
        assert_true(!lane->looked || lane->settle_ms <= ag_moment.now_ms);
        if (chance(run, 2) == 0) done(ag_action.task);
        else if (lane->settle_ms <= ag_moment.now_ms)
            ys_agenda_set_status(&ag, ag_action.task, YS_OP_STATUS_PENDING);
        lane->looked = true;
        break;
    }
    pass((int64_t)chance(run, 400));
}

/* The process ends and starts again: what it knew by looking is gone. */
static void start_again(struct run *run)
{
    size_t i, j;

    assert_int_equal(run->flight_count, 0);
    for (i = 0; i < ag.lane_count; i++) {
        struct ys_lane *lane = &ag.lanes[i];
        lane->surveyed = false;
        lane->listed_ms = lane->proved_ms = lane->metadata_ms = YS_NEVER_MS;
        lane->verified = true;
        for (j = lane->head; j != YS_NO_TASK; j = ag.tasks[j].next)
            if (ag.tasks[j].kind == YS_OP_ITEM_INSERT && !ag.tasks[j].seen &&
                (ag.tasks[j].status == YS_OP_STATUS_DONE || !ys_task_finished(&ag.tasks[j])))
                lane->verified = false;
    }
    run->units = run->daily_units;
    run->creates = run->daily_creates;
    run->days++;
    pass(3600000);
}

static void confirm(struct run *run)
{
    size_t i;

    assert_false(ag_moment.confirmed);
    assert_int_equal(run->flight_count, 0);
    no_adds_are_open();
    for (i = 0; i < ag.lane_count; i++)
        if (!ag.lanes[i].category[0] && !ag.lanes[i].stopped)
            assert_true(ag.lanes[i].proved_ms != YS_NEVER_MS);
    for (i = 0; i < ag.task_count; i++)
        if (ag.tasks[i].kind == YS_OP_ITEM_DELETE) assert_true(ys_task_finished(&ag.tasks[i]));
    ag_moment.confirmed = true;
    pass((int64_t)chance(run, 7200000));
}

static bool act(struct run *run)
{
    ag_moment.units_left = run->units;
    ag_moment.creates_left = run->creates;
    ag_moment.may_write = run->flight_count < run->writes_max;
    switch (ag_next()) {
    case YS_ACT_DONE:
        assert_int_equal(run->flight_count, 0);
        return false;
    case YS_ACT_WRITE:
        check_write(run);
        run->units -= 50;
        if (ag.tasks[ag_action.task].kind == YS_OP_PLAYLIST_CREATE) run->creates--;
        ag_becomes(ag_action.task, YS_OP_STATUS_IN_FLIGHT);
        run->flights[run->flight_count++] = ag_action.task;
        return true;
    case YS_ACT_WAIT:
        if (run->flight_count > 0 && (ag_action.wake_ms == INT64_MAX || chance(run, 2))) {
            reply(run);
            return true;
        }
        assert_true(ag_action.wake_ms != INT64_MAX); /* nobody would ever wake it */
        assert_true(ag_action.wake_ms > ag_moment.now_ms);
        ag_moment.now_ms = ag_action.wake_ms;
        return true;
    case YS_ACT_CONFIRM: confirm(run); return true;
    case YS_ACT_NO_UNITS:
    case YS_ACT_NO_CREATES:
        if (run->flight_count > 0) reply(run);
        else start_again(run);
        return true;
    default: look(run); return true;
    }
}

static void one_run(uint64_t seed)
{
    struct run run = {.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    int64_t decisions = 0;
    size_t i;

    (void)ag_set_up(NULL);
    build(&run);
    run.units = run.daily_units = 200 + (int64_t)chance(&run, 3000);
    run.creates = run.daily_creates = 1 + (int64_t)chance(&run, 5);
    run.writes_max = 1 + chance(&run, FLIGHTS_MAX);
    ag_moment.confirmed = chance(&run, 2) == 0;
    while (act(&run)) {
        if (++decisions <= DECISIONS_MAX) continue;
        fail_msg("seed %llu does not end", (unsigned long long)seed);
    }
    for (i = 0; i < ag.task_count; i++) assert_true(ys_task_finished(&ag.tasks[i]));
    (void)ag_tear_down(NULL);
}

static void test_runs(void **state)
{
    const char *given = getenv("YTSYNC_SEED");
    uint64_t seed;

    (void)state;
    if (given) one_run(strtoull(given, NULL, 10));
    for (seed = 1; !given && seed <= RUNS; seed++) {
        print_message("# seed %llu\n", (unsigned long long)seed);
        one_run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
