/* clockfile.c: a clock that several processes move together.
 *
 * The file holds one native int64_t: the milliseconds to add to the real clocks. Every process
 * maps it shared and reads and changes it atomically, so that a sleep in one moves the time of
 * all. Invariants: the file is never shorter than the number (a mapping of a shorter one would
 * end in SIGBUS), also not while it is created anew; offsets are kept within
 * YS_CLOCK_OFFSET_MAX_MS; the monotonic clock of one handle never goes back, even when the
 * offset does. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/env.h"
#include "base/error.h"

#define CLOCK_FILE_BYTES sizeof(int64_t)
/* A hundred years: more than any test moves, and far from overflow. */
#define YS_CLOCK_OFFSET_MAX_MS (INT64_C(100) * 366 * 86400000)
#define REASON_BYTES 128

struct ys_clock_file {
    _Atomic int64_t *offset_ms; /* mapped */
    const struct ys_env *inner; /* borrowed */
    int64_t mono_last_ms;
};

_Static_assert(sizeof(_Atomic int64_t) == CLOCK_FILE_BYTES, "the mapped number is plain");

static enum ys_status fail_errno(struct ys_error *err, const char *path, const char *verb,
                                 int number)
{
    char reason[REASON_BYTES];

    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "The clock file \"%s\" could not be %s: %s.", path, verb, reason);
}

static int64_t offset_ms(const struct ys_clock_file *clock)
{
    int64_t offset = atomic_load(clock->offset_ms);

    if (offset > YS_CLOCK_OFFSET_MAX_MS) return YS_CLOCK_OFFSET_MAX_MS;
    if (offset < -YS_CLOCK_OFFSET_MAX_MS) return -YS_CLOCK_OFFSET_MAX_MS;
    return offset;
}

enum ys_status ys_clock_file_open(struct ys_clock_file **out, const char *path,
                                  const struct ys_env *inner, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    struct ys_clock_file *clock = NULL;
    struct stat info;
    void *mapped = MAP_FAILED;
    int file = -1;

    *out = NULL;
    if (path == NULL) return ys_fail(err, YS_EINVAL, "The clock file has no name.");
    file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0 || fstat(file, &info) != 0) {
        status = fail_errno(err, path, "opened", errno);
        goto out;
    }
    if (!S_ISREG(info.st_mode) || info.st_size != (off_t)CLOCK_FILE_BYTES) {
        status = ys_fail(err, YS_EINVAL,
                         "\"%s\" is not a clock file: it must be a file of %zu bytes, written by "
                         "the simulator.",
                         path, CLOCK_FILE_BYTES);
        goto out;
    }
    mapped = mmap(NULL, CLOCK_FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        status = fail_errno(err, path, "mapped", errno);
        goto out;
    }
    clock = ys_alloc_zero(1, sizeof *clock);
    if (clock == NULL) {
        status = ys_fail(err, YS_ENOMEM, "Memory ran out while opening a clock file.");
        goto out;
    }
    *clock = (struct ys_clock_file){
        .offset_ms = mapped, .inner = inner, .mono_last_ms = INT64_MIN};
    mapped = MAP_FAILED;
    *out = clock;
out:
    if (mapped != MAP_FAILED) (void)munmap(mapped, CLOCK_FILE_BYTES);
    if (file >= 0) (void)close(file);
    return status;
}

void ys_clock_file_close(struct ys_clock_file *clock)
{
    if (clock == NULL) return;
    (void)munmap((void *)clock->offset_ms, CLOCK_FILE_BYTES);
    ys_free(clock);
}

static int64_t file_wall_ms(void *ctx)
{
    struct ys_clock_file *clock = ctx;

    return ys_env_wall_ms(clock->inner) + offset_ms(clock);
}

static int64_t file_mono_ms(void *ctx)
{
    struct ys_clock_file *clock = ctx;
    int64_t now_ms = ys_env_mono_ms(clock->inner) + offset_ms(clock);

    if (now_ms > clock->mono_last_ms) clock->mono_last_ms = now_ms;
    return clock->mono_last_ms;
}

static void file_sleep_ms(void *ctx, int64_t duration_ms)
{
    struct ys_clock_file *clock = ctx;

    if (duration_ms <= 0) return;
    if (duration_ms > YS_CLOCK_OFFSET_MAX_MS) duration_ms = YS_CLOCK_OFFSET_MAX_MS;
    atomic_fetch_add(clock->offset_ms, duration_ms);
}

static void file_random(void *ctx, void *out, size_t bytes)
{
    struct ys_clock_file *clock = ctx;

    ys_env_random(clock->inner, out, bytes);
}

static void file_log(void *ctx, enum ys_log_level level, const char *message)
{
    struct ys_clock_file *clock = ctx;

    ys_env_log(clock->inner, level, "%s", message);
}

struct ys_env ys_clock_file_env(struct ys_clock_file *clock)
{
    return (struct ys_env){
        .ctx = clock,
        .wall_ms = file_wall_ms,
        .mono_ms = file_mono_ms,
        .sleep_ms = file_sleep_ms,
        .random = file_random,
        .log = file_log,
    };
}

enum ys_status ys_clock_file_create(const char *path, int64_t offset, struct ys_error *err)
{
    enum ys_status status = YS_OK;
    int file;

    if (path == NULL) return ys_fail(err, YS_EINVAL, "The clock file has no name.");
    if (offset > YS_CLOCK_OFFSET_MAX_MS || offset < -YS_CLOCK_OFFSET_MAX_MS) {
        return ys_fail(err, YS_EINVAL, "The clock cannot be moved by more than a hundred years.");
    }
    /* Not O_TRUNC: somebody may have it mapped. */
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return fail_errno(err, path, "created", errno);
    if (ftruncate(file, (off_t)CLOCK_FILE_BYTES) != 0 ||
        pwrite(file, &offset, sizeof offset, 0) != (ssize_t)sizeof offset) {
        status = fail_errno(err, path, "written", errno);
    }
    if (close(file) != 0 && status == YS_OK) status = fail_errno(err, path, "written", errno);
    return status;
}
