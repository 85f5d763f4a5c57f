/* log.c: what a session notes meanwhile, kept until the script asks for it.
 *
 * The core writes its log while it is at work, where no Lua may run. So lines are copied into a
 * ring; session:log_lines() hands them out afterwards. When the ring is full the oldest goes. */
#include "lua/binding.h"

#include "base/alloc.h"
#include "base/env.h"
#include "base/text.h"

#define LINES_MAX 64
#define LINE_BYTES 512

struct line {
    enum ys_log_level level;
    char text[LINE_BYTES];
};

struct ys_lua_log {
    struct ys_env inner, env;
    struct line lines[LINES_MAX];
    size_t first, count;
};

static int64_t wall_ms(void *ctx)
{
    const struct ys_lua_log *log = ctx;
    return ys_env_wall_ms(&log->inner);
}

static int64_t mono_ms(void *ctx)
{
    const struct ys_lua_log *log = ctx;
    return ys_env_mono_ms(&log->inner);
}

static void sleep_ms(void *ctx, int64_t duration_ms)
{
    const struct ys_lua_log *log = ctx;
    ys_env_sleep_ms(&log->inner, duration_ms);
}

static void random_bytes(void *ctx, void *out, size_t bytes)
{
    const struct ys_lua_log *log = ctx;
    ys_env_random(&log->inner, out, bytes);
}

static void keep(void *ctx, enum ys_log_level level, const char *message)
{
    struct ys_lua_log *log = ctx;
    struct line *line = &log->lines[(log->first + log->count) % LINES_MAX];
    line->level = level;
    (void)ys_copy(line->text, sizeof line->text, message);
    if (log->count < LINES_MAX)
        log->count++;
    else
        log->first = (log->first + 1) % LINES_MAX;
}

struct ys_lua_log *ys_lua_log_new(const struct ys_env *env)
{
    struct ys_lua_log *log = ys_alloc_zero(1, sizeof *log);
    if (!log) return NULL;
    log->inner = ys_env_complete(env);
    log->env = (struct ys_env){.ctx = log,
                               .wall_ms = wall_ms,
                               .mono_ms = mono_ms,
                               .sleep_ms = sleep_ms,
                               .random = random_bytes,
                               .log = keep};
    return log;
}

void ys_lua_log_free(struct ys_lua_log *log)
{
    ys_free(log);
}

const struct ys_env *ys_lua_log_env(const struct ys_lua_log *log)
{
    return &log->env;
}

int ys_lua_log_push(lua_State *L, struct ys_lua_log *log)
{
    static const char *const levels[] = {"debug", "info", "warn"};
    lua_newtable(L);
    for (lua_Integer n = 1; log && log->count > 0; n++) {
        const struct line line = log->lines[log->first];
        lua_createtable(L, 0, 2);
        lua_pushstring(L, levels[line.level]);
        lua_setfield(L, -2, "level");
        lua_pushstring(L, line.text);
        lua_setfield(L, -2, "text");
        lua_rawseti(L, -2, n);
        log->first = (log->first + 1) % LINES_MAX;
        log->count--;
    }
    return 1;
}
