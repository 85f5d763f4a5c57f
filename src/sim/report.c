/* report.c: what was lost and doubled since the snapshot, and the state as text and JSON. */
#include <string.h>

#include "base/text.h"
#include "sim/internal.h"
#include "sim/truth.h"

enum ys_status ys_truth_snapshot(struct ys_sim *sim, struct ys_error *err)
{
    static const char *const statements[] = {
        "DELETE FROM snapshot_playlists", "DELETE FROM snapshot_items",
        "INSERT INTO snapshot_playlists SELECT id FROM playlists WHERE deleted_ms IS NULL",
        ("INSERT INTO snapshot_items SELECT p.id, i.video_id, count(*) FROM items i JOIN playlists"
         " p ON p.key = i.playlist WHERE i.live = 1 GROUP BY p.id, i.video_id")};
    enum ys_status status = YS_OK;
    YS_TRY(ys_sim_begin(sim, err));
    for (size_t i = 0; i < sizeof statements / sizeof statements[0] && status == YS_OK; i++)
        status = ys_db_exec(sim->db, statements[i], err);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_truth_compare(struct ys_sim *sim, struct ys_truth_report *out,
                                struct ys_error *err)
{
    const struct { int64_t *to; const char *sql; } counts[] = {
        {&out->playlists_before, "SELECT count(*) FROM snapshot_playlists"},
        {&out->playlists_now, "SELECT count(*) FROM playlists WHERE deleted_ms IS NULL"},
        {&out->items_before, "SELECT coalesce(sum(copies), 0) FROM snapshot_items"},
        {&out->items_now, "SELECT count(*) FROM items WHERE live = 1"},
        {&out->videos_before,
         "SELECT count(DISTINCT s.video_id) FROM snapshot_items s JOIN videos v ON"
         " v.id = s.video_id AND v.availability = 0"},
        {&out->videos_now, "SELECT count(DISTINCT i.video_id) FROM items i JOIN videos v ON"
                           " v.id = i.video_id AND v.availability = 0 WHERE i.live = 1"},
        {&out->lost, "SELECT count(DISTINCT s.video_id) FROM snapshot_items s JOIN videos v ON"
                     " v.id = s.video_id AND v.availability = 0 WHERE NOT EXISTS (SELECT 1 FROM"
                     " items i WHERE i.video_id = s.video_id AND i.live = 1)"},
        {&out->lost_rows,
         "SELECT count(DISTINCT s.video_id) FROM snapshot_items s LEFT JOIN videos v ON"
         " v.id = s.video_id WHERE coalesce(v.availability, 2) <> 0 AND NOT EXISTS (SELECT 1 FROM"
         " items i WHERE i.video_id = s.video_id AND i.live = 1)"},
        {&out->doubled_before,
         "SELECT coalesce(sum(copies - 1), 0) FROM snapshot_items WHERE copies > 1"},
        {&out->doubled,
         "SELECT coalesce(sum(g.copies - coalesce(s.copies, 1)), 0) FROM (SELECT p.id AS"
         " playlist_id, i.video_id, count(*) AS copies FROM items i JOIN playlists p ON p.key ="
         " i.playlist WHERE i.live = 1 GROUP BY i.playlist, i.video_id HAVING count(*) > 1) g"
         " LEFT JOIN snapshot_items s ON s.playlist_id = g.playlist_id AND s.video_id ="
         " g.video_id WHERE g.copies > coalesce(s.copies, 1)"}};
    *out = (struct ys_truth_report){0};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        YS_TRY(ys_sim_number(sim, 0, counts[i].to, err, counts[i].sql, NULL, 0));
    return YS_OK;
}

/* ------------------------------------------------------------------ text */

static enum ys_status dump_items(struct ys_sim *sim, int64_t playlist, bool with_ids,
                                 struct ys_buf *out, struct ys_error *err)
{
    static const char *const states[] = {"", " (private)", " (deleted)"};
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT i.id, i.video_id, coalesce(v.title, ''),"
                        " coalesce(v.availability, 2), i.note FROM items i LEFT JOIN videos v ON"
                        " v.id = i.video_id WHERE i.playlist = ?1 AND i.live = 1 ORDER BY"
                        " i.rank",
                        YS_ARGS(YS_I(playlist))));
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        ys_buf_printf(out, "    %s %s%s", ys_col_text(stmt, 1), ys_col_text(stmt, 2),
                      states[ys_col_int(stmt, 3) & 3]);
        if (*ys_col_text(stmt, 4)) ys_buf_printf(out, " [%s]", ys_col_text(stmt, 4));
        if (with_ids) ys_buf_printf(out, " %s", ys_col_text(stmt, 0));
        ys_buf_text_add(out, "\n");
    }
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_truth_dump(struct ys_sim *sim, bool with_ids, struct ys_buf *out,
                             struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false;
    /* Playlists of one title are told apart by what is in them when ids must not count. */
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT p.key, p.channel_id, v.title, v.privacy, p.items, p.id,"
                        " v.description FROM playlists p JOIN playlist_versions v ON v.playlist ="
                        " p.key AND v.seen_until_ms = 9223372036854775807 WHERE p.deleted_ms IS"
                        " NULL ORDER BY p.channel_id, v.title, p.items, (SELECT min(i.video_id)"
                        " FROM items i WHERE i.playlist = p.key AND i.live = 1), p.id",
                        NULL, 0));
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        ys_buf_printf(out, "%s \"%s\" %s, %lld items", ys_col_text(stmt, 1), ys_col_text(stmt, 2),
                      ys_privacy_name((enum ys_privacy)ys_col_int(stmt, 3)),
                      (long long)ys_col_int(stmt, 4));
        if (*ys_col_text(stmt, 6)) ys_buf_printf(out, ", \"%s\"", ys_col_text(stmt, 6));
        if (with_ids) ys_buf_printf(out, " %s", ys_col_text(stmt, 5));
        ys_buf_text_add(out, "\n");
        status = dump_items(sim, ys_col_int(stmt, 0), with_ids, out, err);
        if (status != YS_OK) break;
    }
    ys_stmt_done(stmt);
    return status == YS_OK ? ys_buf_check(out, "the dump of the simulated state", err) : status;
}

/* ------------------------------------------------------------------ JSON */

static enum ys_status json_items(struct ys_sim *sim, const char *playlist_id, struct ys_buf *out,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false, first = true;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT i.video_id FROM items i JOIN playlists p ON p.key = i.playlist"
                        " WHERE p.id = ?1 AND i.live = 1 ORDER BY i.rank",
                        YS_ARGS(YS_T(playlist_id))));
    ys_buf_text_add(out, ",\"items\":[");
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        if (!first) ys_buf_text_add(out, ",");
        ys_buf_json(out, ys_col_text(stmt, 0));
        first = false;
    }
    ys_stmt_done(stmt);
    ys_buf_text_add(out, "]");
    return status;
}

struct json_ctx {
    struct ys_sim *sim;
    struct ys_buf *out;
    struct ys_error *err;
    enum ys_status status;
    bool with_items, first;
};

static bool json_playlist(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct json_ctx *json = ctx;
    struct ys_buf *out = json->out;
    ys_buf_printf(out, "%s{\"id\":\"%s\",\"channel_id\":\"%s\",\"title\":", json->first ? "" : ",",
                  playlist->id, playlist->channel_id);
    json->first = false;
    ys_buf_json(out, playlist->title);
    ys_buf_printf(out, ",\"privacy\":\"%s\",\"made_by_api\":%s,\"count\":%lld",
                  ys_privacy_name(playlist->privacy), playlist->made_by_api ? "true" : "false",
                  (long long)playlist->items);
    if (json->with_items) json->status = json_items(json->sim, playlist->id, out, json->err);
    ys_buf_text_add(out, "}");
    return json->status == YS_OK;
}

enum ys_status ys_truth_json(struct ys_sim *sim, bool with_items, struct ys_buf *out,
                             struct ys_error *err)
{
    struct ys_truth_report report;
    struct json_ctx json = {sim, out, err, YS_OK, with_items, true};
    YS_TRY(ys_truth_compare(sim, &report, err));
    ys_buf_printf(out,
                  "{\"report\":{\"playlists_before\":%lld,\"playlists_now\":%lld,"
                  "\"items_before\":%lld,\"items_now\":%lld,\"videos_before\":%lld,"
                  "\"videos_now\":%lld,\"lost\":%lld,\"lost_rows\":%lld,\"doubled\":%lld,"
                  "\"doubled_before\":%lld,\"requests\":%lld,\"units\":%lld},\"playlists\":[",
                  (long long)report.playlists_before, (long long)report.playlists_now,
                  (long long)report.items_before, (long long)report.items_now,
                  (long long)report.videos_before, (long long)report.videos_now,
                  (long long)report.lost, (long long)report.lost_rows,
                  (long long)report.doubled, (long long)report.doubled_before,
                  (long long)ys_sim_request_count(sim, YS_SIM_METHOD_COUNT),
                  (long long)ys_sim_quota_total(sim));
    YS_TRY(ys_truth_playlists(sim, NULL, json_playlist, &json, err));
    YS_TRY(json.status);
    ys_buf_text_add(out, "]}");
    return ys_buf_check(out, "the truth as JSON", err);
}
