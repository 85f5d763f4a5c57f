/* oauth.c: see oauth.h. The client file, the browser's address, and the redirect. */
#include "net/oauth.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "net/http.h"

#define GOOGLE_AUTH_URL "https://accounts.google.com/o/oauth2/v2/auth"
#define GOOGLE_TOKEN_URL "https://oauth2.googleapis.com/token"
#define GOOGLE_REVOKE_URL "https://oauth2.googleapis.com/revoke"
#define VERIFIER_RANDOM_BYTES 32
#define STATE_RANDOM_BYTES 18

/* ------------------------------------------------------------------ the client file */

static const char client_query[] =
    "SELECT json_type(?1,'$.installed'), json_type(?1,'$.web'), json_extract(?1,'$.type'),"
    " json_extract(?1,'$.installed.client_id'), json_extract(?1,'$.installed.client_secret'),"
    " json_extract(?1,'$.installed.project_id'), json_extract(?1,'$.installed.auth_uri'),"
    " json_extract(?1,'$.installed.token_uri'), json_extract(?1,'$.installed.revoke_uri')";

struct client_file {
    struct ys_oauth_client *out;
    const char *path;
};

/* A word of the file that goes into a request: printable ASCII without spaces. */
static bool take_word(char *out, size_t out_bytes, const char *word)
{
    for (const char *c = word; *c; c++)
        if (*c <= ' ' || *c > '~') return false;
    return ys_copy(out, out_bytes, word);
}

static enum ys_status other_kind(const struct ys_json_row *row, const char *path,
                                 struct ys_error *err)
{
    if (!ys_json_null(row, 1))
        return ys_fail(err, YS_EAUTH,
                       "%s is an OAuth client of the type \"Web application\". Make one of the "
                       "type \"Desktop app\" (console: Google Auth Platform > Clients) and "
                       "download its JSON file.",
                       path);
    if (strcmp(ys_json_text(row, 2), "service_account") == 0)
        return ys_fail(err, YS_EAUTH,
                       "%s is the key of a service account, and YouTube knows no service "
                       "accounts. Make an OAuth client of the type \"Desktop app\" (console: "
                       "Google Auth Platform > Clients) and download its JSON file.",
                       path);
    return ys_fail(err, YS_EAUTH,
                   "%s holds no OAuth client. Download the JSON file of one of the type "
                   "\"Desktop app\" (console: Google Auth Platform > Clients).",
                   path);
}

/* The address as it is given, else Google's. */
static enum ys_status take_url(char out[YS_OAUTH_URL_BYTES], const char *given,
                               const char *otherwise, const char *path, struct ys_error *err)
{
    struct ys_http_base base;

    if (!ys_copy(out, YS_OAUTH_URL_BYTES, given[0] ? given : otherwise) ||
        strchr(out, '%') != NULL)
        return ys_fail(err, YS_EAUTH, "An address in %s cannot be used.", path);
    if (ys_http_base_parse(&base, out, NULL) == YS_OK) return YS_OK;
    return ys_fail(err, YS_EAUTH,
                   "The address \"%.200s\" in %s cannot be used: it must begin with https://, or "
                   "lead to this machine (http://127.0.0.1:PORT/...).",
                   strchr(out, '@') != NULL ? "..." : out, path);
}

static enum ys_status read_client(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    const struct client_file *file = ctx;
    struct ys_oauth_client *out = file->out;
    char *slash;

    if (strcmp(ys_json_text(row, 0), "object") != 0) return other_kind(row, file->path, err);
    if (!take_word(out->client_id, sizeof out->client_id, ys_json_text(row, 3)) ||
        !take_word(out->client_secret, sizeof out->client_secret, ys_json_text(row, 4)) ||
        out->client_id[0] == '\0')
        return other_kind(row, file->path, err);
    if (out->client_secret[0] == '\0')
        return ys_fail(err, YS_EAUTH,
                       "%s lacks the client's secret, and Google shows a secret only once. Add a "
                       "new secret to the client (console: Google Auth Platform > Clients) and "
                       "download the JSON file at once.",
                       file->path);
    ys_format(out->project_id, sizeof out->project_id, "%s", ys_json_text(row, 5));
    YS_TRY(take_url(out->auth_url, ys_json_text(row, 6), GOOGLE_AUTH_URL, file->path, err));
    YS_TRY(take_url(out->token_url, ys_json_text(row, 7), GOOGLE_TOKEN_URL, file->path, err));
    YS_TRY(take_url(out->revoke_url, ys_json_text(row, 8), GOOGLE_REVOKE_URL, file->path, err));
    if (!ys_json_null(row, 8) || strcmp(out->token_url, GOOGLE_TOKEN_URL) == 0) return YS_OK;
    /* Another identity server: its revocation stands beside its token endpoint. */
    slash = strrchr(out->token_url, '/');
    if (snprintf(out->revoke_url, sizeof out->revoke_url, "%.*s/revoke",
                 (int)(slash - out->token_url), out->token_url) >= (int)sizeof out->revoke_url)
        return ys_fail(err, YS_EAUTH, "An address in the OAuth client's file is too long.");
    return YS_OK;
}

enum ys_status ys_oauth_client_parse(struct ys_json *json, char *text, size_t bytes,
                                     const char *path, struct ys_oauth_client *out,
                                     struct ys_error *err)
{
    struct client_file file = {.out = out, .path = path};
    enum ys_status status;

    memset(out, 0, sizeof *out);
    status = ys_json_rows(json, client_query, text, bytes, read_client, &file, err);
    if (status == YS_EREPLY)
        return ys_fail(err, YS_EAUTH,
                       "%s is no JSON file. Download the JSON file of an OAuth client of the type "
                       "\"Desktop app\" (console: Google Auth Platform > Clients).",
                       path);
    return status;
}

/* ------------------------------------------------------------------ to the browser and back */

void ys_oauth_attempt_init(struct ys_oauth_attempt *out, const struct ys_env *env, int port,
                           bool write)
{
    unsigned char random[VERIFIER_RANDOM_BYTES];

    memset(out, 0, sizeof *out);
    ys_env_random(env, random, sizeof random);
    ys_base64url(random, sizeof random, out->verifier);
    ys_env_random(env, random, STATE_RANDOM_BYTES);
    ys_base64url(random, STATE_RANDOM_BYTES, out->state);
    (void)snprintf(out->redirect_url, sizeof out->redirect_url, "http://127.0.0.1:%d", port);
    out->write = write;
}

enum ys_status ys_oauth_url(const struct ys_oauth_client *client,
                            const struct ys_oauth_attempt *attempt, struct ys_buf *out,
                            struct ys_error *err)
{
    char challenge[YS_SHA256_BASE64URL_BYTES];

    if (!ys_sha256_base64url(attempt->verifier, challenge))
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_buf_printf(out, "%s?response_type=code&client_id=", client->auth_url);
    ys_buf_url(out, client->client_id);
    ys_buf_text_add(out, "&redirect_uri=");
    ys_buf_url(out, attempt->redirect_url);
    ys_buf_text_add(out, "&scope=");
    ys_buf_url(out, attempt->write ? YS_SCOPE_WRITE : YS_SCOPE_READ);
    ys_buf_printf(out,
                  "&state=%s&code_challenge=%s&code_challenge_method=S256"
                  "&access_type=offline&prompt=select_account%%20consent",
                  attempt->state, challenge);
    return ys_buf_check(out, "the address for the browser", err);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/* The decoded value of a parameter; false when it is absent, too long, or holds a NUL. */
static bool parameter(const char *query, const char *name, char *out, size_t out_bytes)
{
    size_t length = strlen(name), used = 0;
    const char *at = query;

    while (strncmp(at, name, length) != 0 || at[length] != '=') {
        at = strchr(at, '&');
        if (at == NULL) return false;
        at++;
    }
    for (at += length + 1; *at && *at != '&' && *at != '#'; at++) {
        int high = *at == '%' ? hex_value(at[1]) : -1;
        int low = high >= 0 ? hex_value(at[2]) : -1;
        char byte = *at == '+' ? ' ' : *at;

        if (*at == '%') {
            if (low < 0) return false;
            byte = (char)(high << 4 | low);
            at += 2;
        }
        if (byte == '\0' || used + 1 >= out_bytes) return false;
        out[used++] = byte;
    }
    out[used] = '\0';
    return true;
}

enum ys_status ys_oauth_redirect(const struct ys_oauth_attempt *attempt, const char *target,
                                 char code[YS_OAUTH_CODE_BYTES], struct ys_error *err)
{
    char state[sizeof attempt->state], name[64], description[160];
    const char *query = strchr(target, '?');

    code[0] = '\0';
    query = query != NULL ? query + 1 : "";
    if (!parameter(query, "error", name, sizeof name)) name[0] = '\0';
    if (!parameter(query, "code", code, YS_OAUTH_CODE_BYTES)) code[0] = '\0';
    if (name[0] == '\0' && code[0] == '\0')
        return ys_fail(err, YS_ENOTFOUND,
                       "This is no answer of Google's sign-in. Paste the whole address that the "
                       "browser shows at the end; it begins with %s/?",
                       attempt->redirect_url);
    if (!parameter(query, "state", state, sizeof state) || strcmp(state, attempt->state) != 0) {
        code[0] = '\0';
        return ys_fail(err, YS_EAUTH,
                       "The answer belongs to another sign-in (its state differs). Nothing was "
                       "taken from it. Start again with `login`, and use the newest page.");
    }
    if (name[0] == '\0') return YS_OK;
    code[0] = '\0';
    if (!parameter(query, "error_description", description, sizeof description))
        description[0] = '\0';
    return ys_oauth_refused(name, description, 0, 0, err);
}

bool ys_scope_allows(const char *scope, bool write)
{
    static const struct {
        const char *word;
        bool write;
    } known[] = {{YS_SCOPE_WRITE, true}, {YS_SCOPE_FULL, true}, {YS_SCOPE_READ, false}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i].word);

        if (write && !known[i].write) continue;
        for (const char *at = scope; (at = strstr(at, known[i].word)) != NULL; at += length)
            if ((at == scope || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
                return true;
    }
    return false;
}
