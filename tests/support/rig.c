/* rig.c: see rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "support/rig.h"

#define BASE_URL "http://127.0.0.1:1"

/* ------------------------------------------------------------------ our clock */

static int64_t our_wall_ms(void *ctx)
{
    const struct rig *rig = ctx;
    return rig->clock.wall_ms + rig->skew_ms;
}

static int64_t our_mono_ms(void *ctx)
{
    const struct rig *rig = ctx;
    return rig->clock.mono_ms;
}

static void our_sleep_ms(void *ctx, int64_t duration_ms)
{
    struct rig *rig = ctx;
    rig->world.sleep_ms(rig->world.ctx, duration_ms);
}

static void our_random(void *ctx, void *out, size_t bytes)
{
    struct rig *rig = ctx;
    rig->world.random(rig->world.ctx, out, bytes);
}

static void our_log(void *ctx, enum ys_log_level level, const char *message)
{
    struct rig *rig = ctx;
    rig->world.log(rig->world.ctx, level, message);
}

/* ------------------------------------------------------------------ life */

void rig_init(struct rig *rig, uint64_t seed, int64_t wall_ms)
{
    memset(rig, 0, sizeof *rig);
    ys_sim_clock_init(&rig->clock, seed, wall_ms);
    rig->world = ys_sim_clock_env(&rig->clock);
    rig->env = (struct ys_env){.ctx = rig,
                               .wall_ms = our_wall_ms,
                               .mono_ms = our_mono_ms,
                               .sleep_ms = our_sleep_ms,
                               .random = our_random,
                               .log = our_log};
    ys_sim_options_init(&rig->options);
    rig->options.env = &rig->world;
    rig->options.seed = seed;
    rig->store_path = ":memory:";
}

static void open_client(struct rig *rig)
{
    struct ys_client_options options = {.store = rig->store,
                                        .transport = rig->transport,
                                        .env = &rig->env,
                                        .base_url = BASE_URL,
                                        .token = YS_SIM_TOKEN,
                                        .project = "default",
                                        .interrupted = &rig->interrupted};

    RIG(rig, ys_sim_transport(&rig->transport, rig->sim, NULL, &rig->err));
    options.transport = rig->transport;
    RIG(rig, ys_client_new(&rig->client, &options, &rig->err));
    RIG(rig, ys_client_recover(rig->client, &rig->err));
}

static void close_client(struct rig *rig)
{
    ys_client_free(rig->client);
    ys_transport_free(rig->transport);
    rig->client = NULL;
    rig->transport = NULL;
}

static void open_store(struct rig *rig)
{
    struct ys_store_options options = {.path = rig->store_path};

    RIG(rig, ys_store_open(&rig->store, &options, &rig->env, &rig->err));
}

void rig_open(struct rig *rig)
{
    RIG(rig, ys_sim_open(&rig->sim, &rig->options, &rig->err));
    open_store(rig);
    open_client(rig);
}

void rig_start(struct rig *rig)
{
    rig_init(rig, 1, YS_SIM_START_WALL_MS);
    rig_open(rig);
}

void rig_close(struct rig *rig)
{
    close_client(rig);
    ys_store_close(rig->store);
    ys_sim_close(rig->sim);
}

void rig_crash(struct rig *rig)
{
    close_client(rig);
    if (strcmp(rig->store_path, ":memory:") != 0) {
        ys_store_close(rig->store);
        open_store(rig);
    }
    open_client(rig);
}

void rig_set(struct rig *rig, const char *key, int64_t value)
{
    RIG(rig, ys_store_setting_set(rig->store, key, value, &rig->err));
    rig_crash(rig);
}

/* ------------------------------------------------------------------ verdicts */

void rig_ok(struct rig *rig, enum ys_status status)
{
    if (status == YS_OK) return;
    print_error("%s: %s\n", ys_status_name(status), rig->err.message);
    fail();
}

void rig_fails(struct rig *rig, enum ys_status status, enum ys_status wanted, ...)
{
    bool good = status == wanted && rig->err.status == wanted;
    const char *word;
    va_list words;

    va_start(words, wanted);
    while ((word = va_arg(words, const char *)) != NULL)
        if (!strstr(rig->err.message, word)) good = false;
    va_end(words);
    if (good) return;
    print_error("%s (%s wanted): %s: %s\n", ys_status_name(status), ys_status_name(wanted),
                ys_status_name(rig->err.status), rig->err.message);
    fail();
}

/* ------------------------------------------------------------------ the world */

void rig_fault(struct rig *rig, const char *spec)
{
    RIG(rig, ys_sim_fault(rig->sim, spec, &rig->err));
}

void rig_video_id(int64_t n, char out[16])
{
    (void)snprintf(out, 16, "vid%08lld", (long long)n);
}

static void new_video(struct rig *rig, int64_t n)
{
    char id[16], title[64];
    struct ys_sim_video video = {.id = id,
                                 .title = title,
                                 .description = "Words about it",
                                 .channel_title = "A channel",
                                 .tags_json = "[\"a\",\"b\"]",
                                 .published_at_ms = YS_SIM_START_WALL_MS - 1000000 * n,
                                 .duration_s = 60 + n};

    rig_video_id(n, id);
    (void)snprintf(title, sizeof title, "Video %lld", (long long)n);
    RIG(rig, ys_sim_video_put(rig->sim, &video, &rig->err));
}

void rig_playlist(struct rig *rig, const char *title, int64_t count, char *id_out)
{
    struct ys_sim_playlist playlist = {
        .title = title,
        .description = "",
        .privacy = YS_PRIVACY_PRIVATE,
        .published_at_ms = YS_SIM_START_WALL_MS - 100 * YS_MS_PER_DAY,
    };
    char id[YS_ID_BYTES], video[16];
    int64_t i;

    RIG(rig, ys_sim_bulk_begin(rig->sim, &rig->err));
    RIG(rig, ys_sim_playlist_add(rig->sim, &playlist, id, &rig->err));
    for (i = 0; i < count; i++) {
        new_video(rig, ++rig->videos);
        rig_video_id(rig->videos, video);
        RIG(rig, ys_sim_item_add(rig->sim, id, video, -1, 0, NULL, &rig->err));
    }
    RIG(rig, ys_sim_bulk_end(rig->sim, &rig->err));
    if (id_out) (void)ys_copy(id_out, YS_ID_BYTES, id);
}

void rig_playlists(struct rig *rig, int64_t count, int64_t each)
{
    char title[32];
    int64_t i;

    for (i = 1; i <= count; i++) {
        (void)snprintf(title, sizeof title, "List %lld", (long long)i);
        rig_playlist(rig, title, each, NULL);
    }
}

/* ------------------------------------------------------------------ ledgers */

int64_t rig_number(struct rig *rig, const char *sql)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    int64_t value;

    RIG(rig, ys_db_prepare(rig->store->db, sql, &stmt, &rig->err));
    RIG(rig, ys_step(stmt, &row, &rig->err));
    assert_true(row);
    value = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return value;
}

int64_t rig_booked(struct rig *rig, int64_t day)
{
    const struct ys_quota_limits *limits = ys_client_limits(rig->client);
    struct ys_quota_day now;

    RIG(rig, ys_quota_day_get(rig->store, "default", day, limits, &now, &rig->err));
    return now.used + now.reserved;
}

int64_t rig_charged(struct rig *rig, int64_t day)
{
    struct ys_sim_quota quota;

    RIG(rig, ys_sim_quota(rig->sim, day, &quota, &rig->err));
    return quota.used_units;
}

void rig_ledger_covers(struct rig *rig, bool exactly)
{
    struct ys_sim_quota quota;
    int64_t i;

    for (i = 0; ys_sim_quota_nth(rig->sim, i, &quota, &rig->err) == YS_OK; i++) {
        int64_t booked = rig_booked(rig, quota.day);
        if (booked >= quota.used_units && (!exactly || booked == quota.used_units)) continue;
        print_error("day %lld: %lld charged, %lld booked\n", (long long)quota.day,
                    (long long)quota.used_units, (long long)booked);
        fail();
    }
    assert_int_equal(rig->err.status, YS_ENOTFOUND);
}

/* ------------------------------------------------------------------ the truth */

#define ROWS_MAX 20000

struct rows {
    size_t count;
    struct row {
        char id[YS_ID_BYTES], video[16];
        int64_t position;
    } row[ROWS_MAX];
};

static bool truth_row(void *ctx, const struct ys_truth_item *item)
{
    struct rows *rows = ctx;
    struct row *row = &rows->row[rows->count++];

    assert_true(rows->count < ROWS_MAX);
    (void)ys_copy(row->id, sizeof row->id, item->id);
    (void)ys_copy(row->video, sizeof row->video, item->video_id);
    row->position = item->position;
    return true;
}

static bool store_row(void *ctx, const struct ys_row_item *item)
{
    struct rows *rows = ctx;
    struct row *row = &rows->row[rows->count++];

    assert_true(rows->count < ROWS_MAX);
    (void)ys_copy(row->id, sizeof row->id, item->youtube_id);
    (void)ys_copy(row->video, sizeof row->video, item->video_id);
    row->position = item->position;
    return true;
}

struct comparing {
    struct rig *rig;
    int64_t playlists;
};

static bool one_row(void *ctx, const struct ys_row_playlist *row)
{
    struct ys_truth_playlist *playlist = ctx;

    assert_string_equal(row->title, playlist->title);
    assert_int_equal(row->privacy, playlist->privacy);
    assert_int_equal(row->rows, playlist->items);
    assert_int_equal(row->deleted_at_ms, 0);
    return true;
}

static bool compare_playlist(void *ctx, const struct ys_truth_playlist *playlist)
{
    static struct rows truth, store;
    struct comparing *comparing = ctx;
    struct rig *rig = comparing->rig;
    struct ys_truth_playlist copy = *playlist;
    bool found;
    size_t i;

    comparing->playlists++;
    RIG(rig, ys_playlist_find(rig->store, playlist->id, one_row, &copy, &found, &rig->err));
    assert_true(found);
    truth.count = store.count = 0;
    RIG(rig, ys_truth_items(rig->sim, playlist->id, truth_row, &truth, &rig->err));
    RIG(rig, ys_item_walk(rig->store, playlist->id, store_row, &store, &rig->err));
    assert_int_equal(truth.count, store.count);
    for (i = 0; i < truth.count; i++) {
        assert_string_equal(truth.row[i].id, store.row[i].id);
        assert_string_equal(truth.row[i].video, store.row[i].video);
        assert_int_equal(truth.row[i].position, store.row[i].position);
    }
    return true;
}

void rig_same_as_truth(struct rig *rig)
{
    struct comparing comparing = {.rig = rig};

    RIG(rig, ys_truth_playlists(rig->sim, YS_SIM_CHANNEL_ID, compare_playlist, &comparing,
                                &rig->err));
    assert_int_equal(comparing.playlists,
                     rig_number(rig, "SELECT COUNT(*) FROM playlists"
                                     " WHERE deleted_from_youtube_at = 0"));
}

/* ------------------------------------------------------------------ calls */

enum ys_status rig_fetch(struct rig *rig, bool full, struct ys_fetch_result *out)
{
    struct ys_fetch_result ignored;

    rig->err = (struct ys_error){0};
    return ys_fetch_library(rig->client, NULL, full, 0, NULL, NULL, out ? out : &ignored,
                            &rig->err);
}

enum ys_status rig_read(struct rig *rig)
{
    struct ys_request request;
    struct ys_exchange exchange;
    enum ys_status status;

    RIG(rig, ys_request_channel(&request, &rig->err));
    rig->err = (struct ys_error){0};
    status = ys_client_get(rig->client, &request, 0, &exchange, &rig->err);
    if (status != YS_OK) return status;
    status = ys_outcome_fail(&exchange.outcome, YS_METHOD_CHANNELS_LIST, &rig->err);
    ys_exchange_free(&exchange);
    return status;
}

static enum ys_status write_it(struct rig *rig, struct ys_request *request,
                               struct ys_outcome *outcome)
{
    struct ys_exchange exchange;
    enum ys_method method = request->method;
    enum ys_status status;

    rig->err = (struct ys_error){0};
    status = ys_client_write(rig->client, request, &exchange, &rig->err);
    if (status != YS_OK) return status;
    if (outcome) *outcome = exchange.outcome;
    status = ys_outcome_fail(&exchange.outcome, method, &rig->err);
    ys_exchange_free(&exchange);
    return status;
}

enum ys_status rig_insert(struct rig *rig, const char *playlist_id, int64_t video,
                          struct ys_outcome *outcome)
{
    struct ys_request request;
    char id[16];

    rig_video_id(video, id);
    RIG(rig, ys_request_item_insert(&request, playlist_id, id, -1, &rig->err));
    return write_it(rig, &request, outcome);
}

enum ys_status rig_create(struct rig *rig, const char *title, struct ys_outcome *outcome)
{
    struct ys_playlist_fields fields = {.title = title,
                                        .description = "",
                                        .privacy = YS_PRIVACY_PRIVATE,
                                        .default_language = "",
                                        .localizations = ""};
    struct ys_request request;

    RIG(rig, ys_request_playlist_insert(&request, &fields, &rig->err));
    return write_it(rig, &request, outcome);
}
