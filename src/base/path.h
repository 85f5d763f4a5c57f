/* path.h: folders, as far as a host needs them before there is a database. */
#ifndef YS_BASE_PATH_H
#define YS_BASE_PATH_H

#include "ytsync.h"

#define YS_PATH_BYTES_MAX 4096

/* Is there anything of that name (a broken symbolic link is nothing)? */
bool ys_path_exists(const char *path);
/* Calls for each name in a folder, in no order, without "." and ".."; a folder that cannot be read
 * has none. `each` returns false to stop. */
void ys_path_each(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx);
/* Makes a folder and those above it that are missing, mode 0700: what ytsync keeps is personal.
 * One that is there already counts as success; a name that is taken by something else is YS_EIO
 * and named. */
YS_CHECKED enum ys_status ys_path_make(const char *path, struct ys_error *err);

#endif
