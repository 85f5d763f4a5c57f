/* reuse.c: which old playlist is carried on, under a new name, by which category.
 *
 * A playlist cannot be merged and an item cannot move between playlists, so the cost of a plan
 * splits into one part per (category, playlist) pair (DESIGN section 8), in writes of 50 units:
 *     new    = 1 + insertable wanted + 1 [its final privacy is not private]
 *     reuse  = 1 [its title differs] + insertable missing + rows to take out + moves
 *     delete = 1 for an old playlist that may go and is not reused
 * What a pair saves is new + delete - reuse; the matching that saves most is exact (assignment.c).
 * Its prices bound what any other choice could save: the plan's certificate.
 *
 * Moves: all present rows but a longest run in the category's order (order.h). A playlist that
 * YouTube sorts by itself cannot get an order, so no ordered category carries it on.
 *
 * Ties: fewer creates, then fewer deletes, then the order of the library (title, id). */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/assignment.h"
#include "plan/order.h"
#include "plan/plan.h"

/* A category that wants a video; those of one video are chained. */
struct want {
    size_t category, next;
    int64_t rank;
};

struct search {
    struct ys_plan *plan;
    const struct ys_snapshot *snapshot;
    const struct ys_target *target;
    struct ys_map wants;           /* video id -> first of its wants */
    struct want *want_list;
    size_t want_count, want_capacity;
    int64_t *insertable;           /* per category: wanted videos that can be inserted */
    int64_t *shared;               /* per category, of one playlist: insertable ones it holds */
    int64_t *kept;                 /* per category, of one playlist: of the rows that would have to
                                    * leave, those that stay for it (less what leaves besides) */
    struct ys_run *runs;           /* per ordered category, of one playlist: rows in order */
    size_t *touched;               /* categories with one of these set */
    size_t touched_count;
    bool *is_touched;              /* per category */
    struct ys_pair *pairs;
    size_t pair_count, pair_capacity;
    int64_t scale;                 /* more than any sum of ties */
};

static enum ys_status index_wants(struct search *search, struct ys_error *err)
{
    size_t i, j;

    for (i = 0; i < search->plan->category_count; i++) {
        const struct ys_target_category *wanted = search->plan->categories[i].wanted;
        for (j = 0; j < wanted->video_count; j++) {
            const char *id = wanted->videos[j].video_id;
            struct want want = {.category = i, .next = YS_ALONE, .rank = (int64_t)j};
            int64_t first;
            if (!ys_map_get(&search->snapshot->gone, id, NULL)) search->insertable[i]++;
            if (search->plan->categories[i].playlist != YS_NO_PLAYLIST) continue;
            if (ys_map_get(&search->wants, id, &first)) want.next = (size_t)first;
            YS_TRY(YS_GROW(search->want_list, search->want_capacity, search->want_count, err));
            YS_TRY(ys_map_put(&search->wants, id, (int64_t)search->want_count, err));
            search->want_list[search->want_count++] = want;
        }
    }
    return YS_OK;
}

/* Whether a row has to leave a playlist that a category carries on which does not want it. */
static bool must_leave(const struct search *search, const char *video_id)
{
    if (ys_map_get(&search->target->drop_index, video_id, NULL)) return true;
    return ys_map_get(&search->target->homes, video_id, NULL) &&
           !ys_map_get(&search->snapshot->gone, video_id, NULL);
}

/* A row of a wanted video, which stands there `again` or for the first time: its second copies go,
 * also those of a private or deleted one that would stay otherwise. */
static enum ys_status count_row(struct search *search, const struct want *want, bool gone,
                                bool leaves, bool again, struct ys_error *err)
{
    size_t category = want->category;

    if (!search->is_touched[category]) search->touched[search->touched_count++] = category;
    search->is_touched[category] = true;
    if (again) {
        search->kept[category] -= !leaves;
    } else {
        search->shared[category] += !gone;
        search->kept[category] += leaves;
    }
    if (gone || !search->plan->categories[category].wanted->ordered) return YS_OK;
    return ys_run_add(&search->runs[category], want->rank, NULL, err);
}

/* Counts what the playlist holds for each category; *leaving are rows that would have to go if
 * nobody here wanted them. */
static enum ys_status count_rows(struct search *search, const struct ys_snap_playlist *playlist,
                                 int64_t *leaving, struct ys_error *err)
{
    struct ys_map seen;
    enum ys_status status = YS_OK;
    size_t i;

    *leaving = 0;
    search->touched_count = 0;
    ys_map_init(&seen);
    for (i = 0; i < playlist->item_count && status == YS_OK; i++) {
        const char *id = playlist->items[i].video_id;
        bool gone = ys_map_get(&search->snapshot->gone, id, NULL);
        bool leaves = must_leave(search, id), again;
        int64_t at;
        *leaving += leaves;
        again = ys_map_get(&seen, id, NULL);
        if (!again) status = ys_map_put(&seen, id, 1, err);
        if (!ys_map_get(&search->wants, id, &at)) continue;
        for (size_t want = (size_t)at; want != YS_ALONE && status == YS_OK;
             want = search->want_list[want].next)
            status = count_row(search, &search->want_list[want], gone, leaves, again, err);
    }
    ys_map_free(&seen);
    return status;
}

/* Offers the pair when it costs no more than a new playlist. */
static enum ys_status offer(struct search *search, size_t category, size_t playlist,
                            int64_t leaving, int64_t deletable, struct ys_error *err)
{
    const struct ys_target_category *wanted = search->plan->categories[category].wanted;
    int64_t missing = search->insertable[category] - search->shared[category];
    const struct ys_snap_playlist *row = &search->snapshot->playlists[playlist];
    int64_t rows = (int64_t)row->item_count;
    int64_t moves = wanted->ordered
                        ? search->shared[category] - (int64_t)search->runs[category].count
                        : 0;
    int64_t publish = wanted->new_privacy != YS_PRIVACY_PRIVATE;
    int64_t fresh = 1 + search->insertable[category] + publish;
    int64_t carried = 1 + missing + leaving - search->kept[category] + moves;
    int64_t saved = fresh + deletable - carried;
    struct ys_pair pair = {.left = category, .right = playlist};

    if (saved < 0 || rows + missing > YS_PLAYLIST_ITEMS_MAX) return YS_OK;
    if (wanted->ordered && row->self_sorted) return YS_OK;
    pair.gain = (saved * search->scale + 1) * search->scale + deletable;
    YS_TRY(YS_GROW(search->pairs, search->pair_capacity, search->pair_count, err));
    search->pairs[search->pair_count++] = pair;
    return YS_OK;
}

static enum ys_status offer_playlist(struct search *search, size_t playlist,
                                     struct ys_error *err)
{
    const struct ys_snap_playlist *row = &search->snapshot->playlists[playlist];
    int64_t leaving, deletable = 0;
    size_t i;

    if (search->target->old == YS_OLD_DELETE)
        deletable = ys_plan_may_go(search->plan, search->snapshot, search->target, row);
    YS_TRY(count_rows(search, row, &leaving, err));
    if (leaving <= 1 + deletable) {
        /* Nearly nothing would have to leave: any category may find it worth its while. */
        for (i = 0; i < search->plan->category_count; i++)
            if (search->plan->categories[i].playlist == YS_NO_PLAYLIST)
                YS_TRY(offer(search, i, playlist, leaving, deletable, err));
    } else {
        for (i = 0; i < search->touched_count; i++)
            YS_TRY(offer(search, search->touched[i], playlist, leaving, deletable, err));
    }
    for (i = 0; i < search->touched_count; i++) {
        search->shared[search->touched[i]] = search->kept[search->touched[i]] = 0;
        search->runs[search->touched[i]].count = 0;
        search->is_touched[search->touched[i]] = false;
    }
    return YS_OK;
}

static int by_sides(const void *a, const void *b)
{
    const struct ys_pair *x = a, *y = b;

    if (x->left != y->left) return x->left < y->left ? -1 : 1;
    return x->right < y->right ? -1 : x->right > y->right;
}

static enum ys_status keep_prices(struct ys_plan *plan, const int64_t *prices, size_t count,
                                  int64_t **out, struct ys_error *err)
{
    *out = ys_arena_alloc(&plan->arena, count * sizeof **out);
    if (!*out) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (count > 0) memcpy(*out, prices, count * sizeof **out);
    return YS_OK;
}

/* Gives each matched category its playlist; the sum of the prices bounds what can be saved. */
static enum ys_status carry_on(struct search *search, const struct ys_assignment *found,
                               struct ys_error *err)
{
    struct ys_plan *plan = search->plan;
    int64_t bound = 0;
    size_t i;

    for (i = 0; i < plan->category_count; i++) {
        struct ys_plan_category *category = &plan->categories[i];
        bound += found->left_price[i];
        if (found->match[i] == YS_ALONE) continue;
        category->playlist = found->match[i];
        category->reused = true;
        plan->carried[category->playlist] = true;
        category->playlist_id =
            ys_arena_dup(&plan->arena, search->snapshot->playlists[category->playlist].id);
        if (!category->playlist_id) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        plan->preview.reused++;
    }
    for (i = 0; i < search->snapshot->playlist_count; i++) bound += found->right_price[i];
    plan->price_scale = search->scale;
    YS_TRY(keep_prices(plan, found->left_price, plan->category_count, &plan->category_prices, err));
    YS_TRY(keep_prices(plan, found->right_price, search->snapshot->playlist_count,
                       &plan->playlist_prices, err));
    plan->savings_bound = bound / (search->scale * search->scale);
    plan->savings = found->gain / (search->scale * search->scale);
    return YS_OK;
}

static enum ys_status find(struct search *search, struct ys_error *err)
{
    size_t categories = search->plan->category_count, i;
    struct ys_assignment found;
    enum ys_status status;

    search->insertable = ys_alloc_zero(categories, sizeof *search->insertable);
    search->shared = ys_alloc_zero(categories, sizeof *search->shared);
    search->kept = ys_alloc_zero(categories, sizeof *search->kept);
    search->touched = ys_alloc_zero(categories, sizeof *search->touched);
    search->runs = ys_alloc_zero(categories, sizeof *search->runs);
    search->is_touched = ys_alloc_zero(categories, sizeof *search->is_touched);
    if (!search->insertable || !search->shared || !search->kept || !search->touched ||
        !search->runs || !search->is_touched)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    search->scale = (int64_t)categories + 1;
    YS_TRY(index_wants(search, err));
    for (i = 0; i < search->snapshot->playlist_count; i++)
        if (ys_plan_may_change(search->plan, search->snapshot, search->target, i))
            YS_TRY(offer_playlist(search, i, err));
    if (search->pair_count > 0)
        qsort(search->pairs, search->pair_count, sizeof *search->pairs, by_sides);
    YS_TRY(ys_assign(&found, categories, search->snapshot->playlist_count, search->pairs,
                     search->pair_count, err));
    status = carry_on(search, &found, err);
    ys_assignment_free(&found);
    return status;
}

enum ys_status ys_plan_reuse(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                             const struct ys_target *target, struct ys_error *err)
{
    struct search search = {.plan = plan, .snapshot = snapshot, .target = target};
    enum ys_status status;
    size_t i;

    if (target->old == YS_OLD_KEEP) return YS_OK;
    ys_map_init(&search.wants);
    status = find(&search, err);
    ys_map_free(&search.wants);
    ys_free(search.want_list);
    ys_free(search.insertable);
    ys_free(search.shared);
    ys_free(search.kept);
    ys_free(search.touched);
    for (i = 0; search.runs && i < plan->category_count; i++) ys_run_free(&search.runs[i]);
    ys_free(search.runs);
    ys_free(search.is_touched);
    ys_free(search.pairs);
    return status;
}
