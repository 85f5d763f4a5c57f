/* agendas.c: see agendas.h. */
#include "support/agendas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct ys_agenda ag;
struct ys_moment ag_moment;
struct ys_action ag_action;

int ag_set_up(void **state)
{
    (void)state;
    ys_agenda_init(&ag, AG_SETTLE_MS);
    ag_moment = (struct ys_moment){.now_ms = AG_START_MS, .units_left = 10000,
                                        .creates_left = 100, .may_write = true};
    return 0;
}

int ag_tear_down(void **state)
{
    (void)state;
    ys_agenda_free(&ag);
    return 0;
}

size_t ag_lane_of(const char *category, const char *playlist)
{
    size_t lane = 0;

    assert_int_equal(ys_agenda_lane(&ag, category, playlist, &lane, NULL), YS_OK);
    return lane;
}

/* A category's lane as it is after loading: what has no inserts is verified. */
size_t ag_category(const char *key, const char *playlist)
{
    size_t lane = ag_lane_of(key, playlist);

    ag.lanes[lane].verified = true;
    return lane;
}

size_t ag_doomed(const char *playlist, size_t rows)
{
    size_t lane = ag_lane_of("", playlist);

    ag.lanes[lane].rows = rows;
    return lane;
}

size_t ag_add(size_t lane, enum ys_op_kind kind, const char *video)
{
    struct ys_task task = {.id = 100 + (int64_t)ag.task_count, .kind = kind, .lane = lane,
                           .status = YS_OP_STATUS_PENDING, .copies = 1, .video_id = video};

    assert_int_equal(ys_agenda_add(&ag, &task, NULL), YS_OK);
    if (kind == YS_OP_ITEM_INSERT) ag.lanes[lane].verified = false;
    return ag.task_count - 1;
}

void ag_becomes(size_t task, enum ys_op_status status)
{
    ys_agenda_set_status(&ag, task, status);
    ag.lanes[ag.tasks[task].lane].busy = status == YS_OP_STATUS_IN_FLIGHT;
}

/* Listed now, with everything in it. */
void ag_listed(size_t lane)
{
    ag.lanes[lane].verified = ag.lanes[lane].surveyed = true;
    ag.lanes[lane].listed_ms = ag_moment.now_ms;
}

void ag_sees(size_t lane, const char *video, int64_t copies)
{
    assert_int_equal(ys_map_put(&ag.lanes[lane].present, video, copies, NULL), YS_OK);
}

enum ys_action_kind ag_next(void)
{
    memset(&ag_action, 0x5a, sizeof ag_action);
    ys_agenda_next(&ag, &ag_moment, &ag_action);
    return ag_action.kind;
}

void ag_expect_write(size_t task)
{
    assert_int_equal(ag_next(), YS_ACT_WRITE);
    assert_int_equal(ag_action.task, task);
    assert_int_equal(ag_action.lane, ag.tasks[task].lane);
}

void ag_expect_lane(enum ys_action_kind kind, size_t lane)
{
    assert_int_equal(ag_next(), kind);
    assert_int_equal(ag_action.lane, lane);
}

void ag_expect_wait(int64_t wake_ms)
{
    assert_int_equal(ag_next(), YS_ACT_WAIT);
    assert_true(ag_action.wake_ms == wake_ms);
}

