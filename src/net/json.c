/* json.c: SQLite's JSON functions on a private in-memory connection.
 *
 * No table is ever made; every statement is a SELECT over the bound text. The text is bound
 * without a copy (SQLITE_STATIC) and unbound before a call returns, so a cached statement never
 * points at memory of a caller.
 *
 * Limits: CACHE_MAX prepared statements, the least recently used goes first; texts and results up
 * to TEXT_BYTES_MAX; nesting up to SQLite's own limit (1,000 or 2,000 levels by version).
 * Ownership: the handle owns the connection and the statements. One thread at a time. */
#include "net/json.h"

#include <sqlite3.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "net/transport.h"

#define CACHE_MAX 24
/* A value inside a reply is no longer than the reply; twice that leaves room for escapes. */
#define TEXT_BYTES_MAX (2 * (int)YS_REPLY_BODY_BYTES_MAX)

struct cached {
    char *sql; /* NULL: free */
    sqlite3_stmt *stmt;
    uint64_t used_at;
    bool busy; /* a callback of its rows is running */
};

struct ys_json {
    sqlite3 *db;
    uint64_t clock;
    struct cached cache[CACHE_MAX];
};

struct ys_json_row {
    sqlite3_stmt *stmt;
    bool *out_of_memory; /* a column was read as "" only because memory ran out */
};

enum ys_status ys_json_new(struct ys_json **out, struct ys_error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_PRIVATECACHE;
    struct ys_json *json = ys_alloc_zero(1, sizeof *json);
    int code;

    *out = NULL;
    if (json == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out for the JSON reader.");
    code = sqlite3_open_v2(":memory:", &json->db, flags, NULL);
    if (code != SQLITE_OK) {
        enum ys_status status = code == SQLITE_NOMEM ? YS_ENOMEM : YS_EINTERNAL;

        ys_json_free(json);
        return ys_fail(err, status, "The JSON reader could not be opened: %s.",
                       sqlite3_errstr(code));
    }
    (void)sqlite3_limit(json->db, SQLITE_LIMIT_LENGTH, TEXT_BYTES_MAX);
    (void)sqlite3_limit(json->db, SQLITE_LIMIT_ATTACHED, 0);
    *out = json;
    return YS_OK;
}

void ys_json_free(struct ys_json *json)
{
    if (json == NULL) return;
    for (size_t i = 0; i < CACHE_MAX; i++) {
        (void)sqlite3_finalize(json->cache[i].stmt);
        ys_free(json->cache[i].sql);
    }
    (void)sqlite3_close_v2(json->db);
    ys_free(json);
}

/* What a failed call of SQLite means. Bad text is the server's fault, anything else is ours. */
static enum ys_status failed(struct ys_json *json, int code, struct ys_error *err)
{
    const char *words = sqlite3_errmsg(json->db);

    if ((code & 0xff) == SQLITE_NOMEM) {
        return ys_fail(err, YS_ENOMEM, "Memory ran out while reading JSON.");
    }
    if ((code & 0xff) == SQLITE_TOOBIG) {
        return ys_fail(err, YS_ETOOBIG, "The JSON text is larger than the limit of %d bytes.",
                       TEXT_BYTES_MAX);
    }
    if (strstr(words, "malformed JSON") != NULL || strstr(words, "JSON nested too deep") != NULL) {
        return ys_fail(err, YS_EREPLY, "The text is not JSON, or it is cut off.");
    }
    return ys_fail(err, YS_EINTERNAL, "A JSON query failed: %s.", words);
}

/* Gives the statement for `sql` from the cache, which makes room for it. When all are busy
 * (queries nested deeper than the cache) *out stays NULL and that is an internal error. */
static enum ys_status take(struct ys_json *json, const char *sql, struct cached **out,
                           struct ys_error *err)
{
    struct cached *oldest = NULL;
    int code;

    *out = NULL;
    for (size_t i = 0; i < CACHE_MAX; i++) {
        struct cached *entry = &json->cache[i];

        if (entry->busy) continue;
        if (entry->sql != NULL && strcmp(entry->sql, sql) == 0) {
            oldest = entry;
            break;
        }
        if (oldest == NULL || entry->used_at < oldest->used_at) oldest = entry;
    }
    if (oldest == NULL) return ys_fail(err, YS_EINTERNAL, "JSON queries are nested too deep.");
    if (oldest->sql == NULL || strcmp(oldest->sql, sql) != 0) {
        (void)sqlite3_finalize(oldest->stmt);
        ys_free(oldest->sql);
        *oldest = (struct cached){.sql = ys_dup(sql)};
        if (oldest->sql == NULL) return ys_fail(err, YS_ENOMEM, "Memory ran out for a query.");
        code = sqlite3_prepare_v3(json->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &oldest->stmt,
                                  NULL);
        if (code != SQLITE_OK) {
            enum ys_status status = failed(json, code, err);

            ys_free(oldest->sql);
            *oldest = (struct cached){0};
            return status;
        }
    }
    oldest->used_at = ++json->clock;
    oldest->busy = true;
    *out = oldest;
    return YS_OK;
}

static void give_back(struct cached *entry)
{
    (void)sqlite3_reset(entry->stmt);
    (void)sqlite3_clear_bindings(entry->stmt);
    entry->busy = false;
}

static enum ys_status check_text(char *text, size_t bytes, struct ys_error *err)
{
    if (text == NULL || bytes == 0) return ys_fail(err, YS_EREPLY, "The text is empty.");
    if (bytes > (size_t)TEXT_BYTES_MAX) {
        return ys_fail(err, YS_ETOOBIG, "The JSON text is larger than the limit of %d bytes.",
                       TEXT_BYTES_MAX);
    }
    ys_json_clean(text, bytes);
    if (!ys_utf8_valid(text, bytes)) return ys_fail(err, YS_EREPLY, "The text is not UTF-8.");
    return YS_OK;
}

enum ys_status ys_json_rows(struct ys_json *json, const char *sql, char *text, size_t bytes,
                            ys_json_row_fn each, void *ctx, struct ys_error *err)
{
    struct cached *entry = NULL;
    struct ys_json_row row;
    enum ys_status status;
    bool out_of_memory = false;
    int code;

    YS_TRY(check_text(text, bytes, err));
    YS_TRY(take(json, sql, &entry, err));
    row = (struct ys_json_row){.stmt = entry->stmt, .out_of_memory = &out_of_memory};
    code = sqlite3_bind_text64(entry->stmt, 1, text, bytes, SQLITE_STATIC, SQLITE_UTF8);
    status = code == SQLITE_OK ? YS_OK : failed(json, code, err);
    while (status == YS_OK) {
        code = sqlite3_step(entry->stmt);
        if (code == SQLITE_DONE) break;
        status = code == SQLITE_ROW ? each(ctx, &row, err) : failed(json, code, err);
        if (out_of_memory) status = failed(json, SQLITE_NOMEM, err);
    }
    give_back(entry);
    return status;
}

static enum ys_status check_valid(void *ctx, const struct ys_json_row *row,
                                  struct ys_error *err)
{
    (void)ctx;
    if (ys_json_int(row, 0) == 1) return YS_OK;
    return ys_fail(err, YS_EREPLY, "The text is not JSON, or it is cut off.");
}

enum ys_status ys_json_check(struct ys_json *json, char *text, size_t bytes,
                             struct ys_error *err)
{
    return ys_json_rows(json, "SELECT json_valid(?1)", text, bytes, check_valid, NULL, err);
}

const char *ys_json_text(const struct ys_json_row *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row->stmt, column);

    if (text != NULL) return (const char *)text;
    if (!ys_json_null(row, column)) *row->out_of_memory = true;
    return "";
}

int64_t ys_json_int(const struct ys_json_row *row, int column)
{
    return sqlite3_column_int64(row->stmt, column);
}

bool ys_json_null(const struct ys_json_row *row, int column)
{
    return sqlite3_column_type(row->stmt, column) == SQLITE_NULL;
}
