/* fuzz_json.c: cleaning JSON before SQLite sees it, and the small reader of lists, which must not
 * take what SQLite refuses or read it otherwise. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_list.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

/* A statement on a connection of its own, which lives as long as the process. */
static sqlite3_stmt *statement(sqlite3_stmt **kept, const char *sql)
{
    static sqlite3 *db;

    if (db == NULL) YS_REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
    if (*kept == NULL) YS_REQUIRE(sqlite3_prepare_v2(db, sql, -1, kept, NULL) == SQLITE_OK);
    (void)sqlite3_reset(*kept);
    return *kept;
}

static bool valid_for_sqlite(const char *text, size_t bytes)
{
    static sqlite3_stmt *kept;
    sqlite3_stmt *stmt = statement(&kept, "SELECT json_valid(?1)");

    YS_REQUIRE(sqlite3_bind_text(stmt, 1, text, (int)bytes, SQLITE_TRANSIENT) == SQLITE_OK);
    YS_REQUIRE(sqlite3_step(stmt) == SQLITE_ROW);
    return sqlite3_column_int(stmt, 0) == 1;
}

/* Every string in a cleaned document is UTF-8 without a NUL. */
static void check_strings(const char *text, size_t bytes)
{
    static sqlite3_stmt *kept;
    sqlite3_stmt *stmt = statement(&kept, "SELECT key, atom FROM json_tree(?1)");
    int code;

    YS_REQUIRE(sqlite3_bind_text(stmt, 1, text, (int)bytes, SQLITE_TRANSIENT) == SQLITE_OK);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int column = 0; column < 2; column++) {
            const char *value = (const char *)sqlite3_column_text(stmt, column);
            if (value == NULL) continue;
            FUZZ_CHECK(strlen(value) == (size_t)sqlite3_column_bytes(stmt, column));
            FUZZ_CHECK(ys_utf8_valid(value, strlen(value)));
        }
    }
    FUZZ_CHECK(code == SQLITE_DONE);
}

/* The list says the same as SQLite does about the cleaned text. */
static void check_list(const char *list, const char *cleaned, size_t bytes)
{
    static sqlite3_stmt *kept;
    sqlite3_stmt *stmt = statement(&kept, "SELECT value, type FROM json_each(?1)");
    struct ys_json_list reader;
    char *item = malloc(bytes + 1);
    size_t length;

    FUZZ_CHECK(item != NULL && valid_for_sqlite(cleaned, bytes));
    YS_REQUIRE(sqlite3_bind_text(stmt, 1, cleaned, (int)bytes, SQLITE_TRANSIENT) == SQLITE_OK);
    ys_json_list_init(&reader, list, bytes);
    while (ys_json_list_next(&reader, item, &length) == YS_JSON_LIST_ITEM) {
        FUZZ_CHECK(sqlite3_step(stmt) == SQLITE_ROW);
        FUZZ_CHECK(strcmp((const char *)sqlite3_column_text(stmt, 1), "text") == 0);
        FUZZ_CHECK(length == (size_t)sqlite3_column_bytes(stmt, 0));
        FUZZ_CHECK(length == 0 || memcmp(item, sqlite3_column_blob(stmt, 0), length) == 0);
    }
    FUZZ_CHECK(sqlite3_step(stmt) == SQLITE_DONE);
    free(item);
}

void fuzz_json(const uint8_t *data, size_t bytes)
{
    struct ys_buf raw = fuzz_buf(data, bytes), clean = fuzz_buf(data, bytes), again;
    struct ys_error err = {0};
    enum ys_status status;
    bool valid;

    if (bytes == 0) return;
    ys_json_clean(clean.data, clean.bytes);
    FUZZ_CHECK(memchr(clean.data, 0, clean.bytes) == NULL);
    again = fuzz_buf((const uint8_t *)clean.data, clean.bytes);
    ys_json_clean(again.data, again.bytes);
    FUZZ_CHECK(memcmp(again.data, clean.data, clean.bytes) == 0);
    valid = valid_for_sqlite(clean.data, clean.bytes);
    if (memchr(raw.data, 0, raw.bytes) == NULL && valid_for_sqlite(raw.data, raw.bytes))
        FUZZ_CHECK(valid);
    status = ys_json_check(fuzz_reader(), again.data, again.bytes, &err);
    fuzz_check_error(status, &err, YS_EREPLY, YS_OK);
    FUZZ_CHECK((status == YS_OK) == (valid && ys_utf8_valid(clean.data, clean.bytes)));
    if (status == YS_OK) check_strings(clean.data, clean.bytes);
    if (status == YS_OK && ys_json_list_valid(raw.data, raw.bytes))
        check_list(raw.data, clean.data, clean.bytes);
    ys_buf_free(&again);
    ys_buf_free(&clean);
    ys_buf_free(&raw);
}
