--- What a preview says in sentences: the order of things, what others see, what never comes back,
--- videos that are gone, the sign-in.
local tables = require("ytsync.preview.tables")
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80

-- What each kind of operation comes to, in the order in which it is done.
local KINDS = {
    { "playlist_create", "playlist created", "playlists created" },
    { "playlist_update", "playlist changed", "playlists changed" },
    { "item_insert", "video added", "videos added" },
    { "item_move", "video moved", "videos moved" },
    { "playlist_publish", "playlist published", "playlists published" },
    { "item_delete", "entry taken out", "entries taken out" },
    { "playlist_delete", "playlist deleted", "playlists deleted" },
}

--- "9 playlists created, 2,486 videos added": a list of operations by kind, and their number.
---@param operations table[]
---@param counts (fun(operation: table): boolean)|nil
---@return string
---@return integer
function M.by_kind(operations, counts)
    local numbers, parts, total = {}, {}, 0
    for _, operation in ipairs(operations) do
        if not counts or counts(operation) then
            numbers[operation.kind] = (numbers[operation.kind] or 0) + 1
            total = total + 1
        end
    end
    for _, kind in ipairs(KINDS) do
        if numbers[kind[1]] then
            parts[#parts + 1] = text.count(numbers[kind[1]], kind[2], kind[3])
        end
    end
    return table.concat(parts, ", "), total
end

local function of(...)
    local kinds = {}
    for _, kind in ipairs({ ... }) do
        kinds[kind] = true
    end
    return function(operation)
        return kinds[operation.kind] == true
    end
end

-- Whether an entry leaves because the policy drops its video, not for another place.
local function is_dropped(facts)
    local drops = {}
    for _, drop in ipairs(facts.drops or {}) do
        drops[drop.id] = true
    end
    return function(operation)
        return operation.kind == "item_delete" and drops[operation.video_id] == true
    end
end

-- The steps after the backup: what is done, and what is said of one and of several.
local function steps_of(facts)
    local dropped, takes_out = is_dropped(facts), of("item_delete")
    local _, created = M.by_kind(facts.items, of("playlist_create"))
    local private = created == 0 and "%s" or created == 1
        and "%s; the new one is private while it is filled"
        or "%s; new ones are private while they are filled"
    local listed = "%s; each playlist is listed again afterwards"
    return {
        { of("playlist_create", "playlist_update"), private, private },
        { of("item_insert", "item_move"), listed, listed },
        { of("playlist_publish"), "%s when its videos were seen in it",
            "%s, each when its videos were seen in it" },
        { function(operation)
            return takes_out(operation) and not dropped(operation)
        end, "%s when its video was seen in its place",
            "%s, each when its video was seen in its place" },
        { dropped, "%s: the policy drops its video", "%s: the policy drops their videos" },
        { of("playlist_delete"), "%s, after a second yes", "%s, after a second yes" },
    }
end

--- What happens in which order.
---@param facts table
---@return string[]
function M.order(facts)
    local lines = { "  1. a backup of all playlists, read back and compared" }
    for _, step in ipairs(steps_of(facts)) do
        local said, count = M.by_kind(facts.items, step[1])
        if count > 0 then
            lines[#lines + 1] = text.hang(("  %d. "):format(#lines + 1),
                step[count == 1 and 2 or 3]:format(said), COLUMNS)
        end
    end
    return lines
end

-- ------------------------------------------------------------------ what others see

local function change_of(row, all)
    local said = {}
    if row.title_then == "" then
        return row.rows_now > 0 and "deleted" or "deleted (it is empty)"
    end
    if row.title_now ~= row.title_then then
        said[#said + 1] = ("becomes \"%s\""):format(tables.title(row.title_then, 40, all))
    end
    if row.inserts > 0 then
        said[#said + 1] = text.number(row.inserts) .. " in"
    end
    if row.takeouts > 0 then
        said[#said + 1] = text.number(row.takeouts) .. " out"
    end
    if row.moves > 0 then
        said[#said + 1] = text.number(row.moves) .. " moved"
    end
    if row.privacy_then ~= row.privacy_now then
        said[#said + 1] = "becomes " .. row.privacy_then
    end
    return #said > 0 and table.concat(said, ", ") or "its description changes"
end

--- Playlists that others can see and that change before their eyes.
---@param facts table
---@param all boolean|nil
---@return string[]
function M.seen(facts, all)
    local rows, lines = {}, {}
    for _, row in ipairs(facts.playlists) do
        if row.units > 0 and (row.privacy_now == "public" or row.privacy_now == "unlisted") then
            rows[#rows + 1] = row
        end
    end
    if #rows == 0 then
        return lines
    end
    lines[1] = ("  Others can see %s while they change:"):format(
        text.count(#rows, "playlist"))
    if #rows == 1 then
        lines[1] = "  Others can see 1 playlist while it changes:"
    end
    for position, row in ipairs(rows) do
        if position > tables.ROWS_MAX and not all then
            lines[#lines + 1] = ("    and %d more (all of them: plan --all)"):format(
                #rows - tables.ROWS_MAX)
            break
        end
        lines[#lines + 1] = text.fold(("\"%s\" (%s): %s"):format(
            tables.title(row.title_now, 40, all), row.privacy_now, change_of(row, all)), COLUMNS,
            "    ")
    end
    return lines
end

-- ------------------------------------------------------------------ what is lost

--- What never comes back, also when everything is taken back.
---@param facts table
---@return string[]
function M.never_back(facts)
    local deleted, rows, taken_out = 0, 0, 0
    for _, row in ipairs(facts.playlists) do
        if row.title_then == "" then
            deleted, rows = deleted + 1, rows + row.rows_now
        else
            taken_out = taken_out + row.takeouts
        end
    end
    local said = {}
    if deleted > 0 then
        said[#said + 1] = ("address and cover of %s"):format(
            text.count(deleted, "deleted playlist"))
    end
    if rows + taken_out > 0 then
        said[#said + 1] = ("the date added of %s"):format(text.count(rows + taken_out, "entry",
            "entries"))
    end
    local lost = facts.preview.undo.entries_lost
    if lost > 0 then
        said[#said + 1] = text.count(lost, "entry of a private or deleted video",
            "entries of private or deleted videos")
    end
    if #said == 0 then
        return {}
    end
    return { text.wrap("Never comes back: " .. table.concat(said, "; ") .. ".", COLUMNS, "  ") }
end

-- ------------------------------------------------------------------ sentences

local OLD_WORDS = {
    keep = "All other playlists stay as they are (%s = \"keep\").",
    reuse = "Old playlists may be carried on under a new name; none is deleted (%s = \"reuse\").",
    delete = "Old playlists that are left over are deleted at the end (%s = \"delete\").",
}

-- What the policy calls its level.
local function level_word(facts)
    return facts.words and "old_playlists" or "old"
end

local function gone_videos(facts, out)
    local preview = facts.preview
    if (facts.gone or 0) > 0 then
        local its = facts.gone == 1 and "its" or "their"
        out[#out + 1] = ("%s private or deleted: %s."):format(
            text.count(facts.gone, "video is", "videos are"),
            facts.gone_policy == "forget"
                and ("the policy lets %s entries go (%s)"):format(its, facts.policy_lines.gone)
                or facts.gone_policy == "list"
                and ("%s entries stay where they are, and `check` lists %s"):format(its,
                    facts.gone == 1 and "it" or "them")
                or ("%s entries stay where they are"):format(its))
    end
    if preview.unavailable > 0 then
        out[#out + 1] = text.count(preview.unavailable, "of them is wanted and",
            "of them are wanted and") .. " cannot be added anywhere."
    end
end

local function supposed(facts, out)
    if facts.daily_units then
        out[#out + 1] = ("This supposes %s a day."):format(text.count(facts.daily_units, "unit"))
    end
    if facts.supposed_level then
        out[#out + 1] = ("This supposes %s = \"%s\"; the policy says \"%s\"."):format(
            level_word(facts), facts.old, facts.supposed_level)
    end
    if facts.part then
        out[#out + 1] = "This is a part of the plan that is complete in itself; the next plan goes "
            .. "on with the rest."
    end
end

--- Remarks in one paragraph: what stays, what is there already, private and deleted videos.
---@param facts table
---@return string[]
function M.sentences(facts)
    local preview, out = facts.preview, {}
    supposed(facts, out)
    if preview.already_there > 0 then
        out[#out + 1] = text.count(preview.already_there, "video is where it belongs.",
            "videos are where they belong.")
    end
    if facts.unmatched and facts.unmatched > 0 and facts.otherwise == "leave" then
        out[#out + 1] = text.count(facts.unmatched, "video") .. " that no playlist wants "
            .. (facts.unmatched == 1 and "stays where it is." or "stay where they are.")
    end
    gone_videos(facts, out)
    out[#out + 1] = OLD_WORDS[facts.old]:format(level_word(facts))
    if facts.old == "delete" and facts.words then
        out[#out + 1] = "Those that the policy does not mention stay."
    end
    return { text.wrap(table.concat(out, " "), COLUMNS, "  ") }
end

--- The sign-in that ends before the job does.
---@param facts table
---@return string[]
function M.sign_in(facts)
    local ends = facts.sign_in_ends
    if not ends or ends <= 0 or facts.preview.ends_at < ends then
        return {}
    end
    local units = 0
    for _, day in ipairs(facts.days) do
        if day.starts_at < ends then
            units = units + day.units
        end
    end
    return { text.wrap(("Your sign-in ends %s, before the job does: about %s of %s will be done by "
        .. "then. Sign in again at that time; what is done stays done."):format(text.moment(ends),
        text.number(units), text.count(facts.preview.units, "unit")), COLUMNS, "  ") }
end

--- The plan's warnings.
---@param facts table
---@param all boolean|nil
---@return string[]
function M.warnings(facts, all)
    local lines = {}
    for position, warning in ipairs(facts.warnings) do
        if position > tables.ROWS_MAX and not all then
            lines[#lines + 1] = ("    and %d more (all of them: plan --all)"):format(
                #facts.warnings - tables.ROWS_MAX)
            break
        end
        lines[#lines + 1] = text.wrap(text.safe(warning), COLUMNS, "    ")
    end
    if #lines > 0 then
        table.insert(lines, 1, "  Please note:")
    end
    return lines
end

return M
