--- The tables of a preview: the three levels side by side, the playlists, the calendar. Records in,
--- lists of lines of at most 80 columns out.
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80
-- Rows of a table before "and 7 more", unless all are asked for.
local ROWS_MAX = 12
M.ROWS_MAX = ROWS_MAX

-- Of the titles in the table of playlists.
local TITLE_COLUMNS = 26

local LEVELS = { "keep", "reuse", "delete" }
M.LEVELS = LEVELS

local function trimmed(line)
    return (line:gsub("%s+$", ""))
end

--- The day of a moment, "today" for the one that it is now.
---@param at_ms integer
---@param now_ms integer
---@return string
function M.day(at_ms, now_ms)
    return at_ms <= now_ms and "today" or text.day(at_ms)
end

-- A day's units may not be enough for anything.
local function days_of(days)
    return days < 0 and "never" or text.number(days)
end

--- A title, cut to `columns` unless all of it is asked for.
---@param title string
---@param columns integer
---@param all boolean|nil
---@return string
function M.title(title, columns, all)
    return all and text.safe(title) or text.cut(title, columns)
end

--- "A", "B" and 7 more: as many titles as fit into `columns`, none cut off silently.
---@param titles string[]
---@param columns integer
---@return string
function M.names(titles, columns)
    local line, shown = "", 0
    for position, title in ipairs(titles) do
        local rest = position < #titles and (" and %d more"):format(#titles - position) or ""
        local room = shown > 0 and 40 or math.min(40, columns - #rest)
        local one = (shown > 0 and ", " or "") .. text.cut(title, room)
        if shown > 0 and text.width(line .. one .. rest) > columns then
            break
        end
        line, shown = line .. one, position
    end
    return shown < #titles and ("%s and %d more"):format(line, #titles - shown) or line
end

-- ------------------------------------------------------------------ levels

local function level_line(mark, label, units, days, date, undo)
    return trimmed(mark .. text.pad(label, 22) .. text.right(units, 10) .. text.right(days, 7)
        .. "   " .. text.pad(date, 18) .. text.right(undo, 16))
end

local function level_row(name, preview, facts)
    local mark = name == facts.old and "> " or "  "
    if preview.problem then
        return text.hang(mark .. text.pad(name, 22) .. "  ", text.safe(preview.problem), COLUMNS)
    end
    local count = preview.create_playlists.count + preview.add_videos.count
        + preview.delete_playlists.count
    if count == 0 then
        return level_line(mark, name, "0", "0", "in order", "0")
    end
    return level_line(mark, name, text.number(preview.units), days_of(preview.days),
        preview.days < 0 and "" or M.day(preview.ends_at, facts.now),
        text.number(preview.undo.units))
end

--- Units, days, end and the price of taking it back, of each level that was planned, and the plain
--- way.
---@param facts table
---@return string[]
function M.levels(facts)
    local lines = { level_line("  ", "old playlists", "units", "days", "done", "to undo, writes") }
    local levels = facts.levels or { [facts.old] = facts.preview }
    for _, name in ipairs(LEVELS) do
        if levels[name] then
            lines[#lines + 1] = level_row(name, levels[name], facts)
        end
    end
    lines[#lines + 1] = level_line("  ", "the plain way, writes",
        text.number(facts.preview.plain_units), days_of(facts.preview.plain_days), "", "")
    return lines
end

-- ------------------------------------------------------------------ playlists

local function playlist_line(title, now, then_, ins, out, units, ready)
    return trimmed("  " .. text.pad(title, TITLE_COLUMNS) .. text.right(now, 6)
        .. text.right(then_, 7) .. text.right(ins, 6) .. text.right(out, 6)
        .. text.right(units, 9) .. "   " .. text.pad(ready, 15))
end

local function count_or_dash(there, count)
    return there and text.number(count) or "-"
end

-- What stands under a row: what people would not guess from its numbers.
local function details(row, all)
    local said = {}
    if (row.priority or 0) ~= 0 and row.units > 0 then
        said[#said + 1] = ("priority %d"):format(row.priority)
    end
    if row.carried_on then
        said[#said + 1] = ("carries on \"%s\""):format(M.title(row.title_now, 50, all))
    elseif row.title_now ~= "" and row.title_then ~= "" and row.title_now ~= row.title_then then
        said[#said + 1] = ("is called \"%s\" now"):format(M.title(row.title_now, 50, all))
    end
    if row.privacy_now ~= "" and row.privacy_then ~= "" and row.privacy_now ~= row.privacy_then then
        said[#said + 1] = ("%s, then %s"):format(row.privacy_now, row.privacy_then)
    elseif row.privacy_now == "" and row.privacy_then ~= "private" then
        said[#said + 1] = ("%s when it is complete"):format(row.privacy_then)
    end
    if row.moves > 0 then
        said[#said + 1] = text.count(row.moves, "video") .. " moved"
    end
    if row.strangers > 0 then
        said[#said + 1] = text.count(row.strangers, "video") .. " that no playlist wants "
            .. (row.strangers == 1 and "stays" or "stay")
    end
    return said
end

-- What stands in the last column: the day on which it is ready, or why there is none.
local function state_of(row, now_ms)
    if row.ready_at > 0 then
        return M.day(row.ready_at, now_ms)
    end
    return row.in_part == false and "not in the part" or row.units == 0 and "in order" or "-"
end

local function playlist_rows(lines, row, all, facts)
    local given_up = row.title_then == ""
    local title = given_up and row.title_now or row.title_then
    lines[#lines + 1] = playlist_line(title, count_or_dash(row.title_now ~= "", row.rows_now),
        count_or_dash(not given_up, row.rows_then), count_or_dash(row.inserts > 0, row.inserts),
        count_or_dash(row.takeouts > 0, row.takeouts), text.number(row.units),
        state_of(row, facts.now))
    if all and text.width(text.safe(title)) > TITLE_COLUMNS then
        lines[#lines + 1] = text.fold(("\"%s\""):format(text.safe(title)), COLUMNS, "    ")
    end
    local said = details(row, all)
    if #said > 0 then
        lines[#lines + 1] = text.fold(table.concat(said, "; "), COLUMNS, "    ")
    end
end

-- The rows of one kind, at most ROWS_MAX of them unless all are asked for.
local function add_rows(lines, rows, all, facts)
    for position, row in ipairs(rows) do
        if position > ROWS_MAX and not all then
            lines[#lines + 1] = ("  and %d more (all of them: plan --all)"):format(#rows - ROWS_MAX)
            return
        end
        playlist_rows(lines, row, all, facts)
    end
end

--- Every playlist that changes: now, then, in, out, units, and when it is ready.
---@param facts table
---@param all boolean|nil  also those in order, and every row
---@return string[]
function M.playlists(facts, all)
    local kept, given_up, in_order, left_out = {}, {}, 0, 0
    for _, row in ipairs(facts.playlists) do
        if row.category == "" and row.title_then == "" then
            given_up[#given_up + 1] = row
        elseif row.units > 0 or all then
            kept[#kept + 1] = row
        elseif row.in_part == false then
            left_out = left_out + 1
        else
            in_order = in_order + 1
        end
    end
    local lines = { playlist_line("playlist", "now", "then", "in", "out", "units", "ready") }
    add_rows(lines, kept, all, facts)
    if in_order > 0 then
        lines[#lines + 1] = ("  and %s in order already"):format(
            text.count(in_order, "playlist that is", "playlists that are"))
    end
    if left_out > 0 then
        lines[#lines + 1] = ("  and %s not in this part"):format(
            text.count(left_out, "playlist that is", "playlists that are"))
    end
    if #given_up > 0 then
        lines[#lines + 1] = "  Deleted at the end, when everything was seen in its new place:"
        add_rows(lines, given_up, all, facts)
    end
    return lines
end

-- ------------------------------------------------------------------ calendar

-- What becomes ready on a day, in one line unless all of it is asked for.
local function ready_words(done, all)
    if not done then
        return ""
    end
    local gone = done.deleted > 0 and text.count(done.deleted, "playlist") .. " deleted" or ""
    local names = all and text.safe(table.concat(done.titles, ", "))
        or M.names(done.titles, COLUMNS - 33 - #gone)
    return names .. (names ~= "" and gone ~= "" and "; " or "") .. gone
end

--- Day by day: date, units, what becomes ready.
---@param facts table
---@param all boolean|nil
---@return string[]
function M.calendar(facts, all)
    local ready = {}
    for _, row in ipairs(facts.playlists) do
        if row.ready_at > 0 and row.title_then ~= "" then
            ready[row.ready_at] = ready[row.ready_at] or { titles = {}, deleted = 0 }
            table.insert(ready[row.ready_at].titles, row.title_then)
        elseif row.ready_at > 0 then
            ready[row.ready_at] = ready[row.ready_at] or { titles = {}, deleted = 0 }
            ready[row.ready_at].deleted = ready[row.ready_at].deleted + 1
        end
    end
    local lines = { "  " .. text.pad("day", 18) .. text.right("units", 8)
        .. "   what becomes ready" }
    for position, day in ipairs(facts.days) do
        if position > ROWS_MAX and not all and #facts.days > ROWS_MAX + 1 then
            lines[#lines + 1] = ("  and %d more days (all of them: plan --all)"):format(
                #facts.days - ROWS_MAX)
            break
        end
        lines[#lines + 1] = trimmed(text.hang("  " .. text.pad(M.day(day.starts_at, facts.now), 18)
            .. text.right(text.number(day.units), 8) .. "   ",
            ready_words(ready[day.starts_at], all), COLUMNS))
    end
    return lines
end

return M
