/* reconcile.c: what became of a write whose outcome nobody saw. Reads only; never a blind repeat.
 *
 * Listings lag behind writes: the state that the operation wanted counts at once, its absence only
 * when settle_ms have passed since the request can last have been on the wire. */
#include <string.h>

#include "base/text.h"
#include "sync/engine.h"
#include "youtube/mark.h"

enum fate { FATE_APPLIED, FATE_NOT_SEEN, FATE_LANE_GONE };

struct finding {
    enum fate fate;
    char remote_id[YS_ID_BYTES];
    struct ys_buf before;      /* what the store had before the look */
};

/* ---------------------------------------------------------------- looks, one per kind */

struct marked {
    const char *mark, *title;
    char id[YS_ID_BYTES];
    int64_t published_at_ms;
    size_t count;
};

/* Several playlists with one mark (a repeat that both took effect): the oldest is adopted. */
static bool each_marked(void *ctx, const struct ys_row_playlist *row)
{
    struct marked *marked = ctx;

    if (!ys_mark_is(row->description, marked->mark)) return true;
    if (marked->count++ > 0 && row->published_at_ms >= marked->published_at_ms) return true;
    (void)ys_copy(marked->id, sizeof marked->id, row->youtube_id);
    marked->published_at_ms = row->published_at_ms;
    return true;
}

/* A playlist that was published has its mark no more; under its category's title it is that
 * category's playlist all the same. */
static bool each_titled(void *ctx, const struct ys_row_playlist *row)
{
    struct marked *marked = ctx;
    char title[YS_TITLE_BYTES];

    (void)ys_trim_copy(title, sizeof title, row->title);
    if (row->category[0] || strcmp(title, marked->title) != 0) return true;
    if (marked->count++ > 0 && row->published_at_ms >= marked->published_at_ms) return true;
    (void)ys_copy(marked->id, sizeof marked->id, row->youtube_id);
    marked->published_at_ms = row->published_at_ms;
    return true;
}

static enum ys_status look_for_create(struct ys_engine *engine, size_t number,
                                      struct finding *out, struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    char mark[YS_MARK_BYTES], text[256];
    struct marked marked = {.mark = mark, .title = task->title};

    ys_mark_text(engine->job.reference, task->seq, mark);
    YS_TRY(ys_fetch_playlists(engine->client, engine->job.account_id, engine->job.id, NULL,
                              err));
    YS_TRY(ys_playlist_walk(engine->store, engine->job.account_id, false, each_marked, &marked,
                            err));
    /* Unknown without an attempt: this database is an old copy (ys_op_doubt_creates), and the newer
     * one may have come further than the creation. */
    if (marked.count == 0 && task->attempts == 0)
        YS_TRY(ys_playlist_walk(engine->store, engine->job.account_id, false, each_titled,
                                &marked, err));
    if (marked.count == 0) return YS_OK;
    if (marked.count > 1) {
        ys_format(text, sizeof text,
                  "%zu playlists bear the mark \"%s\"; %s is the oldest and is taken. The "
                  "others are empty: delete them on YouTube.",
                  marked.count, mark, marked.id);
        ys_engine_event(engine, YS_EVENT_NOTE, number, "doubled", text);
    }
    out->fate = FATE_APPLIED;
    (void)ys_copy(out->remote_id, sizeof out->remote_id, marked.id);
    return YS_OK;
}

struct copies {
    int64_t count;
    char newest_id[YS_ID_BYTES];
    int64_t newest_ms;
};

static enum ys_status count_copy(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct copies *copies = ctx;

    (void)err;
    copies->count++;
    if (copies->count == 1 || item->added_at_ms > copies->newest_ms) {
        copies->newest_ms = item->added_at_ms;
        (void)ys_copy(copies->newest_id, sizeof copies->newest_id, item->id);
    }
    return YS_OK;
}

static enum ys_status look_for_insert(struct ys_engine *engine, const struct ys_task *task,
                                      struct finding *out, struct ys_error *err)
{
    const struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    struct copies copies = {0};
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status = YS_OK;

    YS_TRY(ys_request_items(&request, lane->playlist_id, task->video_id, NULL, err));
    YS_TRY(ys_client_get(engine->client, &request, engine->job.id, &exchange, err));
    if (exchange.outcome.verdict == YS_VERDICT_PLAYLIST_GONE) {
        out->fate = FATE_LANE_GONE;
    } else {
        status = ys_outcome_fail(&exchange.outcome, YS_METHOD_ITEMS_LIST, err);
        if (status == YS_OK)
            status = ys_parse_items(ys_client_json(engine->client), &exchange.reply.body, NULL,
                                    count_copy, &copies, err);
    }
    ys_exchange_free(&exchange);
    if (status == YS_OK && copies.count >= task->copies) {
        out->fate = FATE_APPLIED;
        (void)ys_copy(out->remote_id, sizeof out->remote_id, copies.newest_id);
    }
    return status;
}

static enum ys_status look_for_item(struct ys_engine *engine, const struct ys_task *task,
                                    struct finding *out, struct ys_error *err)
{
    struct copies copies = {0};
    struct ys_request request;
    struct ys_exchange exchange;
    const char *id = task->item_id;
    enum ys_status status;

    YS_TRY(ys_request_items_by_id(&request, &id, 1, err));
    YS_TRY(ys_client_get(engine->client, &request, engine->job.id, &exchange, err));
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_ITEMS_LIST, err);
    if (status == YS_OK)
        status = ys_parse_items(ys_client_json(engine->client), &exchange.reply.body, NULL,
                                count_copy, &copies, err);
    ys_exchange_free(&exchange);
    if (status == YS_OK && copies.count == 0) out->fate = FATE_APPLIED;
    return status;
}

/* Whether the row stands where the order wants it: the playlist may have changed meanwhile, and
 * what was asked for was a place among others, not a number. */
static enum ys_status look_for_move(struct ys_engine *engine, const struct ys_task *task,
                                    struct finding *out, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    struct ys_listing listing;
    enum ys_status status;
    bool listed;

    YS_TRY(ys_listing_read(engine->client, lane->playlist_id, engine->job.id, &listing, err));
    if (listing.gone || listing.refused) {
        out->fate = FATE_LANE_GONE;
    } else {
        status = ys_engine_read_places(engine, task->lane, &listing, err);
        if (status != YS_OK) {
            ys_listing_free(&listing);
            return status;
        }
        if (ys_engine_in_place(engine, task->lane, task->item_id, &listed))
            out->fate = FATE_APPLIED;
    }
    ys_listing_free(&listing);
    return YS_OK;
}

static enum ys_status look_for_playlist(struct ys_engine *engine, size_t number,
                                        struct finding *out, struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    const struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    struct ys_request request = {0};
    bool found, needed = true;

    YS_TRY(ys_engine_read_playlist(engine, lane->playlist_id, &found, err));
    if (task->kind == YS_OP_PLAYLIST_DELETE) {
        out->fate = found ? FATE_NOT_SEEN : FATE_APPLIED;
        return YS_OK;
    }
    if (!found) {
        out->fate = FATE_LANE_GONE;
        return YS_OK;
    }
    YS_TRY(ys_engine_request(engine, number, &request, &needed, err));
    ys_request_free(&request);
    out->fate = needed ? FATE_NOT_SEEN : FATE_APPLIED;
    return YS_OK;
}

/* ---------------------------------------------------------------- settling */

static enum ys_status settle(struct ys_engine *engine, size_t number,
                             const struct finding *finding, bool settled, struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    char text[256];

    if (finding->fate == FATE_APPLIED) {
        if (task->kind == YS_OP_PLAYLIST_CREATE)
            YS_TRY(ys_playlist_made(engine->store, finding->remote_id, engine->job.id, err));
        return ys_engine_done(engine, number, ys_buf_text(&finding->before), finding->remote_id,
                              "found after a lost reply", err);
    }
    if (!settled) return YS_OK;
    if (finding->fate == FATE_LANE_GONE) {
        ys_format(text, sizeof text, "The playlist of \"%.150s\" is gone from YouTube.",
                  engine->agenda.lanes[task->lane].category);
        return ys_engine_lane_gone(engine, task->lane, "playlist_gone", text, err);
    }
    return ys_engine_again(engine, number, "not_applied",
                           "The reply was lost, and YouTube shows no effect.", 0, err);
}

static enum ys_status look(struct ys_engine *engine, size_t number, struct finding *out,
                           struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];

    YS_TRY(ys_engine_state(engine, number, task->item_id, &out->before, err));
    switch (task->kind) {
    case YS_OP_PLAYLIST_CREATE: return look_for_create(engine, number, out, err);
    case YS_OP_ITEM_INSERT: return look_for_insert(engine, task, out, err);
    case YS_OP_ITEM_DELETE: return look_for_item(engine, task, out, err);
    case YS_OP_ITEM_MOVE: return look_for_move(engine, task, out, err);
    default: return look_for_playlist(engine, number, out, err);
    }
}

static enum ys_status looked(struct ys_engine *engine, size_t number,
                             const struct finding *finding, bool settled, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[engine->agenda.tasks[number].lane];
    enum ys_status status;

    lane->looked = true;
    /* Where its rows stand now is not known. */
    if (ys_lane_has_places(lane)) lane->surveyed = false;
    YS_TRY(ys_engine_begin(engine, err));
    status = settle(engine, number, finding, settled, err);
    if (status == YS_OK) status = ys_store_commit(engine->store, err);
    if (status != YS_OK) ys_store_rollback(engine->store);
    return status;
}

enum ys_status ys_engine_reconcile(struct ys_engine *engine, size_t number, struct ys_error *err)
{
    const struct ys_lane *lane = &engine->agenda.lanes[engine->agenda.tasks[number].lane];
    struct finding finding = {.fate = FATE_NOT_SEEN};
    bool settled = ys_env_mono_ms(engine->env) >= lane->settle_ms;
    enum ys_status status;

    ys_engine_state_init(&finding.before);
    status = look(engine, number, &finding, err);
    if (status == YS_OK) status = looked(engine, number, &finding, settled, err);
    ys_buf_free(&finding.before);
    return status;
}
