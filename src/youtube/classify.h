/* classify.h: the one place that knows the API's error reasons. A reply becomes a verdict; the
 * callers know verdicts only. Sources: YOUTUBE_API.md sections 1.6 and 3, per row in the table
 * of classify.c. */
#ifndef YS_YOUTUBE_CLASSIFY_H
#define YS_YOUTUBE_CLASSIFY_H

#include "net/json.h"
#include "net/transport.h"
#include "youtube/methods.h"

/* X(code, name, applied): whether the request took effect: YES, NO or MAYBE */
#define YS_VERDICT_MAP(X)                                                                        \
    X(DONE, "done", YES)                         /* 2xx */                                       \
    X(ALREADY, "already", YES)                   /* the goal holds: 404 on a delete, ... */      \
    X(NOT_MODIFIED, "not_modified", NO)          /* 304 to If-None-Match */                      \
    X(RETRY, "retry", NO)                        /* passing fault, certainly not applied */      \
    X(UNKNOWN, "unknown", MAYBE)                 /* nobody saw the outcome */                    \
    X(SLOW_DOWN, "slow_down", NO)                /* pace */                                      \
    X(CREATE_LIMIT, "create_limit", NO)          /* creations of playlists are throttled */      \
    X(DAY_USED_UP, "day_used_up", NO)            /* daily quota */                               \
    X(TOKEN_EXPIRED, "token_expired", NO)        /* refresh once, then sign in */                \
    X(SIGN_IN, "sign_in", NO)                    /* no refresh helps: scope, no channel */       \
    X(PROJECT_BLOCKED, "project_blocked", NO)    /* API off, key blocked: a person must act */   \
    X(ACCOUNT_REFUSED, "account_refused", NO)    /* closed, suspended, too many playlists */     \
    X(PLAYLIST_REFUSED, "playlist_refused", NO)  /* forbidden, full, unsupported */              \
    X(PLAYLIST_GONE, "playlist_gone", NO)        /* 404 playlistNotFound */                      \
    X(ITEM_REFUSED, "item_refused", NO)          /* this video cannot be inserted */             \
    X(ITEM_GONE, "item_gone", NO)                /* the row is no longer there */                \
    X(POSITION, "position", NO)                  /* invalidPlaylistItemPosition */               \
    X(SELF_SORTED, "self_sorted", MAYBE)         /* manualSortRequired */                        \
    X(PAGE_TOKEN, "page_token", NO)              /* start the listing again */                   \
    X(BAD_REQUEST, "bad_request", NO)            /* our mistake, or a value that is refused */

enum ys_verdict {
#define X(code, name, applied) YS_VERDICT_##code,
    YS_VERDICT_MAP(X)
#undef X
        YS_VERDICT_COUNT
};

const char *ys_verdict_name(enum ys_verdict verdict);

struct ys_outcome {
    enum ys_verdict verdict;
    enum ys_status status;        /* what a blocking caller returns; YS_OK for DONE, ALREADY */
    int http_status;              /* 0: no reply */
    char api_status[48];          /* error.status, "" when absent */
    char reason[YS_REASON_BYTES]; /* the first errors[].reason, or the transport's word */
    char domain[64];
    char message[512];            /* for people: tags stripped, no secrets */
    int64_t retry_after_ms;       /* -1: not said */
    int64_t window_start_ms;      /* start of the server's quota day, 0: not said */
    int64_t quota_limit;          /* the server's daily limit, -1: not said */
};

/* The body is cleaned in place. now_ms: wall time, for Retry-After as a date. Never fails: what
 * makes no sense is UNKNOWN for a write, RETRY for a read, with the reason said. Not-JSON 2xx
 * bodies are the parser's business (DONE here). */
void ys_classify(struct ys_json *json, enum ys_method method, struct ys_http_reply *reply,
                 int64_t now_ms, struct ys_outcome *out);

#endif
