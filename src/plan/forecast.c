/* forecast.c: what a plan costs in reads, and how many quota days it takes.
 *
 * Writes are exact. Reads are counted as the engine makes them on a fault-free run with one start
 * a day: a look at the channel at each start, the list of playlists before the backup, each
 * carried-on playlist before the first write of a start, each category when it is complete, each
 * old playlist and its destinations before the deletes. They are an estimate where pages may be
 * short. */
#include "base/time.h"
#include "plan/plan.h"
#include "youtube/methods.h"

/* More days than this are not counted one by one (a keep close to the daily limit). */
#define FORECAST_DAYS_MAX 100000

static int64_t pages(int64_t rows)
{
    return rows <= 0 ? 1 : (rows + YS_PAGE_ROWS_MAX - 1) / YS_PAGE_ROWS_MAX;
}

/* A day's work while forecasting. */
struct days {
    const struct ys_plan_today *today;
    int64_t day;               /* 0: today */
    int64_t units_left, creates_left;
    int64_t reads;
};

static void next_day(struct days *days)
{
    days->day++;
    days->units_left = days->today->limits.daily_units - days->today->limits.keep_units;
    days->creates_left = days->today->limits.creates;
}

static bool endless(const struct days *days)
{
    return days->day >= FORECAST_DAYS_MAX;
}

/* Spends units that may not be divided; a start costs one look at the channel. */
static void spend(struct days *days, int64_t units)
{
    while (days->units_left < units && !endless(days)) {
        next_day(days);
        days->units_left--;
        days->reads++;
    }
    days->units_left -= units;
}

static void spend_reads(struct days *days, int64_t count)
{
    int64_t i;

    days->reads += count;
    for (i = 0; i < count && !endless(days); i++) spend(days, 1);
}

/* One category from its survey to its verification. Days on which it is taken up again cost
 * another survey. */
static void fill_category(struct days *days, const struct ys_plan *plan,
                          struct ys_plan_category *category, size_t *next_op)
{
    int64_t started = days->day;
    int64_t rows = category->rows_now;
    bool touched = false;

    while (*next_op < plan->op_count && plan->ops[*next_op].kind == YS_OP_ITEM_INSERT &&
           plan->ops[*next_op].category == category->key) {
        if (!touched && category->playlist != YS_NO_PLAYLIST) spend_reads(days, pages(rows));
        touched = true;
        spend(days, ys_op_units(YS_OP_ITEM_INSERT));
        rows++;
        if (days->day != started) {
            started = days->day;
            spend_reads(days, pages(rows));
        }
        (*next_op)++;
    }
    if (touched) spend_reads(days, pages(rows));
    category->verified_day = touched ? days->day : -1;
    while (*next_op < plan->op_count && plan->ops[*next_op].kind == YS_OP_PLAYLIST_PUBLISH &&
           plan->ops[*next_op].category == category->key) {
        spend_reads(days, 1);
        spend(days, ys_op_units(YS_OP_PLAYLIST_PUBLISH));
        (*next_op)++;
    }
}

static void create_playlists(struct days *days, const struct ys_plan *plan, size_t *next_op)
{
    for (; *next_op < plan->op_count; (*next_op)++) {
        enum ys_op_kind kind = plan->ops[*next_op].kind;
        if (kind == YS_OP_PLAYLIST_UPDATE) {
            spend_reads(days, 1);
        } else if (kind == YS_OP_PLAYLIST_CREATE) {
            /* Creations wait for their day; inserts of other categories use the time. */
            if (days->creates_left > 0) days->creates_left--;
        } else {
            return;
        }
        spend(days, ys_op_units(kind));
    }
}

/* Days that the creations alone need. */
static int64_t creation_days(const struct ys_plan *plan, const struct ys_plan_today *today)
{
    int64_t creates = 0, per_day = today->limits.creates > 0 ? today->limits.creates : 1;
    size_t i;

    for (i = 0; i < plan->op_count; i++) creates += plan->ops[i].kind == YS_OP_PLAYLIST_CREATE;
    if (creates <= today->creates_left) return 0;
    return (creates - today->creates_left + per_day - 1) / per_day;
}

static void delete_playlists(struct days *days, const struct ys_plan *plan, size_t next_op)
{
    size_t i;

    if (next_op == plan->op_count) return;
    for (i = 0; i < plan->category_count; i++)
        if (plan->categories[i].verified_day != days->day)
            spend_reads(days, pages(plan->categories[i].rows_after));
    spend_reads(days, plan->doomed_pages);
    for (; next_op < plan->op_count; next_op++) spend(days, ys_op_units(plan->ops[next_op].kind));
}

static int64_t plain_days(const struct ys_plan *plan, const struct ys_plan_today *today)
{
    int64_t per_day = today->limits.daily_units - today->limits.keep_units;

    if (plan->plain_write_units == 0) return 0;
    return per_day <= 0 ? FORECAST_DAYS_MAX : (plan->plain_write_units + per_day - 1) / per_day;
}

void ys_plan_forecast(struct ys_plan *plan, const struct ys_plan_today *today)
{
    struct ys_preview *preview = &plan->preview;
    struct days days = {.today = today,
                        .units_left = today->units_left,
                        .creates_left = today->creates_left};
    size_t next_op = 0, i;
    int64_t creating;

    preview->write_units = preview->create_playlists.units + preview->add_videos.units +
                           preview->delete_playlists.units;
    preview->plain_units = plan->plain_write_units;
    preview->plain_days = plain_days(plan, today);
    if (plan->op_count > 0) {
        /* A start: the channel, and the list of playlists before the backup. */
        spend_reads(&days, 2 + pages(plan->playlists_now));
        create_playlists(&days, plan, &next_op);
        for (i = 0; i < plan->category_count; i++)
            fill_category(&days, plan, &plan->categories[i], &next_op);
        creating = creation_days(plan, today);
        while (days.day < creating) next_day(&days);
        delete_playlists(&days, plan, next_op);
        preview->days = days.day + 1;
        preview->ends_at_ms = days.day == 0 ? today->now_ms
                                            : ys_pacific_day_start_ms(
                                                  ys_pacific_day(today->now_ms) + days.day);
    }
    preview->read_units = days.reads;
    preview->units = preview->write_units + preview->read_units;
}
