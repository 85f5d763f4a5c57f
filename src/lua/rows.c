/* rows.c: copies of records in C memory, and what pushes them to Lua. See rows.h. */
#include "lua/rows.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json_list.h"

#define ROWS_TYPE "ytsync.rows"
#define BLOCK_BYTES ((size_t)64 << 10)

struct block {
    struct block *next;
    size_t used, capacity;
    char data[];
};

struct ys_lua_rows {
    const struct ys_lua_record *type;
    struct block *first, *last;
    size_t count, bytes;
    size_t read_at; /* in the first block */
    enum ys_status failed;
    struct ys_error err;
};

/* The value of one field, between the record, the packed form and Lua. */
struct cell {
    int64_t integer;
    char *text; /* of `integer` bytes, for the kinds that are text */
};

/* ------------------------------------------------------------------ life */

static void rows_free(struct ys_lua_rows *rows)
{
    while (rows->first) {
        struct block *next = rows->first->next;
        ys_free(rows->first);
        rows->first = next;
    }
    rows->last = NULL;
}

static int rows_gc(lua_State *L)
{
    rows_free(luaL_checkudata(L, 1, ROWS_TYPE));
    return 0;
}

void ys_lua_rows_type(lua_State *L)
{
    ys_lua_new_type(L, ROWS_TYPE, NULL, rows_gc);
}

struct ys_lua_rows *ys_lua_rows_new(lua_State *L, const struct ys_lua_record *type)
{
    struct ys_lua_rows *rows = lua_newuserdatauv(L, sizeof *rows, 0);
    memset(rows, 0, sizeof *rows);
    rows->type = type;
    luaL_setmetatable(L, ROWS_TYPE);
    return rows;
}

/* ------------------------------------------------------------------ packing */

/* Room for `bytes` in one block; NULL after setting `failed`. */
static char *reserve(struct ys_lua_rows *rows, size_t bytes)
{
    struct block *last = rows->last;
    if (!last || last->capacity - last->used < bytes) {
        size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        if (capacity > YS_LUA_ROWS_BYTES_MAX - rows->bytes) {
            rows->failed =
                ys_fail(&rows->err, YS_ELIMIT, "More %ss than fit into %zu MiB were asked for.",
                        rows->type->what, YS_LUA_ROWS_BYTES_MAX >> 20);
            return NULL;
        }
        last = ys_alloc(sizeof *last + capacity);
        if (!last) {
            rows->failed = ys_fail(&rows->err, YS_ENOMEM, "Memory ran out after %zu %ss.",
                                   rows->count, rows->type->what);
            return NULL;
        }
        *last = (struct block){.capacity = capacity};
        if (rows->last)
            rows->last->next = last;
        else
            rows->first = last;
        rows->last = last;
        rows->bytes += capacity;
    }
    char *room = last->data + last->used;
    last->used += bytes;
    return room;
}

static bool pack_integer(struct ys_lua_rows *rows, int64_t value)
{
    char *room = reserve(rows, sizeof value);
    if (!room) return false;
    memcpy(room, &value, sizeof value);
    return true;
}

static bool pack_text(struct ys_lua_rows *rows, const char *text)
{
    int64_t bytes = (int64_t)strlen(text);
    char *room = reserve(rows, sizeof bytes + (size_t)bytes + 1);
    if (!room) return false;
    memcpy(room, &bytes, sizeof bytes);
    memcpy(room + sizeof bytes, text, (size_t)bytes + 1);
    return true;
}

/* ------------------------------------------------------------------ reading a record */

/* The integer that stands for a field: its value, a boolean or a enumeration's code. */
static int64_t field_integer(const struct ys_lua_field *field, const char *at)
{
    int64_t value = 0;
    int code = 0;
    bool flag = false;
    switch (field->kind) {
    case YS_LUA_BOOLEAN:
        memcpy(&flag, at, sizeof flag);
        return flag;
    case YS_LUA_NAME:
        memcpy(&code, at, sizeof code);
        return code;
    default:
        memcpy(&value, at, sizeof value);
        return value;
    }
}

static bool is_text(enum ys_lua_kind kind)
{
    return kind == YS_LUA_TEXT || kind == YS_LUA_TEXT_POINTER || kind == YS_LUA_TEXT_LIST;
}

static bool is_record(enum ys_lua_kind kind)
{
    return kind == YS_LUA_RECORD || kind == YS_LUA_RECORD_IF_ID;
}

static const char *field_text(const struct ys_lua_field *field, const char *at)
{
    const char *text = at;
    if (field->kind != YS_LUA_TEXT) memcpy(&text, at, sizeof text);
    return text ? text : "";
}

/* A nested record that stands for "none". */
static bool is_absent(const struct ys_lua_field *field, const char *at)
{
    int64_t id = 0;
    memcpy(&id, at, sizeof id);
    return field->kind == YS_LUA_RECORD_IF_ID && id == 0;
}

static bool pack_record(struct ys_lua_rows *rows, const struct ys_lua_record *type,
                        const char *record)
{
    for (size_t i = 0; i < type->count; i++) {
        const struct ys_lua_field *field = &type->fields[i];
        const char *at = record + field->offset;
        bool packed;
        if (is_record(field->kind)) {
            packed = pack_integer(rows, !is_absent(field, at)) &&
                     (is_absent(field, at) || pack_record(rows, field->record, at));
        } else if (is_text(field->kind)) {
            const char *text = field_text(field, at);
            if (field->kind == YS_LUA_TEXT_LIST && !ys_json_list_valid(text, strlen(text))) {
                rows->failed = ys_fail(&rows->err, YS_EDBCORRUPT,
                                       "The %s in row %zu of the %ss are no list of texts.",
                                       field->name, rows->count + 1, type->what);
                return false;
            }
            packed = pack_text(rows, text);
        } else {
            packed = pack_integer(rows, field_integer(field, at));
        }
        if (!packed) return false;
    }
    return true;
}

bool ys_lua_rows_add(struct ys_lua_rows *rows, const void *record)
{
    if (rows->failed != YS_OK) return false;
    if (rows->count >= YS_LUA_ROWS_MAX) {
        rows->failed = ys_fail(&rows->err, YS_ELIMIT, "More than %d %ss were asked for.",
                               YS_LUA_ROWS_MAX, rows->type->what);
        return false;
    }
    if (!pack_record(rows, rows->type, record)) return false;
    rows->count++;
    return true;
}

/* ------------------------------------------------------------------ unpacking */

/* The next packed value; blocks that were read are given back. */
static char *take(struct ys_lua_rows *rows, size_t bytes)
{
    struct block *first = rows->first;
    while (rows->read_at == first->used) {
        rows->first = first->next;
        ys_free(first);
        first = rows->first;
        YS_REQUIRE(first != NULL);
        rows->read_at = 0;
    }
    YS_REQUIRE(first->used - rows->read_at >= bytes);
    char *at = first->data + rows->read_at;
    rows->read_at += bytes;
    return at;
}

static void take_cell(struct ys_lua_rows *rows, enum ys_lua_kind kind, struct cell *cell)
{
    memcpy(&cell->integer, take(rows, sizeof cell->integer), sizeof cell->integer);
    cell->text = is_text(kind) ? take(rows, (size_t)cell->integer + 1) : NULL;
}

/* ------------------------------------------------------------------ pushing */

/* Decodes in place; the text was seen to be a list when it was packed. */
static void push_text_list(lua_State *L, const struct cell *cell)
{
    struct ys_json_list list;
    size_t bytes = 0;
    ys_json_list_init(&list, cell->text, (size_t)cell->integer);
    lua_newtable(L);
    for (lua_Integer i = 1; ys_json_list_next(&list, cell->text, &bytes) == YS_JSON_LIST_ITEM;
         i++) {
        lua_pushlstring(L, cell->text, bytes);
        lua_rawseti(L, -2, i);
    }
}

static void push_cell(lua_State *L, const struct ys_lua_field *field, const struct cell *cell)
{
    switch (field->kind) {
    case YS_LUA_TEXT:
    case YS_LUA_TEXT_POINTER:
        lua_pushlstring(L, cell->text, (size_t)cell->integer);
        break;
    case YS_LUA_TEXT_LIST:
        push_text_list(L, cell);
        break;
    case YS_LUA_INTEGER_OR_NIL:
        if (cell->integer < 0)
            lua_pushnil(L);
        else
            lua_pushinteger(L, cell->integer);
        break;
    case YS_LUA_BOOLEAN:
        lua_pushboolean(L, cell->integer != 0);
        break;
    case YS_LUA_NAME:
        lua_pushstring(L, field->name_of((int)cell->integer));
        break;
    default:
        lua_pushinteger(L, cell->integer);
        break;
    }
}

static void push_packed(lua_State *L, struct ys_lua_rows *rows, const struct ys_lua_record *type)
{
    luaL_checkstack(L, 6, "too many levels of records");
    if (!type->bare) lua_createtable(L, 0, (int)type->count);
    for (size_t i = 0; i < type->count; i++) {
        const struct ys_lua_field *field = &type->fields[i];
        struct cell cell;
        take_cell(rows, field->kind, &cell);
        if (!is_record(field->kind))
            push_cell(L, field, &cell);
        else if (cell.integer)
            push_packed(L, rows, field->record);
        else
            lua_pushnil(L);
        if (!type->bare) lua_setfield(L, -2, field->name);
    }
}

int ys_lua_rows_push(lua_State *L, struct ys_lua_rows *rows, enum ys_status status,
                     const struct ys_error *err)
{
    if (rows->failed != YS_OK) {
        status = rows->failed;
        err = &rows->err;
    }
    if (status != YS_OK) {
        rows_free(rows);
        return ys_lua_fail(L, status, err);
    }
    lua_createtable(L, (int)rows->count, 0);
    for (size_t i = 0; i < rows->count; i++) {
        push_packed(L, rows, rows->type);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    rows_free(rows);
    return 1;
}

void ys_lua_push_record(lua_State *L, const struct ys_lua_record *type, const void *record)
{
    luaL_checkstack(L, 6, "too many levels of records");
    lua_createtable(L, 0, (int)type->count);
    for (size_t i = 0; i < type->count; i++) {
        const struct ys_lua_field *field = &type->fields[i];
        const char *at = (const char *)record + field->offset;
        if (is_record(field->kind)) {
            if (is_absent(field, at))
                lua_pushnil(L);
            else
                ys_lua_push_record(L, field->record, at);
        } else if (is_text(field->kind)) {
            lua_pushstring(L, field_text(field, at));
        } else {
            struct cell cell = {.integer = field_integer(field, at)};
            push_cell(L, field, &cell);
        }
        lua_setfield(L, -2, field->name);
    }
}
