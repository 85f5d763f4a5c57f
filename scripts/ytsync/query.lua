--- A rule tried on the stored library, outside any policy: what `find` shows and `export` writes.
local compile = require("ytsync.compile")
local sandbox = require("ytsync.sandbox")

local M = {}

-- What a function of the rule does to the video that it is given must not show.
local function copy_of(video)
    local out = {}
    for key, value in pairs(video) do -- unordered: a copy
        out[key] = value
    end
    return out
end

--- The videos that the rule catches, in their order.
---@param rule ytsync.Matcher  from loader.load_rule
---@param videos table[]  from session:videos()
---@param now_ms integer
---@return table[]|nil
---@return string|nil message
---@return string|nil traceback  of an error in a function
function M.matching(rule, videos, now_ms)
    local program, problem = compile.program({ { ways = { rule } } }, { now_ms = now_ms })
    if not program then
        return nil, problem
    end
    local found, homes, ways = {}, {}, {}
    local limit = { instructions = sandbox.CALL_LIMIT, videos = #videos }
    local ok, raised, trace = sandbox.run(limit, function(guard)
        for _, video in ipairs(videos) do
            guard:reset()
            local tried = program.has_functions and copy_of(video) or video
            if program:place(tried, homes, ways) > 0 then
                found[#found + 1] = video
            end
        end
    end)
    if not ok then
        return nil, tostring(raised), trace
    end
    return found
end

return M
