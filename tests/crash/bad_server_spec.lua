-- bad_server_spec.lua: a server that is down, answers nonsense, refuses, or takes the sign-in away,
-- through the command over HTTP. Each gets one sentence with the reason and the remedy, and the
-- right exit code; no token is shown or kept; nothing is lost: with a good server the same call
-- works, and the library comes to its end without a video lost or doubled.
local simulator = require("lua.simulator")
local json = require("ytsync.json")
local refused = require("lua.refusal")

local check = simulator.available() and it or pending
local COMMAND = simulator.COMMAND
local DAY_MS = 24 * 60 * 60 * 1000
local LIBRARY = "--videos 24 --playlists 3 --seed 7"
local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }
]]
local ALWAYS = "#1+100000="
-- From a write on that is not the first.
local LATER = "#5+100000="

local READS = { "channels.list", "playlists.list", "playlistItems.list", "videos.list" }
local AGAIN = "Nothing is lost; try again later: " .. COMMAND .. " fetch --full\n"
local LATER_AGAIN = "Nothing is lost. Try again later: " .. COMMAND .. " fetch --full\n"
local ADDRESS = "does YTSYNC_API_URL lead to YouTube's API?"

-- Answers that no read can use: {fault, status name, sentence, remedy}.
local NONSENSE = {
    { "notjson", "bad_reply", "The text is not JSON, or it is cut off.", AGAIN },
    { "truncated", "bad_reply", "The text is not JSON, or it is cut off.", AGAIN },
    { "empty", "bad_reply", "The text is empty.", AGAIN },
    { "shape", "bad_reply", "YouTube's reply is of kind \"42\", not \"youtube#", AGAIN },
    { "hugebody", "reply_too_large", "The reply is larger than the limit of 8388608 bytes.",
        "Nothing is lost. " },
}

-- Everything else that can come instead: {fault, exit code, sentence, remedy}.
local REFUSALS = {
    { "close", 1, "channels.list: The reply was lost: ", LATER_AGAIN },
    { "cut", 1, "channels.list: The reply was lost: ", LATER_AGAIN },
    { "length", 1, "channels.list: The reply was lost: ", LATER_AGAIN },
    { "hugeheader", 1, "The reply is larger than the limit of 65536 bytes.", "Nothing is lost." },
    { "500", 1, "channels.list: Backend Error", LATER_AGAIN },
    { "502", 1, "channels.list: The server answered HTTP 502", LATER_AGAIN },
    { "503html", 1, "channels.list: The server answered HTTP 503", LATER_AGAIN },
    { "redirect:http://127.0.0.1:9/", 1, "channels.list: The server answered HTTP 302",
        "YTSYNC_API_URL" },
    { "429", 75, "channels.list: Rate Limit Exceeded.",
        "Try again in a while: " .. COMMAND .. " fetch --full\n" },
    { "quota403", 75, "you have exceeded your quota. The quota starts anew at midnight Pacific "
        .. "time. It resets ", "Call again then: " .. COMMAND .. " fetch --full\n" },
    { "quota429", 75, "Queries per day", "Call again then: " .. COMMAND .. " fetch --full\n" },
    { "401", 77, "The access token is expired or wrong: sign in again.",
        "Put a fresh access token into YTSYNC_ACCESS_TOKEN and go on with: " .. COMMAND
        .. " fetch --full\n" },
    { "401signup", 77, "This Google account has no YouTube channel: make one at youtube.com",
        COMMAND .. " fetch --full\n" },
    { "403scope", 77, "the scope youtube.force-ssl (or youtube) must be allowed.",
        COMMAND .. " fetch --full\n" },
    { "403disabled", 1, "Switch on \"YouTube Data API v3\" for the project in the Google Cloud "
        .. "console, then wait a few minutes." },
}

local sim

local function start()
    if simulator.available() then
        sim = simulator.start(LIBRARY)
        sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
    end
end

local function stop()
    if sim then
        sim:stop()
        sim = nil
    end
end

-- What the database knows of the library, as far as a plan needs it.
local function known(env)
    local code, out, err = simulator.command("plan --offline --json", env)
    assert.equal(0, code, err)
    local plan = json.decode(out)
    return { plan.write_units, plan.plain_units, plan.already_there, plan.stages.add_videos.items }
end

-- With a good server a sync comes to its end, and a second one finds nothing to do.
local function ends_well(env)
    sim:clear_faults()
    local code, out, err = sim:run("run --yes --delete --wait --quiet", env)
    assert.equal(0, code, out .. err)
    assert.equal(0, (sim:run("plan --exit-code", env)))
    local report = sim:ask("/sim/truth").report
    assert.equal(0, report.lost)
    assert.equal(0, report.doubled)
    assert.equal(2, report.playlists_now)
end

describe("a read that fails", function()
    before_each(start)
    after_each(stop)

    for _, case in ipairs(NONSENSE) do
        local fault, name, sentence, remedy = table.unpack(case)
        check("because the answer is " .. fault, function()
            for _, method in ipairs(READS) do
                sim.env.YTSYNC_DB = simulator.path("sim.db")
                sim:tell("/sim/fault", method .. ALWAYS .. fault)
                local code, out, err = sim:run("fetch --full --json")
                refused("fetch", code, err:gsub(" %-%-json", ""), 1, method .. ": ", sentence,
                    remedy, ADDRESS:sub(2))
                assert.equal(name, json.decode(out).error.name)
                sim:clear_faults()
                assert.equal(0, (sim:run("fetch")))
            end
        end)
    end

    check("because the server refuses or breaks off", function()
        assert.equal(0, (sim:run("fetch")))
        local before = known(sim.env)
        for _, case in ipairs(REFUSALS) do
            local fault, expected, sentence, remedy = table.unpack(case)
            sim:tell("/sim/fault", "any" .. ALWAYS .. fault)
            local code, out, err = sim:run("fetch --full")
            refused(fault, code, err, expected, sentence, remedy)
            assert.equal("", out)
            sim:clear_faults()
            assert.same(before, known(sim.env))
            sim:tell("/sim/clock", tostring(DAY_MS))
        end
        ends_well()
    end)

    check("because nobody is there", function()
        assert.equal(0, (sim:run("fetch")))
        local env, before = sim.env, known(sim.env)
        stop()
        for _, words in ipairs({ "fetch", "plan", "run --yes" }) do
            local code, _, err = simulator.command(words, env)
            refused(words, code, err, 1, "channels.list: The request could not be sent: ",
                "127.0.0.1", ("Try again later: %s %s\n"):format(COMMAND, words))
        end
        assert.same(before, known(env))
        assert.equal(0, (simulator.command("status", env)))
    end)
end)

-- {fault, exit code, pause reason, sentence, remedy}
local WRITES = {
    { "401", 77, "auth_error", "The access token is expired or wrong: sign in again.",
        "go on with: " .. COMMAND .. " run --yes --delete\n" },
    { "403scope", 77, "auth_error", "the scope youtube.force-ssl (or youtube) must be allowed.",
        "go on with: " .. COMMAND .. " run --yes --delete\n" },
    { "quota403", 75, "quota_exhausted", "The day's quota is used up.",
        "Go on then with: " .. COMMAND .. " run (or let it wait by itself: " .. COMMAND
        .. " run --wait)\n" },
    { "503", 75, "network_error", "Service temporarily unavailable.",
        "Try again later: " .. COMMAND .. " run --yes --delete\n" },
    { "close", 75, "network_error", "The reply was lost: ",
        "Try again later: " .. COMMAND .. " run --yes --delete\n" },
    { "effect+500", 75, "network_error", "Backend Error",
        "Try again later: " .. COMMAND .. " run --yes --delete\n" },
}

describe("a write that fails in the middle of a sync", function()
    before_each(start)
    after_each(stop)

    for _, case in ipairs(WRITES) do
        local fault, expected, reason, sentence, remedy = table.unpack(case)
        check("with " .. fault .. " lets the job rest, and it goes on", function()
            sim:tell("/sim/fault", "write" .. LATER .. fault)
            local code, _, err = sim:run("run --yes --delete")
            refused(fault, code, err, expected, sentence, remedy)
            local _, out = sim:run("status --json")
            assert.equal(reason, json.decode(out).pause_reason)
            sim:tell("/sim/clock", tostring(DAY_MS))
            ends_well()
        end)
    end

    for _, fault in ipairs({ "notjson", "truncated", "empty", "shape", "hugebody" }) do
        check("because its reply is " .. fault .. " is settled by reading", function()
            sim:tell("/sim/fault", "write#3+4=" .. fault)
            local code, out, err = sim:run("run --yes --delete --wait")
            assert.equal(0, code, out .. err)
            ends_well()
        end)
    end

    check("because the server is gone lets the job rest", function()
        assert.equal(0, (sim:run("config set quota.daily 500")))
        assert.equal(75, (sim:run("run --yes --delete")))
        sim:tell("/sim/clock", tostring(DAY_MS))
        local env = sim.env
        stop()
        local code, _, err = simulator.command("run --yes", env)
        refused("run", code, err, 75, "The request could not be sent: ",
            "Try again later: " .. COMMAND .. " run --yes\n")
        local _, out = simulator.command("status --json", env)
        assert.equal("network_error", json.decode(out).pause_reason)
    end)
end)

describe("a word in the database that means nothing", function()
    before_each(start)
    after_each(stop)

    check("is refused with the row's name and never taken for another one", function()
        assert.equal(0, (sim:run("config set quota.daily 500")))
        assert.equal(75, (sim:run("run --yes --delete")))
        local db = sim.env.YTSYNC_DB
        local good = simulator.read(db)
        -- The row of the job: its stage, what it was paused from, and why.
        local bad, count = good:gsub("pausedadd_videosquota_exhausted",
            "pausedadd_videosquota_exhausteb")
        assert.equal(1, count)
        simulator.write(db, bad)
        for _, words in ipairs({ "status", "run --yes --delete", "cancel" }) do
            local code, _, err = sim:run(words)
            refused(words, code, err, 65, "In the database, table sync_jobs, row \"1\"",
                "pause_reason \"quota_exhausteb\" means nothing to this ytsync",
                "Put back a copy of the database", "--db FILE")
        end
        assert.equal(bad, simulator.read(db))
        simulator.write(db, good)
        sim:tell("/sim/clock", tostring(DAY_MS))
        assert.equal(0, (sim:run("config set quota.daily 10000")))
        ends_well()
    end)
end)

describe("a token", function()
    before_each(start)
    after_each(stop)

    check("that is wrong is refused before anything is done", function()
        for _, words in ipairs({ "fetch", "plan", "run --yes", "run --yes -v" }) do
            local code, out, err = sim:run(words, { YTSYNC_ACCESS_TOKEN = refused.TOKEN })
            refused(words, code, out .. err, 77,
                "The access token is expired or wrong: sign in again.",
                "Put a fresh access token into YTSYNC_ACCESS_TOKEN and go on with: " .. COMMAND
                .. " " .. words:gsub("%-v", "--verbose") .. "\n")
        end
        for _, request in ipairs(sim:ask("/sim/requests").requests) do
            assert.equal(401, request.status)
        end
        ends_well()
    end)

    check("that dies on the way makes room for a fresh one, and is nowhere to be found", function()
        sim:tell("/sim/fault", "playlistItems.insert#9=revoke")
        local code, _, err = sim:run("run --yes --delete --wait -v")
        refused("run", code, err, 77, "The access token is expired or wrong: sign in again.")
        sim:tell("/sim/token", "add " .. refused.TOKEN)
        ends_well({ YTSYNC_ACCESS_TOKEN = refused.TOKEN })
        local db = simulator.quote(sim.env.YTSYNC_DB)
        local _, found = simulator.shell(("grep -rlaF -e %s -e sim-token %s*"):format(
            refused.TOKEN, db))
        assert.equal("", found)
        local _, files = simulator.shell(("ls %s.backups"):format(db))
        assert.truthy(files:find("backup-", 1, true), "no backup was searched")
    end)
end)
