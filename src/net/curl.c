/* curl.c: transport.h over libcurl's multi interface; the one file that knows libcurl.
 *
 * Where requests may go: below the base URL given at the start (http.h) and nowhere else. https
 * with TLS 1.2 or newer and a verified certificate; plain http to loopback, checked in the name and
 * again in the address that is about to be connected to, and never through a proxy. Redirects are
 * not followed. The token stands in one Authorization header.
 *
 * How often a write leaves: once. libcurl repeats a request by itself when a kept-alive
 * connection turns out dead before any byte of a reply (also after the server acted on it), when
 * an HTTP/2 stream is refused, and when a server asks for HTTP/1.1. Three things stop that:
 *   - `before_request` is called each time a request is about to be written to a connection; for
 *     a write it refuses the second time (libcurl 7.80);
 *   - bodies go through a read callback that cannot be rewound, which makes the repeat fail with
 *     CURLE_SEND_FAIL_REWIND on every version;
 *   - with a libcurl before 7.80 a write without a body (DELETE) gets a fresh connection, because
 *     only requests on reused ones are repeated.
 * Reads may be repeated by libcurl; `sends` counts every time that request headers left.
 *
 * NOT_SENT is said only when no request was begun on any connection. Everything else without a
 * whole reply is LOST.
 *
 * Ownership: a slot owns its easy handle, its header list, its copy of the body and, until
 * `complete` hands it over, its reply. A handle serves one exchange: curl_easy_reset cannot say
 * that it found no memory, and then leaves one that cannot read. One thread at a time. */
#include "net/transport.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/text.h"
#include "net/http.h"

/* A server that does not accept a connection within this time is taken for down. */
#define CONNECT_TIMEOUT_MS 10000L
/* A connection on which nothing moves for this long is given up. */
#define STALL_S 30L
#define STALL_BYTES_PER_S 1L
/* For requests that name no time limit. */
#define TIMEOUT_DEFAULT_MS INT64_C(60000)
#define TIMEOUT_MAX_MS INT64_C(600000)
/* One wait inside poll; callers come back anyway. */
#define POLL_MAX_MS INT64_C(60000)
#define HEADER_LINE_BYTES_MAX ((size_t)16 << 10)
/* The API compresses only for agents that name gzip (YOUTUBE_API section 2). */
#define USER_AGENT "ytsync/" YS_VERSION " (gzip)"

/* CURLOPT_PREREQFUNCTION */
#if LIBCURL_VERSION_NUM >= 0x075000
#define HAVE_BEFORE_REQUEST 1
#else
#define HAVE_BEFORE_REQUEST 0
#endif
#define BEFORE_REQUEST_VERSION 0x075000u

enum slot_state { SLOT_FREE, SLOT_ACTIVE, SLOT_DONE };

struct slot {
    enum slot_state state;
    CURL *easy;                  /* NULL while the slot is free */
    struct curl_slist *headers;
    char *body;
    size_t body_bytes, body_taken;
    const char *verb;            /* "GET" ...: what a request line begins with */
    bool is_write;
    bool loopback_only;
    int begun;                   /* times that a request was about to be written */
    int header_outs;             /* times that request headers were written */
    bool repeat_refused;
    bool (*may_leave)(void *ctx);
    void *may_leave_ctx;
    bool too_late;               /* may_leave said no */
    bool headers_too_large;
    bool headers_ended;          /* the empty line after them came */
    size_t header_bytes;
    uint64_t finished_at;        /* order of completion */
    struct ys_http_reply reply;
    char words[CURL_ERROR_SIZE];
};

struct curl_transport {
    struct ys_transport transport; /* first: see transport.h */
    CURLM *multi;
    struct ys_http_base base;
    bool guarded;                /* before_request is called by this libcurl */
    uint64_t finished;
    struct slot slots[YS_IN_FLIGHT_MAX];
};

/* ------------------------------------------------------------------ callbacks of libcurl */

/* Called when a request is about to be written to a connection, new or reused. */
#if HAVE_BEFORE_REQUEST
static int before_request(void *ctx, char *remote_ip, char *local_ip, int remote_port,
                          int local_port)
{
    struct slot *slot = ctx;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (slot->is_write && slot->begun > 0) slot->repeat_refused = true;
    else if (slot->may_leave && !slot->may_leave(slot->may_leave_ctx)) slot->too_late = true;
    else slot->begun++;
    return slot->repeat_refused || slot->too_late ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}
#endif

/* Counts request lines that left. Nothing of what passes here is kept or shown. */
static int on_debug(CURL *easy, curl_infotype type, char *data, size_t bytes, void *ctx)
{
    struct slot *slot = ctx;
    size_t length = strlen(slot->verb);

    (void)easy;
    if (type == CURLINFO_HEADER_OUT && bytes > length && data[length] == ' ' &&
        memcmp(data, slot->verb, length) == 0) {
        slot->header_outs++;
    }
    return 0;
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct slot *slot = ctx;

    (void)purpose;
    if (slot->loopback_only && !ys_http_loopback(&address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *out, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    size_t bytes = slot->body_bytes - slot->body_taken;

    /* The headers have left by themselves; a process may have stood still since. */
    if (slot->may_leave && !slot->may_leave(slot->may_leave_ctx)) return CURL_READFUNC_ABORT;
    if (bytes > size * count) bytes = size * count;
    if (bytes > 0) memcpy(out, slot->body + slot->body_taken, bytes);
    slot->body_taken += bytes;
    return bytes;
}

static int refuse_rewind(void *ctx, curl_off_t offset, int origin)
{
    (void)ctx;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

/* Gets the body after decompression, so that the limit also holds for what is packed small. */
static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;

    ys_buf_add(&slot->reply.body, data, size * count);
    return slot->reply.body.failed == YS_OK ? size * count : 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    size_t bytes = size * count;

    if (bytes > YS_REPLY_HEADER_BYTES_MAX - slot->header_bytes) {
        slot->headers_too_large = true;
        return 0;
    }
    slot->header_bytes += bytes;
    /* libcurl takes a connection that closes amid the headers for a reply's end. */
    if (bytes > 0 && (line[0] == '\r' || line[0] == '\n')) slot->headers_ended = true;
    if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) slot->headers_ended = false;
    ys_http_header(&slot->reply, line, bytes);
    return bytes;
}

/* ------------------------------------------------------------------ setting up a request */

/* Adds "name: value"; false without memory. An empty value removes libcurl's own header. */
static bool add_header(struct slot *slot, const char *name, const char *before, const char *value)
{
    struct curl_slist *longer;
    struct ys_buf line;

    ys_buf_init(&line, HEADER_LINE_BYTES_MAX);
    ys_buf_printf(&line, "%s:%s%s%s", name, before[0] != '\0' || value[0] != '\0' ? " " : "",
                  before, value);
    longer = line.failed == YS_OK ? curl_slist_append(slot->headers, ys_buf_text(&line)) : NULL;
    ys_buf_free(&line);
    if (longer != NULL) slot->headers = longer;
    return longer != NULL;
}

static bool add_headers(struct slot *slot, const struct ys_http_request *request)
{
    const char *type = request->content_type;

    if (!add_header(slot, "Accept", "", "application/json")) return false;
    /* No waiting for "100 Continue", which a retry after 417 would come with. */
    if (!add_header(slot, "Expect", "", "")) return false;
    if (request->body != NULL &&
        !add_header(slot, "Content-Type", "", type != NULL ? type : "application/json")) {
        return false;
    }
    if (request->token != NULL && !add_header(slot, "Authorization", "Bearer ", request->token)) {
        return false;
    }
    return request->if_none_match == NULL ||
           add_header(slot, "If-None-Match", "", request->if_none_match);
}

#define SET(option, value)                                                                       \
    do {                                                                                         \
        CURLcode set_code = curl_easy_setopt(slot->easy, option, value);                         \
        if (set_code != CURLE_OK) return set_code;                                               \
    } while (0)

static CURLcode set_callbacks(struct slot *slot)
{
    SET(CURLOPT_PRIVATE, slot);
    SET(CURLOPT_ERRORBUFFER, slot->words);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, slot);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, slot);
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    SET(CURLOPT_DEBUGDATA, slot);
    SET(CURLOPT_VERBOSE, 1L);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, slot);
    SET(CURLOPT_READFUNCTION, take_body);
    SET(CURLOPT_READDATA, slot);
    SET(CURLOPT_SEEKFUNCTION, refuse_rewind);
    SET(CURLOPT_SEEKDATA, slot);
#if HAVE_BEFORE_REQUEST
    SET(CURLOPT_PREREQFUNCTION, before_request);
    SET(CURLOPT_PREREQDATA, slot);
#endif
    return CURLE_OK;
}

static CURLcode set_limits(const struct curl_transport *self, struct slot *slot,
                           int64_t timeout_ms)
{
    const char *scheme = self->base.loopback_only ? "http" : "https", *ca_file = ys_http_ca_file();

    if (timeout_ms <= 0) timeout_ms = TIMEOUT_DEFAULT_MS;
    if (timeout_ms > TIMEOUT_MAX_MS) timeout_ms = TIMEOUT_MAX_MS;
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    SET(CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_PER_S);
    SET(CURLOPT_LOW_SPEED_TIME, STALL_S);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (ca_file != NULL) SET(CURLOPT_CAINFO, ca_file);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, scheme);
#else
    SET(CURLOPT_PROTOCOLS, scheme[4] == 's' ? (long)CURLPROTO_HTTPS : (long)CURLPROTO_HTTP);
#endif
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    if (self->base.loopback_only) {
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NOPROXY, "*");
    }
    return CURLE_OK;
}

/* Path and query; there is a path, ys_http_check sees to that. */
static const char *target_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    return path != NULL ? path : "/";
}

static CURLcode set_request(const struct curl_transport *self, struct slot *slot,
                            const struct ys_http_request *request)
{
    curl_off_t bytes = (curl_off_t)slot->body_bytes;

    SET(CURLOPT_URL, request->url);
    /* Said in so many words: where memory runs out while libcurl takes the URL apart, some versions
     * (7.88 for one) send the request without its query. */
    SET(CURLOPT_REQUEST_TARGET, target_of(request->url));
    SET(CURLOPT_HTTPHEADER, slot->headers);
    SET(CURLOPT_USERAGENT, USER_AGENT);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    /* No PIPEWAIT: a request that waits for another one's connection has no time limit in libcurl
     * 7.88, and waits for ever when that connection came to nothing. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    if (request->method == YS_HTTP_POST) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, bytes);
    } else if (slot->body_bytes > 0 || request->method == YS_HTTP_PUT) {
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_INFILESIZE_LARGE, bytes);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    if (request->method == YS_HTTP_DELETE) SET(CURLOPT_CUSTOMREQUEST, slot->verb);
    if (slot->is_write && slot->body_bytes == 0 && !self->guarded) {
        SET(CURLOPT_FRESH_CONNECT, 1L);
    }
    return CURLE_OK;
}

#undef SET

/* ------------------------------------------------------------------ one exchange */

static void clear_slot(struct slot *slot)
{
    curl_easy_cleanup(slot->easy); /* first: it uses the rest */
    curl_slist_free_all(slot->headers);
    ys_free(slot->body);
    ys_http_reply_free(&slot->reply);
    *slot = (struct slot){.state = SLOT_FREE};
}

static enum ys_status prepare(struct curl_transport *self, struct slot *slot,
                              const struct ys_http_request *request, uint64_t tag,
                              struct ys_error *err)
{
    CURLcode code;

    slot->verb = ys_http_verb(request->method);
    slot->is_write = request->is_write;
    slot->may_leave = request->may_leave;
    slot->may_leave_ctx = request->may_leave_ctx;
    slot->loopback_only = self->base.loopback_only;
    slot->reply.tag = tag;
    ys_buf_init(&slot->reply.body, YS_REPLY_BODY_BYTES_MAX);
    slot->easy = curl_easy_init();
    if (slot->easy == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out for a request.");
    if (request->body != NULL && request->body_bytes > 0) {
        slot->body = ys_alloc(request->body_bytes);
        if (slot->body == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out for a request.");
        memcpy(slot->body, request->body, request->body_bytes);
        slot->body_bytes = request->body_bytes;
    }
    if (!add_headers(slot, request)) {
        return ys_fail(err, YS_ENOMEM, "Memory ran out for the headers of a request.");
    }
    code = set_callbacks(slot);
    if (code == CURLE_OK) code = set_limits(self, slot, request->timeout_ms);
    if (code == CURLE_OK) code = set_request(self, slot, request);
    if (code == CURLE_OK) return YS_OK;
    return ys_fail(err, code == CURLE_OUT_OF_MEMORY ? YS_ENOMEM : YS_EINTERNAL,
                   "libcurl refused a setting: %s.", curl_easy_strerror(code));
}

/* Whether a request may have left. Without before_request only failures that come before a
 * connection stands prove that it did not. */
static bool may_have_left(const struct curl_transport *self, const struct slot *slot,
                          CURLcode code)
{
    if (slot->header_outs > 0 || slot->begun > 0) return true;
    if (self->guarded) return false;
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return false;
    default: return true;
    }
}

static enum ys_status failure_status(const struct slot *slot, CURLcode code)
{
    if (slot->reply.body.failed != YS_OK) return slot->reply.body.failed;
    if (slot->headers_too_large) return YS_ETOOBIG;
    return code == CURLE_OUT_OF_MEMORY ? YS_ENOMEM : YS_ENETWORK;
}

/* Why there is no reply, in words; what stands behind a "?" could be a query. */
static void set_detail(struct slot *slot, enum ys_status status, CURLcode code)
{
    char *out = slot->reply.detail;
    size_t out_bytes = sizeof slot->reply.detail;

    if (slot->too_late) {
        (void)ys_copy(out, out_bytes, "It was too late to send it.");
    } else if (slot->repeat_refused || code == CURLE_SEND_FAIL_REWIND) {
        (void)ys_copy(out, out_bytes, "The connection broke before the reply came.");
    } else if (status == YS_ETOOBIG) {
        (void)snprintf(out, out_bytes, "The reply is larger than the limit of %zu bytes.",
                       slot->headers_too_large ? YS_REPLY_HEADER_BYTES_MAX
                                               : YS_REPLY_BODY_BYTES_MAX);
    } else if (code == CURLE_OK) {
        (void)ys_copy(out, out_bytes, "The reply ends within its headers.");
    } else {
        slot->words[strcspn(slot->words, "?\r\n")] = '\0';
        (void)ys_copy(out, out_bytes,
                      slot->words[0] != '\0' ? slot->words : curl_easy_strerror(code));
    }
}

static void finish(struct curl_transport *self, struct slot *slot, CURLcode code)
{
    struct ys_http_reply *reply = &slot->reply;
    long http_status = 0;

    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &http_status);
    reply->http_status = (int)http_status;
    reply->sends = slot->header_outs;
    if (code == CURLE_OK && http_status > 0 && slot->headers_ended) {
        reply->wire = YS_WIRE_REPLY;
        reply->status = YS_OK;
    } else {
        reply->wire = may_have_left(self, slot, code) ? YS_WIRE_LOST : YS_WIRE_NOT_SENT;
        reply->status = failure_status(slot, code);
        set_detail(slot, reply->status, code);
        ys_buf_free(&reply->body);
    }
    if (reply->wire != YS_WIRE_NOT_SENT && reply->sends < 1) reply->sends = 1;
    slot->finished_at = ++self->finished;
    slot->state = SLOT_DONE;
}

/* ------------------------------------------------------------------ the interface */

static enum ys_status perform(struct curl_transport *self, struct ys_error *err)
{
    int running, queued;
    CURLMsg *message;
    CURLMcode code = curl_multi_perform(self->multi, &running);

    if (code != CURLM_OK) {
        return ys_fail(err, code == CURLM_OUT_OF_MEMORY ? YS_ENOMEM : YS_EINTERNAL,
                       "libcurl stopped working: %s.", curl_multi_strerror(code));
    }
    while ((message = curl_multi_info_read(self->multi, &queued)) != NULL) {
        struct slot *slot = NULL;
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE) continue;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        YS_REQUIRE(slot != NULL && slot->state == SLOT_ACTIVE);
        (void)curl_multi_remove_handle(self->multi, easy); /* invalidates `message` */
        finish(self, slot, result);
    }
    return YS_OK;
}

static enum ys_status curl_start(struct ys_transport *transport,
                                 const struct ys_http_request *request, uint64_t tag,
                                 struct ys_error *err)
{
    struct curl_transport *self = (struct curl_transport *)transport;
    struct slot *slot = NULL;
    enum ys_status status;
    CURLMcode code;

    YS_TRY(ys_http_check(&self->base, request, err));
    for (size_t i = 0; i < YS_IN_FLIGHT_MAX && slot == NULL; i++) {
        if (self->slots[i].state == SLOT_FREE) slot = &self->slots[i];
    }
    if (slot == NULL) {
        return ys_fail(err, YS_ELIMIT, "More than %d requests would be in flight.",
                       YS_IN_FLIGHT_MAX);
    }
    status = prepare(self, slot, request, tag, err);
    if (status == YS_OK) {
        code = curl_multi_add_handle(self->multi, slot->easy);
        if (code != CURLM_OK) {
            status = ys_fail(err, code == CURLM_OUT_OF_MEMORY ? YS_ENOMEM : YS_EINTERNAL,
                             "libcurl did not take a request: %s.", curl_multi_strerror(code));
        }
    }
    if (status != YS_OK) {
        clear_slot(slot);
        return status;
    }
    slot->state = SLOT_ACTIVE;
    (void)perform(self, NULL); /* so that its time limit runs; what fails shows in the next poll */
    return YS_OK;
}

static size_t count_slots(const struct curl_transport *self, enum slot_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) count += self->slots[i].state == state;
    return count;
}

static enum ys_status curl_poll(struct ys_transport *transport, int64_t timeout_ms,
                                struct ys_error *err)
{
    struct curl_transport *self = (struct curl_transport *)transport;
    CURLMcode code;

    YS_TRY(perform(self, err));
    if (count_slots(self, SLOT_DONE) > 0 || count_slots(self, SLOT_ACTIVE) == 0) return YS_OK;
    if (timeout_ms > POLL_MAX_MS) timeout_ms = POLL_MAX_MS;
    code = curl_multi_poll(self->multi, NULL, 0, (int)timeout_ms, NULL);
    if (code != CURLM_OK) {
        return ys_fail(err, code == CURLM_OUT_OF_MEMORY ? YS_ENOMEM : YS_EINTERNAL,
                       "libcurl could not wait: %s.", curl_multi_strerror(code));
    }
    return perform(self, err);
}

static bool curl_complete(struct ys_transport *transport, struct ys_http_reply *out)
{
    struct curl_transport *self = (struct curl_transport *)transport;
    struct slot *oldest = NULL;

    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
        struct slot *slot = &self->slots[i];

        if (slot->state != SLOT_DONE) continue;
        if (oldest == NULL || slot->finished_at < oldest->finished_at) oldest = slot;
    }
    if (oldest == NULL) return false;
    *out = oldest->reply;
    ys_buf_init(&oldest->reply.body, 0); /* handed over */
    clear_slot(oldest);
    return true;
}

static void curl_destroy(struct ys_transport *transport)
{
    struct curl_transport *self = (struct curl_transport *)transport;

    for (size_t i = 0; i < YS_IN_FLIGHT_MAX; i++) {
        struct slot *slot = &self->slots[i];

        if (slot->state == SLOT_ACTIVE) (void)curl_multi_remove_handle(self->multi, slot->easy);
        clear_slot(slot);
    }
    if (self->multi != NULL) (void)curl_multi_cleanup(self->multi);
    ys_free(self);
    curl_global_cleanup();
}

static const struct ys_transport_ops curl_ops = {
    .start = curl_start,
    .poll = curl_poll,
    .complete = curl_complete,
    .destroy = curl_destroy,
};

static bool guarded(void)
{
    return HAVE_BEFORE_REQUEST &&
           curl_version_info(CURLVERSION_NOW)->version_num >= BEFORE_REQUEST_VERSION;
}

enum ys_status ys_transport_curl(struct ys_transport **out, const char *base_url,
                                 struct ys_error *err)
{
    struct curl_transport *self;
    enum ys_status status;

    *out = NULL;
    /* Counted by libcurl: each success is paired with one cleanup. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ys_fail(err, YS_EINTERNAL, "libcurl could not be started.");
    }
    self = ys_alloc_zero(1, sizeof *self);
    if (self == NULL) {
        curl_global_cleanup();
        return ys_fail(err, YS_ENOMEM, "Memory ran out for the network.");
    }
    self->transport.ops = &curl_ops;
    status = ys_http_base_parse(&self->base, base_url, err);
    if (status == YS_OK) {
        self->guarded = guarded();
        self->multi = curl_multi_init();
        if (self->multi == NULL) {
            status = ys_fail(err, YS_ENOMEM, "Memory ran out for the network.");
        }
    }
    if (status != YS_OK) {
        curl_destroy(&self->transport);
        return status;
    }
    *out = &self->transport;
    return YS_OK;
}
