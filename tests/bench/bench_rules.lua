-- bench_rules.lua: how fast a policy is tried on a large library. The first figure is a promise
-- that is checked: 100,000 videos against 25 playlists with a text rule each, at least 300,000
-- videos a second on one core, with all that a plan needs (ytsync.target). The others are told.
local policies = require("ytsync.policy")
local targets = require("ytsync.target")

local VIDEOS, PLAYLISTS, ROUNDS = 100000, 25, 3
local VIDEOS_PER_SECOND_MIN = 300000
local WORDS = { "jazz", "live", "talk", "review", "piano", "cooking", "bread", "lecture", "chess",
    "retro", "garden", "space", "history", "yoga", "trail", "shader", "comedy", "photo", "how",
    "to", "the", "full", "concert", "part", "official", "video", "2021", "best", "of", "night" }

-- A fixed sequence: the same library each time.
local seed = 42
local function random(below)
    seed = (seed * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff
    return (seed >> 33) % below
end

local function phrase(words)
    local out = {}
    for position = 1, words do
        local word = WORDS[random(#WORDS) + 1]
        out[position] = position % 2 == 1 and word:gsub("^%l", string.upper) or word
    end
    return table.concat(out, " ")
end

local function make_library()
    local videos, playlists = {}, {}
    for number = 1, 80 do
        playlists[number] = { id = "PL" .. number, title = "List " .. number, deleted_at = 0 }
    end
    for number = 1, VIDEOS do
        local list = playlists[random(#playlists) + 1]
        videos[number] = { id = ("v%010d"):format(number), title = phrase(8),
            channel = phrase(2) .. " Channel", tags = { phrase(1), phrase(2), phrase(1) },
            duration_s = random(7200), published_at = 1500000000000 + number,
            saved_at = 1600000000000 + number, playlists = { list.title },
            playlist_ids = { list.id }, availability = "live", live = true, gone = false }
    end
    return { channel = nil, playlists = playlists, videos = videos }
end

local function policy_of(line)
    local out = {}
    for number = 1, PLAYLISTS do
        out[number] = ('playlist "P%d" { %s }'):format(number, (line:gsub("WORD",
            WORDS[number] .. " " .. WORDS[(number * 7) % #WORDS + 1])))
    end
    return assert(policies.load_text(table.concat(out, "\n"), "policy.lua"))
end

-- Videos a second: the best of some rounds, so that other programs disturb less.
local function measure(work)
    local best = math.huge
    for _ = 1, ROUNDS do
        collectgarbage()
        local start = os.clock()
        work()
        best = math.min(best, os.clock() - start)
    end
    return VIDEOS / best
end

local function told(what, rate)
    print(("%-58s %12.0f videos/s"):format(what, rate))
    return rate
end

local library = make_library()

local function trying(line)
    local policy = policy_of(line)
    return function()
        local target, summary = targets.build(policy, library)
        assert(target and summary.videos == VIDEOS, summary)
    end
end

local rate = told("25 playlists, one text rule each", measure(trying('title "WORD"')))
told("25 playlists, title, channel, artist and tag each", measure(trying(
    'title "WORD", channel "WORD", artist "WORD", tag "WORD"')))
told("25 playlists, one Lua function each", measure(trying(
    'where(function (v) return v.duration_s > 7300 and v.title == "WORD" end)')))
told("the same with a search in the function", measure(trying(
    'where(function (v) return v.title:find("WORD", 1, true) end)')))
told("an empty loop over the videos", measure(function()
    local count = 0
    for _, video in ipairs(library.videos) do
        count = count + (video.live and 1 or 0)
    end
    assert(count == VIDEOS)
end))
if rate < VIDEOS_PER_SECOND_MIN then
    print(("TOO SLOW: at least %d videos a second are promised"):format(VIDEOS_PER_SECOND_MIN))
    os.exit(1)
end
