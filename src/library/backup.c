/* backup.c: writing a snapshot; see backup.h, and backup_private.h for the format.
 *
 * Crash points: before the rename there is a file "<name>.jsonl.tmp" that no one takes for a
 * backup; after it the file is complete, and at worst not on record. The name is taken by creating
 * the temporary file exclusively, so two writers never share one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/time.h"
#include "library/backup_private.h"
#include "net/json.h"
#include "store/export.h"

#define NAMES_MAX 10000         /* backups of one second */
#define FILE_MODE 0600
#define REASON_BYTES 128

struct writing {
    struct ys_store *store;
    int64_t account_id;
    char folder[PATH_MAX];
    char path[PATH_MAX + 128];  /* the final name, and the one until then */
    char temporary[PATH_MAX + 160];
    int fd;                     /* of the temporary file, -1 when closed */
    char *block;
    size_t block_used;
    struct ys_buf line, scratch;
    struct ys_json *json;
    struct ys_sha256 *inside, *whole;
    struct ys_backup_tally tally;
    struct ys_row_backup *out;
    enum ys_status status;      /* of the row callbacks, sticky */
    struct ys_error *err;
};

/* "The backup X cannot be written: no space left on device." */
static enum ys_status file_failed(const struct writing *writing, const char *what, int number,
                                  struct ys_error *err)
{
    char reason[REASON_BYTES];

    ys_errno_text(number, reason, sizeof reason);
    return ys_fail(err, YS_EBACKUP,
                   "The backup %s cannot be %s: %s. Nothing was changed on YouTube; make room or "
                   "choose another folder, and call again.",
                   writing->path[0] ? writing->path : writing->folder, what, reason);
}

/* ---------------------------------------------------------------- bytes */

static enum ys_status flush_block(struct writing *writing, struct ys_error *err)
{
    const char *at = writing->block;
    ssize_t wrote;

    while (writing->block_used > 0) {
        wrote = write(writing->fd, at, writing->block_used);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return file_failed(writing, "written", wrote < 0 ? errno : ENOSPC, err);
        at += wrote;
        writing->block_used -= (size_t)wrote;
    }
    return YS_OK;
}

static enum ys_status put_bytes(struct writing *writing, const char *data, size_t bytes,
                                struct ys_error *err)
{
    size_t part;

    ys_sha256_add(writing->whole, data, bytes);
    writing->out->bytes += (int64_t)bytes;
    while (bytes > 0) {
        if (writing->block_used == YS_BACKUP_BLOCK_BYTES) YS_TRY(flush_block(writing, err));
        part = YS_BACKUP_BLOCK_BYTES - writing->block_used;
        if (part > bytes) part = bytes;
        memcpy(writing->block + writing->block_used, data, part);
        writing->block_used += part;
        data += part;
        bytes -= part;
    }
    return YS_OK;
}

/* ---------------------------------------------------------------- lines */

static void begin_line(struct writing *writing, enum ys_backup_kind kind)
{
    ys_buf_clear(&writing->line);
    ys_buf_printf(&writing->line, "{\"kind\":\"%s\"", ys_backup_kind_name((int)kind));
    writing->tally.count[kind]++;
}

static void add_text(struct writing *writing, const char *name, const char *text)
{
    ys_buf_printf(&writing->line, ",\"%s\":", name);
    ys_buf_json(&writing->line, text);
}

static void add_number(struct writing *writing, const char *name, int64_t number)
{
    ys_buf_printf(&writing->line, ",\"%s\":%lld", name, (long long)number);
}

static void add_time(struct writing *writing, const char *name, int64_t at_ms)
{
    char text[YS_TIME_TEXT_BYTES];

    ys_time_text(at_ms, text);
    if (at_ms == 0) ys_buf_printf(&writing->line, ",\"%s\":null", name);
    else ys_buf_printf(&writing->line, ",\"%s\":\"%s\"", name, text);
}

/* JSON from the store goes in as it is, on one line; what is no JSON goes in as a string. */
static void add_json(struct writing *writing, const char *name, const char *json)
{
    struct ys_buf *scratch = &writing->scratch;
    enum ys_status status = YS_EREPLY;
    size_t i;

    ys_buf_printf(&writing->line, ",\"%s\":", name);
    ys_buf_clear(scratch);
    ys_buf_text_add(scratch, json);
    for (i = 0; i < scratch->bytes; i++)
        if ((unsigned char)scratch->data[i] < ' ') scratch->data[i] = ' ';
    if (scratch->failed == YS_OK && scratch->bytes > 0 && ys_utf8_valid(json, strlen(json)))
        status = ys_json_check(writing->json, scratch->data, scratch->bytes, NULL);
    if (status == YS_ENOMEM) writing->line.failed = YS_ENOMEM;
    if (status == YS_OK)
        ys_buf_add(&writing->line, scratch->data, scratch->bytes);
    else if (json[0])
        ys_buf_json(&writing->line, json);
    else
        ys_buf_text_add(&writing->line, "null");
}

/* Ends the line and writes it; false (and the sticky status) when that fails. */
static bool end_line(struct writing *writing)
{
    ys_buf_text_add(&writing->line, "}\n");
    writing->status = ys_buf_check(&writing->line, "a line of the backup", writing->err);
    if (writing->status != YS_OK) return false;
    ys_sha256_add(writing->inside, writing->line.data, writing->line.bytes);
    writing->tally.lines++;
    writing->status = put_bytes(writing, writing->line.data, writing->line.bytes, writing->err);
    return writing->status == YS_OK;
}

static bool write_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_PLAYLIST);
    add_text(writing, "id", row->youtube_id);
    add_text(writing, "title", row->title);
    add_text(writing, "description", row->description);
    add_text(writing, "privacy", ys_privacy_name(row->privacy));
    add_text(writing, "default_language", row->default_language);
    add_json(writing, "localizations", row->localizations);
    add_text(writing, "podcast_status", row->podcast_status);
    add_time(writing, "published_at", row->published_at_ms);
    add_time(writing, "listed_at", row->listed_at_ms);
    add_number(writing, "item_count", row->item_count);
    add_number(writing, "rows", row->rows);
    add_number(writing, "made_by_job", row->made_by_job);
    ys_buf_printf(&writing->line, ",\"self_sorted\":%s", row->self_sorted ? "true" : "false");
    return end_line(writing);
}

static bool write_item(void *ctx, const struct ys_row_item *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_ITEM);
    add_text(writing, "id", row->youtube_id);
    add_text(writing, "playlist", row->playlist_id);
    add_text(writing, "video", row->video_id);
    add_number(writing, "position", row->position);
    add_time(writing, "added_at", row->added_at_ms);
    return end_line(writing);
}

static bool write_video(void *ctx, const struct ys_row_video *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_VIDEO);
    add_text(writing, "id", row->youtube_id);
    add_text(writing, "title", row->title);
    add_text(writing, "channel", row->channel);
    add_text(writing, "availability", ys_availability_name(row->availability));
    add_text(writing, "description", row->description);
    add_json(writing, "tags", row->tags);
    add_number(writing, "duration_s", row->duration_s);
    add_time(writing, "published_at", row->published_at_ms);
    add_time(writing, "fetched_at", row->fetched_at_ms);
    return end_line(writing);
}

static bool write_origin(void *ctx, const struct ys_row_origin *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_ORIGIN);
    add_text(writing, "video", row->video_id);
    add_text(writing, "playlist", row->playlist_id);
    add_text(writing, "playlist_title", row->playlist_title);
    add_time(writing, "added_at", row->added_at_ms);
    return end_line(writing);
}

static bool write_category(void *ctx, const struct ys_row_category *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_CATEGORY);
    add_text(writing, "key", row->key);
    add_text(writing, "title", row->title);
    add_text(writing, "playlist", row->playlist_id);
    ys_buf_printf(&writing->line, ",\"protected\":%s", row->is_protected ? "true" : "false");
    return end_line(writing);
}

static bool write_category_video(void *ctx, const struct ys_row_category_video *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_CATEGORY_VIDEO);
    add_text(writing, "category", row->category);
    add_text(writing, "video", row->video_id);
    add_number(writing, "rank", row->rank);
    add_number(writing, "count", row->count);
    add_text(writing, "rule", row->rule);
    return end_line(writing);
}

static enum ys_status write_header(struct writing *writing, struct ys_error *err)
{
    struct ys_channel_record channel;

    YS_TRY(ys_export_account(writing->store, writing->account_id, &channel, err));
    ys_buf_clear(&writing->line);
    ys_buf_printf(&writing->line, "{\"ytsync_backup\":%d", YS_BACKUP_FORMAT);
    add_text(writing, "program", YS_VERSION);
    add_text(writing, "channel_id", channel.id);
    add_text(writing, "channel_title", channel.title);
    add_time(writing, "fetched_at", channel.fetched_at_ms);
    add_text(writing, "trigger", writing->out->trigger_name);
    add_time(writing, "at", writing->out->at_ms);
    return end_line(writing) ? YS_OK : writing->status;
}

/* All tables, as they are at one moment. */
static enum ys_status write_tables(struct writing *writing, struct ys_error *err)
{
    struct ys_store *store = writing->store;
    int64_t account = writing->account_id;

    YS_TRY(write_header(writing, err));
    YS_TRY(ys_playlist_walk(store, account, false, write_playlist, writing, err));
    YS_TRY(writing->status);
    YS_TRY(ys_item_walk_all(store, account, write_item, writing, err));
    YS_TRY(writing->status);
    YS_TRY(ys_export_videos(store, account, write_video, writing, err));
    YS_TRY(writing->status);
    YS_TRY(ys_export_origins(store, account, write_origin, writing, err));
    YS_TRY(writing->status);
    YS_TRY(ys_export_categories(store, account, write_category, writing, err));
    YS_TRY(writing->status);
    YS_TRY(ys_export_category_videos(store, account, write_category_video, writing, err));
    return writing->status;
}

static enum ys_status write_end(struct writing *writing, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];

    ys_sha256_end(writing->inside, digest);
    writing->inside = NULL;
    ys_buf_clear(&writing->line);
    ys_backup_end_line(&writing->line, &writing->tally, digest);
    YS_TRY(ys_buf_check(&writing->line, "the last line of the backup", err));
    YS_TRY(put_bytes(writing, writing->line.data, writing->line.bytes, err));
    return flush_block(writing, err);
}

/* ---------------------------------------------------------------- the file */

/* Makes what was done in a folder last. File systems that cannot do it for folders say EINVAL. */
static enum ys_status sync_folder(const struct writing *writing, const char *folder,
                                  struct ys_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), number = 0;

    if (fd < 0) return file_failed(writing, "made safe in its folder", errno, err);
    if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP) number = errno;
    (void)close(fd);
    return number ? file_failed(writing, "made safe in its folder", number, err) : YS_OK;
}

static enum ys_status enter_folder(struct writing *writing, const char *folder,
                                   struct ys_error *err)
{
    bool made = !ys_path_exists(folder);
    struct ys_error why = {0};
    char *slash;

    if (ys_path_make(folder, &why) != YS_OK)
        return ys_fail(err, YS_EBACKUP, "The folder for backups cannot be used. %s", why.message);
    if (!realpath(folder, writing->folder)) {
        int number = errno;
        (void)ys_copy(writing->folder, sizeof writing->folder, folder);
        return file_failed(writing, "placed", number, err);
    }
    slash = strrchr(writing->folder, '/');
    if (!made || !slash || slash == writing->folder) return YS_OK;
    *slash = '\0';
    enum ys_status status = sync_folder(writing, writing->folder, err);
    *slash = '/';
    return status;
}

/* Takes a name that no other backup has, and opens the temporary file. */
static enum ys_status take_name(struct writing *writing, struct ys_error *err)
{
    struct ys_civil civil;
    int n, bytes;

    ys_civil_from_ms(writing->out->at_ms, &civil);
    for (n = 1; n <= NAMES_MAX; n++) {
        bytes = snprintf(writing->path, sizeof writing->path,
                         "%s/backup-%04lld%02d%02d-%02d%02d%02d-%d.jsonl", writing->folder,
                         (long long)civil.year, civil.month, civil.day, civil.hour, civil.minute,
                         civil.second, n);
        if (bytes < 0 || (size_t)bytes >= sizeof writing->out->file)
            return ys_fail(err, YS_EBACKUP, "The name of the folder for backups is too long: %s",
                           writing->folder);
        (void)snprintf(writing->temporary, sizeof writing->temporary, "%s.tmp", writing->path);
        if (ys_path_exists(writing->path)) continue;
        writing->fd = open(writing->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
        if (writing->fd < 0 && errno == EEXIST) continue;
        if (writing->fd < 0) {
            int number = errno;
            writing->temporary[0] = '\0';
            return file_failed(writing, "written", number, err);
        }
        if (!ys_path_exists(writing->path)) return YS_OK;
        (void)close(writing->fd); /* another writer was done with it just now */
        (void)unlink(writing->temporary);
        writing->fd = -1;
    }
    writing->temporary[0] = '\0';
    return file_failed(writing, "named", EEXIST, err);
}

/* On disk under its final name. */
static enum ys_status seal_file(struct writing *writing, struct ys_error *err)
{
    int fd = writing->fd;

    if (fsync(fd) != 0) return file_failed(writing, "written", errno, err);
#ifdef POSIX_FADV_DONTNEED
    /* What is read back shall come from the disk, not from memory. */
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
#endif
    writing->fd = -1;
    if (close(fd) != 0) return file_failed(writing, "written", errno, err);
    if (rename(writing->temporary, writing->path) != 0)
        return file_failed(writing, "given its name", errno, err);
    writing->temporary[0] = '\0';
    return sync_folder(writing, writing->folder, err);
}

static enum ys_status read_back(struct writing *writing, struct ys_error *err)
{
    struct ys_row_backup seen;

    YS_TRY(ys_backup_verify(writing->path, writing->out->sha256, &seen, err));
    if (seen.bytes == writing->out->bytes && seen.playlists == writing->out->playlists &&
        seen.items == writing->out->items && seen.videos == writing->out->videos)
        return YS_OK;
    return ys_fail(err, YS_EBACKUP, "The backup %s reads back as another one than was written.",
                   writing->path);
}

static enum ys_status write_file(struct writing *writing, const char *folder,
                                 struct ys_error *err)
{
    struct ys_row_backup *out = writing->out;
    enum ys_status status;

    YS_TRY(ys_json_new(&writing->json, err));
    writing->block = ys_alloc(YS_BACKUP_BLOCK_BYTES);
    writing->inside = ys_sha256_new();
    writing->whole = ys_sha256_new();
    if (!writing->block || !writing->inside || !writing->whole)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(enter_folder(writing, folder, err));
    YS_TRY(take_name(writing, err));
    /* A transaction that changes nothing holds all tables still. */
    YS_TRY(ys_store_begin(writing->store, err));
    status = write_tables(writing, err);
    ys_store_rollback(writing->store);
    YS_TRY(status);
    YS_TRY(write_end(writing, err));
    ys_sha256_end(writing->whole, out->sha256);
    writing->whole = NULL;
    out->playlists = writing->tally.count[YS_BACKUP_PLAYLIST];
    out->items = writing->tally.count[YS_BACKUP_ITEM];
    out->videos = writing->tally.count[YS_BACKUP_VIDEO];
    (void)ys_copy(out->file, sizeof out->file, writing->path);
    return seal_file(writing, err);
}

static enum ys_status record(struct ys_store *store, struct ys_row_backup *out,
                             struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_store_begin(store, err));
    status = ys_backup_put(store, out, &out->id, err);
    if (status == YS_OK) status = ys_store_commit(store, err);
    if (status != YS_OK) ys_store_rollback(store);
    return status;
}

enum ys_status ys_backup_create(struct ys_store *store, int64_t account_id, const char *folder,
                                const char *trigger_name, struct ys_row_backup *out,
                                struct ys_error *err)
{
    struct writing *writing = ys_alloc_zero(1, sizeof *writing);
    enum ys_status status;

    memset(out, 0, sizeof *out);
    if (!writing) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    *writing = (struct writing){
        .store = store, .account_id = account_id, .fd = -1, .out = out, .err = err};
    ys_buf_init(&writing->line, YS_BACKUP_LINE_BYTES_MAX);
    ys_buf_init(&writing->scratch, YS_BACKUP_LINE_BYTES_MAX);
    out->at_ms = ys_env_wall_ms(&store->env);
    (void)ys_copy(out->trigger_name, sizeof out->trigger_name, trigger_name);
    status = write_file(writing, folder, err);
    if (status == YS_OK) status = read_back(writing, err);
    if (status == YS_OK) status = record(store, out, err);
    if (writing->fd >= 0) (void)close(writing->fd);
    if (status != YS_OK) {
        if (writing->temporary[0]) (void)unlink(writing->temporary);
        else if (out->file[0]) (void)unlink(out->file);
        memset(out, 0, sizeof *out);
    }
    ys_sha256_end(writing->whole, NULL);
    ys_sha256_end(writing->inside, NULL);
    ys_buf_free(&writing->line);
    ys_buf_free(&writing->scratch);
    ys_json_free(writing->json);
    ys_free(writing->block);
    ys_free(writing);
    return status;
}
