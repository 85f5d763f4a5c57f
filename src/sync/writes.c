/* writes.c: the three single writes of the public API: create playlist, add video, delete
 * playlist. Each is booked, sent once, and recorded in the audit log. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sync/session.h"

/* item_id: the entry that was made, "" for a write of the playlist. */
static enum ys_status log_write(struct ys_session *session, const char *action,
                                const char *playlist_id, const char *video_id,
                                const char *item_id, struct ys_error *err)
{
    struct ys_log_record entry = {.at_ms = ys_session_now(session), .before = "", .after = ""};

    (void)ys_copy(entry.actor, sizeof entry.actor, "user");
    (void)ys_copy(entry.action, sizeof entry.action, action);
    (void)ys_copy(entry.entity, sizeof entry.entity, item_id[0] ? item_id : playlist_id);
    (void)ys_copy(entry.playlist_id, sizeof entry.playlist_id, playlist_id);
    (void)ys_copy(entry.video_id, sizeof entry.video_id, video_id);
    return ys_log_add(session->store, &entry, err);
}

/* Whose playlist it is; 0 when it is gone, or known from Takeout alone. */
static bool note_account(void *ctx, const struct ys_row_playlist *row)
{
    bool listed = row->deleted_at_ms == 0 && row->source == YS_SOURCE_YOUTUBE;

    *(int64_t *)ctx = listed ? row->account_id : 0;
    return false;
}

/* Written to are only playlists that a listing of the channel's own returned, or that were made
 * here (P11). */
static enum ys_status own_playlist(struct ys_session *session, const char *playlist_id,
                                   struct ys_error *err)
{
    struct ys_channel_record channel;
    int64_t account, owner = 0;
    bool found;

    if (!playlist_id) return ys_fail(err, YS_EINVAL, "A playlist's id is needed.");
    YS_TRY(ys_account_get(session->store, &account, &channel, err));
    YS_TRY(ys_playlist_find(session->store, playlist_id, note_account, &owner, &found, err));
    if (found && owner != 0 && owner == account) return YS_OK;
    return ys_fail(err, YS_ENOTFOUND,
                   "\"%s\" is not one of this channel's playlists as last fetched. Run `fetch`, "
                   "or correct the id.",
                   playlist_id);
}

/* Sends the request; what it means is in the exchange, or in the status. */
static enum ys_status send_write(struct ys_session *session, struct ys_request *request,
                                 struct ys_exchange *exchange, struct ys_error *err)
{
    enum ys_method method = request->method;
    struct ys_client *client;
    enum ys_status status = ys_session_runner(session, &client, err);

    if (status != YS_OK) {
        ys_request_free(request);
        return status;
    }
    YS_TRY(ys_session_answer(session, ys_client_write(client, request, exchange, err)));
    if (exchange->outcome.verdict == YS_VERDICT_UNKNOWN)
        status = ys_fail(err, YS_EUNKNOWN,
                         "%s: whether it took effect is not known (%s). Look at YouTube before "
                         "you repeat it.",
                         ys_method_info(method)->name, exchange->outcome.message);
    else
        status = ys_outcome_fail(&exchange->outcome, method, err);
    if (status != YS_OK) ys_exchange_free(exchange);
    return status;
}

struct taken {
    char id[YS_ID_BYTES];
    struct ys_session *session;
    int64_t account;
};

static enum ys_status take_playlist(void *ctx, const struct ys_api_playlist *playlist,
                                    struct ys_error *err)
{
    struct taken *taken = ctx;

    (void)ys_copy(taken->id, sizeof taken->id, playlist->id);
    return ys_record_playlist(taken->session->store, taken->account, playlist, 0,
                              ys_session_now(taken->session), err);
}

/* A 2xx that cannot be read: it was applied, but which id it made is not known. */
static enum ys_status unreadable(enum ys_status status, struct ys_error *err)
{
    if (status != YS_EREPLY) return status;
    ys_error_prefix(err, "It was applied, but the reply cannot be read");
    if (err) err->status = YS_EUNKNOWN;
    return YS_EUNKNOWN;
}

enum ys_status ys_playlist_create(struct ys_session *session, const char *title,
                                  const char *description, enum ys_privacy privacy,
                                  char id_out[YS_ID_BYTES], struct ys_error *err)
{
    struct ys_playlist_fields fields = {
        .title = title,
        .description = description ? description : "",
        .privacy = privacy == YS_PRIVACY_UNSET ? YS_PRIVACY_PRIVATE : privacy,
        .default_language = "",
        .localizations = "",
    };
    struct taken taken = {.session = session};
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;

    id_out[0] = '\0';
    YS_TRY(ys_title_check(title, err));
    YS_TRY(ys_description_check(fields.description, err));
    YS_TRY(ys_session_account(session, &taken.account, err));
    YS_TRY(ys_request_playlist_insert(&request, &fields, err));
    YS_TRY(send_write(session, &request, &exchange, err));
    status = ys_store_begin(session->store, err);
    if (status == YS_OK) {
        status = ys_parse_playlist(ys_client_json(session->client), &exchange.reply.body,
                                   take_playlist, &taken, err);
        if (status == YS_OK) status = log_write(session, "playlist_create", taken.id, "", "", err);
        if (status == YS_OK) status = ys_store_commit(session->store, err);
        if (status != YS_OK) ys_store_rollback(session->store);
    }
    ys_exchange_free(&exchange);
    (void)ys_copy(id_out, YS_ID_BYTES, taken.id);
    return unreadable(status, err);
}

static enum ys_status take_item(void *ctx, const struct ys_api_item *item, struct ys_error *err)
{
    struct taken *taken = ctx;

    (void)err;
    (void)ys_copy(taken->id, sizeof taken->id, item->id);
    return YS_OK;
}

enum ys_status ys_playlist_add_video(struct ys_session *session, const char *playlist_id,
                                     const char *video_id, char item_id_out[YS_ID_BYTES],
                                     struct ys_error *err)
{
    struct taken taken = {.session = session};
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;

    item_id_out[0] = '\0';
    YS_TRY(own_playlist(session, playlist_id, err));
    YS_TRY(ys_session_account(session, &taken.account, err));
    YS_TRY(ys_request_item_insert(&request, playlist_id, video_id, -1, err));
    YS_TRY(send_write(session, &request, &exchange, err));
    status = ys_store_begin(session->store, err);
    if (status == YS_OK) {
        if (exchange.outcome.verdict != YS_VERDICT_ALREADY)
            status = ys_parse_item(ys_client_json(session->client), &exchange.reply.body,
                                   take_item, &taken, err);
        if (status == YS_OK)
            status = log_write(session, "item_insert", playlist_id, video_id, taken.id, err);
        if (status == YS_OK) status = ys_store_commit(session->store, err);
        if (status != YS_OK) ys_store_rollback(session->store);
    }
    ys_exchange_free(&exchange);
    (void)ys_copy(item_id_out, YS_ID_BYTES, taken.id);
    return unreadable(status, err);
}

enum ys_status ys_playlist_delete(struct ys_session *session, const char *playlist_id,
                                  struct ys_error *err)
{
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;
    int64_t account;

    YS_TRY(own_playlist(session, playlist_id, err));
    YS_TRY(ys_session_account(session, &account, err));
    YS_TRY(ys_request_playlist_delete(&request, playlist_id, err));
    YS_TRY(send_write(session, &request, &exchange, err));
    ys_exchange_free(&exchange);
    YS_TRY(ys_store_begin(session->store, err));
    status = ys_playlist_deleted(session->store, playlist_id, ys_session_now(session), err);
    if (status == YS_OK) status = log_write(session, "playlist_delete", playlist_id, "", "", err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}
