/* snapshot.c: see snapshot.h. */
#include "plan/snapshot.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "store/leftovers.h"
#include "youtube/mark.h"

/* Walk callbacks cannot return a status: the first failure waits here. */
struct loading {
    struct ys_snapshot *snapshot;
    enum ys_status status;
    struct ys_error *err;
};

static enum ys_status add_playlist(struct ys_snapshot *snapshot,
                                   const struct ys_row_playlist *row, struct ys_error *err)
{
    struct ys_snap_playlist playlist = {.privacy = row->privacy,
                                        .made_by_job = row->made_by_job,
                                        .self_sorted = row->self_sorted,
                                        .listed = row->listed_at_ms > 0 ||
                                                  row->source != YS_SOURCE_YOUTUBE};
    char title[YS_TITLE_BYTES];

    (void)ys_trim_copy(title, sizeof title, row->title);
    playlist.id = ys_arena_dup(&snapshot->arena, row->youtube_id);
    playlist.title = ys_arena_dup(&snapshot->arena, title);
    playlist.description = ys_arena_dup(&snapshot->arena, row->description);
    playlist.category = ys_arena_dup(&snapshot->arena, row->category);
    if (!playlist.id || !playlist.title || !playlist.description || !playlist.category)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(snapshot->playlists, snapshot->playlist_capacity, snapshot->playlist_count,
                   err));
    YS_TRY(ys_map_put(&snapshot->playlist_index, playlist.id,
                      (int64_t)snapshot->playlist_count, err));
    snapshot->playlists[snapshot->playlist_count++] = playlist;
    return YS_OK;
}

static bool each_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct loading *loading = ctx;

    loading->status = add_playlist(loading->snapshot, row, loading->err);
    return loading->status == YS_OK;
}

/* Before the first fetch, what was imported stands for the library. Watch Later is only ever a
 * source: nothing can be planned for it. */
static bool each_imported(void *ctx, const struct ys_row_playlist *row)
{
    struct loading *loading = ctx;

    if (row->source == YS_SOURCE_WATCH_LATER) return true;
    loading->snapshot->imported = true;
    return each_playlist(ctx, row);
}

/* A playlist whose creation nobody saw is known by its mark. */
static bool each_unpublished(void *ctx, const char *playlist_id, const char *mark_reference)
{
    struct ys_snapshot *snapshot = ((struct loading *)ctx)->snapshot;
    size_t i;

    for (i = 0; i < snapshot->playlist_count; i++) {
        struct ys_snap_playlist *playlist = &snapshot->playlists[i];
        if (mark_reference[0] ? ys_mark_of_job(playlist->description, mark_reference)
                              : strcmp(playlist->id, playlist_id) == 0)
            playlist->unpublished = true;
    }
    return true;
}

static enum ys_status add_item(struct ys_snapshot *snapshot, const struct ys_row_item *row,
                               struct ys_error *err)
{
    struct ys_snap_playlist *playlist;
    struct ys_snap_item item = {.availability = row->availability};
    int64_t number;

    if (row->availability != YS_AVAILABILITY_LIVE)
        YS_TRY(ys_map_put(&snapshot->gone, row->video_id, 1, err));
    if (!ys_map_get(&snapshot->playlist_index, row->playlist_id, &number)) return YS_OK;
    playlist = &snapshot->playlists[number];
    item.id = ys_arena_dup(&snapshot->arena, row->youtube_id);
    item.video_id = ys_arena_dup(&snapshot->arena, row->video_id);
    if (!item.id || !item.video_id) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(playlist->items, playlist->item_capacity, playlist->item_count, err));
    playlist->items[playlist->item_count++] = item;
    return YS_OK;
}

static bool each_item(void *ctx, const struct ys_row_item *row)
{
    struct loading *loading = ctx;

    loading->status = add_item(loading->snapshot, row, loading->err);
    return loading->status == YS_OK;
}

enum ys_status ys_snapshot_load(struct ys_store *store, struct ys_snapshot *out,
                                struct ys_error *err)
{
    struct loading loading = {.snapshot = out, .err = err};
    enum ys_status status;

    ys_snapshot_init(out);
    status = ys_account_get(store, &out->account_id, &out->channel, err);
    if (status == YS_OK && out->account_id == 0)
        status = ys_fail(err, YS_ENOTFOUND,
                         "Nothing was fetched yet: run `fetch` first, or `import takeout`, then "
                         "plan.");
    if (status == YS_OK)
        status = ys_playlist_walk(store, out->account_id, false, each_playlist, &loading, err);
    if (status == YS_OK) status = loading.status;
    if (status == YS_OK && out->channel.fetched_at_ms == 0)
        status = ys_playlist_walk_imported(store, out->account_id, each_imported, &loading, err);
    if (status == YS_OK) status = loading.status;
    if (status == YS_OK) status = ys_op_unpublished(store, each_unpublished, &loading, err);
    if (status == YS_OK)
        status = ys_item_walk_all(store, out->account_id, each_item, &loading, err);
    if (status == YS_OK) status = loading.status;
    if (status == YS_OK)
        status = ys_item_walk_imported(store, out->account_id, each_item, &loading, err);
    if (status == YS_OK) status = loading.status;
    if (status != YS_OK) ys_snapshot_free(out);
    return status;
}

void ys_snapshot_init(struct ys_snapshot *snapshot)
{
    memset(snapshot, 0, sizeof *snapshot);
    ys_arena_init(&snapshot->arena);
    ys_map_init(&snapshot->playlist_index);
    ys_map_init(&snapshot->gone);
}

void ys_snapshot_free(struct ys_snapshot *snapshot)
{
    size_t i;

    for (i = 0; i < snapshot->playlist_count; i++) ys_free(snapshot->playlists[i].items);
    ys_free(snapshot->playlists);
    ys_map_free(&snapshot->playlist_index);
    ys_map_free(&snapshot->gone);
    ys_arena_free(&snapshot->arena);
    memset(snapshot, 0, sizeof *snapshot);
}
