--- The command: reads the call, finds the verb, runs it. Returns the exit code; never exits.
local core = require("ytsync.core")
local context = require("ytsync.cli.context")
local exits = require("ytsync.cli.exits")
local guide = require("ytsync.cli.guide")
local help = require("ytsync.cli.help")
local job = require("ytsync.cli.job")
local options = require("ytsync.cli.options")
local logout = require("ytsync.cli.logout")
local restore = require("ytsync.cli.restore")
local text = require("ytsync.text")

local VERBS = {
    { name = "demo", definition = require("ytsync.cli.demo") },
    { name = "login", definition = require("ytsync.cli.login") },
    { name = "check", definition = require("ytsync.cli.check") },
    { name = "import", definition = require("ytsync.cli.import") },
    { name = "init", definition = require("ytsync.cli.init") },
    { name = "find", definition = require("ytsync.cli.find") },
    { name = "export", definition = require("ytsync.cli.export") },
    { name = "explain", definition = require("ytsync.cli.explain") },
    { name = "fetch", definition = require("ytsync.cli.fetch") },
    { name = "plan", definition = require("ytsync.cli.plan") },
    { name = "run", definition = require("ytsync.cli.run") },
    { name = "schedule", definition = require("ytsync.cli.schedule") },
    { name = "pause", definition = job.pause },
    { name = "resume", definition = job.resume },
    { name = "cancel", definition = job.cancel },
    { name = "retry", definition = job.retry },
    { name = "status", definition = require("ytsync.cli.status") },
    { name = "log", definition = require("ytsync.cli.log") },
    { name = "backup", definition = require("ytsync.cli.backup") },
    { name = "restore", definition = restore.restore },
    { name = "undo", definition = restore.undo },
    { name = "quota", definition = require("ytsync.cli.quota") },
    { name = "doctor", definition = require("ytsync.cli.doctor") },
    { name = "config", definition = require("ytsync.cli.config") },
    { name = "logout", definition = logout.logout },
    { name = "forget", definition = logout.forget },
}

local function find(name)
    for _, verb in ipairs(VERBS) do
        if verb.name == name then
            return verb.definition
        end
    end
    return nil
end

VERBS[#VERBS + 1] = { name = "help", definition = help.definition(find, function()
    return VERBS
end) }

-- Verbs that take further words.
local WITH_ARGUMENTS = { backup = true, cancel = true, config = true, explain = true,
    export = true,
    find = true, help = true, import = true, pause = true, restore = true, resume = true,
    retry = true, schedule = true, undo = true }

local function system_world()
    return {
        command = "ytsync",
        getenv = os.getenv,
        out = function(message)
            local ok, why = io.stdout:write(message)
            if ok then
                ok, why = io.stdout:flush() -- what goes to standard error must not overtake it
            end
            return ok ~= nil, why
        end,
        err = function(message)
            io.stderr:write(message)
        end,
        read_line = function()
            return io.stdin:read("l")
        end,
        isatty = core.isatty,
        columns = core.columns,
    }
end

local function names()
    local out = {}
    for position, verb in ipairs(VERBS) do
        out[position] = verb.name
    end
    return out
end

-- Runs a verb; a mistake of ours is caught here, so that the session is closed and the user gets
-- a sentence.
local function perform(ctx, definition)
    local trace = nil
    local ok, code = xpcall(definition.run, function(problem)
        trace = debug.traceback(tostring(problem), 2)
        return problem
    end, ctx)
    if not ok then
        code = ctx:fail("internal error: " .. tostring(code), "internal_error", trace,
            "This is a bug in ytsync; with -v it shows where.")
    end
    ctx:close()
    return code
end

--- Runs the command.
---@param words string[]  the words of the call
---@param replaced table|nil  members of the world (see cli.context) that differ
---@return integer code
return function(words, replaced)
    local world = system_world()
    for key, value in pairs(replaced or {}) do -- unordered: members are copied one by one
        world[key] = value
    end
    local parsed, problem, verb = options.parse(words, names())
    if not parsed then
        world.err(("ytsync: %s%s\nSee: %s help%s\n"):format(text.safe(problem),
            problem:find("?", -1, true) and "" or ".", world.command, verb and " " .. verb or ""))
        return exits.USAGE
    end
    if parsed.options.version then
        world.out("ytsync " .. core.version .. "\n")
        return exits.OK
    end
    local definition = parsed.verb and find(parsed.verb)
    if parsed.options.help then
        world.out((definition and help.verb(world.command, definition)
            or help.overview(world.command, VERBS)) .. "\n")
        return exits.OK
    end
    local ctx = context.new(parsed, world)
    if not parsed.verb then
        return perform(ctx, guide)
    end
    if #parsed.arguments > 0 and not WITH_ARGUMENTS[parsed.verb] then
        return ctx:usage(("%s takes no more words, but '%s' was given"):format(parsed.verb,
            parsed.arguments[1]))
    end
    return perform(ctx, definition)
end
