--- keep_newest: a playlist keeps only so many of the videos that match, the newest. The older ones
--- are dropped in so many words, unless another playlist has them too. Pure.
--
-- Newest is by publication, as in "newest first"; in a playlist that is ordered by the time of
-- saving, by that. Videos of which it is not known, and private or deleted ones (those are `gone`'s
-- business), are neither counted nor dropped: nothing is lost by a date that is missing.
local orders = require("ytsync.order")
local rules = require("ytsync.rules")
local where = require("ytsync.where")

where.own()

local M = {}

local PUBLISHED, SAVED = "newest first", "last saved first"
local BY_SAVED = { [SAVED] = true, ["first saved first"] = true }

--- The order by which a category's newest are chosen; nil when it keeps all.
---@param category ytsync.Category
---@return string|nil
function M.order(category)
    if not category.keep_newest then
        return nil
    end
    return BY_SAVED[category.order] and SAVED or PUBLISHED
end

-- By position, whether the video at it is one too many.
local function too_old(order, dates, count, most)
    local counted, known, old = {}, {}, {}
    for position = 1, count do
        if dates[position] then
            counted[#counted + 1], known[#known + 1] = position, dates[position]
        end
    end
    for rank, position in ipairs(orders.sort(order, counted, known)) do
        old[position] = rank > most
    end
    return old
end

-- Takes the older ones out of a list, {video_id, rule}, and out of what goes with it by position.
local function cut(list, others, old)
    local kept, kept_others, ids = {}, {}, {}
    for position, entry in ipairs(list) do
        if old[position] then
            ids[#ids + 1] = entry[1]
        else
            kept[#kept + 1] = entry
            kept_others[#kept] = others[position]
        end
    end
    return kept, kept_others, ids
end

-- Of the videos that were left out, those that no playlist has: {video_id, rule}.
local function dropped(categories, cuts)
    local homes, out = {}, {}
    for _, category in ipairs(#cuts > 0 and categories or {}) do
        for _, entry in ipairs(category.videos) do
            homes[entry[1]] = true
        end
    end
    for _, entry in ipairs(cuts) do
        if not homes[entry[1]] then
            homes[entry[1]] = true -- another one may have left it out too
            out[#out + 1] = entry
        end
    end
    return out
end

local function undated_text(category, count)
    local place = where.text(category.keep_newest.place)
    local when = M.order(category) == SAVED and "saved" or "published"
    local head = (place == "" and "" or place .. ": ")
        .. ("keep_newest of '%s': of "):format(category.key)
    if count == 1 then
        return head .. ("1 video it is not known when it was %s; it stays and is not counted")
            :format(when)
    end
    return head .. ("%d videos it is not known when they were %s; they stay and are not counted")
        :format(count, when)
end

--- Leaves the older videos out of the playlists that keep only the newest.
---@param policy ytsync.Policy
---@param categories {videos: string[][]}[]  their videos {video_id, rule}, changed in place
---@param lists {dates: (integer|false)[][], undated: integer[], keys: any[][]}  by category: of
---  each video its date, false when it is not to be counted; how many have none that is known;
---  what else goes with the videos
---@param warnings string[]  added to
---@return string[][] drops  {video_id, rule}
---@return integer[] left_out  by category: how many were
function M.apply(policy, categories, lists, warnings)
    local cuts, left_out = {}, {}
    for number, wanted in ipairs(policy.categories) do
        if wanted.keep_newest then
            local category, most = categories[number], wanted.keep_newest.most
            local old = too_old(M.order(wanted), lists.dates[number], #category.videos, most)
            local rule = rules.rule_text(wanted.keep_newest.place, ("keep_newest %d"):format(most))
            local ids
            category.videos, lists.keys[number], ids = cut(category.videos, lists.keys[number], old)
            for _, id in ipairs(ids) do
                cuts[#cuts + 1] = { id, rule }
            end
            left_out[number] = #ids
            if lists.undated[number] > 0 then
                warnings[#warnings + 1] = undated_text(wanted, lists.undated[number])
            end
        end
    end
    return dropped(categories, cuts), left_out
end

return M
