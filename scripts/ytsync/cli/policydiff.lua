--- A job is bound to the text of its policy. The text is kept beside the database when a job is
-- started, so that a later difference can be shown and undone, line by line.
local core = require("ytsync.core")

local M = {}

-- Lines shown of each side.
local LINES_MAX = 8

local function path_of(db_path, hash)
    return ("%s.policies/%s.lua"):format(db_path, hash:sub(1, 16))
end

--- Keeps a policy's text. Failing is no reason to stop: it only makes a message poorer.
---@param db_path string
---@param policy ytsync.Policy
---@return string|nil path
function M.keep(db_path, policy)
    if not policy.text then
        return nil
    end
    local path = path_of(db_path, policy.hash)
    core.mkdir_p(path:match("^(.*)/"))
    local file = io.open(path, "wb")
    if not file then
        return nil
    end
    local written = file:write(policy.text)
    return file:close() and written and path or nil
end

--- The kept text for a hash.
---@param db_path string
---@param hash string
---@return string|nil text
---@return string path
function M.kept(db_path, hash)
    local path = path_of(db_path, hash)
    local file = io.open(path, "rb")
    if not file then
        return nil, path
    end
    local text = file:read("a")
    file:close()
    -- What was changed or cut short meanwhile is not the text any more.
    if not text or core.sha256(text) ~= hash then
        return nil, path
    end
    return text, path
end

local function lines_of(text)
    local lines = {}
    for line in (text:gsub("\n$", "") .. "\n"):gmatch("(.-)\r?\n") do
        lines[#lines + 1] = line
    end
    return lines
end

local function add_side(out, mark, lines, first, last)
    for position = first, math.min(last, first + LINES_MAX - 1) do
        out[#out + 1] = ("  %s %4d  %s"):format(mark, position, lines[position])
    end
    if last - first + 1 > LINES_MAX then
        out[#out + 1] = ("  %s       ... and %d more lines"):format(mark,
            last - first + 1 - LINES_MAX)
    end
end

--- What differs: the lines between the equal beginning and the equal end, old ones with "-", new
--- ones with "+".
---@param old string
---@param new string
---@return string
function M.difference(old, new)
    local a, b = lines_of(old), lines_of(new)
    local first = 1
    while first <= #a and first <= #b and a[first] == b[first] do
        first = first + 1
    end
    local last_a, last_b = #a, #b
    while last_a >= first and last_b >= first and a[last_a] == b[last_b] do
        last_a, last_b = last_a - 1, last_b - 1
    end
    local out = {}
    add_side(out, "-", a, first, last_a)
    add_side(out, "+", b, first, last_b)
    if #out == 0 then
        return "  (the lines are the same; line ends or the last line break differ)"
    end
    return table.concat(out, "\n")
end

return M
