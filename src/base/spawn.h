/* spawn.h: other programs, always by a list of words and never through a shell. */
#ifndef YS_BASE_SPAWN_H
#define YS_BASE_SPAWN_H

#include "base/buffer.h"

#define YS_SPAWN_WORDS_MAX 32

/* Starts a program with one argument and does not wait for it; its output goes nowhere. False when
 * it could not be started. */
bool ys_spawn_detached(const char *program, const char *argument);
/* Runs a command, its words separated by spaces, and reads what it prints into `out` (which the
 * caller initialised). Its standard error is ours. YS_EIO: it could not be started, took longer
 * than limit_ms, ended with another code than 0, or printed too much. */
YS_CHECKED enum ys_status ys_spawn_read(const char *command, struct ys_buf *out, int64_t limit_ms,
                                        struct ys_error *err);

#endif
