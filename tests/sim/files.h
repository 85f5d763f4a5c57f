/* files.h: the real files of a simulated process: backups, lock file, state file. While armed,
 * every call of this process that changes a file is a point at which it may die, and when it is
 * dead no call changes anything. (The database is on a disk in memory: support/memvfs.h.) */
#ifndef TESTS_FILES_H
#define TESTS_FILES_H

#include "support/memvfs.h"

/* What is to happen at a call: MEMVFS_GO_ON, or one of the two deaths. */
typedef enum memvfs_answer (*files_fn)(void *ctx, const char *call);

void files_arm(bool (*is_dead)(void *ctx), files_fn ask, void *ctx);
void files_disarm(void);
/* After a power loss: of a file whose content was not synced a part is there (`share` of 1000), and
 * a name that was given without syncing the folder may be the old one again (`share` below 500). */
void files_power_loss(int share);

#endif
