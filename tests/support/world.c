/* world.c: see world.h. */
#include "support/world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/text.h"
#include "store/quota.h"
#include "support/scratch.h"
#include "sync/session.h"

#define STEPS_MAX 2000000

void world_ok(struct world *world, enum ys_status status)
{
    if (status != YS_OK)
        fail_msg("%s: %s", ys_status_name(status), world->err.message);
}

#define MUST(world, call) ((world)->err = (struct ys_error){0}, world_ok((world), (call)))

void world_init(struct world *world, uint64_t seed)
{
    memset(world, 0, sizeof *world);
    ys_sim_clock_init(&world->clock, seed, YS_SIM_START_WALL_MS);
    world->env = ys_sim_clock_env(&world->clock);
    ys_sim_options_init(&world->options);
    world->options.env = &world->env;
    world->options.seed = seed;
    world->categories = 5;
    world->old = YS_OLD_DELETE;
    world->privacy = YS_PRIVACY_PRIVATE;
    world->drop_gone = true;
}

void world_open(struct world *world)
{
    scratch_make();
    (void)scratch_path(world->db_path, "sync.db");
    MUST(world, ys_sim_open(&world->sim, &world->options, &world->err));
}

static void drop_session(struct world *world)
{
    ys_job_close(world->job);
    ys_session_close(world->session);
    ys_transport_free(world->transport);
    world->job = NULL;
    world->session = NULL;
    world->transport = NULL;
}

void world_close(struct world *world)
{
    drop_session(world);
    ys_sim_close(world->sim);
    scratch_remove();
}

void world_library(struct world *world, int64_t playlists, int64_t videos)
{
    struct ys_sim_library_options options;

    ys_sim_library_options_init(&options);
    options.seed = world->options.seed;
    options.playlists = playlists;
    options.videos = videos;
    MUST(world, ys_sim_library_sample(world->sim, &options, &world->err));
}

void world_session(struct world *world)
{
    struct ys_options options = {.db_path = world->db_path,
                                 .access_token = YS_SIM_TOKEN,
                                 .env = &world->env};

    drop_session(world);
    MUST(world, ys_sim_transport(&world->transport, world->sim, NULL, &world->err));
    options.transport = world->transport;
    MUST(world, ys_session_open_on(&world->session, &options, world->vfs, &world->err));
    world->starts++;
}

void world_crash(struct world *world)
{
    drop_session(world);
}

void world_set(struct world *world, const char *key, int64_t value)
{
    MUST(world, ys_config_set(world->session, key, value, &world->err));
}

void world_fault(struct world *world, const char *spec)
{
    MUST(world, ys_sim_fault(world->sim, spec, &world->err));
}

/* ---------------------------------------------------------------- the policy */

size_t world_home(const struct world *world, const char *video_id)
{
    size_t home, other;
    char hex[65];

    assert_true(ys_sha256_hex(video_id, strlen(video_id), hex));
    hex[8] = '\0'; /* four digits are plenty for each number */
    other = strtoul(hex + 4, NULL, 16) % world->categories;
    hex[4] = '\0';
    home = strtoul(hex, NULL, 16) % world->categories;
    return world->uneven && other < home ? other : home;
}

void world_category_title(size_t category, char out[32])
{
    (void)snprintf(out, 32, "Category %zu", category + 1);
}

uint64_t world_rank(const char *video_id)
{
    char hex[65], word[32];

    (void)snprintf(word, sizeof word, "rank of %s", video_id);
    assert_true(ys_sha256_hex(word, strlen(word), hex));
    hex[15] = '\0';
    return strtoull(hex, NULL, 16);
}

struct targeting {
    struct world *world;
    struct ys_target *target;
    enum ys_status status;
    char (*ids)[16];
    size_t count, capacity;
    size_t playlists;
};

static bool collect_video(struct targeting *targeting, const char *id)
{
    targeting->status = YS_GROW(targeting->ids, targeting->capacity, targeting->count,
                                &targeting->world->err);
    if (targeting->status != YS_OK) return false;
    (void)ys_copy(targeting->ids[targeting->count++], sizeof targeting->ids[0], id);
    return true;
}

static bool place_video(void *ctx, const struct ys_video_record *video)
{
    struct targeting *targeting = ctx;
    struct world *world = targeting->world;

    if (video->availability != YS_AVAILABILITY_LIVE && world->drop_gone)
        targeting->status = ys_target_drop_video(targeting->target, video->id, "gone is dropped",
                                                 &world->err);
    else if (world->ordered)
        return collect_video(targeting, video->id);
    else
        targeting->status = ys_target_add_video(targeting->target,
                                                world_home(world, video->id), video->id,
                                                "by hash", &world->err);
    return targeting->status == YS_OK;
}

static int by_rank(const void *a, const void *b)
{
    uint64_t x = world_rank(a), y = world_rank(b);

    return x < y ? -1 : x > y;
}

static void place_in_order(struct targeting *targeting)
{
    struct world *world = targeting->world;
    size_t i;

    if (targeting->count > 0)
        qsort(targeting->ids, targeting->count, sizeof targeting->ids[0], by_rank);
    for (i = 0; i < targeting->count; i++)
        MUST(world, ys_target_add_video(targeting->target, world_home(world, targeting->ids[i]),
                                        targeting->ids[i], "by hash", &world->err));
    ys_free(targeting->ids);
}

/* Each third playlist of the user's is an inbox. */
static bool add_inbox(void *ctx, const struct ys_playlist_record *playlist)
{
    struct targeting *targeting = ctx;

    if (strncmp(playlist->title, "Category ", strlen("Category ")) == 0) return true;
    if (targeting->playlists++ % 3 == 0)
        targeting->status = ys_target_add_inbox(targeting->target, playlist->id,
                                                &targeting->world->err);
    return targeting->status == YS_OK;
}

struct ys_target *world_target(struct world *world)
{
    struct targeting targeting = {.world = world};
    char title[32];
    size_t i;

    MUST(world, ys_target_new(&targeting.target, world->old, &world->err));
    for (i = 0; i < world->categories; i++) {
        struct ys_category_spec spec = {.key = title, .new_privacy = world->privacy,
                                        .ordered = world->ordered};
        world_category_title(i, title);
        MUST(world, ys_target_add_category(targeting.target, &spec, NULL, &world->err));
    }
    MUST(world, ys_videos_each(world->session, place_video, &targeting, &world->err));
    world_ok(world, targeting.status);
    place_in_order(&targeting);
    if (world->inboxes)
        MUST(world, ys_playlists_each(world->session, false, add_inbox, &targeting, &world->err));
    world_ok(world, targeting.status);
    return targeting.target;
}

struct ys_plan *world_plan(struct world *world)
{
    struct ys_fetch_result fetched;
    struct ys_target *target;
    struct ys_plan *plan;

    MUST(world, ys_fetch(world->session, false, NULL, NULL, &fetched, &world->err));
    target = world_target(world);
    MUST(world, ys_plan_make(world->session, target, &plan, &world->err));
    ys_target_free(target);
    return plan;
}

/* ---------------------------------------------------------------- running */

bool world_start(struct world *world)
{
    struct ys_plan *plan = world_plan(world);
    bool any = ys_plan_count(plan) > 0;

    if (any) MUST(world, ys_job_start(world->session, plan, &world->job, &world->err));
    ys_plan_free(plan);
    return any;
}

/* WORLD_VERBOSE=1 shows what a job does. */
static void show_event(const struct ys_event *event)
{
    if (!getenv("WORLD_VERBOSE")) return;
    fprintf(stderr, "%d %s %s %s | %s | %s\n", (int)event->kind, ys_stage_name(event->stage),
            ys_op_kind_name(event->operation.kind), event->operation.title, event->reason,
            event->text);
}

enum ys_status world_steps(struct world *world)
{
    enum ys_status status = YS_OK;
    struct ys_event event;
    bool more = true;
    int64_t steps = 0;

    if (!world->job) {
        world->err = (struct ys_error){0};
        status = ys_job_open(world->session, 0, &world->job, &world->err);
        if (status != YS_OK) return status;
    }
    while (more && status == YS_OK) {
        world->err = (struct ys_error){0};
        status = ys_job_step(world->job, 1000, &more, &world->err);
        while (ys_job_next_event(world->job, &event)) show_event(&event);
        if (++steps > STEPS_MAX) fail_msg("The job does not end: %s", world->err.message);
    }
    return status;
}

enum ys_status world_finish(struct world *world)
{
    enum ys_status status;
    int64_t rests = 0;

    for (;;) {
        status = world_steps(world);
        if (++rests > 1000) fail_msg("The job rests for ever: %s", world->err.message);
        if (status == YS_ECONFIRM) {
            MUST(world, ys_job_confirm(world->session, 0, &world->err));
        } else if (status != YS_OK && world->job && ys_job_wait_ms(world->job) >= 0 &&
                   ys_status_class(status) != YS_CLASS_CALLER) {
            MUST(world, ys_session_sleep(world->session, ys_job_wait_ms(world->job) + 1000,
                                         &world->err));
            /* A day's start is a process of its own. */
            world_session(world);
        } else {
            return status;
        }
    }
}

/* ---------------------------------------------------------------- checks */

struct checking {
    struct world *world;
    size_t category;
    int64_t wrong, items;
    uint64_t last_rank;
};

static bool check_item(void *ctx, const struct ys_truth_item *item)
{
    struct checking *checking = ctx;

    uint64_t rank = world_rank(item->video_id);

    checking->items++;
    if (checking->world->ordered && item->availability == YS_AVAILABILITY_LIVE) {
        if (rank < checking->last_rank) checking->wrong++;
        checking->last_rank = rank;
    }
    if (world_home(checking->world, item->video_id) != checking->category) checking->wrong++;
    return true;
}

void world_check_end(struct world *world)
{
    struct ys_truth_report report;
    size_t i;

    MUST(world, ys_truth_compare(world->sim, &report, &world->err));
    assert_int_equal(report.lost, 0);
    assert_int_equal(report.doubled, 0);
    for (i = 0; i < world->categories; i++) {
        struct checking checking = {.world = world, .category = i};
        struct ys_truth_playlist playlist;
        char title[32];
        world_category_title(i, title);
        assert_int_equal(ys_truth_title_count(world->sim, title), 1);
        MUST(world, ys_truth_playlist_titled(world->sim, title, &playlist, &world->err));
        /* One that is carried on stays as visible as it was. */
        if (playlist.made_by_api) assert_int_equal(playlist.privacy, world->privacy);
        MUST(world, ys_truth_items(world->sim, playlist.id, check_item, &checking, &world->err));
        assert_int_equal(checking.wrong, 0);
    }
    if (world->old == YS_OLD_DELETE)
        assert_int_equal(ys_truth_playlist_count(world->sim, NULL), world->categories);
}

void world_check_quota(struct world *world, int64_t allowed_units)
{
    struct ys_quota_limits limits = {.daily_units = 10000};
    struct ys_sim_quota charged;
    struct ys_quota_day booked;
    int64_t i;

    for (i = 0; ys_sim_quota_nth(world->sim, i, &charged, NULL) == YS_OK; i++) {
        MUST(world, ys_quota_day_get(world->session->store, "default", charged.day, &limits,
                                     &booked, &world->err));
        if (booked.used + booked.reserved < charged.used_units)
            fail_msg("day %lld: booked %lld, charged %lld", (long long)charged.day,
                     (long long)(booked.used + booked.reserved), (long long)charged.used_units);
        assert_true(charged.used_units <= allowed_units);
    }
}
