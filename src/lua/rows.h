/* rows.h: from records of ytsync.h to Lua tables.
 *
 * A record type is a table of its fields: one description serves copying and pushing.
 *
 * Why walks copy: pushing to Lua inside a callback of the core can raise, and a longjmp across
 * SQLite or libcurl leaves them unusable; any push can also run finalizers, that is, scripts,
 * in the middle of an open statement. Protected pushes would cure the first but not the second.
 * So a walk's callback copies its rows into C memory, packed, and they are pushed when the core
 * has returned. The memory hangs off a userdata, since those pushes may raise.
 *
 * Packed form, field by field: an integer is 8 bytes; text is its length as an integer, the
 * bytes and a NUL. No value is split between two blocks. */
#ifndef YS_LUA_ROWS_H
#define YS_LUA_ROWS_H

#include "lua/binding.h"

enum ys_lua_kind {
    YS_LUA_TEXT,            /* char array */
    YS_LUA_TEXT_POINTER,    /* const char *; NULL is "" */
    YS_LUA_TEXT_LIST,       /* const char *, a JSON array of strings -> array */
    YS_LUA_INTEGER,         /* int64_t */
    YS_LUA_INTEGER_OR_NIL,  /* int64_t; negative is nil */
    YS_LUA_BOOLEAN,         /* bool */
    YS_LUA_NAME,            /* an enumeration, by name_of */
    YS_LUA_RECORD,          /* a struct inside the struct */
    YS_LUA_RECORD_IF_ID     /* the same; nil when the int64_t that it starts with is 0 */
};

struct ys_lua_record;

struct ys_lua_field {
    const char *name;
    enum ys_lua_kind kind;
    size_t offset;
    const char *(*name_of)(int value);
    const struct ys_lua_record *record;
};

struct ys_lua_record {
    const char *what;  /* for messages */
    const struct ys_lua_field *fields;
    size_t count;
    bool bare;         /* one field: its value is pushed, not a table */
};

/* ------------------------------------------------------------------ record types (records.c) */

extern const struct ys_lua_record ys_lua_quota_record, ys_lua_fetch_record, ys_lua_progress_record,
    ys_lua_channel_record, ys_lua_playlist_record, ys_lua_item_record, ys_lua_video_record,
    ys_lua_preview_record, ys_lua_plan_item_record, ys_lua_block_record,
    ys_lua_plan_playlist_record, ys_lua_plan_day_record, ys_lua_guards_record,
    ys_lua_warning_record, ys_lua_event_record, ys_lua_job_record, ys_lua_operation_record,
    ys_lua_error_record, ys_lua_log_record, ys_lua_category_record, ys_lua_takeout_record,
    ys_lua_takeout_note_record, ys_lua_signin_record,
    ys_lua_health_record, ys_lua_probe_record, ys_lua_import_match_record;

/* Pushes a table of the record, which must stay valid and unchanged meanwhile: a copy on the C
 * stack, not memory of the core. Not for types with a TEXT_LIST. */
void ys_lua_push_record(lua_State *L, const struct ys_lua_record *type, const void *record);

/* ------------------------------------------------------------------ rows (rows.c) */

/* More than this is refused with YS_ELIMIT: some 300,000 videos with long descriptions. */
#define YS_LUA_ROWS_BYTES_MAX ((size_t)1 << 30)
#define YS_LUA_ROWS_MAX 20000000

struct ys_lua_rows;

/* Pushes the userdata that holds the rows. */
struct ys_lua_rows *ys_lua_rows_new(lua_State *L, const struct ys_lua_record *type);
/* Copies a record; calls no Lua. False when it failed: stop the walk. */
bool ys_lua_rows_add(struct ys_lua_rows *rows, const void *record);
/* After the walk, which returned `status` and `err`: pushes an array of all rows, or the
 * failure (the walk's or one of copying). Gives the memory back. Returns the result count. */
int ys_lua_rows_push(lua_State *L, struct ys_lua_rows *rows, enum ys_status status,
                     const struct ys_error *err);

#endif
