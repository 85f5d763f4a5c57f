--- Which playlists of a library belong together: by the videos that they share, and by their
--- titles. Pure. Used to suggest a first policy.
local M = {}

-- Two playlists belong together when so much of the smaller one stands in the larger one too; with
-- a word of their titles in common, less is enough.
local SHARE, SHARE_WITH_WORD = 0.5, 0.2
-- A playlist of fewer videos says nothing by what it shares.
local VIDEOS_MIN = 3
-- A video in more playlists than this says nothing of any two of them.
local PLAYLISTS_MAX = 40
-- Words of titles that say nothing.
local PLAIN = { ["and"] = true, the = true, ["for"] = true, ["with"] = true, from = true,
    und = true,
    der = true, die = true, das = true, les = true, des = true, con = true, los = true, las = true,
    playlist = true, videos = true, video = true, list = true, new = true, old = true, best = true,
    my = true, mix = true, music = true, misc = true, stuff = true }

--- A title without what only numbers it: "Jazz 2", "jazz (part 3)", "Jazz - Vol. 4" are "jazz".
---@param title string
---@return string
function M.stem(title)
    local stem = title:lower():gsub("[%s_]+", " ")
    local before
    repeat
        before = stem
        stem = stem:gsub("[%s%-#%(%)%[%].,:]+$", "")
        stem = stem:gsub("%s%d+$", ""):gsub("([^%d%s])%d%d?$", "%1")
        for _, word in ipairs({ "part", "pt", "vol", "volume", "no", "nr", "teil", "copy" }) do
            stem = stem:gsub("%s%-?%s?%(?" .. word .. "%.?$", "")
        end
    until stem == before
    return stem ~= "" and stem or title:lower()
end

local function words_of(title)
    local words = {}
    for word in title:lower():gmatch("[%w\128-\255]+") do
        if #word > 2 and not PLAIN[word] and not word:find("^%d+$") then
            words[word] = true
        end
    end
    return words
end

local function share_a_word(one, two)
    for word in pairs(one) do -- unordered: a yes or no
        if two[word] then
            return true
        end
    end
    return false
end

-- How many videos each two of the playlists share: counts[a][b] with a < b, by position.
local function count_shared(playlists, videos)
    local position_of, counts = {}, {}
    for position, playlist in ipairs(playlists) do
        position_of[playlist.id] = position
        counts[position] = {}
    end
    for _, video in ipairs(videos) do
        local places = {}
        for _, id in ipairs(video.playlist_ids) do
            places[#places + 1] = position_of[id]
        end
        if #places > 1 and #places <= PLAYLISTS_MAX then
            table.sort(places)
            for first = 1, #places do
                for second = first + 1, #places do
                    local row = counts[places[first]]
                    row[places[second]] = (row[places[second]] or 0) + 1
                end
            end
        end
    end
    return counts
end

local function root(parents, position)
    while parents[position] ~= position do
        position = parents[position]
    end
    return position
end

-- Why two playlists belong together; nil when they do not.
local function reason(one, two, shared)
    if one.stem == two.stem then
        return "title"
    end
    local smaller = math.min(one.playlist.item_count, two.playlist.item_count)
    if smaller < VIDEOS_MIN or shared == 0 then
        return nil
    end
    local part = shared / smaller
    if part >= SHARE or (part >= SHARE_WITH_WORD and share_a_word(one.words, two.words)) then
        return "videos"
    end
    return nil
end

local function facts_of(playlists)
    local facts = {}
    for position, playlist in ipairs(playlists) do
        facts[position] = { playlist = playlist, stem = M.stem(playlist.title),
            words = words_of(playlist.title) }
    end
    return facts
end

local function larger_first(one, two)
    if one.playlist.item_count ~= two.playlist.item_count then
        return one.playlist.item_count > two.playlist.item_count
    end
    if one.playlist.title ~= two.playlist.title then
        return one.playlist.title < two.playlist.title
    end
    return one.playlist.id < two.playlist.id
end

---@class ytsync.Group
---@field members {playlist: table, why: string, shared: integer}[]  the largest first; why: "title"
---  or "videos", and shared: how many of its videos stand in the largest too
---@field videos integer  different ones

-- What of each member stands in the largest, and how many different videos all of them hold.
local function count_group(group, videos)
    local members, first = {}, group.members[1].playlist.id
    for _, member in ipairs(group.members) do
        members[member.playlist.id] = member
        member.shared = 0
    end
    group.videos = 0
    for _, video in ipairs(videos) do
        local inside, in_first = false, false
        for _, id in ipairs(video.playlist_ids) do
            inside = inside or members[id] ~= nil
            in_first = in_first or id == first
        end
        group.videos = group.videos + (inside and 1 or 0)
        for _, id in ipairs(in_first and video.playlist_ids or {}) do
            if members[id] then
                members[id].shared = members[id].shared + 1
            end
        end
    end
end

--- Groups of playlists that belong together, those with most videos first; playlists that stand
--- alone are in none.
---@param playlists table[]  id, title, item_count
---@param videos table[]  playlist_ids
---@return ytsync.Group[]
function M.groups(playlists, videos)
    local facts, counts = facts_of(playlists), count_shared(playlists, videos)
    local parents, by_root, groups = {}, {}, {}
    for position in ipairs(playlists) do
        parents[position] = position
    end
    for one = 1, #playlists do
        for two = one + 1, #playlists do
            if reason(facts[one], facts[two], counts[one][two] or 0) then
                parents[root(parents, two)] = root(parents, one)
            end
        end
    end
    for position in ipairs(playlists) do
        local group = by_root[root(parents, position)]
        if not group then
            group = { members = {} }
            by_root[root(parents, position)] = group
            groups[#groups + 1] = group
        end
        table.insert(group.members, facts[position])
    end
    local out = {}
    for _, group in ipairs(groups) do
        if #group.members > 1 then
            table.sort(group.members, larger_first)
            count_group(group, videos)
            for _, member in ipairs(group.members) do
                member.why = member.stem == group.members[1].stem and "title" or "videos"
            end
            out[#out + 1] = group
        end
    end
    table.sort(out, function(one, two)
        if one.videos ~= two.videos then
            return one.videos > two.videos
        end
        return larger_first(one.members[1], two.members[1])
    end)
    return out
end

return M
