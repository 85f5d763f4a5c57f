--- `pause`, `resume`, `cancel`: words to a job, also to one that runs in another process. `retry`:
--- what failed in the last one, again.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local report = require("ytsync.report")
local text = require("ytsync.text")

local function job_number(ctx)
    local word = ctx.arguments[1]
    if not word then
        return ctx.options.job
    end
    local number = word:find("^%d+$") and math.tointeger(tonumber(word))
    if not number or number < 1 or #ctx.arguments > 1 then
        return nil, ctx:usage(("%s takes the number of a job, not '%s'"):format(ctx.verb,
            table.concat(ctx.arguments, " ")))
    end
    return number
end

-- Runs session[method] on the job and says what became of it.
local function verb(method, sentence)
    return function(ctx)
        local id, code = job_number(ctx)
        if code then
            return code
        end
        local session
        session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        if not id then
            local current, message, name = session:status()
            if not current then
                return ctx:fail(message, name)
            end
            if not report.unfinished(current) then
                return ctx:fail(("there is no unfinished job to %s"):format(ctx.verb),
                    "not_found", nil, "See what there is to do: " .. ctx:command("plan"))
            end
            id = current.id
        end
        local ok, message, name = session[method](session, id)
        if not ok then
            return ctx:fail(message, name)
        end
        local status
        status, message, name = session:status(id)
        if not status then
            return ctx:fail(message, name)
        end
        ctx:json(report.status_json(status, session:errors(id) or {}, json))
        ctx:say(sentence(ctx, status))
        return exits.OK
    end
end

local function retry(ctx)
    if not ctx.options.failed then
        return ctx:usage("retry needs --failed: it takes up again what failed")
    end
    local id, code = job_number(ctx)
    if code then
        return code
    end
    local session
    session, code = ctx:open({ must_exist = true })
    if not session then
        return code
    end
    local count, message, name = session:retry_failed(id)
    if not count then
        return ctx:fail(message, name)
    end
    local status
    status, message, name = session:status(id)
    if not status then
        return ctx:fail(message, name)
    end
    ctx:json(report.status_json(status, session:errors(status.id) or {}, json))
    ctx:say(("%s of job %d can be tried again. Go on: %s"):format(text.count(count, "operation"),
        status.id, ctx:command("run")))
    return exits.OK
end

return {
    retry = {
        usage = "retry --failed [NUMBER]",
        summary = "take up again what failed",
        help = [[
Opens the operations of the last job that failed, and those that were skipped because of them, as if
they had never been tried; `run` then goes on with the job. What the policy skipped stays skipped.
Before playlists are deleted it asks again. status shows what failed and why.]],
        run = retry,
    },
    pause = {
        usage = "pause [NUMBER]",
        summary = "let the job rest, also one that runs elsewhere",
        help = [[
Nothing new is begun once this has returned; requests under way may still end. The job rests until
resume.]],
        run = verb("pause", function(ctx, status)
            return ("Job %d rests until: %s"):format(status.id, ctx:command("resume"))
        end),
    },
    resume = {
        usage = "resume [NUMBER]",
        summary = "lift a pause",
        help = [[
Lifts a pause. `run` then goes on with the job.]],
        run = verb("resume", function(ctx, status)
            return ("The pause of job %d is lifted. Go on: %s"):format(status.id,
                ctx:command("run"))
        end),
    },
    cancel = {
        usage = "cancel [NUMBER]",
        summary = "give the job up",
        help = [[
Ends the job as it stands. What it has created and added stays; nothing is taken back. The next
plan takes it up from there.]],
        run = verb("cancel", function(ctx, status)
            return ("Job %d is cancelled. What it did stays: %d of %d operations were done. "
                .. "The next plan starts from there: %s"):format(status.id, status.done,
                status.total, ctx:command("plan"))
        end),
    },
}
