/* plans.c: see plans.h. */
#include "support/plans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

struct ys_snapshot pl_library;
struct ys_target *pl_target;
struct ys_plan *pl_plan;
struct ys_preview pl_preview;
struct ys_plan_today pl_today;
struct ys_error pl_err;

static int64_t items_made;

static void ok(enum ys_status status)
{
    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), pl_err.message);
}

int pl_set_up(void **state)
{
    (void)state;
    memset(&pl_library, 0, sizeof pl_library);
    ys_arena_init(&pl_library.arena);
    ys_map_init(&pl_library.playlist_index);
    ys_map_init(&pl_library.gone);
    pl_library.account_id = 1;
    (void)ys_copy(pl_library.channel.id, sizeof pl_library.channel.id, "UCmine");
    (void)ys_copy(pl_library.channel.title, sizeof pl_library.channel.title, "Mine");
    pl_today = (struct ys_plan_today){
        .limits = {.daily_units = 10000, .keep_units = 100, .creates = 10},
        .now_ms = PLANS_NOW_MS, .units_left = 9900, .creates_left = 10, .settle_ms = 60000,
        .writes_max = 2};
    pl_plan = NULL;
    pl_target = NULL;
    pl_old(YS_OLD_DELETE);
    return 0;
}

int pl_tear_down(void **state)
{
    (void)state;
    ys_plan_free(pl_plan);
    ys_target_free(pl_target);
    ys_snapshot_free(&pl_library);
    return 0;
}

const char *pl_video(int n)
{
    static char ids[4][16];
    static int at;

    at = (at + 1) % 4;
    (void)snprintf(ids[at], sizeof ids[at], "video-%05d", n);
    return ids[at];
}

/* ---------------------------------------------------------------- the library */

size_t pl_playlist(const char *id, const char *title)
{
    struct ys_snap_playlist playlist = {
        .id = ys_arena_dup(&pl_library.arena, id),
        .title = ys_arena_dup(&pl_library.arena, title),
        .description = "",
        .category = "",
        .privacy = YS_PRIVACY_PRIVATE,
        .listed = true,
    };

    ok(YS_GROW(pl_library.playlists, pl_library.playlist_capacity, pl_library.playlist_count,
               &pl_err));
    ok(ys_map_put(&pl_library.playlist_index, id, (int64_t)pl_library.playlist_count, &pl_err));
    pl_library.playlists[pl_library.playlist_count] = playlist;
    return pl_library.playlist_count++;
}

struct ys_snap_playlist *pl_at(size_t playlist)
{
    return &pl_library.playlists[playlist];
}

void pl_item(int video, enum ys_availability availability)
{
    struct ys_snap_playlist *playlist = &pl_library.playlists[pl_library.playlist_count - 1];
    struct ys_snap_item item = {.availability = availability};
    char id[32];

    (void)snprintf(id, sizeof id, "item-%lld", (long long)++items_made);
    item.id = ys_arena_dup(&pl_library.arena, id);
    item.video_id = ys_arena_dup(&pl_library.arena, pl_video(video));
    if (availability != YS_AVAILABILITY_LIVE)
        ok(ys_map_put(&pl_library.gone, item.video_id, 1, &pl_err));
    ok(YS_GROW(playlist->items, playlist->item_capacity, playlist->item_count, &pl_err));
    playlist->items[playlist->item_count++] = item;
}

void pl_items(int from, int to)
{
    for (; from <= to; from++) pl_item(from, YS_AVAILABILITY_LIVE);
}

/* ---------------------------------------------------------------- the target */

void pl_old(enum ys_old old)
{
    ys_target_free(pl_target);
    ok(ys_target_new(&pl_target, old, &pl_err));
}

size_t pl_category_spec(const struct ys_category_spec *spec, int from, int to)
{
    size_t index;

    ok(ys_target_add_category(pl_target, spec, &index, &pl_err));
    for (; from <= to; from++)
        ok(ys_target_add_video(pl_target, index, pl_video(from), "a rule", &pl_err));
    return index;
}

size_t pl_category(const char *key, int from, int to)
{
    struct ys_category_spec spec = {.key = key};

    return pl_category_spec(&spec, from, to);
}

void pl_drop(int from, int to)
{
    for (; from <= to; from++)
        ok(ys_target_drop_video(pl_target, pl_video(from), "dropped", &pl_err));
}

/* ---------------------------------------------------------------- the plan */

void pl_make(void)
{
    ys_plan_free(pl_plan);
    ok(ys_plan_build(&pl_library, pl_target, &pl_today, &pl_plan, &pl_err));
    ys_plan_preview(pl_plan, &pl_preview);
}

void pl_refused(enum ys_status status, ...)
{
    enum ys_status got;
    const char *word;
    va_list words;

    ys_plan_free(pl_plan);
    got = ys_plan_build(&pl_library, pl_target, &pl_today, &pl_plan, &pl_err);
    if (got != status)
        fail_msg("%s instead of %s: %s", ys_status_name(got), ys_status_name(status),
                 pl_err.message);
    assert_null(pl_plan);
    va_start(words, status);
    while ((word = va_arg(words, const char *)) != NULL)
        if (!strstr(pl_err.message, word)) fail_msg("\"%s\" lacks \"%s\"", pl_err.message, word);
    va_end(words);
}

static bool is(const struct ys_planned *op, enum ys_op_kind kind, const char *category)
{
    return op->kind == kind && (!category || strcmp(op->category, category) == 0);
}

int64_t pl_count(enum ys_op_kind kind, const char *category)
{
    int64_t count = 0;
    size_t i;

    for (i = 0; i < pl_plan->op_count; i++) count += is(&pl_plan->ops[i], kind, category);
    return count;
}

const struct ys_planned *pl_first(enum ys_op_kind kind, const char *category)
{
    size_t i;

    for (i = 0; i < pl_plan->op_count; i++)
        if (is(&pl_plan->ops[i], kind, category)) return &pl_plan->ops[i];
    fail_msg("no %s for %s is planned", ys_op_kind_name(kind), category ? category : "anybody");
    return NULL;
}

const struct ys_plan_block *pl_block(const char *playlist_id)
{
    size_t i;

    for (i = 0; i < pl_plan->block_count; i++)
        if (strcmp(pl_plan->blocks[i].playlist_id, playlist_id) == 0) return &pl_plan->blocks[i];
    return NULL;
}
