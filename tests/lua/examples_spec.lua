-- The example policies: each holds to its own expectations and plans on a library.
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending

local EXAMPLES = {}
for path in io.popen("ls scripts/policies/*.lua"):lines() do
    EXAMPLES[#EXAMPLES + 1] = path
end

describe("the example policies", function()
    local sim

    setup(function()
        if simulator.available() then
            sim = simulator.start("--videos 200 --playlists 40 --seed 11")
            local session <close> = assert(require("ytsync").open({
                db = sim.env.YTSYNC_DB, token = sim.env.YTSYNC_ACCESS_TOKEN, api_url = sim.url,
                clock = sim.env.YTSYNC_CLOCK,
            }))
            assert(session:create_playlist({ title = "to sort" })) -- the inbox of inbox.lua
            assert(session:fetch())
        end
    end)
    teardown(function()
        if sim then
            sim:stop()
        end
    end)

    for _, path in ipairs(EXAMPLES) do
        check(path .. " does what it says", function()
            local code, out, err = sim:run("check --policy " .. path)
            assert.equal(0, code, err)
            assert.truthy(out:find("is in order", 1, true))
            code, out, err = sim:run("plan --offline --policy " .. path)
            assert.equal(0, code, err)
            assert.truthy(out:find("units", 1, true), out)
        end)
    end

    check("one of them is carried out, and nothing is lost", function()
        local code, _, err = sim:run("run --yes --delete --wait --quiet "
            .. "--policy scripts/policies/many-into-few.lua")
        assert.equal(0, code, err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
    end)
end)
