-- exchanges_spec.lua: every request that can be built, with every answer of the simulated YouTube
-- (test_requests.c), and those of whole syncs through storms, against the API's own description.
-- tests/crash/demo_spec.lua does the same for the demonstration.
local discovery = require("contract.discovery")
local recording = require("contract.recording")
local simulator = require("lua.simulator")

local BUILD = os.getenv("YTSYNC_BUILD") or "build/plain"
local contract = discovery.load()
local STORM = BUILD .. "/tests/sim/sim_storm"
local REQUESTS = BUILD .. "/tests/contract/test_requests"

local function built(path)
    local file = io.open(path, "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

-- pending names the reason; the description lies outside of the repository.
local function check(name, run)
    if not contract then
        pending(name .. " (the discovery document is not there)")
    elseif not (built(STORM) and built(REQUESTS)) then
        pending(name .. " (the programs were not built)")
    else
        it(name, run)
    end
end

-- Runs a program that records, and holds what it recorded against the contract.
local function exchanges_of(command)
    local path = simulator.path("record")
    local code, out, err = simulator.shell(command:format(simulator.quote(path)))
    assert.equal(0, code, out .. err)
    local seen = recording.check(contract, path)
    os.remove(path)
    return seen
end

local METHODS = {
    "youtube.channels.list", "youtube.playlists.list", "youtube.playlists.insert",
    "youtube.playlists.update", "youtube.playlists.delete", "youtube.playlistItems.list",
    "youtube.playlistItems.insert", "youtube.playlistItems.update",
    "youtube.playlistItems.delete", "youtube.videos.list",
}

describe("the contract with the API", function()
    check("holds for every request that can be built, and for every answer", function()
        local seen = exchanges_of("YTSYNC_RECORD=%s " .. simulator.quote(REQUESTS))
        assert.same({}, seen.problems)
        assert.truthy(seen.errors > 1000, seen.errors .. " replies with an error are few")
        for _, method in ipairs(METHODS) do
            assert.truthy(seen.methods[method], method .. " was never called")
        end
    end)

    check("holds for every exchange of whole syncs through storms", function()
        local seen = exchanges_of(simulator.quote(STORM)
            .. " --seeds 6 --from 1 --jobs 1 --record %s")
        assert.same({}, seen.problems)
        assert.truthy(seen.requests > 500, seen.requests .. " requests are few")
    end)

    check("holds for every exchange of doctor --probe, with and without trouble", function()
        local path = simulator.path("record")
        local sim = simulator.start("--videos 24 --playlists 3 --seed 7 --record "
            .. simulator.quote(path))
        assert.equal(0, (sim:run("fetch")))
        for _, fault in ipairs({ "none", "playlistItems.insert#2=409", "playlists.insert#1="
            .. "effect+timeout", "playlists.delete#1+9=403forbidden", "none" }) do
            sim:tell("/sim/fault", fault == "none" and "" or fault)
            sim:run("doctor --probe --yes")
            sim:clear_faults()
            sim:tell("/sim/clock", tostring(24 * 60 * 60 * 1000))
        end
        sim:stop()
        local seen = recording.check(contract, path)
        os.remove(path)
        assert.same({}, seen.problems)
        assert.truthy(seen.methods["youtube.playlistItems.delete"] >= 3)
        assert.truthy(seen.methods["youtube.playlists.delete"] >= 4)
    end)

    check("is told apart from what breaks it", function()
        local good = { method = "POST", path = "/youtube/v3/playlistItems", query = "part=snippet",
            signed_in = true, body = '{"snippet":{"playlistId":"PL1","resourceId":{"kind":'
                .. '"youtube#video","videoId":"aaaaaaaaaaa"}}}' }
        assert.is_nil((contract:request(good)))
        local function broken(changes)
            return (contract:request(setmetatable(changes, { __index = good })))
        end
        assert.equal("PATCH /youtube/v3/playlistItems is no method", broken({ method = "PATCH" }))
        assert.equal("part is required", broken({ query = "prettyPrint=false" }))
        assert.equal("colour is no parameter of youtube.playlistItems.insert",
            broken({ query = "part=snippet&colour=red" }))
        assert.equal("prettyPrint=maybe is no boolean",
            broken({ query = "part=snippet&prettyPrint=maybe" }))
        assert.equal("a secret in the URL", broken({ query = "part=snippet&access_token=x" }))
        assert.equal("no Authorization header", broken({ signed_in = false }))
        assert.equal("part=nonsense: not a part of PlaylistItem, or twice",
            broken({ query = "part=nonsense" }))
        assert.equal("the body is no JSON object", broken({ body = "no" }))
        assert.equal("the body has snippet, which part does not name",
            broken({ query = "part=status" }))
        assert.equal("body.snippet.colour is unknown to PlaylistItemSnippet",
            broken({ body = '{"snippet":{"colour":1}}' }))
        assert.equal("body.snippet.position -1 is no uint32",
            broken({ body = '{"snippet":{"position":-1}}' }))
        assert.equal("body.snippet.resourceId is missing",
            broken({ body = '{"snippet":{"playlistId":"PL1"}}' }))
        local list = { method = "GET", path = "/youtube/v3/playlists", signed_in = true }
        list.query = "part=id&mine=true&maxResults=51"
        assert.equal("maxResults=51 is out of its range", (contract:request(list)))
        list.query = "part=id&mine=true&id=PL1"
        assert.equal("2 filters, not one", (contract:request(list)))
        list.status, list.reply = 200, '{"items":[{"status":{"privacyStatus":"secret"}}]}'
        assert.equal("reply.items[1].status.privacyStatus 'secret' is none of its values",
            contract:reply(list))
        list.status, list.reply = 404, "{}"
        assert.equal("an error without its envelope", contract:reply(list))
    end)
end)
