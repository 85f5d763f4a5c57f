/* takeout_read.c: one file of an export: what it is, and its rows. The oldest form is read by
 * takeout_json.c, all others are tables.
 *
 * Headers are localised, so columns are known by their place and rows by their first cell: the id
 * of a video, or of a playlist (YOUTUBE_API section 7). A row that cannot be read is told with
 * file and line and counted; nothing is dropped in silence. */
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"
#include "library/csv.h"
#include "library/takeout_row.h"

/* Columns of a manifest, and of the row above the videos in the old form. */
enum { MANIFEST_CREATED = 2, MANIFEST_ORDER = 4, MANIFEST_PRIVACY = 5, MANIFEST_TITLE = 6,
       MANIFEST_TITLE_NOW = 7, MANIFEST_COLUMNS = 7 };
enum { OLD_CHANNEL = 1, OLD_CREATED = 2, OLD_UPDATED = 3 };

/* The longest time of day that an export writes. */
#define TIME_BYTES 48

/* ---------------------------------------------------------------- cells */

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "Watch Later" and "Liked videos" had ids of two letters; all others begin so. */
bool ys_takeout_is_playlist_id(const char *cell)
{
    static const char *const prefixes[] = {"PL", "LL", "FL", "WL", "OL"};
    size_t i;

    if (!ys_playlist_id_valid(cell) || ys_video_id_valid(cell)) return false;
    for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (has_prefix(cell, prefixes[i]) && (strlen(cell) == 2 || strlen(cell) > 12)) return true;
    return false;
}

static bool is_channel_id(const char *cell)
{
    return has_prefix(cell, "UC") && strlen(cell) == 24 && ys_playlist_id_valid(cell);
}

/* "2024-02-26T12:22:09+00:00", "2021-05-01 12:00:00 UTC", "2023-03-07 05:54:43 Z". */
static bool read_time(const char *cell, int64_t *at_ms)
{
    char text[TIME_BYTES];
    size_t bytes;

    if (!ys_copy(text, sizeof text, cell)) return false;
    bytes = strlen(text);
    if (bytes > 4 && strcmp(text + bytes - 4, " UTC") == 0)
        (void)ys_copy(text + bytes - 4, 2, "Z");
    else if (bytes > 2 && strcmp(text + bytes - 2, " Z") == 0)
        (void)ys_copy(text + bytes - 2, 2, "Z");
    return ys_time_parse(text, at_ms);
}

static bool holds_word(const char *text, const char *word)
{
    size_t bytes = strlen(word);

    for (; *text; text++)
        if (strncasecmp(text, word, bytes) == 0) return true;
    return false;
}

static enum ys_privacy read_privacy(const char *cell)
{
    if (holds_word(cell, "unlisted")) return YS_PRIVACY_UNLISTED;
    if (strcasecmp(cell, "public") == 0) return YS_PRIVACY_PUBLIC;
    return YS_PRIVACY_PRIVATE;
}

/* How a playlist is ordered. Seen is "manual"; that word in other languages is guessed, and what is
 * guessed wrong YouTube itself corrects (manualSortRequired). */
static bool is_manual(const char *cell)
{
    static const char *const others[] = {
        "manu", "handm", "ręczn", "手動", "手动", "수동", "Вруч", "вруч"};
    size_t i;

    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strncasecmp(cell, others[i], strlen(others[i])) == 0) return true;
    return false;
}

/* ---------------------------------------------------------------- rows */

void ys_takeout_bad_row(struct ys_takeout_reading *reading, int64_t line, const char *excerpt,
                        const char *why)
{
    reading->bad++;
    ys_takeout_note(reading->takeout, YS_TAKEOUT_BAD_ROW, reading->path, line, "%s: %s", why,
                    excerpt);
}

enum ys_status ys_takeout_add_row(struct ys_takeout_reading *reading, int64_t line,
                                  const char *excerpt, const char *id, const char *time)
{
    struct ys_takeout_list *list = reading->list;
    struct ys_takeout_row *to;

    reading->rows++;
    if (!ys_video_id_valid(id)) {
        ys_takeout_bad_row(reading, line, excerpt,
                           id[0] ? "not the id of a video" : "no id of a video");
        return YS_OK;
    }
    if (reading->takeout->result.rows + reading->rows > YS_TAKEOUT_ROWS_MAX)
        return ys_fail(reading->err, YS_ELIMIT, "%s: the export has more than %lld rows.",
                       reading->path, (long long)YS_TAKEOUT_ROWS_MAX);
    YS_TRY(YS_GROW(list->rows, list->row_capacity, list->row_count, reading->err));
    to = &list->rows[list->row_count++];
    *to = (struct ys_takeout_row){.added_at_ms = 0};
    memcpy(to->video_id, id, sizeof to->video_id);
    if (!read_time(time, &to->added_at_ms)) {
        to->added_at_ms = 0;
        if (reading->undated++ == 0)
            ys_takeout_note(reading->takeout, YS_TAKEOUT_REMARK, reading->path, line,
                            "the time is not understood; the row is taken without it: %s",
                            excerpt);
    } else if (list->first_at_ms == 0 || to->added_at_ms < list->first_at_ms) {
        list->first_at_ms = to->added_at_ms;
    }
    return YS_OK;
}

static enum ys_status take_row(struct ys_takeout_reading *reading, const struct ys_csv_row *row)
{
    const char *id = ys_csv_cell(row, 0);

    if (id[0] == '\'') id++; /* how a spreadsheet keeps a cell from being a formula */
    return ys_takeout_add_row(reading, row->line, row->excerpt, id, ys_csv_cell(row, 1));
}

/* All lines from here on are videos. */
static enum ys_status take_rows(struct ys_takeout_reading *reading)
{
    struct ys_csv_row row;

    while (ys_csv_line(&reading->csv, &row)) YS_TRY(take_row(reading, &row));
    return YS_OK;
}

/* ---------------------------------------------------------------- the old form */

const char *ys_takeout_keep(struct ys_takeout_reading *reading, const char *text,
                            enum ys_status *status)
{
    const char *copy = ys_arena_dup(&reading->takeout->arena, text);

    if (!copy) *status = ys_fail(reading->err, YS_ENOMEM, "Memory ran out.");
    return copy ? copy : "";
}

/* The row above the videos: id, channel, created, [updated,] title, description[, visibility]. */
static enum ys_status take_head(struct ys_takeout_reading *reading, const struct ys_csv_row *header,
                                const struct ys_csv_row *row)
{
    struct ys_takeout_list *list = reading->list;
    int64_t updated;
    bool has_updated = header->count >= 7 ||
                       (header->count == 6 && read_time(ys_csv_cell(row, OLD_UPDATED), &updated));
    size_t title = has_updated ? OLD_UPDATED + 1 : OLD_UPDATED;
    enum ys_status status = YS_OK;

    list->id = ys_takeout_keep(reading, ys_csv_cell(row, 0), &status);
    list->title = ys_takeout_keep(reading, ys_csv_cell(row, title), &status);
    list->privacy = read_privacy(ys_csv_cell(row, title + 2));
    if (!read_time(ys_csv_cell(row, OLD_CREATED), &list->created_at_ms)) list->created_at_ms = 0;
    return status;
}

/* Blank lines, the header of the videos, the videos. A header that is missing is no loss. */
static enum ys_status take_old_rows(struct ys_takeout_reading *reading)
{
    struct ys_csv_row row;

    if (!ys_csv_line(&reading->csv, &row)) return YS_OK;
    if (ys_video_id_valid(ys_csv_cell(&row, 0))) YS_TRY(take_row(reading, &row));
    return take_rows(reading);
}

/* ---------------------------------------------------------------- the manifest */

/* The column whose English header holds the word, else the usual place. */
static size_t column_of(const struct ys_csv_row *header, const char *word, size_t usual)
{
    size_t i;

    for (i = 0; i < header->count; i++)
        if (holds_word(header->cells[i], word) && !holds_word(header->cells[i], "language"))
            return i;
    return usual;
}

static enum ys_status take_entry(struct ys_takeout_reading *reading, const size_t columns[4],
                                 const struct ys_csv_row *row)
{
    struct ys_takeout *takeout = reading->takeout;
    const char *title = ys_csv_cell(row, columns[0]), *order = ys_csv_cell(row, columns[1]);
    struct ys_takeout_list entry = {.file = "", .stem = ""};
    enum ys_status status = YS_OK;

    if (!ys_takeout_is_playlist_id(ys_csv_cell(row, 0))) {
        ys_takeout_bad_row(reading, row->line, row->excerpt, "not a playlist");
        return YS_OK;
    }
    if (takeout->entry_count >= YS_TAKEOUT_LISTS_MAX)
        return ys_fail(reading->err, YS_ELIMIT, "%s: the export has more than %d playlists.",
                       reading->path, YS_TAKEOUT_LISTS_MAX);
    if (!title[0]) title = ys_csv_cell(row, MANIFEST_TITLE_NOW);
    entry.id = ys_takeout_keep(reading, ys_csv_cell(row, 0), &status);
    entry.title = ys_takeout_keep(reading, title, &status);
    entry.privacy = read_privacy(ys_csv_cell(row, columns[2]));
    entry.sort_known = order[0] != '\0';
    entry.self_sorted = entry.sort_known && !is_manual(order);
    if (!read_time(ys_csv_cell(row, columns[3]), &entry.created_at_ms)) entry.created_at_ms = 0;
    YS_TRY(status);
    YS_TRY(YS_GROW(takeout->entries, takeout->entry_capacity, takeout->entry_count,
                   reading->err));
    takeout->entries[takeout->entry_count++] = entry;
    return YS_OK;
}

static enum ys_status take_manifest(struct ys_takeout_reading *reading,
                                    const struct ys_csv_row *header,
                                    const struct ys_csv_row *first)
{
    const size_t columns[4] = {column_of(header, "title (original)", MANIFEST_TITLE),
                               column_of(header, "video order", MANIFEST_ORDER),
                               column_of(header, "visibility", MANIFEST_PRIVACY),
                               column_of(header, "create timestamp", MANIFEST_CREATED)};
    struct ys_csv_row row;

    YS_TRY(take_entry(reading, columns, first));
    while (ys_csv_line(&reading->csv, &row)) YS_TRY(take_entry(reading, columns, &row));
    return YS_OK;
}

/* ---------------------------------------------------------------- what is it? */

static bool looks_like_row(const struct ys_csv_row *row)
{
    int64_t at_ms;

    return row->count >= 1 && row->count <= 2 && ys_video_id_valid(ys_csv_cell(row, 0)) &&
           (row->count == 1 || read_time(ys_csv_cell(row, 1), &at_ms));
}

static enum ys_takeout_kind kind_of(const struct ys_csv_row *header, const struct ys_csv_row *first)
{
    if (first->count > 0 && ys_takeout_is_playlist_id(ys_csv_cell(first, 0)))
        return is_channel_id(ys_csv_cell(first, OLD_CHANNEL)) ||
                       header->count < MANIFEST_COLUMNS
                   ? YS_TAKEOUT_OLD_LIST
                   : YS_TAKEOUT_MANIFEST;
    if (looks_like_row(header)) return YS_TAKEOUT_LIST; /* somebody cut the header off */
    if (header->count <= 2 && (looks_like_row(first) || holds_word(header->cells[0], "id")))
        return YS_TAKEOUT_LIST;
    if (header->count > MANIFEST_COLUMNS && holds_word(header->cells[0], "playlist") &&
        first->count == 0)
        return YS_TAKEOUT_MANIFEST;
    return YS_TAKEOUT_OTHER;
}

static void take_ending_off(char *stem)
{
    char *dot = strrchr(stem, '.');

    if (dot && dot > stem && (strcasecmp(dot, ".csv") == 0 || strcasecmp(dot, ".json") == 0))
        *dot = '\0';
}

enum ys_status ys_takeout_new_file(struct ys_takeout_reading *reading, const char *text,
                                   size_t bytes)
{
    struct ys_takeout *takeout = reading->takeout;
    const char *slash = strrchr(reading->path, '/');
    char stem[YS_TAKEOUT_NAME_BYTES_MAX];
    struct ys_takeout_list list = {.id = "", .title = ""};
    enum ys_status status = YS_OK;

    (void)ys_copy(stem, sizeof stem, slash ? slash + 1 : reading->path);
    take_ending_off(stem);
    list.file = ys_takeout_keep(reading, reading->path, &status);
    list.stem = ys_takeout_keep(reading, stem, &status);
    YS_TRY(status);
    if (!ys_sha256_hex(text, bytes, list.digest))
        return ys_fail(reading->err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(takeout->files, takeout->file_capacity, takeout->file_count, reading->err));
    takeout->files[takeout->file_count] = list;
    reading->list = &takeout->files[takeout->file_count++];
    return YS_OK;
}

/* How many lines follow the first, and whether any of them begins with the id of a video. Reads
 * the text as it came. */
static bool any_row(const char *text, size_t bytes, int64_t *lines)
{
    const char *at = text, *end = text + bytes;
    char id[12];
    bool found = false;

    for (*lines = -1; at < end; at++) {
        const char *line = at;
        size_t line_bytes;
        while (at < end && *at != '\n' && *at != '\r') at++;
        while (line < at && strchr(" \t\"'", *line)) line++;
        line_bytes = (size_t)(at - line);
        *lines += line_bytes > 0;
        /* cppcheck takes the loop over the line for empty. */
        if (line_bytes < 11) continue; /* cppcheck-suppress knownConditionTrueFalse */
        memcpy(id, line, 11);
        id[11] = '\0';
        found = found || (ys_video_id_valid(id) &&
                          (line_bytes == 11 || strchr(",;\t\" ", line[11]) != NULL));
    }
    return found;
}

static enum ys_status take_list(struct ys_takeout_reading *reading, enum ys_takeout_kind kind,
                                const struct ys_csv_row *header, const struct ys_csv_row *first)
{
    if (kind == YS_TAKEOUT_OLD_LIST) {
        YS_TRY(take_head(reading, header, first));
        return take_old_rows(reading);
    }
    if (looks_like_row(header)) YS_TRY(take_row(reading, header));
    if (first->count > 0) YS_TRY(take_row(reading, first));
    return take_rows(reading);
}

static bool is_utf16(const char *text, size_t bytes)
{
    return bytes >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
}

/* Only a row that says something of a playlist, its description say, may go over several lines:
 * one whose first cell is a playlist's id and nothing else. One of videos never does: a quote that
 * is not closed would swallow those below it. */
static bool goes_over_lines(const struct ys_csv *csv)
{
    const char *from = csv->at + strspn(csv->at, " \t"), *end;
    bool quoted = *from == '"';
    size_t bytes;
    char id[YS_ID_BYTES];

    from += quoted;
    bytes = strspn(from, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    end = from + bytes;
    if (bytes >= sizeof id || (quoted && *end != '"')) return false;
    memcpy(id, from, bytes);
    id[bytes] = '\0';
    end += quoted;
    end += strspn(end, " ");
    return (*end == csv->separator || *end == '\0' || *end == '\r' || *end == '\n') &&
           ys_takeout_is_playlist_id(id);
}

static enum ys_status read_kind(struct ys_takeout_reading *reading, enum ys_takeout_kind *kind,
                                char *text, size_t bytes, char why[YS_ERROR_BYTES])
{
    struct ys_csv_row header, first = {.count = 0};
    int64_t lines;
    bool rows = any_row(text, bytes, &lines);

    *kind = YS_TAKEOUT_OTHER;
    ys_format(why, YS_ERROR_BYTES, "it is empty");
    if (is_utf16(text, bytes)) {
        ys_format(why, YS_ERROR_BYTES, "it is UTF-16, as a spreadsheet saves it; save it as UTF-8");
        return YS_OK;
    }
    if (ys_takeout_is_json(reading->path))
        return ys_takeout_json(reading, text, bytes, kind, why);
    YS_TRY(ys_takeout_new_file(reading, text, bytes));
    ys_csv_init(&reading->csv, text, bytes);
    if (ys_csv_line(&reading->csv, &header)) {
        if (goes_over_lines(&reading->csv))
            (void)ys_csv_record(&reading->csv, &first);
        else
            (void)ys_csv_line(&reading->csv, &first);
        *kind = kind_of(&header, &first);
        ys_format(why, YS_ERROR_BYTES, "its first line is \"%s\"", header.excerpt);
    }
    if (*kind == YS_TAKEOUT_LIST && !rows && lines > 0) {
        ys_format(why, YS_ERROR_BYTES, "none of its %lld rows begins with the id of a video",
                  (long long)lines);
        *kind = YS_TAKEOUT_OTHER;
    }
    if (*kind == YS_TAKEOUT_LIST || *kind == YS_TAKEOUT_OLD_LIST)
        return take_list(reading, *kind, &header, &first);
    reading->takeout->file_count--;
    return *kind == YS_TAKEOUT_MANIFEST && first.count > 0
               ? take_manifest(reading, &header, &first)
               : YS_OK;
}

enum ys_status ys_takeout_read(struct ys_takeout *takeout, const char *path, char *text,
                               size_t bytes, enum ys_takeout_kind *kind,
                               char why[YS_ERROR_BYTES], struct ys_error *err)
{
    struct ys_takeout_reading reading = {.takeout = takeout, .path = path, .err = err};
    struct ys_takeout_result *result = &takeout->result;

    if (takeout->file_count >= YS_TAKEOUT_LISTS_MAX)
        return ys_fail(err, YS_ELIMIT, "%s: the export has more than %d playlists.", path,
                       YS_TAKEOUT_LISTS_MAX);
    YS_TRY(read_kind(&reading, kind, text, bytes, why));
    if (*kind == YS_TAKEOUT_MANIFEST) reading.rows = reading.bad; /* its good ones are lists */
    result->rows += reading.rows;
    result->bad += reading.bad;
    result->read += reading.rows - reading.bad;
    result->undated += reading.undated;
    return YS_OK;
}
