/* gonenames.c: last known titles from older backups; see gone.h.
 *
 * A backup is believed when it was read to its end and everything agrees; until then what it says
 * is only kept in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/path.h"
#include "library/backup_read.h"
#include "library/gone.h"

/* Files that are looked at, the newest by name (which begins with the time). */
#define FILES_MAX 32
#define FILE_NAME_BYTES 64
/* Titles that are taken at once. */
#define NAMES_MAX ((size_t)20000)
#define META_LOOKED "gone_looked"

struct name {
    char id[YS_ID_BYTES], title[YS_TITLE_BYTES], channel[YS_TITLE_BYTES];
};

struct naming {
    struct ys_store *store;
    struct ys_map untitled;            /* ids; a value of 1: not named yet */
    int64_t left;
    struct ys_sha256 *digest;          /* of the ids */
    char files[FILES_MAX][FILE_NAME_BYTES];
    int file_count;
    struct name *names;                /* what the files say; of the one at hand not yet believed */
    size_t name_count, name_room;
    enum ys_status status;             /* of a callback */
    struct ys_error *err;
};

/* ---------------------------------------------------------------- who has no title */

static bool note_untitled(void *ctx, const char *id)
{
    struct naming *naming = ctx;

    ys_sha256_add(naming->digest, id, strlen(id) + 1);
    naming->status = ys_map_put(&naming->untitled, id, 1, naming->err);
    naming->left++;
    return naming->status == YS_OK;
}

/* *again: there are some, and they are not those for whom everything was looked through. */
static enum ys_status find_untitled(struct naming *naming, bool *again,
                                    char digest[YS_SHA256_TEXT_BYTES], struct ys_error *err)
{
    char looked[YS_SHA256_TEXT_BYTES];

    naming->digest = ys_sha256_new();
    if (!naming->digest) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    enum ys_status status = ys_gone_untitled(naming->store, note_untitled, naming, err);
    ys_sha256_end(naming->digest, digest);
    YS_TRY(status);
    YS_TRY(naming->status);
    YS_TRY(ys_store_meta_get(naming->store, META_LOOKED, looked, sizeof looked, err));
    *again = naming->left > 0 && strcmp(looked, digest) != 0;
    return YS_OK;
}

/* ---------------------------------------------------------------- the files */

static bool note_file(void *ctx, const char *name)
{
    struct naming *naming = ctx;
    size_t bytes = strlen(name);
    int i;

    if (strncmp(name, "backup-", 7) != 0 || bytes < 6 || strcmp(name + bytes - 6, ".jsonl") != 0 ||
        bytes >= FILE_NAME_BYTES)
        return true;
    /* Kept newest first. */
    for (i = naming->file_count; i > 0 && strcmp(naming->files[i - 1], name) < 0; i--)
        if (i < FILES_MAX) memcpy(naming->files[i], naming->files[i - 1], FILE_NAME_BYTES);
    if (i < FILES_MAX) {
        memcpy(naming->files[i], name, bytes + 1);
        if (naming->file_count < FILES_MAX) naming->file_count++;
    }
    return true;
}

static enum ys_status note_name(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct naming *naming = ctx;
    const char *id = ys_json_text(row, 0), *title = ys_json_text(row, 1);
    int64_t open = 0;
    struct name *name;

    if (title[0] == '\0' || !ys_map_get(&naming->untitled, id, &open) || open != 1) return YS_OK;
    if (naming->name_count == NAMES_MAX) return YS_OK;
    if (naming->name_count == naming->name_room) {
        size_t room = naming->name_room ? naming->name_room * 2 : 64;
        struct name *more = ys_realloc(naming->names, room * sizeof *more);
        if (!more) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
        naming->names = more;
        naming->name_room = room;
    }
    name = &naming->names[naming->name_count];
    if (!ys_copy(name->id, sizeof name->id, id) ||
        !ys_copy(name->title, sizeof name->title, title) ||
        !ys_copy(name->channel, sizeof name->channel, ys_json_text(row, 2)))
        return YS_OK; /* longer than anything of YouTube's: not from there */
    naming->name_count++;
    return YS_OK;
}

static enum ys_status read_lines(struct naming *naming, struct ys_backup_reader *reader,
                                 const char *path, struct ys_error *err)
{
    bool there = true;

    YS_TRY(ys_backup_open(reader, path, err));
    for (;;) {
        YS_TRY(ys_backup_next(reader, &there, err));
        if (!there) return YS_OK;
        if (reader->kind != YS_BACKUP_VIDEO) continue;
        YS_TRY(ys_backup_fields(reader,
                                "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'),"
                                " json_extract(?1,'$.channel')",
                                note_name, naming, err));
    }
}

/* The file at hand is sound: what it said from name `first` on counts. */
static enum ys_status believe(struct naming *naming, size_t first, struct ys_error *err)
{
    size_t i;

    for (i = first; i < naming->name_count; i++)
        YS_TRY(ys_map_put(&naming->untitled, naming->names[i].id, 0, err));
    naming->left -= (int64_t)(naming->name_count - first);
    return YS_OK;
}

static enum ys_status read_file(struct naming *naming, const char *path, struct ys_error *err)
{
    struct ys_backup_reader *reader = ys_alloc_zero(1, sizeof *reader);
    size_t first = naming->name_count;
    struct ys_error why = {0};
    enum ys_status status;

    if (!reader) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    reader->fd = -1;
    status = read_lines(naming, reader, path, &why);
    ys_backup_close(reader);
    ys_free(reader);
    if (status == YS_OK) return believe(naming, first, err);
    if (status == YS_ENOMEM) return ys_fail(err, status, "%s", why.message);
    ys_env_log(&naming->store->env, YS_LOG_WARN, "No titles are taken from a backup: %s",
               why.message);
    naming->name_count = first;
    return YS_OK;
}

static enum ys_status look_through(struct naming *naming, const char *folder,
                                   struct ys_error *err)
{
    char path[YS_PATH_BYTES_MAX + FILE_NAME_BYTES];
    int i;

    ys_path_each(folder, note_file, naming);
    for (i = 0; i < naming->file_count && naming->left > 0; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, naming->files[i]);
        YS_TRY(read_file(naming, path, err));
    }
    return YS_OK;
}

/* Inside a transaction: the names, and for whom they were looked for in vain. */
static enum ys_status store_names(struct naming *naming, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];
    bool again;
    size_t i;

    for (i = 0; i < naming->name_count; i++)
        YS_TRY(ys_gone_name(naming->store, naming->names[i].id, naming->names[i].title,
                            naming->names[i].channel, err));
    YS_TRY(find_untitled(naming, &again, digest, err));
    return ys_store_meta_set(naming->store, META_LOOKED, digest, err);
}

static enum ys_status name_them(struct naming *naming, const char *folder, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];
    enum ys_status status;
    bool again = false;

    YS_TRY(find_untitled(naming, &again, digest, err));
    if (!again) return YS_OK;
    YS_TRY(look_through(naming, folder, err));
    YS_TRY(ys_store_begin(naming->store, err));
    status = store_names(naming, err);
    if (status == YS_OK) status = ys_store_commit(naming->store, err);
    if (status != YS_OK) ys_store_rollback(naming->store);
    return status;
}

enum ys_status ys_gone_names(struct ys_store *store, const char *folder, struct ys_error *err)
{
    struct naming *naming = ys_alloc_zero(1, sizeof *naming);
    enum ys_status status;

    if (!naming) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    naming->store = store;
    naming->err = err;
    ys_map_init(&naming->untitled);
    status = name_them(naming, folder, err);
    ys_map_free(&naming->untitled);
    ys_free(naming->names);
    ys_free(naming);
    return status;
}
