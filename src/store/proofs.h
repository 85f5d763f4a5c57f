/* proofs.h: rows of job_proofs: for every entry that a job may delete (its own, or with its
 * playlist) why its video is not lost by that. Writers run inside a transaction.
 *
 * An operation's rows are replaced as a whole by each new proof; they stay when the operation is
 * done. A delete leaves only with a row of every entry that a live listing showed, none of which
 * is `unaccounted` (P1). */
#ifndef YS_STORE_PROOFS_H
#define YS_STORE_PROOFS_H

#include "store/store.h"

/* One row on the way in. */
struct ys_row_proof {
    int64_t job_id, operation_id;
    const char *playlist_id, *playlist_title; /* where the entry is */
    const char *item_id, *video_id;
    const char *video_title;                  /* as listed; the last known one wins. May be NULL */
    int64_t position, listed_at_ms;           /* of the live listing that showed it */
    enum ys_proof_verdict verdict;
    const char *category;                     /* PLACED: key of the category that holds it */
    const char *place_playlist_id;            /* PLACED: the playlist that carries it */
    const char *reason;                       /* UNACCOUNTED: a sentence; else "" */
};

/* Forgets what an operation was proved by. */
YS_CHECKED enum ys_status ys_proof_clear(struct ys_store *store, int64_t operation_id,
                                         struct ys_error *err);
/* Stores one row. For PLACED the entry that was seen is looked up in the stored listing of the
 * place (never `item_id` itself), for DROPPED the policy's words: when there is none the row is
 * stored as UNACCOUNTED. *verdict_out: what was stored. */
YS_CHECKED enum ys_status ys_proof_put(struct ys_store *store, const struct ys_row_proof *row,
                                       enum ys_proof_verdict *verdict_out,
                                       struct ys_error *err);
/* How many rows an operation has, and how many of them say that a video is accounted for. */
YS_CHECKED enum ys_status ys_proof_count(struct ys_store *store, int64_t operation_id,
                                         int64_t *rows, int64_t *accounted,
                                         struct ys_error *err);
/* By the order of the operations, then position. Entries that still wait for their proof come
 * from the stored listings, with the verdict WAITING. */
YS_CHECKED enum ys_status ys_proof_walk(struct ys_store *store, int64_t job_id, ys_proof_fn each,
                                        void *ctx, struct ys_error *err);
YS_CHECKED enum ys_status ys_proof_summary(struct ys_store *store, int64_t job_id,
                                           struct ys_proof_summary *out, struct ys_error *err);

#endif
