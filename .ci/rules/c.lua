-- Rules about C: layers, who may know which library, banned functions, names, and where the
-- world (clock, sleep, random, printing) comes in.

local source = require "rules.source"

local M = {}

local function rule(name, why, check)
    M[#M + 1] = { name = name, why = why, check = check }
end

-- The layers bottom up, as in src/README.md. Layers of one rank do not know each other, but the
-- simulator implements net's transport.
M.LAYERS = { "base", "db", "store", "net", "youtube", "library", "plan", "sync", "lua" }
local RANK = { sim = 4 }
for i, layer in ipairs(M.LAYERS) do RANK[layer] = i end

-- What the simulator includes: the layers that it needs to stand in for a server.
local SIM_MAY = { sim = true, base = true, db = true, net = true }

local function may_include(from, to)
    if from == "sim" then return SIM_MAY[to] == true end
    if to == "sim" then return RANK[from] > RANK.sim end
    return RANK[to] <= RANK[from]
end

rule("layers", "folders are layers; includes point down", function(file, report)
    if not file.layer or not file.code_lines then return end
    if not RANK[file.layer] then
        report(1, "src/" .. file.layer .. " is no layer")
        return
    end
    if file.path:find("^src/sim/simd[%w_]*%.[ch]$") then return end
    for i, line in ipairs(file.lines) do
        local path = line:match('^%s*#%s*include%s*"([^"]+)"')
        local layer = path and path:match("^(%w+)/[%w_]+%.h$")
        if path and path ~= "ytsync.h" and not (layer and RANK[layer]) then
            report(i, ('include "%s" is not written from src ("layer/file.h")'):format(path))
        elseif layer and not may_include(file.layer, layer) then
            report(i, ("src/%s includes %s: %s is not below it"):format(file.layer, path, layer))
        end
    end
end)

local LUA_USERS = { "^src/lua/", "^tests/lua/host%.c$", "^tests/support/lua_world%.[ch]$" }
-- Which files may include which system header; a name is a Lua pattern for the path.
local OWNERS = {
    { "lua%.h$", "Lua", LUA_USERS },
    { "^lauxlib%.h$", "Lua", LUA_USERS },
    { "^lualib%.h$", "Lua", LUA_USERS },
    { "^sqlite3%.h$", "SQLite", { "^src/db/sqlite[%w_]*%.[ch]$", "^src/net/json%.c$", "^tests/" } },
    { "^curl/", "libcurl", { "^src/net/curl%.c$", "^tests/" } },
    { "^microhttpd%.h$", "libmicrohttpd", { "^src/sim/simd[%w_]*%.c$", "^tests/" } },
    { "^utf8proc%.h$", "utf8proc", { "^src/base/fold%.c$", "^tests/" } },
    { "^openssl/", "libcrypto", { "^src/base/", "^src/net/oauth%.c$", "^tests/" } },
    { "^zip%.h$", "libzip", { "^src/library/takeout_zip%.c$", "^tests/" } },
    { "^cmocka%.h$", "cmocka", { "^tests/" } },
}

rule("owners", "one place knows each library", function(file, report)
    if not file.code_lines then return end
    for i, line in ipairs(file.lines) do
        local header = line:match('^%s*#%s*include%s*[<"]([^>"]+)[>"]')
        for _, owner in ipairs(OWNERS) do
            if header and header:find(owner[1]) then
                local allowed = false
                for _, path in ipairs(owner[3]) do
                    allowed = allowed or file.path:find(path) ~= nil
                end
                if not allowed then report(i, "this file may not know " .. owner[2]) end
            end
        end
    end
end)

-- calls: does a line of code call the function of that name (not a field or a longer name)?
local function calls(line, name)
    local from = line:find("%f[%w_]" .. name .. "%s*%(")
    if not from then return false end
    local before = line:sub(1, from - 1)
    return not before:find("[.]%s*$") and not before:find("->%s*$")
end

local BANNED = {
    sprintf = "snprintf", vsprintf = "vsnprintf", strcpy = "ys_copy", strcat = "ys_buffer",
    strncpy = "ys_copy", strncat = "ys_buffer", strtok = "a loop with strcspn",
    strtok_r = "a loop with strcspn", atoi = "strtoll with its checks",
    atol = "strtoll with its checks", atoll = "strtoll with its checks",
    atof = "strtod with its checks", gets = "fgets", localtime = "base/time.h",
    localtime_r = "base/time.h", mktime = "base/time.h", system = "posix_spawn",
    tmpnam = "mkstemp", alloca = "ys_alloc",
}
local BANNED_NAMES = {}
for name in pairs(BANNED) do BANNED_NAMES[#BANNED_NAMES + 1] = name end
table.sort(BANNED_NAMES)

rule("banned", "functions that cannot be used safely", function(file, report)
    for i, line in ipairs(file.code_lines or {}) do
        for _, name in ipairs(BANNED_NAMES) do
            if calls(line, name) then
                report(i, ("%s is not used here; use %s"):format(name, BANNED[name]))
            end
        end
    end
end)

local WORLD = { "time", "clock_gettime", "gettimeofday", "clock", "sleep", "usleep", "nanosleep",
    "clock_nanosleep", "rand", "srand", "random", "srandom", "getrandom", "arc4random",
    "RAND_bytes", "printf", "vprintf", "puts", "putchar", "perror" }
-- env.c and sim/clock.c are such environments; error.c prints the broken invariant it dies of.
local WORLD_FILES = { "^src/base/env%.c$", "^src/base/clockfile%.c$", "^src/base/error%.c$",
    "^src/sim/clock%.c$", "^src/sim/simd[%w_]*%.c$" }

rule("world", "clock, sleep, chance and printing are in struct ys_env", function(file, report)
    if not file.layer or file.kind ~= "c" then return end
    for _, path in ipairs(WORLD_FILES) do
        if file.path:find(path) then return end
    end
    for i, line in ipairs(file.code_lines) do
        for _, name in ipairs(WORLD) do
            if calls(line, name) then report(i, name .. " is called outside of struct ys_env") end
        end
        if line:find("%f[%w_]stderr%f[^%w_]") or line:find("%f[%w_]stdout%f[^%w_]") then
            report(i, "printing is the caller's")
        end
    end
end)

rule("names", "ys_ for what other files see, no typedef of structs", function(file, report)
    if not file.layer or not file.code_lines then return end
    for i, line in ipairs(file.code_lines) do
        local of = line:match("^%s*typedef%s+(%l+)%s")
        if (of == "struct" or of == "enum" or of == "union") and not line:find("(", 1, true) then
            report(i, "structs and enums keep their tags: no typedef")
        end
    end
    if file.kind ~= "c" then return end
    for _, f in ipairs(source.functions(file)) do
        local known = f.name:find("^ys_") or f.name == "main" or f.name:find("^luaopen_")
            or (f.name:find("^simd_") and file.path:find("^src/sim/simd"))
        if not f.static and not known then
            report(f.line, f.name .. " is neither static nor named ys_")
        end
    end
end)

return M
