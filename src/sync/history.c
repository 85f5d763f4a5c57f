/* history.c: what a write found and what it left, for the audit log: the state of its playlist or
 * entry as the store has it, before and after, as JSON. Ids and the user's own words only. */
#include "library/changes.h"
#include "sync/engine.h"

static bool playlist_state(void *ctx, const struct ys_row_playlist *row)
{
    if (row->deleted_at_ms == 0) ys_state_playlist(ctx, row);
    return true;
}

static bool item_state(void *ctx, const struct ys_row_item *row)
{
    ys_state_item(ctx, row->position);
    return true;
}

void ys_engine_state_init(struct ys_buf *state)
{
    ys_buf_init(state, YS_STATE_BYTES_MAX);
}

enum ys_status ys_engine_state(struct ys_engine *engine, size_t number, const char *item_id,
                               struct ys_buf *out, struct ys_error *err)
{
    const struct ys_task *task = &engine->agenda.tasks[number];
    const char *playlist_id = engine->agenda.lanes[task->lane].playlist_id;
    bool found;

    ys_buf_clear(out);
    switch (task->kind) {
    case YS_OP_ITEM_INSERT:
    case YS_OP_ITEM_MOVE:
    case YS_OP_ITEM_DELETE:
        YS_TRY(ys_item_find(engine->store, item_id, item_state, out, err));
        break;
    default:
        YS_TRY(ys_playlist_find(engine->store, playlist_id, playlist_state, out, &found, err));
        break;
    }
    return ys_buf_check(out, "an entry of the log", err);
}
