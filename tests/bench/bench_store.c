/* bench_store.c: how long the store takes for what a large library asks of it.
 *
 * Limits that the engine's design counts on are checked; the rest is only told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/library.h"
#include "support/stores.h"

#define PAGE_ROWS 50          /* what one listing page brings */
#define PAGE_MS_MAX 2.0       /* per page in memory */
#define PAGES 200
#define LARGE_VIDEOS 100000
#define LARGE_PLAYLISTS 100
#define PLACES_PER_VIDEO 2    /* each video stands in that many playlists */
#define DESCRIPTION_BYTES 900
#define WALK_MS_MAX 5000.0

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void told(const char *what, double ms, double ms_max)
{
    (void)printf("%-52s %9.2f ms%s\n", what, ms, ms_max > 0 && ms > ms_max ? "  TOO SLOW" : "");
    if (ms_max > 0 && ms > ms_max) exit(1);
}

static void items(struct ys_store *store, const char *playlist, int page, int rows)
{
    for (int i = 0; i < rows; i++) {
        char item[48], video[32];
        (void)snprintf(item, sizeof item, "%s-%d-%d", playlist, page, i);
        (void)snprintf(video, sizeof video, "v%d-%d", page, i);
        stores_item(store, playlist, item, video, page * rows + i, 1000 + i);
    }
}

static void bench_pages(void)
{
    struct ys_store *store = stores_memory();
    stores_begin(store);
    (void)stores_playlist(store, stores_account(store, "UC1"), "PLa", "A");
    stores_commit(store);
    for (int again = 0; again < 2; again++) {
        double start = now_ms();
        for (int page = 0; page < PAGES; page++) {
            stores_begin(store);
            items(store, "PLa", page, PAGE_ROWS);
            stores_commit(store);
        }
        told(again ? "50 known items in one transaction, in memory"
                   : "50 new items in one transaction, in memory",
             (now_ms() - start) / PAGES, PAGE_MS_MAX);
    }
    ys_store_close(store);
}

static bool count_video(void *ctx, const struct ys_video_record *video)
{
    size_t *bytes = ctx;
    *bytes += strlen(video->playlists_json) + strlen(video->description);
    return true;
}

static bool count_item(void *ctx, const struct ys_row_item *item)
{
    size_t *count = ctx;
    *count += item->video_id[0] != '\0';
    return true;
}

static bool count_id(void *ctx, const char *id, bool known)
{
    size_t *count = ctx;
    (void)known;
    *count += id[0] != '\0';
    return true;
}

static void large_fill(struct ys_store *store, int64_t account)
{
    char description[DESCRIPTION_BYTES];
    memset(description, 'd', sizeof description);
    description[sizeof description - 1] = '\0';
    stores_begin(store);
    for (int p = 0; p < LARGE_PLAYLISTS; p++) {
        char playlist[16];
        (void)snprintf(playlist, sizeof playlist, "PL%d", p);
        (void)stores_playlist(store, account, playlist, "A playlist of a large library");
    }
    for (int v = 0; v < LARGE_VIDEOS; v++) {
        struct ys_video_record video = {.title = "A title of usual length, live at a festival",
                                        .channel = "A channel",
                                        .description = description,
                                        .tags_json = "[\"one\",\"two\"]"};
        char item[48], playlist[16];
        (void)snprintf(video.id, sizeof video.id, "v%d", v);
        for (int place = 0; place < PLACES_PER_VIDEO; place++) {
            (void)snprintf(playlist, sizeof playlist, "PL%d",
                           (v * 7 + place * 31) % LARGE_PLAYLISTS);
            (void)snprintf(item, sizeof item, "i%d-%d", v, place);
            stores_item(store, playlist, item, video.id, v, (int64_t)(v * 7919 % 1000003));
        }
        if (v % 2 == 0 && ys_video_put(store, &video, 5, NULL) != YS_OK) abort();
    }
    stores_commit(store);
}

static void bench_large(void)
{
    struct ys_store *store = stores_memory();
    stores_begin(store);
    int64_t account = stores_account(store, "UC1");
    stores_commit(store);
    double start = now_ms();
    large_fill(store, account);
    told("storing 200,000 items of 100,000 videos", now_ms() - start, 0);

    size_t bytes = 0, count = 0, wanted = 0;
    start = now_ms();
    if (ys_video_walk(store, account, count_video, &bytes, NULL) != YS_OK) abort();
    told("walking 100,000 videos with their origins", now_ms() - start, WALK_MS_MAX);
    start = now_ms();
    if (ys_item_walk_all(store, account, count_item, &count, NULL) != YS_OK) abort();
    told("walking 200,000 items", now_ms() - start, WALK_MS_MAX);
    start = now_ms();
    if (ys_video_want_metadata(store, account, 0, INT64_MAX, LARGE_VIDEOS, count_id, &wanted,
                               NULL) != YS_OK)
        abort();
    told("asking which videos want metadata (50,000)", now_ms() - start, WALK_MS_MAX);
    if (count != (size_t)LARGE_VIDEOS * PLACES_PER_VIDEO || wanted != LARGE_VIDEOS / 2 ||
        bytes == 0)
        abort();
    ys_store_close(store);
}

int main(void)
{
    double start = now_ms();
    ys_store_close(stores_memory());
    told("opening a new store in memory", now_ms() - start, 0);
    bench_pages();
    bench_large();
    return 0;
}
