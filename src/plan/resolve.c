/* resolve.c: which playlist carries which category.
 *
 * In this order: the id that the policy names; the playlist that carried the category before, as
 * long as it lives; the one playlist of that title (a playlist under a category's title IS that
 * category's playlist). Two of that title are a question that only a person can answer. */
#include <string.h>

#include "base/alloc.h"
#include "plan/plan.h"

static enum ys_status by_named_id(const struct ys_snapshot *snapshot,
                                  const struct ys_target_category *wanted, size_t *out,
                                  struct ys_error *err)
{
    int64_t number;

    if (!ys_map_get(&snapshot->playlist_index, wanted->playlist_id, &number))
        return ys_fail(err, YS_EPOLICY,
                       "The category \"%s\" names the playlist %s, which is not one of this "
                       "channel's playlists. Run `fetch`, or correct the id.",
                       wanted->key, wanted->playlist_id);
    *out = (size_t)number;
    return YS_OK;
}

static size_t by_former_category(const struct ys_snapshot *snapshot,
                                 const struct ys_target_category *wanted)
{
    size_t i;

    for (i = 0; i < snapshot->playlist_count; i++)
        if (strcmp(snapshot->playlists[i].category, wanted->key) == 0) return i;
    return YS_NO_PLAYLIST;
}

static enum ys_status by_title(const struct ys_snapshot *snapshot,
                               const struct ys_target_category *wanted, size_t *out,
                               struct ys_error *err)
{
    size_t i;

    *out = YS_NO_PLAYLIST;
    for (i = 0; i < snapshot->playlist_count; i++) {
        if (strcmp(snapshot->playlists[i].title, wanted->title) != 0) continue;
        if (*out != YS_NO_PLAYLIST)
            return ys_fail(err, YS_EPOLICY,
                           "Two playlists are called \"%s\": %s (%zu videos) and %s (%zu videos). "
                           "Say which one carries the category with playlist = \"ID\" in it, or "
                           "rename one of them on YouTube.",
                           wanted->title, snapshot->playlists[*out].id,
                           snapshot->playlists[*out].item_count, snapshot->playlists[i].id,
                           snapshot->playlists[i].item_count);
        *out = i;
    }
    return YS_OK;
}

static enum ys_status resolve_one(const struct ys_snapshot *snapshot,
                                  const struct ys_target *target,
                                  const struct ys_target_category *wanted, size_t *out,
                                  struct ys_error *err)
{
    if (wanted->playlist_id) {
        YS_TRY(by_named_id(snapshot, wanted, out, err));
    } else {
        *out = by_former_category(snapshot, wanted);
        if (*out == YS_NO_PLAYLIST) YS_TRY(by_title(snapshot, wanted, out, err));
    }
    if (*out != YS_NO_PLAYLIST &&
        ys_map_get(&target->inboxes, snapshot->playlists[*out].id, NULL))
        return ys_fail(err, YS_EPOLICY,
                       "The category \"%s\" would fill the playlist \"%s\" (%s), which the policy "
                       "calls an inbox. Give the category another title.",
                       wanted->key, snapshot->playlists[*out].title,
                       snapshot->playlists[*out].id);
    if (*out != YS_NO_PLAYLIST &&
        ys_map_get(&target->protect, snapshot->playlists[*out].id, NULL))
        return ys_fail(err, YS_EPOLICY,
                       "The category \"%s\" would fill the playlist \"%s\" (%s), which the policy "
                       "says never to touch. Give the category another title, or take the "
                       "playlist out of never_touch.",
                       wanted->key, snapshot->playlists[*out].title,
                       snapshot->playlists[*out].id);
    return YS_OK;
}

bool ys_plan_carries(const struct ys_plan *plan, size_t playlist)
{
    size_t i;

    for (i = 0; i < plan->category_count; i++)
        if (plan->categories[i].playlist == playlist) return true;
    return false;
}

enum ys_status ys_plan_resolve(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                               const struct ys_target *target, struct ys_error *err)
{
    size_t i, j;

    plan->categories = ys_alloc_zero(target->category_count, sizeof *plan->categories);
    if (!plan->categories) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < target->category_count; i++) {
        struct ys_plan_category *category = &plan->categories[i];
        category->wanted = &target->categories[i];
        YS_TRY(resolve_one(snapshot, target, category->wanted, &category->playlist, err));
        category->key = ys_arena_dup(&plan->arena, category->wanted->key);
        category->title = ys_arena_dup(&plan->arena, category->wanted->title);
        category->playlist_id = ys_arena_dup(&plan->arena,
                                             category->playlist == YS_NO_PLAYLIST
                                                 ? ""
                                                 : snapshot->playlists[category->playlist].id);
        if (!category->key || !category->title || !category->playlist_id)
            return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        plan->category_count = i + 1;
        for (j = 0; j < i; j++)
            if (category->playlist != YS_NO_PLAYLIST &&
                plan->categories[j].playlist == category->playlist)
                return ys_fail(err, YS_EPOLICY,
                               "The categories \"%s\" and \"%s\" would both fill the playlist "
                               "\"%s\" (%s).",
                               plan->categories[j].key, category->key,
                               snapshot->playlists[category->playlist].title,
                               category->playlist_id);
    }
    return YS_OK;
}
