/* session.h: what the files of the public API share; see ytsync.h for the contracts. */
#ifndef YS_SYNC_SESSION_H
#define YS_SYNC_SESSION_H

#include "net/http.h"
#include "sync/engine.h"

struct ys_session {
    struct ys_env env;                 /* complete */
    struct ys_env clock_env;           /* of the simulator's clock, when there is one */
    struct ys_clock_file *clock;
    struct ys_store *store;
    struct ys_transport *transport;    /* NULL until something is sent */
    bool owns_transport;
    struct ys_client *client;          /* NULL until it is needed */
    struct ys_http_base api;           /* where requests go */
    char *token;                       /* NULL: none */
    struct ys_tokens *tokens;          /* NULL: no sign-in and no token command */
    char project[YS_NAME_BYTES];
    char backup_dir[1024];
    int64_t began_mono_ms;             /* when it was opened, or its client made anew */
    bool channel_checked;              /* whose the token is, is known to be right */
    bool recovered;                    /* the runner lock is held and open calls were settled */
    size_t jobs_open;
    volatile sig_atomic_t interrupted;
};

struct ys_job {
    struct ys_session *session;
    struct ys_engine *engine;
};

/* ys_session_open with the database on a VFS of that name (NULL: SQLite's own), for tests. */
YS_CHECKED enum ys_status ys_session_open_on(struct ys_session **out,
                                             const struct ys_options *options, const char *vfs,
                                             struct ys_error *err);
/* job.c: what a forecast needs to know of today. */
struct ys_plan_today;
YS_CHECKED enum ys_status ys_session_today(struct ys_session *session, struct ys_plan_today *out,
                                           struct ys_error *err);
/* A request to stop is answered once: the call that stopped clears it. Returns `status`. */
enum ys_status ys_session_answer(struct ys_session *session, enum ys_status status);
/* leftovers.c: before the library is read for a plan (waits; *any: close them after it was read
 * whole), after it, and before a job is started (YS_ECHANGED when it was not read). */
YS_CHECKED enum ys_status ys_session_await_leftovers(struct ys_session *session,
                                                     struct ys_client *client, bool *any,
                                                     struct ys_error *err);
YS_CHECKED enum ys_status ys_session_close_leftovers(struct ys_session *session,
                                                     struct ys_error *err);
YS_CHECKED enum ys_status ys_session_refuse_leftovers(struct ys_session *session,
                                                      struct ys_error *err);
/* The client, made when missing; no request is sent. */
YS_CHECKED enum ys_status ys_session_client(struct ys_session *session, struct ys_client **out,
                                            struct ys_error *err);
/* The client of a session that may send: takes the runner lock, and once settles what a crashed
 * run left open. */
YS_CHECKED enum ys_status ys_session_runner(struct ys_session *session, struct ys_client **out,
                                            struct ys_error *err);
/* The account that this session works on. The first time it looks whose the token is: another
 * channel's is refused before anything is sent (P11). */
YS_CHECKED enum ys_status ys_session_account(struct ys_session *session, int64_t *account,
                                             struct ys_error *err);
/* whoami.c: reads the list of the channel's own playlists (1 unit for 50) without storing it.
 * *asked_mono_ms (may be NULL): when the first page was asked for. */
YS_CHECKED enum ys_status ys_session_own_playlists(struct ys_client *client,
                                                   int64_t *asked_mono_ms,
                                                   ys_api_playlist_fn each, void *ctx,
                                                   struct ys_error *err);

#endif
