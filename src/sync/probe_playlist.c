/* probe_playlist.c: finds, reads and deletes test playlists; see probe.h. */
#include <stdio.h>
#include <string.h>

#include "base/json_list.h"
#include "base/text.h"
#include "sync/probe.h"

/* ---------------------------------------------------------------- one playlist */

struct reading {
    ys_api_playlist_fn each;
    void *ctx;
    bool there;
};

static enum ys_status note_there(void *ctx, const struct ys_api_playlist *playlist,
                                 struct ys_error *err)
{
    struct reading *reading = ctx;

    reading->there = true;
    return reading->each ? reading->each(reading->ctx, playlist, err) : YS_OK;
}

enum ys_status ys_probe_read(struct probing *probe, ys_api_playlist_fn each, void *ctx,
                             bool *there, struct ys_error *err)
{
    struct reading reading = {.each = each, .ctx = ctx};
    const char *id = probe->playlist_id;
    struct ys_exchange exchange;
    struct ys_request request;
    enum ys_status status;

    *there = false;
    YS_TRY(ys_request_playlists_by_id(&request, &id, 1, err));
    YS_TRY(ys_client_get(probe->client, &request, 0, &exchange, err));
    probe->looked_mono_ms = exchange.sent_mono_ms;
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_PLAYLISTS_LIST, err);
    if (status == YS_OK)
        status = ys_parse_playlists(ys_client_json(probe->client), &exchange.reply.body, NULL,
                                    note_there, &reading, err);
    ys_exchange_free(&exchange);
    *there = reading.there;
    return status;
}

static enum ys_status note_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct probing *probe = ctx;
    size_t i;

    (void)err;
    for (i = 0; i < YS_PROBE_VIDEOS; i++)
        if (strcmp(item->video_id, probe->videos[i]) == 0) break;
    /* A second entry of the same video is none of ours. */
    if (i == YS_PROBE_VIDEOS || probe->at[i] >= 0) probe->strangers++;
    else probe->at[i] = item->position;
    return YS_OK;
}

enum ys_status ys_probe_list(struct probing *probe, struct ys_error *err)
{
    struct ys_page page = {.rows = 0};
    struct ys_exchange exchange;
    struct ys_request request;
    enum ys_status status;
    size_t i;

    for (i = 0; i < YS_PROBE_VIDEOS; i++) probe->at[i] = -1;
    probe->strangers = 0;
    YS_TRY(ys_request_items(&request, probe->playlist_id, NULL, NULL, err));
    YS_TRY(ys_client_get(probe->client, &request, 0, &exchange, err));
    probe->looked_mono_ms = exchange.sent_mono_ms;
    /* A young playlist's list may not be there yet: it shows nothing. */
    if (exchange.outcome.verdict == YS_VERDICT_PLAYLIST_GONE) {
        ys_exchange_free(&exchange);
        return YS_OK;
    }
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_ITEMS_LIST, err);
    if (status == YS_OK)
        status = ys_parse_items(ys_client_json(probe->client), &exchange.reply.body, &page,
                                note_item, probe, err);
    ys_exchange_free(&exchange);
    if (page.next_page_token[0]) probe->strangers++; /* no probe fills a page */
    return status;
}

static enum ys_status build_delete(const struct probing *probe, struct ys_request *request,
                                   struct ys_error *err)
{
    return ys_request_playlist_delete(request, probe->playlist_id, err);
}

static enum ys_status look_deleted(struct probing *probe, bool *seen, struct ys_error *err)
{
    YS_TRY(ys_probe_read(probe, NULL, NULL, seen, err));
    *seen = !*seen;
    return YS_OK;
}

/* Also a delete of which nobody saw the outcome shows by the playlist's being gone. */
static enum ys_status delete_once(struct probing *probe, struct ys_probe_lag *lag,
                                  struct ys_error *err)
{
    struct ys_exchange exchange;
    enum ys_status status = ys_probe_write(probe, build_delete, &exchange, err);

    if (status == YS_OK) ys_exchange_free(&exchange);
    else if (status != YS_EUNKNOWN) return status;
    YS_TRY(ys_probe_watch(probe, look_deleted, lag, err));
    return lag->seen_ms >= 0 ? YS_OK : status;
}

enum ys_status ys_probe_delete(struct probing *probe, struct ys_probe_lag *lag,
                               struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_probe_list(probe, err));
    if (probe->strangers > 0)
        return ys_fail(err, YS_ECHANGED,
                       "Somebody put something else into the test playlist \"%s\", so it stays. "
                       "Look at it on YouTube, and delete it there.",
                       probe->title);
    status = delete_once(probe, lag, err);
    /* A playlist that is still there after all these looks can be deleted once more. */
    if (status == YS_EUNKNOWN) status = delete_once(probe, lag, err);
    if (status != YS_OK) return status;
    return ys_probe_log(probe, "playlist_delete", probe->playlist_id, "", err);
}

/* ---------------------------------------------------------------- all of the channel's */

static enum ys_status note_titled(void *ctx, const struct ys_api_playlist *playlist,
                                  struct ys_error *err)
{
    struct probing *probe = ctx;

    (void)err;
    if (strcmp(playlist->title, probe->title) == 0)
        (void)ys_copy(probe->playlist_id, sizeof probe->playlist_id, playlist->id);
    return YS_OK;
}

static enum ys_status look_titled(struct probing *probe, bool *seen, struct ys_error *err)
{
    YS_TRY(ys_session_own_playlists(probe->client, &probe->looked_mono_ms, note_titled, probe,
                                    err));
    *seen = probe->playlist_id[0] != '\0';
    return YS_OK;
}

enum ys_status ys_probe_find(struct probing *probe, struct ys_error *err)
{
    struct ys_probe_lag lag;

    YS_TRY(ys_probe_watch(probe, look_titled, &lag, err));
    if (probe->playlist_id[0]) return YS_OK;
    return ys_fail(err, YS_EUNKNOWN,
                   "Whether the test playlist \"%s\" was made is not known: your playlists do not "
                   "show it so far.",
                   probe->title);
}

/* ---------------------------------------------------------------- leftovers */

/* Reads the videos of the record of a test playlist; false when they are not there. */
static bool read_videos(struct probing *probe, const char *json)
{
    char text[YS_PROBE_VIDEOS * YS_ID_BYTES + 8];
    struct ys_json_list list;
    size_t i, bytes;

    if (!ys_copy(text, sizeof text, json)) return false;
    ys_json_list_init(&list, text, strlen(text));
    for (i = 0; i < YS_PROBE_VIDEOS; i++) {
        if (ys_json_list_next(&list, text, &bytes) != YS_JSON_LIST_ITEM || bytes >= YS_ID_BYTES)
            return false;
        memcpy(probe->videos[i], text, bytes);
        probe->videos[i][bytes] = '\0';
    }
    return true;
}

static bool take_record(void *ctx, const struct ys_log_record *entry)
{
    struct probing *probe = ctx;

    if (read_videos(probe, entry->after))
        (void)ys_copy(probe->title, sizeof probe->title, entry->entity);
    return true;
}

/* Is it a test playlist of ours? Its title and videos go into the probe. */
static enum ys_status recognise(struct probing *probe, const struct ys_api_playlist *playlist,
                                bool *ours, struct ys_error *err)
{
    probe->title[0] = '\0';
    if (strncmp(playlist->title, YS_PROBE_TITLE_BEGIN, sizeof YS_PROBE_TITLE_BEGIN - 1) == 0 &&
        playlist->privacy == YS_PRIVACY_PRIVATE)
        YS_TRY(ys_log_find(probe->session->store, YS_PROBE_ACTION, playlist->title, take_record,
                           probe, err));
    *ours = probe->title[0] != '\0';
    return YS_OK;
}

struct leftovers {
    struct probing probe;
    ys_playlist_fn each;
    void *ctx;
    bool stopped;
};

static enum ys_status offer(void *ctx, const struct ys_api_playlist *playlist,
                            struct ys_error *err)
{
    struct leftovers *leftovers = ctx;
    struct ys_playlist_record record = {.description = playlist->description,
                                        .privacy = playlist->privacy,
                                        .item_count = playlist->item_count,
                                        .published_at_ms = playlist->published_at_ms};
    bool ours;

    YS_TRY(recognise(&leftovers->probe, playlist, &ours, err));
    if (!ours || leftovers->stopped) return YS_OK;
    (void)ys_copy(record.id, sizeof record.id, playlist->id);
    (void)ys_copy(record.title, sizeof record.title, playlist->title);
    leftovers->stopped = !leftovers->each(leftovers->ctx, &record);
    return YS_OK;
}

enum ys_status ys_probe_leftovers(struct ys_session *session, ys_playlist_fn each, void *ctx,
                                  struct ys_error *err)
{
    struct leftovers leftovers = {.probe = {.session = session}, .each = each, .ctx = ctx};

    YS_TRY(ys_probe_open(&leftovers.probe, err));
    return ys_session_answer(session, ys_session_own_playlists(leftovers.probe.client, NULL, offer,
                                                               &leftovers, err));
}

struct removal {
    struct probing *probe;
    bool ours;
};

static enum ys_status check_removal(void *ctx, const struct ys_api_playlist *playlist,
                                    struct ys_error *err)
{
    struct removal *removal = ctx;

    return recognise(removal->probe, playlist, &removal->ours, err);
}

static enum ys_status remove_it(struct probing *probe, struct ys_error *err)
{
    struct ys_probe_lag lag = {.unseen_ms = -1, .seen_ms = -1};
    struct removal removal = {.probe = probe};
    bool there;

    YS_TRY(ys_probe_read(probe, check_removal, &removal, &there, err));
    if (!there) return YS_OK;
    if (!removal.ours)
        return ys_fail(err, YS_ECHANGED,
                       "The playlist %s is no private test playlist of ytsync's any more, so it "
                       "stays.",
                       probe->playlist_id);
    return ys_probe_delete(probe, &lag, err);
}

enum ys_status ys_probe_remove(struct ys_session *session, const char *playlist_id,
                               struct ys_error *err)
{
    struct ys_probe_record out = {.units = 0};
    struct probing probe = {.session = session, .out = &out};

    if (!playlist_id) return ys_fail(err, YS_EINVAL, "A playlist's id is needed.");
    if (!ys_copy(probe.playlist_id, sizeof probe.playlist_id, playlist_id))
        return ys_fail(err, YS_EINVAL, "The playlist's id is too long.");
    YS_TRY(ys_probe_open(&probe, err));
    return ys_session_answer(session, remove_it(&probe, err));
}
