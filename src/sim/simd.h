/* simd.h: what the files of the server program simd share. simd is not part of the library.
 *
 * One thread per connection (the server library's), all requests to the simulator one after the
 * other under one lock; the main thread waits for signals. Waits of faults are outside the lock,
 * so that a stalled connection stalls nothing else. */
#ifndef YS_SIM_SIMD_H
#define YS_SIM_SIMD_H

#include <pthread.h>
#include <stdatomic.h>

#include "sim/sim.h"

#define SIMD_BODY_BYTES_MAX ((size_t)2 << 20)
#define SIMD_CONTROL_PREFIX "/sim/"

struct simd {
    struct ys_sim *sim;
    pthread_mutex_t lock;       /* around every use of sim */
    atomic_bool stopping;
    int64_t latency_ms;         /* real time that each API request takes */
};

/* simd_http.c: serves until simd_http_stop; *port is what it listens on (0 in: any free one). */
struct simd_http;
YS_CHECKED enum ys_status simd_http_start(struct simd_http **out, struct simd *simd, int *port,
                                          struct ys_error *err);
void simd_http_stop(struct simd_http *http);

/* simd_control.c: answers a request to /sim/...; called under the lock. */
YS_CHECKED enum ys_status simd_control(struct simd *simd, const struct ys_sim_request *request,
                                       struct ys_sim_reply *reply, struct ys_error *err);

#endif
