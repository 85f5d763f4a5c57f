/* scenario.c: drawing a scenario. Each part is drawn from a random state of its own, so that a part
 * that draws more than it used to does not change the others. */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "sim/sim.h"
#include "support/chance.h"

/* Every fault that passes or that the engine must live with. The share is drawn. */
struct fault_kind {
    const char *who, *what;
};
static const struct fault_kind passing_faults[] = {
    {"playlistItems.insert", "effect+close"},
    {"playlistItems.insert", "close"},
    {"playlistItems.insert", "effect+500"},
    {"playlistItems.insert", "effect+timeout"},
    {"playlistItems.insert", "timeout"},
    {"playlistItems.insert", "409"},
    {"playlistItems.insert", "effect+503html"},
    {"playlistItems.insert", "truncated"},
    {"playlistItems.insert", "empty"},
    {"playlistItems.insert", "shape"},
    {"playlists.insert", "effect+close"},
    {"playlists.insert", "effect+500"},
    {"playlists.insert", "500"},
    {"playlists.insert", "effect+timeout"},
    {"playlists.insert", "timeout"},
    {"playlists.insert", "truncated"},
    {"playlists.insert", "409"},
    {"playlists.insert", "effect+409"},
    {"playlists.insert", "429creates"},
    {"playlists.delete", "effect+close"},
    {"playlists.delete", "close"},
    {"playlists.delete", "effect+timeout"},
    {"playlists.delete", "effect+500"},
    {"playlists.update", "effect+close"},
    {"playlists.update", "500"},
    {"playlists.update", "409"},
    {"playlistItems.delete", "effect+close"},
    {"playlistItems.delete", "effect+500"},
    {"playlistItems.delete", "timeout"},
    {"write", "408"},
    {"write", "500"},
    {"write", "503html"},
    {"write", "notjson"},
    {"write", "cut"},
    {"write", "429"},
    {"write", "429:7"},
    {"write", "429:Wed, 21 Oct 2015 07:28:00 GMT"},
    {"write", "429:soon"},
    {"write", "403rate"},
    {"read", "500"},
    {"read", "503:2"},
    {"read", "502"},
    {"read", "close"},
    {"read", "timeout"},
    {"read", "truncated"},
    {"read", "notjson"},
    {"read", "cut"},
    {"read", "shape"},
    {"read", "deadtoken"},
    {"read", "429"},
    {"playlistItems.list", "shortpage:2"},
    {"playlistItems.list", "doublerow"},
    {"playlistItems.list", "total:3"},
    {"playlistItems.list", "total:-1"},
    {"playlistItems.list", "hiderow:1"},
    {"playlistItems.list", "404"},
    {"playlists.list", "shortpage:1"},
    {"any", "delay:45000"},
};
/* These end an attempt, an operation, a day, a sign-in: rarer. */
static const struct fault_kind hard_faults[] = {
    {"any", "quota403"},
    {"any", "quota429"},
    {"any", "401"},
    {"write", "403forbidden"},
    {"playlistItems.insert", "404"},
    {"playlistItems.insert", "400"},
    {"playlistItems.insert", "409already"},
    {"playlists.insert", "400"},
    {"playlists.delete", "403forbidden"},
    {"playlists.update", "404"},
    {"playlistItems.delete", "404"},
    {"playlistItems.delete", "400"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint64_t part(uint64_t seed, uint64_t number)
{
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + number;

    (void)chance_next(&state);
    return chance_next(&state);
}

void scenario_calm(struct scenario *out, uint64_t seed)
{
    size_t i;

    *out = (struct scenario){
        .seed = seed,
        .playlists = 5,
        .videos = 20,
        .overlap_permille = 200,
        .start_wall_ms = YS_SIM_START_WALL_MS,
        .category_count = 3,
        .old = YS_OLD_DELETE,
        .drop_gone = true,
        .daily_units = 10000,
        .keep_units = 100,
        .creates = 10,
        .settle_s = 60,
        .step_ms = 1000,
        .per_second = 5,
        .reads = 4,
        .writes = 2,
        .server_daily_units = 10000,
        .failed_cost_full = true,
        .arrive_permille = 500,
    };
    for (i = 0; i < SCENARIO_CATEGORIES_MAX; i++)
        out->categories[i].new_privacy = YS_PRIVACY_PRIVATE;
}

/* ---------------------------------------------------------------- the parts */

static void draw_library(struct scenario *out, uint64_t random)
{
    /* An ordinary day, the ends of daylight saving time, the minutes before a Pacific midnight. */
    static const int64_t starts[] = {
        YS_SIM_START_WALL_MS,
        YS_SIM_START_WALL_MS + 13 * YS_MS_PER_HOUR + 40 * YS_MS_PER_MINUTE,
        INT64_C(1793516400000), /* 2026-11-01T07:00Z, the day of 25 hours begins */
        INT64_C(1793606100000), /* 2026-11-02T07:55Z, near its end */
        INT64_C(1805011200000), /* 2027-03-14T08:00Z, the day of 23 hours begins */
        INT64_C(1805093700000), /* 2027-03-15T06:55Z, near its end */
    };

    out->playlists = chance_range(&random, 3, 8);
    out->videos = chance_range(&random, 5, 40);
    out->overlap_permille = (int)chance_range(&random, 0, 500);
    out->gone_permille = chance_one_in(&random, 2) ? (int)chance_range(&random, 0, 150) : 0;
    out->doubled_permille = chance_one_in(&random, 3) ? (int)chance_range(&random, 0, 150) : 0;
    out->start_wall_ms = starts[chance_range(&random, 0, (int64_t)COUNT(starts) - 1)];
}

static void draw_policy(struct scenario *out, uint64_t random)
{
    static const enum ys_privacy open[] = {YS_PRIVACY_PRIVATE, YS_PRIVACY_PRIVATE,
                                           YS_PRIVACY_UNLISTED, YS_PRIVACY_PUBLIC};
    static const enum ys_old levels[] = {YS_OLD_DELETE, YS_OLD_DELETE, YS_OLD_DELETE,
                                         YS_OLD_KEEP, YS_OLD_REUSE};
    size_t i;

    out->category_count = (size_t)chance_range(&random, 1, 5);
    out->old = levels[chance_range(&random, 0, (int64_t)COUNT(levels) - 1)];
    for (i = 0; i < out->category_count; i++) {
        struct scenario_category *category = &out->categories[i];
        category->adopts = chance_one_in(&random, 4);
        category->described = chance_one_in(&random, 4);
        category->privacy = chance_one_in(&random, 4) ? open[chance_range(&random, 0, 3)]
                                                      : YS_PRIVACY_UNSET;
        category->new_privacy = open[chance_range(&random, 0, 3)];
    }
    out->unmatched_permille = chance_one_in(&random, 3) ? (int)chance_range(&random, 0, 200) : 0;
    out->dropped_permille = chance_one_in(&random, 3) ? (int)chance_range(&random, 0, 300) : 0;
    out->twice_permille = chance_one_in(&random, 3) ? (int)chance_range(&random, 0, 300) : 0;
    out->drop_gone = !chance_one_in(&random, 3);
    out->protects = chance_one_in(&random, 6);
    for (i = 0; i < out->category_count; i++)
        out->categories[i].ordered = chance_one_in(&random, 3);
    out->has_inbox = chance_one_in(&random, 4);
}

static void draw_limits(struct scenario *out, uint64_t random)
{
    static const int64_t lags_ms[] = {0, 0, 3000, 3000, 10000, 30000};
    static const int64_t settles_s[] = {60, 60, 60, 45, 120};

    out->daily_units = chance_one_in(&random, 2) ? 10000 : chance_range(&random, 400, 3000);
    out->keep_units = chance_one_in(&random, 3) ? chance_range(&random, 0, 200) : 100;
    out->creates = chance_one_in(&random, 3) ? chance_range(&random, 1, 4) : 10;
    out->per_second = chance_range(&random, 1, 20);
    out->reads = chance_range(&random, 1, 6);
    out->writes = chance_range(&random, 1, 5);
    out->server_daily_units = chance_one_in(&random, 8) ? out->daily_units * 3 / 4
                                                        : out->daily_units;
    out->server_creates_per_day = chance_one_in(&random, 5) ? chance_range(&random, 1, 4) : 0;
    out->server_creates_per_hour = chance_one_in(&random, 5) ? chance_range(&random, 1, 3) : 0;
    out->lag_max_ms = lags_ms[chance_range(&random, 0, (int64_t)COUNT(lags_ms) - 1)];
    out->settle_s = settles_s[chance_range(&random, 0, (int64_t)COUNT(settles_s) - 1)];
    out->reset_late_ms = chance_one_in(&random, 5)
                             ? chance_range(&random, 1, 100) * YS_MS_PER_MINUTE
                             : 0;
    out->exhausted_as_429 = chance_one_in(&random, 2);
    out->failed_cost_full = !chance_one_in(&random, 3);
    if (chance_one_in(&random, 4)) {
        out->short_page_permille = (int)chance_range(&random, 0, 100);
        out->double_row_permille = (int)chance_range(&random, 0, 60);
        out->total_lie_permille = (int)chance_range(&random, 0, 60);
    }
    if (chance_one_in(&random, 3)) {
        /* Held up on the way, perhaps until after it was given up; but not for so long that
         * settle_s would not cover it. */
        out->stall_permille = (int)chance_range(&random, 5, 60);
        out->stall_max_ms = 60000 + (out->settle_s * 1000 - out->lag_max_ms) / 3;
    }
}

static void add_fault(struct scenario *out, const struct fault_kind *kind, int permille)
{
    if (out->fault_count == SCENARIO_FAULTS_MAX) return;
    (void)snprintf(out->faults[out->fault_count++], SCENARIO_FAULT_BYTES, "%s%%%d=%s", kind->who,
                   permille, kind->what);
}

static void draw_faults(struct scenario *out, uint64_t random)
{
    int64_t soft = chance_range(&random, 0, 9), hard = chance_range(&random, 0, 8);

    /* A share of the seeds has none, so that crashes and edits are met by themselves too. */
    for (; soft > 1; soft--) {
        int64_t which = chance_range(&random, 0, (int64_t)COUNT(passing_faults) - 1);
        add_fault(out, &passing_faults[which],
                  (int)chance_range(&random, 5, chance_one_in(&random, 6) ? 300 : 60));
    }
    for (; hard > 6; hard--)
        add_fault(out, &hard_faults[chance_range(&random, 0, (int64_t)COUNT(hard_faults) - 1)],
                  (int)chance_range(&random, 2, 15));
}

static void draw_crashes(struct scenario *out, uint64_t random)
{
    if (!chance_one_in(&random, 5)) {
        /* Some storms kill rarely, some all the time. */
        int most = chance_one_in(&random, 6) ? 60 : 12;
        out->crash_commit_permille = (int)chance_range(&random, 0, most);
        out->crash_send_permille = (int)chance_range(&random, 0, most);
        out->crash_reply_permille = (int)chance_range(&random, 0, most);
        out->crash_write_permyriad = (int)chance_range(&random, 0, most);
    }
    out->power_permille = chance_one_in(&random, 2) ? (int)chance_range(&random, 0, 1000) : 0;
    out->ghost_permille = (int)chance_range(&random, 0, 1000);
    out->disk_permille = chance_one_in(&random, 5) ? (int)chance_range(&random, 1, 30) : 0;
    out->restart_permille = chance_one_in(&random, 2) ? (int)chance_range(&random, 0, 30) : 0;
}

static int some(uint64_t *random, int one_in, int most)
{
    return chance_one_in(random, one_in) ? (int)chance_range(random, 1, most) : 0;
}

static void draw_people(struct scenario *out, uint64_t random)
{
    out->edit_permille = some(&random, 3, 30);
    out->availability_permille = some(&random, 5, 15);
    out->spend_permille = some(&random, 5, 10);
    out->jump_permille = some(&random, 4, 20);
    out->token_permille = some(&random, 5, 10);
    out->pause_permille = some(&random, 4, 15);
    out->cancel_permille = some(&random, 8, 5);
    out->down_permille = some(&random, 6, 10);
    out->second_runner_permille = some(&random, 6, 10);
    out->old_copy_permille = some(&random, 12, 150);
    out->decide_permille = some(&random, 4, 500);
    out->policy_permille = some(&random, 8, 8);
    out->refused_permille = some(&random, 2, 700);
}

void scenario_draw(struct scenario *out, uint64_t seed)
{
    uint64_t random = part(seed, 1);

    scenario_calm(out, seed);
    out->storm_requests = chance_range(&random, 40, 350);
    draw_library(out, part(seed, 2));
    draw_policy(out, part(seed, 3));
    draw_limits(out, part(seed, 4));
    draw_faults(out, part(seed, 5));
    draw_crashes(out, part(seed, 6));
    draw_people(out, part(seed, 7));
}

void scenario_text(const struct scenario *scenario, char *out, size_t out_bytes)
{
    size_t i;
    int used = snprintf(
        out, out_bytes,
        "%lld playlists, %lld videos, %zu categories, old=%s, %lld-%lld units (server %lld, %lld "
        "min late), lag %lld ms, settle %lld s, crashes %d/%d/%d/%d power %d ghosts %d disk %d, "
        "edits %d, spend %d jump %d token %d pause %d cancel %d old copy %d, %lld requests;",
        (long long)scenario->playlists, (long long)scenario->videos, scenario->category_count,
        ys_old_name(scenario->old), (long long)scenario->daily_units,
        (long long)scenario->keep_units, (long long)scenario->server_daily_units,
        (long long)(scenario->reset_late_ms / YS_MS_PER_MINUTE), (long long)scenario->lag_max_ms,
        (long long)scenario->settle_s,
        scenario->crash_commit_permille, scenario->crash_send_permille,
        scenario->crash_reply_permille, scenario->crash_write_permyriad,
        scenario->power_permille, scenario->ghost_permille, scenario->disk_permille,
        scenario->edit_permille, scenario->spend_permille, scenario->jump_permille,
        scenario->token_permille, scenario->pause_permille, scenario->cancel_permille,
        scenario->old_copy_permille, (long long)scenario->storm_requests);

    for (i = 0; i < scenario->fault_count && used > 0 && (size_t)used < out_bytes; i++)
        used += snprintf(out + used, out_bytes - (size_t)used, " %s", scenario->faults[i]);
}
