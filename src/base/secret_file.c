/* secret_file.c: see secret_file.h. */
#include "base/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

#define FILE_MODE 0600
#define OTHERS 077
#define REASON_BYTES 128
/* Behind the name of a file that is being written. */
#define BESIDE ".new"

static enum ys_status failed(const char *path, const char *what, int number,
                             struct ys_error *err)
{
    char reason[REASON_BYTES];

    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "The file %s cannot be %s: %s.", path, what, reason);
}

/* ------------------------------------------------------------------ reading */

static enum ys_status check_owner(int fd, const char *path, struct ys_error *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0) return failed(path, "read", errno, err);
    if (!S_ISREG(info.st_mode))
        return ys_fail(err, YS_EFORBIDDEN, "%s is no file.", path);
    if (info.st_uid != geteuid())
        return ys_fail(err, YS_EFORBIDDEN,
                       "The file %s belongs to another user, so its secrets cannot be trusted. "
                       "Remove it and sign in again with `login`.",
                       path);
    if ((info.st_mode & OTHERS) != 0)
        return ys_fail(err, YS_EFORBIDDEN,
                       "The file %s holds secrets, and other users can get at it (mode %04o). "
                       "Close it with: chmod 600 '%s'. If others use this machine, sign out and "
                       "in again.",
                       path, (unsigned)(info.st_mode & 07777), path);
    return YS_OK;
}

static enum ys_status read_all(int fd, const char *path, struct ys_buf *out, struct ys_error *err)
{
    char block[4096];
    ssize_t got;

    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path, "read", errno, err);
        ys_buf_add(out, block, (size_t)got);
        if (out->failed != YS_OK) break;
    }
    return ys_buf_check(out, path, err);
}

static enum ys_status read_file(const char *path, bool secret, struct ys_buf *out,
                                struct ys_error *err)
{
    enum ys_status status = YS_OK;
    /* Not blocking: somebody could have put a pipe there. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    ys_buf_init(out, YS_SECRET_FILE_BYTES_MAX);
    if (fd < 0 && errno == ENOENT)
        return ys_fail(err, YS_ENOTFOUND, "There is no file %s.", path);
    if (fd < 0) return failed(path, "opened", errno, err);
    if (secret) status = check_owner(fd, path, err);
    if (status == YS_OK) status = read_all(fd, path, out, err);
    (void)close(fd);
    if (status != YS_OK) ys_buf_free(out);
    return status;
}

enum ys_status ys_secret_file_read(const char *path, struct ys_buf *out, struct ys_error *err)
{
    return read_file(path, true, out, err);
}

enum ys_status ys_file_read(const char *path, struct ys_buf *out, struct ys_error *err)
{
    return read_file(path, false, out, err);
}

/* ------------------------------------------------------------------ writing */

static enum ys_status write_all(int fd, const char *path, const char *data, size_t bytes,
                                struct ys_error *err)
{
    while (bytes > 0) {
        ssize_t put = write(fd, data, bytes);

        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed(path, "written", errno, err);
        data += put;
        bytes -= (size_t)put;
    }
    if (fsync(fd) != 0) return failed(path, "written", errno, err);
    return YS_OK;
}

/* The folder that `path` lies in. */
static enum ys_status folder_of(const char *path, char folder[YS_PATH_BYTES_MAX],
                                struct ys_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t bytes = slash == path ? 1 : slash != NULL ? (size_t)(slash - path) : 0;

    if (strlen(path) + sizeof BESIDE > YS_PATH_BYTES_MAX)
        return ys_fail(err, YS_ELIMIT, "The name of the file %s is too long.", path);
    (void)snprintf(folder, YS_PATH_BYTES_MAX, "%.*s", (int)bytes, path);
    if (bytes == 0) (void)snprintf(folder, YS_PATH_BYTES_MAX, ".");
    return YS_OK;
}

/* A rename is in the folder; without this a power cut could take it back. */
static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (fd < 0) return;
    (void)fsync(fd);
    (void)close(fd);
}

enum ys_status ys_secret_file_write(const char *path, const void *data, size_t bytes,
                                    struct ys_error *err)
{
    char folder[YS_PATH_BYTES_MAX], beside[YS_PATH_BYTES_MAX];
    enum ys_status status;
    int fd;

    YS_TRY(folder_of(path, folder, err));
    YS_TRY(ys_path_make(folder, err));
    (void)snprintf(beside, sizeof beside, "%s%s", path, BESIDE);
    (void)unlink(beside); /* of a process that died while it wrote */
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0) return failed(path, "written", errno, err);
    status = write_all(fd, path, data, bytes, err);
    if (close(fd) != 0 && status == YS_OK) status = failed(path, "written", errno, err);
    if (status == YS_OK && rename(beside, path) != 0)
        status = failed(path, "written", errno, err);
    if (status != YS_OK) (void)unlink(beside);
    else sync_folder(folder);
    return status;
}

enum ys_status ys_secret_file_move(const char *from, const char *to, struct ys_error *err)
{
    char folder[YS_PATH_BYTES_MAX];

    YS_TRY(folder_of(to, folder, err));
    if (rename(from, to) != 0) return failed(to, "written", errno, err);
    sync_folder(folder);
    return YS_OK;
}

enum ys_status ys_secret_file_remove(const char *path, struct ys_error *err)
{
    if (unlink(path) != 0 && errno != ENOENT) return failed(path, "removed", errno, err);
    return YS_OK;
}
