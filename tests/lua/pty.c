/* pty.c: runs a command on a terminal of its own and writes down what appears there, for specs.
 *
 *     pty [--columns N] [--send WORDS KEYS]... COMMAND [ARGUMENT...]
 *
 * What the command writes to its terminal goes to standard output as it is. Each --send waits until
 * its WORDS have appeared (after those of the one before) and then types its KEYS, in which \n is
 * Enter and \c is Ctrl-C. Ends with the command's exit code, 128 + the signal that killed it, 124
 * when it took longer than LIMIT_MS, or 125 when the terminal could not be made. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SENDS_MAX 16
#define SEEN_BYTES ((size_t)1 << 20)
#define LIMIT_MS 120000
#define ROWS 24

struct send {
    const char *words, *keys;
};

static char seen[SEEN_BYTES];
static size_t seen_bytes, searched;

static void die(const char *what)
{
    perror(what);
    _exit(125);
}

static long now_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) die("clock");
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* The command, on the other end of the terminal. */
static pid_t start(int terminal, unsigned short columns, char **command)
{
    struct winsize size = {.ws_row = ROWS, .ws_col = columns};
    const char *name = ptsname(terminal);
    int other = name ? open(name, O_RDWR | O_NOCTTY) : -1;
    pid_t child;

    if (other < 0 || ioctl(other, TIOCSWINSZ, &size) != 0) die("the terminal");
    child = fork();
    if (child < 0) die("fork");
    if (child > 0) {
        (void)close(other);
        return child;
    }
    (void)close(terminal);
    if (setsid() < 0 || ioctl(other, TIOCSCTTY, 0) != 0) die("the controlling terminal");
    if (dup2(other, 0) < 0 || dup2(other, 1) < 0 || dup2(other, 2) < 0) die("dup2");
    if (other > 2) (void)close(other);
    (void)execvp(command[0], command);
    die(command[0]);
    return 0;
}

static void type(int terminal, const char *keys)
{
    for (; *keys; keys++) {
        char key = *keys;
        if (key == '\\' && keys[1] == 'n') key = '\n';
        else if (key == '\\' && keys[1] == 'c') key = '\003';
        if (key != *keys) keys++;
        if (write(terminal, &key, 1) != 1) die("typing");
    }
}

/* Types what is due; returns how many of the sends were used up. */
static size_t answer(int terminal, const struct send *sends, size_t count, size_t used)
{
    while (used < count) {
        char *at = strstr(seen + searched, sends[used].words);
        if (!at) return used;
        searched = (size_t)(at - seen) + strlen(sends[used].words);
        type(terminal, sends[used].keys);
        used++;
    }
    return used;
}

/* Takes what the command has written; false at its end. */
static int take(int terminal)
{
    char block[4096];
    ssize_t got = read(terminal, block, sizeof block);

    if (got < 0 && errno == EINTR) return 1;
    if (got <= 0) return 0; /* EIO: nobody has the other end open any more */
    if (fwrite(block, 1, (size_t)got, stdout) != (size_t)got) die("standard output");
    if (seen_bytes + (size_t)got < sizeof seen) {
        for (ssize_t i = 0; i < got; i++) seen[seen_bytes++] = block[i] ? block[i] : ' ';
        seen[seen_bytes] = '\0';
    }
    return 1;
}

static int watch(int terminal, pid_t child, const struct send *sends, size_t count)
{
    long end = now_ms() + LIMIT_MS, left;
    size_t used = 0;
    int status;

    while ((left = end - now_ms()) > 0) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        if (poll(&ready, 1, (int)left) < 0 && errno != EINTR) die("poll");
        if (ready.revents && !take(terminal)) break;
        used = answer(terminal, sends, count, used);
    }
    if (left <= 0) (void)kill(child, SIGKILL);
    if (waitpid(child, &status, 0) != child) die("waitpid");
    if (left <= 0) return 124;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    struct send sends[SENDS_MAX];
    size_t count = 0;
    unsigned short columns = 80;
    int at = 1, terminal, code;

    while (at + 1 < argc && strncmp(argv[at], "--", 2) == 0) {
        if (strcmp(argv[at], "--columns") == 0) {
            columns = (unsigned short)strtoul(argv[at + 1], NULL, 10);
            at += 2;
        } else if (strcmp(argv[at], "--send") == 0 && at + 2 < argc && count < SENDS_MAX) {
            sends[count++] = (struct send){argv[at + 1], argv[at + 2]};
            at += 3;
        } else {
            break;
        }
    }
    if (at >= argc || strncmp(argv[at], "--", 2) == 0) {
        (void)fputs("usage: pty [--columns N] [--send WORDS KEYS]... COMMAND...\n", stderr);
        return 125;
    }
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) die("a terminal");
    code = watch(terminal, start(terminal, columns, argv + at), sends, count);
    return fflush(stdout) == 0 ? code : 125;
}
