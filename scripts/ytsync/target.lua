--- From a policy and a library to a target: which video belongs to which category and why, what
--- is dropped, what is protected, what may be given up. Pure; the planner works from the result.
--
-- Nothing here walks a table with pairs: the order of categories is the policy's, the order of
-- videos is the library's (by the time they were saved).
local rules = require("ytsync.rules")
local sandbox = require("ytsync.sandbox")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

local NO_PLACE = {}

local function trim(text)
    return (text:match("^%s*(.-)%s*$"))
end

-- ------------------------------------------------------------------ names of playlists

-- Finds playlists by id or title, also those that are gone from YouTube but still remembered.
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
local function add_former_titles(self, videos)
    local seen = {}
    for _, video in ipairs(videos) do
        for position, id in ipairs(video.playlist_ids) do
            local title, playlist = video.playlists[position], self.ids[id]
            if playlist and title and not seen[id .. title] then
                seen[id .. title] = true
                add_title(self, self.former, title, playlist)
            end
        end
    end
end

function Directory.new(playlists, videos)
    local self = setmetatable({ ids = {}, titles = {}, former = {}, names = {} }, Directory)
    for _, playlist in ipairs(playlists) do
        self.ids[playlist.id] = playlist
        add_title(self, self.titles, playlist.title, playlist)
    end
    add_former_titles(self, videos)
    return self
end

-- All playlists that a name means: an id, else a title, else a former one. Empty: there is none.
function Directory:find(name)
    if self.ids[name] then
        return { self.ids[name] }
    end
    name = trim(name)
    return self.titles[name] or self.former[name] or {}
end

local function live(playlists)
    local out = {}
    for _, playlist in ipairs(playlists) do
        if (playlist.deleted_at or 0) == 0 then
            out[#out + 1] = playlist
        end
    end
    return out
end

function Directory:unknown(name)
    return ("no playlist is called '%s' and none has that id%s"):format(name,
        suggest.hint(name, self.names))
end

local function ambiguous(playlists, name)
    local ids = {}
    for position, playlist in ipairs(playlists) do
        ids[position] = playlist.id
    end
    return ("%d playlists are called '%s' (%s); all of them are meant"):format(#playlists, name,
        table.concat(ids, ", "))
end

local function prefixed(place, message)
    local text = where.text(place or NO_PLACE)
    return text == "" and message or text .. ": " .. message
end

-- Ids of all that a list of names means; nil and a message for a name that means nothing. Where
-- a wrong name would widen what may be deleted, a warning is not enough.
local function resolve(directory, names, key, place, warnings)
    local ids = {}
    for _, name in ipairs(names) do
        local found = directory:find(name)
        if #found == 0 then
            return nil, prefixed(place, key .. ": " .. directory:unknown(name))
        end
        if #live(found) > 1 then
            warnings[#warnings + 1] = prefixed(place, key .. ": " .. ambiguous(live(found), name))
        end
        for _, playlist in ipairs(found) do
            ids[#ids + 1] = playlist.id
        end
    end
    return ids
end

local check_rule

local function check_children(directory, children, warnings)
    for _, rule in ipairs(children) do
        check_rule(directory, rule, warnings)
    end
end

-- Warns of `from` names that mean no playlist or several.
function check_rule(directory, rule, warnings)
    if rule.children then
        check_children(directory, rule.children, warnings)
    elseif rule.kind == "from" then
        for _, name in ipairs(rule.words) do
            local found = directory:find(name)
            if #found == 0 then
                warnings[#warnings + 1] = prefixed(rule.place, "from: "
                    .. directory:unknown(name))
            elseif #live(found) > 1 then
                warnings[#warnings + 1] = prefixed(rule.place, "from: "
                    .. ambiguous(live(found), name))
            end
        end
    end
end

-- ------------------------------------------------------------------ categories

-- The policy's privacy is for new playlists, and for those that an earlier job of ours made. One
-- that the user had, under the category's name or carried on from another one, stays as visible as
-- it is, unless the category itself says so.
local function privacy_of(policy, category, directory)
    if category.privacy or not policy.privacy_given then
        return category.privacy or nil
    end
    local found = live(directory:find(category.playlist_id or category.title))
    local ours = #found > 0 and (found[1].made_by_job or 0) ~= 0
    return ours and policy.privacy or nil
end

local function new_categories(policy, directory, warnings)
    local out, by_key = {}, {}
    for position, category in ipairs(policy.categories) do
        check_children(directory, category.matchers, warnings)
        local match, names = rules.compile(category.matchers)
        out[position] = {
            key = category.key,
            match = match,
            rules = names,
            wanted = {
                key = category.key,
                title = category.title,
                description = category.description or nil,
                privacy = privacy_of(policy, category, directory),
                new_privacy = policy.privacy,
                playlist_id = category.playlist_id or nil,
                videos = {},
            },
        }
        by_key[category.key] = out[position]
    end
    return out, by_key
end

-- What happens to a video that no category wants.
local function otherwise_of(policy, by_key)
    local place = policy.places.otherwise or NO_PLACE
    local category = by_key[policy.otherwise]
    return {
        drop = policy.otherwise == "drop",
        wanted = category and category.wanted,
        rule = rules.rule_text(place, "otherwise " .. policy.otherwise),
    }
end

-- ------------------------------------------------------------------ videos

local function put(wanted, id, rule)
    wanted.videos[#wanted.videos + 1] = { id, rule }
end

local function from_sources(sources, video)
    for _, id in ipairs(video.playlist_ids) do
        if sources[id] then
            return true
        end
    end
    return false
end

-- Tries all categories on one video. A user's function may change the video's table: id and
-- texts are taken before it is called.
local function place_video(state, video)
    local id = video.id
    local title = rules.fold(video.title or "")
    local channel = rules.fold(video.channel or "")
    local tags = rules.fold(table.concat(video.tags, "\n"))
    local placed = false
    for _, category in ipairs(state.categories) do
        state.trying = category.key
        local rule = category.match(title, channel, tags, video)
        if rule then
            put(category.wanted, id, category.rules[rule])
            placed = true
            if state.first_only then
                return
            end
        end
    end
    if placed then
        return
    end
    local otherwise, summary = state.otherwise, state.summary
    summary.unmatched = summary.unmatched + 1
    if otherwise.drop then
        state.drops[#state.drops + 1] = { id, otherwise.rule }
    elseif otherwise.wanted then
        put(otherwise.wanted, id, otherwise.rule)
    end
end

local function place_videos(state, policy, videos, guard)
    local forget = policy.gone == "forget"
        and rules.rule_text(policy.places.gone or NO_PLACE, "gone forget")
    local summary = state.summary
    for _, video in ipairs(videos) do
        guard:reset()
        state.video = video
        if not state.sources or from_sources(state.sources, video) then
            summary.videos = summary.videos + 1
            local gone = video.availability ~= "live"
            summary.gone = summary.gone + (gone and 1 or 0)
            if gone and forget then
                state.drops[#state.drops + 1] = { video.id, forget }
            else
                place_video(state, video)
            end
        end
    end
end

local function failure(state, problem)
    local video = state.video
    local about = video and (" (category '%s', video %s '%s')"):format(state.trying or "?",
        video.id, video.title or "") or ""
    return tostring(problem) .. about
end

-- ------------------------------------------------------------------ the target

-- The channel's id for the planner; nil and a message for another channel's library.
local function channel_of(policy, channel)
    if not policy.channel then
        return nil
    end
    if not channel or policy.channel == channel.id then
        return policy.channel
    end
    if rules.fold(policy.channel) == rules.fold(trim(channel.title or "")) then
        return channel.id
    end
    return nil, prefixed(policy.places.channel, ("the policy is for the channel '%s', but this "
        .. "library belongs to '%s' (%s)"):format(policy.channel, channel.title or "",
        channel.id))
end

local function set_of(ids)
    local set = {}
    for _, id in ipairs(ids) do
        set[id] = true
    end
    return set
end

---@class ytsync.Target
---@field old string
---@field policy_hash string
---@field channel string|nil
---@field protect string[]
---@field sources string[]
---@field drops string[][]  {video_id, rule}
---@field categories table[]  {key, title, description, privacy, new_privacy, playlist_id, videos}

---@class ytsync.Summary
---@field videos integer  that the policy looked at
---@field unmatched integer  that no category wants
---@field gone integer  private or deleted
---@field categories {key: string, videos: integer}[]
---@field warnings string[]

--- Tries a policy on a library.
---@param policy ytsync.Policy
---@param library {channel: table|nil, playlists: table[], videos: table[]}  playlists with the
---  deleted ones; videos with tags, playlists, playlist_ids, gone, live
---@param options {limit: integer|nil}|nil  instructions per video
---@return ytsync.Target|nil target
---@return ytsync.Summary|string summary  or the message
---@return string|nil name  "policy_error", "wrong_channel"
---@return string|nil traceback  of an error in a policy's function
function M.build(policy, library, options)
    local channel, problem = channel_of(policy, library.channel)
    if problem then
        return nil, problem, "wrong_channel"
    end
    local directory, warnings = Directory.new(library.playlists, library.videos), {}
    local protect, sources
    protect, problem = resolve(directory, policy.never_touch, "never_touch",
        policy.places.never_touch, warnings)
    if not protect then
        return nil, problem, "policy_error"
    end
    sources, problem = resolve(directory, policy.sources, "sources", policy.places.sources,
        warnings)
    if not sources then
        return nil, problem, "policy_error"
    end
    local categories, by_key = new_categories(policy, directory, warnings)
    local summary = { videos = 0, unmatched = 0, gone = 0, categories = {}, warnings = warnings }
    local state = {
        categories = categories,
        drops = {},
        first_only = policy.several == "first",
        otherwise = otherwise_of(policy, by_key),
        sources = #sources > 0 and set_of(sources) or nil,
        summary = summary,
    }
    local limit = options and options.limit or sandbox.CALL_LIMIT
    local ok, raised, trace = sandbox.run(limit, function(guard)
        place_videos(state, policy, library.videos, guard)
    end)
    if not ok then
        return nil, failure(state, raised), "policy_error", trace
    end
    local target = {
        old = policy.old,
        policy_hash = policy.hash,
        channel = channel,
        protect = protect,
        sources = sources,
        drops = state.drops,
        categories = {},
    }
    for position, category in ipairs(categories) do
        target.categories[position] = category.wanted
        summary.categories[position] = { key = category.key, videos = #category.wanted.videos }
    end
    return target, summary
end

return M
