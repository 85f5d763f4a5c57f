/* truth.c: walking and counting what is really there. */
#include <string.h>

#include "base/text.h"
#include "sim/state.h"
#include "sim/truth.h"

#define SELECT_TRUTH                                                                             \
    "SELECT p.id, p.channel_id, v.title, v.privacy, p.items, p.published_ms, p.made_by_api FROM" \
    " playlists p JOIN playlist_versions v ON v.playlist = p.key AND v.seen_until_ms ="          \
    " 9223372036854775807 WHERE p.deleted_ms IS NULL "

static void read_playlist(struct ys_stmt *stmt, struct ys_truth_playlist *out)
{
    (void)ys_copy(out->id, sizeof out->id, ys_col_text(stmt, 0));
    (void)ys_copy(out->channel_id, sizeof out->channel_id, ys_col_text(stmt, 1));
    (void)ys_copy(out->title, sizeof out->title, ys_col_text(stmt, 2));
    out->privacy = (enum ys_privacy)ys_col_int(stmt, 3);
    out->items = ys_col_int(stmt, 4);
    out->published_at_ms = ys_col_int(stmt, 5);
    out->made_by_api = ys_col_int(stmt, 6) != 0;
}

enum ys_status ys_truth_playlists(struct ys_sim *sim, const char *channel_id,
                                  ys_truth_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct ys_truth_playlist playlist;
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        SELECT_TRUTH "AND (?1 IS NULL OR p.channel_id = ?1) ORDER BY p.key",
                        YS_ARGS(YS_T(channel_id))));
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        read_playlist(stmt, &playlist);
        if (!each(ctx, &playlist)) break;
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_truth_items(struct ys_sim *sim, const char *playlist_id, ys_truth_item_fn each,
                              void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false;
    int64_t next = 0;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT i.id, i.video_id, i.added_ms, coalesce(v.availability, 2) FROM"
                        " playlists p JOIN items i ON i.playlist = p.key AND i.live = 1 LEFT"
                        " JOIN videos v ON v.id = i.video_id WHERE p.id = ?1 ORDER BY i.rank",
                        YS_ARGS(YS_T(playlist_id))));
    for (;;) {
        struct ys_truth_item item = {.position = next};
        next++;
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        (void)ys_copy(item.id, sizeof item.id, ys_col_text(stmt, 0));
        (void)ys_copy(item.video_id, sizeof item.video_id, ys_col_text(stmt, 1));
        item.added_at_ms = ys_col_int(stmt, 2);
        item.availability = (enum ys_availability)ys_col_int(stmt, 3);
        if (!each(ctx, &item)) break;
    }
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status one_playlist(struct ys_sim *sim, const char *sql, const char *key,
                                   struct ys_truth_playlist *out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err, sql, YS_ARGS(YS_T(key))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) read_playlist(stmt, out);
    ys_stmt_done(stmt);
    if (status == YS_OK && !row)
        status = ys_fail(err, YS_ENOTFOUND, "there is no playlist \"%s\"", key);
    return status;
}

enum ys_status ys_truth_playlist(struct ys_sim *sim, const char *id,
                                 struct ys_truth_playlist *out, struct ys_error *err)
{
    return one_playlist(sim, SELECT_TRUTH "AND p.id = ?1", id, out, err);
}

enum ys_status ys_truth_playlist_titled(struct ys_sim *sim, const char *title,
                                        struct ys_truth_playlist *out, struct ys_error *err)
{
    return one_playlist(sim, SELECT_TRUTH "AND v.title = ?1 ORDER BY p.key LIMIT 1", title, out,
                        err);
}

static int64_t count(struct ys_sim *sim, const char *sql, const struct ys_sim_arg *args,
                     size_t args_count)
{
    int64_t value = -1;
    if (ys_sim_number(sim, 0, &value, NULL, sql, args, args_count) != YS_OK) return -1;
    return value;
}

int64_t ys_truth_playlist_count(struct ys_sim *sim, const char *channel_id)
{
    return count(sim,
                 "SELECT count(*) FROM playlists WHERE deleted_ms IS NULL AND"
                 " (?1 IS NULL OR channel_id = ?1)",
                 YS_ARGS(YS_T(channel_id)));
}

int64_t ys_truth_title_count(struct ys_sim *sim, const char *title)
{
    return count(sim,
                 "SELECT count(*) FROM playlist_versions WHERE title = ?1 AND seen_until_ms ="
                 " 9223372036854775807",
                 YS_ARGS(YS_T(title)));
}

int64_t ys_truth_copies(struct ys_sim *sim, const char *playlist_id, const char *video_id)
{
    return count(sim,
                 "SELECT count(*) FROM items WHERE video_id = ?2 AND live = 1 AND (?1 IS NULL OR"
                 " playlist = (SELECT key FROM playlists WHERE id = ?1))",
                 YS_ARGS(YS_T(playlist_id), YS_T(video_id)));
}

enum ys_status ys_truth_item_of(struct ys_sim *sim, const char *playlist_id, const char *video_id,
                                char id_out[YS_ID_BYTES], struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT id FROM items WHERE video_id = ?2 AND live = 1 AND playlist ="
                        " (SELECT key FROM playlists WHERE id = ?1) ORDER BY rank LIMIT 1",
                        YS_ARGS(YS_T(playlist_id), YS_T(video_id))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) (void)ys_copy(id_out, YS_ID_BYTES, ys_col_text(stmt, 0));
    ys_stmt_done(stmt);
    if (status == YS_OK && !row)
        status = ys_fail(err, YS_ENOTFOUND, "video %s is not in playlist %s", video_id,
                         playlist_id);
    return status;
}
