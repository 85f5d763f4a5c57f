/* sim_storm.c: storms from many seeds.
 *
 *   sim_storm                          what `make test` runs: fixed seeds, then fresh ones
 *   sim_storm --seeds N --from S       N seeds from S on, --jobs J processes at a time (default 2)
 *   sim_storm --seed S [-v]            one seed, with every event when -v is given
 *   sim_storm --twice ...              each seed twice; both must be the same to the last event
 *   sim_storm --record FILE ...        every exchange with the simulated YouTube (sim/record.h)
 *
 * Output is TAP, a line for each block of seeds; a failing seed is named with what was wrong and
 * its last events. The last line sums up. YTSYNC_SEED sets where the fresh seeds begin,
 * YTSYNC_STORM_SEEDS how many there are in all (the sanitizer build takes a share of them),
 * YTSYNC_SOAK that all are fresh. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"
#include "support/folder.h"

#define SEEDS 2000
/* Of these, those that are new at every run. */
#define FRESH_PERCENT 15
#define BLOCK_SEEDS 50
#define JOBS 2
#define JOBS_MAX 16
#define BLOCKS_MAX 100000
/* No seed takes a second; one that takes this long hangs. */
#define SEED_LIMIT_S 120

struct options {
    uint64_t from;
    int64_t seeds;
    int jobs;
    bool loud, twice, one;
    const char *record;        /* NULL, or a file for every exchange */
};

/* What the processes tell the first one. */
struct block {
    int64_t done, failed;
    uint64_t at;               /* the seed being run */
    struct storm_counts counts;
};
struct shared {
    int64_t next_block;        /* taken with an atomic add */
    struct block blocks[];
};

/* Runs one seed; prints when it fails. The hash of all its events. */
static uint64_t run_once(struct memvfs *disk, uint64_t seed, const struct options *options,
                         struct storm_counts *counts, bool *held)
{
    struct storm *storm = malloc(sizeof *storm);
    struct scenario scenario;
    char folder[FOLDER_PATH_BYTES], text[2048];
    uint64_t hash;

    if (!storm) abort();
    folder_make(folder);
    scenario_draw(&scenario, seed);
    scenario.record_path = options->record;
    storm_init(storm, disk, folder, &scenario, options->loud);
    *held = !storm->failed && storm_run(storm);
    if (!*held) {
        scenario_text(&scenario, text, sizeof text);
        printf("# seed %llu: %s\n# %s\n", (unsigned long long)seed, storm->failure, text);
        if (!options->loud) trace_print(&storm->trace);
        (void)fflush(stdout);
    }
    hash = storm->trace.hash;
    storm_add_counts(counts, &storm->counts);
    storm_free(storm);
    folder_remove(folder);
    free(storm);
    return hash;
}

static bool run_seed(struct memvfs *disk, uint64_t seed, const struct options *options,
                     struct storm_counts *counts)
{
    struct storm_counts ignored = {0};
    struct options quiet = {.record = options->record};
    bool held, again;
    uint64_t hash = run_once(disk, seed, options, counts, &held);

    if (!options->twice || !held) return held;
    if (run_once(disk, seed, &quiet, &ignored, &again) == hash) return true;
    printf("# seed %llu: two runs differ\n", (unsigned long long)seed);
    return false;
}

/* A process: takes blocks until there are none left. */
static void work(struct shared *shared, const struct options *options, int64_t block_count)
{
    struct memvfs *disk = memvfs_new("storm");
    int64_t number, i;

    if (!disk) exit(1);
    while ((number = __atomic_fetch_add(&shared->next_block, 1, __ATOMIC_SEQ_CST)) <
           block_count) {
        struct block *block = &shared->blocks[number];
        for (i = number * BLOCK_SEEDS; i < options->seeds && i < (number + 1) * BLOCK_SEEDS;
             i++) {
            block->at = options->from + (uint64_t)i;
            (void)alarm(SEED_LIMIT_S);
            if (!run_seed(disk, block->at, options, &block->counts)) block->failed++;
            block->done++;
        }
    }
    memvfs_free(disk);
    exit(0);
}

static int64_t block_size(const struct options *options, int64_t number)
{
    int64_t left = options->seeds - number * BLOCK_SEEDS;

    return left < BLOCK_SEEDS ? left : BLOCK_SEEDS;
}

/* Runs the seeds in processes; a block whose process died is short of seeds. */
static bool run_blocks(const struct options *options, struct storm_counts *sum, int64_t *number)
{
    int64_t count = (options->seeds + BLOCK_SEEDS - 1) / BLOCK_SEEDS, i;
    size_t bytes = sizeof(struct shared) + (size_t)count * sizeof(struct block);
    struct shared *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool all = true;
    int running = 0, how;

    if (shared == MAP_FAILED) return false;
    (void)fflush(stdout);
    while (running > 0 || shared->next_block < count) {
        if (running < options->jobs && shared->next_block < count) {
            pid_t child = fork();
            if (child == 0) work(shared, options, count);
            if (child < 0) break;
            running++;
            continue;
        }
        if (wait(&how) < 0 && errno != EINTR) break;
        running--;
    }
    for (i = 0; i < count; i++) {
        const struct block *block = &shared->blocks[i];
        bool whole = block->done == block_size(options, i);
        bool held = whole && block->failed == 0;
        storm_add_counts(sum, &block->counts);
        if (!whole)
            printf("# seed %llu: the process died or hung\n", (unsigned long long)block->at);
        uint64_t first = options->from + (uint64_t)(i * BLOCK_SEEDS);
        uint64_t last = first + (uint64_t)block_size(options, i) - 1;
        printf("%s %lld - seeds %llu..%llu\n", held ? "ok" : "not ok", (long long)++*number,
               (unsigned long long)first, (unsigned long long)last);
        all = all && held;
    }
    (void)munmap(shared, bytes);
    return all;
}

static int run_one(const struct options *options)
{
    struct memvfs *disk = memvfs_new("storm");
    struct storm_counts counts = {0};
    bool held = disk && run_seed(disk, options->from, options, &counts);

    memvfs_free(disk);
    printf("%s 1 - seed %llu\n1..1\n", held ? "ok" : "not ok",
           (unsigned long long)options->from);
    return held ? 0 : 1;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    int i;

    for (i = 1; i < argc; i++) {
        bool value = i + 1 < argc;
        if (strcmp(argv[i], "-v") == 0) options->loud = true;
        else if (strcmp(argv[i], "--twice") == 0) options->twice = true;
        else if (strcmp(argv[i], "--seeds") == 0 && value)
            options->seeds = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0 && value)
            options->from = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--jobs") == 0 && value)
            options->jobs = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--record") == 0 && value) options->record = argv[++i];
        else if (strcmp(argv[i], "--seed") == 0 && value) {
            options->from = strtoull(argv[++i], NULL, 10);
            options->one = true;
        } else return false;
    }
    return options->jobs >= 1 && options->jobs <= JOBS_MAX && options->seeds >= 0 &&
           options->seeds <= (int64_t)BLOCKS_MAX * BLOCK_SEEDS;
}

int main(int argc, char **argv)
{
    const char *given = getenv("YTSYNC_SEED"), *count = getenv("YTSYNC_STORM_SEEDS");
    int64_t all = count ? strtoll(count, NULL, 10) : SEEDS;
    struct options options = {.from = 1, .seeds = -1, .jobs = JOBS};
    struct options fresh;
    struct storm_counts sum = {0};
    int64_t number = 0;
    bool held = true;

    options.seeds = 0;
    memvfs_alone();
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: %s [--seeds N] [--from S] [--jobs J] [--seed S] [--twice] "
                "[--record FILE] [-v]\n",
                argv[0]);
        return 64;
    }
    if (options.one) return run_one(&options);
    if (options.seeds == 0) {
        fresh = options;
        fresh.from = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
        fresh.from = fresh.from * 1000000;
        fresh.seeds = getenv("YTSYNC_SOAK") ? all : all * FRESH_PERCENT / 100;
        held = run_blocks(&fresh, &sum, &number);
        options.seeds = all - fresh.seeds;
        if (options.seeds > 0) held = run_blocks(&options, &sum, &number) && held;
        options.seeds += fresh.seeds;
    } else {
        held = run_blocks(&options, &sum, &number);
    }
    printf("1..%lld\n", (long long)number);
    printf("# %lld seeds, %lld crashes (%lld power losses), %lld faults, %lld operations, %lld "
           "requests, %lld jobs, %lld days, %lld edits; of %lld videos: doubled %lld, lost %lld; "
           "overdrawn %lld, otherwise wrong %lld\n",
           (long long)options.seeds, (long long)sum.crashes, (long long)sum.power_losses,
           (long long)sum.faults, (long long)sum.operations, (long long)sum.requests,
           (long long)sum.jobs, (long long)sum.days, (long long)sum.edits, (long long)sum.videos,
           (long long)sum.wrong[STORM_DOUBLED], (long long)sum.wrong[STORM_LOST],
           (long long)sum.wrong[STORM_OVERDRAWN], (long long)sum.wrong[STORM_OTHER]);
    return held ? 0 : 1;
}
