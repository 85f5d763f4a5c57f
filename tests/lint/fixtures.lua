-- For every rule of .ci/rules: small files that break it (and nothing else does so far), and files
-- beside it that look alike and are right. tests/lint/test_rules.lua writes them to a tree of
-- their own and looks at what is found.
--   { rule, path, bad = text or { text... }, good = text or { text... } }

local C_HEAD = "/* x.c: a fixture. */\n"

local function c(text)
    return C_HEAD .. text .. "\n"
end

local function query(sql)
    return c('static const char sql[] = "' .. sql .. '";')
end

local function lua(text)
    return "-- A fixture.\n" .. text .. "\n"
end

local function lines(count, line)
    return (line .. "\n"):rep(count)
end

return {
    { rule = "file-length", path = "src/base/x.c",
        bad = C_HEAD .. lines(600, "int x;"), good = C_HEAD .. lines(599, "int x;") },
    { rule = "line-length", path = "src/base/x.c",
        bad = c("/* " .. ("a"):rep(96) .. " */"),
        good = { c("/* " .. ("a"):rep(94) .. " */"), c("/* " .. ("ü"):rep(94) .. " */") } },
    { rule = "function-length", path = "src/base/x.c",
        bad = { c("static void f(void)\n{\n" .. lines(68, "    ;") .. "}"),
            c("static void f(int a,\n    int b)\n{\n" .. lines(67, "    ;") .. "}"),
            c("static void f(int a) {\n" .. lines(69, "    ;") .. "}") },
        good = c("static void f(void)\n{\n" .. lines(67, "    ;") .. "}\n\nstatic void g(void)\n{\n"
            .. lines(60, "    ;") .. "}") },
    { rule = "function-length", path = "scripts/ytsync/x.lua",
        bad = lua("local function f()\n" .. lines(69, "    g()") .. "end"),
        good = lua("local function f()\n" .. lines(68, "    g()") .. "end") },
    { rule = "white-space", path = "src/base/x.c",
        bad = { c("int x; "), c("\tint x;"), c("int x;\r"), C_HEAD .. "int x;" },
        good = c("int x;") },
    { rule = "white-space", path = "Makefile", bad = "all: \n", good = "all:\n\ttrue\n" },
    { rule = "machine-path", path = "scripts/ytsync/x.lua",
        bad = { lua('local p = "/' .. 'home/anna/x.db"'), lua("-- see /" .. "root/notes"),
            lua("-- (/" .. "work/main)") },
        good = lua('local p = "~/homework/x" .. "/usr/share/root/x" .. "/home/none/x"') },
    { rule = "head", path = "src/base/x.h", bad = "#ifndef X_H\n", good = C_HEAD },
    { rule = "head", path = "scripts/x.lua", bad = { "local x\n", "#!/usr/bin/env lua5.4\nf()\n" },
        good = { "-- x\n", "#!/usr/bin/env lua5.4\n-- x\n" } },
    { rule = "unordered", path = "scripts/ytsync/x.lua",
        bad = { lua("for k in pairs(t) do f(k) end"), lua("if next(t) then f() end"),
            lua("for k in pairs(t) do f(k) end -- unordered:") },
        good = { lua("for k in pairs(t) do n = n + 1 end -- unordered: only counted"),
            lua("-- unordered: sorted below\nfor k in pairs(t) do f(k) end"),
            lua("for _, v in ipairs(t) do f(v) end") } },

    { rule = "layers", path = "src/net/x.c",
        bad = { c('#include "youtube/client.h"'), c('#include "sim/sim.h"'), c('#include "x.h"'),
            c('#include "lua/core.h"') },
        good = { c('#include "net/x.h"\n#include "base/text.h"\n#include "ytsync.h"'),
            c('#include "store/store.h"') } },
    { rule = "layers", path = "src/sim/x.c",
        bad = { c('#include "store/store.h"'), c('#include "sync/engine.h"') },
        good = c('#include "db/db.h"\n#include "net/transport.h"\n#include "sim/sim.h"') },
    { rule = "layers", path = "src/db/x.c", bad = c('#include "store/store.h"'),
        good = c('#include "db/db.h"') },
    { rule = "layers", path = "src/extras/x.c", bad = c("int x;") },
    { rule = "owners", path = "src/sync/x.c",
        bad = { c("#include <lua.h>"), c("#include <lauxlib.h>"), c("#include <sqlite3.h>"),
            c("#include <curl/curl.h>"), c("#include <microhttpd.h>"), c("#include <lualib.h>"),
            c("#include <openssl/sha.h>"), c("#include <cmocka.h>"), c("#include <lua5.4/lua.h>") },
        good = c("#include <string.h>\n/* #include <sqlite3.h> */") },
    { rule = "owners", path = "src/lua/x.c", bad = c("#include <sqlite3.h>"),
        good = c("#include <lua.h>") },
    { rule = "owners", path = "src/net/curl.c", bad = c("#include <sqlite3.h>"),
        good = c("#include <curl/curl.h>") },
    { rule = "owners", path = "src/net/json.c", bad = c("#include <curl/curl.h>"),
        good = c("#include <sqlite3.h>") },
    { rule = "banned", path = "src/base/x.c",
        bad = { c("int x = sprintf(a, b);"), c("char *x = strcpy(a, b);"), c("x = strcat(a, b);"),
            c("x = strtok(a, b);"), c("x = atoi(a);"), c("x = gets(a);"), c("x = localtime (a);"),
            c("x = system(a);") },
        good = { c("int x = snprintf(a, n, b);"), c("/* sprintf(a) */"), c('x = "atoi(a)";'),
            c("x = file_system(a);"), c("x = env->system(a);") } },
    { rule = "world", path = "src/sync/x.c",
        bad = { c("x = time(NULL);"), c("clock_gettime(a, &b);"), c("sleep(1);"), c("x = rand();"),
            c('printf("x");'), c('fprintf(stderr, "x");') },
        good = { c("x = env->time(env);"), c("x = ys_time(NULL);"), c("f(a.sleep(1));") } },
    { rule = "names", path = "src/base/x.c",
        bad = { c("int f(void)\n{\n}"), c("typedef struct x {\n    int a;\n} x;"),
            c("char *\nf(int a,\n    int b)\n{\n}"),
            c("int f(int a,\n      int b) {\n}"), c("typedef enum { A } x;") },
        good = { c("int ys_f(void)\n{\n}"), c("static int f(void)\n{\n}"),
            c("typedef enum ys_status (*ys_call)(int x);"),
            c("static const char *const names[] = {\n};") } },

    { rule = "names", path = "src/sim/simd_x.c", bad = c("int f(void)\n{\n}"),
        good = c("int simd_f(void)\n{\n}") },

    { rule = "sql-place", path = "src/sync/x.c",
        bad = { query("SELECT a FROM b"), c('x = "INSERT INTO"\n    " b (c) VALUES (1)";'),
            c('struct ys_json *j;\nx = "DELETE FROM b WHERE c = ?1";') },
        good = { query("Select a playlist FROM the list"),
            c('struct ys_json *j;\nx = "SELECT value FROM json_each(?1)";') } },
    { rule = "sql-like", path = "src/store/x.c",
        bad = { query("SELECT a FROM b WHERE c LIKE ?1"),
            c('x = "SELECT a FROM b WHERE c" /* no */\n    " LIKE ?1";') },
        good = { query("SELECT a FROM b WHERE c = 'I LIKE it'"), query("people LIKE this") } },
    { rule = "sql-parameter", path = "src/store/x.c",
        bad = { query("SELECT a FROM b WHERE c = $1"), query("SELECT a FROM b WHERE c = ?"),
            query("INSERT INTO a (b, c) VALUES (?, ?)"), query("SELECT a FROM b WHERE c = :name"),
            query("SELECT a FROM b WHERE c = @name") },
        good = query("SELECT a FROM b WHERE c = ?1 AND d = 'what?'") },
    { rule = "sql-integer", path = "src/store/x.c",
        bad = { query("CREATE TABLE a (b INTEGER NOT NULL)"),
            query("SELECT CAST(a AS INT) FROM b") },
        good = query("CREATE TABLE a (b BIGINT NOT NULL)") },
    { rule = "sql-scalar-max", path = "src/store/x.c",
        bad = { query("SELECT max(a, b) FROM c"), query("SELECT MIN(a, f(b)) FROM c"),
            query("SELECT max(a), max(f(b, c), d) FROM e") },
        good = query("SELECT max(a), min(f(b, c)) FROM d") },
    { rule = "sql-conflict", path = "src/store/x.c",
        bad = { query("INSERT OR IGNORE INTO a (b) VALUES (?1)"),
            query("INSERT INTO a (b) VALUES (?1) ON CONFLICT DO NOTHING") },
        good = query("INSERT INTO a (b) VALUES (?1) ON CONFLICT (b) DO NOTHING") },
    { rule = "sql-id", path = "src/store/x.c",
        bad = { query("SELECT last_insert_rowid() FROM a"), query("SELECT rowid FROM a"),
            query("CREATE TABLE a (b BIGSERIAL)") },
        good = query("CREATE TABLE a (id %ID%)") },
    { rule = "sql-transaction", path = "src/store/x.c",
        bad = { query("BEGIN IMMEDIATE"), query("COMMIT") },
        good = query("SELECT a FROM b WHERE c = 'BEGIN'") },
    { rule = "sql-now", path = "src/store/x.c",
        bad = { query("SELECT CURRENT_TIMESTAMP FROM a"),
            query("UPDATE a SET b = strftime('%s', 'x')"),
            query("SELECT a FROM b ORDER BY random()") },
        good = query("SELECT now_ms FROM a") },
}
