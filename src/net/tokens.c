/* tokens.c: the access token of the moment; see signin.h.
 *
 * There is one refresh at a time by construction: who asks is one thread, and everything that was
 * sent with an older token asks afterwards. Another process may have refreshed meanwhile; its
 * token is taken from the file before Google is asked. */
#include <string.h>

#include "base/alloc.h"
#include "base/spawn.h"
#include "base/text.h"
#include "base/time.h"
#include "net/signin.h"

/* A token that ends within this time may end on the way. */
#define MARGIN_MS (INT64_C(120) * YS_MS_PER_S)
#define COMMAND_LIMIT_MS (INT64_C(60) * YS_MS_PER_S)

struct ys_tokens {
    char *path, *command;
    const struct ys_env *env;
    bool loaded;
    char channel_id[YS_ID_BYTES]; /* whose the first one was; "" while that is not known */
    bool bare;              /* the command prints access tokens, nothing to refresh with */
    struct ys_signin signin;
};

enum ys_status ys_tokens_new(struct ys_tokens **out, const char *path, const char *command,
                             const struct ys_env *env, struct ys_error *err)
{
    struct ys_tokens *tokens = ys_alloc_zero(1, sizeof *tokens);

    *out = NULL;
    if (tokens == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    tokens->env = env;
    tokens->path = ys_dup(path);
    tokens->command = ys_dup(command);
    if ((path != NULL && tokens->path == NULL) || (command != NULL && tokens->command == NULL)) {
        ys_tokens_free(tokens);
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    }
    *out = tokens;
    return YS_OK;
}

void ys_tokens_free(struct ys_tokens *tokens)
{
    if (tokens == NULL) return;
    ys_free(tokens->path);
    ys_free(tokens->command);
    ys_free(tokens);
}

/* ------------------------------------------------------------------ loading */

static enum ys_status take_bare(struct ys_tokens *tokens, const char *text, struct ys_error *err)
{
    size_t length = strcspn(text, "\r\n");

    if (length == 0 || length >= sizeof tokens->signin.access_token ||
        text[length + strspn(text + length, "\r\n")] != '\0')
        return ys_fail(err, YS_EAUTH,
                       "The token command (YTSYNC_TOKEN_COMMAND) printed neither a sign-in file "
                       "nor one line with an access token.");
    memcpy(tokens->signin.access_token, text, length);
    tokens->signin.access_token[length] = '\0';
    return YS_OK;
}

static enum ys_status run_command(struct ys_tokens *tokens, struct ys_error *err)
{
    struct ys_buf text;
    enum ys_status status;

    memset(&tokens->signin, 0, sizeof tokens->signin);
    ys_buf_init(&text, (size_t)64 << 10);
    status = ys_spawn_read(tokens->command, &text, COMMAND_LIMIT_MS, err);
    if (status == YS_OK) {
        tokens->bare = ys_buf_text(&text)[0] != '{';
        status = tokens->bare ? take_bare(tokens, ys_buf_text(&text), err)
                              : ys_signin_parse(text.data, text.bytes, "What the token command "
                                                "(YTSYNC_TOKEN_COMMAND) printed", &tokens->signin,
                                                err);
    } else {
        ys_error_prefix(err, "The token command (YTSYNC_TOKEN_COMMAND) failed");
        if (status != YS_ENOMEM) status = YS_EAUTH;
        if (err != NULL) err->status = status;
    }
    ys_buf_free(&text);
    return status;
}

/* A sign-in that was replaced by another channel's meanwhile is not for what is being done. */
static enum ys_status same_channel(struct ys_tokens *tokens, struct ys_error *err)
{
    const char *now = tokens->signin.channel_id;

    if (tokens->channel_id[0] && now[0] && strcmp(tokens->channel_id, now) != 0)
        return ys_fail(err, YS_ECHANNEL,
                       "The sign-in was changed to another channel meanwhile (%s instead of %s). "
                       "Sign in with the former one again: `login --switch`.",
                       now, tokens->channel_id);
    if (now[0]) (void)ys_copy(tokens->channel_id, sizeof tokens->channel_id, now);
    return YS_OK;
}

static enum ys_status load(struct ys_tokens *tokens, struct ys_error *err)
{
    enum ys_status status;

    if (tokens->path == NULL) {
        YS_TRY(run_command(tokens, err));
        return same_channel(tokens, err);
    }
    status = ys_signin_load(tokens->path, &tokens->signin, err);
    if (status == YS_ENOTFOUND)
        return ys_fail(err, YS_ENOTOKEN, "You are not signed in. Sign in with `login`.");
    if (status == YS_OK) return same_channel(tokens, err);
    if (status != YS_EFORBIDDEN) return status;
    if (err != NULL) err->status = YS_EAUTH; /* a person must act, and then go on */
    return YS_EAUTH;
}

/* ------------------------------------------------------------------ refreshing */

static bool fresh(const struct ys_tokens *tokens)
{
    if (tokens->bare) return true; /* when it ends is not known */
    return tokens->signin.access_token[0] != '\0' &&
           ys_env_wall_ms(tokens->env) + MARGIN_MS < tokens->signin.expires_at_ms;
}

static enum ys_status refresh(struct ys_tokens *tokens, struct ys_error *err)
{
    struct ys_signin *signin = &tokens->signin;
    struct ys_oauth_grant grant;
    enum ys_status status;

    status = ys_oauth_refresh(&signin->client, signin->refresh_token, signin->signed_in_at_ms,
                              tokens->env, &grant, err);
    if (status != YS_OK) return status;
    ys_signin_take(signin, &grant, ys_env_wall_ms(tokens->env));
    memset(&grant, 0, sizeof grant);
    if (tokens->path == NULL) return YS_OK;
    return ys_signin_save(tokens->path, signin, err);
}

enum ys_status ys_tokens_get(struct ys_tokens *tokens, bool refused, const char **token,
                             struct ys_error *err)
{
    char before[YS_OAUTH_TOKEN_BYTES];

    *token = NULL;
    memcpy(before, tokens->signin.access_token, sizeof before);
    /* Also a token that is fresh by our clock may be dead; the file or the command may have another
     * one by now. */
    if (!tokens->loaded || refused || !fresh(tokens)) {
        tokens->loaded = false;
        YS_TRY(load(tokens, err));
        tokens->loaded = true;
        refused = refused && strcmp(before, tokens->signin.access_token) == 0;
    }
    if (refused && tokens->bare)
        return ys_fail(err, YS_EAUTH,
                       "YouTube refused the access token that the token command "
                       "(YTSYNC_TOKEN_COMMAND) printed, twice the same. Get a new one.");
    if (refused || !fresh(tokens)) YS_TRY(refresh(tokens, err));
    *token = tokens->signin.access_token;
    return YS_OK;
}
