/* restore.c: from a backup file to a plan, and what a restore leaves behind when it has ended. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "library/backup_read.h"
#include "plan/restore.h"
#include "sync/session.h"

struct reading {
    struct ys_backup_reader reader;
    struct ys_snapshot *was;
    struct ys_map titles;      /* video id -> number of its title, of those that are gone */
    const char **names;
    size_t name_count, name_capacity;
};

static enum ys_status keep_text(struct ys_snapshot *was, const char **out, const char *text,
                                struct ys_error *err)
{
    *out = ys_arena_dup(&was->arena, text);
    return *out ? YS_OK : ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

static enum ys_status read_playlist(void *ctx, const struct ys_json_row *row,
                                    struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_snapshot *was = reading->was;
    struct ys_snap_playlist playlist = {.category = "", .listed = true};
    char title[YS_TITLE_BYTES];

    (void)ys_trim_copy(title, sizeof title, ys_json_text(row, 1));
    YS_TRY(keep_text(was, &playlist.id, ys_json_text(row, 0), err));
    YS_TRY(keep_text(was, &playlist.title, title, err));
    YS_TRY(keep_text(was, &playlist.description, ys_json_text(row, 2), err));
    if (!ys_playlist_id_valid(playlist.id) ||
        !ys_privacy_from_name(ys_json_text(row, 3), &playlist.privacy) ||
        playlist.privacy == YS_PRIVACY_UNSET)
        return ys_backup_bad_line(&reading->reader, "describes no playlist", err);
    YS_TRY(YS_GROW(was->playlists, was->playlist_capacity, was->playlist_count, err));
    YS_TRY(ys_map_put(&was->playlist_index, playlist.id, (int64_t)was->playlist_count, err));
    was->playlists[was->playlist_count++] = playlist;
    return YS_OK;
}

static enum ys_status read_item(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    struct ys_snapshot *was = reading->was;
    struct ys_snap_item item = {.id = "", .availability = YS_AVAILABILITY_LIVE};
    struct ys_snap_playlist *playlist;
    int64_t number;

    if (!ys_map_get(&was->playlist_index, ys_json_text(row, 0), &number))
        return ys_backup_bad_line(&reading->reader, "is an entry of no playlist in it", err);
    playlist = &was->playlists[number];
    YS_TRY(keep_text(was, &item.video_id, ys_json_text(row, 1), err));
    YS_TRY(YS_GROW(playlist->items, playlist->item_capacity, playlist->item_count, err));
    playlist->items[playlist->item_count++] = item;
    return YS_OK;
}

static enum ys_status read_video(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    const char *id = ys_json_text(row, 0), *name;

    if (strcmp(ys_json_text(row, 2), ys_availability_name(YS_AVAILABILITY_LIVE)) != 0)
        YS_TRY(ys_map_put(&reading->was->gone, id, 1, err));
    YS_TRY(keep_text(reading->was, &name, ys_json_text(row, 1), err));
    YS_TRY(YS_GROW(reading->names, reading->name_capacity, reading->name_count, err));
    YS_TRY(ys_map_put(&reading->titles, id, (int64_t)reading->name_count, err));
    reading->names[reading->name_count++] = name;
    return YS_OK;
}

static enum ys_status read_lines(struct reading *reading, const char *file, struct ys_error *err)
{
    struct ys_backup_reader *reader = &reading->reader;
    bool there = true;

    YS_TRY(ys_backup_open(reader, file, err));
    (void)ys_copy(reading->was->channel.id, sizeof reading->was->channel.id, reader->channel_id);
    for (;;) {
        YS_TRY(ys_backup_next(reader, &there, err));
        if (!there) return YS_OK;
        if (reader->kind == YS_BACKUP_PLAYLIST)
            YS_TRY(ys_backup_fields(reader,
                                    "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'),"
                                    " json_extract(?1,'$.description'),"
                                    " json_extract(?1,'$.privacy')",
                                    read_playlist, reading, err));
        else if (reader->kind == YS_BACKUP_ITEM)
            YS_TRY(ys_backup_fields(reader,
                                    "SELECT json_extract(?1,'$.playlist'),"
                                    " json_extract(?1,'$.video')",
                                    read_item, reading, err));
        else if (reader->kind == YS_BACKUP_VIDEO)
            YS_TRY(ys_backup_fields(reader,
                                    "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'),"
                                    " json_extract(?1,'$.availability')",
                                    read_video, reading, err));
    }
}

/* ---------------------------------------------------------------- the plan */

/* The playlists that are asked for, by id or by title of then. */
static enum ys_status choose(const struct ys_snapshot *was, const char *const *names,
                             size_t count, struct ys_map *only, struct ys_error *err)
{
    size_t i, j, found;

    for (i = 0; i < count; i++) {
        found = 0;
        for (j = 0; j < was->playlist_count; j++) {
            if (strcmp(was->playlists[j].id, names[i]) != 0 &&
                strcmp(was->playlists[j].title, names[i]) != 0)
                continue;
            found++;
            YS_TRY(ys_map_put(only, was->playlists[j].id, 1, err));
        }
        if (found == 0)
            return ys_fail(err, YS_ENOTFOUND, "The backup has no playlist \"%.200s\".", names[i]);
    }
    return YS_OK;
}

/* Names what is lost by its last known title. */
static enum ys_status name_losses(const struct reading *reading, struct ys_plan *plan,
                                  struct ys_error *err)
{
    int64_t number;
    size_t i;

    for (i = 0; i < plan->loss_count; i++) {
        if (!ys_map_get(&reading->titles, plan->losses[i].video_id, &number)) continue;
        plan->losses[i].title = ys_arena_dup(&plan->arena, reading->names[number]);
        if (!plan->losses[i].title) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    }
    return YS_OK;
}

static enum ys_status make_plan(struct ys_session *session, struct reading *reading,
                                const struct ys_backup_record *backup, const char *const *names,
                                size_t count, struct ys_plan **out, struct ys_error *err)
{
    struct ys_plan_today today;
    struct ys_snapshot now;
    struct ys_map only;
    char hash[64];
    enum ys_status status;

    YS_TRY(read_lines(reading, backup->file, err));
    YS_TRY(ys_session_today(session, &today, err));
    YS_TRY(ys_snapshot_load(session->store, &now, err));
    ys_map_init(&only);
    (void)snprintf(hash, sizeof hash, YS_RESTORE_HASH "%lld", (long long)backup->id);
    status = choose(reading->was, names, count, &only, err);
    if (status == YS_OK)
        status = ys_plan_restore(&now, reading->was, count > 0 ? &only : NULL, hash, &today, out,
                                 err);
    if (status == YS_OK) status = name_losses(reading, *out, err);
    if (status != YS_OK) {
        ys_plan_free(*out);
        *out = NULL;
    }
    ys_map_free(&only);
    ys_snapshot_free(&now);
    return status;
}

enum ys_status ys_restore_plan(struct ys_session *session, const char *which,
                               const char *const *playlists, size_t count, struct ys_plan **out,
                               struct ys_error *err)
{
    struct reading reading = {.reader = {.fd = -1}};
    struct ys_backup_record backup;
    struct ys_snapshot was;
    enum ys_status status;

    *out = NULL;
    YS_TRY(ys_backups_verify(session, which, &backup, err));
    ys_snapshot_init(&was);
    ys_map_init(&reading.titles);
    reading.was = &was;
    status = make_plan(session, &reading, &backup, playlists, count, out, err);
    ys_backup_close(&reading.reader);
    ys_map_free(&reading.titles);
    ys_free(reading.names);
    ys_snapshot_free(&was);
    return status;
}

enum ys_status ys_undo_plan(struct ys_session *session, int64_t job_id, struct ys_plan **out,
                            struct ys_error *err)
{
    struct ys_row_job job;
    char which[24];
    bool found;

    *out = NULL;
    YS_TRY(ys_job_find(session->store, job_id, &job, &found, err));
    if (!found || job_id <= 0)
        return ys_fail(err, YS_ENOTFOUND, "There is no job %lld; `status` shows the last one.",
                       (long long)job_id);
    if (job.backup_id == 0)
        return ys_fail(err, YS_ENOTFOUND,
                       "Job %lld has no backup: it never began, or its backup was removed.",
                       (long long)job_id);
    (void)snprintf(which, sizeof which, "%lld", (long long)job.backup_id);
    return ys_restore_plan(session, which, NULL, 0, out, err);
}

/* ---------------------------------------------------------------- when it has ended */

bool ys_restores(const struct ys_row_job *job)
{
    return strncmp(job->policy_hash, YS_RESTORE_HASH, strlen(YS_RESTORE_HASH)) == 0;
}

enum ys_status ys_restore_settle(struct ys_store *store, const struct ys_row_job *job,
                                 struct ys_error *err)
{
    return ys_restores(job) ? ys_job_restored(store, job->id, YS_RESTORE_KEY, err) : YS_OK;
}
