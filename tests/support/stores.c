/* stores.c: see stores.h. */
#include "support/stores.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/text.h"

static char last_line[1024];

static void must(enum ys_status status, const struct ys_error *err)
{
    if (status == YS_OK) return;
    (void)fprintf(stderr, "stores: %s: %s\n", ys_status_name(status), err->message);
    abort();
}

static int64_t standing_ms(void *ctx)
{
    (void)ctx;
    return STORES_WALL_MS;
}

static void keep_line(void *ctx, enum ys_log_level level, const char *message)
{
    (void)ctx;
    (void)level;
    (void)ys_copy(last_line, sizeof last_line, message);
}

struct ys_env stores_env(void)
{
    last_line[0] = '\0';
    return (struct ys_env){.wall_ms = standing_ms, .mono_ms = standing_ms, .log = keep_line};
}

const char *stores_logged(void)
{
    return last_line;
}

struct ys_store *stores_open(const char *path)
{
    struct ys_store_options options = {.path = path};
    struct ys_store *store = NULL;
    struct ys_env env = stores_env();
    struct ys_error err = {0};
    must(ys_store_open(&store, &options, &env, &err), &err);
    return store;
}

struct ys_store *stores_memory(void)
{
    return stores_open(":memory:");
}

enum ys_status stores_try(const char *path, struct ys_error *err)
{
    struct ys_store_options options = {.path = path};
    struct ys_store *store = NULL;
    struct ys_env env = stores_env();
    enum ys_status status = ys_store_open(&store, &options, &env, err);
    if ((status == YS_OK) != (store != NULL)) abort();
    ys_store_close(store);
    return status;
}

bool stores_error(const struct ys_error *err, enum ys_status status, ...)
{
    bool good = err->status == status;
    va_list words;
    va_start(words, status);
    for (const char *word = va_arg(words, const char *); word; word = va_arg(words, const char *))
        if (!strstr(err->message, word)) good = false;
    va_end(words);
    if (!good)
        (void)fprintf(stderr, "the error is %s: %s\n", ys_status_name(err->status), err->message);
    return good;
}

void stores_begin(struct ys_store *store)
{
    struct ys_error err = {0};
    must(ys_store_begin(store, &err), &err);
}

void stores_commit(struct ys_store *store)
{
    struct ys_error err = {0};
    must(ys_store_commit(store, &err), &err);
}

int64_t stores_account(struct ys_store *store, const char *channel_id)
{
    struct ys_error err = {0};
    int64_t id = 0;
    must(ys_account_put(store, channel_id, "A collector", &id, &err), &err);
    return id;
}

int64_t stores_playlist(struct ys_store *store, int64_t account_id, const char *id,
                        const char *title)
{
    struct ys_row_playlist row = {.youtube_id = id,
                                  .title = title,
                                  .privacy = YS_PRIVACY_PRIVATE,
                                  .fetched_at_ms = STORES_WALL_MS};
    struct ys_error err = {0};
    int64_t row_id = 0;
    must(ys_playlist_put(store, account_id, &row, &row_id, &err), &err);
    return row_id;
}

void stores_item(struct ys_store *store, const char *playlist_id, const char *item_id,
                 const char *video_id, int64_t position, int64_t added_at_ms)
{
    struct ys_row_item row = {.youtube_id = item_id,
                              .video_id = video_id,
                              .position = position,
                              .added_at_ms = added_at_ms,
                              .availability = YS_AVAILABILITY_LIVE,
                              .title = "A title",
                              .channel = "A channel"};
    struct ys_error err = {0};
    must(ys_item_put(store, playlist_id, &row, &err), &err);
}

int64_t stores_number(struct ys_store *store, const char *sql)
{
    struct ys_error err = {0};
    struct ys_stmt *stmt = NULL;
    bool row = false;
    must(ys_db_prepare(store->db, sql, &stmt, &err), &err);
    must(ys_step(stmt, &row, &err), &err);
    if (!row) abort();
    int64_t value = ys_col_int(stmt, 0);
    ys_stmt_done(stmt);
    return value;
}

void stores_exec(struct ys_store *store, const char *sql)
{
    struct ys_error err = {0};
    must(ys_db_exec(store->db, "PRAGMA ignore_check_constraints = 1", &err), &err);
    must(ys_db_exec(store->db, sql, &err), &err);
    must(ys_db_exec(store->db, "PRAGMA ignore_check_constraints = 0", &err), &err);
}

void stores_raw(const char *path, const char *sql)
{
    struct ys_db_options options = {.path = path};
    struct ys_db *db = NULL;
    struct ys_error err = {0};
    must(ys_db_open(&db, &options, &err), &err);
    must(ys_db_exec(db, sql, &err), &err);
    ys_db_close(db);
}

char *stores_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    if (fseek(file, 0, SEEK_END) != 0) abort();
    long size = ftell(file);
    char *data = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!data || fseek(file, 0, SEEK_SET) != 0) abort();
    *bytes = fread(data, 1, (size_t)size, file);
    data[*bytes] = '\0';
    (void)fclose(file);
    return data;
}

void stores_copy(const char *from, const char *to)
{
    size_t bytes = 0;
    char *data = stores_file(from, &bytes);
    FILE *file = fopen(to, "wb");
    if (!data || !file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0) abort();
    free(data);
}

void stores_overwrite(const char *path, long offset, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "r+b");
    if (!file || fseek(file, offset, SEEK_SET) != 0 || fwrite(data, 1, bytes, file) != bytes ||
        fclose(file) != 0)
        abort();
}
