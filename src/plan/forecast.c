/* forecast.c: what a plan costs in reads, and how many quota days it takes.
 *
 * The plan is carried out in memory: the same function that decides what the engine does next
 * (schedule.c) decides here, over an agenda made from the plan, on a clock of its own. So reads and
 * days are those of a fault-free run with one start a day whose deletes were agreed to beforehand
 * and whose pages are full. Writes are exact in any case. */
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "youtube/methods.h"

/* How long an exchange takes here; only the order of magnitude matters. */
#define EXCHANGE_MS INT64_C(200)
#define FLIGHTS_MAX YS_IN_FLIGHT_MAX

struct flight {
    size_t task;
    int64_t due_ms;
};

struct model {
    struct ys_plan *plan;      /* its days and the days of its playlists are filled in */
    struct ys_agenda agenda;
    const struct ys_plan_today *today;
    struct ys_moment moment;
    struct flight flights[FLIGHTS_MAX]; /* in the order in which they left */
    size_t flight_count, flights_max;
    int64_t day;               /* 0: today */
    int64_t reads;
    bool worked;               /* something was done on this day */
    bool never;                /* a whole day is not enough for what comes next */
    struct ys_plan_day today_row; /* what was done on this day */
    size_t *lane_of;           /* per row of plan->playlists */
    int64_t *unseen;           /* per lane: rows to be placed that no listing showed in place */
};

static int64_t pages(int64_t rows)
{
    return rows <= 0 ? 1 : (rows + YS_PAGE_ROWS_MAX - 1) / YS_PAGE_ROWS_MAX;
}

/* ---------------------------------------------------------------- building */

static enum ys_status add_op(struct model *model, const struct ys_snapshot *snapshot,
                             const struct ys_planned *op, struct ys_error *err)
{
    struct ys_task task = {.kind = op->kind, .status = YS_OP_STATUS_PENDING};
    int64_t number;

    YS_TRY(ys_agenda_lane(&model->agenda, op->category, op->playlist_id, &task.lane, err));
    if (!op->category[0] &&
        ys_map_get(&snapshot->playlist_index, op->playlist_id, &number))
        model->agenda.lanes[task.lane].rows = snapshot->playlists[number].item_count;
    return ys_agenda_add(&model->agenda, &task, err);
}

/* Whether videos have their home in the category: assignments stand in the order of categories. */
static bool holds_videos(const struct ys_plan *plan, size_t category, size_t *at)
{
    size_t begin = *at;

    while (*at < plan->assigned_count && plan->assigned[*at].category == category) ++*at;
    return *at > begin;
}

static enum ys_status build(struct model *model, const struct ys_plan *plan,
                            const struct ys_snapshot *snapshot, struct ys_error *err)
{
    size_t at = 0, i, lane;

    /* Lanes stand in the order of the operations, as the engine has them (load.c). */
    for (i = 0; i < plan->op_count; i++) YS_TRY(add_op(model, snapshot, &plan->ops[i], err));
    for (i = 0; i < plan->category_count; i++) {
        const struct ys_plan_category *category = &plan->categories[i];
        YS_TRY(ys_agenda_lane(&model->agenda, category->key, category->playlist_id, &lane, err));
        model->agenda.lanes[lane].rows = (size_t)category->rows_now;
        model->agenda.lanes[lane].destination = holds_videos(plan, i, &at);
    }
    model->lane_of = ys_alloc_zero(plan->playlist_count, sizeof *model->lane_of);
    if (!model->lane_of) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < plan->playlist_count; i++)
        YS_TRY(ys_agenda_lane(&model->agenda, plan->playlists[i].category,
                              plan->playlists[i].playlist_id, &model->lane_of[i], err));
    model->unseen = ys_alloc_zero(model->agenda.lane_count, sizeof *model->unseen);
    if (!model->unseen) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < model->agenda.lane_count; i++)
        model->unseen[i] = model->agenda.lanes[i].open[YS_OP_ITEM_INSERT] +
                           model->agenda.lanes[i].open[YS_OP_ITEM_MOVE];
    return YS_OK;
}

/* ---------------------------------------------------------------- days */

/* What a process knows of a lane when it starts (load.c of the engine). */
static void start_lane(struct model *model, struct ys_lane *lane)
{
    lane->surveyed = false;
    lane->metadata_ms = lane->listed_ms = lane->proved_ms = YS_NEVER_MS;
    lane->last_write_ms = lane->last_add_ms = YS_NEVER_MS;
    lane->verified = model->unseen[lane - model->agenda.lanes] == 0;
    if (!lane->verified) lane->last_add_ms = model->moment.now_ms;
}

static void spend(struct model *model, int64_t reads, int64_t write_units)
{
    model->moment.units_left -= reads + write_units;
    model->reads += reads;
    model->today_row.reads += reads;
    model->today_row.writes += write_units > 0;
    model->today_row.units += reads + write_units;
}

/* A playlist is ready when everything was added to it, verified and published; one that is given
 * up, when it is deleted; an inbox, when what leaves it is gone. */
static bool ready(const struct ys_lane *lane)
{
    return !lane->busy && lane->verified && lane->open[YS_OP_PLAYLIST_CREATE] == 0 &&
           lane->open[YS_OP_PLAYLIST_UPDATE] == 0 && lane->open[YS_OP_ITEM_INSERT] == 0 &&
           lane->open[YS_OP_ITEM_MOVE] == 0 && lane->open[YS_OP_PLAYLIST_PUBLISH] == 0 &&
           lane->open[YS_OP_PLAYLIST_DELETE] == 0 &&
           (lane->category[0] || lane->open[YS_OP_ITEM_DELETE] == 0);
}

/* The day is over: what was done on it, and what is ready by now. */
static enum ys_status end_day(struct model *model, struct ys_error *err)
{
    struct ys_plan *plan = model->plan;
    struct ys_plan_day row = model->today_row;
    size_t i;

    row.starts_at_ms =
        model->day == 0 ? model->today->now_ms
                        : ys_pacific_day_start_ms(ys_pacific_day(model->today->now_ms) +
                                                  model->day);
    for (i = 0; i < plan->playlist_count; i++) {
        struct ys_plan_playlist *playlist = &plan->playlists[i];
        if (playlist->units == 0 || playlist->ready_at_ms != 0 ||
            !ready(&model->agenda.lanes[model->lane_of[i]]))
            continue;
        playlist->ready_at_ms = row.starts_at_ms;
        row.ready++;
    }
    model->today_row = (struct ys_plan_day){.starts_at_ms = 0};
    if (row.units == 0) return YS_OK;
    YS_TRY(YS_GROW(plan->days, plan->day_capacity, plan->day_count, err));
    plan->days[plan->day_count++] = row;
    return YS_OK;
}

/* A start looks at the channel. */
static void start_day(struct model *model, int64_t units_left, int64_t creates_left)
{
    size_t i;

    model->moment.units_left = units_left;
    model->moment.creates_left = creates_left;
    spend(model, 1, 0);
    model->worked = false;
    for (i = 0; i < model->agenda.lane_count; i++) start_lane(model, &model->agenda.lanes[i]);
}

static enum ys_status next_day(struct model *model, struct ys_error *err)
{
    const struct ys_quota_limits *limits = &model->today->limits;

    YS_TRY(end_day(model, err));
    /* A day that brings nothing is followed by others like it. */
    model->never = !model->worked && model->day > 0;
    model->day++;
    start_day(model, limits->daily_units - limits->keep_units, limits->creates);
    return YS_OK;
}

/* ---------------------------------------------------------------- actions */

static void finish(struct model *model, size_t number)
{
    struct ys_task *task = &model->agenda.tasks[number];
    struct ys_lane *lane = &model->agenda.lanes[task->lane];

    ys_agenda_set_status(&model->agenda, number, YS_OP_STATUS_DONE);
    lane->busy = false;
    lane->last_write_ms = model->moment.now_ms;
    if (ys_op_kind_stage(task->kind) != YS_STAGE_DELETE_PLAYLISTS)
        lane->last_add_ms = model->moment.now_ms;
    switch (task->kind) {
    case YS_OP_PLAYLIST_CREATE:
        (void)memcpy(lane->playlist_id, "new", sizeof "new");
        lane->surveyed = true;
        lane->ready_ms = model->moment.now_ms + YS_AFTER_CREATE_MS;
        break;
    case YS_OP_ITEM_INSERT:
        lane->rows++;
        lane->verified = false;
        break;
    case YS_OP_ITEM_MOVE: lane->verified = false; break;
    case YS_OP_ITEM_DELETE:
        if (lane->rows > 0) lane->rows--;
        break;
    default: lane->metadata_ms = YS_NEVER_MS; break;
    }
}

/* Lets time pass up to `until_ms` (INT64_MAX: up to the next reply); replies that come are
 * taken. */
static void pass(struct model *model, int64_t until_ms)
{
    size_t i, kept = 0;

    if (model->flight_count > 0 && model->flights[0].due_ms < until_ms)
        until_ms = model->flights[0].due_ms;
    if (until_ms > model->moment.now_ms && until_ms != INT64_MAX) model->moment.now_ms = until_ms;
    for (i = 0; i < model->flight_count; i++) {
        if (model->flights[i].due_ms <= model->moment.now_ms) finish(model, model->flights[i].task);
        else model->flights[kept++] = model->flights[i];
    }
    model->flight_count = kept;
}

static void write(struct model *model, size_t task)
{
    enum ys_op_kind kind = model->agenda.tasks[task].kind;

    spend(model, 0, ys_op_units(kind));
    if (kind == YS_OP_PLAYLIST_CREATE) model->moment.creates_left--;
    ys_agenda_set_status(&model->agenda, task, YS_OP_STATUS_IN_FLIGHT);
    model->agenda.lanes[model->agenda.tasks[task].lane].busy = true;
    model->flights[model->flight_count++] =
        (struct flight){.task = task, .due_ms = model->moment.now_ms + EXCHANGE_MS};
}

static void read(struct model *model, const struct ys_action *action)
{
    struct ys_lane *lane = &model->agenda.lanes[action->lane];
    int64_t begun_ms = model->moment.now_ms;
    int64_t reads = action->kind == YS_ACT_METADATA ? 1 : pages((int64_t)lane->rows);

    spend(model, reads, 0);
    while (model->moment.now_ms < begun_ms + reads * EXCHANGE_MS)
        pass(model, begun_ms + reads * EXCHANGE_MS);
    switch (action->kind) {
    case YS_ACT_METADATA: lane->metadata_ms = model->moment.now_ms; break;
    case YS_ACT_PROVE: lane->proved_ms = begun_ms; break;
    case YS_ACT_VERIFY:
        lane->verified = true;
        model->unseen[action->lane] = lane->open[YS_OP_ITEM_INSERT] + lane->open[YS_OP_ITEM_MOVE];
        lane->listed_ms = begun_ms;
        break;
    default:
        lane->surveyed = true;
        lane->listed_ms = begun_ms;
        break;
    }
}

/* One decision; *more is false when nothing is left. */
static enum ys_status act(struct model *model, bool *more, struct ys_error *err)
{
    struct ys_action action;

    model->moment.may_write = model->flight_count < model->flights_max;
    ys_agenda_next(&model->agenda, &model->moment, &action);
    switch (action.kind) {
    case YS_ACT_DONE: *more = false; break;
    case YS_ACT_WRITE:
        write(model, action.task);
        model->worked = true;
        break;
    case YS_ACT_WAIT: pass(model, action.wake_ms); break;
    case YS_ACT_NO_UNITS:
    case YS_ACT_NO_CREATES:
        if (model->flight_count > 0) pass(model, INT64_MAX);
        else YS_TRY(next_day(model, err));
        *more = !model->never;
        break;
    default:
        read(model, &action);
        model->worked = true;
        break;
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- the forecast */

/* Days that so much takes when so much of it can be done today and on each other day. */
static int64_t days_for(int64_t amount, int64_t today, int64_t a_day)
{
    if (amount <= today) return 1;
    return a_day <= 0 ? YS_NEVER_DAYS : 1 + (amount - today + a_day - 1) / a_day;
}

/* Of the plain way, whose units are writes alone. */
static int64_t plain_days(const struct ys_plan *plan, const struct ys_plan_today *today)
{
    int64_t price = ys_op_units(YS_OP_ITEM_INSERT);
    int64_t per_day = today->limits.daily_units - today->limits.keep_units;
    int64_t by_units, by_creates;

    if (plan->plain_write_units == 0) return 0;
    by_units = days_for(plan->plain_write_units / price, today->units_left / price,
                        per_day / price);
    by_creates = days_for(plan->plain_creates, today->creates_left, today->limits.creates);
    if (by_units == YS_NEVER_DAYS || by_creates == YS_NEVER_DAYS) return YS_NEVER_DAYS;
    return by_units > by_creates ? by_units : by_creates;
}

/* The day on which it is done. */
static void tell_end(struct ys_preview *preview, const struct model *model)
{
    int64_t today_ms = model->today->now_ms;

    preview->days = model->never ? YS_NEVER_DAYS : model->day + 1;
    if (model->never) preview->ends_at_ms = 0;
    else if (model->day == 0) preview->ends_at_ms = today_ms;
    else preview->ends_at_ms = ys_pacific_day_start_ms(ys_pacific_day(today_ms) + model->day);
}

static enum ys_status tell_never(struct ys_plan *plan, const struct ys_quota_limits *limits,
                                 struct ys_error *err)
{
    return ys_plan_warn(plan, err,
                        "With %lld units a day, of which %lld are kept free, this plan never ends: "
                        "a day has to be enough for a write (%lld units) and the reads before it. "
                        "Raise quota.daily when the project has more, or lower quota.keep.",
                        (long long)limits->daily_units, (long long)limits->keep_units,
                        (long long)ys_op_units(YS_OP_ITEM_INSERT));
}

static enum ys_status run(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                          struct model *model, struct ys_error *err)
{
    /* The backup looks at the channel and lists its playlists. */
    int64_t backup_reads = 1 + pages(plan->playlists_now);
    bool more = true;

    YS_TRY(build(model, plan, snapshot, err));
    start_day(model, model->today->units_left, model->today->creates_left);
    if (model->moment.units_left < backup_reads) YS_TRY(next_day(model, err));
    spend(model, backup_reads, 0);
    while (more) YS_TRY(act(model, &more, err));
    return end_day(model, err);
}

enum ys_status ys_plan_forecast(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                const struct ys_plan_today *today, struct ys_error *err)
{
    struct ys_preview *preview = &plan->preview;
    struct model model = {.plan = plan, .today = today, .moment = {.confirmed = true}};
    enum ys_status status = YS_OK;

    ys_agenda_init(&model.agenda, today->settle_ms);
    model.flights_max = today->writes_max > 0 ? (size_t)today->writes_max : 1;
    if (model.flights_max > FLIGHTS_MAX) model.flights_max = FLIGHTS_MAX;
    preview->write_units = preview->create_playlists.units + preview->add_videos.units +
                           preview->delete_playlists.units;
    preview->plain_units = plan->plain_write_units;
    preview->plain_days = plain_days(plan, today);
    if (plan->op_count > 0) {
        status = run(plan, snapshot, &model, err);
        tell_end(preview, &model);
        if (status == YS_OK && model.never) status = tell_never(plan, &today->limits, err);
    }
    preview->read_units = model.reads;
    preview->units = preview->write_units + preview->read_units;
    ys_free(model.lane_of);
    ys_free(model.unseen);
    ys_agenda_free(&model.agenda);
    return status;
}
