/* login.c: signing in and out, and what is known of a sign-in; see ytsync.h. */
#include <string.h>

#include "base/alloc.h"
#include "base/secret_file.h"
#include "base/text.h"
#include "net/http.h"
#include "net/loopback.h"
#include "net/signin.h"

struct ys_login {
    struct ys_env env, clock_env;
    struct ys_clock_file *clock;
    struct ys_json *json;
    struct ys_loopback *loopback;
    struct ys_oauth_client client;
    struct ys_oauth_attempt attempt;
    struct ys_buf url;
    char target[YS_OAUTH_TARGET_BYTES];
    char code[YS_OAUTH_CODE_BYTES];   /* "" until the browser came back */
};

/* A simulated clock is for a server on this machine only, as in a session. */
static enum ys_status follow_clock(const struct ys_oauth_client *client, const char *path,
                                   const struct ys_env *env, struct ys_clock_file **clock,
                                   struct ys_env *out, struct ys_error *err)
{
    struct ys_http_base base;

    *out = *env;
    if (path == NULL) return YS_OK;
    YS_TRY(ys_http_base_parse(&base, client->token_url, err));
    if (!base.loopback)
        return ys_fail(err, YS_EINVAL,
                       "A simulated clock (YTSYNC_CLOCK) may only be used with a simulator on "
                       "this machine, not with %s.",
                       client->token_url);
    YS_TRY(ys_clock_file_open(clock, path, env, err));
    *out = ys_clock_file_env(*clock);
    return YS_OK;
}

/* ------------------------------------------------------------------ signing in */

/* A file that the browser has just saved is readable by others: its copy will not be. */
static enum ys_status read_client(struct ys_json *json, const char *path, struct ys_buf *text,
                                  struct ys_oauth_client *out, struct ys_error *err)
{
    if (path == NULL) {
        ys_buf_init(text, 0);
        return ys_fail(err, YS_EINVAL, "The file of an OAuth client is needed.");
    }
    YS_TRY(ys_file_read(path, text, err));
    if (text->bytes == 0) return ys_fail(err, YS_EAUTH, "The file %s is empty.", path);
    return ys_oauth_client_parse(json, text->data, text->bytes, path, out, err);
}

enum ys_status ys_client_keep(const char *from, const char *to, struct ys_error *err)
{
    struct ys_oauth_client client;
    struct ys_json *json = NULL;
    struct ys_buf text;
    enum ys_status status;

    ys_buf_init(&text, 0);
    YS_TRY(ys_json_new(&json, err));
    status = read_client(json, from, &text, &client, err);
    if (status == YS_OK) status = ys_secret_file_write(to, text.data, text.bytes, err);
    ys_buf_free(&text);
    ys_json_free(json);
    return status;
}

enum ys_status ys_login_open(struct ys_login **out, const struct ys_login_options *options,
                             struct ys_error *err)
{
    struct ys_login *login = ys_alloc_zero(1, sizeof *login);
    struct ys_buf text;
    enum ys_status status;

    *out = NULL;
    ys_buf_init(&text, 0);
    if (login == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    login->env = ys_env_complete(options->env);
    ys_buf_init(&login->url, YS_OAUTH_TARGET_BYTES);
    status = ys_json_new(&login->json, err);
    if (status == YS_OK)
        status = read_client(login->json, options->client_path, &text, &login->client, err);
    ys_buf_free(&text);
    if (status == YS_OK)
        status = follow_clock(&login->client, options->clock_path, &login->env, &login->clock,
                              &login->clock_env, err);
    if (status == YS_OK) status = ys_loopback_open(&login->loopback, err);
    if (status == YS_OK) {
        ys_oauth_attempt_init(&login->attempt, &login->env, ys_loopback_port(login->loopback),
                              options->write);
        status = ys_oauth_url(&login->client, &login->attempt, &login->url, err);
    }
    if (status == YS_OK) *out = login;
    else ys_login_close(login);
    return status;
}

void ys_login_close(struct ys_login *login)
{
    if (login == NULL) return;
    ys_loopback_close(login->loopback);
    ys_json_free(login->json);
    ys_clock_file_close(login->clock);
    ys_buf_free(&login->url);
    ys_free(login);
}

const char *ys_login_url(const struct ys_login *login)
{
    return ys_buf_text(&login->url);
}

enum ys_status ys_login_wait(struct ys_login *login, int64_t timeout_ms, bool *arrived,
                             struct ys_error *err)
{
    enum ys_status status;

    *arrived = login->code[0] != '\0';
    if (*arrived) return YS_OK;
    if (!ys_loopback_wait(login->loopback, timeout_ms, login->target, sizeof login->target))
        return YS_OK;
    status = ys_oauth_redirect(&login->attempt, login->target, login->code, err);
    memset(login->target, 0, sizeof login->target);
    /* Browsers ask for an icon, too. */
    if (status == YS_ENOTFOUND) {
        ys_loopback_answer(login->loopback, NULL);
        return YS_OK;
    }
    ys_loopback_answer(login->loopback,
                       status == YS_OK
                           ? "Thank you. Go back to the terminal; this page can be closed."
                           : "The sign-in did not succeed. The terminal says why; this page can "
                             "be closed.");
    *arrived = status == YS_OK;
    return status;
}

enum ys_status ys_login_paste(struct ys_login *login, const char *address, struct ys_error *err)
{
    enum ys_status status = ys_oauth_redirect(&login->attempt, address, login->code, err);

    if (status != YS_ENOTFOUND) return status;
    if (err != NULL) err->status = YS_EINVAL;
    return YS_EINVAL;
}

/* What was asked for and was not granted: Google lets people leave boxes unticked. */
static enum ys_status check_scope(const struct ys_login *login, const struct ys_signin *signin,
                                  struct ys_error *err)
{
    if (ys_scope_allows(signin->scope, login->attempt.write)) return YS_OK;
    return ys_fail(err, YS_EAUTH,
                   "Google granted less than was asked for: the leave to %s was not among it. "
                   "Sign in again with `login%s` and leave the box about YouTube ticked.",
                   login->attempt.write ? "change your YouTube playlists" : "see your YouTube data",
                   login->attempt.write ? " --write" : "");
}

enum ys_status ys_login_finish(struct ys_login *login, const char *path, struct ys_error *err)
{
    struct ys_oauth_grant grant;
    struct ys_signin signin;
    int64_t now_ms = ys_env_wall_ms(&login->clock_env);

    if (login->code[0] == '\0')
        return ys_fail(err, YS_ESTATE, "The browser did not come back yet.");
    YS_TRY(ys_oauth_exchange(&login->client, &login->attempt, login->code, &login->clock_env,
                             &grant, err));
    memset(login->code, 0, sizeof login->code);
    memset(&signin, 0, sizeof signin);
    signin.client = login->client;
    signin.signed_in_at_ms = now_ms;
    /* RFC 6749, 5.1: no scope in the answer means the one that was asked for. */
    (void)ys_copy(signin.scope, sizeof signin.scope,
                  login->attempt.write ? YS_SCOPE_WRITE : YS_SCOPE_READ);
    ys_signin_take(&signin, &grant, now_ms);
    YS_TRY(check_scope(login, &signin, err));
    return ys_signin_save(path, &signin, err);
}

/* ------------------------------------------------------------------ what is kept */

enum ys_status ys_signin_get(const char *path, struct ys_signin_record *out,
                             struct ys_error *err)
{
    struct ys_signin signin;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_signin_load(path, &signin, err));
    (void)ys_copy(out->channel_id, sizeof out->channel_id, signin.channel_id);
    (void)ys_copy(out->channel_title, sizeof out->channel_title, signin.channel_title);
    (void)ys_copy(out->project_id, sizeof out->project_id, signin.client.project_id);
    (void)ys_copy(out->client_id, sizeof out->client_id, signin.client.client_id);
    out->may_read = ys_scope_allows(signin.scope, false);
    out->may_write = ys_scope_allows(signin.scope, true);
    out->signed_in_at_ms = signin.signed_in_at_ms;
    out->token_ends_at_ms = signin.expires_at_ms;
    out->ends_at_ms = signin.refresh_expires_at_ms;
    return YS_OK;
}

enum ys_status ys_signin_adopt(const char *from, const char *to,
                               const struct ys_channel_record *channel, struct ys_error *err)
{
    struct ys_signin signin;

    YS_TRY(ys_signin_load(from, &signin, err));
    (void)ys_copy(signin.channel_id, sizeof signin.channel_id, channel->id);
    (void)ys_copy(signin.channel_title, sizeof signin.channel_title, channel->title);
    YS_TRY(ys_signin_save(from, &signin, err));
    return ys_secret_file_move(from, to, err);
}

enum ys_status ys_signin_remove(const char *path, struct ys_error *err)
{
    return ys_secret_file_remove(path, err);
}

enum ys_status ys_signin_revoke(const char *path, const char *clock_path,
                                const struct ys_env *env, struct ys_error *err)
{
    struct ys_env inner = ys_env_complete(env), clock_env;
    struct ys_clock_file *clock = NULL;
    struct ys_signin signin;
    enum ys_status status;

    YS_TRY(ys_signin_load(path, &signin, err));
    status = follow_clock(&signin.client, clock_path, &inner, &clock, &clock_env, err);
    if (status == YS_OK)
        status = ys_oauth_revoke(&signin.client, signin.refresh_token, &clock_env, err);
    ys_clock_file_close(clock);
    if (status != YS_OK) return status;
    return ys_secret_file_remove(path, err);
}
