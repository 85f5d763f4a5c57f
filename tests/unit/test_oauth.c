/* test_oauth.c: the pieces of a sign-in: PKCE, the browser's address, what comes back, scopes, the
 * sentence for each refusal, the file that is kept, and who may read it. The whole way over HTTP is
 * tests/lua/login_http_spec.lua. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/env.h"
#include "base/secret_file.h"
#include "base/spawn.h"
#include "base/text.h"
#include "net/loopback.h"
#include "net/signin.h"
#include "sim/sim.h"
#include "support/folder.h"

#define PATH_BYTES (FOLDER_PATH_BYTES + 32)
/* RFC 7636, appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static struct ys_sim_clock clock_of_test;
static struct ys_env env;
static char folder[FOLDER_PATH_BYTES];

static int setup(void **state)
{
    (void)state;
    ys_sim_clock_init(&clock_of_test, 7, YS_SIM_START_WALL_MS);
    env = ys_sim_clock_env(&clock_of_test);
    folder_make(folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

static void in_folder(char out[PATH_BYTES], const char *name)
{
    (void)snprintf(out, PATH_BYTES, "%s/%s", folder, name);
}

/* ------------------------------------------------------------------ base64url, PKCE */

static void test_base64url(void **state)
{
    static const struct {
        const char *text, *code;
    } cases[] = {{"", ""},        {"f", "Zg"},         {"fo", "Zm8"},
                 {"foo", "Zm9v"}, {"foob", "Zm9vYg"},  {"fooba", "Zm9vYmE"},
                 {"\xff\xff\xfe", "___-"}};
    char out[32], challenge[YS_SHA256_BASE64URL_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ys_base64url(cases[i].text, strlen(cases[i].text), out);
        assert_string_equal(out, cases[i].code);
        assert_true(strlen(out) < YS_BASE64URL_BYTES(strlen(cases[i].text)));
    }
    assert_true(ys_sha256_base64url(VERIFIER, challenge));
    assert_string_equal(challenge, CHALLENGE);
}

static void test_attempts_differ(void **state)
{
    struct ys_oauth_attempt one, two;

    (void)state;
    ys_oauth_attempt_init(&one, &env, 1234, false);
    ys_oauth_attempt_init(&two, &env, 1234, false);
    assert_int_equal(strlen(one.verifier), 43);
    assert_int_equal(strlen(one.state), 24);
    assert_string_not_equal(one.verifier, two.verifier);
    assert_string_not_equal(one.state, two.state);
    assert_string_equal(one.redirect_url, "http://127.0.0.1:1234");
}

static void test_url(void **state)
{
    struct ys_oauth_client client = {.client_id = "id&1", .client_secret = "planted-secret",
                                     .auth_url = "https://a.example/auth"};
    struct ys_oauth_attempt attempt = {.verifier = VERIFIER, .state = "S",
                                       .redirect_url = "http://127.0.0.1:9", .write = true};
    struct ys_error err = {0};
    struct ys_buf url;

    (void)state;
    ys_buf_init(&url, 4096);
    assert_int_equal(ys_oauth_url(&client, &attempt, &url, &err), YS_OK);
    assert_string_equal(
        ys_buf_text(&url),
        "https://a.example/auth?response_type=code&client_id=id%261&redirect_uri=http%3A%2F%2F"
        "127.0.0.1%3A9&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fyoutube.force-ssl&state=S"
        "&code_challenge=" CHALLENGE "&code_challenge_method=S256&access_type=offline"
        "&prompt=select_account%20consent");
    ys_buf_free(&url);
}

/* ------------------------------------------------------------------ what comes back */

static void test_redirect(void **state)
{
    struct ys_oauth_attempt attempt = {.state = "abc", .redirect_url = "http://127.0.0.1:9"};
    char code[YS_OAUTH_CODE_BYTES], long_target[2 * YS_OAUTH_CODE_BYTES];
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(ys_oauth_redirect(&attempt, "/?state=abc&code=4%2F0+x&scope=y", code, &err),
                     YS_OK);
    assert_string_equal(code, "4/0 x");
    assert_int_equal(ys_oauth_redirect(&attempt, "http://127.0.0.1:9/?code=c&state=abc#", code,
                                       &err),
                     YS_OK);
    assert_string_equal(code, "c");
    assert_int_equal(ys_oauth_redirect(&attempt, "/favicon.ico", code, &err), YS_ENOTFOUND);
    assert_int_equal(ys_oauth_redirect(&attempt, "/?xcode=1&state=abc", code, &err), YS_ENOTFOUND);
    assert_int_equal(ys_oauth_redirect(&attempt, "/?code=%zz&state=abc", code, &err),
                     YS_ENOTFOUND);
    assert_int_equal(ys_oauth_redirect(&attempt, "/?code=a%00b&state=abc", code, &err),
                     YS_ENOTFOUND);
    assert_int_equal(ys_oauth_redirect(&attempt, "/?code=1", code, &err), YS_EAUTH);
    assert_int_equal(ys_oauth_redirect(&attempt, "/?code=1&state=abcd", code, &err), YS_EAUTH);
    assert_string_equal(code, "");
    assert_non_null(strstr(err.message, "its state differs"));
    /* A no for another sign-in is none for this one. */
    assert_int_equal(ys_oauth_redirect(&attempt, "/?error=access_denied&state=x", code, &err),
                     YS_EAUTH);
    assert_non_null(strstr(err.message, "its state differs"));
    assert_int_equal(ys_oauth_redirect(&attempt, "/?error=access_denied&state=abc", code, &err),
                     YS_EAUTH);
    assert_non_null(strstr(err.message, "(access_denied)"));
    (void)snprintf(long_target, sizeof long_target, "/?state=abc&code=%0*d",
                   YS_OAUTH_CODE_BYTES, 1);
    assert_int_equal(ys_oauth_redirect(&attempt, long_target, code, &err), YS_ENOTFOUND);
}

static void test_scopes(void **state)
{
    (void)state;
    assert_true(ys_scope_allows(YS_SCOPE_READ, false));
    assert_false(ys_scope_allows(YS_SCOPE_READ, true));
    assert_true(ys_scope_allows("openid " YS_SCOPE_WRITE, true));
    assert_true(ys_scope_allows(YS_SCOPE_FULL " openid", true));
    assert_true(ys_scope_allows(YS_SCOPE_FULL, false));
    assert_false(ys_scope_allows("", false));
    assert_false(ys_scope_allows(YS_SCOPE_FULL "x", false));
    assert_false(ys_scope_allows("x" YS_SCOPE_WRITE, true));
    assert_false(ys_scope_allows(YS_SCOPE_FULL ".upload", true));
}

static void test_refusals(void **state)
{
    static const char *const names[] = {
        "invalid_grant", "invalid_client", "unauthorized_client", "redirect_uri_mismatch",
        "access_denied", "admin_policy_enforced", "org_internal", "invalid_scope",
        "invalid_request", "unsupported_grant_type", "slow_down", "rate_limit_exceeded", "else",
        ""};
    char seen[16][YS_ERROR_BYTES];
    struct ys_error err;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(ys_oauth_refused(names[i], "Words.", YS_SIM_START_WALL_MS,
                                          YS_SIM_START_WALL_MS + INT64_C(7) * 86400000, &err),
                         YS_EAUTH);
        /* Short enough to be kept beside a request; ends as a sentence; names what it is about. */
        assert_true(strlen(err.message) < 500);
        assert_int_equal(err.message[strlen(err.message) - 1], '.');
        assert_non_null(strstr(err.message, "Words"));
        assert_non_null(strstr(err.message, names[i]));
        (void)ys_copy(seen[i], sizeof seen[i], err.message);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(seen[k], seen[i]);
    }
    assert_non_null(strstr(seen[0], "sign-in of 2026-11-20 (7 days ago)"));
}

/* ------------------------------------------------------------------ what is kept */

static void fill(struct ys_signin *signin)
{
    memset(signin, 0, sizeof *signin);
    (void)ys_copy(signin->client.client_id, sizeof signin->client.client_id, "id");
    (void)ys_copy(signin->client.client_secret, sizeof signin->client.client_secret, "s");
    (void)ys_copy(signin->client.auth_url, sizeof signin->client.auth_url, "https://a.example/a");
    (void)ys_copy(signin->client.token_url, sizeof signin->client.token_url,
                  "https://a.example/t");
    (void)ys_copy(signin->client.revoke_url, sizeof signin->client.revoke_url,
                  "https://a.example/r");
    (void)ys_copy(signin->access_token, sizeof signin->access_token, "at");
    (void)ys_copy(signin->refresh_token, sizeof signin->refresh_token, "rt");
    (void)ys_copy(signin->scope, sizeof signin->scope, YS_SCOPE_READ);
    (void)ys_copy(signin->channel_title, sizeof signin->channel_title, "A \"title\" \xe2\x82\xac");
    signin->signed_in_at_ms = 123456789012345;
}

static void test_signin_file(void **state)
{
    struct ys_signin signin, again;
    struct ys_oauth_grant grant = {.access_token = "new", .expires_in_s = 10};
    struct ys_error err = {0};
    char path[PATH_BYTES];
    struct stat info;

    (void)state;
    in_folder(path, "a.json");
    assert_int_equal(ys_signin_load(path, &again, &err), YS_ENOTFOUND);
    fill(&signin);
    assert_int_equal(ys_signin_save(path, &signin, &err), YS_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(ys_signin_load(path, &again, &err), YS_OK);
    assert_memory_equal(&signin, &again, sizeof signin);
    /* A refresh tells neither the refresh token nor the scope again. */
    ys_signin_take(&again, &grant, 1000);
    assert_string_equal(again.access_token, "new");
    assert_string_equal(again.refresh_token, "rt");
    assert_string_equal(again.scope, YS_SCOPE_READ);
    assert_int_equal(again.expires_at_ms, 11000);
}

static void test_who_may_read(void **state)
{
    struct ys_error err = {0};
    char path[PATH_BYTES], link_path[PATH_BYTES];
    struct ys_buf text;

    (void)state;
    in_folder(path, "secret");
    in_folder(link_path, "secret.new");
    /* Somebody put a link where the new file is written: it is not followed. */
    assert_int_equal(symlink("/dev/null", link_path), 0);
    assert_int_equal(ys_secret_file_write(path, "x", 1, &err), YS_OK);
    for (mode_t mode = 0; mode < 0777; mode++) {
        enum ys_status expected = (mode & 077) != 0 ? YS_EFORBIDDEN : YS_OK;

        if ((mode & 0400) == 0) continue;
        assert_int_equal(chmod(path, mode), 0);
        assert_int_equal(ys_secret_file_read(path, &text, &err), expected);
        if (expected == YS_OK) assert_string_equal(ys_buf_text(&text), "x");
        ys_buf_free(&text);
    }
    assert_int_equal(ys_secret_file_read(folder, &text, &err), YS_EFORBIDDEN);
    assert_int_equal(ys_secret_file_remove(path, &err), YS_OK);
    assert_int_equal(ys_secret_file_remove(path, &err), YS_OK);
}

/* ------------------------------------------------------------------ other programs, the browser */

static void test_spawn(void **state)
{
    struct ys_error err = {0};
    struct ys_buf out;

    (void)state;
    ys_buf_init(&out, 8);
    assert_int_equal(ys_spawn_read("  echo  a   b ", &out, 60000, &err), YS_OK);
    assert_string_equal(ys_buf_text(&out), "a b\n");
    ys_buf_clear(&out);
    assert_int_equal(ys_spawn_read("echo 123456789", &out, 60000, &err), YS_ETOOBIG);
    ys_buf_clear(&out);
    /* No shell looks at it. */
    assert_int_equal(ys_spawn_read("echo $H;", &out, 60000, &err), YS_OK);
    assert_string_equal(ys_buf_text(&out), "$H;\n");
    ys_buf_clear(&out);
    assert_int_equal(ys_spawn_read("cat /dev/zero", &out, 60000, &err), YS_ETOOBIG);
    ys_buf_clear(&out);
    assert_int_equal(ys_spawn_read("tail -f /dev/null", &out, 20, &err), YS_EIO);
    assert_non_null(strstr(err.message, "did not end in time"));
    assert_int_equal(ys_spawn_read(" ", &out, 60000, &err), YS_EIO);
    ys_buf_free(&out);
}

static void test_nobody_comes_back(void **state)
{
    struct ys_loopback *loopback = NULL;
    struct ys_error err = {0};
    char target[64];

    (void)state;
    assert_int_equal(ys_loopback_open(&loopback, &err), YS_OK);
    assert_true(ys_loopback_port(loopback) > 0);
    assert_false(ys_loopback_wait(loopback, 0, target, sizeof target));
    ys_loopback_close(loopback);
    ys_loopback_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64url),      cmocka_unit_test(test_attempts_differ),
        cmocka_unit_test(test_url),            cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_scopes),         cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_signin_file),    cmocka_unit_test(test_who_may_read),
        cmocka_unit_test(test_spawn),          cmocka_unit_test(test_nobody_comes_back),
    };

    return cmocka_run_group_tests_name("oauth", tests, setup, teardown);
}
