/* test_sim_quota.c: the simulator's ledger: days, exhaustion, others, the log of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "support/box.h"

static int read_one(struct box *box)
{
    return box_get(box, "channels", "part=id&mine=true");
}

static int write_one(struct box *box)
{
    return box_call(box, "POST", "playlists", "part=snippet", "{\"snippet\":{\"title\":\"A\"}}");
}

static struct ys_sim_quota today(struct box *box)
{
    struct ys_sim_quota quota;

    BOX(box, ys_sim_quota(box->sim, ys_pacific_day(box->clock.wall_ms), &quota, &box->err));
    return quota;
}

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(ys_time_parse(text, &ms));
    return ms;
}

static void set_wall(struct box *box, const char *text)
{
    ys_sim_clock_jump_wall(&box->clock, at(text) - box->clock.wall_ms);
}

/* ------------------------------------------------------------------ days */

static void test_costs(void **state)
{
    struct box *box = *state;
    struct ys_sim_quota quota;

    assert_int_equal(read_one(box), 200);
    assert_int_equal(write_one(box), 200);
    assert_int_equal(box_get(box, "playlists", "part=id&bogus=1"), 400);
    quota = today(box);
    assert_int_equal(quota.used_units, 1 + 50 + 1);
    assert_int_equal(quota.requests, 3);
    assert_int_equal(quota.refused, 0);
    assert_int_equal(quota.creates, 1);
    assert_int_equal(quota.limit_units, 10000);
    /* A refused write costs all of it, or one unit: nobody has measured it. */
    (void)box_call(box, "DELETE", "playlists", "id=PLnone", NULL);
    assert_int_equal(today(box).used_units, 102);
    ys_sim_options(box->sim)->failed_cost_full = false;
    (void)box_call(box, "DELETE", "playlists", "id=PLnone", NULL);
    assert_int_equal(today(box).used_units, 103);
    assert_int_equal(ys_sim_quota_total(box->sim), 103);
}

static void test_day_turns(void **state)
{
    struct box *box = *state;
    struct ys_sim_quota quota;

    /* Midnight in Los Angeles, in winter and on the day that has 25 hours. */
    set_wall(box, "2026-11-02T07:59:59Z");
    assert_int_equal(read_one(box), 200);
    assert_int_equal(today(box).used_units, 1);
    set_wall(box, "2026-11-02T08:00:00Z");
    assert_int_equal(today(box).used_units, 0);
    assert_int_equal(read_one(box), 200);
    BOX(box, ys_sim_quota_nth(box->sim, 0, &quota, &box->err));
    assert_int_equal(quota.day, ys_pacific_day(at("2026-11-01T12:00:00Z")));
    assert_int_equal(quota.used_units, 1);
    BOX(box, ys_sim_quota_nth(box->sim, 1, &quota, &box->err));
    assert_int_equal(quota.used_units, 1);
    assert_int_equal(ys_sim_quota_nth(box->sim, 2, &quota, &box->err), YS_ENOTFOUND);
    /* In summer it is an hour earlier. */
    set_wall(box, "2027-07-01T06:59:59Z");
    assert_int_equal(read_one(box), 200);
    set_wall(box, "2027-07-01T07:00:00Z");
    assert_int_equal(today(box).used_units, 0);
}

static void test_late_reset(void **state)
{
    struct box *box = *state;

    ys_sim_options(box->sim)->quota_daily_units = 1;
    ys_sim_options(box->sim)->reset_late_ms = YS_MS_PER_HOUR;
    set_wall(box, "2026-11-20T12:00:00Z");
    assert_int_equal(read_one(box), 200);
    set_wall(box, "2026-11-21T08:30:00Z"); /* the next day began half an hour ago */
    assert_int_equal(read_one(box), 403);
    set_wall(box, "2026-11-21T09:00:00Z");
    assert_int_equal(read_one(box), 200);
}

/* ------------------------------------------------------------------ exhaustion */

static void test_exhausted_403(void **state)
{
    struct box *box = *state;

    ys_sim_options(box->sim)->quota_daily_units = 101;
    assert_int_equal(write_one(box), 200);
    assert_int_equal(write_one(box), 200);
    (void)write_one(box);
    box_refused(box, 403, "youtube.quota", "quotaExceeded");
    assert_string_equal(box_text(box, "error.message"),
                        "The request cannot be completed because you have exceeded your "
                        "<a href=\"/youtube/v3/getting-started#quota\">quota</a>.");
    /* What still fits is done; what is refused is neither charged nor done. */
    assert_int_equal(read_one(box), 200);
    assert_int_equal(read_one(box), 403);
    assert_int_equal(today(box).used_units, 101);
    assert_int_equal(today(box).refused, 2);
    assert_int_equal(ys_truth_title_count(box->sim, "A"), 2);
    ys_sim_clock_advance(&box->clock, YS_MS_PER_DAY);
    assert_int_equal(write_one(box), 200);
    assert_int_equal(ys_sim_quota_peak(box->sim), 101);
}

static void test_exhausted_429(void **state)
{
    struct box *box = *state;
    char start[32];

    ys_sim_options(box->sim)->quota_daily_units = 0;
    ys_sim_options(box->sim)->exhausted_form = YS_SIM_EXHAUSTED_429;
    (void)read_one(box);
    box_refused(box, 429, "global", "rateLimitExceeded");
    assert_string_equal(box_text(box, "error.status"), "RESOURCE_EXHAUSTED");
    assert_string_equal(box_text(box, "error.details[0].metadata.quota_unit"), "1/d/{project}");
    assert_string_equal(box_text(box, "error.details[0].metadata.quota_limit"),
                        "defaultPerDayPerProject");
    assert_string_equal(box_text(box, "error.details[0].metadata.quota_metric"),
                        "youtube.googleapis.com/default");
    assert_string_equal(box_text(box, "error.details[0].metadata.quota_limit_value"), "0");
    (void)snprintf(start, sizeof start, "%lld", (long long)(at("2026-11-20T08:00:00Z") / 1000));
    assert_string_equal(box_text(box, "error.details[0].metadata.window_start_time"), start);
}

static void test_others_spend(void **state)
{
    struct box *box = *state;

    BOX(box, ys_sim_spend(box->sim, 9980, &box->err));
    assert_int_equal(write_one(box), 403);
    assert_int_equal(read_one(box), 200);
    assert_int_equal(today(box).others_units, 9980);
    assert_int_equal(today(box).used_units, 1);
    BOX(box, ys_sim_spend(box->sim, 100, &box->err));
    assert_int_equal(read_one(box), 403);
}

/* ------------------------------------------------------------------ log */

struct seen {
    struct ys_sim_logged logged[8];
    int count;
};

static bool note(void *ctx, const struct ys_sim_logged *logged)
{
    struct seen *seen = ctx;

    seen->logged[seen->count++] = *logged;
    return seen->count < 8;
}

static void test_log(void **state)
{
    struct box *box = *state;
    struct seen seen = {.count = 0};
    char list[YS_ID_BYTES], video[16];

    box_videos(box, 2);
    box_playlist(box, "P", 0, list);
    assert_int_equal(box_insert(box, list, 1, -1, NULL), 200);
    ys_sim_clock_advance(&box->clock, 1234);
    assert_int_equal(box_insert(box, list, 7, -1, NULL), 404);
    assert_int_equal(read_one(box), 200);
    BOX(box, ys_sim_requests(box->sim, 1, note, &seen, &box->err));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.logged[0].number, 1);
    assert_int_equal(seen.logged[0].method, YS_SIM_M_ITEMS_INSERT);
    assert_int_equal(seen.logged[0].units, 50);
    assert_int_equal(seen.logged[0].status, 200);
    assert_true(seen.logged[0].effect);
    assert_string_equal(seen.logged[0].playlist_id, list);
    assert_string_equal(seen.logged[0].video_id, box_video_id(1, video));
    assert_int_equal(seen.logged[0].wall_ms, YS_SIM_START_WALL_MS);
    assert_true(*seen.logged[0].item_id != '\0');
    assert_int_equal(seen.logged[1].mono_ms - seen.logged[0].mono_ms, 1234);
    assert_false(seen.logged[1].effect);
    assert_string_equal(seen.logged[1].reason, "videoNotFound");
    assert_int_equal(seen.logged[2].units, 1);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_METHOD_COUNT), 3);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_M_ITEMS_INSERT), 2);
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_ITEMS_INSERT), 1);
    assert_int_equal(ys_sim_effects_on(box->sim, YS_SIM_M_ITEMS_INSERT, list, NULL), 1);
    assert_int_equal(ys_sim_effects_on(box->sim, YS_SIM_M_ITEMS_INSERT, list,
                                       box_video_id(0, video)),
                     0);
}

static void test_as_json(void **state)
{
    struct box *box = *state;

    assert_int_equal(write_one(box), 200);
    assert_int_equal(box_get(box, "playlists", "part=bogus"), 400);
    ys_buf_clear(&box->reply.body);
    BOX(box, ys_sim_requests_json(box->sim, 1, &box->reply.body, &box->err));
    assert_int_equal(box_length(box, "requests"), 2);
    assert_string_equal(box_text(box, "requests[0].method"), "playlists.insert");
    assert_string_equal(box_text(box, "requests[1].reason"), "unknownPart");
    ys_buf_clear(&box->reply.body);
    BOX(box, ys_sim_quota_json(box->sim, &box->reply.body, &box->err));
    assert_string_equal(box_text(box, "today"), "2026-11-20");
    assert_int_equal(box_number(box, "days[0].used"), 51);
    assert_int_equal(box_number(box, "days[0].creates"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_costs, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_day_turns, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_late_reset, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_exhausted_403, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_exhausted_429, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_others_spend, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_log, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_as_json, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
