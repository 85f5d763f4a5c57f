/* audit.c: reading the ledger and the log of requests. */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "sim/ledger.h"
#include "sim/truth.h"

#define SELECT_QUOTA                                                                             \
    "SELECT day, used, others, limit_units, requests, refused, creates FROM quota "

static enum ys_status read_quota(struct ys_sim *sim, const char *sql, int64_t key, bool *found,
                                 struct ys_sim_quota *out, struct ys_error *err)
{
    struct ys_stmt *stmt;
    YS_TRY(ys_sim_query(sim, &stmt, err, sql, YS_ARGS(YS_I(key))));
    enum ys_status status = ys_step(stmt, found, err);
    if (status == YS_OK && *found)
        *out = (struct ys_sim_quota){.day = ys_col_int(stmt, 0),
                                     .used_units = ys_col_int(stmt, 1),
                                     .others_units = ys_col_int(stmt, 2),
                                     .limit_units = ys_col_int(stmt, 3),
                                     .requests = ys_col_int(stmt, 4),
                                     .refused = ys_col_int(stmt, 5),
                                     .creates = ys_col_int(stmt, 6)};
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_sim_quota(struct ys_sim *sim, int64_t day, struct ys_sim_quota *out,
                            struct ys_error *err)
{
    bool found = false;
    *out = (struct ys_sim_quota){.day = day, .limit_units = sim->options.quota_daily_units};
    return read_quota(sim, SELECT_QUOTA "WHERE day = ?1", day, &found, out, err);
}

enum ys_status ys_sim_quota_nth(struct ys_sim *sim, int64_t index, struct ys_sim_quota *out,
                                struct ys_error *err)
{
    bool found = false;
    YS_TRY(read_quota(sim, SELECT_QUOTA "ORDER BY day LIMIT 1 OFFSET ?1", index, &found, out,
                      err));
    if (!found)
        return ys_fail(err, YS_ENOTFOUND, "there is no day %lld in the ledger", (long long)index);
    return YS_OK;
}

static int64_t number(struct ys_sim *sim, const char *sql, const struct ys_sim_arg *args,
                      size_t count)
{
    int64_t value = -1;
    if (ys_sim_number(sim, 0, &value, NULL, sql, args, count) != YS_OK) return -1;
    return value;
}

int64_t ys_sim_quota_peak(struct ys_sim *sim)
{
    return number(sim, "SELECT max(used) FROM quota", NULL, 0);
}

int64_t ys_sim_quota_total(struct ys_sim *sim)
{
    return number(sim, "SELECT sum(used) FROM quota", NULL, 0);
}

int64_t ys_sim_request_count(struct ys_sim *sim, enum ys_sim_method method)
{
    if (method == YS_SIM_METHOD_COUNT)
        return number(sim, "SELECT count(*) FROM requests", NULL, 0);
    return number(sim, "SELECT count(*) FROM requests WHERE method = ?1", YS_ARGS(YS_I(method)));
}

int64_t ys_sim_effect_count(struct ys_sim *sim, enum ys_sim_method method)
{
    return number(sim,
                  "SELECT count(*) FROM requests WHERE effect = 1 AND (method = ?1 OR ?1 = ?2)",
                  YS_ARGS(YS_I(method), YS_I(YS_SIM_METHOD_COUNT)));
}

int64_t ys_sim_effects_on(struct ys_sim *sim, enum ys_sim_method method, const char *playlist_id,
                          const char *video_id)
{
    return number(sim,
                  "SELECT count(*) FROM requests WHERE effect = 1 AND method = ?1 AND"
                  " (?2 IS NULL OR playlist_id = ?2) AND (?3 IS NULL OR video_id = ?3)",
                  YS_ARGS(YS_I(method), YS_T(playlist_id), YS_T(video_id)));
}

enum ys_status ys_sim_requests(struct ys_sim *sim, int64_t from_number, ys_sim_logged_fn each,
                               void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status;
    bool row = false;
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT number, wall_ms, mono_ms, method, units, status, wire, effect,"
                        " reason, fault, playlist_id, video_id, item_id FROM requests WHERE"
                        " number >= ?1 ORDER BY number",
                        YS_ARGS(YS_I(from_number))));
    for (;;) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        struct ys_sim_logged logged = {.number = ys_col_int(stmt, 0),
                                       .wall_ms = ys_col_int(stmt, 1),
                                       .mono_ms = ys_col_int(stmt, 2),
                                       .method = (enum ys_sim_method)ys_col_int(stmt, 3),
                                       .units = ys_col_int(stmt, 4),
                                       .status = (int)ys_col_int(stmt, 5),
                                       .wire = (enum ys_sim_wire)ys_col_int(stmt, 6),
                                       .effect = ys_col_int(stmt, 7) != 0};
        (void)ys_copy(logged.reason, sizeof logged.reason, ys_col_text(stmt, 8));
        (void)ys_copy(logged.fault, sizeof logged.fault, ys_col_text(stmt, 9));
        (void)ys_copy(logged.playlist_id, sizeof logged.playlist_id, ys_col_text(stmt, 10));
        (void)ys_copy(logged.video_id, sizeof logged.video_id, ys_col_text(stmt, 11));
        (void)ys_copy(logged.item_id, sizeof logged.item_id, ys_col_text(stmt, 12));
        if (!each(ctx, &logged)) break;
    }
    ys_stmt_done(stmt);
    return status;
}

/* ------------------------------------------------------------------ JSON */

struct json_list {
    struct ys_buf *out;
    bool first;
};

static bool json_request(void *ctx, const struct ys_sim_logged *logged)
{
    static const char *const wires[] = {"reply", "timeout", "close", "cut", "slow", "length"};
    struct json_list *list = ctx;
    struct ys_buf *out = list->out;
    char at[YS_TIME_TEXT_BYTES];
    ys_time_text(logged->wall_ms, at);
    ys_buf_printf(out,
                  "%s{\"number\":%lld,\"at\":\"%s\",\"method\":\"%s\",\"units\":%lld,"
                  "\"status\":%d,\"wire\":\"%s\",\"effect\":%s,\"reason\":",
                  list->first ? "" : ",\n", (long long)logged->number, at,
                  ys_sim_method_name(logged->method), (long long)logged->units, logged->status,
                  (unsigned)logged->wire < 6 ? wires[logged->wire] : "?",
                  logged->effect ? "true" : "false");
    list->first = false;
    ys_buf_json(out, logged->reason);
    ys_buf_text_add(out, ",\"fault\":");
    ys_buf_json(out, logged->fault);
    ys_buf_text_add(out, ",\"playlist_id\":");
    ys_buf_json(out, logged->playlist_id);
    ys_buf_text_add(out, ",\"video_id\":");
    ys_buf_json(out, logged->video_id);
    ys_buf_text_add(out, ",\"item_id\":");
    ys_buf_json(out, logged->item_id);
    ys_buf_text_add(out, "}");
    return out->failed == YS_OK;
}

enum ys_status ys_sim_requests_json(struct ys_sim *sim, int64_t from_number, struct ys_buf *out,
                                    struct ys_error *err)
{
    struct json_list list = {out, true};
    ys_buf_text_add(out, "{\"requests\":[");
    YS_TRY(ys_sim_requests(sim, from_number, json_request, &list, err));
    ys_buf_text_add(out, "]}");
    return ys_buf_check(out, "the log as JSON", err);
}

enum ys_status ys_sim_quota_json(struct ys_sim *sim, struct ys_buf *out, struct ys_error *err)
{
    struct ys_sim_quota quota;
    char day[YS_DAY_TEXT_BYTES];
    bool found = true;
    ys_day_text(ys_sim_today(sim), day);
    ys_buf_printf(out, "{\"today\":\"%s\",\"limit\":%lld,\"days\":[", day,
                  (long long)sim->options.quota_daily_units);
    for (int64_t index = 0;; index++) {
        YS_TRY(read_quota(sim, SELECT_QUOTA "ORDER BY day LIMIT 1 OFFSET ?1", index, &found,
                          &quota, err));
        if (!found) break;
        ys_day_text(quota.day, day);
        ys_buf_printf(out,
                      "%s{\"day\":\"%s\",\"used\":%lld,\"others\":%lld,\"requests\":%lld,"
                      "\"refused\":%lld,\"creates\":%lld}",
                      index ? "," : "", day, (long long)quota.used_units,
                      (long long)quota.others_units, (long long)quota.requests,
                      (long long)quota.refused, (long long)quota.creates);
    }
    ys_buf_text_add(out, "]}");
    return ys_buf_check(out, "the ledger as JSON", err);
}
