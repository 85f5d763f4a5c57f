-- Life and death of plans and jobs beside their session, for a C test over a simulated YouTube.
-- Returns function(db) -> true, or raises.
local core = require "ytsync.core"

local PLAN_METHODS = { "blocks", "close", "days", "guard", "items", "losses", "playlists",
    "preview", "warnings" }
local JOB_METHODS = { "close", "decide", "events", "id", "step", "stop", "wait_ms" }
local SPEC = { categories = { { key = "A", videos = { { "video-0001A", "x" } } } } }

local function open(db)
    return assert(core.open { db = db, token = "sim-token", api_url = "http://127.0.0.1:1" })
end

local function keys(map)
    local list = {}
    for key in pairs(map) do
        list[#list + 1] = key
    end
    table.sort(list)
    return table.concat(list, " ")
end

local function collect()
    for _ = 1, 3 do
        collectgarbage()
    end
end

-- Handles are open: so many, no more.
local function expect(count)
    assert(core.handles() == count, core.handles() .. " handles are open, not " .. count)
end

local function closed(what, none, message, name)
    assert(none == nil and name == "closed" and message == "the " .. what .. " is closed", message)
end

local function methods_of(handle)
    return keys(debug.getmetatable(handle).__index)
end

local function check_empty_plan(session)
    local plan = assert(session:plan {})
    expect(2)
    assert(methods_of(plan) == table.concat(PLAN_METHODS, " "), methods_of(plan))
    local preview = plan:preview()
    assert(keys(preview) == "add_videos adopted already_there blocked bound_units "
        .. "create_playlists days "
        .. "delete_playlists ends_at no_cheaper_way plain_days plain_units read_units reused "
        .. "unavailable undo units write_units", keys(preview))
    assert(preview.units == 0 and preview.days == 0 and preview.add_videos.count == 0)
    assert(#plan:items() == 0 and #plan:blocks() == 0 and #plan:warnings() == 0)
    assert(plan:close() and plan:close())
    expect(1)
    for _, name in ipairs(PLAN_METHODS) do
        if name ~= "close" then closed("plan", plan[name](plan)) end
    end
    closed("plan", session:start(plan))
    expect(1)
end

local ORDERS = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } }

-- A session, a plan and a job (cancelled) in a list. In a function of its own, so that no dead
-- register of the caller keeps one of them from the collector.
local function family(db)
    local session = open(db)
    local plan = assert(session:plan(SPEC))
    local job = assert(session:start(plan))
    assert(methods_of(job) == table.concat(JOB_METHODS, " "), methods_of(job))
    assert(session:cancel(job:id()))
    expect(3)
    return { session, plan, job }
end

local function check_closed(all)
    closed("plan", all[2]:items())
    closed("job", all[3]:step(0))
    closed("job", all[3]:decide(1, "retry"))
    closed("session", all[1]:status())
end

-- Closed in every order, by hand and by the collector.
local function check_orders(db)
    for _, order in ipairs(ORDERS) do
        local all = family(db)
        for _, number in ipairs(order) do
            assert(all[number]:close() and all[number]:close())
        end
        expect(0)
        check_closed(all)
    end
    for _, order in ipairs(ORDERS) do
        local all = family(db)
        for _, number in ipairs(order) do
            all[number] = nil
            collect()
        end
        expect(0)
    end
end

local function plan_alone(db)
    return assert(open(db):plan(SPEC))
end

local function job_alone(db)
    local session = open(db)
    return assert(session:start(assert(session:plan(SPEC))))
end

-- A child keeps its session open.
local function check_anchors(db)
    local plan = plan_alone(db)
    collect()
    expect(2)
    assert(plan:preview().units > 0)
    plan:close()

    local job = job_alone(db)
    collect()
    expect(2)
    assert(job:id() > 0 and job:wait_ms() == 0)
    local none, message, name = job:decide(1, "perhaps")
    assert(none == nil and name == "invalid_argument")
    assert(message:find("retry, skip, pause or fail", 1, true), message)
    assert(not pcall(job.decide, job, "one", "retry") and not pcall(job.step, job))
    assert(job:stop())
    job:close()
end

-- The unfinished job is found again, any number of times.
local function check_reopened(db)
    local session <close> = open(db)
    local job = assert(session:job())
    assert(assert(session:job(job:id())):id() == job:id())
    assert(session:cancel())
    assert(select(3, session:job()) == "not_found")
    session:close()
    closed("job", job:events())
    expect(0)
end

-- A block that fails closes what it opened, children and parent.
local function check_blocks(db)
    local ok, message = pcall(function()
        local session <close> = open(db)
        local plan <close> = assert(session:plan(SPEC))
        expect(2)
        error("out of here " .. #plan:items())
    end)
    assert(not ok and message:find("out of here", 1, true))
    expect(0)
end

return function(db)
    local session = open(db)
    assert(session:fetch())
    check_empty_plan(session)
    session:close()
    check_orders(db)
    check_anchors(db)
    collect()
    expect(0)
    check_reopened(db)
    check_blocks(db)
    return true
end
