/* look.c: listings that the engine makes: before a lane's first write and when it is complete
 * (proof.c: before a delete). Each reads first (the client's own transactions), then writes what
 * it found in one transaction. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "library/changes.h"
#include "sync/engine.h"

/* Our record of when a call left and the server's of when a row was added may be that far apart: a
 * Date has whole seconds, and a skew below two is taken for noise. */
#define CLOCKS_APART_MS INT64_C(5000)

/* Entries that are private or deleted count too: a row that stands here is not lost by a delete
 * elsewhere. */
enum ys_status ys_engine_remember(struct ys_engine *engine, size_t number,
                                  const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t i;

    ys_map_free(&lane->present);
    for (i = 0; i < listing->count; i++) {
        int64_t copies = 0;
        (void)ys_map_get(&lane->present, listing->items[i].video_id, &copies);
        YS_TRY(ys_map_put(&lane->present, listing->items[i].video_id, copies + 1, err));
    }
    lane->rows = listing->count;
    lane->listed_ms = listing->begun_mono_ms;
    YS_TRY(ys_engine_read_places(engine, number, listing, err));
    return ys_listing_store(engine->store, listing, err);
}

/* What both kinds of refusal mean: nothing more can be done to this lane. */
static enum ys_status no_listing(struct ys_engine *engine, size_t number,
                                 const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    char text[512];

    if (listing->refused)
        return ys_engine_lane_gone(engine, number, "not_listable", listing->message, err);
    if (lane->created_ms != YS_NEVER_MS &&
        listing->begun_mono_ms - lane->created_ms < engine->agenda.settle_ms) {
        lane->ready_ms = lane->created_ms + engine->agenda.settle_ms;
        lane->last_add_ms = lane->created_ms; /* verified when the lag is over */
        return YS_OK;
    }
    ys_format(text, sizeof text,
              "The playlist of \"%.200s\" is gone from YouTube. Its videos were not added, and "
              "their old playlists stay. Plan again to make it anew.",
              lane->category);
    return ys_engine_lane_gone(engine, number, "playlist_gone", text, err);
}

enum ys_status ys_engine_look(struct ys_engine *engine, size_t lane, ys_with_listing_fn body,
                              struct ys_error *err)
{
    struct ys_listing listing;
    enum ys_status status;

    YS_TRY(ys_listing_read(engine->client, engine->agenda.lanes[lane].playlist_id,
                           engine->job.id, &listing, err));
    status = ys_engine_begin(engine, err);
    if (status == YS_OK) {
        status = body(engine, lane, &listing, err);
        if (status == YS_OK) status = ys_store_commit(engine->store, err);
        if (status != YS_OK) ys_store_rollback(engine->store);
    }
    ys_listing_free(&listing);
    return status;
}

/* ---------------------------------------------------------------- survey */

/* A row that was to be moved: gone, or in its place already, by the user's hand. */
static enum ys_status meet_move(struct ys_engine *engine, size_t number, size_t task,
                                struct ys_error *err)
{
    const struct ys_task *move = &engine->agenda.tasks[task];
    bool listed, in_place;
    char text[256];

    if (!ys_lane_has_places(&engine->agenda.lanes[number])) return YS_OK;
    in_place = ys_engine_in_place(engine, number, move->item_id, &listed);
    if (in_place) {
        ys_engine_keep_place(engine, number, move->item_id);
        return ys_engine_done(engine, task, NULL, "", "it was so already", err);
    }
    if (listed) return YS_OK;
    ys_format(text, sizeof text,
              "The video %s is not in \"%.150s\" any more, so it is not moved there.",
              move->video_id, move->title);
    return ys_engine_skipped(engine, task, "not_there", text, err);
}

/* An inbox: rows that are gone already need not leave it. */
static enum ys_status survey_inbox(struct ys_engine *engine, size_t number,
                                   const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t i;

    if (listing->refused)
        return ys_engine_stop_lane(engine, number, "not_listable", listing->message, err);
    if (!listing->gone) YS_TRY(ys_engine_remember(engine, number, listing, err));
    lane->surveyed = true;
    for (i = lane->head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next) {
        const struct ys_task *task = &engine->agenda.tasks[i];
        if (task->kind != YS_OP_ITEM_DELETE || task->status != YS_OP_STATUS_PENDING) continue;
        if (!listing->gone && ys_listing_find(listing, task->item_id)) continue;
        YS_TRY(ys_engine_done(engine, i, NULL, "", "it was gone already", err));
    }
    lane->rows = listing->count;
    return YS_OK;
}

/* Whether the row is what another insert of the lane than `task` added, or found: one that leaves
 * more copies behind than `beyond`. */
static bool is_of_another(const struct ys_engine *engine, size_t number, size_t task,
                          int64_t beyond, const char *item_id)
{
    size_t i;

    for (i = engine->agenda.lanes[number].head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next) {
        const struct ys_task *other = &engine->agenda.tasks[i];
        if (i != task && other->kind == YS_OP_ITEM_INSERT && other->copies > beyond &&
            strcmp(other->remote_id, item_id) == 0)
            return true;
    }
    return false;
}

/* The row that an insert finds there already. Of several copies the newest that no other insert
 * has: the older ones are those that the plan met. */
static const char *row_found(const struct ys_engine *engine, size_t number, size_t task,
                             const struct ys_listing *listing)
{
    const struct ys_task *insert = &engine->agenda.tasks[task];
    const struct ys_listed_item *found = NULL;
    size_t i;

    for (i = 0; i < listing->count; i++) {
        const struct ys_listed_item *item = &listing->items[i];
        if (strcmp(item->video_id, insert->video_id) != 0 ||
            (found && (insert->copies == 1 || item->added_at_ms <= found->added_at_ms)) ||
            is_of_another(engine, number, task, 0, item->id))
            continue;
        found = item;
    }
    return found ? found->id : "";
}

static enum ys_status survey(struct ys_engine *engine, size_t number,
                             const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    int64_t met = 0;
    size_t i;
    char text[128];

    if (!lane->category[0]) return survey_inbox(engine, number, listing, err);
    if (listing->gone || listing->refused) return no_listing(engine, number, listing, err);
    YS_TRY(ys_engine_remember(engine, number, listing, err));
    lane->surveyed = true;
    for (i = lane->head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next) {
        const struct ys_task *task = &engine->agenda.tasks[i];
        if (task->status == YS_OP_STATUS_PENDING && task->kind == YS_OP_ITEM_MOVE)
            YS_TRY(meet_move(engine, number, i, err));
        if (task->status != YS_OP_STATUS_PENDING || task->kind != YS_OP_ITEM_INSERT) continue;
        if ((int64_t)ys_listing_copies(listing, task->video_id, NULL) < task->copies) continue;
        YS_TRY(ys_engine_done(engine, i, NULL, row_found(engine, number, i, listing),
                              "already there", err));
        met++;
    }
    lane->rows = listing->count;
    if (met > 0) {
        (void)snprintf(text, sizeof text, "%lld videos were there already.", (long long)met);
        ys_engine_event(engine, YS_EVENT_NOTE, lane->head, "already there", text);
    }
    return YS_OK;
}

enum ys_status ys_engine_survey(struct ys_engine *engine, size_t lane, struct ys_error *err)
{
    return ys_engine_look(engine, lane, survey, err);
}

/* ---------------------------------------------------------------- verify */

/* An insert that is done but not in the listing: asked for by its item id before anything is
 * queued again, since a listing of several pages can miss a row. */
struct missing {
    bool found;
};

static enum ys_status found_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    (void)item;
    (void)err;
    ((struct missing *)ctx)->found = true;
    return YS_OK;
}

static enum ys_status ask_for_item(struct ys_engine *engine, const char *item_id, bool *found,
                                   struct ys_error *err)
{
    struct missing missing = {false};
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;

    YS_TRY(ys_request_items_by_id(&request, &item_id, 1, err));
    YS_TRY(ys_client_get(engine->client, &request, engine->job.id, &exchange, err));
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_ITEMS_LIST, err);
    if (status == YS_OK)
        status = ys_parse_items(ys_client_json(engine->client), &exchange.reply.body, NULL,
                                found_item, &missing, err);
    ys_exchange_free(&exchange);
    *found = missing.found;
    return status;
}

/* Queues the row for being taken out. */
static enum ys_status queue_takeout(struct ys_engine *engine, size_t number,
                                    const struct ys_task *insert,
                                    const struct ys_listed_item *item, struct ys_error *err)
{
    struct ys_row_op row = {.job_id = engine->job.id,
                            .kind = YS_OP_ITEM_DELETE,
                            .category = engine->agenda.lanes[number].category,
                            .playlist_id = engine->agenda.lanes[number].playlist_id,
                            .item_id = item->id,
                            .video_id = insert->video_id,
                            .title = insert->title,
                            .copies = 1,
                            .rule = "a second copy that a repeated request made"};
    struct ys_task added = {.kind = YS_OP_ITEM_DELETE,
                            .status = YS_OP_STATUS_PENDING,
                            .lane = number,
                            .copies = 1,
                            .nth = 1,
                            .item_id = item->id,
                            .video_id = insert->video_id,
                            .title = insert->title,
                            .remote_id = ""};

    YS_TRY(ys_op_last_seq(engine->store, engine->job.id, &row.seq, err));
    added.seq = ++row.seq;
    YS_TRY(ys_op_insert(engine->store, &row, &added.id, err));
    return ys_agenda_add(&engine->agenda, &added, err);
}

/* Whether a takeout of that row is on the agenda already. */
static bool takeout_planned(const struct ys_engine *engine, size_t number, const char *item_id)
{
    const struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t i;

    for (i = lane->head; i != YS_NO_TASK; i = engine->agenda.tasks[i].next)
        if (engine->agenda.tasks[i].kind == YS_OP_ITEM_DELETE &&
            strcmp(engine->agenda.tasks[i].item_id, item_id) == 0)
            return true;
    return false;
}

/* Whether the row is a copy of the insert's video, and none that a further insert adds. */
static bool is_copy(const struct ys_engine *engine, size_t number, size_t task,
                    const struct ys_listed_item *item)
{
    const struct ys_task *insert = &engine->agenda.tasks[task];

    return strcmp(item->video_id, insert->video_id) == 0 &&
           !is_of_another(engine, number, task, insert->copies, item->id);
}

/* More copies than the plan met and the insert adds. Taken out are, of those beyond, the ones that
 * this job's own repeats made: more than one of its calls may have taken effect, the row is not the
 * one that was adopted, and it was added since the first of these calls. Any other is the user's,
 * and is reported. */
static enum ys_status take_out_doubles(struct ys_engine *engine, size_t number, size_t task,
                                       const struct ys_listing *listing, struct ys_error *err)
{
    int64_t calls, since_ms, beyond = -engine->agenda.tasks[task].copies, ours = 0;
    char text[160];
    size_t i;

    for (i = 0; i < listing->count; i++)
        beyond += is_copy(engine, number, task, &listing->items[i]);
    if (beyond <= 0) return YS_OK;
    YS_TRY(ys_op_calls(engine->store, engine->agenda.tasks[task].id, &calls, &since_ms, err));
    for (i = 0; i < listing->count && ours < beyond; i++) {
        const struct ys_task *insert = &engine->agenda.tasks[task];
        const struct ys_listed_item *item = &listing->items[i];
        if (ours + 1 >= calls || !is_copy(engine, number, task, item) || !insert->remote_id[0] ||
            strcmp(item->id, insert->remote_id) == 0 ||
            item->added_at_ms < since_ms - CLOCKS_APART_MS)
            continue;
        ours++;
        if (!takeout_planned(engine, number, item->id))
            YS_TRY(queue_takeout(engine, number, insert, item, err));
    }
    if (ours == beyond) return YS_OK;
    (void)snprintf(text, sizeof text, "The video %s stands %lld times in it; you added it too.",
                   engine->agenda.tasks[task].video_id,
                   (long long)ys_listing_copies(listing, engine->agenda.tasks[task].video_id,
                                                NULL));
    ys_engine_event(engine, YS_EVENT_NOTE, task, "doubled", text);
    return YS_OK;
}

/* A row that was added and is not listed: added again, but not for ever. */
static enum ys_status add_again(struct ys_engine *engine, size_t task, bool *reopened,
                                struct ys_error *err)
{
    const struct ys_task *insert = &engine->agenda.tasks[task];

    YS_TRY(ys_op_reopen(engine->store, insert->id, err));
    ys_agenda_set_status(&engine->agenda, task, YS_OP_STATUS_PENDING);
    *reopened = insert->attempts < YS_ATTEMPTS_MAX;
    if (!*reopened)
        return ys_engine_failed(engine, task, "never_listed",
                                "YouTube took it each time, but never showed it in the playlist.",
                                err);
    ys_agenda_reopen(&engine->agenda, task);
    return YS_OK;
}

static void note_moved(struct ys_engine *engine, const struct ys_lane *lane, int64_t moved)
{
    char text[160];

    ys_format(text, sizeof text, "%lld videos do not stand in their place; they are moved there.",
              (long long)moved);
    ys_engine_event(engine, YS_EVENT_NOTE, lane->head, "verification", text);
}

static enum ys_status verify(struct ys_engine *engine, size_t number,
                             const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    int64_t now = ys_client_now_ms(engine->client), reopened = 0, moved, copies;
    char text[160];
    size_t i, next;

    if (listing->gone || listing->refused) return no_listing(engine, number, listing, err);
    YS_TRY(ys_engine_remember(engine, number, listing, err));
    lane->verified = true;
    YS_TRY(ys_engine_check_order(engine, number, &moved, err));
    for (i = lane->head; i != YS_NO_TASK; i = next) {
        struct ys_task *task = &engine->agenda.tasks[i];
        bool again = false;
        next = task->next;
        if (!ys_op_kind_places(task->kind) || task->status != YS_OP_STATUS_DONE) continue;
        if (task->kind == YS_OP_ITEM_MOVE) {
            task->seen = true;
            continue;
        }
        copies = (int64_t)ys_listing_copies(listing, task->video_id, NULL);
        if (copies > task->copies && !task->seen)
            YS_TRY(take_out_doubles(engine, number, i, listing, err));
        task = &engine->agenda.tasks[i]; /* a takeout that was added may have moved them */
        /* One that was seen before and is not there any more was taken out by somebody since. */
        if (copies < task->copies && !task->seen) YS_TRY(add_again(engine, i, &again, err));
        if (copies >= task->copies) task->seen = true;
        reopened += again;
    }
    if (moved > 0) note_moved(engine, lane, moved);
    if (reopened + moved == 0)
        return ys_op_set_seen(engine->store, engine->job.id, lane->category, now, err);
    if (reopened == 0) return YS_OK;
    ys_format(text, sizeof text,
              "%lld videos that were added are not in the playlist; they are added again.",
              (long long)reopened);
    ys_engine_event(engine, YS_EVENT_NOTE, lane->head, "verification", text);
    return YS_OK;
}

/* Rows that the listing lacks although they are done: each is asked for by id; one that answers
 * makes the listing doubtful, and the lane is listed again later. */
static enum ys_status doubtful(struct ys_engine *engine, size_t number,
                               const struct ys_listing *listing, bool *again,
                               struct ys_error *err)
{
    const struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t i;

    *again = false;
    for (i = lane->head; i != YS_NO_TASK && !*again; i = engine->agenda.tasks[i].next) {
        const struct ys_task *task = &engine->agenda.tasks[i];
        if (task->kind != YS_OP_ITEM_INSERT || task->status != YS_OP_STATUS_DONE) continue;
        if (task->seen || !task->remote_id[0]) continue;
        if ((int64_t)ys_listing_copies(listing, task->video_id, NULL) >= task->copies) continue;
        YS_TRY(ask_for_item(engine, task->remote_id, again, err));
    }
    return YS_OK;
}

enum ys_status ys_engine_verify(struct ys_engine *engine, size_t lane, struct ys_error *err)
{
    struct ys_listing listing;
    enum ys_status status;
    bool again = false;

    if (!engine->agenda.lanes[lane].playlist_id[0])
        return ys_fail(err, YS_EINTERNAL, "A category without a playlist cannot be verified.");
    YS_TRY(ys_listing_read(engine->client, engine->agenda.lanes[lane].playlist_id,
                           engine->job.id, &listing, err));
    status = listing.gone || listing.refused ? YS_OK
                                             : doubtful(engine, lane, &listing, &again, err);
    if (status == YS_OK && again) {
        engine->agenda.lanes[lane].last_add_ms = ys_env_mono_ms(engine->env);
    } else if (status == YS_OK) {
        status = ys_engine_begin(engine, err);
        if (status == YS_OK) {
            status = verify(engine, lane, &listing, err);
            if (status == YS_OK) status = ys_store_commit(engine->store, err);
            if (status != YS_OK) ys_store_rollback(engine->store);
        }
    }
    ys_listing_free(&listing);
    return status;
}

/* ---------------------------------------------------------------- metadata */

struct one_playlist {
    struct ys_engine *engine;
    const char *wanted_id;
    bool found;
};

static enum ys_status store_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                     struct ys_error *err)
{
    struct one_playlist *one = ctx;

    if (strcmp(playlist->id, one->wanted_id) != 0) return YS_OK;
    one->found = true;
    YS_TRY(ys_changes_playlist(one->engine->store, one->engine->job.account_id, playlist,
                               ys_client_now_ms(one->engine->client), err));
    return ys_record_playlist(one->engine->store, one->engine->job.account_id, playlist, 0,
                              ys_client_now_ms(one->engine->client), err);
}

enum ys_status ys_engine_read_playlist(struct ys_engine *engine, const char *playlist_id,
                                       bool *found, struct ys_error *err)
{
    struct one_playlist one = {.engine = engine, .wanted_id = playlist_id};
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;

    YS_TRY(ys_request_playlists_by_id(&request, &playlist_id, 1, err));
    YS_TRY(ys_client_get(engine->client, &request, engine->job.id, &exchange, err));
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_PLAYLISTS_LIST, err);
    if (status == YS_OK) status = ys_engine_begin(engine, err);
    if (status == YS_OK) {
        status = ys_parse_playlists(ys_client_json(engine->client), &exchange.reply.body, NULL,
                                    store_playlist, &one, err);
        if (status == YS_OK) status = ys_store_commit(engine->store, err);
        if (status != YS_OK) ys_store_rollback(engine->store);
    }
    ys_exchange_free(&exchange);
    *found = one.found;
    return status;
}

enum ys_status ys_engine_metadata(struct ys_engine *engine, size_t number, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    struct ys_listing gone = {.gone = true, .begun_mono_ms = ys_env_mono_ms(engine->env)};
    enum ys_status status;
    bool found;

    YS_TRY(ys_engine_read_playlist(engine, lane->playlist_id, &found, err));
    if (found) {
        lane->metadata_ms = ys_env_mono_ms(engine->env);
        return YS_OK;
    }
    YS_TRY(ys_engine_begin(engine, err));
    status = no_listing(engine, number, &gone, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}
