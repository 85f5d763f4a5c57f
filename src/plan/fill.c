/* fill.c: what is done to the rows of a category's playlist: videos are added and, when the
 * category is ordered, rows moved; later, rows that belong elsewhere are taken out.
 *
 * Order: a row that keeps its place costs nothing, one that is inserted costs the same wherever it
 * goes, one that moves costs a write. So all present rows move but a longest run (order.h), in the
 * order of their ranks and mixed with the inserts: whatever stands before an operation in the
 * category's order is in its place when the operation's turn comes. Not concerned are rows that no
 * word of the policy names, and entries that are private or deleted. */
#include <string.h>

#include "base/alloc.h"
#include "plan/order.h"
#include "plan/plan.h"

/* The entry that what comes next stands after, in its place. */
struct anchor {
    const char *video_id;  /* or YS_ANCHOR_TOP */
    size_t row;            /* YS_NO_ROW: the top, or it was added just before */
};

/* What stands in the playlist. */
struct rows {
    const struct ys_snap_playlist *playlist; /* NULL: to be created */
    size_t *copy;          /* per wanted video: the row that stays, or YS_NO_ROW */
    int64_t *ranks;        /* per row: its video's number in the category, or YS_NO_RANK */
    bool *placed;          /* per row: part of the run that keeps its place */
    bool ordered;          /* positions are sent */
    bool movable;          /* rows may be moved */
    int64_t out_of_order;
};

static void free_rows(struct rows *rows)
{
    ys_free(rows->copy);
    ys_free(rows->ranks);
    ys_free(rows->placed);
}

/* The row of each wanted video that stays: of several copies one that keeps its place, else the
 * first. */
static void choose_copies(struct rows *rows)
{
    size_t i;

    for (i = 0; i < rows->playlist->item_count; i++) {
        size_t *copy;
        if (rows->ranks[i] == YS_NO_RANK) continue;
        copy = &rows->copy[rows->ranks[i]];
        if (*copy == YS_NO_ROW) *copy = i;
        else if (rows->ordered && rows->placed[i] && !rows->placed[*copy]) *copy = i;
    }
}

/* Rows that the order concerns, in `concerned` (all others YS_NO_RANK). */
static void ranks_of_live(const struct rows *rows, const struct ys_snapshot *snapshot,
                          int64_t *concerned)
{
    size_t i;

    for (i = 0; i < rows->playlist->item_count; i++)
        concerned[i] = ys_map_get(&snapshot->gone, rows->playlist->items[i].video_id, NULL)
                           ? YS_NO_RANK
                           : rows->ranks[i];
}

static enum ys_status find_order(struct rows *rows, const struct ys_snapshot *snapshot,
                                 size_t wanted_count, struct ys_error *err)
{
    size_t count = rows->playlist->item_count, kept = 0, present = 0, i;
    int64_t *concerned = ys_alloc_zero(count, sizeof *concerned);
    bool *seen = ys_alloc_zero(wanted_count, sizeof *seen);
    enum ys_status status = YS_OK;

    if (!concerned || !seen) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (status == YS_OK) {
        ranks_of_live(rows, snapshot, concerned);
        status = ys_order_keep(concerned, count, rows->placed, &kept, err);
    }
    for (i = 0; i < count && status == YS_OK; i++) {
        if (concerned[i] == YS_NO_RANK || seen[concerned[i]]) continue;
        seen[concerned[i]] = true;
        present++;
    }
    rows->out_of_order = (int64_t)(present - kept);
    ys_free(concerned);
    ys_free(seen);
    return status;
}

static enum ys_status read_rows(struct rows *rows, const struct ys_plan_category *category,
                                const struct ys_snapshot *snapshot,
                                const struct ys_target *target, struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    size_t i, count;

    memset(rows, 0, sizeof *rows);
    if (category->playlist != YS_NO_PLAYLIST)
        rows->playlist = &snapshot->playlists[category->playlist];
    count = rows->playlist ? rows->playlist->item_count : 0;
    rows->copy = ys_alloc_zero(wanted->video_count, sizeof *rows->copy);
    rows->ranks = ys_alloc_zero(count, sizeof *rows->ranks);
    rows->placed = ys_alloc_zero(count, sizeof *rows->placed);
    if (!rows->copy || !rows->ranks || !rows->placed)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < wanted->video_count; i++) rows->copy[i] = YS_NO_ROW;
    rows->ordered = wanted->ordered && !(rows->playlist && rows->playlist->self_sorted);
    if (!rows->playlist) return YS_OK;
    rows->movable = target->old != YS_OLD_KEEP || rows->playlist->made_by_job != 0;
    for (i = 0; i < count; i++)
        if (!ys_map_get(&wanted->index, rows->playlist->items[i].video_id, &rows->ranks[i]))
            rows->ranks[i] = YS_NO_RANK;
    if (rows->ordered) YS_TRY(find_order(rows, snapshot, wanted->video_count, err));
    choose_copies(rows);
    return YS_OK;
}

/* ---------------------------------------------------------------- adding and moving */

static enum ys_status add_insert(struct ys_plan *plan, struct ys_plan_category *category,
                                 const struct ys_wanted *video, const struct anchor *anchor,
                                 struct ys_error *err)
{
    struct ys_planned insert = {
        .kind = YS_OP_ITEM_INSERT,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
        .video_id = video->video_id,
        .rule = video->rule,
        .copies = 1,
        .anchor = anchor ? anchor->video_id : NULL,
        .anchor_row = anchor ? anchor->row : YS_NO_ROW,
    };

    category->inserts++;
    return ys_plan_add(plan, &insert, err);
}

static enum ys_status add_move(struct ys_plan *plan, const struct ys_plan_category *category,
                               const struct rows *rows, size_t row,
                               const struct anchor *anchor, struct ys_error *err)
{
    struct ys_planned move = {
        .kind = YS_OP_ITEM_MOVE,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
        .item_id = rows->playlist->items[row].id,
        .video_id = rows->playlist->items[row].video_id,
        .rule = "its place in the order",
        .anchor = anchor->video_id,
        .row = row,
        .anchor_row = anchor->row,
    };

    return ys_plan_add(plan, &move, err);
}

/* One wanted video; *anchor is the one before it that has its place, and becomes this one. */
static enum ys_status place(struct ys_plan *plan, struct ys_plan_category *category,
                            const struct rows *rows, const struct ys_snapshot *snapshot,
                            size_t rank, struct anchor *anchor, struct ys_error *err)
{
    const struct ys_wanted *video = &category->wanted->videos[rank];
    size_t copy = rows->copy[rank];
    bool gone = ys_map_get(&snapshot->gone, video->video_id, NULL);

    if (copy == YS_NO_ROW && gone) {
        plan->preview.unavailable++;
        return YS_OK;
    }
    plan->preview.already_there += copy != YS_NO_ROW;
    if (copy == YS_NO_ROW) {
        YS_TRY(add_insert(plan, category, video, rows->ordered ? anchor : NULL, err));
    } else if (!rows->ordered || gone) {
        return YS_OK;
    } else if (!rows->placed[copy]) {
        if (!rows->movable || !rows->playlist) return YS_OK;
        YS_TRY(add_move(plan, category, rows, copy, anchor, err));
    }
    *anchor = (struct anchor){.video_id = video->video_id, .row = copy};
    return YS_OK;
}

/* What an order cannot bring about. */
static enum ys_status remarks(struct ys_plan *plan, const struct ys_plan_category *category,
                              const struct rows *rows, struct ys_error *err)
{
    if (!rows->playlist) return YS_OK;
    if (category->wanted->ordered && !rows->ordered)
        return ys_plan_warn(plan, err,
                            "YouTube sorts \"%.150s\" by itself and takes no positions, so it "
                            "does not get the order of the category \"%.150s\". Set its sorting "
                            "to \"Manual\" on YouTube, then fetch and plan again.",
                            rows->playlist->title, category->key);
    if (rows->ordered && !rows->movable && rows->out_of_order > 0)
        return ys_plan_warn(plan, err,
                            "\"%.150s\" is your own playlist: with old = \"keep\" the %lld videos "
                            "in it that stand out of order stay where they are.",
                            rows->playlist->title, (long long)rows->out_of_order);
    return YS_OK;
}

static enum ys_status check_room(const struct ys_plan_category *category, struct ys_error *err)
{
    if (category->rows_after <= YS_PLAYLIST_ITEMS_MAX) return YS_OK;
    return ys_fail(err, YS_EPOLICY,
                   "The playlist of the category \"%s\" would hold %lld videos on the way; YouTube "
                   "takes at most %d. %lld of them are there now: take out some that do not belong "
                   "there, or give the category another title.",
                   category->key, (long long)category->rows_after, YS_PLAYLIST_ITEMS_MAX,
                   (long long)category->rows_now);
}

enum ys_status ys_plan_fill(struct ys_plan *plan, struct ys_plan_category *category,
                            const struct ys_snapshot *snapshot, const struct ys_target *target,
                            struct ys_error *err)
{
    struct anchor anchor = {.video_id = YS_ANCHOR_TOP, .row = YS_NO_ROW};
    struct rows rows;
    enum ys_status status = read_rows(&rows, category, snapshot, target, err);
    size_t i;

    category->rows_now = rows.playlist ? (int64_t)rows.playlist->item_count : 0;
    for (i = 0; i < category->wanted->video_count && status == YS_OK; i++)
        status = place(plan, category, &rows, snapshot, i, &anchor, err);
    category->rows_after = category->rows_now + category->inserts;
    if (status == YS_OK) status = remarks(plan, category, &rows, err);
    if (status == YS_OK) status = check_room(category, err);
    free_rows(&rows);
    return status;
}

/* ---------------------------------------------------------------- taking out */

/* Why a row has to leave, or NULL: it stays. */
static const char *reason_to_leave(const struct rows *rows, size_t row,
                                   const struct ys_snapshot *snapshot,
                                   const struct ys_target *target)
{
    const char *video_id = rows->playlist->items[row].video_id;

    if (rows->ranks[row] != YS_NO_RANK)
        return rows->copy[rows->ranks[row]] == row ? NULL : "a second copy";
    if (ys_map_get(&target->drop_index, video_id, NULL)) return "the policy drops it";
    if (ys_map_get(&target->homes, video_id, NULL) && !ys_map_get(&snapshot->gone, video_id, NULL))
        return "it belongs to another category";
    return NULL;
}

static bool is_dropped(const struct rows *rows, size_t row, const struct ys_target *target)
{
    return rows->ranks[row] == YS_NO_RANK &&
           ys_map_get(&target->drop_index, rows->playlist->items[row].video_id, NULL);
}

/* Under old = "keep" the user's own playlist keeps what the policy drops. */
static enum ys_status tell_kept(struct ys_plan *plan, const struct rows *rows,
                                const struct ys_target *target, struct ys_error *err)
{
    long long kept = 0;
    size_t i;

    for (i = 0; i < rows->playlist->item_count; i++) kept += is_dropped(rows, i, target);
    if (kept == 0) return YS_OK;
    return ys_plan_warn(plan, err,
                        "\"%.150s\" is your own playlist: with old = \"keep\" %lld video%s in it "
                        "that the policy drops stay%s.",
                        rows->playlist->title, kept, kept == 1 ? "" : "s", kept == 1 ? "s" : "");
}

/* Rows of a carried-on playlist that the policy has elsewhere or dropped, and surplus copies.
 * Under old = "keep" nothing is taken out but what the policy drops, of a playlist that ytsync made
 * and that holds only some of what matches; unmatched videos always stay, and so do private and
 * deleted ones that could not be inserted elsewhere. */
enum ys_status ys_plan_takeouts(struct ys_plan *plan, const struct ys_plan_category *category,
                                const struct ys_snapshot *snapshot,
                                const struct ys_target *target, struct ys_error *err)
{
    struct ys_planned takeout = {
        .kind = YS_OP_ITEM_DELETE,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
    };
    struct rows rows;
    enum ys_status status;
    bool keep = target->old == YS_OLD_KEEP;
    size_t i;

    if ((keep && !category->wanted->trimmed) || category->playlist == YS_NO_PLAYLIST) return YS_OK;
    status = read_rows(&rows, category, snapshot, target, err);
    if (keep && status == YS_OK && rows.playlist->made_by_job == 0) {
        status = tell_kept(plan, &rows, target, err);
        free_rows(&rows);
        return status;
    }
    for (i = 0; status == YS_OK && i < rows.playlist->item_count; i++) {
        if (keep && !is_dropped(&rows, i, target)) continue;
        takeout.rule = reason_to_leave(&rows, i, snapshot, target);
        if (!takeout.rule) continue;
        takeout.item_id = rows.playlist->items[i].id;
        takeout.video_id = rows.playlist->items[i].video_id;
        status = ys_plan_add(plan, &takeout, err);
    }
    free_rows(&rows);
    return status;
}
