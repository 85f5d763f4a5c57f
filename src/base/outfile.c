/* outfile.c: see outfile.h.
 *
 * Crash points: before the rename there is a file "<name>.tmp" that no one takes for a finished
 * one; after it the file is complete. */
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/text.h"

#define FILE_MODE 0600
#define REASON_BYTES 128

/* realpath writes PATH_MAX bytes. */
_Static_assert(PATH_MAX <= YS_PATH_BYTES_MAX, "a folder's name must fit");

void ys_outfile_init(struct ys_outfile *file, const char *what, const char *advice,
                     enum ys_status failure)
{
    memset(file, 0, sizeof *file);
    file->what = what;
    file->advice = advice;
    file->failure = failure;
    file->fd = -1;
}

enum ys_status ys_outfile_failed(const struct ys_outfile *file, const char *done, int number,
                                 struct ys_error *err)
{
    char reason[REASON_BYTES];

    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, file->failure, "The %s %s cannot be %s: %s.%s%s", file->what,
                   file->path[0] ? file->path : file->folder, done, reason,
                   file->advice[0] ? " " : "", file->advice);
}

/* Makes what was done in a folder last. File systems that cannot do it for folders say EINVAL. */
static enum ys_status sync_folder(const struct ys_outfile *file, const char *folder,
                                  struct ys_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), number = 0;

    if (fd < 0) return ys_outfile_failed(file, "made safe in its folder", errno, err);
    if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP) number = errno;
    (void)close(fd);
    return number ? ys_outfile_failed(file, "made safe in its folder", number, err) : YS_OK;
}

enum ys_status ys_outfile_folder(struct ys_outfile *file, const char *folder,
                                 struct ys_error *err)
{
    bool made = !ys_path_exists(folder);
    struct ys_error why = {0};
    char *slash;

    if (ys_path_make(folder, &why) != YS_OK)
        return ys_fail(err, file->failure, "The folder of the %s cannot be used. %s", file->what,
                       why.message);
    if (!realpath(folder, file->folder)) {
        int number = errno;
        (void)ys_copy(file->folder, sizeof file->folder, folder);
        return ys_outfile_failed(file, "placed", number, err);
    }
    slash = strrchr(file->folder, '/');
    if (!made || !slash || slash == file->folder) return YS_OK;
    *slash = '\0';
    enum ys_status status = sync_folder(file, file->folder, err);
    *slash = '/';
    return status;
}

static enum ys_status open_it(struct ys_outfile *file, const char *name, int flags, bool *taken,
                              struct ys_error *err)
{
    (void)snprintf(file->path, sizeof file->path, "%s/%s", file->folder, name);
    (void)snprintf(file->temporary, sizeof file->temporary, "%s.tmp", file->path);
    if (!file->block) file->block = ys_alloc(YS_OUTFILE_BLOCK_BYTES);
    if (!file->block) {
        file->temporary[0] = '\0';
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    }
    file->fd = open(file->temporary, O_WRONLY | O_CREAT | O_CLOEXEC | flags, FILE_MODE);
    if (file->fd >= 0) return YS_OK;
    int number = errno;
    file->temporary[0] = '\0';
    *taken = number == EEXIST && (flags & O_EXCL);
    return *taken ? YS_OK : ys_outfile_failed(file, "written", number, err);
}

enum ys_status ys_outfile_open(struct ys_outfile *file, const char *name, struct ys_error *err)
{
    bool taken = false;

    return open_it(file, name, O_TRUNC, &taken, err);
}

enum ys_status ys_outfile_open_at(struct ys_outfile *file, const char *path, struct ys_error *err)
{
    const char *slash, *name;
    char real[YS_PATH_BYTES_MAX], folder[YS_PATH_BYTES_MAX];
    struct stat there;
    size_t bytes;

    (void)ys_copy(file->path, sizeof file->path, path);
    if (strlen(path) >= sizeof folder) return ys_outfile_failed(file, "written", ENAMETOOLONG, err);
    if (stat(path, &there) == 0) {
        if (S_ISDIR(there.st_mode)) return ys_outfile_failed(file, "written", EISDIR, err);
        if (!S_ISREG(there.st_mode))
            return ys_fail(err, file->failure, "The %s %s cannot be written: it is no plain file.",
                           file->what, path);
        if (realpath(path, real)) path = real; /* a link stays one */
    }
    slash = strrchr(path, '/');
    name = slash ? slash + 1 : path;
    bytes = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    memcpy(folder, path, bytes);
    folder[bytes] = '\0';
    if (name[0] == '\0') return ys_outfile_failed(file, "written", EISDIR, err);
    if (strlen(name) > NAME_MAX) return ys_outfile_failed(file, "written", ENAMETOOLONG, err);
    if (!realpath(bytes > 0 ? folder : ".", file->folder))
        return ys_outfile_failed(file, "written", errno, err);
    return ys_outfile_open(file, name, err);
}

enum ys_status ys_outfile_open_new(struct ys_outfile *file, const char *name, bool *taken,
                                   struct ys_error *err)
{
    (void)snprintf(file->path, sizeof file->path, "%s/%s", file->folder, name);
    *taken = ys_path_exists(file->path);
    if (*taken) return YS_OK;
    YS_TRY(open_it(file, name, O_EXCL, taken, err));
    if (*taken || !ys_path_exists(file->path)) return YS_OK;
    (void)close(file->fd); /* another writer was done with it just now */
    (void)unlink(file->temporary);
    file->fd = -1;
    file->temporary[0] = '\0';
    *taken = true;
    return YS_OK;
}

static enum ys_status flush_block(struct ys_outfile *file, struct ys_error *err)
{
    const char *at = file->block;
    ssize_t wrote;

    while (file->block_used > 0) {
        wrote = write(file->fd, at, file->block_used);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return ys_outfile_failed(file, "written", wrote < 0 ? errno : ENOSPC, err);
        at += wrote;
        file->block_used -= (size_t)wrote;
    }
    return YS_OK;
}

enum ys_status ys_outfile_add(struct ys_outfile *file, const char *data, size_t bytes,
                              struct ys_error *err)
{
    size_t part;

    while (bytes > 0) {
        if (file->block_used == YS_OUTFILE_BLOCK_BYTES) YS_TRY(flush_block(file, err));
        part = YS_OUTFILE_BLOCK_BYTES - file->block_used;
        if (part > bytes) part = bytes;
        memcpy(file->block + file->block_used, data, part);
        file->block_used += part;
        data += part;
        bytes -= part;
    }
    return YS_OK;
}

enum ys_status ys_outfile_seal(struct ys_outfile *file, struct ys_error *err)
{
    int fd = file->fd;

    YS_TRY(flush_block(file, err));
    if (fsync(fd) != 0) return ys_outfile_failed(file, "written", errno, err);
#ifdef POSIX_FADV_DONTNEED
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
#endif
    file->fd = -1;
    if (close(fd) != 0) return ys_outfile_failed(file, "written", errno, err);
    if (rename(file->temporary, file->path) != 0)
        return ys_outfile_failed(file, "given its name", errno, err);
    file->temporary[0] = '\0';
    return sync_folder(file, file->folder, err);
}

void ys_outfile_close(struct ys_outfile *file)
{
    if (file->fd >= 0) (void)close(file->fd);
    if (file->temporary[0]) (void)unlink(file->temporary);
    file->fd = -1;
    file->temporary[0] = '\0';
    ys_free(file->block);
    file->block = NULL;
}
