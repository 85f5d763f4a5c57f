--- `init`: writes a first policy from the library.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local firstpolicy = require("ytsync.firstpolicy")
local json = require("ytsync.json")
local text = require("ytsync.text")

local function library_of(session)
    local playlists, message, name = session:playlists()
    if not playlists then
        return nil, message, name
    end
    local videos
    videos, message, name = session:videos()
    if not videos then
        return nil, message, name
    end
    return { playlists = playlists, videos = videos }
end

local function no_library(ctx)
    return ctx:fail("there is no library yet to suggest anything from", "no_database", nil,
        ("Import one without any account: %s; or read it from YouTube: %s"):format(
        ctx:command("import takeout PATH"), ctx:command("fetch")))
end

-- Never writes over a policy that is there.
local function write(ctx, path, policy)
    if ctx:exists(path) then
        return ctx:fail(("there is a policy already: %s"):format(path), "usage", nil,
            ("See what init would write: %s; or write it elsewhere with --policy FILE."):format(
            ctx:command("init --print")))
    end
    local folder = path:match("^(.*)/[^/]*$")
    if folder and not ctx:exists(folder) then
        core.mkdir_p(folder) -- a failure shows when the file is opened
    end
    local file, message = io.open(path, "w")
    if not file then
        return ctx:fail("the policy cannot be written: " .. tostring(message), "io_error")
    end
    file:write(policy.text)
    local ok
    ok, message = file:close()
    if not ok then
        return ctx:fail("the policy cannot be written: " .. tostring(message), "io_error")
    end
    return nil
end

local function say(ctx, path, policy)
    ctx:say(("Wrote %s"):format(path))
    ctx:say(text.wrap(("%s from playlists that belong together, %s from Watch Later; %s written as "
        .. "comments. %s by themselves and stay as they are."):format(
        text.count(policy.groups, "suggestion"), text.number(policy.written),
        text.count(policy.struck, "is", "are"),
        text.count(policy.alone, "playlist stands", "playlists stand")), 80))
    if policy.untitled > 0 then
        ctx:say(text.wrap(("Of %s no title is known yet. After a fetch, init can suggest by "
            .. "channel and word, too."):format(text.count(policy.untitled, "video")), 80))
    end
    ctx:say("Read it, strike what does not fit. Then: " .. ctx:command("plan --offline"))
end

return {
    usage = "init [--print]",
    summary = "write a first policy from your library",
    help = [[
Looks at the library that was imported or fetched and writes a policy file: playlists that belong
together by their videos and titles, and what Watch Later could be sorted into by channel, word and
year, each with the numbers that speak for it. You keep or strike lines. A policy that is there is
never written over; --print shows the text and writes nothing.]],
    examples = {
        { "init", "after a fetch or an import" },
        { "init --print", "only look" },
        { "init --policy trial.lua", "to another file" },
    },
    run = function(ctx)
        local path = ctx:policy_path()
        if not path then
            return ctx:fail("there is no place for the policy: HOME is not set", "usage", nil,
                "Name the file with --policy FILE.")
        end
        if not ctx:has_database() then
            return no_library(ctx)
        end
        local session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local library, message, name = library_of(session)
        if not library and name == "not_found" then
            return no_library(ctx)
        elseif not library then
            return ctx:fail(message, name)
        end
        local policy = firstpolicy.write(library)
        if ctx.options.print then
            if not ctx.options.json then
                ctx.world.out(policy.text)
            end
            policy.policy = json.null
            ctx:json(policy)
            return exits.OK
        end
        code = write(ctx, path, policy)
        if code then
            return code
        end
        policy.text = nil
        policy.policy = path
        ctx:json(policy)
        say(ctx, path, policy)
        return exits.OK
    end,
}
