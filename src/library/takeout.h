/* takeout.h: playlists from an export of Google Takeout (YOUTUBE_API section 7).
 *
 * Three steps: takeout_files.c and takeout_zip.c hand out the files that may be playlists,
 * takeout_read.c and takeout_json.c read one of them, takeout_join.c finds out which rows belong to
 * which playlist.
 * All of it is memory only; takeout.c stores the result. An export is untrusted: names and texts
 * are data, every size has a limit, nothing is unpacked to disk, links are not followed. */
#ifndef YS_LIBRARY_TAKEOUT_H
#define YS_LIBRARY_TAKEOUT_H

#include "base/arena.h"
#include "base/env.h"
#include "base/text.h"
#include "store/store.h"

/* A full playlist has 5,000 rows of some 40 bytes, a description at most 20,000: far above. */
#define YS_TAKEOUT_FILE_BYTES_MAX ((size_t)8 << 20)
/* In the oldest form a row has titles, texts and pictures with it. */
#define YS_TAKEOUT_JSON_BYTES_MAX ((size_t)32 << 20)
/* Whether a .json file is one of a playlist shows within so much of its beginning. Exports are full
 * of others, some of them huge. */
#define YS_TAKEOUT_PEEK_BYTES ((size_t)64 << 10)
/* A whole export holds thousands of files (videos, comments): what is looked at, all together. */
#define YS_TAKEOUT_NAMES_MAX INT64_C(500000)
#define YS_TAKEOUT_BYTES_MAX ((int64_t)512 << 20)
#define YS_TAKEOUT_NAME_BYTES_MAX 1024
#define YS_TAKEOUT_DEPTH_MAX 16
#define YS_TAKEOUT_LISTS_MAX 50000
#define YS_TAKEOUT_ROWS_MAX INT64_C(2000000)

struct ys_takeout_row {
    char video_id[12];
    int64_t added_at_ms;            /* 0: not known */
};

/* A playlist: what a manifest says of it, what a file holds of it, or both. */
struct ys_takeout_list {
    const char *id, *title;         /* "" while not known */
    const char *file;               /* where its rows stand; "" for none */
    const char *stem;               /* the file's name without folder and ending */
    char digest[YS_SHA256_TEXT_BYTES];
    enum ys_source source;
    enum ys_privacy privacy;
    int64_t created_at_ms, first_at_ms; /* of the playlist; of its earliest row */
    bool sort_known, self_sorted;
    bool joined, repeated;          /* for takeout_join.c; its rows stand in another one too */
    struct ys_takeout_row *rows;
    size_t row_count, row_capacity;
};

struct ys_takeout {
    struct ys_arena arena;
    /* From manifests; from files; joined. Rows belong to `files` until they are joined. */
    struct ys_takeout_list *entries, *files, *lists;
    size_t entry_count, entry_capacity, file_count, file_capacity, list_count, list_capacity;
    int64_t names, bytes;           /* looked at so far */
    struct ys_takeout_result result;
    ys_takeout_note_fn note;
    void *note_ctx;
};

void ys_takeout_init(struct ys_takeout *takeout, ys_takeout_note_fn note, void *note_ctx);
void ys_takeout_free(struct ys_takeout *takeout);

/* Tells the caller something; file and line may be NULL and 0. */
void ys_takeout_note(struct ys_takeout *takeout, enum ys_takeout_note_kind kind, const char *file,
                     int64_t line, const char *format, ...) YS_PRINTF(5, 6);

/* What a file turned out to be. */
enum ys_takeout_kind {
    YS_TAKEOUT_OTHER,     /* not a playlist */
    YS_TAKEOUT_LIST,      /* videos of one playlist */
    YS_TAKEOUT_OLD_LIST,  /* the same, with id and title above them */
    YS_TAKEOUT_MANIFEST   /* playlists.csv */
};

/* Reads one file. `text` is changed; text[bytes] must be writable. For OTHER, `why` says what was
 * found instead. */
YS_CHECKED enum ys_status ys_takeout_read(struct ys_takeout *takeout, const char *path, char *text,
                                          size_t bytes, enum ys_takeout_kind *kind,
                                          char why[YS_ERROR_BYTES], struct ys_error *err);
/* Hands every file of a path to ys_takeout_read. YS_EINVAL: the path holds no playlist. */
YS_CHECKED enum ys_status ys_takeout_path(struct ys_takeout *takeout, const char *path,
                                          struct ys_error *err);
/* A text that may be a playlist, by its name alone; the form that the name stands for, and the size
 * up to which it is read. */
bool ys_takeout_may_be_list(const char *name);
bool ys_takeout_is_json(const char *name);
size_t ys_takeout_bytes_max(const char *name);
/* Reads one file of a folder or an archive, and counts it. */
YS_CHECKED enum ys_status ys_takeout_take(struct ys_takeout *takeout, const char *path, char *text,
                                          size_t bytes, bool must_be_list, struct ys_error *err);
/* Counts a name that was looked at, and `bytes` that were read. YS_ELIMIT. */
YS_CHECKED enum ys_status ys_takeout_count(struct ys_takeout *takeout, int64_t bytes,
                                           struct ys_error *err);
/* The same as ys_takeout_path for an archive. */
YS_CHECKED enum ys_status ys_takeout_zip(struct ys_takeout *takeout, const char *path,
                                         struct ys_error *err);

/* Brings files and manifests together: fills `lists`. */
YS_CHECKED enum ys_status ys_takeout_join(struct ys_takeout *takeout, struct ys_error *err);
/* Is this what YouTube calls Watch Later in one of its languages? */
bool ys_takeout_watch_later_title(const char *title);

/* All three steps, and into the store. */
YS_CHECKED enum ys_status ys_takeout_store(struct ys_store *store, struct ys_takeout *takeout,
                                           int64_t now_ms, struct ys_error *err);

#endif
