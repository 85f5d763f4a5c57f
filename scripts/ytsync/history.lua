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

-- ------------------------------------------------------------------ what others changed

local LIST_MAX = 10

--- What the log says that neither ytsync nor a command did, by playlist, in the order in which it
--- was first met: {playlist, title, is_new, is_gone, before, after, added, taken_out}.
---@param entries table[]  of the actor "elsewhere", oldest first
---@param titles table<string, string>  of playlists, by id
---@return table[]
function M.elsewhere(entries, titles)
    local groups, by_id = {}, {}
    for _, entry in ipairs(entries) do
        local id = entry.playlist_id
        local group = by_id[id]
        if not group then
            group = { playlist = id, title = titles[id], is_new = false, is_gone = false, added = 0,
                taken_out = 0 }
            by_id[id], groups[#groups + 1] = group, group
        end
        if entry.action == "video_new" then
            group.added = group.added + 1
        elseif entry.action == "video_gone" then
            group.taken_out = group.taken_out + 1
        else
            group.is_new = group.is_new or entry.action == "playlist_new"
            group.is_gone = entry.action == "playlist_gone"
            group.before = group.before or decoded(entry.before)
            group.after = decoded(entry.after)
        end
        group.title = group.title or (group.after or group.before or {}).title or id
    end
    return groups
end

local function group_line(group)
    local words, was, is = {}, group.before, group.after
    if group.is_gone then
        words[1] = ("is gone (%s)"):format(text.count(was and was.videos or 0, "video"))
    elseif group.is_new then
        words[1] = "is new"
    elseif was and is then
        words[1] = ("%s -> %s"):format(told(was, is), told(is, was))
    end
    if not group.is_gone and group.added > 0 then
        words[#words + 1] = text.count(group.added, "video") .. " added"
    end
    if not group.is_gone and group.taken_out > 0 then
        words[#words + 1] = text.count(group.taken_out, "video") .. " taken out"
    end
    return ("  %s: %s"):format(quoted(group.title), table.concat(words, "; "))
end

--- The same as lines for people.
---@param groups table[]
---@return string
function M.elsewhere_lines(groups)
    local lines = {}
    for position = 1, math.min(#groups, LIST_MAX) do
        lines[position] = group_line(groups[position])
    end
    if #groups > LIST_MAX then
        lines[#lines + 1] = ("  and %d more playlists"):format(#groups - LIST_MAX)
    end
    return table.concat(lines, "\n")
end

-- ------------------------------------------------------------------ for machines

local function some(value)
    return value ~= "" and value or json.null
end

local function state_json(value)
    if not value or value == "" then
        return json.null
    end
    return decoded(value) or value
end

--- The JSON form of what others changed.
---@param groups table[]  from elsewhere
---@return table[]
function M.elsewhere_json(groups)
    local list = json.array({})
    for position, group in ipairs(groups) do
        list[position] = { playlist = group.playlist, title = group.title, is_new = group.is_new,
            is_gone = group.is_gone, before = group.before or json.null,
            after = group.after or json.null, added = group.added, taken_out = group.taken_out }
    end
    return list
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
