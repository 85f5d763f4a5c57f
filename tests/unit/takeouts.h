/* takeouts.h: an export that is read file by file, and what was read and told of it; what has no
 * status fails the test when it fails. */
#ifndef TESTS_TAKEOUTS_H
#define TESTS_TAKEOUTS_H

#include "base/buffer.h"
#include "library/takeout.h"

#define HEADER "Video ID,Playlist Video Creation Timestamp\n"
#define MANIFEST                                                                                   \
    "Playlist ID,Add new videos to top of playlist,Playlist Create Timestamp,Playlist Update "     \
    "Timestamp,Playlist Video Order,Playlist Visibility,Playlist Title (Original),Playlist "       \
    "Title,Playlist Title (Original) Language,Playlist Title Language\n"
/* 2024-02-26T12:22:09Z */
#define AT "2024-02-26T12:22:09+00:00"
#define AT_MS INT64_C(1708950129000)

/* An entry as the oldest form has it, on four lines. */
#define ENTRY(id, playlist)                                                                        \
    "{\n  \"contentDetails\" : { \"videoId\" : \"" id "\" },\n"                                   \
    "  \"kind\" : \"youtube#playlistItem\","                                                       \
    " \"snippet\" : { \"title\" : \"a \\\"]}, [{\",\n \"playlistId\" : \""                         \
    playlist "\", \"publishedAt\" : \"2015-05-01T12:00:00.000Z\" } }"
#define OLDEST "PLoldestoldestold1"

extern struct ys_takeout tk_takeout;
extern struct ys_error tk_err;
extern struct ys_buf tk_notes;     /* "file:line: text" of each that was told */

/* For cmocka: an empty export, and a scratch folder. */
int tk_set_up(void **state);
int tk_tear_down(void **state);

/* Reads one file of the export. */
void tk_take(const char *path, const char *text);
/* "title|id|source|rows: first id at its time" for each playlist, put together; valid until the
 * next call. */
const char *tk_joined(void);
/* Fails unless so many rows were met, read, and bad. The identity holds whatever was read. */
void tk_counts(int64_t rows, int64_t read, int64_t bad);
/* Fails unless the words were told. */
void tk_told(const char *words);

#endif
