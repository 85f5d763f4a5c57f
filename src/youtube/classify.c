/* classify.c: what a reply of the API means; the one place that knows its error reasons.
 *
 * A verdict is found in this order, the first that fits:
 *   1. the wire: nothing left, nothing came back, 2xx, 304;
 *   2. `by_reason`: reasons that mean one thing whatever the status says;
 *   3. quota and pace (YOUTUBE_API 1.6), which no single member tells apart;
 *   4. `by_status`: what is left, by HTTP status alone.
 * Reasons lie ("SERVICE_UNAVAILABLE" is both a passing conflict and a missing permission), so
 * rows can ask for method, HTTP status, error.status and words of the message as well.
 *
 * Rule of safety: a 4xx was not applied, except 408 and 409; whatever else is not a success may
 * have been (YOUTUBE_API 3.4). For a read it does not matter: RETRY. */
#include "youtube/classify.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "net/retry.h"
#include "youtube/words.h"

/* ------------------------------------------------------------------ the rules */

#define BIT(method) (1u << YS_METHOD_##method)
#define PLAYLIST_WRITES (BIT(PLAYLISTS_INSERT) | BIT(PLAYLISTS_UPDATE) | BIT(PLAYLISTS_DELETE))
#define ITEM_WRITES (BIT(ITEMS_INSERT) | BIT(ITEMS_UPDATE) | BIT(ITEMS_DELETE))
#define WRITES (PLAYLIST_WRITES | ITEM_WRITES)
#define DELETES (BIT(PLAYLISTS_DELETE) | BIT(ITEMS_DELETE))
#define READS (BIT(CHANNELS_LIST) | BIT(PLAYLISTS_LIST) | BIT(ITEMS_LIST) | BIT(VIDEOS_LIST))
/* Calls that name one playlist, so that a refusal can be about it. */
#define ON_PLAYLIST (BIT(PLAYLISTS_UPDATE) | BIT(PLAYLISTS_DELETE) | BIT(ITEMS_LIST) | ITEM_WRITES)
#define NOT_ON_PLAYLIST (~ON_PLAYLIST)
#define ANY (~0u)

struct rule {
    unsigned methods;
    int http_from, http_to;
    const char *api_status;   /* NULL: any */
    const char *reasons;      /* separated by spaces; NULL: any or none */
    const char *words;        /* in the message, any case; NULL: any */
    enum ys_verdict verdict;
    const char *remedy;       /* what a person can do; NULL: nothing, or the server says it */
    const char *source;       /* section of YOUTUBE_API.md */
};

#define HTTP(status) status, status
#define HTTP_ANY 0, 999
#define CLIENT_ERROR 400, 499
#define SERVER_ERROR 500, 599

#define SAY_SIGN_IN "Sign in again; the scope youtube.force-ssl (or youtube) must be allowed."
#define SAY_TOKEN "The access token is expired or wrong: sign in again."
#define SAY_CHANNEL                                                                              \
    "This Google account has no YouTube channel: make one at youtube.com, or sign in with the "  \
    "account that owns the channel."
#define SAY_API_OFF                                                                              \
    "Switch on \"YouTube Data API v3\" for the project in the Google Cloud console, then wait a " \
    "few minutes."
#define SAY_KEY "Check the project's credentials in the Google Cloud console."
#define SAY_ACCOUNT "Look at the account's state on youtube.com."
#define SAY_TOO_MANY "The channel holds as many playlists as YouTube allows: delete some first."
#define SAY_FULL "A playlist holds 5,000 videos at most."
#define SAY_LOOK "Only playlists that this account owns can be changed."

static const struct rule by_reason[] = {
    /* who is asking */
    {ANY, HTTP_ANY, NULL, "youtubeSignupRequired NoLinkedYouTubeAccount", NULL,
     YS_VERDICT_SIGN_IN, SAY_CHANNEL, "3.3, 5"},
    {ANY, HTTP_ANY, NULL,
     "insufficientPermissions insufficient_scope ACCESS_TOKEN_SCOPE_INSUFFICIENT", NULL,
     YS_VERDICT_SIGN_IN, SAY_SIGN_IN, "3.3, 5"},
    {ANY, CLIENT_ERROR, NULL, "invalid_grant access_denied admin_policy_enforced", NULL,
     YS_VERDICT_SIGN_IN, SAY_SIGN_IN, "5"},
    {ANY, HTTP(403), NULL, NULL, "missing a valid API key", YS_VERDICT_TOKEN_EXPIRED, SAY_TOKEN,
     "5"},
    {ANY, HTTP(401), NULL, NULL, NULL, YS_VERDICT_TOKEN_EXPIRED, SAY_TOKEN, "3.2, 5"},
    /* which project */
    {ANY, CLIENT_ERROR, NULL, "accessNotConfigured SERVICE_DISABLED", NULL,
     YS_VERDICT_PROJECT_BLOCKED, SAY_API_OFF, "3.2, 3.3"},
    {ANY, CLIENT_ERROR, NULL,
     "keyInvalid keyExpired API_KEY_INVALID API_KEY_SERVICE_BLOCKED CONSUMER_SUSPENDED "
     "CONSUMER_INVALID invalid_client unauthorized_client", NULL,
     YS_VERDICT_PROJECT_BLOCKED, SAY_KEY, "3.2, 3.3, 5"},
    {ANY, HTTP(403), NULL, NULL, "are blocked.", YS_VERDICT_PROJECT_BLOCKED, SAY_KEY, "3.3"},
    /* which account */
    {ANY, CLIENT_ERROR, NULL, "maxPlaylistExceeded", NULL, YS_VERDICT_ACCOUNT_REFUSED,
     SAY_TOO_MANY, "3.2, 3.4"},
    {ANY, CLIENT_ERROR, NULL,
     "accountDelegationForbidden accountDeleted accountDisabled accountUnverified "
     "authenticatedUserAccountClosed authenticatedUserAccountSuspended authenticatedUserNotChannel "
     "channelClosed channelForbidden channelNotFound channelSuspended cmsUserAccountNotFound "
     "contentOwnerAccountNotFound insufficientCapabilities", NULL,
     YS_VERDICT_ACCOUNT_REFUSED, SAY_ACCOUNT, "3.2, 3.4"},
    /* the goal holds already */
    {DELETES, HTTP(404), NULL, "playlistNotFound playlistItemNotFound notFound", NULL,
     YS_VERDICT_ALREADY, NULL, "3.3, 3.4"},
    {DELETES, HTTP(410), NULL, "deleted", NULL, YS_VERDICT_ALREADY, NULL, "3.2"},
    {BIT(ITEMS_INSERT), HTTP(409), NULL, "videoAlreadyInPlaylist", NULL, YS_VERDICT_ALREADY, NULL,
     "3.3, 3.4"},
    /* conflicts: measured as not applied for these two only */
    {BIT(ITEMS_INSERT) | BIT(PLAYLISTS_UPDATE) | READS, HTTP(409), "ABORTED", NULL, NULL,
     YS_VERDICT_RETRY, NULL, "3.3"},
    {BIT(ITEMS_INSERT) | BIT(PLAYLISTS_UPDATE) | READS, HTTP(409), NULL, "SERVICE_UNAVAILABLE",
     NULL, YS_VERDICT_RETRY, NULL, "3.3"},
    /* which playlist */
    {ANY, HTTP(404), NULL, "playlistNotFound", NULL, YS_VERDICT_PLAYLIST_GONE, NULL,
     "3.2, 3.3"},
    {BIT(PLAYLISTS_UPDATE) | BIT(ITEMS_LIST), HTTP(404), NULL, "notFound", NULL,
     YS_VERDICT_PLAYLIST_GONE, NULL, "3.2"},
    {BIT(PLAYLISTS_UPDATE) | BIT(ITEMS_LIST), HTTP(410), NULL, "deleted", NULL,
     YS_VERDICT_PLAYLIST_GONE, NULL, "3.2"},
    {ANY, CLIENT_ERROR, NULL, "playlistContainsMaximumNumberOfVideos", NULL,
     YS_VERDICT_PLAYLIST_REFUSED, SAY_FULL, "3.2, 4"},
    {ANY, CLIENT_ERROR, NULL,
     "playlistItemsNotAccessible watchHistoryNotAccessible watchLaterNotAccessible "
     "playlistOperationUnsupported", NULL, YS_VERDICT_PLAYLIST_REFUSED, SAY_LOOK, "3.2, 4"},
    {ON_PLAYLIST, HTTP(403), NULL, "playlistForbidden forbidden SERVICE_UNAVAILABLE", NULL,
     YS_VERDICT_PLAYLIST_REFUSED, SAY_LOOK, "3.2, 3.3"},
    {NOT_ON_PLAYLIST, HTTP(403), NULL, "playlistForbidden forbidden SERVICE_UNAVAILABLE", NULL,
     YS_VERDICT_ACCOUNT_REFUSED, SAY_ACCOUNT, "3.2, 3.3"},
    {ANY, CLIENT_ERROR, NULL, "manualSortRequired", NULL, YS_VERDICT_SELF_SORTED, NULL,
     "3.2, 4"},
    {ANY, CLIENT_ERROR, NULL, "invalidPlaylistItemPosition", NULL, YS_VERDICT_POSITION, NULL,
     "3.2, 4"},
    /* which item or video */
    {ANY, HTTP(404), NULL, "playlistItemNotFound", NULL, YS_VERDICT_ITEM_GONE, NULL, "3.2, 3.3"},
    {BIT(ITEMS_UPDATE), HTTP(404), NULL, "notFound", NULL, YS_VERDICT_ITEM_GONE, NULL, "3.2"},
    {BIT(ITEMS_UPDATE), HTTP(410), NULL, "deleted", NULL, YS_VERDICT_ITEM_GONE, NULL, "3.2"},
    {BIT(ITEMS_UPDATE), HTTP(400), NULL, "invalidSnippet", NULL, YS_VERDICT_ITEM_GONE, NULL,
     "3.3"},
    {READS, HTTP(404), NULL, "videoNotFound", NULL, YS_VERDICT_ITEM_GONE, NULL, "3.2"},
    {ANY, HTTP(404), NULL, "videoNotFound", NULL, YS_VERDICT_ITEM_REFUSED, NULL, "3.3"},
    {BIT(ITEMS_INSERT), HTTP(400), NULL, "failedPrecondition", NULL, YS_VERDICT_ITEM_REFUSED,
     NULL, "3.3"},
    {ITEM_WRITES, CLIENT_ERROR, NULL, "invalidResourceType videoAlreadyInAnotherSeriesPlaylist",
     NULL, YS_VERDICT_ITEM_REFUSED, NULL, "3.2, 3.4"},
    /* the listing, the request */
    {ANY, CLIENT_ERROR, NULL, "invalidPageToken", NULL, YS_VERDICT_PAGE_TOKEN, NULL, "3.3"},
    {ANY, CLIENT_ERROR, NULL,
     "defaultLanguageNotSetError localizationValidationError invalidPlaylistSnippet "
     "playlistTitleRequired invalidContentDetails invalidSnippet channelIdRequired "
     "playlistIdRequired playlistItemIdRequired resourceIdRequired failedPrecondition "
     "incompatibleParameters invalidFilters missingRequiredParameter unexpectedParameter "
     "invalidPart unknownPart invalidCriteria videoChartNotFound categoryNotFound", NULL,
     YS_VERDICT_BAD_REQUEST, NULL, "3.2, 3.3"},
    {ANY, 400, 404, NULL,
     "badRequest invalid invalidParameter invalidHeader invalidQuery parseError required "
     "unknownApi sslRequired responseTooLarge", NULL, YS_VERDICT_BAD_REQUEST, NULL, "3.2"},
};

/* Daily whatever the status; the plain forms of the general bucket (1.6 c). */
#define DAILY_REASONS                                                                            \
    "quotaExceeded dailyLimitExceeded dailyLimitExceededUnreg dailyLimitExceeded402 "            \
    "quotaExceeded402 variableTermExpiredDailyExceeded variableTermLimitExceeded"
/* Pace, unless the reply says that a day is meant (1.5, 1.6 d). */
#define PACE_REASONS                                                                             \
    "rateLimitExceeded userRateLimitExceeded rateLimitExceededUnreg userRateLimitExceededUnreg " \
    "RATE_LIMIT_EXCEEDED RESOURCE_EXHAUSTED servingLimitExceeded concurrentLimitExceeded "       \
    "limitExceeded user402 slow_down rate_limit_exceeded"

#define SAY_DAY "The quota starts anew at midnight Pacific time."
#define SAY_CREATES "YouTube limits how many playlists can be created; wait an hour or more."
#define SAY_ADDRESS "Does the API address (YTSYNC_API_URL) lead to YouTube's API?"

static const struct rule by_status[] = {
    {DELETES, HTTP(404), NULL, NULL, NULL, YS_VERDICT_ALREADY, NULL, "3.4"},
    {BIT(PLAYLISTS_UPDATE) | BIT(ITEMS_LIST), HTTP(404), "NOT_FOUND", NULL, NULL,
     YS_VERDICT_PLAYLIST_GONE, NULL, "3.4"},
    {BIT(ITEMS_UPDATE), HTTP(404), "NOT_FOUND", NULL, NULL, YS_VERDICT_ITEM_GONE, NULL, "3.4"},
    {READS, HTTP(408), NULL, NULL, NULL, YS_VERDICT_RETRY, NULL, "3.4, 6"},
    {WRITES, HTTP(408), NULL, NULL, NULL, YS_VERDICT_UNKNOWN, NULL, "3.4, 6"},
    {READS, HTTP(409), NULL, NULL, NULL, YS_VERDICT_RETRY, NULL, "3.3"},
    {WRITES, HTTP(409), NULL, NULL, NULL, YS_VERDICT_UNKNOWN, NULL, "3.3"},
    {READS, SERVER_ERROR, NULL, NULL, NULL, YS_VERDICT_RETRY, NULL, "3.4"},
    {WRITES, SERVER_ERROR, NULL, NULL, NULL, YS_VERDICT_UNKNOWN, NULL, "3.4"},
    {ON_PLAYLIST, HTTP(403), "PERMISSION_DENIED", NULL, NULL, YS_VERDICT_PLAYLIST_REFUSED,
     SAY_LOOK, "3.3"},
    {ANY, HTTP(403), "PERMISSION_DENIED", NULL, NULL, YS_VERDICT_ACCOUNT_REFUSED, SAY_ACCOUNT,
     "3.3"},
    {ANY, CLIENT_ERROR, NULL, NULL, NULL, YS_VERDICT_BAD_REQUEST, NULL, "3.4: not applied"},
    {ANY, 300, 399, NULL, NULL, NULL, YS_VERDICT_BAD_REQUEST, SAY_ADDRESS,
     "2: the API never redirects"},
    {READS, HTTP_ANY, NULL, NULL, NULL, YS_VERDICT_RETRY, NULL, "no HTTP status that is known"},
    {WRITES, HTTP_ANY, NULL, NULL, NULL, YS_VERDICT_UNKNOWN, NULL,
     "no HTTP status that is known"},
};

/* ------------------------------------------------------------------ the facts of a reply */

/* What the body and headers say, cleaned. Empty strings for what is absent. */
struct facts {
    bool api_error;           /* the body is an error of the API or of the token endpoint */
    bool out_of_memory;
    enum ys_method method;
    int http_status;
    char api_status[48];
    char reason[YS_REASON_BYTES];
    char detail_reason[YS_REASON_BYTES]; /* of google.rpc.ErrorInfo */
    char auth_error[32];      /* error="..." of WWW-Authenticate */
    char domain[64];
    char message[512];
    char quota_unit[48], quota_limit[96], quota_metric[96];
    int64_t window_start_s;   /* 0: not said */
    int64_t quota_limit_value; /* -1: not said */
};

/* Of `details` the first entry with a reason counts. Entries that are no objects are passed
 * over before anything reads them as JSON. */
static const char error_query[] =
    "SELECT json_type(v,'$.error'), json_extract(v,'$.error.status'),"
    " json_extract(v,'$.error.errors[0].reason'), json_extract(v,'$.error.errors[0].domain'),"
    " coalesce(json_extract(v,'$.error.message'), json_extract(v,'$.error.errors[0].message'),"
    "  json_extract(v,'$.error_description')),"
    " json_extract(v,'$.error'), json_extract(v,'$.error_code'),"
    " json_extract(d,'$.reason'), json_extract(d,'$.metadata.quota_unit'),"
    " json_extract(d,'$.metadata.quota_limit'), json_extract(d,'$.metadata.quota_metric'),"
    " json_extract(d,'$.metadata.window_start_time'),"
    " json_extract(d,'$.metadata.quota_limit_value')"
    " FROM (SELECT ?1 AS v) LEFT JOIN"
    " (SELECT CASE type WHEN 'object' THEN value ELSE '{}' END AS d"
    "  FROM json_each(?1,'$.error.details')) ON json_type(d,'$.reason') = 'text' LIMIT 1";

/* Digits only; `otherwise` for anything else. 15 digits cannot overflow. */
static int64_t whole_number(const char *text, int64_t otherwise)
{
    size_t digits = strspn(text, "0123456789");
    int64_t value = 0;

    if (digits < 1 || digits > 15 || text[digits] != '\0') return otherwise;
    for (size_t i = 0; i < digits; i++) value = value * 10 + (text[i] - '0');
    return value;
}

#define TAKE_WORDS(field, column)                                                                \
    ys_words_clean(facts->field, sizeof facts->field, ys_json_text(row, column))

static enum ys_status read_error(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct facts *facts = ctx;
    const char *type = ys_json_text(row, 0);

    (void)err;
    if (strcmp(type, "object") == 0) {
        facts->api_error = true;
        TAKE_WORDS(api_status, 1);
        TAKE_WORDS(reason, 2);
        TAKE_WORDS(domain, 3);
    } else if (strcmp(type, "text") == 0) {
        facts->api_error = true; /* RFC 6749, as the token endpoint answers */
        TAKE_WORDS(reason, 5);
    } else if (!ys_json_null(row, 6)) {
        facts->api_error = true;
        TAKE_WORDS(reason, 6);
    }
    TAKE_WORDS(message, 4);
    TAKE_WORDS(detail_reason, 7);
    TAKE_WORDS(quota_unit, 8);
    TAKE_WORDS(quota_limit, 9);
    TAKE_WORDS(quota_metric, 10);
    facts->window_start_s = whole_number(ys_json_text(row, 11), 0);
    facts->quota_limit_value = whole_number(ys_json_text(row, 12), -1);
    return YS_OK;
}

static void read_auth_error(struct facts *facts, const char *header)
{
    const char *start = strstr(header, "error=\"");
    const char *end = start != NULL ? strchr(start + 7, '"') : NULL;

    if (end == NULL || (size_t)(end - start - 7) >= sizeof facts->auth_error) return;
    memcpy(facts->auth_error, start + 7, (size_t)(end - start - 7));
    facts->auth_error[end - start - 7] = '\0';
}

static void read_facts(struct ys_json *json, enum ys_method method, struct ys_http_reply *reply,
                       struct facts *facts)
{
    enum ys_status status = YS_EREPLY;

    *facts = (struct facts){.method = method, .http_status = reply->http_status,
                            .quota_limit_value = -1};
    read_auth_error(facts, reply->www_authenticate);
    if (reply->body.bytes > 0) {
        status = ys_json_rows(json, error_query, reply->body.data, reply->body.bytes, read_error,
                              facts, NULL);
    }
    facts->out_of_memory = status == YS_ENOMEM;
}

/* ------------------------------------------------------------------ matching */

static bool has_words(const char *text, const char *words)
{
    return strcasestr(text, words) != NULL;
}

/* Whether `list`, separated by spaces, holds `word` whole. "" is in no list. */
static bool in_list(const char *list, const char *word)
{
    size_t length = strlen(word);

    if (length == 0) return false;
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
        bool starts = at == list || at[-1] == ' ';

        if (starts && (at[length] == ' ' || at[length] == '\0')) return true;
    }
    return false;
}

static bool has_reason(const struct facts *facts, const char *list)
{
    return in_list(list, facts->reason) || in_list(list, facts->detail_reason) ||
           in_list(list, facts->auth_error);
}

static bool fits(const struct rule *rule, const struct facts *facts)
{
    if ((rule->methods & (1u << facts->method)) == 0) return false;
    if (facts->http_status < rule->http_from || facts->http_status > rule->http_to) return false;
    if (rule->api_status != NULL && strcmp(rule->api_status, facts->api_status) != 0) return false;
    if (rule->reasons != NULL && !has_reason(facts, rule->reasons)) return false;
    return rule->words == NULL || has_words(facts->message, rule->words);
}

static const struct rule *find(const struct rule *rules, size_t count,
                               const struct facts *facts)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(&rules[i], facts)) return &rules[i];
    }
    return NULL;
}

static const struct rule day_rule = {.verdict = YS_VERDICT_DAY_USED_UP, .remedy = SAY_DAY,
                                     .source = "1.6 a, c"};
static const struct rule pace_rule = {.verdict = YS_VERDICT_SLOW_DOWN, .source = "1.6 b, d"};
static const struct rule create_rule = {.verdict = YS_VERDICT_CREATE_LIMIT,
                                        .remedy = SAY_CREATES, .source = "1.5"};

/* YOUTUBE_API 1.6: a used-up day comes as 403 or 429 and under reasons that elsewhere mean pace;
 * the metadata and the message tell. NULL: not about quota or pace. */
static const struct rule *find_quota(const struct facts *facts)
{
    bool daily_reason = has_reason(facts, DAILY_REASONS);
    bool exhausted = in_list("RESOURCE_EXHAUSTED", facts->api_status);
    bool creating = facts->method == YS_METHOD_PLAYLISTS_INSERT;

    if (facts->http_status < 400 || facts->http_status > 499) return NULL;
    if (facts->http_status != 429 && !daily_reason && !exhausted && facts->quota_unit[0] == '\0' &&
        facts->quota_limit[0] == '\0' && !has_reason(facts, PACE_REASONS)) {
        return NULL;
    }
    /* Also where its message names a day: the other calls go on. */
    if (creating && has_words(facts->message, "too many playlists")) return &create_rule;
    if (strncmp(facts->quota_unit, "1/d/", 4) == 0 || has_words(facts->quota_limit, "PerDay") ||
        has_words(facts->message, "per day")) {
        return &day_rule;
    }
    if (strncmp(facts->quota_unit, "1/min", 5) == 0 ||
        has_words(facts->quota_limit, "PerMinute") || has_words(facts->message, "per minute") ||
        has_words(facts->message, "per 100 seconds")) {
        return &pace_rule;
    }
    if (daily_reason) return &day_rule;
    if (creating && (exhausted || has_reason(facts, "RATE_LIMIT_EXCEEDED RESOURCE_EXHAUSTED"))) {
        return &create_rule;
    }
    return &pace_rule;
}

/* A 404 without an error of the API comes from something in front of it or from another server;
 * it says nothing about a playlist, and nothing about what became of a write. */
static const struct rule stray_read = {.verdict = YS_VERDICT_BAD_REQUEST, .remedy = SAY_ADDRESS,
                                       .source = "3.1"};
static const struct rule stray_write = {.verdict = YS_VERDICT_UNKNOWN, .source = "3.1"};
/* The body could not be read for want of memory: certain is only what the status says. */
static const struct rule memory_refused = {.verdict = YS_VERDICT_RETRY, .source = "3.4"};

static const struct rule *find_rule(const struct facts *facts)
{
    const struct rule *rule;
    int http = facts->http_status;

    if (facts->out_of_memory && http >= 400 && http < 500 && http != 408 && http != 409) {
        return &memory_refused;
    }
    if (http == 404 && !facts->api_error) {
        return ys_method_info(facts->method)->write ? &stray_write : &stray_read;
    }
    rule = find(by_reason, sizeof by_reason / sizeof by_reason[0], facts);
    if (rule == NULL) rule = find_quota(facts);
    if (rule == NULL) rule = find(by_status, sizeof by_status / sizeof by_status[0], facts);
    YS_REQUIRE(rule != NULL); /* the last two rows fit everything */
    return rule;
}

/* ------------------------------------------------------------------ the outcome */

#define X(code, name, applied) name,
static const char *const verdict_names[YS_VERDICT_COUNT] = {YS_VERDICT_MAP(X)};
#undef X

const char *ys_verdict_name(enum ys_verdict verdict)
{
    YS_REQUIRE((int)verdict >= 0 && verdict < YS_VERDICT_COUNT);
    return verdict_names[verdict];
}

/* NOT_MODIFIED is no failure. RETRY covers the network, a busy server and want of memory; the
 * first stands here. */
static const enum ys_status verdict_status[YS_VERDICT_COUNT] = {
    [YS_VERDICT_DONE] = YS_OK,
    [YS_VERDICT_ALREADY] = YS_OK,
    [YS_VERDICT_NOT_MODIFIED] = YS_OK,
    [YS_VERDICT_RETRY] = YS_ENETWORK,
    [YS_VERDICT_UNKNOWN] = YS_EUNKNOWN,
    [YS_VERDICT_SLOW_DOWN] = YS_ETHROTTLED,
    [YS_VERDICT_CREATE_LIMIT] = YS_ECREATES,
    [YS_VERDICT_DAY_USED_UP] = YS_EQUOTA,
    [YS_VERDICT_TOKEN_EXPIRED] = YS_EAUTH,
    [YS_VERDICT_SIGN_IN] = YS_EAUTH,
    [YS_VERDICT_PROJECT_BLOCKED] = YS_EFORBIDDEN,
    [YS_VERDICT_ACCOUNT_REFUSED] = YS_EFORBIDDEN,
    [YS_VERDICT_PLAYLIST_REFUSED] = YS_EFORBIDDEN,
    [YS_VERDICT_PLAYLIST_GONE] = YS_ENOTFOUND,
    [YS_VERDICT_ITEM_REFUSED] = YS_EAPI,
    [YS_VERDICT_ITEM_GONE] = YS_ENOTFOUND,
    [YS_VERDICT_POSITION] = YS_EAPI,
    [YS_VERDICT_SELF_SORTED] = YS_EAPI,
    [YS_VERDICT_PAGE_TOKEN] = YS_EAPI,
    [YS_VERDICT_BAD_REQUEST] = YS_EAPI,
};

static void set_verdict(struct ys_outcome *out, enum ys_verdict verdict)
{
    out->verdict = verdict;
    out->status = verdict_status[verdict];
}

/* The server's words, then the remedy, which is never cut. */
static void compose(struct ys_outcome *out, const char *words, const char *remedy)
{
    size_t remedy_bytes = remedy != NULL ? strlen(remedy) + 2 : 0;
    size_t bytes;

    YS_REQUIRE(remedy_bytes < sizeof out->message - 64);
    ys_words_clean(out->message, sizeof out->message - remedy_bytes, words);
    if (remedy == NULL) return;
    bytes = strlen(out->message);
    (void)snprintf(out->message + bytes, sizeof out->message - bytes, "%s%s%s",
                   bytes == 0 || strchr(".!?", out->message[bytes - 1]) != NULL ? "" : ".",
                   bytes == 0 ? "" : " ", remedy);
}

/* Nothing left, or nothing complete came back. */
static void without_reply(enum ys_method method, const struct ys_http_reply *reply,
                          struct ys_outcome *out)
{
    bool sent = reply->wire != YS_WIRE_NOT_SENT;
    char words[512];

    /* A request that this program refuses to send will not get better by itself. */
    if (!sent && reply->status == YS_EINVAL) {
        set_verdict(out, YS_VERDICT_BAD_REQUEST);
    } else {
        set_verdict(out, sent && ys_method_info(method)->write ? YS_VERDICT_UNKNOWN
                                                               : YS_VERDICT_RETRY);
    }
    if (out->verdict != YS_VERDICT_UNKNOWN && reply->status != YS_OK) {
        out->status = reply->status;
    }
    (void)ys_copy(out->reason, sizeof out->reason,
                  !sent                              ? "not_sent"
                  : reply->status == YS_ETOOBIG ? "reply_too_large"
                                                : "lost");
    (void)snprintf(words, sizeof words, "%s: %s",
                   sent ? "The reply was lost" : "The request could not be sent",
                   reply->detail[0] != '\0' ? reply->detail : ys_status_sentence(reply->status));
    compose(out, words, NULL);
}

/* A redirect's or error's verdict, from status, headers and body. */
static void from_error(struct ys_json *json, enum ys_method method, struct ys_http_reply *reply,
                       struct ys_outcome *out)
{
    const struct rule *rule;
    struct facts facts;
    char words[128];

    read_facts(json, method, reply, &facts);
    rule = find_rule(&facts);
    set_verdict(out, rule->verdict);
    if (out->verdict == YS_VERDICT_RETRY && reply->http_status == 409) {
        out->status = YS_ETHROTTLED;
    }
    if (facts.out_of_memory) out->status = YS_ENOMEM;
    (void)ys_copy(out->api_status, sizeof out->api_status, facts.api_status);
    (void)ys_copy(out->reason, sizeof out->reason,
                  facts.reason[0] != '\0' ? facts.reason : facts.detail_reason);
    (void)ys_copy(out->domain, sizeof out->domain, facts.domain);
    if (out->verdict == YS_VERDICT_DAY_USED_UP) {
        out->window_start_ms = facts.window_start_s * 1000;
        /* The limit of another bucket (search, uploads) is not ours. */
        if (facts.quota_metric[0] == '\0' ||
            strcmp(facts.quota_metric, "youtube.googleapis.com/default") == 0) {
            out->quota_limit = facts.quota_limit_value;
        }
    }
    (void)snprintf(words, sizeof words, "The server answered HTTP %d%s", reply->http_status,
                   facts.api_error ? "" : " without saying why");
    compose(out, facts.message[0] != '\0' ? facts.message : words, rule->remedy);
}

void ys_classify(struct ys_json *json, enum ys_method method, struct ys_http_reply *reply,
                 int64_t now_ms, struct ys_outcome *out)
{
    *out = (struct ys_outcome){
        .http_status = reply->http_status,
        .retry_after_ms = ys_retry_after_ms(reply->retry_after, now_ms),
        .quota_limit = -1,
    };
    if (reply->wire != YS_WIRE_REPLY || reply->http_status == 0) {
        without_reply(method, reply, out);
    } else if (reply->http_status >= 200 && reply->http_status <= 299) {
        set_verdict(out, YS_VERDICT_DONE);
    } else if (reply->http_status == 304 && !ys_method_info(method)->write) {
        set_verdict(out, YS_VERDICT_NOT_MODIFIED);
    } else {
        from_error(json, method, reply, out);
    }
}
