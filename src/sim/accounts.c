/* accounts.c: channels, and whose a bearer token is. identity.c gives tokens out. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sim/api.h"

#define SCOPE_BYTES 512

enum ys_status ys_sim_account_add(struct ys_sim *sim, const char *channel_id, const char *title,
                                  char *id_out, struct ys_error *err)
{
    char id[YS_ID_BYTES], seed[64];
    YS_TRY(ys_sim_begin(sim, err));
    if (channel_id) {
        (void)ys_copy(id, sizeof id, channel_id);
    } else {
        sim->ids_made++;
        (void)snprintf(seed, sizeof seed, "account %lld %llu", (long long)sim->ids_made,
                       (unsigned long long)sim->options.seed);
        ys_sim_channel_id(seed, id);
    }
    enum ys_status status =
        ys_sim_exec(sim, err, "INSERT INTO accounts VALUES (?1, ?2, ?3)",
                    YS_ARGS(YS_T(id), YS_T(title), YS_I(ys_sim_wall(sim))));
    if (status == YS_OK)
        status = ys_sim_exec(sim, err, "UPDATE counters SET ids_made = ?1",
                             YS_ARGS(YS_I(sim->ids_made)));
    if (status == YS_OK && id_out) (void)ys_copy(id_out, YS_ID_BYTES, id);
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_token_add(struct ys_sim *sim, const char *token, const char *channel_id,
                                const char *scope, int64_t expires_at_ms, struct ys_error *err)
{
    return ys_sim_exec(sim, err,
                       "INSERT INTO tokens VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (token) DO"
                       " UPDATE SET channel_id = ?2, scope = ?3, expires_ms = ?4, revoked = 0",
                       YS_ARGS(YS_T(token), YS_T(channel_id), YS_T(scope ? scope : YS_SIM_SCOPE),
                               YS_I(expires_at_ms)));
}

enum ys_status ys_sim_token_revoke(struct ys_sim *sim, const char *token, struct ys_error *err)
{
    YS_TRY(ys_sim_exec(sim, err, "UPDATE tokens SET revoked = 1 WHERE token = ?1",
                       YS_ARGS(YS_T(token))));
    if (ys_db_changes(sim->db) == 0)
        return ys_fail(err, YS_ENOTFOUND, "there is no such access token");
    return YS_OK;
}

enum ys_status ys_sim_refresh_add(struct ys_sim *sim, const char *token, const char *channel_id,
                                  const char *scope, struct ys_error *err)
{
    return ys_sim_exec(sim, err,
                       "INSERT INTO refresh_tokens VALUES (?1, ?2, ?3, 0) ON CONFLICT (token) DO"
                       " UPDATE SET channel_id = ?2, scope = ?3, revoked = 0",
                       YS_ARGS(YS_T(token), YS_T(channel_id),
                               YS_T(scope ? scope : YS_SIM_SCOPE)));
}

/* ------------------------------------------------------------------ sign-in */

static bool scope_allows(const char *scope, bool write)
{
    static const char *const full[] = {"https://www.googleapis.com/auth/youtube",
                                       "https://www.googleapis.com/auth/youtube.force-ssl",
                                       "https://www.googleapis.com/auth/youtubepartner"};
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
        if (ys_sim_word_in(scope, full[i], strlen(full[i]))) return true;
    return !write && ys_sim_word_in(scope, YS_SIM_SCOPE_READONLY, strlen(YS_SIM_SCOPE_READONLY));
}

/* The bearer token of a request: header first, then the query; NULL: none. */
static const char *bearer(const struct ys_sim_call *call)
{
    const char *header = call->request->authorization;
    if (header && strncasecmp(header, "Bearer ", 7) == 0) {
        header += 7;
        while (*header == ' ') header++;
        return header;
    }
    const char *value = ys_sim_param(&call->params, "access_token");
    return value ? value : ys_sim_param(&call->params, "oauth_token");
}

enum ys_status ys_sim_sign_in(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_stmt *stmt;
    char scope[SCOPE_BYTES] = "";
    const char *token = bearer(call);
    bool row = false, dead = false, no_channel = false;
    if (!token || !*token) return ys_sim_call_refuse(call, YS_SIM_NO_LOGIN);
    YS_TRY(ys_sim_query(call->sim, &stmt, err,
                        "SELECT t.channel_id, t.scope, t.expires_ms, t.revoked, a.title FROM"
                        " tokens t LEFT JOIN accounts a ON a.channel_id = t.channel_id WHERE"
                        " t.token = ?1",
                        YS_ARGS(YS_T(token))));
    enum ys_status status = ys_step(stmt, &row, err);
    if (status == YS_OK && row) {
        int64_t expires_ms = ys_col_int(stmt, 2);
        dead = ys_col_int(stmt, 3) != 0 || (expires_ms && ys_sim_wall(call->sim) >= expires_ms);
        no_channel = ys_col_null(stmt, 4);
        (void)ys_copy(call->channel_id, sizeof call->channel_id, ys_col_text(stmt, 0));
        (void)ys_copy(call->channel_title, sizeof call->channel_title, ys_col_text(stmt, 4));
        (void)ys_copy(scope, sizeof scope, ys_col_text(stmt, 1));
    }
    ys_stmt_done(stmt);
    if (status != YS_OK) return status;
    if (!row || dead) return ys_sim_call_refuse(call, YS_SIM_NO_AUTH);
    if (!scope_allows(scope, ys_sim_method_is_write(call->method)))
        return ys_sim_call_refuse(call, YS_SIM_NO_SCOPE);
    if (no_channel) return ys_sim_call_refuse(call, YS_SIM_NO_SIGNUP);
    return YS_OK;
}
