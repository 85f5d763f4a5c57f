/* leftovers.h: operations of ended jobs of which nobody saw what became of them, and what an old
 * copy of the database cannot know. */
#ifndef YS_STORE_LEFTOVERS_H
#define YS_STORE_LEFTOVERS_H

#include "store/store.h"

struct ys_leftovers {
    int64_t on_wire;           /* operations whose outcome nobody saw */
    int64_t unseen;            /* done ones whose effect no listing showed yet */
    int64_t newest_intent_ms;  /* wall time of the newest of both */
};

/* Of all ended jobs. Reads. */
YS_CHECKED enum ys_status ys_leftovers_count(struct ys_store *store, struct ys_leftovers *out,
                                             struct ys_error *err);
/* The library was read since: it says what became of them. The outcomes that nobody saw are closed
 * as skipped. Inside a transaction. */
YS_CHECKED enum ys_status ys_leftovers_close(struct ys_store *store, int64_t at_ms,
                                             struct ys_error *err);

/* Creations of the job that are not finished become unknown and count as never tried, so that they
 * are looked for first, by mark and by title: a newer database, now gone, may have carried them out
 * and come further. Inside a transaction. */
YS_CHECKED enum ys_status ys_op_doubt_creates(struct ys_store *store, int64_t job_id,
                                              struct ys_error *err);

/* Walks the playlists that a job made and that were to be published when they were full, but never
 * were. `mark_reference`: the job's word in the mark of a playlist whose id is not known ("" else).
 * Return false to stop. */
typedef bool (*ys_unpublished_fn)(void *ctx, const char *playlist_id,
                                  const char *mark_reference);
YS_CHECKED enum ys_status ys_op_unpublished(struct ys_store *store, ys_unpublished_fn each,
                                            void *ctx, struct ys_error *err);

#endif
