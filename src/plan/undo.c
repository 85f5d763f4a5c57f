/* undo.c: what taking a plan back would cost.
 *
 * The very plan that a restore to the library as the snapshot has it would make (restore.c), after
 * the plan was carried out: so the price that is shown is the price that is paid. Entries of
 * private or deleted videos cannot be put back by anybody: they are counted apart. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/restore.h"

#define NOWHERE ((size_t)-1)

/* The order of a playlist in which something has a place: a chain of its items, which stand in
 * their array as the snapshot has them, then as they are added. */
struct order {
    size_t *next, *before;  /* per item; NOWHERE at the ends */
    size_t capacity, next_capacity, first, last;
    size_t placed;          /* by the latest operation */
};

/* What is there once the plan was carried out. */
struct applying {
    const struct ys_plan *plan;
    const struct ys_snapshot *before;
    struct ys_snapshot after;
    struct order *orders;          /* per playlist of `after`; without `next`: as its items stand */
    size_t order_count, order_capacity;
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
    YS_TRY(YS_GROW(applying->orders, applying->order_capacity, applying->order_count, err));
    memset(&applying->orders[applying->order_count++], 0, sizeof *applying->orders);
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
            if (item->availability != YS_AVAILABILITY_LIVE)
                YS_TRY(ys_map_put(&applying->after.gone, item->video_id, 1, err));
            YS_TRY(add_item(copy, item, err));
        }
    }
    return YS_OK;
}

/* The playlist that an operation is about: its number in `after`, or NOWHERE. */
static size_t playlist_of(struct applying *applying, const struct ys_planned *op)
{
    int64_t number;
    bool found = op->playlist_id[0]
                     ? ys_map_get(&applying->after.playlist_index, op->playlist_id, &number)
                     : ys_map_get(&applying->by_key, op->category, &number);

    return found ? (size_t)number : NOWHERE;
}

/* ---------------------------------------------------------------- order */

static void link_after(struct order *order, size_t item, size_t anchor)
{
    order->before[item] = anchor;
    order->next[item] = anchor == NOWHERE ? order->first : order->next[anchor];
    if (anchor == NOWHERE) order->first = item;
    else order->next[anchor] = item;
    if (order->next[item] == NOWHERE) order->last = item;
    else order->before[order->next[item]] = item;
}

static void unlink_item(struct order *order, size_t item)
{
    size_t next = order->next[item], before = order->before[item];

    if (before == NOWHERE) order->first = next;
    else order->next[before] = next;
    if (next == NOWHERE) order->last = before;
    else order->before[next] = before;
}

/* Room in the chain for one item more. */
static enum ys_status make_room(struct order *order, size_t count, struct ys_error *err)
{
    YS_TRY(YS_GROW(order->next, order->next_capacity, count, err));
    return YS_GROW(order->before, order->capacity, count, err);
}

static enum ys_status begin_order(struct order *order, size_t count, struct ys_error *err)
{
    size_t i;

    order->first = order->last = order->placed = NOWHERE;
    YS_TRY(make_room(order, 0, err));
    for (i = 0; i < count; i++) {
        YS_TRY(make_room(order, i, err));
        link_after(order, i, order->last);
    }
    return YS_OK;
}

/* Puts an item (a new one, or one that moves) where the operation says. */
static enum ys_status put_in_place(struct applying *applying, const struct ys_planned *op,
                                   size_t number, struct ys_error *err)
{
    struct ys_snap_playlist *playlist = &applying->after.playlists[number];
    struct order *order = &applying->orders[number];
    bool moves = op->kind == YS_OP_ITEM_MOVE, anchored = op->anchor[0] != '\0';
    size_t item = moves ? op->row : playlist->item_count - 1;
    size_t anchor = op->anchor_row;

    if (!anchored && !order->next) return YS_OK;
    if (!order->next)
        YS_TRY(begin_order(order, playlist->item_count - (moves ? 0 : 1), err));
    if (moves) unlink_item(order, item);
    else YS_TRY(make_room(order, item, err));
    if (!anchored) anchor = order->last;
    else if (anchor == NOWHERE && strcmp(op->anchor, YS_ANCHOR_TOP) != 0) anchor = order->placed;
    link_after(order, item, anchor);
    if (anchored) order->placed = item;
    return YS_OK;
}

/* The items in their order, without those that were taken out. */
static enum ys_status arrange(struct applying *applying, size_t number, struct ys_error *err)
{
    struct ys_snap_playlist *playlist = &applying->after.playlists[number];
    const struct order *order = &applying->orders[number];
    struct ys_snap_item *items = ys_alloc_zero(playlist->item_count, sizeof *items);
    size_t i = order->next ? order->first : 0, count = 0;

    if (!items) return no_memory(err);
    while (i != NOWHERE && i < playlist->item_count) {
        if (!ys_map_get(&applying->gone_items, playlist->items[i].id, NULL))
            items[count++] = playlist->items[i];
        i = order->next ? order->next[i] : i + 1;
    }
    ys_free(playlist->items);
    playlist->items = items;
    playlist->item_capacity = playlist->item_count;
    playlist->item_count = count;
    return YS_OK;
}

/* ---------------------------------------------------------------- carrying out */

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
    size_t number;

    if (op->kind == YS_OP_PLAYLIST_CREATE) return make_playlist(applying, op, err);
    number = playlist_of(applying, op);
    if (number == NOWHERE) return YS_OK; /* it was deleted */
    playlist = &applying->after.playlists[number];
    switch (op->kind) {
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH:
        playlist->title = op->title;
        if (op->description) playlist->description = op->description;
        if (op->privacy != YS_PRIVACY_UNSET) playlist->privacy = op->privacy;
        return YS_OK;
    case YS_OP_ITEM_INSERT:
        item.id = "added";
        YS_TRY(add_item(playlist, &item, err));
        return put_in_place(applying, op, number, err);
    case YS_OP_ITEM_MOVE: return put_in_place(applying, op, number, err);
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
    for (i = 0; i < after->playlist_count; i++) YS_TRY(arrange(applying, i, err));
    return YS_OK;
}

static void count_up(const struct ys_plan *undo, struct ys_undo *out)
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
    size_t i;

    memset(out, 0, sizeof *out);
    ys_snapshot_init(&applying.after);
    ys_map_init(&applying.gone_items);
    ys_map_init(&applying.gone_playlists);
    ys_map_init(&applying.by_key);
    status = apply(&applying, err);
    if (status == YS_OK) status = ys_plan_new(&applying.after, "", &undo, err);
    if (status == YS_OK)
        status = ys_restore_operations(undo, &applying.after, snapshot, NULL, err);
    if (status == YS_OK) count_up(undo, out);
    ys_plan_free(undo);
    for (i = 0; i < applying.order_count; i++) {
        ys_free(applying.orders[i].next);
        ys_free(applying.orders[i].before);
    }
    ys_free(applying.orders);
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
