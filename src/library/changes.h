/* changes.h: what a reading of the library finds changed on YouTube that ytsync did not do: entries
 * of the log by YS_ACTOR_ELSEWHERE. As far as the store can know: what is compared is what was read
 * before and what ytsync wrote since; its own writes, those in doubt included, are left out.
 *
 *   playlist_new, playlist_gone, playlist_changed     its state before and after
 *   video_new, video_gone                             the entry's place before and after
 *
 * All inside the caller's transaction, before the store learns of what was read. */
#ifndef YS_LIBRARY_CHANGES_H
#define YS_LIBRARY_CHANGES_H

#include "base/buffer.h"
#include "library/listing.h"
#include "store/library.h"

/* The state of a playlist, or of an entry, as entries of the log have it: a JSON object. */
#define YS_STATE_BYTES_MAX ((size_t)64 << 10)
void ys_state_playlist(struct ys_buf *out, const struct ys_row_playlist *row);
void ys_state_item(struct ys_buf *out, int64_t position);

/* A reply says that a playlist of the account is so. */
YS_CHECKED enum ys_status ys_changes_playlist(struct ys_store *store, int64_t account_id,
                                              const struct ys_api_playlist *playlist,
                                              int64_t at_ms, struct ys_error *err);
/* A playlist is no longer there. */
YS_CHECKED enum ys_status ys_changes_gone(struct ys_store *store, const char *playlist_id,
                                          int64_t at_ms, struct ys_error *err);
/* A listing that is believed. Nothing is said of a playlist's first one. */
YS_CHECKED enum ys_status ys_changes_listing(struct ys_store *store,
                                             const struct ys_listing *listing,
                                             struct ys_error *err);

#endif
