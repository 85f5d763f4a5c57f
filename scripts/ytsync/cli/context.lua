--- What every verb of the command works with: the options, the outside world, the session, the
--- policy, and one way to say things, ask things and fail.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local call_options = require("ytsync.cli.options")
local policies = require("ytsync.policy")
local progress = require("ytsync.progress")
local text = require("ytsync.text")
local where = require("ytsync.where")
local ytsync = require("ytsync")

local M = {}

local ACCOUNT_BYTES_MAX = 32
-- Written at the first Ctrl-C, over the line of progress.
local STOPPING = "\r\27[KStopping: what is under way is finished first. Ctrl-C again stops at "
    .. "once.\n"

--- The world outside: everything that tests replace.
---@class ytsync.World
---@field command string  the command as the user called it, "lua5.4 scripts/sync.lua"
---@field folder string|nil  where sync.lua lies
---@field script string|nil  sync.lua itself
---@field interpreter string|nil  what runs it
---@field getenv fun(name: string): string|nil
---@field out fun(text: string)  standard output
---@field err fun(text: string)  standard error
---@field read_line fun(): string|nil  standard input
---@field isatty fun(fd: integer): boolean
---@field columns (fun(fd: integer): integer|nil)|nil  how wide the terminal is

-- A line of the policy that is shown under a message.
local EXCERPT_COLUMNS = 100

---@class ytsync.Context
---@field options table
---@field arguments string[]
---@field verb string
---@field given string[]  names of the options, as they were given
---@field world ytsync.World
local Context = {}
Context.__index = Context

local function given(value)
    return value ~= nil and value ~= "" and value or nil
end

---@param parsed table  from cli.options
---@param world ytsync.World
---@return ytsync.Context
function M.new(parsed, world)
    local self = setmetatable({
        options = parsed.options,
        arguments = parsed.arguments,
        verb = parsed.verb,
        given = parsed.given,
        world = world,
    }, Context)
    self.progress = progress.new({
        write = world.err,
        terminal = world.isatty(2),
        quiet = parsed.options.quiet or false,
        verbose = parsed.options.verbose or false,
        columns = world.columns and world.columns(2) or nil,
        -- https://no-color.org: any value but the empty one.
        colour = not given(world.getenv("NO_COLOR")) and world.getenv("TERM") ~= "dumb",
    })
    return self
end

-- ------------------------------------------------------------------ saying things

-- On a terminal, sentences are broken to its width; commands stay on one line, to be copied.
local function shown(self, message, fd)
    message = text.safe_lines(message)
    if not self.world.isatty(fd) then
        return message
    end
    local lines, columns = {}, math.max(40, self.world.columns and self.world.columns(fd) or 80)
    for line in (message .. "\n"):gmatch("(.-)\n") do
        if text.width(line) > columns and not line:find(self.world.command, 1, true) then
            line = text.wrap(line, columns, line:match("^ *"))
        end
        lines[#lines + 1] = line
    end
    return table.concat(lines, "\n")
end

--- A result: to standard output, unless the result is JSON.
---@param message string
function Context:say(message)
    if not self.options.json then
        self.progress:clear()
        self.world.out(shown(self, message, 1) .. "\n")
    end
end

--- A remark beside the result: to standard error, unless --quiet.
---@param message string
function Context:remark(message)
    self.progress:line(shown(self, message, 2))
end

--- The result as JSON, when --json was given.
---@param value any
function Context:json(value)
    if self.options.json then
        self.progress:clear()
        self.world.out(json.encode(value, true) .. "\n")
    end
end

local function quoted(word)
    return word:find("^[%w%./_~-]+$") and word or "'" .. word:gsub("'", "'\\''") .. "'"
end
Context.quoted = quoted

--- The command line for a verb as the user would type it, with the files that were named.
---@param words string
---@return string
function Context:command(words)
    local line = self.world.command .. " " .. words
    for _, key in ipairs({ "account", "db", "policy" }) do
        local value = self.options[key]
        if value then
            line = line .. " --" .. key .. " " .. quoted(value)
        end
    end
    return line
end

--- The call itself, to be made once more.
---@return string
function Context:again()
    local words, seen = { self.verb }, { ["--account"] = true, ["--db"] = true,
        ["--policy"] = true }
    for _, argument in ipairs(self.arguments) do
        words[#words + 1] = quoted(argument)
    end
    for _, name in ipairs(self.given) do
        if not seen[name] then
            local option = call_options.OPTIONS[name]
            local value = self.options[option.key]
            for _, one in ipairs(option.list and value or { value }) do
                words[#words + 1] = name
                words[#words + 1] = option.value and quoted(tostring(one)) or nil
            end
            seen[name] = true
        end
    end
    return self:command(table.concat(words, " "))
end

--- The engine names commands as `run`; people are shown them as they would type them.
---@param message string
---@return string
function Context:with_commands(message)
    return (message:gsub("`(%l[%l%d%s%.-]*[%u%l%d%s-]*)`", function(words)
        return "`" .. self:command(words) .. "`"
    end))
end

--- Says what went wrong, and what mends it. Returns the exit code.
---@param message string
---@param name string|nil  status name
---@param trace string|nil  shown with -v only
---@param remedy string|nil  instead of the usual one for this status
---@param details table|nil  members of the error besides, for programs (--json)
---@return integer
function Context:fail(message, name, trace, remedy, details)
    self.progress:clear()
    local getenv = self.world.getenv
    if not remedy and (name == "auth_error" or name == "no_token")
        and not given(getenv("YTSYNC_ACCESS_TOKEN")) then
        remedy = self.verb == "login" and "" or "Then go on with: " .. self:again()
    end
    local hint = remedy or exits.remedy(name, function(words)
        return words == "again" and self:again() or self:command(words)
    end)
    message = self:with_commands(tostring(message))
    self.world.err(shown(self, "ytsync: " .. text.sentence(message), 2) .. "\n")
    local line = name == "policy_error" and self.policy_text
        and where.excerpt(self.policy_text, message)
    if line then
        self.world.err(text.cut(line, EXCERPT_COLUMNS) .. "\n")
    end
    if hint and hint ~= "" then
        self.world.err(shown(self, hint, 2) .. "\n")
    end
    if trace and self.options.verbose then
        self.world.err(text.safe_lines(trace) .. "\n")
    end
    if self.options.json then
        local failure = { name = name or "failed", message = message }
        for key, value in pairs(details or {}) do -- unordered: into a table by name
            failure[key] = value
        end
        self.world.out(json.encode({ error = failure }, true) .. "\n")
    end
    return exits.code(name)
end

--- A call that makes no sense. Returns the exit code.
---@param message string
---@return integer
function Context:usage(message)
    return self:fail(message, "usage", nil, ("See: %s help %s"):format(self.world.command,
        self.verb))
end

--- Asks a yes-or-no question on the terminal. Nil when there is none to ask on.
---@param question string
---@return boolean|nil
function Context:ask(question)
    if not (self.world.isatty(0) and self.world.isatty(2)) then
        return nil
    end
    self.progress:clear()
    self.world.err(shown(self, question, 2) .. " [y/N] ")
    local answer = self.world.read_line()
    if not answer then
        self.world.err("\n") -- the end of input, or Ctrl-C, ended no line
    end
    return answer ~= nil and answer:lower():find("^%s*y") ~= nil
end

-- ------------------------------------------------------------------ files

local function in_folder(getenv, variable, fallback, name)
    local base = getenv(variable)
    if not base or base:sub(1, 1) ~= "/" then -- XDG: a relative path is to be ignored
        local home = getenv("HOME")
        if not home or home == "" then
            return nil
        end
        base = home .. fallback
    end
    return base .. "/ytsync/" .. name
end

--- Where the policy is: --policy, YTSYNC_POLICY, or the XDG config folder.
---@return string|nil
function Context:policy_path()
    local getenv = self.world.getenv
    return self.options.policy or given(getenv("YTSYNC_POLICY"))
        or in_folder(getenv, "XDG_CONFIG_HOME", "/.config", "policy.lua")
end

--- Where the command that is told of a job is kept.
---@return string|nil
function Context:notify_path()
    return in_folder(self.world.getenv, "XDG_CONFIG_HOME", "/.config", "notify.json")
end

--- Where the database is: --db, YTSYNC_DB, or the XDG data folder.
---@return string|nil
function Context:db_path()
    local getenv = self.world.getenv
    return self.options.db or given(getenv("YTSYNC_DB"))
        or in_folder(getenv, "XDG_DATA_HOME", "/.local/share", "library.db")
end

--- True when there is something of that name.
---@param path string
---@return boolean
function Context:exists(path)
    return core.exists(path)
end

--- True when there is a token, or a sign-in that is kept.
---@return boolean
function Context:signed_in()
    local getenv = self.world.getenv
    local kept = in_folder(getenv, "XDG_DATA_HOME", "/.local/share", "accounts/"
        .. (self.options.account or "default") .. ".json")
    return given(getenv("YTSYNC_ACCESS_TOKEN")) ~= nil
        or given(getenv("YTSYNC_TOKEN_COMMAND")) ~= nil or (kept ~= nil and core.exists(kept))
end

--- A file below ytsync's folder for data.
---@param name string
---@return string|nil
function Context:data_path(name)
    return in_folder(self.world.getenv, "XDG_DATA_HOME", "/.local/share", name)
end

--- The name of the account, "default" unless --account says otherwise.
---@return string|nil
---@return integer|nil code
function Context:account()
    local name = self.options.account or "default"
    if not name:find("^[%w][%w_-]*$") or #name > ACCOUNT_BYTES_MAX then
        return nil, self:usage(("an account's name has 1 to %d letters, digits, '-' and '_', not "
            .. "'%s'"):format(ACCOUNT_BYTES_MAX, name))
    end
    return name
end

--- The simulator's clock file, when there is one.
---@return string|nil
function Context:clock()
    return given(self.world.getenv("YTSYNC_CLOCK"))
end

--- True when the database file is there.
---@return boolean
function Context:has_database()
    local path = self:db_path()
    return path ~= nil and core.exists(path)
end

local function folder_of(path)
    local folder = path:match("^(.*)/[^/]*$") or "."
    return folder == "" and "/" or folder
end
M.folder_of = folder_of

--- Opens the session, once.
---@param options {must_exist: boolean|nil}|nil
---@return ytsync.Session|nil
---@return integer|nil code  the exit code, after the error was said
function Context:open(options)
    local path = self:db_path()
    if not path then
        return nil, self:fail("there is no place for the database: HOME is not set", "usage", nil,
            "Name the file with --db FILE.")
    end
    if options and options.must_exist and not core.exists(path) then
        return nil, self:fail(("there is no database at %s"):format(path), "no_database", nil,
            ("Read your library first: %s\nOr, without an account, from an export: %s"):format(
                self:command("fetch"), self:command("import takeout PATH")))
    end
    if not self.options.db and not core.exists(path) then
        core.mkdir_p(folder_of(path)) -- a failure shows when the database is opened
    end
    local account, code = self:account()
    if not account then
        return nil, code
    end
    local signin = self:data_path("accounts/" .. account .. ".json")
    local getenv = self.world.getenv
    local session, message, name = ytsync.open({
        db = path,
        token = given(getenv("YTSYNC_ACCESS_TOKEN")),
        api_url = given(getenv("YTSYNC_API_URL")),
        signin = signin,
        token_command = given(getenv("YTSYNC_TOKEN_COMMAND")),
        clock = self:clock(),
        must_exist = options and options.must_exist or false,
        accept_old = self.options.accept_old or false,
    })
    if not session then
        return nil, self:fail(message, name)
    end
    self.session = session
    core.on_interrupt(session.core, self.progress.terminal and STOPPING or nil)
    self.progress.now = function()
        return session:now()
    end
    return session
end

--- Closes the session, if one was opened.
function Context:close()
    if self.session then
        self.session:close()
        self.session = nil
    end
end

-- ------------------------------------------------------------------ the policy

-- The starter policy: beside sync.lua in a checkout, in share/ytsync when installed.
local function starter_hint(self, path)
    for _, folder in ipairs({ "/policies", "/../share/ytsync/policies" }) do
        local starter = (self.world.folder or ".") .. folder .. "/starter.lua"
        if core.exists(starter) then
            local place = folder_of(path)
            return ("Write one from your library: %s\nOr begin with the small one: %scp '%s' '%s'")
                :format(self:command("init"), core.exists(place) and ""
                    or ("mkdir -p '%s' && "):format(place), starter, path)
        end
    end
    return "Write one there, or name another with --policy FILE."
end

-- The text of a file, or nil.
local function content_of(path)
    local file = io.open(path, "rb")
    local content = file and file:read("a")
    if file then
        file:close()
    end
    return content
end

--- Loads the policy.
---@return ytsync.Policy|nil
---@return integer|nil code  the exit code, after the error was said
function Context:load_policy()
    local path = self:policy_path()
    if not path then
        return nil, self:fail("there is no place for the policy: HOME is not set", "usage", nil,
            "Name the file with --policy FILE.")
    end
    local policy, message, name, trace = policies.load_file(path, {
        print = function(...)
            local words = table.pack(...)
            for position = 1, words.n do
                words[position] = tostring(words[position])
            end
            self:remark(table.concat(words, "\t"))
        end,
    })
    if policy then
        self.policy_text = policy.text
        return policy
    end
    if name == "not_found" then
        return nil, self:fail(message, "no_policy", nil, starter_hint(self, path))
    end
    self.policy_text = content_of(path)
    return nil, self:fail(message, name, trace, ("Mend %s, then try it with: %s"):format(path,
        self:command("check")))
end

return M
