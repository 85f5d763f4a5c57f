/* gone.h: videos that are private or deleted, named and listed for people: gone.csv beside the
 * backups. */
#ifndef YS_LIBRARY_GONE_H
#define YS_LIBRARY_GONE_H

#include "store/gone.h"

#define YS_GONE_FILE "gone.csv"

/* Names those of which no title is known by the backups that lie in `folder`, newest first: a new
 * database does not know what an older one knew. A backup that is not sound is passed over. Looks
 * again only when other videos are without a title. Begins its own transaction. */
YS_CHECKED enum ys_status ys_gone_names(struct ys_store *store, const char *folder,
                                        struct ys_error *err);
/* Writes folder/gone.csv anew: every video of the account that is gone, with its last known title,
 * where it is and was, and when it was last seen live. Without any, and without such a file, there
 * is none afterwards. *count: how many there are. */
YS_CHECKED enum ys_status ys_gone_file_write(struct ys_store *store, int64_t account_id,
                                             const char *folder, int64_t *count,
                                             struct ys_error *err);

#endif
