--- What people read of the log: whose history an entry is part of, and what was there before and
--- after. Pure: records in, text out.
local json = require("ytsync.json")
local text = require("ytsync.text")

local M = {}

local TITLE_COLUMNS = 60

local function quoted(title)
    return ('"%s"'):format(text.cut(title, TITLE_COLUMNS))
end

-- What a state of a playlist or an entry has, in the order in which it is told.
local PARTS = {
    { key = "title", say = quoted },
    { key = "privacy", say = text.safe },
    { key = "description", say = function(words)
        return words == "" and "no description" or "described as " .. quoted(words)
    end },
    { key = "position", say = function(position)
        return ("place %s"):format(text.number(position + 1))
    end },
    { key = "videos", say = function(count)
        return text.count(count, "video")
    end },
}

local function decoded(value)
    local state = value and value ~= "" and json.decode(value)
    return type(state) == "table" and state or nil
end

-- The parts of a state; of two, those in which it differs from the other.
local function told(state, other)
    local words = {}
    for _, part in ipairs(PARTS) do
        local value = state[part.key]
        local tell = other and other[part.key] ~= value or not other and part.key ~= "description"
        if value ~= nil and tell then
            words[#words + 1] = part.say(value)
        end
    end
    return table.concat(words, ", ")
end

--- What an entry says was there before and after: "place 5 -> place 3", "nothing -> place 3",
--- "\"Jazz\", private, 12 videos -> gone"; "" when it says neither.
---@param entry {before: string|nil, after: string|nil}
---@return string
function M.change(entry)
    local before, after = decoded(entry.before), decoded(entry.after)
    if not before and not after then
        return ""
    end
    local was, is = before and told(before, after) or "nothing",
        after and told(after, before) or "gone"
    return was == is and "as it was" or ("%s -> %s"):format(was, is)
end

--- Whose history an entry is part of.
---@param entry {video_id: string, playlist_id: string, entity: string}
---@param titles {videos: table<string, string>, playlists: table<string, string>}  by id
---@return string
function M.subject(entry, titles)
    local function named(id, title)
        return title and title ~= "" and ("%s (%s)"):format(quoted(title), id) or id
    end
    local playlist = entry.playlist_id ~= ""
        and named(entry.playlist_id, titles.playlists[entry.playlist_id]) or nil
    if entry.video_id == "" then
        return text.safe(playlist or entry.entity)
    end
    local video = named(entry.video_id, titles.videos[entry.video_id])
    return text.safe(playlist and video .. " in " .. playlist or video)
end

local function some(value)
    return value ~= "" and value or json.null
end

local function state_json(value)
    if not value or value == "" then
        return json.null
    end
    return decoded(value) or value
end

--- The JSON form of an entry.
---@param entry table
---@return table
function M.to_json(entry)
    return {
        id = entry.id,
        job = entry.job_id ~= 0 and entry.job_id or json.null,
        operation = entry.operation_id ~= 0 and entry.operation_id or json.null,
        at = text.iso(entry.at) or json.null,
        actor = entry.actor,
        action = entry.action,
        entity = entry.entity,
        playlist = some(entry.playlist_id),
        video = some(entry.video_id),
        before = state_json(entry.before),
        after = state_json(entry.after),
    }
end

return M
