/* backup.h: a snapshot of the stored library as one portable JSON-lines file.
 *
 * Line 1 is the header {"ytsync_backup":2,...}; then one line per playlist (all mutable fields),
 * item, video, origin, category and category video, and the policy that was kept last; the last
 * line carries the number of lines and the SHA-256 of all bytes before it. Written to a temporary
 * name, fsynced, renamed, the folder fsynced, then read back: the checksum of what is on disk must
 * equal what was written. Mode 0600. Streamed in one pass per table. */
#ifndef YS_LIBRARY_BACKUP_H
#define YS_LIBRARY_BACKUP_H

#include "store/library.h"

/* Format 2 added the policy. */
#define YS_BACKUP_FORMAT 2

/* Writes a snapshot of the account into `folder` (made when missing, 0700) and records it in
 * backup_snapshots in a transaction of its own. `trigger_name` says why ("job 3"). YS_EBACKUP
 * names file and reason; then nothing was recorded and no half file is left. */
YS_CHECKED enum ys_status ys_backup_create(struct ys_store *store, int64_t account_id,
                                           const char *folder, const char *trigger_name,
                                           struct ys_row_backup *out, struct ys_error *err);
/* Reads a backup file from end to end: header, every line JSON, counts, checksum inside, and when
 * `sha256` is not NULL the file's own. YS_EBACKUP says what is wrong and in which line. A newer
 * format is refused with a sentence. */
YS_CHECKED enum ys_status ys_backup_verify(const char *file, const char *sha256,
                                           struct ys_row_backup *out, struct ys_error *err);
/* backup_export.c: writes playlists.csv, entries.csv and videos.csv into `folder`. */
YS_CHECKED enum ys_status ys_backup_export(const char *file, const char *folder,
                                           struct ys_error *err);

#endif
