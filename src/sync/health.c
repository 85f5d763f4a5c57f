/* health.c: what can be wrong on this machine: the database, the disk, the clock. */
#include <string.h>
#include <sys/statvfs.h>

#include "sync/session.h"

enum ys_status ys_session_health(struct ys_session *session, struct ys_health_record *out,
                                 struct ys_error *err)
{
    struct statvfs disk;

    memset(out, 0, sizeof *out);
    out->free_bytes = -1;
    if (statvfs(session->store->path, &disk) == 0)
        out->free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
    if (session->client)
        out->clock_known = ys_client_skew(session->client, &out->clock_off_ms);
    return ys_db_check(session->store->db, false, err);
}
