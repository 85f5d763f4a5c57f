/* json.h: reading JSON with SQLite's JSON functions on a private in-memory connection.
 *
 * `ys_json_rows` runs one SELECT over the document (bound as ?1 after ys_json_clean) and calls
 * back per row; the statement is cached by its text. This file and src/db/sqlite.c are the two
 * that know SQLite. */
#ifndef YS_NET_JSON_H
#define YS_NET_JSON_H

#include "base/buffer.h"

struct ys_json;
struct ys_json_row; /* one result row, valid during the callback */

YS_CHECKED enum ys_status ys_json_new(struct ys_json **out, struct ys_error *err);
void ys_json_free(struct ys_json *json);

/* YS_EREPLY when the text is not JSON, cut off, or nested too deep (SQLite's own limit). */
YS_CHECKED enum ys_status ys_json_check(struct ys_json *json, char *text, size_t bytes,
                                        struct ys_error *err);

typedef enum ys_status (*ys_json_row_fn)(void *ctx, const struct ys_json_row *row,
                                         struct ys_error *err);
/* The text is cleaned in place. Stops at the first status other than YS_OK. */
YS_CHECKED enum ys_status ys_json_rows(struct ys_json *json, const char *sql, char *text,
                                       size_t bytes, ys_json_row_fn each, void *ctx,
                                       struct ys_error *err);
const char *ys_json_text(const struct ys_json_row *row, int column); /* "" for NULL */
int64_t ys_json_int(const struct ys_json_row *row, int column);      /* 0 for NULL */
bool ys_json_null(const struct ys_json_row *row, int column);

#endif
