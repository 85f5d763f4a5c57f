/* spawn.c: see spawn.h. */
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/env.h"
#include "base/text.h"

#define NOWHERE "/dev/null"
#define REASON_BYTES 128

#ifndef __GLIBC__ /* unistd.h has it there */
extern char **environ;
#endif

/* ------------------------------------------------------------------ detached */

bool ys_spawn_detached(const char *program, const char *argument)
{
    /* posix_spawn wants words that may be changed, and changes none. */
    const char *given[] = {program, argument, NULL};
    char *words[sizeof given / sizeof *given];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid;
    int number;

    memcpy(words, given, sizeof given);
    /* POSIX lets the child alone find out that a program is not there (it does so under valgrind);
     * a path can be looked at before. */
    if (strchr(program, '/') && access(program, X_OK) != 0) return false;
    if (posix_spawn_file_actions_init(&actions) != 0) return false;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    (void)posix_spawn_file_actions_addopen(&actions, 0, NOWHERE, O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, 1, NOWHERE, O_WRONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, 2, NOWHERE, O_WRONLY, 0);
    /* A group of its own: Ctrl-C in our terminal does not end the browser. */
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    number = posix_spawnp(&pid, program, &actions, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return number == 0;
}

/* ------------------------------------------------------------------ reading what it prints */

/* Cuts `copy` into words. 0: none, or too many. */
static size_t cut(char *copy, char *words[YS_SPAWN_WORDS_MAX + 1])
{
    size_t count = 0;

    while (*(copy += strspn(copy, " \t")) != '\0') {
        if (count == YS_SPAWN_WORDS_MAX) return 0;
        words[count++] = copy;
        copy += strcspn(copy, " \t");
        if (*copy != '\0') *copy++ = '\0';
    }
    words[count] = NULL;
    return count;
}

static enum ys_status start(char *words[], int *fd, pid_t *pid, struct ys_error *err)
{
    posix_spawn_file_actions_t actions;
    char reason[REASON_BYTES];
    int ends[2], number;

    if (pipe2(ends, O_CLOEXEC) != 0) return ys_fail(err, YS_EIO, "no pipe could be made");
    number = posix_spawn_file_actions_init(&actions);
    if (number == 0) {
        (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        number = posix_spawnp(pid, words[0], &actions, NULL, words, environ);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(ends[1]);
    *fd = ends[0];
    if (number == 0) return YS_OK;
    (void)close(ends[0]);
    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "%.200s cannot be started: %s", words[0], reason);
}

static enum ys_status read_all(int fd, struct ys_buf *out, int64_t limit_ms, struct ys_error *err)
{
    const struct ys_env *env = ys_env_system(); /* programs take real time, never a simulated one */
    int64_t end_ms = ys_env_mono_ms(env) + limit_ms, left;
    char block[4096];

    for (;;) {
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        ssize_t got;

        left = end_ms - ys_env_mono_ms(env);
        if (left <= 0) return ys_fail(err, YS_EIO, "it did not end in time");
        if (poll(&wanted, 1, (int)left) <= 0) continue;
        got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return YS_OK;
        ys_buf_add(out, block, (size_t)got);
        YS_TRY(ys_buf_check(out, "what it printed", err));
    }
}

enum ys_status ys_spawn_read(const char *command, struct ys_buf *out, int64_t limit_ms,
                             struct ys_error *err)
{
    char *copy = ys_dup(command), *words[YS_SPAWN_WORDS_MAX + 1];
    enum ys_status status;
    int fd = -1, how = 0;
    pid_t pid = 0;

    if (copy == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (cut(copy, words) == 0)
        status = ys_fail(err, YS_EIO, "it has no words, or more than %d", YS_SPAWN_WORDS_MAX);
    else
        status = start(words, &fd, &pid, err);
    if (status == YS_OK) {
        status = read_all(fd, out, limit_ms, err);
        (void)close(fd);
        if (status != YS_OK) (void)kill(pid, SIGTERM);
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
        }
        if (status == YS_OK && (!WIFEXITED(how) || WEXITSTATUS(how) != 0))
            status = ys_fail(err, YS_EIO, "%.200s ended with code %d", words[0],
                             WIFEXITED(how) ? WEXITSTATUS(how) : -1);
    }
    ys_free(copy);
    return status;
}
