--- Turns the rules of all categories into one program: one pass over a video's texts for all the
-- texts of all rules (ytsync.core's matcher), then flat Lua code that looks at bits. No closure is
-- called per rule and no table is made per video.
--
-- A category's ways are alternatives: `any` on the top level is taken apart, so that the reason
-- that is named is the text that was found. All numbers count from 1.
local core = require("ytsync.core")
local rules = require("ytsync.rules")
local values = require("ytsync.values")
local where = require("ytsync.where")

where.own()

local M = {}

local GROUP_BITS = 64
-- So many words of bits are held in local variables, of which a function may have 200.
local BIT_LOCALS = 60

---@class ytsync.Alternative
---@field category integer
---@field line integer  which of the category's ways
---@field rule ytsync.Matcher
---@field group integer|nil  of its texts

---@class ytsync.Program
---@field alternatives ytsync.Alternative[]
---@field texts {kind: string, word: string, rule: ytsync.Matcher, alternative: integer|nil}[]
---@field channel_ids table[]  ids of channels, as `texts`
---@field times {rule: ytsync.Matcher, seconds: number}[]  by function, see measure
---@field has_functions boolean
---@field trying ytsync.Matcher|nil  the rule whose function was called last
---@field trying_category integer|nil  and of which category it is
local Program = {}
Program.__index = Program

-- ------------------------------------------------------------------ expressions

local function bit_of(group)
    return (group - 1) // GROUP_BITS + 1, 1 << ((group - 1) % GROUP_BITS)
end

local function from_expression(builder, rule)
    builder.origins[#builder.origins + 1] = rule
    return ("(from[%d] & 0x%x) ~= 0"):format(bit_of(#builder.origins))
end

-- Ids of channels are not looked for in names: they hold for a video as a playlist's id does.
local function names_channel(rule, word)
    return rule.kind == "channel" and rules.is_channel_id(word)
end

local function words_expression(builder, rule)
    local ids = false
    builder.groups = builder.groups + 1
    for _, word in ipairs(rule.words) do
        local text = { kind = rule.kind, word = word, rule = rule,
            alternative = builder.alternative }
        if names_channel(rule, word) then
            ids = true
            table.insert(builder.program.channel_ids, text)
        else
            builder.entries[#builder.entries + 1] = { rule.kind, builder.groups, word }
            builder.texts[#builder.texts + 1] = text
        end
    end
    local index, mask = bit_of(builder.groups)
    local found = (index <= BIT_LOCALS and "(b%d & 0x%x) ~= 0" or "(bits[%d] & 0x%x) ~= 0")
        :format(index, mask)
    return ids and ("(%s or %s)"):format(found, from_expression(builder, rule)) or found
end

-- A user's function, wrapped so that an error can name the rule.
local function function_expression(builder, rule)
    local program, call, category = builder.program, rule.call, builder.category
    local timed = { rule = rule, seconds = 0 }
    program.times[#program.times + 1] = timed
    builder.calls[#builder.calls + 1] = function(video)
        program.trying, program.trying_category = rule, category
        local clock = program.clock
        if not clock then
            return call(video)
        end
        local start = clock()
        local answer = call(video)
        timed.seconds = timed.seconds + clock() - start
        return answer
    end
    return ("call[%d](v)"):format(#builder.calls)
end

local function moment(builder, rule)
    return values.moment(rule.date, builder.now_ms)
end

-- d, p, s: duration, published, saved; false when it is not known.
local SIMPLE = {
    longer_than = function(_, rule)
        return ("(d and d > %d)"):format(rule.seconds)
    end,
    shorter_than = function(_, rule)
        return ("(d and d < %d)"):format(rule.seconds)
    end,
    published_before = function(builder, rule)
        return ("(p and p < %d)"):format(moment(builder, rule))
    end,
    published_after = function(builder, rule)
        return ("(p and p >= %d)"):format(moment(builder, rule))
    end,
    saved_before = function(builder, rule)
        return ("(s and s < %d)"):format(moment(builder, rule))
    end,
    saved_after = function(builder, rule)
        return ("(s and s >= %d)"):format(moment(builder, rule))
    end,
    from = from_expression,
    ["function"] = function_expression,
}

local JOIN = { all = " and ", any = " or ", none = " or " }

local function expression(builder, rule)
    local simple = SIMPLE[rule.kind]
    if simple then
        builder.needs_facts = builder.needs_facts or rule.seconds or rule.date
        return simple(builder, rule)
    elseif rule.words then
        return words_expression(builder, rule)
    end
    local parts = {}
    for position, child in ipairs(rule.children) do
        parts[position] = expression(builder, child)
    end
    local joined = "(" .. table.concat(parts, JOIN[rule.kind]) .. ")"
    return rule.kind == "none" and "not " .. joined or joined
end

-- ------------------------------------------------------------------ the code

local function add_alternatives(builder, category, line, rule)
    if rule.kind == "any" then
        for _, child in ipairs(rule.children) do
            add_alternatives(builder, category, line, child)
        end
        return
    end
    local number = #builder.alternatives + 1
    builder.alternatives[number] = { category = category, line = line, rule = rule }
    builder.alternative = number
    builder.conditions[number] = expression(builder, rule)
    builder.alternatives[number].group = rule.words and rule.kind ~= "from" and builder.groups
        or nil
    builder.alternative = nil
end

local function read_category(builder, number, category)
    local first = #builder.conditions + 1
    builder.category = number
    for line, rule in ipairs(category.ways) do
        add_alternatives(builder, number, line, rule)
    end
    local refusals = {}
    for position, rule in ipairs(category.but_not or {}) do
        refusals[position] = expression(builder, rule)
    end
    builder.blocks[number] = {
        first = first,
        last = #builder.conditions,
        but_not = #refusals > 0 and table.concat(refusals, " or ") or nil,
        everywhere = category.everywhere,
    }
end

-- Writes the tries of one category. Without a but_not each alternative settles it by itself.
local function block_code(builder, number, block, settled)
    local out = {}
    local home = ("n = n + 1 homes[n] = %d ways[n] = %%s %s"):format(number, settled)
    for position = block.first, block.last do
        out[#out + 1] = ("%s %s then %s"):format(position == block.first and "if" or "elseif",
            builder.conditions[position],
            block.but_not and "r = " .. position or home:format(position))
    end
    out[#out + 1] = "end"
    if block.but_not then
        table.insert(out, 1, "local r")
        out[#out + 1] = ("if r and not (%s) then %s end"):format(block.but_not, home:format("r"))
    end
    return table.concat(out, "\n")
end

-- Writes what finds the homes of a video: those of the first category that wants it, and of all
-- that want theirs everywhere.
local function place_code(builder)
    local out, more, done = {}, {}, false
    for number = #builder.blocks, 1, -1 do
        more[number] = more[number + 1] or builder.blocks[number].everywhere
    end
    for number, block in ipairs(builder.blocks) do
        local settled = block.everywhere and "" or more[number + 1] and "done = true"
            or "do return n end"
        if block.first <= block.last then
            out[#out + 1] = done and not block.everywhere and "if not done then" or "do"
            out[#out + 1] = block_code(builder, number, block, settled)
            out[#out + 1] = "end"
            done = done or settled == "done = true"
        end
    end
    return table.concat(out, "\n")
end

-- Writes what tries every alternative and every but_not, whatever the others say.
local function survey_code(builder)
    local out = {}
    for number, condition in ipairs(builder.conditions) do
        out[#out + 1] = ("hits[%d] = %s and true or false"):format(number, condition)
    end
    for number, block in ipairs(builder.blocks) do
        out[#out + 1] = ("refused[%d] = %s"):format(number,
            block.but_not and ("(%s) and true or false"):format(block.but_not) or "false")
    end
    return table.concat(out, "\n")
end

-- The video's facts and the words of bits as local variables.
local FACTS = [[
local d, p, s = v.duration_s or false, v.published_at or 0, v.saved_at or 0
p, s = p ~= 0 and p, s ~= 0 and s
]]

local function local_bits(count)
    local names, cells = {}, {}
    for index = 1, math.min(count, BIT_LOCALS) do
        names[index], cells[index] = "b" .. index, ("bits[%d]"):format(index)
    end
    return #names > 0 and ("local %s = %s\n"):format(table.concat(names, ", "),
        table.concat(cells, ", ")) or ""
end

local function load_code(builder, signature, text)
    local code = ("local bits, from, call = ...\nreturn function(%s)\n%s%s%s\nend"):format(
        signature, builder.needs_facts and FACTS or "", local_bits(#builder.bits), text)
    local chunk = assert(load(code, "=(compiled rules)", "t", {}))
    return chunk(builder.bits, builder.from, builder.calls)
end

local function zeros(count)
    local out = {}
    for position = 1, (count - 1) // GROUP_BITS + 1 do
        out[position] = 0
    end
    return out
end

-- ------------------------------------------------------------------ origins

local function trim(text)
    return (text:match("^%s*(.-)%s*$"))
end

-- A name with stars as a pattern for whole titles.
local function name_pattern(name)
    return "^" .. name:gsub("[^%w%s*\128-\255]", "%%%0"):gsub("%*+", ".*") .. "$"
end

--- Whether a `from` name means a playlist of that title or id.
---@param name string
---@param title string
---@param id string|nil
---@return boolean
function M.is_called(name, title, id)
    if name == id or trim(name) == trim(title) then
        return true
    end
    return name:find("*", 1, true) ~= nil and trim(title):find(name_pattern(trim(name))) ~= nil
end

-- Which `from` rules hold for a title or an id: {index, mask, index, mask, ...}; empty for most.
-- An id has no part that means anything, so stars are for titles alone.
local function origin_bits(program, name, is_id)
    local out = {}
    for number, rule in ipairs(program.origins) do
        for _, word in ipairs(rule.kind == "from" and rule.words or {}) do
            if name == word or (not is_id and M.is_called(word, name)) then
                out[#out + 1], out[#out + 2] = bit_of(number)
                break
            end
        end
    end
    return out
end

-- The same for the id of a channel.
local function channel_bits(program, id)
    local out = {}
    for number, rule in ipairs(program.origins) do
        for _, word in ipairs(rule.kind == "channel" and rule.words or {}) do
            if word == id then
                out[#out + 1], out[#out + 2] = bit_of(number)
                break
            end
        end
    end
    return out
end

local function set_bits(from, bits)
    for at = 1, #bits, 2 do
        from[bits[at]] = from[bits[at]] | bits[at + 1]
    end
end

local function add_origins(program, from, list, is_id)
    local known = is_id and program.known_ids or program.known_titles
    for position = 1, #list do
        local name = list[position]
        local bits = known[name]
        if not bits then
            bits = origin_bits(program, name, is_id)
            known[name] = bits
        end
        set_bits(from, bits)
    end
end

-- ------------------------------------------------------------------ the program

-- Looks at a video's texts and origins; what is found stays in the program's bits.
local function look(program, video)
    local from = program.from
    for position = 1, #from do
        from[position] = 0
    end
    program.matcher:scan(program.bits, video.title, video.channel, video.tags)
    if program.has_origins then
        add_origins(program, from, video.playlists, false)
        add_origins(program, from, video.playlist_ids, true)
    end
    local channel = #program.channel_ids > 0 and video.channel_id
    if channel then
        local bits = program.known_channels[channel]
        if not bits then
            bits = channel_bits(program, channel)
            program.known_channels[channel] = bits
        end
        set_bits(from, bits)
    end
end

--- Finds the homes of a video.
---@param video table
---@param homes integer[]  filled in: categories
---@param ways integer[]  filled in: the alternative that let it in, for each
---@return integer count
function Program:place(video, homes, ways)
    look(self, video)
    return self.place_code(video, homes, ways)
end

--- Tries everything.
---@param video table
---@param hits boolean[]  filled in, by alternative
---@param refused boolean[]  filled in, by category: its but_not says no
function Program:survey(video, hits, refused)
    look(self, video)
    self.survey_code(video, hits, refused)
end

--- Numbers of the texts (self.texts) that were found in the video that was tried last.
---@return integer[]
function Program:found()
    return self.matcher:found()
end

-- The first name of a `from` rule that one of the video's playlists has.
local function origin_name(rule, video)
    for _, word in ipairs(rule.words) do
        for position, title in ipairs(video.playlists) do
            if M.is_called(word, title, video.playlist_ids[position]) then
                return word
            end
        end
    end
    return rule.words[1]
end

--- Why an alternative let in the video that was tried last: "policy.lua:12 title "jazz"".
---@param way integer
---@param video table
---@return string
function Program:reason(way, video)
    local alternative = self.alternatives[way]
    local rule = alternative.rule
    local word
    if alternative.group then
        local text = self.matcher:first(alternative.group)
        word = text and self.texts[text].word or video.channel_id
    elseif rule.kind == "from" then
        word = origin_name(rule, video)
    end
    local key = word or ""
    local names = self.reasons[way]
    if not names then
        names = {}
        self.reasons[way] = names
    end
    if not names[key] then
        names[key] = rules.rule_text(rule.place, word and ('%s "%s"'):format(rule.kind, word)
            or rules.describe(rule))
    end
    return names[key]
end

--- From here on functions are measured: self.times.
---@param clock fun(): number  seconds
function Program:measure(clock)
    self.clock = clock
end

--- Compiles the rules of categories.
---@param categories {ways: ytsync.Matcher[], but_not: ytsync.Matcher[]|nil,
---  everywhere: boolean|nil}[]
---@param options {now_ms: integer|nil}|nil  what "2 years ago" counts from; default: now
---@return ytsync.Program|nil
---@return string|nil message
function M.program(categories, options)
    local program = setmetatable({ alternatives = {}, texts = {}, origins = {}, reasons = {},
        known_titles = {}, known_ids = {}, known_channels = {}, channel_ids = {},
        times = {} }, Program)
    local builder = {
        program = program, groups = 0, entries = {}, texts = program.texts, calls = {},
        origins = program.origins, alternatives = program.alternatives, conditions = {},
        blocks = {}, now_ms = options and options.now_ms or os.time() * 1000,
    }
    for number, category in ipairs(categories) do
        read_category(builder, number, category)
    end
    builder.bits, builder.from = zeros(builder.groups), zeros(#builder.origins)
    local matcher, message = core.matcher(builder.groups, builder.entries)
    if not matcher then
        return nil, message
    end
    program.matcher, program.bits, program.from = matcher, builder.bits, builder.from
    program.has_origins = #builder.origins > 0
    program.has_functions = #builder.calls > 0
    program.place_code = load_code(builder, "v, homes, ways",
        "local n, done = 0, false\n" .. place_code(builder) .. "\nreturn n")
    program.survey_code = load_code(builder, "v, hits, refused", survey_code(builder))
    return program
end

return M
