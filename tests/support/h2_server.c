/* h2_server.c: see h2_server.h. A thread that accepts, and one for each connection. */
#include "support/h2_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16
#define REQUESTS_MAX 64
#define FRAME_BYTES_MAX 16384 /* RFC 9113 4.2: without leave nobody sends more */
#define FRAME_HEAD_BYTES 9
#define PREFACE_BYTES 24
#define CERTIFICATE_S 86400L

enum frame { FRAME_DATA, FRAME_HEADERS, FRAME_RESET = 3, FRAME_SETTINGS, FRAME_GO_AWAY = 7 };
enum flag { FLAG_END_STREAM = 1, FLAG_ACK = 1, FLAG_END_HEADERS = 4 };
enum reason { REASON_REFUSED = 7, REASON_HTTP_1_1 = 13 };

struct connection {
    pthread_t thread;
    struct h2_server *server;
    SSL *tls;
    int fd, number;
};

struct h2_server {
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows `script_count` */
    SSL_CTX *tls;
    int listener, port;
    int end_pipe[2];
    const enum h2_act *script;
    size_t script_count;
    size_t request_count, second_count;
    int connection_of[REQUESTS_MAX];
    int connection_count;
    struct connection connections[CONNECTIONS_MAX];
};

static void must(bool fine, const char *what)
{
    if (fine) return;
    (void)fprintf(stderr, "h2_server: %s\n", what);
    abort();
}

/* ------------------------------------------------------------------ certificate and versions */

void h2_allow_old(const char *path)
{
    FILE *file = fopen(path, "w");

    must(file != NULL, path);
    (void)fputs("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n"
                "[old]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n",
                file);
    must(fclose(file) == 0, path);
    must(setenv("OPENSSL_CONF", path, 1) == 0, "setenv");
}

static EVP_PKEY *make_key(void)
{
    EVP_PKEY_CTX *making = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;

    must(making != NULL && EVP_PKEY_keygen_init(making) > 0 &&
             EVP_PKEY_CTX_set_ec_paramgen_curve_nid(making, NID_X9_62_prime256v1) > 0 &&
             EVP_PKEY_keygen(making, &key) > 0,
         "key");
    EVP_PKEY_CTX_free(making);
    return key;
}

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1), value);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name;

    must(certificate != NULL, "certificate");
    name = X509_get_subject_name(certificate);
    must(X509_set_version(certificate, 2) &&
             ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
             X509_gmtime_adj(X509_getm_notBefore(certificate), -CERTIFICATE_S) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(certificate), CERTIFICATE_S) != NULL &&
             X509_set_pubkey(certificate, key) &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                        (const unsigned char *)"127.0.0.1", -1, -1, 0) &&
             X509_set_issuer_name(certificate, name),
         "certificate");
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
    must(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
    return certificate;
}

static int choose_protocol(SSL *tls, const unsigned char **out, unsigned char *out_bytes,
                           const unsigned char *offered, unsigned offered_bytes, void *ctx)
{
    static const unsigned char known[] = "\x02h2\x08http/1.1";
    unsigned char *chosen = NULL;

    (void)tls;
    (void)ctx;
    if (SSL_select_next_proto(&chosen, out_bytes, known, sizeof known - 1, offered,
                              offered_bytes) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_tls(const char *path, int version)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = make_key();
    X509 *certificate = make_certificate(key);
    FILE *file = fopen(path, "w");

    must(file != NULL && PEM_write_X509(file, certificate) && fclose(file) == 0, path);
    must(tls != NULL && SSL_CTX_use_certificate(tls, certificate) > 0 &&
             SSL_CTX_use_PrivateKey(tls, key) > 0 &&
             SSL_CTX_set_max_proto_version(tls, version) > 0,
         "TLS");
    SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

/* ------------------------------------------------------------------ frames */

static bool read_all(SSL *tls, unsigned char *out, size_t count)
{
    while (count > 0) {
        int got = SSL_read(tls, out, (int)count);

        if (got <= 0) return false;
        out += got;
        count -= (size_t)got;
    }
    return true;
}

/* Errors are the client's right: it may hang up at any time. */
static void send_frame(SSL *tls, enum frame type, unsigned flags, unsigned stream,
                       const char *payload, size_t bytes)
{
    unsigned char frame[FRAME_HEAD_BYTES + 64] = {0};

    must(bytes <= sizeof frame - FRAME_HEAD_BYTES, "frame");
    frame[2] = (unsigned char)bytes;
    frame[3] = (unsigned char)type;
    frame[4] = (unsigned char)flags;
    frame[7] = (unsigned char)(stream >> 8);
    frame[8] = (unsigned char)stream;
    if (bytes > 0) memcpy(frame + FRAME_HEAD_BYTES, payload, bytes);
    (void)SSL_write(tls, frame, (int)(FRAME_HEAD_BYTES + bytes));
}

static enum h2_act count_request(struct connection *connection, bool second)
{
    struct h2_server *server = connection->server;
    enum h2_act act = H2_ANSWER;

    (void)pthread_mutex_lock(&server->mutex);
    must(server->request_count < REQUESTS_MAX, "too many requests");
    if (server->request_count < server->script_count) act = server->script[server->request_count];
    server->connection_of[server->request_count++] = connection->number;
    server->second_count += second;
    (void)pthread_mutex_unlock(&server->mutex);
    return act;
}

/* False: the connection is over. */
static bool act_on(SSL *tls, enum h2_act act, unsigned stream)
{
    static const char status_200[] = "\x88"; /* in the static table of RFC 7541 */
    static const char refused[] = {0, 0, 0, REASON_REFUSED};
    static const char http_1_1[] = {0, 0, 0, REASON_HTTP_1_1};

    switch (act) {
    case H2_ANSWER:
        send_frame(tls, FRAME_HEADERS, FLAG_END_HEADERS, stream, status_200, 1);
        send_frame(tls, FRAME_DATA, FLAG_END_STREAM, stream, "{}", 2);
        return true;
    case H2_REFUSE: send_frame(tls, FRAME_RESET, 0, stream, refused, sizeof refused); return true;
    case H2_DOWNGRADE:
        send_frame(tls, FRAME_RESET, 0, stream, http_1_1, sizeof http_1_1);
        return true;
    case H2_GO_AWAY: send_frame(tls, FRAME_GO_AWAY, 0, 0, "\0\0\0\0\0\0\0\0", 8); return false;
    case H2_CUT_BODY:
        send_frame(tls, FRAME_HEADERS, FLAG_END_HEADERS, stream, status_200, 1);
        send_frame(tls, FRAME_DATA, 0, stream, "{", 1);
        return false;
    default: return false;
    }
}

static void serve_second(struct connection *connection)
{
    unsigned char head[PREFACE_BYTES], payload[FRAME_BYTES_MAX];
    SSL *tls = connection->tls;
    bool going = read_all(tls, head, PREFACE_BYTES);

    if (going) send_frame(tls, FRAME_SETTINGS, 0, 0, NULL, 0);
    while (going && read_all(tls, head, FRAME_HEAD_BYTES)) {
        size_t bytes = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        unsigned stream = (unsigned)head[7] << 8 | head[8];

        must(bytes <= sizeof payload, "a frame is too long");
        if (!read_all(tls, payload, bytes)) return;
        if (head[3] == FRAME_SETTINGS && !(head[4] & FLAG_ACK))
            send_frame(tls, FRAME_SETTINGS, FLAG_ACK, 0, NULL, 0);
        if ((head[3] == FRAME_HEADERS || head[3] == FRAME_DATA) && (head[4] & FLAG_END_STREAM))
            going = act_on(tls, count_request(connection, true), stream);
    }
}

static void serve_first(struct connection *connection)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    char text[FRAME_BYTES_MAX];
    size_t bytes = 0;
    int got;

    while ((got = SSL_read(connection->tls, text + bytes, (int)(sizeof text - 1 - bytes))) > 0) {
        const char *end, *length;

        bytes += (size_t)got;
        text[bytes] = '\0';
        end = strstr(text, "\r\n\r\n");
        length = strstr(text, "Content-Length: ");
        if (end == NULL || (size_t)(end + 4 - text) +
                               (length ? strtoul(length + 16, NULL, 10) : 0) > bytes)
            continue;
        bytes = 0;
        if (count_request(connection, false) != H2_ANSWER) return;
        (void)SSL_write(connection->tls, answer, sizeof answer - 1);
    }
}

static void *serve(void *ctx)
{
    struct connection *connection = ctx;
    const unsigned char *protocol = NULL;
    unsigned bytes = 0;

    connection->tls = SSL_new(connection->server->tls);
    must(connection->tls != NULL && SSL_set_fd(connection->tls, connection->fd), "connection");
    if (SSL_accept(connection->tls) > 0) {
        SSL_get0_alpn_selected(connection->tls, &protocol, &bytes);
        if (bytes == 2)
            serve_second(connection);
        else
            serve_first(connection);
    }
    SSL_free(connection->tls);
    (void)close(connection->fd);
    return NULL;
}

/* ------------------------------------------------------------------ the server */

static void accept_one(struct h2_server *server)
{
    struct connection *connection = &server->connections[server->connection_count];
    int on = 1;

    must(server->connection_count < CONNECTIONS_MAX, "too many connections");
    connection->fd = accept(server->listener, NULL, NULL);
    if (connection->fd < 0) return;
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->server = server;
    connection->number = ++server->connection_count;
    must(pthread_create(&connection->thread, NULL, serve, connection) == 0, "thread");
}

static void *run(void *ctx)
{
    struct h2_server *server = ctx;
    bool ending = false;

    for (;;) {
        struct pollfd fds[2] = {
            {.fd = server->listener, .events = POLLIN},
            {.fd = ending ? -1 : server->end_pipe[0], .events = POLLIN},
        };
        int ready = poll(fds, 2, ending ? 0 : -1);

        if (ending && ready == 0) return NULL;
        if (fds[0].revents != 0) accept_one(server);
        if (fds[1].revents != 0) ending = true;
    }
}

struct h2_server *h2_server_start(const char *certificate, int version, const enum h2_act *script,
                                  size_t count)
{
    struct h2_server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    must(server != NULL, "memory");
    (void)signal(SIGPIPE, SIG_IGN);
    server->script = script;
    server->script_count = count;
    server->tls = make_tls(certificate, version);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(server->listener >= 0 &&
             bind(server->listener, (struct sockaddr *)&address, length) == 0 &&
             listen(server->listener, CONNECTIONS_MAX) == 0 &&
             getsockname(server->listener, (struct sockaddr *)&address, &length) == 0 &&
             pipe(server->end_pipe) == 0 && pthread_mutex_init(&server->mutex, NULL) == 0,
         "listen");
    server->port = ntohs(address.sin_port);
    must(pthread_create(&server->thread, NULL, run, server) == 0, "thread");
    return server;
}

int h2_server_port(const struct h2_server *server)
{
    return server->port;
}

size_t h2_server_end(struct h2_server *server)
{
    if (server->listener < 0) return server->request_count;
    (void)close(server->end_pipe[1]);
    must(pthread_join(server->thread, NULL) == 0, "join");
    (void)close(server->end_pipe[0]);
    (void)close(server->listener);
    server->listener = -1;
    for (int i = 0; i < server->connection_count; i++)
        must(pthread_join(server->connections[i].thread, NULL) == 0, "join");
    return server->request_count;
}

size_t h2_server_second(const struct h2_server *server)
{
    return server->second_count;
}

int h2_server_connections(const struct h2_server *server)
{
    return server->connection_count;
}

int h2_server_connection_of(const struct h2_server *server, size_t request)
{
    must(server->listener < 0 && request < server->request_count, "no such request");
    return server->connection_of[request];
}

void h2_server_free(struct h2_server *server)
{
    (void)h2_server_end(server);
    (void)pthread_mutex_destroy(&server->mutex);
    SSL_CTX_free(server->tls);
    free(server);
}

int h2_version_with(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    SSL_CTX *any = SSL_CTX_new(TLS_client_method());
    SSL *tls = any ? SSL_new(any) : NULL;
    int fd = socket(AF_INET, SOCK_STREAM, 0), version = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(tls != NULL && fd >= 0 &&
             connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && SSL_set_fd(tls, fd),
         "client");
    if (SSL_connect(tls) > 0) version = SSL_version(tls);
    SSL_free(tls);
    SSL_CTX_free(any);
    (void)close(fd);
    return version;
}
