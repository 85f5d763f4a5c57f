/* record.h: what a reply says of a playlist, into the store; the one place that maps the fields. */
#ifndef YS_LIBRARY_RECORD_H
#define YS_LIBRARY_RECORD_H

#include "store/library.h"
#include "youtube/response.h"

/* Stores a playlist as a reply of `at_ms` (server wall time) shows it; made_by_job 0 leaves that
 * as it is. YS_EREPLY when the reply does not say how visible it is. In a transaction. */
YS_CHECKED enum ys_status ys_record_playlist(struct ys_store *store, int64_t account_id,
                                             const struct ys_api_playlist *playlist,
                                             int64_t made_by_job, int64_t at_ms,
                                             struct ys_error *err);

#endif
