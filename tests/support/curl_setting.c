/* curl_setting.c: see curl_setting.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/curl_setting.h"

#define TIMEOUT_MS 20000
/* A poll that does not end the exchange within so many turns is a hang. */
#define TURNS_MAX 100000

void setting_begin(struct setting *setting, const struct http_step *steps, size_t count)
{
    struct ys_error err = {0};

    setting->server = http_server_start(steps, count);
    (void)snprintf(setting->base, sizeof setting->base, "http://127.0.0.1:%d",
                   http_server_port(setting->server));
    (void)snprintf(setting->url, sizeof setting->url, "%s/youtube/v3/playlists?part=snippet",
                   setting->base);
    assert_int_equal(ys_transport_curl(&setting->transport, setting->base, &err), YS_OK);
}

void setting_end(struct setting *setting)
{
    ys_transport_free(setting->transport);
    http_server_free(setting->server);
}

struct ys_http_request setting_request(const struct setting *setting, enum ys_http_method method)
{
    struct ys_http_request request = {
        .method = method,
        .url = setting->url,
        .token = TOKEN,
        .is_write = method != YS_HTTP_GET,
        .timeout_ms = TIMEOUT_MS,
    };

    if (method == YS_HTTP_POST || method == YS_HTTP_PUT) {
        request.body = "{\"snippet\":{\"title\":\"T\"}}";
        request.body_bytes = strlen(request.body);
    }
    return request;
}

void setting_await(const struct setting *setting, struct ys_http_reply *reply)
{
    struct ys_error err = {0};

    for (int turn = 0; turn < TURNS_MAX; turn++) {
        if (ys_transport_complete(setting->transport, reply)) return;
        assert_int_equal(ys_transport_poll(setting->transport, 1000, &err), YS_OK);
    }
    fail_msg("no end of the exchange");
}

struct ys_http_reply setting_exchange(struct setting *setting, enum ys_http_method method)
{
    struct ys_http_request request = setting_request(setting, method);
    struct ys_http_reply reply;
    struct ys_error err = {0};

    assert_int_equal(ys_transport_start(setting->transport, &request, 7, &err), YS_OK);
    setting_await(setting, &reply);
    assert_int_equal(reply.tag, 7);
    return reply;
}
