/* statefile.h: the small record beside the database that shows when an old copy of the database
 * was put back, and that keeps today's spent units when the database is gone. */
#ifndef YS_STORE_STATEFILE_H
#define YS_STORE_STATEFILE_H

#include "base/error.h"

struct ys_state_record {
    char database_id[33]; /* "" when there was no usable record */
    int64_t commit_counter;
    int64_t usage_day;    /* days since 1970-01-01 in Los Angeles; 0: none known */
    int64_t usage_units;
};

/* Reads the record without making a file. */
void ys_state_peek(const char *path, struct ys_state_record *out);
/* Opens or creates `path` with mode 0600. */
YS_CHECKED enum ys_status ys_state_open(const char *path, int *fd_out, struct ys_error *err);
void ys_state_close(int fd);
/* A missing, torn or foreign record reads as one with an empty database_id. */
void ys_state_read(int fd, struct ys_state_record *out);
/* Writes the record, merged with what stands there: for the same database the higher counter,
 * for any the later day with its higher usage. False when it could not be written. */
bool ys_state_write(int fd, const struct ys_state_record *record);

#endif
