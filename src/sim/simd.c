/* simd.c: a simulated YouTube on a loopback port, for tests, demonstrations and rehearsals over
 * real HTTP. Never talks to anything; listens on 127.0.0.1 only. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/env.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/library.h"
#include "sim/simd.h"
#include "sim/truth.h"

#define FAULTS_MAX 64
#define LOOK_EVERY_NS 100000000L
#define EXIT_USAGE 64

static const char usage[] =
    "usage: simd [options]\n"
    "  --port N             listen there (default 0: any free port)\n"
    "  --port-file FILE     write the port number into FILE\n"
    "  --state FILE         keep the state in FILE (default :memory:)\n"
    "  --clock FILE         follow this clock file; made if it is not there\n"
    "  --start-time TIME    the simulated time to begin with (RFC 3339)\n"
    "  --library WHAT       sample (default for a new state), empty, group:FILE (JSON lines of\n"
    "                       videos, made into playlists) or FILE (JSON lines)\n"
    "  --videos N --playlists N   size of the sample\n"
    "  --seed N             of everything that is drawn (default 1)\n"
    "  --quota N            units a day (default 10000)\n"
    "  --creates N          playlists that may be created a day (default: no limit)\n"
    "  --exhausted 403|429  how a used-up day is told (default 403)\n"
    "  --lag MIN:MAX        lists see a write that many ms later (default 0:0)\n"
    "  --latency MS         real time that each request takes (default 0)\n"
    "  --token T            the access token of the account (default " YS_SIM_TOKEN ")\n"
    "  --record FILE        every exchange as a line of JSON, without the sign-in\n"
    "  --fault SPEC         a fault, e.g. playlistItems.insert#3=effect+close; may be repeated\n"
    "  --exit-with-parent   end when the parent process ends\n";

struct settings {
    struct ys_sim_options sim;
    struct ys_sim_library_options library;
    const char *library_from, *clock_path, *port_file, *start_time;
    const char *faults[FAULTS_MAX];
    size_t fault_count;
    int64_t port, latency_ms, exhausted;
    bool exit_with_parent;
};

/* ------------------------------------------------------------------ arguments */

static bool number_in(const char *text, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || value < least || value > most) return false;
    *out = value;
    return true;
}

static bool read_lag(struct settings *settings, const char *value)
{
    char text[64];
    if (!ys_copy(text, sizeof text, value)) return false;
    char *colon = strchr(text, ':');
    if (!colon) return false;
    *colon = '\0';
    return number_in(text, 0, 3600000, &settings->sim.lag_min_ms) &&
           number_in(colon + 1, 0, 3600000, &settings->sim.lag_max_ms);
}

static bool read_option(struct settings *settings, const char *name, const char *value)
{
    const struct { const char *name; const char **to; } texts[] = {
        {"--port-file", &settings->port_file},    {"--state", &settings->sim.state_path},
        {"--clock", &settings->clock_path},       {"--start-time", &settings->start_time},
        {"--library", &settings->library_from},   {"--token", &settings->sim.token},
        {"--record", &settings->sim.record_path}};
    int64_t seed = 0;
    const struct { const char *name; int64_t most; int64_t *to; } numbers[] = {
        {"--port", 65535, &settings->port},
        {"--videos", YS_SIM_LIBRARY_VIDEOS_MAX, &settings->library.videos},
        {"--playlists", YS_SIM_LIBRARY_PLAYLISTS_MAX, &settings->library.playlists},
        {"--seed", INT64_MAX, &seed},
        {"--quota", INT64_C(1) << 40, &settings->sim.quota_daily_units},
        {"--creates", INT64_C(1) << 20, &settings->sim.creates_per_day},
        {"--exhausted", 429, &settings->exhausted},
        {"--latency", 60000, &settings->latency_ms}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].name, name) == 0) {
            *texts[i].to = value;
            return true;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].name, name) != 0) continue;
        if (!number_in(value, 0, numbers[i].most, numbers[i].to)) return false;
        if (numbers[i].to == &seed) {
            settings->sim.seed = (uint64_t)seed;
            settings->library.seed = (uint64_t)seed;
        }
        return true;
    }
    if (strcmp(name, "--lag") == 0) return read_lag(settings, value);
    if (strcmp(name, "--fault") == 0 && settings->fault_count < FAULTS_MAX) {
        settings->faults[settings->fault_count++] = value;
        return true;
    }
    return false;
}

/* 0: go on. */
static int read_arguments(struct settings *settings, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(argv[i], "--exit-with-parent") == 0) {
            settings->exit_with_parent = true;
            continue;
        }
        if (i + 1 == argc || !read_option(settings, argv[i], argv[i + 1])) {
            fprintf(stderr, "simd: \"%s\" is not an option, or its value is not good\n%s",
                    argv[i], usage);
            return EXIT_USAGE;
        }
        i++;
    }
    if (settings->exhausted != 403 && settings->exhausted != 429) {
        fprintf(stderr, "simd: --exhausted takes 403 or 429\n");
        return EXIT_USAGE;
    }
    settings->sim.exhausted_form = settings->exhausted == 429 ? YS_SIM_EXHAUSTED_429
                                                              : YS_SIM_EXHAUSTED_403;
    return 0;
}

/* ------------------------------------------------------------------ clock and library */

/* Opens the clock file. One that is there goes on where it was, unless a time is given. Without
 * a path: a file of our own that has no name any more. */
static enum ys_status open_clock(const struct settings *settings, struct ys_clock_file **out,
                                 struct ys_error *err)
{
    char own[64] = "/tmp/simd-clock-XXXXXX";
    const char *path = settings->clock_path;
    struct stat found;
    int64_t start_ms = YS_SIM_START_WALL_MS;
    if (settings->start_time && !ys_time_parse(settings->start_time, &start_ms))
        return ys_fail(err, YS_EINVAL, "\"%s\" is not a time like 2026-11-20T18:00:00Z",
                       settings->start_time);
    if (!path) {
        int fd = mkstemp(own);
        if (fd < 0) return ys_fail(err, YS_EIO, "no temporary file for the clock");
        (void)close(fd);
    }
    enum ys_status status = YS_OK;
    if (!path || settings->start_time || stat(path, &found) != 0)
        status = ys_clock_file_create(path ? path : own,
                                      start_ms - ys_env_wall_ms(ys_env_system()), err);
    if (status == YS_OK)
        status = ys_clock_file_open(out, path ? path : own, ys_env_system(), err);
    if (!path) (void)unlink(own);
    return status;
}

static enum ys_status fill(struct ys_sim *sim, const struct settings *settings,
                           struct ys_error *err)
{
    const char *from = settings->library_from;
    /* A state that was kept has its library. */
    if (!from && ys_truth_playlist_count(sim, NULL) > 0) return YS_OK;
    if (!from || strcmp(from, "sample") == 0)
        return ys_sim_library_sample(sim, &settings->library, err);
    if (strcmp(from, "empty") == 0) return ys_truth_snapshot(sim, err);
    if (strncmp(from, "group:", 6) == 0)
        return ys_sim_library_group(sim, from + 6, NULL, settings->library.playlists, 5, err);
    return ys_sim_library_load(sim, from, NULL, NULL, err);
}

/* Written beside and renamed, so that a reader never sees half of it. */
static enum ys_status write_port(const char *path, int port, struct ys_error *err)
{
    char beside[4096];
    if (!path) return YS_OK;
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return ys_fail(err, YS_EINVAL, "the name of the port file is too long");
    FILE *file = fopen(beside, "w");
    bool ok = file && fprintf(file, "%d\n", port) > 0;
    if (file && fclose(file) != 0) ok = false;
    if (!ok || rename(beside, path) != 0)
        return ys_fail(err, YS_EIO, "the port file \"%s\" cannot be written", path);
    return YS_OK;
}

/* ------------------------------------------------------------------ main */

/* Waits for SIGTERM or SIGINT, or for the end of the parent. */
static void wait_for_end(const sigset_t *signals, bool with_parent, pid_t parent)
{
    const struct timespec look = {.tv_nsec = LOOK_EVERY_NS};
    for (;;) {
        int got = sigtimedwait(signals, NULL, &look);
        if (got == SIGTERM || got == SIGINT) return;
        if (with_parent && getppid() != parent) return;
    }
}

static enum ys_status start(struct simd *simd, const struct settings *settings,
                            struct ys_clock_file *clock, struct ys_error *err)
{
    struct ys_sim_options options = settings->sim;
    struct ys_env env = ys_clock_file_env(clock);
    options.env = &env;
    YS_TRY(ys_sim_open(&simd->sim, &options, err));
    YS_TRY(fill(simd->sim, settings, err));
    for (size_t i = 0; i < settings->fault_count; i++)
        YS_TRY(ys_sim_fault(simd->sim, settings->faults[i], err));
    return YS_OK;
}

int main(int argc, char **argv)
{
    struct settings settings = {.exhausted = 403};
    struct simd simd = {.sim = NULL};
    struct ys_clock_file *clock = NULL;
    struct simd_http *http = NULL;
    struct ys_error error = {0};
    sigset_t signals;
    pid_t parent = getppid();
    ys_sim_options_init(&settings.sim);
    ys_sim_library_options_init(&settings.library);
    int code = read_arguments(&settings, argc, argv);
    if (code) return code;
    /* Blocked before any thread exists, so that all of them leave the signals to us. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    pthread_mutex_init(&simd.lock, NULL);
    simd.latency_ms = settings.latency_ms;
    int port = (int)settings.port;
    enum ys_status status = open_clock(&settings, &clock, &error);
    if (status == YS_OK) status = start(&simd, &settings, clock, &error);
    if (status == YS_OK) status = simd_http_start(&http, &simd, &port, &error);
    if (status == YS_OK) status = write_port(settings.port_file, port, &error);
    if (status == YS_OK) {
        printf("listening on http://127.0.0.1:%d\n", port);
        fflush(stdout);
        wait_for_end(&signals, settings.exit_with_parent, parent);
    } else {
        fprintf(stderr, "simd: %s\n", error.message);
    }
    atomic_store(&simd.stopping, true);
    simd_http_stop(http);
    ys_sim_close(simd.sim);
    ys_clock_file_close(clock);
    pthread_mutex_destroy(&simd.lock);
    return status == YS_OK ? 0 : 1;
}
