/* test_curl_tls.c: the libcurl transport over TLS: which versions it speaks, and that a write
 * leaves once over HTTP/2 too, whatever becomes of its stream. tests/crash/tls_spec.lua has the
 * certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <curl/curl.h>

#include "support/curl_setting.h"
#include "support/h2_server.h"
#include "support/scratch.h"

#define TLS_1_0 0x0301
#define TLS_1_1 0x0302
#define TLS_1_2 0x0303

static struct h2_server *begin(struct setting *setting, int version, const enum h2_act *script,
                               size_t count)
{
    char path[SCRATCH_PATH_BYTES];
    struct h2_server *server;

    server = h2_server_start(scratch_path(path, "ca.pem"), version, script, count);
    *setting = (struct setting){0};
    (void)snprintf(setting->base, sizeof setting->base, "https://127.0.0.1:%d",
                   h2_server_port(server));
    (void)snprintf(setting->url, sizeof setting->url, "%s/youtube/v3/playlists?part=snippet",
                   setting->base);
    assert_int_equal(setenv("YTSYNC_CA_FILE", path, 1), 0);
    assert_int_equal(ys_transport_curl(&setting->transport, setting->base, NULL), YS_OK);
    return server;
}

static void answered(struct setting *setting, enum ys_http_method method)
{
    struct ys_http_reply reply = setting_exchange(setting, method);

    assert_string_equal(reply.detail, "");
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.http_status, 200);
    assert_string_equal(ys_buf_text(&reply.body), "{}");
    ys_http_reply_free(&reply);
}

/* ------------------------------------------------------------------ versions of TLS */

/* OpenSSL alone would talk to these servers here: what refuses is the transport's own setting. */
static void test_old_versions_are_refused(void **state)
{
    static const int versions[] = {TLS_1_0, TLS_1_1};
    static const enum ys_http_method methods[] = {YS_HTTP_GET, YS_HTTP_POST};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct setting setting;
        struct h2_server *server = begin(&setting, versions[i], NULL, 0);

        assert_int_equal(h2_version_with(h2_server_port(server)), versions[i]);
        for (size_t j = 0; j < sizeof methods / sizeof methods[0]; j++) {
            struct ys_http_reply reply = setting_exchange(&setting, methods[j]);

            assert_int_equal(reply.wire, YS_WIRE_NOT_SENT);
            assert_int_equal(reply.status, YS_ENETWORK);
            assert_int_equal(reply.sends, 0);
            assert_true(strlen(reply.detail) > 0);
            assert_null(strstr(reply.detail, TOKEN));
            ys_http_reply_free(&reply);
        }
        ys_transport_free(setting.transport);
        assert_int_equal(h2_server_end(server), 0);
        h2_server_free(server);
    }
}

static void test_new_versions_are_spoken(void **state)
{
    static const int versions[] = {TLS_1_2, 0};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct setting setting;
        struct h2_server *server = begin(&setting, versions[i], NULL, 0);

        answered(&setting, YS_HTTP_GET);
        answered(&setting, YS_HTTP_POST);
        answered(&setting, YS_HTTP_DELETE);
        ys_transport_free(setting.transport);
        assert_int_equal(h2_server_end(server), 3);
        assert_int_equal(h2_server_second(server), 3);
        assert_int_equal(h2_server_connections(server), 1);
        h2_server_free(server);
    }
}

/* ------------------------------------------------------------------ once, over HTTP/2 too */

/* `fate` meets a write, the first request of its connection or one on a kept connection. Some of
 * these say that nothing was processed; that is for the engine to look up, not for libcurl. */
static void check_once(enum ys_http_method method, enum h2_act fate, bool on_kept)
{
    const enum h2_act script[] = {H2_ANSWER, fate};
    struct setting setting;
    struct h2_server *server = begin(&setting, 0, script + !on_kept, (size_t)1 + on_kept);
    struct ys_http_reply reply;

    if (on_kept) answered(&setting, YS_HTTP_GET);
    reply = setting_exchange(&setting, method);
    assert_int_equal(reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.status, YS_ENETWORK);
    assert_int_equal(reply.body.bytes, 0);
    assert_int_equal(reply.sends, 1);
    assert_true(strlen(reply.detail) > 0);
    ys_http_reply_free(&reply);
    answered(&setting, method); /* the transport works on */
    ys_transport_free(setting.transport);
    assert_int_equal(h2_server_end(server), 2 + on_kept);
    assert_true(h2_server_second(server) >= (size_t)1 + on_kept);
    if (on_kept) assert_int_equal(h2_server_connection_of(server, 1), 1);
    h2_server_free(server);
}

static const enum h2_act fates[] = {H2_REFUSE, H2_GO_AWAY, H2_DOWNGRADE, H2_CUT, H2_CUT_BODY};
#define FATES (sizeof fates / sizeof fates[0])

static void test_writes_leave_once(void **state)
{
    static const enum ys_http_method methods[] = {YS_HTTP_POST, YS_HTTP_PUT, YS_HTTP_DELETE};

    /* Before 7.80 a refused stream of a DELETE is opened again, and only that. */
    size_t count = curl_version_info(CURLVERSION_NOW)->version_num >= 0x075000 ? 3 : 2;

    (void)state;
    for (size_t i = 0; i < FATES; i++) {
        for (size_t j = 0; j < count; j++) {
            check_once(methods[j], fates[i], false);
            check_once(methods[j], fates[i], true);
        }
    }
}

/* Reads may be repeated; each time counts, because each is charged. */
static void test_repeated_reads_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < FATES; i++) {
        struct setting setting;
        struct h2_server *server = begin(&setting, 0, &fates[i], 1);
        struct ys_http_reply reply = setting_exchange(&setting, YS_HTTP_GET);
        int sends = reply.sends;

        if (sends > 1) assert_int_equal(reply.wire, YS_WIRE_REPLY);
        ys_http_reply_free(&reply);
        ys_transport_free(setting.transport);
        assert_int_equal(h2_server_end(server), sends);
        h2_server_free(server);
    }
}

static int set_up(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_make();
    h2_allow_old(scratch_path(path, "openssl.cnf"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove();
    return unsetenv("YTSYNC_CA_FILE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_versions_are_refused),
        cmocka_unit_test(test_new_versions_are_spoken),
        cmocka_unit_test(test_writes_leave_once),
        cmocka_unit_test(test_repeated_reads_are_counted),
    };

    cmocka_set_test_filter(getenv("YTSYNC_TEST")); /* NULL: all */
    return cmocka_run_group_tests_name("curl over TLS", tests, set_up, tear_down);
}
