/* match.c: core.fold and core.matcher: texts of rules, looked for in titles, channels and tags.
 *
 *   fold(text) -> folded text
 *   matcher(groups, {{kind, group, text}, ...}) -> matcher
 *   matcher:scan(bits, title, channel, tags)   sets bits[1], bits[2], ...: 64 groups in each
 *   matcher:first(group) -> number of the first text of the group that the last scan found, or nil
 *   matcher:found() -> array of the numbers of all texts that the last scan found
 *   matcher:close()
 * kind is "title", "channel", "artist" or "tag"; groups and texts count from 1. The texts of a
 * group stand together; `bits` is the same table each time, all 0 at first. */
#include <string.h>

#include "base/alloc.h"
#include "base/matcher.h"
#include "lua/binding.h"

#define MATCHER_TYPE "ytsync.matcher"
#define GROUPS_MAX 100000
#define WORD_BITS 64

enum subject { TITLE, CHANNEL, TAG, SUBJECTS };

struct matcher {
    struct ys_matcher *of[SUBJECTS]; /* NULL: closed */
    struct ys_fold fold;
    uint64_t *groups, *shown, *texts; /* found; as the script's table has them; found */
    uint32_t *group_of;               /* by text */
    uint32_t *first_of;               /* by group: its first text; they stand together */
    size_t group_words, text_words;
    uint32_t text_count;
    lua_Integer group_count;
};

static void release(struct matcher *matcher)
{
    for (int i = 0; i < SUBJECTS; i++) ys_matcher_free(matcher->of[i]);
    ys_fold_free(&matcher->fold);
    ys_free(matcher->groups);
    ys_free(matcher->shown);
    ys_free(matcher->texts);
    ys_free(matcher->group_of);
    ys_free(matcher->first_of);
    memset(matcher, 0, sizeof *matcher);
}

static int matcher_close(lua_State *L)
{
    release(luaL_checkudata(L, 1, MATCHER_TYPE));
    lua_pushboolean(L, 1);
    return 1;
}

static struct matcher *check(lua_State *L)
{
    struct matcher *matcher = luaL_checkudata(L, 1, MATCHER_TYPE);
    if (!matcher->of[TITLE]) luaL_error(L, "the matcher is closed");
    return matcher;
}

/* ------------------------------------------------------------------ making one */

static enum ys_status allocate(struct matcher *matcher, size_t groups, size_t texts,
                               struct ys_error *err)
{
    matcher->group_words = groups / WORD_BITS + 1;
    matcher->text_words = texts / WORD_BITS + 1;
    matcher->text_count = (uint32_t)texts;
    matcher->group_count = (lua_Integer)groups;
    matcher->groups = ys_alloc_zero(matcher->group_words, sizeof *matcher->groups);
    matcher->shown = ys_alloc_zero(matcher->group_words, sizeof *matcher->shown);
    matcher->texts = ys_alloc_zero(matcher->text_words, sizeof *matcher->texts);
    matcher->group_of = ys_alloc_zero(texts + 1, sizeof *matcher->group_of);
    matcher->first_of = ys_alloc_zero(groups + 1, sizeof *matcher->first_of);
    if (!matcher->groups || !matcher->shown || !matcher->texts || !matcher->group_of ||
        !matcher->first_of)
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (int i = 0; i < SUBJECTS; i++) YS_TRY(ys_matcher_new(&matcher->of[i], err));
    return YS_OK;
}

/* Adds the entry {kind, group, text} on the top of the stack. */
static enum ys_status add_entry(lua_State *L, struct matcher *matcher, uint32_t text,
                                lua_Integer groups, struct ys_error *err)
{
    static const char *const kinds[] = {"title", "channel", "artist", "tag", NULL};
    static const enum subject subjects[] = {TITLE, CHANNEL, CHANNEL, TAG};
    size_t bytes = 0;
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_rawgeti(L, -1, 1);
    int kind = luaL_checkoption(L, -1, NULL, kinds);
    lua_rawgeti(L, -2, 2);
    lua_Integer group = luaL_checkinteger(L, -1);
    lua_rawgeti(L, -3, 3);
    const char *words = luaL_checklstring(L, -1, &bytes);
    if (group < 1 || group > groups) luaL_error(L, "matcher: there is no group %I", group);
    matcher->group_of[text] = (uint32_t)(group - 1);
    if (text == 0 || matcher->group_of[text - 1] != matcher->group_of[text])
        matcher->first_of[group - 1] = text;
    enum ys_status status =
        ys_matcher_add(matcher->of[subjects[kind]],
                       kind == 2 ? YS_MATCH_ARTIST : YS_MATCH_WORDS, words, bytes, text,
                       (uint32_t)(group - 1), err);
    lua_pop(L, 3);
    return status;
}

int ys_lua_matcher(lua_State *L)
{
    struct ys_error err = {.status = YS_OK};
    lua_Integer groups = luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_argcheck(L, groups >= 0 && groups <= GROUPS_MAX, 1, "too many groups");
    lua_Unsigned texts = lua_rawlen(L, 2);
    luaL_argcheck(L, texts <= YS_MATCHER_TEXTS_MAX, 2, "too many texts");
    struct matcher *matcher = lua_newuserdatauv(L, sizeof *matcher, 0);
    memset(matcher, 0, sizeof *matcher);
    luaL_setmetatable(L, MATCHER_TYPE);
    enum ys_status status = allocate(matcher, (size_t)groups, (size_t)texts, &err);
    for (lua_Unsigned i = 1; status == YS_OK && i <= texts; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i);
        status = add_entry(L, matcher, (uint32_t)(i - 1), groups, &err);
        lua_pop(L, 1);
    }
    for (int i = 0; status == YS_OK && i < SUBJECTS; i++)
        status = ys_matcher_build(matcher->of[i], &err);
    if (status == YS_OK) return 1;
    release(matcher);
    return ys_lua_fail(L, status, &err);
}

/* ------------------------------------------------------------------ scanning */

/* Folds the text at `index` (nothing for another type) and looks at it. */
static void scan_text(lua_State *L, struct matcher *matcher, enum subject subject, int index)
{
    size_t bytes = 0;
    if (lua_type(L, index) != LUA_TSTRING) return;
    const char *text = lua_tolstring(L, index, &bytes);
    if (ys_fold_text(&matcher->fold, text, bytes, NULL) != YS_OK)
        luaL_error(L, "memory ran out while rules were tried");
    ys_matcher_scan(matcher->of[subject], matcher->fold.data, matcher->fold.bytes,
                    matcher->groups, matcher->texts);
}

static void scan_tags(lua_State *L, struct matcher *matcher)
{
    if (lua_type(L, 5) != LUA_TTABLE) return;
    lua_Integer count = (lua_Integer)lua_rawlen(L, 5);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 5, i);
        scan_text(L, matcher, TAG, -1);
        lua_pop(L, 1);
    }
}

static int matcher_scan(lua_State *L)
{
    struct matcher *matcher = check(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 5);
    memset(matcher->groups, 0, matcher->group_words * sizeof *matcher->groups);
    memset(matcher->texts, 0, matcher->text_words * sizeof *matcher->texts);
    if (!ys_matcher_is_empty(matcher->of[TITLE])) scan_text(L, matcher, TITLE, 3);
    if (!ys_matcher_is_empty(matcher->of[CHANNEL])) scan_text(L, matcher, CHANNEL, 4);
    if (!ys_matcher_is_empty(matcher->of[TAG])) scan_tags(L, matcher);
    for (size_t i = 0; i < matcher->group_words; i++) {
        if (matcher->groups[i] == matcher->shown[i]) continue;
        lua_pushinteger(L, (lua_Integer)matcher->groups[i]);
        lua_rawseti(L, 2, (lua_Integer)i + 1);
        matcher->shown[i] = matcher->groups[i];
    }
    return 0;
}

static bool is_found(const struct matcher *matcher, uint32_t text)
{
    return (matcher->texts[text / WORD_BITS] >> (text % WORD_BITS)) & 1;
}

static int matcher_first(lua_State *L)
{
    const struct matcher *matcher = check(L);
    lua_Integer group = luaL_checkinteger(L, 2) - 1;
    luaL_argcheck(L, group >= 0 && group < matcher->group_count, 2, "there is no such group");
    for (uint32_t i = matcher->first_of[group];
         i < matcher->text_count && matcher->group_of[i] == group; i++) {
        if (!is_found(matcher, i)) continue;
        lua_pushinteger(L, (lua_Integer)i + 1);
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

static int matcher_found(lua_State *L)
{
    const struct matcher *matcher = check(L);
    lua_Integer count = 0;
    lua_newtable(L);
    for (uint32_t i = 0; i < matcher->text_count; i++) {
        if (!is_found(matcher, i)) continue;
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

int ys_lua_fold(lua_State *L)
{
    size_t bytes = 0;
    struct ys_fold *fold = lua_newuserdatauv(L, sizeof *fold, 0);
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *text = lua_tolstring(L, 1, &bytes);
    ys_fold_init(fold);
    luaL_setmetatable(L, "ytsync.fold"); /* its memory is given back also when the push raises */
    enum ys_status status = ys_fold_text(fold, text, bytes, NULL);
    if (status != YS_OK) return ys_lua_fail(L, status, NULL);
    lua_pushlstring(L, fold->data, fold->bytes);
    ys_fold_free(fold);
    return 1;
}

static int fold_close(lua_State *L)
{
    ys_fold_free(luaL_checkudata(L, 1, "ytsync.fold"));
    return 0;
}

void ys_lua_match_type(lua_State *L)
{
    static const luaL_Reg methods[] = {{"scan", matcher_scan},
                                       {"first", matcher_first},
                                       {"found", matcher_found},
                                       {NULL, NULL}};
    ys_lua_new_type(L, MATCHER_TYPE, methods, matcher_close);
    ys_lua_new_type(L, "ytsync.fold", NULL, fold_close);
}
