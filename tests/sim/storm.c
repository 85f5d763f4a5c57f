/* storm.c: the driver: it does what the command would do (fetch, plan, start or go on, wait,
 * answer), while chaos does its part, until the storm is over and a fresh plan is empty. */
#include "storm.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "net/transport.h"
#include "sim/library.h"

#define STEPS_MAX 60000
#define CALM_JOBS_MAX 8
/* Longer than any listing lags: what was planned before may have been planned from old listings. */
#define LAG_PAUSE_MS 120000
/* Nobody puts a file back within the time that a request can be on the wire. */
#define COPY_PAUSE_MS 180000
#define DAYS_MAX 200
/* A process that dies so often gets to no request any more; the storm is over then. */
#define CRASHES_MAX 50

/* ---------------------------------------------------------------- notes */

void storm_wrong(struct storm *storm, enum storm_wrong kind, const char *format, ...)
{
    va_list args;
    char text[sizeof storm->failure];

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace_add(&storm->trace, storm->clock.mono_ms, "WRONG: %.190s", text);
    storm->counts.wrong[kind]++;
    if (storm->failed) return;
    storm->failed = true;
    (void)ys_copy(storm->failure, sizeof storm->failure, text);
}

void storm_add_counts(struct storm_counts *sum, const struct storm_counts *add)
{
    size_t i;

    sum->crashes += add->crashes;
    sum->power_losses += add->power_losses;
    sum->faults += add->faults;
    sum->operations += add->operations;
    sum->requests += add->requests;
    sum->edits += add->edits;
    sum->restarts += add->restarts;
    sum->jobs += add->jobs;
    sum->days += add->days;
    sum->residues += add->residues;
    sum->videos += add->videos;
    for (i = 0; i < STORM_WRONG_COUNT; i++) sum->wrong[i] += add->wrong[i];
}

/* The folder has another name in each run; the trace must not. */
static void hide_folder(const struct storm *storm, char *text)
{
    size_t bytes = strlen(storm->folder);
    char *at;

    while ((at = strstr(text, storm->folder)) != NULL) {
        memmove(at + 1, at + bytes, strlen(at + bytes) + 1);
        *at = '~';
    }
}

void storm_note(struct storm *storm, const char *format, ...)
{
    va_list args;
    char text[TRACE_LINE_BYTES];

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    hide_folder(storm, text);
    trace_add(&storm->trace, storm->clock.mono_ms, "%s", text);
}

void storm_must(struct storm *storm, enum ys_status status)
{
    if (status != YS_OK)
        storm_fail(storm, "%s: %s", ys_status_name(status), storm->err.message);
}

/* ---------------------------------------------------------------- setting up */

static void open_sim(struct storm *storm)
{
    const struct scenario *scenario = &storm->scenario;
    struct ys_sim_options options;
    struct ys_sim_library_options library;

    ys_sim_options_init(&options);
    options.env = &storm->world_env;
    options.seed = scenario->seed;
    options.quota_daily_units = scenario->server_daily_units;
    options.creates_per_day = scenario->server_creates_per_day;
    options.creates_per_hour = scenario->server_creates_per_hour;
    options.exhausted_form =
        scenario->exhausted_as_429 ? YS_SIM_EXHAUSTED_429 : YS_SIM_EXHAUSTED_403;
    options.failed_cost_full = scenario->failed_cost_full;
    options.reset_late_ms = scenario->reset_late_ms;
    options.lag_max_ms = scenario->lag_max_ms;
    options.short_page_permille = scenario->short_page_permille;
    options.double_row_permille = scenario->double_row_permille;
    options.total_lie_permille = scenario->total_lie_permille;
    options.record_path = scenario->record_path;
    storm_must(storm, ys_sim_open(&storm->sim, &options, &storm->err));
    if (storm->failed) return;
    ys_sim_library_options_init(&library);
    library.seed = scenario->seed;
    library.playlists = scenario->playlists;
    library.videos = scenario->videos;
    library.overlap_permille = scenario->overlap_permille;
    library.gone_permille = scenario->gone_permille;
    library.stray_permille = scenario->stray_permille;
    library.doubled_permille = scenario->doubled_permille;
    storm_must(storm, ys_sim_library_sample(storm->sim, &library, &storm->err));
    storm_must(storm, ys_sim_account_add(storm->sim, STORM_OTHER_CHANNEL, "Somebody", NULL,
                                         &storm->err));
}

void storm_init(struct storm *storm, struct memvfs *disk, const char *folder,
                const struct scenario *scenario, bool loud)
{
    size_t i;

    memset(storm, 0, sizeof *storm);
    trace_init(&storm->trace, loud);
    storm->scenario = *scenario;
    storm->disk = disk;
    storm->folder = folder;
    (void)snprintf(storm->db_path, sizeof storm->db_path, "%s/sync.db", folder);
    (void)snprintf(storm->token, sizeof storm->token, "%s", YS_SIM_TOKEN);
    for (i = 0; i < scenario->fault_count; i++)
        if (strstr(scenario->faults[i], "hiderow")) storm->rows_hidden = true;
    storm->random = scenario->seed ^ UINT64_C(0x73746f726d);
    storm->user_random = scenario->seed ^ UINT64_C(0x75736572);
    storm->client_random = scenario->seed ^ UINT64_C(0x636c69656e74);
    storm->last_death_mono_ms = INT64_MIN / 2;
    ys_sim_clock_init(&storm->clock, scenario->seed, scenario->start_wall_ms);
    memvfs_reset(disk, scenario->seed);
    memvfs_set_time(disk, storm->clock.wall_ms);
    life_init(storm);
    open_sim(storm);
    if (storm->failed) return;
    policy_begin(storm);
    oracle_begin(storm);
    ys_sim_set_hook(storm->sim, oracle_hook, storm);
    chaos_install(storm);
}

void storm_free(struct storm *storm)
{
    size_t i;

    if (storm->session) life_end(storm);
    for (i = 0; i < storm->ghost_count; i++) ys_transport_free(storm->ghosts[i].wire);
    memvfs_set_hook(storm->disk, NULL, NULL);
    memvfs_copy_free(storm->copy);
    ys_sim_close(storm->sim);
}

/* ---------------------------------------------------------------- doing */

static bool configure(struct storm *storm)
{
    const struct scenario *scenario = &storm->scenario;
    const struct {
        const char *key;
        int64_t value;
    } settings[] = {
        {"quota.daily", scenario->daily_units}, {"quota.keep", scenario->keep_units},
        {"quota.creates", scenario->creates},   {"pace.per_second", scenario->per_second},
        {"pace.reads", scenario->reads},        {"pace.writes", scenario->writes},
        {"pace.settle_s", scenario->settle_s},
    };
    enum ys_status status = YS_OK;
    int64_t value;
    size_t i;

    for (i = 0; i < sizeof settings / sizeof settings[0] && status == YS_OK; i++) {
        status = ys_config_get(storm->session, settings[i].key, &value, &storm->err);
        if (status == YS_OK && value != settings[i].value)
            status = ys_config_set(storm->session, settings[i].key, settings[i].value,
                                   &storm->err);
    }
    return status == YS_OK;
}

/* The plan says which playlist carries a category on, and its user says yes to that. */
static void learn_plan(struct storm *storm, const struct ys_plan *plan)
{
    struct ys_plan_item item;
    size_t i, j;

    for (i = 0; ys_plan_item(plan, i, &item); i++) {
        if (item.kind != YS_OP_PLAYLIST_UPDATE && item.kind != YS_OP_PLAYLIST_PUBLISH) continue;
        for (j = 0; j < storm->scenario.category_count; j++)
            if (strcmp(storm->titles[j], item.category) == 0)
                oracle_add_carrier(storm, j, item.playlist_id);
    }
}

static enum ys_status make_job(struct storm *storm, bool *nothing)
{
    struct ys_fetch_result fetched;
    struct ys_target *target;
    struct ys_plan *plan = NULL;
    enum ys_status status;
    bool full;

    *nothing = false;
    storm->err = (struct ys_error){0};
    /* A row that each listing hid in the storm, or a change by the user that left the number of
     * entries as it was, is found by a full fetch, at the latest. */
    full = (storm->rows_hidden || storm->oracle.library_touched) && storm->empty_plans > 0;
    status = ys_fetch(storm->session, full, NULL, NULL, &fetched, &storm->err);
    if (status != YS_OK) return status;
    target = policy_target(storm);
    if (!target) return storm->err.status;
    status = ys_plan_make(storm->session, target, &plan, &storm->err);
    ys_target_free(target);
    if (status != YS_OK) return status;
    *nothing = ys_plan_count(plan) == 0;
    storm_note(storm, "planned %zu operations", ys_plan_count(plan));
    if (!*nothing) {
        learn_plan(storm, plan);
        storm->empty_plans = 0;
        if (storm->calm && ++storm->calm_jobs > CALM_JOBS_MAX)
            storm_fail(storm, "every plan is followed by another one");
        status = ys_job_start(storm->session, plan, &storm->job, &storm->err);
    }
    ys_plan_free(plan);
    return status;
}

static void take_events(struct storm *storm)
{
    struct ys_event event;
    struct ys_error err = {0};
    enum ys_status status;

    while (ys_job_next_event(storm->job, &event)) {
        const struct ys_operation_record *op = &event.operation;
        storm_note(storm, "%s %s %.11s %s %.90s", ys_stage_name(event.stage),
                   op->id ? ys_op_kind_name(op->kind) : "", op->video_id,
                   op->id ? ys_op_status_name(op->status) : event.reason,
                   event.text[0] ? event.text : event.reason);
        if (event.kind != YS_EVENT_ERROR || storm->calm ||
            !chance_permille(&storm->random, storm->scenario.decide_permille))
            continue;
        status = ys_job_decide(storm->job, op->id,
                               (enum ys_decision)chance_range(&storm->random, 0, 3), &err);
        if (status != YS_OK && status != YS_ELIMIT && status != YS_ESTATE &&
            !life_is_dead(storm) && !storm->disk_failed)
            storm_fail(storm, "a decision: %s: %s", ys_status_name(status), err.message);
    }
}

/* Waits as the program says, a minute where it says nothing. */
static void rest(struct storm *storm)
{
    int64_t wait_ms = storm->job ? ys_job_wait_ms(storm->job) : -1;

    if (wait_ms < 0) wait_ms = 60 * 1000;
    life_sleep(storm, wait_ms + 1000);
    /* A day's start may be a process of its own, or not. */
    if (chance_one_in(&storm->random, 2)) life_end(storm);
}

static void wait_for_day(struct storm *storm)
{
    struct ys_quota_record quota;

    if (storm->job) {
        rest(storm);
        return;
    }
    storm->err = (struct ys_error){0};
    if (ys_quota_get(storm->session, &quota, &storm->err) == YS_OK)
        life_sleep(storm, chance_range(&storm->random, 600 * 1000, 3 * 3600 * 1000));
}

/* What a person or the command would do about a status. */
static void answer(struct storm *storm, enum ys_status status)
{
    if (status == YS_OK || life_is_dead(storm)) return;
    storm_note(storm, "%s: %.150s", ys_status_name(status), storm->err.message);
    switch (status) {
    case YS_ECONFIRM:
        storm->err = (struct ys_error){0};
        status = ys_job_confirm(storm->session, 0, &storm->err);
        if (status != YS_OK && status != YS_ENOTFOUND && !life_is_dead(storm) &&
            !storm->disk_failed)
            storm_must(storm, status);
        break;
    case YS_EQUOTA:
    case YS_ECREATES: wait_for_day(storm); break;
    case YS_ENETWORK:
    case YS_ETHROTTLED:
    case YS_EREPLY:
    case YS_ETOOBIG:
    case YS_EUNKNOWN:
    case YS_ESHIFTING:
    case YS_EAPI: rest(storm); break;
    case YS_EPAUSED:
        life_sleep(storm, 60 * 1000);
        if (!storm->calm && !chance_one_in(&storm->random, 5)) break;
        status = ys_job_resume(storm->session, 0, &storm->err);
        storm_note(storm, "resume: %s", ys_status_name(status));
        storm->paused = false;
        break;
    case YS_EAUTH:
    case YS_ECHANNEL:
    case YS_EFORBIDDEN: chaos_sign_in(storm); break;
    case YS_EPOLICY: user_answer(storm); break;
    case YS_ENOTFOUND: life_end(storm); break;
    case YS_ESTATE:
        /* Cancelled from another process. */
        if (storm->scenario.cancel_permille == 0 && storm->policy.edits == 0)
            storm_fail(storm, "wrong state: %s", storm->err.message);
        ys_job_close(storm->job);
        storm->job = NULL;
        break;
    default:
        if (!storm->disk_failed)
            storm_fail(storm, "%s: %s", ys_status_name(status), storm->err.message);
        if (chance_one_in(&storm->random, 2)) life_end(storm);
    }
}

/* One thing: opens or makes a job, or takes a step. *done: a fresh plan was empty. */
static enum ys_status do_one(struct storm *storm, bool *done)
{
    enum ys_status status;
    bool more;

    *done = false;
    storm->err = (struct ys_error){0};
    if (!storm->job) {
        status = ys_job_open(storm->session, 0, &storm->job, &storm->err);
        if (status != YS_ENOTFOUND) return status;
        storm->paused = false;
        return make_job(storm, done);
    }
    status = ys_job_step(storm->job, storm->scenario.step_ms, &more, &storm->err);
    take_events(storm);
    if (status == YS_OK && !more) {
        storm_note(storm, "job ended");
        if (storm->job_points == 0) storm->job_points = storm->points;
        ys_job_close(storm->job);
        storm->job = NULL;
        /* Most people let a minute pass before they sync again; a plan from listings that lag is
         * safe, but does some of the work twice. */
        if (storm->calm || !chance_one_in(&storm->random, 4)) life_sleep(storm, LAG_PAUSE_MS);
        if (chance_one_in(&storm->random, 2)) life_end(storm);
    }
    return status;
}

/* Some time passes between a death and the next start. */
static void start_again(struct storm *storm)
{
    static const int64_t pauses_ms[] = {0, 0, 1000, 5000, 30000, 120000, 7200000};

    life_sleep(storm, pauses_ms[chance_range(&storm->random, 0, 6)]);
    if (life_begin(storm) && !configure(storm) && !life_is_dead(storm) && !storm->disk_failed)
        storm_fail(storm, "settings: %s", storm->err.message);
}

static void restart_cleanly(struct storm *storm)
{
    if (storm->job) {
        enum ys_status status = ys_job_stop(storm->job, &storm->err);
        if (status != YS_OK && !life_is_dead(storm) && !storm->disk_failed)
            storm_fail(storm, "stop: %s: %s", ys_status_name(status), storm->err.message);
    }
    life_end(storm);
}

/* Copies of the database are taken and put back while no process runs. */
static void play_with_copies(struct storm *storm)
{
    if (storm->session || storm->calm ||
        !chance_permille(&storm->random, storm->scenario.old_copy_permille))
        return;
    if (!storm->copy) {
        storm_note(storm, "a copy of the database is taken");
        storm->copy = memvfs_copy_take(storm->disk);
        storm->copy_target = storm->target_number;
        storm->policy.copied = storm->policy.planned;
        return;
    }
    storm_note(storm, "the old copy of the database is put back");
    life_sleep(storm, COPY_PAUSE_MS);
    storm->ledger_from_day = ys_pacific_day(storm->clock.wall_ms);
    memvfs_copy_put_back(storm->disk, storm->copy);
    storm->target_number = storm->copy_target;
    storm->policy.planned = storm->policy.copied;
    memvfs_copy_free(storm->copy);
    storm->copy = NULL;
    storm->copied_back = true;
    storm->paused = false;
}

static bool too_long(struct storm *storm, int64_t steps)
{
    if (steps > STEPS_MAX) storm_fail(storm, "it does not end: %s", storm->err.message);
    if (storm->clock.mono_ms > DAYS_MAX * INT64_C(86400000))
        storm_fail(storm, "it takes more than %d days: %s", DAYS_MAX, storm->err.message);
    return storm->failed;
}

/* One turn of the driver. True: all is done. */
static bool turn(struct storm *storm)
{
    bool done = false;

    if (storm->session && life_is_dead(storm)) life_end(storm);
    play_with_copies(storm);
    if (!storm->calm && (storm->counts.requests >= storm->scenario.storm_requests ||
                         storm->counts.crashes >= CRASHES_MAX))
        chaos_end(storm);
    if (!storm->session) {
        start_again(storm);
        return false;
    }
    chaos_step(storm);
    if (life_is_dead(storm)) return false;
    if (!storm->calm && chance_permille(&storm->random, storm->scenario.restart_permille)) {
        restart_cleanly(storm);
        return false;
    }
    answer(storm, do_one(storm, &done));
    if (!done || !storm->session || life_is_dead(storm)) return false;
    if (!storm->calm) chaos_end(storm); /* nothing is left to be done in the storm */
    if (++storm->empty_plans > 1) return true;
    life_sleep(storm, LAG_PAUSE_MS);
    return false;
}

static bool count_fault(void *ctx, const struct ys_sim_logged *request)
{
    struct storm *storm = ctx;

    storm->counts.faults += request->fault[0] != '\0';
    return true;
}

bool storm_run(struct storm *storm)
{
    int64_t steps = 0;

    while (!too_long(storm, ++steps))
        if (turn(storm)) break;
    if (!storm->failed) check_end(storm);
    storm_must(storm, ys_sim_requests(storm->sim, 1, count_fault, storm, &storm->err));
    return !storm->failed;
}
