/* path.c: see path.h. */
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

#define FOLDER_MODE 0700
#define REASON_BYTES 128

bool ys_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

void ys_path_each(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
    DIR *stream = opendir(folder);
    const struct dirent *entry;
    bool more = stream != NULL;

    while (more && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            more = each(ctx, entry->d_name);
    }
    if (stream != NULL) (void)closedir(stream);
}

/* Makes one folder whose parent exists. */
static enum ys_status make_one(const char *path, struct ys_error *err)
{
    char reason[REASON_BYTES];
    struct stat info;
    if (mkdir(path, FOLDER_MODE) == 0) return YS_OK;
    int number = errno;
    if (number == EEXIST) {
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return YS_OK;
        return ys_fail(err, YS_EIO, "The folder \"%s\" cannot be made: a file has that name.",
                       path);
    }
    /* Folders that are there already may stand on ground where none can be made. */
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return YS_OK;
    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "The folder \"%s\" cannot be made: %s.", path, reason);
}

enum ys_status ys_path_make(const char *path, struct ys_error *err)
{
    char part[YS_PATH_BYTES_MAX];
    size_t bytes = strlen(path);
    if (bytes == 0) return ys_fail(err, YS_EINVAL, "The name of the folder is empty.");
    if (bytes >= sizeof part)
        return ys_fail(err, YS_ELIMIT, "The name of the folder has more than %d bytes.",
                       YS_PATH_BYTES_MAX - 1);
    memcpy(part, path, bytes + 1);
    for (size_t i = 1; i < bytes; i++) {
        if (part[i] != '/' || part[i - 1] == '/') continue;
        part[i] = '\0';
        YS_TRY(make_one(part, err));
        part[i] = '/';
    }
    return make_one(part, err);
}
