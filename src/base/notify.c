/* notify.c: see notify.h.
 *
 * The text lies in a file without a name, so that a program that reads none of it, or only a part,
 * neither blocks us nor ends us with SIGPIPE. That the program has ended shows by a pipe whose
 * other end it holds without knowing. */
#include "base/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

#define SECRET "YTSYNC_ACCESS_TOKEN="
#define REASON_BYTES 128
/* Where the program has the pipe: behind standard input, output and error. */
#define HELD_FD 3

#ifndef __GLIBC__
extern char **environ;
#endif

static enum ys_status failed(const char *program, int number, struct ys_error *err)
{
    char reason[REASON_BYTES];

    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "The program \"%s\" could not be told: %s.", program, reason);
}

/* Our environment without the token; NULL when memory ran out. The caller frees the list alone. */
static char **environment(void)
{
    size_t count = 0, kept = 0, i;
    char **list;

    while (environ[count]) count++;
    list = ys_alloc_zero(count + 1, sizeof *list);
    for (i = 0; list && i < count; i++)
        if (strncmp(environ[i], SECRET, strlen(SECRET)) != 0) list[kept++] = environ[i];
    return list;
}

/* 0, or an errno. */
static int start(char *const *words, int input, int held, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char **list = environment();
    int number = list ? 0 : ENOMEM;

    if (number == 0) number = posix_spawn_file_actions_init(&actions);
    if (number != 0) {
        ys_free(list);
        return number;
    }
    number = posix_spawnattr_init(&attributes);
    if (number == 0) {
        /* A group of its own: Ctrl-C in our terminal is not meant for it. */
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        (void)posix_spawnattr_setpgroup(&attributes, 0);
        (void)posix_spawn_file_actions_adddup2(&actions, input, 0);
        (void)posix_spawn_file_actions_adddup2(&actions, held, HELD_FD);
        number = posix_spawnp(pid, words[0], &actions, &attributes, words, list);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    ys_free(list);
    return number;
}

/* Waits until nobody holds the other end. */
static int wait_for(pid_t pid, int held, int64_t limit_ms)
{
    struct pollfd ended = {.fd = held, .events = POLLIN};
    int status, ready;

    do ready = poll(&ended, 1, (int)limit_ms);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0) return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum ys_status tell(char *const *words, FILE *text, int64_t limit_ms, int *code,
                           struct ys_error *err)
{
    int ends[2], number;
    pid_t pid = 0;

    if (pipe(ends) != 0) return failed(words[0], errno, err);
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    number = start(words, fileno(text), ends[1], &pid);
    (void)close(ends[1]);
    if (number == 0) *code = wait_for(pid, ends[0], limit_ms);
    (void)close(ends[0]);
    return number == 0 ? YS_OK : failed(words[0], number, err);
}

enum ys_status ys_notify(const char *const *words, size_t word_count, const char *text,
                         int64_t limit_ms, int *code_out, struct ys_error *err)
{
    char *list[YS_NOTIFY_WORDS_MAX + 1] = {NULL};
    enum ys_status status = YS_OK;
    FILE *file;

    *code_out = -1;
    if (word_count == 0 || word_count > YS_NOTIFY_WORDS_MAX)
        return ys_fail(err, YS_EINVAL, "A command has 1 to %d words, not %zu.",
                       YS_NOTIFY_WORDS_MAX, word_count);
    memcpy(list, words, word_count * sizeof list[0]); /* posix_spawn changes none of them */
    file = tmpfile();
    if (!file) return failed(words[0], errno, err);
    if (fputs(text, file) < 0 || fflush(file) != 0 || lseek(fileno(file), 0, SEEK_SET) != 0)
        status = failed(words[0], errno, err);
    if (status == YS_OK) status = tell(list, file, limit_ms, code_out, err);
    (void)fclose(file);
    return status;
}
