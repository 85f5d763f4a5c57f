--- Names of playlists: what a title or an id in a policy means in a library.
-- Knows playlists that are gone from YouTube too, and titles that playlists had before.
local compile = require("ytsync.compile")
local suggest = require("ytsync.suggest")

local function trim(text)
    return (text:match("^%s*(.-)%s*$"))
end

---@class ytsync.Directory
local Directory = {}
Directory.__index = Directory

local function add_title(self, titles, title, playlist)
    title = trim(title)
    local same = titles[title]
    if not same then
        same = {}
        titles[title] = same
        self.names[#self.names + 1] = title
    end
    same[#same + 1] = playlist
end

-- Titles that playlists had when videos were seen in them: one that a category carries on has
-- another one since, and a policy goes on to mean it by the old one.
-- Looked for when a name is met that nothing has now: all videos have to be walked.
local function add_former_titles(self)
    local seen, last = {}, {}
    self.former = {}
    for _, video in ipairs(self.videos) do
        local titles, ids = video.playlists, video.playlist_ids
        for position = 1, #ids do
            local id, title = ids[position], titles[position]
            if title and last[id] ~= title then
                last[id] = title
                local playlist, key = self.ids[id], id .. " " .. title
                if playlist and not seen[key] then
                    seen[key] = true
                    add_title(self, self.former, title, playlist)
                end
            end
        end
    end
end

--- A directory of a library.
---@param playlists table[]  with the deleted ones
---@param videos table[]
---@return ytsync.Directory
function Directory.new(playlists, videos)
    local self = setmetatable({ ids = {}, titles = {}, former = false, names = {},
        all = playlists, videos = videos }, Directory)
    for _, playlist in ipairs(playlists) do
        self.ids[playlist.id] = playlist
        add_title(self, self.titles, playlist.title, playlist)
    end
    return self
end

-- Watch Later under the name that policies call it by, whatever it is called in the language of the
-- account that it was exported from.
local function watch_later(self, name)
    if name:lower() ~= "watch later" then
        return nil
    end
    local found = {}
    for _, playlist in ipairs(self.all) do
        if playlist.source == "watch_later" then
            found[#found + 1] = playlist
        end
    end
    return #found > 0 and found or nil
end

--- All playlists that a name means: an id, else a title, else a former one; with a star in it,
--- all whose title fits. Empty: there is none.
---@param name string
---@return table[]
function Directory:find(name)
    if self.ids[name] then
        return { self.ids[name] }
    end
    name = trim(name)
    local found = self.titles[name]
    if not found then
        if not self.former then
            add_former_titles(self)
        end
        found = self.former[name] or watch_later(self, name)
    end
    if found or not name:find("*", 1, true) then
        return found or {}
    end
    found = {}
    for _, playlist in ipairs(self.all) do
        if compile.is_called(name, playlist.title) then
            found[#found + 1] = playlist
        end
    end
    return found
end

--- Those of the playlists that are still there.
---@param playlists table[]
---@return table[]
function Directory.live(playlists)
    local out = {}
    for _, playlist in ipairs(playlists) do
        if (playlist.deleted_at or 0) == 0 then
            out[#out + 1] = playlist
        end
    end
    return out
end

--- The sentence for a name that means nothing.
---@param name string
---@return string
function Directory:unknown(name)
    return ("no playlist is called '%s' and none has that id%s"):format(name,
        suggest.hint(name, self.names))
end

--- "PL1, PL2".
---@param playlists table[]
---@return string
function Directory.list_ids(playlists)
    local ids = {}
    for position, playlist in ipairs(playlists) do
        ids[position] = playlist.id
    end
    return table.concat(ids, ", ")
end

--- The sentence for a name that means several playlists, all of which are meant.
---@param playlists table[]
---@param name string
---@return string
function Directory.ambiguous(playlists, name)
    return ("%d playlists are called '%s' (%s); all of them are meant"):format(#playlists, name,
        Directory.list_ids(playlists))
end

return Directory
