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
    if (target->old == YS_OLD_KEEP && playlist->made_by_job == 0)
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

/* Videos that the playlist holds, each with its number of copies. */
static enum ys_status count_copies(const struct ys_snap_playlist *playlist, struct ys_map *copies,
                                   struct ys_error *err)
{
    size_t i;

    for (i = 0; playlist && i < playlist->item_count; i++) {
        int64_t count = 0;
        (void)ys_map_get(copies, playlist->items[i].video_id, &count);
        YS_TRY(ys_map_put(copies, playlist->items[i].video_id, count + 1, err));
    }
    return YS_OK;
}

static enum ys_status inserts(struct ys_plan *plan, struct ys_plan_category *category,
                              const struct ys_snapshot *snapshot, const struct ys_map *present,
                              struct ys_error *err)
{
    const struct ys_target_category *wanted = category->wanted;
    struct ys_planned insert = {
        .kind = YS_OP_ITEM_INSERT,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
        .copies = 1,
    };
    size_t i;

    for (i = 0; i < wanted->video_count; i++) {
        if (ys_map_get(present, wanted->videos[i].video_id, NULL)) {
            plan->preview.already_there++;
            continue;
        }
        if (ys_map_get(&snapshot->gone, wanted->videos[i].video_id, NULL)) {
            plan->preview.unavailable++;
            continue;
        }
        insert.video_id = wanted->videos[i].video_id;
        insert.rule = wanted->videos[i].rule;
        YS_TRY(ys_plan_add(plan, &insert, err));
        category->inserts++;
    }
    category->rows_after = category->rows_now + category->inserts;
    if (category->rows_after > YS_PLAYLIST_ITEMS_MAX)
        return ys_fail(err, YS_EPOLICY,
                       "The category \"%s\" would hold %lld videos; a playlist takes at most %d. "
                       "Split it into two categories.",
                       category->key, (long long)category->rows_after, YS_PLAYLIST_ITEMS_MAX);
    return YS_OK;
}

/* Rows of a carried-on playlist that the policy has elsewhere or dropped, and surplus copies.
 * Under old = "keep" nothing is taken out; unmatched videos always stay, and so do private and
 * deleted ones that could not be inserted elsewhere. */
static enum ys_status takeouts(struct ys_plan *plan, const struct ys_plan_category *category,
                               const struct ys_snapshot *snapshot,
                               const struct ys_target *target, struct ys_error *err)
{
    const struct ys_snap_playlist *playlist;
    struct ys_planned takeout = {
        .kind = YS_OP_ITEM_DELETE,
        .category = category->key,
        .playlist_id = category->playlist_id,
        .title = category->title,
    };
    struct ys_map seen;
    enum ys_status status = YS_OK;
    size_t i;

    if (target->old == YS_OLD_KEEP || category->playlist == YS_NO_PLAYLIST) return YS_OK;
    playlist = &snapshot->playlists[category->playlist];
    ys_map_init(&seen);
    for (i = 0; i < playlist->item_count && status == YS_OK; i++) {
        const struct ys_snap_item *item = &playlist->items[i];
        bool wanted_here = ys_map_get(&category->wanted->index, item->video_id, NULL);
        bool again = ys_map_get(&seen, item->video_id, NULL);

        if (wanted_here && !again) {
            status = ys_map_put(&seen, item->video_id, 1, err);
            continue;
        }
        if (wanted_here)
            takeout.rule = "a second copy";
        else if (ys_map_get(&target->drop_index, item->video_id, NULL))
            takeout.rule = "the policy drops it";
        else if (ys_map_get(&target->homes, item->video_id, NULL) &&
                 !ys_map_get(&snapshot->gone, item->video_id, NULL))
            takeout.rule = "it belongs to another category";
        else
            continue;
        takeout.item_id = item->id;
        takeout.video_id = item->video_id;
        status = ys_plan_add(plan, &takeout, err);
    }
    ys_map_free(&seen);
    return status;
}

static enum ys_status fill(struct ys_plan *plan, struct ys_plan_category *category,
                           const struct ys_snapshot *snapshot, const struct ys_target *target,
                           struct ys_error *err)
{
    const struct ys_snap_playlist *playlist =
        category->playlist == YS_NO_PLAYLIST ? NULL : &snapshot->playlists[category->playlist];
    struct ys_map present;
    enum ys_status status;

    ys_map_init(&present);
    category->rows_now = playlist ? (int64_t)playlist->item_count : 0;
    status = count_copies(playlist, &present, err);
    if (status == YS_OK) status = inserts(plan, category, snapshot, &present, err);
    ys_map_free(&present);
    if (status == YS_OK) status = publish(plan, category, snapshot, target, err);
    return status;
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
        YS_TRY(takeouts(plan, &plan->categories[i], snapshot, target, err));
    return YS_OK;
}
