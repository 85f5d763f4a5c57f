/* identity.c: see identity.h. */
#include "sim/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"

#define SCOPE_BYTES 512
/* What Google gives. */
#define TOKEN_LIFE_S 3599
#define CODE_LIFE_MS INT64_C(300000)
#define FORM_BYTES 8192
#define LOOPBACK "http://127.0.0.1:"

bool ys_sim_identity_method(const struct ys_sim_request *request, enum ys_sim_method *out)
{
    static const struct {
        const char *verb, *path;
        enum ys_sim_method method;
    } routes[] = {{"GET", "/o/oauth2/v2/auth", YS_SIM_M_AUTHORIZE},
                  {"POST", "/token", YS_SIM_M_TOKEN},
                  {"POST", "/revoke", YS_SIM_M_REVOKE}};

    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(request->path, routes[i].path) != 0) continue;
        if (strcmp(request->method, routes[i].verb) != 0) continue;
        *out = routes[i].method;
        return true;
    }
    return false;
}

static enum ys_status refuse(struct ys_sim_call *call, int status, const char *error,
                             const char *description)
{
    ys_sim_refuse_oauth(call->reply, status, error, description);
    (void)ys_copy(call->reason, sizeof call->reason, error);
    call->done = true;
    return YS_OK;
}

static void random_text(struct ys_sim *sim, const char *prefix, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s%016llx%016llx", prefix,
                   (unsigned long long)ys_sim_next(&sim->random),
                   (unsigned long long)ys_sim_next(&sim->random));
}

/* ------------------------------------------------------------------ the page */

/* The page of an address that is no sign-in: Google shows it itself and does not redirect. */
static enum ys_status blocked(struct ys_sim_call *call, const char *why)
{
    ys_sim_reply_start(call->reply, 400, "text/html; charset=utf-8");
    ys_buf_printf(&call->reply->body, "<html><title>Error 400: %s</title></html>", why);
    (void)ys_copy(call->reason, sizeof call->reason, why);
    call->done = true;
    return YS_OK;
}

static enum ys_status redirect(struct ys_sim_call *call, const char *to, const char *name,
                               const char *value, const char *state)
{
    struct ys_buf *headers = &call->reply->headers;

    ys_sim_reply_start(call->reply, 302, "text/html; charset=utf-8");
    ys_buf_printf(headers, "Location: %s/?state=", to);
    ys_buf_url(headers, state);
    ys_buf_printf(headers, "&%s=", name);
    ys_buf_url(headers, value);
    ys_buf_text_add(headers, "\r\n");
    return YS_OK;
}

static enum ys_status authorize(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const struct ys_sim_params *params = &call->params;
    const char *to = ys_sim_param(params, "redirect_uri");
    const char *state = ys_sim_param(params, "state");
    const char *scope = ys_sim_param(params, "scope");
    const char *challenge = ys_sim_param(params, "code_challenge");
    const char *kind = ys_sim_param(params, "response_type");
    const char *how = ys_sim_param(params, "code_challenge_method");
    char code[64];

    if (!to || strncmp(to, LOOPBACK, strlen(LOOPBACK)) != 0)
        return blocked(call, "redirect_uri_mismatch");
    if (!ys_sim_param(params, "client_id")) return blocked(call, "invalid_client");
    if (!state || !scope || !kind || strcmp(kind, "code") != 0 || !challenge || !how ||
        strcmp(how, "S256") != 0)
        return blocked(call, "invalid_request");
    if (sim->consent.error[0])
        return redirect(call, to, "error", sim->consent.error, state);
    random_text(sim, "4/sim-", code, sizeof code);
    YS_TRY(ys_sim_exec(sim, err, "INSERT INTO codes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                       YS_ARGS(YS_T(code), YS_T(challenge), YS_T(to),
                               YS_T(sim->consent.scope[0] ? sim->consent.scope : scope),
                               YS_T(sim->consent.channel_id[0] ? sim->consent.channel_id
                                                               : YS_SIM_CHANNEL_ID),
                               YS_I(ys_sim_wall(sim) + CODE_LIFE_MS))));
    call->event.effect = true;
    return redirect(call, to, "code", code, state);
}

/* ------------------------------------------------------------------ tokens */

/* What a code or a refresh token stands for. */
struct grant {
    char channel[YS_ID_BYTES], scope[SCOPE_BYTES];
    char refresh_token[96];   /* "": not told again */
};

static enum ys_status give(struct ys_sim_call *call, const struct grant *grant,
                           struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    struct ys_buf *body = &call->reply->body;
    char token[96];

    random_text(sim, "ya29.simulated-", token, sizeof token);
    YS_TRY(ys_sim_token_add(sim, token, grant->channel, grant->scope,
                            ys_sim_wall(sim) + INT64_C(1000) * TOKEN_LIFE_S, err));
    ys_sim_reply_start(call->reply, 200, "application/json; charset=utf-8");
    ys_buf_printf(body, "{\"access_token\":\"%s\",\"expires_in\":%d,\"scope\":", token,
                  TOKEN_LIFE_S);
    ys_buf_json(body, grant->scope);
    if (grant->refresh_token[0])
        ys_buf_printf(body, ",\"refresh_token\":\"%s\"", grant->refresh_token);
    ys_buf_text_add(body, ",\"token_type\":\"Bearer\"}");
    call->event.effect = true;
    return YS_OK;
}

static enum ys_status refresh(struct ys_sim_call *call, const struct ys_sim_params *form,
                              struct ys_error *err)
{
    const char *token = ys_sim_param(form, "refresh_token");
    struct grant grant = {.channel = ""};
    struct ys_stmt *stmt;
    bool row = false, dead = false;

    if (!token || !ys_sim_param(form, "client_id"))
        return refuse(call, 400, "invalid_request", "Bad Request");
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        "SELECT channel_id, scope, revoked FROM refresh_tokens WHERE token = ?1",
                        YS_ARGS(YS_T(token))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        (void)ys_copy(grant.channel, sizeof grant.channel, ys_col_text(stmt, 0));
        (void)ys_copy(grant.scope, sizeof grant.scope, ys_col_text(stmt, 1));
        dead = ys_col_int(stmt, 2) != 0;
    }
    ys_stmt_done(stmt);
    if (status != YS_OK) return status;
    if (!row || dead)
        return refuse(call, 400, "invalid_grant", "Token has been expired or revoked.");
    return give(call, &grant, err);
}

/* Whether the verifier and the address are those that the code was made for. */
static bool code_fits(const struct ys_sim_params *form, struct ys_stmt *stmt, int64_t now_ms)
{
    const char *verifier = ys_sim_param(form, "code_verifier");
    const char *to = ys_sim_param(form, "redirect_uri");
    char challenge[YS_SHA256_BASE64URL_BYTES];

    if (!verifier || !to || !ys_sha256_base64url(verifier, challenge)) return false;
    return strcmp(challenge, ys_col_text(stmt, 0)) == 0 && strcmp(to, ys_col_text(stmt, 1)) == 0 &&
           now_ms < ys_col_int(stmt, 4);
}

static enum ys_status exchange(struct ys_sim_call *call, const struct ys_sim_params *form,
                               struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const char *code = ys_sim_param(form, "code");
    struct grant grant = {.channel = ""};
    struct ys_stmt *stmt;
    bool row = false, fits = false;

    if (!code || !ys_sim_param(form, "client_secret"))
        return refuse(call, 400, "invalid_request", "client_secret is missing.");
    YS_TRY(ys_sim_query(sim, &stmt, err,
                        "SELECT challenge, redirect, scope, channel_id, expires_ms FROM codes"
                        " WHERE code = ?1",
                        YS_ARGS(YS_T(code))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        fits = code_fits(form, stmt, ys_sim_wall(sim));
        (void)ys_copy(grant.scope, sizeof grant.scope, ys_col_text(stmt, 2));
        (void)ys_copy(grant.channel, sizeof grant.channel, ys_col_text(stmt, 3));
    }
    ys_stmt_done(stmt);
    if (status == YS_OK)
        status = ys_sim_exec(sim, err, "DELETE FROM codes WHERE code = ?1", YS_ARGS(YS_T(code)));
    if (status != YS_OK) return status;
    if (!fits) return refuse(call, 400, "invalid_grant", "Bad Request");
    random_text(sim, "1//sim-", grant.refresh_token, sizeof grant.refresh_token);
    YS_TRY(ys_sim_refresh_add(sim, grant.refresh_token, grant.channel, grant.scope, err));
    return give(call, &grant, err);
}

static enum ys_status grant_token(struct ys_sim_call *call, const struct ys_sim_params *form,
                                  struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const char *grant = ys_sim_param(form, "grant_type");
    const char *secret = ys_sim_param(form, "client_secret");

    if (sim->consent.token_error[0])
        return refuse(call, strcmp(sim->consent.token_error, "invalid_client") == 0 ? 401 : 400,
                      sim->consent.token_error, sim->consent.token_words);
    if (!grant) return refuse(call, 400, "invalid_request", "Bad Request");
    if (secret && strcmp(secret, YS_SIM_CLIENT_SECRET) != 0)
        return refuse(call, 401, "invalid_client", "The provided client secret is invalid.");
    if (strcmp(grant, "authorization_code") == 0) return exchange(call, form, err);
    if (strcmp(grant, "refresh_token") == 0) return refresh(call, form, err);
    return refuse(call, 400, "unsupported_grant_type", "Bad Request");
}

/* Google ends every grant of the project for that account, whichever token is named. */
static enum ys_status revoke(struct ys_sim_call *call, const struct ys_sim_params *form,
                             struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const char *given = ys_sim_param(form, "token");
    int64_t known = 0;

    YS_TRY(ys_sim_number(sim, 0, &known, err,
                         "SELECT count(*) FROM refresh_tokens WHERE token = ?1 AND revoked = 0",
                         YS_ARGS(YS_T(given ? given : ""))));
    if (!known) return refuse(call, 400, "invalid_token", "Token expired or revoked");
    YS_TRY(ys_sim_revoke_all(sim, err));
    ys_sim_reply_start(call->reply, 200, "application/json; charset=utf-8");
    ys_buf_text_add(&call->reply->body, "{}");
    call->event.effect = true;
    return YS_OK;
}

enum ys_status ys_sim_identity(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim_params form;
    char body[FORM_BYTES] = "";

    if (call->method == YS_SIM_M_AUTHORIZE) return authorize(call, err);
    if (call->request->body_bytes >= sizeof body)
        return refuse(call, 400, "invalid_request", "Bad Request");
    if (call->request->body_bytes) memcpy(body, call->request->body, call->request->body_bytes);
    if (!ys_sim_params_parse(&form, body))
        return refuse(call, 400, "invalid_request", "Bad Request");
    return call->method == YS_SIM_M_TOKEN ? grant_token(call, &form, err)
                                          : revoke(call, &form, err);
}

/* ------------------------------------------------------------------ for tests */

enum ys_status ys_sim_revoke_all(struct ys_sim *sim, struct ys_error *err)
{
    YS_TRY(ys_sim_exec(sim, err, "UPDATE refresh_tokens SET revoked = 1", NULL, 0));
    return ys_sim_exec(sim, err,
                       "UPDATE tokens SET revoked = 1 WHERE substr(token, 1, 8) = 'ya29.sim'", NULL,
                       0);
}

enum ys_status ys_sim_consent(struct ys_sim *sim, const char *what, const char *value,
                              struct ys_error *err)
{
    struct ys_sim_consent *consent = &sim->consent;
    const char *space = strchr(value, ' ');

    if (strcmp(what, "allow") == 0) {
        memset(consent, 0, sizeof *consent);
    } else if (strcmp(what, "deny") == 0) {
        (void)ys_copy(consent->error, sizeof consent->error, value);
    } else if (strcmp(what, "scope") == 0) {
        (void)ys_copy(consent->scope, sizeof consent->scope, value);
    } else if (strcmp(what, "channel") == 0) {
        (void)ys_copy(consent->channel_id, sizeof consent->channel_id, value);
    } else if (strcmp(what, "refuse") == 0) {
        (void)snprintf(consent->token_error, sizeof consent->token_error, "%.*s",
                       space ? (int)(space - value) : (int)strlen(value), value);
        (void)ys_copy(consent->token_words, sizeof consent->token_words, space ? space + 1 : "");
    } else {
        return ys_fail(err, YS_EINVAL, "the consent \"%s\" is not understood", what);
    }
    return YS_OK;
}
