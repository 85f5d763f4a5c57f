/* faults.h: what can go wrong, by specification.
 *
 *   SPEC    = WHO [ "#" FIRST [ "+" COUNT ] | "%" PERMILLE ] "=" [ "effect+" ] WHAT [ ":" ARG ]
 *   WHO     = a method name ("playlistItems.insert"), "read", "write", "any"
 *   #N+C    = the Nth matching request from now, and C - 1 more (default 1, 1)
 *   %P      = each matching request with a chance of P in 1000, seeded
 *   effect+ = the request takes effect (if it can) before WHAT happens; without it, WHAT happens
 *             instead of the effect. WHATs marked * only change how a normal answer looks.
 * The first fault that matches a request wins; edits do not count as a match.
 */
#ifndef YS_SIM_FAULTS_H
#define YS_SIM_FAULTS_H

#include "sim/sim.h"

#define YS_SIM_FAULTS_MAX 256
#define YS_SIM_FAULT_SPEC_BYTES 160

/* X(code, name, meaning of ARG or "") */
#define YS_SIM_FAULT_MAP(X)                                                                      \
    X(NONE, "none", "")                                                                          \
    X(S500, "500", "")                        /* 500 backendError */                             \
    X(S502, "502", "")                        /* 502, HTML of a front end */                     \
    X(S503, "503", "Retry-After, s")          /* 503 backendError */                             \
    X(S504, "504", "")                        /* 504, HTML */                                    \
    X(HTML500, "500html", "")                                                                    \
    X(HTML503, "503html", "")                                                                    \
    X(S408, "408", "")                                                                           \
    X(ABORTED, "409", "")                     /* ABORTED / SERVICE_UNAVAILABLE */                \
    X(ALREADY, "409already", "")              /* videoAlreadyInPlaylist */                       \
    X(S429, "429", "Retry-After, s or date")  /* 429 rateLimitExceeded, no details */            \
    X(RATE403, "403rate", "")                 /* 403 userRateLimitExceeded */                    \
    X(CREATES, "429creates", "")              /* creation throttle */                            \
    X(QUOTA403, "quota403", "")               /* the day is used up, in both shapes; */          \
    X(QUOTA429, "quota429", "")               /* also when the ledger says otherwise */          \
    X(AUTH, "401", "")                        /* authError */                                    \
    X(SIGNUP, "401signup", "")                /* youtubeSignupRequired */                        \
    X(SCOPE, "403scope", "")                  /* insufficientPermissions */                      \
    X(FORBIDDEN, "403forbidden", "")          /* PERMISSION_DENIED / SERVICE_UNAVAILABLE */      \
    X(DISABLED, "403disabled", "")            /* accessNotConfigured */                          \
    X(NOTFOUND, "404", "")                    /* the method's own "not found" */                 \
    X(BAD400, "400", "")                      /* INVALID_ARGUMENT / badRequest */                \
    X(REASON, "reason", "name of a known error, e.g. playlistForbidden")                         \
    X(TIMEOUT, "timeout", "")                 /* no answer */                                    \
    X(CLOSE, "close", "")                     /* connection closed, no answer */                 \
    X(CUT, "cut", "")                         /* * half an answer, then closed */                \
    X(SLOW, "slow", "")                       /* * trickling body */                             \
    X(LENGTH, "length", "")                   /* * wrong Content-Length */                       \
    X(DELAY, "delay", "ms")                   /* * late answer */                                \
    X(TRUNCATED, "truncated", "")             /* * JSON that stops in the middle */              \
    X(NOTJSON, "notjson", "")                 /* * 200 with HTML */                              \
    X(EMPTY, "empty", "")                     /* * 200 without a body */                         \
    X(SHAPE, "shape", "")                     /* * 200, JSON of another shape */                 \
    X(HUGE_BODY, "hugebody", "bytes")         /* * more than a client should take */             \
    X(HUGE_HEADER, "hugeheader", "bytes")     /* * */                                            \
    X(REDIRECT, "redirect", "URL")            /* 302 */                                          \
    X(SHORT_PAGE, "shortpage", "rows left")   /* * a list page with fewer rows */                \
    X(DOUBLE_ROW, "doublerow", "")            /* * a row of the page before once more */         \
    X(HIDE_ROW, "hiderow", "which, from 0")   /* * a row left out, the total as before */        \
    X(TOTAL, "total", "difference")           /* * totalResults lies */                          \
    X(DEAD_TOKEN, "deadtoken", "")            /* * invalidPageToken if there is a token */       \
    X(REVOKE, "revoke", "")                   /* the bearer token dies, from this request on */  \
    X(EDIT, "edit", "add remove move swap rename privacy delete create")                         \
    X(VIDEO, "video", "private, deleted or live") /* the request's (or a random) video becomes */

enum ys_sim_fault_kind {
#define X(code, name, arg) YS_SIM_FAULT_##code,
    YS_SIM_FAULT_MAP(X)
#undef X
        YS_SIM_FAULT_COUNT
};

/* A fault as it is kept. */
struct ys_sim_fault_rule {
    char spec[YS_SIM_FAULT_SPEC_BYTES];
    enum ys_sim_fault_kind kind;
    bool effect;
    bool reads, writes;              /* "read", "write", "any" */
    enum ys_sim_method method;       /* UNKNOWN: by reads and writes */
    int64_t first, count;            /* 0: by chance */
    int64_t permille;
    char arg[64];
    int64_t arg_number;              /* -1: none */
    int64_t seen;                    /* matching requests so far */
};

struct ys_sim_faults {
    struct ys_sim_fault_rule rules[YS_SIM_FAULTS_MAX];
    size_t count;
};

YS_CHECKED enum ys_status ys_sim_fault_parse(struct ys_sim_fault_rule *out, const char *spec,
                                             struct ys_error *err);
/* The rule that applies to a request; counts the request in every rule that matches its method.
 * `random` is the request's own random state. Edits (EDIT, VIDEO, REVOKE) are passed to `edit`
 * in order and never returned. NULL: none. */
/* How a kind works: instead of the effect (or after it, with effect+), on the answer of a normal
 * request, or as an edit of the world before the request. */
enum ys_sim_fault_way { YS_SIM_FAULT_INSTEAD, YS_SIM_FAULT_LOOKS, YS_SIM_FAULT_EDITS };
enum ys_sim_fault_way ys_sim_fault_way(enum ys_sim_fault_kind kind);
const char *ys_sim_fault_name(enum ys_sim_fault_kind kind);

const struct ys_sim_fault_rule *
ys_sim_faults_match(struct ys_sim_faults *faults, enum ys_sim_method method, uint64_t *random,
                    void (*edit)(void *ctx, const struct ys_sim_fault_rule *rule), void *ctx);

#endif
