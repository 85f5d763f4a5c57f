/* sim.c: core.sim: a simulated YouTube in this process, so that a program that uses ytsync can be
 * tested: no socket, no real clock, no real account.
 *
 *   sim{seed=, videos=, playlists=, daily_units=} -> sim    videos: a generated library of so many
 *   sim:open{...} -> session        core.open's options; its clock and its server are the sim's
 *   sim:add_video{id=, title=, channel=, description=, tags_json=, duration_s=, published_at=}
 *   sim:add_playlist{title=, description=, privacy=, videos={ids}} -> id
 *   sim:playlists() -> {{id, title, privacy, videos}}, as they really are
 *   sim:report() -> {lost, doubled, ...} against the library that there was at first
 *   sim:now(), sim:advance(ms), sim:fault(spec), sim:spend(units), sim:snapshot()
 *
 * A sim lives as long as a session that was opened from it, and is released by the collector. */
#include <string.h>

#include "lua/binding.h"
#include "net/transport.h"
#include "sim/library.h"
#include "sim/truth.h"

#define SIM_TYPE "ytsync.sim"
#define ITEMS_MAX 5000

struct lua_sim {
    struct ys_sim_clock clock;
    struct ys_env env;
    struct ys_sim *sim; /* NULL: released */
    struct ys_transport *transport;
};

static int sim_gc(lua_State *L)
{
    struct lua_sim *world = luaL_checkudata(L, 1, SIM_TYPE);
    struct ys_transport *transport = world->transport;
    struct ys_sim *sim = world->sim;
    world->transport = NULL;
    world->sim = NULL;
    if (transport) ys_transport_free(transport);
    if (sim) ys_sim_close(sim);
    return 0;
}

static struct lua_sim *check(lua_State *L)
{
    struct lua_sim *world = luaL_checkudata(L, 1, SIM_TYPE);
    if (!world->sim) luaL_error(L, "the simulation was released");
    return world;
}

/* ------------------------------------------------------------------ making one */

static enum ys_status start(struct lua_sim *world, uint64_t seed, int64_t videos,
                            int64_t playlists, int64_t daily_units, struct ys_error *err)
{
    struct ys_sim_options options;
    struct ys_sim_library_options library;

    ys_sim_clock_init(&world->clock, seed, YS_SIM_START_WALL_MS);
    world->env = ys_sim_clock_env(&world->clock);
    ys_sim_options_init(&options);
    options.env = &world->env;
    options.seed = seed;
    if (daily_units > 0) options.quota_daily_units = daily_units;
    YS_TRY(ys_sim_open(&world->sim, &options, err));
    YS_TRY(ys_sim_transport(&world->transport, world->sim, NULL, err));
    if (videos <= 0) return YS_OK;
    ys_sim_library_options_init(&library);
    library.seed = seed;
    library.videos = videos;
    if (playlists > 0) library.playlists = playlists;
    return ys_sim_library_sample(world->sim, &library, err);
}

int ys_lua_sim(lua_State *L)
{
    static const char *const known[] = {"seed", "videos", "playlists", "daily_units", NULL};
    static const char what[] = "the options of sim";
    struct ys_error err = {.status = YS_OK};
    ys_lua_check_table(L, 1, true);
    int refused = ys_lua_unknown_key(L, 1, what, known);
    if (refused) return refused;
    int64_t seed = ys_lua_field_integer(L, 1, what, "seed", 1);
    int64_t videos = ys_lua_field_integer(L, 1, what, "videos", 0);
    int64_t playlists = ys_lua_field_integer(L, 1, what, "playlists", 0);
    int64_t daily_units = ys_lua_field_integer(L, 1, what, "daily_units", 0);
    struct lua_sim *world = lua_newuserdatauv(L, sizeof *world, 0);
    memset(world, 0, sizeof *world);
    luaL_setmetatable(L, SIM_TYPE);
    enum ys_status status =
        start(world, (uint64_t)seed, videos, playlists, daily_units, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    return 1;
}

/* sim:open{...}: the state's world is the sim's for the length of the call. */
static int sim_open(lua_State *L)
{
    struct lua_sim *world = check(L);
    struct ys_lua_state *state = ys_lua_state(L);
    const struct ys_env *env = state->env;
    struct ys_transport *transport = state->transport;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    lua_pushcfunction(L, ys_lua_open);
    lua_pushvalue(L, 2);
    ys_lua_set_world(L, &world->env, world->transport);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    ys_lua_set_world(L, env, transport);
    if (status != LUA_OK) return lua_error(L);
    if (lua_isuserdata(L, 3)) {
        lua_pushvalue(L, 1);
        lua_setiuservalue(L, 3, 1); /* the session keeps the sim alive */
    }
    return lua_gettop(L) - 2;
}

/* ------------------------------------------------------------------ the library */

static int sim_add_video(lua_State *L)
{
    static const char *const known[] = {"id",        "title",      "channel",      "description",
                                        "tags_json", "duration_s", "published_at", NULL};
    static const char what[] = "a video";
    struct ys_error err = {.status = YS_OK};
    struct lua_sim *world = check(L);
    ys_lua_check_table(L, 2, false);
    int refused = ys_lua_unknown_key(L, 2, what, known);
    if (refused) return refused;
    struct ys_sim_video video = {
        .id = ys_lua_field_text(L, 2, what, "id", true),
        .title = ys_lua_field_text(L, 2, what, "title", true),
        .channel_title = ys_lua_field_text(L, 2, what, "channel", false),
        .description = ys_lua_field_text(L, 2, what, "description", false),
        .tags_json = ys_lua_field_text(L, 2, what, "tags_json", false),
        .duration_s = ys_lua_field_integer(L, 2, what, "duration_s", 60),
        .published_at_ms =
            ys_lua_field_integer(L, 2, what, "published_at", YS_SIM_START_WALL_MS),
        .availability = YS_AVAILABILITY_LIVE,
    };
    if (!video.channel_title) video.channel_title = "A channel";
    if (!video.description) video.description = "";
    enum ys_status status = ys_sim_video_put(world->sim, &video, &err);
    return ys_lua_done(L, status, &err);
}

/* The list of video ids on the top of the stack, `count` of them, into the playlist. */
static enum ys_status add_items(lua_State *L, struct ys_sim *sim, const char *playlist_id,
                                int64_t count, struct ys_error *err)
{
    for (int64_t i = 1; i <= count; i++) {
        const char *video_id = ys_lua_element_text(L, i, "the videos of a playlist", true);
        YS_TRY(ys_sim_item_add(sim, playlist_id, video_id, -1, 0, NULL, err));
        lua_pop(L, 1);
    }
    return YS_OK;
}

static enum ys_privacy privacy_of(lua_State *L)
{
    static const char *const names[] = {"private", "unlisted", "public", NULL};
    static const enum ys_privacy values[] = {YS_PRIVACY_PRIVATE, YS_PRIVACY_UNLISTED,
                                             YS_PRIVACY_PUBLIC};
    const char *name = ys_lua_field_text(L, 2, "a playlist", "privacy", false);
    for (size_t i = 0; name && names[i]; i++)
        if (strcmp(name, names[i]) == 0) return values[i];
    if (name) luaL_error(L, "a playlist: 'privacy' is '%s'", name);
    return YS_PRIVACY_PRIVATE;
}

static int sim_add_playlist(lua_State *L)
{
    static const char *const known[] = {"title", "description", "privacy", "videos", NULL};
    static const char what[] = "a playlist";
    struct ys_error err = {.status = YS_OK};
    char id[YS_ID_BYTES];
    struct lua_sim *world = check(L);
    ys_lua_check_table(L, 2, false);
    int refused = ys_lua_unknown_key(L, 2, what, known);
    if (refused) return refused;
    struct ys_sim_playlist playlist = {
        .title = ys_lua_field_text(L, 2, what, "title", true),
        .description = ys_lua_field_text(L, 2, what, "description", false),
        .privacy = privacy_of(L),
    };
    if (!playlist.description) playlist.description = "";
    int64_t count = ys_lua_field_list(L, 2, what, "videos");
    luaL_argcheck(L, count <= ITEMS_MAX, 2, "too many videos in a playlist");
    enum ys_status status = ys_sim_playlist_add(world->sim, &playlist, id, &err);
    if (status == YS_OK && count > 0) status = add_items(L, world->sim, id, count, &err);
    if (status == YS_OK) status = ys_truth_snapshot(world->sim, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushstring(L, id);
    return 1;
}

/* ------------------------------------------------------------------ the truth */

/* Walks hand out what is only valid meanwhile, and pushing may raise: ids and titles are copied
 * into a buffer of this size first. */
#define PLAYLISTS_MAX 1000

struct copied_playlists {
    size_t count;
    struct ys_truth_playlist list[PLAYLISTS_MAX];
};
struct copied_items {
    size_t count;
    char ids[ITEMS_MAX][16];
};

static bool copy_playlist(void *ctx, const struct ys_truth_playlist *playlist)
{
    struct copied_playlists *copies = ctx;
    if (copies->count < PLAYLISTS_MAX) copies->list[copies->count++] = *playlist;
    return true;
}

static bool copy_item(void *ctx, const struct ys_truth_item *item)
{
    struct copied_items *copies = ctx;
    if (copies->count < ITEMS_MAX && strlen(item->video_id) < sizeof copies->ids[0])
        memcpy(copies->ids[copies->count++], item->video_id, strlen(item->video_id) + 1);
    return true;
}

static enum ys_status push_playlist(lua_State *L, struct ys_sim *sim,
                                    const struct ys_truth_playlist *playlist,
                                    struct copied_items *items, struct ys_error *err)
{
    items->count = 0;
    YS_TRY(ys_truth_items(sim, playlist->id, copy_item, items, err));
    lua_createtable(L, 0, 4);
    lua_pushstring(L, playlist->id);
    lua_setfield(L, -2, "id");
    lua_pushstring(L, playlist->title);
    lua_setfield(L, -2, "title");
    lua_pushstring(L, ys_privacy_name(playlist->privacy));
    lua_setfield(L, -2, "privacy");
    lua_createtable(L, (int)items->count, 0);
    for (size_t i = 0; i < items->count; i++) {
        lua_pushstring(L, items->ids[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "videos");
    return YS_OK;
}

static int sim_playlists(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct lua_sim *world = check(L);
    struct copied_playlists *copies = lua_newuserdatauv(L, sizeof *copies, 0);
    struct copied_items *items = lua_newuserdatauv(L, sizeof *items, 0);
    copies->count = 0;
    enum ys_status status = ys_truth_playlists(world->sim, NULL, copy_playlist, copies, &err);
    lua_newtable(L);
    for (size_t i = 0; status == YS_OK && i < copies->count; i++) {
        status = push_playlist(L, world->sim, &copies->list[i], items, &err);
        if (status == YS_OK) lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return status == YS_OK ? 1 : ys_lua_fail(L, status, &err);
}

static int sim_report(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct ys_truth_report report;
    struct lua_sim *world = check(L);
    enum ys_status status = ys_truth_compare(world->sim, &report, &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, report.lost);
    lua_setfield(L, -2, "lost");
    lua_pushinteger(L, report.doubled);
    lua_setfield(L, -2, "doubled");
    lua_pushinteger(L, report.playlists_now);
    lua_setfield(L, -2, "playlists");
    lua_pushinteger(L, report.videos_now);
    lua_setfield(L, -2, "videos");
    return 1;
}

/* ------------------------------------------------------------------ the world */

static int sim_now(lua_State *L)
{
    lua_pushinteger(L, check(L)->clock.wall_ms);
    return 1;
}

static int sim_advance(lua_State *L)
{
    struct lua_sim *world = check(L);
    lua_Integer duration_ms = luaL_checkinteger(L, 2);
    luaL_argcheck(L, duration_ms >= 0, 2, "time moves forward");
    ys_sim_clock_advance(&world->clock, duration_ms);
    lua_pushboolean(L, 1);
    return 1;
}

static int sim_fault(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct lua_sim *world = check(L);
    enum ys_status status = ys_sim_fault(world->sim, ys_lua_text(L, 2), &err);
    return ys_lua_done(L, status, &err);
}

static int sim_spend(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct lua_sim *world = check(L);
    enum ys_status status = ys_sim_spend(world->sim, luaL_checkinteger(L, 2), &err);
    return ys_lua_done(L, status, &err);
}

static int sim_snapshot(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct lua_sim *world = check(L);
    enum ys_status status = ys_truth_snapshot(world->sim, &err);
    return ys_lua_done(L, status, &err);
}

void ys_lua_sim_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"open", sim_open},           {"add_video", sim_add_video},
        {"playlists", sim_playlists}, {"add_playlist", sim_add_playlist},
        {"report", sim_report},       {"now", sim_now},
        {"advance", sim_advance},     {"fault", sim_fault},
        {"spend", sim_spend},         {"snapshot", sim_snapshot},
        {NULL, NULL},
    };
    ys_lua_new_type(L, SIM_TYPE, methods, sim_gc);
    /* Sessions use it until they are closed: only the collector knows when that is. */
    luaL_getmetatable(L, SIM_TYPE);
    lua_pushnil(L);
    lua_setfield(L, -2, "__close");
    lua_getfield(L, -1, "__index");
    lua_pushnil(L);
    lua_setfield(L, -2, "close");
    lua_pop(L, 2);
}
