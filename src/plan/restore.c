/* restore.c: see restore.h. */
#include "plan/restore.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "youtube/mark.h"

#define RULE "the backup has it"

struct restoring {
    struct ys_plan *plan;
    const struct ys_snapshot *now, *was;
    size_t *of_category;     /* per category: its playlist of then */
    struct ys_map homes;     /* video id -> a category that had it */
    int64_t made, newer;     /* playlists made anew; entries of later that stay */
};

static int visibility(enum ys_privacy privacy)
{
    return privacy == YS_PRIVACY_PUBLIC ? 2 : privacy == YS_PRIVACY_UNLISTED;
}

static enum ys_status no_memory(struct ys_error *err)
{
    return ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

/* Copies of each video: of the playlist now (NULL: none). */
static enum ys_status count_copies(const struct ys_snap_playlist *playlist, struct ys_map *out,
                                   struct ys_error *err)
{
    size_t i;

    for (i = 0; playlist && i < playlist->item_count; i++) {
        int64_t copies = 0;
        (void)ys_map_get(out, playlist->items[i].video_id, &copies);
        YS_TRY(ys_map_put(out, playlist->items[i].video_id, copies + 1, err));
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- categories */

static enum ys_status add_category(struct restoring *restoring, size_t playlist,
                                   struct ys_error *err)
{
    const struct ys_snap_playlist *then = &restoring->was->playlists[playlist];
    struct ys_plan *plan = restoring->plan;
    struct ys_plan_category *category = &plan->categories[plan->category_count];
    char key[sizeof YS_RESTORE_KEY + YS_ID_BYTES];
    int64_t number;

    (void)snprintf(key, sizeof key, "%s%s", YS_RESTORE_KEY, then->id);
    category->playlist = ys_map_get(&restoring->now->playlist_index, then->id, &number)
                             ? (size_t)number
                             : YS_NO_PLAYLIST;
    category->key = ys_arena_dup(&plan->arena, key);
    category->title = ys_arena_dup(&plan->arena, then->title);
    category->playlist_id =
        ys_arena_dup(&plan->arena, category->playlist == YS_NO_PLAYLIST ? "" : then->id);
    if (!category->key || !category->title || !category->playlist_id) return no_memory(err);
    restoring->of_category[plan->category_count++] = playlist;
    return YS_OK;
}

/* One video of a category, once, however many copies it has. */
static enum ys_status add_assigned(struct restoring *restoring, size_t category,
                                   const char *video_id, struct ys_map *seen,
                                   struct ys_error *err)
{
    struct ys_plan *plan = restoring->plan;
    struct ys_plan_assignment assigned = {.category = category, .rule = RULE};

    if (ys_map_get(seen, video_id, NULL)) return YS_OK;
    assigned.video_id = ys_arena_dup(&plan->arena, video_id);
    if (!assigned.video_id) return no_memory(err);
    YS_TRY(ys_map_put(seen, video_id, 1, err));
    YS_TRY(ys_map_put(&restoring->homes, video_id, (int64_t)category, err));
    YS_TRY(YS_GROW(plan->assigned, plan->assigned_capacity, plan->assigned_count, err));
    plan->assigned[plan->assigned_count++] = assigned;
    return YS_OK;
}

static enum ys_status assign(struct restoring *restoring, size_t category, struct ys_error *err)
{
    const struct ys_snap_playlist *then =
        &restoring->was->playlists[restoring->of_category[category]];
    enum ys_status status = YS_OK;
    struct ys_map seen;
    size_t i;

    ys_map_init(&seen);
    for (i = 0; i < then->item_count && status == YS_OK; i++)
        status = add_assigned(restoring, category, then->items[i].video_id, &seen, err);
    ys_map_free(&seen);
    return status;
}

/* How many videos of then the playlist holds. */
static enum ys_status count_common(const struct ys_snap_playlist *then,
                                   const struct ys_snap_playlist *now, size_t *out,
                                   struct ys_error *err)
{
    struct ys_map there;
    enum ys_status status;
    size_t i;

    *out = 0;
    ys_map_init(&there);
    status = count_copies(now, &there, err);
    for (i = 0; i < then->item_count && status == YS_OK; i++)
        *out += ys_map_get(&there, then->items[i].video_id, NULL);
    ys_map_free(&there);
    return status;
}

static bool is_free(const struct restoring *restoring, size_t playlist)
{
    const struct ys_plan *plan = restoring->plan;
    size_t i;

    if (ys_map_get(&restoring->was->playlist_index, restoring->now->playlists[playlist].id, NULL))
        return false;
    for (i = 0; i < plan->category_count; i++)
        if (plan->categories[i].playlist == playlist) return false;
    return true;
}

/* A playlist of then that is gone by its id, but has one of its title now: an earlier restore made
 * that, or the user. Of several the one that holds most of its videos. */
static enum ys_status adopt(struct restoring *restoring, size_t number, struct ys_error *err)
{
    const struct ys_snap_playlist *then =
        &restoring->was->playlists[restoring->of_category[number]];
    struct ys_plan_category *category = &restoring->plan->categories[number];
    size_t i, common, most = 0, best = YS_NO_PLAYLIST;

    for (i = 0; i < restoring->now->playlist_count; i++) {
        const struct ys_snap_playlist *now = &restoring->now->playlists[i];
        if (strcmp(now->title, then->title) != 0 || !now->listed || !is_free(restoring, i))
            continue;
        YS_TRY(count_common(then, now, &common, err));
        if (best != YS_NO_PLAYLIST && common <= most) continue;
        best = i;
        most = common;
    }
    if (best == YS_NO_PLAYLIST) return YS_OK;
    category->playlist = best;
    category->playlist_id = ys_arena_dup(&restoring->plan->arena,
                                         restoring->now->playlists[best].id);
    return category->playlist_id ? YS_OK : no_memory(err);
}

static enum ys_status begin(struct restoring *restoring, const struct ys_map *only,
                            struct ys_error *err)
{
    const struct ys_snapshot *was = restoring->was;
    size_t i;

    restoring->plan->categories =
        ys_alloc_zero(was->playlist_count, sizeof *restoring->plan->categories);
    restoring->of_category = ys_alloc_zero(was->playlist_count, sizeof *restoring->of_category);
    if (!restoring->plan->categories || !restoring->of_category) return no_memory(err);
    for (i = 0; i < was->playlist_count; i++)
        if (!only || ys_map_get(only, was->playlists[i].id, NULL))
            YS_TRY(add_category(restoring, i, err));
    for (i = 0; i < restoring->plan->category_count; i++) {
        if (restoring->plan->categories[i].playlist == YS_NO_PLAYLIST)
            YS_TRY(adopt(restoring, i, err));
        YS_TRY(assign(restoring, i, err));
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- the playlist itself */

static enum ys_status make_or_rename(struct restoring *restoring, size_t number,
                                     struct ys_error *err)
{
    struct ys_plan *plan = restoring->plan;
    const struct ys_plan_category *category = &plan->categories[number];
    const struct ys_snap_playlist *then =
        &restoring->was->playlists[restoring->of_category[number]];
    struct ys_planned op = {.kind = YS_OP_PLAYLIST_CREATE,
                            .category = category->key,
                            .playlist_id = category->playlist_id,
                            .title = category->title,
                            .description = then->description,
                            .privacy = YS_PRIVACY_PRIVATE,
                            .rule = "the backup has it, and it is gone"};
    const struct ys_snap_playlist *now;

    if (category->playlist == YS_NO_PLAYLIST) {
        restoring->made++;
        return ys_plan_add(plan, &op, err);
    }
    now = &restoring->now->playlists[category->playlist];
    plan->preview.adopted++;
    if (visibility(then->privacy) > visibility(now->privacy)) return YS_OK; /* when it is filled */
    if (strcmp(now->title, then->title) == 0 && now->privacy == then->privacy &&
        ys_mark_same(now->description, then->description))
        return YS_OK;
    op.kind = YS_OP_PLAYLIST_UPDATE;
    op.privacy = then->privacy;
    op.found = now->title;
    op.rule = "title, description or privacy were others";
    return ys_plan_add(plan, &op, err);
}

static enum ys_status publish(struct restoring *restoring, size_t number, struct ys_error *err)
{
    const struct ys_plan_category *category = &restoring->plan->categories[number];
    const struct ys_snap_playlist *then =
        &restoring->was->playlists[restoring->of_category[number]];
    enum ys_privacy now = category->playlist == YS_NO_PLAYLIST
                              ? YS_PRIVACY_PRIVATE
                              : restoring->now->playlists[category->playlist].privacy;
    struct ys_planned op = {.kind = YS_OP_PLAYLIST_PUBLISH,
                            .category = category->key,
                            .playlist_id = category->playlist_id,
                            .title = category->title,
                            .description = then->description,
                            .privacy = then->privacy,
                            .found = category->title,
                            .rule = "it was that visible"};

    return visibility(then->privacy) > visibility(now)
               ? ys_plan_add(restoring->plan, &op, err)
               : YS_OK;
}

/* ---------------------------------------------------------------- entries */

static const struct ys_snap_playlist *playlist_now(const struct restoring *restoring,
                                                   size_t number)
{
    size_t playlist = restoring->plan->categories[number].playlist;

    return playlist == YS_NO_PLAYLIST ? NULL : &restoring->now->playlists[playlist];
}

static enum ys_status add_loss(struct restoring *restoring, const struct ys_plan_category *category,
                               const char *video_id, struct ys_error *err)
{
    struct ys_plan *plan = restoring->plan;
    struct ys_plan_loss loss = {.playlist_title = category->title, .title = ""};

    loss.video_id = ys_arena_dup(&plan->arena, video_id);
    if (!loss.video_id) return no_memory(err);
    YS_TRY(YS_GROW(plan->losses, plan->loss_capacity, plan->loss_count, err));
    plan->losses[plan->loss_count++] = loss;
    plan->preview.unavailable++;
    return YS_OK;
}

static bool is_gone(const struct restoring *restoring, const char *video_id)
{
    return ys_map_get(&restoring->now->gone, video_id, NULL) ||
           ys_map_get(&restoring->was->gone, video_id, NULL);
}

static enum ys_status add_entries(struct restoring *restoring, size_t number,
                                  struct ys_map *there, struct ys_error *err)
{
    struct ys_plan_category *category = &restoring->plan->categories[number];
    const struct ys_snap_playlist *then =
        &restoring->was->playlists[restoring->of_category[number]];
    struct ys_map copies; /* of then, so far */
    enum ys_status status = YS_OK;
    size_t i;

    ys_map_init(&copies);
    for (i = 0; i < then->item_count && status == YS_OK; i++) {
        struct ys_planned op = {.kind = YS_OP_ITEM_INSERT,
                                .category = category->key,
                                .playlist_id = category->playlist_id,
                                .title = category->title,
                                .video_id = then->items[i].video_id,
                                .rule = RULE};
        int64_t have = 0;
        (void)ys_map_get(&copies, op.video_id, &op.copies);
        op.copies++;
        status = ys_map_put(&copies, op.video_id, op.copies, err);
        (void)ys_map_get(there, op.video_id, &have);
        if (status != YS_OK || op.copies <= have) {
            restoring->plan->preview.already_there += op.copies <= have;
        } else if (is_gone(restoring, op.video_id)) {
            status = add_loss(restoring, category, op.video_id, err);
        } else {
            category->inserts++;
            status = ys_plan_add(restoring->plan, &op, err);
        }
    }
    ys_map_free(&copies);
    return status;
}

static enum ys_status fill(struct restoring *restoring, size_t number, struct ys_error *err)
{
    struct ys_plan_category *category = &restoring->plan->categories[number];
    const struct ys_snap_playlist *now = playlist_now(restoring, number);
    struct ys_map there;
    enum ys_status status;

    ys_map_init(&there);
    status = count_copies(now, &there, err);
    if (status == YS_OK) status = add_entries(restoring, number, &there, err);
    ys_map_free(&there);
    category->rows_now = now ? (int64_t)now->item_count : 0;
    category->rows_after = category->rows_now + category->inserts;
    if (status == YS_OK && category->rows_after > YS_PLAYLIST_ITEMS_MAX)
        status = ys_fail(err, YS_EPOLICY,
                         "The playlist \"%s\" would hold %lld videos on the way; YouTube takes at "
                         "most %d. Take out some of those that came later first.",
                         category->title, (long long)category->rows_after, YS_PLAYLIST_ITEMS_MAX);
    return status == YS_OK ? publish(restoring, number, err) : status;
}

/* Whether an entry beyond those of then may go: its video has a place of then, and gets there. */
static bool has_place(const struct restoring *restoring, const char *video_id)
{
    return ys_map_get(&restoring->homes, video_id, NULL) && !is_gone(restoring, video_id);
}

static enum ys_status take_out_entries(struct restoring *restoring, size_t number,
                                       struct ys_map *then_copies, struct ys_error *err)
{
    const struct ys_plan_category *category = &restoring->plan->categories[number];
    const struct ys_snap_playlist *now = playlist_now(restoring, number);
    struct ys_planned op = {.kind = YS_OP_ITEM_DELETE,
                            .category = category->key,
                            .playlist_id = category->playlist_id,
                            .title = category->title,
                            .rule = "the backup has it elsewhere, or fewer copies of it"};
    size_t i;

    for (i = 0; now && i < now->item_count; i++) {
        int64_t left = 0;
        op.video_id = now->items[i].video_id;
        op.item_id = now->items[i].id;
        if (ys_map_get(then_copies, op.video_id, &left) && left > 0) {
            YS_TRY(ys_map_put(then_copies, op.video_id, left - 1, err));
            continue;
        }
        if (has_place(restoring, op.video_id)) YS_TRY(ys_plan_add(restoring->plan, &op, err));
        else restoring->newer++;
    }
    return YS_OK;
}

static enum ys_status take_out(struct restoring *restoring, size_t number, struct ys_error *err)
{
    struct ys_map copies;
    enum ys_status status;

    ys_map_init(&copies);
    status = count_copies(&restoring->was->playlists[restoring->of_category[number]], &copies,
                          err);
    if (status == YS_OK) status = take_out_entries(restoring, number, &copies, err);
    ys_map_free(&copies);
    return status;
}

/* ---------------------------------------------------------------- what ytsync made since */

static enum ys_status give_up(struct restoring *restoring, const struct ys_snap_playlist *made,
                              struct ys_error *err)
{
    struct ys_planned op = {.kind = YS_OP_PLAYLIST_DELETE,
                            .playlist_id = made->id,
                            .title = made->title,
                            .rule = "ytsync made it, and the backup does not have it"};
    struct ys_plan_block counted = {.videos = 0};
    const char *first = NULL;
    size_t i;

    for (i = 0; made->listed && i < made->item_count; i++) {
        if (has_place(restoring, made->items[i].video_id)) continue;
        if (counted.videos++ == 0) first = made->items[i].video_id;
    }
    if (!made->listed)
        return ys_plan_block_add(restoring->plan, made, "", "its videos could not be read",
                                 &counted, err);
    if (counted.videos == 0) return ys_plan_add(restoring->plan, &op, err);
    return ys_plan_block_add(restoring->plan, made, first,
                             "stands in no playlist of the backup, or cannot be added there",
                             &counted, err);
}

/* ---------------------------------------------------------------- together */

static enum ys_status remarks(struct restoring *restoring, struct ys_error *err)
{
    struct ys_plan *plan = restoring->plan;

    if (restoring->made > 0)
        YS_TRY(ys_plan_warn(plan, err,
                            "%lld playlists are made anew: their addresses, covers and "
                            "translations, and the dates on which their videos were added, do not "
                            "come back.",
                            (long long)restoring->made));
    if (plan->loss_count > 0)
        YS_TRY(ys_plan_warn(plan, err,
                            "%zu entries do not come back: their videos are private or deleted, "
                            "and nobody can add these.",
                            plan->loss_count));
    if (restoring->newer > 0)
        YS_TRY(ys_plan_warn(plan, err,
                            "%lld entries stay that came later: no playlist of the backup has "
                            "their videos.",
                            (long long)restoring->newer));
    return YS_OK;
}

static enum ys_status operations(struct restoring *restoring, const struct ys_map *only,
                                 struct ys_error *err)
{
    const struct ys_snapshot *now = restoring->now;
    size_t i, count;

    YS_TRY(begin(restoring, only, err));
    count = restoring->plan->category_count;
    for (i = 0; i < count; i++) YS_TRY(make_or_rename(restoring, i, err));
    for (i = 0; i < count; i++) YS_TRY(fill(restoring, i, err));
    for (i = 0; i < count; i++) YS_TRY(take_out(restoring, i, err));
    for (i = 0; !only && i < now->playlist_count; i++)
        if (now->playlists[i].made_by_job != 0 &&
            is_free(restoring, i))
            YS_TRY(give_up(restoring, &now->playlists[i], err));
    return remarks(restoring, err);
}

enum ys_status ys_restore_operations(struct ys_plan *plan, const struct ys_snapshot *now,
                                     const struct ys_snapshot *was, const struct ys_map *only,
                                     struct ys_error *err)
{
    struct restoring restoring = {.plan = plan, .now = now, .was = was};
    enum ys_status status;

    ys_map_init(&restoring.homes);
    status = operations(&restoring, only, err);
    ys_map_free(&restoring.homes);
    ys_free(restoring.of_category);
    return status;
}

enum ys_status ys_plan_restore(const struct ys_snapshot *now, const struct ys_snapshot *was,
                               const struct ys_map *only, const char *hash,
                               const struct ys_plan_today *today, struct ys_plan **out,
                               struct ys_error *err)
{
    struct ys_plan *plan;
    enum ys_status status;

    *out = NULL;
    if (strcmp(now->channel.id, was->channel.id) != 0)
        return ys_fail(err, YS_ECHANNEL,
                       "The backup is of the channel %s, but the library is that of %s "
                       "(\"%.100s\"). Use the token of the right account.",
                       was->channel.id, now->channel.id, now->channel.title);
    YS_TRY(ys_plan_new(now, hash, &plan, err));
    status = ys_restore_operations(plan, now, was, only, err);
    if (status == YS_OK)
        status = ys_plan_undo(plan, now, &today->limits, &plan->preview.undo, err);
    if (status == YS_OK) status = ys_plan_forecast(plan, now, today, err);
    if (status == YS_OK) *out = plan;
    else ys_plan_free(plan);
    return status;
}
