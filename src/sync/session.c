/* session.c: opening and closing, settings, quota, clock, fetch, and walks over the library. */
#include "sync/session.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/text.h"
#include "library/gone.h"
#include "store/imports.h"

#define DEFAULT_API_URL "https://www.googleapis.com"
#define DEFAULT_PROJECT "default"

/* ---------------------------------------------------------------- opening */

static enum ys_status follow_clock(struct ys_session *session, const char *path,
                                   struct ys_error *err)
{
    if (!path) return YS_OK;
    if (!session->api.loopback)
        return ys_fail(err, YS_EINVAL,
                       "A simulated clock (YTSYNC_CLOCK) may only be used with a simulator on "
                       "this machine, not with %s.",
                       session->api.url);
    YS_TRY(ys_clock_file_open(&session->clock, path, &session->env, err));
    session->clock_env = ys_clock_file_env(session->clock);
    return YS_OK;
}

static enum ys_status take_options(struct ys_session *session, const struct ys_options *options,
                                   struct ys_error *err)
{
    if (!options->db_path || !options->db_path[0])
        return ys_fail(err, YS_EINVAL, "A database file must be named (--db FILE).");
    YS_TRY(ys_http_base_parse(&session->api,
                              options->api_url ? options->api_url : DEFAULT_API_URL, err));
    YS_TRY(follow_clock(session, options->clock_path, err));
    if (!ys_copy(session->project, sizeof session->project,
                 options->project ? options->project : DEFAULT_PROJECT))
        return ys_fail(err, YS_EINVAL, "The project name is too long.");
    if (options->backup_dir) {
        if (!ys_copy(session->backup_dir, sizeof session->backup_dir, options->backup_dir))
            return ys_fail(err, YS_EINVAL, "The backup folder's path is too long.");
        return YS_OK;
    }
    /* Of this database alone: another one beside it has jobs of the same numbers. */
    if (snprintf(session->backup_dir, sizeof session->backup_dir, "%s.backups",
                 options->db_path) >= (int)sizeof session->backup_dir)
        return ys_fail(err, YS_EINVAL, "The database's path is too long.");
    return YS_OK;
}

/* The file is read when the first request is about to leave: what needs none works without. */
static enum ys_status use_signin(struct ys_session *session, const struct ys_options *options,
                                 struct ys_error *err)
{
    if (options->token_command)
        return ys_tokens_new(&session->tokens, NULL, options->token_command, &session->clock_env,
                             err);
    if (!options->signin_path || !ys_path_exists(options->signin_path)) return YS_OK;
    return ys_tokens_new(&session->tokens, options->signin_path, NULL, &session->clock_env, err);
}

enum ys_status ys_session_open_on(struct ys_session **out, const struct ys_options *options,
                                  const char *vfs, struct ys_error *err)
{
    struct ys_store_options store = {.path = options->db_path,
                                     .must_exist = options->must_exist,
                                     .accept_old = options->accept_old,
                                     .vfs = vfs};
    struct ys_session *session = ys_alloc_zero(1, sizeof *session);
    enum ys_status status;

    *out = NULL;
    if (!session) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    session->env = ys_env_complete(options->env);
    session->clock_env = session->env;
    session->transport = options->transport;
    status = take_options(session, options, err);
    session->began_mono_ms = ys_env_mono_ms(&session->clock_env);
    if (status == YS_OK && options->access_token)
        status = ys_session_set_token(session, options->access_token, err);
    else if (status == YS_OK)
        status = use_signin(session, options, err);
    if (status == YS_OK) status = ys_store_open(&session->store, &store, &session->clock_env, err);
    if (status == YS_OK) *out = session;
    else ys_session_close(session);
    return status;
}

enum ys_status ys_session_open(struct ys_session **out, const struct ys_options *options,
                               struct ys_error *err)
{
    return ys_session_open_on(out, options, NULL, err);
}

void ys_session_close(struct ys_session *session)
{
    if (!session) return;
    ys_client_free(session->client);
    if (session->owns_transport) ys_transport_free(session->transport);
    ys_store_close(session->store);
    ys_tokens_free(session->tokens);
    ys_clock_file_close(session->clock);
    ys_free(session->token);
    ys_free(session);
}

void ys_session_interrupt(struct ys_session *session)
{
    session->interrupted = 1;
}

enum ys_status ys_session_answer(struct ys_session *session, enum ys_status status)
{
    if (status == YS_EINTERRUPTED) session->interrupted = 0;
    return status;
}

enum ys_status ys_session_set_token(struct ys_session *session, const char *token,
                                    struct ys_error *err)
{
    char *copy;

    if (!token) return ys_fail(err, YS_ENOTOKEN, "No access token was given.");
    copy = ys_dup(token);
    if (!copy) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    if (session->client) {
        enum ys_status status = ys_client_set_token(session->client, token, err);
        if (status != YS_OK) {
            ys_free(copy);
            return status;
        }
    }
    ys_free(session->token);
    session->token = copy;
    session->channel_checked = false;
    return YS_OK;
}

enum ys_status ys_session_use_signin(struct ys_session *session, const char *path,
                                     struct ys_error *err)
{
    struct ys_tokens *tokens;

    if (!path) return ys_fail(err, YS_EINVAL, "The file of a sign-in is needed.");
    while (session->client && ys_client_in_flight(session->client) > 0)
        YS_TRY(ys_client_poll(session->client, YS_REQUEST_TIMEOUT_MS, err));
    YS_TRY(ys_tokens_new(&tokens, path, NULL, &session->clock_env, err));
    if (session->client) ys_client_use_tokens(session->client, tokens);
    ys_tokens_free(session->tokens);
    session->tokens = tokens;
    ys_free(session->token);
    session->token = NULL;
    session->channel_checked = false;
    return YS_OK;
}

enum ys_status ys_session_client(struct ys_session *session, struct ys_client **out,
                                 struct ys_error *err)
{
    struct ys_client_options options = {
        .store = session->store,
        .env = &session->clock_env,
        .base_url = session->api.url,
        .token = session->token,
        .tokens = session->token ? NULL : session->tokens,
        .project = session->project,
        .interrupted = &session->interrupted,
    };

    if (!session->transport) {
        YS_TRY(ys_transport_curl(&session->transport, session->api.url, err));
        session->owns_transport = true;
    }
    options.transport = session->transport;
    if (!session->client) YS_TRY(ys_client_new(&session->client, &options, err));
    *out = session->client;
    return YS_OK;
}

enum ys_status ys_session_runner(struct ys_session *session, struct ys_client **out,
                                 struct ys_error *err)
{
    YS_TRY(ys_session_client(session, out, err));
    YS_TRY(ys_store_lock(session->store, err));
    if (!session->recovered) YS_TRY(ys_client_recover(*out, err));
    session->recovered = true;
    return YS_OK;
}

/* ---------------------------------------------------------------- clock, settings, quota */

int64_t ys_session_now(struct ys_session *session)
{
    return ys_env_wall_ms(&session->clock_env);
}

enum ys_status ys_session_sleep(struct ys_session *session, int64_t duration_ms,
                                struct ys_error *err)
{
    int64_t end = ys_env_mono_ms(&session->clock_env) + duration_ms, left;

    while ((left = end - ys_env_mono_ms(&session->clock_env)) > 0) {
        if (session->interrupted)
            return ys_session_answer(session,
                                     ys_fail(err, YS_EINTERRUPTED, "Stopped on request."));
        ys_env_sleep_ms(&session->clock_env, left);
    }
    return YS_OK;
}

enum ys_status ys_config_set(struct ys_session *session, const char *key, int64_t value,
                             struct ys_error *err)
{
    if (session->jobs_open > 0)
        return ys_fail(err, YS_ESTATE, "Settings cannot change while a job is open here.");
    /* A reply to what a closed job left on the wire must not meet a client that knows nothing of
     * it. At most the request timeout. */
    while (session->client && ys_client_in_flight(session->client) > 0)
        YS_TRY(ys_client_poll(session->client, YS_REQUEST_TIMEOUT_MS, err));
    YS_TRY(ys_store_setting_set(session->store, key, value, err));
    ys_client_free(session->client); /* it reads its settings when it is made */
    session->client = NULL;
    session->began_mono_ms = ys_env_mono_ms(&session->clock_env);
    session->recovered = false;
    return YS_OK;
}

enum ys_status ys_config_get(struct ys_session *session, const char *key, int64_t *value,
                             struct ys_error *err)
{
    return ys_store_setting_get(session->store, key, value, err);
}

const char *ys_config_key(size_t index)
{
    return ys_store_setting_key(index);
}

enum ys_status ys_quota_get(struct ys_session *session, struct ys_quota_record *out,
                            struct ys_error *err)
{
    struct ys_client *client;

    YS_TRY(ys_session_client(session, &client, err));
    return ys_client_quota(client, out, err);
}

/* ---------------------------------------------------------------- library */

/* Names and lists what is private or deleted. */
static enum ys_status list_gone(struct ys_session *session, struct ys_fetch_result *out,
                                struct ys_error *err)
{
    struct ys_channel_record channel;
    int64_t account;

    YS_TRY(ys_account_get(session->store, &account, &channel, err));
    YS_TRY(ys_gone_names(session->store, session->backup_dir, err));
    YS_TRY(ys_gone_file_write(session->store, account, session->backup_dir, &out->gone, err));
    if (out->gone > 0)
        ys_format(out->gone_file, sizeof out->gone_file, "%.1000s/" YS_GONE_FILE,
                  session->backup_dir);
    return YS_OK;
}

enum ys_status ys_fetch(struct ys_session *session, bool full, ys_fetch_progress_fn progress,
                        void *progress_ctx, struct ys_fetch_result *out, struct ys_error *err)
{
    struct ys_client *client;
    enum ys_status status;
    bool leftovers;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_session_runner(session, &client, err));
    status = ys_session_await_leftovers(session, client, &leftovers, err);
    if (status == YS_OK)
        status = ys_fetch_library(client, NULL, full, 0, progress, progress_ctx, out, err);
    if (status == YS_OK && leftovers) status = ys_session_close_leftovers(session, err);
    if (status == YS_OK) status = list_gone(session, out, err);
    return ys_session_answer(session, status);
}

enum ys_status ys_channel_get(struct ys_session *session, struct ys_channel_record *out,
                              struct ys_error *err)
{
    int64_t id;

    YS_TRY(ys_account_get(session->store, &id, out, err));
    if (strcmp(out->id, YS_IMPORT_CHANNEL) == 0) out->id[0] = '\0';
    return YS_OK;
}

/* The account that walks are about; YS_ENOTFOUND before the first fetch. */
static enum ys_status account_of(struct ys_session *session, int64_t *id, struct ys_error *err)
{
    struct ys_channel_record channel;

    YS_TRY(ys_account_get(session->store, id, &channel, err));
    if (*id == 0)
        return ys_fail(err, YS_ENOTFOUND,
                       "Nothing was fetched yet: run `fetch`, or `import takeout`.");
    return YS_OK;
}

struct playlists_walk {
    ys_playlist_fn each;
    void *ctx;
    bool stopped;
};

static bool each_playlist(void *ctx, const struct ys_row_playlist *row)
{
    struct playlists_walk *walk = ctx;
    struct ys_playlist_record record = {
        .description = row->description,
        .privacy = row->privacy,
        .item_count = row->rows,
        .published_at_ms = row->published_at_ms,
        .fetched_at_ms = row->fetched_at_ms,
        .made_by_job = row->made_by_job,
        .deleted_from_youtube_at_ms = row->deleted_at_ms,
        .source = row->source,
    };

    (void)ys_copy(record.id, sizeof record.id, row->youtube_id);
    (void)ys_copy(record.title, sizeof record.title, row->title);
    (void)ys_copy(record.category, sizeof record.category, row->category);
    walk->stopped = !walk->each(walk->ctx, &record);
    return !walk->stopped;
}

enum ys_status ys_playlists_each(struct ys_session *session, bool with_deleted,
                                 ys_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct playlists_walk walk = {.each = each, .ctx = ctx};
    int64_t account;

    YS_TRY(account_of(session, &account, err));
    YS_TRY(ys_playlist_walk(session->store, account, with_deleted, each_playlist, &walk, err));
    if (walk.stopped) return YS_OK;
    return ys_playlist_walk_imported(session->store, account, each_playlist, &walk, err);
}

struct items_walk {
    ys_item_fn each;
    void *ctx;
};

static bool each_item(void *ctx, const struct ys_row_item *row)
{
    struct items_walk *walk = ctx;
    struct ys_item_record record = {.position = row->position, .added_at_ms = row->added_at_ms};

    (void)ys_copy(record.id, sizeof record.id, row->youtube_id);
    (void)ys_copy(record.playlist_id, sizeof record.playlist_id, row->playlist_id);
    (void)ys_copy(record.video_id, sizeof record.video_id, row->video_id);
    return walk->each(walk->ctx, &record);
}

enum ys_status ys_items_each(struct ys_session *session, const char *playlist_id,
                             ys_item_fn each, void *ctx, struct ys_error *err)
{
    struct items_walk walk = {.each = each, .ctx = ctx};

    return ys_item_walk(session->store, playlist_id, each_item, &walk, err);
}

enum ys_status ys_videos_each(struct ys_session *session, ys_video_fn each, void *ctx,
                              struct ys_error *err)
{
    int64_t account;

    YS_TRY(account_of(session, &account, err));
    return ys_video_walk(session->store, account, each, ctx, err);
}

enum ys_status ys_categories_each(struct ys_session *session, ys_category_fn each, void *ctx,
                                  struct ys_error *err)
{
    int64_t account;

    YS_TRY(account_of(session, &account, err));
    return ys_category_walk(session->store, account, each, ctx, err);
}

enum ys_status ys_log_each(struct ys_session *session, const struct ys_log_filter *filter,
                           ys_log_fn each, void *ctx, struct ys_error *err)
{
    return ys_log_walk(session->store, filter, each, ctx, err);
}
