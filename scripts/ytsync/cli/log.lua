--- `log`: what ytsync did and what it met, from the record that is only ever added to.
local exits = require("ytsync.cli.exits")
local history = require("ytsync.history")
local json = require("ytsync.json")
local text = require("ytsync.text")
local values = require("ytsync.values")
local which = require("ytsync.cli.which")

local LIMIT_DEFAULT = 50

-- The filter of session:log, or nil and the exit code.
local function filter_of(ctx, session)
    local options, filter = ctx.options, {}
    filter.job = options.job
    filter.limit = options.limit or LIMIT_DEFAULT
    filter.actor = options.elsewhere and "elsewhere" or nil
    if options.since then
        local date = values.date(options.since)
        if not date then
            return nil, ctx:usage(("--since needs a date (2021, 2021-03, 2021-03-15, \"2 days "
                .. "ago\"), not '%s'"):format(options.since))
        end
        filter.since = values.moment(date, session:now())
    end
    if options.playlist and #options.playlist > 1 then
        return nil, ctx:usage("log takes one --playlist")
    end
    local named = { video = options.video, playlist = options.playlist and options.playlist[1] }
    for _, name in ipairs({ "video", "playlist" }) do
        if named[name] then
            local all, message, status
            if name == "video" then
                all, message, status = session:videos()
            else
                all, message, status = session:playlists({ deleted = true })
            end
            if not all then
                return nil, ctx:fail(message, status)
            end
            local one, code = which.one(ctx, name, all, named[name], "log --" .. name, true)
            if not one then
                return nil, code
            end
            filter[name] = one.id
        end
    end
    return filter
end

-- Titles by id, of what the entries are about.
local function titles_of(session, entries)
    local titles, wanted = { videos = {}, playlists = {} }, false
    for _, playlist in ipairs(session:playlists({ deleted = true }) or {}) do
        titles.playlists[playlist.id] = playlist.title
    end
    for _, entry in ipairs(entries) do
        wanted = wanted or entry.video_id ~= ""
    end
    for _, video in ipairs(wanted and session:videos() or {}) do
        titles.videos[video.id] = video.title
    end
    return titles
end

local function say_entries(ctx, session, entries)
    local titles = titles_of(session, entries)
    for _, entry in ipairs(entries) do
        local job = entry.job_id ~= 0 and ("job %d"):format(entry.job_id) or ""
        local change = history.change(entry)
        ctx:say(("%s  %-8s %-10s %-16s %s%s"):format(text.moment(entry.at), job,
            text.safe(entry.actor), text.safe(entry.action), history.subject(entry, titles),
            change ~= "" and ": " .. change or ""))
        if ctx.options.verbose then
            ctx:say(("    before: %s\n    after:  %s"):format(text.safe(entry.before or ""),
                text.safe(entry.after or "")))
        end
    end
    if #entries == 0 then
        local asked = ctx.options
        ctx:say((asked.job or asked.video or asked.playlist or asked.since
            or asked.elsewhere)
            and "Nothing is on record for that." or "Nothing was done yet.")
    end
end

return {
    usage = "log [--video V] [--playlist P] [--job N] [--since DATE] [--limit N]",
    summary = "what ytsync did, and what it met",
    help = [[
The newest 50 entries of the record, oldest first; --limit for more or fewer. Each says who did it
(ytsync: a job; user: you, by this command; elsewhere: neither, the library was read and it was so),
what, to what, and what was there before and after. Options can be combined:
--video     of one video: its id, its address, its title or a part of it
--playlist  of one playlist and what stood in it, in the same ways; also one that is gone
--job       of one job
--since     not before a date: 2021, 2021-03, 2021-03-15, "2 days ago"
--elsewhere only what was changed on YouTube and not by ytsync
-v shows all that was there before and after, --json too.]],
    examples = {
        { "log --video 'So What'", "where a video was put, moved and taken out" },
        { "log --playlist Jazz --since 2026-03", "what became of a playlist" },
    },
    run = function(ctx)
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local filter
        filter, code = filter_of(ctx, session)
        if not filter then
            return code
        end
        local entries, message, name = session:log(filter)
        if not entries then
            return ctx:fail(message, name)
        end
        if ctx.options.json then
            local list = json.array({})
            for position, entry in ipairs(entries) do
                list[position] = history.to_json(entry)
            end
            ctx:json(list)
        else
            say_entries(ctx, session, entries)
        end
        return exits.OK
    end,
}
