-- doctor: each step of connecting an account, the quota and the machine, as a user sees them.
local json = require("ytsync.json")
local simulator = require("lua.simulator")
local terminal = require("lua.terminal")

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

local terminal_check = simulator.available() and terminal.available() and it or pending

describe("doctor --probe", function()
    local sim

    local function run(expected, words)
        local code, out, err = sim:run(words)
        assert.equal(expected, code, out .. err)
        return out, err
    end

    local function playlists()
        return #sim:ask("/sim/truth").playlists
    end

    local function writes()
        local count = 0
        for _, request in ipairs(sim:ask("/sim/requests")) do
            if request.method:find("insert") or request.method:find("delete") then
                count = count + 1
            end
        end
        return count
    end

    before_each(function()
        if simulator.available() then
            sim = simulator.start("--videos 24 --playlists 3 --seed 7")
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("says what it will do, does it for a yes, and says what it found", function()
        local out, _, err
        _, err = run(65, "doctor --probe")
        has(err, "there is no database at")
        run(0, "fetch")
        sim:tell("/sim/set", "lag_min=2000\nlag_max=3000")
        _, err = run(64, "doctor --probe")
        has(err, "costs about 280 units and one of the day's new playlists; it does not begin "
            .. "with fewer than 500")
        has(err, "the probe needs your yes, and there is no terminal to ask on.")
        has(err, "Give it beforehand with: " .. simulator.COMMAND .. " doctor --probe --yes")
        assert.equal(0, writes())
        out = run(0, "doctor --probe --yes")
        assert.truthy(out:find("An added video stood in its playlist's list: %d%.%d s to %d%.%d s "
            .. "after the reply%."), out)
        has(out, "Without a position, a video goes to the end of a new playlist.\n")
        has(out, "ytsync waits 60 s (pace.settle_s) before it believes that a write is missing: "
            .. "enough for what was seen.")
        has(out, "Not probed, because a test playlist cannot tell, or not for a few units: ")
        has(out, "The test playlist was deleted. All this cost ")
        assert.equal(3, playlists())
        local found = json.decode((run(0, "doctor --probe --yes --json"))).probe
        assert.equal("end", found.place)
        assert.truthy(found.added.seen_ms > found.added.unseen_ms)
    end)

    check("says when lists are slower than ytsync believes", function()
        run(0, "fetch")
        sim:tell("/sim/set", "lag_min=20000\nlag_max=20000")
        run(0, "config set pace.settle_s 5")
        has(run(0, "doctor --probe --yes"), "That is longer than ytsync waits before it believes "
            .. "that a write is missing (pace.settle_s is 5). Give it more: " .. simulator.COMMAND
            .. " config set pace.settle_s ")
    end)

    check("leaves nothing behind after an error, and finds what it had to leave", function()
        run(0, "fetch")
        sim:tell("/sim/fault", "playlistItems.insert#2=403forbidden")
        local out, err, _
        out, err = run(1, "doctor --probe --yes")
        has(out, "An added video stood in its playlist's list: ")
        has(err, "playlistItems.insert")
        has(err, "The test playlist was deleted again, or was not made.")
        assert.equal(3, playlists())
        sim:tell("/sim/fault", "playlistItems.insert#2+9=quota403\nplaylists.delete#1+9=quota403")
        _, err = run(75, "doctor --probe --yes")
        has(err, '" is still there, or may be. Have it deleted with: ' .. simulator.COMMAND
            .. " doctor --probe")
        has(err, "Try again another day: " .. simulator.COMMAND .. " doctor --probe --yes")
        assert.equal(4, playlists())
        sim:clear_faults()
        sim:tell("/sim/clock", tostring(24 * 60 * 60 * 1000))
        _, err = run(0, "doctor --probe --yes")
        has(err, 'An earlier probe left its test playlist "ytsync test playlist ')
        has(err, '" (1 video).')
        has(err, "It was deleted.")
        assert.equal(3, playlists())
    end)

    terminal_check("asks on a terminal, also about what was left", function()
        run(0, "fetch")
        local function probe(sends)
            local code, raw = terminal.run("doctor --probe", sim.env, sends)
            assert.equal(0, code, raw)
            return raw
        end
        has(probe({ { "Do this? [y/N] ", "n\n" } }), "Nothing was changed.")
        assert.equal(0, writes())
        sim:tell("/sim/fault", "playlists.delete#1+9=403forbidden")
        run(1, "doctor --probe --yes")
        sim:clear_faults()
        has(probe({ { "Do this? [y/N] ", "y\n" }, { "Delete it? [y/N] ", "n\n" } }),
            "It stays, and nothing was probed.")
        assert.equal(4, playlists())
        has(probe({ { "Do this? [y/N] ", "y\n" }, { "Delete it? [y/N] ", "y\n" } }),
            "All this cost ")
        assert.equal(3, playlists())
    end)

    check("asks for leave to change playlists as run does", function()
        sim:signing_in()
        assert.equal(0, (sim:run("login --client " .. sim:client_file())))
        run(0, "fetch")
        local _, err = run(77, "doctor --probe --yes")
        has(err, "So far you have let ytsync read only.")
        has(err, "Allow changes with: " .. simulator.COMMAND .. " login --write")
        assert.equal(0, writes())
        run(0, "login --write")
        run(0, "doctor --probe --yes")
    end)
end)
