/* place.h: is the place named for a database one where it can live? Internal to src/store. */
#ifndef YS_STORE_PLACE_H
#define YS_STORE_PLACE_H

#include "base/error.h"

/* Checks the folder (there, writable, on this machine) and the file (a file, readable and
 * writable). A missing file is made empty with mode 0600, or is YS_ENOTFOUND with `must_exist`.
 * A symbolic link in `path` (an array of path_bytes) is replaced by what it stands for. */
YS_CHECKED enum ys_status ys_place_prepare(char *path, size_t path_bytes, bool must_exist,
                                           struct ys_error *err);

#endif
