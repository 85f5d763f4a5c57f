--- What people read: the state of a job, the quota, how a policy fits (a plan: ytsync.preview).
--- Pure: records in, text of at most 80 columns out (ids and commands, which people copy, are never
--- cut).
local preview = require("ytsync.preview")
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80
-- Blocks and warnings shown before "and 7 more".
local LIST_MAX = 10

local STAGES = {
    { key = "create_playlists", label = "Creating playlists" },
    { key = "add_videos", label = "Adding videos" },
    { key = "delete_playlists", label = "Deleting old playlists" },
}
M.STAGES = STAGES

local PAUSE_WORDS = {
    quota_exhausted = "the day's quota is used up",
    user_paused = "you paused it",
    confirmation = "it waits for your yes before it deletes playlists",
    errors_collected = "some operations failed and need a decision",
    auth_error = "YouTube refused the sign-in",
    network_error = "YouTube could not be reached",
    policy_error = "the policy stopped it",
}

--- True for a job that is neither completed nor failed nor cancelled.
---@param status table  from session:status
---@return boolean
function M.unfinished(status)
    return status.id ~= 0 and status.stage ~= "completed" and status.stage ~= "failed"
        and status.stage ~= "cancelled"
end

local function stage_label(status)
    if status.stage == "paused" and status.paused_from and status.paused_from ~= "" then
        for _, stage in ipairs(STAGES) do
            if stage.key == status.paused_from then
                return status.label .. " while " .. stage.label:lower()
            end
        end
    end
    return status.label
end

--- Why a job rests, as the end of a sentence; nil when it does not.
---@param status table
---@param now_ms integer
---@return string|nil
function M.pause(status, now_ms)
    local words = PAUSE_WORDS[status.pause_reason]
    if not words then
        return nil
    end
    if status.pause_reason == "quota_exhausted" and (status.resets_at or 0) > 0 then
        return ("%s until %s (in %s)"):format(words, text.moment(status.resets_at),
            text.duration(status.resets_at - now_ms))
    end
    return words
end

local function stage_lines(status)
    local lines = {}
    for _, stage in ipairs(STAGES) do
        local result = status[stage.key]
        if result.total > 0 then
            local line = ("  %s%s of %s"):format(text.pad(stage.label, 26),
                text.right(text.number(result.done), 8), text.number(result.total))
            if result.failed > 0 then
                line = line .. ", " .. text.number(result.failed) .. " failed"
            end
            if result.skipped > 0 then
                line = line .. ", " .. text.number(result.skipped) .. " skipped"
            end
            lines[#lines + 1] = line
        end
    end
    return lines
end

--- The job: where it stands, why it rests, what it has done.
---@param status table  from session:status, id not 0
---@param now_ms integer
---@return string
function M.status(status, now_ms)
    local lines = { ("Job %d: %s. %s of %s done, %s used."):format(status.id, stage_label(status),
        text.number(status.done), text.count(status.total, "operation"),
        text.count(status.units_used, "unit")) }
    for _, line in ipairs(stage_lines(status)) do
        lines[#lines + 1] = line
    end
    local pause = M.pause(status, now_ms)
    if pause and M.unfinished(status) then
        lines[#lines + 1] = text.wrap("It rests: " .. pause .. ".", COLUMNS)
    elseif status.pause_requested then
        lines[#lines + 1] = "It was asked to pause and stops at the next clean point."
    end
    if status.unknown > 0 then
        lines[#lines + 1] = text.count(status.unknown, "request")
            .. " had no clear answer; they are looked up before anything is repeated."
    end
    if status.needs_you ~= "" then
        lines[#lines + 1] = text.wrap("It needs you: " .. text.safe(status.needs_you), COLUMNS)
    end
    local times = "Started " .. text.moment(status.started_at)
    if (status.finished_at or 0) > 0 then
        times = times .. ", finished " .. text.moment(status.finished_at)
    end
    lines[#lines + 1] = times .. "."
    if status.backup_file ~= "" then
        lines[#lines + 1] = "Backup: " .. text.safe(status.backup_file)
    end
    return table.concat(lines, "\n")
end

--- The job that ended before an unfinished one, in a sentence.
---@param status table
---@return string
function M.ended(status)
    return text.wrap(("Before it, job %d: %s %s. %s of %s done, %s used."):format(status.id,
        status.label, text.moment(status.finished_at), text.number(status.done),
        text.count(status.total, "operation"), text.count(status.units_used, "unit")), COLUMNS)
end

--- The JSON form of the job that ended last: {job, stage, label, progress, failed, units_used,
--- finished_at}.
---@param status table
---@return table
function M.ended_json(status)
    return { job = status.id, stage = status.stage, label = status.label,
        progress = { done = status.done, total = status.total }, failed = status.failed,
        units_used = status.units_used, finished_at = text.iso(status.finished_at) }
end

--- What a finished job has done, in a sentence.
---@param status table
---@param operations table[]  of the job
---@return string
function M.finished(status, operations)
    local done = preview.by_kind(operations, function(operation)
        return operation.status == "done"
    end)
    local days = ""
    if (status.started_at or 0) > 0 and (status.finished_at or 0) > status.started_at then
        days = " in " .. text.duration(status.finished_at - status.started_at)
    end
    local line = ("%s: %s; %s%s."):format(status.label, done ~= "" and done or "nothing to do",
        text.count(status.units_used, "unit"), days)
    if status.failed > 0 then
        line = line .. " " .. text.count(status.failed, "operation") .. " failed."
    end
    return text.wrap(line, COLUMNS)
end

local DEEDS = {
    playlist_create = "Create",
    playlist_update = "Change",
    playlist_publish = "Make visible",
    playlist_delete = "Delete",
    item_insert = "Add %s to",
    item_move = "Move %s in",
    item_delete = "Take %s out of",
}

--- The operations that failed, each with the reason in words.
---@param operations table[]  of the job
---@return string
function M.failed(operations)
    local lines, count = {}, 0
    for _, operation in ipairs(operations) do
        if operation.status == "failed" then
            count = count + 1
            if count <= LIST_MAX then
                local deed = (DEEDS[operation.kind] or operation.kind):format(operation.video_id)
                lines[count] = text.wrap(("%s \"%s\": %s"):format(text.safe(deed),
                    text.safe(operation.title), text.safe(operation.error)), COLUMNS, "  ")
            end
        end
    end
    table.insert(lines, 1, text.count(count, "operation") .. " failed:")
    if count > LIST_MAX then
        lines[#lines + 1] = ("  and %d more"):format(count - LIST_MAX)
    end
    return table.concat(lines, "\n")
end

--- Errors of a job, the newest last.
---@param errors table[]
---@return string
function M.errors(errors)
    local lines = {}
    local first = math.max(1, #errors - LIST_MAX + 1)
    lines[1] = first > 1 and ("The last %d of %d errors:"):format(LIST_MAX, #errors)
        or text.count(#errors, "error") .. ":"
    for position = first, #errors do
        local err = errors[position]
        lines[#lines + 1] = text.wrap(("%s, %s: %s (%s)"):format(text.moment(err.at),
            text.safe(err.entity), text.safe(err.message), text.safe(err.reason)), COLUMNS, "  ")
    end
    return table.concat(lines, "\n")
end

--- The day's quota.
---@param quota table
---@param now_ms integer
---@return string
function M.quota(quota, now_ms)
    local lines = {
        ("Quota day %s (Pacific time): %s of %s used."):format(quota.day,
            text.number(quota.used), text.count(quota.limit, "unit")),
        ("  Left for ytsync     %s (%s are kept free)"):format(
            text.right(text.number(quota.remaining), 8), text.number(quota.keep)),
        ("  New playlists       %s of %s"):format(
            text.right(text.number(quota.creates_used), 8), text.number(quota.creates_limit)),
        ("It resets %s (in %s)."):format(text.moment(quota.resets_at),
            text.duration(quota.resets_at - now_ms)),
    }
    if quota.reserved > 0 then
        table.insert(lines, 2, ("  Reserved for requests under way: %s"):format(
            text.number(quota.reserved)))
    end
    if quota.exhausted then
        table.insert(lines, 2, "  YouTube said that the day is used up; another program may spend "
            .. "from the same project.")
    end
    return table.concat(lines, "\n")
end

-- ------------------------------------------------------------------ for machines

local function error_json(err, json)
    return {
        stage = err.stage,
        operation = err.operation_id ~= 0 and err.operation_id or json.null,
        entity = err.entity,
        reason = err.reason,
        message = err.message,
        at = text.iso(err.at) or json.null,
    }
end

--- The JSON form of a job: {job, stage, label, pause_reason, progress = {done, total}, results,
--- units_used, errors, resets_at, needs_you, ...}.
---@param status table
---@param errors table[]
---@param json table
---@return table
function M.status_json(status, errors, json)
    local list = json.array({})
    for position, err in ipairs(errors) do
        list[position] = error_json(err, json)
    end
    local function some(value)
        return value ~= "" and value or json.null
    end
    local results = {}
    for _, stage in ipairs(STAGES) do
        results[stage.key] = status[stage.key]
    end
    return {
        job = status.id ~= 0 and status.id or json.null,
        stage = some(status.stage),
        label = some(status.label),
        paused_from = some(status.paused_from or ""),
        pause_reason = some(status.pause_reason or ""),
        pause_requested = status.pause_requested,
        progress = { done = status.done, total = status.total },
        results = results,
        units_used = status.units_used,
        failed = status.failed,
        unknown = status.unknown,
        errors = list,
        resets_at = text.iso(status.resets_at) or json.null,
        needs_you = some(status.needs_you or ""),
        created_at = text.iso(status.created_at) or json.null,
        started_at = text.iso(status.started_at) or json.null,
        finished_at = text.iso(status.finished_at) or json.null,
        channel_id = some(status.channel_id or ""),
        policy_hash = some(status.policy_hash or ""),
        backup_file = some(status.backup_file or ""),
    }
end

--- The JSON form of the quota: {day, limit, keep, used, remaining, resets_at, ...}.
---@param quota table
---@return table
function M.quota_json(quota)
    return {
        day = quota.day,
        limit = quota.limit,
        keep = quota.keep,
        used = quota.used,
        reserved = quota.reserved,
        remaining = quota.remaining,
        creates_used = quota.creates_used,
        creates_limit = quota.creates_limit,
        resets_at = text.iso(quota.resets_at),
        exhausted = quota.exhausted,
    }
end

return M
