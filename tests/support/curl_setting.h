/* curl_setting.h: a scripted server and the libcurl transport that talks to it. */
#ifndef TESTS_CURL_SETTING_H
#define TESTS_CURL_SETTING_H

#include "net/transport.h"
#include "support/http_server.h"

#define TOKEN "ya29.secret-token"

struct setting {
    struct http_server *server;
    struct ys_transport *transport;
    char base[64];
    char url[128];
};

/* Fails the test when it cannot. */
void setting_begin(struct setting *setting, const struct http_step *steps, size_t count);
void setting_end(struct setting *setting);
/* A request to setting->url with TOKEN; POST and PUT carry a body of 25 bytes. */
struct ys_http_request setting_request(const struct setting *setting, enum ys_http_method method);
/* Polls until an exchange is finished. */
void setting_await(const struct setting *setting, struct ys_http_reply *reply);
/* One request and its reply, which the caller frees. */
struct ys_http_reply setting_exchange(struct setting *setting, enum ys_http_method method);

#endif
