/* statefile.c: see statefile.h.
 *
 * One record of fixed size in readable text, closed by a SHA-256 of what stands before it. It is
 * written over itself after each commit with one pwrite and without fsync, because it only has
 * to notice an exchanged database, not to survive a power loss: a record that is torn or older
 * than the database makes the check weaker and never wrong. It cannot be newer than a database
 * that nobody exchanged, as the database's commit was synced before.
 *
 * Several processes commit to one database (a runner, `pause`, `config set`) and may write here
 * in another order than they committed; so a write reads first and keeps the higher figures.
 * The read and the write are not one step: what is lost between them is a weaker check again,
 * until the next commit. */
#include "store/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store/rows.h"

#define STATE_MAGIC "ytsync state 1"
#define STATE_ID_HEX 32
#define STATE_SUM_HEX 64
#define NUMBER_BYTES 21
/* magic, id, counter, day, units: fixed widths, so that records replace each other. */
#define STATE_FORMAT STATE_MAGIC " %32s %020" PRId64 " %+011" PRId64 " %020" PRId64 " "
#define STATE_BODY_BYTES (sizeof STATE_MAGIC - 1 + 1 + 32 + 1 + 20 + 1 + 11 + 1 + 20 + 1)
#define STATE_BYTES (STATE_BODY_BYTES + STATE_SUM_HEX + 1)

enum ys_status ys_state_open(const char *path, int *fd_out, struct ys_error *err)
{
    char reason[YS_SYSTEM_REASON_BYTES];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ys_fail(err, YS_EIO, "The file %s beside the database cannot be opened: %s.", path,
                       ys_system_reason(errno, reason));
    *fd_out = fd;
    return YS_OK;
}

void ys_state_close(int fd)
{
    if (fd >= 0) (void)close(fd);
}

static bool hex_id(const char *text)
{
    return strlen(text) == STATE_ID_HEX && strspn(text, "0123456789abcdef") == STATE_ID_HEX;
}

void ys_state_read(int fd, struct ys_state_record *out)
{
    char data[STATE_BYTES + 1], sum[STATE_SUM_HEX + 1];
    char counter[NUMBER_BYTES], day[NUMBER_BYTES], units[NUMBER_BYTES];
    struct ys_state_record record;

    memset(out, 0, sizeof *out);
    memset(&record, 0, sizeof record);
    if (pread(fd, data, STATE_BYTES, 0) != (ssize_t)STATE_BYTES) return;
    data[STATE_BYTES] = '\0';
    if (!ys_sha256_hex(data, STATE_BODY_BYTES, sum)) return;
    if (memcmp(data + STATE_BODY_BYTES, sum, STATE_SUM_HEX) != 0) return;
    if (sscanf(data, STATE_MAGIC " %32s %20s %20s %20s", record.database_id, counter, day,
               units) != 4)
        return;
    if (hex_id(record.database_id) && ys_number_parse(counter, &record.commit_counter) &&
        ys_number_parse(day, &record.usage_day) && ys_number_parse(units, &record.usage_units))
        *out = record;
}

void ys_state_peek(const char *path, struct ys_state_record *out)
{
    memset(out, 0, sizeof *out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return;
    ys_state_read(fd, out);
    (void)close(fd);
}

static void merge(struct ys_state_record *record, const struct ys_state_record *there)
{
    if (there->database_id[0] == '\0') return;
    if (strcmp(there->database_id, record->database_id) == 0 &&
        there->commit_counter > record->commit_counter)
        record->commit_counter = there->commit_counter;
    if (there->usage_day > record->usage_day ||
        (there->usage_day == record->usage_day && there->usage_units > record->usage_units)) {
        record->usage_day = there->usage_day;
        record->usage_units = there->usage_units;
    }
}

bool ys_state_write(int fd, const struct ys_state_record *record)
{
    char data[STATE_BYTES + 1];
    struct ys_state_record merged = *record, there;
    ys_state_read(fd, &there);
    merge(&merged, &there);
    int bytes = snprintf(data, sizeof data, STATE_FORMAT, merged.database_id,
                         merged.commit_counter, merged.usage_day, merged.usage_units);
    if (bytes != (int)STATE_BODY_BYTES) return false;
    if (!ys_sha256_hex(data, STATE_BODY_BYTES, data + STATE_BODY_BYTES)) return false;
    data[STATE_BYTES - 1] = '\n';
    return pwrite(fd, data, STATE_BYTES, 0) == (ssize_t)STATE_BYTES;
}
