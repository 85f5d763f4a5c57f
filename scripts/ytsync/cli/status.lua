--- `status`: where the job stands, why it rests, what it needs.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local receipt = require("ytsync.receipt")
local report = require("ytsync.report")
local text = require("ytsync.text")

-- What to do next, as a sentence; nil when there is nothing.
local function next_step(ctx, status)
    if not report.unfinished(status) then
        return nil
    end
    if status.pause_reason == "user_paused" or status.pause_requested then
        return "Take it up again: " .. ctx:command("resume")
    elseif status.pause_reason == "confirmation" then
        return "Say yes to the deletions: " .. ctx:command("run --delete")
    elseif status.pause_reason == "errors_collected" then
        return ("Go on without them: %s; try them again: %s; or give up: %s"):format(
            ctx:command("run"), ctx:command("retry --failed"), ctx:command("cancel"))
    end
    return "Go on: " .. ctx:command("run")
end

-- What is left of an unfinished job.
local function say_outlook(ctx, session, status)
    local quota = report.unfinished(status) and session:quota()
    local operations = quota and session:operations(status.id)
    for _, line in ipairs(operations and receipt.outlook(operations, quota) or {}) do
        ctx:say(line)
    end
end

-- What failed, and what else went wrong: each failure has an error of its own.
local function say_errors(ctx, session, status, errors)
    local failed, others = {}, {}
    local operations = status.failed > 0 and session:operations(status.id) or {}
    for _, operation in ipairs(operations) do
        failed[operation.id] = operation.status == "failed"
    end
    for _, err in ipairs(errors) do
        if not failed[err.operation_id] then
            others[#others + 1] = err
        end
    end
    if status.failed > 0 then
        ctx:say(report.failed(operations))
    end
    if #others > 0 then
        ctx:say(report.errors(others))
    end
end

local function say_none(ctx, session)
    local channel = session:channel()
    if channel and channel.fetched_at ~= 0 then
        ctx:say(("There was no job yet. The library of %s was read %s."):format(channel.title,
            text.moment(channel.fetched_at)))
        ctx:say("See what there is to do: " .. ctx:command("plan"))
    else
        ctx:say("There was no job yet, and the library was not read.")
        ctx:say("Read it: " .. ctx:command("fetch"))
    end
end

return {
    usage = "status [--job NUMBER]",
    summary = "where the job stands and what it needs",
    help = [[
Shows the unfinished job, else the last one: its stage, what is done, why it rests, its errors, and
the next step. Works beside a running one.]],
    examples = {
        { "status", "the job that is under way, or the last one" },
        { "status --job 3 --json", "another one, for a program" },
    },
    run = function(ctx)
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local status, message, name = session:status(ctx.options.job)
        if not status then
            return ctx:fail(message, name)
        end
        local errors = {}
        if status.id ~= 0 then
            errors, message, name = session:errors(status.id)
            if not errors then
                return ctx:fail(message, name)
            end
        end
        ctx:json(report.status_json(status, errors, json))
        if status.id == 0 then
            say_none(ctx, session)
            return exits.OK
        end
        status.needs_you = ctx:with_commands(status.needs_you)
        ctx:say(report.status(status, session:now()))
        say_outlook(ctx, session, status)
        say_errors(ctx, session, status, errors)
        local step = status.needs_you == "" and next_step(ctx, status)
        if step then
            ctx:say(step)
        end
        return exits.OK
    end,
}
