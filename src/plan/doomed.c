/* doomed.c: which old playlists may be deleted, and what speaks against the others; and what leaves
 * the inboxes, for the same reasons.
 *
 * A playlist may go only when each of its videos has a home in a category or was dropped by the
 * policy in so many words (P1). This is the plan's view; the engine proves it again against
 * fresh listings before each delete. */
#include <string.h>

#include "base/text.h"
#include "plan/plan.h"

/* Videos of a category that can no longer be inserted and do not stand in its playlist. */
static enum ys_status strand(struct ys_plan *plan, const struct ys_plan_category *category,
                             const struct ys_snapshot *snapshot, struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    const struct ys_snap_playlist *playlist =
        category->playlist == YS_NO_PLAYLIST ? NULL : &snapshot->playlists[category->playlist];
    struct ys_map there;
    enum ys_status status = YS_OK;
    size_t i;

    ys_map_init(&there);
    for (i = 0; playlist && i < playlist->item_count && status == YS_OK; i++)
        if (ys_map_get(&snapshot->gone, playlist->items[i].video_id, NULL))
            status = ys_map_put(&there, playlist->items[i].video_id, 1, err);
    for (i = 0; i < wanted->video_count && status == YS_OK; i++)
        if (ys_map_get(&snapshot->gone, wanted->videos[i].video_id, NULL) &&
            !ys_map_get(&there, wanted->videos[i].video_id, NULL))
            status = ys_map_put(&plan->stranded, wanted->videos[i].video_id, 1, err);
    ys_map_free(&there);
    return status;
}

/* A playlist that a category will take over does not count as its place yet: what may go would
 * depend on who carries on what, and the choice of that counts with what may go. The next plan
 * sees it. */
enum ys_status ys_plan_strand(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                              struct ys_error *err)
{
    size_t i;

    if (snapshot->gone.count == 0) return YS_OK;
    for (i = 0; i < plan->category_count; i++)
        YS_TRY(strand(plan, &plan->categories[i], snapshot, err));
    return YS_OK;
}

/* Why the item keeps its playlist alive, or NULL when it does not. */
static const char *objection(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                             const struct ys_target *target, const struct ys_snap_item *item)
{
    bool gone = ys_map_get(&snapshot->gone, item->video_id, NULL);

    if (ys_map_get(&target->drop_index, item->video_id, NULL)) return NULL;
    if (!ys_map_get(&target->homes, item->video_id, NULL))
        return gone ? "is private or deleted and has no place in the policy; gone = \"forget\" "
                      "would let it go"
                    : "is wanted by no category; otherwise = \"drop\" or a category for the rest "
                      "would settle it";
    if (gone && ys_map_get(&plan->stranded, item->video_id, NULL))
        return "is private or deleted and cannot be copied; gone = \"forget\" would let it go";
    return NULL;
}

bool ys_plan_may_go(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                    const struct ys_target *target, const struct ys_snap_playlist *playlist)
{
    size_t i;

    for (i = 0; i < playlist->item_count; i++)
        if (objection(plan, snapshot, target, &playlist->items[i])) return false;
    return true;
}

bool ys_plan_may_change(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                        const struct ys_target *target, size_t playlist)
{
    const struct ys_snap_playlist *row = &snapshot->playlists[playlist];

    return row->listed && !ys_plan_carries(plan, playlist) &&
           !ys_map_get(&target->protect, row->id, NULL) &&
           !ys_map_get(&target->inboxes, row->id, NULL) &&
           (target->sources.count == 0 || ys_map_get(&target->sources, row->id, NULL));
}

enum ys_status ys_plan_block_add(struct ys_plan *plan, const struct ys_snap_playlist *playlist,
                                 const char *video_id, const char *why,
                                 const struct ys_plan_block *counted, struct ys_error *err)
{
    struct ys_plan_block block = *counted;
    int64_t videos = block.videos;
    char reason[YS_ERROR_BYTES];

    if (videos > 1)
        ys_format(reason, sizeof reason,
                  "\"%.200s\" stays: %lld of its videos have no other place. %s, for "
                  "example, %s.",
                  playlist->title, (long long)videos, video_id, why);
    else
        ys_format(reason, sizeof reason, "\"%.200s\" stays: %s%s%s.", playlist->title,
                  video_id, video_id[0] ? " " : "", why);
    block.playlist_id = ys_arena_dup(&plan->arena, playlist->id);
    block.title = ys_arena_dup(&plan->arena, playlist->title);
    block.video_id = ys_arena_dup(&plan->arena, video_id);
    block.reason = ys_arena_dup(&plan->arena, reason);
    if (!block.playlist_id || !block.title || !block.video_id || !block.reason)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(plan->blocks, plan->block_capacity, plan->block_count, err));
    plan->blocks[plan->block_count++] = block;
    plan->preview.blocked++;
    return YS_OK;
}

static enum ys_status judge(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_target *target,
                            const struct ys_snap_playlist *playlist, struct ys_error *err)
{
    struct ys_planned op = {
        .kind = YS_OP_PLAYLIST_DELETE,
        .playlist_id = playlist->id,
        .title = playlist->title,
        .rule = playlist->item_count ? "each of its videos has another place or is dropped"
                                     : "it is empty",
    };
    const char *first = "", *why = NULL;
    struct ys_plan_block counted = {.videos = 0};
    size_t i;

    if (!playlist->listed)
        return ys_plan_block_add(plan, playlist, "", "its videos could not be read", &counted, err);
    for (i = 0; i < playlist->item_count; i++) {
        const char *reason = objection(plan, snapshot, target, &playlist->items[i]);
        if (!reason) continue;
        if (ys_map_get(&snapshot->gone, playlist->items[i].video_id, NULL)) counted.gone++;
        else counted.unmatched++;
        if (counted.videos++ == 0) {
            first = playlist->items[i].video_id;
            why = reason;
        }
    }
    if (counted.videos > 0) return ys_plan_block_add(plan, playlist, first, why, &counted, err);
    return ys_plan_add(plan, &op, err);
}

enum ys_status ys_plan_doomed(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                              const struct ys_target *target, struct ys_error *err)
{
    size_t i;

    if (target->old != YS_OLD_DELETE) return YS_OK;
    for (i = 0; i < snapshot->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &snapshot->playlists[i];
        if (ys_plan_carries(plan, i)) continue;
        if (ys_map_get(&target->protect, playlist->id, NULL)) continue;
        if (ys_map_get(&target->inboxes, playlist->id, NULL)) continue;
        if (target->sources.count > 0 && !ys_map_get(&target->sources, playlist->id, NULL))
            continue;
        YS_TRY(judge(plan, snapshot, target, playlist, err));
    }
    return YS_OK;
}

static enum ys_status empty_inbox(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                  const struct ys_target *target,
                                  const struct ys_snap_playlist *inbox, struct ys_error *err)
{
    struct ys_planned takeout = {
        .kind = YS_OP_ITEM_DELETE,
        .playlist_id = inbox->id,
        .title = inbox->title,
    };
    size_t i;

    if (!inbox->listed)
        return ys_plan_warn(plan, err,
                            "The videos of the inbox \"%.150s\" could not be read; they stay "
                            "there.",
                            inbox->title);
    for (i = 0; i < inbox->item_count; i++) {
        const struct ys_snap_item *item = &inbox->items[i];
        if (objection(plan, snapshot, target, item)) continue;
        takeout.item_id = item->id;
        takeout.video_id = item->video_id;
        takeout.rule = ys_map_get(&target->drop_index, item->video_id, NULL)
                           ? "the policy drops it"
                           : "it leaves the inbox when it is in its playlist";
        YS_TRY(ys_plan_add(plan, &takeout, err));
    }
    return YS_OK;
}

enum ys_status ys_plan_inboxes(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                               const struct ys_target *target, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < snapshot->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &snapshot->playlists[i];
        if (!ys_map_get(&target->inboxes, playlist->id, NULL)) continue;
        if (ys_map_get(&target->protect, playlist->id, NULL))
            return ys_fail(err, YS_EPOLICY,
                           "The policy calls \"%s\" (%s) an inbox and says never to touch it. "
                           "Take it out of one of the two.",
                           playlist->title, playlist->id);
        YS_TRY(empty_inbox(plan, snapshot, target, playlist, err));
    }
    return YS_OK;
}
