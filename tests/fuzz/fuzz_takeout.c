/* fuzz_takeout.c: exports of Google Takeout from anybody: every row is read or told of, each taken
 * id is one, and what is counted is what is held. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "library/takeout_row.h"

struct told {
    int64_t bad_rows, remarks;
};

static void note(void *ctx, const struct ys_takeout_note *told)
{
    struct told *count = ctx;

    FUZZ_CHECK(told->text[0] != '\0' && ys_utf8_valid(told->text, strlen(told->text)));
    if (told->kind == YS_TAKEOUT_BAD_ROW) FUZZ_CHECK(told->line > 0 && told->file[0] != '\0');
    if (told->kind == YS_TAKEOUT_BAD_ROW)
        count->bad_rows++;
    else
        count->remarks++;
}

/* Lines below the first that begin with an id and a comma: rows by any reading, and never a part of
 * another one. A line of nothing but blanks, quotes and separators is none. */
static int64_t plain_rows(const char *text, size_t bytes)
{
    static const char empty[] = "\r\n \t,;\"\xC2\xA0\xEF\xBB\xBF";
    const char *at = text + strspn(text, empty), *end = text + bytes;
    int64_t rows = 0;

    at += strcspn(at, "\r\n");
    while (at < end) {
        size_t length = strcspn(at, "\r\n");
        char id[12] = "";
        if (length > 11 && at[11] == ',') memcpy(id, at, 11);
        rows += ys_video_id_valid(id);
        at += length < (size_t)(end - at) ? length + 1 : length;
    }
    return rows;
}

static void take(struct ys_takeout *takeout, const char *name, const char *text, size_t bytes)
{
    struct ys_error err = {0};
    enum ys_takeout_kind kind;
    char why[YS_ERROR_BYTES] = "", *copy = malloc(bytes + 1);
    int64_t rows = takeout->result.rows, lines;

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    lines = plain_rows(copy, bytes);
    (void)ys_takeout_json_begins(copy, bytes);
    FUZZ_CHECK(ys_takeout_read(takeout, name, copy, bytes, &kind, why, &err) == YS_OK);
    if (kind == YS_TAKEOUT_LIST) FUZZ_CHECK(takeout->result.rows - rows >= lines);
    if (kind == YS_TAKEOUT_OTHER) FUZZ_CHECK(takeout->result.rows == rows && why[0] != '\0');
    free(copy);
}

/* What the lists hold is what was read. */
static void check_lists(const struct ys_takeout *takeout, const struct told *told)
{
    const struct ys_takeout_result *result = &takeout->result;
    int64_t held = 0;
    size_t i, j;

    for (i = 0; i < takeout->list_count; i++) {
        const struct ys_takeout_list *list = &takeout->lists[i];
        FUZZ_CHECK(ys_playlist_id_valid(list->id));
        FUZZ_CHECK(list->source != YS_SOURCE_YOUTUBE);
        held += (int64_t)list->row_count;
        for (j = 0; j < list->row_count; j++) FUZZ_CHECK(ys_video_id_valid(list->rows[j].video_id));
        for (j = 0; j < i; j++) FUZZ_CHECK(strcmp(takeout->lists[j].id, list->id) != 0);
    }
    FUZZ_CHECK(held == result->read);
    FUZZ_CHECK(result->rows == result->read + result->bad + result->repeated);
    FUZZ_CHECK(result->bad == told->bad_rows);
}

void fuzz_takeout(const uint8_t *data, size_t bytes)
{
    char *text = fuzz_string(data, bytes), *at = text;
    struct told told = {0};
    struct ys_takeout takeout;
    struct ys_error err = {0};

    ys_takeout_init(&takeout, note, &told);
    while (*at) {
        size_t length = strcspn(at, "\f"), name_bytes = strcspn(at, "\n\f");
        char name[128] = "";
        bool more = at[length] == '\f';
        if (name_bytes < sizeof name) memcpy(name, at, name_bytes);
        if (name_bytes < length) name_bytes++;
        take(&takeout, name[0] ? name : "x.csv", at + name_bytes, length - name_bytes);
        at += length + more;
    }
    FUZZ_CHECK(ys_takeout_join(&takeout, &err) == YS_OK);
    check_lists(&takeout, &told);
    ys_takeout_free(&takeout);
    free(text);
}
