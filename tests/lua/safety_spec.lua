-- The safety net by command, over HTTP: backups, the proof before the second yes, undo and restore.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local check = simulator.available() and it or pending
local SMALL = "--videos 60 --playlists 12 --seed 9"

local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }]]

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

-- Playlists with their videos, by title, without ids: what a person sees.
local function seen(sim)
    local list = {}
    for _, playlist in ipairs(sim:ask("/sim/truth?items=1").playlists or {}) do
        list[#list + 1] = playlist.title .. ": " .. table.concat(playlist.videos or {}, " ")
    end
    table.sort(list)
    return list
end

describe("the safety net", function()
    local sim

    before_each(function()
        sim = simulator.available() and simulator.start(SMALL)
    end)
    after_each(function()
        if sim then
            sim:stop()
        end
    end)

    local function run(words, wanted)
        local code, out, err = sim:run(words)
        assert.equal(wanted or 0, code, words .. "\n" .. out .. err)
        return out, err
    end

    check("makes, lists, proves, compares, prunes and exports backups", function()
        local _, err = run("backup create", 65)
        has(err, "there is no database")
        run("fetch")
        has(run("backup verify"), "There is no backup yet. Make one: ")
        has(run("backup create"), "Backup 1 of ")
        run("backup create")
        has(run("backup list"), "by hand")
        assert.equal(2, #json.decode((run("backup list --json"))))
        local backup = assert(json.decode((run("backup show last --json"))))
        assert.equal(2, backup.id)
        has(run("backup verify"), "In order: " .. backup.file)
        has(run("backup diff 1 2"), "The two are the same.")
        local tables = simulator.path("tables")
        has(run("backup export " .. tables), "entries.csv")
        has(simulator.read(tables .. "/playlists.csv"), '"playlist id","title"')
        local text = simulator.read(backup.file)
        simulator.write(backup.file, (text:gsub("private", "publics", 1)))
        _, err = run("backup verify 2", 1)
        has(err, "is damaged")
        _, err = run("backup prune", 64)
        has(err, "prune needs --keep NUMBER")
        has(run("backup prune --keep 1"), "Removed: ")
        _, err = run("backup show 1", 1)
        has(err, 'There is no backup "1"')
        _, err = run("backup frobnicate", 64)
        has(err, "backup knows no 'frobnicate'")
    end)

    check("shows what is proved before the second yes, and takes a job back", function()
        sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
        run("config set quota.daily 1000000")
        run("config set quota.creates 100")
        local before = seen(sim)
        local plan = assert(json.decode((run("plan --json"))))
        assert.truthy(plan.units > 0)
        run("run --yes", 75)
        local _, err = run("run", 75)
        has(err, "old playlists can go")
        has(err, "proof-1.csv lists each")
        run("run --delete")
        _, err = run("undo 7", 1)
        has(err, "There is no job 7; `" .. simulator.COMMAND .. " status")
        _, err = run("undo", 64)
        has(err, "undo takes the number of a job")
        local out
        out, err = run("undo 1", 64)
        has(out, "playlists are made anew: their addresses")
        has(err, "undo 1 --yes")
        run("undo 1 --yes --delete --wait")
        local report = sim:ask("/sim/truth").report
        assert.equal(report.playlists_before, report.playlists_now)
        assert.equal(0, report.lost)
        if #before > 0 then
            assert.equal(#before, #seen(sim))
        end
        has(run("restore 1 --yes"), "there is nothing to do")
    end)
end)
