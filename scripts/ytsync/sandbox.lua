--- Runs what a user wrote: as text only, in an environment of its own, with a limit on how many
--- instructions it may take.
--
-- The limit is a count hook. A hook that raises once can be swallowed by pcall, so after the
-- limit has been reached the hook fires on every instruction and no pcall helps. The hook itself
-- fails where the stack is nearly full; its error then ends every loop but one that calls pcall,
-- so pcall is ours, and counts. What could run without the hook stays outside the environment:
-- coroutines (a hook belongs to one), xpcall (a message handler runs while hooks are off) and
-- setmetatable (so do finalizers).
-- Values reach text through methods too, ("x"):rep(...), so the metatable of strings shows the
-- environment's string functions while a user's code runs.
-- Known limits: a hook does not reach into a C function, so one costly pattern can still take
-- long; memory is not limited.
local suggest = require("ytsync.suggest")

local M = {}

--- Instructions that loading a policy file may take (about a second).
M.LOAD_LIMIT = 20000000
--- Instructions that one call of a function in a policy may take.
M.CALL_LIMIT = 2000000
-- Instructions between two looks at the limit.
local STEP = 1000
-- What a pcall counts for, in instructions.
local PCALL_COST = 2000
-- Longest text that string.rep may make.
local REPEAT_BYTES_MAX = 1024 * 1024
-- Steps of table.concat and table.unpack, which loop in C.
local SPAN_MAX = 100000

--- What the error says, after the place, when the limit has been reached.
M.EXHAUSTED = "it ran for too long and was stopped (an endless loop?)"

-- The limit that is being kept just now, nil for none.
local current = nil

local function copy(from, names)
    local out = {}
    for name in names:gmatch("%S+") do
        out[name] = from[name]
    end
    return out
end

local function safe_string()
    local s = copy(string, "byte char find format gmatch gsub len lower match pack packsize "
        .. "reverse sub unpack upper")
    function s.rep(text, times, separator)
        local bytes = (#text + #(separator or "")) * times
        if bytes > REPEAT_BYTES_MAX then
            error("string.rep: the result would be longer than 1 MiB", 2)
        end
        return string.rep(text, times, separator)
    end
    return s
end

local function safe_table()
    local t = copy(table, "insert pack remove sort")
    local function spanning(name)
        local fn = table[name]
        t[name] = function(list, ...)
            local first, last = select(name == "concat" and 2 or 1, ...)
            if (last or #list) - (first or 1) > SPAN_MAX then
                error("table." .. name .. ": more than 100,000 elements", 2)
            end
            return fn(list, ...)
        end
    end
    spanning("concat")
    spanning("unpack")
    return t
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

local OWN = debug.getinfo(1, "S").source

-- "policy.lua:3: " of what runs just now; "" when that is not known.
local function place_of_user()
    for level = 3, 6 do
        local info = debug.getinfo(level, "Sl")
        if not info then
            return ""
        elseif info.source ~= OWN and info.currentline > 0 then
            return ("%s:%d: "):format(info.short_src, info.currentline)
        end
    end
    return ""
end

local function unless_exhausted(guard, ...)
    if guard and guard.tripped then
        error(guard.tripped .. M.EXHAUSTED, 0)
    end
    return ...
end

local function counting_pcall(...)
    local guard = current
    if guard then
        guard.left = guard.left - PCALL_COST
        guard.tripped = guard.tripped or guard.left <= 0 and place_of_user()
        unless_exhausted(guard)
    end
    return unless_exhausted(guard, pcall(...))
end

--- A new environment.
---@param options {require: (fun(name: string): any), print: (fun(...: any))|nil}
---@return table environment  reading a name that it lacks raises, with a suggestion
function M.environment(options)
    local env = copy(_G, "assert error ipairs select tonumber tostring type _VERSION")
    env.pairs = sorted_pairs
    env.pcall = counting_pcall
    env.string = safe_string()
    env.table = safe_table()
    env.utf8 = copy(utf8, "char charpattern codepoint codes len offset")
    env.math = copy(math, "abs ceil floor fmod huge max maxinteger min mininteger modf sqrt "
        .. "tointeger type ult")
    env.os = copy(os, "date time")
    env.require = options.require
    env.print = options.print or function() end
    env._G = env
    local names = {}
    for name in pairs(env) do -- unordered: sorted below
        names[#names + 1] = name
    end
    table.sort(names)
    return setmetatable(env, {
        __metatable = false,
        __index = function(_, name)
            if type(name) ~= "string" then
                return nil
            end
            error(("unknown word '%s'%s"):format(name, suggest.hint(name, names)), 2)
        end,
    })
end

--- A limit that is being kept; `reset` gives the next call its full share again.
---@class ytsync.Guard
---@field limit integer
---@field left integer
---@field tripped string|false  where it was when the limit was reached, "policy.lua:3: "
local Guard = {}
Guard.__index = Guard

function Guard:reset()
    self.left = self.limit
end

local string_metatable = getmetatable("")

local guarded

-- The hook after the limit was reached: it fires on every instruction and ends whatever runs,
-- until we are back in guarded() itself.
local function trip()
    if debug.getinfo(2, "f").func == guarded then
        debug.sethook()
        return
    end
    error(M.EXHAUSTED, 0)
end

-- Runs body(guard) under the limit. Returns true and its results, or false and the error.
-- `convert` turns an error into what is returned, with the stack still there (traceback).
function guarded(limit, strings, convert, body)
    local guard = setmetatable({ limit = limit, left = limit, tripped = false }, Guard)
    local function tick()
        guard.left = guard.left - STEP
        if guard.left <= 0 and debug.getinfo(2, "f").func ~= guarded then
            guard.tripped = place_of_user()
            debug.sethook(trip, "", 1)
            error(M.EXHAUSTED, 0)
        end
    end
    local hook, mask, count = debug.gethook()
    local methods, outer = string_metatable.__index, current
    current = guard
    string_metatable.__index = strings
    debug.sethook(tick, "", STEP)
    local results = table.pack(xpcall(body, convert, guard))
    debug.sethook(hook, mask, count)
    string_metatable.__index = methods
    current = outer
    if guard.tripped then
        return false, guard.tripped .. M.EXHAUSTED
    end
    return table.unpack(results, 1, results.n)
end

local plain_strings = safe_string()

--- Calls body(guard, ...) under a limit.
---@param limit integer  instructions
---@param body fun(guard: ytsync.Guard, ...: any): any
---@return boolean ok
---@return any ...  the results, or the error (with the traceback as a third value)
function M.run(limit, body, ...)
    local arguments = table.pack(...)
    local trace = nil
    local function convert(problem)
        trace = debug.traceback(tostring(problem), 2)
        return problem
    end
    local results = table.pack(guarded(limit, plain_strings, convert, function(guard)
        return body(guard, table.unpack(arguments, 1, arguments.n))
    end))
    if not results[1] then
        return false, results[2], trace or tostring(results[2])
    end
    return table.unpack(results, 1, results.n)
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
