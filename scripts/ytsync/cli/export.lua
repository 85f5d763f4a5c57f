--- `export ['RULE']`: entries of the stored library as a table for other programs. No request.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local loader = require("ytsync.loader")
local query = require("ytsync.query")
local tables = require("ytsync.table")
local text = require("ytsync.text")
local which = require("ytsync.cli.which")

-- The format: as --format says, else by the ending of the file.
local function format_of(options)
    local format = options.format
    if not format then
        return options.out and options.out:find("%.jsonl$") and "jsonl" or "csv"
    end
    for _, known in ipairs(tables.FORMATS) do
        if format == known then
            return format
        end
    end
    return nil, ("--format can be csv or jsonl, not '%s'"):format(format)
end

-- What is wrong with the call, or nil.
local function wrong_call(options)
    if options.json and not options.out then
        return "--json says what was written, so it takes --out FILE; rows as JSON: --format jsonl"
    end
    local _, problem = format_of(options)
    return problem
end

-- The playlists that are asked for: those that are named, or all.
local function playlists_of(ctx, session)
    local all, message, name = session:playlists()
    if not all then
        return nil, ctx:fail(message, name)
    end
    if not ctx.options.playlist then
        return all
    end
    local out, seen = {}, {}
    for _, words in ipairs(ctx.options.playlist) do
        local one, code = which.one(ctx, "playlist", all, words, "export --playlist")
        if not one then
            return nil, code
        end
        if not seen[one.id] then
            seen[one.id] = true
            out[#out + 1] = one
        end
    end
    return out
end

local function videos_of(ctx, session, rule)
    local videos, message, name = session:videos()
    if not videos then
        return nil, ctx:fail(message, name)
    end
    if not rule then
        return videos
    end
    local found, problem, trace = query.matching(rule, videos, session:now())
    if not found then
        return nil, ctx:fail(problem, "policy_error", trace, "")
    end
    return found
end

-- To standard output.
local function print_table(ctx, session, asked)
    asked.shown = ctx.world.isatty(1)
    local written, message, name = tables.write(session, asked, function(lines)
        local ok, why = ctx.world.out(lines)
        if ok == false then
            return nil, "standard output cannot be written: " .. tostring(why), "io_error"
        end
        return true
    end)
    if not written then
        return ctx:fail(message, name)
    end
    return exits.OK
end

local function write_table(ctx, session, asked)
    local path = ctx.options.out
    local file <close>, problem, kind = core.create(path) -- refuses what is no plain file
    if not file then
        return ctx:fail(problem, kind)
    end
    if not tables.may_replace(path) then
        return ctx:fail(("%s is there already and was not written by export; it was left as it is")
            :format(path), "io_error", nil, "Name another file with --out.")
    end
    local written, message, name = tables.write(session, asked, function(lines)
        return file:write(lines)
    end)
    local sealed
    if written then
        sealed, message, name = file:seal()
    end
    if not sealed then
        return ctx:fail(message, name)
    end
    ctx:json({ file = path, format = asked.format, rows = written.rows,
        playlists = written.playlists })
    ctx:say(("%s of %s written to %s"):format(text.count(written.rows, "entry", "entries"),
        text.count(written.playlists, "playlist"), path))
    return exits.OK
end

return {
    usage = "export ['RULE'] [--playlist PLAYLIST ...] [--format csv|jsonl] [--out FILE]",
    summary = "entries of your playlists as a table (CSV, JSON lines)",
    help = [[
Writes entries of the library read last, one row each: of all playlists, or of those that are named
(by title or id, --playlist once or more), and of the videos that a rule catches, written as for
`find`. To standard output, or to --out FILE, which is there whole or not at all.
--format csv (the default) opens in a spreadsheet; a text that it would compute gets an apostrophe
before it. --format jsonl (the default for a FILE that ends so) has one JSON document a line.
Columns: playlist, playlist_id, place (from 1), video_id, title, channel, channel_id, duration_s,
published_at, saved_at, added_at, availability (live, private, deleted), privacy, source.]],
    examples = {
        { "export --out library.csv", "everything, for a spreadsheet" },
        { "export --playlist Jazz --playlist 'Jazz 2'", "two playlists" },
        { "export 'title \"live\"' --format jsonl", "what a rule catches, for a program" },
    },
    run = function(ctx)
        local problem = wrong_call(ctx.options)
        if problem then
            return ctx:usage(problem)
        end
        local rule
        if #ctx.arguments > 0 then
            local message, name, trace
            rule, message, name, trace = loader.load_rule(table.concat(ctx.arguments, " "))
            if not rule then
                return ctx:fail(message, name, trace, ("Try a rule with: %s"):format(
                    ctx:command("find 'title \"jazz\"'")))
            end
        end
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local asked = { format = format_of(ctx.options) }
        asked.playlists, code = playlists_of(ctx, session)
        if not asked.playlists then
            return code
        end
        asked.videos, code = videos_of(ctx, session, rule)
        if not asked.videos then
            return code
        end
        if ctx.options.out then
            return write_table(ctx, session, asked)
        end
        return print_table(ctx, session, asked)
    end,
}
