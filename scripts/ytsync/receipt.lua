--- What people read of a job beside its state: what is left of the day and when it will be done,
--- and the receipt at its end, in which every video is accounted for. Pure: records in, text out.
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80
-- What a write costs, for the estimate of the days that are left (YOUTUBE_API section 1.1).
local WRITE_UNITS = 50

local KINDS = {
    playlist_create = "create the playlist",
    playlist_update = "change the playlist",
    item_insert = "add a video to",
    item_move = "move a video in",
    playlist_publish = "publish",
    item_delete = "take an entry out of",
    playlist_delete = "delete",
}

local OPEN = { pending = true, in_flight = true, unknown = true }

-- Open operations, how many, and how many turned out to be done by somebody else.
local function look(operations)
    local first, open, settled = nil, 0, 0
    for _, operation in ipairs(operations) do
        if OPEN[operation.status] then
            open = open + 1
            first = first or operation
        elseif operation.status == "done" and operation.attempts == 0 then
            settled = settled + 1
        end
    end
    return first, open, settled
end

-- The day on which the open operations can be through, by what is left of today and of each day.
local function end_of(quota, open)
    local units, each_day = open * WRITE_UNITS, math.max(1, quota.limit - quota.keep)
    local today = math.min(units, quota.remaining)
    local days = (units - today + each_day - 1) // each_day
    local day_ms = 24 * 60 * 60 * 1000
    return days == 0 and quota.resets_at - 1 or quota.resets_at + (days - 1) * day_ms
end

--- What is left, while a job is unfinished: today's units, the next operation, about when it is
--- done, and what the user did meanwhile.
---@param operations table[]
---@param quota table  from session:quota
---@return string[] lines
function M.outlook(operations, quota)
    local first, open, settled = look(operations)
    local lines = { ("Today %s of %s are left for ytsync."):format(text.number(quota.remaining),
        text.count(quota.limit - quota.keep, "unit")) }
    if first then
        lines[#lines + 1] = ("Next: %s \"%s\"."):format(KINDS[first.kind] or first.kind,
            text.cut(first.title, 50))
        lines[#lines + 1] = ("%s left, about %s: done about %s."):format(text.count(open,
            "operation is", "operations are"), text.count(open * WRITE_UNITS, "unit"),
            text.day(end_of(quota, open)))
    end
    if settled > 0 then
        lines[#lines + 1] = ("You did %s of its operations yourself meanwhile."):format(
            text.number(settled))
    end
    return lines
end

-- ------------------------------------------------------------------ the receipt

local function row(lines, label, count, remark)
    lines[#lines + 1] = "  " .. text.pad(label, 34) .. text.right(text.number(count), 9)
        .. (remark and "  " .. remark or "")
end

local function tally(operations)
    local counts = {}
    for _, operation in ipairs(operations) do
        local by_status = counts[operation.kind] or { done = 0, failed = 0, skipped = 0, open = 0 }
        counts[operation.kind] = by_status
        local key = OPEN[operation.status] and "open" or operation.status
        by_status[key] = (by_status[key] or 0) + 1
    end
    return function(kind, status)
        return counts[kind] and counts[kind][status] or 0
    end
end

local function videos_wanted(categories)
    local wanted = 0
    for _, category in ipairs(categories) do
        wanted = wanted + category.videos
    end
    return wanted
end

-- Videos: added + not added + there before = wanted by the policy, to the last one.
local function video_rows(lines, count, wanted)
    local added, failed = count("item_insert", "done"), count("item_insert", "failed")
    local skipped, open = count("item_insert", "skipped"), count("item_insert", "open")
    row(lines, "videos added", added)
    if failed > 0 then
        row(lines, "could not be added", failed, "see: status")
    end
    if skipped > 0 then
        row(lines, "not needed any more, or given up", skipped)
    end
    if open > 0 then
        row(lines, "still to be added", open)
    end
    row(lines, "there before, or gone from YouTube",
        math.max(0, wanted - added - failed - skipped - open))
    row(lines, "= videos that the policy wants", wanted)
end

local OTHERS = {
    { "playlist_create", "playlists created" },
    { "playlist_update", "playlists changed" },
    { "playlist_publish", "playlists published" },
    { "item_move", "videos moved" },
    { "item_delete", "entries taken out" },
    { "playlist_delete", "playlists deleted" },
}

--- The receipt of a job that has ended.
---@param status table
---@param operations table[]
---@param categories table[]  from session:categories
---@return string
function M.receipt(status, operations, categories)
    local lines, count = { ("Receipt of job %d:"):format(status.id) }, tally(operations)
    video_rows(lines, count, videos_wanted(categories))
    for _, other in ipairs(OTHERS) do
        local done, failed = count(other[1], "done"), count(other[1], "failed")
        if done + failed > 0 then
            row(lines, other[2], done, failed > 0 and text.number(failed) .. " failed" or nil)
        end
    end
    row(lines, "units of quota", status.units_used)
    if status.backup_file ~= "" then
        lines[#lines + 1] = text.wrap("Backup: " .. text.safe(status.backup_file), COLUMNS, "  ")
    end
    return table.concat(lines, "\n")
end

return M
