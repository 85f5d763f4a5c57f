/* life.c: processes: how they begin and end, their clocks, and what outlives them: the disk, and
 * requests that are still on their way (ghosts). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/text.h"
#include "net/transport.h"
#include "files.h"
#include "storm.h"
#include "support/tap.h"
#include "sync/session.h"

/* So long after a death its requests may still arrive (see stall_max_ms). */
#define GHOST_LIFE_MS 150000
/* How finely time passes while something may be on the wire. */
#define WIRE_STEP_MS 250

/* ---------------------------------------------------------------- time */

/* What is due on the wire happens: of this process, also what it gave up, and of dead ones. */
static void haunt(struct storm *storm)
{
    size_t i;

    if (storm->haunting) return;
    storm->haunting = true;
    if (storm->wire) storm_must(storm, ys_transport_poll(storm->wire, 0, &storm->err));
    for (i = 0; i < storm->ghost_count; i++) {
        storm_must(storm, ys_transport_poll(storm->ghosts[i].wire, 0, &storm->err));
        if (storm->clock.mono_ms < storm->ghosts[i].until_mono_ms) continue;
        ys_transport_free(storm->ghosts[i].wire);
        storm->ghosts[i--] = storm->ghosts[--storm->ghost_count];
    }
    storm->haunting = false;
}

void life_sleep(struct storm *storm, int64_t duration_ms)
{
    int64_t fine_ms = GHOST_LIFE_MS, step;

    while (duration_ms > 0) {
        step = duration_ms;
        if ((storm->wire || storm->ghost_count > 0) && fine_ms > 0 && step > WIRE_STEP_MS)
            step = WIRE_STEP_MS;
        ys_sim_clock_advance(&storm->clock, step);
        duration_ms -= step;
        fine_ms -= step;
        haunt(storm);
    }
    memvfs_set_time(storm->disk, storm->clock.wall_ms);
}

static int64_t world_wall_ms(void *ctx)
{
    return ((struct storm *)ctx)->clock.wall_ms;
}

static int64_t world_mono_ms(void *ctx)
{
    return ((struct storm *)ctx)->clock.mono_ms;
}

static void world_sleep_ms(void *ctx, int64_t duration_ms)
{
    struct storm *storm = ctx;

    if (!life_is_dead(storm)) life_sleep(storm, duration_ms);
}

static void world_random(void *ctx, void *out, size_t bytes)
{
    struct storm *storm = ctx;
    unsigned char *to = out;
    uint64_t word = 0;
    size_t i;

    for (i = 0; i < bytes; i++) {
        if (i % 8 == 0) word = chance_next(&storm->client_random);
        to[i] = (unsigned char)(word >> (8 * (i % 8)));
    }
}

static void world_log(void *ctx, enum ys_log_level level, const char *message)
{
    if (level >= YS_LOG_INFO) storm_note(ctx, "log: %.120s", message);
}

/* What the machine's own clocks say. */
static int64_t machine_wall_ms(void *ctx)
{
    const struct storm *storm = ctx;

    return storm->clock.wall_ms + storm->skew_ms;
}

static int64_t machine_mono_ms(void *ctx)
{
    const struct storm *storm = ctx;

    return storm->clock.mono_ms - storm->boot_mono_ms;
}

void life_init(struct storm *storm)
{
    storm->world_env = (struct ys_env){.ctx = storm,
                                       .wall_ms = world_wall_ms,
                                       .mono_ms = world_mono_ms,
                                       .sleep_ms = world_sleep_ms,
                                       .random = world_random,
                                       .log = world_log};
    storm->env = storm->world_env;
    storm->env.wall_ms = machine_wall_ms;
    storm->env.mono_ms = machine_mono_ms;
}

/* ---------------------------------------------------------------- points of death */

bool life_is_dead(const struct storm *storm)
{
    return memvfs_is_dead(storm->disk);
}

static bool is_dead(void *ctx)
{
    return life_is_dead(ctx);
}

static enum tap_answer at_request(void *ctx, enum tap_point point,
                                  const struct ys_http_request *request)
{
    struct storm *storm = ctx;
    enum memvfs_answer answer;

    if (point == TAP_SEND && request->is_write && storm->paused)
        storm_fail(storm, "a write was sent although the job is paused: %.100s", request->url);
    answer = chaos_point(storm, point == TAP_SEND ? STORM_SEND : STORM_REPLY,
                         point == TAP_SEND ? "request" : "reply", "");
    storm->on_wire += point == TAP_SEND ? 1 : -1;
    if (answer == MEMVFS_GO_ON) return TAP_GO_ON;
    memvfs_kill(storm->disk);
    return answer == MEMVFS_DIE_AFTER ? TAP_DIE_AFTER : TAP_DIE_BEFORE;
}

/* ---------------------------------------------------------------- the state file */

static void state_path(const struct storm *storm, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s.state", storm->db_path);
}

static size_t state_read(const struct storm *storm, char *out, size_t out_bytes)
{
    char path[600];
    size_t bytes;
    FILE *file;

    state_path(storm, path, sizeof path);
    file = fopen(path, "rb");
    bytes = file ? fread(out, 1, out_bytes - 1, file) : 0;
    if (file) (void)fclose(file);
    out[bytes] = '\0';
    return bytes;
}

/* It is never synced: after a power loss it may be old, torn or gone. */
static void state_power_loss(struct storm *storm)
{
    char path[600], now[512];
    size_t bytes = state_read(storm, now, sizeof now), old = strlen(storm->state_text);
    FILE *file;

    state_path(storm, path, sizeof path);
    switch (chance_range(&storm->random, 0, 3)) {
    case 0: return;
    case 1: (void)unlink(path); return;
    case 2:
        if (old == bytes) memcpy(now, storm->state_text, bytes / 2);
        break;
    default:
        (void)ys_copy(now, sizeof now, storm->state_text);
        bytes = old;
    }
    file = fopen(path, "wb");
    if (!file) return;
    if (fwrite(now, 1, bytes, file) != bytes) storm_fail(storm, "no state file can be written");
    (void)fclose(file);
}

/* A change of a file that is not the database: a backup, the lock, the state file. */
static enum memvfs_answer at_file(void *ctx, const char *call)
{
    struct storm *storm = ctx;
    enum memvfs_answer answer = chaos_point(storm, STORM_WRITE, call, "");

    if (answer != MEMVFS_GO_ON) memvfs_kill(storm->disk);
    return answer;
}

/* ---------------------------------------------------------------- begin */

static enum ys_status open_session(struct storm *storm, struct ys_session **out)
{
    struct ys_options options = {.db_path = storm->db_path,
                                 .access_token = storm->token,
                                 .env = &storm->env,
                                 .accept_old = storm->old_copy_due,
                                 .transport = storm->tap};

    storm->err = (struct ys_error){0};
    return ys_session_open_on(out, &options, memvfs_name(storm->disk), &storm->err);
}

static void make_wire(struct storm *storm)
{
    struct ys_sim_transport_options options;

    ys_sim_transport_options_init(&options);
    if (!storm->calm) {
        options.stall_permille = storm->scenario.stall_permille;
        options.stall_max_ms = storm->scenario.stall_max_ms;
    }
    options.drop_effect_permille = storm->scenario.arrive_permille;
    storm->on_wire = 0;
    storm_must(storm, ys_sim_transport(&storm->wire, storm->sim, &options, &storm->err));
    storm->tap = tap_new(storm->wire, is_dead, at_request, storm);
    if (!storm->tap) storm_fail(storm, "no memory");
}

bool life_begin(struct storm *storm)
{
    enum ys_status status;

    memvfs_revive(storm->disk);
    storm->disk_failed = false;
    storm->guesses += storm->skew_ms != 0;
    (void)state_read(storm, storm->state_text, sizeof storm->state_text);
    make_wire(storm);
    if (storm->failed) return false;
    files_arm(is_dead, at_file, storm);
    status = open_session(storm, &storm->session);
    if (status == YS_OK) {
        storm_note(storm, "process began");
        storm->old_copy_due = false;
        return true;
    }
    storm_note(storm, "open: %s: %.120s", ys_status_name(status), storm->err.message);
    if (status == YS_EDBSTALE && storm->copied_back) storm->old_copy_due = true;
    else if (!life_is_dead(storm) && !storm->disk_failed)
        storm_fail(storm, "the database does not open: %s: %s", ys_status_name(status),
                   storm->err.message);
    life_end(storm);
    return false;
}

struct ys_session *life_visit(struct storm *storm, enum ys_status *status)
{
    struct ys_session *visitor = NULL;

    *status = open_session(storm, &visitor);
    return visitor;
}

/* ---------------------------------------------------------------- end */

/* What is on the wire when the process dies may still arrive. */
static void leave_wire(struct storm *storm, bool died)
{
    ys_transport_free(storm->tap);
    storm->tap = NULL;
    if (died && storm->ghost_count < STORM_GHOSTS_MAX &&
        chance_permille(&storm->random, storm->scenario.ghost_permille)) {
        storm->ghosts[storm->ghost_count].wire = storm->wire;
        storm->ghosts[storm->ghost_count++].until_mono_ms =
            storm->clock.mono_ms + GHOST_LIFE_MS;
    } else {
        ys_transport_free(storm->wire);
    }
    storm->wire = NULL;
}

static void lose_power(struct storm *storm)
{
    storm->counts.power_losses++;
    storm_note(storm, "power loss");
    memvfs_power_loss(storm->disk);
    files_power_loss((int)chance_range(&storm->random, 0, 1000));
    /* Without a whole state file an old copy of the database cannot be told from the right one. */
    if (storm->scenario.old_copy_permille == 0) state_power_loss(storm);
    /* The machine starts again: its monotonic clock does too. */
    storm->boot_mono_ms = storm->clock.mono_ms - chance_range(&storm->random, 1000, 100000);
}

void life_end(struct storm *storm)
{
    bool died = life_is_dead(storm);

    ys_job_close(storm->job);
    ys_session_close(storm->session);
    storm->job = NULL;
    storm->session = NULL;
    files_disarm();
    leave_wire(storm, died);
    if (memvfs_open_count(storm->disk) != 0)
        storm_fail(storm, "%zu files stay open after the session", memvfs_open_count(storm->disk));
    if (!died) {
        storm->counts.restarts++;
        return;
    }
    storm->counts.crashes++;
    storm->last_death_mono_ms = storm->clock.mono_ms;
    if (chance_permille(&storm->random, storm->scenario.power_permille)) lose_power(storm);
}
