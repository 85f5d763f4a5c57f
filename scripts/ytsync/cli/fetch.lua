--- `fetch`: reads the library from YouTube into the database.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local text = require("ytsync.text")

-- What the terms of YouTube's API cost.
local function age(result)
    local refreshed, dropped = result.refreshed or 0, result.dropped or 0
    if refreshed + dropped == 0 then
        return nil
    end
    return ("What YouTube says of videos may be kept for 30 days: %s for again%s."):format(
        text.count(refreshed, "video was asked", "videos were asked"), dropped == 0 and ""
        or ("; of %s in no playlist any more it was dropped"):format(text.count(dropped, "video")))
end

return {
    usage = "fetch [--full]",
    summary = "read the library from YouTube",
    help = [[
Reads your channel's playlists, their entries and what is known of their videos. Playlists that
look unchanged are not read again; --full reads all of them. Costs about 1 unit per 50 entries.
What YouTube said of videos more than 30 days ago is asked for again, 1 unit for 50 of them.
Watch Later can be read by no program; `import takeout` takes it from an export.]],
    examples = {
        { "fetch", "what changed since the last time" },
        { "fetch --full", "every playlist, entry by entry" },
    },
    run = function(ctx)
        local session, code = ctx:open()
        if not session then
            return code
        end
        local result
        result, code = library.fetch(ctx, session)
        if not result then
            return code
        end
        local channel = session:channel()
        ctx:json({
            channel = channel and { id = channel.id, title = channel.title },
            playlists = result.playlists,
            items = result.items,
            videos = result.videos,
            playlists_listed = result.playlists_listed,
            imported = result.imported,
            units = result.units,
            refreshed = result.refreshed,
            dropped = result.dropped,
            gone = result.gone,
            gone_file = result.gone_file ~= "" and result.gone_file or json.null,
        })
        ctx:say(("%s: %s with %s, %s. %s read anew; %s used."):format(
            channel and channel.title or "Library",
            text.count(result.playlists, "playlist"),
            text.count(result.items, "entry", "entries"),
            text.count(result.videos, "different video"),
            text.count(result.playlists_listed, "playlist"),
            text.count(result.units, "unit")))
        local aged = age(result)
        if aged then
            ctx:say(aged)
        end
        if (result.gone or 0) > 0 then
            ctx:say(("%s private or deleted; by their last known titles they are listed in %s")
                :format(text.count(result.gone, "video is", "videos are"), result.gone_file))
        end
        if (result.imported or 0) > 0 then
            ctx:say(text.wrap(("%s from the Takeout export %s not on YouTube; the videos stay a "
                .. "source until: %s"):format(text.count(result.imported, "playlist"),
                result.imported == 1 and "is" or "are", ctx:command("import forget TITLE")), 80))
        end
        return exits.OK
    end,
}
