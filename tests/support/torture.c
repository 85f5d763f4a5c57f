/* torture.c: see torture.h. */
#include "support/torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "net/transport.h"
#include "support/fail_alloc.h"
#include "support/fail_sqlite.h"
#include "support/scratch.h"

#define STEPS_MAX 5000
#define PROCESSES_MAX 5
/* A day is never used up here: a call may be repeated ten thousand times. */
#define DAILY_UNITS 10000000

/* ---------------------------------------------------------------- the other side */

/* A transport that lets nothing fail while the server is at work. */
struct quiet {
    struct ys_transport base;  /* first */
    struct ys_transport *inner;
};

static void pause_failures(bool paused)
{
    fail_alloc_pause(paused);
    fail_sqlite_pause(paused);
}

static struct ys_transport *inner_of(struct ys_transport *transport)
{
    return ((struct quiet *)(void *)transport)->inner;
}

static enum ys_status quiet_start(struct ys_transport *self,
                                  const struct ys_http_request *request, uint64_t tag,
                                  struct ys_error *err)
{
    return ys_transport_start(inner_of(self), request, tag, err);
}

static enum ys_status quiet_poll(struct ys_transport *self, int64_t timeout_ms,
                                 struct ys_error *err)
{
    enum ys_status status;

    pause_failures(true);
    status = ys_transport_poll(inner_of(self), timeout_ms, err);
    pause_failures(false);
    return status;
}

static bool quiet_complete(struct ys_transport *self, struct ys_http_reply *out)
{
    return ys_transport_complete(inner_of(self), out);
}

static void quiet_destroy(struct ys_transport *self)
{
    pause_failures(true);
    ys_transport_free(inner_of(self));
    ys_free(self);
    pause_failures(false);
}

/* The other side's own memory is not what is tortured. */
static void make_wire(struct torture *torture)
{
    static const struct ys_transport_ops ops = {quiet_start, quiet_poll, quiet_complete,
                                                quiet_destroy};
    struct world *world = &torture->world;
    struct quiet *quiet;

    pause_failures(true);
    quiet = ys_alloc_zero(1, sizeof *quiet);
    assert_non_null(quiet);
    quiet->base.ops = &ops;
    world_ok(world, ys_sim_transport(&quiet->inner, world->sim, NULL, &world->err));
    torture->wire = &quiet->base;
    pause_failures(false);
}

/* ---------------------------------------------------------------- one process */

struct placing {
    const struct world *world;
    struct ys_target *target;
    enum ys_status status;
    struct ys_error *err;
};

static bool place(void *ctx, const struct ys_video_record *video)
{
    struct placing *placing = ctx;
    size_t home;

    pause_failures(true);
    home = world_home(placing->world, video->id);
    pause_failures(false);
    if (video->availability == YS_AVAILABILITY_LIVE)
        placing->status = ys_target_add_video(placing->target, home, video->id, "by hash",
                                              placing->err);
    else
        placing->status = ys_target_drop_video(placing->target, video->id, "gone", placing->err);
    return placing->status == YS_OK;
}

static enum ys_status fill_target(struct torture *torture, struct ys_target *target,
                                  struct ys_error *err)
{
    struct placing placing = {.world = &torture->world, .target = target, .err = err};
    char title[32];
    size_t i;

    for (i = 0; i < torture->world.categories; i++) {
        struct ys_category_spec spec = {.key = title, .new_privacy = torture->world.privacy};
        world_category_title(i, title);
        YS_TRY(ys_target_add_category(target, &spec, NULL, err));
    }
    YS_TRY(ys_videos_each(torture->session, place, &placing, err));
    return placing.status;
}

enum ys_status torture_plan(struct torture *torture, struct ys_plan **out, struct ys_error *err)
{
    struct ys_target *target = NULL;
    enum ys_status status;

    *out = NULL;
    status = ys_target_new(&target, torture->world.old, err);
    if (status == YS_OK) status = fill_target(torture, target, err);
    if (status == YS_OK) status = ys_plan_make(torture->session, target, out, err);
    ys_target_free(target);
    return status;
}

/* *out stays NULL when there is nothing to do. */
static enum ys_status start_job(struct torture *torture, struct ys_job **out,
                                struct ys_error *err)
{
    struct ys_fetch_result fetched;
    struct ys_plan *plan;
    enum ys_status status;

    YS_TRY(ys_fetch(torture->session, false, NULL, NULL, &fetched, err));
    YS_TRY(torture_plan(torture, &plan, err));
    status = ys_plan_count(plan) > 0 ? ys_job_start(torture->session, plan, out, err) : YS_OK;
    ys_plan_free(plan);
    return status;
}

/* Steps until the job rests, fails or is completed. */
static enum ys_status step_on(struct ys_job *job, struct ys_error *err)
{
    enum ys_status status;
    struct ys_event event;
    bool more = true;
    int steps = 0;

    do {
        *err = (struct ys_error){0};
        status = ys_job_step(job, 1000, &more, err);
        while (ys_job_next_event(job, &event)) {}
        if (++steps > STEPS_MAX) fail_msg("the job does not end: %s", err->message);
    } while (status == YS_OK && more);
    return status;
}

enum ys_status torture_run(struct torture *torture, struct ys_job *job, struct ys_error *err)
{
    enum ys_status status;
    int rests = 0;

    while ((status = step_on(job, err)) != YS_OK) {
        int64_t wait_ms = ys_job_wait_ms(job);
        if (++rests > STEPS_MAX) fail_msg("the job rests for ever: %s", err->message);
        if (status == YS_ECONFIRM)
            YS_TRY(ys_job_confirm(torture->session, 0, err));
        else if (wait_ms > 0)
            YS_TRY(ys_session_sleep(torture->session, wait_ms, err));
        else
            return status;
    }
    return status;
}

enum ys_status torture_open(struct torture *torture, struct ys_error *err)
{
    char backups[SCRATCH_PATH_BYTES];
    struct ys_options options = {.db_path = torture->world.db_path,
                                 .backup_dir = scratch_path(backups, "."),
                                 .access_token = YS_SIM_TOKEN,
                                 .env = &torture->world.env};

    *err = (struct ys_error){0};
    make_wire(torture);
    options.transport = torture->wire;
    return ys_session_open(&torture->session, &options, err);
}

void torture_close(struct torture *torture)
{
    ys_session_close(torture->session);
    ys_transport_free(torture->wire);
    torture->session = NULL;
    torture->wire = NULL;
    assert_int_equal(memvfs_open_count(torture->disk), 0);
}

enum ys_status torture_process(struct torture *torture, struct ys_error *err)
{
    struct ys_job *job = NULL;
    enum ys_status status = torture_open(torture, err);

    if (status == YS_OK) status = ys_job_open(torture->session, 0, &job, err);
    if (status == YS_ENOTFOUND) {
        *err = (struct ys_error){0};
        status = start_job(torture, &job, err);
    }
    if (status == YS_OK && job) status = torture_run(torture, job, err);
    ys_job_close(job);
    torture_close(torture);
    return status;
}

/* ---------------------------------------------------------------- around it */

struct memvfs *torture_disk(void)
{
    struct memvfs *disk = memvfs_new("torture");

    assert_non_null(disk);
    return disk;
}

/* The number that the next open file gets: higher when one was left open. */
static int lowest_fd(void)
{
    int fd = dup(STDERR_FILENO);

    assert_true(fd >= 0);
    (void)close(fd);
    return fd;
}

void torture_begin(struct torture *torture, struct memvfs *disk)
{
    memset(torture, 0, sizeof *torture);
    torture->disk = disk;
    torture->lowest_fd = lowest_fd();
    memvfs_reset(disk, 1);
    world_init(&torture->world, 5);
    torture->world.categories = 2;
    torture->world.options.quota_daily_units = DAILY_UNITS;
    world_open(&torture->world);
    world_library(&torture->world, 3, 6);
}

void torture_end(struct torture *torture)
{
    struct world *world = &torture->world;
    struct ys_error err;
    enum ys_status status;
    int i = 0;

    do status = torture_process(torture, &err);
    while (status != YS_OK && ++i < PROCESSES_MAX);
    if (status != YS_OK) fail_msg("afterwards: %s: %s", ys_status_name(status), err.message);
    world_check_end(world);
    world_session(world);
    world_check_quota(world, DAILY_UNITS);
    world_close(world);
    assert_int_equal(memvfs_open_count(torture->disk), 0);
    assert_int_equal(sqlite3_memory_used(), 0);
    assert_int_equal(lowest_fd(), torture->lowest_fd);
}
