--- `quota`: what is left of the day.
local exits = require("ytsync.cli.exits")
local report = require("ytsync.report")

return {
    usage = "quota",
    summary = "what is left of the day's quota",
    help = [[
YouTube gives each Google project a number of quota units a day (10,000 unless you got more); a
write costs 50, a read 1. The day ends at midnight in Los Angeles. ytsync counts what it spends and
leaves quota.keep units free; see: config list.]],
    run = function(ctx)
        local session, code = ctx:open()
        if not session then
            return code
        end
        local quota, message, name = session:quota()
        if not quota then
            return ctx:fail(message, name)
        end
        ctx:json(report.quota_json(quota))
        ctx:say(report.quota(quota, session:now()))
        return exits.OK
    end,
}
