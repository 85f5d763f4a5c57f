/* outcome.c: what a reply means for its operation: the one place where operations leave
 * `in_flight`. All inside the turn's transaction. */
#include <string.h>

#include "base/time.h"
#include "base/text.h"
#include "sync/engine.h"
#include "youtube/mark.h"

/* 409 ABORTED wants at least a second (YOUTUBE_API 3.3). */
#define ABORTED_FLOOR_MS 1000
/* A playlist that was created this recently and answers 404 is not gone (YOUTUBE_API section 4). */
#define YOUNG_PLAYLIST_MS (60 * YS_MS_PER_S)
/* So many exchanges in a row without an answer, or slowed down, and the job rests. */
#define FAILURES_IN_A_ROW_MAX 6
#define NETWORK_REST_MAX_MS YS_MS_PER_HOUR
#define THROTTLES_IN_A_ROW_MAX 8
#define THROTTLE_REST_MS YS_MS_PER_HOUR

/* ---------------------------------------------------------------- done */

struct created_item {
    struct ys_engine *engine;
    const struct ys_task *task;
    const struct ys_lane *lane;
    char id[YS_ID_BYTES];
    int64_t position;
};

static enum ys_status take_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct created_item *created = ctx;
    struct ys_row_item row = {.youtube_id = item->id,
                              .playlist_id = created->lane->playlist_id,
                              .video_id = created->task->video_id,
                              .position = item->position,
                              .added_at_ms = item->added_at_ms,
                              .availability = item->availability,
                              .title = item->title,
                              .channel = item->owner_title};

    if (strcmp(item->video_id, created->task->video_id) != 0 ||
        strcmp(item->playlist_id, created->lane->playlist_id) != 0)
        return ys_fail(err, YS_EREPLY, "The reply to a write names another video or playlist.");
    if (created->task->kind == YS_OP_ITEM_MOVE && strcmp(item->id, created->task->item_id) != 0)
        return ys_fail(err, YS_EREPLY, "The reply to a move names another entry.");
    (void)ys_copy(created->id, sizeof created->id, item->id);
    created->position = item->position;
    if (created->task->positional)
        YS_TRY(ys_item_make_room(created->engine->store, created->lane->playlist_id, item->id,
                                 item->position, err));
    return ys_item_put(created->engine->store, created->lane->playlist_id, &row, err);
}

struct created_playlist {
    struct ys_engine *engine;
    int64_t made_by_job;
    char id[YS_ID_BYTES];
};

static enum ys_status take_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                    struct ys_error *err)
{
    struct created_playlist *created = ctx;

    (void)ys_copy(created->id, sizeof created->id, playlist->id);
    return ys_record_playlist(created->engine->store, created->engine->job.account_id, playlist,
                              created->made_by_job, ys_client_now_ms(created->engine->client), err);
}

enum ys_status ys_engine_created(struct ys_engine *engine, size_t task, const char *playlist_id,
                                 struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    int64_t now = ys_env_mono_ms(engine->env), id;

    (void)ys_copy(lane->playlist_id, sizeof lane->playlist_id, playlist_id);
    if (now + YS_AFTER_CREATE_MS > lane->ready_ms) lane->ready_ms = now + YS_AFTER_CREATE_MS;
    lane->created_ms = now;
    /* It is empty; but one that a newer database, now gone, made may be filled: then it was found
     * without an attempt (ys_op_doubt_creates), perhaps long after the old copy was accepted. */
    lane->surveyed = entry->attempts > 0 && !engine->store->stale_accepted;
    YS_TRY(ys_op_set_playlist(engine->store, engine->job.id, lane->category, playlist_id, err));
    return ys_category_put(engine->store, engine->job.account_id, lane->category, entry->title,
                           playlist_id, &id, err);
}

static enum ys_status done(struct ys_engine *engine, size_t task, const char *before,
                           const char *remote_id, const char *reason, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    int64_t now = ys_client_now_ms(engine->client), copies = 0;
    const char *entity = remote_id && remote_id[0] ? remote_id : lane->playlist_id;
    struct ys_buf after;
    enum ys_status status;

    if (entry->kind == YS_OP_PLAYLIST_CREATE)
        YS_TRY(ys_engine_created(engine, task, remote_id, err));
    /* A write and somebody's edit can add up to the count that was there before. */
    if (entry->kind == YS_OP_ITEM_INSERT || entry->kind == YS_OP_ITEM_DELETE)
        YS_TRY(ys_playlist_doubt(engine->store, lane->playlist_id, err));
    if (entry->kind == YS_OP_ITEM_INSERT) {
        lane->rows++;
        lane->verified = false;
    }
    if (entry->kind == YS_OP_ITEM_MOVE) {
        lane->verified = false;
        entity = entry->item_id;
    }
    if (entry->kind == YS_OP_ITEM_DELETE) {
        if (lane->rows > 0) lane->rows--;
        ys_engine_unplaced(engine, entry->lane, entry->item_id);
        entity = entry->item_id;
        YS_TRY(ys_item_remove(engine->store, entry->item_id, err));
        if (ys_map_get(&lane->present, entry->video_id, &copies) && copies > 0)
            YS_TRY(ys_map_put(&lane->present, entry->video_id, copies - 1, err));
    }
    if (entry->kind == YS_OP_PLAYLIST_DELETE)
        YS_TRY(ys_playlist_deleted(engine->store, lane->playlist_id, now, err));
    if (remote_id && remote_id[0]) {
        entry->remote_id = ys_arena_dup(&engine->agenda.arena, remote_id);
        if (!entry->remote_id) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    }
    YS_TRY(ys_op_settle(engine->store, entry->id, YS_OP_STATUS_DONE, remote_id, reason, NULL,
                        now, err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_DONE);
    ys_engine_state_init(&after);
    status = ys_engine_state(engine, task, entity, &after, err);
    if (status == YS_OK)
        status = ys_engine_log(engine, task, ys_op_kind_name(entry->kind), entity, before,
                               ys_buf_text(&after), err);
    ys_buf_free(&after);
    if (status == YS_OK) ys_engine_event(engine, YS_EVENT_OPERATION, task, reason, "");
    return status;
}

enum ys_status ys_engine_done(struct ys_engine *engine, size_t task, const char *before,
                              const char *remote_id, const char *reason, struct ys_error *err)
{
    struct ys_buf found;
    enum ys_status status;

    if (before) return done(engine, task, before, remote_id, reason, err);
    ys_engine_state_init(&found);
    status = ys_engine_state(engine, task, engine->agenda.tasks[task].item_id, &found, err);
    if (status == YS_OK)
        status = done(engine, task, ys_buf_text(&found), remote_id, reason, err);
    ys_buf_free(&found);
    return status;
}

/* ---------------------------------------------------------------- not done */

enum ys_status ys_engine_failed(struct ys_engine *engine, size_t task, const char *reason,
                                const char *message, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];

    YS_TRY(ys_op_settle(engine->store, entry->id, YS_OP_STATUS_FAILED, NULL, reason, message,
                        ys_client_now_ms(engine->client), err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_FAILED);
    engine->undecided = true;
    YS_TRY(ys_engine_error_row(engine, task, reason, message, err));
    ys_engine_event(engine, YS_EVENT_ERROR, task, reason, message);
    return YS_OK;
}

enum ys_status ys_engine_skipped(struct ys_engine *engine, size_t task, const char *reason,
                                 const char *message, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];

    YS_TRY(ys_op_settle(engine->store, entry->id, YS_OP_STATUS_SKIPPED, NULL, reason, message,
                        ys_client_now_ms(engine->client), err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_SKIPPED);
    entry->parked = true;
    YS_TRY(ys_engine_error_row(engine, task, reason, message, err));
    ys_engine_event(engine, YS_EVENT_NOTE, task, reason, message);
    return YS_OK;
}

enum ys_status ys_engine_stop_lane(struct ys_engine *engine, size_t number, const char *reason,
                                   const char *message, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    int64_t now = ys_client_now_ms(engine->client);
    size_t i;

    lane->stopped = true;
    for (i = lane->head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next) {
        if (ys_task_finished(&engine->agenda.tasks[i])) continue;
        YS_TRY(ys_op_settle(engine->store, engine->agenda.tasks[i].id, YS_OP_STATUS_SKIPPED, NULL,
                            reason, message, now, err));
        ys_agenda_set_status(&engine->agenda, i, YS_OP_STATUS_SKIPPED);
        engine->agenda.tasks[i].parked = true;
    }
    if (lane->head != YS_NO_TASK)
        YS_TRY(ys_engine_error_row(engine, lane->head, reason, message, err));
    ys_engine_event(engine, YS_EVENT_NOTE, lane->head, reason, message);
    return YS_OK;
}

enum ys_status ys_engine_lane_gone(struct ys_engine *engine, size_t number, const char *reason,
                                   const char *message, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];

    lane->gone = true;
    ys_map_free(&lane->present);
    return ys_engine_stop_lane(engine, number, reason, message, err);
}

enum ys_status ys_engine_again(struct ys_engine *engine, size_t task, const char *reason,
                               const char *message, int64_t wait_ms, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    int64_t at = ys_env_mono_ms(engine->env) + wait_ms;
    char text[512];

    if (entry->attempts >= YS_ATTEMPTS_MAX) {
        ys_format(text, sizeof text, "Given up after %d attempts; the last answer was: %s",
                  YS_ATTEMPTS_MAX, message[0] ? message : reason);
        YS_TRY(ys_engine_failed(engine, task, reason, text, err));
        if (entry->kind == YS_OP_PLAYLIST_CREATE)
            return ys_engine_stop_lane(engine, entry->lane, "no_playlist",
                                       "Its playlist could not be created.", err);
        return YS_OK;
    }
    if (at > lane->ready_ms) lane->ready_ms = at;
    YS_TRY(ys_op_settle(engine->store, entry->id, YS_OP_STATUS_PENDING, NULL, reason, message,
                        ys_client_now_ms(engine->client), err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_PENDING);
    return YS_OK;
}

/* Pending again, and the attempt does not count: what refused it (the day, the pace, the sign-in, a
 * connection that was never made) is none of the operation's fault. */
static enum ys_status put_back(struct ys_engine *engine, size_t task,
                               const struct ys_outcome *outcome, int64_t wait_ms,
                               struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    int64_t at = ys_env_mono_ms(engine->env) + wait_ms;

    if (at > lane->ready_ms) lane->ready_ms = at;
    entry->attempts--;
    YS_TRY(ys_op_put_back(engine->store, entry->id, outcome->reason, outcome->message, err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_PENDING);
    return YS_OK;
}

static enum ys_status unknown(struct ys_engine *engine, size_t task,
                              const struct ys_exchange *exchange, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];

    lane->looked = false;
    lane->settle_ms = exchange->done_mono_ms + engine->agenda.settle_ms;
    YS_TRY(ys_op_settle(engine->store, entry->id, YS_OP_STATUS_UNKNOWN, NULL,
                        exchange->outcome.reason, exchange->outcome.message,
                        ys_client_now_ms(engine->client), err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_UNKNOWN);
    ys_engine_event(engine, YS_EVENT_NOTE, task, "unknown", exchange->outcome.message);
    return YS_OK;
}

/* Records what the reply says. A 2xx whose body makes no sense says that it was applied, but not
 * as what: YS_EREPLY. */
static enum ys_status take_reply(struct ys_engine *engine, size_t task,
                                 struct ys_exchange *exchange, char remote_id[YS_ID_BYTES],
                                 struct ys_error *err)
{
    const struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    struct created_item item = {.engine = engine, .task = entry, .lane = lane};
    struct created_playlist playlist = {.engine = engine};
    struct ys_json *json = ys_client_json(engine->client);

    switch (entry->kind) {
    case YS_OP_ITEM_INSERT:
    case YS_OP_ITEM_MOVE:
        if (exchange->outcome.verdict == YS_VERDICT_ALREADY) return YS_OK;
        YS_TRY(ys_parse_item(json, &exchange->reply.body, take_item, &item, err));
        if (entry->kind == YS_OP_ITEM_INSERT) (void)ys_copy(remote_id, YS_ID_BYTES, item.id);
        return ys_engine_placed(engine, task, item.id, item.position, err);
    case YS_OP_PLAYLIST_CREATE:
        playlist.made_by_job = engine->job.id;
        YS_TRY(ys_parse_playlist(json, &exchange->reply.body, take_playlist, &playlist, err));
        (void)ys_copy(remote_id, YS_ID_BYTES, playlist.id);
        return YS_OK;
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH:
        lane->metadata_ms = YS_NEVER_MS;
        YS_TRY(ys_parse_playlist(json, &exchange->reply.body, take_playlist, &playlist, err));
        return strcmp(playlist.id, lane->playlist_id) == 0 ? YS_OK : YS_EREPLY;
    default: return YS_OK;
    }
}

static enum ys_status applied(struct ys_engine *engine, size_t task,
                              struct ys_exchange *exchange, struct ys_error *err)
{
    char remote_id[YS_ID_BYTES] = "";
    struct ys_error why = {0};
    struct ys_buf before;
    enum ys_status status;

    ys_engine_state_init(&before);
    status = ys_engine_state(engine, task, engine->agenda.tasks[task].item_id, &before, &why);
    if (status == YS_OK) status = take_reply(engine, task, exchange, remote_id, &why);
    if (status == YS_OK) {
        status = ys_engine_done(engine, task, ys_buf_text(&before), remote_id,
                                exchange->outcome.reason, err);
    } else if (status == YS_EREPLY) {
        (void)ys_copy(exchange->outcome.reason, sizeof exchange->outcome.reason, "bad_reply");
        status = unknown(engine, task, exchange, err);
    } else if (err) {
        *err = why;
    }
    ys_buf_free(&before);
    return status;
}

static enum ys_status playlist_refused(struct ys_engine *engine, size_t task,
                                       const struct ys_outcome *outcome, struct ys_error *err)
{
    size_t lane = engine->agenda.tasks[task].lane;

    YS_TRY(ys_engine_failed(engine, task, outcome->reason, outcome->message, err));
    return ys_engine_stop_lane(engine, lane, outcome->reason, outcome->message, err);
}

/* Refusals that stop the whole job until a person acts. */
static enum ys_status person_must_act(struct ys_engine *engine, size_t task,
                                      const struct ys_outcome *outcome,
                                      enum ys_pause_reason reason, struct ys_error *err)
{
    ys_engine_ask_rest(engine, reason, outcome->status, 0, outcome->message);
    return put_back(engine, task, outcome, 0, err);
}

/* Counts exchanges in a row that came to nothing; when there are too many the job rests, longer
 * each time, so that a server in trouble is not hammered. */
static void count_failures(struct ys_engine *engine, const struct ys_outcome *outcome)
{
    int64_t rest_ms = YS_NETWORK_REST_MS, over;

    if (outcome->verdict != YS_VERDICT_UNKNOWN && outcome->verdict != YS_VERDICT_RETRY) {
        engine->failures_in_a_row = 0;
        return;
    }
    over = ++engine->failures_in_a_row - FAILURES_IN_A_ROW_MAX;
    if (over < 0) return;
    for (; over > 0 && rest_ms < NETWORK_REST_MAX_MS; over--) rest_ms *= 2;
    if (rest_ms > NETWORK_REST_MAX_MS) rest_ms = NETWORK_REST_MAX_MS;
    ys_engine_ask_rest(engine, YS_PAUSE_NETWORK_ERROR, YS_ENETWORK,
                       ys_client_now_ms(engine->client) + rest_ms, outcome->message);
}

static enum ys_status passing(struct ys_engine *engine, size_t task,
                              const struct ys_exchange *exchange, struct ys_error *err)
{
    const struct ys_outcome *outcome = &exchange->outcome;
    uint64_t random;
    int64_t wait;

    ys_env_random(engine->env, &random, sizeof random);
    wait = ys_backoff_ms(engine->agenda.tasks[task].attempts, ABORTED_FLOOR_MS, random);
    if (outcome->retry_after_ms > wait) wait = outcome->retry_after_ms;
    if (exchange->reply.wire == YS_WIRE_NOT_SENT ||
        strcmp(outcome->reason, YS_REASON_TOKEN_RENEWED) == 0)
        return put_back(engine, task, outcome, wait, err);
    return ys_engine_again(engine, task, outcome->reason, outcome->message, wait, err);
}

static enum ys_status slow_down(struct ys_engine *engine, size_t task,
                                const struct ys_exchange *exchange, struct ys_error *err)
{
    const struct ys_outcome *outcome = &exchange->outcome;

    if (++engine->throttles_in_a_row >= THROTTLES_IN_A_ROW_MAX) {
        ys_engine_ask_rest(engine, YS_PAUSE_QUOTA_EXHAUSTED, YS_ETHROTTLED,
                           ys_client_now_ms(engine->client) + THROTTLE_REST_MS,
                           outcome->message);
    }
    return put_back(engine, task, outcome,
                    outcome->retry_after_ms > 0 ? outcome->retry_after_ms : 0, err);
}

/* 404 playlistNotFound: no answer for a playlist that this process made a moment ago. */
static enum ys_status playlist_gone(struct ys_engine *engine, size_t task,
                                    const struct ys_exchange *exchange, struct ys_error *err)
{
    const struct ys_lane *lane = &engine->agenda.lanes[engine->agenda.tasks[task].lane];

    if (lane->created_ms != YS_NEVER_MS &&
        exchange->done_mono_ms - lane->created_ms < YOUNG_PLAYLIST_MS)
        return passing(engine, task, exchange, err);
    YS_TRY(ys_engine_failed(engine, task, exchange->outcome.reason, exchange->outcome.message,
                            err));
    return ys_engine_lane_gone(engine, engine->agenda.tasks[task].lane, exchange->outcome.reason,
                               exchange->outcome.message, err);
}

/* 400 manualSortRequired: whether it took effect is not known; from now on nothing that goes to
 * the playlist says where. */
static enum ys_status self_sorted(struct ys_engine *engine, size_t task,
                                  const struct ys_exchange *exchange, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[engine->agenda.tasks[task].lane];
    char text[256];

    YS_TRY(ys_playlist_set_self_sorted(engine->store, lane->playlist_id, true, err));
    ys_format(text, sizeof text,
              "YouTube sorts \"%.150s\" by itself, so videos are added to it without a place.",
              engine->agenda.tasks[task].title);
    if (!lane->self_sorted) ys_engine_event(engine, YS_EVENT_NOTE, task, "self_sorted", text);
    lane->self_sorted = true;
    ys_lane_forget_places(lane);
    return unknown(engine, task, exchange, err);
}

enum ys_status ys_engine_outcome(struct ys_engine *engine, size_t task,
                                 struct ys_exchange *exchange, struct ys_error *err)
{
    struct ys_task *entry = &engine->agenda.tasks[task];
    struct ys_lane *lane = &engine->agenda.lanes[entry->lane];
    const struct ys_outcome *outcome = &exchange->outcome;

    lane->busy = false;
    lane->last_write_ms = exchange->done_mono_ms;
    if (ys_op_kind_stage(entry->kind) != YS_STAGE_DELETE_PLAYLISTS)
        lane->last_add_ms = exchange->done_mono_ms;
    count_failures(engine, outcome);
    if (outcome->verdict != YS_VERDICT_SLOW_DOWN) engine->throttles_in_a_row = 0;
    switch (outcome->verdict) {
    case YS_VERDICT_DONE:
    case YS_VERDICT_ALREADY: return applied(engine, task, exchange, err);
    case YS_VERDICT_RETRY: return passing(engine, task, exchange, err);
    case YS_VERDICT_UNKNOWN: return unknown(engine, task, exchange, err);
    case YS_VERDICT_SELF_SORTED:
        return self_sorted(engine, task, exchange, err);
    case YS_VERDICT_SLOW_DOWN: return slow_down(engine, task, exchange, err);
    case YS_VERDICT_CREATE_LIMIT:
    case YS_VERDICT_DAY_USED_UP:
        /* The ledger knows (ys_client_settle); the schedule asks it. */
        return put_back(engine, task, outcome, 0, err);
    case YS_VERDICT_TOKEN_EXPIRED:
    case YS_VERDICT_SIGN_IN:
    case YS_VERDICT_PROJECT_BLOCKED:
        return person_must_act(engine, task, outcome, YS_PAUSE_AUTH_ERROR, err);
    case YS_VERDICT_ACCOUNT_REFUSED:
        return person_must_act(engine, task, outcome, YS_PAUSE_ERRORS_COLLECTED, err);
    case YS_VERDICT_PLAYLIST_REFUSED: return playlist_refused(engine, task, outcome, err);
    case YS_VERDICT_PLAYLIST_GONE: return playlist_gone(engine, task, exchange, err);
    case YS_VERDICT_ITEM_GONE:
        if (entry->kind == YS_OP_ITEM_DELETE) return applied(engine, task, exchange, err);
        break;
    case YS_VERDICT_POSITION:
        lane->surveyed = false;
        return passing(engine, task, exchange, err);
    case YS_VERDICT_ITEM_REFUSED:
        /* Else the next plan, made from the same listing, would want it again. */
        YS_TRY(ys_video_doubt(engine->store, entry->video_id, err));
        break;
    default: break;
    }
    YS_TRY(ys_engine_failed(engine, task, outcome->reason, outcome->message, err));
    if (entry->kind == YS_OP_PLAYLIST_CREATE)
        return ys_engine_stop_lane(engine, entry->lane, outcome->reason, outcome->message, err);
    return YS_OK;
}
