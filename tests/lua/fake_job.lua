--- The jobs of fake_core: operation by operation under a quota, resting where a real one would.
local DAY_MS = 24 * 60 * 60 * 1000
local WRITE_UNITS = 50
local START_MS = 1790000000000
local BATCH = 4 -- operations in one step

local KIND_STAGE = {
    playlist_create = "create_playlists",
    item_insert = "add_videos",
    playlist_delete = "delete_playlists",
}
local LABELS = {
    pending = "Ready to sync", create_playlists = "Creating playlists",
    add_videos = "Adding videos", delete_playlists = "Deleting old playlists",
    completed = "Sync complete", paused = "Sync paused", cancelled = "Sync cancelled",
}

local Job = {}
Job.__index = Job

local function live_playlist(world, title)
    for _, playlist in ipairs(world.playlists) do
        if playlist.title == title and not playlist.deleted_at then
            return playlist
        end
    end
    return nil
end

local function remaining(world)
    return math.max(0, world.config["quota.daily"] - world.config["quota.keep"] - world.used)
end

local function unfinished(world)
    local job = world.jobs[#world.jobs]
    if job and job.stage ~= "completed" and job.stage ~= "cancelled" then
        return job
    end
    return nil
end

local function find(world, id)
    if not id then
        return unfinished(world)
    end
    return world.jobs[id]
end

function Job:id()
    return self.job.id
end

function Job:events()
    local events = self.job.events
    self.job.events = {}
    return events
end

function Job:wait_ms()
    if self.job.stage ~= "paused" then
        return self.job.stage == "completed" and -1 or 0
    end
    return self.job.reason == "quota_exhausted" and DAY_MS or -1
end

function Job:stop()
    self.world.stopped = (self.world.stopped or 0) + 1
    return true
end

function Job:close() end

function Job:decide(id, decision)
    local operation = self.job.operations[id]
    self.world.decisions = self.world.decisions or {}
    table.insert(self.world.decisions, operation.video_id .. " " .. decision)
    if decision == "retry" then
        operation.status = "pending"
    elseif decision == "skip" then
        operation.status = "skipped"
    elseif decision == "pause" then
        self.job.before, self.job.stage = self.job.stage, "paused"
        self.job.reason = "errors_collected"
    end
    return true
end

local function apply(world, job, operation)
    operation.attempts = operation.attempts + 1
    world.used, job.units = world.used + WRITE_UNITS, job.units + WRITE_UNITS
    if world.fail[operation.video_id] then
        operation.status, operation.error = "failed", "The video cannot be found."
        return false
    end
    operation.status = "done"
    if operation.kind == "playlist_create" then
        local id = ("PLnew%d"):format(world.next_id)
        world.next_id = world.next_id + 1
        operation.remote_id = id
        table.insert(world.playlists, { id = id, title = operation.title, videos = {},
            made_by_job = job.id })
    elseif operation.kind == "item_insert" then
        table.insert(live_playlist(world, operation.title).videos, operation.video_id)
    else
        for _, playlist in ipairs(world.playlists) do
            if playlist.id == operation.playlist_id then
                playlist.deleted_at = world.now
            end
        end
    end
    return true
end

local function rest(job, reason, message, name)
    if job.stage ~= "paused" then
        job.before = job.stage
    end
    job.stage, job.reason = "paused", reason
    return nil, message, name
end

-- One operation. Returns nil when the job goes on, else what step returns.
local function turn(self, operation)
    local world, job = self.world, self.job
    if operation.kind == "playlist_delete" and not job.confirmed then
        return true, rest(job, "confirmation", "The job waits for a yes before it deletes "
            .. "playlists.", "confirmation")
    end
    if remaining(world) < WRITE_UNITS then
        return true, rest(job, "quota_exhausted", "The day's quota is used up.",
            "quota_exhausted")
    end
    job.stage, job.reason = KIND_STAGE[operation.kind], ""
    local ok = apply(world, job, operation)
    table.insert(job.events, { kind = ok and "operation" or "error", stage = job.stage,
        operation = operation, reason = ok and "" or "videoNotFound", text = operation.error,
        done = operation.seq, total = #job.operations })
    return false
end

function Job:step()
    local world, job = self.world, self.job
    if world.interrupted then
        world.interrupted = false
        return nil, "Stopped on request.", "interrupted"
    end
    local waits = job.reason == "quota_exhausted" or job.reason == "confirmation"
    if job.stage == "paused" and not waits then
        return nil, "The job is paused.", "paused"
    end
    local count = 0
    for _, operation in ipairs(job.operations) do
        if operation.status == "pending" then
            if count == BATCH then
                return true
            end
            count = count + 1
            local rests, value, message, name = turn(self, operation)
            if rests then
                return value, message, name
            end
        end
    end
    if count > 0 then
        return true
    end
    job.stage, job.reason, job.finished = "completed", "", world.now
    return false
end

return function(Session)
    function Session:start(plan)
        local world = self.world
        if unfinished(world) then
            return nil, "there is an unfinished job", "wrong_state"
        end
        local job = { id = #world.jobs + 1, stage = "pending", reason = "", operations = {},
            units = 0, hash = plan.policy_hash, events = {}, started = world.now }
        for position, item in ipairs(plan.list) do
            job.operations[position] = { id = position, job_id = job.id, seq = position,
                kind = item.kind, status = "pending", category = item.category, title = item.title,
                playlist_id = item.playlist_id, video_id = item.video_id, rule = item.rule,
                remote_id = "", error = "", attempts = 0, units = item.units }
        end
        world.jobs[job.id] = job
        return setmetatable({ world = world, job = job }, Job)
    end

    function Session:job(id)
        local job = find(self.world, id)
        if not job then
            return nil, "there is no unfinished job", "not_found"
        end
        return setmetatable({ world = self.world, job = job }, Job)
    end

    local function change(method)
        return function(self, id)
            local job = find(self.world, id)
            if not job then
                return nil, "there is no unfinished job", "not_found"
            end
            method(job)
            return true
        end
    end

    Session.pause = change(function(job)
        job.before, job.stage, job.reason = job.stage, "paused", "user_paused"
    end)
    Session.resume = change(function(job)
        job.stage, job.reason = job.before or "add_videos", ""
    end)
    Session.cancel = change(function(job)
        job.stage, job.reason = "cancelled", ""
    end)
    Session.confirm = change(function(job)
        job.confirmed, job.stage, job.reason = true, "delete_playlists", ""
    end)

    function Session:retry_failed(id)
        local job = self.world.jobs[id or #self.world.jobs]
        local count = 0
        for _, operation in ipairs(job and job.operations or {}) do
            if operation.status == "failed" then
                operation.status, operation.error, count = "pending", "", count + 1
            end
        end
        if count == 0 then
            return nil, "In job 1 nothing failed.", "wrong_state"
        end
        job.stage, job.reason, job.confirmed = "add_videos", "", false
        return count
    end

    local function new_result()
        return { total = 0, done = 0, failed = 0, skipped = 0, units = 0 }
    end

    function Session:status(id)
        local job = id and self.world.jobs[id] or self.world.jobs[#self.world.jobs]
        local out = { id = job and job.id or 0, stage = job and job.stage or "",
            label = job and LABELS[job.stage] or "", paused_from = job and job.before or "",
            pause_reason = job and job.reason or "", pause_requested = false, done = 0, total = 0,
            failed = 0, unknown = 0, units_used = job and job.units or 0, created_at = START_MS,
            started_at = job and job.started or 0, finished_at = job and job.finished or 0,
            resets_at = job and job.reason == "quota_exhausted" and self.world.now + DAY_MS or 0,
            create_playlists = new_result(), add_videos = new_result(),
            delete_playlists = new_result(), channel_id = self.world.channel.id,
            policy_hash = job and job.hash or "", backup_file = "", needs_you = "" }
        for _, operation in ipairs(job and job.operations or {}) do
            local result = out[KIND_STAGE[operation.kind]]
            result.total, out.total = result.total + 1, out.total + 1
            if result[operation.status] then
                result[operation.status] = result[operation.status] + 1
                out[operation.status] = (out[operation.status] or 0) + 1
            end
        end
        return out
    end

    function Session:operations(id)
        return self.world.jobs[id] and self.world.jobs[id].operations or {}
    end

    function Session:errors(id)
        local out = {}
        for _, operation in ipairs(self:operations(id)) do
            if operation.status == "failed" then
                out[#out + 1] = { id = #out + 1, job_id = id, operation_id = operation.id,
                    stage = KIND_STAGE[operation.kind], entity = operation.video_id,
                    reason = "videoNotFound", message = operation.error, at = self.world.now }
            end
        end
        return out
    end

    function Session:log(options)
        local out = {}
        for _, entry in ipairs(self.world.log) do
            if not options.job or entry.job_id == options.job then
                out[#out + 1] = entry
            end
        end
        return out
    end

    function Session:categories()
        return {}
    end
end
