/* operations.h: rows of sync_operations: every change that a job makes, from intent to outcome.
 * Writers run inside a transaction. */
#ifndef YS_STORE_OPERATIONS_H
#define YS_STORE_OPERATIONS_H

#include "store/store.h"

/* One row. Text pointers: the caller's on the way in, valid during the callback on the way out. */
struct ys_row_op {
    int64_t id, job_id, seq;
    enum ys_op_kind kind;
    enum ys_op_status status;
    const char *category;      /* key, "" for none */
    const char *playlist_id;   /* "" until its create is done */
    const char *item_id, *video_id;
    const char *title;
    const char *description;   /* NULL: it stays as it is */
    enum ys_privacy privacy;
    int64_t copies;            /* item_insert: copies of the video there when it is done */
    const char *anchor;        /* the video that it comes to stand after, "top", "": no order */
    int64_t nth;               /* which of the video's copies in that order, from 1 (0: 1) */
    const char *found;         /* what the plan met (the old title) */
    const char *rule;
    int64_t attempts, intent_at_ms, done_at_ms;
    const char *remote_id;
    int64_t seen_at_ms;        /* when a listing showed its effect; 0: not yet */
    int64_t units;
    const char *reason, *error;
};

typedef bool (*ys_row_op_fn)(void *ctx, const struct ys_row_op *row);

YS_CHECKED enum ys_status ys_op_insert(struct ys_store *store, const struct ys_row_op *row,
                                       int64_t *id_out, struct ys_error *err);
YS_CHECKED enum ys_status ys_op_find(struct ys_store *store, int64_t id, ys_row_op_fn each,
                                     void *ctx, bool *found, struct ys_error *err);
/* All operations of a job by seq. */
YS_CHECKED enum ys_status ys_op_walk(struct ys_store *store, int64_t job_id, ys_row_op_fn each,
                                     void *ctx, struct ys_error *err);
/* Those of a playlist ("": of playlists that are not made yet) that are not done but may have taken
 * effect: sent at least once, or of an old copy of the database. */
YS_CHECKED enum ys_status ys_op_walk_doubtful(struct ys_store *store, const char *playlist_id,
                                              ys_row_op_fn each, void *ctx,
                                              struct ys_error *err);
/* pending -> in_flight with one more attempt and its units; YS_EINTERNAL from another status. */
YS_CHECKED enum ys_status ys_op_claim(struct ys_store *store, int64_t id, int64_t units,
                                      int64_t now_ms, struct ys_error *err);
/* Any unfinished status -> `status`. remote_id, reason and error may be NULL (kept, "", ""). */
YS_CHECKED enum ys_status ys_op_settle(struct ys_store *store, int64_t id,
                                       enum ys_op_status status, const char *remote_id,
                                       const char *reason, const char *error, int64_t now_ms,
                                       struct ys_error *err);
/* in_flight -> pending as if it had never been claimed: the attempt does not count (refused for a
 * reason that is none of the operation's, or never sent). */
YS_CHECKED enum ys_status ys_op_put_back(struct ys_store *store, int64_t id, const char *reason,
                                         const char *error, struct ys_error *err);
/* Calls of the operation that may have taken effect (not refused with a 4xx, not unsent), and when
 * the first of them left (server wall time). */
YS_CHECKED enum ys_status ys_op_calls(struct ys_store *store, int64_t id, int64_t *count,
                                      int64_t *first_sent_ms, struct ys_error *err);
/* failed, skipped or done -> pending again (a decision, or verification found work). */
YS_CHECKED enum ys_status ys_op_reopen(struct ys_store *store, int64_t id, struct ys_error *err);
/* What failed, and what was skipped for another reason than `but_reason`, pending again as if it
 * had never been tried. */
YS_CHECKED enum ys_status ys_op_reopen_failed(struct ys_store *store, int64_t job_id,
                                              const char *but_reason, int64_t *count,
                                              struct ys_error *err);
/* A complete listing showed the effect of every done item_insert and item_move of the category. */
YS_CHECKED enum ys_status ys_op_set_seen(struct ys_store *store, int64_t job_id,
                                         const char *category, int64_t at_ms,
                                         struct ys_error *err);
/* The id of the playlist that a create made, for all operations of its category. */
YS_CHECKED enum ys_status ys_op_set_playlist(struct ys_store *store, int64_t job_id,
                                             const char *category, const char *playlist_id,
                                             struct ys_error *err);
/* Totals per stage. */
struct ys_op_totals {
    struct ys_stage_result create_playlists, add_videos, delete_playlists;
    int64_t unfinished, unknown;
};
YS_CHECKED enum ys_status ys_op_totals(struct ys_store *store, int64_t job_id,
                                       struct ys_op_totals *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_op_last_seq(struct ys_store *store, int64_t job_id, int64_t *seq,
                                         struct ys_error *err);

#endif
