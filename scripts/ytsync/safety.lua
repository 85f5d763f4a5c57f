--- What people read about what keeps their library safe: proofs, backups. Pure: records in, text
--- out.
local text = require("ytsync.text")

local M = {}

--- What the deletes of a job rest on, before the second yes.
---@param sum table  from session:proof_summary
---@return string
function M.proof(sum)
    local lines = {}
    local places = {}
    if sum.placed > 0 then
        places[#places + 1] = ("%s seen in their new place"):format(text.number(sum.placed))
    end
    if sum.dropped > 0 then
        places[#places + 1] = ("%s dropped by the policy"):format(text.number(sum.dropped))
    end
    if sum.waiting > 0 then
        places[#places + 1] = ("%s still to be looked at"):format(text.number(sum.waiting))
    end
    lines[#lines + 1] = ("Proved: %s%s."):format(text.count(sum.entries, "entry", "entries"),
        #places > 0 and ", of them " .. table.concat(places, ", ") or "")
    if sum.kept_playlists > 0 then
        lines[#lines + 1] = ("%s because of %s not accounted for; `status` names them.")
            :format(text.count(sum.kept_playlists, "playlist stays", "playlists stay"),
                text.count(sum.unaccounted, "video that is", "videos that are"))
    end
    lines[#lines + 1] = "Each of them with its proof: " .. sum.file
    return table.concat(lines, "\n")
end

-- ------------------------------------------------------------------ backups

local function what_is_in(backup)
    return ("%s, %s, %s"):format(text.count(backup.playlists, "playlist"),
        text.count(backup.items, "entry", "entries"), text.count(backup.videos, "video"))
end

--- A backup in one line of a list.
---@param backup table
---@return string
function M.backup_line(backup)
    return ("%4d  %s  %-16s %s"):format(backup.id, text.moment(backup.at),
        text.safe(backup.trigger), what_is_in(backup))
end

--- A backup in full.
---@param backup table
---@return string
function M.backup(backup)
    if backup.id == 0 then
        return text.safe(backup.file) .. ": a file that is not on record here"
    end
    return table.concat({
        ("Backup %d of %s (%s): %s, %s"):format(backup.id, text.moment(backup.at),
            text.safe(backup.trigger), what_is_in(backup), text.count(backup.bytes, "byte")),
        text.safe(backup.file),
        "SHA-256 " .. backup.sha256,
    }, "\n")
end

--- A backup as `backup list --json` shows it.
---@param backup table
---@param json table  ytsync.json
---@return table
function M.backup_json(backup, json)
    return {
        id = backup.id ~= 0 and backup.id or json.null,
        file = backup.file,
        sha256 = backup.sha256,
        bytes = backup.bytes,
        playlists = backup.playlists,
        items = backup.items,
        videos = backup.videos,
        trigger = backup.trigger,
        at = text.iso(backup.at) or json.null,
    }
end

local DIFFERENCES = {
    playlist_gone = function(d)
        return ("%s is gone (%s)"):format(d.title, text.count(d.videos, "entry", "entries"))
    end,
    playlist_new = function(d)
        return ("%s is new (%s)"):format(d.title, text.count(d.videos, "entry", "entries"))
    end,
    title = function(d)
        return ("%s was called \"%s\""):format(d.title, text.safe(d.before))
    end,
    description = function(d)
        return ("%s has another description"):format(d.title)
    end,
    privacy = function(d)
        return ("%s is %s, was %s"):format(d.title, d.after, d.before)
    end,
    video_gone = function(d)
        return ("%s lost %s"):format(d.title, d.video)
    end,
    video_new = function(d)
        return ("%s got %s"):format(d.title, d.video)
    end,
    order = function(d)
        return ("%s has another order"):format(d.title)
    end,
}

--- One difference between two backups, as a sentence.
---@param difference table
---@param titles table<string, string>  of videos, by id
---@return string
function M.difference(difference, titles)
    local title = titles[difference.video_id]
    return DIFFERENCES[difference.kind]({
        title = ("\"%s\""):format(text.safe(difference.playlist_title)),
        video = difference.video_id .. (title and title ~= ""
            and (" (%s)"):format(text.cut(title, 60)) or ""),
        videos = difference.videos,
        before = difference.before,
        after = difference.after,
    })
end

-- ------------------------------------------------------------------ restores

local LIST_MAX = 10

--- Whether a job is a restore (or an undo).
---@param status table  from session:status
---@return boolean
function M.restores(status)
    return status.policy_hash:find("^restore %d+$") ~= nil
end

--- How many changes a plan makes.
---@param preview table
---@return integer
function M.changes(preview)
    return preview.create_playlists.count + preview.add_videos.count
        + preview.delete_playlists.count
end

local function stage(lines, label, counted)
    if counted.count > 0 then
        lines[#lines + 1] = ("%-28s %s, %s"):format(label, text.count(counted.count, "change"),
            text.count(counted.units, "unit"))
    end
end

--- The preview of a restore.
---@param facts {preview: table, warnings: string[], blocks: table[], losses: table[]}
---@return string
function M.restore(facts)
    local preview = facts.preview
    local lines = {}
    stage(lines, "Playlists made or renamed:", preview.create_playlists)
    stage(lines, "Videos put back or moved:", preview.add_videos)
    stage(lines, "Taken out or deleted:", preview.delete_playlists)
    if #lines == 0 then
        lines[1] = "The library is what the backup says; there is nothing to do."
    else
        lines[#lines + 1] = ("Together %s with the reads, on %s."):format(
            text.count(preview.units, "unit"),
            preview.days < 0 and "more days than there are" or text.count(preview.days, "day"))
        lines[#lines + 1] = ("To take this back would cost %s."):format(
            text.count(preview.undo.units, "unit"))
    end
    for _, warning in ipairs(facts.warnings) do
        lines[#lines + 1] = text.safe(warning)
    end
    for position, loss in ipairs(facts.losses) do
        if position > LIST_MAX then
            lines[#lines + 1] = ("  and %d more"):format(#facts.losses - LIST_MAX)
            break
        end
        lines[#lines + 1] = ("  %s %s, was in %s"):format(loss.video_id,
            loss.title ~= "" and text.cut(loss.title, 40) or "(title not known)",
            text.cut(loss.playlist_title, 30))
    end
    for _, block in ipairs(facts.blocks) do
        lines[#lines + 1] = text.safe(block.reason)
    end
    return table.concat(lines, "\n")
end

--- What cannot come back, as `restore --json` and `undo --json` show it.
---@param losses table[]
---@param json table  ytsync.json
---@return table
function M.losses_json(losses, json)
    local list = json.array({})
    for position, loss in ipairs(losses) do
        list[position] = loss
    end
    return list
end

return M
