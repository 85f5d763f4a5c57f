--- What a policy's lines do on a library: how many videos each catches and catches alone, texts
--- that are never found, lines that catch far too much, videos that two playlists want and that
--- none wants, how long functions take, and whether the policy's own expectations hold.
-- Pure, but for a clock that measures the functions.
local core = require("ytsync.core")
local rules = require("ytsync.rules")
local sandbox = require("ytsync.sandbox")
local suggest = require("ytsync.suggest")
local targets = require("ytsync.target")
local values = require("ytsync.values")
local where = require("ytsync.where")

local M = {}

-- A line that catches more than this share of the library, and at least that many videos, was
-- probably not meant so.
local MUCH_SHARE, MUCH_VIDEOS = 0.4, 50
-- Names that a text which is never found is compared with: the most frequent ones.
local CANDIDATES_MAX = 2000
-- Groups of videos that are named.
local GROUPS_MAX = 8
-- Words that say something: longer than the small ones of most languages.
local WORD_CODEPOINTS_MIN = 4
local GROUP_VIDEOS_MIN = 2

-- ------------------------------------------------------------------ counting

-- Names in the order in which they came (the list part), and how often, by name.
local function new_counts()
    return {}
end

local function count_up(counts, key)
    local count = counts[key]
    if not count then
        counts[#counts + 1] = key
    end
    counts[key] = (count or 0) + 1
end

-- {name, videos} of the most frequent ones, by number and then by name.
local function most_frequent(counts, most, least)
    local list = {}
    for _, name in ipairs(counts) do
        if counts[name] >= least then
            list[#list + 1] = { name = name, videos = counts[name] }
        end
    end
    table.sort(list, function(a, b)
        if a.videos ~= b.videos then
            return a.videos > b.videos
        end
        return a.name < b.name
    end)
    return table.move(list, 1, math.min(#list, most), 1, {})
end

-- The words of a title, each once.
local function each_word(title, fn)
    local seen = {}
    for word in core.fold(title):gmatch("[^ \1\2]+") do
        if not seen[word] and (utf8.len(word) or 0) >= WORD_CODEPOINTS_MIN
            and not word:find("^%d+$") then
            seen[word] = true
            fn(word)
        end
    end
end

-- ------------------------------------------------------------------ the walk

local function new_lines(policy, program, first)
    local lines, of_alternative = {}, {}
    for number, alternative in ipairs(program.alternatives) do
        local category = policy.categories[alternative.category - first]
        local ways = category and category.ways or policy.leave_alone
        local last = lines[#lines]
        if not last or last.category ~= alternative.category or last.way ~= alternative.line then
            local rule = ways[alternative.line]
            last = { category = alternative.category, way = alternative.line,
                key = category and category.key or nil, place = rule.place,
                text = rules.describe(rule), videos = 0, alone = 0 }
            lines[#lines + 1] = last
        end
        of_alternative[number] = #lines
    end
    return lines, of_alternative
end

-- Marks which lines of each category hold for the video that was tried last, and counts them.
local function count_lines(state)
    local hits, refused = state.hits, state.refused
    local caught, lone = state.caught, state.lone
    for number = 1, #state.of_alternative do
        local line = state.of_alternative[number]
        if hits[number] and not refused[state.lines[line].category] and not caught[line] then
            caught[line] = true
            state.lines[line].videos = state.lines[line].videos + 1
            local category = state.lines[line].category
            lone[category] = lone[category] == nil and line or false
        end
    end
    for category, line in pairs(lone) do -- unordered: counters alone are changed
        if line then
            state.lines[line].alone = state.lines[line].alone + 1
        end
        lone[category] = nil
    end
    for line = 1, #state.lines do
        caught[line] = nil
    end
end

-- Which categories of the "first wins" kind want the video.
local function count_wanted(state, video)
    local keys, any, alone = {}, false, false
    local last
    for number = 1, #state.of_alternative do
        local category = state.program.alternatives[number].category
        if state.hits[number] and not state.refused[category] and category ~= last then
            last = category
            local wanted = state.policy.categories[category - state.first]
            any, alone = true, alone or not wanted
            if wanted and not wanted.everywhere then
                keys[#keys + 1] = wanted.key
            end
        end
    end
    if #keys > 1 and not alone and state.policy.several == "first" then
        local key = table.concat(keys, "' and '")
        count_up(state.shared, key)
        state.examples[key] = state.examples[key] or video.title ~= "" and video.title or video.id
    end
    return any
end

local function walk(state, videos, guard)
    local texts = {}
    for _, video in ipairs(videos) do
        guard:reset()
        state.video = video
        state.program:survey(video, state.hits, state.refused)
        for _, number in ipairs(state.program:found()) do
            texts[number] = true
        end
        count_lines(state)
        if video.availability ~= "live" then
            state.gone[#state.gone + 1] = video
        end
        local any = count_wanted(state, video)
        count_up(state.channels, video.channel or "")
        if not any then
            state.unwanted = state.unwanted + 1
            count_up(state.unwanted_channels, video.channel or "")
            each_word(video.title or "", function(word)
                count_up(state.unwanted_words, word)
            end)
        end
    end
    return texts
end

-- ------------------------------------------------------------------ what was not found

local function names_of(videos, kind)
    local counts = new_counts()
    for _, video in ipairs(videos) do
        if kind == "tag" then
            for _, tag in ipairs(video.tags) do
                count_up(counts, tag)
            end
        elseif kind == "title" then
            each_word(video.title or "", function(word)
                count_up(counts, word)
            end)
        else
            count_up(counts, video.channel or "")
        end
    end
    local names = {}
    for position, entry in ipairs(most_frequent(counts, CANDIDATES_MAX, 1)) do
        names[position] = entry.name
    end
    return names
end

-- Ids of channels that no video is of.
local function no_channel(program, videos, out)
    local known = {}
    for position = 1, #program.channel_ids > 0 and #videos or 0 do
        known[videos[position].channel_id or ""] = true
    end
    for _, text in ipairs(program.channel_ids) do
        if not known[text.word] and text.alternative then
            out[#out + 1] = { place = text.rule.place, kind = text.kind, word = text.word,
                hint = "" }
        end
    end
    return out
end

-- Texts that no video holds, with the closest name that there is.
local function nothing_found(program, found, videos)
    local out, known = {}, {}
    for number, text in ipairs(program.texts) do
        if not found[number] and text.alternative then
            local kind = text.kind == "artist" and "channel" or text.kind
            known[kind] = known[kind] or names_of(videos, kind)
            local hint = suggest.hint(text.word, known[kind])
            out[#out + 1] = { place = text.rule.place, kind = text.kind, word = text.word,
                hint = hint, closest = suggest.closest(text.word, known[kind]) }
        end
    end
    return no_channel(program, videos, out)
end

local function too_much(lines, videos)
    local out = {}
    for _, line in ipairs(lines) do
        if line.key and line.videos >= MUCH_VIDEOS and line.videos > #videos * MUCH_SHARE then
            out[#out + 1] = line
        end
    end
    return out
end

-- The function that took longest, in microseconds a video.
local function slowest(program, videos)
    local worst
    for _, timed in ipairs(program.times) do
        if not worst or timed.seconds > worst.seconds then
            worst = timed
        end
    end
    return worst and { rule = worst.rule, us = worst.seconds / math.max(1, #videos) * 1e6 } or nil
end

-- ------------------------------------------------------------------ expectations

local function expected_video(expected, now_ms)
    local ids = {}
    for position = 1, #(expected.playlists or {}) do
        ids[position] = ""
    end
    return { id = "", title = expected.title or "", channel = expected.channel or "",
        channel_id = rules.is_channel_id(expected.channel or "") and expected.channel or "",
        tags = expected.tags or {}, description = "", duration_s = expected.duration,
        published_at = expected.published and values.moment(expected.published, now_ms) or 0,
        saved_at = expected.saved and values.moment(expected.saved, now_ms) or 0,
        playlists = expected.playlists or {}, playlist_ids = ids, availability = "live",
        live = true, gone = false }
end

local function listed(names)
    return #names == 0 and "no playlist wants it"
        or ("it goes to '%s'"):format(table.concat(names, "' and '"))
end

local function same(a, b)
    local set = {}
    for _, name in ipairs(a) do
        set[name] = true
    end
    for _, name in ipairs(b) do
        if not set[name] then
            return false
        end
    end
    return #a == #b
end

-- Where the program puts a video: the names of the playlists, and the first reason.
local function homes_of(policy, program, first, video)
    local homes, ways, names = {}, {}, {}
    local count = program:place(video, homes, ways)
    if count > 0 and homes[1] <= first then
        return {}, program:reason(ways[1], video)
    end
    for position = 1, count do
        names[position] = policy.categories[homes[position] - first].key
    end
    return names, count > 0 and program:reason(ways[1], video) or nil
end
M.homes_of = homes_of

--- Tries the policy's `expect` lines.
---@param policy ytsync.Policy
---@param now_ms integer
---@return string[]|nil failures  "policy.lua:20: ...": what does not hold
---@return string|nil message  an error in a function
---@return string|nil traceback
function M.expectations(policy, now_ms)
    local program, first = targets.program(policy, now_ms)
    if not program then
        return nil, first
    end
    local failures = {}
    for _, expected in ipairs(policy.expects) do
        local video = expected_video(expected, now_ms)
        local ok, names, reason = sandbox.run(sandbox.CALL_LIMIT, function()
            return homes_of(policy, program, first, video)
        end)
        if not ok then
            return nil, targets.failure(policy, program, first, video, names), reason
        end
        if not same(names, expected.goes_to) then
            failures[#failures + 1] = ('%s: "%s" should go %s, but %s%s'):format(
                where.text(expected.place), video.title, #expected.goes_to == 0 and "nowhere"
                    or "to '" .. table.concat(expected.goes_to, "' and '") .. "'",
                listed(names), reason and (" (%s)"):format(reason) or "")
        end
    end
    return failures
end

-- ------------------------------------------------------------------ the survey

---@class ytsync.Coverage
---@field lines {key: string|nil, place: table, text: string, videos: integer, alone: integer}[]
---  key nil: leave_alone
---@field nothing {place: table, kind: string, word: string, hint: string, closest: string|nil}[]
---@field much table[]  of `lines`
---@field shared {name: string, videos: integer, example: string}[]
---@field gone table[]  videos that are private or deleted
---@field unwanted integer
---@field channels {name: string, videos: integer}[]  of videos that no playlist wants
---@field words {name: string, videos: integer}[]
---@field slowest {rule: ytsync.Matcher, us: number}|nil

--- Surveys a policy on a library.
---@param policy ytsync.Policy
---@param library {videos: table[]}
---@param now_ms integer
---@return ytsync.Coverage|nil
---@return string|nil message
---@return string|nil traceback
function M.survey(policy, library, now_ms)
    local program, first = targets.program(policy, now_ms)
    if not program then
        return nil, first
    end
    program:measure(os.clock)
    local lines, of_alternative = new_lines(policy, program, first)
    local state = { policy = policy, program = program, first = first, lines = lines,
        of_alternative = of_alternative, hits = {}, refused = {}, caught = {}, lone = {},
        gone = {}, shared = new_counts(), examples = {}, channels = new_counts(), unwanted = 0,
        unwanted_channels = new_counts(), unwanted_words = new_counts() }
    local limit = { instructions = sandbox.CALL_LIMIT, videos = #library.videos }
    local ok, found, trace = sandbox.run(limit, function(guard)
        return walk(state, library.videos, guard)
    end)
    if not ok then
        return nil, targets.failure(policy, program, first, state.video, found), trace
    end
    local shared = most_frequent(state.shared, GROUPS_MAX, 1)
    for _, entry in ipairs(shared) do
        entry.example = state.examples[entry.name]
    end
    return {
        lines = lines,
        nothing = nothing_found(program, found, library.videos),
        much = too_much(lines, library.videos),
        shared = shared,
        gone = state.gone,
        unwanted = state.unwanted,
        channels = most_frequent(state.unwanted_channels, GROUPS_MAX, GROUP_VIDEOS_MIN),
        words = most_frequent(state.unwanted_words, GROUPS_MAX, GROUP_VIDEOS_MIN),
        slowest = slowest(program, library.videos),
    }
end

return M
