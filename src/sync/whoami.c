/* whoami.c: whose sign-in it is. */
#include <string.h>

#include "sync/session.h"

static enum ys_status ignore_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                      struct ys_error *err)
{
    (void)ctx;
    (void)playlist;
    (void)err;
    return YS_OK;
}

/* YouTube's own count, which may be a little too high (YOUTUBE_API section 4); 0 is 0. */
static enum ys_status count_playlists(struct ys_client *client, int64_t *playlists,
                                      struct ys_error *err)
{
    struct ys_exchange exchange;
    struct ys_request request;
    struct ys_page page;
    enum ys_status status;

    YS_TRY(ys_request_playlists(&request, NULL, err));
    YS_TRY(ys_client_get(client, &request, 0, &exchange, err));
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_PLAYLISTS_LIST, err);
    if (status == YS_OK)
        status = ys_parse_playlists(ys_client_json(client), &exchange.reply.body, &page,
                                    ignore_playlist, NULL, err);
    ys_exchange_free(&exchange);
    if (status != YS_OK) return status;
    *playlists = page.next_page_token[0] ? page.total_results : page.rows;
    return YS_OK;
}

enum ys_status ys_session_account(struct ys_session *session, int64_t *account,
                                  struct ys_error *err)
{
    struct ys_channel_record channel;
    struct ys_client *client;

    YS_TRY(ys_session_runner(session, &client, err));
    YS_TRY(ys_account_get(session->store, account, &channel, err));
    if (session->channel_checked) return YS_OK;
    YS_TRY(ys_session_answer(session, ys_fetch_channel(client, *account ? channel.id : NULL, 0,
                                                       account, err)));
    session->channel_checked = true;
    return YS_OK;
}

enum ys_status ys_session_whoami(struct ys_session *session, struct ys_channel_record *out,
                                 int64_t *playlists, struct ys_error *err)
{
    struct ys_client *client;
    int64_t account;
    enum ys_status status;

    memset(out, 0, sizeof *out);
    *playlists = 0;
    YS_TRY(ys_session_runner(session, &client, err));
    YS_TRY(ys_account_get(session->store, &account, out, err));
    status = ys_fetch_channel(client, account ? out->id : NULL, 0, &account, err);
    if (status == YS_OK) status = count_playlists(client, playlists, err);
    YS_TRY(ys_session_answer(session, status));
    session->channel_checked = true;
    return ys_account_get(session->store, &account, out, err);
}
