/* folder.c: see folder.h. */
#include "support/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

void folder_make(char out[FOLDER_PATH_BYTES])
{
    const char *parent = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    int bytes = snprintf(out, FOLDER_PATH_BYTES, "%s/ytsync-sim-XXXXXX",
                         parent && parent[0] ? parent : "/tmp");

    YS_REQUIRE(bytes > 0 && bytes < FOLDER_PATH_BYTES);
    YS_REQUIRE(mkdtemp(out) != NULL);
}

static void remove_files(const char *path, int depth)
{
    DIR *listing = opendir(path);
    struct dirent *entry;
    char inner[2 * FOLDER_PATH_BYTES];

    if (!listing) return;
    while ((entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
            continue;
        if (unlink(inner) == 0) continue;
        if (depth > 0) remove_files(inner, depth - 1);
        (void)rmdir(inner);
    }
    (void)closedir(listing);
}

void folder_remove(const char *path)
{
    remove_files(path, 1);
    (void)rmdir(path);
}
