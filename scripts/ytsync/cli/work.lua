--- Works on a job until it is completed or rests, with the second yes at its time, and says how it
--- ended. Used by `run`.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local notify = require("ytsync.notify")
local placed = require("ytsync.placed")
local receipt = require("ytsync.receipt")
local report = require("ytsync.report")
local safety = require("ytsync.safety")
local text = require("ytsync.text")

local M = {}

-- Titles shown in the question before playlists are deleted.
local TITLES_MAX = 12
-- Confirmations in one run; verification may find work and come back once or twice.
local CONFIRMATIONS_MAX = 10

-- Tells the user's program what became of the job.
local function tell(ctx, session, id, message, name)
    local words, problem = notify.read(ctx:notify_path())
    if words then
        local status = session:status(id)
        local _
        _, problem = notify.tell(words, { event = name or "completed", message = message or "",
            job = status and report.status_json(status, {}, json) or nil })
    end
    if problem then
        ctx:remark(problem)
    end
end

-- Says how the run ended as JSON. `message` and `name` when it did not complete.
local function end_json(ctx, session, id, message, name)
    if not ctx.options.json then
        return
    end
    local status = session:status(id)
    local result = status and report.status_json(status, session:errors(id) or {}, json) or {}
    if name then
        result.error = { name = name, message = message }
    end
    ctx:json(result)
end

local function doomed(session, id)
    local titles = {}
    for _, operation in ipairs(session:operations(id) or {}) do
        local open = operation.status ~= "done" and operation.status ~= "skipped"
        if operation.kind == "playlist_delete" and open then
            titles[#titles + 1] = operation.title
        end
    end
    return titles
end

-- The second yes. True: given; false: refused; nil: there is no terminal to ask on.
local function second_yes(ctx, session, id)
    if ctx.options.delete then
        return true
    end
    local titles = doomed(session, id)
    local lines = { ("All videos are in their places. %s can now be deleted:"):format(
        text.count(#titles, "old playlist")) }
    local sum = session:proof_summary(id)
    if sum then
        table.insert(lines, 1, safety.proof(sum))
    end
    for position, title in ipairs(titles) do
        if position > TITLES_MAX then
            lines[#lines + 1] = ("  and %d more"):format(#titles - TITLES_MAX)
            break
        end
        lines[#lines + 1] = "  " .. text.cut(title, 76)
    end
    lines[#lines + 1] = "A deleted playlist does not come back. Delete?"
    return ctx:ask(table.concat(lines, "\n"))
end

-- Says that the job rests and what to do. Returns the exit code.
local function say_rest(ctx, session, id, message, name, trace)
    ctx.progress:clear()
    local status = session:status(id)
    local hint = nil
    if name == "confirmation" then
        hint = "Say yes with: " .. ctx:command("run --delete")
    elseif status and status.pause_reason == "errors_collected" then
        hint = ("Look at them: %s. Go on without them: %s. Or give up: %s"):format(
            ctx:command("status"), ctx:command("run"), ctx:command("cancel"))
    end
    if status and status.id ~= 0 then
        local now = session:now()
        local pause = report.pause(status, now)
        ctx:remark(("Job %d: %s of %s done, %s used so far%s."):format(id,
            text.number(status.done), text.count(status.total, "operation"),
            text.count(status.units_used, "unit"), pause and "; it rests: " .. pause or ""))
    end
    local as_json = ctx.options.json
    ctx.options.json = false -- the JSON of this end is the job's, below
    local code = ctx:fail(message, name, trace, hint)
    ctx.options.json = as_json
    tell(ctx, session, id, message, name)
    end_json(ctx, session, id, message, name)
    -- A job that rests waits for something, whatever the reason for it was called.
    if code == exits.FAILED and status and status.stage == "paused" then
        return status.pause_reason == "auth_error" and exits.SIGN_IN
            or status.pause_reason == "policy_error" and exits.DATA or exits.WAITING
    end
    return code
end

-- Watch Later is emptied by nobody but the user: what has found a place is written down.
local function say_placed(ctx, session)
    local list = placed.find(session)
    if not list or #list.videos == 0 then
        return
    end
    local path, message = placed.write(list, ctx:db_path())
    ctx:remark(path and placed.sentence(list, path) or message)
end

local function say_done(ctx, session, id)
    local status, message, name = session:status(id)
    if not status then
        return ctx:fail(message, name)
    end
    local operations = session:operations(id) or {}
    ctx:say(report.finished(status, operations))
    if status.total > 0 then
        ctx:say(receipt.receipt(status, operations, session:categories() or {}))
    end
    say_placed(ctx, session)
    tell(ctx, session, id, report.finished(status, operations), status.failed > 0 and "failed"
        or nil)
    end_json(ctx, session, id)
    return status.failed > 0 and exits.FAILED or exits.OK
end

--- Works on a job to its end or rest.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@param job ytsync.Job
---@param policy ytsync.Policy
---@return integer code
function M.run(ctx, session, job, policy)
    local id = job:id()
    local confirmations = 0
    ctx.progress:expect(session:operations(id) or {})
    -- Given beforehand, the second yes costs no further look at what is to be deleted.
    if ctx.options.delete and #doomed(session, id) > 0 then
        local ok, message, name = session:confirm(id)
        if not ok then
            return ctx:fail(message, name)
        end
    end
    while true do
        local ok, message, name, trace = job:run({
            policy = policy,
            wait = ctx.options.wait,
            on_event = function(event)
                ctx.progress:event(event)
            end,
        })
        ctx.progress:clear()
        if ok then
            return say_done(ctx, session, id)
        end
        confirmations = confirmations + 1
        local again = false
        if name == "confirmation" and confirmations <= CONFIRMATIONS_MAX then
            again = second_yes(ctx, session, id)
        end
        if not again then
            job:stop()
            return say_rest(ctx, session, id, message, name, trace)
        end
        ok, message, name = session:confirm(id)
        if not ok then
            return ctx:fail(message, name)
        end
    end
end

return M
