--- `plan`: what would be done, what it costs and how long it takes. Changes nothing on YouTube.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local limits = require("ytsync.cli.limits")
local machine = require("ytsync.preview.machine")
local planfile = require("ytsync.planfile")
local preview = require("ytsync.preview")
local signin = require("ytsync.cli.signin")

-- A plan in a file is what `run` will do: nothing may be supposed in it.
local function wrong_call(options)
    if options.out == "-" then
        return "--out takes a file; the plan on standard output: plan --json"
    elseif options.out and (options.quota or options.level) then
        return ("--out writes a plan that run can carry out, so it takes no %s"):format(
            options.quota and "--quota" or "--level")
    elseif options.level and not ({ keep = true, reuse = true, delete = true })[options.level] then
        return ("--level can be keep, reuse or delete, not '%s'"):format(options.level)
    end
    return nil
end

local function cannot_write(ctx, message)
    return ctx:fail(message, "failed", nil, "Name another file, in a folder that is there: "
        .. ctx:command("plan --out FILE"))
end

-- What `run --plan` will say to the plan that was written.
local function outlook(ctx, facts, bound)
    if #facts.exceeded > 0 then
        return ("It cannot be started as it is: it goes beyond %s of the policy. Allow more there "
            .. "and plan again."):format(limits.names(facts.exceeded))
    elseif bound.channel == "" then
        return "It is an estimate from your Takeout export and cannot be started. Sign in; then: "
            .. ctx:command("fetch")
    end
    return "Do just that with: " .. ctx:command("run --plan " .. ctx.quoted(ctx.options.out))
end

-- Writes the plan to the file of --out. An exit code when that failed.
local function write_out(ctx, session, plan, policy, facts, document)
    local bound, message, name = planfile.bind(session, plan, policy, ctx.options)
    if not bound then
        return ctx:fail(message, name)
    end
    document.bound_to = bound
    local ok
    ok, message = planfile.write(ctx.options.out, document)
    if not ok then
        return cannot_write(ctx, message)
    end
    ctx:remark(("The plan was written to %s. %s"):format(ctx.options.out,
        outlook(ctx, facts, bound)))
    return nil
end

local function show(ctx, session, policy, plan)
    local facts = library.facts(session, plan, policy, ctx.options)
    facts.sign_in_ends = signin.ends_at(ctx)
    if not facts.part then
        library.add_levels(ctx, session, plan, facts)
    end
    if not (facts.supposed_level or facts.daily_units or facts.part) then
        library.add_commands(ctx, session, plan, facts)
    end
    local document = machine.plan(facts, json)
    if ctx.options.out then
        local code = write_out(ctx, session, plan, policy, facts, document)
        if code then
            return code
        end
    end
    ctx:json(document)
    ctx:say(preview.plan(facts, { all = ctx.options.all }))
    local changes = preview.operations(facts.preview) > 0
    return changes and ctx.options.exit_code and exits.CHANGES or exits.OK
end

return {
    usage = "plan [--all] [--offline] [--only NAME] [--max-units N] [--out FILE]",
    summary = "show what would be done and what it costs",
    help = [[
Reads the library, tries the policy and shows the plan: units, days, end and the price of taking it
back for each of the levels keep, reuse and delete, and the plain way (create all, add all, delete
all) for comparison; what happens to each playlist and when it is ready; what blocks deletions, what
others see, what never comes back. Nothing is changed on YouTube.
--all shows every row and every title in full. --offline plans from what was read last, without any
request; what if: --quota N (units a day), --level keep|reuse|delete, --policy OTHER. --only NAME
(once or more), --max-units N, or both (as many of those as fit) plan a part that is complete in
itself. --out FILE writes the plan for run --plan FILE. --exit-code ends with 2 when there is
something to do.]],
    run = function(ctx)
        local problem = wrong_call(ctx.options)
        if problem then
            return ctx:usage(problem)
        end
        local writable, message = true, nil
        if ctx.options.out then -- before anything is asked of YouTube
            writable, message = planfile.can_write(ctx.options.out)
        end
        if not writable then
            return cannot_write(ctx, message)
        end
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
        code = show(ctx, session, policy, plan)
        plan:close()
        return code
    end,
}
