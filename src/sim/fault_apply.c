/* fault_apply.c: answers of faults, and changes to answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/transport.h"
#include "sim/fault_apply.h"

/* A little over what a client of this API should take. */
#define HUGE_BODY_BYTES ((int64_t)YS_REPLY_BODY_BYTES_MAX + (1 << 20))
#define HUGE_HEADER_BYTES ((int64_t)YS_REPLY_HEADER_BYTES_MAX + (16 << 10))

bool ys_sim_fault_is_free(enum ys_sim_fault_kind kind)
{
    switch (kind) {
    case YS_SIM_FAULT_QUOTA403:
    case YS_SIM_FAULT_QUOTA429:
    case YS_SIM_FAULT_AUTH:
    case YS_SIM_FAULT_SIGNUP:
    case YS_SIM_FAULT_SCOPE:
    case YS_SIM_FAULT_DISABLED:
    case YS_SIM_FAULT_REDIRECT:
        return true;
    default:
        return false;
    }
}

void ys_sim_fault_before(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule)
{
    switch (rule->kind) {
    case YS_SIM_FAULT_SHORT_PAGE:
        call->short_rows = rule->arg_number >= 0 ? rule->arg_number : 3;
        break;
    case YS_SIM_FAULT_DOUBLE_ROW: call->double_row = true; break;
    case YS_SIM_FAULT_HIDE_ROW: call->hidden_row = rule->arg_number >= 0 ? rule->arg_number : 1;
        break;
    case YS_SIM_FAULT_TOTAL: call->total_lie = *rule->arg ? rule->arg_number : 3; break;
    case YS_SIM_FAULT_DEAD_TOKEN: call->dead_token = true; break;
    default: break;
    }
}

/* ------------------------------------------------------------------ answers */

static enum ys_sim_refusal own_not_found(enum ys_sim_method method)
{
    switch (method) {
    case YS_SIM_M_PLAYLISTS_LIST:
    case YS_SIM_M_PLAYLISTS_INSERT:
    case YS_SIM_M_PLAYLISTS_UPDATE:
    case YS_SIM_M_PLAYLISTS_DELETE: return YS_SIM_NO_PL_NOT_FOUND;
    case YS_SIM_M_ITEMS_LIST: return YS_SIM_NO_LIST_NOT_FOUND;
    case YS_SIM_M_ITEMS_INSERT: return YS_SIM_NO_PLAYLIST_NOT_FOUND;
    case YS_SIM_M_ITEMS_UPDATE:
    case YS_SIM_M_ITEMS_DELETE: return YS_SIM_NO_ITEM_NOT_FOUND;
    default: return YS_SIM_NO_NOT_FOUND;
    }
}

/* The refusal that a kind is; false when it is none. */
static bool refusal_of(const struct ys_sim_call *call, const struct ys_sim_fault_rule *rule,
                       enum ys_sim_refusal *out)
{
    switch (rule->kind) {
    case YS_SIM_FAULT_S500: *out = YS_SIM_NO_BACKEND500; return true;
    case YS_SIM_FAULT_S503: *out = YS_SIM_NO_BACKEND503; return true;
    case YS_SIM_FAULT_S408: *out = YS_SIM_NO_TIMEOUT408; return true;
    case YS_SIM_FAULT_ABORTED: *out = YS_SIM_NO_ABORTED; return true;
    case YS_SIM_FAULT_ALREADY: *out = YS_SIM_NO_ALREADY; return true;
    case YS_SIM_FAULT_S429: *out = YS_SIM_NO_BURST; return true;
    case YS_SIM_FAULT_RATE403: *out = YS_SIM_NO_USER_RATE; return true;
    case YS_SIM_FAULT_CREATES: *out = YS_SIM_NO_CREATES; return true;
    case YS_SIM_FAULT_AUTH: *out = YS_SIM_NO_AUTH; return true;
    case YS_SIM_FAULT_SIGNUP: *out = YS_SIM_NO_SIGNUP; return true;
    case YS_SIM_FAULT_SCOPE: *out = YS_SIM_NO_SCOPE; return true;
    case YS_SIM_FAULT_FORBIDDEN: *out = YS_SIM_NO_NO_PERMISSION; return true;
    case YS_SIM_FAULT_DISABLED: *out = YS_SIM_NO_DISABLED; return true;
    case YS_SIM_FAULT_NOTFOUND: *out = own_not_found(call->method); return true;
    case YS_SIM_FAULT_BAD400: *out = YS_SIM_NO_BAD_REQUEST; return true;
    case YS_SIM_FAULT_REASON: return ys_sim_refusal_named(rule->arg, out);
    default: return false;
    }
}

void ys_sim_fault_answer(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule)
{
    enum ys_sim_refusal refusal;
    call->reason[0] = '\0';
    if (refusal_of(call, rule, &refusal)) {
        ys_sim_call_refuse(call, refusal);
        if ((rule->kind == YS_SIM_FAULT_S429 || rule->kind == YS_SIM_FAULT_S503) && *rule->arg)
            ys_buf_printf(&call->reply->headers, "Retry-After: %s\r\n", rule->arg);
        return;
    }
    call->done = true;
    switch (rule->kind) {
    case YS_SIM_FAULT_QUOTA403: ys_sim_refuse_exhausted(call, YS_SIM_EXHAUSTED_403); break;
    case YS_SIM_FAULT_QUOTA429: ys_sim_refuse_exhausted(call, YS_SIM_EXHAUSTED_429); break;
    case YS_SIM_FAULT_S502: ys_sim_refuse_html(call->reply, 502); break;
    case YS_SIM_FAULT_S504: ys_sim_refuse_html(call->reply, 504); break;
    case YS_SIM_FAULT_HTML500: ys_sim_refuse_html(call->reply, 500); break;
    case YS_SIM_FAULT_HTML503: ys_sim_refuse_html(call->reply, 503); break;
    case YS_SIM_FAULT_REDIRECT:
        ys_sim_reply_start(call->reply, 302, "text/html; charset=UTF-8");
        ys_buf_printf(&call->reply->headers, "Location: %s\r\n",
                      *rule->arg ? rule->arg : "http://127.0.0.1:9/elsewhere");
        ys_buf_text_add(&call->reply->body, "<html><title>302 Moved</title></html>\n");
        break;
    case YS_SIM_FAULT_CLOSE:
    case YS_SIM_FAULT_TIMEOUT:
        ys_sim_reply_start(call->reply, 0, NULL);
        call->reply->wire = rule->kind == YS_SIM_FAULT_CLOSE ? YS_SIM_WIRE_CLOSE
                                                             : YS_SIM_WIRE_TIMEOUT;
        break;
    default: break;
    }
}

/* ------------------------------------------------------------------ looks */

static void fill(struct ys_buf *buf, int64_t bytes)
{
    static const char block[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    while (bytes > 0 && buf->failed == YS_OK) {
        size_t part = bytes < (int64_t)sizeof block - 1 ? (size_t)bytes : sizeof block - 1;
        ys_buf_add(buf, block, part);
        bytes -= (int64_t)part;
    }
}

static void replace_body(struct ys_sim_reply *reply, const char *type, const char *text)
{
    ys_sim_reply_start(reply, 200, type);
    ys_buf_text_add(&reply->body, text);
}

void ys_sim_fault_looks(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule)
{
    struct ys_sim_reply *reply = call->reply;
    int64_t bytes = rule->arg_number;
    switch (rule->kind) {
    case YS_SIM_FAULT_CUT: reply->wire = YS_SIM_WIRE_CUT; break;
    case YS_SIM_FAULT_SLOW: reply->wire = YS_SIM_WIRE_SLOW; break;
    case YS_SIM_FAULT_LENGTH: reply->wire = YS_SIM_WIRE_LENGTH; break;
    case YS_SIM_FAULT_DELAY: reply->delay_ms = rule->arg_number; break;
    case YS_SIM_FAULT_TRUNCATED:
        if (reply->body.bytes > 0) {
            reply->body.bytes /= 2;
            reply->body.data[reply->body.bytes] = '\0';
        }
        break;
    case YS_SIM_FAULT_NOTJSON:
        replace_body(reply, "text/html; charset=UTF-8",
                     "<!DOCTYPE html><html><title>Sign in to this network</title></html>\n");
        break;
    case YS_SIM_FAULT_EMPTY: replace_body(reply, "application/json; charset=UTF-8", ""); break;
    case YS_SIM_FAULT_SHAPE:
        replace_body(reply, "application/json; charset=UTF-8",
                     "{\"kind\":42,\"id\":[],\"snippet\":false,\"items\":{\"first\":\"none\"},"
                     "\"pageInfo\":\"many\",\"nextPageToken\":{}}");
        break;
    case YS_SIM_FAULT_HUGE_BODY:
        /* Stays JSON, so that only the size is wrong. */
        replace_body(reply, "application/json; charset=UTF-8", "{\"padding\":\"");
        fill(&reply->body, bytes > 0 ? bytes : HUGE_BODY_BYTES);
        ys_buf_text_add(&reply->body, "\"}");
        break;
    case YS_SIM_FAULT_HUGE_HEADER:
        ys_buf_text_add(&reply->headers, "X-Padding: ");
        fill(&reply->headers, bytes > 0 ? bytes : HUGE_HEADER_BYTES);
        ys_buf_text_add(&reply->headers, "\r\n");
        break;
    default: break;
    }
}
