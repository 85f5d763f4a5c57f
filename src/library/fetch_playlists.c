/* fetch_playlists.c: the list of the channel's own playlists.
 *
 * The list comes in pages, one after the other, and is no snapshot either: a playlist made or
 * deleted meanwhile moves the others from page to page. A list in which an id came twice, or of
 * which two pages named different totals, is read again until a repeat names the same playlists.
 * totalResults itself says nothing: it counts more playlists than are returned (YOUTUBE_API
 * section 4). What the store knows and the list lacks is asked for by id. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "library/changes.h"
#include "library/fetch_private.h"
#include "library/record.h"

/* ---------------------------------------------------------------- lists of ids */

enum ys_status ys_id_list_add(struct ys_id_list *list, const char *id, struct ys_error *err)
{
    char(*grown)[YS_ID_BYTES];
    size_t capacity = list->capacity ? 2 * list->capacity : YS_PAGE_ROWS_MAX;

    if (list->count_max && list->count >= list->count_max)
        return ys_fail(err, YS_ELIMIT, "The library is larger than ytsync can hold (%zu).",
                       list->count_max);
    if (list->count == list->capacity) {
        grown = ys_realloc(list->ids, capacity * sizeof *grown);
        if (!grown) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        list->ids = grown;
        list->capacity = capacity;
    }
    if (!ys_copy(list->ids[list->count], sizeof list->ids[0], id))
        return ys_fail(err, YS_EINTERNAL, "The id %s is too long.", id);
    list->count++;
    return YS_OK;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

void ys_id_list_sort(struct ys_id_list *list)
{
    if (list->count > 1) qsort(list->ids, list->count, sizeof list->ids[0], compare_ids);
}

bool ys_id_list_has(const struct ys_id_list *list, const char *id)
{
    return list->count > 0 &&
           bsearch(id, list->ids, list->count, sizeof list->ids[0], compare_ids) != NULL;
}

void ys_id_list_free(struct ys_id_list *list)
{
    ys_free(list->ids);
    *list = (struct ys_id_list){.count_max = list->count_max};
}

/* ---------------------------------------------------------------- one playlist */

static bool note_deleted_at(void *ctx, const struct ys_row_playlist *row)
{
    *(int64_t *)ctx = row->deleted_at_ms;
    return true;
}

/* Stores what a reply says of a playlist. */
static enum ys_status store_playlist(struct ys_fetch_run *run,
                                     const struct ys_api_playlist *playlist, int64_t at_ms,
                                     struct ys_error *err)
{
    struct ys_store *store = ys_client_store(run->client);
    int64_t deleted_at_ms = 0;
    bool found;

    YS_TRY(ys_playlist_find(store, playlist->id, note_deleted_at, &deleted_at_ms, &found, err));
    if (deleted_at_ms > 0 && deleted_at_ms > at_ms - YS_FETCH_SETTLE_MS) return YS_OK;
    YS_TRY(ys_changes_playlist(store, run->account_id, playlist, at_ms, err));
    return ys_record_playlist(store, run->account_id, playlist, 0, at_ms, err);
}

/* ---------------------------------------------------------------- the list */

struct own_list {
    struct ys_fetch_run *run;
    struct ys_reader reader;
    bool asked, complete;
    int64_t attempts, pages, total_results, begun_at_ms;
    bool shifted;                      /* this attempt cannot be a snapshot */
    char page_token[YS_PAGE_TOKEN_BYTES];
    struct ys_id_list seen, before;    /* of this attempt and, sorted, of the one before */
    bool had_before;
};

static void begin_list(struct own_list *list)
{
    list->seen.count = 0;
    list->page_token[0] = '\0';
    list->pages = 0;
    list->shifted = false;
    list->attempts++;
    list->begun_at_ms = ys_client_now_ms(list->run->client);
}

static enum ys_status begin_list_again(struct own_list *list, struct ys_error *err)
{
    if (list->attempts >= YS_LISTING_ATTEMPTS_MAX)
        return ys_fail(err, YS_ESHIFTING,
                       "The list of your playlists was read %d times and was another one each "
                       "time. Call again when nobody adds or deletes playlists.",
                       YS_LISTING_ATTEMPTS_MAX);
    begin_list(list);
    return YS_OK;
}

static enum ys_status keep_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                    struct ys_error *err)
{
    struct own_list *list = ctx;

    YS_TRY(ys_id_list_add(&list->seen, playlist->id, err));
    return store_playlist(list->run, playlist, list->begun_at_ms, err);
}

/* Sorts and removes doubles; whether there were any. */
static bool drop_double_ids(struct ys_id_list *list)
{
    size_t i, kept = 0;
    bool doubled;

    ys_id_list_sort(list);
    for (i = 0; i < list->count; i++) {
        if (kept > 0 && strcmp(list->ids[kept - 1], list->ids[i]) == 0) continue;
        if (kept != i) memcpy(list->ids[kept], list->ids[i], sizeof list->ids[0]);
        kept++;
    }
    doubled = kept < list->count;
    list->count = kept;
    return doubled;
}

static bool same_ids(const struct ys_id_list *a, const struct ys_id_list *b)
{
    size_t i;

    if (a->count != b->count) return false;
    for (i = 0; i < a->count; i++)
        if (strcmp(a->ids[i], b->ids[i]) != 0) return false;
    return true;
}

/* The last page is there. */
static enum ys_status judge_list(struct own_list *list, struct ys_error *err)
{
    struct ys_id_list swap;

    if (drop_double_ids(&list->seen)) list->shifted = true;
    list->complete = !list->shifted || (list->had_before && same_ids(&list->seen, &list->before));
    if (list->complete) return YS_OK;
    swap = list->before;
    list->before = list->seen;
    list->seen = swap;
    list->had_before = true;
    return begin_list_again(list, err);
}

static enum ys_status list_page(struct own_list *list, struct ys_exchange *exchange,
                                struct ys_error *err)
{
    size_t seen_before = list->seen.count;
    struct ys_page page;
    enum ys_status status;

    status = ys_parse_playlists(ys_client_json(list->run->client), &exchange->reply.body, &page,
                                keep_playlist, list, err);
    if (status == YS_OK && page.next_page_token[0] &&
        strcmp(page.next_page_token, list->page_token) == 0)
        status = ys_fail(err, YS_EREPLY,
                         "The list of your playlists names a page as the next one of itself.");
    if (status != YS_OK) {
        list->seen.count = seen_before;
        return status;
    }
    list->asked = false;
    if (list->pages++ > 0 && page.total_results != list->total_results) list->shifted = true;
    list->total_results = page.total_results;
    if (!page.next_page_token[0]) return judge_list(list, err);
    /* A page may be short, even empty; but pages without end are an error. */
    if (list->pages > YS_FETCH_PLAYLISTS_MAX / YS_PAGE_ROWS_MAX)
        return ys_fail(err, YS_ELIMIT, "The list of your playlists does not end.");
    (void)ys_copy(list->page_token, sizeof list->page_token, page.next_page_token);
    return YS_OK;
}

/* ys_reader.reply */
static enum ys_status list_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                 struct ys_error *err)
{
    struct own_list *list = ctx;
    int64_t done, total;

    (void)number;
    if (exchange->outcome.verdict == YS_VERDICT_PAGE_TOKEN) {
        list->asked = false;
        return begin_list_again(list, err);
    }
    if (exchange->outcome.verdict != YS_VERDICT_DONE) {
        YS_TRY(ys_outcome_fail(&exchange->outcome, YS_METHOD_PLAYLISTS_LIST, err));
        return ys_fail(err, YS_EREPLY, "playlists.list: an answer of no use (%s).",
                       ys_verdict_name(exchange->outcome.verdict));
    }
    YS_TRY(list_page(list, exchange, err));
    done = (int64_t)list->seen.count;
    total = list->complete || list->total_results < done ? done : list->total_results;
    return ys_fetch_tell(list->run, "playlists", done, total, list->reader.units, err);
}

/* ys_reader.next */
static enum ys_status list_next(void *ctx, struct ys_request *request, uint64_t *number,
                                bool *more, struct ys_error *err)
{
    struct own_list *list = ctx;

    *more = !list->complete && !list->asked;
    if (!*more) return YS_OK;
    YS_TRY(ys_request_playlists(request, list->page_token, err));
    list->asked = true;
    *number = 0;
    return YS_OK;
}

struct missing {
    struct own_list *list;
    struct ys_id_list ids;
    enum ys_status status;
    struct ys_error *err;
};

static bool note_missing(void *ctx, const struct ys_row_playlist *row)
{
    struct missing *missing = ctx;

    if (!ys_id_list_has(&missing->list->seen, row->youtube_id))
        missing->status = ys_id_list_add(&missing->ids, row->youtube_id, missing->err);
    return missing->status == YS_OK;
}

enum ys_status ys_fetch_list(struct ys_fetch_run *run, struct ys_error *err)
{
    struct own_list list = {.run = run,
                            .total_results = -1,
                            .seen = {.count_max = YS_FETCH_PLAYLISTS_MAX},
                            .before = {.count_max = YS_FETCH_PLAYLISTS_MAX}};
    struct missing missing = {.list = &list, .err = err};
    enum ys_status status;

    list.reader = (struct ys_reader){
        .ctx = &list, .next = list_next, .reply = list_reply, .job_id = run->job_id};
    begin_list(&list);
    status = ys_client_read(run->client, &list.reader, err);
    run->units += list.reader.units;
    if (status == YS_OK)
        status = ys_playlist_walk(ys_client_store(run->client), run->account_id, false,
                                  note_missing, &missing, err);
    if (status == YS_OK) status = missing.status;
    if (status == YS_OK) status = ys_fetch_confirm(run, &missing.ids, NULL, err);
    ys_id_list_free(&missing.ids);
    ys_id_list_free(&list.seen);
    ys_id_list_free(&list.before);
    return status;
}

/* ---------------------------------------------------------------- asking by id */

struct confirming {
    struct ys_fetch_run *run;
    const struct ys_id_list *wanted;
    struct ys_id_list *there;
    size_t next;                        /* of `wanted`, the first that was not asked for */
    struct ys_id_list found;            /* of the reply at hand */
};

static enum ys_status keep_confirmed(void *ctx, const struct ys_api_playlist *playlist,
                                     struct ys_error *err)
{
    struct confirming *confirming = ctx;

    YS_TRY(ys_id_list_add(&confirming->found, playlist->id, err));
    return store_playlist(confirming->run, playlist,
                          ys_client_now_ms(confirming->run->client), err);
}

static bool note_published_at(void *ctx, const struct ys_row_playlist *row)
{
    *(int64_t *)ctx = row->published_at_ms;
    return true;
}

/* It is in no list and has no answer by id. */
static enum ys_status mark_deleted(struct ys_fetch_run *run, const char *id, struct ys_error *err)
{
    int64_t now = ys_client_now_ms(run->client), published_at_ms = 0;
    struct ys_store *store = ys_client_store(run->client);
    bool found;

    YS_TRY(ys_playlist_find(store, id, note_published_at, &published_at_ms, &found, err));
    if (!found || published_at_ms > now - YS_FETCH_SETTLE_MS) return YS_OK;
    ys_env_log(ys_client_env(run->client), YS_LOG_INFO,
               "The playlist %s is no longer on YouTube.", id);
    YS_TRY(ys_changes_gone(store, id, now, err));
    return ys_playlist_deleted(store, id, now, err);
}

/* ys_reader.reply; `number` is the index of the first id that was asked for. */
static enum ys_status confirm_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                    struct ys_error *err)
{
    struct confirming *confirming = ctx;
    const struct ys_id_list *wanted = confirming->wanted;
    size_t i, end = (size_t)number + YS_PAGE_ROWS_MAX;

    if (exchange->outcome.verdict != YS_VERDICT_DONE) {
        YS_TRY(ys_outcome_fail(&exchange->outcome, YS_METHOD_PLAYLISTS_LIST, err));
        return ys_fail(err, YS_EREPLY, "playlists.list: an answer of no use (%s).",
                       ys_verdict_name(exchange->outcome.verdict));
    }
    confirming->found.count = 0;
    YS_TRY(ys_parse_playlists(ys_client_json(confirming->run->client), &exchange->reply.body,
                              NULL, keep_confirmed, confirming, err));
    ys_id_list_sort(&confirming->found);
    if (end > wanted->count) end = wanted->count;
    for (i = (size_t)number; i < end; i++) {
        if (!ys_id_list_has(&confirming->found, wanted->ids[i]))
            YS_TRY(mark_deleted(confirming->run, wanted->ids[i], err));
        else if (confirming->there)
            YS_TRY(ys_id_list_add(confirming->there, wanted->ids[i], err));
    }
    return YS_OK;
}

/* ys_reader.next */
static enum ys_status confirm_next(void *ctx, struct ys_request *request, uint64_t *number,
                                   bool *more, struct ys_error *err)
{
    struct confirming *confirming = ctx;
    const struct ys_id_list *wanted = confirming->wanted;
    const char *ids[YS_PAGE_ROWS_MAX];
    size_t count = 0;

    *number = confirming->next;
    while (count < YS_PAGE_ROWS_MAX && confirming->next < wanted->count)
        ids[count++] = wanted->ids[confirming->next++];
    *more = count > 0;
    if (count == 0) return YS_OK;
    return ys_request_playlists_by_id(request, ids, count, err);
}

enum ys_status ys_fetch_confirm(struct ys_fetch_run *run, const struct ys_id_list *wanted,
                                struct ys_id_list *there, struct ys_error *err)
{
    struct confirming confirming = {.run = run, .wanted = wanted, .there = there};
    struct ys_reader reader = {.ctx = &confirming,
                               .next = confirm_next,
                               .reply = confirm_reply,
                               .job_id = run->job_id};
    enum ys_status status;

    if (wanted->count == 0) return YS_OK;
    status = ys_client_read(run->client, &reader, err);
    run->units += reader.units;
    ys_id_list_free(&confirming.found);
    return status;
}
