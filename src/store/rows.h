/* rows.h: small helpers that the store's query files share. Internal to src/store.
 *
 * What is read back from a row is checked there and then (an enumeration outside its range, an
 * id longer than any id): a refused value names table, row and column, so that a person can
 * find it. */
#ifndef YS_STORE_ROWS_H
#define YS_STORE_ROWS_H

#include "store/store.h"

/* The remedy for what is damaged. */
#define YS_RESTORE_ADVICE "Put back a copy of the database that you know to be good."

/* YS_EDBCORRUPT: "table, row, column: value is not ...", with the remedy. */
enum ys_status ys_row_refuse(struct ys_error *err, const char *table, const char *row,
                             const char *column, const char *value);
/* The same for a row that has a number. */
enum ys_status ys_row_refuse_id(struct ys_error *err, const char *table, int64_t id,
                                const char *column, const char *value);
/* Reads a column into an array; one that does not fit is refused as above. */
YS_CHECKED enum ys_status ys_row_text(struct ys_stmt *stmt, int column, char *out,
                                      size_t out_bytes, const char *table, const char *row,
                                      const char *name, struct ys_error *err);
/* A whole number in decimal and nothing else. */
bool ys_number_parse(const char *text, int64_t *out);
/* Binds text, "" for NULL: for columns that are NOT NULL. */
void ys_bind_str(struct ys_stmt *stmt, int index, const char *text);
/* Runs a statement that returns at most one row of one number (... RETURNING id, count(*)) to
 * its end. *found says whether there was a row; either pointer may be NULL. */
YS_CHECKED enum ys_status ys_run_number(struct ys_stmt *stmt, bool *found, int64_t *value,
                                        struct ys_error *err);
/* What the system says about an errno; returns `out`. */
#define YS_SYSTEM_REASON_BYTES 128
const char *ys_system_reason(int number, char out[YS_SYSTEM_REASON_BYTES]);
/* A write that a caller may wrap in a transaction or not: begins one when none is open (*own is
 * then true), and ends it according to `status`, which is returned unless the commit fails. */
YS_CHECKED enum ys_status ys_own_begin(struct ys_store *store, bool *own, struct ys_error *err);
YS_CHECKED enum ys_status ys_own_end(struct ys_store *store, bool own, enum ys_status status,
                                     struct ys_error *err);

#endif
