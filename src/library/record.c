/* record.c: see record.h. */
#include "library/record.h"

enum ys_status ys_record_playlist(struct ys_store *store, int64_t account_id,
                                  const struct ys_api_playlist *playlist, int64_t made_by_job,
                                  int64_t at_ms, struct ys_error *err)
{
    struct ys_row_playlist row = {
        .youtube_id = playlist->id,
        .title = playlist->title,
        .description = playlist->description,
        .default_language = playlist->default_language,
        .localizations = playlist->localizations,
        .podcast_status = playlist->podcast_status,
        .privacy = playlist->privacy,
        .item_count = playlist->item_count,
        .etag = playlist->etag,
        .published_at_ms = playlist->published_at_ms,
        .fetched_at_ms = at_ms,
        .made_by_job = made_by_job,
    };
    int64_t id;

    if (playlist->privacy == YS_PRIVACY_UNSET)
        return ys_fail(err, YS_EREPLY,
                       "YouTube's reply does not say how visible the playlist %s is.",
                       playlist->id);
    return ys_playlist_put(store, account_id, &row, &id, err);
}
