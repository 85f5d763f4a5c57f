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
        assert.truthy(flat:find("policy%.lua:2: This plan cannot be started: it needs 3,%d%d%d "
            .. "units %(limit%.units_per_run allows 400%)%."), flat)
        assert.falsy(flat:find("To do it", 1, true))
        assert.falsy(flat:find("Please note", 1, true), flat)
        code, _, err = sim:run("run --yes")
        assert.equal(1, code)
        has(err:gsub("%s+", " "), "cannot be started")
        assert.truthy(err:find("\nAllow it in the policy: limit = { deletes_per_run = 0, "
            .. "units_per_run = 3%d%d%d }\n"), err) -- its one playlist costs more than 400
        assert.falsy(err:find("A part of it", 1, true), err)
        _, out = sim:run("status --json")
        assert.equal(0, json.decode(out).job or 0)
    end)

    check("names a part that goes through, or what would have to be allowed", function()
        local rest = 'settings { old_playlists = "delete", give_up = "*", limit = { %s } }\n'
            .. 'playlist "A" { title { "a*", "e*" } }\nplaylist "Rest" { title "*" }'
        local function refusal(limits)
            simulator.write(sim.env.YTSYNC_POLICY, rest:format(limits))
            local code, _, err = sim:run("run --yes --delete")
            assert.equal(1, code, err)
            return err
        end
        assert.equal(0, (sim:run("fetch")))
        local err = refusal("units_per_run = 2000, deletes_per_run = 1000")
        local units, words = err:match("\nA part of it %(([%d,]+) units%): [^\n]* "
            .. "(run %-%-[^\n]+)\nOr allow it in the policy: limit = { deletes_per_run = 1000, "
            .. "units_per_run = %d+ }")
        assert.equal("run --max-units 2000", words, err)
        assert.equal(0, (sim:run(words .. " --yes --delete")))
        local _, out = sim:run("status --json")
        assert.equal(units, text.number(json.decode(out).units_used))
        err = refusal("units_per_run = 20, deletes_per_run = 0")
        assert.truthy(err:find("it deletes %d+ playlists %(limit%.deletes_per_run allows 0%) and "
            .. "needs [%d,]+ units %(limit%.units_per_run allows 20%)"), err)
        assert.falsy(err:find("A part of it", 1, true), err)
        assert.truthy(err:find("\nAllow it in the policy: limit = { deletes_per_run = %d+, "
            .. "units_per_run = %d+ }\n"), err)
    end)

    check("is written to a file with what holds it", function()
        simulator.write(sim.env.YTSYNC_POLICY, 'settings { limit = { units_per_run = 400 } }\n'
            .. 'playlist "All" { title "*" }')
        local file = simulator.path("held.json")
        local code, out, err = sim:run("plan --json --out " .. file)
        assert.equal(0, code, err)
        has(err, file .. ". It cannot be started as it is: it goes beyond limit.units_per_run of "
            .. "the policy. Allow more there and plan again.")
        assert.falsy(err:find("run --plan", 1, true), err)
        local guard = json.decode(out).guard
        has(guard.message, "policy.lua:1: This plan cannot be started: it needs 3,")
        local one = guard.exceeded[1]
        assert.same({ 1, "units_per_run", 400, json.decode(out).units },
            { #guard.exceeded, one.limit, one.allows, one.needs })
        assert.same(guard, json.decode(simulator.read(file)).guard)
        code, out = sim:run("run --yes --json --plan " .. file)
        assert.equal(1, code)
        assert.same(guard.exceeded, json.decode(out).error.exceeded)
        os.remove(file)
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
