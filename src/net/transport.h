/* transport.h: how HTTP requests leave and replies come back.
 *
 * Three calls: start hands a request over, poll lets time and network pass, complete takes the
 * finished exchanges one by one. curl.c implements it with libcurl; src/sim implements it with
 * a simulated YouTube. The engine never waits anywhere else.
 *
 * A write (is_write) leaves at most once per start: an implementation must not repeat it by
 * itself, whatever happens to the connection; what may have left and has no reply is YS_WIRE_LOST.
 */
#ifndef YS_NET_TRANSPORT_H
#define YS_NET_TRANSPORT_H

#include "base/buffer.h"

enum ys_http_method { YS_HTTP_GET, YS_HTTP_POST, YS_HTTP_PUT, YS_HTTP_DELETE };

/* Limits on a reply. A page of 50 items with long descriptions is below 1 MiB (assumption:
 * 50 x 5,000 characters of 4 bytes); more is refused. */
#define YS_REPLY_BODY_BYTES_MAX ((size_t)8 << 20)
#define YS_REPLY_HEADER_BYTES_MAX ((size_t)64 << 10)
#define YS_IN_FLIGHT_MAX 32

struct ys_http_request {
    enum ys_http_method method;
    const char *url;            /* absolute */
    const char *token;          /* bearer token or NULL; goes into one header, never elsewhere */
    const char *body;           /* NULL for none; copied by start */
    size_t body_bytes;
    const char *content_type;   /* of the body; NULL: application/json */
    const char *if_none_match;  /* an etag or NULL */
    bool is_write;
    int64_t timeout_ms;         /* for the whole exchange */
    /* NULL, or asked (also after start) when the request is about to be written to a connection:
     * false, and it comes back as not sent. ctx must live until then. */
    bool (*may_leave)(void *ctx);
    void *may_leave_ctx;
};

enum ys_wire {
    YS_WIRE_REPLY,      /* a complete reply: http_status and body hold it */
    YS_WIRE_NOT_SENT,   /* certain: nothing of it left this machine */
    YS_WIRE_LOST        /* it left or may have left, and there is no complete reply */
};

struct ys_http_reply {
    uint64_t tag;
    enum ys_wire wire;
    enum ys_status status;        /* YS_OK for REPLY; else YS_ENETWORK, YS_ETOOBIG, YS_ENOMEM */
    int http_status;              /* 0 unless a status line came */
    struct ys_buf body;           /* owned by the reply */
    char retry_after[64];         /* header values, "" when absent */
    char date[64];
    char etag[128];
    char www_authenticate[256];
    char detail[192];             /* why it was lost, in words; no secrets, no query strings */
    int sends;                    /* how often request headers left; each is a charged call */
};

void ys_http_reply_free(struct ys_http_reply *reply);

struct ys_transport;
struct ys_transport_ops {
    enum ys_status (*start)(struct ys_transport *self, const struct ys_http_request *request,
                            uint64_t tag, struct ys_error *err);
    enum ys_status (*poll)(struct ys_transport *self, int64_t timeout_ms, struct ys_error *err);
    bool (*complete)(struct ys_transport *self, struct ys_http_reply *out);
    void (*destroy)(struct ys_transport *self);
};
/* Implementations put this first in their struct. */
struct ys_transport {
    const struct ys_transport_ops *ops;
};

/* Hands a request over. An error means that nothing left. */
YS_CHECKED enum ys_status ys_transport_start(struct ys_transport *transport,
                                             const struct ys_http_request *request, uint64_t tag,
                                             struct ys_error *err);
/* Lets up to timeout_ms pass, less when something completes. Without anything in flight it
 * returns at once. */
YS_CHECKED enum ys_status ys_transport_poll(struct ys_transport *transport, int64_t timeout_ms,
                                            struct ys_error *err);
/* Takes a finished exchange; the caller frees *out with ys_http_reply_free. */
bool ys_transport_complete(struct ys_transport *transport, struct ys_http_reply *out);
/* NULL is allowed. Drops what is in flight. */
void ys_transport_free(struct ys_transport *transport);

/* libcurl behind the interface. `base_url` decides what is allowed: https anywhere, http to
 * loopback only (YS_EINVAL names the URL otherwise). */
YS_CHECKED enum ys_status ys_transport_curl(struct ys_transport **out, const char *base_url,
                                            struct ys_error *err);

#endif
