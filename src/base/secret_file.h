/* secret_file.h: small files that nobody else may read: sign-ins, OAuth clients.
 *
 * Written beside under a name of their own, mode 0600, fsynced and renamed over the old one, the
 * folder fsynced; so a crash leaves the old file or the new one. The folder is made 0700. */
#ifndef YS_BASE_SECRET_FILE_H
#define YS_BASE_SECRET_FILE_H

#include "base/buffer.h"

#define YS_SECRET_FILE_BYTES_MAX ((size_t)64 << 10)

/* Reads a whole file into `out` (which is initialised here). YS_ENOTFOUND: it is not there.
 * YS_EFORBIDDEN: others can read or write it, or it belongs to somebody else; the message says
 * what to do. */
YS_CHECKED enum ys_status ys_secret_file_read(const char *path, struct ys_buf *out,
                                              struct ys_error *err);
/* The same of a file that anybody may read. */
YS_CHECKED enum ys_status ys_file_read(const char *path, struct ys_buf *out,
                                       struct ys_error *err);
YS_CHECKED enum ys_status ys_secret_file_write(const char *path, const void *data, size_t bytes,
                                               struct ys_error *err);
/* Moves one over another. */
YS_CHECKED enum ys_status ys_secret_file_move(const char *from, const char *to,
                                              struct ys_error *err);
/* One that is not there counts as removed. */
YS_CHECKED enum ys_status ys_secret_file_remove(const char *path, struct ys_error *err);

#endif
