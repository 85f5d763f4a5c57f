/* backup_export.c: a backup as tables for a spreadsheet: playlists.csv, entries.csv, videos.csv. */
#include <string.h>

#include "base/alloc.h"
#include "base/csvout.h"
#include "base/outfile.h"
#include "library/backup_read.h"

/* One of the tables: which lines go into it, the heads of its columns, and where they come from. */
struct table {
    enum ys_backup_kind kind;
    const char *name;
    const char *heads[12];
    const char *sql; /* as many columns */
};

static const struct table tables[] = {
    {YS_BACKUP_PLAYLIST,
     "playlists.csv",
     {"playlist id", "title", "description", "privacy", "made", "videos", NULL},
     "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'),"
     " json_extract(?1,'$.description'), json_extract(?1,'$.privacy'),"
     " json_extract(?1,'$.published_at'), json_extract(?1,'$.rows')"},
    {YS_BACKUP_ITEM,
     "entries.csv",
     {"playlist id", "place", "video id", "added", "entry id", NULL},
     "SELECT json_extract(?1,'$.playlist'), json_extract(?1,'$.position') + 1,"
     " json_extract(?1,'$.video'), json_extract(?1,'$.added_at'), json_extract(?1,'$.id')"},
    {YS_BACKUP_VIDEO,
     "videos.csv",
     {"video id", "title", "channel", "state", "seconds", "published", NULL},
     "SELECT json_extract(?1,'$.id'), json_extract(?1,'$.title'), json_extract(?1,'$.channel'),"
     " json_extract(?1,'$.availability'), json_extract(?1,'$.duration_s'),"
     " json_extract(?1,'$.published_at')"},
};
#define TABLES (sizeof tables / sizeof tables[0])

struct exporting {
    struct ys_backup_reader reader;
    struct ys_outfile files[TABLES];
    struct ys_buf line;
    size_t at; /* the table of the line at hand */
};

static enum ys_status put_line(struct exporting *exporting, struct ys_error *err)
{
    enum ys_status status = ys_buf_check(&exporting->line, "a line of the table", err);

    if (status == YS_OK)
        status = ys_outfile_add(&exporting->files[exporting->at], exporting->line.data,
                                exporting->line.bytes, err);
    ys_buf_clear(&exporting->line);
    return status;
}

static enum ys_status put_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct exporting *exporting = ctx;
    int column;

    for (column = 0; tables[exporting->at].heads[column]; column++)
        ys_csvout_text(&exporting->line, ys_json_text(row, column));
    ys_csvout_end(&exporting->line);
    return put_line(exporting, err);
}

static enum ys_status export_lines(struct exporting *exporting, const char *file,
                                   const char *folder, struct ys_error *err)
{
    bool there = true;
    size_t i;

    YS_TRY(ys_backup_open(&exporting->reader, file, err));
    for (i = 0; i < TABLES; i++) {
        YS_TRY(ys_outfile_folder(&exporting->files[i], folder, err));
        YS_TRY(ys_outfile_open(&exporting->files[i], tables[i].name, err));
        exporting->at = i;
        ys_buf_text_add(&exporting->line, YS_CSVOUT_MARK);
        ys_csvout_line(&exporting->line, tables[i].heads);
        YS_TRY(put_line(exporting, err));
    }
    for (;;) {
        YS_TRY(ys_backup_next(&exporting->reader, &there, err));
        if (!there) break;
        for (i = 0; i < TABLES; i++) {
            if (tables[i].kind != exporting->reader.kind) continue;
            exporting->at = i;
            YS_TRY(ys_backup_fields(&exporting->reader, tables[i].sql, put_row, exporting, err));
        }
    }
    for (i = 0; i < TABLES; i++) YS_TRY(ys_outfile_seal(&exporting->files[i], err));
    return YS_OK;
}

enum ys_status ys_backup_export(const char *file, const char *folder, struct ys_error *err)
{
    struct exporting *exporting = ys_alloc_zero(1, sizeof *exporting);
    enum ys_status status;
    size_t i;

    if (!exporting) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    exporting->reader.fd = -1;
    for (i = 0; i < TABLES; i++)
        ys_outfile_init(&exporting->files[i], "table", "", YS_EIO);
    ys_buf_init(&exporting->line, YS_BACKUP_LINE_BYTES_MAX);
    status = export_lines(exporting, file, folder, err);
    for (i = 0; i < TABLES; i++) ys_outfile_close(&exporting->files[i]);
    ys_buf_free(&exporting->line);
    ys_backup_close(&exporting->reader);
    ys_free(exporting);
    return status;
}
