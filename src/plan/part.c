/* part.c: a part of a plan that is complete in itself.
 *
 * Chosen are whole categories: made or renamed, filled, published. An entry is taken out, and a
 * playlist deleted, only when each video has its home in a chosen category, is in its home already,
 * or is dropped; so nothing depends on what was left out, and P1 holds without it. The rest of the
 * plan is found again by the next one: what was left out is as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/plan.h"
#include "youtube/methods.h"

/* An entry that leaves the playlist of a category when that is chosen and so are all of
 * part.homes[first .. first + count). */
struct takeout {
    size_t category, first, count;
};

struct part {
    struct ys_plan *plan;
    const struct ys_snapshot *snapshot;
    const struct ys_target *target;
    struct ys_map keys;        /* category key -> number */
    bool *chosen;              /* per category */
    int64_t *units;            /* per category: writes but for takeouts, and reads at most */
    bool takes_out;            /* a chosen category has entries that leave */
    int64_t *writes;           /* per category: units of all its writes */
    struct takeout *takeouts;
    size_t takeout_count, takeout_capacity;
    size_t *homes;
    size_t home_count, home_capacity;
    size_t inbox;              /* the one that videos are leaving, YS_NO_PLAYLIST: none yet */
    struct ys_map there;       /* "number:video" of what categories hold, also when left out */
};

static int64_t pages(int64_t rows)
{
    return rows <= 0 ? 1 : (rows + YS_PAGE_ROWS_MAX - 1) / YS_PAGE_ROWS_MAX;
}

static void there_key(char *out, size_t bytes, size_t category, const char *video_id)
{
    (void)snprintf(out, bytes, "%zu:%s", category, video_id);
}

/* ---------------------------------------------------------------- choosing */

/* The numbered parts of a category belong together. */
static void choose_other_parts(struct part *part, const char *key)
{
    size_t i;

    for (i = 0; i < part->plan->category_count; i++) {
        const char *whole = part->plan->categories[i].wanted->whole_key;
        if (whole && strcmp(whole, key) == 0) part->chosen[i] = true;
    }
}

static enum ys_status choose_named(struct part *part, const struct ys_plan_options *options,
                                   struct ys_error *err)
{
    size_t i;
    int64_t number;

    for (i = 0; i < options->only_count; i++) {
        if (!ys_map_get(&part->keys, options->only[i], &number))
            return ys_fail(err, YS_EINVAL, "The policy has no playlist \"%.150s\".",
                           options->only[i]);
        part->chosen[number] = true;
        choose_other_parts(part, options->only[i]);
    }
    if (options->only_count == 0)
        for (i = 0; i < part->plan->category_count; i++) part->chosen[i] = true;
    return YS_OK;
}

/* What the playlists of categories hold already, when these are left out too: those that would be
 * carried on are not theirs yet. */
static enum ys_status index_there(struct part *part, struct ys_error *err)
{
    char key[YS_ID_BYTES + 24];
    size_t i, j;

    for (i = 0; i < part->plan->category_count; i++) {
        const struct ys_plan_category *category = &part->plan->categories[i];
        const struct ys_snap_playlist *playlist;
        if (category->playlist == YS_NO_PLAYLIST || category->reused) continue;
        playlist = &part->snapshot->playlists[category->playlist];
        for (j = 0; j < playlist->item_count; j++) {
            there_key(key, sizeof key, i, playlist->items[j].video_id);
            YS_TRY(ys_map_put(&part->there, key, 1, err));
        }
    }
    return YS_OK;
}

/* Whether the category wants the video and does not hold it yet. */
static bool misses(const struct part *part, size_t category, const char *video_id)
{
    char key[YS_ID_BYTES + 24];

    if (!ys_map_get(&part->plan->categories[category].wanted->index, video_id, NULL)) return false;
    there_key(key, sizeof key, category, video_id);
    return !ys_map_get(&part->there, key, NULL);
}

static enum ys_status add_takeout(struct part *part, size_t category, const char *video_id,
                                  struct ys_error *err)
{
    struct takeout takeout = {.category = category, .first = part->home_count};
    bool dropped = ys_map_get(&part->target->drop_index, video_id, NULL);
    size_t i;

    for (i = 0; !dropped && i < part->plan->category_count; i++) {
        if (i == category || !misses(part, i, video_id)) continue;
        YS_TRY(YS_GROW(part->homes, part->home_capacity, part->home_count, err));
        part->homes[part->home_count++] = i;
        takeout.count++;
    }
    YS_TRY(YS_GROW(part->takeouts, part->takeout_capacity, part->takeout_count, err));
    part->takeouts[part->takeout_count++] = takeout;
    return YS_OK;
}

/* What each category costs by itself but for takeouts: its writes, and at most these reads: one
 * listing before the first write, one after the last, one before each update. */
static enum ys_status price(struct part *part, struct ys_error *err)
{
    struct ys_plan *plan = part->plan;
    int64_t number;
    size_t i;

    for (i = 0; i < plan->op_count; i++) {
        const struct ys_planned *op = &plan->ops[i];
        const struct ys_plan_category *category;
        if (!ys_map_get(&part->keys, op->category, &number)) continue;
        category = &plan->categories[number];
        if (part->writes[number] == 0)
            part->units[number] = pages(category->rows_now) + pages(category->rows_after);
        part->writes[number] += ys_op_units(op->kind);
        if (op->kind == YS_OP_ITEM_DELETE) {
            YS_TRY(add_takeout(part, (size_t)number, op->video_id, err));
            continue;
        }
        part->units[number] += ys_op_units(op->kind);
        if (op->kind == YS_OP_PLAYLIST_UPDATE || op->kind == YS_OP_PLAYLIST_PUBLISH)
            part->units[number]++;
    }
    return YS_OK;
}

/* Whether the entry can leave when `category` is chosen too, and not before. */
static bool frees(const struct part *part, const struct takeout *takeout, size_t category)
{
    bool concerned = takeout->category == category;
    size_t i;

    if (!concerned && !part->chosen[takeout->category]) return false;
    for (i = takeout->first; i < takeout->first + takeout->count; i++) {
        if (part->homes[i] == category) concerned = true;
        else if (!part->chosen[part->homes[i]]) return false;
    }
    return concerned;
}

/* Before entries leave and playlists are deleted, all playlists of categories are listed. */
static int64_t proof_units(const struct part *part)
{
    int64_t units = 0;
    size_t i;

    for (i = 0; i < part->plan->category_count; i++)
        units += pages(part->plan->categories[i].rows_after);
    return units;
}

/* What choosing the category adds: itself, and the entries that can leave then. */
static int64_t added_units(const struct part *part, size_t category, bool *takes_out)
{
    int64_t takeouts = 0;
    size_t i;

    for (i = 0; i < part->takeout_count; i++) takeouts += frees(part, &part->takeouts[i], category);
    if (takeouts == 0) return part->units[category];
    *takes_out = true;
    return part->units[category] + takeouts * ys_op_units(YS_OP_ITEM_DELETE) +
           (part->takes_out ? 0 : proof_units(part));
}

/* What every job reads: the channel, twice, and the playlists for the backup. */
static int64_t base_units(const struct part *part)
{
    return 2 + pages(part->plan->playlists_now);
}

enum ys_status ys_plan_nothing_fits(int64_t max_units, int64_t least, struct ys_error *err)
{
    return ys_fail(err, YS_EINVAL,
                   "Nothing fits into %lld units: the smallest playlist takes %lld. Allow as many, "
                   "or do all.",
                   (long long)max_units, (long long)least);
}

/* Of the categories chosen so far, those that fit, in the order in which they have their turn. */
static enum ys_status choose_fitting(struct part *part, int64_t max_units, int64_t *left,
                                     struct ys_error *err)
{
    struct ys_plan *plan = part->plan;
    struct ys_plan_turn *turns = ys_alloc_zero(plan->category_count, sizeof *turns);
    int64_t least = INT64_MAX;
    size_t i, count = 0;
    bool any = false;

    if (!turns) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < plan->category_count; i++) {
        if (!part->chosen[i] || part->writes[i] == 0) continue;
        turns[count++] = (struct ys_plan_turn){.priority = plan->categories[i].wanted->priority,
                                               .units = part->writes[i],
                                               .category = i};
        part->chosen[i] = false;
    }
    qsort(turns, count, sizeof *turns, ys_plan_by_turn);
    *left = max_units - base_units(part);
    for (i = 0; i < count; i++) {
        bool takes_out = part->takes_out;
        int64_t units = added_units(part, turns[i].category, &takes_out);
        if (units < least) least = units;
        if (units > *left) continue;
        part->chosen[turns[i].category] = true;
        part->takes_out = takes_out;
        *left -= units;
        any = true;
    }
    ys_free(turns);
    if (any || least == INT64_MAX) return YS_OK;
    return ys_plan_nothing_fits(max_units, least + base_units(part), err);
}

/* ---------------------------------------------------------------- deletes */

/* Whether a video needs nothing of what was left out. */
static bool settled(const struct part *part, const char *video_id)
{
    size_t i;

    if (ys_map_get(&part->target->drop_index, video_id, NULL)) return true;
    for (i = 0; i < part->plan->category_count; i++)
        if (!part->chosen[i] && misses(part, i, video_id)) return false;
    return true;
}

static bool all_settled(const struct part *part, const char *playlist_id)
{
    const struct ys_snap_playlist *playlist;
    int64_t number;
    size_t i;

    if (!ys_map_get(&part->snapshot->playlist_index, playlist_id, &number)) return false;
    playlist = &part->snapshot->playlists[number];
    for (i = 0; i < playlist->item_count; i++)
        if (!settled(part, playlist->items[i].video_id)) return false;
    return true;
}

/* Whether one of its videos has its home in a chosen category: only then it has to do with them. */
static bool concerns(const struct part *part, const char *playlist_id)
{
    const struct ys_snap_playlist *playlist;
    int64_t number;
    size_t i, j;

    if (!ys_map_get(&part->snapshot->playlist_index, playlist_id, &number)) return false;
    playlist = &part->snapshot->playlists[number];
    for (i = 0; i < playlist->item_count; i++)
        for (j = 0; j < part->plan->category_count; j++)
            if (part->chosen[j] && ys_map_get(&part->plan->categories[j].wanted->index,
                                              playlist->items[i].video_id, NULL))
                return true;
    return false;
}

/* Deletes read the playlist as proof, and the destinations once more: as much as *left allows. */
static bool delete_fits(const struct part *part, const char *playlist_id, int64_t *left)
{
    int64_t number = 0, units = ys_op_units(YS_OP_PLAYLIST_DELETE) + proof_units(part);

    if (!ys_map_get(&part->snapshot->playlist_index, playlist_id, &number)) return false;
    units += pages((int64_t)part->snapshot->playlists[number].item_count);
    if (units > *left) return false;
    *left -= units;
    return true;
}

/* ---------------------------------------------------------------- leaving out */

/* Whether what the policy wants with the video has to do with a chosen category. */
static bool has_chosen_home(const struct part *part, const char *video_id)
{
    size_t i;

    for (i = 0; i < part->plan->category_count; i++)
        if (part->chosen[i] && ys_map_get(&part->plan->categories[i].wanted->index, video_id, NULL))
            return true;
    return false;
}

/* A video leaves its inbox, which is listed before, and so are the destinations. */
static bool leaves_inbox(struct part *part, const struct ys_planned *op, int64_t *left)
{
    int64_t number = 0, units = ys_op_units(op->kind);

    if (!settled(part, op->video_id) || !has_chosen_home(part, op->video_id) ||
        !ys_map_get(&part->snapshot->playlist_index, op->playlist_id, &number))
        return false;
    if (part->inbox != (size_t)number)
        units += pages((int64_t)part->snapshot->playlists[number].item_count) + proof_units(part);
    if (units > *left) return false;
    part->inbox = (size_t)number;
    *left -= units;
    return true;
}

static bool stays(struct part *part, const struct ys_planned *op, int64_t *left)
{
    int64_t number;

    if (op->kind == YS_OP_ITEM_DELETE && !op->category[0]) return leaves_inbox(part, op, left);
    if (op->kind == YS_OP_PLAYLIST_DELETE)
        return all_settled(part, op->playlist_id) && concerns(part, op->playlist_id) &&
               delete_fits(part, op->playlist_id, left);
    if (!ys_map_get(&part->keys, op->category, &number) || !part->chosen[number]) return false;
    return op->kind != YS_OP_ITEM_DELETE || settled(part, op->video_id);
}

static struct ys_plan_stage *stage_of(struct ys_plan *plan, enum ys_op_kind kind)
{
    switch (ys_op_kind_stage(kind)) {
    case YS_STAGE_CREATE_PLAYLISTS: return &plan->preview.create_playlists;
    case YS_STAGE_ADD_VIDEOS: return &plan->preview.add_videos;
    default: return &plan->preview.delete_playlists;
    }
}

static void leave_out(struct part *part, int64_t left)
{
    struct ys_plan *plan = part->plan;
    size_t i, kept = 0;

    for (i = 0; i < plan->op_count; i++) {
        struct ys_plan_stage *stage = stage_of(plan, plan->ops[i].kind);
        if (stays(part, &plan->ops[i], &left)) {
            plan->ops[kept++] = plan->ops[i];
            continue;
        }
        stage->count--;
        stage->units -= ys_op_units(plan->ops[i].kind);
    }
    plan->op_count = kept;
    for (i = 0; i < plan->category_count; i++) {
        struct ys_plan_category *category = &plan->categories[i];
        if (part->chosen[i]) continue;
        category->left_out = true;
        category->rows_after = category->rows_now;
        category->inserts = 0;
        if (!category->reused) continue;
        /* Not carried on yet: the next plan chooses anew. */
        category->reused = false;
        category->playlist = YS_NO_PLAYLIST;
        category->playlist_id = "";
        category->rows_now = category->rows_after = 0;
        plan->preview.reused--;
    }
}

static enum ys_status cut(struct part *part, const struct ys_plan_options *options,
                          struct ys_error *err)
{
    int64_t left = INT64_MAX;
    size_t i;

    part->chosen = ys_alloc_zero(part->plan->category_count, sizeof *part->chosen);
    part->units = ys_alloc_zero(part->plan->category_count, sizeof *part->units);
    part->writes = ys_alloc_zero(part->plan->category_count, sizeof *part->writes);
    if (!part->chosen || !part->units || !part->writes)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < part->plan->category_count; i++)
        YS_TRY(ys_map_put(&part->keys, part->plan->categories[i].key, (int64_t)i, err));
    YS_TRY(choose_named(part, options, err));
    YS_TRY(index_there(part, err));
    if (options->max_units > 0) {
        YS_TRY(price(part, err));
        YS_TRY(choose_fitting(part, options->max_units, &left, err));
    }
    leave_out(part, left);
    return YS_OK;
}

enum ys_status ys_plan_part(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_target *target,
                            const struct ys_plan_options *options, struct ys_error *err)
{
    struct part part = {.plan = plan, .snapshot = snapshot, .target = target,
                        .inbox = YS_NO_PLAYLIST};
    enum ys_status status;

    if (!options || (options->only_count == 0 && options->max_units == 0)) return YS_OK;
    ys_map_init(&part.keys);
    ys_map_init(&part.there);
    status = cut(&part, options, err);
    ys_map_free(&part.keys);
    ys_map_free(&part.there);
    ys_free(part.chosen);
    ys_free(part.units);
    ys_free(part.writes);
    ys_free(part.takeouts);
    ys_free(part.homes);
    return status;
}
