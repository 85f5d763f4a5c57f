/* scenario.h: everything that one storm is made of: library, policy, settings, server, and what
 * goes wrong. Drawn from a seed, or filled in by hand by a named test. Shares are in 1/1000. */
#ifndef TESTS_SCENARIO_H
#define TESTS_SCENARIO_H

#include "ytsync.h"

#define SCENARIO_CATEGORIES_MAX 6
#define SCENARIO_FAULTS_MAX 16
#define SCENARIO_FAULT_BYTES 64

struct scenario_category {
    bool adopts;                /* bears the title of a playlist that is there */
    bool described;
    bool ordered;               /* by another hash of the ids */
    enum ys_privacy privacy, new_privacy;
};

struct scenario {
    uint64_t seed;
    const char *record_path;    /* NULL, or where every exchange is recorded (sim/record.h) */
    /* the library */
    int64_t playlists, videos;
    int overlap_permille, gone_permille, stray_permille, doubled_permille;
    int64_t start_wall_ms;
    /* the policy: a video's category follows from a hash of its id */
    size_t category_count;
    struct scenario_category categories[SCENARIO_CATEGORIES_MAX];
    enum ys_old old;
    int unmatched_permille, dropped_permille, twice_permille;
    bool drop_gone;             /* private and deleted videos are dropped */
    bool protects;              /* one of the playlists is never to be touched */
    bool has_inbox;             /* videos leave one of the playlists when they are in their place */
    /* settings of ytsync */
    int64_t step_ms;            /* how long a step may wait */
    int64_t daily_units, keep_units, creates, settle_s, per_second, reads, writes;
    /* the server */
    int64_t server_daily_units, server_creates_per_day, server_creates_per_hour;
    int64_t lag_max_ms, reset_late_ms, stall_max_ms;
    int stall_permille, short_page_permille, double_row_permille, total_lie_permille;
    bool exhausted_as_429, failed_cost_full;
    /* the storm; it lasts for that many requests */
    int64_t storm_requests;
    char faults[SCENARIO_FAULTS_MAX][SCENARIO_FAULT_BYTES];
    size_t fault_count;
    int crash_commit_permille, crash_send_permille, crash_reply_permille;
    int crash_write_permyriad;  /* of all other changes of the disk, in 1/10000 */
    int power_permille;         /* of the crashes are power losses */
    int arrive_permille;        /* of the requests that are on the wire at a death take effect */
    int ghost_permille;         /* of the crashes leave their requests on the wire */
    int disk_permille;          /* per step: a write, sync or open will fail */
    int edit_permille;          /* per request: the user does something on the website */
    int availability_permille;  /* per request: a video goes private, deleted, or comes back */
    /* per step of the driver */
    int spend_permille, jump_permille, token_permille, pause_permille, cancel_permille;
    int restart_permille, down_permille, second_runner_permille, old_copy_permille;
    int policy_permille;        /* the policy is edited: videos belong elsewhere */
    int refused_permille;       /* of the sign-ins are refused, or are another account's */
    int decide_permille;        /* of the failed operations are decided upon */
};

void scenario_draw(struct scenario *out, uint64_t seed);
/* A calm one: 5 playlists, 20 videos, 3 categories, old = "delete", nothing goes wrong. */
void scenario_calm(struct scenario *out, uint64_t seed);
/* One line of what it is made of. */
void scenario_text(const struct scenario *scenario, char *out, size_t out_bytes);

#endif
