/* test_errors_settle.c: every error of the API, on every method, leads to what the table in
 * src/youtube/README.md says, and to an end or a rest, however long it lasts.
 *
 * Each cell of the table is held against the classifier. Then, for each method and word, one cell
 * is walked through a whole job in which the answer comes once, and for each word one of a write
 * and one of a read through a job in which it comes for ever; with YTSYNC_CASES=all every cell
 * both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "sim/errors.h"
#include "support/canned.h"
#include "support/cases.h"
#include "support/scratch.h"
#include "support/shelf.h"
#include "support/verdicts.h"

#define TABLE "src/youtube/README.md"
#define ROWS_MAX 200
#define COLUMNS 8
#define WORD_BYTES 12
/* What a run may send of one method before it comes to an end or a rest: each operation 8 times,
 * and what is in flight; of reads, what a whole run needs and each 6 times. */
#define WRITES_PER_RUN(operations) (8 * (operations) + 4)
#define READS_PER_RUN 80
#define RUNS_MAX 40
/* So many runs show that it rests and goes on resting. */
#define RUNS_OF_A_REST 3
#define BODY_BYTES 1024
#define VIDEOS 12

static const enum ys_method columns[COLUMNS] = {
    YS_METHOD_PLAYLISTS_INSERT, YS_METHOD_PLAYLISTS_UPDATE, YS_METHOD_PLAYLISTS_DELETE,
    YS_METHOD_ITEMS_INSERT,     YS_METHOD_ITEMS_UPDATE,     YS_METHOD_ITEMS_DELETE,
    YS_METHOD_ITEMS_LIST,       YS_METHOD_PLAYLISTS_LIST,
};

struct row {
    int http_status;
    char api_status[48], reason[YS_REASON_BYTES], message[128];
    char words[COLUMNS][WORD_BYTES];
    char body[BODY_BYTES];
};

static struct row rows[ROWS_MAX];
static size_t row_count;

/* ---------------------------------------------------------------- the table */

/* Copies what stands before the next bar, without blanks around it; false at the line's end. */
static bool take_cell(const char **at, char *out, size_t out_bytes)
{
    const char *end = strchr(*at, '|'), *last = end;

    if (!end) return false;
    while (**at == ' ') ++*at;
    while (last > *at && last[-1] == ' ') last--;
    assert_true((size_t)(last - *at) < out_bytes);
    memcpy(out, *at, (size_t)(last - *at));
    out[last - *at] = '\0';
    *at = end + 1;
    return true;
}

static void write_body(struct row *row)
{
    char errors[256] = "", status[80] = "";

    if (row->reason[0])
        (void)snprintf(errors, sizeof errors,
                       ",\"errors\":[{\"domain\":\"global\",\"reason\":\"%s\"}]", row->reason);
    if (row->api_status[0])
        (void)snprintf(status, sizeof status, ",\"status\":\"%s\"", row->api_status);
    if (errors[0] || status[0])
        (void)snprintf(row->body, sizeof row->body,
                       "{\"error\":{\"code\":%d,\"message\":\"%s\"%s%s}}", row->http_status,
                       row->message[0] ? row->message : "Words of the server.", errors, status);
    else
        (void)ys_copy(row->body, sizeof row->body, "<html>An error page.</html>");
}

static void take_row(const char *line)
{
    struct row *row = &rows[row_count];
    const char *at = line + 1;
    char number[16];
    size_t i;

    assert_true(row_count < ROWS_MAX);
    assert_true(take_cell(&at, number, sizeof number));
    row->http_status = (int)strtol(number, NULL, 10);
    assert_true(take_cell(&at, row->api_status, sizeof row->api_status));
    assert_true(take_cell(&at, row->reason, sizeof row->reason));
    assert_true(take_cell(&at, row->message, sizeof row->message));
    for (i = 0; i < COLUMNS; i++) assert_true(take_cell(&at, row->words[i], WORD_BYTES));
    write_body(row);
    row_count++;
}

static int set_up(void **state)
{
    FILE *file = fopen(TABLE, "r");
    char line[512];

    if (!file) return -1;
    while (fgets(line, sizeof line, file))
        if (line[0] == '|' && line[1] == ' ' && strchr("45", line[2]) && line[5] == ' ')
            take_row(line);
    (void)fclose(file);
    return verdicts_begin(state);
}

/* ---------------------------------------------------------------- each cell */

static const char *word_of_read(enum ys_verdict verdict, enum ys_method method)
{
    bool items = method == YS_METHOD_ITEMS_LIST;

    switch (verdict) {
    case YS_VERDICT_RETRY:
    case YS_VERDICT_UNKNOWN: return "again";
    case YS_VERDICT_PLAYLIST_REFUSED: return items ? "list" : "person";
    case YS_VERDICT_PLAYLIST_GONE: return items ? "gone" : "stop";
    case YS_VERDICT_PAGE_TOKEN: return items ? "anew" : "stop";
    case YS_VERDICT_ACCOUNT_REFUSED: return "person";
    default: return "stop";
    }
}

static const char *word_of(enum ys_verdict verdict, enum ys_method method)
{
    switch (verdict) {
    case YS_VERDICT_SLOW_DOWN: return "slow";
    case YS_VERDICT_CREATE_LIMIT: return "hour";
    case YS_VERDICT_DAY_USED_UP: return "day";
    case YS_VERDICT_TOKEN_EXPIRED: return "token";
    case YS_VERDICT_SIGN_IN:
    case YS_VERDICT_PROJECT_BLOCKED: return "sign-in";
    default: break;
    }
    if (!ys_method_info(method)->write) return word_of_read(verdict, method);
    switch (verdict) {
    case YS_VERDICT_ALREADY: return "done";
    case YS_VERDICT_RETRY: return "again";
    case YS_VERDICT_SELF_SORTED:
    case YS_VERDICT_UNKNOWN: return "look";
    case YS_VERDICT_ACCOUNT_REFUSED: return "person";
    case YS_VERDICT_PLAYLIST_REFUSED: return "list";
    case YS_VERDICT_PLAYLIST_GONE: return "gone";
    case YS_VERDICT_POSITION: return "position";
    default: return "item";
    }
}

static void test_every_cell(void **state)
{
    size_t r, c;

    (void)state;
    assert_true(row_count > 110);
    for (r = 0; r < row_count; r++) {
        for (c = 0; c < COLUMNS; c++) {
            struct ys_outcome out = classify(columns[c], rows[r].http_status, rows[r].body);
            if (strcmp(word_of(out.verdict, columns[c]), rows[r].words[c]) != 0)
                fail_msg("%d %s, %s: the table says %s, the classifier %s (%s)",
                         rows[r].http_status, rows[r].reason, ys_method_info(columns[c])->name,
                         rows[r].words[c], word_of(out.verdict, columns[c]),
                         ys_verdict_name(out.verdict));
            assert_true(out.message[0] != '\0' || out.status == YS_OK);
        }
        /* The other reads are as playlists.list. */
        assert_string_equal(
            word_of(classify(YS_METHOD_VIDEOS_LIST, rows[r].http_status, rows[r].body).verdict,
                    YS_METHOD_VIDEOS_LIST),
            rows[r].words[COLUMNS - 1]);
    }
}

static bool in_table(int http_status, const char *reason)
{
    size_t r;

    for (r = 0; r < row_count; r++)
        if (rows[r].http_status == http_status && strcmp(rows[r].reason, reason) == 0) return true;
    return false;
}

/* What the simulator can say stands in the table. */
static void test_every_refusal_of_the_simulator(void **state)
{
    (void)state;
#define X(code, name, http, grpc, domain, reason, message, inner, location, type)                \
    if (!in_table(http, reason)) fail_msg("%d %s is not in the table", http, reason);
    YS_SIM_REFUSAL_MAP(X)
#undef X
}

/* ---------------------------------------------------------------- a whole job */

static struct world world;
static struct canned canned;
/* A program that prints another token each time; "": there is one token for ever. */
static char token_command[SCRATCH_PATH_BYTES];

static void close_session(void)
{
    ys_job_close(world.job);
    ys_session_close(world.session);
    ys_transport_free(world.transport);
    world.job = NULL;
    world.session = NULL;
    world.transport = NULL;
}

static void open_session(void)
{
    struct ys_options options = {.db_path = world.db_path,
                                 .access_token = token_command[0] ? NULL : YS_SIM_TOKEN,
                                 .token_command = token_command[0] ? token_command : NULL,
                                 .env = &world.env};
    struct ys_transport *inner;

    close_session();
    world_ok(&world, ys_sim_transport(&inner, world.sim, NULL, &world.err));
    world.transport = canned_new(inner, &canned);
    assert_non_null(world.transport);
    options.transport = world.transport;
    world_ok(&world, ys_session_open(&world.session, &options, &world.err));
}

/* Every kind of write is in it: "Jazz" gets a description, is put in order and loses an entry,
 * three playlists are created, filled and published, and "Old" is deleted. It stands behind its
 * backup. */
static void begin_job(uint64_t seed)
{
    struct ys_category_spec jazz = {.key = "Jazz", .description = "All of it.", .ordered = true};
    char jazz_id[YS_ID_BYTES], old_id[YS_ID_BYTES];
    struct ys_target *target;
    bool more;

    canned = (struct canned){.body = ""};
    shelf_open(&world, seed, VIDEOS);
    shelf_playlist(&world, "Jazz", YS_PRIVACY_PRIVATE, 2, 3, jazz_id);
    shelf_put(&world, jazz_id, 5);
    shelf_put(&world, jazz_id, 1);
    shelf_playlist(&world, "Old", YS_PRIVACY_PRIVATE, 4, VIDEOS, old_id);
    open_session();
    target = shelf_policy(&world, YS_OLD_DELETE);
    shelf_category(&world, target, &jazz, 1, 3);
    shelf_want_thirds(&world, target, YS_PRIVACY_UNLISTED, 4, VIDEOS);
    shelf_start(&world, target);
    while (shelf_job(&world).stage < YS_STAGE_CREATE_PLAYLISTS)
        world_ok(&world, ys_job_step(world.job, 100, &more, &world.err));
}

static int64_t operations_of(enum ys_method method)
{
    switch (method) {
    case YS_METHOD_PLAYLISTS_INSERT: return shelf_total(&world, YS_OP_PLAYLIST_CREATE);
    case YS_METHOD_PLAYLISTS_UPDATE:
        return shelf_total(&world, YS_OP_PLAYLIST_UPDATE) +
               shelf_total(&world, YS_OP_PLAYLIST_PUBLISH);
    case YS_METHOD_PLAYLISTS_DELETE: return shelf_total(&world, YS_OP_PLAYLIST_DELETE);
    case YS_METHOD_ITEMS_INSERT: return shelf_total(&world, YS_OP_ITEM_INSERT);
    case YS_METHOD_ITEMS_UPDATE: return shelf_total(&world, YS_OP_ITEM_MOVE);
    case YS_METHOD_ITEMS_DELETE: return shelf_total(&world, YS_OP_ITEM_DELETE);
    default: return 0;
    }
}

static bool is_one_of(const char *words, const char *word)
{
    const char *at = strstr(words, word);

    return at && (at == words || at[-1] == ' ') &&
           (at[strlen(word)] == ' ' || at[strlen(word)] == '\0');
}

/* At most so many requests of the method in one run. */
static int64_t allowed(enum ys_method method, const char *word)
{
    if (is_one_of("hour day token sign-in person", word)) return 4;
    if (!ys_method_info(method)->write) return READS_PER_RUN;
    return WRITES_PER_RUN(operations_of(method));
}

/* One run of the command, and then what time and a person do. True when the job has come to its
 * end; *status: how the run ended. */
static bool run(enum ys_method method, const char *word, enum ys_status *status)
{
    int64_t given = canned.given, wait_ms;

    *status = world_steps(&world);
    if (canned.given - given > allowed(method, word))
        fail_msg("%s, %s: %lld requests in one run", ys_method_info(method)->name, word,
                 (long long)(canned.given - given));
    if (shelf_job(&world).stage == YS_STAGE_COMPLETED) return true;
    assert_int_not_equal(*status, YS_OK);
    assert_true(world.err.message[0] != '\0');
    if (*status == YS_ECONFIRM) world_ok(&world, ys_job_confirm(world.session, 0, &world.err));
    wait_ms = ys_job_wait_ms(world.job);
    if (wait_ms > 0) world_ok(&world, ys_session_sleep(world.session, wait_ms + 1000, &world.err));
    open_session();
    return false;
}

static void run_to_the_end(enum ys_method method, const char *word)
{
    enum ys_status status;
    int runs;

    for (runs = 0; runs < RUNS_MAX; runs++)
        if (run(method, word, &status)) return;
    fail_msg("%s, %s: the job does not end", ys_method_info(method)->name, word);
}

/* How the job rests; NONE: the run stopped. */
static enum ys_pause_reason rest_of(enum ys_method method, const char *word)
{
    bool write = ys_method_info(method)->write;

    if (is_one_of("token sign-in", word)) return YS_PAUSE_AUTH_ERROR;
    if (is_one_of("person", word))
        return write ? YS_PAUSE_ERRORS_COLLECTED : YS_PAUSE_AUTH_ERROR;
    if (is_one_of("day hour", word)) return YS_PAUSE_QUOTA_EXHAUSTED;
    if (is_one_of("slow", word)) return write ? YS_PAUSE_QUOTA_EXHAUSTED : YS_PAUSE_NETWORK_ERROR;
    return is_one_of("again anew", word) ? YS_PAUSE_NETWORK_ERROR : YS_PAUSE_NONE;
}

static bool rests(enum ys_method method, const char *word)
{
    return is_one_of("slow hour day token sign-in person stop anew", word) ||
           (is_one_of("again", word) && !ys_method_info(method)->write);
}

/* It comes for ever: the job rests each time, for the reason that the word stands for, nothing has
 * failed, and once it is over the job comes to its end. */
static void check_rests(enum ys_method method, const char *word)
{
    enum ys_pause_reason reason = rest_of(method, word);
    enum ys_status status;
    int i, seen = 0;

    for (i = 0; i < RUNS_MAX && seen < RUNS_OF_A_REST; i++) {
        int64_t given = canned.given;
        struct ys_job_record job;
        status = world_steps(&world);
        job = shelf_job(&world);
        if (status == YS_ECONFIRM || (status != YS_OK && canned.given == given)) {
            (void)run(method, word, &status); /* another rest on the way */
            continue;
        }
        assert_int_not_equal(status, YS_OK);
        seen++;
        assert_int_equal(job.failed, 0);
        if (reason == YS_PAUSE_NONE)
            assert_true(status == YS_EAPI || status == YS_ENOTFOUND);
        else
            assert_int_equal(job.pause_reason, reason);
        (void)run(method, word, &status);
    }
    assert_int_equal(seen, RUNS_OF_A_REST);
    canned.left = 0;
    run_to_the_end(method, word);
    assert_int_equal(shelf_job(&world).failed, 0);
}

/* It comes once. */
static void check_once(enum ys_method method, const char *word)
{
    int64_t failed;

    run_to_the_end(method, word);
    assert_int_equal(canned.given, 1);
    failed = shelf_job(&world).failed;
    if (is_one_of("item list", word) && ys_method_info(method)->write) assert_int_equal(failed, 1);
    else if (!is_one_of("gone", word)) assert_int_equal(failed, 0);
}

/* One job in which the answer comes once, or for ever. */
static void walk(size_t r, size_t column, bool for_ever)
{
    const struct row *row = &rows[r];
    enum ys_method method = columns[column];
    const char *word = row->words[column];

    if (getenv("WORLD_VERBOSE"))
        print_message("# %s %d %s: %s\n", ys_method_info(method)->name, row->http_status,
                      row->reason, word);
    begin_job(400 + r);
    canned = (struct canned){.method = method,
                             .left = for_ever ? INT64_MAX : 1,
                             .http_status = row->http_status,
                             .body = row->body};
    if (!for_ever) check_once(method, word);
    else if (rests(method, word)) check_rests(method, word);
    else run_to_the_end(method, word);
    close_session();
    world_close(&world);
}

/* Whether an earlier cell has that word: of the same method, or (any) of one that writes or reads
 * as it does. */
static bool walked_before(size_t row, size_t column, bool any)
{
    bool write = ys_method_info(columns[column])->write;
    size_t r, c;

    for (c = any ? 0 : column; c <= column; c++) {
        if (ys_method_info(columns[c])->write != write) continue;
        for (r = 0; r < (c == column ? row : row_count); r++)
            if (strcmp(rows[r].words[c], rows[row].words[column]) == 0) return true;
    }
    return false;
}

static void test_every_word_on_every_method(void **state)
{
    bool all = cases_all();
    size_t r, c, once = 0, for_ever = 0;

    (void)state;
    for (c = 0; c < COLUMNS; c++) {
        for (r = 0; r < row_count; r++) {
            /* What stops the whole job does so whatever the method. */
            bool whole = is_one_of("slow day token sign-in person", rows[r].words[c]);
            if (all || !walked_before(r, c, whole)) {
                if (cases_take((long)once)) walk(r, c, false);
                once++;
            }
            if (all || !walked_before(r, c, true)) {
                if (cases_take((long)for_ever)) walk(r, c, true);
                for_ever++;
            }
        }
    }
    print_message("# %zu jobs with an answer once, %zu with one for ever\n", once, for_ever);
    assert_true(once > 40 && for_ever > 20);
}

/* ---------------------------------------------------------------- tokens that can be renewed */

static void renewable_tokens(void)
{
    static const char script[] = "#!/bin/sh\nread -r n <\"$0.count\"\n"
                                 "echo $((n + 1)) >\"$0.count\"\necho \"token-$n\"\n";
    char path[SCRATCH_PATH_BYTES], token[32];
    int i;

    (void)scratch_write(token_command, "token", script, sizeof script - 1);
    assert_int_equal(chmod(token_command, 0700), 0);
    (void)scratch_write(path, "token.count", "0\n", 2);
    for (i = 0; i < RUNS_MAX; i++) {
        (void)snprintf(token, sizeof token, "token-%d", i);
        world_ok(&world, ys_sim_token_add(world.sim, token, YS_SIM_CHANNEL_ID, NULL, 0,
                                          &world.err));
    }
}

/* A token that is refused is renewed once; a new one that is refused too stays refused. */
static void test_a_token_is_renewed_once(void **state)
{
    enum ys_status status;
    size_t c;
    int runs;

    (void)state;
    scratch_make();
    for (c = 0; c < COLUMNS; c++) {
        begin_job(700 + c);
        renewable_tokens();
        open_session();
        canned = (struct canned){.method = columns[c], .left = 1, .http_status = 401, .body = ""};
        for (runs = 0; runs < RUNS_MAX && !run(columns[c], "token", &status); runs++)
            assert_int_not_equal(shelf_job(&world).pause_reason, YS_PAUSE_AUTH_ERROR);
        assert_int_equal(canned.given, 1);
        assert_int_equal(shelf_job(&world).failed, 0);
        close_session();
        world_close(&world);
        token_command[0] = '\0';

        begin_job(700 + c);
        renewable_tokens();
        open_session();
        canned = (struct canned){.method = columns[c], .left = INT64_MAX, .http_status = 401,
                                 .body = ""};
        check_rests(columns[c], "token");
        close_session();
        world_close(&world);
        token_command[0] = '\0';
    }
    scratch_remove();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_every_refusal_of_the_simulator),
        cmocka_unit_test(test_every_word_on_every_method),
        cmocka_unit_test(test_a_token_is_renewed_once),
    };
    return cmocka_run_group_tests(tests, set_up, verdicts_end);
}
