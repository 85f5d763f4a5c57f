/* box.c: see box.h. */
#include "support/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

void box_init(struct box *box)
{
    *box = (struct box){.token = YS_SIM_TOKEN};
    ys_sim_clock_init(&box->clock, 1, YS_SIM_START_WALL_MS);
    box->env = ys_sim_clock_env(&box->clock);
    ys_sim_options_init(&box->options);
    box->options.env = &box->env;
    box->options.young_write_ms = 0;
    box->options.young_read_ms = 0;
}

void box_open(struct box *box)
{
    BOX(box, ys_sim_open(&box->sim, &box->options, &box->err));
    BOX(box, ys_json_new(&box->json, &box->err));
    ys_sim_reply_init(&box->reply);
}

void box_close(struct box *box)
{
    ys_sim_reply_free(&box->reply);
    ys_json_free(box->json);
    ys_sim_close(box->sim);
    box->sim = NULL;
    box->json = NULL;
}

int box_setup(void **state)
{
    static struct box box;

    box_init(&box);
    box_open(&box);
    *state = &box;
    return 0;
}

int box_teardown(void **state)
{
    box_close(*state);
    return 0;
}

void box_ok(struct box *box, enum ys_status status)
{
    if (status != YS_OK) fail_msg("%s: %s", ys_status_name(status), box->err.message);
}

/* ------------------------------------------------------------------ calls */

static int call(struct box *box, const char *method, const char *resource, const char *query,
                const char *body)
{
    char path[256], authorization[256];
    struct ys_sim_request request = {.method = method,
                                     .path = path,
                                     .query = query,
                                     .if_none_match = box->if_none_match,
                                     .body = body,
                                     .body_bytes = body != NULL ? strlen(body) : 0,
                                     .busy_ms = box->busy_ms};

    (void)snprintf(path, sizeof path, "/youtube/v3/%s", resource);
    (void)snprintf(authorization, sizeof authorization, "Bearer %s",
                   box->token != NULL ? box->token : "");
    if (box->token != NULL) request.authorization = authorization;
    BOX(box, ys_sim_handle(box->sim, &request, &box->reply, &box->err));
    return box->reply.status;
}

int box_call(struct box *box, const char *method, const char *resource, const char *query,
             const char *format, ...)
{
    static char body[1 << 17];
    va_list args;

    if (format == NULL) return call(box, method, resource, query, NULL);
    va_start(args, format);
    (void)vsnprintf(body, sizeof body, format, args);
    va_end(args);
    return call(box, method, resource, query, body);
}

int box_get(struct box *box, const char *resource, const char *format, ...)
{
    static char query[YS_SIM_URL_BYTES_MAX + 64];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(query, sizeof query, format, args);
    va_end(args);
    return call(box, "GET", resource, query, NULL);
}

/* ------------------------------------------------------------------ replies */

struct found {
    char *text;
    size_t text_bytes;
    int64_t number;
    bool there;
};

static enum ys_status read_found(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct found *found = ctx;

    (void)err;
    found->there = !ys_json_null(row, 0);
    found->number = ys_json_int(row, 0);
    if (found->text != NULL) (void)ys_copy(found->text, found->text_bytes, ys_json_text(row, 0));
    return YS_OK;
}

static struct found look(struct box *box, const char *function, const char *path, char *text)
{
    struct found found = {.text = text, .text_bytes = BOX_TEXT_BYTES};
    char sql[256];
    char *body = ys_dup(ys_buf_text(&box->reply.body));

    assert_non_null(body);
    (void)snprintf(sql, sizeof sql, "SELECT %s(?1, '$.%s')", function, path);
    if (box->reply.body.bytes > 0)
        BOX(box, ys_json_rows(box->json, sql, body, strlen(body), read_found, &found, &box->err));
    free(body);
    return found;
}

const char *box_text(struct box *box, const char *path)
{
    box->text[0] = '\0';
    (void)look(box, "json_extract", path, box->text);
    return box->text;
}

int64_t box_number(struct box *box, const char *path)
{
    struct found found = look(box, "json_extract", path, NULL);

    return found.there ? found.number : -1;
}

int64_t box_length(struct box *box, const char *path)
{
    struct found found = look(box, "json_array_length", path, NULL);

    return found.there ? found.number : -1;
}

bool box_has(struct box *box, const char *path)
{
    return look(box, "json_type", path, NULL).there;
}

void box_refused(struct box *box, int status, const char *domain, const char *reason)
{
    char type[128];

    if (box->reply.status != status)
        fail_msg("%d and not %d: %s", box->reply.status, status, ys_buf_text(&box->reply.body));
    assert_int_equal(box_number(box, "error.code"), status);
    assert_string_equal(box_text(box, "error.errors[0].domain"), domain);
    assert_string_equal(box_text(box, "error.errors[0].reason"), reason);
    assert_int_equal(box_length(box, "error.errors"), 1);
    assert_true(box_has(box, "error.message"));
    assert_true(ys_sim_reply_header(&box->reply, "content-type", type, sizeof type));
    assert_non_null(strstr(type, "application/json"));
}

/* ------------------------------------------------------------------ the world */

const char *box_video_id(int n, char out[16])
{
    (void)snprintf(out, 16, "video%06d", n);
    return out;
}

void box_videos(struct box *box, int count)
{
    char id[16], title[64];

    BOX(box, ys_sim_bulk_begin(box->sim, &box->err));
    for (int i = 0; i < count; i++) {
        struct ys_sim_video video = {.id = box_video_id(i, id),
                                     .title = title,
                                     .description = "About it.",
                                     .channel_title = i % 2 ? "Odd Channel" : "Even Channel",
                                     .tags_json = "[\"one\",\"two\"]",
                                     .published_at_ms = 1500000000000 + i * 1000,
                                     .duration_s = 3723,
                                     .category_id = 10};

        (void)snprintf(title, sizeof title, "Video number %d", i);
        BOX(box, ys_sim_video_put(box->sim, &video, &box->err));
    }
    BOX(box, ys_sim_bulk_end(box->sim, &box->err));
}

void box_playlist(struct box *box, const char *title, int count, char *id_out)
{
    struct ys_sim_playlist spec = {.title = title, .privacy = YS_PRIVACY_PRIVATE};
    char id[16];

    BOX(box, ys_sim_bulk_begin(box->sim, &box->err));
    BOX(box, ys_sim_playlist_add(box->sim, &spec, id_out, &box->err));
    for (int i = 0; i < count; i++)
        BOX(box, ys_sim_item_add(box->sim, id_out, box_video_id(i, id), -1, 0, NULL, &box->err));
    BOX(box, ys_sim_bulk_end(box->sim, &box->err));
}

int box_insert(struct box *box, const char *playlist_id, int video, int64_t position,
               char *id_out)
{
    char at[64] = "", id[16];

    if (position >= 0) (void)snprintf(at, sizeof at, "\"position\":%lld,", (long long)position);
    int status = box_call(box, "POST", "playlistItems", "part=snippet",
                          "{\"snippet\":{\"playlistId\":\"%s\",%s\"resourceId\":{\"kind\":"
                          "\"youtube#video\",\"videoId\":\"%s\"}}}",
                          playlist_id, at, box_video_id(video, id));
    if (id_out != NULL) (void)ys_copy(id_out, YS_ID_BYTES, box_text(box, "id"));
    return status;
}

static bool add_number(void *ctx, const struct ys_truth_item *item)
{
    char *text = ctx;
    size_t bytes = strlen(text);

    (void)snprintf(text + bytes, BOX_TEXT_BYTES - bytes, "%s%d", bytes ? " " : "",
                   (int)strtol(item->video_id + strlen("video"), NULL, 10));
    return true;
}

const char *box_order(struct box *box, const char *playlist_id)
{
    box->order[0] = '\0';
    BOX(box, ys_truth_items(box->sim, playlist_id, add_number, box->order, &box->err));
    return box->order;
}
