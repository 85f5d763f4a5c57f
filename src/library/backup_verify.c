/* backup_verify.c: reading a backup file from end to end, one line in memory at a time. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/time.h"
#include "library/backup_private.h"
#include "net/json.h"

const char *ys_backup_kind_name(int kind)
{
    static const char *const names[] = {
#define X(code, name, plural) name,
        YS_BACKUP_KIND_MAP(X)
#undef X
    };

    return kind >= 0 && kind < YS_BACKUP_KIND_COUNT ? names[kind] : NULL;
}

void ys_backup_end_line(struct ys_buf *out, const struct ys_backup_tally *tally,
                        const char sha256[YS_SHA256_TEXT_BYTES])
{
    static const char *const plurals[] = {
#define X(code, name, plural) plural,
        YS_BACKUP_KIND_MAP(X)
#undef X
    };
    int i;

    ys_buf_printf(out, YS_BACKUP_END_BEGINS "\"lines\":%lld", (long long)tally->lines);
    for (i = 0; i < YS_BACKUP_KIND_COUNT; i++)
        ys_buf_printf(out, ",\"%s\":%lld", plurals[i], (long long)tally->count[i]);
    ys_buf_printf(out, ",\"sha256\":\"%s\"}\n", sha256);
}

struct reading {
    const char *file;
    int fd;
    char *block;
    size_t block_bytes, block_at;
    struct ys_buf line;
    int64_t line_number;
    struct ys_json *json;
    struct ys_sha256 *inside, *whole;
    struct ys_backup_tally tally;
    struct ys_row_backup *out;
};

static enum ys_status bad_line(const struct reading *reading, const char *what,
                               struct ys_error *err)
{
    return ys_fail(err, YS_EBACKUP, "The backup %s is not usable: line %lld %s.", reading->file,
                   (long long)reading->line_number, what);
}

/* ---------------------------------------------------------------- lines */

static enum ys_status next_block(struct reading *reading, struct ys_error *err)
{
    char reason[128];
    ssize_t got;

    do got = read(reading->fd, reading->block, YS_BACKUP_BLOCK_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        ys_errno_text(errno, reason, sizeof reason);
        return ys_fail(err, YS_EBACKUP, "The backup %s cannot be read: %s.", reading->file,
                       reason);
    }
    reading->block_bytes = (size_t)got;
    reading->block_at = 0;
    reading->out->bytes += got;
    ys_sha256_add(reading->whole, reading->block, (size_t)got);
    return YS_OK;
}

/* The next line, without its line feed; *there false at the end of the file. */
static enum ys_status next_line(struct reading *reading, bool *there, struct ys_error *err)
{
    const char *start, *feed;
    size_t left;

    ys_buf_clear(&reading->line);
    reading->line_number++;
    *there = true;
    for (;;) {
        if (reading->block_at == reading->block_bytes) {
            YS_TRY(next_block(reading, err));
            if (reading->block_bytes == 0 && reading->line.bytes > 0)
                return bad_line(reading, "is cut off", err);
            *there = reading->block_bytes > 0;
            if (!*there) return YS_OK;
        }
        start = reading->block + reading->block_at;
        left = reading->block_bytes - reading->block_at;
        feed = memchr(start, '\n', left);
        ys_buf_add(&reading->line, start, feed ? (size_t)(feed - start) : left);
        if (reading->line.failed == YS_ETOOBIG)
            return bad_line(reading, "is longer than a line of a backup can be", err);
        YS_TRY(ys_buf_check(&reading->line, "a line of the backup", err));
        reading->block_at += feed ? (size_t)(feed - start) + 1 : left;
        if (feed) return YS_OK;
    }
}

/* ---------------------------------------------------------------- what a line says */

static enum ys_status header_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    int64_t format = ys_json_int(row, 0);

    if (strcmp(ys_json_text(row, 1), "integer") != 0)
        return ys_fail(err, YS_EBACKUP, "The file %s is not a backup of ytsync.", reading->file);
    if (format > YS_BACKUP_FORMAT)
        return ys_fail(err, YS_EBACKUP,
                       "The backup %s was written by a newer ytsync (format %lld, this one reads "
                       "up to %d). Install a newer ytsync.",
                       reading->file, (long long)format, YS_BACKUP_FORMAT);
    if (format < 1 || strcmp(ys_json_text(row, 2), "text") != 0 ||
        !ys_time_parse(ys_json_text(row, 3), &reading->out->at_ms))
        return bad_line(reading, "is not the header of a backup", err);
    (void)ys_copy(reading->out->trigger_name, sizeof reading->out->trigger_name,
                  ys_json_text(row, 4));
    return YS_OK;
}

static enum ys_status kind_row(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct reading *reading = ctx;
    int kind = 0;

    while (ys_backup_kind_name(kind) &&
           strcmp(ys_backup_kind_name(kind), ys_json_text(row, 0)) != 0)
        kind++;
    if (kind == YS_BACKUP_KIND_COUNT) return bad_line(reading, "is of no kind known here", err);
    reading->tally.count[kind]++;
    return YS_OK;
}

static enum ys_status read_line(struct reading *reading, struct ys_error *err)
{
    bool first = reading->line_number == 1;
    enum ys_status status;

    ys_sha256_add(reading->inside, ys_buf_text(&reading->line), reading->line.bytes);
    ys_sha256_add(reading->inside, "\n", 1);
    reading->tally.lines++;
    if (reading->line.bytes == 0) return bad_line(reading, "is empty", err);
    status = ys_json_rows(reading->json,
                          first ? "SELECT json_extract(?1,'$.ytsync_backup'),"
                                  " json_type(?1,'$.ytsync_backup'), json_type(?1,'$.at'),"
                                  " json_extract(?1,'$.at'), json_extract(?1,'$.trigger')"
                                : "SELECT json_extract(?1,'$.kind')",
                          reading->line.data, reading->line.bytes,
                          first ? header_row : kind_row, reading, err);
    if (status == YS_EREPLY && first)
        return ys_fail(err, YS_EBACKUP, "The file %s is not a backup of ytsync.", reading->file);
    return status == YS_EREPLY ? bad_line(reading, "is not JSON", err) : status;
}

/* The last line: it must be, byte by byte, what the lines before it ask for. */
static enum ys_status read_end(struct reading *reading, struct ys_error *err)
{
    char digest[YS_SHA256_TEXT_BYTES];
    struct ys_buf expected;
    enum ys_status status;
    bool same, there;

    ys_sha256_end(reading->inside, digest);
    reading->inside = NULL;
    ys_buf_init(&expected, YS_BACKUP_BLOCK_BYTES);
    ys_backup_end_line(&expected, &reading->tally, digest);
    status = ys_buf_check(&expected, "the last line of the backup", err);
    same = status == YS_OK && expected.bytes == reading->line.bytes + 1 &&
           memcmp(expected.data, ys_buf_text(&reading->line), reading->line.bytes) == 0;
    ys_buf_free(&expected);
    if (status != YS_OK) return status;
    if (!same)
        return ys_fail(err, YS_EBACKUP,
                       "The backup %s is damaged: its contents do not agree with the checksum and "
                       "the counts in its last line (%lld).",
                       reading->file, (long long)reading->line_number);
    YS_TRY(next_line(reading, &there, err));
    return there ? bad_line(reading, "stands after the end", err) : YS_OK;
}

static enum ys_status read_lines(struct reading *reading, struct ys_error *err)
{
    static const char end[] = YS_BACKUP_END_BEGINS;
    bool there;

    for (;;) {
        YS_TRY(next_line(reading, &there, err));
        if (!there)
            return ys_fail(err, YS_EBACKUP,
                           reading->line_number == 1
                               ? "The backup %s is empty."
                               : "The backup %s is cut off: its last line is missing.",
                           reading->file);
        if (reading->line_number > 1 && reading->line.bytes >= sizeof end - 1 &&
            memcmp(reading->line.data, end, sizeof end - 1) == 0)
            return read_end(reading, err);
        YS_TRY(read_line(reading, err));
    }
}

static enum ys_status prepare(struct reading *reading, struct ys_error *err)
{
    char reason[128];

    reading->fd = open(reading->file, O_RDONLY | O_CLOEXEC);
    if (reading->fd < 0) {
        ys_errno_text(errno, reason, sizeof reason);
        return ys_fail(err, YS_EBACKUP, "The backup %s cannot be read: %s.", reading->file,
                       reason);
    }
    YS_TRY(ys_json_new(&reading->json, err));
    reading->block = ys_alloc(YS_BACKUP_BLOCK_BYTES);
    reading->inside = ys_sha256_new();
    reading->whole = ys_sha256_new();
    if (!reading->block || !reading->inside || !reading->whole)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    return YS_OK;
}

enum ys_status ys_backup_verify(const char *file, const char *sha256, struct ys_row_backup *out,
                                struct ys_error *err)
{
    struct reading reading = {.file = file, .fd = -1, .out = out};
    enum ys_status status = YS_EBACKUP;

    memset(out, 0, sizeof *out);
    ys_buf_init(&reading.line, YS_BACKUP_LINE_BYTES_MAX);
    if (!ys_copy(out->file, sizeof out->file, file)) {
        status = ys_fail(err, YS_EBACKUP, "The name of the backup file is too long.");
        goto out;
    }
    status = prepare(&reading, err);
    if (status == YS_OK) status = read_lines(&reading, err);
    if (status != YS_OK) goto out;
    ys_sha256_end(reading.whole, out->sha256);
    reading.whole = NULL;
    if (sha256 && strcmp(sha256, out->sha256) != 0)
        status = ys_fail(err, YS_EBACKUP,
                         "The backup %s is not the one that was written: its checksum is %s, on "
                         "record is %s.",
                         file, out->sha256, sha256);
    out->playlists = reading.tally.count[YS_BACKUP_PLAYLIST];
    out->items = reading.tally.count[YS_BACKUP_ITEM];
    out->videos = reading.tally.count[YS_BACKUP_VIDEO];
out:
    ys_sha256_end(reading.whole, NULL);
    ys_sha256_end(reading.inside, NULL);
    ys_buf_free(&reading.line);
    ys_free(reading.block);
    ys_json_free(reading.json);
    if (reading.fd >= 0) (void)close(reading.fd);
    return status;
}
