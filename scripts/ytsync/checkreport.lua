--- What `check` and `find` show: a policy's lines with their videos, and what is odd about them.
local dropped = require("ytsync.dropped")
local rules = require("ytsync.rules")
local text = require("ytsync.text")
local where = require("ytsync.where")

local M = {}

local COLUMNS = 80
local NAME_COLUMNS = 58
local COUNT_COLUMNS = 9

local function counts(first, second)
    return text.right(first, COUNT_COLUMNS) .. text.right(second, COUNT_COLUMNS)
end

local function note(lines, message)
    lines[#lines + 1] = text.wrap(text.safe(message), COLUMNS, "    ")
end

local function section(lines, heading, list, each)
    if #list == 0 then
        return
    end
    lines[#lines + 1] = "  " .. heading
    for _, entry in ipairs(list) do
        note(lines, each(entry))
    end
end

local function place(entry)
    return where.text(entry.place)
end

local function line_row(line)
    local label = line.place.line and ("%5d  "):format(line.place.line) or "       "
    return "  " .. text.pad(label .. text.safe(line.text), NAME_COLUMNS)
        .. counts(text.number(line.videos), text.number(line.alone))
end

-- A playlist's name, with its priority when it has one.
local function named(category)
    local suffix = category.priority ~= 0 and (" (priority %d)"):format(category.priority) or ""
    return text.cut(category.key, NAME_COLUMNS - #suffix) .. suffix
end

-- How many are left out because they are older.
local function left_out_row(category)
    local line = category.keep_newest.place.line
    local label = line and ("%5d  "):format(line) or "       "
    return "  " .. text.pad(("%skeep_newest %d leaves out"):format(label,
        category.keep_newest.most), NAME_COLUMNS)
        .. text.right(text.number(category.left_out), COUNT_COLUMNS)
end

-- What becomes of videos that no playlist wants; else it is the playlist that takes them.
local OTHERWISE = { leave = "they stay", drop = "dropped" }

local function title_of(video)
    return video.title ~= "" and video.title or "(title not known)"
end

-- The playlists with their lines.
local function playlists(out, summary, coverage, otherwise)
    out[#out + 1] = (" "):rep(NAME_COLUMNS + 2) .. counts("videos", "alone")
    for _, category in ipairs(summary.categories) do
        out[#out + 1] = "  " .. text.pad(named(category), NAME_COLUMNS)
            .. text.right(text.number(category.videos), COUNT_COLUMNS)
        for _, line in ipairs(coverage.lines) do
            if line.key == category.key then
                out[#out + 1] = line_row(line)
            end
        end
        if category.left_out then
            out[#out + 1] = left_out_row(category)
        end
    end
    if summary.left_alone > 0 then
        out[#out + 1] = "  " .. text.pad("(left alone)", NAME_COLUMNS)
            .. text.right(text.number(summary.left_alone), COUNT_COLUMNS)
    end
    out[#out + 1] = "  " .. text.pad(("(no playlist wants them: %s)"):format(
        OTHERWISE[otherwise] or otherwise), NAME_COLUMNS)
        .. text.right(text.number(summary.unmatched), COUNT_COLUMNS)
end

local function groups(list)
    local parts = {}
    for position, entry in ipairs(list) do
        parts[position] = ("%s (%s)"):format(entry.name == "" and "no name" or entry.name,
            text.number(entry.videos))
    end
    return table.concat(parts, ", ")
end

local function unwanted(out, coverage)
    if #coverage.channels == 0 and #coverage.words == 0 then
        return
    end
    out[#out + 1] = "  Of the videos that no playlist wants, most are"
    if #coverage.channels > 0 then
        note(out, "by channel: " .. groups(coverage.channels))
    end
    if #coverage.words > 0 then
        note(out, "by word: " .. groups(coverage.words))
    end
end

local function slowest(out, coverage)
    local slow = coverage.slowest
    if slow and slow.us >= 1 then
        out[#out + 1] = ("  The slowest rule: %s, %.0f us a video."):format(
            rules.rule_text(slow.rule.place, rules.describe(slow.rule)), slow.us)
    end
end

--- The policy on the library.
---@param summary ytsync.Summary
---@param coverage ytsync.Coverage
---@param otherwise string
---@param list_gone boolean  name the videos that are private or deleted
---@return string
function M.coverage(summary, coverage, otherwise, list_gone)
    local out = { ("%s in the library, %s of them private or deleted. For each line:\n"
        .. "the videos that it catches, and those that only it gives to its playlist."):format(
        text.count(summary.videos, "video"), text.number(summary.gone)) }
    playlists(out, summary, coverage, otherwise)
    section(out, "Please note:", summary.warnings, function(warning)
        return warning
    end)
    for _, line in ipairs(dropped.lines(summary.drops)) do
        out[#out + 1] = line
    end
    section(out, "In no video:", coverage.nothing, function(entry)
        return ('%s %s "%s"%s'):format(place(entry), entry.kind, entry.word, entry.hint)
    end)
    section(out, "Is that too much?", coverage.much, function(line)
        return ("%s %s catches %s of %s videos"):format(place(line), line.text,
            text.number(line.videos), text.number(summary.videos))
    end)
    section(out, "Wanted by several; the first in the file gets them:", coverage.shared,
        function(entry)
            return ("%s by '%s', such as \"%s\""):format(text.count(entry.videos, "video"),
                entry.name, entry.example)
        end)
    unwanted(out, coverage)
    section(out, "Private or deleted:", list_gone and coverage.gone or {}, function(video)
        return ("%s %s (%s)"):format(video.id, title_of(video),
            table.concat(video.playlists, ", "))
    end)
    slowest(out, coverage)
    return table.concat(out, "\n")
end

--- Videos that a rule catches.
---@param videos table[]
---@param total integer
---@param most integer
---@return string
function M.found(videos, total, most)
    local out = { ("%s of %s:"):format(text.number(#videos), text.count(total, "video")) }
    for position = 1, math.min(#videos, most) do
        local video = videos[position]
        out[#out + 1] = (("  %s  %s %s"):format(text.pad(video.id, 11),
            text.pad(title_of(video), 42), text.cut(video.channel or "", 22)):gsub("%s+$", ""))
    end
    if #videos > most then
        out[#out + 1] = ("  and %s more (--limit NUMBER)"):format(text.number(#videos - most))
    end
    return table.concat(out, "\n")
end

return M
