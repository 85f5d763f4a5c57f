/* csv.c: see csv.h. */
#include "library/csv.h"

#include <string.h>

#include "base/text.h"

/* How far a record with line breaks in it may reach: a description has at most 5,000 characters. */
#define RECORD_BYTES_MAX ((size_t)64 * 1024)

static const char byte_order_mark[] = "\xEF\xBB\xBF";
static const char no_break_space[] = "\xC2\xA0";

static char *line_end(const struct ys_csv *csv, char *from)
{
    while (from < csv->end && *from != '\n' && *from != '\r') from++;
    return from;
}

void ys_csv_init(struct ys_csv *csv, char *text, size_t bytes)
{
    size_t i;
    char *end;

    *csv = (struct ys_csv){.at = text, .end = text + bytes, .line = 1, .separator = ','};
    for (i = 0; i < bytes; i++)
        if (text[i] == '\0') text[i] = '?';
    *csv->end = '\0';
    if (bytes >= 3 && memcmp(text, byte_order_mark, 3) == 0) csv->at += 3;
    end = line_end(csv, csv->at);
    if (memchr(csv->at, ',', (size_t)(end - csv->at))) return;
    if (memchr(csv->at, ';', (size_t)(end - csv->at))) csv->separator = ';';
    else if (memchr(csv->at, '\t', (size_t)(end - csv->at))) csv->separator = '\t';
}

/* How many bytes of blank stand at `text`, 0 for none. */
static size_t blank_bytes(const char *text, const char *end)
{
    size_t left = (size_t)(end - text);

    if (left >= 1 && (*text == ' ' || *text == '\t')) return 1;
    if (left >= 2 && memcmp(text, no_break_space, 2) == 0) return 2;
    if (left >= 3 && memcmp(text, byte_order_mark, 3) == 0) return 3;
    return 0;
}

/* Cuts blanks off both ends; *end becomes the NUL. */
static char *trim(char *text, char *end)
{
    size_t blank;

    while ((blank = blank_bytes(text, end)) > 0) text += blank;
    for (;;) {
        size_t back = end > text && (end[-1] == ' ' || end[-1] == '\t') ? 1 : 0;
        if (!back && end - text >= 2 && memcmp(end - 2, no_break_space, 2) == 0) back = 2;
        if (!back) break;
        end -= back;
    }
    *end = '\0';
    return text;
}

/* The quote that closes the one at *text, or NULL. Two in a row stand for one. */
static char *closing_quote(char *text, const char *end)
{
    char *at = text + 1;

    while (at < end) {
        if (*at == '"' && at + 1 < end && at[1] == '"') at += 2;
        else if (*at == '"') return at;
        else at++;
    }
    return NULL;
}

/* Takes out the quotes of a quoted cell, which begins at `text`; returns its new end. */
static char *unquote(char *text, const char *closing)
{
    char *to = text;
    const char *from = text + 1;

    while (from < closing) {
        if (*from == '"') from++; /* the first of two */
        *to++ = *from++;
    }
    return to;
}

/* Splits [from, end) into cells. */
static void split(const struct ys_csv *csv, char *from, char *end, struct ys_csv_row *row)
{
    bool more = true;
    size_t count = 0;

    row->count = 0;
    while (more) {
        char *at = from, *closing = NULL, *cell_end, *cell;
        size_t blank;
        while ((blank = blank_bytes(at, end)) > 0) at += blank;
        if (at < end && *at == '"') closing = closing_quote(at, end);
        cell_end = closing ? closing : at;
        while (cell_end < end && *cell_end != csv->separator) cell_end++;
        more = cell_end < end;
        from = cell_end + 1;
        cell = closing ? trim(at, unquote(at, closing)) : trim(at, cell_end);
        if (count == YS_CSV_CELLS_MAX) return;
        row->cells[count++] = cell;
        if (cell[0]) row->count = count;
    }
}

static void note_excerpt(struct ys_csv_row *row, const char *from, const char *end)
{
    size_t bytes = (size_t)(end - from), room = sizeof row->excerpt - 4;
    bool cut = bytes > room;

    if (cut) bytes = ys_utf8_cut(from, room);
    ys_format(row->excerpt, sizeof row->excerpt, "%.*s%s", (int)bytes, from, cut ? "..." : "");
}

/* Steps over the end of a line. */
static void next_line(struct ys_csv *csv, char *end)
{
    if (end < csv->end && *end == '\r' && end + 1 < csv->end && end[1] == '\n') end++;
    csv->at = end < csv->end ? end + 1 : csv->end;
    csv->line++;
}

bool ys_csv_line(struct ys_csv *csv, struct ys_csv_row *row)
{
    while (csv->at < csv->end) {
        char *from = csv->at, *end = line_end(csv, from);
        row->line = csv->line;
        next_line(csv, end);
        note_excerpt(row, from, end);
        split(csv, from, end, row);
        if (row->count > 0) return true;
    }
    return false;
}

/* Where the record that begins at `from` ends: after the line in which its last quoted cell is
 * closed. NULL when that is nowhere near. */
static char *record_end(const struct ys_csv *csv, char *from)
{
    char *limit = (size_t)(csv->end - from) > RECORD_BYTES_MAX ? from + RECORD_BYTES_MAX : csv->end;
    char *at = from;

    while (at < limit && *at != '\n' && *at != '\r') {
        bool begins = *at == '"' && (at == from || at[-1] == csv->separator);
        if (begins) {
            at = closing_quote(at, limit);
            if (!at) return NULL;
        }
        at++;
    }
    return at;
}

bool ys_csv_record(struct ys_csv *csv, struct ys_csv_row *row)
{
    char *from = csv->at, *end = record_end(csv, from), *at;

    if (!end || end == line_end(csv, from)) return ys_csv_line(csv, row);
    row->line = csv->line;
    note_excerpt(row, from, line_end(csv, from));
    for (at = from; at < end; at++)
        if (*at == '\n' || (*at == '\r' && at[1] != '\n')) csv->line++;
    next_line(csv, end);
    split(csv, from, end, row);
    return row->count > 0 || ys_csv_line(csv, row);
}

const char *ys_csv_cell(const struct ys_csv_row *row, size_t column)
{
    return column < row->count ? row->cells[column] : "";
}
