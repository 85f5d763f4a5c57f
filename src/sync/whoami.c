/* whoami.c: whose sign-in it is, and whether its channel is the one of an import. */
#include <string.h>

#include "base/map.h"
#include "sync/session.h"

/* Pages of the channel's own playlists, 50 each. */
#define PAGES_MAX 200

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

/* ---------------------------------------------------------------- the channel's playlists */

enum ys_status ys_session_own_playlists(struct ys_client *client, int64_t *asked_mono_ms,
                                        ys_api_playlist_fn each, void *ctx, struct ys_error *err)
{
    struct ys_page page = {.rows = 0};
    struct ys_exchange exchange;
    struct ys_request request;
    enum ys_status status;
    int pages;

    for (pages = 0; pages < PAGES_MAX; pages++) {
        YS_TRY(ys_request_playlists(&request, page.next_page_token, err));
        YS_TRY(ys_client_get(client, &request, 0, &exchange, err));
        if (pages == 0 && asked_mono_ms) *asked_mono_ms = exchange.sent_mono_ms;
        status = ys_outcome_fail(&exchange.outcome, YS_METHOD_PLAYLISTS_LIST, err);
        if (status == YS_OK)
            status = ys_parse_playlists(ys_client_json(client), &exchange.reply.body, &page, each,
                                        ctx, err);
        ys_exchange_free(&exchange);
        if (status != YS_OK || !page.next_page_token[0]) return status;
    }
    return ys_fail(err, YS_ELIMIT, "The channel has more than %d pages of playlists.", PAGES_MAX);
}

struct matching {
    struct ys_map imported;    /* ids and titles: an export may name a playlist without its id */
    struct ys_import_match *out;
    enum ys_status status;     /* of note_imported, sticky */
    struct ys_error *err;
};

static bool note_imported(void *ctx, const struct ys_row_playlist *row)
{
    struct matching *matching = ctx;

    if (row->source != YS_SOURCE_TAKEOUT) return true;
    matching->out->imported++;
    matching->status = ys_map_put(&matching->imported, row->youtube_id, 1, matching->err);
    if (matching->status == YS_OK)
        matching->status = ys_map_put(&matching->imported, row->title, 1, matching->err);
    return matching->status == YS_OK;
}

static enum ys_status match(void *ctx, const struct ys_api_playlist *playlist,
                            struct ys_error *err)
{
    struct matching *matching = ctx;

    (void)err;
    matching->out->listed++;
    matching->out->common += ys_map_get(&matching->imported, playlist->id, NULL) ||
                             ys_map_get(&matching->imported, playlist->title, NULL);
    return YS_OK;
}

static enum ys_status match_import(struct ys_session *session, struct matching *matching,
                                   struct ys_error *err)
{
    struct ys_channel_record channel;
    struct ys_client *client;
    int64_t account;

    YS_TRY(ys_account_get(session->store, &account, &channel, err));
    YS_TRY(ys_playlist_walk_imported(session->store, account, note_imported, matching, err));
    YS_TRY(matching->status);
    if (matching->out->imported == 0) return YS_OK;
    YS_TRY(ys_session_runner(session, &client, err));
    return ys_session_answer(session,
                             ys_session_own_playlists(client, NULL, match, matching, err));
}

enum ys_status ys_session_match_import(struct ys_session *session, struct ys_import_match *out,
                                       struct ys_error *err)
{
    struct matching matching = {.out = out, .status = YS_OK, .err = err};
    enum ys_status status;

    memset(out, 0, sizeof *out);
    ys_map_init(&matching.imported);
    status = match_import(session, &matching, err);
    ys_map_free(&matching.imported);
    return status;
}
