/* test_simd.c: the simulator's server program over real connections: kept-alive ones, faults of
 * the wire, the clock file, the endpoints under /sim/, its end. Skipped where it was not built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/env.h"
#include "base/text.h"
#include "sim/sim.h"
#include "support/scratch.h"

#define REPLY_BYTES (1 << 20)
#define PATIENCE_MS 10000
#define ARGS_MAX 24
#define JAZZ "{\"snippet\":{\"title\":\"Jazz\"}}"

struct server {
    pid_t pid;
    int out;          /* its standard output */
    int port;
};

static struct server server;
static char reply[REPLY_BYTES];

/* ------------------------------------------------------------------ the program */

static const char *program(void)
{
    static char path[1024];
    const char *build = getenv("YTSYNC_BUILD");

    (void)snprintf(path, sizeof path, "%s/simd", build != NULL ? build : "build/plain");
    return access(path, X_OK) == 0 ? path : NULL;
}

/* Starts the program with these arguments (up to NULL) and `out` as its output. */
static pid_t spawn(const char *const *args, int out)
{
    static char copies[ARGS_MAX][SCRATCH_PATH_BYTES];
    char *own[ARGS_MAX] = {NULL};
    const char *path = program();
    pid_t pid;

    assert_non_null(path);
    for (size_t i = 0; args[i] != NULL; i++) {
        assert_true(i + 1 < ARGS_MAX && ys_copy(copies[i], sizeof copies[i], args[i]));
        own[i] = copies[i];
    }
    pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(out, 1);
        (void)dup2(out, 2);
        execv(path, own);
        _exit(127);
    }
    return pid;
}

/* Reads a line of the program's output; false when it ended. */
static bool read_line(int fd, char *line, size_t bytes)
{
    size_t length = 0;

    while (length + 1 < bytes && read(fd, line + length, 1) == 1 && line[length] != '\n') length++;
    line[length] = '\0';
    return length > 0;
}

/* Starts it with these further arguments (up to NULL). */
static void start(const char *first, ...)
{
    const char *args[ARGS_MAX] = {program(), "--library", "empty", "--exit-with-parent"};
    size_t count = 4;
    char line[256];
    int pipe_ends[2];
    va_list more;

    va_start(more, first);
    for (const char *arg = first; arg != NULL; arg = va_arg(more, const char *)) {
        assert_true(count + 1 < ARGS_MAX);
        args[count++] = arg;
    }
    va_end(more);
    assert_int_equal(pipe(pipe_ends), 0);
    server.pid = spawn(args, pipe_ends[1]);
    (void)close(pipe_ends[1]);
    server.out = pipe_ends[0];
    assert_true(read_line(server.out, line, sizeof line));
    const char *colon = strrchr(line, ':');
    if (strncmp(line, "listening on http://127.0.0.1:", 30) != 0 || colon == NULL)
        fail_msg("%s", line);
    else server.port = (int)strtol(colon + 1, NULL, 10);
}

/* Ends it and gives its exit code. */
static int stop(void)
{
    int status = 0;

    if (server.pid == 0) return -1;
    assert_int_equal(kill(server.pid, SIGTERM), 0);
    assert_int_equal(waitpid(server.pid, &status, 0), server.pid);
    (void)close(server.out);
    server.pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int setup(void **state)
{
    (void)state;
    scratch_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (server.pid != 0) (void)stop();
    scratch_remove();
    return 0;
}

/* ------------------------------------------------------------------ connections */

static int connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server.port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void ask(int fd, const char *method, const char *target, const char *body)
{
    char text[4096];
    int bytes = snprintf(text, sizeof text,
                         "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sim-token\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         method, target, strlen(body), body);

    assert_true(bytes > 0 && bytes < (int)sizeof text);
    assert_int_equal(send(fd, text, (size_t)bytes, MSG_NOSIGNAL), bytes);
}

/* Something of what comes: bytes read, 0 at the end, -1 when nothing comes in time. */
static ssize_t some(int fd, char *to, size_t bytes, int patience_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (poll(&wait, 1, patience_ms) != 1) return -1;
    ssize_t got = recv(fd, to, bytes, 0);
    return got < 0 ? 0 : got;
}

/* Reads one reply into `reply`: its status; 0: closed before a byte came; negative: closed in
 * the middle of that status. */
static int read_reply(int fd)
{
    size_t have = 0;

    for (;;) {
        char *body = NULL, *length;
        ssize_t got = some(fd, reply + have, sizeof reply - 1 - have, PATIENCE_MS);
        if (got < 0) fail_msg("no reply within %d ms", PATIENCE_MS);
        have += (size_t)got;
        reply[have] = '\0';
        body = strstr(reply, "\r\n\r\n");
        int status = body != NULL ? (int)strtol(reply + strlen("HTTP/1.1 "), NULL, 10) : 0;
        if (got == 0) return -status;
        length = body != NULL ? strstr(reply, "Content-Length: ") : NULL;
        if (status == 204 || status == 304) return status;
        if (length != NULL &&
            strlen(body + 4) >= (size_t)strtol(length + strlen("Content-Length: "), NULL, 10))
            return status;
    }
}

/* One request on a connection of its own. */
static int call(const char *method, const char *target, const char *body)
{
    int fd = connection(), status;

    ask(fd, method, target, body);
    status = read_reply(fd);
    (void)close(fd);
    return status;
}

#define API "/youtube/v3/"
#define MINE API "channels?part=snippet&mine=true"
#define CREATE API "playlists?part=snippet"

static bool truth_says(const char *words)
{
    assert_int_equal(call("GET", "/sim/truth", ""), 200);
    return strstr(reply, words) != NULL;
}

/* ------------------------------------------------------------------ tests */

static void test_serves(void **state)
{
    char path[SCRATCH_PATH_BYTES], text[64] = "";

    (void)state;
    if (program() == NULL) skip();
    start("--port-file", scratch_path(path, "port"), NULL);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_int_equal(strtol(text, NULL, 10), server.port);
    /* Several on one connection. */
    int fd = connection();
    for (int i = 0; i < 3; i++) {
        ask(fd, "GET", MINE, "");
        assert_int_equal(read_reply(fd), 200);
        assert_non_null(strstr(reply, YS_SIM_CHANNEL_ID));
        assert_non_null(strstr(reply, "Content-Type: application/json"));
        assert_non_null(strstr(reply, "Date: Fri, 20 Nov 2026 18:0"));
    }
    ask(fd, "POST", CREATE, JAZZ);
    assert_int_equal(read_reply(fd), 200);
    ask(fd, "GET", API "nothing", "");
    assert_int_equal(read_reply(fd), 404);
    (void)close(fd);
    assert_true(truth_says("\"title\":\"Jazz\""));
    assert_int_equal(stop(), 0);
}

static void test_close_after_the_effect(void **state)
{
    (void)state;
    if (program() == NULL) skip();
    start("--fault", "playlists.insert#2=effect+close", "--fault", "playlists.insert#3=close",
          NULL);
    int fd = connection();
    ask(fd, "POST", CREATE, JAZZ);
    assert_int_equal(read_reply(fd), 200);
    /* The same connection, kept alive: done, then closed without a byte. */
    ask(fd, "POST", CREATE, "{\"snippet\":{\"title\":\"Done\"}}");
    assert_int_equal(read_reply(fd), 0);
    assert_int_equal(strlen(reply), 0);
    (void)close(fd);
    assert_int_equal(call("POST", CREATE, "{\"snippet\":{\"title\":\"Not done\"}}"), 0);
    assert_true(truth_says("\"title\":\"Done\""));
    assert_false(truth_says("\"title\":\"Not done\""));
    assert_int_equal(call("GET", "/sim/requests?from=2", ""), 200);
    assert_non_null(strstr(reply, "\"wire\":\"close\",\"effect\":true"));
    assert_non_null(strstr(reply, "\"wire\":\"close\",\"effect\":false"));
}

static void test_wire(void **state)
{
    char piece[256];

    (void)state;
    if (program() == NULL) skip();
    start("--fault", "channels.list#1=cut", "--fault", "channels.list#2=length", "--fault",
          "channels.list#3=timeout", "--fault", "channels.list#4=redirect", "--fault",
          "channels.list#5=hugeheader:70000", "--fault", "channels.list#6=truncated", NULL);
    assert_int_equal(call("GET", MINE, ""), -200);
    assert_null(strstr(reply, "pageInfo")); /* the first half only */
    assert_int_equal(call("GET", MINE, ""), -200);
    assert_non_null(strstr(reply, "pageInfo")); /* all, and yet less than was said */
    int stalled = connection();
    ask(stalled, "GET", MINE, "");
    assert_int_equal(some(stalled, piece, sizeof piece, 100), -1);
    /* Others are served while one is stalled. */
    assert_int_equal(call("GET", MINE, ""), 302);
    assert_non_null(strstr(reply, "Location: http://"));
    assert_int_equal(call("GET", MINE, ""), 200);
    assert_true(strlen(reply) > 70000);
    assert_int_equal(call("GET", MINE, ""), 200);
    assert_int_equal(call("GET", MINE, ""), 200);
    /* And a stalled one does not keep it from ending. */
    assert_int_equal(stop(), 0);
    assert_int_equal(some(stalled, piece, sizeof piece, PATIENCE_MS), 0);
    (void)close(stalled);
}

static void test_clock(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct ys_clock_file *clock = NULL;
    struct ys_error err = {0};

    (void)state;
    if (program() == NULL) skip();
    start("--clock", scratch_path(path, "clock"), "--start-time", "2026-03-01T12:00:00Z", NULL);
    assert_int_equal(ys_clock_file_open(&clock, path, ys_env_system(), &err), YS_OK);
    struct ys_env env = ys_clock_file_env(clock);
    int64_t began = ys_env_wall_ms(&env);
    assert_int_equal(call("GET", "/sim/clock", ""), 200);
    assert_non_null(strstr(reply, "\"wall\":\"2026-03-01T12:00"));
    /* A client that waits for a day moves the server's time. */
    ys_env_sleep_ms(&env, 86400000);
    assert_int_equal(call("GET", "/sim/clock", ""), 200);
    assert_non_null(strstr(reply, "\"wall\":\"2026-03-02T12:00"));
    assert_int_equal(call("POST", "/sim/clock", "3600000"), 200);
    assert_in_range(ys_env_wall_ms(&env) - began, 90000000, 90000000 + 60000);
    ys_clock_file_close(clock);
}

static void test_control(void **state)
{
    char line[512];
    const char *id;

    (void)state;
    if (program() == NULL) skip();
    start("--quota", "120", NULL);
    assert_int_equal(call("POST", "/sim/edit", "create Road trip 2019\n"), 200);
    assert_true(truth_says("\"title\":\"Road trip 2019\""));
    id = strstr(reply, "\"id\":\"PL");
    assert_non_null(id);
    (void)snprintf(line, sizeof line, "rename %.34s Two  words\nprivacy %.34s public", id + 6,
                   id + 6);
    assert_int_equal(call("POST", "/sim/edit", line), 200);
    assert_true(truth_says("\"title\":\"Two  words\",\"privacy\":\"public\""));
    assert_int_equal(call("POST", "/sim/edit", "paint it"), 400);
    assert_non_null(strstr(reply, "\"error\":\"the edit"));
    assert_int_equal(call("POST", "/sim/fault", "read=5000"), 400);
    assert_int_equal(call("POST", "/sim/fault", "read#1=500\nread#2=503\r\n"), 200);
    assert_int_equal(call("GET", MINE, ""), 500);
    assert_int_equal(call("GET", MINE, ""), 503);
    assert_int_equal(call("GET", MINE, ""), 200);
    assert_int_equal(call("POST", "/sim/fault", "read=500"), 200);
    assert_int_equal(call("DELETE", "/sim/fault", ""), 200);
    assert_int_equal(call("GET", MINE, ""), 200);
    assert_int_equal(call("POST", "/sim/spend", "100"), 200);
    assert_int_equal(call("POST", CREATE, JAZZ), 403);
    assert_int_equal(call("POST", "/sim/set", "quota=1000\nexhausted=429"), 200);
    assert_int_equal(call("POST", CREATE, JAZZ), 200);
    assert_int_equal(call("POST", "/sim/set", "quota=0"), 200);
    assert_int_equal(call("GET", MINE, ""), 429);
    assert_int_equal(call("POST", "/sim/set", "wealth=1"), 400);
    assert_int_equal(call("POST", "/sim/token", "revoke sim-token"), 200);
    assert_int_equal(call("GET", MINE, ""), 401);
    assert_int_equal(call("POST", "/sim/token", "add sim-token"), 200);
    assert_int_equal(call("POST", "/sim/snapshot", ""), 200);
    assert_int_equal(call("GET", "/sim/quota", ""), 200);
    assert_non_null(strstr(reply, "\"others\":100"));
    assert_int_equal(call("GET", "/sim/dump", ""), 200);
    assert_non_null(strstr(reply, "\"Jazz\" public, 0 items"));
    assert_int_equal(call("GET", "/sim/nothing", ""), 404);
    /* None of this is in the log of the API. */
    assert_int_equal(call("GET", "/sim/requests", ""), 200);
    assert_null(strstr(reply, "/sim"));
}

static void test_state_is_kept(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    if (program() == NULL) skip();
    start("--state", scratch_path(path, "state.db"), NULL);
    assert_int_equal(call("POST", CREATE, JAZZ), 200);
    /* Killed in the middle, as tests of crashes may do by mistake. */
    assert_int_equal(kill(server.pid, SIGKILL), 0);
    assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
    (void)close(server.out);
    start("--state", path, NULL);
    assert_true(truth_says("\"title\":\"Jazz\""));
    assert_true(truth_says("\"units\":50"));
}

/* Runs it to its end with one argument pair; the exit code. */
static int run(const char *name, const char *value, char *line, size_t bytes)
{
    const char *args[] = {program(), name, value, NULL};
    int pipe_ends[2], status = 0;

    assert_int_equal(pipe(pipe_ends), 0);
    pid_t pid = spawn(args, pipe_ends[1]);
    (void)close(pipe_ends[1]);
    (void)read_line(pipe_ends[0], line, bytes);
    (void)close(pipe_ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_arguments(void **state)
{
    char line[512];

    (void)state;
    if (program() == NULL) skip();
    assert_int_equal(run("--help", NULL, line, sizeof line), 0);
    assert_string_equal(line, "usage: simd [options]");
    assert_int_equal(run("--colour", "red", line, sizeof line), 64);
    assert_non_null(strstr(line, "--colour"));
    assert_int_equal(run("--port", "70000", line, sizeof line), 64);
    assert_int_equal(run("--lag", "5", line, sizeof line), 64);
    assert_int_equal(run("--exhausted", "500", line, sizeof line), 64);
    assert_int_equal(run("--quota", NULL, line, sizeof line), 64);
    assert_int_equal(run("--fault", "write=nonsense", line, sizeof line), 1);
    assert_non_null(strstr(line, "nonsense"));
    assert_int_equal(run("--start-time", "noon", line, sizeof line), 1);
    assert_int_equal(run("--library", "/nonexistent/library", line, sizeof line), 1);
}

/* A parent that ends takes it along. */
static void test_exit_with_parent(void **state)
{
    char line[256];
    int pipe_ends[2];

    (void)state;
    if (program() == NULL) skip();
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        const char *args[] = {program(), "--library", "empty", "--exit-with-parent", NULL};
        (void)close(pipe_ends[0]);
        (void)spawn(args, pipe_ends[1]);
        (void)pause();
        _exit(0);
    }
    (void)close(pipe_ends[1]);
    assert_true(read_line(pipe_ends[0], line, sizeof line));
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* Its end of the pipe closes when it is gone. */
    struct pollfd wait = {.fd = pipe_ends[0], .events = POLLIN};
    assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
    assert_int_equal(read(pipe_ends[0], line, 1), 0);
    (void)close(pipe_ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_serves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_after_the_effect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wire, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_control, setup, teardown),
        cmocka_unit_test_setup_teardown(test_state_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exit_with_parent, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
