/* signin.c: see signin.h. The file, and taking over what the token endpoint gave. */
#include "net/signin.h"

#include <inttypes.h>
#include <string.h>

#include "base/secret_file.h"
#include "base/text.h"
#include "base/time.h"

#define FORMAT 1

static const char query[] =
    "SELECT json_extract(?1,'$.ytsync_signin'), json_extract(?1,'$.access_token'),"
    " json_extract(?1,'$.refresh_token'), json_extract(?1,'$.scope'),"
    " json_extract(?1,'$.expires_at_ms'), json_extract(?1,'$.signed_in_at_ms'),"
    " json_extract(?1,'$.refresh_expires_at_ms'), json_extract(?1,'$.channel_id'),"
    " json_extract(?1,'$.channel_title')";

static enum ys_status read_signin(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct ys_signin *out = ctx;
    bool fits = ys_json_int(row, 0) == FORMAT;

    fits = fits && ys_copy(out->access_token, sizeof out->access_token, ys_json_text(row, 1));
    fits = fits && ys_copy(out->refresh_token, sizeof out->refresh_token, ys_json_text(row, 2));
    fits = fits && ys_copy(out->scope, sizeof out->scope, ys_json_text(row, 3));
    fits = fits && ys_copy(out->channel_id, sizeof out->channel_id, ys_json_text(row, 7));
    fits = fits && out->refresh_token[0] != '\0';
    (void)ys_copy(out->channel_title, sizeof out->channel_title, ys_json_text(row, 8));
    out->expires_at_ms = ys_json_int(row, 4);
    out->signed_in_at_ms = ys_json_int(row, 5);
    out->refresh_expires_at_ms = ys_json_int(row, 6);
    return fits ? YS_OK : ys_fail(err, YS_EREPLY, "no sign-in");
}

enum ys_status ys_signin_parse(char *text, size_t bytes, const char *where,
                               struct ys_signin *out, struct ys_error *err)
{
    struct ys_json *json = NULL;
    enum ys_status status;

    memset(out, 0, sizeof *out);
    YS_TRY(ys_json_new(&json, err));
    status = ys_json_rows(json, query, text, bytes, read_signin, out, NULL);
    if (status == YS_OK)
        status = ys_oauth_client_parse(json, text, bytes, where, &out->client, NULL);
    ys_json_free(json);
    if (status == YS_OK || status == YS_ENOMEM) return status;
    return ys_fail(err, YS_EAUTH,
                   "%s holds no sign-in that this ytsync can read. Sign in again with `login`.",
                   where);
}

enum ys_status ys_signin_load(const char *path, struct ys_signin *out, struct ys_error *err)
{
    struct ys_buf text;
    enum ys_status status;

    memset(out, 0, sizeof *out);
    status = ys_secret_file_read(path, &text, err);
    if (status == YS_ENOTFOUND)
        return ys_fail(err, YS_ENOTFOUND, "You are not signed in (there is no %s).", path);
    if (status != YS_OK) return status;
    if (text.bytes == 0)
        status = ys_fail(err, YS_EAUTH, "The file %s is empty. Sign in again with `login`.", path);
    else
        status = ys_signin_parse(text.data, text.bytes, path, out, err);
    ys_buf_free(&text);
    return status;
}

static void add_text(struct ys_buf *out, const char *name, const char *value)
{
    ys_buf_printf(out, "%s\n  \"%s\": ", out->data[out->bytes - 1] == '{' ? "" : ",", name);
    ys_buf_json(out, value);
}

static void add_number(struct ys_buf *out, const char *name, int64_t value)
{
    ys_buf_printf(out, ",\n  \"%s\": %" PRId64, name, value);
}

enum ys_status ys_signin_save(const char *path, const struct ys_signin *signin,
                              struct ys_error *err)
{
    const struct ys_oauth_client *client = &signin->client;
    struct ys_buf text;
    enum ys_status status;

    ys_buf_init(&text, YS_SECRET_FILE_BYTES_MAX);
    ys_buf_printf(&text, "{\n  \"ytsync_signin\": %d", FORMAT);
    add_text(&text, "channel_id", signin->channel_id);
    add_text(&text, "channel_title", signin->channel_title);
    add_text(&text, "scope", signin->scope);
    add_number(&text, "signed_in_at_ms", signin->signed_in_at_ms);
    add_number(&text, "refresh_expires_at_ms", signin->refresh_expires_at_ms);
    add_number(&text, "expires_at_ms", signin->expires_at_ms);
    add_text(&text, "access_token", signin->access_token);
    add_text(&text, "refresh_token", signin->refresh_token);
    ys_buf_text_add(&text, ",\n  \"installed\": {");
    add_text(&text, "client_id", client->client_id);
    add_text(&text, "client_secret", client->client_secret);
    add_text(&text, "project_id", client->project_id);
    add_text(&text, "auth_uri", client->auth_url);
    add_text(&text, "token_uri", client->token_url);
    add_text(&text, "revoke_uri", client->revoke_url);
    ys_buf_text_add(&text, "\n  }\n}\n");
    status = ys_buf_check(&text, "the sign-in", err);
    if (status == YS_OK) status = ys_secret_file_write(path, text.data, text.bytes, err);
    ys_buf_free(&text);
    return status;
}

void ys_signin_take(struct ys_signin *signin, const struct ys_oauth_grant *grant, int64_t now_ms)
{
    (void)ys_copy(signin->access_token, sizeof signin->access_token, grant->access_token);
    signin->expires_at_ms = now_ms + grant->expires_in_s * YS_MS_PER_S;
    /* A refresh repeats neither of these as a rule. */
    if (grant->refresh_token[0])
        (void)ys_copy(signin->refresh_token, sizeof signin->refresh_token, grant->refresh_token);
    if (grant->scope[0]) (void)ys_copy(signin->scope, sizeof signin->scope, grant->scope);
    if (grant->refresh_expires_in_s > 0)
        signin->refresh_expires_at_ms = now_ms + grant->refresh_expires_in_s * YS_MS_PER_S;
}
