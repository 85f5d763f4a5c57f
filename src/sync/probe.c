/* probe.c: tries on a test playlist of its own what nobody has measured; see ytsync.h and probe.h.
 *
 * The order: which videos (1 read), the title into the log, make the playlist, add two videos
 * without a position, take the first out, delete the playlist. After each write the lists are read
 * until they show it. Whatever goes wrong, the playlist is deleted at the end; after a crash the
 * log knows its title. */
#include "sync/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/schedule.h"

/* Looks after one write: soon after each other at first, for lags of 2 to 3 s were measured. */
#define LOOKS_MAX 26
#define LOOKS_QUICK 8
#define LOOKS_STEADY 16
#define QUICK_MS INT64_C(250)
#define STEADY_MS INT64_C(1000)
#define SLOW_MS INT64_C(5000)
/* Writes that were refused for the moment are sent again so often, in all. */
#define REPEATS_MAX 2
#define REPEAT_AFTER_MS INT64_C(2000)
/* What the end needs: a look or two, a delete and a second one, and looks after each. */
#define END_UNITS 160
#define HTTP_CONFLICT 409

/* ---------------------------------------------------------------- the record */

enum ys_status ys_probe_open(struct probing *probe, struct ys_error *err)
{
    struct ys_quota_record quota;
    int64_t account;

    YS_TRY(ys_session_runner(probe->session, &probe->client, err));
    YS_TRY(ys_client_quota(probe->client, &quota, err));
    (void)ys_copy(probe->day, sizeof probe->day, quota.day);
    probe->used_before = quota.used_units + quota.reserved_units;
    probe->units_max = YS_PROBE_UNITS_MAX;
    return ys_session_account(probe->session, &account, err);
}

enum ys_status ys_probe_log(struct probing *probe, const char *action, const char *entity,
                            const char *after, struct ys_error *err)
{
    struct ys_store *store = probe->session->store;
    struct ys_log_record entry = {.at_ms = ys_session_now(probe->session), .before = "",
                                  .after = after};
    enum ys_status status;

    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, action);
    (void)ys_copy(entry.entity, sizeof entry.entity, entity);
    YS_TRY(ys_store_begin(store, err));
    status = ys_log_add(store, &entry, err);
    if (status == YS_OK) status = ys_store_commit(store, err);
    if (status != YS_OK) ys_store_rollback(store);
    return status;
}

/* ---------------------------------------------------------------- writes and looks */

enum ys_status ys_probe_units(struct probing *probe, struct ys_error *err)
{
    struct ys_quota_record now;

    YS_TRY(ys_client_quota(probe->client, &now, err));
    /* Past midnight the day's own units are what is known, besides those before. */
    if (strcmp(now.day, probe->day) != 0) {
        (void)ys_copy(probe->day, sizeof probe->day, now.day);
        probe->used_before = -probe->out->units;
    }
    probe->out->units = now.used_units + now.reserved_units - probe->used_before;
    return YS_OK;
}

static bool refused_for_now(const struct ys_exchange *exchange)
{
    return exchange->outcome.verdict == YS_VERDICT_RETRY;
}

enum ys_status ys_probe_write(struct probing *probe, ys_probe_build_fn build,
                              struct ys_exchange *exchange, struct ys_error *err)
{
    struct ys_request request;
    enum ys_method method;
    enum ys_status status;

    for (;;) {
        YS_TRY(build(probe, &request, err));
        method = request.method;
        YS_TRY(ys_client_write(probe->client, &request, exchange, err));
        probe->write_mono_ms = exchange->done_mono_ms;
        if (exchange->outcome.http_status == HTTP_CONFLICT) probe->out->refused++;
        if (!refused_for_now(exchange) || probe->repeats >= REPEATS_MAX) break;
        ys_exchange_free(exchange);
        probe->repeats++;
        YS_TRY(ys_session_sleep(probe->session, REPEAT_AFTER_MS, err));
    }
    if (exchange->outcome.verdict == YS_VERDICT_UNKNOWN)
        status = ys_fail(err, YS_EUNKNOWN, "%s: whether it took effect is not known (%s).",
                         ys_method_info(method)->name, exchange->outcome.message);
    else
        status = ys_outcome_fail(&exchange->outcome, method, err);
    if (status != YS_OK) ys_exchange_free(exchange);
    return status;
}

static int64_t pause_ms(int looks)
{
    if (looks < LOOKS_QUICK) return QUICK_MS;
    return looks < LOOKS_STEADY ? STEADY_MS : SLOW_MS;
}

enum ys_status ys_probe_watch(struct probing *probe, ys_probe_look_fn look,
                              struct ys_probe_lag *lag, struct ys_error *err)
{
    bool seen;
    int looks;

    for (looks = 1;; looks++) {
        YS_TRY(look(probe, &seen, err));
        YS_TRY(ys_probe_units(probe, err));
        if (seen) {
            lag->seen_ms = probe->looked_mono_ms - probe->write_mono_ms;
            return YS_OK;
        }
        lag->unseen_ms = probe->looked_mono_ms - probe->write_mono_ms;
        if (looks >= LOOKS_MAX || probe->out->units >= probe->units_max) return YS_OK;
        YS_TRY(ys_session_sleep(probe->session, pause_ms(looks), err));
    }
}

/* ---------------------------------------------------------------- the videos */

struct choice {
    char ids[YS_PAGE_ROWS_MAX][YS_ID_BYTES];
    size_t count;
    struct probing *probe;
    size_t chosen;
};

static bool offer_video(void *ctx, const struct ys_video_record *video)
{
    struct choice *choice = ctx;

    if (video->availability == YS_AVAILABILITY_LIVE)
        (void)ys_copy(choice->ids[choice->count++], YS_ID_BYTES, video->id);
    return choice->count < YS_PAGE_ROWS_MAX;
}

static enum ys_status choose_video(void *ctx, const struct ys_api_video *video,
                                   struct ys_error *err)
{
    struct choice *choice = ctx;

    (void)err;
    if (choice->chosen < YS_PROBE_VIDEOS)
        (void)ys_copy(choice->probe->videos[choice->chosen++], YS_ID_BYTES, video->id);
    return YS_OK;
}

/* Two videos of the library that YouTube still shows. */
static enum ys_status choose(struct probing *probe, struct ys_error *err)
{
    struct ys_channel_record channel;
    struct choice choice = {.probe = probe};
    const char *ids[YS_PAGE_ROWS_MAX];
    struct ys_exchange exchange;
    struct ys_request request;
    enum ys_status status = YS_OK;
    int64_t account;
    size_t i;

    YS_TRY(ys_account_get(probe->session->store, &account, &channel, err));
    YS_TRY(ys_video_walk(probe->session->store, account, offer_video, &choice, err));
    if (choice.count >= YS_PROBE_VIDEOS) {
        for (i = 0; i < choice.count; i++) ids[i] = choice.ids[i];
        YS_TRY(ys_request_videos(&request, ids, choice.count, err));
        YS_TRY(ys_client_get(probe->client, &request, 0, &exchange, err));
        status = ys_outcome_fail(&exchange.outcome, YS_METHOD_VIDEOS_LIST, err);
        if (status == YS_OK)
            status = ys_parse_videos(ys_client_json(probe->client), &exchange.reply.body, NULL,
                                     choose_video, &choice, err);
        ys_exchange_free(&exchange);
    }
    if (status != YS_OK || choice.chosen >= YS_PROBE_VIDEOS) return status;
    return ys_fail(err, YS_ENOTFOUND,
                   "Two videos of your library go into the test playlist, and the stored library "
                   "has no two that can be seen. Run `fetch` first.");
}

/* ---------------------------------------------------------------- the steps */

/* The title and the videos, so that what is left of this probe is known again. */
static enum ys_status begin(struct probing *probe, struct ys_error *err)
{
    char videos[YS_PROBE_VIDEOS * YS_ID_BYTES + 8];
    uint32_t number;

    ys_env_random(&probe->session->clock_env, &number, sizeof number);
    (void)snprintf(probe->title, sizeof probe->title, YS_PROBE_TITLE_BEGIN "%08" PRIx32, number);
    /* Ids of videos need no escaping. */
    (void)snprintf(videos, sizeof videos, "[\"%s\",\"%s\"]", probe->videos[0], probe->videos[1]);
    YS_TRY(ys_probe_log(probe, YS_PROBE_ACTION, probe->title, videos, err));
    (void)ys_copy(probe->out->title, sizeof probe->out->title, probe->title);
    return YS_OK;
}

static enum ys_status build_make(const struct probing *probe, struct ys_request *request,
                                 struct ys_error *err)
{
    struct ys_playlist_fields fields = {
        .title = probe->title,
        .description = "Made by ytsync to measure YouTube; it can be deleted.",
        .privacy = YS_PRIVACY_PRIVATE,
        .default_language = "",
        .localizations = "",
    };

    return ys_request_playlist_insert(request, &fields, err);
}

static enum ys_status take_made(void *ctx, const struct ys_api_playlist *playlist,
                                struct ys_error *err)
{
    struct probing *probe = ctx;

    (void)err;
    (void)ys_copy(probe->playlist_id, sizeof probe->playlist_id, playlist->id);
    return YS_OK;
}

static enum ys_status make(struct probing *probe, struct ys_error *err)
{
    struct ys_exchange exchange;
    enum ys_status status = ys_probe_write(probe, build_make, &exchange, err);

    probe->out->left = status == YS_OK || status == YS_EUNKNOWN;
    if (status != YS_OK) return status;
    probe->made_mono_ms = probe->write_mono_ms;
    status = ys_parse_playlist(ys_client_json(probe->client), &exchange.reply.body, take_made,
                               probe, err);
    ys_exchange_free(&exchange);
    return status;
}

static enum ys_status build_add(const struct probing *probe, struct ys_request *request,
                                struct ys_error *err)
{
    return ys_request_item_insert(request, probe->playlist_id, probe->videos[probe->adding], -1,
                                  err);
}

static enum ys_status take_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct probing *probe = ctx;

    (void)err;
    if (probe->adding == 0) (void)ys_copy(probe->item_id, sizeof probe->item_id, item->id);
    return YS_OK;
}

static enum ys_status add(struct probing *probe, size_t video, struct ys_error *err)
{
    struct ys_exchange exchange;
    enum ys_status status;

    probe->adding = video;
    YS_TRY(ys_probe_write(probe, build_add, &exchange, err));
    status = ys_parse_item(ys_client_json(probe->client), &exchange.reply.body, take_item, probe,
                           err);
    ys_exchange_free(&exchange);
    return status;
}

static enum ys_status build_take_out(const struct probing *probe, struct ys_request *request,
                                     struct ys_error *err)
{
    return ys_request_item_delete(request, probe->item_id, err);
}

static enum ys_status look_made(struct probing *probe, bool *seen, struct ys_error *err)
{
    return ys_probe_read(probe, NULL, NULL, seen, err);
}

static enum ys_status look_first(struct probing *probe, bool *seen, struct ys_error *err)
{
    YS_TRY(ys_probe_list(probe, err));
    *seen = probe->at[0] >= 0;
    return YS_OK;
}

static enum ys_status look_second(struct probing *probe, bool *seen, struct ys_error *err)
{
    YS_TRY(ys_probe_list(probe, err));
    *seen = probe->at[1] >= 0;
    return YS_OK;
}

static enum ys_status look_taken_out(struct probing *probe, bool *seen, struct ys_error *err)
{
    YS_TRY(ys_probe_list(probe, err));
    *seen = probe->at[0] < 0;
    return YS_OK;
}

static enum ys_status measure(struct probing *probe, struct ys_error *err)
{
    struct ys_probe_record *out = probe->out;
    struct ys_exchange exchange;
    int64_t young_ms;

    probe->units_max = YS_PROBE_UNITS_MAX - END_UNITS;
    YS_TRY(make(probe, err));
    YS_TRY(ys_probe_watch(probe, look_made, &out->made, err));
    young_ms = probe->made_mono_ms + YS_AFTER_CREATE_MS -
               ys_env_mono_ms(&probe->session->clock_env);
    if (young_ms > 0) YS_TRY(ys_session_sleep(probe->session, young_ms, err));
    YS_TRY(add(probe, 0, err));
    YS_TRY(ys_probe_watch(probe, look_first, &out->added, err));
    YS_TRY(add(probe, 1, err));
    YS_TRY(ys_probe_watch(probe, look_second, &out->added_more, err));
    if (probe->at[0] >= 0 && probe->at[1] >= 0)
        (void)ys_copy(out->place, sizeof out->place, probe->at[1] > probe->at[0] ? "end" : "top");
    /* A list that never showed it says nothing about its going. */
    if (probe->at[0] < 0) return YS_OK;
    YS_TRY(ys_probe_write(probe, build_take_out, &exchange, err));
    ys_exchange_free(&exchange);
    return ys_probe_watch(probe, look_taken_out, &out->taken_out, err);
}

/* Deletes what was made, whatever became of the rest. */
static enum ys_status clean_up(struct probing *probe, struct ys_error *err)
{
    probe->repeats = 0;
    probe->units_max = YS_PROBE_UNITS_MAX;
    if (!probe->out->left) return YS_OK;
    if (!probe->playlist_id[0]) YS_TRY(ys_probe_find(probe, err));
    YS_TRY(ys_probe_delete(probe, &probe->out->deleted, err));
    probe->out->left = false;
    return YS_OK;
}

/* ---------------------------------------------------------------- all of it */

static enum ys_status prepare(struct probing *probe, struct ys_error *err)
{
    int64_t units, creates;

    YS_TRY(ys_probe_open(probe, err));
    YS_TRY(ys_client_remaining(probe->client, &units, &creates, err));
    if (units < YS_PROBE_UNITS_MAX)
        return ys_fail(err, YS_EQUOTA,
                       "The probe is begun only when %d units are left of the day, so that it can "
                       "delete its test playlist again; there are %" PRId64 ".",
                       YS_PROBE_UNITS_MAX, units);
    YS_TRY(choose(probe, err));
    return begin(probe, err);
}

static const struct ys_probe_lag not_tried = {.unseen_ms = -1, .seen_ms = -1};

enum ys_status ys_probe(struct ys_session *session, struct ys_probe_record *out,
                        struct ys_error *err)
{
    struct probing probe = {.session = session, .out = out};
    struct ys_error later = {.status = YS_OK};
    enum ys_status status, cleaned;

    memset(out, 0, sizeof *out);
    out->made = out->added = out->added_more = out->taken_out = out->deleted = not_tried;
    status = prepare(&probe, err);
    if (status == YS_OK) status = measure(&probe, err);
    status = ys_session_answer(session, status);
    cleaned = clean_up(&probe, &later);
    if (status == YS_OK && cleaned != YS_OK && err) *err = later;
    if (status == YS_OK) status = cleaned;
    cleaned = out->title[0] ? ys_probe_units(&probe, &later) : YS_OK;
    return ys_session_answer(session, status == YS_OK ? cleaned : status);
}
