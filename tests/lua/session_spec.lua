-- require "ytsync": sessions, plans and jobs for programs.
local fake = require("lua.fake_core")
package.loaded["ytsync.core"] = fake
local policies = require("ytsync.policy")
local ytsync = require("ytsync")

local y = policies
local DB = "/fake/program.db"

describe("a program", function()
    local world, session

    before_each(function()
        world = fake.world(DB, {
            playlists = { { id = "PL1", title = "Mixed", videos = { "v1", "v2" } } },
            videos = { { id = "v1", title = "jazz" },
                { id = "v2", title = "pasta", availability = "deleted" } },
        })
        session = assert(ytsync.open({ db = DB, token = "t" }))
    end)
    after_each(fake.reset)

    local function policy()
        return y.policy({ old = "delete", gone = "forget", categories = {
            y.category("Jazz")({ when = y.title("jazz") }),
        } })
    end

    it("gets errors as values", function()
        local nothing, message, name = ytsync.open({ db = "/fake/none", must_exist = true })
        assert.is_nil(nothing)
        assert.equal("no database", message)
        assert.equal("not_found", name)
    end)

    it("sees videos with gone and live", function()
        local videos = assert(session:videos())
        assert.is_true(videos[1].live)
        assert.is_false(videos[1].gone)
        assert.is_true(videos[2].gone)
        assert.same({ "Mixed" }, videos[1].playlists)
    end)

    it("plans by a policy and runs the job to its end", function()
        local plan = assert(session:plan({ policy = policy() }))
        assert.equal(3, #plan:items())
        assert.equal(150, plan:preview().units)
        assert.same({}, plan:warnings())
        local job <close> = assert(session:start(plan))
        local seen = {}
        local ok, _, name = job:run({ on_event = function(event)
            seen[#seen + 1] = event.kind .. " " .. event.stage
        end })
        assert.is_nil(ok)
        assert.equal("confirmation", name)
        assert.is_true(session:confirm(job:id()))
        assert.is_true(assert(job:run()))
        assert.same({ "operation create_playlists", "operation add_videos" }, seen)
        assert.same({ "v1" }, world.playlists[2].videos)
    end)

    it("plans by a target of its own", function()
        local plan = assert(session:plan({ target = { old = "keep", policy_hash = "",
            protect = {}, sources = {}, drops = {}, categories = {
                { key = "A", title = "A", videos = { { "v1", "mine" } } } } } }))
        assert.equal(2, #plan:items())
        assert.equal("mine", plan:items()[2].rule)
    end)

    it("gives names that it does not know as warnings", function()
        local plan = assert(session:plan({ policy = y.policy({ categories = {
            y.category("A")({ from = "Mixd" }),
        } }) }))
        assert.truthy(plan:warnings()[1]:find("no playlist is called 'Mixd'", 1, true))
    end)

    it("stops when on_event says so", function()
        local job = assert(session:start(assert(session:plan({ policy = policy() }))))
        local ok, _, name = job:run({ on_event = function()
            return false
        end })
        assert.is_nil(ok)
        assert.equal("interrupted", name)
    end)

    it("waits for the quota only when asked to", function()
        world.config["quota.daily"] = 150
        local job = assert(session:start(assert(session:plan({ policy = policy() }))))
        local _, _, name = job:run()
        assert.equal("quota_exhausted", name)
        local waits = 0
        _, _, name = job:run({ wait = true, on_event = function(event)
            waits = waits + (event.kind == "wait" and 1 or 0)
        end })
        assert.equal("confirmation", name)
        assert.equal(1, waits)
    end)

    it("stops at an interrupt, also when it may wait", function()
        local job = assert(session:start(assert(session:plan({ policy = policy() }))))
        session:interrupt()
        local ok, _, name = job:run({ wait = true })
        assert.is_nil(ok)
        assert.equal("interrupted", name)
    end)

    it("gets an error for a mistake of its own", function()
        assert.has_error(function()
            session:plan({ policy = {} })
        end, 'the policy has no categories: categories = { y.category "Jazz" { when = '
            .. 'y.title "jazz" } }')
        assert.has_error(function()
            session:plan({ policy = "policy.lua" })
        end, "plan: policy must be a table, y.policy { ... } or from policy.load_file")
        assert.has_error(function()
            session:plan({})
        end, "plan: give policy = or target =")
        assert.has_error(function()
            session:start({})
        end, "start: a plan is needed, from session:plan { ... }")
    end)

    it("closes what it opened", function()
        do
            local inner <close> = assert(ytsync.open({ db = DB }))
            assert.truthy(inner)
        end
        assert.equal(1, world.closed)
    end)
end)
