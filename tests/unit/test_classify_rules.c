/* test_classify_rules.c: what is told from the status, quota facts, a lost reply or odd bodies, and
 * in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fail_alloc.h"
#include "support/verdicts.h"
#include "youtube/words.h"

/* ------------------------------------------------------------------ by status alone */

/* 1: a write may have been applied; 0: certainly not. */
static void test_bodies_that_are_no_json(void **state)
{
    static const struct {
        int http_status;
        enum ys_verdict read, write;
    } cases[] = {
        {100, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {200, YS_VERDICT_DONE, YS_VERDICT_DONE},
        {204, YS_VERDICT_DONE, YS_VERDICT_DONE},
        {301, YS_VERDICT_BAD_REQUEST, YS_VERDICT_BAD_REQUEST},
        {302, YS_VERDICT_BAD_REQUEST, YS_VERDICT_BAD_REQUEST},
        {400, YS_VERDICT_BAD_REQUEST, YS_VERDICT_BAD_REQUEST},
        {401, YS_VERDICT_TOKEN_EXPIRED, YS_VERDICT_TOKEN_EXPIRED},
        {403, YS_VERDICT_BAD_REQUEST, YS_VERDICT_BAD_REQUEST},
        {404, YS_VERDICT_BAD_REQUEST, YS_VERDICT_UNKNOWN},
        {408, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {409, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {413, YS_VERDICT_BAD_REQUEST, YS_VERDICT_BAD_REQUEST},
        {429, YS_VERDICT_SLOW_DOWN, YS_VERDICT_SLOW_DOWN},
        {500, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {502, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {503, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {504, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {599, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {600, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
        {999, YS_VERDICT_RETRY, YS_VERDICT_UNKNOWN},
    };
    static const char *const bodies[] = {
        "", "<html><title>502 That's an error.</title></html>", "{\"error\":", "[]", "null", "7",
        "{\"error\":null}", "{}", "\"error\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t b = 0; b < sizeof bodies / sizeof bodies[0]; b++) {
            for (int method = 0; method < YS_METHOD_COUNT; method++) {
                bool write = ys_method_info((enum ys_method)method)->write;
                struct ys_outcome out =
                    classify((enum ys_method)method, cases[i].http_status, bodies[b]);
                char what[64];

                (void)snprintf(what, sizeof what, "%s %d",
                               ys_method_info((enum ys_method)method)->name,
                               cases[i].http_status);
                expect(out.verdict, write ? cases[i].write : cases[i].read, what);
                assert_string_equal(out.reason, "");
                assert_int_equal(out.message[0] == '\0', out.verdict == YS_VERDICT_DONE);
            }
        }
    }
    expect(classify(YS_METHOD_ITEMS_LIST, 304, "").verdict, YS_VERDICT_NOT_MODIFIED, "304");
    expect(classify(YS_METHOD_ITEMS_DELETE, 304, "").verdict, YS_VERDICT_BAD_REQUEST, "304");
}

/* Members of unexpected types neither crash nor mislead. */
static void test_odd_shapes(void **state)
{
    static const char *const bodies[] = {
        "{\"error\":{\"code\":503,\"errors\":{}}}",
        "{\"error\":{\"code\":503,\"errors\":[7]}}",
        "{\"error\":{\"code\":503,\"errors\":[{\"reason\":{\"a\":1}}],\"message\":[]}}",
        "{\"error\":{\"code\":503,\"details\":\"text\"}}",
        "{\"error\":{\"code\":503,\"details\":[\"text\",7,null,{\"reason\":5},[]]}}",
        "{\"error\":{\"code\":503,\"details\":[{\"reason\":\"X\",\"metadata\":7}]}}",
        "{\"error\":[]}", "{\"error\":true}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        expect(classify(YS_METHOD_ITEMS_INSERT, 503, bodies[i]).verdict, YS_VERDICT_UNKNOWN,
               bodies[i]);
        expect(classify(YS_METHOD_ITEMS_LIST, 503, bodies[i]).verdict, YS_VERDICT_RETRY,
               bodies[i]);
    }
    /* A later entry of details is found behind strange ones. */
    expect(classify(YS_METHOD_ITEMS_LIST, 403,
                    "{\"error\":{\"details\":[\"x\",{\"@type\":\"h\"},{\"reason\":"
                    "\"SERVICE_DISABLED\"}]}}")
               .verdict,
           YS_VERDICT_PROJECT_BLOCKED, "details");
}

static void test_conflicts_by_status(void **state)
{
    (void)state;
    for (int method = 0; method < YS_METHOD_COUNT; method++) {
        bool known = method == YS_METHOD_ITEMS_INSERT || method == YS_METHOD_PLAYLISTS_UPDATE ||
                     !ys_method_info((enum ys_method)method)->write;
        struct ys_outcome out =
            classify((enum ys_method)method, 409, "{\"error\":{\"status\":\"ABORTED\"}}");

        expect(out.verdict, known ? YS_VERDICT_RETRY : YS_VERDICT_UNKNOWN, "ABORTED");
        assert_string_equal(out.api_status, "ABORTED");
        assert_int_equal(out.status, known ? YS_ETHROTTLED : YS_EUNKNOWN);
    }
    /* Only an insert can find its video there already. */
    expect(verdict_of(YS_METHOD_ITEMS_UPDATE, 409, "", "x", "videoAlreadyInPlaylist", "m"),
           YS_VERDICT_UNKNOWN, "update");
}

static void test_permission_denied(void **state)
{
    static const char body[] = "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\","
                               "\"message\":\"The caller does not have permission\"}}";

    (void)state;
    expect(classify(YS_METHOD_ITEMS_INSERT, 403, body).verdict, YS_VERDICT_PLAYLIST_REFUSED, "II");
    expect(classify(YS_METHOD_PLAYLISTS_INSERT, 403, body).verdict, YS_VERDICT_ACCOUNT_REFUSED,
           "PI");
    expect(verdict_of(YS_METHOD_CHANNELS_LIST, 403, "PERMISSION_DENIED", "youtube.CoreErrorDomain",
                      "SERVICE_UNAVAILABLE", "m"),
           YS_VERDICT_ACCOUNT_REFUSED, "CH");
    expect(verdict_of(YS_METHOD_ITEMS_LIST, 403, "", "global", "forbidden",
                      "Requests from referer \\u003cempty\\u003e are blocked."),
           YS_VERDICT_PROJECT_BLOCKED, "referer");
    expect(verdict_of(YS_METHOD_ITEMS_LIST, 403, "", "global", "forbidden",
                      "The request is missing a valid API key."),
           YS_VERDICT_TOKEN_EXPIRED, "no credential");
    /* The header alone tells of a missing scope. */
    expect(classify_with(YS_METHOD_ITEMS_INSERT, 403, "",
                         "Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"y\"")
               .verdict,
           YS_VERDICT_SIGN_IN, "header");
}

static void test_not_found_by_status(void **state)
{
    static const char body[] = "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\","
                               "\"message\":\"Requested entity was not found.\"}}";

    (void)state;
    expect(classify(YS_METHOD_PLAYLISTS_DELETE, 404, body).verdict, YS_VERDICT_ALREADY, "PD");
    expect(classify(YS_METHOD_ITEMS_DELETE, 404, body).verdict, YS_VERDICT_ALREADY, "ID");
    expect(classify(YS_METHOD_PLAYLISTS_UPDATE, 404, body).verdict, YS_VERDICT_PLAYLIST_GONE, "PU");
    expect(classify(YS_METHOD_ITEMS_LIST, 404, body).verdict, YS_VERDICT_PLAYLIST_GONE, "IL");
    expect(classify(YS_METHOD_ITEMS_UPDATE, 404, body).verdict, YS_VERDICT_ITEM_GONE, "IU");
    expect(classify(YS_METHOD_ITEMS_INSERT, 404, body).verdict, YS_VERDICT_BAD_REQUEST, "II");
}

/* ------------------------------------------------------------------ quota */

#define QUOTA(message, metadata)                                                                 \
    "{\"error\":{\"code\":429,\"message\":\"" message "\",\"errors\":[{\"domain\":\"global\","   \
    "\"reason\":\"rateLimitExceeded\"}],\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{"        \
    "\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"RATE_LIMIT_EXCEEDED\"," \
    "\"metadata\":{" metadata "}}]}}"

static void test_day_or_pace(void **state)
{
    static const struct {
        enum ys_verdict verdict;
        const char *body;
    } cases[] = {
        {YS_VERDICT_DAY_USED_UP, QUOTA("m", "\"quota_unit\":\"1/d/{project}\"")},
        {YS_VERDICT_DAY_USED_UP, QUOTA("m", "\"quota_limit\":\"defaultPerDayPerProject\"")},
        {YS_VERDICT_DAY_USED_UP, QUOTA("limit 'Queries per day' of service", "")},
        {YS_VERDICT_SLOW_DOWN, QUOTA("m", "\"quota_unit\":\"1/min/{project}\"")},
        {YS_VERDICT_SLOW_DOWN, QUOTA("m", "\"quota_limit\":\"defaultPerMinutePerProject\"")},
        {YS_VERDICT_SLOW_DOWN, QUOTA("limit 'Queries per minute' of service", "")},
        {YS_VERDICT_SLOW_DOWN, QUOTA("limit 'Queries per 100 seconds' of service", "")},
        {YS_VERDICT_SLOW_DOWN, QUOTA("Too many requests", "")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* The status does not decide: 403 and 429 both come in both meanings. */
        expect(classify(YS_METHOD_ITEMS_INSERT, 429, cases[i].body).verdict, cases[i].verdict,
               cases[i].body);
        expect(classify(YS_METHOD_ITEMS_LIST, 403, cases[i].body).verdict, cases[i].verdict,
               cases[i].body);
    }
    /* On a create, what is neither a day's nor a minute's is the throttle of creations. */
    expect(classify(YS_METHOD_PLAYLISTS_INSERT, 429, QUOTA("Too many requests", "")).verdict,
           YS_VERDICT_CREATE_LIMIT, "create");
    expect(classify(YS_METHOD_PLAYLISTS_INSERT, 429, QUOTA("per minute", "")).verdict,
           YS_VERDICT_SLOW_DOWN, "create");
    expect(classify(YS_METHOD_PLAYLISTS_INSERT, 429, QUOTA("per day", "")).verdict,
           YS_VERDICT_DAY_USED_UP, "create");
    expect(classify(YS_METHOD_PLAYLISTS_INSERT, 429, QUOTA("too many playlists per day", ""))
               .verdict,
           YS_VERDICT_CREATE_LIMIT, "create");
    /* A full playlist is full whatever status it comes with. */
    expect(verdict_of(YS_METHOD_ITEMS_INSERT, 403, "RESOURCE_EXHAUSTED", "youtube.playlistItem",
                      "playlistContainsMaximumNumberOfVideos", "m"),
           YS_VERDICT_PLAYLIST_REFUSED, "full");
}

static void test_quota_facts(void **state)
{
    struct ys_outcome out;

    (void)state;
    out = classify(YS_METHOD_ITEMS_INSERT, 429,
                   QUOTA("m", "\"quota_unit\":\"1/d/{project}\",\"quota_limit_value\":\"7500\","
                              "\"quota_metric\":\"youtube.googleapis.com/default\","
                              "\"window_start_time\":\"1790319600\""));
    assert_int_equal(out.verdict, YS_VERDICT_DAY_USED_UP);
    assert_int_equal(out.window_start_ms, VERDICTS_NOW);
    assert_int_equal(out.quota_limit, 7500);
    assert_int_equal(out.status, YS_EQUOTA);
    /* Another bucket's limit is not ours; what is no number was not said. */
    out = classify(YS_METHOD_ITEMS_INSERT, 429,
                   QUOTA("m", "\"quota_unit\":\"1/d/{project}\",\"quota_limit_value\":\"100\","
                              "\"quota_metric\":\"youtube.googleapis.com/search_list\""));
    assert_int_equal(out.quota_limit, -1);
    assert_int_equal(out.window_start_ms, 0);
    out = classify(YS_METHOD_ITEMS_INSERT, 429,
                   QUOTA("m", "\"quota_unit\":\"1/d/{project}\",\"quota_limit_value\":\"many\","
                              "\"window_start_time\":\"-5\""));
    assert_int_equal(out.quota_limit, -1);
    assert_int_equal(out.window_start_ms, 0);
    out = classify(YS_METHOD_ITEMS_INSERT, 403, "{\"error\":{\"errors\":[{\"reason\":"
                                                "\"quotaExceeded\"}]}}");
    assert_int_equal(out.verdict, YS_VERDICT_DAY_USED_UP);
    assert_int_equal(out.quota_limit, -1);
}

static void test_retry_after(void **state)
{
    struct ys_http_reply reply = {.wire = YS_WIRE_REPLY, .http_status = 503};
    struct ys_outcome out;

    (void)state;
    ys_buf_init(&reply.body, 0);
    ys_classify(verdicts_json, YS_METHOD_ITEMS_LIST, &reply, VERDICTS_NOW, &out);
    assert_int_equal(out.retry_after_ms, -1);
    (void)snprintf(reply.retry_after, sizeof reply.retry_after, "Fri, 25 Sep 2026 07:00:30 GMT");
    ys_classify(verdicts_json, YS_METHOD_ITEMS_LIST, &reply, VERDICTS_NOW, &out);
    assert_int_equal(out.retry_after_ms, 30000);
    (void)snprintf(reply.retry_after, sizeof reply.retry_after, "4");
    ys_classify(verdicts_json, YS_METHOD_ITEMS_LIST, &reply, VERDICTS_NOW, &out);
    assert_int_equal(out.retry_after_ms, 4000);
}

/* ------------------------------------------------------------------ no reply, no memory */

static void test_without_a_reply(void **state)
{
    (void)state;
    for (int method = 0; method < YS_METHOD_COUNT; method++) {
        bool write = ys_method_info((enum ys_method)method)->write;
        struct ys_http_reply reply = {.wire = YS_WIRE_NOT_SENT, .status = YS_ENETWORK,
                                      .detail = "Could not connect"};
        struct ys_outcome out;

        ys_classify(verdicts_json, (enum ys_method)method, &reply, VERDICTS_NOW, &out);
        expect(out.verdict, YS_VERDICT_RETRY, "not sent");
        assert_int_equal(out.status, YS_ENETWORK);
        assert_string_equal(out.reason, "not_sent");
        assert_string_equal(out.message, "The request could not be sent: Could not connect");

        reply.wire = YS_WIRE_LOST;
        ys_classify(verdicts_json, (enum ys_method)method, &reply, VERDICTS_NOW, &out);
        expect(out.verdict, write ? YS_VERDICT_UNKNOWN : YS_VERDICT_RETRY, "lost");
        assert_int_equal(out.status, write ? YS_EUNKNOWN : YS_ENETWORK);
        assert_string_equal(out.reason, "lost");

        reply.status = YS_ETOOBIG;
        reply.http_status = 200;
        ys_classify(verdicts_json, (enum ys_method)method, &reply, VERDICTS_NOW, &out);
        expect(out.verdict, write ? YS_VERDICT_UNKNOWN : YS_VERDICT_RETRY, "too large");
        assert_int_equal(out.status, write ? YS_EUNKNOWN : YS_ETOOBIG);
        assert_string_equal(out.reason, "reply_too_large");

        reply = (struct ys_http_reply){.wire = YS_WIRE_NOT_SENT, .status = YS_EINVAL};
        ys_classify(verdicts_json, (enum ys_method)method, &reply, VERDICTS_NOW, &out);
        expect(out.verdict, YS_VERDICT_BAD_REQUEST, "refused by us");
    }
}

/* Without memory for the body only the status counts: never "gone", never "already". */
static void test_memory_runs_out(void **state)
{
    static const char body[] = "{\"error\":{\"errors\":[{\"reason\":\"playlistNotFound\"}]}}";
    int without = 0;

    (void)state;
    for (long nth = 1; nth < 4; nth++) {
        struct ys_json *fresh = NULL;
        struct ys_http_reply reply = {.wire = YS_WIRE_REPLY, .http_status = 404};
        struct ys_outcome out;

        assert_int_equal(ys_json_new(&fresh, NULL), YS_OK);
        ys_buf_init(&reply.body, sizeof body);
        ys_buf_text_add(&reply.body, body);
        fail_alloc_start(nth, false);
        ys_classify(fresh, YS_METHOD_PLAYLISTS_DELETE, &reply, VERDICTS_NOW, &out);
        (void)fail_alloc_stop();
        if (out.status == YS_ENOMEM) {
            expect(out.verdict, YS_VERDICT_RETRY, "no memory");
            without++;
        } else {
            expect(out.verdict, YS_VERDICT_ALREADY, "memory");
        }
        ys_http_reply_free(&reply);
        ys_json_free(fresh);
    }
    assert_int_equal(without, 1);
}

/* ------------------------------------------------------------------ words */

static void test_words(void **state)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"plain", "plain"},
        {"your <a href=\"/x#quota\">quota</a>.", "your quota."},
        {"<b>a</b>&nbsp;&amp; b &lt;c&gt; &quot;d&quot; &#39;e&apos;", "a & b <c> \"d\" 'e'"},
        {"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
        {"cut <a href", "cut <a href"},
        {"&unknown; & x", "&unknown; & x"},
        {" a \t\r\n b\x1b[31m\x7f ", "a b [31m"},
        {"a\xC2\x85" "b\xE2\x80\xA8" "c\xFF" "d", "a b c d"},
        {"\xC3\xA9\xF0\x9F\x8E\xB5", "\xC3\xA9\xF0\x9F\x8E\xB5"},
        {"", ""},
        {" \n ", ""},
    };
    static const char turned[] = {'a', '\xE2', '\x80', '\xAE', 'b', '\0'}; /* right to left */
    char out[64], small[8];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ys_words_clean(out, sizeof out, cases[i].text);
        assert_string_equal(out, cases[i].clean);
    }
    ys_words_clean(out, sizeof out, turned);
    assert_string_equal(out, "a b");
    ys_words_clean(small, sizeof small, "1234567");
    assert_string_equal(small, "1234567");
    ys_words_clean(small, sizeof small, "12345678");
    assert_string_equal(small, "1234...");
    ys_words_clean(small, sizeof small, "123\xC3\xA9\xC3\xA9\xC3\xA9");
    assert_string_equal(small, "123...");
    ys_words_clean(small, 4, "\xF0\x9F\x8E\xB5\xF0\x9F\x8E\xB5");
    assert_string_equal(small, "...");
}

/* However long the server's words are, the remedy stands behind them whole. */
static void test_remedy_is_never_cut(void **state)
{
    char body[2048], long_words[1500];
    struct ys_outcome out;

    (void)state;
    memset(long_words, 'w', sizeof long_words - 1);
    long_words[sizeof long_words - 1] = '\0';
    (void)snprintf(body, sizeof body,
                   "{\"error\":{\"message\":\"%s\",\"errors\":[{\"reason\":"
                   "\"accessNotConfigured\"}]}}", long_words);
    out = classify(YS_METHOD_CHANNELS_LIST, 403, body);
    assert_int_equal(out.verdict, YS_VERDICT_PROJECT_BLOCKED);
    assert_non_null(strstr(out.message, "Switch on \"YouTube Data API v3\" for the project in the "
                                        "Google Cloud console, then wait a few minutes."));
    assert_ptr_equal(strstr(out.message, "wwww"), out.message);
}

static void test_statuses(void **state)
{
    (void)state;
    assert_int_equal(classify(YS_METHOD_ITEMS_LIST, 200, "{}").status, YS_OK);
    assert_int_equal(classify(YS_METHOD_ITEMS_LIST, 304, "").status, YS_OK);
    assert_int_equal(classify(YS_METHOD_ITEMS_LIST, 401, "").status, YS_EAUTH);
    assert_int_equal(classify(YS_METHOD_ITEMS_LIST, 429, "").status, YS_ETHROTTLED);
    assert_int_equal(classify(YS_METHOD_ITEMS_LIST, 500, "").status, YS_ENETWORK);
    assert_int_equal(classify(YS_METHOD_ITEMS_INSERT, 500, "").status, YS_EUNKNOWN);
    assert_int_equal(classify(YS_METHOD_ITEMS_INSERT, 400, "").status, YS_EAPI);
    assert_string_equal(ys_verdict_name(YS_VERDICT_DONE), "done");
    assert_string_equal(ys_verdict_name(YS_VERDICT_BAD_REQUEST), "bad_request");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_that_are_no_json),
        cmocka_unit_test(test_odd_shapes),
        cmocka_unit_test(test_conflicts_by_status),
        cmocka_unit_test(test_permission_denied),
        cmocka_unit_test(test_not_found_by_status),
        cmocka_unit_test(test_day_or_pace),
        cmocka_unit_test(test_quota_facts),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_without_a_reply),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_remedy_is_never_cut),
        cmocka_unit_test(test_statuses),
    };

    return cmocka_run_group_tests_name("classify_rules", tests, verdicts_begin, verdicts_end);
}
