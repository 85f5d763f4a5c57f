/* listing.c: see listing.h. Several playlists are read at once, each by a chain: a chain asks for
 * one page after the other, because a page token comes with the page before. Only the chains at
 * work hold rows; there are at most as many as the client may have reads in flight.
 *
 * A chain owns its listing until the listing is handed over. A page that cannot be read leaves no
 * rows behind, so that the reader may ask for it again. */
#include "library/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "library/changes.h"

/* A full playlist has 100 full pages. Pages may be short, but a listing of more pages than this
 * is taken for one that never ends. */
#define LISTING_PAGES_MAX 500
#define CHAINS_MAX YS_IN_FLIGHT_MAX
#define ROWS_FIRST YS_PAGE_ROWS_MAX

struct chain {
    bool active, asked;            /* asked: its page is on the way */
    struct ys_listing listing;
    size_t capacity;
    int64_t attempts, pages;
    bool totals_differ;            /* two pages of this attempt named different totals */
    char page_token[YS_PAGE_TOKEN_BYTES];
    char digest[YS_SHA256_TEXT_BYTES]; /* of the rows of the last complete attempt, "" for none */
};

struct listings {
    struct ys_client *client;
    const char *const *ids;
    size_t id_count, next_id;
    ys_listing_fn done;
    void *ctx;
    struct ys_listing *taken;      /* not NULL: the one listing goes here instead of `done` */
    struct chain *chains;          /* CHAINS_MAX of them */
    struct ys_reader reader;
    int64_t *units;                /* the caller's; may be NULL */
};

static void drop_rows(struct ys_listing *listing, size_t keep)
{
    size_t i;

    for (i = keep; i < listing->count; i++) {
        ys_free(listing->items[i].title);
        ys_free(listing->items[i].channel);
    }
    if (keep < listing->count) listing->count = keep;
}

void ys_listing_free(struct ys_listing *listing)
{
    drop_rows(listing, 0);
    ys_free(listing->items);
    listing->items = NULL;
}

size_t ys_listing_copies(const struct ys_listing *listing, const char *video_id, size_t *first)
{
    size_t i, copies = 0;

    for (i = 0; i < listing->count; i++) {
        if (strcmp(listing->items[i].video_id, video_id) != 0) continue;
        if (copies++ == 0 && first) *first = i;
    }
    return copies;
}

const struct ys_listed_item *ys_listing_find(const struct ys_listing *listing,
                                             const char *item_id)
{
    size_t i;

    for (i = 0; i < listing->count; i++)
        if (strcmp(listing->items[i].id, item_id) == 0) return &listing->items[i];
    return NULL;
}

/* ---------------------------------------------------------------- one page */

static enum ys_status make_room(struct chain *chain, struct ys_error *err)
{
    struct ys_listing *listing = &chain->listing;
    size_t capacity = chain->capacity ? 2 * chain->capacity : ROWS_FIRST;
    struct ys_listed_item *grown;

    if (listing->count < chain->capacity) return YS_OK;
    if (listing->count >= YS_LISTING_ROWS_MAX)
        return ys_fail(err, YS_ELIMIT,
                       "The playlist %s lists more than %d entries; a playlist holds %d.",
                       listing->playlist_id, YS_LISTING_ROWS_MAX, YS_PLAYLIST_ITEMS_MAX);
    grown = ys_realloc(listing->items, capacity * sizeof *grown);
    if (!grown) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    listing->items = grown;
    chain->capacity = capacity;
    return YS_OK;
}

static enum ys_status keep_item(void *ctx, const struct ys_api_item *api, struct ys_error *err)
{
    struct chain *chain = ctx;
    struct ys_listing *listing = &chain->listing;
    struct ys_listed_item *item;

    if (api->playlist_id[0] && strcmp(api->playlist_id, listing->playlist_id) != 0)
        return ys_fail(err, YS_EREPLY,
                       "The listing of the playlist %s holds an entry of the playlist %s.",
                       listing->playlist_id, api->playlist_id);
    YS_TRY(make_room(chain, err));
    item = &listing->items[listing->count];
    memset(item, 0, sizeof *item);
    if (!ys_copy(item->id, sizeof item->id, api->id) ||
        !ys_copy(item->video_id, sizeof item->video_id, api->video_id))
        return ys_fail(err, YS_EREPLY,
                       "The listing of the playlist %s holds an id that is too long.",
                       listing->playlist_id);
    item->position = api->position;
    item->added_at_ms = api->added_at_ms;
    item->availability = api->availability;
    item->title = ys_dup(api->title ? api->title : "");
    item->channel = ys_dup(api->owner_title ? api->owner_title : "");
    listing->count++;
    if (!item->title || !item->channel) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    return YS_OK;
}

/* Takes a page's rows; on failure the chain is as it was before. */
static enum ys_status read_page(struct listings *listings, struct chain *chain,
                                struct ys_buf *body, struct ys_page *page, struct ys_error *err)
{
    struct ys_listing *listing = &chain->listing;
    size_t before = listing->count;
    enum ys_status status;

    status = ys_parse_items(ys_client_json(listings->client), body, page, keep_item, chain, err);
    if (status == YS_OK && page->next_page_token[0] &&
        strcmp(page->next_page_token, chain->page_token) == 0)
        status = ys_fail(err, YS_EREPLY, "The listing of the playlist %s names a page as the "
                                         "next one of itself.",
                         listing->playlist_id);
    if (status != YS_OK) drop_rows(listing, before);
    return status;
}

/* ---------------------------------------------------------------- one attempt */

static void begin_attempt(struct listings *listings, struct chain *chain)
{
    struct ys_listing *listing = &chain->listing;

    drop_rows(listing, 0);
    listing->total_results = -1;
    listing->clean = false;
    listing->begun_at_ms = ys_client_now_ms(listings->client);
    listing->begun_mono_ms = ys_env_mono_ms(ys_client_env(listings->client));
    chain->page_token[0] = '\0';
    chain->pages = 0;
    chain->totals_differ = false;
    chain->attempts++;
}

static enum ys_status begin_again(struct listings *listings, struct chain *chain,
                                  const char *why, struct ys_error *err)
{
    if (chain->attempts >= YS_LISTING_ATTEMPTS_MAX)
        return ys_fail(err, YS_ESHIFTING,
                       "The playlist %s was read %d times, and each time %s. Call again when "
                       "nobody edits it.",
                       chain->listing.playlist_id, YS_LISTING_ATTEMPTS_MAX, why);
    begin_attempt(listings, chain);
    return YS_OK;
}

/* By id; of one id the row that came last first (`added_at_ms` of equal ids is equal, so the
 * arrival is told by the address). */
static int by_id_later_first(const void *left, const void *right)
{
    const struct ys_listed_item *a = *(struct ys_listed_item *const *)left;
    const struct ys_listed_item *b = *(struct ys_listed_item *const *)right;
    int order = strcmp(a->id, b->id);

    if (order != 0) return order;
    return a > b ? -1 : a < b;
}

static int by_position(const void *left, const void *right)
{
    const struct ys_listed_item *a = left, *b = right;

    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    return strcmp(a->id, b->id);
}

/* Drops all but the last row of each item id. */
static enum ys_status drop_doubles(struct ys_listing *listing, size_t *dropped,
                                   struct ys_error *err)
{
    struct ys_listed_item **sorted;
    size_t i, kept = 0;

    *dropped = 0;
    if (listing->count < 2) return YS_OK;
    sorted = ys_alloc_zero(listing->count, sizeof(struct ys_listed_item *));
    if (!sorted) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < listing->count; i++) sorted[i] = &listing->items[i];
    qsort(sorted, listing->count, sizeof(struct ys_listed_item *), by_id_later_first);
    for (i = listing->count - 1; i > 0; i--) {
        struct ys_listed_item *item = sorted[i];
        if (strcmp(item->id, sorted[i - 1]->id) != 0) continue;
        ys_free(item->title);
        ys_free(item->channel);
        item->title = NULL; /* marks the row for the next loop */
        (*dropped)++;
    }
    ys_free(sorted);
    if (*dropped == 0) return YS_OK;
    for (i = 0; i < listing->count; i++)
        if (listing->items[i].title) listing->items[kept++] = listing->items[i];
    listing->count = kept;
    return YS_OK;
}

static bool positions_whole(const struct ys_listing *listing)
{
    size_t i;

    for (i = 0; i < listing->count; i++)
        if (listing->items[i].position != (int64_t)i) return false;
    return true;
}

/* What two attempts must have in common to count as the same rows. */
static enum ys_status digest_rows(const struct ys_listing *listing,
                                  char out[YS_SHA256_TEXT_BYTES], struct ys_error *err)
{
    struct ys_sha256 *hash = ys_sha256_new();
    size_t i;

    if (!hash) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < listing->count; i++) {
        const struct ys_listed_item *item = &listing->items[i];
        ys_sha256_add(hash, item->id, strlen(item->id) + 1);
        ys_sha256_add(hash, item->video_id, strlen(item->video_id) + 1);
        ys_sha256_add(hash, &item->position, sizeof item->position);
    }
    ys_sha256_end(hash, out);
    return YS_OK;
}

/* The last page is there. *settled: the rows can be handed over. */
static enum ys_status judge_attempt(struct chain *chain, bool *settled, struct ys_error *err)
{
    struct ys_listing *listing = &chain->listing;
    char digest[YS_SHA256_TEXT_BYTES];
    size_t doubles;

    YS_TRY(drop_doubles(listing, &doubles, err));
    if (listing->count > 0)
        qsort(listing->items, listing->count, sizeof listing->items[0], by_position);
    listing->clean = doubles == 0 && !chain->totals_differ && positions_whole(listing) &&
                     listing->total_results == (int64_t)listing->count;
    *settled = listing->clean;
    if (listing->clean) return YS_OK;
    YS_TRY(digest_rows(listing, digest, err));
    *settled = strcmp(digest, chain->digest) == 0;
    memcpy(chain->digest, digest, sizeof digest);
    return YS_OK;
}

/* ---------------------------------------------------------------- the chains */

static enum ys_status hand_over(struct listings *listings, struct chain *chain,
                                struct ys_error *err)
{
    enum ys_status status = YS_OK;

    if (listings->taken) {
        *listings->taken = chain->listing;
        memset(&chain->listing, 0, sizeof chain->listing);
    } else {
        status = listings->done(listings->ctx, &chain->listing, err);
    }
    ys_listing_free(&chain->listing);
    memset(chain, 0, sizeof *chain);
    return status;
}

static enum ys_status page_came(struct listings *listings, struct chain *chain,
                                struct ys_exchange *exchange, struct ys_error *err)
{
    struct ys_listing *listing = &chain->listing;
    struct ys_page page;
    bool settled;

    YS_TRY(read_page(listings, chain, &exchange->reply.body, &page, err));
    chain->asked = false;
    if (chain->pages++ > 0 && page.total_results != listing->total_results)
        chain->totals_differ = true;
    listing->total_results = page.total_results;
    if (page.next_page_token[0]) {
        if (chain->pages >= LISTING_PAGES_MAX)
            return ys_fail(err, YS_ELIMIT,
                           "The listing of the playlist %s does not end after %d pages.",
                           listing->playlist_id, LISTING_PAGES_MAX);
        (void)ys_copy(chain->page_token, sizeof chain->page_token, page.next_page_token);
        return YS_OK;
    }
    YS_TRY(judge_attempt(chain, &settled, err));
    if (settled) return hand_over(listings, chain, err);
    return begin_again(listings, chain, "it had changed meanwhile", err);
}

/* ys_reader.reply */
static enum ys_status listing_reply(void *ctx, uint64_t number, struct ys_exchange *exchange,
                                    struct ys_error *err)
{
    struct listings *listings = ctx;
    struct chain *chain = &listings->chains[number];
    enum ys_status status;

    if (listings->units) *listings->units = listings->reader.units;
    switch (exchange->outcome.verdict) {
    case YS_VERDICT_DONE:
        return page_came(listings, chain, exchange, err);
    case YS_VERDICT_PAGE_TOKEN:
        chain->asked = false;
        return begin_again(listings, chain, "YouTube forgot where it was", err);
    case YS_VERDICT_PLAYLIST_GONE:
    case YS_VERDICT_PLAYLIST_REFUSED:
        drop_rows(&chain->listing, 0);
        chain->listing.gone = exchange->outcome.verdict == YS_VERDICT_PLAYLIST_GONE;
        chain->listing.refused = !chain->listing.gone;
        (void)ys_copy(chain->listing.message, sizeof chain->listing.message,
                      exchange->outcome.message);
        return hand_over(listings, chain, err);
    default:
        status = ys_outcome_fail(&exchange->outcome, YS_METHOD_ITEMS_LIST, err);
        if (status == YS_OK)
            status = ys_fail(err, YS_EREPLY, "playlistItems.list: an answer of no use (%s).",
                             ys_verdict_name(exchange->outcome.verdict));
        ys_error_prefix(err, "The playlist %s", chain->listing.playlist_id);
        return status;
    }
}

/* A chain that waits for its next page, else one for the next playlist, else NULL. */
static struct chain *chain_to_ask(struct listings *listings)
{
    struct chain *open = NULL;
    size_t i;

    for (i = 0; i < CHAINS_MAX; i++) {
        struct chain *chain = &listings->chains[i];
        if (chain->active && !chain->asked) return chain;
        if (!chain->active && !open) open = chain;
    }
    if (!open || listings->next_id == listings->id_count) return NULL;
    open->active = true;
    (void)ys_copy(open->listing.playlist_id, sizeof open->listing.playlist_id,
                  listings->ids[listings->next_id++]);
    begin_attempt(listings, open);
    return open;
}

/* ys_reader.next */
static enum ys_status listing_next(void *ctx, struct ys_request *request, uint64_t *number,
                                   bool *more, struct ys_error *err)
{
    struct listings *listings = ctx;
    struct chain *chain = chain_to_ask(listings);

    *more = chain != NULL;
    if (!chain) return YS_OK;
    YS_TRY(ys_request_items(request, chain->listing.playlist_id, NULL, chain->page_token, err));
    chain->asked = true;
    *number = (uint64_t)(chain - listings->chains);
    return YS_OK;
}

static enum ys_status read_all(struct listings *listings, int64_t job_id, int64_t *units,
                               struct ys_error *err)
{
    enum ys_status status;
    size_t i;

    if (units) *units = 0;
    if (listings->id_count == 0) return YS_OK;
    listings->reader = (struct ys_reader){
        .ctx = listings, .next = listing_next, .reply = listing_reply, .job_id = job_id};
    listings->units = units;
    listings->chains = ys_alloc_zero(CHAINS_MAX, sizeof *listings->chains);
    if (!listings->chains) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    status = ys_client_read(listings->client, &listings->reader, err);
    if (units) *units = listings->reader.units;
    for (i = 0; i < CHAINS_MAX; i++) ys_listing_free(&listings->chains[i].listing);
    ys_free(listings->chains);
    return status;
}

enum ys_status ys_listings_read(struct ys_client *client, const char *const *playlist_ids,
                                size_t count, int64_t job_id, ys_listing_fn done, void *ctx,
                                int64_t *units, struct ys_error *err)
{
    struct listings listings = {.client = client,
                                .ids = playlist_ids,
                                .id_count = count,
                                .done = done,
                                .ctx = ctx};

    return read_all(&listings, job_id, units, err);
}

enum ys_status ys_listing_read(struct ys_client *client, const char *playlist_id,
                               int64_t job_id, struct ys_listing *out, struct ys_error *err)
{
    struct listings listings = {
        .client = client, .ids = &playlist_id, .id_count = 1, .taken = out};
    enum ys_status status;

    memset(out, 0, sizeof *out);
    status = read_all(&listings, job_id, NULL, err);
    if (status != YS_OK) ys_listing_free(out);
    return status;
}

/* ---------------------------------------------------------------- storing */

struct listed_as {
    char etag[128];
    int64_t item_count;
};

static bool note_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct listed_as *as = ctx;

    (void)ys_copy(as->etag, sizeof as->etag, row->etag);
    as->item_count = row->item_count;
    return true;
}

struct comparing {
    const struct ys_listing *listing;
    size_t at;
    bool same;
};

static bool compare_row(void *ctx, const struct ys_row_item *row)
{
    struct comparing *comparing = ctx;
    const struct ys_listing *listing = comparing->listing;

    comparing->same = comparing->at < listing->count &&
                      strcmp(listing->items[comparing->at].id, row->youtube_id) == 0;
    comparing->at++;
    return comparing->same;
}

/* A listing whose own figures contradict its rows may have left one out. It is believed when it
 * says what an earlier one said; until then the playlist is listed again at every fetch. */
static enum ys_status believe(struct ys_store *store, const struct ys_listing *listing,
                              bool *believed, struct ys_error *err)
{
    struct comparing comparing = {.listing = listing, .same = true};

    *believed = listing->clean;
    if (listing->clean) return YS_OK;
    YS_TRY(ys_item_walk(store, listing->playlist_id, compare_row, &comparing, err));
    *believed = comparing.same && comparing.at == listing->count;
    return YS_OK;
}

enum ys_status ys_listing_store(struct ys_store *store, const struct ys_listing *listing,
                                struct ys_error *err)
{
    struct listed_as as = {.etag = ""};
    bool found, believed;
    size_t i;

    YS_REQUIRE(!listing->gone && !listing->refused);
    YS_TRY(ys_playlist_find(store, listing->playlist_id, note_playlist, &as, &found, err));
    if (!found)
        return ys_fail(err, YS_ENOTFOUND, "The playlist %s is not in the store.",
                       listing->playlist_id);
    YS_TRY(believe(store, listing, &believed, err));
    if (believed) YS_TRY(ys_changes_listing(store, listing, err));
    YS_TRY(ys_items_replace_begin(store, listing->playlist_id, err));
    for (i = 0; i < listing->count; i++) {
        const struct ys_listed_item *item = &listing->items[i];
        struct ys_row_item row = {
            .youtube_id = item->id,
            .playlist_id = listing->playlist_id,
            .video_id = item->video_id,
            .position = item->position,
            .added_at_ms = item->added_at_ms,
            .availability = item->availability,
            .title = item->title,
            .channel = item->channel,
        };
        YS_TRY(ys_item_put(store, listing->playlist_id, &row, err));
    }
    /* What YouTube said of the playlist before the listing began: a change since then shows as a
     * difference at the next fetch, and so does no count that never agrees with the rows. */
    YS_TRY(ys_items_replace_end(store, listing->playlist_id, as.item_count, as.etag,
                                listing->begun_at_ms, err));
    return believed ? YS_OK : ys_playlist_doubt(store, listing->playlist_id, err);
}
