/* scratch.c: the scratch folder of a test; flat, so that removing it is one loop. */
#include "support/scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static char folder[SCRATCH_PATH_BYTES / 2];

void scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    int bytes;

    if (parent == NULL || parent[0] == '\0') parent = "/tmp";
    bytes = snprintf(folder, sizeof folder, "%s/ytsync-test-XXXXXX", parent);
    YS_REQUIRE(bytes > 0 && (size_t)bytes < sizeof folder);
    YS_REQUIRE(mkdtemp(folder) != NULL);
}

const char *scratch_path(char out[SCRATCH_PATH_BYTES], const char *name)
{
    int bytes = snprintf(out, SCRATCH_PATH_BYTES, "%s/%s", folder, name);

    YS_REQUIRE(bytes > 0 && bytes < SCRATCH_PATH_BYTES);
    return out;
}

const char *scratch_write(char out[SCRATCH_PATH_BYTES], const char *name, const void *data,
                          size_t bytes)
{
    FILE *file = fopen(scratch_path(out, name), "wb");

    YS_REQUIRE(file != NULL);
    YS_REQUIRE(fwrite(data, 1, bytes, file) == bytes);
    YS_REQUIRE(fclose(file) == 0);
    return out;
}

void scratch_remove(void)
{
    DIR *listing = opendir(folder);
    struct dirent *entry;

    if (listing == NULL) return;
    while ((entry = readdir(listing)) != NULL) {
        char path[SCRATCH_PATH_BYTES];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlink(scratch_path(path, entry->d_name)) != 0) (void)rmdir(path);
    }
    (void)closedir(listing);
    (void)rmdir(folder);
}
