/* test_torture_curl.c: whichever call of libcurl fails, or whichever allocation inside it, the
 * transport keeps its word: what it says was not sent did not leave, a write leaves at most once,
 * and the next exchange works. Against a server on loopback that counts what it gets.
 *
 * curl.c is compiled here once more, with its calls of libcurl going through the counter below. */
#include <curl/curl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/transport.h"
#include "support/http_server.h"

/* ---------------------------------------------------------------- what fails */

enum kind { CALLS, ALLOCATIONS };

static struct {
    enum kind kind;
    long nth, asked;
    bool for_good;
} failing;

static bool fails(enum kind kind)
{
    if (failing.nth == 0 || failing.kind != kind) return false;
    failing.asked++;
    return failing.for_good ? failing.asked >= failing.nth : failing.asked == failing.nth;
}

static void *curl_alloc(size_t bytes)
{
    return fails(ALLOCATIONS) ? NULL : malloc(bytes);
}

static void *curl_realloc(void *memory, size_t bytes)
{
    return fails(ALLOCATIONS) ? NULL : realloc(memory, bytes);
}

static void *curl_calloc(size_t count, size_t bytes)
{
    return fails(ALLOCATIONS) ? NULL : calloc(count, bytes);
}

static char *curl_copy(const char *text)
{
    return fails(ALLOCATIONS) ? NULL : strdup(text);
}

static CURLcode failing_global_init(long flags)
{
    if (fails(CALLS)) return CURLE_FAILED_INIT;
    return curl_global_init_mem(flags, curl_alloc, free, curl_realloc, curl_copy, curl_calloc);
}

/* Parentheses keep libcurl's own macros from being used. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#define curl_global_init failing_global_init
#define curl_easy_init() (fails(CALLS) ? NULL : (curl_easy_init)())
#define curl_multi_init() (fails(CALLS) ? NULL : (curl_multi_init)())
#define curl_slist_append(list, text) (fails(CALLS) ? NULL : (curl_slist_append)(list, text))
#define curl_easy_setopt(easy, option, value)                                                    \
    (fails(CALLS) ? CURLE_OUT_OF_MEMORY : (curl_easy_setopt)(easy, option, value))
/* Which slot a handle belongs to is never unknown: that reads a pointer. */
#define curl_easy_getinfo(easy, what, out)                                                       \
    ((what) != CURLINFO_PRIVATE && fails(CALLS) ? CURLE_BAD_FUNCTION_ARGUMENT                    \
                                                : (curl_easy_getinfo)(easy, what, out))
#define curl_multi_add_handle(multi, easy)                                                       \
    (fails(CALLS) ? CURLM_OUT_OF_MEMORY : (curl_multi_add_handle)(multi, easy))
#define curl_multi_perform(multi, running)                                                       \
    (fails(CALLS) ? CURLM_INTERNAL_ERROR : (curl_multi_perform)(multi, running))
#define curl_multi_poll(multi, fds, count, timeout_ms, ready)                                    \
    (fails(CALLS) ? CURLM_OUT_OF_MEMORY                                                          \
                  : (curl_multi_poll)(multi, fds, count, timeout_ms, ready))

#include "net/curl.c" /* NOLINT(bugprone-suspicious-include) */

/* ---------------------------------------------------------------- exchanges */

#define TURNS_MAX 2000
#define EXCHANGES 3
#define TOKEN "ya29.secret-token"
#define BODY "{\"a\":1}"

struct run {
    struct http_server *server;
    char base[64];
    struct ys_transport *transport;
    enum ys_wire wires[EXCHANGES + 1];
    bool ended[EXCHANGES + 1], is_write[EXCHANGES + 1];
    int sends[EXCHANGES + 1];
    size_t started;
};

static void check_error(enum ys_status status, const struct ys_error *err)
{
    if ((status != YS_ENOMEM && status != YS_EINTERNAL) || err->message[0] == '\0')
        fail_msg("call %ld: %s: %s", failing.nth, ys_status_name(status), err->message);
}

/* Polls until exchange `number` is over, or polling fails for good. */
static void await(struct run *run, size_t number)
{
    struct ys_http_reply reply;
    struct ys_error err = {0};
    enum ys_status status;
    int turn;

    for (turn = 0; !ys_transport_complete(run->transport, &reply); turn++) {
        assert_true(turn < TURNS_MAX);
        status = ys_transport_poll(run->transport, 1000, &err);
        if (status == YS_OK) continue;
        check_error(status, &err);
        if (failing.for_good) return;
    }
    assert_int_equal(reply.tag, number);
    run->ended[number] = true;
    run->wires[number] = reply.wire;
    run->sends[number] = reply.sends;
    if (reply.wire == YS_WIRE_REPLY) assert_string_equal(ys_buf_text(&reply.body), "{}");
    else assert_true(reply.detail[0] != '\0');
    ys_http_reply_free(&reply);
}

static void exchange(struct run *run, enum ys_http_method method)
{
    size_t number = run->started++;
    char url[128];
    struct ys_http_request request = {.method = method,
                                      .url = url,
                                      .token = TOKEN,
                                      .is_write = method != YS_HTTP_GET,
                                      .timeout_ms = 10000};
    struct ys_error err = {0};
    enum ys_status status;

    run->is_write[number] = request.is_write;
    (void)snprintf(url, sizeof url, "%s/n%zu?x=1", run->base, number);
    if (method == YS_HTTP_POST) request.body = BODY;
    request.body_bytes = request.body ? strlen(request.body) : 0;
    status = ys_transport_start(run->transport, &request, number, &err);
    if (status == YS_OK) {
        await(run, number);
        return;
    }
    /* An error of start means that nothing left. */
    check_error(status, &err);
    run->ended[number] = true;
    run->wires[number] = YS_WIRE_NOT_SENT;
}

/* What arrived is what was to be sent, whole. */
static void check_text(const char *text, size_t number)
{
    char line[64];

    (void)snprintf(line, sizeof line, " /n%zu?x=1 HTTP/1.1\r\n", number);
    assert_memory_equal(strchr(text, ' '), line, strlen(line));
    assert_non_null(strstr(text, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
    if (text[0] != 'P') return;
    assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(text, "\r\n\r\n" BODY));
}

/* Against what the server got. */
static void check_arrivals(struct run *run)
{
    size_t seen = http_server_end(run->server), number, i, arrivals;

    for (number = i = 0; number < run->started; number++) {
        char path[32];
        (void)snprintf(path, sizeof path, " /n%zu", number);
        for (arrivals = 0; i < seen; i++, arrivals++) {
            const char *text = http_server_seen(run->server, i)->text;
            if (strstr(text, path) == NULL) break;
            check_text(text, number);
        }
        assert_true(run->ended[number]);
        if (run->wires[number] == YS_WIRE_NOT_SENT) assert_int_equal(arrivals, 0);
        /* libcurl may repeat a read; then it is charged twice. */
        assert_true(arrivals <= (run->is_write[number] ? 1 : (size_t)run->sends[number]));
        if (run->wires[number] == YS_WIRE_REPLY) assert_true(arrivals >= 1);
    }
    assert_int_equal(i, seen);
}

/* Three exchanges under the failure and a fourth without it; how many calls there were. */
static long run_with(long nth)
{
    static const enum ys_http_method methods[EXCHANGES] = {YS_HTTP_POST, YS_HTTP_GET,
                                                           YS_HTTP_DELETE};
    struct run run = {.server = http_server_start(NULL, 0)};
    struct ys_error err = {0};
    enum ys_status status;
    long asked;
    size_t i;

    (void)snprintf(run.base, sizeof run.base, "http://127.0.0.1:%d",
                   http_server_port(run.server));
    failing.asked = 0;
    failing.nth = nth;
    status = ys_transport_curl(&run.transport, run.base, &err);
    if (status != YS_OK) check_error(status, &err);
    for (i = 0; status == YS_OK && i < EXCHANGES && (i == 0 || run.ended[i - 1]); i++)
        exchange(&run, methods[i]);
    asked = failing.asked;
    failing.nth = 0;
    if (status != YS_OK)
        assert_int_equal(ys_transport_curl(&run.transport, run.base, &err), YS_OK);
    else if (run.started > 0 && !run.ended[run.started - 1])
        await(&run, run.started - 1);
    exchange(&run, YS_HTTP_GET);
    assert_int_equal(run.wires[run.started - 1], YS_WIRE_REPLY);
    ys_transport_free(run.transport);
    check_arrivals(&run);
    http_server_free(run.server);
    return asked;
}

static void each(enum kind kind, bool for_good)
{
    long nth = 0, asked = LONG_MAX;

    failing.kind = kind;
    failing.for_good = for_good;
    while (asked >= nth) asked = run_with(++nth);
    assert_true(nth > 50);
}

static void test_calls(void **state)
{
    (void)state;
    each(CALLS, false);
    each(CALLS, true);
}

static void test_allocations(void **state)
{
    (void)state;
    each(ALLOCATIONS, false);
    each(ALLOCATIONS, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests_name("libcurl fails", tests, NULL, NULL);
}
