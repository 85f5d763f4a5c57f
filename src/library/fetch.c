/* fetch.c: see fetch.h. The order is: which channel is it, its playlists, the items of those that
 * changed, the metadata of videos not met before. What was read is stored page by page (items:
 * playlist by playlist), so that a fetch that stops, for whatever reason, is taken up by the
 * next one where it was. */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "library/fetch_private.h"
#include "store/export.h"
#include "store/imports.h"

/* A playlist that is there by id but answers 404 when its items are asked for was made a moment
 * ago (YOUTUBE_API section 4: about 2 s). It is asked again so often, after such a pause. */
#define GONE_ROUNDS_MAX 4
#define GONE_PAUSE_MS 3000
/* Distinct videos of one library: 200 full playlists' worth. */
#define VIDEOS_MAX 1000000

enum ys_status ys_fetch_tell(const struct ys_fetch_run *run, const char *what, int64_t done,
                             int64_t total, int64_t series_units, struct ys_error *err)
{
    struct ys_fetch_progress now = {
        .what = what, .done = done, .total = total, .units = run->units + series_units};

    if (!run->progress || run->progress(run->progress_ctx, &now)) return YS_OK;
    return ys_fail(err, YS_EINTERRUPTED,
                   "Stopped on request; what was read until then is stored.");
}

/* ---------------------------------------------------------------- the channel */

struct asking_channel {
    struct ys_client *client;
    const char *expected;
    bool asked;
    int64_t account_id;        /* 0: not yet */
    char id[YS_ID_BYTES], title[YS_TITLE_BYTES];
};

static enum ys_status channel_next(void *ctx, struct ys_request *request, uint64_t *number,
                                   bool *more, struct ys_error *err)
{
    struct asking_channel *asking = ctx;

    *more = !asking->asked;
    asking->asked = true;
    *number = 0;
    return *more ? ys_request_channel(request, err) : YS_OK;
}

static enum ys_status note_channel(void *ctx, const struct ys_api_channel *channel,
                                   struct ys_error *err)
{
    struct asking_channel *asking = ctx;

    if (asking->id[0])
        return ys_fail(err, YS_EREPLY, "YouTube names two channels for one sign-in: %s and %s.",
                       asking->id, channel->id);
    if (!ys_copy(asking->id, sizeof asking->id, channel->id))
        return ys_fail(err, YS_EREPLY, "The channel's id is too long.");
    (void)ys_copy(asking->title, sizeof asking->title, channel->title);
    return YS_OK;
}

static enum ys_status channel_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                    struct ys_error *err)
{
    struct asking_channel *asking = ctx;

    (void)number;
    if (exchange->outcome.verdict != YS_VERDICT_DONE) {
        YS_TRY(ys_outcome_fail(&exchange->outcome, YS_METHOD_CHANNELS_LIST, err));
        return ys_fail(err, YS_EREPLY, "channels.list: an answer of no use (%s).",
                       ys_verdict_name(exchange->outcome.verdict));
    }
    asking->id[0] = '\0';
    YS_TRY(ys_parse_channels(ys_client_json(asking->client), &exchange->reply.body, NULL,
                             note_channel, asking, err));
    if (!asking->id[0])
        return ys_fail(err, YS_EAUTH,
                       "The account of this sign-in has no YouTube channel. Create one on "
                       "youtube.com, or sign in with the account that owns the playlists.");
    if (asking->expected && strcmp(asking->expected, asking->id) != 0)
        return ys_fail(err, YS_ECHANNEL,
                       "The sign-in is for the channel %s (%s), but %s is expected. Sign in with "
                       "the account of that channel.",
                       asking->id, asking->title, asking->expected);
    return ys_account_put(ys_client_store(asking->client), asking->id, asking->title,
                          &asking->account_id, err);
}

static enum ys_status fetch_channel(struct ys_fetch_run *run, const char *expected,
                                    struct ys_error *err)
{
    bool known = expected && strcmp(expected, YS_IMPORT_CHANNEL) != 0;
    struct asking_channel asking = {.client = run->client, .expected = known ? expected : NULL};
    struct ys_reader reader = {.ctx = &asking,
                               .next = channel_next,
                               .reply = channel_reply,
                               .job_id = run->job_id};
    enum ys_status status = ys_client_read(run->client, &reader, err);

    run->units += reader.units;
    run->account_id = asking.account_id;
    return status;
}

enum ys_status ys_fetch_channel(struct ys_client *client, const char *expected_channel,
                                int64_t job_id, int64_t *account_id, struct ys_error *err)
{
    struct ys_fetch_run run = {.client = client, .job_id = job_id};
    enum ys_status status = fetch_channel(&run, expected_channel, err);

    *account_id = status == YS_OK ? run.account_id : 0;
    return status;
}

enum ys_status ys_fetch_playlists(struct ys_client *client, int64_t account_id, int64_t job_id,
                                  int64_t *units, struct ys_error *err)
{
    struct ys_fetch_run run = {.client = client, .account_id = account_id, .job_id = job_id};
    enum ys_status status = ys_fetch_list(&run, err);

    if (units) *units = run.units;
    return status;
}

/* ---------------------------------------------------------------- items */

struct fetching_items {
    struct ys_fetch_run *run;
    bool full;
    int64_t now_ms;
    struct ys_id_list wanted, gone;
    int64_t listed, total, units;
    enum ys_status status;             /* of a walk */
    struct ys_error *err;
};

static bool looks_changed(const struct ys_row_playlist *row, int64_t now_ms)
{
    return row->listed_at_ms == 0 || row->item_count != row->listed_count ||
           strcmp(row->etag, row->listed_etag) != 0 ||
           now_ms - row->listed_at_ms >= YS_FULL_LISTING_EVERY_MS ||
           row->listed_at_ms > now_ms + YS_FETCH_SETTLE_MS; /* by a clock that was wrong */
}

static bool note_wanted(void *ctx, const struct ys_row_playlist *row)
{
    struct fetching_items *fetching = ctx;

    if (fetching->full || looks_changed(row, fetching->now_ms))
        fetching->status = ys_id_list_add(&fetching->wanted, row->youtube_id, fetching->err);
    return fetching->status == YS_OK;
}

/* ys_listing_fn */
static enum ys_status keep_listing(void *ctx, const struct ys_listing *listing,
                                   struct ys_error *err)
{
    struct fetching_items *fetching = ctx;
    struct ys_fetch_run *run = fetching->run;

    if (listing->gone) return ys_id_list_add(&fetching->gone, listing->playlist_id, err);
    if (listing->refused)
        ys_env_log(ys_client_env(run->client), YS_LOG_WARN,
                   "The playlist %s cannot be read and stays as it was known: %s",
                   listing->playlist_id, listing->message);
    else
        YS_TRY(ys_listing_store(ys_client_store(run->client), listing, err));
    fetching->listed++;
    return ys_fetch_tell(run, "items", fetching->listed, fetching->total, fetching->units, err);
}

static enum ys_status list_wanted(struct fetching_items *fetching, struct ys_error *err)
{
    size_t i, count = fetching->wanted.count;
    const char **ids;
    enum ys_status status;

    if (count == 0) return YS_OK;
    ids = ys_alloc_zero(count, sizeof *ids);
    if (!ids) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < count; i++) ids[i] = fetching->wanted.ids[i];
    status = ys_listings_read(fetching->run->client, ids, count, fetching->run->job_id,
                              keep_listing, fetching, &fetching->units, err);
    fetching->run->units += fetching->units;
    fetching->units = 0;
    ys_free(ids);
    return status;
}

/* Lists what is wanted; what answers "no such playlist" is asked for by id, and what is there by
 * id is listed again. */
static enum ys_status list_rounds(struct fetching_items *fetching, struct ys_error *err)
{
    int64_t round;

    for (round = 1; fetching->wanted.count > 0; round++) {
        if (round > GONE_ROUNDS_MAX)
            return ys_fail(err, YS_ESHIFTING,
                           "The playlist %s exists, but YouTube does not show its entries. Call "
                           "again in a minute.",
                           fetching->wanted.ids[0]);
        if (round > 1) ys_env_sleep_ms(ys_client_env(fetching->run->client), GONE_PAUSE_MS);
        YS_TRY(list_wanted(fetching, err));
        fetching->wanted.count = 0;
        fetching->total -= (int64_t)fetching->gone.count;
        YS_TRY(ys_fetch_confirm(fetching->run, &fetching->gone, &fetching->wanted, err));
        fetching->total += (int64_t)fetching->wanted.count;
        fetching->gone.count = 0;
    }
    return YS_OK;
}

static enum ys_status fetch_items(struct ys_fetch_run *run, bool full, int64_t *listed,
                                  struct ys_error *err)
{
    struct fetching_items fetching = {
        .run = run,
        .full = full,
        .now_ms = ys_client_now_ms(run->client),
        .wanted = {.count_max = YS_FETCH_PLAYLISTS_MAX},
        .gone = {.count_max = YS_FETCH_PLAYLISTS_MAX},
        .err = err,
    };
    enum ys_status status;

    status = ys_playlist_walk(ys_client_store(run->client), run->account_id, false, note_wanted,
                              &fetching, err);
    if (status == YS_OK) status = fetching.status;
    fetching.total = (int64_t)fetching.wanted.count;
    if (status == YS_OK) status = list_rounds(&fetching, err);
    *listed = fetching.listed;
    ys_id_list_free(&fetching.wanted);
    ys_id_list_free(&fetching.gone);
    return status;
}

/* ---------------------------------------------------------------- videos */

struct fetching_videos {
    struct ys_fetch_run *run;
    struct ys_reader reader;
    struct ys_id_list wanted, found;   /* found: of the reply at hand */
    size_t next, done;
    enum ys_status status;
    struct ys_error *err;
};

/* The moment at which what is known of videos begins to be too old; 0 when nothing is. */
static int64_t too_old_ms(const struct ys_fetch_run *run)
{
    int64_t at_ms = ys_client_now_ms(run->client) - YS_DATA_AGE_MAX_MS;

    return run->job_id != 0 || at_ms < 0 ? 0 : at_ms;
}

/* One that is listed as live and not answered for is asked for again at each fetch, for as long
 * once more; what is known of it is dropped then. */
static int64_t silence_old_ms(const struct ys_fetch_run *run)
{
    int64_t at_ms = ys_client_now_ms(run->client) - 2 * YS_DATA_AGE_MAX_MS;

    return at_ms < 0 ? 0 : at_ms;
}

static bool note_video(void *ctx, const char *id, bool known)
{
    struct fetching_videos *fetching = ctx;

    fetching->run->refreshed += known;
    fetching->status = ys_id_list_add(&fetching->wanted, id, fetching->err);
    return fetching->status == YS_OK;
}

static enum ys_status keep_video(void *ctx, const struct ys_api_video *api, struct ys_error *err)
{
    struct fetching_videos *fetching = ctx;
    struct ys_client *client = fetching->run->client;
    struct ys_video_record video = {
        .title = api->title,
        .channel = api->channel_title,
        .channel_id = api->channel_id,
        .description = api->description,
        .tags_json = api->tags,
        .duration_s = api->duration_s,
        .published_at_ms = api->published_at_ms,
        .availability = YS_AVAILABILITY_LIVE,
    };

    /* `wanted` came sorted from the store, so strangers are found out at once. */
    if (!ys_id_list_has(&fetching->wanted, api->id) ||
        !ys_copy(video.id, sizeof video.id, api->id))
        return ys_fail(err, YS_EREPLY, "videos.list: YouTube sent the video %s unasked.",
                       api->id);
    YS_TRY(ys_id_list_add(&fetching->found, api->id, err));
    return ys_video_put(ys_client_store(client), &video, ys_client_now_ms(client), err);
}

/* ys_reader.reply; `number` is the index of the first id that was asked for. */
static enum ys_status videos_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                   struct ys_error *err)
{
    struct fetching_videos *fetching = ctx;
    struct ys_client *client = fetching->run->client;
    size_t i, end = (size_t)number + YS_PAGE_ROWS_MAX;

    if (exchange->outcome.verdict != YS_VERDICT_DONE) {
        YS_TRY(ys_outcome_fail(&exchange->outcome, YS_METHOD_VIDEOS_LIST, err));
        return ys_fail(err, YS_EREPLY, "videos.list: an answer of no use (%s).",
                       ys_verdict_name(exchange->outcome.verdict));
    }
    fetching->found.count = 0;
    YS_TRY(ys_parse_videos(ys_client_json(client), &exchange->reply.body, NULL, keep_video,
                           fetching, err));
    ys_id_list_sort(&fetching->found);
    if (end > fetching->wanted.count) end = fetching->wanted.count;
    for (i = (size_t)number; i < end; i++)
        if (!ys_id_list_has(&fetching->found, fetching->wanted.ids[i]))
            YS_TRY(ys_video_absent(ys_client_store(client), fetching->wanted.ids[i],
                                   silence_old_ms(fetching->run), ys_client_now_ms(client), err));
    fetching->done += end - (size_t)number;
    return ys_fetch_tell(fetching->run, "videos", (int64_t)fetching->done,
                         (int64_t)fetching->wanted.count, fetching->reader.units, err);
}

/* ys_reader.next */
static enum ys_status videos_next(void *ctx, struct ys_request *request, uint64_t *number,
                                  bool *more, struct ys_error *err)
{
    struct fetching_videos *fetching = ctx;
    const char *ids[YS_PAGE_ROWS_MAX];
    size_t count = 0;

    *number = fetching->next;
    while (count < YS_PAGE_ROWS_MAX && fetching->next < fetching->wanted.count)
        ids[count++] = fetching->wanted.ids[fetching->next++];
    *more = count > 0;
    return count > 0 ? ys_request_videos(request, ids, count, err) : YS_OK;
}

static enum ys_status fetch_videos(struct ys_fetch_run *run, struct ys_error *err)
{
    int64_t newest_ms = run->job_id != 0 ? INT64_MAX
                                         : ys_client_now_ms(run->client) + YS_FETCH_SETTLE_MS;
    struct fetching_videos fetching = {
        .run = run, .wanted = {.count_max = VIDEOS_MAX}, .err = err};
    enum ys_status status;

    fetching.reader = (struct ys_reader){
        .ctx = &fetching, .next = videos_next, .reply = videos_reply, .job_id = run->job_id};
    status = ys_video_want_metadata(ys_client_store(run->client), run->account_id, too_old_ms(run),
                                    newest_ms, VIDEOS_MAX, note_video, &fetching, err);
    if (status == YS_OK) status = fetching.status;
    ys_id_list_sort(&fetching.wanted);
    if (status == YS_OK && fetching.wanted.count > 0) {
        status = ys_client_read(run->client, &fetching.reader, err);
        run->units += fetching.reader.units;
    }
    ys_id_list_free(&fetching.wanted);
    ys_id_list_free(&fetching.found);
    return status;
}

/* ---------------------------------------------------------------- everything */

/* Notes that the account was read to the end. */
static enum ys_status finish(struct ys_fetch_run *run, bool full, int64_t *imported,
                             struct ys_error *err)
{
    struct ys_store *store = ys_client_store(run->client);
    enum ys_status status;

    YS_TRY(ys_store_begin(store, err));
    status = ys_account_fetched(store, run->account_id, ys_client_now_ms(run->client), err);
    if (status == YS_OK) status = ys_import_settle(store, run->account_id, imported, err);
    if (status == YS_OK && full) status = ys_store_relisted(store, err);
    if (status == YS_OK && run->job_id == 0)
        status = ys_video_drop_old(store, too_old_ms(run), &run->dropped, err);
    if (status == YS_OK) status = ys_client_save(run->client, err);
    if (status == YS_OK) status = ys_store_commit(store, err);
    if (status != YS_OK) ys_store_rollback(store);
    return status;
}

enum ys_status ys_fetch_library(struct ys_client *client, const char *expected_channel, bool full,
                                int64_t job_id, ys_fetch_progress_fn progress,
                                void *progress_ctx, struct ys_fetch_result *out,
                                struct ys_error *err)
{
    struct ys_fetch_run run = {.client = client,
                               .job_id = job_id,
                               .progress = progress,
                               .progress_ctx = progress_ctx};
    struct ys_library_counts counts = {0};
    int64_t listed = 0;
    enum ys_status status;

    /* What an old copy of the database says of playlists may be long past. */
    if (ys_client_store(client)->stale_accepted) full = true;
    memset(out, 0, sizeof *out);
    status = fetch_channel(&run, expected_channel, err);
    if (status == YS_OK) status = ys_fetch_list(&run, err);
    if (status == YS_OK) status = fetch_items(&run, full, &listed, err);
    if (status == YS_OK) status = fetch_videos(&run, err);
    if (status == YS_OK) status = finish(&run, full, &out->imported, err);
    if (status == YS_OK)
        status = ys_library_count(ys_client_store(client), run.account_id, &counts, err);
    out->playlists = counts.playlists;
    out->items = counts.items;
    out->videos = counts.videos;
    out->playlists_listed = listed;
    out->units = run.units;
    out->refreshed = run.refreshed;
    out->dropped = run.dropped;
    return status;
}
