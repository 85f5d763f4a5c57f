--- The JSON form of a plan (scripts/README.md lists the members).
local blocks = require("ytsync.preview.blocks")
local text = require("ytsync.text")

local M = {}

local KIND_STAGE = {
    playlist_create = "create_playlists",
    playlist_update = "create_playlists",
    item_insert = "add_videos",
    item_move = "add_videos",
    playlist_publish = "add_videos",
    item_delete = "delete_playlists",
    playlist_delete = "delete_playlists",
}

local function stages_of(facts, json)
    local stages = {}
    for _, key in ipairs({ "create_playlists", "add_videos", "delete_playlists" }) do
        local planned = facts.preview[key]
        stages[key] = { count = planned.count, units = planned.units, items = json.array({}) }
    end
    for _, item in ipairs(facts.items) do
        table.insert(stages[KIND_STAGE[item.kind]].items, item)
    end
    return stages
end

local function moment(at_ms, json)
    return text.iso(at_ms) or json.null
end

-- null: never.
local function days_or_null(days, json)
    return days < 0 and json.null or days
end

local function playlists_of(facts, json)
    local rows = {}
    for position, row in ipairs(facts.playlists) do
        rows[position] = {
            category = row.category ~= "" and row.category or json.null,
            playlist_id = row.playlist_id ~= "" and row.playlist_id or json.null,
            title_now = row.title_now ~= "" and row.title_now or json.null,
            title_then = row.title_then ~= "" and row.title_then or json.null,
            privacy_now = row.privacy_now ~= "" and row.privacy_now or json.null,
            privacy_then = row.privacy_then ~= "" and row.privacy_then or json.null,
            carried_on = row.carried_on,
            now = row.rows_now,
            ["then"] = row.rows_then,
            ["in"] = row.inserts,
            out = row.takeouts,
            moved = row.moves,
            strangers = row.strangers,
            units = row.units,
            priority = row.priority or 0,
            in_part = row.in_part ~= false,
            ready_at = moment(row.ready_at, json),
        }
    end
    return json.array(rows)
end

local function calendar_of(facts, json)
    local days = {}
    for position, day in ipairs(facts.days) do
        days[position] = { starts_at = moment(day.starts_at, json), units = day.units,
            reads = day.reads, writes = day.writes, ready = day.ready }
    end
    return json.array(days)
end

local function levels_of(facts, json)
    local levels = {}
    for name, preview in pairs(facts.levels or {}) do -- unordered: into a table by name
        if preview.problem then
            levels[name] = { problem = preview.problem }
        else
            levels[name] = { units = preview.units, days = days_or_null(preview.days, json),
                ends_at = moment(preview.ends_at, json), undo_units = preview.undo.units }
        end
    end
    return levels
end

-- The reasons are those of the screen.
local function blocks_of(facts, json)
    local rows = {}
    for position, block in ipairs(facts.blocks) do
        rows[position] = { playlist_id = block.playlist_id, title = block.title,
            video_id = block.video_id, videos = block.videos, unmatched = block.unmatched,
            gone = block.gone, left_alone = block.left_alone or 0,
            reason = blocks.reason(block, facts.policy_lines) }
    end
    return json.array(rows)
end

local function settling_of(facts, json)
    local ways = blocks.settling(facts.blocks, facts.policy_lines)
    for _, way in ipairs(ways) do
        way.lines = json.array(way.lines)
    end
    return json.array(ways)
end

local function part_of(facts, json)
    local part = facts.part
    return part and { only = part.only and json.array(part.only) or json.null,
        max_units = part.max_units or json.null } or json.null
end

-- What the call supposed and the policy or the project does not say.
local function supposed_of(facts, json)
    return { quota = facts.daily_units or json.null,
        level = facts.supposed_level and facts.old or json.null }
end

--- The JSON form of a plan.
---@param facts table  see ytsync.preview
---@param json table  the module ytsync.json
---@return table
function M.plan(facts, json)
    local preview = facts.preview
    return {
        units = preview.units,
        write_units = preview.write_units,
        reads = preview.read_units,
        plain_units = preview.plain_units,
        days = days_or_null(preview.days, json),
        plain_days = days_or_null(preview.plain_days, json),
        ends_at = moment(preview.ends_at, json),
        stages = stages_of(facts, json),
        adopted = preview.adopted,
        reused = preview.reused,
        already_there = preview.already_there,
        unavailable = preview.unavailable,
        unmatched = facts.unmatched,
        gone = facts.gone,
        dropped = json.array(facts.drops or {}),
        old = facts.old,
        -- What is proven is proven of the whole plan.
        no_cheaper_way = facts.part and json.null or preview.no_cheaper_way,
        bound_units = facts.part and json.null or preview.bound_units,
        part = part_of(facts, json),
        supposed = supposed_of(facts, json),
        pilot = facts.pilot or json.null,
        undo = preview.undo,
        levels = facts.levels and levels_of(facts, json) or nil,
        playlists = playlists_of(facts, json),
        calendar = calendar_of(facts, json),
        sign_in_ends_at = moment(facts.sign_in_ends, json),
        guard = facts.guard
            and { message = facts.guard, exceeded = json.array(facts.exceeded) } or json.null,
        blocks = blocks_of(facts, json),
        settling = settling_of(facts, json),
        warnings = json.array(facts.warnings),
    }
end

return M
