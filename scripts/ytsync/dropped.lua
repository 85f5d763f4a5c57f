--- What a policy drops in so many words, as people read it. Records in, lines of at most 80 columns
--- out.
local text = require("ytsync.text")

local M = {}

local COLUMNS = 80
-- Titles that are named behind each rule, unless all are asked for.
local EXAMPLES = 3
local RULES_MAX = 12

-- {rule, videos}, in the order of their first videos.
local function by_rule(drops)
    local groups, found = {}, {}
    for _, entry in ipairs(drops) do
        local group = found[entry.rule]
        if not group then
            group = { rule = entry.rule, videos = {} }
            found[entry.rule] = group
            groups[#groups + 1] = group
        end
        group.videos[#group.videos + 1] = entry
    end
    return groups
end

local function called(video)
    return video.title ~= "" and ('"%s"'):format(text.cut(video.title, 40)) or video.id
end

local function examples(videos)
    local names = {}
    for position = 1, math.min(#videos, EXAMPLES) do
        names[position] = called(videos[position])
    end
    local more = #videos - #names
    return table.concat(names, ", ") .. (more > 0 and (" and %s more"):format(text.number(more))
        or "")
end

--- A section that names them: by rule, with some titles, or each by id and title.
---@param drops {id: string, title: string, rule: string}[]
---@param all boolean|nil
---@return string[]
function M.lines(drops, all)
    local lines, groups = {}, by_rule(drops)
    for position, group in ipairs(groups) do
        if position > RULES_MAX and not all then
            lines[#lines + 1] = ("    and %d more rules (all of them: plan --all)"):format(
                #groups - RULES_MAX)
            break
        end
        lines[#lines + 1] = text.wrap(text.safe(("%s: %s%s"):format(group.rule,
            text.count(#group.videos, "video"), all and "" or ", " .. examples(group.videos))),
            COLUMNS, "    ")
        for _, video in ipairs(all and group.videos or {}) do
            lines[#lines + 1] = text.hang(("      %s  "):format(text.pad(video.id, 11)),
                text.safe(video.title), COLUMNS)
        end
    end
    if #lines > 0 then
        table.insert(lines, 1, "  Dropped by the policy in so many words, so they need no place:")
    end
    return lines
end

return M
