--- Policies: which playlists there should be and which videos belong to them.
--
--     local y = require "ytsync.policy"
--     return y.policy {
--         old = "keep",
--         categories = {
--             y.category "Jazz" { from = { "Jazz", "smooth" }, when = y.title "jazz" },
--         },
--     }
--
-- Everything is checked while the file loads, with its file and line; a key that is not known
-- is never silently ignored. What a policy says is tried on a library by ytsync.target.
local rules = require("ytsync.rules")
local sandbox = require("ytsync.sandbox")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

-- YouTube's limits (ytsync.h: YS_TITLE_CODEPOINTS_MAX, YS_DESCRIPTION_CODEPOINTS_MAX).
local TITLE_CODEPOINTS_MAX = 150
local DESCRIPTION_CODEPOINTS_MAX = 5000
-- A policy file larger than this is something else.
local FILE_BYTES_MAX = 4 * 1024 * 1024
-- Playlists on one channel stay below this by far.
local CATEGORIES_MAX = 1000

local PRIVACIES = { "private", "unlisted", "public" }
local OLD = { "keep", "reuse", "delete" }
local SEVERAL = { "first", "all" }
local GONE = { "keep", "forget" }

---@class ytsync.Category
---@field key string  stable name, unique in the policy
---@field title string  the playlist's title
---@field description string|false  false: not the policy's business
---@field privacy string|false  false: the policy's default for a new playlist
---@field playlist_id string|false  the playlist to use whatever its title
---@field matchers ytsync.Matcher[]
---@field place {file: string|nil, line: integer|nil}
local Category = { __name = "ytsync.Category" }

-- y.category "Name" without its { ... } yet.
local Unfinished = { __name = "ytsync.Category, unfinished" }

---@class ytsync.Policy
---@field privacy string  for new playlists: "private" (default), "unlisted", "public"
---@field privacy_given boolean  whether the policy said so itself
---@field old "keep"|"reuse"|"delete"
---@field several "first"|"all"
---@field otherwise string  "leave", "drop" or a category's key
---@field gone "keep"|"forget"
---@field channel string|false  id or title
---@field sources string[]  titles or ids; empty: all playlists
---@field never_touch string[]  titles or ids
---@field categories ytsync.Category[]
---@field on_error (fun(op: table, err: table): string)|false
---@field hash string  SHA-256 of the text, "" for a policy that a program built
---@field text string|false
---@field name string|false  how messages call the file
---@field places table<string, table>  where each key is written
local Policy = { __name = "ytsync.Policy" }

local function sorted_keys(object)
    local keys = {}
    for key in pairs(object) do -- unordered: sorted below
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
        return tostring(a) < tostring(b)
    end)
    return keys
end

local function shown(value)
    if type(value) == "string" then
        return "'" .. value .. "'"
    end
    if type(value) == "number" or type(value) == "boolean" then
        return tostring(value)
    end
    return "a " .. type(value)
end

local function any_of(list)
    return "'" .. table.concat(list, "', '") .. "'"
end

local function choice(values, key, value)
    for _, allowed in ipairs(values) do
        if value == allowed then
            return value
        end
    end
    local hint = type(value) == "string" and suggest.hint(value, values) or ""
    where.fail(where.here(key), ("%s is %s, but can be %s%s"):format(key, shown(value),
        any_of(values), hint))
end

local function trim(text)
    return (text:match("^%s*(.-)%s*$"))
end

-- YouTube refuses a text in which a < is followed by a >.
local function check_text(key, text, codepoints_max)
    local place = where.here(key)
    local length = utf8.len(text)
    if not length then
        where.fail(place, key .. " is not UTF-8; save the file as UTF-8")
    end
    if length > codepoints_max then
        where.fail(place, ("%s has %d characters; YouTube takes at most %d"):format(key, length,
            codepoints_max))
    end
    if text:find("<.*>") then
        where.fail(place, ("%s holds < and >, which YouTube refuses"):format(key))
    end
    if text:find("%z") then
        where.fail(place, key .. " holds a NUL character")
    end
    return text
end

local function want_string(key, value)
    if type(value) ~= "string" then
        where.fail(where.here(key), ("%s must be a text, not %s"):format(key, shown(value)))
    end
    return value
end

-- A text or a plain list of texts.
local function names(key, value)
    local place = where.here(key)
    if type(value) == "string" then
        value = { value }
    elseif type(value) ~= "table" or rules.is_matcher(value) then
        where.fail(place, ("%s must be a list of titles or ids, not %s"):format(key,
            shown(value)))
    end
    local out = {}
    for _, name in ipairs(value) do
        if type(name) ~= "string" or trim(name) == "" then
            where.fail(place, ("%s: entry %d is %s, not a title or id"):format(key, #out + 1,
                type(name) == "string" and "empty" or shown(name)))
        end
        out[#out + 1] = name
    end
    for other in pairs(value) do -- unordered: the first stray key is as good as any
        if math.type(other) ~= "integer" or other < 1 or other > #out then
            where.fail(place, ("%s must be a plain list, but it has the key '%s'"):format(key,
                tostring(other)))
        end
    end
    return out
end

local function title_of(key, value)
    local title = trim(want_string(key, value))
    if title == "" then
        where.fail(where.here(key), "the title of a playlist cannot be empty")
    end
    return check_text(key, title, TITLE_CODEPOINTS_MAX)
end

local CATEGORY_READERS = {
    description = function(value)
        return check_text("description", want_string("description", value),
            DESCRIPTION_CODEPOINTS_MAX)
    end,
    from = function(value)
        return rules.origin(value, where.here("from"))
    end,
    playlist = function(value)
        return want_string("playlist", value)
    end,
    privacy = function(value)
        return choice(PRIVACIES, "privacy", value)
    end,
    title = function(value)
        return title_of("title", value)
    end,
    when = function(value)
        return rules.as_matcher(value, "when", where.here("when"))
    end,
}

-- Reads the fields of a table by their readers; `what` names the table in messages.
local function read_fields(body, readers, what)
    local known = sorted_keys(readers)
    local out, places = {}, {}
    for _, key in ipairs(sorted_keys(body)) do
        if type(key) ~= "string" then
            local value = body[key]
            local hint = rules.is_matcher(value) and "; write when = ... before it"
                or getmetatable(value) == Category and "; write categories = { ... } around it"
                or "; write a name and = before it"
            where.fail(where.here(), ("%s has a value without a name%s"):format(what, hint))
        end
        local reader = readers[key]
        if not reader then
            where.fail(where.here(key), ("unknown key '%s' in %s%s"):format(key, what,
                suggest.hint(key, known)))
        end
        out[key] = reader(body[key])
        places[key] = where.here(key)
    end
    return out, places
end

local function finish_category(unfinished, body)
    local name = unfinished.name
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), ("category '%s' takes a table: y.category %q { ... }"):format(
            name, name))
    end
    local fields = read_fields(body, CATEGORY_READERS, ("category '%s'"):format(name))
    local matchers = {}
    matchers[#matchers + 1] = fields.from
    matchers[#matchers + 1] = fields.when
    return setmetatable({
        key = name,
        title = fields.title or name,
        description = fields.description or false,
        privacy = fields.privacy or false,
        playlist_id = fields.playlist or false,
        matchers = matchers,
        place = where.here(),
    }, Category)
end
Unfinished.__call = finish_category

--- Begins a category: y.category "Name" { from =, when =, privacy =, title =, description =,
--- playlist = }. A video belongs to it when it was ever seen in a playlist of `from`, or when
--- `when` (a rule, or a function that gets the video's table) says so.
---@param name string  its stable name; also the playlist's title unless `title` is given
---@return fun(body: table): ytsync.Category
function M.category(name)
    if type(name) ~= "string" then
        where.fail(where.here(), ("y.category takes a name first: y.category \"Jazz\" { ... }, "
            .. "not %s"):format(shown(name)))
    end
    return setmetatable({ name = title_of("the name of a category", name) }, Unfinished)
end

local function read_categories(list)
    local place = where.here("categories")
    if type(list) ~= "table" or getmetatable(list) ~= nil then
        where.fail(place, "categories must be a list: categories = { y.category ... }")
    end
    local keys, titles, out = {}, {}, {}
    for position = 1, #list do
        local category = list[position]
        if getmetatable(category) == Unfinished then
            where.fail(place, ("category '%s' has a name and no rules: y.category %q { ... }")
                :format(category.name, category.name))
        elseif getmetatable(category) ~= Category then
            where.fail(place, ("categories: entry %d is %s, not a y.category \"Name\" { ... }")
                :format(position, shown(category)))
        end
        if keys[category.key] then
            where.fail(category.place, ("two categories are called '%s'"):format(category.key))
        elseif titles[category.title] then
            where.fail(category.place, ("categories '%s' and '%s' have one title, '%s'"):format(
                titles[category.title], category.key, category.title))
        end
        keys[category.key], titles[category.title] = category, category.key
        out[position] = category
    end
    for key in pairs(list) do -- unordered: the first stray key is as good as any
        if math.type(key) ~= "integer" or key < 1 or key > #out then
            where.fail(place, ("categories must be a plain list, but it has the key '%s'"):format(
                tostring(key)))
        end
    end
    if #out > CATEGORIES_MAX then
        where.fail(place, ("there are more than %d categories"):format(CATEGORIES_MAX))
    end
    return out
end

local function read_channel(value)
    local channel = trim(want_string("channel", value))
    if channel == "" or channel:sub(1, 1) == "@" then
        where.fail(where.here("channel"), "channel takes the channel's id (UC...) or its title, "
            .. "not a handle")
    end
    return channel
end

local POLICY_READERS = {
    categories = read_categories,
    channel = read_channel,
    gone = function(value)
        return choice(GONE, "gone", value)
    end,
    never_touch = function(value)
        return names("never_touch", value)
    end,
    old = function(value)
        return choice(OLD, "old", value)
    end,
    on_error = function(value)
        if type(value) ~= "function" then
            where.fail(where.here("on_error"), "on_error must be a function, not "
                .. shown(value))
        end
        return value
    end,
    otherwise = function(value)
        return want_string("otherwise", value)
    end,
    privacy = function(value)
        return choice(PRIVACIES, "privacy", value)
    end,
    several = function(value)
        return choice(SEVERAL, "several", value)
    end,
    sources = function(value)
        return names("sources", value)
    end,
}

local function check_otherwise(otherwise, categories)
    if otherwise == "leave" or otherwise == "drop" then
        return otherwise
    end
    local candidates = { "leave", "drop" }
    for _, category in ipairs(categories) do
        if category.key == otherwise then
            return otherwise
        end
        candidates[#candidates + 1] = category.key
    end
    where.fail(where.here("otherwise"), ("otherwise is '%s', which is no category%s (it can also "
        .. "be 'leave' or 'drop')"):format(otherwise, suggest.hint(otherwise, candidates)))
end

--- A policy. Keys: categories (list), privacy (of new playlists; default "private"), old
--- ("keep" (default) | "reuse" | "delete": what may happen to the playlists there were before),
--- otherwise ("leave" (default) | "drop" | a category: videos that no category wants), several
--- ("first" (default) | "all": a video that several want), gone ("keep" (default) | "forget":
--- private and deleted videos), sources (only videos of these playlists are sorted and only
--- these may be given up; default: all), never_touch, channel (id or title), on_error
--- (function (op, err) return "retry" | "skip" | "pause" | "fail" end).
---@param body table
---@return ytsync.Policy
function M.policy(body)
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), "y.policy takes a table: return y.policy { ... }")
    end
    local fields, places = read_fields(body, POLICY_READERS, "the policy")
    local categories = fields.categories
    if not categories or #categories == 0 then
        where.fail(where.here(), "the policy has no categories: categories = { y.category "
            .. "\"Jazz\" { when = y.title \"jazz\" } }")
    end
    local otherwise = check_otherwise(fields.otherwise or "leave", categories)
    for _, category in ipairs(categories) do
        if #category.matchers == 0 and category.key ~= otherwise then
            where.fail(category.place, ("category '%s' has neither from nor when, so no video "
                .. "can get into it"):format(category.key))
        end
    end
    return setmetatable({
        privacy = fields.privacy or "private",
        privacy_given = fields.privacy ~= nil,
        old = fields.old or "keep",
        several = fields.several or "first",
        otherwise = otherwise,
        gone = fields.gone or "keep",
        channel = fields.channel or false,
        sources = fields.sources or {},
        never_touch = fields.never_touch or {},
        categories = categories,
        on_error = fields.on_error or false,
        hash = "",
        text = false,
        name = false,
        places = places,
    }, Policy)
end

--- True for what y.policy returns.
---@param value any
---@return boolean
function M.is_policy(value)
    return getmetatable(value) == Policy
end

local MATCHERS = { "title", "channel", "tag", "from", "any", "all", "none" }
for _, name in ipairs(MATCHERS) do
    M[name] = rules[name]
end

-- What a policy file sees of a module: the words alone, and an error for any other.
local function facade(words)
    local out = {}
    for _, name in ipairs(words) do
        out[name] = M[name]
    end
    return setmetatable(out, {
        __metatable = false,
        __index = function(_, name)
            where.fail(where.here(), ("there is no y.%s%s"):format(tostring(name),
                suggest.hint(tostring(name), words)))
        end,
    })
end

local function policy_require(name)
    if name == "ytsync.policy" then
        return facade({ "policy", "category", table.unpack(MATCHERS) })
    elseif name == "ytsync.rules" then
        return facade(MATCHERS)
    end
    where.fail(where.here(), ("a policy can require 'ytsync.policy' and 'ytsync.rules' only, "
        .. "not '%s'"):format(tostring(name)))
end

local function explain_result(file, result)
    if result == nil then
        local called = file.text:find("y%.policy") or file.text:find("policy%s*{")
        return file.name .. ": the file returns nothing; " .. (called
            and "write return before y.policy { ... }"
            or "it must end with return y.policy { ... }")
    end
    return ("%s: the file returns %s; it must end with return y.policy { ... }"):format(file.name,
        shown(result))
end

--- Loads a policy from its text.
---@param text string
---@param name string  how messages call the file, "policy.lua"
---@param options {print: (fun(...: any))|nil, limit: integer|nil}|nil
---@return ytsync.Policy|nil
---@return string|nil message  "policy.lua:12: ..."
---@return string|nil status  "policy_error"
---@return string|nil traceback
function M.load_text(text, name, options)
    options = options or {}
    local env = sandbox.environment({ require = policy_require, print = options.print })
    local chunk, problem = sandbox.compile(text, name, env)
    if not chunk then
        return nil, problem, "policy_error"
    end
    local file = { source = "@" .. name, name = name, text = text, keys = where.index(text) }
    local ok, result, trace = where.during(file, sandbox.run, options.limit or sandbox.LOAD_LIMIT,
        function()
            return (chunk())
        end)
    if not ok then
        return nil, tostring(result), "policy_error", trace
    end
    if not M.is_policy(result) then
        return nil, explain_result(file, result), "policy_error"
    end
    result.text, result.name = text, name
    result.hash = require("ytsync.core").sha256(text)
    return result
end

--- Loads a policy file.
---@param path string
---@param options {print: (fun(...: any))|nil, limit: integer|nil}|nil
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
    local text = handle:read(FILE_BYTES_MAX + 1)
    handle:close()
    if not text then
        return nil, ("the policy %s is empty or cannot be read"):format(path), "policy_error"
    end
    if #text > FILE_BYTES_MAX then
        return nil, ("the policy %s is larger than 4 MiB"):format(path), "policy_error"
    end
    return M.load_text(text, path:match("[^/]+$") or path, options)
end

return M
