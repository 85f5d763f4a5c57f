/* test_json.c: reading JSON, good and bad, with memory that runs out and queries within queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>

#include "net/json.h"
#include "support/fail_alloc.h"

/* The reader takes its text in a heap block of exactly that size, so that ASan sees a read
 * behind its end. */
static enum ys_status rows(struct ys_json *json, const char *sql, const char *text, size_t bytes,
                           ys_json_row_fn each, void *ctx, struct ys_error *err)
{
    char *copy = malloc(bytes > 0 ? bytes : 1);
    enum ys_status status;

    assert_non_null(copy);
    memcpy(copy, text, bytes);
    status = ys_json_rows(json, sql, copy, bytes, each, ctx, err);
    free(copy);
    return status;
}

static struct ys_json *made(void)
{
    struct ys_json *json;
    struct ys_error err = {0};

    assert_int_equal(ys_json_new(&json, &err), YS_OK);
    return json;
}

struct seen {
    int count;
    char text[512];
    enum ys_status answer; /* what the callback returns */
};

static enum ys_status note(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct seen *seen = ctx;
    size_t bytes = strlen(seen->text);

    (void)err;
    seen->count++;
    (void)snprintf(seen->text + bytes, sizeof seen->text - bytes, "[%s]", ys_json_text(row, 0));
    return seen->answer;
}

static const char titles[] = "SELECT json_extract(value,'$.t') FROM json_each(?1,'$.items')";

static void test_rows(void **state)
{
    struct ys_json *json = made();
    struct ys_error err = {0};
    struct seen seen = {0};
    const char *text =
        "{\"items\":[{\"t\":\"one\"},{\"t\":2},{},{\"t\":null},{\"t\":\"\\u00e9\"}]}";

    (void)state;
    for (int i = 0; i < 3; i++) {
        seen = (struct seen){0};
        assert_int_equal(rows(json, titles, text, strlen(text), note, &seen, &err), YS_OK);
        assert_int_equal(seen.count, 5);
        assert_string_equal(seen.text, "[one][2][][][\xC3\xA9]");
    }
    ys_json_free(json);
}

static enum ys_status read_columns(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    (void)ctx;
    (void)err;
    assert_string_equal(ys_json_text(row, 0), "x");
    assert_int_equal(ys_json_int(row, 1), INT64_C(9007199254740993));
    assert_true(ys_json_null(row, 2));
    assert_string_equal(ys_json_text(row, 2), "");
    assert_int_equal(ys_json_int(row, 2), 0);
    assert_false(ys_json_null(row, 1));
    return YS_OK;
}

static void test_columns(void **state)
{
    struct ys_json *json = made();
    const char *text = "{\"a\":\"x\",\"b\":9007199254740993}";

    (void)state;
    assert_int_equal(rows(json,
                          "SELECT json_extract(?1,'$.a'),json_extract(?1,'$.b'),"
                          "json_extract(?1,'$.c')",
                          text, strlen(text), read_columns, NULL, NULL),
                     YS_OK);
    ys_json_free(json);
}

/* Escapes that SQLite would cut at or turn into invalid UTF-8 are cleaned on the way in. */
static void test_cleaned(void **state)
{
    struct ys_json *json = made();
    struct seen seen = {0};
    static const char text[] = "{\"items\":[{\"t\":\"a\\u0000b\"},{\"t\":\"c\\ud800d\"}]}\0";

    (void)state;
    assert_int_equal(rows(json, titles, text, sizeof text - 1, note, &seen, NULL), YS_OK);
    assert_string_equal(seen.text, "[a\xEF\xBF\xBD" "b][c\xEF\xBF\xBD" "d]");
    ys_json_free(json);
}

static void test_bad_texts(void **state)
{
    static const char *const texts[] = {
        "", " ", "\n", "<html><body>502</body></html>", "{", "{\"items\":[", "{\"items\":[{}",
        "{\"items\":[{\"t\":\"cut off", "{\"items\":[]}x", "{'items':[}", "nul", "\xEF\xBB\xBF{}x",
        "{\"items\":[{\"t\":\"\xFF\xFE\"}]}", "{\"items\":[{\"t\":\"\xC3", ",", "]",
    };
    struct ys_json *json = made();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ys_error err = {0};
        struct seen seen = {0};
        char copy[64];

        assert_int_equal(rows(json, titles, texts[i], strlen(texts[i]), note, &seen, &err),
                         YS_EREPLY);
        assert_int_equal(err.status, YS_EREPLY);
        assert_true(strlen(err.message) > 0);
        memcpy(copy, texts[i], strlen(texts[i]) + 1);
        assert_int_equal(ys_json_check(json, copy, strlen(copy), &err), YS_EREPLY);
    }
    assert_int_equal(ys_json_rows(json, titles, NULL, 0, note, NULL, NULL), YS_EREPLY);
    ys_json_free(json);
}

/* A whole page cut at any byte is an error, never a shorter list. */
static void test_cut_anywhere(void **state)
{
    static const char text[] = "{\"items\":[{\"t\":\"a\\u00e9\"},{\"t\":[1,2.5e3,true,null]}]}";
    struct ys_json *json = made();

    (void)state;
    for (size_t bytes = 0; bytes < sizeof text - 1; bytes++) {
        struct seen seen = {0};

        assert_int_equal(rows(json, titles, text, bytes, note, &seen, NULL), YS_EREPLY);
    }
    ys_json_free(json);
}

static void test_check(void **state)
{
    struct ys_json *json = made();
    char good[] = "{\"a\":[1,2,{\"b\":\"c\"}]}";

    (void)state;
    assert_int_equal(ys_json_check(json, good, strlen(good), NULL), YS_OK);
    ys_json_free(json);
}

static void test_nested_too_deep(void **state)
{
    struct ys_json *json = made();
    size_t depth = 100000;
    char *text = malloc(2 * depth);
    struct seen seen = {0};

    (void)state;
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert_int_equal(ys_json_check(json, text, 2 * depth, NULL), YS_EREPLY);
    assert_int_equal(ys_json_rows(json, titles, text, 2 * depth, note, &seen, NULL), YS_EREPLY);
    free(text);
    ys_json_free(json);
}

static void test_callback_stops(void **state)
{
    struct ys_json *json = made();
    const char *text = "{\"items\":[{\"t\":1},{\"t\":2},{\"t\":3}]}";
    struct seen seen = {.answer = YS_ELIMIT};

    (void)state;
    assert_int_equal(rows(json, titles, text, strlen(text), note, &seen, NULL), YS_ELIMIT);
    assert_int_equal(seen.count, 1);
    seen = (struct seen){0};
    assert_int_equal(rows(json, titles, text, strlen(text), note, &seen, NULL), YS_OK);
    assert_int_equal(seen.count, 3);
    ys_json_free(json);
}

/* A mistake in our own query is not blamed on the server. */
static void test_bad_query(void **state)
{
    struct ys_json *json = made();
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(rows(json, "SELECT nonsense(", "{}", 2, note, NULL, &err), YS_EINTERNAL);
    assert_int_equal(rows(json, "SELECT no_such_function(?1)", "{}", 2, note, NULL, &err),
                     YS_EINTERNAL);
    ys_json_free(json);
}

struct nested {
    struct ys_json *json;
    int depth, rows;
};

static enum ys_status descend(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct nested *nested = ctx;
    char copy[64];

    (void)snprintf(copy, sizeof copy, "%s", ys_json_text(row, 0));
    nested->rows++;
    if (++nested->depth > 40) return YS_OK;
    return ys_json_rows(nested->json, "SELECT ?1", copy, strlen(copy), descend, nested, err);
}

/* The same query inside its own rows works, up to the size of the cache, then fails cleanly. */
static void test_queries_within_queries(void **state)
{
    struct nested nested = {.json = made()};
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(rows(nested.json, "SELECT ?1", "[1]", 3, descend, &nested, &err),
                     YS_EINTERNAL);
    assert_in_range(nested.rows, 8, 40);
    nested.depth = 39;
    assert_int_equal(rows(nested.json, "SELECT ?1", "[1]", 3, descend, &nested, &err), YS_OK);
    ys_json_free(nested.json);
}

/* More different queries than the cache holds: still right, and memory does not grow. */
static void test_cache_is_bounded(void **state)
{
    struct ys_json *json = made();
    sqlite3_int64 after_first = 0;

    (void)state;
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 100; i++) {
            struct seen seen = {0};
            char sql[64], wanted[16];

            (void)snprintf(sql, sizeof sql, "SELECT %d + json_extract(?1,'$')", i);
            (void)snprintf(wanted, sizeof wanted, "[%d]", i + 7);
            assert_int_equal(rows(json, sql, "7", 1, note, &seen, NULL), YS_OK);
            assert_string_equal(seen.text, wanted);
        }
        if (round == 0) after_first = sqlite3_memory_used();
    }
    assert_true(sqlite3_memory_used() <= after_first + 4096);
    ys_json_free(json);
}

/* A reply of the largest size with as many values as fit leaves no memory behind. */
static void test_large_text(void **state)
{
    struct ys_json *json = made();
    size_t bytes = (size_t)8 << 20;
    char *text = malloc(bytes);
    struct seen seen = {0};
    sqlite3_int64 before;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < bytes; i += 2) memcpy(text + i, i == 0 ? "[1" : ",1", 2);
    text[bytes - 1] = ']';
    text[bytes - 2] = ' ';
    memcpy(text + bytes - 4, "  ", 2);
    memcpy(text + bytes - 6, ",1", 2);
    before = sqlite3_memory_used();
    assert_int_equal(ys_json_rows(json, "SELECT json_array_length(?1)", text, bytes, note, &seen,
                                  NULL),
                     YS_OK);
    assert_string_equal(seen.text, "[4194302]");
    assert_true(sqlite3_memory_used() < before + 65536);
    free(text);
    ys_json_free(json);
}

/* With less and less memory: an error that says so, or the right rows; never wrong ones. */
static void test_memory_runs_out_in_sqlite(void **state)
{
    const char *text = "{\"items\":[{\"t\":\"a title of some length, so that it needs memory\"}]}";
    int refused = 0;

    (void)state;
    for (int step = 0; step < 400; step++) {
        struct ys_json *json = made();
        struct ys_error err = {0};
        struct seen seen = {0};
        enum ys_status status;

        (void)sqlite3_hard_heap_limit64(sqlite3_memory_used() + 64 + step * 64);
        status = rows(json, titles, text, strlen(text), note, &seen, &err);
        (void)sqlite3_hard_heap_limit64(0);
        if (status == YS_OK) {
            assert_string_equal(seen.text, "[a title of some length, so that it needs memory]");
        } else {
            assert_int_equal(status, YS_ENOMEM);
            assert_int_equal(err.status, YS_ENOMEM);
            refused++;
        }
        ys_json_free(json);
    }
    assert_in_range(refused, 1, 399);
}

static void test_memory_runs_out_in_ours(void **state)
{
    const char *text = "{\"items\":[{\"t\":1}]}";

    (void)state;
    for (long nth = 1; nth <= 2; nth++) {
        struct ys_json *json = NULL;
        struct seen seen = {0};
        enum ys_status status;

        fail_alloc_start(nth, false);
        status = ys_json_new(&json, NULL);
        if (status == YS_OK) status = rows(json, titles, text, strlen(text), note, &seen, NULL);
        (void)fail_alloc_stop();
        assert_int_equal(status, YS_ENOMEM);
        if (json != NULL) {
            assert_int_equal(rows(json, titles, text, strlen(text), note, &seen, NULL), YS_OK);
        }
        ys_json_free(json);
    }
    ys_json_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_cleaned),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_nested_too_deep),
        cmocka_unit_test(test_callback_stops),
        cmocka_unit_test(test_bad_query),
        cmocka_unit_test(test_queries_within_queries),
        cmocka_unit_test(test_cache_is_bounded),
        cmocka_unit_test(test_large_text),
        cmocka_unit_test(test_memory_runs_out_in_sqlite),
        cmocka_unit_test(test_memory_runs_out_in_ours),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
