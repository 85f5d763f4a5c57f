--- A stand-in for ytsync.core in plain Lua, for specs of the Lua layer that need no engine: a
--- library in memory, a plain planner, a job that does operation by operation under a quota.
-- Holds to the binding's contract: value, or nil, message, status name. State lives in `worlds`
-- by database path, so that several calls of the command see one library, as on a disk.
local M = { version = "0.1.0-fake" }

-- What is pure is the real thing: matching texts, and the limits of the sandbox. It is preloaded in
-- the static host, else on the path; a test may have preloaded this stand-in.
local function real_core()
    local name = "ytsync.core"
    package.loaded["lua.fake_core"] = M
    local preloaded = package.preload[name]
    local real = preloaded and preloaded(name) or M
    if real ~= M then
        return real
    end
    local path = package.searchpath(name, package.cpath)
    return path and package.loadlib(path, "luaopen_ytsync_core")() or {}
end
local real = real_core()
for _, name in ipairs({ "fold", "matcher", "guarded", "charge", "pcall", "patterns",
    "create", "csv" }) do
    M[name] = real[name]
end

M.config_keys = {
    "quota.daily", "quota.keep", "quota.creates", "pace.per_second", "pace.reads", "pace.writes",
    "pace.settle_s",
}

local DAY_MS = 24 * 60 * 60 * 1000
local WRITE_UNITS = 50
local START_MS = 1790000000000

local KIND_STAGE = {
    playlist_create = "create_playlists",
    item_insert = "add_videos",
    playlist_delete = "delete_playlists",
}
M.worlds = {}
M.tty = {}

--- A new library at a database path: playlists = {{id, title, videos = {ids}, made_by_job}},
--- videos = {{id, title, channel, tags, availability, published_at}}.
function M.world(path, fields)
    local world = {
        now = START_MS, used = 0, next_id = 1, jobs = {}, log = {}, fail = {},
        config = { ["quota.daily"] = 10000, ["quota.keep"] = 100, ["quota.creates"] = 10,
            ["pace.per_second"] = 5, ["pace.reads"] = 4, ["pace.writes"] = 2,
            ["pace.settle_s"] = 60 },
        channel = { id = "UCfake", title = "Fake channel", fetched_at = START_MS },
        playlists = {}, videos = {}, opened = 0, closed = 0,
    }
    for key, value in pairs(fields or {}) do
        world[key] = value
    end
    world.origins = {}
    for _, playlist in ipairs(world.playlists) do
        for _, id in ipairs(playlist.videos) do
            world.origins[id] = world.origins[id] or {}
            table.insert(world.origins[id], playlist)
        end
    end
    M.worlds[path] = world
    return world
end

function M.reset()
    M.worlds = {}
    M.tty = {}
    M.open_problem = nil
    M.signed_in = nil
end

function M.sha256(text)
    local hash, parts = 5381, {}
    for round = 1, 8 do
        for position = 1, #text do
            hash = (hash * 33 + text:byte(position) + round) & 0xffffffff
        end
        parts[round] = ("%08x"):format(hash)
    end
    return table.concat(parts)
end

function M.isatty(fd)
    return M.tty[fd] or false
end

function M.on_interrupt() end

--- Of the sign-in in a file: M.signed_in, or nobody is.
function M.signin()
    if M.signed_in then
        return M.signed_in
    end
    return nil, "not signed in", "not_found"
end

function M.mkdir_p(path)
    M.made = path
    return true
end

function M.exists(path)
    if M.worlds[path] then
        return true
    end
    local file = io.open(path, "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

-- ------------------------------------------------------------------ session

local Session = {}
Session.__index = Session
local Plan = {}
Plan.__index = Plan

function M.open(options)
    if M.open_problem then
        return nil, M.open_problem[1], M.open_problem[2]
    end
    local world = M.worlds[options.db]
    if not world then
        if options.must_exist then
            return nil, "no database", "not_found"
        end
        world = M.world(options.db)
    end
    world.opened = world.opened + 1
    world.options = options
    return setmetatable({ world = world }, Session)
end

function Session:close()
    self.world.closed = self.world.closed + 1
end

function Session:interrupt()
    self.world.interrupted = true
end

function Session:now()
    return self.world.now
end

function Session:sleep(duration_ms)
    if self.world.interrupt_sleep then
        return nil, "Stopped on request.", "interrupted"
    end
    self.world.now = self.world.now + duration_ms
    self.world.used = 0
    self.world.slept = (self.world.slept or 0) + duration_ms
    return true
end

function Session:config_get(key)
    return self.world.config[key]
end

function Session:config_set(key, value)
    if value > 1000000 then
        return nil, key .. " can be 0 to 1000000", "invalid_argument"
    end
    self.world.config[key] = value
    return value
end

local function remaining(world)
    return math.max(0, world.config["quota.daily"] - world.config["quota.keep"] - world.used)
end

function Session.policy_keep()
    return true
end

function Session.proof_summary()
    return nil, "there is none", "not_found"
end

function Session:quota()
    local world = self.world
    return {
        day = "2026-09-21", limit = world.config["quota.daily"], keep = world.config["quota.keep"],
        used = world.used, reserved = 0, remaining = remaining(world), creates_used = 0,
        creates_limit = world.config["quota.creates"], resets_at = world.now + DAY_MS,
        exhausted = false,
    }
end

function Session:channel()
    return self.world.channel
end

function Session:fetch(options)
    local world = self.world
    if not world.options.token then
        return nil, "There is no access token. Set YTSYNC_ACCESS_TOKEN.", "no_token"
    end
    if world.fetch_problem then
        return nil, world.fetch_problem[1], world.fetch_problem[2]
    end
    world.fetches = (world.fetches or 0) + 1
    if options and options.progress then
        options.progress({ what = "playlists", done = #world.playlists, total = #world.playlists,
            units = 1 })
    end
    return { playlists = #world.playlists, items = 0, videos = #world.videos,
        playlists_listed = #world.playlists, units = 3 }
end

function Session:playlists(options)
    local out = {}
    for _, playlist in ipairs(self.world.playlists) do
        if options and options.deleted or not playlist.deleted_at then
            out[#out + 1] = {
                id = playlist.id, title = playlist.title, description = "", privacy = "private",
                item_count = #playlist.videos, made_by_job = playlist.made_by_job or 0,
                deleted_at = playlist.deleted_at or 0, category = "",
                source = playlist.source or "youtube",
            }
        end
    end
    return out
end

function Session:items(playlist_id)
    local out = {}
    for _, playlist in ipairs(self.world.playlists) do
        for position, video in ipairs(playlist.id == playlist_id and playlist.videos or {}) do
            out[position] = { id = playlist_id .. video, video_id = video, position = position - 1,
                added_at = 0 }
        end
    end
    return out
end

function Session:videos()
    local out = {}
    for _, video in ipairs(self.world.videos) do
        local titles, ids = {}, {}
        for position, playlist in ipairs(self.world.origins[video.id] or {}) do
            titles[position], ids[position] = playlist.title, playlist.id
        end
        out[#out + 1] = {
            id = video.id, title = video.title, channel = video.channel or "",
            description = "", tags = video.tags or {}, duration_s = video.duration_s,
            channel_id = video.channel_id or "",
            published_at = video.published_at or 0,
            saved_at = 0,
            availability = video.availability or "live", playlists = titles, playlist_ids = ids,
        }
    end
    return out
end

-- ------------------------------------------------------------------ plan

local function live_playlist(world, title)
    for _, playlist in ipairs(world.playlists) do
        if playlist.title == title and not playlist.deleted_at then
            return playlist
        end
    end
    return nil
end

local function holds(playlist, id)
    for _, video in ipairs(playlist and playlist.videos or {}) do
        if video == id then
            return true
        end
    end
    return false
end

local function set(ids)
    local out = {}
    for _, id in ipairs(ids) do
        out[id] = true
    end
    return out
end

local function add(plan, kind, fields)
    local item = { kind = kind, category = "", playlist_id = "", title = "", video_id = "",
        rule = "", units = WRITE_UNITS }
    for key, value in pairs(fields) do
        item[key] = value
    end
    plan.list[#plan.list + 1] = item
end

local function plan_categories(plan, world, target)
    local placed = {}
    local only = set(target.only or {})
    for _, category in ipairs(target.categories) do
        local playlist = live_playlist(world, category.title)
        local wanted = #category.videos > 0
        if target.only and not only[category.key] then
            goto next
        end
        if not playlist and wanted then
            add(plan, "playlist_create", { category = category.key, title = category.title })
        elseif playlist then
            plan.adopted = plan.adopted + 1
        end
        for _, video in ipairs(category.videos) do
            placed[video[1]] = true
            if holds(playlist, video[1]) then
                plan.already_there = plan.already_there + 1
            else
                add(plan, "item_insert", { category = category.key, title = category.title,
                    video_id = video[1], rule = video[2] })
            end
        end
        ::next::
    end
    return placed
end

local function plan_deletes(plan, world, target, placed)
    local titles, protected, sources = {}, set(target.protect), set(target.sources)
    for _, category in ipairs(target.categories) do
        titles[category.title] = true
    end
    for _, drop in ipairs(target.drops) do
        placed[drop[1]] = true
    end
    for _, playlist in ipairs(world.playlists) do
        local given_up = not playlist.deleted_at and not titles[playlist.title]
            and not protected[playlist.id] and (#target.sources == 0 or sources[playlist.id])
        local missing, first = 0, ""
        for _, id in ipairs(playlist.videos) do
            if not placed[id] then
                missing = missing + 1
                first = first == "" and id or first
            end
        end
        if given_up and missing > 0 then
            plan.block_list[#plan.block_list + 1] = { playlist_id = playlist.id,
                title = playlist.title, video_id = first, videos = missing,
                unmatched = missing, gone = 0,
                reason = ("%d of its videos have no place"):format(missing) }
        elseif given_up then
            add(plan, "playlist_delete", { title = playlist.title, playlist_id = playlist.id })
        end
    end
end

function Session:plan(target)
    local world = self.world
    world.target = target
    world.targets = world.targets or {}
    table.insert(world.targets, target)
    if target.channel and target.channel ~= world.channel.id then
        return nil, "another channel", "wrong_channel"
    end
    local plan = setmetatable({ world = world, list = {}, block_list = {}, adopted = 0,
        already_there = 0, policy_hash = target.policy_hash, target = target }, Plan)
    local placed = plan_categories(plan, world, target)
    if target.old == "delete" and not target.only then
        plan_deletes(plan, world, target, placed)
    end
    return plan
end

function Plan:items()
    return self.list
end

function Plan:blocks()
    return self.block_list
end

-- One row a category, then those that are given up; all is ready on the first day.
function Plan:playlists()
    local rows, by_key = {}, {}
    for _, category in ipairs(self.target.categories) do
        local playlist = live_playlist(self.world, category.title)
        local count = playlist and #playlist.videos or 0
        local row = { category = category.key, playlist_id = playlist and playlist.id or "",
            title_now = playlist and playlist.title or "", title_then = category.title,
            privacy_now = playlist and "private" or "", privacy_then = "private",
            carried_on = false, rows_now = count, rows_then = count, inserts = 0, takeouts = 0,
            moves = 0, strangers = 0, units = 0, ready_at = 0 }
        rows[#rows + 1], by_key[category.key] = row, row
    end
    for _, item in ipairs(self.list) do
        local row = by_key[item.category]
        if item.kind == "playlist_delete" then
            rows[#rows + 1] = { category = "", playlist_id = item.playlist_id,
                title_now = item.title, title_then = "", privacy_now = "private",
                privacy_then = "", carried_on = false, rows_now = 2, rows_then = 0, inserts = 0,
                takeouts = 2, moves = 0, strangers = 0, units = item.units,
                ready_at = self.world.now }
        else
            row.units, row.ready_at = row.units + item.units, self.world.now
            row.inserts = row.inserts + (item.kind == "item_insert" and 1 or 0)
            row.rows_then = row.rows_now + row.inserts
        end
    end
    return rows
end

function Plan:days()
    local units = #self.list * WRITE_UNITS
    return units == 0 and {} or { { starts_at = self.world.now, units = units, reads = 0,
        writes = #self.list, ready = 1 } }
end

function Plan:warnings()
    return {}
end

function Plan:guard()
    local needs = { units = #self.list * WRITE_UNITS, takeouts = 0, deletes = 0 }
    for _, item in ipairs(self.list) do
        needs.deletes = needs.deletes + (item.kind == "playlist_delete" and 1 or 0)
    end
    local most = self.target.limits and self.target.limits.deletes
    return most and needs.deletes > most and "It deletes too much." or nil, needs
end

function Plan:close() end

function Plan:preview()
    local stages = { create_playlists = { count = 0, units = 0 },
        add_videos = { count = 0, units = 0 }, delete_playlists = { count = 0, units = 0 } }
    for _, item in ipairs(self.list) do
        local stage = stages[KIND_STAGE[item.kind]]
        stage.count, stage.units = stage.count + 1, stage.units + item.units
    end
    local units = #self.list * WRITE_UNITS
    local a_day = self.world.config["quota.daily"] - self.world.config["quota.keep"]
    local days = math.ceil(units / a_day)
    stages.units, stages.write_units, stages.read_units = units, units, 0
    stages.plain_units, stages.days, stages.plain_days = units * 2, days, days * 2
    stages.ends_at = self.world.now + days * DAY_MS
    stages.adopted, stages.already_there = self.adopted, self.already_there
    stages.unavailable, stages.blocked, stages.reused = 0, #self.block_list, 0
    stages.no_cheaper_way, stages.bound_units = true, units
    stages.undo = { units = units // 2, days = days, playlists_deleted = 0, playlists_made = 0,
        playlists_changed = 0, entries_put_back = 0, entries_taken_out = 0, entries_moved = 0,
        entries_lost = 0 }
    return stages
end

require("lua.fake_job")(Session)

return M
