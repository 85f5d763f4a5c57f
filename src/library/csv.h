/* csv.h: reads text of comma-separated values in place, as Google Takeout and spreadsheets write
 * it: quotes, byte order mark, LF, CRLF or CR, blank lines; semicolons or tabs where the first
 * line has no comma. */
#ifndef YS_LIBRARY_CSV_H
#define YS_LIBRARY_CSV_H

#include "ytsync.h"

#define YS_CSV_CELLS_MAX 32
#define YS_CSV_EXCERPT_BYTES 64

struct ys_csv {
    char *at, *end;
    int64_t line;      /* of the line that comes next */
    char separator;
};

struct ys_csv_row {
    int64_t line;                        /* where it begins, from 1 */
    char *cells[YS_CSV_CELLS_MAX];       /* trimmed; they live in the text */
    size_t count;                        /* up to the last cell that is not empty; 0: blank */
    char excerpt[YS_CSV_EXCERPT_BYTES];  /* how the line begins, for messages */
};

/* `text` is changed while it is read; text[bytes] must be writable. */
void ys_csv_init(struct ys_csv *csv, char *text, size_t bytes);
/* The next line that is not blank; false at the end. A quote that its own line does not close is
 * a character like others, so that a stray one costs no more than its line. */
bool ys_csv_line(struct ys_csv *csv, struct ys_csv_row *row);
/* The same for a record whose quoted cells may hold line breaks. When the text never closes the
 * quote, the line alone is the record. */
bool ys_csv_record(struct ys_csv *csv, struct ys_csv_row *row);
/* The text of a cell; "" past the last one. */
const char *ys_csv_cell(const struct ys_csv_row *row, size_t column);

#endif
