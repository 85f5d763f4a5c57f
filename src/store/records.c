/* records.c: what is only ever appended: backups that were written, and the audit log. */
#include <stdio.h>

#include "base/text.h"
#include "store/library.h"
#include "store/rows.h"

/* ---- backups */

enum ys_status ys_backup_put(struct ys_store *store, const struct ys_row_backup *row,
                             int64_t *id_out, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO backup_snapshots (file, sha256, bytes, playlists, items,"
                         " videos, trigger_name, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                         " RETURNING id",
                         &stmt, err));
    ys_bind_text(stmt, 1, row->file);
    ys_bind_text(stmt, 2, row->sha256);
    ys_bind_int(stmt, 3, row->bytes);
    ys_bind_int(stmt, 4, row->playlists);
    ys_bind_int(stmt, 5, row->items);
    ys_bind_int(stmt, 6, row->videos);
    ys_bind_text(stmt, 7, row->trigger_name);
    ys_bind_int(stmt, 8, row->at_ms);
    return ys_run_number(stmt, NULL, id_out, err);
}

static enum ys_status backup_read(struct ys_stmt *stmt, const char *name,
                                  struct ys_row_backup *out, struct ys_error *err)
{
    static const char table[] = "backup_snapshots";
    out->id = ys_col_int(stmt, 0);
    YS_TRY(ys_row_text(stmt, 1, out->file, sizeof out->file, table, name, "file", err));
    YS_TRY(ys_row_text(stmt, 2, out->sha256, sizeof out->sha256, table, name, "sha256", err));
    out->bytes = ys_col_int(stmt, 3);
    out->playlists = ys_col_int(stmt, 4);
    out->items = ys_col_int(stmt, 5);
    out->videos = ys_col_int(stmt, 6);
    YS_TRY(ys_row_text(stmt, 7, out->trigger_name, sizeof out->trigger_name, table, name,
                       "trigger_name", err));
    out->at_ms = ys_col_int(stmt, 8);
    return YS_OK;
}

enum ys_status ys_backup_find(struct ys_store *store, int64_t id, struct ys_row_backup *out,
                              bool *found, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    char name[24];
    *found = false;
    *out = (struct ys_row_backup){.id = 0};
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT id, file, sha256, bytes, playlists, items, videos, trigger_name,"
                         " at FROM backup_snapshots WHERE id = ?1",
                         &stmt, err));
    ys_bind_int(stmt, 1, id);
    YS_TRY(ys_step(stmt, found, err));
    if (!*found) return YS_OK;
    (void)snprintf(name, sizeof name, "%lld", (long long)id);
    enum ys_status status = backup_read(stmt, name, out, err);
    ys_stmt_done(stmt);
    return status;
}

enum ys_status ys_backup_walk(struct ys_store *store, ys_row_backup_fn each, void *ctx,
                              struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false, more = true;
    char name[24];
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT id, file, sha256, bytes, playlists, items, videos, trigger_name,"
                         " at FROM backup_snapshots ORDER BY id",
                         &stmt, err));
    while (more) {
        struct ys_row_backup backup;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        (void)snprintf(name, sizeof name, "%lld", (long long)ys_col_int(stmt, 0));
        enum ys_status status = backup_read(stmt, name, &backup, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
        more = each(ctx, &backup);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

enum ys_status ys_backup_forget(struct ys_store *store, int64_t id, struct ys_error *err)
{
    static const char *const statements[] = {
        "UPDATE sync_jobs SET backup_id = NULL WHERE backup_id = ?1",
        "DELETE FROM backup_snapshots WHERE id = ?1",
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        struct ys_stmt *stmt = NULL;
        YS_TRY(ys_db_prepare(store->db, statements[i], &stmt, err));
        ys_bind_int(stmt, 1, id);
        YS_TRY(ys_run(stmt, err));
    }
    return YS_OK;
}

/* ---- policies */

enum ys_status ys_policy_put(struct ys_store *store, const char *hash, const char *text,
                             int64_t at_ms, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO policies (hash, text, kept_at) VALUES (?1, ?2, ?3)"
                         " ON CONFLICT (hash) DO UPDATE SET kept_at = excluded.kept_at",
                         &stmt, err));
    ys_bind_text(stmt, 1, hash);
    ys_bind_text(stmt, 2, text);
    ys_bind_int(stmt, 3, at_ms);
    return ys_run(stmt, err);
}

enum ys_status ys_policy_last(struct ys_store *store, ys_row_policy_fn each, void *ctx,
                              struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT hash, text, kept_at FROM policies"
                         " ORDER BY kept_at DESC, hash LIMIT 1",
                         &stmt, err));
    YS_TRY(ys_step(stmt, &row, err));
    if (!row) return YS_OK;
    struct ys_row_policy policy = {.hash = ys_col_text(stmt, 0),
                                   .text = ys_col_text(stmt, 1),
                                   .kept_at_ms = ys_col_int(stmt, 2)};
    (void)each(ctx, &policy);
    ys_stmt_done(stmt);
    return YS_OK;
}

/* ---- the audit log */

enum ys_status ys_log_add(struct ys_store *store, const struct ys_log_record *entry,
                          struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO operation_log (job_id, operation_id, at, actor, action,"
                         " entity, before_json, after_json, playlist_id, video_id)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                         &stmt, err));
    ys_bind_int(stmt, 1, entry->job_id);
    ys_bind_int(stmt, 2, entry->operation_id);
    ys_bind_int(stmt, 3, entry->at_ms ? entry->at_ms : ys_env_wall_ms(&store->env));
    ys_bind_text(stmt, 4, entry->actor);
    ys_bind_text(stmt, 5, entry->action);
    ys_bind_text(stmt, 6, entry->entity);
    ys_bind_str(stmt, 7, entry->before);
    ys_bind_str(stmt, 8, entry->after);
    ys_bind_text(stmt, 9, entry->playlist_id);
    ys_bind_text(stmt, 10, entry->video_id);
    return ys_run(stmt, err);
}

/* As log_read reads them. */
#define LOG_COLUMNS                                                                              \
    "id, job_id, operation_id, at, actor, action, entity, before_json, after_json, playlist_id,"  \
    " video_id"

static enum ys_status log_read(struct ys_stmt *stmt, struct ys_log_record *entry,
                               struct ys_error *err)
{
    static const char table[] = "operation_log";
    char name[24];
    entry->id = ys_col_int(stmt, 0);
    (void)snprintf(name, sizeof name, "%lld", (long long)entry->id);
    entry->job_id = ys_col_int(stmt, 1);
    entry->operation_id = ys_col_int(stmt, 2);
    entry->at_ms = ys_col_int(stmt, 3);
    YS_TRY(ys_row_text(stmt, 4, entry->actor, sizeof entry->actor, table, name, "actor", err));
    YS_TRY(ys_row_text(stmt, 5, entry->action, sizeof entry->action, table, name, "action",
                       err));
    YS_TRY(ys_row_text(stmt, 6, entry->entity, sizeof entry->entity, table, name, "entity",
                       err));
    entry->before = ys_col_text(stmt, 7);
    entry->after = ys_col_text(stmt, 8);
    YS_TRY(ys_row_text(stmt, 9, entry->playlist_id, sizeof entry->playlist_id, table, name,
                       "playlist_id", err));
    return ys_row_text(stmt, 10, entry->video_id, sizeof entry->video_id, table, name, "video_id",
                       err);
}

/* Runs a query of log_read's columns; the statement is done afterwards. */
static enum ys_status log_each(struct ys_stmt *stmt, ys_log_fn each, void *ctx,
                               struct ys_error *err)
{
    bool row = false, more = true;
    while (more) {
        struct ys_log_record entry;
        YS_TRY(ys_step(stmt, &row, err));
        if (!row) return YS_OK;
        enum ys_status status = log_read(stmt, &entry, err);
        if (status != YS_OK) {
            ys_stmt_done(stmt);
            return status;
        }
        more = each(ctx, &entry);
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

/* Of one playlist or of any: two statements, so that the first goes by the index. */
#define LOG_WALK(playlist)                                                                       \
    "SELECT " LOG_COLUMNS " FROM (SELECT " LOG_COLUMNS " FROM operation_log"                     \
    " WHERE (?1 = 0 OR job_id = ?1) AND (?2 = '' OR video_id = ?2) AND " playlist                \
    " AND (?4 = '' OR actor = ?4) AND at >= ?5 ORDER BY id DESC LIMIT ?6) n ORDER BY id"
static const char log_of_any[] = LOG_WALK("?3 = ''");
static const char log_of_playlist[] = LOG_WALK("playlist_id = ?3");

enum ys_status ys_log_walk(struct ys_store *store, const struct ys_log_filter *filter,
                           ys_log_fn each, void *ctx, struct ys_error *err)
{
    bool any = filter->playlist_id == NULL || filter->playlist_id[0] == '\0';
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db, any ? log_of_any : log_of_playlist, &stmt, err));
    ys_bind_int(stmt, 1, filter->job_id);
    ys_bind_str(stmt, 2, filter->video_id);
    ys_bind_str(stmt, 3, filter->playlist_id);
    ys_bind_str(stmt, 4, filter->actor);
    ys_bind_int(stmt, 5, filter->since_ms);
    ys_bind_int(stmt, 6, filter->limit);
    return log_each(stmt, each, ctx, err);
}

enum ys_status ys_log_find(struct ys_store *store, const char *action, const char *entity,
                           ys_log_fn each, void *ctx, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "SELECT " LOG_COLUMNS " FROM operation_log"
                         " WHERE action = ?1 AND entity = ?2 ORDER BY id",
                         &stmt, err));
    ys_bind_text(stmt, 1, action);
    ys_bind_text(stmt, 2, entity);
    return log_each(stmt, each, ctx, err);
}
