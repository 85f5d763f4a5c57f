/* client_private.h: what client.c and reader.c share; nobody else includes it. */
#ifndef YS_YOUTUBE_CLIENT_PRIVATE_H
#define YS_YOUTUBE_CLIENT_PRIVATE_H

#include "youtube/client.h"

#define YS_TOKEN_BYTES_MAX 4096
#define YS_FLIGHTS_MAX YS_IN_FLIGHT_MAX
/* Tags from here up to YS_TAG_READS belong to ys_client_write. */
#define YS_TAG_WRITES YS_TAG_OWN

/* One booked call on its way out and back. */
struct ys_flight {
    enum { YS_FLIGHT_FREE, YS_FLIGHT_OUT, YS_FLIGHT_BACK } state;
    uint64_t wire_tag;
    const struct ys_env *env;
    int64_t token_number;
    struct ys_exchange exchange;
};

struct ys_client {
    struct ys_store *store;
    struct ys_transport *transport;
    const struct ys_env *env;
    struct ys_json *json;
    volatile sig_atomic_t *interrupted;
    char base_url[1024];
    char project[YS_NAME_BYTES];
    char *token;                       /* NULL: none */
    struct ys_tokens *tokens;          /* NULL: the token is all there is */
    int64_t token_number;              /* of the token in use; a new one has a higher number */
    bool token_doubted;                /* it came after a refusal, and nothing accepted it yet */
    struct ys_quota_limits limits;
    struct ys_limiter limiter;
    struct ys_retry_budget budget;
    bool skew_known;                   /* a reply of this process showed it */
    int64_t skew_ms;                   /* server's clock minus ours: the best guess, */
    int64_t skew_least_ms, skew_most_ms; /* ... and what the replies allow */
    int64_t server_ms, server_mono_ms; /* its clock at the last reply, and ours that never goes
                                        * back, ... */
    int64_t server_wall_ms;            /* ... and our wall clock then */
    bool heard;                        /* a reply came; our clocks then: */
    int64_t heard_mono_ms, heard_wall_ms;
    int64_t newest_day;                /* the newest booked day, -1 for none */
    int64_t last_write_mono_ms;        /* when a write last left or came back; INT64_MIN: never */
    uint64_t next_wire_tag;
    uint64_t next_read_tag, next_write_tag;
    struct ys_flight flights[YS_FLIGHTS_MAX];
};

/* client_token.c: before a request is sent; after one was answered; and what a failure of the
 * former means for the request. */
YS_CHECKED enum ys_status ys_client_token_before(struct ys_client *client, struct ys_error *err);
void ys_client_token_after(struct ys_client *client, struct ys_flight *flight);
void ys_client_token_failed(struct ys_outcome *outcome, const struct ys_error *err);

#endif
