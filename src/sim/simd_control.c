/* simd_control.c: the endpoints for tests under /sim/.
 *
 *   GET  /sim/truth[?items=1]  report against the snapshot, playlists (with their video ids)
 *   GET  /sim/dump[?ids=1]     everything as text
 *   GET  /sim/quota            the ledger, day by day
 *   GET  /sim/requests[?from=N] the log of requests
 *   GET  /sim/clock            the simulated time
 *   POST /sim/fault            one specification a line (faults.h); DELETE clears them
 *   POST /sim/clock            "MS": lets that much time pass
 *   POST /sim/snapshot         measures lost and doubled from now on
 *   POST /sim/spend            "UNITS": somebody else spends them
 *   POST /sim/set              "name=value" a line: quota creates creates_hour lag_min lag_max
 *                              young_write young_read short double total extra_total reset_late
 *                              exhausted (403 or 429) token_life
 *   POST /sim/token            "add TOKEN [CHANNEL_ID [SCOPE]]" or "revoke TOKEN"
 *   POST /sim/consent          "allow", "deny ERROR", "scope SCOPES", "channel ID", "refuse ERROR
 *                              [DESCRIPTION]" (see ys_sim_consent), or "revoke"
 *   POST /sim/account          "ID [TITLE...]": another channel; without a title none
 *   POST /sim/edit             one a line: "add PLAYLIST VIDEO [POSITION]", "remove ITEM",
 *                              "move ITEM POSITION", "rename PLAYLIST TITLE...",
 *                              "privacy PLAYLIST P", "create TITLE...", "delete PLAYLIST",
 *                              "video ID live|private|deleted"
 * Answers are JSON (dump: text); mistakes are 400 with {"error": "..."}. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/env.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/errors.h"
#include "sim/simd.h"
#include "sim/truth.h"

#define WORDS_MAX 4

static bool query_number(const char *query, const char *name, int64_t *out)
{
    const char *at = query ? strstr(query, name) : NULL;
    if (!at || at[strlen(name)] != '=') return false;
    *out = strtoll(at + strlen(name) + 1, NULL, 10);
    return true;
}

/* Cuts a line into at most WORDS_MAX words, the last one with all that is left. */
static size_t cut(char *line, char *words[WORDS_MAX])
{
    size_t count = 0;
    while (count < WORDS_MAX) {
        line += strspn(line, " \t\r");
        if (!*line) break;
        words[count++] = line;
        if (count == WORDS_MAX) break;
        line += strcspn(line, " \t\r");
        if (*line) *line++ = '\0';
    }
    return count;
}

typedef enum ys_status (*line_fn)(struct simd *simd, char *line, struct ys_error *err);

/* Calls for each line of a body that is not empty. */
static enum ys_status each_line(struct simd *simd, const struct ys_sim_request *request,
                                line_fn each, struct ys_error *err)
{
    char *text = ys_alloc(request->body_bytes + 1);
    enum ys_status status = YS_OK;
    if (!text) return ys_fail(err, YS_ENOMEM, "no memory for a request");
    if (request->body_bytes) memcpy(text, request->body, request->body_bytes);
    text[request->body_bytes] = '\0';
    for (char *at = text; *at && status == YS_OK;) {
        size_t length = strcspn(at, "\n");
        bool more = at[length] == '\n';
        at[length] = '\0';
        if (at[strspn(at, " \t\r")]) status = each(simd, at, err);
        at += length + (more ? 1 : 0);
    }
    ys_free(text);
    return status;
}

/* ------------------------------------------------------------------ lines */

static enum ys_status fault_line(struct simd *simd, char *line, struct ys_error *err)
{
    line[strcspn(line, "\r")] = '\0';
    return ys_sim_fault(simd->sim, line, err);
}

static enum ys_status clock_line(struct simd *simd, char *line, struct ys_error *err)
{
    int64_t duration_ms = strtoll(line, NULL, 10);
    if (duration_ms <= 0) return ys_fail(err, YS_EINVAL, "\"%s\" is not a time in ms", line);
    ys_env_sleep_ms(ys_sim_env(simd->sim), duration_ms);
    return YS_OK;
}

static enum ys_status spend_line(struct simd *simd, char *line, struct ys_error *err)
{
    return ys_sim_spend(simd->sim, strtoll(line, NULL, 10), err);
}

static enum ys_status set_line(struct simd *simd, char *line, struct ys_error *err)
{
    struct ys_sim_options *options = ys_sim_options(simd->sim);
    char *equals = strchr(line, '=');
    int64_t value = equals ? strtoll(equals + 1, NULL, 10) : 0;
    const struct { const char *name; int64_t *wide; int *narrow; } settings[] = {
        {"quota", &options->quota_daily_units, NULL},
        {"creates", &options->creates_per_day, NULL},
        {"creates_hour", &options->creates_per_hour, NULL},
        {"lag_min", &options->lag_min_ms, NULL},
        {"lag_max", &options->lag_max_ms, NULL},
        {"young_write", &options->young_write_ms, NULL},
        {"young_read", &options->young_read_ms, NULL},
        {"token_life", &options->page_token_life_ms, NULL},
        {"extra_total", &options->extra_total, NULL},
        {"reset_late", &options->reset_late_ms, NULL},
        {"short", NULL, &options->short_page_permille},
        {"double", NULL, &options->double_row_permille},
        {"total", NULL, &options->total_lie_permille}};
    if (!equals) return ys_fail(err, YS_EINVAL, "\"%s\": name=value expected", line);
    *equals = '\0';
    if (strcmp(line, "exhausted") == 0) {
        options->exhausted_form = value == 429 ? YS_SIM_EXHAUSTED_429 : YS_SIM_EXHAUSTED_403;
        return YS_OK;
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (strcmp(line, settings[i].name) != 0) continue;
        if (settings[i].wide) *settings[i].wide = value;
        if (settings[i].narrow) *settings[i].narrow = (int)value;
        return YS_OK;
    }
    return ys_fail(err, YS_EINVAL, "there is no setting \"%s\"", line);
}

static enum ys_status token_line(struct simd *simd, char *line, struct ys_error *err)
{
    char *words[WORDS_MAX] = {NULL};
    size_t count = cut(line, words);
    if (count == 2 && strcmp(words[0], "revoke") == 0)
        return ys_sim_token_revoke(simd->sim, words[1], err);
    if (count >= 2 && strcmp(words[0], "add") == 0)
        return ys_sim_token_add(simd->sim, words[1], count > 2 ? words[2] : YS_SIM_CHANNEL_ID,
                                count > 3 ? words[3] : NULL, 0, err);
    return ys_fail(err, YS_EINVAL, "add TOKEN [CHANNEL [SCOPE]] or revoke TOKEN expected");
}

static enum ys_status consent_line(struct simd *simd, char *line, struct ys_error *err)
{
    char *space;
    line[strcspn(line, "\r")] = '\0';
    if (strcmp(line, "revoke") == 0) return ys_sim_revoke_all(simd->sim, err);
    space = strchr(line, ' ');
    if (space) *space++ = '\0';
    return ys_sim_consent(simd->sim, line, space ? space : "", err);
}

static enum ys_status account_line(struct simd *simd, char *line, struct ys_error *err)
{
    char *title = strchr(line, ' ');
    if (title) *title++ = '\0';
    return ys_sim_account_add(simd->sim, line, title, NULL, err);
}

/* The rest of a line from its second or third word on, put together again. */
static const char *rest(char *words[WORDS_MAX], size_t count, size_t from)
{
    for (size_t i = from; i + 1 < count; i++) words[i][strlen(words[i])] = ' ';
    return words[from];
}

static enum ys_status edit_line(struct simd *simd, char *line, struct ys_error *err)
{
    struct ys_sim *sim = simd->sim;
    char *words[WORDS_MAX] = {NULL};
    size_t count = cut(line, words);
    const char *what = count ? words[0] : "";
    enum ys_privacy privacy;
    enum ys_availability availability;
    if (strcmp(what, "add") == 0 && count >= 3)
        return ys_sim_item_add(sim, words[1], words[2],
                               count > 3 ? strtoll(words[3], NULL, 10) : -1, 0, NULL, err);
    if (strcmp(what, "remove") == 0 && count == 2) return ys_sim_item_remove(sim, words[1], err);
    if (strcmp(what, "move") == 0 && count == 3)
        return ys_sim_item_move(sim, words[1], strtoll(words[2], NULL, 10), err);
    if (strcmp(what, "delete") == 0 && count == 2)
        return ys_sim_playlist_remove(sim, words[1], err);
    if (strcmp(what, "rename") == 0 && count >= 3)
        return ys_sim_playlist_edit(sim, words[1], rest(words, count, 2), NULL, YS_PRIVACY_UNSET,
                                    err);
    if (strcmp(what, "privacy") == 0 && count == 3 && ys_privacy_from_name(words[2], &privacy))
        return ys_sim_playlist_edit(sim, words[1], NULL, NULL, privacy, err);
    if (strcmp(what, "video") == 0 && count == 3 &&
        ys_availability_from_name(words[2], &availability))
        return ys_sim_video_set(sim, words[1], availability, err);
    if (strcmp(what, "create") == 0 && count >= 2) {
        struct ys_sim_playlist spec = {.title = rest(words, count, 1),
                                       .privacy = YS_PRIVACY_PRIVATE};
        return ys_sim_playlist_add(sim, &spec, NULL, err);
    }
    return ys_fail(err, YS_EINVAL, "the edit \"%s\" is not understood", what);
}

/* ------------------------------------------------------------------ endpoints */

static enum ys_status snapshot(struct simd *simd, struct ys_error *err)
{
    return ys_truth_snapshot(simd->sim, err);
}

static enum ys_status read_endpoint(struct simd *simd, const char *name, const char *query,
                                    struct ys_sim_reply *reply, bool *known, struct ys_error *err)
{
    int64_t number = 0;
    char text[YS_TIME_TEXT_BYTES];
    *known = true;
    if (strcmp(name, "truth") == 0) {
        bool items = query_number(query, "items", &number) && number != 0;
        return ys_truth_json(simd->sim, items, &reply->body, err);
    }
    if (strcmp(name, "dump") == 0) {
        bool ids = query_number(query, "ids", &number) && number != 0;
        return ys_truth_dump(simd->sim, ids, &reply->body, err);
    }
    if (strcmp(name, "quota") == 0) return ys_sim_quota_json(simd->sim, &reply->body, err);
    if (strcmp(name, "requests") == 0) {
        (void)query_number(query, "from", &number);
        return ys_sim_requests_json(simd->sim, number, &reply->body, err);
    }
    if (strcmp(name, "clock") == 0) {
        int64_t wall_ms = ys_env_wall_ms(ys_sim_env(simd->sim));
        ys_time_text(wall_ms, text);
        ys_buf_printf(&reply->body, "{\"wall_ms\":%lld,\"wall\":\"%s\"}", (long long)wall_ms,
                      text);
        return YS_OK;
    }
    *known = false;
    return YS_OK;
}

static enum ys_status write_endpoint(struct simd *simd, const char *name,
                                     const struct ys_sim_request *request, bool *known,
                                     struct ys_error *err)
{
    static const struct { const char *name; line_fn each; } endpoints[] = {
        {"fault", fault_line}, {"clock", clock_line}, {"spend", spend_line}, {"set", set_line},
        {"token", token_line}, {"edit", edit_line}, {"consent", consent_line},
        {"account", account_line}};
    *known = true;
    if (strcmp(name, "snapshot") == 0) return snapshot(simd, err);
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++)
        if (strcmp(endpoints[i].name, name) == 0)
            return each_line(simd, request, endpoints[i].each, err);
    *known = false;
    return YS_OK;
}

enum ys_status simd_control(struct simd *simd, const struct ys_sim_request *request,
                            struct ys_sim_reply *reply, struct ys_error *err)
{
    const char *name = request->path + strlen(SIMD_CONTROL_PREFIX);
    bool known = false, text = strcmp(name, "dump") == 0;
    enum ys_status status = YS_OK;
    ys_sim_reply_start(reply, 200, text ? "text/plain; charset=UTF-8"
                                        : "application/json; charset=UTF-8");
    if (strcmp(request->method, "GET") == 0) {
        status = read_endpoint(simd, name, request->query, reply, &known, err);
    } else if (strcmp(request->method, "POST") == 0) {
        status = write_endpoint(simd, name, request, &known, err);
        ys_buf_text_add(&reply->body, "{\"ok\":true}");
    } else if (strcmp(request->method, "DELETE") == 0 && strcmp(name, "fault") == 0) {
        known = true;
        ys_sim_faults_clear(simd->sim);
        ys_buf_text_add(&reply->body, "{\"ok\":true}");
    }
    if (!known || status != YS_OK) {
        ys_sim_reply_start(reply, known ? 400 : 404, "application/json; charset=UTF-8");
        ys_buf_text_add(&reply->body, "{\"error\":");
        ys_buf_json(&reply->body, known && err ? err->message : "there is no such endpoint");
        ys_buf_text_add(&reply->body, "}");
    }
    return ys_buf_check(&reply->body, "an answer", err);
}
