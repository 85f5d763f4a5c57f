--- Entries of playlists as a table for other programs: CSV for spreadsheets, or JSON lines. One row
--- for each entry; the columns are stable, new ones come at the end.
local core = require("ytsync.core")
local json = require("ytsync.json")
local text = require("ytsync.text")

local M = {}

--- The columns, in CSV in this order; in JSON lines they are the keys.
M.COLUMNS = { "playlist", "playlist_id", "place", "video_id", "title", "channel", "channel_id",
    "duration_s", "published_at", "saved_at", "added_at", "availability", "privacy", "source" }

M.FORMATS = { "csv", "jsonl" }

-- Rows that are written at once.
local ROWS_AT_ONCE = 200
-- By it a spreadsheet knows that the file is UTF-8.
local MARK = "\xEF\xBB\xBF"
-- What every row of JSON begins with, since keys are sorted.
local JSON_BEGIN = '{"added_at":'

-- One row by its columns; what is not known is absent.
local function row_of(playlist, item, video)
    return {
        playlist = playlist.title,
        playlist_id = playlist.id,
        place = item.position + 1,
        video_id = item.video_id,
        title = video.title,
        channel = video.channel,
        channel_id = video.channel_id,
        duration_s = video.duration_s,
        published_at = text.iso(video.published_at),
        saved_at = text.iso(video.saved_at),
        added_at = text.iso(item.added_at),
        availability = video.availability,
        privacy = playlist.privacy,
        source = playlist.source,
    }
end

local function csv_cells(row, shown)
    local cells = {}
    for position, column in ipairs(M.COLUMNS) do
        local value = row[column]
        value = value == nil and "" or value
        cells[position] = shown and type(value) == "string" and text.safe(value) or value
    end
    return cells
end

local encode = json.encoder(M.COLUMNS)

local function json_line(row)
    for _, column in ipairs(M.COLUMNS) do
        if row[column] == "" then
            row[column] = nil
        end
    end
    return encode(row) .. "\n"
end

-- Collects rows of a format and hands them on as text.
local function collector(format, shown, put)
    local rows, count = {}, 0
    local function flush()
        local lines, message, name
        if format == "csv" then
            lines, message, name = core.csv(rows)
        else
            lines = table.concat(rows)
        end
        rows = {}
        if not lines then
            return nil, message, name
        end
        return put(lines)
    end
    local function add(row)
        count = count + 1
        rows[#rows + 1] = format == "csv" and csv_cells(row, shown) or json_line(row)
        if #rows >= ROWS_AT_ONCE then
            return flush()
        end
        return true
    end
    return add, flush, function()
        return count
    end
end

local function by_id(videos)
    local out = {}
    for _, video in ipairs(videos) do
        out[video.id] = video
    end
    return out
end

--- Writes the entries of the playlists whose video is one of these, in the order of the playlists
--- and of their entries.
---@param session ytsync.Session
---@param asked {playlists: table[], videos: table[], format: "csv"|"jsonl", shown: boolean|nil}
---  shown: on a terminal, so nothing that a title holds may steer it
---@param put fun(text: string): true|nil, string?, string?
---@return {rows: integer, playlists: integer}|nil  playlists: those with a row
---@return string|nil message
---@return string|nil name
function M.write(session, asked, put)
    local add, flush, count = collector(asked.format, asked.shown, put)
    if asked.format == "csv" then
        local ok, message, name = put((asked.shown and "" or MARK) .. core.csv({ M.COLUMNS }))
        if not ok then
            return nil, message, name
        end
    end
    local videos, playlists = by_id(asked.videos), 0
    for _, playlist in ipairs(asked.playlists) do
        local before = count()
        local items, problem, kind = session:items(playlist.id)
        if not items then
            return nil, problem, kind
        end
        for _, item in ipairs(items) do
            local video = videos[item.video_id]
            if video then
                local ok, message, name = add(row_of(playlist, item, video))
                if not ok then
                    return nil, message, name
                end
            end
        end
        playlists = playlists + (count() > before and 1 or 0)
    end
    local ok, message, name = flush()
    if not ok then
        return nil, message, name
    end
    return { rows = count(), playlists = playlists }
end

--- Whether the file may be written over: it is not there, is empty, or is such a table itself.
---@param path string
---@return boolean
function M.may_replace(path)
    local file = io.open(path, "rb")
    if not file then
        return true
    end
    local head = MARK .. core.csv({ M.COLUMNS })
    local begin = file:read(#head)
    file:close()
    return begin == nil or begin == head or begin:sub(1, #JSON_BEGIN) == JSON_BEGIN
end

return M
