/* policy.c: what the policy of a storm wants. A video's places follow from a hash of its id, so
 * that the checks can say where it belongs without asking the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "storm.h"

static uint64_t hash_of(const struct storm *storm, const char *video_id, uint64_t salt)
{
    uint64_t state = storm->scenario.seed ^ (salt << 32);

    for (; *video_id; video_id++)
        state = (state ^ (unsigned char)*video_id) * UINT64_C(0x100000001b3);
    return chance_next(&state);
}

static bool share(const struct storm *storm, const char *video_id, uint64_t salt, int permille)
{
    return (int)(hash_of(storm, video_id, salt) % 1000) < permille;
}

/* By the policy as it was when the planner was last given a target. */
unsigned policy_homes(const struct storm *storm, const char *video_id)
{
    const struct scenario *scenario = &storm->scenario;
    uint64_t edits = (uint64_t)storm->policy.planned * 8;
    unsigned homes;

    if (share(storm, video_id, edits + 2, scenario->unmatched_permille)) return 0;
    homes = 1u << hash_of(storm, video_id, edits + 1) % scenario->category_count;
    if (share(storm, video_id, edits + 3, scenario->twice_permille))
        homes |= 1u << hash_of(storm, video_id, edits + 4) % scenario->category_count;
    return homes;
}

bool policy_drops(const struct storm *storm, const char *video_id)
{
    return share(storm, video_id, 5, storm->scenario.dropped_permille);
}

uint64_t policy_rank(const struct storm *storm, const char *video_id)
{
    return hash_of(storm, video_id, 6);
}

/* ---------------------------------------------------------------- titles */

struct choosing {
    struct storm *storm;
    size_t category;
};

static bool choose_title(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct choosing *choosing = ctx;
    struct storm *storm = choosing->storm;

    while (choosing->category < storm->scenario.category_count &&
           !storm->scenario.categories[choosing->category].adopts)
        choosing->category++;
    if (choosing->category == storm->scenario.category_count) {
        /* The first ones that no category bears. */
        if (storm->scenario.protects && !storm->oracle.protected_id[0]) {
            (void)ys_copy(storm->oracle.protected_id, YS_ID_BYTES, playlist->id);
            storm->oracle.protected_items = playlist->items;
            return storm->scenario.has_inbox;
        }
        if (storm->scenario.has_inbox)
            (void)ys_copy(storm->oracle.inbox_id, YS_ID_BYTES, playlist->id);
        return false;
    }
    (void)ys_copy(storm->titles[choosing->category], YS_TITLE_BYTES, playlist->title);
    choosing->category++;
    return true;
}

void policy_begin(struct storm *storm)
{
    struct choosing choosing = {.storm = storm};
    size_t i;

    for (i = 0; i < storm->scenario.category_count; i++)
        (void)snprintf(storm->titles[i], YS_TITLE_BYTES, "Category %zu", i + 1);
    storm_must(storm, ys_truth_playlists(storm->sim, NULL, choose_title, &choosing, &storm->err));
}

/* ---------------------------------------------------------------- the target */

struct ranked {
    uint64_t rank;
    char id[16];
};

struct placing {
    struct storm *storm;
    struct ys_target *target;
    enum ys_status status;
    struct ranked videos[STORM_VIDEOS_MAX]; /* of all categories, when one is ordered */
    size_t count;
};

static void place(struct placing *placing, const char *video_id)
{
    struct storm *storm = placing->storm;
    unsigned homes = policy_homes(storm, video_id);
    size_t i;

    for (i = 0; i < storm->scenario.category_count && placing->status == YS_OK; i++)
        if (homes & (1u << i))
            placing->status = ys_target_add_video(placing->target, i, video_id, "by hash",
                                                  &storm->err);
}

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static bool any_is_ordered(const struct storm *storm)
{
    size_t i;

    for (i = 0; i < storm->scenario.category_count; i++)
        if (storm->scenario.categories[i].ordered) return true;
    return false;
}

static bool place_video(void *ctx, const struct ys_video_record *video)
{
    struct placing *placing = ctx;
    struct storm *storm = placing->storm;
    bool gone = video->availability != YS_AVAILABILITY_LIVE;

    if (policy_drops(storm, video->id) || (gone && storm->scenario.drop_gone)) {
        placing->status = ys_target_drop_video(placing->target, video->id, "dropped",
                                               &storm->err);
        return placing->status == YS_OK;
    }
    oracle_video(storm, video->id)->targets |= oracle_target_bit(storm);
    if (any_is_ordered(storm) && placing->count < STORM_VIDEOS_MAX) {
        struct ranked *ranked = &placing->videos[placing->count++];
        ranked->rank = policy_rank(storm, video->id);
        (void)ys_copy(ranked->id, sizeof ranked->id, video->id);
    } else {
        place(placing, video->id);
    }
    return placing->status == YS_OK;
}

struct ys_target *policy_target(struct storm *storm)
{
    static struct placing placing; /* large; this is one thread */
    enum ys_status status = ys_target_new(&placing.target, storm->scenario.old, &storm->err);
    size_t i;

    placing = (struct placing){.storm = storm, .target = placing.target};
    storm->policy.planned = storm->policy.edits;
    oracle_new_target(storm);
    for (i = 0; status == YS_OK && i < storm->scenario.category_count; i++) {
        const struct scenario_category *category = &storm->scenario.categories[i];
        struct ys_category_spec spec = {
            .key = storm->titles[i],
            .description = category->described ? "Sorted by rule." : NULL,
            .privacy = category->privacy,
            .ordered = category->ordered,
            .new_privacy = category->new_privacy};
        status = ys_target_add_category(placing.target, &spec, NULL, &storm->err);
    }
    if (status == YS_OK)
        status = ys_target_set_channel(placing.target, YS_SIM_CHANNEL_ID, &storm->err);
    if (status == YS_OK && storm->oracle.protected_id[0])
        status = ys_target_protect(placing.target, storm->oracle.protected_id, &storm->err);
    if (status == YS_OK && storm->oracle.inbox_id[0])
        status = ys_target_add_inbox(placing.target, storm->oracle.inbox_id, &storm->err);
    if (status == YS_OK)
        status = ys_videos_each(storm->session, place_video, &placing, &storm->err);
    if (status == YS_OK) {
        qsort(placing.videos, placing.count, sizeof placing.videos[0], by_rank);
        for (i = 0; i < placing.count; i++) place(&placing, placing.videos[i].id);
        status = placing.status;
    }
    if (status == YS_OK) return placing.target;
    ys_target_free(placing.target);
    return NULL;
}
