--- "Did you mean" for names that people type: keys, verbs, options, playlist titles.
-- Pure; compares bytes, so that a letter outside ASCII counts as two or three edits.
local M = {}

-- Longer words are not compared: the table of distances grows with the square of the length,
-- and nobody mistypes a 64-byte word by one letter.
local WORD_BYTES_MAX = 64

--- Number of single-letter edits (insert, remove, change, swap of neighbours) from `a` to `b`.
---@param a string
---@param b string
---@return integer
function M.distance(a, b)
    local before, row = nil, {}
    for j = 0, #b do
        row[j] = j
    end
    for i = 1, #a do
        local above = row
        row = { [0] = i }
        for j = 1, #b do
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            local best = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
            local swapped = i > 1 and j > 1 and a:byte(i) == b:byte(j - 1)
                and a:byte(i - 1) == b:byte(j)
            if swapped then
                best = math.min(best, before[j - 2] + 1)
            end
            row[j] = best
        end
        before = above
    end
    return row[#b]
end

--- The candidate closest to `word`, or nil when none is close enough to be meant. The first of
--- several equally close ones wins, so give candidates in a fixed order.
---@param word string
---@param candidates string[]
---@return string|nil
function M.closest(word, candidates)
    if #word > WORD_BYTES_MAX then
        return nil
    end
    local folded = word:lower()
    local best, best_distance = nil, nil
    for _, candidate in ipairs(candidates) do
        if #candidate <= WORD_BYTES_MAX then
            local distance = M.distance(folded, candidate:lower())
            if not best_distance or distance < best_distance then
                best, best_distance = candidate, distance
            end
        end
    end
    -- One edit for short words, about a third of the letters for longer ones.
    local allowed = math.max(1, #word // 3)
    if best and best_distance <= allowed then
        return best
    end
    return nil
end

--- "; did you mean 'x'?", or "" when nothing is close enough.
---@param word string
---@param candidates string[]
---@return string
function M.hint(word, candidates)
    local found = M.closest(word, candidates)
    return found and ("; did you mean '%s'?"):format(found) or ""
end

return M
