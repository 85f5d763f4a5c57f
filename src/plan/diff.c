/* diff.c: what has to be done to each category's playlist.
 *
 * What already holds is left out, so that a second plan over a finished library is empty. */
#include <string.h>

#include "plan/plan.h"
#include "youtube/mark.h"

/* How open a privacy is; a playlist is made more visible only when it is complete (P5). */
static int visibility(enum ys_privacy privacy)
{
    switch (privacy) {
    case YS_PRIVACY_PUBLIC: return 2;
    case YS_PRIVACY_UNLISTED: return 1;
    default: return 0;
    }
}

static enum ys_status new_playlist(struct ys_plan *plan, const struct ys_plan_category *category,
                                   struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    struct ys_planned create = {
        .kind = YS_OP_PLAYLIST_CREATE,
        .category = category->key,
        .title = category->title,
        .description = wanted->description ? wanted->description : "",
        .privacy = YS_PRIVACY_PRIVATE,
        .rule = "the category has no playlist yet",
    };

    return ys_plan_add(plan, &create, err);
}

/* Title, description or privacy of a playlist that is there. An update that makes it more
 * visible waits until its videos are verified. Under old = "keep" only what ytsync made is
 * changed. */
static enum ys_status metadata(struct ys_plan *plan, const struct ys_plan_category *category,
                               const struct ys_snap_playlist *playlist,
                               const struct ys_target *target, bool publish,
                               struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    /* One that an earlier job made, but did not come to publish, is still a new one. */
    enum ys_privacy asked =
        wanted->privacy == YS_PRIVACY_UNSET && playlist->unpublished &&
                visibility(wanted->new_privacy) > visibility(playlist->privacy)
            ? wanted->new_privacy
            : wanted->privacy;
    enum ys_privacy privacy = asked == YS_PRIVACY_UNSET ? playlist->privacy : asked;
    bool more_visible = visibility(privacy) > visibility(playlist->privacy);
    struct ys_planned update = {
        .kind = more_visible ? YS_OP_PLAYLIST_PUBLISH : YS_OP_PLAYLIST_UPDATE,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
        .description = wanted->description,
        .privacy = asked, /* UNSET: as it is when the update leaves */
        .found = playlist->title,
        .rule = category->reused ? "an old playlist carries the category on under its new name"
                                 : "title, description or privacy differ",
    };

    if (publish != more_visible) return YS_OK;
    if (strcmp(playlist->title, category->title) == 0 && privacy == playlist->privacy &&
        (!wanted->description || ys_mark_same(playlist->description, wanted->description)))
        return YS_OK;
    /* One that is unpublished is ytsync's own, though nobody may have seen it being made. */
    if (target->old == YS_OLD_KEEP && playlist->made_by_job == 0 && !playlist->unpublished)
        return ys_plan_warn(plan, err,
                            "\"%.150s\" is your own playlist: with old = \"keep\" its title, "
                            "description and privacy stay as they are, unlike what the category "
                            "\"%.150s\" says.",
                            playlist->title, category->key);
    return ys_plan_add(plan, &update, err);
}

static enum ys_status publish(struct ys_plan *plan, const struct ys_plan_category *category,
                              const struct ys_snapshot *snapshot,
                              const struct ys_target *target, struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    struct ys_planned op = {
        .kind = YS_OP_PLAYLIST_PUBLISH,
        .category = category->key,
        .title = category->title,
        .description = wanted->description,
        .privacy = wanted->new_privacy,
        .found = category->title,
        .rule = "the policy wants it visible when it is complete",
    };

    if (category->playlist != YS_NO_PLAYLIST)
        return metadata(plan, category, &snapshot->playlists[category->playlist], target, true,
                        err);
    return wanted->new_privacy == YS_PRIVACY_PRIVATE ? YS_OK : ys_plan_add(plan, &op, err);
}

static enum ys_status fill(struct ys_plan *plan, struct ys_plan_category *category,
                           const struct ys_snapshot *snapshot, const struct ys_target *target,
                           struct ys_error *err)
{
    YS_TRY(ys_plan_fill(plan, category, snapshot, target, err));
    return publish(plan, category, snapshot, target, err);
}

enum ys_status ys_plan_diff(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_target *target, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < plan->category_count; i++) {
        struct ys_plan_category *category = &plan->categories[i];
        if (category->playlist == YS_NO_PLAYLIST) {
            YS_TRY(new_playlist(plan, category, err));
            continue;
        }
        plan->preview.adopted += !category->reused;
        YS_TRY(metadata(plan, category, &snapshot->playlists[category->playlist], target, false,
                        err));
    }
    for (i = 0; i < plan->category_count; i++)
        YS_TRY(fill(plan, &plan->categories[i], snapshot, target, err));
    for (i = 0; i < plan->category_count; i++)
        YS_TRY(ys_plan_takeouts(plan, &plan->categories[i], snapshot, target, err));
    return YS_OK;
}
