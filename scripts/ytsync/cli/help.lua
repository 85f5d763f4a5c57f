--- `help`: the verbs, or one of them.
local exits = require("ytsync.cli.exits")
local suggest = require("ytsync.suggest")

local M = {}

local OPTIONS = [[
Options for all verbs:
  --db FILE       the database (YTSYNC_DB; default in the XDG data folder)
  --policy FILE   the policy (YTSYNC_POLICY; default in the XDG config folder)
  --account NAME  another sign-in than "default" (it needs a database of its own)
  --yes, -y       answer the first question with yes
  --delete        answer the question before playlists are deleted with yes
  --json          the result as JSON on standard output
  --quiet, -q     no progress and no remarks
  -v, --verbose   every operation, and tracebacks
  --accept-old    take a database that is an old copy
Environment: YTSYNC_DB, YTSYNC_POLICY; YTSYNC_ACCESS_TOKEN or YTSYNC_TOKEN_COMMAND instead of a
sign-in; YTSYNC_BROWSER (a program that opens addresses); YTSYNC_CA_FILE (the CAs to believe,
instead of the system's); YTSYNC_API_URL (https, or http on this machine only), YTSYNC_CLOCK (a
simulator's clock, with an API on this machine only).
Exit codes: 0 done or in order; 1 failed; 2 plan --exit-code: changes; 64 wrong call, or a question
without a terminal; 65 policy or data; 75 paused, waiting, or another one is at work; 77 sign-in.]]

-- Verbs in the order in which people meet them; one that is in no group comes last.
local GROUPS = {
    { "Start", { "demo", "import", "init", "login", "fetch" } },
    { "Every day", { "plan", "run", "pause", "resume", "retry", "schedule", "watch" } },
    { "Look", { "status", "check", "find", "export", "explain", "log", "quota", "show",
        "receipt" } },
    { "Safety", { "cancel", "backup", "restore", "undo", "doctor", "logout", "forget", "config",
        "help" } },
}

-- The verbs of a group that there are; takes them off the list of those that are left.
local function members(names, by_name)
    local out = {}
    for _, name in ipairs(names) do
        if by_name[name] then
            out[#out + 1] = by_name[name]
            by_name[name] = nil
        end
    end
    return out
end

local function group_lines(lines, title, verbs)
    if #verbs == 0 then
        return
    end
    lines[#lines + 1] = title
    for _, verb in ipairs(verbs) do
        lines[#lines + 1] = ("  %-9s %s"):format(verb.name, verb.definition.summary)
    end
    lines[#lines + 1] = ""
end

--- The overview.
---@param command string
---@param verbs {name: string, definition: table}[]
---@return string
function M.overview(command, verbs)
    local lines = {
        "ytsync puts a YouTube library in order, by a policy that you write.",
        "",
        ("Usage: %s VERB [OPTIONS]      (without a verb: where things stand, and what is next)")
            :format(command),
        "",
    }
    local by_name, left = {}, {}
    for _, verb in ipairs(verbs) do
        by_name[verb.name] = verb
    end
    for _, group in ipairs(GROUPS) do
        group_lines(lines, group[1], members(group[2], by_name))
    end
    for _, verb in ipairs(verbs) do
        left[#left + 1] = by_name[verb.name]
    end
    group_lines(lines, "More", left)
    lines[#lines + 1] = OPTIONS
    return table.concat(lines, "\n")
end

--- One verb.
---@param command string
---@param definition table
---@return string
function M.verb(command, definition)
    local lines = { ("Usage: %s %s"):format(command, definition.usage), "", definition.help }
    for position, example in ipairs(definition.examples or {}) do
        lines[#lines + 1] = position == 1 and "\nExamples:" or nil
        lines[#lines + 1] = ("  %s %s"):format(command, example[1])
        lines[#lines + 1] = "      " .. example[2]
    end
    return table.concat(lines, "\n")
end

local function hint(name, verbs)
    local names = {}
    for position, verb in ipairs(verbs) do
        names[position] = verb.name
    end
    return suggest.hint(name, names)
end

--- The definition of `help` itself; `find` gives a verb's definition by name, `all` lists them.
---@param find fun(name: string): table|nil
---@param all fun(): table[]
---@return table
function M.definition(find, all)
    return {
        usage = "help [VERB]",
        summary = "this overview, or more about a verb",
        help = "Shows what a verb does, or all verbs.",
        run = function(ctx)
            local name = ctx.arguments[1]
            local definition = name and find(name)
            if name and not definition then
                return ctx:fail(("there is no verb '%s'%s"):format(name, hint(name, all())),
                    "usage", nil, ("See: %s help"):format(ctx.world.command))
            end
            local page = definition and M.verb(ctx.world.command, definition)
                or M.overview(ctx.world.command, all())
            ctx.world.out(page .. "\n")
            return exits.OK
        end,
    }
end

return M
