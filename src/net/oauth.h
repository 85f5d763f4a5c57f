/* oauth.h: OAuth 2.0 for installed programs as Google does it (RFC 6749, 7636, 8252): the client
 * file, the address that the browser opens, what comes back, and the token endpoint. Facts:
 * YOUTUBE_API section 5.
 *
 * Secrets here: the client's secret, the code, the verifier, both tokens. They stand in a body of a
 * POST or in the structures of the caller, never in a message: errors show what Google calls
 * `error` and `error_description`, and nothing of what was sent. */
#ifndef YS_NET_OAUTH_H
#define YS_NET_OAUTH_H

#include "base/env.h"
#include "net/json.h"
#include "net/transport.h"

#define YS_SCOPE_READ "https://www.googleapis.com/auth/youtube.readonly"
#define YS_SCOPE_WRITE "https://www.googleapis.com/auth/youtube.force-ssl"
#define YS_SCOPE_FULL "https://www.googleapis.com/auth/youtube"

#define YS_OAUTH_TOKEN_BYTES 4096
#define YS_OAUTH_SCOPE_BYTES 1024
#define YS_OAUTH_CODE_BYTES 1024
#define YS_OAUTH_TEXT_BYTES 256
#define YS_OAUTH_URL_BYTES 512
#define YS_OAUTH_TARGET_BYTES 8192

/* An OAuth client of the type "Desktop app", from the file that Google's console gives. */
struct ys_oauth_client {
    char client_id[YS_OAUTH_TEXT_BYTES];
    char client_secret[YS_OAUTH_TEXT_BYTES];
    char project_id[YS_OAUTH_TEXT_BYTES];
    char auth_url[YS_OAUTH_URL_BYTES];
    char token_url[YS_OAUTH_URL_BYTES];
    char revoke_url[YS_OAUTH_URL_BYTES];
};

/* YS_EAUTH says what is wrong with the file (`path` is for the words): another kind of client, a
 * service account, no secret in it, no client at all. The text is cleaned in place. Addresses are
 * https, or http on this machine. */
YS_CHECKED enum ys_status ys_oauth_client_parse(struct ys_json *json, char *text, size_t bytes,
                                                const char *path, struct ys_oauth_client *out,
                                                struct ys_error *err);

/* One sign-in under way. */
struct ys_oauth_attempt {
    char verifier[64];     /* 43 characters of 32 random bytes */
    char state[32];
    char redirect_url[64]; /* http://127.0.0.1:PORT */
    bool write;            /* asks for YS_SCOPE_WRITE, else for YS_SCOPE_READ */
};
void ys_oauth_attempt_init(struct ys_oauth_attempt *out, const struct ys_env *env, int port,
                           bool write);
/* The address that the user's browser opens. */
YS_CHECKED enum ys_status ys_oauth_url(const struct ys_oauth_client *client,
                                       const struct ys_oauth_attempt *attempt,
                                       struct ys_buf *out, struct ys_error *err);
/* Takes the code out of a redirect: a whole address, or from its "/" on. YS_ENOTFOUND: it is no
 * answer to a sign-in. YS_EAUTH: to another one (the state differs), or Google says no. */
YS_CHECKED enum ys_status ys_oauth_redirect(const struct ys_oauth_attempt *attempt,
                                            const char *target, char code[YS_OAUTH_CODE_BYTES],
                                            struct ys_error *err);

/* What the token endpoint gave. */
struct ys_oauth_grant {
    char access_token[YS_OAUTH_TOKEN_BYTES];
    char refresh_token[YS_OAUTH_TOKEN_BYTES]; /* "": none in the answer */
    char scope[YS_OAUTH_SCOPE_BYTES];         /* "": not said */
    int64_t expires_in_s;
    int64_t refresh_expires_in_s;             /* 0: not said */
};
/* Whether scopes, separated by spaces, allow to read, or to write. */
bool ys_scope_allows(const char *scope, bool write);

/* Each is one POST, repeated a few times where Google does not answer or is in trouble (5xx).
 * YS_EAUTH: Google refused, with a sentence and a remedy for each reason; `signed_in_at_ms` (0:
 * unknown) and now_ms are for the words. YS_ENETWORK: no answer. */
YS_CHECKED enum ys_status ys_oauth_exchange(const struct ys_oauth_client *client,
                                            const struct ys_oauth_attempt *attempt,
                                            const char *code, const struct ys_env *env,
                                            struct ys_oauth_grant *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_oauth_refresh(const struct ys_oauth_client *client,
                                           const char *refresh_token, int64_t signed_in_at_ms,
                                           const struct ys_env *env, struct ys_oauth_grant *out,
                                           struct ys_error *err);
/* One that Google does not know any more counts as revoked. */
YS_CHECKED enum ys_status ys_oauth_revoke(const struct ys_oauth_client *client,
                                          const char *token, const struct ys_env *env,
                                          struct ys_error *err);

/* oauth_refusal.c: the sentence and the remedy for an error of Google's sign-in, by its name. */
YS_CHECKED enum ys_status ys_oauth_refused(const char *name, const char *description,
                                           int64_t signed_in_at_ms, int64_t now_ms,
                                           struct ys_error *err);

#endif
