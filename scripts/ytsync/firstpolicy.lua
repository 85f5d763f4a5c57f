--- Writes a first policy for a library: playlists that belong together, and what Watch Later could
--- be sorted into, each with the numbers that speak for it. Pure: a library in, the text of a
--- policy file out, with lines to keep or to strike.
local overlap = require("ytsync.overlap")
local text = require("ytsync.text")

local M = {}

-- How many suggestions of a kind are written, and from how many videos on.
local GROUPS_MAX, CHANNELS_MAX, WORDS_MAX = 40, 12, 12
local CHANNEL_VIDEOS_MIN, WORD_VIDEOS_MIN, YEAR_VIDEOS_MIN = 5, 5, 5
-- A playlist takes a channel's videos from Watch Later when so much of what is known of the channel
-- stands in it.
local CHANNEL_HOME_SHARE = 0.5
local WORD_BYTES_MIN = 4
local COLUMNS = 78

-- Words of titles that sort nothing.
local PLAIN = { about = true, after = true, best = true, episode = true, every = true, first = true,
    from = true, full = true, have = true, into = true, just = true, live = true, made = true,
    make = true, more = true, most = true, music = true, official = true, over = true, part = true,
    that = true, their = true, these = true, this = true, trailer = true, video = true, what = true,
    when = true, where = true, which = true, will = true, with = true, your = true, youtube = true,
    lyrics = true, audio = true, feat = true, does = true, they = true }

-- ------------------------------------------------------------------ lines

local function quoted(value)
    return '"' .. value:gsub('[\\"]', "\\%0"):gsub("%c", function(character)
        return ("\\%03d"):format(character:byte())
    end) .. '"'
end

local function comment(lines, words, indent)
    for line in (text.wrap(text.safe_lines(words), COLUMNS - 3) .. "\n"):gmatch("(.-)\n") do
        lines[#lines + 1] = (indent or "") .. "-- " .. line
    end
end

-- A title that can be a playlist's name in a policy: YouTube's own rules.
local function usable(title)
    return title:find("%S") ~= nil and not title:find("<.*>") and utf8.len(title) ~= nil
        and utf8.len(title) <= 150 and not title:find("%c")
end

-- ------------------------------------------------------------------ the state

-- Titles that stand once, so that a title says which playlist is meant.
local function count_titles(playlists)
    local counts = {}
    for _, playlist in ipairs(playlists) do
        counts[playlist.title] = (counts[playlist.title] or 0) + 1
    end
    return counts
end

local function name_of(state, playlist)
    if state.titles[playlist.title] == 1 and usable(playlist.title) then
        return quoted(playlist.title)
    end
    return quoted(playlist.id)
end

-- A name for a new statement that no other one and no doubled title has.
local function new_name(state, wanted)
    local name, number = wanted, 1
    if not usable(name) then
        name = "Collection"
    end
    if (state.titles[name] or 0) > 1 then
        name = text.cut(name, 130) .. " (together)"
    end
    local base = name
    while state.names[name] do
        number = number + 1
        name = base .. " " .. number
    end
    state.names[name] = true
    return name
end

-- ------------------------------------------------------------------ playlists that belong together

local function member_remark(member, first)
    local words = text.count(member.playlist.item_count, "video")
    if member.playlist == first then
        return words
    elseif member.why == "title" then
        return words .. (member.shared > 0 and ("; %s in both"):format(text.number(member.shared))
            or "; same title")
    end
    return words .. ("; %s in the first, too"):format(text.number(member.shared))
end

local function write_group(state, group)
    local lines, first = state.lines, group.members[1].playlist
    local name = new_name(state, first.title)
    state.group_of = state.group_of or {}
    lines[#lines + 1] = ""
    comment(lines, ("%s with %s together."):format(text.count(#group.members, "playlist"),
        text.count(group.videos, "different video")))
    lines[#lines + 1] = ("playlist %s {"):format(quoted(name))
    lines[#lines + 1] = "    from {"
    for _, member in ipairs(group.members) do
        local playlist = member.playlist
        state.home_of[playlist.id] = name
        local line = "        " .. name_of(state, playlist) .. ","
        lines[#lines + 1] = ("%s -- %s%s"):format(text.width(line) < 32 and text.pad(line, 32)
            or line, line:find(playlist.id, 1, true) and text.cut(playlist.title, 40) .. ": " or "",
            member_remark(member, first))
    end
    lines[#lines + 1] = "    },"
    for _, line in ipairs(state.channel_lines[group] or {}) do
        lines[#lines + 1] = line
    end
    lines[#lines + 1] = "}"
end

-- ------------------------------------------------------------------ Watch Later

local function is_later(state, video)
    for _, id in ipairs(video.playlist_ids) do
        if state.later_ids[id] then
            return true
        end
    end
    return false
end

-- Videos of Watch Later that are in no other playlist.
local function waiting(state)
    local out = {}
    for _, video in ipairs(state.videos) do
        local elsewhere = false
        for _, id in ipairs(video.playlist_ids) do
            elsewhere = elsewhere or (state.own_ids[id] and not state.later_ids[id])
        end
        if is_later(state, video) then
            state.later_count = state.later_count + 1
            if not elsewhere and not video.gone then
                out[#out + 1] = video
            end
        end
    end
    return out
end

-- Keys with their videos, most videos first, then by name.
local function ranked(videos, keys_of)
    local by_key, list = {}, {}
    for _, video in ipairs(videos) do
        for _, key in ipairs(keys_of(video)) do
            if not by_key[key] then
                by_key[key] = { key = key, videos = {} }
                list[#list + 1] = by_key[key]
            end
            table.insert(by_key[key].videos, video)
        end
    end
    table.sort(list, function(one, two)
        if #one.videos ~= #two.videos then
            return #one.videos > #two.videos
        end
        return one.key < two.key
    end)
    return list
end

local function channel_key(video)
    return video.channel ~= "" and { video.channel } or {}
end

local function word_keys(video)
    local seen, out = {}, {}
    for word in video.title:lower():gmatch("[%w\128-\255]+") do
        if #word >= WORD_BYTES_MIN and not PLAIN[word] and not seen[word]
            and not word:find("^%d+$") then
            seen[word] = true
            out[#out + 1] = word
        end
    end
    return out
end

local function year_key(video)
    return video.saved_at ~= 0 and { os.date("!%Y", video.saved_at // 1000) } or {}
end

-- The group whose playlists hold most of what is known of a channel, with how many of how many.
local function channel_home(state, channel)
    local known, counts = 0, {}
    for _, video in ipairs(state.videos) do
        if video.channel == channel then
            local groups, any = {}, false
            for _, id in ipairs(video.playlist_ids) do
                local group = state.group_by_playlist[id]
                if group and not groups[group] then
                    groups[group], any = true, true
                    counts[group] = (counts[group] or 0) + 1
                end
            end
            known = known + (any and 1 or 0)
        end
    end
    for _, group in ipairs(state.groups) do
        if known > 0 and (counts[group] or 0) >= known * CHANNEL_HOME_SHARE then
            return group, counts[group], known
        end
    end
    return nil
end

-- Sorts channels of Watch Later into those that a group has already, and new ones.
local function place_channels(state, videos)
    local new = {}
    for position, entry in ipairs(ranked(videos, channel_key)) do
        if position > CHANNELS_MAX or #entry.videos < CHANNEL_VIDEOS_MIN then
            break
        end
        local group, there, known = channel_home(state, entry.key)
        if group then
            state.taken_channels[entry.key] = true
            local list = state.channel_lines[group] or {}
            state.channel_lines[group] = list
            list[#list + 1] = ("    -- %s in Watch Later; %d of %d others of the channel are here"):
                format(text.count(#entry.videos, "video"), there, known)
            list[#list + 1] = ("    channel %s,"):format(quoted(entry.key))
        else
            new[#new + 1] = entry
        end
    end
    return new
end

local function later_rule(state)
    local names = {}
    for _, playlist in ipairs(state.later) do
        names[#names + 1] = name_of(state, playlist)
    end
    return #names == 1 and "from " .. names[1] or "from { " .. table.concat(names, ", ") .. " }"
end

-- A statement over Watch Later; struck: every line of it is a comment.
local function write_later(state, name, rules, why, struck)
    local lines, before = state.lines, struck and "-- " or ""
    lines[#lines + 1] = ""
    comment(lines, why)
    lines[#lines + 1] = ("%splaylist %s { all { %s, %s } }"):format(before,
        quoted(new_name(state, name)), later_rule(state), rules)
    state.struck = state.struck + (struck and 1 or 0)
    state.written = state.written + (struck and 0 or 1)
end

local function write_channels(state, channels)
    for _, entry in ipairs(channels) do
        write_later(state, entry.key, "channel " .. quoted(entry.key),
            text.count(#entry.videos, "video") .. " of this channel are in Watch Later alone.")
    end
end

local function write_words(state, videos)
    local written = 0
    for _, entry in ipairs(ranked(videos, word_keys)) do
        if written >= WORDS_MAX or #entry.videos < WORD_VIDEOS_MIN then
            break
        end
        written = written + 1
        write_later(state, entry.key:sub(1, 1):upper() .. entry.key:sub(2),
            "title " .. quoted(entry.key),
            ("%s that only Watch Later holds have \"%s\" in the title."):format(
            text.count(#entry.videos, "video"), entry.key), true)
    end
end

local function write_years(state, videos)
    local years = {}
    for _, entry in ipairs(ranked(videos, year_key)) do
        if #entry.videos >= YEAR_VIDEOS_MIN then
            years[#years + 1] = entry
        end
    end
    table.sort(years, function(one, two)
        return one.key > two.key
    end)
    for _, entry in ipairs(years) do
        write_later(state, "Saved in " .. entry.key, ('saved_after "%s", saved_before "%d"'):format(
            entry.key, math.tointeger(tonumber(entry.key)) + 1),
            text.count(#entry.videos, "video") .. " that only Watch Later holds were saved in this "
                .. "year.")
    end
end

-- What no channel's line takes.
local function without(videos, channels, state)
    local taken, out = {}, {}
    for _, entry in ipairs(channels) do
        taken[entry.key] = true
    end
    for _, video in ipairs(videos) do
        if not taken[video.channel] and not state.taken_channels[video.channel] then
            out[#out + 1] = video
        end
    end
    return out
end

-- ------------------------------------------------------------------ the file

local HEAD = [[
A first policy, suggested from your library. Strike what does not fit: take lines
out, or put -- in front of them. What is not mentioned here is not touched. A video
that two playlists want goes to the first of them in this file.

  check           how many videos each line catches
  plan --offline  what all of it would cost, without a request]]

local function write_head(state)
    local lines = state.lines
    for line in (HEAD .. "\n"):gmatch("(.-)\n") do
        lines[#lines + 1] = line == "" and "--" or "-- " .. line
    end
    lines[#lines + 1] = ""
    lines[#lines + 1] = "settings {"
    lines[#lines + 1] = '    new_playlists = "private",'
    lines[#lines + 1] = '    old_playlists = "keep", -- or "reuse", "delete": plan shows each price'
    lines[#lines + 1] = "}"
end

-- A policy needs one statement: a playlist that stays as it is.
local function write_largest(state)
    local largest
    for _, playlist in ipairs(state.own) do
        if usable(playlist.title) and state.titles[playlist.title] == 1
            and (not largest or playlist.item_count > largest.item_count) then
            largest = playlist
        end
    end
    local lines = state.lines
    lines[#lines + 1] = ""
    comment(lines, "Nothing was found that belongs together. This line changes nothing; write "
        .. "yours in its place.")
    local name = quoted(largest and largest.title or "Collection")
    lines[#lines + 1] = ("playlist %s { from %s }"):format(name, name)
end

local function write_tail(state, groups)
    local lines, alone = state.lines, 0
    for _, playlist in ipairs(state.own) do
        alone = alone + (state.group_by_playlist[playlist.id] and 0 or 1)
    end
    lines[#lines + 1] = ""
    comment(lines, ("%s by themselves and are not mentioned, so they stay as they are. One more "
        .. "rule for one of them would look like this:"):format(text.count(alone,
        "playlist stands", "playlists stand")))
    lines[#lines + 1] = '-- playlist "Cooking" { title { "recipe", "kitchen" }, '
        .. 'longer_than "2 min" }'
    lines[#lines + 1] = ""
    lines[#lines + 1] = 'leftovers "stay" -- what no line wants stays where it is'
    state.alone = alone
    if #groups > GROUPS_MAX then
        comment(lines, ("%d more groups were left out."):format(#groups - GROUPS_MAX))
    end
end

local function sort_out(state, playlists)
    for _, playlist in ipairs(playlists) do
        if (playlist.deleted_at or 0) == 0 and playlist.source == "watch_later" then
            state.later[#state.later + 1] = playlist
            state.later_ids[playlist.id] = true
        elseif (playlist.deleted_at or 0) == 0 then
            state.own[#state.own + 1] = playlist
            state.own_ids[playlist.id] = true
        end
    end
end

---@class ytsync.FirstPolicy
---@field text string  the file
---@field groups integer  statements over playlists that belong together
---@field written integer  over Watch Later
---@field struck integer  written as comments
---@field alone integer  playlists that are not mentioned
---@field later integer  videos in Watch Later
---@field untitled integer  videos of which no title is known

--- Suggests a policy.
---@param library {playlists: table[], videos: table[]}
---@return ytsync.FirstPolicy
function M.write(library)
    local state = { lines = {}, own = {}, own_ids = {}, later = {}, later_ids = {}, names = {},
        home_of = {}, channel_lines = {}, group_by_playlist = {}, taken_channels = {},
        later_count = 0, struck = 0, written = 0, videos = library.videos,
        titles = count_titles(library.playlists) }
    sort_out(state, library.playlists)
    local groups = overlap.groups(state.own, library.videos)
    state.groups = { table.unpack(groups, 1, GROUPS_MAX) }
    for _, group in ipairs(state.groups) do
        for _, member in ipairs(group.members) do
            state.group_by_playlist[member.playlist.id] = group
        end
    end
    local videos = waiting(state)
    local channels = place_channels(state, videos)
    write_head(state)
    for _, group in ipairs(state.groups) do
        write_group(state, group)
    end
    if #state.later > 0 then
        write_channels(state, channels)
        local rest = without(videos, channels, state)
        write_words(state, rest)
        write_years(state, rest)
    end
    if #state.groups + state.written == 0 then
        write_largest(state)
    end
    write_tail(state, groups)
    local untitled = 0
    for _, video in ipairs(library.videos) do
        untitled = untitled + (video.title == "" and 1 or 0)
    end
    return { text = table.concat(state.lines, "\n") .. "\n", groups = #state.groups,
        written = state.written, struck = state.struck, alone = state.alone,
        later = state.later_count, untitled = untitled }
end

return M
