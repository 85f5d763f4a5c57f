/* netfs.h: is a folder on a network file system? SQLite's WAL needs shared memory and working
 * locks, and both fail there silently. */
#ifndef YS_STORE_NETFS_H
#define YS_STORE_NETFS_H

#include "base/error.h"

/* The name of the network file system of this magic number (statfs f_type), or NULL. For FUSE
 * `fuse_type` decides: the type in /proc/self/mountinfo ("fuse.sshfs"), "" when not known.
 * Pure. */
const char *ys_netfs_name(uint64_t magic, const char *fuse_type);
/* YS_ENETFS when `folder` is on one; `path` is what the message names. On systems other than
 * Linux nothing is checked. */
YS_CHECKED enum ys_status ys_netfs_refuse(const char *folder, const char *path,
                                          struct ys_error *err);

#endif
