/* torture_calls.c: single calls of the public API under a failure, and a job that fails all the
 * way; see torture.h. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "support/cases.h"
#include "support/torture.h"

#define NTH_MAX 1000000

/* Something done with an open session that can be done again and again. */
typedef enum ys_status (*call_fn)(struct torture *torture, struct ys_error *err);

static enum ys_status call_fetch(struct torture *torture, struct ys_error *err)
{
    struct ys_fetch_result result;

    return ys_fetch(torture->session, true, NULL, NULL, &result, err);
}

static enum ys_status call_plan(struct torture *torture, struct ys_error *err)
{
    struct ys_plan *plan;
    enum ys_status status = torture_plan(torture, &plan, err);

    if (status == YS_OK) assert_true(ys_plan_count(plan) > 0);
    else assert_null(plan);
    ys_plan_free(plan);
    return status;
}

static enum ys_status call_start(struct torture *torture, struct ys_error *err)
{
    struct ys_plan *plan;
    struct ys_job *job = NULL;
    enum ys_status status = torture_plan(torture, &plan, err);

    if (status == YS_OK) status = ys_job_start(torture->session, plan, &job, err);
    if (status == YS_OK) assert_non_null(job);
    ys_plan_free(plan);
    ys_job_close(job);
    return status;
}

static bool count_one(void *ctx)
{
    ++*(int *)ctx;
    return true;
}

static bool count_playlist(void *ctx, const struct ys_playlist_record *playlist)
{
    return playlist->id[0] && count_one(ctx);
}

static bool count_video(void *ctx, const struct ys_video_record *video)
{
    return video->id[0] && video->playlist_ids_json[0] == '[' && count_one(ctx);
}

static bool count_operation(void *ctx, const struct ys_operation_record *operation)
{
    return operation->id > 0 && count_one(ctx);
}

static bool count_log(void *ctx, const struct ys_log_record *entry)
{
    return entry->id > 0 && count_one(ctx);
}

/* Everything that people read. */
static enum ys_status call_reads(struct torture *torture, struct ys_error *err)
{
    struct ys_session *session = torture->session;
    struct ys_channel_record channel;
    struct ys_quota_record quota;
    struct ys_job_record job;
    int playlists = 0, videos = 0, operations = 0, entries = 0;

    YS_TRY(ys_channel_get(session, &channel, err));
    YS_TRY(ys_quota_get(session, &quota, err));
    YS_TRY(ys_playlists_each(session, true, count_playlist, &playlists, err));
    YS_TRY(ys_videos_each(session, count_video, &videos, err));
    YS_TRY(ys_job_get(session, 0, &job, err));
    YS_TRY(ys_operations_each(session, job.id, count_operation, &operations, err));
    YS_TRY(ys_log_each(session, &(struct ys_log_filter){.limit = 1000}, count_log, &entries, err));
    assert_string_equal(channel.id, YS_SIM_CHANNEL_ID);
    assert_true(quota.used_units > 0 && job.id > 0);
    assert_true(playlists == 3 && videos == 6 && operations > 0 && entries > 0);
    return YS_OK;
}

static enum ys_status call_flags(struct torture *torture, struct ys_error *err)
{
    YS_TRY(ys_config_set(torture->session, "pace.reads", 5, err));
    YS_TRY(ys_session_set_token(torture->session, YS_SIM_TOKEN, err));
    YS_TRY(ys_job_pause(torture->session, 0, err));
    YS_TRY(ys_job_resume(torture->session, 0, err));
    return ys_job_confirm(torture->session, 0, err);
}

/* Fails each occasion of `call` in turn. */
static void each_occasion(struct torture *torture, const struct torture_fault *fault, call_fn call,
                          bool ends_job)
{
    enum ys_status status;
    struct ys_error err;
    long nth = cases_first(1) - cases_step(1), asked = LONG_MAX, failures = 0;

    while (asked >= nth) {
        nth += cases_step(1);
        err = (struct ys_error){0};
        fault->start(fault, nth);
        status = call(torture, &err);
        asked = fault->stop(fault);
        fault->check(fault, nth, status, &err);
        failures += status != YS_OK;
        if (ends_job && ys_job_cancel(torture->session, 0, &err) != YS_OK)
            assert_int_equal(err.status, YS_ENOTFOUND);
        assert_true(nth < NTH_MAX);
    }
    assert_int_equal(status, YS_OK);
    if (cases_step(1) == 1) assert_true(failures > 0 || asked == 0);
}

/* No quota stops a call that is repeated ten thousand times. */
static void open_rich(struct torture *torture, struct memvfs *disk)
{
    struct ys_error err;

    torture_begin(torture, disk);
    assert_int_equal(torture_open(torture, &err), YS_OK);
    assert_int_equal(ys_config_set(torture->session, "quota.daily", 10000000, &err), YS_OK);
}

void torture_calls(struct memvfs *disk, const struct torture_fault *fault)
{
    struct torture torture;
    struct ys_error err;

    open_rich(&torture, disk);
    each_occasion(&torture, fault, call_fetch, false);
    each_occasion(&torture, fault, call_plan, false);
    each_occasion(&torture, fault, call_start, true);
    assert_int_equal(call_start(&torture, &err), YS_OK);
    each_occasion(&torture, fault, call_reads, false);
    each_occasion(&torture, fault, call_flags, false);
    torture_close(&torture);
    torture_end(&torture);
}

void torture_all_the_way(struct memvfs *disk, const struct torture_fault *fault, long nth)
{
    struct torture torture;
    struct ys_error err;
    struct ys_job *job;
    enum ys_status status;

    open_rich(&torture, disk);
    assert_int_equal(call_fetch(&torture, &err), YS_OK);
    assert_int_equal(call_start(&torture, &err), YS_OK);
    do {
        err = (struct ys_error){0};
        job = NULL;
        fault->start(fault, nth);
        status = ys_job_open(torture.session, 0, &job, &err);
        if (status == YS_OK) status = torture_run(&torture, job, &err);
        (void)fault->stop(fault);
        ys_job_close(job);
        fault->check(fault, nth, status, &err);
        nth += 1 + nth / 16;
        assert_true(nth < NTH_MAX);
    } while (status != YS_OK);
    torture_close(&torture);
    torture_end(&torture);
}

long torture_sync(struct memvfs *disk, const struct torture_fault *fault, long step)
{
    struct torture torture;
    struct ys_error err;
    enum ys_status status;
    long nth = cases_first(step) - cases_step(step), asked = LONG_MAX, failures = 0;

    while (asked >= nth) {
        nth += cases_step(step);
        torture_begin(&torture, disk);
        fault->start(fault, nth);
        status = torture_process(&torture, &err);
        asked = fault->stop(fault);
        fault->check(fault, nth, status, &err);
        failures += status != YS_OK;
        if (fault->after) fault->after(fault);
        torture_end(&torture);
    }
    assert_int_equal(status, YS_OK);
    return failures;
}
