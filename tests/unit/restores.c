/* restores.c: see restores.h. */
#include "restores.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

#define DUMP_BYTES ((size_t)8 << 20)
#define PLAYLISTS_MAX 200

struct world rs_world;
char rs_jazz[YS_ID_BYTES], rs_rock[YS_ID_BYTES], rs_other[YS_ID_BYTES];
int64_t rs_gone_lines;

int rs_tear_down(void **state)
{
    (void)state;
    world_close(&rs_world);
    return 0;
}

/* ---------------------------------------------------------------- the truth as text */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_gone(const char *line, const char *end)
{
    static const char *const words[] = {"(deleted)", "(private)"};
    size_t i;

    for (i = 0; i < 2; i++)
        if ((size_t)(end - line) > strlen(words[i]) &&
            memcmp(end - strlen(words[i]), words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* Adds one playlist's block: without its words, since one that is made again bears a mark there,
 * and without what nobody can bring back. */
static void add_block(struct ys_buf *out, const char *block)
{
    const char *items = strstr(block, " items"), *line = strstr(block, "\n    "), *end;

    assert_non_null(items);
    while (*items != ',') items--;
    ys_buf_add(out, block, (size_t)(items - block));
    for (; line && *line == '\n' && line[1]; line = end) {
        end = line + 1 + strcspn(line + 1, "\n");
        if (is_gone(line, end)) rs_gone_lines++;
        else ys_buf_add(out, line, (size_t)(end - line));
    }
    ys_buf_text_add(out, "\n");
}

char *rs_dump(void)
{
    char *blocks[PLAYLISTS_MAX], *text, *at;
    struct ys_buf out;
    size_t count = 0, i;

    ys_buf_init(&out, DUMP_BYTES);
    world_ok(&rs_world, ys_truth_dump(rs_world.sim, false, &out, &rs_world.err));
    text = strdup(ys_buf_text(&out));
    for (at = text; *at; at = strstr(at, "\nUC") ? strstr(at, "\nUC") + 1 : at + strlen(at)) {
        assert_true(count < PLAYLISTS_MAX);
        blocks[count++] = at;
        if (at > text) at[-1] = '\0';
    }
    qsort(blocks, count, sizeof blocks[0], by_text);
    ys_buf_clear(&out);
    rs_gone_lines = 0;
    for (i = 0; i < count; i++) add_block(&out, blocks[i]);
    free(text);
    text = strdup(ys_buf_text(&out));
    ys_buf_free(&out);
    return text;
}

/* ---------------------------------------------------------------- steps */

void rs_fetch(void)
{
    struct ys_fetch_result fetched;

    world_ok(&rs_world, ys_fetch(rs_world.session, true, NULL, NULL, &fetched, &rs_world.err));
}

void rs_back_up(void)
{
    struct ys_backup_record backup;

    rs_fetch();
    world_ok(&rs_world, ys_backups_create(rs_world.session, "by hand", &backup, &rs_world.err));
}

struct ys_plan *rs_plan(const char *which)
{
    struct ys_plan *plan;

    rs_fetch();
    world_ok(&rs_world, ys_restore_plan(rs_world.session, which, NULL, 0, &plan, &rs_world.err));
    return plan;
}

void rs_start(struct ys_plan *plan)
{
    world_ok(&rs_world, ys_job_start(rs_world.session, plan, &rs_world.job, &rs_world.err));
    ys_plan_free(plan);
}

void rs_finish(void)
{
    enum ys_status status = world_finish(&rs_world);

    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), rs_world.err.message);
}

/* ---------------------------------------------------------------- the library */

void rs_library(uint64_t seed)
{
    shelf_open(&rs_world, seed, 40);
    shelf_playlist(&rs_world, "Jazz", YS_PRIVACY_PUBLIC, 1, 6, rs_jazz);
    shelf_put(&rs_world, rs_jazz, 2); /* a second copy */
    shelf_put(&rs_world, rs_jazz, 1);
    shelf_playlist(&rs_world, "Rock", YS_PRIVACY_UNLISTED, 5, 9, rs_rock);
    shelf_playlist(&rs_world, "Rock", YS_PRIVACY_PRIVATE, 20, 22, rs_other); /* of the same title */
    world_ok(&rs_world, ys_sim_playlist_edit(rs_world.sim, rs_rock, NULL, "Loud, \"very\"",
                                          YS_PRIVACY_UNSET, &rs_world.err));
}

int64_t rs_moves(const struct ys_plan *plan)
{
    struct ys_plan_item item;
    int64_t count = 0;
    size_t i;

    for (i = 0; ys_plan_item(plan, i, &item); i++) count += item.kind == YS_OP_ITEM_MOVE;
    return count;
}

void rs_move(const char *playlist_id, int64_t from, int64_t to)
{
    char item[YS_ID_BYTES];

    shelf_item_at(&rs_world, playlist_id, from, item);
    world_ok(&rs_world, ys_sim_item_move(rs_world.sim, item, to, &rs_world.err));
}

