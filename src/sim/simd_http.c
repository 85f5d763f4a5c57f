/* simd_http.c: the simulator behind libmicrohttpd on the loopback, with faults of the wire: a
 * connection closed without an answer, cut in the middle, stalled, trickling, or with a wrong
 * Content-Length. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"
#include "sim/simd.h"

/* Enough for the largest header that a fault makes. */
#define CONNECTION_MEMORY_BYTES ((size_t)4 << 20)
#define IDLE_TIMEOUT_S 300u
#define TRICKLE_BYTES 4
#define TRICKLE_EVERY_MS 100
#define LOOK_EVERY_MS 20
#define HEADER_BYTES_MAX ((size_t)2 << 20)

#if MHD_VERSION >= 0x00097002
#define SIMD_RESULT enum MHD_Result
#else
#define SIMD_RESULT int
#endif

struct simd_http {
    struct simd *simd;
    struct MHD_Daemon *daemon;
};

/* One request while it comes in. */
struct exchange {
    char *uri;
    struct ys_buf body;
    bool begun;
};

/* One reply while it goes out. */
struct outgoing {
    struct simd *simd;
    struct ys_sim_reply reply;
};

static void pause_ms(int64_t duration_ms)
{
    struct timespec left = {.tv_sec = (time_t)(duration_ms / 1000),
                            .tv_nsec = (long)(duration_ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

/* Waits, but not longer than the server or the client lives. */
static void wait_for(struct simd *simd, struct MHD_Connection *connection, int64_t duration_ms)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;
    for (int64_t waited = 0; waited < duration_ms; waited += LOOK_EVERY_MS) {
        if (atomic_load(&simd->stopping)) return;
        if (info && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) return;
        int64_t left = duration_ms - waited;
        pause_ms(left < LOOK_EVERY_MS ? left : LOOK_EVERY_MS);
    }
}

/* ------------------------------------------------------------------ replies */

static void outgoing_free(void *ctx)
{
    struct outgoing *outgoing = ctx;
    if (!outgoing) return;
    ys_sim_reply_free(&outgoing->reply);
    ys_free(outgoing);
}

/* Gives the body as the wire fault wants it; ends with an error where it must break off. */
static ssize_t read_body(void *ctx, uint64_t at, char *out, size_t bytes)
{
    struct outgoing *outgoing = ctx;
    const struct ys_buf *body = &outgoing->reply.body;
    size_t end = body->bytes;
    if (outgoing->reply.wire == YS_SIM_WIRE_CUT) end /= 2;
    if (at >= end)
        return outgoing->reply.wire == YS_SIM_WIRE_SLOW ? MHD_CONTENT_READER_END_OF_STREAM
                                                        : MHD_CONTENT_READER_END_WITH_ERROR;
    if (bytes > end - (size_t)at) bytes = end - (size_t)at;
    if (outgoing->reply.wire == YS_SIM_WIRE_SLOW) {
        if (bytes > TRICKLE_BYTES) bytes = TRICKLE_BYTES;
        if (atomic_load(&outgoing->simd->stopping)) return MHD_CONTENT_READER_END_WITH_ERROR;
        pause_ms(TRICKLE_EVERY_MS);
    }
    memcpy(out, body->data + at, bytes);
    return (ssize_t)bytes;
}

/* A response over `outgoing`, which it owns afterwards; NULL: no memory. */
static struct MHD_Response *make_response(struct outgoing *outgoing)
{
    const struct ys_sim_reply *reply = &outgoing->reply;
    struct MHD_Response *response;
    if (reply->wire == YS_SIM_WIRE_REPLY) {
        response = MHD_create_response_from_buffer(reply->body.bytes, reply->body.data,
                                                   MHD_RESPMEM_MUST_COPY);
    } else {
        uint64_t size = reply->body.bytes;
        if (reply->wire == YS_SIM_WIRE_LENGTH) size += 1000;
        response = MHD_create_response_from_callback(size, 4096, read_body, outgoing,
                                                     outgoing_free);
        if (response) return response;
    }
    return response;
}

/* Adds the header lines of a reply. */
static bool add_headers(struct MHD_Response *response, const struct ys_buf *headers)
{
    char *line = ys_alloc(headers->bytes + 1);
    const char *at = ys_buf_text(headers);
    bool ok = line != NULL;
    while (ok && *at) {
        size_t length = strcspn(at, "\r\n");
        memcpy(line, at, length);
        line[length] = '\0';
        char *colon = strchr(line, ':');
        if (colon) {
            *colon = '\0';
            ok = MHD_add_response_header(response, line, colon + 1 + strspn(colon + 1, " ")) ==
                 MHD_YES;
        }
        at += length;
        at += strspn(at, "\r\n");
    }
    ys_free(line);
    return ok;
}

static SIMD_RESULT send_reply(struct simd *simd, struct MHD_Connection *connection,
                              struct outgoing *outgoing)
{
    struct ys_sim_reply *reply = &outgoing->reply;
    SIMD_RESULT result = MHD_NO;
    struct MHD_Response *response;
    if (reply->delay_ms > 0) wait_for(simd, connection, reply->delay_ms);
    if (reply->wire == YS_SIM_WIRE_TIMEOUT) wait_for(simd, connection, INT64_MAX);
    if (reply->wire == YS_SIM_WIRE_TIMEOUT || reply->wire == YS_SIM_WIRE_CLOSE) {
        /* MHD closes the connection, kept alive or not, without a byte. */
        outgoing_free(outgoing);
        return MHD_NO;
    }
    bool owned = reply->wire != YS_SIM_WIRE_REPLY;
    int status = reply->status;
    response = make_response(outgoing);
    if (response) {
        if (add_headers(response, &reply->headers))
            result = MHD_queue_response(connection, (unsigned)status, response);
        MHD_destroy_response(response);
    }
    if (!response || !owned) outgoing_free(outgoing);
    return result;
}

/* ------------------------------------------------------------------ requests */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static SIMD_RESULT serve(struct simd *simd, struct MHD_Connection *connection,
                         struct exchange *exchange, const char *method)
{
    struct outgoing *outgoing = ys_alloc_zero(1, sizeof *outgoing);
    char *query = strchr(exchange->uri, '?');
    struct ys_error error = {0};
    enum ys_status status;
    if (!outgoing) return MHD_NO;
    outgoing->simd = simd;
    ys_sim_reply_init(&outgoing->reply);
    if (query) *query++ = '\0';
    struct ys_sim_request request = {.method = method,
                                     .path = exchange->uri,
                                     .query = query,
                                     .authorization = header(connection, "Authorization"),
                                     .if_none_match = header(connection, "If-None-Match"),
                                     .body = exchange->body.data,
                                     .body_bytes = exchange->body.bytes,
                                     .busy_ms = simd->latency_ms / 2};
    bool control = strncmp(request.path, SIMD_CONTROL_PREFIX, strlen(SIMD_CONTROL_PREFIX)) == 0;
    if (!control) pause_ms(simd->latency_ms / 2);
    pthread_mutex_lock(&simd->lock);
    if (control) status = simd_control(simd, &request, &outgoing->reply, &error);
    else status = ys_sim_handle(simd->sim, &request, &outgoing->reply, &error);
    pthread_mutex_unlock(&simd->lock);
    if (status != YS_OK) {
        fprintf(stderr, "simd: %s\n", error.message);
        outgoing_free(outgoing);
        return MHD_NO;
    }
    if (!control) pause_ms(simd->latency_ms - simd->latency_ms / 2);
    return send_reply(simd, connection, outgoing);
}

/* Keeps the request's line as it came: the library's own decoding is not wanted. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *exchange = ys_alloc_zero(1, sizeof *exchange);
    (void)ctx;
    (void)connection;
    if (!exchange) return NULL;
    ys_buf_init(&exchange->body, SIMD_BODY_BYTES_MAX);
    exchange->uri = ys_dup(uri);
    return exchange;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    (void)ctx;
    (void)connection;
    (void)code;
    if (!exchange) return;
    ys_buf_free(&exchange->body);
    ys_free(exchange->uri);
    ys_free(exchange);
    *state = NULL;
}

static SIMD_RESULT on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **state)
{
    struct simd_http *http = ctx;
    struct exchange *exchange = *state;
    (void)url;
    (void)version;
    if (!exchange || !exchange->uri) return MHD_NO;
    if (!exchange->begun) {
        exchange->begun = true;
        return MHD_YES;
    }
    if (*upload_bytes > 0) {
        ys_buf_add(&exchange->body, upload, *upload_bytes);
        *upload_bytes = 0;
        return exchange->body.failed == YS_OK ? MHD_YES : MHD_NO;
    }
    return serve(http->simd, connection, exchange, method);
}

/* ------------------------------------------------------------------ life */

enum ys_status simd_http_start(struct simd_http **out, struct simd *simd, int *port,
                               struct ys_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    struct simd_http *http = ys_alloc_zero(1, sizeof *http);
    *out = NULL;
    if (!http) return ys_fail(err, YS_ENOMEM, "no memory for a server");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    http->simd = simd;
    http->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        (uint16_t)*port, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, MHD_OPTION_URI_LOG_CALLBACK, on_uri, http,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_END);
    if (!http->daemon) {
        ys_free(http);
        return ys_fail(err, YS_EIO, "cannot listen on 127.0.0.1:%d", *port);
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info) *port = info->port;
    *out = http;
    return YS_OK;
}

void simd_http_stop(struct simd_http *http)
{
    if (!http) return;
    MHD_stop_daemon(http->daemon);
    ys_free(http);
}
