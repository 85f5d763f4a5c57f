/* shelf.c: see shelf.h. */
#include "support/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define STEPS_MAX 100000

const char *shelf_video(int n, char out[16])
{
    (void)snprintf(out, 16, "video-%05d", n);
    return out;
}

void shelf_open(struct world *world, uint64_t seed, int videos)
{
    shelf_open_on(world, NULL, seed, videos);
}

void shelf_open_on(struct world *world, const char *vfs, uint64_t seed, int videos)
{
    struct ys_sim_video video = {.channel_title = "Somebody", .duration_s = 60,
                                 .availability = YS_AVAILABILITY_LIVE};
    char id[16], title[32];
    int i;

    world_init(world, seed);
    world->vfs = vfs;
    world_open(world);
    for (i = 1; i <= videos; i++) {
        (void)snprintf(title, sizeof title, "Video %d", i);
        video.id = shelf_video(i, id);
        video.title = title;
        world_ok(world, ys_sim_video_put(world->sim, &video, &world->err));
    }
    world_session(world);
}

void shelf_put(struct world *world, const char *playlist_id, int video)
{
    char id[16];

    world_ok(world, ys_sim_item_add(world->sim, playlist_id, shelf_video(video, id), -1, 0, NULL,
                                    &world->err));
}

void shelf_playlist(struct world *world, const char *title, enum ys_privacy privacy, int from,
                    int to, char id_out[YS_ID_BYTES])
{
    struct ys_sim_playlist playlist = {.title = title, .description = "by hand",
                                       .privacy = privacy};

    world_ok(world, ys_sim_playlist_add(world->sim, &playlist, id_out, &world->err));
    for (; from <= to; from++) shelf_put(world, id_out, from);
    world_ok(world, ys_truth_snapshot(world->sim, &world->err));
}

/* ---------------------------------------------------------------- the policy */

struct ys_target *shelf_policy(struct world *world, enum ys_old old)
{
    struct ys_fetch_result fetched;
    struct ys_target *target;

    world_ok(world, ys_fetch(world->session, false, NULL, NULL, &fetched, &world->err));
    world_ok(world, ys_target_new(&target, old, &world->err));
    return target;
}

void shelf_category(struct world *world, struct ys_target *target,
                    const struct ys_category_spec *spec, int from, int to)
{
    size_t index;
    char id[16];

    world_ok(world, ys_target_add_category(target, spec, &index, &world->err));
    for (; from <= to; from++)
        world_ok(world, ys_target_add_video(target, index, shelf_video(from, id), "by hand",
                                            &world->err));
}

void shelf_want(struct world *world, struct ys_target *target, const char *key, int from, int to)
{
    struct ys_category_spec spec = {.key = key};

    shelf_category(world, target, &spec, from, to);
}

void shelf_drop(struct world *world, struct ys_target *target, int from, int to)
{
    char id[16];

    for (; from <= to; from++)
        world_ok(world, ys_target_drop_video(target, shelf_video(from, id), "dropped",
                                             &world->err));
}

const char *const shelf_thirds[3] = {"Third", "First", "Second"};

void shelf_want_thirds(struct world *world, struct ys_target *target, enum ys_privacy privacy,
                       int from, int to)
{
    size_t index[3];
    char id[16];
    int i;

    for (i = 0; i < 3; i++) {
        struct ys_category_spec spec = {.key = shelf_thirds[i], .new_privacy = privacy};
        world_ok(world, ys_target_add_category(target, &spec, &index[i], &world->err));
    }
    for (; from <= to; from++)
        world_ok(world, ys_target_add_video(target, index[from % 3], shelf_video(from, id),
                                            "by number", &world->err));
}

void shelf_start(struct world *world, struct ys_target *target)
{
    struct ys_plan *plan;

    world_ok(world, ys_plan_make(world->session, target, &plan, &world->err));
    ys_target_free(target);
    world_ok(world, ys_job_start(world->session, plan, &world->job, &world->err));
    ys_plan_free(plan);
}

/* ---------------------------------------------------------------- looking */

int64_t shelf_copies(struct world *world, const char *title, int video)
{
    struct ys_truth_playlist playlist;
    char id[16];

    if (ys_truth_playlist_titled(world->sim, title, &playlist, NULL) != YS_OK) return -1;
    return ys_truth_copies(world->sim, playlist.id, shelf_video(video, id));
}

struct row_at {
    int64_t position;
    char *id_out;
};

static bool is_row_at(void *ctx, const struct ys_truth_item *item)
{
    const struct row_at *at = ctx;

    if (item->position == at->position) (void)ys_copy(at->id_out, YS_ID_BYTES, item->id);
    return true;
}

void shelf_item_at(struct world *world, const char *playlist_id, int64_t position,
                   char id_out[YS_ID_BYTES])
{
    struct row_at at = {.position = position, .id_out = id_out};

    id_out[0] = '\0';
    world_ok(world, ys_truth_items(world->sim, playlist_id, is_row_at, &at, &world->err));
    if (!id_out[0]) fail_msg("no row stands at %lld", (long long)position);
}

bool shelf_has(struct world *world, const char *playlist_id)
{
    struct ys_truth_playlist playlist;

    return ys_truth_playlist(world->sim, playlist_id, &playlist, NULL) == YS_OK;
}

struct search {
    enum ys_op_kind kind;
    enum ys_op_status status;
    bool any_kind, any_status;
    int64_t count;
    struct ys_operation_record first;
};

static bool each_operation(void *ctx, const struct ys_operation_record *operation)
{
    struct search *search = ctx;

    if (!search->any_status && operation->status != search->status) return true;
    if (!search->any_kind && operation->kind != search->kind) return true;
    if (search->count++ == 0) search->first = *operation;
    return true;
}

static void look(struct world *world, struct search *search)
{
    world_ok(world, ys_operations_each(world->session, shelf_job(world).id, each_operation, search,
                                       &world->err));
}

struct ys_operation_record shelf_operation(struct world *world, enum ys_op_kind kind,
                                           enum ys_op_status status)
{
    struct search search = {.kind = kind, .status = status};

    look(world, &search);
    if (search.count == 0)
        fail_msg("no %s is %s", ys_op_kind_name(kind), ys_op_status_name(status));
    return search.first;
}

int64_t shelf_total(struct world *world, enum ys_op_kind kind)
{
    struct search search = {.kind = kind, .any_status = true};

    look(world, &search);
    return search.count;
}

int64_t shelf_count(struct world *world, enum ys_op_status status)
{
    struct search search = {.status = status, .any_kind = true};

    look(world, &search);
    return search.count;
}

struct ys_job_record shelf_job(struct world *world)
{
    struct ys_job_record record;

    world_ok(world, ys_job_get(world->session, 0, &record, &world->err));
    return record;
}

void shelf_until(struct world *world, enum ys_op_kind kind, int64_t done)
{
    int64_t steps;
    bool more;

    for (steps = 0; steps < STEPS_MAX; steps++) {
        struct search search = {.kind = kind, .status = YS_OP_STATUS_DONE};
        look(world, &search);
        if (search.count >= done) return;
        world_ok(world, ys_job_step(world->job, 50, &more, &world->err));
        if (!more) break;
    }
    fail_msg("the job ended before %lld %s", (long long)done, ys_op_kind_name(kind));
}

void shelf_is(struct world *world, enum ys_status status, enum ys_status wanted,
              const char *words)
{
    if (status != wanted)
        fail_msg("%s instead of %s: %s", ys_status_name(status), ys_status_name(wanted),
                 world->err.message);
    if (words && !strstr(world->err.message, words))
        fail_msg("\"%s\" lacks \"%s\"", world->err.message, words);
}
