--- Reading and planning, as `fetch`, `plan`, `check` and `run` need it.
local core = require("ytsync.core")
local limits = require("ytsync.cli.limits")
local preview = require("ytsync.preview")
local suggest = require("ytsync.suggest")
local tables = require("ytsync.preview.tables")
local text = require("ytsync.text")
local where = require("ytsync.where")

local M = {}

--- Reads the library from YouTube, with progress.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@return table|nil result  from session:fetch
---@return integer|nil code
function M.fetch(ctx, session)
    local result, message, name = session:fetch({
        full = ctx.options.full or false,
        progress = function(progress)
            ctx.progress:fetch(progress)
        end,
    })
    ctx.progress:clear()
    if not result then
        local quota, remedy = name == "quota_exhausted" and session:quota(), nil
        if quota then
            message = ("%s It resets %s (in %s)."):format(message, text.moment(quota.resets_at),
                text.duration(quota.resets_at - session:now()))
            remedy = "Call again then: " .. ctx:again()
        end
        return nil, ctx:fail(message, name, nil, remedy)
    end
    return result
end

local function same_name(a, b)
    return a == b or core.fold(a) == core.fold(b)
end

-- The keys of the categories that --only names, by name or title.
local function keys_of(policy, names)
    local keys, known = {}, {}
    for position, name in ipairs(names) do
        for _, category in ipairs(policy.categories) do
            if not keys[position] and (same_name(category.key, name)
                or same_name(category.title, name)) then
                keys[position] = category.key
            end
            known[#known + 1] = category.key
        end
        if not keys[position] then
            return nil, ("the policy has no playlist '%s'%s"):format(name,
                suggest.hint(name, known))
        end
    end
    return keys
end

--- Plans by the policy, and by what the call asks for besides.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param policy ytsync.Policy
---@param part {only: string[]|nil, max_units: integer|nil}|nil  instead of the call's
---@return ytsync.Plan|nil
---@return integer|nil code
function M.plan(ctx, session, policy, part)
    part = part or ctx.options
    local only
    if part.only then
        local problem
        only, problem = keys_of(policy, part.only)
        if not only then
            return nil, ctx:fail(problem, "usage", nil, "See its playlists: "
                .. ctx:command("check"))
        end
    end
    local plan, message, name, trace = session:plan({
        policy = policy,
        level = ctx.options.level,
        daily_units = ctx.options.quota,
        only = only,
        max_units = part.max_units,
    })
    if not plan then
        return nil, ctx:fail(message, name, trace)
    end
    return plan
end

-- The lines that settle what keeps playlists from being deleted, in the language of policy files
-- and in the form for programs. The first of each loses nothing.
local WORDS_LINES = {
    unmatched = "leftovers { into = \"Unsorted\" }",
    gone = "gone \"forget\"",
}
local TABLE_LINES = {
    unmatched = "y.category \"Unsorted\" { when = function () return true end } as the last "
        .. "category",
    gone = "gone = \"forget\"",
}

local function without(list, value)
    local out = {}
    for _, entry in ipairs(list) do
        if entry ~= value then
            out[#out + 1] = entry
        end
    end
    return out
end

-- By key: the units of the plan that this one is a part of.
local function units_of_whole(session, plan, options)
    local units = {}
    local whole = session:plan({ target = plan.target, level = options.level })
    for _, row in ipairs(whole and whole:playlists() or {}) do
        units[row.category] = row.units
    end
    if whole then
        whole:close()
    end
    return units
end

-- Whether a row is in a part: a name says so; by units, it is out when only the whole changes it.
local function part_test(session, plan, options)
    local names, units = nil, plan.part.max_units and units_of_whole(session, plan, options) or {}
    if plan.part.only then
        names = {}
        for _, key in ipairs(plan.part.only) do
            names[key] = true
        end
    end
    return function(row)
        return row.category == "" or (not names or names[row.whole] == true)
            and (row.units > 0 or (units[row.category] or 0) == 0)
    end
end

-- The plan's playlists, with what the policy says of them (whole: the key of its category, also for
-- a numbered part, "Jazz 2"; priority) and whether they are in the part that was asked for.
local function playlists_of(session, plan, options)
    local rows, categories = plan:playlists(), {}
    for _, category in ipairs(plan.target.categories) do
        categories[category.key] = category
    end
    local in_part = plan.part and part_test(session, plan, options)
    for _, row in ipairs(rows) do
        local category = categories[row.category]
            or categories[row.category:match("^(.*) %d+$") or row.category]
        row.whole = category and category.key or nil
        row.priority = category and category.priority or 0
        row.in_part = not in_part or in_part(row)
    end
    return rows
end

-- The blocks, with the videos that the policy leaves alone counted apart: no line about the rest
-- would settle those.
local function blocks_of(session, plan, summary)
    local blocks, alone = plan:blocks(), summary.alone
    if (summary.left_alone or 0) == 0 then
        return blocks
    end
    for _, block in ipairs(blocks) do
        local count, read = 0, block.videos > 0
        for _, item in ipairs(read and session:items(block.playlist_id) or {}) do
            count = count + (alone[item.video_id] and 1 or 0)
        end
        block.left_alone, block.unmatched = count, block.unmatched - count
    end
    return blocks
end

-- Why a plan is not started, with the place of the policy's limit.
local function guard_text(policy, guard)
    local place = where.text(policy.places.limit or {})
    return place == "" and guard or place .. ": " .. guard
end

--- What ytsync.preview wants to know of a plan.
---@param session ytsync.Session
---@param plan ytsync.Plan
---@param policy ytsync.Policy
---@param options table|nil  of the call
---@return table
function M.facts(session, plan, policy, options)
    options = options or {}
    local summary, guard = plan.summary or {}, plan:guard()
    return {
        preview = plan:preview(),
        items = plan:items(),
        playlists = playlists_of(session, plan, options),
        days = plan:days(),
        blocks = blocks_of(session, plan, summary),
        warnings = without(plan:warnings(), guard),
        guard = guard and guard_text(policy, guard),
        exceeded = limits.exceeded(plan, policy),
        now = session:now(),
        old = options.level or policy.old,
        supposed_level = options.level and options.level ~= policy.old and policy.old or nil,
        daily_units = options.quota,
        part = plan.part,
        otherwise = policy.otherwise,
        gone_policy = policy.gone,
        words = policy.mentioned or nil,
        policy_lines = policy.mentioned and WORDS_LINES or TABLE_LINES,
        unmatched = summary.unmatched,
        gone = summary.gone,
        drops = summary.drops or {},
    }
end

--- Adds to the facts what the other levels would cost.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param plan ytsync.Plan
---@param facts table
function M.add_levels(ctx, session, plan, facts)
    facts.levels = { [facts.old] = facts.preview }
    for _, level in ipairs(tables.LEVELS) do
        if level ~= facts.old then
            local other, message = session:plan({ target = plan.target, level = level,
                daily_units = ctx.options.quota })
            facts.levels[level] = other and other:preview() or { problem = message }
            if other then
                other:close()
            end
        end
    end
    -- Each was planned a moment later; what is done at once is done today by all of them.
    facts.now = session:now()
end

-- The key of the cheapest category with something to do, all its parts counted, when there are
-- several.
local function cheapest(facts)
    local keys, units = {}, {}
    for _, row in ipairs(facts.playlists) do
        if row.whole and row.units > 0 then
            if not units[row.whole] then
                keys[#keys + 1] = row.whole
            end
            units[row.whole] = (units[row.whole] or 0) + row.units
        end
    end
    local best = keys[1]
    for _, key in ipairs(keys) do
        best = units[key] < units[best] and key or best
    end
    return #keys > 1 and best or nil
end

--- Adds to the facts the commands to go on with: a pilot with its price, and the whole.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param plan ytsync.Plan
---@param facts table
function M.add_commands(ctx, session, plan, facts)
    local channel = session:channel()
    if channel and channel.id == "" then
        facts.sign_in_first = ctx:command("fetch")
        return
    end
    facts.run = ctx:command("run")
    local key = cheapest(facts)
    if not key then
        return
    end
    local pilot = session:plan({ target = plan.target, only = { key } })
    if not pilot then
        return
    end
    local figures, held = pilot:preview(), pilot:guard()
    pilot:close()
    if preview.operations(figures) > 0 and not held then
        facts.pilot = { name = key, units = figures.units,
            command = ctx:command("run --only " .. ctx.quoted(key)) }
    end
end

return M
