/* bench_plans.c: what plans save, on simulated accounts of 4,000 videos: the table of README.md.
 *
 *     build/plain/tests/bench/bench_plans
 *
 * For each account: units of writes, and days, of the plain way (make all, add all, delete all), of
 * a greedy planner (each category in turn carries on the old list that is more than half its own),
 * and of ytsync's three levels; and the least that any choice of playlists could need under
 * "delete", by the prices of the plan's certificate. Days are quota days of 10,000 units less 100
 * and ten new playlists; those of ytsync count its reads too. Ends with 1 when a plan misses its
 * bound or the greedy planner is better. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/chance.h"
#include "support/plans.h"

#define VIDEOS 4000
#define LISTS_MAX 300
#define CATEGORIES_MAX 100
#define WANTS_MAX 3
#define UNWANTED (-1)
#define PER_DAY 9900
#define CREATES_PER_DAY 10

/* An account: `lists` old lists whose entries belong to `categories` new ones. */
struct account {
    const char *name;
    int lists, categories;
    int noise_percent;     /* entries that stand in a list of no relation */
    int later_percent;     /* videos that are in no list but Watch later */
    int unwanted_percent;  /* videos that no category wants */
    bool overlapping;      /* a third of the videos belongs to two categories, some to three */
    bool right_titles;     /* the lists are called as the categories */
};

static const struct account accounts[] = {
    {.name = "87 lists, 5 % noise", .lists = 87, .categories = 87, .noise_percent = 5},
    {.name = "87 lists, 20 % noise", .lists = 87, .categories = 87, .noise_percent = 20},
    {.name = "87 lists, 50 % noise", .lists = 87, .categories = 87, .noise_percent = 50},
    {.name = "half only in Watch later", .lists = 87, .categories = 87, .noise_percent = 5,
     .later_percent = 50},
    {.name = "25 nearly right lists", .lists = 25, .categories = 25, .noise_percent = 3,
     .right_titles = true},
    {.name = "87 lists into 25", .lists = 87, .categories = 25, .noise_percent = 5},
    {.name = "300 lists into 40", .lists = 300, .categories = 40, .noise_percent = 5},
    {.name = "overlapping categories", .lists = 87, .categories = 87, .noise_percent = 5,
     .overlapping = true},
    {.name = "3 % unmatched", .lists = 87, .categories = 87, .noise_percent = 5,
     .unwanted_percent = 3},
};

struct library {
    int wants[VIDEOS][WANTS_MAX]; /* categories of a video, UNWANTED where there is none */
    int list_of[VIDEOS];          /* -1: in none */
    int list_home[LISTS_MAX];     /* the category that a list is mostly about */
};

struct cost {
    int64_t units, days;
};

/* ---------------------------------------------------------------- chance */

static uint64_t chance_state;

static int below(int limit)
{
    return (int)chance_range(&chance_state, 0, limit - 1);
}

/* Small numbers more often than large ones: collections have a few large and many small parts. */
static int skewed(int limit)
{
    int a = below(limit), b = below(limit);

    return a < b ? a : b;
}

/* ---------------------------------------------------------------- the account */

static int list_about(const struct library *library, const struct account *account, int category)
{
    int tries, list = category;

    for (tries = 0; tries < 1000; tries++) {
        list = below(account->lists);
        if (library->list_home[list] == category) return list;
    }
    return category; /* the list of that number is about it */
}

static void fill_library(struct library *library, const struct account *account)
{
    int i;

    for (i = 0; i < account->lists; i++)
        library->list_home[i] = i < account->categories ? i : skewed(account->categories);
    for (i = 0; i < VIDEOS; i++) {
        int home = skewed(account->categories);
        int *wants = library->wants[i];
        wants[0] = below(100) < account->unwanted_percent ? UNWANTED : home;
        wants[1] = account->overlapping && below(3) == 0 ? below(account->categories) : UNWANTED;
        wants[2] = wants[1] != UNWANTED && below(3) == 0 ? below(account->categories) : UNWANTED;
        if (wants[1] == wants[0]) wants[1] = UNWANTED;
        if (wants[2] == wants[0] || wants[2] == wants[1]) wants[2] = UNWANTED;
        if (below(100) < account->later_percent) library->list_of[i] = -1;
        else if (below(100) < account->noise_percent) library->list_of[i] = below(account->lists);
        else library->list_of[i] = list_about(library, account, home);
    }
}

static void title_of(const struct account *account, int list, char out[32])
{
    if (account->right_titles) (void)snprintf(out, 32, "Category %03d", list);
    else (void)snprintf(out, 32, "List %03d", list);
}

static void give_to_planner(const struct library *library, const struct account *account)
{
    char title[32], id[32];
    int i, list;

    for (list = 0; list < account->lists; list++) {
        title_of(account, list, title);
        (void)snprintf(id, sizeof id, "PL%03d", list);
        (void)pl_playlist(id, title);
        for (i = 0; i < VIDEOS; i++)
            if (library->list_of[i] == list) pl_item(i, YS_AVAILABILITY_LIVE);
    }
}

static void want(size_t category, int video)
{
    if (ys_target_add_video(pl_target, category, pl_video(video), "a rule", &pl_err) != YS_OK)
        abort();
}

static void give_policy(const struct library *library, const struct account *account,
                        enum ys_old old)
{
    size_t index[CATEGORIES_MAX];
    char title[32];
    int i, k;

    pl_old(old);
    for (i = 0; i < account->categories; i++) {
        (void)snprintf(title, sizeof title, "Category %03d", i);
        index[i] = pl_category(title, 1, 0);
    }
    for (i = 0; i < VIDEOS; i++)
        for (k = 0; k < WANTS_MAX; k++)
            if (library->wants[i][k] != UNWANTED)
                want(index[library->wants[i][k]], i);
}

/* ---------------------------------------------------------------- the other ways */

static bool wanted_by(const struct library *library, int video, int category)
{
    const int *wants = library->wants[video];

    return wants[0] == category || wants[1] == category || wants[2] == category;
}

static bool wanted(const struct library *library, int video)
{
    return library->wants[video][0] != UNWANTED || library->wants[video][1] != UNWANTED ||
           library->wants[video][2] != UNWANTED;
}

static struct cost cost_of(int64_t writes, int64_t creates)
{
    struct cost cost = {.units = writes * 50};
    int64_t by_creates = (creates + CREATES_PER_DAY - 1) / CREATES_PER_DAY;

    cost.days = (cost.units + PER_DAY - 1) / PER_DAY;
    if (by_creates > cost.days) cost.days = by_creates;
    return cost;
}

/* Rows of a list, those that a category wants, and those that nobody wants. */
static void count_rows(const struct library *library, int list, int category, int *rows,
                       int *mine, int *unwanted)
{
    int i;

    *rows = *mine = *unwanted = 0;
    for (i = 0; i < VIDEOS; i++) {
        if (library->list_of[i] != list) continue;
        ++*rows;
        *mine += wanted_by(library, i, category);
        *unwanted += !wanted(library, i);
    }
}

static int count_wanted(const struct library *library, int category)
{
    int i, count = 0;

    for (i = 0; i < VIDEOS; i++) count += wanted_by(library, i, category);
    return count;
}

/* Make all, add all, delete all that may be deleted. */
static struct cost plain(const struct library *library, const struct account *account)
{
    int64_t writes = account->categories;
    int i, rows, mine, unwanted;

    for (i = 0; i < account->categories; i++) writes += count_wanted(library, i);
    for (i = 0; i < account->lists; i++) {
        count_rows(library, i, 0, &rows, &mine, &unwanted);
        writes += unwanted == 0;
    }
    return cost_of(writes, account->categories);
}

/* The largest free list that is more than half the category's own, or -1. */
static int mostly_mine(const struct library *library, const struct account *account, int category,
                       const bool *taken)
{
    int list, best = -1, most = 0, rows, mine, unwanted;

    if (account->right_titles) return category;
    for (list = 0; list < account->lists; list++) {
        if (taken[list]) continue;
        count_rows(library, list, category, &rows, &mine, &unwanted);
        if (mine * 2 <= rows || mine <= most) continue;
        most = mine;
        best = list;
    }
    return best;
}

static struct cost greedy(const struct library *library, const struct account *account)
{
    bool taken[LISTS_MAX] = {false};
    int64_t writes = 0, creates = 0;
    int category, list, rows, mine, unwanted;

    for (category = 0; category < account->categories; category++) {
        int all = count_wanted(library, category);
        list = mostly_mine(library, account, category, taken);
        if (list < 0) {
            creates++;
            writes += 1 + all;
            continue;
        }
        taken[list] = true;
        count_rows(library, list, category, &rows, &mine, &unwanted);
        writes += !account->right_titles + (all - mine) + (rows - mine - unwanted);
    }
    for (list = 0; list < account->lists; list++) {
        count_rows(library, list, 0, &rows, &mine, &unwanted);
        writes += !taken[list] && unwanted == 0;
    }
    return cost_of(writes, creates);
}

/* ---------------------------------------------------------------- the table */

static void number(int64_t units, char *text, size_t bytes)
{
    if (units >= 1000)
        (void)snprintf(text, bytes, "%lld,%03lld", (long long)(units / 1000),
                       (long long)(units % 1000));
    else
        (void)snprintf(text, bytes, "%lld", (long long)units);
}

static void cell(int64_t units, int64_t days)
{
    char text[32];
    size_t length;

    number(units, text, sizeof text);
    length = strlen(text);
    (void)snprintf(text + length, sizeof text - length, " / %lld", (long long)days);
    printf(" %12s |", text);
}

/* Under each level; the bound of "delete". True when the plan reaches it. */
static bool ours(const struct library *library, const struct account *account,
                 int64_t *delete_units)
{
    static const enum ys_old olds[] = {YS_OLD_KEEP, YS_OLD_REUSE, YS_OLD_DELETE};
    int64_t bound = 0;
    char text[32];
    size_t i;

    for (i = 0; i < sizeof olds / sizeof olds[0]; i++) {
        give_policy(library, account, olds[i]);
        pl_make();
        cell(pl_preview.write_units, pl_preview.days);
        bound = pl_preview.write_units - 50 * (pl_plan->savings_bound - pl_plan->savings);
    }
    *delete_units = pl_preview.write_units;
    number(bound, text, sizeof text);
    printf(" %7s |\n", text);
    return pl_preview.write_units == bound;
}

static bool row(const struct account *account)
{
    static struct library library;
    struct cost by_greed, by_plain;
    int64_t units;
    bool good;

    chance_state = 4000;
    memset(&library, 0, sizeof library);
    (void)pl_set_up(NULL);
    fill_library(&library, account);
    give_to_planner(&library, account);
    by_plain = plain(&library, account);
    by_greed = greedy(&library, account);
    printf("| %-24s |", account->name);
    cell(by_plain.units, by_plain.days);
    cell(by_greed.units, by_greed.days);
    good = ours(&library, account, &units) && units <= by_greed.units;
    (void)pl_tear_down(NULL);
    return good;
}

int main(void)
{
    bool good = true;
    size_t i;

    printf("| %-24s | %-12s | %-12s | %-12s | %-12s | %-12s | %-7s |\n", "units / days", "plain",
           "greedy", "keep", "reuse", "delete", "bound");
    printf("|---|---|---|---|---|---|---|\n");
    for (i = 0; i < sizeof accounts / sizeof accounts[0]; i++) good = row(&accounts[i]) && good;
    if (!good) fprintf(stderr, "A plan missed its bound, or was dearer than the greedy one.\n");
    return good ? 0 : 1;
}
