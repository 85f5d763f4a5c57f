/* bench_plan.c: how long a plan takes, and how much memory: a library and a target in memory to
 * operations, and with the forecast.
 *
 * Each size is planned in a process of its own, so that its memory is its own. The library: a
 * hundred videos in a playlist, most of them of one theme; categories of two hundred, overlapping;
 * some ordered, some videos wanted by nobody, some gone. The forecast carries the plan out day by
 * day and grows with its writes times its playlists: of the largest it is not asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "plan/plan.h"

#define PER_PLAYLIST 100
#define PER_CATEGORY 200
#define LIMIT_VIDEOS 100000      /* of this many, what follows is asked */
#define LIMIT_MS 1000.0
#define LIMIT_MIB 256.0
/* A tenfold library may take so many times as long: n log n and what caches add; a square would be
 * a hundred. */
#define GROWTH_MAX 30.0

static struct ys_snapshot library;
static struct ys_target *target;
static uint64_t random_state = 42;

static double now_ms(void)
{
    struct timespec now;

    /* Of the processor: what else runs on the machine does not count. */
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double peak_mib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}

static void must(enum ys_status status)
{
    if (status == YS_OK) return;
    (void)fprintf(stderr, "%s\n", ys_status_name(status));
    exit(1);
}

static int below(int limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((random_state >> 33) % (uint64_t)limit);
}

static const char *video_id(int number)
{
    static char id[16];

    (void)snprintf(id, sizeof id, "video%06d", number % 1000000);
    return id;
}

static void add_item(struct ys_snap_playlist *playlist, int video)
{
    struct ys_snap_item item = {.availability = YS_AVAILABILITY_LIVE};
    char id[80];

    /* As long as YouTube's. */
    (void)snprintf(id, sizeof id, "UExxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.%s.%06d",
                   playlist->id, video);
    item.id = ys_arena_dup(&library.arena, id);
    item.video_id = ys_arena_dup(&library.arena, video_id(video));
    if (video % 50 == 0) {
        item.availability = YS_AVAILABILITY_PRIVATE;
        must(ys_map_put(&library.gone, item.video_id, 1, NULL));
    }
    must(YS_GROW(playlist->items, playlist->item_capacity, playlist->item_count, NULL));
    playlist->items[playlist->item_count++] = item;
}

/* Mostly the videos of one half of a category; every fifth from anywhere. */
static void add_playlist(int number, int videos)
{
    struct ys_snap_playlist playlist = {.description = "", .category = "", .listed = true,
                                        .privacy = YS_PRIVACY_PRIVATE};
    char text[64];
    int i;

    (void)snprintf(text, sizeof text, "PL%06d", number);
    playlist.id = ys_arena_dup(&library.arena, text);
    (void)snprintf(text, sizeof text, "Playlist %06d", number);
    playlist.title = ys_arena_dup(&library.arena, text);
    for (i = 0; i < PER_PLAYLIST; i++)
        add_item(&playlist, i % 5 == 4 ? below(videos) : number * PER_PLAYLIST + i);
    must(YS_GROW(library.playlists, library.playlist_capacity, library.playlist_count, NULL));
    must(ys_map_put(&library.playlist_index, playlist.id, (int64_t)library.playlist_count, NULL));
    library.playlists[library.playlist_count++] = playlist;
}

static void add_category(int number, int videos)
{
    char key[32];
    struct ys_category_spec spec = {.key = key, .ordered = number % 4 == 0};
    size_t index;
    int i;

    (void)snprintf(key, sizeof key, "Category %06d", number);
    must(ys_target_add_category(target, &spec, &index, NULL));
    for (i = 0; i < PER_CATEGORY; i++)
        if (i % 33 != 0)
            must(ys_target_add_video(target, index, video_id(number * PER_CATEGORY + i), "a rule",
                                     NULL));
    /* A fifth of them stands in another one, too. */
    for (i = 0; i < PER_CATEGORY / 5; i++)
        must(ys_target_add_video(target, index, video_id(below(videos)), "another rule", NULL));
}

static void build(int videos)
{
    int i;

    ys_arena_init(&library.arena);
    ys_map_init(&library.playlist_index);
    ys_map_init(&library.gone);
    library.account_id = 1;
    (void)snprintf(library.channel.id, sizeof library.channel.id, "UCmine");
    must(ys_target_new(&target, YS_OLD_DELETE, NULL));
    for (i = 0; i < videos / PER_PLAYLIST; i++) add_playlist(i, videos);
    for (i = 0; i < videos / PER_CATEGORY; i++) add_category(i, videos);
}

struct measured {
    double operations_ms, forecast_ms, library_mib, plan_mib;
    long operations, days;
};

static void measure(int videos, struct measured *out)
{
    const struct ys_plan_today today = {
        .limits = {.daily_units = 10000, .keep_units = 100, .creates = 10},
        .now_ms = INT64_C(1795197600000), .units_left = 9900, .creates_left = 10,
        .settle_ms = 60000, .writes_max = 2};
    struct ys_plan *plan;
    struct ys_preview preview;
    double start;

    build(videos);
    out->library_mib = peak_mib();
    start = now_ms();
    must(ys_plan_operations(&library, target, &today, NULL, &plan, NULL));
    out->operations_ms = now_ms() - start;
    out->plan_mib = peak_mib();
    out->forecast_ms = -1;
    if (videos <= LIMIT_VIDEOS) {
        start = now_ms();
        must(ys_plan_forecast(plan, &library, &today, NULL));
        out->forecast_ms = now_ms() - start;
    }
    ys_plan_preview(plan, &preview);
    out->operations = (long)ys_plan_count(plan);
    out->days = (long)preview.days;
    ys_plan_free(plan);
}

/* In a process of its own. */
static struct measured measure_apart(int videos)
{
    struct measured out;
    int ends[2], status = 1;
    pid_t child;

    if (pipe(ends) != 0) exit(1);
    child = fork();
    if (child == 0) {
        measure(videos, &out);
        _exit(write(ends[1], &out, sizeof out) == (ssize_t)sizeof out ? 0 : 1);
    }
    if (child < 0 || read(ends[0], &out, sizeof out) != (ssize_t)sizeof out ||
        waitpid(child, &status, 0) != child || status != 0)
        exit(1);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return out;
}

int main(int count, char **words)
{
    int sizes[] = {10000, 100000, 1000000};
    struct measured last = {.operations_ms = 0};
    int failed = 0;
    size_t i;

    /* One size alone: bench_plan 100000 */
    if (count > 1) sizes[0] = sizes[1] = sizes[2] = (int)strtol(words[1], NULL, 10);
    (void)printf("A tenfold library takes 12 to 13 times as long when the time grows as n log n.\n"
                 "%-10s %10s %14s %12s %12s %14s %12s %6s\n", "videos", "writes",
                 "operations ms", "as before", "memory MiB", "the library's", "forecast ms",
                 "days");
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct measured now = measure_apart(sizes[i]);
        double growth = last.operations_ms > 0 ? now.operations_ms / last.operations_ms : 0;
        (void)printf("%-10d %10ld %14.0f %11.1fx %12.0f %14.0f", sizes[i], now.operations,
                     now.operations_ms, growth, now.plan_mib, now.library_mib);
        if (now.forecast_ms < 0) (void)printf(" %12s %6s\n", "not run", "");
        else (void)printf(" %12.0f %6ld\n", now.forecast_ms, now.days);
        if (sizes[i] == LIMIT_VIDEOS &&
            (now.operations_ms > LIMIT_MS || now.plan_mib > LIMIT_MIB)) {
            (void)printf("TOO MUCH: at most %.0f ms and %.0f MiB\n", LIMIT_MS, LIMIT_MIB);
            failed = 1;
        }
        if (growth > GROWTH_MAX) {
            (void)printf("GROWS TOO FAST: at most %.0fx\n", GROWTH_MAX);
            failed = 1;
        }
        (void)fflush(stdout);
        last = now;
        if (count > 1) break;
    }
    return failed;
}
