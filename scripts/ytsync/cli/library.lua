--- Reading and planning, as `fetch`, `plan`, `check` and `run` need it.
local text = require("ytsync.text")

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

--- Plans by the policy.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param policy ytsync.Policy
---@return ytsync.Plan|nil
---@return integer|nil code
function M.plan(ctx, session, policy)
    local plan, message, name, trace = session:plan({ policy = policy })
    if not plan then
        return nil, ctx:fail(message, name, trace)
    end
    return plan
end

--- What report.plan and report.plan_json want to know of a plan.
---@param plan ytsync.Plan
---@param policy ytsync.Policy
---@return table
function M.facts(plan, policy)
    return {
        preview = plan:preview(),
        items = plan:items(),
        blocks = plan:blocks(),
        warnings = plan:warnings(),
        old = policy.old,
        otherwise = policy.otherwise,
        unmatched = plan.summary and plan.summary.unmatched or nil,
    }
end

return M
