/* backup_verify.c: reading a backup file; see backup_read.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/time.h"
#include "library/backup_read.h"

const char *ys_backup_kind_name(int kind)
{
    static const char *const names[] = {
#define X(code, name, plural, format) name,
        YS_BACKUP_KIND_MAP(X)
#undef X
    };

    return kind >= 0 && kind < YS_BACKUP_KIND_COUNT ? names[kind] : NULL;
}

/* The first format that has lines of the kind. */
static int64_t kind_format(int kind)
{
    static const int64_t formats[] = {
#define X(code, name, plural, format) format,
        YS_BACKUP_KIND_MAP(X)
#undef X
    };

    return formats[kind];
}

void ys_backup_end_line(struct ys_buf *out, int64_t format, const struct ys_backup_tally *tally,
                        const char sha256[YS_SHA256_TEXT_BYTES])
{
    static const char *const plurals[] = {
#define X(code, name, plural, format) plural,
        YS_BACKUP_KIND_MAP(X)
#undef X
    };
    int i;

    ys_buf_printf(out, YS_BACKUP_END_BEGINS "\"lines\":%lld", (long long)tally->lines);
    for (i = 0; i < YS_BACKUP_KIND_COUNT; i++)
        if (kind_format(i) <= format)
            ys_buf_printf(out, ",\"%s\":%lld", plurals[i], (long long)tally->count[i]);
    ys_buf_printf(out, ",\"sha256\":\"%s\"}\n", sha256);
}

enum ys_status ys_backup_bad_line(const struct ys_backup_reader *reader, const char *what,
                                  struct ys_error *err)
{
    return ys_fail(err, YS_EBACKUP, "The backup %s is not usable: line %lld %s.", reader->file,
                   (long long)reader->line_number, what);
}

/* ---------------------------------------------------------------- lines */

static enum ys_status next_block(struct ys_backup_reader *reader, struct ys_error *err)
{
    char reason[128];
    ssize_t got;

    do got = read(reader->fd, reader->block, YS_BACKUP_BLOCK_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        ys_errno_text(errno, reason, sizeof reason);
        return ys_fail(err, YS_EBACKUP, "The backup %s cannot be read: %s.", reader->file,
                       reason);
    }
    reader->block_bytes = (size_t)got;
    reader->block_at = 0;
    reader->bytes += got;
    ys_sha256_add(reader->whole, reader->block, (size_t)got);
    return YS_OK;
}

/* The next line, without its line feed; *there false at the end of the file. */
static enum ys_status next_line(struct ys_backup_reader *reader, bool *there, struct ys_error *err)
{
    const char *start, *feed;
    size_t left;

    ys_buf_clear(&reader->line);
    reader->line_number++;
    *there = true;
    for (;;) {
        if (reader->block_at == reader->block_bytes) {
            YS_TRY(next_block(reader, err));
            if (reader->block_bytes == 0 && reader->line.bytes > 0)
                return ys_backup_bad_line(reader, "is cut off", err);
            *there = reader->block_bytes > 0;
            if (!*there) return YS_OK;
        }
        start = reader->block + reader->block_at;
        left = reader->block_bytes - reader->block_at;
        feed = memchr(start, '\n', left);
        ys_buf_add(&reader->line, start, feed ? (size_t)(feed - start) : left);
        if (reader->line.failed == YS_ETOOBIG)
            return ys_backup_bad_line(reader, "is longer than a line of a backup can be", err);
        YS_TRY(ys_buf_check(&reader->line, "a line of the backup", err));
        reader->block_at += feed ? (size_t)(feed - start) + 1 : left;
        if (feed) return YS_OK;
    }
}

/* ---------------------------------------------------------------- what a line says */

static enum ys_status header_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct ys_backup_reader *reader = ctx;
    int64_t format = ys_json_int(row, 0);

    if (strcmp(ys_json_text(row, 1), "integer") != 0)
        return ys_fail(err, YS_EBACKUP, "The file %s is not a backup of ytsync.", reader->file);
    if (format > YS_BACKUP_FORMAT)
        return ys_fail(err, YS_EBACKUP,
                       "The backup %s was written by a newer ytsync (format %lld, this one reads "
                       "up to %d). Install a newer ytsync.",
                       reader->file, (long long)format, YS_BACKUP_FORMAT);
    if (format < 1 || strcmp(ys_json_text(row, 2), "text") != 0 ||
        !ys_time_parse(ys_json_text(row, 3), &reader->at_ms))
        return ys_backup_bad_line(reader, "is not the header of a backup", err);
    reader->format = format;
    (void)ys_copy(reader->trigger_name, sizeof reader->trigger_name, ys_json_text(row, 4));
    (void)ys_copy(reader->channel_id, sizeof reader->channel_id, ys_json_text(row, 5));
    return YS_OK;
}

static enum ys_status kind_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct ys_backup_reader *reader = ctx;
    int kind = 0;

    while (ys_backup_kind_name(kind) &&
           strcmp(ys_backup_kind_name(kind), ys_json_text(row, 0)) != 0)
        kind++;
    if (kind == YS_BACKUP_KIND_COUNT || kind_format(kind) > reader->format)
        return ys_backup_bad_line(reader, "is of no kind known here", err);
    reader->kind = (enum ys_backup_kind)kind;
    reader->tally.count[kind]++;
    return YS_OK;
}

enum ys_status ys_backup_fields(struct ys_backup_reader *reader, const char *sql,
                                ys_json_row_fn each, void *ctx, struct ys_error *err)
{
    enum ys_status status =
        ys_json_rows(reader->json, sql, reader->line.data, reader->line.bytes, each, ctx, err);

    return status == YS_EREPLY ? ys_backup_bad_line(reader, "is not JSON", err) : status;
}

/* Counts the line in. */
static enum ys_status take_line(struct ys_backup_reader *reader, struct ys_error *err)
{
    ys_sha256_add(reader->inside, ys_buf_text(&reader->line), reader->line.bytes);
    ys_sha256_add(reader->inside, "\n", 1);
    reader->tally.lines++;
    return reader->line.bytes > 0 ? YS_OK : ys_backup_bad_line(reader, "is empty", err);
}

static enum ys_status cut_off(const struct ys_backup_reader *reader, struct ys_error *err)
{
    return ys_fail(err, YS_EBACKUP,
                   reader->line_number == 1
                       ? "The backup %s is empty."
                       : "The backup %s is cut off: its last line is missing.",
                   reader->file);
}

static enum ys_status read_header(struct ys_backup_reader *reader, struct ys_error *err)
{
    enum ys_status status;
    bool there;

    YS_TRY(next_line(reader, &there, err));
    if (!there) return cut_off(reader, err);
    YS_TRY(take_line(reader, err));
    status = ys_json_rows(reader->json,
                          "SELECT json_extract(?1,'$.ytsync_backup'),"
                          " json_type(?1,'$.ytsync_backup'), json_type(?1,'$.at'),"
                          " json_extract(?1,'$.at'), json_extract(?1,'$.trigger'),"
                          " json_extract(?1,'$.channel_id')",
                          reader->line.data, reader->line.bytes, header_row, reader, err);
    if (status != YS_EREPLY) return status;
    return ys_fail(err, YS_EBACKUP, "The file %s is not a backup of ytsync.", reader->file);
}

/* The last line: it must be, byte by byte, what the lines before it ask for. */
static enum ys_status read_end(struct ys_backup_reader *reader, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];
    struct ys_buf expected;
    enum ys_status status;
    bool same, there;

    ys_sha256_end(reader->inside, digest);
    reader->inside = NULL;
    ys_buf_init(&expected, YS_BACKUP_BLOCK_BYTES);
    ys_backup_end_line(&expected, reader->format, &reader->tally, digest);
    status = ys_buf_check(&expected, "the last line of the backup", err);
    same = status == YS_OK && expected.bytes == reader->line.bytes + 1 &&
           memcmp(expected.data, ys_buf_text(&reader->line), reader->line.bytes) == 0;
    ys_buf_free(&expected);
    if (status != YS_OK) return status;
    if (!same)
        return ys_fail(err, YS_EBACKUP,
                       "The backup %s is damaged: its contents do not agree with the checksum and "
                       "the counts in its last line (%lld).",
                       reader->file, (long long)reader->line_number);
    YS_TRY(next_line(reader, &there, err));
    if (there) return ys_backup_bad_line(reader, "stands after the end", err);
    ys_sha256_end(reader->whole, reader->sha256);
    reader->whole = NULL;
    return YS_OK;
}

enum ys_status ys_backup_next(struct ys_backup_reader *reader, bool *there, struct ys_error *err)
{
    static const char end[] = YS_BACKUP_END_BEGINS;

    *there = false;
    if (!reader->whole) return YS_OK; /* the end was reached */
    YS_TRY(next_line(reader, there, err));
    if (!*there) return cut_off(reader, err);
    if (reader->line.bytes >= sizeof end - 1 &&
        memcmp(reader->line.data, end, sizeof end - 1) == 0) {
        *there = false;
        return read_end(reader, err);
    }
    YS_TRY(take_line(reader, err));
    return ys_backup_fields(reader, "SELECT json_extract(?1,'$.kind')", kind_row, reader, err);
}

static enum ys_status open_file(struct ys_backup_reader *reader, struct ys_error *err)
{
    char reason[128];

    reader->fd = open(reader->file, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0) {
        ys_errno_text(errno, reason, sizeof reason);
        return ys_fail(err, YS_EBACKUP, "The backup %s cannot be read: %s.", reader->file, reason);
    }
    YS_TRY(ys_json_new(&reader->json, err));
    reader->block = ys_alloc(YS_BACKUP_BLOCK_BYTES);
    reader->inside = ys_sha256_new();
    reader->whole = ys_sha256_new();
    if (!reader->block || !reader->inside || !reader->whole)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    return read_header(reader, err);
}

enum ys_status ys_backup_open(struct ys_backup_reader *reader, const char *file,
                              struct ys_error *err)
{
    memset(reader, 0, sizeof *reader);
    reader->file = file;
    reader->fd = -1;
    ys_buf_init(&reader->line, YS_BACKUP_LINE_BYTES_MAX);
    return open_file(reader, err);
}

void ys_backup_close(struct ys_backup_reader *reader)
{
    ys_sha256_end(reader->whole, NULL);
    ys_sha256_end(reader->inside, NULL);
    ys_buf_free(&reader->line);
    ys_free(reader->block);
    ys_json_free(reader->json);
    if (reader->fd >= 0) (void)close(reader->fd);
    memset(reader, 0, sizeof *reader);
    reader->fd = -1;
}

/* ---------------------------------------------------------------- the whole file */

static enum ys_status verify(struct ys_backup_reader *reader, const char *sha256,
                             struct ys_row_backup *out, struct ys_error *err)
{
    bool there = true;

    YS_TRY(ys_backup_open(reader, out->file, err));
    while (there) YS_TRY(ys_backup_next(reader, &there, err));
    (void)ys_copy(out->sha256, sizeof out->sha256, reader->sha256);
    (void)ys_copy(out->trigger_name, sizeof out->trigger_name, reader->trigger_name);
    out->at_ms = reader->at_ms;
    out->bytes = reader->bytes;
    out->playlists = reader->tally.count[YS_BACKUP_PLAYLIST];
    out->items = reader->tally.count[YS_BACKUP_ITEM];
    out->videos = reader->tally.count[YS_BACKUP_VIDEO];
    if (!sha256 || strcmp(sha256, out->sha256) == 0) return YS_OK;
    return ys_fail(err, YS_EBACKUP,
                   "The backup %s is not the one that was written: its checksum is %s, on "
                   "record is %s.",
                   out->file, out->sha256, sha256);
}

enum ys_status ys_backup_verify(const char *file, const char *sha256, struct ys_row_backup *out,
                                struct ys_error *err)
{
    struct ys_backup_reader reader = {.fd = -1};
    enum ys_status status;

    memset(out, 0, sizeof *out);
    if (!ys_copy(out->file, sizeof out->file, file))
        return ys_fail(err, YS_EBACKUP, "The name of the backup file is too long.");
    status = verify(&reader, sha256, out, err);
    ys_backup_close(&reader);
    return status;
}
