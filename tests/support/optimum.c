/* optimum.c: see optimum.h. */
#include "support/optimum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Up to so many rows every set of rows that may keep their place is tried. */
#define TRIED_ROWS_MAX 9

/* ---------------------------------------------------------------- drawing */

static uint64_t random_state;

static int below(int limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return limit <= 0 ? 0 : (int)((random_state >> 33) % (uint64_t)limit);
}

static bool chance(int percent)
{
    return below(100) < percent;
}

static void draw_playlist(struct opt_case *at, int number)
{
    struct opt_playlist *playlist = &at->playlists[number];
    int rows = below(at->video_count > 6 ? OPT_ROWS_MAX - 3 : at->video_count + 2), i;

    playlist->carries = -1;
    playlist->row_count = 0;
    for (i = 0; i < rows; i++) playlist->rows[playlist->row_count++] = below(at->video_count);
    playlist->privacy = (enum ys_privacy)(YS_PRIVACY_PRIVATE + below(3));
    playlist->protected = chance(6);
    playlist->inbox = !playlist->protected && chance(6);
    playlist->self_sorted = chance(6);
    playlist->made = chance(20);
    playlist->source = chance(70);
    playlist->retitled = chance(30);
}

/* Some categories want just what a playlist holds, more or less, in its order or another. */
static void draw_category(struct opt_case *at, int number, const struct opt_playlist *like)
{
    struct opt_category *category = &at->categories[number];
    int wanted = below(at->video_count > 6 ? 30 : at->video_count + 3), i, video, step;

    category->count = 0;
    category->playlist = -1;
    category->ordered = chance(60);
    category->privacy = chance(30) ? (enum ys_privacy)(YS_PRIVACY_PRIVATE + below(3))
                                   : YS_PRIVACY_UNSET;
    category->new_privacy = chance(30) ? YS_PRIVACY_UNLISTED : YS_PRIVACY_PRIVATE;
    for (i = 0; i < OPT_VIDEOS_MAX; i++) category->rank[i] = -1;
    step = chance(50) ? 1 : like->row_count - 1; /* in its order, or backwards */
    for (i = 0; i < wanted; i++) {
        video = i < like->row_count && chance(80) ? like->rows[(i * step) % like->row_count]
                                                  : below(at->video_count);
        if (category->rank[video] >= 0 || at->dropped[video]) continue;
        category->rank[video] = category->count;
        category->sequence[category->count++] = video;
    }
}

void opt_draw(struct opt_case *out, uint64_t seed, int playlists, int categories, int videos)
{
    int i, carrier;

    memset(out, 0, sizeof *out);
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    (void)below(2);
    out->old = (enum ys_old)below(YS_OLD_COUNT);
    if (chance(40)) out->old = YS_OLD_DELETE;
    out->playlist_count = 1 + below(playlists);
    out->category_count = 1 + below(categories);
    out->video_count = videos > 6 ? videos : 1 + below(videos);
    out->sources = chance(15);
    for (i = 0; i < out->video_count; i++) {
        out->gone[i] = chance(12);
        out->dropped[i] = chance(12);
    }
    for (i = 0; i < out->playlist_count; i++) draw_playlist(out, i);
    for (i = 0; i < out->category_count; i++) {
        carrier = below(out->playlist_count);
        draw_category(out, i, &out->playlists[carrier]);
        if (!chance(30) || out->playlists[carrier].carries >= 0 ||
            out->playlists[carrier].protected || out->playlists[carrier].inbox)
            continue;
        out->playlists[carrier].carries = i;
        out->categories[i].playlist = carrier;
    }
}

/* ---------------------------------------------------------------- for the planner */

static void build_playlist(const struct opt_case *at, int number)
{
    const struct opt_playlist *playlist = &at->playlists[number];
    char id[32], title[32], key[32];
    int i;

    (void)snprintf(id, sizeof id, "PL%03d", number);
    (void)snprintf(title, sizeof title, "Old %03d", number);
    (void)snprintf(key, sizeof key, "C%03d", playlist->carries);
    (void)pl_playlist(id, playlist->carries < 0 || playlist->retitled ? title : key);
    if (playlist->carries >= 0 && playlist->retitled)
        pl_at((size_t)number)->category = ys_arena_dup(&pl_library.arena, key);
    pl_at((size_t)number)->privacy = playlist->privacy;
    pl_at((size_t)number)->self_sorted = playlist->self_sorted;
    pl_at((size_t)number)->made_by_job = playlist->made;
    for (i = 0; i < playlist->row_count; i++)
        pl_item(playlist->rows[i],
                at->gone[playlist->rows[i]] ? YS_AVAILABILITY_PRIVATE : YS_AVAILABILITY_LIVE);
    if (playlist->protected)
        assert_int_equal(ys_target_protect(pl_target, id, &pl_err), YS_OK);
    if (playlist->inbox) assert_int_equal(ys_target_add_inbox(pl_target, id, &pl_err), YS_OK);
    if (at->sources && playlist->source)
        assert_int_equal(ys_target_add_source(pl_target, id, &pl_err), YS_OK);
}

void opt_build(const struct opt_case *at)
{
    char key[32];
    int i, j;

    pl_old(at->old);
    for (i = 0; i < at->playlist_count; i++) build_playlist(at, i);
    /* A video may be gone without standing anywhere. */
    for (i = 0; i < at->video_count; i++)
        if (at->gone[i])
            assert_int_equal(ys_map_put(&pl_library.gone, pl_video(i), 1, &pl_err), YS_OK);
    for (i = 0; i < at->category_count; i++) {
        const struct opt_category *category = &at->categories[i];
        struct ys_category_spec spec = {.key = key, .ordered = category->ordered,
                                        .privacy = category->privacy,
                                        .new_privacy = category->new_privacy};
        size_t index;
        (void)snprintf(key, sizeof key, "C%03d", i);
        index = pl_category_spec(&spec, 1, 0);
        for (j = 0; j < category->count; j++)
            assert_int_equal(ys_target_add_video(pl_target, index, pl_video(category->sequence[j]),
                                                 "", &pl_err),
                             YS_OK);
    }
    for (i = 0; i < at->video_count; i++)
        if (at->dropped[i]) pl_drop(i, i);
}

/* ---------------------------------------------------------------- first principles */

static bool wanted_somewhere(const struct opt_case *at, int video)
{
    int i;

    for (i = 0; i < at->category_count; i++)
        if (at->categories[i].rank[video] >= 0) return true;
    return false;
}

static bool holds(const struct opt_playlist *playlist, int video)
{
    int i;

    for (i = 0; i < playlist->row_count; i++)
        if (playlist->rows[i] == video) return true;
    return false;
}

/* Live wanted videos that stand in it and keep no row in its place, when `still` do. */
static int moved_when(const struct opt_case *at, const struct opt_category *category,
                      const struct opt_playlist *playlist, unsigned still)
{
    bool kept[OPT_VIDEOS_MAX] = {false};
    int last = -1, i, moved = 0;

    for (i = 0; i < playlist->row_count; i++) {
        int rank = category->rank[playlist->rows[i]];
        if (i >= TRIED_ROWS_MAX || !(still & 1u << i)) continue;
        if (rank < 0 || at->gone[playlist->rows[i]] || rank <= last) return -1;
        last = rank;
        kept[playlist->rows[i]] = true;
    }
    for (i = 0; i < category->count; i++)
        moved += !at->gone[category->sequence[i]] && !kept[category->sequence[i]] &&
                 holds(playlist, category->sequence[i]);
    return moved;
}

/* The longest chain, by the plainest of ways: each row looks at all rows before it. */
static int chain_of(const struct opt_case *at, const struct opt_category *category,
                    const struct opt_playlist *playlist)
{
    int longest[OPT_ROWS_MAX], best = 0, i, j;

    for (i = 0; i < playlist->row_count; i++) {
        int rank = category->rank[playlist->rows[i]];
        longest[i] = rank >= 0 && !at->gone[playlist->rows[i]];
        for (j = 0; j < i && longest[i] > 0; j++)
            if (longest[j] > 0 && category->rank[playlist->rows[j]] < rank &&
                longest[j] + 1 > longest[i])
                longest[i] = longest[j] + 1;
        if (longest[i] > best) best = longest[i];
    }
    return best;
}

/* The fewest moves that bring the category's order about. */
static int fewest_moves(const struct opt_case *at, const struct opt_category *category,
                        const struct opt_playlist *playlist)
{
    int best = -1, moved;
    unsigned still;

    if (!category->ordered || playlist->self_sorted) return 0;
    if (playlist->row_count > TRIED_ROWS_MAX)
        return moved_when(at, category, playlist, 0) - chain_of(at, category, playlist);
    for (still = 0; still < 1u << playlist->row_count; still++) {
        moved = moved_when(at, category, playlist, still);
        if (moved >= 0 && (best < 0 || moved < best)) best = moved;
    }
    return best;
}

/* Rows that cannot stay: surplus copies of what is wanted here, what was dropped, what belongs
 * elsewhere and can be inserted there. */
static int rows_to_go(const struct opt_case *at, const struct opt_category *category,
                      const struct opt_playlist *playlist)
{
    int i, j, go = 0;

    for (i = 0; i < playlist->row_count; i++) {
        int video = playlist->rows[i];
        bool again = false;
        for (j = 0; j < i; j++) again = again || playlist->rows[j] == video;
        if (category->rank[video] >= 0) go += again;
        else go += at->dropped[video] || (wanted_somewhere(at, video) && !at->gone[video]);
    }
    return go;
}

static int to_insert(const struct opt_case *at, const struct opt_category *category,
                     const struct opt_playlist *playlist)
{
    int i, count = 0;

    for (i = 0; i < category->count; i++)
        count += !at->gone[category->sequence[i]] &&
                 (!playlist || !holds(playlist, category->sequence[i]));
    return count;
}

int64_t opt_new_writes(const struct opt_case *at, int number)
{
    const struct opt_category *category = &at->categories[number];
    enum ys_privacy privacy = category->privacy != YS_PRIVACY_UNSET ? category->privacy
                                                                     : category->new_privacy;

    return 1 + to_insert(at, category, NULL) + (privacy != YS_PRIVACY_PRIVATE);
}

static bool untouchable(const struct opt_case *at, int number)
{
    const struct opt_playlist *playlist = &at->playlists[number];
    bool named = false;
    int i;

    for (i = 0; i < at->playlist_count; i++) named = named || at->playlists[i].source;
    return playlist->carries >= 0 || playlist->protected || playlist->inbox ||
           (at->sources && named && !playlist->source);
}

int64_t opt_reuse_writes(const struct opt_case *at, int number, int old)
{
    const struct opt_category *category = &at->categories[number];
    const struct opt_playlist *playlist = &at->playlists[old];

    if (at->old == YS_OLD_KEEP || untouchable(at, old)) return -1;
    if (category->ordered && playlist->self_sorted) return -1;
    return 1 + to_insert(at, category, playlist) + rows_to_go(at, category, playlist) +
           fewest_moves(at, category, playlist);
}

/* The playlist that carries the category already. */
static int64_t adopted_writes(const struct opt_case *at, int number)
{
    const struct opt_category *category = &at->categories[number];
    const struct opt_playlist *playlist = &at->playlists[category->playlist];
    bool mine = at->old == YS_OLD_KEEP && !playlist->made; /* nothing is changed in it */
    int64_t writes = to_insert(at, category, playlist);

    if (!mine && (playlist->retitled || (category->privacy != YS_PRIVACY_UNSET &&
                                         category->privacy != playlist->privacy)))
        writes++;
    if (!mine) writes += fewest_moves(at, category, playlist);
    if (at->old != YS_OLD_KEEP) writes += rows_to_go(at, category, playlist);
    return writes;
}

/* Whether nothing is lost when this row of an old playlist goes. */
static bool row_may_go(const struct opt_case *at, int video)
{
    int i;

    if (at->dropped[video]) return true;
    if (!wanted_somewhere(at, video)) return false;
    for (i = 0; i < at->category_count; i++)
        if (at->gone[video] && at->categories[i].rank[video] >= 0 &&
            (at->categories[i].playlist < 0 ||
             !holds(&at->playlists[at->categories[i].playlist], video)))
            return false;
    return true;
}

bool opt_deletable(const struct opt_case *at, int number)
{
    const struct opt_playlist *playlist = &at->playlists[number];
    int i;

    if (at->old != YS_OLD_DELETE || untouchable(at, number)) return false;
    for (i = 0; i < playlist->row_count; i++)
        if (!row_may_go(at, playlist->rows[i])) return false;
    return true;
}

static int64_t inbox_writes(const struct opt_case *at)
{
    int64_t writes = 0;
    int i, j;

    for (i = 0; i < at->playlist_count; i++)
        for (j = 0; at->playlists[i].inbox && j < at->playlists[i].row_count; j++)
            writes += row_may_go(at, at->playlists[i].rows[j]);
    return writes;
}

/* Tries every playlist, and a new one, for each category from `number` on. */
static int64_t try_from(const struct opt_case *at, int number, bool *taken)
{
    int64_t best, writes;
    int i;

    if (number == at->category_count) {
        for (i = 0, best = 0; i < at->playlist_count; i++)
            best += !taken[i] && opt_deletable(at, i);
        return best;
    }
    if (at->categories[number].playlist >= 0)
        return adopted_writes(at, number) + try_from(at, number + 1, taken);
    best = opt_new_writes(at, number) + try_from(at, number + 1, taken);
    for (i = 0; i < at->playlist_count; i++) {
        writes = taken[i] ? -1 : opt_reuse_writes(at, number, i);
        if (writes < 0) continue;
        taken[i] = true;
        writes += try_from(at, number + 1, taken);
        taken[i] = false;
        if (writes < best) best = writes;
    }
    return best;
}

int64_t opt_fewest_writes(const struct opt_case *at)
{
    bool taken[OPT_PLAYLISTS_MAX] = {false};

    return try_from(at, 0, taken) + inbox_writes(at);
}

/* ---------------------------------------------------------------- does the plan get there? */

static int copies_then(const struct opt_case *at, int number, int old, int video)
{
    char id[16];
    const char *playlist_id = pl_plan->categories[number].playlist_id;
    int copies = 0, i;
    size_t op;

    (void)snprintf(id, sizeof id, "C%03d", number);
    for (i = 0; old >= 0 && i < at->playlists[old].row_count; i++)
        copies += at->playlists[old].rows[i] == video;
    for (op = 0; op < pl_plan->op_count; op++) {
        const struct ys_planned *planned = &pl_plan->ops[op];
        if (strcmp(planned->category, id) != 0 || strcmp(planned->video_id, pl_video(video)) != 0)
            continue;
        assert_string_equal(planned->playlist_id, playlist_id);
        copies += (planned->kind == YS_OP_ITEM_INSERT) - (planned->kind == YS_OP_ITEM_DELETE);
    }
    return copies;
}

/* Each wanted video that can be had stands there once (not less, where nothing is taken out), and
 * nothing else was added. */
void opt_check_plan(const struct opt_case *at)
{
    int i, old, video, copies;

    for (i = 0; i < at->category_count; i++) {
        const struct opt_category *category = &at->categories[i];
        size_t playlist = pl_plan->categories[i].playlist;
        old = playlist == YS_NO_PLAYLIST ? -1 : (int)playlist;
        if (category->playlist >= 0) assert_int_equal(old, category->playlist);
        for (video = 0; video < at->video_count; video++) {
            bool there = old >= 0 && holds(&at->playlists[old], video);
            copies = copies_then(at, i, old, video);
            if (category->rank[video] >= 0 && !at->gone[video]) assert_true(copies >= 1);
            if (category->rank[video] >= 0 && at->old != YS_OLD_KEEP)
                assert_int_equal(copies, !at->gone[video] || there);
            if (category->rank[video] < 0 && !there) assert_int_equal(copies, 0);
            if (category->rank[video] < 0 && there && !wanted_somewhere(at, video) &&
                !at->dropped[video])
                assert_true(copies >= 1);
        }
    }
}
