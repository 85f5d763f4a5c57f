/* test_sim_auth.c: the simulator's sign-in, routing, parameters and token endpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/box.h"

static const char *www_authenticate(struct box *box)
{
    static char value[512];

    (void)ys_sim_reply_header(&box->reply, "WWW-Authenticate", value, sizeof value);
    return value;
}

static int mine(struct box *box)
{
    return box_get(box, "channels", "part=snippet&mine=true");
}

/* ------------------------------------------------------------------ tokens */

static void test_tokens(void **state)
{
    struct box *box = *state;
    char other[YS_ID_BYTES];

    assert_int_equal(mine(box), 200);
    box->token = "wrong";
    (void)mine(box);
    box_refused(box, 401, "global", "authError");
    assert_string_equal(box_text(box, "error.status"), "UNAUTHENTICATED");
    assert_string_equal(box_text(box, "error.errors[0].message"), "Invalid Credentials");
    assert_string_equal(box_text(box, "error.errors[0].locationType"), "header");
    assert_non_null(strstr(www_authenticate(box), "error=\"invalid_token\""));
    box->token = NULL;
    (void)mine(box);
    box_refused(box, 401, "global", "required");
    assert_null(strstr(www_authenticate(box), "error="));
    /* Nobody knows whose these were: they cost nothing. */
    assert_int_equal(ys_sim_quota_total(box->sim), 1);
    assert_int_equal(box_get(box, "channels", "part=id&mine=true&access_token=" YS_SIM_TOKEN),
                     200);
    /* Another account sees itself. */
    BOX(box, ys_sim_account_add(box->sim, NULL, "Somebody", other, &box->err));
    assert_int_equal(strlen(other), 24);
    BOX(box, ys_sim_token_add(box->sim, "theirs", other, NULL, 0, &box->err));
    box->token = "theirs";
    assert_int_equal(mine(box), 200);
    assert_string_equal(box_text(box, "items[0].id"), other);
    BOX(box, ys_sim_token_revoke(box->sim, "theirs", &box->err));
    assert_int_equal(mine(box), 401);
    assert_int_equal(ys_sim_token_revoke(box->sim, "nobody's", &box->err), YS_ENOTFOUND);
}

static void test_expiry(void **state)
{
    struct box *box = *state;
    int64_t now = box->clock.wall_ms;

    BOX(box, ys_sim_token_add(box->sim, "hour", YS_SIM_CHANNEL_ID, NULL, now + 3600000,
                              &box->err));
    box->token = "hour";
    ys_sim_clock_advance(&box->clock, 3599999);
    assert_int_equal(mine(box), 200);
    ys_sim_clock_advance(&box->clock, 1);
    assert_int_equal(mine(box), 401);
}

static void test_scopes(void **state)
{
    struct box *box = *state;

    BOX(box, ys_sim_token_add(box->sim, "reader", YS_SIM_CHANNEL_ID, YS_SIM_SCOPE_READONLY, 0,
                              &box->err));
    box->token = "reader";
    assert_int_equal(mine(box), 200);
    (void)box_call(box, "POST", "playlists", "part=snippet", "{\"snippet\":{\"title\":\"A\"}}");
    box_refused(box, 403, "global", "insufficientPermissions");
    assert_string_equal(box_text(box, "error.status"), "PERMISSION_DENIED");
    assert_string_equal(box_text(box, "error.details[0].reason"),
                        "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    assert_non_null(strstr(www_authenticate(box), "error=\"insufficient_scope\""));
    BOX(box, ys_sim_token_add(box->sim, "nothing", YS_SIM_CHANNEL_ID, "openid email", 0,
                              &box->err));
    box->token = "nothing";
    assert_int_equal(mine(box), 403);
    BOX(box, ys_sim_token_add(box->sim, "force", YS_SIM_CHANNEL_ID,
                              "openid https://www.googleapis.com/auth/youtube.force-ssl", 0,
                              &box->err));
    box->token = "force";
    assert_int_equal(box_call(box, "POST", "playlists", "part=snippet",
                              "{\"snippet\":{\"title\":\"A\"}}"),
                     200);
    /* A Google account without a channel. */
    BOX(box, ys_sim_account_add(box->sim, "UCnochannel", NULL, NULL, &box->err));
    BOX(box, ys_sim_token_add(box->sim, "guest", "UCnochannel", NULL, 0, &box->err));
    box->token = "guest";
    (void)mine(box);
    box_refused(box, 401, "youtube.header", "youtubeSignupRequired");
}

/* ------------------------------------------------------------------ routing, parameters */

static void test_routing(void **state)
{
    struct box *box = *state;

    (void)box_get(box, "comments", "part=id");
    box_refused(box, 404, "global", "notFound");
    (void)box_call(box, "PUT", "channels", "part=id", "{}");
    box_refused(box, 405, "global", "httpMethodNotAllowed");
    (void)box_call(box, "PATCH", "playlists", "part=id", "{}");
    box_refused(box, 405, "global", "httpMethodNotAllowed");
    struct ys_sim_request outside = {.method = "GET", .path = "/"};
    BOX(box, ys_sim_handle(box->sim, &outside, &box->reply, &box->err));
    assert_int_equal(box->reply.status, 404);
    assert_int_equal(ys_sim_request_count(box->sim, YS_SIM_M_UNKNOWN), 4);
}

static void test_parameters(void **state)
{
    struct box *box = *state;
    char long_query[YS_SIM_URL_BYTES_MAX + 10];

    (void)box_get(box, "channels", "mine=true");
    box_refused(box, 400, "global", "required");
    assert_string_equal(box_text(box, "error.errors[0].location"), "part");
    (void)box_get(box, "channels", "part=snippet,bogus&mine=true");
    box_refused(box, 400, "youtube.part", "unknownPart");
    assert_string_equal(box_text(box, "error.message"), "'bogus'");
    (void)box_get(box, "playlists", "part=statistics&mine=true");
    box_refused(box, 400, "youtube.part", "unknownPart");
    (void)box_get(box, "playlists", "part=id&mine=true&order=date");
    box_refused(box, 400, "youtube.parameter", "unexpectedParameter");
    assert_string_equal(box_text(box, "error.errors[0].location"), "order");
    (void)box_get(box, "channels", "part=id&mine=%%zz");
    box_refused(box, 400, "global", "badRequest");
    memset(long_query, 'a', sizeof long_query - 1);
    long_query[sizeof long_query - 1] = '\0';
    (void)box_get(box, "channels", "%s", long_query);
    box_refused(box, 400, "global", "badRequest");
    /* What every method takes, and encoding. */
    assert_int_equal(box_get(box, "channels", "part=snippet%%2Cid&mine=true&prettyPrint=false&"
                                              "quotaUser=a+b&fields=items&key=k&alt=json"),
                     200);
    /* Each refused one was charged. */
    assert_int_equal(ys_sim_quota_total(box->sim), 5);
}

static void test_every_reply_has_a_date(void **state)
{
    struct box *box = *state;
    char date[64];

    (void)mine(box);
    assert_true(ys_sim_reply_header(&box->reply, "Date", date, sizeof date));
    assert_string_equal(date, "Fri, 20 Nov 2026 18:00:00 GMT");
    assert_false(ys_sim_reply_header(&box->reply, "Retry-After", date, sizeof date));
    assert_string_equal(date, "");
}

/* ------------------------------------------------------------------ token endpoint */

static int token_call(struct box *box, const char *form)
{
    struct ys_sim_request request = {
        .method = "POST", .path = "/token", .body = form, .body_bytes = strlen(form)};

    BOX(box, ys_sim_handle(box->sim, &request, &box->reply, &box->err));
    return box->reply.status;
}

static void test_token_endpoint(void **state)
{
    struct box *box = *state;
    static char fresh[256];

    BOX(box, ys_sim_refresh_add(box->sim, "1//refresh", YS_SIM_CHANNEL_ID, NULL, &box->err));
    assert_int_equal(token_call(box, "grant_type=refresh_token&client_id=c&"
                                     "client_secret=sim-secret&"
                                     "refresh_token=1%2F%2Frefresh"),
                     200);
    assert_int_equal(box_number(box, "expires_in"), 3599);
    assert_string_equal(box_text(box, "token_type"), "Bearer");
    assert_string_equal(box_text(box, "scope"), YS_SIM_SCOPE);
    assert_false(box_has(box, "refresh_token"));
    (void)ys_copy(fresh, sizeof fresh, box_text(box, "access_token"));
    box->token = fresh;
    assert_int_equal(mine(box), 200);
    ys_sim_clock_advance(&box->clock, 3600000);
    assert_int_equal(mine(box), 401);
    assert_int_equal(token_call(box, "grant_type=refresh_token&client_id=c&refresh_token=x"), 400);
    assert_string_equal(box_text(box, "error"), "invalid_grant");
    assert_string_equal(box_text(box, "error_description"),
                        "Token has been expired or revoked.");
    assert_int_equal(token_call(box, "grant_type=password&client_id=c"), 400);
    assert_string_equal(box_text(box, "error"), "unsupported_grant_type");
    assert_int_equal(token_call(box, ""), 400);
    assert_string_equal(box_text(box, "error"), "invalid_request");
    /* None of it is quota. */
    assert_int_equal(ys_sim_quota_total(box->sim), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tokens, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_expiry, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_scopes, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_routing, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_parameters, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_every_reply_has_a_date, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_token_endpoint, box_setup, box_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
