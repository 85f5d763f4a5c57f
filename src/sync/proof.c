/* proof.c: the proof before a delete (P1): for every entry that goes, where its video is now or
 * which words of the policy dropped it, stored before the request leaves.
 *
 * Invariants
 *   - A playlist is deleted only when the rows of its last listing, all of them, are stored and
 *     account for each video; an entry is taken out only with such a row of its own, stored in the
 *     transaction that claims it.
 *   - "Seen" is what a complete listing of this process showed (lane->present); the entry that the
 *     row names is the stored one of that listing.
 *   - proof-JOB.csv is on disk before this process's first delete leaves, and before the second
 *     yes is asked for. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "library/prooffile.h"
#include "sync/engine.h"

/* Finds the verdict over one entry and stores its row. *why is NULL when its video is accounted
 * for. */
static enum ys_status prove_entry(struct ys_engine *engine, const struct ys_task *task,
                                  const struct ys_listed_item *item, int64_t listed_at_ms,
                                  int64_t own_copies, const char **why, struct ys_error *err)
{
    const struct ys_agenda *agenda = &engine->agenda;
    struct ys_row_proof row = {.job_id = engine->job.id,
                               .operation_id = task->id,
                               .playlist_id = agenda->lanes[task->lane].playlist_id,
                               .playlist_title = task->title,
                               .item_id = item->id,
                               .video_id = item->video_id,
                               .video_title = item->title,
                               .position = item->position,
                               .listed_at_ms = listed_at_ms,
                               .verdict = YS_PROOF_UNACCOUNTED};
    enum ys_proof_verdict stored;
    size_t place;

    *why = ys_agenda_objection(agenda, task->lane, item->video_id, own_copies);
    row.reason = *why ? *why : "";
    if (!*why) {
        place = ys_agenda_place(agenda, task->lane, item->video_id);
        row.verdict = place == YS_NO_TASK ? YS_PROOF_DROPPED : YS_PROOF_PLACED;
        if (place != YS_NO_TASK) {
            row.category = agenda->lanes[place].category;
            row.place_playlist_id = agenda->lanes[place].playlist_id;
        }
    }
    YS_TRY(ys_proof_put(engine->store, &row, &stored, err));
    if (!*why && stored == YS_PROOF_UNACCOUNTED)
        *why = "no entry of it is on record in its new playlist; `fetch --full` reads it anew";
    return YS_OK;
}

/* ---------------------------------------------------------------- a doomed playlist */

static enum ys_status stays(struct ys_engine *engine, size_t lane, const char *title,
                            const struct ys_listed_item *first, const char *why, int64_t count,
                            struct ys_error *err)
{
    char text[512], more[64] = "";

    if (count > 1)
        (void)snprintf(more, sizeof more, " (and %lld more)", (long long)(count - 1));
    ys_format(text, sizeof text, "\"%.100s\" stays: the video %s (\"%.100s\")%s: %s.", title,
              first->video_id, first->title ? first->title : "", more, why);
    return ys_engine_stop_lane(engine, lane, "unaccounted", text, err);
}

static enum ys_status prove_entries(struct ys_engine *engine, size_t number, size_t task,
                                    const struct ys_listing *listing, struct ys_error *err)
{
    const struct ys_listed_item *first = NULL;
    const char *why, *first_why = NULL;
    int64_t objections = 0;
    size_t i;

    YS_TRY(ys_proof_clear(engine->store, engine->agenda.tasks[task].id, err));
    for (i = 0; i < listing->count; i++) {
        YS_TRY(prove_entry(engine, &engine->agenda.tasks[task], &listing->items[i],
                           listing->begun_at_ms, 0, &why, err));
        if (!why || objections++ > 0) continue;
        first = &listing->items[i];
        first_why = why;
    }
    if (!first) return YS_OK;
    return stays(engine, number, engine->agenda.tasks[task].title, first, first_why, objections,
                 err);
}

static enum ys_status prove(struct ys_engine *engine, size_t number,
                            const struct ys_listing *listing, struct ys_error *err)
{
    struct ys_lane *lane = &engine->agenda.lanes[number];
    size_t task = ys_lane_task(&engine->agenda, lane);
    char text[512];

    if (listing->gone) return ys_engine_done(engine, task, NULL, "", "it was gone already", err);
    if (listing->refused)
        return ys_engine_stop_lane(engine, number, "not_listable", listing->message, err);
    /* Where this stops a delete, the library on which it was planned was not what is there. */
    YS_TRY(ys_playlist_doubt(engine->store, lane->playlist_id, err));
    if ((int64_t)listing->count < listing->total_results) {
        ys_format(text, sizeof text,
                  "\"%.150s\" stays: YouTube speaks of %lld videos in it but shows %zu.",
                  engine->agenda.tasks[task].title, (long long)listing->total_results,
                  listing->count);
        return ys_engine_stop_lane(engine, number, "short_listing", text, err);
    }
    lane->rows = listing->count;
    YS_TRY(prove_entries(engine, number, task, listing, err));
    if (lane->stopped) return YS_OK;
    lane->proved_ms = listing->begun_mono_ms;
    return ys_listing_store(engine->store, listing, err);
}

enum ys_status ys_engine_prove(struct ys_engine *engine, size_t lane, struct ys_error *err)
{
    return ys_engine_look(engine, lane, prove, err);
}

/* ---------------------------------------------------------------- at the claim */

/* The stored entry as a listing showed it. */
struct stored_entry {
    const char *item_id;
    struct ys_listed_item item;
    bool found;
};

static bool find_entry(void *ctx, const struct ys_row_item *row)
{
    struct stored_entry *entry = ctx;

    if (strcmp(row->youtube_id, entry->item_id) != 0) return true;
    entry->found = true;
    entry->item.position = row->position;
    return false;
}

/* A row leaves a playlist only when its video was seen where it belongs, or was dropped. */
static enum ys_status prove_takeout(struct ys_engine *engine, size_t number, bool *kept,
                                    struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    const struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    struct stored_entry entry = {.item_id = task->item_id};
    int64_t copies = 0, listed_at_ms;
    const char *why;
    char text[512];

    (void)ys_copy(entry.item.id, sizeof entry.item.id, task->item_id);
    (void)ys_copy(entry.item.video_id, sizeof entry.item.video_id, task->video_id);
    (void)ys_map_get(&lane->present, task->video_id, &copies);
    YS_TRY(ys_item_walk(engine->store, lane->playlist_id, find_entry, &entry, err));
    listed_at_ms = ys_client_now_ms(engine->client);
    if (lane->listed_ms != YS_NEVER_MS)
        listed_at_ms -= ys_env_mono_ms(engine->env) - lane->listed_ms;
    YS_TRY(ys_proof_clear(engine->store, task->id, err));
    YS_TRY(prove_entry(engine, task, &entry.item, listed_at_ms, copies, &why, err));
    *kept = why != NULL;
    if (!why) return YS_OK;
    ys_format(text, sizeof text, "The video %s stays in \"%.150s\": %s.", task->video_id,
              task->title, why);
    return ys_engine_skipped(engine, number, "unaccounted", text, err);
}

/* Every row of the last listing is proved, on record. */
static enum ys_status check_proof(struct ys_engine *engine, const struct ys_task *task,
                                  struct ys_error *err)
{
    const struct ys_lane *lane = &engine->agenda.lanes[task->lane];
    int64_t rows, accounted;

    YS_TRY(ys_proof_count(engine->store, task->id, &rows, &accounted, err));
    if (rows == accounted && rows == (int64_t)lane->rows) return YS_OK;
    return ys_fail(err, YS_EINTERNAL,
                   "The playlist %s was about to be deleted with %lld of %zu entries accounted "
                   "for; nothing was sent.",
                   lane->playlist_id, (long long)accounted, lane->rows);
}

enum ys_status ys_engine_proved(struct ys_engine *engine, size_t number, bool *kept,
                                struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];

    *kept = false;
    if (task->kind == YS_OP_ITEM_DELETE) return prove_takeout(engine, number, kept, err);
    if (task->kind == YS_OP_PLAYLIST_DELETE) return check_proof(engine, task, err);
    return YS_OK;
}

/* ---------------------------------------------------------------- the file */

enum ys_status ys_engine_proof_file(struct ys_engine *engine, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < engine->agenda.task_count; i++)
        if (ys_op_kind_stage(engine->agenda.tasks[i].kind) == YS_STAGE_DELETE_PLAYLISTS) break;
    if (i == engine->agenda.task_count) return YS_OK;
    YS_TRY(ys_proof_file_write(engine->store, engine->job.id, engine->backup_dir, err));
    engine->proof_file_written = true;
    return YS_OK;
}

/* What the second yes is asked about. */
enum ys_status ys_engine_ask_confirmation(struct ys_engine *engine, struct ys_error *err)
{
    struct ys_proof_summary sum;
    char text[512], name[YS_PROOF_FILE_BYTES];

    YS_TRY(ys_engine_proof_file(engine, err));
    YS_TRY(ys_proof_summary(engine->store, engine->job.id, &sum, err));
    ys_proof_file_name(engine->job.id, name);
    ys_format(text, sizeof text,
              "Everything is verified: %lld old playlists can go; of their %lld entries (with "
              "those taken out elsewhere) %lld were seen in their new place and %lld are dropped "
              "by the policy. %lld playlists stay. %s lists each. Playlists are deleted only "
              "after a second yes.",
              (long long)sum.playlists, (long long)sum.entries, (long long)sum.placed,
              (long long)sum.dropped, (long long)sum.kept_playlists, name);
    ys_engine_ask_rest(engine, YS_PAUSE_CONFIRMATION, YS_ECONFIRM, 0, text);
    return YS_OK;
}
