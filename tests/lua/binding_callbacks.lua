-- What a progress function may and may not do, for a C test over a simulated YouTube. Returns
-- function(db) -> true, or raises.
local core = require "ytsync.core"

local function open(db)
    return assert(core.open { db = db, token = "sim-token", api_url = "http://127.0.0.1:1" })
end

local function fetch(session, progress)
    return session:fetch { full = true, progress = progress }
end

-- The fetch must fail: its message and the name of its status.
local function failed(session, progress)
    local counts, message, name = fetch(session, progress)
    assert(counts == nil and type(message) == "string", "it did not fail")
    return message, name
end

local function check_errors(session)
    local message, name = failed(session, function() error("boom") end)
    assert(name == "policy_error")
    assert(message:find("boom", 1, true) and message:find("stack traceback", 1, true), message)
    assert(message:find("binding_callbacks.lua", 1, true), message)

    local text = setmetatable({}, { __tostring = function() return "told by an object" end })
    message, name = failed(session, function() error(text) end)
    assert(name == "policy_error" and message:find("told by an object", 1, true), message)

    local bad = setmetatable({}, { __tostring = function() error("no text") end })
    message, name = failed(session, function() error(bad) end)
    assert(name == "policy_error" and #message > 0)

    message, name = failed(session, coroutine.yield)
    assert(name == "policy_error" and message:find("yield", 1, true), message)
    local inside = coroutine.wrap(function() return failed(session, coroutine.yield) end)
    assert(select(2, inside()) == "policy_error", "no yield through the core")

    local function deep(n) return 1 + deep(n + 1) end
    message, name = failed(session, function() return deep(1) end)
    assert(name == "policy_error" and message:find("stack overflow", 1, true), message)
end

local function check_stops(session, db)
    local calls = 0
    local _, name = failed(session, function()
        calls = calls + 1
        return false
    end)
    assert(calls == 1 and name == "interrupted", name)
    assert(fetch(session, function() return nil end))
    assert(fetch(session, function() return true end))
    local other <close> = open(db .. ".other")
    _, name = failed(other, function() other:interrupt() end)
    assert(name == "interrupted", name)
end

local function check_budget(session)
    local loops = {
        function() while true do end end,
        function()
            while true do
                pcall(function() while true do end end)
            end
        end,
        function()
            while true do
                coroutine.wrap(function() while true do end end)()
            end
        end,
    }
    for _, loop in ipairs(loops) do
        local message, name = failed(session, loop)
        assert(name == "policy_error" and message:find("instructions", 1, true), message)
        assert(debug.gethook() == nil, "the hook is gone")
    end

    local kept
    assert(fetch(session, function()
        kept = kept or coroutine.create(function()
            coroutine.yield()
            for _ = 1, 1000000 do kept = kept end
            return "done"
        end)
        if coroutine.status(kept) == "suspended" then coroutine.resume(kept) end
        kept = coroutine.status(kept) == "dead" and nil or kept
        return true
    end))
end

local function check_busy(session)
    local plan = assert(session:plan { categories = {} })
    local done = false
    local counts = assert(fetch(session, function()
        if done then return end
        done = true
        local calls = {
            function() return session:close() end,
            function() return session:quota() end,
            function() return session:videos() end,
            function() return session:set_token("other") end,
            function() return fetch(session) end,
            function() return session:plan { categories = {} } end,
            function() return session:job() end,
            function() return session:start(plan) end,
            function() return session:sleep(1) end,
            function() return session:status() end,
            function() return core.on_interrupt(session) end,
        }
        for number, call in ipairs(calls) do
            local none, message, name = call()
            assert(none == nil and name == "wrong_state", number)
            assert(message:find("busy", 1, true), message)
        end
        assert(session:now() > 0)
        assert(plan:preview().units == 0, "a plan needs no session")
    end))
    assert(done and counts.playlists == 3)
    plan:close()
end

-- Handles that are closed or collected while the core is at work are released after it.
local function check_orphans(session)
    local before = core.handles()
    local plan, other = assert(session:plan {}), assert(session:plan {})
    assert(core.handles() == before + 2)
    local done = false
    assert(fetch(session, function()
        if done then return end
        done = true
        assert(plan:close() == true)
        assert(select(3, plan:preview()) == "closed")
        assert(core.handles() == before + 2, "still held")
        other = nil
        collectgarbage()
        collectgarbage()
    end))
    assert(done and other == nil)
    assert(core.handles() == before, "released")
end

-- A finalizer of a script runs at any allocation, also while results are pushed.
local function check_finalizers(db)
    local session = open(db)
    assert(fetch(session))
    local plan = assert(session:plan { categories = { { key = "A",
        videos = { { "video-0001A", "x" }, { "video-0003A", "y" } } } } })
    local armed = true
    local function arm()
        setmetatable({}, { __gc = function()
            if not armed then return end
            plan:close()
            session:close()
        end })
    end
    collectgarbage("incremental", 1, 1000)
    arm()
    for _ = 1, 200 do
        local items, _, name = plan:items()
        assert(items and #items == 3 or name == "closed")
        local videos, _, why = session:videos()
        assert(videos and #videos == 6 or why == "closed")
    end
    armed = false
    assert(select(3, session:quota()) == "closed", "the finalizer ran")
    collectgarbage("incremental", 200, 100)
end

return function(db)
    local session = open(db)
    check_errors(session)
    check_stops(session, db)
    check_budget(session)
    check_busy(session)
    check_orphans(session)
    session:close()
    check_finalizers(db)
    return true
end
