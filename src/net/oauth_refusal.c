/* oauth_refusal.c: what the errors of Google's sign-in mean, and what mends them. The one table of
 * them; names and causes: YOUTUBE_API section 5. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "net/oauth.h"

#define DESCRIPTION_BYTES 160

static const struct refusal {
    const char *name;
    const char *meaning;
    const char *remedy;
} refusals[] = {
    {"invalid_client",
     "Google does not know this OAuth client, or not with this secret: it was deleted, or its "
     "secret was changed",
     "Download the client's JSON file again, or make a new one (type \"Desktop app\"), and sign "
     "in with `login --client FILE`."},
    {"unauthorized_client", "This OAuth client may not sign in this way: it is of another type",
     "Make one of the type \"Desktop app\" and sign in with `login --client FILE`."},
    {"redirect_uri_mismatch",
     "This OAuth client does not allow to come back to this machine: it is of another type",
     "Make one of the type \"Desktop app\" and sign in with `login --client FILE`."},
    {"access_denied", "The access was not allowed on Google's page",
     "Sign in again with `login` and choose \"Allow\". If Google said \"Access blocked\", add the "
     "account as a test user first (console: Google Auth Platform > Audience)."},
    {"admin_policy_enforced", "The administrator of this Google account does not allow it",
     "Ask them to allow the OAuth client, or sign in with another account: `login --switch`."},
    {"org_internal", "The project is for accounts of one organisation only",
     "Set its user type to \"External\" (console: Google Auth Platform > Audience), then `login`."},
    {"invalid_scope", "Google does not know the scope that was asked for",
     "Is the YouTube Data API v3 switched on in the project? Then sign in again with `login`."},
    {"invalid_request", "Google could not use the request", "Sign in again with `login`."},
    {"unsupported_grant_type", "The address of the token endpoint leads to something else",
     "Download the client's JSON file again and sign in with `login --client FILE`."},
    {"slow_down", "Google asks to slow down", "Try again in a few minutes."},
    {"rate_limit_exceeded", "Google asks to slow down", "Try again in a few minutes."},
};

/* A refresh token that is dead: when it was born is said, because the usual cause is its age. */
static enum ys_status dead_grant(const char *description, int64_t signed_in_at_ms,
                                 int64_t now_ms, struct ys_error *err)
{
    char at[YS_TIME_TEXT_BYTES] = "", age[96] = "";
    int64_t days = (now_ms - signed_in_at_ms) / (24 * YS_MS_PER_HOUR);

    if (signed_in_at_ms > 0) {
        ys_time_text(signed_in_at_ms, at);
        at[10] = '\0';
        (void)snprintf(age, sizeof age, " of %s (%" PRId64 " day%s ago)", at, days,
                       days == 1 ? "" : "s");
    }
    return ys_fail(err, YS_EAUTH,
                   "Google no longer accepts the sign-in%s: %s (invalid_grant). Sign in again "
                   "with `login`. A project in \"Testing\" ends every sign-in after 7 days; "
                   "to make it last, publish it: console > Google Auth Platform > Audience > "
                   "Publish app.",
                   age, description[0] ? description : "it has expired or was revoked");
}

enum ys_status ys_oauth_refused(const char *name, const char *description,
                                int64_t signed_in_at_ms, int64_t now_ms, struct ys_error *err)
{
    char words[DESCRIPTION_BYTES];
    size_t bytes;

    ys_format(words, sizeof words, "%s", description);
    for (bytes = strlen(words); bytes > 0 && words[bytes - 1] == '.';) words[--bytes] = '\0';
    if (strcmp(name, "invalid_grant") == 0)
        return dead_grant(words, signed_in_at_ms, now_ms, err);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcmp(refusals[i].name, name) != 0) continue;
        return ys_fail(err, YS_EAUTH, "%s (%s%s%s). %s", refusals[i].meaning, name,
                       words[0] ? ": " : "", words, refusals[i].remedy);
    }
    return ys_fail(err, YS_EAUTH,
                   "Google refused the sign-in (%.64s%s%s). Sign in again with `login`.",
                   name[0] ? name : "no reason given", words[0] ? ": " : "", words);
}
