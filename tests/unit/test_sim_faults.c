/* test_sim_faults.c: the simulator's faults: their specifications, before and after the effect,
 * how answers look, edits meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "net/transport.h"
#include "sim/faults.h"
#include "support/box.h"

static char list[YS_ID_BYTES];

static int setup(void **state)
{
    (void)box_setup(state);
    box_videos(*state, 10);
    box_playlist(*state, "P", 3, list);
    return 0;
}

static void fault(struct box *box, const char *spec)
{
    ys_sim_faults_clear(box->sim);
    BOX(box, ys_sim_fault(box->sim, spec, &box->err));
}

static int insert(struct box *box)
{
    return box_insert(box, list, 5, -1, NULL);
}

static int64_t copies(struct box *box)
{
    char id[16];

    return ys_truth_copies(box->sim, list, box_video_id(5, id));
}

/* ------------------------------------------------------------------ specifications */

static void test_parse(void **state)
{
    struct box *box = *state;
    struct ys_sim_fault_rule rule;

    BOX(box, ys_sim_fault_parse(&rule, "playlistItems.insert#3+2=effect+503:30", &box->err));
    assert_int_equal(rule.method, YS_SIM_M_ITEMS_INSERT);
    assert_int_equal(rule.first, 3);
    assert_int_equal(rule.count, 2);
    assert_true(rule.effect);
    assert_int_equal(rule.kind, YS_SIM_FAULT_S503);
    assert_int_equal(rule.arg_number, 30);
    BOX(box, ys_sim_fault_parse(&rule, "write%15=close", &box->err));
    assert_true(rule.writes && !rule.reads && !rule.effect);
    assert_int_equal(rule.permille, 15);
    assert_int_equal(rule.count, 0);
    BOX(box, ys_sim_fault_parse(&rule, "any=reason:playlistNotFound.list", &box->err));
    static const char *const bad[] = {
        "playlistItem.insert=500", "write", "write=", "write=5000", "write#0=500", "write#=500",
        "write#2+0=500", "write%1001=500", "write=reason:nothing", "write=edit:paint",
        "write=video:lost", "write=delay", "write=effect+"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        box->err = (struct ys_error){0};
        assert_int_equal(ys_sim_fault(box->sim, bad[i], &box->err), YS_EINVAL);
        assert_non_null(strstr(box->err.message, bad[i]));
    }
    for (int i = 0; i < YS_SIM_FAULTS_MAX; i++)
        BOX(box, ys_sim_fault(box->sim, "read=500", &box->err));
    assert_int_equal(ys_sim_fault(box->sim, "read=500", &box->err), YS_ELIMIT);
}

static void test_which_request(void **state)
{
    struct box *box = *state;

    fault(box, "playlistItems.insert#2+2=500");
    assert_int_equal(insert(box), 200);
    assert_int_equal(insert(box), 500);
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 200);
    assert_int_equal(insert(box), 500);
    assert_int_equal(insert(box), 200);
    assert_int_equal(copies(box), 2);
    /* By chance: from the seed, so the same each time, and about as often as said. */
    int hits = 0;
    fault(box, "read%300=500");
    for (int i = 0; i < 1000; i++)
        hits += box_get(box, "channels", "part=id&mine=true") == 500;
    assert_in_range(hits, 250, 350);
    fault(box, "write=500");
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 200);
}

/* ------------------------------------------------------------------ answers */

static void test_instead(void **state)
{
    struct box *box = *state;
    static const struct { const char *spec; int status; const char *domain, *reason; } cases[] = {
        {"500", 500, "global", "backendError"},
        {"503", 503, "global", "backendError"},
        {"408", 408, "global", "requestTimeout"},
        {"409", 409, "youtube.CoreErrorDomain", "SERVICE_UNAVAILABLE"},
        {"409already", 409, "youtube.playlistItem", "videoAlreadyInPlaylist"},
        {"429", 429, "global", "rateLimitExceeded"},
        {"403rate", 403, "usageLimits", "userRateLimitExceeded"},
        {"429creates", 429, "youtube.CoreErrorDomain", "RATE_LIMIT_EXCEEDED"},
        {"quota403", 403, "youtube.quota", "quotaExceeded"},
        {"quota429", 429, "global", "rateLimitExceeded"},
        {"401", 401, "global", "authError"},
        {"401signup", 401, "youtube.header", "youtubeSignupRequired"},
        {"403scope", 403, "global", "insufficientPermissions"},
        {"403forbidden", 403, "youtube.CoreErrorDomain", "SERVICE_UNAVAILABLE"},
        {"403disabled", 403, "usageLimits", "accessNotConfigured"},
        {"404", 404, "youtube.playlistItem", "playlistNotFound"},
        {"400", 400, "global", "badRequest"},
        {"reason:dailyLimitExceeded", 403, "usageLimits", "dailyLimitExceeded"},
        {"reason:keyInvalid", 400, "usageLimits", "keyInvalid"},
        {"reason:channelSuspended", 403, "youtube.common", "channelSuspended"}};
    char spec[64];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(spec, sizeof spec, "write=%s", cases[i].spec);
        fault(box, spec);
        (void)insert(box);
        box_refused(box, cases[i].status, cases[i].domain, cases[i].reason);
        assert_int_equal(copies(box), (int)i);
        /* The same after the effect: it is there, and the answer says no. */
        (void)snprintf(spec, sizeof spec, "write=effect+%s", cases[i].spec);
        fault(box, spec);
        (void)insert(box);
        box_refused(box, cases[i].status, cases[i].domain, cases[i].reason);
        assert_int_equal(copies(box), (int)i + 1);
    }
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_M_ITEMS_INSERT),
                     sizeof cases / sizeof cases[0]);
}

static void test_headers_and_html(void **state)
{
    struct box *box = *state;
    static const struct { const char *spec; int status; } pages[] = {
        {"write=502", 502}, {"write=504", 504}, {"write=500html", 500}, {"write=503html", 503}};
    char value[128];

    fault(box, "write=429:30");
    assert_int_equal(insert(box), 429);
    assert_true(ys_sim_reply_header(&box->reply, "retry-after", value, sizeof value));
    assert_string_equal(value, "30");
    fault(box, "write=503:Fri, 20 Nov 2026 18:05:00 GMT");
    assert_int_equal(insert(box), 503);
    assert_true(ys_sim_reply_header(&box->reply, "Retry-After", value, sizeof value));
    assert_string_equal(value, "Fri, 20 Nov 2026 18:05:00 GMT");
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        fault(box, pages[i].spec);
        assert_int_equal(insert(box), pages[i].status);
        assert_memory_equal(ys_buf_text(&box->reply.body), "<!DOCTYPE html>", 15);
        assert_true(ys_sim_reply_header(&box->reply, "Content-Type", value, sizeof value));
        assert_non_null(strstr(value, "text/html"));
    }
    fault(box, "read=redirect:http://127.0.0.1:1/x");
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 302);
    assert_true(ys_sim_reply_header(&box->reply, "Location", value, sizeof value));
    assert_string_equal(value, "http://127.0.0.1:1/x");
}

static void test_wire(void **state)
{
    struct box *box = *state;
    static const struct { const char *spec; int wire; bool effect; } cases[] = {
        {"write=timeout", YS_SIM_WIRE_TIMEOUT, false},
        {"write=effect+timeout", YS_SIM_WIRE_TIMEOUT, true},
        {"write=close", YS_SIM_WIRE_CLOSE, false},
        {"write=effect+close", YS_SIM_WIRE_CLOSE, true},
        {"write=cut", YS_SIM_WIRE_CUT, true},
        {"write=slow", YS_SIM_WIRE_SLOW, true},
        {"write=length", YS_SIM_WIRE_LENGTH, true},
        {"write=delay:5000", YS_SIM_WIRE_REPLY, true}};
    int64_t expected = 0;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault(box, cases[i].spec);
        (void)insert(box);
        expected += cases[i].effect;
        assert_int_equal((int)box->reply.wire, cases[i].wire);
        assert_int_equal(copies(box), expected);
        if (cases[i].wire == YS_SIM_WIRE_CLOSE) assert_int_equal(box->reply.body.bytes, 0);
    }
    assert_int_equal(box->reply.delay_ms, 5000);
    ys_sim_faults_clear(box->sim);
    assert_int_equal(insert(box), 200);
    assert_int_equal((int)box->reply.wire, YS_SIM_WIRE_REPLY);
    assert_int_equal(box->reply.delay_ms, 0);
    /* Each was charged, also those whose answer nobody saw. */
    assert_int_equal(ys_sim_quota_total(box->sim), 9 * 50);
}

static void test_looks(void **state)
{
    struct box *box = *state;

    (void)box_get(box, "channels", "part=snippet&mine=true");
    size_t whole = box->reply.body.bytes;
    fault(box, "read=truncated");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_int_equal(box->reply.body.bytes, whole / 2);
    fault(box, "read=notjson");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_int_equal(ys_buf_text(&box->reply.body)[0], '<');
    fault(box, "read=empty");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_int_equal(box->reply.body.bytes, 0);
    fault(box, "read=shape");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_int_equal(box_number(box, "kind"), 42);
    fault(box, "read=hugebody");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_true(box->reply.body.bytes > YS_REPLY_BODY_BYTES_MAX);
    fault(box, "read=hugebody:1000");
    (void)box_get(box, "channels", "part=snippet&mine=true");
    assert_int_equal(strlen(box_text(box, "padding")), 1000);
    fault(box, "read=hugeheader");
    assert_int_equal(box_get(box, "channels", "part=snippet&mine=true"), 200);
    assert_true(box->reply.headers.bytes > YS_REPLY_HEADER_BYTES_MAX);
}

static void test_pages(void **state)
{
    struct box *box = *state;
    char token[64];

    fault(box, "playlistItems.list=shortpage:1");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&maxResults=2", list);
    assert_int_equal(box_length(box, "items"), 1);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 3);
    (void)ys_copy(token, sizeof token, box_text(box, "nextPageToken"));
    fault(box, "playlistItems.list=doublerow");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&maxResults=2&pageToken=%s",
                  list, token);
    assert_int_equal(box_length(box, "items"), 2); /* still no more than asked for */
    assert_int_equal(box_number(box, "items[0].snippet.position"), 0);
    fault(box, "playlistItems.list=deadtoken");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s&maxResults=2&pageToken=%s",
                  list, token);
    box_refused(box, 400, "youtube.parameter", "invalidPageToken");
    assert_int_equal(box_get(box, "playlistItems", "part=snippet&playlistId=%s", list), 200);
    fault(box, "playlistItems.list=total:-2");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s", list);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 1);
    fault(box, "playlistItems.list=hiderow:1");
    (void)box_get(box, "playlistItems", "part=snippet&playlistId=%s", list);
    assert_int_equal(box_length(box, "items"), 2);
    assert_int_equal(box_number(box, "items[1].snippet.position"), 2);
    assert_int_equal(box_number(box, "pageInfo.totalResults"), 3);
}

/* ------------------------------------------------------------------ the world moves */

static void test_edits(void **state)
{
    struct box *box = *state;
    struct ys_truth_playlist before, after;

    BOX(box, ys_truth_playlist(box->sim, list, &before, &box->err));
    fault(box, "playlistItems.list=edit:add");
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    assert_int_equal(box_length(box, "items"), 4); /* seen at once */
    fault(box, "playlistItems.list=edit:remove");
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    assert_int_equal(box_length(box, "items"), 3);
    fault(box, "playlistItems.list=edit:swap");
    (void)box_get(box, "playlistItems", "part=id&playlistId=%s", list);
    assert_int_equal(box_length(box, "items"), 3);
    fault(box, "playlistItems.list=edit:move");
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 200);
    fault(box, "playlistItems.list=edit:rename");
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 200);
    fault(box, "playlistItems.list=edit:privacy");
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 200);
    BOX(box, ys_truth_playlist(box->sim, list, &after, &box->err));
    assert_string_not_equal(after.title, before.title);
    assert_int_not_equal(after.privacy, before.privacy);
    fault(box, "channels.list=edit:create");
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 200);
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 2);
    fault(box, "playlistItems.list=edit:delete");
    assert_int_equal(box_get(box, "playlistItems", "part=id&playlistId=%s", list), 404);
    assert_int_equal(ys_truth_playlist_count(box->sim, NULL), 1);
    /* None of it came through the API, and an edit leaves other faults their turn. */
    assert_int_equal(ys_sim_effect_count(box->sim, YS_SIM_METHOD_COUNT), 0);
    BOX(box, ys_sim_fault(box->sim, "any=500", &box->err));
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 500);
}

static void test_videos_change(void **state)
{
    struct box *box = *state;

    fault(box, "playlistItems.insert=video:private");
    (void)insert(box);
    box_refused(box, 400, "global", "failedPrecondition");
    fault(box, "playlistItems.insert=video:deleted");
    (void)insert(box);
    box_refused(box, 404, "youtube.playlistItem", "videoNotFound");
    fault(box, "playlistItems.insert=video:live");
    assert_int_equal(insert(box), 200);
}

static void test_token_dies(void **state)
{
    struct box *box = *state;

    fault(box, "write#2=revoke");
    assert_int_equal(insert(box), 200);
    assert_int_equal(insert(box), 401);
    ys_sim_faults_clear(box->sim);
    assert_int_equal(box_get(box, "channels", "part=id&mine=true"), 401);
    assert_int_equal(copies(box), 1);
}

/* ------------------------------------------------------------------ hook */

struct hooked {
    int before, after;
    struct ys_sim_event last;
};

static void hook(void *ctx, struct ys_sim *sim, const struct ys_sim_event *event)
{
    struct hooked *hooked = ctx;

    if (event->phase == YS_SIM_BEFORE) {
        hooked->before++;
        if (hooked->before == 2 &&
            ys_sim_playlist_remove(sim, event->playlist_id, NULL) != YS_OK)
            fail_msg("the playlist could not be removed");
    } else {
        hooked->after++;
        hooked->last = *event;
    }
}

static void test_hook(void **state)
{
    struct box *box = *state;
    struct hooked hooked = {0};

    ys_sim_set_hook(box->sim, hook, &hooked);
    assert_int_equal(insert(box), 200);
    assert_int_equal(hooked.last.number, 1);
    assert_int_equal(hooked.last.method, YS_SIM_M_ITEMS_INSERT);
    assert_string_equal(hooked.last.playlist_id, list);
    assert_string_equal(hooked.last.video_id, "video000005");
    assert_int_equal(hooked.last.status, 200);
    assert_true(hooked.last.effect);
    /* The user deletes the playlist in the moment before the second insert. */
    assert_int_equal(insert(box), 404);
    assert_false(hooked.last.effect);
    assert_int_equal(hooked.before, 2);
    assert_int_equal(hooked.after, 2);
}

/* ------------------------------------------------------------------ replay */

static void run_seeded(uint64_t seed, char *out, size_t bytes)
{
    static struct box box;
    char id[YS_ID_BYTES];

    box_init(&box);
    box.options.seed = seed;
    box.options.lag_max_ms = 1500;
    box_open(&box);
    box_videos(&box, 20);
    box_playlist(&box, "P", 5, id);
    BOX(&box, ys_sim_fault(box.sim, "write%200=effect+503", &box.err));
    BOX(&box, ys_sim_fault(box.sim, "write%200=edit:move", &box.err));
    out[0] = '\0';
    for (int i = 0; i < 60; i++) {
        size_t at = strlen(out);
        (void)snprintf(out + at, bytes - at, "%d ", box_insert(&box, id, i % 20, 0, NULL));
    }
    size_t at = strlen(out);
    (void)snprintf(out + at, bytes - at, "%s %s", id, box_order(&box, id));
    box_close(&box);
}

static void test_replay(void **state)
{
    static char first[8192], again[8192], other[8192];

    (void)state;
    run_seeded(5, first, sizeof first);
    run_seeded(5, again, sizeof again);
    run_seeded(6, other, sizeof other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parse, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_which_request, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_instead, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_headers_and_html, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_wire, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_looks, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_edits, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_videos_change, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_token_dies, setup, box_teardown),
        cmocka_unit_test_setup_teardown(test_hook, setup, box_teardown),
        cmocka_unit_test(test_replay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
