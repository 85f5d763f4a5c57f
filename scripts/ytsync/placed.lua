--- What of Watch Later has found a place: no program can take videos out of it, so the user gets a
--- list to do it by.
local text = require("ytsync.text")

local M = {}

-- The list's name is that of the database with this behind it.
local ENDING = ".watch-later.txt"

-- Playlists that ytsync fills: made by it, or carrying a category; and those of Watch Later.
local function sort_out(playlists)
    local filled, later = {}, {}
    for _, playlist in ipairs(playlists) do
        if playlist.source == "watch_later" then
            later[#later + 1] = playlist
        elseif playlist.source == "youtube" and (playlist.category ~= ""
            or playlist.made_by_job ~= 0) then
            filled[#filled + 1] = playlist
        end
    end
    return filled, later
end

-- video id -> title of the playlist that holds it.
local function homes_of(session, filled)
    local homes = {}
    for _, playlist in ipairs(filled) do
        local items, message, name = session:items(playlist.id)
        if not items then
            return nil, message, name
        end
        for _, item in ipairs(items) do
            homes[item.video_id] = homes[item.video_id] or playlist.title
        end
    end
    return homes
end

local function titles_of(session)
    local titles = {}
    for _, video in ipairs(session:videos() or {}) do
        titles[video.id] = video.title
    end
    return titles
end

---@class ytsync.Placed
---@field total integer  entries of Watch Later
---@field videos {id: string, title: string, playlist: string}[]  in the order of Watch Later

--- Videos of Watch Later that stand in a playlist that ytsync fills, as stored last.
---@param session ytsync.Session
---@return ytsync.Placed|nil
---@return string|nil message
---@return string|nil name
function M.find(session)
    local playlists, message, name = session:playlists()
    if not playlists then
        return nil, message, name
    end
    local filled, later = sort_out(playlists)
    local list = { total = 0, videos = {} }
    if #later == 0 then
        return list
    end
    local homes
    homes, message, name = homes_of(session, filled)
    if not homes then
        return nil, message, name
    end
    local titles, seen = titles_of(session), {}
    for _, playlist in ipairs(later) do
        for _, item in ipairs(session:items(playlist.id) or {}) do
            list.total = list.total + 1
            local home = homes[item.video_id]
            if home and not seen[item.video_id] then
                seen[item.video_id] = true
                list.videos[#list.videos + 1] = { id = item.video_id,
                    title = titles[item.video_id] or "", playlist = home }
            end
        end
    end
    return list
end

--- Writes the list beside the database.
---@param list ytsync.Placed
---@param db_path string
---@return string|nil path
---@return string|nil message
function M.write(list, db_path)
    local path = db_path .. ENDING
    local file, message = io.open(path, "w")
    if not file then
        return nil, "The list cannot be written: " .. tostring(message)
    end
    file:write(("Of %d videos in Watch Later, %d are in a playlist of yours now.\n"):format(
        list.total, #list.videos),
        "Only you can take them out: open Watch Later and remove these.\n\n")
    for _, video in ipairs(list.videos) do
        file:write(("https://www.youtube.com/watch?v=%s  %s -> %s\n"):format(video.id,
            text.safe(video.title), text.safe(video.playlist)))
    end
    local ok
    ok, message = file:close()
    if not ok then
        return nil, "The list cannot be written: " .. tostring(message)
    end
    return path
end

--- What to tell the user.
---@param list ytsync.Placed
---@param path string
---@return string
function M.sentence(list, path)
    return ("%s of %s in Watch Later %s in a playlist now. Only you can take them out; they are "
        .. "listed in\n%s"):format(text.number(#list.videos),
        text.count(list.total, "entry", "entries"), #list.videos == 1 and "is" or "are", path)
end

return M
