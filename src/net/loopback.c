/* loopback.c: see loopback.h. */
#include "net/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

#define REQUEST_BYTES_MAX 16384
/* Who connects and says nothing is not waited for. */
#define READ_LIMIT_MS 2000
#define BACKLOG 8
#define REASON_BYTES 128

struct ys_loopback {
    int listening, connection; /* -1: none */
    int port;
    char request[REQUEST_BYTES_MAX];
};

enum ys_status ys_loopback_open(struct ys_loopback **out, struct ys_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    struct ys_loopback *loopback = ys_alloc_zero(1, sizeof *loopback);
    char reason[REASON_BYTES];
    int fd;

    *out = NULL;
    if (loopback == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    loopback->connection = -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = loopback->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&address, &bytes) != 0) {
        ys_errno_text(errno, reason, sizeof reason);
        ys_loopback_close(loopback);
        return ys_fail(err, YS_EIO,
                       "No port on 127.0.0.1 can be opened for the browser to come back to: %s. "
                       "Use --no-browser and paste the address instead.",
                       reason);
    }
    loopback->port = ntohs(address.sin_port);
    *out = loopback;
    return YS_OK;
}

void ys_loopback_close(struct ys_loopback *loopback)
{
    if (loopback == NULL) return;
    if (loopback->connection >= 0) (void)close(loopback->connection);
    if (loopback->listening >= 0) (void)close(loopback->listening);
    ys_free(loopback);
}

int ys_loopback_port(const struct ys_loopback *loopback)
{
    return loopback->port;
}

static bool readable(int fd, int64_t timeout_ms)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    return poll(&wanted, 1, (int)timeout_ms) > 0;
}

/* Reads until the headers have ended; what they say does not matter. */
static bool read_request(struct ys_loopback *loopback)
{
    size_t used = 0;

    while (used + 1 < sizeof loopback->request) {
        ssize_t got;

        if (!readable(loopback->connection, READ_LIMIT_MS)) return false;
        got = recv(loopback->connection, loopback->request + used,
                   sizeof loopback->request - 1 - used, 0);
        if (got <= 0) return false;
        used += (size_t)got;
        loopback->request[used] = '\0';
        if (strstr(loopback->request, "\r\n\r\n") != NULL) return true;
    }
    return false;
}

static bool take_target(const struct ys_loopback *loopback, char *target, size_t target_bytes)
{
    const char *start = loopback->request + 4;
    size_t length = strcspn(start, " \r\n");

    if (strncmp(loopback->request, "GET /", 5) != 0 || length >= target_bytes) return false;
    memcpy(target, start, length);
    target[length] = '\0';
    return true;
}

bool ys_loopback_wait(struct ys_loopback *loopback, int64_t timeout_ms, char *target,
                      size_t target_bytes)
{
    ys_loopback_answer(loopback, NULL); /* one that nobody answered */
    if (!readable(loopback->listening, timeout_ms)) return false;
    loopback->connection = accept4(loopback->listening, NULL, NULL, SOCK_CLOEXEC);
    if (loopback->connection < 0) return false;
    if (read_request(loopback) && take_target(loopback, target, target_bytes)) return true;
    ys_loopback_answer(loopback, NULL);
    return false;
}

void ys_loopback_answer(struct ys_loopback *loopback, const char *sentence)
{
    char page[2048], headers[256];
    int bytes;

    if (loopback->connection < 0) return;
    bytes = snprintf(page, sizeof page,
                     "<!doctype html><html><head><meta charset=\"utf-8\"><title>ytsync</title>"
                     "</head><body style=\"font-family:sans-serif;margin:4em\"><h1>ytsync</h1>"
                     "<p>%s</p></body></html>\n",
                     sentence != NULL ? sentence : "There is nothing here.");
    (void)snprintf(headers, sizeof headers,
                   "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
                   "%d\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                   "Connection: close\r\n\r\n",
                   sentence != NULL ? "200 OK" : "404 Not Found", bytes);
    (void)send(loopback->connection, headers, strlen(headers), MSG_NOSIGNAL);
    (void)send(loopback->connection, page, strlen(page), MSG_NOSIGNAL);
    (void)shutdown(loopback->connection, SHUT_WR);
    (void)close(loopback->connection);
    loopback->connection = -1;
}
