/* bench_backup.c: backup, verify and diff of 1,000,000 entries, each in a process of its own, so
 * that its memory can be held against its limit.
 *
 * The limit counts what the process has of its own at its peak (ru_maxrss): the database's cache
 * and sorter with it, whose larger part goes to temporary files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "library/backup.h"
#include "library/backup_diff.h"
#include "support/scratch.h"
#include "support/stores.h"

#define PLAYLISTS 200
#define ENTRIES 5000          /* in each: the most that a playlist takes */
#define VIDEOS 500000         /* each stands in two playlists */
#define MEMORY_KB_MAX (64 * 1024)
#define FIRST "backups/first.jsonl"
#define SECOND "backups/second.jsonl"

static char database[SCRATCH_PATH_BYTES], folder[SCRATCH_PATH_BYTES];

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void must(enum ys_status status, const struct ys_error *err)
{
    if (status == YS_OK) return;
    (void)fprintf(stderr, "%s: %s\n", ys_status_name(status), err->message);
    exit(1);
}

static void fill(void)
{
    struct ys_store *store = stores_open(database);
    int64_t account;

    stores_begin(store);
    account = stores_account(store, "UC1");
    for (int p = 0; p < PLAYLISTS; p++) {
        char playlist[32];
        (void)snprintf(playlist, sizeof playlist, "PL%03d", p);
        (void)stores_playlist(store, account, playlist, "A playlist of a very large library");
    }
    for (int p = 0; p < PLAYLISTS; p++) {
        char playlist[32], item[48], video[32];
        (void)snprintf(playlist, sizeof playlist, "PL%03d", p);
        for (int i = 0; i < ENTRIES; i++) {
            (void)snprintf(item, sizeof item, "UExQTDAwMDAw.%03d-%05d", p, i);
            (void)snprintf(video, sizeof video, "v%010d",
                           (int)((p * (int64_t)ENTRIES + i) % VIDEOS));
            stores_item(store, playlist, item, video, i, 1500000000000 + i);
        }
        if (p % 20 == 19) {
            stores_commit(store);
            stores_begin(store);
        }
    }
    stores_commit(store);
    ys_store_close(store);
}

static void back_up(const char *name)
{
    char file[SCRATCH_PATH_BYTES];
    struct ys_store *store = stores_open(database);
    struct ys_row_backup out;
    struct ys_error err = {0};

    must(ys_backup_create(store, 1, folder, "bench", &out, &err), &err);
    if (out.items != (int64_t)PLAYLISTS * ENTRIES) abort();
    if (rename(out.file, scratch_path(file, name)) != 0) abort();
    ys_store_close(store);
}

static void first(void)
{
    back_up(FIRST);
}

static void second(void)
{
    back_up(SECOND);
}

static void verify(void)
{
    char file[SCRATCH_PATH_BYTES];
    struct ys_row_backup out;
    struct ys_error err = {0};

    (void)scratch_path(file, FIRST);
    must(ys_backup_verify(file, NULL, &out, &err), &err);
}

static bool count(void *ctx, const struct ys_difference *difference)
{
    (void)difference;
    ++*(int64_t *)ctx;
    return true;
}

static void diff(void)
{
    char a[SCRATCH_PATH_BYTES], b[SCRATCH_PATH_BYTES];
    struct ys_error err = {0};
    int64_t differences = 0;

    (void)scratch_path(a, FIRST);
    (void)scratch_path(b, SECOND);
    must(ys_backup_diff(a, b, count, &differences, &err), &err);
    if (differences != 2) abort(); /* a video of one playlist became another */
}

/* Runs it in a child; tells its time and its memory. */
static void measure(const char *what, void (*body)(void), bool limited)
{
    double start = now_ms();
    struct rusage usage;
    int status = 1;
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
        (void)fprintf(stderr, "%s failed\n", what);
        exit(1);
    }
    (void)printf("%-40s %7.1f s %7ld KiB%s\n", what, (now_ms() - start) / 1e3, usage.ru_maxrss,
                 limited && usage.ru_maxrss > MEMORY_KB_MAX ? "  TOO MUCH" : "");
    if (limited && usage.ru_maxrss > MEMORY_KB_MAX) exit(1);
}

static void change(void)
{
    struct ys_store *store = stores_open(database);

    stores_exec(store, "UPDATE playlist_items SET video_id = (SELECT id FROM videos WHERE"
                       " youtube_id = 'v0000000007') WHERE youtube_id ="
                       " 'UExQTDAwMDAw.100-00123'");
    ys_store_close(store);
}

int main(void)
{
    scratch_make();
    (void)scratch_path(database, "library.db");
    (void)scratch_path(folder, "backups");
    measure("1,000,000 entries: filling the store", fill, false);
    measure("1,000,000 entries: backup (and read back)", first, true);
    measure("1,000,000 entries: one is changed", change, false);
    measure("1,000,000 entries: a second backup", second, true);
    measure("1,000,000 entries: verify", verify, true);
    measure("1,000,000 entries: diff", diff, true);
    scratch_remove();
    return 0;
}
