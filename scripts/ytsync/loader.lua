--- Loads a policy file: in the language (ytsync.language), or as a program that returns
-- y.policy { ... }. The words of the language are there from the start; nothing has to be required
-- or returned. Whatever is wrong comes back as a message with the file's name and the line.
local fields = require("ytsync.fields")
local language = require("ytsync.language")
local mistakes = require("ytsync.mistakes")
local policies = require("ytsync.policy")
local rules = require("ytsync.rules")
local sandbox = require("ytsync.sandbox")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

-- A policy file larger than this is something else.
local FILE_BYTES_MAX = 4 * 1024 * 1024

-- What a policy file sees of a module: the words alone, and an error for any other.
local function facade(names)
    local out = {}
    for _, name in ipairs(names) do
        out[name] = policies[name]
    end
    return setmetatable(out, {
        __metatable = false,
        __index = function(_, name)
            where.fail(where.here(), ("there is no y.%s%s"):format(tostring(name),
                suggest.hint(tostring(name), names)))
        end,
    })
end

local function policy_require(name)
    if name == "ytsync.policy" then
        return facade({ "policy", "category", table.unpack(rules.names) })
    elseif name == "ytsync.rules" then
        return facade(rules.names)
    end
    where.fail(where.here(), ("a policy can require 'ytsync.policy' and 'ytsync.rules' only, "
        .. "not '%s'"):format(tostring(name)))
end

-- A file in the table form that returned no policy.
local function explain_result(file, result)
    if result == nil then
        local called = file.text:find("y%.policy%s*[{(]") or file.text:find("%f[%w]policy%s*{")
        if called then
            return file.name .. ": the file returns nothing; write return before y.policy { ... }"
        elseif file.text:find("ytsync.policy", 1, true) then
            return file.name .. ": the file returns nothing; it must end with "
                .. "return y.policy { ... }"
        end
        return file.name .. ': there is no playlist in it: playlist "Jazz" { title "jazz" }'
    end
    return ("%s: the file returns %s; it must end with return y.policy { ... }"):format(file.name,
        fields.shown(result))
end

-- Runs the chunk; returns a policy, or nil and a message. Raises a user's mistake.
local function run_chunk(chunk, file, collector)
    local result = (chunk())
    if policies.is_policy(result) then
        if collector.count > 0 then
            where.fail({ file = file.name }, "the file says its playlists in two ways, as "
                .. "statements and by returning y.policy { ... }; keep one of them")
        end
        return result
    end
    if collector.count > 0 and result == nil then
        return collector:policy()
    end
    return nil, explain_result(file, result)
end

-- Loads a text with words of its own; finish gets the chunk's results.
local function load_with(text, name, options, finish)
    options = options or {}
    local collector = language.new()
    local words = {}
    for _, source in ipairs({ options.functions or {}, collector.words }) do
        for word, fn in pairs(source) do -- unordered: copied one by one
            words[word] = fn
        end
    end
    local env = sandbox.environment({
        require = policy_require,
        print = options.print,
        words = words,
    })
    local chunk, problem = sandbox.compile(text, name, env)
    if not chunk then
        return nil, mistakes.explain(text, name, problem), "policy_error"
    end
    local file = { source = "@" .. name, name = name, text = text, keys = where.index(text) }
    local ok, result, message = where.during(file, sandbox.run, options.limit or sandbox.LOAD_LIMIT,
        function()
            return finish(chunk, file, collector)
        end)
    if not ok then
        return nil, tostring(result), "policy_error", message -- the traceback
    end
    if not result then
        return nil, message, "policy_error"
    end
    return result
end

--- Loads a policy from its text.
---@param text string
---@param name string  how messages call the file, "policy.lua"
---@param options {print: (fun(...: any))|nil, limit: integer|nil,
---  functions: table<string, function>|nil}|nil  functions: a program's own, as further words
---@return ytsync.Policy|nil
---@return string|nil message  "policy.lua:12: ..."
---@return string|nil status  "policy_error"
---@return string|nil traceback
function M.load_text(text, name, options)
    local policy, message, status, trace = load_with(text, name, options, run_chunk)
    if not policy then
        return nil, message, status, trace
    end
    policy.text, policy.name = text, name
    policy.hash = require("ytsync.core").sha256(text)
    return policy
end

--- Loads one rule as it would stand in a playlist: title "jazz", all { ... }.
---@param text string
---@return ytsync.Matcher|nil
---@return string|nil message
---@return string|nil status  "policy_error"
---@return string|nil traceback
function M.load_rule(text)
    local rule, message, status, trace = load_with("return " .. text, "rule", nil,
        function(chunk)
            local result = (chunk())
            if not rules.is_matcher(result) then
                return nil, ("rule:1: %s is no rule; write one such as title \"jazz\" or "
                    .. "all { title \"live\", longer_than \"30 min\" }"):format(text)
            end
            return result
        end)
    return rule, message, status, trace
end

--- Loads a policy file.
---@param path string
---@param options {print: (fun(...: any))|nil, limit: integer|nil,
---  functions: table<string, function>|nil}|nil  functions: a program's own, as further words
---@return ytsync.Policy|nil
---@return string|nil message
---@return string|nil status  "policy_error", or "not_found" when there is no such file
---@return string|nil traceback
function M.load_file(path, options)
    local handle, problem = io.open(path, "rb")
    if not handle then
        return nil, ("there is no policy at %s (%s)"):format(path, (problem:gsub("^.*: ", ""))),
            "not_found"
    end
    local text
    text, problem = handle:read(FILE_BYTES_MAX + 1)
    handle:close()
    if not text then
        return nil, ("the policy %s %s"):format(path,
            problem and ("cannot be read (%s)"):format(problem) or "is empty"), "policy_error"
    end
    if #text > FILE_BYTES_MAX then
        return nil, ("the policy %s is larger than 4 MiB"):format(path), "policy_error"
    end
    return M.load_text(text, path:match("[^/]+$") or path, options)
end

return M
