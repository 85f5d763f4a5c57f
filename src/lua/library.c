/* library.c: the session's methods about the stored library, and its three single writes. */
#include "lua/rows.h"

/* ------------------------------------------------------------------ reading the store */

static int session_channel(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_channel_record channel;
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_channel_get(session, &channel, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    ys_lua_push_record(L, &ys_lua_channel_record, &channel);
    return 1;
}

static bool add_playlist(void *rows, const struct ys_playlist_record *playlist)
{
    return ys_lua_rows_add(rows, playlist);
}

static bool add_item(void *rows, const struct ys_item_record *item)
{
    return ys_lua_rows_add(rows, item);
}

static bool add_video(void *rows, const struct ys_video_record *video)
{
    return ys_lua_rows_add(rows, video);
}

/* session:playlists{deleted = bool} -> array */
static int session_playlists(lua_State *L)
{
    static const char *const known[] = {"deleted", NULL};
    struct ys_error err = {.status = YS_OK};
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, true);
    int refused = ys_lua_unknown_key(L, 2, "the options of playlists", known);
    if (refused) return refused;
    bool deleted = ys_lua_field_boolean(L, 2, "the options of playlists", "deleted");
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_playlist_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_playlists_each(session, deleted, add_playlist, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

static int session_items(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *playlist_id = ys_lua_text(L, 2);
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_item_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_items_each(session, playlist_id, add_item, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

static int session_videos(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_lua_rows *rows = ys_lua_rows_new(L, &ys_lua_video_record);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_videos_each(session, add_video, rows, &err);
    return ys_lua_rows_push(L, rows, status, &err);
}

/* ------------------------------------------------------------------ single writes */

/* session:create_playlist{title =, description =, privacy =} -> id */
static int session_create_playlist(lua_State *L)
{
    static const char *const known[] = {"title", "description", "privacy", NULL};
    static const char what[] = "the options of create_playlist";
    struct ys_error err = {.status = YS_OK};
    enum ys_privacy privacy = YS_PRIVACY_UNSET;
    char id[YS_ID_BYTES] = "";
    ys_lua_session_check(L, 1);
    ys_lua_check_table(L, 2, false);
    int refused = ys_lua_unknown_key(L, 2, what, known);
    if (refused) return refused;
    const char *title = ys_lua_field_text(L, 2, what, "title", true);
    const char *description = ys_lua_field_text(L, 2, what, "description", false);
    const char *name = ys_lua_field_text(L, 2, what, "privacy", false);
    if (name && !ys_privacy_from_name(name, &privacy))
        return ys_lua_failf(L, YS_EINVAL,
                            "unknown privacy '%.50s'; it can be private, unlisted or public", name);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status =
        ys_playlist_create(session, title, description ? description : "", privacy, id, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushstring(L, id);
    return 1;
}

static int session_add_video(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    char item_id[YS_ID_BYTES] = "";
    const char *playlist_id = ys_lua_text(L, 2);
    const char *video_id = ys_lua_text(L, 3);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_playlist_add_video(session, playlist_id, video_id, item_id, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushstring(L, item_id);
    return 1;
}

static int session_delete_playlist(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *playlist_id = ys_lua_text(L, 2);
    struct ys_session *session = ys_lua_session_use(L, 1);
    if (!session) return ys_lua_session_unusable(L, 1);
    enum ys_status status = ys_playlist_delete(session, playlist_id, &err);
    return ys_lua_done(L, status, &err);
}

void ys_lua_library_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"channel", session_channel},
        {"playlists", session_playlists},
        {"items", session_items},
        {"videos", session_videos},
        {"create_playlist", session_create_playlist},
        {"add_video", session_add_video},
        {"delete_playlist", session_delete_playlist},
        {NULL, NULL},
    };
    ys_lua_add_methods(L, YS_LUA_SESSION, methods);
}
