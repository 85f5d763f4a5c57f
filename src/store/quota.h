/* quota.h: the ledger of quota units and playlist creations, per project and Pacific day.
 *
 * A call is booked in full before it leaves: `reserved` while its outcome is out, `used` from
 * then on, whatever the outcome. Every check-then-write is one guarded UPDATE, so that several
 * connections cannot overrun a limit together. All functions run inside a transaction of the
 * caller's, except the two that only read. Which day it is, is the caller's business. */
#ifndef YS_STORE_QUOTA_H
#define YS_STORE_QUOTA_H

#include "store/store.h"

struct ys_quota_limits {
    int64_t daily_units, keep_units, creates;
};

struct ys_quota_day {
    int64_t day;
    int64_t limit_units, reserved, used;
    int64_t creates_used, creates_limit, creates_hold_until_ms;
    int64_t exhausted_at_ms, hold_until_ms, late_refusals;
};

enum ys_grant {
    YS_GRANT_OK,
    YS_GRANT_NO_UNITS,   /* the day's units do not allow it */
    YS_GRANT_HELD,       /* the day is held back until hold_until */
    YS_GRANT_NO_CREATES  /* creations are used up or cooling down */
};

/* The day's figures; zeros with the configured limits when nothing was booked yet. Reads. */
YS_CHECKED enum ys_status ys_quota_day_get(struct ys_store *store, const char *project,
                                           int64_t day, const struct ys_quota_limits *limits,
                                           struct ys_quota_day *out, struct ys_error *err);
/* The newest day that has a row, or -1. Reads. */
YS_CHECKED enum ys_status ys_quota_last_day(struct ys_store *store, const char *project,
                                            int64_t *day, struct ys_error *err);

/* One call to be booked. */
struct ys_quota_call {
    const char *project;
    int64_t day, day2;         /* day2: -1, or the second day that its flight may touch */
    const char *method;        /* for the record */
    int64_t units;
    bool create;               /* counts against the creations too */
    int64_t job_id, operation_id;
    int64_t now_ms;
};

/* Reserves the units (and the creation) on the day, or both days, and records the call. When the
 * grant is not OK nothing was changed. */
YS_CHECKED enum ys_status ys_quota_book(struct ys_store *store, const struct ys_quota_call *call,
                                        const struct ys_quota_limits *limits,
                                        enum ys_grant *grant, int64_t *usage_id,
                                        struct ys_error *err);
/* The call came back: reserved becomes used on the day(s) that its flight touched
 * (touched_first, touched_last), and is freed on the other. A touched day on which nothing was
 * reserved (the clock was corrected meanwhile) is booked as well. first > last: it is not known,
 * and all that was reserved is used. */
YS_CHECKED enum ys_status ys_quota_settle(struct ys_store *store, int64_t usage_id,
                                          int64_t touched_first, int64_t touched_last,
                                          int64_t now_ms, int http_status, const char *reason,
                                          struct ys_error *err);
/* The call certainly never left: what was reserved is free again. */
YS_CHECKED enum ys_status ys_quota_release(struct ys_store *store, int64_t usage_id,
                                           int64_t now_ms, struct ys_error *err);
/* An additional call of the same kind was seen to leave (a repeat): booked without a check. */
YS_CHECKED enum ys_status ys_quota_extra(struct ys_store *store,
                                         const struct ys_quota_call *call,
                                         const struct ys_quota_limits *limits,
                                         struct ys_error *err);
/* After a crash: calls whose outcome never came count as used. Only under the runner lock. */
YS_CHECKED enum ys_status ys_quota_recover(struct ys_store *store, const char *project,
                                           int64_t now_ms, struct ys_error *err);

/* The server says that the day is used up. */
YS_CHECKED enum ys_status ys_quota_set_exhausted(struct ys_store *store, const char *project,
                                                 int64_t day, int64_t now_ms,
                                                 struct ys_error *err);
/* The day looks not reset yet: nothing before `until_ms`. */
YS_CHECKED enum ys_status ys_quota_set_hold(struct ys_store *store, const char *project,
                                            int64_t day, int64_t until_ms, struct ys_error *err);
/* The server refused a creation: cool down until `until_ms`; the second refusal of a day ends
 * creations for that day at what was used. */
YS_CHECKED enum ys_status ys_quota_create_refused(struct ys_store *store, const char *project,
                                                  int64_t day, int64_t until_ms,
                                                  struct ys_error *err);
/* Raises the day's used units to at least `units` (from the state file of a lost database). */
YS_CHECKED enum ys_status ys_quota_raise(struct ys_store *store, const char *project,
                                         int64_t day, int64_t units,
                                         const struct ys_quota_limits *limits,
                                         struct ys_error *err);

#endif
