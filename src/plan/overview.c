/* overview.c: what becomes of each playlist that the plan is about, as people read it. */
#include <stdio.h>
#include <string.h>

#include "plan/plan.h"

/* Live videos of a category's playlist that the policy says nothing of: they stay (DESIGN 8). */
static int64_t count_strangers(const struct ys_snap_playlist *playlist,
                               const struct ys_snapshot *snapshot, const struct ys_target *target)
{
    int64_t strangers = 0;
    size_t i;

    for (i = 0; i < playlist->item_count; i++) {
        const char *id = playlist->items[i].video_id;
        strangers += !ys_map_get(&target->homes, id, NULL) &&
                     !ys_map_get(&target->drop_index, id, NULL) &&
                     !ys_map_get(&snapshot->gone, id, NULL);
    }
    return strangers;
}

static enum ys_status add_row(struct ys_plan *plan, const struct ys_plan_playlist *row,
                              struct ys_error *err)
{
    struct ys_plan_playlist copy = *row;

    copy.title_now = ys_arena_dup(&plan->arena, row->title_now);
    if (!copy.title_now) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(plan->playlists, plan->playlist_capacity, plan->playlist_count, err));
    plan->playlists[plan->playlist_count++] = copy;
    return YS_OK;
}

static enum ys_status add_category(struct ys_plan *plan, const struct ys_plan_category *category,
                                   const struct ys_snapshot *snapshot,
                                   const struct ys_target *target, struct ys_error *err)
{
    struct ys_plan_playlist row = {
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title_now = "",
        .title_then = category->title,
        .privacy_now = YS_PRIVACY_UNSET,
        .privacy_then = category->wanted->new_privacy,
        .carried_on = category->reused,
    };

    if (category->playlist != YS_NO_PLAYLIST) {
        const struct ys_snap_playlist *playlist = &snapshot->playlists[category->playlist];
        row.title_now = playlist->title;
        row.title_then = NULL; /* until an update says otherwise */
        row.privacy_now = row.privacy_then = playlist->privacy;
        row.rows_now = (int64_t)playlist->item_count;
        row.strangers = count_strangers(playlist, snapshot, target);
    }
    YS_TRY(add_row(plan, &row, err));
    if (!row.title_then) {
        struct ys_plan_playlist *added = &plan->playlists[plan->playlist_count - 1];
        added->title_then = added->title_now;
    }
    return YS_OK;
}

static enum ys_status add_given_up(struct ys_plan *plan, const struct ys_planned *op,
                                   const struct ys_snapshot *snapshot, struct ys_error *err)
{
    struct ys_plan_playlist row = {
        .category = "",
        .playlist_id = op->playlist_id,
        .title_now = op->title,
        .title_then = "",
        .privacy_then = YS_PRIVACY_UNSET,
        .units = ys_op_units(op->kind),
    };
    int64_t number;

    if (!ys_map_get(&snapshot->playlist_index, op->playlist_id, &number)) return YS_OK;
    row.privacy_now = snapshot->playlists[number].privacy;
    row.rows_now = row.takeouts = (int64_t)snapshot->playlists[number].item_count;
    return add_row(plan, &row, err);
}

/* The row of an inbox, made when its first video leaves it. */
static enum ys_status inbox_row(struct ys_plan *plan, const struct ys_planned *op,
                                const struct ys_snapshot *snapshot, struct ys_map *rows,
                                int64_t *row_out, struct ys_error *err)
{
    struct ys_plan_playlist row = {
        .category = "",
        .playlist_id = op->playlist_id,
        .title_now = op->title,
        .title_then = op->title,
    };
    char key[YS_ID_BYTES + 1];
    int64_t number;

    (void)snprintf(key, sizeof key, "\n%s", op->playlist_id); /* no category's */
    if (ys_map_get(rows, key, row_out)) return YS_OK;
    if (ys_map_get(&snapshot->playlist_index, op->playlist_id, &number)) {
        row.privacy_now = row.privacy_then = snapshot->playlists[number].privacy;
        row.rows_now = (int64_t)snapshot->playlists[number].item_count;
    }
    *row_out = (int64_t)plan->playlist_count;
    YS_TRY(ys_map_put(rows, key, *row_out, err));
    return add_row(plan, &row, err);
}

static void count_op(struct ys_plan_playlist *row, const struct ys_planned *op)
{
    row->units += ys_op_units(op->kind);
    switch (op->kind) {
    case YS_OP_ITEM_INSERT: row->inserts++; break;
    case YS_OP_ITEM_MOVE: row->moves++; break;
    case YS_OP_ITEM_DELETE: row->takeouts++; break;
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH:
        row->title_then = op->title;
        if (op->privacy != YS_PRIVACY_UNSET) row->privacy_then = op->privacy;
        break;
    default: break;
    }
}

enum ys_status ys_plan_overview(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                const struct ys_target *target, struct ys_error *err)
{
    struct ys_map rows;
    enum ys_status status = YS_OK;
    size_t i;

    ys_map_init(&rows);
    for (i = 0; i < plan->category_count && status == YS_OK; i++) {
        status = ys_map_put(&rows, plan->categories[i].key, (int64_t)i, err);
        if (status == YS_OK)
            status = add_category(plan, &plan->categories[i], snapshot, target, err);
    }
    for (i = 0; i < plan->op_count && status == YS_OK; i++) {
        const struct ys_planned *op = &plan->ops[i];
        int64_t row = 0;
        if (op->kind == YS_OP_PLAYLIST_DELETE) {
            status = add_given_up(plan, op, snapshot, err);
        } else if (!op->category[0]) {
            status = inbox_row(plan, op, snapshot, &rows, &row, err);
            if (status == YS_OK) count_op(&plan->playlists[row], op);
        } else if (ys_map_get(&rows, op->category, &row)) {
            count_op(&plan->playlists[row], op);
        }
    }
    for (i = 0; i < plan->playlist_count; i++) {
        struct ys_plan_playlist *row = &plan->playlists[i];
        row->rows_then = row->rows_now + row->inserts - row->takeouts;
    }
    ys_map_free(&rows);
    return status;
}
