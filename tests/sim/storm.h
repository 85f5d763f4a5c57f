/* storm.h: one sync through one storm: production engine, store and planner over the simulated
 * YouTube, a disk in memory, virtual clocks, and processes that die and start again, all in one
 * process and from one seed.
 *
 * Whose file is what: life.c the processes (start, death, what is on the wire meanwhile), chaos.c
 * what goes wrong, user.c what the user does on the website, policy.c what the policy wants,
 * oracle.c what must hold at every request, check.c what must hold at the end, files.c the files
 * that are not the database, storm.c the driver, which does what the command would do.
 *
 * The first thing that is wrong is kept by storm_fail; the driver then stops. */
#ifndef TESTS_STORM_H
#define TESTS_STORM_H

#include "scenario.h"
#include "sim/sim.h"
#include "sim/truth.h"
#include "support/chance.h"
#include "support/memvfs.h"
#include "trace.h"

#define STORM_GHOSTS_MAX 8
#define STORM_PLAYLISTS_MAX 128
#define STORM_ITEMS_MAX 1024
#define STORM_VIDEOS_MAX 256
#define STORM_KILLS_MAX 4
/* Somebody else's, who has no playlist and must not get one. */
#define STORM_OTHER_CHANNEL "UCother-channel-00000000"

/* Where a process can end. X(code, name) */
#define STORM_POINT_MAP(X)                                                                       \
    X(COMMIT, "commit")       /* a sync of the database or its log */                            \
    X(SEND, "send")                                                                              \
    X(REPLY, "reply")                                                                            \
    X(WRITE, "write")         /* any other change of the disk */

enum storm_point {
#define X(code, name) STORM_##code,
    STORM_POINT_MAP(X)
#undef X
        STORM_POINT_COUNT
};

/* What a check found. X(code, name) */
#define STORM_WRONG_MAP(X)                                                                       \
    X(DOUBLED, "doubled")     /* a second copy of a video, a second playlist of a category */    \
    X(LOST, "lost")           /* a video that is nowhere, a delete before its proof */           \
    X(OVERDRAWN, "overdrawn") /* charged beyond the limit, or beyond the ledger */               \
    X(OTHER, "other")

enum storm_wrong {
#define X(code, name) STORM_##code,
    STORM_WRONG_MAP(X)
#undef X
        STORM_WRONG_COUNT
};

struct storm_counts {
    int64_t crashes, power_losses, faults, operations, requests, edits, restarts, jobs, days;
    int64_t residues;          /* deletes within the window that an edit may slip through */
    int64_t videos;            /* looked for at the end */
    int64_t wrong[STORM_WRONG_COUNT];
};

/* What is known of a point, for enumeration. */
struct storm_point_info {
    enum storm_point kind;
    bool on_wire;              /* requests are on their way */
};

/* A playlist that bore a category at some time. */
struct storm_carrier {
    size_t category;
    char id[YS_ID_BYTES];
};

/* When the user last changed a playlist. */
struct storm_touched {
    char id[YS_ID_BYTES];
    int64_t at_mono_ms;
};

struct storm_video {
    char id[16];
    bool ever_gone;            /* was private or deleted at some time */
    bool taken_by_user;        /* the user took its last copy away */
    uint64_t targets;          /* a bit for each target that places it, the last 64 */
};

struct storm_oracle {
    struct storm_carrier carriers[STORM_PLAYLISTS_MAX];
    size_t carrier_count;
    struct storm_touched touched[STORM_PLAYLISTS_MAX];
    size_t touched_count;
    char user_items[STORM_ITEMS_MAX][YS_ID_BYTES]; /* added by the user since the start */
    size_t user_item_count;
    struct storm_video videos[STORM_VIDEOS_MAX];   /* ever in the library */
    size_t video_count;
    char protected_id[YS_ID_BYTES];
    int64_t protected_items;
    char inbox_id[YS_ID_BYTES];
    bool library_touched;      /* the user edited at all */
};

struct storm {
    struct scenario scenario;
    struct memvfs *disk;       /* borrowed */
    const char *folder;        /* borrowed; real files (lock, state file, backups) are there */
    char db_path[512];
    char titles[SCENARIO_CATEGORIES_MAX][YS_TITLE_BYTES]; /* of the categories */
    struct ys_sim *sim;
    struct ys_sim_clock clock; /* the world's */
    struct ys_env world_env, env;
    uint64_t random;           /* of chaos */
    uint64_t user_random;
    uint64_t client_random;    /* what the program takes for random */
    int64_t skew_ms;           /* the machine's wall clock minus the world's */
    int64_t boot_mono_ms;      /* world time at which the machine's monotonic clock said 0 */
    struct ys_transport *wire, *tap;
    struct {
        struct ys_transport *wire;
        int64_t until_mono_ms;
    } ghosts[STORM_GHOSTS_MAX];
    size_t ghost_count;
    bool haunting;             /* inside storm_haunt */
    struct ys_session *session;
    struct ys_job *job;
    struct ys_error err;
    char token[32];
    int64_t tokens;
    bool calm;                 /* the storm is over */
    int64_t calm_jobs, empty_plans; /* jobs begun since; empty plans in a row */
    bool disk_failed;          /* an injected failure since the process began */
    bool old_copy_due;         /* accept_old at the next start */
    bool copied_back;          /* an old copy was put back at some time */
    struct {
        int64_t edits;         /* of the policy so far */
        int64_t planned;       /* as many were made when the last target was */
        int64_t copied;        /* the same of the copy's last target */
    } policy;
    int64_t target_number;     /* of targets made for the planner */
    int64_t copy_target;       /* the number when the copy was taken */
    int64_t guesses;           /* reads that may have been booked by a wrong clock */
    int64_t ledger_from_day;   /* what was booked before went with the newer database */
    bool rows_hidden;          /* the server leaves rows out of listings */
    bool refused_for_good;     /* a fault that ends operations was answered */
    int64_t last_death_mono_ms;
    int disk_fail_in;          /* disk operations until one fails; 0: none */
    enum memvfs_answer disk_fail_how;
    bool paused;               /* by the user; writes that start meanwhile are wrong */
    struct memvfs_copy *copy;  /* of the database; the state file beside it is not taken back */
    char state_text[512];      /* what the state file said when the process began */
    /* For enumeration: the process ends at these points, counted over all lives. */
    int64_t kill_at[STORM_KILLS_MAX];
    bool kill_after[STORM_KILLS_MAX];
    size_t kill_count, kills_done;
    int64_t points, points_by_kind[STORM_POINT_COUNT];
    struct storm_point_info *log; /* of the first log_max points; NULL: none is kept */
    int64_t log_max;
    int64_t job_points;        /* of them, until the first job ended */
    int64_t on_wire;           /* requests of this process that have no reply yet */
    int64_t kinds[YS_OP_KIND_COUNT]; /* operations of the first job */
    enum storm_point last_kill_kind;
    struct storm_oracle oracle;
    struct storm_counts counts;
    struct trace trace;
    bool failed;
    char failure[600];
};

/* ---------------------------------------------------------------- storm.c */

/* Fills in; `disk` is reset. */
void storm_init(struct storm *storm, struct memvfs *disk, const char *folder,
                const struct scenario *scenario, bool loud);
/* From the first fetch to the last check. True: everything held. */
bool storm_run(struct storm *storm);
void storm_free(struct storm *storm);

/* Something is wrong: counted, and the first one kept. */
void storm_wrong(struct storm *storm, enum storm_wrong kind, const char *format, ...)
    YS_PRINTF(3, 4);
#define storm_fail(storm, ...) storm_wrong((storm), STORM_OTHER, __VA_ARGS__)
void storm_add_counts(struct storm_counts *sum, const struct storm_counts *add);
void storm_note(struct storm *storm, const char *format, ...) YS_PRINTF(2, 3);
/* Fails unless `status` is YS_OK; for what belongs to the test itself. */
void storm_must(struct storm *storm, enum ys_status status);

/* ---------------------------------------------------------------- life.c */

void life_init(struct storm *storm);
/* Starts a process: transport, session. False: it died, or could not open (then failed, or to be
 * tried again). */
bool life_begin(struct storm *storm);
/* Ends it cleanly, or as it died. */
void life_end(struct storm *storm);
bool life_is_dead(const struct storm *storm);
/* Lets the world's time pass; what dead processes left on the wire arrives. */
void life_sleep(struct storm *storm, int64_t duration_ms);
/* A session beside the running one, as another process would open it. */
struct ys_session *life_visit(struct storm *storm, enum ys_status *status);

/* ---------------------------------------------------------------- chaos.c */

void chaos_install(struct storm *storm);
/* Before each step of the driver. */
void chaos_step(struct storm *storm);
/* Before each request's effect. */
void chaos_request(struct storm *storm, const struct ys_sim_event *event);
/* A sign-in, which may be refused or another account's while the storm lasts. */
void chaos_sign_in(struct storm *storm);
/* The storm ends: nothing goes wrong from here on. */
void chaos_end(struct storm *storm);
/* Whether the process is to end at this point: before it, after it, or not. */
enum memvfs_answer chaos_point(struct storm *storm, enum storm_point point, const char *what,
                               const char *file);

/* ---------------------------------------------------------------- user.c */

void user_edit(struct storm *storm, const char *playlist_id);
void user_change_video(struct storm *storm);
/* What a person does about a question of the planner's (two playlists of one title). */
void user_answer(struct storm *storm);

/* ---------------------------------------------------------------- policy.c */

/* The categories of a video, as bits; 0: none wants it. */
unsigned policy_homes(const struct storm *storm, const char *video_id);
bool policy_drops(const struct storm *storm, const char *video_id);
/* Its place in ordered categories: by this number. */
uint64_t policy_rank(const struct storm *storm, const char *video_id);
/* Draws the categories' titles from the library as it is. */
void policy_begin(struct storm *storm);
/* NULL when that failed (storm->err). */
struct ys_target *policy_target(struct storm *storm);

/* ---------------------------------------------------------------- oracle.c */

/* Takes in the library before the first request. */
void oracle_begin(struct storm *storm);
/* The simulator's hook. */
void oracle_hook(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event);
struct storm_video *oracle_video(struct storm *storm, const char *video_id);
void oracle_touched(struct storm *storm, const char *playlist_id);
/* The planner is given a new target; the bit of the last one in storm_video.targets. */
void oracle_new_target(struct storm *storm);
uint64_t oracle_target_bit(const struct storm *storm);
/* The user took an item or a playlist away: videos that are nowhere now are the user's doing. */
void oracle_taken(struct storm *storm);
void oracle_add_carrier(struct storm *storm, size_t category, const char *playlist_id);
bool oracle_is_carrier(const struct storm *storm, size_t category, const char *playlist_id);

/* ---------------------------------------------------------------- check.c */

/* At the end, with a session open. */
void check_end(struct storm *storm);

#endif
