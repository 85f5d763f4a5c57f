/* lock.c: see lock.h.
 *
 * The lock is an "open file description" lock (fcntl F_OFD_SETLK, Linux 3.15): the kernel frees
 * it when its last descriptor closes, so also at kill -9, two sessions in one process exclude
 * each other, and closing some other descriptor of the file does not drop it, as it would with
 * the older POSIX locks. Where these are missing, flock() has the same properties.
 *
 * The file is never removed: a remover and a newcomer could then hold locks on two different
 * files of one name. Its text ("pid 12 on host since 2026-11-22T10:00:00Z") is for people only;
 * who holds the lock, only the lock itself decides. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/time.h"
#include "store/rows.h"

#define HOLDER_BYTES 256
#define HOST_BYTES 128

/* 0, or errno: EAGAIN when it is held. */
static int lock_try(int fd)
{
#ifdef F_OFD_SETLK
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result = fcntl(fd, F_OFD_SETLK, &whole);
    if (result == 0) return 0;
    return errno == EACCES ? EAGAIN : errno;
#else
    return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno == EWOULDBLOCK ? EAGAIN : errno;
#endif
}

/* Closing would do, were it not for a forked child that still has the descriptor. */
static void lock_drop(int fd)
{
#ifdef F_OFD_SETLK
    struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    (void)fcntl(fd, F_OFD_SETLK, &whole);
#else
    (void)flock(fd, LOCK_UN);
#endif
}

static void holder_read(int fd, char out[HOLDER_BYTES])
{
    ssize_t bytes = pread(fd, out, HOLDER_BYTES - 1, 0);
    out[bytes > 0 ? bytes : 0] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
}

/* A failure to write it (a full disk) costs only the name in somebody's message. */
static void holder_write(int fd, const struct ys_env *env)
{
    char host[HOST_BYTES], time_text[YS_TIME_TEXT_BYTES], text[HOLDER_BYTES];
    if (gethostname(host, sizeof host) != 0) (void)snprintf(host, sizeof host, "this machine");
    host[sizeof host - 1] = '\0';
    ys_time_text(ys_env_wall_ms(env), time_text);
    int bytes = snprintf(text, sizeof text, "pid %ld on %s since %s\n", (long)getpid(), host,
                         time_text);
    if (bytes > 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)bytes, 0) != bytes)
        ys_env_log(env, YS_LOG_WARN, "The lock file could not be written.");
}

enum ys_status ys_lock_take(const char *path, const struct ys_env *env, int *fd_out,
                            struct ys_error *err)
{
    char holder[HOLDER_BYTES], reason[YS_SYSTEM_REASON_BYTES];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ys_fail(err, YS_EIO, "The lock file %s cannot be opened: %s.", path,
                       ys_system_reason(errno, reason));
    int failure = lock_try(fd);
    if (failure == 0) {
        holder_write(fd, env);
        *fd_out = fd;
        return YS_OK;
    }
    holder_read(fd, holder);
    (void)close(fd);
    if (failure != EAGAIN)
        return ys_fail(err, YS_EIO, "The lock file %s cannot be locked: %s.", path,
                       ys_system_reason(failure, reason));
    return ys_fail(err, YS_ELOCKED,
                   "Another ytsync is at work on this database: %s. Wait until it is done, or "
                   "stop it. (Lock file: %s)",
                   holder[0] ? holder : "a process that did not leave its name", path);
}

void ys_lock_free(int fd)
{
    if (fd < 0) return;
    if (ftruncate(fd, 0) != 0) errno = 0; /* the text is only for people */
    lock_drop(fd);
    (void)close(fd);
}

bool ys_lock_is_held(const char *path)
{
#ifdef F_OFD_GETLK
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    bool held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    (void)close(fd);
    return held;
#else
    (void)path; /* flock cannot be asked; "no" costs at most one check more */
    return false;
#endif
}
