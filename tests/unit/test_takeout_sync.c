/* test_takeout_sync.c: a library that was imported before anything was fetched: it can be planned
 * for, nothing can be done to it, and the first fetch takes over what YouTube lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"
#include "support/shelf.h"

#define LATER "PLwatchlaterwatch"
#define GONE "PLgonegonegonegone"
#define LOST_VIDEO "lost-video1"

static struct world world;
static char jazz[YS_ID_BYTES];
static struct ys_takeout_result result;
static char said[2048];

static void note(void *ctx, const struct ys_takeout_note *told)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)snprintf(said + used, sizeof said - used, "%s\n", told->text);
}

static void add_rows(char *text, size_t room, int from, int to)
{
    char id[16];

    (void)snprintf(text, room, "Video ID,Playlist Video Creation Timestamp\n");
    for (; from <= to; from++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, room - used, "%s,2020-0%d-01T00:00:00+00:00\n",
                       shelf_video(from, id), 1 + from % 9);
    }
}

static void import(void)
{
    static char paths[4][SCRATCH_PATH_BYTES];
    const char *const names[] = {paths[0], paths[1], paths[2], paths[3]};
    char text[2048];
    size_t used;

    said[0] = '\0';
    (void)snprintf(text, sizeof text,
                   "Playlist ID,Top,Created,Updated,Playlist Video Order,Playlist Visibility,"
                   "Playlist Title (Original),Playlist Title\n"
                   "%s,,,,dateAdded,Private,Jazz,\n" LATER ",,,,manual,Private,Watch later,\n" GONE
                   ",,,,manual,Private,Old,\n",
                   jazz);
    (void)scratch_write(paths[0], "playlists.csv", text, strlen(text));
    add_rows(text, sizeof text, 1, 5);
    (void)scratch_write(paths[1], "Jazz-videos.csv", text, strlen(text));
    add_rows(text, sizeof text, 4, 8);
    used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, LOST_VIDEO ",2021-01-01T00:00:00+00:00\n");
    (void)scratch_write(paths[2], "Watch later-videos.csv", text, strlen(text));
    add_rows(text, sizeof text, 9, 9);
    (void)scratch_write(paths[3], "Old-videos.csv", text, strlen(text));
    world_ok(&world, ys_takeout_import(world.session, names, 4, note, NULL, &result, &world.err));
}

static int set_up(void **state)
{
    (void)state;
    shelf_open(&world, 5, 12);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PRIVATE, 1, 5, jazz);
    import();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* ---------------------------------------------------------------- what is stored */

struct seen {
    char text[1024];
    int64_t videos, gone, first_saved_ms;
};

static bool each_playlist(void *ctx, const struct ys_playlist_record *playlist)
{
    struct seen *seen = ctx;
    size_t used = strlen(seen->text);

    (void)snprintf(seen->text + used, sizeof seen->text - used, "%s:%s:%lld ", playlist->title,
                   ys_source_name(playlist->source), (long long)playlist->item_count);
    return true;
}

static bool each_video(void *ctx, const struct ys_video_record *video)
{
    struct seen *seen = ctx;

    if (seen->videos++ == 0) seen->first_saved_ms = video->saved_at_ms;
    seen->gone += video->availability != YS_AVAILABILITY_LIVE;
    return true;
}

static struct seen look(void)
{
    struct seen seen = {.text = ""};

    world_ok(&world, ys_playlists_each(world.session, false, each_playlist, &seen, &world.err));
    world_ok(&world, ys_videos_each(world.session, each_video, &seen, &world.err));
    return seen;
}

static struct ys_target *policy(void)
{
    static const struct ys_category_spec spec = {.key = "Jazz"};
    struct ys_target *target = NULL;

    world_ok(&world, ys_target_new(&target, YS_OLD_DELETE, &world.err));
    shelf_category(&world, target, &spec, 1, 9);
    world_ok(&world, ys_target_add_video(target, 0, LOST_VIDEO, "", &world.err));
    return target;
}

static void test_before_the_first_fetch(void **state)
{
    struct ys_channel_record channel;
    struct seen seen = look();

    (void)state;
    assert_int_equal(result.rows, 12);
    assert_int_equal(result.read, 12);
    assert_int_equal(result.bad, 0);
    assert_int_equal(result.lists, 3);
    assert_int_equal(result.watch_later, 6);
    assert_int_equal(result.self_sorted, 1);
    assert_int_equal(result.videos, 10);
    assert_int_equal(result.untitled, 10);
    assert_string_equal(said, "");
    assert_string_equal(seen.text, "Jazz:takeout:5 Old:takeout:1 Watch later:watch_later:6 ");
    assert_int_equal(seen.videos, 10);
    assert_true(seen.first_saved_ms == INT64_C(1577836800000)); /* when it was saved */
    world_ok(&world, ys_channel_get(world.session, &channel, &world.err));
    assert_string_equal(channel.id, "");
    assert_int_equal(channel.fetched_at_ms, 0);
    assert_int_equal(ys_sim_quota_total(world.sim), 0);
}

static void test_it_can_be_planned_but_not_done(void **state)
{
    struct ys_target *target = policy();
    struct ys_plan *plan = NULL;
    struct ys_preview preview;
    struct ys_job *job = NULL;
    char item[YS_ID_BYTES], eight[16];

    (void)state;
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.adopted, 1);
    assert_int_equal(preview.add_videos.count, 5);       /* 6, 7, 8, 9 and the lost one */
    assert_int_equal(preview.delete_playlists.count, 1); /* "Old"; never Watch Later */
    shelf_is(&world, ys_job_start(world.session, plan, &job, &world.err), YS_ESTATE,
             "made from a Takeout export");
    assert_null(job);
    ys_plan_free(plan);
    ys_target_free(target);
    shelf_is(&world,
             ys_playlist_add_video(world.session, jazz, shelf_video(8, eight), item, &world.err),
             YS_ENOTFOUND, "not one of this channel's playlists as last fetched");
    shelf_is(&world, ys_playlist_delete(world.session, LATER, &world.err), YS_ENOTFOUND,
             "not one of this channel's playlists");
    assert_int_equal(ys_sim_quota_total(world.sim), 0);
}

/* ---------------------------------------------------------------- the first fetch */

static void fetch(struct ys_fetch_result *fetched)
{
    world_ok(&world, ys_fetch(world.session, false, NULL, NULL, fetched, &world.err));
}

static void test_a_fetch_takes_over_what_youtube_lists(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_channel_record channel;
    struct seen seen;

    (void)state;
    fetch(&fetched);
    assert_int_equal(fetched.playlists, 1);
    assert_int_equal(fetched.items, 5);
    assert_int_equal(fetched.imported, 1);
    /* Channel, list, one page of entries, one of videos: what was imported is asked for by no
     * request of its own. */
    assert_int_equal(fetched.units, 4);
    seen = look();
    assert_string_equal(seen.text, "Jazz:youtube:5 Old:takeout:1 Watch later:watch_later:6 ");
    assert_int_equal(seen.videos, 10);
    assert_int_equal(seen.gone, 1); /* YouTube knows no lost-video1 */
    world_ok(&world, ys_channel_get(world.session, &channel, &world.err));
    assert_string_equal(channel.id, YS_SIM_CHANNEL_ID);
    fetch(&fetched);
    assert_string_equal(look().text, "Jazz:youtube:5 Old:takeout:1 Watch later:watch_later:6 ");
    world_ok(&world, ys_takeout_forget(world.session, GONE, &world.err));
    assert_string_equal(look().text, "Jazz:youtube:5 Watch later:watch_later:6 ");
    shelf_is(&world, ys_takeout_forget(world.session, jazz, &world.err), YS_ENOTFOUND,
             "or YouTube has listed it since");
}

/* P11: whatever the policy says, no operation is about a playlist that YouTube did not list. */
static void test_nothing_is_done_to_what_was_imported(void **state)
{
    struct ys_fetch_result fetched;
    struct ys_target *target = policy();
    struct ys_plan *plan = NULL;
    struct ys_preview preview;
    struct ys_plan_item item;
    size_t i;

    (void)state;
    fetch(&fetched);
    world_ok(&world, ys_plan_make(world.session, target, &plan, &world.err));
    ys_plan_preview(plan, &preview);
    assert_int_equal(preview.add_videos.count, 4);
    assert_int_equal(preview.unavailable, 1);
    assert_int_equal(preview.delete_playlists.count, 0);
    for (i = 0; ys_plan_item(plan, i, &item); i++) assert_string_equal(item.playlist_id, jazz);
    world_ok(&world, ys_job_start(world.session, plan, &world.job, &world.err));
    ys_plan_free(plan);
    ys_target_free(target);
    world_ok(&world, world_finish(&world));
    for (i = 1; i <= 9; i++) assert_int_equal(shelf_copies(&world, "Jazz", (int)i), 1);
    fetch(&fetched);
    assert_string_equal(look().text, "Jazz:youtube:9 Old:takeout:1 Watch later:watch_later:6 ");
}

/* ---------------------------------------------------------------- importing again */

static void test_a_second_import(void **state)
{
    struct ys_fetch_result fetched;

    (void)state;
    import(); /* the same again */
    assert_int_equal(result.listed, 0);
    assert_string_equal(look().text, "Jazz:takeout:5 Old:takeout:1 Watch later:watch_later:6 ");
    fetch(&fetched);
    import(); /* YouTube's listing stands */
    assert_int_equal(result.listed, 1);
    assert_int_equal(result.untitled, 0);
    assert_string_equal(look().text, "Jazz:youtube:5 Old:takeout:1 Watch later:watch_later:6 ");
    world_ok(&world, ys_playlist_delete(world.session, jazz, &world.err));
    import(); /* and so does its end */
    assert_int_equal(result.gone, 1);
    assert_non_null(
        strstr(said, "\"Jazz\" was deleted from YouTube since; its 5 rows are left out"));
    assert_string_equal(look().text, "Old:takeout:1 Watch later:watch_later:6 ");
}

/* The first thing that says whose channel it is need not be a fetch. */
static void test_a_single_write_before_the_first_fetch(void **state)
{
    struct ys_channel_record channel;
    char id[YS_ID_BYTES];

    (void)state;
    world_ok(&world,
             ys_playlist_create(world.session, "New", "", YS_PRIVACY_PRIVATE, id, &world.err));
    world_ok(&world, ys_channel_get(world.session, &channel, &world.err));
    assert_string_equal(channel.id, YS_SIM_CHANNEL_ID);
    assert_int_equal(channel.fetched_at_ms, 0);
    assert_string_equal(look().text,
                        "New:youtube:0 Jazz:takeout:5 Old:takeout:1 Watch later:watch_later:6 ");
}

/* A file alone has no id. When YouTube lists a playlist of its title, that one is it. */
static void test_a_file_without_a_manifest(void **state)
{
    char path[SCRATCH_PATH_BYTES], text[512];
    const char *const paths[] = {path};
    struct ys_fetch_result fetched;

    (void)state;
    add_rows(text, sizeof text, 1, 2);
    (void)scratch_write(path, "Jazz-videos.csv", text, strlen(text));
    world_ok(&world, ys_takeout_import(world.session, paths, 1, NULL, NULL, &result, &world.err));
    assert_string_equal(look().text,
                        "Jazz:takeout:5 Jazz:takeout:2 Old:takeout:1 Watch later:watch_later:6 ");
    fetch(&fetched);
    assert_string_equal(look().text, "Jazz:youtube:5 Old:takeout:1 Watch later:watch_later:6 ");
}

static void test_a_wrong_path_changes_nothing(void **state)
{
    const char *const paths[] = {"/nowhere/Takeout"};

    (void)state;
    shelf_is(&world, ys_takeout_import(world.session, paths, 1, NULL, NULL, &result, &world.err),
             YS_EINVAL, "There is no /nowhere/Takeout.");
    shelf_is(&world, ys_takeout_import(world.session, paths, 0, NULL, NULL, &result, &world.err),
             YS_EINVAL, "No export was named");
    assert_string_equal(look().text, "Jazz:takeout:5 Old:takeout:1 Watch later:watch_later:6 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_before_the_first_fetch),
        TEST(test_it_can_be_planned_but_not_done),
        TEST(test_a_fetch_takes_over_what_youtube_lists),
        TEST(test_nothing_is_done_to_what_was_imported),
        TEST(test_a_second_import),
        TEST(test_a_single_write_before_the_first_fetch),
        TEST(test_a_file_without_a_manifest),
        TEST(test_a_wrong_path_changes_nothing),
    };
    return cmocka_run_group_tests_name("takeout sync", tests, NULL, NULL);
}
