-- secrets_spec.lua: the hunt for secrets (P9). ytsync signs in, works, fails and dies in every way
-- that there is here, and then every byte that it wrote, to a file or to the screen, is searched
-- for each secret that it had: both tokens of each sign-in, the client's secret, the code, a token
-- from the environment, an Authorization header. They may stand in the files of the sign-in and
-- nowhere else.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local check = simulator.available() and it or pending
local SMALL = "--videos 24 --playlists 3 --seed 7"
local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }
]]
local BROKEN = "error(debug and 'x' or 'broken policy')"
-- What begins every token and code of the simulator, also percent-encoded; its client's secret; a
-- header; what the tests plant.
local SECRETS = { "ya29.sim", "1//sim-", "1%2F%2Fsim-", "4/sim-", "4%2Fsim-", "sim-secret",
    "Bearer ", "planted-env-token", "planted-cmd-token", "code_verifier" }
local VERBS = { "check", "find title 'a'", "export", "export --format jsonl",
    "fetch", "fetch --full", "plan", "plan --offline", "status", "log",
    "quota", "config list", "help", "pause", "resume", "cancel", "doctor", "no-such-verb",
    "fetch --no-such-option" }
local LOUDNESS = { " -v", " -v --json" }
local FAULTS = { "401", "401signup", "403scope", "403disabled", "403forbidden", "404", "400", "429",
    "500", "503html", "quota403", "quota429", "close", "cut", "length", "notjson", "truncated",
    "empty", "shape", "hugebody", "hugeheader", "redirect:http://127.0.0.1:9/" }

local sim, said, home

-- Runs a call, keeps what it said, whatever its code.
local function call(words, more)
    local _, out, err = sim:run(words, more)
    said[#said + 1] = "$ " .. words .. "\n" .. out .. err
end

local function found_in(text)
    for _, secret in ipairs(SECRETS) do
        if text:find(secret, 1, true) then
            return secret
        end
    end
    return nil
end

-- Every file below the folder of this test, but what holds secrets by its purpose.
local function files()
    local _, list = simulator.shell(("find %s -type f"):format(simulator.quote(home)))
    local found = {}
    for path in list:gmatch("[^\n]+") do
        if not path:find("/accounts/[%w%.]+%.json$") and not path:find("%.client$") then
            found[#found + 1] = path
        end
    end
    return found
end

local function hunt()
    for _, text in ipairs(said) do
        -- The address for the browser names no secret; "code_challenge" is none.
        local secret = found_in(text)
        assert.is_nil(secret, secret and ("%s was said:\n%s"):format(secret, text))
    end
    local list = files()
    assert.truthy(#list >= 4, "hardly any files were written")
    for _, path in ipairs(list) do
        local secret = found_in(simulator.read(path))
        assert.is_nil(secret, secret and ("%s stands in %s"):format(secret, path))
    end
end

-- The file itself must hold what is hunted for, or the hunt proves nothing.
local function assert_planted()
    local kept = simulator.read(sim.data .. "/accounts/default.json")
    for _, secret in ipairs({ "ya29.sim", "1//sim-", "sim-secret" }) do
        assert.truthy(kept:find(secret, 1, true), secret)
    end
end

describe("no secret is let out", function()
    before_each(function()
        if simulator.available() then
            home = simulator.path("home")
            os.execute("mkdir -p " .. simulator.quote(home .. "/tmp"))
            sim = simulator.start(SMALL)
            sim:signing_in(home)
            sim.env.HOME, sim.env.TMPDIR = home, home .. "/tmp"
            sim.env.XDG_CONFIG_HOME, sim.env.XDG_CACHE_HOME = home .. "/config", home .. "/cache"
            sim.env.YTSYNC_DB = home .. "/library.db"
            sim.env.YTSYNC_POLICY = simulator.write(home .. "/policy.lua", POLICY)
            said = {}
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("by any verb, however loud", function()
        call("login --write --client " .. sim:client_file())
        assert_planted()
        for _, words in ipairs(VERBS) do
            for _, loud in ipairs(LOUDNESS) do
                call(words .. loud)
            end
        end
        call("export --out " .. simulator.quote(home .. "/exported.csv"))
        call("doctor --probe --yes -v")
        call("run --yes -v")
        call("run --yes --delete --wait -v")
        call("logout -v")
        call("login -v")
        hunt()
    end)

    check("by anything that goes wrong", function()
        call("login --client " .. sim:client_file())
        call("run --yes -v") -- reading only
        call("login --write -v")
        for _, fault in ipairs(FAULTS) do
            sim:tell("/sim/fault", "any#1+100000=" .. fault)
            call("fetch --full -v")
            sim:clear_faults()
            sim:tell("/sim/fault", "playlistItems.insert#1=" .. fault)
            call("doctor --probe --yes -v")
            sim:clear_faults()
        end
        for _, refusal in ipairs({ "invalid_grant", "invalid_client", "else" }) do
            sim:tell("/sim/consent", "refuse " .. refusal)
            sim:tell("/sim/clock", "7200000")
            call("fetch -v")
            call("login -v")
            call("logout -v")
        end
        for _, fault in ipairs({ "503", "close", "notjson", "hugebody" }) do
            sim:tell("/sim/consent", "allow")
            sim:tell("/sim/fault", "token#1+100000=" .. fault)
            call("fetch -v")
            call("login -v")
            sim:clear_faults()
        end
        sim:tell("/sim/consent", "deny access_denied")
        call("login -v")
        sim:tell("/sim/consent", "allow\nscope openid")
        call("login -v")
        call("fetch -v", { YTSYNC_ACCESS_TOKEN = "planted-env-token" })
        call("fetch -v", { YTSYNC_ACCESS_TOKEN = "planted-env-token\nplanted-env-token" })
        call("fetch -v", { YTSYNC_TOKEN_COMMAND = "echo planted-cmd-token" })
        call("check -v", { YTSYNC_POLICY = simulator.write(home .. "/broken.lua", BROKEN) })
        call("fetch -v", { YTSYNC_API_URL = "http://planted-env-token@example.org/" })
        hunt()
    end)

    check("by a process that dies under way", function()
        call("login --write --client " .. sim:client_file())
        for _, signal in ipairs({ "KILL", "ABRT", "SEGV", "TERM" }) do
            sim:tell("/sim/fault", "playlistItems.insert#2+1000=timeout")
            local running = sim:begin("run --yes -v")
            repeat -- until an insert is on the wire
                local log = sim:ask("/sim/requests").requests
            until #log > 0 and log[#log].method == "playlistItems.insert" or #log > 400
            local _, err = running:finish(signal)
            said[#said + 1] = err
            sim:clear_faults()
        end
        call("status -v")
        call("run --yes --delete --wait -v")
        hunt()
        assert.equal(0, sim:ask("/sim/truth").report.lost)
        assert.truthy(json.decode(simulator.read(sim.data .. "/accounts/default.json")))
    end)
end)
