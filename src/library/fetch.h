/* fetch.h: reading the channel's library into the store. */
#ifndef YS_LIBRARY_FETCH_H
#define YS_LIBRARY_FETCH_H

#include "library/listing.h"

/* A playlist that looks unchanged is listed again after this long all the same (a swap of two
 * videos changes neither its count nor its etag). */
#define YS_FULL_LISTING_EVERY_MS (INT64_C(7) * 24 * 3600 * 1000)

/* What YouTube said of videos is asked for again when it is older than this, or dropped: its terms
 * let nobody keep it longer (YouTube API Services, Developer Policies III.E.4). */
#define YS_DATA_AGE_MAX_MS (INT64_C(30) * 24 * 3600 * 1000)

/* Asks which channel the token belongs to (1 unit) and stores its account. YS_EAUTH with a
 * sentence when the account has no channel. `expected_channel` NULL or an id that it must be
 * (YS_ECHANNEL names both otherwise, and nothing is stored); YS_IMPORT_CHANNEL counts as NULL. */
YS_CHECKED enum ys_status ys_fetch_channel(struct ys_client *client, const char *expected_channel,
                                           int64_t job_id, int64_t *account_id,
                                           struct ys_error *err);
/* Reads the list of all own playlists (1 unit per 50). Those that are no longer returned are asked
 * for by id before they are marked as deleted. */
YS_CHECKED enum ys_status ys_fetch_playlists(struct ys_client *client, int64_t account_id,
                                             int64_t job_id, int64_t *units,
                                             struct ys_error *err);
/* Everything: channel, playlists, changed items, metadata of new videos. See ys_fetch in
 * ytsync.h. An idle fetch of an unchanged library costs 1 unit plus 1 per 50 playlists, and 1 more
 * per 50 videos whose metadata has passed YS_DATA_AGE_MAX_MS since. A job's fetch (`job_id` not 0)
 * leaves that to the next one without a job: its reads are foretold. */
YS_CHECKED enum ys_status ys_fetch_library(struct ys_client *client, const char *expected_channel,
                                           bool full, int64_t job_id,
                                           ys_fetch_progress_fn progress, void *progress_ctx,
                                           struct ys_fetch_result *out, struct ys_error *err);

#endif
