/* gonefile.c: gone.csv; see gone.h. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/csvout.h"
#include "base/outfile.h"
#include "library/gone.h"
#include "store/rows.h"

/* A line holds the titles of all playlists that one video was ever in. */
#define LINE_BYTES_MAX ((size_t)32 << 20)

struct writing {
    struct ys_outfile file;
    struct ys_buf line;
    enum ys_status status; /* of the callback, sticky */
    struct ys_error *err;
};

static bool put_line(struct writing *writing)
{
    writing->status = ys_buf_check(&writing->line, "a line of " YS_GONE_FILE, writing->err);
    if (writing->status == YS_OK)
        writing->status = ys_outfile_add(&writing->file, writing->line.data, writing->line.bytes,
                                         writing->err);
    ys_buf_clear(&writing->line);
    return writing->status == YS_OK;
}

static bool write_gone(void *ctx, const struct ys_row_gone *row)
{
    struct writing *writing = ctx;
    struct ys_buf *line = &writing->line;

    ys_csvout_text(line, row->youtube_id);
    ys_csvout_text(line, row->title);
    ys_csvout_text(line, row->channel);
    ys_csvout_text(line, ys_availability_name(row->availability));
    ys_csvout_text(line, row->here);
    ys_csvout_text(line, row->before);
    ys_csvout_time(line, row->live_at_ms);
    ys_csvout_end(line);
    return put_line(writing);
}

static enum ys_status write_lines(struct writing *writing, struct ys_store *store,
                                  int64_t account_id, const char *folder, struct ys_error *err)
{
    static const char *const head[] = {"video id", "title", "channel", "state", "is in", "was in",
                                       "last seen live", NULL};

    YS_TRY(ys_outfile_folder(&writing->file, folder, err));
    YS_TRY(ys_outfile_open(&writing->file, YS_GONE_FILE, err));
    ys_buf_text_add(&writing->line, YS_CSVOUT_MARK);
    ys_csvout_line(&writing->line, head);
    if (!put_line(writing)) return writing->status;
    YS_TRY(ys_gone_walk(store, account_id, write_gone, writing, err));
    YS_TRY(writing->status);
    return ys_outfile_seal(&writing->file, err);
}

/* While the database is held, so that a process that was taken over writes no file either. */
static enum ys_status write_file(struct writing *writing, struct ys_store *store,
                                 int64_t account_id, const char *folder, struct ys_error *err)
{
    enum ys_status status;
    bool own;

    YS_TRY(ys_own_begin(store, &own, err));
    status = write_lines(writing, store, account_id, folder, err);
    if (own) ys_store_rollback(store);
    return status;
}

enum ys_status ys_gone_file_write(struct ys_store *store, int64_t account_id, const char *folder,
                                  int64_t *count, struct ys_error *err)
{
    char path[YS_PATH_BYTES_MAX];
    struct writing *writing;
    enum ys_status status;

    YS_TRY(ys_gone_count(store, account_id, count, err));
    (void)snprintf(path, sizeof path, "%s/" YS_GONE_FILE, folder);
    if (*count == 0 && !ys_path_exists(path)) return YS_OK;
    writing = ys_alloc_zero(1, sizeof *writing);
    if (!writing) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    writing->err = err;
    ys_outfile_init(&writing->file, "list of private and deleted videos",
                    "The library itself was read and is stored.", YS_EIO);
    ys_buf_init(&writing->line, LINE_BYTES_MAX);
    status = write_file(writing, store, account_id, folder, err);
    ys_outfile_close(&writing->file);
    ys_buf_free(&writing->line);
    ys_free(writing);
    return status;
}
