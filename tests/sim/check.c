/* check.c: what must hold when the storm is over and the plan is empty: nothing lost, the wanted
 * state reached, the ledger above the server's count, the log complete, the database sound. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/operations.h"
#include "store/quota.h"
#include "storm.h"
#include "sync/session.h"

#define CHECK_OPS_MAX 2048

/* ---------------------------------------------------------------- the library */

struct library {
    struct storm *storm;
    struct ys_truth_playlist lists[STORM_PLAYLISTS_MAX];
    size_t count;
};

static bool keep_list(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct library *library = ctx;

    library->lists[library->count++] = *playlist;
    return library->count < STORM_PLAYLISTS_MAX;
}

static bool dropped(struct storm *storm, const struct storm_video *video)
{
    return policy_drops(storm, video->id) || (storm->scenario.drop_gone && video->ever_gone);
}

static void check_lost(struct storm *storm)
{
    size_t i;

    for (i = 0; i < storm->oracle.video_count; i++) {
        const struct storm_video *video = &storm->oracle.videos[i];
        storm->counts.videos++;
        if (video->taken_by_user || dropped(storm, video)) continue;
        if (ys_truth_copies(storm->sim, NULL, video->id) > 0) continue;
        if (storm->counts.residues > 0) continue; /* an edit slipped through; see the oracle */
        storm_wrong(storm, STORM_LOST, "lost: %s is in no playlist any more", video->id);
    }
}

/* ---------------------------------------------------------------- categories */

struct carried {
    char ids[SCENARIO_CATEGORIES_MAX][YS_ID_BYTES];
    struct storm *storm;
};

static bool note_category(void *ctx, const struct ys_category_record *record)
{
    struct carried *carried = ctx;
    size_t i;

    for (i = 0; i < carried->storm->scenario.category_count; i++)
        if (strcmp(carried->storm->titles[i], record->key) == 0)
            (void)ys_copy(carried->ids[i], YS_ID_BYTES, record->playlist_id);
    return true;
}

/* The video is somewhere, alive, and wanted here: then it must be here. */
static void check_wanted(struct storm *storm, size_t category, const char *playlist_id)
{
    size_t i;

    for (i = 0; i < storm->oracle.video_count; i++) {
        struct storm_video *video = &storm->oracle.videos[i];
        if (!(policy_homes(storm, video->id) & (1u << category))) continue;
        if (video->ever_gone || policy_drops(storm, video->id)) continue;
        if (ys_truth_copies(storm->sim, NULL, video->id) == 0) continue;
        if (ys_truth_copies(storm->sim, playlist_id, video->id) > 0) continue;
        storm_fail(storm, "%s is not in \"%s\"", video->id, storm->titles[category]);
        return;
    }
}

struct leftovers {
    struct storm *storm;
    size_t category;           /* category_count: an old playlist */
    size_t count, excuses;     /* entries, and those that may keep the playlist alive */
    const char *complaint;
    char video_id[16];
};

static bool look_at_row(void *ctx, const struct ys_truth_item *item)
{
    struct leftovers *left = ctx;
    struct storm *storm = left->storm;
    struct storm_video *video = oracle_video(storm, item->video_id);
    unsigned homes = policy_homes(storm, item->video_id);
    bool drops = dropped(storm, video);

    left->count++;
    if (left->category == storm->scenario.category_count) {
        if ((!drops && homes == 0) || video->ever_gone) left->excuses++;
        return true;
    }
    if (video->ever_gone || (homes & (1u << left->category) && !drops)) return true;
    if (homes == 0 && !drops) return true;
    left->complaint = drops ? "was dropped" : "belongs elsewhere";
    (void)ys_copy(left->video_id, sizeof left->video_id, item->video_id);
    return false;
}

/* A category that needed no job since the database was made has no playlist on record. */
static void by_title(struct storm *storm, struct carried *carried)
{
    struct ys_truth_playlist playlist;
    size_t i;

    for (i = 0; i < storm->scenario.category_count; i++)
        if (!carried->ids[i][0] &&
            ys_truth_playlist_titled(storm->sim, storm->titles[i], &playlist, NULL) == YS_OK)
            (void)ys_copy(carried->ids[i], YS_ID_BYTES, playlist.id);
}

/* Under "delete" and "reuse" nothing is left in a category's playlist that has no business
 * there. */
static void check_leftovers(struct storm *storm, size_t category, const char *playlist_id)
{
    struct leftovers left = {.storm = storm, .category = category};

    if (storm->scenario.old == YS_OLD_KEEP) return;
    storm_must(storm, ys_truth_items(storm->sim, playlist_id, look_at_row, &left, &storm->err));
    if (left.complaint)
        storm_fail(storm, "%s %s and is still in \"%s\"", left.video_id, left.complaint,
                   storm->titles[category]);
}

struct ranks {
    struct storm *storm;
    size_t category;
    uint64_t rows[STORM_ITEMS_MAX];
    size_t count, videos;      /* rows, and how many different ones */
};

static bool note_rank(void *ctx, const struct ys_truth_item *item)
{
    struct ranks *ranks = ctx;
    struct storm *storm = ranks->storm;
    struct storm_video *video = oracle_video(storm, item->video_id);
    uint64_t rank = policy_rank(storm, item->video_id);
    size_t i;

    /* A video that was gone for a while may have been so in every plan. */
    if (video->ever_gone || policy_drops(storm, video->id) ||
        !(policy_homes(storm, item->video_id) & (1u << ranks->category)))
        return true;
    for (i = 0; i < ranks->count; i++)
        if (ranks->rows[i] == rank) break;
    ranks->videos += i == ranks->count;
    ranks->rows[ranks->count++] = rank;
    return ranks->count < STORM_ITEMS_MAX;
}

/* Of an ordered category each video stands in order, whatever second copies stand besides. */
static void check_order(struct storm *storm, size_t category, const char *playlist_id)
{
    static struct ranks ranks; /* large; this is one thread */
    static size_t longest[STORM_ITEMS_MAX];
    size_t i, j, best = 0;

    if (!storm->scenario.categories[category].ordered) return;
    memset(&ranks, 0, sizeof ranks);
    ranks.storm = storm;
    ranks.category = category;
    storm_must(storm, ys_truth_items(storm->sim, playlist_id, note_rank, &ranks, &storm->err));
    for (i = 0; i < ranks.count; i++) {
        longest[i] = 1;
        for (j = 0; j < i; j++)
            if (ranks.rows[j] < ranks.rows[i] && longest[j] >= longest[i])
                longest[i] = longest[j] + 1;
        if (longest[i] > best) best = longest[i];
    }
    if (best < ranks.videos)
        storm_fail(storm, "\"%s\": %zu of %zu videos stand in order", storm->titles[category], best,
                   ranks.videos);
}

static void check_category(struct storm *storm, size_t category, const struct carried *carried)
{
    const struct scenario_category *wanted = &storm->scenario.categories[category];
    struct ys_truth_playlist playlist;
    bool made;

    if (!carried->ids[category][0]) {
        storm_fail(storm, "\"%s\" has no playlist", storm->titles[category]);
        return;
    }
    if (ys_truth_playlist(storm->sim, carried->ids[category], &playlist, NULL) != YS_OK) {
        storm_fail(storm, "the playlist of \"%s\" is gone", storm->titles[category]);
        return;
    }
    check_wanted(storm, category, playlist.id);
    check_leftovers(storm, category, playlist.id);
    /* What the user made stays as it is under "keep". */
    if (storm->scenario.old == YS_OLD_KEEP && !playlist.made_by_api) return;
    /* Under "keep" only what ytsync knows that it made is put in order. */
    if (storm->scenario.old != YS_OLD_KEEP || !storm->copied_back)
        check_order(storm, category, playlist.id);
    made = playlist.made_by_api && !storm->oracle.library_touched;
    if (strcmp(playlist.title, storm->titles[category]) != 0)
        storm_fail(storm, "\"%s\" is called \"%s\"", storm->titles[category], playlist.title);
    /* The database that knew that ytsync had made it may be gone. */
    if (storm->copied_back) return;
    if (wanted->privacy != YS_PRIVACY_UNSET && playlist.privacy != wanted->privacy)
        storm_fail(storm, "\"%s\" is %s, not %s", playlist.title,
                   ys_privacy_name(playlist.privacy), ys_privacy_name(wanted->privacy));
    if (made && wanted->privacy == YS_PRIVACY_UNSET && playlist.privacy != wanted->new_privacy)
        storm_fail(storm, "new \"%s\" is %s, not %s", playlist.title,
                   ys_privacy_name(playlist.privacy), ys_privacy_name(wanted->new_privacy));
}

static void check_old(struct storm *storm, const struct carried *carried)
{
    static struct library library; /* large; this is one thread */
    size_t i, j;

    library.count = 0;
    storm_must(storm, ys_truth_playlists(storm->sim, YS_SIM_CHANNEL_ID, keep_list, &library,
                                         &storm->err));
    for (i = 0; i < library.count; i++) {
        const struct ys_truth_playlist *playlist = &library.lists[i];
        struct leftovers left = {.storm = storm, .category = storm->scenario.category_count};
        for (j = 0; j < storm->scenario.category_count; j++)
            if (strcmp(carried->ids[j], playlist->id) == 0) break;
        if (j < storm->scenario.category_count) continue;
        if (strcmp(playlist->id, storm->oracle.protected_id) == 0) continue;
        if (strcmp(playlist->id, storm->oracle.inbox_id) == 0) continue;
        storm_must(storm,
                   ys_truth_items(storm->sim, playlist->id, look_at_row, &left, &storm->err));
        if (left.excuses == 0)
            storm_fail(storm, "old \"%s\" is still there, with %zu entries that all have a place",
                       playlist->title, left.count);
    }
}

/* Nothing is left in the inbox that has a place elsewhere. */
static void check_inbox(struct storm *storm)
{
    struct leftovers left = {.storm = storm, .category = storm->scenario.category_count};
    struct ys_truth_playlist inbox;

    if (!storm->oracle.inbox_id[0] ||
        ys_truth_playlist(storm->sim, storm->oracle.inbox_id, &inbox, NULL) != YS_OK)
        return; /* the user may have deleted it */
    storm_must(storm, ys_truth_items(storm->sim, inbox.id, look_at_row, &left, &storm->err));
    if (left.count > left.excuses)
        storm_fail(storm, "%zu videos of the inbox have a place and are still there",
                   left.count - left.excuses);
}

static void check_wanted_state(struct storm *storm)
{
    struct carried carried = {.storm = storm};
    size_t i;

    storm_must(storm, ys_categories_each(storm->session, note_category, &carried, &storm->err));
    by_title(storm, &carried);
    for (i = 0; i < storm->scenario.category_count; i++) check_category(storm, i, &carried);
    if (storm->scenario.old == YS_OLD_DELETE) check_old(storm, &carried);
    check_inbox(storm);
    if (storm->oracle.protected_id[0]) {
        struct ys_truth_playlist kept;
        if (ys_truth_playlist(storm->sim, storm->oracle.protected_id, &kept, NULL) != YS_OK ||
            kept.items != storm->oracle.protected_items)
            storm_fail(storm, "the protected playlist was touched");
    }
}

/* ---------------------------------------------------------------- quota */

static int64_t booked_on(struct storm *storm, int64_t day)
{
    struct ys_quota_limits limits = {.daily_units = storm->scenario.daily_units};
    struct ys_quota_day booked;

    storm_must(storm, ys_quota_day_get(storm->session->store, "default", day, &limits, &booked,
                                       &storm->err));
    return booked.used + booked.reserved;
}

/* A first read by a clock that is wrong is booked on a guessed day, and corrected by its reply;
 * when that never comes it stays there. Nothing else is sent by such a clock.
 * A server that resets late books what comes in between on the day before: then only the sums up
 * to a day can be compared, ours up to the day after. */
static void check_quota(struct storm *storm)
{
    int64_t allowed = storm->scenario.daily_units - storm->scenario.keep_units, i;
    int64_t charged_sum = 0, booked_sum = 0, next_day = INT64_MIN;
    bool late = storm->scenario.reset_late_ms > 0;
    struct ys_sim_quota charged;

    for (i = 0; ys_sim_quota_nth(storm->sim, i, &charged, NULL) == YS_OK; i++) {
        int64_t booked = booked_on(storm, charged.day);
        storm->counts.days++;
        charged_sum += charged.used_units;
        if (next_day == INT64_MIN) next_day = charged.day;
        for (; next_day <= charged.day + 1; next_day++) booked_sum += booked_on(storm, next_day);
        if (charged.day < storm->ledger_from_day || (late && storm->copied_back)) continue;
        if (late ? charged_sum > booked_sum + storm->guesses
                 : charged.used_units > booked + storm->guesses)
            storm_wrong(storm, STORM_OVERDRAWN,
                        "day %lld: booked %lld units, the server charged %lld",
                        (long long)charged.day, (long long)(late ? booked_sum : booked),
                        (long long)(late ? charged_sum : charged.used_units));
        /* A wrong clock takes some reads at midnight for the next day's, until a reply corrects
         * it; the headroom is there for such. */
        if (!late && storm->scenario.jump_permille == 0 && charged.used_units > allowed)
            storm_wrong(storm, STORM_OVERDRAWN, "day %lld: %lld units charged, %lld allowed",
                        (long long)charged.day, (long long)charged.used_units,
                        (long long)allowed);
    }
}

/* ---------------------------------------------------------------- the log */

struct logs {
    struct storm *storm;
    int64_t job_id;
    struct {
        int64_t id;
        enum ys_op_kind kind;
        bool done, logged;
    } ops[CHECK_OPS_MAX];
    size_t count;
};

static bool keep_op(void *ctx, const struct ys_operation_record *op)
{
    struct logs *logs = ctx;

    if (op->job_id == 1) logs->storm->kinds[op->kind]++;
    if (op->status == YS_OP_STATUS_IN_FLIGHT || op->status == YS_OP_STATUS_UNKNOWN ||
        op->status == YS_OP_STATUS_PENDING)
        return true; /* of a cancelled job */
    logs->ops[logs->count].id = op->id;
    logs->ops[logs->count].kind = op->kind;
    logs->ops[logs->count].logged = false;
    logs->ops[logs->count++].done = op->status == YS_OP_STATUS_DONE;
    return logs->count < CHECK_OPS_MAX;
}

static bool note_log(void *ctx, const struct ys_log_record *entry)
{
    struct logs *logs = ctx;
    size_t i;

    for (i = 0; i < logs->count; i++)
        if (logs->ops[i].id == entry->operation_id &&
            strcmp(entry->action, ys_op_kind_name(logs->ops[i].kind)) == 0)
            logs->ops[i].logged = true;
    return true;
}

static void check_log(struct storm *storm)
{
    static struct logs logs; /* large; this is one thread */
    struct ys_job_record job;
    size_t i;

    logs.storm = storm;
    for (logs.job_id = 1;; logs.job_id++) {
        if (ys_job_get(storm->session, logs.job_id, &job, NULL) != YS_OK) break;
        if (job.stage == YS_STAGE_COMPLETED && (job.unknown > 0 || job.done != job.total))
            storm_fail(storm, "job %lld is complete with %lld of %lld operations done, %lld "
                              "unknown",
                       (long long)job.id, (long long)job.done, (long long)job.total,
                       (long long)job.unknown);
        logs.count = 0;
        storm_must(storm, ys_operations_each(storm->session, job.id, keep_op, &logs,
                                             &storm->err));
        struct ys_log_filter filter = {.job_id = job.id, .limit = 100000};
        storm_must(storm, ys_log_each(storm->session, &filter, note_log, &logs, &storm->err));
        storm->counts.operations += (int64_t)logs.count;
        for (i = 0; i < logs.count; i++)
            if (logs.ops[i].done && !logs.ops[i].logged)
                storm_fail(storm, "operation %lld of job %lld is done but not in the log",
                           (long long)logs.ops[i].id, (long long)job.id);
    }
    storm->counts.jobs = logs.job_id - 1;
}

static bool not_ours(void *ctx, const struct ys_log_record *entry)
{
    struct storm *storm = ctx;

    storm_fail(storm, "the log has %s of %s (video %s) as somebody else's, but nobody was there: "
                      "%.200s, %.200s",
               entry->action, entry->playlist_id, entry->video_id, entry->before, entry->after);
    return false;
}

/* What ytsync did itself is never taken for somebody else's doing, whatever it crashed in. One that
 * was put back from an old copy cannot know. */
static void check_elsewhere(struct storm *storm)
{
    struct ys_log_filter filter = {.actor = YS_ACTOR_ELSEWHERE, .limit = 1};

    if (storm->oracle.library_touched || storm->copied_back) return;
    storm_must(storm, ys_log_each(storm->session, &filter, not_ours, storm, &storm->err));
}

static bool count_one(void *ctx, const struct ys_truth_playlist *playlist)
{
    (void)playlist;
    ++*(int64_t *)ctx;
    return true;
}

/* P11: whoever signed in meanwhile. */
static void check_other_channel(struct storm *storm)
{
    int64_t count = 0;

    storm_must(storm, ys_truth_playlists(storm->sim, STORM_OTHER_CHANNEL, count_one, &count,
                                         &storm->err));
    if (count > 0)
        storm_fail(storm, "%lld playlists were made in another channel", (long long)count);
}

void check_end(struct storm *storm)
{
    check_other_channel(storm);
    check_lost(storm);
    check_wanted_state(storm);
    check_quota(storm);
    check_log(storm);
    check_elsewhere(storm);
    storm_must(storm, ys_db_check(storm->session->store->db, false, &storm->err));
}
