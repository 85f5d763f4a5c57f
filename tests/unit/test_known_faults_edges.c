/* test_known_faults_edges.c: faults that other tools of this kind are known for, each a test of its
 * name, on the edges of a job: quota, pauses, listings, runners, backups, the HTTP library. See
 * test_known_faults_jobs.c.
 *
 * YTSYNC_TEST=name runs one. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/curl_setting.h"
#include "support/rig.h"
#include "support/shelf.h"

#define VIDEOS 9
#define CATEGORIES 3
#define DAYS_THROTTLED 3

static struct world world;
static char old_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void must(enum ys_status status)
{
    world_ok(&world, status);
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

/* A job that makes three playlists of the videos in "Old", and with old = "delete" gives it up. */
static void start_job(uint64_t seed, enum ys_old old)
{
    struct ys_target *target;

    shelf_open(&world, seed, VIDEOS);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 1, VIDEOS, old_id);
    target = shelf_policy(&world, old);
    shelf_want_thirds(&world, target, YS_PRIVACY_UNSET, 1, VIDEOS);
    shelf_start(&world, target);
}

static int64_t requests(enum ys_sim_method method)
{
    return ys_sim_request_count(world.sim, method);
}

static int64_t writes_sent(void)
{
    return requests(YS_SIM_M_PLAYLISTS_INSERT) + requests(YS_SIM_M_ITEMS_INSERT) +
           requests(YS_SIM_M_PLAYLISTS_DELETE);
}

/* ---------------------------------------------------------------- throttles and quota */

/* YouTube refuses every creation, day after day: no more than two a day are asked for, an hour
 * apart, and the job waits in between. */
static void test_creation_throttle_is_not_hammered(void **state)
{
    int64_t day = 0, before;

    (void)state;
    start_job(300, YS_OLD_KEEP);
    world_fault(&world, "playlists.insert#1+100000=429creates");
    while (day < DAYS_THROTTLED) {
        before = requests(YS_SIM_M_PLAYLISTS_INSERT);
        shelf_is(&world, world_steps(&world), YS_ECREATES, NULL);
        assert_in_range(requests(YS_SIM_M_PLAYLISTS_INSERT) - before, 0, 1);
        assert_true(ys_job_wait_ms(world.job) > 30 * YS_MS_PER_MINUTE);
        must(ys_session_sleep(world.session, ys_job_wait_ms(world.job) + 1000, &world.err));
        day = ys_pacific_day(world.clock.wall_ms) - ys_pacific_day(YS_SIM_START_WALL_MS);
    }
    assert_in_range(requests(YS_SIM_M_PLAYLISTS_INSERT), DAYS_THROTTLED, 2 * DAYS_THROTTLED);
    ys_sim_faults_clear(world.sim);
    finish();
    assert_int_equal(shelf_job(&world).failed, 0);
}

/* The server charges for what it refuses and for what it never answers. */
static void test_failed_calls_are_counted(void **state)
{
    static const char *const faults[] = {
        "playlists.insert#1=500",          "playlists.insert#3=429creates",
        "playlistItems.insert#1=400",      "playlistItems.insert#2=409",
        "playlistItems.insert#4=404",      "playlistItems.insert#5=timeout",
        "playlistItems.insert#6=429:5",    "playlistItems.insert#8=effect+close",
        "playlistItems.insert#10=503html", "playlistItems.list#3=500",
    };
    size_t i;

    (void)state;
    start_job(301, YS_OLD_KEEP);
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) world_fault(&world, faults[i]);
    finish();
    assert_true(writes_sent() > CATEGORIES + VIDEOS + 4);
    world_check_quota(&world, 10000);
}

/* Moments beside the turn of the quota day, given by the calendar and not by our own functions:
 * 07:00 UTC in summer, 08:00 UTC in winter. */
static void test_reset_by_the_right_offset(void **state)
{
    static const struct {
        int64_t utc_day;       /* days since 1970-01-01 */
        int64_t reset_hour;    /* of that day in UTC */
    } resets[] = {
        {20635, 7}, /* 2026-07-01 */
        {20468, 8}, /* 2026-01-15 */
        {20758, 7}, /* 2026-11-01: daylight time ends two hours later, */
        {20759, 8}, /* ... and the next day begins in standard time */
        {20891, 8}, /* 2027-03-14: it begins two hours later */
        {20892, 7},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof resets / sizeof resets[0]; i++) {
        int64_t reset_ms =
            resets[i].utc_day * YS_MS_PER_DAY + resets[i].reset_hour * YS_MS_PER_HOUR;
        struct ys_quota_record quota;
        struct rig rig;

        rig_init(&rig, 302 + i, reset_ms - 20 * YS_MS_PER_MINUTE);
        rig_open(&rig);
        RIG(&rig, rig_read(&rig));
        assert_int_equal(rig_number(&rig, "SELECT day FROM quota_usage ORDER BY id DESC LIMIT 1"),
                         resets[i].utc_day - 1);
        RIG(&rig, ys_client_quota(rig.client, &quota, &rig.err));
        assert_int_equal(quota.resets_at_ms, reset_ms);
        rig.env.sleep_ms(rig.env.ctx, 40 * YS_MS_PER_MINUTE);
        RIG(&rig, rig_read(&rig));
        assert_int_equal(rig_number(&rig, "SELECT day FROM quota_usage ORDER BY id DESC LIMIT 1"),
                         resets[i].utc_day);
        rig_close(&rig);
    }
}

/* ---------------------------------------------------------------- pauses */

static bool add_attempts(void *ctx, const struct ys_operation_record *operation)
{
    *(int64_t *)ctx += operation->attempts;
    return true;
}

static int64_t claims(void)
{
    int64_t attempts = 0;

    must(ys_operations_each(world.session, shelf_job(&world).id, add_attempts, &attempts,
                            &world.err));
    return attempts;
}

/* A pause is asked for beside the running job, after each number of steps: it holds, whatever stage
 * the job comes to with the replies that are still out, and nothing new is claimed. */
static void pause_after(int64_t steps, bool *ended)
{
    int64_t done, claimed;
    bool more = true;

    for (done = 0; done < steps && more; done++)
        must(ys_job_step(world.job, 1000, &more, &world.err));
    *ended = !more;
    if (!more) return;
    must(ys_job_pause(world.session, 0, &world.err));
    claimed = claims();
    while (more) {
        enum ys_status status = ys_job_step(world.job, 100, &more, &world.err);
        if (status != YS_OK) shelf_is(&world, status, YS_EPAUSED, "paused");
    }
    assert_int_equal(claims(), claimed);
    assert_true(shelf_job(&world).pause_requested);
    /* Its last replies may have completed it. */
    if (shelf_job(&world).stage == YS_STAGE_COMPLETED) return;
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_PAUSED);
    assert_int_equal(shelf_job(&world).pause_reason, YS_PAUSE_USER_PAUSED);
    must(ys_job_resume(world.session, 0, &world.err));
}

static void test_pause_outlives_a_stage_change(void **state)
{
    bool ended = false;
    int64_t steps;

    (void)state;
    for (steps = 1; !ended; steps++) {
        if (steps > 1) world_close(&world);
        start_job(310, YS_OLD_KEEP);
        pause_after(steps, &ended);
        finish();
        assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    }
    assert_true(steps > 20);
}

/* ---------------------------------------------------------------- runners */

/* A second session on the same database and the same YouTube. */
static struct ys_session *second_session(struct ys_transport **transport)
{
    struct ys_options options = {.db_path = world.db_path,
                                 .access_token = YS_SIM_TOKEN,
                                 .env = &world.env};
    struct ys_session *session;

    must(ys_sim_transport(transport, world.sim, NULL, &world.err));
    options.transport = *transport;
    must(ys_session_open(&session, &options, &world.err));
    return session;
}

static void test_two_runners_at_once(void **state)
{
    struct ys_transport *transport;
    struct ys_session *second;
    struct ys_job *job;
    char holder[32];

    (void)state;
    start_job(350, YS_OLD_KEEP);
    shelf_until(&world, YS_OP_ITEM_INSERT, 2);
    second = second_session(&transport);
    (void)snprintf(holder, sizeof holder, "pid %ld on ", (long)getpid());
    shelf_is(&world, ys_job_open(second, 0, &job, &world.err), YS_ELOCKED, holder);
    assert_non_null(strstr(world.err.message, " since 2026-11-20T"));
    ys_session_close(second);
    ys_transport_free(transport);
    finish();
}

/* Somebody replaces the lock file while the first runner stands still, and the second one carries
 * the job on. What the first one then still does changes nothing, here or on YouTube. */
static void test_two_runners_after_a_takeover(void **state)
{
    struct ys_session *first;
    struct ys_transport *transport, *first_transport;
    struct ys_fetch_result fetched;
    struct ys_job *first_job;
    char lock_path[sizeof world.db_path + 8];
    int64_t sent;
    bool more;

    (void)state;
    start_job(351, YS_OLD_KEEP);
    shelf_until(&world, YS_OP_ITEM_INSERT, 2);
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", world.db_path);
    assert_int_equal(unlink(lock_path), 0);
    first = world.session;
    first_job = world.job;
    first_transport = world.transport;
    world.session = second_session(&transport);
    world.transport = transport;
    world.job = NULL;
    finish();
    sent = requests(YS_SIM_METHOD_COUNT);
    shelf_is(&world, ys_job_step(first_job, 100, &more, &world.err), YS_ELEASE, "took");
    assert_false(more);
    shelf_is(&world, ys_fetch(first, false, NULL, NULL, &fetched, &world.err), YS_ELEASE, "took");
    ys_job_close(first_job);
    ys_session_close(first);
    ys_transport_free(first_transport);
    assert_int_equal(requests(YS_SIM_METHOD_COUNT), sent);
    assert_int_equal(shelf_job(&world).stage, YS_STAGE_COMPLETED);
    assert_int_equal(shelf_job(&world).failed, 0);
    world_check_quota(&world, 10000);
}

/* Booked and committed; then this process stands still for that long by one of our clocks. */
static bool sent_after(struct rig *rig, int64_t mono_ms, int64_t wall_ms)
{
    struct ys_booking booking;
    struct ys_exchange exchange;
    struct ys_request request;
    bool sent;

    while (ys_client_wait_ms(rig->client, YS_METHOD_CHANNELS_LIST) > 0)
        ys_sim_clock_advance(&rig->clock, 100);
    RIG(rig, ys_request_channel(&request, &rig->err));
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_book(rig->client, request.method, 0, 0, &booking, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_sim_clock_advance(&rig->clock, mono_ms);
    rig->skew_ms += wall_ms - mono_ms;
    ys_client_send(rig->client, &booking, &request, 1);
    ys_request_free(&request);
    while (!ys_client_take(rig->client, 1, 1, &exchange))
        RIG(rig, ys_client_poll(rig->client, 1000, &rig->err));
    sent = exchange.reply.wire == YS_WIRE_REPLY;
    if (!sent) {
        assert_int_equal(exchange.outcome.verdict, YS_VERDICT_RETRY);
        assert_non_null(strstr(exchange.outcome.message, "too late to send it"));
    }
    RIG(rig, ys_store_begin(rig->store, &rig->err));
    RIG(rig, ys_client_settle(rig->client, &exchange, &rig->err));
    RIG(rig, ys_store_commit(rig->store, &rig->err));
    ys_exchange_free(&exchange);
    return sent;
}

/* A call that was claimed too long ago does not leave, costs nothing, and gives its place back. */
static void test_two_runners_and_an_old_claim(void **state)
{
    struct ys_quota_record quota;
    struct rig rig;
    int64_t before, day;

    (void)state;
    rig_start(&rig);
    before = ys_sim_request_count(rig.sim, YS_SIM_METHOD_COUNT);
    assert_true(sent_after(&rig, YS_CLAIM_MS, YS_CLAIM_MS));
    assert_false(sent_after(&rig, YS_CLAIM_MS + 1, YS_CLAIM_MS + 1));
    assert_false(sent_after(&rig, 0, YS_CLAIM_MS + 1)); /* the machine slept */
    assert_false(sent_after(&rig, YS_CLAIM_MS + 1, 0)); /* and its clock was set */
    assert_int_equal(ys_sim_request_count(rig.sim, YS_SIM_METHOD_COUNT), before + 1);
    RIG(&rig, rig_read(&rig));
    RIG(&rig, ys_client_quota(rig.client, &quota, &rig.err));
    day = ys_pacific_day(rig.clock.wall_ms);
    assert_int_equal(quota.reserved_units, 0);
    assert_int_equal(rig_booked(&rig, day), rig_charged(&rig, day));
    rig_close(&rig);
}

/* ---------------------------------------------------------------- listings */

/* Every way in which the listing of a playlist that is about to be deleted can fail. */
static void test_failed_listing_is_not_an_empty_one(void **state)
{
    static const char *const whats[] = {"500",   "503html", "403forbidden", "truncated", "notjson",
                                        "empty", "shape",   "close",        "timeout",   "400",
                                        "401",   "reason:playlistItemsNotAccessible"};
    char spec[80];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof whats / sizeof whats[0]; i++) {
        if (i > 0) world_close(&world);
        start_job(320 + i, YS_OLD_DELETE);
        shelf_is(&world, world_steps(&world), YS_ECONFIRM, NULL);
        must(ys_session_sleep(world.session, 10 * YS_MS_PER_MINUTE, &world.err));
        (void)snprintf(spec, sizeof spec, "playlistItems.list#1+100000=%s", whats[i]);
        world_fault(&world, spec);
        must(ys_job_confirm(world.session, 0, &world.err));
        (void)world_steps(&world);
        assert_true(shelf_has(&world, old_id));
        assert_int_equal(requests(YS_SIM_M_PLAYLISTS_DELETE), 0);
    }
}

static bool count_item(void *ctx, const struct ys_item_record *item)
{
    (void)item;
    (*(int64_t *)ctx)++;
    return true;
}

static int64_t rows_of_old(void)
{
    int64_t rows = 0;

    must(ys_items_each(world.session, old_id, count_item, &rows, &world.err));
    return rows;
}

/* The same while the library is read: what is known of it stays, and nothing is planned on less. */
static void test_failed_listing_leaves_the_library(void **state)
{
    static const char *const whats[] = {"500", "truncated", "notjson", "empty", "shape", "close"};
    struct ys_fetch_result fetched;
    char spec[80];
    size_t i;

    (void)state;
    start_job(340, YS_OLD_DELETE);
    for (i = 0; i < sizeof whats / sizeof whats[0]; i++) {
        (void)snprintf(spec, sizeof spec, "playlistItems.list#1+100000=%s", whats[i]);
        world_fault(&world, spec);
        assert_int_not_equal(ys_fetch(world.session, true, NULL, NULL, &fetched, &world.err),
                             YS_OK);
        assert_int_equal(rows_of_old(), VIDEOS);
        ys_sim_faults_clear(world.sim);
    }
}

/* ---------------------------------------------------------------- backups */

static int tear_after_bytes = -1;

/* In place of the C library's: the disk loses the end of what was written before the file got its
 * name. The header calls the parameters by names that are reserved to it.
 * NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int rename(const char *from, const char *to)
{
    if (tear_after_bytes >= 0 && strstr(to, "backup-"))
        assert_int_equal(truncate(from, tear_after_bytes), 0);
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void test_torn_backup_stops_the_job(void **state)
{
    bool more = true;

    (void)state;
    start_job(330, YS_OLD_DELETE);
    tear_after_bytes = 700;
    while (more && ys_job_step(world.job, 100, &more, &world.err) == YS_OK) continue;
    tear_after_bytes = -1;
    assert_int_equal(world.err.status, YS_EBACKUP);
    assert_int_equal(writes_sent(), 0);
    assert_string_equal(shelf_job(&world).backup_file, "");
    world_session(&world);
    finish();
    assert_true(shelf_job(&world).backup_file[0] != '\0');
}

/* ---------------------------------------------------------------- the HTTP library */

/* A kept-alive connection dies after the request and before the reply; libcurl by itself sends such
 * a request again. */
static void test_the_http_library_repeats_no_write(void **state)
{
    static const enum ys_http_method methods[] = {YS_HTTP_POST, YS_HTTP_PUT, YS_HTTP_DELETE};
    static const struct http_step steps[] = {
        {HTTP_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0},
        {HTTP_CUT, "", 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct setting setting;
        struct ys_http_reply reply;

        setting_begin(&setting, steps, 2);
        reply = setting_exchange(&setting, YS_HTTP_GET);
        assert_int_equal(reply.wire, YS_WIRE_REPLY);
        ys_http_reply_free(&reply);
        reply = setting_exchange(&setting, methods[i]);
        assert_int_equal(reply.wire, YS_WIRE_LOST);
        ys_http_reply_free(&reply);
        assert_int_equal(http_server_end(setting.server), 2);
        setting_end(&setting);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_creation_throttle_is_not_hammered),
        TEST(test_failed_calls_are_counted),
        cmocka_unit_test(test_reset_by_the_right_offset),
        TEST(test_pause_outlives_a_stage_change),
        TEST(test_two_runners_at_once),
        TEST(test_two_runners_after_a_takeover),
        cmocka_unit_test(test_two_runners_and_an_old_claim),
        TEST(test_failed_listing_is_not_an_empty_one),
        TEST(test_failed_listing_leaves_the_library),
        TEST(test_torn_backup_stops_the_job),
        cmocka_unit_test(test_the_http_library_repeats_no_write),
    };

    cmocka_set_test_filter(getenv("YTSYNC_TEST"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
