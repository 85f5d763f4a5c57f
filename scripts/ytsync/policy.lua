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
-- This is the form for programs, and what the language of policy files (ytsync.language) comes down
-- to. Everything is checked while it is built, with file and line; a key that is not known is never
-- silently ignored. What a policy says is tried on a library by ytsync.target; files are read by
-- ytsync.loader.
local fields = require("ytsync.fields")
local orders = require("ytsync.order")
local rules = require("ytsync.rules")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

-- YouTube's limits (ytsync.h: YS_TITLE_CODEPOINTS_MAX, YS_DESCRIPTION_CODEPOINTS_MAX).
local TITLE_CODEPOINTS_MAX = 150
local DESCRIPTION_CODEPOINTS_MAX = 5000
-- Playlists on one channel stay below this by far.
local CATEGORIES_MAX = 1000
-- More than anybody has saved.
local NEWEST_MAX = 1000000
local PRIORITY_MAX = 1000

local PRIVACIES = { "private", "unlisted", "public" }
local OLD = { "keep", "reuse", "delete" }
local SEVERAL = { "first", "all" }
local GONE = { "keep", "list", "forget" }

---@class ytsync.Category
---@field key string  stable name, unique in the policy
---@field title string  the playlist's title
---@field description string|false  false: not the policy's business
---@field privacy string|false  false: the policy's default for a new playlist
---@field playlist_id string|false  the playlist to use whatever its title
---@field order string|false  one of ytsync.order's words; false: nothing is moved
---@field id_key string  how the policy writes that: "playlist", "id" in the language
---@field ways ytsync.Matcher[]  any of them lets a video in
---@field but_not ytsync.Matcher[]  and none of these may hold
---@field everywhere boolean  also when another category has the video already
---@field was string[]  titles or ids: the playlist that carries it, while none has its title
---@field keep_newest {most: integer, place: table}|false  older ones are dropped
---@field priority integer  the higher is finished first
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
---@field gone "keep"|"list"|"forget"
---@field leave_alone ytsync.Matcher[]  videos that stay where they are
---@field channel string|false  id or title
---@field sources string[]  titles or ids; empty: all playlists
---@field inbox string[]  titles or ids
---@field limits {units: integer|nil, takeouts: integer|nil, deletes: integer|nil}
---@field never_touch string[]  titles or ids
---@field mentioned boolean  only playlists that the policy mentions may be given up or carried on
---@field give_up string[]  titles or ids: further playlists that count as mentioned
---@field expects table[]  what `check` tries
---@field categories ytsync.Category[]
---@field on_error (fun(op: table, err: table): string)|false
---@field hash string  SHA-256 of the text, "" for a policy that a program built
---@field text string|false
---@field name string|false  how messages call the file
---@field places table<string, table>  where each key is written
local Policy = { __name = "ytsync.Policy" }

local function title_of(key, value)
    local title = fields.trim(fields.want_string(key, value))
    if title == "" then
        where.fail(where.here(key), "the title of a playlist cannot be empty")
    end
    return fields.check_text(key, title, TITLE_CODEPOINTS_MAX)
end

-- A rule or a list of rules.
local function rule_list(key, value)
    local place = where.here(key)
    if type(value) ~= "table" or rules.is_matcher(value) then
        return { rules.as_matcher(value, key, place) }
    end
    local out = {}
    for position, rule in ipairs(value) do
        out[position] = rules.as_matcher(rule, ("%s, entry %d,"):format(key, position), place)
    end
    if #out == 0 then
        where.fail(place, key .. " is empty; it would say nothing")
    end
    return out
end
M.rule_list = rule_list

--- The readers of a category's keys; the language takes those that it has words for.
---@type table<string, fun(value: any): any>
M.category_readers = {
    but_not = function(value)
        return rule_list("but_not", value)
    end,
    description = function(value)
        return fields.check_text("description", fields.want_string("description", value),
            DESCRIPTION_CODEPOINTS_MAX)
    end,
    everywhere = function(value)
        return fields.want_boolean("everywhere", value)
    end,
    from = function(value)
        return rules.origin(value, where.here("from"))
    end,
    keep_newest = function(value)
        return { most = fields.want_integer("keep_newest", value, 1, NEWEST_MAX),
            place = where.here("keep_newest") }
    end,
    order = function(value)
        return fields.choice(orders.WORDS, "order", value)
    end,
    playlist = function(value)
        return fields.want_string("playlist", value)
    end,
    priority = function(value)
        return fields.want_integer("priority", value, -PRIORITY_MAX, PRIORITY_MAX)
    end,
    privacy = function(value)
        return fields.choice(PRIVACIES, "privacy", value)
    end,
    title = function(value)
        return title_of("title", value)
    end,
    was = function(value)
        return fields.names("was", value)
    end,
    when = function(value)
        return rules.as_matcher(value, "when", where.here("when"))
    end,
}

--- Builds a category from what its readers returned.
---@param name string
---@param body table
---@param ways ytsync.Matcher[]
---@param place table
---@return ytsync.Category
function M.build_category(name, body, ways, place)
    return setmetatable({
        key = name,
        title = body.title or name,
        description = body.description or false,
        privacy = body.privacy or false,
        playlist_id = body.playlist or false,
        order = body.order or false,
        id_key = body.id_key or "playlist",
        ways = ways,
        but_not = body.but_not or {},
        everywhere = body.everywhere or false,
        was = body.was or {},
        keep_newest = body.keep_newest or false,
        priority = body.priority or 0,
        place = place,
    }, Category)
end

-- What a value without a key was probably meant to be.
local function stray_value(what)
    return function(value)
        local hint = rules.is_matcher(value) and "; write when = ... before it"
            or getmetatable(value) == Category and "; write categories = { ... } around it"
            or "; write a name and = before it"
        where.fail(where.here(), ("%s has a value without a name%s"):format(what, hint))
    end
end

local function finish_category(unfinished, body)
    local name = unfinished.name
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), ("category '%s' takes a table: y.category %q { ... }"):format(
            name, name))
    end
    local what = ("category '%s'"):format(name)
    local read = fields.read(body, M.category_readers, what, stray_value(what))
    local ways = {}
    ways[#ways + 1] = read.from
    ways[#ways + 1] = read.when
    return M.build_category(name, read, ways, where.here())
end
Unfinished.__call = finish_category

--- Checks the name of a category, which is its playlist's title unless that is given.
---@param name string
---@param what string|nil  for messages; default: "category"
---@return string
function M.category_name(name, what)
    return title_of("the name of a " .. (what or "category"), name)
end

--- Begins a category: y.category "Name" { from =, when =, but_not =, everywhere =, privacy =,
--- title =, description =, playlist =, was =, order =, keep_newest =, priority = }. A video
--- belongs to it when it was ever seen in a playlist of `from`, or when `when` (a rule, or a
--- function that gets the video's table) says so, unless a rule of `but_not` holds.
---@param name string  its stable name; also the playlist's title unless `title` is given
---@return fun(body: table): ytsync.Category
function M.category(name)
    if type(name) ~= "string" then
        where.fail(where.here(), ("y.category takes a name first: y.category \"Jazz\" { ... }, "
            .. "not %s"):format(fields.shown(name)))
    end
    return setmetatable({ name = M.category_name(name) }, Unfinished)
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
                :format(position, fields.shown(category)))
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
    local channel = fields.trim(fields.want_string("channel", value))
    if channel:sub(1, 1) == "@" then
        where.fail(where.here("channel"), ("channel is '%s', a handle; write the channel's id "
            .. "(UC...) or its title"):format(channel))
    elseif channel == "" then
        where.fail(where.here("channel"), "channel is empty; write the channel's id (UC...) or "
            .. "its title")
    end
    return channel
end

-- What one run may do at most.
local LIMIT_KEYS = { deletes_per_run = "deletes", takeouts_per_run = "takeouts",
    units_per_run = "units" }

local function read_limits(value)
    local place = where.here("limit")
    if type(value) ~= "table" or getmetatable(value) ~= nil then
        where.fail(place, "limit must be a table: limit = { units_per_run = 5000 }")
    end
    local known, out = fields.sorted_keys(LIMIT_KEYS), {}
    for _, key in ipairs(fields.sorted_keys(value)) do
        local most = value[key]
        if not LIMIT_KEYS[key] then
            where.fail(place, ("unknown key '%s' in limit%s"):format(tostring(key),
                suggest.hint(tostring(key), known)))
        elseif math.type(most) ~= "integer" or most < 0 then
            where.fail(place, ("limit: %s must be a whole number from 0 on, not %s"):format(key,
                fields.shown(most)))
        end
        out[LIMIT_KEYS[key]] = most
    end
    return out
end

--- The readers of a policy's keys.
---@type table<string, fun(value: any): any>
M.policy_readers = {
    categories = read_categories,
    channel = read_channel,
    gone = function(value)
        return fields.choice(GONE, "gone", value)
    end,
    leave_alone = function(value)
        return rule_list("leave_alone", value)
    end,
    inbox = function(value)
        return fields.names("inbox", value)
    end,
    limit = read_limits,
    never_touch = function(value)
        return fields.names("never_touch", value)
    end,
    old = function(value)
        return fields.choice(OLD, "old", value)
    end,
    on_error = function(value)
        return fields.want_function("on_error", value)
    end,
    otherwise = function(value)
        return fields.want_string("otherwise", value)
    end,
    privacy = function(value)
        return fields.choice(PRIVACIES, "privacy", value)
    end,
    several = function(value)
        return fields.choice(SEVERAL, "several", value)
    end,
    sources = function(value)
        return fields.names("sources", value)
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
--- ("first" (default) | "all": a video that several want), gone ("keep" (default) | "list" |
--- "forget": private and deleted videos), leave_alone (a rule or a list: videos that stay where
--- they are, whatever the categories say), sources (only videos of these playlists are sorted and
--- only these may be given up; default: all), inbox (playlists whose videos leave them once they
--- were seen in their new place), limit ({ units_per_run =, takeouts_per_run =,
--- deletes_per_run = }: a plan that needs more is not started), never_touch, channel (id or title),
--- on_error
--- (function (op, err) return "retry" | "skip" | "pause" | "fail" end).
---@param body table
---@return ytsync.Policy
function M.policy(body)
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), "y.policy takes a table: return y.policy { ... }")
    end
    local read, places = fields.read(body, M.policy_readers, "the policy",
        stray_value("the policy"))
    local categories = read.categories
    if not categories or #categories == 0 then
        where.fail(where.here(), "the policy has no categories: categories = { y.category "
            .. "\"Jazz\" { when = y.title \"jazz\" } }")
    end
    local otherwise = check_otherwise(read.otherwise or "leave", categories)
    for _, category in ipairs(categories) do
        if #category.ways == 0 and category.key ~= otherwise then
            where.fail(category.place, ("category '%s' has neither from nor when, so no video "
                .. "can get into it"):format(category.key))
        end
    end
    return M.build_policy(read, places)
end

--- Builds a policy from what the readers returned.
---@param read table
---@param places table<string, table>
---@return ytsync.Policy
function M.build_policy(read, places)
    return setmetatable({
        privacy = read.privacy or "private",
        privacy_given = read.privacy ~= nil,
        old = read.old or "keep",
        several = read.several or "first",
        otherwise = read.otherwise or "leave",
        gone = read.gone or "keep",
        channel = read.channel or false,
        sources = read.sources or {},
        inbox = read.inbox or {},
        limits = read.limit or {},
        never_touch = read.never_touch or {},
        leave_alone = read.leave_alone or {},
        mentioned = read.mentioned or false,
        give_up = read.give_up or {},
        expects = read.expects or {},
        categories = read.categories,
        on_error = read.on_error or false,
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

for _, name in ipairs(rules.names) do
    M[name] = rules[name]
end

--- Loads a policy from its text; see ytsync.loader.
---@param text string
---@param name string  how messages call the file, "policy.lua"
---@param options {print: (fun(...: any))|nil, limit: integer|nil}|nil
---@return ytsync.Policy|nil
---@return string|nil message  "policy.lua:12: ..."
---@return string|nil status  "policy_error"
---@return string|nil traceback
function M.load_text(text, name, options)
    return require("ytsync.loader").load_text(text, name, options)
end

--- Loads a policy file; see ytsync.loader.
---@param path string
---@param options {print: (fun(...: any))|nil, limit: integer|nil}|nil
---@return ytsync.Policy|nil
---@return string|nil message
---@return string|nil status  "policy_error", or "not_found" when there is no such file
---@return string|nil traceback
function M.load_file(path, options)
    return require("ytsync.loader").load_file(path, options)
end

return M
