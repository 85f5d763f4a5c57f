/* takeout_files.c: the files of a folder, an archive, or one that is named. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "library/takeout_row.h"
#include "store/rows.h"

static bool ends_with(const char *text, const char *ending)
{
    size_t bytes = strlen(text), ending_bytes = strlen(ending);

    return bytes >= ending_bytes && strcasecmp(text + bytes - ending_bytes, ending) == 0;
}

bool ys_takeout_may_be_list(const char *name)
{
    return ends_with(name, ".csv") || ys_takeout_is_json(name);
}

bool ys_takeout_is_json(const char *name)
{
    return ends_with(name, ".json");
}

size_t ys_takeout_bytes_max(const char *name)
{
    return ys_takeout_is_json(name) ? YS_TAKEOUT_JSON_BYTES_MAX : YS_TAKEOUT_FILE_BYTES_MAX;
}

/* A part of an export that was not unpacked, found in a folder. */
static bool is_part(const char *name)
{
    return strncasecmp(name, "takeout", 7) == 0 && ends_with(name, ".zip");
}

enum ys_status ys_takeout_count(struct ys_takeout *takeout, int64_t bytes, struct ys_error *err)
{
    takeout->bytes += bytes;
    if (++takeout->names > YS_TAKEOUT_NAMES_MAX)
        return ys_fail(err, YS_ELIMIT,
                       "There are more than %lld files; name the folder of the "
                       "playlists alone.",
                       (long long)YS_TAKEOUT_NAMES_MAX);
    if (takeout->bytes > YS_TAKEOUT_BYTES_MAX)
        return ys_fail(err, YS_ELIMIT,
                       "The tables hold more than %lld MiB; name the folder of the "
                       "playlists alone.",
                       (long long)(YS_TAKEOUT_BYTES_MAX >> 20));
    return YS_OK;
}

enum ys_status ys_takeout_take(struct ys_takeout *takeout, const char *path, char *text,
                               size_t bytes, bool must_be_list, struct ys_error *err)
{
    enum ys_takeout_kind kind;
    char why[YS_ERROR_BYTES] = "";

    YS_TRY(ys_takeout_read(takeout, path, text, bytes, &kind, why, err));
    if (kind != YS_TAKEOUT_OTHER) {
        takeout->result.files++;
        return YS_OK;
    }
    takeout->result.other_files++;
    if (!must_be_list) return YS_OK;
    return ys_fail(err, YS_EINVAL,
                   "%s is no playlist of Takeout: %s. Expected is a table whose rows are the id of "
                   "a video and a time (\"Video ID,Playlist Video Creation Timestamp\"), "
                   "playlists.csv, or, from an old export, a .json file of entries.",
                   path, why);
}

/* ---------------------------------------------------------------- one file */

static enum ys_status cannot_read(const char *path, int number, struct ys_error *err)
{
    char reason[YS_SYSTEM_REASON_BYTES];

    return ys_fail(err, number == ENOENT || number == ENOTDIR ? YS_EINVAL : YS_EIO,
                   "%s cannot be read: %s.", path, ys_system_reason(number, reason));
}

/* Reads up to `room` bytes of a file. */
static enum ys_status read_bytes(int fd, const char *path, char *text, size_t room, size_t *bytes,
                                 struct ys_error *err)
{
    ssize_t got = 1;

    *bytes = 0;
    while (got > 0 && *bytes < room) {
        got = read(fd, text + *bytes, room - *bytes);
        if (got > 0)
            *bytes += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0)
            return cannot_read(path, errno, err);
    }
    return YS_OK;
}

/* The whole file, in memory that the caller frees. */
static enum ys_status read_file(int folder, const char *name, const char *path, char **text,
                                size_t *bytes, struct ys_error *err)
{
    const size_t most = ys_takeout_bytes_max(name);
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum ys_status status = YS_OK;
    struct stat info;

    *text = NULL;
    *bytes = 0;
    if (fd < 0) return cannot_read(path, errno, err);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        status = ys_fail(err, YS_EINVAL, "%s is neither a file nor a folder.", path);
    else if (info.st_size > (off_t)most)
        status = ys_fail(err, YS_ELIMIT, "%s has more than %zu MiB, which no playlist has.", path,
                         most >> 20);
    else if (!(*text = ys_alloc((size_t)info.st_size + 1)))
        status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (status == YS_OK) status = read_bytes(fd, path, *text, (size_t)info.st_size, bytes, err);
    (void)close(fd);
    if (status == YS_OK) return YS_OK;
    ys_free(*text);
    *text = NULL;
    return status;
}

static enum ys_status take_file(struct ys_takeout *takeout, int folder, const char *name,
                                const char *path, bool must_be_list, struct ys_error *err)
{
    char *text;
    size_t bytes;
    enum ys_status status = read_file(folder, name, path, &text, &bytes, err);

    /* In a folder of many files, one that is too large is another one's business. */
    if (status == YS_ELIMIT && !must_be_list) {
        takeout->result.other_files++;
        ys_takeout_note(takeout, YS_TAKEOUT_REMARK, path, 0,
                        "left alone: it has more than %zu MiB, which no playlist has",
                        ys_takeout_bytes_max(name) >> 20);
        return YS_OK;
    }
    YS_TRY(status);
    status = ys_takeout_count(takeout, (int64_t)bytes, err);
    if (status == YS_OK) status = ys_takeout_take(takeout, path, text, bytes, must_be_list, err);
    ys_free(text);
    return status;
}

/* Looks at the beginning of a .json file. */
static enum ys_status peek(int folder, const char *name, const char *path, bool *worth,
                           struct ys_error *err)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    char *text = ys_alloc(YS_TAKEOUT_PEEK_BYTES);
    enum ys_status status = YS_OK;
    size_t bytes = 0;

    if (!text)
        status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    else if (fd < 0)
        status = cannot_read(path, errno, err);
    else
        status = read_bytes(fd, path, text, YS_TAKEOUT_PEEK_BYTES, &bytes, err);
    *worth = status == YS_OK && ys_takeout_json_begins(text, bytes);
    if (fd >= 0) (void)close(fd);
    ys_free(text);
    return status;
}

/* ---------------------------------------------------------------- a folder */

static enum ys_status take_folder(struct ys_takeout *takeout, int fd, const char *path, int depth,
                                  struct ys_error *err);

/* One name of a folder. Symbolic links are not followed, devices and the like not opened. */
static enum ys_status take_name(struct ys_takeout *takeout, int folder, const char *above,
                                const char *name, int depth, struct ys_error *err)
{
    char path[YS_TAKEOUT_NAME_BYTES_MAX];
    struct stat info;
    bool worth = true;
    int fd;

    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return YS_OK;
    if (strlen(above) + strlen(name) + 2 > sizeof path)
        return ys_fail(err, YS_ELIMIT, "%.200s: a name in it is too long.", above);
    ys_format(path, sizeof path, "%s/%s", above, name);
    if (S_ISDIR(info.st_mode) && depth < YS_TAKEOUT_DEPTH_MAX) {
        fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? cannot_read(path, errno, err)
                      : take_folder(takeout, fd, path, depth + 1, err);
    }
    if (S_ISDIR(info.st_mode))
        return ys_fail(err, YS_ELIMIT, "%.200s: folders lie more than %d deep.", above,
                       YS_TAKEOUT_DEPTH_MAX);
    if (S_ISREG(info.st_mode) && ys_takeout_is_json(name))
        YS_TRY(peek(folder, name, path, &worth, err));
    if (S_ISREG(info.st_mode) && ys_takeout_may_be_list(name) && worth)
        return take_file(takeout, folder, name, path, false, err);
    if (S_ISREG(info.st_mode) && is_part(name)) return ys_takeout_zip(takeout, path, err);
    takeout->result.other_files++;
    return ys_takeout_count(takeout, 0, err);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Takes over fd. Names in the order of their bytes, so that two runs are alike. */
static enum ys_status take_folder(struct ys_takeout *takeout, int fd, const char *path, int depth,
                                  struct ys_error *err)
{
    struct dirent **names = NULL;
    int i, count = scandirat(fd, ".", &names, no_dots, compare_names);
    enum ys_status status = count < 0 ? cannot_read(path, errno, err) : YS_OK;

    for (i = 0; i < count; i++) {
        if (status == YS_OK) status = take_name(takeout, fd, path, names[i]->d_name, depth, err);
        free(names[i]); /* scandirat's own memory */
    }
    free(names);
    (void)close(fd);
    return status;
}

/* ---------------------------------------------------------------- a path */

enum ys_status ys_takeout_path(struct ys_takeout *takeout, const char *path, struct ys_error *err)
{
    int64_t files = takeout->result.files, others = takeout->result.other_files;
    char folder[YS_TAKEOUT_NAME_BYTES_MAX];
    size_t bytes;
    int fd;

    if (!ys_copy(folder, sizeof folder, path))
        return ys_fail(err, YS_EINVAL, "The path %.200s... is too long.", path);
    for (bytes = strlen(folder); bytes > 1 && folder[bytes - 1] == '/'; bytes--)
        folder[bytes - 1] = '\0';
    if (ends_with(folder, ".tgz") || ends_with(folder, ".tar.gz"))
        return ys_fail(err, YS_EINVAL,
                       "%s is a .tgz archive, which is not read. Unpack it (tar xzf) and name the "
                       "folder, or choose .zip in Takeout.",
                       folder);
    if (access(folder, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return ys_fail(err, YS_EINVAL,
                       "There is no %s. Name the .zip files of the export, or its folder.", folder);
    if (ends_with(folder, ".zip")) {
        YS_TRY(ys_takeout_zip(takeout, folder, err));
    } else {
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno != ENOTDIR) return cannot_read(folder, errno, err);
        if (fd < 0) return take_file(takeout, AT_FDCWD, folder, folder, true, err);
        YS_TRY(take_folder(takeout, fd, folder, 0, err));
    }
    if (takeout->result.files > files) return YS_OK;
    return ys_fail(err, YS_EINVAL,
                   "No playlist was found in %s: %lld files were looked at, and none is a table of "
                   "videos. In Takeout choose \"YouTube and YouTube Music\", and there at least "
                   "\"playlists\"; then name the folder or the .zip file that came of it.",
                   folder, (long long)(takeout->result.other_files - others));
}
