/* takeout_json.c: the oldest form of an export: one .json file per playlist, an array of the
 * entries as the API gives them. The file is called as the playlist, whose id stands in each entry.
 *
 * This shape is an assumption: YOUTUBE_API section 7 knows no more than "playlists/[name].json". It
 * is what the API's playlistItem resource has, and what programs of that time read from such files:
 *
 *     [ { "kind": "youtube#playlistItem", "contentDetails": { "videoId": "..." },
 *         "snippet": { "playlistId": "PL...", "publishedAt": "(when it was added)",
 *                      "resourceId": { "videoId": "..." }, ... }, ... }, ... ]
 *
 * So nothing is taken that does not call itself such an entry of one of the user's playlists, and
 * a file that has another shape is left alone.
 *
 * The array is taken apart here, so that every entry has its line and one that is broken costs no
 * more than itself; what an entry holds is read by net/json.h. Other files of that kind (history,
 * uploads, subscriptions) are no playlists. */
#include <string.h>

#include "library/takeout_row.h"
#include "net/json.h"

#define EXCERPT_BYTES 64

struct scan {
    char *at, *end;
    int64_t line;
};

struct element {
    char *text;
    size_t bytes;
    int64_t line;      /* on which it begins */
    bool whole;        /* the text does not end inside of it */
};

/* An entry, as far as it matters; texts live as long as the element. */
struct entry {
    char kind[32], playlist_id[YS_ID_BYTES], video_id[YS_ID_BYTES], time[48];
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void skip_blanks(struct scan *scan, bool commas)
{
    while (scan->at < scan->end && (is_blank(*scan->at) || (commas && *scan->at == ',')))
        scan->line += *scan->at++ == '\n';
}

/* To behind the quote that ends the string at `at`. */
static void skip_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->end && *scan->at != '"') {
        if (*scan->at == '\\' && scan->at + 1 < scan->end) scan->at++;
        scan->line += *scan->at++ == '\n';
    }
    if (scan->at < scan->end) scan->at++;
}

/* The next element of the array; false at its end. */
static bool next(struct scan *scan, struct element *out)
{
    int64_t depth = 0;

    skip_blanks(scan, true);
    if (scan->at >= scan->end || *scan->at == ']') return false;
    *out = (struct element){.text = scan->at, .line = scan->line};
    while (scan->at < scan->end) {
        char byte = *scan->at;
        if (byte == '"') {
            skip_string(scan);
            continue;
        }
        if (depth == 0 && (byte == ',' || byte == ']')) break;
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        scan->line += byte == '\n';
        scan->at++;
    }
    out->whole = scan->at < scan->end;
    out->bytes = (size_t)(scan->at - out->text);
    return true;
}

static bool begin(struct scan *scan, char *text, size_t bytes)
{
    *scan = (struct scan){.at = text, .end = text + bytes, .line = 1};
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) scan->at += 3;
    skip_blanks(scan, false);
    if (scan->at >= scan->end || *scan->at != '[') return false;
    scan->at++;
    return true;
}

bool ys_takeout_json_begins(const char *text, size_t bytes)
{
    static const char word[] = "\"videoId\"";
    const size_t word_bytes = sizeof word - 1;
    size_t i = bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (i < bytes && is_blank(text[i])) i++;
    if (i >= bytes || text[i] != '[') return false;
    for (; i + word_bytes <= bytes; i++)
        if (memcmp(text + i, word, word_bytes) == 0) return true;
    return false;
}

/* ---------------------------------------------------------------- entries */

static const char entry_query[] =
    "SELECT json_extract(?1,'$.kind'), json_extract(?1,'$.snippet.playlistId'),"
    " COALESCE(json_extract(?1,'$.contentDetails.videoId'),"
    "  json_extract(?1,'$.snippet.resourceId.videoId')),"
    " json_extract(?1,'$.snippet.publishedAt')";

static enum ys_status note_entry(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct entry *entry = ctx;

    (void)err;
    if (!ys_copy(entry->kind, sizeof entry->kind, ys_json_text(row, 0))) entry->kind[0] = '\0';
    if (!ys_copy(entry->playlist_id, sizeof entry->playlist_id, ys_json_text(row, 1)))
        entry->playlist_id[0] = '\0';
    if (!ys_copy(entry->video_id, sizeof entry->video_id, ys_json_text(row, 2)))
        entry->video_id[0] = '\0';
    if (!ys_copy(entry->time, sizeof entry->time, ys_json_text(row, 3))) entry->time[0] = '\0';
    return YS_OK;
}

/* *readable is false when the element is no JSON. */
static enum ys_status read_entry(struct ys_json *json, const struct element *element,
                                 struct entry *out, bool *readable, struct ys_error *err)
{
    enum ys_status status;

    *out = (struct entry){.kind = ""};
    *readable = element->whole && element->text[0] == '{';
    if (!*readable) return YS_OK;
    status = ys_json_rows(json, entry_query, element->text, element->bytes, note_entry, out, err);
    *readable = status == YS_OK;
    return status == YS_EREPLY || status == YS_ETOOBIG ? YS_OK : status;
}

/* How an element begins, on one line. */
static void make_excerpt(const struct element *element, char out[EXCERPT_BYTES])
{
    size_t i, bytes = 0;

    for (i = 0; i < element->bytes && bytes < EXCERPT_BYTES - 4; i++) {
        char byte = element->text[i];
        if (is_blank(byte) && (bytes == 0 || out[bytes - 1] == ' ')) continue;
        out[bytes++] = is_blank(byte) ? ' ' : byte;
    }
    while (bytes > 0 && i < element->bytes && (out[bytes - 1] & 0xC0) == 0x80) bytes--;
    if (bytes > 0 && i < element->bytes && (out[bytes - 1] & 0x80)) bytes--;
    out[bytes] = '\0';
}

static enum ys_status take(struct ys_takeout_reading *reading, struct ys_json *json,
                           const struct element *element)
{
    struct entry entry;
    char excerpt[EXCERPT_BYTES];
    bool readable;

    YS_TRY(read_entry(json, element, &entry, &readable, reading->err));
    make_excerpt(element, excerpt);
    if (readable && strcmp(entry.playlist_id, reading->list->id) == 0)
        return ys_takeout_add_row(reading, element->line, excerpt, entry.video_id, entry.time);
    reading->rows++;
    ys_takeout_bad_row(reading, element->line, excerpt,
                       readable         ? "an entry of another playlist"
                       : element->whole ? "no entry of a playlist"
                                        : "the file is broken or cut off from here on");
    return YS_OK;
}

/* ---------------------------------------------------------------- the file */

static bool is_item(const struct entry *entry)
{
    return strcmp(entry->kind, "youtube#playlistItem") == 0 && entry->playlist_id[0] != '\0';
}

/* What the file is: its first entry of a playlist, or else the first that can be read at all. */
static enum ys_status find_first(struct ys_takeout_reading *reading, struct ys_json *json,
                                 struct scan scan, struct entry *out, bool *found)
{
    struct element element;
    struct entry entry;
    bool readable;

    *found = false;
    while (next(&scan, &element) && !(*found && is_item(out))) {
        YS_TRY(read_entry(json, &element, &entry, &readable, reading->err));
        if (!readable || (*found && !is_item(&entry))) continue;
        *out = entry;
        *found = true;
    }
    return YS_OK;
}

static bool is_list(const struct entry *first, char why[YS_ERROR_BYTES])
{
    if (strcmp(first->kind, "youtube#playlistItem") != 0)
        ys_format(why, YS_ERROR_BYTES, "its entries are %s, not youtube#playlistItem",
                  first->kind[0] ? first->kind : "of no kind");
    else if (!ys_takeout_is_playlist_id(first->playlist_id))
        ys_format(why, YS_ERROR_BYTES, "\"%s\" is none of your playlists", first->playlist_id);
    else
        return true;
    return false;
}

static enum ys_status take_all(struct ys_takeout_reading *reading, struct ys_json *json,
                               struct scan *scan, const struct entry *first)
{
    enum ys_status status = YS_OK;
    struct element element = {0};

    reading->list->id = ys_takeout_keep(reading, first->playlist_id, &status);
    reading->list->title = strcmp(first->playlist_id, "WL") == 0 ? "Watch later"
                                                                 : reading->list->stem;
    YS_TRY(status);
    while (next(scan, &element)) YS_TRY(take(reading, json, &element));
    if (scan->at >= scan->end && element.whole)
        ys_takeout_note(reading->takeout, YS_TAKEOUT_REMARK, reading->path, scan->line,
                        "the file ends before its list does: what came behind is missing");
    if (scan->at >= scan->end) return YS_OK;
    scan->at++;
    skip_blanks(scan, false);
    if (scan->at < scan->end)
        ys_takeout_note(reading->takeout, YS_TAKEOUT_REMARK, reading->path, scan->line,
                        "the list ends before the file does: what stands behind is left out");
    return YS_OK;
}

/* Not one entry can be read: no row is taken, and that is said of a file that looks like a list. */
static void say_unreadable(const struct ys_takeout_reading *reading, const char *text,
                           size_t bytes, char why[YS_ERROR_BYTES])
{
    if (!ys_takeout_json_begins(text, bytes)) return;
    ys_format(why, YS_ERROR_BYTES, "none of its entries can be read");
    ys_takeout_note(reading->takeout, YS_TAKEOUT_REMARK, reading->path, 0, "left alone: %s", why);
}

enum ys_status ys_takeout_json(struct ys_takeout_reading *reading, char *text, size_t bytes,
                               enum ys_takeout_kind *kind, char why[YS_ERROR_BYTES])
{
    struct ys_json *json;
    struct entry first;
    struct scan scan;
    bool found = false;
    enum ys_status status;

    *kind = YS_TAKEOUT_OTHER;
    ys_format(why, YS_ERROR_BYTES, "it is no list of entries");
    if (!begin(&scan, text, bytes)) return YS_OK;
    YS_TRY(ys_json_new(&json, reading->err));
    status = find_first(reading, json, scan, &first, &found);
    if (status == YS_OK && !found) say_unreadable(reading, text, bytes, why);
    if (status == YS_OK && found && is_list(&first, why)) {
        *kind = YS_TAKEOUT_OLD_LIST;
        status = ys_takeout_new_file(reading, text, bytes);
        if (status == YS_OK) status = take_all(reading, json, &scan, &first);
    }
    ys_json_free(json);
    return status;
}
