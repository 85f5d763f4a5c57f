/* pages.c: list envelopes, page tokens and etags of pages. A token carries its offset, its birth
 * and a keyed hash of both with the query, so nothing is stored for it. */
#include <stdlib.h>
#include <string.h>

#include "sim/api.h"

#define TOKEN_RAW_BYTES 24

static uint64_t token_check(struct ys_sim *sim, const char *key, uint64_t offset, uint64_t born)
{
    struct ys_sim_hash hash;
    ys_sim_hash_init(&hash);
    ys_sim_hash_int(&hash, (int64_t)sim->options.seed);
    ys_sim_hash_text(&hash, key);
    ys_sim_hash_int(&hash, (int64_t)offset);
    ys_sim_hash_int(&hash, (int64_t)born);
    return hash.c;
}

void ys_sim_page_token(struct ys_sim *sim, const char *key, int64_t offset,
                       char out[YS_SIM_PAGE_TOKEN_BYTES])
{
    uint64_t words[3] = {(uint64_t)offset, (uint64_t)ys_sim_mono(sim), 0};
    unsigned char raw[TOKEN_RAW_BYTES];
    words[2] = token_check(sim, key, words[0], words[1]);
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (unsigned char)(words[i / 8] >> (8 * (i % 8)));
    ys_sim_base64url(raw, sizeof raw, out);
}

bool ys_sim_page_token_read(struct ys_sim *sim, const char *key, const char *token,
                            int64_t *offset)
{
    unsigned char raw[TOKEN_RAW_BYTES];
    size_t bytes = sizeof raw;
    uint64_t words[3] = {0, 0, 0};
    if (!ys_sim_base64url_decode(token, raw, &bytes) || bytes != sizeof raw) return false;
    for (size_t i = 0; i < sizeof raw; i++) words[i / 8] |= (uint64_t)raw[i] << (8 * (i % 8));
    if (words[2] != token_check(sim, key, words[0], words[1])) return false;
    int64_t life = sim->options.page_token_life_ms, now = ys_sim_mono(sim);
    if (life > 0 && (now < (int64_t)words[1] || now - (int64_t)words[1] > life)) return false;
    *offset = (int64_t)words[0];
    return true;
}

/* A whole number of at most nine digits. */
static bool small_number(const char *text, int64_t *out)
{
    size_t length = strlen(text);
    if (length == 0 || length > 9 || strspn(text, "0123456789") != length) return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

void ys_sim_page_begin(struct ys_sim_call *call, struct ys_sim_page *page, const char *key)
{
    const char *rows = ys_sim_param(&call->params, "maxResults");
    const char *token = ys_sim_param(&call->params, "pageToken");
    *page = (struct ys_sim_page){.rows = YS_SIM_PAGE_ROWS_DEFAULT};
    ys_buf_init(&page->items, YS_SIM_REPLY_BYTES_MAX);
    ys_sim_hash_init(&page->hash);
    if (rows && !small_number(rows, &page->rows)) {
        ys_sim_call_refuse_at(call, YS_SIM_NO_PARAMETER, "Invalid value at 'max_results'.",
                              "maxResults");
        return;
    }
    if (page->rows == 0) page->rows = YS_SIM_PAGE_ROWS_DEFAULT;
    if (page->rows > YS_SIM_PAGE_ROWS_MAX) page->rows = YS_SIM_PAGE_ROWS_MAX;
    if (!token || !*token) return;
    if (call->dead_token || !ys_sim_page_token_read(call->sim, key, token, &page->offset))
        ys_sim_call_refuse(call, YS_SIM_NO_PAGE_TOKEN);
}

void ys_sim_page_free(struct ys_sim_page *page)
{
    ys_buf_free(&page->items);
}

int64_t ys_sim_page_rows(struct ys_sim_call *call, struct ys_sim_page *page, int64_t total)
{
    int64_t left = total - page->offset;
    if (left <= 0) return 0;
    if (call->short_rows >= 0 && call->short_rows < page->rows) return call->short_rows;
    /* Short pages are seen where more follow; a few rows are missing, never all. */
    if (left > page->rows && page->rows > 1 &&
        ys_sim_chance(call->sim, call->sim->options.short_page_permille))
        return page->rows - 1 -
               (int64_t)ys_sim_below(&call->sim->random, (uint64_t)((page->rows + 3) / 4));
    return page->rows;
}

bool ys_sim_page_item(struct ys_sim_call *call, struct ys_sim_page *page)
{
    if (page->seen++ == call->hidden_row) return false;
    if (page->count++ > 0) ys_buf_text_add(&page->items, ",");
    return true;
}

/* Whether If-None-Match names this etag (quotes and W/ are let through). */
static bool matches(const char *if_none_match, const char *etag)
{
    if (!if_none_match) return false;
    if (strncmp(if_none_match, "W/", 2) == 0) if_none_match += 2;
    size_t length = strlen(if_none_match);
    if (length >= 2 && if_none_match[0] == '"' && if_none_match[length - 1] == '"') {
        if_none_match++;
        length -= 2;
    }
    return length == strlen(etag) && memcmp(if_none_match, etag, length) == 0;
}

void ys_sim_page_end(struct ys_sim_call *call, struct ys_sim_page *page, const char *kind,
                     const char *key, int64_t next_offset, int64_t total, bool omit_empty)
{
    char etag[YS_SIM_ETAG_BYTES], token[YS_SIM_PAGE_TOKEN_BYTES];
    struct ys_buf *body = &call->reply->body;
    if (call->total_lie == 0 &&
        ys_sim_chance(call->sim, call->sim->options.total_lie_permille))
        call->total_lie = (int64_t)ys_sim_below(&call->sim->random, 7) - 3;
    total += call->total_lie;
    if (total < 0) total = 0;
    ys_sim_hash_int(&page->hash, total);
    ys_sim_hash_int(&page->hash, page->offset * 64 + page->rows);
    ys_sim_hash_int(&page->hash, next_offset);
    ys_sim_hash_etag(&page->hash, etag);
    if (matches(call->request->if_none_match, etag)) {
        ys_sim_reply_start(call->reply, 304, NULL);
        ys_buf_printf(&call->reply->headers, "ETag: %s\r\n", etag);
        return;
    }
    ys_sim_reply_start(call->reply, 200, "application/json; charset=UTF-8");
    ys_buf_printf(&call->reply->headers, "ETag: %s\r\n", etag);
    ys_buf_printf(body, "{\"kind\":\"%s\",\"etag\":\"%s\"", kind, etag);
    if (next_offset >= 0) {
        ys_sim_page_token(call->sim, key, next_offset, token);
        ys_buf_printf(body, ",\"nextPageToken\":\"%s\"", token);
    }
    if (page->offset > 0) {
        int64_t before = page->offset > page->rows ? page->offset - page->rows : 0;
        ys_sim_page_token(call->sim, key, before, token);
        ys_buf_printf(body, ",\"prevPageToken\":\"%s\"", token);
    }
    if (page->count > 0 || !omit_empty) {
        ys_buf_text_add(body, ",\"items\":[");
        ys_buf_add(body, page->items.data, page->items.bytes);
        ys_buf_text_add(body, "]");
    }
    ys_buf_printf(body, ",\"pageInfo\":{\"totalResults\":%lld,\"resultsPerPage\":%lld}}",
                  (long long)total, (long long)page->rows);
    if (page->items.failed != YS_OK && body->failed == YS_OK) body->failed = page->items.failed;
}
