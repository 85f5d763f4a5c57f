/* copies.c: a longest common subsequence by patience sorting (Hunt and Szymanski); see copies.h. */
#include "plan/copies.h"

#include <string.h>

#include "base/alloc.h"
#include "plan/order.h"

/* Pairs of a row and an entry of the same video that are looked at. Beyond (a video that stands
 * there a thousand times) the nth row of a video may keep its place only as its nth entry. */
#define PAIRS_MAX ((size_t)1 << 20)

struct matching {
    const struct ys_snap_playlist *wanted, *rows;
    const struct ys_map *gone;
    struct ys_copies *out;
    struct ys_map first;   /* video id -> its first entry */
    size_t *next;          /* per entry: the next one of its video, or YS_NO_ENTRY */
    int64_t *ranks;        /* per pair: its entry; by row, then falling */
    size_t *row;           /* per pair */
    bool *keep;            /* per pair */
    size_t pairs;
};

static size_t first_entry(const struct matching *matching, const char *video_id)
{
    int64_t first;

    return ys_map_get(&matching->first, video_id, &first) ? (size_t)first : YS_NO_ENTRY;
}

static enum ys_status no_memory(struct ys_error *err)
{
    return ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

static enum ys_status chain_entries(struct matching *matching, struct ys_error *err)
{
    size_t i;

    ys_map_free(&matching->first);
    for (i = matching->wanted->item_count; i-- > 0;) {
        const char *video_id = matching->wanted->items[i].video_id;
        matching->next[i] = first_entry(matching, video_id);
        matching->out->row_of[i] = YS_NO_ENTRY;
        YS_TRY(ys_map_put(&matching->first, video_id, (int64_t)i, err));
    }
    return YS_OK;
}

static bool may_keep(const struct matching *matching, const char *video_id)
{
    return !ys_map_get(matching->gone, video_id, NULL);
}

/* How many pairs there are; PAIRS_MAX + 1: too many. */
static size_t count_pairs(const struct matching *matching)
{
    size_t i, entry, count = 0;

    for (i = 0; i < matching->rows->item_count; i++) {
        const char *video_id = matching->rows->items[i].video_id;
        for (entry = first_entry(matching, video_id); entry != YS_NO_ENTRY && count <= PAIRS_MAX;
             entry = matching->next[entry])
            count++;
    }
    return count;
}

static void add_pair(struct matching *matching, size_t row, size_t entry)
{
    matching->ranks[matching->pairs] = (int64_t)entry;
    matching->row[matching->pairs++] = row;
}

/* Of one row, last entry first: of rising runs over these at most one holds one of them. */
static void add_pairs(struct matching *matching, size_t row)
{
    size_t begin = matching->pairs, end, entry, i;

    entry = first_entry(matching, matching->rows->items[row].video_id);
    for (; entry != YS_NO_ENTRY; entry = matching->next[entry]) add_pair(matching, row, entry);
    end = matching->pairs;
    for (i = begin; i < begin + (end - begin) / 2; i++) {
        int64_t swap = matching->ranks[i];
        matching->ranks[i] = matching->ranks[end - 1 - (i - begin)];
        matching->ranks[end - 1 - (i - begin)] = swap;
    }
}

/* The nth row of each video with its nth entry. */
static enum ys_status add_plain_pairs(struct matching *matching, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < matching->rows->item_count; i++) {
        const char *video_id = matching->rows->items[i].video_id;
        size_t entry = first_entry(matching, video_id);
        if (entry == YS_NO_ENTRY) continue;
        if (may_keep(matching, video_id)) add_pair(matching, i, entry);
        if (matching->next[entry] == YS_NO_ENTRY) continue;
        YS_TRY(ys_map_put(&matching->first, video_id, (int64_t)matching->next[entry], err));
    }
    return YS_OK;
}

static enum ys_status find_pairs(struct matching *matching, struct ys_error *err)
{
    size_t i, count = count_pairs(matching);
    bool plain = count > PAIRS_MAX;

    if (plain) count = matching->rows->item_count;
    matching->ranks = ys_alloc_zero(count, sizeof *matching->ranks);
    matching->row = ys_alloc_zero(count, sizeof *matching->row);
    matching->keep = ys_alloc_zero(count, sizeof *matching->keep);
    if (!matching->ranks || !matching->row || !matching->keep) return no_memory(err);
    if (plain) {
        YS_TRY(add_plain_pairs(matching, err));
        return chain_entries(matching, err);
    }
    for (i = 0; i < matching->rows->item_count; i++)
        if (may_keep(matching, matching->rows->items[i].video_id)) add_pairs(matching, i);
    return YS_OK;
}

static void take(struct ys_copies *out, size_t row, size_t entry)
{
    out->entry_of[row] = entry;
    out->row_of[entry] = row;
}

/* Rows that do not keep their place get what is left of their video, from the front. */
static enum ys_status match_rest(struct matching *matching, struct ys_error *err)
{
    struct ys_copies *out = matching->out;
    size_t i;

    for (i = 0; i < matching->rows->item_count; i++) {
        const char *video_id = matching->rows->items[i].video_id;
        size_t entry = first_entry(matching, video_id), last = YS_NO_ENTRY;
        if (out->keeps[i]) continue;
        for (; entry != YS_NO_ENTRY && out->row_of[entry] != YS_NO_ENTRY;
             entry = matching->next[entry])
            last = entry;
        if (entry != YS_NO_ENTRY) take(out, i, entry);
        else entry = last;
        if (entry != YS_NO_ENTRY)
            YS_TRY(ys_map_put(&matching->first, video_id, (int64_t)entry, err));
    }
    return YS_OK;
}

static enum ys_status match(struct matching *matching, struct ys_error *err)
{
    struct ys_copies *out = matching->out;
    size_t rows = matching->rows->item_count, entries = matching->wanted->item_count, i;

    out->entry_of = ys_alloc_zero(rows, sizeof *out->entry_of);
    out->keeps = ys_alloc_zero(rows, sizeof *out->keeps);
    out->row_of = ys_alloc_zero(entries, sizeof *out->row_of);
    matching->next = ys_alloc_zero(entries, sizeof *matching->next);
    if (!out->entry_of || !out->keeps || !out->row_of || !matching->next) return no_memory(err);
    for (i = 0; i < rows; i++) out->entry_of[i] = YS_NO_ENTRY;
    YS_TRY(chain_entries(matching, err));
    YS_TRY(find_pairs(matching, err));
    YS_TRY(ys_order_keep(matching->ranks, matching->pairs, matching->keep, NULL, err));
    for (i = 0; i < matching->pairs; i++) {
        if (!matching->keep[i]) continue;
        out->keeps[matching->row[i]] = true;
        take(out, matching->row[i], (size_t)matching->ranks[i]);
    }
    return match_rest(matching, err);
}

enum ys_status ys_copies_match(const struct ys_snap_playlist *wanted,
                               const struct ys_snap_playlist *rows, const struct ys_map *gone,
                               struct ys_copies *out, struct ys_error *err)
{
    static const struct ys_snap_playlist nothing = {.item_count = 0};
    struct matching matching = {.wanted = wanted,
                                .rows = rows ? rows : &nothing,
                                .gone = gone,
                                .out = out};
    enum ys_status status;

    memset(out, 0, sizeof *out);
    ys_map_init(&matching.first);
    status = match(&matching, err);
    ys_map_free(&matching.first);
    ys_free(matching.next);
    ys_free(matching.ranks);
    ys_free(matching.row);
    ys_free(matching.keep);
    return status;
}

void ys_copies_free(struct ys_copies *copies)
{
    ys_free(copies->entry_of);
    ys_free(copies->keeps);
    ys_free(copies->row_of);
    memset(copies, 0, sizeof *copies);
}
