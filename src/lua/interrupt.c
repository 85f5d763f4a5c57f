/* interrupt.c: Ctrl-C (SIGINT) and SIGTERM stop a session cleanly.
 *
 * Signals belong to the process, not to a Lua state, so here stands the one piece of data of the
 * binding that states share: which session a signal interrupts, and what the signals did before.
 *
 *   - One session at a time has it; a second one is refused until that one is closed.
 *   - The first signal interrupts the session and gives both signals their default action back,
 *     so that a second Ctrl-C ends the process at once. Calling on_interrupt again re-arms it.
 *   - A signal that is ignored stays ignored (a job in a shell's background, nohup).
 *   - A notice, when there is one, is written to standard error by the handler itself: the person
 *     at the keyboard must see at once that the first Ctrl-C was heard.
 *   - Closing the session takes the handler out again, when it is still in place.
 *   - The handler may run in any thread while the session is being closed: it counts itself in
 *     and out, and whoever closes first takes the pointer away, then waits for it to be out.
 *     A handler that runs in the closing thread itself is always out by then. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "lua/binding.h"

#define SIGNALS 2
static const int signals[SIGNALS] = {SIGINT, SIGTERM};

static _Atomic(struct ys_session *) interrupted_session;
static atomic_int handlers_running;
/* Written only by whoever holds `interrupted_session`, while the handler is not in place. */
static struct sigaction actions_before[SIGNALS];
#define NOTICE_BYTES 256
static char notice[NOTICE_BYTES];
static size_t notice_bytes;

static void on_signal(int number)
{
    (void)number;
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    atomic_fetch_add(&handlers_running, 1);
    for (int i = 0; i < SIGNALS; i++) (void)sigaction(signals[i], &standard, NULL);
    struct ys_session *session = atomic_load(&interrupted_session);
    if (session) ys_session_interrupt(session);
    if (session && notice_bytes > 0) {
        int before = errno; /* write is async-signal-safe, but for this */
        ssize_t written = write(STDERR_FILENO, notice, notice_bytes);
        (void)written;
        errno = before;
    }
    atomic_fetch_sub(&handlers_running, 1);
}

static bool has_action(int number, void (*handler)(int))
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == handler;
}

static bool install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++) sigaddset(&action.sa_mask, signals[i]);
    /* No SA_RESTART: a read from the terminal or a sleep ends, too. */
    for (int i = 0; i < SIGNALS; i++) {
        if (has_action(signals[i], on_signal) || has_action(signals[i], SIG_IGN)) continue;
        if (sigaction(signals[i], &action, &actions_before[i]) != 0) return false;
    }
    return true;
}

void ys_lua_interrupt_forget(struct ys_session *session)
{
    struct ys_session *expected = session;
    if (!session || atomic_load(&interrupted_session) != session) return;
    for (int i = 0; i < SIGNALS; i++)
        if (has_action(signals[i], on_signal))
            (void)sigaction(signals[i], &actions_before[i], NULL);
    (void)atomic_compare_exchange_strong(&interrupted_session, &expected, NULL);
    while (atomic_load(&handlers_running) > 0) (void)sched_yield();
}

/* core.on_interrupt(session [, notice]) -> true */
int ys_lua_on_interrupt(lua_State *L)
{
    const char *text = lua_isnoneornil(L, 2) ? "" : ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    struct ys_session *before = NULL;
    luaL_argcheck(L, strlen(text) < NOTICE_BYTES, 2, "the notice is too long");
    if (!session) return ys_lua_session_unusable(L, 1);
    if (!atomic_compare_exchange_strong(&interrupted_session, &before, session) &&
        before != session)
        return ys_lua_failf(L, YS_ESTATE, "Signals interrupt another session of this process.");
    notice_bytes = 0; /* not while a handler that is in place could read half of it */
    memcpy(notice, text, strlen(text));
    notice_bytes = strlen(text);
    if (!install()) {
        ys_lua_interrupt_forget(session);
        return ys_lua_failf(L, YS_EINTERNAL, "The signal handlers could not be installed.");
    }
    lua_pushboolean(L, 1);
    return 1;
}
