/* test_curl.c: the libcurl transport against a scripted server on loopback: what leaves, what is
 * taken for a reply and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/curl_setting.h"
#include "support/fail_alloc.h"

static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;

    for (; (text = strstr(text, word)) != NULL; text += strlen(word)) count++;
    return count;
}

/* ------------------------------------------------------------------ what leaves, what comes */

static void test_reply(void **state)
{
    static const struct http_step steps[] = {
        {HTTP_SEND,
         "HTTP/1.1 429 Too Many\r\nContent-Length: 9\r\nRetry-After: 17 \r\netag: \"abc/def\"\r\n"
         "Date: Fri, 25 Sep 2026 07:00:00 GMT\r\nWWW-Authenticate: Bearer error=\"x\"\r\n\r\n"
         "{\"a\":\"b\"}", 0},
        {HTTP_SEND, "HTTP/1.1 204 No Content\r\n\r\n", 0},
    };
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 2);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.status, YS_OK);
    assert_int_equal(reply.http_status, 429);
    assert_string_equal(ys_buf_text(&reply.body), "{\"a\":\"b\"}");
    assert_string_equal(reply.retry_after, "17");
    assert_string_equal(reply.etag, "\"abc/def\"");
    assert_string_equal(reply.date, "Fri, 25 Sep 2026 07:00:00 GMT");
    assert_string_equal(reply.www_authenticate, "Bearer error=\"x\"");
    assert_string_equal(reply.detail, "");
    assert_int_equal(reply.sends, 1);
    ys_http_reply_free(&reply);
    /* Nothing of the first exchange shows in the second one. */
    reply = setting_exchange(&setting, YS_HTTP_DELETE);
    assert_int_equal(reply.http_status, 204);
    assert_int_equal(reply.body.bytes, 0);
    assert_string_equal(reply.retry_after, "");
    assert_string_equal(reply.etag, "");
    ys_http_reply_free(&reply);
    setting_end(&setting);
}

static void test_request_as_sent(void **state)
{
    struct setting setting;
    struct ys_http_request request;
    struct ys_http_reply reply;
    const char *text;

    (void)state;
    setting_begin(&setting, NULL, 0);
    reply = setting_exchange(&setting, YS_HTTP_POST);
    ys_http_reply_free(&reply);
    request = setting_request(&setting, YS_HTTP_GET);
    request.if_none_match = "\"xxx/yyy\"";
    request.token = NULL;
    assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
    setting_await(&setting, &reply);
    ys_http_reply_free(&reply);
    reply = setting_exchange(&setting, YS_HTTP_PUT);
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 3);
    assert_int_equal(http_server_connections(setting.server), 1); /* kept and used again */

    text = http_server_seen(setting.server, 0)->text;
    assert_ptr_equal(strstr(text, "POST /youtube/v3/playlists?part=snippet HTTP/1.1\r\n"), text);
    assert_non_null(strstr(text, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
    assert_int_equal(occurrences(text, TOKEN), 1);
    assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Length: 25\r\n"));
    assert_non_null(strstr(text, "\r\nAccept-Encoding: gzip\r\n"));
    assert_non_null(strstr(text, "\r\nUser-Agent: ytsync/" YS_VERSION " (gzip)\r\n"));
    assert_null(strstr(text, "Expect"));
    assert_null(strstr(text, "Cookie"));
    assert_non_null(strstr(text, "\r\n\r\n{\"snippet\":{\"title\":\"T\"}}"));

    text = http_server_seen(setting.server, 1)->text;
    assert_ptr_equal(strstr(text, "GET "), text);
    assert_non_null(strstr(text, "\r\nIf-None-Match: \"xxx/yyy\"\r\n"));
    assert_null(strstr(text, "Authorization"));
    assert_null(strstr(text, "Content-"));

    text = http_server_seen(setting.server, 2)->text;
    assert_ptr_equal(strstr(text, "PUT "), text);
    assert_null(strstr(text, "Expect"));
    assert_non_null(strstr(text, "\r\nContent-Length: 25\r\n"));
    assert_non_null(strstr(text, "\r\n\r\n{\"snippet\":{\"title\":\"T\"}}"));
    setting_end(&setting);
}

static void test_gzip(void **state)
{
    static const char packed[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 38\r\n\r\n"
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x48\x4c\xce\x4e\x4d\x51\xb2\x52"
        "\x2a\xce\x4d\xcc\xc9\x51\xaa\x05\x00\xf2\xd3\x85\xfb\x12\x00\x00\x00";
    static const struct http_step steps[] = {
        {HTTP_SEND, packed, sizeof packed - 1},
        {HTTP_SEND, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 0},
    };
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 2);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_string_equal(ys_buf_text(&reply.body), "{\"packed\":\"small\"}");
    ys_http_reply_free(&reply);
    reply = setting_exchange(&setting, YS_HTTP_GET); /* says gzip, is none */
    assert_int_equal(reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.body.bytes, 0);
    ys_http_reply_free(&reply);
    setting_end(&setting);
}

static void test_slow_and_interim_headers(void **state)
{
    static const struct http_step steps[] = {
        {HTTP_SEND_SLOWLY,
         "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\nRetry-After: 5\r\n\r\n"
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"late\"\r\n\r\n"
         "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nX-Trailer: 1\r\n\r\n", 0},
    };
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 1);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_int_equal(reply.http_status, 200);
    assert_string_equal(ys_buf_text(&reply.body), "{\"a\":1}");
    assert_string_equal(reply.etag, "\"late\"");
    assert_string_equal(reply.retry_after, "");
    ys_http_reply_free(&reply);
    setting_end(&setting);
}

static void test_redirect_is_not_followed(void **state)
{
    static const int codes[] = {301, 302, 303, 307, 308};
    static const enum ys_http_method methods[] = {YS_HTTP_GET, YS_HTTP_POST, YS_HTTP_DELETE};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        for (size_t j = 0; j < sizeof methods / sizeof methods[0]; j++) {
            char text[128];
            const struct http_step step = {HTTP_SEND, text, 0};
            struct setting setting;
            struct ys_http_reply reply;

            (void)snprintf(text, sizeof text,
                           "HTTP/1.1 %d Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
                           codes[i]);
            setting_begin(&setting, &step, 1);
            reply = setting_exchange(&setting, methods[j]);
            assert_int_equal(reply.wire, YS_WIRE_REPLY);
            assert_int_equal(reply.http_status, codes[i]);
            ys_http_reply_free(&reply);
            assert_int_equal(http_server_end(setting.server), 1);
            setting_end(&setting);
        }
    }
}

/* What a server sends beyond the length that it named is no part of this reply, nor of the next. */
static void test_more_than_its_length(void **state)
{
    static const struct http_step steps[] = {
        {HTTP_SEND,
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
         "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"b\":1}", 0},
    };
    struct setting setting;
    struct ys_http_reply reply;

    (void)state;
    setting_begin(&setting, steps, 1);
    reply = setting_exchange(&setting, YS_HTTP_GET);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_string_equal(ys_buf_text(&reply.body), "[]");
    ys_http_reply_free(&reply);
    reply = setting_exchange(&setting, YS_HTTP_POST);
    assert_int_equal(reply.wire, YS_WIRE_REPLY);
    assert_string_equal(ys_buf_text(&reply.body), "{}");
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 2);
    setting_end(&setting);
}

/* ------------------------------------------------------------------ replies that are none */

static void test_cut_replies_are_lost(void **state)
{
    static const struct http_step steps[] = {
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":[]}", 0},
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n", 0},
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", 0},
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", 0},
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nContent-Le", 0},
        {HTTP_CUT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", 0},
        {HTTP_CUT, "no HTTP at all\r\n\r\n", 0},
        {HTTP_CUT, "", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct setting setting;
        struct ys_http_reply reply;

        setting_begin(&setting, &steps[i], 1);
        reply = setting_exchange(&setting, YS_HTTP_POST);
        assert_int_equal(reply.wire, YS_WIRE_LOST);
        assert_int_equal(reply.status, YS_ENETWORK);
        assert_int_equal(reply.body.bytes, 0);
        assert_true(strlen(reply.detail) > 0);
        assert_int_equal(reply.sends, 1);
        ys_http_reply_free(&reply);
        assert_int_equal(http_server_end(setting.server), 1);
        setting_end(&setting);
    }
}

/* A deflate block of matches: 258 zeros for 13 bits. Fixed codes of RFC 1951 3.2.6. */
static size_t write_bomb(unsigned char *out, size_t unpacked)
{
    size_t bit = 0;
    static const char first[] = "110" "00110000"; /* last block, fixed codes; literal 0 */
    static const char match[] = "11000101" "00000"; /* length 258, distance 1 */

    for (const char *at = first; *at != '\0'; at++, bit++) {
        if (*at == '1') out[bit / 8] |= (unsigned char)(1u << (bit % 8));
    }
    for (size_t done = 0; done < unpacked; done += 258) {
        for (const char *at = match; *at != '\0'; at++, bit++) {
            if (*at == '1') out[bit / 8] |= (unsigned char)(1u << (bit % 8));
        }
    }
    return (bit + 7) / 8;
}

enum too_large { PLAIN_BODY, PACKED_BODY, HEADERS, TOO_LARGE_COUNT };

/* Writes a reply beyond the limits into `out` and gives its length. */
static size_t write_too_large(char *out, size_t out_bytes, enum too_large kind)
{
    const size_t beyond = YS_REPLY_BODY_BYTES_MAX + 1;
    size_t bytes;

    switch (kind) {
    case PLAIN_BODY:
        bytes = (size_t)snprintf(out, out_bytes,
                                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", beyond);
        memset(out + bytes, ' ', beyond);
        return bytes + beyond;
    case PACKED_BODY:
        bytes = (size_t)snprintf(out, out_bytes,
                                 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
        memcpy(out + bytes, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
        bytes += 10 + write_bomb((unsigned char *)out + bytes + 10, 2 * beyond);
        assert_true(bytes < beyond / 50);
        return bytes;
    default:
        bytes = (size_t)snprintf(out, out_bytes, "HTTP/1.1 200 OK\r\n");
        while (bytes <= YS_REPLY_HEADER_BYTES_MAX) {
            bytes += (size_t)snprintf(out + bytes, out_bytes - bytes, "X-Header: %0200d\r\n", 0);
        }
        return bytes;
    }
}

static void test_too_large(void **state)
{
    const size_t room = YS_REPLY_BODY_BYTES_MAX + 1024;

    (void)state;
    for (int kind = 0; kind < TOO_LARGE_COUNT; kind++) {
        char *text = calloc(1, room);
        struct http_step step = {HTTP_SEND, text, 0};
        struct setting setting;
        struct ys_http_reply reply;

        assert_non_null(text);
        step.count = write_too_large(text, room, (enum too_large)kind);
        setting_begin(&setting, &step, 1);
        reply = setting_exchange(&setting, YS_HTTP_GET);
        assert_int_equal(reply.wire, YS_WIRE_LOST);
        assert_int_equal(reply.status, YS_ETOOBIG);
        assert_int_equal(reply.http_status, 200);
        assert_int_equal(reply.body.bytes, 0);
        assert_non_null(strstr(reply.detail, "limit"));
        ys_http_reply_free(&reply);
        setting_end(&setting);
        free(text);
    }
}

/* ------------------------------------------------------------------ many, none, no memory */

static void test_many_at_once(void **state)
{
    struct setting setting;
    struct ys_http_request request;
    struct ys_http_reply reply;
    uint64_t seen = 0;

    (void)state;
    setting_begin(&setting, NULL, 0);
    request = setting_request(&setting, YS_HTTP_GET);
    for (uint64_t tag = 0; tag < YS_IN_FLIGHT_MAX; tag++) {
        assert_int_equal(ys_transport_start(setting.transport, &request, tag, NULL), YS_OK);
    }
    assert_int_equal(ys_transport_start(setting.transport, &request, 99, NULL), YS_ELIMIT);
    for (int i = 0; i < YS_IN_FLIGHT_MAX; i++) {
        setting_await(&setting, &reply);
        assert_int_equal(reply.wire, YS_WIRE_REPLY);
        assert_true(reply.tag < YS_IN_FLIGHT_MAX);
        assert_int_equal(seen & (UINT64_C(1) << reply.tag), 0);
        seen |= UINT64_C(1) << reply.tag;
        ys_http_reply_free(&reply);
    }
    assert_false(ys_transport_complete(setting.transport, &reply));
    assert_int_equal(ys_transport_poll(setting.transport, 1000000, NULL), YS_OK); /* at once */
    assert_int_equal(http_server_end(setting.server), YS_IN_FLIGHT_MAX);
    setting_end(&setting);
}

static void test_freed_in_flight(void **state)
{
    static const struct http_step steps[] = {{HTTP_HANG, NULL, 0}};
    struct setting setting;
    struct ys_http_request request;

    (void)state;
    setting_begin(&setting, steps, 1);
    request = setting_request(&setting, YS_HTTP_POST);
    assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
    assert_int_equal(ys_transport_poll(setting.transport, 10, NULL), YS_OK);
    setting_end(&setting);
    ys_transport_free(NULL);
}

static void test_memory_runs_out(void **state)
{
    struct setting setting;
    struct ys_http_request request;
    struct ys_http_reply reply;
    struct ys_transport *transport;
    enum ys_status status = YS_ENOMEM;

    (void)state;
    fail_alloc_start(1, false);
    assert_int_equal(ys_transport_curl(&transport, "https://www.example.org", NULL), YS_ENOMEM);
    (void)fail_alloc_stop();
    assert_null(transport);
    setting_begin(&setting, NULL, 0);
    request = setting_request(&setting, YS_HTTP_POST);
    for (long nth = 1; status == YS_ENOMEM; nth++) {
        assert_in_range(nth, 1, 20);
        fail_alloc_start(nth, false);
        status = ys_transport_start(setting.transport, &request, 1, NULL);
        (void)fail_alloc_stop();
        assert_true(status == YS_ENOMEM || (status == YS_OK && nth > 3));
    }
    setting_await(&setting, &reply);
    ys_http_reply_free(&reply);
    /* No memory for the body of a reply: it is lost, and says why. */
    assert_int_equal(ys_transport_start(setting.transport, &request, 1, NULL), YS_OK);
    fail_alloc_start(1, true);
    setting_await(&setting, &reply);
    (void)fail_alloc_stop();
    assert_int_equal(reply.wire, YS_WIRE_LOST);
    assert_int_equal(reply.status, YS_ENOMEM);
    ys_http_reply_free(&reply);
    assert_int_equal(http_server_end(setting.server), 2);
    setting_end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply),
        cmocka_unit_test(test_request_as_sent),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_slow_and_interim_headers),
        cmocka_unit_test(test_redirect_is_not_followed),
        cmocka_unit_test(test_more_than_its_length),
        cmocka_unit_test(test_cut_replies_are_lost),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_freed_in_flight),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests_name("curl", tests, NULL, NULL);
}
