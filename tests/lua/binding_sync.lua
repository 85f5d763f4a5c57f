-- A whole sync through ytsync.core, for the C tests that open it over a simulated YouTube
-- (tests/support/lua_world.c says what is in the library), and for core_http_spec.lua, over HTTP.
-- Returns function(db, more options of open) -> true, or raises.
local core = require "ytsync.core"

local function options(db, more)
    local all = { db = db, token = "sim-token", api_url = "http://127.0.0.1:1",
        project = "binding" }
    for key, value in pairs(more or {}) do
        all[key] = value
    end
    return all
end

local function by(list, field)
    local map = {}
    for _, element in ipairs(list) do
        map[element[field]] = element
    end
    return map
end

local function check_library(session)
    local seen, last = 0, nil
    local counts = assert(session:fetch { full = true, progress = function(now)
        seen, last = seen + 1, now
        assert(math.type(now.done) == "integer" and math.type(now.total) == "integer")
        assert(type(now.what) == "string" and now.units >= 0)
    end })
    assert(seen > 0 and last.units <= counts.units, "progress was told")
    assert(counts.playlists == 3 and counts.playlists_listed == 3, counts.playlists)
    assert(counts.items == 7 and counts.videos == 6, counts.items .. " " .. counts.videos)

    local channel = assert(session:channel())
    assert(channel.id == "UCsimulated0000000000000" and channel.fetched_at > 0)
    local playlists = by(assert(session:playlists()), "title")
    local jazz = playlists["Jazz"]
    assert(jazz.item_count == 2 and jazz.privacy == "unlisted" and jazz.made_by_job == 0)
    assert(jazz.deleted_at == 0 and jazz.category == "" and jazz.description == "")
    assert(playlists["Küche “neu”"].item_count == 3)
    local items = assert(session:items(jazz.id))
    assert(#items == 2 and items[1].video_id == "video-0001A" and items[2].position == 1)
    return playlists
end

local function check_videos(session)
    local videos = assert(session:videos())
    local map = by(videos, "id")
    assert(#videos == 6)
    local first, second = map["video-0001A"], map["video-0002A"]
    assert(first.title == "So What" and first.channel == "Miles Davis - Topic")
    assert(table.concat(first.tags, "|") == "jazz|café", table.concat(first.tags, "|"))
    assert(first.duration_s == 60 and first.availability == "live")
    assert(#first.playlists == 1 and first.playlists[1] == "Jazz")
    assert(#second.playlists == 2 and #second.playlist_ids == 2)
    assert(second.title == 'Blue in "Green"')
    assert(map["video-0003A"].title == "Waltz for Debby 🎹" and #map["video-0003A"].tags == 0)
    assert(map["video-0004A"].tags[1] == "bread\\flour")
    assert(map["video-0004A"].playlists[1] == "Küche “neu”")
    local gone = map["video-0006A"]
    assert(gone.availability ~= "live" and gone.duration_s == nil)
end

local function make_plan(session, playlists, only)
    return assert(session:plan {
        old = "delete", policy_hash = core.sha256("a policy"), channel = session:channel().id,
        only = only, daily_units = only and 300,
        protect = { playlists["Küche “neu”"].id },
        categories = {
            { key = "Swing", title = "All Jazz", description = "By ytsync", privacy = "unlisted",
                videos = { { "video-0001A", "rule one" }, { "video-0002A", "rule one" },
                    { "video-0003A", "rule two" } } },
            { key = "Bread", videos = { { "video-0004A", "rule one" } } },
        },
    })
end

-- "Jazz" is carried on as "All Jazz", "Bread" is made, "Jazz 2" has nothing left of its own.
local function check_plan(plan)
    local preview = plan:preview()
    assert(preview.create_playlists.count == 2 and preview.create_playlists.units == 100)
    assert(preview.delete_playlists.count == 1, preview.delete_playlists.count)
    assert(preview.units == preview.write_units + preview.read_units and preview.days == 1)
    local inserts = 0
    for _, item in ipairs(plan:items()) do
        if item.kind == "item_insert" then
            inserts = inserts + 1
            local category = item.video_id == "video-0004A" and "Bread" or "Swing"
            assert(item.category == category and item.units == 50)
            assert(item.rule == "rule one" or item.rule == "rule two", item.rule)
        end
    end
    assert(inserts == 2, inserts)
    assert(type(plan:blocks()) == "table" and type(plan:warnings()) == "table")
    assert(preview.no_cheaper_way == true and preview.reused == 1)
    local rows, days = plan:playlists(), plan:days()
    assert(#rows == 3 and rows[1].title_now == "Jazz" and rows[1].title_then == "All Jazz")
    assert(rows[1].carried_on and rows[1].privacy_then == "unlisted", rows[1].privacy_then)
    assert(rows[2].title_now == "" and rows[2].privacy_now == "" and rows[2].inserts == 1)
    assert(rows[3].category == "" and rows[3].title_now == "Jazz 2" and rows[3].rows_then == 0)
    assert(rows[3].ready_at == days[1].starts_at and rows[3].ready_at > 0)
    assert(#days == 1 and days[1].units == preview.units and days[1].ready == 3, days[1].ready)
    assert(days[1].reads == preview.read_units and preview.undo.playlists_made == 1)
    return preview
end

-- A part of it, on a smaller day.
local function check_part(plan)
    local preview, rows = plan:preview(), plan:playlists()
    assert(preview.write_units == 100 and preview.delete_playlists.count == 0)
    assert(rows[1].units == 0 and rows[2].units == 100 and #rows == 2)
    assert(#plan:days() == 1)
    plan:close()
end

-- Steps until the job is completed; says yes when it asks.
local function run(session, job)
    local kinds, asked = {}, 0
    for _ = 1, 100000 do
        local more, message, name = job:step(1000)
        for _, event in ipairs(job:events()) do
            kinds[event.kind] = (kinds[event.kind] or 0) + 1
            if event.kind == "operation" then
                assert(event.operation.id > 0 and event.operation.job_id == job:id())
            end
        end
        if more == false then
            return kinds, asked
        elseif name == "confirmation" then
            asked = asked + 1
            local status = session:status()
            assert(status.stage == "paused" and status.pause_reason == "confirmation")
            assert(status.paused_from ~= "")
            assert(session:confirm())
        elseif more == nil then
            local wait_ms = job:wait_ms()
            assert(wait_ms >= 0, message)
            assert(session:sleep(wait_ms))
        end
    end
    error("the job did not end")
end

-- Reads that a yes at its time costs beside the preview's, which takes it as given: the channel,
-- the destination and the doomed playlist are looked at once more.
local SECOND_LOOK = 3

local function check_end(session, job, units)
    local id = job:id()
    local status = session:status(id)
    assert(status.id == id and status.stage == "completed" and status.label == "Sync complete")
    assert(status.done == status.total and status.failed == 0 and status.paused_from == "")
    assert(status.add_videos.done >= 2 and status.delete_playlists.done >= 1)
    assert(status.units_used <= units + SECOND_LOOK, status.units_used .. " of " .. units)
    local operations = assert(session:operations(id))
    assert(#operations == status.total, #operations)
    for _, operation in ipairs(operations) do
        assert(operation.status == "done" and operation.done_at > 0, operation.status)
    end
    assert(#assert(session:errors(id)) == 0)
    assert(#assert(session:log { job = id, limit = 5 }) == 5)
    local category = by(assert(session:categories()), "key").Swing
    assert(category.title == "All Jazz" and category.playlist_id ~= "")
    local made = assert(session:items(category.playlist_id))
    assert(#made == 3, #made)
    local deleted = 0
    for _, playlist in ipairs(session:playlists { deleted = true }) do
        if playlist.deleted_at > 0 then deleted = deleted + 1 end
    end
    assert(deleted == 1, deleted)
end

return function(db, more)
    local session = assert(core.open(options(db, more)))
    local playlists = check_library(session)
    check_videos(session)
    local plan = make_plan(session, playlists)
    check_part(make_plan(session, playlists, { "Bread" }))
    local preview = check_plan(plan)
    local job = assert(session:start(plan))
    assert(select(3, session:start(plan)) == "wrong_state", "one job at a time")
    local kinds, asked = run(session, job)
    assert(kinds.operation >= 5 and kinds.stage and not kinds.error)
    assert(asked == 1, asked)
    -- Going on after the question looks at the channel once more than the forecast counts.
    check_end(session, job, preview.units + asked)
    local quota = assert(session:quota())
    assert(quota.used > 0 and quota.used + quota.remaining + quota.keep == quota.limit)
    assert(core.handles() >= 3)
    session:close()
    return true
end
