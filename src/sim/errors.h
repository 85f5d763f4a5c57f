/* errors.h: every refusal that the simulated YouTube gives, in its exact shape.
 *
 * X(code, name, http status, gRPC status, domain, reason, message, message inside errors[],
 *   location, location type). "" leaves a field out; NULL as the inner message: the same.
 * Bodies are as recorded by the projects that the API reference names; those marked "shape"
 * follow the documented table, nobody has published a recording. `name` is what fault "reason"
 * takes; it is the reason itself unless one reason has several forms. */
#ifndef YS_SIM_ERRORS_H
#define YS_SIM_ERRORS_H

#include "sim/internal.h"

#define YS_SIM_QUOTA_TEXT                                                                        \
    "The request cannot be completed because you have exceeded your "                            \
    "<a href=\"/youtube/v3/getting-started#quota\">quota</a>."
#define YS_SIM_AUTH_TEXT                                                                         \
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login "      \
    "cookie or other valid authentication credential. See "                                      \
    "https://developers.google.com/identity/sign-in/web/devconsole-project."
#define YS_SIM_LIST_404_TEXT                                                                     \
    "The playlist identified with the request's <code>playlistId</code> parameter cannot be "    \
    "found."
#define YS_SIM_CREATES_TEXT                                                                      \
    "You are creating too many playlists. Please wait a while before creating further "          \
    "playlists."

/* clang-format off */
#define YS_SIM_REFUSAL_MAP(X) \
    /* recorded */ \
    X(UNKNOWN_PART, "unknownPart", 400, "", "youtube.part", "unknownPart", "'bogus'", NULL, \
      "part", "parameter") \
    X(NO_FILTER, "missingRequiredParameter", 400, "", "youtube.parameter", \
      "missingRequiredParameter", "No filter selected.", NULL, "parameters.", "other") \
    X(PAGE_TOKEN, "invalidPageToken", 400, "", "youtube.parameter", "invalidPageToken", \
      "The request specifies an invalid page token.", NULL, "pageToken", "parameter") \
    X(ABORTED, "aborted", 409, "ABORTED", "youtube.CoreErrorDomain", "SERVICE_UNAVAILABLE", \
      "The operation was aborted.", "", "", "") \
    X(BAD_REQUEST, "badRequest", 400, "INVALID_ARGUMENT", "global", "badRequest", \
      "Request contains an invalid argument.", NULL, "", "") \
    X(VIDEO_NOT_FOUND, "videoNotFound", 404, "", "youtube.playlistItem", "videoNotFound", \
      "Video not found.", NULL, "", "") \
    X(PRECONDITION, "failedPrecondition", 400, "FAILED_PRECONDITION", "global", \
      "failedPrecondition", "Precondition check failed.", NULL, "", "") \
    X(PLAYLIST_NOT_FOUND, "playlistNotFound", 404, "", "youtube.playlistItem", \
      "playlistNotFound", "Playlist not found.", NULL, "", "") \
    X(LIST_NOT_FOUND, "playlistNotFound.list", 404, "", "youtube.playlistItem", \
      "playlistNotFound", YS_SIM_LIST_404_TEXT, NULL, "playlistId", "parameter") \
    X(PL_NOT_FOUND, "playlistNotFound.playlist", 404, "", "youtube.playlist", \
      "playlistNotFound", "Playlist not found.", NULL, "id", "parameter") \
    X(RESOURCE_TYPE, "invalidResourceType", 400, "", "youtube.playlistItem", \
      "invalidResourceType", "Resource type not supported.", NULL, "", "") \
    X(POSITION, "invalidPlaylistItemPosition", 400, "", "youtube.playlistItem", \
      "invalidPlaylistItemPosition", "Invalid playlist item position.", NULL, "", "") \
    X(SNIPPET, "invalidSnippet", 400, "", "youtube.playlistItem", "invalidSnippet", \
      "Invalid specified snippet.", NULL, "", "") \
    X(ITEM_NOT_FOUND, "playlistItemNotFound", 404, "", "youtube.playlistItem", \
      "playlistItemNotFound", "Playlist item not found.", NULL, "id", "parameter") \
    X(PL_SNIPPET, "invalidPlaylistSnippet", 400, "", "youtube.playlist", \
      "invalidPlaylistSnippet", "Invalid playlist snippet.", NULL, "", "") \
    X(TITLE, "playlistTitleRequired", 400, "", "youtube.playlist", "playlistTitleRequired", \
      "The request must specify a playlist title.", NULL, "", "") \
    X(QUOTA, "quotaExceeded", 403, "", "youtube.quota", "quotaExceeded", YS_SIM_QUOTA_TEXT, \
      NULL, "", "") \
    X(AUTH, "authError", 401, "UNAUTHENTICATED", "global", "authError", YS_SIM_AUTH_TEXT, \
      "Invalid Credentials", "Authorization", "header") \
    X(SIGNUP, "youtubeSignupRequired", 401, "", "youtube.header", "youtubeSignupRequired", \
      "Unauthorized", NULL, "Authorization", "header") \
    X(SCOPE, "insufficientPermissions", 403, "PERMISSION_DENIED", "global", \
      "insufficientPermissions", "Request had insufficient authentication scopes.", \
      "Insufficient Permission", "", "") \
    X(NO_PERMISSION, "noPermission", 403, "PERMISSION_DENIED", "youtube.CoreErrorDomain", \
      "SERVICE_UNAVAILABLE", "The caller does not have permission", "Permission denied.", "", \
      "") \
    X(ALREADY, "videoAlreadyInPlaylist", 409, "", "youtube.playlistItem", \
      "videoAlreadyInPlaylist", "Video already in playlist.", NULL, "", "") \
    X(CREATES, "creationThrottle", 429, "RESOURCE_EXHAUSTED", "youtube.CoreErrorDomain", \
      "RATE_LIMIT_EXCEEDED", YS_SIM_CREATES_TEXT, NULL, "", "") \
    X(KEY, "keyInvalid", 400, "", "usageLimits", "keyInvalid", "Bad Request", NULL, "", "") \
    /* shape */ \
    X(LOGIN, "required.login", 401, "UNAUTHENTICATED", "global", "required", "Login Required.", \
      "Login Required.", "Authorization", "header") \
    X(REQUIRED, "required", 400, "", "global", "required", "Required parameter: part", NULL, \
      "part", "parameter") \
    X(PARSE, "parseError", 400, "INVALID_ARGUMENT", "global", "parseError", "Parse Error", \
      NULL, "", "") \
    X(UNEXPECTED, "unexpectedParameter", 400, "", "youtube.parameter", "unexpectedParameter", \
      "The request contains an unexpected parameter.", NULL, "parameters.", "other") \
    X(INCOMPATIBLE, "incompatibleParameters", 400, "", "youtube.parameter", \
      "incompatibleParameters", "Incompatible parameters specified in the request.", NULL, \
      "parameters.", "other") \
    X(PARAMETER, "invalidParameter", 400, "INVALID_ARGUMENT", "global", "invalidParameter", \
      "Invalid value.", NULL, "", "") \
    X(FILTERS, "invalidFilters", 400, "", "youtube.parameter", "invalidFilters", \
      "The request specifies an invalid filter parameter.", NULL, "parameters.", "other") \
    X(NOT_FOUND, "notFound", 404, "", "global", "notFound", "Not Found", NULL, "", "") \
    X(METHOD, "httpMethodNotAllowed", 405, "", "global", "httpMethodNotAllowed", \
      "The HTTP method associated with the request is not supported.", NULL, "", "") \
    X(TOO_LARGE, "backendRequestTooLarge", 413, "", "global", "backendRequestTooLarge", \
      "The request is too large.", NULL, "", "") \
    X(PL_FORBIDDEN, "playlistForbidden", 403, "", "youtube.playlist", "playlistForbidden", \
      "The playlist cannot be accessed by this request.", NULL, "", "") \
    X(PL_OPERATION, "playlistOperationUnsupported.playlist", 400, "", "youtube.playlist", \
      "playlistOperationUnsupported", \
      "The API does not support this operation on this playlist.", NULL, "", "") \
    X(PL_MAX, "maxPlaylistExceeded", 400, "", "youtube.playlist", "maxPlaylistExceeded", \
      "The channel has the maximum number of playlists.", NULL, "", "") \
    X(PL_LANGUAGE, "defaultLanguageNotSetError", 400, "", "youtube.playlist", \
      "defaultLanguageNotSetError", "The defaultLanguage must be set to update localizations.", \
      NULL, "", "") \
    X(PL_LOCALIZATION, "localizationValidationError", 400, "", "youtube.playlist", \
      "localizationValidationError", "One of the localizations is not valid.", NULL, "", "") \
    X(OPERATION, "playlistOperationUnsupported", 400, "", "youtube.playlistItem", \
      "playlistOperationUnsupported", \
      "The API does not support this operation on this playlist.", NULL, "", "") \
    X(NOT_ACCESSIBLE, "playlistItemsNotAccessible", 403, "", "youtube.playlistItem", \
      "playlistItemsNotAccessible", \
      "The request is not properly authorized for this playlist.", NULL, "", "") \
    X(WATCH_LATER, "watchLaterNotAccessible", 403, "", "youtube.playlistItem", \
      "watchLaterNotAccessible", "Items of the watch later playlist cannot be retrieved.", \
      NULL, "", "") \
    X(HISTORY, "watchHistoryNotAccessible", 403, "", "youtube.playlistItem", \
      "watchHistoryNotAccessible", "Items of the watch history playlist cannot be retrieved.", \
      NULL, "", "") \
    X(FULL, "playlistContainsMaximumNumberOfVideos", 403, "", "youtube.playlistItem", \
      "playlistContainsMaximumNumberOfVideos", \
      "The playlist contains the maximum allowed number of items.", NULL, "", "") \
    X(CONTENT_DETAILS, "invalidContentDetails", 400, "", "youtube.playlistItem", \
      "invalidContentDetails", "The contentDetails property is not valid.", NULL, "", "") \
    X(MANUAL_SORT, "manualSortRequired", 400, "", "youtube.playlistItem", "manualSortRequired", \
      "The playlist is not sorted by hand, so a position cannot be set.", NULL, "", "") \
    X(SERIES, "videoAlreadyInAnotherSeriesPlaylist", 400, "", "youtube.playlistItem", \
      "videoAlreadyInAnotherSeriesPlaylist", \
      "The video is already in another series playlist.", NULL, "", "") \
    X(PLAYLIST_ID, "playlistIdRequired", 400, "", "youtube.playlistItem", "playlistIdRequired", \
      "The request must specify a playlist id.", NULL, "", "") \
    X(ITEM_ID, "playlistItemIdRequired", 400, "", "youtube.playlistItem", \
      "playlistItemIdRequired", "The request must specify a playlist item id.", NULL, "", "") \
    X(RESOURCE_ID, "resourceIdRequired", 400, "", "youtube.playlistItem", "resourceIdRequired", \
      "The request must specify a resource id.", NULL, "", "") \
    X(CHART, "videoChartNotFound", 400, "", "youtube.video", "videoChartNotFound", \
      "The requested chart is not supported or not available.", NULL, "chart", "parameter") \
    X(BURST, "rateLimitExceeded", 429, "RESOURCE_EXHAUSTED", "global", "rateLimitExceeded", \
      "Rate Limit Exceeded", NULL, "", "") \
    X(USER_RATE, "userRateLimitExceeded", 403, "", "usageLimits", "userRateLimitExceeded", \
      "User Rate Limit Exceeded", NULL, "", "") \
    X(DAILY, "dailyLimitExceeded", 403, "", "usageLimits", "dailyLimitExceeded", \
      "Daily Limit Exceeded", NULL, "", "") \
    X(DISABLED, "accessNotConfigured", 403, "PERMISSION_DENIED", "usageLimits", \
      "accessNotConfigured", \
      "YouTube Data API v3 has not been used in this project before or it is disabled.", NULL, \
      "", "") \
    X(CHANNEL_CLOSED, "channelClosed", 403, "", "youtube.common", "channelClosed", \
      "The channel has been closed.", NULL, "", "") \
    X(CHANNEL_SUSPENDED, "channelSuspended", 403, "", "youtube.common", "channelSuspended", \
      "The channel has been suspended.", NULL, "", "") \
    X(BACKEND500, "backendError.500", 500, "INTERNAL", "global", "backendError", \
      "Backend Error", NULL, "", "") \
    X(INTERNAL, "internalError", 500, "INTERNAL", "global", "internalError", "Internal Error", \
      NULL, "", "") \
    X(BACKEND503, "backendError", 503, "UNAVAILABLE", "global", "backendError", \
      "Service temporarily unavailable.", NULL, "", "") \
    X(TIMEOUT408, "requestTimeout", 408, "", "global", "requestTimeout", "Request Timeout", \
      NULL, "", "")
/* clang-format on */

enum ys_sim_refusal {
#define X(code, name, http, status, domain, reason, message, inner, location, type)              \
    YS_SIM_NO_##code,
    YS_SIM_REFUSAL_MAP(X)
#undef X
        YS_SIM_REFUSAL_COUNT
};

/* Writes status line, headers and body. `message` NULL: the table's; `location` likewise. */
void ys_sim_refuse(struct ys_sim_reply *reply, enum ys_sim_refusal refusal, const char *message,
                   const char *location);
/* The 429 of a used-up day, with its details. */
void ys_sim_refuse_day(struct ys_sim_reply *reply, int64_t window_start_ms, int64_t limit_units);
/* A page of a front end; `status` 500, 502, 503, 504. */
void ys_sim_refuse_html(struct ys_sim_reply *reply, int status);
/* The shape of RFC 6749 (token endpoint). */
void ys_sim_refuse_oauth(struct ys_sim_reply *reply, int status, const char *error,
                         const char *description);
/* By the names above; false: unknown. */
bool ys_sim_refusal_named(const char *name, enum ys_sim_refusal *out);
const char *ys_sim_refusal_reason(enum ys_sim_refusal refusal);

/* Clears a reply and starts one with the usual headers. */
void ys_sim_reply_start(struct ys_sim_reply *reply, int status, const char *content_type);

#endif
