/* imports.c: Google Takeout in the public API; see ytsync.h. */
#include <string.h>

#include "library/takeout.h"
#include "store/imports.h"
#include "sync/session.h"

enum ys_status ys_takeout_import(struct ys_session *session, const char *const *paths,
                                 size_t path_count, ys_takeout_note_fn note, void *note_ctx,
                                 struct ys_takeout_result *out, struct ys_error *err)
{
    struct ys_takeout takeout;
    enum ys_status status = YS_OK;
    size_t i;

    memset(out, 0, sizeof *out);
    if (path_count == 0) return ys_fail(err, YS_EINVAL, "No export was named.");
    ys_takeout_init(&takeout, note, note_ctx);
    for (i = 0; i < path_count && status == YS_OK; i++)
        status = ys_takeout_path(&takeout, paths[i], err);
    if (status == YS_OK) status = ys_takeout_join(&takeout, err);
    if (status == YS_OK)
        status = ys_takeout_store(session->store, &takeout, ys_session_now(session), err);
    *out = takeout.result;
    ys_takeout_free(&takeout);
    return status;
}

enum ys_status ys_takeout_forget(struct ys_session *session, const char *playlist_id,
                                 struct ys_error *err)
{
    enum ys_status status;

    if (!playlist_id) return ys_fail(err, YS_EINVAL, "A playlist's id is needed.");
    YS_TRY(ys_store_begin(session->store, err));
    status = ys_import_forget(session->store, playlist_id, err);
    if (status == YS_OK) status = ys_store_commit(session->store, err);
    if (status != YS_OK) ys_store_rollback(session->store);
    return status;
}
