/* test_curl_bounds.c: how often a request leaves, when it certainly did not, and where nothing may
 * go. */
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

/* ------------------------------------------------------------------ once, and only once */

static const char kept[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/* The server takes the request on a kept connection (its effect happens) and hangs up without a
 * reply: libcurl would send it again. */
static void check_once(enum ys_http_method method, enum http_act death)
{
    const struct http_step steps[] = {{HTTP_SEND, kept, 0}, {death, NULL, 0}};
    struct setting setting;
    struct ys_http_reply reply;

    setting_begin(&setting, steps, 2);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    ys_http_reply_free(&reply);
    reply = setting_exchange(&setting, method);
    assert_int_equal(reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.status, YS_ENETWORK);
    assert_int_equal(reply.http_status, 0);
    assert_int_equal(reply.sends, 1);
    assert_true(strlen(reply.detail) > 0);
    ys_http_reply_free(&reply);
    /* The transport works on. */
    reply = setting_exchange(&setting, method);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.http_status, 200);
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 3);
    /* It was a kept connection; before 7.80 requests without a body get a fresh one. */
    if (method != YS_HTTP_DELETE || curl_version_info(CURLVERSION_NOW)->version_num >= 0x075000) {
        assert_int_equal(http_server_seen(setting.server, 1)->connection, 1);
    }
    setting_end(&setting);
}

static void test_writes_leave_once(void **state)
{
    static const enum ys_http_method methods[] = {YS_HTTP_POST, YS_HTTP_PUT, YS_HTTP_DELETE};

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        check_once(methods[i], HTTP_CUT);
        check_once(methods[i], HTTP_RESET);
    }
}

/* The same with another idle connection at hand, on which a repeat could leave. */
static void test_not_on_another_connection(void **state)
{
    static const enum ys_http_method methods[] = {YS_HTTP_POST, YS_HTTP_PUT, YS_HTTP_DELETE};
    static const struct http_step steps[] = {
        {HTTP_SEND, kept, 0}, {HTTP_SEND, kept, 0}, {HTTP_CUT, NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct setting setting;
        struct ys_http_request request;
        struct ys_http_reply reply;

        setting_begin(&setting, steps, 3);
        request = setting_request(&setting, YS_HTTP_GET);
        for (uint64_t tag = 1; tag <= 2; tag++) {
            assert_int_equal(ys_transport_start(setting.transport, &request, tag, NULL), YS_OK);
        }
        for (int n = 0; n < 2; n++) {
            setting_await(&setting, &reply);
            assert_int_equal(reply.wire, YS_WIRE_REPLY);
            ys_http_reply_free(&reply);
        }
        reply = setting_exchange(&setting, methods[i]);
        assert_int_equal(reply.wire, YS_WIRE_LOST);
        ys_http_reply_free(&reply);
        assert_int_equal(http_server_end(setting.server), 3);
        assert_true(http_server_connections(setting.server) >= 2);
        setting_end(&setting);
    }
}

/* Reads may be repeated; each time counts, because each is charged. */
static void test_repeated_reads_are_counted(void **state)
{
    static const struct http_step steps[] = {{HTTP_SEND, kept, 0}, {HTTP_CUT, NULL, 0}};
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 2);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    ys_http_reply_free(&reply);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.sends, 2);
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 3);
    setting_end(&setting);
}

static bool not_any_more(void *ctx)
{
    ++*(int *)ctx;
    return false;
}

/* Asked at the last moment, on a new connection and on one that is kept; nothing leaves. */
static void test_too_late_to_leave(void **state)
{
    static const struct http_step steps[] = {{HTTP_SEND, kept, 0}};
    struct setting setting;
    struct ys_http_reply reply;
    int asked = 0, i;

    (void)state;
    setting_begin(&setting, steps, 1);
    for (i = 0; i < 2; i++) {
        struct ys_http_request request = setting_request(&setting, YS_HTTP_POST);
        request.may_leave = not_any_more;
        request.may_leave_ctx = &asked;
        assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
        setting_await(&setting, &reply);
        assert_int_equal(reply.wire, YS_WIRE_NOT_SENT);
        assert_string_equal(reply.detail, "It was too late to send it.");
        assert_int_equal(reply.sends, 0);
        ys_http_reply_free(&reply);
        if (i > 0) break;
        reply = setting_exchange(&setting, YS_HTTP_GET);
        assert_int_equal(reply.wire, YS_WIRE_REPLY);
        ys_http_reply_free(&reply);
    }
    assert_int_equal(asked, 2);
    assert_int_equal(http_server_end(setting.server), 1);
    setting_end(&setting);
}

static void test_no_reply_in_time(void **state)
{
    static const struct http_step steps[] = {{HTTP_HANG, NULL, 0}};
    struct setting setting;
    struct ys_http_request request;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 1);
    request = setting_request(&setting, YS_HTTP_DELETE);
    request.timeout_ms = 100;
    assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
    setting_await(&setting, &reply);
    assert_int_equal(reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.sends, 1);
    assert_null(strstr(reply.detail, "part="));
    assert_null(strstr(reply.detail, TOKEN));
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 1);
    setting_end(&setting);
}

/* A server that never ends, a byte at a time: amid its headers, in its body. */
static void test_slow_loris(void **state)
{
    static const struct http_step steps[] = {
        {HTTP_DRIP, "HTTP/1.1 200 OK\r\nContent-Type: app", 0},
        {HTTP_DRIP, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200", 0},
        {HTTP_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{", 0},
        {HTTP_DRIP, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n{", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct setting setting;
        struct ys_http_request request;
        struct ys_http_reply reply;

        setting_begin(&setting, &steps[i], 1);
        request = setting_request(&setting, YS_HTTP_POST);
        request.timeout_ms = 200;
        assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
        setting_await(&setting, &reply);
        assert_int_equal(reply.wire, YS_WIRE_LOST);
        assert_int_equal(reply.status, YS_ENETWORK);
        assert_int_equal(reply.sends, 1);
        assert_int_equal(reply.body.bytes, 0);
        assert_non_null(strstr(reply.detail, "timed out"));
        ys_http_reply_free(&reply);
        assert_int_equal(http_server_end(setting.server), 1);
        setting_end(&setting);
    }
}

/* ------------------------------------------------------------------ what did not leave */

static void check_not_sent(const char *base, enum ys_http_method method)
{
    struct setting setting = {0};
    struct ys_http_reply reply;

    assert_int_equal(ys_transport_curl(&setting.transport, base, NULL), YS_OK);
    (void)snprintf(setting.url, sizeof setting.url, "%s/youtube/v3/playlists?id=PLsecret", base);
    reply = setting_exchange(&setting, method);
    assert_int_equal(reply.wire, YS_WIRE_NOT_SENT);
    assert_int_equal(reply.status, YS_ENETWORK);
    assert_int_equal(reply.http_status, 0);
    assert_int_equal(reply.sends, 0);
    assert_true(strlen(reply.detail) > 0);
    assert_null(strstr(reply.detail, "PLsecret"));
    ys_http_reply_free(&reply);
    ys_transport_free(setting.transport);
}

static void test_nobody_listens(void **state)
{
    struct http_server *server = http_server_start(NULL, 0);
    char base[64];

    (void)state;
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%d", http_server_port(server));
    http_server_free(server);
    check_not_sent(base, YS_HTTP_POST);
    check_not_sent(base, YS_HTTP_DELETE);
    check_not_sent(base, YS_HTTP_GET);
}

/* https to a server that speaks plain HTTP: no request line, no token leaves. */
static void test_no_encryption(void **state)
{
    struct http_server *server = http_server_start(NULL, 0);
    char base[64];

    (void)state;
    (void)snprintf(base, sizeof base, "https://127.0.0.1:%d", http_server_port(server));
    check_not_sent(base, YS_HTTP_POST);
    assert_int_equal(http_server_end(server), 0);
    assert_true(http_server_connections(server) >= 1);
    http_server_free(server);
}

static void test_base_urls(void **state)
{
    static const struct {
        const char *url, *words; /* NULL: taken */
    } cases[] = {
        {"https://www.googleapis.com", NULL},
        {"https://www.googleapis.com/", NULL},
        {"https://proxy.example:8443/yt", NULL},
        {"http://127.0.0.1:8080", NULL},
        {"http://127.255.0.1", NULL},
        {"http://localhost:1", NULL},
        {"http://LOCALHOST:1", NULL},
        {"http://[::1]:8080/", NULL},
        {"http://www.googleapis.com", "unencrypted"},
        {"http://10.0.0.1:8080", "unencrypted"},
        {"http://0.0.0.0:8080", "unencrypted"},
        {"http://128.0.0.1", "unencrypted"},
        {"http://127.1:80", "unencrypted"},
        {"http://2130706433:80", "unencrypted"},
        {"http://127.0.0.1.example.org", "unencrypted"},
        {"http://localhost.example.org", "unencrypted"},
        {"http://[::2]:80", "unencrypted"},
        {"http://[::ffff:10.0.0.1]:80", "unencrypted"},
        {"http://user:secret@127.0.0.1:80", "user name"},
        {"http://127.0.0.1:80@evil.example", "user name"},
        {"ftp://127.0.0.1", "https://"},
        {"file:///etc/passwd", "https://"},
        {"HTTP://10.0.0.1", "https://"},
        {"127.0.0.1:8080", "https://"},
        {"", "https://"},
        {"https://", "form"},
        {"https://:80", "form"},
        {"https://host:0", "form"},
        {"https://host:65536", "form"},
        {"https://host:12x", "form"},
        {"https://host?x=1", "form"},
        {"https://host/#x", "form"},
        {"https://host/a b", "form"},
        {"https://host/\r\nX-Header: 1", "form"},
        {"https://ho%73t", "form"},
        {"http://[::1", "form"},
        {"http://[zz]:1", "form"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_transport *transport = NULL;
        struct ys_error err = {0};
        enum ys_status status = ys_transport_curl(&transport, cases[i].url, &err);

        if (cases[i].words == NULL) {
            assert_int_equal(status, YS_OK);
        } else {
            if (status != YS_EINVAL) print_error("taken: %s\n", cases[i].url);
            assert_int_equal(status, YS_EINVAL);
            assert_null(transport);
            assert_non_null(strstr(err.message, cases[i].words));
            assert_null(strstr(err.message, "secret"));
        }
        ys_transport_free(transport);
    }
}

/* `suffix` is put behind the base URL; NULL leaves the URL as it is. */
static void check_refused(struct setting *setting, struct ys_http_request request,
                          const char *suffix)
{
    struct ys_error err = {0};
    char url[128];

    if (suffix != NULL) {
        (void)snprintf(url, sizeof url, "%s%s", setting->base, suffix);
        request.url = url;
    }
    assert_int_equal(ys_transport_start(setting->transport, &request, 1, &err), YS_EINVAL);
    assert_null(strstr(err.message, "X-Evil"));
}

static void test_requests_stay_below_the_base(void **state)
{
    static const char *const suffixes[] = {
        "@evil.example/", "0/x",  ".evil.example/",  "",      "?x",
        "#/",             "/a b", "/\r\nX-Evil: 1", "/\x80",
    };
    static const char *const elsewhere[] = {"https://www.example.org/", "/x", "x y", ""};
    struct setting setting;
    struct ys_http_request request;

    (void)state;
    setting_begin(&setting, NULL, 0);
    request = setting_request(&setting, YS_HTTP_POST);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        check_refused(&setting, request, suffixes[i]);
    }
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        request.url = elsewhere[i];
        check_refused(&setting, request, NULL);
    }
    request = setting_request(&setting, YS_HTTP_POST);
    request.token = "abc\r\nX-Evil: 1";
    check_refused(&setting, request, NULL);
    request = setting_request(&setting, YS_HTTP_GET);
    request.if_none_match = "x\nX-Evil: 1";
    check_refused(&setting, request, NULL);
    request.if_none_match = NULL;
    request.content_type = "x\rX-Evil: 1";
    check_refused(&setting, request, NULL);
    assert_int_equal(http_server_end(setting.server), 0);
    setting_end(&setting);
}

/* A proxy of the environment is for https; what is for this machine stays on it. */
static void test_loopback_uses_no_proxy(void **state)
{
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    setting_begin(&setting, NULL, 0);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    ys_http_reply_free(&reply);
    (void)unsetenv("http_proxy");
    (void)unsetenv("ALL_PROXY");
    setting_end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_leave_once),
        cmocka_unit_test(test_not_on_another_connection),
        cmocka_unit_test(test_repeated_reads_are_counted),
        cmocka_unit_test(test_too_late_to_leave),
        cmocka_unit_test(test_no_reply_in_time),
        cmocka_unit_test(test_slow_loris),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_no_encryption),
        cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_requests_stay_below_the_base),
        cmocka_unit_test(test_loopback_uses_no_proxy),
    };

    return cmocka_run_group_tests_name("curl_bounds", tests, NULL, NULL);
}
