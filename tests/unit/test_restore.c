/* test_restore.c: a backup as a plan: the library is what it was, or it is said what cannot come
 * back; and what an undo costs is what the preview said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "support/shelf.h"

#define DUMP_BYTES ((size_t)8 << 20)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct world world;
static char jazz_id[YS_ID_BYTES], rock_id[YS_ID_BYTES], other_id[YS_ID_BYTES];

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

#define PLAYLISTS_MAX 200

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int64_t gone_lines; /* entries of private or deleted videos in the last dump */

static bool is_gone(const char *line, const char *end)
{
    static const char *const words[] = {"(deleted)", "(private)"};
    size_t i;

    for (i = 0; i < 2; i++)
        if ((size_t)(end - line) > strlen(words[i]) &&
            memcmp(end - strlen(words[i]), words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* Adds one playlist's block: without its words, since one that is made again bears a mark there,
 * and without what nobody can bring back. */
static void add_block(struct ys_buf *out, const char *block)
{
    const char *items = strstr(block, " items"), *line = strstr(block, "\n    "), *end;

    assert_non_null(items);
    while (*items != ',') items--;
    ys_buf_add(out, block, (size_t)(items - block));
    for (; line && *line == '\n' && line[1]; line = end) {
        end = line + 1 + strcspn(line + 1, "\n");
        if (is_gone(line, end)) gone_lines++;
        else ys_buf_add(out, line, (size_t)(end - line));
    }
    ys_buf_text_add(out, "\n");
}

/* The truth as text: title, privacy, videos in order, playlist by playlist; no ids, no dates. */
static char *dump(void)
{
    char *blocks[PLAYLISTS_MAX], *text, *at;
    struct ys_buf out;
    size_t count = 0, i;

    ys_buf_init(&out, DUMP_BYTES);
    world_ok(&world, ys_truth_dump(world.sim, false, &out, &world.err));
    text = strdup(ys_buf_text(&out));
    for (at = text; *at; at = strstr(at, "\nUC") ? strstr(at, "\nUC") + 1 : at + strlen(at)) {
        assert_true(count < PLAYLISTS_MAX);
        blocks[count++] = at;
        if (at > text) at[-1] = '\0';
    }
    qsort(blocks, count, sizeof blocks[0], by_text);
    ys_buf_clear(&out);
    gone_lines = 0;
    for (i = 0; i < count; i++) add_block(&out, blocks[i]);
    free(text);
    text = strdup(ys_buf_text(&out));
    ys_buf_free(&out);
    return text;
}

static void fetch(void)
{
    struct ys_fetch_result fetched;

    world_ok(&world, ys_fetch(world.session, true, NULL, NULL, &fetched, &world.err));
}

static void back_up(void)
{
    struct ys_backup_record backup;

    fetch();
    world_ok(&world, ys_backups_create(world.session, "by hand", &backup, &world.err));
}

static struct ys_plan *plan_restore(const char *which)
{
    struct ys_plan *plan;

    fetch();
    world_ok(&world, ys_restore_plan(world.session, which, NULL, 0, &plan, &world.err));
    return plan;
}

static void start(struct ys_plan *plan)
{
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
}

static void finish(void)
{
    enum ys_status status = world_finish(&world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), world.err.message);
}

static void restore(const char *which)
{
    start(plan_restore(which));
    finish();
}

struct ids {
    char ids[64][YS_ID_BYTES];
    size_t count;
};

static bool add_id(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct ids *ids = ctx;

    assert_true(ids->count < 64);
    memcpy(ids->ids[ids->count++], playlist->id, YS_ID_BYTES);
    return true;
}

static void delete_everything(void)
{
    static struct ids ids;
    size_t i;

    ids.count = 0;
    world_ok(&world, ys_truth_playlists(world.sim, NULL, add_id, &ids, &world.err));
    for (i = 0; i < ids.count; i++)
        world_ok(&world, ys_sim_playlist_remove(world.sim, ids.ids[i], &world.err));
    ys_sim_clock_advance(&world.clock, DAY_MS);
    assert_int_equal(ys_truth_playlist_count(world.sim, NULL), 0);
}

/* ---------------------------------------------------------------- everything is gone */

static void small_library(uint64_t seed)
{
    shelf_open(&world, seed, 40);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PUBLIC, 1, 6, jazz_id);
    shelf_put(&world, jazz_id, 2); /* a second copy */
    shelf_put(&world, jazz_id, 1);
    shelf_playlist(&world, "Rock", YS_PRIVACY_UNLISTED, 5, 9, rock_id);
    shelf_playlist(&world, "Rock", YS_PRIVACY_PRIVATE, 20, 22, other_id); /* of the same title */
    world_ok(&world, ys_sim_playlist_edit(world.sim, rock_id, NULL, "Loud, \"very\"",
                                          YS_PRIVACY_UNSET, &world.err));
}

/* The user's again: nothing says that ytsync made them. */
static bool not_made(void *ctx, const struct ys_playlist_record *playlist)
{
    (void)ctx;
    assert_int_equal(playlist->made_by_job, 0);
    return true;
}

static bool no_category(void *ctx, const struct ys_category_record *category)
{
    (void)ctx;
    fail_msg("the category %s is left", category->key);
    return false;
}

static void test_everything_comes_back(void **state)
{
    struct ys_plan *plan;
    char *before, *after;

    (void)state;
    small_library(51);
    back_up();
    before = dump();
    delete_everything();
    restore("last");
    after = dump();
    assert_string_equal(after, before);
    /* A second restore finds them by their titles, both of "Rock" too, and is empty. */
    plan = plan_restore("1");
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
    world_ok(&world, ys_playlists_each(world.session, false, not_made, NULL, &world.err));
    world_ok(&world, ys_categories_each(world.session, no_category, NULL, &world.err));
    free(before);
    free(after);
}

/* Through many quota days, killed at random on the way. */
static void test_days_and_kills(void **state)
{
    int64_t kills = 0, steps = 0, day = 0;
    struct ys_preview preview;
    struct ys_plan_loss loss;
    struct ys_plan *plan;
    char *before, *after;
    unsigned chance = 12345;
    enum ys_status status = YS_OK;
    bool more = true;

    (void)state;
    world_init(&world, 52);
    world_open(&world);
    world_library(&world, 12, 90);
    world_session(&world);
    world_set(&world, "quota.daily", 1500);
    back_up();
    before = dump();
    assert_true(gone_lines > 0);
    delete_everything();
    plan = plan_restore("last");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.unavailable, gone_lines); /* each is named */
    assert_true(ys_plan_loss(plan, (size_t)gone_lines - 1, &loss));
    start(plan);
    for (steps = 0; more || status != YS_OK; steps++) {
        assert_true(steps < 100000);
        chance = chance * 1103515245u + 12345u;
        if ((chance >> 16) % 40 == 0 && kills < 25) {
            kills++;
            world_crash(&world);
            world_session(&world);
            world_ok(&world, ys_job_open(world.session, 0, &world.job, &world.err));
        }
        status = ys_job_step(world.job, 1000, &more, &world.err);
        if (status == YS_EQUOTA || status == YS_ECREATES || status == YS_ENETWORK) {
            int64_t wait = ys_job_wait_ms(world.job);
            day += wait > DAY_MS / 24;
            ys_sim_clock_advance(&world.clock, wait > 0 ? wait : 1000);
            more = true;
            status = YS_OK;
        } else if (status != YS_OK) {
            fail_msg("%s: %s", ys_status_name(status), world.err.message);
        }
    }
    assert_true(kills >= 10);
    assert_true(day >= 3);
    after = dump();
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* What is private or deleted by then is named, by its last known title; the rest comes back. */
static void test_losses_are_named(void **state)
{
    struct ys_plan_loss loss;
    struct ys_preview preview;
    struct ys_plan *plan;

    (void)state;
    small_library(53);
    fetch(); /* its title is known from before */
    world_ok(&world, ys_sim_video_set(world.sim, "video-00005", YS_AVAILABILITY_DELETED,
                                      &world.err));
    back_up();
    delete_everything();
    plan = plan_restore("last");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.unavailable, 2);
    assert_true(ys_plan_loss(plan, 0, &loss));
    assert_string_equal(loss.video_id, "video-00005");
    assert_true(loss.title[0] != '\0');
    assert_string_equal(loss.playlist_title, "Jazz");
    assert_true(ys_plan_loss(plan, 1, &loss));
    assert_string_equal(loss.playlist_title, "Rock");
    assert_false(ys_plan_loss(plan, 2, &loss));
    assert_non_null(strstr(ys_plan_warning(plan, 0), "3 playlists are made anew: their addresses"));
    assert_non_null(strstr(ys_plan_warning(plan, 1), "2 entries do not come back"));
    start(plan);
    finish();
    assert_int_equal(shelf_copies(&world, "Jazz", 1), 2);
    assert_int_equal(shelf_copies(&world, "Jazz", 5), 0);
    assert_int_equal(shelf_job(&world).failed, 0);
}

/* ---------------------------------------------------------------- a part, and what came later */

static void test_what_came_later_stays(void **state)
{
    struct ys_truth_playlist rock;
    struct ys_preview preview;
    struct ys_plan *plan;
    char mine[YS_ID_BYTES], item[YS_ID_BYTES];

    (void)state;
    small_library(54);
    back_up();
    shelf_playlist(&world, "Mine", YS_PRIVACY_PRIVATE, 1, 3, mine); /* later, the user's own */
    shelf_put(&world, jazz_id, 30); /* in no playlist of then */
    shelf_put(&world, jazz_id, 7);  /* then in Rock */
    world_ok(&world, ys_truth_item_of(world.sim, rock_id, "video-00006", item, &world.err));
    world_ok(&world, ys_sim_item_remove(world.sim, item, &world.err));
    world_ok(&world, ys_sim_playlist_edit(world.sim, rock_id, "Pop", "", YS_PRIVACY_PUBLIC,
                                          &world.err));
    plan = plan_restore("1");
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.create_playlists.count, 1); /* Rock's title, words, privacy */
    assert_int_equal(preview.add_videos.count, 1);
    assert_int_equal(preview.delete_playlists.count, 1); /* 7 leaves Jazz; Mine is no concern */
    assert_non_null(strstr(ys_plan_warning(plan, 0), "1 entries stay that came later"));
    start(plan);
    finish();
    world_ok(&world, ys_truth_playlist(world.sim, rock_id, &rock, &world.err));
    assert_string_equal(rock.title, "Rock");
    assert_int_equal(rock.privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(ys_truth_copies(world.sim, rock_id, "video-00006"), 1);
    assert_int_equal(ys_truth_copies(world.sim, jazz_id, "video-00030"), 1);
    assert_int_equal(ys_truth_copies(world.sim, jazz_id, "video-00007"), 0);
    assert_true(shelf_has(&world, mine));
    plan = plan_restore("1");
    assert_int_equal(ys_plan_count(plan), 0);
    ys_plan_free(plan);
}

static void test_one_playlist(void **state)
{
    static const char *const jazz[] = {"Jazz"}, *const nothing[] = {"Soul"};
    struct ys_plan *plan;

    (void)state;
    small_library(55);
    back_up();
    delete_everything();
    fetch();
    shelf_is(&world, ys_restore_plan(world.session, "1", nothing, 1, &plan, &world.err),
             YS_ENOTFOUND, "The backup has no playlist \"Soul\".");
    world_ok(&world, ys_restore_plan(world.session, "1", jazz, 1, &plan, &world.err));
    start(plan);
    finish();
    assert_int_equal(ys_truth_playlist_count(world.sim, NULL), 1);
    assert_int_equal(shelf_copies(&world, "Jazz", 2), 2);
    shelf_is(&world, ys_undo_plan(world.session, 9, &plan, &world.err), YS_ENOTFOUND, "no job 9");
}

/* ---------------------------------------------------------------- what an undo costs */

static unsigned random_state;

static unsigned next_random(unsigned below)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % below;
}

/* A library and a policy by chance: some playlists, overlapping; some categories under names that
 * are there, or not; any `old`. */
static struct ys_target *random_policy(void)
{
    static const char *const titles[] = {"A", "B", "C", "D", "E"};
    char id[16], playlist[YS_ID_BYTES];
    struct ys_target *target;
    unsigned i, playlists = 1 + next_random(3), categories = 1 + next_random(3);
    size_t index;
    int video;

    for (i = 0; i < playlists; i++) {
        int from = 1 + (int)next_random(9);
        shelf_playlist(&world, titles[i], next_random(2) ? YS_PRIVACY_PRIVATE : YS_PRIVACY_PUBLIC,
                       from, from + (int)next_random(5), playlist);
        if (next_random(3) == 0) shelf_put(&world, playlist, from);
    }
    if (next_random(3) == 0)
        world_ok(&world, ys_sim_video_set(world.sim, shelf_video(3, id), YS_AVAILABILITY_PRIVATE,
                                          &world.err));
    target = shelf_policy(&world, (enum ys_old)next_random(3));
    for (i = 0; i < categories; i++) {
        struct ys_category_spec spec = {.key = titles[next_random(2) + 2 * i % 4],
                                        .new_privacy = (enum ys_privacy)next_random(4)};
        if (ys_target_add_category(target, &spec, &index, &world.err) != YS_OK) continue;
        for (video = 1; video <= 14; video++)
            if (next_random(2))
                world_ok(&world, ys_target_add_video(target, index, shelf_video(video, id),
                                                     "by chance", &world.err));
    }
    if (next_random(2)) shelf_drop(&world, target, 12, 13);
    return target;
}

static int64_t write_units(void)
{
    static const enum ys_sim_method writes[] = {
        YS_SIM_M_PLAYLISTS_INSERT, YS_SIM_M_PLAYLISTS_UPDATE, YS_SIM_M_PLAYLISTS_DELETE,
        YS_SIM_M_ITEMS_INSERT,     YS_SIM_M_ITEMS_UPDATE,     YS_SIM_M_ITEMS_DELETE};
    int64_t units = 0;
    size_t i;

    for (i = 0; i < sizeof writes / sizeof writes[0]; i++)
        units += 50 * ys_sim_request_count(world.sim, writes[i]);
    return units;
}

/* One job and its undo. False when the policy made no job. */
static bool undo_costs_what_was_said(unsigned seed)
{
    struct ys_preview preview, undo;
    struct ys_target *target;
    struct ys_plan *plan;
    char *before, *after;
    int64_t job, paid;
    bool kept;

    random_state = seed * 2654435761u + 1;
    shelf_open(&world, seed, 20);
    target = random_policy();
    before = dump();
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_target_free(target);
    ys_plan_preview(plan, &preview);
    if (ys_plan_count(plan) == 0) {
        ys_plan_free(plan);
        free(before);
        return false;
    }
    start(plan);
    job = ys_job_id(world.job);
    finish();
    kept = shelf_count(&world, YS_OP_STATUS_SKIPPED) + shelf_count(&world, YS_OP_STATUS_FAILED) > 0;
    ys_sim_clock_advance(&world.clock, DAY_MS);
    world_session(&world);
    fetch();
    world_ok(&world, ys_undo_plan(world.session, job, &plan, &world.err));
    ys_plan_preview(plan, &undo);
    paid = write_units();
    if (!kept && undo.write_units != preview.undo.units)
        fail_msg("seed %u: the preview said %lld units, the undo plans %lld", seed,
                 (long long)preview.undo.units, (long long)undo.write_units);
    if (ys_plan_count(plan) > 0) {
        start(plan);
        finish();
    } else {
        ys_plan_free(plan);
    }
    paid = write_units() - paid;
    if (paid != undo.write_units)
        fail_msg("seed %u: the undo plans %lld units and costs %lld", seed,
                 (long long)undo.write_units, (long long)paid);
    after = dump();
    free(before);
    free(after);
    return true;
}

static void test_an_undo_costs_what_was_said(void **state)
{
    const char *wanted = getenv("YTSYNC_SEED");
    unsigned seed = wanted ? (unsigned)strtoul(wanted, NULL, 10) : 1;
    int jobs = 0;

    (void)state;
    for (; jobs < (wanted ? 1 : 200); seed++) {
        assert_true(seed < 2000 || wanted);
        if (undo_costs_what_was_said(seed)) jobs++;
        world_close(&world);
    }
    world_init(&world, 1); /* for tear_down */
    world_open(&world);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_everything_comes_back), TEST(test_days_and_kills), TEST(test_losses_are_named),
        TEST(test_what_came_later_stays), TEST(test_one_playlist),
        TEST(test_an_undo_costs_what_was_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
