--- What keeps playlists from being deleted, and the lines in the policy that would settle it.
local tables = require("ytsync.preview.tables")
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80

local CAUSES = {
    { key = "unmatched", one = "video that no playlist of the policy wants",
        many = "videos that no playlist of the policy wants" },
    { key = "gone", one = "private or deleted video", many = "private or deleted videos" },
    { key = "left_alone", one = "video that the policy leaves alone",
        many = "videos that the policy leaves alone" },
}

local function count_of(block, cause)
    return block[cause.key] or 0
end

local function why(block)
    local said = {}
    for _, cause in ipairs(CAUSES) do
        if count_of(block, cause) > 0 then
            said[#said + 1] = text.count(count_of(block, cause), cause.one, cause.many)
        end
    end
    return #said > 0 and table.concat(said, ", ") or "its videos could not be read"
end

-- Whether lines in the policy would free it.
local function can_be_freed(block)
    return block.videos > 0 and (block.left_alone or 0) == 0
end

-- The lines that it takes to free one playlist: one for each cause.
local function lines_for(block, policy_lines)
    local lines = {}
    for _, cause in ipairs(CAUSES) do
        if can_be_freed(block) and count_of(block, cause) > 0 then
            lines[#lines + 1] = policy_lines[cause.key]
        end
    end
    return lines
end

--- Why one playlist stays and what would settle it, in the words of the policy's form.
---@param block table
---@param policy_lines {unmatched: string, gone: string}
---@return string
function M.reason(block, policy_lines)
    local lines = lines_for(block, policy_lines)
    return ("\"%s\" stays: %s%s."):format(block.title, why(block), #lines == 0 and ""
        or "; " .. table.concat(lines, " and ") .. " would settle it")
end

--- The line in the policy that would free most of the playlists (both, when they free as many), and
--- the two together where that frees more.
---@param blocks table[]
---@param policy_lines {unmatched: string, gone: string}
---@return {lines: string[], playlists: integer}[]
function M.settling(blocks, policy_lines)
    local freed, together = { unmatched = 0, gone = 0 }, 0
    for _, block in ipairs(blocks) do
        if can_be_freed(block) then
            together = together + 1
            for key, count in pairs(freed) do -- unordered: each is counted by itself
                freed[key] = count + (block[key] == block.videos and 1 or 0)
            end
        end
    end
    local out, best = {}, math.max(freed.unmatched, freed.gone)
    for _, key in ipairs({ "unmatched", "gone" }) do
        if best > 0 and freed[key] == best then
            out[#out + 1] = { lines = { policy_lines[key] }, playlists = best }
        end
    end
    if together > best then
        out[#out + 1] = { lines = { policy_lines.unmatched, policy_lines.gone },
            playlists = together }
    end
    return out
end

-- What the lines of the policy would do, a sentence for the single ones and one for the two.
local function remedies(facts)
    local singles, out, freed = {}, {}, 0
    local function say(lead, playlists, lines)
        local count = playlists < #facts.blocks and ("%d of them"):format(playlists)
            or playlists == 1 and "it" or "all of them"
        out[#out + 1] = text.wrap(("%s would settle %s: %s"):format(lead, count, lines), COLUMNS,
            "  ")
    end
    local both
    for _, way in ipairs(M.settling(facts.blocks, facts.policy_lines)) do
        if #way.lines == 1 then
            singles[#singles + 1], freed = way.lines[1], way.playlists
        else
            both = way
        end
    end
    if #singles > 0 then
        say(#singles == 1 and "One line in the policy" or "Either of two lines in the policy",
            freed, table.concat(singles, ", or "))
    end
    if both then
        say("Two lines together in the policy", both.playlists, table.concat(both.lines, " and "))
    end
    return out
end

--- What keeps playlists from being deleted, and the policy lines that would settle most of it.
---@param facts table  with blocks, policy_lines = {unmatched =, gone =}
---@param all boolean|nil
---@return string[]
function M.lines(facts, all)
    local blocks, lines = facts.blocks, {}
    if #blocks == 0 then
        return lines
    end
    lines[1] = ("  %s would be given up but must stay:"):format(text.count(#blocks, "playlist"))
    for position, block in ipairs(blocks) do
        if position > tables.ROWS_MAX and not all then
            lines[#lines + 1] = ("    and %d more (all of them: plan --all)"):format(
                #blocks - tables.ROWS_MAX)
            break
        end
        lines[#lines + 1] = text.fold(("\"%s\": %s"):format(
            tables.title(block.title, 40, all), why(block)), COLUMNS, "    ")
    end
    local said = remedies(facts)
    return table.move(said, 1, #said, #lines + 1, lines)
end

return M
