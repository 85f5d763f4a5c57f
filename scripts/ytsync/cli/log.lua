--- `log`: what ytsync did, from the record that is only ever added to.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local text = require("ytsync.text")

local LIMIT_DEFAULT = 50

local function decoded(value)
    if not value or value == "" then
        return json.null
    end
    local result = json.decode(value)
    return result == nil and value or result
end

local function to_json(entry)
    return {
        id = entry.id,
        job = entry.job_id ~= 0 and entry.job_id or json.null,
        operation = entry.operation_id ~= 0 and entry.operation_id or json.null,
        at = text.iso(entry.at) or json.null,
        actor = entry.actor,
        action = entry.action,
        entity = entry.entity,
        before = decoded(entry.before),
        after = decoded(entry.after),
    }
end

return {
    usage = "log [--job NUMBER] [--limit NUMBER]",
    summary = "what ytsync did",
    help = [[
The newest 50 entries of the record, oldest first; --limit for more or fewer, --job for one job.
With --json each entry has what was there before and after.]],
    run = function(ctx)
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local entries, message, name = session:log({
            job = ctx.options.job,
            limit = ctx.options.limit or LIMIT_DEFAULT,
        })
        if not entries then
            return ctx:fail(message, name)
        end
        local list = json.array({})
        for position, entry in ipairs(entries) do
            if ctx.options.json then
                list[position] = to_json(entry)
            else
                local job = entry.job_id ~= 0 and ("job %d"):format(entry.job_id) or ""
                local line = ("%s  %-8s %-10s %-20s %s"):format(text.moment(entry.at), job,
                    text.safe(entry.actor), text.safe(entry.action), text.safe(entry.entity))
                if ctx.options.verbose then
                    line = line .. ("\n    before: %s\n    after:  %s"):format(
                        text.safe(entry.before or ""), text.safe(entry.after or ""))
                end
                ctx:say(line)
            end
        end
        if #entries == 0 then
            ctx:say("Nothing was done yet.")
        end
        ctx:json(list)
        return exits.OK
    end,
}
