-- quota_days_spec.lua: how much of each day's quota a sync over HTTP uses: never more than the
-- settings leave, and nearly all of that on every day after which there was work left.
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending

local DAILY_UNITS, KEEP_UNITS = 10000, 1000
local FREE_UNITS = DAILY_UNITS - KEEP_UNITS
-- 99 in 100 of what is free (DESIGN 7).
local LEAST_UNITS = FREE_UNITS * 99 // 100

describe("a sync of the sample library over many quota days", function()
    local sim

    before_each(function()
        sim = simulator.available() and simulator.start("--library sample")
    end)
    after_each(function()
        if sim then
            sim:stop()
        end
    end)

    check("uses 99 % of what is free a day and never more", function()
        sim.env.YTSYNC_POLICY = "scripts/policies/sample.lua"
        assert.equal(0, (sim:run("config set quota.daily " .. DAILY_UNITS)))
        assert.equal(0, (sim:run("config set quota.keep " .. KEEP_UNITS)))
        local code, _, err = sim:run("run --yes --delete --wait --quiet")
        assert.equal(0, code, err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)

        local days = sim:ask("/sim/quota").days
        assert.truthy(#days > 10, #days .. " days are too few to say anything")
        for number, day in ipairs(days) do
            local words = ("%s: %d units"):format(day.day, day.used)
            assert.truthy(day.used <= FREE_UNITS, words)
            assert.equal(0, day.refused, words)
            -- Every day but the last one ended with work left over for the next.
            if number < #days then
                assert.truthy(day.used >= LEAST_UNITS, words)
            end
        end
    end)
end)
