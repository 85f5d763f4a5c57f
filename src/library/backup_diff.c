/* backup_diff.c: see backup_diff.h. Items stand in a backup by playlist id, so the two files are
 * walked side by side. */
#include "library/backup_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "library/backup_read.h"

struct head {
    const char *id, *title, *description, *privacy;
};

struct entry {
    char video_id[32];
};

/* One file. `entries` are those of the playlist at hand; the next one's first is in `held`. */
struct side {
    struct ys_backup_reader reader;
    struct ys_arena arena;
    struct head *heads;
    size_t head_count, head_capacity;
    struct entry *entries;
    size_t entry_count, entry_capacity;
    char held_playlist[YS_ID_BYTES];
    struct entry held;
    bool more;              /* `held` is an entry */
};

struct comparing {
    struct side sides[2];
    ys_difference_fn each;
    void *ctx;
    bool stopped;
};

/* ---------------------------------------------------------------- reading */

static enum ys_status keep_head(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct side *side = ctx;
    struct head head = {.id = ys_arena_dup(&side->arena, ys_json_text(row, 0)),
                        .title = ys_arena_dup(&side->arena, ys_json_text(row, 1)),
                        .description = ys_arena_dup(&side->arena, ys_json_text(row, 2)),
                        .privacy = ys_arena_dup(&side->arena, ys_json_text(row, 3))};

    if (!head.id || !head.title || !head.description || !head.privacy)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(side->heads, side->head_capacity, side->head_count, err));
    side->heads[side->head_count++] = head;
    return YS_OK;
}

static enum ys_status keep_entry(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct side *side = ctx;

    if (!ys_copy(side->held_playlist, sizeof side->held_playlist, ys_json_text(row, 0)) ||
        !ys_copy(side->held.video_id, sizeof side->held.video_id, ys_json_text(row, 1)))
        return ys_backup_bad_line(&side->reader, "has an id that is too long", err);
    side->more = true;
    return YS_OK;
}

/* Reads on to the next entry. */
static enum ys_status next_entry(struct side *side, struct ys_error *err)
{
    bool there = true;

    side->more = false;
    while (there && !side->more) {
        YS_TRY(ys_backup_next(&side->reader, &there, err));
        if (!there || side->reader.kind > YS_BACKUP_ITEM) return YS_OK;
        if (side->reader.kind == YS_BACKUP_PLAYLIST)
            YS_TRY(ys_backup_fields(&side->reader,
                                    "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'),"
                                    " json_extract(?1,'$.description'),"
                                    " json_extract(?1,'$.privacy')",
                                    keep_head, side, err));
        else
            YS_TRY(ys_backup_fields(&side->reader,
                                    "SELECT json_extract(?1,'$.playlist'),"
                                    " json_extract(?1,'$.video')",
                                    keep_entry, side, err));
    }
    return YS_OK;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct head *)a)->id, ((const struct head *)b)->id);
}

static enum ys_status open_side(struct side *side, const char *file, struct ys_error *err)
{
    YS_TRY(ys_backup_open(&side->reader, file, err));
    YS_TRY(next_entry(side, err));
    if (side->head_count > 0) qsort(side->heads, side->head_count, sizeof *side->heads, by_id);
    return YS_OK;
}

static void close_side(struct side *side)
{
    ys_backup_close(&side->reader);
    ys_arena_free(&side->arena);
    ys_free(side->heads);
    ys_free(side->entries);
}

/* The entries of one playlist, those of earlier ones are passed over. */
static enum ys_status take_entries(struct side *side, const char *playlist_id,
                                   struct ys_error *err)
{
    side->entry_count = 0;
    while (side->more && strcmp(side->held_playlist, playlist_id) <= 0) {
        if (strcmp(side->held_playlist, playlist_id) == 0) {
            YS_TRY(YS_GROW(side->entries, side->entry_capacity, side->entry_count, err));
            side->entries[side->entry_count++] = side->held;
        }
        YS_TRY(next_entry(side, err));
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- comparing */

static void tell(struct comparing *comparing, struct ys_difference difference)
{
    if (!difference.video_id) difference.video_id = "";
    if (!difference.before) difference.before = "";
    if (!difference.after) difference.after = "";
    if (!comparing->stopped && !comparing->each(comparing->ctx, &difference))
        comparing->stopped = true;
}

/* Counts the videos of `of`, tells each that `in` has beyond that, and keeps those that both have,
 * in order (numbers of entries of `in` in `common`, count in *common_count). */
static enum ys_status tell_extra(struct comparing *comparing, const struct side *in,
                                 const struct side *of, const struct head *head,
                                 enum ys_difference_kind kind, size_t *common,
                                 size_t *common_count, struct ys_error *err)
{
    struct ys_map left;
    enum ys_status status = YS_OK;
    int64_t count;
    size_t i;

    ys_map_init(&left);
    for (i = 0; i < of->entry_count && status == YS_OK; i++) {
        count = 0;
        (void)ys_map_get(&left, of->entries[i].video_id, &count);
        status = ys_map_put(&left, of->entries[i].video_id, count + 1, err);
    }
    *common_count = 0;
    for (i = 0; i < in->entry_count && status == YS_OK; i++) {
        const struct entry *entry = &in->entries[i];
        count = 0;
        if (ys_map_get(&left, entry->video_id, &count) && count > 0) {
            status = ys_map_put(&left, entry->video_id, count - 1, err);
            common[(*common_count)++] = i;
        } else {
            tell(comparing, (struct ys_difference){.kind = kind,
                                                   .playlist_id = head->id,
                                                   .playlist_title = head->title,
                                                   .video_id = entry->video_id});
        }
    }
    ys_map_free(&left);
    return status;
}

static enum ys_status compare_entries(struct comparing *comparing, const struct head *head,
                                      struct ys_error *err)
{
    struct side *a = &comparing->sides[0], *b = &comparing->sides[1];
    size_t *common_a = ys_alloc_zero(a->entry_count + 1, sizeof *common_a);
    size_t *common_b = ys_alloc_zero(b->entry_count + 1, sizeof *common_b);
    size_t count_a = 0, count_b = 0, i;
    enum ys_status status = YS_OK;

    if (!common_a || !common_b) status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (status == YS_OK)
        status = tell_extra(comparing, a, b, head, YS_DIFFERENCE_VIDEO_GONE, common_a, &count_a,
                            err);
    if (status == YS_OK)
        status = tell_extra(comparing, b, a, head, YS_DIFFERENCE_VIDEO_NEW, common_b, &count_b,
                            err);
    for (i = 0; status == YS_OK && i < count_a && i < count_b; i++)
        if (strcmp(a->entries[common_a[i]].video_id, b->entries[common_b[i]].video_id) != 0) break;
    if (status == YS_OK && i < count_a)
        tell(comparing, (struct ys_difference){.kind = YS_DIFFERENCE_ORDER,
                                               .playlist_id = head->id,
                                               .playlist_title = head->title});
    ys_free(common_a);
    ys_free(common_b);
    return status;
}

static void compare_heads(struct comparing *comparing, const struct head *a, const struct head *b)
{
    struct ys_difference difference = {.playlist_id = b->id, .playlist_title = b->title};

    if (strcmp(a->title, b->title) != 0) {
        difference.kind = YS_DIFFERENCE_TITLE;
        difference.before = a->title;
        difference.after = b->title;
        tell(comparing, difference);
    }
    difference.before = difference.after = NULL;
    if (strcmp(a->description, b->description) != 0) {
        difference.kind = YS_DIFFERENCE_DESCRIPTION;
        tell(comparing, difference);
    }
    if (strcmp(a->privacy, b->privacy) != 0) {
        difference.kind = YS_DIFFERENCE_PRIVACY;
        difference.before = a->privacy;
        difference.after = b->privacy;
        tell(comparing, difference);
    }
}

/* A playlist that only one side has. */
static enum ys_status tell_alone(struct comparing *comparing, struct side *side,
                                 const struct head *head, enum ys_difference_kind kind,
                                 struct ys_error *err)
{
    YS_TRY(take_entries(side, head->id, err));
    tell(comparing, (struct ys_difference){.kind = kind,
                                           .playlist_id = head->id,
                                           .playlist_title = head->title,
                                           .videos = (int64_t)side->entry_count});
    return YS_OK;
}

static enum ys_status compare(struct comparing *comparing, struct ys_error *err)
{
    struct side *a = &comparing->sides[0], *b = &comparing->sides[1];
    size_t i = 0, j = 0;

    while (!comparing->stopped && (i < a->head_count || j < b->head_count)) {
        int order = i == a->head_count   ? 1
                    : j == b->head_count ? -1
                                         : strcmp(a->heads[i].id, b->heads[j].id);
        if (order < 0) {
            YS_TRY(tell_alone(comparing, a, &a->heads[i++], YS_DIFFERENCE_PLAYLIST_GONE, err));
        } else if (order > 0) {
            YS_TRY(tell_alone(comparing, b, &b->heads[j++], YS_DIFFERENCE_PLAYLIST_NEW, err));
        } else {
            compare_heads(comparing, &a->heads[i++], &b->heads[j]);
            YS_TRY(take_entries(a, b->heads[j].id, err));
            YS_TRY(take_entries(b, b->heads[j].id, err));
            YS_TRY(compare_entries(comparing, &b->heads[j++], err));
        }
    }
    return YS_OK;
}

enum ys_status ys_backup_diff(const char *a, const char *b, ys_difference_fn each, void *ctx,
                              struct ys_error *err)
{
    struct comparing *comparing = ys_alloc_zero(1, sizeof *comparing);
    enum ys_status status;

    if (!comparing) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    comparing->each = each;
    comparing->ctx = ctx;
    comparing->sides[0].reader.fd = comparing->sides[1].reader.fd = -1;
    ys_arena_init(&comparing->sides[0].arena);
    ys_arena_init(&comparing->sides[1].arena);
    status = open_side(&comparing->sides[0], a, err);
    if (status == YS_OK) status = open_side(&comparing->sides[1], b, err);
    if (status == YS_OK) status = compare(comparing, err);
    close_side(&comparing->sides[0]);
    close_side(&comparing->sides[1]);
    ys_free(comparing);
    return status;
}
