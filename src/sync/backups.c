/* backups.c: backups of the public API: making, finding, proving, comparing, removing them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/text.h"
#include "library/backup.h"
#include "library/backup_diff.h"
#include "store/rows.h"
#include "sync/machine.h"
#include "sync/session.h"

static void fill(const struct ys_row_backup *row, struct ys_backup_record *out)
{
    memset(out, 0, sizeof *out);
    out->id = row->id;
    out->bytes = row->bytes;
    out->playlists = row->playlists;
    out->items = row->items;
    out->videos = row->videos;
    out->at_ms = row->at_ms;
    (void)ys_copy(out->file, sizeof out->file, row->file);
    (void)ys_copy(out->sha256, sizeof out->sha256, row->sha256);
    (void)ys_copy(out->trigger, sizeof out->trigger, row->trigger_name);
}

enum ys_status ys_backups_create(struct ys_session *session, const char *trigger,
                                 struct ys_backup_record *out, struct ys_error *err)
{
    struct ys_channel_record channel;
    struct ys_row_backup row;
    int64_t account;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_account_get(session->store, &account, &channel, err));
    if (account == 0)
        return ys_fail(err, YS_ENOTFOUND, "Nothing was fetched yet; run `fetch` first.");
    YS_TRY(ys_backup_create(session->store, account, session->backup_dir, trigger, &row, err));
    fill(&row, out);
    return YS_OK;
}

/* ---------------------------------------------------------------- finding */

struct walking {
    ys_backup_fn each;
    void *ctx;
};

static bool give_backup(void *ctx, const struct ys_row_backup *row)
{
    struct walking *walking = ctx;
    struct ys_backup_record record;

    fill(row, &record);
    return walking->each(walking->ctx, &record);
}

enum ys_status ys_backups_each(struct ys_session *session, ys_backup_fn each, void *ctx,
                               struct ys_error *err)
{
    struct walking walking = {.each = each, .ctx = ctx};

    return ys_backup_walk(session->store, give_backup, &walking, err);
}

struct finding {
    const char *path;       /* NULL: the last one */
    struct ys_row_backup row;
    bool found;
};

static bool match_backup(void *ctx, const struct ys_row_backup *row)
{
    struct finding *finding = ctx;

    if (finding->path && strcmp(finding->path, row->file) != 0) return true;
    finding->row = *row;
    finding->found = true;
    return true;
}

enum ys_status ys_backups_find(struct ys_session *session, const char *which,
                               struct ys_backup_record *out, struct ys_error *err)
{
    struct finding finding = {.path = which};
    char path[4096 + 1];
    int64_t id;

    memset(out, 0, sizeof *out);
    if (ys_number_parse(which, &id)) {
        YS_TRY(ys_backup_find(session->store, id, &finding.row, &finding.found, err));
    } else if (strcmp(which, "last") == 0) {
        finding.path = NULL;
        YS_TRY(ys_backup_walk(session->store, match_backup, &finding, err));
    } else {
        if (realpath(which, path)) finding.path = path;
        YS_TRY(ys_backup_walk(session->store, match_backup, &finding, err));
        if (!finding.found && ys_path_exists(which)) {
            finding.found = true;
            (void)ys_copy(finding.row.file, sizeof finding.row.file, which);
        }
    }
    if (!finding.found)
        return ys_fail(err, YS_ENOTFOUND,
                       "There is no backup \"%.200s\"; `backup list` shows them.", which);
    fill(&finding.row, out);
    return YS_OK;
}

enum ys_status ys_backups_verify(struct ys_session *session, const char *which,
                                 struct ys_backup_record *out, struct ys_error *err)
{
    struct ys_row_backup row;
    int64_t id;

    YS_TRY(ys_backups_find(session, which, out, err));
    id = out->id;
    YS_TRY(ys_backup_verify(out->file, id > 0 ? out->sha256 : NULL, &row, err));
    row.id = id;
    fill(&row, out);
    return YS_OK;
}

enum ys_status ys_backups_diff(struct ys_session *session, const char *a, const char *b,
                               ys_difference_fn each, void *ctx, struct ys_error *err)
{
    struct ys_backup_record first, second;

    YS_TRY(ys_backups_verify(session, a, &first, err));
    YS_TRY(ys_backups_verify(session, b, &second, err));
    return ys_backup_diff(first.file, second.file, each, ctx, err);
}

enum ys_status ys_backups_export(struct ys_session *session, const char *which,
                                 const char *folder, struct ys_error *err)
{
    struct ys_backup_record backup;

    YS_TRY(ys_backups_verify(session, which, &backup, err));
    return ys_backup_export(backup.file, folder, err);
}

/* ---------------------------------------------------------------- removing */

struct pruning {
    int64_t keep_id;          /* of an unfinished job; 0: none */
    struct ys_row_backup *rows;
    size_t count, capacity;
    enum ys_status status;
    struct ys_error *err;
};

static bool collect_backup(void *ctx, const struct ys_row_backup *row)
{
    struct pruning *pruning = ctx;

    pruning->status = YS_GROW(pruning->rows, pruning->capacity, pruning->count, pruning->err);
    if (pruning->status != YS_OK) return false;
    pruning->rows[pruning->count++] = *row;
    return true;
}

/* Off the record first: a record without its file would promise what is not there. */
static enum ys_status remove_backup(struct ys_session *session, const struct ys_row_backup *row,
                                    struct ys_error *err)
{
    struct ys_log_record entry = {.at_ms = ys_session_now(session), .before = "", .after = ""};
    char reason[128];
    enum ys_status status;

    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, "backup_removed");
    (void)snprintf(entry.entity, sizeof entry.entity, "backup %lld", (long long)row->id);
    YS_TRY(ys_store_begin(session->store, err));
    status = ys_backup_forget(session->store, row->id, err);
    if (status == YS_OK) status = ys_log_add(session->store, &entry, err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) {
        ys_store_rollback(session->store);
        return status;
    }
    if (unlink(row->file) == 0 || errno == ENOENT) return YS_OK;
    ys_errno_text(errno, reason, sizeof reason);
    return ys_fail(err, YS_EIO, "The backup %s is off the record, but cannot be removed: %s.",
                   row->file, reason);
}

static enum ys_status prune(struct ys_session *session, struct pruning *pruning, int64_t keep,
                            ys_backup_fn each, void *ctx, struct ys_error *err)
{
    struct ys_backup_record record;
    size_t i;

    YS_TRY(ys_backup_walk(session->store, collect_backup, pruning, err));
    YS_TRY(pruning->status);
    for (i = 0; (int64_t)(pruning->count - i) > keep; i++) {
        if (pruning->rows[i].id == pruning->keep_id) continue;
        YS_TRY(remove_backup(session, &pruning->rows[i], err));
        fill(&pruning->rows[i], &record);
        if (each && !each(ctx, &record)) break;
    }
    return YS_OK;
}

enum ys_status ys_backups_prune(struct ys_session *session, int64_t keep, ys_backup_fn each,
                                void *ctx, struct ys_error *err)
{
    struct pruning pruning = {.err = err};
    struct ys_row_job job;
    enum ys_status status;
    bool busy;

    if (keep < 1) return ys_fail(err, YS_EINVAL, "At least one backup has to stay.");
    YS_TRY(ys_job_find(session->store, 0, &job, &busy, err));
    if (busy) pruning.keep_id = job.backup_id;
    status = prune(session, &pruning, keep, each, ctx, err);
    ys_free(pruning.rows);
    return status;
}

enum ys_status ys_policy_keep(struct ys_session *session, const char *hash, const char *text,
                              struct ys_error *err)
{
    enum ys_status status;

    YS_TRY(ys_store_begin(session->store, err));
    status = ys_policy_put(session->store, hash, text, ys_session_now(session), err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}
