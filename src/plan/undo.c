/* undo.c: what taking a plan back would cost.
 *
 * The very plan that a restore to the library as the snapshot has it would make (restore.c), after
 * the plan was carried out: so the price that is shown is the price that is paid. Entries of
 * private or deleted videos cannot be put back by anybody: they are counted apart. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/restore.h"

/* What is there once the plan was carried out. */
struct applying {
    const struct ys_plan *plan;
    const struct ys_snapshot *before;
    struct ys_snapshot after;
    struct ys_map gone_items;      /* taken out, by item id */
    struct ys_map gone_playlists;  /* by id */
    struct ys_map by_key;          /* category that gets a playlist -> its number in `after` */
};

static enum ys_status no_memory(struct ys_error *err)
{
    return ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

static enum ys_status add_playlist(struct applying *applying,
                                   const struct ys_snap_playlist *playlist, struct ys_error *err)
{
    struct ys_snapshot *after = &applying->after;
    struct ys_snap_playlist copy = *playlist;

    copy.items = NULL;
    copy.item_count = copy.item_capacity = 0;
    YS_TRY(YS_GROW(after->playlists, after->playlist_capacity, after->playlist_count, err));
    YS_TRY(ys_map_put(&after->playlist_index, copy.id, (int64_t)after->playlist_count, err));
    after->playlists[after->playlist_count++] = copy;
    return YS_OK;
}

static enum ys_status add_item(struct ys_snap_playlist *playlist, const struct ys_snap_item *item,
                               struct ys_error *err)
{
    YS_TRY(YS_GROW(playlist->items, playlist->item_capacity, playlist->item_count, err));
    playlist->items[playlist->item_count++] = *item;
    return YS_OK;
}

static enum ys_status note_deletes(struct applying *applying, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < applying->plan->op_count; i++) {
        const struct ys_planned *op = &applying->plan->ops[i];
        if (op->kind == YS_OP_ITEM_DELETE)
            YS_TRY(ys_map_put(&applying->gone_items, op->item_id, 1, err));
        if (op->kind == YS_OP_PLAYLIST_DELETE)
            YS_TRY(ys_map_put(&applying->gone_playlists, op->playlist_id, 1, err));
    }
    return YS_OK;
}

static enum ys_status keep_playlists(struct applying *applying, struct ys_error *err)
{
    const struct ys_snapshot *before = applying->before;
    size_t i, j;

    for (i = 0; i < before->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &before->playlists[i];
        struct ys_snap_playlist *copy;
        if (ys_map_get(&applying->gone_playlists, playlist->id, NULL)) continue;
        YS_TRY(add_playlist(applying, playlist, err));
        copy = &applying->after.playlists[applying->after.playlist_count - 1];
        for (j = 0; j < playlist->item_count; j++) {
            const struct ys_snap_item *item = &playlist->items[j];
            if (ys_map_get(&applying->gone_items, item->id, NULL)) continue;
            if (item->availability != YS_AVAILABILITY_LIVE)
                YS_TRY(ys_map_put(&applying->after.gone, item->video_id, 1, err));
            YS_TRY(add_item(copy, item, err));
        }
    }
    return YS_OK;
}

/* The playlist that an operation is about, in `after`. */
static struct ys_snap_playlist *playlist_of(struct applying *applying,
                                            const struct ys_planned *op)
{
    int64_t number;
    bool found = op->playlist_id[0]
                     ? ys_map_get(&applying->after.playlist_index, op->playlist_id, &number)
                     : ys_map_get(&applying->by_key, op->category, &number);

    return found ? &applying->after.playlists[number] : NULL;
}

static enum ys_status make_playlist(struct applying *applying, const struct ys_planned *op,
                                    struct ys_error *err)
{
    struct ys_snap_playlist made = {.title = op->title,
                                    .description = op->description ? op->description : "",
                                    .category = op->category,
                                    .privacy = YS_PRIVACY_PRIVATE,
                                    .made_by_job = 1,
                                    .listed = true};
    char id[40];

    (void)snprintf(id, sizeof id, "made %zu", applying->after.playlist_count);
    made.id = ys_arena_dup(&applying->after.arena, id);
    if (!made.id) return no_memory(err);
    YS_TRY(ys_map_put(&applying->by_key, op->category,
                      (int64_t)applying->after.playlist_count, err));
    return add_playlist(applying, &made, err);
}

static enum ys_status carry_out(struct applying *applying, const struct ys_planned *op,
                                struct ys_error *err)
{
    struct ys_snap_item item = {.video_id = op->video_id, .availability = YS_AVAILABILITY_LIVE};
    struct ys_snap_playlist *playlist;

    if (op->kind == YS_OP_PLAYLIST_CREATE) return make_playlist(applying, op, err);
    playlist = playlist_of(applying, op);
    if (!playlist) return YS_OK; /* it was deleted */
    switch (op->kind) {
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH:
        playlist->title = op->title;
        if (op->description) playlist->description = op->description;
        if (op->privacy != YS_PRIVACY_UNSET) playlist->privacy = op->privacy;
        return YS_OK;
    case YS_OP_ITEM_INSERT:
        item.id = "added";
        return add_item(playlist, &item, err);
    default: return YS_OK;
    }
}

static enum ys_status apply(struct applying *applying, struct ys_error *err)
{
    struct ys_snapshot *after = &applying->after;
    size_t i;

    after->account_id = applying->before->account_id;
    after->channel = applying->before->channel;
    YS_TRY(note_deletes(applying, err));
    YS_TRY(keep_playlists(applying, err));
    for (i = 0; i < applying->plan->op_count; i++)
        YS_TRY(carry_out(applying, &applying->plan->ops[i], err));
    return YS_OK;
}

static void count(const struct ys_plan *undo, struct ys_undo *out)
{
    size_t i;

    for (i = 0; i < undo->op_count; i++) {
        out->units += ys_op_units(undo->ops[i].kind);
        switch (undo->ops[i].kind) {
        case YS_OP_PLAYLIST_CREATE: out->playlists_made++; break;
        case YS_OP_PLAYLIST_UPDATE: out->playlists_changed++; break;
        case YS_OP_PLAYLIST_PUBLISH:
            out->playlists_changed += undo->ops[i].playlist_id[0] != '\0';
            break;
        case YS_OP_ITEM_INSERT: out->entries_put_back++; break;
        case YS_OP_ITEM_DELETE: out->entries_taken_out++; break;
        case YS_OP_ITEM_MOVE: out->entries_moved++; break;
        case YS_OP_PLAYLIST_DELETE: out->playlists_deleted++; break;
        default: break;
        }
    }
    out->entries_lost = (int64_t)undo->loss_count;
}

static int64_t days_for(int64_t amount, int64_t per_day)
{
    return per_day <= 0 ? 0 : (amount + per_day - 1) / per_day;
}

enum ys_status ys_plan_undo(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_quota_limits *limits, struct ys_undo *out,
                            struct ys_error *err)
{
    struct applying applying = {.plan = plan, .before = snapshot};
    struct ys_plan *undo = NULL;
    enum ys_status status;
    int64_t days;

    memset(out, 0, sizeof *out);
    ys_snapshot_init(&applying.after);
    ys_map_init(&applying.gone_items);
    ys_map_init(&applying.gone_playlists);
    ys_map_init(&applying.by_key);
    status = apply(&applying, err);
    if (status == YS_OK) status = ys_plan_new(&applying.after, "", &undo, err);
    if (status == YS_OK)
        status = ys_restore_operations(undo, &applying.after, snapshot, NULL, err);
    if (status == YS_OK) count(undo, out);
    ys_plan_free(undo);
    ys_map_free(&applying.gone_items);
    ys_map_free(&applying.gone_playlists);
    ys_map_free(&applying.by_key);
    ys_snapshot_free(&applying.after);
    if (status != YS_OK) return status;
    out->days = days_for(out->units, limits->daily_units - limits->keep_units);
    days = days_for(out->playlists_made, limits->creates);
    if (days > out->days) out->days = days;
    return YS_OK;
}
