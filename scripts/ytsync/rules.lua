--- Rules: what a video must be like to belong to a category.
--
-- A matcher is a small table made while the policy loads; compile() turns a category's matchers
-- into ONE flat Lua function, so that trying a video calls no closure per rule and makes no
-- table. Every rule keeps its place in the user's file: each decision can name its line.
--
-- Text matching: a text is found anywhere in the title (channel, tag); A-Z and a-z are the same,
-- other letters must be equal; "*" stands for anything in between. UTF-8 is compared byte by
-- byte, which is safe: no character begins inside another one.
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
---@field kind "title"|"channel"|"tag"|"from"|"any"|"all"|"none"|"function"
---@field words string[]|nil  what to look for (texts)
---@field children ytsync.Matcher[]|nil
---@field call function|nil
---@field place {file: string|nil, line: integer|nil}
---@field depth integer
local Matcher = { __name = "ytsync.Matcher" }
Matcher.__index = function(_, key)
    error(("a rule has no field '%s'"):format(tostring(key)), 2)
end

--- True for what y.title and its kind return.
---@param value any
---@return boolean
function M.is_matcher(value)
    return getmetatable(value) == Matcher
end

local function matcher(fields)
    -- Absent fields are false, so that reading them never meets the __index above.
    return setmetatable({
        kind = fields.kind,
        words = fields.words or false,
        children = fields.children or false,
        call = fields.call or false,
        place = fields.place,
        depth = fields.depth or 1,
    }, Matcher)
end

local function shown(value)
    return type(value) == "string" and ("%q"):format(value) or "a " .. type(value)
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
        where.fail(place, ("%s takes a text or a list of texts, not a %s"):format(what,
            M.is_matcher(value) and "rule" or type(value)))
    end
    check_list(value, what, place)
    local words = {}
    for position, word in ipairs(value) do
        if type(word) ~= "string" then
            where.fail(place, ("%s: entry %d is %s, not a text"):format(what, position,
                M.is_matcher(word) and "a rule" or shown(word)))
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

local function of_words(kind)
    return function(value, ...)
        local place = where.here()
        only_one("y." .. kind, select("#", ...), place)
        return matcher({ kind = kind, words = words_of("y." .. kind, value, place), place = place })
    end
end

--- Matches when one of the texts is in the title.
---@type fun(texts: string|string[]): ytsync.Matcher
M.title = of_words("title")
--- Matches when one of the texts is in the channel's name.
---@type fun(texts: string|string[]): ytsync.Matcher
M.channel = of_words("channel")
--- Matches when one of the texts is in one of the video's tags.
---@type fun(texts: string|string[]): ytsync.Matcher
M.tag = of_words("tag")
--- Matches a video that was ever seen in one of these playlists (titles, exactly, or ids).
---@type fun(playlists: string|string[]): ytsync.Matcher
M.from = of_words("from")

--- Turns what `when` and the combining matchers accept (matcher or function) into a matcher.
---@param value any
---@param what string  for the message
---@param place table
---@return ytsync.Matcher
function M.as_matcher(value, what, place)
    if M.is_matcher(value) then
        return value
    end
    if type(value) == "function" then
        return matcher({ kind = "function", call = value, place = place })
    end
    local hint = ""
    if type(value) == "string" then
        hint = ("; did you mean y.title %q?"):format(value)
    elseif type(value) == "table" then
        hint = "; put several rules into y.any { ... } or y.all { ... }"
    end
    where.fail(place, ("%s takes a rule or a function, not %s%s"):format(what, shown(value), hint))
end

local function of_children(kind)
    return function(list, ...)
        local place = where.here()
        local what = "y." .. kind
        only_one(what, select("#", ...), place)
        if type(list) ~= "table" or M.is_matcher(list) then
            where.fail(place, ("%s takes a list: %s { y.title \"a\", y.title \"b\" }"):format(
                what, what))
        end
        check_list(list, what, place)
        local children, depth = {}, 1
        for position, value in ipairs(list) do
            local child = M.as_matcher(value, ("%s, entry %d,"):format(what, position), place)
            children[position] = child
            depth = math.max(depth, child.depth + 1)
        end
        if depth > DEPTH_MAX then
            where.fail(place, ("rules are nested more than %d deep"):format(DEPTH_MAX))
        end
        return matcher({ kind = kind, children = children, place = place, depth = depth })
    end
end

--- Matches when one of the rules does.
---@type fun(rules: (ytsync.Matcher|function)[]): ytsync.Matcher
M.any = of_children("any")
--- Matches when all of the rules do.
---@type fun(rules: (ytsync.Matcher|function)[]): ytsync.Matcher
M.all = of_children("all")
--- Matches when none of the rules does.
---@type fun(rules: (ytsync.Matcher|function)[]): ytsync.Matcher
M.none = of_children("none")

--- The rule for a category's `from`.
---@param value any  title, id or list of them
---@param place table
---@return ytsync.Matcher
function M.origin(value, place)
    return matcher({ kind = "from", words = words_of("from", value, place), place = place })
end

local CAPITALS = {}
for byte = ("A"):byte(), ("Z"):byte() do
    CAPITALS[string.char(byte)] = string.char(byte + 32)
end

--- A-Z to a-z, whatever the locale; all other bytes stay.
---@param text string
---@return string
function M.fold(text)
    return (text:gsub("[A-Z]", CAPITALS))
end

-- ------------------------------------------------------------------ names of rules

local describe

local function describe_list(values, each)
    local parts = {}
    for position, value in ipairs(values) do
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

-- ------------------------------------------------------------------ compiling

-- True when the parts stand in `text` in this order.
local function sequence(text, parts)
    local position = 1
    for index = 1, #parts do
        local _, last = string.find(text, parts[index], position, true)
        if not last then
            return false
        end
        position = last + 1
    end
    return true
end

-- The same within one tag; `tags` holds one tag per line.
local function tag_sequence(tags, parts)
    for tag in string.gmatch(tags, "[^\n]+") do
        if sequence(tag, parts) then
            return true
        end
    end
    return false
end

-- What `set` holds for the first playlist of the video that is in it.
local function within(set, video)
    local titles, ids = video.playlists, video.playlist_ids
    for index = 1, #titles do
        local found = set[titles[index]]
        if found then
            return found
        end
    end
    for index = 1, #ids do
        local found = set[ids[index]]
        if found then
            return found
        end
    end
    return nil
end

-- One folded word of a title, channel or tag rule as a Lua expression.
local function word_expression(builder, kind, word)
    local subject = kind == "tag" and "tags" or kind
    local parts = {}
    for part in M.fold(word):gmatch("[^*]+") do
        parts[#parts + 1] = part
    end
    if #parts == 0 then
        return "true" -- nothing but stars
    end
    if #parts == 1 then
        return ("find(%s, %q, 1, true)"):format(subject, parts[1])
    end
    builder.values[#builder.values + 1] = parts
    return ("%s(%s, values[%d])"):format(kind == "tag" and "tag_sequence" or "sequence", subject,
        #builder.values)
end

local function from_expression(builder, words, result_of)
    local set = {}
    for position, word in ipairs(words) do
        set[word] = set[word] or result_of(position)
    end
    builder.values[#builder.values + 1] = set
    return ("within(values[%d], v)"):format(#builder.values)
end

local function always_true()
    return true
end

local function expression(builder, rule)
    if rule.kind == "function" then
        builder.values[#builder.values + 1] = rule.call
        return ("values[%d](v)"):format(#builder.values)
    end
    if rule.kind == "from" then
        return from_expression(builder, rule.words, always_true)
    end
    local parts = {}
    if rule.words then
        for position, word in ipairs(rule.words) do
            parts[position] = word_expression(builder, rule.kind, word)
        end
    else
        for position, child in ipairs(rule.children) do
            parts[position] = expression(builder, child)
        end
    end
    local joined = table.concat(parts, rule.kind == "all" and " and " or " or ")
    return rule.kind == "none" and "not (" .. joined .. ")" or "(" .. joined .. ")"
end

local function add_alternative(builder, rule_place, text, condition)
    builder.rules[#builder.rules + 1] = M.rule_text(rule_place, text)
    builder.lines[#builder.lines + 1] = ("if %s then return %d end"):format(condition,
        #builder.rules)
end

-- Writes one `if` for each single way in, so that the rule named is the exact text that matched.
local function add_rule(builder, rule)
    if rule.kind == "any" then
        for _, child in ipairs(rule.children) do
            add_rule(builder, child)
        end
    elseif rule.kind == "from" then
        local base = #builder.rules
        for position, word in ipairs(rule.words) do
            builder.rules[base + position] = M.rule_text(rule.place, "from " .. quoted(word))
        end
        local condition = from_expression(builder, rule.words, function(position)
            return base + position
        end)
        builder.lines[#builder.lines + 1] = ("do local r = %s if r then return r end end"):format(
            condition)
    elseif rule.words then
        for _, word in ipairs(rule.words) do
            add_alternative(builder, rule.place, rule.kind .. " " .. quoted(word),
                word_expression(builder, rule.kind, word))
        end
    else
        add_alternative(builder, rule.place, describe(rule), expression(builder, rule))
    end
end

--- Compiles matchers, any of which lets a video in, to one function.
---@param matchers ytsync.Matcher[]
---@return fun(title: string, channel: string, tags: string, video: table): integer|nil match
---  Gets the folded title and channel, the folded tags one per line, and the video's table;
---  returns the number of the rule that matched. Errors of a user's function pass through.
---@return string[] rules  the rules' names by number
function M.compile(matchers)
    local builder = { lines = {}, rules = {}, values = {} }
    for _, rule in ipairs(matchers) do
        add_rule(builder, rule)
    end
    local text = table.concat({
        "local find, sequence, tag_sequence, within, values = ...",
        "return function(title, channel, tags, v)",
        table.concat(builder.lines, "\n"),
        "end",
    }, "\n")
    local chunk = assert(load(text, "=(compiled rules)", "t", {}))
    return chunk(string.find, sequence, tag_sequence, within, builder.values), builder.rules
end

return M
