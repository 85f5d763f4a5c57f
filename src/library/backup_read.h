/* backup_read.h: reading a backup file line by line, from end to end, one line in memory at a time.
 *
 * What a reader gives before its end is not proved yet: the checksum stands in the last line. Who
 * acts on the contents verifies the file first (ys_backup_verify). Every failure is YS_EBACKUP with
 * a sentence that names file and line, or YS_ENOMEM. */
#ifndef YS_LIBRARY_BACKUP_READ_H
#define YS_LIBRARY_BACKUP_READ_H

#include "library/backup_private.h"
#include "net/json.h"

struct ys_backup_reader {
    const char *file;              /* borrowed */
    int fd;
    char *block;
    size_t block_bytes, block_at;
    struct ys_buf line;
    int64_t line_number;
    struct ys_json *json;
    struct ys_sha256 *inside, *whole;
    struct ys_backup_tally tally;  /* of what was read */
    int64_t format;
    int64_t bytes, at_ms;
    char channel_id[YS_ID_BYTES];
    char trigger_name[YS_NAME_BYTES];
    enum ys_backup_kind kind;      /* of the line that was read last */
    char sha256[YS_SHA256_TEXT_BYTES]; /* of the whole file, once the end was reached */
};

/* Opens the file and reads its header. Close it also after a failure. */
YS_CHECKED enum ys_status ys_backup_open(struct ys_backup_reader *reader, const char *file,
                                         struct ys_error *err);
void ys_backup_close(struct ys_backup_reader *reader);
/* The next line: its kind in reader->kind, its text through ys_backup_fields. *there false: the end
 * was reached, and everything agrees with what it says. */
YS_CHECKED enum ys_status ys_backup_next(struct ys_backup_reader *reader, bool *there,
                                         struct ys_error *err);
/* Runs a SELECT over the line (json_extract(?1, '$.id'), ...). */
YS_CHECKED enum ys_status ys_backup_fields(struct ys_backup_reader *reader, const char *sql,
                                           ys_json_row_fn each, void *ctx, struct ys_error *err);
/* Refuses the line that was read last: "line 7 IS ...". */
YS_CHECKED enum ys_status ys_backup_bad_line(const struct ys_backup_reader *reader,
                                             const char *what, struct ys_error *err);

#endif
