/* canned.c: see canned.h. */
#include "support/canned.h"

#include <string.h>

#include "base/alloc.h"

#define BODY_BYTES_MAX 8192

struct transport {
    struct ys_transport base; /* first */
    struct ys_transport *inner;
    struct canned *what;
    uint64_t tags[YS_IN_FLIGHT_MAX]; /* answered, and not taken yet */
    size_t tag_count;
};

static struct transport *of(struct ys_transport *self)
{
    return (struct transport *)(void *)self;
}

/* Whether a request is one of this method: its verb, and its path up to the query. */
static bool is_of(const struct ys_http_request *request, enum ys_method method)
{
    const struct ys_method_info *info = ys_method_info(method);
    const char *at = strstr(request->url, info->path);

    return request->method == info->verb && at && at[strlen(info->path)] == '?';
}

static enum ys_status canned_start(struct ys_transport *self,
                                   const struct ys_http_request *request, uint64_t tag,
                                   struct ys_error *err)
{
    struct transport *transport = of(self);
    struct canned *what = transport->what;

    if (what->left <= 0 || !is_of(request, what->method))
        return ys_transport_start(transport->inner, request, tag, err);
    what->left--;
    what->given++;
    transport->tags[transport->tag_count++] = tag;
    return YS_OK;
}

static enum ys_status canned_poll(struct ys_transport *self, int64_t timeout_ms,
                                  struct ys_error *err)
{
    return ys_transport_poll(of(self)->inner, of(self)->tag_count > 0 ? 0 : timeout_ms, err);
}

static bool canned_complete(struct ys_transport *self, struct ys_http_reply *out)
{
    struct transport *transport = of(self);
    const char *body = transport->what->body;

    if (transport->tag_count == 0) return ys_transport_complete(transport->inner, out);
    memset(out, 0, sizeof *out);
    ys_buf_init(&out->body, BODY_BYTES_MAX);
    ys_buf_add(&out->body, body, strlen(body));
    out->tag = transport->tags[--transport->tag_count];
    out->wire = YS_WIRE_REPLY;
    out->http_status = transport->what->http_status;
    out->sends = 1;
    return true;
}

static void canned_destroy(struct ys_transport *self)
{
    ys_transport_free(of(self)->inner);
    ys_free(of(self));
}

struct ys_transport *canned_new(struct ys_transport *inner, struct canned *what)
{
    static const struct ys_transport_ops ops = {canned_start, canned_poll, canned_complete,
                                                canned_destroy};
    struct transport *transport = ys_alloc_zero(1, sizeof *transport);

    if (!transport) return NULL;
    *transport = (struct transport){.base = {&ops}, .inner = inner, .what = what};
    return &transport->base;
}
