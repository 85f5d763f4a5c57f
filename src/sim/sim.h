/* sim.h: a simulated YouTube Data API v3, for rehearsals and tests.
 *
 * A `struct ys_sim` holds channels, playlists, items, videos, tokens, a quota ledger and a log
 * of every request in a database of its own (in memory, or a file). `ys_sim_handle` answers one
 * HTTP request the way the API does; the in-process transport (ys_sim_transport) and the server
 * program simd are thin layers over it. No socket is opened here.
 *
 * Time and randomness: clocks come from the options' env (tests give a virtual clock,
 * ys_sim_clock_env); everything random comes from the seed and the number of the request, so a
 * run replays from its seed. Times in the API are wall milliseconds UTC; lag, busy windows and
 * page token lifetimes run on the monotonic clock.
 *
 * Facts and their sources are in the reference on the YouTube API; where nobody measured, the
 * choice is an option. Ownership: strings passed in are copied; strings handed out live in the
 * caller's struct. One thread per sim.
 */
#ifndef YS_SIM_SIM_H
#define YS_SIM_SIM_H

#include "base/buffer.h"

struct ys_sim;
struct ys_transport;

/* ------------------------------------------------------------------ virtual clock */

/* A clock that stands still until somebody sleeps or advances it. Wall and monotonic time move
 * together; jump_wall moves the wall alone. Random numbers are seeded (not cryptographic). */
struct ys_sim_clock {
    int64_t wall_ms;
    int64_t mono_ms;
    uint64_t random_state;
    int64_t slept_ms;       /* how much of it passed in sleep_ms */
    enum ys_log_level log_level_min;
    bool log_to_stderr;     /* off; for looking at a failing run */
};

void ys_sim_clock_init(struct ys_sim_clock *clock, uint64_t seed, int64_t wall_ms);
void ys_sim_clock_advance(struct ys_sim_clock *clock, int64_t duration_ms);
void ys_sim_clock_jump_wall(struct ys_sim_clock *clock, int64_t delta_ms);
/* The clock must outlive every user of the env. */
struct ys_env ys_sim_clock_env(struct ys_sim_clock *clock);

/* ------------------------------------------------------------------ life */

/* 2026-11-20T18:00:00Z, a Friday morning in California: where clocks start unless told. */
#define YS_SIM_START_WALL_MS INT64_C(1795197600000)
/* The account that every new state has. */
#define YS_SIM_TOKEN "sim-token"
#define YS_SIM_CHANNEL_ID "UCsimulated0000000000000"
#define YS_SIM_CHANNEL_TITLE "Sample Collector"
#define YS_SIM_CLIENT_SECRET "sim-secret"
#define YS_SIM_SCOPE "https://www.googleapis.com/auth/youtube"
#define YS_SIM_SCOPE_READONLY "https://www.googleapis.com/auth/youtube.readonly"
/* What YouTube allows unless a project was given more. */
#define YS_SIM_QUOTA_DAILY_UNITS 10000

/* How a used-up day is told. */
enum ys_sim_exhausted_form {
    YS_SIM_EXHAUSTED_403,     /* reason quotaExceeded (the documented one) */
    YS_SIM_EXHAUSTED_429      /* rateLimitExceeded with details: quota_unit 1/d/{project} */
};

struct ys_sim_options {
    const char *state_path;        /* NULL or ":memory:", or a file (kept over restarts) */
    const char *record_path;       /* NULL, or a file for every exchange (record.h) */
    const struct ys_env *env;      /* clocks; NULL: the system's. Copied; its ctx must outlive */
    uint64_t seed;
    const char *token;             /* first account's bearer token; NULL: YS_SIM_TOKEN */

    int64_t quota_daily_units;     /* 10000 */
    enum ys_sim_exhausted_form exhausted_form;
    int64_t reset_late_ms;         /* the day turns this much after Pacific midnight; 0 */
    int64_t creates_per_day;       /* playlists; 0: no limit. Refusal: 429 RATE_LIMIT_EXCEEDED */
    int64_t creates_per_hour;      /* the same within any 60 minutes; 0: no limit */
    bool made_add_to_top;          /* playlists that are made add to their top, as a user can set
                                    * it; false */
    bool failed_cost_full;         /* a refused write costs its full price, else 1 unit; true */

    int64_t lag_min_ms, lag_max_ms;/* lists see a write this much later (per write); 0, 0 */
    int64_t young_write_ms;        /* writes to a playlist younger: 409 ABORTED; 1000 */
    int64_t young_read_ms;         /* item lists of a younger one: 404 playlistNotFound; 2000 */
    int64_t page_token_life_ms;    /* 0: for ever; 6 h */
    int64_t playlists_max;         /* 400 maxPlaylistExceeded beyond; 1000 */
    int64_t extra_total;           /* playlists.list says this many more than there are; 2 */

    /* Chances in 1/1000 per page: fewer rows than asked though more follow; a row of the page
     * before once more; totalResults off by a few. All 0. */
    int short_page_permille, double_row_permille, total_lie_permille;
};

void ys_sim_options_init(struct ys_sim_options *options);

/* Opens a state; a new one gets the first account. A file made by something else: YS_EDBFOREIGN. */
YS_CHECKED enum ys_status ys_sim_open(struct ys_sim **out, const struct ys_sim_options *options,
                                      struct ys_error *err);
void ys_sim_close(struct ys_sim *sim);
/* The options in force; may be changed between requests (quota, lag, chances...), except
 * state_path, env, seed and token. */
struct ys_sim_options *ys_sim_options(struct ys_sim *sim);
const struct ys_env *ys_sim_env(const struct ys_sim *sim);

/* ------------------------------------------------------------------ one request */

#define YS_SIM_URL_BYTES_MAX 8192

struct ys_sim_request {
    const char *method;          /* "GET" "POST" "PUT" "DELETE" */
    const char *path;            /* "/youtube/v3/playlistItems" */
    const char *query;           /* percent-encoded, without '?'; NULL or "": none */
    const char *authorization;   /* the header's value; NULL: absent */
    const char *if_none_match;   /* NULL: absent */
    const char *body;            /* NULL: none */
    size_t body_bytes;
    int64_t busy_ms;             /* how long after its effect this exchange stays open: another
                                  * write to the same playlist meanwhile gets 409 ABORTED */
};

/* What happens on the wire; anything but REPLY comes from a fault. */
enum ys_sim_wire {
    YS_SIM_WIRE_REPLY,
    YS_SIM_WIRE_TIMEOUT,       /* no answer ever */
    YS_SIM_WIRE_CLOSE,         /* connection closed without an answer */
    YS_SIM_WIRE_CUT,           /* headers and the first half of the body, then closed */
    YS_SIM_WIRE_SLOW,          /* the body trickles, a few bytes a second */
    YS_SIM_WIRE_LENGTH         /* Content-Length says more than is sent */
};

struct ys_sim_reply {
    int status;
    enum ys_sim_wire wire;
    struct ys_buf headers;     /* "Name: value\r\n" lines; Content-Length is the server's job */
    struct ys_buf body;
    int64_t delay_ms;          /* extra time before the answer (fault "delay") */
};

void ys_sim_reply_init(struct ys_sim_reply *reply);
void ys_sim_reply_free(struct ys_sim_reply *reply);
/* Copies the value of a header ("" when absent); false when absent. Names in any case. */
bool ys_sim_reply_header(const struct ys_sim_reply *reply, const char *name, char *out,
                         size_t out_bytes);

/* Answers one request; whatever a client sends gives an answer, errors mean that the state's
 * database failed. The reply is cleared first. Charged and logged by its arrival. */
YS_CHECKED enum ys_status ys_sim_handle(struct ys_sim *sim, const struct ys_sim_request *request,
                                        struct ys_sim_reply *reply, struct ys_error *err);

/* The methods, and what each costs by the official table.
 * X(code, name, http method, resource, units, is_write) */
#define YS_SIM_METHOD_MAP(X)                                                                     \
    X(UNKNOWN, "unknown", "", "", 1, false)                                                      \
    X(CHANNELS_LIST, "channels.list", "GET", "channels", 1, false)                               \
    X(PLAYLISTS_LIST, "playlists.list", "GET", "playlists", 1, false)                            \
    X(PLAYLISTS_INSERT, "playlists.insert", "POST", "playlists", 50, true)                       \
    X(PLAYLISTS_UPDATE, "playlists.update", "PUT", "playlists", 50, true)                        \
    X(PLAYLISTS_DELETE, "playlists.delete", "DELETE", "playlists", 50, true)                     \
    X(ITEMS_LIST, "playlistItems.list", "GET", "playlistItems", 1, false)                        \
    X(ITEMS_INSERT, "playlistItems.insert", "POST", "playlistItems", 50, true)                   \
    X(ITEMS_UPDATE, "playlistItems.update", "PUT", "playlistItems", 50, true)                    \
    X(ITEMS_DELETE, "playlistItems.delete", "DELETE", "playlistItems", 50, true)                 \
    X(VIDEOS_LIST, "videos.list", "GET", "videos", 1, false)                                     \
    X(TOKEN, "token", "POST", "token", 0, false)                                                 \
    X(AUTHORIZE, "authorize", "GET", "o/oauth2/v2/auth", 0, false)                               \
    X(REVOKE, "revoke", "POST", "revoke", 0, false)

enum ys_sim_method {
#define X(code, name, verb, resource, units, write) YS_SIM_M_##code,
    YS_SIM_METHOD_MAP(X)
#undef X
        YS_SIM_METHOD_COUNT
};

const char *ys_sim_method_name(enum ys_sim_method method);
int64_t ys_sim_method_units(enum ys_sim_method method);
bool ys_sim_method_is_write(enum ys_sim_method method);

/* Called for every request: BEFORE its effect (after parsing; edits made here are seen by it)
 * and AFTER. The hook may call the edit functions below, move a virtual clock, add faults; it
 * must not call ys_sim_handle. */
enum ys_sim_phase { YS_SIM_BEFORE, YS_SIM_AFTER };
struct ys_sim_event {
    enum ys_sim_phase phase;
    int64_t number;                   /* of the request, from 1 */
    enum ys_sim_method method;
    char playlist_id[YS_ID_BYTES];    /* what it is about; "" when not known */
    char video_id[YS_ID_BYTES];
    char item_id[YS_ID_BYTES];
    char title[YS_TITLE_BYTES];       /* that a playlist was to bear; "" else */
    int status;                       /* AFTER: of the reply */
    bool effect;                      /* AFTER: whether something changed */
};
typedef void (*ys_sim_hook_fn)(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event);
void ys_sim_set_hook(struct ys_sim *sim, ys_sim_hook_fn hook, void *ctx);

/* ------------------------------------------------------------------ accounts and tokens */

/* Adds a channel; channel_id NULL: one is made up. id_out may be NULL (YS_ID_BYTES). An account
 * without a channel (401 youtubeSignupRequired) has title NULL. */
YS_CHECKED enum ys_status ys_sim_account_add(struct ys_sim *sim, const char *channel_id,
                                             const char *title, char *id_out,
                                             struct ys_error *err);
/* scope NULL: YS_SIM_SCOPE; expires_at_ms 0: never. Replaces a token of the same text. */
YS_CHECKED enum ys_status ys_sim_token_add(struct ys_sim *sim, const char *token,
                                           const char *channel_id, const char *scope,
                                           int64_t expires_at_ms, struct ys_error *err);
/* A refresh token for POST /token (grant_type=refresh_token): gives access tokens of an hour. */
YS_CHECKED enum ys_status ys_sim_refresh_add(struct ys_sim *sim, const char *token,
                                             const char *channel_id, const char *scope,
                                             struct ys_error *err);
/* From now on the token is refused with 401. */
YS_CHECKED enum ys_status ys_sim_token_revoke(struct ys_sim *sim, const char *token,
                                              struct ys_error *err);

/* The same for every token that the sign-in gave, and for every refresh token: what a user does at
 * myaccount.google.com, and what "Testing" does after 7 days. */
YS_CHECKED enum ys_status ys_sim_revoke_all(struct ys_sim *sim, struct ys_error *err);
/* How the sign-in answers from now on. what: "deny" (value: the error that goes to the browser),
 * "scope" (granted instead of what is asked for), "channel" (whose it is), "refuse" (value: the
 * token endpoint's error, and after a space its description), "allow" (takes all of these back). */
YS_CHECKED enum ys_status ys_sim_consent(struct ys_sim *sim, const char *what, const char *value,
                                         struct ys_error *err);

/* ------------------------------------------------------------------ the world behind the API */

/* These change the state directly: no quota, no log, no token. They build libraries and play
 * the user who edits on the website (with the same listing lag as a write). Where an id is
 * handed out, `id_out` may be NULL, else has YS_ID_BYTES. Unknown things: YS_ENOTFOUND. */

struct ys_sim_video {
    const char *id;                /* 11 characters */
    const char *title, *description, *channel_id, *channel_title;
    const char *tags_json;         /* "[\"a\",\"b\"]"; NULL: none */
    int64_t published_at_ms;
    int64_t duration_s;
    int category_id;               /* YouTube's, e.g. 10 music; 0: 22 */
    enum ys_availability availability;
};

/* Adds or replaces a video; channel_id NULL: derived from the channel's title. */
YS_CHECKED enum ys_status ys_sim_video_put(struct ys_sim *sim, const struct ys_sim_video *video,
                                           struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_video_set(struct ys_sim *sim, const char *video_id,
                                           enum ys_availability availability,
                                           struct ys_error *err);

struct ys_sim_playlist {
    const char *channel_id;        /* NULL: YS_SIM_CHANNEL_ID */
    const char *id;                /* NULL: made up ("PL" + 32 characters) */
    const char *title, *description;
    enum ys_privacy privacy;       /* UNSET: public */
    int64_t published_at_ms;       /* 0: now */
    bool self_sorted;              /* refuses positions: 400 manualSortRequired */
    bool add_to_top;               /* the user's setting: an insert without position goes first */
    const char *language;          /* defaultLanguage; NULL: none */
};

/* Not "young": writes and reads work at once. */
YS_CHECKED enum ys_status ys_sim_playlist_add(struct ys_sim *sim,
                                              const struct ys_sim_playlist *playlist,
                                              char *id_out, struct ys_error *err);
/* NULL / UNSET leaves a field as it is. */
YS_CHECKED enum ys_status ys_sim_playlist_edit(struct ys_sim *sim, const char *playlist_id,
                                               const char *title, const char *description,
                                               enum ys_privacy privacy, struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_playlist_remove(struct ys_sim *sim, const char *playlist_id,
                                                 struct ys_error *err);
/* position < 0: at the end. added_at_ms 0: now. The video need not be live. */
YS_CHECKED enum ys_status ys_sim_item_add(struct ys_sim *sim, const char *playlist_id,
                                          const char *video_id, int64_t position,
                                          int64_t added_at_ms, char *id_out,
                                          struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_item_remove(struct ys_sim *sim, const char *item_id,
                                             struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_item_move(struct ys_sim *sim, const char *item_id,
                                           int64_t position, struct ys_error *err);
/* Many calls of the above are fast between these two (one transaction). */
YS_CHECKED enum ys_status ys_sim_bulk_begin(struct ys_sim *sim, struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_bulk_end(struct ys_sim *sim, struct ys_error *err);

/* Somebody else spends from the same project, now. */
YS_CHECKED enum ys_status ys_sim_spend(struct ys_sim *sim, int64_t units, struct ys_error *err);

/* ------------------------------------------------------------------ faults */

/* Adds a fault by its specification (grammar and list: faults.h), for example
 *   "playlistItems.insert#3=effect+close"   the third insert from now: done, then no answer
 *   "write%20=503"                          each write with a chance of 20 in 1000
 *   "playlists.insert#2+4=429:30"           the 2nd to 5th: 429 with Retry-After 30
 * YS_EINVAL names what is wrong with it. */
YS_CHECKED enum ys_status ys_sim_fault(struct ys_sim *sim, const char *spec,
                                       struct ys_error *err);
void ys_sim_faults_clear(struct ys_sim *sim);

/* ------------------------------------------------------------------ in-process transport */

struct ys_sim_transport_options {
    int64_t latency_min_ms, latency_max_ms; /* of a whole exchange; 80, 240 */
    int stall_permille;       /* chance that a request is held up before its effect, by up to */
    int64_t stall_max_ms;     /* so long (perhaps past its time limit); 0, 0 */
    int drop_effect_permille; /* chance that a request still on its way takes effect although the
                               * transport is freed (the client died); 500 */
};
void ys_sim_transport_options_init(struct ys_sim_transport_options *options);

/* A transport that calls ys_sim_handle in virtual time: a request's effect happens at half its
 * latency, its reply is there at the end; poll lets time pass through the sim's env (sleep).
 * A request that is given up by its timeout may still take effect later. Any host in the URL is
 * taken. The sim is borrowed. options NULL: the defaults. */
YS_CHECKED enum ys_status ys_sim_transport(struct ys_transport **out, struct ys_sim *sim,
                                           const struct ys_sim_transport_options *options,
                                           struct ys_error *err);
/* While down, what is started comes back as not sent. */
void ys_sim_transport_set_down(struct ys_transport *transport, bool down);

#endif
