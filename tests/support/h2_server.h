/* h2_server.h: a server with TLS on loopback, in threads of the test: HTTP/2, or HTTP/1.1 where the
 * client asks for that. It says what libcurl repeats requests after.
 *
 * Whole requests are numbered in the order in which they arrived; the Nth gets the Nth act of the
 * script, later ones an answer. It can speak versions of TLS that nobody should, when h2_allow_old
 * was called before anything else of OpenSSL. */
#ifndef TESTS_H2_SERVER_H
#define TESTS_H2_SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum h2_act {
    H2_ANSWER,   /* 200 with "{}" */
    H2_REFUSE,   /* REFUSED_STREAM: it was not processed, says RFC 9113 */
    H2_GO_AWAY,  /* GOAWAY: no stream was processed; then close */
    H2_DOWNGRADE,/* HTTP_1_1_REQUIRED */
    H2_CUT,      /* close without a word */
    H2_CUT_BODY  /* the status and half of the body, then close */
};

struct h2_server;

/* Lets OpenSSL, libcurl's too, speak TLS 1.0 by a configuration of this name. */
void h2_allow_old(const char *path);
/* With a certificate for 127.0.0.1 that is written to `certificate`, as its own CA. At most
 * `version` of TLS (0x0302 is 1.1; 0: any). Aborts the test when it cannot. */
struct h2_server *h2_server_start(const char *certificate, int version, const enum h2_act *script,
                                  size_t count);
int h2_server_port(const struct h2_server *server);
/* Waits until the clients have closed every connection, and tells how many whole requests came. */
size_t h2_server_end(struct h2_server *server);
/* After h2_server_end: requests by HTTP/2, connections in all, of which connection (from 1) the Nth
 * request (from 0) was. */
size_t h2_server_second(const struct h2_server *server);
int h2_server_connections(const struct h2_server *server);
int h2_server_connection_of(const struct h2_server *server, size_t request);
void h2_server_free(struct h2_server *server);

/* A client that takes any version: the one that was agreed on, or 0. */
int h2_version_with(int port);

#endif
