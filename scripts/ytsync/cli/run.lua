--- `run`: the main verb. Reads, plans, shows, asks, works; or goes on with the unfinished job.
local exits = require("ytsync.cli.exits")
local library = require("ytsync.cli.library")
local limits = require("ytsync.cli.limits")
local planfile = require("ytsync.planfile")
local policydiff = require("ytsync.cli.policydiff")
local preview = require("ytsync.preview")
local report = require("ytsync.report")
local signin = require("ytsync.cli.signin")
local safety = require("ytsync.safety")
local text = require("ytsync.text")
local work = require("ytsync.cli.work")

-- A job is bound to the text of its policy. Says what differs and what the ways out are.
local function refuse_other_policy(ctx, policy, status)
    local old, path = policydiff.kept(ctx:db_path(), status.policy_hash)
    local remedy = {}
    if old then
        remedy[#remedy + 1] = "What differs (- the job's, + the file's):"
        remedy[#remedy + 1] = policydiff.difference(old, policy.text or "")
    end
    remedy[#remedy + 1] = ("Either give the job up and plan anew: %s"):format(
        ctx:command("cancel"))
    remedy[#remedy + 1] = old
        and ("Or put the policy back and go on: cp '%s' '%s'"):format(path, ctx:policy_path())
        or "Or put the policy back as it was and go on."
    return ctx:fail(("job %d was planned by another text of %s (%s then, %s now)"):format(
        status.id, policy.name or "the policy", status.policy_hash:sub(1, 12),
        policy.hash:sub(1, 12)), "changed", nil, table.concat(remedy, "\n"))
end

-- Options that are about a new plan.
local function new_plan_option(options)
    return options.only and "--only" or options.max_units and "--max-units"
        or options.plan and "--plan" or nil
end

local function go_on(ctx, session, policy, status)
    local option = new_plan_option(ctx.options)
    if option then
        return ctx:fail(("job %d is not finished, and %s is about a new plan"):format(status.id,
            option), "wrong_state", nil, ("Let it go on: %s\nOr give it up and plan anew: %s")
            :format(ctx:command("run"), ctx:command("cancel")))
    end
    if safety.restores(status) then -- no policy has a say in it
        policy = nil
    elseif status.policy_hash ~= "" and status.policy_hash ~= policy.hash then
        return refuse_other_policy(ctx, policy, status)
    end
    if status.pause_reason == "user_paused" or status.pause_requested then
        return ctx:fail(("job %d is paused, because you paused it"):format(status.id), "paused",
            nil, "Take it up again with: " .. ctx:command("resume"))
    end
    local may, code = signin.need_write(ctx, session)
    if not may then
        return code
    end
    local job, message, name = session:job(status.id, { policy = policy })
    if not job then
        return ctx:fail(message, name)
    end
    ctx:remark(("Going on with job %d: %s of %s done."):format(status.id,
        text.number(status.done), text.count(status.total, "operation")))
    return work.run(ctx, session, job, policy)
end

local function say_in_order(ctx, facts)
    if not ctx.options.quiet then
        ctx:say(preview.plan(facts))
    end
    ctx:json({ in_sync = true, progress = { done = 0, total = 0 }, units_used = 0 })
    return exits.OK
end

-- The call that makes the plan of a file anew.
local function plan_anew(ctx, bound)
    local words = { "plan" }
    for _, name in ipairs(bound.only or {}) do
        words[#words + 1] = "--only " .. ctx.quoted(name)
    end
    words[#words + 1] = bound.max_units and "--max-units " .. bound.max_units or nil
    words[#words + 1] = "--out " .. ctx.quoted(ctx.options.plan)
    return ctx:command(table.concat(words, " "))
end

-- Whether the plan is still the one in the file of --plan (no plan yet: policy and library alone).
-- An exit code when it is not.
local function refuse_stale(ctx, session, policy, plan, bound)
    local now, message, name = planfile.bind(session, plan, policy, bound)
    if not now then
        return ctx:fail(message, name)
    end
    local changes = planfile.changes(bound, now)
    if #changes == 0 then
        return nil
    end
    local lines, difference = { "Since it was made:" }, nil
    for _, change in ipairs(changes) do
        lines[#lines + 1] = "  " .. change
    end
    if bound.policy_text and bound.policy ~= now.policy and bound.channel == now.channel then
        difference = policydiff.difference(bound.policy_text, policy.text or "")
        lines[#lines + 1] = "What differs in the policy (- the plan's, + the file's):"
        lines[#lines + 1] = difference
    end
    lines[#lines + 1] = "Look at it anew: " .. plan_anew(ctx, bound)
    return ctx:fail(("the plan in %s does not hold any more; nothing was done"):format(
        ctx.options.plan), "changed", nil, table.concat(lines, "\n"),
        { changes = changes, policy_difference = difference })
end

-- The plan that the call asks for: anew, or the one in a file.
local function make_plan(ctx, session, policy)
    local bound, problem
    if ctx.options.plan then
        bound, problem = planfile.read(ctx.options.plan)
        if not bound then
            return nil, ctx:fail(problem, "failed")
        end
    end
    local fetched, code = library.fetch(ctx, session)
    if not fetched then
        return nil, code
    end
    if bound and bound.policy ~= policy.hash then -- it need not know the playlists of the part
        return nil, refuse_stale(ctx, session, policy, nil, bound)
    end
    local plan
    plan, code = library.plan(ctx, session, policy, bound)
    if plan and bound then
        code = refuse_stale(ctx, session, policy, plan, bound)
        if code then
            plan:close()
            return nil, code
        end
    end
    return plan, code
end

local function begin(ctx, session, policy)
    local plan, code = make_plan(ctx, session, policy)
    if not plan then
        return code
    end
    local facts = library.facts(session, plan, policy, ctx.options)
    local guard = facts.guard
    facts.sign_in_ends, facts.guard = signin.ends_at(ctx), nil
    if preview.operations(facts.preview) == 0 then
        return say_in_order(ctx, facts)
    end
    if not (ctx.options.quiet and ctx.options.yes) then
        ctx:say(preview.plan(facts, { all = ctx.options.all }))
    end
    if guard then -- before anything is asked or done
        return ctx:fail(guard, "limit_exceeded", nil,
            limits.remedy(ctx, session, plan, policy, facts),
            { exceeded = facts.exceeded })
    end
    if not ctx.options.yes then
        local answer = nil
        if not ctx.options.json then -- there the preview would not be seen
            answer = ctx:ask("\nDo this?")
        end
        if answer == nil then
            return ctx:fail("this needs your yes, and there is no terminal to ask on", "usage",
                nil, "Give it beforehand with: " .. ctx:command("run --yes"))
        elseif not answer then
            ctx:say("Nothing was changed.")
            return exits.OK
        end
    end
    local may
    may, code = signin.need_write(ctx, session)
    if not may then
        return code
    end
    local job, message, name = session:start(plan)
    if not job then
        return ctx:fail(message, name)
    end
    policydiff.keep(ctx:db_path(), policy)
    return work.run(ctx, session, job, policy)
end

return {
    usage = "run [--yes] [--delete] [--wait] [--full] [[--only NAME] [--max-units N] | "
        .. "--plan FILE]",
    summary = "do it, or go on with the unfinished job",
    help = [[
Reads the library, plans, shows the plan, asks, and carries it out; or goes on with the job that is
not finished. When the day's quota is used up the job rests and run goes on with it another day;
--wait sleeps until then instead. Before old playlists are deleted it asks once more.
To begin small: --only NAME (once or more) does just these playlists of the policy, --max-units N as
many as fit, both as many of these as fit; the next run goes on with the rest. --plan FILE does what
plan --out FILE wrote, or refuses and says what changed since. A plan that goes beyond the policy's
limit is not started.
--yes answers the first question, --delete the second.]],
    examples = {
        { "run", "read, plan, show, ask, do" },
        { "run --wait", "and sleep through the nights until it is all done" },
        { "run --yes --quiet", "without a question, as a timer calls it" },
    },
    run = function(ctx)
        if ctx.options.plan and (ctx.options.only or ctx.options.max_units) then
            return ctx:usage("--plan says what is to be done; it takes no --only and no "
                .. "--max-units")
        end
        local policy, code = ctx:load_policy()
        if not policy then
            return code
        end
        local session
        session, code = ctx:open()
        if not session then
            return code
        end
        local status, message, name = session:status()
        if not status then
            return ctx:fail(message, name)
        end
        if report.unfinished(status) then
            return go_on(ctx, session, policy, status)
        end
        return begin(ctx, session, policy)
    end,
}
