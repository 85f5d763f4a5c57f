/* tap.c: see tap.h. */
#include "support/tap.h"

#include "base/alloc.h"

struct tap {
    struct ys_transport base; /* first */
    struct ys_transport *inner;
    bool (*is_dead)(void *ctx);
    tap_fn ask;
    void *ctx;
};

static struct tap *of(struct ys_transport *transport)
{
    return (struct tap *)(void *)transport;
}

static enum ys_status dead(struct ys_error *err)
{
    return ys_fail(err, YS_EIO, "The process is dead.");
}

static enum ys_status tap_start(struct ys_transport *self, const struct ys_http_request *request,
                                uint64_t tag, struct ys_error *err)
{
    struct tap *tap = of(self);
    enum ys_status status;
    enum tap_answer answer;

    if (tap->is_dead(tap->ctx)) return dead(err);
    answer = tap->ask(tap->ctx, TAP_SEND, request);
    if (answer == TAP_DIE_BEFORE) return dead(err);
    status = ys_transport_start(tap->inner, request, tag, err);
    return status == YS_OK && answer == TAP_DIE_AFTER ? dead(err) : status;
}

static enum ys_status tap_poll(struct ys_transport *self, int64_t timeout_ms,
                               struct ys_error *err)
{
    struct tap *tap = of(self);

    if (tap->is_dead(tap->ctx)) return dead(err);
    return ys_transport_poll(tap->inner, timeout_ms, err);
}

static bool tap_complete(struct ys_transport *self, struct ys_http_reply *out)
{
    struct tap *tap = of(self);

    if (tap->is_dead(tap->ctx) || !ys_transport_complete(tap->inner, out)) return false;
    if (tap->ask(tap->ctx, TAP_REPLY, NULL) == TAP_GO_ON) return true;
    ys_http_reply_free(out);
    return false;
}

static void tap_destroy(struct ys_transport *self)
{
    ys_free(of(self));
}

struct ys_transport *tap_new(struct ys_transport *inner, bool (*is_dead)(void *ctx), tap_fn ask,
                             void *ctx)
{
    static const struct ys_transport_ops ops = {tap_start, tap_poll, tap_complete, tap_destroy};
    struct tap *tap = ys_alloc_zero(1, sizeof *tap);

    if (!tap) return NULL;
    *tap = (struct tap){
        .base = {&ops}, .inner = inner, .is_dead = is_dead, .ask = ask, .ctx = ctx};
    return &tap->base;
}
