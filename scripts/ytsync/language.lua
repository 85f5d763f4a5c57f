--- The language of policy files: words that are there when a file is loaded, one statement per
-- playlist, each line in it one more way in.
--
--     playlist "Jazz" {
--         from   { "Jazz", "smooth" },
--         artist { "Miles Davis", "Bill Evans" },
--         all { title "live", longer_than "30 min" },
--         but_not = title "reaction",
--     }
--
-- It comes down to the table form (ytsync.policy). State lives in one collector per file; nothing
-- is shared between files. Every word checks what it gets and names the line of a mistake.
local fields = require("ytsync.fields")
local policies = require("ytsync.policy")
local rules = require("ytsync.rules")
local suggest = require("ytsync.suggest")
local values = require("ytsync.values")
local where = require("ytsync.where")

where.own()

local M = {}

-- privacy "unlisted" as a line of its own, the same as privacy = "unlisted".
local Option = { __name = "ytsync.Option" }
-- playlist "Name" without its { ... } yet.
local Unfinished = { __name = "ytsync.Unfinished" }

-- Keys of a playlist, taken from the table form when it has them.
local OPTIONS = { "but_not", "description", "everywhere", "id", "keep_newest", "order", "priority",
    "privacy", "was" }
-- Where the table form calls a key otherwise.
local TABLE_KEYS = { id = "playlist" }
local DECISIONS = { "retry", "skip", "pause", "fail" }
local LEFTOVERS = { "stay", "drop" }

local function option_readers()
    local readers = {}
    for _, key in ipairs(OPTIONS) do
        readers[key] = policies.category_readers[TABLE_KEYS[key] or key]
    end
    return readers
end

---@class ytsync.Collector
---@field words table<string, function>
---@field categories ytsync.Category[]
---@field names table<string, ytsync.Category>
---@field pending table|nil  a playlist without its body
---@field read table  what the statements said
---@field places table
---@field word_of table<function, string>
local Collector = {}
Collector.__index = Collector

local function only_once(self, word)
    local place = where.here()
    if self.said[word] then
        where.fail(place, ("%s was said before, in line %s"):format(word,
            tostring(self.said[word].line or "?")))
    end
    self.said[word] = place
    return place
end

-- ------------------------------------------------------------------ playlists

-- A value in a playlist that is no rule: says what it was probably meant to be.
local function refuse_value(self, value, what)
    local place = where.here()
    if type(value) == "string" then
        where.fail(place, ("%q in %s does not say where to look; write title %q, channel %q or "
            .. "from %q"):format(value, what, value, value, value))
    elseif type(value) == "function" then
        local word = self.word_of[value]
        where.fail(place, word and ("%s in %s has nothing behind it; write %s"):format(word, what,
            word == "everywhere" and "everywhere = true" or word .. ' "..."')
            or ("a function in %s: write where(function (v) ... end)"):format(what))
    elseif type(value) == "table" then
        where.fail(place, ("a list in %s has no word before it; write title { ... } or "
            .. "from { ... }"):format(what))
    end
    where.fail(place, ("%s in %s is no rule"):format(fields.shown(value), what))
end

local function add_option(read, readers, option, what)
    if read[option.key] ~= nil then
        where.fail(option.place, ("%s has %s twice"):format(what, option.key))
    end
    read[option.key] = where.at(option.place, readers[option.key], option.value)
end

local function read_body(self, name, body)
    local what = ("playlist '%s'"):format(name)
    local readers, ways, options = option_readers(), {}, {}
    local read = fields.read(body, readers, what, function(value)
        if getmetatable(value) == Option then
            options[#options + 1] = value
        elseif rules.is_matcher(value) then
            ways[#ways + 1] = value
        else
            refuse_value(self, value, what)
        end
    end)
    for _, option in ipairs(options) do
        add_option(read, readers, option, what)
    end
    for key, other in pairs(TABLE_KEYS) do -- unordered: keys are moved one by one
        read[other], read.id_key = read[key], key
    end
    return read, ways
end

local function finish_playlist(unfinished, body)
    local self, name = unfinished.collector, unfinished.name
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), ("playlist '%s' takes its lines in braces: playlist %q { ... }")
            :format(name, name))
    end
    self.pending = nil
    local read, ways = read_body(self, name, body)
    if #ways == 0 then
        where.fail(where.here(), ("playlist '%s' has no line that lets a video in, such as "
            .. "title \"jazz\" or from \"Jazz\""):format(name))
    end
    local category = policies.build_category(name, read, ways, unfinished.place)
    self.categories[#self.categories + 1] = category
end
Unfinished.__call = finish_playlist

--- Raises when a playlist was begun and got no lines.
function Collector:check_pending()
    local pending = self.pending
    if pending and where.is_inside(pending.place) then
        where.fail(where.here(), ("this stands inside of playlist '%s', which begins in line %d; "
            .. "is a } missing before it?"):format(pending.name, pending.place.line))
    elseif pending then
        where.fail(pending.place, ("playlist '%s' has a name and no lines: playlist %q { ... }")
            :format(pending.name, pending.name))
    end
end

local function playlist(self, name)
    self:check_pending()
    local place = where.here()
    if type(name) ~= "string" then
        where.fail(place, ("playlist takes a name first: playlist \"Jazz\" { ... }, not %s"):format(
            fields.shown(name)))
    end
    name = policies.category_name(name, "playlist")
    if self.names[name] then
        where.fail(place, ("playlist '%s' was there before, in line %s; put their lines together")
            :format(name, tostring(self.names[name].line or "?")))
    end
    self.names[name] = place
    self.pending = setmetatable({ collector = self, name = name, place = place }, Unfinished)
    return self.pending
end

-- ------------------------------------------------------------------ rules

-- The language's `all` takes a but_not among its conditions.
local function all_of(make)
    return function(list, ...)
        if type(list) ~= "table" or rules.is_matcher(list) then
            return make(list, ...)
        end
        local plain, refusals = {}, {}
        for _, key in ipairs(fields.sorted_keys(list)) do
            local value = list[key]
            if key == "but_not" then
                refusals[#refusals + 1] = value
            elseif getmetatable(value) == Option and value.key == "but_not" then
                refusals[#refusals + 1] = value.value
            elseif math.type(key) == "integer" then
                plain[#plain + 1] = value
            else
                plain[key] = value
            end
        end
        for _, value in ipairs(refusals) do
            plain[#plain + 1] = rules.none_of(policies.rule_list("but_not", value), where.here())
        end
        return make(plain, ...)
    end
end

local function where_rule(call, ...)
    local place = where.here()
    if type(call) ~= "function" or select("#", ...) > 0 then
        where.fail(place, ("where takes a function: where(function (v) return v.live end), not %s")
            :format(fields.shown(call)))
    end
    return rules.of_function(call, place)
end

-- ------------------------------------------------------------------ the other statements

local function refuse_stray(what)
    return function(value)
        where.fail(where.here(), ("%s has a value without a name, %s; write a name and = before it")
            :format(what, fields.shown(value)))
    end
end

local function want_table(word, body, example)
    if type(body) ~= "table" or getmetatable(body) ~= nil then
        where.fail(where.here(), ("%s takes a table: %s"):format(word, example))
    end
end

local SETTINGS = {
    channel = policies.policy_readers.channel,
    give_up = function(value)
        return fields.names("give_up", value)
    end,
    limit = policies.policy_readers.limit,
    never_touch = policies.policy_readers.never_touch,
    new_playlists = function(value)
        return fields.choice({ "private", "unlisted", "public" }, "new_playlists", value)
    end,
    old_playlists = function(value)
        return fields.choice({ "keep", "reuse", "delete" }, "old_playlists", value)
    end,
}

local function settings(self, body)
    only_once(self, "settings")
    want_table("settings", body, 'settings { old_playlists = "keep" }')
    local read, places = fields.read(body, SETTINGS, "settings", refuse_stray("settings"))
    for _, key in ipairs(fields.sorted_keys(read)) do
        self.read[key], self.places[key] = read[key], places[key]
    end
end

local function leave_alone(self, body)
    for _, rule in ipairs(policies.rule_list("leave_alone", body)) do
        table.insert(self.leave_alone, rule)
    end
end

local function leftovers(self, value)
    local place = only_once(self, "leftovers")
    self.places.otherwise = place
    if type(value) == "table" and getmetatable(value) == nil then
        local read = fields.read(value, {
            into = function(name)
                return policies.category_name(fields.want_string("into", name), "playlist")
            end,
        }, "leftovers", refuse_stray("leftovers"))
        if not read.into then
            where.fail(place, 'leftovers takes "stay", "drop" or { into = "Unsorted" }')
        end
        self.read.otherwise, self.into = read.into, true
    else
        local word = fields.choice(LEFTOVERS, "leftovers", value)
        self.read.otherwise = word == "stay" and "leave" or word
    end
end

local function gone(self, value)
    local place = only_once(self, "gone")
    self.read.gone = policies.policy_readers.gone(value)
    self.places.gone = place
end

local function on_problem(self, value)
    only_once(self, "on_problem")
    if type(value) == "function" then
        self.read.on_error = value
    else
        local word = fields.choice(DECISIONS, "on_problem", value)
        self.read.on_error = function()
            return word
        end
    end
end

local function inbox(self, value)
    for _, name in ipairs(fields.names("inbox", value)) do
        table.insert(self.inbox, name)
    end
    self.places.inbox = self.places.inbox or where.here()
end

-- ------------------------------------------------------------------ expect

local function texts(key)
    return function(value)
        return fields.names(key, value)
    end
end

local function text(key)
    return function(value)
        return fields.want_string(key, value)
    end
end

local function parsed(key, parse, forms)
    return function(value)
        local found = type(value) == "string" and parse(value)
        if not found then
            where.fail(where.here(key), ("%s is %s, but can be such as %s"):format(key,
                fields.shown(value), forms))
        end
        return found
    end
end

local EXPECT = {
    channel = text("channel"),
    duration = parsed("duration", values.duration, values.DURATION_FORMS),
    goes_to = function(value)
        return value == false and {} or fields.names("goes_to", value)
    end,
    playlists = texts("playlists"),
    published = parsed("published", values.date, values.DATE_FORMS),
    saved = parsed("saved", values.date, values.DATE_FORMS),
    tags = texts("tags"),
    title = text("title"),
}

local function expect(self, body)
    local place = where.here()
    want_table("expect", body, 'expect { title = "So What", goes_to = "Jazz" }')
    local read, places = fields.read(body, EXPECT, "expect", refuse_stray("expect"))
    if not read.goes_to then
        where.fail(place, 'expect does not say where the video goes: goes_to = "Jazz", or '
            .. "goes_to = false for nowhere")
    end
    read.place, read.goes_to_place = place, places.goes_to
    self.expects[#self.expects + 1] = read
end

-- ------------------------------------------------------------------ the collector

local STATEMENTS = { settings = settings, playlist = playlist, leave_alone = leave_alone,
    leftovers = leftovers, gone = gone, on_problem = on_problem, expect = expect }

local function add_words(self)
    local words, names = rules.words("")
    for _, name in ipairs(names) do
        self.words[name] = words[name]
    end
    self.words.none = nil
    self.words.all = all_of(words.all)
    self.words.where = where_rule
    for _, key in ipairs(OPTIONS) do
        if policies.category_readers[key] then
            self.words[key] = function(value, ...)
                if select("#", ...) > 0 then
                    where.fail(where.here(), key .. " takes one value")
                end
                return setmetatable({ key = key, value = value, place = where.here() }, Option)
            end
        end
    end
    for name, say in pairs(STATEMENTS) do -- unordered: words are added one by one
        self.words[name] = function(value)
            if name ~= "playlist" then
                self:check_pending()
            end
            self.count = self.count + 1
            return say(self, value)
        end
    end
    for name, word in pairs(self.words) do -- unordered: a map is turned around
        self.word_of[word] = name
    end
end

--- A collector for one file.
---@return ytsync.Collector
function M.new()
    local statements = STATEMENTS
    statements.inbox = policies.policy_readers.inbox and inbox or nil
    local self = setmetatable({ words = {}, word_of = {}, categories = {}, names = {}, read = {},
        places = {}, said = {}, leave_alone = {}, inbox = {}, expects = {}, count = 0 }, Collector)
    add_words(self)
    return self
end

-- leftovers { into = "Unsorted" } makes that playlist when there is no statement for it.
local function add_leftovers(self)
    if self.into and not self.names[self.read.otherwise] then
        self.categories[#self.categories + 1] = policies.build_category(self.read.otherwise, {}, {},
            self.places.otherwise)
    end
end

local function check_expects(self)
    local names = {}
    for position, category in ipairs(self.categories) do
        names[position] = category.key
    end
    for _, expected in ipairs(self.expects) do
        for _, name in ipairs(expected.goes_to) do
            local known = false
            for _, other in ipairs(names) do
                known = known or other == name
            end
            if not known then
                where.fail(expected.goes_to_place, ("goes_to is '%s', which is no playlist here%s")
                    :format(name, suggest.hint(name, names)))
            end
        end
    end
end

--- The policy that the statements make; called while the file still counts as being loaded.
---@return ytsync.Policy
function Collector:policy()
    self:check_pending()
    add_leftovers(self)
    if #self.categories == 0 then
        where.fail(where.here(), 'there is no playlist in it: playlist "Jazz" { title "jazz" }')
    end
    check_expects(self)
    local read = self.read
    return policies.build_policy({
        categories = policies.policy_readers.categories(self.categories),
        channel = read.channel,
        expects = self.expects,
        give_up = read.give_up,
        gone = read.gone,
        inbox = #self.inbox > 0 and self.inbox or nil,
        leave_alone = self.leave_alone,
        limit = read.limit,
        mentioned = true,
        never_touch = read.never_touch,
        old = read.old_playlists,
        on_error = read.on_error,
        otherwise = read.otherwise,
        privacy = read.new_playlists,
    }, self.places)
end

return M
