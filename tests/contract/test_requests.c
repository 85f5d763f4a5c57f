/* test_requests.c: every request that can be built, with every answer that the simulated YouTube
 * can give to it: its own, and each fault's and refusal's. Here: each is understood (no parameter,
 * part or body that the simulator does not know) and each refusal gets a verdict. Where
 * YTSYNC_RECORD names a file, all exchanges go there, and contract/exchanges_spec.lua holds them
 * against the API's own description. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "net/http.h"
#include "sim/errors.h"
#include "sim/faults.h"
#include "support/box.h"
#include "youtube/classify.h"
#include "youtube/request.h"

#define REQUESTS_MAX 32
#define NAME_BYTES 80
#define ITEM_IN_OLD_FORM "UExDOTBGQjcxRjZFQ0UxN0YzLkRBQjRBMzU4MThBQUY5MTQ="

static struct box box;
static char playlist[YS_ID_BYTES], item[YS_ID_BYTES];
static char title[4 * YS_TITLE_CODEPOINTS_MAX + 1];

static int start(void **state)
{
    (void)state;
    box_init(&box);
    box.options.record_path = getenv("YTSYNC_RECORD");
    box.options.quota_daily_units = INT64_C(1) << 40;
    box_open(&box);
    box_videos(&box, YS_PAGE_ROWS_MAX);
    box_playlist(&box, "First", 3, playlist);
    assert_int_equal(box_get(&box, "playlistItems", "part=id&playlistId=%s", playlist), 200);
    (void)ys_copy(item, sizeof item, box_text(&box, "items[0].id"));
    for (size_t at = 0; at + 4 < sizeof title; at += 4) memcpy(title + at, "\xf0\x9f\x8e\xb7", 4);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    box_close(&box);
    return 0;
}

/* ------------------------------------------------------------------ the requests */

static void keep(struct ys_request *list, size_t *count, enum ys_status status)
{
    assert_int_equal(status, YS_OK);
    assert_true(*count < REQUESTS_MAX);
    (void)list;
    (*count)++;
}

#define KEEP(name, ...) keep(list, &count, ys_request_##name(&list[count], __VA_ARGS__, NULL))

static size_t build_lists(struct ys_request *list, size_t count)
{
    char names[YS_PAGE_ROWS_MAX][16];
    const char *ids[YS_PAGE_ROWS_MAX], *one[1];

    keep(list, &count, ys_request_channel(&list[count], NULL));
    KEEP(playlists, "");
    KEEP(playlists, "CAoQAA==&?");
    KEEP(items, playlist, NULL, NULL);
    KEEP(items, playlist, NULL, "EAAaBlBUOkNBbw");
    KEEP(items, playlist, box_video_id(1, names[0]), NULL);
    one[0] = playlist;
    KEEP(playlists_by_id, one, 1);
    one[0] = item;
    KEEP(items_by_id, one, 1);
    one[0] = ITEM_IN_OLD_FORM;
    KEEP(items_by_id, one, 1);
    for (int i = 0; i < YS_PAGE_ROWS_MAX; i++) ids[i] = box_video_id(i, names[i]);
    KEEP(videos, ids, 1);
    KEEP(videos, ids, YS_PAGE_ROWS_MAX);
    return count;
}

static size_t build_writes(struct ys_request *list, size_t count)
{
    struct ys_playlist_fields fields = {.title = title, .description = "a \"b\" \\ \n\t c",
                                        .privacy = YS_PRIVACY_PRIVATE};
    char video[16];

    (void)box_video_id(4, video);
    KEEP(playlist_insert, &fields);
    fields.privacy = YS_PRIVACY_UNLISTED;
    KEEP(playlist_update, playlist, &fields);
    fields.default_language = "en";
    fields.localizations = "{\"de\":{\"title\":\"T\",\"description\":\"D\"}}";
    fields.podcast_status = "disabled";
    fields.privacy = YS_PRIVACY_PUBLIC;
    KEEP(playlist_insert, &fields);
    KEEP(playlist_update, playlist, &fields);
    KEEP(item_insert, playlist, video, -1);
    KEEP(item_insert, playlist, video, 0);
    KEEP(item_update, item, playlist, box_video_id(0, video), 1);
    KEEP(item_delete, item);
    KEEP(playlist_delete, playlist);
    return count;
}

/* ------------------------------------------------------------------ exchanges */

static void exchange(const struct ys_request *request)
{
    const struct ys_method_info *info = ys_method_info(request->method);
    struct ys_sim_request sent = {.method = ys_http_verb(info->verb),
                                  .path = info->path,
                                  .query = strchr(ys_buf_text(&request->url), '?') + 1,
                                  .authorization = "Bearer " YS_SIM_TOKEN,
                                  .body = request->body.data,
                                  .body_bytes = request->body.bytes};

    ys_sim_reply_free(&box.reply);
    ys_sim_reply_init(&box.reply);
    BOX(&box, ys_sim_handle(box.sim, &sent, &box.reply, &box.err));
}

static enum ys_verdict verdict(enum ys_method method)
{
    struct ys_http_reply reply = {.wire = YS_WIRE_REPLY, .http_status = box.reply.status};
    struct ys_outcome outcome;

    ys_buf_init(&reply.body, YS_REPLY_BODY_BYTES_MAX);
    ys_buf_add(&reply.body, box.reply.body.data, box.reply.body.bytes);
    ys_classify(box.json, method, &reply, box.clock.wall_ms, &outcome);
    ys_http_reply_free(&reply);
    return outcome.verdict;
}

static void every_request_is_understood(void **state)
{
    struct ys_request list[REQUESTS_MAX];
    size_t count = build_lists(list, 0);

    (void)state;
    count = build_writes(list, count);
    for (size_t i = 0; i < count; i++) {
        exchange(&list[i]);
        /* Made-up page tokens and the item of another playlist are refused as such. */
        if (box.reply.status == 400) assert_string_equal(box_text(&box, "error.errors[0].reason"),
                                                         "invalidPageToken");
        else assert_true(box.reply.status == 200 || box.reply.status == 204);
        ys_request_free(&list[i]);
    }
}

static void send_with_fault(const struct ys_request *request, const char *what)
{
    char spec[NAME_BYTES + 64];

    (void)snprintf(spec, sizeof spec, "%s#1=%s", ys_method_info(request->method)->name, what);
    ys_sim_faults_clear(box.sim);
    BOX(&box, ys_sim_fault(box.sim, spec, &box.err));
    exchange(request);
    ys_sim_faults_clear(box.sim);
}

/* Answers that are one of the API's own refusals. */
static const char *const refusals[] = {
#define X(code, name, ...) name,
    YS_SIM_REFUSAL_MAP(X)
#undef X
};
static const char *const faults[] = {
    "500", "503:30", "409", "409already", "429", "429:7", "403rate", "429creates", "quota403",
    "quota429", "401", "401signup", "403scope", "403forbidden", "403disabled", "404", "400",
};

static void every_refusal_gets_a_verdict(void **state)
{
    struct ys_request list[REQUESTS_MAX];
    size_t count = build_lists(list, 0), answers = 0;
    char what[NAME_BYTES];

    (void)state;
    count = build_writes(list, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++) {
            send_with_fault(&list[i], faults[k]);
            assert_true(box.reply.status >= 400);
            assert_true(verdict(list[i].method) > YS_VERDICT_NOT_MODIFIED ||
                        verdict(list[i].method) == YS_VERDICT_ALREADY);
            answers++;
        }
        for (size_t k = 0; k < sizeof refusals / sizeof refusals[0]; k++) {
            (void)snprintf(what, sizeof what, "reason:%s", refusals[k]);
            send_with_fault(&list[i], what);
            assert_true(box.reply.status >= 400);
            assert_true(verdict(list[i].method) > YS_VERDICT_NOT_MODIFIED ||
                        verdict(list[i].method) == YS_VERDICT_ALREADY);
            answers++;
        }
        ys_request_free(&list[i]);
    }
    assert_true(answers > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_request_is_understood, start, stop),
        cmocka_unit_test_setup_teardown(every_refusal_gets_a_verdict, start, stop),
    };

    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
