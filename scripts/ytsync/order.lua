--- The orders that a playlist can be asked to stand in, and sorting by them. Pure.
--
-- What is not known of a video (a private one has no length) comes last, whatever the order; equals
-- stay in the order in which they were saved.
local core = require("ytsync.core")

local M = {}

local function number(field, unknown)
    return function(video)
        local value = video[field]
        return value and value > unknown and value or nil
    end
end

-- What folding leaves of a text without a word.
local EMPTY = core.fold("")

local function text(field)
    return function(video)
        local value = core.fold(video[field] or "")
        return value ~= EMPTY and value or nil
    end
end

local PUBLISHED, SAVED = number("published_at", 0), number("saved_at", 0)
local LENGTH = number("duration_s", -1)

local ORDERS = {
    ["newest first"] = { key = PUBLISHED, falling = true },
    ["oldest first"] = { key = PUBLISHED },
    ["last saved first"] = { key = SAVED, falling = true },
    ["first saved first"] = { key = SAVED },
    ["longest first"] = { key = LENGTH, falling = true },
    ["shortest first"] = { key = LENGTH },
    ["by title"] = { key = text("title") },
    ["by channel"] = { key = text("channel") },
}

--- What can be written after `order =`. The first two go by the time of publication.
M.WORDS = { "newest first", "oldest first", "last saved first", "first saved first",
    "longest first", "shortest first", "by title", "by channel" }

--- What an order compares of a video; nil when it is not known.
---@param order string  one of WORDS
---@param video table
---@return integer|string|nil
function M.key(order, video)
    return ORDERS[order].key(video)
end

--- Sorts `entries` by their keys; `keys[i]` belongs to entries[i], false: not known.
---@param order string
---@param entries any[]
---@param keys (integer|string|false)[]
---@return any[]  a new list
function M.sort(order, entries, keys)
    local falling = ORDERS[order].falling
    local numbers, out = {}, {}
    for position = 1, #entries do
        numbers[position] = position
    end
    table.sort(numbers, function(a, b)
        local x, y = keys[a], keys[b]
        if x == y then
            return a < b
        elseif not x or not y then
            return not y
        elseif falling then
            return x > y
        end
        return x < y
    end)
    for position, from in ipairs(numbers) do
        out[position] = entries[from]
    end
    return out
end

return M
