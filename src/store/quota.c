/* quota.c: see quota.h. A day's row is made when something is first booked on it. */
#include "store/quota.h"

#include "base/text.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What a new day may create: the configured number, or one more per day than the limit that the
 * server taught last (DESIGN section 7). Days on which it taught none say nothing: their limit
 * follows from the configuration of that time. */
static enum ys_status creates_for_day(struct ys_store *store, const char *project, int64_t day,
                                      const struct ys_quota_limits *limits, int64_t *out,
                                      struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *out = limits->creates;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT day, creates_limit FROM quota_days"
                         " WHERE project = ?1 AND day < ?2 AND creates_refused > 1"
                         " ORDER BY day DESC LIMIT 1",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, day);
    YS_TRY(ys_step(stmt, &row, err));
    if (row) *out = least(limits->creates, ys_col_int(stmt, 1) + day - ys_col_int(stmt, 0));
    ys_stmt_done(stmt);
    return YS_OK;
}

/* Makes the day's row where it is missing, and takes over a changed configured limit. */
static enum ys_status ensure_day(struct ys_store *store, const char *project, int64_t day,
                                 const struct ys_quota_limits *limits, struct ys_error *err)
{
    struct ys_stmt *stmt;
    int64_t creates;

    YS_TRY(creates_for_day(store, project, day, limits, &creates, err));
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO quota_days (project, day, limit_units, creates_limit)"
                         " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (project, day) DO UPDATE"
                         " SET limit_units = excluded.limit_units,"
                         " creates_limit = CASE WHEN quota_days.creates_refused > 1"
                         " THEN quota_days.creates_limit ELSE excluded.creates_limit END",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, day);
    ys_bind_int(stmt, 3, limits->daily_units);
    ys_bind_int(stmt, 4, creates);
    return ys_run(stmt, err);
}

enum ys_status ys_quota_day_get(struct ys_store *store, const char *project, int64_t day,
                                const struct ys_quota_limits *limits, struct ys_quota_day *out,
                                struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *out = (struct ys_quota_day){.day = day, .limit_units = limits->daily_units};
    YS_TRY(creates_for_day(store, project, day, limits, &out->creates_limit, err));
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT reserved, used, creates_used, creates_limit,"
                         " creates_hold_until, exhausted_at, hold_until, late_refusals,"
                         " creates_refused FROM quota_days WHERE project = ?1 AND day = ?2",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, day);
    YS_TRY(ys_step(stmt, &row, err));
    if (row) {
        out->reserved = ys_col_int(stmt, 0);
        out->used = ys_col_int(stmt, 1);
        out->creates_used = ys_col_int(stmt, 2);
        if (ys_col_int(stmt, 8) > 1) out->creates_limit = ys_col_int(stmt, 3);
        out->creates_hold_until_ms = ys_col_int(stmt, 4);
        out->exhausted_at_ms = ys_col_int(stmt, 5);
        out->hold_until_ms = ys_col_int(stmt, 6);
        out->late_refusals = ys_col_int(stmt, 7);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_quota_last_day(struct ys_store *store, const char *project, int64_t *day,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    *day = -1;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT day FROM quota_days WHERE project = ?1"
                         " ORDER BY day DESC LIMIT 1",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    YS_TRY(ys_step(stmt, &row, err));
    if (row) *day = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

/* The guarded UPDATE of one day; *granted says whether it went through. */
static enum ys_status reserve(struct ys_store *store, const struct ys_quota_call *call,
                              int64_t day, const struct ys_quota_limits *limits, bool *granted,
                              struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ensure_day(store, call->project, day, limits, err));
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_days SET reserved = reserved + ?3,"
                         " creates_used = creates_used + ?5"
                         " WHERE project = ?1 AND day = ?2 AND exhausted_at = 0"
                         " AND hold_until <= ?6 AND used + reserved + ?3 <= limit_units - ?4"
                         " AND (?5 = 0 OR (creates_used + ?5 <= creates_limit"
                         " AND creates_hold_until <= ?6))"
                         " RETURNING day",
                         &stmt, err));
    ys_bind_text(stmt, 1, call->project);
    ys_bind_int(stmt, 2, day);
    ys_bind_int(stmt, 3, call->units);
    ys_bind_int(stmt, 4, limits->keep_units);
    ys_bind_int(stmt, 5, call->create ? 1 : 0);
    ys_bind_int(stmt, 6, call->now_ms);
    YS_TRY(ys_step(stmt, granted, err));
    ys_stmt_done(stmt);
    return YS_OK;
}

/* Gives reserved units back on one day; `spent` of them become used. */
static enum ys_status unreserve(struct ys_store *store, const char *project, int64_t day,
                                int64_t units, int64_t spent, int64_t creates,
                                struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_days SET reserved = reserved - ?3, used = used + ?4,"
                         " creates_used = creates_used - ?5 WHERE project = ?1 AND day = ?2",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, day);
    ys_bind_int(stmt, 3, units);
    ys_bind_int(stmt, 4, spent);
    ys_bind_int(stmt, 5, creates);
    return ys_run(stmt, err);
}

/* Why a reservation did not go through. */
static enum ys_status refusal(struct ys_store *store, const struct ys_quota_call *call,
                              int64_t day, const struct ys_quota_limits *limits,
                              enum ys_grant *grant, struct ys_error *err)
{
    struct ys_quota_day now;

    YS_TRY(ys_quota_day_get(store, call->project, day, limits, &now, err));
    if (now.exhausted_at_ms == 0 && now.hold_until_ms > call->now_ms)
        *grant = YS_GRANT_HELD;
    else if (now.exhausted_at_ms != 0 ||
             now.used + now.reserved + call->units > now.limit_units - limits->keep_units)
        *grant = YS_GRANT_NO_UNITS;
    else
        *grant = YS_GRANT_NO_CREATES;
    return YS_OK;
}

static enum ys_status record_call(struct ys_store *store, const struct ys_quota_call *call,
                                  int64_t done_at_ms, int64_t *usage_id, struct ys_error *err)
{
    struct ys_stmt *stmt;
    bool row;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO quota_usage (project, day, day2, method, units, job_id,"
                         " operation_id, sent_at, done_at, creates)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id",
                         &stmt, err));
    ys_bind_text(stmt, 1, call->project);
    ys_bind_int(stmt, 2, call->day);
    ys_bind_int(stmt, 3, call->day2);
    ys_bind_text(stmt, 4, call->method);
    ys_bind_int(stmt, 5, call->units);
    ys_bind_int(stmt, 6, call->job_id);
    ys_bind_int(stmt, 7, call->operation_id);
    ys_bind_int(stmt, 8, call->now_ms);
    ys_bind_int(stmt, 9, done_at_ms);
    ys_bind_int(stmt, 10, call->create ? 1 : 0);
    YS_TRY(ys_step(stmt, &row, err));
    YS_REQUIRE(row);
    if (usage_id) *usage_id = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_quota_book(struct ys_store *store, const struct ys_quota_call *call,
                             const struct ys_quota_limits *limits, enum ys_grant *grant,
                             int64_t *usage_id, struct ys_error *err)
{
    bool granted;

    YS_REQUIRE(ys_db_in_transaction(store->db));
    YS_TRY(reserve(store, call, call->day, limits, &granted, err));
    if (!granted) return refusal(store, call, call->day, limits, grant, err);
    if (call->day2 >= 0) {
        YS_TRY(reserve(store, call, call->day2, limits, &granted, err));
        if (!granted) {
            YS_TRY(unreserve(store, call->project, call->day, call->units, 0,
                             call->create ? 1 : 0, err));
            return refusal(store, call, call->day2, limits, grant, err);
        }
    }
    *grant = YS_GRANT_OK;
    return record_call(store, call, 0, usage_id, err);
}

/* Reads an open call; *found false when it is not open (any more). */
static enum ys_status open_call(struct ys_store *store, int64_t usage_id,
                                char project[YS_NAME_BYTES], struct ys_quota_call *out,
                                bool *found, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "SELECT project, day, day2, units, creates FROM quota_usage"
                         " WHERE id = ?1 AND done_at = 0",
                         &stmt, err));
    ys_bind_int(stmt, 1, usage_id);
    YS_TRY(ys_step(stmt, found, err));
    if (*found) {
        (void)ys_copy(project, YS_NAME_BYTES, ys_col_text(stmt, 0));
        out->project = project;
        out->day = ys_col_int(stmt, 1);
        out->day2 = ys_col_int(stmt, 2);
        out->units = ys_col_int(stmt, 3);
        out->create = ys_col_int(stmt, 4) != 0;
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

static enum ys_status close_call(struct ys_store *store, int64_t usage_id, int64_t units,
                                 int64_t now_ms, int http_status, const char *reason,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_usage SET done_at = ?2, http_status = ?3, reason = ?4,"
                         " units = ?5 WHERE id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, usage_id);
    ys_bind_int(stmt, 2, now_ms);
    ys_bind_int(stmt, 3, http_status);
    ys_bind_text(stmt, 4, reason);
    ys_bind_int(stmt, 5, units);
    return ys_run(stmt, err);
}

/* The call touched a day that it was not reserved on (our clock was wrong when it was booked): it
 * is booked there too, without a check. The day's row takes its limits from the other one. */
static enum ys_status book_unreserved(struct ys_store *store, const struct ys_quota_call *call,
                                      int64_t day, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO quota_days (project, day, limit_units, creates_limit, used,"
                         " creates_used) SELECT project, ?3, limit_units, creates_limit, ?4, ?5"
                         " FROM quota_days WHERE project = ?1 AND day = ?2"
                         " ON CONFLICT (project, day) DO UPDATE"
                         " SET used = quota_days.used + excluded.used,"
                         " creates_used = quota_days.creates_used + excluded.creates_used",
                         &stmt, err));
    ys_bind_text(stmt, 1, call->project);
    ys_bind_int(stmt, 2, call->day);
    ys_bind_int(stmt, 3, day);
    ys_bind_int(stmt, 4, call->units);
    ys_bind_int(stmt, 5, call->create ? 1 : 0);
    return ys_run(stmt, err);
}

enum ys_status ys_quota_settle(struct ys_store *store, int64_t usage_id, int64_t touched_first,
                               int64_t touched_last, int64_t now_ms, int http_status,
                               const char *reason, struct ys_error *err)
{
    struct ys_quota_call call = {0};
    char project[YS_NAME_BYTES];
    bool found;
    int64_t days[2], day, i;

    YS_REQUIRE(ys_db_in_transaction(store->db));
    YS_TRY(open_call(store, usage_id, project, &call, &found, err));
    if (!found) return YS_OK;
    days[0] = call.day;
    days[1] = call.day2;
    for (i = 0; i < 2; i++) {
        bool touched = touched_first > touched_last ||
                       (days[i] >= touched_first && days[i] <= touched_last);
        if (days[i] < 0) continue;
        YS_TRY(unreserve(store, project, days[i], call.units, touched ? call.units : 0,
                         call.create && !touched ? 1 : 0, err));
    }
    for (day = touched_first; day <= touched_last; day++)
        if (day != call.day && day != call.day2)
            YS_TRY(book_unreserved(store, &call, day, err));
    return close_call(store, usage_id, call.units, now_ms, http_status, reason, err);
}

enum ys_status ys_quota_release(struct ys_store *store, int64_t usage_id, int64_t now_ms,
                                struct ys_error *err)
{
    struct ys_quota_call call = {0};
    char project[YS_NAME_BYTES];
    bool found;
    int64_t creates;

    YS_REQUIRE(ys_db_in_transaction(store->db));
    YS_TRY(open_call(store, usage_id, project, &call, &found, err));
    if (!found) return YS_OK;
    creates = call.create ? 1 : 0;
    YS_TRY(unreserve(store, project, call.day, call.units, 0, creates, err));
    if (call.day2 >= 0) YS_TRY(unreserve(store, project, call.day2, call.units, 0, creates, err));
    return close_call(store, usage_id, 0, now_ms, 0, "not sent", err);
}

enum ys_status ys_quota_extra(struct ys_store *store, const struct ys_quota_call *call,
                              const struct ys_quota_limits *limits, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ensure_day(store, call->project, call->day, limits, err));
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_days SET used = used + ?3"
                         " WHERE project = ?1 AND day = ?2",
                         &stmt, err));
    ys_bind_text(stmt, 1, call->project);
    ys_bind_int(stmt, 2, call->day);
    ys_bind_int(stmt, 3, call->units);
    YS_TRY(ys_run(stmt, err));
    return record_call(store, call, call->now_ms, NULL, err);
}

enum ys_status ys_quota_recover(struct ys_store *store, const char *project, int64_t now_ms,
                                struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_REQUIRE(ys_db_in_transaction(store->db));
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_days SET used = used + reserved, reserved = 0"
                         " WHERE project = ?1 AND reserved > 0",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    YS_TRY(ys_run(stmt, err));
    YS_TRY(ys_db_prepare(store->db,
                         "UPDATE quota_usage SET done_at = ?2, reason = 'outcome lost'"
                         " WHERE project = ?1 AND done_at = 0",
                         &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, now_ms);
    return ys_run(stmt, err);
}

/* UPDATE of one day with one number. */
static enum ys_status update_day(struct ys_store *store, const char *sql, const char *project,
                                 int64_t day, int64_t value, struct ys_error *err)
{
    struct ys_stmt *stmt;

    YS_TRY(ys_db_prepare(store->db, sql, &stmt, err));
    ys_bind_text(stmt, 1, project);
    ys_bind_int(stmt, 2, day);
    ys_bind_int(stmt, 3, value);
    return ys_run(stmt, err);
}

enum ys_status ys_quota_set_exhausted(struct ys_store *store, const char *project, int64_t day,
                                      int64_t now_ms, struct ys_error *err)
{
    return update_day(store,
                      "UPDATE quota_days SET exhausted_at = ?3"
                      " WHERE project = ?1 AND day = ?2 AND exhausted_at = 0",
                      project, day, now_ms, err);
}

enum ys_status ys_quota_set_hold(struct ys_store *store, const char *project, int64_t day,
                                 int64_t until_ms, struct ys_error *err)
{
    return update_day(store,
                      "UPDATE quota_days SET hold_until = ?3,"
                      " late_refusals = late_refusals + 1 WHERE project = ?1 AND day = ?2",
                      project, day, until_ms, err);
}

enum ys_status ys_quota_create_refused(struct ys_store *store, const char *project, int64_t day,
                                       int64_t until_ms, struct ys_error *err)
{
    return update_day(store,
                      "UPDATE quota_days SET creates_hold_until = ?3,"
                      " creates_refused = creates_refused + 1,"
                      " creates_used = creates_used - 1,"
                      " creates_limit = CASE WHEN creates_refused >= 1 THEN creates_used - 1"
                      " ELSE creates_limit END WHERE project = ?1 AND day = ?2",
                      project, day, until_ms, err);
}

enum ys_status ys_quota_raise(struct ys_store *store, const char *project, int64_t day,
                              int64_t units, const struct ys_quota_limits *limits,
                              struct ys_error *err)
{
    YS_TRY(ensure_day(store, project, day, limits, err));
    return update_day(store,
                      "UPDATE quota_days SET used = ?3"
                      " WHERE project = ?1 AND day = ?2 AND used < ?3",
                      project, day, units, err);
}
