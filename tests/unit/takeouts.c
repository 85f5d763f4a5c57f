/* takeouts.c: see takeouts.h. */
#include "takeouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"

struct ys_takeout tk_takeout;
struct ys_error tk_err;
struct ys_buf tk_notes;

static struct ys_buf shown;

static void note(void *ctx, const struct ys_takeout_note *told)
{
    (void)ctx;
    ys_buf_printf(&tk_notes, "%s:%lld: %s\n", told->file, (long long)told->line, told->text);
}

int tk_set_up(void **state)
{
    (void)state;
    ys_buf_init(&tk_notes, SIZE_MAX);
    ys_buf_init(&shown, SIZE_MAX);
    ys_takeout_init(&tk_takeout, note, NULL);
    tk_err = (struct ys_error){0};
    scratch_make();
    return 0;
}

int tk_tear_down(void **state)
{
    (void)state;
    ys_takeout_free(&tk_takeout);
    ys_buf_free(&tk_notes);
    ys_buf_free(&shown);
    scratch_remove();
    return 0;
}

void tk_take(const char *path, const char *text)
{
    size_t bytes = strlen(text);
    char *copy = malloc(bytes + 1);

    assert_non_null(copy);
    memcpy(copy, text, bytes + 1);
    if (ys_takeout_take(&tk_takeout, path, copy, bytes, false, &tk_err) != YS_OK)
        fail_msg("%s", tk_err.message);
    free(copy);
}

const char *tk_joined(void)
{
    size_t i;

    if (ys_takeout_join(&tk_takeout, &tk_err) != YS_OK) fail_msg("%s", tk_err.message);
    ys_buf_clear(&shown);
    for (i = 0; i < tk_takeout.list_count; i++) {
        const struct ys_takeout_list *list = &tk_takeout.lists[i];
        ys_buf_printf(&shown, "%s|%s|%s|%zu", list->title,
                      strncmp(list->id, "takeout-", 8) == 0 ? "?" : list->id,
                      ys_source_name(list->source), list->row_count);
        if (list->row_count > 0)
            ys_buf_printf(&shown, ":%s@%lld", list->rows[0].video_id,
                          (long long)list->rows[0].added_at_ms);
        ys_buf_text_add(&shown, "\n");
    }
    return ys_buf_text(&shown);
}

void tk_counts(int64_t rows, int64_t read, int64_t bad)
{
    const struct ys_takeout_result *result = &tk_takeout.result;
    size_t i;
    int64_t held = 0;

    assert_int_equal(result->rows, rows);
    assert_int_equal(result->read, read);
    assert_int_equal(result->bad, bad);
    assert_int_equal(result->rows, result->read + result->bad + result->repeated);
    for (i = 0; i < tk_takeout.list_count; i++) held += (int64_t)tk_takeout.lists[i].row_count;
    assert_int_equal(held, result->read);
}

void tk_told(const char *words)
{
    if (!strstr(ys_buf_text(&tk_notes), words))
        fail_msg("\"%s\" lacks \"%s\"", ys_buf_text(&tk_notes), words);
}
