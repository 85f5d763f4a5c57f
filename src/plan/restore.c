/* restore.c: see restore.h. */
#include "plan/restore.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plan/copies.h"
#include "youtube/mark.h"

#define RULE "the backup has it"

struct restoring {
    struct ys_plan *plan;
    const struct ys_snapshot *now, *was;
    size_t *of_category;     /* per category: its playlist of then */
    struct ys_map homes;     /* video id -> a category that had it */
    struct ys_map back;      /* videos that were private then and are live now */
    int64_t made, newer;     /* playlists made anew; entries of later that stay */
    int64_t unsorted;        /* playlists that YouTube sorts, and whose order is another */
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

/* One entry of then: `copies` are those of its video so far. */
static enum ys_status add_assigned(struct restoring *restoring, size_t category,
                                   const char *video_id, struct ys_map *copies,
                                   struct ys_error *err)
{
    struct ys_plan *plan = restoring->plan;
    struct ys_plan_assignment assigned = {.category = category, .rule = RULE};

    (void)ys_map_get(copies, video_id, &assigned.nth);
    assigned.nth++;
    assigned.video_id = ys_arena_dup(&plan->arena, video_id);
    if (!assigned.video_id) return no_memory(err);
    YS_TRY(ys_map_put(copies, video_id, assigned.nth, err));
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
    struct ys_map copies;
    size_t i;

    ys_map_init(&copies);
    for (i = 0; i < then->item_count && status == YS_OK; i++)
        status = add_assigned(restoring, category, then->items[i].video_id, &copies, err);
    ys_map_free(&copies);
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

/* Videos are live again when an entry of now says so. */
static enum ys_status find_back(struct restoring *restoring, struct ys_error *err)
{
    size_t i, j;

    for (i = 0; i < restoring->now->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &restoring->now->playlists[i];
        for (j = 0; j < playlist->item_count; j++) {
            const struct ys_snap_item *item = &playlist->items[j];
            if (item->availability == YS_AVAILABILITY_LIVE &&
                ys_map_get(&restoring->was->gone, item->video_id, NULL))
                YS_TRY(ys_map_put(&restoring->back, item->video_id, 1, err));
        }
    }
    return YS_OK;
}

static bool is_gone(const struct restoring *restoring, const char *video_id)
{
    return ys_map_get(&restoring->now->gone, video_id, NULL) ||
           (ys_map_get(&restoring->was->gone, video_id, NULL) &&
            !ys_map_get(&restoring->back, video_id, NULL));
}

/* One playlist on its way to its entries of then. */
struct filling {
    struct restoring *restoring;
    struct ys_plan_category *category;
    const struct ys_snap_playlist *then, *now; /* now NULL: to be made */
    struct ys_copies match;
    struct ys_map copies;      /* of each video that stands there, with those to be added */
    struct ys_map nth;         /* entries of then of each video, so far */
    bool ordered;              /* positions are sent */
    const char *anchor;        /* what comes next stands after this one */
    size_t anchor_row;
    bool displaced;            /* something was added before one that keeps its place, or moves */
    bool late;                 /* something is to be added; one that follows keeps its place */
};

/* Adds the operation that brings an entry to its place. */
static enum ys_status place(struct filling *filling, struct ys_planned *op, struct ys_error *err)
{
    op->category = filling->category->key;
    op->playlist_id = filling->category->playlist_id;
    op->title = filling->category->title;
    op->anchor = filling->ordered ? filling->anchor : NULL;
    op->anchor_row = filling->anchor_row;
    return ys_plan_add(filling->restoring->plan, op, err);
}

static enum ys_status add_missing(struct filling *filling, const char *video_id, int64_t nth,
                                  struct ys_error *err)
{
    struct ys_planned op = {
        .kind = YS_OP_ITEM_INSERT, .video_id = video_id, .nth = nth, .rule = RULE};

    (void)ys_map_get(&filling->copies, video_id, &op.copies);
    op.copies++;
    YS_TRY(ys_map_put(&filling->copies, video_id, op.copies, err));
    YS_TRY(place(filling, &op, err));
    filling->category->inserts++;
    filling->late = true;
    filling->anchor = video_id;
    filling->anchor_row = YS_NO_ROW;
    return YS_OK;
}

/* An entry that is there. One that is private or deleted now stays where it is. */
static enum ys_status settle(struct filling *filling, size_t row, int64_t nth,
                             struct ys_error *err)
{
    const struct ys_snap_item *item = &filling->now->items[row];
    struct ys_planned op = {.kind = YS_OP_ITEM_MOVE,
                            .video_id = item->video_id,
                            .item_id = item->id,
                            .nth = nth,
                            .row = row,
                            .rule = "its place in the backup"};

    filling->restoring->plan->preview.already_there++;
    if (ys_map_get(&filling->restoring->now->gone, item->video_id, NULL)) return YS_OK;
    filling->displaced = filling->displaced || !filling->match.keeps[row] || filling->late;
    if (!filling->match.keeps[row] && filling->ordered) YS_TRY(place(filling, &op, err));
    filling->anchor = item->video_id;
    filling->anchor_row = row;
    return YS_OK;
}

static enum ys_status fill_entry(struct filling *filling, size_t entry, struct ys_error *err)
{
    const char *video_id = filling->then->items[entry].video_id;
    size_t row = filling->match.row_of[entry];
    int64_t nth = 0;

    (void)ys_map_get(&filling->nth, video_id, &nth);
    YS_TRY(ys_map_put(&filling->nth, video_id, ++nth, err));
    if (row != YS_NO_ENTRY) return settle(filling, row, nth, err);
    return is_gone(filling->restoring, video_id)
               ? add_loss(filling->restoring, filling->category, video_id, err)
               : add_missing(filling, video_id, nth, err);
}

static enum ys_status match_rows(const struct restoring *restoring, size_t number,
                                 struct ys_copies *out, struct ys_error *err)
{
    return ys_copies_match(&restoring->was->playlists[restoring->of_category[number]],
                           playlist_now(restoring, number), &restoring->now->gone, out, err);
}

static enum ys_status fill_entries(struct restoring *restoring, size_t number,
                                   struct ys_error *err)
{
    struct filling filling = {.restoring = restoring,
                              .category = &restoring->plan->categories[number],
                              .then = &restoring->was->playlists[restoring->of_category[number]],
                              .now = playlist_now(restoring, number),
                              .anchor = YS_ANCHOR_TOP,
                              .anchor_row = YS_NO_ROW};
    enum ys_status status;
    size_t i;

    filling.ordered = !(filling.now && filling.now->self_sorted);
    ys_map_init(&filling.copies);
    ys_map_init(&filling.nth);
    status = count_copies(filling.now, &filling.copies, err);
    if (status == YS_OK) status = match_rows(restoring, number, &filling.match, err);
    for (i = 0; i < filling.then->item_count && status == YS_OK; i++)
        status = fill_entry(&filling, i, err);
    restoring->unsorted += !filling.ordered && filling.displaced;
    ys_copies_free(&filling.match);
    ys_map_free(&filling.copies);
    ys_map_free(&filling.nth);
    return status;
}

static enum ys_status fill(struct restoring *restoring, size_t number, struct ys_error *err)
{
    struct ys_plan_category *category = &restoring->plan->categories[number];
    const struct ys_snap_playlist *now = playlist_now(restoring, number);

    YS_TRY(fill_entries(restoring, number, err));
    category->rows_now = now ? (int64_t)now->item_count : 0;
    category->rows_after = category->rows_now + category->inserts;
    if (category->rows_after > YS_PLAYLIST_ITEMS_MAX)
        return ys_fail(err, YS_EPOLICY,
                       "The playlist \"%s\" would hold %lld videos on the way; YouTube takes at "
                       "most %d. Take out some of those that came later first.",
                       category->title, (long long)category->rows_after, YS_PLAYLIST_ITEMS_MAX);
    return publish(restoring, number, err);
}

/* Whether an entry beyond those of then may go: its video has a place of then, and gets there. */
static bool has_place(const struct restoring *restoring, const char *video_id)
{
    return ys_map_get(&restoring->homes, video_id, NULL) && !is_gone(restoring, video_id);
}

static enum ys_status take_out_rows(struct restoring *restoring, size_t number,
                                    const struct ys_copies *match, struct ys_error *err)
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
        if (match->entry_of[i] != YS_NO_ENTRY) continue;
        op.video_id = now->items[i].video_id;
        op.item_id = now->items[i].id;
        if (has_place(restoring, op.video_id)) YS_TRY(ys_plan_add(restoring->plan, &op, err));
        else restoring->newer++;
    }
    return YS_OK;
}

static enum ys_status take_out(struct restoring *restoring, size_t number, struct ys_error *err)
{
    struct ys_copies match;
    enum ys_status status = match_rows(restoring, number, &match, err);

    if (status == YS_OK) status = take_out_rows(restoring, number, &match, err);
    ys_copies_free(&match);
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
    if (restoring->unsorted > 0)
        YS_TRY(ys_plan_warn(plan, err,
                            "%lld playlists do not get their order back: YouTube sorts them by "
                            "itself and takes no positions. Set their sorting to \"Manual\" on "
                            "YouTube, then restore again.",
                            (long long)restoring->unsorted));
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
    YS_TRY(find_back(restoring, err));
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
    ys_map_init(&restoring.back);
    status = operations(&restoring, only, err);
    ys_map_free(&restoring.homes);
    ys_map_free(&restoring.back);
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
