--- `plan`: what would be done, what it costs and how long it takes. Changes nothing on YouTube.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local report = require("ytsync.report")

return {
    usage = "plan [--exit-code] [--offline] [--full]",
    summary = "show what would be done and what it costs",
    help = [[
Reads the library, tries the policy and shows the plan: operations and quota units per stage, days,
the plain way (create all, add all, delete all) for comparison, and the playlists that must stay
with the reason. Nothing is changed on YouTube.
--offline plans from what was read last, without any request. --exit-code ends with 2 when there is
something to do.]],
    run = function(ctx)
        local policy, code = ctx:load_policy()
        if not policy then
            return code
        end
        local session
        session, code = ctx:open({ must_exist = ctx.options.offline })
        if not session then
            return code
        end
        if not ctx.options.offline then
            local fetched
            fetched, code = library.fetch(ctx, session)
            if not fetched then
                return code
            end
        end
        local plan
        plan, code = library.plan(ctx, session, policy)
        if not plan then
            return code
        end
        local facts = library.facts(plan, policy)
        plan:close()
        local changes = report.operations(facts.preview) > 0
        if ctx.options.json then
            ctx:json(report.plan_json(facts, json))
        end
        ctx:say(report.plan(facts))
        local channel = session:channel()
        if changes and channel and channel.id == "" then
            ctx:say("\nThis is an estimate from your Takeout export. To do it, sign in; then: "
                .. ctx:command("fetch"))
        elseif changes then
            ctx:say("\nTo do it: " .. ctx:command("run"))
        end
        return changes and ctx.options.exit_code and exits.CHANGES or exits.OK
    end,
}
