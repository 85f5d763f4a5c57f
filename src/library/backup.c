/* backup.c: writing a snapshot; see backup.h, and backup_private.h for the format.
 *
 * Crash points: before the rename there is a file "<name>.jsonl.tmp" that no one takes for a
 * backup; after it the file is complete, and at worst not on record. The name is taken by creating
 * the temporary file exclusively, so two writers never share one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/outfile.h"
#include "base/time.h"
#include "library/backup_private.h"
#include "net/json.h"
#include "store/export.h"

#define NAMES_MAX 10000         /* backups of one second */

struct writing {
    struct ys_store *store;
    int64_t account_id;
    struct ys_outfile file;
    struct ys_buf line, scratch;
    struct ys_json *json;
    struct ys_sha256 *inside, *whole;
    struct ys_backup_tally tally;
    struct ys_row_backup *out;
    enum ys_status status;      /* of the row callbacks, sticky */
    struct ys_error *err;
};

static enum ys_status put_bytes(struct writing *writing, const char *data, size_t bytes,
                                struct ys_error *err)
{
    ys_sha256_add(writing->whole, data, bytes);
    writing->out->bytes += (int64_t)bytes;
    return ys_outfile_add(&writing->file, data, bytes, err);
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
    add_number(writing, "nth", row->nth);
    add_text(writing, "rule", row->rule);
    return end_line(writing);
}

static bool write_policy(void *ctx, const struct ys_row_policy *row)
{
    struct writing *writing = ctx;

    begin_line(writing, YS_BACKUP_POLICY);
    add_text(writing, "hash", row->hash);
    add_text(writing, "text", row->text);
    add_time(writing, "kept_at", row->kept_at_ms);
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
    YS_TRY(writing->status);
    YS_TRY(ys_policy_last(store, write_policy, writing, err));
    return writing->status;
}

static enum ys_status write_end(struct writing *writing, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];

    ys_sha256_end(writing->inside, digest);
    writing->inside = NULL;
    ys_buf_clear(&writing->line);
    ys_backup_end_line(&writing->line, YS_BACKUP_FORMAT, &writing->tally, digest);
    YS_TRY(ys_buf_check(&writing->line, "the last line of the backup", err));
    return put_bytes(writing, writing->line.data, writing->line.bytes, err);
}

/* ---------------------------------------------------------------- the file */

/* Takes a name that no other backup has, and opens the temporary file. */
static enum ys_status take_name(struct writing *writing, struct ys_error *err)
{
    struct ys_civil civil;
    char name[64];
    bool taken;
    int n;

    ys_civil_from_ms(writing->out->at_ms, &civil);
    for (n = 1; n <= NAMES_MAX; n++) {
        (void)snprintf(name, sizeof name, "backup-%04lld%02d%02d-%02d%02d%02d-%d.jsonl",
                       (long long)civil.year, civil.month, civil.day, civil.hour, civil.minute,
                       civil.second, n);
        if (strlen(writing->file.folder) + 1 + strlen(name) >= sizeof writing->out->file)
            return ys_fail(err, YS_EBACKUP, "The name of the folder for backups is too long: %s",
                           writing->file.folder);
        YS_TRY(ys_outfile_open_new(&writing->file, name, &taken, err));
        if (!taken) return YS_OK;
    }
    return ys_outfile_failed(&writing->file, "named", EEXIST, err);
}

static enum ys_status read_back(struct writing *writing, struct ys_error *err)
{
    struct ys_row_backup seen;

    YS_TRY(ys_backup_verify(writing->file.path, writing->out->sha256, &seen, err));
    if (seen.bytes == writing->out->bytes && seen.playlists == writing->out->playlists &&
        seen.items == writing->out->items && seen.videos == writing->out->videos)
        return YS_OK;
    return ys_fail(err, YS_EBACKUP, "The backup %s reads back as another one than was written.",
                   writing->file.path);
}

static enum ys_status write_file(struct writing *writing, const char *folder,
                                 struct ys_error *err)
{
    struct ys_row_backup *out = writing->out;
    enum ys_status status;

    YS_TRY(ys_json_new(&writing->json, err));
    writing->inside = ys_sha256_new();
    writing->whole = ys_sha256_new();
    if (!writing->inside || !writing->whole)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(ys_outfile_folder(&writing->file, folder, err));
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
    (void)ys_copy(out->file, sizeof out->file, writing->file.path);
    return ys_outfile_seal(&writing->file, err);
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
        .store = store, .account_id = account_id, .out = out, .err = err};
    ys_outfile_init(&writing->file, "backup",
                    "Nothing was changed on YouTube; make room or choose another folder, and call "
                    "again.",
                    YS_EBACKUP);
    ys_buf_init(&writing->line, YS_BACKUP_LINE_BYTES_MAX);
    ys_buf_init(&writing->scratch, YS_BACKUP_LINE_BYTES_MAX);
    out->at_ms = ys_env_wall_ms(&store->env);
    (void)ys_copy(out->trigger_name, sizeof out->trigger_name, trigger_name);
    status = write_file(writing, folder, err);
    if (status == YS_OK) status = read_back(writing, err);
    if (status == YS_OK) status = record(store, out, err);
    if (status != YS_OK) {
        /* Its name is given: not a half file, but none that is on record. */
        if (!writing->file.temporary[0] && out->file[0]) (void)unlink(out->file);
        memset(out, 0, sizeof *out);
    }
    ys_outfile_close(&writing->file);
    ys_sha256_end(writing->whole, NULL);
    ys_sha256_end(writing->inside, NULL);
    ys_buf_free(&writing->line);
    ys_buf_free(&writing->scratch);
    ys_json_free(writing->json);
    ys_free(writing);
    return status;
}
