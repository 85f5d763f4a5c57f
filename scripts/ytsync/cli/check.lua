--- `check`: is the policy in order, and how does it fit the library read last? No request leaves.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local report = require("ytsync.report")
local text = require("ytsync.text")

local function check_library(ctx, policy, result, headline)
    local session, code = ctx:open({ must_exist = true })
    if not session then
        return code
    end
    local target, summary, name, trace = session:target(policy)
    if not target then
        return ctx:fail(summary, name, trace)
    end
    result.videos = summary.videos
    result.unmatched = summary.unmatched
    result.gone = summary.gone
    result.warnings = json.array(summary.warnings)
    for position, category in ipairs(summary.categories) do
        result.categories[position].videos = category.videos
    end
    ctx:say(headline)
    ctx:say(report.coverage(summary, policy.otherwise))
    return exits.OK
end

return {
    usage = "check",
    summary = "check the policy, without any request",
    help = [[
Loads the policy and says where it is wrong. When the library was read before, shows how many of
its videos each category gets, how many none wants, and playlists named that do not exist.]],
    run = function(ctx)
        local policy, code = ctx:load_policy()
        if not policy then
            return code
        end
        local result = { policy = ctx:policy_path(), categories = json.array({}) }
        for position, category in ipairs(policy.categories) do
            result.categories[position] = { key = category.key, title = category.title }
        end
        local headline = ("%s is in order: %s."):format(ctx:policy_path(),
            text.count(#policy.categories, "category", "categories"))
        code = exits.OK
        if ctx:has_database() then
            code = check_library(ctx, policy, result, headline)
        else
            ctx:say(headline)
            ctx:say("The library was not read yet: " .. ctx:command("fetch"))
        end
        if code == exits.OK then
            ctx:json(result)
        end
        return code
    end,
}
