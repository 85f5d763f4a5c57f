/* items.c: the rows of playlists: order by rank, versions for readers that lag behind. */
#include "base/alloc.h"
#include "base/text.h"
#include "sim/state.h"

/* Ranks of neighbours start this far apart, so that about twenty inserts in one place pass
 * before the playlist is numbered anew. */
#define RANK_GAP (INT64_C(1) << 20)

void ys_sim_it_free(struct ys_sim_it *item)
{
    ys_free(item->note);
    item->note = NULL;
}

enum ys_status ys_sim_it_find(struct ys_sim *sim, const char *id, bool *found,
                              struct ys_sim_it *out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    *out = (struct ys_sim_it){0};
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT i.key, i.playlist, i.id, i.video_id, p.id, i.rank, i.added_ms,"
                        " i.note FROM items i JOIN playlists p ON p.key = i.playlist"
                        " WHERE i.id = ?1 AND i.live = 1",
                        YS_ARGS(YS_T(id))));
    enum ys_status status = ys_step(stmt, found, err);
    if (status == YS_OK && *found) {
        out->key = ys_col_int(stmt, 0);
        out->playlist = ys_col_int(stmt, 1);
        (void)ys_copy(out->id, sizeof out->id, ys_col_text(stmt, 2));
        (void)ys_copy(out->video_id, sizeof out->video_id, ys_col_text(stmt, 3));
        (void)ys_copy(out->playlist_id, sizeof out->playlist_id, ys_col_text(stmt, 4));
        out->rank = ys_col_int(stmt, 5);
        out->added_ms = ys_col_int(stmt, 6);
        out->note = ys_dup(ys_col_text(stmt, 7));
        if (!out->note) status = ys_fail(err, YS_ENOMEM, "no memory for a playlist item");
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_it_position(struct ys_sim *sim, const struct ys_sim_it *item, int64_t *out,
                                  struct ys_error *err)
{
    return ys_sim_number(sim, 0, out, err,
                         "SELECT count(*) FROM items WHERE playlist = ?1 AND live = 1 AND"
                         " rank < ?2",
                         YS_ARGS(YS_I(item->playlist), YS_I(item->rank)));
}

/* ------------------------------------------------------------------ ranks */

/* Gives all versions new ranks in the order that they have. */
static enum ys_status renumber(struct ys_sim *sim, int64_t playlist, struct ys_error *err)
{
    return ys_sim_exec(sim, err,
                       "UPDATE items SET rank = n.place * ?2 FROM (SELECT key AS k,"
                       " row_number() OVER (ORDER BY rank, key) AS place FROM items"
                       " WHERE playlist = ?1) AS n WHERE items.key = n.k",
                       YS_ARGS(YS_I(playlist), YS_I(RANK_GAP)));
}

/* The ranks before and after `position`, `skip` not counted. */
static enum ys_status neighbours(struct ys_sim *sim, int64_t playlist, int64_t position,
                                 int64_t skip, int64_t *before, int64_t *after, int *found,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status = YS_OK;
    bool row = true;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT rank FROM items WHERE playlist = ?1 AND live = 1 AND key <> ?2"
                        " ORDER BY rank LIMIT 2 OFFSET ?3",
                        YS_ARGS(YS_I(playlist), YS_I(skip), YS_I(position - 1))));
    for (*found = 0; *found < 2; (*found)++) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        *(*found == 0 ? before : after) = ys_col_int(stmt, 0);
    }
    ys_stmt_done(stmt);
    return status;
}

/* A rank that puts a row at `position` among `count` others. */
static enum ys_status rank_at(struct ys_sim *sim, int64_t playlist, int64_t position,
                              int64_t count, int64_t skip, int64_t *out, struct ys_error *err)
{
    int64_t before = 0, after = 0;
    int found = 0;
    if (count == 0) {
        *out = 0;
        return YS_OK;
    }
    if (position == 0 || position == count) {
        const char *sql = position == 0
            ? "SELECT rank FROM items WHERE playlist = ?1 AND live = 1 AND key <> ?2"
              " ORDER BY rank LIMIT 1"
            : "SELECT rank FROM items WHERE playlist = ?1 AND live = 1 AND key <> ?2"
              " ORDER BY rank DESC LIMIT 1";
        YS_TRY(ys_sim_number(sim, 0, &before, err, sql, YS_ARGS(YS_I(playlist), YS_I(skip))));
        *out = position == 0 ? before - RANK_GAP : before + RANK_GAP;
        return YS_OK;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        YS_TRY(neighbours(sim, playlist, position, skip, &before, &after, &found, err));
        if (found != 2) break;
        if (after - before >= 2) {
            *out = before + (after - before) / 2;
            return YS_OK;
        }
        YS_TRY(renumber(sim, playlist, err));
    }
    return ys_fail(err, YS_EINTERNAL, "no rank for position %lld", (long long)position);
}

/* ------------------------------------------------------------------ changes */

/* Notes a change that readers see from `seen` on, and forgets versions that nobody sees. */
static enum ys_status touch(struct ys_sim *sim, struct ys_sim_pl *playlist, int64_t seen,
                            struct ys_error *err)
{
    int64_t now = ys_sim_mono(sim);
    if (playlist->settled_ms != INT64_MIN && playlist->settled_ms <= now) {
        YS_TRY(ys_sim_exec(sim, err,
                           "DELETE FROM items WHERE playlist = ?1 AND live = 0 AND"
                           " seen_until_ms <= ?2",
                           YS_ARGS(YS_I(playlist->key), YS_I(now))));
        playlist->settled_ms = INT64_MIN;
    }
    if (seen > now && seen > playlist->settled_ms) playlist->settled_ms = seen;
    return ys_sim_exec(sim, err, "UPDATE playlists SET items = ?2, settled_ms = ?3 WHERE key = ?1",
                       YS_ARGS(YS_I(playlist->key), YS_I(playlist->items),
                               YS_I(playlist->settled_ms)));
}

static enum ys_status add_version(struct ys_sim *sim, const struct ys_sim_it *item, int64_t seen,
                                  struct ys_error *err)
{
    return ys_sim_exec(sim, err,
                       "INSERT INTO items (id, playlist, video_id, rank, added_ms, note, live,"
                       " seen_from_ms, seen_until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8)",
                       YS_ARGS(YS_T(item->id), YS_I(item->playlist), YS_T(item->video_id),
                               YS_I(item->rank), YS_I(item->added_ms), YS_T(item->note),
                               YS_I(seen), YS_I(YS_SIM_FOREVER)));
}

static enum ys_status end_version(struct ys_sim *sim, int64_t key, int64_t seen,
                                  struct ys_error *err)
{
    if (seen <= ys_sim_mono(sim))
        return ys_sim_exec(sim, err, "DELETE FROM items WHERE key = ?1", YS_ARGS(YS_I(key)));
    return ys_sim_exec(sim, err, "UPDATE items SET live = 0, seen_until_ms = ?2 WHERE key = ?1",
                       YS_ARGS(YS_I(key), YS_I(seen)));
}

enum ys_status ys_sim_it_insert(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                const char *video_id, int64_t position, int64_t added_ms,
                                const char *note, char id_out[YS_ID_BYTES], struct ys_error *err)
{
    struct ys_sim_it item = {.playlist = playlist->key, .added_ms = added_ms};
    int64_t seen = ys_sim_pl_seen(sim, playlist);
    YS_REQUIRE(position >= 0 && position <= playlist->items);
    item.added_ms -= ((added_ms % 1000) + 1000) % 1000;
    YS_TRY(ys_sim_new_item_id(sim, playlist->id, item.id, err));
    YS_TRY(rank_at(sim, playlist->key, position, playlist->items, 0, &item.rank, err));
    (void)ys_copy(item.video_id, sizeof item.video_id, video_id);
    item.note = ys_dup(note);
    if (!item.note) return ys_fail(err, YS_ENOMEM, "no memory for a playlist item");
    enum ys_status status = add_version(sim, &item, seen, err);
    ys_sim_it_free(&item);
    if (status != YS_OK) return status;
    (void)ys_copy(id_out, YS_ID_BYTES, item.id);
    playlist->items++;
    return touch(sim, playlist, seen, err);
}

enum ys_status ys_sim_it_remove(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                const struct ys_sim_it *item, struct ys_error *err)
{
    int64_t seen = ys_sim_pl_seen(sim, playlist);
    YS_TRY(end_version(sim, item->key, seen, err));
    playlist->items--;
    return touch(sim, playlist, seen, err);
}

enum ys_status ys_sim_it_move(struct ys_sim *sim, struct ys_sim_pl *playlist,
                              const struct ys_sim_it *item, int64_t position, const char *note,
                              struct ys_error *err)
{
    struct ys_sim_it moved = *item;
    int64_t seen = ys_sim_pl_seen(sim, playlist);
    YS_REQUIRE(position >= 0 && position < playlist->items);
    YS_TRY(rank_at(sim, playlist->key, position, playlist->items - 1, item->key, &moved.rank,
                   err));
    YS_TRY(end_version(sim, item->key, seen, err));
    if (note) moved.note = ys_dup(note);
    if (!moved.note) return ys_fail(err, YS_ENOMEM, "no memory for a playlist item");
    enum ys_status status = add_version(sim, &moved, seen, err);
    if (note) ys_free(moved.note);
    if (status != YS_OK) return status;
    return touch(sim, playlist, seen, err);
}
