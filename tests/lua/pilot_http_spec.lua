-- Plans with the real engine over HTTP: the screen, a part of a plan, a plan in a file.
local simulator = require("lua.simulator")
local json = require("ytsync.json")
local text = require("ytsync.text")

local check = simulator.available() and it or pending

local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { from = "Jazz", when = y.any { y.title "jazz", y.tag "jazz" } },
    y.category "Food" { from = { "Cooking", "Baking" }, when = y.tag { "cooking", "baking" } },
    y.category "Rest" {} } }]]

local function has(out, words)
    assert.truthy(out:find(words, 1, true), ("%q is not in:\n%s"):format(words, out))
end

-- "Jazz false, Food true": which of the policy's playlists are in a part of the plan.
local function in_part(part)
    local said = {}
    for _, row in ipairs(part.playlists) do
        if row.category then
            said[#said + 1] = ("%s %s"):format(row.category, row.in_part)
        end
    end
    return table.concat(said, ", ")
end

describe("a plan over HTTP", function()
    local sim

    before_each(function()
        sim = simulator.available() and simulator.start("--videos 60 --playlists 12 --seed 7")
        if sim then
            sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
        end
    end)

    check("is held back by the policy's limit before anything is asked or done", function()
        simulator.write(sim.env.YTSYNC_POLICY, 'settings {\n    limit = { units_per_run = 400, '
            .. 'deletes_per_run = 0 },\n}\nplaylist "All" { title "*" }')
        local code, out, err, _ = sim:run("plan")
        assert.equal(0, code, err)
        local flat = out:gsub("%s+", " ")
        has(flat, "policy.lua:2: This plan cannot be started: the policy allows 400 units a run "
            .. "(limit.units_per_run), and it needs ")
        assert.falsy(flat:find("To do it", 1, true))
        assert.falsy(flat:find("Please note", 1, true), flat)
        code, _, err = sim:run("run --yes")
        assert.equal(1, code)
        has(err:gsub("%s+", " "), "cannot be started")
        has(err, "A part of it: ")
        has(err, "run --max-units 400")
        _, out = sim:run("status --json")
        assert.equal(0, json.decode(out).job or 0)
    end)

    check("finishes the playlists of the highest priority first", function()
        local policy = 'playlist "A" { title { "a*", "e*" }, priority = -1 }\n'
            .. 'playlist "B" { title "*", priority(%d) }\nplaylist "C" { title "c*", everywhere '
            .. "= true }"
        local function first(priority)
            simulator.write(sim.env.YTSYNC_POLICY, policy:format(priority))
            local _, out = sim:run("plan --json --offline --quota 1000")
            return assert(json.decode(out)).stages.create_playlists.items[1].category
        end
        assert.equal(0, (sim:run("fetch")))
        assert.equal("B", first(5))
        assert.equal("C", first(-5))
    end)

    check("is begun with a part at the price that was shown, and ended with the rest", function()
        local code, out, err, _ = sim:run("plan --all")
        assert.equal(0, code, err)
        for line in out:gmatch("[^\n]+") do
            assert.truthy(text.width(line) <= 80 or line:find("^To "), line)
        end
        has(out:gsub("%s+", " "), "There is no cheaper way.")
        has(out, "\n> delete ")
        local file = simulator.path("plan.json")
        assert.equal(0, (sim:run("plan --out " .. file)))
        code, out, err = sim:run("plan --only Food --json --offline")
        assert.equal(0, code, err)
        local part = assert(json.decode(out))
        assert.truthy(part.units > 0)
        assert.same({ "Food" }, part.part.only)
        assert.equal("Jazz false, Food true, Rest false", in_part(part))
        _, out = sim:run(("plan --max-units %d --json --offline"):format(part.units))
        assert.equal("Jazz true, Food true, Rest false", in_part(assert(json.decode(out))))
        code, _, err = sim:run("run --only Food --yes --delete")
        assert.equal(0, code, err)
        _, out = sim:run("status --json")
        assert.equal(part.units, json.decode(out).units_used)
        assert.equal(0, sim:ask("/sim/truth").report.lost)
        code, _, err = sim:run("run --yes --delete --plan " .. file)
        assert.equal(65, code)
        has(err, "does not hold any more; nothing was done.\nSince it was made:\n")
        assert.equal(0, (sim:run("plan --out " .. file)))
        code, _, err = sim:run("run --yes --delete --wait --plan " .. file)
        assert.equal(0, code, err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        assert.equal(0, (sim:run("plan --exit-code")))
    end)
end)
