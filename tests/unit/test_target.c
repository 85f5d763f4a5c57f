/* test_target.c: building what the policy wants: each value is checked when it is added, and each
 * refusal says what is wrong and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/target.h"
#include "support/fail_alloc.h"

static struct ys_target *target;
static struct ys_error err;

static int set_up(void **state)
{
    (void)state;
    err = (struct ys_error){0};
    return ys_target_new(&target, YS_OLD_REUSE, &err) == YS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ys_target_free(target);
    return 0;
}

/* The status is `status`, and the message holds each of the words (up to NULL). */
static void fails(enum ys_status got, enum ys_status status, ...)
{
    const char *word;
    va_list words;

    if (got != status)
        fail_msg("%s instead of %s: %s", ys_status_name(got), ys_status_name(status), err.message);
    assert_int_equal(err.status, status);
    va_start(words, status);
    while ((word = va_arg(words, const char *)) != NULL)
        if (!strstr(err.message, word)) fail_msg("\"%s\" lacks \"%s\"", err.message, word);
    va_end(words);
}

static enum ys_status category(const char *key, const char *title)
{
    struct ys_category_spec spec = {.key = key, .title = title};

    return ys_target_add_category(target, &spec, NULL, &err);
}

static void test_old(void **state)
{
    struct ys_target *other = target;

    (void)state;
    assert_int_equal(target->old, YS_OLD_REUSE);
    fails(ys_target_new(&other, YS_OLD_COUNT, &err), YS_EINVAL, "keep, reuse or delete", NULL);
    assert_null(other);
    fails(ys_target_new(&other, (enum ys_old)-1, &err), YS_EINVAL, NULL);
    ys_target_free(NULL);
}

static void test_category(void **state)
{
    struct ys_category_spec spec = {.key = "jazz", .title = "  Jazz \n", .description = "Trumpets",
                                    .privacy = YS_PRIVACY_UNLISTED, .playlist_id = "PLjazz"};
    const struct ys_target_category *made;
    size_t index = 99;

    (void)state;
    assert_int_equal(category("rock", NULL), YS_OK);
    assert_int_equal(ys_target_add_category(target, &spec, &index, &err), YS_OK);
    assert_int_equal(index, 1);
    assert_int_equal(target->category_count, 2);
    made = &target->categories[1];
    assert_string_equal(made->key, "jazz");
    assert_string_equal(made->title, "Jazz"); /* as YouTube would store it */
    assert_string_equal(made->description, "Trumpets");
    assert_string_equal(made->playlist_id, "PLjazz");
    assert_int_equal(made->privacy, YS_PRIVACY_UNLISTED);
    assert_int_equal(made->new_privacy, YS_PRIVACY_UNLISTED);
    made = &target->categories[0];
    assert_string_equal(made->title, "rock");
    assert_null(made->description);
    assert_null(made->playlist_id);
    assert_int_equal(made->privacy, YS_PRIVACY_UNSET);
    assert_int_equal(made->new_privacy, YS_PRIVACY_PRIVATE);
}

/* What a created playlist gets: the category's privacy, else that of new ones, else private. */
static void test_new_privacy(void **state)
{
    struct ys_category_spec spec = {.key = "a", .new_privacy = YS_PRIVACY_PUBLIC};

    (void)state;
    assert_int_equal(ys_target_add_category(target, &spec, NULL, &err), YS_OK);
    assert_int_equal(target->categories[0].privacy, YS_PRIVACY_UNSET);
    assert_int_equal(target->categories[0].new_privacy, YS_PRIVACY_PUBLIC);
    spec.key = "b";
    spec.privacy = YS_PRIVACY_PRIVATE;
    assert_int_equal(ys_target_add_category(target, &spec, NULL, &err), YS_OK);
    assert_int_equal(target->categories[1].new_privacy, YS_PRIVACY_PRIVATE);
}

static void test_refused_categories(void **state)
{
    struct ys_category_spec spec = {.key = "x"};
    char longer[700];

    (void)state;
    assert_int_equal(category("Jazz", NULL), YS_OK);
    fails(category(NULL, "T"), YS_EINVAL, "needs a name", NULL);
    fails(category("", "T"), YS_EINVAL, "needs a name", NULL);
    fails(category("Jazz", "Other"), YS_EPOLICY, "\"Jazz\" stands twice", NULL);
    fails(category("More jazz", " Jazz"), YS_EPOLICY, "\"Jazz\"", "\"More jazz\"", "title", NULL);
    fails(category("t", " \n "), YS_EINVAL, NULL);
    fails(category("t", "a <b> c"), YS_EINVAL, NULL);
    memset(longer, 'x', sizeof longer);
    longer[151] = '\0';
    fails(category("t", longer), YS_EINVAL, "150", NULL);
    longer[151] = 'x';
    longer[699] = '\0';
    fails(category(longer, "t"), YS_EINVAL, "too long", NULL);
    spec.privacy = YS_PRIVACY_COUNT;
    fails(ys_target_add_category(target, &spec, NULL, &err), YS_EINVAL, "\"x\"",
          "private, unlisted or public", NULL);
    spec.privacy = YS_PRIVACY_UNSET;
    spec.new_privacy = (enum ys_privacy)77;
    fails(ys_target_add_category(target, &spec, NULL, &err), YS_EINVAL, "privacy", NULL);
    spec.new_privacy = YS_PRIVACY_UNSET;
    spec.playlist_id = "not an id";
    fails(ys_target_add_category(target, &spec, NULL, &err), YS_EINVAL, "not an id", "\"x\"", NULL);
    spec.playlist_id = NULL;
    spec.description = "a < b, b > a";
    fails(ys_target_add_category(target, &spec, NULL, &err), YS_EINVAL, "description", NULL);
    assert_int_equal(target->category_count, 1); /* nothing half added */
    longer[150] = '\0';
    assert_int_equal(category("t", longer), YS_OK);
}

/* A description must leave room for the mark that a created playlist bears. */
static void test_description_leaves_room_for_the_mark(void **state)
{
    static char text[5001];
    struct ys_category_spec spec = {.key = "x", .description = text};

    (void)state;
    memset(text, 'd', 4900);
    assert_int_equal(ys_target_add_category(target, &spec, NULL, &err), YS_OK);
    memset(text, 'd', 5000);
    spec.key = "y";
    fails(ys_target_add_category(target, &spec, NULL, &err), YS_EINVAL, "\"y\"", "characters",
          NULL);
}

static void test_videos(void **state)
{
    const struct ys_target_category *first;
    char rule[400];
    int64_t number = -1;
    int i;

    (void)state;
    assert_int_equal(category("a", NULL), YS_OK);
    assert_int_equal(category("b", NULL), YS_OK);
    for (i = 0; i < 100; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "video-%05d", i);
        assert_int_equal(ys_target_add_video(target, 0, id, "because", &err), YS_OK);
    }
    first = &target->categories[0];
    assert_int_equal(first->video_count, 100);
    assert_string_equal(first->videos[99].video_id, "video-00099");
    assert_string_equal(first->videos[99].rule, "because");
    /* A second time is ignored, and the first rule stays. */
    assert_int_equal(ys_target_add_video(target, 0, "video-00005", "again", &err), YS_OK);
    assert_int_equal(first->video_count, 100);
    assert_string_equal(first->videos[5].rule, "because");
    assert_true(ys_map_get(&first->index, "video-00005", &number));
    assert_int_equal(number, 5);
    /* In two categories; the first one is its home. */
    assert_int_equal(ys_target_add_video(target, 1, "video-00005", NULL, &err), YS_OK);
    assert_true(ys_map_get(&target->homes, "video-00005", &number));
    assert_int_equal(number, 0);
    assert_string_equal(target->categories[1].videos[0].rule, "");
    /* A rule only explains: one that is too long is cut, never inside a character. */
    for (i = 0; i < 399; i += 3) memcpy(rule + i, "\xe2\x82\xac", 3);
    rule[399] = '\0';
    assert_int_equal(ys_target_add_video(target, 1, "video-00006", rule, &err), YS_OK);
    assert_int_equal(strlen(target->categories[1].videos[1].rule), 255);
}

static void test_refused_videos(void **state)
{
    (void)state;
    assert_int_equal(category("a", NULL), YS_OK);
    fails(ys_target_add_video(target, 1, "video-00005", "", &err), YS_EINVAL, "number 1", NULL);
    fails(ys_target_add_video(target, 0, "short", "", &err), YS_EINVAL, "short", "eleven", NULL);
    fails(ys_target_add_video(target, 0, NULL, "", &err), YS_EINVAL, "eleven", NULL);
    fails(ys_target_drop_video(target, "video 00005", "", &err), YS_EINVAL, "eleven", NULL);
    assert_int_equal(target->categories[0].video_count, 0);
    assert_int_equal(target->drop_count, 0);
}

static void test_drops(void **state)
{
    (void)state;
    assert_int_equal(ys_target_drop_video(target, "video-00001", "gone", &err), YS_OK);
    assert_int_equal(ys_target_drop_video(target, "video-00001", "other", &err), YS_OK);
    assert_int_equal(ys_target_drop_video(target, "video-00002", NULL, &err), YS_OK);
    assert_int_equal(target->drop_count, 2);
    assert_string_equal(target->drops[0].rule, "gone");
    assert_true(ys_map_get(&target->drop_index, "video-00002", NULL));
}

static void test_playlists(void **state)
{
    (void)state;
    assert_int_equal(ys_target_protect(target, "PLkeep", &err), YS_OK);
    assert_int_equal(ys_target_protect(target, "PLkeep", &err), YS_OK);
    assert_int_equal(ys_target_add_source(target, "PLold", &err), YS_OK);
    assert_true(ys_map_get(&target->protect, "PLkeep", NULL));
    assert_false(ys_map_get(&target->protect, "PLold", NULL));
    assert_true(ys_map_get(&target->sources, "PLold", NULL));
    fails(ys_target_protect(target, "no id!", &err), YS_EINVAL, "no id!", NULL);
    fails(ys_target_add_source(target, NULL, &err), YS_EINVAL, "playlist id", NULL);
}

static void test_channel_and_hash(void **state)
{
    char longer[200];

    (void)state;
    memset(longer, 'c', sizeof longer);
    longer[199] = '\0';
    assert_int_equal(ys_target_set_channel(target, "UCme", &err), YS_OK);
    assert_string_equal(target->channel_id, "UCme");
    assert_int_equal(ys_target_set_channel(target, NULL, &err), YS_OK);
    assert_string_equal(target->channel_id, "");
    fails(ys_target_set_channel(target, longer, &err), YS_EINVAL, "channel", NULL);
    longer[64] = '\0';
    assert_int_equal(ys_target_set_policy_hash(target, longer, &err), YS_OK);
    assert_string_equal(target->policy_hash, longer);
    longer[64] = 'c';
    longer[65] = '\0';
    fails(ys_target_set_policy_hash(target, longer, &err), YS_EINVAL, "64", NULL);
}

/* Whichever allocation fails: YS_ENOMEM, nothing leaks, nothing half there is read. */
static void test_memory(void **state)
{
    long nth, failures = 0;

    (void)state;
    for (nth = 1; nth < 400; nth++) {
        struct ys_target *made = NULL;
        struct ys_category_spec spec = {.key = "a", .title = "A", .description = "d",
                                        .playlist_id = "PLx"};
        enum ys_status status;
        char id[32];
        int i;
        fail_alloc_start(nth, false);
        status = ys_target_new(&made, YS_OLD_KEEP, &err);
        if (status == YS_OK) status = ys_target_add_category(made, &spec, NULL, &err);
        for (i = 0; i < 60 && status == YS_OK; i++) {
            (void)snprintf(id, sizeof id, "video-%05d", i);
            status = ys_target_add_video(made, 0, id, "r", &err);
            if (status == YS_OK) status = ys_target_drop_video(made, id, "r", &err);
            (void)snprintf(id, sizeof id, "PLlonger-than-%05d", i);
            if (status == YS_OK) status = ys_target_protect(made, id, &err);
        }
        if (status == YS_OK) status = ys_target_protect(made, "PLa", &err);
        if (status == YS_OK) status = ys_target_add_source(made, "PLa", &err);
        (void)fail_alloc_stop();
        if (status != YS_OK) failures++;
        assert_true(status == YS_OK || status == YS_ENOMEM);
        ys_target_free(made);
    }
    assert_true(failures > 50);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_old),            TEST(test_category),
        TEST(test_new_privacy),    TEST(test_refused_categories),
        TEST(test_videos),         TEST(test_refused_videos),
        TEST(test_drops),          TEST(test_playlists),
        TEST(test_memory),         TEST(test_channel_and_hash),
        TEST(test_description_leaves_room_for_the_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
