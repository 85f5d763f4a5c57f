--- The limits of the policy (`limit = { units_per_run = ... }`) that a plan goes beyond, and what
--- would go through all the same.
local preview = require("ytsync.preview")
local text = require("ytsync.text")

local M = {}

local KINDS = { "deletes", "takeouts", "units" }
-- Parts that are planned before none is suggested: each is a plan of the whole library.
local TRIES_MAX = 6

--- The limits that a plan goes beyond.
---@param plan ytsync.Plan
---@param policy ytsync.Policy
---@return {limit: string, allows: integer, needs: integer}[]
function M.exceeded(plan, policy)
    local out, message, needs = {}, plan:guard()
    if not message then
        return out
    end
    for _, kind in ipairs(KINDS) do
        local most = policy.limits[kind]
        if most and needs[kind] > most then
            out[#out + 1] = { limit = kind .. "_per_run", allows = most, needs = needs[kind] }
        end
    end
    return out
end

--- "limit.takeouts_per_run and limit.units_per_run"
---@param exceeded {limit: string}[]
---@return string
function M.names(exceeded)
    local names = {}
    for position, one in ipairs(exceeded) do
        names[position] = "limit." .. one.limit
    end
    return table.concat(names, " and ")
end

-- The policy's limits, as they would be enough.
local function enough(limits, needs)
    local members = {}
    for _, kind in ipairs(KINDS) do
        if limits[kind] then
            members[#members + 1] = ("%s_per_run = %d"):format(kind,
                math.max(limits[kind], needs[kind]))
        end
    end
    return ("limit = { %s }"):format(table.concat(members, ", "))
end

-- The plan's categories that need no more units than are allowed, all their parts counted; the
-- cheapest first, those last from which more is taken out than is allowed.
local function small_ones(facts, limits)
    local by_key, out = {}, {}
    for _, row in ipairs(facts.playlists) do
        if row.whole and row.units > 0 then
            local one = by_key[row.whole] or { key = row.whole, units = 0, takeouts = 0 }
            if not by_key[row.whole] then
                by_key[row.whole], out[#out + 1] = one, one
            end
            one.units, one.takeouts = one.units + row.units, one.takeouts + row.takeouts
        end
    end
    for position = #out, 1, -1 do
        if limits.units and out[position].units > limits.units then
            table.remove(out, position)
        end
    end
    local function beyond(one)
        return limits.takeouts ~= nil and one.takeouts > limits.takeouts
    end
    table.sort(out, function(x, y)
        if beyond(x) ~= beyond(y) then
            return beyond(y)
        elseif x.units ~= y.units then
            return x.units < y.units
        end
        return x.key < y.key
    end)
    return out
end

-- Parts that might go through: what session:plan is asked for, and the options of the call.
local function candidates(ctx, facts, limits)
    local out, small = {}, small_ones(facts, limits)
    local names = facts.part and facts.part.only
    if not names and #small > 0 and limits.units and limits.units < facts.preview.units then
        out[1] = { max_units = limits.units, words = "--max-units " .. limits.units }
    end
    for position = 1, math.min(#small, TRIES_MAX - #out) do
        local key = small[position].key
        out[#out + 1] = { only = { key }, words = "--only " .. ctx.quoted(key) }
    end
    return out
end

-- The units of a part, when it does something and nothing holds it.
local function goes_through(session, plan, candidate)
    local part = session:plan({ target = plan.target, only = candidate.only,
        max_units = candidate.max_units })
    if not part then
        return nil
    end
    local figures, held = part:preview(), part:guard()
    part:close()
    return not held and preview.operations(figures) > 0 and figures.units or nil
end

--- What mends it: a part that goes through, when there is one, and the line that allows it all.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param plan ytsync.Plan
---@param policy ytsync.Policy
---@param facts table  from library.facts
---@return string
function M.remedy(ctx, session, plan, policy, facts)
    local _, needs = plan:guard()
    local line = enough(policy.limits, needs)
    for _, candidate in ipairs(candidates(ctx, facts, policy.limits)) do
        local units = goes_through(session, plan, candidate)
        if units then
            return ("A part of it (%s): %s\nOr allow it in the policy: %s"):format(
                text.count(units, "unit"), ctx:command("run " .. candidate.words), line)
        end
    end
    return "Allow it in the policy: " .. line
end

return M
