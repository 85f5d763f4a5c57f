-- The command with the real engine, as processes over HTTP: whole syncs, and what a user meets
-- when something is wrong.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local check = simulator.available() and it or pending
local DAY_MS = 24 * 60 * 60 * 1000
local SMALL = "--videos 120 --playlists 30 --seed 7"

local function policy(body)
    return simulator.write(simulator.path("policy.lua"),
        'local y = require "ytsync.policy"\n' .. body)
end

local SIMPLE = [[
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { from = "Jazz", when = y.any { y.title "jazz", y.tag "jazz" } },
    y.category "Food" { from = { "Cooking", "Baking" }, when = y.tag { "cooking", "baking" } },
    y.category "Rest" {} } }]]

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

describe("the command over HTTP", function()
    local sim

    before_each(function()
        sim = simulator.available() and simulator.start(SMALL)
    end)
    after_each(function()
        if sim then
            sim:stop()
        end
    end)

    check("sorts a library over several quota days, started again each day", function()
        local file = policy(SIMPLE)
        sim.env.YTSYNC_POLICY = file
        sim:tell("/sim/set", "quota=3000")
        assert.equal(0, (sim:run("config set quota.daily 3000")))
        local code, out, err = sim:run("plan --json")
        assert.equal(0, code, err)
        local plan = assert(json.decode(out))
        assert.truthy(plan.days >= 3)
        local starts = 0
        repeat
            starts = starts + 1
            assert.truthy(starts < 20)
            code, out, err = sim:run("run --yes --delete")
            if code == 75 then
                has(err, "the day's quota is used up")
                sim:tell("/sim/clock", tostring(DAY_MS))
            end
        until code ~= 75
        assert.equal(0, code, err)
        has(out, "Sync complete: ")
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        assert.equal(3, report.playlists_now)
        assert.equal(report.videos_before, report.videos_now)
        for _, day in ipairs(sim:ask("/sim/quota").days) do
            assert.truthy(day.used <= 2900, day.day .. ": " .. day.used)
        end
        code, out = sim:run("run --yes --delete")
        assert.equal(0, code)
        has(out, "Everything is in order: there is nothing to do.")
        assert.equal(0, (sim:run("plan --exit-code")))
        assert.equal(0, (sim:run("log --json")))
    end)

    check("waits by itself, and before it deletes for the second yes", function()
        sim.env.YTSYNC_POLICY = policy(SIMPLE)
        sim:run("config set quota.daily 3000")
        local code, _, err = sim:run("run --yes --wait")
        assert.equal(75, code, err)
        has(err, "Waiting until")
        has(err, "Say yes with: " .. simulator.COMMAND .. " run --delete")
        local before = sim:ask("/sim/truth").report.playlists_now
        local _, out = sim:run("status --json")
        assert.equal("confirmation", json.decode(out).pause_reason)
        _, out = sim:run("status")
        has(out:gsub("%s+", " "), "It needs you: Everything is verified. Run `"
            .. simulator.COMMAND .. " run --delete` to delete the old playlists")
        code, _, err = sim:run("run --delete --wait --quiet")
        assert.equal(0, code, err)
        local report = sim:ask("/sim/truth").report
        assert.truthy(report.playlists_now < before)
        assert.equal(0, report.lost)
    end)

    check("stops at a signal, and goes on from there", function()
        sim:stop()
        sim = simulator.start(SMALL .. " --latency 20")
        sim.env.YTSYNC_POLICY = policy(SIMPLE)
        local running = sim:begin("run --yes --delete --wait")
        repeat -- until the job is at work
            local made = 0
            for _, request in ipairs(sim:ask("/sim/requests").requests) do
                made = made + (request.method == "playlistItems.insert" and 1 or 0)
            end
        until made >= 3
        local code, err = running:finish("TERM")
        assert.equal(75, code, err)
        has(err, "Nothing is lost. Go on with: " .. simulator.COMMAND .. " run")
        local before = sim:ask("/sim/truth").report
        assert.equal(0, before.lost)
        assert.equal(0, (sim:run("run --yes --delete --wait")))
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        assert.equal(3, report.playlists_now)
    end)

    check("keeps everything that is there with old = keep", function()
        sim.env.YTSYNC_POLICY = policy((SIMPLE:gsub('old = "delete"', 'old = "keep"')))
        local code, _, err = sim:run("run --yes --wait")
        assert.equal(0, code, err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.lost_rows)
        assert.truthy(report.playlists_now > report.playlists_before)
    end)

    check("stops a job whose policy was edited, until it is put back or the job given up",
        function()
            sim.env.YTSYNC_POLICY = policy(SIMPLE)
            sim:run("config set quota.daily 1000")
            assert.equal(75, (sim:run("run --yes")))
            local text = simulator.read(sim.env.YTSYNC_POLICY)
            simulator.write(sim.env.YTSYNC_POLICY, (text:gsub('y%.title "jazz"', 'y.title "jaz"')))
            local code, _, err = sim:run("run --yes")
            assert.equal(65, code)
            has(err, "job 1 was planned by another text of")
            has(err, 'y.title "jaz"')
            local copy = assert(err:match("put the policy back and go on: (cp [^\n]+)"))
            assert.equal(0, (simulator.shell(copy)))
            assert.equal(75, (sim:run("run --yes")))
            assert.equal(0, (sim:run("cancel")))
            local _, out = sim:run("status --json")
            assert.equal("cancelled", json.decode(out).stage)
        end)

    check("rests while it is paused from elsewhere", function()
        sim.env.YTSYNC_POLICY = policy(SIMPLE)
        sim:run("config set quota.daily 1000")
        assert.equal(75, (sim:run("run --yes")))
        assert.equal(0, (sim:run("pause")))
        sim:tell("/sim/clock", tostring(DAY_MS))
        local code, _, err = sim:run("run --yes")
        assert.equal(75, code)
        has(err, "job 1 is paused, because you paused it")
        assert.equal(0, (sim:run("resume")))
        code, _, err = sim:run("run --yes")
        assert.equal(75, code)
        has(err, "the day's quota is used up")
    end)

    check("refuses another channel's policy before any write", function()
        sim.env.YTSYNC_POLICY = policy((SIMPLE:gsub("return y.policy {",
            '%0 channel = "UCsomebody",')))
        local code, _, err = sim:run("run --yes")
        assert.equal(77, code)
        has(err, "the policy is for the channel 'UCsomebody'")
    end)

    check("says what is wrong with a token", function()
        for _, token in ipairs({ "", "wrong-token" }) do
            local code, _, err = sim:run("fetch", { YTSYNC_ACCESS_TOKEN = token })
            assert.equal(77, code, err)
            has(err, "YTSYNC_ACCESS_TOKEN")
            assert.is_nil(err:find("wrong-token", 1, true))
        end
    end)

    check("says that the server is down, and loses nothing", function()
        sim:run("fetch")
        sim:stop()
        local code, _, err = sim:run("fetch")
        assert.equal(1, code)
        has(err, "Nothing is lost. Try again later: " .. simulator.COMMAND .. " fetch\n")
    end)

    check("says that an answer makes no sense, and loses nothing", function()
        for _, fault in ipairs({ "notjson", "truncated", "empty", "shape", "hugebody:50000000",
            "redirect:http://127.0.0.1:9/" }) do
            sim:tell("/sim/fault", "playlists.list#1+100=" .. fault)
            local code, out, err = sim:run("fetch --json")
            assert.equal(1, code, fault .. ": " .. err)
            assert.truthy(err:find("^ytsync: %S.*[%.%?]\n"), err)
            assert.truthy(json.decode(out).error.name ~= "internal_error", out)
            assert.is_nil(err:find("sim-token", 1, true))
            sim:run("config list") -- the database is in order
            sim:clear_faults()
        end
        assert.equal(0, (sim:run("fetch")))
    end)

    check("says what YouTube refuses", function()
        for fault, expected in pairs({ ["401"] = 77, ["403disabled"] = 1, ["quota403"] = 75,
            ["quota429"] = 75 }) do
            sim:tell("/sim/fault", "any#1+100=" .. fault)
            local code, _, err = sim:run("fetch")
            assert.equal(expected, code, fault .. ": " .. err)
            sim:clear_faults()
            sim:tell("/sim/clock", tostring(DAY_MS))
        end
    end)
end)

describe("a second runner", function()
    check("is told that another one is at work; looking is allowed", function()
        local ytsync = require("ytsync")
        local sim = simulator.start(SMALL)
        sim.env.YTSYNC_POLICY = policy(SIMPLE)
        local session = assert(ytsync.open({ db = sim.env.YTSYNC_DB, token = "sim-token",
            api_url = sim.url, clock = sim.env.YTSYNC_CLOCK }))
        assert(session:fetch())
        local plan = assert(session:plan({ policy = assert(require("ytsync.policy").load_file(
            sim.env.YTSYNC_POLICY)) }))
        local job = assert(session:start(plan))
        local code, _, err = sim:run("run --yes")
        assert.equal(75, code, err)
        has(err, "Another ytsync is at work on this database")
        has(err, "Look at it: " .. simulator.COMMAND .. " status")
        local status_code, out = sim:run("status --json")
        assert.equal(0, status_code)
        assert.equal(job:id(), json.decode(out).job)
        job:close()
        plan:close()
        session:close()
        assert.equal(75, (sim:run("run --yes")))
        sim:stop()
    end)
end)

describe("what the user gave", function()
    local POLICY = "return { }"
    local env

    before_each(function()
        env = { YTSYNC_DB = simulator.path("own.db"), YTSYNC_ACCESS_TOKEN = "t" }
    end)

    check("a file that is no database", function()
        simulator.write(env.YTSYNC_DB, ("this is no database. "):rep(500))
        local code, _, err = simulator.command("status", env)
        assert.equal(65, code, err)
        has(err, env.YTSYNC_DB)
        assert.equal(("this is no database. "):rep(500), simulator.read(env.YTSYNC_DB))
    end)

    check("another program's database", function()
        local state = simulator.path("state.db")
        local sim = simulator.start("--library empty --state " .. simulator.quote(state))
        sim:stop()
        env.YTSYNC_DB = state
        local code, _, err = simulator.command("status", env)
        assert.equal(65, code, err)
        has(err, state)
    end)

    check("a folder that is not there", function()
        local code, _, err = simulator.command("fetch --db /nowhere/at/all.db", env)
        assert.truthy(code == 1 or code == 65, err)
        has(err, "/nowhere/at")
    end)

    check("an API that is neither https nor on this machine", function()
        env.YTSYNC_API_URL = "http://192.0.2.1"
        local code, _, err = simulator.command("quota", env)
        assert.equal(64, code, err)
        has(err, "192.0.2.1")
    end)

    check("a simulator's clock with an API elsewhere", function()
        env.YTSYNC_CLOCK = simulator.path("clock")
        local code, _, err = simulator.command("quota", env)
        assert.equal(64, code, err)
        has(err, "YTSYNC_CLOCK")
    end)

    check("settings out of range", function()
        local code, _, err = simulator.command("config set quota.daily 99999999999", env)
        assert.equal(64, code, err)
        has(err, "quota.daily")
    end)

    check("a policy that is none", function()
        local file = simulator.write(simulator.path("policy.lua"), POLICY)
        local code, _, err = simulator.command("check --policy " .. file, env)
        assert.equal(65, code)
        has(err, "the file returns a table; it must end with return y.policy { ... }")
    end)
end)
