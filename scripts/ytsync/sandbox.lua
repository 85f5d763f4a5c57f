--- Runs what a user wrote: as text only, in an environment of its own, with a limit on how many
--- instructions it may take.
--
-- The limits are kept by ytsync.core (src/lua/guard.c): instructions, CPU time and memory. A limit
-- that was reached ends everything up to M.run: pcall, which is ours, passes its error on. Patterns
-- are matched by a matcher that counts its steps. What could run without the limits stays outside
-- the environment: coroutines (a hook belongs to one), xpcall (a message handler runs while hooks
-- are off) and setmetatable (so do finalizers). What works in C for long is charged for.
-- Values reach text through methods too, ("x"):rep(...), so the metatable of strings shows the
-- environment's string functions while a user's code runs.
local core = require("ytsync.core")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

--- Instructions that loading a policy file may take (some tenths of a second).
M.LOAD_LIMIT = 10000000
--- Instructions that one call of a function in a policy may take.
M.CALL_LIMIT = 2000000
-- Memory that loading a file, or one call of a function, may keep at a time.
local BYTES_MAX = 32 * 1024 * 1024
-- And all calls under one guard together: so much, and what the results for each video may take.
local BYTES_TOTAL_MAX = 2 * BYTES_MAX
local BYTES_PER_VIDEO = 1024
-- Longest text that string.rep may make.
local REPEAT_BYTES_MAX = 1024 * 1024
-- Steps of table.concat and table.unpack, which loop in C.
local SPAN_MAX = 100000

--- What the error says, after the place, when a limit was reached; by what it was.
M.EXHAUSTED = {
    time = "it ran for too long and was stopped (an endless loop?)",
    pattern = "a search pattern took too long and was stopped (too many of * + - in it?)",
    memory = "it used too much memory and was stopped (a text or a list that grows without "
        .. "end?)",
}

local NO_FILES = "; a policy cannot read or write files, or start programs"
-- What is kept away, and why.
local OUT_OF_REACH = { io = NO_FILES, os = NO_FILES, dofile = NO_FILES, loadfile = NO_FILES }

local function copy(from, names)
    local out = {}
    for name in names:gmatch("%S+") do
        out[name] = from[name]
    end
    return out
end

local function safe_string()
    local s = copy(string, "byte char format len lower pack packsize reverse sub unpack upper")
    for name, fn in pairs(core.patterns) do -- unordered: copied one by one
        s[name] = fn
    end
    function s.rep(text, times, separator)
        local bytes = (#text + #(separator or "")) * times
        if bytes > REPEAT_BYTES_MAX then
            error("string.rep: the result would be longer than 1 MiB", 2)
        end
        return string.rep(text, times, separator)
    end
    return s
end

-- Functions of `table` that loop in C, charged by how far.
local function safe_table()
    local t = copy(table, "pack")
    local function spanning(name)
        local fn = table[name]
        t[name] = function(list, ...)
            local first, last = select(name == "concat" and 2 or 1, ...)
            local span = (last or #list) - (first or 1)
            if span > SPAN_MAX then
                error("table." .. name .. ": more than 100,000 elements", 2)
            end
            core.charge(span // 1)
            return fn(list, ...)
        end
    end
    spanning("concat")
    spanning("unpack")
    for _, name in ipairs({ "insert", "remove" }) do
        local fn = table[name]
        t[name] = function(list, at, ...)
            local inside = math.type(at) == "integer" and (name == "remove" or select("#", ...) > 0)
            core.charge(inside and #list - at or 0)
            return fn(list, at, ...)
        end
    end
    function t.sort(list, ...)
        if #list > SPAN_MAX then
            error("table.sort: more than 100,000 elements", 2)
        end
        core.charge(#list * 20)
        return table.sort(list, ...)
    end
    return t
end

local function safe_utf8()
    local u = copy(utf8, "char charpattern codepoint codes")
    for _, name in ipairs({ "len", "offset" }) do
        local fn = utf8[name]
        u[name] = function(text, ...)
            core.charge(#text // 8)
            return fn(text, ...)
        end
    end
    return u
end

local ORDER = { boolean = 1, number = 2, string = 3 }

local function before(a, b)
    local first, second = ORDER[type(a)] or 4, ORDER[type(b)] or 4
    if first ~= second or first == 4 then
        return first < second
    end
    if type(a) == "boolean" then
        return a and not b
    end
    return a < b
end

-- Lua's own pairs walks in an order that differs from start to start; a policy must mean the
-- same each time.
local function sorted_pairs(object)
    if type(object) ~= "table" then
        error("pairs: a table is needed, not a " .. type(object), 2)
    end
    local keys = {}
    for key in next, object do -- unordered: sorted below
        keys[#keys + 1] = key
    end
    core.charge(#keys * 20)
    table.sort(keys, before)
    local position = 0
    return function()
        position = position + 1
        local key = keys[position]
        if key ~= nil then
            return key, object[key]
        end
    end
end

--- A new environment. Names that are there keep their meaning; a script's own are added.
---@param options {require: (fun(name: string): any), print: (fun(...: any))|nil,
---  words: table<string, any>|nil}
---@return table environment  reading a name that it lacks raises, with a suggestion
function M.environment(options)
    local base = copy(_G, "assert error ipairs select tonumber tostring type _VERSION")
    base.pairs = sorted_pairs
    base.pcall = core.pcall
    base.string = safe_string()
    base.table = safe_table()
    base.utf8 = safe_utf8()
    base.math = copy(math, "abs ceil floor fmod huge max maxinteger min mininteger modf sqrt "
        .. "tointeger type ult")
    base.require = options.require
    base.print = options.print or function() end
    for name, word in pairs(options.words or {}) do -- unordered: copied one by one
        base[name] = word
    end
    local names = {}
    for name in pairs(base) do -- unordered: sorted below
        names[#names + 1] = name
    end
    table.sort(names)
    local env = {}
    base._G = env
    return setmetatable(env, {
        __metatable = false,
        __index = function(_, name)
            local value = base[name]
            if value == nil and type(name) == "string" then
                where.fail(where.here(), ("unknown word '%s'%s"):format(name,
                    OUT_OF_REACH[name] or suggest.hint(name, names)))
            end
            return value
        end,
        __newindex = function(_, name, value)
            if options.words and options.words[name] then
                where.fail(where.here(), ("%s is a word of the language; it stands inside of "
                    .. "braces or without =, and a name of your own must be another one"):format(
                    name))
            end
            rawset(env, name, value)
        end,
    })
end

local string_metatable = getmetatable("")
local plain_strings = safe_string()

-- "policy.lua:3: ", the innermost of the frames that is the user's.
local function place_of(frames)
    for _, frame in ipairs(frames) do
        if not where.is_own(frame[1]) then
            return ("%s:%d: "):format(frame[1], frame[2])
        end
    end
    return ""
end

local function finish(trace, ok, ...)
    if ok then
        return true, ...
    end
    local problem, why, frames = ...
    if why then
        local text = place_of(frames) .. M.EXHAUSTED[why]
        return false, text, text
    end
    return false, problem, trace or tostring(problem)
end

--- A limit that is being kept; guard:reset() gives the next call its full share again.
---@class ytsync.Guard
---@field reset fun(self)

--- Calls body(guard, ...) under the limits.
---@param limit integer|{instructions: integer, videos: integer}  instructions; how many videos are
---  tried under this guard, whose results need memory
---@param body fun(guard: ytsync.Guard, ...: any): any
---@param ... any  for body
---@return boolean ok
---@return any ...  the results, or the error (with the traceback as a third value)
function M.run(limit, body, ...)
    local arguments = table.pack(...)
    local trace = nil
    local function handler(problem)
        trace = debug.traceback(tostring(problem), 2)
        return problem
    end
    local methods = string_metatable.__index
    string_metatable.__index = plain_strings
    local many = type(limit) == "table" and limit or { instructions = limit, videos = 0 }
    local results = table.pack(core.guarded({
        instructions = many.instructions,
        bytes = BYTES_MAX,
        bytes_total = BYTES_TOTAL_MAX + many.videos * BYTES_PER_VIDEO,
    }, handler, function(guard)
        return body(guard, table.unpack(arguments, 1, arguments.n))
    end))
    string_metatable.__index = methods
    return finish(trace, table.unpack(results, 1, results.n))
end

--- Compiles a text (never precompiled code) for an environment.
---@param text string
---@param name string  how messages call the file
---@param env table
---@return function|nil chunk
---@return string|nil message  "policy.lua:12: ..."
function M.compile(text, name, env)
    if text:sub(1, 3) == "\u{FEFF}" then
        text = text:sub(4)
    end
    if text:sub(1, 1) == "\27" then
        return nil, name .. ": this is compiled Lua code; a policy is a text"
    end
    if text:sub(1, 1) == "#" then
        text = "--" .. text
    end
    return load(text, "@" .. name, "t", env)
end

return M
