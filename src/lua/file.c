/* file.c: the Lua type ytsync.file, a file that is there whole or not at all (base/outfile.h), and
 * core.csv, lines of a table for spreadsheets (base/csvout.h). */
#include "base/csvout.h"
#include "base/outfile.h"
#include "lua/binding.h"

#define OUTPUT "ytsync.file"
#define LINES "ytsync.lines"
/* The lines of one call of core.csv. */
#define LINES_BYTES_MAX ((size_t)64 << 20)

struct output {
    struct ys_outfile file;
    bool is_open;
    struct ys_lua_state *state;
};

/* ------------------------------------------------------------------ files */

static void release(struct output *output)
{
    if (!output->is_open) return;
    ys_outfile_close(&output->file);
    output->is_open = false;
    output->state->handles_open--;
}

static int file_close(lua_State *L)
{
    release(luaL_checkudata(L, 1, OUTPUT));
    lua_pushboolean(L, 1);
    return 1;
}

/* core.create(path) -> file */
int ys_lua_create(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    const char *path = ys_lua_text(L, 1);
    struct ys_lua_state *state = ys_lua_state(L);
    struct output *output = lua_newuserdatauv(L, sizeof *output, 0);
    output->is_open = false;
    output->state = state;
    luaL_setmetatable(L, OUTPUT);
    ys_outfile_init(&output->file, "file", "", YS_EIO);
    output->is_open = true;
    state->handles_open++;
    enum ys_status status = ys_outfile_open_at(&output->file, path, &err);
    if (status == YS_OK) return 1;
    release(output);
    return ys_lua_fail(L, status, &err);
}

static int file_write(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct output *output = luaL_checkudata(L, 1, OUTPUT);
    size_t bytes = 0;
    luaL_checktype(L, 2, LUA_TSTRING);
    const char *text = lua_tolstring(L, 2, &bytes);
    if (!output->is_open) return ys_lua_failf(L, YS_ECLOSED, "the file is closed");
    return ys_lua_done(L, ys_outfile_add(&output->file, text, bytes, &err), &err);
}

/* file:seal() -> true: it is on disk under its name, and closed */
static int file_seal(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    struct output *output = luaL_checkudata(L, 1, OUTPUT);
    if (!output->is_open) return ys_lua_failf(L, YS_ECLOSED, "the file is closed");
    enum ys_status status = ys_outfile_seal(&output->file, &err);
    release(output);
    return ys_lua_done(L, status, &err);
}

/* ------------------------------------------------------------------ lines */

static int lines_free(lua_State *L)
{
    ys_buf_free(luaL_checkudata(L, 1, LINES));
    return 0;
}

/* The cells of the row on top of the stack. */
static void add_row(lua_State *L, struct ys_buf *lines)
{
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_rawgeti(L, -1, i) == LUA_TNUMBER) ys_csvout_number(lines, luaL_checkinteger(L, -1));
        else ys_csvout_text(lines, ys_lua_text(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    ys_csvout_end(lines);
}

/* core.csv{{cell, ...}, ...} -> text; a cell is a string or a whole number */
int ys_lua_csv(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct ys_buf *lines = lua_newuserdatauv(L, sizeof *lines, 0);
    ys_buf_init(lines, LINES_BYTES_MAX);
    luaL_setmetatable(L, LINES);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        add_row(L, lines);
        lua_pop(L, 1);
    }
    enum ys_status status = ys_buf_check(lines, "the table", &err);
    if (status != YS_OK) return ys_lua_fail(L, status, &err);
    lua_pushlstring(L, ys_buf_text(lines), lines->bytes);
    ys_buf_free(lines);
    return 1;
}

void ys_lua_file_type(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"write", file_write},
        {"seal", file_seal},
        {NULL, NULL},
    };
    ys_lua_new_type(L, OUTPUT, methods, file_close);
    ys_lua_new_type(L, LINES, NULL, lines_free);
}
