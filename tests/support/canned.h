/* canned.h: a transport around another one that answers some requests by itself: replies that the
 * simulated YouTube does not give, whole bodies of the test's choice. They come at once, cost the
 * simulator nothing and change nothing there. */
#ifndef TESTS_CANNED_H
#define TESTS_CANNED_H

#include "youtube/methods.h"

struct canned {
    enum ys_method method;     /* of the requests that are answered here */
    int64_t left;              /* how many more of them */
    int64_t given;             /* how many were */
    int http_status;
    const char *body;          /* must outlive the transport */
};

/* Owns `inner`; `what` is borrowed, and may be changed at any time. NULL: no memory. */
struct ys_transport *canned_new(struct ys_transport *inner, struct canned *what);

#endif
