/* test_classify.c: what every known error of the API means: the recorded bodies, and the documented
 * reasons for every method that can get them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/shared.h"
#include "support/verdicts.h"

/* ------------------------------------------------------------------ recorded bodies */

struct recorded {
    const char *name;
    enum ys_method method;
    enum ys_verdict verdict;
    const char *words; /* of the remedy or the message */
};

#define R(name, method, verdict, words)                                                          \
    {name, YS_METHOD_##method, YS_VERDICT_##verdict, words}

static const struct recorded measured[] = {
    R("playlistItems.list unknownPart", ITEMS_LIST, BAD_REQUEST, "bogus"),
    R("playlistItems.list missingRequiredParameter", ITEMS_LIST, BAD_REQUEST, "No filter"),
    R("playlists.list missingRequiredParameter", PLAYLISTS_LIST, BAD_REQUEST, "No filter"),
    R("playlistItems.list invalidPageToken", ITEMS_LIST, PAGE_TOKEN, "page token"),
    R("playlistItems.insert SERVICE_UNAVAILABLE", ITEMS_INSERT, RETRY, "aborted"),
    R("playlistItems.insert badRequest", ITEMS_INSERT, BAD_REQUEST, "invalid argument"),
    R("playlistItems.insert videoNotFound", ITEMS_INSERT, ITEM_REFUSED, "Video not found"),
    R("playlistItems.insert failedPrecondition", ITEMS_INSERT, ITEM_REFUSED, "Precondition"),
    R("playlistItems.insert playlistNotFound", ITEMS_INSERT, PLAYLIST_GONE, "Playlist not found"),
    R("playlistItems.update invalidResourceType", ITEMS_UPDATE, ITEM_REFUSED, "not supported"),
    R("playlistItems.update invalidPlaylistItemPosition", ITEMS_UPDATE, POSITION, "position"),
    R("playlistItems.update invalidSnippet", ITEMS_UPDATE, ITEM_GONE, "snippet"),
    R("playlistItems.delete playlistItemNotFound", ITEMS_DELETE, ALREADY, "not found"),
    R("playlists.insert invalidPlaylistSnippet", PLAYLISTS_INSERT, BAD_REQUEST, "snippet"),
    R("playlists.update playlistTitleRequired", PLAYLISTS_UPDATE, BAD_REQUEST, "title"),
    R("playlists.update invalidPlaylistSnippet", PLAYLISTS_UPDATE, BAD_REQUEST, "snippet"),
    R("playlists.update SERVICE_UNAVAILABLE", PLAYLISTS_UPDATE, RETRY, "aborted"),
    R("playlists.delete playlistNotFound", PLAYLISTS_DELETE, ALREADY, "not found"),
    R("playlistItems.list playlistNotFound", ITEMS_LIST, PLAYLIST_GONE,
      "request's playlistId parameter cannot be found."),
};

static const struct recorded wild[] = {
    R("403 quotaExceeded general bucket", ITEMS_INSERT, DAY_USED_UP,
      "you have exceeded your quota. The quota starts anew at midnight Pacific time."),
    R("403 quotaExceeded with debugInfo (old)", PLAYLISTS_LIST, DAY_USED_UP, "midnight"),
    R("429 search.list daily bucket (since June 2026)", ITEMS_LIST, DAY_USED_UP, "per day"),
    R("403 insufficientPermissions", PLAYLISTS_INSERT, SIGN_IN, "youtube.force-ssl"),
    R("401 invalid token", ITEMS_INSERT, TOKEN_EXPIRED, "sign in again"),
    R("401 youtubeSignupRequired", CHANNELS_LIST, SIGN_IN, "no YouTube channel"),
    R("403 caller has no permission, misleading reason", ITEMS_INSERT, PLAYLIST_REFUSED,
      "does not have permission"),
    R("409 videoAlreadyInPlaylist (special lists, WL; historical)", ITEMS_INSERT, ALREADY,
      "already in playlist"),
    R("429 playlist creation throttle (InnerTube shape)", PLAYLISTS_INSERT, CREATE_LIMIT,
      "an hour or more"),
    R("400 keyInvalid", ITEMS_LIST, PROJECT_BLOCKED, "Google Cloud console"),
    R("token endpoint invalid_grant", CHANNELS_LIST, SIGN_IN, "Sign in again"),
    R("device poll authorization_pending", CHANNELS_LIST, BAD_REQUEST, "Precondition Required"),
    R("device poll slow_down", CHANNELS_LIST, SLOW_DOWN, "Forbidden"),
    R("device poll access_denied", CHANNELS_LIST, SIGN_IN, "Sign in again"),
    R("device code quota", CHANNELS_LIST, SLOW_DOWN, "403"),
};

struct walk {
    const struct recorded *table;
    size_t count, seen;
};

/* Columns: name, status, body, www-authenticate. */
static enum ys_status check_recorded(void *ctx, const struct ys_json_row *row,
                                     struct ys_error *err)
{
    struct walk *walk = ctx;
    const char *name = ys_json_text(row, 0);

    (void)err;
    for (size_t i = 0; i < walk->count; i++) {
        const struct recorded *wanted = &walk->table[i];
        struct ys_outcome out;

        if (strcmp(name, wanted->name) != 0) continue;
        out = classify_with(wanted->method, (int)ys_json_int(row, 1), ys_json_text(row, 2),
                            ys_json_text(row, 3));
        expect(out.verdict, wanted->verdict, name);
        if (strstr(out.message, wanted->words) == NULL) fail_msg("%s: %s", name, out.message);
        assert_null(strpbrk(out.message, "<>\n"));
        walk->seen++;
        return YS_OK;
    }
    fail_msg("no verdict is expected for \"%s\"", name);
    return YS_EINTERNAL;
}

static void walk_file(const char *file, const char *sql, const struct recorded *table,
                      size_t count)
{
    struct walk walk = {table, count, 0};
    size_t bytes;
    char *text = shared_read(file, &bytes);

    assert_int_equal(ys_json_rows(verdicts_json, sql, text, bytes, check_recorded, &walk, NULL),
                     YS_OK);
    assert_int_equal(walk.seen, count);
    free(text);
}

static void test_measured_bodies(void **state)
{
    (void)state;
    walk_file("errors/ypl-recorded-errors.json",
              "SELECT key, json_extract(value,'$.error.code'), value, NULL FROM json_each(?1)",
              measured, sizeof measured / sizeof measured[0]);
}

static void test_wild_bodies(void **state)
{
    (void)state;
    walk_file("errors/wild-errors.json",
              "SELECT key, json_extract(value,'$.status'), json_extract(value,'$.body'),"
              " json_extract(value,'$.headers.\"www-authenticate\"') FROM json_each(?1)",
              wild, sizeof wild / sizeof wild[0]);
}

/* ------------------------------------------------------------------ documented reasons */

#define CH (1u << YS_METHOD_CHANNELS_LIST)
#define PL (1u << YS_METHOD_PLAYLISTS_LIST)
#define PI (1u << YS_METHOD_PLAYLISTS_INSERT)
#define PU (1u << YS_METHOD_PLAYLISTS_UPDATE)
#define PD (1u << YS_METHOD_PLAYLISTS_DELETE)
#define IL (1u << YS_METHOD_ITEMS_LIST)
#define II (1u << YS_METHOD_ITEMS_INSERT)
#define IU (1u << YS_METHOD_ITEMS_UPDATE)
#define ID (1u << YS_METHOD_ITEMS_DELETE)
#define VL (1u << YS_METHOD_VIDEOS_LIST)
#define ALL ((1u << YS_METHOD_COUNT) - 1)
#define READS (CH | PL | IL | VL)
#define WRITES (ALL & ~READS)

/* YOUTUBE_API 3.2, row by row: where a reason is documented, and what it means there. */
static const struct {
    unsigned methods;
    int http_status;
    const char *reasons;
    enum ys_verdict verdict;
} documented[] = {
    {PL, 403, "channelClosed channelSuspended", YS_VERDICT_ACCOUNT_REFUSED},
    {PL | PI, 403, "playlistForbidden", YS_VERDICT_ACCOUNT_REFUSED},
    {PU | PD, 403, "playlistForbidden", YS_VERDICT_PLAYLIST_REFUSED},
    {PL, 404, "channelNotFound", YS_VERDICT_ACCOUNT_REFUSED},
    {PL | PU | IL | II | IU, 404, "playlistNotFound", YS_VERDICT_PLAYLIST_GONE},
    {PD | ID, 404, "playlistNotFound playlistItemNotFound notFound", YS_VERDICT_ALREADY},
    {PL | PU | PD | IL | II | IU | ID, 400, "playlistOperationUnsupported",
     YS_VERDICT_PLAYLIST_REFUSED},
    {PI, 400, "maxPlaylistExceeded", YS_VERDICT_ACCOUNT_REFUSED},
    {PI | PU, 400,
     "defaultLanguageNotSetError localizationValidationError invalidPlaylistSnippet "
     "playlistTitleRequired",
     YS_VERDICT_BAD_REQUEST},
    {IL | II | IU | ID, 403, "playlistItemsNotAccessible", YS_VERDICT_PLAYLIST_REFUSED},
    {IL, 403, "watchHistoryNotAccessible watchLaterNotAccessible", YS_VERDICT_PLAYLIST_REFUSED},
    {IL | VL, 404, "videoNotFound", YS_VERDICT_ITEM_GONE},
    {II, 404, "videoNotFound", YS_VERDICT_ITEM_REFUSED},
    {II, 403, "playlistContainsMaximumNumberOfVideos", YS_VERDICT_PLAYLIST_REFUSED},
    {II, 400, "invalidContentDetails", YS_VERDICT_BAD_REQUEST},
    {II | IU, 400, "invalidPlaylistItemPosition", YS_VERDICT_POSITION},
    {II | IU, 400, "manualSortRequired", YS_VERDICT_SELF_SORTED},
    {II | IU, 400, "invalidResourceType", YS_VERDICT_ITEM_REFUSED},
    {II, 400, "videoAlreadyInAnotherSeriesPlaylist failedPrecondition", YS_VERDICT_ITEM_REFUSED},
    {IL | II | IU | ID, 400,
     "channelIdRequired playlistIdRequired resourceIdRequired playlistItemIdRequired",
     YS_VERDICT_BAD_REQUEST},
    {IU, 400, "invalidSnippet", YS_VERDICT_ITEM_GONE},
    {II, 400, "invalidSnippet", YS_VERDICT_BAD_REQUEST},
    {IU | IL, 404, "playlistItemNotFound", YS_VERDICT_ITEM_GONE},
    {VL, 400, "videoChartNotFound", YS_VERDICT_BAD_REQUEST},
    {VL | CH | PL | PI, 403, "forbidden", YS_VERDICT_ACCOUNT_REFUSED},
    {PU | PD | IL | II | IU | ID, 403, "forbidden", YS_VERDICT_PLAYLIST_REFUSED},
    {CH, 400, "invalidCriteria", YS_VERDICT_BAD_REQUEST},
    {CH, 403, "channelForbidden", YS_VERDICT_ACCOUNT_REFUSED},
    {CH, 404, "channelNotFound", YS_VERDICT_ACCOUNT_REFUSED},
    {CH, 404, "categoryNotFound", YS_VERDICT_BAD_REQUEST},
    /* common to all */
    {ALL, 400,
     "incompatibleParameters invalidFilters missingRequiredParameter unexpectedParameter "
     "invalidPart unknownPart badRequest invalid invalidParameter invalidHeader invalidQuery "
     "parseError required unknownApi",
     YS_VERDICT_BAD_REQUEST},
    {ALL, 400, "invalidPageToken", YS_VERDICT_PAGE_TOKEN},
    {ALL, 403,
     "accountDelegationForbidden authenticatedUserAccountClosed "
     "authenticatedUserAccountSuspended authenticatedUserNotChannel channelClosed "
     "channelNotFound channelSuspended cmsUserAccountNotFound insufficientCapabilities "
     "accountDeleted accountDisabled accountUnverified",
     YS_VERDICT_ACCOUNT_REFUSED},
    {ALL, 404, "contentOwnerAccountNotFound", YS_VERDICT_ACCOUNT_REFUSED},
    {ALL, 403, "insufficientPermissions", YS_VERDICT_SIGN_IN},
    {ALL, 401, "youtubeSignupRequired", YS_VERDICT_SIGN_IN},
    {ALL, 401, "unauthorized authError expired required", YS_VERDICT_TOKEN_EXPIRED},
    {ALL, 400, "keyExpired keyInvalid", YS_VERDICT_PROJECT_BLOCKED},
    {ALL, 403, "accessNotConfigured", YS_VERDICT_PROJECT_BLOCKED},
    {ALL, 403,
     "quotaExceeded dailyLimitExceeded dailyLimitExceededUnreg variableTermExpiredDailyExceeded "
     "variableTermLimitExceeded",
     YS_VERDICT_DAY_USED_UP},
    {ALL, 402, "dailyLimitExceeded402 quotaExceeded402", YS_VERDICT_DAY_USED_UP},
    {ALL, 402, "user402", YS_VERDICT_SLOW_DOWN},
    {ALL, 403,
     "rateLimitExceeded rateLimitExceededUnreg userRateLimitExceeded userRateLimitExceededUnreg "
     "servingLimitExceeded concurrentLimitExceeded limitExceeded",
     YS_VERDICT_SLOW_DOWN},
    {ALL, 429, "rateLimitExceeded", YS_VERDICT_SLOW_DOWN},
    {ALL & ~PI, 429, "RATE_LIMIT_EXCEEDED", YS_VERDICT_SLOW_DOWN},
    {ALL & ~PI, 403, "RATE_LIMIT_EXCEEDED", YS_VERDICT_SLOW_DOWN},
    {ALL & ~PI, 400, "RATE_LIMIT_EXCEEDED", YS_VERDICT_SLOW_DOWN},
    {PI, 429, "RATE_LIMIT_EXCEEDED", YS_VERDICT_CREATE_LIMIT},
    {PI, 403, "RATE_LIMIT_EXCEEDED", YS_VERDICT_CREATE_LIMIT},
    {PI, 400, "RATE_LIMIT_EXCEEDED", YS_VERDICT_CREATE_LIMIT},
    {ALL, 403, "sslRequired responseTooLarge", YS_VERDICT_BAD_REQUEST},
    {ALL, 405, "httpMethodNotAllowed", YS_VERDICT_BAD_REQUEST},
    {READS, 409, "conflict duplicate SERVICE_UNAVAILABLE", YS_VERDICT_RETRY},
    {WRITES, 409, "conflict duplicate", YS_VERDICT_UNKNOWN},
    {II | PU, 409, "SERVICE_UNAVAILABLE", YS_VERDICT_RETRY},
    {PI | PD | IU | ID, 409, "SERVICE_UNAVAILABLE", YS_VERDICT_UNKNOWN},
    {II, 409, "videoAlreadyInPlaylist", YS_VERDICT_ALREADY},
    {PD | ID, 410, "deleted", YS_VERDICT_ALREADY},
    {PU | IL, 410, "deleted", YS_VERDICT_PLAYLIST_GONE},
    {IU, 410, "deleted", YS_VERDICT_ITEM_GONE},
    {ALL, 412, "conditionNotMet", YS_VERDICT_BAD_REQUEST},
    {ALL, 413, "backendRequestTooLarge batchSizeTooLarge", YS_VERDICT_BAD_REQUEST},
    {ALL, 428, "preconditionRequired", YS_VERDICT_BAD_REQUEST},
    {READS, 500, "internalError backendError INTERNAL_ERROR", YS_VERDICT_RETRY},
    {WRITES, 500, "internalError backendError INTERNAL_ERROR", YS_VERDICT_UNKNOWN},
    {READS, 501, "notImplemented unsupportedMethod", YS_VERDICT_RETRY},
    {WRITES, 501, "notImplemented unsupportedMethod", YS_VERDICT_UNKNOWN},
    {READS, 503, "backendError backendNotConnected notReady SERVICE_UNAVAILABLE",
     YS_VERDICT_RETRY},
    {WRITES, 503, "backendError backendNotConnected notReady SERVICE_UNAVAILABLE",
     YS_VERDICT_UNKNOWN},
    /* quota by name is never hidden behind a server error */
    {ALL, 418, "neverHeardOf", YS_VERDICT_BAD_REQUEST},
    {ALL, 400, "neverHeardOf", YS_VERDICT_BAD_REQUEST},
    {ALL, 403, "neverHeardOf", YS_VERDICT_BAD_REQUEST},
};

static void check_reasons(size_t row)
{
    const char *at = documented[row].reasons;

    while (*at != '\0') {
        size_t length = strcspn(at, " ");
        char reason[64], what[160];

        (void)snprintf(reason, sizeof reason, "%.*s", (int)length, at);
        for (int method = 0; method < YS_METHOD_COUNT; method++) {
            if ((documented[row].methods & (1u << method)) == 0) continue;
            (void)snprintf(what, sizeof what, "%s %d %s",
                           ys_method_info((enum ys_method)method)->name,
                           documented[row].http_status, reason);
            expect(verdict_of((enum ys_method)method, documented[row].http_status, "", "global",
                              reason, "m"),
                   documented[row].verdict, what);
        }
        at += length + strspn(at + length, " ");
    }
}

static void test_documented_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++) check_reasons(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured_bodies),
        cmocka_unit_test(test_wild_bodies),
        cmocka_unit_test(test_documented_reasons),
    };

    return cmocka_run_group_tests_name("classify", tests, verdicts_begin, verdicts_end);
}
