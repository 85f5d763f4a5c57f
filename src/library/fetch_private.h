/* fetch_private.h: what fetch.c and fetch_playlists.c share; nobody else includes it. */
#ifndef YS_LIBRARY_FETCH_PRIVATE_H
#define YS_LIBRARY_FETCH_PRIVATE_H

#include "library/fetch.h"

/* Reads lag behind writes: by 2 to 3 s as measured, the worst case is not known (YOUTUBE_API
 * section 4). A playlist younger than this is not taken for deleted when it is not listed, and
 * one that was deleted this recently is not taken for alive when it still is. */
#define YS_FETCH_SETTLE_MS INT64_C(60000)
/* Playlists of a channel: about 1,000 are said to be the limit (YOUTUBE_API section 4). */
#define YS_FETCH_PLAYLISTS_MAX 50000

struct ys_fetch_run {
    struct ys_client *client;
    int64_t account_id, job_id;
    ys_fetch_progress_fn progress;  /* NULL: nobody wants to know */
    void *progress_ctx;
    int64_t units;                  /* of the series that are over */
    int64_t refreshed, dropped;     /* videos of which what was known was too old */
};

/* A growing list of ids. Zeroed is empty; ys_id_list_free leaves it empty. */
struct ys_id_list {
    char (*ids)[YS_ID_BYTES];
    size_t count, capacity, count_max;
};
YS_CHECKED enum ys_status ys_id_list_add(struct ys_id_list *list, const char *id,
                                         struct ys_error *err);
void ys_id_list_sort(struct ys_id_list *list);
/* In a sorted list. */
bool ys_id_list_has(const struct ys_id_list *list, const char *id);
void ys_id_list_free(struct ys_id_list *list);

/* Tells the caller how far it is. YS_EINTERRUPTED when it wants to stop. */
YS_CHECKED enum ys_status ys_fetch_tell(const struct ys_fetch_run *run, const char *what,
                                        int64_t done, int64_t total, int64_t series_units,
                                        struct ys_error *err);
/* The list of all own playlists, as ys_fetch_playlists. */
YS_CHECKED enum ys_status ys_fetch_list(struct ys_fetch_run *run, struct ys_error *err);
/* Asks for playlists by id: stores those that are there, adds them to *there (may be NULL), and
 * marks the others as deleted (not the young ones). */
YS_CHECKED enum ys_status ys_fetch_confirm(struct ys_fetch_run *run,
                                           const struct ys_id_list *wanted,
                                           struct ys_id_list *there, struct ys_error *err);

#endif
