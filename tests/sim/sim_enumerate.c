/* sim_enumerate.c: small jobs that hold every kind of operation, ended at every single point, and
 * ended again at the points of the recovery.
 *
 *   sim_enumerate                      what `make test` runs
 *   sim_enumerate --all                every pair of two crashes
 *   sim_enumerate --job NAME --kill P [--kill Q] [--mode M] [-v]     one of them
 *
 * A point is a sync of the database, a request that leaves, a reply that comes, or any other change
 * of a file (the database, its log, a backup, the lock, the state file). To end right before each
 * point is to end at every moment that makes a difference: between two points nothing changes but
 * memory, which a dead process has not. First crashes: all points (of the second job, which is
 * there for its moves, one write in ten), the syncs, requests and replies in all modes. Second
 * crashes: behind every first one that is a sync, a request or a reply, the first RECOVERY_POINTS
 * points of the recovery, in steps of STRIDE with an offset that moves on from crash to crash, so
 * that each number is met behind every STRIDEth first crash. YTSYNC_SOAK takes each, and --all
 * every pair of points to the end of the second life.
 *
 * Whatever the crash, the job must end as it would have, and the checks of every storm hold
 * (oracle.c, check.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storm.h"
#include "support/folder.h"

#define POINTS_MAX 20000
#define OPERATIONS_MAX 20
#define SEEDS_TRIED 2000
#define RECOVERY_POINTS 60
#define STRIDE 40
#define RUN_LIMIT_S 120
/* Turns of the loop in which nothing happens are points like the others; a few are enough. */
#define STEP_MS 20000

/* How the process ends. X(code, name) */
#define MODE_MAP(X)                                                                              \
    X(ARRIVES, "arrives") /* killed; what is on its way takes effect */                          \
    X(LOST, "lost")       /* killed; what is on its way gets lost */                             \
    X(POWER, "power")     /* the power fails; what is on its way takes effect */

enum mode {
#define X(code, name) MODE_##code,
    MODE_MAP(X)
#undef X
        MODE_COUNT
};
static const char *const mode_names[] = {
#define X(code, name) name,
    MODE_MAP(X)
#undef X
};

struct sample {
    const char *name;
    uint64_t seed;             /* where to begin to look for one that suits */
    enum ys_old old;
    bool ordered;              /* then it must move something, else it must do everything else */
    int64_t every_write;       /* each, or one in so many; YTSYNC_SOAK and --all take each */
};
static const struct sample samples[] = {
    {"delete", 160, YS_OLD_DELETE, false, 1},
    {"order", 1, YS_OLD_REUSE, true, 10},
};
#define SAMPLES (sizeof samples / sizeof samples[0])

struct run {
    const struct sample *sample;
    uint64_t seed;
    int64_t kills[STORM_KILLS_MAX];
    size_t kill_count;
    enum mode mode;
    bool loud;
};

/* What is shared by all runs. */
static struct {
    struct memvfs *disk;
    struct storm storm;        /* of the last run; large */
    struct storm_counts counts;
    struct storm_point_info log[POINTS_MAX];
    int64_t points, runs, kills, tests;
    bool held;
} all = {.held = true};

/* ---------------------------------------------------------------- one run */

static void fill(struct scenario *out, const struct run *run)
{
    scenario_calm(out, run->seed);
    out->playlists = 3;
    out->videos = 7;
    out->overlap_permille = 250;
    out->category_count = 2;
    out->categories[0].adopts = true;
    out->categories[0].described = true;
    out->categories[0].ordered = run->sample->ordered;
    out->categories[1].new_privacy = YS_PRIVACY_UNLISTED;
    out->old = run->sample->old;
    out->lag_max_ms = 3000;
    out->power_permille = run->mode == MODE_POWER ? 1000 : 0;
    out->arrive_permille = run->mode == MODE_LOST ? 0 : 1000;
    out->storm_requests = 0;
    out->step_ms = STEP_MS;
}

/* One storm whose only trouble is the kills; true when everything held. */
static bool play(const struct run *run, struct storm_point_info *log)
{
    char folder[FOLDER_PATH_BYTES];
    struct scenario scenario;
    struct storm *storm = &all.storm;
    bool held;

    (void)alarm(RUN_LIMIT_S);
    folder_make(folder);
    fill(&scenario, run);
    storm_init(storm, all.disk, folder, &scenario, run->loud);
    memcpy(storm->kill_at, run->kills, sizeof run->kills);
    storm->kill_count = run->kill_count;
    storm->log = log;
    storm->log_max = log ? POINTS_MAX : 0;
    held = !storm->failed && storm_run(storm);
    storm_free(storm);
    folder_remove(folder);
    storm_add_counts(&all.counts, &storm->counts);
    all.runs++;
    all.kills += (int64_t)storm->kills_done;
    return held;
}

static void report(const struct run *run)
{
    size_t i;

    printf("# %s\n# sim_enumerate --job %s", all.storm.failure, run->sample->name);
    for (i = 0; i < run->kill_count; i++) printf(" --kill %lld", (long long)run->kills[i]);
    printf(" --mode %s\n", mode_names[run->mode]);
    if (!run->loud) trace_print(&all.storm.trace);
    (void)fflush(stdout);
}

static bool check(const struct run *run)
{
    bool held = play(run, NULL);

    if (!held) report(run);
    all.held = all.held && held;
    return held;
}

static void test(bool held, const char *name, const char *what, int64_t count)
{
    printf("%s %lld - %s: %s (%lld)\n", held ? "ok" : "not ok", (long long)++all.tests, name, what,
           (long long)count);
    (void)fflush(stdout);
    all.held = all.held && held;
}

/* ---------------------------------------------------------------- the job */

/* Whether the undisturbed job of this seed holds what the sample is to hold. */
static bool suits(const struct run *run)
{
    const struct storm *storm = &all.storm;
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < YS_OP_KIND_COUNT; i++) {
        sum += storm->kinds[i];
        if ((i == YS_OP_ITEM_MOVE) != run->sample->ordered) continue;
        if (storm->kinds[i] == 0) return false;
    }
    return sum > 0 && sum <= OPERATIONS_MAX && storm->counts.jobs == 1;
}

/* The first seed whose job suits; leaves its points in the log: those from the first start to the
 * end of the job. 0: there is none. */
static int64_t choose(struct run *run)
{
    uint64_t last = run->sample->seed + SEEDS_TRIED;

    for (run->seed = run->sample->seed; run->seed < last; run->seed++) {
        if (!play(run, all.log)) {
            report(run);
            return 0;
        }
        if (suits(run)) return all.storm.job_points;
    }
    return 0;
}

static void describe(const struct run *run)
{
    size_t i;

    printf("# %s: seed %llu, %lld requests;", run->sample->name, (unsigned long long)run->seed,
           (long long)all.storm.counts.requests);
    for (i = 0; i < YS_OP_KIND_COUNT; i++)
        printf(" %s %lld", ys_op_kind_name((enum ys_op_kind)i), (long long)all.storm.kinds[i]);
    printf("; commit %lld, send %lld, reply %lld, write %lld\n",
           (long long)all.storm.points_by_kind[STORM_COMMIT],
           (long long)all.storm.points_by_kind[STORM_SEND],
           (long long)all.storm.points_by_kind[STORM_REPLY],
           (long long)all.storm.points_by_kind[STORM_WRITE]);
}

/* ---------------------------------------------------------------- crashes */

/* Of the many writes within one transaction each is taken once, in one mode after the other; all
 * other points in all modes that make a difference. */
static bool takes(int64_t point, enum mode mode)
{
    const struct storm_point_info *info = &all.log[point - 1];

    if (mode == MODE_LOST && !info->on_wire) return false;
    if (info->kind != STORM_WRITE) return true;
    if (!info->on_wire) return mode == (point % 2 == 0 ? MODE_ARRIVES : MODE_POWER);
    return mode == (enum mode)(point % MODE_COUNT);
}

/* The sanitizer build takes one first crash in so many. */
static bool in_share(int64_t point)
{
    const char *one_in = getenv("YTSYNC_ENUMERATE_ONE_IN");
    int64_t share = one_in ? strtoll(one_in, NULL, 10) : 1;

    return share <= 1 || point % share == 0;
}

static bool first_crashes(struct run *run, int64_t points, bool every)
{
    int64_t every_write = every || getenv("YTSYNC_SOAK") ? 1 : run->sample->every_write;
    bool held = true;
    int mode;

    run->kill_count = 1;
    for (run->kills[0] = 1; run->kills[0] <= points; run->kills[0]++) {
        if (all.log[run->kills[0] - 1].kind == STORM_WRITE && run->kills[0] % every_write != 0)
            continue;
        if (!in_share(run->kills[0])) continue;
        for (mode = 0; mode < MODE_COUNT; mode++) {
            if (!takes(run->kills[0], (enum mode)mode)) continue;
            run->mode = (enum mode)mode;
            held = check(run) && held;
        }
    }
    return held;
}

static bool second_crashes(struct run *run, int64_t points, bool every)
{
    int64_t offset = 0, step = every || getenv("YTSYNC_SOAK") ? 1 : STRIDE;
    bool held = true;

    for (run->kills[0] = 1; run->kills[0] <= points; run->kills[0]++) {
        if (!every && all.log[run->kills[0] - 1].kind == STORM_WRITE) continue;
        if (!in_share(run->kills[0])) continue;
        run->mode = (enum mode)(run->kills[0] % MODE_COUNT);
        run->kill_count = 2;
        for (run->kills[1] = run->kills[0] + 1 + offset++ % step;
             every || run->kills[1] <= run->kills[0] + RECOVERY_POINTS; run->kills[1] += step) {
            held = check(run) && held;
            if (all.storm.kills_done < 2) break; /* it ended before the second one */
        }
    }
    return held;
}

static void enumerate(const struct sample *sample, bool every)
{
    struct run run = {.sample = sample};
    int64_t points = choose(&run), before;
    bool held;

    if (points == 0 || points > POINTS_MAX) {
        test(false, sample->name, "a job that holds what it should", points);
        return;
    }
    describe(&run);
    test(true, sample->name, "a job of at most 20 operations, its points", points);
    all.points += points;
    before = all.kills;
    held = first_crashes(&run, points, every);
    test(held, sample->name, "a crash at every point, kills", all.kills - before);
    before = all.kills;
    held = second_crashes(&run, points, every);
    test(held, sample->name, "a second crash in the recovery, kills", all.kills - before);
}

/* ---------------------------------------------------------------- the command line */

static bool read_run(int argc, char **argv, struct run *run, bool *every)
{
    size_t j;
    int i;

    for (i = 1; i < argc; i++) {
        bool value = i + 1 < argc;
        if (strcmp(argv[i], "-v") == 0) run->loud = true;
        else if (strcmp(argv[i], "--all") == 0) *every = true;
        else if (strcmp(argv[i], "--kill") == 0 && value && run->kill_count < STORM_KILLS_MAX)
            run->kills[run->kill_count++] = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--job") == 0 && value) {
            i++;
            for (j = 0; j < SAMPLES; j++)
                if (strcmp(samples[j].name, argv[i]) == 0) run->sample = &samples[j];
            if (!run->sample) return false;
        } else if (strcmp(argv[i], "--mode") == 0 && value) {
            i++;
            for (j = 0; j < MODE_COUNT; j++)
                if (strcmp(mode_names[j], argv[i]) == 0) run->mode = (enum mode)j;
        } else return false;
    }
    return run->kill_count == 0 || run->sample;
}

static int play_one(struct run *run)
{
    struct run chosen = {.sample = run->sample};
    bool held = choose(&chosen) > 0;

    run->seed = chosen.seed;
    held = held && check(run);
    printf("%s 1 - %s\n1..1\n", held ? "ok" : "not ok", run->sample->name);
    return held ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct run run = {.mode = MODE_ARRIVES};
    bool every = false;
    size_t i;

    if (!read_run(argc, argv, &run, &every)) {
        fprintf(stderr, "usage: %s [--all] [--job NAME [--kill P]... [--mode MODE] [-v]]\n",
                argv[0]);
        return 64;
    }
    memvfs_alone();
    all.disk = memvfs_new("storm");
    if (!all.disk) return 1;
    if (run.kill_count > 0) return play_one(&run);
    for (i = 0; i < SAMPLES; i++)
        if (!run.sample || run.sample == &samples[i]) enumerate(&samples[i], every);
    memvfs_free(all.disk);
    printf("1..%lld\n# %lld points, %lld kills in %lld runs, %lld operations, %lld requests; of "
           "%lld videos: doubled %lld, lost %lld; overdrawn %lld, otherwise wrong %lld\n",
           (long long)all.tests, (long long)all.points, (long long)all.kills, (long long)all.runs,
           (long long)all.counts.operations, (long long)all.counts.requests,
           (long long)all.counts.videos, (long long)all.counts.wrong[STORM_DOUBLED],
           (long long)all.counts.wrong[STORM_LOST], (long long)all.counts.wrong[STORM_OVERDRAWN],
           (long long)all.counts.wrong[STORM_OTHER]);
    return all.held ? 0 : 1;
}
