--- The preview of a plan: what people decide by. Pure: facts in, text of at most 80 columns out
--- (commands, which people copy, are never cut).
--
-- Facts: preview, items, playlists, days, blocks, warnings of the plan; old (its level), otherwise,
-- gone_policy, policy_lines of the policy; unmatched, gone, drops of its summary; now (ms); and
-- where they are known: words (the policy is in the language of policy files), levels (level ->
-- preview, or {problem}), pilot ({name, units, command}), run (a command), guard (why it is not
-- started), priorities (by category), sign_in_first (a command, when the library is an export),
-- sign_in_ends (ms), daily_units, supposed_level (the policy's own), part.
local dropped = require("ytsync.dropped")
local blocks = require("ytsync.preview.blocks")
local remarks = require("ytsync.preview.remarks")
local tables = require("ytsync.preview.tables")
local text = require("ytsync.text")

local M = { by_kind = remarks.by_kind }

--- How many operations a plan has.
---@param preview table
---@return integer
function M.operations(preview)
    return preview.create_playlists.count + preview.add_videos.count
        + preview.delete_playlists.count
end

local function add(lines, section)
    if #section == 0 then
        return
    end
    if #lines > 0 then
        lines[#lines + 1] = ""
    end
    table.move(section, 1, #section, #lines + 1, lines)
end

-- "41,000 units (of which 1,000 for reading), 5 days, done Mon 23 Nov 2026; no cheaper way."
local function headline(facts)
    local preview = facts.preview
    if preview.days < 0 then
        return text.wrap(("This plan: %s of writes; with so few units a day it never ends."):format(
            text.count(preview.write_units, "unit")), 80)
    end
    local line = ("This plan: %s, %s of them for reading; %s, done %s."):format(
        text.count(preview.units, "unit"), text.number(preview.read_units),
        text.count(preview.days, "day"), tables.day(preview.ends_at, facts.now))
    if preview.no_cheaper_way and not facts.part then -- that is proven of the whole
        line = line .. (preview.plain_units >= preview.write_units and " There is no cheaper way."
            or " There is no cheaper way that keeps the playlists which have their titles already.")
    end
    return text.wrap(line, 80)
end

local function next_steps(facts)
    local lines = {}
    if facts.sign_in_first then
        lines[1] = "This is an estimate from your Takeout export. To do it, sign in; then: "
            .. facts.sign_in_first
    end
    if facts.pilot then
        lines[#lines + 1] = ("To try it with one playlist (%s): %s"):format(
            text.count(facts.pilot.units, "unit"), facts.pilot.command)
    end
    if facts.guard then
        table.insert(lines, 1, text.wrap(text.safe(facts.guard), 80))
    elseif facts.run then
        lines[#lines + 1] = "To do it: " .. facts.run
    end
    return lines
end

--- The preview of a plan.
---@param facts table
---@param options {all: boolean|nil}|nil
---@return string
function M.plan(facts, options)
    local all = options and options.all
    local lines = {}
    local working = M.operations(facts.preview) > 0
    if working then
        add(lines, tables.levels(facts))
        add(lines, { headline(facts) })
        add(lines, remarks.order(facts))
        add(lines, tables.playlists(facts, all))
        if #facts.days > 1 or all then
            add(lines, tables.calendar(facts, all))
        end
    else
        lines[1] = facts.part and "There is nothing to do in this part of the plan."
            or "Everything is in order: there is nothing to do."
        if all then
            add(lines, tables.playlists(facts, all))
        end
    end
    add(lines, blocks.lines(facts, all))
    add(lines, remarks.seen(facts, all))
    add(lines, dropped.lines(facts.drops or {}, all))
    add(lines, remarks.never_back(facts))
    add(lines, remarks.sentences(facts))
    add(lines, remarks.sign_in(facts))
    add(lines, remarks.warnings(facts, all))
    if working then
        add(lines, next_steps(facts))
    end
    return table.concat(lines, "\n")
end

return M
