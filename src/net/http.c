/* http.c: see http.h.
 *
 * The base URL's grammar is stricter than any URL parser's: lower-case scheme, a host of letters,
 * digits, dots and hyphens (or a bracketed IPv6 address), a decimal port, a path. What passes
 * here is read the same way by everyone, so nothing that is no loopback can pose as one. */
#include "net/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define URL_BYTES_MAX ((size_t)16 << 10)
#define HOST_BYTES 256
#define PORT_MAX 65535
#define PORT_DIGITS_MAX 5

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* ------------------------------------------------------------------ where requests go */

const char *ys_http_ca_file(void)
{
    const char *path = secure_getenv("YTSYNC_CA_FILE");

    return path != NULL && path[0] != '\0' ? path : NULL;
}

bool ys_http_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, address, sizeof v4);
        return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, address, sizeof v6);
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    return false;
}

/* `host` without brackets. */
static bool loopback_host(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (strcasecmp(host, "localhost") == 0) return true;
    if (inet_pton(AF_INET, host, &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool port_valid(const char *text, size_t digits)
{
    long port = 0;

    if (digits < 1 || digits > PORT_DIGITS_MAX) return false;
    for (size_t i = 0; i < digits; i++) port = port * 10 + (text[i] - '0');
    return port >= 1 && port <= PORT_MAX;
}

/* Reads host[:port] at *at into `host` (without brackets) and moves on behind it. */
static bool read_authority(const char **at, char host[HOST_BYTES])
{
    bool bracketed = **at == '[';
    const char *start = *at + (bracketed ? 1 : 0);
    size_t length = strspn(start, bracketed ? "0123456789abcdefABCDEF:." : ALPHANUMERIC ".-");
    struct in6_addr v6;

    if (length < 1 || length >= HOST_BYTES) return false;
    memcpy(host, start, length);
    host[length] = '\0';
    *at = start + length;
    if (bracketed) {
        if (**at != ']' || inet_pton(AF_INET6, host, &v6) != 1) return false;
        (*at)++;
    }
    if (**at == ':') {
        size_t digits = strspn(*at + 1, "0123456789");

        if (!port_valid(*at + 1, digits)) return false;
        *at += 1 + digits;
    }
    return **at == '\0' || **at == '/';
}

static bool path_valid(const char *path)
{
    return path[strspn(path, ALPHANUMERIC "/-._~%!$&'()*+,;=:")] == '\0';
}

enum ys_status ys_http_base_parse(struct ys_http_base *out, const char *url,
                                  struct ys_error *err)
{
    char host[HOST_BYTES];
    const char *at = url;
    bool plain = strncmp(url, "http://", 7) == 0;
    size_t length;

    *out = (struct ys_http_base){.loopback_only = plain};
    if (strchr(url, '@') != NULL) {
        /* Not shown: there may be a password in it. */
        return ys_fail(err, YS_EINVAL, "The API address must not hold a user name or a \"@\".");
    }
    if (!plain && strncmp(url, "https://", 8) != 0) {
        return ys_fail(err, YS_EINVAL,
                       "The API address \"%.200s\" must begin with https:// (or http:// for this "
                       "machine).",
                       url);
    }
    at += plain ? 7 : 8;
    if (!read_authority(&at, host) || !path_valid(at) || !ys_copy(out->url, sizeof out->url, url)) {
        return ys_fail(err, YS_EINVAL,
                       "The API address \"%.200s\" is not of the form https://HOST[:PORT][/PATH].",
                       url);
    }
    out->loopback = loopback_host(host);
    if (plain && !out->loopback) {
        return ys_fail(err, YS_EINVAL,
                       "The API address \"%.200s\" would send the access token unencrypted: use "
                       "https, or http to this machine only (http://127.0.0.1:PORT).",
                       url);
    }
    for (length = strlen(out->url); out->url[length - 1] == '/';) out->url[--length] = '\0';
    return YS_OK;
}

static bool below(const struct ys_http_base *base, const char *url)
{
    size_t base_bytes = strlen(base->url);
    size_t length = strlen(url);

    if (length >= URL_BYTES_MAX) return false;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)url[i] <= 0x20 || (unsigned char)url[i] >= 0x7F) return false;
    }
    /* The slash keeps "https://a.example" from matching "https://a.example.org/". */
    return strncmp(url, base->url, base_bytes) == 0 && url[base_bytes] == '/';
}

static bool line_clean(const char *text)
{
    return text == NULL || strpbrk(text, "\r\n") == NULL;
}

enum ys_status ys_http_check(const struct ys_http_base *base,
                             const struct ys_http_request *request, struct ys_error *err)
{
    if (!below(base, request->url)) {
        return ys_fail(err, YS_EINVAL, "A request must go to the API address %s.", base->url);
    }
    if (!line_clean(request->token)) {
        return ys_fail(err, YS_EINVAL, "The access token holds a line break.");
    }
    if (!line_clean(request->if_none_match) || !line_clean(request->content_type)) {
        return ys_fail(err, YS_EINVAL, "A header of a request holds a line break.");
    }
    return YS_OK;
}

/* ------------------------------------------------------------------ verbs and headers */

const char *ys_http_verb(enum ys_http_method method)
{
    switch (method) {
    case YS_HTTP_POST: return "POST";
    case YS_HTTP_PUT: return "PUT";
    case YS_HTTP_DELETE: return "DELETE";
    case YS_HTTP_GET: break;
    }
    return "GET";
}

/* Copies the value when `line` is the header `name`. */
static void take_value(const char *line, size_t bytes, const char *name, char *out,
                       size_t out_bytes)
{
    size_t length = strlen(name);
    const char *start, *end = line + bytes;

    if (bytes <= length || line[length] != ':' || strncasecmp(line, name, length) != 0) return;
    start = line + length + 1;
    while (start < end && (*start == ' ' || *start == '\t')) start++;
    while (end > start && isspace((unsigned char)end[-1])) end--;
    if ((size_t)(end - start) >= out_bytes || memchr(start, 0, (size_t)(end - start)) != NULL) {
        return;
    }
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
}

void ys_http_header(struct ys_http_reply *reply, const char *line, size_t bytes)
{
    if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        reply->retry_after[0] = reply->date[0] = '\0';
        reply->etag[0] = reply->www_authenticate[0] = '\0';
        return;
    }
    take_value(line, bytes, "Retry-After", reply->retry_after, sizeof reply->retry_after);
    take_value(line, bytes, "Date", reply->date, sizeof reply->date);
    take_value(line, bytes, "ETag", reply->etag, sizeof reply->etag);
    take_value(line, bytes, "WWW-Authenticate", reply->www_authenticate,
               sizeof reply->www_authenticate);
}
