/* loopback.h: the little server on 127.0.0.1 to which the browser comes back from a sign-in. It
 * serves one request at a time, reads a request line and no more, and shows a short page. */
#ifndef YS_NET_LOOPBACK_H
#define YS_NET_LOOPBACK_H

#include "ytsync.h"

struct ys_loopback;
/* Listens on a free port. */
YS_CHECKED enum ys_status ys_loopback_open(struct ys_loopback **out, struct ys_error *err);
void ys_loopback_close(struct ys_loopback *loopback);
int ys_loopback_port(const struct ys_loopback *loopback);
/* Waits for a GET and copies its target, "/?code=...". False: none came in this time. */
bool ys_loopback_wait(struct ys_loopback *loopback, int64_t timeout_ms, char *target,
                      size_t target_bytes);
/* Answers the request that ys_loopback_wait returned: a page with this sentence, or 404 with
 * NULL. */
void ys_loopback_answer(struct ys_loopback *loopback, const char *sentence);

#endif
