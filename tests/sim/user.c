/* user.c: the user at work on the website while ytsync runs, and answering its questions. Every
 * edit is told to the oracle: what the user did is not laid at ytsync's door. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "storm.h"

/* A user keeps some playlists whatever happens. */
#define PLAYLISTS_LEFT_MIN 2

struct ids {
    char ids[STORM_ITEMS_MAX][YS_ID_BYTES];
    size_t count;
};

static bool collect_playlist(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct ids *ids = ctx;

    (void)ys_copy(ids->ids[ids->count++], YS_ID_BYTES, playlist->id);
    return ids->count < STORM_ITEMS_MAX;
}

static bool collect_item(void *ctx, const struct ys_truth_item *item)
{
    struct ids *ids = ctx;

    (void)ys_copy(ids->ids[ids->count++], YS_ID_BYTES, item->id);
    return ids->count < STORM_ITEMS_MAX;
}

/* One of them by chance, or NULL. */
static const char *draw(struct storm *storm, const struct ids *ids)
{
    if (ids->count == 0) return NULL;
    return ids->ids[chance_range(&storm->user_random, 0, (int64_t)ids->count - 1)];
}

static const char *draw_playlist(struct storm *storm, struct ids *ids)
{
    storm_must(storm, ys_truth_playlists(storm->sim, YS_SIM_CHANNEL_ID, collect_playlist, ids,
                                         &storm->err));
    return draw(storm, ids);
}

/* A live video that was in the library once. */
static const char *draw_video(struct storm *storm)
{
    struct storm_oracle *oracle = &storm->oracle;

    if (oracle->video_count == 0) return NULL;
    return oracle
        ->videos[chance_range(&storm->user_random, 0, (int64_t)oracle->video_count - 1)]
        .id;
}

static void add_item(struct storm *storm, const char *playlist_id)
{
    struct storm_oracle *oracle = &storm->oracle;
    struct ys_truth_playlist playlist;
    const char *video = draw_video(storm);

    if (!video || oracle->user_item_count == STORM_ITEMS_MAX) return;
    if (ys_truth_playlist(storm->sim, playlist_id, &playlist, NULL) != YS_OK) return;
    storm_must(storm, ys_sim_item_add(storm->sim, playlist_id, video,
                                      chance_range(&storm->user_random, 0, playlist.items), 0,
                                      oracle->user_items[oracle->user_item_count++],
                                      &storm->err));
    oracle_video(storm, video)->taken_by_user = false;
    storm_note(storm, "user: adds %s to %.12s", video, playlist_id);
}

static void remove_item(struct storm *storm, const char *playlist_id)
{
    static struct ids items; /* large; this is one thread */
    const char *item;

    items.count = 0;
    storm_must(storm, ys_truth_items(storm->sim, playlist_id, collect_item, &items, &storm->err));
    item = draw(storm, &items);
    if (!item) return;
    storm_must(storm, ys_sim_item_remove(storm->sim, item, &storm->err));
    oracle_taken(storm);
    storm_note(storm, "user: takes %.20s... out of %.12s", item + 40, playlist_id);
}

static void move_item(struct storm *storm, const char *playlist_id)
{
    static struct ids items;
    const char *item;

    items.count = 0;
    storm_must(storm, ys_truth_items(storm->sim, playlist_id, collect_item, &items, &storm->err));
    item = draw(storm, &items);
    if (!item) return;
    storm_must(storm, ys_sim_item_move(storm->sim, item,
                                       chance_range(&storm->user_random, 0,
                                                    (int64_t)items.count - 1),
                                       &storm->err));
    storm_note(storm, "user: moves an item in %.12s", playlist_id);
}

static void rename_playlist(struct storm *storm, const char *playlist_id)
{
    char title[64];

    (void)snprintf(title, sizeof title, "Renamed %lld", (long long)storm->counts.edits);
    storm_must(storm, ys_sim_playlist_edit(storm->sim, playlist_id, title, NULL,
                                           YS_PRIVACY_UNSET, &storm->err));
    storm_note(storm, "user: renames %.12s to %s", playlist_id, title);
}

static void make_playlist(struct storm *storm)
{
    struct ys_sim_playlist spec = {.privacy = YS_PRIVACY_PRIVATE};
    char title[64], id[YS_ID_BYTES];
    size_t category = (size_t)chance_range(&storm->user_random, 0,
                                           (int64_t)storm->scenario.category_count - 1);

    (void)snprintf(title, sizeof title, "New %lld", (long long)storm->counts.edits);
    spec.title = title;
    /* Perhaps with the very title that a category is to have. */
    if (chance_one_in(&storm->user_random, 3)) spec.title = storm->titles[category];
    storm_must(storm, ys_sim_playlist_add(storm->sim, &spec, id, &storm->err));
    oracle_touched(storm, id);
    if (spec.title == storm->titles[category]) oracle_add_carrier(storm, category, id);
    storm_note(storm, "user: makes %.12s \"%s\"", id, spec.title);
    add_item(storm, id);
}

static void change_playlist(struct storm *storm, const char *playlist_id)
{
    static const enum ys_privacy privacies[] = {YS_PRIVACY_PRIVATE, YS_PRIVACY_UNLISTED,
                                                YS_PRIVACY_PUBLIC};

    storm_must(storm,
               ys_sim_playlist_edit(storm->sim, playlist_id, NULL,
                                    chance_one_in(&storm->user_random, 2) ? "My own words." : NULL,
                                    privacies[chance_range(&storm->user_random, 0, 2)],
                                    &storm->err));
    storm_note(storm, "user: changes privacy of %.12s", playlist_id);
}

void user_edit(struct storm *storm, const char *playlist_id)
{
    static struct ids playlists;
    char id[YS_ID_BYTES];
    const char *any;

    playlists.count = 0;
    any = draw_playlist(storm, &playlists);
    if (!any) return;
    /* Rather the one that is being worked on. */
    if (playlist_id[0] && chance_one_in(&storm->user_random, 2)) any = playlist_id;
    (void)ys_copy(id, sizeof id, any);
    if (ys_truth_playlist(storm->sim, id, &(struct ys_truth_playlist){0}, NULL) != YS_OK) return;
    if (strcmp(id, storm->oracle.protected_id) == 0) return;
    storm->counts.edits++;
    storm->oracle.library_touched = true;
    oracle_touched(storm, id);
    switch (chance_range(&storm->user_random, 0, 11)) {
    case 0: case 1: case 2: case 3: add_item(storm, id); break;
    case 4: case 5: case 6: remove_item(storm, id); break;
    case 7: move_item(storm, id); break;
    case 8: rename_playlist(storm, id); break;
    case 9: make_playlist(storm); break;
    case 10: change_playlist(storm, id); break;
    default:
        if (playlists.count <= PLAYLISTS_LEFT_MIN) break;
        storm_must(storm, ys_sim_playlist_remove(storm->sim, id, &storm->err));
        oracle_taken(storm);
        storm_note(storm, "user: deletes %.12s", id);
    }
}

void user_change_video(struct storm *storm)
{
    static const enum ys_availability states[] = {
        YS_AVAILABILITY_PRIVATE, YS_AVAILABILITY_DELETED, YS_AVAILABILITY_LIVE,
        YS_AVAILABILITY_LIVE};
    enum ys_availability to = states[chance_range(&storm->user_random, 0, 3)];
    const char *video = draw_video(storm);

    if (!video) return;
    if (to != YS_AVAILABILITY_LIVE) oracle_video(storm, video)->ever_gone = true;
    storm_must(storm, ys_sim_video_set(storm->sim, video, to, &storm->err));
    storm_note(storm, "user: %s is %s now", video, ys_availability_name(to));
}

/* ---------------------------------------------------------------- answers */

struct twins {
    struct storm *storm;
    size_t category, count;
    char id[YS_ID_BYTES];      /* the last one that the API did not make, else the last */
    bool own;
};

static bool count_twin(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct twins *twins = ctx;

    if (strcmp(playlist->title, twins->storm->titles[twins->category]) != 0) return true;
    twins->count++;
    if (twins->own && playlist->made_by_api) return true;
    twins->own = !playlist->made_by_api;
    (void)ys_copy(twins->id, sizeof twins->id, playlist->id);
    return true;
}

void user_answer(struct storm *storm)
{
    size_t i;

    for (i = 0; i < storm->scenario.category_count; i++) {
        struct twins twins = {.storm = storm, .category = i};
        storm_must(storm, ys_truth_playlists(storm->sim, YS_SIM_CHANNEL_ID, count_twin, &twins,
                                             &storm->err));
        if (twins.count < 2) continue;
        oracle_touched(storm, twins.id);
        storm->counts.edits++;
        rename_playlist(storm, twins.id);
    }
}
