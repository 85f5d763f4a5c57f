/* signin.h: the sign-in of one account as it is kept: its OAuth client, its tokens, what they allow
 * and whose channel it is. One file per account (base/secret_file.h), JSON.
 *
 * Where it comes from: a file, or a program of the user's (a password manager) that prints either
 * such a file or a bare access token; what a program printed is never written anywhere. */
#ifndef YS_NET_SIGNIN_H
#define YS_NET_SIGNIN_H

#include "net/oauth.h"

struct ys_signin {
    struct ys_oauth_client client;
    char access_token[YS_OAUTH_TOKEN_BYTES];
    char refresh_token[YS_OAUTH_TOKEN_BYTES];
    char scope[YS_OAUTH_SCOPE_BYTES];
    int64_t expires_at_ms;          /* of the access token */
    int64_t signed_in_at_ms;        /* when a person last agreed */
    int64_t refresh_expires_at_ms;  /* 0: not said */
    char channel_id[YS_ID_BYTES];   /* "": not known yet */
    char channel_title[YS_TITLE_BYTES];
};

/* YS_ENOTFOUND: not signed in. YS_EAUTH: the text is no sign-in of ours. */
YS_CHECKED enum ys_status ys_signin_load(const char *path, struct ys_signin *out,
                                         struct ys_error *err);
YS_CHECKED enum ys_status ys_signin_parse(char *text, size_t bytes, const char *where,
                                          struct ys_signin *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_signin_save(const char *path, const struct ys_signin *signin,
                                         struct ys_error *err);
/* Takes tokens and scope over from an answer of the token endpoint. */
void ys_signin_take(struct ys_signin *signin, const struct ys_oauth_grant *grant, int64_t now_ms);

/* Where a client gets its access token from; see youtube/client.h. */
struct ys_tokens;
/* `path` NULL: `command` is run for it. Nothing is read before the first ys_tokens_get. */
YS_CHECKED enum ys_status ys_tokens_new(struct ys_tokens **out, const char *path,
                                        const char *command, const struct ys_env *env,
                                        struct ys_error *err);
void ys_tokens_free(struct ys_tokens *tokens);
/* The token to send now, valid until the next call. Refreshed when it is about to end, or when the
 * one that was given last was `refused`. YS_EAUTH, YS_ENOTOKEN, YS_EFORBIDDEN: a person must act;
 * YS_ENETWORK: later. */
YS_CHECKED enum ys_status ys_tokens_get(struct ys_tokens *tokens, bool refused,
                                        const char **token, struct ys_error *err);

#endif
