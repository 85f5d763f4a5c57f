--- Reads the command line: VERB [ARGUMENT...] [OPTION...], options anywhere.
-- Pure: words in, a table or a message out.
local suggest = require("ytsync.suggest")

local M = {}

--- Every option: its key in the result, what its value is called (none: a switch), whether it may
--- be given several times (list), and for which verbs it is (nil: all).
M.OPTIONS = {
    ["--accept-old"] = { key = "accept_old" },
    ["--account"] = { key = "account", value = "NAME" },
    ["--client"] = { key = "client", value = "FILE", verbs = { login = true } },
    ["--all"] = { key = "all", verbs = { plan = true, run = true } },
    ["--db"] = { key = "db", value = "FILE" },
    ["--delete"] = { key = "delete" },
    ["--elsewhere"] = { key = "elsewhere", verbs = { log = true } },
    ["--exit-code"] = { key = "exit_code", verbs = { plan = true } },
    ["--failed"] = { key = "failed", verbs = { retry = true } },
    ["--format"] = { key = "format", value = "FORMAT", verbs = { export = true } },
    ["--full"] = { key = "full", verbs = { fetch = true, plan = true, run = true } },
    ["--help"] = { key = "help" },
    ["--job"] = { key = "job", value = "NUMBER", number = true,
        verbs = { log = true, status = true, pause = true, resume = true, cancel = true,
            retry = true } },
    ["--json"] = { key = "json" },
    ["--keep"] = { key = "keep", value = "NUMBER", number = true, verbs = { backup = true } },
    ["--limit"] = { key = "limit", value = "NUMBER", number = true,
        verbs = { find = true, log = true } },
    ["--no-browser"] = { key = "no_browser",
        verbs = { login = true, run = true, restore = true, undo = true, doctor = true } },
    ["--level"] = { key = "level", value = "LEVEL", verbs = { plan = true } },
    ["--max-units"] = { key = "max_units", value = "NUMBER", number = true,
        verbs = { plan = true, run = true } },
    ["--only"] = { key = "only", value = "NAME", list = true,
        verbs = { plan = true, run = true } },
    ["--offline"] = { key = "offline", verbs = { plan = true } },
    ["--out"] = { key = "out", value = "FILE", verbs = { plan = true, export = true } },
    ["--plan"] = { key = "plan", value = "FILE", verbs = { run = true } },
    ["--playlist"] = { key = "playlist", value = "PLAYLIST", list = true,
        verbs = { log = true, export = true } },
    ["--policy"] = { key = "policy", value = "FILE" },
    ["--print"] = { key = "print", verbs = { init = true } },
    ["--probe"] = { key = "probe", verbs = { doctor = true } },
    ["--quota"] = { key = "quota", value = "NUMBER", number = true, verbs = { plan = true } },
    ["--quiet"] = { key = "quiet" },
    ["--since"] = { key = "since", value = "DATE", verbs = { log = true } },
    ["--switch"] = { key = "switch", verbs = { login = true } },
    ["--verbose"] = { key = "verbose" },
    ["--version"] = { key = "version" },
    ["--video"] = { key = "video", value = "VIDEO", verbs = { log = true } },
    ["--wait"] = { key = "wait", verbs = { run = true, restore = true, undo = true } },
    ["--write"] = { key = "write", verbs = { login = true } },
    ["--yes"] = { key = "yes" },
}

local SHORT = { ["-h"] = "--help", ["-q"] = "--quiet", ["-v"] = "--verbose", ["-y"] = "--yes" }

local function option_names()
    local names = {}
    for name in pairs(M.OPTIONS) do -- unordered: sorted below
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

local function read_value(option, name, text)
    if not option.number then
        if text == "" then
            return nil, ("%s needs a %s"):format(name, option.value)
        end
        return text
    end
    local number = text:match("^%d+$") and math.tointeger(tonumber(text))
    if not number or number < 1 then
        return nil, ("%s needs a whole number from 1 up, not '%s'"):format(name, text)
    end
    return number
end

-- One word that begins with a dash. Returns how many words were used, or nil and a message.
local function read_option(result, words, position)
    local word = words[position]
    local name, inline = word:match("^(%-%-[^=]+)=(.*)$")
    name = name or SHORT[word] or word
    local option = M.OPTIONS[name]
    if not option then
        return nil, ("there is no option %s%s"):format(name,
            suggest.hint(name, option_names()))
    end
    if not option.value then
        if inline then
            return nil, ("%s takes no value"):format(name)
        end
        result.options[option.key] = true
        result.given[#result.given + 1] = name
        return 1
    end
    local text = inline or words[position + 1]
    if not text then
        return nil, ("%s needs a %s"):format(name, option.value)
    end
    local value, problem = read_value(option, name, text)
    if value == nil then
        return nil, problem
    end
    if option.list then
        value = table.move({ value }, 1, 1, #(result.options[option.key] or {}) + 1,
            result.options[option.key] or {})
    end
    result.options[option.key] = value
    result.given[#result.given + 1] = name
    return inline and 1 or 2
end

--- Reads the words of a call.
---@param words string[]
---@param verbs string[]  known verbs
---@return {verb: string|nil, arguments: string[], options: table, given: string[]}|nil
---@return string|nil message
---@return string|nil verb  when the message is about one
function M.parse(words, verbs)
    local result = { arguments = {}, options = {}, given = {} }
    local position, only_words = 1, false
    while position <= #words do
        local word = words[position]
        if word == "--" and not only_words then
            only_words = true
            position = position + 1
        elseif word:find("^%-[^%d]") and not only_words then -- "-5" is no option
            local used, problem = read_option(result, words, position)
            if not used then
                return nil, problem
            end
            position = position + used
        else
            if not result.verb then
                result.verb = word
            else
                result.arguments[#result.arguments + 1] = word
            end
            position = position + 1
        end
    end
    if not result.verb then
        return result
    end
    local known = false
    for _, verb in ipairs(verbs) do
        known = known or verb == result.verb
    end
    if not known then
        return nil, ("there is no verb '%s'%s"):format(result.verb,
            suggest.hint(result.verb, verbs))
    end
    for _, name in ipairs(result.given) do
        local only = M.OPTIONS[name].verbs
        if only and not only[result.verb] then
            return nil, ("%s takes no %s"):format(result.verb, name), result.verb
        end
    end
    return result
end

return M
