/* http_server.h: an HTTP server on loopback, in a thread of the test, scripted or with fixed
 * answers.
 *
 * Requests are numbered in the order in which they arrived whole; the Nth gets the Nth step of
 * the script, later ones a plain 200 with "{}"; or each gets the answer of its route, 404 without
 * one. Every connection stays open until a step or the client closes it. */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_REQUEST_BYTES 8192

enum http_act {
    HTTP_SEND,       /* the bytes, and the connection stays open */
    HTTP_SEND_SLOWLY,/* the same, one byte at a time */
    HTTP_DRIP,       /* the bytes, then a blank every 20 ms until the client hangs up */
    HTTP_CUT,        /* the bytes, then close */
    HTTP_RESET,      /* close with a TCP reset (the bytes are not sent) */
    HTTP_HANG        /* nothing, for ever */
};

struct http_step {
    enum http_act act;
    const char *bytes;   /* must outlive the server */
    size_t count;        /* 0: strlen */
};

/* The answer to every request that begins with `request`, "GET /some/path?". The first that fits.
 * */
struct http_route {
    const char *request;
    const char *reply;   /* status line, headers, body; must outlive the server */
};

struct http_seen {
    int connection;      /* 1 is the first that was accepted */
    char text[HTTP_REQUEST_BYTES]; /* request line, headers, body */
};

struct http_server;

/* Aborts the test when it cannot. */
struct http_server *http_server_start(const struct http_step *steps, size_t count);
struct http_server *http_server_serve(const struct http_route *routes, size_t count);
int http_server_port(const struct http_server *server);
/* Reads what is still on its way, ends the thread and tells how many requests came in all. */
size_t http_server_end(struct http_server *server);
/* After http_server_end. Requests from 0. */
const struct http_seen *http_server_seen(const struct http_server *server, size_t index);
int http_server_connections(const struct http_server *server);
void http_server_free(struct http_server *server);

#endif
