/* takeout_row.h: what the readers of takeout_read.c (tables) and takeout_json.c share: one file of
 * an export while it is read. */
#ifndef YS_LIBRARY_TAKEOUT_ROW_H
#define YS_LIBRARY_TAKEOUT_ROW_H

#include "library/csv.h"
#include "library/takeout.h"

struct ys_takeout_reading {
    struct ys_takeout *takeout;
    const char *path;
    struct ys_csv csv;               /* of a table */
    struct ys_takeout_list *list;    /* the rows go here */
    int64_t rows, bad, undated;
    struct ys_error *err;
};

/* The file as a list without rows, the last of takeout->files. */
YS_CHECKED enum ys_status ys_takeout_new_file(struct ys_takeout_reading *reading, const char *text,
                                              size_t bytes);
/* One row: counted, and taken or told. `excerpt` is how it looks in messages. */
YS_CHECKED enum ys_status ys_takeout_add_row(struct ys_takeout_reading *reading, int64_t line,
                                             const char *excerpt, const char *id,
                                             const char *time);
void ys_takeout_bad_row(struct ys_takeout_reading *reading, int64_t line, const char *excerpt,
                        const char *why);
/* A copy that lives as long as the takeout; on failure "" and *status. */
const char *ys_takeout_keep(struct ys_takeout_reading *reading, const char *text,
                            enum ys_status *status);
bool ys_takeout_is_playlist_id(const char *text);

/* takeout_json.c: whether a text may be the oldest form, by its beginning. */
bool ys_takeout_json_begins(const char *text, size_t bytes);
/* Reads it as ys_takeout_read does. */
YS_CHECKED enum ys_status ys_takeout_json(struct ys_takeout_reading *reading, char *text,
                                          size_t bytes, enum ys_takeout_kind *kind,
                                          char why[YS_ERROR_BYTES]);

#endif
