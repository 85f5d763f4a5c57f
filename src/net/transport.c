/* transport.c: the calls of transport.h on whichever implementation stands behind them. */
#include "net/transport.h"

enum ys_status ys_transport_start(struct ys_transport *transport,
                                  const struct ys_http_request *request, uint64_t tag,
                                  struct ys_error *err)
{
    return transport->ops->start(transport, request, tag, err);
}

enum ys_status ys_transport_poll(struct ys_transport *transport, int64_t timeout_ms,
                                 struct ys_error *err)
{
    return transport->ops->poll(transport, timeout_ms < 0 ? 0 : timeout_ms, err);
}

bool ys_transport_complete(struct ys_transport *transport, struct ys_http_reply *out)
{
    return transport->ops->complete(transport, out);
}

void ys_transport_free(struct ys_transport *transport)
{
    if (transport != NULL) transport->ops->destroy(transport);
}

void ys_http_reply_free(struct ys_http_reply *reply)
{
    ys_buf_free(&reply->body);
}
