/* memvfs.h: a disk in memory behind SQLite's VFS interface, for tests that break it.
 *
 * A disk holds files by name, each in two states: what the operating system shows (all writes so
 * far) and what is durable (what was synced). Killing the process keeps the first; a power loss
 * falls back to the second plus, sector by sector, whatever of the unsynced writes the seed lets
 * through. Every operation that changes the disk first asks the hook, which may let it fail or end
 * the process right before or after it.
 *
 * A dead process: nothing changes the disk any more, every call fails, and only closing works. So a
 * crash is played by unwinding with errors, in one process and without leaks.
 *
 * Several connections share a file with real locks and a shared WAL index. One thread. Everything
 * random comes from the seed. */
#ifndef TESTS_MEMVFS_H
#define TESTS_MEMVFS_H

#include "ytsync.h"

struct memvfs;
struct memvfs_copy;

/* X(code, name) */
#define MEMVFS_OP_MAP(X)                                                                         \
    X(OPEN, "open")                                                                              \
    X(WRITE, "write")                                                                            \
    X(TRUNCATE, "truncate")                                                                      \
    X(SYNC, "sync")                                                                              \
    X(DELETE, "delete")

enum memvfs_op {
#define X(code, name) MEMVFS_##code,
    MEMVFS_OP_MAP(X)
#undef X
        MEMVFS_OP_COUNT
};
const char *memvfs_op_name(enum memvfs_op op);

enum memvfs_answer {
    MEMVFS_GO_ON,
    MEMVFS_FAIL_IO,    /* EIO; a failed sync leaves the data undurable for good */
    MEMVFS_FAIL_FULL,  /* ENOSPC; half of a write is done. Only writes and opens */
    MEMVFS_DIE_BEFORE, /* the process dies before the operation has an effect */
    MEMVFS_DIE_AFTER
};
/* `file` is the name behind the last slash. */
typedef enum memvfs_answer (*memvfs_hook_fn)(void *ctx, enum memvfs_op op, const char *file);

/* For a program of one thread that does nothing else with SQLite, before anything is opened: no
 * mutexes, no memory statistics, and memory that stays with the process, which are a quarter of its
 * time. */
void memvfs_alone(void);

/* Registers an empty disk as SQLite's default VFS, so that SQLite's own random numbers come from
 * the seed too. NULL: no memory. */
struct memvfs *memvfs_new(const char *name);
/* Nothing may be open any more. */
void memvfs_free(struct memvfs *disk);
const char *memvfs_name(const struct memvfs *disk);
/* All files are gone; random numbers, SQLite's included, begin anew. Nothing may be open. */
void memvfs_reset(struct memvfs *disk, uint64_t seed);
/* NULL: no hook. */
void memvfs_set_hook(struct memvfs *disk, memvfs_hook_fn hook, void *ctx);
/* The wall clock that SQLite sees. */
void memvfs_set_time(struct memvfs *disk, int64_t wall_ms);

void memvfs_kill(struct memvfs *disk);
bool memvfs_is_dead(const struct memvfs *disk);
/* A new process; everything of the old one must be closed. */
void memvfs_revive(struct memvfs *disk);
/* With nothing open: what was not durable is decided by the seed. */
void memvfs_power_loss(struct memvfs *disk);

/* A copy of all files as the operating system shows them, and putting it back (durably) in their
 * place, with nothing open. NULL: no memory. */
struct memvfs_copy *memvfs_copy_take(const struct memvfs *disk);
void memvfs_copy_put_back(struct memvfs *disk, const struct memvfs_copy *copy);
void memvfs_copy_free(struct memvfs_copy *copy);
/* Bytes of a file as shown; -1 when there is none. */
int64_t memvfs_file_bytes(const struct memvfs *disk, const char *path);
/* Handles that are open. */
size_t memvfs_open_count(const struct memvfs *disk);

#endif
