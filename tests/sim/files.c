/* files.c: see files.h. The functions below stand in front of the C library's, for this whole
 * program; while nothing is armed they only pass on. One thread. */
#include "files.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024

static struct {
    bool armed, inside;
    bool (*is_dead)(void *ctx);
    files_fn ask;
    void *ctx;
    /* The file that was written last and not synced; the name that was given last without its
     * folder being synced. */
    char unsynced[PATH_BYTES], from[PATH_BYTES], to[PATH_BYTES];
} files;

/* ISO C has no way from an object pointer to a function pointer. */
static void find(const char *name, void *out)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(out, &symbol, sizeof symbol);
}

void files_arm(bool (*is_dead)(void *ctx), files_fn ask, void *ctx)
{
    files.is_dead = is_dead;
    files.ask = ask;
    files.ctx = ctx;
    files.armed = true;
}

void files_disarm(void)
{
    files.armed = false;
}

/* false: the call must not change anything; errno is set. */
static bool passes(const char *call, enum memvfs_answer *answer)
{
    *answer = MEMVFS_GO_ON;
    if (!files.armed || files.inside) return true;
    if (!files.is_dead(files.ctx)) {
        files.inside = true;
        *answer = files.ask(files.ctx, call);
        files.inside = false;
        if (*answer == MEMVFS_GO_ON || *answer == MEMVFS_DIE_AFTER) return true;
    }
    errno = EIO;
    return false;
}

static int died(enum memvfs_answer answer, int result)
{
    if (answer != MEMVFS_DIE_AFTER) return result;
    errno = EIO;
    return -1;
}

/* The path of an open file; false for what is none (a pipe). */
static bool path_of(int fd, char out[PATH_BYTES])
{
    char link[64];
    ssize_t bytes;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    bytes = readlink(link, out, PATH_BYTES - 1);
    out[bytes > 0 ? bytes : 0] = '\0';
    return bytes > 0 && out[0] == '/';
}

/* ---------------------------------------------------------------- the calls */

/* The C library's headers call their parameters by names that are reserved to it.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    enum memvfs_answer answer = MEMVFS_GO_ON;
    mode_t mode = 0;
    va_list args;
    int fd;

    va_start(args, flags);
    if (flags & O_CREAT) mode = (mode_t)va_arg(args, int);
    va_end(args);
    if (!real) find("open", &real);
    if ((flags & O_CREAT) && access(path, F_OK) != 0 && !passes("create", &answer)) return -1;
    fd = real(path, flags, mode);
    if (answer == MEMVFS_DIE_AFTER && fd >= 0) (void)close(fd);
    return died(answer, fd);
}

/* Of a large write a killed process may have done a part. */
ssize_t write(int fd, const void *data, size_t bytes)
{
    static ssize_t (*real)(int, const void *, size_t);
    enum memvfs_answer answer;
    ssize_t done;

    if (!real) find("write", &real);
    if (fd <= STDERR_FILENO || !files.armed || files.inside) return real(fd, data, bytes);
    if (!passes("write", &answer)) {
        if (answer == MEMVFS_DIE_BEFORE && bytes > 1) (void)!real(fd, data, bytes / 2);
        errno = EIO;
        return -1;
    }
    done = real(fd, data, bytes);
    (void)path_of(fd, files.unsynced);
    return answer == MEMVFS_DIE_AFTER ? died(answer, 0) : done;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    enum memvfs_answer answer;
    ssize_t done;

    if (!real) find("pwrite", &real);
    if (!passes("pwrite", &answer)) return -1;
    done = real(fd, data, bytes, offset);
    return answer == MEMVFS_DIE_AFTER ? died(answer, 0) : done;
}

int ftruncate(int fd, off_t bytes)
{
    static int (*real)(int, off_t);
    enum memvfs_answer answer;

    if (!real) find("ftruncate", &real);
    if (!passes("ftruncate", &answer)) return -1;
    return died(answer, real(fd, bytes));
}

int fsync(int fd)
{
    static int (*real)(int);
    enum memvfs_answer answer;
    char path[PATH_BYTES];
    struct stat info;

    if (!real) find("fsync", &real);
    if (!files.armed || files.inside) return real(fd);
    if (!passes("fsync", &answer)) return -1;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) files.to[0] = '\0';
    if (path_of(fd, path) && strcmp(path, files.unsynced) == 0) files.unsynced[0] = '\0';
    return died(answer, 0); /* nothing is really lost by this machine */
}

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    enum memvfs_answer answer;
    int result;

    if (!real) find("rename", &real);
    if (!passes("rename", &answer)) return -1;
    result = real(from, to);
    if (files.armed && result == 0) {
        (void)snprintf(files.from, sizeof files.from, "%s", from);
        (void)snprintf(files.to, sizeof files.to, "%s", to);
        if (strcmp(files.unsynced, from) == 0)
            (void)snprintf(files.unsynced, sizeof files.unsynced, "%s", to);
    }
    return died(answer, result);
}

int unlink(const char *path)
{
    static int (*real)(const char *);
    enum memvfs_answer answer;

    if (!real) find("unlink", &real);
    if (!passes("unlink", &answer)) return -1;
    return died(answer, real(path));
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* ---------------------------------------------------------------- power */

void files_power_loss(int share)
{
    struct stat info;

    if (files.unsynced[0] && stat(files.unsynced, &info) == 0)
        (void)!truncate(files.unsynced, info.st_size * share / 1000);
    if (files.to[0] && share < 500) (void)rename(files.to, files.from);
    files.unsynced[0] = files.to[0] = '\0';
}
