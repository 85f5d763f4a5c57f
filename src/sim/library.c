/* library.c: the sample library: videos from the vocabulary of library_words.c, put into
 * playlists the way people do it: mostly by genre, some into a heap, some twice.
 * All from the seed; the same options give the same library. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/internal.h"
#include "sim/library.h"
#include "sim/library_words.h"
#include "sim/truth.h"

#define TITLE_BYTES 400
/* Videos were published from 2008 on and saved from 2012 on, until this moment. */
#define FIRST_PUBLISHED_MS INT64_C(1199145600000)
#define FIRST_SAVED_MS INT64_C(1325376000000)
#define LAST_SAVED_MS INT64_C(1793491200000)
#define MIXED_PERMILLE 170     /* of the videos go into a list of no genre first */
#define UNTAGGED_PERMILLE 150  /* of the videos have no tags at all */
#define LIST_ROWS_MAX (YS_PLAYLIST_ITEMS_MAX - 100)

struct list {
    char title[128];
    char id[YS_ID_BYTES];
    int genre;                 /* -1: mixed */
    int64_t rows;
};

struct maker {
    struct ys_sim *sim;
    const struct ys_sim_library_options *options;
    uint64_t random;
    struct list *lists;
    int64_t list_count;
    int64_t saved, saves_expected;
    struct ys_error *err;
};

void ys_sim_library_options_init(struct ys_sim_library_options *options)
{
    *options = (struct ys_sim_library_options){.seed = 1,
                                               .playlists = 87,
                                               .videos = 4000,
                                               .overlap_permille = 180,
                                               .gone_permille = 20,
                                               .stray_permille = 30,
                                               .doubled_permille = 2};
}

const char *ys_sim_library_genre(size_t index)
{
    return index < YS_SIM_GENRES ? ys_sim_genres[index].name : NULL;
}

/* ------------------------------------------------------------------ words */

static size_t word_count(const char *words)
{
    size_t count = *words ? 1 : 0;
    for (; *words; words++) count += *words == '|';
    return count;
}

static void word_at(const char *words, size_t index, char *out, size_t out_bytes)
{
    while (index > 0) {
        words = strchr(words, '|') + 1;
        index--;
    }
    (void)snprintf(out, out_bytes, "%.*s", (int)strcspn(words, "|"), words);
}

static uint64_t below(struct maker *maker, uint64_t limit)
{
    return ys_sim_below(&maker->random, limit);
}

static bool chance(struct maker *maker, int permille)
{
    return permille > 0 && below(maker, 1000) < (uint64_t)permille;
}

static void word(struct maker *maker, const char *words, char *out, size_t out_bytes)
{
    word_at(words, (size_t)below(maker, word_count(words)), out, out_bytes);
}

/* Fills a pattern; every kind of slot has one value in a title. */
static void make_title(struct maker *maker, const struct ys_sim_genre *genre, char *out)
{
    char pattern[TITLE_BYTES], subject[128], thing[128];
    int number = 2 + (int)below(maker, 58), year = 2009 + (int)below(maker, 17);
    size_t at = 0;
    word(maker, genre->patterns, pattern, sizeof pattern);
    word(maker, genre->subjects, subject, sizeof subject);
    word(maker, genre->things, thing, sizeof thing);
    out[0] = '\0';
    for (const char *from = pattern; *from && at < TITLE_BYTES - 1;) {
        bool slot = from[0] == '{' && from[1] && from[2] == '}';
        int wrote;
        if (slot && from[1] == 's') wrote = snprintf(out + at, TITLE_BYTES - at, "%s", subject);
        else if (slot && from[1] == 't') wrote = snprintf(out + at, TITLE_BYTES - at, "%s", thing);
        else if (slot && from[1] == 'n') wrote = snprintf(out + at, TITLE_BYTES - at, "%d", number);
        else if (slot && from[1] == 'y') wrote = snprintf(out + at, TITLE_BYTES - at, "%d", year);
        else wrote = snprintf(out + at, TITLE_BYTES - at, "%c", *from == '~' ? '|' : *from);
        at += (size_t)wrote;
        from += slot ? 3 : 1;
    }
    /* People write titles in many ways. */
    if (chance(maker, 60))
        for (char *c = out; *c; c++)
            if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
}

static void make_tags(struct maker *maker, const struct ys_sim_genre *genre, struct ys_buf *out)
{
    char tag[96];
    ys_buf_clear(out);
    ys_buf_text_add(out, "[");
    if (*genre->tags && !chance(maker, UNTAGGED_PERMILLE)) {
        size_t count = word_count(genre->tags), first = 1 + (size_t)below(maker, count - 1);
        word_at(genre->tags, 0, tag, sizeof tag);
        ys_buf_json(out, tag);
        ys_buf_text_add(out, ",");
        word_at(genre->tags, first, tag, sizeof tag);
        ys_buf_json(out, tag);
    }
    ys_buf_text_add(out, "]");
}

static void make_video_id(struct maker *maker, char out[YS_ID_BYTES])
{
    uint64_t raw[2] = {ys_sim_next(&maker->random), ys_sim_next(&maker->random)};
    char text[32];
    ys_sim_base64url(raw, sizeof raw, text);
    memcpy(out, text, 11);
    out[11] = '\0';
}

/* When the next video is saved: evenly over the years. */
static int64_t saved_at(const struct maker *maker)
{
    return FIRST_SAVED_MS +
           (LAST_SAVED_MS - FIRST_SAVED_MS) / (maker->saves_expected + 1) * maker->saved;
}

/* ------------------------------------------------------------------ videos */

static enum ys_status make_video(struct maker *maker, const struct ys_sim_genre *genre,
                                 char id[YS_ID_BYTES])
{
    char title[TITLE_BYTES], channel[128], subject[128], description[TITLE_BYTES + 512];
    struct ys_buf tags;
    int64_t span = genre->long_s - genre->short_s;
    int64_t stretch = (int64_t)(below(maker, 1000) * below(maker, 1000));
    struct ys_sim_video video = {.id = id,
                                 .title = title,
                                 .description = description,
                                 .channel_title = channel,
                                 .category_id = genre->category_id};
    make_video_id(maker, id);
    make_title(maker, genre, title);
    word(maker, genre->channels, channel, sizeof channel);
    word(maker, genre->things, subject, sizeof subject);
    ys_buf_init(&tags, 4096);
    make_tags(maker, genre, &tags);
    description[0] = '\0';
    if (!chance(maker, 200))
        (void)snprintf(description, sizeof description,
                       "%s\n\n%s presents: %s.\nMore every week. 00:00 Intro \xe2\x80\xa2 0%d:%02d"
                       " %s\n\nhttps://example.org/%.6s",
                       title, channel, subject, (int)below(maker, 9) + 1, (int)below(maker, 60),
                       subject, id);
    /* Most are short for their genre, a few are long. */
    video.duration_s = genre->short_s + span * stretch / (1000 * 1000);
    /* Published some time before it was saved. */
    video.published_at_ms =
        FIRST_PUBLISHED_MS + (int64_t)below(maker, (uint64_t)(saved_at(maker) -
                                                              FIRST_PUBLISHED_MS));
    video.tags_json = ys_buf_text(&tags);
    enum ys_status status = ys_buf_check(&tags, "the tags of a video", maker->err);
    if (status == YS_OK) status = ys_sim_video_put(maker->sim, &video, maker->err);
    ys_buf_free(&tags);
    return status;
}

/* Some videos are gone by now; a deleted one lost its title with it. */
static enum ys_status lose_some(struct maker *maker, const char *id)
{
    if (!chance(maker, maker->options->gone_permille)) return YS_OK;
    return ys_sim_video_set(maker->sim, id,
                            chance(maker, 500) ? YS_AVAILABILITY_PRIVATE
                                               : YS_AVAILABILITY_DELETED,
                            maker->err);
}

/* ------------------------------------------------------------------ playlists */

/* The nth list of a library: first every genre's own, then heaps and the genres' further ones. */
static void name_list(int64_t index, struct list *list)
{
    size_t mixed = word_count(ys_sim_mixed_lists);
    list->genre = -1;
    if (index < YS_SIM_GENRES) {
        list->genre = (int)index;
        word_at(ys_sim_genres[index].lists, 0, list->title, sizeof list->title);
        return;
    }
    index -= YS_SIM_GENRES;
    for (size_t round = 1; round < 4; round++)
        for (int g = 0; g < YS_SIM_GENRES; g++) {
            if (word_count(ys_sim_genres[g].lists) <= round) continue;
            if (index-- > 0) continue;
            list->genre = g;
            word_at(ys_sim_genres[g].lists, round, list->title, sizeof list->title);
            return;
        }
    if (index < (int64_t)mixed)
        word_at(ys_sim_mixed_lists, (size_t)index, list->title, sizeof list->title);
    else
        (void)snprintf(list->title, sizeof list->title, "List %lld", (long long)index);
}

static enum ys_status make_lists(struct maker *maker)
{
    static const enum ys_privacy privacies[] = {YS_PRIVACY_PRIVATE, YS_PRIVACY_PRIVATE,
                                                YS_PRIVACY_PRIVATE, YS_PRIVACY_UNLISTED,
                                                YS_PRIVACY_PUBLIC};
    for (int64_t i = 0; i < maker->list_count; i++) {
        struct list *list = &maker->lists[i];
        name_list(i, list);
        struct ys_sim_playlist spec = {
            .channel_id = maker->options->channel_id,
            .title = list->title,
            .description = chance(maker, 150) ? "Things I want to see again." : "",
            .privacy = privacies[below(maker, 5)],
            .published_at_ms = FIRST_SAVED_MS + i * 30 * YS_MS_PER_DAY};
        YS_TRY(ys_sim_playlist_add(maker->sim, &spec, list->id, maker->err));
    }
    return YS_OK;
}

/* A list for a video of a genre; -1 as genre: any. The first lists of a genre are the biggest. */
static struct list *choose_list(struct maker *maker, int genre, bool mixed)
{
    int64_t fitting = 0, pick;
    for (int64_t i = 0; i < maker->list_count; i++)
        fitting += mixed ? maker->lists[i].genre < 0 : maker->lists[i].genre == genre;
    if (fitting == 0) return &maker->lists[below(maker, (uint64_t)maker->list_count)];
    int64_t a = (int64_t)below(maker, (uint64_t)fitting);
    int64_t b = (int64_t)below(maker, (uint64_t)fitting);
    pick = a < b ? a : b;
    for (int64_t i = 0;; i++) {
        bool fits = mixed ? maker->lists[i].genre < 0 : maker->lists[i].genre == genre;
        if (fits && pick-- == 0) return &maker->lists[i];
    }
}

static enum ys_status save_video(struct maker *maker, struct list *list, const char *video_id)
{
    int64_t at = saved_at(maker);
    maker->saved++;
    for (int64_t i = 0; list->rows >= LIST_ROWS_MAX && i < maker->list_count; i++)
        list = &maker->lists[i];
    if (list->rows >= LIST_ROWS_MAX)
        return ys_fail(maker->err, YS_ELIMIT, "%lld playlists cannot hold %lld videos",
                       (long long)maker->list_count, (long long)maker->options->videos);
    list->rows++;
    return ys_sim_item_add(maker->sim, list->id, video_id, -1, at, NULL, maker->err);
}

static enum ys_status make_one(struct maker *maker)
{
    char id[YS_ID_BYTES];
    int genre = chance(maker, maker->options->stray_permille)
                    ? -1
                    : (int)below(maker, YS_SIM_GENRES);
    bool mixed = genre < 0 || chance(maker, MIXED_PERMILLE);
    YS_TRY(make_video(maker, genre < 0 ? &ys_sim_strays : &ys_sim_genres[genre], id));
    struct list *list = choose_list(maker, genre, mixed);
    YS_TRY(save_video(maker, list, id));
    if (chance(maker, maker->options->doubled_permille)) YS_TRY(save_video(maker, list, id));
    if (chance(maker, maker->options->overlap_permille)) {
        struct list *other = choose_list(maker, genre, genre < 0 || chance(maker, 500));
        if (other != list) YS_TRY(save_video(maker, other, id));
    }
    return lose_some(maker, id);
}

struct copying {
    struct maker *maker;
    struct list *to;
    enum ys_status status;
    char ids[64][YS_ID_BYTES];
    size_t count;
};

static bool collect(void *ctx, const struct ys_truth_item *item)
{
    struct copying *copying = ctx;
    (void)ys_copy(copying->ids[copying->count++], YS_ID_BYTES, item->video_id);
    return copying->count < sizeof copying->ids / sizeof copying->ids[0];
}

/* "X (copy)" and "X (1)" hold what X begins with. */
static enum ys_status copy_lists(struct maker *maker)
{
    for (int64_t i = 0; i < maker->list_count; i++) {
        struct list *to = &maker->lists[i];
        const char *bracket = strstr(to->title, " (");
        if (!bracket) continue;
        for (int64_t j = 0; j < maker->list_count; j++) {
            struct list *from = &maker->lists[j];
            struct copying copying = {.maker = maker};
            if (strlen(from->title) != (size_t)(bracket - to->title) ||
                strncmp(from->title, to->title, strlen(from->title)) != 0)
                continue;
            YS_TRY(ys_truth_items(maker->sim, from->id, collect, &copying, maker->err));
            for (size_t k = 0; k < copying.count; k++)
                YS_TRY(save_video(maker, to, copying.ids[k]));
        }
    }
    return YS_OK;
}

static enum ys_status make_library(struct maker *maker)
{
    YS_TRY(make_lists(maker));
    for (int64_t i = 0; i < maker->options->videos; i++) YS_TRY(make_one(maker));
    YS_TRY(copy_lists(maker));
    return ys_truth_snapshot(maker->sim, maker->err);
}

enum ys_status ys_sim_library_sample(struct ys_sim *sim,
                                     const struct ys_sim_library_options *options,
                                     struct ys_error *err)
{
    struct ys_sim_library_options defaults;
    struct maker maker = {.sim = sim, .err = err};
    if (!options) {
        ys_sim_library_options_init(&defaults);
        options = &defaults;
    }
    if (options->playlists < 1 || options->playlists > YS_SIM_LIBRARY_PLAYLISTS_MAX ||
        options->videos < 0 || options->videos > YS_SIM_LIBRARY_VIDEOS_MAX)
        return ys_fail(err, YS_EINVAL, "a sample library has 1..%d playlists and 0..%d videos",
                       YS_SIM_LIBRARY_PLAYLISTS_MAX, YS_SIM_LIBRARY_VIDEOS_MAX);
    maker.options = options;
    maker.random = ys_sim_mix(options->seed ^ 0x6c69627261727900u);
    maker.list_count = options->playlists;
    maker.saves_expected = options->videos * (1000 + options->overlap_permille) / 1000 + 200;
    maker.lists = ys_alloc_zero((size_t)maker.list_count, sizeof *maker.lists);
    if (!maker.lists) return ys_fail(err, YS_ENOMEM, "no memory for a sample library");
    enum ys_status status = ys_sim_begin(sim, err);
    if (status == YS_OK) {
        bool bulk = sim->bulk;
        sim->bulk = true;
        status = make_library(&maker);
        sim->bulk = bulk;
        status = ys_sim_end(sim, status, err);
    }
    ys_free(maker.lists);
    return status;
}
