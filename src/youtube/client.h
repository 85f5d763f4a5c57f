/* client.h: every request of ytsync leaves through here: paced by the limiter, booked in the
 * quota ledger before it leaves, classified when it comes back.
 *
 * One exchange goes: ys_client_wait_ms says 0 -> ys_client_book inside a transaction ->
 * commit -> ys_client_send -> ys_client_poll -> ys_client_take -> ys_client_settle inside a
 * transaction. The caller groups as much as it likes into one transaction (group commit).
 *
 * Days: the ledger's day is the Pacific day of the server's clock (our wall clock corrected by
 * the skew that replies show, and never behind the last reply's Date plus the time since);
 * without a measured skew it never goes back behind the newest booked day. A call whose flight
 * may touch midnight is reserved on both days, and one that turns out to have touched a day that
 * it was not reserved on is booked there as well. */
#ifndef YS_YOUTUBE_CLIENT_H
#define YS_YOUTUBE_CLIENT_H

#include <signal.h>

#include "net/limiter.h"
#include "net/retry.h"
#include "net/signin.h"
#include "store/quota.h"
#include "youtube/classify.h"
#include "youtube/request.h"
#include "youtube/response.h"

/* For a whole exchange. A request that is given up after this long may still take effect. */
#define YS_REQUEST_TIMEOUT_MS INT64_C(60000)

/* A booked call leaves within this time or not at all: whoever stood still for longer may have been
 * taken over meanwhile (half of a job's lease, sync/engine.h). */
#define YS_CLAIM_MS INT64_C(150000)

/* The reason of a RETRY: the token had ended and was renewed, so sending it again will do. */
#define YS_REASON_TOKEN_RENEWED "token_renewed"

struct ys_client;

struct ys_client_options {
    struct ys_store *store;          /* borrowed */
    struct ys_transport *transport;  /* borrowed */
    const struct ys_env *env;        /* borrowed */
    const char *base_url;            /* without a trailing slash */
    const char *token;               /* NULL: from `tokens`; without any YS_ENOTOKEN */
    struct ys_tokens *tokens;        /* NULL, or where tokens come from; borrowed */
    const char *project;
    volatile sig_atomic_t *interrupted; /* borrowed; not 0: stop at the next clean point */
};

YS_CHECKED enum ys_status ys_client_new(struct ys_client **out,
                                        const struct ys_client_options *options,
                                        struct ys_error *err);
void ys_client_free(struct ys_client *client);
YS_CHECKED enum ys_status ys_client_set_token(struct ys_client *client, const char *token,
                                              struct ys_error *err);
/* Tokens come from there from now on; not while requests are in flight. */
void ys_client_use_tokens(struct ys_client *client, struct ys_tokens *tokens);
bool ys_client_has_token(const struct ys_client *client);

struct ys_json *ys_client_json(struct ys_client *client);
struct ys_store *ys_client_store(struct ys_client *client);
const struct ys_env *ys_client_env(struct ys_client *client);
bool ys_client_interrupted(const struct ys_client *client);
/* A configured value: units of quota.daily and so on, read when the client was made. */
const struct ys_quota_limits *ys_client_limits(const struct ys_client *client);
/* Wall time of the server as far as it is known. */
int64_t ys_client_now_ms(struct ys_client *client);
/* How much the server's clock is ahead of ours; false while no reply of this process showed it. */
bool ys_client_skew(const struct ys_client *client, int64_t *ms);
/* Whether our clock was in step with the server's at the last reply and ran on evenly since. False
 * before the first reply, and when this machine slept or one of its clocks was set: then the day on
 * which a call is booked is a guess, and a read should ask first. */
bool ys_client_clock_known(const struct ys_client *client);
/* The ledger's day now. */
YS_CHECKED enum ys_status ys_client_day(struct ys_client *client, int64_t *day,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_client_quota(struct ys_client *client, struct ys_quota_record *out,
                                          struct ys_error *err);
/* When a call of this method can be booked again after a refused booking: shortly after the next
 * midnight in Los Angeles, the end of a hold, or of a creation's cool-down; now, when it can be
 * booked at once. Server wall time. */
YS_CHECKED enum ys_status ys_client_open_at(struct ys_client *client, enum ys_method method,
                                            int64_t *at_ms, struct ys_error *err);
/* When the ledger's day is over for good: calls from then on cannot touch it any more. */
int64_t ys_client_day_over_ms(struct ys_client *client, int64_t day);
/* Units that can still be booked today. */
YS_CHECKED enum ys_status ys_client_remaining(struct ys_client *client, int64_t *units,
                                              int64_t *creates, struct ys_error *err);

/* Takes over what a crashed run left: open calls count as used; limiter state is read back.
 * Under the runner lock, in a transaction of its own. */
YS_CHECKED enum ys_status ys_client_recover(struct ys_client *client, struct ys_error *err);
/* Stores the limiter's state; inside a transaction. */
YS_CHECKED enum ys_status ys_client_save(struct ys_client *client, struct ys_error *err);

/* 0: pace allows a call of this method now; -1: only after a reply; else milliseconds. */
int64_t ys_client_wait_ms(struct ys_client *client, enum ys_method method);

struct ys_booking {
    int64_t usage_id;
    enum ys_method method;
    int64_t units;
    int64_t wall_ms, mono_ms;  /* our clocks when it was booked */
};

/* Books one call and takes its token from the limiter. YS_EQUOTA or YS_ECREATES: not booked. */
YS_CHECKED enum ys_status ys_client_book(struct ys_client *client, enum ys_method method,
                                         int64_t job_id, int64_t operation_id,
                                         struct ys_booking *out, struct ys_error *err);
/* The transaction of a booking was rolled back and nothing will be sent: gives the limiter's place
 * back. (The ledger has forgotten it by itself.) */
void ys_client_unbook(struct ys_client *client, const struct ys_booking *booking);
/* Sends a booked call; the request is only read. A failure to start, and a booking older than
 * YS_CLAIM_MS by either of our clocks, counts as a finished exchange that was not sent, so every
 * booked and sent call comes back from ys_client_take. */
void ys_client_send(struct ys_client *client, const struct ys_booking *booking,
                    const struct ys_request *request, uint64_t tag);

struct ys_exchange {
    uint64_t tag;
    struct ys_booking booking;
    struct ys_outcome outcome;
    struct ys_http_reply reply;
    int64_t sent_at_ms, done_at_ms;      /* server wall time */
    int64_t sent_mono_ms, done_mono_ms;
    bool clock_known;                    /* when it was sent; ys_client_clock_known */
};
void ys_exchange_free(struct ys_exchange *exchange);

size_t ys_client_in_flight(const struct ys_client *client);
/* Monotonic time at which a write of this client last left or came back; INT64_MIN: never. */
int64_t ys_client_last_write_ms(const struct ys_client *client);
YS_CHECKED enum ys_status ys_client_poll(struct ys_client *client, int64_t timeout_ms,
                                         struct ys_error *err);
/* Takes a finished exchange with one of the tags from..to (inclusive). */
bool ys_client_take(struct ys_client *client, uint64_t from, uint64_t to,
                    struct ys_exchange *out);
/* Books the outcome; inside a transaction. */
YS_CHECKED enum ys_status ys_client_settle(struct ys_client *client,
                                           const struct ys_exchange *exchange,
                                           struct ys_error *err);

/* Tags from YS_TAG_OWN up belong to the client: to ys_client_write, and from YS_TAG_READS up to
 * ys_client_read. */
#define YS_TAG_OWN (UINT64_C(1) << 61)
#define YS_TAG_READS (UINT64_C(1) << 62)

/* A series of reads, several in flight. `next` fills in the next request (*more false: none for
 * now; it is asked again after each reply) and a number of the caller's; `reply` gets each
 * successful (or 304, or refused for good) exchange, inside the turn's transaction, in any
 * order. Passing faults are retried here, within limits.
 *
 * What `reply` fails with decides. YS_EREPLY: the read is repeated, within the same limits, so the
 * callback must be ready to see that number again. A failure of the store, of memory or of our own
 * (see reader.c): the turn is rolled back. Anything else, YS_EINTERRUPTED for one: what was done in
 * the turn is committed. In the last two cases nothing more is started, what is in flight is
 * awaited and booked, and the first failure is returned. */
struct ys_reader {
    void *ctx;
    enum ys_status (*next)(void *ctx, struct ys_request *request, uint64_t *number, bool *more,
                           struct ys_error *err);
    enum ys_status (*reply)(void *ctx, uint64_t number, struct ys_exchange *exchange,
                            struct ys_error *err);
    int64_t job_id;
    int64_t units;             /* out: what the series cost */
};
YS_CHECKED enum ys_status ys_client_read(struct ys_client *client, struct ys_reader *reader,
                                         struct ys_error *err);
/* One read (which is freed), with the same retries; the exchange is the caller's to free on
 * YS_OK. */
YS_CHECKED enum ys_status ys_client_get(struct ys_client *client, struct ys_request *request,
                                        int64_t job_id, struct ys_exchange *out,
                                        struct ys_error *err);
/* One write of its own, outside a job: booked, sent once, awaited. */
YS_CHECKED enum ys_status ys_client_write(struct ys_client *client, struct ys_request *request,
                                          struct ys_exchange *out, struct ys_error *err);
/* The error that an outcome means to a caller, with its words. */
enum ys_status ys_outcome_fail(const struct ys_outcome *outcome, enum ys_method method,
                               struct ys_error *err);

#endif
