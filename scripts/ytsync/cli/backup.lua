--- `backup`: snapshots of the library: making, proving, comparing, removing them.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local safety = require("ytsync.safety")
local text = require("ytsync.text")

-- What each word takes, and what it does. Each returns the exit code.
local WORDS = {}

local function say_one(ctx, backup, sentence)
    ctx:json(safety.backup_json(backup, json))
    ctx:say(safety.backup(backup))
    if sentence then
        ctx:say(sentence)
    end
    return exits.OK
end

WORDS.create = { least = 0, most = 0, run = function(ctx, session)
    local backup, message, name = session:backup_create("by hand")
    if not backup then
        return ctx:fail(message, name)
    end
    return say_one(ctx, backup, "It is of the library as it was fetched last; a fresh one: "
        .. ctx:command("fetch"))
end }

local function say_none(ctx)
    ctx:say("There is no backup yet. Make one: " .. ctx:command("backup create"))
end

WORDS.list = { least = 0, most = 0, run = function(ctx, session)
    local backups, message, name = session:backups()
    if not backups then
        return ctx:fail(message, name)
    end
    local list = json.array({})
    for position, backup in ipairs(backups) do
        list[position] = safety.backup_json(backup, json)
        ctx:say(safety.backup_line(backup))
    end
    if #backups == 0 then
        say_none(ctx)
    end
    ctx:json(list)
    return exits.OK
end }

WORDS.show = { least = 1, most = 1, run = function(ctx, session, which)
    local backup, message, name = session:backup_find(which)
    if not backup then
        return ctx:fail(message, name)
    end
    return say_one(ctx, backup)
end }

WORDS.verify = { least = 0, most = 1, run = function(ctx, session, which)
    local names = { which }
    if not which then
        local backups, message, name = session:backups()
        if not backups then
            return ctx:fail(message, name)
        end
        for position, backup in ipairs(backups) do
            names[position] = tostring(backup.id)
        end
    end
    local list, code = json.array({}), exits.OK
    if #names == 0 then
        say_none(ctx)
    end
    for position, one in ipairs(names) do
        local backup, message, name = session:backup_verify(one)
        if backup then
            list[position] = safety.backup_json(backup, json)
            ctx:say(("In order: %s"):format(text.safe(backup.file)))
        else
            list[position] = { error = { name = name, message = message } }
            ctx:remark(text.sentence(message))
            code = exits.code(name)
        end
    end
    ctx:json(which and list[1] or list)
    return code
end }

WORDS.diff = { least = 2, most = 2, run = function(ctx, session, a, b)
    local differences, message, name = session:backup_diff(a, b)
    if not differences then
        return ctx:fail(message, name)
    end
    local titles = {}
    for _, video in ipairs(session:videos() or {}) do
        titles[video.id] = video.title
    end
    local list = json.array({})
    for position, difference in ipairs(differences) do
        list[position] = difference
        ctx:say(safety.difference(difference, titles))
    end
    if #differences == 0 then
        ctx:say("The two are the same.")
    end
    ctx:json(list)
    return exits.OK
end }

WORDS.prune = { least = 0, most = 0, run = function(ctx, session)
    if not ctx.options.keep then
        return ctx:usage("prune needs --keep NUMBER")
    end
    local gone, message, name = session:backup_prune(ctx.options.keep)
    if not gone then
        return ctx:fail(message, name)
    end
    local list = json.array({})
    for position, backup in ipairs(gone) do
        list[position] = safety.backup_json(backup, json)
        ctx:say("Removed: " .. text.safe(backup.file))
    end
    if #gone == 0 then
        ctx:say("There was nothing to remove.")
    end
    ctx:json(list)
    return exits.OK
end }

WORDS.export = { least = 1, most = 2, run = function(ctx, session, first, second)
    local which, folder = second and first or "last", second or first
    local ok, message, name = session:backup_export(which, folder)
    if not ok then
        return ctx:fail(message, name)
    end
    ctx:say(("Written: playlists.csv, entries.csv and videos.csv in %s"):format(
        text.safe(folder)))
    ctx:json({ folder = folder })
    return exits.OK
end }

return {
    usage = "backup create | list | show B | verify [B] | diff A B | prune --keep N | "
        .. "export [B] FOLDER",
    summary = "snapshots of the library",
    help = [[
create  a snapshot of the library as it was fetched last, read back and put on record. Every job
        makes one before its first write
list    those on record
show    one of them; B is its number, "last", or a file
verify  read one (or all) from end to end: any bit that changed is found
diff    what changed from one to the other
prune   remove the oldest, so that N stay; the one of an unfinished job stays anyway
export  the backup as CSV tables that a spreadsheet opens (a text that it would compute gets an
        apostrophe before it)]],
    run = function(ctx)
        local words = ctx.arguments
        local word = words[1] and WORDS[words[1]]
        if not word then
            return ctx:usage(words[1] and ("backup knows no '%s'"):format(words[1])
                or "backup needs a word: create, list, show, verify, diff, prune or export")
        end
        local given = #words - 1
        if given < word.least or given > word.most then
            return ctx:usage(("backup %s takes %s, not %d"):format(words[1],
                word.least == word.most and text.count(word.least, "more word")
                    or ("%d to %d more words"):format(word.least, word.most), given))
        end
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        return word.run(ctx, session, words[2], words[3])
    end,
}
