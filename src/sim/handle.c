/* handle.c: the way of one request through the simulated API.
 *
 * Order: routing, parsing, hook and edits, sign-in, quota, fault instead of the effect,
 * parameters, the method, fault after the effect, headers, hook, log. All of it is one
 * transaction: a request is in the state as a whole or not at all. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/fault_apply.h"
#include "sim/identity.h"
#include "sim/record.h"

#define API_PREFIX "/youtube/v3/"

/* What a method takes, and who answers. The parts are those of its resource. */
#define ITEM_PARTS "contentDetails id snippet status"
#define PLAYLIST_PARTS "contentDetails id localizations player snippet status"
#define VIDEO_PARTS                                                                              \
    "brandPartner contentDetails fileDetails id liveStreamingDetails localizations "             \
    "paidProductPlacementDetails player processingDetails recordingDetails snippet statistics "  \
    "status suggestions topicDetails"
#define CHANNEL_PARTS                                                                            \
    "auditDetails brandingSettings contentDetails contentOwnerDetails id localizations snippet " \
    "statistics status topicDetails"
#define CMS "onBehalfOfContentOwner onBehalfOfContentOwnerChannel"

static const struct route {
    enum ys_sim_method method;
    const char *verb, *resource, *known, *parts; /* parts NULL: takes none */
    ys_sim_method_fn run;
} routes[] = {
    {YS_SIM_M_CHANNELS_LIST, "GET", "channels",
     "part id mine forHandle forUsername managedByMe maxResults pageToken hl " CMS, CHANNEL_PARTS,
     ys_sim_channels_list},
    {YS_SIM_M_PLAYLISTS_LIST, "GET", "playlists",
     "part id mine channelId maxResults pageToken hl " CMS, PLAYLIST_PARTS,
     ys_sim_playlists_list},
    {YS_SIM_M_PLAYLISTS_INSERT, "POST", "playlists", "part " CMS, PLAYLIST_PARTS,
     ys_sim_playlists_insert},
    {YS_SIM_M_PLAYLISTS_UPDATE, "PUT", "playlists", "part " CMS, PLAYLIST_PARTS,
     ys_sim_playlists_update},
    {YS_SIM_M_PLAYLISTS_DELETE, "DELETE", "playlists", "id " CMS, NULL, ys_sim_playlists_delete},
    {YS_SIM_M_ITEMS_LIST, "GET", "playlistItems",
     "part id playlistId videoId maxResults pageToken " CMS, ITEM_PARTS, ys_sim_items_list},
    {YS_SIM_M_ITEMS_INSERT, "POST", "playlistItems", "part " CMS, ITEM_PARTS,
     ys_sim_items_insert},
    {YS_SIM_M_ITEMS_UPDATE, "PUT", "playlistItems", "part " CMS, ITEM_PARTS, ys_sim_items_update},
    {YS_SIM_M_ITEMS_DELETE, "DELETE", "playlistItems", "id " CMS, NULL, ys_sim_items_delete},
    {YS_SIM_M_VIDEOS_LIST, "GET", "videos",
     "part id chart myRating maxResults pageToken hl locale maxHeight maxWidth regionCode "
     "videoCategoryId " CMS,
     VIDEO_PARTS, ys_sim_videos_list},
};

/* ------------------------------------------------------------------ replies */

void ys_sim_reply_init(struct ys_sim_reply *reply)
{
    *reply = (struct ys_sim_reply){0};
    ys_buf_init(&reply->headers, YS_SIM_REPLY_BYTES_MAX);
    ys_buf_init(&reply->body, YS_SIM_REPLY_BYTES_MAX);
}

void ys_sim_reply_free(struct ys_sim_reply *reply)
{
    ys_buf_free(&reply->headers);
    ys_buf_free(&reply->body);
}

bool ys_sim_reply_header(const struct ys_sim_reply *reply, const char *name, char *out,
                         size_t out_bytes)
{
    const char *at = ys_buf_text(&reply->headers);
    size_t name_bytes = strlen(name);
    if (out_bytes) out[0] = '\0';
    while (*at) {
        size_t length = strcspn(at, "\r");
        if (length > name_bytes + 1 && at[name_bytes] == ':' &&
            strncasecmp(at, name, name_bytes) == 0) {
            const char *value = at + name_bytes + 1;
            while (*value == ' ') value++;
            (void)snprintf(out, out_bytes, "%.*s", (int)(at + length - value), value);
            return true;
        }
        at += length;
        while (*at == '\r' || *at == '\n') at++;
    }
    return false;
}

enum ys_status ys_sim_call_refuse_at(struct ys_sim_call *call, enum ys_sim_refusal refusal,
                                     const char *message, const char *location)
{
    ys_sim_refuse(call->reply, refusal, message, location);
    (void)ys_copy(call->reason, sizeof call->reason, ys_sim_refusal_reason(refusal));
    call->done = true;
    return YS_OK;
}

enum ys_status ys_sim_call_refuse(struct ys_sim_call *call, enum ys_sim_refusal refusal)
{
    return ys_sim_call_refuse_at(call, refusal, NULL, NULL);
}

/* ------------------------------------------------------------------ checks of writes */

bool ys_sim_special_playlist(const char *id)
{
    static const char *const starts[] = {"UU", "FL", "RD", "OLAK5uy_", "PU", "HL"};
    if (strcmp(id, "WL") == 0 || strcmp(id, "LL") == 0) return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(id, starts[i], strlen(starts[i])) == 0) return true;
    return false;
}

bool ys_sim_write_clashes(struct ys_sim_call *call, const struct ys_sim_pl *playlist)
{
    int64_t now = ys_sim_mono(call->sim);
    bool young = playlist->born_mono_ms != INT64_MIN &&
                 now - playlist->born_mono_ms < call->sim->options.young_write_ms;
    if (!young && now >= playlist->busy_until_ms) return false;
    ys_sim_call_refuse(call, YS_SIM_NO_ABORTED);
    return true;
}

enum ys_status ys_sim_write_done(struct ys_sim_call *call, struct ys_sim_pl *playlist,
                                 struct ys_error *err)
{
    call->event.effect = true;
    if (call->request->busy_ms <= 0) return YS_OK;
    return ys_sim_pl_set_busy(call->sim, playlist,
                              ys_sim_mono(call->sim) + call->request->busy_ms, err);
}

/* ------------------------------------------------------------------ the way of a request */

/* Finds the method; what there is no route for is refused later, by `known`. */
static const struct route *find_route(const struct ys_sim_request *request, bool *known)
{
    const char *path = request->path;
    size_t prefix = strlen(API_PREFIX);
    *known = false;
    if (strncmp(path, API_PREFIX, prefix) != 0) return NULL;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].resource, path + prefix) != 0) continue;
        *known = true;
        if (strcmp(routes[i].verb, request->method) == 0) return &routes[i];
    }
    return NULL;
}

static void note_target(struct ys_sim_call *call)
{
    struct ys_sim_event *event = &call->event;
    const char *id = ys_sim_param(&call->params, "id");
    const char *playlist = ys_sim_param(&call->params, "playlistId");
    const char *video = ys_sim_param(&call->params, "videoId");
    bool is_playlist = call->method == YS_SIM_M_PLAYLISTS_LIST ||
                       call->method == YS_SIM_M_PLAYLISTS_UPDATE ||
                       call->method == YS_SIM_M_PLAYLISTS_DELETE;
    if (call->input.playlist_id) playlist = call->input.playlist_id;
    if (call->input.video_id) video = call->input.video_id;
    if (call->input.id) id = call->input.id;
    if (call->method == YS_SIM_M_VIDEOS_LIST || call->method == YS_SIM_M_CHANNELS_LIST) id = NULL;
    if (is_playlist && id) playlist = id;
    if (playlist) (void)ys_copy(event->playlist_id, sizeof event->playlist_id, playlist);
    if (video) (void)ys_copy(event->video_id, sizeof event->video_id, video);
    if (id && !is_playlist) (void)ys_copy(event->item_id, sizeof event->item_id, id);
    if (call->input.title) (void)ys_copy(event->title, sizeof event->title, call->input.title);
}

struct edit_ctx {
    struct ys_sim_call *call;
    enum ys_status status;
    struct ys_error *err;
};

static void run_edit(void *ctx, const struct ys_sim_fault_rule *rule)
{
    struct edit_ctx *edit = ctx;
    if (edit->status == YS_OK) edit->status = ys_sim_fault_edit(edit->call, rule, edit->err);
}

/* Parameters and parts, for every method the same; refuses. */
static void check_params(struct ys_sim_call *call, const struct route *route)
{
    char bad[64], message[96];
    const char *unknown = ys_sim_param_unknown(&call->params, route->known);
    const char *part = ys_sim_param(&call->params, "part");
    if (unknown) {
        ys_sim_call_refuse_at(call, YS_SIM_NO_UNEXPECTED, NULL, unknown);
    } else if (route->parts && (!part || !*part)) {
        ys_sim_call_refuse(call, YS_SIM_NO_REQUIRED);
    } else if (route->parts &&
               !ys_sim_parts(part, route->parts, &call->parts, bad, sizeof bad)) {
        (void)snprintf(message, sizeof message, "'%s'", bad);
        ys_sim_call_refuse_at(call, YS_SIM_NO_UNKNOWN_PART, message, NULL);
    }
}

/* From sign-in to the method's answer, with the fault in its place. */
static enum ys_status run(struct ys_sim_call *call, const struct route *route,
                          const struct ys_sim_fault_rule *fault, struct ys_error *err)
{
    int64_t units = ys_sim_method_units(call->method);
    bool instead = fault && ys_sim_fault_way(fault->kind) == YS_SIM_FAULT_INSTEAD;
    YS_TRY(ys_sim_sign_in(call, err));
    if (call->done) return YS_OK;
    if (!(instead && !fault->effect && ys_sim_fault_is_free(fault->kind)))
        YS_TRY(ys_sim_charge(call, units, err));
    if (call->done) return YS_OK;
    if (instead && !fault->effect) {
        ys_sim_fault_answer(call, fault);
    } else {
        if (fault) ys_sim_fault_before(call, fault);
        check_params(call, route);
        if (!call->done) YS_TRY(route->run(call, err));
    }
    if (call->done && !call->sim->options.failed_cost_full)
        YS_TRY(ys_sim_uncharge(call, units - 1, err));
    if (instead && fault->effect) ys_sim_fault_answer(call, fault);
    if (fault && !instead) ys_sim_fault_looks(call, fault);
    return YS_OK;
}

static enum ys_status run_identity(struct ys_sim_call *call, const struct ys_sim_fault_rule *fault,
                                struct ys_error *err)
{
    bool instead = fault && ys_sim_fault_way(fault->kind) == YS_SIM_FAULT_INSTEAD;
    if (!(instead && !fault->effect)) YS_TRY(ys_sim_identity(call, err));
    if (instead) ys_sim_fault_answer(call, fault);
    else if (fault) ys_sim_fault_looks(call, fault);
    return YS_OK;
}

static void call_hook(struct ys_sim_call *call, enum ys_sim_phase phase)
{
    call->event.phase = phase;
    call->event.method = call->method;
    call->event.status = phase == YS_SIM_AFTER ? call->reply->status : 0;
    if (call->sim->hook) call->sim->hook(call->sim->hook_ctx, call->sim, &call->event);
}

static enum ys_status answer(struct ys_sim_call *call, struct ys_error *err)
{
    struct ys_sim *sim = call->sim;
    const struct ys_sim_request *request = call->request;
    const struct ys_sim_fault_rule *fault = NULL;
    bool known = false;
    const struct route *route = find_route(request, &known);
    bool identity = ys_sim_identity_method(request, &call->method);
    bool parsed = ys_sim_params_parse(&call->params, request->query);
    if (route) call->method = route->method;
    if (route && request->body_bytes > 0 && request->body_bytes <= YS_SIM_BODY_BYTES_MAX)
        YS_TRY(ys_sim_input_read(sim, request->body, request->body_bytes, &call->input, err));
    note_target(call);
    call_hook(call, YS_SIM_BEFORE);
    struct edit_ctx edit = {call, YS_OK, err};
    fault = ys_sim_faults_match(&sim->faults, call->method, &sim->random, run_edit, &edit);
    if (edit.status != YS_OK) return edit.status;
    if (identity) YS_TRY(run_identity(call, fault, err));
    else if (!route)
        ys_sim_call_refuse(call, known ? YS_SIM_NO_METHOD : YS_SIM_NO_NOT_FOUND);
    else if (!parsed) ys_sim_call_refuse(call, YS_SIM_NO_BAD_REQUEST);
    else if (request->body_bytes > YS_SIM_BODY_BYTES_MAX)
        ys_sim_call_refuse(call, YS_SIM_NO_TOO_LARGE);
    else YS_TRY(run(call, route, fault, err));
    if (call->reply->status == 0) {
        ys_buf_clear(&call->reply->headers);
    } else {
        char date[30];
        ys_http_date_text(ys_sim_wall(sim), date);
        ys_buf_printf(&call->reply->headers, "Date: %s\r\n", date);
    }
    call_hook(call, YS_SIM_AFTER);
    YS_TRY(ys_sim_log_request(call, fault ? ys_sim_fault_name(fault->kind) : "", err));
    YS_TRY(ys_sim_record_add(sim->record, call, fault ? ys_sim_fault_name(fault->kind) : "", err));
    YS_TRY(ys_buf_check(&call->reply->headers, "the headers of a simulated reply", err));
    return ys_buf_check(&call->reply->body, "a simulated reply", err);
}

enum ys_status ys_sim_handle(struct ys_sim *sim, const struct ys_sim_request *request,
                             struct ys_sim_reply *reply, struct ys_error *err)
{
    struct ys_sim_call *call = ys_alloc_zero(1, sizeof *call);
    if (!call) return ys_fail(err, YS_ENOMEM, "no memory for a simulated request");
    call->sim = sim;
    call->request = request;
    call->reply = reply;
    call->short_rows = -1;
    call->hidden_row = -1;
    reply->delay_ms = 0;
    ys_sim_reply_start(reply, 0, NULL);
    enum ys_status status = ys_sim_begin(sim, err);
    if (status != YS_OK) goto out;
    call->event.number = ++sim->request_number;
    sim->random = ys_sim_mix(sim->options.seed ^ ((uint64_t)call->event.number << 20));
    status = ys_sim_end(sim, answer(call, err), err);
out:
    ys_sim_input_free(&call->input);
    ys_free(call);
    return status;
}
