--- `import`: playlists from an export of Google Takeout; what of Watch Later has found a place.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local placed = require("ytsync.placed")
local text = require("ytsync.text")

-- videos.list takes 50 ids for one unit (YOUTUBE_API section 2).
local IDS_PER_UNIT = 50

local function place_of(note)
    if note.file == "" then
        return ""
    end
    return note.file .. (note.line > 0 and ":" .. note.line or "") .. ": "
end

local function parts_of(result)
    local parts = {}
    local function add(count, one, many)
        if count > 0 then
            parts[#parts + 1] = text.count(count, one, many)
        end
    end
    add(result.empty, "is empty", "are empty")
    add(result.self_sorted, "is sorted by YouTube itself", "are sorted by YouTube itself")
    add(result.listed, "is read from YouTube already", "are read from YouTube already")
    add(result.gone, "is gone from YouTube since", "are gone from YouTube since")
    return #parts > 0 and " (" .. table.concat(parts, ", ") .. ")" or ""
end

-- The count is an identity: a row that was not taken has a line of its own above.
local function identity(result)
    local line = ("%s: %s read, %s bad"):format(text.count(result.rows, "row"),
        text.number(result.read), text.number(result.bad))
    if result.repeated > 0 then
        line = line .. (", %s given twice"):format(text.number(result.repeated))
    end
    return line
end

local function say_result(ctx, result)
    ctx:say(identity(result))
    ctx:say(text.wrap(("%s%s, %s. No quota was used."):format(
        text.count(result.lists, "playlist"), parts_of(result),
        text.count(result.videos, "different video")), 80))
    if result.watch_later > 0 then
        ctx:say(text.wrap(("Watch later holds %s. It is a source like any other, and never "
            .. "changed: only you can take videos out of it."):format(
            text.count(result.watch_later, "entry", "entries")), 80))
    end
    if result.untitled > 0 then
        ctx:say(text.wrap(("An export holds no titles. Rules by title or channel catch something "
            .. "after a fetch, which looks up %s for about %s."):format(
            text.count(result.untitled, "video"),
            text.count((result.untitled + IDS_PER_UNIT - 1) // IDS_PER_UNIT, "unit")), 80))
    end
end

local function import_takeout(ctx, paths)
    local session, code = ctx:open()
    if not session then
        return code
    end
    local result, notes, name = session:import_takeout({ paths = paths })
    if not result then
        return ctx:fail(notes, name == "invalid_argument" and "no_export" or name)
    end
    for _, note in ipairs(notes) do
        ctx:say(place_of(note) .. note.text)
    end
    result.notes = json.array(notes)
    ctx:json(result)
    say_result(ctx, result)
    local policy = ctx:policy_path()
    ctx:say(policy and ctx:exists(policy) and "See what it comes to: "
        .. ctx:command("plan --offline") or "Next, a first policy: " .. ctx:command("init"))
    return exits.OK
end

-- The imported playlist that a word means.
local function find(playlists, word)
    local found = {}
    for _, playlist in ipairs(playlists) do
        if playlist.source ~= "youtube" and (playlist.id == word or playlist.title == word) then
            found[#found + 1] = playlist
        end
    end
    return found
end

local function forget(ctx, words)
    if #words ~= 1 then
        return ctx:usage("forget takes the title or the id of one imported playlist")
    end
    local session, code = ctx:open({ must_exist = true })
    if not session then
        return code
    end
    local playlists, message, name = session:playlists()
    if not playlists then
        return ctx:fail(message, name)
    end
    local found = find(playlists, words[1])
    if #found ~= 1 then
        return ctx:fail(#found == 0
            and ("no playlist '%s' is known from an export alone"):format(words[1])
            or ("%d imported playlists are called '%s'; give the id of one"):format(#found,
                words[1]), "not_found")
    end
    local ok
    ok, message, name = session:forget_import(found[1].id)
    if not ok then
        return ctx:fail(message, name)
    end
    ctx:json({ forgotten = found[1].id })
    ctx:say(("\"%s\" with %s is forgotten."):format(found[1].title,
        text.count(found[1].item_count, "entry", "entries")))
    return exits.OK
end

local function say_placed(ctx)
    local session, code = ctx:open({ must_exist = true })
    if not session then
        return code
    end
    local list, message, name = placed.find(session)
    if not list then
        return ctx:fail(message, name)
    end
    local path
    path, message = placed.write(list, ctx:db_path())
    if not path then
        return ctx:fail(message, "io_error")
    end
    ctx:json({ file = path, placed = #list.videos, watch_later = list.total })
    ctx:say(list.total > 0 and placed.sentence(list, path)
        or "Nothing is known of Watch Later. It comes with an export: "
            .. ctx:command("import takeout PATH"))
    return exits.OK
end

return {
    usage = "import takeout PATH... | import forget TITLE | import placed",
    summary = "read playlists from a Google Takeout export, without quota",
    help = [[
takeout PATH...  reads an export of Google Takeout: its folder, its .zip files, or
                 single tables (.json in old exports); all parts of one export in
                 one call. Watch Later is only there. Nothing is unpacked to disk
                 and no quota is used.
                 Every row that cannot be read is shown.
forget TITLE     forgets an imported playlist that YouTube does not list (any more).
placed           writes a list of the videos of Watch Later that have found a place
                 in a playlist of the policy: only you can take them out.

What was imported is a source of videos until `fetch` reads the same playlist from YouTube. It is
never written to.]],
    examples = {
        { "import takeout ~/Downloads/takeout-20261128.zip", "one archive, as it was downloaded" },
        { "import takeout ~/Downloads/takeout-*.zip", "an export in several parts" },
        { "import takeout Takeout", "a folder that was unpacked" },
    },
    run = function(ctx)
        local what = ctx.arguments[1]
        local rest = table.pack(table.unpack(ctx.arguments, 2))
        if what == "takeout" and #rest > 0 then
            return import_takeout(ctx, { table.unpack(rest) })
        elseif what == "forget" then
            return forget(ctx, rest)
        elseif what == "placed" and #rest == 0 then
            return say_placed(ctx)
        end
        if what and ctx:exists(what) then
            return ctx:usage(("import does not say what '%s' is; did you mean: %s?"):format(what,
                ctx:command("import takeout " .. table.concat(ctx.arguments, " "))))
        end
        return ctx:usage(what == "takeout" and "import takeout needs a folder or a file"
            or "import takes takeout and a path, forget and a title, or placed")
    end,
}
