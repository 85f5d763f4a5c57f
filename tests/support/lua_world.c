/* lua_world.c: see lua_world.h. */
#include "support/lua_world.h"

#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "lua/binding.h"
#include "support/scratch.h"

/* The library: v2 is in two playlists, v6 is gone. */
static const struct {
    const char *id, *title, *channel, *tags_json;
    enum ys_availability availability;
} videos[] = {
    {"video-0001A", "So What", "Miles Davis - Topic", "[\"jazz\",\"caf\xC3\xA9\"]",
     YS_AVAILABILITY_LIVE},
    {"video-0002A", "Blue in \"Green\"", "Miles Davis - Topic", "[\"jazz\"]", YS_AVAILABILITY_LIVE},
    {"video-0003A", "Waltz for Debby \xF0\x9F\x8E\xB9", "Bill Evans", NULL, YS_AVAILABILITY_LIVE},
    {"video-0004A", "Bread at home", "Baker", "[\"bread\\\\flour\"]", YS_AVAILABILITY_LIVE},
    {"video-0005A", "Soup in a hurry", "Baker", NULL, YS_AVAILABILITY_LIVE},
    {"video-0006A", "Was here once", "Baker", NULL, YS_AVAILABILITY_DELETED},
};
static const struct {
    const char *title;
    const char *videos[4];
} playlists[] = {
    {"Jazz", {"video-0001A", "video-0002A", NULL, NULL}},
    {"Jazz 2", {"video-0002A", "video-0003A", NULL, NULL}},
    {"K\xC3\xBC" "che \xE2\x80\x9C" "neu\xE2\x80\x9D",
     {"video-0004A", "video-0005A", "video-0006A", NULL}},
};

static void must(enum ys_status status, const struct ys_error *err)
{
    if (status == YS_OK) return;
    fprintf(stderr, "lua_world: %s\n", err->message);
    abort();
}

static void fill(struct ys_sim *sim)
{
    struct ys_error err = {0};
    for (size_t i = 0; i < sizeof videos / sizeof videos[0]; i++) {
        const struct ys_sim_video video = {
            .id = videos[i].id,
            .title = videos[i].title,
            .description = "Line one\nline two",
            .channel_title = videos[i].channel,
            .tags_json = videos[i].tags_json,
            .published_at_ms = YS_SIM_START_WALL_MS - 1000000,
            .duration_s = 60 + (int64_t)i,
            .availability = videos[i].availability,
        };
        must(ys_sim_video_put(sim, &video, &err), &err);
    }
    for (size_t i = 0; i < sizeof playlists / sizeof playlists[0]; i++) {
        const struct ys_sim_playlist playlist = {.title = playlists[i].title,
                                                 .description = "",
                                                 .privacy = YS_PRIVACY_UNLISTED};
        char id[YS_ID_BYTES];
        must(ys_sim_playlist_add(sim, &playlist, id, &err), &err);
        for (size_t k = 0; playlists[i].videos[k]; k++)
            must(ys_sim_item_add(sim, id, playlists[i].videos[k], -1, 0, NULL, &err), &err);
    }
}

void lua_world_open(struct lua_world *world, uint64_t seed)
{
    struct ys_sim_options options;
    struct ys_error err = {0};
    memset(world, 0, sizeof *world);
    ys_sim_clock_init(&world->clock, seed, YS_SIM_START_WALL_MS);
    world->env = ys_sim_clock_env(&world->clock);
    ys_sim_options_init(&options);
    options.env = &world->env;
    options.seed = seed;
    must(ys_sim_open(&world->sim, &options, &err), &err);
    must(ys_sim_transport(&world->transport, world->sim, NULL, &err), &err);
    fill(world->sim);
}

void lua_world_close(struct lua_world *world)
{
    ys_transport_free(world->transport);
    ys_sim_close(world->sim);
    memset(world, 0, sizeof *world);
}

/* ------------------------------------------------------------------ Lua states */

static void *allocate(void *ud, void *block, size_t bytes_before, size_t bytes)
{
    struct lua_memory *memory = ud;
    size_t before = block ? bytes_before : 0;
    if (bytes == 0) {
        free(block);
        memory->bytes -= before;
        return NULL;
    }
    memory->asked++;
    bool fails = memory->failing > 0 &&
                 (memory->from_then_on ? memory->asked >= memory->failing
                                       : memory->asked == memory->failing);
    /* Lua relies on it that making a block smaller never fails. */
    if (fails && bytes > before) return NULL;
    void *moved = realloc(block, bytes);
    YS_REQUIRE(moved != NULL);
    memory->bytes += bytes - before;
    return moved;
}

void lua_memory_fail(struct lua_memory *memory, long nth, bool from_then_on)
{
    memory->asked = 0;
    memory->failing = nth;
    memory->from_then_on = from_then_on;
}

lua_State *lua_world_state(const struct lua_world *world, struct lua_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    lua_State *L = lua_newstate(allocate, memory);
    YS_REQUIRE(L != NULL);
    luaL_openlibs(L);
    luaL_requiref(L, "ytsync.core", luaopen_ytsync_core, 0);
    lua_pop(L, 1);
    if (world) ys_lua_set_world(L, &world->env, world->transport);
    return L;
}

void lua_world_load(lua_State *L, const char *name)
{
    char path[256];
    int bytes = snprintf(path, sizeof path, "tests/lua/%s", name);
    YS_REQUIRE(bytes > 0 && (size_t)bytes < sizeof path);
    if (luaL_dofile(L, path) != LUA_OK || !lua_isfunction(L, -1)) {
        fprintf(stderr, "lua_world: %s: %s\n", path, luaL_tolstring(L, -1, NULL));
        abort();
    }
}

int lua_world_call(lua_State *L, const char *file)
{
    char path[SCRATCH_PATH_BYTES];
    lua_pushstring(L, scratch_path(path, file));
    return lua_pcall(L, 1, 2, 0);
}

void lua_world_run(lua_State *L, const char *name, const char *file)
{
    lua_world_load(L, name);
    int status = lua_world_call(L, file);
    bool good = status == LUA_OK && lua_isboolean(L, -2) && lua_toboolean(L, -2);
    if (!good) {
        fprintf(stderr, "%s: %s\n", name, luaL_tolstring(L, -1, NULL));
        abort();
    }
    lua_pop(L, 2);
}
