/* takeout.c: an export into the store. See takeout.h. */
#include "library/takeout.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "store/imports.h"

#define NOTE_BYTES 512

void ys_takeout_init(struct ys_takeout *takeout, ys_takeout_note_fn note, void *note_ctx)
{
    memset(takeout, 0, sizeof *takeout);
    ys_arena_init(&takeout->arena);
    takeout->note = note;
    takeout->note_ctx = note_ctx;
}

static void free_lists(struct ys_takeout_list *lists, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) ys_free(lists[i].rows);
    ys_free(lists);
}

void ys_takeout_free(struct ys_takeout *takeout)
{
    free_lists(takeout->entries, takeout->entry_count);
    free_lists(takeout->files, takeout->file_count);
    free_lists(takeout->lists, takeout->list_count);
    ys_arena_free(&takeout->arena);
    memset(takeout, 0, sizeof *takeout);
}

void ys_takeout_note(struct ys_takeout *takeout, enum ys_takeout_note_kind kind, const char *file,
                     int64_t line, const char *format, ...)
{
    char text[NOTE_BYTES];
    struct ys_takeout_note note = {
        .kind = kind, .file = file ? file : "", .line = line, .text = text};
    va_list args;

    if (!takeout->note) return;
    va_start(args, format);
    ys_vformat(text, sizeof text, format, args);
    va_end(args);
    takeout->note(takeout->note_ctx, &note);
}

/* ---------------------------------------------------------------- into the store */

static enum ys_status store_rows(struct ys_store *store, const struct ys_takeout_list *list,
                                 const struct ys_row_import *row, int64_t playlist,
                                 struct ys_map *videos, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < list->row_count; i++) {
        const struct ys_takeout_row *item = &list->rows[i];
        YS_TRY(ys_map_put(videos, item->video_id, 1, err));
        YS_TRY(ys_import_item(store, playlist, row, (int64_t)i, item->video_id, item->added_at_ms,
                              err));
    }
    return YS_OK;
}

static enum ys_status store_list(struct ys_store *store, struct ys_takeout *takeout,
                                 const struct ys_takeout_list *list, int64_t account,
                                 int64_t now_ms, struct ys_map *videos, struct ys_error *err)
{
    struct ys_takeout_result *result = &takeout->result;
    struct ys_row_import row = {
        .youtube_id = list->id,
        .source = list->source,
        .privacy = list->privacy,
        .created_at_ms = list->created_at_ms,
        .at_ms = now_ms,
        .sort_known = list->sort_known,
        .self_sorted = list->self_sorted,
    };
    enum ys_import_outcome outcome;
    char title[YS_TITLE_BYTES];
    int64_t playlist;

    (void)ys_copy(title, sizeof title, list->title);
    row.title = title;
    YS_TRY(ys_import_playlist(store, account, &row, &playlist, &outcome, err));
    result->lists++;
    result->empty += list->row_count == 0;
    result->self_sorted += list->self_sorted;
    switch (outcome) {
    case YS_IMPORT_STORED:
        if (list->source == YS_SOURCE_WATCH_LATER) result->watch_later += (int64_t)list->row_count;
        return store_rows(store, list, &row, playlist, videos, err);
    case YS_IMPORT_LISTED:
        result->listed++;
        return YS_OK;
    case YS_IMPORT_GONE:
        result->gone++;
        ys_takeout_note(takeout, YS_TAKEOUT_REMARK, list->file, 0,
                        "\"%.200s\" was deleted from YouTube since; its %zu rows are left out",
                        title, list->row_count);
        return YS_OK;
    }
    return ys_fail(err, YS_EINTERNAL, "An imported playlist came to no outcome.");
}

static enum ys_status store_all(struct ys_store *store, struct ys_takeout *takeout, int64_t now_ms,
                                struct ys_map *videos, struct ys_error *err)
{
    struct ys_log_record entry = {.at_ms = now_ms, .before = "", .after = ""};
    int64_t account;
    size_t i;

    YS_TRY(ys_import_account(store, &account, err));
    for (i = 0; i < takeout->list_count; i++)
        YS_TRY(store_list(store, takeout, &takeout->lists[i], account, now_ms, videos, err));
    takeout->result.videos = (int64_t)videos->count;
    YS_TRY(ys_import_untitled(store, account, &takeout->result.untitled, err));
    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, "import_takeout");
    (void)ys_copy(entry.entity, sizeof entry.entity, "");
    return ys_log_add(store, &entry, err);
}

enum ys_status ys_takeout_store(struct ys_store *store, struct ys_takeout *takeout, int64_t now_ms,
                                struct ys_error *err)
{
    struct ys_map videos;
    enum ys_status status;

    ys_map_init(&videos);
    status = ys_store_begin(store, err);
    if (status == YS_OK) {
        status = store_all(store, takeout, now_ms, &videos, err);
        if (status == YS_OK) status = ys_store_commit(store, err);
        if (status != YS_OK) ys_store_rollback(store);
    }
    ys_map_free(&videos);
    return status;
}
