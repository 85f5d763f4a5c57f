--- Rules: what a video must be like to belong to a category.
--
-- A matcher is a small table made while the policy loads; ytsync.compile turns all matchers of a
-- policy into one program. Every rule keeps its place in the user's file: each decision can name
-- its line. `title "jazz"` in the language (ytsync.language) and `y.title "jazz"` in a program's
-- table are the same matcher.
--
-- Texts are words: found as whole words, in any case and accent form (src/base/fold.h); "*" stands
-- for anything. Names of playlists are compared as they are, "*" stands for anything there too.
local core = require("ytsync.core")
local values = require("ytsync.values")
local where = require("ytsync.where")

where.own()

local M = {}

-- Matchers inside matchers; Lua's own parser allows 200 levels, each costs up to three.
local DEPTH_MAX = 40
-- Texts in one matcher.
local WORDS_MAX = 10000
-- What the store keeps of a rule's name, in bytes (ytsync.h: rule[256]).
local RULE_BYTES_MAX = 200

---@class ytsync.Matcher
---@field kind "title"|"channel"|"artist"|"tag"|"from"|"longer_than"|"shorter_than"|
---  "published_before"|"published_after"|"saved_before"|"saved_after"|"any"|"all"|"none"|"function"
---@field words string[]|false  what to look for (texts)
---@field children ytsync.Matcher[]|false
---@field call function|false
---@field seconds integer|false  of longer_than and shorter_than
---@field date ytsync.Date|false
---@field text string|false  a length or a date as it was written
---@field place {file: string|nil, line: integer|nil}
---@field depth integer
local Matcher = { __name = "ytsync.Matcher" }
Matcher.__index = function(_, key)
    where.fail(where.here(), ("a rule has no field '%s'"):format(tostring(key)))
end
Matcher.__call = function(rule, next)
    where.fail(where.here(), ("a comma is missing between %s and %s"):format(M.describe(rule),
        type(next) == "string" and ("%q"):format(next) or "what follows it"))
end

--- True for what y.title and its kind return.
---@param value any
---@return boolean
function M.is_matcher(value)
    return getmetatable(value) == Matcher
end

-- What folding leaves of a text without a word.
local EMPTY = core.fold("")

local function matcher(fields)
    -- Absent fields are false, so that reading them never meets the __index above.
    return setmetatable({
        kind = fields.kind,
        words = fields.words or false,
        children = fields.children or false,
        call = fields.call or false,
        seconds = fields.seconds or false,
        date = fields.date or false,
        text = fields.text or false,
        place = fields.place,
        depth = fields.depth or 1,
    }, Matcher)
end

local function shown(value)
    if type(value) == "string" then
        return ("%q"):format(value)
    elseif type(value) == "number" or type(value) == "boolean" then
        return tostring(value)
    end
    return M.is_matcher(value) and "a rule" or "a " .. type(value)
end

-- Checks that a table is a plain list 1..n; anything else in it is the user's slip.
local function check_list(list, what, place)
    local count = #list
    for key in pairs(list) do -- unordered: the first stray key is as good as any
        if math.type(key) ~= "integer" or key < 1 or key > count then
            local name = type(key) == "string" and key .. " = ..." or "a gap"
            where.fail(place, ("%s takes a plain list, but there is %s in it"):format(what, name))
        end
    end
    if count == 0 then
        where.fail(place, what .. " is empty; it would never match")
    end
    if count > WORDS_MAX then
        where.fail(place, ("%s has more than %d entries"):format(what, WORDS_MAX))
    end
end

-- "jazz", or { "jazz", "bebop" }, to a list of texts.
local function words_of(what, value, place)
    if type(value) == "string" then
        value = { value }
    elseif type(value) ~= "table" or M.is_matcher(value) then
        where.fail(place, ("%s takes a text or a list of texts, not %s"):format(what,
            shown(value)))
    end
    check_list(value, what, place)
    local words = {}
    for position, word in ipairs(value) do
        if type(word) ~= "string" then
            where.fail(place, ("%s: entry %d is %s, not a text"):format(what, position,
                shown(word)))
        end
        if word:find("^%s*$") then
            where.fail(place, ("%s: entry %d is empty; it would match everything"):format(what,
                position))
        end
        if not utf8.len(word) then
            where.fail(place, ("%s: entry %d is not UTF-8; save the file as UTF-8"):format(what,
                position))
        end
        words[position] = word
    end
    return words
end

local function only_one(what, extra, place)
    if extra > 0 then
        where.fail(place, ("%s takes one value: write %s { \"a\", \"b\" } for several"):format(
            what, what))
    end
end

-- A text is looked for by its words, so it must hold one; a name of a playlist need not.
local function check_words(what, kind, words, place)
    for position, word in ipairs(words) do
        if kind ~= "from" and core.fold(word) == EMPTY and not word:find("*", 1, true) then
            where.fail(place, ("%s: entry %d, %q, holds no letter and no digit, so it would never "
                .. "be found"):format(what, position, word))
        end
    end
    return words
end

--- Whether a text is the id of a channel.
---@param text string
---@return boolean
function M.is_channel_id(text)
    return #text == 24 and text:find("^UC[%w_-]+$") ~= nil
end

-- A channel is meant by its name or its id; which videos a handle has, no listing says.
local function check_channels(what, kind, words, place)
    for position, word in ipairs(words) do
        if word:find("^%s*@") then
            where.fail(place, ("%s: entry %d, %q, is a handle, and YouTube's listings do not say "
                .. "which channel has which; write the channel's name as the videos show it%s")
                :format(what, position, word, kind == "channel" and ", or its id (UC...)" or ""))
        elseif kind == "artist" and M.is_channel_id(word) then
            where.fail(place, ("%s: entry %d, %q, is the id of a channel; write channel %q")
                :format(what, position, word, word))
        end
    end
end

local function of_words(kind, what)
    return function(value, ...)
        local place = where.here()
        only_one(what, select("#", ...), place)
        local words = check_words(what, kind, words_of(what, value, place), place)
        if kind == "channel" or kind == "artist" then
            check_channels(what, kind, words, place)
        end
        return matcher({ kind = kind, words = words, place = place })
    end
end

local function of_duration(kind, what)
    return function(value, ...)
        local place = where.here()
        only_one(what, select("#", ...), place)
        local seconds = type(value) == "string" and values.duration(value)
        if not seconds then
            where.fail(place, ("%s takes a length of time such as %s, not %s"):format(what,
                values.DURATION_FORMS, shown(value)))
        end
        return matcher({ kind = kind, seconds = seconds, text = value, place = place })
    end
end

local function of_date(kind, what)
    return function(value, ...)
        local place = where.here()
        only_one(what, select("#", ...), place)
        local date = type(value) == "string" and values.date(value)
        if not date then
            where.fail(place, ("%s takes a date such as %s, not %s"):format(what,
                values.DATE_FORMS, shown(value)))
        end
        return matcher({ kind = kind, date = date, text = value, place = place })
    end
end

-- What a word of the combining rules is called when a value is not one: "; did you mean ...".
local function rule_hint(prefix, value)
    if type(value) == "string" then
        return ("; did you mean %stitle %q?"):format(prefix, value)
    elseif type(value) == "table" then
        return ("; put several rules into %sany { ... } or %sall { ... }"):format(prefix, prefix)
    end
    return ""
end

--- Turns what `when` and the combining matchers accept (matcher or function) into a matcher.
---@param value any
---@param what string  for the message
---@param place table
---@param prefix string|nil  "y." (default) in a program's table, "" in the language
---@return ytsync.Matcher
function M.as_matcher(value, what, place, prefix)
    if M.is_matcher(value) then
        return value
    end
    if type(value) == "function" then
        return matcher({ kind = "function", call = value, place = place })
    end
    where.fail(place, ("%s takes a rule or a function, not %s%s"):format(what, shown(value),
        rule_hint(prefix or "y.", value)))
end

-- The rules of a list, with how deep they nest.
local function read_children(list, what, place, prefix)
    local children, depth = {}, 1
    for position, value in ipairs(list) do
        local child = M.as_matcher(value, ("%s, entry %d,"):format(what, position), place, prefix)
        children[position] = child
        depth = math.max(depth, child.depth + 1)
    end
    if depth > DEPTH_MAX then
        where.fail(place, ("rules are nested more than %d deep"):format(DEPTH_MAX))
    end
    return children, depth
end

local function of_children(kind, what, prefix)
    return function(list, ...)
        local place = where.here()
        only_one(what, select("#", ...), place)
        if type(list) ~= "table" or M.is_matcher(list) then
            where.fail(place, ("%s takes a list: %s { %stitle \"a\", %stitle \"b\" }"):format(
                what, what, prefix, prefix))
        end
        check_list(list, what, place)
        local children, depth = read_children(list, what, place, prefix)
        return matcher({ kind = kind, children = children, place = place, depth = depth })
    end
end

--- A rule that holds when none of these does.
---@param children ytsync.Matcher[]
---@param place table
---@return ytsync.Matcher
function M.none_of(children, place)
    local depth = 1
    for _, child in ipairs(children) do
        depth = math.max(depth, child.depth + 1)
    end
    return matcher({ kind = "none", children = children, place = place, depth = depth })
end

--- A rule that asks a function.
---@param call fun(v: table): any
---@param place table
---@return ytsync.Matcher
function M.of_function(call, place)
    return matcher({ kind = "function", call = call, place = place })
end

local MAKERS = {
    { of_words, "title", "channel", "artist", "tag", "from" },
    { of_duration, "longer_than", "shorter_than" },
    { of_date, "published_before", "published_after", "saved_before", "saved_after" },
    { of_children, "any", "all", "none" },
}

--- The words that make rules, called `prefix` .. word in messages.
---@param prefix string
---@return table<string, fun(value: any): ytsync.Matcher>
---@return string[] names  in a fixed order
function M.words(prefix)
    local out, names = {}, {}
    for _, maker in ipairs(MAKERS) do
        for position = 2, #maker do
            local kind = maker[position]
            out[kind] = maker[1](kind, prefix .. kind, prefix)
            names[#names + 1] = kind
        end
    end
    return out, names
end

local words, names = M.words("y.")
--- The names of the rules: title, channel, artist, tag, from (a text or a list of texts),
--- longer_than, shorter_than (a length of time), published_before, published_after, saved_before,
--- saved_after (a date), any, all, none (a list of rules).
---@type string[]
M.names = names
for _, name in ipairs(names) do
    M[name] = words[name]
end

--- The rule for a category's `from`.
---@param value any  title, id or list of them
---@param place table
---@return ytsync.Matcher
function M.origin(value, place)
    return matcher({ kind = "from", words = words_of("from", value, place), place = place })
end

-- ------------------------------------------------------------------ names of rules

local describe

local function describe_list(list, each)
    local parts = {}
    for position, value in ipairs(list) do
        if position > 3 then
            parts[#parts + 1] = "..."
            break
        end
        parts[#parts + 1] = each(value)
    end
    return table.concat(parts, ", ")
end

local function quoted(word)
    return '"' .. word .. '"'
end

--- A rule as the user wrote it, more or less: title "jazz", all { ... }.
---@param rule ytsync.Matcher
---@return string
function describe(rule)
    if rule.kind == "function" then
        return "function"
    elseif rule.text then
        return rule.kind .. " " .. quoted(rule.text)
    end
    if rule.children then
        return ("%s { %s }"):format(rule.kind, describe_list(rule.children, describe))
    end
    if #rule.words == 1 then
        return rule.kind .. " " .. quoted(rule.words[1])
    end
    return ("%s { %s }"):format(rule.kind, describe_list(rule.words, quoted))
end
M.describe = describe

local function shorten(text)
    if #text <= RULE_BYTES_MAX then
        return text
    end
    local last = RULE_BYTES_MAX - 3
    while last > 0 and (text:byte(last + 1) & 0xC0) == 0x80 do
        last = last - 1 -- never cut inside a character
    end
    return text:sub(1, last) .. "..."
end

--- "policy.lua:12 title "jazz"": what the preview, the store and `log` show as the reason.
---@param place table
---@param text string
---@return string
function M.rule_text(place, text)
    local prefix = where.text(place)
    return shorten(prefix == "" and text or prefix .. " " .. text)
end

return M
