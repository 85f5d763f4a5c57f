/* test_machine.c: every move of a job from stage to stage, allowed and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sync/machine.h"

#define NOW_MS 1000

/* Where each stage may move to, by names: written down a second time, from the design. */
static const struct {
    enum ys_stage from;
    const char *to;
} allowed[] = {
    {YS_STAGE_PENDING, " backup paused failed cancelled "},
    {YS_STAGE_BACKUP, " create_playlists paused failed cancelled "},
    {YS_STAGE_CREATE_PLAYLISTS, " add_videos paused failed cancelled "},
    {YS_STAGE_ADD_VIDEOS, " delete_playlists paused failed cancelled "},
    {YS_STAGE_DELETE_PLAYLISTS, " add_videos completed paused failed cancelled "},
    {YS_STAGE_COMPLETED, ""},
    {YS_STAGE_PAUSED,
     " pending backup create_playlists add_videos delete_playlists failed cancelled "},
    {YS_STAGE_FAILED, ""},
    {YS_STAGE_CANCELLED, ""},
};

static bool listed(const char *list, enum ys_stage stage)
{
    const char *name = ys_stage_name(stage), *at = strstr(list, name);
    size_t bytes = strlen(name);

    return at && at[-1] == ' ' && at[bytes] == ' ';
}

static void test_every_move(void **state)
{
    size_t i;
    int to;

    (void)state;
    assert_int_equal(sizeof allowed / sizeof allowed[0], YS_STAGE_COUNT);
    for (i = 0; i < YS_STAGE_COUNT; i++) {
        for (to = 0; to < YS_STAGE_COUNT; to++) {
            struct ys_row_job job = {.id = 5, .stage = allowed[i].from}, before = job;
            struct ys_error err = {0};
            bool may = listed(allowed[i].to, (enum ys_stage)to);
            assert_int_equal(ys_machine_allows(allowed[i].from, (enum ys_stage)to), may);
            assert_int_equal(ys_machine_move(&job, (enum ys_stage)to, NOW_MS, &err),
                             may ? YS_OK : YS_ESTATE);
            if (may) {
                assert_int_equal(job.stage, to);
                continue;
            }
            assert_memory_equal(&job, &before, sizeof job);
            assert_non_null(strstr(err.message, ys_stage_name(allowed[i].from)));
            assert_non_null(strstr(err.message, ys_stage_name((enum ys_stage)to)));
        }
    }
}

static void test_out_of_range(void **state)
{
    (void)state;
    assert_false(ys_machine_allows(YS_STAGE_COUNT, YS_STAGE_BACKUP));
    assert_false(ys_machine_allows(YS_STAGE_PENDING, YS_STAGE_COUNT));
    assert_false(ys_machine_allows((enum ys_stage)-1, YS_STAGE_FAILED));
    assert_false(ys_machine_allows(YS_STAGE_PENDING, (enum ys_stage)99));
}

static void test_finished(void **state)
{
    int stage;

    (void)state;
    for (stage = 0; stage < YS_STAGE_COUNT; stage++)
        assert_int_equal(ys_stage_finished((enum ys_stage)stage), allowed[stage].to[0] == '\0');
}

static void test_times(void **state)
{
    struct ys_row_job job = {.stage = YS_STAGE_PENDING};

    (void)state;
    assert_int_equal(ys_machine_move(&job, YS_STAGE_BACKUP, 10, NULL), YS_OK);
    assert_int_equal(job.started_at_ms, 10);
    assert_int_equal(job.finished_at_ms, 0);
    assert_int_equal(ys_machine_move(&job, YS_STAGE_CREATE_PLAYLISTS, 20, NULL), YS_OK);
    assert_int_equal(ys_machine_move(&job, YS_STAGE_ADD_VIDEOS, 30, NULL), YS_OK);
    assert_int_equal(ys_machine_move(&job, YS_STAGE_DELETE_PLAYLISTS, 40, NULL), YS_OK);
    assert_int_equal(ys_machine_move(&job, YS_STAGE_COMPLETED, 50, NULL), YS_OK);
    assert_int_equal(job.started_at_ms, 10);
    assert_int_equal(job.finished_at_ms, 50);
}

/* From every working stage: paused with its reason, and back to just that stage. */
static void test_pause_and_resume(void **state)
{
    int stage, reason;

    (void)state;
    for (stage = YS_STAGE_PENDING; stage < YS_STAGE_COMPLETED; stage++) {
        for (reason = YS_PAUSE_NONE + 1; reason < YS_PAUSE_COUNT; reason++) {
            struct ys_row_job job = {.stage = (enum ys_stage)stage, .pause_requested = true,
                                     .started_at_ms = 7};
            assert_int_equal(
                ys_machine_pause(&job, (enum ys_pause_reason)reason, 99, NULL), YS_OK);
            assert_int_equal(job.stage, YS_STAGE_PAUSED);
            assert_int_equal(job.paused_from, stage);
            assert_int_equal(job.pause_reason, reason);
            assert_int_equal(job.resets_at_ms, 99);
            assert_int_equal(ys_machine_resume(&job, NULL), YS_OK);
            assert_int_equal(job.stage, stage);
            assert_int_equal(job.pause_reason, YS_PAUSE_NONE);
            assert_int_equal(job.paused_from, YS_STAGE_PENDING);
            assert_int_equal(job.resets_at_ms, 0);
            assert_int_equal(job.started_at_ms, 7);
            assert_true(job.pause_requested); /* a flag of its own: no move clears it */
        }
    }
}

/* A second pause keeps the stage that the first one left. */
static void test_pause_twice(void **state)
{
    struct ys_row_job job = {.stage = YS_STAGE_ADD_VIDEOS};

    (void)state;
    assert_int_equal(ys_machine_pause(&job, YS_PAUSE_QUOTA_EXHAUSTED, 5, NULL), YS_OK);
    assert_int_equal(ys_machine_pause(&job, YS_PAUSE_USER_PAUSED, 0, NULL), YS_OK);
    assert_int_equal(job.pause_reason, YS_PAUSE_USER_PAUSED);
    assert_int_equal(job.resets_at_ms, 0);
    assert_int_equal(ys_machine_resume(&job, NULL), YS_OK);
    assert_int_equal(job.stage, YS_STAGE_ADD_VIDEOS);
}

static void test_nothing_to_pause_or_resume(void **state)
{
    static const enum ys_stage finished[] = {YS_STAGE_COMPLETED, YS_STAGE_FAILED,
                                             YS_STAGE_CANCELLED};
    struct ys_error err = {0};
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        struct ys_row_job job = {.stage = finished[i]};
        assert_int_equal(ys_machine_pause(&job, YS_PAUSE_USER_PAUSED, 0, &err), YS_ESTATE);
        assert_non_null(strstr(err.message, ys_stage_name(finished[i])));
        assert_int_equal(ys_machine_resume(&job, &err), YS_ESTATE);
        assert_int_equal(job.stage, finished[i]);
    }
    struct ys_row_job job = {.stage = YS_STAGE_BACKUP};
    assert_int_equal(ys_machine_resume(&job, &err), YS_ESTATE);
    assert_non_null(strstr(err.message, "not paused"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_move),       cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_finished),         cmocka_unit_test(test_times),
        cmocka_unit_test(test_pause_and_resume), cmocka_unit_test(test_pause_twice),
        cmocka_unit_test(test_nothing_to_pause_or_resume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
