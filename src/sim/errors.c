/* errors.c: the bodies of refusals; see errors.h. */
#include <string.h>

#include "sim/errors.h"

static const struct refusal {
    const char *name;
    int http;
    const char *status, *domain, *reason, *message, *inner, *location, *location_type;
} refusals[YS_SIM_REFUSAL_COUNT] = {
#define X(code, name, http, status, domain, reason, message, inner, location, type)              \
    {name, http, status, domain, reason, message, inner, location, type},
    YS_SIM_REFUSAL_MAP(X)
#undef X
};

void ys_sim_reply_start(struct ys_sim_reply *reply, int status, const char *content_type)
{
    reply->status = status;
    reply->wire = YS_SIM_WIRE_REPLY;
    ys_buf_clear(&reply->headers);
    ys_buf_clear(&reply->body);
    if (content_type) ys_buf_printf(&reply->headers, "Content-Type: %s\r\n", content_type);
    ys_buf_text_add(&reply->headers, "Cache-Control: private\r\nVary: Origin, X-Origin\r\n");
}

static void field(struct ys_buf *body, const char *name, const char *value)
{
    if (!*value) return;
    ys_buf_printf(body, ",\"%s\":", name);
    ys_buf_json(body, value);
}

static void challenge(struct ys_sim_reply *reply, enum ys_sim_refusal refusal)
{
    static const char realm[] = "WWW-Authenticate: Bearer realm=\"https://accounts.google.com/\"";
    if (refusal == YS_SIM_NO_AUTH)
        ys_buf_printf(&reply->headers, "%s, error=\"invalid_token\"\r\n", realm);
    else if (refusal == YS_SIM_NO_LOGIN || refusal == YS_SIM_NO_SIGNUP)
        ys_buf_printf(&reply->headers, "%s\r\n", realm);
    else if (refusal == YS_SIM_NO_SCOPE)
        ys_buf_printf(&reply->headers,
                      "%s, error=\"insufficient_scope\", scope=\"" YS_SIM_SCOPE
                      " https://www.googleapis.com/auth/youtube.force-ssl"
                      " https://www.googleapis.com/auth/youtubepartner\"\r\n",
                      realm);
}

void ys_sim_refuse(struct ys_sim_reply *reply, enum ys_sim_refusal refusal, const char *message,
                   const char *location)
{
    const struct refusal *r = &refusals[refusal];
    struct ys_buf *body = &reply->body;
    if (!message) message = r->message;
    if (!location) location = r->location;
    ys_sim_reply_start(reply, r->http, "application/json; charset=UTF-8");
    challenge(reply, refusal);
    ys_buf_printf(body, "{\"error\":{\"code\":%d,\"message\":", r->http);
    ys_buf_json(body, message);
    ys_buf_text_add(body, ",\"errors\":[{\"domain\":");
    ys_buf_json(body, r->domain);
    field(body, "reason", r->reason);
    field(body, "message", r->inner ? r->inner : message);
    field(body, "location", location);
    if (*location) field(body, "locationType", *r->location_type ? r->location_type : "parameter");
    ys_buf_text_add(body, "}]");
    field(body, "status", r->status);
    if (refusal == YS_SIM_NO_SCOPE)
        ys_buf_text_add(body,
                        ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                        "\"reason\":\"ACCESS_TOKEN_SCOPE_INSUFFICIENT\","
                        "\"domain\":\"googleapis.com\"}]");
    else if (refusal == YS_SIM_NO_DISABLED)
        ys_buf_text_add(body,
                        ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                        "\"reason\":\"SERVICE_DISABLED\",\"domain\":\"googleapis.com\"}]");
    ys_buf_text_add(body, "}}");
}

void ys_sim_refuse_day(struct ys_sim_reply *reply, int64_t window_start_ms, int64_t limit_units)
{
    static const char message[] =
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service "
        "'youtube.googleapis.com' for consumer 'project_number:000000000000'.";
    struct ys_buf *body = &reply->body;
    ys_sim_reply_start(reply, 429, "application/json; charset=UTF-8");
    ys_buf_text_add(body, "{\"error\":{\"code\":429,\"message\":");
    ys_buf_json(body, message);
    ys_buf_text_add(body, ",\"errors\":[{\"message\":");
    ys_buf_json(body, message);
    ys_buf_text_add(body,
                    ",\"domain\":\"global\",\"reason\":\"rateLimitExceeded\"}],"
                    "\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
                    "\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
                    "\"RATE_LIMIT_EXCEEDED\",\"domain\":\"googleapis.com\",\"metadata\":{"
                    "\"quota_location\":\"global\",");
    ys_buf_printf(body, "\"window_start_time\":\"%lld\",", (long long)(window_start_ms / 1000));
    ys_buf_text_add(body,
                    "\"quota_limit\":\"defaultPerDayPerProject\",\"consumer\":"
                    "\"projects/000000000000\",\"quota_unit\":\"1/d/{project}\",\"service\":"
                    "\"youtube.googleapis.com\",\"quota_metric\":"
                    "\"youtube.googleapis.com/default\",");
    ys_buf_printf(body, "\"quota_limit_value\":\"%lld\"}}]}}", (long long)limit_units);
}

void ys_sim_refuse_html(struct ys_sim_reply *reply, int status)
{
    const char *words = status == 500   ? "Internal Server Error"
                        : status == 502 ? "Bad Gateway"
                        : status == 504 ? "Gateway Timeout"
                                        : "Service Unavailable";
    ys_sim_reply_start(reply, status, "text/html; charset=UTF-8");
    ys_buf_printf(&reply->body,
                  "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error %d (%s)!!1"
                  "</title>\n<p><b>%d.</b> <ins>That\xe2\x80\x99s an error.</ins>\n<p>The server "
                  "encountered a temporary error and could not complete your request.<p>Please "
                  "try again in 30 seconds.</html>\n",
                  status, words, status);
}

void ys_sim_refuse_oauth(struct ys_sim_reply *reply, int status, const char *error,
                         const char *description)
{
    ys_sim_reply_start(reply, status, "application/json; charset=utf-8");
    ys_buf_text_add(&reply->body, "{\"error\":");
    ys_buf_json(&reply->body, error);
    field(&reply->body, "error_description", description);
    ys_buf_text_add(&reply->body, "}");
}

bool ys_sim_refusal_named(const char *name, enum ys_sim_refusal *out)
{
    for (int i = 0; i < YS_SIM_REFUSAL_COUNT; i++) {
        if (strcmp(refusals[i].name, name) != 0) continue;
        *out = (enum ys_sim_refusal)i;
        return true;
    }
    return false;
}

const char *ys_sim_refusal_reason(enum ys_sim_refusal refusal)
{
    return refusals[refusal].reason;
}
