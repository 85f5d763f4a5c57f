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

/* Playlists by what they are known by. */
struct names {
    struct ys_map former;      /* key of the category that one carries -> its number */
    struct ys_map titles;      /* title -> number of the first that has it */
    struct ys_map again;       /* title -> number of the second */
};

static enum ys_status index_names(struct names *names, const struct ys_snapshot *snapshot,
                                  struct ys_error *err)
{
    size_t i;

    for (i = 0; i < snapshot->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &snapshot->playlists[i];
        if (playlist->category[0] && !ys_map_get(&names->former, playlist->category, NULL))
            YS_TRY(ys_map_put(&names->former, playlist->category, (int64_t)i, err));
        if (!ys_map_get(&names->titles, playlist->title, NULL))
            YS_TRY(ys_map_put(&names->titles, playlist->title, (int64_t)i, err));
        else if (!ys_map_get(&names->again, playlist->title, NULL))
            YS_TRY(ys_map_put(&names->again, playlist->title, (int64_t)i, err));
    }
    return YS_OK;
}

static enum ys_status by_title(const struct names *names, const struct ys_snapshot *snapshot,
                               const struct ys_target_category *wanted, size_t *out,
                               struct ys_error *err)
{
    int64_t first, second;

    *out = YS_NO_PLAYLIST;
    if (!ys_map_get(&names->titles, wanted->title, &first)) return YS_OK;
    if (ys_map_get(&names->again, wanted->title, &second))
        return ys_fail(err, YS_EPOLICY,
                       "Two playlists are called \"%s\": %s (%zu videos) and %s (%zu videos). "
                       "Say which one carries the category with playlist = \"ID\" in it, or "
                       "rename one of them on YouTube.",
                       wanted->title, snapshot->playlists[first].id,
                       snapshot->playlists[first].item_count, snapshot->playlists[second].id,
                       snapshot->playlists[second].item_count);
    *out = (size_t)first;
    return YS_OK;
}

static enum ys_status resolve_one(const struct names *names, const struct ys_snapshot *snapshot,
                                  const struct ys_target *target,
                                  const struct ys_target_category *wanted, size_t *out,
                                  struct ys_error *err)
{
    int64_t number;

    if (wanted->playlist_id) {
        YS_TRY(by_named_id(snapshot, wanted, out, err));
    } else {
        if (ys_map_get(&names->former, wanted->key, &number)) *out = (size_t)number;
        else YS_TRY(by_title(names, snapshot, wanted, out, err));
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
    return plan->carried[playlist];
}

static enum ys_status both_fill(const struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                size_t category, struct ys_error *err)
{
    size_t playlist = plan->categories[category].playlist, other = 0;

    while (plan->categories[other].playlist != playlist) other++;
    return ys_fail(err, YS_EPOLICY,
                   "The categories \"%s\" and \"%s\" would both fill the playlist \"%s\" (%s).",
                   plan->categories[other].key, plan->categories[category].key,
                   snapshot->playlists[playlist].title, snapshot->playlists[playlist].id);
}

static enum ys_status resolve_all(struct ys_plan *plan, const struct names *names,
                                  const struct ys_snapshot *snapshot,
                                  const struct ys_target *target, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < target->category_count; i++) {
        struct ys_plan_category *category = &plan->categories[i];
        category->wanted = &target->categories[i];
        YS_TRY(resolve_one(names, snapshot, target, category->wanted, &category->playlist, err));
        category->key = ys_arena_dup(&plan->arena, category->wanted->key);
        category->title = ys_arena_dup(&plan->arena, category->wanted->title);
        category->playlist_id = ys_arena_dup(&plan->arena,
                                             category->playlist == YS_NO_PLAYLIST
                                                 ? ""
                                                 : snapshot->playlists[category->playlist].id);
        if (!category->key || !category->title || !category->playlist_id)
            return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        plan->category_count = i + 1;
        if (category->playlist == YS_NO_PLAYLIST) continue;
        if (plan->carried[category->playlist]) return both_fill(plan, snapshot, i, err);
        plan->carried[category->playlist] = true;
    }
    return YS_OK;
}

enum ys_status ys_plan_resolve(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                               const struct ys_target *target, struct ys_error *err)
{
    struct names names;
    enum ys_status status;

    plan->categories = ys_alloc_zero(target->category_count, sizeof *plan->categories);
    plan->carried = ys_alloc_zero(snapshot->playlist_count, sizeof *plan->carried);
    if (!plan->categories || !plan->carried) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_map_init(&names.former);
    ys_map_init(&names.titles);
    ys_map_init(&names.again);
    status = index_names(&names, snapshot, err);
    if (status == YS_OK) status = resolve_all(plan, &names, snapshot, target, err);
    ys_map_free(&names.former);
    ys_map_free(&names.titles);
    ys_map_free(&names.again);
    return status;
}
