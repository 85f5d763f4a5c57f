/* test_takeout.c: exports of Google Takeout as they come: new and old forms, every sample that was
 * recorded, what people and spreadsheets do to them, folders, archives and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "library/takeout.h"
#include "support/scratch.h"
#include "support/shared.h"

#ifdef YS_WITH_LIBZIP
#include <zip.h>
#endif

#define HEADER "Video ID,Playlist Video Creation Timestamp\n"
#define MANIFEST                                                                                   \
    "Playlist ID,Add new videos to top of playlist,Playlist Create Timestamp,Playlist Update "     \
    "Timestamp,Playlist Video Order,Playlist Visibility,Playlist Title (Original),Playlist "       \
    "Title,Playlist Title (Original) Language,Playlist Title Language\n"
/* 2024-02-26T12:22:09Z */
#define AT "2024-02-26T12:22:09+00:00"
#define AT_MS INT64_C(1708950129000)

static struct ys_takeout takeout;
static struct ys_error err;
static struct ys_buf notes, shown;

static void note(void *ctx, const struct ys_takeout_note *told)
{
    (void)ctx;
    ys_buf_printf(&notes, "%s:%lld: %s\n", told->file, (long long)told->line, told->text);
}

static int set_up(void **state)
{
    (void)state;
    ys_buf_init(&notes, SIZE_MAX);
    ys_buf_init(&shown, SIZE_MAX);
    ys_takeout_init(&takeout, note, NULL);
    err = (struct ys_error){0};
    scratch_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ys_takeout_free(&takeout);
    ys_buf_free(&notes);
    ys_buf_free(&shown);
    scratch_remove();
    return 0;
}

static void take(const char *path, const char *text)
{
    size_t bytes = strlen(text);
    char *copy = malloc(bytes + 1);

    assert_non_null(copy);
    memcpy(copy, text, bytes + 1);
    if (ys_takeout_take(&takeout, path, copy, bytes, false, &err) != YS_OK)
        fail_msg("%s", err.message);
    free(copy);
}

/* "title|id|source|rows: first id at its time" for each playlist. */
static const char *joined(void)
{
    size_t i;

    if (ys_takeout_join(&takeout, &err) != YS_OK) fail_msg("%s", err.message);
    ys_buf_clear(&shown);
    for (i = 0; i < takeout.list_count; i++) {
        const struct ys_takeout_list *list = &takeout.lists[i];
        ys_buf_printf(&shown, "%s|%s|%s|%zu", list->title,
                      strncmp(list->id, "takeout-", 8) == 0 ? "?" : list->id,
                      ys_source_name(list->source), list->row_count);
        if (list->row_count > 0)
            ys_buf_printf(&shown, ":%s@%lld", list->rows[0].video_id,
                          (long long)list->rows[0].added_at_ms);
        ys_buf_text_add(&shown, "\n");
    }
    return ys_buf_text(&shown);
}

/* The identity, whatever was read. */
static void counts(int64_t rows, int64_t read, int64_t bad)
{
    const struct ys_takeout_result *result = &takeout.result;
    size_t i;
    int64_t held = 0;

    assert_int_equal(result->rows, rows);
    assert_int_equal(result->read, read);
    assert_int_equal(result->bad, bad);
    assert_int_equal(result->rows, result->read + result->bad + result->repeated);
    for (i = 0; i < takeout.list_count; i++) held += (int64_t)takeout.lists[i].row_count;
    assert_int_equal(held, result->read);
}

static void told(const char *words)
{
    if (!strstr(ys_buf_text(&notes), words))
        fail_msg("\"%s\" lacks \"%s\"", ys_buf_text(&notes), words);
}

/* ---------------------------------------------------------------- forms */

static void test_new_form(void **state)
{
    (void)state;
    take("T/playlists/playlists.csv",
         MANIFEST "PLaaaaaaaaaaaaaaaa,false,2020-01-01T00:00:00+00:00,,manual,Public,Jazz,Jazz,,\n"
                  "PLbbbbbbbbbbbbbbbb,false,2020-01-01T00:00:00+00:00,,dateAdded,Unlisted,"
                  "\"Rock, loud\",,,\n"
                  "PLcccccccccccccccc,false,2020-01-01T00:00:00+00:00,,manual,Private,Empty,,,\n"
                  "PLdddddddddddddddd,false,,,manual,Private,Watch later,,,\n");
    take("T/playlists/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n\n\n\n\n\n");
    take("T/playlists/Rock_ loud-videos.csv", HEADER "vgmqUhvQlww," AT "\n");
    take("T/playlists/Watch later-videos.csv", HEADER "dQw4w9WgXcQ," AT "\n");
    assert_string_equal(joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                  "Rock, loud|PLbbbbbbbbbbbbbbbb|takeout|1:vgmqUhvQlww@"
                                  "1708950129000\n"
                                  "Empty|PLcccccccccccccccc|takeout|0\n"
                                  "Watch later|PLdddddddddddddddd|watch_later|1:dQw4w9WgXcQ@"
                                  "1708950129000\n");
    assert_false(takeout.lists[0].self_sorted);
    assert_true(takeout.lists[1].self_sorted);
    assert_int_equal(takeout.lists[0].privacy, YS_PRIVACY_PUBLIC);
    assert_int_equal(takeout.lists[1].privacy, YS_PRIVACY_UNLISTED);
    counts(3, 3, 0);
    assert_string_equal(ys_buf_text(&notes), "");
}

static void test_old_form(void **state)
{
    (void)state;
    take("WL.csv", "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
                   "WL,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,,Watch later,,Private\n\n"
                   "Video Id,Time Added\ndQw4w9WgXcQ,2021-05-01 12:00:00 UTC\n");
    take("words.csv",
         "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
         "PLwordswordswords1,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,,\"A, b\","
         "\"two\nlines, \"\"quoted\"\"\",Public\n\n\nVideo Id,Time Added\n"
         "vgmqUhvQlww,2021-05-01 12:00:00 UTC\n");
    take("short.csv", "Playlist Id,Channel Id,Time Created,Title,Description\n"
                      "PLshortshortshort1,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,Short,\n"
                      ",,,,\nVideo Id,Time Added,,,\n");
    assert_string_equal(joined(), "Watch later|WL|watch_later|1:dQw4w9WgXcQ@1619870400000\n"
                                  "A, b|PLwordswordswords1|takeout|1:vgmqUhvQlww@1619870400000\n"
                                  "Short|PLshortshortshort1|takeout|0\n");
    assert_int_equal(takeout.lists[1].privacy, YS_PRIVACY_PUBLIC);
    counts(2, 2, 0);
}

static void test_a_quote_swallows_no_rows(void **state)
{
    (void)state;
    take("Jazz-videos.csv", HEADER "Rsxao9ptdmI,\"" AT "\nvgmqUhvQlww," AT "\n-aBcDeFgHiJ," AT
                                   "\"\n");
    take("Rock-videos.csv", HEADER "\"\nRsxao9ptdmI," AT "\nvgmqUhvQlww," AT "\"\n");
    /* Cells that begin as the id of a playlist, and are none. */
    take("Pop-videos.csv", HEADER "PL UT,\"x\nRsxao9ptdmI," AT "\n\"\n");
    take("Folk-videos.csv", HEADER "\"PL\"\"x\",\"x\nRsxao9ptdmI," AT "\n\"\n");
    (void)joined();
    counts(12, 7, 5);
    told("Rock-videos.csv:2: not the id of a video: \"");
    told("Pop-videos.csv:2: not the id of a video: PL UT,\"x");
}

/* An entry as the oldest form has it, on four lines. */
#define ENTRY(id, playlist)                                                                        \
    "{\n  \"contentDetails\" : { \"videoId\" : \"" id "\" },\n"                                   \
    "  \"kind\" : \"youtube#playlistItem\","                                                       \
    " \"snippet\" : { \"title\" : \"a \\\"]}, [{\",\n \"playlistId\" : \""                         \
    playlist "\", \"publishedAt\" : \"2015-05-01T12:00:00.000Z\" } }"
#define OLDEST "PLoldestoldestold1"

static void test_oldest_form(void **state)
{
    (void)state;
    take("playlists/Jazz, live.json", "\xEF\xBB\xBF [ " ENTRY("Rsxao9ptdmI", OLDEST) ", "
                                      ENTRY("-aBcDeFgHiJ", OLDEST) " ]\n");
    take("playlists/watch-later.json", "[" ENTRY("dQw4w9WgXcQ", "WL") "]");
    assert_string_equal(joined(), "Jazz, live|" OLDEST "|takeout|2:Rsxao9ptdmI@1430481600000\n"
                                  "Watch later|WL|watch_later|1:dQw4w9WgXcQ@1430481600000\n");
    counts(3, 3, 0);
    assert_string_equal(ys_buf_text(&notes), "");
}

static void test_bad_entries_have_a_line(void **state)
{
    (void)state;
    take("Jazz.json", "[" ENTRY("Rsxao9ptdmI", OLDEST) ",\n{\"kind\": nonsense},\n7,\n"
                      ENTRY("short", OLDEST) ",\n" ENTRY("vgmqUhvQlww", "PLotherotherother1")
                      ",\n{\"kind\":\"youtube#playlistItem\",\"contentDetails\":{\"videoId\":"
                      "\"vgmqUhvQlww\"},\"snippet\":{\"playlistId\":\"" OLDEST "\"}},\n"
                      "{\"kind\": \"yo");
    assert_string_equal(joined(), "Jazz|" OLDEST "|takeout|2:Rsxao9ptdmI@1430481600000\n");
    counts(7, 2, 5);
    told("Jazz.json:5: no entry of a playlist: {\"kind\": nonsense}");
    told("Jazz.json:6: no entry of a playlist: 7");
    told("Jazz.json:7: not the id of a video: { \"contentDetails\"");
    told("Jazz.json:11: an entry of another playlist: { ");
    told("Jazz.json:15: the time is not understood; the row is taken without it: ");
    told("Jazz.json:16: the file is broken or cut off from here on: {\"kind\": \"yo");
    assert_int_equal(takeout.result.undated, 1);
}

/* The file ends between two entries, or right behind one. */
static void test_entries_that_are_missing(void **state)
{
    (void)state;
    take("Jazz.json", "[" ENTRY("Rsxao9ptdmI", OLDEST) ",\n");
    (void)joined();
    counts(1, 1, 0);
    told("Jazz.json:5: the file ends before its list does");
}

/* What cannot be read in front of the entries or behind them hides none, and is told. */
static void test_what_stands_around_entries(void **state)
{
    (void)state;
    take("Jazz.json", "[{},\n" ENTRY("Rsxao9ptdmI", OLDEST) "]\n" ENTRY("-aBcDeFgHiJ", OLDEST));
    assert_string_equal(joined(), "Jazz|" OLDEST "|takeout|1:Rsxao9ptdmI@1430481600000\n");
    counts(2, 1, 1);
    told("Jazz.json:1: an entry of another playlist: {}");
    told("Jazz.json:6: the list ends before the file does: what stands behind is left out");
}

static void test_entries_that_nobody_can_read(void **state)
{
    (void)state;
    take("Jazz.json", "[{\"contentDetails\": {\"videoId\": \"Rsxao9ptdmI\"}, broken},\n");
    assert_string_equal(joined(), "");
    counts(0, 0, 0);
    told("Jazz.json:0: left alone: none of its entries can be read");
}

/* Every sample that was recorded, with what is in it. */
static void test_samples(void **state)
{
    static const struct {
        const char *name;
        int64_t rows;
        bool other;
    } samples[] = {
        {"takeout/en-new-playlist-videos.csv", 1, false},
        {"takeout/en-new-playlist-videos-lowercase-header.csv", 1, false},
        {"takeout/en-new-playlists.csv", 0, false},
        {"takeout/en-2025-leading-space-ids.csv", 4, false},
        {"takeout/en-old-watch-later.csv", 1, false},
        {"takeout/it-old-2023-real.csv", 7, false},
        {"takeout/es-419-new-2026-headers.csv", 1, false},
        {"takeout/es-419-new-2026-playlists-headers.csv", 0, false},
        {"takeout/ja-new-2026-headers.csv", 0, false},
        {"takeout/de-subscriptions-invidious-spec.csv", 0, true},
    };
    int64_t rows = 0, others = 0;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        size_t bytes;
        char *text = shared_read(samples[i].name, &bytes);
        take(samples[i].name, text);
        free(text);
        rows += samples[i].rows;
        others += samples[i].other;
        assert_int_equal(takeout.result.rows, rows);
        assert_int_equal(takeout.result.other_files, others);
    }
    (void)joined();
    counts(rows, rows, 0);
    assert_string_equal(ys_buf_text(&notes), "");
}

static void test_what_spreadsheets_do(void **state)
{
    (void)state;
    take("a.csv",
         "\xEF\xBB\xBFVideo ID,Playlist Video Creation Timestamp\r\n -aBcDeFgHiJ," AT "\r\n\r\n");
    take("b.csv", "Video ID;Time\n\"Rsxao9ptdmI\";\"" AT "\"\n;;\n");
    take("c.csv", "Video ID\tTime\nvgmqUhvQlww\t" AT "\n");
    take("d.csv", "Video ID,Time\r'-3bCdEfGhIj," AT "\r");
    take("e.csv", "dQw4w9WgXcQ," AT "\n");
    assert_string_equal(joined(), "a|?|takeout|1:-aBcDeFgHiJ@1708950129000\n"
                                  "b|?|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                  "c|?|takeout|1:vgmqUhvQlww@1708950129000\n"
                                  "d|?|takeout|1:-3bCdEfGhIj@1708950129000\n"
                                  "e|?|takeout|1:dQw4w9WgXcQ@1708950129000\n");
    counts(5, 5, 0);
}

/* ---------------------------------------------------------------- bad rows */

static void test_bad_rows_have_a_line(void **state)
{
    (void)state;
    take("Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\nshort,2024\n,only a time\n"
                                   "\"vgmqUhvQlww," AT "\ndQw4w9WgXcQ,yesterday\n"
                                   "#NAME?," AT "\n");
    assert_string_equal(joined(), "Jazz|?|takeout|2:Rsxao9ptdmI@1708950129000\n");
    counts(6, 2, 4);
    assert_int_equal(takeout.result.undated, 1);
    told("Jazz-videos.csv:3: not the id of a video: short,2024");
    told("Jazz-videos.csv:4: no id of a video: ,only a time");
    told("Jazz-videos.csv:5: not the id of a video: \"vgmqUhvQlww");
    told("Jazz-videos.csv:6: the time is not understood; the row is taken without it: dQw4w9WgXcQ");
    told("Jazz-videos.csv:7: not the id of a video: #NAME?");
}

static void test_bad_rows_of_a_manifest(void **state)
{
    (void)state;
    take("playlists.csv", MANIFEST "PLaaaaaaaaaaaaaaaa,false,,,manual,Private,Jazz,,,\n"
                                   "oops,false,,,manual,Private,Rock,,,\n");
    assert_string_equal(joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|0\n");
    counts(1, 0, 1);
    told("playlists.csv:3: not a playlist: oops,false");
}

static void test_the_same_file_twice(void **state)
{
    (void)state;
    take("one/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    take("two/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    assert_string_equal(joined(), "Jazz|?|takeout|1:Rsxao9ptdmI@1708950129000\n");
    counts(2, 1, 0);
    assert_int_equal(takeout.result.repeated, 1);
    told("two/Jazz-videos.csv:0: 1 rows are left out: the same file was given before");
}

static void test_two_exports_of_one_playlist(void **state)
{
    static const char head[] =
        "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
        "PLaaaaaaaaaaaaaaaa,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,,Jazz,,Private\n\n"
        "Video Id,Time Added\n";
    char older[512], newer[512];

    (void)state;
    (void)snprintf(older, sizeof older, "%sRsxao9ptdmI,2021-05-01 12:00:00 UTC\n", head);
    (void)snprintf(newer, sizeof newer, "%svgmqUhvQlww,2020-05-01 12:00:00 UTC\n", head);
    take("2021/Jazz.csv", older);
    take("2022/Jazz.csv", newer);
    assert_string_equal(joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|1:vgmqUhvQlww@1588334400000\n");
    counts(2, 1, 0);
    told("2021/Jazz.csv:0: 1 rows are left out: the playlist \"Jazz\" stands in two exports");
}

/* ---------------------------------------------------------------- names */

static void test_altered_and_cut_titles(void **state)
{
    (void)state;
    take("playlists.csv",
         MANIFEST "PLaaaaaaaaaaaaaaaa,,,,manual,Private,Anna 's,,,\n"
                  "PLbbbbbbbbbbbbbbbb,,,,manual,Private,What? A/B: \"x\",,,\n"
                  "PLcccccccccccccccc,,,,manual,Private,A title that is far too long for the "
                  "name of a file,,,\n"
                  "PLdddddddddddddddd,,,,manual,Private,Jazz,,,\n"
                  "PLeeeeeeeeeeeeeeee,,,,manual,Private,Jazz 2,,,\n"
                  "PLffffffffffffffff,,,,manual,Private,Caf\xC3\xA9,,,\n");
    take("Anna _s-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    take("What_ A_B_ _x_-videos.csv", HEADER "vgmqUhvQlww," AT "\n");
    take("A title that is far too long for.csv", HEADER "dQw4w9WgXcQ," AT "\n");
    take("Jazz-videos.csv", HEADER "-3bCdEfGhIj," AT "\n");
    take("Jazz 2-videos.csv", HEADER " -aBcDeFgHiJ," AT "\n");
    take("Cafe\xCC\x81-videos.csv", HEADER "abcdefghijk," AT "\n");
    assert_string_equal(
        joined(), "Anna 's|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                  "What? A/B: \"x\"|PLbbbbbbbbbbbbbbbb|takeout|1:vgmqUhvQlww@1708950129000\n"
                  "A title that is far too long for the name of a file|PLcccccccccccccccc|takeout|"
                  "1:dQw4w9WgXcQ@1708950129000\n"
                  "Jazz|PLdddddddddddddddd|takeout|1:-3bCdEfGhIj@1708950129000\n"
                  "Jazz 2|PLeeeeeeeeeeeeeeee|takeout|1:-aBcDeFgHiJ@1708950129000\n"
                  "Caf\xC3\xA9|PLffffffffffffffff|takeout|1:abcdefghijk@1708950129000\n");
    counts(6, 6, 0);
}

/* The ending is localised: it is the one that the files agree on. */
static void test_other_languages(void **state)
{
    (void)state;
    take("m.csv", "ID de playlist,Agregar,Marca,Marca 2,Orden,Visibilidad,T (original),T\n"
                  "PLaaaaaaaaaaaaaaaa,,,,manual,Privada,Mis favoritos,\n"
                  "PLbbbbbbbbbbbbbbbb,,,,manual,Privada,Ver m\xC3\xA1s tarde,\n"
                  "PLcccccccccccccccc,,,,manual,Privada,Mis,\n");
    take("Mis favoritos videos.csv", "ID de video,Marca\nRsxao9ptdmI," AT "\n");
    take("Ver m\xC3\xA1s tarde videos.csv", "ID de video,Marca\nvgmqUhvQlww," AT "\n");
    take("Mis videos.csv", "ID de video,Marca\ndQw4w9WgXcQ," AT "\n");
    assert_string_equal(joined(),
                        "Mis favoritos|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                        "Ver m\xC3\xA1s tarde|PLbbbbbbbbbbbbbbbb|watch_later|1:vgmqUhvQlww@"
                        "1708950129000\n"
                        "Mis|PLcccccccccccccccc|takeout|1:dQw4w9WgXcQ@1708950129000\n");
    counts(3, 3, 0);
}

/* No row is older than its playlist. */
static void test_doubled_titles(void **state)
{
    (void)state;
    take("playlists.csv",
         MANIFEST "PLnewnewnewnewnewn,,2024-01-01T00:00:00+00:00,,manual,Private,Mix,,,\n"
                  "PLoldoldoldoldoldo,,2019-01-01T00:00:00+00:00,,manual,Private,Mix,,,\n");
    take("Mix-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    take("Mix-videos(1).csv", HEADER "vgmqUhvQlww,2020-01-01T00:00:00+00:00\n");
    assert_string_equal(joined(), "Mix|PLnewnewnewnewnewn|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                  "Mix|PLoldoldoldoldoldo|takeout|1:vgmqUhvQlww@1577836800000\n");
    counts(2, 2, 0);
    told("Mix-videos(1).csv:0: several playlists are called \"Mix\"; by the times, these rows are "
         "taken for those of PLoldoldoldoldoldo");
}

static void test_a_file_that_no_manifest_names(void **state)
{
    (void)state;
    take("playlists.csv", MANIFEST "PLaaaaaaaaaaaaaaaa,,,,manual,Private,Jazz,,,\n");
    take("Stray-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    assert_string_equal(joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|0\n"
                                  "Stray|?|takeout|1:Rsxao9ptdmI@1708950129000\n");
    counts(1, 1, 0);
}

/* ---------------------------------------------------------------- other files */

static void test_other_tables_are_left_alone(void **state)
{
    (void)state;
    take("subscriptions.csv",
         "Channel Id,Channel Url,Channel Title\nUC0hHW5Y08ggq-9kbrGgWj0A,u,t\n");
    take("videos.csv", "Video ID,Approx Duration (ms),Video Audio Language\nRsxao9ptdmI,1000,\n");
    take("songs.csv", "Video ID,Song Title,Album\nRsxao9ptdmI,So What,Kind of Blue\n");
    take("handles.csv", "Channel ID,Handle\nUC0hHW5Y08ggq-9kbrGgWj0A,@me\n");
    take("empty.csv", "");
    take("utf16.csv", "\xFF\xFEV");
    take("subscriptions.json", "[{\"kind\":\"youtube#subscription\",\"snippet\":{}}]");
    take("uploads.json", "[" ENTRY("Rsxao9ptdmI", "UU0hHW5Y08ggq-9kbrGgWj0A") "]");
    take("watch-history.json", "[" ENTRY("Rsxao9ptdmI", "HL0hHW5Y08ggq-9kbrGgWj0A") "]");
    take("search.json", "[{\"header\":\"YouTube\"}]");
    take("nothing.json", "[]");
    take("one.json", "{\"videoId\":1}");
    take("wide.json", "\xFF\xFE[");
    assert_string_equal(joined(), "");
    counts(0, 0, 0);
    assert_int_equal(takeout.result.other_files, 13);
}

/* ---------------------------------------------------------------- paths */

static void path_fails(const char *path, enum ys_status status, const char *words)
{
    err = (struct ys_error){0};
    assert_int_equal(ys_takeout_path(&takeout, path, &err), status);
    if (!strstr(err.message, words)) fail_msg("\"%s\" lacks \"%s\"", err.message, words);
}

static const char *file(char out[SCRATCH_PATH_BYTES], const char *name, const char *text)
{
    return scratch_write(out, name, text, strlen(text));
}

static void test_paths(void **state)
{
    char path[SCRATCH_PATH_BYTES], folder[SCRATCH_PATH_BYTES], link_path[SCRATCH_PATH_BYTES];

    (void)state;
    path_fails(scratch_path(path, "none"), YS_EINVAL,
               "/none. Name the .zip files of the export, or its folder.");
    path_fails("/dev/null/none", YS_EINVAL, "There is no /dev/null/none. Name the .zip files");
    path_fails("/dev/null", YS_EINVAL, "neither a file nor a folder");
    path_fails("export.tgz", YS_EINVAL, "Unpack it (tar xzf) and name the folder");
    path_fails(file(path, "abos.csv", "Kanal-ID,Kanal-URL,Kanaltitel\n"), YS_EINVAL,
               "is no playlist of Takeout: its first line is \"Kanal-ID,Kanal-URL,Kanaltitel\"");
    path_fails(file(path, "rows.csv", "Some ID,Time\nx,y\nz,w\n"), YS_EINVAL,
               "none of its 2 rows begins with the id of a video");
    path_fails(file(path, "wide.csv", "\xFF\xFEV"), YS_EINVAL, "save it as UTF-8");
    path_fails(scratch_path(path, ""), YS_EINVAL, "3 files were looked at, and none is a table");

    path_fails(file(path, "history.json", "[{\"header\":\"YouTube\"}]"), YS_EINVAL,
               "is no playlist of Takeout: its entries are of no kind, not youtube#playlistItem");
    (void)file(path, "Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    assert_int_equal(symlink(path, scratch_path(link_path, "Rock-videos.csv")), 0);
    assert_int_equal(ys_takeout_path(&takeout, scratch_path(folder, ""), &err), YS_OK);
    (void)joined();
    assert_int_equal(takeout.list_count, 1); /* links are not followed */
    assert_string_equal(takeout.lists[0].title, "Jazz");
}

#ifdef YS_WITH_LIBZIP

static void pack(zip_t *archive, const char *name, const void *data, size_t bytes)
{
    zip_source_t *source = zip_source_buffer(archive, data, bytes, 0);

    assert_non_null(source);
    assert_true(zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

/* A path that leads out is only a name; an entry that unpacks to hundreds of megabytes is not
 * read on; nothing is written anywhere. */
static void test_archives(void **state)
{
    static const char jazz[] = HEADER "Rsxao9ptdmI," AT "\n";
    static const char out[] = HEADER "vgmqUhvQlww," AT "\n";
    static const char old[] = "[" ENTRY("Rsxao9ptdmI", OLDEST) "]";
    static const char history[] = "[{\"header\":\"YouTube\"}]";
    char path[SCRATCH_PATH_BYTES], folder[SCRATCH_PATH_BYTES];
    size_t bomb_bytes = (size_t)64 << 20;
    char *bomb = calloc(1, bomb_bytes);
    int number = 0;
    zip_t *archive = zip_open(scratch_path(path, "takeout-1.zip"), ZIP_CREATE, &number);

    (void)state;
    assert_non_null(archive);
    assert_non_null(bomb);
    memset(bomb, 'a', bomb_bytes);
    pack(archive, "Takeout/YouTube/playlists/Jazz-videos.csv", jazz, sizeof jazz - 1);
    pack(archive, "../../../etc/Evil-videos.csv", out, sizeof out - 1);
    pack(archive, "bomb.csv", bomb, bomb_bytes);
    pack(archive, "bomb.json", bomb, bomb_bytes);
    pack(archive, "Takeout/YouTube/playlists/Old.json", old, sizeof old - 1);
    pack(archive, "Takeout/YouTube/history/watch-history.json", history, sizeof history - 1);
    pack(archive, "video.mp4", "film", 4);
    assert_int_equal(zip_close(archive), 0);
    free(bomb);
    /* Both as a path of its own and as a part that lies in a folder. */
    assert_int_equal(ys_takeout_path(&takeout, path, &err), YS_OK);
    assert_int_equal(ys_takeout_path(&takeout, scratch_path(folder, ""), &err), YS_OK);
    assert_string_equal(joined(), "Jazz|?|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                  "Evil|?|takeout|1:vgmqUhvQlww@1708950129000\n"
                                  "Old|" OLDEST "|takeout|1:Rsxao9ptdmI@1430481600000\n");
    counts(6, 3, 0);
    told("takeout-1.zip: bomb.csv:0: left alone: it has more than 8 MiB");
}

static void test_what_is_no_archive(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    path_fails(file(path, "a.zip", "this is no archive"), YS_EINVAL,
               "cannot be read as a .zip archive");
    path_fails(scratch_path(path, "none.zip"), YS_EINVAL, "/none.zip. Name the .zip files");
}

#else

static void test_archives(void **state)
{
    (void)state;
    path_fails("a.zip", YS_EINVAL, "built without libzip");
}

static void test_what_is_no_archive(void **state)
{
    (void)state;
    skip();
}

#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_form),
        TEST(test_old_form),
        TEST(test_a_quote_swallows_no_rows),
        TEST(test_oldest_form),
        TEST(test_bad_entries_have_a_line),
        TEST(test_entries_that_are_missing),
        TEST(test_what_stands_around_entries),
        TEST(test_entries_that_nobody_can_read),
        TEST(test_samples),
        TEST(test_what_spreadsheets_do),
        TEST(test_bad_rows_have_a_line),
        TEST(test_bad_rows_of_a_manifest),
        TEST(test_the_same_file_twice),
        TEST(test_two_exports_of_one_playlist),
        TEST(test_altered_and_cut_titles),
        TEST(test_other_languages),
        TEST(test_doubled_titles),
        TEST(test_a_file_that_no_manifest_names),
        TEST(test_other_tables_are_left_alone),
        TEST(test_paths),
        TEST(test_archives),
        TEST(test_what_is_no_archive),
    };
    return cmocka_run_group_tests_name("takeout", tests, NULL, NULL);
}
