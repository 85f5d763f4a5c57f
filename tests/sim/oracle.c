/* oracle.c: what must hold at every single request, seen from the simulator's side, where nothing
 * lags: no delete before its proof, nothing doubled, no second playlist of a category, nothing
 * published before it is complete. The oracle knows the policy and what the user did; it never asks
 * the program. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "storm.h"

/* An edit this short before a delete may slip through (DESIGN section 6): the destination was
 * listed up to 10 minutes before, listings lag, and a request takes its time. */
#define EDIT_WINDOW_MS (600000 + 60000 + 60000)

/* ---------------------------------------------------------------- memory */

struct storm_video *oracle_video(struct storm *storm, const char *video_id)
{
    struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->video_count; i++)
        if (strcmp(oracle->videos[i].id, video_id) == 0) return &oracle->videos[i];
    if (oracle->video_count == STORM_VIDEOS_MAX) {
        storm_fail(storm, "more videos than the oracle can hold");
        return &oracle->videos[0];
    }
    (void)ys_copy(oracle->videos[i].id, sizeof oracle->videos[i].id, video_id);
    oracle->video_count++;
    return &oracle->videos[i];
}

void oracle_touched(struct storm *storm, const char *playlist_id)
{
    struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->touched_count; i++)
        if (strcmp(oracle->touched[i].id, playlist_id) == 0) break;
    if (i == STORM_PLAYLISTS_MAX) return;
    if (i == oracle->touched_count) {
        (void)ys_copy(oracle->touched[i].id, YS_ID_BYTES, playlist_id);
        oracle->touched_count++;
    }
    oracle->touched[i].at_mono_ms = storm->clock.mono_ms;
}

uint64_t oracle_target_bit(const struct storm *storm)
{
    return UINT64_C(1) << (storm->target_number % 64);
}

void oracle_new_target(struct storm *storm)
{
    size_t i;

    storm->target_number++;
    for (i = 0; i < storm->oracle.video_count; i++)
        storm->oracle.videos[i].targets &= ~oracle_target_bit(storm);
}

/* Whether the user changed anything within the window: a video can be moved by hand from one
 * playlist to another, so where does not matter. */
static bool edited_lately(const struct storm *storm)
{
    const struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->touched_count; i++)
        if (storm->clock.mono_ms - oracle->touched[i].at_mono_ms < EDIT_WINDOW_MS) return true;
    return false;
}

void oracle_taken(struct storm *storm)
{
    struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->video_count; i++)
        if (ys_truth_copies(storm->sim, NULL, oracle->videos[i].id) == 0)
            oracle->videos[i].taken_by_user = true;
}

bool oracle_is_carrier(const struct storm *storm, size_t category, const char *playlist_id)
{
    const struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->carrier_count; i++)
        if (oracle->carriers[i].category == category &&
            strcmp(oracle->carriers[i].id, playlist_id) == 0)
            return true;
    return false;
}

void oracle_add_carrier(struct storm *storm, size_t category, const char *playlist_id)
{
    struct storm_oracle *oracle = &storm->oracle;

    if (oracle->carrier_count == STORM_PLAYLISTS_MAX ||
        oracle_is_carrier(storm, category, playlist_id))
        return;
    oracle->carriers[oracle->carrier_count].category = category;
    (void)ys_copy(oracle->carriers[oracle->carrier_count++].id, YS_ID_BYTES, playlist_id);
}

struct items {
    struct storm *storm;
    struct ys_truth_item rows[STORM_ITEMS_MAX];
    size_t count;
};

static bool keep_row(void *ctx, const struct ys_truth_item *item)
{
    struct items *items = ctx;

    items->rows[items->count++] = *item;
    return items->count < STORM_ITEMS_MAX;
}

static void read_items(struct storm *storm, const char *playlist_id, struct items *items)
{
    items->count = 0;
    storm_must(storm, ys_truth_items(storm->sim, playlist_id, keep_row, items, &storm->err));
}

/* ---------------------------------------------------------------- begin */

static bool note_item(void *ctx, const struct ys_truth_item *item)
{
    struct storm_video *video = oracle_video(ctx, item->video_id);

    if (item->availability != YS_AVAILABILITY_LIVE) video->ever_gone = true;
    return true;
}

static bool note_playlist(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct storm *storm = ctx;
    size_t i;

    for (i = 0; i < storm->scenario.category_count; i++)
        if (strcmp(storm->titles[i], playlist->title) == 0)
            oracle_add_carrier(storm, i, playlist->id);
    storm_must(storm, ys_truth_items(storm->sim, playlist->id, note_item, storm, &storm->err));
    return true;
}

void oracle_begin(struct storm *storm)
{
    storm_must(storm, ys_truth_playlists(storm->sim, NULL, note_playlist, storm, &storm->err));
}

/* ---------------------------------------------------------------- deletes */

static bool dropped(struct storm *storm, const char *video_id)
{
    return policy_drops(storm, video_id) ||
           (storm->scenario.drop_gone && oracle_video(storm, video_id)->ever_gone);
}

/* Whether a playlist that bears the category holds the video, not counting `but_not`. */
static bool in_category(struct storm *storm, size_t category, const char *video_id,
                        const char *but_not)
{
    const struct storm_oracle *oracle = &storm->oracle;
    size_t i;

    for (i = 0; i < oracle->carrier_count; i++) {
        const struct storm_carrier *carrier = &oracle->carriers[i];
        if (carrier->category != category || strcmp(carrier->id, but_not) == 0) continue;
        if (ys_truth_copies(storm->sim, carrier->id, video_id) > 0) return true;
    }
    return false;
}

/* Whether an entry of the video may go from the playlist: NULL, or why not. */
static const char *against(struct storm *storm, const char *playlist_id, const char *video_id)
{
    unsigned homes = policy_homes(storm, video_id);
    size_t i;

    if (dropped(storm, video_id)) return NULL;
    if (homes == 0) return "the policy leaves it where it is";
    for (i = 0; i < storm->scenario.category_count; i++) {
        if (!(homes & (1u << i))) continue;
        if (!in_category(storm, i, video_id, playlist_id))
            return "it is not in its category's playlist";
    }
    return NULL;
}

static void judge_delete(struct storm *storm, const char *what, const char *playlist_id,
                         const char *video_id, const char *why)
{
    if (edited_lately(storm)) {
        storm->counts.residues++;
        storm_note(storm, "residue: %s of %.12s: %s: %s", what, playlist_id, video_id, why);
        return;
    }
    storm_wrong(storm, STORM_LOST, "%s of %s without proof: %s: %s", what, playlist_id, video_id,
                why);
}

static void before_playlist_delete(struct storm *storm, const char *playlist_id)
{
    static struct items items; /* large; this is one thread */
    size_t i;

    if (strcmp(playlist_id, storm->oracle.protected_id) == 0)
        storm_fail(storm, "the protected playlist is deleted");
    if (strcmp(playlist_id, storm->oracle.inbox_id) == 0)
        storm_fail(storm, "the inbox is deleted");
    if (storm->scenario.old != YS_OLD_DELETE)
        storm_fail(storm, "%s is deleted under old = \"%s\"", playlist_id,
                   ys_old_name(storm->scenario.old));
    read_items(storm, playlist_id, &items);
    for (i = 0; i < items.count; i++) {
        const char *why = against(storm, playlist_id, items.rows[i].video_id);
        if (why) judge_delete(storm, "delete", playlist_id, items.rows[i].video_id, why);
    }
}

/* Whether the item stands in the inbox; one that leaves it must be in its place. */
static bool leaves_inbox(struct storm *storm, const char *item_id)
{
    static struct items items;
    const char *inbox = storm->oracle.inbox_id, *why;
    struct ys_truth_playlist there;
    size_t i;

    if (!inbox[0] || ys_truth_playlist(storm->sim, inbox, &there, NULL) != YS_OK) return false;
    read_items(storm, inbox, &items);
    for (i = 0; i < items.count; i++)
        if (strcmp(items.rows[i].id, item_id) == 0) break;
    if (i == items.count) return false;
    why = against(storm, inbox, items.rows[i].video_id);
    if (why) judge_delete(storm, "takeout", inbox, items.rows[i].video_id, why);
    return true;
}

static void before_item_delete(struct storm *storm, const char *item_id)
{
    static struct items items;
    char playlist_id[YS_ID_BYTES] = "";
    const char *why;
    size_t i, j = 0, copies = 0;

    if (leaves_inbox(storm, item_id)) return;
    /* Whose item it is: else those of carriers are all that may be taken out. */
    for (i = 0; i < storm->oracle.carrier_count && !playlist_id[0]; i++) {
        read_items(storm, storm->oracle.carriers[i].id, &items);
        for (j = 0; j < items.count; j++)
            if (strcmp(items.rows[j].id, item_id) == 0) break;
        if (j < items.count)
            (void)ys_copy(playlist_id, YS_ID_BYTES, storm->oracle.carriers[i].id);
    }
    if (!playlist_id[0]) return; /* gone already, or refused */
    if (storm->scenario.old == YS_OLD_KEEP && !storm->oracle.library_touched)
        storm_fail(storm, "an item is taken out under old = \"keep\"");
    for (i = 0; i < items.count; i++)
        copies += strcmp(items.rows[i].video_id, items.rows[j].video_id) == 0;
    if (copies > 1) return;
    why = against(storm, playlist_id, items.rows[j].video_id);
    if (why) judge_delete(storm, "takeout", playlist_id, items.rows[j].video_id, why);
}

/* ---------------------------------------------------------------- inserts, creates, publishing */

static bool is_users(const struct storm *storm, const char *item_id)
{
    size_t i;

    for (i = 0; i < storm->oracle.user_item_count; i++)
        if (strcmp(storm->oracle.user_items[i], item_id) == 0) return true;
    return false;
}

/* A playlist that the user renamed keeps its category, though no title says so any more. */
static void learn_carrier(struct storm *storm, const struct ys_sim_event *event)
{
    unsigned homes = policy_homes(storm, event->video_id);
    size_t i;

    if (!storm->oracle.library_touched) return;
    for (i = 0; i < storm->scenario.category_count; i++)
        if (homes == 1u << i) oracle_add_carrier(storm, i, event->playlist_id);
}

static void after_insert(struct storm *storm, const struct ys_sim_event *event)
{
    static struct items items;
    size_t i, copies = 0;

    learn_carrier(storm, event);

    if (strcmp(event->playlist_id, storm->oracle.protected_id) == 0)
        storm_fail(storm, "the protected playlist is filled");
    read_items(storm, event->playlist_id, &items);
    for (i = 0; i < items.count; i++)
        copies += strcmp(items.rows[i].video_id, event->video_id) == 0 &&
                  !is_users(storm, items.rows[i].id);
    if (copies > 1)
        storm_wrong(storm, STORM_DOUBLED, "doubled: %s is in %s %zu times", event->video_id,
                    event->playlist_id, copies);
    oracle_video(storm, event->video_id)->taken_by_user = false;
}

struct newest {
    struct ys_truth_playlist playlist;
};

static bool keep_last(void *ctx, const struct ys_truth_playlist *playlist)
{
    ((struct newest *)ctx)->playlist = *playlist;
    return true;
}

static void after_create(struct storm *storm)
{
    struct newest newest = {{.id = ""}};
    struct storm_oracle *oracle = &storm->oracle;
    struct ys_truth_playlist other;
    size_t i, category;

    storm_must(storm, ys_truth_playlists(storm->sim, NULL, keep_last, &newest, &storm->err));
    for (category = 0; category < storm->scenario.category_count; category++)
        if (strcmp(storm->titles[category], newest.playlist.title) == 0) break;
    if (category == storm->scenario.category_count) {
        storm_fail(storm, "a playlist \"%s\" is made, which nobody wants", newest.playlist.title);
        return;
    }
    if (newest.playlist.privacy != YS_PRIVACY_PRIVATE)
        storm_fail(storm, "\"%s\" is made %s", newest.playlist.title,
                   ys_privacy_name(newest.playlist.privacy));
    for (i = 0; i < oracle->carrier_count; i++) {
        if (oracle->carriers[i].category != category) continue;
        if (ys_truth_playlist(storm->sim, oracle->carriers[i].id, &other, NULL) != YS_OK)
            continue;
        /* The user renamed one of that title, or made one: the next plan asks about it. */
        if (!other.made_by_api && oracle->library_touched) continue;
        storm_wrong(storm, STORM_DOUBLED, "a second playlist \"%s\" is made: %s beside %s",
                    newest.playlist.title, newest.playlist.id, other.id);
    }
    oracle_add_carrier(storm, category, newest.playlist.id);
}

/* The plan carries a playlist on under a category's name: it is that category's from then on, also
 * when the new name was refused. */
static void learn_rename(struct storm *storm, const struct ys_sim_event *event)
{
    size_t i;

    if (event->method != YS_SIM_M_PLAYLISTS_UPDATE) return;
    for (i = 0; i < storm->scenario.category_count; i++)
        if (strcmp(storm->titles[i], event->title) == 0)
            oracle_add_carrier(storm, i, event->playlist_id);
}

/* A playlist that became visible must hold all that the plan knew and that can be put into it. */
static void after_update(struct storm *storm, const char *playlist_id)
{
    struct storm_oracle *oracle = &storm->oracle;
    struct ys_truth_playlist playlist;
    size_t i, category;

    if (ys_truth_playlist(storm->sim, playlist_id, &playlist, NULL) != YS_OK) return;
    /* An old playlist may carry a category on under its new name. */
    for (category = 0; category < storm->scenario.category_count; category++)
        if (strcmp(storm->titles[category], playlist.title) == 0)
            oracle_add_carrier(storm, category, playlist_id);
    if (playlist.privacy == YS_PRIVACY_PRIVATE || !playlist.made_by_api) return;
    if (oracle->library_touched || storm->refused_for_good) return;
    for (category = 0; category < storm->scenario.category_count; category++)
        if (oracle_is_carrier(storm, category, playlist_id)) break;
    for (i = 0; i < oracle->video_count; i++) {
        const struct storm_video *video = &oracle->videos[i];
        if (!(policy_homes(storm, video->id) & (1u << category))) continue;
        if (video->ever_gone || policy_drops(storm, video->id)) continue;
        /* A listing that hid a row twice over is believed: the plan did not have the video. */
        if (!(video->targets & oracle_target_bit(storm))) continue;
        if (ys_truth_copies(storm->sim, playlist_id, video->id) > 0) continue;
        storm_fail(storm, "\"%s\" is published without %s", playlist.title, video->id);
        return;
    }
}

/* ---------------------------------------------------------------- the hook */

/* Answers that end an operation rightly, so that something may stay undone. */
static bool ends_operation(const struct ys_sim_event *event)
{
    return ys_sim_method_is_write(event->method) &&
           (event->status == 400 || event->status == 403 || event->status == 404);
}

static void after(struct storm *storm, const struct ys_sim_event *event)
{
    storm->counts.requests++;
    storm_note(storm, "#%lld %s %.12s %s%s%.4s -> %d%s", (long long)event->number,
               ys_sim_method_name(event->method), event->playlist_id, event->video_id,
               event->item_id[0] ? " item " : "",
               strlen(event->item_id) > 52 ? event->item_id + 48 : event->item_id, event->status,
               event->effect ? " EFFECT" : "");
    if (ends_operation(event)) storm->refused_for_good = true;
    learn_rename(storm, event);
    if (!event->effect) return;
    switch (event->method) {
    case YS_SIM_M_ITEMS_INSERT: after_insert(storm, event); break;
    case YS_SIM_M_PLAYLISTS_INSERT: after_create(storm); break;
    case YS_SIM_M_PLAYLISTS_UPDATE: after_update(storm, event->playlist_id); break;
    default: break;
    }
}

/* A verdict over a delete is only passed when it had an effect. */
static void before(struct storm *storm, const struct ys_sim_event *event)
{
    bool failed_before = storm->failed;

    chaos_request(storm, event);
    if (failed_before) return;
    if (event->method == YS_SIM_M_PLAYLISTS_DELETE)
        before_playlist_delete(storm, event->playlist_id);
    if (event->method == YS_SIM_M_ITEMS_DELETE) before_item_delete(storm, event->item_id);
}

void oracle_hook(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    (void)sim;
    if (event->phase == YS_SIM_BEFORE) before(ctx, event);
    else after(ctx, event);
}
