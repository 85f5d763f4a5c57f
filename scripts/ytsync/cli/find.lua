--- `find 'RULE'`: tries a rule on the library read last. No request leaves.
local checkreport = require("ytsync.checkreport")
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local loader = require("ytsync.loader")
local query = require("ytsync.query")

-- Videos shown unless --limit says otherwise.
local SHOWN = 20

local function found_json(videos)
    local list = json.array({})
    for position, video in ipairs(videos) do
        list[position] = { id = video.id, title = video.title, channel = video.channel,
            playlists = json.array(video.playlists) }
    end
    return list
end

return {
    usage = "find 'RULE' [--limit NUMBER]",
    summary = "try a rule on the library",
    help = [[
Shows which videos of the library read last a rule catches, before it is put into a policy. A rule
is written as in a playlist: find 'title { "jazz", "bebop" }', find 'all { channel "*VEVO",
longer_than "10 min" }'. --limit shows more than 20 videos.]],
    run = function(ctx)
        if #ctx.arguments == 0 then
            return ctx:usage("find needs a rule, such as: find 'title \"jazz\"'")
        end
        local rule, message, name, trace = loader.load_rule(table.concat(ctx.arguments, " "))
        if not rule then
            return ctx:fail(message, name, trace, ("Rules are written as in a playlist: %s 'title "
                .. "\"jazz\"'"):format(ctx:command("find")))
        end
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local videos
        videos, message, name = session:videos()
        if not videos then
            return ctx:fail(message, name)
        end
        local found
        found, message, trace = query.matching(rule, videos, session:now())
        if not found then
            return ctx:fail(message, "policy_error", trace, "")
        end
        ctx:say(checkreport.found(found, #videos, ctx.options.limit or SHOWN))
        ctx:json({ videos = #videos, found = found_json(found) })
        return exits.OK
    end,
}
