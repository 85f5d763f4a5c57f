--- From a policy and a library to a target: which video belongs to which category and why, what
--- is dropped, what is protected, what may be given up. Pure; the planner works from the result.
--
-- Nothing here walks a table with pairs: the order of categories is the policy's, the order of
-- videos is the category's, else the library's (by the time they were saved).
local compile = require("ytsync.compile")
local core = require("ytsync.core")
local Directory = require("ytsync.directory")
local newest = require("ytsync.newest")
local orders = require("ytsync.order")
local rules = require("ytsync.rules")
local sandbox = require("ytsync.sandbox")
local where = require("ytsync.where")

where.own()

local M = {}

local NO_PLACE = {}

local live = Directory.live

-- ------------------------------------------------------------------ names of playlists

local function prefixed(place, message)
    local text = where.text(place or NO_PLACE)
    return text == "" and message or text .. ": " .. message
end

local function set_of(ids, more)
    local set = {}
    for _, id in ipairs(ids) do
        set[id] = true
    end
    for _, id in ipairs(more or {}) do
        set[id] = true
    end
    return set
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
        if #live(found) > 1 and not name:find("*", 1, true) then
            warnings[#warnings + 1] = prefixed(place, key .. ": "
                .. Directory.ambiguous(live(found), name))
        end
        for _, playlist in ipairs(found) do
            ids[#ids + 1] = playlist.id
        end
    end
    return ids
end

-- The ids of all that the policy names by keys of its own, by key.
local function resolve_all(policy, directory, warnings)
    local out = {}
    for _, key in ipairs({ "never_touch", "sources", "inbox" }) do
        local ids, problem = resolve(directory, policy[key], key, policy.places[key], warnings)
        if not ids then
            return nil, problem
        end
        out[key] = ids
    end
    local protected = set_of(out.never_touch)
    for _, id in ipairs(out.inbox) do
        if protected[id] then
            return nil, prefixed(policy.places.inbox, ("inbox: never_touch names '%s' (%s) too; "
                .. "videos cannot leave a playlist that is never touched"):format(
                directory:find(id)[1].title, id))
        end
    end
    return out
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
            elseif #live(found) > 1 and not name:find("*", 1, true) then
                warnings[#warnings + 1] = prefixed(rule.place, "from: "
                    .. Directory.ambiguous(live(found), name))
            end
        end
    end
end

-- ------------------------------------------------------------------ categories

-- The live playlist that carries a category already: by its key, or under its title.
local function carrier_of(category, directory)
    for _, playlist in ipairs(directory.all) do
        if playlist.category == category.key and (playlist.deleted_at or 0) == 0 then
            return { playlist }
        end
    end
    return live(directory.titles[category.title] or {})
end

local function two_called(category, name, found)
    return prefixed(category.place, ("%d playlists are called '%s' (%s), so it is not clear which "
        .. "one is meant; name it by its id (%s), or rename one on YouTube"):format(#found, name,
        Directory.list_ids(found), category.id_key .. ' = "' .. found[1].id .. '"'))
end

-- The id of the playlist that a category names: by id, or by what it was called before (`was`).
-- False when it names none; nil and a message when a title means two.
local function playlist_of(category, directory, warnings)
    if category.playlist_id then
        return category.playlist_id
    end
    local found = carrier_of(category, directory)
    if #found > 1 then
        return nil, two_called(category, category.title, found)
    elseif #found == 1 then
        return false
    end
    for _, name in ipairs(category.was) do
        found = live(directory:find(name))
        if #found > 1 then
            return nil, two_called(category, name, found)
        elseif #found == 1 then
            return found[1].id
        end
    end
    if #category.was > 0 then
        warnings[#warnings + 1] = prefixed(category.place, "was: "
            .. directory:unknown(category.was[1]))
    end
    return false
end

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

-- Why a category cannot have the playlist that it would carry on; nil when it can.
local function forbidden(category, playlist_id, directory, protected)
    local found = playlist_id and live(directory:find(playlist_id))
        or carrier_of(category, directory)
    local playlist = found[1]
    if not playlist or not protected[playlist.id] then
        return nil
    end
    return prefixed(category.place, ("'%s' would fill the playlist '%s' (%s), which never_touch "
        .. "names; give it another title, or take that one out of never_touch"):format(
        category.title, playlist.title, playlist.id))
end

-- The categories as the planner wants them, without their videos.
local function new_categories(policy, directory, protected, warnings)
    local out = {}
    for position, category in ipairs(policy.categories) do
        check_children(directory, category.ways, warnings)
        check_children(directory, category.but_not, warnings)
        local playlist_id, problem = playlist_of(category, directory, warnings)
        problem = problem or forbidden(category, playlist_id, directory, protected)
        if problem then
            return nil, problem
        end
        out[position] = {
            key = category.key,
            title = category.title,
            description = category.description or nil,
            privacy = privacy_of(policy, category, directory),
            new_privacy = policy.privacy,
            playlist_id = playlist_id or nil,
            ordered = category.order and true or nil,
            priority = category.priority,
            trimmed = category.keep_newest and true or nil,
            videos = {},
        }
    end
    return out
end

-- What happens to a video that no category wants.
local function otherwise_of(policy)
    local place = policy.places.otherwise or NO_PLACE
    local text = policy.mentioned and "leftovers" or "otherwise " .. policy.otherwise
    local number
    for position, category in ipairs(policy.categories) do
        number = category.key == policy.otherwise and position or number
    end
    return {
        drop = policy.otherwise == "drop",
        category = number,
        rule = rules.rule_text(place, text),
    }
end

-- ------------------------------------------------------------------ what is not mentioned

local function add_mentioned(directory, mentioned, names)
    for _, name in ipairs(names) do
        for _, playlist in ipairs(directory:find(name)) do
            mentioned[playlist.id] = true
        end
    end
end

local function add_sources_of(directory, mentioned, list)
    for _, rule in ipairs(list) do
        if rule.kind == "from" then
            add_mentioned(directory, mentioned, rule.words)
        elseif rule.children and rule.kind ~= "none" then
            add_sources_of(directory, mentioned, rule.children)
        end
    end
end

-- Playlists that a policy in the language does not mention are protected like those of
-- never_touch: mentioned are sources, targets, and what give_up names.
local function protect_unmentioned(policy, directory, protect)
    local mentioned = {}
    for _, category in ipairs(policy.categories) do
        add_sources_of(directory, mentioned, category.ways)
        add_mentioned(directory, mentioned, { category.title, category.key, category.playlist_id
            or nil })
        add_mentioned(directory, mentioned, category.was)
    end
    add_mentioned(directory, mentioned, policy.give_up)
    add_mentioned(directory, mentioned, policy.inbox)
    for _, playlist in ipairs(live(directory.all)) do
        local ours = (playlist.made_by_job or 0) ~= 0 or (playlist.category or "") ~= ""
        if not mentioned[playlist.id] and not ours then
            protect[#protect + 1] = playlist.id
        end
    end
end

-- ------------------------------------------------------------------ videos

local function from_sources(sources, video)
    for _, id in ipairs(video.playlist_ids) do
        if sources[id] then
            return true
        end
    end
    return false
end

-- The rules of a policy as one program. Category number 1 is what is left alone, when there is
-- such a thing; state.first is the number before the policy's first category.
--- Compiles a policy's rules.
---@param policy ytsync.Policy
---@param now_ms integer|nil
---@return ytsync.Program|nil
---@return integer|string first  how many categories come before the policy's own, or a message
function M.program(policy, now_ms)
    local categories = {}
    if #policy.leave_alone > 0 then
        categories[1] = { ways = policy.leave_alone }
    end
    local first = #categories
    for _, category in ipairs(policy.categories) do
        categories[#categories + 1] = { ways = category.ways, but_not = category.but_not,
            everywhere = category.everywhere or policy.several == "all" }
    end
    local program, problem = compile.program(categories, { now_ms = now_ms })
    if not program then
        return nil, problem
    end
    return program, first
end

-- What the orders of the policy, and keep_newest, compare of a video, by order; nil when nothing is
-- compared.
local function sort_keys(state, video)
    if #state.orders.words == 0 then
        return nil
    end
    local keys = {}
    for _, order in ipairs(state.orders.words) do
        keys[order] = orders.key(order, video) or false
    end
    return keys
end

-- Adds a video to the category of that number; keys.live is whether it is neither private nor
-- deleted.
local function add(state, number, id, reason, keys)
    local list, order = state.categories[number].videos, state.orders[number]
    local age = state.orders.ages[number]
    list[#list + 1] = { id, reason }
    if order then
        state.orders.keys[number][#list] = keys[order]
    end
    if age then
        state.orders.dates[number][#list] = keys.live and keys[age]
        if keys.live and not keys[age] then
            state.orders.undated[number] = state.orders.undated[number] + 1
        end
    end
end

-- The orders of the categories by their numbers; `words`: each once; `keys`: of their videos;
-- `ages`, `dates` and `undated`: what ytsync.newest wants of them.
local function orders_of(policy)
    local out, seen = { words = {}, keys = {}, ages = {}, dates = {}, undated = {} }, {}
    for number, category in ipairs(policy.categories) do
        out[number], out.keys[number] = category.order, {}
        out.ages[number], out.dates[number] = newest.order(category), {}
        out.undated[number] = 0
        for _, order in ipairs({ category.order or out.ages[number], out.ages[number] }) do
            if order and not seen[order] then
                seen[order] = true
                out.words[#out.words + 1] = order
            end
        end
    end
    return out
end

-- Puts the videos of ordered categories in their order.
local function sort_videos(state)
    for number, category in ipairs(state.categories) do
        local order = state.orders[number]
        if order then
            category.videos = orders.sort(order, category.videos, state.orders.keys[number])
        end
    end
end

-- Puts one video where `count` categories want it.
local function put(state, video, id, is_gone, keys, count)
    local homes, ways, first = state.homes, state.ways, state.first
    if homes[1] <= first then
        state.summary.left_alone = state.summary.left_alone + 1
        state.summary.alone[id] = not is_gone or nil
        return
    end
    for position = 1, count do
        add(state, homes[position] - first, id, state.program:reason(ways[position], video), keys)
    end
end

-- What no category wants. Little may be known of a video that is gone, so that no rule knows it any
-- more: it is dropped by the word about such videos alone.
local function put_left(state, id, keys, is_gone)
    local otherwise, summary = state.otherwise, state.summary
    summary.unmatched = summary.unmatched + 1
    if otherwise.drop and not is_gone then
        state.drops[#state.drops + 1] = { id, otherwise.rule }
    elseif otherwise.category then
        add(state, otherwise.category, id, otherwise.rule, keys)
    end
end

-- Tries all categories on all videos. A user's function may change a video's table: the id and what
-- is sorted by are taken before one is called.
local function place_videos(state, policy, videos, guard)
    local forget = policy.gone == "forget"
        and rules.rule_text(policy.places.gone or NO_PLACE, "gone forget")
    local summary, sources, seen, gone = state.summary, state.sources, 0, 0
    local program, homes, ways = state.program, state.homes, state.ways
    for position = 1, #videos do
        local video = videos[position]
        if guard then
            guard:reset()
        end
        state.video = video
        if not sources or from_sources(sources, video) then
            seen = seen + 1
            local id, is_gone = video.id, video.availability ~= "live"
            gone = gone + (is_gone and 1 or 0)
            if is_gone and forget then
                state.drops[#state.drops + 1] = { id, forget }
            else
                local keys = sort_keys(state, video)
                if keys then
                    keys.live = not is_gone
                end
                local count = program:place(video, homes, ways)
                if count > 0 then
                    put(state, video, id, is_gone, keys, count)
                else
                    put_left(state, id, keys, is_gone)
                end
            end
        end
    end
    summary.videos, summary.gone = seen, gone
end

--- Runs body(guard) under limits when there are functions of a user; without any there is nothing
--- to limit, and the code runs at full speed, with no guard.
---@param program ytsync.Program
---@param limit {instructions: integer, videos: integer}
---@param body fun(guard: ytsync.Guard|nil): any
---@return boolean ok
---@return any ...  as sandbox.run
function M.run(program, limit, body)
    if program.has_functions then
        return sandbox.run(limit, body)
    end
    return true, body(nil)
end

--- The message for an error in a policy's function: with the rule, its category and the video.
---@param policy ytsync.Policy
---@param program ytsync.Program
---@param first integer  as M.program returns it
---@param video table|nil
---@param problem any
---@return string
function M.failure(policy, program, first, video, problem)
    if not video then
        return tostring(problem)
    end
    local rule, about = program.trying, ""
    local category = policy.categories[(program.trying_category or 0) - first]
    if rule then
        about = ("rule %s, "):format(rules.rule_text(rule.place, rules.describe(rule)))
    end
    return ("%s (%s '%s', %svideo %s '%s')"):format(tostring(problem),
        policy.mentioned and "playlist" or "category", category and category.key or "?", about,
        video.id, video.title or "")
end

-- ------------------------------------------------------------------ the target

-- The channel's id for the planner; nil and a message for another channel's library.
local function channel_of(policy, channel)
    if not policy.channel then
        return nil
    end
    if channel and channel.id == "" then
        return nil -- imported and never fetched: which channel it is shows at the first fetch
    end
    if not channel or policy.channel == channel.id then
        return policy.channel
    end
    if core.fold(policy.channel) == core.fold(channel.title or "") then
        return channel.id
    end
    return nil, prefixed(policy.places.channel, ("the policy is for the channel '%s', but this "
        .. "library belongs to '%s' (%s)"):format(policy.channel, channel.title or "",
        channel.id))
end

-- The ids of both lists.
---@class ytsync.Target
---@field old string
---@field policy_hash string
---@field channel string|nil
---@field protect string[]
---@field sources string[]
---@field inboxes string[]
---@field limits {units: integer|nil, takeouts: integer|nil, deletes: integer|nil}
---@field drops string[][]  {video_id, rule}
---@field categories table[]  {key, title, description, privacy, new_privacy, playlist_id, videos}

---@class ytsync.Summary
---@field videos integer  that the policy looked at
---@field unmatched integer  that no category wants
---@field gone integer  private or deleted
---@field left_alone integer  that leave_alone keeps where they are
---@field alone table<string, true>  the ids of the live ones of these
---@field categories {key: string, videos: integer, left_out: integer|nil,
---  keep_newest: table|false, priority: integer}[]  left_out: older ones, under keep_newest
---@field drops {id: string, title: string, rule: string}[]  dropped by the policy in so many words
---@field warnings string[]

-- The dropped videos with their titles.
local function drops_of(drops, videos)
    local titles, out = {}, {}
    for position = 1, #drops > 0 and #videos or 0 do
        titles[videos[position].id] = videos[position].title
    end
    for position, entry in ipairs(drops) do
        out[position] = { id = entry[1], title = titles[entry[1]] or "", rule = entry[2] }
    end
    return out
end

--- Tries a policy on a library.
---@param policy ytsync.Policy
---@param library {channel: table|nil, playlists: table[], videos: table[]}  playlists with the
---  deleted ones; videos with tags, playlists, playlist_ids, gone, live
---@param options {limit: integer|nil, now_ms: integer|nil}|nil  instructions per video; the time
---  that "2 years ago" counts from
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
    local named
    named, problem = resolve_all(policy, directory, warnings)
    if not named then
        return nil, problem, "policy_error"
    end
    local categories
    categories, problem = new_categories(policy, directory, set_of(named.never_touch), warnings)
    if not categories then
        return nil, problem, "policy_error"
    end
    if policy.mentioned then
        protect_unmentioned(policy, directory, named.never_touch)
    end
    check_children(directory, policy.leave_alone, warnings)
    local program, first = M.program(policy, options and options.now_ms)
    if not program then
        return nil, first, "policy_error"
    end
    local summary = { videos = 0, unmatched = 0, gone = 0, left_alone = 0, alone = {},
        categories = {},
        warnings = warnings }
    local state = {
        program = program, first = first, homes = {}, ways = {},
        categories = categories,
        orders = orders_of(policy),
        drops = {},
        otherwise = otherwise_of(policy),
        sources = #named.sources > 0 and set_of(named.sources, named.inbox) or nil,
        summary = summary,
    }
    local limit = { instructions = options and options.limit or sandbox.CALL_LIMIT,
        videos = #library.videos }
    local ok, raised, trace = M.run(program, limit, function(guard)
        place_videos(state, policy, library.videos, guard)
    end)
    if not ok then
        return nil, M.failure(policy, program, first, state.video, raised), "policy_error", trace
    end
    local cut, left_out = newest.apply(policy, categories, state.orders, warnings)
    table.move(cut, 1, #cut, #state.drops + 1, state.drops)
    sort_videos(state)
    local target = {
        old = policy.old,
        policy_hash = policy.hash,
        channel = channel,
        protect = named.never_touch,
        sources = named.sources,
        inboxes = named.inbox,
        limits = policy.limits,
        drops = state.drops,
        categories = categories,
    }
    for position, category in ipairs(categories) do
        summary.categories[position] = { key = category.key, videos = #category.videos,
            left_out = left_out[position], keep_newest = policy.categories[position].keep_newest,
            priority = policy.categories[position].priority }
    end
    summary.drops = drops_of(state.drops, library.videos)
    return target, summary
end

return M
