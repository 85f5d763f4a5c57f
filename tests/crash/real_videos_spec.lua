-- real_videos_spec.lua: 2,334 real videos in 87 overlapping playlists, put in order by an example
-- policy over HTTP, to the end, and compared with the truth: nothing lost, nothing doubled, and
-- each video where the policy wants it. What the policy wants is worked out a second time here,
-- by a reading of its text that shares nothing with ytsync's own.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local FILE = (os.getenv("YTSYNC_SHARED") or "../shared") .. "/data/real-videos.jsonl"
local POLICY = "tests/crash/real_videos_policy.lua"
local PLAYLISTS_LEAST = 80

-- ------------------------------------------------------------------ another reading of a policy

-- Letters and digits are words; between words stands one space, also at both ends. Signs beyond
-- ASCII (dashes, quotes, emoji) and scripts without spaces end a word.
local function spaced(text)
    local out = { " " }
    for _, code in utf8.codes(text:lower()) do
        local is_word = code < 128 and utf8.char(code):find("%w")
            or code >= 0xC0 and code < 0x2000
        if is_word then
            out[#out + 1] = utf8.char(code)
        elseif out[#out] ~= " " then
            out[#out + 1] = " "
        end
    end
    return table.concat(out) .. (out[#out] == " " and "" or " ")
end

-- Whether one of the words stands in one of the texts, as whole words; * stands for anything.
local function each_word(words, texts)
    for _, word in ipairs(type(words) == "string" and { words } or words) do
        local pattern = " " .. word:lower():gsub("[^%w*]+", " "):gsub("%*", ".-") .. " "
        pattern = pattern:gsub("%.%- $", "")
        for _, text in ipairs(texts) do
            if spaced(text):find(pattern) then
                return true
            end
        end
    end
    return false
end

local Y = {
    policy = function(body)
        return body
    end,
    category = function(name)
        return function(body)
            body.name = name
            return body
        end
    end,
    from = function(titles)
        return function(video)
            for _, title in ipairs(type(titles) == "string" and { titles } or titles) do
                if video.seen_in[title] then
                    return true
                end
            end
            return false
        end
    end,
    tag = function(words)
        return function(video)
            return each_word(words, video.tags)
        end
    end,
    any = function(rules)
        return function(video)
            for _, rule in ipairs(rules) do
                if rule(video) then
                    return true
                end
            end
            return false
        end
    end,
    all = function(rules)
        return function(video)
            for _, rule in ipairs(rules) do
                if not rule(video) then
                    return false
                end
            end
            return true
        end
    end,
}
function Y.none(rules)
    local any = Y.any(rules)
    return function(video)
        return not any(video)
    end
end
for _, field in ipairs({ "title", "channel" }) do
    Y[field] = function(words)
        return function(video)
            return each_word(words, { video[field] })
        end
    end
end

local function read_policy()
    local env = setmetatable({ require = function()
        return Y
    end }, { __index = _G })
    return assert(load(simulator.read(POLICY), "@" .. POLICY, "t", env))()
end

local function wants(category, video)
    return category.from and Y.from(category.from)(video)
        or category.when and category.when(video) or false
end

-- ------------------------------------------------------------------ what should be there

-- Videos of the file by id, with the titles of the playlists that hold them.
local function read_videos(playlists)
    local videos = {}
    for line in io.lines(FILE) do
        local video = assert(json.decode(line))
        video.seen_in, video.live = {}, true
        videos[video.id] = video
    end
    for _, playlist in ipairs(playlists) do
        for _, id in ipairs(playlist.items) do
            videos[id].seen_in[playlist.title] = true
        end
    end
    return videos
end

-- Lists of ids by the title of the playlist that should hold them, each sorted.
local function expected(policy, videos)
    local lists = {}
    for id, video in pairs(videos) do
        local title = policy.otherwise
        for _, category in ipairs(policy.categories) do
            if wants(category, video) then
                title = category.title or category.name
                break
            end
        end
        lists[title] = lists[title] or {}
        table.insert(lists[title], id)
    end
    for _, list in pairs(lists) do
        table.sort(list)
    end
    return lists
end

local function check_end(sim, policy, lists)
    local truth = sim:ask("/sim/truth?items=1")
    assert.equal(0, truth.report.lost)
    assert.equal(0, truth.report.doubled)
    assert.equal(truth.report.videos_before, truth.report.videos_now)
    assert.equal(truth.report.videos_now, truth.report.items_now)
    local privacy, found = {}, {}
    for _, category in ipairs(policy.categories) do
        privacy[category.title or category.name] = category.privacy or "private"
    end
    for _, playlist in ipairs(truth.playlists) do
        assert.is_nil(found[playlist.title])
        table.sort(playlist.items)
        found[playlist.title] = playlist.items
        assert.equal(privacy[playlist.title], playlist.privacy, playlist.title)
    end
    for title, list in pairs(lists) do
        assert.same(list, found[title], title)
        found[title] = nil
    end
    assert.is_nil(next(found))
end

local function nothing_left(sim)
    local code, out, err = sim:run("plan --json")
    assert.equal(0, code, err)
    local stages = assert(json.decode(out)).stages
    for _, stage in ipairs({ "create_playlists", "add_videos", "delete_playlists" }) do
        assert.equal(0, stages[stage].count, stage)
    end
    assert.equal(0, (sim:run("plan --exit-code")))
end

describe("a library of real videos", function()
    local function it_works()
        local sim = simulator.start("--library " .. simulator.quote("group:" .. FILE))
        finally(function()
            sim:stop()
        end)
        sim.env.YTSYNC_POLICY = POLICY
        local before = sim:ask("/sim/truth?items=1")
        assert.truthy(#before.playlists >= PLAYLISTS_LEAST)
        assert.truthy(before.report.items_before > 2 * before.report.videos_before)
        local policy, videos = read_policy(), read_videos(before.playlists)
        local lists = expected(policy, videos)
        for _, category in ipairs(policy.categories) do
            assert.truthy(lists[category.title or category.name], category.name .. " is empty")
        end

        local code, _, err = sim:run("run --yes --delete --wait --quiet")
        assert.equal(0, code, err)
        check_end(sim, policy, lists)
        nothing_left(sim)
        for _, day in ipairs(sim:ask("/sim/quota").days) do
            assert.truthy(day.used <= 9900, day.day .. ": " .. day.used)
        end
    end

    local file = io.open(FILE, "rb")
    if not file then
        pending("is put in order: " .. FILE .. " is not there")
    elseif not simulator.available() then
        pending("is put in order: this build has no simd")
    else
        file:close()
        it("is put in order by an example policy", it_works)
    end
end)
