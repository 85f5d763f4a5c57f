/* memvfs_io.c: SQLite's VFS and file methods over the disk of memvfs.c. */
#include <stdlib.h>
#include <string.h>

#include "support/memvfs_internal.h"

/* 1970-01-01 as a Julian day number in milliseconds. */
#define UNIX_EPOCH_JULIAN_MS INT64_C(210866760000000)

struct memhandle {
    sqlite3_file base;         /* first */
    struct memvfs *disk;
    struct memfile *file;
    int level;                 /* SQLITE_LOCK_... */
    bool shm, delete_on_close;
    unsigned shm_shared, shm_exclusive; /* bits of the shared-memory locks held */
};

static struct memvfs *disk_of(sqlite3_vfs *vfs)
{
    return (struct memvfs *)(void *)vfs;
}

static struct memhandle *handle_of(sqlite3_file *file)
{
    return (struct memhandle *)(void *)file;
}

static int finished(struct memvfs *disk, bool after, bool ok, int io_code)
{
    if (!ok) return SQLITE_IOERR_NOMEM;
    if (after) disk->dead = true;
    return after ? io_code : SQLITE_OK;
}

/* ---------------------------------------------------------------- bytes */

static int io_read(sqlite3_file *base, void *out, int amount, sqlite3_int64 offset)
{
    struct memhandle *handle = handle_of(base);
    const struct memblob *shown = &handle->file->shown;
    size_t at = (size_t)offset, bytes = (size_t)amount, there = 0;

    if (handle->disk->dead) return SQLITE_IOERR_READ;
    if (at < shown->bytes) there = shown->bytes - at < bytes ? shown->bytes - at : bytes;
    if (there > 0) memcpy(out, shown->data + at, there);
    if (there == bytes) return SQLITE_OK;
    memset((unsigned char *)out + there, 0, bytes - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int io_write(sqlite3_file *base, const void *data, int amount, sqlite3_int64 offset)
{
    struct memhandle *handle = handle_of(base);
    bool after, half;
    int code = memvfs_ask(handle->disk, MEMVFS_WRITE, handle->file->path, SQLITE_IOERR_WRITE,
                          &after, &half);

    if (half && !memfile_write(handle->file, (size_t)offset, data, (size_t)amount / 2))
        return SQLITE_IOERR_NOMEM;
    if (code != SQLITE_OK) return code;
    return finished(handle->disk, after,
                    memfile_write(handle->file, (size_t)offset, data, (size_t)amount),
                    SQLITE_IOERR_WRITE);
}

static int io_truncate(sqlite3_file *base, sqlite3_int64 bytes)
{
    struct memhandle *handle = handle_of(base);
    bool after, half;
    int code = memvfs_ask(handle->disk, MEMVFS_TRUNCATE, handle->file->path,
                          SQLITE_IOERR_TRUNCATE, &after, &half);

    if (code != SQLITE_OK) return code;
    return finished(handle->disk, after, memfile_truncate(handle->file, (size_t)bytes),
                    SQLITE_IOERR_TRUNCATE);
}

static int io_sync(sqlite3_file *base, int flags)
{
    struct memhandle *handle = handle_of(base);
    bool after, half;
    int code = memvfs_ask(handle->disk, MEMVFS_SYNC, handle->file->path, SQLITE_IOERR_FSYNC,
                          &after, &half);

    (void)flags;
    if (code != SQLITE_OK && !handle->disk->dead) memfile_sync_failed(handle->file);
    if (code != SQLITE_OK) return code;
    return finished(handle->disk, after, memfile_sync(handle->disk, handle->file),
                    SQLITE_IOERR_FSYNC);
}

static int io_file_size(sqlite3_file *base, sqlite3_int64 *out)
{
    struct memhandle *handle = handle_of(base);

    if (handle->disk->dead) return SQLITE_IOERR_FSTAT;
    *out = (sqlite3_int64)handle->file->shown.bytes;
    return SQLITE_OK;
}

static int io_file_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int io_sector_size(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

static int io_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as the unix VFS assumes */
}

/* ---------------------------------------------------------------- locks of the file */

static bool is_other(const struct memhandle *holder, const struct memhandle *me)
{
    return holder && holder != me;
}

static int lock_exclusive(struct memhandle *handle)
{
    struct memfile *file = handle->file;

    if (is_other(file->reserved, handle) || is_other(file->pending, handle)) return SQLITE_BUSY;
    file->pending = handle;
    if (file->shared > 1) {
        handle->level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    file->exclusive = handle;
    handle->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int io_lock(sqlite3_file *base, int level)
{
    struct memhandle *handle = handle_of(base);
    struct memfile *file = handle->file;

    if (handle->disk->dead) return SQLITE_IOERR_LOCK;
    if (handle->level >= level) return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (is_other(file->pending, handle) || is_other(file->exclusive, handle))
            return SQLITE_BUSY;
        file->shared++;
        handle->level = level;
        return SQLITE_OK;
    }
    if (level == SQLITE_LOCK_EXCLUSIVE) return lock_exclusive(handle);
    if (is_other(file->reserved, handle) || is_other(file->pending, handle)) return SQLITE_BUSY;
    file->reserved = handle;
    handle->level = level;
    return SQLITE_OK;
}

static int io_unlock(sqlite3_file *base, int level)
{
    struct memhandle *handle = handle_of(base);
    struct memfile *file = handle->file;

    if (handle->level <= level) return SQLITE_OK;
    if (file->exclusive == handle) file->exclusive = NULL;
    if (file->pending == handle) file->pending = NULL;
    if (file->reserved == handle) file->reserved = NULL;
    if (level == SQLITE_LOCK_NONE && handle->level >= SQLITE_LOCK_SHARED) file->shared--;
    handle->level = level;
    return SQLITE_OK;
}

static int io_check_reserved(sqlite3_file *base, int *out)
{
    *out = handle_of(base)->file->reserved != NULL;
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- the WAL index */

static int io_shm_map(sqlite3_file *base, int region, int bytes, int extend, void volatile **out)
{
    struct memhandle *handle = handle_of(base);
    struct memfile *file = handle->file;

    *out = NULL;
    if (handle->disk->dead || region >= MEMVFS_SHM_REGIONS_MAX) return SQLITE_IOERR_SHMMAP;
    if (!handle->shm) {
        handle->shm = true;
        file->shm_users++;
    }
    while (extend && file->shm_region_count <= region) {
        void *memory = calloc(1, (size_t)bytes);
        if (!memory) return SQLITE_IOERR_NOMEM;
        file->shm_regions[file->shm_region_count++] = memory;
    }
    if (region < file->shm_region_count) *out = file->shm_regions[region];
    return SQLITE_OK;
}

static void shm_unlock(struct memhandle *handle, int at)
{
    unsigned bit = 1u << at;

    if (handle->shm_shared & bit) handle->file->shm_shared[at]--;
    if (handle->shm_exclusive & bit) handle->file->shm_exclusive[at] = NULL;
    handle->shm_shared &= ~bit;
    handle->shm_exclusive &= ~bit;
}

static int io_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    struct memhandle *handle = handle_of(base);
    struct memfile *file = handle->file;
    int i;

    if (flags & SQLITE_SHM_UNLOCK) {
        for (i = first; i < first + count; i++) shm_unlock(handle, i);
        return SQLITE_OK;
    }
    if (handle->disk->dead) return SQLITE_IOERR_SHMLOCK;
    for (i = first; i < first + count; i++) {
        int own = (handle->shm_shared >> i) & 1u;
        if (is_other(file->shm_exclusive[i], handle)) return SQLITE_BUSY;
        if ((flags & SQLITE_SHM_EXCLUSIVE) && file->shm_shared[i] > own) return SQLITE_BUSY;
    }
    for (i = first; i < first + count; i++) {
        unsigned bit = 1u << i;
        if (flags & SQLITE_SHM_EXCLUSIVE) {
            file->shm_exclusive[i] = handle;
            handle->shm_exclusive |= bit;
        } else if (!(handle->shm_shared & bit)) {
            file->shm_shared[i]++;
            handle->shm_shared |= bit;
        }
    }
    return SQLITE_OK;
}

static void io_shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int io_shm_unmap(sqlite3_file *base, int delete_flag)
{
    struct memhandle *handle = handle_of(base);
    struct memfile *file = handle->file;
    int i;

    (void)delete_flag; /* the first user of a WAL index makes it anew in any case */
    if (!handle->shm) return SQLITE_OK;
    for (i = 0; i < SQLITE_SHM_NLOCK; i++) shm_unlock(handle, i);
    handle->shm = false;
    if (--file->shm_users > 0) return SQLITE_OK;
    for (i = 0; i < file->shm_region_count; i++) free(file->shm_regions[i]);
    file->shm_region_count = 0;
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- open, close, names */

static int io_close(sqlite3_file *base)
{
    struct memhandle *handle = handle_of(base);

    (void)io_shm_unmap(base, 0);
    (void)io_unlock(base, SQLITE_LOCK_NONE);
    handle->file->handles--;
    handle->disk->open_count--;
    if (handle->delete_on_close) handle->file->linked = false;
    memvfs_let_go(handle->disk, handle->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods io_methods = {
    .iVersion = 2,
    .xClose = io_close,
    .xRead = io_read,
    .xWrite = io_write,
    .xTruncate = io_truncate,
    .xSync = io_sync,
    .xFileSize = io_file_size,
    .xLock = io_lock,
    .xUnlock = io_unlock,
    .xCheckReservedLock = io_check_reserved,
    .xFileControl = io_file_control,
    .xSectorSize = io_sector_size,
    .xDeviceCharacteristics = io_characteristics,
    .xShmMap = io_shm_map,
    .xShmLock = io_shm_lock,
    .xShmBarrier = io_shm_barrier,
    .xShmUnmap = io_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                    int *out_flags)
{
    struct memvfs *disk = disk_of(vfs);
    struct memhandle *handle = handle_of(base);
    struct memfile *file = path ? memvfs_find(disk, path) : NULL;
    bool after, half;
    int code;

    memset(handle, 0, sizeof *handle);
    code = memvfs_ask(disk, MEMVFS_OPEN, path ? path : "", SQLITE_CANTOPEN, &after, &half);
    if (code != SQLITE_OK) return SQLITE_CANTOPEN;
    if (!file) {
        if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
        file = memvfs_create(disk, path ? path : "");
        if (!file) return SQLITE_NOMEM;
        /* As SQLite's unix VFS does it. */
        file->folder_due = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    }
    if (after) {
        disk->dead = true;
        return SQLITE_CANTOPEN;
    }
    handle->base.pMethods = &io_methods;
    handle->disk = disk;
    handle->file = file;
    handle->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file->handles++;
    disk->open_count++;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct memvfs *disk = disk_of(vfs);
    struct memfile *file = memvfs_find(disk, path);
    bool after, half;
    int code;

    if (!file) return disk->dead ? SQLITE_IOERR_DELETE : SQLITE_IOERR_DELETE_NOENT;
    code = memvfs_ask(disk, MEMVFS_DELETE, path, SQLITE_IOERR_DELETE, &after, &half);
    if (code != SQLITE_OK) return code;
    memvfs_unlink(disk, file, sync_folder != 0);
    return finished(disk, after, true, SQLITE_IOERR_DELETE);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)flags;
    if (disk_of(vfs)->dead) return SQLITE_IOERR_ACCESS;
    *out = memvfs_find(disk_of(vfs), path) != NULL;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int bytes, char *out)
{
    (void)vfs;
    if (strlen(path) >= (size_t)bytes) return SQLITE_CANTOPEN;
    memcpy(out, path, strlen(path) + 1);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int bytes, char *out)
{
    int i;

    for (i = 0; i < bytes; i++) out[i] = (char)(memvfs_random(disk_of(vfs)) & 0xff);
    return bytes;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds; /* whoever holds a lock does so for longer than any wait here */
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    *out = UNIX_EPOCH_JULIAN_MS + disk_of(vfs)->wall_ms;
    return SQLITE_OK;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    *out = (double)(UNIX_EPOCH_JULIAN_MS + disk_of(vfs)->wall_ms) / 86400000.0;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int bytes, char *out)
{
    (void)vfs;
    if (bytes > 0) out[0] = '\0';
    return 0;
}

void memvfs_install(struct memvfs *disk)
{
    disk->base = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct memhandle),
        .mxPathname = MEMVFS_PATH_BYTES - 1,
        .zName = disk->name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time_ms,
    };
}
