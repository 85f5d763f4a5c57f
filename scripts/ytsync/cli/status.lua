--- `status`: where the job stands, why it rests, what it needs.
local exits = require("ytsync.cli.exits")
local history = require("ytsync.history")
local json = require("ytsync.json")
local receipt = require("ytsync.receipt")
local report = require("ytsync.report")
local text = require("ytsync.text")

-- More changes by others than anybody reads.
local CHANGES_MAX = 100000

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

local function say_job(ctx, session, status, errors)
    status.needs_you = ctx:with_commands(status.needs_you)
    ctx:say(report.status(status, session:now()))
    say_outlook(ctx, session, status)
    say_errors(ctx, session, status, errors)
    local step = status.needs_you == "" and next_step(ctx, status)
    if step then
        ctx:say(step)
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

-- The job before an unfinished one: the last that ended. Nil when there is none.
local function last_ended(session, status)
    if not report.unfinished(status) then
        return status.id ~= 0 and status or nil
    end
    for id = status.id - 1, 1, -1 do
        local before = session:status(id)
        if before and not report.unfinished(before) then
            return before
        end
    end
    return nil
end

-- What was changed on YouTube since the last run and not by ytsync, as the library was read last.
local function changed_elsewhere(session, status)
    local since = not report.unfinished(status) and status.finished_at or status.created_at or 0
    local entries, message, name = session:log({ actor = "elsewhere", since = since,
        limit = CHANGES_MAX })
    if not entries then
        return nil, message, name
    end
    local titles = {}
    for _, playlist in ipairs(#entries > 0 and session:playlists({ deleted = true }) or {}) do
        titles[playlist.id] = playlist.title
    end
    return history.elsewhere(entries, titles)
end

local function say_elsewhere(ctx, session, status, groups)
    if #groups == 0 then
        return
    end
    local channel = session:channel()
    local since = status.id == 0 and "the library was first read"
        or report.unfinished(status) and ("job %d was started"):format(status.id)
        or ("job %d ended"):format(status.id)
    ctx:say(("Changed on YouTube since %s, not by ytsync (as read %s):"):format(since,
        text.moment(channel and channel.fetched_at)))
    ctx:say(history.elsewhere_lines(groups))
    ctx:say("Each of it: " .. ctx:command("log --elsewhere"))
end

return {
    usage = "status [--job NUMBER]",
    summary = "where the job stands and what it needs",
    help = [[
Shows the unfinished job, else the last one: its stage, what is done, why it rests, its errors, and
the next step. Then the last one that ended, and what was changed on YouTube since the last run and
not by ytsync, as the library was read last (`fetch` reads it anew). Works beside a running one.]],
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
        local ended, groups = nil, {}
        if not ctx.options.job then
            ended = last_ended(session, status)
            groups, message, name = changed_elsewhere(session, status)
            if not groups then
                return ctx:fail(message, name)
            end
        end
        local result = report.status_json(status, errors, json)
        result.last_ended = ended and report.ended_json(ended) or json.null
        result.changed_elsewhere = history.elsewhere_json(groups)
        ctx:json(result)
        if status.id == 0 then
            say_none(ctx, session)
        else
            say_job(ctx, session, status, errors)
        end
        if ended and ended.id ~= status.id then
            ctx:say(report.ended(ended))
        end
        say_elsewhere(ctx, session, status, groups)
        return exits.OK
    end,
}
