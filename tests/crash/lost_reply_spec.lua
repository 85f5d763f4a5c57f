-- lost_reply_spec.lua: a kept-alive connection that dies after a write took effect and before its
-- reply. An HTTP client may send such a request again on a new connection, and libcurl does; for
-- each kind of write the simulator must see it once, and the end must be that of a sync to which
-- nothing happened.
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending

-- Every kind of write is in it: "Jazz" is there and holds more than jazz (changed, entries taken
-- out). The others get a third each of long old playlists, none of which is worth carrying on for
-- that: they are new, one is published at its end, and the old ones are deleted.
local LIBRARY = "--videos 120 --playlists 4 --seed 7"
local POLICY = [[
local y = require "ytsync.policy"
local function share(number)
    return function(v) return v.id:byte(1) % 3 == number end
end
return y.policy { old = "delete", gone = "forget", otherwise = "Third", categories = {
    y.category "Jazz" { when = y.title "jazz", description = "All of it." },
    y.category "First" { when = share(1), privacy = "unlisted" },
    y.category "Second" { when = share(2) },
    y.category "Third" {} } }
]]
local METHODS = { "playlists.insert", "playlists.update", "playlists.delete",
    "playlistItems.insert", "playlistItems.delete" }
-- Which of each kind lose their reply: by then their connections have carried other requests.
local LOST_FIRST, LOST_COUNT = 1, 2

local function fault_of(method)
    return ("%s#%d+%d=effect+close"):format(method, LOST_FIRST, LOST_COUNT)
end

-- Runs a whole sync with these faults. Gives its end state without ids and without the marks of
-- the job, which hold the time; the truth's report; the requests; standard error.
local function sync(faults, policy)
    local sim = simulator.start(LIBRARY)
    sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), policy or POLICY)
    for _, fault in ipairs(faults) do
        sim:tell("/sim/fault", fault)
    end
    local code, out, err = sim:run("run --yes --delete --wait")
    local again = sim:run("plan --exit-code")
    local result = {
        code = code, again = again, out = out, err = err,
        state = sim:text("/sim/dump"):gsub("made by ytsync, job [%x-]+", ""),
        report = sim:ask("/sim/truth").report,
        requests = sim:ask("/sim/requests").requests,
    }
    sim:stop()
    return result
end

local undisturbed

-- What must hold whichever replies were lost. `methods`: those that lost some.
local function check_sync(result, methods)
    undisturbed = undisturbed or sync({})
    assert.equal(0, undisturbed.code, undisturbed.err)
    assert.equal(0, result.code, result.out .. result.err)
    assert.equal(0, result.again, "a second plan is not empty")
    assert.equal(0, result.report.lost)
    assert.equal(0, result.report.doubled)
    assert.equal(undisturbed.state, result.state)

    local lost, sent, writes = {}, {}, {}
    for _, request in ipairs(result.requests) do
        if request.wire == "close" then
            assert.equal(true, request.effect)
            lost[request.method] = (lost[request.method] or 0) + 1
        end
        local object = table.concat({ request.method, request.playlist_id, request.video_id,
            request.item_id }, " ")
        sent[object] = (sent[object] or 0) + 1
        writes[request.method] = (writes[request.method] or 0) + 1
        if request.units > 1 then
            assert.equal(1, sent[object], object .. " was sent again")
        end
    end
    for _, method in ipairs(methods) do
        assert.equal(LOST_COUNT, lost[method], method)
    end
    local calm = {}
    for _, request in ipairs(undisturbed.requests) do
        calm[request.method] = (calm[request.method] or 0) + 1
    end
    for _, method in ipairs(METHODS) do
        assert.equal(calm[method], writes[method], method)
    end
end

describe("a reply that is lost on a kept-alive connection", function()
    for _, method in ipairs(METHODS) do
        check("leads to no second " .. method, function()
            local result = sync({ fault_of(method) })
            check_sync(result, { method })
            assert.truthy(result.err:find("The reply was lost: The connection broke before the "
                .. "reply came.", 1, true), result.err)
        end)
    end

    check("leads to no second write when it happens to all kinds in one sync", function()
        local faults = {}
        for number, method in ipairs(METHODS) do
            faults[number] = fault_of(method)
        end
        check_sync(sync(faults), METHODS)
    end)
end)

-- Single writes have no job that could settle them by reading: they say that it is not known.
describe("a single write whose reply is lost on a kept-alive connection", function()
    local sim, session

    before_each(function()
        if not simulator.available() then
            return
        end
        local ytsync = require("ytsync")
        sim = simulator.start(LIBRARY)
        session = assert(ytsync.open({ db = sim.env.YTSYNC_DB, token = "sim-token",
            api_url = sim.url, clock = sim.env.YTSYNC_CLOCK }))
        assert(session:fetch())
    end)
    after_each(function()
        if sim then
            session:close()
            sim:stop()
        end
    end)

    local function once(method, write)
        sim:tell("/sim/fault", method .. "=effect+close")
        local none, message, name = write()
        assert.is_nil(none)
        assert.equal("outcome_unknown", name, message)
        assert.truthy(message:find("The connection broke before the reply came.", 1, true), message)
        local effects = 0
        for _, request in ipairs(sim:ask("/sim/requests").requests) do
            if request.method == method then
                effects = effects + 1
                assert.equal("close", request.wire)
                assert.equal(true, request.effect)
            end
        end
        assert.equal(1, effects)
    end

    check("makes one playlist", function()
        once("playlists.insert", function()
            return session:create_playlist({ title = "Once" })
        end)
        local _, count = sim:text("/sim/dump"):gsub('"Once" private', "")
        assert.equal(1, count)
    end)

    check("adds a video once", function()
        local list = session:playlists()[1].id
        local video = session:videos()[1].id
        once("playlistItems.insert", function()
            return session:add_video(list, video)
        end)
    end)

    check("deletes a playlist once", function()
        local list = session:playlists()[1].id
        once("playlists.delete", function()
            return session:delete_playlist(list)
        end)
        assert.is_nil(sim:text("/sim/dump?ids=1"):find(list, 1, true))
    end)
end)
