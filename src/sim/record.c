/* record.c: see record.h. */
#include "sim/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct ys_sim_record {
    FILE *file;
    struct ys_buf line;
};

enum ys_status ys_sim_record_open(struct ys_sim_record **out, const char *path,
                                  struct ys_error *err)
{
    struct ys_sim_record *record;

    *out = NULL;
    if (path == NULL) return YS_OK;
    record = ys_alloc_zero(1, sizeof *record);
    if (record == NULL) return ys_fail(err, YS_ENOMEM, "no memory for a recording");
    ys_buf_init(&record->line, YS_SIM_REPLY_BYTES_MAX);
    record->file = fopen(path, "ae");
    if (record->file == NULL) {
        enum ys_status status = ys_fail(err, YS_EIO, "the recording \"%s\" cannot be written: %s",
                                        path, strerror(errno));
        ys_sim_record_close(record);
        return status;
    }
    *out = record;
    return YS_OK;
}

void ys_sim_record_close(struct ys_sim_record *record)
{
    if (record == NULL) return;
    if (record->file != NULL) (void)fclose(record->file);
    ys_buf_free(&record->line);
    ys_free(record);
}

/* ,"name":"bytes as text" */
static enum ys_status add_bytes(struct ys_buf *line, const char *name, const char *data,
                                size_t bytes, struct ys_error *err)
{
    char *text = ys_alloc(bytes + 1);

    if (text == NULL) return ys_fail(err, YS_ENOMEM, "no memory for a recording");
    if (bytes > 0) memcpy(text, data, bytes);
    text[bytes] = '\0';
    ys_buf_printf(line, ",\"%s\":", name);
    ys_buf_json(line, text);
    ys_free(text);
    return YS_OK;
}

enum ys_status ys_sim_record_add(struct ys_sim_record *record, const struct ys_sim_call *call,
                                 const char *fault, struct ys_error *err)
{
    const struct ys_sim_request *request = call->request;
    const struct ys_buf *reply = &call->reply->body;
    bool secret = call->method >= YS_SIM_M_TOKEN;
    struct ys_buf *line;

    if (record == NULL) return YS_OK;
    line = &record->line;
    ys_buf_clear(line);
    ys_buf_printf(line, "{\"method\":\"%s\",\"path\":", request->method);
    ys_buf_json(line, request->path);
    ys_buf_text_add(line, ",\"query\":");
    ys_buf_json(line, request->query != NULL && !secret ? request->query : "");
    ys_buf_printf(line, ",\"signed_in\":%s,\"fault\":\"%s\",\"wire\":%d,\"status\":%d",
                  request->authorization != NULL ? "true" : "false", fault,
                  (int)call->reply->wire, call->reply->status);
    if (!secret) {
        YS_TRY(add_bytes(line, "body", request->body, request->body_bytes, err));
        YS_TRY(add_bytes(line, "reply", reply->data, reply->bytes, err));
    }
    ys_buf_text_add(line, "}\n");
    YS_TRY(ys_buf_check(line, "a line of a recording", err));
    if (fwrite(line->data, 1, line->bytes, record->file) != line->bytes ||
        fflush(record->file) != 0) {
        return ys_fail(err, YS_EIO, "the recording cannot be written: %s", strerror(errno));
    }
    return YS_OK;
}
