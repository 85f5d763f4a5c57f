/* internal.h: what the files of src/sim share. Nothing outside src/sim includes it.
 *
 * Invariants of the state
 *   - A playlist is one row of `playlists` for ever (deleted ones keep their row: an update of a
 *     deleted playlist answers 200) and a series of `playlist_versions`; at most one version has
 *     seen_until_ms = YS_SIM_FOREVER, the true one. A deleted playlist has none.
 *   - An item is a series of rows of `items` with one id; the true one has live = 1. Order in a
 *     playlist is by `rank`; ranks of live rows of a playlist are distinct. Positions are never
 *     stored: they are the number of rows before.
 *   - A reader at the monotonic time t sees the versions with seen_from_ms <= t < seen_until_ms.
 *     A write gives the old version's end and the new one's beginning the same time, now plus
 *     the lag drawn for that write.
 */
#ifndef YS_SIM_INTERNAL_H
#define YS_SIM_INTERNAL_H

#include "db/db.h"
#include "net/json.h"
#include "sim/faults.h"
#include "sim/sim.h"

#define YS_SIM_FOREVER INT64_MAX
#define YS_SIM_REPLY_BYTES_MAX ((size_t)96 << 20)
#define YS_SIM_BODY_BYTES_MAX ((size_t)1 << 20)
#define YS_SIM_FORMAT 2

struct ys_sim_record;

/* How the sign-in answers (ys_sim_consent); "" is the normal way. */
struct ys_sim_consent {
    char error[64], scope[256], channel_id[YS_ID_BYTES];
    char token_error[64], token_words[160];
};

struct ys_sim {
    struct ys_db *db;
    struct ys_json *json;
    struct ys_env env;
    struct ys_sim_options options;
    struct ys_sim_faults faults;
    struct ys_sim_consent consent;
    struct ys_sim_record *record;  /* NULL: none */
    ys_sim_hook_fn hook;
    void *hook_ctx;
    int depth;             /* of open transactions; the outermost begins and commits */
    bool bulk;             /* between bulk_begin and bulk_end: no lag */
    int64_t request_number;/* of the last request */
    int64_t ids_made;
    uint64_t random;       /* state; set anew by every request */
    const struct ys_sim_fault_rule *fault; /* of the request being handled */
};

/* ------------------------------------------------------------------ database */

struct ys_sim_arg {
    bool is_text;
    int64_t number;
    const char *text;
};
#define YS_I(value) {false, (value), NULL}
#define YS_T(value) {true, 0, (value)}
#define YS_ARGS(...)                                                                             \
    (const struct ys_sim_arg[]){__VA_ARGS__},                                                    \
        sizeof((const struct ys_sim_arg[]){__VA_ARGS__}) / sizeof(struct ys_sim_arg)

/* Prepares and binds; the caller steps and finishes. */
YS_CHECKED enum ys_status ys_sim_query(struct ys_sim *sim, struct ys_stmt **out,
                                       struct ys_error *err, const char *sql,
                                       const struct ys_sim_arg *args, size_t count);
/* Runs a statement without results. */
YS_CHECKED enum ys_status ys_sim_exec(struct ys_sim *sim, struct ys_error *err, const char *sql,
                                      const struct ys_sim_arg *args, size_t count);
/* The first column of the first row; `fallback` when there is no row. */
YS_CHECKED enum ys_status ys_sim_number(struct ys_sim *sim, int64_t fallback, int64_t *out,
                                        struct ys_error *err, const char *sql,
                                        const struct ys_sim_arg *args, size_t count);
/* Nested begin and end; `end` with a status other than YS_OK rolls everything back. Returns
 * that status, or the commit's. */
YS_CHECKED enum ys_status ys_sim_begin(struct ys_sim *sim, struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_end(struct ys_sim *sim, enum ys_status status,
                                     struct ys_error *err);

/* ------------------------------------------------------------------ time, chance, ids */

int64_t ys_sim_wall(const struct ys_sim *sim);
int64_t ys_sim_mono(const struct ys_sim *sim);
/* The time from which readers see a write made now. */
int64_t ys_sim_seen_from(struct ys_sim *sim);

uint64_t ys_sim_mix(uint64_t value);              /* a good 64-bit mix (splitmix64's) */
uint64_t ys_sim_next(uint64_t *state);
uint64_t ys_sim_below(uint64_t *state, uint64_t below); /* below > 0 */
bool ys_sim_chance(struct ys_sim *sim, int permille);

#define YS_SIM_ETAG_BYTES 28
struct ys_sim_hash { uint64_t a, b, c; };
void ys_sim_hash_init(struct ys_sim_hash *hash);
void ys_sim_hash_text(struct ys_sim_hash *hash, const char *text); /* with its end */
void ys_sim_hash_int(struct ys_sim_hash *hash, int64_t value);
/* 27 characters of base64url, as YouTube's etags look. */
void ys_sim_hash_etag(const struct ys_sim_hash *hash, char out[YS_SIM_ETAG_BYTES]);

/* base64url without padding; out has 4 * bytes / 3 + 4 bytes. */
void ys_sim_base64url(const void *data, size_t bytes, char *out);
/* The reverse; false for anything else than what the above makes. *bytes: in capacity, out
 * length. */
bool ys_sim_base64url_decode(const char *text, void *out, size_t *bytes);

/* New ids: "PL" + 32 characters, base64url("<playlist>.<16 hex>"), "UC" + 22. */
YS_CHECKED enum ys_status ys_sim_new_playlist_id(struct ys_sim *sim, char out[YS_ID_BYTES],
                                                 struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_new_item_id(struct ys_sim *sim, const char *playlist_id,
                                             char out[YS_ID_BYTES], struct ys_error *err);
void ys_sim_channel_id(const char *title, char out[YS_ID_BYTES]); /* derived, stable */

#endif
