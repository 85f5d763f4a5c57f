/* lock.h: the runner lock, an OS lock on the file "<database>.lock". Internal to src/store; who
 * uses a store calls ys_store_lock. */
#ifndef YS_STORE_LOCK_H
#define YS_STORE_LOCK_H

#include "base/env.h"

/* Takes the lock without waiting; YS_ELOCKED says who holds it. *fd_out owns the lock. */
YS_CHECKED enum ys_status ys_lock_take(const char *path, const struct ys_env *env, int *fd_out,
                                       struct ys_error *err);
/* Frees it and empties the file's text. fd -1 is fine. */
void ys_lock_free(int fd);
/* Whether somebody else holds it now; false when there is no such file. Takes nothing itself. */
bool ys_lock_is_held(const char *path);

#endif
