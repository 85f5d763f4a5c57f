/* changes.c: see changes.h. */
#include "library/changes.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "library/fetch_private.h"
#include "store/export.h"
#include "store/operations.h"
#include "youtube/mark.h"

/* ---------------------------------------------------------------- states */

void ys_state_playlist(struct ys_buf *out, const struct ys_row_playlist *row)
{
    ys_buf_text_add(out, "{\"title\":");
    ys_buf_json(out, row->title);
    ys_buf_text_add(out, ",\"privacy\":");
    ys_buf_json(out, ys_privacy_name(row->privacy));
    ys_buf_text_add(out, ",\"description\":");
    ys_buf_json(out, row->description);
    ys_buf_printf(out, ",\"videos\":%lld}", (long long)row->rows);
}

void ys_state_item(struct ys_buf *out, int64_t position)
{
    ys_buf_printf(out, "{\"position\":%lld}", (long long)position);
}

/* ---------------------------------------------------------------- writing */

struct change {
    struct ys_buf before, after;
    const char *action, *playlist_id;
    const char *item_id, *video_id; /* "": of the playlist itself */
    int64_t at_ms;
};

static void change_init(struct change *change, const char *playlist_id, int64_t at_ms)
{
    *change = (struct change){
        .playlist_id = playlist_id, .item_id = "", .video_id = "", .at_ms = at_ms};
    ys_buf_init(&change->before, YS_STATE_BYTES_MAX);
    ys_buf_init(&change->after, YS_STATE_BYTES_MAX);
}

static void change_free(struct change *change)
{
    ys_buf_free(&change->before);
    ys_buf_free(&change->after);
}

static enum ys_status change_log(struct ys_store *store, const struct change *change,
                                 struct ys_error *err)
{
    struct ys_log_record entry = {.at_ms = change->at_ms,
                                  .actor = YS_ACTOR_ELSEWHERE,
                                  .before = ys_buf_text(&change->before),
                                  .after = ys_buf_text(&change->after)};
    const char *entity = change->item_id[0] ? change->item_id : change->playlist_id;

    YS_TRY(ys_buf_check(&change->before, "an entry of the log", err));
    YS_TRY(ys_buf_check(&change->after, "an entry of the log", err));
    (void)ys_copy(entry.action, sizeof entry.action, change->action);
    (void)ys_copy(entry.entity, sizeof entry.entity, entity);
    (void)ys_copy(entry.playlist_id, sizeof entry.playlist_id, change->playlist_id);
    (void)ys_copy(entry.video_id, sizeof entry.video_id, change->video_id);
    return ys_log_add(store, &entry, err);
}

/* ---------------------------------------------------------------- playlists */

/* Whether an operation whose outcome is in doubt may have done it. */
struct doubt {
    bool creates, changes, deletes; /* which kinds to look for */
    const char *title;              /* of a creation */
    bool found;
};

static bool note_doubt(void *ctx, const struct ys_row_op *op)
{
    struct doubt *doubt = ctx;

    switch (op->kind) {
    case YS_OP_PLAYLIST_CREATE:
        doubt->found = doubt->creates && strcmp(op->title, doubt->title) == 0;
        break;
    case YS_OP_PLAYLIST_UPDATE:
    case YS_OP_PLAYLIST_PUBLISH: doubt->found = doubt->changes; break;
    case YS_OP_PLAYLIST_DELETE: doubt->found = doubt->deletes; break;
    default: break;
    }
    return !doubt->found;
}

/* What ytsync wrote to the playlist itself. */
struct written {
    const char *state;         /* what was read */
    int64_t lately_ms;         /* a read may still show what was there before a later write */
    bool lately, last;         /* there is such a write; it is the state that the last one left */
};

/* Two states of a playlist, the number of its videos aside. */
static bool same_state(const char *a, const char *b)
{
    const char *end = strstr(a, ",\"videos\":");

    return end != NULL && strncmp(a, b, (size_t)(end - a)) == 0;
}

static bool note_written(void *ctx, const struct ys_log_record *entry)
{
    struct written *written = ctx;
    bool own = strcmp(entry->actor, YS_ACTOR_ELSEWHERE) != 0;

    if (entry->video_id[0]) return true;
    written->lately = written->lately || (own && entry->at_ms >= written->lately_ms);
    written->last = own && same_state(entry->after, written->state);
    return true;
}

/* Whether ytsync did it, or may have; a list that was behind may have shown an older state
 * before. */
static enum ys_status ours(struct ys_store *store, const struct change *change,
                           struct doubt *doubt, struct ys_error *err)
{
    const char *playlist_id = change->playlist_id;
    struct ys_log_filter all = {.playlist_id = playlist_id, .limit = INT64_MAX};
    struct written written = {.state = ys_buf_text(&change->after),
                              .lately_ms = change->at_ms - YS_FETCH_SETTLE_MS};

    YS_TRY(ys_op_walk_doubtful(store, doubt->creates ? "" : playlist_id, note_doubt, doubt, err));
    if (doubt->found) return YS_OK;
    YS_TRY(ys_log_walk(store, &all, note_written, &written, err));
    doubt->found = written.lately || written.last;
    return YS_OK;
}

struct known {
    struct change *change;
    const struct ys_api_playlist *now;
    bool skip, differs;
};

/* A mark that comes or goes aside. */
static bool same_description(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || ys_mark_same(a, b) || ys_mark_same(b, a);
}

static bool compare_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct known *known = ctx;
    const struct ys_api_playlist *now = known->now;
    struct ys_row_playlist after = {.title = now->title,
                                    .privacy = now->privacy,
                                    .description = now->description,
                                    .rows = row->rows};
    char titles[2][YS_TITLE_BYTES];

    known->skip = row->source != YS_SOURCE_YOUTUBE || row->deleted_at_ms > 0;
    (void)ys_trim_copy(titles[0], sizeof titles[0], row->title);
    (void)ys_trim_copy(titles[1], sizeof titles[1], now->title);
    known->differs = strcmp(titles[0], titles[1]) != 0 || row->privacy != now->privacy ||
                     !same_description(row->description, now->description);
    if (known->skip || !known->differs) return true;
    ys_state_playlist(&known->change->before, row);
    ys_state_playlist(&known->change->after, &after);
    return true;
}

static enum ys_status find_change(struct ys_store *store, int64_t account_id,
                                  const struct ys_api_playlist *now, struct change *change,
                                  bool *changed, struct ys_error *err)
{
    struct known known = {.change = change, .now = now};
    struct doubt doubt = {.title = now->title};
    struct ys_channel_record channel;
    bool found;

    *changed = false;
    YS_TRY(ys_playlist_find(store, now->id, compare_playlist, &known, &found, err));
    if (found) {
        if (known.skip || !known.differs) return YS_OK;
        change->action = "playlist_changed";
        doubt.changes = true;
    } else {
        struct ys_row_playlist after = {.title = now->title,
                                        .privacy = now->privacy,
                                        .description = now->description,
                                        .rows = now->item_count < 0 ? 0 : now->item_count};
        YS_TRY(ys_export_account(store, account_id, &channel, err));
        if (channel.fetched_at_ms == 0) return YS_OK; /* the first reading: all are new */
        change->action = "playlist_new";
        doubt.creates = true;
        ys_state_playlist(&change->after, &after);
    }
    YS_TRY(ours(store, change, &doubt, err));
    *changed = !doubt.found;
    return YS_OK;
}

enum ys_status ys_changes_playlist(struct ys_store *store, int64_t account_id,
                                   const struct ys_api_playlist *playlist, int64_t at_ms,
                                   struct ys_error *err)
{
    struct change change;
    enum ys_status status;
    bool changed;

    change_init(&change, playlist->id, at_ms);
    status = find_change(store, account_id, playlist, &change, &changed, err);
    if (status == YS_OK && changed) status = change_log(store, &change, err);
    change_free(&change);
    return status;
}

static bool note_before(void *ctx, const struct ys_row_playlist *row)
{
    ys_state_playlist(ctx, row);
    return true;
}

enum ys_status ys_changes_gone(struct ys_store *store, const char *playlist_id, int64_t at_ms,
                               struct ys_error *err)
{
    struct doubt doubt = {.deletes = true};
    struct change change;
    enum ys_status status;
    bool found = false;

    change_init(&change, playlist_id, at_ms);
    change.action = "playlist_gone";
    status = ys_op_walk_doubtful(store, playlist_id, note_doubt, &doubt, err);
    if (status == YS_OK && !doubt.found)
        status = ys_playlist_find(store, playlist_id, note_before, &change.before, &found, err);
    if (status == YS_OK && found) status = change_log(store, &change, err);
    change_free(&change);
    return status;
}

/* ---------------------------------------------------------------- entries */

struct comparing {
    struct ys_store *store;
    const struct ys_listing *listing;
    struct ys_map stored;  /* entries that the store has: their places */
    struct ys_map listed;  /* those that the listing has */
    struct ys_map ours;    /* by "=" and an entry's id, or "+" and a video's, "-" and an entry's */
    bool known;            /* the playlist was listed before, or made here */
    int64_t listed_at_ms;
    bool differs;
    enum ys_status status; /* of a walk */
    struct ys_error *err;
};

static bool note_listed_at(void *ctx, const struct ys_row_playlist *row)
{
    struct comparing *comparing = ctx;

    comparing->known = row->source == YS_SOURCE_YOUTUBE &&
                       (row->listed_at_ms > 0 || row->made_by_job > 0);
    comparing->listed_at_ms = row->listed_at_ms;
    return true;
}

static bool note_stored(void *ctx, const struct ys_row_item *row)
{
    struct comparing *comparing = ctx;

    if (!ys_map_get(&comparing->listed, row->youtube_id, NULL)) comparing->differs = true;
    comparing->status = ys_map_put(&comparing->stored, row->youtube_id, row->position,
                                   comparing->err);
    return comparing->status == YS_OK;
}

static void note_ours(struct comparing *comparing, const char *sign, const char *id)
{
    char key[YS_ID_BYTES + 2];

    ys_format(key, sizeof key, "%s%s", sign, id);
    comparing->status = ys_map_put(&comparing->ours, key, 1, comparing->err);
}

static bool is_ours(const struct comparing *comparing, const char *sign, const char *id)
{
    char key[YS_ID_BYTES + 2];

    ys_format(key, sizeof key, "%s%s", sign, id);
    return ys_map_get(&comparing->ours, key, NULL);
}

/* An entry that the log speaks of is no new one. One that ytsync took out, or put in so short a
 * time ago that a listing may not show it yet, is not gone. */
static bool note_entry(void *ctx, const struct ys_log_record *entry)
{
    struct comparing *comparing = ctx;
    bool lately = entry->at_ms > comparing->listing->begun_at_ms - YS_FETCH_SETTLE_MS;

    if (!entry->video_id[0]) return true;
    note_ours(comparing, "=", entry->entity);
    if (comparing->status == YS_OK && strcmp(entry->actor, YS_ACTOR_ELSEWHERE) != 0 &&
        (lately || strcmp(entry->action, ys_op_kind_name(YS_OP_ITEM_DELETE)) == 0))
        note_ours(comparing, "-", entry->entity);
    return comparing->status == YS_OK;
}

static bool note_doubtful(void *ctx, const struct ys_row_op *op)
{
    struct comparing *comparing = ctx;

    if (op->kind == YS_OP_ITEM_INSERT) note_ours(comparing, "+", op->video_id);
    if (op->kind == YS_OP_ITEM_DELETE) note_ours(comparing, "-", op->item_id);
    return comparing->status == YS_OK;
}

static enum ys_status know_ours(struct comparing *comparing, struct ys_error *err)
{
    const char *playlist_id = comparing->listing->playlist_id;
    struct ys_log_filter all = {.playlist_id = playlist_id, .limit = INT64_MAX};

    YS_TRY(ys_log_walk(comparing->store, &all, note_entry, comparing, err));
    YS_TRY(comparing->status);
    YS_TRY(ys_op_walk_doubtful(comparing->store, playlist_id, note_doubtful, comparing, err));
    return comparing->status;
}

/* One that was added before the last listing began was left out by that one. */
static bool is_new(const struct comparing *comparing, const struct ys_listed_item *item)
{
    return !ys_map_get(&comparing->stored, item->id, NULL) && !is_ours(comparing, "=", item->id) &&
           !is_ours(comparing, "+", item->video_id) &&
           (item->added_at_ms == 0 ||
            item->added_at_ms > comparing->listed_at_ms - YS_FETCH_SETTLE_MS);
}

static enum ys_status log_new(struct comparing *comparing, struct ys_error *err)
{
    const struct ys_listing *listing = comparing->listing;
    enum ys_status status = YS_OK;
    struct change change;
    size_t i;

    change_init(&change, listing->playlist_id, listing->begun_at_ms);
    change.action = "video_new";
    for (i = 0; status == YS_OK && i < listing->count; i++) {
        if (!is_new(comparing, &listing->items[i])) continue;
        change.item_id = listing->items[i].id;
        change.video_id = listing->items[i].video_id;
        ys_buf_clear(&change.after);
        ys_state_item(&change.after, listing->items[i].position);
        status = change_log(comparing->store, &change, err);
    }
    change_free(&change);
    return status;
}

static bool log_gone(void *ctx, const struct ys_row_item *row)
{
    struct comparing *comparing = ctx;
    struct change change;

    if (ys_map_get(&comparing->listed, row->youtube_id, NULL) ||
        is_ours(comparing, "-", row->youtube_id))
        return true;
    change_init(&change, row->playlist_id, comparing->listing->begun_at_ms);
    change.action = "video_gone";
    change.item_id = row->youtube_id;
    change.video_id = row->video_id;
    ys_state_item(&change.before, row->position);
    comparing->status = change_log(comparing->store, &change, comparing->err);
    change_free(&change);
    return comparing->status == YS_OK;
}

static enum ys_status compare_entries(struct comparing *comparing, struct ys_error *err)
{
    const struct ys_listing *listing = comparing->listing;
    size_t i;

    for (i = 0; i < listing->count; i++)
        YS_TRY(ys_map_put(&comparing->listed, listing->items[i].id, 1, err));
    YS_TRY(ys_item_walk(comparing->store, listing->playlist_id, note_stored, comparing, err));
    YS_TRY(comparing->status);
    if (!comparing->differs && comparing->stored.count == comparing->listed.count) return YS_OK;
    YS_TRY(know_ours(comparing, err));
    YS_TRY(log_new(comparing, err));
    YS_TRY(ys_item_walk(comparing->store, listing->playlist_id, log_gone, comparing, err));
    return comparing->status;
}

enum ys_status ys_changes_listing(struct ys_store *store, const struct ys_listing *listing,
                                  struct ys_error *err)
{
    struct comparing comparing = {.store = store, .listing = listing, .err = err};
    enum ys_status status;
    bool found;

    ys_map_init(&comparing.stored);
    ys_map_init(&comparing.listed);
    ys_map_init(&comparing.ours);
    status = ys_playlist_find(store, listing->playlist_id, note_listed_at, &comparing, &found, err);
    if (status == YS_OK && comparing.known) status = compare_entries(&comparing, err);
    ys_map_free(&comparing.stored);
    ys_map_free(&comparing.listed);
    ys_map_free(&comparing.ours);
    return status;
}
