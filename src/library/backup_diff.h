/* backup_diff.h: what changed between two backups. Streamed: the playlists' heads and one playlist
 * of each side are in memory, whatever the size of the library. */
#ifndef YS_LIBRARY_BACKUP_DIFF_H
#define YS_LIBRARY_BACKUP_DIFF_H

#include "library/backup.h"

/* Both files were verified. By playlist id; entries are compared as multisets of videos, and the
 * order of those that both have. */
YS_CHECKED enum ys_status ys_backup_diff(const char *a, const char *b, ys_difference_fn each,
                                         void *ctx, struct ys_error *err);

#endif
