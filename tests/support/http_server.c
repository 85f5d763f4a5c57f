/* http_server.c: see http_server.h. One thread, poll(2), no sleeping. */
#include "support/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define REQUESTS_MAX 128
#define DRIP_MS 20

static const char plain_reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
static const char no_route_reply[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

struct connection {
    int fd; /* -1: closed */
    int number;
    bool drips;
    size_t bytes;
    char buffer[HTTP_REQUEST_BYTES];
};

struct http_server {
    pthread_t thread;
    int listener, port;
    int end_pipe[2];
    const struct http_step *steps;
    size_t step_count;
    const struct http_route *routes; /* NULL: by the script */
    size_t route_count;
    struct connection connections[CONNECTIONS_MAX];
    int connection_count;
    struct http_seen seen[REQUESTS_MAX];
    size_t seen_count;
};

static void must(bool fine, const char *what)
{
    if (fine) return;
    (void)fprintf(stderr, "http_server: %s: %s\n", what, strerror(errno));
    abort();
}

/* Errors are the client's right: it may hang up at any time. */
static void send_all(int fd, const char *bytes, size_t count, size_t piece)
{
    while (count > 0) {
        size_t now = piece < count ? piece : count;
        ssize_t sent = send(fd, bytes, now, MSG_NOSIGNAL);

        if (sent <= 0) return;
        bytes += sent;
        count -= (size_t)sent;
    }
}

static void close_connection(struct connection *connection)
{
    (void)close(connection->fd);
    connection->fd = -1;
}

static void act(struct connection *connection, const struct http_step *step)
{
    size_t count = step->count > 0 || step->bytes == NULL ? step->count : strlen(step->bytes);
    struct linger reset = {1, 0};

    switch (step->act) {
    case HTTP_SEND: send_all(connection->fd, step->bytes, count, count); break;
    case HTTP_SEND_SLOWLY: send_all(connection->fd, step->bytes, count, 1); break;
    case HTTP_DRIP:
        send_all(connection->fd, step->bytes, count, count);
        connection->drips = true;
        break;
    case HTTP_CUT:
        send_all(connection->fd, step->bytes, count, count);
        close_connection(connection);
        break;
    case HTTP_RESET:
        (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close_connection(connection);
        break;
    case HTTP_HANG: break;
    }
}

/* Length of a whole request at the start of the buffer, 0 when there is none yet. */
static size_t request_length(const struct connection *connection)
{
    const char *end = memmem(connection->buffer, connection->bytes, "\r\n\r\n", 4);
    size_t body = 0;

    if (end == NULL) return 0;
    for (const char *at = connection->buffer; at < end; at++) {
        if (strncasecmp(at, "\r\nContent-Length:", 17) == 0) body = strtoul(at + 17, NULL, 10);
    }
    body += (size_t)(end - connection->buffer) + 4;
    return body <= connection->bytes ? body : 0;
}

/* What the request that was seen last gets. */
static struct http_step next_step(const struct http_server *server)
{
    const char *text = server->seen[server->seen_count - 1].text;

    if (server->routes == NULL) {
        if (server->seen_count <= server->step_count) return server->steps[server->seen_count - 1];
        return (struct http_step){HTTP_SEND, plain_reply, 0};
    }
    for (size_t i = 0; i < server->route_count; i++) {
        const struct http_route *route = &server->routes[i];

        if (strncmp(text, route->request, strlen(route->request)) == 0)
            return (struct http_step){HTTP_SEND, route->reply, 0};
    }
    return (struct http_step){HTTP_SEND, no_route_reply, 0};
}

static void serve(struct http_server *server, struct connection *connection)
{
    struct http_step step;
    size_t length;

    while (connection->fd >= 0 && (length = request_length(connection)) > 0) {
        struct http_seen *seen = &server->seen[server->seen_count];

        must(server->seen_count < REQUESTS_MAX, "too many requests");
        seen->connection = connection->number;
        memcpy(seen->text, connection->buffer, length);
        seen->text[length] = '\0';
        memmove(connection->buffer, connection->buffer + length, connection->bytes - length);
        connection->bytes -= length;
        server->seen_count++;
        step = next_step(server);
        act(connection, &step);
    }
}

static void read_more(struct http_server *server, struct connection *connection)
{
    size_t room = sizeof connection->buffer - 1 - connection->bytes;
    ssize_t got = recv(connection->fd, connection->buffer + connection->bytes, room, 0);

    /* A TLS handshake is no HTTP: hang up, as a plain server would. */
    if (got <= 0 || (connection->bytes == 0 && connection->buffer[0] == 0x16)) {
        close_connection(connection);
        return;
    }
    connection->bytes += (size_t)got;
    serve(server, connection);
}

static void accept_one(struct http_server *server)
{
    struct connection *connection = &server->connections[server->connection_count];
    int on = 1;

    must(server->connection_count < CONNECTIONS_MAX, "too many connections");
    connection->fd = accept(server->listener, NULL, NULL);
    if (connection->fd < 0) return;
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->number = ++server->connection_count;
}

/* Lets a drop fall on each connection that drips; true while there is one. */
static bool drip(struct http_server *server)
{
    bool any = false;

    for (int i = 0; i < server->connection_count; i++) {
        struct connection *connection = &server->connections[i];

        if (connection->fd < 0 || !connection->drips) continue;
        send_all(connection->fd, " ", 1, 1);
        any = true;
    }
    return any;
}

/* Runs until the pipe is closed and nothing more can be read. */
static void *run(void *ctx)
{
    struct http_server *server = ctx;
    bool ending = false;

    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 2] = {
            {.fd = server->listener, .events = POLLIN},
            {.fd = ending ? -1 : server->end_pipe[0], .events = POLLIN},
        };
        int count = server->connection_count;
        int ready;

        for (int i = 0; i < count; i++) {
            fds[i + 2] = (struct pollfd){.fd = server->connections[i].fd, .events = POLLIN};
        }
        ready = poll(fds, (nfds_t)count + 2, ending ? 0 : drip(server) ? DRIP_MS : -1);
        if (ready < 0 && errno == EINTR) continue;
        must(ready >= 0, "poll");
        if (ending && ready == 0) return NULL;
        if (fds[1].revents != 0) ending = true;
        for (int i = 0; i < count; i++) {
            if (fds[i + 2].revents != 0) read_more(server, &server->connections[i]);
        }
        if (fds[0].revents != 0) accept_one(server);
    }
}

static struct http_server *new_server(void)
{
    struct http_server *server = calloc(1, sizeof *server);

    must(server != NULL, "memory");
    return server;
}

static struct http_server *start(struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    for (int i = 0; i < CONNECTIONS_MAX; i++) server->connections[i].fd = -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(server->listener >= 0, "socket");
    must(bind(server->listener, (struct sockaddr *)&address, length) == 0, "bind");
    must(listen(server->listener, CONNECTIONS_MAX) == 0, "listen");
    must(getsockname(server->listener, (struct sockaddr *)&address, &length) == 0, "port");
    server->port = ntohs(address.sin_port);
    must(pipe(server->end_pipe) == 0, "pipe");
    must(pthread_create(&server->thread, NULL, run, server) == 0, "thread");
    return server;
}

struct http_server *http_server_start(const struct http_step *steps, size_t count)
{
    struct http_server *server = new_server();

    server->steps = steps;
    server->step_count = count;
    return start(server);
}

struct http_server *http_server_serve(const struct http_route *routes, size_t count)
{
    struct http_server *server = new_server();

    server->routes = routes;
    server->route_count = count;
    return start(server);
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

size_t http_server_end(struct http_server *server)
{
    if (server->listener >= 0) {
        (void)close(server->end_pipe[1]);
        must(pthread_join(server->thread, NULL) == 0, "join");
        (void)close(server->end_pipe[0]);
        (void)close(server->listener);
        server->listener = -1;
        for (int i = 0; i < server->connection_count; i++) {
            if (server->connections[i].fd >= 0) close_connection(&server->connections[i]);
        }
    }
    return server->seen_count;
}

const struct http_seen *http_server_seen(const struct http_server *server, size_t index)
{
    must(server->listener < 0 && index < server->seen_count, "no such request");
    return &server->seen[index];
}

int http_server_connections(const struct http_server *server)
{
    return server->connection_count;
}

void http_server_free(struct http_server *server)
{
    (void)http_server_end(server);
    free(server);
}
