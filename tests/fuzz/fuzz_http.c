/* fuzz_http.c: where requests may go, and what a header line says. libcurl's own reading of an
 * address is the judge: a request that is let through goes to the host, port and scheme of the
 * API address, and plain http goes to this machine only. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz/fuzz.h"
#include "net/http.h"

struct place {
    char *scheme, *host, *port;
};

static char *part(CURLU *url, CURLUPart what, unsigned flags)
{
    char *text = NULL;

    return curl_url_get(url, what, &text, flags) == CURLUE_OK ? text : NULL;
}

/* False when libcurl does not take the address. */
static bool read_place(const char *address, struct place *out)
{
    CURLU *url = curl_url();
    bool taken;

    YS_REQUIRE(url != NULL);
    memset(out, 0, sizeof *out);
    taken = curl_url_set(url, CURLUPART_URL, address, 0) == CURLUE_OK;
    if (taken) {
        char *user = part(url, CURLUPART_USER, 0), *password = part(url, CURLUPART_PASSWORD, 0);
        FUZZ_CHECK(user == NULL && password == NULL);
        out->scheme = part(url, CURLUPART_SCHEME, 0);
        out->host = part(url, CURLUPART_HOST, 0);
        out->port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        FUZZ_CHECK(out->scheme != NULL && out->host != NULL && out->port != NULL);
    }
    curl_url_cleanup(url);
    return taken;
}

static void free_place(struct place *place)
{
    curl_free(place->scheme);
    curl_free(place->host);
    curl_free(place->port);
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char inner[64];
    size_t length = strlen(host);

    if (strcasecmp(host, "localhost") == 0) return true;
    if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    if (length < 3 || length >= sizeof inner || host[0] != '[') return false;
    memcpy(inner, host + 1, length - 2);
    inner[length - 2] = '\0';
    return inet_pton(AF_INET6, inner, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static void check_request(const struct ys_http_base *base, const struct place *home,
                          const char *address)
{
    struct ys_http_request request = {.url = address};
    struct ys_error err = {0};
    struct place there;
    enum ys_status status = ys_http_check(base, &request, &err);

    fuzz_check_error(status, &err, YS_EINVAL, YS_OK);
    if (status != YS_OK || !read_place(address, &there)) return;
    FUZZ_CHECK(strcmp(there.scheme, home->scheme) == 0);
    FUZZ_CHECK(strcmp(there.host, home->host) == 0);
    FUZZ_CHECK(strcmp(there.port, home->port) == 0);
    free_place(&there);
}

static void check_addresses(const char *base_text, const char *address)
{
    struct ys_http_base base;
    struct ys_error err = {0};
    struct place home;
    enum ys_status status = ys_http_base_parse(&base, base_text, &err);

    fuzz_check_error(status, &err, YS_EINVAL, YS_OK);
    if (status != YS_OK) return;
    FUZZ_CHECK(strlen(base.url) < sizeof base.url);
    if (!read_place(base.url, &home)) return;
    FUZZ_CHECK(strcmp(home.scheme, base.loopback_only ? "http" : "https") == 0);
    if (base.loopback_only) FUZZ_CHECK(is_loopback(home.host));
    check_request(&base, &home, address);
    free_place(&home);
}

static void check_line(struct ys_http_reply *reply, const uint8_t *data, size_t bytes)
{
    struct ys_buf line = fuzz_buf(data, bytes);

    ys_http_header(reply, line.data != NULL ? line.data : "", line.bytes);
    FUZZ_CHECK(memchr(reply->retry_after, 0, sizeof reply->retry_after) != NULL);
    FUZZ_CHECK(memchr(reply->date, 0, sizeof reply->date) != NULL);
    FUZZ_CHECK(memchr(reply->etag, 0, sizeof reply->etag) != NULL);
    FUZZ_CHECK(memchr(reply->www_authenticate, 0, sizeof reply->www_authenticate) != NULL);
    ys_buf_free(&line);
}

/* The text up to the next line feed, and moves on behind it. */
static char *take_line(const uint8_t **data, size_t *bytes)
{
    const uint8_t *feed = *bytes > 0 ? memchr(*data, '\n', *bytes) : NULL;
    size_t length = feed != NULL ? (size_t)(feed - *data) : *bytes;
    char *text = fuzz_string(*data, length);

    *data += length + (feed != NULL);
    *bytes -= length + (feed != NULL);
    return text;
}

void fuzz_http(const uint8_t *data, size_t bytes)
{
    struct ys_http_reply reply = {.status = YS_OK};
    char *base = take_line(&data, &bytes), *address = take_line(&data, &bytes);

    check_addresses(base, address);
    while (bytes > 0) {
        const uint8_t *feed = memchr(data, '\n', bytes);
        size_t length = feed != NULL ? (size_t)(feed - data) + 1 : bytes;
        check_line(&reply, data, length);
        data += length;
        bytes -= length;
    }
    free(address);
    free(base);
}
