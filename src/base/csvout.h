/* csvout.h: lines of a table that a spreadsheet opens (RFC 4180, UTF-8, with a byte order mark so
 * that it is taken for UTF-8).
 *
 * Formula-safe: a text that a spreadsheet would compute (it begins with = + - @, their wide forms,
 * a tab or a line break) gets an apostrophe before it, ids included. Who wants exact bytes takes
 * JSON. */
#ifndef YS_BASE_CSVOUT_H
#define YS_BASE_CSVOUT_H

#include "base/buffer.h"

#define YS_CSVOUT_MARK "\xEF\xBB\xBF"

/* Appends a field; the comma before it when the line has one already. */
void ys_csvout_text(struct ys_buf *line, const char *text);
void ys_csvout_number(struct ys_buf *line, int64_t number);
/* RFC 3339; an empty field for 0. */
void ys_csvout_time(struct ys_buf *line, int64_t at_ms);
void ys_csvout_end(struct ys_buf *line);
/* A whole line of texts, up to NULL. */
void ys_csvout_line(struct ys_buf *line, const char *const *texts);

#endif
