/* notify.h: tells another program what happened. It is started by a list of words, never through a
 * shell, and reads the text from its standard input. */
#ifndef YS_BASE_NOTIFY_H
#define YS_BASE_NOTIFY_H

#include "ytsync.h"

#define YS_NOTIFY_WORDS_MAX 32

/* Starts the program (found by PATH) and waits until it has ended, at most limit_ms; a slow one
 * goes on by itself. *code_out: its exit code, -1 when it is still at work or was killed. What it
 * prints goes where ours goes; YTSYNC_ACCESS_TOKEN is not in its environment. YS_EIO: it could not
 * be started. */
YS_CHECKED enum ys_status ys_notify(const char *const *words, size_t word_count, const char *text,
                                    int64_t limit_ms, int *code_out, struct ys_error *err);

#endif
