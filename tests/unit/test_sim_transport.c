/* test_sim_transport.c: the in-process transport: virtual time, order, losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "net/transport.h"
#include "support/box.h"

#define URL "https://www.googleapis.com/youtube/v3/"

static char list[YS_ID_BYTES];
static struct ys_transport *transport;

static void open_transport(struct box *box, int64_t latency_ms, int drop_permille)
{
    struct ys_sim_transport_options options = {.latency_min_ms = latency_ms,
                                               .latency_max_ms = latency_ms,
                                               .drop_effect_permille = drop_permille};

    BOX(box, ys_sim_transport(&transport, box->sim, &options, &box->err));
}

static int setup(void **state)
{
    (void)box_setup(state);
    box_videos(*state, 10);
    box_playlist(*state, "P", 3, list);
    open_transport(*state, 200, 0);
    return 0;
}

static int teardown(void **state)
{
    ys_transport_free(transport);
    transport = NULL;
    return box_teardown(state);
}

static void start_read(struct box *box, uint64_t tag, const char *url, int64_t timeout_ms)
{
    struct ys_http_request request = {
        .method = YS_HTTP_GET, .url = url, .token = YS_SIM_TOKEN, .timeout_ms = timeout_ms};

    BOX(box, ys_transport_start(transport, &request, tag, &box->err));
}

static void start_insert(struct box *box, uint64_t tag, int video, int64_t timeout_ms)
{
    char body[512], id[16];

    (void)snprintf(body, sizeof body,
                   "{\"snippet\":{\"playlistId\":\"%s\",\"resourceId\":{\"kind\":\"youtube#video\""
                   ",\"videoId\":\"%s\"}}}",
                   list, box_video_id(video, id));
    struct ys_http_request request = {.method = YS_HTTP_POST,
                                      .url = URL "playlistItems?part=snippet",
                                      .token = YS_SIM_TOKEN,
                                      .body = body,
                                      .body_bytes = strlen(body),
                                      .is_write = true,
                                      .timeout_ms = timeout_ms};
    BOX(box, ys_transport_start(transport, &request, tag, &box->err));
}

/* Polls until a reply is there, for at most a minute. */
static struct ys_http_reply next(struct box *box)
{
    struct ys_http_reply reply;

    for (int i = 0; i < 60; i++) {
        BOX(box, ys_transport_poll(transport, 1000, &box->err));
        if (ys_transport_complete(transport, &reply)) return reply;
    }
    fail_msg("no reply within a minute");
    return (struct ys_http_reply){0};
}

/* ------------------------------------------------------------------ time */

static void test_latency(void **state)
{
    struct box *box = *state;
    int64_t began = box->clock.mono_ms;

    start_read(box, 7, URL "channels?part=snippet&mine=true", 30000);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_METHOD_COUNT), 0);
    struct ys_http_reply reply = next(box);
    assert_int_equal(box->clock.mono_ms - began, 200);
    assert_int_equal(reply.tag, 7);
    assert_int_equal((int)reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.status, YS_OK);
    assert_int_equal(reply.http_status, 200);
    assert_int_equal(reply.sends, 1);
    assert_non_null(strstr(ys_buf_text(&reply.body), YS_SIM_CHANNEL_ID));
    assert_string_equal(reply.date, "Fri, 20 Nov 2026 18:00:00 GMT");
    assert_int_equal(strlen(reply.etag), 27);
    ys_http_reply_free(&reply);
    /* Nothing in flight: no time passes. */
    BOX(box, ys_transport_poll(transport, 5000, &box->err));
    assert_int_equal(box->clock.mono_ms - began, 200);
    assert_false(ys_transport_complete(transport, &reply));
}

static void test_poll_in_steps(void **state)
{
    struct box *box = *state;
    struct ys_http_reply reply;
    int64_t began = box->clock.mono_ms;

    start_insert(box, 1, 5, 30000);
    BOX(box, ys_transport_poll(transport, 99, &box->err));
    assert_int_equal(box->clock.mono_ms - began, 99);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_METHOD_COUNT), 0);
    BOX(box, ys_transport_poll(transport, 1, &box->err));
    /* Half way: the effect is there, the reply is not. */
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_ITEMS_INSERT), 1);
    assert_false(ys_transport_complete(transport, &reply));
    BOX(box, ys_transport_poll(transport, 0, &box->err));
    assert_int_equal(box->clock.mono_ms - began, 100);
    reply = next(box);
    assert_int_equal(reply.http_status, 200);
    ys_http_reply_free(&reply);
}

static void test_several(void **state)
{
    struct box *box = *state;
    int64_t began = box->clock.mono_ms;

    for (uint64_t tag = 1; tag <= YS_IN_FLIGHT_MAX; tag++)
        start_read(box, tag, URL "channels?part=id&mine=true", 30000);
    struct ys_http_request more = {.url = URL "channels", .timeout_ms = 1000};
    assert_int_equal(ys_transport_start(transport, &more, 99, &box->err), YS_ELIMIT);
    for (uint64_t tag = 1; tag <= YS_IN_FLIGHT_MAX; tag++) {
        struct ys_http_reply reply = next(box);
        assert_int_equal(reply.tag, tag);
        ys_http_reply_free(&reply);
    }
    assert_int_equal(box->clock.mono_ms - began, 200); /* all at once */
}

static void test_bad_url(void **state)
{
    struct box *box = *state;
    struct ys_http_request request = {.url = "nonsense", .timeout_ms = 1000};

    assert_int_equal(ys_transport_start(transport, &request, 1, &box->err), YS_EINVAL);
    start_read(box, 2, "http://127.0.0.1:9", 1000);
    struct ys_http_reply reply = next(box);
    assert_int_equal(reply.http_status, 404);
    ys_http_reply_free(&reply);
}

/* ------------------------------------------------------------------ concurrency, losses */

static void test_concurrent_writes(void **state)
{
    struct box *box = *state;
    int refused = 0, done = 0;

    /* Two writes to one playlist at once: one of them is refused, and was not done. */
    start_insert(box, 1, 5, 30000);
    start_insert(box, 2, 6, 30000);
    for (int i = 0; i < 2; i++) {
        struct ys_http_reply reply = next(box);
        refused += reply.http_status == 409 && strstr(ys_buf_text(&reply.body), "ABORTED");
        done += reply.http_status == 200;
        ys_http_reply_free(&reply);
    }
    assert_int_equal(refused, 1);
    assert_int_equal(done, 1);
    assert_string_equal(box_order(box, list), "0 1 2 5");
    /* One after the other: no trouble. */
    for (int i = 0; i < 5; i++) {
        start_insert(box, 3, 7, 30000);
        struct ys_http_reply reply = next(box);
        assert_int_equal(reply.http_status, 200);
        ys_http_reply_free(&reply);
    }
}

static void lost(struct box *box, const char *spec, enum ys_status status, int http_status,
                 int64_t after_ms)
{
    int64_t began = box->clock.mono_ms;

    ys_sim_faults_clear(box->sim);
    BOX(box, ys_sim_fault(box->sim, spec, &box->err));
    start_insert(box, 1, 5, 30000);
    struct ys_http_reply reply = next(box);
    assert_int_equal((int)reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.status, status);
    assert_int_equal(reply.http_status, http_status);
    assert_int_equal(reply.sends, 1);
    assert_true(*reply.detail != '\0');
    assert_int_equal(box->clock.mono_ms - began, after_ms);
    ys_http_reply_free(&reply);
}

static void test_losses(void **state)
{
    struct box *box = *state;

    lost(box, "write=close", YS_ENETWORK, 0, 200);
    assert_string_equal(box_order(box, list), "0 1 2");
    lost(box, "write=effect+close", YS_ENETWORK, 0, 200);
    assert_string_equal(box_order(box, list), "0 1 2 5");
    lost(box, "write=effect+timeout", YS_ENETWORK, 0, 30000);
    lost(box, "write=cut", YS_ENETWORK, 200, 200);
    lost(box, "write=length", YS_ENETWORK, 200, 200);
    lost(box, "write=slow", YS_ENETWORK, 200, 30000);
    lost(box, "write=hugebody", YS_ETOOBIG, 200, 200);
    lost(box, "write=hugeheader", YS_ETOOBIG, 200, 200);
    lost(box, "write=delay:40000", YS_ENETWORK, 0, 30000);
    assert_string_equal(box_order(box, list), "0 1 2 5 5 5 5 5 5 5 5");
    ys_sim_faults_clear(box->sim);
    BOX(box, ys_sim_fault(box->sim, "write=delay:5000", &box->err));
    start_insert(box, 1, 6, 30000);
    struct ys_http_reply reply = next(box);
    assert_int_equal((int)reply.wire, YS_WIRE_REPLY);
    ys_http_reply_free(&reply);
}

static void test_given_up_before_the_effect(void **state)
{
    struct box *box = *state;
    int64_t began = box->clock.mono_ms;

    start_insert(box, 1, 5, 50);
    struct ys_http_reply reply = next(box);
    assert_int_equal((int)reply.wire, YS_WIRE_LOST);
    assert_int_equal(box->clock.mono_ms - began, 50);
    ys_http_reply_free(&reply);
    assert_string_equal(box_order(box, list), "0 1 2");
    /* It arrives all the same, while something else is waited for. */
    start_read(box, 2, URL "channels?part=id&mine=true", 30000);
    reply = next(box);
    assert_int_equal(reply.tag, 2);
    ys_http_reply_free(&reply);
    assert_string_equal(box_order(box, list), "0 1 2 5");
}

static void test_client_dies(void **state)
{
    struct box *box = *state;

    start_insert(box, 1, 5, 30000);
    ys_transport_free(transport);
    assert_string_equal(box_order(box, list), "0 1 2");
    open_transport(box, 200, 1000);
    start_insert(box, 1, 6, 30000);
    ys_transport_free(transport);
    /* What had left the machine still arrived. */
    assert_string_equal(box_order(box, list), "0 1 2 6");
    open_transport(box, 200, 0);
}

static void test_down(void **state)
{
    struct box *box = *state;

    ys_sim_transport_set_down(transport, true);
    start_insert(box, 1, 5, 30000);
    struct ys_http_reply reply = next(box);
    assert_int_equal((int)reply.wire, YS_WIRE_NOT_SENT);
    assert_int_equal(reply.status, YS_ENETWORK);
    assert_int_equal(reply.sends, 0);
    ys_http_reply_free(&reply);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_METHOD_COUNT), 0);
    ys_sim_transport_set_down(transport, false);
    start_insert(box, 2, 5, 30000);
    reply = next(box);
    assert_int_equal(reply.http_status, 200);
    ys_http_reply_free(&reply);
}

static void test_headers(void **state)
{
    struct box *box = *state;

    BOX(box, ys_sim_fault(box->sim, "any=429:17", &box->err));
    start_read(box, 1, URL "channels?part=id&mine=true", 30000);
    struct ys_http_reply reply = next(box);
    assert_string_equal(reply.retry_after, "17");
    assert_string_equal(reply.www_authenticate, "");
    ys_http_reply_free(&reply);
    ys_sim_faults_clear(box->sim);
    BOX(box, ys_sim_fault(box->sim, "any=401", &box->err));
    start_read(box, 1, URL "channels?part=id&mine=true", 30000);
    reply = next(box);
    assert_non_null(strstr(reply.www_authenticate, "invalid_token"));
    ys_http_reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_latency, setup, teardown),
        cmocka_unit_test_setup_teardown(test_poll_in_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_url, setup, teardown),
        cmocka_unit_test_setup_teardown(test_concurrent_writes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_losses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_given_up_before_the_effect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_client_dies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_down, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
