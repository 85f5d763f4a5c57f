/* place.c: see place.h.
 *
 * A database that is there is only looked at, never opened: opening and closing it here would
 * drop the POSIX locks that SQLite may hold on it in this process. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/netfs.h"
#include "store/rows.h"

#define FOLDER_BYTES 1024

static void folder_of(const char *path, char *out, size_t out_bytes)
{
    (void)ys_copy(out, out_bytes, path);
    char *slash = strrchr(out, '/');
    if (!slash) (void)ys_copy(out, out_bytes, ".");
    else if (slash == out) out[1] = '\0';
    else *slash = '\0';
}

static enum ys_status folder_check(const char *path, struct ys_error *err)
{
    char folder[FOLDER_BYTES], reason[YS_SYSTEM_REASON_BYTES];
    struct stat info;
    folder_of(path, folder, sizeof folder);
    if (stat(folder, &info) != 0)
        return ys_fail(err, YS_EIO,
                       "The folder %s for the database cannot be used: %s. Make it, or choose "
                       "another file with --db.",
                       folder, ys_system_reason(errno, reason));
    if (!S_ISDIR(info.st_mode))
        return ys_fail(err, YS_EIO,
                       "%s is not a folder, so there can be no database %s. Choose another file "
                       "with --db.",
                       folder, path);
    if (access(folder, W_OK | X_OK) != 0)
        return ys_fail(err, YS_EIO,
                       "The folder %s of the database cannot be written to: %s. Give yourself "
                       "the right to, or choose another file with --db.",
                       folder, ys_system_reason(errno, reason));
    return ys_netfs_refuse(folder, path, err);
}

/* The file is made here so that its mode is 0600 from the start (its -wal and -shm files take the
 * mode over). An empty file is a new database. */
static enum ys_status file_make(const char *path, struct ys_error *err)
{
    char reason[YS_SYSTEM_REASON_BYTES];
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) return YS_OK; /* somebody was faster */
    if (fd < 0)
        return ys_fail(err, YS_EIO, "The database %s cannot be made: %s.", path,
                       ys_system_reason(errno, reason));
    (void)close(fd);
    return YS_OK;
}

static enum ys_status file_check(const char *path, bool must_exist, struct ys_error *err)
{
    struct stat info;
    char reason[YS_SYSTEM_REASON_BYTES];
    if (stat(path, &info) != 0) {
        if (errno != ENOENT)
            return ys_fail(err, YS_EIO, "The database %s cannot be opened: %s.", path,
                           ys_system_reason(errno, reason));
        if (must_exist)
            return ys_fail(err, YS_ENOTFOUND,
                           "There is no database %s yet. Fetch your library first, or name the "
                           "right file with --db.",
                           path);
        return file_make(path, err);
    }
    if (!S_ISREG(info.st_mode))
        return ys_fail(err, YS_EDBFOREIGN,
                       "%s is not a file, so it cannot be a database. Choose another file with "
                       "--db.",
                       path);
    if (access(path, R_OK | W_OK) != 0)
        return ys_fail(err, YS_EIO,
                       "The database %s cannot be read and written: %s. Give yourself the right "
                       "to, or choose another file with --db.",
                       path, ys_system_reason(errno, reason));
    return YS_OK;
}

/* The lock and the state file stand beside the file itself, also when it is reached by a link:
 * else two names of one database would have two locks. */
static enum ys_status link_follow(char *path, size_t path_bytes, struct ys_error *err)
{
    struct stat info;
    char reason[YS_SYSTEM_REASON_BYTES];
    if (lstat(path, &info) != 0 || !S_ISLNK(info.st_mode)) return YS_OK;
    char *real = realpath(path, NULL);
    if (!real)
        return ys_fail(err, YS_EIO, "The link %s cannot be followed: %s.", path,
                       ys_system_reason(errno, reason));
    bool fits = ys_copy(path, path_bytes, real);
    free(real);
    return fits ? folder_check(path, err)
                : ys_fail(err, YS_EINVAL, "The name of the database file is too long: %.100s...",
                          path);
}

enum ys_status ys_place_prepare(char *path, size_t path_bytes, bool must_exist,
                                struct ys_error *err)
{
    YS_TRY(folder_check(path, err));
    YS_TRY(file_check(path, must_exist, err));
    return link_follow(path, path_bytes, err);
}
