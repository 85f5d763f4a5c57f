/* fuzz_refusal.c: what a reply means, from status, headers and body. The one mistake that must
 * never be made: to take a write that may have been applied for one that certainly was not. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "net/http.h"
#include "net/retry.h"
#include "youtube/classify.h"

#define NOW_MS INT64_C(1790319600000)
/* method, three digits, wire, line end */
#define HEAD_BYTES 6

enum applied { APPLIED_NO, APPLIED_YES, APPLIED_MAYBE };

static enum applied applied(enum ys_verdict verdict)
{
    static const enum applied table[YS_VERDICT_COUNT] = {
#define X(code, name, applied) APPLIED_##applied,
        YS_VERDICT_MAP(X)
#undef X
    };

    FUZZ_CHECK((int)verdict >= 0 && verdict < YS_VERDICT_COUNT);
    return table[verdict];
}

static int digit(uint8_t byte)
{
    return byte >= '0' ? byte - '0' : byte;
}

/* Reads the header lines up to the empty one; what is left is the body. */
static void take_headers(struct ys_http_reply *reply, const uint8_t **data, size_t *bytes)
{
    while (*bytes > 0) {
        const uint8_t *feed = memchr(*data, '\n', *bytes);
        size_t length = feed != NULL ? (size_t)(feed - *data) + 1 : *bytes;
        struct ys_buf line = fuzz_buf(*data, length);
        bool empty = length == 1 || (length == 2 && (*data)[0] == '\r');

        *data += length;
        *bytes -= length;
        if (!empty) ys_http_header(reply, line.data, line.bytes);
        ys_buf_free(&line);
        if (empty) return;
    }
}

static void check_write(const struct ys_http_reply *reply, const struct ys_outcome *outcome)
{
    int http = reply->http_status;
    enum applied effect = applied(outcome->verdict);

    if (reply->wire == YS_WIRE_NOT_SENT) {
        FUZZ_CHECK(effect == APPLIED_NO);
    } else if (reply->wire == YS_WIRE_LOST || http == 0) {
        FUZZ_CHECK(effect == APPLIED_MAYBE);
    } else if (http >= 200 && http <= 299) {
        FUZZ_CHECK(outcome->verdict == YS_VERDICT_DONE);
    } else if (http < 300 || http > 499) {
        /* Who is asking was refused before anything was done, whatever the status says. */
        FUZZ_CHECK(effect == APPLIED_MAYBE || outcome->verdict == YS_VERDICT_SIGN_IN);
    } else {
        FUZZ_CHECK(outcome->verdict != YS_VERDICT_DONE);
        FUZZ_CHECK(outcome->verdict != YS_VERDICT_NOT_MODIFIED);
    }
}

static void check(enum ys_method method, const struct ys_http_reply *reply,
                  const struct ys_outcome *outcome)
{
    bool done = outcome->verdict == YS_VERDICT_DONE || outcome->verdict == YS_VERDICT_ALREADY ||
                outcome->verdict == YS_VERDICT_NOT_MODIFIED;

    FUZZ_CHECK((outcome->status == YS_OK) == done);
    FUZZ_CHECK(outcome->retry_after_ms >= -1 && outcome->retry_after_ms <= YS_RETRY_AFTER_MAX_MS);
    FUZZ_CHECK(outcome->window_start_ms >= 0 && outcome->quota_limit >= -1);
    FUZZ_CHECK(outcome->http_status == reply->http_status);
    fuzz_check_words(outcome->api_status);
    fuzz_check_words(outcome->reason);
    fuzz_check_words(outcome->domain);
    fuzz_check_words(outcome->message);
    if (!done) FUZZ_CHECK(outcome->message[0] != '\0');
    if (ys_method_info(method)->write)
        check_write(reply, outcome);
    else
        FUZZ_CHECK(outcome->verdict != YS_VERDICT_ALREADY &&
                   outcome->verdict != YS_VERDICT_UNKNOWN);
}

void fuzz_refusal(const uint8_t *data, size_t bytes)
{
    struct ys_http_reply reply = {.status = YS_OK};
    struct ys_outcome outcome, again;
    enum ys_method method;

    if (bytes < HEAD_BYTES) return;
    method = (enum ys_method)(digit(data[0]) % YS_METHOD_COUNT);
    reply.http_status = digit(data[1]) % 10 * 100 + digit(data[2]) % 10 * 10 + digit(data[3]) % 10;
    reply.wire = data[4] == 'n' ? YS_WIRE_NOT_SENT : data[4] == 'l' ? YS_WIRE_LOST : YS_WIRE_REPLY;
    if (reply.wire != YS_WIRE_REPLY) {
        static const enum ys_status why[] = {YS_ENETWORK, YS_ETOOBIG, YS_ENOMEM};
        reply.status = why[data[5] % 3];
    }
    data += HEAD_BYTES;
    bytes -= HEAD_BYTES;
    take_headers(&reply, &data, &bytes);
    reply.body = fuzz_buf(data, bytes);
    ys_classify(fuzz_reader(), method, &reply, NOW_MS, &outcome);
    check(method, &reply, &outcome);
    ys_classify(fuzz_reader(), method, &reply, NOW_MS, &again);
    FUZZ_CHECK(outcome.verdict == again.verdict && outcome.status == again.status);
    FUZZ_CHECK(strcmp(outcome.message, again.message) == 0);
    ys_http_reply_free(&reply);
}
