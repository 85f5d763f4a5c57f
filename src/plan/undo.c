/* undo.c: what taking a plan back would cost.
 *
 * The price of a restore to the library as the snapshot has it, after the plan was carried out. A
 * playlist that the plan makes is deleted, its entries go with it. One that the plan deletes is
 * made again, filled, and published last when others could see it. Entries that were taken out are
 * put back, entries that were added to a playlist of the user's are taken out again, moved ones
 * moved back; title, description and privacy go back in one update. Entries of private or deleted
 * videos cannot be put back by anybody: they are counted apart. */
#include <string.h>

#include "plan/plan.h"

struct tally {
    const struct ys_snapshot *snapshot;
    struct ys_undo *out;
    struct ys_map changed; /* ids of playlists whose title, description or privacy go back */
    int64_t publishes;
};

static void put_back(struct tally *tally, const char *video_id)
{
    if (ys_map_get(&tally->snapshot->gone, video_id, NULL)) tally->out->entries_lost++;
    else tally->out->entries_put_back++;
}

static void make_again(struct tally *tally, const char *playlist_id)
{
    const struct ys_snap_playlist *playlist;
    int64_t number;
    size_t i;

    tally->out->playlists_made++;
    if (!ys_map_get(&tally->snapshot->playlist_index, playlist_id, &number)) return;
    playlist = &tally->snapshot->playlists[number];
    tally->publishes += playlist->privacy != YS_PRIVACY_PRIVATE;
    for (i = 0; i < playlist->item_count; i++) put_back(tally, playlist->items[i].video_id);
}

static enum ys_status change_back(struct tally *tally, const char *playlist_id,
                                  struct ys_error *err)
{
    if (ys_map_get(&tally->changed, playlist_id, NULL)) return YS_OK;
    tally->out->playlists_changed++;
    return ys_map_put(&tally->changed, playlist_id, 1, err);
}

/* An operation on a playlist without an id is on one that the plan makes. */
static enum ys_status take_back(struct tally *tally, const struct ys_planned *op,
                                struct ys_error *err)
{
    if (op->kind == YS_OP_PLAYLIST_CREATE) tally->out->playlists_deleted++;
    if (!op->playlist_id[0]) return YS_OK;
    switch (op->kind) {
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH: return change_back(tally, op->playlist_id, err);
    case YS_OP_ITEM_INSERT: tally->out->entries_taken_out++; break;
    case YS_OP_ITEM_MOVE: tally->out->entries_moved++; break;
    case YS_OP_ITEM_DELETE: put_back(tally, op->video_id); break;
    case YS_OP_PLAYLIST_DELETE: make_again(tally, op->playlist_id); break;
    default: break;
    }
    return YS_OK;
}

static int64_t days_for(int64_t count, int64_t per_day)
{
    return per_day <= 0 ? 0 : (count + per_day - 1) / per_day;
}

enum ys_status ys_plan_undo(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_quota_limits *limits, struct ys_undo *out,
                            struct ys_error *err)
{
    struct tally tally = {.snapshot = snapshot, .out = out};
    enum ys_status status = YS_OK;
    int64_t days;
    size_t i;

    memset(out, 0, sizeof *out);
    ys_map_init(&tally.changed);
    for (i = 0; i < plan->op_count && status == YS_OK; i++)
        status = take_back(&tally, &plan->ops[i], err);
    ys_map_free(&tally.changed);
    out->units = out->playlists_deleted * ys_op_units(YS_OP_PLAYLIST_DELETE) +
                 out->playlists_made * ys_op_units(YS_OP_PLAYLIST_CREATE) +
                 out->playlists_changed * ys_op_units(YS_OP_PLAYLIST_UPDATE) +
                 tally.publishes * ys_op_units(YS_OP_PLAYLIST_PUBLISH) +
                 out->entries_put_back * ys_op_units(YS_OP_ITEM_INSERT) +
                 out->entries_taken_out * ys_op_units(YS_OP_ITEM_DELETE) +
                 out->entries_moved * ys_op_units(YS_OP_ITEM_MOVE);
    out->days = days_for(out->units, limits->daily_units - limits->keep_units);
    days = days_for(out->playlists_made, limits->creates);
    if (days > out->days) out->days = days;
    return status;
}
