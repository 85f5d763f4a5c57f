/* oauth_token.c: the token endpoint: a code or a refresh token for tokens, and revocation. Each is
 * one POST over a transport of its own, because the answer is awaited while other exchanges of the
 * program may be under way. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/http.h"
#include "net/oauth.h"
#include "net/retry.h"

#define ATTEMPTS_MAX 4
#define TIMEOUT_MS INT64_C(20000)
#define POLL_MS 1000
#define FORM_BYTES_MAX ((size_t)16 << 10)
#define TOKEN_LIFE_S 3600
#define FORM "application/x-www-form-urlencoded"

/* What a request to the sign-in server is about, for words. */
struct errand {
    const char *url;
    const struct ys_env *env;
    int64_t signed_in_at_ms;
    struct ys_json *json;
    const char *secrets[4];  /* what was sent, as far as it must not be shown; NULL: no more */
};

static void add(struct ys_buf *form, const char *name, const char *value)
{
    ys_buf_printf(form, "%s%s=", form->bytes > 0 ? "&" : "", name);
    ys_buf_url(form, value);
}

/* Overwritten before it is freed: it holds secrets. */
static void wipe(struct ys_buf *buf)
{
    volatile char *at = buf->data;

    for (size_t i = 0; at != NULL && i < buf->bytes; i++) at[i] = '\0';
    ys_buf_free(buf);
}

/* ------------------------------------------------------------------ one POST */

/* The address up to its path: what a transport may send to. */
static enum ys_status origin_of(const char *url, char out[YS_OAUTH_URL_BYTES],
                                struct ys_error *err)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    if (path == NULL)
        return ys_fail(err, YS_EAUTH, "The sign-in address \"%.200s\" has no path.", url);
    (void)snprintf(out, YS_OAUTH_URL_BYTES, "%.*s", (int)(path - url), url);
    return YS_OK;
}

static enum ys_status post_once(const struct errand *errand, const char *origin,
                                const struct ys_buf *form, struct ys_http_reply *reply,
                                struct ys_error *err)
{
    struct ys_http_request request = {.method = YS_HTTP_POST,
                                      .url = errand->url,
                                      .body = ys_buf_text(form),
                                      .body_bytes = form->bytes,
                                      .content_type = FORM,
                                      .is_write = true,
                                      .timeout_ms = TIMEOUT_MS};
    struct ys_transport *transport = NULL;
    enum ys_status status;

    YS_TRY(ys_transport_curl(&transport, origin, err));
    status = ys_transport_start(transport, &request, 1, err);
    while (status == YS_OK && !ys_transport_complete(transport, reply))
        status = ys_transport_poll(transport, POLL_MS, err);
    ys_transport_free(transport);
    return status;
}

/* Whether trying again may help. A code can be used once only; a reply that was lost may have used
 * it, but then the next answer is a clear refusal. */
static bool passing(const struct ys_http_reply *reply)
{
    return reply->wire != YS_WIRE_REPLY || reply->http_status >= 500 ||
           reply->http_status == 429 || reply->http_status == 408;
}

/* The last reply, which the caller frees. */
static enum ys_status post(const struct errand *errand, const struct ys_buf *form,
                           struct ys_http_reply *reply, struct ys_error *err)
{
    char origin[YS_OAUTH_URL_BYTES];
    uint64_t random;

    YS_TRY(ys_buf_check(form, "a request of the sign-in", err));
    YS_TRY(origin_of(errand->url, origin, err));
    for (int64_t attempt = 1;; attempt++) {
        YS_TRY(post_once(errand, origin, form, reply, err));
        if (!passing(reply)) return YS_OK;
        if (attempt == ATTEMPTS_MAX) break;
        ys_http_reply_free(reply);
        ys_env_random(errand->env, &random, sizeof random);
        ys_env_sleep_ms(errand->env, ys_backoff_ms(attempt, 0, random));
    }
    if (reply->wire == YS_WIRE_REPLY)
        ys_fail(err, YS_ENETWORK,
                "Google's sign-in server is in trouble (HTTP %d from %s). The sign-in is still "
                "there; try again later.",
                reply->http_status, origin);
    else
        ys_fail(err, YS_ENETWORK, "Google's sign-in server could not be reached at %s: %s",
                origin, reply->detail);
    ys_http_reply_free(reply);
    return YS_ENETWORK;
}

/* ------------------------------------------------------------------ answers */

static const char grant_query[] =
    "SELECT json_extract(?1,'$.access_token'), json_extract(?1,'$.refresh_token'),"
    " json_extract(?1,'$.scope'), json_extract(?1,'$.expires_in'),"
    " json_extract(?1,'$.refresh_token_expires_in')";

static enum ys_status read_grant(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct ys_oauth_grant *out = ctx;

    if (!ys_copy(out->access_token, sizeof out->access_token, ys_json_text(row, 0)) ||
        !ys_copy(out->refresh_token, sizeof out->refresh_token, ys_json_text(row, 1)) ||
        !ys_copy(out->scope, sizeof out->scope, ys_json_text(row, 2)) ||
        out->access_token[0] == '\0')
        return ys_fail(err, YS_EAUTH,
                       "The answer of the sign-in server holds no token that can be used. Try "
                       "again with `login`.");
    out->expires_in_s = ys_json_int(row, 3);
    if (out->expires_in_s <= 0 || out->expires_in_s > TOKEN_LIFE_S * 24)
        out->expires_in_s = TOKEN_LIFE_S;
    out->refresh_expires_in_s = ys_json_int(row, 4);
    if (out->refresh_expires_in_s < 0) out->refresh_expires_in_s = 0;
    return YS_OK;
}

struct refusal {
    char name[64];
    char description[160];
};

static enum ys_status read_refusal(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct refusal *out = ctx;

    (void)err;
    ys_format(out->name, sizeof out->name, "%s", ys_json_text(row, 0));
    ys_format(out->description, sizeof out->description, "%s", ys_json_text(row, 1));
    return YS_OK;
}

static enum ys_status refused(const struct errand *errand, struct ys_http_reply *reply,
                              struct ys_error *err)
{
    static const char query[] =
        "SELECT CASE json_type(?1,'$.error') WHEN 'text' THEN json_extract(?1,'$.error') ELSE "
        "json_extract(?1,'$.error_code') END, json_extract(?1,'$.error_description')";
    struct refusal refusal = {.name = ""};
    enum ys_status status = YS_EREPLY;

    if (reply->body.bytes > 0)
        status = ys_json_rows(errand->json, query, reply->body.data, reply->body.bytes,
                              read_refusal, &refusal, NULL);
    if (status != YS_OK || refusal.name[0] == '\0')
        return ys_fail(err, YS_EAUTH,
                       "The sign-in server %s answered HTTP %d without saying why. Is this "
                       "address right? It stands in the OAuth client's file.",
                       errand->url, reply->http_status);
    for (size_t i = 0; i < sizeof errand->secrets / sizeof errand->secrets[0]; i++) {
        ys_hide(refusal.name, errand->secrets[i]); /* the server could say it back */
        ys_hide(refusal.description, errand->secrets[i]);
    }
    return ys_oauth_refused(refusal.name, refusal.description, errand->signed_in_at_ms,
                            ys_env_wall_ms(errand->env), err);
}

static enum ys_status ask_for_grant(const struct errand *errand, const struct ys_buf *form,
                                    struct ys_oauth_grant *out, struct ys_error *err)
{
    struct ys_http_reply reply;
    enum ys_status status;

    memset(out, 0, sizeof *out);
    YS_TRY(post(errand, form, &reply, err));
    if (reply.http_status == 200)
        status = ys_json_rows(errand->json, grant_query, reply.body.data, reply.body.bytes,
                              read_grant, out, err);
    else
        status = refused(errand, &reply, err);
    if (status == YS_EREPLY)
        status = ys_fail(err, YS_EAUTH,
                         "The answer of the sign-in server %s makes no sense. Is this address "
                         "right? It stands in the OAuth client's file.",
                         errand->url);
    wipe(&reply.body);
    ys_http_reply_free(&reply);
    return status;
}

/* ------------------------------------------------------------------ the interface */

enum ys_status ys_oauth_exchange(const struct ys_oauth_client *client,
                                 const struct ys_oauth_attempt *attempt, const char *code,
                                 const struct ys_env *env, struct ys_oauth_grant *out,
                                 struct ys_error *err)
{
    struct errand errand = {.url = client->token_url, .env = env,
                            .secrets = {client->client_secret, code, attempt->verifier}};
    struct ys_buf form;
    enum ys_status status;

    YS_TRY(ys_json_new(&errand.json, err));
    ys_buf_init(&form, FORM_BYTES_MAX);
    add(&form, "grant_type", "authorization_code");
    add(&form, "client_id", client->client_id);
    add(&form, "client_secret", client->client_secret);
    add(&form, "code", code);
    add(&form, "code_verifier", attempt->verifier);
    add(&form, "redirect_uri", attempt->redirect_url);
    status = ask_for_grant(&errand, &form, out, err);
    if (status == YS_OK && out->refresh_token[0] == '\0')
        status = ys_fail(err, YS_EAUTH,
                         "Google's answer holds no refresh token, so the sign-in would end within "
                         "the hour. Remove ytsync at myaccount.google.com/connections and sign "
                         "in again with `login`.");
    wipe(&form);
    ys_json_free(errand.json);
    return status;
}

enum ys_status ys_oauth_refresh(const struct ys_oauth_client *client, const char *refresh_token,
                                int64_t signed_in_at_ms, const struct ys_env *env,
                                struct ys_oauth_grant *out, struct ys_error *err)
{
    struct errand errand = {
        .url = client->token_url, .env = env, .signed_in_at_ms = signed_in_at_ms,
        .secrets = {client->client_secret, refresh_token}};
    struct ys_buf form;
    enum ys_status status;

    YS_TRY(ys_json_new(&errand.json, err));
    ys_buf_init(&form, FORM_BYTES_MAX);
    add(&form, "grant_type", "refresh_token");
    add(&form, "client_id", client->client_id);
    add(&form, "client_secret", client->client_secret);
    add(&form, "refresh_token", refresh_token);
    status = ask_for_grant(&errand, &form, out, err);
    wipe(&form);
    ys_json_free(errand.json);
    return status;
}

enum ys_status ys_oauth_revoke(const struct ys_oauth_client *client, const char *token,
                               const struct ys_env *env, struct ys_error *err)
{
    struct errand errand = {.url = client->revoke_url, .env = env, .secrets = {token}};
    struct ys_http_reply reply;
    struct ys_error why = {.status = YS_OK};
    struct ys_buf form;
    enum ys_status status;

    YS_TRY(ys_json_new(&errand.json, err));
    ys_buf_init(&form, FORM_BYTES_MAX);
    add(&form, "token", token);
    status = post(&errand, &form, &reply, err);
    if (status == YS_OK) {
        if (reply.http_status != 200) status = refused(&errand, &reply, &why);
        /* "invalid_token": it is dead already. */
        if (status != YS_OK && strstr(why.message, "invalid_token") != NULL) status = YS_OK;
        if (status != YS_OK && err != NULL) *err = why;
        ys_http_reply_free(&reply);
    }
    wipe(&form);
    ys_json_free(errand.json);
    return status;
}
