/* memvfs.c: the files of the disk, and what of them outlives a crash or a power loss; see
 * memvfs.h. SQLite's methods stand in memvfs_io.c. */
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>

#include "support/memvfs_internal.h"

struct memvfs_copy {
    size_t count;
    struct {
        char path[MEMVFS_PATH_BYTES];
        struct memblob blob;
    } files[MEMVFS_FILES_MAX];
};

const char *memvfs_op_name(enum memvfs_op op)
{
    static const char *const names[] = {
#define X(code, name) name,
        MEMVFS_OP_MAP(X)
#undef X
    };
    return (unsigned)op < MEMVFS_OP_COUNT ? names[op] : "";
}

/* splitmix64 */
uint64_t memvfs_random(struct memvfs *disk)
{
    uint64_t z = disk->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static bool one_in(struct memvfs *disk, uint64_t count)
{
    return memvfs_random(disk) % count == 0;
}

/* ---------------------------------------------------------------- bytes */

static bool make_room(struct memblob *blob, size_t bytes)
{
    size_t capacity = blob->capacity ? blob->capacity : 4096;
    unsigned char *grown;

    if (bytes <= blob->capacity) return true;
    while (capacity < bytes) capacity *= 2;
    grown = realloc(blob->data, capacity);
    if (!grown) return false;
    blob->data = grown;
    blob->capacity = capacity;
    return true;
}

bool memblob_resize(struct memblob *blob, size_t bytes)
{
    if (!make_room(blob, bytes)) return false;
    if (bytes > blob->bytes) memset(blob->data + blob->bytes, 0, bytes - blob->bytes);
    blob->bytes = bytes;
    return true;
}

bool memblob_write(struct memblob *blob, size_t offset, const void *data, size_t bytes)
{
    if (!make_room(blob, offset + bytes)) return false;
    if (offset > blob->bytes) memset(blob->data + blob->bytes, 0, offset - blob->bytes);
    if (bytes > 0) memcpy(blob->data + offset, data, bytes);
    if (offset + bytes > blob->bytes) blob->bytes = offset + bytes;
    return true;
}

static bool blob_copy(struct memblob *to, const struct memblob *from)
{
    to->bytes = 0;
    return memblob_write(to, 0, from->data, from->bytes);
}

static void blob_free(struct memblob *blob)
{
    free(blob->data);
    *blob = (struct memblob){0};
}

/* ---------------------------------------------------------------- changes */

static bool pend(struct memfile *file, const struct mempending *change, const void *data)
{
    struct mempending *copy = malloc(sizeof *copy);

    if (!copy) return false;
    *copy = *change;
    copy->next = NULL;
    copy->data = NULL;
    if (!change->truncate) {
        copy->data = malloc(change->bytes ? change->bytes : 1);
        if (!copy->data) {
            free(copy);
            return false;
        }
        memcpy(copy->data, data, change->bytes);
    }
    if (file->last) file->last->next = copy;
    else file->first = copy;
    file->last = copy;
    return true;
}

static void forget_changes(struct memfile *file)
{
    while (file->first) {
        struct mempending *next = file->first->next;
        free(file->first->data);
        free(file->first);
        file->first = next;
    }
    file->last = NULL;
}

bool memfile_write(struct memfile *file, size_t offset, const void *data, size_t bytes)
{
    struct mempending change = {.offset = offset, .bytes = bytes};

    return memblob_write(&file->shown, offset, data, bytes) && pend(file, &change, data);
}

bool memfile_truncate(struct memfile *file, size_t bytes)
{
    struct mempending change = {.offset = bytes, .truncate = true};

    return memblob_resize(&file->shown, bytes) && pend(file, &change, NULL);
}

/* All files are in one folder: the names that are there, and not there, are durable. */
static void sync_folder(struct memvfs *disk)
{
    size_t i;

    for (i = 0; i < MEMVFS_FILES_MAX; i++) {
        struct memfile *file = disk->files[i];
        if (!file) continue;
        if (file->linked) file->entry_durable = true;
        file->deleted_unsynced = false;
        memvfs_let_go(disk, file);
    }
}

bool memfile_sync(struct memvfs *disk, struct memfile *file)
{
    const struct mempending *change;

    for (change = file->first; change; change = change->next)
        if (!(change->truncate ? memblob_resize(&file->durable, change->offset)
                               : memblob_write(&file->durable, change->offset, change->data,
                                               change->bytes)))
            return false;
    forget_changes(file);
    if (file->folder_due) sync_folder(disk);
    file->folder_due = false;
    file->entry_durable = true;
    return true;
}

void memfile_sync_failed(struct memfile *file)
{
    forget_changes(file);
}

/* ---------------------------------------------------------------- names */

struct memfile *memvfs_find(const struct memvfs *disk, const char *path)
{
    size_t i;

    for (i = 0; i < MEMVFS_FILES_MAX; i++)
        if (disk->files[i] && disk->files[i]->linked && strcmp(disk->files[i]->path, path) == 0)
            return disk->files[i];
    return NULL;
}

struct memfile *memvfs_create(struct memvfs *disk, const char *path)
{
    struct memfile *file;
    size_t i;

    for (i = 0; i < MEMVFS_FILES_MAX && disk->files[i]; i++) {}
    if (i == MEMVFS_FILES_MAX) return NULL;
    file = calloc(1, sizeof *file);
    if (!file) return NULL;
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->linked = path[0] != '\0';
    disk->files[i] = file;
    return file;
}

static void drop(struct memvfs *disk, size_t at)
{
    struct memfile *file = disk->files[at];
    int i;

    forget_changes(file);
    blob_free(&file->shown);
    blob_free(&file->durable);
    for (i = 0; i < file->shm_region_count; i++) free(file->shm_regions[i]);
    free(file);
    disk->files[at] = NULL;
}

void memvfs_let_go(struct memvfs *disk, struct memfile *file)
{
    size_t i;

    if (file->handles > 0 || file->linked || file->deleted_unsynced) return;
    for (i = 0; i < MEMVFS_FILES_MAX; i++)
        if (disk->files[i] == file) drop(disk, i);
}

void memvfs_unlink(struct memvfs *disk, struct memfile *file, bool durable)
{
    file->linked = false;
    file->deleted_unsynced = file->entry_durable;
    if (durable) sync_folder(disk);
    else memvfs_let_go(disk, file);
}

/* ---------------------------------------------------------------- death */

void memvfs_kill(struct memvfs *disk)
{
    disk->dead = true;
}

bool memvfs_is_dead(const struct memvfs *disk)
{
    return disk->dead;
}

void memvfs_revive(struct memvfs *disk)
{
    disk->dead = false;
}

/* Lets each sector of an unsynced write through or not. */
static void tear(struct memvfs *disk, struct memfile *file, const struct mempending *change)
{
    size_t at = 0;

    while (at < change->bytes) {
        size_t sector_end = (change->offset + at) / MEMVFS_SECTOR_BYTES * MEMVFS_SECTOR_BYTES +
                            MEMVFS_SECTOR_BYTES - change->offset;
        size_t end = sector_end < change->bytes ? sector_end : change->bytes;
        if (one_in(disk, 2))
            (void)memblob_write(&file->durable, change->offset + at, change->data + at, end - at);
        at = end;
    }
}

/* Nothing of what was written since the sync, all of it, or some sectors. */
static void settle_file(struct memvfs *disk, struct memfile *file)
{
    enum fate { NOTHING, ALL, SOME, SOME_MORE, FATES };
    enum fate fate = (enum fate)(memvfs_random(disk) % FATES);
    const struct mempending *change;

    for (change = file->first; change && fate != NOTHING; change = change->next) {
        if (change->truncate) {
            if (fate == ALL || one_in(disk, 2))
                (void)memblob_resize(&file->durable, change->offset);
        } else if (fate == ALL) {
            (void)memblob_write(&file->durable, change->offset, change->data, change->bytes);
        } else {
            tear(disk, file, change);
        }
    }
    forget_changes(file);
    (void)blob_copy(&file->shown, &file->durable);
    file->entry_durable = true;
}

void memvfs_power_loss(struct memvfs *disk)
{
    struct memfile *file;
    size_t i;

    for (i = 0; i < MEMVFS_FILES_MAX; i++) {
        file = disk->files[i];
        if (!file || !file->linked) continue;
        if (!file->entry_durable && one_in(disk, 2)) {
            drop(disk, i);
            continue;
        }
        settle_file(disk, file);
    }
    /* What was deleted comes back, unless something else has its name now. */
    for (i = 0; i < MEMVFS_FILES_MAX; i++) {
        file = disk->files[i];
        if (!file || file->linked) continue;
        if (file->deleted_unsynced && !memvfs_find(disk, file->path) && one_in(disk, 2)) {
            file->deleted_unsynced = false;
            file->linked = true;
            settle_file(disk, file);
        } else {
            drop(disk, i);
        }
    }
}

/* ---------------------------------------------------------------- copies */

struct memvfs_copy *memvfs_copy_take(const struct memvfs *disk)
{
    struct memvfs_copy *copy = calloc(1, sizeof *copy);
    size_t i;

    for (i = 0; copy && i < MEMVFS_FILES_MAX; i++) {
        const struct memfile *file = disk->files[i];
        if (!file || !file->linked) continue;
        (void)snprintf(copy->files[copy->count].path, MEMVFS_PATH_BYTES, "%s", file->path);
        if (!blob_copy(&copy->files[copy->count++].blob, &file->shown)) {
            memvfs_copy_free(copy);
            return NULL;
        }
    }
    return copy;
}

static void clear(struct memvfs *disk)
{
    size_t i;

    for (i = 0; i < MEMVFS_FILES_MAX; i++)
        if (disk->files[i]) drop(disk, i);
}

void memvfs_copy_put_back(struct memvfs *disk, const struct memvfs_copy *copy)
{
    size_t i;

    clear(disk);
    for (i = 0; i < copy->count; i++) {
        struct memfile *file = memvfs_create(disk, copy->files[i].path);
        if (!file) continue;
        (void)blob_copy(&file->shown, &copy->files[i].blob);
        (void)blob_copy(&file->durable, &copy->files[i].blob);
        file->entry_durable = true;
    }
}

void memvfs_copy_free(struct memvfs_copy *copy)
{
    size_t i;

    if (!copy) return;
    for (i = 0; i < copy->count; i++) blob_free(&copy->files[i].blob);
    free(copy);
}

int64_t memvfs_file_bytes(const struct memvfs *disk, const char *path)
{
    const struct memfile *file = memvfs_find(disk, path);

    return file ? (int64_t)file->shown.bytes : -1;
}

size_t memvfs_open_count(const struct memvfs *disk)
{
    return disk->open_count;
}

/* ---------------------------------------------------------------- life */

#ifdef __GLIBC__
/* Memory that was given back stays with the process: a disk grows and goes thousands of times, and
 * the kernel would clear its pages each time. */
static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    (void)mallopt(M_TOP_PAD, 16 << 20);
}
#else
static void keep_memory(void) {}
#endif

void memvfs_alone(void)
{
    keep_memory();
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct memvfs *memvfs_new(const char *name)
{
    struct memvfs *disk = calloc(1, sizeof *disk);

    if (!disk) return NULL;
    (void)snprintf(disk->name, sizeof disk->name, "%s", name);
    memvfs_install(disk);
    if (sqlite3_vfs_register(&disk->base, 1) != SQLITE_OK) {
        free(disk);
        return NULL;
    }
    memvfs_reset(disk, 0);
    return disk;
}

void memvfs_free(struct memvfs *disk)
{
    if (!disk) return;
    (void)sqlite3_vfs_unregister(&disk->base);
    sqlite3_randomness(0, NULL);
    clear(disk);
    free(disk);
}

const char *memvfs_name(const struct memvfs *disk)
{
    return disk->name;
}

void memvfs_reset(struct memvfs *disk, uint64_t seed)
{
    clear(disk);
    disk->random = seed;
    disk->dead = false;
    sqlite3_randomness(0, NULL); /* seeded anew through the default VFS at its next use */
}

void memvfs_set_hook(struct memvfs *disk, memvfs_hook_fn hook, void *ctx)
{
    disk->hook = hook;
    disk->hook_ctx = ctx;
}

void memvfs_set_time(struct memvfs *disk, int64_t wall_ms)
{
    disk->wall_ms = wall_ms;
}

int memvfs_ask(struct memvfs *disk, enum memvfs_op op, const char *path, int io_code,
               bool *after, bool *half)
{
    const char *slash = strrchr(path, '/');
    enum memvfs_answer answer = MEMVFS_GO_ON;

    *after = *half = false;
    if (disk->dead) return io_code;
    if (disk->hook) answer = disk->hook(disk->hook_ctx, op, slash ? slash + 1 : path);
    switch (answer) {
    case MEMVFS_FAIL_IO: return io_code;
    case MEMVFS_FAIL_FULL: *half = true; return SQLITE_FULL;
    case MEMVFS_DIE_BEFORE: disk->dead = true; return io_code;
    case MEMVFS_DIE_AFTER: *after = true; return SQLITE_OK;
    default: return SQLITE_OK;
    }
}
