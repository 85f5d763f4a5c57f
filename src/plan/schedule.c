/* schedule.c: the decision what comes next; see schedule.h. Pure over the agenda, except that
 * the lanes' cursors move past finished tasks. */
#include "plan/plan.h"
#include "plan/schedule.h"
#include "youtube/methods.h"

/* What a pass over the lanes found besides an action. */
struct view {
    struct ys_agenda *agenda;
    const struct ys_moment *moment;
    struct ys_action *out;
    int64_t units;      /* what the lane at hand may spend: the rest is for earlier ones */
    int64_t price[YS_OP_KIND_COUNT]; /* units of an operation of each kind */
    int64_t wake_ms;
    bool waiting;       /* something is in flight, or becomes possible by time */
    bool no_units, no_creates;
};

static bool decide(struct view *view, enum ys_action_kind kind, size_t lane, size_t task)
{
    *view->out = (struct ys_action){.kind = kind, .lane = lane, .task = task};
    return true;
}

static void wait_until(struct view *view, int64_t at_ms)
{
    view->waiting = true;
    if (at_ms < view->wake_ms) view->wake_ms = at_ms;
}

/* Later than `since` by the settle time; a time that never was is long ago. */
static int64_t settled_at(const struct view *view, int64_t since_ms)
{
    return since_ms == YS_NEVER_MS ? YS_NEVER_MS : since_ms + view->agenda->settle_ms;
}

/* Whether something of that time is at most so old. */
static bool recent(const struct view *view, int64_t at_ms, int64_t age_ms)
{
    return at_ms != YS_NEVER_MS && at_ms > view->moment->now_ms - age_ms;
}

/* Pages of a listing of that many rows: one at least. */
static int64_t pages_of(int64_t rows)
{
    return rows <= 0 ? 1 : (rows + YS_PAGE_ROWS_MAX - 1) / YS_PAGE_ROWS_MAX;
}

static int64_t pages(const struct view *view, size_t lane)
{
    return pages_of((int64_t)view->agenda->lanes[lane].rows);
}

static bool write_task(struct view *view, size_t lane, size_t task)
{
    if (view->units < view->price[view->agenda->tasks[task].kind]) {
        view->no_units = true;
        return false;
    }
    if (!view->moment->may_write) {
        wait_until(view, INT64_MAX);
        return false;
    }
    return decide(view, YS_ACT_WRITE, lane, task);
}

/* A read of the whole lane must fit into the day, or it would be thrown away half way. */
static bool read_lane(struct view *view, enum ys_action_kind kind, size_t lane)
{
    if (view->units < pages(view, lane)) {
        view->no_units = true;
        return false;
    }
    return decide(view, kind, lane, YS_NO_TASK);
}

/* A read that a write needs is made when that write can follow at once: what was read for later
 * would have to be read again on another day. */
static bool read_before(struct view *view, enum ys_action_kind kind, size_t lane, size_t task)
{
    int64_t reads = kind == YS_ACT_METADATA ? 1 : pages(view, lane);

    if (view->units < reads + view->price[view->agenda->tasks[task].kind]) {
        view->no_units = true;
        return false;
    }
    if (!view->moment->may_write) {
        wait_until(view, INT64_MAX);
        return false;
    }
    return decide(view, kind, lane, YS_NO_TASK);
}

/* Lists the lane when settle_ms have passed since its last write. */
static bool verify(struct view *view, size_t number, int64_t since_ms)
{
    int64_t at_ms = settled_at(view, since_ms);

    if (at_ms > view->moment->now_ms) {
        wait_until(view, at_ms);
        return false;
    }
    return read_lane(view, YS_ACT_VERIFY, number);
}

/* What keeps a lane from doing anything now. */
static bool held(struct view *view, struct ys_lane *lane, size_t task)
{
    if (lane->busy) {
        wait_until(view, INT64_MAX);
        return true;
    }
    if (task != YS_NO_TASK && view->agenda->tasks[task].status == YS_OP_STATUS_UNKNOWN)
        return false;
    if (lane->ready_ms > view->moment->now_ms) {
        wait_until(view, lane->ready_ms);
        return true;
    }
    return false;
}

static bool settle(struct view *view, size_t number, size_t task)
{
    const struct ys_lane *lane = &view->agenda->lanes[number];

    if (lane->looked && lane->settle_ms > view->moment->now_ms) {
        wait_until(view, lane->settle_ms);
        return false;
    }
    if (view->moment->units_left < pages(view, number)) {
        view->no_units = true;
        return false;
    }
    return decide(view, YS_ACT_SETTLE, number, task);
}

/* Creates go one at a time per channel: another that is out or unknown holds this one back. */
static bool create_is_out(const struct view *view)
{
    size_t i;

    for (i = 0; i < view->agenda->lane_count; i++) {
        const struct ys_lane *lane = &view->agenda->lanes[i];
        size_t task = lane->cursor;
        if (task == YS_NO_TASK || view->agenda->tasks[task].kind != YS_OP_PLAYLIST_CREATE)
            continue;
        if (lane->busy || view->agenda->tasks[task].status == YS_OP_STATUS_UNKNOWN) return true;
    }
    return false;
}

static bool adds_videos(enum ys_op_kind kind)
{
    return ys_op_kind_stage(kind) != YS_STAGE_DELETE_PLAYLISTS;
}

/* What an update or a publish of the lane costs: it reads the fields that it sends back, unless
 * they were read just now. */
static int64_t update_units(const struct view *view, const struct ys_lane *lane,
                            enum ys_op_kind kind)
{
    int64_t reads = lane->open[kind];

    if (reads > 0 && recent(view, lane->metadata_ms, YS_METADATA_MS)) reads--;
    return lane->open[kind] * view->price[kind] + reads;
}

/* Units of the playlists that are still to be made and can be today: these come first, whoever
 * else wants the units, for a creation that is not used today is lost. */
static int64_t need_for_creates(const struct view *view)
{
    int64_t creates = 0;
    size_t i;

    for (i = 0; i < view->agenda->lane_count; i++)
        if (!view->agenda->lanes[i].stopped)
            creates += view->agenda->lanes[i].open[YS_OP_PLAYLIST_CREATE];
    if (creates > view->moment->creates_left) creates = view->moment->creates_left;
    return creates * view->price[YS_OP_PLAYLIST_CREATE];
}

/* What the lane's playlist needs once it is there: to be renamed, filled, verified, published. */
static int64_t fill_units(const struct view *view, const struct ys_lane *lane)
{
    int64_t inserts = lane->open[YS_OP_ITEM_INSERT], moves = lane->open[YS_OP_ITEM_MOVE];
    int64_t units = inserts * view->price[YS_OP_ITEM_INSERT] +
                    moves * view->price[YS_OP_ITEM_MOVE] +
                    update_units(view, lane, YS_OP_PLAYLIST_UPDATE) +
                    update_units(view, lane, YS_OP_PLAYLIST_PUBLISH);

    if (inserts + moves > 0 && !lane->surveyed && lane->open[YS_OP_PLAYLIST_CREATE] == 0)
        units += pages_of((int64_t)lane->rows);
    if (inserts + moves > 0 || !lane->verified) units += pages_of((int64_t)lane->rows + inserts);
    return units;
}

/* Whether nothing can be done for a category today: its playlist cannot be made (and is not being
 * made just now), or it failed and rests for long. */
static bool cannot_go_on(const struct view *view, const struct ys_lane *lane)
{
    int64_t soon = view->agenda->settle_ms > YS_AFTER_CREATE_MS ? view->agenda->settle_ms
                                                                : YS_AFTER_CREATE_MS;

    if (lane->stopped) return true;
    if (lane->open[YS_OP_PLAYLIST_CREATE] > 0 && view->moment->creates_left <= 0 && !lane->busy)
        return true;
    return lane->ready_ms != YS_NEVER_MS && lane->ready_ms > view->moment->now_ms + soon;
}

/* What a category needs to be through today, so that it finishes before later ones take the
 * units. */
static int64_t need_for_videos(const struct view *view, size_t number)
{
    const struct ys_lane *lane = &view->agenda->lanes[number];

    return cannot_go_on(view, lane) ? 0 : fill_units(view, lane);
}

/* All that is left of a category. What is on its way is paid already. */
static int64_t lane_units(const struct view *view, size_t number)
{
    struct ys_lane *lane = &view->agenda->lanes[number];
    int64_t units = lane->open[YS_OP_PLAYLIST_CREATE] * view->price[YS_OP_PLAYLIST_CREATE] +
                    fill_units(view, lane);

    if (lane->busy)
        units -= view->price[view->agenda->tasks[ys_lane_task(view->agenda, lane)].kind];
    return units;
}

static bool to_create(const struct view *view, size_t number)
{
    const struct ys_lane *lane = &view->agenda->lanes[number];

    return !lane->stopped && lane->open[YS_OP_PLAYLIST_CREATE] > 0 &&
           lane->ready_ms <= view->moment->now_ms;
}

/* The next one to be created after `last` (YS_NO_TASK: from the beginning) in the order from the
 * largest to the smallest, leaving out `first`. */
static size_t next_largest(const struct view *view, size_t last, size_t first)
{
    int64_t limit = last == YS_NO_TASK ? INT64_MAX : lane_units(view, last), most = 0;
    size_t best = YS_NO_TASK, i;

    for (i = 0; i < view->agenda->lane_count; i++) {
        int64_t units;
        if (i == first || !to_create(view, i)) continue;
        units = lane_units(view, i);
        if (units > limit || (units == limit && i <= last)) continue;
        if (best != YS_NO_TASK && units <= most) continue;
        best = i;
        most = units;
    }
    return best;
}

/* Which playlist to make now: `first`, whose turn it is, while creations are not scarce. Where
 * they are, small playlists would use them up and leave units of the day idle for want of work. So
 * enough of them have to remain for the largest ones to use up the day; when `first` is the one too
 * much, the largest is made. When even the largest ones are too small, units are left over in any
 * case, and the order stands.
 *
 * With each request what the day has left falls by as much as what the categories need, so that
 * the choice does not depend on the pace. */
static size_t lane_to_create(const struct view *view, size_t first)
{
    int64_t creates = view->moment->creates_left, candidates = 0, idle = view->moment->units_left;
    size_t largest = next_largest(view, YS_NO_TASK, first), next = largest, i;

    for (i = 0; i < view->agenda->lane_count; i++) {
        if (to_create(view, i)) candidates++;
        else if (view->agenda->lanes[i].category[0] && !view->agenda->lanes[i].stopped)
            idle -= lane_units(view, i);
    }
    if (candidates <= creates) return first;
    idle -= lane_units(view, first);
    for (; idle > 0 && creates > 1; creates--) {
        idle -= lane_units(view, next);
        next = next_largest(view, next, first);
    }
    return idle > 0 && idle + lane_units(view, first) <= lane_units(view, next) ? largest : first;
}

/* The next step of a category up to its publication. True: decided. */
static bool fill_lane(struct view *view, size_t number)
{
    struct ys_lane *lane = &view->agenda->lanes[number];
    size_t task = ys_lane_task(view->agenda, lane);

    if (task != YS_NO_TASK && view->agenda->tasks[task].kind == YS_OP_PLAYLIST_CREATE)
        view->units = view->moment->units_left;
    if (lane->stopped || held(view, lane, task)) return false;
    if (task != YS_NO_TASK && view->agenda->tasks[task].status == YS_OP_STATUS_UNKNOWN)
        return settle(view, number, task);
    if (task == YS_NO_TASK || !adds_videos(view->agenda->tasks[task].kind))
        return !lane->verified && verify(view, number, lane->last_add_ms);
    switch (view->agenda->tasks[task].kind) {
    case YS_OP_PLAYLIST_CREATE:
        if (view->units < view->price[YS_OP_PLAYLIST_CREATE]) {
            view->no_units = true;
            return false;
        }
        if (view->moment->creates_left <= 0) {
            view->no_creates = true;
            return false;
        }
        if (create_is_out(view)) {
            wait_until(view, INT64_MAX);
            return false;
        }
        number = lane_to_create(view, number);
        return write_task(view, number, ys_lane_task(view->agenda, &view->agenda->lanes[number]));
    case YS_OP_PLAYLIST_PUBLISH:
        if (!lane->verified) return verify(view, number, lane->last_add_ms);
        /* fall through */
    case YS_OP_PLAYLIST_UPDATE:
        if (recent(view, lane->metadata_ms, YS_METADATA_MS))
            return write_task(view, number, task);
        return read_before(view, YS_ACT_METADATA, number, task);
    default:
        if (lane->surveyed) return write_task(view, number, task);
        return read_before(view, YS_ACT_SURVEY, number, task);
    }
}

/* A category is through when nothing of it is left to add and a listing showed it. */
static bool lane_through(struct ys_agenda *agenda, struct ys_lane *lane)
{
    size_t task = ys_lane_task(agenda, lane);

    if (lane->stopped) return !lane->busy;
    return !lane->busy && lane->verified &&
           (task == YS_NO_TASK || !adds_videos(agenda->tasks[task].kind));
}

static bool delete_is_pending(struct ys_agenda *agenda)
{
    size_t i;

    for (i = 0; i < agenda->lane_count; i++)
        if (!agenda->lanes[i].stopped && ys_lane_task(agenda, &agenda->lanes[i]) != YS_NO_TASK)
            return true;
    return false;
}

/* A lane whose listing a takeout or a delete rests on. */
static bool is_destination(const struct ys_lane *lane)
{
    return lane->category[0] && !lane->gone && lane->playlist_id[0] &&
           (lane->destination || lane->head != YS_NO_TASK);
}

/* Every destination listed within YS_DESTINATION_MS and after its last add; for playlists also
 * after its last write of any kind. None is listed before all of them can be: what was listed
 * while another one settles could be too old when that one has. */
static bool destinations_fresh(struct view *view, bool for_playlists, bool *decided)
{
    size_t stale = YS_NO_TASK, i;

    *decided = false;
    for (i = 0; i < view->agenda->lane_count; i++) {
        const struct ys_lane *lane = &view->agenda->lanes[i];
        int64_t since = for_playlists ? lane->last_write_ms : lane->last_add_ms;
        int64_t settled_ms = settled_at(view, since);
        if (!is_destination(lane)) continue;
        if (lane->busy || settled_ms > view->moment->now_ms) {
            wait_until(view, lane->busy ? INT64_MAX : settled_ms);
            return false;
        }
        if (stale == YS_NO_TASK &&
            (lane->listed_ms == YS_NEVER_MS || lane->listed_ms < settled_ms ||
             !recent(view, lane->listed_ms, YS_DESTINATION_MS)))
            stale = i;
    }
    if (stale != YS_NO_TASK) *decided = read_lane(view, YS_ACT_VERIFY, stale);
    return stale == YS_NO_TASK;
}

/* What it takes to take all of its rows out of the lane, but for what is on its way. */
static int64_t takeout_units(const struct view *view, size_t number)
{
    const struct ys_lane *lane = &view->agenda->lanes[number];
    int64_t open = lane->open[YS_OP_ITEM_DELETE] - lane->busy;
    int64_t reads = open > 0 && !lane->category[0] && !lane->surveyed ? pages(view, number) : 0;

    return open * view->price[YS_OP_ITEM_DELETE] + reads;
}

/* Takes rows out of carried-on playlists and inboxes; an inbox is listed before. A later lane only
 * spends what the earlier ones do not need. True: decided. */
static bool take_out(struct view *view, bool *left)
{
    bool decided = false;
    size_t i;

    *left = false;
    for (i = 0; i < view->agenda->lane_count && !decided; i++) {
        struct ys_lane *lane = &view->agenda->lanes[i];
        size_t task = ys_lane_task(view->agenda, lane);
        if (lane->stopped || task == YS_NO_TASK) continue;
        if (view->agenda->tasks[task].kind != YS_OP_ITEM_DELETE) continue;
        *left = true;
        if (!held(view, lane, task)) {
            if (view->agenda->tasks[task].status == YS_OP_STATUS_UNKNOWN) {
                if (settle(view, i, task)) return true;
                continue;
            }
            if (!lane->category[0] && !lane->surveyed)
                decided = read_before(view, YS_ACT_SURVEY, i, task);
            else if (destinations_fresh(view, false, &decided))
                decided = write_task(view, i, task);
        }
        if (!cannot_go_on(view, lane)) view->units -= takeout_units(view, i);
    }
    return decided;
}

/* Deletes what was given up, each after a proof of its own. True: decided. */
static bool delete_lanes(struct view *view)
{
    bool decided = false, unproved = false, open = false;
    size_t i;

    for (i = 0; i < view->agenda->lane_count; i++) {
        struct ys_lane *lane = &view->agenda->lanes[i];
        size_t task = ys_lane_task(view->agenda, lane);
        if (lane->category[0] || lane->stopped || task == YS_NO_TASK) continue;
        open = true;
        if (held(view, lane, task)) continue;
        if (view->agenda->tasks[task].status == YS_OP_STATUS_UNKNOWN) {
            if (settle(view, i, task)) return true;
            continue;
        }
        if (!view->moment->confirmed && lane->proved_ms != YS_NEVER_MS) continue;
        unproved = true;
        if (!destinations_fresh(view, true, &decided)) return decided;
        if (!view->moment->confirmed) return read_lane(view, YS_ACT_PROVE, i);
        if (recent(view, lane->proved_ms, YS_PROOF_MS) ? write_task(view, i, task)
                                                       : read_before(view, YS_ACT_PROVE, i, task))
            return true;
    }
    if (open && !unproved && !view->moment->confirmed && !view->waiting)
        return decide(view, YS_ACT_CONFIRM, 0, YS_NO_TASK);
    return false;
}

void ys_agenda_next(struct ys_agenda *agenda, const struct ys_moment *moment,
                    struct ys_action *out)
{
    struct view view = {.agenda = agenda, .moment = moment, .out = out, .wake_ms = INT64_MAX};
    bool through = true, left = false;
    int64_t reserved;
    size_t i;

    for (i = 0; i < YS_OP_KIND_COUNT; i++) view.price[i] = ys_op_units((enum ys_op_kind)i);
    reserved = need_for_creates(&view);
    for (i = 0; i < agenda->lane_count; i++) {
        struct ys_lane *lane = &agenda->lanes[i];
        if (!lane->category[0] || lane_through(agenda, lane)) continue;
        through = false;
        view.units = moment->units_left - reserved;
        if (fill_lane(&view, i)) return;
        reserved += need_for_videos(&view, i);
    }
    view.units = moment->units_left;
    if (through && delete_is_pending(agenda)) {
        if (take_out(&view, &left)) return;
        if (!left && delete_lanes(&view)) return;
    } else if (through) {
        *out = (struct ys_action){.kind = YS_ACT_DONE};
        return;
    }
    *out = (struct ys_action){.kind = YS_ACT_WAIT, .wake_ms = view.wake_ms};
    /* A reply, or a settle time that ends soon, may complete a category today. */
    if (view.waiting &&
        (view.wake_ms == INT64_MAX || view.wake_ms - moment->now_ms <= agenda->settle_ms))
        return;
    if (view.no_units) out->kind = YS_ACT_NO_UNITS;
    else if (!view.waiting && view.no_creates) out->kind = YS_ACT_NO_CREATES;
    else if (!view.waiting && through) out->kind = YS_ACT_DONE;
}
