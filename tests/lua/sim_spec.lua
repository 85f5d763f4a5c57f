-- Using ytsync from a program: a session over ytsync.sim, policies as tables, a token function, a
-- host with its own loop, and several sessions side by side. The examples of scripts/README.md and
-- include/ytsync.h are of this kind.
local sim = require("ytsync.sim")
local ytsync = require("ytsync")
local y = require("ytsync.policy")

local files = 0
local function database()
    files = files + 1
    return ("%s/sim-%d-%s.db"):format(os.getenv("TMPDIR") or "/tmp", files,
        tostring({}):match("0x(%x+)"))
end

-- A small world: five videos in two playlists.
local function small()
    local world = assert(sim.new({ seed = 3 }))
    for number, title in ipairs({ "Jazz one", "Jazz two", "Pasta", "Bread", "Odd" }) do
        assert(world:add_video({ id = ("video-%05d"):format(number), title = title,
            tags = number == 3 and { "food" } or nil, channel = "Channel " .. number }))
    end
    assert(world:add_playlist({ title = "Mixed", videos = { "video-00001", "video-00003",
        "video-00005" } }))
    assert(world:add_playlist({ title = "More", videos = { "video-00002", "video-00004" } }))
    return world
end

local POLICY = { old = "delete", categories = {
    y.category("Jazz")({ when = y.title("jazz") }),
    y.category("Food")({ when = y.any({ y.tag("food"), y.title("bread") }) }),
    y.category("Rest")({}),
}, otherwise = "Rest" }

local function titles(world)
    local out = {}
    for _, playlist in ipairs(world:playlists()) do
        out[#out + 1] = playlist.title .. "=" .. #playlist.videos
    end
    table.sort(out)
    return table.concat(out, " ")
end

local function run_to_the_end(session, job)
    local ok, message, name = job:run({ wait = true })
    if name == "confirmation" then
        assert(session:confirm(job:id()))
        ok, message, name = job:run({ wait = true })
    end
    assert(ok, message)
    return name
end

describe("ytsync.sim", function()
    it("lets a program be tried from fetch to the end", function()
        local world = small()
        local session <close> = assert(world:open({ db = database() }))
        assert.equal(2, assert(session:fetch()).playlists)
        local plan <close> = assert(session:plan({ policy = POLICY }))
        assert.equal(5, plan:preview().add_videos.count + plan:preview().already_there)
        local job <close> = assert(session:start(plan))
        run_to_the_end(session, job)
        assert.equal("Food=2 Jazz=2 Rest=1", titles(world))
        local report = world:report()
        assert.same({ 0, 0 }, { report.lost, report.doubled })
        local kinds = {}
        for operation in job:operations() do
            kinds[operation.kind] = (kinds[operation.kind] or 0) + 1
        end
        assert.truthy(kinds.item_insert >= 3)
    end)

    it("keeps the newest, also of what it filled itself under old = \"keep\"", function()
        local world = assert(sim.new({ seed = 9 }))
        local function add(number)
            assert(world:add_video({ id = ("video-%05d"):format(number), title = "News",
                published_at = number * 86400000 }))
            return ("video-%05d"):format(number)
        end
        local source = { add(1), add(2), add(3) }
        local id = assert(world:add_playlist({ title = "All", videos = source }))
        local session <close> = assert(world:open({ db = database() }))
        local policy = { categories = { y.category("New")({ when = y.title("news"),
            keep_newest = 2 }) } }
        local function sync()
            assert(session:fetch())
            local plan <close> = assert(session:plan({ policy = policy }))
            local job <close> = assert(session:start(plan))
            run_to_the_end(session, job)
            return plan:preview()
        end
        assert.equal(2, sync().add_videos.count)
        assert.equal("All=3 New=2", titles(world))
        assert(session:add_video(id, add(4)))
        local preview = sync()
        assert.same({ 1, 1 }, { preview.add_videos.count, preview.delete_playlists.count })
        assert.equal("All=4 New=2", titles(world))
        assert.same({ 0, 0 }, { world:report().lost, world:report().doubled })
        assert(session:fetch())
        local plan <close> = assert(session:plan({ policy = policy }))
        assert.equal(0, plan:preview().units)
    end)

    it("knows the channels of videos by their ids", function()
        local session <close> = assert(small():open({ db = database() }))
        assert(session:fetch())
        local video = assert(session:videos())[1]
        assert.truthy(video.channel_id:find("^UC[%w_-]+$"))
        local plan <close> = assert(session:plan({ policy = { categories = {
            y.category("One")({ when = y.channel(video.channel_id) }) } } }))
        assert.equal(1, plan:preview().add_videos.count)
        assert.equal(video.id, plan:items()[2].video_id)
    end)

    it("makes faults, days and other spenders", function()
        local world = assert(sim.new({ seed = 5, videos = 60, playlists = 6, daily_units = 1500 }))
        local session <close> = assert(world:open({ db = database() }))
        assert(session:config_set("quota.daily", 1500))
        assert(world:fault("playlistItems.insert#2=effect+close"))
        assert(world:spend(100))
        assert(session:fetch())
        local plan <close> = assert(session:plan({ policy = { categories = {
            y.category("All")({ when = y.title("*") }) } } }))
        local job <close> = assert(session:start(plan))
        local before, waits = world:now(), 0
        assert(job:run({ wait = true, on_event = function(event)
            waits = waits + (event.kind == "wait" and 1 or 0)
        end }))
        assert.truthy(waits > 0 and world:now() - before > 3600 * 1000)
        assert.equal(0, world:report().lost)
        local _, message, name = world:fault("nonsense")
        assert.equal("invalid_argument", name)
        assert.truthy(#message > 0)
    end)

    it("lives as long as its sessions", function()
        local path = database()
        local session = assert(small():open({ db = path }))
        collectgarbage()
        collectgarbage()
        assert(session:fetch())
        assert.is_nil(sim.new({ seed = 1 }).core.close)
        session:close()
    end)
end)

describe("a program's session", function()
    it("takes a plain table as a policy and names its mistakes", function()
        local session <close> = assert(small():open({ db = database() }))
        assert(session:fetch())
        assert.has_error(function()
            session:plan({ policy = { categoriez = {} } })
        end)
        assert.has_error(function()
            session:plan({ policy = "policy.lua" })
        end)
    end)

    it("gives a policy file functions of its own", function()
        local seen = { ["video-00001"] = true }
        local session <close> = assert(small():open({ db = database() }))
        assert(session:fetch())
        local text = 'playlist "Seen" { where(function(v) return is_seen(v.id) end) }'
        local policy = assert(y.load_text(text, "policy.lua", { functions = {
            is_seen = function(id)
                return seen[id]
            end,
        } }))
        local target = assert(session:target(policy))
        assert.same({ { "video-00001", "policy.lua:1 function" } }, target.categories[1].videos)
    end)

    it("asks a function for the token, and again when it was refused", function()
        local asked = 0
        local world = small()
        local session <close> = assert(world:open({ db = database(), token = function()
            asked = asked + 1
            return asked == 1 and "an-old-token" or "sim-token"
        end }))
        assert.equal(1, asked)
        assert(session:fetch())
        assert.equal(2, asked)
        local plan <close> = assert(session:plan({ policy = POLICY }))
        local job <close> = assert(session:start(plan))
        assert(session:set_token("another-old-one"))
        session.token = "another-old-one"
        run_to_the_end(session, job)
        assert.equal(3, asked)
    end)

    it("says when that function gives none", function()
        for _, case in ipairs({
            { function() error("no network", 0) end, "the token function went wrong: no network" },
            { function() return nil, "signed out" end, "signed out" },
            { function() end, "the token function gave no token" },
        }) do
            local session, message, name = ytsync.open({ db = database(), token = case[1] })
            assert.is_nil(session)
            assert.equal(case[2], message)
            assert.equal("no_token", name)
        end
    end)

    it("hands its log to a function", function()
        local lines = {}
        local function log(level, text)
            assert.truthy(level == "debug" or level == "info" or level == "warn")
            lines[#lines + 1] = text
        end
        local path = database()
        local session = assert(small():open({ db = path, log = log }))
        assert(session:fetch())
        session:close()
        local quiet = assert(small():open({ db = database() }))
        assert.same({}, quiet.core:log_lines())
        quiet:close()
        -- In another world its playlists are gone, which is worth a line.
        local other = assert(sim.new({ seed = 9 }))
        other:advance(2 * 24 * 3600 * 1000)
        session = assert(other:open({ db = path, log = log }))
        assert(session:fetch())
        session:close()
        assert.truthy(table.concat(lines, "\n"):find("is no longer on YouTube.", 1, true))
    end)

    it("works in a loop of the host's own", function()
        local world = small()
        local session <close> = assert(world:open({ db = database() }))
        assert(session:fetch())
        local plan <close> = assert(session:plan({ policy = { categories = {
            y.category("Jazz")({ when = y.title("jazz") }) } } }))
        local job <close> = assert(session:start(plan))
        local turns = 0
        while true do
            local more, message, name = job:step(0)
            turns = turns + 1
            if more == false then
                break
            end
            assert(more ~= nil, ("%s: %s"):format(name, message))
            assert.truthy(job:wait_ms() >= 0)
            world:advance(50) -- what else the host does meanwhile
        end
        assert.truthy(turns > 1)
        assert.equal("Jazz=2 Mixed=3 More=2", titles(world))
    end)

    it("stands beside others in one process", function()
        local first, second = small(), small()
        local a <close> = assert(first:open({ db = database() }))
        local b <close> = assert(second:open({ db = database() }))
        assert(a:fetch())
        assert(b:fetch())
        local plan_a <close> = assert(a:plan({ policy = POLICY }))
        local plan_b <close> = assert(b:plan({ policy = { categories = {
            y.category("Food")({ when = y.title("bread") }) } } }))
        local job_a <close> = assert(a:start(plan_a))
        local job_b <close> = assert(b:start(plan_b))
        local more_a, more_b = true, true
        while more_a or more_b do
            more_a = more_a and job_a:step(100)
            more_b = more_b and job_b:step(100)
        end
        assert.same({ false, false }, { more_a, more_b })
        assert.equal("Food=2 Jazz=2 Rest=1", titles(first))
        assert.equal("Food=1 Mixed=3 More=2", titles(second))
    end)
end)
