/* verdicts.c: see verdicts.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/verdicts.h"

struct ys_json *verdicts_json;

int verdicts_begin(void **state)
{
    (void)state;
    return ys_json_new(&verdicts_json, NULL) == YS_OK ? 0 : -1;
}

int verdicts_end(void **state)
{
    (void)state;
    ys_json_free(verdicts_json);
    return 0;
}

struct ys_outcome classify_with(enum ys_method method, int http_status, const char *body,
                                       const char *www_authenticate)
{
    struct ys_http_reply reply = {.wire = YS_WIRE_REPLY, .http_status = http_status, .sends = 1};
    struct ys_outcome out;

    ys_buf_init(&reply.body, strlen(body));
    ys_buf_text_add(&reply.body, body);
    (void)snprintf(reply.www_authenticate, sizeof reply.www_authenticate, "%s", www_authenticate);
    ys_classify(verdicts_json, method, &reply, VERDICTS_NOW, &out);
    ys_http_reply_free(&reply);
    assert_int_equal(out.http_status, http_status);
    return out;
}

struct ys_outcome classify(enum ys_method method, int http_status, const char *body)
{
    return classify_with(method, http_status, body, "");
}

enum ys_verdict verdict_of(enum ys_method method, int http_status, const char *api_status,
                                  const char *domain, const char *reason, const char *message)
{
    char body[1024];

    (void)snprintf(body, sizeof body,
                   "{\"error\":{\"code\":%d,\"message\":\"%s\",\"errors\":[{\"domain\":\"%s\","
                   "\"reason\":\"%s\"}]%s%s%s}}",
                   http_status, message, domain, reason,
                   api_status[0] != '\0' ? ",\"status\":\"" : "", api_status,
                   api_status[0] != '\0' ? "\"" : "");
    return classify(method, http_status, body).verdict;
}

void expect(enum ys_verdict got, enum ys_verdict wanted, const char *what)
{
    if (got != wanted) {
        fail_msg("%s: %s, not %s", what, ys_verdict_name(got), ys_verdict_name(wanted));
    }
}
