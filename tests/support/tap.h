/* tap.h: a transport around another one that asks before each request leaves and when each reply
 * comes, and can end the process there. The inner transport is borrowed: what is on the wire when a
 * process dies may still arrive, so it can outlive the tap. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include "net/transport.h"

enum tap_point { TAP_SEND, TAP_REPLY };
enum tap_answer { TAP_GO_ON, TAP_DIE_BEFORE, TAP_DIE_AFTER };
/* SEND: `request` is what is about to leave; AFTER lets it leave first. REPLY: `request` is NULL,
 * and either answer loses the reply. */
typedef enum tap_answer (*tap_fn)(void *ctx, enum tap_point point,
                                  const struct ys_http_request *request);

/* *dead is the process's: while it is set nothing passes. NULL: no memory. */
struct ys_transport *tap_new(struct ys_transport *inner, bool (*is_dead)(void *ctx), tap_fn ask,
                             void *ctx);

#endif
