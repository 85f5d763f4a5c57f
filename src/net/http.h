/* http.h: the small pieces of HTTP that need no library: where requests may go, what a header
 * line says. */
#ifndef YS_NET_HTTP_H
#define YS_NET_HTTP_H

#include <sys/socket.h>

#include "net/transport.h"

#define YS_BASE_URL_BYTES 1024

/* Where all requests of a transport go. */
struct ys_http_base {
    char url[YS_BASE_URL_BYTES]; /* without a slash at the end */
    bool loopback_only;          /* plain http, which may not leave this machine */
    bool loopback;               /* it names this machine, also over https */
};

/* Takes https://host[:port][/path] of any host, and http:// of loopback: "localhost", an address
 * of 127.0.0.0/8 written in full, or [::1]. User names, queries and fragments are refused.
 * YS_EINVAL names the URL, unless it holds a password. */
YS_CHECKED enum ys_status ys_http_base_parse(struct ys_http_base *out, const char *url,
                                             struct ys_error *err);
/* YS_EINVAL unless the URL is clean ASCII and lies below the base (the base, a slash, anything)
 * and no header value holds a line break. Never shows the token. */
YS_CHECKED enum ys_status ys_http_check(const struct ys_http_base *base,
                                        const struct ys_http_request *request,
                                        struct ys_error *err);
/* The file of CAs that YTSYNC_CA_FILE names, NULL for the system's. Like the proxy variables, which
 * libcurl reads by itself, it belongs to the machine and not to a caller. */
const char *ys_http_ca_file(void);
bool ys_http_loopback(const struct sockaddr *address);

/* "GET", "POST", "PUT", "DELETE" */
const char *ys_http_verb(enum ys_http_method method);

/* A status line: what earlier (interim, 1xx) headers said does not count. Otherwise copies the
 * value of Retry-After, Date, ETag or WWW-Authenticate into the reply when `line` is one of
 * them; a value that does not fit is left out. `line` is not terminated. */
void ys_http_header(struct ys_http_reply *reply, const char *line, size_t bytes);

#endif
