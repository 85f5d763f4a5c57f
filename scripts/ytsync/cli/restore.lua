--- `restore` and `undo`: a backup as a plan, shown, asked about and carried out as every plan is.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local report = require("ytsync.report")
local safety = require("ytsync.safety")
local signin = require("ytsync.cli.signin")
local work = require("ytsync.cli.work")

-- The first yes. True: given; nil and the exit code otherwise.
local function first_yes(ctx, again)
    if ctx.options.yes then
        return true
    end
    local answer = nil
    if not ctx.options.json then -- there the preview would not be seen
        answer = ctx:ask("\nDo this?")
    end
    if answer == nil then
        return nil, ctx:fail("this needs your yes, and there is no terminal to ask on", "usage",
            nil, "Give it beforehand with: " .. ctx:command(again .. " --yes"))
    elseif not answer then
        ctx:say("Nothing was changed.")
        return nil, exits.OK
    end
    return true
end

-- Goes on with a restore that is not finished.
local function go_on(ctx, session, status)
    local may, code = signin.need_write(ctx, session)
    if not may then
        return code
    end
    local job, message, name = session:job(status.id)
    if not job then
        return ctx:fail(message, name)
    end
    return work.run(ctx, session, job, nil)
end

-- Reads the library, plans with `make`, shows, asks, works.
local function perform(ctx, session, make, again)
    local status, message, name = session:status()
    if not status then
        return ctx:fail(message, name)
    end
    if report.unfinished(status) then
        if safety.restores(status) then
            return go_on(ctx, session, status)
        end
        return ctx:fail(("job %d is not finished"):format(status.id), "wrong_state", nil,
            ("Let it go on with: %s; or end it with: %s"):format(ctx:command("run"),
                ctx:command("cancel")))
    end
    local fetched, code = library.fetch(ctx, session)
    if not fetched then
        return code
    end
    local plan
    plan, message, name = make(session)
    if not plan then
        return ctx:fail(message, name)
    end
    local facts = {
        preview = plan:preview(),
        warnings = plan:warnings(),
        blocks = plan:blocks(),
        losses = plan:losses(),
    }
    ctx:say(safety.restore(facts))
    if safety.changes(facts.preview) == 0 then
        ctx:json({ in_sync = true, losses = safety.losses_json(facts.losses, json) })
        return exits.OK
    end
    local yes
    yes, code = first_yes(ctx, again)
    if not yes then
        return code
    end
    local may
    may, code = signin.need_write(ctx, session)
    if not may then
        return code
    end
    local job
    job, message, name = session:start(plan)
    if not job then
        return ctx:fail(message, name)
    end
    return work.run(ctx, session, job, nil)
end

return {
    restore = {
        usage = "restore BACKUP [PLAYLIST ...] [--yes] [--delete] [--wait]",
        summary = "make the library what a backup says it was",
        help = [[
BACKUP is a number from `backup list`, "last", or a file. Reads the library, shows what would be
done and what cannot come back, asks, and carries it out as every job: over as many days as it
takes, with a backup before. Named playlists (by title or id of then): only these. Playlists of
yours that came later stay, and so do entries whose videos no playlist of the backup has. A
playlist that is still there gets the order of then back by as few moves as can be (50 units each),
unless YouTube sorts it. With a restore that is not finished: goes on with it.]],
        run = function(ctx)
            local which = ctx.arguments[1]
            local session, code = ctx:open({ must_exist = true })
            if not session then
                return code
            end
            if not which then
                local status = session:status()
                if status and report.unfinished(status) and safety.restores(status) then
                    return go_on(ctx, session, status)
                end
                return ctx:usage("restore needs a backup: its number, \"last\", or its file")
            end
            local names = table.move(ctx.arguments, 2, #ctx.arguments, 1, {})
            return perform(ctx, session, function(open)
                return open:restore_plan(which, names)
            end, "restore " .. which)
        end,
    },
    undo = {
        usage = "undo NUMBER [--yes] [--delete] [--wait]",
        summary = "take a job back",
        help = [[
Restores the backup that was made before the job: what the preview of the job gave as its price.
See `help restore` for what stays and what cannot come back.]],
        run = function(ctx)
            local word = ctx.arguments[1]
            local number = word and word:find("^%d+$") and math.tointeger(tonumber(word))
            if not number or number < 1 or #ctx.arguments > 1 then
                return ctx:usage("undo takes the number of a job")
            end
            local session, code = ctx:open({ must_exist = true })
            if not session then
                return code
            end
            return perform(ctx, session, function(open)
                return open:undo_plan(number)
            end, "undo " .. word)
        end,
    },
}
