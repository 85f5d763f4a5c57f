/* parts.c: see parts.h. */
#include "plan/parts.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define NO_PART ((size_t)-1)
#define PARTS_MAX ((size_t)1000)

/* One category while it is divided. */
struct division {
    struct ys_parts *parts;
    const struct ys_snapshot *snapshot;
    const struct ys_target_category *whole;
    size_t *part_of;             /* per video of the category */
    size_t counts[PARTS_MAX];    /* videos per part */
    bool stood[PARTS_MAX];       /* some of them stand in its playlist already */
    size_t count;                /* parts that some video is in */
};

static void part_name(char out[YS_TITLE_BYTES + 16], const char *name, size_t part)
{
    if (part == 0) (void)snprintf(out, YS_TITLE_BYTES + 16, "%s", name);
    else (void)snprintf(out, YS_TITLE_BYTES + 16, "%s %zu", name, part + 1);
}

/* The playlist of a part: the one named, of the last run, or of that title. NULL: there is none. */
static const struct ys_snap_playlist *part_playlist(const struct division *division, size_t part,
                                                    bool by_title)
{
    const struct ys_snapshot *snapshot = division->snapshot;
    const struct ys_snap_playlist *titled = NULL;
    char key[YS_TITLE_BYTES + 16], title[YS_TITLE_BYTES + 16];
    int64_t number;
    size_t i;

    if (part == 0 && division->whole->playlist_id)
        return ys_map_get(&snapshot->playlist_index, division->whole->playlist_id, &number)
                   ? &snapshot->playlists[number]
                   : NULL;
    part_name(key, division->whole->key, part);
    part_name(title, division->whole->title, part);
    for (i = 0; i < snapshot->playlist_count; i++) {
        const struct ys_snap_playlist *playlist = &snapshot->playlists[i];
        if (strcmp(playlist->category, key) == 0) return playlist;
        if (!titled && by_title && strcmp(playlist->title, title) == 0) titled = playlist;
    }
    return titled;
}

static void put(struct division *division, size_t video, size_t part)
{
    division->part_of[video] = part;
    division->counts[part]++;
    if (part >= division->count) division->count = part + 1;
}

/* Videos stay in the part in whose playlist they stand. */
static void keep_parts(struct division *division, bool by_title)
{
    const struct ys_snap_playlist *playlist;
    int64_t video;
    size_t part, i;

    for (part = 0; part < PARTS_MAX; part++) {
        playlist = part_playlist(division, part, by_title);
        if (!playlist && part > 0) return;
        for (i = 0; playlist && i < playlist->item_count; i++) {
            if (!ys_map_get(&division->whole->index, playlist->items[i].video_id, &video) ||
                division->part_of[video] != NO_PART)
                continue;
            put(division, (size_t)video, part);
            division->stood[part] = true;
        }
    }
}

/* The others, in the order of the category. */
static enum ys_status fill_parts(struct division *division, struct ys_error *err)
{
    size_t i, before = 0, part;

    for (i = 0; i < division->whole->video_count; i++) {
        if (division->part_of[i] == NO_PART) {
            part = division->whole->ordered ? before : 0;
            if (!division->whole->ordered || !division->stood[part] ||
                division->counts[part] >= YS_PART_VIDEOS_LIMIT)
                while (part < PARTS_MAX && division->counts[part] >= YS_PART_VIDEOS_MAX) part++;
            if (part == PARTS_MAX)
                return ys_fail(err, YS_EPOLICY, "The category \"%s\" has %zu videos: too many.",
                               division->whole->key, division->whole->video_count);
            put(division, i, part);
        }
        before = division->part_of[i];
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- the new target */

/* A key or a title stands for one category. */
static enum ys_status take_name(struct ys_parts *parts, char kind, const char *name,
                                const char *key, struct ys_error *err)
{
    char text[YS_TITLE_BYTES + 32];
    int64_t number;

    (void)snprintf(text, sizeof text, "%c:%s", kind, name);
    if (parts->target.categories && ys_map_get(&parts->names, text, &number))
        return ys_fail(err, YS_EPOLICY,
                       "The categories \"%s\" and \"%s\" both need the name \"%s\": one of them "
                       "has more videos than a playlist takes and gets numbered parts. Give the "
                       "other one another name and title.",
                       parts->target.categories[number].key, key, name);
    return ys_map_put(&parts->names, text, (int64_t)parts->target.category_count, err);
}

static enum ys_status add_category(struct ys_parts *parts, const struct ys_target_category *row,
                                   struct ys_error *err)
{
    struct ys_target *target = &parts->target;

    YS_TRY(take_name(parts, 'k', row->key, row->key, err));
    YS_TRY(take_name(parts, 't', row->title, row->key, err));
    YS_TRY(YS_GROW(target->categories, target->category_capacity, target->category_count, err));
    target->categories[target->category_count++] = *row;
    return YS_OK;
}

static enum ys_status add_part(struct division *division, size_t number, struct ys_error *err)
{
    struct ys_parts *parts = division->parts;
    struct ys_target_category part = *division->whole, *added;
    char text[YS_TITLE_BYTES + 16];
    size_t i;

    part.videos = NULL;
    part.video_count = part.video_capacity = 0;
    ys_map_init(&part.index);
    if (number > 0) part.playlist_id = NULL;
    part_name(text, division->whole->key, number);
    part.key = ys_arena_dup(&parts->arena, text);
    part_name(text, division->whole->title, number);
    part.title = ys_arena_dup(&parts->arena, text);
    if (!part.key || !part.title) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(ys_title_check(part.title, err));
    if (strlen(part.key) >= YS_TITLE_BYTES)
        return ys_fail(err, YS_EINVAL, "The category name \"%.60s...\" is too long.", part.key);
    part.part_count = division->count;
    part.whole_key = division->whole->key;
    part.whole_count = number == 0 ? division->whole->video_count : 0;
    YS_TRY(add_category(parts, &part, err));
    added = &parts->target.categories[parts->target.category_count - 1];
    for (i = 0; i < division->whole->video_count; i++) {
        const struct ys_wanted *video = &division->whole->videos[i];
        if (division->part_of[i] != number) continue;
        YS_TRY(YS_GROW(added->videos, added->video_capacity, added->video_count, err));
        YS_TRY(ys_map_put(&added->index, video->video_id, (int64_t)added->video_count, err));
        added->videos[added->video_count++] = *video;
    }
    return YS_OK;
}

static enum ys_status divide(struct ys_parts *parts, const struct ys_snapshot *snapshot,
                             const struct ys_target_category *whole, bool large,
                             struct ys_error *err)
{
    struct division *division = ys_alloc_zero(1, sizeof *division);
    enum ys_status status = YS_OK;
    size_t i;

    if (!division) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    division->parts = parts;
    division->snapshot = snapshot;
    division->whole = whole;
    division->part_of = ys_alloc_zero(whole->video_count, sizeof *division->part_of);
    if (!division->part_of) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; status == YS_OK && i < whole->video_count; i++) division->part_of[i] = NO_PART;
    if (status == YS_OK) {
        keep_parts(division, large);
        status = fill_parts(division, err);
    }
    if (status == YS_OK && division->count <= 1) status = add_category(parts, whole, err);
    for (i = 0; status == YS_OK && division->count > 1 && i < division->count; i++)
        status = add_part(division, i, err);
    ys_free(division->part_of);
    ys_free(division);
    return status;
}

/* Whether one playlist is not enough, or was not in the last run. */
static bool needs_parts(const struct ys_snapshot *snapshot,
                        const struct ys_target_category *category, const struct ys_map *carriers,
                        bool *large)
{
    char key[YS_TITLE_BYTES + 16];
    size_t i, live = 0;

    for (i = 0; category->video_count > YS_PART_VIDEOS_MAX && i < category->video_count; i++)
        live += !ys_map_get(&snapshot->gone, category->videos[i].video_id, NULL);
    *large = live > YS_PART_VIDEOS_MAX;
    part_name(key, category->key, 1);
    return *large || ys_map_get(carriers, key, NULL);
}

static bool has_category(const struct ys_target *target, const char *key)
{
    size_t i;

    for (i = 0; i < target->category_count; i++)
        if (strcmp(target->categories[i].key, key) == 0) return true;
    return false;
}

static enum ys_status split(struct ys_parts *parts, const struct ys_snapshot *snapshot,
                            const struct ys_target *target, const struct ys_map *carriers,
                            struct ys_error *err)
{
    char key[YS_TITLE_BYTES + 16];
    bool large;
    size_t i;

    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *category = &target->categories[i];
        parts->split = parts->split || needs_parts(snapshot, category, carriers, &large);
    }
    if (!parts->split) return YS_OK;
    parts->target.categories = NULL;
    parts->target.category_count = parts->target.category_capacity = 0;
    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *category = &target->categories[i];
        bool parted = needs_parts(snapshot, category, carriers, &large);
        /* "Jazz 2" may be a category of its own. */
        part_name(key, category->key, 1);
        if (parted && (large || !has_category(target, key)))
            YS_TRY(divide(parts, snapshot, category, large, err));
        else
            YS_TRY(add_category(parts, category, err));
    }
    return YS_OK;
}

enum ys_status ys_parts_make(struct ys_parts *out, const struct ys_snapshot *snapshot,
                             const struct ys_target *target, struct ys_error *err)
{
    struct ys_map carriers;
    enum ys_status status = YS_OK;
    size_t i;

    memset(out, 0, sizeof *out);
    out->target = *target;
    ys_arena_init(&out->arena);
    ys_map_init(&out->names);
    ys_map_init(&carriers);
    for (i = 0; i < snapshot->playlist_count && status == YS_OK; i++)
        if (snapshot->playlists[i].category[0])
            status = ys_map_put(&carriers, snapshot->playlists[i].category, (int64_t)i, err);
    if (status == YS_OK) status = split(out, snapshot, target, &carriers, err);
    ys_map_free(&carriers);
    return status;
}

void ys_parts_free(struct ys_parts *parts)
{
    size_t i;

    for (i = 0; parts->split && i < parts->target.category_count; i++) {
        if (!parts->target.categories[i].part_count) continue;
        ys_map_free(&parts->target.categories[i].index);
        ys_free(parts->target.categories[i].videos);
    }
    if (parts->split) ys_free(parts->target.categories);
    ys_map_free(&parts->names);
    ys_arena_free(&parts->arena);
}
