/* fields.h: how the field tables of records are written; for records.c and its like. */
#ifndef YS_LUA_FIELDS_H
#define YS_LUA_FIELDS_H

#include <assert.h>

#include "lua/rows.h"

#define FIELDS(table) .fields = (table), .count = sizeof(table) / sizeof(table)[0]
#define AT(type, member) offsetof(struct type, member)
#define TEXT(type, name, member) {name, YS_LUA_TEXT, AT(type, member), NULL, NULL}
#define POINTER(type, name, member) {name, YS_LUA_TEXT_POINTER, AT(type, member), NULL, NULL}
#define LIST(type, name, member) {name, YS_LUA_TEXT_LIST, AT(type, member), NULL, NULL}
#define INTEGER(type, name, member) {name, YS_LUA_INTEGER, AT(type, member), NULL, NULL}
#define BOOLEAN(type, name, member) {name, YS_LUA_BOOLEAN, AT(type, member), NULL, NULL}
#define NAME(type, name, member, fn) {name, YS_LUA_NAME, AT(type, member), fn, NULL}
#define RECORD(type, name, member, fields) {name, YS_LUA_RECORD, AT(type, member), NULL, &(fields)}

/* A function of its name for every enumeration, all of one type. */
#define NAMER(type, name)                                                                        \
    static_assert(sizeof(type) == sizeof(int), "enumerations are read as int");                  \
    static const char *name##_of(int value)                                                      \
    {                                                                                            \
        return ys_##name((type)value);                                                           \
    }

#endif
