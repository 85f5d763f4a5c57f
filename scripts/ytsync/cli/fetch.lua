--- `fetch`: reads the library from YouTube into the database.
local exits = require("ytsync.cli.exits")
local library = require("ytsync.cli.library")
local text = require("ytsync.text")

return {
    usage = "fetch [--full]",
    summary = "read the library from YouTube",
    help = [[
Reads your channel's playlists, their entries and what is known of their videos. Playlists that
look unchanged are not read again; --full reads all of them. Costs about 1 unit per 50 entries.
Watch later and the history cannot be read by any program.]],
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
            units = result.units,
        })
        ctx:say(("%s: %s with %s, %s. %s read anew; %s used."):format(
            channel and channel.title or "Library",
            text.count(result.playlists, "playlist"),
            text.count(result.items, "entry", "entries"),
            text.count(result.videos, "different video"),
            text.count(result.playlists_listed, "playlist"),
            text.count(result.units, "unit")))
        return exits.OK
    end,
}
