/* previews.c: see previews.h. */
#include "previews.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/memvfs.h"
#include "support/world.h"

#define START_DAYS 4
#define SETTLES 8

/* Noon in California: an ordinary day, and the days before the clocks are changed. */
static const char *const starts[START_DAYS] = {
    "2026-11-20T20:00:00Z", "2026-10-31T19:00:00Z", "2027-03-13T20:00:00Z",
    "2026-12-30T20:00:00Z"};

/* Seconds; also longer than a destination's listing is good for. */
static const int64_t settles_s[SETTLES] = {60, 60, 60, 60, 60, 60, 5, 700};

/* The numbers of a run, each from the seed by itself. */
static int64_t draw(uint64_t seed, uint64_t what, int64_t below)
{
    uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + what * UINT64_C(0xbf58476d1ce4e5b9);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (int64_t)(z % (uint64_t)below);
}

static void set_up(struct world *world, struct memvfs *disk, uint64_t seed)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    static const enum ys_privacy privacies[] = {YS_PRIVACY_PRIVATE, YS_PRIVACY_UNLISTED,
                                                YS_PRIVACY_PUBLIC};
    int64_t start_ms;

    world_init(world, seed);
    assert_true(ys_time_parse(starts[draw(seed, 1, START_DAYS)], &start_ms));
    ys_sim_clock_init(&world->clock, seed, start_ms);
    memvfs_reset(disk, seed);
    memvfs_set_time(disk, start_ms);
    world->vfs = memvfs_name(disk);
    world->categories = 1 + (size_t)draw(seed, 2, 5);
    world->old = olds[draw(seed, 3, 3)];
    world->privacy = privacies[draw(seed, 4, 3)];
    world->drop_gone = draw(seed, 5, 2) == 0;
    world->uneven = draw(seed, 13, 2) == 0;
    world->inboxes = draw(seed, 14, 3) == 0;
    world_open(world);
    world_library(world, 2 + draw(seed, 6, 5), 4 + draw(seed, 7, 24));
    world_session(world);
    world_set(world, "quota.creates", 1 + draw(seed, 8, 6));
    world_set(world, "quota.keep", draw(seed, 9, 200));
    world_set(world, "quota.daily",
              (draw(seed, 16, 4) == 0 ? 320 : 420) + draw(seed, 10, 1600));
    world_set(world, "pace.settle_s", settles_s[draw(seed, 15, SETTLES)]);
}

/* Something was done on this day already: reads, and playlists made by hand. */
static void use_today(struct world *world, uint64_t seed)
{
    char id[YS_ID_BYTES];
    int64_t left = draw(seed, 11, 3), reads = draw(seed, 12, 4);
    struct ys_fetch_result fetched;

    for (; reads > 0; reads--)
        world_ok(world, ys_fetch(world->session, true, NULL, NULL, &fetched, &world->err));
    for (; left > 0; left--) {
        enum ys_status status = ys_playlist_create(world->session, "By hand", "",
                                                   YS_PRIVACY_PRIVATE, id, &world->err);
        if (status != YS_OK) return; /* the day allows no more */
    }
}

/* What the simulator charged on a day so far. */
static int64_t charged_on(struct world *world, int64_t day)
{
    struct ys_sim_quota quota;
    int64_t i;

    for (i = 0; ys_sim_quota_nth(world->sim, i, &quota, NULL) == YS_OK; i++)
        if (quota.day == day) return quota.used_units;
    return 0;
}

/* Each day of the calendar was charged as predicted; the first one had `before` units already. */
static void compare_days(struct world *world, uint64_t seed, const struct ys_plan *plan,
                         int64_t first_day, int64_t before)
{
    struct ys_plan_day day;
    size_t i;

    for (i = 0; ys_plan_day(plan, i, &day); i++) {
        int64_t number = ys_pacific_day(day.starts_at_ms);
        int64_t units = charged_on(world, number) - (number == first_day ? before : 0);
        if (units != day.units)
            fail_msg("seed %llu, day %zu: predicted %lld units, charged %lld",
                     (unsigned long long)seed, i, (long long)day.units, (long long)units);
    }
}

/* The last quota day on which the simulator charged anything, and all that it charged. */
static int64_t charged(struct world *world, int64_t *last_day)
{
    struct ys_sim_quota quota;
    int64_t i;

    *last_day = -1;
    for (i = 0; ys_sim_quota_nth(world->sim, i, &quota, NULL) == YS_OK; i++)
        if (quota.used_units > 0 && quota.day > *last_day) *last_day = quota.day;
    return ys_sim_quota_total(world->sim);
}

static void compare(struct world *world, uint64_t seed)
{
    int64_t first_day, last_day, before, before_today, units, days;
    struct ys_preview preview;
    struct ys_plan *plan = world_plan(world);
    enum ys_status status;

    ys_plan_preview(plan, &preview);
    first_day = ys_pacific_day(ys_session_now(world->session));
    before = charged(world, &last_day);
    before_today = charged_on(world, first_day);
    if (ys_plan_count(plan) > 0) {
        world_ok(world, ys_job_start(world->session, plan, &world->job, &world->err));
        world_ok(world, ys_job_confirm(world->session, 0, &world->err));
        status = world_finish(world);
        if (status != YS_OK)
            fail_msg("seed %llu: %s", (unsigned long long)seed, world->err.message);
    }
    compare_days(world, seed, plan, first_day, before_today);
    ys_plan_free(plan);
    units = charged(world, &last_day) - before;
    days = units > 0 ? last_day - first_day + 1 : 0;
    if (units != preview.units || days != preview.days)
        fail_msg("seed %llu: predicted %lld units in %lld days, charged %lld in %lld",
                 (unsigned long long)seed, (long long)preview.units, (long long)preview.days,
                 (long long)units, (long long)days);
}

static void one_run(struct memvfs *disk, uint64_t seed)
{
    struct world world;

    set_up(&world, disk, seed);
    use_today(&world, seed);
    compare(&world, seed);
    world_close(&world);
}

void previews_run(uint64_t first, uint64_t last)
{
    const char *given = getenv("YTSYNC_SEED");
    struct memvfs *disk;

    memvfs_alone();
    disk = memvfs_new("previews");
    assert_non_null(disk);
    if (given) one_run(disk, strtoull(given, NULL, 10));
    for (; !given && first <= last; first++) one_run(disk, first);
    memvfs_free(disk);
}
