/* client_token.c: a client whose tokens come from a sign-in: a fresh one before each request, a new
 * one after a refusal. A refusal is answered once per token: what was sent with an older token is
 * just sent again, and a new token that is refused too stays refused. */
#include <string.h>

#include "base/text.h"
#include "youtube/client_private.h"

static enum ys_status take_token(struct ys_client *client, bool refused, struct ys_error *err)
{
    const char *token;

    YS_TRY(ys_tokens_get(client->tokens, refused, &token, err));
    if (client->token != NULL && strcmp(client->token, token) == 0) return YS_OK;
    YS_TRY(ys_client_set_token(client, token, err));
    client->token_number++;
    return YS_OK;
}

void ys_client_use_tokens(struct ys_client *client, struct ys_tokens *tokens)
{
    client->tokens = tokens;
    client->token_doubted = false;
}

enum ys_status ys_client_token_before(struct ys_client *client, struct ys_error *err)
{
    return client->tokens != NULL ? take_token(client, false, err) : YS_OK;
}

void ys_client_token_failed(struct ys_outcome *outcome, const struct ys_error *err)
{
    if (err->status == YS_ENETWORK || err->status == YS_ENOMEM) return;
    outcome->verdict = YS_VERDICT_SIGN_IN;
    outcome->status = err->status;
    (void)ys_copy(outcome->reason, sizeof outcome->reason, "sign_in");
    (void)ys_copy(outcome->message, sizeof outcome->message, err->message);
}

void ys_client_token_after(struct ys_client *client, struct ys_flight *flight)
{
    struct ys_outcome *outcome = &flight->exchange.outcome;
    struct ys_error err = {.status = YS_OK};
    bool current = flight->token_number == client->token_number;

    if (client->tokens == NULL || flight->exchange.reply.wire != YS_WIRE_REPLY) return;
    if (outcome->verdict != YS_VERDICT_TOKEN_EXPIRED) {
        if (current) client->token_doubted = false;
        return;
    }
    if (current && client->token_doubted) return;
    if (current && take_token(client, true, &err) != YS_OK) {
        if (err.status != YS_ENETWORK) ys_client_token_failed(outcome, &err);
        return;
    }
    if (current) client->token_doubted = true;
    outcome->verdict = YS_VERDICT_RETRY;
    (void)ys_copy(outcome->reason, sizeof outcome->reason, YS_REASON_TOKEN_RENEWED);
}
