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

#include "support/scratch.h"
#include "support/shared.h"
#include "takeouts.h"

#ifdef YS_WITH_LIBZIP
#include <zip.h>
#endif

/* ---------------------------------------------------------------- forms */

static void test_new_form(void **state)
{
    (void)state;
    tk_take("T/playlists/playlists.csv",
            MANIFEST "PLaaaaaaaaaaaaaaaa,false,2020-01-01T00:00:00+00:00,,manual,Public,"
            "Jazz,Jazz,,\n"
            "PLbbbbbbbbbbbbbbbb,false,2020-01-01T00:00:00+00:00,,dateAdded,Unlisted,"
            "\"Rock, loud\",,,\n"
            "PLcccccccccccccccc,false,2020-01-01T00:00:00+00:00,,manual,Private,Empty,,,\n"
            "PLdddddddddddddddd,false,,,manual,Private,Watch later,,,\n");
    tk_take("T/playlists/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n\n\n\n\n\n");
    tk_take("T/playlists/Rock_ loud-videos.csv", HEADER "vgmqUhvQlww," AT "\n");
    tk_take("T/playlists/Watch later-videos.csv", HEADER "dQw4w9WgXcQ," AT "\n");
    assert_string_equal(tk_joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                     "Rock, loud|PLbbbbbbbbbbbbbbbb|takeout|1:vgmqUhvQlww@"
                                     "1708950129000\n"
                                     "Empty|PLcccccccccccccccc|takeout|0\n"
                                     "Watch later|PLdddddddddddddddd|watch_later|1:dQw4w9WgXcQ@"
                                     "1708950129000\n");
    assert_false(tk_takeout.lists[0].self_sorted);
    assert_true(tk_takeout.lists[1].self_sorted);
    assert_int_equal(tk_takeout.lists[0].privacy, YS_PRIVACY_PUBLIC);
    assert_int_equal(tk_takeout.lists[1].privacy, YS_PRIVACY_UNLISTED);
    tk_counts(3, 3, 0);
    assert_string_equal(ys_buf_text(&tk_notes), "");
}

static void test_old_form(void **state)
{
    (void)state;
    tk_take("WL.csv",
            "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
            "WL,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,,Watch later,,Private\n\n"
            "Video Id,Time Added\ndQw4w9WgXcQ,2021-05-01 12:00:00 UTC\n");
    tk_take("words.csv",
            "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
            "PLwordswordswords1,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,,\"A, b\","
            "\"two\nlines, \"\"quoted\"\"\",Public\n\n\nVideo Id,Time Added\n"
            "vgmqUhvQlww,2021-05-01 12:00:00 UTC\n");
    tk_take("short.csv",
            "Playlist Id,Channel Id,Time Created,Title,Description\n"
            "PLshortshortshort1,UC_x5XG1OV2P6uZZ5FSM9Ttw,2015-01-01 00:00:00 UTC,Short,\n"
            ",,,,\nVideo Id,Time Added,,,\n");
    assert_string_equal(tk_joined(), "Watch later|WL|watch_later|1:dQw4w9WgXcQ@1619870400000\n"
                                     "A, b|PLwordswordswords1|takeout|1:vgmqUhvQlww@1619870400000\n"
                                     "Short|PLshortshortshort1|takeout|0\n");
    assert_int_equal(tk_takeout.lists[1].privacy, YS_PRIVACY_PUBLIC);
    tk_counts(2, 2, 0);
}

static void test_a_quote_swallows_no_rows(void **state)
{
    (void)state;
    tk_take("Jazz-videos.csv", HEADER "Rsxao9ptdmI,\"" AT "\nvgmqUhvQlww," AT "\n-aBcDeFgHiJ," AT
                                      "\"\n");
    tk_take("Rock-videos.csv", HEADER "\"\nRsxao9ptdmI," AT "\nvgmqUhvQlww," AT "\"\n");
    /* Cells that begin as the id of a playlist, and are none. */
    tk_take("Pop-videos.csv", HEADER "PL UT,\"x\nRsxao9ptdmI," AT "\n\"\n");
    tk_take("Folk-videos.csv", HEADER "\"PL\"\"x\",\"x\nRsxao9ptdmI," AT "\n\"\n");
    (void)tk_joined();
    tk_counts(12, 7, 5);
    tk_told("Rock-videos.csv:2: not the id of a video: \"");
    tk_told("Pop-videos.csv:2: not the id of a video: PL UT,\"x");
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
        tk_take(samples[i].name, text);
        free(text);
        rows += samples[i].rows;
        others += samples[i].other;
        assert_int_equal(tk_takeout.result.rows, rows);
        assert_int_equal(tk_takeout.result.other_files, others);
    }
    (void)tk_joined();
    tk_counts(rows, rows, 0);
    assert_string_equal(ys_buf_text(&tk_notes), "");
}

static void test_what_spreadsheets_do(void **state)
{
    (void)state;
    tk_take("a.csv",
            "\xEF\xBB\xBFVideo ID,Playlist Video Creation Timestamp\r\n -aBcDeFgHiJ," AT
            "\r\n\r\n");
    tk_take("b.csv", "Video ID;Time\n\"Rsxao9ptdmI\";\"" AT "\"\n;;\n");
    tk_take("c.csv", "Video ID\tTime\nvgmqUhvQlww\t" AT "\n");
    tk_take("d.csv", "Video ID,Time\r'-3bCdEfGhIj," AT "\r");
    tk_take("e.csv", "dQw4w9WgXcQ," AT "\n");
    assert_string_equal(tk_joined(), "a|?|takeout|1:-aBcDeFgHiJ@1708950129000\n"
                                     "b|?|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                     "c|?|takeout|1:vgmqUhvQlww@1708950129000\n"
                                     "d|?|takeout|1:-3bCdEfGhIj@1708950129000\n"
                                     "e|?|takeout|1:dQw4w9WgXcQ@1708950129000\n");
    tk_counts(5, 5, 0);
}

/* ---------------------------------------------------------------- bad rows */

static void test_bad_rows_have_a_line(void **state)
{
    (void)state;
    tk_take("Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\nshort,2024\n,only a time\n"
                                      "\"vgmqUhvQlww," AT "\ndQw4w9WgXcQ,yesterday\n"
                                      "#NAME?," AT "\n");
    assert_string_equal(tk_joined(), "Jazz|?|takeout|2:Rsxao9ptdmI@1708950129000\n");
    tk_counts(6, 2, 4);
    assert_int_equal(tk_takeout.result.undated, 1);
    tk_told("Jazz-videos.csv:3: not the id of a video: short,2024");
    tk_told("Jazz-videos.csv:4: no id of a video: ,only a time");
    tk_told("Jazz-videos.csv:5: not the id of a video: \"vgmqUhvQlww");
    tk_told("Jazz-videos.csv:6: the time is not understood; the row is taken without it: "
            "dQw4w9WgXcQ");
    tk_told("Jazz-videos.csv:7: not the id of a video: #NAME?");
}

static void test_bad_rows_of_a_manifest(void **state)
{
    (void)state;
    tk_take("playlists.csv", MANIFEST "PLaaaaaaaaaaaaaaaa,false,,,manual,Private,Jazz,,,\n"
                                      "oops,false,,,manual,Private,Rock,,,\n");
    assert_string_equal(tk_joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|0\n");
    tk_counts(1, 0, 1);
    tk_told("playlists.csv:3: not a playlist: oops,false");
}

static void test_the_same_file_twice(void **state)
{
    (void)state;
    tk_take("one/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    tk_take("two/Jazz-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    assert_string_equal(tk_joined(), "Jazz|?|takeout|1:Rsxao9ptdmI@1708950129000\n");
    tk_counts(2, 1, 0);
    assert_int_equal(tk_takeout.result.repeated, 1);
    tk_told("two/Jazz-videos.csv:0: 1 rows are left out: the same file was given before");
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
    tk_take("2021/Jazz.csv", older);
    tk_take("2022/Jazz.csv", newer);
    assert_string_equal(tk_joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|"
                                     "1:vgmqUhvQlww@1588334400000\n");
    tk_counts(2, 1, 0);
    tk_told("2021/Jazz.csv:0: 1 rows are left out: the playlist \"Jazz\" stands in two exports");
}

/* ---------------------------------------------------------------- names */

static void test_altered_and_cut_titles(void **state)
{
    (void)state;
    tk_take("playlists.csv",
            MANIFEST "PLaaaaaaaaaaaaaaaa,,,,manual,Private,Anna 's,,,\n"
            "PLbbbbbbbbbbbbbbbb,,,,manual,Private,What? A/B: \"x\",,,\n"
            "PLcccccccccccccccc,,,,manual,Private,A title that is far too long for the "
            "name of a file,,,\n"
            "PLdddddddddddddddd,,,,manual,Private,Jazz,,,\n"
            "PLeeeeeeeeeeeeeeee,,,,manual,Private,Jazz 2,,,\n"
            "PLffffffffffffffff,,,,manual,Private,Caf\xC3\xA9,,,\n");
    tk_take("Anna _s-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    tk_take("What_ A_B_ _x_-videos.csv", HEADER "vgmqUhvQlww," AT "\n");
    tk_take("A title that is far too long for.csv", HEADER "dQw4w9WgXcQ," AT "\n");
    tk_take("Jazz-videos.csv", HEADER "-3bCdEfGhIj," AT "\n");
    tk_take("Jazz 2-videos.csv", HEADER " -aBcDeFgHiJ," AT "\n");
    tk_take("Cafe\xCC\x81-videos.csv", HEADER "abcdefghijk," AT "\n");
    assert_string_equal(
        tk_joined(), "Anna 's|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                  "What? A/B: \"x\"|PLbbbbbbbbbbbbbbbb|takeout|1:vgmqUhvQlww@1708950129000\n"
                  "A title that is far too long for the name of a file|PLcccccccccccccccc|takeout|"
                  "1:dQw4w9WgXcQ@1708950129000\n"
                  "Jazz|PLdddddddddddddddd|takeout|1:-3bCdEfGhIj@1708950129000\n"
                  "Jazz 2|PLeeeeeeeeeeeeeeee|takeout|1:-aBcDeFgHiJ@1708950129000\n"
                  "Caf\xC3\xA9|PLffffffffffffffff|takeout|1:abcdefghijk@1708950129000\n");
    tk_counts(6, 6, 0);
}

/* The ending is localised: it is the one that the files agree on. */
static void test_other_languages(void **state)
{
    (void)state;
    tk_take("m.csv", "ID de playlist,Agregar,Marca,Marca 2,Orden,Visibilidad,T (original),T\n"
                     "PLaaaaaaaaaaaaaaaa,,,,manual,Privada,Mis favoritos,\n"
                     "PLbbbbbbbbbbbbbbbb,,,,manual,Privada,Ver m\xC3\xA1s tarde,\n"
                     "PLcccccccccccccccc,,,,manual,Privada,Mis,\n");
    tk_take("Mis favoritos videos.csv", "ID de video,Marca\nRsxao9ptdmI," AT "\n");
    tk_take("Ver m\xC3\xA1s tarde videos.csv", "ID de video,Marca\nvgmqUhvQlww," AT "\n");
    tk_take("Mis videos.csv", "ID de video,Marca\ndQw4w9WgXcQ," AT "\n");
    assert_string_equal(tk_joined(),
                           "Mis favoritos|PLaaaaaaaaaaaaaaaa|takeout|1:Rsxao9ptdmI@1708950129000\n"
                           "Ver m\xC3\xA1s tarde|PLbbbbbbbbbbbbbbbb|watch_later|1:vgmqUhvQlww@"
                           "1708950129000\n"
                           "Mis|PLcccccccccccccccc|takeout|1:dQw4w9WgXcQ@1708950129000\n");
    tk_counts(3, 3, 0);
}

/* No row is older than its playlist. */
static void test_doubled_titles(void **state)
{
    (void)state;
    tk_take("playlists.csv",
            MANIFEST "PLnewnewnewnewnewn,,2024-01-01T00:00:00+00:00,,manual,Private,Mix,,,\n"
            "PLoldoldoldoldoldo,,2019-01-01T00:00:00+00:00,,manual,Private,Mix,,,\n");
    tk_take("Mix-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    tk_take("Mix-videos(1).csv", HEADER "vgmqUhvQlww,2020-01-01T00:00:00+00:00\n");
    assert_string_equal(tk_joined(),
        "Mix|PLnewnewnewnewnewn|takeout|1:Rsxao9ptdmI@1708950129000\n"
        "Mix|PLoldoldoldoldoldo|takeout|1:vgmqUhvQlww@1577836800000\n");
    tk_counts(2, 2, 0);
    tk_told("Mix-videos(1).csv:0: several playlists are called \"Mix\"; by the times, these "
            "rows are "
         "taken for those of PLoldoldoldoldoldo");
}

static void test_a_file_that_no_manifest_names(void **state)
{
    (void)state;
    tk_take("playlists.csv", MANIFEST "PLaaaaaaaaaaaaaaaa,,,,manual,Private,Jazz,,,\n");
    tk_take("Stray-videos.csv", HEADER "Rsxao9ptdmI," AT "\n");
    assert_string_equal(tk_joined(), "Jazz|PLaaaaaaaaaaaaaaaa|takeout|0\n"
                                     "Stray|?|takeout|1:Rsxao9ptdmI@1708950129000\n");
    tk_counts(1, 1, 0);
}

/* ---------------------------------------------------------------- other files */

static void test_other_tables_are_left_alone(void **state)
{
    (void)state;
    tk_take("subscriptions.csv",
            "Channel Id,Channel Url,Channel Title\nUC0hHW5Y08ggq-9kbrGgWj0A,u,t\n");
    tk_take("videos.csv", "Video ID,Approx Duration (ms),Video Audio Language\nRsxao9ptdmI,"
            "1000,\n");
    tk_take("songs.csv", "Video ID,Song Title,Album\nRsxao9ptdmI,So What,Kind of Blue\n");
    tk_take("handles.csv", "Channel ID,Handle\nUC0hHW5Y08ggq-9kbrGgWj0A,@me\n");
    tk_take("empty.csv", "");
    tk_take("utf16.csv", "\xFF\xFEV");
    tk_take("subscriptions.json", "[{\"kind\":\"youtube#subscription\",\"snippet\":{}}]");
    tk_take("uploads.json", "[" ENTRY("Rsxao9ptdmI", "UU0hHW5Y08ggq-9kbrGgWj0A") "]");
    tk_take("watch-history.json", "[" ENTRY("Rsxao9ptdmI", "HL0hHW5Y08ggq-9kbrGgWj0A") "]");
    tk_take("search.json", "[{\"header\":\"YouTube\"}]");
    tk_take("nothing.json", "[]");
    tk_take("one.json", "{\"videoId\":1}");
    tk_take("wide.json", "\xFF\xFE[");
    assert_string_equal(tk_joined(), "");
    tk_counts(0, 0, 0);
    assert_int_equal(tk_takeout.result.other_files, 13);
}

/* ---------------------------------------------------------------- paths */

static void path_fails(const char *path, enum ys_status status, const char *words)
{
    tk_err = (struct ys_error){0};
    assert_int_equal(ys_takeout_path(&tk_takeout, path, &tk_err), status);
    if (!strstr(tk_err.message, words)) fail_msg("\"%s\" lacks \"%s\"", tk_err.message, words);
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
    assert_int_equal(ys_takeout_path(&tk_takeout, scratch_path(folder, ""), &tk_err), YS_OK);
    (void)tk_joined();
    assert_int_equal(tk_takeout.list_count, 1); /* links are not followed */
    assert_string_equal(tk_takeout.lists[0].title, "Jazz");
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
    assert_int_equal(ys_takeout_path(&tk_takeout, path, &tk_err), YS_OK);
    assert_int_equal(ys_takeout_path(&tk_takeout, scratch_path(folder, ""), &tk_err), YS_OK);
    assert_string_equal(tk_joined(), "Jazz|?|takeout|1:Rsxao9ptdmI@1708950129000\n"
                                     "Evil|?|takeout|1:vgmqUhvQlww@1708950129000\n"
                                     "Old|" OLDEST "|takeout|1:Rsxao9ptdmI@1430481600000\n");
    tk_counts(6, 3, 0);
    tk_told("takeout-1.zip: bomb.csv:0: left alone: it has more than 8 MiB");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, tk_set_up, tk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_form),
        TEST(test_old_form),
        TEST(test_a_quote_swallows_no_rows),
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
