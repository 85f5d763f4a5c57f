/* memvfs_internal.h: what memvfs.c (files and durability) and memvfs_io.c (SQLite's methods) share.
 * */
#ifndef TESTS_MEMVFS_INTERNAL_H
#define TESTS_MEMVFS_INTERNAL_H

#include <sqlite3.h>

#include "support/memvfs.h"

#define MEMVFS_PATH_BYTES 600
#define MEMVFS_FILES_MAX 32
#define MEMVFS_SHM_REGIONS_MAX 64
/* What reaches the platter as a whole. */
#define MEMVFS_SECTOR_BYTES 512

struct memblob {
    unsigned char *data;
    size_t bytes, capacity;
};

/* A change since the last sync, in order. */
struct mempending {
    size_t offset, bytes;      /* truncate: offset is the new size */
    bool truncate;
    unsigned char *data;
    struct mempending *next;
};

struct memhandle;

struct memfile {
    char path[MEMVFS_PATH_BYTES]; /* "" for a temporary file */
    bool linked;               /* there under its name; else only through open handles */
    bool entry_durable;        /* the name itself survives a power loss */
    bool folder_due;           /* its first sync syncs the folder too (new logs and journals) */
    bool deleted_unsynced;     /* unlinked, but a power loss may bring it back */
    struct memblob shown, durable;
    struct mempending *first, *last;
    int handles;
    int shared;                /* connections with at least a shared lock */
    struct memhandle *reserved, *pending, *exclusive;
    struct memhandle *shm_exclusive[SQLITE_SHM_NLOCK];
    int shm_shared[SQLITE_SHM_NLOCK], shm_users, shm_region_bytes, shm_region_count;
    void *shm_regions[MEMVFS_SHM_REGIONS_MAX];
};

struct memvfs {
    sqlite3_vfs base;          /* first */
    char name[32];
    struct memfile *files[MEMVFS_FILES_MAX];
    memvfs_hook_fn hook;
    void *hook_ctx;
    uint64_t random;
    int64_t wall_ms;
    size_t open_count;
    bool dead;
};

uint64_t memvfs_random(struct memvfs *disk);
bool memblob_resize(struct memblob *blob, size_t bytes);
bool memblob_write(struct memblob *blob, size_t offset, const void *data, size_t bytes);

struct memfile *memvfs_find(const struct memvfs *disk, const char *path);
struct memfile *memvfs_create(struct memvfs *disk, const char *path);
/* Frees the file when nothing needs it any more. */
void memvfs_let_go(struct memvfs *disk, struct memfile *file);
/* Changes of the shown state that are not durable yet. False: no memory. */
bool memfile_write(struct memfile *file, size_t offset, const void *data, size_t bytes);
bool memfile_truncate(struct memfile *file, size_t bytes);
bool memfile_sync(struct memvfs *disk, struct memfile *file);
/* A sync that failed: the changes are forgotten by the cache but never reach the platter. */
void memfile_sync_failed(struct memfile *file);
void memvfs_unlink(struct memvfs *disk, struct memfile *file, bool durable);

/* Asks the hook; *after: the process dies once the operation is done. Returns SQLITE_OK or the
 * code to fail with; `io_code` is the one for EIO. */
int memvfs_ask(struct memvfs *disk, enum memvfs_op op, const char *path, int io_code,
               bool *after, bool *half);
/* Fills in the methods of the VFS. */
void memvfs_install(struct memvfs *disk);

#endif
