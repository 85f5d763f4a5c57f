/* rows.c: see rows.h. */
#include "store/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum ys_status ys_row_refuse(struct ys_error *err, const char *table, const char *row,
                             const char *column, const char *value)
{
    return ys_fail(err, YS_EDBCORRUPT,
                   "In the database, table %s, row \"%.128s\": the %s \"%.64s\" means nothing to "
                   "this ytsync. " YS_RESTORE_ADVICE,
                   table, row, column, value);
}

enum ys_status ys_row_refuse_id(struct ys_error *err, const char *table, int64_t id,
                                const char *column, const char *value)
{
    char row[24];
    (void)snprintf(row, sizeof row, "%lld", (long long)id);
    return ys_row_refuse(err, table, row, column, value);
}

enum ys_status ys_row_text(struct ys_stmt *stmt, int column, char *out, size_t out_bytes,
                           const char *table, const char *row, const char *name,
                           struct ys_error *err)
{
    const char *text = ys_col_text(stmt, column);
    if (!ys_copy(out, out_bytes, text)) return ys_row_refuse(err, table, row, name, text);
    return YS_OK;
}

bool ys_number_parse(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') return false;
    *out = (int64_t)value;
    return true;
}

void ys_bind_str(struct ys_stmt *stmt, int index, const char *text)
{
    ys_bind_text(stmt, index, text ? text : "");
}

enum ys_status ys_run_number(struct ys_stmt *stmt, bool *found, int64_t *value,
                             struct ys_error *err)
{
    bool row = false;
    if (found) *found = false;
    YS_TRY(ys_step(stmt, &row, err));
    while (row) {
        if (found) *found = true;
        if (value) *value = ys_col_int(stmt, 0);
        YS_TRY(ys_step(stmt, &row, err));
    }
    ys_stmt_done(stmt);
    return YS_OK;
}

const char *ys_system_reason(int number, char out[YS_SYSTEM_REASON_BYTES])
{
    ys_errno_text(number, out, YS_SYSTEM_REASON_BYTES);
    return out;
}

enum ys_status ys_own_begin(struct ys_store *store, bool *own, struct ys_error *err)
{
    *own = !ys_db_in_transaction(store->db);
    return *own ? ys_store_begin(store, err) : YS_OK;
}

enum ys_status ys_own_end(struct ys_store *store, bool own, enum ys_status status,
                          struct ys_error *err)
{
    if (!own) return status;
    if (status == YS_OK) return ys_store_commit(store, err);
    ys_store_rollback(store);
    return status;
}
