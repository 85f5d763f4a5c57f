-- doctor: each step of connecting an account, the quota and the machine, as a user sees them.
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

describe("doctor", function()
    local sim

    local function run(expected)
        local code, out, err = sim:run("doctor")
        assert.equal(expected, code, out .. err)
        return out
    end

    before_each(function()
        if simulator.available() then
            sim = simulator.start("--videos 24 --playlists 3 --seed 7")
            sim:signing_in()
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("goes along while an account is connected", function()
        local out = run(77)
        has(out, "FAIL  client    there is no OAuth client yet")
        has(out, "-> `" .. simulator.COMMAND .. " login` shows how to make one, step by step")
        has(out, "FAIL  sign-in   You are not signed in")
        has(out, "ok    database  every page was read and is sound")
        has(out, "2 things to mend.")
        assert.equal(0, (sim:run("login --client " .. sim:client_file())))
        out = run(0)
        has(out, 'ok    client    an OAuth client of the type "Desktop app" is kept')
        has(out, "ok    scope     reading; the first run asks for more")
        has(out, "ok    channel   Sample Collector (UCsimulated0000000000000), 3 playlists")
        has(out, "ok    clock     as YouTube's")
        has(out, "Everything is in order.")
    end)

    check("tells an API that is off, a quota that others spent, and an old sign-in", function()
        assert.equal(0, (sim:run("login --client " .. sim:client_file())))
        sim:tell("/sim/fault", "any#1+1000=403disabled")
        has(run(1), "-> is it switched on? https://console.cloud.google.com/apis/library/")
        sim:clear_faults()
        sim:tell("/sim/set", "quota=0")
        local out = run(1)
        has(out, "FAIL  quota     channels.list: ")
        has(out, "something else spends from the same project, or the project has less than 10,000")
        sim:tell("/sim/set", "quota=10000")
        sim:tell("/sim/consent", "revoke")
        sim:tell("/sim/clock", tostring(6 * 24 * 60 * 60 * 1000))
        out = run(77)
        has(out, 'ok    sign-in   signed in 6 days ago; a project in "Testing" ends it after 7')
        has(out, "FAIL  sign-in   channels.list: Google no longer accepts the sign-in of 2026-11")
    end)

    check("sees a database in a folder that other machines write to", function()
        local folder = simulator.path("Dropbox")
        os.execute("mkdir -p " .. folder)
        sim.env.YTSYNC_DB = folder .. "/library.db"
        local out = run(77)
        has(out, "FAIL  folder    " .. folder .. "/library.db lies in a folder of Dropbox")
        has(out, "-> two machines would overwrite each other's database: move it (--db FILE)")
    end)
end)
